"""Spectral and exact errors of missing poses for pairs of labelled images of different classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from orbitkernels.data import Dataset, dataset
from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.image_pairs import averaged, draw_stage, drawn_pairs
from orbitkernels.left_out import (
    MAX_POINTS,
    ExactRoute,
    LeftOut,
    checked_route,
    left_out,
    refuse_large,
    route_notes,
)
from orbitkernels.proofs.arguments import function_or_none, integer
from orbitkernels.proofs.batches import SpectralErrors, levelled_errors
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.invariance import KernelLike, as_kernel
from orbitkernels.proofs.missing import MissingLike, missing_poses
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.ridge import Ridge, RidgeLike
from orbitkernels.proofs.rounding import (
    BoundedError,
    Precision,
    bounded,
    checked_precision,
    finer_precisions,
    finite_lists,
    kernel_accuracy,
    remedy,
)
from orbitkernels.proofs.spectral import FourierRoute
from orbitkernels.proofs.symmetrisation import checked_symmetrisation, require_scalar
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.names import group as group_of

FloatArray = npt.NDArray[np.float64]

#: Agreement of the two routes, relative, that is expected unless rounding makes it impossible.
WANTED_AGREEMENT = 1e-8

#: Pairs whose spectral errors are found together; more would not be faster, and progress is told in between.
_TOGETHER = 128

#: Order of a group from which on pairs are taken one by one, as the poses of many would fill the memory.
_LARGE = 256

_SCALAR_NOTE = (
    "The spectral errors are those of the scalar circulant of the interleaved orbits, which is not exact and "
    "depends on the pose that each orbit begins with; symmetrisation 'block' is exact."
)


def predict(
    group: str | FiniteGroup,
    kernel: KernelLike,
    data: str | Dataset,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    pairs: int = 16,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
    symmetrisation: str = "block",
    average: str | None = None,
    precision: Precision = "double",
    exact_route: ExactRoute = "auto",
    status: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Error y - p of a missing pose, by the Fourier route (T6) and by leaving it out, for random pairs of images.

    Each pair is two images of different classes; every pose of the first has the label +1, every pose of the
    second -1, and poses are missing from one of the two orbits in turn.  The missing pose of the first is
    classified right iff its error is below 1.  Up to 8,192 points the pose is left out of the Gram matrix, and the
    routes share the images and the kernel's Gram function, nothing else; above, the regression is solved by
    conjugate gradients, see :mod:`orbitkernels.left_out`, and each pair says what multiplied with K.

    Args:
        group: Name of a group that acts on the images, such as ``D4`` or ``C8xC8``, or a `FiniteGroup`.
        kernel: Specification such as ``ntk(depth=3)``, an object with gram(X, Y), or a function k(X, Y).
        data: ``digits``, ``mnist:DIR``, the path of a ``.npz`` file, or a `Dataset`.
        missing: ``"pose"``, ``"coset:WORDS"`` or a list of poses, see `missing_poses`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K: the Gram matrix becomes K + r I.
        pairs: How many pairs, all different.
        seed: Seed of the draw.
        progress: Called with the number of pairs done and the number of pairs.
        symmetrisation: ``"block"``, exact; or ``"scalar"``, the circulant of two interleaved orbits of a cyclic
            group (Perin and Deny), see :mod:`orbitkernels.proofs.symmetrisation`.  The exact error is the same.
        average: ``"G"`` or the words of generators of a subgroup such as ``"r^2,s"``, over which the kernel is
            averaged (:class:`orbitkernels.Averaged`).
        precision: Of the linear algebra of both routes: ``"double"``, ``"double-double"`` or ``"arb"``, see
            :func:`orbitkernels.error_with_bound`.
        exact_route: How a pose is left out: ``"dense"`` by Cholesky; ``"kernel"``, ``"group"`` or ``"transform"``
            by conjugate gradients with that product (:func:`orbitkernels.iterative_error`); ``"auto"`` the first
            of dense, kernel and transform that takes about a minute or less for a pair.
        status: Told in a few words what is being done, where that takes long.

    Returns:
        A dictionary fit for JSON: ``group``, ``kernel``, ``data``, ``ridge``, ``missing``, ``symmetrisation``,
        ``precision``, ``seed``, ``pairs``,
        ``largest_relative_difference`` and ``notes``.  A pair has ``labels``, ``indices`` (which images),
        ``spectral_error`` and ``exact_error`` (first orbit, first missing pose), ``spectral_errors`` and
        ``exact_errors`` (both orbits; a list each if several poses with their own errors are missing),
        ``relative_difference`` (the largest), ``ridge`` (r, absolute), ``condition_number`` (of K + r I, 2-norm),
        ``rounding_bound`` and ``rounding_bounds`` (of the spectral errors, in their shape; None where one is
        infinite; in double precision those of :func:`orbitkernels.spectral_errors` for groups below 256 elements,
        of :func:`orbitkernels.error_with_bound` for others), ``stabiliser_orders``, ``exact_route`` (``"dense"``
        or ``"conjugate gradients"``), and for the latter, else None, ``product``, ``residual`` (by that product)
        and ``kernel_residual`` (on a few rows, by values of the kernel).

    Raises:
        InputError: If an argument cannot be used; one line that says why.

    Example:
        >>> from orbitkernels.prediction import predict
        >>> result = predict("D4", "ntk(depth=3)", "digits", pairs=2)
        >>> result["largest_relative_difference"] < 1e-8
        True
        >>> sorted(result["pairs"][0])[:4]
        ['condition_number', 'exact_error', 'exact_errors', 'exact_route']
    """
    G = group_of(group) if isinstance(group, str) else group
    require_group(G)
    k, r, how = as_kernel(kernel), Ridge.of(ridge), checked_route(exact_route)
    if isinstance(missing, Mapping):
        raise InputError(
            "Argument 'missing' must be 'pose', 'coset:WORDS' or a list of poses, not a dictionary; "
            "spectral_error and leave_out_error take one."
        )
    for name, told in (("progress", progress), ("status", status)):
        function_or_none(name, told)
    missing_poses(G, missing)  # a bad word is refused before the data are read
    if checked_symmetrisation(symmetrisation) == "scalar":
        require_scalar(G, 2)
    if checked_precision(precision) != "double" and symmetrisation == "scalar":
        raise InputError(f"Argument 'precision' is {precision}, which needs symmetrisation 'block'.")
    _refuse_routes(G, precision, how)
    images = dataset(data)
    stage, notes = draw_stage(G, images, k)
    if average is not None:
        k = averaged(k, stage, average)
    rows: list[dict[str, Any]] = []
    remarks: list[_Remark] = []
    ways: list[LeftOut] = []
    together = _TOGETHER if G.order < _LARGE else 1
    # small matrices: threads would only wait for each other
    with threadpool_limits(limits=1 if together > 1 else None, user_api="blas"):
        drawn = drawn_pairs(stage, integer("pairs", pairs), integer("seed", seed, least=0))
        while piece := list(islice(drawn, together)):

            def tell(text: str) -> None:
                if status is not None and together == 1:
                    status(f"Pair {len(rows) + 1} of {pairs}: {text}")

            ask = _Asked(k, missing, r, precision, how, tell)
            many = together > 1 and precision == "double"
            found = (
                _rows(ask, piece, symmetrisation, remarks, ways)
                if many or symmetrisation == "scalar"
                else _rows_one_by_one(ask, piece, remarks, ways)
            )
            for row in found:
                rows.append(row)
                if progress is not None:
                    progress(len(rows), pairs)
    return {
        "group": G.name,
        "kernel": kernel if isinstance(kernel, str) and average is None else _named(k),
        "data": images.name,
        "ridge": r.asked,
        "missing": missing if isinstance(missing, str) else [g if isinstance(g, str) else int(g) for g in missing],
        "symmetrisation": symmetrisation,
        "precision": precision,
        "exact_route": how,
        "seed": int(seed),
        "pairs": rows,
        "largest_relative_difference": max(row["relative_difference"] for row in rows),
        "notes": notes
        + ([_SCALAR_NOTE] if symmetrisation == "scalar" else rounding_notes(rows) if precision == "double" else [])
        + _worst_remark(remarks)
        + route_notes(ways),
    }


def _refuse_routes(group: FiniteGroup, precision: str, route: ExactRoute) -> None:
    """Refuse second routes that cannot be taken, before data and action are made.

    Raises:
        InputError: If the dense route is asked for and two free orbits have more than MAX_POINTS points, or a
            higher precision and another route: conjugate gradients are in double.
    """
    if precision != "double" and route not in ("auto", "dense"):
        raise InputError(
            f"Argument 'exact_route' is {route!r}, which is in double precision; with precision={precision} "
            "choose 'auto' or 'dense'."
        )
    points = 2 * group.order
    if points > MAX_POINTS and (precision != "double" or route == "dense"):
        name, value = ("exact_route", route) if route == "dense" else ("precision", precision)
        raise InputError(
            f"Argument '{name}' = {value!r} needs for {group.name!r} the Gram matrix of {points} points, "
            f"{8 * points**2 / 2**30:.1f} GiB, beyond the limit of {MAX_POINTS} points; choose precision=double "
            "and exact_route 'auto', 'kernel' or 'transform'."
        )


def _named(kernel: KernelLike) -> str:
    """Specification of a kernel, or the name of a function or class: nothing that differs from run to run."""
    spec = getattr(kernel, "spec", None)
    return str(spec or getattr(kernel, "__name__", type(kernel).__name__))


@dataclass(frozen=True)
class _Asked:
    """What is asked of each pair: kernel, missing poses, ridge, precision, second route; and whom to tell."""

    kernel: KernelLike
    missing: MissingLike
    ridge: Ridge
    precision: Precision
    route: ExactRoute
    tell: Callable[[str], None]

    def left_out(self, orbits: Orbits) -> LeftOut:
        """The errors by the second route."""
        if self.precision == "double":
            return left_out(self.kernel, orbits, self.missing, self.ridge, self.route, self.tell)
        dense = DenseRoute.of(self.kernel, orbits, self.ridge)
        accuracy = kernel_accuracy(self.kernel, orbits.seeds)
        return LeftOut(bounded(dense, self.missing, self.precision, accuracy).error, "dense")

    def remark_on(self, found: BoundedError, orbits: Orbits) -> _Remark:
        """What is to be said of the rounding of a pair."""
        relative = max(found.relative_bound, found.relative_kernel_bound)
        return _Remark(relative, replace(found, finer=self._affordable(found.finer, orbits)).remark)

    def remark_on_batch(self, found: SpectralErrors, drawn: Drawn) -> _Remark:
        """What is to be said of the pair of a batch whose bound is the largest beside its error."""
        if found.concern is None:
            return _Remark(found.relative_bound, None)
        finer = self._affordable(found.finer, drawn[found.worst[0]][0])
        return _Remark(found.relative_bound, f"{found.concern}; {remedy(finer)}.")

    def _affordable(self, finer: tuple[Precision, ...], orbits: Orbits) -> tuple[Precision, ...]:
        """Those of some higher precisions that the second route takes too; it is dense for them."""
        dense = finer_precisions(orbits, "dense") if finer and self.route in ("auto", "dense") else ()
        return tuple(name for name in finer if name in dense)


@dataclass(frozen=True)
class _Remark:
    """The largest bound relative to its error in some pairs, and one line on it if it is worth one."""

    relative: float
    text: str | None


Drawn = list[tuple[Orbits, tuple[int, int]]]


def _rows(
    ask: _Asked, drawn: Drawn, symmetrisation: str, remarks: list[_Remark], ways: list[LeftOut]
) -> Iterator[dict[str, Any]]:
    """Both routes on some pairs of images: the spectral one for all together, the other for each.

    Errors, bounds and condition numbers are those of the batch.  What is to be said of its rounding is appended to
    the remarks, and the second route to the ways.
    """
    names = [f"Images {first} and {second}" for _, (first, second) in drawn]
    found = levelled_errors(
        ask.kernel, [orbits for orbits, _ in drawn], ask.ridge, ask.missing, symmetrisation, names.__getitem__
    )
    remarks.append(ask.remark_on_batch(found, drawn))
    for p, (orbits, indices) in enumerate(drawn):
        try:
            exact = ask.left_out(orbits)
        except SingularGramError as error:
            raise SingularGramError(f"{names[p]}: {error}") from error
        ways.append(exact)
        one = p, 0, 0
        # [2], or [2, poses] for a list of poses
        spectral, bound = (values[one][..., 0] for values in (found.errors, found.rounding_bounds))
        condition, absolute = float(found.condition_numbers[one]), float(found.ridges[one])
        yield _row(orbits, indices, spectral, exact, bound, condition, absolute)


def _rows_one_by_one(
    ask: _Asked, drawn: Drawn, remarks: list[_Remark], ways: list[LeftOut]
) -> Iterator[dict[str, Any]]:
    """As :func:`_rows`, for large groups, and in higher precision for all."""
    for orbits, indices in drawn:
        refuse_large(orbits, ask.route)
        ask.tell("spectral errors")
        try:
            route = FourierRoute.of(ask.kernel, orbits, ask.ridge)
            spectral = bounded(route, ask.missing, ask.precision, kernel_accuracy(ask.kernel, orbits.seeds))
            exact = ask.left_out(orbits)
        except SingularGramError as error:
            raise SingularGramError(f"Images {indices[0]} and {indices[1]}: {error}") from error
        remarks.append(ask.remark_on(spectral, orbits))
        ways.append(exact)
        first, bound = spectral.error[..., 0], spectral.rounding_bound[..., 0]
        yield _row(orbits, indices, first, exact, bound, spectral.condition_number, spectral.ridge)


def _row(
    orbits: Orbits,
    indices: tuple[int, int],
    spectral: FloatArray,
    second: LeftOut,
    bound: FloatArray,
    condition: float,
    ridge: float,
) -> dict[str, Any]:
    """What is said of one pair."""
    exact = second.errors[..., 0]
    difference = np.abs(spectral - exact) / np.where(exact == 0, 1.0, np.abs(exact))
    return {
        "labels": list(orbits.classes),
        "indices": list(indices),
        "spectral_error": float(spectral.flat[0]),
        "exact_error": float(exact.flat[0]),
        "spectral_errors": spectral.tolist(),
        "exact_errors": exact.tolist(),
        "relative_difference": float(np.max(difference)),
        "ridge": ridge,
        "condition_number": condition if np.isfinite(condition) else None,
        "rounding_bound": finite_lists(bound.flat[0]),
        "rounding_bounds": finite_lists(bound),
        "stabiliser_orders": [H.order for H in orbits.stabilisers],
        **second.to_dict(),
    }


def _worst_remark(remarks: list[_Remark]) -> list[str]:
    """The line on the pairs whose bound is largest beside its error, or else the first one there is."""
    worst = max(remarks, key=lambda one: one.relative)
    return [one.text for one in (worst, *remarks) if one.text is not None][:1]


def rounding_notes(rows: list[dict[str, Any]]) -> list[str]:
    """Says so if rounding may separate the routes by more than WANTED_AGREEMENT.

    The dense route finds the error as a difference y - p with |y| = 1 and p good to about eps times the condition
    number, so a small error loses digits.
    """
    smallest = [min(1.0, float(np.min(np.abs(row["exact_errors"])))) for row in rows]
    conditions = [float("inf") if (c := row["condition_number"]) is None else c for row in rows]
    relative = [condition / error for condition, error in zip(conditions, smallest, strict=True) if error]
    worst = float(np.finfo(np.float64).eps) * max(relative, default=0.0)
    if worst <= WANTED_AGREEMENT:
        return []
    condition = max(conditions)
    return [
        f"Rounding alone may separate the two routes by up to about {worst:.0e}, relative: eps times a condition "
        f"number (the largest is {condition:.1e}) over an error y - p; a ridge lowers it."
    ]
