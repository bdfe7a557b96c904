"""Many errors at once against dense solves and one at a time: any group, stabilisers, kernels and ridges."""

from itertools import permutations

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.proofs import batched_blocks, batched_symbols
from orbitkernels.proofs.input_actions import as_action
from orbitkernels.proofs.tuple_stabilisers import stabilisers_of
from orbitkernels.theory.actions import PermutationAction

RNG = np.random.default_rng(7)


def rational_quadratic(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """A kernel of which nothing is known but its values."""
    return 1 / (1 + ((X[:, None] - Y[None]) ** 2).sum(-1))


KERNELS = [
    "ntk(depth=2)",
    "nngp(depth=1, activation=erf)",
    "gaussian(length_scale=2)",
    "exp(-2*(1-u))",
    rational_quadratic,
]
RIDGES = [1e-3, "relative:0.1"]


def seeds_of(G: ok.FiniteGroup, action: PermutationAction) -> tuple[np.ndarray, int]:
    """Five seeds, two of them with stabilisers, and an element of order above 1."""
    seeds = RNG.normal(size=(5, action.degree))
    g = int(np.argmax(G.element_orders > 1))
    seeds[1] = action.apply(seeds[1])[G.subgroup([g]).elements].mean(axis=0).round(6)
    seeds[3] = 1.0  # fixed by all
    return seeds, g


def dense_errors(kernel: object, orbits: ok.Orbits, poses: list[list[int]], ridge: object) -> np.ndarray:
    """Drop the poses of each orbit in turn, solve by NumPy, predict."""
    X = orbits.all_points
    K = kernel(X, X) if callable(kernel) else ok.kernel(kernel).gram(X)
    r = 0.1 * np.trace(K) / len(K) if ridge == "relative:0.1" else ridge
    K, y, errors = K + r * np.eye(len(K)), orbits.point_targets, []
    for c, elements in enumerate(poses):
        gone = orbits.offsets[c] + orbits.pose_index(c, elements)
        kept = np.setdiff1d(np.arange(len(K)), gone)
        errors.append((y - K[:, kept] @ np.linalg.solve(K[np.ix_(kept, kept)], y[kept]))[gone])
    return np.array(errors)


GROUPS = [("C7", 4), ("C4xC2", 2), ("C4xC2", 3), ("D4", 2), ("D4", 4), ("S3", 1), ("S3", 3), ("Q8", 2), ("Q8", 3),
          ("C7:C3", 2), ("C7:C3", 3), ("A4", 4), ("C2^3", 2)]  # fmt: skip


@pytest.mark.parametrize(("name", "count"), GROUPS)
def test_dense_solves(name: str, count: int) -> None:
    """Abelian groups and others, complex and quaternionic irreps, free orbits and not, one to four of them."""
    G = ok.group(name)
    action = PermutationAction.natural(G)
    seeds, g = seeds_of(G, action)
    members = RNG.permutation(list(permutations(range(5), count)))[:6]
    targets = RNG.normal(size=(len(members), count, 2))
    batch = ok.OrbitBatch(G, seeds, members, targets, action)
    H = G.subgroup([g]).elements.tolist()
    several = [0, G.order - 1, 1]
    for missing, elements in (("pose", [0]), (f"coset:{g}", H), (several, several)):
        found = ok.spectral_errors(KERNELS, batch, RIDGES, missing)
        for p in range(2):
            orbits = ok.Orbits(G, seeds[members[p]], None, action, targets[p])
            for k, kernel in enumerate(KERNELS):
                for r, ridge in enumerate(RIDGES):
                    expected = dense_errors(kernel, orbits, [elements] * count, ridge)
                    expected = expected if missing is several else expected[:, 0]
                    size = np.abs(expected).max()
                    assert np.abs(found.errors[p, k, r] - expected).max() <= 1e-9 * size
                    one = ok.spectrum(kernel, orbits, ridge)
                    assert found.ridges[p, k, r] == pytest.approx(one.ridge, rel=1e-12)
                    assert found.condition_numbers[p, k, r] == pytest.approx(one.condition_number, rel=1e-8)


def test_orthogonal_matrices_and_rows_of_sets() -> None:
    """Actions that permute no coordinates, by their matrices, and those of S_n on the members of sets."""
    C5, turn = ok.group("C5"), 2 * np.pi / 5
    matrix = np.array([[[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]])
    plane = ok.OrbitBatch(C5, RNG.normal(size=(3, 2)), [[0, 1], [1, 2]], action=matrix)
    sets = ok.OrbitBatch(ok.group("S3"), RNG.normal(size=(3, 3, 2)), [[0, 1], [1, 2]])
    for batch, action in ((plane, matrix), (sets, None)):
        inputs = batch.source.inputs if action is not None else batch.source.inputs.reshape(-1, 3, 2)
        found = ok.spectral_errors("ntk(depth=2)", batch, 1e-3).errors
        for p, members in enumerate(batch.members):
            one = ok.Orbits(batch.group, inputs[members], [0, 1], action)
            assert np.allclose(found[p, 0, 0], ok.leave_out_error("ntk(depth=2)", one, ridge=1e-3), rtol=1e-9)


def test_order_and_company_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same numbers to the bit in any order, in pieces of any size, alone or among others."""
    D4, images = ok.group("D4"), RNG.normal(size=(8, 4, 4))
    images[5] += images[5, :, ::-1]
    members = np.array([[0, 1], [2, 3], [4, 5], [6, 7], [1, 5], [7, 0]])
    kernels, ridges = ["ntk(depth=1)", rational_quadratic, "exp(u)"], [0.1, 1e-4]
    found = ok.spectral_errors(kernels, ok.OrbitBatch(D4, images, members), ridges)
    turn = RNG.permutation(6)
    other = ok.spectral_errors(kernels[::-1], ok.OrbitBatch(D4, images, members[turn]), ridges[::-1])
    assert np.allclose(other.errors[:, ::-1, ::-1], found.errors[turn], rtol=1e-12)
    assert np.allclose(other.condition_numbers[:, ::-1, ::-1], found.condition_numbers[turn], rtol=1e-12)
    monkeypatch.setattr(batched_blocks, "PIECE_BYTES", 1)
    monkeypatch.setattr(batched_symbols, "PIECE_BYTES", 1)
    pieces = ok.spectral_errors(kernels, ok.OrbitBatch(D4, images, members), ridges)
    assert np.allclose(pieces.errors, found.errors, rtol=1e-12)
    for p, pair in enumerate(members):
        alone = ok.spectral_errors(kernels[0], ok.OrbitBatch(D4, images[pair], [[0, 1]]), 0.1)
        assert np.allclose(alone.errors[0, 0, 0], found.errors[p, 0, 0], rtol=1e-12)


def test_a_list_of_orbits_is_the_same_batch() -> None:
    D4, images = ok.group("D4"), RNG.normal(size=(6, 4, 4))
    images[2] += images[2, :, ::-1]
    several = [ok.Orbits(D4, images[[i, i + 1]], [0, 1]) for i in (0, 2, 4)]
    found = ok.spectral_errors("ntk(depth=2)", several).errors
    assert np.allclose(
        found, ok.spectral_errors("ntk(depth=2)", ok.OrbitBatch(D4, images, [[0, 1], [2, 3], [4, 5]])).errors
    )
    for p, orbits in enumerate(several):
        assert np.allclose(found[p, 0, 0], ok.spectral_error("ntk(depth=2)", orbits), rtol=1e-11)


def test_symbols_and_angles_are_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five inputs in all their pairs have 5 + 10 links; angles are found once for three kernels."""
    calls = []
    original = batched_symbols._angles

    def counted(source, group, first, second):
        calls.append(len(first))
        return original(source, group, first, second)

    monkeypatch.setattr(batched_symbols, "_angles", counted)
    pairs = [[i, j] for i in range(5) for j in range(i)]
    batch = ok.OrbitBatch(ok.group("C4"), RNG.normal(size=(5, 4)), pairs)
    ok.spectral_errors(["ntk(depth=1)", "ntk(depth=2)", "exp(u)"], batch, [0.0, 1.0])
    assert sum(calls) == 15


def test_near_duplicates_keep_their_digits() -> None:
    """Two images 1e-9 apart: 1 - u is about 1e-19, and the error is still that of 60 digits' difference kernel."""
    x = RNG.normal(size=6)
    inputs = np.stack([x, x + 1e-9 * RNG.normal(size=6)])
    batch = ok.OrbitBatch(ok.group("C6"), inputs, [[0, 1]])
    found = ok.spectral_errors("laplace(length_scale=1)", batch, 0.0)
    exact = ok.spectral_error("laplace(length_scale=1)", ok.Orbits(ok.group("C6"), inputs, [0, 1]))
    assert np.allclose(found.errors[0, 0, 0], exact, rtol=1e-6)
    assert found.condition_numbers.item() > 1e8


def test_rotations_are_the_poses_of_their_array_and_quarter_turns_are_exact() -> None:
    """A quarter of the rows says what all do, in any numbering of the elements, for even and odd counts."""
    images = RNG.uniform(size=(4, 6, 6))
    kernels = ["ntk(depth=2)", "gaussian(length_scale=3)", "polynomial(degree=3)", "laplace(length_scale=2)"]
    for count in (4, 6, 7, 12):
        G, rotations = ok.group(f"C{count}"), ok.ImageRotations(count, 6)
        given = ok.OrbitBatch.of_poses(G, rotations.poses(images), [[0, 1], [2, 3]])
        turned = ok.OrbitBatch(G, images, [[0, 1], [2, 3]], action=rotations)
        assert turned.source.rows == {4: 1, 6: 3, 7: 7, 12: 3}[count]
        first, second = (ok.spectral_errors(kernels, b, 1e-3).errors for b in (given, turned))
        assert np.allclose(first, second, rtol=1e-10)
        unknown = ok.spectral_errors(lambda X, Y: ok.kernel(kernels[0]).gram(X, Y), turned, 1e-3).errors
        assert np.allclose(unknown[:, 0], first[:, 0], rtol=1e-10)
        if count == 4:
            exact = [
                ok.leave_out_error(kernels[0], ok.Orbits(G, images[m], [0, 1]), ridge=1e-3) for m in turned.members
            ]
            assert np.allclose(second[:, 0, 0], exact, rtol=1e-10)
    G = ok.FiniteGroup.from_permutations([[1, 2, 3, 4, 5, 6, 7, 0]], name="eight")
    other = ok.OrbitBatch(G, images, [[0, 1]], action=ok.ImageRotations(8, 6))
    same = ok.OrbitBatch(ok.group("C8"), images, [[0, 1]], action=ok.ImageRotations(8, 6))
    assert np.allclose(*(ok.spectral_errors("ntk(depth=1)", b).errors for b in (other, same)), rtol=1e-10)


def test_targets() -> None:
    C4, inputs = ok.group("C4"), RNG.normal(size=(4, 4))
    two, three = ok.OrbitBatch(C4, inputs, [[0, 1], [2, 3]]), ok.OrbitBatch(C4, inputs, [[0, 1, 2]])
    assert two.targets.tolist() == [[[1], [-1]]] * 2
    assert three.targets.tolist() == [(2 * np.eye(3) - 1).tolist()]
    assert ok.OrbitBatch(C4, inputs, [[0, 1], [2, 3]], [3, 4]).targets.tolist() == [[[3], [4]]] * 2
    each = RNG.normal(size=(2, 2, 5))
    assert (ok.OrbitBatch(C4, inputs, [[0, 1], [2, 3]], each).targets == each).all()
    assert "2 tuples of 2 orbits, 4 inputs" in repr(two)


def test_stabilisers_are_those_of_each_input() -> None:
    """Every subgroup of order 2 and 3 of S4, against the stabiliser found by trying all elements."""
    G = ok.group("S4")
    action = PermutationAction.natural(G)
    vectors = np.array([*permutations([1.0, 1.0, 2.0, 3.0]), *permutations([1.0, 1.0, 1.0, 2.0]), [1, 2, 3, 4]])
    vectors = np.unique(vectors, axis=0)
    found = stabilisers_of(as_action(G, action, (4,)), vectors)
    for i, x in enumerate(vectors):
        fixing = [g for g in range(24) if (action.apply(x, [g])[0] == x).all()]
        assert (found[i].elements.tolist() if i in found else [0]) == fixing
