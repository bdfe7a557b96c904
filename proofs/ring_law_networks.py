"""Two rings under a ReLU net: what the derivation of T11 needs of its kernel."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Rational, acos, cos, pi, sin, sqrt

from . import ring_law_checks as checks
from .derivation import argued, equal
from .ring_law_checks import every

if TYPE_CHECKING:
    from .derivation import Step


def network_steps() -> tuple[Step, ...]:
    """A, p and kappa of a ReLU net, and that it satisfies the hypotheses."""
    t, a = sympy.symbols("t alpha", positive=True)
    h, g, tau, C = sympy.symbols("h gamma tau C", positive=True)
    half = sympy.Symbol("c")  # sin(alpha/2) on one ring, cos(alpha/2) between the rings
    k0 = 1 - t / pi
    k1 = (sin(t) + (pi - t) * cos(t)) / pi
    return (
        equal(
            "change of variables",
            r"Let $u$ be the cosine of two points. On one ring $1 - u = s^2 (1 - \cos \alpha)$; between the"
            r" rings $1 + u$ is $s^2 (1 + \cos \alpha)$; and $\cos \alpha = 1 - 2 \sin^2 \frac{\alpha}{2} = 2"
            r" \cos^2 \frac{\alpha}{2} - 1$. The angle $\theta_l$ of a pair in layer $l$ is $2"
            r" \arcsin\sqrt{(1 - u_l)/2}$, and $1 - u_0 = (1 - u)\, w q/\sigma_0$. So $\theta_0$ is an analytic"
            r" function of $\alpha$ on $[0, 2\pi]$, as $\sin(\alpha/2) \ge 0$ there and $h > 0$ keeps $u > -1$.",
            r"1 - u = 2 s^2 \sin^2 \tfrac{\alpha}{2}, \qquad 1 + u = 2 s^2 \cos^2 \tfrac{\alpha}{2}",
            pairs=[
                (1 - (h**2 + (1 - h**2) * (1 - 2 * half**2)), 2 * (1 - h**2) * half**2),
                (1 + (1 - h**2) * (2 * half**2 - 1) - h**2, 2 * (1 - h**2) * half**2),
            ],
            label="angles",
            section="ReLU nets",
        ),
        equal(
            "power series",
            r"By K1 and K2 $\kappa_0$ and $\kappa_1$ are these functions of the angle. So $1 - \kappa_1 ="
            r" \theta^2/2 + O(\theta^3)$ is $\theta^2$ times an analytic positive function: with $\sigma_{l+1}"
            r" (1 - u_{l+1}) = \frac w2 \sigma_l (1 - \kappa_1(u_l))$ every $\theta_l$ is $\theta_0$ times an"
            r" analytic positive function on $[0, 2\pi]$, $\theta_l = \gamma_l |\alpha| + O(\alpha^2)$, and"
            r" $\gamma_l$ follows by induction. Hence $f$ is analytic on $[0, 2\pi]$.",
            r"\kappa_0(\cos\theta) = 1 - \frac{\theta}{\pi}, \qquad \kappa_1(\cos\theta) = \cos\theta +"
            r" \frac{\theta^3}{3\pi} + O(\theta^5)",
            r"\gamma_l = s \sqrt{\frac{w q}{\sigma_l} \Bigl(\frac w2\Bigr)^l}",
            pairs=[
                (sympy.Limit((1 - k1) / t**2, t, 0), Rational(1, 2)),
                (sympy.Limit((k1 - cos(t)) / t**3, t, 0), 1 / (3 * pi)),
                (sympy.Subs(1 - acos(cos(t)) / pi, t, Rational(1, 2)), sympy.Subs(k0, t, Rational(1, 2))),
            ],
            label="series",
            uses=("angles", "K1", "K2"),
        ),
        equal(
            "differentiation",
            r"Let $T_l = \tau_l - C_l |\alpha| + \dots$ and $S_l = \sigma_l u_l$ be even in $\alpha$ but for"
            r" $D_l |\alpha|^3$. The product rule for $T_{l+1} = S_{l+1} + \frac w2 \kappa_0 T_l$ and the series"
            r" of $\kappa_1$ in $S_{l+1} = \sigma_b^2 + \frac w2 \sigma_l \kappa_1(u_l)$ give",
            r"C_{l+1} = \frac w2 \Bigl(C_l + \frac{\gamma_l \tau_l}{\pi}\Bigr), \qquad D_{l+1} = \frac w2"
            r" \Bigl(D_l + \frac{\sigma_l \gamma_l^3}{3\pi}\Bigr), \qquad C_0 = D_0 = 0",
            pairs=[
                (-sympy.Subs(((1 - g * a / pi) * (tau - C * a)).diff(a), a, 0), C + g * tau / pi),
                (sympy.Limit((cos(g * a) + (g * a) ** 3 / (3 * pi) - cos(g * a)) / a**3, a, 0), g**3 / (3 * pi)),
            ],
            label="layers",
            uses=("series",),
        ),
        argued(
            "induction",
            r"Unfold the recursions. With the decay of the coefficients they give $A$; $p$ is 1 for the NTK, as"
            r" $C_L > 0$, and 2 for the NNGP.",
            r"\text{NTK: } A = \frac{1}{\pi^2} \sum_{l=0}^{L-1} \Bigl(\frac w2\Bigr)^{L-l} \tau_l \gamma_l",
            r"\text{NNGP: } A = \frac{2}{\pi^2} \sum_{l=0}^{L-1} \Bigl(\frac w2\Bigr)^{L-l} \sigma_l \gamma_l^3",
            on=every(checks.singularities_solve_the_recursion, *((f"L={L}", (L,)) for L in (1, 2, 3))),
            label="amplitude",
            uses=("decay", "layers"),
        ),
        argued(
            "power series",
            r"With $\sigma_b^2 > 0$ the cosine of antipodes in layer 0 is above $-1$ and that of other pairs of"
            r" the two rings below 1, in all layers: $g$ is analytic and $\kappa = 0$. With $\sigma_b = 0$ all"
            r" $\gamma_l = s$ and $u_0 = u$. At $u = -1$ put $\theta = \pi - s|\alpha - \pi| + \dots$: $\kappa_0"
            r" = s|\alpha-\pi|/\pi + \dots$ and $\kappa_1 = s^3 |\alpha - \pi|^3/(3\pi) + \dots$. So layer 1"
            r" brings $T_0 \kappa_0$ with $T_0 = -\sigma_0$ and $\sigma_0 \kappa_1$; the cosine there is 0. A"
            r" later layer multiplies both by $\frac w2 \kappa_0(v_l)$, since $\kappa_1' = \kappa_0$. Divide by"
            r" the coefficients at $u = 1$, where $\tau_l = (l + 1) \sigma_l$. Integrating by parts between two"
            r" antipodes gives the $b_j$ as it gave the $a_j$, times $(-1)^j$.",
            r"\kappa = 0 \text{ with biases; without}",
            r"\kappa = \frac{2}{L(L+1)} \prod_{l=1}^{L-1} \kappa_0(v_l) \;\text{(NTK)}, \qquad \kappa = \frac1L"
            r" \prod_{l=1}^{L-1} \kappa_0(v_l) \;\text{(NNGP)}",
            on=every(checks.ratios_solve_the_recursion, *((f"L={L}", (L,)) for L in (1, 2, 3, 4))),
            label="antipodes",
            uses=("angles", "series", "layers"),
        ),
        argued(
            "power series",
            r"$\kappa_1(u) = \frac1\pi + \frac u2 + \frac{u^2}{2\pi} + \dots$ has positive coefficients at $u$"
            r" and at all even powers, $\kappa_0$ none negative. A shift of the argument by a positive constant,"
            r" from a bias or from an earlier layer, makes those of all powers positive; so $k(u) = \sum_n"
            r" \beta_n u^n$ with all $\beta_n > 0$, if $\sigma_b^2 > 0$ or $L \ge 2$. For a measure $\mu$ on the"
            r" rings $\iint k\, d\mu\, d\mu = \sum_n \beta_n |\int x^{\otimes n} d\mu|^2$ vanishes only if all"
            r" moments do, that is for $\mu = 0$. With $\mu = e^{\mathrm{i}k\alpha}$ on one ring and $\pm"
            r" e^{\mathrm{i}k\alpha}$ on the other this is a multiple of $a_k \pm b_k$. (The instances are"
            r" polynomials in $u$, below their degree.)",
            r"a_k > |b_k| \text{ for all } k",
            on=every(
                checks.coefficients_dominate,
                ("degree 5, $h = 3/10$", ((1, 2, 1, 3, 1, 1), Fraction(3, 10))),
                ("degree 6, $h = 4/5$", ((2, 1, 1, 1, 1, 2, 1), Fraction(4, 5))),
            ),
            label="dominate",
            uses=("angles",),
        ),
        equal(
            "theorem",
            r"So ReLU nets satisfy the hypotheses, and the law holds with their $A$, $p$ and $\kappa$. For"
            r" instance one hidden layer with biases, from $\tau_0 = \sigma_0$:",
            r"L = 1: \quad N^2\, \mathrm{MMD}_N^2\, \mathrm{error} \to 2 w s \sqrt{w q \sigma_0} \;\text{(NTK)},"
            r" \qquad N^4\, \mathrm{MMD}_N^2\, \mathrm{error} \to \frac{8\pi^2}{33} (4 + 3\sqrt3)\, \frac{w s^3"
            r" (w q)^{3/2}}{\sqrt{\sigma_0}} \;\text{(NNGP)}",
            pairs=_one_layer(),
            uses=("law", "constants", "amplitude", "antipodes", "dominate"),
        ),
    )


def _one_layer() -> list[tuple[Any, Any]]:
    """The constants of one hidden layer: 4 pi^2 A and 8 pi^4 (4 + 3 sqrt 3) A/33 with gamma_0 and tau_0 put in."""
    w, q, s, sigma, gamma = sympy.symbols("w q s sigma_0 gamma_0", positive=True)
    constant = 8 * pi**2 / 33 * (4 + 3 * sqrt(3))
    slope = s * sqrt(w * q / sigma)
    return [
        (sympy.Subs(2 * w * sigma * gamma, gamma, slope), 2 * w * s * sqrt(w * q * sigma)),
        (
            sympy.Subs(constant * w * sigma * gamma**3, gamma, slope),
            constant * w * s**3 * (w * q) ** Rational(3, 2) / sqrt(sigma),
        ),
    ]
