"""Averages of kernels over groups and subgroups against double sums in exact arithmetic."""

import tracemalloc
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from orbitkernels.errors import InputError, NotInvariantError, RoundingWarning
from orbitkernels.numerics.averaged_blocks import averaged_blocks
from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.fourier import block_spectrum, fourier_blocks, spectral_errors
from orbitkernels.proofs import averaged_kernels
from orbitkernels.proofs.averaged_kernels import Averaged, AveragedKernel
from orbitkernels.proofs.invariance import check_invariance
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.reynolds import averaged_symbol
from orbitkernels.proofs.spectral import leave_out_error, orbit_symbol, spectral_error
from orbitkernels.theory.actions import PermutationAction, image_action
from orbitkernels.theory.names import group
from orbitkernels.theory.subgroups import whole

#: Groups on few coordinates.
ACTIONS = {
    "C4": PermutationAction.natural(group("C4")),
    "S3": PermutationAction.natural(group("S3")),
    "D4": image_action(group("D4"), 3, 3),
    "Q8": PermutationAction.natural(group("Q8")),
    "C7:C3": PermutationAction.natural(group("C7:C3")),
}


def square(x, y):
    """An invariant kernel in exact arithmetic: (1 + <x, y>)^2."""
    return (1 + sum(a * b for a, b in zip(x, y, strict=True))) ** 2


def weighted(x, y):
    """A kernel that is not invariant: (1 + sum_i (i + 1) x_i y_i)^2."""
    return (1 + sum((i + 1) * a * b for i, (a, b) in enumerate(zip(x, y, strict=True)))) ** 2


def weighted_gram(X, Y):
    return (1 + (X * np.arange(1, X.shape[1] + 1)) @ Y.T) ** 2


KERNELS = [("polynomial(degree=2, offset=1, scale=1)", square), (weighted_gram, weighted)]


def move(action, x, g):
    """(g x)[pi_g(i)] = x[i], by hand."""
    moved = [0] * len(x)
    for i, value in enumerate(x):
        moved[action.permutations[g, i]] = value
    return moved


def double_sum(k, action, H, x, y):
    poses = [[move(action, z, h) for h in H.elements] for z in (x, y)]
    return Fraction(sum(k(a, b) for a, b in product(*poses)), H.order**2)


def subgroups(G):
    """The whole group, cyclic subgroups of each order, and one that is not normal if there is one."""
    cyclic = {H.order: H for g in range(G.order) if (H := G.subgroup([g]))}
    odd = [H for g in range(G.order) if not (H := G.subgroup([g])).is_normal][:1]
    return [whole(G), *cyclic.values(), *odd]


@pytest.mark.parametrize("name", ACTIONS)
def test_averages_are_double_sums_in_exact_arithmetic(name):
    action = ACTIONS[name]
    rng = np.random.default_rng(1)
    X, Y = (rng.integers(-2, 3, (m, action.degree)) for m in (3, 2))
    tried = []
    for H in subgroups(action.group):
        for kernel, exact in KERNELS:
            averaged = Averaged(kernel, action.group, action, H)
            for rows, columns, K in ((X, Y, averaged.gram(X, Y)), (X, X, averaged.gram(X))):
                wanted = [[double_sum(exact, action, H, x, y) for y in columns.tolist()] for x in rows.tolist()]
                scale = max(max(map(abs, row)) for row in wanted)
                off = max(
                    abs(Fraction(value) - want)
                    for row, wants in zip(K.tolist(), wanted, strict=True)
                    for value, want in zip(row, wants, strict=True)
                )
                assert off <= 4e-16 * scale
                tried.append((H.order, H.is_normal, exact is square))
    assert len(set(tried)) >= 4
    assert any(not normal for _, normal, _ in tried) == (name in ("S3", "D4", "C7:C3"))


def test_one_sum_is_taken_exactly_for_invariant_kernels(monkeypatch):
    """By the number of values of the kernel, as counted."""
    action, counted = ACTIONS["D4"], []

    def counting(kernel):
        def values(X, Y):
            counted.append(len(X) * len(Y))
            return kernel(X, Y)

        return values

    decide = Averaged._is_invariant

    def uncounted(*given):
        verdict = decide(*given)
        assert 16 <= sum(counted) <= 3 * (4 + 2) ** 2
        counted.clear()
        return verdict

    monkeypatch.setattr(Averaged, "_is_invariant", uncounted)
    x = np.random.default_rng(0).normal(size=(5, 9))
    for kernel, wanted in ((lambda X, Y: (1 + X @ Y.T) ** 3, 8 * 25), (weighted_gram, 64 * 25)):
        averaged = Averaged(counting(kernel), action.group, action)
        for _ in range(2):
            averaged.gram(x)
            assert sum(counted) == wanted
            counted.clear()


def test_a_kernel_that_is_not_invariant_is_told_on_inputs_that_do_not_move():
    """Constant images do not move, so they alone cannot tell; on others one sum would be wrong."""
    action = ACTIONS["D4"]
    averaged = Averaged(weighted_gram, action.group, action)
    averaged.gram(np.repeat([[1.0], [2.0]], 9, axis=1) + np.eye(9)[[4, 4]])  # fixed by all of D4
    x = np.random.default_rng(0).integers(-2, 3, (2, 9))
    exact = double_sum(weighted, action, whole(action.group), *x.tolist())
    assert abs(averaged.gram(x[:1], x[1:])[0, 0] - float(exact)) <= 1e-14 * abs(float(exact))


@pytest.mark.parametrize("first", [np.ones((1, 16)), np.zeros((2, 16)), np.eye(16)[:1], None])
def test_results_do_not_depend_on_the_calls_before(first):
    """No permutation of the coordinates of ones says anything of the weights; other inputs do."""

    def linear(X, Y):
        return (X * np.linspace(1, 2, 16)) @ Y.T

    x = np.random.default_rng(1).normal(size=(3, 16))
    turns = image_action(group("D4"), 4, 4)
    poses = turns.apply(x)
    wanted = linear(poses.mean(axis=0), poses.mean(axis=0))
    averaged = Averaged(linear, "D4", (4, 4))
    if first is not None:
        averaged.gram(first)
    np.testing.assert_allclose(averaged.gram(x), wanted, atol=1e-13)
    np.testing.assert_allclose(averaged.gram(x, 2 * x[:2]), 2 * wanted[:, :2], atol=1e-13)
    many = np.concatenate([np.ones((50, 16)), x])  # most of a batch may say nothing
    np.testing.assert_allclose(averaged.gram(many)[50:, 50:], wanted, atol=1e-13)


def test_kernels_of_some_inputs_only_are_averaged():
    """Random points are positive if inputs are; a kernel that cannot take them gets the double sum."""
    x = np.random.default_rng(2).uniform(0.1, 1, (3, 4))

    def roots(X, Y):
        return np.sqrt(X) @ np.sqrt(Y).T

    def bounded(X, Y):
        if max(abs(X).max(), abs(Y).max()) > 1:
            raise ValueError("beyond 1")
        return X @ Y.T

    for k in (roots, bounded):
        poses = ACTIONS["C4"].apply(x)
        wanted = np.mean([[k(a, b) for a in poses] for b in poses], axis=(0, 1))
        np.testing.assert_allclose(Averaged(k, "C4", ACTIONS["C4"]).gram(x), wanted, rtol=1e-14)
    positive = Averaged(roots, "C4", ACTIONS["C4"])
    assert positive._is_invariant(positive.action, x, x)  # so that one sum is taken
    steep = Averaged(lambda X, Y: np.exp(X @ Y.T), "C4", ACTIONS["C4"])
    assert steep._is_invariant(steep.action, 13 * x, x)  # random points are no longer than the inputs: no overflow


@pytest.mark.parametrize("name", ["D4", "C7:C3"])
@pytest.mark.parametrize("kernel", [KERNELS[0][0], weighted_gram], ids=["invariant", "not invariant"])
def test_averages_are_invariant_symmetric_and_positive_semidefinite(name, kernel):
    action = ACTIONS[name]
    X = np.random.default_rng(2).normal(size=(4, action.degree))
    for H in subgroups(action.group):
        averaged = Averaged(kernel, action.group, action, H)
        K = averaged.gram(X)
        assert np.array_equal(K, K.T)
        assert np.linalg.eigvalsh(K)[0] >= -1e-13 * K.max()
        np.testing.assert_allclose(K, averaged.gram(X, X), rtol=1e-13, atol=1e-13 * K.max())
        for h in H.elements.tolist():
            np.testing.assert_allclose(averaged.gram(action.apply(X, [h])[0], X), K, atol=1e-13 * K.max(), rtol=0)
        outside = np.setdiff1d(np.arange(action.group.order), H.elements)
        if outside.size and H.order > 1:  # and it is no more invariant than that
            moved = averaged.gram(action.apply(X, outside[:1])[0], X)
            assert abs(moved - K).max() > 1e-6 * K.max()


def test_many_rows_go_in_blocks_with_little_memory(monkeypatch):
    """Blocks of rows, columns up to the diagonal and few elements at a time change rounding only."""
    action = ACTIONS["D4"]
    X = np.random.default_rng(3).normal(size=(150, 9))
    averaged = Averaged("ntk(depth=1)", action.group, action)
    K, across = averaged.gram(X), averaged.gram(X, X[:70])
    monkeypatch.setattr(averaged_kernels, "_BATCH", 1000)
    monkeypatch.setattr(averaged_kernels, "_TRIANGULAR", 10**9)
    np.testing.assert_allclose(averaged.gram(X), K, rtol=1e-14)
    np.testing.assert_allclose(averaged.gram(X, X[:70]), across, rtol=1e-14)
    monkeypatch.undo()
    S5 = group("S5")
    plain = Averaged(lambda X, Y: np.exp(X @ Y.T), S5, PermutationAction.natural(S5))
    X = np.random.default_rng(4).normal(size=(300, 5))
    plain.gram(X[:2])
    tracemalloc.start()
    plain.gram(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 300**2 * 3 + 2.5 * 8 * averaged_kernels._BATCH < 8 * 120 * 300**2


# ---------------------------------------------------------------------- orbits


def digits(name="D4", targets=None):
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return Orbits(group(name), images[:3].reshape(-1, 8, 8) / 16, labels[:3].tolist(), targets=targets)


def blocks_of(kernel, orbits, ridge):
    irreps = [irrep.matrices for irrep in unitary_irreps(orbits.group)]
    stabilisers = [H.elements for H in orbits.stabilisers]
    return fourier_blocks(orbit_symbol(kernel, orbits), irreps, stabilisers, ridge), irreps


def normal_subgroups(G):
    found = [whole(G), G.centre, G.commutator_subgroup, G.subgroup([])]
    return list({tuple(H.elements.tolist()): H for H in found}.values())


@pytest.mark.parametrize("name", ["S3", "D4", "Q8", "C7:C3"])
@pytest.mark.parametrize("free", [True, False])
def test_blocks_of_the_average_are_projected_blocks(name, free):
    """The Fourier domain, pointwise averages at all poses, and refitting agree."""
    action = ACTIONS[name]
    seeds = np.random.default_rng(5).normal(size=(2, action.degree))
    if not free:
        fixing = action.group.subgroup([1]).elements
        seeds[1] = np.round(action.apply(seeds[1], fixing).mean(axis=0), 12)
    orbits = Orbits(action.group, seeds, [0, 1], action)
    assert orbits.is_free == free
    for H in normal_subgroups(action.group):
        averaged = AveragedKernel("ntk(depth=2)", orbits, H)
        blocks, irreps = blocks_of("ntk(depth=2)", orbits, 0.3)
        projected = averaged_blocks(blocks, irreps, H.elements, 0.3)
        pointwise = orbit_symbol(averaged.gram, orbits)  # a plain function: no short way
        directly = fourier_blocks(pointwise, irreps, [S.elements for S in orbits.stabilisers], 0.3)
        for one, other in zip(projected, directly, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)
        exact = leave_out_error(averaged, orbits, ridge=0.3)
        np.testing.assert_allclose(spectral_errors(projected, orbits.targets), exact, rtol=1e-10)
        np.testing.assert_allclose(spectral_error(averaged, orbits, ridge=0.3), exact, rtol=1e-10)
        np.testing.assert_allclose(averaged.orbit_symbol(orbits), pointwise, rtol=1e-13)
        if free:
            phi = averaged_symbol(orbit_symbol("ntk(depth=2)", orbits), H)
            np.testing.assert_allclose(phi, pointwise, rtol=1e-12)
        kept = sum(np.abs(matrix - 0.3 * np.eye(len(matrix))).max(initial=0) > 1e-9 for matrix in projected)
        quotient = [irrep for irrep in irreps if np.allclose(irrep[H.elements], np.eye(irrep.shape[1]))]
        assert kept <= len(quotient) if not free else kept == len(quotient)


def test_blocks_averaged_over_any_subgroup_are_those_of_averaged_seeds():
    """(1/|H|^2) sum k(g h x_a, g' h' x_b) for H that is not normal, from the definition."""
    action = ACTIONS["S3"]
    G = action.group
    H = next(H for g in range(6) if not (H := G.subgroup([g])).is_normal)
    orbits = Orbits(G, np.random.default_rng(6).normal(size=(2, 3)), [0, 1], action)
    phi = orbit_symbol("ntk(depth=1)", orbits)
    inverse = G.inverse(H.elements)
    moved = G.multiply(G.multiply(inverse[:, None, None], np.arange(6)[None, None, :]), H.elements[None, :, None])
    blocks, irreps = blocks_of("ntk(depth=1)", orbits, 0.1)
    wanted = fourier_blocks(phi[:, :, moved].mean(axis=(2, 3)), irreps, None, 0.1)
    for one, other in zip(averaged_blocks(blocks, irreps, H.elements, 0.1), wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-13)


def test_the_whole_group_keeps_the_trivial_block_only():
    orbits = digits()
    blocks, irreps = blocks_of("ntk(depth=2)", orbits, 0.0)
    values, _, of_irrep = block_spectrum(averaged_blocks(blocks, irreps, np.arange(8)))
    assert isinstance(blocks, FourierBlocks)
    assert abs(values[of_irrep != 0]).max() < 1e-12 * values.max()
    np.testing.assert_allclose(values[of_irrep == 0], np.linalg.eigvalsh(blocks[0]), rtol=1e-12)


def test_kernels_that_are_not_invariant_have_averages_with_symbols_too():
    """Over G any kernel; over a normal subgroup the average of one that is not invariant is not."""
    orbits = digits()
    weights = np.linspace(1, 2, 64)
    plain = lambda X, Y: np.exp((X * weights) @ Y.T / 64)  # noqa: E731
    averaged = AveragedKernel(plain, orbits)
    assert check_invariance(averaged, orbits) == 0.0
    np.testing.assert_allclose(
        spectral_error(averaged, orbits, ridge=0.1), leave_out_error(averaged, orbits, ridge=0.1), rtol=1e-10
    )
    with pytest.raises(NotInvariantError, match="not invariant under D4"):
        spectral_error(AveragedKernel(plain, orbits, orbits.group.centre), orbits, ridge=0.1)


def test_an_average_over_a_subgroup_that_is_not_normal_is_refused_by_name():
    orbits = digits()
    flips = next(H for g in range(8) if not (H := orbits.group.subgroup([g])).is_normal)
    with pytest.raises(NotInvariantError, match=r"order 2, which is not normal in D4.*T9.*leave_out_error"):
        spectral_error(AveragedKernel("ntk(depth=2)", orbits, flips), orbits, ridge=0.1)
    assert AveragedKernel("ntk(depth=2)", orbits, flips).orbit_symbol(orbits) is None
    with pytest.warns(RoundingWarning):  # errors of 1e-8 at a condition number of 7e10
        errors = leave_out_error(AveragedKernel("ntk(depth=2)", orbits, flips), orbits, ridge=1e-9)
    assert abs(errors).max() < 1e-6


def test_the_same_action_made_twice_is_the_same():
    orbits = digits()
    again = image_action(orbits.group, 8, 8)
    assert Averaged("ntk(depth=1)", orbits.group, again).orbit_symbol(orbits) is not None
    other = PermutationAction.from_permutations(orbits.group, again.permutations[:, ::-1][:, ::-1][:, :])
    assert Averaged("ntk(depth=1)", orbits.group, other).orbit_symbol(orbits) is not None
    trivial = PermutationAction.trivial(orbits.group, 64)
    assert Averaged("ntk(depth=1)", orbits.group, trivial).orbit_symbol(orbits) is None


def test_matrices_move_inputs_too():
    """Quarter turns of the plane."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    averaged = Averaged("gaussian", "C4", np.stack([np.linalg.matrix_power(turn, k) for k in range(4)]))
    x, y = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0]])
    wanted = np.mean(
        [np.exp(-0.5 * np.sum((np.linalg.matrix_power(turn, k) @ x[0] - y[0]) ** 2)) for k in range(4)]
    )
    np.testing.assert_allclose(averaged.gram(x, y), [[wanted]], rtol=1e-14)
    orbits = Orbits(group("C4"), x, [0], averaged.action)
    assert averaged.orbit_symbol(orbits).shape == (1, 1, 4)


# ---------------------------------------------------------------------- arguments


def test_images_have_the_usual_action_and_rows_that_may_be_images_are_refused():
    images = np.random.default_rng(7).normal(size=(2, 4, 4))
    flat = images.reshape(2, 16)
    on_images = Averaged("gaussian", "C4").gram(images)
    assert np.array_equal(on_images, Averaged("gaussian", "C4", (4, 4)).gram(flat))
    on_vectors = Averaged("gaussian", "C4", (16,)).gram(flat)
    assert abs(on_images - on_vectors).max() > 1e-6
    for name in ("C4", "D4"):
        with pytest.raises(InputError, match=r"'action' is missing: rows of 16 .*action=\(4, 4\) for images"):
            Averaged("gaussian", name).gram(flat)
    assert Averaged("gaussian", "C5").gram(np.eye(5)).shape == (5, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gaussian", 8), "'group' must be a FiniteGroup"),
        (("gaussian", "D4", (3, 4)), "must be square"),
        (("gaussian", "D4", None, [0, 1]), "'subgroup' must be a subgroup of D4"),
        (("gaussian", "D4", ACTIONS["S3"]), "'action' belongs to S3"),
        ((5, "D4"), "'kernel' must have a method gram"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        Averaged(*arguments)


def test_bad_inputs_are_named():
    averaged = Averaged("gaussian", "D4", (3, 3))
    with pytest.raises(InputError, match="'X' must have 9 coordinates an input for this action of D4, not 4"):
        averaged.gram(np.eye(4))
    with pytest.raises(InputError, match="'Y' must be finite"):
        averaged.gram(np.eye(9), np.full((1, 9), np.nan))
    with pytest.raises(InputError, match="'X' must have shape"):
        averaged.gram(3.0)
    for images in (np.ones((2, 1, 9)), np.ones((2, 9, 1)), np.ones((0, 1, 9)), np.ones((2, 2, 2))):
        with pytest.raises(InputError, match=r"'X' has images of \d x \d, but D4 acts on 3 x 3; give such"):
            averaged.gram(images)
    assert averaged.gram(np.ones((0, 3, 3))).shape == (0, 0)
    with pytest.raises(InputError, match="'X' has images of 2 x 9, but C2 acts on 9 coordinates"):
        Averaged("gaussian", "C2", PermutationAction.trivial(group("C2"), 9)).gram(np.ones((1, 2, 9)))
    with pytest.raises(InputError, match=r"'Y' must have inputs of shape \[4, 4\] like 'X', not \[3, 3\]"):
        Averaged("ntk", "D4").gram(np.ones((2, 4, 4)), np.ones((1, 3, 3)))
    with pytest.raises(InputError, match=r"'Y' must have inputs of shape \[2, 8\] like 'X', not \[4, 4\]"):
        Averaged("ntk", "C2").gram(np.ones((2, 2, 8)), np.ones((1, 4, 4)))
    with pytest.raises(InputError, match="not symmetric"):
        Averaged(lambda X, Y: X @ np.triu(np.ones((9, 9))) @ Y.T, "D4", (3, 3)).gram(np.eye(9))


# ---------------------------------------------------------------------- planted mistakes


def test_planted_mistakes_are_caught(monkeypatch):
    """One sum where two are needed; the inverse of the action; one element too few."""
    action = ACTIONS["C7:C3"]
    H = next(H for g in range(21) if not (H := action.group.subgroup([g])).is_normal)
    x, y = np.random.default_rng(8).integers(-2, 3, (2, action.degree))
    wanted = float(double_sum(weighted, action, H, x.tolist(), y.tolist()))

    def found():
        return Averaged(weighted_gram, action.group, action, H).gram(x[None], y[None])[0, 0]

    assert abs(found() - wanted) <= 1e-14 * abs(wanted)
    monkeypatch.setattr(Averaged, "_is_invariant", lambda *_: True)
    assert abs(found() - wanted) > 1e-3 * abs(wanted)
    monkeypatch.undo()
    original = averaged_kernels._moved
    monkeypatch.setattr(averaged_kernels, "_moved", lambda a, x, h: original(a, x, np.roll(h, 1)[:-1]))
    assert abs(found() - wanted) > 1e-3 * abs(wanted)
