"""Theorem K2: the arc-cosine kernel of degree 1, the covariance of two rectified Gaussians."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .k1_arc_cosine_zero import (
    CosineCase,
    RandomCase,
    SeriesCase,
    enclosed_cases,
    numeric_cases,
    random_cosines,
    series_cases,
)
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Arc-cosine kernel of degree 1"
SOURCE = "Cho and Saul 2009 (NeurIPS 22)"
HYPOTHESES = (
    r"$z_1, z_2$ are jointly Gaussian variables of mean 0 and variance 1 with the correlation $u = \cos\theta$,"
    r" $0 \le \theta \le \pi$; $\mathbb{E}$ is the expectation.",
    r"$x_1, x_2$ are jointly Gaussian variables of mean 0 with the variances $s_1, s_2 > 0$ and the same"
    r" correlation $u$.",
    r"$\kappa_1'$ is the derivative for $-1 < u < 1$, and $\kappa_0$ the arc-cosine kernel of degree 0 (K1).",
)
CLOSED = (
    r"\kappa_1(u) = 2\, \mathbb{E}[\max(z_1, 0) \max(z_2, 0)]"
    r" = \frac{\sin\theta + (\pi - \theta) \cos\theta}{\pi}"
)
SCALED = r"\mathbb{E}[\max(x_1, 0) \max(x_2, 0)] = \frac{\sqrt{s_1 s_2}}{2}\, \kappa_1(u)"
STATEMENT = CLOSED + r", \qquad \kappa_1'(u) = \kappa_0(u), \qquad " + SCALED


def derivation() -> Derivation:
    """K2 from the Gaussian integral over a wedge, in polar coordinates; its derivative; other variances."""
    import sympy

    from orbitkernels.theory.arc_cosine import derivative_step
    from orbitkernels.theory.formula import u

    from .arc_cosine_derivation import kernel_steps
    from .derivation import Derivation, equal

    c = sympy.Symbol("c", positive=True)
    z = sympy.Symbol("z", real=True)
    slope = derivative_step().equation
    steps = (
        *kernel_steps("kappa1", CLOSED),
        equal(
            "differentiation",
            r"Differentiate the form in $u$, for $-1 < u < 1$. The right side is $1 - \theta/\pi$ with $\theta ="
            r" \arccos u$, which is $\kappa_0$.",
            sympy.Eq(slope.lhs, slope.rhs, evaluate=False),
            r"\kappa_1'(u) = \kappa_0(u)",
            pairs=[(slope.lhs, slope.rhs), (slope.rhs, 1 - sympy.acos(u) / sympy.pi)],
            label="slope",
            uses=("cosine", "K1"),
        ),
        equal(
            "substitution",
            r"$x_i = \sqrt{s_i}\, z_i$ have the variances $s_i$ and the correlation $u$. The maximum is"
            r" $\max(z, 0) = (z + |z|)/2$, so a factor $c > 0$ comes out of it; take"
            r" $c = \sqrt{s_1}$ and $c = \sqrt{s_2}$, and half of $\kappa_1$ for the expectation.",
            r"\frac{c z + |c z|}{2} = c\, \frac{z + |z|}{2}",
            SCALED,
            pairs=[((c * z + sympy.Abs(c * z)) / 2, c * (z + sympy.Abs(z)) / 2)],
            label="scaled",
            uses=("closed",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K2")


# ---------------------------------------------------------------------- checks


def exact_compare(case: SeriesCase, rng: np.random.Generator) -> Comparison:
    """Taylor coefficients of the closed form against Hermite's, and those of its derivative against kappa0's."""
    from orbitkernels.theory.kernels import kappa0, kappa1

    from .arc_cosine_checks import hermite_coefficient, taylor_coefficients

    low, high = case.orders
    found = taylor_coefficients(kappa1(), high + 1)
    expected = [hermite_coefficient(1, m) for m in range(low, high + 1)]
    slopes = [(m * found[m][0], m * found[m][1]) for m in range(low + 1, high + 2)]
    return joint(
        [
            compare_exactly(str(case), "coefficients", found[low : high + 1], expected),
            compare_exactly(str(case), "derivative", slopes, taylor_coefficients(kappa0(), high)[low:]),
        ]
    )


def enclosed_compare(case: CosineCase, rng: np.random.Generator) -> Comparison:
    """The closed form against the conditional Gaussian integral, in balls."""
    from orbitkernels.theory.ball_expressions import enclose
    from orbitkernels.theory.enclosures import ball, working_precision
    from orbitkernels.theory.formula import u
    from orbitkernels.theory.kernels import kappa1

    from .arc_cosine_checks import enclosed_expectation

    with working_precision():
        value = ball(case.cosine)
        return compare_enclosures(
            str(case), "kappa1", [enclose(kappa1(), {u: value})], [enclosed_expectation(1, value)]
        )


def numeric_compare(case: RandomCase, rng: np.random.Generator) -> Comparison:
    """A ReLU net's NNGP of inputs of random lengths against Gauss-Legendre quadrature.

    With one hidden layer and no bias the NNGP of x, y in R^2 is sw2^2 |x| |y| kappa1(u)/4.
    """
    from orbitkernels.numerics.kernels import relu_gram

    from .arc_cosine_checks import quadrature_expectation

    cosines = random_cosines(case, rng)
    lengths = rng.uniform(0.5, 2, len(cosines))
    weight = rng.uniform(0.5, 2)
    sines = np.sqrt((1 - cosines) * (1 + cosines))
    others = lengths[:, None] * np.stack([cosines, sines], axis=1)
    found = relu_gram(np.array([[1.5, 0.0]]), others, 1, weight, 0.0, False)[0]
    expected, size = quadrature_expectation(1, cosines)
    return compare_numerically(str(case), "NNGP", found, weight**2 * 1.5 * lengths * expected / 4, size=size)


THEOREM = Theorem(
    id="K2",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(series_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
