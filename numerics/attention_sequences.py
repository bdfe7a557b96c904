"""What single sequences bring to nets with self-attention of infinite width: attention matrices and features.

Tokens are sorted first.  The net does not know their order (self-attention without positions is equivariant under
permutations), so that two sequences with the same tokens get the same bits, and are known for the same.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .angles import unit_rows
from .compilation import tile_for
from .cores import one_blas_thread
from .duals import Dual, FloatArray

IntArray = npt.NDArray[np.int64]


class AttentionNet(NamedTuple):
    """An embedding, L blocks of self-attention and an activation with dense layers between, a head, a readout.

    Attributes:
        depth: Number L of blocks.
        mechanism: "softmax", "identity", "relu" or "abs".
        head: "flatten" or "gap".
        residual: Whether attention and the dense layers between add their inputs.
        weights: The L + 1 weight variances of the dense layers, embedding first and readout last.
        biases: Their bias variances.
        key: Variance of the weights that queries and keys share.
        value: Product of the variances of the weights of values and of outputs.
        output: Variance of the bias of the outputs.
        dual: The activation.
        ntk: Whether the tangent kernel is meant, not the covariance.
    """

    depth: int
    mechanism: str
    head: str
    residual: bool
    weights: tuple[float, ...]
    biases: tuple[float, ...]
    key: float
    value: float
    output: float
    dual: Dual
    ntk: bool


class Sequences(NamedTuple):
    """What m sequences of T tokens, sorted, bring to their pairs; the last block is as given for head "flatten".

    Attributes:
        units: Array [m, T, D]: after the first attention, vectors of length 1 whose products are the cosines.
        attended: Array [m, T, d + 1]: vectors whose products are what the first attention adds.
        attention: Array [m, L - 1, T, T]: attention matrices of the blocks after the first.
        features: Array [m, L, F, T]: features of the dual of each block.
        ranks: Array [m, T]: where each token went.
        tokens: Array [m, L, T]: a number for each token, equal numbers for equal tokens.
        names: Array [m]: a number for each sequence, equal numbers for those with the same tokens.
    """

    units: FloatArray
    attended: FloatArray
    attention: FloatArray
    features: FloatArray
    ranks: IntArray
    tokens: IntArray
    names: IntArray

    def part(self, rows: slice) -> Sequences:
        """Some of the sequences."""
        return Sequences._make(array[rows] for array in self)


@one_blas_thread()
def prepare(net: AttentionNet, X: FloatArray) -> Sequences:
    """What the sequences X [m, T, d] bring to their pairs."""
    ranks, tokens, names = _sorted(X)
    inputs = np.take_along_axis(X, np.argsort(ranks, axis=1)[:, :, None], axis=1)
    embedded = embedded_tokens(net, inputs)
    attention = attention_of(net, embedded @ embedded.transpose(0, 2, 1))
    attended = np.sqrt(net.value) * (attention @ embedded)
    bias = np.full((*X.shape[:2], 1), np.sqrt(net.output))
    vectors = np.concatenate([attended, bias, *([embedded] if net.residual else [])], axis=2)
    units, lengths = (
        a.reshape(*X.shape[:2], *a.shape[1:]) for a in unit_rows(vectors.reshape(-1, vectors.shape[2]))
    )
    later, features = _later_blocks(net, units, lengths, tokens)
    every = np.repeat(tokens[:, None], net.depth, axis=1)
    if net.head == "flatten":
        every[:, -1] = np.take_along_axis(tokens, ranks, axis=1)
        features[:, -1] = np.take_along_axis(features[:, -1], ranks[:, None], axis=2)
        if net.depth == 1:
            units, attended = (np.take_along_axis(a, ranks[:, :, None], axis=1) for a in (units, attended))
        else:
            later[:, -1] = np.take_along_axis(later[:, -1], ranks[:, :, None], axis=1)
    return Sequences(units, attended, later, features, ranks, every, names)


def embedded_tokens(net: AttentionNet, X: FloatArray) -> FloatArray:
    """Vectors [m, T, d + 1] whose products are the covariances after the embedding."""
    embedded = np.full((*X.shape[:2], X.shape[2] + 1), np.sqrt(net.biases[0]))
    embedded[:, :, :-1] = np.sqrt(net.weights[0] / X.shape[2]) * X
    return embedded


def attention_of(net: AttentionNet, covariances: FloatArray) -> FloatArray:
    """Attention matrices of covariances [..., T, T], whose multiples are the limits of the products of keys."""
    logits = net.key * covariances
    if net.mechanism == "softmax":
        powers = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
        return np.asarray(powers / np.sum(powers, axis=-1, keepdims=True))
    if net.mechanism == "relu":
        return np.maximum(logits, 0.0)
    return np.abs(logits) if net.mechanism == "abs" else logits


def _sorted(X: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Ranks [m, T] of the tokens in order, numbers [m, T] of equal tokens in that order, numbers [m]."""
    order = np.stack([np.lexsort(x.T) for x in X]) if len(X) else np.empty(X.shape[:2], dtype=np.int64)
    inputs = np.take_along_axis(X, order[:, :, None], axis=1) + 0.0  # -0 becomes 0
    fresh = np.any(inputs[:, 1:] != inputs[:, :-1], axis=2)
    tokens = np.concatenate([np.zeros((len(X), 1), dtype=np.int64), np.cumsum(fresh, axis=1)], axis=1)
    known: dict[bytes, int] = {}
    names = [known.setdefault(x.tobytes(), len(known)) for x in inputs]
    return np.argsort(order, axis=1), tokens, np.array(names, dtype=np.int64)


def _later_blocks(
    net: AttentionNet, units: FloatArray, lengths: FloatArray, tokens: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Attention matrices of the blocks after the first, and the features of all.

    The cosine of equal tokens is 1: rounding to 1 - 1e-16 would move E[f f] of a step by 1e-8.
    """
    same = tokens[:, :, None] == tokens[:, None, :]
    m, T = lengths.shape
    attention, features = np.empty((m, net.depth - 1, T, T)), []
    every = np.arange(m, dtype=np.int64)
    covariances = lengths[:, :, None] * lengths[:, None, :] * (units @ units.transpose(0, 2, 1))
    for block in range(net.depth):
        found = net.dual.features(lengths.ravel()).reshape(-1, m, T).transpose(1, 0, 2)
        features.append(np.ascontiguousarray(found))
        if block == net.depth - 1:
            break
        gap, rest = cosine_gaps(covariances, lengths, lengths)
        equal = same & (lengths > 0)[:, :, None]
        gap[equal], rest[equal] = 0.0, 2.0
        products, _ = activated(net, features[-1], features[-1], every, every, gap, rest, np.zeros_like(gap))
        covariances = dense(net, block + 1, covariances, products)
        attention[:, block] = A = attention_of(net, covariances)
        added = net.output + net.value * (A @ covariances @ A.transpose(0, 2, 1))
        covariances = covariances + added if net.residual else added
        lengths = np.sqrt(np.maximum(np.einsum("mtt->mt", covariances), 0.0))
    return attention, np.ascontiguousarray(np.stack(features, axis=1))


# ---------------------------------------------------------------------------------------------- steps


def dense(net: AttentionNet, layer: int, before: FloatArray, products: FloatArray) -> FloatArray:
    """After a dense layer, sb2 + sw2 products, and what was there before if the net is residual."""
    found = net.biases[layer] + net.weights[layer] * products
    return before + found if net.residual else found


def cosine_gaps(covariances: FloatArray, a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """1 - u and 1 + u of covariances [P, T, T], or [P, T] of positions that are alike, and lengths [P, T]."""
    both = a * b if covariances.ndim == 2 else a[:, :, None] * b[:, None, :]
    u = np.clip(np.divide(covariances, both, out=np.zeros_like(both), where=both > 0), -1.0, 1.0)
    return 1.0 - u, 1.0 + u


def activated(
    net: AttentionNet,
    fx: FloatArray,
    fy: FloatArray,
    first: IntArray,
    second: IntArray,
    gap: FloatArray,
    rest: FloatArray,
    slopes: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """E[f f] and E[f' f'] T of pairs of positions: all [P, T, T], or those that are alike [P, T].

    Args:
        net: The net.
        fx: Features [m, F, T] of the rows.
        fy: Features [p, F, T] of the columns.
        first: Which rows [P].
        second: Which columns [P].
        gap: 1 - u of the pairs.
        rest: 1 + u.
        slopes: T of the pairs, overwritten with E[f' f'] T.
    """
    products = np.empty_like(gap)
    loop = tile_for(_activate, net.dual.pair)
    alike = gap.ndim == 2
    shape = (len(gap), 1, gap.shape[-1]) if alike else gap.shape
    loop(
        net.dual.parameters,
        np.ascontiguousarray(fx),
        np.ascontiguousarray(fy),
        first,
        second,
        np.ascontiguousarray(gap).reshape(shape),
        np.ascontiguousarray(rest).reshape(shape),
        slopes.reshape(shape),
        products.reshape(shape),
        alike,
    )
    return products, slopes


#: What the template calls; :func:`tile_for` puts the pair function of an activation in its place.
pair: Any = None


def _activate(
    parameters: FloatArray,
    fx: FloatArray,
    fy: FloatArray,
    first: IntArray,
    second: IntArray,
    gap: FloatArray,
    rest: FloatArray,
    slopes: FloatArray,
    products: FloatArray,
    alike: bool,
) -> None:
    """A template: E[f f] to products [P, R, T], and slopes times E[f' f'], row p with p + q if alike."""
    for n in range(first.size):
        x, y = fx[first[n]], fy[second[n]]
        for p in range(gap.shape[1]):
            near, far, slope, out = gap[n, p], rest[n, p], slopes[n, p], products[n, p]
            if alike:
                for q in range(near.size):
                    one, two, each = pair(parameters, x, q, y, q, near[q], far[q])
                    out[q] = x[1, q] * y[1, q] * (0.5 * (two - one))
                    slope[q] *= each
            else:
                for q in range(near.size):
                    one, two, each = pair(parameters, x, p, y, q, near[q], far[q])
                    out[q] = x[1, p] * y[1, q] * (0.5 * (two - one))
                    slope[q] *= each
