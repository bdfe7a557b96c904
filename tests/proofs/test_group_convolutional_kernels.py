"""Kernels of group-convolutional nets against their definition in mpmath, and what must hold of them."""

from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.numerics import group_convolution
from orbitkernels.numerics.group_convolution_geometry import offset_batches
from orbitkernels.proofs import group_convolutional_kernels as module
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.proofs.invariance import check_invariance
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.spectral import leave_out_error, spectral_error
from orbitkernels.theory.actions import PermutationAction, image_action
from orbitkernels.theory.names import group
from orbitkernels.theory.planar_groups import planar_action

# ---------------------------------------------------------------------- the definition


def relu(a, b, s):
    """E[f f] and E[f' f'] of ReLU for variances a, b and the covariance s."""
    if a == 0 or b == 0:
        return mpmath.mpf(0), mpmath.mpf(1) / 4
    u = min(max(s / mpmath.sqrt(a * b), mpmath.mpf(-1)), mpmath.mpf(1))
    t = mpmath.acos(u)
    return mpmath.sqrt(a * b) * (mpmath.sin(t) + (mpmath.pi - t) * u) / (2 * mpmath.pi), (mpmath.pi - t) / (
        2 * mpmath.pi
    )


def erf(a, b, s):
    size = (1 + 2 * a) * (1 + 2 * b)
    return 2 / mpmath.pi * mpmath.asin(2 * s / mpmath.sqrt(size)), 4 / mpmath.pi / mpmath.sqrt(size - 4 * s * s)


DUALS = {"relu": relu, "erf": erf}


def by_definition(x, y, table, points, support, depth, activation, weights, biases, head):
    """NNGP and NTK of (x, x), (x, y) and (y, y) from full matrices over pairs of elements.

    Args:
        x: Image, a list [points][channels] of mpf.
        y: Image.
        table: table[g][s] = g s.
        points: points[g][k] is where g takes the k-th point of the lifting filter.
        support: Elements of the filter of the group convolutions.
        depth: Number of activations.
        activation: Key of DUALS.
        weights: One variance a layer.
        biases: One variance a layer.
        head: flatten or gap.
    """
    n, f, images = len(table), DUALS[activation], (x, y)

    def mean(values):
        return mpmath.fsum(values) / len(values)

    def patch_product(one, other, g, h):
        pairs = zip(points[g], points[h], strict=True)
        return mean([a * b for p, q in pairs for a, b in zip(one[p], other[q], strict=True)])

    def lift(one, other):
        return [[biases[0] + weights[0] * patch_product(one, other, g, h) for h in range(n)] for g in range(n)]

    def average(M):
        return [[mean([M[table[g][s]][table[h][s]] for s in support]) for h in range(n)] for g in range(n)]

    S = {(i, j): lift(images[i], images[j]) for i, j in ((0, 0), (0, 1), (1, 1))}
    T = {key: [row[:] for row in S[key]] for key in S}
    for layer in range(depth):
        E, D = {}, {}
        for i, j in S:
            both = [[f(S[i, i][g][g], S[j, j][h][h], S[i, j][g][h]) for h in range(n)] for g in range(n)]
            E[i, j] = [[pair[0] for pair in row] for row in both]
            D[i, j] = [[both[g][h][1] * T[i, j][g][h] for h in range(n)] for g in range(n)]
        if layer == depth - 1:
            break
        w, b = weights[layer + 1], biases[layer + 1]
        for key in S:
            V = average(D[key])
            S[key] = [[b + w * value for value in row] for row in average(E[key])]
            T[key] = [[S[key][g][h] + w * V[g][h] for h in range(n)] for g in range(n)]
    pairs = [(g, g) for g in range(n)] if head == "flatten" else list(product(range(n), repeat=2))

    def head_of(key):
        nngp = biases[-1] + weights[-1] * mean([E[key][g][h] for g, h in pairs])
        return nngp, nngp + weights[-1] * mean([D[key][g][h] for g, h in pairs])

    return {key: head_of(key) for key in S}


@cache
def by_permutations(name):
    """(action, table) of a group of permutations, multiplied by hand."""
    action = {
        "C4": lambda: PermutationAction.natural(group("C4")),
        "S3": lambda: PermutationAction.natural(group("S3")),
        "D4": lambda: image_action(group("D4"), 3, 3),
    }[name]()
    images = [tuple(row) for row in action.permutations.tolist()]
    number = {row: g for g, row in enumerate(images)}
    table = [[number[tuple(a[i] for i in b)] for b in images] for a in images]
    return action, table


@cache
def planar_by_hand(symmetry, height, width):
    """(points [n][pixels], table) of shifts, and quarter turns for p4; element ((i w) + j) m + r."""
    m = {"p1": 1, "p4": 4}[symmetry]

    def turn(i, j, r):
        for _ in range(r):
            i, j = -j, i
        return i % height, j % width

    every = list(product(range(height), range(width), range(m)))
    number = lambda i, j, r: ((i % height) * width + j % width) * m + r % m  # noqa: E731
    table, points = [], []
    for i, j, r in every:
        row = []
        for k, l, s in every:
            a, b = turn(k, l, r)
            row.append(number(i + a, j + b, r + s))
        table.append(row)
        moved = [turn(k, l, r) for k, l in product(range(height), range(width))]
        points.append([((i + a) % height) * width + (j + b) % width for a, b in moved])
    return points, table


def check(kernels, x, y, table, moves, support, activation, weights, biases, head, depth):
    """NNGP and NTK of images of doubles against the definition with 60 digits."""
    with mpmath.workdps(60):
        exact = lambda z: [[mpmath.mpf(float(v)) for v in np.atleast_1d(p)] for p in z]  # noqa: E731
        values = by_definition(exact(x), exact(y), table, moves, support, depth, activation, weights, biases, head)
        rows = np.stack([np.ravel(x), np.ravel(y)])
        for which, kernel in enumerate(kernels):
            K = kernel.gram(rows)
            assert K[0, 1] == K[1, 0]
            scale = mpmath.sqrt(values[0, 0][which] * values[1, 1][which])
            errors = [abs(K[key] - value[which]) for key, value in values.items()]
            errors.append(abs(kernel.gram(rows[:1], rows[1:])[0, 0] - values[0, 1][which]))
            bound = (1e-14, 1e-13)[which] * depth
            assert max(errors) <= bound * scale, float(max(errors) / scale)


def kernels(*arguments, **named):
    return [cls(*arguments, **named) for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK)]


def pairs_of_images(points, channels=1):
    """Random, near duplicates, near antipodes, scaled copies, and images that are mostly zero."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(points, channels))
    few = np.zeros((points, channels))
    few[0] = 1.5
    return [
        (x, rng.normal(size=(points, channels))),
        (x, x + 1e-9 * rng.normal(size=x.shape)),
        (x, -3 * x + 1e-10 * rng.normal(size=x.shape)),
        (x, 2.7 * x),
        (few, x),
        (few, np.roll(few, 1, axis=0)),
    ]


@pytest.mark.parametrize("name", ["C4", "S3", "D4"])
@pytest.mark.parametrize("activation", DUALS)
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


# ---------------------------------------------------------------------- what must hold


@pytest.mark.parametrize("symmetry", ["p1", "p4", "p4m"])
def test_gap_is_invariant_in_each_argument_and_flatten_in_both_together(symmetry):
    action = planar_action(symmetry, 4)
    X = np.random.default_rng(2).normal(size=(3, 16))
    rng = np.random.default_rng(3)
    for g in rng.integers(1, action.group.order, 3):
        moved = action.apply(X, [g])[0]
        for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
            gap, flat = (cls.planar(symmetry, 4, 3, 2, head=head) for head in ("gap", "flatten"))
            np.testing.assert_allclose(gap.gram(moved, X), gap.gram(X), rtol=1e-13)
            np.testing.assert_allclose(flat.gram(moved), flat.gram(X), rtol=1e-13)
            assert abs(flat.gram(moved, X) - flat.gram(X)).max() > 1e-3
            mirrored = X.reshape(-1, 4, 4)[:, :, ::-1].reshape(-1, 16)  # no symmetry of p1 and p4
            assert (abs(gap.gram(mirrored, X) - gap.gram(X)).max() > 1e-6) == (symmetry != "p4m")


@pytest.mark.parametrize("name", ["S3", "D4"])
def test_gap_is_the_average_of_flatten(name):
    """(1/n^2) sum_{g, h} E(g, h) of x and y is the mean over g of the diagonal of g x and y."""
    action, _ = by_permutations(name)
    X, Y = (np.random.default_rng(4).normal(size=(m, action.degree)) for m in (4, 3))
    for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
        gap, flat = (cls(action.group, action, [0, 1], None, 3, "erf", head=head) for head in ("gap", "flatten"))
        averaged = Averaged(flat, action.group, action)
        np.testing.assert_allclose(averaged.gram(X, Y), gap.gram(X, Y), rtol=1e-13)
        np.testing.assert_allclose(averaged.gram(X), gap.gram(X), rtol=1e-13)


@pytest.mark.parametrize("head", ["flatten", "gap"])
def test_gram_matrices_are_symmetric_to_the_bit_and_positive_semidefinite(head):
    X = np.random.default_rng(5).normal(size=(12, 16))
    X[3], X[4], X[5] = X[2], -X[2], X[2] + 1e-12
    for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
        K = cls.planar("p4", 4, 3, 2, head=head).gram(X)
        assert np.array_equal(K, K.T)
        assert np.linalg.eigvalsh(K)[0] >= -1e-13 * K.max()
        assert abs(K[2, 3] - K[2, 2]) <= 1e-15 * K[2, 2]


def test_factors_of_the_filter_change_rounding_only():
    action = planar_action("p4", 4)
    X = np.random.default_rng(6).normal(size=(3, 16))
    planar = GroupConvolutionalNTK.planar("p4", 4, 3, 3, bias_variance=0)
    products = [int(action.group.multiply(action.group.multiply(a, b), c)) for a, b, c in product(*planar.support)]
    assert len(set(products)) == 36
    listed = GroupConvolutionalNTK(action.group, action, planar.filter, products, 3, bias_variance=0)
    np.testing.assert_allclose(listed.gram(X), planar.gram(X), rtol=1e-13)
    centred = [0, *planar.filter[planar.filter != 0].tolist()]
    default = GroupConvolutionalNTK(action.group, action, centred, depth=3, bias_variance=0)
    assert [len(factor) for factor in default.support] == [9, 4]
    np.testing.assert_allclose(default.gram(X), planar.gram(X), rtol=1e-13)


def test_results_do_not_depend_on_batches_and_threads(monkeypatch):
    kernel = GroupConvolutionalNTK.planar("p4", 4, 3, 2)
    X = np.random.default_rng(7).normal(size=(6, 16))
    K = kernel.gram(X)
    monkeypatch.setattr(group_convolution, "_PARALLEL", 0)
    monkeypatch.setattr("orbitkernels.numerics.cores.available_cores", lambda: 3)
    assert np.array_equal(kernel.gram(X), K)
    monkeypatch.setattr(module, "_CACHED", 1)
    np.testing.assert_allclose(kernel.gram(X), K, rtol=1e-14)
    batches = list(offset_batches(kernel._products, kernel._filter, 1))
    assert sum(len(batch.columns) for batch in batches) == 64
    assert 1 < len(batches) < 64  # offsets that conjugation mixes stay together
    lifting = GroupConvolutionalNTK.planar("p4", 4, 3, 1)
    assert len(list(offset_batches(lifting._products, lifting._filter, 1))) == 64


# ---------------------------------------------------------------------- orbits


def test_an_invariant_net_recovers_every_missing_pose_without_ridge_and_flatten_does_not():
    """T9: the orbits collapse, and the error of a missing pose is proportional to the ridge."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    orbits = Orbits(group("C4"), images[:2].reshape(-1, 8, 8) / 16, labels[:2].tolist())
    gap, flat = (GroupConvolutionalNTK.planar("p4", 8, 3, 2, head=head) for head in ("gap", "flatten"))
    assert check_invariance(flat, orbits) < 1e-12
    errors = [abs(leave_out_error(gap, orbits, ridge=r)).max() for r in (1e-3, 1e-5, 1e-7)]
    np.testing.assert_allclose(np.divide(errors[1:], errors[:-1]), 0.01, rtol=0.5)
    assert errors[-1] < 1e-3
    assert abs(leave_out_error(flat, orbits, ridge=1e-7)).min() > 0.1
    for kernel in (gap, flat):
        np.testing.assert_allclose(
            spectral_error(kernel, orbits, ridge=1e-3), leave_out_error(kernel, orbits, ridge=1e-3), rtol=1e-8
        )


# ---------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filter": []}, "'filter' must list different points"),
        ({"filter": [0, 9]}, "from 0 to 8"),
        ({"filter": [1, 1]}, "'filter' must list different"),
        ({"support": [0, 8]}, "'support' must list different elements, numbers from 0 to 7"),
        ({"support": [[0, 4], [0, 4]]}, "products are different elements of D4"),
        ({"depth": 0}, "'depth' must be a positive integer"),
        ({"activation": "rely"}, "'activation' must be one of .* not 'rely'; did you mean 'relu'"),
        ({"activation": 3}, "'activation' must be text such as relu"),
        ({"activation": "leaky_relu(x)"}, "Unknown name 'x'"),
        ({"weight_variance": 0}, "'weight_variance' must be a positive number"),
        ({"weight_variance": [1, 1]}, "list of 3"),
        ({"bias_variance": -1}, "'bias_variance' must be"),
        ({"head": "mean"}, "'head' must be one of flatten, gap"),
        ({"group": 8}, "'group' must be a FiniteGroup"),
        ({"action": np.eye(3)}, "'action' must be a PermutationAction"),
        ({"action": PermutationAction.natural(group("S3"))}, "'action' belongs to S3"),
        ({"action": (3, 4)}, "must be square"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    arguments = {"group": "D4", "action": (3, 3), "filter": [0, 1], "depth": 2, **changes}
    with pytest.raises(InputError, match=message):
        GroupConvolutionalNTK(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("p3", 4), "'symmetry' must be one of p1, p2, p4, p4m"),
        (("p4", (4, 5)), "needs square images, not 4 x 5"),
        (("p4", 0), "'size' must be a positive integer"),
        (("p1", (4, 2), 3), "'filter' must fit into the image; 3 is more than 2"),
        (("p4", 65), "16900 elements; head=gap"),
    ],
)
def test_bad_planar_arguments_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        GroupConvolutionalNTK.planar(*arguments)


def test_bad_inputs_are_named(monkeypatch):
    kernel = GroupConvolutionalNTK.planar("p4", 3, 3, 2)
    with pytest.raises(InputError, match=r"'X' must have 9 coordinates an input, or a multiple.*not 10"):
        kernel.gram(np.ones((2, 10)))
    with pytest.raises(InputError, match="'Y' must have 9 columns like 'X', not 18"):
        kernel.gram(np.ones((2, 9)), np.ones((2, 18)))
    with pytest.raises(InputError, match="'X' must be finite"):
        kernel.gram(np.full((1, 3, 3), np.inf))
    with pytest.raises(InputError, match="near the limits of floating point; scale the images down"):
        kernel.gram(np.full((1, 9), 1e200))
    assert kernel.gram(np.ones((0, 9)), np.ones((2, 9))).shape == (0, 2)
    assert np.isfinite(kernel.gram(np.zeros((2, 9)))).all()
    monkeypatch.setattr(module, "MAX_NUMBERS", 1000)
    with pytest.raises(InputError, match="'X' has 2 inputs that need"):
        kernel.gram(np.ones((2, 9)))
    monkeypatch.setattr(module, "MAX_NUMBERS", 10**5)
    kernel = GroupConvolutionalNTK.planar("p4", 9, 3, 2)
    with pytest.raises(InputError, match=r"p4\(9x9\) needs .* for each pair of inputs with depth 2 and head=gap"):
        kernel.gram(np.ones((1, 81)))


def test_they_show_themselves():
    kernel = GroupConvolutionalNNGP.planar("p4m", 4, 3, 2)
    assert repr(kernel) == (
        "<GroupConvolutionalNNGP on p4m(4x4), 9 points and 72 elements in the filters, depth 2, relu, gap>"
    )
    assert kernel.spec == (
        "gcnngp(group=p4m(4x4), points=9, elements=72, depth=2, activation=relu, weight_variance=1, "
        "bias_variance=1, head=gap)"
    )


# ---------------------------------------------------------------------- planted mistakes


def test_planted_mistakes_in_the_geometry_are_caught(monkeypatch):
    """Left translations for right ones; offsets that are not conjugated; patches moved by inverses."""
    action, table = by_permutations("S3")
    n, filter, support = 6, [0, 1], [0, 1, 3]
    moves = [[int(action.permutations[g, p]) for p in filter] for g in range(n)]
    (x, y), arguments = pairs_of_images(3)[0], (support, "relu", [1.0] * 3, [0.2] * 3, "gap", 2)

    def fails():
        both = kernels(action.group, action, filter, support, 2, "relu", 1.0, 0.2, "gap")
        try:
            check(both, x, y, table, moves, *arguments)
        except AssertionError:
            return True
        return False

    assert not fails()
    geometry = group_convolution.Filter
    from orbitkernels.numerics import group_convolution_geometry as of_offsets

    G = action.group

    def left(right, sizes, elements, inverses):
        return geometry(G.multiply(elements[:, None], np.arange(n)[None, :]), sizes, elements, inverses)

    monkeypatch.setattr(of_offsets, "Filter", left)
    assert fails()
    monkeypatch.undo()
    original = of_offsets.conjugates_of
    monkeypatch.setattr(of_offsets, "conjugates_of", lambda P, F: np.tile(np.arange(n), (len(F.right), 1)))
    assert fails()
    backwards = lambda P, F: original(P, F._replace(inverses=F.elements, elements=F.inverses))  # noqa: E731
    monkeypatch.setattr(of_offsets, "conjugates_of", backwards)
    assert fails()
    monkeypatch.undo()
    prepare = group_convolution.prepare
    patches = action.permutations[G.inverse(np.arange(n))][:, filter].T
    monkeypatch.setattr(group_convolution, "prepare", lambda X, _, *rest: prepare(X, patches, *rest))
    assert fails()


def test_half_of_the_digits_are_lost_without_differences(monkeypatch):
    """1 - u by subtraction in the lifting layer is seen on near duplicates."""
    action, table = by_permutations("C4")
    moves = [[int(action.permutations[g, p]) for p in (0, 1)] for g in range(4)]
    x, y = pairs_of_images(4)[1]
    arguments = ([0, 1], "relu", [1.0, 1.0], [0.0, 0.0], "flatten", 1)
    both = kernels(action.group, action, [0, 1], [0, 1], 1, "relu", 1.0, 0.0, "flatten")
    check(both, x, y, table, moves, *arguments)
    prepare = group_convolution.prepare

    def rounded(*given):
        images = prepare(*given)
        return images._replace(units=images.units.astype(np.float32).astype(np.float64))

    monkeypatch.setattr(group_convolution, "prepare", rounded)
    with pytest.raises(AssertionError):
        check(both, x, y, table, moves, *arguments)
