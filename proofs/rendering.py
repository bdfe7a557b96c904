"""Derivations as documents: text for the terminal, LaTeX, HTML with MathML, PDF and JSON."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orbitkernels.errors import InputError

from . import latex_lines
from .plain_text import plain, plain_prose

if TYPE_CHECKING:
    import jinja2

    from .derivation import Derivation, Line, Step

#: Formats of :func:`render`.
FORMATS = ("text", "latex", "html", "pdf", "json")

#: Columns of the text format.
WIDTH = 100


def render(derivation: Derivation, format: str = "text") -> str | bytes:
    """The derivation as a document.

    Args:
        derivation: What to show.
        format: ``text`` (Unicode for a terminal), ``latex`` (an article), ``html`` (one offline file with MathML),
            ``pdf`` (bytes, through pdflatex) or ``json``.

    Raises:
        InputError: If the format is unknown, or pdflatex is needed and missing.

    Example:
        >>> from orbitkernels.proofs.derive import derive
        >>> print(render(derive("T1"), "text").splitlines()[0])
        T1. Leave-one-out error
    """
    writers: dict[str, Callable[[Derivation], str | bytes]] = {
        "text": to_text,
        "latex": to_latex,
        "html": to_html,
        "pdf": to_pdf,
        "json": to_json,
    }
    if format not in writers:
        raise InputError(f"Argument 'format' must be one of {', '.join(FORMATS)}, not '{format}'.")
    return writers[format](derivation)


# ---------------------------------------------------------------------- what all formats share


def line_latex(line: Line) -> str:
    """LaTeX of a displayed line, a string or a SymPy object."""
    if isinstance(line, str):
        return line
    import sympy

    return str(sympy.latex(line, inv_trig_style="full"))


def sentence(statement: str) -> str:
    r"""A displayed statement as a sentence with formulas between dollars: split at top-level text and wide spaces.

    Example:
        >>> from orbitkernels.proofs.rendering import sentence
        >>> sentence(r"a = b, \quad c = d \text{ if } e.")
        '$a = b,$ $c = d$ if $e.$'
    """
    parts, depth, current, words = [], 0, "", False
    for token in re.findall(r"\\text\{|\\q?quad|\\.|[{}]|[^\\{}]+|\\", statement):
        if depth == 0 and token in ("\\text{", "\\quad", "\\qquad"):
            parts.append(f"${current.strip()}$" if current.strip() else "")
            current, words = "", token == "\\text{"
            depth += words
            continue
        depth += (token in ("{", "\\text{")) - (token == "}")
        if words and depth == 0:
            parts.append(current.strip())
            current, words = "", False
        else:
            current += token
    parts.append(f"${current.strip()}$" if current.strip() else "")
    return " ".join(part for part in parts if part)


def title(derivation: Derivation) -> str:
    """The title, after the id if it is a theorem's."""
    from .derivation import is_theorem_id

    return f"{derivation.name}. {derivation.title}" if is_theorem_id(derivation.name) else derivation.title


def closing(derivation: Derivation) -> str:
    """What the levels of the steps add up to."""
    levels = [step.evidence.level for step in derivation.steps if step.evidence.level]
    counts = ", ".join(f"{levels.count(level)} {level}" for level in dict.fromkeys(levels))
    return f"{len(levels)} checked steps: {counts}."


def check_text(step: Step) -> str:
    """How the step was checked, in one phrase."""
    residual = f" (largest difference {step.evidence.residual})" if step.evidence.residual else ""
    return step.evidence.how + residual


def references(derivation: Derivation, step: Step) -> str:
    """``(2), (3) and T2``."""
    names = [derivation.reference(used) for used in step.uses]
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


# ---------------------------------------------------------------------- text


def to_text(derivation: Derivation) -> str:
    """Unicode text, one formula a line."""
    out = [title(derivation), "=" * len(title(derivation))]
    if derivation.source:
        out += _wrapped(f"Source: {derivation.source}")
    if derivation.hypotheses:
        out += ["", "Hypotheses"]
        out += [line for h in derivation.hypotheses for line in _wrapped(plain_prose(h), "  - ", "    ")]
    out += ["", "Claim", *_wrapped(plain_prose(sentence(derivation.goal)), "    ", "    ")]
    for number, step in enumerate(derivation.steps, 1):
        if step.section:
            out += ["", step.section, "-" * len(step.section)]
        out += ["", *_text_step(derivation, step, number)]
    return "\n".join([*out, "", closing(derivation)])


def _text_step(derivation: Derivation, step: Step, number: int) -> list[str]:
    """Lines of one step."""
    by = f", by {references(derivation, step)}" if step.uses else ""
    head = f"({number}) "
    out = _wrapped(f"[{step.rule}{by}] {plain_prose(step.text)}", head, " " * len(head))
    for line in step.lines:
        out += _text_line(line)
    if step.evidence.level:
        out += _wrapped(f"checked ({step.evidence.level}): {plain_prose(check_text(step))}", "    ✓ ", "      ")
    return out


def _text_line(line: Line) -> list[str]:
    """A displayed line; matrices of SymPy in two dimensions."""
    if isinstance(line, str):
        first = " " * (12 if line.startswith("\\qquad") else 8)  # a sum goes on
        return _wrapped(plain(line).strip(), first, "            ")
    import sympy

    drawn = sympy.pretty(line, use_unicode=True, wrap_line=False, num_columns=10_000)
    if max(map(len, drawn.splitlines())) + 8 > WIDTH and drawn.count("\n") < 5:
        return _wrapped(plain(line_latex(line)), "        ", "            ")
    return ["        " + row for row in drawn.splitlines()]


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most WIDTH columns."""
    import textwrap

    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


# ---------------------------------------------------------------------- LaTeX and PDF


def to_latex(derivation: Derivation) -> str:
    """A complete article for pdflatex."""
    document = _templates().get_template("derivation.tex").render(_latex_fields(derivation))
    return re.sub(r"\n{3,}", "\n\n", document)


def latex_steps(derivation: Derivation) -> str:
    """The steps alone, for a document with the same preamble."""
    steps = _templates().get_template("derivation_steps.tex").render(_latex_fields(derivation))
    return re.sub(r"\n{3,}", "\n\n", steps)


def _latex_fields(derivation: Derivation) -> dict[str, Any]:
    """What the templates show, as LaTeX."""
    fields = _fields(derivation, latex_lines.prose, latex_lines.display)
    return fields | {"goal": latex_lines.statement(sentence(derivation.goal))}


def to_pdf(derivation: Derivation) -> bytes:
    """The article set by pdflatex.

    Raises:
        InputError: If pdflatex is not installed, or it stops at an error.
    """
    if shutil.which("pdflatex") is None:
        raise InputError(
            "A PDF needs pdflatex, which is not installed; on Debian: apt-get install texlive-latex-extra."
        )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "derivation.tex"
        source.write_text(to_latex(derivation), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        result = source.with_suffix(".pdf")
        if run.returncode or not result.exists():
            error = next((line for line in run.stdout.splitlines() if line.startswith("!")), "no message")
            raise InputError(
                f"pdflatex stopped with '{error}'; a package may be missing (Debian: texlive-latex-extra)."
            )
        return result.read_bytes()


# ---------------------------------------------------------------------- HTML


def to_html(derivation: Derivation) -> str:
    """One file without scripts or anything from elsewhere."""
    import markupsafe

    page = _templates().get_template("derivation.html")
    body = markupsafe.Markup(html_body(derivation))
    return page.render(title=title(derivation), body=body)


def page(template: str, **fields: Any) -> str:
    """One file from a template of this folder; in HTML, text is escaped unless it is marked as HTML."""
    return str(_templates().get_template(template).render(fields))


def html_body(derivation: Derivation) -> str:
    """The derivation as a fragment of HTML, for a page or a notebook."""
    fields = _fields(derivation, html_prose, lambda latex: _mathml(latex, "block"))
    return _templates().get_template("derivation_body.html").render(fields)


def html_steps(derivation: Derivation) -> str:
    """The steps alone as a fragment of HTML."""
    fields = _fields(derivation, html_prose, lambda latex: _mathml(latex, "block"))
    return _templates().get_template("derivation_steps.html").render(fields)


def html_statement(latex: str) -> Any:
    """A claim as sentences with formulas in display style."""
    return html_prose(re.sub(r"\$([^$]+)\$", r"$\\displaystyle \1$", sentence(latex)))


#: Names of functions that MathML would set without any space around.
_FUNCTIONS = r"<mi>((?:arc)?(?:sin|cos|tan)|exp|log)</mi>"

#: A bar that says itself how it is set, or two that do not and what is between them.
_BARS = re.compile(r"(\\(?:left|right|middle|[bB]igg?[lrm]?)\s*\\?\||\\\|)|\|((?:\\\||[^|])+?)\|")

#: How latex2mathml ends an overlined formula.
_OVERLINE = '<mo accent="true">&#x02015;</mo></mover>'

#: The overline as browsers are to draw it.
_BORDER = "border-top: 0.06em solid; padding-top: 0.12em"


def _mathml(latex: str, display: str) -> Any:
    """MathML of a formula, with what browsers set badly put in another way."""
    import markupsafe
    from latex2mathml.converter import convert

    # bars are brackets, not operators; brackets around something low need not stretch; there is no bold digit
    fenced = _BARS.sub(lambda found: found[1] or rf"\left|{found[2]}\right|", latex)
    fenced = re.sub(r"\\left\((?!\\left)((?:(?!\\frac|\\right|\\left)[^()])*)\\right\)", r"(\1)", fenced)
    fenced = re.sub(r"\\mathbf(?: 1|\{1\})", "\N{MATHEMATICAL BOLD DIGIT ONE}", fenced)
    found = convert(fenced, display=display)
    spaced = re.sub(_FUNCTIONS, r'<mo lspace="0.17em" rspace="0.17em">\1</mo>', _overlined(found))
    return markupsafe.Markup(spaced)


def _overlined(mathml: str) -> str:
    """MathML whose overlines are borders: Chromium draws the accent short, whatever character stands for it."""
    pieces = re.split(f"(<mover[^>]*>|{re.escape(_OVERLINE)}|</mover>)", mathml)
    opened: list[int] = []
    for i, piece in enumerate(pieces):
        if piece.startswith("<mover"):
            opened.append(i)
        elif piece.endswith("</mover>"):
            start = opened.pop()
            if piece == _OVERLINE:
                pieces[start], pieces[i] = f'<mrow style="{_BORDER}">', "</mrow>"
    return "".join(pieces)


def html_prose(text: str) -> Any:
    """Escaped sentences with inline MathML."""
    import markupsafe

    parts = text.split("$")
    pieces = [_mathml(part, "inline") if i % 2 else markupsafe.escape(part) for i, part in enumerate(parts)]
    return markupsafe.Markup("").join(pieces)


# ---------------------------------------------------------------------- JSON


def to_json(derivation: Derivation) -> str:
    """JSON with LaTeX formulas and, for each step, the level and the way of its check."""
    return json.dumps(to_dict(derivation), indent=1, ensure_ascii=False)


def to_dict(derivation: Derivation) -> dict[str, Any]:
    """The derivation as plain data."""
    return {
        "name": derivation.name,
        "title": derivation.title,
        "source": derivation.source,
        "hypotheses": list(derivation.hypotheses),
        "goal": derivation.goal,
        "level": str(derivation.level),
        "steps": [
            {
                "number": number,
                "section": step.section,
                "rule": step.rule,
                "uses": [derivation.reference(used) for used in step.uses],
                "text": step.text,
                "lines": [line_latex(line) for line in step.lines],
                "level": str(step.evidence.level) if step.evidence.level else None,
                "check": check_text(step),
                "cases": step.evidence.cases,
            }
            for number, step in enumerate(derivation.steps, 1)
        ],
    }


# ---------------------------------------------------------------------- templates


def _fields(derivation: Derivation, prose: Any, display: Any) -> dict[str, Any]:
    """What the templates show, with prose and displayed lines already converted."""
    return {
        "title": prose(title(derivation)),
        "source": prose(derivation.source),
        "hypotheses": [prose(h) for h in derivation.hypotheses],
        "goal": prose(re.sub(r"\$([^$]+)\$", r"$\\displaystyle \1$", sentence(derivation.goal))),
        "closing": prose(closing(derivation)),
        "steps": [
            {
                "number": number,
                "section": prose(step.section),
                "rule": prose(step.rule),
                "uses": references(derivation, step),
                "text": prose(step.text),
                "lines": [display(line_latex(line)) for line in step.lines],
                "level": str(step.evidence.level or ""),
                "check": prose(check_text(step)),
            }
            for number, step in enumerate(derivation.steps, 1)
        ],
    }


@cache
def _templates() -> _Environments:
    """The two Jinja environments: HTML escapes, LaTeX has its own delimiters."""
    return _Environments()


class _Environments:
    """Templates by file name, each in the environment of its language."""

    def __init__(self) -> None:
        import jinja2

        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self.html = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
        self.latex = jinja2.Environment(
            loader=loader,
            autoescape=False,
            trim_blocks=True,
            block_start_string="<%",
            block_end_string="%>",
            variable_start_string="<<",
            variable_end_string=">>",
            comment_start_string="<#",
            comment_end_string="#>",
        )

    def get_template(self, name: str) -> jinja2.Template:
        """The template of that file."""
        return (self.latex if name.endswith(".tex") else self.html).get_template(name)
