"""Positions, offsets and windows of a convolutional net: which pairs of positions a kernel needs, where they lie.

A covariance S(p, q) is a tensor over pairs of positions.  A convolution with stride s takes the pair (p', q') of
its output from pairs of its input with q - p = s (q' - p'): the tensor splits by the *offset* q - p of the last
layer, and each offset needs one image-sized buffer a layer.  Axes are independent until the sums over patches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Axis(NamedTuple):
    """One axis of a net with L convolutions.

    Attributes:
        sizes: n_0, ..., n_L: positions of the input and after each convolution.
        lows: How many positions the l-th convolution adds before the first one, for l = 1, ..., L.
        filter: Size of the filter.
        stride: Stride of each convolution.
        circular: Whether positions count modulo the size.
    """

    sizes: tuple[int, ...]
    lows: tuple[int, ...]
    filter: int
    stride: int
    circular: bool

    @property
    def depth(self) -> int:
        """Number L of convolutions."""
        return len(self.lows)

    @property
    def offsets_stay_apart(self) -> bool:
        """Whether the offset of a pair gives that in the layer below, also where the pair wraps around."""
        outputs = zip(self.sizes, self.sizes[1:], strict=False)
        return not self.circular or all(n % self.stride == 0 or out == 1 for n, out in outputs)


def axis(size: int, filter: int, stride: int, padding: str, depth: int) -> Axis:
    """Sizes and borders of an axis, as in jax and TensorFlow: "zero" and "circular" are their SAME.

    The output has ceil(n/s) positions, position p' is the sum over i < filter of position s p' + i - low, and
    low is half of max((ceil(n/s) - 1) s + filter - n, 0), rounded down.  Without padding ("valid") it has
    floor((n - filter)/s) + 1 positions and low = 0; a size below 1 says that the filter does not fit.

    Example:
        >>> from orbitkernels.numerics.convolution_geometry import axis
        >>> axis(28, 3, 1, "zero", 2)
        Axis(sizes=(28, 28, 28), lows=(1, 1), filter=3, stride=1, circular=False)
        >>> axis(28, 4, 2, "valid", 2).sizes
        (28, 13, 5)
    """
    sizes, lows = [size], []
    for _ in range(depth):
        n = sizes[-1]
        out = (n - filter) // stride + 1 if padding == "valid" else -(-n // stride)
        padded = 0 if padding == "valid" else max((out - 1) * stride + filter - n, 0)
        sizes.append(out)
        lows.append(padded // 2)
    return Axis(tuple(sizes), tuple(lows), filter, stride, padding == "circular")


def head_weights(line: Axis, head: str, window: int, window_stride: int) -> dict[int, FloatArray]:
    """Weights w_d[p] of the pairs (p, p + d) of positions after the last layer, by offset d; all other are zero.

    flatten: 1/n for d = 0.  gap: 1/n^2 for every pair.  average: the mean over windows of the mean over pairs in
    the window.  On a circular axis there are ceil(n/t) windows, t being their stride, which begin at k t - low,
    with the low of :func:`axis`; p + d counts modulo n and 0 <= d < n.  Otherwise |d| < n, and w_d has its n - |d|
    entries for p from max(0, -d).

    Example:
        >>> from orbitkernels.numerics.convolution_geometry import axis, head_weights
        >>> head_weights(axis(3, 1, 1, "valid", 1), "average", 2, 1)
        {-1: array([0.125, 0.125]), 0: array([0.125, 0.25 , 0.125]), 1: array([0.125, 0.125])}
    """
    n = line.sizes[-1]
    if head == "gap":
        window, window_stride, starts = n, n, np.zeros(1, dtype=np.int64)
    elif head == "flatten":
        window, starts = 1, np.arange(n)
    elif line.circular:
        pooled = axis(n, window, window_stride, "circular", 1)
        starts = window_stride * np.arange(pooled.sizes[1]) - pooled.lows[0]
    else:
        starts = np.arange(0, n - window + 1, window_stride)
    covers = np.zeros((starts.size, n))
    covers[np.arange(starts.size)[:, None], (starts[:, None] + np.arange(window)) % n] = 1.0
    pairs = covers.T @ covers / (starts.size * float(window) ** 2)  # [n, n]
    every = np.arange(n)
    if line.circular:
        found = {d: pairs[every, (every + d) % n] for d in range(n)}
    else:
        found = {d: np.diagonal(pairs, d).copy() for d in range(1 - n, n)}
    return {d: weights for d, weights in found.items() if np.any(weights)}


class Window(NamedTuple):
    """Where the pairs of one offset of the last layer lie, on one axis; one entry a layer 0, ..., L.

    Indices count padded positions: index t is position t - low.

    Attributes:
        first: Index in x at which the buffer of the layer begins.
        second: The same in y: offset later.
        pairs: How many pairs of the offset there are.
        length: Length of the buffer, border included.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    pairs: tuple[int, ...]
    length: tuple[int, ...]


def window(line: Axis, offset: int, align: bool) -> Window:
    """The buffers of one offset; with `align` and stride 1 all have the length of the first."""
    first, second, pairs = [], [], []
    for layer, n in enumerate(line.sizes):
        d = offset * line.stride ** (line.depth - layer)
        first.append(0 if line.circular else max(0, -d))
        second.append(d % n if line.circular else max(0, d))
        pairs.append(n if line.circular else n - abs(d))
    length = []
    for layer, low in enumerate(line.lows):
        needed = line.stride * (pairs[layer + 1] - 1) + line.filter
        length.append(max(low + pairs[layer], needed))
    length.append(pairs[-1])
    if align and line.stride == 1:
        length = [length[0]] * len(length)
    return Window(tuple(first), tuple(second), tuple(pairs), tuple(length))


def padded_positions(line: Axis, layer: int, start: int, count: int) -> IntArray:
    """Position at each padded index start, ..., start + count - 1; -1 where zeros are."""
    low = line.lows[layer] if layer < line.depth else 0
    position = np.arange(start - low, start - low + count)
    n = line.sizes[layer]
    return position % n if line.circular else np.where((position >= 0) & (position < n), position, -1)
