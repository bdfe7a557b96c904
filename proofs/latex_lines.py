r"""Formulas and sentences for pdflatex, broken where mathematics may be broken.

TeX does not break displayed formulas, and inside of a sentence not at commas.  Here a displayed formula is given
twice: whole, and in pieces that begin with a relation or a sign outside of all brackets.  The macros ``\formula``
and ``\piece`` of ``templates/preamble.tex`` measure which of them fits.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\not\s*(?:=|\\[A-Za-z]+)|\\(?:begin|end)\{[^}]*\}|\\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)"
    r"|\\[A-Za-z]+|\\.|\s+|.",
    re.DOTALL,
)
_SIZED = r"\\[bB]igg?[lrm]?"
_OPENING = {"{", "(", "[", r"\{", r"\langle", r"\lfloor", r"\lceil"}
_CLOSING = {"}", ")", "]", r"\}", r"\rangle", r"\rfloor", r"\rceil"}
_RELATIONS = {
    "=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\iff", r"\Longleftrightarrow", r"\implies",
    r"\Rightarrow", r"\in", r"\to", r"\mapsto", r"\subset", r"\subseteq", r"\approx", r"\equiv", r"\cong", r"\sim",
    r"\longrightarrow", r"\rightarrow",
}  # fmt: skip
_SIGNS = {"+", "-", r"\pm", r"\mp", r"\oplus", r"\otimes", r"\times"}
_SPACES = {r"\quad", r"\qquad", r"\\"}

#: Characters that pdflatex does not set in words, and those that it reserves.
_WORDS = {
    "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "^": r"\^{}", "~": r"\~{}", "✓": "", "×": r"$\times$",
    "≤": r"$\le$", "≥": r"$\ge$", "−": r"$-$", "∞": r"$\infty$", "κ": r"$\kappa$", "θ": r"$\theta$",
    "π": r"$\pi$", "λ": r"$\lambda$", "ρ": r"$\rho$", "φ": r"$\varphi$", "<": r"$<$", ">": r"$>$",
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}",
}  # fmt: skip


def pieces(latex: str) -> list[str]:
    r"""A formula cut before relations and signs, and after commas and wide spaces, outside of all brackets.

    Example:
        >>> from orbitkernels.proofs.latex_lines import pieces
        >>> pieces(r"a_{i+j} = (b + c) - d, \quad e = -1")
        ['a_{i+j} ', '= (b + c) ', '- d, \\quad ', 'e ', '= -1']
    """
    found, depth, current, last = [], 0, "", ""
    tokens = _TOKEN.findall(latex)
    paired = tokens.count("|") % 2 == 0  # bars without a partner mean something else
    between = False
    for token in tokens:
        depth += _opens(token) - _closes(token)
        if token == "|" and paired and not re.fullmatch(_SIZED, last):
            between = not between
        outside = depth == 0 and not between and not _closes(token)
        is_break = token in _RELATIONS or token.startswith(r"\not") or (token in _SIGNS and _ends_term(last))
        begins = outside and (
            is_break or (last in {",", *_SPACES} and not token.isspace() and token not in _SPACES)
        )
        if begins and current.strip() and last not in {"^", "_"}:
            found.append(current)
            current = ""
        current += token
        last = last if token.isspace() else token
    return [*found, current] if current.strip() else found


def _opens(token: str) -> bool:
    return token in _OPENING or re.match(r"\\begin|\\left(?![A-Za-z])|\\[bB]igg?l", token) is not None


def _closes(token: str) -> bool:
    return token in _CLOSING or re.match(r"\\end|\\right(?![A-Za-z])|\\[bB]igg?r", token) is not None


def _ends_term(token: str) -> bool:
    """Whether a sign after this token joins two terms."""
    begins = _RELATIONS | _SIGNS | _SPACES | {",", ";", "&", "^", "_"}
    return bool(token) and token not in begins and not _opens(token)


def formula_pieces(latex: str) -> str:
    r"""A formula as pieces that TeX sets in a paragraph; each is made smaller if it alone is too wide."""
    return "".join(f"\\piece{{{_joined(part, i > 0)}}}" for i, part in enumerate(pieces(latex)))


def _joined(part: str, follows: bool) -> str:
    """A piece with the spaces that its first relation or its last comma had in the whole formula."""
    text = part.strip()
    return ("{}" * follows) + text + (r"\;" if text.endswith(",") else "")


def display(latex: str) -> str:
    r"""A displayed formula."""
    return rf"\formula{{{latex}}}{{{formula_pieces(latex)}}}"


def prose(text: str) -> str:
    r"""Sentences with formulas between dollars, which may be broken after commas.

    Example:
        >>> from orbitkernels.proofs.latex_lines import prose
        >>> prose("50 % of $f(x, y), g$")
        '50 \\% of $f(x, y), \\allowbreak g$'
    """
    parts = text.split("$")
    return "".join(f"${breakable(part)}$" if i % 2 else words(part) for i, part in enumerate(parts))


def breakable(latex: str) -> str:
    """An inline formula that may be broken after the commas outside of all brackets."""
    *before, last = pieces(latex) or [latex]
    return "".join(part + r"\allowbreak " * part.rstrip().endswith(",") for part in before) + last


def statement(text: str) -> str:
    """A claim, sentences with formulas between dollars: the formulas in display style, in pieces."""
    parts = text.split("$")
    return "".join(formula_pieces(part) if i % 2 else words(part) for i, part in enumerate(parts))


def words(text: str) -> str:
    """Words with the characters escaped that LaTeX reserves, and mathematical ones set as such."""
    return "".join(_WORDS.get(character, character) for character in text)
