"""Many errors at once against dense solves and one at a time: any group, stabilisers, kernels and ridges."""

import warnings
from itertools import permutations

import mpmath
import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError, RoundingWarning, SingularGramError
from orbitkernels.proofs import batched_blocks, batched_symbols
from orbitkernels.proofs.batches import levelled_errors
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


# ---------------------------------------------------------------------- bad input

C4, PLAIN = ok.group("C4"), RNG.normal(size=(3, 4))
GOOD = ok.OrbitBatch(C4, PLAIN, [[0, 1]])


def orbits(name: str, *shape: int, labels: object = (0, 1)) -> ok.Orbits:
    return ok.Orbits(ok.group(name), RNG.normal(size=shape), labels)


WITH_NAN = np.where(np.arange(12).reshape(3, 4) == 5, np.nan, PLAIN)

BAD_BATCHES = {
    "no tuple": (
        lambda: ok.OrbitBatch(C4, PLAIN, np.zeros((0, 2), dtype=int)),
        r"'members' must be \[tuples, orbits\]",
    ),
    "flat": (
        lambda: ok.OrbitBatch(C4, PLAIN, [0, 1]),
        r"'members' must be .* not \[2\]; \[\[0, 1\]\] is one pair",
    ),
    "too far": (lambda: ok.OrbitBatch(C4, PLAIN, [[0, 3]]), "'members' must hold numbers 0 to 2 of inputs, not 3"),
    "negative": (
        lambda: ok.OrbitBatch(C4, PLAIN, [[0, -1]]),
        "'members' must hold numbers 0 to 2 of inputs, not -1",
    ),
    "twice": (lambda: ok.OrbitBatch(C4, PLAIN, [[0, 1], [2, 2]]), r"an input twice in tuple 1, \[2, 2\]"),
    "NaN": (lambda: ok.OrbitBatch(C4, WITH_NAN, [[0, 1]]), r"'inputs' must be finite; entry \[1, 1\] is nan"),
    "NaN poses": (lambda: ok.OrbitBatch.of_poses(C4, [[[np.nan]] * 4], [[0]]), "'poses' must be finite"),
    "few poses": (
        lambda: ok.OrbitBatch.of_poses(C4, np.ones((2, 3, 5)), [[0]]),
        r"one pose for each of the 4 elements",
    ),
    "one orbit": (
        lambda: ok.OrbitBatch(C4, [PLAIN[0], np.roll(PLAIN[0], 2), PLAIN[1]], [[0, 2], [0, 1]]),
        "two inputs on one orbit of C4 in tuple 1, 0 and 1",
    ),
    "targets": (
        lambda: ok.OrbitBatch(C4, PLAIN, [[0, 1]], [1, 2, 3]),
        r"'targets' must be \[2\], \[2, m\] or \[1, 2, m\]",
    ),
    "coordinates": (
        lambda: ok.OrbitBatch(C4, RNG.normal(size=(2, 5)), [[0, 1]], action=PermutationAction.natural(C4)),
        "'inputs' has 5 coordinates an input, but the action of C4 moves 4",
    ),
    "rotations of another group": (
        lambda: ok.OrbitBatch(C4, np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(8, 3)),
        "'action' has 8 rotations, a cyclic group, but C4 has 4 elements; use C8",
    ),
    "rotations of V4": (
        lambda: ok.OrbitBatch(ok.group("V4"), np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(4, 3)),
        "V4 has 4 elements and is not cyclic; use C4",
    ),
    "rotations of another shape": (
        lambda: ok.OrbitBatch(C4, np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(4, 5)),
        "has 9 pixels an image, but the action rotates images 5 x 5",
    ),
    "no angle": (lambda: ok.ImageRotations(0, 5), "'count' must be a positive integer"),
    "huge": (lambda: ok.ImageRotations(1000, 1000), "choose fewer or smaller ones"),
    "group": (lambda: ok.OrbitBatch("C4", PLAIN, [[0, 1]]), "group"),
}


@pytest.mark.parametrize("case", BAD_BATCHES)
def test_bad_batches(case: str) -> None:
    make, expected = BAD_BATCHES[case]
    with pytest.raises(InputError, match=expected) as caught:
        make()
    assert "\n" not in str(caught.value)


BAD_CALLS = {
    "no kernel": (([], GOOD), {}, "'kernels' is an empty list"),
    "no ridge": (("ntk(depth=1)", GOOD), {"ridges": []}, "'ridges' is an empty list"),
    "negative ridge": (("ntk(depth=1)", GOOD), {"ridges": [0.1, -1.0]}, "'ridge' must be a finite number >= 0"),
    "unknown kernel": ((["ntk(depth=1)", "ntkk()"], GOOD), {}, "ntk"),
    "no orbits": (("ntk(depth=1)", []), {}, "'orbits' is an empty list"),
    "what": (("ntk(depth=1)", "C4"), {}, "'orbits' must be an OrbitBatch or a list of Orbits"),
    "groups": (
        ("ntk(depth=1)", [orbits("C4", 2, 4), orbits("V4", 2, 2, 2)]),
        {},
        "number 1 has V4 acting otherwise",
    ),
    "actions": (
        ("ntk(depth=1)", [orbits("C2", 2, 4, 4), orbits("C2", 2, 16)]),
        {},
        "number 1 has C2 acting otherwise",
    ),
    "shapes": (
        ("ntk(depth=1)", [orbits("C4", 2, 4), orbits("C4", 3, 4, labels=[0, 1, 1])]),
        {},
        "equally many seeds",
    ),
    "missing": (("ntk(depth=1)", GOOD), {"missing": "coset:q"}, "'missing' holds 'q'; expected a generator"),
    "several orbits": (("ntk(depth=1)", GOOD), {"missing": {0: "pose", 1: "a"}}, "names poses of several orbits"),
    "NaN of a kernel": ((lambda X, Y: np.full((len(X), len(Y)), np.nan), GOOD), {}, "returns nan"),
    "zero input of a formula": (
        ("exp(u)", ok.OrbitBatch(C4, [[0.0] * 4, [1, 2, 3, 4]], [[0, 1]])),
        {},
        "zero",
    ),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls(case: str) -> None:
    arguments, keywords, expected = BAD_CALLS[case]
    with pytest.raises(InputError, match=expected) as caught:
        ok.spectral_errors(*arguments, **keywords)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["D4", "C7:C3", "S3"])
def test_seeds_on_one_orbit_are_found_for_every_element(name: str) -> None:
    G = ok.group(name)
    action = PermutationAction.natural(G)
    x, y = RNG.normal(size=(2, action.degree))
    for g in range(G.order):
        with pytest.raises(InputError, match="two inputs on one orbit of"):
            ok.OrbitBatch(G, [x, y, action.apply(x, [g])[0]], [[0, 1], [2, 0]], None, action)


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


def test_too_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.proofs.batches.MAX_BYTES", 200)
    with pytest.raises(
        InputError, match="1 tuples of 2 orbits of C4, which with 2 kernels and 3 ridges would take"
    ):
        ok.spectral_errors(["ntk(depth=1)", "exp(u)"], GOOD, [0, 1, 2])


def test_kernels_that_are_not_invariant() -> None:
    with pytest.raises(NotInvariantError, match=r"differs from k\(x, y\) by"):
        ok.spectral_errors(lambda X, Y: X[:, :2] @ Y[:, :2].T + 0.0, GOOD, 1.0)
    with pytest.raises(InputError, match="not symmetric"):
        ok.spectral_errors(lambda X, Y: X @ Y.T + X.sum(1)[:, None], GOOD, 1.0)


def test_singular_matrices_name_tuple_irrep_and_ridge() -> None:
    C8 = ok.group("C8")
    inputs = RNG.normal(size=(4, 8))
    inputs[2:] -= inputs[2:].mean(axis=1, keepdims=True)  # no constant part: <x, y> vanishes in the trivial irrep
    batch = ok.OrbitBatch(C8, inputs, [[0, 1], [2, 3]])
    kernels = ["ntk(depth=1)", "polynomial(degree=1, offset=0)"]
    with pytest.raises(SingularGramError) as caught:
        ok.spectral_errors(kernels, batch, [1.0, 0.0])
    text = str(caught.value)
    assert text.startswith(
        "Inputs [0, 1]: The Gram matrix is not positive definite: an eigenvalue of 2 orbits of C8, in"
    )
    ridge = float(text.split("ridge = ")[1].split(" ")[0])
    assert np.isfinite(ok.spectral_errors(kernels, batch, ridge).errors).all()
    inputs[3] = inputs[2] + 1e-12 * inputs[0]
    near = ok.OrbitBatch(C8, inputs, [[0, 1], [2, 3]])
    with pytest.raises(SingularGramError, match=r"^Second: .* irrep \d \(degree 1\), vanishes"):
        ok.spectral_errors("gaussian(length_scale=3)", near, titles=["First", "Second"].__getitem__)


# ---------------------------------------------------------------------- scales, lengths and rounding


def exact_errors(kernel: object, orbits: ok.Orbits, ridge: float = 0.0) -> np.ndarray:
    """Drop the seed of each orbit, solve with 60 digits."""
    X = orbits.all_points
    K = kernel(X, X) if callable(kernel) else ok.kernel(kernel).gram(X)
    errors = []
    with mpmath.workdps(60):
        for gone in orbits.offsets[:-1]:
            kept = [i for i in range(len(X)) if i != gone]
            A = mpmath.matrix(K[np.ix_(kept, kept)].tolist()) + mpmath.mpf(ridge) * mpmath.eye(len(kept))
            alpha = mpmath.lu_solve(A, mpmath.matrix(orbits.point_targets[kept, 0].tolist()))
            p = sum(mpmath.mpf(float(K[gone, j])) * a for j, a in zip(kept, alpha, strict=True))
            errors.append([float(mpmath.mpf(float(orbits.point_targets[gone, 0])) - p)])
    return np.array(errors)


def digits_3_and_8(name: str, longer: float = 1.0) -> ok.Orbits:
    digits = ok.load("digits")
    return ok.Orbits(ok.group(name), digits.images[[3, 8]] * np.array([1.0, longer])[:, None, None], [3, 8])


@pytest.mark.parametrize("name", ["C4", "D4"])
@pytest.mark.parametrize("factor", [1e155, 1e-170, 1e300, 1e-300])
@pytest.mark.parametrize("missing", ["pose", [0, 1]])
def test_kernels_of_extreme_scale(name: str, factor: float, missing: object) -> None:
    kernel, orbits = ok.NTK(depth=1), digits_3_and_8(name)
    found = ok.spectral_errors(lambda X, Y: factor * kernel.gram(X, Y), [orbits], 0.0, missing)
    expected = ok.spectral_errors(kernel, [orbits], 0.0, missing)
    np.testing.assert_allclose(found.errors, expected.errors, rtol=1e-12)
    np.testing.assert_allclose(found.condition_numbers, expected.condition_numbers, rtol=1e-11)
    np.testing.assert_allclose(found.rounding_levels, expected.rounding_levels, rtol=1e-11)
    bounds = found.rounding_bounds / expected.rounding_bounds
    assert ((bounds > 0.2) & (bounds < 5)).all()  # only the powers of two differ


@pytest.mark.parametrize("name", ["C4", "D4"])
def test_a_ridge_that_drowns_the_kernel(name: str) -> None:
    found = ok.spectral_errors(lambda X, Y: 1e-10 * (1 + X @ Y.T), [digits_3_and_8(name)], [1e140, 1e150])
    np.testing.assert_allclose(found.errors.ravel(), [1.0, -1.0] * 2, rtol=1e-15)
    assert found.condition_numbers.ravel().tolist() == [1.0, 1.0]


def test_beyond_floating_point_is_refused() -> None:
    kernel = ok.NTK(depth=1)
    with pytest.raises(SingularGramError, match="Inputs \\[0, 1\\]: the errors are no finite numbers"):
        ok.spectral_errors(lambda X, Y: 1e-308 * kernel.gram(X, Y), [digits_3_and_8("C4")])


@pytest.mark.parametrize("name", ["C4", "D4"])
@pytest.mark.parametrize(
    ("kernel", "longer"),
    [("ntk(depth=3)", 1e4), ("ntk(depth=3)", 1e6), ("ntk(depth=1)", 1e3), ("polynomial(degree=60)", 1.0)],
)
def test_orbits_of_different_lengths(name: str, kernel: str, longer: float) -> None:
    """With several ridges no digit is lost, beside one error at a time and beside 60 digits."""
    orbits = digits_3_and_8(name, longer)
    found = ok.spectral_errors(kernel, [orbits], [0.0, 1e-3])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RoundingWarning)  # its bounds do not know of lengths
        for r, ridge in enumerate((0.0, 1e-3)):
            one = ok.spectral_error(kernel, orbits, ridge=ridge)
            np.testing.assert_allclose(found.errors[0, 0, r], one, rtol=1e-13)
            np.testing.assert_allclose(found.errors[0, 0, r], exact_errors(kernel, orbits, ridge), rtol=1e-13)


@pytest.mark.parametrize("name", ["C4", "D4"])
def test_levels_of_rounding(name: str) -> None:
    """The level is about what digits are lost, and not made large by lengths alone."""
    for kernel, longer in (("gaussian(length_scale=3000)", 1.0), ("gaussian(length_scale=100000)", 1.0),
                           ("ntk(depth=3)", 1.0), ("ntk(depth=3)", 1e5)):  # fmt: skip
        orbits = digits_3_and_8(name, longer)
        found = levelled_errors(kernel, [orbits])
        exact = ok.spectral_error(kernel, orbits, precision="double-double")
        off, level = np.abs(found.errors[0, 0, 0] / exact - 1).max(), found.rounding_levels.item()
        by_condition = np.finfo(float).eps * found.condition_numbers.item()
        assert off < level + 1e-15
        assert by_condition / 3 < level < 3 * by_condition if longer == 1 else level < 1e-6 * by_condition


def test_one_warning_for_a_batch_names_the_worst() -> None:
    digits = ok.load("digits")
    batch = ok.OrbitBatch(ok.group("D4"), digits.images[[3, 8, 6]], [[0, 1], [0, 2], [1, 2]])
    kernels = ["ntk(depth=1)", "gaussian(length_scale=100000)"]
    with pytest.warns(RoundingWarning) as caught:
        found = ok.spectral_errors(kernels, batch, [1.0, 0.0])
    worst = int(np.argmax((found.rounding_bounds / np.abs(found.errors))[:, 1, 1].max(axis=(1, 2))))
    assert len(caught) == 1
    assert caught[0].filename == __file__
    text = str(caught[0].message)
    assert text.startswith(f"Inputs {batch.members[worst].tolist()}, kernel number 1, ridge number 1: rounding in")
    assert found.remark == text
    assert ok.spectral_errors(kernels, batch, 1.0).remark is None
