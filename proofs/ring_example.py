"""A kernel on two interleaved rings of the unit circle: spectrum and error of T5 as numbers of 50 digits."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import mpmath
import sympy

from .derivation import Step, define, equal
from .evaluation import DIGITS

if TYPE_CHECKING:
    from .kernels import Kernel

#: Decimal digits of the computation.
WORKING = DIGITS + 25

#: Decimal digits that are shown.
SHOWN = 15


def ring_steps(poses: int, kernel: Kernel, target: str) -> list[Step]:
    """Steps for C_N and a kernel; one that says so if the Gram matrix is singular or its condition above 1e20.

    Args:
        poses: N.
        kernel: A function of the cosine u.
        target: ``"error"`` or ``"spectrum"``.
    """
    row = kernel_row(poses, sympy.sympify(kernel.expression))
    values = spectrum(row)
    section = "Two interleaved rings"
    if min(values) <= max(values) * mpmath.mpf(10) ** -20:
        return [_left_out(poses, values, section)]
    intro = define(
        rf"For instance, on a circle: $A_j$ at the angle $2 \pi j/{poses}$ and $B_j$ half a step further,"
        r" numbered around the circle. T5 applies, with the circulant of the values of the kernel.",
        rf"c_j = k(\cos(\pi j/{poses})), \qquad \lambda_k = \sum_{{j=0}}^{{{2 * poses - 1}}} c_j"
        rf" \cos(\pi jk/{poses}) = \lambda_{{{2 * poses}-k}}",
        label="rings",
        section=section,
    )
    eigenvalues = [rf"\lambda_{{{k}}} = {shown(values[k])}" for k in range(poses + 1)]
    return [intro, (_error_step if target == "error" else _trace_step)(row, values, eigenvalues)]


def _left_out(poses: int, values: list[Any], section: str) -> Step:
    """Why there is no example: an error would be a quotient of nothing by nothing, or of rounding by rounding."""
    smallest = min(values) / max(values)
    size = (
        rf"below $10^{{-{DIGITS}}}$" if abs(smallest) < mpmath.mpf(10) ** -DIGITS else rf"${shown(smallest, 3)}$"
    )
    return define(
        rf"On a circle, $A_j$ at the angle $2 \pi j/{poses}$ and $B_j$ half a step further, this kernel has"
        rf" no example:"
        rf" the smallest eigenvalue of its Gram matrix, relative to the largest, is {size}: zero, or too small for"
        r" the digits of this computation. A ridge, or a kernel with more positive coefficients (K12), helps.",
        label="rings",
        section=section,
    )


def _error_step(row: tuple[Any, ...], values: list[Any], eigenvalues: list[str]) -> Step:
    """T5 against solving without the pose."""
    N = len(row) // 2
    error = by_formula(values)
    verdict = "right" if error < 1 else "wrong"
    return equal(
        "theorem",
        rf"The error at a missing pose with labels $\pm 1$, compared with solving the equations without it."
        rf" The"
        rf" sign of the prediction is {verdict}.",
        *eigenvalues,
        rf"|\mathrm{{error}}| = \frac{{\lambda_{{{N}}}^{{-1}}}}{{\frac{{1}}{{{2 * N}}} \sum_k"
        rf" \lambda_k^{{-1}}}}"
        rf" = {shown(error)}",
        pairs=[(_float(error), _float(by_refitting(row)))],
        identity="T5",
        numbers=True,
        uses=("rings", "T5"),
    )


def _trace_step(row: tuple[Any, ...], values: list[Any], eigenvalues: list[str]) -> Step:
    """The power sums of the eigenvalues are the traces of the powers."""
    size = len(row)
    with mpmath.workdps(WORKING):
        squares = (mpmath.fsum(x**2 for x in values), size * mpmath.fsum(c**2 for c in row))
        sums = (mpmath.fsum(values), size * row[0])
    return equal(
        "trace",
        "The eigenvalues sum to the trace of $K$ and their squares to the trace of its square.",
        *eigenvalues,
        rf"\sum_k \lambda_k = {size}\, c_0, \qquad \sum_k \lambda_k^2 = {size} \sum_j c_j^2",
        pairs=[(_float(a), _float(b)) for a, b in (sums, squares)],
        identity="T5",
        numbers=True,
        uses=("rings", "T5"),
    )


@lru_cache(maxsize=64)
def kernel_row(poses: int, expression: Any) -> tuple[Any, ...]:
    """c_j = k(cos(pi j/N)) for j = 0, ..., 2N - 1, as numbers of WORKING digits."""
    u = sympy.Symbol("u")
    function = sympy.lambdify(u, expression, "mpmath")
    with mpmath.workdps(WORKING):
        first, last = (mpmath.mpmathify(expression.subs(u, end).evalf(WORKING)).real for end in (1, -1))
    with mpmath.workdps(2 * WORKING):  # arccos near 1 loses up to half of the digits
        between = [mpmath.re(function(mpmath.cospi(mpmath.mpf(j) / poses))) for j in range(1, poses)]
    half = [first, *between, last]
    return tuple(half + half[-2:0:-1])


def spectrum(row: tuple[Any, ...]) -> list[Any]:
    """Eigenvalues of the circulant, lambda_0, ..., lambda_(2N-1)."""
    size = len(row)
    with mpmath.workdps(WORKING):
        return [
            mpmath.fsum(c * mpmath.cospi(mpmath.mpf(2 * (j * k % size)) / size) for j, c in enumerate(row))
            for k in range(size)
        ]


def by_formula(values: list[Any]) -> Any:
    """T5: 1/lambda_N over the mean of 1/lambda_k."""
    with mpmath.workdps(WORKING):
        mean = mpmath.fsum(1 / x for x in values) / len(values)
        return 1 / (values[len(values) // 2] * mean)


def by_refitting(row: tuple[Any, ...]) -> Any:
    """|y - p| at the first point, by solving the equations of the others."""
    size = len(row)
    with mpmath.workdps(WORKING):
        K = mpmath.matrix(size - 1, size - 1)
        for i in range(1, size):
            for j in range(1, size):
                K[i - 1, j - 1] = row[(i - j) % size]
        weights = mpmath.lu_solve(K, mpmath.matrix([(-1) ** i for i in range(1, size)]))
        return abs(1 - mpmath.fsum(row[i] * weights[i - 1] for i in range(1, size)))


def _float(value: Any) -> sympy.Float:
    return sympy.Float(value, WORKING)


def shown(value: Any, digits: int = SHOWN) -> str:
    """A number in LaTeX, to some digits."""
    text = mpmath.nstr(value, digits)
    mantissa, _, exponent = text.partition("e")
    return text if not exponent else rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
