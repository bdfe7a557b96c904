"""Group-convolutional nets refuse images of another shape, and sizes beyond memory or floating point."""

import tracemalloc

import numpy as np
import pytest
from group_convolutional_reference import by_permutations, check, kernels

from orbitkernels.errors import InputError
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.theory.actions import PermutationAction, image_action
from orbitkernels.theory.names import group
from orbitkernels.theory.planar_groups import planar_action


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 2, 8), (1, 16, 2), (1, 16, 1), (2, 2, 8, 3), (0, 2, 8)])
def test_images_of_another_shape_are_refused(shape):
    net = GroupConvolutionalNTK.planar("p4", 4)
    with pytest.raises(
        InputError, match=rf"'X' has images of {shape[1]} x {shape[2]}, but p4\(4x4\) acts on 4 x 4"
    ):
        net.gram(np.ones(shape))
    with pytest.raises(InputError, match="'Y' has images of"):
        net.gram(np.ones((1, 4, 4)), np.ones(shape))
    for right in ((1, 4, 4), (1, 4, 4, 3), (1, 16), (1, 48), (0, 4, 4)):
        assert net.gram(np.ones(right)).shape == (right[0], right[0])


def test_actions_know_the_shape_of_images():
    assert planar_action("p2", 3, 4).shape == (3, 4)
    assert planar_action("p1", 1).shape == (1, 1)
    for name, shape in (("D4", (3, 3)), ("C2", (2, 4)), ("C2xC3", (2, 3)), ("C1", (2, 2)), ("S3", (3, 2))):
        from orbitkernels.proofs.input_actions import as_action

        assert as_action(group(name), None, shape).permuting.shape == shape
    D4 = group("D4")
    turns = D4.subgroup([D4.element("r")]).as_group()
    assert image_action(turns, 3, 3).shape == (3, 3)
    unknown = PermutationAction.from_permutations(D4, image_action(D4, 4, 4).permutations)
    net = GroupConvolutionalNTK(D4, unknown, filter=[0, 1])
    assert net.gram(np.ones((1, 2, 8))).shape == (1, 1)  # nothing says that they are wrong
    with pytest.raises(InputError, match="'X' has images of 8 x 4, but D4 acts on 16 coordinates"):
        net.gram(np.ones((1, 8, 4)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("p1", 100_000), r"'group' = p1\(100000x100000\) on 10000000000 points needs 7e\+11 GiB of permutations"),
        (("p4m", 10**6), r"p4m\(1000000x1000000\) on .* needs 6e\+16 GiB"),
        (("p4", 10**400), "GiB of permutations"),
        (("p1", 200), "needs 11.9 GiB of permutations, beyond the limit of 2 GiB"),
    ],
)
def test_lattices_beyond_memory_are_refused_before_they_are_made(arguments, message):
    tracemalloc.start()
    with pytest.raises(InputError, match=message) as caught:
        GroupConvolutionalNTK.planar(*arguments, head="flatten")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    with pytest.raises(InputError, match="head=gap takes all pairs"):
        GroupConvolutionalNTK.planar(*arguments)


def test_filters_beyond_the_image_are_refused_before_they_are_made():
    with pytest.raises(InputError, match="'filter' must fit into the image; 1000000000000 is more than 3"):
        GroupConvolutionalNTK.planar("p4", 3, 10**12)


@pytest.mark.parametrize("head", [np.array(["gap", "flatten"]), np.array([1, 2]), ["gap"], None, 1])
def test_heads_that_are_no_text_are_named(head):
    for make in (
        lambda: GroupConvolutionalNTK.planar("p4", 3, head=head),
        lambda: GroupConvolutionalNTK("C4", (3, 3), [0, 1], head=head),
    ):
        with pytest.raises(InputError, match="'head' must be one of flatten, gap, not"):
            make()


def test_symmetries_that_are_no_text_are_named():
    with pytest.raises(InputError, match="'symmetry' must be one of p1"):
        GroupConvolutionalNTK.planar(["p4"], 3)


@pytest.mark.parametrize("head", ["gap", "flatten"])
@pytest.mark.parametrize("kind", [GroupConvolutionalNTK, GroupConvolutionalNNGP])
def test_images_near_the_limits_of_floating_point_are_refused(kind, head):
    x = np.random.default_rng(0).normal(size=(2, 3, 3))
    net = kind.planar("p4", 3, 2, 1, weight_variance=[1, 1e300], bias_variance=0, head=head)
    for scale, way in ((1e-160, "up"), (1e-155, "up"), (1e120, "down")):
        for X, Y, name in ((scale * x, None, "X"), (x, np.concatenate([x, scale * x]), "Y")):
            with pytest.raises(
                InputError, match=f"'{name}' has an image .* near the limits .* scale the images {way}"
            ):
                net.gram(X, Y)
    plain = kind.planar("p4", 3, 2, 1, bias_variance=0, head=head)
    np.testing.assert_allclose(net.gram(x), 1e300 * plain.gram(x), rtol=1e-14)
    np.testing.assert_allclose(
        net.gram(1e-99 * x) / 1e102, plain.gram(x), rtol=1e-13
    )  # no digit is lost before that
    assert np.array_equal(net.gram(0 * x), np.zeros((2, 2)))
    with pytest.raises(InputError, match="beyond floating point; scale the inputs down"):
        net.gram(1e20 * x)


@pytest.mark.parametrize("head", ["gap", "flatten"])
def test_activations_that_vanish_to_second_order_near_tiny_inputs(head):
    """z^2 takes inputs of 1e-69 to features of 1e-138, with all digits; smaller ones are refused, not zero."""
    action, table = by_permutations("S3")
    x = np.random.default_rng(1).normal(size=(2, 3, 1))
    weights = [1.0, 1e250]
    both = kernels(action.group, action, [0, 1], [0], 1, "polynomial(0, 0, 1)", weights, 0, head)
    moves = action.permutations[:, [0, 1]].tolist()
    for scale in (1.0, 1e-40, 1e-69):
        check(both, scale * x[0], scale * x[1], table, moves, [0], "polynomial(0, 0, 1)", weights, [0, 0], head, 1)
    for scale in (1e-75, 1e-90, 1e-99):
        for kernel in both:
            with pytest.raises(InputError, match=r"features of size .* near the limits of float") as caught:
                kernel.gram(scale * x[:, :, 0])
            assert "\n" not in str(caught.value)
    deep = GroupConvolutionalNTK(action.group, action, [0, 1], [0, 1], 2, "polynomial(0, 0, 1)", 1, 0, head)
    with pytest.raises(InputError, match=r"features of size .* vanish in layer 3"):
        deep.gram(1e-60 * x[:, :, 0])


@pytest.mark.parametrize(
    ("weights", "depth"), [([1e-120, 1.0], 1), ([1e-60, 1e-120, 1e300], 2), ([1e200, 1e-300, 1e-300, 1], 3)]
)
def test_variances_that_bring_features_near_the_limits_are_refused(weights, depth):
    x = 1e-90 * np.random.default_rng(0).normal(size=(2, 3, 3))
    net = GroupConvolutionalNTK.planar("p4", 3, 2, depth, weight_variance=weights, bias_variance=0)
    with pytest.raises(InputError, match=r"features of size .* in layer .*near the limits of"):
        net.gram(x)
