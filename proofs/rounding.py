"""Errors with all that is known of their rounding: condition number, bound, typical size; higher precisions."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError, RoundingWarning
from orbitkernels.theory.integer_input import shown

from .dense_route import DenseRoute
from .invariance import KernelLike, as_kernel
from .missing import MissingLike, OrbitPoses
from .orbits import FloatArray, Orbits
from .ridge import RidgeLike
from .rounding_kernels import KERNEL_ACCURACY, kernel_accuracy
from .spectral import FourierRoute

if TYPE_CHECKING:
    from .rounding_dense_double_double import DenseDoubleDouble
    from .rounding_double import DenseRounding, FourierRounding
    from .rounding_double_double import FourierDoubleDouble

    Solved: TypeAlias = FourierRounding | DenseRounding | FourierDoubleDouble | DenseDoubleDouble

__all__ = [
    "BoundedError",
    "bounded",
    "checked_precision",
    "error_with_bound",
    "finer_precisions",
    "finite_lists",
    "kernel_accuracy",
    "remedy",
]

Precision = Literal["double", "double-double", "arb"]

#: What `route` may be.
RouteName = Literal["spectral", "dense"]

#: Largest ratio of labels to the kernel's diagonal, as a power of two; 1 / (100 eps) more is left for K^-1.
MOST_EXPONENT = 970

#: Smallest eigenvalue whose reciprocals, and sums of them, are floats.
SMALLEST_EIGENVALUE = 2.0**-1000

#: A bound above this part of the error is worth a warning.
WORTH_A_WARNING = 1e-3


@dataclass(frozen=True)
class BoundedError:
    """Errors y - p at missing poses with their rounding.

    Attributes:
        error: Array [C, m], or [C, p, m] for a list of p poses, as from ``spectral_error``.
        rounding_bound: Array of that shape: what the linear algebra may be off from the exact error of the given
            floats, whatever the roundings are; of lists solved by conjugate gradients from their residual.
            Libraries are taken to have roots of unity to 8 u; in groups of 256 elements and more whose chain of
            subgroups is not Young's, nor abelian, the distance from exact irreps is an estimate
            (:func:`orbitkernels.proofs.fast_rounding.fast_irrep_error`).
        rounding_level: Array of that shape: what it is off if roundings are independent of each other.
        kernel_bound: Array of that shape: how far the exact error moves at most if values of the kernel are off by
            ``kernel_accuracy`` sqrt(k(x, x) k(y, y)); no precision of the linear algebra lowers that.
        condition_number: Largest over smallest eigenvalue of K + r I.
        ridge: r, absolute.
        precision: double, double-double or arb.
        route: spectral or dense.
        kernel_accuracy: Accuracy of the values of the kernel.
        finer: Higher precisions that take a problem of this size, if the bound is worth a warning.
    """

    error: FloatArray
    rounding_bound: FloatArray
    rounding_level: FloatArray
    kernel_bound: FloatArray
    condition_number: float
    ridge: float
    precision: Precision
    route: RouteName
    kernel_accuracy: float
    finer: tuple[Precision, ...] = ()

    @property
    def relative_bound(self) -> float:
        """Largest rounding bound relative to its error; 0 where nothing is bounded."""
        return _largest_ratio(self.rounding_bound, self.error)

    @property
    def relative_kernel_bound(self) -> float:
        """Largest bound of what the kernel's values bring, relative to its error."""
        return _largest_ratio(self.kernel_bound, self.error)

    @property
    def remark(self) -> str | None:
        """One line if a bound exceeds WORTH_A_WARNING of the error, with the remedy; else None."""
        if self.relative_bound > WORTH_A_WARNING:
            return (
                f"Rounding in {self.precision} precision may change an error by {self.relative_bound:.0e} of its "
                f"value (condition number {self.condition_number:.1e}); {remedy(self.finer)}."
            )
        if self.precision != "double" and self.relative_kernel_bound > WORTH_A_WARNING:
            return (
                f"The linear algebra is exact to {self.relative_bound:.0e}, but values of the kernel that are off "
                f"by {self.kernel_accuracy:.0e} may change an error by {self.relative_kernel_bound:.0e} of "
                f"its value (condition number {self.condition_number:.1e}); a ridge lowers that, and "
                "enclosed_error takes the kernel exactly."
            )
        return None

    def warn(self, stacklevel: int = 2) -> None:
        """Give the remark as a `RoundingWarning`."""
        if self.remark is not None:
            warnings.warn(self.remark, RoundingWarning, stacklevel=stacklevel + 1)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain lists and numbers, for JSON; bounds that are infinite or none are None."""
        arrays = ("error", "rounding_bound", "rounding_level", "kernel_bound")
        lists = {name: finite_lists(getattr(self, name)) for name in arrays}
        finite = self.condition_number if np.isfinite(self.condition_number) else None
        rest = {name: getattr(self, name) for name in ("ridge", "precision", "route", "kernel_accuracy")}
        return {**lists, "condition_number": finite, **rest}

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{e:.12g}</td><td>{b:.1e}</td><td>{t:.1e}</td><td>{k:.1e}</td></tr>"
            for e, b, t, k in zip(
                *(x.ravel() for x in (self.error, self.rounding_bound, self.rounding_level, self.kernel_bound)),
                strict=True,
            )
        )
        title = f"{self.route} route, {self.precision} precision, condition number {self.condition_number:.1e}"
        return (
            f"<table><caption>{escape(title)}</caption><tr><th>error</th><th>rounding at most</th>"
            f"<th>usually</th><th>kernel at most</th></tr>{rows}</table>"
        )


def error_with_bound(
    kernel: KernelLike,
    orbits: Orbits,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    precision: Precision = "double",
    route: RouteName = "spectral",
) -> BoundedError:
    """Error y - p at missing poses with its condition number and a-priori bounds of its rounding.

    The values of the kernel are always float64.  What a precision improves is the linear algebra after that: in
    double-double the blocks, irreps and Cholesky factors have about 32 digits; with arb they are balls, and the
    bound is rigorous.  The result is the exact error of the symbol, or Gram matrix, of floats up to its bound.

    Args:
        kernel: As for :func:`orbitkernels.spectral_error`.
        orbits: C orbits with targets [C, m].
        missing: As for :func:`orbitkernels.spectral_error`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K: K + r I.
        precision: ``"double"``, ``"double-double"`` or ``"arb"``.
        route: ``"spectral"`` by Fourier blocks, ``"dense"`` by Cholesky on the points that are not missing.

    Returns:
        The errors and what is known of them; nothing is warned of.

    Raises:
        InputError: If a word is none of these, or the problem is too large for the precision.
        SingularGramError: If K + r I is not positive definite to this precision.

    Example:
        >>> import orbitkernels as ok
        >>> orbits = ok.Orbits(ok.group("C4"), [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.5, 0.0]], [0, 1])
        >>> found = ok.error_with_bound("gaussian(length_scale=1)", orbits)
        >>> found.error.shape, bool((found.rounding_bound < 1e-12).all()), found.condition_number < 100
        ((2, 1), True, True)
    """
    checked_precision(precision)
    if not isinstance(route, str) or route not in get_args(RouteName):
        raise InputError(f"Argument 'route' must be one of {', '.join(get_args(RouteName))}, not {shown(route)}.")
    kernel = as_kernel(kernel)
    found = FourierRoute.of(kernel, orbits, ridge) if route == "spectral" else DenseRoute.of(kernel, orbits, ridge)
    return bounded(found, missing, precision, kernel_accuracy(kernel, orbits.seeds))


def bounded(
    route: FourierRoute | DenseRoute,
    missing: MissingLike = "pose",
    precision: Precision = "double",
    accuracy: float = KERNEL_ACCURACY,
) -> BoundedError:
    """As :func:`error_with_bound`, for a route that is there.

    Args:
        route: The Fourier blocks, or the dense Gram matrix.
        missing: What is missing.
        precision: As there.
        accuracy: Of the values of the kernel.
    """
    solve = {"double": _in_double, "double-double": _in_double_double, "arb": _in_balls}
    return solve[precision](route, missing, accuracy)


def checked_precision(precision: str) -> Precision:
    """One of the precisions.

    Raises:
        InputError: If it is none of them.
    """
    for name in get_args(Precision):
        if isinstance(precision, str) and precision == name:
            found: Precision = name
            return found
    raise InputError(
        f"Argument 'precision' must be one of {', '.join(get_args(Precision))}, not {shown(precision)}."
    )


def _in_double(route: FourierRoute | DenseRoute, missing: MissingLike, accuracy: float) -> BoundedError:
    from .rounding_double import DenseRounding, FourierRounding

    _refuse_overflow(route)
    errors = route.errors(missing)  # first: it says which irrep is singular
    if isinstance(route, FourierRoute):
        return _with_bounds(FourierRounding(route, accuracy), errors, missing, "double")
    return _with_bounds(DenseRounding(route, accuracy), errors, missing, "double")


def _refuse_overflow(route: FourierRoute | DenseRoute) -> None:
    """Refuse a kernel so small, or labels so large beside it, that K^-1 or K^-1 y has no place among floats."""
    if isinstance(route, FourierRoute):
        diagonal = np.einsum("cc->c", route.symbol[:, :, 0]) + route.ridge
        eigenvalue = float(route.spectrum.eigenvalues.min())
    else:
        diagonal, eigenvalue = np.diagonal(route.matrix), float(route.eigenvalues[0])
    if 0 < eigenvalue < SMALLEST_EIGENVALUE:
        name, what = ("kernel", "the kernel") if isinstance(route.orbits, Orbits) else ("phi", "phi")
        raise InputError(
            f"Argument '{name}' gives a Gram matrix with the eigenvalue {eigenvalue:.1e}, near the smallest "
            f"float, and its inverse overflows; scale {what} up, or use 'double-double'."
        )
    largest, smallest = (np.frexp(x)[1] for x in (np.abs(route.orbits.targets).max(), diagonal.min()))
    if largest - smallest > MOST_EXPONENT and diagonal.min() > 0:
        raise InputError(
            f"Argument 'targets' has labels up to 2^{largest} beside values of the kernel of 2^{smallest}, and "
            "the coefficients of the regression overflow; scale the labels or the kernel, or use 'double-double'."
        )


def _in_double_double(route: FourierRoute | DenseRoute, missing: MissingLike, accuracy: float) -> BoundedError:
    solved = _double_double(route, accuracy)
    return _with_bounds(solved, solved.errors(missing), missing, "double-double")


def _in_balls(route: FourierRoute | DenseRoute, missing: MissingLike, accuracy: float) -> BoundedError:
    """Radii are bounds and levels; what the kernel brings is known from double-doubles where they suffice."""
    from .rounding_enclosures import enclosed_leave_out_error, enclosed_spectral

    if isinstance(route, FourierRoute):
        name: RouteName = "spectral"
        errors, radii = enclosed_spectral(route, missing)
    else:
        name = "dense"
        errors, radii = enclosed_leave_out_error(route, missing)
    kernel, condition = np.full(errors.shape, np.inf), float("inf")
    try:
        solved = _double_double(route, accuracy)
        kernel, condition = solved.bounds(missing, errors, "kernel"), solved.condition_number
    except InputError:  # too large for them, or singular
        pass
    return BoundedError(errors, radii, radii, kernel, condition, route.ridge, "arb", name, accuracy)


def _double_double(route: FourierRoute | DenseRoute, accuracy: float) -> FourierDoubleDouble | DenseDoubleDouble:
    from .rounding_dense_double_double import DenseDoubleDouble
    from .rounding_double_double import FourierDoubleDouble

    if isinstance(route, FourierRoute):
        return FourierDoubleDouble(route, accuracy)
    return DenseDoubleDouble(route, accuracy)


def _with_bounds(solved: Solved, errors: FloatArray, missing: MissingLike, precision: Precision) -> BoundedError:
    """Errors with all bounds, and the precisions that would lower them if that is worth it."""
    name: RouteName = "spectral" if isinstance(solved.route, FourierRoute) else "dense"
    found = BoundedError(
        errors,
        solved.bounds(missing, errors, "bound"),
        solved.bounds(missing, errors, "level"),
        solved.bounds(missing, errors, "kernel"),
        solved.condition_number,
        solved.route.ridge,
        precision,
        name,
        solved.kernel_accuracy,
    )
    if found.relative_bound <= WORTH_A_WARNING:
        return found
    return replace(found, finer=finer_precisions(solved.route.orbits, name, precision))


def finer_precisions(
    orbits: OrbitPoses, route: RouteName, precision: Precision = "double"
) -> tuple[Precision, ...]:
    """Precisions above one that do not refuse the route for the size of the problem, whatever is missing.

    Example:
        >>> import orbitkernels as ok
        >>> from orbitkernels.proofs.rounding import finer_precisions
        >>> orbits = ok.Orbits(ok.group("C512"), [range(512), range(1, 513)], [0, 1])
        >>> finer_precisions(orbits, "dense"), finer_precisions(orbits, "dense", "double-double")
        (('double-double',), ())
    """
    from . import rounding_double_double, rounding_enclosures

    takes = {"double-double": rounding_double_double.takes, "arb": rounding_enclosures.takes}
    every = get_args(Precision)
    return tuple(name for name in every[every.index(precision) + 1 :] if takes[name](orbits, route))


def remedy(finer: tuple[Precision, ...], function: str = "") -> str:
    """What lowers the rounding of an error: a ridge, or these higher precisions, of another function if named.

    Example:
        >>> from orbitkernels.proofs.rounding import remedy
        >>> remedy(()), remedy(("arb",), "error_with_bound with ")
        ('a ridge lowers that', "a ridge, or error_with_bound with precision='arb', lowers that")
    """
    names = " or ".join(repr(name) for name in finer)
    return f"a ridge, or {function}precision={names}, lowers that" if finer else "a ridge lowers that"


def finite_lists(values: npt.ArrayLike) -> Any:
    """Nested lists, or one number, with None for what is not finite.

    Example:
        >>> from orbitkernels.proofs.rounding import finite_lists
        >>> finite_lists([[1.0, float("inf")]]), finite_lists(2.0)
        ([[1.0, None]], 2.0)
    """
    values = np.asarray(values, dtype=np.float64)
    numbers = values.astype(object)
    numbers[~np.isfinite(values)] = None
    return numbers.tolist()


def _largest_ratio(bounds: FloatArray, errors: FloatArray) -> float:
    """Largest bound over error; NaN does not count, and an error 0 with a bound is infinitely uncertain."""
    known = ~np.isnan(bounds) & (bounds > 0)
    with np.errstate(divide="ignore"):
        return float(np.max(bounds[known] / np.abs(errors[known]), initial=0.0))
