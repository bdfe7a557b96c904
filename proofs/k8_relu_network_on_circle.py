"""Theorem K8: spectra of NNGP kernel and NTK of a ReLU net with one hidden layer on N points of a circle."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .circle_cases import (
    QUICK_SIZES,
    SIZES,
    SMALL_SIZES,
    CircleCase,
    enclosed_comparison,
    exact_comparison,
    formula_of,
    numeric_comparison,
    points_on_circle,
)
from .circle_steps import WAVE
from .evidence import Comparison, compare_exactly
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "A ReLU net with one hidden layer on a cyclic orbit"
SOURCE = "this work"
HYPOTHESES = (
    r"A fully connected ReLU net of infinite width with one hidden layer, weight variance $w > 0$ and bias"
    r" variance"
    r" $b \ge 0$ (without biases: $b = 0$); inputs in $\mathbb{R}^d$ with $|x|^2 = dq$, $q > 0$, at the angle"
    r" $\theta$ to each other.",
    r"$s = b + wq$, $\rho = wq/s$ and $u = 1 - \rho + \rho \cos\theta$. By K1, K2 and K4 the NNGP kernel is $S ="
    r" b + \frac12 w s\, \kappa_1(\arccos u)$ and the NTK is $T = S + \frac12 w s\, u\, \kappa_0(\arccos u)$,"
    r" with $\kappa_0(\alpha) = 1 - \alpha/\pi$ and $\kappa_1(\alpha) = \frac1\pi (\sin\alpha + (\pi - \alpha)"
    r" \cos\alpha)$.",
    r"The inputs are an orbit of $C_N$, $N \ge 1$, at the angles $\theta_j = 2\pi j/N$, as in K6; $\lambda_k$ is"
    r" the"
    r" eigenvalue of the Gram matrix of $S$ or $T$ at the mode $\omega^{jk}$, $\omega = e^{2\pi \mathrm{i}/N}$,"
    r" and"
    r" $\lambda^{(0)}_k$, $\lambda^{(1)}_k$ are those of $\kappa_0(\theta)$ (K6) and $\kappa_1(\theta)$ (K7).",
    rf"$[N \mid k]$ is 1 if $N$ divides $k$, else 0; ${WAVE}$ for odd $p$.",
    r"$b_n = \binom{2n}{n}/(4^n (2n+1))$ for $n \ge 0$, $b_{-1} = 0$; for $S$ put $\nu = 1$ and $c_n = 8"
    r" b_{n-1}/(2n+1)$,"
    r" for $T$ put $\nu = 2$ and $c_n = 8 b_{n-1}/(2n+1) + 4 b_{n-1} - 2 b_n$.",
)
NO_BIAS_NNGP = r"\lambda_k = \frac{w^2 q}{2} \lambda^{(1)}_k"
NO_BIAS_NTK = (
    r"\lambda_k = \frac{w^2 q}{2} \Bigl(\lambda^{(1)}_k + \frac12 \lambda^{(0)}_{k-1} + \frac12"
    r" \lambda^{(0)}_{k+1}\Bigr)"
)
POWER = r"P_n(k) = \frac{1}{4^n} \sum_{i=0}^{n} (-1)^i \binom{2n+1}{n-i} \sigma_{2i+1}(k)"
LINEAR = r"U_k = N (1 - \rho) [N \mid k] + \frac{N\rho}{2} \bigl([N \mid k-1] + [N \mid k+1]\bigr)"
SERIES = (
    r"\lambda_k = N b\, [N \mid k] + \frac{ws}{2} \Bigl(\nu\, U_k +"
    r" \frac1\pi \sum_{n=0}^{\infty} c_n\, \rho^{n+1/2}\, P_n(k)\Bigr)"
)
REST = r"\Bigl|\sum_{n=M}^{\infty} c_n\, \rho^{n+1/2}\, P_n(k)\Bigr| \le \frac{8 N \rho^{M+1/2}}{1 - \rho}"
STATEMENT = (
    rf"\text{{Without biases: }}  {NO_BIAS_NNGP} \text{{ for }} S, \qquad {NO_BIAS_NTK} \text{{ for }}"
    rf" T."
    rf" \qquad \text{{With biases: }}  {SERIES}, \qquad {LINEAR}, \qquad {POWER}, \qquad {REST}."
    r" \qquad \text{For } N = 3 \text{ and } \rho = \frac12 \text{, with algebraic } b, w, q \text{, no }"
    r" \lambda_k \text{ is } A + B/\pi \text{ with algebraic } A \text{ and } B\text{, as all those of K6 and K7"
    r" are.}"
)


def derivation() -> Derivation:
    """K8: without biases by K6 and K7; with biases a power series in the sine of half the angle."""
    import sympy
    from sympy import asin, binomial, cos, pi, sin, sqrt

    from . import circle_steps
    from .derivation import Derivation, argued, equal

    w, q, rho = sympy.symbols("w q rho", positive=True)
    b, n = sympy.Symbol("b", nonnegative=True), sympy.Symbol("n", integer=True, nonnegative=True)
    theta, alpha, kappa1 = sympy.symbols("theta alpha kappa_1", real=True)
    v = sympy.Symbol("v", positive=True)
    s = b + w * q

    def coefficient(index: Any) -> Any:
        return binomial(2 * index, index) / (4**index * (2 * index + 1))

    steps = (
        equal(
            "substitution",
            r"For $b = 0$ we have $s = wq$, $\rho = 1$ and $u = \cos\theta$, whose inverse cosine is $\theta$.",
            r"S = \frac{w^2 q}{2} \kappa_1(\theta), \qquad T = \frac{w^2 q}{2} \bigl(\kappa_1(\theta) +"
            r" \kappa_0(\theta) \cos\theta\bigr)",
            pairs=[
                (sympy.Subs(w * q / s, b, 0), sympy.Integer(1)),
                (sympy.Subs(b + w * s * kappa1 / 2, b, 0), w**2 * q / 2 * kappa1),
                (sympy.Subs(1 - rho + rho * cos(theta), rho, 1), cos(theta)),
            ],
            label="no bias",
            section="Without biases",
        ),
        equal(
            "theorem",
            r"Eigenvalues of circulants add up as the kernels do, and the factor $\cos\theta_j = \frac12 (\omega^j"
            r" +"
            r" \omega^{-j})$ shifts the frequency. Put in K6 and K7, which hold for every $N$ and $k$.",
            rf"\text{{for }} S: \quad {NO_BIAS_NNGP}",
            rf"\text{{for }} T: \quad {NO_BIAS_NTK}",
            pairs=[
                (
                    cos(theta) * sympy.exp(sympy.I * theta * n),
                    (sympy.exp(sympy.I * theta * (n - 1)) + sympy.exp(sympy.I * theta * (n + 1))) / 2,
                )
            ],
            uses=("no bias", "K6", "K7"),
        ),
        equal(
            "substitution",
            r"Let $b > 0$, so that $\rho < 1$. Write $\alpha = \arccos u$ and $v = \sqrt\rho\, \sin(\theta/2)$ for"
            r" $0 \le \theta < 2\pi$; then $0 \le v < 1$ and $0 \le 2 \arcsin v < \pi$.",
            r"u = \frac{b + wq \cos\theta}{s} = 1 - 2v^2, \qquad \alpha = 2 \arcsin v,"
            r" \qquad \sin\alpha = 2v \sqrt{1 - v^2}",
            pairs=[
                ((b + w * q * cos(theta)) / s, 1 - 2 * w * q / s * sin(theta / 2) ** 2),
                (cos(2 * asin(v)), 1 - 2 * v**2),
                (sin(2 * asin(v)), 2 * v * sqrt(1 - v**2)),
            ],
            label="angle",
            section="With biases",
        ),
        equal(
            "power series",
            r"The binomial series of the derivative $(1 - v^2)^{-1/2}$ has the coefficients $\frac{1}{n!} \cdot"
            r" \frac12"
            r" \cdot \frac32 \cdots (n - \frac12)$; integrate term by term. The $b_n$ fall from $b_0 = 1$.",
            r"\arcsin v = \sum_{n=0}^{\infty} b_n v^{2n+1} \quad (|v| < 1), \qquad"
            r" \frac{b_{n+1}}{b_n} = \frac{(2n+1)^2}{(2n+2)(2n+3)} < 1",
            pairs=[
                (sympy.rf(sympy.Rational(1, 2), n) / sympy.factorial(n), (2 * n + 1) * coefficient(n)),
                (coefficient(n + 1) / coefficient(n), (2 * n + 1) ** 2 / ((2 * n + 2) * (2 * n + 3))),
            ],
            label="arcsine",
        ),
        equal(
            "differentiation",
            r"Since $\pi \kappa_1 = \pi u + \sin\alpha - \alpha \cos\alpha$, differentiate the last two terms with"
            r" respect to $v$; they vanish at $v = 0$. Integrate the series, $\int 8 b_n v^{2n+2}\, dv = 8 b_n"
            r" v^{2n+3}/(2n+3)$, and number the terms by the power.",
            r"\frac{d}{dv} (\sin\alpha - \alpha \cos\alpha) = 8 v \arcsin v, \qquad"
            r" \kappa_1 = u + \frac1\pi \sum_{n=1}^{\infty} \frac{8 b_{n-1}}{2n+1} v^{2n+1}",
            pairs=[
                (sympy.Derivative(2 * v * sqrt(1 - v**2) - 2 * (1 - 2 * v**2) * asin(v), v), 8 * v * asin(v)),
                (sympy.Subs(sin(alpha) - alpha * cos(alpha), alpha, 0), sympy.Integer(0)),
            ],
            label="kappa1 series",
            uses=("angle", "arcsine"),
        ),
        equal(
            "expansion",
            r"In the same way. As $0 < b_n \le b_{n-1} \le 1$, all coefficients satisfy $|c_n| \le \frac83 + 4 <"
            r" 8$"
            r" for $n \ge 1$, and $|c_0| \le 2$.",
            r"u\, \kappa_0 = u - \frac2\pi (1 - 2v^2) \arcsin v = u + \frac1\pi \sum_{n=0}^{\infty} (4 b_{n-1} - 2"
            r" b_n)"
            r" v^{2n+1}",
            r"S = b + \frac{ws}{2} \Bigl(u + \frac1\pi \sum_n c_n v^{2n+1}\Bigr), \qquad"
            r" T = b + \frac{ws}{2} \Bigl(2u + \frac1\pi \sum_n c_n v^{2n+1}\Bigr)",
            pairs=[
                ((1 - 2 * v**2) * (1 - 2 * asin(v) / pi), 1 - 2 * v**2 - 2 / pi * (1 - 2 * v**2) * asin(v)),
                (
                    -2 * (1 - 2 * v**2) * (coefficient(n) * v ** (2 * n + 1)),
                    4 * coefficient(n) * v ** (2 * n + 3) - 2 * coefficient(n) * v ** (2 * n + 1),
                ),
            ],
            label="series",
            uses=("kappa1 series", "angle", "arcsine"),
        ),
        argued(
            "expansion",
            r"By the binomial theorem for $(z - 1/z)^{2n+1}$ with $z = e^{\mathrm{i}x}$; terms of $z^{2i+1}$ and"
            r" $z^{-2i-1}$ together make a sine.",
            r"\sin^{2n+1} x = \frac{1}{4^n} \sum_{i=0}^{n} (-1)^i \binom{2n+1}{n-i} \sin((2i+1)x)",
            on=circle_steps.odd_powers(),
            label="powers",
        ),
        circle_steps.half_angle_step("waves"),
        argued(
            "substitution",
            r"Put $x = \theta_j/2 = \pi j/N$. (The instances compare with the transform from its definition, in"
            r" cyclotomic numbers.)",
            r"\sum_{j=0}^{N-1} \sin^{2n+1}(\theta_j/2)\, \omega^{jk} = P_n(k)",
            POWER,
            on=circle_steps.transforms_of_powers(),
            label="transforms",
            uses=("powers", "waves"),
        ),
        equal(
            "absolute convergence",
            r"Take the transform of each term; the series converges absolutely, since $0 \le v \le \sqrt\rho < 1$"
            r" and"
            r" $|P_n(k)| \le N$. The constant 1 has the eigenvalues $N [N \mid k]$, so $u$ has the eigenvalues"
            r" $U_k$."
            r" With $|c_n| \le 8$ the rest is at most a geometric series.",
            LINEAR,
            SERIES,
            REST,
            pairs=[
                (2 * cos(theta), sympy.exp(sympy.I * theta) + sympy.exp(-sympy.I * theta)),
                (8 * rho**n / (1 - rho) - 8 * rho ** (n + 1) / (1 - rho), 8 * rho**n),
            ],
            label="spectrum",
            uses=("series", "transforms"),
        ),
        argued(
            "counterexample",
            r"Let $N = 3$ and $\rho = \frac12$, with algebraic $b$, $w$, $q$. At $\theta_1 = 2\pi/3$ we have $u ="
            r" \frac14$. The number $z = e^{\mathrm{i}\alpha}$ satisfies $z + 1/z = \frac12$; its polynomial is"
            r" irreducible over the integers with the leading coefficient 2, so $z$ is no algebraic integer,"
            r" hence no root of unity, and $\alpha/\pi$ is irrational. Then 1, $\pi$ and $\alpha$ are linearly"
            r" independent over the algebraic numbers (Baker 1966, for the logarithms $\mathrm{i}\pi$ of $-1$ and"
            r" $\mathrm{i}\alpha$ of $z$). By the definition of $\kappa_0$ and $\kappa_1$ at $\alpha$, in $S$ and"
            r" $T$ at $\theta_1$ the angle $\alpha$ has the factor $-\frac{ws}{2\pi} \nu u$, and what remains is"
            r" of the form $A + B/\pi$; at $\theta = 0$ the angle is 0. So in $\lambda_k$ it has the factor"
            r" below, which is not zero: no $\lambda_k$ is $A + B/\pi$ with algebraic $A$ and $B$, as all"
            r" eigenvalues of K6 and K7 are. What remains beside the series is the sum of the $N$ values itself.",
            r"N = 3, \quad \rho = \frac12: \qquad u = \frac14, \qquad 2z^2 - z + 2 = 0, \qquad \alpha = \arccos"
            r" \frac14",
            r"\lambda_k = A_k + \frac{B_k}{\pi} - \frac{\nu w s}{4} \cos(2\pi k/3)\, \frac{\alpha}{\pi}"
            r" \qquad (A_k, B_k \text{ algebraic})",
            on=[("$N = 3$ with $\\rho = 1/2$", _angle_is_no_multiple_of_pi)],
            uses=("angle",),
            section="Why there is no closed form with biases",
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K8")


def _angle_is_no_multiple_of_pi() -> bool:
    """Whether u = 1/4, alpha has the factor stated, and exp(i alpha) an irreducible polynomial, not monic."""
    import sympy

    from orbitkernels.theory.circle_exact import exact_cosine

    rho = Fraction(1, 2)
    cosine = exact_cosine(Fraction(2, 3)) * rho + (1 - rho)
    z = sympy.Symbol("z")
    polynomial = sympy.Poly(2 * z**2 - z + 2, z, domain="ZZ")
    u, (w, s, turn, alpha) = sympy.Rational(1, 4), sympy.symbols("w s turn alpha")
    kappa0 = 1 - alpha / sympy.pi
    slopes = [sympy.diff(2 * turn * nu * w * s / 2 * u * kappa0, alpha) for nu in (1, 2)]  # kappa1: sines more
    return bool(
        cosine == Fraction(1, 4)
        and slopes == [-nu * w * s * turn / (4 * sympy.pi) for nu in (1, 2)]
        and sympy.expand(2 * z * (z + 1 / z - 2 * sympy.Rational(1, 4)) - polynomial.as_expr()) == 0
        and polynomial.is_irreducible
        and polynomial.content() == 1
        and polynomial.LC() == 2
    )


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class PowerCase:
    """The transform of the odd powers of the sine of half the angle, in which the series with biases is"
    " written."""

    points: int

    @property
    def group(self) -> str:
        """The cyclic group that turns the points into each other."""
        return f"C{self.points}"

    def __str__(self) -> str:
        return f"{self.points} points on a circle, odd powers of sin(theta/2) up to 11"


#: Weight variance, bias variance and q.
WITHOUT_BIAS = ((1, 0, 1), (Fraction(3, 2), 0, Fraction(2, 3)))
WITH_BIAS = ((1, 1, 1), (2, Fraction(1, 5), Fraction(1, 2)))
NAMES = ("ReLU NNGP", "ReLU NTK")


def _cases(sizes: Any, parameters: Any) -> list[CircleCase]:
    return [
        CircleCase(N, name, tuple(map(Fraction, values))) for N in sizes for values in parameters for name in NAMES
    ]


def exact_cases(quick: bool) -> list[CircleCase | PowerCase]:
    """Nets without biases, and powers of sines for nets with biases."""
    sizes = (1, 2, 3, 4, 5, 6) if quick else SMALL_SIZES[:18]
    powers = (2, 3, 5) if quick else range(1, 13)
    return [*_cases(sizes, WITHOUT_BIAS[1:]), *(PowerCase(N) for N in powers)]


def exact_compare(case: CircleCase | PowerCase, rng: np.random.Generator) -> Comparison:
    """Closed forms, against transforms from their definition in cyclotomic numbers."""
    import sympy

    from orbitkernels.theory import circle_exact as exact
    from orbitkernels.theory.circle_spectra import relu_eigenvalue

    N = case.points
    if isinstance(case, PowerCase):
        found = [exact.odd_sine_power(N, k, n) for n in range(6) for k in range(N)]
        sines = [exact.exact_sine(Fraction(j, N)) for j in range(N)]
        expected = [x for n in range(6) for x in exact.exact_transform([sine ** (2 * n + 1) for sine in sines])]
        return compare_exactly(str(case), "transform", found, expected)
    weight, _, q = case.parameters
    ntk, scale = case.kernel == NAMES[1], weight**2 * q
    formula = formula_of(relu_eigenvalue, sympy.Symbol("scale"), ntk)
    values = exact.exact_samples(lambda turns: exact.exact_relu(turns, scale, ntk), N)
    return exact_comparison(case, formula.exact(N, scale=scale), exact.transform_over_pi(values))


def enclosed_cases(quick: bool) -> list[CircleCase]:
    """Every N up to 40, without and with biases."""
    if quick:
        return [*_cases((1, 2, 3, 4, 7), WITHOUT_BIAS[:1]), *_cases((1, 3, 6), WITH_BIAS[:1])]
    return _cases(SIZES, (*WITHOUT_BIAS[1:], *WITH_BIAS))


def enclosed_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The closed form or the series, against the transform of values by the recursion over the layers."""
    import sympy

    from orbitkernels.theory import circle_enclosures as balls
    from orbitkernels.theory.circle_spectra import relu_eigenvalue

    weight, bias, q = case.parameters
    ntk = case.kernel == NAMES[1]

    def spectrum() -> Any:
        if bias:
            return balls.relu_spectrum(case.points, weight, bias, q, ntk)
        formula = formula_of(relu_eigenvalue, sympy.Symbol("scale"), ntk)
        return formula.balls(case.points, scale=weight**2 * q)

    return enclosed_comparison(case, [spectrum], lambda turns: balls.relu_value(turns, weight, bias, q, ntk))


def numeric_cases(quick: bool) -> list[CircleCase]:
    """Nets without and with biases."""
    sizes = QUICK_SIZES[:4] if quick else (*range(1, 13), 17, 32, 45, 64, 100, 129, 256)
    return _cases(sizes, (*WITHOUT_BIAS[1:], *WITH_BIAS))


def numeric_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The closed form or the series, against the transform of a row of the Gram matrix."""
    from orbitkernels.numerics.circle_spectra import relu_spectrum
    from orbitkernels.numerics.kernels import relu_gram

    weight, bias, q = map(float, case.parameters)
    ntk = case.kernel == NAMES[1]
    row = relu_gram(points_on_circle(case.points, 2 * q), None, 1, weight, bias, ntk)[0]
    return numeric_comparison(case, relu_spectrum(case.points, weight, bias, q, ntk), row)


THEOREM = Theorem(
    id="K8",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
