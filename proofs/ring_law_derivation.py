"""The derivation of T11: from the spectrum of two rings to the density law and its constants."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import sympy
from sympy import Rational, cos, cot, pi, sin, sqrt

from . import ring_law_checks as checks
from .derivation import Evaluated, argued, bounded, equal
from .ring_law_checks import every
from .ring_law_networks import network_steps

if TYPE_CHECKING:
    from .derivation import Step

x = sympy.Symbol("x", real=True)
kappa = sympy.Symbol("kappa", positive=True)

#: x strictly between 0 and 1, and kappa too.
INSIDE: dict[Any, tuple[float, float]] = {x: (0, 1), kappa: (0, 1)}


def steps() -> tuple[Step, ...]:
    """All steps, in order."""
    return (*_error(), *_coefficients(), *_alias_sums(), *_limit(), *_constants(), *network_steps())


def _error() -> tuple[Step, ...]:
    """The error in the eigenvalues of two rings."""
    P, Q, Qc = sympy.symbols("P Q Q_c")
    P0, Q0, total, N = sympy.symbols("P_0 Q_0 Sigma N", positive=True)
    block, whole = sympy.Matrix([[P0, Q0], [Q0, P0]]), sympy.Matrix([[P, Q], [Qc, P]])
    return (
        argued(
            "aliasing",
            r"The coefficients are absolutely summable by hypothesis. Put the Fourier series into the samples:"
            r" the sum of $e^{2\pi \mathrm{i} j (k + m)/N}$ over the poses $j$ is $N$ if $N$ divides $k + m$ and"
            r" zero otherwise. As $f$ and $g$ are even, $a_{-k} = a_k$ and $b_{-k} = b_k$.",
            r"P_m = N \sum_{l \in \mathbb{Z}} a_{m+lN}, \qquad Q_m = N \sum_{l \in \mathbb{Z}} b_{m+lN}\,"
            r" e^{-\mathrm{i} (m+lN) \delta}",
            on=every(
                checks.aliases,
                *((f"N={N}, {'interleaved' * i or 'aligned'}", (N, i)) for N in (1, 3, 4) for i in (False, True)),
            ),
            label="aliases",
            section="The error on two rings",
        ),
        equal(
            "Cramer's rule",
            r"$C_N$ turns both rings by one step. The block of frequency $m$ in T2 is $\begin{pmatrix} P_m & Q_m"
            r" \\ \overline{Q_m} & P_m \end{pmatrix}$; both diagonal entries of its inverse are alike. (Below"
            r" $\bar Q$ is written $Q_c$.) For $m = 0$ the block is real, and the labels $t = (1, -1)$ are its"
            r" eigenvector.",
            r"[\hat K(m)^{-1}]_{11} = \frac{P_m}{P_m^2 - |Q_m|^2}, \qquad [\hat K(0)^{-1} t]_1 = \frac{1}{P_0 -"
            r" Q_0}",
            pairs=[
                (sympy.MatMul(whole, sympy.Matrix([[P, -Q], [-Qc, P]])), (P**2 - Q * Qc) * sympy.eye(2)),
                (sympy.MatMul(block, sympy.Matrix([1, -1])), (P0 - Q0) * sympy.Matrix([1, -1])),
            ],
            label="inverse",
            uses=("T2",),
        ),
        equal(
            "theorem",
            r"Put both into T6, with $n = N$ and all degrees 1; write $\Sigma$ for the sum over $m$. By"
            r" definition $P_0 - Q_0 = N\, \mathrm{MMD}_N^2 / 2$.",
            r"\mathrm{error} = \frac{2}{\mathrm{MMD}_N^2\, \Sigma}, \qquad \Sigma = \sum_{m=0}^{N-1}"
            r" \frac{P_m}{P_m^2 - |Q_m|^2}",
            pairs=[(N / (P0 - Q0) / total, 2 / (2 * (P0 - Q0) / N * total))],
            label="error",
            uses=("inverse", "T6"),
        ),
        bounded(
            "comparison",
            r"If $k$ has derivatives of every order on $[-1, 1]$, so have the periodic $f$ and $g$; integrating"
            r" by parts $r + 1$ times gives $|a_k| \le E |k|^{-r-1}$ with some $E$. For $m = \lfloor N/2"
            r" \rfloor$ all aliases have $|m + lN| \ge (N-1)/2$, so $P_m$ is at most a multiple of $N^{-r}$."
            r" $\Sigma$ is at least the term of this $m$, which is at least $1/P_m$; and $\mathrm{MMD}_N^2$"
            r" tends to $2(a_0 - b_0) > 0$. So $N^r\, \mathrm{error}$ is bounded for every $r$; as it is so for $r"
            r" + 1$, it tends to zero.",
            r"\frac{1}{P_m} \le \frac{P_m}{P_m^2 - |Q_m|^2}, \qquad N^r\, \mathrm{error} \to 0",
            pairs=[(1 / (P0 + Q0), (P0 + Q0) / ((P0 + Q0) ** 2 - Q0**2))],
            label="smooth",
            uses=("aliases", "error"),
        ),
    )


def _coefficients() -> tuple[Step, ...]:
    """How a singularity sets the decay of the Fourier coefficients."""
    a = sympy.Symbol("alpha", real=True)
    k = sympy.Symbol("k", integer=True, positive=True)
    F = sympy.Function("F")(a)

    def whole(function: Any) -> Any:
        """What four integrations by parts take out of the integral."""
        terms = (sin(k * a) / k, cos(k * a) / k**2, -sin(k * a) / k**3, -cos(k * a) / k**4)
        return sum(function.diff(a, n) * term for n, term in enumerate(terms))

    def coefficient(function: Any) -> Any:
        """The coefficient of a polynomial of degree 4 at most, whose fourth derivative is constant."""
        return (sympy.Subs(whole(function), a, 2 * pi) - sympy.Subs(whole(function), a, 0)) / (2 * pi)

    return (
        equal(
            "integration by parts",
            r"Let $F$ be $f$ on $[0, 2\pi]$, with as many derivatives there as needed, one-sided ones at the"
            r" ends. Four integrations by parts say that $F \cos k\alpha - F'''' \cos(k\alpha)/k^4$ has the"
            r" antiderivative below. At both ends $\sin k\alpha = 0$ and $\cos k\alpha = 1$; $f(2\pi - \alpha) ="
            r" f(\alpha)$ turns the sign of odd derivatives. Hence the coefficients, first with $F'(0) = -c$,"
            r" then, taking two more integrations by parts, with $F'(0) = 0$ and $F'''(0) = 6c$.",
            r"\frac{d}{d\alpha} \Bigl[\frac{F \sin k\alpha}{k} + \frac{F' \cos k\alpha}{k^2} - \frac{F'' \sin"
            r" k\alpha}{k^3} - \frac{F''' \cos k\alpha}{k^4}\Bigr] = F \cos k\alpha - \frac{F'''' \cos"
            r" k\alpha}{k^4}",
            r"f = f(0) - c |\alpha| + O(\alpha^2): \; a_k = \frac{c}{\pi} k^{-2} + O(k^{-4}), \qquad f ="
            r" \text{even polynomial} + c |\alpha|^3 + O(\alpha^4): \; a_k = \frac{6c}{\pi} k^{-4} + O(k^{-6})",
            pairs=[
                (sympy.Derivative(whole(F), a), F * cos(k * a) - F.diff(a, 4) * cos(k * a) / k**4),
                (coefficient((a - pi) ** 2), 2 / k**2),  # c = 2 pi
                (coefficient(2 * pi**2 * (a - pi) ** 2 - (a - pi) ** 4), 24 / k**4),  # c = 4 pi
            ],
            label="decay",
            section="Fourier coefficients",
        ),
    )


def _alias_sums() -> tuple[Step, ...]:
    """Z and W in closed form."""
    Z1, y = pi**2 / sin(pi * x) ** 2, sympy.Symbol("y", real=True)
    fourth = pi**4 * (1 + y**2) * (1 + 3 * y**2) / 3
    c = sympy.Symbol("c")  # cos(pi x/2)
    sine, double = 4 * c**2 * (1 - c**2), 2 * c**2 - 1  # sin^2(pi x) and cos(pi x)
    return (
        equal(
            "Mittag-Leffler sum",
            r"Both sides have period 1 and, at the integers, the same poles and principal parts: the right side"
            r" minus $1/x^2$ tends to $\pi^2/3$ at $x = 0$. So their difference is entire. It tends to zero as"
            r" $x \to \pm \mathrm{i} \infty$, hence is bounded, hence constant (Liouville), hence zero. The"
            r" values of the trigamma function $\psi_1(x) = \sum_{l \ge 0} (x + l)^{-2}$ are compared.",
            r"\sum_{l \in \mathbb{Z}} \frac{1}{(x+l)^2} = \frac{\pi^2}{\sin^2 \pi x}",
            pairs=[
                (sympy.Limit(Z1 - 1 / x**2, x, 0), pi**2 / 3),
                (Evaluated((x,), lambda v: mpmath.psi(1, v) + mpmath.psi(1, 1 - v), "trigamma function"), Z1),
            ],
            identity="Liouville's theorem",
            domain=INSIDE,
            label="csc",
            section="Sums over aliases",
        ),
        equal(
            "differentiation",
            r"Differentiate twice, term by term; the sums converge uniformly away from the integers. With $y ="
            r" \cot \pi x$ the sum is $\pi^2 (1 + y^2)$, and $\cos 2\pi x = (y^2 - 1)/(y^2 + 1)$.",
            r"\sum_{l \in \mathbb{Z}} \frac{1}{(x+l)^4} = \frac{\pi^4 (2 + \cos 2\pi x)}{3 \sin^4 \pi x}",
            pairs=[
                (sympy.Derivative(pi**2 * (1 + cot(pi * x) ** 2), (x, 2)) / 6, fourth.subs(y, cot(pi * x))),
                (pi**4 * (2 + (y**2 - 1) / (y**2 + 1)) * (1 + y**2) ** 2 / 3, fourth),
            ],
            label="fourth",
            uses=("csc",),
        ),
        equal(
            "absolute convergence",
            r"The alternating sum is twice the sum over even $l$ minus the sum over all, and $(x + 2l)^{-2p} ="
            r" 2^{-2p} (x/2 + l)^{-2p}$. Put $c = \cos(\pi x/2)$, so that $\cos \pi x = 2c^2 - 1$.",
            r"\sum_l \frac{(-1)^l}{(x+l)^2} = \frac{\pi^2 \cos \pi x}{\sin^2 \pi x}, \qquad \sum_l"
            r" \frac{(-1)^l}{(x+l)^4} = \frac{\pi^4 \cos \pi x\, (5 + \cos^2 \pi x)}{6 \sin^4 \pi x}",
            pairs=[
                (pi**2 / (1 - c**2) / 2 - pi**2 / sine, pi**2 * double / sine),
                (
                    pi**4 * (1 + 2 * c**2) / (3 * (1 - c**2) ** 2) / 8
                    - pi**4 * (1 + 2 * double**2) / (3 * sine**2),
                    pi**4 * double * (5 + double**2) / (6 * sine**2),
                ),
            ],
            label="alternating",
            uses=("csc", "fourth"),
        ),
    )


def _limit() -> tuple[Step, ...]:
    """The sum over frequencies becomes an integral."""
    n, v, m, N = sympy.symbols("n v m N", nonnegative=True)
    P, Q, s = sympy.symbols("P Q s", positive=True)
    return (
        bounded(
            "comparison",
            r"Frequencies count modulo $N$, so let $|m| \le N/2$, $m \ne 0$; by symmetry it is enough to see $l"
            r" = 1 + n \ge 1$ and $x = m/N = v - \frac12$ with $v \ge 0$: no alias is nearer to zero than $m$"
            r" itself. So the corrections $E |k|^{-2p-2}$ of the coefficients sum to at most $E m^{-2}$ times"
            r" the sum of the $|k|^{-2p}$.",
            r"x^2 \le (x + l)^2, \qquad \sum_l |m+lN|^{-2p-2} \le m^{-2} \sum_l |m+lN|^{-2p}",
            pairs=[((v - Rational(1, 2)) ** 2, (v + n + Rational(1, 2)) ** 2)],
            because=[(1 + n) * (n + 2 * v)],
            label="nearest",
            section="The limit",
        ),
        equal(
            "substitution",
            r"Put $a_k = A k^{-2p} + O(k^{-2p-2})$ and $b_k = (-1)^k \kappa A k^{-2p} + O(k^{-2p-2})$ into the"
            r" sums over aliases, with $x = m/N$. The phase of term $l$ of $Q_m$ is $(-1)^{lN} e^{-\mathrm{i}"
            r" lN\delta}$ but for a factor common to all: $(-1)^{lN}$ if aligned, $(-1)^{l(N+1)}$ if"
            r" interleaved. That is 1 where antipodes are poses and $(-1)^l$ where they lie half way, as in $W$."
            r" For $m \ne 0$, $|m| \le N/2$:",
            r"P_m = A N^{1-2p} \bigl(Z(\tfrac mN) + O(m^{-2} Z(\tfrac mN))\bigr), \qquad |Q_m| = A N^{1-2p}"
            r" \bigl(\kappa |W(\tfrac mN)| + O(m^{-2} Z(\tfrac mN))\bigr)",
            pairs=[
                (N * (m + s * N) ** -2, N**-1 * (m / N + s) ** -2),
                (N * (m + s * N) ** -4, N**-3 * (m / N + s) ** -4),
            ],
            label="leading",
            uses=("aliases", "decay", "nearest"),
        ),
        equal(
            "comparison",
            r"As $a_k > |b_k|$, and as $|b_k|/a_k$ tends to $\kappa < 1$, there is an $\eta > 0$ with $|b_k| \le"
            r" (1 - \eta)\, a_k$ for all $k$, so $|Q_m| \le (1 - \eta) P_m$; also $|W| \le Z$. In that cone the"
            r" function below is smooth and homogeneous of degree $-1$ in $(P_m, |Q_m|)$, so an error $O(m^{-2}"
            r" P_m)$ of its arguments gives a relative error $O(m^{-2})$ of its value. The frequency 0 adds"
            r" $O(1/N)$ to $\Sigma$. As $1/Z(m/N) = O((m/N)^{2p})$, the errors sum to at most $O(N^{2p-1} \sum_m"
            r" (m/N)^{2p} m^{-2}) = O(N^{2p-2})$.",
            r"\frac{P_m}{P_m^2 - |Q_m|^2} = \frac12 \Bigl(\frac{1}{P_m + |Q_m|} + \frac{1}{P_m - |Q_m|}\Bigr),"
            r" \qquad \Sigma = \frac{N^{2p-1}}{A} \sum_{m=1}^{N-1} \frac{Z(\frac mN)}{Z(\frac mN)^2 - \kappa^2"
            r" W(\frac mN)^2} + O(N^{2p-2})",
            pairs=[
                (P / (P**2 - Q**2), (1 / (P + Q) + 1 / (P - Q)) / 2),
                (s * P / ((s * P) ** 2 - (s * Q) ** 2), P / (P**2 - Q**2) / s),
            ],
            label="sum",
            uses=("error", "leading"),
        ),
        argued(
            "aliasing",
            r"The summand is a smooth function of $x = m/N$ of period 1, which vanishes at the integers: $W^2$"
            r" and $Z$ have period 1, and multiplying through by $\sin^{2p} \pi x$ leaves a quotient with a"
            r" positive denominator. So its mean over the points $m/N$ differs from its integral by the"
            r" coefficients of its Fourier series at multiples of $N$, which are $O(N^{-2})$. Put $\Sigma$ into"
            r" the formula for the error. The instances are a model kernel with $a_k = (2p)!/(2\pi k)^{2p}$,"
            r" $b_k = (-1)^k \kappa a_k$, whose values are rational and whose error is known in closed form for"
            r" every $N$ (compared with solving without the pose): $N^2$ times the distance from the limit is"
            r" bounded by 10 from $N = 8$ to 129.",
            r"\Sigma = \frac{N^{2p}}{A} \bigl(J + O(N^{-2})\bigr), \qquad N^{2p}\, \mathrm{MMD}_N^2\,"
            r" \mathrm{error} = \frac{2A}{J} + O(N^{-2}), \qquad J = \int_0^1 \frac{Z(x)}{Z(x)^2 - \kappa^2"
            r" W(x)^2}\, dx",
            on=[
                *every(
                    checks.law_holds,
                    (r"$p=1$, $\kappa=0$", (1,)),
                    (r"$p=2$, $\kappa=0$", (2,)),
                    (r"$p=1$, $\kappa=3/5$, antipodes met", (1, Fraction(3, 5))),
                    (r"$p=1$, $\kappa=3/5$, antipodes half way", (1, Fraction(3, 5), True)),
                    (r"$p=2$, $\kappa=1/3$, antipodes met", (2, Fraction(1, 3), True, True)),
                ),
                *every(
                    checks.error_by_refitting,
                    ("5 poses solved anew", (5, 1, Fraction(3, 5))),
                    ("6 poses solved anew", (6, 2, Fraction(1, 3))),
                ),
            ],
            label="law",
            uses=("error", "sum"),
        ),
    )


def _constants() -> tuple[Step, ...]:
    """J in closed form."""
    r, w = sympy.symbols("r w")
    c, A = sympy.symbols("c A", positive=True)
    y = 2 * c**2 - 1  # cos(2 pi x), with c = cos(pi x)
    return (
        equal(
            "geometric sum",
            r"Let $|r| < 1$ and $w = e^{2\pi \mathrm{i} x}$. The two geometric series converge uniformly, and"
            r" all their terms but 1 have the mean 0. Take $r$ so that $B : C = 1 + r^2 : -2r$; then $\sqrt{B^2"
            r" - C^2} : B = 1 - r^2 : 1 + r^2$.",
            r"\frac{1 - r^2}{1 + r^2 - r(w + w^{-1})} = 1 + \sum_{j \ge 1} r^j (w^j + w^{-j}), \qquad \int_0^1"
            r" \frac{dx}{B + C \cos 2\pi x} = \frac{1}{\sqrt{B^2 - C^2}} \quad (B > |C|)",
            pairs=[
                (1 / (1 - r * w) + 1 / (1 - r / w) - 1, (1 - r**2) / (1 + r**2 - r * (w + 1 / w))),
                ((1 + r**2) ** 2 - (2 * r) ** 2, (1 - r**2) ** 2),
            ],
            label="mean",
            section="The constants",
        ),
        equal(
            "substitution",
            r"If antipodes are poses, $W^2 = Z^2$, and the integrand is $1/((1 - \kappa^2) Z)$. For $p = 1$ the"
            r" mean of $\sin^2 \pi x$ is $\frac12$; for $p = 2$ use the mean above with $B = 2$, $C = 1$, and"
            r" that of the cosine, 0.",
            r"\frac{1}{Z} = \frac{\sin^2 \pi x}{\pi^2} \;(p = 1), \qquad \frac1Z = \frac{3}{4\pi^4} \Bigl(\cos"
            r" 2\pi x - 4 + \frac{9}{2 + \cos 2\pi x}\Bigr) \;(p = 2)",
            r"J = \frac{1}{2\pi^2 (1 - \kappa^2)} \;(p = 1), \qquad J = \frac{3 (3\sqrt3 - 4)}{4\pi^4 (1 -"
            r" \kappa^2)} \;(p = 2)",
            pairs=[
                (3 * (1 - c**2) ** 2 / (pi**4 * (2 + y)), 3 * (y - 4 + 9 / (2 + y)) / (4 * pi**4)),
            ],
            label="met",
            uses=("csc", "fourth", "mean"),
        ),
        equal(
            "substitution",
            r"If antipodes lie half way and $p = 1$, the integrand is $\sin^2 \pi x / (\pi^2 (1 - \kappa^2"
            r" \cos^2 \pi x))$. Use the mean above with $B = 1 - \kappa^2/2$ and $C = -\kappa^2/2$.",
            r"\frac{\sin^2 \pi x}{1 - \kappa^2 \cos^2 \pi x} = \frac{1}{\kappa^2} \Bigl(1 - \frac{1 -"
            r" \kappa^2}{1 - \frac{\kappa^2}{2} - \frac{\kappa^2}{2} \cos 2\pi x}\Bigr), \qquad J = \frac{1 -"
            r" \sqrt{1 - \kappa^2}}{\pi^2 \kappa^2}",
            pairs=[
                (
                    (1 - c**2) / (1 - kappa**2 * c**2),
                    (1 - (1 - kappa**2) / (1 - kappa**2 / 2 - kappa**2 * y / 2)) / kappa**2,
                ),
                ((1 - kappa**2 / 2) ** 2 - kappa**4 / 4, 1 - kappa**2),
            ],
            label="half",
            uses=("alternating", "mean"),
        ),
        equal(
            "expansion",
            r"Divide. (For $\kappa = 0$ it does not matter where antipodes lie, and the first two agree.)",
            r"\frac{2A}{J} = 4\pi^2 (1 - \kappa^2) A",
            r"\frac{2A}{J} = 2\pi^2 \bigl(1 + \sqrt{1 - \kappa^2}\bigr) A",
            r"\frac{2A}{J} = \frac{8\pi^4}{33} (4 + 3\sqrt3) (1 - \kappa^2) A",
            pairs=[
                (2 * A / (1 / (2 * pi**2 * (1 - kappa) * (1 + kappa))), 4 * pi**2 * (1 - kappa**2) * A),
                (2 * A * pi**2 * (1 - c**2) / (1 - c), 2 * pi**2 * (1 + c) * A),
                (2 * A * 4 * pi**4 / (3 * (3 * sqrt(3) - 4)), 8 * pi**4 * (4 + 3 * sqrt(3)) * A / 33),
            ],
            label="constants",
            uses=("law", "met", "half"),
        ),
    )
