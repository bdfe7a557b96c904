"""Theorem K10: the spectrum of the Gaussian kernel on N points of a circle, by modified Bessel functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .circle_cases import (
    QUICK_SIZES,
    SIZES,
    CircleCase,
    circle_cases,
    enclosed_comparison,
    exact_comparison,
    numeric_comparison,
    points_on_circle,
)
from .evidence import Comparison
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "The Gaussian kernel on a cyclic orbit"
SOURCE = "classical generating function of the Bessel functions; the spectrum on the orbit: this work"
HYPOTHESES = (
    r"$k(x, y) = e^{-L^2 |x - y|^2}$ with $L > 0$; in terms of a length scale, $L^2 = 1/(2 \ell^2)$.",
    r"The inputs are an orbit of the cyclic group $C_N$, $N \ge 1$, on a circle of radius $r > 0$, point $j$ at"
    r" the"
    r" angle $\theta_j = 2\pi j/N$; $z = 2 L^2 r^2$.",
    r"$\lambda_k$, $k \in \mathbb{Z}$, is the eigenvalue of the Gram matrix at the mode $j \mapsto \omega^{jk}$,"
    r" $\omega = e^{2\pi \mathrm{i}/N}$.",
    r"$I_m(z) = \sum_{i=0}^{\infty} \frac{(z/2)^{2i+|m|}}{i!\, (i+|m|)!}$ for integers $m$: the modified Bessel"
    r" function.",
)
SPECTRUM = r"\lambda_k = N e^{-z} \sum_{m \in \mathbb{Z}} I_{k+mN}(z) > 0"
BOUND = r"I_m(z) \le \frac{(z/2)^{|m|}}{|m|!}\, e^{z^2/(4(|m|+1))}"
STATEMENT = rf"{SPECTRUM} \quad \text{{and}} \quad {BOUND} \text{{ for all integers }} m."


def derivation() -> Derivation:
    """K10 from the exponential series and the binomial theorem, by K5."""
    import sympy

    from .derivation import Derivation, argued, equal

    L, r, x = sympy.symbols("L r x", positive=True)
    theta = sympy.Symbol("theta", real=True)
    i, m = sympy.symbols("i m", integer=True, nonnegative=True)
    steps = (
        equal(
            "expansion",
            r"Two points of the circle at the angle $\theta$ to each other have the squared distance $2 r^2 (1 -"
            r" \cos\theta)$.",
            r"k(x, y) = \kappa(\theta) = e^{-z}\, e^{z \cos\theta}",
            pairs=[
                (
                    (r - r * sympy.cos(theta)) ** 2 + (r * sympy.sin(theta)) ** 2,
                    2 * r**2 * (1 - sympy.cos(theta)),
                ),
                (
                    sympy.exp(-(L**2) * 2 * r**2 * (1 - sympy.cos(theta))),
                    sympy.exp(-2 * L**2 * r**2) * sympy.exp(2 * L**2 * r**2 * sympy.cos(theta)),
                ),
            ],
            label="kernel",
        ),
        equal(
            "power series",
            r"In the exponential series of $z \cos\theta = \frac z2 (e^{\mathrm{i}\theta} +"
            r" e^{-\mathrm{i}\theta})$ expand"
            r" the power $p$ by the binomial theorem. For $m \ge 0$ the term $e^{\mathrm{i} m\theta}$ comes from"
            r" $p = 2i"
            r" + m$ with $i$ factors $e^{-\mathrm{i}\theta}$, and $e^{-\mathrm{i} m\theta}$ has the same factor."
            r" All"
            r" terms may be collected, because with $\theta = 0$ and $|z|$ for $z$ they have the finite sum"
            r" $e^{|z|}$.",
            r"\frac{1}{(2i+m)!} \binom{2i+m}{i} = \frac{1}{i!\, (i+m)!}",
            r"e^{z \cos\theta} = \sum_{m \in \mathbb{Z}} I_m(z)\, e^{\mathrm{i} m\theta}",
            pairs=[
                (2 * sympy.cos(theta), sympy.exp(sympy.I * theta) + sympy.exp(-sympy.I * theta)),
                (
                    sympy.binomial(2 * i + m, i) / sympy.factorial(2 * i + m),
                    1 / (sympy.factorial(i) * sympy.factorial(i + m)),
                ),
            ],
            label="generating function",
            uses=("kernel",),
        ),
        argued(
            "theorem",
            r"So $\kappa$ has the Fourier coefficients $a_m = e^{-z} I_m(z)$, which are positive and have the sum"
            r" $\kappa(0) = 1$. Put them into K5. (The instances compare the coefficients of $z^n$, $n \le 8$, in"
            r" $e^z \lambda_k$ and in the transform of $e^{z \cos\theta}$, in cyclotomic numbers.)",
            SPECTRUM,
            on=[(f"$N = {N}$", partial(_series_agree, N)) for N in (1, 2, 3, 4, 5, 6)],
            label="spectrum",
            uses=("generating function", "K5"),
        ),
        equal(
            "comparison",
            r"For $m \ge 0$ the factorial $(i+m)!$ is $m!$ times $i$ factors of at least $m + 1$. What is left is"
            r" an"
            r" exponential series. So few terms of the sum over the aliases suffice.",
            BOUND,
            pairs=[
                (sympy.Sum(x**i / sympy.factorial(i), (i, 0, sympy.oo)), sympy.exp(x)),
                (
                    (x / 2) ** (2 * i + m) / (sympy.factorial(m) * (m + 1) ** i),
                    (x / 2) ** m / sympy.factorial(m) * (x**2 / (4 * (m + 1))) ** i,
                ),
            ],
            uses=("generating function",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K10")


def _series_agree(N: int, most: int = 8) -> bool:
    """Whether both power series in z agree up to a power, for every k."""
    formula, expected = _coefficients(N, most)
    return formula == expected


def _coefficients(N: int, most: int) -> tuple[list[Any], list[Any]]:
    """[z^n] of e^z lambda_k by the theorem and from the definition, n = 0, ..., most and all k."""
    from fractions import Fraction
    from math import factorial

    from orbitkernels.theory.circle_exact import aliased_bessel, exact_cosine, exact_transform

    cosines = [exact_cosine(Fraction(2 * j, N)) for j in range(N)]
    formula: list[Any] = []
    expected: list[Any] = []
    for n in range(most + 1):
        formula += [aliased_bessel(N, k, n) for k in range(N)]
        expected += exact_transform([cosine**n * Fraction(1, factorial(n)) for cosine in cosines])
    return formula, expected


# ---------------------------------------------------------------------- checks

KERNEL = "Gaussian"


def exact_cases(quick: bool) -> list[CircleCase]:
    """Power series in z up to the power 12."""
    return circle_cases((1, 2, 3, 5) if quick else range(1, 15), "power series of the Gaussian")


def exact_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """Coefficients of the aliased Bessel functions, against transforms of powers of cosines."""
    return exact_comparison(case, *_coefficients(case.points, 12))


def enclosed_cases(quick: bool) -> list[CircleCase]:
    """Every N up to 40, with wide and narrow Gaussians."""
    if quick:
        return circle_cases(QUICK_SIZES, KERNEL, [(2,)])
    return circle_cases(SIZES, KERNEL, [(1,), (20,)]) + circle_cases((3, 8, 21), KERNEL, [(100,)])


def enclosed_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The sum of Bessel functions, against the transform of the values."""
    from orbitkernels.theory import circle_enclosures as balls

    (z,) = case.parameters
    spectrum = partial(balls.gaussian_spectrum, case.points, z)
    return enclosed_comparison(case, [spectrum], lambda turns: balls.gaussian_value(turns, z))


def numeric_cases(quick: bool) -> list[CircleCase]:
    """N up to 200."""
    sizes = QUICK_SIZES[:5] if quick else (*range(1, 17), 25, 32, 50, 100, 200)
    return circle_cases(sizes, KERNEL, [(1,), (5,)])


def numeric_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The sum of Bessel functions, against the transform of a row of the Gram matrix."""
    from orbitkernels.numerics.circle_spectra import gaussian_spectrum
    from orbitkernels.numerics.kernels import gaussian_gram

    z, scale = float(case.parameters[0]), rng.uniform(0.3, 3.0)
    row = gaussian_gram(points_on_circle(case.points, z * scale**2), None, scale)[0]
    return numeric_comparison(case, gaussian_spectrum(case.points, z), row)


THEOREM = Theorem(
    id="K10",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
