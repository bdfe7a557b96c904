"""The checks of K6 and K7: the arc-cosine kernels of degree 0 and 1 on N points of a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .circle_cases import (
    FLOAT_SIZES,
    QUICK_SIZES,
    SIZES,
    SMALL_SIZES,
    CircleCase,
    FloatArray,
    circle_cases,
    enclosed_comparison,
    exact_comparison,
    formula_of,
    numeric_comparison,
)
from .evidence import Comparison
from .theorem import Procedure


@dataclass(frozen=True)
class ArcCosineChecks:
    """Closed form against transform, in numbers a + b/pi with cyclotomic a and b, in balls and in floating point.

    Attributes:
        degree: 0 or 1.
        row: Makes the first row of the Gram matrix of N points in floating point.
    """

    degree: int
    row: Callable[[int, np.random.Generator], FloatArray]

    @property
    def kernel(self) -> str:
        """Name of the kernel."""
        return f"kappa{self.degree}"

    @property
    def exact(self) -> Procedure:
        """Every N up to 24."""
        return Procedure(lambda quick: self._cases(quick, SMALL_SIZES), self._compare_exactly)

    @property
    def enclosed(self) -> Procedure:
        """Every N up to 40."""
        return Procedure(lambda quick: self._cases(quick, SIZES), self._compare_enclosures)

    @property
    def numeric(self) -> Procedure:
        """N up to 500."""
        return Procedure(lambda quick: self._cases(quick, FLOAT_SIZES), self._compare_numerically)

    def _cases(self, quick: bool, sizes: tuple[int, ...]) -> list[CircleCase]:
        return circle_cases(QUICK_SIZES if quick else sizes, self.kernel)

    def _formula(self) -> Any:
        """The closed form of theory/circle_spectra.py."""
        from orbitkernels.theory import circle_spectra

        return formula_of(getattr(circle_spectra, f"{self.kernel}_eigenvalue"))

    def _compare_exactly(self, case: CircleCase, rng: np.random.Generator) -> Comparison:
        """The closed form and the transform of the values, both as a + b/pi with cyclotomic a and b."""
        from orbitkernels.theory import circle_exact

        values = circle_exact.exact_samples(getattr(circle_exact, f"exact_{self.kernel}"), case.points)
        return exact_comparison(case, self._formula().exact(case.points), circle_exact.transform_over_pi(values))

    def _compare_enclosures(self, case: CircleCase, rng: np.random.Generator) -> Comparison:
        """The closed form and the sum over the aliases, against the transform of the values."""
        from orbitkernels.theory import circle_enclosures as balls

        N, aliased = case.points, getattr(balls, f"aliased_{self.kernel}")
        routes = [lambda: self._formula().balls(N), lambda: [aliased(N, k) for k in range(N)]]
        return enclosed_comparison(case, routes, getattr(balls, f"{self.kernel}_value"))

    def _compare_numerically(self, case: CircleCase, rng: np.random.Generator) -> Comparison:
        """The closed form, against the transform of a row of the Gram matrix."""
        from orbitkernels.numerics import circle_spectra

        spectrum = getattr(circle_spectra, f"{self.kernel}_spectrum")(case.points)
        return numeric_comparison(case, spectrum, self.row(case.points, rng))
