"""NNGP and NTK of group-convolutional nets of infinite width: images in, Gram matrices out.

A group G of n elements moves the points p of an image x.  The net lifts the image to G,
z(g) = sum_{p in F} w_p x(g p) + b, then applies the activation f and group convolutions
z'(g) = sum_{s in S} w_s f(z(g s)) + b in turn, L activations in all, then a dense layer to all f(z(g)) (head
"flatten") or to their mean over g ("gap").  In the limit of infinite width, with the variances sw2 and sb2,

    S(g, h) = sb2 + sw2/|F| sum_{p in F} x(g p) y(h p),  S'(g, h) = sb2 + sw2/|S| sum_{s in S} E(g s, h s),
    T(g, h) = S(g, h),                                   T'(g, h) = S'(g, h) + sw2/|S| sum_s (D T)(g s, h s),

where z_g and z_h are Gaussian of covariance S between g of x and h of y, E(g, h) = E[f(z_g) f(z_h)] and
D(g, h) = E[f'(z_g) f'(z_h)].  The head takes the mean over all g = h, or over all g and h.

A pair of elements carries gap = 1 - u and rest = 1 + u of its cosine, both as sums of terms that are not negative:
with a_s = sqrt(sw2/|S|) A(g s)/a and b_s likewise, sum a_s^2 = sum b_s^2 = 1 with the bias, so that
gap' = sum_s ((a_s - b_s)^2/2 + a_s b_s gap_s).  Nothing cancels, near u = 1 or anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .compilation import jit_tile, tile_for
from .cores import in_parts
from .duals import LENGTH, ROOT_MEAN_SQUARE, Dual
from .group_convolution_geometry import Filter, IntArray, Offsets

FloatArray = npt.NDArray[np.float64]

#: Pairs of elements, times layers and pairs of images, from which on both cores are used: about 0.1 s.
_PARALLEL = 2**21


class Variances(NamedTuple):
    """Variances of the L + 1 layers with weights: lifting, L - 1 group convolutions and the dense layer.

    Attributes:
        weights: Array [L + 1]: sw2.
        biases: Array [L + 1]: sb2.
    """

    weights: FloatArray
    biases: FloatArray


class Images(NamedTuple):
    """What each image brings to its pairs; e is 1/2 where a length is zero, so that a cosine counts as 0 there.

    Attributes:
        units: Array [m, K, n]: patches and bias as unit vectors.
        features: Array [m, L, F, n]: features of the dual of each layer.
        weights: Array [m, L - 1, W, n]: a_s for each layer and each s of each factor of the filter.
        biases: Array [m, L - 1, n]: the bias among the a_s of the last factor.
        empty: Array [m, L - 1, factors + 1, n]: e of each factor; the last column is not used.
    """

    units: FloatArray
    features: FloatArray
    weights: FloatArray
    biases: FloatArray
    empty: FloatArray


def prepare(X: FloatArray, patches: IntArray, filter: Filter, dual: Dual, variances: Variances) -> Images:
    """What the images bring to their pairs.

    Args:
        X: Array [m, d].
        patches: Array [K', n]: the coordinates of x(g p), for each point p of the lifting filter and each channel.
        filter: Filter of the group convolutions.
        dual: Dual of the activation.
        variances: Of weights and biases.
    """
    scale = np.sqrt(variances.weights[0] / len(patches))
    vectors = np.full((len(X), len(patches) + 1, patches.shape[1]), np.sqrt(variances.biases[0]))
    vectors[:, :-1] = scale * X[:, patches]
    lengths = np.sqrt(np.sum(vectors**2, axis=1))  # [m, n]
    units = vectors / _positive(lengths)[:, None]
    depth, count = len(variances.weights) - 1, patches.shape[1]
    shape, features = (len(X), depth - 1), []
    weights = np.empty((*shape, len(filter.right), count))
    biases = np.empty((*shape, count))
    empty = np.zeros((*shape, filter.sizes.size + 1, count))
    for layer in range(depth):
        features.append(dual.features(lengths.ravel()).reshape(-1, *lengths.shape).transpose(1, 0, 2))
        if layer < depth - 1:
            lengths = _convolved(
                features[-1][:, ROOT_MEAN_SQUARE],
                filter,
                (variances.weights[layer + 1], variances.biases[layer + 1]),
                (weights[:, layer], biases[:, layer], empty[:, layer]),
            )
    return Images(units, np.ascontiguousarray(np.stack(features, axis=1)), weights, biases, empty)


def _positive(lengths: FloatArray) -> FloatArray:
    return np.where(lengths > 0, lengths, 1.0)


def _convolved(
    size: FloatArray,
    filter: Filter,
    variances: tuple[float, float],
    filled: tuple[FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    """Lengths [m, n] after a convolution of features of lengths A [m, n]; fills weights, biases and e."""
    weights, biases, empty = filled
    start = 0
    for i, terms in enumerate(filter.sizes.tolist()):
        last = i == filter.sizes.size - 1
        part = slice(start, start + terms)
        gain, bias = (variances[0] / terms, variances[1]) if last else (1.0 / terms, 0.0)
        vectors = np.sqrt(gain) * size[:, filter.right[part]]  # [m, terms, n]
        size = np.sqrt(bias + np.sum(vectors**2, axis=1))
        weights[:, part] = vectors / _positive(size)[:, None]
        empty[:, i] = np.where(size > 0, 0.0, 0.5)
        if last:
            biases[...] = np.sqrt(bias) / _positive(size)
        start += terms
    return size


# ---------------------------------------------------------------------- one pair of images, compiled


@jit_tile
def _gather(source: FloatArray, index: IntArray, out: FloatArray) -> None:
    """out[t] = source[index[t]]."""
    for t in range(index.size):
        out[t] = source[index[t]]


@jit_tile
def _lift(
    x: Any, i: int, y: Any, j: int, column: IntArray, scratch: FloatArray, gap: FloatArray, rest: FloatArray
) -> None:
    """Gap and rest [n] of the patches at g of x and at column[g] of y."""
    lengths_x, lengths_y = x.features[i, 0, LENGTH], y.features[j, 0, LENGTH]
    for t in range(gap.size):
        gap[t] = (0.0 if lengths_x[t] > 0.0 else 0.5) + (0.0 if lengths_y[column[t]] > 0.0 else 0.5)
        rest[t] = gap[t]
    for k in range(x.units.shape[1]):
        row = x.units[i, k]
        _gather(y.units[j, k], column, scratch)
        for t in range(gap.size):
            gap[t] += 0.5 * (row[t] - scratch[t]) * (row[t] - scratch[t])
            rest[t] += 0.5 * (row[t] + scratch[t]) * (row[t] + scratch[t])


@jit_tile
def _add_covariances(a: FloatArray, b: FloatArray, gap: FloatArray, rest: FloatArray, tangent: FloatArray) -> None:
    """Add S = a b u to the tangents."""
    for t in range(gap.size):
        cosine = 1.0 - gap[t] if gap[t] <= rest[t] else rest[t] - 1.0
        tangent[t] += a[t] * b[t] * cosine


@jit_tile
def _add_term(
    a: FloatArray,
    b: FloatArray,
    right: IntArray,
    source: tuple[FloatArray, FloatArray, FloatArray],
    out: tuple[FloatArray, FloatArray, FloatArray],
    gain: float,
) -> None:
    """Add (a - b)^2/2 + a b gap(g s) to gap, likewise to rest, and gain tangent(g s) to tangent, for one s."""
    gap, rest, tangent = source
    gaps, rests, tangents = out
    for t in range(a.size):
        at, product = right[t], a[t] * b[t]
        apart = 0.5 * (a[t] - b[t]) * (a[t] - b[t])
        gaps[t] += apart + product * gap[at]
        rests[t] += apart + product * rest[at]
        tangents[t] += gain * tangent[at]


@jit_tile
def _begin_sum(
    x: Any, i: int, y: Any, j: int, place: tuple[int, int, int], column: IntArray, out: tuple[Any, Any, Any]
) -> None:
    """Gap and rest of the bias alone, and what makes a cosine 0 where a length is 0; tangents 0."""
    layer, factor, last = place
    gap, rest, tangent = out
    empty_x, empty_y = x.empty[i, layer, factor], y.empty[j, layer, factor]
    bias_x, bias_y = x.biases[i, layer], y.biases[j, layer]
    for t in range(gap.size):
        gap[t] = empty_x[t] + empty_y[column[t]]
        rest[t] = gap[t]
        tangent[t] = 0.0
        if last == 1:
            a, b = bias_x[t], bias_y[column[t]]
            gap[t] += 0.5 * (a - b) * (a - b)
            rest[t] += 0.5 * (a + b) * (a + b)


@jit_tile
def _average(
    x: Any,
    i: int,
    y: Any,
    j: int,
    place: tuple[int, int, int],
    filter: Filter,
    offsets: Offsets,
    source: Any,
    out: Any,
    scratch: FloatArray,
    gain: float,
) -> None:
    """The average over one factor of the filter: buffers [3, k, n] of gaps, rests and tangents."""
    layer, factor, _ = place
    start = 0
    for before in range(factor):
        start += filter.sizes[before]
    for d in range(offsets.columns.shape[0]):
        column = offsets.columns[d]
        target = (out[0, d], out[1, d], out[2, d])
        _begin_sum(x, i, y, j, place, column, target)
        for s in range(start, start + filter.sizes[factor]):
            c = offsets.conjugates[s, d]
            _gather(y.weights[j, layer, s], column, scratch)
            _add_term(
                x.weights[i, layer, s],
                scratch,
                filter.right[s],
                (source[0, c], source[1, c], source[2, c]),
                target,
                gain / filter.sizes[factor],
            )


@jit_tile
def _convolve(
    x: Any,
    i: int,
    y: Any,
    j: int,
    layer: int,
    filter: Filter,
    offsets: Offsets,
    buffers: FloatArray,
    now: int,
    scratch: FloatArray,
    weight: float,
) -> int:
    """A group convolution, factor by factor, to and fro between buffers [2, 3, k, n]; which of the two has it."""
    factors = filter.sizes.size
    for factor in range(factors):
        last = 1 if factor == factors - 1 else 0
        gain = weight if last == 1 else 1.0
        place = (layer, factor, last)
        _average(x, i, y, j, place, filter, offsets, buffers[now], buffers[1 - now], scratch, gain)
        now = 1 - now
    return now


@jit_tile
def _head(x: Any, i: int, y: Any, j: int, offsets: Offsets, buffer: FloatArray, sums: FloatArray) -> None:
    """Add the sums over g and the offsets of E[f f] and of E[f' f'] T to sums [2]."""
    last = x.features.shape[1] - 1
    a, b = x.features[i, last, ROOT_MEAN_SQUARE], y.features[j, last, ROOT_MEAN_SQUARE]
    for d in range(offsets.columns.shape[0]):
        column, gap, rest = offsets.columns[d], buffer[0, d], buffer[1, d]
        squares, tangents = 0.0, 0.0
        for t in range(column.size):
            cosine = 1.0 - gap[t] if gap[t] <= rest[t] else rest[t] - 1.0
            squares += a[t] * b[column[t]] * cosine
            tangents += buffer[2, d, t]
        sums[0] += squares
        sums[1] += tangents


#: Stands for the pair function of the dual, which `tile_for` puts here.
pair: Any = None


def _add_pairs(
    parameters: FloatArray,
    x: Any,
    y: Any,
    pairs: IntArray,
    filter: Filter,
    offsets: Offsets,
    weights: FloatArray,
    sums: FloatArray,
) -> None:
    """Add the sums of each pair of images [P, 2] to sums [P, 2]; gap, rest and T take a buffer [n] an offset."""
    count, order = offsets.columns.shape
    buffers = np.empty((2, 3, count, order))
    fy, scratch = np.empty((x.features.shape[2], order)), np.empty(order)
    depth = x.features.shape[1]
    for p in range(pairs.shape[0]):
        i, j, now = pairs[p, 0], pairs[p, 1], 0
        for d in range(count):
            _lift(x, i, y, j, offsets.columns[d], scratch, buffers[0, 0, d], buffers[0, 1, d])
            buffers[0, 2, d] = 0.0
        for layer in range(depth):
            if layer > 0:
                now = _convolve(x, i, y, j, layer - 1, filter, offsets, buffers, now, scratch, weights[layer])
            fx = x.features[i, layer]
            for d in range(count):
                column, gap, rest, tangent = (
                    offsets.columns[d],
                    buffers[now, 0, d],
                    buffers[now, 1, d],
                    buffers[now, 2, d],
                )
                for k in range(fy.shape[0]):
                    _gather(y.features[j, layer, k], column, fy[k])
                _add_covariances(fx[LENGTH], fy[LENGTH], gap, rest, tangent)
                for t in range(order):
                    one, two, slope = pair(parameters, fx, t, fy, t, gap[t], rest[t])
                    gap[t], rest[t], tangent[t] = one, two, slope * tangent[t]
        _head(x, i, y, j, offsets, buffers[now], sums[p])


# ---------------------------------------------------------------------- all pairs


def gram(
    x: Images,
    y: Images | None,
    filter: Filter,
    batches: Iterable[Offsets],
    dual: Dual,
    variances: Variances,
    normalisation: float,
    ntk: bool,
) -> FloatArray:
    """Gram matrix sb2 + sw2 (mean of E[f f], and of E[f' f'] T for the NTK) over the elements of the head.

    Args:
        x: m images.
        y: p images; x again if None, and then the result is symmetric to the bit.
        filter: Filter of the group convolutions.
        batches: Offsets of the head: e alone, or all.
        dual: Dual of the activation.
        variances: Of weights and biases.
        normalisation: Number of pairs of elements, n or n^2.
        ntk: Whether T is added.

    Returns:
        Array [m, p].
    """
    other = x if y is None else y
    wanted = np.tri(len(x.units), len(other.units), dtype=bool) | (y is not None)
    pairs = np.ascontiguousarray(np.argwhere(wanted))  # arrays of another layout would be compiled for anew
    sums = np.zeros((len(pairs), 2))
    add = tile_for(_add_pairs, dual.pair)
    for offsets in batches:
        each = partial(_add_part, add, dual.parameters, x, other, pairs, filter, offsets, variances.weights, sums)
        work = len(pairs) * offsets.columns.size * x.features.shape[1]
        in_parts(each, len(pairs), work >= _PARALLEL)
    means = sums / normalisation
    values = variances.biases[-1] + variances.weights[-1] * (means.sum(axis=1) if ntk else means[:, 0])
    out = np.empty((len(x.units), len(other.units)))
    out[pairs[:, 0], pairs[:, 1]] = values
    if y is None:
        out[pairs[:, 1], pairs[:, 0]] = values
    return out


def _add_part(
    add: Callable[..., None],
    parameters: FloatArray,
    x: Images,
    y: Images,
    pairs: IntArray,
    filter: Filter,
    offsets: Offsets,
    weights: FloatArray,
    sums: FloatArray,
    part: slice,
) -> None:
    """Some of the pairs of images."""
    add(parameters, x, y, pairs[part], filter, offsets, weights, sums[part])
