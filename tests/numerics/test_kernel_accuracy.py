"""The accuracy that is stated for values of a kernel bounds their errors, also for nets that enlarge angles."""

import numpy as np
import pytest
from convolution_reference import convolutional_kernels
from mpmath import mp, mpf, sqrt
from network_oracle import DIGITS, network_values

import orbitkernels as ok
from orbitkernels.proofs import rounding_kernels
from orbitkernels.proofs.convolutional_kernels import CNNGP, CNTK
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.proofs.rounding_kernels import kernel_accuracy

#: Activation as written, its name in the oracle, weight and bias variance, depth, whether growth is needed.
CHAOTIC = [
    ("erf", "erf", 100.0, 0.0, 20, True),
    ("erf", "erf", 1e4, 1e-3, 6, True),
    ("sin(1.5)", "sin", 50.0, 0.01, 8, True),
    ("gelu", "gelu", 2.0, 0.0, 12, False),
    ("relu", "relu", 2.0, 0.1, 12, False),
]


def near_rows(rng, size):
    """Inputs and near-duplicates of them, 1e-3 to 1e-9 away."""
    X = rng.standard_normal((4, size))
    return np.concatenate([X, *(X + gap * rng.standard_normal(X.shape) for gap in (1e-3, 1e-5, 1e-7, 1e-9))])


def worst(found, exact):
    """Largest error relative to sqrt(k(x, x) k(y, y)), for exact values by pairs of indices."""
    with mp.workdps(DIGITS):
        return float(
            max(
                abs(mpf(float(found[i, j])) - value) / sqrt(exact[i, i] * exact[j, j])
                for (i, j), value in exact.items()
            )
        )


@pytest.mark.parametrize(("activation", "name", "weight", "bias", "depth", "needed"), CHAOTIC)
def test_of_fully_connected_nets(activation, name, weight, bias, depth, needed):
    X = near_rows(np.random.default_rng(5), 3)
    pairs = [(i, i) for i in range(len(X))] + [(i, i + 4 * k) for i in range(4) for k in range(1, 5)]
    variances = [weight] * (depth + 1), [bias] * (depth + 1)
    with mp.workdps(DIGITS):
        exact = {
            (i, j): network_values(name, list(map(mpf, X[i])), list(map(mpf, X[j])), *variances)[-1]
            for i, j in pairs
        }
    options = {"depth": depth, "activation": activation, "weight_variance": weight, "bias_variance": bias}
    over = []
    for which, kernel in enumerate((ok.NNGP(**options), ok.NTK(**options))):
        error = worst(kernel.gram(X), {pair: values[which] for pair, values in exact.items()})
        assert error < kernel_accuracy(kernel, X)
        over.append(error > kernel_accuracy(kernel))  # without looking at points there is no growth
    assert any(over) == needed


@pytest.mark.parametrize(
    ("activation", "weight", "bias", "padding", "head", "needed"),
    [
        ("erf", 1e4, 1e-3, "circular", "flatten", True),
        ("erf", 1e6, 0.0, "zero", "average", True),
        ("relu", 2.0, 0.1, "circular", "gap", False),
        ("abs", 2.0, 0.0, "valid", "flatten", False),
    ],
)
def test_of_convolutional_nets(activation, weight, bias, padding, head, needed):
    """Sequences of 3 to 5 positions; the circular ones also as nets on a cyclic group."""
    depth, width = (6, 3) if padding != "valid" else (2, 5)
    rng = np.random.default_rng(7)
    x = rng.standard_normal(width)
    X = np.stack([x, *(x + gap * rng.standard_normal(width) for gap in (1e-5, 1e-8))])
    variances = [weight] * (depth + 1), [bias] * (depth + 1)
    exact = {
        (i, j): convolutional_kernels(
            [[X[i]]], [[X[j]]], depth, (1, 2), (1, 1), padding, head, (1, 2), (1, 1), activation, *variances
        )
        for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2))
    }
    given = {"depth": depth, "activation": activation, "weight_variance": weight, "bias_variance": bias}
    images = {"height": 1, "width": width, "filter": [1, 2], "padding": padding, "head": head}
    images |= {"window": [1, 2]} if head == "average" else {}
    kernels = [(0, CNNGP(**given, **images)), (1, CNTK(**given, **images))]
    if padding == "circular":
        for which, kind in enumerate((GroupConvolutionalNNGP, GroupConvolutionalNTK)):
            kernels.append((which, kind.planar("p1", (1, width), (1, 2), **given, head=head)))
    over = []
    for which, kernel in kernels:
        error = worst(kernel.gram(X), {pair: values[which] for pair, values in exact.items()})
        assert error < kernel_accuracy(kernel, X)
        over.append(error > kernel_accuracy(kernel))
    assert any(over) == needed


def test_of_averages_of_chaotic_nets():
    """An average has the growth of its kernel, and errors within it."""
    G = ok.group("C3")
    X = near_rows(np.random.default_rng(2), 3)[[0, 4, 8, 12, 16]]
    kernel = ok.NNGP(depth=6, activation="erf", weight_variance=1e4, bias_variance=1e-3)
    average = ok.Averaged(kernel, G, (3,))
    variances = [1e4] * 7, [1e-3] * 7
    with mp.workdps(DIGITS):
        exact = {}
        for i, j in [(i, i) for i in range(5)] + [(0, j) for j in range(1, 5)]:
            turned = [network_values("erf", list(map(mpf, X[i])), list(map(mpf, np.roll(X[j], s))), *variances)
                      for s in range(3)]  # fmt: skip
            exact[i, j] = sum(values[-1][0] for values in turned) / 3
    error = worst(average.gram(X), exact)
    assert kernel_accuracy(average) < error < kernel_accuracy(average, X)


#: Activation as written, its name in the oracle, its frequency, weight and bias variance, standard deviation.
LONG = [
    ("erf", "erf", 1.0, 1.0, 0.0, 1e9),
    ("erf", "erf", 1.0, 1e20, 1.0, 1e10),
    ("sin(1.5)", "sin", 1.5, 1.0, 1e10, 1e6),
    ("cos", "cos", 1.0, 1.0, 1e10, 1e6),
]


def at_width(rng, length, width, size=3):
    """An input of this root mean square and ten at angles near the width of its peak."""
    x = rng.standard_normal(size)
    x *= length * np.sqrt(size) / np.linalg.norm(x)
    return np.stack([x, *(x + length * width * rng.standard_normal(size) for _ in range(10))])


@pytest.mark.parametrize(("activation", "name", "frequency", "weight", "bias", "deviation"), LONG)
@pytest.mark.parametrize("depth", [1, 2])
def test_of_long_inputs(monkeypatch, activation, name, frequency, weight, bias, deviation, depth):
    """Slopes are peaks of width 1/(w s) as functions of the angle, which is known to 1e-16."""
    X = at_width(np.random.default_rng(3), deviation / np.sqrt(weight), 0.3 / frequency / deviation)
    options = {"depth": depth, "activation": activation, "weight_variance": weight, "bias_variance": bias}
    variances = [weight] * (depth + 1), [bias] * (depth + 1)
    pairs = [(i, i) for i in range(len(X))] + [(0, j) for j in range(1, len(X))]
    with mp.workdps(DIGITS):
        exact = {
            (i, j): network_values(name, list(map(mpf, X[i])), list(map(mpf, X[j])), *variances)[-1]
            for i, j in pairs
        }
    for which, kernel in enumerate((ok.NNGP(**options), ok.NTK(**options))):
        error = worst(kernel.gram(X), {pair: values[which] for pair, values in exact.items()})
        assert error < kernel_accuracy(kernel, X)
    if depth == 1:
        monkeypatch.setattr(rounding_kernels, "_steepness", lambda kernel: 0.0)
        assert error > kernel_accuracy(kernel, X)


def test_of_long_images(monkeypatch):
    """The same in convolutional nets: plain, on a cyclic group, and averaged over one."""
    rng = np.random.default_rng(4)
    X, width = at_width(rng, 1e9, 0.3e-9, 4)[:5], 4
    given = {"depth": 1, "activation": "erf", "weight_variance": 1.0, "bias_variance": 0.0}
    exact = {
        (i, j): convolutional_kernels(
            [[X[i]]],
            [[X[j]]],
            1,
            (1, 2),
            (1, 1),
            "circular",
            "flatten",
            (1, 2),
            (1, 1),
            "erf",
            [1.0] * 2,
            [0.0] * 2,
        )[1]
        for i, j in [(i, i) for i in range(5)] + [(0, j) for j in range(1, 5)]
    }
    plain = CNTK(**given, height=1, width=width, filter=[1, 2], padding="circular", head="flatten")
    kernels = [plain, GroupConvolutionalNTK.planar("p1", (1, width), (1, 2), **given, head="flatten")]
    errors = [worst(kernel.gram(X), exact) for kernel in kernels]
    assert all(error < kernel_accuracy(kernel, X) for error, kernel in zip(errors, kernels, strict=True))
    average = ok.Averaged(ok.NTK(**given), ok.group("C4"), (4,))
    assert kernel_accuracy(average, X) >= kernel_accuracy(average.kernel, X) > 1e-8
    monkeypatch.setattr(rounding_kernels, "_steepness", lambda kernel: 0.0)
    assert any(error > kernel_accuracy(kernel, X) for error, kernel in zip(errors, kernels, strict=True))


def test_steepness_is_that_of_the_formula_in_attention_nets_too():
    X = np.random.default_rng(5).standard_normal((2, 4))
    attention = [
        ok.kernel(f"attention_ntk(depth=1, tokens=2, activation={f})") for f in ("erf", "erf(7*z)", "relu")
    ]
    assert [rounding_kernels._steepness(kernel) for kernel in attention] == [1.0, 7.0, 0.0]
    lengths = [kernel_accuracy(kernel, 1e9 * X) for kernel in attention]
    assert lengths[0] > 1e-8 > lengths[2] == 1e-13
    assert [rounding_kernels._steepness(ok.NTK(activation=f)) for f in ("sin(1.5)", "3*cos(2*z)", "gelu")] == [
        1.5, 2.0, 0.0
    ]  # fmt: skip
    assert rounding_kernels._steepness(ok.NNGP(activation="erf")) == 0.0


def test_a_growth_that_is_left_out_is_caught(monkeypatch):
    monkeypatch.setattr(rounding_kernels, "_growth", lambda kernel, points: 1.0)
    with pytest.raises(AssertionError):
        test_of_fully_connected_nets(*CHAOTIC[0])


def test_the_bound_of_an_error_has_the_growth():
    orbits = ok.Orbits(ok.group("C4"), np.random.default_rng(1).standard_normal((2, 4)), [0, 1])
    kernel = ok.NTK(depth=20, activation="erf", weight_variance=100, bias_variance=0)
    found = ok.error_with_bound(kernel, orbits)
    assert found.kernel_accuracy == kernel_accuracy(kernel, orbits.seeds) > 1e-6
