"""Theorem K6: the spectrum of the arc-cosine kernel of degree 0 on N points of a circle, for every N."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arc_cosine_circle_checks import ArcCosineChecks
from .circle_cases import FloatArray, points_on_circle
from .theorem import Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "The arc-cosine kernel of degree 0 on a cyclic orbit"
SOURCE = "this work"
HYPOTHESES = (
    r"$\kappa_0(\theta) = 1 - \theta/\pi$ for the angle $0 \le \theta \le \pi$ between two inputs.",
    r"The inputs are an orbit of the cyclic group $C_N$, $N \ge 1$, on a circle around the origin: point $j$ has"
    r" the"
    r" angle $\theta_j = 2\pi j/N$. The angle between the points $0$ and $j$ is $\theta_j$ for $0 \le j \le N/2$,"
    r" and that of $N - j$ for other $j$.",
    r"$\lambda_k$, $k \in \mathbb{Z}$, is the eigenvalue $\sum_j \kappa_0(\theta_j)\, \omega^{jk}$ of the Gram"
    r" matrix,"
    r" $\omega = e^{2\pi \mathrm{i}/N}$; $[N \mid k]$ is 1 if $N$ divides $k$, else 0.",
)
EVEN_ODD = r"\lambda_k = \frac{2}{N \sin^2(\pi k/N)}"
EVEN_EVEN = r"\lambda_k = \frac{N}{2} [N \mid k]"
ODD_EVEN = r"\lambda_k = \frac{N}{2} [N \mid k] + \frac{1}{2N \cos^2(\pi k/2N)}"
ODD_ODD = r"\lambda_k = \frac{N}{2} [N \mid k] + \frac{1}{2N \sin^2(\pi k/2N)}"
COEFFICIENTS = r"a_0 = \frac12, \qquad a_m = \frac{1 - (-1)^m}{\pi^2 m^2}"
STATEMENT = (
    rf"\text{{For even }} N: \quad {EVEN_ODD} \text{{ for odd }} k, \qquad {EVEN_EVEN} \text{{ for even }} k."
    rf" \qquad \text{{For odd }} N: \quad {ODD_EVEN} \text{{ for even }} k, \qquad {ODD_ODD} \text{{ for odd }} k."
    rf" \qquad \text{{The Fourier coefficients of }} \kappa_0 \text{{ are }} {COEFFICIENTS} \text{{ for }} m \neq"
    rf" 0."
)


def derivation() -> Derivation:
    """K6: the kernel is piecewise linear in the angle, so its second differences live at two or three points."""
    import sympy

    from .derivation import Derivation, define, equal

    N = sympy.Symbol("N", integer=True, positive=True)
    j, k, l = sympy.symbols("j k l", integer=True)
    m = sympy.Symbol("m", integer=True, nonzero=True)
    x, theta = sympy.symbols("x theta", real=True)
    pi, I = sympy.pi, sympy.I

    line = 1 - 2 * j / N  # on it lies the first half of the values

    def f(place: Any) -> Any:
        return sympy.Subs(line, j, place)

    def second(before: Any, here: Any, after: Any) -> Any:
        return after - 2 * here + before

    steps = (
        define(
            r"Write $f_j = \kappa_0(\theta_j)$ for the values, of period $N$ in $j$, and $d_j$ for their second"
            r" differences.",
            r"f_j = f_{N-j} = 1 - \frac{2j}{N} \quad (0 \le j \le N/2), \qquad d_j = f_{j+1} - 2 f_j + f_{j-1}",
            label="values",
        ),
        equal(
            "expansion",
            r"Take $N \ge 2$. On a straight piece $d_j = 0$. Both neighbours of $j = 0$ have the value $f_1$. For"
            r" even"
            r" $N$ there is one other bend, at $j = N/2$, whose neighbours have the value $f_{N/2-1}$. For odd $N$"
            r" there are two, at $j = (N \pm 1)/2$: each has one neighbour of its own value, the other bend, and"
            r" one"
            r" of the value $f_{(N-3)/2}$.",
            r"d_0 = -\frac{4}{N}, \qquad d_{N/2} = \frac{4}{N} \quad (N \text{ even}), \qquad"
            r" d_{(N-1)/2} = d_{(N+1)/2} = \frac{2}{N} \quad (N \text{ odd})",
            pairs=[
                (second(f(l - 1), f(l), f(l + 1)), sympy.Integer(0)),
                (second(f(1), f(0), f(1)), -4 / N),
                (second(f(N / 2 - 1), f(N / 2), f(N / 2 - 1)), 4 / N),
                (second(f((N - 3) / 2), f((N - 1) / 2), f((N - 1) / 2)), 2 / N),
            ],
            label="bends",
            uses=("values",),
        ),
        equal(
            "substitution",
            r"In the transform of $d$ shift the index of each of the three sums, which run over all residues"
            r" modulo"
            r" $N$. Here $\omega^k = e^{2 \mathrm{i} x}$ with $x = \pi k/N$.",
            r"\sum_j d_j\, \omega^{jk} = (\omega^{-k} - 2 + \omega^k)\, \lambda_k"
            r" = -4 \sin^2(\pi k/N)\, \lambda_k",
            pairs=[
                (sympy.exp(-2 * I * x) - 2 + sympy.exp(2 * I * x), -4 * sympy.sin(x) ** 2),
            ],
            label="shift",
            uses=("values",),
        ),
        equal(
            "substitution",
            r"The bend at $N/2$ has the phase $\omega^{kN/2} = (-1)^k$. For odd $k$, which even $N$ does not"
            r" divide,"
            r" the sine is not zero: divide by it.",
            r"-4 \sin^2(\pi k/N)\, \lambda_k = -\frac{4}{N} \bigl(1 - (-1)^k\bigr)",
            rf"N \text{{ even, }} k \text{{ odd:}} \quad {EVEN_ODD}",
            pairs=[
                (-4 / N + 4 / N * sympy.exp(2 * pi * I / N * k * N / 2), -4 / N * (1 - (-1) ** k)),
                (sympy.Subs(-4 / N * (1 - (-1) ** k) / (-4 * x**2), k, 2 * l + 1), 2 / (N * x**2)),
            ],
            label="even",
            uses=("bends", "shift"),
            section="Even N",
        ),
        equal(
            "substitution",
            r"For even $k$ the right side of the last equation is zero, so $\lambda_k = 0$ unless the sine"
            r" vanishes,"
            r" that is unless $N$ divides $k$. Then $\omega^{jk} = 1$ and $\lambda_k$ is the sum of all values:"
            r" $f_0 = 1$, $f_{N/2} = 0$ and each of the others twice.",
            r"\sum_j f_j = 1 + 2 \sum_{j=1}^{N/2-1} \Bigl(1 - \frac{2j}{N}\Bigr) = \frac{N}{2}",
            rf"N \text{{ even, }} k \text{{ even:}} \quad {EVEN_EVEN}",
            pairs=[
                (sympy.Subs(1 - (-1) ** k, k, 2 * l), sympy.Integer(0)),
                (1 + 2 * sympy.summation(line, (j, 1, l - 1)).subs(N, 2 * l), l),
            ],
            label="even constant",
            uses=("even",),
        ),
        equal(
            "substitution",
            r"The bends at $(N \mp 1)/2$ have the phases $e^{\pi \mathrm{i} k (N \mp 1)/N}"
            r" = (-1)^k e^{\mp \pi \mathrm{i} k/N}$.",
            r"-4 \sin^2(\pi k/N)\, \lambda_k = -\frac{4}{N} + \frac{2}{N} (-1)^k \bigl(e^{-\pi \mathrm{i} k/N} +"
            r" e^{\pi \mathrm{i} k/N}\bigr) = -\frac{4}{N} \Bigl(1 - (-1)^k \cos(\pi k/N)\Bigr)",
            pairs=[
                (2 * pi * I / N * k * (N - 1) / 2, pi * I * k - pi * I * k / N),
                (2 * pi * I / N * k * (N + 1) / 2, pi * I * k + pi * I * k / N),
                (sympy.Subs(sympy.exp(x), x, pi * I * k), (-1) ** k),
                (sympy.exp(-I * x) + sympy.exp(I * x), 2 * sympy.cos(x)),
            ],
            label="odd",
            uses=("bends", "shift"),
            section="Odd N",
        ),
        equal(
            "expansion",
            r"Let $N$ not divide $k$, and put $x = \pi k/N$. Half angles: $1 - \cos x = 2 \sin^2 (x/2)$,"
            r" $1 + \cos x = 2 \cos^2 (x/2)$ and $\sin x = 2 \sin (x/2) \cos (x/2)$.",
            r"\frac{1 - \cos x}{N \sin^2 x} = \frac{1}{2N \cos^2 (x/2)} \quad (k \text{ even}), \qquad"
            r" \frac{1 + \cos x}{N \sin^2 x} = \frac{1}{2N \sin^2 (x/2)} \quad (k \text{ odd})",
            pairs=[
                ((1 - sympy.cos(x)) / (N * sympy.sin(x) ** 2), 1 / (2 * N * sympy.cos(x / 2) ** 2)),
                ((1 + sympy.cos(x)) / (N * sympy.sin(x) ** 2), 1 / (2 * N * sympy.sin(x / 2) ** 2)),
            ],
            label="halves",
            uses=("odd",),
        ),
        equal(
            "expansion",
            r"If $N$ divides $k$, then $\lambda_k$ is the sum of all values, $f_0 = 1$ and each of the others"
            r" twice."
            r" It exceeds $N/2$ by $1/2N$, which is what the trigonometric terms give there: $\cos^2 (\pi k/2N) ="
            r" 1$"
            r" for even $k$, and $\sin^2 (\pi k/2N) = 1$ for odd $k$, an odd multiple of $N$."
            r" For $N = 1$ this is all there is.",
            r"\sum_j f_j = 1 + 2 \sum_{j=1}^{(N-1)/2} \Bigl(1 - \frac{2j}{N}\Bigr) = \frac{N}{2} + \frac{1}{2N}",
            rf"N \text{{ odd, }} k \text{{ even:}} \quad {ODD_EVEN}",
            rf"N \text{{ odd, }} k \text{{ odd:}} \quad {ODD_ODD}",
            pairs=[
                (
                    1 + 2 * sympy.summation(line, (j, 1, l)).subs(N, 2 * l + 1),
                    (2 * l + 1) / sympy.Integer(2) + 1 / (2 * (2 * l + 1)),
                ),
                (sympy.Subs(sympy.cos(x) ** 2, x, pi * 2 * l / 2), sympy.Integer(1)),
                (sympy.Subs(sympy.sin(x) ** 2, x, pi * (2 * l + 1) / 2), sympy.Integer(1)),
            ],
            label="odd constant",
            uses=("odd", "halves"),
        ),
        equal(
            "integration by parts",
            r"The Fourier coefficients are $a_m = \frac1\pi \int_0^\pi (1 - \theta/\pi) \cos m\theta\, d\theta$,"
            r" as"
            r" $\kappa_0$ is even. They are absolutely summable, so K5 holds: $\lambda_k = N \sum_m a_{k+mN}$."
            r" Both values"
            r" of $\lambda_k$ together are the partial fractions of the squared cosecant and secant at rational"
            r" points,"
            r" found here by finite sums. (The check in intervals compares both.)",
            COEFFICIENTS,
            pairs=[
                (sympy.Integral(1 - theta / pi, (theta, 0, pi)) / pi, sympy.Rational(1, 2)),
                (
                    sympy.Integral((1 - theta / pi) * sympy.cos(m * theta), (theta, 0, pi)) / pi,
                    (1 - (-1) ** m) / (pi**2 * m**2),
                ),
            ],
            uses=("K5",),
            section="Fourier coefficients",
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K6")


# ---------------------------------------------------------------------- checks


def kappa0_row(N: int, rng: np.random.Generator) -> FloatArray:
    """Kappa0 between the first point and all, from vectors in the plane."""
    from orbitkernels.numerics.angles import angles

    _, _, gap, rest = angles(points_on_circle(N, rng.uniform(0.1, 10.0)), None)
    row: FloatArray = 1 - 2 * np.arctan2(np.sqrt(gap[0]), np.sqrt(rest[0])) / np.pi
    return row


CHECKS = ArcCosineChecks(0, kappa0_row)


THEOREM = Theorem(
    id="K6",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=CHECKS.exact,
    enclosed=CHECKS.enclosed,
    numeric=CHECKS.numeric,
    derivation=derivation,
)
