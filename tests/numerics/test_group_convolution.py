"""Kernels of group-convolutional nets on arrays, against full matrices over pairs of elements in plain NumPy."""

from itertools import permutations

import numpy as np
import pytest

from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.group_convolution import Variances, gram, prepare
from orbitkernels.numerics.group_convolution_geometry import (
    Filter,
    conjugates_of,
    identity_offset,
    largest_orbit,
    offset_batches,
    right_products,
)

ELEMENTS = list(permutations(range(3)))
NUMBER = {g: i for i, g in enumerate(ELEMENTS)}
TABLE = np.array([[NUMBER[tuple(g[i] for i in h)] for h in ELEMENTS] for g in ELEMENTS])  # g h
INVERSE = np.argmin(TABLE, axis=1)  # the identity is 0
PATCHES = np.array(ELEMENTS).T[:2]  # where g takes the points 0 and 1


def filter_of(*factors):
    """The filter S_1 S_2 ... from its factors, of which the last one is applied first."""
    chosen = np.array([s for factor in factors[::-1] for s in factor])
    sizes = np.array([len(factor) for factor in factors[::-1]])
    return Filter(np.ascontiguousarray(TABLE[:, chosen].T), sizes, chosen, INVERSE[chosen])


def full_matrices(x, y, support, depth, weight, bias, head):
    """NNGP and NTK with ReLU by the definition, from matrices [n, n]."""
    images, shifted = {"xx": (x, x), "xy": (x, y), "yy": (y, y)}, TABLE[:, support]  # [n, S]
    S = {k: bias + weight * a[PATCHES].T @ b[PATCHES] / 2 for k, (a, b) in images.items()}
    T = dict(S)
    for layer in range(depth):
        first, second = np.diag(S["xx"]), np.diag(S["yy"])
        E, V = {}, {}
        for k, (a, b) in {"xx": (first, first), "xy": (first, second), "yy": (second, second)}.items():
            size = np.sqrt(np.multiply.outer(a, b))
            t = np.arccos(np.clip(S[k] / size, -1, 1))
            E[k] = size * (np.sin(t) + (np.pi - t) * np.cos(t)) / (2 * np.pi)
            V[k] = (np.pi - t) / (2 * np.pi) * T[k]
        if layer < depth - 1:
            mean = lambda M: M[shifted[:, None], shifted[None, :]].mean(axis=2)  # noqa: E731
            S = {k: bias + weight * mean(E[k]) for k in S}
            T = {k: S[k] + weight * mean(V[k]) for k in S}
    reduced = np.mean if head == "gap" else lambda M: np.mean(np.diag(M))
    nngp = bias + weight * reduced(E["xy"])
    return nngp, nngp + weight * reduced(V["xy"])


@pytest.mark.parametrize("head", ["gap", "flatten"])
@pytest.mark.parametrize(("support", "depth"), [([0, 1, 3], 3), ([0, 2], 2), ([0], 1)])
def test_grams_are_those_of_full_matrices(head, support, depth):
    X = np.random.default_rng(0).normal(size=(4, 3))
    filter, variances = filter_of(support), Variances(np.full(depth + 1, 1.3), np.full(depth + 1, 0.2))
    images = prepare(X, PATCHES, filter, dual("relu"), variances)
    products = TABLE.T.astype(np.int32)
    batches = (
        [identity_offset(6, len(support))] if head == "flatten" else list(offset_batches(products, filter, 6))
    )
    pairs = 6.0 if head == "flatten" else 36.0
    for ntk in (False, True):
        K = gram(images, None, filter, batches, dual("relu"), variances, pairs, ntk)
        wanted = [[full_matrices(x, y, support, depth, 1.3, 0.2, head)[ntk] for y in X] for x in X]
        np.testing.assert_allclose(K, wanted, rtol=1e-7)  # arccos loses half of the digits on the diagonal
        off = ~np.eye(4, dtype=bool)
        np.testing.assert_allclose(K[off], np.array(wanted)[off], rtol=1e-13)
        assert np.array_equal(K, K.T)
        across = gram(images, images, filter, batches, dual("relu"), variances, pairs, ntk)
        np.testing.assert_allclose(across, K, rtol=1e-14)


@pytest.mark.parametrize("factors", [([0, 1], [0, 3]), ([0, 3], [0, 1]), ([3], [0, 1], [0, 4])])
def test_factors_of_a_filter_are_the_filter_of_their_products(factors):
    """S_1 S_2, with a bias and without; the factors do not commute."""
    support = np.zeros(1, dtype=np.int64)
    for factor in factors:
        support = TABLE[support[:, None], np.array(factor)[None, :]].ravel()
    assert len(set(support.tolist())) == 4
    X, filter = np.random.default_rng(1).normal(size=(2, 3)), filter_of(*factors)
    offsets = list(offset_batches(TABLE.T.astype(np.int32), filter, 6))
    for bias in (0.0, 0.2):
        variances = Variances(np.full(4, 1.3), np.full(4, bias))
        images = prepare(X, PATCHES, filter, dual("relu"), variances)
        for ntk in (False, True):
            K = gram(images, images, filter, offsets, dual("relu"), variances, 36.0, ntk)
            wanted = [[full_matrices(x, y, support, 3, 1.3, bias, "gap")[ntk] for y in X] for x in X]
            np.testing.assert_allclose(K, wanted, rtol=1e-7)  # arccos loses half of the digits on the diagonal
            np.testing.assert_allclose(K[0, 1], wanted[0][1], rtol=1e-13)


def test_offsets_that_conjugation_mixes_stay_together():
    products = TABLE.T.astype(np.int32)
    everything = filter_of(range(6))
    conjugates = conjugates_of(products, everything)
    for s in range(6):
        for d in range(6):
            assert conjugates[s, d] == TABLE[TABLE[INVERSE[s], d], s]
    batches = list(offset_batches(products, everything, 1))
    assert sorted(len(batch.columns) for batch in batches) == [1, 2, 3]  # the conjugacy classes
    assert largest_orbit(products, everything) == 3
    for batch in batches:
        offsets = batch.columns[:, 0]  # e d
        assert (batch.columns == TABLE[:, offsets].T).all()
        assert (offsets[batch.conjugates] == conjugates[:, offsets]).all()


def test_products_follow_from_those_with_generators():
    generators = [1, 3]
    parents, order, letters = {0: None}, [0], {}
    for g in order:
        for k, s in enumerate(generators):
            if (h := int(TABLE[g, s])) not in parents:
                parents[h], letters[h] = g, k
                order.append(h)
    after = np.array(order[1:])
    steps = (after, np.array([parents[h] for h in order[1:]]), np.array([letters[h] for h in order[1:]]))
    assert (right_products(TABLE[:, generators].T, steps, 6) == TABLE.T).all()
