"""Documents: every format of every derivation, nothing from elsewhere, nothing that LaTeX refuses."""

import json
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs import rendering
from orbitkernels.proofs.derivation import Derivation
from orbitkernels.proofs.derive import derive
from orbitkernels.proofs.plain_text import plain, plain_prose
from orbitkernels.proofs.theorem import THEOREMS

TARGETS = (
    *((name, None, None) for name in ("T1", "T2", "T3", "T4", "T5", "T6", "kappa0", "kappa1")),
    ("error", "C5", "ntk(depth=2)"),
    ("spectrum", "D4", None),
    ("error", "S4", None),
    ("spectrum", "C7:C3", None),
)


@cache
def made(target: tuple) -> Derivation:
    return derive(*target)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_text_fits_a_terminal_and_shows_every_step(target: tuple) -> None:
    derivation = made(target)
    text = rendering.to_text(derivation)
    assert "\\" not in text
    assert "$" not in text
    for number, step in enumerate(derivation.steps, 1):
        assert f"({number}) [{step.rule}" in text
    assert text.count("✓ checked") == sum(step.evidence.level is not None for step in derivation.steps)
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_html_is_one_offline_file_of_well_formed_mathml(target: tuple) -> None:
    page = rendering.to_html(made(target))
    links = set(re.findall(r'(?:href|src)="([^"]*)"|https?://[^\s"]*', page))
    assert not {link for link in links if link}
    assert set(re.findall(r"https?://[^\s\"]*", page)) <= {"http://www.w3.org/1998/Math/MathML"}
    assert "<script" not in page
    formulas = re.findall(r"<math.*?</math>", page, re.DOTALL)
    assert len(formulas) >= len(made(target).steps)
    for formula in formulas:
        text = "".join(ElementTree.fromstring(re.sub(r"&(?!#|amp;|lt;|gt;)", "&amp;", formula)).itertext())
        assert "\\" not in text  # a command that the converter does not know stays as it is


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_json_holds_every_step_with_its_level(target: tuple) -> None:
    derivation = made(target)
    data = json.loads(rendering.to_json(derivation))
    assert [step["rule"] for step in data["steps"]] == [step.rule for step in derivation.steps]
    assert data["level"] == str(derivation.level)
    for step in data["steps"]:
        assert (step["level"] is None) == (step["rule"] in ("definition", "hypothesis"))
        assert step["level"] is None or step["check"]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_latex_is_complete_and_balanced(target: tuple) -> None:
    document = rendering.to_latex(made(target))
    assert document.startswith(r"\documentclass")
    assert document.rstrip().endswith(r"\end{document}")
    assert document.count("{") == document.count("}")
    assert "<<" not in document
    assert "<%" not in document
    assert document.count(r"\evidence{") == sum(s.evidence.level is not None for s in made(target).steps)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("target", [TARGETS[1], TARGETS[5], TARGETS[8], TARGETS[10]], ids=str)
def test_pdflatex_sets_it_without_wide_boxes(target: tuple, tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(rendering.to_latex(made(target)), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0
    assert [line for line in run.stdout.splitlines() if line.startswith("Overfull")] == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pdf_is_a_pdf() -> None:
    document = rendering.render(made(TARGETS[0]), "pdf")
    assert isinstance(document, bytes)
    assert document.startswith(b"%PDF")


def test_pdf_without_pdflatex_names_the_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="texlive-latex-extra"):
        rendering.render(made(TARGETS[0]), "pdf")


def test_unknown_format_is_refused() -> None:
    with pytest.raises(InputError, match="'format' must be one of text"):
        rendering.render(made(TARGETS[0]), "docx")


def test_a_notebook_gets_html_and_latex() -> None:
    derivation = made(TARGETS[0])
    assert "<math" in derivation._repr_html_()
    assert derivation._repr_latex_().startswith("$$")
    assert str(derivation).startswith("T1. ")


class _Words(HTMLParser):
    """Text of a page as it reads without a stylesheet: items have the marks that their list gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.lists, self.count, self.formula = "", [], 0, False

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.formula |= tag == "math"
        if tag in ("ol", "ul"):
            self.lists.append((tag, "list-style: none" in (dict(attributes).get("style") or "")))
            self.count = 0
        if tag in ("li", "p", "div", "h1", "h2"):
            self.text += "\n"
        if tag == "li" and not self.lists[-1][1]:
            self.count += 1
            self.text += f"{self.count}. " if self.lists[-1][0] == "ol" else "* "

    def handle_endtag(self, tag: str) -> None:
        self.formula &= tag != "math"
        if tag in ("ol", "ul"):
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        self.text += "" if self.formula else data


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_html_reads_well_without_a_stylesheet(target: tuple) -> None:
    derivation, reader = made(target), _Words()
    reader.feed(derivation._repr_html_())
    for number, step in enumerate(derivation.steps, 1):
        assert re.findall(rf"^\({number}\) {re.escape(step.rule)}", reader.text, re.MULTILINE), number
    assert not re.search(r"^\d+\. ?$", reader.text, re.MULTILINE)  # the list counts too
    levels = "|".join({str(step.evidence.level) for step in derivation.steps if step.evidence.level})
    assert re.search(rf"^({levels}) \w", reader.text, re.MULTILINE)
    assert not re.search(rf"^({levels})\w", reader.text, re.MULTILINE)


def test_text_of_words_is_escaped() -> None:
    hostile = Derivation("<b>50 % & more_</b>", "x", made(TARGETS[0]).steps)
    assert "<b>" not in rendering.to_html(hostile)
    assert r"50 \% \& more\_" in rendering.to_latex(hostile)


# ---------------------------------------------------------------------- formulas as text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"K_{SR} K_{RR}^{-1} y_R", "K_SR K_RR⁻¹y_R"),
        (r"\frac{1}{2N} \sum_{k=0}^{2N-1} \lambda_k^{-1}", "1/(2N) ∑_(k=0)^(2N-1) λ_k⁻¹"),
        (r"\begin{pmatrix} a & b \\ c & -d \end{pmatrix}", "[a, b; c, -d]"),
        (r"\operatorname{tr}\bigl[\rho(g)^*\bigr] = (\operatorname{tr} X)^2", "tr[ρ(g)*] = (tr X)²"),
        (r"\frac{1}{n} (a - b)", "1/n (a - b)"),
        (r"\frac{x}{2 (1-a)}", "x/(2(1 - a))"),
        (r"x \in \mathbb{R}^{N \times N} \text{ for $n = 2$ or so}", "x ∈ ℝ^(N×N) for n = 2 or so"),
        (r"\log \det M + \sin x", "log det M + sin x"),
        (r"A^\top \subseteq B \not\subseteq C", "Aᵀ ⊆ B ⊈ C"),
    ],
)
def test_formulas_as_text(latex: str, text: str) -> None:
    assert plain(latex) == text


def test_unknown_commands_and_open_groups_raise() -> None:
    for wrong in (r"\unheardof{x}", "{x"):
        with pytest.raises(ValueError, match=r"unknown|missing"):
            plain(wrong)
    with pytest.raises(ValueError, match="odd number"):
        plain_prose("cost: 5$")


def test_every_statement_can_be_shown_as_text() -> None:
    shown = 0
    for theorem in THEOREMS.values():
        for text in (*theorem.hypotheses, rendering.sentence(theorem.statement)):
            assert "\\" not in plain_prose(text.replace(r"\backslash", "/"))  # a backslash may be a quotient
            shown += 1
    assert shown > 12


def test_mathml_avoids_what_browsers_set_badly() -> None:
    shown = str(
        rendering._mathml(r"\overline{\rho(h)_{il}} \hat K(\mathbf 1) r \cos{\left(\theta \right)}", "inline")
    )
    overlined = re.search(r'<mrow style="border-top[^"]*">(.*?)</mrow></msub></mrow>', shown)
    assert overlined is not None
    assert "&#x003C1;" in overlined[1]  # a border, as long as what stands under it
    assert shown.count("<mover") == shown.count("</mover>") == 1  # the hat stays
    assert "&#x02015;" not in shown
    assert "\N{MATHEMATICAL BOLD DIGIT ONE}" in shown
    assert 'mathvariant="bold"' not in shown
    assert '<mo lspace="0.17em" rspace="0.17em">cos</mo>' in shown  # r cos, not rcos
    assert 'fence="true"' not in shown
    assert 'fence="true"' in str(rendering._mathml(r"\left(\frac{1}{2}\right)", "inline"))


def test_sums_that_go_on_are_indented() -> None:
    lines = rendering.to_text(made(TARGETS[11])).splitlines()
    assert [line for line in lines if line.startswith(" " * 12 + "- ")]
    assert not [line for line in lines if line.startswith(" " * 8 + "+ ")]
