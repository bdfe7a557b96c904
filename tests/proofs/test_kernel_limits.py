"""Values that leave floating point are refused by all kernels of networks, and filters far larger than images."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError

#: Two sequences of one token, images of height 1, or rows.
X = np.array([[[1.0, 2.0, 0.5]], [[2.0, -1.0, 1.0]]])
SEQUENCES = [ok.AttentionNNGP, ok.AttentionNTK, ok.CNNGP, ok.CNTK]
DENSE = [ok.NNGP, ok.NTK]

#: Activation, weight variances and scale of inputs for which k(x, x) is 0 or below 1e-302 without bias.
LOST = [
    ("z^2", 1, 1e-90),
    ("z^2", 1, 1e-80),
    ("z^3", 1, 1e-53),
    ("z^3", 1, 1e-90),
    ("relu", [1e-100, 1e-250], 1),
    ("erf", [1, 1e-305], 1),
]


def refused(compute, word):
    """The message, of one line."""
    with pytest.raises(InputError, match=word) as caught:
        compute()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("made", SEQUENCES + DENSE)
@pytest.mark.parametrize(("activation", "weights", "scale"), LOST)
def test_values_that_underflow_are_refused(made, activation, weights, scale):
    kernel = made(activation=activation, weight_variance=weights, bias_variance=0)
    x = X if made in SEQUENCES else X[:, 0]
    for pair in ((scale * x,), (scale * x[:1], scale * x)):
        refused(lambda pair=pair: kernel.gram(*pair), "features of size .* near the limits of floating point")


@pytest.mark.parametrize("made", [ok.AttentionNNGP, ok.AttentionNTK])
def test_features_that_vanish_between_blocks(made):
    kernel = made(activation="1e-100*relu(z)", depth=2, bias_variance=0)
    refused(lambda: kernel.gram(X), "features of size .* in layer 3")
    refused(lambda: made(activation="z^2", bias_variance=0).gram(X, 1e-90 * X), "vanish in layer 2")


@pytest.mark.parametrize("made", DENSE)
def test_what_dense_nets_take_and_refuse(made):
    x = X[:, 0]
    refused(lambda: made(bias_variance=0).gram(1e-170 * x), "k.x, x. is below 1e-302")
    refused(lambda: made(bias_variance=0).gram(x, 1e-170 * x), "k.x, x. is below 1e-302")
    refused(lambda: made(bias_variance=0, weight_variance=[1e-100, 1e-250]).profile(0.5), "below 1e-302")
    whole = made(bias_variance=0).gram(x)
    assert np.allclose(made(bias_variance=0).gram(1e-130 * x) * 1e260, whole, rtol=1e-13)
    assert np.allclose(made(bias_variance=1).gram(1e-170 * x), made(bias_variance=1).gram(0 * x))
    assert not made(bias_variance=0).gram(0 * x).any()


def test_the_standard_tangent_kernel_does_not_shrink_with_the_variance():
    """Its weights are trained by their own size: the readout gives width E[f f] whatever sw2 is."""
    kernel = ok.NTK(parameterisation="standard", width=4, weight_variance=[1, 1e-290], bias_variance=0)
    assert np.all(np.diag(kernel.gram(X[:, 0])) > 1)


def test_tokens_that_cancel_give_zeros():
    """The mean of two opposite tokens is 0, which no limit of floating point made."""
    x = np.array([[[1.0, 0.0], [-1.0, 0.0]]])
    assert ok.AttentionNNGP(mechanism="relu", bias_variance=0, key_variance=1e-30).gram(0 * x)[0, 0] == 0
    flat = ok.AttentionNNGP(key_variance=1e-30, bias_variance=0)
    assert flat.gram(x)[0, 0] == 0


@pytest.mark.parametrize("made", [ok.CNTK, ok.AttentionNTK, ok.NTK])
def test_values_beyond_float32_are_refused(made):
    x = X if made is not ok.NTK else X[:, 0]
    refused(lambda: made(depth=2).gram(1e25 * x, dtype="float32"), "beyond float32")
    assert np.all(made(depth=2).gram(1e25 * x) > 1e38)
    assert made(depth=2).gram(x, dtype="float32").dtype == np.float32


@pytest.mark.parametrize("padding", ["circular", "zero", "valid"])
@pytest.mark.parametrize("filter", [6, 3000, 10**9, [3, 6], [6, 1]])
def test_filters_larger_than_images_are_refused(padding, filter):
    refused(
        lambda: ok.CNTK(filter=filter, padding=padding).gram(np.ones((2, 5, 5))), "'filter' of .* is larger than"
    )


@pytest.mark.parametrize("padding", ["circular", "zero"])
def test_padding_serves_layers_that_are_smaller_than_the_filter(padding):
    x = np.random.default_rng(0).normal(size=(2, 5, 5))
    assert np.all(np.diag(ok.CNTK(depth=3, filter=5, stride=2, padding=padding).gram(x)) > 0)
