"""The derivations of kappa0 and kappa1 from a Gaussian expectation, step by step (Cho-Saul 2009)."""

from __future__ import annotations

import sympy

from orbitkernels.theory.arc_cosine import KernelDerivation, derive_kappa0, derive_kappa1, theta
from orbitkernels.theory.formula import u

from .derivation import Derivation, Step, define, equal

#: The words of each step of :mod:`orbitkernels.theory.arc_cosine`, in order: rule and sentence.
WORDS = (
    (
        "Gaussian integral",
        r"Take independent standard Gaussians $g_1, g_2$ and put $z_1 = g_1$,"
        r" $z_2 = g_1 \cos\theta + g_2 \sin\theta$. The covariance of $z_1$ and $z_2$ is $u$.",
    ),
    ("Gaussian integral", r"The variance of $z_2$ is 1."),
    (
        "change of variables",
        r"In polar coordinates $g_1 = r \cos\phi$, $g_2 = r \sin\phi$ the first variable is $z_1 = r \cos\phi$,"
        r" the second is",
    ),
    (
        "change of variables",
        r"The area element is the Jacobian determinant of the polar coordinates, times $dr\,d\phi$.",
    ),
    (
        "comparison",
        r"$z_1 > 0$ for $-\frac{\pi}{2} < \phi < \frac{\pi}{2}$, and $z_2 > 0$ for"
        r" $\theta - \frac{\pi}{2} < \phi < \theta + \frac{\pi}{2}$, up to whole turns. As $0 < \theta < \pi$,"
        r" these half turns meet in one interval. It begins at the angle",
    ),
    ("comparison", r"and ends at the angle"),
    ("Gaussian integral", r"Integrate over $r$."),
    ("change of variables", r"Integrate over $\phi$."),
    (
        "expansion",
        r"The kernel is twice the expectation, an integral over the wedge where both variables are positive; the"
        r" density holds the factor $1/(2\pi)$. Put in the two integrals.",
    ),
    ("substitution", r"Put $\theta = \arccos u$, so that $\sin\theta = \sqrt{1 - u^2}$."),
)

TITLES = {"kappa0": "The arc-cosine kernel of degree 0", "kappa1": "The arc-cosine kernel of degree 1"}
GOALS = {
    "kappa0": r"\kappa_0(u) = 2\, \mathbb{E}[1_{z_1 > 0}\, 1_{z_2 > 0}] = 1 - \frac{\theta}{\pi}",
    "kappa1": r"\kappa_1(u) = 2\, \mathbb{E}[\max(z_1, 0) \max(z_2, 0)] ="
    r" \frac{\sin\theta + (\pi - \theta) \cos\theta}{\pi}",
}


#: The kernels in polar coordinates.
INTEGRALS = {
    "kappa0": r"\kappa_0 = 2 \cdot \frac{1}{2\pi} \int_{\theta - \pi/2}^{\pi/2} d\phi \int_0^\infty r\,"
    r" e^{-r^2/2}\, dr",
    "kappa1": r"\kappa_1 = 2 \cdot \frac{1}{2\pi} \int_{\theta - \pi/2}^{\pi/2} \cos\phi \cos(\phi - \theta)\,"
    r" d\phi"
    r" \int_0^\infty r^3\, e^{-r^2/2}\, dr",
}


def derive_kappa(name: str) -> Derivation:
    """The derivation of ``kappa0`` or ``kappa1``; every equation of it is decided by SymPy.

    Raises:
        DerivationError: If a step does not hold.

    Example:
        >>> from orbitkernels.proofs.arc_cosine_derivation import derive_kappa
        >>> derive_kappa("kappa0").level
        <Level.SYMBOLIC: 'symbolic'>
    """
    found: KernelDerivation = {"kappa0": derive_kappa0, "kappa1": derive_kappa1}[name]()
    steps: list[Step] = [
        define(
            r"$z_1, z_2$ are standard Gaussians with the correlation $u$, the cosine of the angle $\theta$"
            r" between the inputs. (At the ends $\theta = 0$ and $\theta = \pi$ both sides are continuous.)",
            r"u = \cos\theta, \qquad 0 < \theta < \pi",
        )
    ]
    sides = [(step.equation.lhs, step.equation.rhs) for step in found.steps]
    # the angle is put in by the check, so that both sides are not one expression from the start
    sides[-1] = (sympy.Subs(sides[-2][1], theta, sympy.acos(u)), sides[-1][1])
    for (rule, text), (left, right) in zip(WORDS, sides, strict=True):
        lines = [sympy.Eq(left, right, evaluate=False)]
        if isinstance(left, sympy.Max | sympy.Min):
            lines = [f"{sympy.latex(left)} = {sympy.latex(right)}"]
        elif rule == "expansion":
            factors = [rf"\left({sympy.latex(x)}\right)" if x.is_Add else sympy.latex(x) for x in left.args]
            lines = [INTEGRALS[name], r" \cdot ".join(factors) + f" = {sympy.latex(right)}"]
        steps.append(equal(rule, text, *lines, pairs=[(left, right)]))
    return Derivation(TITLES[name], GOALS[name], tuple(steps), source="Cho and Saul 2009", name=name)
