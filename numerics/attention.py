"""Gram matrices of nets with self-attention of infinite width, NNGP and NTK: NumPy arrays in, arrays out.

Queries and keys share their weights and their products are divided by the number d_k of their features, so that
attention matrices converge to functions A_x of the covariances of one input (Hron et al. 2020).  With S_0 = T_0 =
sb2 + sw2 <x_p, y_q>/d and, where the net is residual, with the terms in brackets, a block is

    S' = [S] + sv2 A_x S A_y^T + so2,     T' = [T] + sv2 A_x (T + 2 S) A_y^T + so2    (attention),
    E(p, q) = E[f(z_p) f(z_q)],           D(p, q) = E[f'(z_p) f'(z_q)]                (activation),
    S = [S'] + sb2 + sw2 E,               T = [T'] + sb2 + sw2 (E + D T')             (dense layer between blocks),

and K = sb2 + sw2 mean(E), Theta = K + sw2 mean(D T') for the mean over p = q or over all p and q.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from .angles import DIRECT_BELOW
from .attention_sequences import AttentionNet, IntArray, Sequences, activated, cosine_gaps, dense
from .attention_sharp import KINKED, NEAR, SharpAngles
from .compilation import jit_tile
from .cores import in_parts, one_blas_thread
from .duals import LENGTH, FloatArray

#: Numbers of an array of pairs of positions that are worked on at once: they stay in the cache.
AT_ONCE = 2**14

#: Pairs of positions, times blocks and pairs of sequences, from which on all cores are used.
WORTHWHILE = 2**21


def attention_gram(net: AttentionNet, x: Sequences, y: Sequences | None) -> FloatArray:
    """NNGP or NTK Gram matrix, see the head of the module.

    Args:
        net: The net.
        x: m sequences, see :func:`~orbitkernels.numerics.attention_sequences.prepare`.
        y: p sequences, prepared together with x, or None for x; then only pairs i >= j are computed.

    Returns:
        Array [m, p], symmetric to the bit if y is None.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.attention import attention_gram
        >>> from orbitkernels.numerics.attention_sequences import AttentionNet, prepare
        >>> from orbitkernels.numerics.duals import dual
        >>> net = AttentionNet(1, "softmax", "gap", False, (1, 2), (0, 0), 1, 1, 0, dual("relu"), False)
        >>> attention_gram(net, prepare(net, np.ones((1, 5, 3))), None).round(12)  # equal tokens: as one alone
        array([[1.]])
    """
    other = x if y is None else y
    shape = len(x.names), len(other.names)
    first, second = (index.astype(np.int64) for index in np.nonzero(np.tri(*shape, dtype=bool) | (y is not None)))
    values = np.empty(first.size)
    work = first.size * x.units.shape[1] ** 2 * net.depth
    with one_blas_thread():
        in_parts(partial(_fill, net, x, other, first, second, values), first.size, work >= WORTHWHILE)
    gram = np.empty(shape)
    gram[first, second] = values
    if y is None:
        gram[second, first] = values
    return gram


def _fill(
    net: AttentionNet,
    x: Sequences,
    y: Sequences,
    first: IntArray,
    second: IntArray,
    values: FloatArray,
    part: slice,
) -> None:
    """Values of some of the pairs."""
    step = max(AT_ONCE // x.units.shape[1] ** 2, 1)
    needed = net.ntk and net.depth > 1 and net.dual.name in KINKED
    sharp = SharpAngles(net, x, y) if needed else None
    for start in range(part.start, part.stop, step):
        some = slice(start, min(start + step, part.stop))
        values[some] = _values(net, x, y, first[some], second[some], sharp)


def _values(
    net: AttentionNet,
    x: Sequences,
    y: Sequences,
    first: IntArray,
    second: IntArray,
    sharp: SharpAngles | None,
) -> FloatArray:
    """Kernel of pairs of sequences [P], block after block."""
    covariances = tangent = np.empty(0)
    found: dict[int, tuple[FloatArray, FloatArray]] = {}
    for block in range(net.depth):
        alike = net.head == "flatten" and block == net.depth - 1
        if block == 0:
            covariances, tangent, gap, rest = _first(x, y, first, second, alike)
        else:
            covariances, tangent = _attention(net, x, y, first, second, block, covariances, tangent, alike)
            lengths = x.features[first, block, LENGTH], y.features[second, block, LENGTH]
            gap, rest = cosine_gaps(covariances, *lengths)
        equal = _equal(x, y, first, second, block, alike)
        if block > 0 and sharp is not None:
            _sharpen(sharp, first, second, block, gap, rest, equal, found)
        gap[equal], rest[equal] = 0.0, 2.0
        before = tangent
        fx, fy = x.features[:, block], y.features[:, block]
        products, slopes = activated(net, fx, fy, first, second, gap, rest, tangent.copy())
        if block < net.depth - 1:
            covariances = dense(net, block + 1, covariances, products)
            tangent = dense(net, block + 1, before, products + slopes)
    axes = tuple(range(1, products.ndim))
    mean = np.mean(products, axis=axes) + (np.mean(slopes, axis=axes) if net.ntk else 0.0)
    return np.asarray(net.biases[-1] + net.weights[-1] * mean)


# ---------------------------------------------------------------------------------------------- attention


def _first(
    x: Sequences, y: Sequences, first: IntArray, second: IntArray, alike: bool
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """S, T, 1 - u and 1 + u after the first attention, whose tokens are vectors; T = S + 2 sv2 A S_0 A^T."""
    one, two = x.units[first], y.units[second]
    added, others = x.attended[first], y.attended[second]
    a, b = x.features[first, 0, LENGTH], y.features[second, 0, LENGTH]
    if alike:
        cosines, products = np.einsum("nkd,nkd->nk", one, two), np.einsum("nkd,nkd->nk", added, others)
    else:
        cosines, products = one @ two.transpose(0, 2, 1), added @ others.transpose(0, 2, 1)
        a, b = a[:, :, None], b[:, None, :]
    gap, rest = np.empty_like(cosines), np.empty_like(cosines)
    shape = (len(first), 1, cosines.shape[-1]) if alike else cosines.shape
    _vector_gaps(one, two, cosines.reshape(shape), gap.reshape(shape), rest.reshape(shape), alike)
    covariances = a * b * (0.5 * (rest - gap))
    return covariances, covariances + 2.0 * products, gap, rest


@jit_tile
def _vector_gaps(
    x: FloatArray, y: FloatArray, cosines: FloatArray, gap: FloatArray, rest: FloatArray, alike: bool
) -> None:
    """1 - u and 1 + u [P, R, T] of unit vectors [P, T, D]; from differences where products cancel."""
    for n in range(cosines.shape[0]):
        for p in range(cosines.shape[1]):
            for q in range(cosines.shape[2]):
                u = cosines[n, p, q]
                near, far = 1.0 - u, 1.0 + u
                if min(near, far) < DIRECT_BELOW:
                    sign = 1.0 if near < far else -1.0
                    total = 0.0
                    for k in range(x.shape[2]):
                        difference = x[n, q if alike else p, k] - sign * y[n, q, k]
                        total += difference * difference
                    near, far = (
                        (0.5 * total, 2.0 - 0.5 * total) if sign > 0.0 else (2.0 - 0.5 * total, 0.5 * total)
                    )
                gap[n, p, q], rest[n, p, q] = near, far


def _attention(
    net: AttentionNet,
    x: Sequences,
    y: Sequences,
    first: IntArray,
    second: IntArray,
    block: int,
    covariances: FloatArray,
    tangent: FloatArray,
    alike: bool,
) -> tuple[FloatArray, FloatArray]:
    """S and T after the attention of a block after the first; only those of tokens that are alike, if wanted."""
    A, B = x.attention[first, block - 1], y.attention[second, block - 1]
    both = [covariances, tangent + 2.0 * covariances]
    if alike:
        found = [np.einsum("nkt,nkt->nk", A @ each, B) for each in both]
        place = np.arange(len(first))[:, None], x.ranks[first], y.ranks[second]
        covariances, tangent = covariances[place], tangent[place]
    else:
        found = [A @ each @ B.transpose(0, 2, 1) for each in both]
    S, T = (net.output + net.value * each for each in found)
    return (covariances + S, tangent + T) if net.residual else (S, T)


def _equal(
    x: Sequences, y: Sequences, first: IntArray, second: IntArray, block: int, alike: bool
) -> npt.NDArray[np.bool_]:
    """Which tokens are equal, in sequences of equal tokens, and have a length: their cosine is 1."""
    one, two = x.tokens[first, block], y.tokens[second, block]
    same = (x.names[first] == y.names[second])[:, None] & (x.features[first, block, LENGTH] > 0)
    if alike:
        return np.asarray(same & (one == two))
    return np.asarray(same[:, :, None] & (one[:, :, None] == two[:, None, :]))


def _sharpen(
    sharp: SharpAngles,
    first: IntArray,
    second: IntArray,
    block: int,
    gap: FloatArray,
    rest: FloatArray,
    equal: npt.NDArray[np.bool_],
    found: dict[int, tuple[FloatArray, FloatArray]],
) -> None:
    """Replace small gaps and rests of tokens that differ by those of :class:`SharpAngles`; keeps what it finds."""
    small = (np.minimum(gap, rest) < NEAR) & ~equal
    for n in np.flatnonzero(small.reshape(len(small), -1).any(axis=1)).tolist():
        if n not in found:
            found[n] = sharp.gaps(int(first[n]), int(second[n]))
        for old, new in zip((gap, rest), found[n], strict=True):
            better = np.diagonal(new[block]) if old.ndim == 2 else new[block]
            old[n] = np.where(small[n], better, old[n])
