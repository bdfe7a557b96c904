"""What the benchmark of kernels measures with: references at 60 digits, settings, figures of a process."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf, ndtr

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "numerics"))
from attention_reference import attention_kernels

from benchmarks.kernels.__main__ import Timing, exponent, per_pair
from benchmarks.kernels.agreement import Row, compared
from benchmarks.kernels.cases import SECTIONS
from benchmarks.kernels.exact import expectation, kernels
from benchmarks.kernels.settings import inputs, settings
from benchmarks.kernels.task import pictures
from benchmarks.measured import peak_memory, run

P, Q, S = 1.3, 0.7, 0.4

SMOOTH = {
    ("erf", ()): (erf, lambda z: 2 / np.sqrt(np.pi) * np.exp(-z * z)),
    ("gelu", ()): (lambda z: z * ndtr(z), lambda z: ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)),
    ("sin", (2.0,)): (lambda z: np.sin(2 * z), lambda z: 2 * np.cos(2 * z)),
    ("cos", (0.5,)): (lambda z: np.cos(z / 2), lambda z: -np.sin(z / 2) / 2),
    ("hermite", (3,)): (lambda z: (z**3 - 3 * z) / np.sqrt(6), lambda z: (3 * z * z - 3) / np.sqrt(6)),
    ("polynomial", (1.0, 2.0, 0.5)): (lambda z: 1 + 2 * z + z * z / 2, lambda z: 2 + z),
}


@pytest.mark.parametrize(("name", "parameters"), SMOOTH)
def test_expectations_of_smooth_activations_by_gauss_hermite_quadrature(name, parameters) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    u, v = np.meshgrid(nodes, nodes, indexing="ij")
    weight = np.outer(weights, weights) / (2 * np.pi)
    x, y = np.sqrt(P) * u, S / np.sqrt(P) * u + np.sqrt(Q - S * S / P) * v
    found = expectation(name, parameters)(P, Q, S)
    for value, f in zip(found, SMOOTH[name, parameters], strict=True):
        assert float(value) == pytest.approx(float((weight * f(x) * f(y)).sum()), rel=1e-12)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 0.3), ("abs", -1.0)])
def test_expectations_of_bent_activations_in_polar_coordinates(name, slope) -> None:
    """E = sqrt(PQ)/pi times the integral of f(cos t) f(cos(t - theta)) over a turn; slopes without the radius."""
    theta = np.arccos(S / np.sqrt(P * Q))
    corners = sorted({(k * np.pi / 2 + shift) % (2 * np.pi) for k in (1, 3) for shift in (0.0, theta)})

    def turned(g):
        return quad(lambda t: g(np.cos(t)) * g(np.cos(t - theta)), 0, 2 * np.pi, points=corners)[0]

    value, derivative = expectation(name, () if name != "leaky_relu" else (slope,))(P, Q, S)
    bent = turned(lambda c: max(c, 0.0) + slope * min(c, 0.0))
    assert float(value) == pytest.approx(np.sqrt(P * Q) / np.pi * bent, rel=1e-10)
    assert float(derivative) == pytest.approx(turned(lambda c: 1.0 if c > 0 else slope) / (2 * np.pi), rel=1e-10)


@pytest.mark.parametrize("padding", ["circular", "same", "valid"])
@pytest.mark.parametrize("head", ["global average pooling", "flatten", "average pooling"])
def test_linear_convolutional_nets_by_averages_of_pixels(padding, head) -> None:
    """With f(z) = z the NNGP kernel is a mean of products of pixels, and the NTK is three times it."""
    images = np.random.default_rng(0).standard_normal((2, 4, 6, 2))
    pooling = (
        [["average pooling", [2, 2], [2, 2], "valid"], ["flatten"]] if head == "average pooling" else [[head]]
    )
    layers = [["convolution", [3, 3], [1, 1], padding, 1.0, 0.0, 1], ["activation", "polynomial", [0.0, 1.0]]]
    nngp, ntk = kernels(images, [*layers, *pooling, ["dense", 2.0, 0.0, 1]], False)
    how = {"circular": "wrap", "same": "constant", "valid": None}[padding]
    padded = images if how is None else np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode=how)
    rows, columns = padded.shape[1] - 2, padded.shape[2] - 2
    patches = np.array([padded[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    pooled = np.moveaxis(patches, 0, -1).reshape(2, rows, columns, -1) / np.sqrt(18)
    if head == "global average pooling":
        pooled = pooled.mean(axis=(1, 2), keepdims=True)
    elif head == "average pooling":
        rows, columns = rows // 2, columns // 2
        pooled = pooled.reshape(2, rows, 2, columns, 2, -1).mean(axis=(2, 4))
    flat = pooled.reshape(2, -1)
    wanted = 2 * flat @ flat.T / (pooled.shape[1] * pooled.shape[2])
    np.testing.assert_allclose(nngp, wanted, rtol=1e-13)
    np.testing.assert_allclose(ntk, 2 * wanted, rtol=1e-13)


def test_strides_start_where_they_do_in_jax() -> None:
    """Size 6, filter 3, stride 2: SAME pads 0 before and 1 behind."""
    series = np.eye(6)[:, :, None]  # e_p . e_q at every position
    layers = [["convolution", [3], [2], "same", 1.0, 0.0, 1], ["activation", "polynomial", [0.0, 1.0]]]
    nngp, _ = kernels(series, [*layers, ["flatten"], ["dense", 1.0, 0.0, 1]], False)
    np.testing.assert_allclose(np.diag(nngp) * 9, [1, 1, 2, 1, 2, 1])


def test_residual_nets_layer_norm_and_parameterisations_of_linear_nets() -> None:
    x = np.random.default_rng(1).standard_normal((3, 4))
    S = x @ x.T / 4
    dense, line = ["dense", 2.0, 0.5, 7], ["activation", "polynomial", [0.0, 1.0]]
    first = 0.5 + 2 * S
    nngp, ntk = kernels(x, [dense, ["residual", [line, dense]]], False)
    np.testing.assert_allclose(nngp, first + 0.5 + 2 * first, rtol=1e-14)
    np.testing.assert_allclose(ntk, first + 0.5 + 2 * first + 2 * first, rtol=1e-14)
    lengths = np.sqrt(np.diag(first))
    nngp, _ = kernels(x, [dense, ["layer norm"], line, dense], False)
    np.testing.assert_allclose(nngp, 0.5 + 2 * first / np.outer(lengths, lengths), rtol=1e-14)
    _, ntk = kernels(x, [dense, line, dense], True)
    np.testing.assert_allclose(ntk, 1 + 7 * first + 2 * (1 + 4 * S), rtol=1e-14)


def attention_settings():
    every = [s for s in settings() if s.family == "attention_"]
    return [s for s in every if s.arguments["activation"] == "relu" and s.arguments["depth"] == "2"]


@pytest.mark.parametrize("setting", attention_settings(), ids=lambda setting: setting.text)
def test_nets_with_attention_by_another_program_at_60_digits(setting) -> None:
    """`attention_reference` goes block by block, `kernels` layer by layer; neither knows the other."""
    given = setting.arguments
    x = inputs()["sequences"][[0, 2]][:, :2]
    weights, biases = ([float(given[name])] * 3 for name in ("weight_variance", "bias_variance"))
    variances = [float(given[f"{name}_variance"]) for name in ("key", "value", "output")]
    wanted = attention_kernels(
        *x, 2, given["mechanism"], given["head"], "residual" in given, "relu", weights, biases, *variances
    )
    found = kernels(x, setting.net, False)
    assert [float(K[0, 1]) for K in found] == pytest.approx([float(value) for value in wanted], rel=1e-15)


def test_settings_are_many_and_different() -> None:
    every, given = settings(), inputs()
    assert len(every) >= 180
    attending = [s for s in every if s.family == "attention_"]
    keys = ("mechanism", "head", "depth", "activation")
    assert len({(*(s.arguments[key] for key in keys), "residual" in s.arguments) for s in attending}) == 64
    assert len({(s.text, s.inputs) for s in every}) == len(every)
    assert {s.inputs for s in every} == set(given)
    for x in given.values():  # one pair nearly equal, one opposite
        rows = x.reshape(len(x), -1)
        products = rows @ rows.T / np.outer(*[np.linalg.norm(rows, axis=1)] * 2)
        off = products[~np.eye(len(x), dtype=bool)]
        assert off.max() > 1 - 1e-15
        assert off.min() < -1 + 1e-15


def test_differences_are_relative_to_the_lengths() -> None:
    exact = np.array([[4.0, 1.0], [1.0, 9.0]])
    mine, theirs, near = exact.copy(), exact.copy(), np.eye(2, dtype=bool)
    mine[0, 1], theirs[0, 0] = 1.6, 4.4
    found = compared(mine, theirs, exact, near)
    assert [found.ours, found.theirs, found.between, found.between_all] == pytest.approx([0.1, 0.1, 0.1, 0.1])
    assert compared(None, theirs, exact, near).ours is None


def test_differences_with_attention_are_also_given_over_depth_and_growth() -> None:
    setting = attention_settings()[0]
    exact = np.eye(2)
    one = compared(exact + 0.6, None, exact, np.eye(2, dtype=bool))
    assert Row(setting, "ntk", one, 3.0).ours_by_growth == pytest.approx(0.1)
    assert Row(setting, "ntk", compared(None, exact, exact, np.eye(2, dtype=bool)), 3.0).ours_by_growth is None


def test_times_of_a_pair_and_of_a_layer() -> None:
    timed, case = Timing({"warm": 0.006}), {"n": 3, "depth": 5}
    assert per_pair("ms a pair", case, timed) == "1"
    assert per_pair("ns a pair and layer", case, timed) == "2e+05"
    assert per_pair("ms a pair", case, Timing(None)) == per_pair("ms a pair", case, None) == ""


def test_sections_show_what_their_cases_have() -> None:
    for section in SECTIONS:
        rows = [tuple(case[key] for key in section.shown) for case in section.cases]
        assert len(set(rows)) == len(rows)
    convolution = next(section for section in SECTIONS if section.name == "convolution")
    blank = [case for case in convolution.cases if case["images"] != "random"]
    assert {case["padding"] for case in blank} == {"circular", "zero"}
    assert round(float(np.mean(pictures(blank[0]) == 0)), 2) == 0.89


def test_exponents_and_cells() -> None:
    assert exponent([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)
    figures = {"warm": 0.5, "first": 2.0, "wall": 0.6, "memory": 100.0}
    assert Timing(figures).shown(10, None) == "0.500 (first 2.00, wall 0.600, 100 MiB)"
    assert Timing(figures).shown(10, 0.25).startswith("0.500 (2x; ")
    assert Timing(None).shown(10, 0.5) == "> 10 (> 20x)"
    assert Timing(None, "no memory").shown(10, 0.5) == "fails: no memory"


def test_a_run_is_stopped_at_its_limit_and_its_memory_is_its_own() -> None:
    held = bytearray(150 * 2**20)
    small = run([sys.executable, "-c", "import time; time.sleep(0.3)"])
    assert small.status == 0
    assert 1 < small.memory < 60 < len(held) / 2**20 < peak_memory()
    large = run([sys.executable, "-c", "import time; held = bytearray(200 * 2**20); time.sleep(0.3)"])
    assert 200 < large.memory < 300
    stopped = run([sys.executable, "-c", "while True: pass"], limit=0.3)
    assert stopped.status is None
    assert 0 < stopped.cpu < 5
