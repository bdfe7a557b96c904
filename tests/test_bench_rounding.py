"""The benchmark of rounding bounds: its references by other means, and its pieces on a few instances."""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flint import acb, ctx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import orbitkernels as ok
from benchmarks import rounding
from benchmarks.rounding import Family, Figure, dft, exact_gram, figure, regular_orbits, true_errors
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.spectral import FourierRoute


@pytest.fixture(autouse=True)
def bits():
    before, ctx.prec = ctx.prec, rounding.BITS
    yield
    ctx.prec = before


def solved(K, y):
    """K^-1 y by elimination in fractions."""
    rows = [[*row, value] for row, value in zip(K, y, strict=True)]
    for i in range(len(rows)):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in set(range(len(rows))) - {i}:
            rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


@pytest.mark.parametrize("route", [FourierRoute, DenseRoute])
def test_true_errors_are_those_of_a_regression_without_the_pose(route):
    orbits = regular_orbits("S3", 0)
    one = route.of(ok.Gaussian(length_scale=2.0), orbits, 0.25)
    gram, n = exact_gram(one), 12
    K = [[Fraction(float(gram[i, j].mid())) for j in range(n)] for i in range(n)]
    own = ok.Gaussian(length_scale=2.0).gram(orbits.all_points) + 0.25 * np.eye(n)
    np.testing.assert_allclose(np.array(K, dtype=float), own, atol=1e-14)
    y = [Fraction(float(t)) for t in orbits.point_targets[:, 0]]
    true = true_errors(gram, orbits.point_targets[:, 0], [0, 6])
    for i, found in zip((0, 6), true, strict=True):
        kept = [j for j in range(n) if j != i]
        dual = solved([[K[a][b] for b in kept] for a in kept], [y[a] for a in kept])
        expected = y[i] - sum(K[i][j] * z for j, z in zip(kept, dual, strict=True))
        assert abs(float(found) - float(expected)) < 1e-13
    said = figure(one)[0]
    assert 0 < said.off < said.bound < 1e-9


def test_transforms_by_the_definition():
    orders, f = (3, 4), np.random.default_rng(0).standard_normal(12)
    j = np.array([(a, b) for a in range(3) for b in range(4)])
    kernel = np.exp(2j * np.pi * (np.outer(j[:, 0], j[:, 0]) / 3 + np.outer(j[:, 1], j[:, 1]) / 4))
    np.testing.assert_allclose(
        [complex(z) for z in dft([acb(x) for x in f.tolist()], orders)], kernel @ f, atol=1e-13
    )


def test_what_was_not_rounded_has_no_ratio():
    family = Family("x", [Figure(1.0, 4.0, 2.0, 10.0), Figure(0.0, 1.0, 1.0, 1e3), Figure(2.0, 4.0, 2.0, 1e2)])
    assert rounding.row(family) == ["x", "3", "2 to 4 (3)", "1 to 2 (1.5)", "1e+01 to 1e+03"]


def test_the_pieces_run(monkeypatch):
    """A group of each family; every bound holds, and the page has every table."""
    monkeypatch.setattr(rounding, "SMALL", ["S3"])
    monkeypatch.setattr(rounding, "ABELIAN", [(16,), (3, 5)])
    families, cost = rounding.measured(quick=True)
    for family in families:
        assert all(f.off <= f.bound for f in family.figures), family.name
    page = "\n".join(rounding.lines(families, cost))
    assert page.count("|\n|---|") == 3
    assert all(family.name in page for family in families)
    assert all(ratio > 0.5 for _, ratio in cost)
