"""Spectral errors of many tuples of orbits, several kernels and several ridges at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from orbitkernels.errors import InputError, RoundingWarning, SingularGramError
from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.cores import one_blas_thread
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.subgroups import Subgroup

from .arguments import FloatArray, function_or_none
from .batched_blocks import BatchErrors, BatchRoute
from .batched_symbols import links_of, require_even, symbols_of_links
from .invariance import KernelLike, as_kernel
from .large_orbits import irrep_route
from .missing import Missing, MissingLike, missing_poses
from .orbit_batch import OrbitBatch
from .orbits import Orbits
from .pose_sources import ExactPoses
from .positivity import largest_inverse, require_positive_blocks
from .ridge import Ridge, RidgeLike
from .rounding import WORTH_A_WARNING, Precision, finer_precisions, remedy
from .spectrum import ROUNDINGS
from .symmetrisation import checked_symmetrisation, interleaved_symbol, require_scalar

__all__ = ["OrbitBatch", "SpectralErrors", "spectral_errors"]

#: Bytes of the symbols and blocks of one batch.
MAX_BYTES = 2**32

#: What has higher precisions.
_ALONE = "error_with_bound with "


@dataclass(frozen=True)
class SpectralErrors:
    """Errors of P tuples, K kernels and R ridges.

    Attributes:
        errors: Array [P, K, R, C, m] of y - p at a missing pose of each orbit; [P, K, R, C, p, m] for a list of p
            poses.
        condition_numbers: Array [P, K, R] of K + r I, 2-norm.
        ridges: Array [P, K, R] of r, absolute.
        rounding_bounds: Array of the shape of the errors: what the linear algebra may be off from the exact errors
            of the symbols of floats, whatever the roundings are, but for what ``BoundedError`` takes for granted
            of fast transforms, here of groups of every order; as of :func:`orbitkernels.error_with_bound`, with
            all blocks of a matrix taken as bad as its worst.
        rounding_levels: Array [P, K, R]: eps times the condition number of D^-1/2 (K + r I) D^-1/2, estimated,
            with D constant on each orbit, which makes the orbits equally long.  By about that part of its value
            rounding changes an error, if it is typical: a level, not a bound.
        concern: Which bound is the largest beside its error, if it exceeds a thousandth of that; else None.
        finer: Precisions in which :func:`orbitkernels.error_with_bound` takes the tuple of the largest bound: none
            for poses that are no exact action and for the scalar symmetrisation, which it has not got.
    """

    errors: FloatArray
    condition_numbers: FloatArray
    ridges: FloatArray
    rounding_bounds: FloatArray
    rounding_levels: FloatArray
    concern: str | None = None
    finer: tuple[Precision, ...] = ()

    @property
    def remark(self) -> str | None:
        """One line on the largest bound, with the remedy, if it exceeds a thousandth of its error; else None."""
        return None if self.concern is None else f"{self.concern}; {remedy(self.finer, _ALONE)}."

    @property
    def worst(self) -> tuple[int, int, int]:
        """Tuple, kernel and ridge of the largest rounding bound relative to its error."""
        ratios = _ratios(self)
        p, k, r = np.unravel_index(np.argmax(ratios), ratios.shape)[:3]
        return int(p), int(k), int(r)

    @property
    def relative_bound(self) -> float:
        """Largest rounding bound relative to its error; 0 where nothing is bounded."""
        return float(_ratios(self).max(initial=0.0))

    def warn(self, stacklevel: int = 2) -> None:
        """Give the remark as a `RoundingWarning`."""
        if self.remark is not None:
            warnings.warn(self.remark, RoundingWarning, stacklevel=stacklevel + 1)


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
    Fourier blocks by all ridges.

    Args:
        kernels: One kernel or several.
        orbits: An :class:`OrbitBatch`, or a list of :class:`~orbitkernels.proofs.orbits.Orbits`.
        ridges: One ridge or several: a number r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K.
        missing: ``"pose"``, ``"coset:WORDS"`` or a list of p poses.
        symmetrisation: ``"block"``: the average over the group, exact for exact actions.  ``"scalar"``: the
            circulant of Perin and Deny, for two free orbits of a cyclic group; see
            :mod:`orbitkernels.proofs.symmetrisation`.
        titles: What a message calls tuple p: a function of p.

    Returns:
        Errors, condition numbers, absolute ridges, and bounds and levels of rounding.

    Warns:
        RoundingWarning: Once, if rounding may change an error by more than a thousandth of its value; it names the
            tuple where that is most.

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
    found = levelled_errors(kernels, orbits, ridges, missing, symmetrisation, titles)
    found.warn()
    return found


def levelled_errors(
    kernels: KernelLike | Sequence[KernelLike],
    orbits: OrbitBatch | Sequence[Orbits],
    ridges: RidgeLike | Sequence[RidgeLike] = 0.0,
    missing: MissingLike = "pose",
    symmetrisation: str = "block",
    titles: Callable[[int], str] | None = None,
) -> SpectralErrors:
    """As :func:`spectral_errors`, without the warning: the remark says what it would say."""
    batch = orbits if isinstance(orbits, OrbitBatch) else OrbitBatch.of(orbits)
    several = [as_kernel(kernel) for kernel in _listed(kernels, "kernels")]
    wanted = [Ridge.of(ridge) for ridge in _listed(ridges, "ridges")]
    what, how = missing_poses(batch.group, missing), checked_symmetrisation(symmetrisation)
    named = _titles(titles, batch)
    if what.orbits is not None:
        raise InputError(
            "Argument 'missing' names poses of several orbits that are missing at the same time; use "
            "spectral_error, tuple by tuple, or give 'pose', 'coset:WORDS' or a list, for each orbit in turn."
        )
    if how == "scalar":
        require_scalar(batch.group, batch.members.shape[1], free=batch.is_free)
    _refuse_large(batch, len(several), len(wanted))
    for kernel in several:
        batch.check_kernel(kernel, wanted)
    first, second, links = links_of(batch.members)
    with one_blas_thread():  # small matrices: threads would only wait for each other
        symbols = symbols_of_links(several, batch.source, batch.group, first, second)  # [L, K, n]
        _require_even(batch, symbols, links, wanted)
        if how == "scalar":
            symbols, links = _interleaved(symbols, links, batch.group)
        found = _errors(batch, symbols, links, wanted, what, named)
    return _with_concern(found, batch, how, named)


def _require_even(batch: OrbitBatch, symbols: FloatArray, links: IntArray, wanted: Sequence[Ridge]) -> None:
    """phi_aa(g) = phi_aa(g^-1) for all inputs, each beside the smallest ridge of the tuples that it is in."""
    least = np.full(symbols.shape[:2], np.inf)  # [L, K]
    for tuples, stabilisers in batch.alike():
        own = np.einsum("pcc->pc", links[tuples])
        sizes = [1.0 if H is None else 1.0 / H.order for H in stabilisers]
        means = np.average(symbols[own, :, 0], axis=1, weights=sizes)  # [p, K]
        ridges = [np.maximum(r.amount * means, 0.0) if r.is_relative else r.amount + 0 * means for r in wanted]
        np.minimum.at(least, own, np.min(ridges, axis=0)[:, None])
    own = np.unique(np.einsum("pcc->pc", links))
    require_even(symbols[own], least[own], batch.group)


def _errors(
    batch: OrbitBatch,
    symbols: FloatArray,
    links: IntArray,
    wanted: Sequence[Ridge],
    what: Missing,
    title: Callable[[int], str],
) -> SpectralErrors:
    """Errors from symbols, for tuples with the same stabilisers at a time."""
    result = None
    for tuples, stabilisers in batch.alike():
        route = BatchRoute.of(batch.group, stabilisers, what)
        found = route.errors(symbols, links[tuples], batch.targets[tuples], wanted)
        alone = partial(_blocks_alone, batch.group, stabilisers, symbols, links[tuples])
        conditions = _conditions(route, found, alone, tuples, title)
        if result is None:
            shape = (len(batch), *found.ridges.shape[1:])
            errors = np.empty((*shape, *found.errors.shape[3:]))
            result = SpectralErrors(
                errors, np.empty(shape), np.empty(shape), np.empty_like(errors), np.empty(shape)
            )
        result.errors[tuples] = found.errors
        result.rounding_bounds[tuples] = found.bounds
        result.condition_numbers[tuples] = conditions
        result.ridges[tuples] = found.ridges
        result.rounding_levels[tuples] = np.finfo(np.float64).eps * found.scaled
    assert result is not None
    return result


def _with_concern(
    found: SpectralErrors, batch: OrbitBatch, symmetrisation: str, title: Callable[[int], str]
) -> SpectralErrors:
    """The same with what is to be said of the largest rounding bound, if that is worth a warning."""
    if not found.relative_bound > WORTH_A_WARNING:
        return found
    p, k, r = found.worst
    _, kernels, ridges = found.rounding_levels.shape
    which = f", kernel number {k}" * (kernels > 1) + f", ridge number {r}" * (ridges > 1)
    concern = (
        f"{title(p)}{which}: rounding in double precision may change an error by {found.relative_bound:.0e} of "
        f"its value, typically by {found.rounding_levels[p, k, r]:.0e} (condition number "
        f"{found.condition_numbers[p, k, r]:.1e}), the most in the batch"
    )
    return replace(found, concern=concern, finer=_finer(batch, p) if symmetrisation == "block" else ())


def _finer(batch: OrbitBatch, p: int) -> tuple[Precision, ...]:
    """Higher precisions that take a tuple alone, whatever is missing; none where no action makes its poses."""
    if not isinstance(batch.source, ExactPoses):
        return ()
    seeds = batch.source.inputs[batch.members[p]]
    return finer_precisions(Orbits(batch.group, seeds, None, batch.source.action, batch.targets[p]), "spectral")


def _ratios(found: SpectralErrors) -> FloatArray:
    """Rounding bounds relative to their errors, 0 where a bound is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found.rounding_bounds > 0, found.rounding_bounds / np.abs(found.errors), 0.0)


def _interleaved(symbols: FloatArray, links: IntArray, group: FiniteGroup) -> tuple[FloatArray, IntArray]:
    """Symbols and links of the scalar circulants, two links a tuple: they share nothing with other tuples."""
    a, c, b = (symbols[links[:, i, j]] for i, j in ((0, 0), (0, 1), (1, 1)))  # [P, K, n]
    phi = np.stack([np.stack([a, c], axis=2), np.stack([c, b], axis=2)], axis=2)  # only c = phi_AB is read
    circulant = interleaved_symbol(phi, group)[:, :, 0]  # [P, K, 2, n]: own and cross
    own = 2 * np.arange(len(links))
    found = np.stack([np.stack([own, own + 1], axis=1), np.stack([own * 0 - 1, own], axis=1)], axis=1)
    return circulant.swapaxes(1, 2).reshape(-1, *symbols.shape[1:]), found


def _conditions(
    route: BatchRoute,
    found: BatchErrors,
    blocks: Callable[[int, int, float], tuple[FourierBlocks, FloatArray]],
    tuples: IntArray,
    title: Callable[[int], str],
) -> FloatArray:
    """Array [p, K, R] of condition numbers; raise for the first K + r I not positive definite beyond rounding.

    Where eigenvalues do not show that it is, as if orbits have very different lengths, the blocks of the tuple are
    made alone and looked at with the lengths divided out.
    """
    rows = int(route.transform.rows.sum())  # of Fourier blocks, as for one tuple: points are not what is rounded
    unclear = ~(found.smallest > np.finfo(np.float64).eps * max(ROUNDINGS, rows) * found.largest)
    conditions = found.largest / np.where(unclear, np.inf, found.smallest)
    what = f"{len(route.sizes)} orbits of {route.group.name}"
    for p, k, r in np.argwhere(unclear).tolist():
        if not np.isfinite([found.smallest[p, k, r], found.largest[p, k, r]]).all():
            raise SingularGramError(f"{title(int(tuples[p]))}: the eigenvalues of {what} are no numbers.")
        alone, diagonal = blocks(p, k, float(found.ridges[p, k, r]))
        try:
            require_positive_blocks(alone, diagonal, float(found.ridges[p, k, r]), what)
        except SingularGramError as error:
            raise SingularGramError(f"{title(int(tuples[p]))}: {error}") from error
        conditions[p, k, r] = found.largest[p, k, r] * largest_inverse(alone)
    lost = np.argwhere(~np.isfinite(found.errors).all(axis=tuple(range(3, found.errors.ndim))))
    if lost.size:
        raise SingularGramError(
            f"{title(int(tuples[lost[0, 0]]))}: the errors are no finite numbers in double precision; a ridge "
            "helps, or a kernel whose values are nearer to 1."
        )
    return conditions


def _blocks_alone(
    group: FiniteGroup,
    stabilisers: Sequence[Subgroup | None],
    symbols: FloatArray,
    links: IntArray,
    p: int,
    k: int,
    ridge: float,
) -> tuple[FourierBlocks, FloatArray]:
    """Fourier blocks of K + r I of tuple p and kernel k, and its diagonal [C]."""
    inverses, count = group.inverse(np.arange(group.order)), links.shape[1]
    symbol = np.empty((count, count, group.order))
    for a, b in zip(*np.triu_indices(count), strict=True):
        symbol[b, a] = symbols[links[p, a, b], k][inverses]
        symbol[a, b] = symbols[links[p, a, b], k]
    fixed = [None if H is None else H.elements for H in stabilisers]
    return irrep_route(group).blocks(symbol, fixed, ridge), np.einsum("cc->c", symbol[:, :, 0]) + ridge


def _titles(titles: Callable[[int], str] | None, batch: OrbitBatch) -> Callable[[int], str]:
    """What a message calls tuple p: its inputs, if nothing else is given."""
    return function_or_none("titles", titles) or (lambda p: f"Inputs {batch.members[p].tolist()}")


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
