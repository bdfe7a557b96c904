"""The steps from a Gaussian expectation to kappa0 and kappa1, which Theorems K1 and K2 share (Cho-Saul 2009)."""

from __future__ import annotations

from typing import Any

import sympy

from orbitkernels.theory.arc_cosine import KernelDerivation, derive_kappa0, derive_kappa1, theta
from orbitkernels.theory.formula import u

from .derivation import Derivation, Step, define, equal

#: The words of each step of :mod:`orbitkernels.theory.arc_cosine`, in order: rule, sentence, label and reasons.
WORDS = (
    (
        "expectation",
        r"Take independent standard Gaussians $g_1, g_2$ and put $z_1 = g_1$,"
        r" $z_2 = g_1 \cos\theta + g_2 \sin\theta$, which are jointly Gaussian. As $\mathbb{E}[g_1 g_2] ="
        r" \mathbb{E}[g_1]\, \mathbb{E}[g_2] = 0$, the covariance of $z_1$ and $z_2$ is $\cos\theta\,"
        r" \mathbb{E}[g_1^2]$.",
        "covariance",
        ("setting",),
    ),
    (
        "expectation",
        r"For the same reason the variance of $z_2$ is $\cos^2\theta\, \mathbb{E}[g_1^2] + \sin^2\theta\,"
        r" \mathbb{E}[g_2^2]$, and both squares have one expectation.",
        "variance",
        ("setting",),
    ),
    (
        "change of variables",
        r"In polar coordinates $g_1 = r \cos\phi$, $g_2 = r \sin\phi$ the first variable is $z_1 = r \cos\phi$,"
        r" the second is",
        "polar",
        ("covariance",),
    ),
    (
        "change of variables",
        r"The area element is the Jacobian determinant of the polar coordinates, times $dr\,d\phi$.",
        "area",
        ("polar",),
    ),
    (
        "comparison",
        r"$z_1 > 0$ for $-\frac{\pi}{2} < \phi < \frac{\pi}{2}$, and $z_2 > 0$ for"
        r" $\theta - \frac{\pi}{2} < \phi < \theta + \frac{\pi}{2}$, up to whole turns. As $0 < \theta < \pi$,"
        r" these half turns meet in one interval. It begins at the angle",
        "begin",
        ("polar",),
    ),
    ("comparison", r"and ends at the angle", "end", ("polar",)),
    ("Gaussian integral", r"Integrate over $r$.", "radial", ("area",)),
    ("change of variables", r"Integrate over $\phi$.", "angular", ("begin", "end")),
    (
        "expansion",
        r"The kernel is twice the expectation, an integral over the wedge where both variables are positive; the"
        r" density holds the factor $1/(2\pi)$. Put in the two integrals.",
        "wedge",
        ("covariance", "variance", "radial", "angular"),
    ),
    (
        "substitution",
        r"Put $\theta = \arccos u$, so that $\sin\theta = \sqrt{1 - u^2}$.",
        "cosine",
        ("wedge",),
    ),
)

#: The kernels in polar coordinates.
INTEGRALS = {
    "kappa0": r"\kappa_0 = 2 \cdot \frac{1}{2\pi} \int_{\theta - \pi/2}^{\pi/2} d\phi \int_0^\infty r\,"
    r" e^{-r^2/2}\, dr",
    "kappa1": r"\kappa_1 = 2 \cdot \frac{1}{2\pi} \int_{\theta - \pi/2}^{\pi/2} \cos\phi \cos(\phi - \theta)\,"
    r" d\phi \int_0^\infty r^3\, e^{-r^2/2}\, dr",
}


def derive_kappa(name: str) -> Derivation:
    """The derivation of ``kappa0`` (Theorem K1) or ``kappa1`` (Theorem K2); SymPy decides every equation of it.

    Raises:
        DerivationError: If a step does not hold.

    Example:
        >>> from orbitkernels.proofs.arc_cosine_derivation import derive_kappa
        >>> derive_kappa("kappa0").level
        <Level.SYMBOLIC: 'symbolic'>
    """
    from . import k1_arc_cosine_zero, k2_arc_cosine_one

    return k1_arc_cosine_zero.derivation() if name == "kappa0" else k2_arc_cosine_one.derivation()


def kernel_steps(name: str, claim: str) -> tuple[Step, ...]:
    """From the Gaussian expectation to the closed form for all angles, ends included; the last step is ``closed``.

    Args:
        name: ``kappa0`` or ``kappa1``.
        claim: LaTeX of the closed form, shown by the last step.

    Raises:
        DerivationError: If a step does not hold.
    """
    found: KernelDerivation = {"kappa0": derive_kappa0, "kappa1": derive_kappa1}[name]()
    steps: list[Step] = [
        define(r"First let $0 < \theta < \pi$; the ends are done at last.", r"u = \cos\theta", label="setting")
    ]
    sides = [(step.equation.lhs, step.equation.rhs) for step in found.steps]
    # the angle is put in by the check, so that both sides are not one expression from the start
    sides[-1] = (sympy.Subs(found.in_angle, theta, sympy.acos(u)), sides[-1][1])
    for (rule, text, label, uses), (left, right) in zip(WORDS, sides, strict=True):
        steps.append(
            equal(rule, text, *_lines(name, rule, left, right), pairs=[(left, right)], label=label, uses=uses)
        )
    return (*steps, _ends(name, found.in_angle, claim))


def _lines(name: str, rule: str, left: Any, right: Any) -> list[Any]:
    """What a step shows."""
    if isinstance(left, sympy.Max | sympy.Min):
        return [f"{sympy.latex(left)} = {sympy.latex(right)}"]
    if rule == "expansion":
        factors = [rf"\left({sympy.latex(x)}\right)" if x.is_Add else sympy.latex(x) for x in left.args]
        return [INTEGRALS[name], r" \cdot ".join(factors) + f" = {sympy.latex(right)}"]
    return [sympy.Eq(left, right, evaluate=False)]


def _ends(name: str, closed: Any, claim: str) -> Step:
    """theta = 0 and theta = pi, where z2 = z1 and z2 = -z1."""
    z = sympy.Symbol("z", real=True)
    power = {"kappa0": 0, "kappa1": 2}[name]
    half_line = sympy.Integral(z**power * sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi), (z, 0, sympy.oo))
    whole, one = sympy.Mul(2, half_line, evaluate=False), sympy.Integer(1)
    return equal(
        "Gaussian integral",
        r"At $\theta = 0$ the variables are equal and the expectation is an integral over the half-line; at"
        r" $\theta = \pi$ they have opposite signs and it is 0. The closed form has these values too, so it holds"
        r" for all angles.",
        sympy.Eq(whole, one, evaluate=False),
        claim,
        pairs=[
            (whole, one),
            (one, sympy.Subs(closed, theta, 0)),
            (sympy.Subs(closed, theta, sympy.pi), sympy.S.Zero),
        ],
        label="closed",
        uses=("wedge",),
    )
