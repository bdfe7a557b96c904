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
        r" $\theta - \frac{\pi}{2} < \phi < \theta + \frac{\pi}{2}$. As $0 < \theta < \pi$, both hold from the"
        r" angle",
    ),
    ("comparison", r"up to the angle"),
    ("Gaussian integral", r"Integrate over $r$."),
    ("change of variables", r"Integrate over $\phi$."),
    ("expansion", r"The kernel is twice the integral over the wedge; the density holds the factor $1/(2\pi)$."),
    ("substitution", r"Put $\theta = \arccos u$, so that $\sin\theta = \sqrt{1 - u^2}$."),
)

TITLES = {"kappa0": "The arc-cosine kernel of degree 0", "kappa1": "The arc-cosine kernel of degree 1"}
GOALS = {
    "kappa0": r"\kappa_0(u) = 2\, \mathbb{E}[1_{z_1 > 0}\, 1_{z_2 > 0}] = 1 - \frac{\theta}{\pi}",
    "kappa1": r"\kappa_1(u) = 2\, \mathbb{E}[\max(z_1, 0) \max(z_2, 0)] ="
    r" \frac{\sin\theta + (\pi - \theta) \cos\theta}{\pi}",
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
            r" between the inputs.",
            r"u = \cos\theta, \qquad 0 < \theta < \pi",
        )
    ]
    sides = [(step.equation.lhs, step.equation.rhs) for step in found.steps]
    # the angle is put in by the check, so that both sides are not one expression from the start
    sides[-1] = (sympy.Subs(sides[-2][1], theta, sympy.acos(u)), sides[-1][1])
    for (rule, text), (left, right) in zip(WORDS, sides, strict=True):
        line = sympy.Eq(left, right, evaluate=False)
        steps.append(equal(rule, text, line, pairs=[(left, right)]))
    return Derivation(TITLES[name], GOALS[name], tuple(steps), source="Cho and Saul 2009", name=name)
