"""What ``orbitkernels irreps`` shows: matrices of irreps as data for JSON, aligned text and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.errors import InputError

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

_KINDS = {1: "real", 0: "complex", -1: "quaternionic"}

#: Most numbers that are shown at once.
MAX_NUMBERS = 20_000


def irreps_result(
    group: FiniteGroup, rows: Sequence[int] | None = None, words: Sequence[str] | None = None, exact: bool = False
) -> dict[str, Any]:
    """Matrices of irreps of a group, as plain data.

    Args:
        group: The group.
        rows: Numbers X1, X2, ... of rows of the character table, counted from 1; all if omitted.
        words: Elements as words in the generators; the generators themselves if omitted.
        exact: Exact matrices over a cyclotomic field instead of unitary ones in floating point.

    Returns:
        ``group``, ``order``, ``exact`` and ``irreps``: for each ``row``, ``degree``, ``indicator``, ``kind``,
        ``conductor`` (exact) or ``residual`` (unitary), and ``matrices``: for each word the rows of rho(word),
        whose entries are ``{"conductor", "coefficients"}`` as in a character table, or ``[real, imaginary]``.

    Raises:
        InputError: If a row or word is none, there are more than MAX_NUMBERS entries, or the group is too large.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> result = irreps_result(group("S3"), rows=[3], words=["a"], exact=True)
        >>> result["irreps"][0]["degree"], result["irreps"][0]["conductor"]
        (2, 1)
    """
    table = group.character_table()
    chosen = range(len(table)) if rows is None else [_row(len(table), row) for row in rows]
    names = list(group.generator_names) if words is None else list(words)
    elements = [group.element(word, "elements") for word in names]
    _refuse_many(group, [int(table.degrees[row]) for row in chosen], len(names))
    found = _exact(group, chosen) if exact else _unitary(group, chosen)
    irreps = []
    for irrep in found:
        entry: dict[str, Any] = {
            "row": irrep.character + 1,
            "degree": irrep.degree,
            "indicator": irrep.indicator,
            "kind": _KINDS[irrep.indicator],
        }
        entry |= {"conductor": irrep.conductor} if exact else {"residual": float(irrep.residual)}
        entry["matrices"] = {
            name: _exact_entries(irrep.matrix(g)) if exact else _numbers(irrep(g))
            for name, g in zip(names, elements, strict=True)
        }
        irreps.append(entry)
    return {"group": group.name, "order": group.order, "exact": exact, "irreps": irreps}


def _row(count: int, row: int) -> int:
    if not 1 <= row <= count:
        raise InputError(f"Argument 'rows' must hold rows 1 to {count} of the character table, not {row}.")
    return row - 1


def _refuse_many(group: FiniteGroup, degrees: Sequence[int], matrices: int) -> None:
    numbers = matrices * sum(d * d for d in degrees)
    if numbers > MAX_NUMBERS:
        raise InputError(
            f"The matrices asked for have {numbers} entries, more than {MAX_NUMBERS}; name rows of the character "
            f"table of {group.name} with --rows, or take G.irreps() in Python."
        )


def _exact(group: FiniteGroup, rows: Sequence[int]) -> Sequence[Any]:
    from orbitkernels.theory.irreps import exact_irreps

    return exact_irreps(group, rows)


def _unitary(group: FiniteGroup, rows: Sequence[int]) -> Sequence[Any]:
    from orbitkernels.proofs.irreps import unitary_irreps

    return unitary_irreps(group, rows)


def _exact_entries(matrix: Sequence[Sequence[Any]]) -> list[list[dict[str, Any]]]:
    return [
        [{"conductor": x.conductor, "coefficients": [str(c) for c in x.coefficients]} for x in row]
        for row in matrix
    ]


def _numbers(matrix: Any) -> list[list[list[float]]]:
    values = np.asarray(matrix)
    return [[[float(z.real), float(z.imag)] for z in row] for row in values]


# ---------------------------------------------------------------------- text and LaTeX


def irreps_text(result: dict[str, Any]) -> str:
    """The matrices aligned, one block an irrep.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> print(irreps_text(irreps_result(group("C3"), rows=[2], exact=True)))
        Irreps of C3: order 3, exact over cyclotomic fields; E(N) = exp(2 pi i/N)
        <BLANKLINE>
        X2: degree 1, complex, conductor 3
        a  E(3)
    """
    how = "exact over cyclotomic fields; E(N) = exp(2 pi i/N)" if result["exact"] else "unitary, floating point"
    lines = [f"Irreps of {result['group']}: order {result['order']}, {how}"]
    for irrep in result["irreps"]:
        lines += ["", f"X{irrep['row']}: degree {irrep['degree']}, {irrep['kind']}, {_quality(irrep)}"]
        indent = max(map(len, irrep["matrices"]), default=0)
        for name, matrix in irrep["matrices"].items():
            cells = [[_shown(x) for x in row] for row in matrix]
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            for number, row in enumerate(cells):
                head = name if number == 0 else ""
                lines.append(f"{head:{indent}}  " + "  ".join(map(str.rjust, row, widths)))
    return "\n".join(lines)


def irreps_latex(result: dict[str, Any]) -> str:
    r"""The matrices for mathematics mode (amsmath), one line a matrix.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> print(irreps_latex(irreps_result(group("C3"), rows=[2], exact=True)))
        \begin{gather*}
        \rho_{2}(\mathtt{a}) = \begin{pmatrix} \frac{-1 + \sqrt{3} i}{2} \end{pmatrix}
        \end{gather*}
    """
    lines = []
    for irrep in result["irreps"]:
        for name, matrix in irrep["matrices"].items():
            rows = r" \\ ".join(" & ".join(_shown_latex(x) for x in row) for row in matrix)
            word = name.replace("^", r"\^{}").replace("_", r"\_")
            lines.append(rf"\rho_{{{irrep['row']}}}(\mathtt{{{word}}}) = \begin{{pmatrix}} {rows} \end{{pmatrix}}")
    width = max((irrep["degree"] for irrep in result["irreps"]), default=1)
    more = [rf"\setcounter{{MaxMatrixCols}}{{{width}}}"] if width > 10 else []
    return "\n".join([*more, r"\begin{gather*}", " \\\\\n".join(lines), r"\end{gather*}"])


def _quality(irrep: dict[str, Any]) -> str:
    return f"conductor {irrep['conductor']}" if "conductor" in irrep else f"residual {irrep['residual']:.1e}"


def _shown(entry: Any) -> str:
    """An exact number, or a complex one to six decimals; zeros as dots."""
    if isinstance(entry, dict):
        return str(_cyclotomic(entry)) if any(c != "0" for c in entry["coefficients"]) else "."
    real, imaginary = (round(part, 6) + 0.0 for part in entry)
    if not imaginary:
        return f"{real:.6g}" if real else "."
    return f"{real:.6g}{imaginary:+.6g}i" if real else f"{imaginary:.6g}i"


def _shown_latex(entry: Any) -> str:
    if isinstance(entry, dict):
        return str(_cyclotomic(entry).to_latex())
    text = _shown(entry)
    return "0" if text == "." else text


def _cyclotomic(entry: dict[str, Any]) -> Any:
    from fractions import Fraction

    from orbitkernels.theory.cyclotomics import Cyclotomic

    return Cyclotomic(entry["conductor"], [Fraction(c) for c in entry["coefficients"]])
