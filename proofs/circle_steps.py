"""Steps that the derivations of K8 and K11 share: odd waves of half the angle on N points of a circle."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from .derivation import Step, equal

#: Transform of sin(p theta/2) for odd p.
WAVE = r"\sigma_p(k) = \frac12 \bigl(\cot(\pi(p + 2k)/2N) + \cot(\pi(p - 2k)/2N)\bigr)"


#: Exponents n, numbers of points N and largest n with these, on which expansions and transforms are tried.
EXPONENTS, POINTS, MOST = range(8), (1, 2, 3, 4, 5, 8), 3


def half_angle_step(label: str) -> Step:
    """sigma_p(k) = sum_j sin(p theta_j/2) omega^(jk) for odd p, by a telescoping sum."""
    import sympy
    from sympy import Rational, cos, pi, sin

    j, k, l, p = sympy.symbols("j k l p", integer=True)
    x, y = sympy.symbols("x y", real=True)
    half = Rational(1, 2)
    return equal(
        "telescoping sum",
        r"Let $p$ be odd. The values $\sin(p\theta_j/2)$ do not change if $j$ becomes $N - j$, so in their"
        r" transform $\omega^{jk}$ may be replaced by $\cos(k\theta_j)$; its terms are then halves of the sines"
        r" of $\pi(p \pm 2k) j/N$. Put $P = p \pm 2k$, which is odd, and $y = \pi P/N$: the terms of $\sum_j"
        r" \sin(jy)$ times $2 \sin(y/2)$, which is not zero, are differences of neighbours, and their sum is"
        r" $\cos(y/2) - \cos(\pi P - y/2) = 2 \cos(y/2)$.",
        r"\sum_{j=0}^{N-1} \sin(jy) = \cot(y/2), \qquad"
        r" \sum_{j=0}^{N-1} \sin(p\theta_j/2)\, \omega^{jk} = \sigma_p(k)",
        WAVE,
        pairs=[
            (sympy.Subs(sin(p * pi - x), p, 2 * l + 1), sin(x)),
            (sin(p * x) * cos(2 * k * x), (sin((p + 2 * k) * x) + sin((p - 2 * k) * x)) / 2),
            (2 * sin(y / 2) * sin(j * y), cos((j - half) * y) - cos((j + half) * y)),
            (sympy.Subs(cos(x - y / 2), x, pi * (2 * l + 1)), -cos(y / 2)),
        ],
        label=label,
    )


def odd_powers() -> list[tuple[str, partial[bool]]]:
    """Instances of the expansion of an odd power of the sine."""
    return [(f"$n = {n}$", partial(_is_expansion, n)) for n in EXPONENTS]


def _is_expansion(n: int) -> bool:
    """Whether sin(x)^(2n+1) = 4^-n sum_i (-1)^i binom(2n+1, n-i) sin((2i+1)x), as polynomials in e^(ix)."""
    from math import comb

    # times (2i)^(2n+1): (z - 1/z)^(2n+1), and (2i)^(2n) 4^-n = (-1)^n
    left = {2 * n + 1 - 2 * m: (-1) ** m * comb(2 * n + 1, m) for m in range(2 * n + 2)}
    right: dict[int, int] = {}
    for i in range(n + 1):
        factor = (-1) ** (n + i) * comb(2 * n + 1, n - i)
        right |= {2 * i + 1: factor, -(2 * i + 1): -factor}
    return left == right


def transforms_of_powers() -> list[tuple[str, partial[bool]]]:
    """Instances of the transform of an odd power of the sine of half the angle."""
    return [(f"$N = {N}$ with $n \\le {MOST}$", partial(_is_transform, N)) for N in POINTS]


def _is_transform(N: int) -> bool:
    """Whether the sums of cotangents are the transforms, in cyclotomic numbers."""
    from orbitkernels.theory.circle_exact import exact_sine, exact_transform, odd_sine_power

    return all(
        exact_transform([exact_sine(Fraction(j, N)) ** (2 * n + 1) for j in range(N)])
        == [odd_sine_power(N, k, n) for k in range(N)]
        for n in range(MOST + 1)
    )
