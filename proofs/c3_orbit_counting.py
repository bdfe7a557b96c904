"""Theorem C3: the number of orbits is the mean number of fixed points; orbits of colourings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.graphs import components
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.permutation_representations import PermutationRepresentation, cycle_counts

from . import orbit_counting_checks as checks
from .character_instances import GroupCase, group_cases
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .permutation_instances import random_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Burnside's orbit counting"
SOURCE = "Cauchy and Frobenius; Burnside 1911; Polya 1937 for colourings"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ that acts on the finite set $X$; $G \backslash X$ is the set of the"
    r" orbits, and $\mathrm{fix}_X(g)$ the number of $x \in X$ with $gx = x$.",
    r"$\pi_X(g)$ is the trace of $g$ on the functions on $X$, $(gf)(gx) = f(x)$; $\mathbf 1$ is the trivial"
    r" irrep, $\rho$ any irrep, of character $\chi_\rho$, and $\langle f, h \rangle = \frac1n \sum_g f(g)\,"
    r" \overline{h(g)}$.",
    r"$q \ge 1$ is an integer and $q^X$ the set of the colourings of $X$ with $q$ colours, on which $G$ acts by"
    r" $(gc)(gx) = c(x)$; $z_X(g)$ is the number of the cycles of $g$ on $X$, fixed points included.",
)
STATEMENT = (
    r"|G \backslash X| = \frac1n \sum_g \mathrm{fix}_X(g) = \langle \pi_X, \mathbf 1 \rangle, \qquad |G"
    r" \backslash (X \times X)| = \frac1n \sum_g \mathrm{fix}_X(g)^2 = \sum_\rho \langle \pi_X, \chi_\rho"
    r" \rangle^2, \qquad |G \backslash q^X| = \frac1n \sum_g q^{z_X(g)}."
)


def derivation() -> Derivation:
    """C3: the pairs (g, x) with gx = x are counted in two ways."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "orbit-stabiliser",
            r"Count the pairs $(g, x)$ with $gx = x$ by $g$, and by $x$, whose stabiliser has $n/|Gx|$ elements."
            r" The points of each orbit give $n$ together.",
            r"\sum_g \mathrm{fix}_X(g) = \sum_x \frac{n}{|Gx|} = n\, |G \backslash X|",
            on=witnessed(checks.pairs_are_counted_twice),
            label="pairs",
        ),
        argued(
            "trace",
            r"The matrix of $g$ on functions has the entries 0 and 1, with 1 at $(gx, x)$: its trace is the"
            r" number of fixed points, a real number.",
            r"\pi_X(g) = \mathrm{fix}_X(g), \qquad |G \backslash X| = \frac1n \sum_g \mathrm{fix}_X(g) = \langle"
            r" \pi_X, \mathbf 1 \rangle",
            on=witnessed(checks.traces_are_fixed_points),
            label="trace",
            uses=("pairs",),
        ),
        argued(
            "expansion",
            r"A pair of points is fixed iff both are; so the mean of the squares counts the orbits on pairs. It"
            r" is $\langle \pi_X, \pi_X \rangle$, and $\pi_X$ is the sum of the $\chi_\rho$, each $\langle \pi_X,"
            r" \chi_\rho \rangle$ times (C1).",
            r"|G \backslash (X \times X)| = \frac1n \sum_g \mathrm{fix}_X(g)^2 = \langle \pi_X, \pi_X \rangle ="
            r" \sum_\rho \langle \pi_X, \chi_\rho \rangle^2",
            r"|G \backslash (X \times X)| = \frac1n \sum_g \mathrm{fix}_X(g)^2 = \sum_\rho \langle \pi_X,"
            r" \chi_\rho \rangle^2",
            on=witnessed(checks.squares_count_pairs),
            label="squares",
            uses=("trace", "C1"),
        ),
        argued(
            "substitution",
            r"$gc = c$ says $c(gx) = c(x)$ for all $x$: the colouring is constant on the cycles of $g$, one of"
            r" $q$ colours each. Put this into the first step for the set $q^X$. (Instances: $q = 2$, all"
            r" colourings one by one.)",
            r"\mathrm{fix}_{q^X}(g) = q^{z_X(g)}, \qquad |G \backslash q^X| = \frac1n \sum_g q^{z_X(g)}",
            on=witnessed(checks.fixed_colourings_are_constant_on_cycles),
            uses=("pairs",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C3")


# ---------------------------------------------------------------------- checks

#: Points of a set and colourings of it that are listed one by one.
MAX_POINTS, MAX_COLOURINGS = 60, 3_000


def exact_cases(quick: bool) -> list[GroupCase]:
    """Random sets of several orbits, and colourings of small ones."""
    groups = QUICK_SMALL_GROUPS if quick else ("C1", *SMALL_GROUPS)
    return group_cases(groups, ("points and pairs", "colourings"), 1 if quick else 2)


def random_set(name: str, rng: np.random.Generator, most: int) -> PermutationAction:
    """A random set of at most so many points."""
    group = named_group(name)
    for _ in range(100):
        action = random_action(group, int(rng.integers(1, 4)), rng)
        if action.degree <= most:
            return action
    return PermutationAction.trivial(group, 2)


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Means over the group and multiplicities of irreps, against the components of a graph."""
    if case.kind == "colourings":
        return _compare_colourings(case, rng)
    action = random_set(case.group, rng, MAX_POINTS)
    found = PermutationRepresentation(action)
    points, pairs = checks.orbit_count(action), checks.orbit_count(checks.pair_action(action, action))
    squares = sum(m * m for m in found.multiplicities)
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare("number of orbits", [found.orbit_count, found.multiplicities[0]], [points, points]),
            compare("number of orbits on pairs", [found.rank, squares], [pairs, pairs]),
        ]
    )


def _compare_colourings(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Colourings with q colours as numbers in base q, joined where a generator takes one to another."""
    q = int(rng.integers(2, 5))
    action = random_set(case.group, rng, int(np.log(MAX_COLOURINGS) / np.log(q)))
    counted = int(components(checks.moved_colourings(action, q), q**action.degree).max()) + 1
    total = sum(q**z for z in cycle_counts(action).tolist())
    return compare_exactly(
        f"{case}, {q} colours", "n times the number of orbits", [total], [counted * action.group.order]
    )


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Random sets of every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS, ("points", "pairs"))


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Eigenvalues of the mean of the permutation matrices: 1 as often as there are orbits, else 0."""
    action = random_set(case.group, rng, MAX_POINTS if case.kind == "points" else 12)
    expected = np.mean(action.fixed_points ** (1 if case.kind == "points" else 2))
    if case.kind == "pairs":
        action = checks.pair_action(action, action)
    total = np.zeros((action.degree, action.degree))
    for images in action.permutations:
        total[images, np.arange(action.degree)] += 1
    values = np.linalg.eigvalsh(total / action.group.order)
    ones = np.arange(action.degree)[::-1] < round(float(expected))
    return joint(
        [
            compare_numerically(str(case), "eigenvalues of the mean", values, ones * 1.0, size=action.degree),
            compare_numerically(str(case), "number of orbits", [expected], [ones.sum()], size=action.group.order),
        ]
    )


THEOREM = Theorem(
    id="C3",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: numbers of orbits are integers, which the exact check decides.",
)
