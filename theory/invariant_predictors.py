"""Least errors of predictors that are constant on orbits: by class and by squares.

The numbers may be fractions, which makes every result exact, or balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def least_error(orbits: Sequence[Sequence[int]], weights: Sequence[Any], classes: Sequence[int]) -> Any:
    """sum over orbits O of p(O) - max_c p(x in O with f(x) = c).

    Args:
        orbits: Positions of the points of each orbit.
        weights: p(x) for each point.
        classes: f(x) for each point.

    Example:
        >>> from orbitkernels.theory.invariant_predictors import least_error
        >>> least_error([[0, 1, 2], [3]], [3, 1, 1, 5], [0, 1, 1, 0])
        2
    """
    total = 0 * weights[0]
    for orbit in orbits:
        mass: dict[int, Any] = {}
        for x in orbit:
            mass[classes[x]] = mass.get(classes[x], 0 * weights[x]) + weights[x]
        total = total + sum(mass.values()) - largest(list(mass.values()))
    return total


def largest(values: Sequence[Any]) -> Any:
    """Maximum of exact numbers, or a ball that holds the maximum of balls."""
    found = values[0]
    for value in values[1:]:
        found = found.max(value) if hasattr(found, "max") else max(found, value)
    return found


def variance_on_orbits(orbits: Sequence[Sequence[int]], weights: Sequence[Any], values: Sequence[Any]) -> Any:
    """sum over orbits O with p(O) > 0 of sum_{x in O} p(x) (f(x) - mean_O)^2, mean_O = sum p f / p(O).

    Args:
        orbits: Positions of the points of each orbit.
        weights: p(x) for each point, exactly zero off the support.
        values: f(x) for each point.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.invariant_predictors import variance_on_orbits
        >>> variance_on_orbits([[0, 1], [2]], [Fraction(1), Fraction(3), Fraction(5)], [4, 0, 7])
        Fraction(12, 1)
    """
    total = 0 * weights[0]
    for orbit in orbits:
        seen = [x for x in orbit if weights[x] != 0]
        if not seen:
            continue
        mass = sum((weights[x] for x in seen[1:]), weights[seen[0]])
        mean = sum((weights[x] * values[x] for x in seen[1:]), weights[seen[0]] * values[seen[0]]) / mass
        for x in seen:
            rest = values[x] - mean
            total = total + weights[x] * rest * rest  # a power of a ball around zero is no number
    return total
