"""The documents of a verification: complete, offline, of certain digits, and accepted by pdflatex."""

import json
import re
import shutil
import subprocess
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from orbitkernels import rings
from orbitkernels.proofs.certificate import Certificate
from orbitkernels.proofs.documents import Document
from orbitkernels.proofs.theorem import FAMILIES, THEOREMS
from orbitkernels.proofs.verify import verify
from orbitkernels.report import write_article, write_report

# ---------------------------------------------------------------------- the two rings


@pytest.mark.parametrize("kernel", rings.KERNELS)
@pytest.mark.parametrize("height", [Fraction(1, 10), Fraction(3, 10), Fraction(9, 10)])
@pytest.mark.parametrize("poses", [2, 3, 8, 13])
def test_rings_agree_with_solving_without_the_pose_in_floating_point(kernel, height, poses) -> None:
    from orbitkernels.proofs.kernels import kernel as kernel_of

    angles = np.pi * np.arange(2 * poses) / poses
    h = np.where(np.arange(2 * poses) % 2, -1.0, 1.0) * float(height)
    radius = np.sqrt(1 - float(height) ** 2)
    points = np.stack([radius * np.cos(angles), radius * np.sin(angles), h], axis=1)
    K = kernel_of(kernel).gram(points)
    labels = np.sign(h)
    error = 1 - K[0, 1:] @ np.linalg.solve(K[1:, 1:], labels[1:])
    found = rings.ring_spectrum(kernel, height, poses)
    values = np.array([float(value) for value in found.eigenvalues])
    every = np.sort(np.concatenate([values, values[1:-1]]))
    assert np.allclose(every, np.linalg.eigvalsh(K), rtol=0, atol=1e-12 * every[-1])
    assert float(found.error) == pytest.approx(error, rel=1e-14 * np.linalg.cond(K) * poses)
    assert float(found.harmonic_mean) == pytest.approx(1 / np.mean(1 / every), rel=1e-12)


def test_rings_overlap_with_the_blocks_of_two_orbits_in_balls() -> None:
    """The circulant of 2 N points, against 2 x 2 blocks for each frequency of C_N."""
    from flint import arb

    from orbitkernels.theory.balls import working_precision
    from orbitkernels.theory.enclosed_rings import ReluRings, enclosed_ring_error

    for kernel, (depth, tangent) in rings.KERNELS.items():
        for poses in (2, 5, 24):
            with working_precision():
                symbol = ReluRings(depth, tangent, Fraction(1, 5), interleaved=True).symbol(poses)
                blocks = enclosed_ring_error(*symbol).error
                error = rings.ring_spectrum(kernel, Fraction(1, 5), poses).error
                assert error.overlaps(blocks)
                assert float(error.rad()) < 1e-40
                assert not (error * (1 + arb("1e-40"))).overlaps(blocks)


@cache
def page() -> dict:
    return rings.ring_page()


def test_the_embedded_numbers_are_complete_and_small() -> None:
    data = page()
    assert (len(data["kernels"]), len(data["heights"]), len(data["poses"])) == (3, 9, 23)
    for kernel in data["kernels"]:
        for row in data["spectra"][kernel]:
            assert [len(values) for values in row] == [count + 1 for count in data["poses"]]
    errors = [float(value) for kernel in data["kernels"] for row in data["errors"][kernel] for value in row]
    assert len(errors) == 3 * 9 * 23
    assert min(errors) > 0
    assert {error < 1 for error in errors} == {True, False}  # both answers can be seen
    assert len(json.dumps(data)) < 250_000
    index_of_kernel, row, column = data["chosen"]
    assert data["errors"][data["kernels"][index_of_kernel]][row][column] == "0.155916106166"


def test_digits_that_are_not_certain_are_refused() -> None:
    from flint import arb

    assert rings._digits(arb("0.125 +/- 1e-30"), 12) == "0.125000000000"
    with pytest.raises(ValueError, match="not known to 12 digits"):
        rings._digits(arb("0.125 +/- 1e-10"), 12)


# ---------------------------------------------------------------------- report and article


@cache
def verified() -> tuple[Certificate, dict[str, Document]]:
    """All theorems without their checks' cost: the derivations of some, and their results in a quick run."""
    documents: dict[str, Document] = {}
    return verify(["T1", "T2", "T5", "K1"], quick=True, documents=documents), documents


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report")
    certificate, documents = verified()
    write_report(certificate, target / "report.html", documents)
    write_article(certificate, target / "article.tex", documents)
    return target


def test_the_report_holds_every_part_in_one_offline_file(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"<]*", text)) <= {
        "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink",
    }  # fmt: skip
    for part in ("@import", "url(http", " src=", "<link"):
        assert part not in text
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert {"T1", "T2", "T5", "K1", "notation", "rings", "sources"} <= ids
    assert {link for link in links if "_" not in link} - ids <= set(THEOREMS)  # a theorem used, not verified here
    assert text.count("<details><summary>Derivation") == 4
    assert text.count('class="theorem"') == 4
    for family in list(FAMILIES.values())[:2]:
        assert text.count(family) == 3  # contents, table, theorems
    for formula in re.findall(r"<math.*?</math>", text, re.DOTALL):
        ElementTree.fromstring(re.sub(r"&(?!#|amp;|lt;|gt;)", "&amp;", formula))


def test_the_report_can_be_read_without_scripts(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    plain = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert plain.count("<svg") == 4
    assert '<strong id="rings-error">0.155916106166</strong>' in plain
    assert 'id="rings-controls" hidden' in plain
    assert "0.15591611" in plain  # the table
    data = re.search(r'<script type="application/json" id="rings-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == page()


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_is_valid_javascript(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (folder / "script.js").write_text(script)
    assert subprocess.run(["node", "--check", str(folder / "script.js")], check=False).returncode == 0


def test_the_article_holds_every_theorem(folder: Path) -> None:
    text = (folder / "article.tex").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert not re.search(r"<<|<%|\{\{ ", text)
    for name in ("T1", "T2", "T5", "K1"):
        assert f"\\subsection{{{name}. " in text
        assert f"\\textbf{{Theorem {name}.}}" in text
    cited = set(re.search(r"cite\{([^}]*)\}", text)[1].split(","))
    assert cited <= set(re.findall(r"\\bibitem\{([^}]*)\}", text))


def compiled(folder: Path) -> str:
    """The log of the second run of pdflatex."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "article.tex"]
    for _ in range(2):
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        assert run.returncode == 0, run.stdout[-2000:]
    return (folder / "article.log").read_text(encoding="utf-8", errors="replace")


def assert_clean(log: str) -> None:
    wide = [float(width) for width in re.findall(r"Overfull \\hbox \(([0-9.]+)pt too wide\)", log)]
    assert max(wide, default=0.0) <= 10
    assert "undefined" not in log
    assert "multiply defined" not in log
    assert "Missing character" not in log


needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


@needs_pdflatex
def test_pdflatex_accepts_the_article(folder: Path) -> None:
    assert_clean(compiled(folder))
    assert (folder / "article.pdf").read_bytes().startswith(b"%PDF")


@needs_pdflatex
def test_pdflatex_accepts_the_statement_of_every_theorem(tmp_path: Path) -> None:
    certificate, _ = verified()
    one = certificate.results[0]
    from dataclasses import replace

    every = tuple(
        replace(one, id=key, title=theorem.title, source=theorem.source, derivation=None)
        for key, theorem in THEOREMS.items()
    )
    write_article(replace(certificate, results=every), tmp_path / "article.tex")
    assert_clean(compiled(tmp_path))


def test_a_failing_theorem_is_shown_as_failing(tmp_path: Path) -> None:
    from dataclasses import replace

    certificate, documents = verified()
    result = certificate.results[0]
    bad = replace(result.checks[0], holds=False, detail="S3: 50 % of a_b & <c>")
    failing = replace(certificate, results=(replace(result, checks=(bad,)),))
    html = write_report(failing, tmp_path / "r.html", documents).read_text(encoding="utf-8")
    assert "S3: 50 % of a_b &amp; &lt;c&gt;" in html
    latex = write_article(failing, tmp_path / "a.tex", documents).read_text(encoding="utf-8")
    assert r"\textbf{Fails:} S3: 50 \% of a\_b \& $<$c$>$" in latex


def test_a_derivation_that_could_not_be_shown_says_why(tmp_path: Path) -> None:
    certificate, _ = verified()
    documents = {result.id: Document(error="ValueError: a_b") for result in certificate.results}
    html = write_report(certificate, tmp_path / "r.html", documents).read_text(encoding="utf-8")
    assert "The derivation cannot be shown: ValueError: a_b" in html
    latex = write_article(certificate, tmp_path / "a.tex", documents).read_text(encoding="utf-8")
    assert r"The derivation cannot be shown: ValueError: a\_b" in latex
