"""The ridge in the bounds of orbits with stabilisers, where blocks hold r |H_c|."""

from fractions import Fraction

import numpy as np
import pytest
from rounding_oracle import PRECISIONS, distances, routes, true_errors

import orbitkernels as ok
from orbitkernels.numerics import double_double_matrices
from orbitkernels.proofs.batches import levelled_errors
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.rounding_double_double import FourierDoubleDouble

#: Seeds whose stabilisers have the orders 3 and 1, 6 and 4, 5 and 1, 24 and 6.
SEEDS = {
    ("A4", 3): [[0, 0, 0, 2], [3, 1, 0, 0.5]],
    ("S4", 6): [[0, 0, 0, 2], [1, 1, 3, 3]],
    ("C5", 5): [[2, 2, 2, 2, 2], [1, 0, 0, 0, 0]],
    ("S4", 24): [[1, 1, 1, 1], [1, 1, 1, 3]],
}
RIDGES = [0.1, 1 / 7]


def cancelling(name, seeds, missing, ridge):
    """Orbits whose labels make the second error nearly 0: no rounding of what is returned hides a wrong one.

    The ridge of the second orbit then has no part in it, as its dual coefficients vanish; that of the first has.
    """
    G = ok.group(name)
    action = ok.PermutationAction.natural(G)
    kernel = lambda X, Y: (X @ Y.T + 1) ** 2  # noqa: E731 - its values are exact
    own = []
    for labels in ([1.0, 0.0], [0.0, 1.0]):
        orbits = ok.Orbits(G, seeds, [0, 1], action, targets=labels)
        own.append(true_errors(routes(orbits, kernel, ridge)[0], missing)[1])
    return ok.Orbits(G, seeds, [0, 1], action, targets=[1.0, float(-own[0] / own[1])]), kernel


def is_within(name, order, missing, ridge, precision="double-double"):
    """Whether both routes keep their bounds."""
    orbits, kernel = cancelling(name, SEEDS[name, order], missing, ridge)
    assert orbits.stabilisers[0].order == order
    held = []
    for route in routes(orbits, kernel, ridge):
        found = bounded(route, missing, precision)
        held.append((distances(found, true_errors(route, missing)) <= found.rounding_bound.ravel()).all())
    return all(held)


@pytest.mark.parametrize(("name", "order"), SEEDS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_ridges_times_orders_that_are_no_floats(name, order, precision):
    assert is_within(name, order, "pose", RIDGES[0], precision)
    assert is_within(name, order, {0: "0", 1: "0"}, RIDGES[1], precision)


def test_batches_keep_their_bounds_too():
    for (name, _), seeds in SEEDS.items():
        orbits, kernel = cancelling(name, seeds, "pose", 0.1)
        found = levelled_errors(kernel, [orbits], 0.1)
        true = true_errors(routes(orbits, kernel, 0.1)[0], "pose")
        off = [abs(float(Fraction(e) - t)) for e, t in zip(found.errors.ravel().tolist(), true, strict=True)]
        assert (off <= found.rounding_bounds.ravel()).all()


@pytest.mark.parametrize(("name", "order"), SEEDS)
def test_a_rounded_product_is_caught(monkeypatch, name, order):
    def rounded(self, widths):
        ridges = self.scale.diagonal(self.route.ridge) * [H.order for H in self.orbits.stabilisers]
        return double_double_matrices.exactly(np.diag(np.repeat(ridges, widths)))

    monkeypatch.setattr(FourierDoubleDouble, "_ridges", rounded)
    assert not all(is_within(name, order, "pose", ridge) for ridge in RIDGES)
