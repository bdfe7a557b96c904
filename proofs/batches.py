"""Spectral errors of many tuples of orbits, several kernels and several ridges at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import integer_array, shown
from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.subgroups import Subgroup

from .arguments import FloatArray
from .batched_blocks import BatchErrors, BatchRoute
from .batched_symbols import links_of, symbols_of_links
from .input_actions import Action, CoordinateAction, MatrixAction, as_action, finite_array
from .invariance import KernelLike, as_kernel, check_invariance
from .missing import Missing, MissingLike, missing_poses
from .orbits import Orbits
from .pose_sources import ExactPoses, GivenPoses, ImageRotations, PoseSource, RotatedPoses, cyclic_powers
from .ridge import Ridge, RidgeLike
from .spectrum import ROUNDINGS, require_positive
from .symmetrisation import checked_symmetrisation, interleaved_symbol, require_scalar
from .tuple_stabilisers import require_different_orbits, stabilisers_of

#: Bytes of the symbols and blocks of one batch.
MAX_BYTES = 2**32

#: On how many tuples of a batch it is checked that a kernel is invariant.
_CHECKED = 4


class OrbitBatch:
    """P tuples of C orbits of one group: each tuple is a data set of its own.

    Args:
        group: G of order n.
        inputs: Array [S, d], or images [S, h, w].
        members: Array [P, C]: which inputs are the seeds of each tuple.  An input may be in several tuples.
        targets: Array [C], [C, m] or [P, C, m]; if omitted, every orbit is a class of its own: +1 and -1 for two
            orbits, one-vs-rest for more.
        action: How G acts, as for :class:`~orbitkernels.proofs.orbits.Orbits`; or :class:`ImageRotations`, nearly
            an action, for which the average of the Gram matrix over G is taken.

    Attributes:
        group: G.
        members: Array [P, C].
        targets: Array [P, C, m].

    Raises:
        InputError: If a shape does not fit, a number is not finite, there is no tuple, or seeds of one tuple lie
            on one orbit.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.batches import OrbitBatch
        >>> from orbitkernels.theory.names import group
        >>> OrbitBatch(group("C4"), np.eye(4)[[0, 0, 0]] * [[1], [2], [3]], [[0, 1], [0, 2]])
        <OrbitBatch of C4: 2 tuples of 2 orbits, 3 inputs>
    """

    def __init__(
        self,
        group: FiniteGroup,
        inputs: npt.ArrayLike,
        members: npt.ArrayLike,
        targets: npt.ArrayLike | None = None,
        action: Any = None,
    ) -> None:
        require_group(group)
        images = finite_array(inputs, "inputs", "[S, d] or [S, h, w]", (2, 3))
        chosen = _members(members, len(images))
        flat = images.reshape(len(images), -1)
        if isinstance(action, ImageRotations):
            self._set(group, chosen, targets, RotatedPoses(flat, action, _rotation_powers(group, action)), {})
            return
        exact = as_action(group, action, images.shape[1:])
        _require_degree(exact, flat)
        stabilisers = stabilisers_of(exact, flat)
        require_different_orbits(exact, flat, chosen)
        self._set(group, chosen, targets, ExactPoses(flat, exact), stabilisers)

    @classmethod
    def of_poses(
        cls,
        group: FiniteGroup,
        poses: npt.ArrayLike,
        members: npt.ArrayLike,
        targets: npt.ArrayLike | None = None,
    ) -> OrbitBatch:
        """Tuples of inputs given in all poses, [S, n, d]; pose g is that of element g, nearly g times pose 0.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.proofs.batches import OrbitBatch
            >>> from orbitkernels.theory.names import group
            >>> poses = np.random.default_rng(0).normal(size=(2, 5, 3))
            >>> OrbitBatch.of_poses(group("C5"), poses, [[0, 1]])
            <OrbitBatch of C5: 1 tuples of 2 orbits, 2 inputs>
        """
        require_group(group)
        given = finite_array(poses, "poses", f"[S, {group.order}, d]", (3,))
        batch = cls.__new__(cls)
        batch._set(group, _members(members, len(given)), targets, GivenPoses(given, group), {})
        return batch

    @classmethod
    def of(cls, orbits: Sequence[Orbits]) -> OrbitBatch:
        """The same as a list of `Orbits` of one group and action, with equally many seeds and targets each.

        Raises:
            InputError: If the list is empty or they differ.
        """
        if isinstance(orbits, Orbits):
            orbits = [orbits]
        if not isinstance(orbits, Sequence) or not all(isinstance(one, Orbits) for one in orbits):
            raise InputError(f"Argument 'orbits' must be an OrbitBatch or a list of Orbits, not {shown(orbits)}.")
        if not orbits:
            raise InputError("Argument 'orbits' is an empty list; give at least one Orbits.")
        first = orbits[0]
        for p, one in enumerate(orbits):
            if not _same_action(one, first):
                raise InputError(
                    f"Argument 'orbits' must hold Orbits of one group and one action; number {p} has "
                    f"{one.group.name} acting otherwise than {first.group.name} in number 0."
                )
            if one.seeds.shape != first.seeds.shape or one.targets.shape != first.targets.shape:
                raise InputError(
                    "Argument 'orbits' must hold Orbits with equally many seeds, coordinates and targets; number "
                    f"{p} has seeds {list(one.seeds.shape)} and targets {list(one.targets.shape)}, number 0 "
                    f"{list(first.seeds.shape)} and {list(first.targets.shape)}."
                )
        seeds = np.concatenate([one.seeds for one in orbits])
        every = [H for one in orbits for H in one.stabilisers]
        stabilisers = {i: H for i, H in enumerate(every) if H.order > 1}
        members = np.arange(len(seeds)).reshape(len(orbits), -1)
        targets = np.stack([one.targets for one in orbits])
        batch = cls.__new__(cls)
        batch._set(first.group, members, targets, ExactPoses(seeds, first.action), stabilisers)
        return batch

    def _set(
        self,
        group: FiniteGroup,
        members: IntArray,
        targets: npt.ArrayLike | None,
        source: PoseSource,
        stabilisers: dict[int, Subgroup],
    ) -> None:
        used = set(members.ravel().tolist())
        self.group, self.members, self.source = group, members, source
        self._stabilisers = {i: H for i, H in stabilisers.items() if i in used}
        self.targets = _targets(targets, *members.shape)

    def __len__(self) -> int:
        return len(self.members)

    @property
    def is_free(self) -> bool:
        """Whether all inputs in the tuples have trivial stabilisers, which is assumed where poses are inexact."""
        return not self._stabilisers

    def alike(self) -> list[tuple[IntArray, tuple[Subgroup | None, ...]]]:
        """Tuples [p] whose orbits have the same stabilisers, with these."""
        if not self._stabilisers:
            return [(np.arange(len(self)), (None,) * self.members.shape[1])]
        found: dict[tuple[tuple[int, ...] | None, ...], tuple[list[int], tuple[Subgroup | None, ...]]] = {}
        for p, row in enumerate(self.members.tolist()):
            subgroups = tuple(self._stabilisers.get(i) for i in row)
            key = tuple(None if H is None else tuple(H.elements.tolist()) for H in subgroups)
            found.setdefault(key, ([], subgroups))[0].append(p)
        return [(np.array(rows), subgroups) for rows, subgroups in found.values()]

    def check_kernel(self, kernel: KernelLike) -> None:
        """Check on a few tuples that a kernel is invariant, if the action is exact."""
        if isinstance(self.source, ExactPoses):
            for p in np.unique(np.linspace(0, len(self) - 1, _CHECKED).astype(int)):
                seeds = self.source.inputs[self.members[p]]
                check_invariance(kernel, Orbits(self.group, seeds, None, self.source.action, self.targets[p]))

    def __repr__(self) -> str:
        tuples, orbits = self.members.shape
        inputs = np.unique(self.members).size
        return f"<OrbitBatch of {self.group.name}: {tuples} tuples of {orbits} orbits, {inputs} inputs>"


@dataclass(frozen=True)
class SpectralErrors:
    """Errors of P tuples, K kernels and R ridges.

    Attributes:
        errors: Array [P, K, R, C, m] of y - p at a missing pose of each orbit; [P, K, R, C, p, m] for a list of p
            poses.
        condition_numbers: Array [P, K, R] of K + r I, 2-norm.
        ridges: Array [P, K, R] of r, absolute.
    """

    errors: FloatArray
    condition_numbers: FloatArray
    ridges: FloatArray


def spectral_errors(
    kernels: KernelLike | Sequence[KernelLike],
    orbits: OrbitBatch | Sequence[Orbits],
    ridges: RidgeLike | Sequence[RidgeLike] = 0.0,
    missing: MissingLike = "pose",
    symmetrisation: str = "block",
    titles: Callable[[int], str] | None = None,
) -> SpectralErrors:
    """Errors y - p at missing poses of many tuples of orbits at once, each as :func:`spectral_error` gives it.

    error_c = n [Khat(1)^-1 t]_c / sum_rho d_rho tr[(Khat(rho)^-1)_cc] (Theorem T6; T4 and T7 where they apply).
    Only the symbols k(x_a, g x_b) are evaluated, never a Gram matrix of all points; for poses that are not an
    exact action the mean of k(h x_a, h g x_b) over h, the symbol of the Gram matrix averaged over the group (T10).

    Shared are the poses and the symbols of inputs in several tuples, the inner products by all kernels, and the
    eigenvectors of the Fourier blocks by all ridges.

    Args:
        kernels: One kernel or several.
        orbits: An :class:`OrbitBatch`, or a list of :class:`~orbitkernels.proofs.orbits.Orbits`.
        ridges: One ridge or several: a number r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K.
        missing: ``"pose"``, ``"coset:WORDS"`` or a list of p poses.
        symmetrisation: ``"block"``: the average over the group, exact for exact actions.  ``"scalar"``: the
            circulant of Perin and Deny, for two free orbits of a cyclic group; see
            :mod:`orbitkernels.proofs.symmetrisation`.
        titles: What a message calls tuple p.

    Returns:
        Errors, condition numbers and absolute ridges.

    Raises:
        InputError: If an argument cannot be used.
        NotInvariantError: If a kernel is not invariant under the action.
        SingularGramError: If a matrix K + r I is not positive definite; the message names the tuple and the irrep.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> images = np.random.default_rng(0).normal(size=(3, 4, 4))
        >>> batch = ok.OrbitBatch(ok.group("D4"), images, [[0, 1], [0, 2], [1, 2]])
        >>> found = ok.spectral_errors(["ntk(depth=1)", "gaussian(length_scale=4)"], batch, ridges=[0, 0.1])
        >>> found.errors.shape, found.condition_numbers.shape
        ((3, 2, 2, 2, 1), (3, 2, 2))
        >>> one = ok.spectral_error("ntk(depth=1)", ok.Orbits(ok.group("D4"), images[:2], [0, 1]), ridge=0.1)
        >>> bool(np.allclose(found.errors[0, 0, 1], one, rtol=1e-12))
        True
    """
    batch = orbits if isinstance(orbits, OrbitBatch) else OrbitBatch.of(orbits)
    several = [as_kernel(kernel) for kernel in _listed(kernels, "kernels")]
    wanted = [Ridge.of(ridge) for ridge in _listed(ridges, "ridges")]
    what, how = missing_poses(batch.group, missing), checked_symmetrisation(symmetrisation)
    if how == "scalar":
        require_scalar(batch.group, batch.members.shape[1], free=batch.is_free)
    _refuse_large(batch, len(several), len(wanted))
    for kernel in several:
        batch.check_kernel(kernel)
    first, second, links = links_of(batch.members)
    with _blas().limit(limits=1, user_api="blas"):  # small matrices: threads would only wait for each other
        symbols = symbols_of_links(several, batch.source, batch.group, first, second)  # [L, K, n]
        if how == "scalar":
            symbols, links = _interleaved(symbols, links, batch.group)
        return _errors(batch, symbols, links, wanted, what, titles)


def _errors(
    batch: OrbitBatch,
    symbols: FloatArray,
    links: IntArray,
    wanted: Sequence[Ridge],
    what: Missing,
    titles: Callable[[int], str] | None,
) -> SpectralErrors:
    """Errors from symbols, for tuples with the same stabilisers at a time."""
    result = None
    for tuples, stabilisers in batch.alike():
        route = BatchRoute.of(batch.group, stabilisers, what)
        found = route.errors(symbols, links[tuples], batch.targets[tuples], wanted)
        _require_positive(route, found, tuples, titles or (lambda p: f"Inputs {batch.members[p].tolist()}"))
        if result is None:
            shape = (len(batch), *found.ridges.shape[1:])
            result = SpectralErrors(np.empty((*shape, *found.errors.shape[3:])), np.empty(shape), np.empty(shape))
        result.errors[tuples] = found.errors
        result.condition_numbers[tuples] = found.largest / found.smallest
        result.ridges[tuples] = found.ridges
    assert result is not None
    return result


def _interleaved(symbols: FloatArray, links: IntArray, group: FiniteGroup) -> tuple[FloatArray, IntArray]:
    """Symbols and links of the scalar circulants, two links a tuple: they share nothing with other tuples."""
    a, c, b = (symbols[links[:, i, j]] for i, j in ((0, 0), (0, 1), (1, 1)))  # [P, K, n]
    phi = np.stack([np.stack([a, c], axis=2), np.stack([c, b], axis=2)], axis=2)  # only c = phi_AB is read
    circulant = interleaved_symbol(phi, group)[:, :, 0]  # [P, K, 2, n]: own and cross
    own = 2 * np.arange(len(links))
    found = np.stack([np.stack([own, own + 1], axis=1), np.stack([own * 0 - 1, own], axis=1)], axis=1)
    return circulant.swapaxes(1, 2).reshape(-1, *symbols.shape[1:]), found


def _require_positive(
    route: BatchRoute, found: BatchErrors, tuples: IntArray, title: Callable[[int], str]
) -> None:
    """Raise for the first tuple, kernel and ridge whose K + r I is not positive definite beyond rounding."""
    points = int(route.sizes.sum())
    bad = np.argwhere(~(found.smallest > np.finfo(np.float64).eps * max(ROUNDINGS, points) * found.largest))
    if not bad.size:
        return
    p, k, r = (int(i) for i in bad[0])
    irrep, degree = found.irreps[p, k]
    orbits = f"{len(route.sizes)} orbits of {route.group.name}"
    what = f"{orbits}, in the Fourier block of irrep {irrep} (degree {degree}),"
    values = np.array([found.smallest[p, k, r], found.largest[p, k, r]])
    try:
        require_positive(values, what, float(found.ridges[p, k, r]), points)
    except SingularGramError as error:
        raise SingularGramError(f"{title(int(tuples[p]))}: {error}") from error
    raise SingularGramError(f"{title(int(tuples[p]))}: the eigenvalues of {what} are no numbers.")


def _listed(given: Any, name: str) -> list[Any]:
    """One thing or a list of them, as a list that is not empty."""
    several = (
        isinstance(given, (list, tuple, np.ndarray)) and np.ndim(given) > 0
        if name == "ridges"
        else isinstance(given, (list, tuple))
    )
    found = list(given) if several else [given]
    if not found:
        raise InputError(f"Argument '{name}' is an empty list; give at least one.")
    return found


def _members(members: npt.ArrayLike, inputs: int) -> IntArray:
    """Array [P, C] of numbers of inputs, all different within a tuple."""
    chosen = integer_array(members, "members")
    if chosen.ndim != 2 or chosen.size == 0:
        raise InputError(
            f"Argument 'members' must be [tuples, orbits] and not empty, not {list(chosen.shape)}; "
            "[[0, 1]] is one pair."
        )
    if chosen.min() < 0 or chosen.max() >= inputs:
        wrong = chosen[(chosen < 0) | (chosen >= inputs)].flat[0]
        raise InputError(f"Argument 'members' must hold numbers 0 to {inputs - 1} of inputs, not {wrong}.")
    ordered = np.sort(chosen, axis=1)
    same = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
    if same.size:
        raise InputError(
            f"Argument 'members' has an input twice in tuple {same[0]}, {chosen[same[0]].tolist()}; the Gram "
            "matrix would be singular."
        )
    return chosen.astype(np.int64, copy=False)


def _targets(targets: npt.ArrayLike | None, tuples: int, orbits: int) -> FloatArray:
    """Array [P, C, m]."""
    if targets is None:
        own = 2 * np.eye(orbits) - 1
        return np.broadcast_to(own if orbits > 2 else own[:, :1], (tuples, orbits, orbits if orbits > 2 else 1))
    given = finite_array(targets, "targets", "[C], [C, m] or [P, C, m]", (1, 2, 3))
    array = given[:, None] if given.ndim == 1 else given
    if array.shape[-2] != orbits or (array.ndim == 3 and len(array) != tuples):
        raise InputError(
            f"Argument 'targets' must be [{orbits}], [{orbits}, m] or [{tuples}, {orbits}, m], not "
            f"{list(given.shape)}."
        )
    return np.broadcast_to(array, (tuples, *array.shape[-2:]))


def _rotation_powers(group: FiniteGroup, action: ImageRotations) -> IntArray:
    """Array [n]: the element that rotates by each number of steps."""
    powers = cyclic_powers(group)
    if powers is None or group.order != action.count:
        raise InputError(
            f"Argument 'action' has {action.count} rotations, a cyclic group, but {group.name} has {group.order} "
            f"elements{'' if powers is not None else ' and is not cyclic'}; use C{action.count}."
        )
    return powers


def _require_degree(action: Action, inputs: FloatArray) -> None:
    if inputs.shape[1] != action.degree:
        raise InputError(
            f"Argument 'inputs' has {inputs.shape[1]} coordinates an input, but the action of {action.group.name} "
            f"moves {action.degree}."
        )


def _same_action(one: Orbits, other: Orbits) -> bool:
    """Whether two Orbits have the same group and the same maps."""
    a, b = one.action, other.action
    if a is b:
        return True
    try:
        as_action(other.group, a, ())  # refuses the action of another group
    except InputError:
        return False
    if isinstance(a, CoordinateAction) and isinstance(b, CoordinateAction):
        return np.array_equal(a.permuting.permutations, b.permuting.permutations)
    return isinstance(a, MatrixAction) and isinstance(b, MatrixAction) and np.array_equal(a.matrices, b.matrices)


def _refuse_large(batch: OrbitBatch, kernels: int, ridges: int) -> None:
    """Refuse what would not fit into memory, before any of it is made."""
    tuples, orbits = batch.members.shape
    numbers = tuples * kernels * (batch.group.order * orbits * (orbits + 1) // 2 + 4 * ridges * (orbits + 3))
    if 8 * numbers > MAX_BYTES:
        raise InputError(
            f"Argument 'orbits' has {tuples} tuples of {orbits} orbits of {batch.group.name}, which with "
            f"{kernels} kernels and {ridges} ridges would take {8 * numbers / 2**30:.1f} GiB, beyond the limit of "
            f"{MAX_BYTES / 2**30:.1f} GiB; give fewer at a time."
        )


@cache
def _blas() -> ThreadpoolController:
    """The matrix products of NumPy, and those of SciPy that jitted code uses; to find them takes milliseconds."""
    import scipy.linalg.cython_blas  # noqa: F401

    return ThreadpoolController()
