"""Rows of pairs of polynomials of any degree: the values of the pairs one by one, and those of 60 digits."""

import numpy as np
import pytest
from mpmath import mpf, sqrt, workdps
from network_oracle import DIGITS

from orbitkernels.numerics.dual_series import COLUMNS
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import Network, network_gram
from orbitkernels.numerics.network_tiles import COLUMNS as LONGEST


def coefficients(degree):
    """Of both signs, falling so that all powers matter at length 1."""
    return tuple(float((-1) ** (n // 2) * (1 + n % 3) / 2.0 ** (n * n // 16 + n)) for n in range(degree + 1))


def rows_of(made, gaps, lengths, own):
    """What the row function finds for one input and many."""
    carried, found = np.stack([gaps, 2.0 - gaps, gaps]), np.empty((3, len(gaps)))
    fx, fy = made.features(np.array([own])), made.features(lengths)
    made.row(made.parameters, fx, fy, 2, len(gaps), carried, found)
    return found


@pytest.mark.parametrize("degree", [3, 12, 25, 50])
def test_rows_are_pairs(degree):
    made, generator = dual("polynomial", coefficients(degree)), np.random.default_rng(degree)
    gaps = np.concatenate([generator.uniform(0, 2, 30), [0.0, 2.0, 1e-12]])
    lengths = generator.uniform(0, 2, len(gaps) + 4)
    found = rows_of(made, gaps, lengths, 1.3)
    fx, fy = made.features(np.array([1.3])), made.features(lengths)
    for j, gap in enumerate(gaps):
        pair = made.pair(made.parameters, fx, 0, fy, 2 + j, gap, 2.0 - gap)
        np.testing.assert_allclose(found[:, j], pair, rtol=1e-14, atol=1e-15)


def moments(first, second, mixed, count):
    """E[z1^m z2^n] for m, n < count: Isserlis' theorem, one factor z1 at a time."""
    table = [[mpf(0)] * count for _ in range(count)]
    for m, n in np.ndindex(count, count):
        if m == 0:
            table[0][n] = (n - 1) * second * table[0][n - 2] if n > 1 else mpf(n == 0)
        else:
            table[m][n] = (m - 1) * first * table[m - 2][n] if m > 1 else mpf(0)
            table[m][n] += n * mixed * table[m - 1][n - 1] if n else 0
    return table


def expectations(values, first, second, mixed):
    """E[f f] and E[f' f']."""
    table = moments(first, second, mixed, len(values))
    slopes = [n * value for n, value in enumerate(values)][1:]
    return [
        sum(p * q * table[m][n] for m, p in enumerate(terms) for n, q in enumerate(terms))
        for terms in (values, slopes)
    ]


@pytest.mark.parametrize("degree", [7, 15, 31, 63])
def test_nets_of_polynomials(degree):
    """NNGP to 1e-14 and NTK to 1e-13 at depth 1, for all numbers of terms that are written out."""
    X = np.random.default_rng(degree).normal(size=(3, 3))
    X[2] = 1.1 * X[0] + 1e-5 * X[1]
    values = coefficients(degree)
    made = Network(dual("polynomial", values), (1.0, 1.0), (0.0, 0.0))
    grams = [network_gram(made, X, tangent=tangent) for tangent in (False, True)]
    with workdps(DIGITS):
        rows = [[mpf(float(entry)) for entry in row] for row in X]
        inner = [[sum(a * b for a, b in zip(x, y, strict=True)) / 3 for y in rows] for x in rows]
        wanted = {}
        for i, j in ((0, 0), (1, 1), (2, 2), (1, 0), (2, 0), (2, 1)):
            value, slope = expectations([mpf(v) for v in values], inner[i][i], inner[j][j], inner[i][j])
            wanted[i, j] = value, value + slope * inner[i][j]
        for i, j in wanted:
            for which, bound in ((0, 1e-14), (1, 1e-13)):
                size = sqrt(wanted[i, i][which] * wanted[j, j][which])
                assert abs(mpf(float(grams[which][i, j])) - wanted[i, j][which]) < bound * size


def test_rows_are_no_longer_than_their_sums():
    assert LONGEST <= COLUMNS
