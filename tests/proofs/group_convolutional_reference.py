"""Kernels of group-convolutional nets by their definition in mpmath, groups multiplied by hand, and images."""

from functools import cache
from itertools import product

import mpmath
import numpy as np

from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.theory.actions import PermutationAction, image_action
from orbitkernels.theory.names import group


def relu(a, b, s):
    """E[f f] and E[f' f'] of ReLU for variances a, b and the covariance s."""
    if a == 0 or b == 0:
        return mpmath.mpf(0), mpmath.mpf(1) / 4
    u = min(max(s / mpmath.sqrt(a * b), mpmath.mpf(-1)), mpmath.mpf(1))
    t = mpmath.acos(u)
    return mpmath.sqrt(a * b) * (mpmath.sin(t) + (mpmath.pi - t) * u) / (2 * mpmath.pi), (mpmath.pi - t) / (
        2 * mpmath.pi
    )


def erf(a, b, s):
    size = (1 + 2 * a) * (1 + 2 * b)
    return 2 / mpmath.pi * mpmath.asin(2 * s / mpmath.sqrt(size)), 4 / mpmath.pi / mpmath.sqrt(size - 4 * s * s)


def square(a, b, s):
    """E[z^2 z'^2] and E[2 z 2 z'] by pairing."""
    return a * b + 2 * s * s, 4 * s


DUALS = {"relu": relu, "erf": erf, "polynomial(0, 0, 1)": square}


def by_definition(x, y, table, points, support, depth, activation, weights, biases, head):
    """NNGP and NTK of (x, x), (x, y) and (y, y) from full matrices over pairs of elements.

    Args:
        x: Image, a list [points][channels] of mpf.
        y: Image.
        table: table[g][s] = g s.
        points: points[g][k] is where g takes the k-th point of the lifting filter.
        support: Elements of the filter of the group convolutions.
        depth: Number of activations.
        activation: Key of DUALS.
        weights: One variance a layer.
        biases: One variance a layer.
        head: flatten or gap.
    """
    n, f, images = len(table), DUALS[activation], (x, y)

    def mean(values):
        return mpmath.fsum(values) / len(values)

    def patch_product(one, other, g, h):
        pairs = zip(points[g], points[h], strict=True)
        return mean([a * b for p, q in pairs for a, b in zip(one[p], other[q], strict=True)])

    def lift(one, other):
        return [[biases[0] + weights[0] * patch_product(one, other, g, h) for h in range(n)] for g in range(n)]

    def average(M):
        return [[mean([M[table[g][s]][table[h][s]] for s in support]) for h in range(n)] for g in range(n)]

    S = {(i, j): lift(images[i], images[j]) for i, j in ((0, 0), (0, 1), (1, 1))}
    T = {key: [row[:] for row in S[key]] for key in S}
    for layer in range(depth):
        E, D = {}, {}
        for i, j in S:
            both = [[f(S[i, i][g][g], S[j, j][h][h], S[i, j][g][h]) for h in range(n)] for g in range(n)]
            E[i, j] = [[pair[0] for pair in row] for row in both]
            D[i, j] = [[both[g][h][1] * T[i, j][g][h] for h in range(n)] for g in range(n)]
        if layer == depth - 1:
            break
        w, b = weights[layer + 1], biases[layer + 1]
        for key in S:
            V = average(D[key])
            S[key] = [[b + w * value for value in row] for row in average(E[key])]
            T[key] = [[S[key][g][h] + w * V[g][h] for h in range(n)] for g in range(n)]
    pairs = [(g, g) for g in range(n)] if head == "flatten" else list(product(range(n), repeat=2))

    def head_of(key):
        nngp = biases[-1] + weights[-1] * mean([E[key][g][h] for g, h in pairs])
        return nngp, nngp + weights[-1] * mean([D[key][g][h] for g, h in pairs])

    return {key: head_of(key) for key in S}


@cache
def by_permutations(name):
    """(action, table) of a group of permutations, multiplied by hand."""
    action = {
        "C4": lambda: PermutationAction.natural(group("C4")),
        "S3": lambda: PermutationAction.natural(group("S3")),
        "D4": lambda: image_action(group("D4"), 3, 3),
    }[name]()
    images = [tuple(row) for row in action.permutations.tolist()]
    number = {row: g for g, row in enumerate(images)}
    table = [[number[tuple(a[i] for i in b)] for b in images] for a in images]
    return action, table


@cache
def planar_by_hand(symmetry, height, width):
    """(points [n][pixels], table) of shifts, and quarter turns for p4; element ((i w) + j) m + r."""
    m = {"p1": 1, "p4": 4}[symmetry]

    def turn(i, j, r):
        for _ in range(r):
            i, j = -j, i
        return i % height, j % width

    every = list(product(range(height), range(width), range(m)))
    number = lambda i, j, r: ((i % height) * width + j % width) * m + r % m  # noqa: E731
    table, points = [], []
    for i, j, r in every:
        row = []
        for k, l, s in every:
            a, b = turn(k, l, r)
            row.append(number(i + a, j + b, r + s))
        table.append(row)
        moved = [turn(k, l, r) for k, l in product(range(height), range(width))]
        points.append([((i + a) % height) * width + (j + b) % width for a, b in moved])
    return points, table


def check(kernels, x, y, table, moves, support, activation, weights, biases, head, depth):
    """NNGP and NTK of images of doubles against the definition with 60 digits."""
    with mpmath.workdps(60):
        exact = lambda z: [[mpmath.mpf(float(v)) for v in np.atleast_1d(p)] for p in z]  # noqa: E731
        values = by_definition(exact(x), exact(y), table, moves, support, depth, activation, weights, biases, head)
        rows = np.stack([np.ravel(x), np.ravel(y)])
        for which, kernel in enumerate(kernels):
            K = kernel.gram(rows)
            assert K[0, 1] == K[1, 0]
            scale = mpmath.sqrt(values[0, 0][which] * values[1, 1][which])
            errors = [abs(K[key] - value[which]) for key, value in values.items()]
            errors.append(abs(kernel.gram(rows[:1], rows[1:])[0, 0] - values[0, 1][which]))
            bound = (1e-14, 1e-13)[which] * depth
            assert max(errors) <= bound * scale, float(max(errors) / scale)


def kernels(*arguments, **named):
    return [cls(*arguments, **named) for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK)]


def pairs_of_images(points, channels=1):
    """Random, near duplicates, near antipodes, scaled copies, and images that are mostly zero."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(points, channels))
    few = np.zeros((points, channels))
    few[0] = 1.5
    return [
        (x, rng.normal(size=(points, channels))),
        (x, x + 1e-9 * rng.normal(size=x.shape)),
        (x, -3 * x + 1e-10 * rng.normal(size=x.shape)),
        (x, 2.7 * x),
        (few, x),
        (few, np.roll(few, 1, axis=0)),
    ]
