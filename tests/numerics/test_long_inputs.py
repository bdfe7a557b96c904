"""Long inputs of activations that are not piecewise linear, at 150 digits, and the memory of float32."""

import tracemalloc

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from network_oracle import ACTIVATIONS, hard_rows, net_errors

from orbitkernels.numerics import network
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import fully_connected, network_gram

NEAR = [0.0, 1e-20, 1e-14, 1e-8, 1e-4, 0.1, 0.9]


@pytest.mark.parametrize("name", ["erf", "gelu", "sin", "cos"])
@pytest.mark.parametrize("length", [1e4, 1e6, 1e15])
def test_pairs_of_long_inputs(name, length):
    """The pair functions themselves lose nothing; 1.7 is no power of 2, so that products are rounded."""
    parameters, expectations, *_ = ACTIVATIONS[name]
    made, lengths = dual(name, parameters), [1.0, length, 1.7 * length, length * (1 + 1e-9)]
    features = made.features(np.array(lengths))
    with mpmath.workdps(150):
        own = [expectations(*[mpf(a) ** 2] * 3) for a in lengths]
        for i, j in ((0, 1), (1, 1), (1, 2), (1, 3)):
            sizes = [mpmath.sqrt(one * other) for one, other in zip(own[i], own[j], strict=True)]
            for near in NEAR:
                for sign in (1, -1):
                    gap, rest = (near, 2 - near) if sign > 0 else (2 - near, near)
                    found = made.pair(made.parameters, features, i, features, j, gap, rest)
                    mixed = sign * (1 - mpf(near)) * mpf(lengths[i]) * mpf(lengths[j])
                    value, slope = expectations(mpf(lengths[i]) ** 2, mpf(lengths[j]) ** 2, mixed)
                    cosine = value / sizes[0]
                    wanted = (1 - cosine, 1 + cosine, slope / sizes[1])
                    got = (mpf(found[0]), mpf(found[1]), mpf(found[2]) / sizes[1])
                    assert max(abs(one - other) for one, other in zip(got, wanted, strict=True)) < 2e-15


@pytest.mark.parametrize("name", ["erf", "gelu", "sin", "cos"])
@pytest.mark.parametrize("length", [1e5, 1e8])
def test_nets_of_long_inputs(name, length):
    """The rounding of angles, 1e-16, times the standard deviation; none for GELU and the NNGP kernel of erf."""
    X, depths = hard_rows(2)[::6] * length, (1, 2)
    worst = net_errors(network, dual(name, ACTIVATIONS[name][0]), name, depths, X, [1.0] * 3, [0.1] * 3)
    assert np.all(worst < 1e-16 * length * np.array(depths)[:, None])
    if name in ("erf", "gelu"):
        assert np.all(worst[:, 0] < 1e-14 * np.array(depths))
    if name == "gelu":
        assert np.all(worst[:, 1] < 1e-13 * np.array(depths))
    elif length == 1e8:
        assert np.any(worst > 1e-13)


@pytest.mark.compiled
def test_float32_makes_no_matrix_of_float64():
    """At most the result and what is linear in the number of inputs."""
    X = np.random.default_rng(0).normal(size=(2048, 8))
    net = fully_connected(dual("relu"), 2, 1.0, 0.1)
    network_gram(net, X[:300], dtype=np.float32)
    tracemalloc.start()
    gram = network_gram(net, X, dtype=np.float32)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert gram.dtype == np.float32
    assert gram.nbytes <= peak < gram.nbytes + 2**21
