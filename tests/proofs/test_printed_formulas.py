"""The formulas as they are printed, read back from their LaTeX, against dense floating-point linear algebra.

Nothing of the package takes part but the group's multiplication and the derivation's displayed lines: a reader of
LaTeX evaluates them for random values of the symbol, and NumPy solves without the missing pose.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from latex_reader import LABELS, read

from orbitkernels.proofs.derive import derive
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group as group_of

GROUPS = (
    "C1",
    "C2",
    "C3",
    "C4",
    "C5",
    "C6",
    "C7",
    "C8",
    "C2^2",
    "S3",
    "D4",
    "D5",
    "D6",
    "Q8",
    "A4",
    "S4",
    "C7:C3",
    "Heis(3)",
    "S5",
)

# ---------------------------------------------------------------------- the lines of a section


def sections(group: str, target: str) -> Iterator[tuple[str, list[str]]]:
    """Displayed lines of each section, sums put together that go on in the next line."""
    name, lines = "", []
    for step in made(group, target).steps:
        if step.section:
            if name:
                yield name, lines
            name, lines = step.section, []
        for line in step.lines:
            if line.startswith(r"\qquad"):
                lines[-1] += line.removeprefix(r"\qquad")
            else:
                lines.append(line)
    yield name, lines


@cache
def made(group: str, target: str) -> Any:
    return derive(target, group=group)


class Values(dict):
    """Values by kind and index; derivatives of determinants by central differences."""

    def __missing__(self, key: tuple) -> Any:
        if key[0] == "\\zeta":
            return np.exp(2j * np.pi / key[1])
        raise AssertionError(f"{key} is used before it is given a value")


def assign(lines: list[str], values: Values) -> None:
    """Read every line ``name_k = expression`` and ``X = matrix`` in its order."""
    plain = r"(\\operatorname\{\w+\} |\\)?(\w+)_\{(\d+)\}"
    parts: dict[str, dict[tuple[int, int], Any]] = {}
    for line in lines:
        left, _, right = line.partition(" = ")
        if entry := re.fullmatch(r"\((\w)_\{(\d+)\}\)_\{(\d)(\d)\}", left):
            kind, k, i, j = entry.groups()
            if mirrored := re.match(r"\(\w_\{\d+\}\)_\{(\d)(\d)\}(\^\*)? = ", right):
                right = right[mirrored.end() :]
                value = read(right, values)
                parts.setdefault(f"{kind}{k}", {})[int(mirrored[1]), int(mirrored[2])] = (
                    np.conj(value) if mirrored[3] else value
                )
            parts.setdefault(f"{kind}{k}", {})[int(i), int(j)] = read(right, values)
        elif matrix := re.fullmatch(r"\\begin\{pmatrix\} (.*) \\end\{pmatrix\}", right):
            if found := re.fullmatch(r"(\w)_\{(\d+)\}", left):
                rows = [[read(entry, values) for entry in row.split("&")] for row in matrix[1].split(r"\\")]
                values[found[1], int(found[2])] = np.array(rows)
        elif scalar := re.fullmatch(r"\((.*)\) I|([^=]*) I", right):
            if (found := re.fullmatch(r"(\w)_\{(\d+)\}", left)) and "x_" not in right:
                values[found[1], int(found[2])] = read(scalar[1] or scalar[2], values)
        elif re.fullmatch(plain, left) and "hat K" not in right and "," not in right:
            k = int(re.search(r"\d+", left)[0])
            values[left[: left.rindex("_")].replace(" ", ""), k] = read(right, values)
    for key, entries in parts.items():
        size = max(i for i, _ in entries)
        values[key[0], int(key[1:])] = np.array(
            [[entries[i, j] for j in range(1, size + 1)] for i in range(1, size + 1)]
        )


# ---------------------------------------------------------------------- brute force


def symbol(group: FiniteGroup, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A symbol [2, 2, n] with the symmetry, made so that the Gram matrix is positive definite."""
    n = group.order
    inverse, labels = group.inverse(np.arange(n)), group.conjugacy_classes.labels
    phi = rng.standard_normal((2, 2, n))
    if "lass functions" in kind:
        phi = rng.standard_normal((2, 2, labels.max() + 1))[:, :, labels]
    phi = phi + phi.transpose(1, 0, 2)[:, :, inverse]
    if kind.startswith("Exchangeable"):
        phi[1, 1] = phi[0, 0]
        phi[0, 1] = phi[1, 0] = phi[0, 1] + phi[0, 1][inverse]
    shift = 0.3 - min(0.0, np.linalg.eigvalsh(gram(group, phi)).min())
    phi[0, 0, 0] += shift
    phi[1, 1, 0] += shift + 0.2 * (not kind.startswith("Exchangeable"))
    return phi


def gram(group: FiniteGroup, phi: np.ndarray) -> np.ndarray:
    every = np.arange(group.order)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :])
    return phi[:, :, quotients].transpose(0, 2, 1, 3).reshape(2 * group.order, 2 * group.order)


def refitted(K: np.ndarray, n: int) -> list[float]:
    """y - p for the last pose of the first orbit and the first pose of the second."""
    y = np.repeat(LABELS, n)
    out = []
    for i in (n - 1, n):
        rest = np.delete(np.arange(2 * n), i)
        out.append(y[i] - K[i, rest] @ np.linalg.solve(K[np.ix_(rest, rest)], y[rest]))
    return out


def names(group: FiniteGroup, phi: np.ndarray, kind: str) -> Values:
    """The values of the printed names for a symbol."""
    inverse, classes = group.inverse(np.arange(group.order)), group.conjugacy_classes
    found = Values()
    for g in range(group.order):
        index, opposite = (g, int(inverse[g]))
        if kind == "Class functions":
            index, opposite = int(classes.labels[g]), int(classes.labels[inverse[g]])
        found["\\varphi", min(index, opposite)] = phi[0, 0, g]
        found["\\omega", min(index, opposite)] = phi[1, 1, g]
        found["\\psi", index if kind != "Exchangeable orbits" else min(index, opposite)] = phi[0, 1, g]
    return found


def general_blocks(lines: list[str], group: FiniteGroup, phi: np.ndarray, kind: str) -> Values:
    """All names of a section of general form, with Khat, its determinant and the derivatives of that."""
    values = names(group, phi, kind)
    assign(lines, values)
    if any(key[0] == "Q" for key in values):
        swapped, mirrored = Values(values), Values(values)
        inverse = group.inverse(np.arange(group.order))
        for g in range(group.order):
            swapped["\\varphi", min(g, int(inverse[g]))] = phi[1, 1, g]
            mirrored["\\psi", g] = phi[0, 1, inverse[g]]
        assign(lines, swapped)
        assign(lines, mirrored)
        for key in [key for key in values if key[0] == "Q"]:
            k, d = key[1], len(values[key])
            P, Q, R, back = (
                x * np.eye(d) if np.ndim(x) == 0 else x
                for x in (values["P", k], values["Q", k], swapped["P", k], mirrored["Q", k])
            )
            K = values["K", k] = np.block([[P, Q], [back, R]])
            values["\\Delta", k] = np.linalg.det(K)
            for c, variable in enumerate(("\\varphi", "\\omega")):
                E = np.diag(np.repeat([1.0 - c, float(c)], d)) * 1e-4
                values[f"\\partial\\Delta_{{{k}}}", f"\\partial{variable}_0"] = (
                    np.linalg.det(K + E) - np.linalg.det(K - E)
                ) / 2e-4
    return values


@pytest.mark.parametrize("name", GROUPS)
def test_printed_errors_are_those_of_solving_without_the_pose(name: str) -> None:
    group, compared = group_of(name), 0
    rng = np.random.default_rng(len(name))
    for kind, lines in sections(name, "error"):
        if kind.startswith("The group"):
            continue
        phi = symbol(group, kind, rng)
        expected = refitted(gram(group, phi), group.order)
        errors = [line for line in lines if line.startswith(r"\mathrm{error}")]
        if kind.startswith("Exchangeable"):
            found = exchange_errors(lines, errors, group, phi, kind)
        else:
            values = general_blocks([line for line in lines if "S_" not in line], group, phi, kind)
            assign(
                [line.replace("S_1", "S_{1}").replace("S_2", "S_{2}") for line in lines if line[:2] == "S_"],
                values,
            )
            found = [
                read(part.partition("=")[2].replace("S_1", "S_{1}").replace("S_2", "S_{2}"), values)
                for part in errors[0].split(r", \qquad")
            ]
        assert np.asarray(found).imag == pytest.approx(0, abs=1e-9)
        assert np.asarray(found).real == pytest.approx(expected, rel=1e-5)
        compared += 1
    assert compared == len([s for s in made(name, "error").steps if s.section]) - 1 >= 1


def exchanged(lines: list[str], group: FiniteGroup, phi: np.ndarray, kind: str) -> dict[int, Values]:
    """The names of the section on exchangeable orbits for both signs."""
    blocks = [line for line in lines if re.match(r"\(?X_\{|\\operatorname\{tr\} X", line)]
    every, found = np.arange(group.order), {}
    index = group.conjugacy_classes.labels if "class" in kind else every
    inverse = index[group.inverse(every)]
    for sign in (1, -1):
        values = found[sign] = Values()
        for g in range(group.order):
            values["\\theta", min(int(index[g]), int(inverse[g]))] = phi[0, 0, g] + sign * phi[0, 1, g]
        assign(blocks, values)
        for (letter, k), matrix in list(values.items()):
            if letter == "X" and np.ndim(matrix) == 2:
                values["\\detX", k] = np.linalg.det(matrix)
                printed = values["\\operatorname{tr}X", k]
                assert printed == pytest.approx(np.trace(matrix), abs=1e-9)
                values["\\sigma", k] = (printed**2 - np.trace(matrix @ matrix)) / 2
                values["\\delta", k] = printed**2 - 4 * values["\\detX", k]
            elif letter == "X":
                values["x", k] = matrix
    return found


def exchange_errors(
    lines: list[str], errors: list[str], group: FiniteGroup, phi: np.ndarray, kind: str
) -> list[Any]:
    """error_{1,2} from S and X of both signs."""
    signs = exchanged(lines, group, phi, kind)
    (sum_line,) = [line for line in lines if line.startswith("S = ")]
    total = sum(read(sum_line.partition("s = ")[2], signs[sign]) / 2 for sign in (1, -1))
    (error,) = errors
    factor = read(
        error[error.index("= ") + 2 : error.index(r"\left(")].replace("S", "S_{0}"), Values({("S", 0): total})
    )
    inside = error[error.index(r"\left(") :]
    found = []
    for sign in ("+", "-"):
        text = inside.replace(r"\pm", sign).replace("X_{1}^+", "X_{1}").replace("X_{1}^-", "X_{2}")
        found.append(factor * read(text, Values({("X", 1): signs[1]["X", 1], ("X", 2): signs[-1]["X", 1]})))
    return found


def multiplicity(line: str) -> tuple[str, int]:
    """A line on eigenvalues without the words on how often they occur, and that number; 0 for other lines."""
    times = re.search(r"\\qquad \((?:\\text\{once each\}|(\d+) \\text\{ times each\})\)$", line)
    return (line[: times.start()], int(times[1] or 1)) if times else (line, 0)


def exchange_spectrum(lines: list[str], group: FiniteGroup, phi: np.ndarray, kind: str) -> list[float]:
    """All eigenvalues that the section on exchangeable orbits prints."""
    found: list[float] = []
    for values in exchanged(lines, group, phi, kind).values():
        for line in lines:
            text, copies = multiplicity(line.replace(r"^\pm", ""))
            if text.startswith(r"\text{the roots of }"):
                cubic = text.removeprefix(r"\text{the roots of }").removesuffix("= 0 ")
                points = [-1.0, 0.0, 1.0, 2.0]  # a cubic through four of its values
                at = [read(cubic.replace("x", f"({int(x)})"), values) for x in points]
                eigenvalues = np.roots(np.polyfit(points, at, 3))
            elif r"\text{ and }" in text:
                eigenvalues = [read(part, values) for part in text.split(r"\text{ and }")]
            elif copies:
                eigenvalues = [read(text.partition("= ")[2], values)]
            found += np.repeat(np.real(eigenvalues), copies).tolist() if copies else []
    return found


@pytest.mark.parametrize("name", GROUPS)
def test_printed_spectra_are_those_of_the_gram_matrix(name: str) -> None:
    group, compared = group_of(name), 0
    rng = np.random.default_rng(len(name) + 1)
    for kind, lines in sections(name, "spectrum"):
        if kind.startswith("The group"):
            continue
        phi = symbol(group, kind, rng)
        spectrum = (
            exchange_spectrum(lines, group, phi, kind)
            if kind.startswith("Exchangeable")
            else general_spectrum(lines, group, phi, kind)
        )
        assert np.sort(spectrum) == pytest.approx(np.linalg.eigvalsh(gram(group, phi)), abs=1e-7)
        compared += 1
    assert compared == len([s for s in made(name, "spectrum").steps if s.section]) - 1 >= 1


def general_spectrum(lines: list[str], group: FiniteGroup, phi: np.ndarray, kind: str) -> list[float]:
    """All eigenvalues that a section of general form prints."""
    spectrum: list[float] = []
    blocks = [line for line in lines if not re.match(r"\\lambda|\\text", line)]
    values = general_blocks(blocks, group, phi, kind)
    for (letter, k), B in list(values.items()):
        if letter == "\\operatorname{Re}B":
            values["B", k] = B + 1j * values["\\operatorname{Im}B", k]
    for line in lines:
        text, copies = multiplicity(line)
        if not copies:
            continue
        if line.startswith(r"\lambda"):
            right = text.partition("= ")[2]
            for sign in ("+", "-"):
                spectrum += [complex(read(right.replace(r"\pm", sign), values)).real] * copies
        else:
            k = int(re.search(r"rho_\{(\d+)\}", line)[1])
            spectrum += np.repeat(np.linalg.eigvals(values["K", k]).real, copies).tolist()
    return spectrum


def test_the_reader_reads() -> None:
    values = Values({("\\psi", i): float(i * i) for i in range(9)})
    assert read(r"\psi_{1} + \cdots + \psi_{4} - 2 \left(\psi_{2} - \psi_{3}\right)", values) == 30 + 10
    assert read(r"- \frac{1 + \sqrt{3} i}{2} \psi_{2}", values) == pytest.approx(-2 - 2j * np.sqrt(3))
    with pytest.raises(AssertionError, match="before"):
        read(r"\varphi_{1}", values)
