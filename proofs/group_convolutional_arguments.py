"""Checks of the arguments of group-convolutional nets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.integer_input import is_integer, shown

from .arguments import integer
from .input_actions import CoordinateAction, as_action

if TYPE_CHECKING:
    from orbitkernels.theory.laws import IntArray

#: Where the last layer of features goes.
HEADS = ("flatten", "gap")

#: Largest group for the head "gap", whose products take 4 n^2 bytes: 1 GB.
MAX_ORDER = 2**14

#: The filter of the group convolutions: elements, or factors S_1, S_2, ... of S = S_1 S_2 ...
Support = Sequence[int] | Sequence[Sequence[int]] | npt.NDArray[np.integer]


def permutations_of(group: FiniteGroup, action: Any) -> PermutationAction:
    """The permutations of points by which the group acts."""
    if isinstance(action, tuple) and len(action) in (1, 2) and all(map(is_integer, action)):
        action = as_action(group, None, action)
    elif isinstance(action, PermutationAction):
        action = as_action(group, action, ())
    if not isinstance(action, CoordinateAction):
        raise InputError(
            "Argument 'action' must be a PermutationAction, or the shape (height, width) of images, not "
            f"{shown(action)}."
        )
    as_action(group, action, ())
    return action.permuting


def one_of_heads(head: Any) -> str:
    """One of HEADS."""
    if not isinstance(head, str) or head not in HEADS:
        raise InputError(f"Argument 'head' must be one of {', '.join(HEADS)}, not {shown(head)}.")
    return head


def require_order(name: str, order: int, head: str) -> None:
    """Refuse a group whose pairs of elements are too many, before they are made."""
    if head == "gap" and order > MAX_ORDER:
        raise InputError(
            f"Argument 'group' = {name} has {shown(order)} elements; head=gap takes all pairs of them, for groups "
            f"up to {MAX_ORDER}; use head=flatten or a smaller group."
        )


def distinct(name: str, values: Any, bound: int, what: str) -> IntArray:
    """Different integers from 0 to bound - 1, at least one, as an array [k]."""
    given = list(values) if isinstance(values, Sequence | np.ndarray) and not isinstance(values, str) else []
    if not given or not all(is_integer(v) and 0 <= v < bound for v in given) or len(set(given)) < len(given):
        raise InputError(
            f"Argument '{name}' must list different {what}, numbers from 0 to {bound - 1}, not {shown(values)}."
        )
    return np.array(given, dtype=np.int64)


def factors_of(
    group: FiniteGroup, action: PermutationAction, filter: IntArray, support: Support | None
) -> tuple[tuple[int, ...], ...]:
    """The factors of the filter of the group convolutions, each product met once."""
    if support is None:
        towards = action.permutations[:, filter[0]]  # g p_0
        reached = [np.flatnonzero(towards == p) for p in filter.tolist()]
        one_each = tuple(int(elements[0]) for elements in reached if elements.size)
        return one_each, tuple(reached[0].tolist())
    nested = isinstance(support, Sequence) and all(isinstance(part, Sequence | np.ndarray) for part in support)
    given = support if nested and len(support) else [support]
    factors = tuple(tuple(distinct("support", part, group.order, "elements").tolist()) for part in given)
    products = np.zeros(1, dtype=np.int64)
    for factor in factors:
        products = group.multiply(products[:, None], np.array(factor)[None, :]).ravel()
    if np.unique(products).size < products.size:
        raise InputError(
            f"Argument 'support' must have factors whose products are different elements of {group.name}; give "
            "one list of elements."
        )
    return factors


def two(name: str, value: int | tuple[int, int]) -> tuple[int, int]:
    """Rows and columns."""
    pair = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    return integer(name, pair[0]), integer(name, pair[1])
