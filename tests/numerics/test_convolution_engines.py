"""Three ways to the mean over pairs of positions: by offsets, by different patches, and by the whole tensor."""

import numpy as np
import pytest
from convolution_reference import float_kernels
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orbitkernels.numerics import convolution, convolution_patches, convolution_tensor
from orbitkernels.numerics.convolution import ConvolutionalNet, convolution_gram
from orbitkernels.numerics.convolution_windows import image_layers
from orbitkernels.numerics.duals import dual

ONE = (1, 1)


def net(shape, depth=1, filter=(3, 3), stride=ONE, padding="circular", head="gap", window=ONE, bias=0.3):
    variances = (1.0,) * (depth + 1), (bias,) * (depth + 1)
    return ConvolutionalNet(
        *shape, depth, filter, stride, padding, head, window, ONE, *variances, dual("relu"), True
    )


def by(way, given_net, X):
    """Gram matrix by one way alone."""
    i, j = np.tril_indices(len(X))
    layers = image_layers(given_net, X)
    if way == "offsets":
        sums = convolution._offset_sums(given_net, layers, layers, i, j, True)
    else:
        function = {"patches": convolution_patches.patch_pair_sums, "tensor": convolution_tensor.tensor_sums}[way]
        sums = function(given_net, layers, layers, i, j)
    gram = np.empty((len(X), len(X)))
    gram[i, j] = gram[j, i] = given_net.biases[-1] + given_net.weights[-1] * sums.sum(axis=1)
    return gram


def images(kind, shape, rng):
    X = rng.normal(size=(3, *shape))
    if kind == "blank":
        X[:, :, : shape[1] // 2] = 0.0
    elif kind == "near":
        X[1], X[2] = X[0] + 1e-8 * X[1], -2.5 * X[0]
    return X


#: Depth, padding and what there is beside offsets; two layers with zero padding have nothing else.
WAYS = [
    (1, "circular", ("patches", "tensor")),
    (1, "valid", ("patches", "tensor")),
    (1, "zero", ("patches",)),
    (2, "circular", ("tensor",)),
    (2, "valid", ("tensor",)),
]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_patches_and_tensors_agree_with_offsets(data):
    side = st.tuples(st.integers(3, 6), st.integers(3, 6))
    shape = data.draw(side)
    depth, padding, ways = data.draw(st.sampled_from(WAYS))
    filter, stride = data.draw(st.tuples(*[st.integers(1, 3)] * 2)), data.draw(st.tuples(*[st.integers(1, 2)] * 2))
    given_net = net(shape, depth, filter, stride, padding, bias=data.draw(st.sampled_from([0.0, 0.3])))
    assume(all(line.sizes[-1] >= 1 for line in given_net.axes) and given_net.offsets_stay_apart)
    kind = data.draw(st.sampled_from(["plain", "blank", "near"]))
    X = images(kind, (data.draw(st.integers(1, 2)), *shape), np.random.default_rng(depth))
    wanted = by("offsets", given_net, X)
    sizes = np.sqrt(np.diag(wanted))
    assert np.all(sizes > 0)
    for way in ways:
        assert np.max(np.abs(by(way, given_net, X) - wanted) / np.outer(sizes, sizes)) < 1e-14


@pytest.mark.parametrize("padding", ["circular", "zero", "valid"])
def test_patches_that_an_image_has_often_are_taken_once(padding):
    X = np.zeros((2, 1, 9, 9))
    X[0, 0, 4, 4], X[1, 0, 3:5, 3:6] = 1.0, 2.0
    given_net = net((9, 9), padding=padding)
    found = convolution_patches._patches(given_net, image_layers(given_net, X))
    wrapped = np.pad(X, [(0, 0), (0, 0), (1, 1), (1, 1)], mode="wrap" if padding == "circular" else "constant")
    if padding == "valid":
        wrapped = X
    parts = [np.lib.stride_tricks.sliding_window_view(x[0], (3, 3)).reshape(-1, 9) for x in wrapped]
    assert found.counts.tolist() == [len({tuple(row) for row in part}) for part in parts]
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0, rtol=1e-15)
    blank = (~part.any(axis=1) for part in parts)
    assert [share.max() for share in found.shares] == pytest.approx([b.mean() for b in blank], rel=1e-15)
    expected = float_kernels(*X, *given_net[2:9], given_net.weights, given_net.biases)[1]
    assert convolution_gram(given_net, X, None)[0, 1] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("activation", ["relu", "erf", "gelu"])
def test_shifts_of_an_image_have_one_kernel_to_the_bit(activation):
    """Sorted patches do not depend on where they lie; NNGP and NTK, C16 shifts along a row."""
    X = np.random.default_rng(0).normal(size=(2, 1, 3, 16))
    orbit = np.concatenate([np.roll(X[:1], g, axis=3) for g in range(16)])
    for ntk in (False, True):
        given_net = net((3, 16))._replace(dual=dual(activation), ntk=ntk)
        gram = convolution_gram(given_net, orbit, X[1:])
        assert np.array_equal(gram, np.full_like(gram, gram[0, 0]))


def test_the_ways_are_chosen_by_geometry(monkeypatch):
    """Short patches and one convolution; else offsets, but where they do not stay apart."""
    calls = []
    for module, name in (
        (convolution, "patch_pair_sums"),
        (convolution, "_offset_sums"),
        (convolution, "tensor_sums"),
    ):
        original = getattr(module, name)

        def counted(*arguments, original=original, name=name):
            calls.append(name)
            return original(*arguments)

        monkeypatch.setattr(module, name, counted)
    X = np.random.default_rng(1).normal(size=(1, 1, 7, 7))
    cases = [
        (net((7, 7)), "patch_pair_sums"),
        (net((7, 7), padding="zero"), "patch_pair_sums"),
        (net((7, 7), stride=(2, 2)), "patch_pair_sums"),
        (net((7, 7), filter=(7, 7)), "_offset_sums"),
        (net((7, 7), filter=(7, 7), stride=(2, 2)), "tensor_sums"),
        (net((7, 7), depth=2), "_offset_sums"),
        (net((7, 7), depth=2, stride=(2, 1)), "tensor_sums"),
        (net((7, 7), depth=2, stride=(7, 1)), "_offset_sums"),
        (net((7, 7), depth=2, stride=(2, 1), head="flatten"), "_offset_sums"),
        (net((7, 7), stride=(2, 1), head="average", window=(2, 2)), "tensor_sums"),
        (net((7, 7), depth=2, stride=(2, 1), padding="zero"), "_offset_sums"),
    ]
    for given_net, _ in cases:
        convolution_gram(given_net, X, None)
    assert calls == [way for _, way in cases]


@pytest.mark.parametrize("depth", [1, 2])
def test_no_shift_leaves_a_net_alone_whose_stride_does_not_divide(depth):
    X = np.random.default_rng(2).normal(size=(1, 1, 7, 7))
    for stride, same in ((2, False), (7, False), (1, True)):
        given_net = net((7, 7), depth, stride=(1, stride))
        moved = convolution_gram(given_net, np.roll(X, 2, axis=3), X)
        assert (abs(moved / convolution_gram(given_net, X, None) - 1) < 1e-12) == same


def test_more_cores_and_blocks_give_the_same_bits(monkeypatch):
    X = np.random.default_rng(3).normal(size=(9, 1, 5, 4))
    for given_net in (net((5, 4)), net((5, 4), 2, stride=(2, 2))):
        whole = convolution_gram(given_net, X, None)
        with monkeypatch.context() as patch:
            patch.setattr(convolution, "BLOCK", 4)
            for module in (convolution_patches, convolution_tensor):
                patch.setattr(module, "WORTHWHILE", 0)
            patch.setattr("orbitkernels.numerics.cores.available_cores", lambda: 3)
            assert np.array_equal(convolution_gram(given_net, X, None), whole)
