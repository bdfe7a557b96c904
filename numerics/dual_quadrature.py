"""Hermite coefficients of f(a z) by Gauss-Legendre quadrature, on panels that are cut at the kinks of f.

On a panel of unit length the coefficients of a smooth f are right to rounding; a kink inside would leave an error
of 1e-3 of them.  A kink k of f lies at k/a for the length a, so each length has panels of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from orbitkernels.errors import InputError

from .cores import one_blas_thread
from .duals import FloatArray

#: Coefficients that are computed.
COUNT = 62

#: Panels of unit length on each side of 0 and nodes in each: the Gaussian density times the largest polynomial is
#: below 1e-60 outside.
PANELS, NODES = 22, 16

#: How often the panels next to 0 are halved to see what the plain ones miss.
OCTAVES = 30

#: Most kinks, and most other centres of narrow features, that are looked at: the nearest to 0.
CENTRES = 32

#: Lengths with panels of their own, and values of f, that are worked on at once.
LENGTHS, VALUES = 32, 2**20

Function = Callable[[FloatArray], FloatArray]


def hermite_coefficients(
    name: str, function: Function, lengths: FloatArray, kinks: tuple[float, ...] = (), nodes: int = NODES
) -> FloatArray:
    """62 Hermite coefficients of f(a z) for each a, and the square roots of the even and odd rest of E[f^2].

    Args:
        name: What messages call f.
        function: f, of an array.
        lengths: a >= 0, [m].
        kinks: Where f may have kinks; 0 need not be among them.
        nodes: Nodes of a panel.

    Returns:
        Array [COUNT + 2, m].

    Raises:
        InputError: If f has no finite second moment.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.dual_quadrature import hermite_coefficients
        >>> hermite_coefficients("z^2", np.square, np.ones(1))[[0, 2], 0].round(12).tolist()
        [1.0, 1.414213562373]
    """
    if not any(kinks):
        return _of_values(name, function, lengths, *_gaussian_rule(_edges(), nodes))
    parts = [np.empty((COUNT + 2, 0))]
    for start in range(0, len(lengths), LENGTHS):
        some = lengths[start : start + LENGTHS]
        parts.append(_of_values(name, function, some, *_gaussian_rule(_cut(_edges(), some, kinks), nodes)))
    return np.concatenate(parts, axis=1)


def missed(
    function: Function, lengths: FloatArray, kinks: tuple[float, ...] = (), centres: tuple[float, ...] = ()
) -> FloatArray:
    """Difference of E[f(a z)^2] by plain panels and by panels narrower towards 0, kinks and centres, as a share.

    It is 1 where f(0) is not 0 but no node sees it.  Features of less than 2^-OCTAVES standard deviations, or at
    other places than 0, the kinks and the centres, stay unseen.
    """
    places = tuple({place for some in (kinks, centres) for place in sorted(some, key=abs)[:CENTRES]} - {0.0})
    count = max(1, VALUES // (NODES * 2 * OCTAVES * (len(places) + 1)))
    parts = [_missed(function, lengths[k : k + count], kinks, places) for k in range(0, len(lengths), count)]
    return np.concatenate([np.empty(0), *parts])


def _missed(
    function: Function, lengths: FloatArray, kinks: tuple[float, ...], places: tuple[float, ...]
) -> FloatArray:
    """The same for a few lengths, with panels narrower towards all of the places."""
    totals = []
    for octaves, around in ((0, ()), (OCTAVES, places)):
        edges = _around(around, lengths, _cut(_edges(octaves), lengths, kinks))
        points, weights = _gaussian_rule(edges, NODES)
        values = _values(function, points, lengths)
        totals.append(np.sum(weights * values * values, axis=0))
    largest = np.maximum(*totals)
    unseen = (largest == 0) & (_values(function, np.zeros((1, 1)), lengths)[0] != 0)
    share: FloatArray = np.divide(abs(totals[0] - totals[1]), largest, out=unseen.astype(float), where=largest > 0)
    return share


def _of_values(
    name: str, function: Function, lengths: FloatArray, points: FloatArray, weights: FloatArray
) -> FloatArray:
    """The coefficients by a rule [p, 1] for all lengths or [p, m] for each."""
    values = _values(function, points, lengths)
    with np.errstate(all="ignore"):
        total = np.sum(weights * values * values, axis=0)
    if not np.all(np.isfinite(total)):
        length = float(lengths[~np.isfinite(total)][0])
        raise InputError(
            f"Activation '{name}' has no finite second moment at standard deviation {length:.3g} of the"
            " pre-activations; scale the inputs or the weight variances down."
        )
    found = _projections(points, weights, values)
    flipped = values[::-1]
    rest = [
        np.sum(weights * ((values + sign * flipped) / 2.0) ** 2, axis=0) - np.sum(found[start::2] ** 2, axis=0)
        for start, sign in ((0, 1.0), (1, -1.0))
    ]
    # below 1e-13 it is rounding
    return np.concatenate([found, np.sqrt([np.where(part > 1e-13 * total, part, 0.0) for part in rest])])


def _values(function: Function, points: FloatArray, lengths: FloatArray) -> FloatArray:
    """f(a z) at the points, [p, m]."""
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(function(points * lengths), (len(points), len(lengths))))


def _projections(points: FloatArray, weights: FloatArray, values: FloatArray) -> FloatArray:
    """E[h_m(z) values] for m < COUNT by the recurrence of the normalised polynomials of Hermite."""
    basis = np.empty((COUNT, *points.shape))
    basis[0], basis[1] = 1.0, points
    for m in range(2, COUNT):
        basis[m] = (points * basis[m - 1] - sqrt(m - 1) * basis[m - 2]) / sqrt(m)
    if points.shape[1] == 1:
        with one_blas_thread():
            return np.asarray((basis * weights)[:, :, 0] @ values)
    return np.asarray(np.einsum("kpm,pm->km", basis, weights * values))


def _edges(octaves: int = 0) -> FloatArray:
    """Ends of panels of length 1 and 2^-1, ..., 2^-octaves, symmetric about 0, [e, 1]."""
    half = np.concatenate([0.5 ** np.arange(octaves, 0, -1), np.arange(1.0, PANELS + 1)])
    return np.concatenate([-half[::-1], [0.0], half])[:, None]


def _cut(edges: FloatArray, lengths: FloatArray, kinks: tuple[float, ...]) -> FloatArray:
    """The edges [e, 1] with the kinks of f(a z), and their mirror images, for each length: [e', m]."""
    if not any(kinks):
        return edges
    both = np.array(sorted({abs(kink) for kink in kinks} - {0.0}))[:, None]
    with np.errstate(divide="ignore", over="ignore"):
        cuts = np.minimum(both / lengths, PANELS)
    return np.sort(np.concatenate([np.broadcast_to(edges, (len(edges), len(lengths))), -cuts, cuts]), axis=0)


def _around(centres: tuple[float, ...], lengths: FloatArray, edges: FloatArray) -> FloatArray:
    """The edges [e, 1] or [e, m] with panels of 2^-1, ..., 2^-OCTAVES beside each centre of f(a z): [e', m]."""
    if not centres:
        return edges
    steps = np.concatenate([[0.0], 0.5 ** np.arange(1, OCTAVES + 1)])
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        places = np.nan_to_num(np.array(centres)[:, None] / lengths, nan=0.0)
    cuts = (places[:, None] + np.concatenate([-steps, steps])[:, None]).reshape(-1, len(lengths))
    whole = np.broadcast_to(edges, (len(edges), len(lengths)))
    return np.sort(np.concatenate([whole, np.clip(cuts, -PANELS, PANELS)]), axis=0)


def _gaussian_rule(edges: FloatArray, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights [p, m] for E[g(z)] on the panels between edges [e, m]; symmetric if these are."""
    inner, weights = (part[:, None] for part in np.polynomial.legendre.leggauss(nodes))
    left, widths = edges[:-1, None], np.diff(edges, axis=0)[:, None]
    points = (left + widths * (inner + 1.0) / 2.0).reshape(-1, edges.shape[1])
    density = np.exp(-points * points / 2.0) / sqrt(2.0 * np.pi)
    return points, (widths * weights / 2.0).reshape(points.shape) * density
