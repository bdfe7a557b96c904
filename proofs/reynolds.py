"""Averages over a group or a subgroup (Reynolds operator) of symbols, and which missing poses they recover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.rational_gram import as_fraction
from orbitkernels.theory.subgroups import Subgroup

from .missing import MissingLike, missing_poses

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.laws import IntArray


def recovered_poses(subgroup: Subgroup, missing: MissingLike, stabiliser: Subgroup | None = None) -> IntArray:
    """Missing poses g x that a kernel averaged over H predicts without error as the ridge tends to zero.

    The averaged kernel does not tell the poses of one coset H g x apart, so these are the missing ones whose coset
    keeps an observed pose (Theorem T9, with its hypothesis on the labels).

    Args:
        subgroup: H.
        missing: What is missing from the orbit, as in ``leave_out_error``.
        stabiliser: Stabiliser of the seed x; trivial if omitted.

    Returns:
        Those of the missing elements g, in their order.

    Raises:
        InputError: If H or the stabiliser is no subgroup of one group, or `missing` names no element of it.

    Example:
        >>> from orbitkernels.proofs.reynolds import recovered_poses
        >>> from orbitkernels.theory.names import group
        >>> C6 = group("C6")
        >>> recovered_poses(C6.subgroup([3]), [0, 1, 4]).tolist()  # cosets {0, 3}, {1, 4}, {2, 5}
        [0]
    """
    require_subgroup("subgroup", subgroup)
    group = subgroup.group
    if stabiliser is not None:
        require_subgroup("stabiliser", stabiliser, group)
    fixing = np.zeros(1, dtype=np.int64) if stabiliser is None else stabiliser.elements
    gone = missing_poses(group, missing).elements
    absent = np.zeros(group.order, dtype=bool)
    absent[group.multiply(gone[:, None], fixing[None, :])] = True
    alike = group.multiply(subgroup.elements[None, :], gone[:, None])  # [p, |H|]: h g
    recovered: IntArray = gone[~absent[alike].all(axis=1)]
    return recovered


def require_subgroup(argument: str, value: object, group: FiniteGroup | None = None) -> None:
    """Refuse what is no subgroup, or one of another group if a group is given.

    Raises:
        InputError: Then.
    """
    if not isinstance(value, Subgroup) or (group is not None and value.group is not group):
        of = f" of {group.name}" if group is not None else ""
        raise InputError(
            f"Argument '{argument}' must be a subgroup{of}, such as group.subgroup([1]), not {shown(value)}."
        )


# ---------------------------------------------------------------------- symbols


def averaged_symbol(phi: npt.ArrayLike, subgroup: Subgroup) -> npt.NDArray[Any]:
    """Symbol (1/|H|) sum_h phi_ab(h g) of the average of an invariant kernel over a normal subgroup H.

    Args:
        phi: Symbol [C, C, n]; integers give fractions.
        subgroup: H.

    Raises:
        InputError: If H is not normal: the average is not invariant then, and has no symbol.

    Example:
        >>> from orbitkernels.proofs.reynolds import averaged_symbol
        >>> from orbitkernels.theory.names import group
        >>> averaged_symbol([[[3, 1, 1, 2]]], group("C4").subgroup([2])).tolist()
        [[[Fraction(2, 1), Fraction(3, 2), Fraction(2, 1), Fraction(3, 2)]]]
    """
    if not subgroup.is_normal:
        raise InputError(
            f"Argument 'subgroup' must be normal in {subgroup.group.name}: the average over another one is not "
            "invariant; use averaged_gram."
        )
    every = np.arange(subgroup.group.order)
    moved = subgroup.group.multiply(subgroup.elements[:, None], every[None, :])  # [h, g] -> h g
    mean: npt.NDArray[Any] = _divisible(phi)[:, :, moved].sum(axis=2) / subgroup.order
    return mean


def averaged_gram(phi: npt.ArrayLike, subgroup: Subgroup) -> npt.NDArray[Any]:
    """Gram matrix [C n, C n] of the average over any subgroup: (1/|H|) sum_h phi_ab(g^-1 h g') at (a, g), (b, g').

    Args:
        phi: Symbol [C, C, n] of an invariant kernel on free orbits; integers give fractions.
        subgroup: H.

    Example:
        >>> from orbitkernels.proofs.reynolds import averaged_gram
        >>> from orbitkernels.theory.names import group
        >>> averaged_gram([[[2.0, 1.0]]], group("C2").subgroup([1])).tolist()
        [[1.5, 1.5], [1.5, 1.5]]
    """
    group, values = subgroup.group, _divisible(phi)
    every = np.arange(group.order)
    moved = group.multiply(subgroup.elements[:, None], every[None, :])  # [h, g'] -> h g'
    between = group.multiply(group.inverse(every)[:, None, None], moved[None, :, :])  # [g, h, g']
    mean = values[:, :, between].sum(axis=3) / subgroup.order  # [a, b, g, g']
    size = len(values) * group.order
    gram_matrix: npt.NDArray[Any] = mean.transpose(0, 2, 1, 3).reshape(size, size)
    return gram_matrix


def _divisible(phi: npt.ArrayLike) -> npt.NDArray[Any]:
    """An array that can be divided without rounding if it holds integers."""
    values = np.asarray(phi)
    if values.dtype.kind not in "iu":
        return values
    fractions: npt.NDArray[Any] = np.frompyfunc(as_fraction, 1, 1)(values)
    return fractions
