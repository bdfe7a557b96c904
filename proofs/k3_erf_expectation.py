"""Theorem K3: Gaussian expectations of the error function and of its derivative."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Gaussian expectation of the error function"
SOURCE = "Williams 1997 (NIPS 9); Price 1958 for the derivative in the covariance"
HYPOTHESES = (
    r"$z_1, z_2$ are jointly Gaussian variables of mean 0 with the variances $s_{11}, s_{22} \ge 0$ and the"
    r" covariance $s_{12}$, so that $s_{12}^2 \le s_{11} s_{22}$; $\mathbb{E}$ is the expectation.",
    r"$\operatorname{erf}(z) = \frac{2}{\sqrt\pi} \int_0^z e^{-t^2}\, dt$ is the error function, and"
    r" $\operatorname{erf}'(z) = \frac{2}{\sqrt\pi}\, e^{-z^2}$ its derivative.",
)
VALUE = (
    r"\mathbb{E}[\operatorname{erf}(z_1) \operatorname{erf}(z_2)] = \frac{2}{\pi} \arcsin"
    r" \frac{2 s_{12}}{\sqrt{(1 + 2 s_{11})(1 + 2 s_{22})}}"
)
SLOPE = (
    r"\mathbb{E}[\operatorname{erf}'(z_1) \operatorname{erf}'(z_2)] ="
    r" \frac{4}{\pi \sqrt{(1 + 2 s_{11})(1 + 2 s_{22}) - 4 s_{12}^2}}"
)
STATEMENT = VALUE + r", \qquad " + SLOPE


def derivation() -> Derivation:
    """K3 by Price's theorem: the derivative in s12 is a Gaussian integral; at s12 = 0 the pair is independent."""
    import sympy
    from sympy import Derivative, Function, Integral, Matrix, erf, exp, oo, pi, sqrt

    from orbitkernels.theory.kernels import erf_covariance, erf_slope_covariance

    from .derivation import Derivation, bounded, define, equal

    x, y = sympy.symbols("x y", real=True)
    s11, s22 = sympy.symbols("s_11 s_22", positive=True)
    s, b = sympy.symbols("s_12 b", real=True)
    a, c = sympy.symbols("a c", positive=True)
    alpha, beta, gamma = sympy.symbols("alpha beta gamma", real=True)
    ends = (alpha**2, beta**2 + gamma**2, alpha * beta)
    S = Matrix([[s11, s], [s, s22]])
    shifted = S.inv() + 2 * sympy.eye(2)
    form = (s22 * x**2 - 2 * s * x * y + s11 * y**2) / S.det()
    density = exp(-form / 2) / (2 * pi * sqrt(S.det()))
    P = Function("p")(x, y)
    slope = 2 / sqrt(pi) * exp(-(x**2))
    flow = Derivative(erf(x) * erf(y) * Derivative(P, y), x) - Derivative(slope * erf(y) * P, y)
    difference = erf(x) * erf(y) * Derivative(P, x, y) - 4 / pi * exp(-(x**2) - y**2) * P
    steps = (
        define(
            r"First let $s_{12}^2 < s_{11} s_{22}$, so that the pair has a density $p$ and $s_{12}$ may be moved a"
            r" little. Keep $s_{11}$ and $s_{22}$, and write $F(s_{12}) = \mathbb{E}[\operatorname{erf}(z_1)"
            r" \operatorname{erf}(z_2)]$.",
            r"p(x, y) = \frac{1}{2\pi \sqrt{\det S}} \exp\Bigl(-\frac{s_{22} x^2 - 2 s_{12} x y + s_{11} y^2}"
            r"{2 \det S}\Bigr), \qquad \det S = s_{11} s_{22} - s_{12}^2",
            label="density",
        ),
        equal(
            "differentiation",
            r"The density solves the equation that is behind Price's theorem.",
            r"\frac{\partial p}{\partial s_{12}} = \frac{\partial^2 p}{\partial x\, \partial y}",
            pairs=[(sympy.diff(sympy.log(density), s), sympy.diff(density, x, y) / density)],
            label="price",
            uses=("density",),
        ),
        equal(
            "integration by parts",
            r"Differentiate $F$ under the integral: near each $s_{12}$ the derivatives of $p$ are bounded by one"
            r" integrable function, a polynomial times a Gaussian, and erf is bounded by 1. The two integrands"
            r" below differ by derivatives in $x$ and in $y$ of products that hold $p$ or a derivative of it,"
            r" which vanish at infinity; so they have one integral.",
            r"\operatorname{erf}(x) \operatorname{erf}(y) \frac{\partial^2 p}{\partial x\, \partial y} -"
            r" \operatorname{erf}'(x) \operatorname{erf}'(y)\, p = \frac{\partial}{\partial x}"
            r" \Bigl[\operatorname{erf}(x) \operatorname{erf}(y) \frac{\partial p}{\partial y}\Bigr] -"
            r" \frac{\partial}{\partial y} \Bigl[\operatorname{erf}'(x) \operatorname{erf}(y)\, p\Bigr]",
            r"F'(s_{12}) = \mathbb{E}[\operatorname{erf}'(z_1) \operatorname{erf}'(z_2)]",
            pairs=[(flow, difference), (Derivative(erf(x), x), slope)],
            label="parts",
            uses=("price",),
        ),
        equal(
            "Gaussian integral",
            r"For $a > 0$ and $ac > b^2$ complete the square; the integral over $x$, then that over $y$, is one of"
            r" a Gaussian in one variable.",
            r"\int\!\int e^{-(a x^2 + 2 b x y + c y^2)/2}\, dx\, dy = \sqrt{\frac{2\pi}{a}} \sqrt{\frac{2\pi}{c -"
            r" b^2/a}} = \frac{2\pi}{\sqrt{a c - b^2}}",
            pairs=[
                (a * (x + b * y / a) ** 2 + (c - b**2 / a) * y**2, a * x**2 + 2 * b * x * y + c * y**2),
                (Integral(exp(-a * x**2 / 2), (x, -oo, oo)), sqrt(2 * pi / a)),
                (2 * pi / a * (2 * pi / (c - b**2 / a)), (2 * pi) ** 2 / (a * c - b**2)),
            ],
            label="gauss",
        ),
        equal(
            "Gaussian integral",
            r"$\operatorname{erf}'(x) \operatorname{erf}'(y) = \frac{4}{\pi} e^{-x^2 - y^2}$ adds $2I$ to the"
            r" matrix of the quadratic form in the exponent of $p$, which is $S^{-1}$. So the expectation is"
            r" $\frac{4}{\pi} / \sqrt{\det S\, \det(S^{-1} + 2I)}$, which is positive; the squares are"
            r" compared.",
            r"\det S\, \det(S^{-1} + 2I) = (1 + 2 s_{11})(1 + 2 s_{22}) - 4 s_{12}^2",
            SLOPE,
            pairs=[
                (form, (Matrix([[x, y]]) * S.inv() * Matrix([x, y]))[0]),
                (S.det() * shifted.det(), (1 + 2 * s11) * (1 + 2 * s22) - 4 * s**2),
                (
                    (4 / pi) ** 2 / (S.det() * (S.inv() + 2 * sympy.eye(2)).det()),
                    erf_slope_covariance(s11, s22, s) ** 2,
                ),
            ],
            label="slope",
            uses=("density", "gauss"),
        ),
        equal(
            "expectation",
            r"For $s_{12} = 0$ the variables are independent, and the expectation of the odd function"
            r" $\operatorname{erf}$ is 0.",
            r"F(0) = \mathbb{E}[\operatorname{erf}(z_1)]\, \mathbb{E}[\operatorname{erf}(z_2)] = 0",
            pairs=[(Integral(erf(x) * exp(-(x**2) / (2 * s11)), (x, -oo, oo)), sympy.S.Zero)],
            label="zero",
            uses=("density",),
        ),
        equal(
            "fundamental theorem of calculus",
            r"The right side is 0 at $s_{12} = 0$ and has the derivative that $F$ has, on the whole interval"
            r" $s_{12}^2 < s_{11} s_{22}$. (Both derivatives are positive; their squares are compared.)",
            r"\frac{d}{d s_{12}}\, \frac{2}{\pi} \arcsin \frac{2 s_{12}}{\sqrt{(1 + 2 s_{11})(1 + 2 s_{22})}} ="
            r" \frac{4}{\pi \sqrt{(1 + 2 s_{11})(1 + 2 s_{22}) - 4 s_{12}^2}}",
            pairs=[
                (Derivative(erf_covariance(s11, s22, s), s) ** 2, erf_slope_covariance(s11, s22, s) ** 2),
                (sympy.Subs(erf_covariance(s11, s22, s), s, 0), sympy.S.Zero),
            ],
            label="integrated",
            uses=("parts", "slope", "zero"),
        ),
        bounded(
            "comparison",
            r"Every covariance matrix is $R R^T$ with a lower triangular $R$; with its rows $\alpha, 0$ and"
            r" $\beta, \gamma$ the difference of the sides is $4 \alpha^2 \gamma^2$. So the root is never that of"
            r" a number below 1, and the arcsine is taken inside of $(-1, 1)$.",
            r"(1 + 2 s_{11})(1 + 2 s_{22}) - 4 s_{12}^2 \ge 1 + 2 s_{11} + 2 s_{22}",
            pairs=[
                (1 + 2 * ends[0] + 2 * ends[1], (1 + 2 * ends[0]) * (1 + 2 * ends[1]) - 4 * ends[2] ** 2),
            ],
            because=[4 * alpha**2 * gamma**2],
            label="interior",
        ),
        equal(
            "limit",
            r"If $s_{12}^2 = s_{11} s_{22}$ or a variance is 0, take $z = R g$ with independent standard Gaussians"
            r" $g_1, g_2$ and let invertible $R$ tend to the singular one: $\operatorname{erf}$ and its derivative"
            r" are continuous and bounded, so the expectations tend to theirs, and the right sides are continuous"
            r" by the step before. For instance $s_{11} = 0$ makes both sides of the first equation 0.",
            VALUE,
            SLOPE,
            pairs=[
                (sympy.Limit(erf_covariance(*ends), alpha, 0), sympy.S.Zero),
                (
                    sympy.Limit(erf_slope_covariance(*ends) ** 2, gamma, 0),
                    16 / pi**2 / (1 + 2 * alpha**2 + 2 * beta**2),
                ),
            ],
            uses=("integrated", "slope", "interior"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K3")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class CovarianceCase:
    """A random covariance matrix."""

    kind: str
    turn: int

    @property
    def group(self) -> str:
        """The kind, so that cases alike stay together."""
        return self.kind

    def __str__(self) -> str:
        return f"{self.kind} covariance matrix no. {self.turn + 1}"


#: Kinds of covariance matrices, and the unit of their rational numbers.
UNITS = {
    "general": Fraction(1, 12),
    "singular": Fraction(1, 12),
    "large": Fraction(5, 12),
    "small": Fraction(1, 600),
}
KINDS = tuple(UNITS)


def exact_cases(quick: bool) -> list[CovarianceCase]:
    """Random variances."""
    return [CovarianceCase("rational", turn) for turn in range(3 if quick else 24)]


def cases(quick: bool) -> list[CovarianceCase]:
    """Some of each kind."""
    return [CovarianceCase(kind, turn) for turn in range(1 if quick else 10) for kind in KINDS]


def covariance(case: CovarianceCase, rng: np.random.Generator) -> tuple[Fraction, Fraction, Fraction]:
    """s11, s22, s12 = (p^2, q^2 + v^2, p q) with rational p, q, v; v = 0 if singular."""
    p, q, v = (UNITS[case.kind] * int(n) for n in rng.integers((1, -24, 1), 25))
    v = Fraction(0) if case.kind == "singular" else v
    return p * p, q * q + v * v, p * q


def exact_compare(case: CovarianceCase, rng: np.random.Generator) -> Comparison:
    """Taylor coefficients in s12: of the closed forms, and by Gaussian moments of Hermite polynomials.

    1 + 2 s11 and 1 + 2 s22 are squares of rational numbers, so that all coefficients are rational.
    """
    import sympy

    from orbitkernels.theory.kernels import erf_covariance, erf_slope_covariance

    from .erf_checks import closed_form_coefficients, price_coefficients

    roots = [1 + UNITS["general"] * int(n) for n in rng.integers(0, 25, 2)]
    first, second = ((root**2 - 1) / 2 for root in roots)
    one, other = (sympy.Rational(s.numerator, s.denominator) for s in (first, second))
    mixed = sympy.Symbol("s_12", real=True)
    factor = sympy.pi / 4 * sympy.Rational((roots[0] * roots[1]).numerator, (roots[0] * roots[1]).denominator)
    found = []
    for slope, function in ((False, erf_covariance), (True, erf_slope_covariance)):
        closed = closed_form_coefficients(factor * function(one, other, mixed), mixed, 9)
        expected = price_coefficients(first, second, 9, slope)
        found.append(compare_exactly(str(case), "coefficients" + " of the slope" * slope, closed, expected))
    return joint(found)


def enclosed_compare(case: CovarianceCase, rng: np.random.Generator) -> Comparison:
    """Both closed forms against the conditional integrals, in balls."""
    from sympy import Rational

    from orbitkernels.theory.ball_expressions import enclose
    from orbitkernels.theory.enclosures import ball, working_precision
    from orbitkernels.theory.kernels import erf_covariance, erf_slope_covariance

    from .erf_checks import enclosed_erf_expectations

    values = covariance(case, rng)
    exact = [Rational(value.numerator, value.denominator) for value in values]
    with working_precision():
        closed = [enclose(function(*exact), {}) for function in (erf_covariance, erf_slope_covariance)]
        return compare_enclosures(
            str(case), "expectations", closed, enclosed_erf_expectations(*(ball(value) for value in values))
        )


def numeric_compare(case: CovarianceCase, rng: np.random.Generator) -> Comparison:
    """One layer of an erf net without bias against Gauss-Legendre quadrature.

    For inputs in R^2 with <x,y>/2 the covariance, S' = E[erf erf] and T' - S' = E[erf' erf'] S.
    """
    from orbitkernels.numerics.kernels import erf_gram

    from .erf_checks import erf_expectations
    from .gaussian_quadrature import SUMMATION_SIZE

    first, second, mixed = (float(value) for value in covariance(case, rng))
    p = np.sqrt(first)
    x = np.sqrt(2) * np.array([[p, 0.0]])
    y = np.sqrt(2) * np.array([[mixed / p, np.sqrt(max(second - (mixed / p) ** 2, 0.0))]])
    nngp, ntk = (erf_gram(x, y, 1, 1.0, 0.0, tangent)[0, 0] for tangent in (False, True))
    value, slope = erf_expectations(first, second, mixed)
    return compare_numerically(
        str(case), "NNGP and NTK", [nngp, ntk], [value, value + slope * mixed], size=SUMMATION_SIZE
    )


THEOREM = Theorem(
    id="K3",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(cases, enclosed_compare),
    numeric=Procedure(cases, numeric_compare),
    derivation=derivation,
)
