"""Instances of the theorems about N points on a circle, and the two comparisons that they all make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint

if TYPE_CHECKING:
    from orbitkernels.theory.trigonometric_values import Point

FloatArray = npt.NDArray[np.float64]

#: Closed forms and transforms in balls agree to this relative width: 50 digits.
WIDTH = 1e-50

#: Numbers of points of enclosed and of exact checks.
SIZES = tuple(range(1, 41))
SMALL_SIZES = tuple(range(1, 25))
QUICK_SIZES = (1, 2, 3, 4, 5, 6, 9, 12)

#: Numbers of points of numeric checks.
FLOAT_SIZES = (*range(1, 25), 31, 32, 40, 49, 64, 81, 100, 127, 128, 243, 256, 500)


@dataclass(frozen=True)
class CircleCase:
    """N equispaced points on a circle and a kernel.

    Attributes:
        points: N.
        kernel: Words for the kernel.
        parameters: Its parameters, exact.
    """

    points: int
    kernel: str
    parameters: tuple[Fraction, ...] = ()

    @property
    def group(self) -> str:
        """The cyclic group that turns the points into each other."""
        return f"C{self.points}"

    def __str__(self) -> str:
        values = f" ({', '.join(map(str, self.parameters))})" if self.parameters else ""
        return f"{self.points} point{'s' * (self.points > 1)} on a circle, {self.kernel}{values}"


def circle_cases(
    sizes: Sequence[int], kernel: str, parameters: Sequence[tuple[Fraction | int, ...]] = ((),)
) -> list[CircleCase]:
    """One case for each N and each choice of the parameters.

    Example:
        >>> from orbitkernels.proofs.circle_cases import circle_cases
        >>> [str(case) for case in circle_cases([2], "Gaussian kernel", [(3,)])]
        ['2 points on a circle, Gaussian kernel (3)']
    """
    return [CircleCase(N, kernel, tuple(map(Fraction, values))) for N in sizes for values in parameters]


def points_on_circle(N: int, square: float) -> FloatArray:
    """N points of squared norm `square`, array [N, 2]."""
    angles = 2 * np.pi * np.arange(N) / N
    points: FloatArray = np.sqrt(square) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return points


def enclosed_comparison(
    case: CircleCase, routes: Sequence[Callable[[], Sequence[Any]]], profile: Callable[[Fraction], Any]
) -> Comparison:
    """Formulas against the discrete Fourier transform of the values of the kernel, in balls: to 50 digits.

    Args:
        case: Number of points.
        routes: Each makes the N eigenvalues in order, by a formula or an infinite sum.
        profile: Value of the kernel at the angle pi t.
    """
    from orbitkernels.theory.circle_enclosures import samples, transform
    from orbitkernels.theory.enclosures import working_precision

    with working_precision():
        expected = transform(samples(profile, case.points))
        return joint(
            [compare_enclosures(str(case), "eigenvalue", route(), expected, width=WIDTH) for route in routes]
        )


def numeric_comparison(
    case: CircleCase, formula: npt.ArrayLike, first_row: FloatArray, condition: float = 1.0
) -> Comparison:
    """A closed form against the fast Fourier transform of the first row of the Gram matrix."""
    expected = np.fft.fft(first_row).real
    return compare_numerically(str(case), "spectrum", formula, expected, size=case.points, condition=condition)


def exact_comparison(case: CircleCase, formula: Sequence[Any], transformed: Sequence[Any]) -> Comparison:
    """A closed form against the discrete Fourier transform in cyclotomic numbers."""
    return compare_exactly(str(case), "eigenvalue", formula, transformed)


@cache
def formula_of(eigenvalue: Callable[..., Any], *parameters: Any) -> Formula:
    """``eigenvalue(N, k, *parameters)`` as a formula, made once for all cases of a theorem."""
    return Formula(lambda N, k: eigenvalue(N, k, *parameters))


class Formula:
    """A formula in N and k by cases of their parities, made once and evaluated at integers.

    Args:
        eigenvalue: ``eigenvalue(N, k)`` as a SymPy expression, for symbols of known parity.
    """

    def __init__(self, eigenvalue: Callable[[Any, Any], Any]) -> None:
        self._case = cache(lambda *parities: _with_parities(eigenvalue, *parities))

    def balls(self, N: int, **more: Any) -> list[Any]:
        """All N eigenvalues as balls; `more` are values of other symbols by their names."""
        from orbitkernels.theory.trigonometric_values import enclose

        return [enclose(*self._at(N, k, more)) for k in range(N)]

    def exact(self, N: int, **more: Any) -> list[Any]:
        """All N eigenvalues as numbers a + b/pi."""
        return [self.exact_at(N, k, **more) for k in range(N)]

    def exact_at(self, N: int, k: int, **more: Any) -> Any:
        """The eigenvalue at any integer k as a number a + b/pi."""
        from orbitkernels.theory.trigonometric_values import exact_value

        return exact_value(*self._at(N, k, more))

    def _at(self, N: int, k: int, more: dict[str, Any]) -> tuple[Any, Point]:
        expression, points, frequency = self._case(N % 2, k % 2)
        others = {s: more[s.name] for s in expression.free_symbols if s.name in more}
        return expression, {points: N, frequency: k, **others}


def _with_parities(eigenvalue: Callable[[Any, Any], Any], points: int, frequency: int) -> tuple[Any, Any, Any]:
    """The formula in one case, and its symbols."""
    import sympy

    N = sympy.Symbol("N", positive=True, odd=bool(points), even=not points)
    k = sympy.Symbol("k", odd=bool(frequency), even=not frequency)
    return eigenvalue(N, k), N, k
