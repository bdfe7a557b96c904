"""The residual of an inverse is that of the columns of every orbit; what is refused by name."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": -1}, "'rows' must be an integer of at least 0, not -1"),
        ({"rows": 1.5}, "'rows' must be an integer of at least 0, not 1.5"),
        ({"seed": -1}, "'seed' must be an integer of at least 0, not -1"),
        ({"seed": None}, "'seed' must be an integer of at least 0, not None"),
        ({"kernel": lambda X, Y: (X * np.arange(1, 5)) @ Y.T}, "Argument 'kernel' is not invariant under S4"),
        ({"orbits": 3}, r"Argument 'orbits' must be ok\.Orbits, not 3"),
    ],
)
def test_arguments(arguments, message):
    orbits = ok.Orbits(ok.group("S4"), [[0.0, 1.0, 2.0, 4.0], [1.0, 1.0, 0.0, 3.0]], [0, 1])
    given = {"kernel": "ntk(depth=1)", "orbits": orbits, "ridge": 1.0, **arguments}
    with pytest.raises(InputError, match=message) as caught:
        iterative.inverse_residual(**given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("function", [iterative.inverse_residual, iterative.iterative_error])
def test_a_kernel_whose_samples_look_invariant_is_refused_by_its_own_name(function, monkeypatch):
    """As if the few poses of the check had missed what the blocks see."""
    orbits = ok.Orbits(ok.group("S4"), [[0.0, 1.0, 2.0, 4.0], [1.0, 1.0, 0.0, 3.0]], [0, 1])
    monkeypatch.setattr(iterative, "check_invariance", lambda *_, **__: 0.0)
    with pytest.raises(ok.NotInvariantError) as caught:
        function(lambda X, Y: (X * np.arange(1, 5)) @ Y.T, orbits, ridge=1.0)
    text = str(caught.value)
    assert text.startswith("Argument 'kernel' must satisfy k(x_b, g x_a) = k(x_a, g^-1 x_b); the Fourier block of")
    assert text.endswith("; product='kernel' with precondition=False needs no invariance (iterative_error).")
    assert "phi" not in text
    assert "\n" not in text
