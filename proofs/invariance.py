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

#: Largest difference of k(gx, gy) and k(x, y), relative to the largest value, that is taken for rounding.
INVARIANCE_TOLERANCE = 1e-10


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
) -> float:
    """Measure how far k(gx, gy) differs from k(x, y) on poses x, y, for each generator g.

    If it does not for the generators, it does not for any g, because each is a product of them.

    Args:
        kernel: k.
        orbits: The poses.
        tolerance: Largest difference allowed, relative to max |k|.
        samples: How many poses are drawn; None takes all, that is the whole Gram matrix.
        seed: Seed of the draw.

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
    return float(check(orbits, tolerance, samples, seed))


def sampled_invariance(
    kernel: KernelLike,
    orbits: Orbits,
    tolerance: float = INVARIANCE_TOLERANCE,
    samples: int | None = 32,
    seed: int = 0,
) -> float:
    """As :func:`check_invariance`, for kernels that do not know better how to check themselves."""
    orbit, pose = _sample(orbits, samples, seed)
    elements = np.array([orbits.representatives[c][j] for c, j in zip(orbit, pose, strict=True)], dtype=np.int64)
    still = gram(kernel, _moved(orbits, orbit, elements))
    scale = float(np.abs(still).max()) or 1.0
    refuse_asymmetric(still, tolerance)
    largest = 0.0
    for s, name in zip(orbits.group.generators, orbits.group.generator_names, strict=True):
        turned = gram(kernel, _moved(orbits, orbit, orbits.group.multiply(s, elements)))
        defect = float(np.abs(turned - still).max()) / scale
        if defect > tolerance:
            raise NotInvariantError(
                f"Argument 'kernel' is not invariant under {orbits.group.name}: for g = {name}, k(gx, gy) differs "
                f"from k(x, y) by {defect:.1e} relative to the largest value; use a function of inner products "
                "and lengths, or leave_out_error, which needs no invariance."
            )
        largest = max(largest, defect)
    return largest


def _sample(orbits: Orbits, samples: int | None, seed: int) -> tuple[list[int], list[int]]:
    """Orbit and pose of each point drawn, without repetition."""
    total = int(orbits.sizes.sum())
    rows = np.arange(total)
    if samples is not None and samples < total:
        rows = np.sort(np.random.default_rng(seed).choice(total, size=samples, replace=False))
    orbit = np.searchsorted(orbits.offsets, rows, side="right") - 1
    return orbit.tolist(), (rows - orbits.offsets[orbit]).tolist()


def _moved(orbits: Orbits, orbit: list[int], elements: IntArray) -> FloatArray:
    """Array [m, d] of g x_c for m pairs (c, g)."""
    return np.concatenate(  # a few poses, made without those of the whole orbit
        [
            orbits.action.poses(orbits.seeds[c], orbits.representatives[c][orbits.pose_index(c, [g])])
            for c, g in zip(orbit, elements.tolist(), strict=True)
        ]
    )


def refuse_asymmetric(values: FloatArray, tolerance: float = INVARIANCE_TOLERANCE) -> None:
    """Check that a matrix of k(x, y) is symmetric.

    Raises:
        InputError: If it is not, up to the tolerance relative to its largest entry.
    """
    defect = float((values - values.T).max()) / (
        float(np.abs(values).max()) or 1.0
    )  # every difference has both signs
    if defect > tolerance:
        raise InputError(
            f"Argument 'kernel' is not symmetric: k(x, y) and k(y, x) differ by {defect:.1e} relative to the "
            "largest value."
        )
