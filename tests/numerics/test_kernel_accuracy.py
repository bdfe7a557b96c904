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
    images = {"height": 1, "width": width, "filter": [1, 2], "window": [1, 2], "padding": padding, "head": head}
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


def test_a_growth_that_is_left_out_is_caught(monkeypatch):
    monkeypatch.setattr(rounding_kernels, "_growth", lambda kernel, points: 1.0)
    with pytest.raises(AssertionError):
        test_of_fully_connected_nets(*CHAOTIC[0])


def test_the_bound_of_an_error_has_the_growth():
    orbits = ok.Orbits(ok.group("C4"), np.random.default_rng(1).standard_normal((2, 4)), [0, 1])
    kernel = ok.NTK(depth=20, activation="erf", weight_variance=100, bias_variance=0)
    found = ok.error_with_bound(kernel, orbits)
    assert found.kernel_accuracy == kernel_accuracy(kernel, orbits.seeds) > 1e-6
