"""Theorem K7: the spectrum of the arc-cosine kernel of degree 1 on N points of a circle, for every N."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arc_cosine_circle_checks import ArcCosineChecks
from .circle_cases import FloatArray, points_on_circle
from .theorem import Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "The arc-cosine kernel of degree 1 on a cyclic orbit"
SOURCE = "this work"
HYPOTHESES = (
    r"$\kappa_1(\theta) = \frac1\pi (\sin\theta + (\pi - \theta) \cos\theta)$ for the angle $0 \le \theta \le \pi$"
    r" between two inputs.",
    r"The inputs are an orbit of the cyclic group $C_N$, $N \ge 1$, on a circle around the origin, point $j$ at"
    r" the"
    r" angle $\theta_j = 2\pi j/N$, as in K6.",
    r"$\lambda_k$, $k \in \mathbb{Z}$, is the eigenvalue $\sum_j \kappa_1(\theta_j)\, \omega^{jk}$ of the Gram"
    r" matrix, $\omega = e^{2\pi \mathrm{i}/N}$.",
    r"$\alpha = \pi(k-1)/N$, $\beta = \pi(k+1)/N$, and $e_k = \frac{N}{4} \bigl([N \mid k-1] + [N \mid"
    r" k+1]\bigr)$,"
    r" where $[N \mid l]$ is 1 if $N$ divides $l$, else 0.",
)
EVEN_EVEN = (
    r"\lambda_k = \frac{1}{N} \Bigl(\frac{1}{\sin^2 \alpha} + \frac{1}{\sin^2 \beta}\Bigr)"
    r" + \frac{1}{\pi} (\cot\beta - \cot\alpha)"
)
EVEN_ODD = r"\lambda_k = e_k"
ODD_EVEN = (
    r"\lambda_k = e_k + \frac{1}{4N} \Bigl(\frac{1}{\sin^2(\alpha/2)} + \frac{1}{\sin^2(\beta/2)}\Bigr)"
    r" + \frac{1}{2\pi} \bigl(\cot(\beta/2) - \cot(\alpha/2)\bigr)"
)
ODD_ODD = (
    r"\lambda_k = e_k + \frac{1}{4N} \Bigl(\frac{1}{\cos^2(\alpha/2)} + \frac{1}{\cos^2(\beta/2)}\Bigr)"
    r" + \frac{1}{2\pi} \bigl(\tan(\alpha/2) - \tan(\beta/2)\bigr)"
)
COEFFICIENTS = r"a_m = \frac{4}{\pi^2 (m^2 - 1)^2} \text{ for even } m, \qquad a_{\pm 1} = \frac14"
STATEMENT = (
    rf"\text{{For even }} N: \quad {EVEN_EVEN} \text{{ for even }} k, \qquad {EVEN_ODD} \text{{ for odd }} k."
    rf" \qquad \text{{For odd }} N: \quad {ODD_EVEN} \text{{ for even }} k, \qquad {ODD_ODD} \text{{ for odd }} k."
    rf" \qquad \text{{The Fourier coefficients of }} \kappa_1 \text{{ are }} {COEFFICIENTS},"
    r" \text{ and zero for other odd } m."
)


def derivation() -> Derivation:
    """K7: one part is kappa0 with its frequency shifted by one, the other a sum of sines that telescopes."""
    import sympy
    from sympy import cos, cot, pi, sin, tan

    from .derivation import Derivation, equal

    N = sympy.Symbol("N", integer=True, positive=True)
    j, k, l, m, p = sympy.symbols("j k l m p", integer=True)
    x, y, theta, alpha, beta = sympy.symbols("x y theta alpha beta", real=True)

    def odd_sum(angle: Any) -> Any:  # T_p for odd p
        return cot(angle / 2) / 2

    def even_sum(angle: Any) -> Any:
        return -tan(angle / 2) / 2

    def cotangent(angle: Any) -> Any:
        return cos(angle) / sin(angle)

    steps = (
        equal(
            "expansion",
            r"For $0 \le \theta \le \pi$, and for every angle if $\sin\theta$ is read as $|\sin\theta|$ and"
            r" $\kappa_0$"
            r" as the even function of period $2\pi$.",
            r"\kappa_1(\theta) = \kappa_0(\theta) \cos\theta + \frac1\pi |\sin\theta|",
            pairs=[
                ((sin(theta) + (pi - theta) * cos(theta)) / pi, (1 - theta / pi) * cos(theta) + sin(theta) / pi)
            ],
            label="parts",
        ),
        equal(
            "theorem",
            r"The factor $\cos\theta_j = \frac12 (\omega^j + \omega^{-j})$ shifts the frequency. Write"
            r" $\lambda^{(0)}_k$ for the eigenvalues of $\kappa_0$, which K6 gives.",
            r"\sum_j \kappa_0(\theta_j) \cos\theta_j\; \omega^{jk}"
            r" = \frac12 \bigl(\lambda^{(0)}_{k-1} + \lambda^{(0)}_{k+1}\bigr)",
            pairs=[
                (
                    cos(x) * sympy.exp(sympy.I * x * k),
                    (sympy.exp(sympy.I * x * (k - 1)) + sympy.exp(sympy.I * x * (k + 1))) / 2,
                )
            ],
            label="shifted",
            uses=("parts", "K6"),
        ),
        equal(
            "substitution",
            r"For the other part take the terms $j$ and $N - j$ together; $j = 0$ and, for even $N$, $j = N/2$ add"
            r" nothing, their sines being zero. Here $h$ is the largest integer up to $N/2$.",
            r"s_k = \sum_j |\sin\theta_j|\, \omega^{jk} = 2 \sum_{j=1}^{h} \sin\theta_j \cos k\theta_j"
            r" = T_{k+1} - T_{k-1}, \qquad T_p = \sum_{j=1}^{h} \sin(2\pi jp/N)",
            pairs=[(2 * sin(x) * cos(k * x), sin((k + 1) * x) - sin((k - 1) * x))],
            label="sines",
            uses=("parts",),
        ),
        equal(
            "telescoping sum",
            r"Put $y = \pi p/N$. Each term times $2 \sin y$ is a difference of neighbours in $j$.",
            r"2 \sin y \sin(2jy) = \cos((2j-1)y) - \cos((2j+1)y), \qquad 2 \sin y\; T_p = \cos y - \cos((2h+1)y)",
            pairs=[(2 * sin(y) * sin(2 * j * y), cos((2 * j - 1) * y) - cos((2 * j + 1) * y))],
            label="telescope",
            uses=("sines",),
        ),
        equal(
            "substitution",
            r"Now $h = N/2$ and $\cos((2h+1)y) = \cos(\pi p + y) = (-1)^p \cos y$. For odd $p$, which $N$ does not"
            r" divide, divide by $\sin y$. For even $p$ the right side is zero; so is $T_p$, also if $\sin y = 0$,"
            r" because then $N$ divides $p$ and every term is zero.",
            r"T_p = \cot(\pi p/N) \quad (p \text{ odd}), \qquad T_p = 0 \quad (p \text{ even})",
            pairs=[
                (sympy.Subs(cos(x + y), x, pi * p), (-1) ** p * cos(y)),
                (sympy.Subs((1 - (-1) ** p) * cos(y) / (2 * sin(y)), p, 2 * l + 1), cot(y)),
                (sympy.Subs((1 - (-1) ** p) * cos(y), p, 2 * l), sympy.Integer(0)),
                (sympy.Subs(sin(2 * pi * j * p / N), p, l * N), sympy.Integer(0)),
            ],
            label="even sums",
            uses=("telescope",),
            section="Even N",
        ),
        equal(
            "theorem",
            r"For even $k$ both $k \pm 1$ are odd: $s_k = \cot\beta - \cot\alpha$, and the two eigenvalues of K6"
            r" are"
            r" $2/(N \sin^2 \alpha)$ and $2/(N \sin^2 \beta)$. For odd $k$ both are even: $s_k = 0$, and the two"
            r" eigenvalues are $\frac{N}{2} [N \mid k \mp 1]$. (For $N = 2$ and odd $k$ both count.)",
            rf"N \text{{ even, }} k \text{{ even:}} \quad {EVEN_EVEN}",
            rf"N \text{{ even, }} k \text{{ odd:}} \quad {EVEN_ODD}",
            pairs=[
                (
                    (2 / (N * sin(alpha) ** 2) + 2 / (N * sin(beta) ** 2)) / 2 + (cot(beta) - cot(alpha)) / pi,
                    (1 / sin(alpha) ** 2 + 1 / sin(beta) ** 2) / N + (cot(beta) - cot(alpha)) / pi,
                ),
                ((N / 2 * x + N / 2 * y) / 2 + 0 / pi, N / 4 * (x + y)),
            ],
            label="even",
            uses=("parts", "shifted", "sines", "even sums", "K6"),
        ),
        equal(
            "substitution",
            r"Now $h = (N-1)/2$ and $\cos((2h+1)y) = \cos(\pi p) = (-1)^p$. Divide by $2 \sin y$ and take half"
            r" angles. If"
            r" $N$ divides $p$, every term of $T_p$ is zero, and so is the right side: for odd $p$ the angle $y/2$"
            r" is an"
            r" odd multiple of $\pi/2$, for even $p$ a multiple of $\pi$.",
            r"T_p = \frac12 \cot(\pi p/2N) \quad (p \text{ odd}), \qquad"
            r" T_p = -\frac12 \tan(\pi p/2N) \quad (p \text{ even})",
            pairs=[
                (sympy.Subs(cos(x), x, pi * p), (-1) ** p),
                ((cos(2 * x) + 1) / (2 * sin(2 * x)), cotangent(x) / 2),
                ((cos(2 * x) - 1) / (2 * sin(2 * x)), -tan(x) / 2),
                (sympy.Subs(cos(x), x, pi * (2 * l + 1) / 2), sympy.Integer(0)),
                (sympy.Subs(sin(x), x, pi * l), sympy.Integer(0)),
            ],
            label="odd sums",
            uses=("telescope",),
            section="Odd N",
        ),
        equal(
            "theorem",
            r"For even $k$ both $k \pm 1$ are odd, for odd $k$ both are even. Put $T_{k \pm 1}$ and the values of"
            r" K6 at $k \pm 1$ in. There is no exception: K6 and the sums hold at all integers of these parities.",
            rf"N \text{{ odd, }} k \text{{ even:}} \quad {ODD_EVEN}",
            rf"N \text{{ odd, }} k \text{{ odd:}} \quad {ODD_ODD}",
            pairs=[
                (
                    (N / 2 * x + 1 / (2 * N * f(alpha / 2) ** 2) + N / 2 * y + 1 / (2 * N * f(beta / 2) ** 2)) / 2
                    + (g(beta) - g(alpha)) / pi,
                    N / 4 * (x + y)
                    + (1 / f(alpha / 2) ** 2 + 1 / f(beta / 2) ** 2) / (4 * N)
                    + (g(beta) - g(alpha)) / pi,
                )
                for f, g in ((sin, odd_sum), (cos, even_sum))
            ],
            label="odd",
            uses=("parts", "shifted", "sines", "odd sums", "K6"),
        ),
        equal(
            "substitution",
            r"The coefficients of $\kappa_0 \cos\theta$ are means of neighbouring ones of $\kappa_0$, by K6. Those"
            r" of"
            r" $|\sin\theta|$ are $\frac1\pi \int_0^\pi \sin\theta \cos m\theta\, d\theta$; for odd $m$ the"
            r" integrand"
            r" changes its sign under $\theta \mapsto \pi - \theta$. They are absolutely summable, so K5 holds as"
            r" well:"
            r" $\lambda_k = N \sum_m a_{k+mN}$. (The check in intervals compares both values.)",
            COEFFICIENTS,
            pairs=[
                (
                    sympy.Integral(sin(theta) * cos(2 * l * theta), (theta, 0, pi)) / pi,
                    -2 / (pi * ((2 * l) ** 2 - 1)),
                ),
                (
                    sympy.Subs(sin(x) * cos((2 * l + 1) * x), x, pi - theta),
                    -sin(theta) * cos((2 * l + 1) * theta),
                ),
                (
                    (2 / (pi**2 * (m - 1) ** 2) + 2 / (pi**2 * (m + 1) ** 2)) / 2 - 2 / (pi**2 * (m**2 - 1)),
                    4 / (pi**2 * (m**2 - 1) ** 2),
                ),
            ],
            uses=("parts", "K5", "K6"),
            section="Fourier coefficients",
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K7")


# ---------------------------------------------------------------------- checks


def kappa1_row(N: int, rng: np.random.Generator) -> FloatArray:
    """Kappa1 between the first point and all: the NNGP kernel of a ReLU net without biases, for |x|^2 = 2 d."""
    from orbitkernels.numerics.kernels import relu_gram

    row: FloatArray = relu_gram(points_on_circle(N, 4.0), None, 1, 1.0, 0.0, False)[0]
    return row


CHECKS = ArcCosineChecks(1, kappa1_row)


THEOREM = Theorem(
    id="K7",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=CHECKS.exact,
    enclosed=CHECKS.enclosed,
    numeric=CHECKS.numeric,
    derivation=derivation,
)
