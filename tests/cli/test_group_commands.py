"""Commands about one group: formats, pictures, and one line for each bad input."""

import json
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from orbitkernels.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err


def test_a_long_table_is_latex_for_text_mode(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "characters", "S4", "--format", "longtable")
    assert status == 0
    assert out.startswith(r"\begin{longtable}")


def matrices(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, np.ndarray]:
    """Matrices by word of the one irrep that a command prints as JSON, as complex numbers."""
    status, out, _ = run(capsys, "irreps", *arguments, "--format", "json")
    assert status == 0
    (irrep,) = json.loads(out)["irreps"]

    def number(entry: dict | list) -> complex:
        if isinstance(entry, list):
            return complex(*entry)
        root = np.exp(2j * np.pi / entry["conductor"])
        return sum(float(Fraction(c)) * root**j for j, c in enumerate(entry["coefficients"]))

    return {word: np.array([[number(x) for x in row] for row in rows]) for word, rows in irrep["matrices"].items()}


@pytest.mark.parametrize("exact", [[], ["--exact"]])
def test_matrices_multiply_as_the_words_do(capsys: pytest.CaptureFixture[str], exact: list[str]) -> None:
    found = matrices(capsys, "SL(2,3)", *exact, "--rows", "X7", "--elements", "a,b,a*b^-1*a")
    assert found["a"].shape == (3, 3)
    assert np.allclose(found["a*b^-1*a"], found["a"] @ np.linalg.inv(found["b"]) @ found["a"], atol=1e-13)
    assert not np.allclose(found["a"], found["b"])


def test_matrices_of_the_generators_as_text_and_latex(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "irreps", "C4", "--rows", "3", "--exact")
    assert (status, out.splitlines()[2:]) == (0, ["X3: degree 1, complex, conductor 4", "a  E(4)"])
    status, out, _ = run(capsys, "irreps", "C4", "--rows", "3")
    assert status == 0
    assert out.splitlines()[-1] == "a  1i"
    status, out, _ = run(capsys, "irreps", "C4", "--rows", "3", "--exact", "--format", "latex")
    assert status == 0
    assert r"\rho_{3}(\mathtt{a}) = \begin{pmatrix} i \end{pmatrix}" in out


def test_a_cayley_graph_is_a_file_of_its_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "new" / "d4.svg"
    status, out, err = run(capsys, "draw", "cayley-graph", "D4", "--out", str(target))
    assert (status, out, err) == (0, "", f"Wrote {target}\n")
    root = ElementTree.parse(target).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["aria-label"].startswith("Cayley graph of D4")


def test_a_cayley_graph_has_an_arrow_for_each_edge_and_a_line_for_each_pair_of_an_involution() -> None:
    from orbitkernels.group_figures import cayley_graph_figure
    from orbitkernels.theory.names import group

    drawn = cayley_graph_figure(group("S3"))  # generators of orders 2 and 3: three lines and six arrows
    blue, orange = ("#0072b2", "#e69f00")
    assert len(re.findall(f"stroke: {blue}", drawn)) - 1 == 3  # one more in the legend
    arrows = len(re.findall(f"fill: {orange}", drawn))
    assert arrows == 6
    assert cayley_graph_figure(group("C1")).count("<svg") == 1


def test_a_spectrum_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "draw", "spectrum", "S4", "--kernel", "heat(t=1/4, generators=class:(0 1))")
    assert status == 0
    root = ElementTree.fromstring(out)
    assert root.attrib["aria-label"].startswith("Fourier spectrum")


def test_the_spectrum_without_a_kernel_is_that_of_the_classes_of_the_generators() -> None:
    from orbitkernels.group_commands import _adjacency
    from orbitkernels.proofs.cayley_kernels import cayley_kernel
    from orbitkernels.theory.names import group

    G = group("C7:C3")  # b has order 3 and 7 conjugates, a has 3; with their inverses 14 + 6
    assert cayley_kernel(G, _adjacency(G)).degree == 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["draw", "cayley-graph", "S7"], "5040 nodes; at most 200"),
        (["draw", "cayley-graph", "D4", "-k", "adjacency(generators=1)"], "'--kernel' is for 'spectrum'"),
        (["draw", "spectrum", "C1"], "no generators"),
        (["draw", "spectrum", "C200"], "200 irreps"),
        (["draw", "spectrum", "D4", "-k", "ntk(depth=1)"], "'kernel' must be a call"),
        (["draw", "tree", "D4"], "tree"),
        (["draw", "spectrum", "Z"], "unknown"),
        (["irreps", "S4", "--rows", "6"], "rows 1 to 5"),
        (["irreps", "S4", "--rows", "0"], "rows 1 to 5"),
        (["irreps", "S4", "--rows", "2,y"], "'y'"),
        (["irreps", "S4", "--elements", "a,q"], "Argument 'elements' holds 'q'"),
        (["irreps", "S7", "--elements", ",".join(["a"] * 60)], "more than 20000"),
        (["characters", "S4", "--format", "html"], "html"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert words in err
