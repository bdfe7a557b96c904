"""Theorem K11: spectra of the Laplace kernels of chord and of geodesic distance on N points of a circle."""

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
    formula_of,
    numeric_comparison,
    points_on_circle,
)
from .circle_steps import WAVE
from .evidence import Comparison
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "The Laplace kernels on a cyclic orbit"
SOURCE = "this work"
HYPOTHESES = (
    r"The inputs are an orbit of the cyclic group $C_N$, $N \ge 1$, on a circle of radius $r > 0$, point $j$ at"
    r" the"
    r" angle $\theta_j = 2\pi j/N$; $\ell > 0$ is a length scale, and $\theta$ with $0 \le \theta \le \pi$ the"
    r" angle"
    r" between two inputs.",
    r"The Laplace kernel is $e^{-|x - y|/\ell}$, and its geodesic form is $e^{-r\theta/\ell}$. Write $c = 2r/\ell$"
    r" and"
    r" $q = e^{-2\pi r/(\ell N)}$.",
    r"$\lambda_k$, $k \in \mathbb{Z}$, is the eigenvalue of the Gram matrix at the mode $j \mapsto \omega^{jk}$,"
    r" $\omega = e^{2\pi \mathrm{i}/N}$.",
    r"$I_m$ is the modified Bessel function (K10),"
    rf" and ${WAVE}$ for odd $p$.",
)
GEODESIC_EVEN = r"\lambda_k = \frac{(1 - q^2) \bigl(1 - (-1)^k q^{N/2}\bigr)}{1 - 2q \cos(2\pi k/N) + q^2}"
GEODESIC_ODD = (
    r"\lambda_k = \frac{(1 - q) \bigl(1 + q - 2 (-1)^k q^{(N+1)/2} \cos(\pi k/N)\bigr)}{1 - 2q \cos(2\pi k/N) +"
    r" q^2}"
)
CHORD = (
    r"\lambda_k = N \sum_{m \in \mathbb{Z}} (-1)^{k+mN} I_{2(k+mN)}(c)"
    r" - 2 \sum_{i=0}^{\infty} (-1)^i I_{2i+1}(c)\, \sigma_{2i+1}(k)"
)
COEFFICIENT = r"a_m = (-1)^m I_{2m}(c) - W_m"
WEBER = (
    r"W_m = \frac1\pi \int_0^\pi \sinh(c \sin\varphi) \cos(2m\varphi)\, d\varphi"
    r" = \frac2\pi \sum_{i=0}^{\infty} (-1)^i I_{2i+1}(c) \Bigl(\frac{1}{2i+1+2m} + \frac{1}{2i+1-2m}\Bigr)"
)
STATEMENT = (
    rf"\text{{Laplace kernel: }} {CHORD}. \qquad \text{{Geodesic form: }} {GEODESIC_EVEN} \text{{ for even }} N,"
    rf" \qquad {GEODESIC_ODD} \text{{ for odd }} N. \qquad \text{{The Laplace kernel has the Fourier coefficients"
    rf" }}"
    rf" {COEFFICIENT}, \qquad {WEBER}."
)


def derivation() -> Derivation:
    """K11: the Laplace kernel splits into an even and an odd power series in the sine of half the angle."""
    import sympy
    from sympy import I, cos, cosh, exp, pi, sin, sinh

    from . import circle_steps
    from .derivation import Derivation, argued, define, equal

    N = sympy.Symbol("N", integer=True, positive=True)
    c, q, r = sympy.symbols("c q r", positive=True)
    i, j, k, m = sympy.symbols("i j k m", integer=True)
    x, y, phi = sympy.symbols("x y varphi", real=True)
    p = 2 * i + 1

    def outside(before: Any, here: Any, after: Any) -> Any:
        return (1 + q**2) * here - q * (before + after)

    def f(place: Any) -> Any:
        return sympy.Subs(q**j, j, place)

    steps = (
        equal(
            "expansion",
            r"Two points at the angle $\theta$ to each other have the squared distance $2r^2 (1 - \cos\theta) = 4"
            r" r^2"
            r" \sin^2(\theta/2)$. For $0 \le \theta < 2\pi$ the sine of half the angle is not negative, and it"
            r" does not"
            r" change if $\theta$ becomes $2\pi - \theta$.",
            r"e^{-|x-y|/\ell} = e^{-c \sin(\theta/2)} = \cosh(c \sin(\theta/2)) - \sinh(c \sin(\theta/2))",
            pairs=[
                ((r - r * cos(2 * x)) ** 2 + (r * sin(2 * x)) ** 2, 4 * r**2 * sin(x) ** 2),
                (exp(-x), cosh(x) - sinh(x)),
            ],
            label="parts",
            section="Laplace kernel",
        ),
        equal(
            "theorem",
            r"The generating function in K10, $e^{c \cos\psi} = \sum_m I_m(c)\, e^{\mathrm{i} m\psi}$, at $\psi ="
            r" \varphi"
            r" - \pi/2$, where $\cos\psi = \sin\varphi$. Terms of even order are even in $c$ and make the"
            r" hyperbolic"
            r" cosine; those of odd order make the hyperbolic sine, $m$ and $-m$ together.",
            r"\cosh(c \sin\varphi) = \sum_{m \in \mathbb{Z}} (-1)^m I_{2m}(c)\, e^{2 \mathrm{i} m\varphi}, \qquad"
            r" \sinh(c \sin\varphi) = 2 \sum_{i=0}^{\infty} (-1)^i I_{2i+1}(c) \sin((2i+1)\varphi)",
            pairs=[
                (sympy.Subs(exp(x), x, -I * pi * m), (-1) ** m),
                (sympy.Subs(cos(x), x, p * (phi - pi / 2)), (-1) ** i * sin(p * phi)),
            ],
            label="series",
            uses=("K10",),
        ),
        circle_steps.half_angle_step("waves"),
        argued(
            "theorem",
            r"With $\varphi = \theta/2$ the hyperbolic cosine has the Fourier coefficients $(-1)^m I_{2m}(c)$, to"
            r" which"
            r" K5 applies. The transform of each term of the hyperbolic sine is $\sigma_{2i+1}(k)$. Both series"
            r" converge faster than any geometric one, by the bound of K10. (The instances compare the"
            r" coefficients of"
            r" $c^n$, $n \le 6$, with the transform of $(-\sin(\theta_j/2))^n/n!$, in cyclotomic numbers.)",
            CHORD,
            on=[(f"$N = {N}$", partial(_series_agree, N)) for N in (1, 2, 3, 4, 5, 6)],
            label="chord",
            uses=("parts", "series", "waves", "K5", "K10"),
        ),
        equal(
            "theorem",
            r"Integrate the series for the hyperbolic sine term by term, with $\theta = 2\varphi$: the product of"
            r" sine and cosine is half the sum of the sines of $P\varphi$ with the odd $P = 2i + 1 \pm 2m$, each"
            r" of which has the integral $2/P$. $W_0 = L_0(c)$ is the modified Struve function, and $W_m ="
            r" \mathrm{i} E_{2m}(\mathrm{i} c)$ with Weber's function $E_\nu(x) = \frac1\pi \int_0^\pi"
            r" \sin(\nu\varphi - x \sin\varphi)\, d\varphi$, since $\sin(2m\varphi) \cosh(c \sin\varphi)$ changes"
            r" its sign under $\varphi \mapsto \pi - \varphi$. The kernel is smooth but for its bend at $\theta ="
            r" 0$, so two integrations by parts give $|a_m| \le C m^{-2}$ with some number $C$: K5 holds for the"
            r" kernel as a whole, too, but that sum over the aliases is slow.",
            COEFFICIENT,
            WEBER,
            pairs=[
                (sympy.Subs(-cos(k * x) / k, x, pi) - sympy.Subs(-cos(k * x) / k, x, 0), (1 - (-1) ** k) / k),
                (sympy.Subs((1 - (-1) ** k) / k, k, p + 2 * m), 2 / (p + 2 * m)),
                (sin(x - I * y), sin(x) * cosh(y) - I * cos(x) * sinh(y)),
                (
                    sympy.Subs(sin(2 * m * x) * cosh(c * sin(x)), x, pi - phi),
                    -sin(2 * m * phi) * cosh(c * sin(phi)),
                ),
            ],
            uses=("parts", "series", "K5"),
        ),
        define(
            r"For the geodesic form write $f_j$ for the values, of period $N$ in $j$.",
            r"f_j = f_{N-j} = q^j \quad (0 \le j \le N/2), \qquad g_j = (1 + q^2) f_j - q (f_{j-1} + f_{j+1})",
            label="values",
            section="Geodesic form",
        ),
        equal(
            "expansion",
            r"Take $N \ge 2$. Within a half, $g_j = 0$. Both neighbours of $j = 0$ have the value $q$. For even"
            r" $N$ both"
            r" neighbours of $j = N/2$ have the value $q^{N/2-1}$; for odd $N$ each of $j = (N \pm 1)/2$ has one"
            r" neighbour of its own value $q^{(N-1)/2}$ and one of the value $q^{(N-3)/2}$.",
            r"g_0 = 1 - q^2, \qquad g_{N/2} = -(1 - q^2)\, q^{N/2} \quad (N \text{ even}), \qquad"
            r" g_{(N-1)/2} = g_{(N+1)/2} = -(1 - q)\, q^{(N+1)/2} \quad (N \text{ odd})",
            pairs=[
                (outside(f(k - 1), f(k), f(k + 1)), sympy.Integer(0)),
                (outside(f(1), f(0), f(1)), 1 - q**2),
                (outside(f(N / 2 - 1), f(N / 2), f(N / 2 - 1)), -(1 - q**2) * q ** (N / 2)),
                (outside(f((N - 3) / 2), f((N - 1) / 2), f((N - 1) / 2)), -(1 - q) * q ** ((N + 1) / 2)),
            ],
            label="bends",
            uses=("values",),
        ),
        equal(
            "substitution",
            r"Shift the index of each sum in the transform of $g$. The factor is positive, as $0 < q < 1$.",
            r"\sum_j g_j\, \omega^{jk} = \bigl(1 - 2q \cos(2\pi k/N) + q^2\bigr) \lambda_k, \qquad"
            r" 1 - 2q \cos 2x + q^2 = (1 - q)^2 + 4q \sin^2 x",
            pairs=[
                (exp(-2 * I * x) + exp(2 * I * x), 2 * cos(2 * x)),
                ((1 - q) ** 2 + 4 * q * sin(x) ** 2, 1 - 2 * q * cos(2 * x) + q**2),
            ],
            label="shift",
            uses=("values",),
        ),
        equal(
            "substitution",
            r"The phases are $\omega^{kN/2} = (-1)^k$ and, for odd $N$, $\omega^{k(N \mp 1)/2} = (-1)^k e^{\mp \pi"
            r" \mathrm{i} k/N}$, whose sum is $2 (-1)^k \cos(\pi k/N)$. For $N = 1$ the formula gives the only"
            r" entry,"
            r" $\lambda_k = 1$.",
            rf"N \text{{ even:}} \quad {GEODESIC_EVEN}",
            rf"N \text{{ odd:}} \quad {GEODESIC_ODD}",
            pairs=[
                (sympy.Subs(exp(x), x, 2 * pi * I / N * k * N / 2), (-1) ** k),
                (2 * pi * I / N * k * (N - 1) / 2, pi * I * k - pi * I * k / N),
                (2 * pi * I / N * k * (N + 1) / 2, pi * I * k + pi * I * k / N),
                (
                    (1 - q**2) - (1 - q**2) * q ** (N / 2) * (-1) ** k,
                    (1 - q**2) * (1 - (-1) ** k * q ** (N / 2)),
                ),
                (
                    (1 - q**2) - (1 - q) * q ** ((N + 1) / 2) * (-1) ** k * 2 * cos(x),
                    (1 - q) * (1 + q - 2 * (-1) ** k * q ** ((N + 1) / 2) * cos(x)),
                ),
                (
                    sympy.Subs((1 - q) * (1 + q - 2 * (-1) ** k * q ** ((N + 1) / 2) * cos(pi * k / N)), N, 1),
                    sympy.Subs(1 - 2 * q * cos(2 * pi * k / N) + q**2, N, 1),
                ),
            ],
            uses=("bends", "shift"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K11")


def _series_agree(N: int, most: int = 6) -> bool:
    """Whether both power series in c agree up to a power, for every k."""
    formula, expected = _coefficients(N, most)
    return formula == expected


def _coefficients(N: int, most: int) -> tuple[list[Any], list[Any]]:
    """[c^n] of lambda_k by the theorem and from the definition, n = 0, ..., most and all k."""
    from math import factorial

    from orbitkernels.theory.circle_exact import exact_sine, exact_transform, laplace_coefficient

    sines = [exact_sine(Fraction(j, N)) for j in range(N)]
    formula: list[Any] = []
    expected: list[Any] = []
    for n in range(most + 1):
        formula += [laplace_coefficient(N, k, n) for k in range(N)]
        expected += exact_transform([sine**n * Fraction((-1) ** n, factorial(n)) for sine in sines])
    return formula, expected


# ---------------------------------------------------------------------- checks

CHORD_KERNEL, GEODESIC_KERNEL, SERIES = "Laplace", "geodesic Laplace", "power series of Laplace"


def exact_cases(quick: bool) -> list[CircleCase]:
    """Power series in c up to the power 9, and the geodesic form with rational q."""
    sizes = (1, 2, 3, 4, 5) if quick else range(1, 13)
    larger = sizes if quick else range(1, 21)
    ratios = [(Fraction(1, 2),), (Fraction(9, 10),)]
    return circle_cases(sizes, SERIES) + circle_cases(larger, GEODESIC_KERNEL, ratios)


def exact_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The formulas, against transforms in cyclotomic numbers."""
    import sympy

    from orbitkernels.theory import circle_exact as exact
    from orbitkernels.theory.circle_spectra import geodesic_eigenvalue

    N = case.points
    if case.kernel == SERIES:
        return exact_comparison(case, *_coefficients(N, 9))
    (q,) = case.parameters
    found = formula_of(geodesic_eigenvalue, sympy.Symbol("q")).exact(N, q=q)
    expected = exact.exact_transform([q ** min(j, N - j) for j in range(N)])
    return exact_comparison(case, [value.constant for value in found], expected)


def enclosed_cases(quick: bool) -> list[CircleCase]:
    """Every N up to 40, with several length scales."""
    if quick:
        return circle_cases(QUICK_SIZES[:6], CHORD_KERNEL, [(2,)]) + circle_cases((2, 5), GEODESIC_KERNEL, [(1,)])
    scales: list[tuple[Fraction | int, ...]] = [(Fraction(1, 2),), (3,)]
    return circle_cases(SIZES, CHORD_KERNEL, scales) + circle_cases(SIZES, GEODESIC_KERNEL, scales)


def enclosed_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The sums of Bessel functions or the closed form, against the transform of the values."""
    import sympy

    from orbitkernels.theory import circle_enclosures as balls
    from orbitkernels.theory.circle_spectra import geodesic_eigenvalue

    (scale,) = case.parameters
    if case.kernel == CHORD_KERNEL:
        spectrum = partial(balls.laplace_spectrum, case.points, scale)
        return enclosed_comparison(case, [spectrum], lambda turns: balls.laplace_value(turns, scale))
    formula = formula_of(geodesic_eigenvalue, sympy.Symbol("q"))

    def closed() -> list[Any]:
        return formula.balls(case.points, q=balls.neighbour_value(case.points, scale))

    return enclosed_comparison(case, [closed], lambda turns: balls.geodesic_value(turns, scale))


def numeric_cases(quick: bool) -> list[CircleCase]:
    """N up to 200."""
    sizes = QUICK_SIZES[:5] if quick else (*range(1, 17), 25, 50, 101, 200)
    scales: list[tuple[Fraction | int, ...]] = [(Fraction(1, 2),), (3,)]
    return circle_cases(sizes, CHORD_KERNEL, scales) + circle_cases(sizes, GEODESIC_KERNEL, scales)


def numeric_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """The formulas, against the transform of a row of the Gram matrix of points in the plane."""
    from orbitkernels.numerics.angles import angles
    from orbitkernels.numerics.circle_spectra import geodesic_spectrum, laplace_spectrum
    from orbitkernels.numerics.kernels import laplace_gram

    rate, N = float(case.parameters[0]), case.points
    if case.kernel == CHORD_KERNEL:
        scale = rng.uniform(0.3, 3.0)
        row = laplace_gram(points_on_circle(N, (rate * scale / 2) ** 2), None, scale)[0]
        # the even and the odd part of the kernel grow like e^c/2 and cancel to e^-c
        return numeric_comparison(case, laplace_spectrum(N, rate), row, condition=float(np.exp(rate)))
    _, _, gap, rest = angles(points_on_circle(N, 1.0), None)
    row = np.exp(-2 * rate * np.arctan2(np.sqrt(gap[0]), np.sqrt(rest[0])))
    return numeric_comparison(case, geodesic_spectrum(N, rate), row)


THEOREM = Theorem(
    id="K11",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
