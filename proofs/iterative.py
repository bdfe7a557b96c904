"""Errors of missing poses by conjugate gradients: the definition, solved without the Gram matrix.

The poses R that remain are regressed on, K_RR z = y_R, and y_S - K_SR z is the error; none of the Theorems T1 to
T7 is used.  What multiplies with K decides what else is taken on trust:

* ``"kernel"``: the kernel at all pairs of points, some rows at a time - nothing;
* ``"group"``: the symbol, looked up at g^-1 h by the multiplication of the group - that the kernel is invariant;
* ``"transform"``: the convolution theorem - the Fourier transform of the group as well.

Memory is O(n).  A preconditioner changes how many steps it takes, not what is solved: the residual is measured
with the product.  It is made of the symbol and its Fourier blocks, which asks for an invariant kernel; without it
``"kernel"`` asks for none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from orbitkernels.errors import ConvergenceWarning, InputError, NotInvariantError
from orbitkernels.numerics.conjugate_gradients import Product, iterate, largest_residual, ritz_values
from orbitkernels.numerics.rounding import gamma
from orbitkernels.numerics.rounding_scale import PowersOfTwo
from orbitkernels.numerics.symbol_operator import OrbitOperator
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.laws import IntArray

from .arguments import function_or_none, integer, part_of
from .gram_products import (
    absolute_ridge,
    coordinates,
    counted,
    group_product,
    kernel_diagonal,
    kernel_product,
    kernel_rows,
)
from .invariance import INVARIANCE_TOLERANCE, KernelLike, as_kernel, check_invariance
from .iterative_spectrum import SAMPLE, lowest_of_a_sample, smallest_of_blocks
from .missing import MissingLike, arranged, missing_points, missing_poses
from .missing_sets import orbit_operators
from .orbits import FloatArray, Orbits, require_orbits
from .ridge import Ridge, RidgeLike, mean_diagonal, mean_over_points
from .spectral import orbit_symbol

ProductName = Literal["kernel", "group", "transform"]

#: Columns that are solved for together, so that values of the kernel are shared.
_COLUMNS = 64

#: Rows of the equations that are checked by values of the kernel.
_ROWS = 8

#: What rounding may add to a residual by the recurrence before the one that is left is worth a warning.
_ROUNDING = 10

#: What is left for kernels that are not invariant.
_NO_SYMBOL = "product='kernel' with precondition=False needs no invariance (iterative_error)"


@dataclass(frozen=True)
class IterativeErrors:
    """Errors found by iteration.

    Attributes:
        errors: As :func:`orbitkernels.spectral_error` returns them.
        iterations: Most steps over the sets of missing poses.
        residual: Largest |y_R - K_RR z| / |y_R| at the end, K multiplied with z by the product that was used.
            Where orbits have very different lengths, rows are divided by them here and in `kernel_residual`: by a
            power of two T_c for each orbit, with k(x_c, x_c) + r near T_c^2.
        kernel_residual: Largest |y_r - K_rR z|, and |error_s - (y_s - K_sR z)| at missing poses s, over |y|, on a
            few rows r drawn at random, K being values of the kernel: nothing is taken on trust there.
        error_bound: Array of the shape of the errors: how far they are at most from those of the exact solution,
            (K_ss + r)^1/2 |y_R - K_RR z| / lambda^1/2 at a pose s, with lambda the smallest eigenvalue of K + r I
            (rows and columns divided by the same lengths) from its Fourier blocks where there are Fourier
            transforms, else r for a positive semidefinite kernel.  Infinite for r = 0 then, and where 64 points or
            the iteration show that the kernel is not; otherwise that it is semidefinite is taken on trust.
            Rounding of the last product is not in it.
    """

    errors: FloatArray
    iterations: int
    residual: float
    kernel_residual: float
    error_bound: FloatArray


def iterative_error(
    kernel: KernelLike,
    orbits: Orbits,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    product: ProductName = "transform",
    precondition: bool = True,
    tolerance: float = 1e-12,
    limit: int = 1000,
    progress: Callable[[int], object] | None = None,
) -> IterativeErrors:
    """Error y - p at missing poses by conjugate gradients on the regression without them.

    Args:
        kernel: As in :func:`orbitkernels.spectral_error`.
        orbits: C orbits with targets [C, m].
        missing: As there.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal: K + r I.
        product: How K is multiplied with a vector of N numbers: ``"kernel"`` takes N^2 values of the kernel,
            ``"group"`` N^2 products in the group, ``"transform"`` two Fourier transforms.
        precondition: Whether rows R of (K + r I)^-1, by Fourier transforms, precondition.  The kernel must be
            invariant then, as for the products ``"group"`` and ``"transform"``; otherwise it need not be.
        tolerance: Residual at which the iteration stops, above 0 and below 1.
        limit: Most steps, at least 1.
        progress: Called with the number of products so far.

    Returns:
        The errors, the number of steps and the residual that is left.

    Warns:
        ConvergenceWarning: If the residual is above the tolerance after `limit` steps, or above ten times of it
            because of rounding; or if errors have no bound because the kernel is not positive semidefinite.

    Raises:
        InputError: If `product`, `precondition`, `tolerance`, `limit` or `progress` is none of these, or as
            :func:`orbitkernels.spectral_error`; or if the kernel is not symmetric at 64 points.
        NotInvariantError: If symbols are used and the kernel is not invariant under the action.
        SingularGramError: If a direction shows that K + r I is not positive definite.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> from orbitkernels.proofs.iterative import iterative_error
        >>> S4 = ok.group("S4")
        >>> orbits = ok.Orbits(S4, [[0.0, 1.0, 2.0, 4.0], [1.0, 1.0, 0.0, 3.0]], [0, 1])
        >>> found = iterative_error("ntk(depth=2)", orbits, product="kernel")
        >>> np.allclose(found.errors, ok.spectral_error("ntk(depth=2)", orbits), rtol=1e-8)
        True
    """
    if not isinstance(product, str) or product not in get_args(ProductName):
        raise InputError(f"Argument 'product' must be 'kernel', 'group' or 'transform', not {shown(product)}.")
    if not isinstance(precondition, bool | np.bool_):
        raise InputError(f"Argument 'precondition' must be True or False, not {shown(precondition)}.")
    tolerance, limit = part_of("tolerance", tolerance, "the labels"), integer("limit", limit)
    progress = function_or_none("progress", progress)
    kernel, given = as_kernel(kernel), Ridge.of(ridge)
    require_orbits(orbits, kernel)
    what = missing_poses(orbits.group, missing, len(orbits))
    multiply, inverse, absolute, scale, smallest = _products(kernel, orbits, given, product, bool(precondition))
    is_assumed = inverse is None and product != "transform"
    lowest = lowest_of_a_sample(kernel, orbits, absolute) if is_assumed else 0.0
    multiply = multiply if progress is None else counted(multiply, progress)
    sets = missing_points(orbits, what)
    step = max(1, _COLUMNS // orbits.targets.shape[1])
    solved = [
        _regressions(orbits, sets[start : start + step], multiply, inverse, scale, tolerance, limit)
        for start in range(0, len(sets), step)
    ]
    errors = [part.rest[points, j] for part in solved for j, points in enumerate(part.sets)]
    iterations = max(part.iterations for part in solved)
    residual = float(np.max([part.residual for part in solved]))  # NaN stays
    if not residual <= tolerance * (1 if iterations >= limit else _ROUNDING):
        warnings.warn(_unconverged(residual, tolerance, iterations, limit, inverse is None), stacklevel=2)
    if is_assumed and smallest > 0:
        smallest = _assumed(smallest, lowest, scale, solved)
    by_kernel = float(np.max([_kernel_residual(kernel, orbits, absolute, part) for part in solved]))
    has_blocks = inverse is not None or product == "transform"
    known = [_error_bounds(kernel, orbits, absolute, smallest, part, has_blocks) for part in solved]
    bounds = [bound for part in known for bound in part]
    return IterativeErrors(arranged(errors, what), iterations, residual, by_kernel, arranged(bounds, what))


def _error_bounds(
    kernel: KernelLike, orbits: Orbits, ridge: float, smallest: float, solved: _Solved, is_scaled: bool
) -> list[FloatArray]:
    """Arrays [p, m], one a set of missing poses, by the residual.

    With the residual q, errors are off by K_sR K_RR^-1 q.  As K + r I is positive definite,
    |K_RR^-1/2 K_Rs|^2 <= K_ss + r, and the smallest eigenvalue of K_RR + r I is not below that of K + r I.  All of
    it holds for T^-1 (K + r I) T^-1 and T^-1 q; without blocks r is known to be below the eigenvalues of K + r I.
    """
    rest = solved.rest / solved.lengths[:, None] if is_scaled else solved.rest
    left = np.linalg.norm(rest * solved.kept, axis=0)  # [sets, m]
    found = []
    for points, norms in zip(solved.sets, left, strict=True):
        if smallest > 0:
            variances = np.maximum(kernel_diagonal(kernel, coordinates(orbits, points)) + ridge, 0.0)
            found.append(np.sqrt(variances / smallest)[:, None] * norms)
        else:
            found.append(np.full((len(points), norms.size), np.inf))
    return found


def _unconverged(
    residual: float, tolerance: float, iterations: int, limit: int, is_plain: bool
) -> ConvergenceWarning:
    """The warning of a residual that is too large, with the remedies."""
    remedies = ["a ridge"] + ["precondition=True"] * is_plain
    remedies.append(f"limit above {limit}" if iterations >= limit else "a larger tolerance")
    return ConvergenceWarning(
        f"Conjugate gradients left the residual {residual:.1e} after {iterations} steps, above the tolerance "
        f"{tolerance:.1e}, so that errors have fewer digits than asked for; use {' or '.join(remedies)}."
    )


def _products(
    kernel: KernelLike, orbits: Orbits, ridge: Ridge, product: str, precondition: bool
) -> tuple[Product, Product | None, float, PowersOfTwo, float]:
    """K + r I, its inverse if that preconditions, r, T, a bound of eigenvalues; no symbol without need.

    The bound is one of T^-1 (K + r I) T^-1 if there are Fourier blocks, else one of K + r I, which is r.
    """
    symbol = _invariant_symbol(kernel, orbits, ridge) if precondition or product != "kernel" else None
    absolute = ridge.absolute(_mean_diagonal(kernel, orbits, symbol if product != "kernel" else None, ridge))
    diagonal = kernel_diagonal(kernel, orbits.seeds) if symbol is None else np.einsum("cc->c", symbol[:, :, 0])
    scale = PowersOfTwo.balancing(diagonal + absolute, np.zeros((len(orbits), 0)))
    operators = None
    if symbol is not None and (precondition or product == "transform"):
        operators = _operators(orbits, symbol, absolute)
    inverse = operators[1] if operators and precondition else None
    smallest = absolute
    if operators and symbol is not None:
        smallest = smallest_of_blocks(scale.blocks(operators[0].blocks), scale.matrix(symbol), orbits)
    if product == "transform" and operators:
        return operators[0], inverse, absolute, scale, smallest
    if product == "group" and symbol is not None:
        return lambda v: group_product(symbol, orbits, v) + absolute * v, inverse, absolute, scale, smallest
    return lambda v: kernel_product(kernel, orbits, v) + absolute * v, inverse, absolute, scale, smallest


def _assumed(ridge: float, lowest: float, scale: PowersOfTwo, solved: list[_Solved]) -> float:
    """r, below the eigenvalues of K + r I if K is positive semidefinite; 0, with a warning, if that is refuted.

    If it is, all Ritz values of T^-1 (K + r I) T^-1 are at least r / max T^2.
    """
    rounding = float(gamma(10 * len(solved[0].lengths)))
    least = float(np.ldexp(ridge, -2 * int(scale.rows.max())))
    is_refuted = any(part.ritz[0] < least - rounding * part.ritz[1] for part in solved)
    if not is_refuted and lowest >= -SAMPLE * INVARIANCE_TOLERANCE:
        return ridge
    warnings.warn(
        "Argument 'kernel' is not positive semidefinite on these points, so that nothing bounds what conjugate "
        "gradients leave; use product='transform' for an invariant kernel, or leave_out_error.",
        ConvergenceWarning,
        stacklevel=3,
    )
    return 0.0


def _invariant_symbol(kernel: KernelLike, orbits: Orbits, ridge: Ridge) -> FloatArray:
    """The symbol of a kernel whose invariance has been checked on samples."""
    try:
        check_invariance(kernel, orbits, ridge=absolute_ridge(kernel, orbits, ridge))
    except NotInvariantError as error:
        raise NotInvariantError(f"{str(error)[:-1]}; {_NO_SYMBOL}.") from None
    return orbit_symbol(kernel, orbits)


def _operators(orbits: Orbits, symbol: FloatArray, ridge: float) -> tuple[OrbitOperator, OrbitOperator]:
    """K + r I and its inverse; samples may have missed that a kernel is not invariant, blocks do not."""
    try:
        return orbit_operators(orbits, symbol, ridge)
    except NotInvariantError as error:
        text = str(error).replace("Argument 'phi'", "Argument 'kernel'")
        text = text.replace("phi_ba(g) = phi_ab(g^-1)", "k(x_b, g x_a) = k(x_a, g^-1 x_b)")
        raise NotInvariantError(f"{text[:-1]}; {_NO_SYMBOL}.") from None


def _mean_diagonal(kernel: KernelLike, orbits: Orbits, symbol: FloatArray | None, ridge: Ridge) -> float:
    """Mean of k(x, x) over all points, from the symbol or else from the points; only a relative ridge needs it."""
    if symbol is not None or not ridge.is_relative:
        return 0.0 if symbol is None else mean_diagonal(symbol, orbits.sizes)
    return mean_over_points(kernel_diagonal(kernel, orbits.all_points), orbits.sizes)


def inverse_residual(
    kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0, rows: int = 64, seed: int = 0
) -> float:
    """Largest entry of (K + r I) x - e on random rows, x being the column of the Fourier inverse at a seed.

    By T1 the errors are quotients of y^T x and entries of x, for one column an orbit.  The rows of K are values of
    the kernel at pairs of points: no symbol, group or transform takes part in the check.

    Args:
        kernel: As in :func:`iterative_error`.
        orbits: C orbits.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal.
        rows: How many rows, at least 0, beside those of the seeds; all if there are no more.
        seed: Seed of the draw, an integer >= 0.

    Raises:
        InputError: If an argument cannot be used.
        NotInvariantError: If the kernel is not invariant under the action.
        SingularGramError: If K + r I is not positive definite.

    Example:
        >>> import orbitkernels as ok
        >>> from orbitkernels.proofs.iterative import inverse_residual
        >>> orbits = ok.Orbits(ok.group("S4"), [[0.0, 1.0, 2.0, 4.0], [1.0, 1.0, 0.0, 3.0]], [0, 1])
        >>> inverse_residual("ntk(depth=2)", orbits) < 1e-9
        True
    """
    rows, seed = integer("rows", rows, least=0), integer("seed", seed, least=0)
    kernel, given = as_kernel(kernel), Ridge.of(ridge)
    require_orbits(orbits, kernel)
    symbol = _invariant_symbol(kernel, orbits, given)
    absolute = given.absolute(mean_diagonal(symbol, orbits.sizes))
    size, seeds = int(orbits.sizes.sum()), orbits.offsets[:-1]
    units = np.zeros((size, len(orbits)))
    units[seeds, np.arange(len(orbits))] = 1.0
    columns = _operators(orbits, symbol, absolute)[1](units)
    drawn = np.random.default_rng(seed).choice(size, size=min(rows, size), replace=False)
    chosen = np.union1d(seeds, drawn)
    found = kernel_rows(kernel, orbits, chosen, columns) + absolute * columns[chosen] - units[chosen]
    return float(np.abs(found).max())


@dataclass(frozen=True)
class _Solved:
    """Regressions without some sets of poses.

    Attributes:
        sets: The missing poses [p] of each.
        kept: Array [N, sets, 1]: 0 on the missing poses, 1 on the others.
        dual: z, array [N, sets, m], 0 on the missing poses.
        rest: y - (K + r I) z, array [N, sets, m]: errors on the missing poses, what is left on the others.
        lengths: Array [N, 1]: T.
        iterations: Number of steps.
        residual: Largest |y_R - K_RR z| / |y_R|, rows divided by T.
        ritz: Smallest and largest Ritz value.
    """

    sets: list[IntArray]
    kept: FloatArray
    dual: FloatArray
    rest: FloatArray
    lengths: FloatArray
    iterations: int
    residual: float
    ritz: tuple[float, float]


def _regressions(
    orbits: Orbits,
    sets: list[IntArray],
    product: Product,
    inverse: Product | None,
    scale: PowersOfTwo,
    tolerance: float,
    limit: int,
) -> _Solved:
    """Solve K_RR z = y_R for each set S of missing poses, R being the others: one product serves all sets.

    What is iterated is the same for T^-1 K T^-1 and labels T^-1 y, but for the norm that says when to stop.
    """
    lengths = np.repeat(np.ldexp(1.0, scale.rows), orbits.sizes)[:, None]
    labels = orbits.point_targets / lengths
    kept = np.ones((len(labels), len(sets), 1))
    for j, points in enumerate(sets):
        kept[points, j] = 0.0
    right = labels[:, None] * kept
    shape = right.shape

    def restricted(multiply: Product) -> Product:
        return lambda v: (multiply((v.reshape(shape) * kept).reshape(v.shape)).reshape(shape) * kept).reshape(
            v.shape
        )

    flat = right.reshape(len(labels), -1)
    precondition = None if inverse is None else restricted(lambda v: lengths * inverse(lengths * v))
    multiply = restricted(lambda v: product(v / lengths) / lengths)
    dual, iterations, coefficients = iterate(multiply, flat, precondition, tolerance, limit)
    dual /= lengths
    rest = labels[:, None] - (product(dual) / lengths).reshape(shape)  # errors and the residual in one product
    residual = largest_residual((rest * kept).reshape(flat.shape), flat)
    return _Solved(
        sets,
        kept,
        dual.reshape(shape),
        rest * lengths[:, None],
        lengths,
        iterations,
        residual,
        ritz_values(coefficients),
    )


def _kernel_residual(kernel: KernelLike, orbits: Orbits, ridge: float, solved: _Solved) -> float:
    """What a few rows of the regressions leave if K is taken from values of the kernel, over the largest label."""
    labels, dual, size = orbits.point_targets, solved.dual, len(solved.dual)
    drawn = np.random.default_rng(0).choice(size, size=min(_ROWS, size), replace=False)
    rows = np.union1d(drawn, np.concatenate([points[:1] for points in solved.sets][:_ROWS]))
    rest = solved.rest[rows].copy()
    for j, points in enumerate(solved.sets):
        rest[~np.isin(rows, points), j] = 0.0  # on the others the equation says so
    applied = kernel_rows(kernel, orbits, rows, dual.reshape(size, -1)).reshape(rest.shape) + ridge * dual[rows]
    scale = float(np.abs(labels / solved.lengths).max())
    left = np.abs(labels[rows, None] - applied - rest) / solved.lengths[rows, None]
    return float(left.max()) / (scale or 1.0)
