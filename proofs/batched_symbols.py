"""Symbols of many tuples of orbits at once: what tuples share is evaluated once, and kernels share the angles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from orbitkernels.errors import NotInvariantError
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray

from .angle_kernels import Angles, angle_function
from .arguments import FloatArray
from .invariance import INVARIANCE_TOLERANCE, KernelLike, gram
from .pose_sources import PoseSource

#: Bytes of base poses and angles that one piece of the links may take.
PIECE_BYTES = 2**25


def links_of(members: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The different pairs of inputs whose symbols a batch of tuples needs.

    Args:
        members: Array [P, C]: which inputs form each tuple.

    Returns:
        Inputs [L] and [L] of each link, in an order that keeps those with one second input together, and the array
        [P, C, C] of the link of phi_ab for a <= b, -1 below the diagonal.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.batched_symbols import links_of
        >>> first, second, links = links_of(np.array([[0, 1], [0, 2]]))
        >>> first.tolist(), second.tolist(), links.tolist()
        ([0, 0, 1, 0, 2], [0, 1, 1, 2, 2], [[[0, 1], [-1, 2]], [[0, 3], [-1, 4]]])
    """
    count = members.shape[1]
    upper = np.triu_indices(count)
    wanted = np.stack([members[:, upper[1]], members[:, upper[0]]], axis=-1).reshape(-1, 2)
    unique, position = np.unique(wanted, axis=0, return_inverse=True)
    links = np.full((len(members), count, count), -1, dtype=np.int64)
    links[:, upper[0], upper[1]] = position.reshape(len(members), -1)
    return unique[:, 1], unique[:, 0], links


def symbols_of_links(
    kernels: Sequence[KernelLike], source: PoseSource, group: FiniteGroup, first: IntArray, second: IntArray
) -> FloatArray:
    """Symbols phi(m), the mean of k(g x, g m y) over g, of L pairs of inputs and several kernels.

    For an exact action every g gives the same, and the identity alone is taken; the mean is the symbol of Kc, the
    average of the Gram matrix over the group (Theorem T10).

    Args:
        kernels: K kernels; those of inner products share the angles.
        source: Where poses come from.
        group: The group of order n.
        first: Array [L]: the inputs x.
        second: Array [L]: the inputs y.

    Returns:
        Array [L, K, n].
    """
    found = np.empty((len(first), len(kernels), group.order))
    functions = [angle_function(kernel) for kernel in kernels]
    shared = [k for k, function in enumerate(functions) if function is not None]
    for piece in _pieces(source, first, second):
        if shared:
            angles, columns = _angles(source, group, first[piece], second[piece])
            for k in shared:
                function = functions[k]
                assert function is not None
                found[piece, k] = _averages(function(angles), columns)
        for k, function in enumerate(functions):
            if function is None:
                found[piece, k] = _by_gram(kernels[k], source, group, first[piece], second[piece])
    return found


def _pieces(source: PoseSource, first: IntArray, second: IntArray) -> Iterator[slice]:
    """Links in pieces of about PIECE_BYTES."""
    sample = source.base(first[:1])
    poses = len(source.elements)
    each = 8 * (2 * sample.size + 4 * source.rows * poses)
    step = max(1, PIECE_BYTES // each)
    return (slice(start, start + step) for start in range(0, len(first), step))


def _angles(source: PoseSource, group: FiniteGroup, first: IntArray, second: IntArray) -> tuple[Angles, IntArray]:
    """Angles of some links, and for each row t and element m the column of pose t m."""
    from orbitkernels.numerics.batched_angles import link_angles

    inputs, position = np.unique(np.concatenate([first, second]), return_inverse=True)
    base = source.base(inputs)
    rows, columns, gap, rest = link_angles(
        base, source.turns, position[: len(first)], position[len(first) :], source.rows
    )
    return Angles(rows, columns, gap, rest, base.shape[2]), _columns(source, group, source.rows)


def _columns(source: PoseSource, group: FiniteGroup, rows: int) -> IntArray:
    """Array [rows, n]: the pose of element t m, for the element t of each row."""
    place = np.empty_like(source.elements)
    place[source.elements] = np.arange(len(place))
    every = np.arange(group.order)
    return place[group.multiply(source.elements[:rows, None], every[None, :])]


def _averages(values: FloatArray, columns: IntArray) -> FloatArray:
    """Array [L, n]: the mean of k(t x, t m y) over the rows t, from values [L, R, n]."""
    total = values[:, 0, columns[0]]
    for t in range(1, len(columns)):
        total += values[:, t, columns[t]]
    return total / len(columns)


def _by_gram(
    kernel: KernelLike, source: PoseSource, group: FiniteGroup, first: IntArray, second: IntArray
) -> FloatArray:
    """Array [L, n] for a kernel of which nothing is known: one Gram matrix a link, of the poses themselves."""
    rows = 1 if source.is_exact else group.order
    columns = _columns(source, group, rows)
    found = np.empty((len(first), group.order))
    for link, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        left = source.poses(np.array([i]))[0, :rows]
        right = source.poses(np.array([j]))[0]
        found[link] = _averages(gram(kernel, left, right)[None], columns)[0]
    return found


def require_even(symbols: FloatArray, ridges: FloatArray, group: FiniteGroup) -> None:
    """Check that phi_aa(g) = phi_aa(g^-1); otherwise the kernel is not symmetric or not invariant.

    Args:
        symbols: Array [..., n]: phi_aa of some inputs and kernels.
        ridges: Array [...]: the ridge that is added to phi_aa(e).
        group: The group of order n.

    Raises:
        NotInvariantError: If they differ beyond rounding, relative to the largest value, ridge included.
    """
    back = group.inverse(np.arange(group.order))
    scale = np.abs(symbols).max(axis=-1, initial=0.0) + ridges
    off = np.abs(symbols - symbols[..., back]).max(axis=-1, initial=0.0)
    if not (off <= INVARIANCE_TOLERANCE * scale).all():
        worst = float((off / np.where(scale > 0, scale, 1.0)).max())
        raise NotInvariantError(
            f"Argument 'kernels' has one with k(x, g x) and k(g x, x) apart by {worst:.1e} relative to the "
            f"largest value, so it is not symmetric or not invariant under {group.name}; if that is rounding, a "
            "ridge far above the difference helps."
        )
