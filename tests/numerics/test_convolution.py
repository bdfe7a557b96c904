"""CNN-GP and CNTK against their definition at 60 digits, and what must hold without a reference."""

import numpy as np
import pytest
from convolution_reference import convolutional_kernels, float_kernels
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.convolution import ConvolutionalNet, convolution_gram
from orbitkernels.numerics.convolution_geometry import axis, head_weights
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.kernels import relu_gram

#: Largest error relative to sqrt(K(x,x) K(y,y)), a layer.
NNGP_TOLERANCE, NTK_TOLERANCE = 1e-14, 1e-13


def net(
    shape,
    depth=1,
    filter=(3, 3),
    stride=(1, 1),
    padding="circular",
    head="gap",
    window=(1, 1),
    window_stride=(1, 1),
    activation="relu",
    weights=None,
    biases=None,
    ntk=True,
):
    ones = (1.0,) * (depth + 1)
    return ConvolutionalNet(
        *shape, depth, filter, stride, padding, head, window, window_stride, weights or ones, biases or ones,
        dual(activation), ntk,
    )  # fmt: skip


def worst_error(given_net, activation, x):
    """Largest error of both kernels, relative and over the tolerance; x [2, channels, h, w]."""
    common = given_net[2:9]
    rest = activation, given_net.weights, given_net.biases
    exact = [convolutional_kernels(x[i], x[j], *common, *rest) for i, j in ((0, 0), (0, 1), (1, 1))]
    worst = 0.0
    for which, tolerance in ((0, NNGP_TOLERANCE), (1, NTK_TOLERANCE)):
        own, mixed, other = (values[which] for values in exact)
        gram = convolution_gram(given_net._replace(ntk=which == 1), x, None)
        scale = (own * other) ** 0.5
        errors = [(gram[0, 0] - own) / own, (gram[0, 1] - mixed) / scale, (gram[1, 1] - other) / other]
        worst = max(worst, *(abs(float(error)) / tolerance / given_net.depth for error in errors))
        assert gram[0, 1] == gram[1, 0]
    return worst


#: (shape, depth, filter, stride, padding, head, window, window stride, channels)
GEOMETRIES = [
    ((4, 4), 1, (3, 3), (1, 1), "circular", "gap", (1, 1), (1, 1), 1),
    ((4, 4), 2, (3, 3), (1, 1), "circular", "gap", (1, 1), (1, 1), 1),
    ((4, 3), 1, (3, 3), (1, 1), "circular", "flatten", (1, 1), (1, 1), 2),
    ((4, 4), 2, (2, 2), (2, 2), "circular", "gap", (1, 1), (1, 1), 1),
    ((4, 4), 1, (3, 3), (1, 1), "circular", "average", (2, 2), (2, 2), 1),
    ((4, 4), 2, (3, 3), (1, 1), "circular", "average", (2, 3), (1, 1), 1),
    ((2, 2), 3, (3, 3), (1, 1), "circular", "gap", (1, 1), (1, 1), 1),
    ((3, 3), 2, (5, 4), (1, 1), "circular", "gap", (1, 1), (1, 1), 1),
    ((5, 3), 1, (3, 3), (2, 2), "circular", "gap", (1, 1), (1, 1), 1),
    ((5, 4), 2, (3, 2), (2, 3), "circular", "gap", (1, 1), (1, 1), 2),
    ((5, 5), 2, (2, 2), (2, 2), "circular", "flatten", (1, 1), (1, 1), 1),
    ((5, 4), 2, (3, 3), (2, 1), "circular", "average", (2, 2), (2, 2), 1),
    ((5, 4), 1, (2, 2), (1, 1), "circular", "average", (3, 2), (2, 3), 1),
    ((4, 4), 1, (3, 3), (1, 1), "zero", "gap", (1, 1), (1, 1), 1),
    ((3, 4), 2, (3, 3), (1, 1), "zero", "gap", (1, 1), (1, 1), 2),
    ((4, 4), 3, (3, 3), (1, 1), "zero", "flatten", (1, 1), (1, 1), 1),
    ((5, 4), 2, (2, 3), (1, 1), "zero", "gap", (1, 1), (1, 1), 1),
    ((5, 4), 2, (3, 2), (2, 2), "zero", "gap", (1, 1), (1, 1), 1),
    ((5, 4), 1, (3, 3), (2, 1), "zero", "average", (2, 2), (1, 1), 1),
    ((2, 2), 2, (5, 5), (1, 1), "zero", "gap", (1, 1), (1, 1), 1),
    ((5, 5), 1, (3, 3), (1, 1), "valid", "gap", (1, 1), (1, 1), 1),
    ((5, 5), 2, (2, 2), (1, 1), "valid", "gap", (1, 1), (1, 1), 1),
    ((5, 6), 2, (3, 2), (1, 2), "valid", "flatten", (1, 1), (1, 1), 1),
    ((6, 5), 1, (3, 3), (2, 1), "valid", "average", (2, 3), (1, 1), 2),
    ((4, 4), 2, (1, 1), (2, 2), "valid", "gap", (1, 1), (1, 1), 1),
    ((1, 8), 1, (1, 3), (1, 1), "circular", "gap", (1, 1), (1, 1), 1),
    ((1, 8), 2, (1, 4), (1, 2), "zero", "gap", (1, 1), (1, 1), 2),
    ((1, 9), 3, (1, 3), (1, 1), "valid", "average", (1, 2), (1, 1), 1),
    ((1, 1), 3, (1, 1), (1, 1), "zero", "flatten", (1, 1), (1, 1), 3),
]  # fmt: skip

#: Activation with the bias variances of the convolutions.
ACTIVATIONS = [("relu", 0.0), ("relu", 0.5), ("erf", 0.1), ("abs", 0.25)]


def pair_of_images(kind, channels, shape, rng):
    x = rng.normal(size=(2, channels, *shape))
    noise = rng.normal(size=x.shape[1:])
    if kind == "near":
        x[1] = x[0] + 1e-9 * noise
    elif kind == "equal":
        x[1] = x[0]
    elif kind == "opposite":
        x[1] = -x[0] + 1e-9 * noise
    elif kind == "scaled":
        x[1] = 3 * x[0] * (1 + 1e-8 * noise)
    elif kind == "sparse":
        x *= rng.random(x.shape) < 0.3
        x[0, 0, 0, 0] = 1.0
        x[1, 0, -1, -1] = 2.0
    return x


class TestAgainstTheDefinition:
    def test_there_are_enough_settings(self):
        assert len(GEOMETRIES) * len(ACTIVATIONS) >= 60

    @pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
    @pytest.mark.parametrize(("activation", "bias"), ACTIVATIONS)
    def test_setting(self, geometry, activation, bias):
        shape, depth, *middle, channels = geometry
        setting = GEOMETRIES.index(geometry) * len(ACTIVATIONS) + ACTIVATIONS.index((activation, bias))
        rng = np.random.default_rng(setting)
        weights = tuple(rng.choice([0.5, 1.0, 2.0], size=depth + 1).tolist())
        kinds = ["plain", "near", "equal", "opposite", "scaled", "sparse"]
        x = pair_of_images(kinds[setting % 6], channels, shape, rng)
        given_net = net(
            shape, depth, *middle, activation=activation, weights=weights, biases=(bias,) * depth + (0.25,)
        )
        assert worst_error(given_net, activation, x) < 1

    @pytest.mark.parametrize("kind", ["near", "equal", "opposite", "scaled", "sparse"])
    @pytest.mark.parametrize("bias", [0.0, 1.0])
    @pytest.mark.parametrize(("depth", "head"), [(1, "flatten"), (2, "flatten"), (1, "gap")])
    def test_patches_that_are_nearly_parallel(self, kind, bias, depth, head):
        x = pair_of_images(kind, 1, (4, 4), np.random.default_rng(0))
        given_net = net((4, 4), depth, head=head, weights=(2.0,) * (depth + 1), biases=(bias,) * (depth + 1))
        assert worst_error(given_net, "relu", x) < 1

    @pytest.mark.parametrize("depth", [1, 2])
    def test_patches_with_one_pixel_each_are_parallel_or_orthogonal(self, depth):
        x = np.zeros((2, 1, 4, 4))
        x[0, 0, 1, 1], x[1, 0, 1, 1], x[1, 0, 3, 3] = 1.0, 1e-3, 1e3
        assert worst_error(net((4, 4), depth, biases=(0.0,) * (depth + 1)), "relu", x) < 1

    @pytest.mark.parametrize(("activation", "depth"), [("relu", 1), ("erf", 2)])
    def test_opposite_patches_with_hardly_any_bias(self, activation, depth):
        x = np.random.default_rng(8).normal(size=(2, 1, 3, 3))
        x[1] = -x[0]
        given_net = net((3, 3), depth, head="flatten", activation=activation, biases=(1e-6,) * (depth + 1))
        assert worst_error(given_net, activation, x) < 1

    def test_constant_images_of_different_brightness(self):
        x = np.stack([np.full((1, 4, 4), 0.3), np.full((1, 4, 4), 0.9)])
        assert worst_error(net((4, 4), 2, biases=(0.0, 0.0, 0.0)), "relu", x) < 1

    @pytest.mark.parametrize("padding", ["zero", "circular"])
    def test_an_activation_that_does_not_vanish_at_zero(self, padding):
        x = np.random.default_rng(7).normal(size=(2, 1, 3, 4))  # the border is zero after the activation too
        given_net = net((3, 4), 2, padding=padding, activation="cos", biases=(0.1, 0.2, 0.3))
        assert worst_error(given_net, "cos", x) < 1

    def test_a_blank_image_without_bias(self):
        x = np.stack([np.zeros((1, 3, 3)), np.ones((1, 3, 3))])
        gram = convolution_gram(net((3, 3), biases=(0.0, 0.0)), x, None)
        assert gram[0].tolist() == [0.0, 0.0]

    def test_many_rows_and_columns_of_the_border(self):
        x = np.random.default_rng(1).normal(size=(2, 1, 3, 3))
        assert worst_error(net((3, 3), 2, filter=(7, 6), head="average", window=(2, 2)), "relu", x) < 1


#: (side, filter, stride, padding, depth, channels); the strided layers are smaller than the shifts of the input.
STRIDED = [
    (8, 3, 2, "zero", 1, 1),
    (8, 3, 2, "zero", 1, 3),
    (8, 4, 4, "circular", 1, 1),
    (8, 3, 3, "valid", 1, 3),
    (8, 2, 2, "zero", 2, 1),
]
#: The same without the channels.
LARGE = [(28, 7, 4, "zero", 1), (28, 4, 4, "valid", 1), (28, 5, 4, "zero", 2), (28, 4, 2, "circular", 2)]


def float_error(given_net, x):
    """Largest error of both kernels of two images, relative to sqrt(K(x,x) K(y,y))."""
    expected = float_kernels(*x, *given_net[2:9], given_net.weights, given_net.biases)
    grams = [convolution_gram(given_net._replace(ntk=ntk), x, None) for ntk in (False, True)]
    return max(
        abs(gram[0, 1] - value) / np.sqrt(gram[0, 0] * gram[1, 1])
        for gram, value in zip(grams, expected, strict=True)
    )


class TestStrides:
    @pytest.mark.parametrize("setting", STRIDED, ids=str)
    def test_the_definition(self, setting):
        side, filter, stride, padding, depth, channels = setting
        x = np.random.default_rng(side + filter).normal(size=(2, channels, side, side))
        given_net = net((side, side), depth, (filter, filter), (stride, stride), padding)
        assert worst_error(given_net, "relu", x) < 1

    @pytest.mark.compiled
    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("setting", LARGE, ids=str)
    def test_the_whole_tensor(self, setting, channels):
        side, filter, stride, padding, depth = setting
        x = np.random.default_rng(side + filter).random((2, channels, side, side))
        assert float_error(net((side, side), depth, (filter, filter), (stride, stride), padding), x) < 1e-14

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_any_geometry(self, data):
        draw = lambda *bounds: data.draw(st.tuples(*(st.integers(*b) for b in bounds)))  # noqa: E731
        padding = data.draw(st.sampled_from(["circular", "zero", "valid"]))
        head = data.draw(st.sampled_from(["gap", "flatten", "average"]))
        filter, stride = draw((1, 7), (1, 7)), draw((1, 4), (1, 4))
        depth, channels, seed = draw((1, 2), (1, 3), (0, 99))
        shape = data.draw(st.sampled_from([(1, 12), (8, 8), (8, 12), (9, 8)]))
        given_net = net(shape, depth, filter, stride, padding, head, draw((1, 2), (1, 2)), draw((1, 3), (1, 3)))
        assume(all(line.sizes[-1] >= w for line, w in zip(given_net.axes, given_net.window, strict=True)))
        x = np.random.default_rng(seed).normal(size=(2, channels, *shape))
        assert float_error(given_net, x) < 1e-14

    @pytest.mark.parametrize("padding", ["zero", "valid"])
    def test_large_weights_of_many_images(self, padding):
        """Buffers between the rows hold nothing of the images before, or they would grow by 1e20/9 a time."""
        X = np.random.default_rng(9).normal(size=(8, 1, 5, 5))
        given_net = net((5, 5), stride=(2, 1), padding=padding, weights=(1e20, 1.0))
        gram = convolution_gram(given_net, X, None)
        assert np.array_equal(gram[7:, 6:7], convolution_gram(given_net, X[7:], X[6:7]))


class TestAgainstTheFullyConnectedNet:
    @pytest.mark.parametrize("ntk", [False, True])
    @pytest.mark.parametrize("depth", [1, 4])
    def test_one_position(self, depth, ntk):
        X = np.random.default_rng(2).normal(size=(5, 3))
        given_net = net((1, 1), depth, filter=(1, 1), biases=(0.5,) * (depth + 1), weights=(2.0,) * (depth + 1))
        found = convolution_gram(given_net._replace(ntk=ntk), X.reshape(5, 3, 1, 1), None)
        assert np.allclose(found, relu_gram(X, None, depth, 2.0, 0.5, ntk), rtol=1e-14)

    def test_a_filter_as_large_as_the_image(self):
        X = np.random.default_rng(3).normal(size=(4, 2, 3, 3))
        found = convolution_gram(net((3, 3), padding="valid", head="flatten"), X, None)
        assert np.allclose(found, relu_gram(X.reshape(4, -1), None, 1, 1.0, 1.0, True), rtol=1e-14)


class TestSymmetries:
    X = np.random.default_rng(4).normal(size=(3, 1, 4, 6))

    @pytest.mark.parametrize("head", ["flatten", "gap", "average"])
    def test_circular_nets_do_not_see_a_common_shift(self, head):
        given_net = net((4, 6), 2, head=head, window=(2, 2))
        moved = np.roll(self.X, (1, 2), axis=(2, 3))
        still = convolution_gram(given_net, self.X, None)
        assert np.allclose(convolution_gram(given_net, moved, None), still, rtol=1e-14)
        one = convolution_gram(given_net, moved, self.X)
        assert np.allclose(one, still, rtol=1e-14) == (head == "gap")

    def test_zero_padding_breaks_it(self):
        given_net = net((4, 6), 1, padding="zero")
        moved = np.roll(self.X, 2, axis=3)
        assert not np.allclose(convolution_gram(given_net, moved, None), convolution_gram(given_net, self.X, None))

    def test_strides_leave_shifts_by_whole_strides(self):
        given_net = net((4, 6), 1, stride=(2, 2), head="flatten")
        still = convolution_gram(given_net, self.X, None)
        for step, same in ((1, False), (2, True)):
            moved = np.roll(self.X, step, axis=3)
            assert np.allclose(convolution_gram(given_net, moved, None), still, rtol=1e-13) == same

    def test_transposed_images_and_filters(self):
        given_net = net((4, 6), 2, filter=(2, 3), padding="zero")
        turned = net((6, 4), 2, filter=(3, 2), padding="zero")
        turned_gram = convolution_gram(turned, self.X.transpose(0, 1, 3, 2).copy(), None)
        assert np.allclose(turned_gram, convolution_gram(given_net, self.X, None), rtol=1e-14)

    def test_two_sets_agree_with_one(self):
        given_net = net((4, 6), 2, padding="zero")
        mixed = convolution_gram(given_net, self.X, self.X.copy())
        assert np.allclose(mixed, convolution_gram(given_net, self.X, None), rtol=1e-14)


class TestWholeMatrices:
    def test_more_images_than_a_block_and_three_cores(self, monkeypatch):
        from orbitkernels.numerics import convolution

        X = np.random.default_rng(5).normal(size=(23, 1, 3, 4))
        given_net = net((3, 4), 1)
        whole = convolution_gram(given_net, X, None)
        monkeypatch.setattr(convolution, "BLOCK", 5)
        monkeypatch.setattr(convolution, "WORTHWHILE", 0)
        monkeypatch.setattr("orbitkernels.numerics.cores.available_cores", lambda: 3)
        assert np.array_equal(convolution_gram(given_net, X, None), whole)
        assert np.allclose(convolution_gram(given_net, X, X[3:14]), whole[:, 3:14], rtol=1e-14)
        assert np.array_equal(whole, whole.T)

    @pytest.mark.parametrize("head", ["flatten", "gap"])
    def test_positive_semidefinite(self, head):
        X = np.random.default_rng(6).normal(size=(12, 1, 4, 4))
        X[6:] = X[:6] * (1 + 1e-7 * X[6:])
        gram = convolution_gram(net((4, 4), 2, head=head, biases=(0.0, 0.0, 0.0)), X, None)
        values = np.linalg.eigvalsh(gram)
        assert values[0] > -1e-14 * values[-1]

    @settings(max_examples=15, deadline=None)
    @given(
        st.sampled_from(["circular", "zero", "valid"]), st.integers(1, 3), st.integers(1, 2), st.integers(0, 99)
    )
    def test_the_same_pair_has_one_value_in_every_matrix(self, padding, filter, depth, seed):
        X = np.random.default_rng(seed).normal(size=(3, 1, 5, 7))
        given_net = net((5, 7), depth, filter=(filter, filter), padding=padding)
        whole = convolution_gram(given_net, X, None)
        assert convolution_gram(given_net, X[2:], X[:1])[0, 0] == whole[2, 0]


class TestGeometry:
    def test_border_of_an_even_filter_is_longer_behind(self):
        assert axis(5, 4, 1, "zero", 1).lows == (1,)

    def test_weights_of_a_head_sum_to_one(self):
        for head, window, stride in (("flatten", 1, 1), ("gap", 1, 1), ("average", 3, 2)):
            for padding in ("circular", "zero"):
                weights = head_weights(axis(6, 3, 1, padding, 1), head, window, stride)
                assert sum(w.sum() for w in weights.values()) == pytest.approx(1, abs=1e-15)
