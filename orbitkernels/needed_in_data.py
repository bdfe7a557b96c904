"""What class separation pairs of images need so that a missing pose is classified right, and what they have.

For balanced classes (Theorem T8) the error at a missing pose is noise / (N MMD^2/2 + r), with the noise
1/[(K + r I)^-1]_ii: it is below 1 iff MMD^2 exceeds 2 (noise - r)/N.  Two orbits of images are balanced only
nearly, so the error by leaving the pose out is shown beside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from orbitkernels.data import Dataset, dataset
from orbitkernels.errors import SingularGramError
from orbitkernels.image_pairs import draw_stage, drawn_pairs
from orbitkernels.left_out import LeftOut, left_out, route_notes
from orbitkernels.numerics.fourier import inverse_diagonal
from orbitkernels.prediction import rounding_notes
from orbitkernels.proofs.arguments import integer
from orbitkernels.proofs.invariance import KernelLike, as_kernel
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.ridge import Ridge, RidgeLike
from orbitkernels.proofs.rounding import BoundedError, bounded, finite_lists, kernel_accuracy
from orbitkernels.proofs.spectral import FourierRoute
from orbitkernels.ring_invariance import dense_rounding, disagreement_notes
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group as group_of


def needed_separation_of_pairs(
    group: str | FiniteGroup,
    kernel: KernelLike,
    data: str | Dataset,
    ridge: RidgeLike = 0.0,
    pairs: int = 16,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """MMD^2 of the orbits of pairs of images, and the MMD^2 at which the error of a missing pose would be 1.

    Args:
        group: A group that acts on the images.
        kernel: Specification such as ``ntk(depth=3)``, or a kernel.
        data: ``digits``, ``mnist:DIR``, the path of a ``.npz`` file, or a `Dataset`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K.
        pairs: How many pairs, the same as :func:`orbitkernels.predict` takes.
        seed: Seed of the draw.
        progress: Called with the number of pairs done and the number of pairs.

    Returns:
        A dictionary fit for JSON: ``needed``, ``group``, ``kernel``, ``data``, ``ridge``, ``seed``, ``pairs``,
        ``right`` (poses classified right), ``foretold`` (poses whose MMD^2 exceeds what is needed), ``poses`` (how
        many), ``largest_relative_difference`` and ``notes``.  A pair has ``labels``, ``indices``, ``mmd_squared``,
        and for the two orbits in turn ``noise``, ``needed_mmd_squared``, ``balanced_error`` (noise over
        N MMD^2/2 + r), ``spectral_error`` (T6), ``exact_error`` (the pose left out), all times the label, and
        ``right``, ``rounding_bounds`` and ``rounding_levels`` (of the spectral errors); ``condition_number`` and
        ``stabiliser_orders``.

    Raises:
        InputError: If an argument cannot be used.

    Example:
        >>> from orbitkernels.needed_in_data import needed_separation_of_pairs
        >>> found = needed_separation_of_pairs("D4", "ntk(depth=3)", "digits", pairs=2)
        >>> sorted(found["pairs"][0])[:5]
        ['balanced_error', 'condition_number', 'exact_error', 'indices', 'labels']
    """
    G = group_of(group) if isinstance(group, str) else group
    k, r = as_kernel(kernel), Ridge.of(ridge)
    images = dataset(data)
    stage, notes = draw_stage(G, images, k)
    rows: list[dict[str, Any]] = []
    bounds: list[BoundedError] = []
    ways: list[LeftOut] = []
    with threadpool_limits(limits=1, user_api="blas"):
        for orbits, indices in drawn_pairs(stage, integer("pairs", pairs), integer("seed", seed, least=0)):
            try:
                pair = _pair(k, orbits, r, bounds, ways)
                rows.append({"labels": list(orbits.classes), "indices": list(indices), **pair})
            except SingularGramError as error:
                raise SingularGramError(f"Images {indices[0]} and {indices[1]}: {error}") from error
            if progress is not None:
                progress(len(rows), pairs)
    right = [value for row in rows for value in row["right"]]
    foretold = [row["mmd_squared"] > needed for row in rows for needed in row["needed_mmd_squared"]]
    return {
        "needed": "separation",
        "group": G.name,
        "kernel": kernel if isinstance(kernel, str) else str(getattr(kernel, "spec", kernel)),
        "data": images.name,
        "ridge": r.asked,
        "seed": int(seed),
        "pairs": rows,
        "right": sum(right),
        "foretold": sum(foretold),
        "poses": len(right),
        "largest_relative_difference": max(_difference(row) for row in rows),
        "notes": notes
        + rounding_notes([{**row, "exact_errors": row["exact_error"]} for row in rows])
        + _remarks(bounds)
        + _disagreements(rows, bounds, ways, G.order)
        + route_notes(ways),
    }


def _remarks(bounds: list[BoundedError]) -> list[str]:
    """What is said of the pair with the largest bound, if that is worth it."""
    worst = max(bounds, key=lambda found: found.relative_bound)
    remark = replace(worst, finer=()).remark  # `needed` is in double precision
    return [] if remark is None else [remark]


def _disagreements(
    rows: list[dict[str, Any]], bounds: list[BoundedError], ways: list[LeftOut], order: int
) -> list[str]:
    """Says so if the routes of a pair differ by more than rounding and residuals explain."""
    found = []
    for row, known, way in zip(rows, bounds, ways, strict=True):
        one, other = np.array(row["spectral_error"]), np.array(row["exact_error"])
        accuracy = known.kernel_accuracy + max(way.residual or 0.0, way.kernel_residual or 0.0)
        points = sum(order // fixing for fixing in row["stabiliser_orders"])
        dense = dense_rounding(points, known.condition_number, accuracy)
        explained = (known.rounding_bound + known.kernel_bound)[:, 0] + dense * np.maximum(1.0, np.abs(one))
        name = f"of images {row['indices'][0]} and {row['indices'][1]}"
        found += [(name, *pair) for pair in zip(np.abs(one - other).tolist(), explained.tolist(), strict=True)]
    return disagreement_notes(found)


def _pair(
    kernel: KernelLike, orbits: Orbits, ridge: Ridge, bounds: list[BoundedError], ways: list[LeftOut]
) -> dict[str, Any]:
    """Signal, noise and errors of one pair; what is known of their rounding and of the exact route is appended."""
    route = FourierRoute.of(kernel, orbits, ridge)
    signs = np.array([1.0, -1.0])
    known = bounded(route, accuracy=kernel_accuracy(kernel, orbits.seeds))
    bounds.append(known)
    spectral = signs * known.error[:, 0]
    ways.append(left_out(kernel, orbits, "pose", ridge))
    exact = signs * ways[-1].errors[:, 0]
    means = route.symbol.mean(axis=2)
    mmd = float(means[0, 0] + means[1, 1] - means[0, 1] - means[1, 0])
    noise = 1 / inverse_diagonal(route.blocks)
    return {
        "mmd_squared": mmd,
        "noise": noise.tolist(),
        "needed_mmd_squared": (2 * (noise - route.ridge) / orbits.sizes).tolist(),
        "balanced_error": (noise / (orbits.sizes * mmd / 2 + route.ridge)).tolist(),
        "spectral_error": spectral.tolist(),
        "exact_error": exact.tolist(),
        "ridge": route.ridge,
        "right": (exact < 1).tolist(),
        "rounding_bounds": finite_lists(known.rounding_bound[:, 0]),
        "rounding_levels": finite_lists(known.rounding_level[:, 0]),
        "condition_number": route.spectrum.condition_number,
        "stabiliser_orders": [H.order for H in orbits.stabilisers],
    }


def _difference(row: dict[str, Any]) -> float:
    """Largest relative difference of the two routes."""
    one, other = np.array(row["spectral_error"]), np.array(row["exact_error"])
    return float(np.max(np.abs(one - other) / np.where(other == 0, 1.0, np.abs(other))))
