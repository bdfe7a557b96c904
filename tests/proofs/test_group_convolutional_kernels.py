"""Kernels of group-convolutional nets against their definition in mpmath, and the circular convolutional net."""

import numpy as np
import pytest
from group_convolutional_reference import by_permutations, check, kernels, pairs_of_images, planar_by_hand

from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.theory.planar_groups import planar_action


@pytest.mark.parametrize("name", ["C4", "S3", "D4"])
@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("head", ["flatten", "gap"])
def test_values_are_those_of_the_definition(name, activation, head):
    action, table = by_permutations(name)
    n = action.group.order
    filter = [0, 1] if name != "D4" else [0, 1, 4]
    support = [0, 1, n - 1]
    moves = [[int(action.permutations[g, p]) for p in filter] for g in range(n)]
    for number, (x, y) in enumerate(pairs_of_images(action.degree, channels=1 + (name == "C4"))):
        depth = 1 + number % 3
        weights = [1.3, 0.7, 2.0, 1.1][: depth + 1]
        biases = [0.0] * (depth + 1) if number % 2 else [0.2, 0.0, 0.5, 0.1][: depth + 1]
        both = kernels(action.group, action, filter, support, depth, activation, weights, biases, head)
        arguments = (support, activation, weights, biases, head, depth)
        check(both, x, y, table, moves, *arguments)


@pytest.mark.parametrize(("symmetry", "height", "width"), [("p1", 2, 2), ("p1", 2, 3), ("p4", 3, 3)])
def test_planar_values_are_those_of_the_definition(symmetry, height, width):
    """Shifts, and the p4 group of a 3 x 3 torus, multiplied by hand."""
    moves, table = planar_by_hand(symmetry, height, width)
    turns = len(table) // (height * width)
    pixels = [i * width + j for i in range(2) for j in range(2)]
    support = [p * turns + r for p in pixels for r in range(turns)]
    chosen = [[row[p] for p in pixels] for row in moves]
    images = pairs_of_images(height * width)
    cases = [(images[0], "gap", "relu"), (images[1], "gap", "erf"), (images[3], "flatten", "relu")]
    for (x, y), head, activation in cases:
        both = [
            cls.planar(symmetry, (height, width), 2, 2, activation, bias_variance=0.3, head=head)
            for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK)
        ]
        check(both, x, y, table, chosen, support, activation, [1.0] * 3, [0.3] * 3, head, 2)


def test_the_planar_group_is_that_of_shifts_and_turns_by_hand():
    for symmetry, height, width in (("p1", 2, 3), ("p4", 3, 3), ("p4", 4, 4)):
        moves, table = planar_by_hand(symmetry, height, width)
        action = planar_action(symmetry, height, width)
        assert action.permutations.tolist() == moves
        assert action.group.table.tolist() == table


# ---------------------------------------------------------------------- the circular convolutional net


def circular_ntk(x, y, filter, depth, sw2, sb2):
    """The circular CNTK with ReLU on raw pixels, in plain NumPy by shifts of arrays; heads gap and flatten."""
    shifts = [(i, j) for i in range(filter) for j in range(filter)]
    low = (filter - 1) // 2

    def patch_mean(M):  # [h, w, h, w]: mean over the window of M(p + o, q + o)
        return np.mean(
            [np.roll(M, (low - i, low - j, low - i, low - j), (0, 1, 2, 3)) for i, j in shifts], axis=0
        )  # fmt: skip

    def diagonal(M):
        return np.einsum("ijij->ij", M)

    images = {"xx": (x, x), "xy": (x, y), "yy": (y, y)}
    S = {k: sb2 + sw2 * patch_mean(np.multiply.outer(a, b)) for k, (a, b) in images.items()}
    T = dict(S)
    for layer in range(depth):
        a, b = diagonal(S["xx"]), diagonal(S["yy"])
        E, V = {}, {}
        for k, (p, q) in {"xx": (a, a), "xy": (a, b), "yy": (b, b)}.items():
            size = np.sqrt(np.multiply.outer(p, q))
            u = np.clip(S[k] / size, -1, 1)
            t = np.arccos(u)
            E[k] = size * (np.sin(t) + (np.pi - t) * u) / (2 * np.pi)
            V[k] = (np.pi - t) / (2 * np.pi) * T[k]
        if layer < depth - 1:
            S = {k: sb2 + sw2 * patch_mean(E[k]) for k in S}
            T = {k: S[k] + sw2 * patch_mean(V[k]) for k in S}
    gap = sb2 + sw2 * (E["xy"].mean() + V["xy"].mean())
    return gap, sb2 + sw2 * (diagonal(E["xy"]).mean() + diagonal(V["xy"]).mean())


@pytest.mark.parametrize(("shape", "filter", "depth"), [((5, 5), 3, 2), ((4, 6), 3, 3), ((4, 4), 2, 2)])
def test_shifts_give_the_circular_convolutional_net(shape, filter, depth):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, *shape))
    wanted = circular_ntk(x, y, filter, depth, 1.4, 0.2)
    for head, value in zip(("gap", "flatten"), wanted, strict=True):
        kernel = GroupConvolutionalNTK.planar("p1", shape, filter, depth, "relu", 1.4, 0.2, head)
        np.testing.assert_allclose(kernel.gram(x[None], y[None])[0, 0], value, rtol=1e-12)


@pytest.mark.parametrize("head", ["flatten", "gap"])
@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_shifts_agree_with_the_convolutional_kernels(head, activation):
    """Two ways to one number that share the dual activations only; near duplicates and two channels."""
    from orbitkernels.numerics.convolution import ConvolutionalNet, convolution_gram
    from orbitkernels.numerics.duals import dual

    X = np.random.default_rng(8).normal(size=(3, 4, 6, 2))
    X[1] = X[0] + 1e-8 * X[1]
    one = (1, 1)
    for ntk, cls in ((False, GroupConvolutionalNNGP), (True, GroupConvolutionalNTK)):
        for depth, filter in ((1, (3, 3)), (2, (1, 2)), (3, (3, 2))):
            weights, biases = (1.3, 0.8, 1.1, 2.0)[: depth + 1], (0.2, 0.0, 0.1, 0.3)[: depth + 1]
            net = ConvolutionalNet(4, 6, depth, filter, one, "circular", head, one, one, weights, biases,
                                   dual(activation), ntk)  # fmt: skip
            wanted = convolution_gram(net, np.ascontiguousarray(X.transpose(0, 3, 1, 2)), None)
            found = cls.planar("p1", (4, 6), filter, depth, activation, weights, biases, head).gram(X)
            np.testing.assert_allclose(found, wanted, rtol=1e-14)
