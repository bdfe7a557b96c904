"""The residual of an inverse is that of the columns of every orbit."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.proofs import iterative


@pytest.mark.parametrize("spoilt", [None, 0, 1, 2])
def test_a_mistake_in_the_block_of_one_orbit_shows(spoilt, monkeypatch):
    """An inverse that is wrong on vectors of one orbit only."""
    orbits = ok.Orbits(ok.group("S4"), np.random.default_rng(0).standard_normal((3, 4)), [0, 1, 2])
    honest = iterative.orbit_operators

    def operators(*arguments):
        product, inverse = honest(*arguments)
        mask = np.zeros((int(orbits.sizes.sum()), 1))
        if spoilt is not None:
            mask[orbits.offsets[spoilt] : orbits.offsets[spoilt + 1]] = 0.01
        return product, lambda vectors: inverse(vectors) + mask * vectors

    monkeypatch.setattr(iterative, "orbit_operators", operators)
    residual = iterative.inverse_residual("ntk(depth=1)", orbits, ridge=1.0)
    assert residual < 1e-9 if spoilt is None else residual > 1e-3
