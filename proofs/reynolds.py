"""Averages of a kernel over a group or a subgroup (Reynolds operator), and which missing poses they recover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.rational_gram import as_fraction
from orbitkernels.theory.subgroups import Subgroup, whole

from .invariance import KernelLike, as_kernel, gram
from .missing import MissingLike, missing_poses

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.laws import IntArray

    from .orbits import FloatArray, Orbits


class AveragedKernel:
    """The mean of a kernel over a subgroup H in each argument: (1/|H|^2) sum_{h, h'} k(h x, h' y).

    It is symmetric, positive semidefinite and invariant under H in each argument.  If k(gx, gy) = k(x, y), it
    equals (1/|H|) sum_h k(h x, y).  With H = G the orbits collapse; with a subgroup, the cosets Hg do, and the
    kernel is invariant under G if H is normal (Theorem T9).

    Args:
        kernel: k, an object with gram(X, Y), a function k(X, Y) or a specification such as "ntk(depth=3)".
        orbits: The orbits, whose action is taken.
        subgroup: H; all of G if omitted.

    Raises:
        InputError: If H is no subgroup of the group of the orbits.

    Example:
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.reynolds import AveragedKernel
        >>> from orbitkernels.proofs.spectral import leave_out_error
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C4"), [[1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 0.0, 2.0]], [0, 1])
        >>> leave_out_error(AveragedKernel("ntk(depth=1)", orbits), orbits, ridge=1e-6).round(4).ravel().tolist()
        [0.0, -0.0]
    """

    def __init__(self, kernel: KernelLike, orbits: Orbits, subgroup: Subgroup | None = None) -> None:
        self.kernel = as_kernel(kernel)
        self.action = orbits.action
        self.subgroup = whole(orbits.group) if subgroup is None else subgroup
        _require_subgroup("subgroup", self.subgroup, orbits.group)

    def gram(self, X: FloatArray, Y: FloatArray | None = None) -> FloatArray:
        """Matrix [m, p] of the averaged kernel over the rows of X [m, d] and Y [p, d], X again if omitted."""
        left = self._poses(X)
        values = gram(self.kernel, left, None if Y is None else self._poses(Y))
        order = self.subgroup.order
        mean: FloatArray = values.reshape(len(X), order, -1, order).mean(axis=(1, 3))
        return mean

    def _poses(self, X: FloatArray) -> FloatArray:
        """Array [m |H|, d]: h x for each row x and each h."""
        return np.concatenate(
            [self.action.poses(x, self.subgroup.elements) for x in np.asarray(X, dtype=np.float64)]
        )

    def __repr__(self) -> str:
        return f"<AveragedKernel over a subgroup of order {self.subgroup.order} of {self.subgroup.group.name}>"


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
    _require_subgroup("subgroup", subgroup)
    group = subgroup.group
    if stabiliser is not None:
        _require_subgroup("stabiliser", stabiliser, group)
    fixing = np.zeros(1, dtype=np.int64) if stabiliser is None else stabiliser.elements
    gone = missing_poses(group, missing).elements
    absent = np.zeros(group.order, dtype=bool)
    absent[group.multiply(gone[:, None], fixing[None, :])] = True
    alike = group.multiply(subgroup.elements[None, :], gone[:, None])  # [p, |H|]: h g
    recovered: IntArray = gone[~absent[alike].all(axis=1)]
    return recovered


def _require_subgroup(argument: str, value: object, group: FiniteGroup | None = None) -> None:
    """Raise unless a value is a subgroup, of that group if one is given."""
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
