"""Invariant predictors by brute force, without orbits: all functions that the group leaves unchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.invariant_predictors import least_error, variance_on_orbits
from orbitkernels.theory.null_spaces import null_space, pivots, row_space

from .arithmetic import Arithmetic, rationals
from .instances import IntArray, named_group
from .permutation_instances import random_action

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

#: Groups of the exact instances.
WITNESSES = ("C4", "S3", "Q8", "A4", "C7:C3")

#: Points of a set of which all functions are listed.
MOST_POINTS = 9


def small_set(name: str, rng: np.random.Generator, most: int = MOST_POINTS) -> PermutationAction:
    """A random set of 2 to `most` points, with one to three orbits, on which not all elements act trivially."""
    group = named_group(name)
    for _ in range(300):
        action = random_action(group, int(rng.integers(1, 4)), rng)
        if 2 <= action.degree <= most and (action.kernel.order < group.order or group.order == 1):
            return action
    raise ArithmeticError(f"No small set of {name} was found.")


def all_predictors(action: PermutationAction, classes: int) -> IntArray:
    """Every invariant function to the classes 0, 1, ...: of all functions those with h(gx) = h(x) are kept.

    Returns:
        Array [predictors, points].
    """
    degree = action.degree
    codes = np.arange(classes**degree)
    functions = codes[:, None] // classes ** np.arange(degree) % classes
    kept = np.ones(len(functions), dtype=bool)
    for row in action.permutations:
        kept &= (functions[:, row] == functions).all(axis=1)
    return np.asarray(functions[kept])


def errors(predictors: IntArray, weights: Sequence[Any], classes: Sequence[int]) -> list[Any]:
    """sum of p(x) over the points with h(x) != f(x), for every predictor h."""
    wrong = (predictors != np.array(classes)).tolist()
    zero = 0 * weights[0]
    return [sum((w for w, bad in zip(weights, row, strict=True) if bad), zero) for row in wrong]


def least_squares(
    use: Arithmetic, action: PermutationAction, weights: Sequence[Any], values: Sequence[Any]
) -> Any:
    """min of sum p(x) (h(x) - f(x))^2 over the h with h(sx) = h(x) for generators s, by normal equations."""
    degree = action.degree
    equations = []
    for s in action.group.generators:
        for x, y in enumerate(action.permutations[s].tolist()):
            equations.append([int(i == y) - int(i == x) for i in range(degree)])
    basis = null_space(equations, degree)
    support = [x for x in range(degree) if weights[x] != 0]
    seen = [[row[x] for row in basis] for x in support]  # [points, functions]
    chosen = pivots(row_space(seen, len(basis)))
    # the echelon basis consists of indicators, so its entries are whole
    B = use.matrix([[int(row[j].p) for j in chosen] for row in seen])
    WB = use.matrix([[use.rows(B)[i][j] * weights[x] for j in range(len(chosen))] for i, x in enumerate(support)])
    f = use.matrix([[values[x]] for x in support])
    fitted = B * (B.transpose() * WB).solve(WB.transpose() * f)
    rest = [values[x] - use.rows(fitted)[i][0] for i, x in enumerate(support)]
    terms = [weights[x] * r * r for x, r in zip(support, rest, strict=True)]
    return sum(terms[1:], terms[0])


def pair_kinds(action: PermutationAction, weights: Sequence[Any], labels: Sequence[Any]) -> set[str]:
    """Which of the kinds correct, incorrect and extrinsic occur among the pairs (g, x) with p(x) > 0."""
    kinds = set()
    for row in action.permutations.tolist():
        for x, y in enumerate(row):
            if weights[x] != 0:
                if weights[y] == 0:
                    kinds.add("extrinsic")
                else:
                    kinds.add("correct" if labels[x] == labels[y] else "incorrect")
    return kinds


def random_weights(
    degree: int, rng: np.random.Generator, holes: int, orbits: Sequence[Any] = ()
) -> list[Fraction]:
    """Rational probabilities that sum to 1; some points have none, or the whole first of several orbits."""
    weights = rng.integers(1, 10, degree)
    weights[rng.permutation(degree)[: min(holes, degree - 1)]] = 0
    if len(orbits) > 1 and weights.sum() > weights[orbits[0]].sum():
        weights[orbits[0]] = 0
    total = int(weights.sum())
    return [Fraction(int(w), total) for w in weights]


# ---------------------------------------------------------------------- what the steps claim


def witnessed(check: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step."""
    return [(name, partial(check, name)) for name in WITNESSES]


def _instance(name: str) -> tuple[PermutationAction, list[Fraction], list[int]]:
    rng = np.random.default_rng(len(name))
    action = small_set(name, rng, 8)
    return action, random_weights(action.degree, rng, 1), rng.integers(0, 3, action.degree).tolist()


def invariant_is_constant_on_orbits(name: str) -> bool:
    """Whether the invariant functions to three classes are those that are constant on orbits."""
    action, _, _ = _instance(name)
    found = all_predictors(action, 3)
    labels = action.orbit_labels
    constant = all((row[labels == label] == row[labels == label][0]).all() for row in found for label in labels)
    return bool(constant and len(found) == 3 ** (int(labels.max()) + 1))


def errors_split(name: str) -> bool:
    """Whether the error of every invariant predictor is the sum over orbits of p(O) - p(x in O: f(x) = h_O)."""
    action, p, f = _instance(name)
    found = all_predictors(action, 3)
    return errors(found, p, f) == [
        sum(
            sum(p[x] for x in orbit) - sum(p[x] for x in orbit if f[x] == row[orbit[0]])
            for orbit in action.orbits()
        )
        for row in found
    ]


def least_error_is_attained_by_majorities(name: str) -> bool:
    """Whether the least error is the bound and is attained exactly by most likely classes on all orbits."""
    action, p, f = _instance(name)
    found = all_predictors(action, 3)
    bound = least_error([o.tolist() for o in action.orbits()], p, f)
    for row, error in zip(found, errors(found, p, f), strict=True):
        majority = all(
            sum(p[x] for x in o if f[x] == row[o[0]]) == max(sum(p[x] for x in o if f[x] == c) for c in range(3))
            for o in action.orbits()
        )
        if error < bound or (error == bound) != majority:
            return False
    return True


def squares_are_least(name: str) -> bool:
    """Whether the variance on orbits is the least squared error, from the equations of invariance."""
    action, p, f = _instance(name)
    orbits = [o.tolist() for o in action.orbits()]
    return bool(variance_on_orbits(orbits, p, f) == least_squares(rationals(), action, p, f))


def zero_without_incorrect_pairs(name: str) -> bool:
    """Whether both bounds vanish exactly where no pair is incorrect, for many labels and supports."""
    rng = np.random.default_rng(5)
    action = small_set(name, rng, 8)
    orbits = [o.tolist() for o in action.orbits()]
    seen = set()
    for holes in range(action.degree):
        p = random_weights(action.degree, rng, holes)
        for f in (rng.integers(0, 2, action.degree).tolist(), (action.orbit_labels % 2).tolist()):
            incorrect = "incorrect" in pair_kinds(action, p, f)
            seen.add(incorrect)
            bounds = (least_error(orbits, p, f), variance_on_orbits(orbits, p, f))
            if any((bound > 0) != incorrect for bound in bounds):
                return False
    return seen == {True, False}


def labels_off_the_support_do_not_matter() -> bool:
    """Whether C2 on two points gives the least error 0 for p = (1, 0), and 1/2 for (1/2, 1/2) if f differs."""
    half = [Fraction(1, 2)] * 2
    off = [least_error([[0, 1]], [Fraction(1), Fraction(0)], f) for f in ([0, 0], [0, 1])]
    on = [least_error([[0, 1]], half, f) for f in ([0, 0], [0, 1])]
    return off == [0, 0] and on == [0, Fraction(1, 2)]


def spread(points: int) -> tuple[Any, Any]:
    """sum p_i (h - f_i)^2 and (sum p_i) (h - mean)^2 + sum p_i (f_i - mean)^2, mean = sum p_i f_i / sum p_i."""
    import sympy

    p = sympy.symbols(f"p_0:{points}", positive=True)
    f = sympy.symbols(f"f_0:{points}", real=True)
    h = sympy.Symbol("h", real=True)
    mean = sum(w * v for w, v in zip(p, f, strict=True)) / sum(p)
    whole = sum(w * (h - v) ** 2 for w, v in zip(p, f, strict=True))
    return whole, sum(p) * (h - mean) ** 2 + sum(w * (v - mean) ** 2 for w, v in zip(p, f, strict=True))
