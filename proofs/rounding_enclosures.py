"""Errors of the given floats in balls: the linear algebra of both routes in interval arithmetic.

The symbol, or the Gram matrix, is taken as the floats that it is; so the balls hold the exact errors of these
numbers.  For inputs whose kernel is to be enclosed too there is orbitkernels.proofs.enclosed_prediction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.theory.irreps import MAX_LISTED_ORDER
from orbitkernels.theory.laws import IntArray

from .dense_route import DenseRoute
from .missing import Missing, MissingLike, OrbitPoses, arranged, missing_points, missing_poses
from .orbits import FloatArray
from .spectral import FourierRoute

#: Precisions in bits that are tried until the balls are narrow.
BITS = (256, 512, 1024, 2048)

#: Width of the balls that is narrow, relative to the errors: well below a rounding of a float.
WIDTH = 2.0**-60

#: Most points of a Gram matrix in balls.
MOST_POINTS = 512

#: Most elements of a group with exact irreps of all elements.
MOST_ELEMENTS = MAX_LISTED_ORDER


def enclosed_spectral(route: FourierRoute, missing: MissingLike) -> tuple[FloatArray, FloatArray]:
    """Errors by exact irreps, as floats, and the largest distance of the true ones from these.

    Args:
        route: Its orbits, symbol and ridge are used.
        missing: What is missing.  Sets of poses that are not alike are solved by the Gram matrix of the symbol.

    Raises:
        InputError: If there are no exact irreps or too many points.
        SingularGramError: If K + r I cannot be shown to be invertible with the last of BITS.
    """
    from orbitkernels.theory.enclosures import ball, enclosed_coset_error, enclosed_gram

    orbits = route.orbits
    what = missing_poses(orbits.group, missing, len(orbits))
    if what.alike:
        _refuse_order(orbits)
    else:
        _refuse_large(orbits, "spectral")

    def solve() -> list[list[list[Any]]]:
        symbol = averaged_symbol(route.symbol, orbits)
        if not what.alike:
            K = enclosed_gram(orbits.group, symbol, orbits.stabilisers, route.ridge)
            return [_left_out(K, orbits, points) for points in missing_points(orbits, what)]
        targets = [[ball(float(value)) for value in row] for row in orbits.targets]
        elements = what.elements.tolist()
        found = enclosed_coset_error(orbits.group, symbol, targets, elements, orbits.stabilisers, route.ridge)
        return [[row] for row in found]

    return _narrow(solve, what)


def enclosed_leave_out_error(route: DenseRoute, missing: MissingLike) -> tuple[FloatArray, FloatArray]:
    """Errors from the Gram matrix (K + K^T)/2 + r I of floats, and the distance of the true ones from these.

    Raises:
        InputError: If there are more than MOST_POINTS points.
        SingularGramError: If the matrix cannot be shown to be invertible with the last of BITS.
    """
    from flint import arb, arb_mat

    orbits = route.orbits
    what = missing_poses(orbits.group, missing, len(orbits))
    _refuse_large(orbits, "dense")

    def solve() -> list[list[list[Any]]]:
        matrix, size = route.matrix, range(len(route.matrix))
        rows = [[(arb(matrix[i, j]) + arb(matrix[j, i])) / 2 for j in size] for i in size]
        for i in size:
            rows[i][i] += arb(route.rest[i])
        K = arb_mat(rows)
        return [_left_out(K, orbits, points) for points in missing_points(orbits, what)]

    return _narrow(solve, what)


def averaged_symbol(symbol: FloatArray, orbits: OrbitPoses) -> list[list[list[Any]]]:
    """(phi_ab(g) + phi_ba(g^-1))/2 averaged over H_a g H_b, in balls [C][C][n]; the floats are that nearly."""
    from flint import arb

    group, count = orbits.group, range(len(orbits))
    inverses = group.inverse(np.arange(group.order)).tolist()
    phi = symbol.tolist()
    found = [
        [[(arb(x) + arb(phi[b][a][inverses[g]])) / 2 for g, x in enumerate(phi[a][b])] for b in count]
        for a in count
    ]
    every = np.arange(group.order, dtype=np.int64)
    left = [[group.multiply(int(h), every).tolist() for h in H.elements] for H in orbits.stabilisers]
    right = [[group.multiply(every, int(h)).tolist() for h in H.elements] for H in orbits.stabilisers]
    return [[_mean(_mean(found[a][b], left[a]), right[b]) for b in count] for a in count]


def _mean(values: list[Any], moves: Sequence[Sequence[int]]) -> list[Any]:
    """Mean of a function over some translations."""
    if len(moves) == 1:
        return values
    first, *others = moves
    return [sum((values[move[g]] for move in others), values[g0]) / len(moves) for g, g0 in enumerate(first)]


def _left_out(K: Any, orbits: OrbitPoses, points: IntArray) -> list[list[Any]]:
    """Balls [p][m] of the errors at points that are missing together."""
    from orbitkernels.theory.enclosures import enclosed_leave_out

    rows, position = np.unique(points, return_inverse=True)
    errors = enclosed_leave_out(K, np.repeat(orbits.targets, orbits.sizes, axis=0).tolist(), rows.tolist())
    return [errors[int(i)] for i in position]


def _narrow(solve: Callable[[], list[list[list[Any]]]], what: Missing) -> tuple[FloatArray, FloatArray]:
    """Raises the precision until the balls are narrow; midpoints and radii in the shape of the errors."""
    from orbitkernels.theory.enclosures import working_precision

    for bits in BITS:
        with working_precision(bits):
            try:
                balls = solve()
            except SingularGramError:
                if bits == BITS[-1]:
                    raise
                continue
            middles = [np.array([[float(x.mid()) for x in row] for row in rows]) for rows in balls]
            radii = [np.array([[_radius(x) for x in row] for row in rows]) for rows in balls]
            narrow = all(_is_narrow(x) for rows in balls for row in rows for x in row)
        if narrow:
            break
    return arranged(middles, what), arranged(radii, what)


def _is_narrow(ball: Any) -> bool:
    """Whether the radius is below WIDTH times the value, or both are 0."""
    return bool(ball.rad() <= WIDTH * abs(ball.mid()))


def _radius(ball: Any) -> float:
    """Upper bound of the distance of the true error from the rounded midpoint."""
    rest = float(abs(ball - float(ball.mid())).upper())
    return math.nextafter(rest, math.inf) if rest else 0.0


def takes(orbits: OrbitPoses, route: str) -> bool:
    """Whether a route is not refused for its size in balls, whatever is missing."""
    return int(orbits.sizes.sum()) <= MOST_POINTS and (route == "dense" or orbits.group.order <= MOST_ELEMENTS)


def _refuse_large(orbits: OrbitPoses, route: str) -> None:
    """Raise if the Gram matrix has too many points for balls."""
    points = int(orbits.sizes.sum())
    if points > MOST_POINTS:
        raise InputError(
            f"Argument 'precision' is 'arb', which is limited to {MOST_POINTS} points for what is asked, not "
            f"{points}; use {_other_precision(orbits, route)}."
        )


def _refuse_order(orbits: OrbitPoses) -> None:
    """Raise if the group has too many elements for exact irreps of all of them."""
    group = orbits.group
    if group.order > MOST_ELEMENTS:
        raise InputError(
            f"Argument 'precision' is 'arb', which takes exact irreps of at most {MOST_ELEMENTS} elements, not of "
            f"{group.name} of order {group.order}; use {_other_precision(orbits, 'spectral')}."
        )


def _other_precision(orbits: OrbitPoses, route: str) -> str:
    """What takes a problem that is too large for balls."""
    from .rounding_double_double import takes as takes_double_double

    return "'double-double'" if takes_double_double(orbits, route) else "a ridge and 'double'"
