"""Stabilisers of many inputs at once, and which of them lie on one orbit.

A random vector w decides nearly all cases: (g x).w = x.(g^T w), one matrix product for all inputs and elements.
What it does not tell apart is compared coordinate by coordinate.
"""

from __future__ import annotations

import numpy as np

from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.subgroups import Subgroup

from .arguments import FloatArray
from .input_actions import MATRIX_TOLERANCE, Action, CoordinateAction, MatrixAction
from .orbits import CommonOrbitError

#: Shadows nearer than this, relative to the lengths of x and w, may be of one point: MATRIX_TOLERANCE and slack.
_NEAR = 4 * MATRIX_TOLERANCE


def stabilisers_of(action: Action, inputs: FloatArray) -> dict[int, Subgroup]:
    """The stabilisers that are not trivial, by the number of the input.

    Args:
        action: How the group acts.
        inputs: Array [S, d].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.input_actions import as_action
        >>> from orbitkernels.proofs.tuple_stabilisers import stabilisers_of
        >>> from orbitkernels.theory.names import group
        >>> found = stabilisers_of(as_action(group("C4"), None, (4,)), np.array([[1.0, 0, 1, 0], [1, 2, 3, 4]]))
        >>> {i: H.order for i, H in found.items()}
        {0: 2}
    """
    shadows = inputs @ _shadows(action).T  # [S, n]
    near = np.abs(shadows - shadows[:, :1]) <= _NEAR * _sizes(action, inputs)[:, None]
    found = {int(i): action.stabiliser(inputs[i]) for i in np.flatnonzero(near.sum(axis=1) > 1)}
    return {i: H for i, H in found.items() if H.order > 1}


def require_different_orbits(action: Action, inputs: FloatArray, members: IntArray) -> None:
    """Check that the seeds of each tuple [P, C] lie on different orbits.

    Raises:
        CommonOrbitError: If two seeds of a tuple do.
    """
    shadows = inputs @ _shadows(action).T
    sizes = _sizes(action, inputs)
    for a in range(members.shape[1]):
        for b in range(a):
            one, other = members[:, a], members[:, b]
            near = (
                np.abs(shadows[one] - shadows[other, :1]) <= _NEAR * np.maximum(sizes[one], sizes[other])[:, None]
            )
            for p in np.flatnonzero(near.any(axis=1)):
                poses = action.poses(inputs[one[p]], np.flatnonzero(near[p]).astype(np.int64))
                if action.same(poses, inputs[other[p]]).any():
                    raise CommonOrbitError(
                        f"Argument 'members' has two inputs on one orbit of {action.group.name} in tuple {p}, "
                        f"{other[p]} and {one[p]}: their Gram matrix is singular; drop one of them."
                    )


def _direction(action: Action) -> FloatArray:
    return np.random.default_rng(0).standard_normal(action.degree)


def _shadows(action: Action) -> FloatArray:
    """Array [n, d]: g^T w for every element."""
    w = _direction(action)
    if isinstance(action, CoordinateAction):  # (g x)[pi_g(i)] = x[i]
        return w[action.permuting.permutations]
    assert isinstance(action, MatrixAction)
    found: FloatArray = w @ action.matrices
    return found


def _sizes(action: Action, inputs: FloatArray) -> FloatArray:
    """Array [S]: |x| |w|, beside which shadows are compared."""
    sizes: FloatArray = np.linalg.norm(inputs, axis=1) * np.linalg.norm(_direction(action))
    return sizes
