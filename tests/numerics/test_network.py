"""The blocked engine of fully connected nets against 60 digits: tile edges, threads, float32, plain Python."""

import os
import subprocess
import sys

import numpy as np
import pytest
from mpmath import mpf
from network_oracle import ACTIVATIONS, hard_rows, leaky_relu, net_errors

from orbitkernels.errors import InputError
from orbitkernels.numerics import network
from orbitkernels.numerics.dual_series import series, series_error
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import Network, fully_connected, network_gram

NETS = {
    "plain": {},
    "no bias": {"biases": [0.0] * 11},
    "variances": {"weights": [0.5, 2.0, 1.5, *[1.0] * 8], "biases": [0.0, 0.3, 0.0, *[0.1] * 8]},
    "residual": {"residual": True},
    "layer norm": {"layer_norm": True},
    "both": {"residual": True, "layer_norm": True},
    "standard": {"units": 100},
    "all": {"residual": True, "layer_norm": True, "units": 30, "biases": [0.0, *[0.2] * 10]},
}


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("name", ["relu", "erf"])
def test_nets_of_depth_1_to_10(name, kind):
    """These nets hardly enlarge angles: 1e-14 and 1e-13 a layer; what is measured is far below."""
    options = dict(NETS[kind])
    weights, biases = options.pop("weights", [1.3] * 11), options.pop("biases", [0.2] * 11)
    depths = range(1, 11)
    worst = net_errors(network, dual(name), name, depths, hard_rows(3), weights, biases, **options)
    assert np.all(worst < 1e-14 * np.array(depths)[:, None])


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name not in ("relu", "erf")])
def test_nets_of_other_activations(name):
    made = dual(name, ACTIVATIONS[name][0])
    for options in ({}, {"residual": True, "layer_norm": True}):
        worst = net_errors(network, made, name, (1, 2, 3), hard_rows(2)[::2], [0.8] * 4, [0.1] * 4, **options)
        assert np.all(worst < np.outer([1, 2, 3], [1e-14, 1e-13]))


def test_formulas_have_the_error_that_they_state():
    """sin as a formula meets the closed form; of |z|, a share is missing, and no more than stated."""
    X = np.random.default_rng(0).normal(size=(20, 4))
    closed = network_gram(fully_connected(dual("sin"), 2, 1.0, 0.1), X)
    found = network_gram(fully_connected(series("sin(z)", np.sin, np.cos), 2, 1.0, 0.1), X)
    assert np.max(np.abs(found - closed)) < 1e-12
    made, one = series("|z|", np.abs, np.sign), np.array([1.0])
    features = made.features(one)
    stated = series_error("|z|", np.abs, one)[0]
    errors = []
    for u in np.linspace(-1, 1, 41):
        gap, _, _ = made.pair(made.parameters, features, 0, features, 0, 1 - u, 1 + u)
        errors.append(abs(1 - gap - float(leaky_relu(-1)(mpf(1), mpf(1), mpf(float(u)))[0])))
    assert 1e-6 < max(errors) < stated < 1e-2
    with pytest.raises(InputError, match="has no finite second moment"):
        series("exp(z^2)", lambda z: np.exp(z * z), np.exp).features(one)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_tile_edges(count, dtype):
    """Symmetric to the bit, unit differences at duplicates, the same entries pair by pair, whatever the tile."""
    generator = np.random.default_rng(count)
    X = generator.normal(size=(count, 7))
    X[count // 2] = X[0]
    X[-1] = 0 if count > 1 else X[-1]
    net = fully_connected(dual("relu"), 3, 1.5, 0.1)
    gram = network_gram(net, X, dtype=dtype)
    assert gram.dtype == dtype
    assert np.array_equal(gram, gram.T)
    assert np.array_equal(gram[0], gram[count // 2])
    some = np.unique(generator.integers(0, count, 40))
    wanted = network_gram(net, X[some], X[some].copy())
    bound = 1e-14 if dtype == np.float64 else 6e-6
    size = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    assert np.max(np.abs(gram[np.ix_(some, some)] - wanted) / size) < bound


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["relu", "erf", "gelu", "sin"])
def test_positive_semidefinite_to_rounding(name):
    generator = np.random.default_rng(1)
    X = generator.normal(size=(90, 3))
    X = np.concatenate([X, X + 1e-9 * generator.normal(size=X.shape), -X, np.zeros((1, 3))])
    for tangent in (False, True):
        for residual in (False, True):
            net = Network(dual(name), (1.5,) * 4, (0.2,) * 4, residual, residual)
            eigenvalues = np.linalg.eigvalsh(network_gram(net, X, tangent=tangent))
            assert eigenvalues[0] > -1e-15 * len(X) * eigenvalues[-1]


def test_float32_bound():
    """2e-6 a layer, near-duplicates and antipodes included, against float64."""
    generator = np.random.default_rng(2)
    x, z = generator.normal(size=(2, 784))
    X = np.array([s * (x + t * z) for t in (0, 1e-7, 1e-5, 1e-3, 0.01, 0.1, 0.3, 1, 5) for s in (1, -1)])
    X = np.concatenate([X, np.abs(generator.normal(size=(80, 784)))]).astype(np.float32)
    for depth in (1, 5):
        net = fully_connected(dual("relu"), depth, 1.8, 0.1)
        exact = network_gram(net, X)
        size = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
        assert np.max(np.abs(network_gram(net, X, dtype=np.float32) - exact) / size) < 2e-6 * depth


@pytest.mark.compiled
def test_threads_do_not_change_a_bit(monkeypatch):
    X = np.random.default_rng(3).normal(size=(700, 30))
    net = fully_connected(dual("relu"), 2, 1.5, 0.1)
    grams = []
    for work, cores in ((np.inf, 1), (0, 2), (0, 3)):
        monkeypatch.setattr(network, "WORTHWHILE", work)
        monkeypatch.setattr(network, "available_cores", lambda cores=cores: cores)
        grams += [network_gram(net, X), network_gram(net, X, X[:300].copy())]
    for gram in grams[2:4], grams[4:]:
        assert np.array_equal(gram[0], grams[0])
        assert np.array_equal(gram[1], grams[1])


@pytest.mark.compiled
def test_blocks_of_inputs(monkeypatch):
    """Deep nets take fewer inputs at a time."""
    X = np.random.default_rng(4).normal(size=(600, 5))
    net = fully_connected(dual("relu"), 2, 1.5, 0.1)
    whole = network_gram(net, X), network_gram(net, X, X[:300].copy())
    monkeypatch.setattr(network, "FEATURE_BYTES", 1)
    blocks = network_gram(net, X), network_gram(net, X, X[:300].copy())
    assert np.array_equal(blocks[0], blocks[0].T)
    for one, other in zip(whole, blocks, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


PROGRAM = """
import numpy as np
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import Network, network_gram, network_profile
X = np.array([[1.0, 2.0], [2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0 + 1e-9], [3.0, -1.0]])
for name, values in (("relu", ()), ("erf", ()), ("gelu", ()), ("sin", (2,)), ("polynomial", (0, 1, 0.5))):
    net = Network(dual(name, values), (1.0, 2.0, 1.0), (0.1, 0.0, 0.5), True, False, 0)
    values = [*network_gram(net, X).ravel(), *network_profile(net, [1, 0, -1])]
    print(*(float(value).hex() for value in values))
"""


def test_the_same_in_plain_python():
    """Up to rounding: compiled products may be fused with sums."""
    values = []
    for disabled in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
            capture_output=True,
            text=True,
            check=True,
        )
        values.append(
            np.array([[float.fromhex(word) for word in line.split()] for line in run.stdout.splitlines()])
        )
    assert values[0].shape == (5, 39)
    np.testing.assert_allclose(values[0], values[1], rtol=1e-13, atol=1e-14)


def test_long_inputs_of_gelu():
    """E[f f] of lengths whose fourth power is beyond floating point is that of ReLU."""
    X = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-9], [-3.0, 0.5], [-1.0, -2.0]])
    for tangent in (False, True):
        relu = network_gram(fully_connected(dual("relu"), 2, 1.0, 0.0), X, tangent=tangent)
        for size in (2.0**260, 2.0**500):
            gelu = network_gram(fully_connected(dual("gelu"), 2, 1.0, 0.0), X * size, tangent=tangent)
            np.testing.assert_allclose(gelu / size**2, relu, rtol=0, atol=1e-14)
