"""Dual activations and the blocked engine against 60 digits, tile edges, threads, float32, planted mistakes."""

import importlib
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from network_oracle import ACTIVATIONS, DIGITS, leaky_relu, network_values

from orbitkernels.errors import InputError
from orbitkernels.numerics import dual_polynomials, network
from orbitkernels.numerics.dual_series import series, series_error
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import Network, fully_connected, network_gram

NEAR = [0.0, 1e-30, 1e-20, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.3, 0.9, 1.0]
LENGTHS = [1e-3, 0.1, 1.0, 1.1, 3.7, 30.0]


def _worst(*errors):
    """The largest; nan if there is one."""
    return np.max([float(error) for error in errors])


def pair_errors(made, expectations):
    """Worst errors of 1 -+ c, of 1 - c by itself where the lengths agree, and of the slope."""
    features = made.features(np.array(LENGTHS))
    worst = np.zeros(3)
    with mpmath.workdps(DIGITS):
        squares = [mpf(a) ** 2 for a in LENGTHS]
        sizes = [mpmath.sqrt(expectations(s, s, s)[0]) for s in squares]
        for i, j in np.ndindex(len(LENGTHS), len(LENGTHS)):
            for near in NEAR:
                for sign in (1, -1):
                    gap, rest = (near, 2.0 - near) if sign > 0 else (2.0 - near, near)
                    *found, slope = made.pair(made.parameters, features, i, features, j, gap, rest)
                    mixed = sign * (1 - mpf(near)) * mpf(LENGTHS[i]) * mpf(LENGTHS[j])
                    value, right = expectations(squares[i], squares[j], mixed)
                    cosine = value / (sizes[i] * sizes[j])
                    worst[0] = _worst(worst[0], abs(found[0] - 1 + cosine), abs(found[1] - 1 - cosine))
                    if i == j and sign > 0 and near:
                        worst[1] = _worst(worst[1], abs(found[0] / (1 - cosine) - 1))
                    worst[2] = _worst(worst[2], abs(slope - right) / np.sqrt(features[2, i] * features[2, j]))
    return worst


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pairs_keep_their_digits(name):
    """1 - c and 1 + c to rounding, 1 - c by itself down to 1e-30 for equal lengths, and the slope."""
    parameters, expectations, *_ = ACTIVATIONS[name]
    worst = pair_errors(dual(name, parameters), expectations)
    assert worst[0] < 2e-15
    assert worst[1] < 4e-15
    assert worst[2] < 2e-15


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_oracle_is_the_definition(name):
    """E[f(z_x) f(z_y)] and E[f' f'] by quadrature in the plane; kinks lie on rays, hence polar coordinates."""
    _, expectations, function, slope = ACTIVATIONS[name]
    a, b, u = 0.9, 1.4, 0.35
    angles, angle_weights = _pieces(sorted(_kinks(u)))
    points, weights = np.polynomial.legendre.leggauss(200)
    radii, radius_weights = 6 * (points + 1), 6 * weights
    radius, angle = radii[:, None], angles[None, :]
    measure = (radius_weights * radii * np.exp(-(radii**2) / 2))[:, None] * angle_weights / (2 * np.pi)
    x = a * radius * np.cos(angle)
    y = b * radius * (u * np.cos(angle) + np.sqrt(1 - u * u) * np.sin(angle))
    value, right = (float(part) for part in expectations(mpf(a) ** 2, mpf(b) ** 2, mpf(a) * mpf(b) * mpf(u)))
    assert np.sum(measure * function(x) * function(y)) == pytest.approx(value, rel=1e-13)
    assert np.sum(measure * slope(x) * slope(y)) == pytest.approx(right, rel=1e-13)


def _kinks(u):
    """Angles at which z_x or z_y changes its sign."""
    across = np.arctan2(-u, np.sqrt(1 - u * u))
    return [-np.pi, -np.pi / 2, np.pi / 2, np.pi, across, across + np.pi]


def _pieces(edges):
    points, weights = np.polynomial.legendre.leggauss(60)
    halves = [(right - left) / 2 for left, right in pairwise(edges)]
    nodes = [left + half * (points + 1) for left, half in zip(edges, halves, strict=False)]
    return np.concatenate(nodes), np.concatenate([half * weights for half in halves])


def segment(x, scale, numerator, order):
    """numerator(t, cos t, sin t)/(scale pi x^(order + 1/2)), cos t = 1 - x, to digits that cancel."""
    with mpmath.workdps(300):
        t = mpmath.acos(1 - x)
        return numerator(t, mpmath.cos(t), mpmath.sin(t)) / (scale * mpmath.pi * x**order * mpmath.sqrt(x))


@pytest.mark.parametrize(
    ("name", "exact", "most"),
    [
        ("angle_factor", lambda x: mpmath.acos(1 - x) / (mpmath.pi * mpmath.sqrt(x)), 1),
        (
            "segment_factor",
            lambda x: (
                (mpmath.sin(mpmath.acos(1 - x)) - mpmath.acos(1 - x) * (1 - x)) / (mpmath.pi * x * mpmath.sqrt(x))
            ),
            1,
        ),
        ("segment_factor_2", lambda x: segment(x, 3, lambda t, c, s: t * (1 + 2 * c * c) - 3 * s * c, 2), 1),
        (
            "segment_factor_3",
            lambda x: segment(x, 15, lambda t, c, s: 4 * s + 11 * s * c * c - 9 * t * c - 6 * t * c**3, 3),
            1,
        ),
        ("double_arctangent", lambda x: 2 * mpmath.atan(x), 1),
        ("decay", lambda x: -mpmath.expm1(-x), 200),
    ],
)
def test_polynomials(name, exact, most):
    function = getattr(dual_polynomials, name)
    points = [*(10.0**-k for k in range(1, 31)), *(most * np.linspace(0, 1, 101)[1:])]
    with mpmath.workdps(100):
        worst = max(abs(function(float(x)) / exact(mpf(float(x))) - 1) for x in points)
    assert worst < (1e-15 if name == "decay" else 4e-16)


def test_zero_lengths():
    """c = 0 where an activation vanishes; cos does not vanish at 0."""
    for name, (parameters, *_) in ACTIVATIONS.items():
        made = dual(name, parameters)
        features = made.features(np.array([0.0, 2.0]))
        gap, rest, slope = made.pair(made.parameters, features, 0, features, 1, 1.0, 1.0)
        assert np.isfinite(slope)
        if name not in ("cos", "polynomial"):
            assert (gap, rest) == (1.0, 1.0), name


# ---------------------------------------------------------------------------------------------- nets


def hard_rows(dimension):
    """Near-duplicates, near-antipodes and multiples of one vector, at every distance."""
    x, z = np.random.default_rng(dimension).normal(size=(2, dimension))
    distances = [0.0, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.02, 0.1, 1.0]
    rows = [sign * length * (x + t * z) for length in (1.0, 3.7, 1e-3) for t in distances for sign in (1.0, -1.0)]
    return np.array([x, *rows])


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


def net_errors(engine, made, name, depths, X, weights, biases, **options):
    """Worst error of the first row of the Gram matrix, for each depth, NNGP and NTK."""
    worst = np.zeros((len(depths), 2))
    with mpmath.workdps(DIGITS):
        rows = [[mpf(float(value)) for value in row] for row in X]
        exact = [
            [network_values(name, rows[i], rows[k], weights, biases, **options) for i in sorted({0, k})]
            for k in range(len(rows))
        ]
        for (place, column), _ in np.ndenumerate(worst):
            depth = depths[place]
            net = engine.Network(made, tuple(weights[: depth + 1]), tuple(biases[: depth + 1]), **options)
            found = engine.network_gram(net, X[:1], X, bool(column))[0]
            first = exact[0][0][depth - 1][column]
            for value, pair in zip(found, exact, strict=True):
                right, own = pair[0][depth - 1][column], pair[-1][depth - 1][column]
                error = abs(mpf(float(value)) - right) / mpmath.sqrt(first * own)
                worst[place, column] = np.maximum(worst[place, column], float(error))  # keeps nan
    return worst


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


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("tanhh", (), "Activation 'tanhh' is not available; use relu,"),
        ("relu", (1.0,), "takes no parameters, not 1"),
        ("leaky_relu", (), "takes 1 to 1 parameters, not 0"),
        ("leaky_relu", (np.nan,), "needs finite parameters up to 1e\\+100, not nan"),
        ("leaky_relu", (1e200,), "needs finite parameters up to 1e\\+100, not 1e\\+200"),
        ("sin", (1e200,), "needs finite parameters"),
        ("sin", (10**400,), "needs finite parameters .*, not a number of type int"),
        ("polynomial", (1e308,) * 64, "needs finite parameters"),
        ("relu", ("x",), "needs finite parameters .*, not 'x'"),
        ("hermite", (None,), "needs finite parameters .*, not a number of type NoneType"),
        ("hermite", (2.5,), "needs a degree that is an integer"),
        ("hermite", (99,), "have degree 63 at most, not 99"),
    ],
)
def test_bad_activations(name, parameters, message):
    with pytest.raises(InputError, match=message):
        dual(name, parameters)


def test_the_largest_parameters_are_numbers():
    for name, count in (("leaky_relu", 1), ("sin", 1), ("polynomial", 64)):
        assert np.all(np.isfinite(dual(name, [1e100] * count).features(np.ones(1))))


def test_long_inputs_of_gelu():
    """E[f f] of lengths whose fourth power is beyond floating point is that of ReLU."""
    X = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-9], [-3.0, 0.5], [-1.0, -2.0]])
    for tangent in (False, True):
        relu = network_gram(fully_connected(dual("relu"), 2, 1.0, 0.0), X, tangent=tangent)
        for size in (2.0**260, 2.0**500):
            gelu = network_gram(fully_connected(dual("gelu"), 2, 1.0, 0.0), X * size, tangent=tangent)
            np.testing.assert_allclose(gelu / size**2, relu, rtol=0, atol=1e-14)


def test_what_quadrature_misses_is_part_of_the_error():
    """exp(-z^2) of long inputs lies between the nodes."""
    found = series_error("exp(-z^2)", lambda z: np.exp(-z * z), np.array([0.1, 10.0, 1e4, 1e6]))
    assert found[0] < 1e-12
    assert np.all(found[1:] > 0.4)


# ---------------------------------------------------------------------------------------------- planted mistakes

# file, text of the source (which occurs once), planted mistake
MISTAKES = [
    ("dual_piecewise", "- segment\n", "+ segment\n"),
    ("dual_piecewise", "segment = curved * (near", "segment = 1.001 * curved * (near"),
    ("dual_piecewise", "(-turn if close else turn)", "turn"),
    ("dual_piecewise", "(square if close else product)", "square"),
    ("dual_piecewise", "two_minus + one_minus * (-near)", "two_minus"),
    ("dual_polynomials", "0.00844046546442507", "0.00844046556442507"),
    ("dual_polynomials", "0.0024115615610460976", "0.0024115616610460976"),
    ("dual_polynomials", "0.22222221964174252", "0.22222222964174252"),
    ("dual_erf", "share * (first + second) + first * second", "share * (first + second)"),
    ("dual_erf", "shorter = alpha if alpha <= beta else beta", "shorter = beta"),
    ("dual_erf", "steep * v_x * v_y / cosine", "steep * v_x * v_y"),
    ("dual_trigonometric", "share * near * (2.0 - far)", "share * near * 2.0"),
    ("dual_trigonometric", "near + far * (1.0 - near)", "near + far"),
    ("dual_trigonometric", "square / (1.0 + top)", "square / 2.0"),
    ("dual_trigonometric", "sides - sign * middle", "sides"),
    ("dual_trigonometric", "share = 0.5 * (1.0 - lost) * scale", "share = 0.5 * scale"),
    ("dual_trigonometric", "(2.0 - near - far)", "(2.0 - near)"),
    ("dual_series", "(terms - 8, -1, -8)", "(terms - 8, 0, -8)"),
    ("dual_series", "3 + terms + top, w", "3 + top, w"),
    ("dual_series", "for j in range(width):\n        state", "for j in range(width - 1):\n        state"),
    ("network_tiles", "0.5 * (below * below + aside) +", ""),
    ("network_tiles", "branch * rest + skip * old_rest", "branch * rest"),
    ("network_tiles", "turn, lean = less_x - less_y", "turn, lean = less_x + less_y"),
    ("network_tiles", "skip + here[7, 0]", "here[7, 0]"),
    ("network_tiles", "ntk[j] = constant + product", "ntk[j] = product"),
    ("network_tiles", "factor * ntk[j]", "ntk[j]"),
    ("network_tiles", "ntk[j] = start + here", "ntk[j] = here"),
    ("network", "factor = scale if network.layer_norm", "factor = scale if False"),
    ("network", "np.sign(long) if network.layer_norm else long", "long"),
    ("network", "long if network.residual else skip", "skip"),
    ("network", "(bias > 0).astype(float) if network.units else bias", "bias"),
    ("network", "incoming = units if network.units else weight", "incoming = weight"),
    ("network", "np.sqrt(incoming) * branch", "np.sqrt(weight) * branch"),
    ("network", "layer], network.bias_variance[layer]", "0], network.bias_variance[layer]"),
    ("network", "branch, skip = lengths / np.sqrt(inputs)", "branch, skip = lengths"),
    ("angles", "gap[j] = 0.5 * _square_of_difference(x[i], y[left + j], 1.0)", "gap[j] = 0.0"),
    ("angles", "rest[j] = 0.5 * _square_of_difference(x[i], y[left + j], -1.0)", "rest[j] = 0.0"),
    ("angles", "(lengths * scale).ravel()", "lengths.ravel()"),
]

STUB = """
from types import FunctionType
jit = jit_sum = jit_inline = jit_tile = lambda function: function
def tile_for(template, pair, name="pair", inline=False):
    return FunctionType(template.__code__, {**template.__globals__, name: pair}, "tile")
"""


def planted(mistake, folder, monkeypatch):
    """The engine as plain Python in a package of its own, with one mistake."""
    package = folder / "planted_engine"
    package.mkdir()
    (package / "__init__.py").touch()
    for source in Path(network.__file__).parent.glob("*.py"):
        if source.name.startswith(("dual", "network", "angles", "cores", "feature_sizes")):
            shutil.copy(source, package)
    (package / "compilation.py").write_text(STUB)
    if mistake is not None:
        file = package / f"{mistake[0]}.py"
        text = file.read_text(encoding="utf-8")
        assert text.count(mistake[1]) == 1, mistake
        file.write_text(text.replace(mistake[1], mistake[2]), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    for name in [name for name in sys.modules if name.startswith("planted_engine")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    return importlib.import_module("planted_engine.network"), importlib.import_module("planted_engine.duals")


def engine_error(engine, duals):
    """What the tests see of an engine, at the depth 2."""
    X = hard_rows(2)[::3] * 1.5
    X = np.concatenate([X, np.random.default_rng(9).normal(size=(3, 2))])
    worst = 0.0
    for name, options in (
        ("relu", {}),
        ("erf", {"residual": True}),
        ("leaky_relu", {"layer_norm": True, "units": 40}),
        ("sin", {}),
        ("polynomial", {"layer_norm": True}),
    ):
        made = duals.dual(name, ACTIVATIONS[name][0])
        errors = net_errors(engine, made, name, (2,), X, [1.0, 2.0, 1.5], [0.4, 0.0, 0.6], **options)
        worst = max(worst, float(errors.max())) if np.all(np.isfinite(errors)) else np.inf
    return worst


def test_nothing_is_found_where_nothing_is_planted(tmp_path, monkeypatch):
    assert engine_error(*planted(None, tmp_path, monkeypatch)) < 1e-14


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[0]} {mistake[2]}"[:60].strip())
def test_planted_mistakes_are_caught(mistake, tmp_path, monkeypatch):
    with np.errstate(all="ignore"):
        try:
            error = engine_error(*planted(mistake, tmp_path, monkeypatch))
        except (ValueError, ZeroDivisionError):  # a square root of a negative number is as good as a wrong value
            error = np.inf
    assert not error < 2e-14
