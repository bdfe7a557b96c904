"""The second route to the errors of a pair of orbits: the pose left out, and the regression solved anew.

Cholesky on the Gram matrix where that is small enough; above, conjugate gradients.  What multiplies with K then
decides what the route shares with the Fourier route: with ``"kernel"``, N^2 values of the kernel, the points and
the kernel alone, as the Gram matrix does; with ``"group"`` and ``"transform"`` the symbol, and with
``"transform"`` the Fourier transform as well, but none of the theorems on errors.  A few rows of the equations are
checked by values of the kernel whatever multiplies.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from orbitkernels.errors import ConvergenceWarning, InputError
from orbitkernels.proofs.attention_kernels import AttentionNNGP, AttentionNTK
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.convolutional_kernels import CNNGP, CNTK
from orbitkernels.proofs.dense_route import dense_gram, refitted_errors
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.proofs.invariance import KernelLike
from orbitkernels.proofs.iterative import ProductName, iterative_error
from orbitkernels.proofs.missing import MissingLike
from orbitkernels.proofs.orbits import FloatArray, Orbits
from orbitkernels.proofs.ridge import Ridge
from orbitkernels.theory.integer_input import shown

ExactRoute = Literal["auto", "dense", "kernel", "group", "transform"]

#: Points of two orbits up to which the dense route is taken; 8192 fill 512 MiB, four times.
MAX_POINTS = 8192

#: Coordinates of all points that are held at once; as many bytes as two Gram matrices of MAX_POINTS.
MAX_COORDINATES = 2**27

#: Seconds of one core, roughly, that values of the kernel may take for each pair before symbols are taken instead.
MAX_SECONDS = 60.0

#: Products that conjugate gradients take with the Fourier inverse as their preconditioner, and one for the rest.
_PRODUCTS = 4

#: Nanoseconds, in a value of a kernel, of what all have, a coordinate, a layer of a net, a pair of positions of a
#: convolution and a layer, a pair of tokens and a layer, a pair of elements, a layer and a point of the filter.
_VALUE, _COORDINATE, _LAYER, _POSITION, _TOKEN, _ELEMENT = 30.0, 0.08, 10.0, 10.0, 60.0, 4.0

#: Floating-point operations of Cholesky in a nanosecond.
_SPEED = 20.0

#: Residual above which a note says so.
_WORTH_A_NOTE = 1e-10


@dataclass(frozen=True)
class LeftOut:
    """Errors of left-out poses, and how they were found.

    Attributes:
        errors: Array [C, m], or [C, p, m] for a list of poses.
        route: ``"dense"`` or ``"conjugate gradients"``.
        product: What multiplied with K, for conjugate gradients; else None.
        residual: Largest |y_R - K_RR z| / |y_R| by that product; None on the dense route, which solves directly.
        kernel_residual: The same on a few rows, by values of the kernel; None on the dense route.
    """

    errors: FloatArray
    route: str
    product: ProductName | None = None
    residual: float | None = None
    kernel_residual: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """How the errors were found, for JSON."""
        return {
            "exact_route": self.route,
            "product": self.product,
            "residual": self.residual,
            "kernel_residual": self.kernel_residual,
        }


def checked_route(route: str) -> ExactRoute:
    """One of the routes.

    Raises:
        InputError: If it is none of them.

    Example:
        >>> from orbitkernels.left_out import checked_route
        >>> checked_route("auto")
        'auto'
    """
    for name in get_args(ExactRoute):
        if isinstance(route, str) and route == name:
            found: ExactRoute = name
            return found
    raise InputError(
        f"Argument 'exact_route' must be one of {', '.join(get_args(ExactRoute))}, not {shown(route)}."
    )


def left_out(
    kernel: KernelLike,
    orbits: Orbits,
    missing: MissingLike,
    ridge: Ridge,
    route: ExactRoute = "auto",
    progress: Callable[[str], object] | None = None,
) -> LeftOut:
    """Errors of missing poses without the theorems, by the dense route or by conjugate gradients.

    Args:
        kernel: An invariant kernel.
        orbits: The orbits.
        missing: What is missing.
        ridge: r.
        route: ``"auto"``: see :func:`chosen_route`.
        progress: Told what is being done.

    Raises:
        InputError: If `route` is ``"dense"`` or ``"kernel"`` and the orbits are too large for it.
        SingularGramError: If the Gram matrix is singular, on the dense route.

    Example:
        >>> import orbitkernels as ok
        >>> from orbitkernels.left_out import left_out
        >>> orbits = ok.Orbits(ok.group("S4"), [[0.0, 1.0, 2.0, 4.0], [1.0, 1.0, 0.0, 3.0]], [0, 1])
        >>> found = [left_out("ntk(depth=1)", orbits, "pose", ok.Ridge.of(0), r) for r in ("dense", "kernel")]
        >>> [(x.route, x.product) for x in found], bool(abs(found[0].errors - found[1].errors).max() < 1e-8)
        ([('dense', None), ('conjugate gradients', 'kernel')], True)
    """
    tell = progress or (lambda _: None)
    chosen = chosen_route(kernel, orbits) if route == "auto" else route
    refuse_large(orbits, chosen)
    if chosen == "dense":
        tell(f"Cholesky of {orbits.sizes.sum()} points")
        return LeftOut(refitted_errors(dense_gram(kernel, orbits, ridge), orbits, missing), "dense")
    tell("conjugate gradients")
    with warnings.catch_warnings():  # the residual is returned, and a note says if it is large
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = iterative_error(
            kernel, orbits, missing, ridge, chosen, progress=lambda count: tell(f"product {count} by the {chosen}")
        )
    return LeftOut(found.errors, "conjugate gradients", chosen, found.residual, found.kernel_residual)


def chosen_route(kernel: KernelLike, orbits: Orbits) -> Literal["dense", "kernel", "transform"]:
    """The most independent route that is affordable: dense, else by the kernel, else by Fourier transforms.

    Counted are operations, so that the choice is the same on every machine.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> from orbitkernels.left_out import chosen_route
        >>> seeds = np.random.default_rng(0).standard_normal((2, 8))
        >>> [chosen_route("ntk(depth=1)", ok.Orbits(ok.group(f"S{n}"), seeds[:, :n], [0, 1])) for n in (6, 7, 8)]
        ['dense', 'kernel', 'transform']
    """
    points, coordinates = int(orbits.sizes.sum()), orbits.seeds.shape[1]
    if points * coordinates > MAX_COORDINATES:
        return "transform"
    values = points**2 * 1e-9 * _nanoseconds(kernel, coordinates)
    solves = len(orbits) * points**3 / 3 / _SPEED * 1e-9
    if points <= MAX_POINTS and values / 2 + solves <= MAX_SECONDS:
        return "dense"
    return "kernel" if _PRODUCTS * values <= MAX_SECONDS else "transform"


def _nanoseconds(kernel: KernelLike, coordinates: int) -> float:
    """Nanoseconds, roughly, of one value of a kernel of inputs with so many coordinates."""
    if isinstance(kernel, Averaged):
        return kernel.subgroup.order * _nanoseconds(kernel.kernel, coordinates)
    simple = _VALUE + _COORDINATE * coordinates
    depth = getattr(kernel, "depth", 1)
    if isinstance(kernel, (CNNGP, CNTK)):
        positions = coordinates // (kernel.channels or 1)
        pairs = positions if kernel.head == "gap" else 1
        return simple + _POSITION * depth * positions * pairs
    if isinstance(kernel, (AttentionNNGP, AttentionNTK)):
        return simple + _TOKEN * depth * (kernel.tokens or coordinates) ** 2
    if isinstance(kernel, (GroupConvolutionalNNGP, GroupConvolutionalNTK)):
        return simple + _ELEMENT * depth * len(kernel.filter) * kernel.group.order**2
    return simple + _LAYER * depth


def refuse_large(orbits: Orbits, route: ExactRoute) -> None:
    """Refuse points that would fill the memory, where they were asked for.

    Raises:
        InputError: If the route is ``"dense"`` or ``"kernel"`` and the orbits are too large for it.
    """
    points, coordinates = int(orbits.sizes.sum()), orbits.seeds.shape[1]
    if route in ("dense", "kernel") and points * coordinates > MAX_COORDINATES:
        raise InputError(
            f"Argument 'exact_route' = {route!r} needs {points} points of {coordinates} coordinates, "
            f"{8 * points * coordinates / 2**30:.1f} GiB, beyond the limit of {8 * MAX_COORDINATES / 2**30:.0f} "
            "GiB; choose 'auto' or 'transform'."
        )


def route_notes(found: list[LeftOut]) -> list[str]:
    """How exact errors were found, if not by the dense route, and what that shares with the spectral ones."""
    products = sorted({x.product for x in found if x.product is not None})
    notes = [_SHARED[product] for product in products]
    both = [(x.residual, x.kernel_residual) for x in found if x.product is not None]
    worst = float(np.max([0.0, *(left for pair in both for left in pair if left is not None)]))  # NaN stays
    if not worst <= _WORTH_A_NOTE:
        notes.append(
            f"Conjugate gradients left a residual of up to {worst:.1e} of the labels, so that exact "
            "errors have fewer digits; a ridge lowers it."
        )
    return notes


_FOUND = "Exact errors were found by conjugate gradients on the regression without the missing poses: "

#: What the exact errors rest on.
_SHARED = {
    "kernel": _FOUND + "each product takes the values of the kernel at all pairs of points. The Fourier inverse "
    "preconditions, which changes the number of steps, not the equation or its residual.",
    "group": _FOUND + "products take the symbol, as the spectral errors do, and the multiplication of the group, "
    "but no Fourier transform. Values of the kernel check a few rows (kernel_residual).",
    "transform": _FOUND + "products take the symbol and its Fourier transform, as the spectral errors do, but no "
    "theorem on errors. Values of the kernel check a few rows (kernel_residual).",
}
