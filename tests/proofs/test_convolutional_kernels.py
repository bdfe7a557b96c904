"""CNTK and CNNGP as users meet them: specifications, images, refusals, orbits."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(4, 4, 6))


class TestSpecifications:
    @pytest.mark.parametrize(
        "text",
        [
            "cntk",
            "cnngp(depth=2, filter=5)",
            "cntk(filter=[1, 3], stride=[1, 2], padding=zero, height=1, width=9)",
            "cntk(head=average, window=3, window_stride=2, channels=3, activation=leaky_relu(0.1))",
            "cnngp(depth=2, head=flatten, weight_variance=[1, 2, 1/3], bias_variance=0, padding=valid)",
        ],
    )
    def test_are_read_back(self, text):
        kernel = ok.kernel(text)
        assert ok.kernel(kernel.spec) == kernel
        assert hash(ok.kernel(kernel.spec)) == hash(kernel)

    def test_words_become_arguments(self):
        kernel = ok.kernel("cntk(depth=2, filter=[2, 3], head=flatten, padding=zero, stride=2)")
        assert isinstance(kernel, ok.CNTK)
        assert (kernel.depth, kernel.filter, kernel.head, kernel.stride) == (2, (2, 3), "flatten", 2)

    def test_different_nets_differ(self):
        assert ok.CNTK(filter=3) != ok.CNTK(filter=5)
        assert ok.CNTK() != ok.CNNGP()
        assert ok.CNTK(head="average", window=2) != ok.CNTK(head="average", window=3)
        assert ok.CNTK(head="average") == ok.CNTK(head="average", window=2, window_stride=1)

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            ({"stride": 0}, "stride"),
            ({"filter": 0}, "filter"),
            ({"filter": [1, 2, 3]}, "filter"),
            ({"filter": 2.5}, "filter"),
            ({"depth": 0}, "depth"),
            ({"head": "flaten"}, "did you mean 'flatten'"),
            ({"padding": "same"}, "padding"),
            ({"activation": "rellu"}, "relu"),
            ({"weight_variance": 0}, "weight_variance"),
            ({"weight_variance": [1, 1, 1]}, "list of 2"),
            ({"bias_variance": -1}, "bias_variance"),
            ({"height": 0}, "height"),
            ({"window": -1, "head": "average"}, "window"),
            ({"window": 5}, "'window' is for head=average, not head=gap; leave it out"),
            ({"window": 2, "head": "flatten"}, "'window' is for head=average, not head=flatten"),
            ({"window_stride": 7, "head": "flatten"}, "'window_stride' is for head=average"),
            ({"window_stride": 1}, "'window_stride' is for head=average"),
        ],
    )
    def test_bad_arguments_are_refused_in_one_line(self, arguments, word):
        with pytest.raises(InputError, match=word) as caught:
            ok.CNTK(**arguments)
        assert "\n" not in str(caught.value)

    def test_no_function_of_the_angle(self):
        for what in ("expression", "profile"):
            with pytest.raises(InputError, match=f"no {what} in u"):
                getattr(ok.CNTK(), what) if what == "expression" else ok.CNTK().profile(0.5)
        assert r"\sum_{i \in F}" in ok.CNTK()._repr_latex_()
        assert "T_1" not in ok.CNNGP()._repr_latex_()


class TestImages:
    def test_three_forms_of_images(self):
        kernel = ok.CNTK(filter=2, padding="zero", height=4, width=6)
        one = kernel.gram(IMAGES)
        assert np.array_equal(kernel.gram(IMAGES[..., None]), one)
        assert np.array_equal(kernel.gram(IMAGES.reshape(4, 24)), one)
        assert np.array_equal(ok.CNTK(filter=2, padding="zero", width=6).gram(IMAGES.reshape(4, 24)), one)

    def test_channels_come_last(self):
        x = RNG.normal(size=(3, 3, 3, 2))
        kernel = ok.CNNGP(filter=2, channels=2)
        assert np.array_equal(kernel.gram(x.reshape(3, 18)), kernel.gram(x))
        # the mean over channels is the mean of the kernels before the activation only, so exchange them
        assert np.allclose(kernel.gram(x[..., ::-1]), kernel.gram(x), rtol=1e-14)
        assert not np.allclose(kernel.gram(x.reshape(3, 2, 9).transpose(0, 2, 1).reshape(3, 18)), kernel.gram(x))

    def test_a_sequence_takes_the_filter_along_itself(self):
        x = RNG.normal(size=(3, 1, 7))
        plain = ok.CNTK(filter=3, stride=1, padding="valid").gram(x)
        assert np.array_equal(plain, ok.CNTK(filter=[1, 3], padding="valid").gram(x))
        turned = ok.CNTK(filter=3, padding="valid").gram(x.transpose(0, 2, 1))
        assert np.allclose(turned, plain, rtol=1e-14)

    def test_float32(self):
        gram = ok.CNTK().gram(IMAGES, dtype=np.float32)
        assert gram.dtype == np.float32
        assert np.array_equal(gram, ok.CNTK().gram(IMAGES).astype(np.float32))

    def test_no_images(self):
        assert ok.CNTK().gram(np.zeros((0, 4, 4))).shape == (0, 0)
        assert ok.CNTK().gram(np.zeros((0, 4, 4)), np.ones((2, 4, 4))).shape == (0, 2)

    def test_integers_and_blank_images(self):
        gram = ok.CNTK(bias_variance=0).gram(np.array([np.zeros((3, 3)), np.ones((3, 3))], dtype=int))
        assert gram[0].tolist() == [0.0, 0.0]
        assert gram[1, 1] > 0

    def test_integers_booleans_and_even_filters(self):
        X = np.random.default_rng(5).integers(0, 9, size=(3, 5, 5))
        for kernel in (ok.CNTK(filter=4, padding="zero"), ok.CNTK(filter=[2, 4], stride=2, depth=2)):
            assert np.array_equal(kernel.gram(X), kernel.gram(X.astype(float)))
            assert np.array_equal(kernel.gram(X > 4), kernel.gram((X > 4).astype(float)))

    @pytest.mark.parametrize(
        ("kernel", "X", "word"),
        [
            ("cntk(filter=5, padding=valid)", np.ones((2, 4, 6)), "larger than the height 4"),
            ("cntk(depth=3, padding=valid)", np.ones((2, 6, 6)), "before convolution 3"),
            ("cntk(stride=2)", np.ones((1, 131, 131)), "'stride' = 2 does not divide .* 0.8 GiB for 4,356"),
            ("cntk(stride=[3, 2], head=average)", np.ones((1, 200, 201)), r"'stride' = \[3, 2\] does not divide"),
            ("cntk(head=average, window=5)", np.ones((2, 4, 6)), "window"),
            ("cntk(filter=0)", np.ones((2, 4, 6)), "filter"),
            ("cntk(stride=[1, 0])", np.ones((2, 4, 6)), r"stride\[1\]"),
            ("cntk(depth=-1)", np.ones((2, 4, 6)), "depth"),
            ("cntk(filter=4, padding=valid, stride=2)", np.ones((2, 3, 6)), "larger than the height 3"),
            ("cntk(channels=4, height=2, width=3)", np.ones((2, 25)), "25 coordinates"),
            ("cntk", np.ones((2, 24)), "give the kernel height"),
            ("cntk(height=5)", np.ones((2, 24)), "height=5"),
            ("cntk(height=5, width=5)", np.ones((2, 4, 6)), "height 5"),
            ("cntk(channels=3)", np.ones((2, 4, 6, 2)), "channels 3"),
            ("cntk(channels=5)", np.ones((2, 24)), "channels=5"),
            ("cntk", np.ones(24), "shape"),
            ("cntk", np.ones((2, 0, 4)), "shape"),
            ("cntk", np.full((2, 4, 4), np.nan), "nan"),
            ("cntk", np.full((2, 4, 4), np.inf), "inf"),
            ("cntk", np.full((2, 4, 4), 1e200), "scale the images down"),
            ("cntk", np.full((2, 4, 4), 1e-200), "scale the images up"),
            ("cntk", np.full((2, 4, 4), "a"), "real numbers"),
            ("cntk", np.ones((1, 300, 300)), "head"),
        ],
        ids=str,
    )  # fmt: skip
    def test_bad_images_are_refused_in_one_line(self, kernel, X, word):
        with pytest.raises(InputError, match=word) as caught:
            ok.kernel(kernel).gram(X)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("head", ["gap", "flatten"])
    def test_features_near_the_limits_of_floating_point_are_refused(self, head):
        """z^2 takes pixels of 1e-90 to features of 1e-180, whose squares are below all numbers."""
        square = ok.CNTK(activation="polynomial(0,0,1)", weight_variance=[1, 1e250], bias_variance=0, head=head)
        np.testing.assert_allclose(square.gram(1e-69 * IMAGES) * 1e276, square.gram(IMAGES), rtol=1e-13)
        for X, Y in ((1e-75 * IMAGES, None), (1e-90 * IMAGES, None), (IMAGES, 1e-90 * IMAGES)):
            with pytest.raises(
                InputError, match=r"features of size .*near the limits of floating point; scale"
            ) as e:
                square.gram(X, Y)
            assert "\n" not in str(e.value)
        with pytest.raises(InputError, match="vanish in layer 3"):
            ok.CNTK(depth=2, activation="polynomial(0,0,1)", bias_variance=0, head=head).gram(1e-60 * IMAGES)

    def test_two_sets_of_different_shape(self):
        with pytest.raises(InputError, match="'Y' must have images of 4 x 6 x 1"):
            ok.CNTK().gram(IMAGES, np.ones((2, 6, 4)))

    def test_a_wrong_type_of_entries(self):
        with pytest.raises(InputError, match="float32"):
            ok.CNTK().gram(IMAGES, dtype=int)


class TestOrbits:
    """Circular shifts of rows and columns."""

    @staticmethod
    def orbits(name="C2xC3"):
        return ok.Orbits(ok.group(name), IMAGES[:2], [0, 1])

    def test_flatten_is_invariant_and_not_equivariant(self):
        kernel = ok.CNTK(head="flatten", height=4, width=6)
        assert ok.check_invariance(kernel, self.orbits()) < 1e-13
        spectral = ok.spectral_error(kernel, self.orbits())
        assert np.allclose(spectral, ok.leave_out_error(kernel, self.orbits()), rtol=1e-10)
        assert np.all(np.abs(spectral) > 0.01)

    def test_gap_collapses_the_orbits(self):
        kernel = ok.CNTK(head="gap", height=4, width=6)
        symbol = ok.orbit_symbol(kernel, self.orbits())
        assert np.allclose(symbol, symbol[..., :1], rtol=1e-14)
        errors = ok.spectral_error(kernel, self.orbits(), ridge=1e-6)
        assert np.all(np.abs(errors) < 1e-4)
        with pytest.raises(ok.SingularGramError):
            ok.spectral_error(kernel, self.orbits())

    def test_zero_padding_is_not_invariant(self):
        with pytest.raises(NotInvariantError):
            ok.check_invariance(ok.CNTK(padding="zero", head="flatten", height=4, width=6), self.orbits())

    @pytest.mark.parametrize("head", ["flatten", "gap"])
    def test_the_group_convolutional_net_of_shifts_is_this_net(self, head):
        ours = ok.CNTK(depth=2, filter=[2, 3], head=head).gram(IMAGES)
        theirs = GroupConvolutionalNTK.planar("p1", (4, 6), filter=(2, 3), depth=2, head=head).gram(IMAGES)
        assert np.allclose(ours, theirs, rtol=1e-13)

    def test_prediction_on_digits(self):
        kernel = "cntk(depth=1, filter=3, head=flatten)"
        result = ok.predict("C8xC8", kernel, "digits", pairs=1)
        assert result["largest_relative_difference"] < 1e-8
        assert result["pairs"][0]["spectral_error"] > 0.01

    def test_prediction_with_a_pooled_head_needs_a_ridge(self):
        with pytest.raises(ok.SingularGramError, match="ridge"):
            ok.predict("C4xC2", "cntk(filter=3, head=gap)", "digits", pairs=1)
        result = ok.predict("C4xC2", "cntk(filter=3, head=gap)", "digits", pairs=1, ridge=1e-6)
        assert abs(result["pairs"][0]["spectral_error"]) < 1e-3

    def test_padded_images_that_are_not_square_say_what_they_need(self):
        data = ok.Dataset(RNG.random(size=(6, 3, 5)), np.array([0, 1] * 3), "made")
        with pytest.raises(InputError, match="give the kernel height"):
            ok.predict("C2xC3", "cntk(head=flatten)", data, pairs=1)
        result = ok.predict("C2xC3", "cntk(head=flatten, height=4, width=6)", data, pairs=1)
        assert result["largest_relative_difference"] < 1e-8
