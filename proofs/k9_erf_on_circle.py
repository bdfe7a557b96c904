"""Theorem K9: the spectrum of an erf net with one hidden layer on N points of a circle."""

from __future__ import annotations

from fractions import Fraction
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

TITLE = "An erf net on a cyclic orbit"
SOURCE = "this work, from Williams 1997 (K3)"
HYPOTHESES = (
    r"A net of infinite width with one hidden layer and the activation erf, weight variance $\sigma_w^2 > 0$ and"
    r" bias variance $\sigma_b^2 \ge 0$; $S^{(1)}$ is its NNGP and $T^{(1)}$ its NTK (K4).",
    r"The inputs in $\mathbb{R}^d$ are an orbit of the cyclic group $C_N$, $N \ge 1$, on a circle around the"
    r" origin with $|x|^2 = d q$, $q > 0$, point $j$ at the angle $\theta_j = 2\pi j/N$. Put $\alpha = 2"
    r" \sigma_w^2 q/(1 + 2 \sigma_b^2 + 2 \sigma_w^2 q)$ and $\beta = 2 \sigma_b^2/(1 + 2 \sigma_b^2 + 2"
    r" \sigma_w^2 q)$.",
    r"$\lambda_k^{\mathrm{NNGP}}$ and $\lambda_k^{\mathrm{NTK}}$, $k \in \mathbb{Z}$, are the eigenvalues of the"
    r" Gram matrices of $S^{(1)}$ and $T^{(1)}$ at the mode $j \mapsto e^{2\pi \mathrm{i} jk/N}$; $\delta_{N \mid"
    r" k}$ is 1 if $N$ divides $k$, otherwise 0.",
    r"$\gamma_p = \frac{1}{2^{p-1} p} \binom{p-1}{(p-1)/2}$ for odd $p$, $\gamma_p = 0$ for even $p$; ${}_2F_1$"
    r" is Gauss's hypergeometric function.",
)
SPECTRUM = (
    r"\lambda_k^{\mathrm{NNGP}} = N \sigma_b^2\, \delta_{N \mid k} + \frac{2 \sigma_w^2 N}{\pi} \sum_{m \in"
    r" \mathbb{Z}} a_{k+mN}",
    r"\lambda_k^{\mathrm{NTK}} = \lambda_k^{\mathrm{NNGP}} + \frac{2 \sigma_w^2 N}{\pi} \sum_{m \in \mathbb{Z}}"
    r" a'_{k+mN}",
)
SERIES = (
    r"a_m = \sum_{i,j \ge 0} \gamma_p\, \frac{p!}{i!\, (i+|m|)!\, j!} \Bigl(\frac{\alpha}{2}\Bigr)^{2i+|m|}"
    r" \beta^j",
    r"a'_m = \sum_{i,j \ge 0} p\, \gamma_p\, \frac{p!}{i!\, (i+|m|)!\, j!} \Bigl(\frac{\alpha}{2}\Bigr)^{2i+|m|}"
    r" \beta^j",
)
CLOSED = (
    r"a_m = \gamma_m \Bigl(\frac{\alpha}{2}\Bigr)^m {}_2F_1\Bigl(\frac m2, \frac m2; m+1; \alpha^2\Bigr)",
    r"a'_m = m\, \gamma_m \Bigl(\frac{\alpha}{2}\Bigr)^m {}_2F_1\Bigl(\frac m2, \frac m2 + 1; m+1; \alpha^2\Bigr)",
)
BOUND = r"0 \le a_m \le \frac{\pi}{2}\, r^{-|m|}"
RATE = r"r = 1 + \varepsilon + \sqrt{2 \varepsilon + \varepsilon^2}"
STATEMENT = (
    rf"{SPECTRUM[0]}, \qquad {SPECTRUM[1]} \qquad \text{{with}} \qquad {SERIES[0]}, \qquad {SERIES[1]} \qquad"
    r" \text{where } p = 2i + |m| + j. \quad \text{If } \sigma_b = 0 \text{, then } a_m = a'_m = 0"
    r" \text{ for even } m \text{, and for odd } m > 0"
    rf" \qquad {CLOSED[0]}, \qquad {CLOSED[1]}. \qquad \text{{Always }} {BOUND} \text{{ with }} {RATE}"
    r" \text{ where }"
    r" \varepsilon = 1/(2 \sigma_w^2 q). \quad \text{All eigenvalues are positive, unless } \sigma_b = 0 \text{"
    r" and } N \text{ is even: then they are positive for odd } k \text{ and 0 for even } k."
)


def derivation() -> Derivation:
    """K9 from the binomial series of the arcsine and the powers of a cosine, by K3, K4 and K5."""
    import sympy
    from sympy import Derivative, asin, cos, pi, sqrt

    from orbitkernels.theory.erf_spectrum import amplitudes, decay_rate
    from orbitkernels.theory.kernels import erf_covariance, erf_slope_covariance

    from .derivation import Derivation, argued, bounded, equal

    w, q = sympy.symbols("sigma_w^2 q", positive=True)
    b = sympy.Symbol("sigma_b^2", nonnegative=True)
    theta, v = sympy.symbols("theta v", real=True)
    i, m = sympy.symbols("i m", integer=True, nonnegative=True)
    n = sympy.Symbol("n", integer=True, nonnegative=True)
    alpha, beta = amplitudes(w, b, q)
    size, mixed = b + w * q, b + w * q * cos(theta)
    value = beta + alpha * cos(theta)
    p = 2 * i + m
    r = decay_rate(w, q)
    steps = (
        equal(
            "theorem",
            r"At the angle $\theta$ the first layer has the covariance $\sigma_b^2 + \sigma_w^2 q \cos\theta$,"
            r" and $\sigma_b^2 + \sigma_w^2 q$ at each point. Put this into K3, and K3 into one step of the"
            r" recursion K4. (The second terms of the NTK have the sign of $v$; their squares are compared.)",
            r"S^{(1)} = \sigma_b^2 + \frac{2 \sigma_w^2}{\pi} \arcsin v, \qquad T^{(1)} = S^{(1)} + \frac{2"
            r" \sigma_w^2}{\pi} \frac{v}{\sqrt{1 - v^2}}, \qquad v = \beta + \alpha \cos\theta",
            pairs=[
                (sympy.sin(erf_covariance(size, size, mixed) * pi / 2), value),
                (
                    erf_slope_covariance(size, size, mixed) ** 2 * mixed**2,
                    (2 / pi) ** 2 * value**2 / (1 - value**2),
                ),
            ],
            label="kernel",
            uses=("K3", "K4"),
        ),
        bounded(
            "comparison",
            r"The difference is $1/(1 + 2 \sigma_b^2 + 2 \sigma_w^2 q)$. So $|v| \le \alpha + \beta < 1$.",
            r"\alpha + \beta < 1",
            pairs=[(alpha + beta, sympy.Integer(1))],
            because=[1 / (1 + 2 * b + 2 * w * q)],
            strict=True,
            label="inside",
        ),
        equal(
            "power series",
            r"The arcsine solves a differential equation, which gives $(p+1)(p+2)\, \gamma_{p+2} = p^2 \gamma_p$"
            r" for the coefficients of its Taylor series, an odd one with $\gamma_1 = 1$; the binomial"
            r" coefficients solve the same recurrence ($p = 2n + 1$). The second series is $v$ times the"
            r" derivative of the first.",
            r"(1 - v^2)\, \arcsin''(v) = v\, \arcsin'(v)",
            r"\arcsin v = \sum_p \gamma_p\, v^p, \qquad \frac{v}{\sqrt{1 - v^2}} = \sum_p p\, \gamma_p\, v^p"
            r" \qquad (|v| < 1)",
            pairs=[
                ((1 - v**2) * Derivative(asin(v), (v, 2)), v * Derivative(asin(v), v)),
                (sympy.Subs(Derivative(asin(v), v), v, 0), sympy.Integer(1)),
                (
                    (2 * n + 2) * (2 * n + 3) * sympy.binomial(2 * n + 2, n + 1) / (4 * (2 * n + 3)),
                    (2 * n + 1) ** 2 * sympy.binomial(2 * n, n) / (2 * n + 1),
                ),
                (v * Derivative(asin(v), v), v / sqrt(1 - v**2)),
            ],
            label="arcsine",
        ),
        argued(
            "expansion",
            r"Write $v = \beta + \frac\alpha2 e^{\mathrm{i}\theta} + \frac\alpha2 e^{-\mathrm{i}\theta}$ and"
            r" expand $v^p$ by the multinomial theorem: for $m \ge 0$ the term $e^{\mathrm{i} m\theta}$ comes"
            r" from $i + m$ factors of the second kind, $i$ of the third and $j$ of the first, and"
            r" $e^{-\mathrm{i} m\theta}$ has the same factor. No term is negative, and their sum is finite,"
            r" because $\alpha + \beta < 1$; so they may be collected. (The instances compare the coefficients of"
            r" $\alpha^e \beta^j$ for $e + j \le 7$ with integrals of powers of the cosine.)",
            r"\arcsin v = \sum_{m \in \mathbb{Z}} a_m\, e^{\mathrm{i} m\theta}, \qquad " + SERIES[0],
            r"\frac{v}{\sqrt{1 - v^2}} = \sum_{m \in \mathbb{Z}} a'_m\, e^{\mathrm{i} m\theta}, \qquad "
            + SERIES[1],
            on=[(f"$m = {order}$", partial(_fourier_coefficients_agree, order)) for order in range(5)],
            label="series",
            uses=("inside", "arcsine"),
        ),
        equal(
            "power series",
            r"For $\sigma_b = 0$ only $j = 0$ is left, and $p = 2i + |m|$ is odd only if $m$ is. The quotient of"
            r" a term and the one before is that of the hypergeometric series, by the recurrence of $\gamma_p$"
            r" and $(p+2)! = (p+2)(p+1)\, p!$; for $a'_m$ it has the factor $(p+2)/p$ more. The term $i = 0$ is"
            r" what stands before the series.",
            r"\frac{p^2}{(p+1)(p+2)} \cdot \frac{(p+1)(p+2)}{(i+1)(i+m+1)} \cdot \frac{\alpha^2}{4} = \frac{(i +"
            r" \frac m2)(i + \frac m2)}{(i+m+1)(i+1)}\, \alpha^2",
            r"a_m = a'_m = 0 \text{ for even } m, \qquad " + CLOSED[0] + r", \qquad " + CLOSED[1],
            pairs=[
                (
                    p**2 / ((p + 1) * (p + 2)) * ((p + 1) * (p + 2) / ((i + 1) * (i + m + 1))) * v**2 / 4,
                    (i + m / 2) ** 2 / ((i + m + 1) * (i + 1)) * v**2,
                ),
                (
                    (p + 2) * p / ((p + 1) * (p + 2)) * ((p + 1) * (p + 2) / ((i + 1) * (i + m + 1))) * v**2 / 4,
                    (i + m / 2) * (i + m / 2 + 1) / ((i + m + 1) * (i + 1)) * v**2,
                ),
            ],
            label="hypergeometric",
            uses=("series", "arcsine"),
        ),
        equal(
            "absolute convergence",
            r"Put a number $r \ge 1$ for $e^{\mathrm{i}\theta}$: as no term is negative, $\sum_m a_m r^m ="
            r" \arcsin(\beta + \frac\alpha2 (r + \frac1r))$ as long as the argument is at most 1 (at 1 too: the"
            r" partial sums of $\sum_p \gamma_p v^p$ stay below $\frac\pi2$ for $v < 1$, hence for $v = 1$), and"
            r" each of its terms is at most the sum. The argument is 1 for the $r$ below, and the arcsine is"
            r" $\frac\pi2$ there. (The larger $m$ comes with $r^m$, and $a_{-m} = a_m$.)",
            r"\beta + \frac{\alpha}{2} \Bigl(r + \frac{1}{r}\Bigr) = 1, \qquad " + RATE,
            BOUND,
            pairs=[
                (beta + alpha * (r + 1 / r) / 2, sympy.Integer(1)),
                (sympy.Subs(asin(v), v, 1), pi / 2),
            ],
            label="bound",
            uses=("series",),
        ),
        argued(
            "theorem",
            r"The coefficients fall like powers of a number below 1 (for $a'_m$ take any smaller $r > 1$, at"
            r" which the argument is below 1), so K5 holds for both series. The constant $\sigma_b^2$ has the"
            r" eigenvalue $N \sigma_b^2$ at $k = 0$ and 0 at the others. (The instances compare the coefficients"
            r" of $\alpha^e \beta^j$ on both sides, for $e + j \le 7$, in cyclotomic numbers.)",
            *SPECTRUM,
            on=[(f"$N = {N}$", partial(_series_agree, N)) for N in (1, 2, 3, 4, 5, 6)],
            label="spectrum",
            uses=("kernel", "series", "bound", "K5"),
        ),
        argued(
            "comparison",
            r"If $\sigma_b > 0$, every $a_m$ and $a'_m$ has a positive term: $j = 0$ or $j = 1$ makes $p$ odd. If"
            r" $\sigma_b = 0$, those of odd $m$ have, and those of even $m$ are 0; among the aliases $k + mN$"
            r" there is an odd number unless $N$ and $k$ are even. (The instances find the positive terms with $e"
            r" + j \le N + 1$.)",
            r"\lambda_k^{\mathrm{NNGP}}, \lambda_k^{\mathrm{NTK}} > 0 \text{ if } \sigma_b > 0 \text{ or } N"
            r" \text{ is odd or } k \text{ is odd;} \quad \lambda_k^{\mathrm{NNGP}} = \lambda_k^{\mathrm{NTK}} ="
            r" 0 \text{ otherwise}",
            on=[(f"$N = {N}$", partial(_positive_terms, N)) for N in (1, 2, 3, 4, 5, 6)],
            uses=("spectrum", "hypergeometric"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K9")


#: Degrees in alpha and beta together up to which power series are compared.
DEGREE = 7


def _fourier_coefficients_agree(order: int) -> bool:
    """[alpha^e beta^j] of a_m and a'_m, against (1/2 pi) int C(p, e) gamma_p cos^e(theta) cos(m theta) d theta.

    The integral of the trigonometric polynomial cos^e cos(m theta) is its mean over enough equidistant angles.
    """
    from math import comb

    from orbitkernels.theory.circle_exact import exact_cosine
    from orbitkernels.theory.erf_spectrum import term

    gamma = _arc_sine_series(DEGREE)
    count = DEGREE + order + 1
    angles = [Fraction(2 * j, count) for j in range(count)]
    for e in range(DEGREE + 1):
        mean = sum(
            (exact_cosine(t) ** e * exact_cosine(order * t) for t in angles), start=exact_cosine(Fraction(1, 2))
        )
        mean = mean * Fraction(1, count)
        for j in range(DEGREE + 1 - e):
            wanted = mean * (comb(e + j, e) * gamma[e + j])
            if (e - order) % 2 or e < order:
                found = [Fraction(0), Fraction(0)]
            else:
                found = [term(order, (e - order) // 2, j, slope) for slope in (False, True)]
            if found[0] != wanted or found[1] != wanted * (e + j):
                return False
    return True


def _arc_sine_series(most: int) -> list[Fraction]:
    """Coefficients of v^0, ..., v^most in asin(v), from the square of its derivative, 1/(1 - v^2) = sum v^2i."""
    slope = [Fraction(1)]
    for n in range(1, most):
        products = sum((slope[i] * slope[n - i] for i in range(1, n)), Fraction(0))
        slope.append(((n % 2 == 0) - products) / 2)
    return [Fraction(0), *(value / (n + 1) for n, value in enumerate(slope))]


def _series_agree(N: int) -> bool:
    """Whether all coefficients of alpha^e beta^j of all eigenvalues agree."""
    formula, expected = _coefficients(N)
    return formula == expected


def _coefficients(N: int) -> tuple[list[Any], list[Any]]:
    """[alpha^e beta^j] of N sum a_(k+mN) and N sum a'_(k+mN) by the theorem and from the definition."""
    from math import comb

    from orbitkernels.theory.circle_exact import exact_cosine, exact_transform
    from orbitkernels.theory.erf_spectrum import aliased_term

    gamma = _arc_sine_series(DEGREE)
    cosines = [exact_cosine(Fraction(2 * j, N)) for j in range(N)]
    formula: list[Any] = []
    expected: list[Any] = []
    for e in range(DEGREE + 1):
        transformed = exact_transform([cosine**e for cosine in cosines])
        for j in range(DEGREE + 1 - e):
            p = e + j
            factor = comb(p, e) * gamma[p]
            for slope in (False, True):
                formula += [aliased_term(N, k, e, j, slope) for k in range(N)]
                expected += [value * (factor * (p if slope else 1)) for value in transformed]
    return formula, expected


def _positive_terms(N: int) -> bool:
    """Whether some [alpha^e beta^j] of each eigenvalue is positive, and with j = 0 exactly where N or k is odd."""
    from orbitkernels.theory.erf_spectrum import aliased_term

    degrees = [(e, j) for e in range(N + 2) for j in range(N + 2 - e)]
    for slope in (False, True):
        for k in range(N):
            with_bias = any(aliased_term(N, k, e, j, slope) > 0 for e, j in degrees)
            without = any(aliased_term(N, k, e, 0, slope) > 0 for e, j in degrees if j == 0)
            if not with_bias or without != (N % 2 == 1 or k % 2 == 1):
                return False
    return True


# ---------------------------------------------------------------------- checks

NNGP, NTK = "erf NNGP", "erf NTK"

#: sw2, sb2, q: without bias, as in Perin and Deny, with a small and with a large slope.
PARAMETERS: tuple[tuple[Fraction | int, ...], ...] = (
    (1, 0, 1),
    (1, 1, 1),
    (Fraction(1, 2), Fraction(1, 3), Fraction(1, 5)),
    (2, Fraction(1, 2), 1),
)


def exact_cases(quick: bool) -> list[CircleCase]:
    """Power series in alpha and beta."""
    return circle_cases((1, 2, 3, 5) if quick else range(1, 17), "power series of the erf net")


def exact_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """Coefficients of the aliased double series, against transforms of powers of cosines."""
    return exact_comparison(case, *_coefficients(case.points))


def enclosed_cases(quick: bool) -> list[CircleCase]:
    """Every N up to 40, without and with biases; one net with biases for each N in a quick run."""
    if not quick:
        return [case for kernel in (NNGP, NTK) for case in circle_cases(SIZES, kernel, PARAMETERS)]
    plain = [case for kernel in (NNGP, NTK) for case in circle_cases(QUICK_SIZES, kernel, PARAMETERS[:1])]
    return plain + [case for N in QUICK_SIZES for case in circle_cases([N], (NNGP, NTK)[N % 2], PARAMETERS[1:2])]


def enclosed_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The double series, and 2F1 if there is no bias, against the transform of the values."""
    from orbitkernels.theory import erf_spectrum

    weight, bias, q = case.parameters
    ntk = case.kernel == NTK
    routes = [partial(erf_spectrum.enclosed_spectrum, case.points, weight, bias, q, ntk)]
    if bias == 0:
        routes.append(partial(erf_spectrum.enclosed_hypergeometric_spectrum, case.points, weight, q, ntk))
    return enclosed_comparison(case, routes, lambda turns: _value(turns, weight, bias, q, ntk))


def _value(turns: Fraction, weight: Fraction, bias: Fraction, q: Fraction, ntk: bool) -> Any:
    """The kernel at the angle pi t by one step of the recursion, in balls."""
    from flint import arb

    from orbitkernels.theory.circle_enclosures import cosine
    from orbitkernels.theory.enclosures import ball

    w, b = ball(weight), ball(bias)
    first, size = b + w * ball(q) * cosine(turns), 1 + 2 * (b + w * ball(q))
    covariance = b + 2 * w / arb.pi() * (2 * first / size).asin()
    slope = 4 / arb.pi() / (size * size - 4 * first * first).sqrt()
    return covariance + w * slope * first if ntk else covariance


def numeric_cases(quick: bool) -> list[CircleCase]:
    """N up to 200."""
    sizes = QUICK_SIZES[:4] if quick else (*range(1, 17), 25, 32, 50, 100, 200)
    return [case for kernel in (NNGP, NTK) for case in circle_cases(sizes, kernel, PARAMETERS)]


def numeric_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The double series, against the transform of a row of the Gram matrix."""
    from orbitkernels.numerics.erf_spectrum import condition, erf_spectrum
    from orbitkernels.numerics.kernels import erf_gram

    weight, bias, q = map(float, case.parameters)
    row = erf_gram(points_on_circle(case.points, 2 * q), None, 1, weight, bias, case.kernel == NTK)[0]
    formula = erf_spectrum(case.points, weight, bias, q, case.kernel == NTK)
    return numeric_comparison(case, formula, row, condition(weight, bias, q))


THEOREM = Theorem(
    id="K9",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
