"""Theorem K1: the arc-cosine kernel of degree 0, the probability that two Gaussians are positive together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Arc-cosine kernel of degree 0"
SOURCE = "Cho and Saul 2009 (NeurIPS 22)"
HYPOTHESES = (
    r"$z_1, z_2$ are jointly Gaussian variables of mean 0 and variance 1 with the correlation $u = \cos\theta$,"
    r" $0 \le \theta \le \pi$.",
    r"$\mathbb{E}$ is the expectation, and $1_{z > 0}$ is 1 for $z > 0$, otherwise 0. (It does not change when $z$"
    r" is multiplied by a positive number, so any positive variances give the same.)",
)
STATEMENT = r"\kappa_0(u) = 2\, \mathbb{E}[1_{z_1 > 0}\, 1_{z_2 > 0}] = 1 - \frac{\theta}{\pi}"


def derivation() -> Derivation:
    """K1 from the Gaussian integral over a wedge, in polar coordinates."""
    from .arc_cosine_derivation import kernel_steps
    from .derivation import Derivation

    return Derivation(TITLE, STATEMENT, kernel_steps("kappa0", STATEMENT), HYPOTHESES, SOURCE, "K1")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class AngleCase:
    """Angles pi a/b for all a from 0 to b."""

    denominator: int
    group: str = "angles"

    def __str__(self) -> str:
        return f"angles pi a/{self.denominator}, a = 0, ..., {self.denominator}"


@dataclass(frozen=True)
class SeriesCase:
    """Taylor coefficients in u."""

    orders: tuple[int, int]
    group: str = "series"

    def __str__(self) -> str:
        return f"coefficients of u^{self.orders[0]}, ..., u^{self.orders[1]}"


@dataclass(frozen=True)
class CosineCase:
    """A rational correlation."""

    cosine: Fraction
    group: str = "cosines"

    def __str__(self) -> str:
        return f"u = {self.cosine}"


@dataclass(frozen=True)
class RandomCase:
    """Random correlations, one of them as near to 1 or -1 as 1 - |u| = gap."""

    gap: float
    turn: int
    group: str = "random cosines"

    def __str__(self) -> str:
        return f"random u, 1 - |u| down to {self.gap:g}, no. {self.turn + 1}"


def exact_cases(quick: bool) -> list[AngleCase | SeriesCase]:
    """Rational angles with denominators up to 16, and 48 Taylor coefficients."""
    angles = (1, 2, 3, 5) if quick else range(1, 17)
    return [*(AngleCase(b) for b in angles), *series_cases(quick)]


def series_cases(quick: bool) -> list[SeriesCase]:
    """Taylor coefficients, some at a time."""
    return [SeriesCase((m, m + 3)) for m in range(0, 12 if quick else 48, 4)]


def enclosed_cases(quick: bool) -> list[CosineCase]:
    """Correlations between -1 and 1, some very close to the ends."""
    near = [Fraction(999, 1000), Fraction(-999, 1000)]
    size = 5 if quick else 21
    return [CosineCase(u) for u in (*(Fraction(k, size + 1) for k in range(-size, size + 1)), *near)]


def numeric_cases(quick: bool) -> list[RandomCase]:
    """Random correlations."""
    gaps = (1e-1, 1e-3) if quick else (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    return [RandomCase(gap, turn) for gap in gaps for turn in range(2 if quick else 5)]


def random_cosines(case: RandomCase, rng: np.random.Generator) -> np.ndarray:
    """Correlations [9], no two of them near 0."""
    inner = rng.uniform(0.05, 1 - case.gap, 8) * rng.choice([-1, 1], 8)
    return np.append(inner, rng.choice([-1, 1]) * (1 - case.gap))


def exact_compare(case: AngleCase | SeriesCase, rng: np.random.Generator) -> Comparison:
    """The closed form at rational angles against counting wedges; its Taylor series against Hermite's."""
    import sympy

    from orbitkernels.theory.arc_cosine import derive_kappa0, theta

    from .arc_cosine_checks import chamber_fraction, hermite_coefficient, taylor_coefficients

    if isinstance(case, SeriesCase):
        low, high = case.orders
        found = taylor_coefficients(derive_kappa0().expression, high)[low:]
        return compare_exactly(
            str(case), "coefficients", found, [hermite_coefficient(0, m) for m in range(low, high + 1)]
        )
    b = case.denominator
    values = [derive_kappa0().in_angle.subs(theta, sympy.pi * a / b) for a in range(b + 1)]
    return compare_exactly(
        str(case),
        "kappa0",
        [Fraction(int(value.p), int(value.q)) for value in values],
        [chamber_fraction(a, b) for a in range(b + 1)],
    )


def enclosed_compare(case: CosineCase, rng: np.random.Generator) -> Comparison:
    """The closed form against the conditional Gaussian integral, in balls."""
    from orbitkernels.theory.ball_expressions import enclose
    from orbitkernels.theory.enclosures import ball, working_precision
    from orbitkernels.theory.formula import u
    from orbitkernels.theory.kernels import kappa0

    from .arc_cosine_checks import enclosed_expectation

    with working_precision():
        value = ball(case.cosine)
        return compare_enclosures(
            str(case), "kappa0", [enclose(kappa0(), {u: value})], [enclosed_expectation(0, value)]
        )


def numeric_compare(case: RandomCase, rng: np.random.Generator) -> Comparison:
    """kappa0 as the NTK of a ReLU net holds it, against Gauss-Legendre quadrature.

    With one hidden layer, weight variance 2 and no bias the NTK exceeds the NNGP by 2 u kappa0(u).
    """
    from orbitkernels.numerics import network
    from orbitkernels.numerics.duals import dual

    from .arc_cosine_checks import quadrature_expectation

    cosines = random_cosines(case, rng)
    net = network.fully_connected(dual("relu"), 1, 2.0, 0.0)
    ntk, nngp = (network.network_profile(net, cosines, tangent) for tangent in (True, False))
    expected, size = quadrature_expectation(0, cosines)
    return compare_numerically(str(case), "u kappa0", (ntk - nngp) / 2, cosines * expected, size=size)


THEOREM = Theorem(
    id="K1",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
