"""CNN-GP and CNTK by their definition at 60 digits: the whole tensor over pairs of positions, entry by entry."""

from __future__ import annotations

from itertools import product

import numpy as np
from mpmath import acos, asin, cosh, exp, mp, mpf, pi, sinh, sqrt

DIGITS = 60


def gaussian_pair(activation, sxx, sxy, syy):
    """E[f(u) f(v)] and E[f'(u) f'(v)] for a centred Gaussian pair, or of a function of (sxx, syy, sxy)."""
    if callable(activation):
        return activation(sxx, syy, sxy)
    if activation == "erf":
        a, b = 1 + 2 * sxx, 1 + 2 * syy
        root = a * b - 4 * sxy**2
        return 2 / pi * asin(2 * sxy / sqrt(a * b)), 4 / pi / sqrt(root)
    if activation == "cos":
        common = exp(-(sxx + syy) / 2)
        return common * cosh(sxy), common * sinh(sxy)
    size = sqrt(sxx * syy)
    if size == 0:
        # no angle: the cosine counts as 0
        return mpf(0), {"relu": mpf(1) / 4, "abs": mpf(0)}[activation]
    cosine = max(mpf(-1), min(mpf(1), sxy / size))
    angle = acos(cosine)
    kappa0, kappa1 = (pi - angle) / pi, (sqrt(1 - cosine**2) + (pi - angle) * cosine) / pi
    if activation == "relu":
        return size * kappa1 / 2, kappa0 / 2
    if activation == "abs":
        return size * (2 * kappa1 - cosine), 2 * kappa0 - 1
    raise ValueError(activation)


def taps(position, size, filter, stride, padding):
    """Input positions under the filter for an output position; None is a zero."""
    if padding == "valid":
        return [stride * position + i for i in range(filter)]
    out = -(-size // stride)
    before = max((out - 1) * stride + filter - size, 0) // 2
    found = [stride * position + i - before for i in range(filter)]
    if padding == "circular":
        return [p % size for p in found]
    return [p if 0 <= p < size else None for p in found]


def output_size(size, filter, stride, padding):
    return (size - filter) // stride + 1 if padding == "valid" else -(-size // stride)


def patches(shape, filter, stride, padding):
    """For each output position its input positions, in the order of the filter."""
    out = tuple(output_size(*z, padding) for z in zip(shape, filter, stride, strict=True))
    found = {}
    for r, c in product(range(out[0]), range(out[1])):
        rows = taps(r, shape[0], filter[0], stride[0], padding)
        columns = taps(c, shape[1], filter[1], stride[1], padding)
        found[r, c] = [None if None in p else p for p in product(rows, columns)]
    return out, found


def windows(shape, head, window, window_stride, padding):
    """Sets of positions over which the head takes means."""
    if head == "gap":
        return [list(product(*map(range, shape)))]
    if head == "flatten":
        return [[p] for p in product(*map(range, shape))]
    kind = "circular" if padding == "circular" else "valid"
    parts = [
        [taps(p, n, w, s, kind) for p in range(output_size(n, w, s, kind))]
        for n, w, s in zip(shape, window, window_stride, strict=True)
    ]
    return [list(product(rows, columns)) for rows, columns in product(*parts)]


def convolutional_kernels(
    x, y, depth, filter, stride, padding, head, window, window_stride, activation, weights, biases
):
    """(CNN-GP, CNTK) of two images [channels][height][width]."""
    with mp.workdps(DIGITS):
        images = [[[[mpf(float(v)) for v in row] for row in channel] for channel in z] for z in (x, y)]
        weights, biases = [mpf(w) for w in weights], [mpf(b) for b in biases]
        shape = (len(x[0]), len(x[0][0]))
        channels = len(x)
        every = list(product(*map(range, shape)))
        features = {}  # covariance of the features of two images at two positions
        for one, two in ((0, 0), (0, 1), (1, 1)):
            for p, q in product(every, every):
                total = sum(images[one][c][p[0]][p[1]] * images[two][c][q[0]][q[1]] for c in range(channels))
                features[one, two, p, q] = total / channels
        tangents = {(p, q): mpf(0) for p, q in product(every, every)}
        for layer in range(depth):
            shape, under = patches(shape, filter, stride, padding)
            every = list(under)
            share = weights[layer] / (filter[0] * filter[1])
            sums = {}
            for one, two in ((0, 0), (0, 1), (1, 1)):
                wanted = ((p, p) for p in every) if one == two else product(every, every)
                for p, q in wanted:
                    terms = (
                        features[one, two, i, j]
                        for i, j in zip(under[p], under[q], strict=True)
                        if i is not None and j is not None
                    )
                    sums[one, two, p, q] = biases[layer] + share * sum(terms)
            features, new = {}, {}
            for p in every:
                for one in (0, 1):
                    own = sums[one, one, p, p]
                    features[one, one, p, p] = gaussian_pair(activation, own, own, own)[0]
            for p, q in product(every, every):
                entry = sums[0, 1, p, q]
                tangent = entry + share * sum(
                    tangents[i, j]
                    for i, j in zip(under[p], under[q], strict=True)
                    if i is not None and j is not None
                )
                mean, slope = gaussian_pair(activation, sums[0, 0, p, p], entry, sums[1, 1, q, q])
                features[0, 1, p, q], new[p, q] = mean, slope * tangent
            tangents = new
        parts = windows(shape, head, window, window_stride, padding)
        mean = slope = mpf(0)
        for part in parts:
            for p, q in product(part, part):
                mean += features[0, 1, p, q] / len(part) ** 2 / len(parts)
                slope += tangents[p, q] / len(part) ** 2 / len(parts)
        covariance = biases[depth] + weights[depth] * mean
        return covariance, covariance + weights[depth] * slope


def float_kernels(x, y, depth, filter, stride, padding, head, window, window_stride, weights, biases):
    """(CNN-GP, CNTK) with ReLU of images [channels, h, w], from the whole tensor [h, h, w, w] in float64."""
    images = {(0, 0): (x, x), (0, 1): (x, y), (1, 1): (y, y)}
    features = {key: np.einsum("cij,ckl->ikjl", *pair) / len(x) for key, pair in images.items()}
    tangents = np.zeros_like(features[0, 1])
    for layer in range(depth):
        share = weights[layer] / (filter[0] * filter[1])
        sums = {
            key: biases[layer] + share * _patch_sums(F, filter, stride, padding) for key, F in features.items()
        }
        tangents = sums[0, 1] + share * _patch_sums(tangents, filter, stride, padding)
        own = [np.einsum("iijj->ij", sums[k, k]) for k in (0, 1)]
        for (i, j), covariances in sums.items():
            sizes = np.sqrt(own[i][:, None, :, None] * own[j][None, :, None, :])
            angles = np.arccos(np.clip(covariances / sizes, -1, 1))
            features[i, j] = sizes * (np.sin(angles) + (np.pi - angles) * np.cos(angles)) / (2 * np.pi)
            if i != j:
                tangents *= (np.pi - angles) / (2 * np.pi)
    shape = tangents.shape[::2]
    parts = windows(shape, head, window, window_stride, padding)
    means = [
        sum(tensor[np.ix_(*(sorted({p[k] for p in part}) for k in (0, 0, 1, 1)))].mean() for part in parts)
        / len(parts)
        for tensor in (features[0, 1], tangents)
    ]
    covariance = biases[depth] + weights[depth] * means[0]
    return covariance, covariance + weights[depth] * means[1]


def _patch_sums(tensor, filter, stride, padding):
    """Sums over the filter of a tensor [h, h, w, w], along the rows and then the columns."""
    for axis, f, s in zip((0, 2), filter, stride, strict=True):
        size = tensor.shape[axis]
        out = output_size(size, f, s, padding)
        under = [[size if p is None else p for p in taps(q, size, f, s, padding)] for q in range(out)]
        padded = np.pad(tensor, [(0, int(k in (axis, axis + 1))) for k in range(4)])
        columns = np.array(under).T
        tensor = sum(padded.take(one, axis).take(one, axis + 1) for one in columns)
    return tensor
