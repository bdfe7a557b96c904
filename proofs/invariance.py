"""Kernels as the rest of the package calls them, and the check that one is invariant: k(gx, gy) = k(x, y)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np

from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.laws import IntArray

from .orbits import FloatArray, Orbits

#: Largest difference of k(gx, gy) and k(x, y), relative to sqrt((k(x, x) + r) (k(y, y) + r)) with the ridge r,
#: that is taken for rounding.
INVARIANCE_TOLERANCE = 1e-10

#: Part of a larger k(x, x) that counts beside it in any case: times the tolerance, 45 roundings of k(x, x).
LEAST_PART = 1e-4

#: Gram matrices on which a kernel is checked, if their C^2/2 values for each generator cost little.
_PARTS = 8

#: Numbers of a matrix that are compared with those across the diagonal at once.
_BATCH = 2**20


@runtime_checkable
class GramKernel(Protocol):
    """A kernel object: gram(X, Y) is the matrix [m, p] of k(x, y) over the rows of X [m, d] and Y [p, d]."""

    def gram(self, X: FloatArray, Y: FloatArray | None = None) -> FloatArray:
        """Matrix [m, p] of k(x, y)."""


#: A kernel object, a function k(X, Y) -> [m, p], or a specification such as "ntk(depth=3)".
KernelLike = GramKernel | Callable[[FloatArray, FloatArray], Any] | str


def as_kernel(kernel: KernelLike) -> GramKernel | Callable[[FloatArray, FloatArray], Any]:
    """The kernel itself, or the one that a specification names.

    Raises:
        InputError: If the specification names no kernel, or the argument is of another type.
    """
    if isinstance(kernel, str):
        from .kernels import kernel as parse

        parsed: GramKernel = parse(kernel)
        return parsed
    if isinstance(kernel, type) or not (isinstance(kernel, GramKernel) or callable(kernel)):
        raise InputError(
            f"Argument 'kernel' must have a method gram(X, Y), be a function k(X, Y) or a specification, "
            f"not {shown(kernel)}."
        )
    if not isinstance(kernel, GramKernel):
        _require_two_arguments(kernel)
    return kernel


def _require_two_arguments(kernel: Callable[..., Any]) -> None:
    """Refuse functions that cannot be called as k(X, Y)."""
    try:
        arguments = inspect.signature(kernel)
    except (TypeError, ValueError):  # some compiled functions have none
        return
    try:
        arguments.bind(None, None)
    except TypeError as error:
        raise InputError(
            f"Argument 'kernel' must be a function k(X, Y) of two arrays, but {shown(kernel)} is one of "
            f"{arguments}: {error}."
        ) from None


def gram(kernel: KernelLike, X: FloatArray, Y: FloatArray | None = None) -> FloatArray:
    """Matrix [m, p] of k(x, y) over the rows of X [m, d] and Y [p, d] (X again if None), checked.

    Raises:
        InputError: If the kernel returns another shape, complex numbers, NaN or infinity.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.invariance import gram
        >>> gram(lambda X, Y: X @ Y.T, np.eye(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    kernel = as_kernel(kernel)
    if isinstance(kernel, GramKernel):
        values = np.asarray(
            kernel.gram(X) if Y is None and _symmetric_call(kernel) else kernel.gram(X, X if Y is None else Y)
        )
    else:
        values = np.asarray(kernel(X, X if Y is None else Y))
    expected = (len(X), len(X if Y is None else Y))
    if values.shape != expected or values.dtype.kind not in "biuf":
        raise InputError(
            f"Argument 'kernel' must return real numbers of shape {list(expected)}, "
            f"not {values.dtype} of shape {list(values.shape)}."
        )
    numbers = values.astype(np.float64, copy=False)
    if not np.isfinite(numbers).all():
        i, j = np.argwhere(~np.isfinite(numbers))[0]
        raise InputError(
            f"Argument 'kernel' returns {numbers[i, j]} for points {i} and {j}; its values must be finite."
        )
    return numbers


def _symmetric_call(kernel: GramKernel) -> bool:
    """Whether gram(X) alone is known to mean gram(X, X)."""
    from .kernels import Kernel

    return isinstance(kernel, Kernel) or getattr(kernel, "has_symmetric_gram", False) is True


def check_invariance(
    kernel: KernelLike,
    orbits: Orbits,
    tolerance: float = INVARIANCE_TOLERANCE,
    samples: int | None = 32,
    seed: int = 0,
    ridge: float = 0.0,
) -> float:
    """Measure how far k(gx, gy) differs from k(x, y) on poses x, y, for each generator g.

    If it does not for the generators, it does not for any g, because each is a product of them.  Each orbit is
    judged in its own units: a long one does not hide a short one.  What a prediction with ridge r makes of k(x, y)
    depends on k(x, y)/sqrt((k(x, x) + r) (k(y, y) + r)), so an orbit where k vanishes up to rounding does no harm
    beside a ridge; without one it is judged by its own rounding, and refused.

    Args:
        kernel: k.
        orbits: The poses.
        tolerance: Largest difference allowed, relative to sqrt((k(x, x) + r) (k(y, y) + r)).
        samples: How many poses are drawn for one Gram matrix, at least two of each orbit.  More than `samples`/2
            orbits take several Gram matrices (more than 4 `samples`, larger ones), as far as these cost little
            beside the symbol; otherwise orbits are taken from the shortest to the longest.  None takes all poses,
            that is the whole Gram matrix.
        seed: Seed of the draw.
        ridge: r >= 0, absolute.

    Returns:
        The largest relative difference found.

    Raises:
        NotInvariantError: If it exceeds the tolerance; the message says by how much and for which g.
        InputError: If the kernel is not symmetric, k(x, y) = k(y, x), up to the same tolerance.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.invariance import check_invariance
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C3"), np.array([[1.0, 2.0, 4.0]]), [0])
        >>> check_invariance(lambda X, Y: (X @ Y.T) ** 2, orbits)
        0.0
    """
    kernel = as_kernel(kernel)
    own = getattr(kernel, "check_invariance", None)
    check = partial(sampled_invariance, kernel) if own is None else own
    return float(check(orbits, tolerance, samples, seed, ridge))


def sampled_invariance(
    kernel: KernelLike,
    orbits: Orbits,
    tolerance: float = INVARIANCE_TOLERANCE,
    samples: int | None = 32,
    seed: int = 0,
    ridge: float = 0.0,
) -> float:
    """As :func:`check_invariance`, for kernels that do not know better how to check themselves."""
    drawn = _sample(orbits, samples, seed)
    return max(_defect(kernel, orbits, orbit, pose, tolerance, ridge) for orbit, pose in drawn)


def _defect(
    kernel: KernelLike, orbits: Orbits, orbit: IntArray, pose: IntArray, tolerance: float, ridge: float
) -> float:
    """Largest relative difference of k(gx, gy) and k(x, y) on some poses, for each generator g."""
    elements = np.array([orbits.representatives[c][j] for c, j in zip(orbit, pose, strict=True)], dtype=np.int64)
    moves = np.stack([elements, *(orbits.group.multiply(s, elements) for s in orbits.group.generators)], axis=1)
    points = _moved(orbits, np.repeat(orbit, moves.shape[1]), moves.ravel()).reshape(*moves.shape, -1)
    poses = np.ascontiguousarray(points.swapaxes(0, 1))  # of all generators in one pass over the orbits
    still = gram(kernel, poses[0])
    refuse_asymmetric(still, tolerance, ridge)
    own = natural_lengths(still, ridge)
    shared = np.zeros(len(orbits))
    np.maximum.at(shared, orbit, own)  # poses of one orbit have one length if k is invariant
    scale = natural_scale(shared[orbit], shared[orbit])
    largest = 0.0
    for turned, name in zip(poses[1:], orbits.group.generator_names, strict=True):
        defect = largest_ratio(gram(kernel, turned) - still, scale)
        if defect > tolerance:
            raise NotInvariantError(
                f"Argument 'kernel' is not invariant under {orbits.group.name}: for g = {name}, k(gx, gy) differs "
                f"from k(x, y) by {defect:.1e} relative to {_units(ridge)}; use a function of inner products and "
                "lengths, or leave_out_error, which needs no invariance, or a ridge far above the difference, if "
                "that is rounding."
            )
        largest = max(largest, defect)
    return largest


def _sample(orbits: Orbits, samples: int | None, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Orbit and pose of each point drawn, without repetition, for each Gram matrix; sorted by orbit.

    Each orbit that is drawn has at least two poses there if it has two, so that k(x, x) and k(x, y) are compared.
    """
    sizes = orbits.sizes
    if samples is None:
        orbit = np.repeat(np.arange(len(orbits)), sizes)
        return [(orbit, np.arange(len(orbit)) - orbits.offsets[orbit])]
    generator = np.random.default_rng(seed)
    found = []
    for chosen in _parts(orbits, samples):
        counts = _shares(sizes[chosen], samples)
        poses = [
            np.sort(generator.choice(size, size=count, replace=False))
            for size, count in zip(sizes[chosen].tolist(), counts.tolist(), strict=True)
        ]
        found.append((np.repeat(chosen, counts), np.concatenate(poses)))
    return found


def _parts(orbits: Orbits, samples: int) -> list[IntArray]:
    """Numbers of the orbits in each Gram matrix, lengths from short to long in each.

    All orbits are taken if that costs no more than a quarter of the C^2 n values of the symbol; otherwise fewer,
    from the shortest that is not zero to the longest.  All in no more than a few matrices, with two poses of each:
    a call of the kernel costs more than its values if these are few.
    """
    width, count, order = max(2, samples // 2), len(orbits), orbits.group.order
    lengths = np.linalg.norm(orbits.seeds, axis=1)
    ranked = np.argsort(lengths, kind="stable")
    moves = len(orbits.group.generators) + 1
    parts = min(-(-count // width), max(1, count**2 * order // (16 * width**2 * moves)))
    if parts * width < count:
        ranked = ranked[np.linspace(int(lengths[ranked[0]] == 0), count - 1, parts * width).astype(int)]
    else:
        parts = min(parts, max(_PARTS, -(-16 * moves // order)))
    return [np.sort(ranked[part::parts]) for part in range(parts)]


def _shares(sizes: IntArray, samples: int) -> IntArray:
    """How many poses are drawn of each orbit: equally many, at least two, all of those that have fewer."""
    counts, left = sizes.copy(), samples
    for rank, c in enumerate(np.argsort(sizes, kind="stable").tolist()):
        counts[c] = min(int(sizes[c]), max(2, left // (len(sizes) - rank)))
        left -= int(counts[c])
    return counts


def _moved(orbits: Orbits, orbit: IntArray, elements: IntArray) -> FloatArray:
    """Array [m, d] of g x_c for m pairs (c, g), sorted by c."""
    chosen, starts = np.unique(orbit, return_index=True)
    return np.concatenate(  # a few poses, made without those of the whole orbit
        [
            orbits.action.poses(orbits.seeds[c], orbits.representatives[c][orbits.pose_index(c, some)])
            for c, some in zip(chosen.tolist(), np.split(elements, starts[1:]), strict=True)
        ]
    )


# ---------------------------------------------------------------------- the scale of a value


def natural_lengths(values: FloatArray, ridge: float = 0.0) -> FloatArray:
    """Array [m]: the length sqrt(k(x, x) + r) of each point in the space of features, from a Gram matrix of k.

    A positive semidefinite kernel has |k(x, y)| <= sqrt(k(x, x) k(y, y)), so that its row of x is at most
    sqrt(k(x, x)) times the greatest length, and the second term below is not above the first.  An indefinite
    kernel may have k(x, x) = 0 beside other values in that row: there the second term is the length.  The ridge r
    is added to the square of either.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.invariance import natural_lengths
        >>> natural_lengths(np.array([[4.0, 1.0], [1.0, 1e-6]])).tolist()
        [2.0, 0.5]
        >>> natural_lengths(np.array([[1e-17]]), ridge=0.25).tolist()
        [0.5]
    """
    rows = np.abs(values).max(axis=1, initial=0.0)
    own = np.sqrt(np.abs(np.diagonal(values)))
    greatest = np.sqrt(rows.max(initial=0.0))
    lengths: FloatArray = np.hypot(np.maximum(own, rows / greatest) if greatest > 0 else own, np.sqrt(ridge))
    return lengths


def natural_scale(left: FloatArray, right: FloatArray) -> FloatArray:
    """Array [m, p]: the value with which a difference of k(x, y) is compared, from lengths [m] and [p].

    It is the product of the lengths, not the largest value of all: what a prediction makes of k(x, y) depends on
    k(x, y)/sqrt(k(x, x) k(y, y)), and a long orbit would hide a short one.  But a kernel may be computed from
    terms as large as k(x, x) + k(y, y) that cancel, as k(x, y) = (k(x, x) + k(y, y) - |x - y|^2)/2 is, and then
    rounding is a multiple of eps max(k(x, x), k(y, y)).  So the shorter of two lengths counts at least as 1e-4 of
    the longer.  Points of one length, hence the poses of one orbit, are compared in their own units all the same.
    """
    with np.errstate(under="ignore"):
        long = np.maximum(left[:, None], right)
        scale: FloatArray = long * np.maximum(np.minimum(left[:, None], right), LEAST_PART * long)
    return scale


def largest_ratio(differences: FloatArray, scale: FloatArray) -> float:
    """The largest |difference|/scale; 0/0 is 0, because a kernel may be zero, and other numbers/0 are infinite."""
    sizes = np.abs(differences)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratios = np.where(sizes > 0, sizes / scale, 0.0)
    return float(ratios.max(initial=0.0))


def refuse_asymmetric(values: FloatArray, tolerance: float = INVARIANCE_TOLERANCE, ridge: float = 0.0) -> None:
    """Check that a matrix of k(x, y), without the ridge r that is added to it, is symmetric.

    Raises:
        InputError: If it is not, up to the tolerance relative to sqrt((k(x, x) + r) (k(y, y) + r)).
    """
    lengths, defect = natural_lengths(values, ridge), 0.0
    step = max(1, _BATCH // max(1, len(values)))
    for start in range(0, len(values), step):  # no more than a few rows are held beside the matrix
        part = slice(start, start + step)
        differences = values[part, start:] - values[start:, part].T
        if differences.any():
            defect = max(defect, largest_ratio(differences, natural_scale(lengths[part], lengths[start:])))
    if defect > tolerance:
        raise InputError(
            f"Argument 'kernel' is not symmetric: k(x, y) and k(y, x) differ by {defect:.1e} relative to "
            f"{_units(ridge)}; if that is rounding, a ridge far above the difference helps."
        )


def _units(ridge: float) -> str:
    """What differences are compared with, for messages."""
    return "sqrt(k(x, x) k(y, y))" + ", ridge included" * (ridge > 0)
