"""What K12 compares: values by hand and by dense matrices, and a planted mistake for each condition."""

from math import e, factorial

import numpy as np
import pytest
import sympy
from flint import arb, fmpq_mat
from planted import off_by_one

from orbitkernels.proofs import dot_product_checks as checks
from orbitkernels.proofs import dot_product_comparisons as comparisons
from orbitkernels.proofs import dot_product_orbits as orbits
from orbitkernels.proofs.dot_product_comparisons import OrbitCase
from orbitkernels.theory import power_multiplicities as powers
from orbitkernels.theory.balls import working_precision


def rng():
    return np.random.default_rng(3)


def moved_products(action, seeds):
    """<x_a, g x_b> entry by entry: (g y)[pi_g(i)] = y[i]."""
    n = action.group.order
    found = np.zeros((len(seeds), len(seeds), n))
    for a, b, g in np.ndindex(found.shape):
        for i, place in enumerate(action.permutations[g]):
            found[a, b, g] += seeds[a][place] * seeds[b][i]
    return found


@pytest.mark.parametrize(
    ("name", "faithful", "degree"),
    [
        ("S3", True, 3),
        ("D4", True, 4),
        ("Q8", True, 8),
        ("C7:C3", True, 7),
        ("C6", True, 6),
        ("C1", True, 1),
        ("S3", False, 2),
        ("Q8", False, 2),
        ("C7:C3", False, 3),
        ("S5", False, 2),
        ("C6", False, 2),
        ("C5", False, 2),  # nothing between C5 and its trivial subgroup: two points at rest
        ("A5", False, 2),
    ],
)
def test_permutations_of_few_points(name, faithful, degree) -> None:
    action = checks.representation(name, faithful)
    assert action.degree == degree
    assert name == "C1" or action.is_faithful == faithful


@pytest.mark.parametrize("name", ["S3", "C7:C3"])
def test_products_of_moved_seeds(name) -> None:
    action = checks.representation(name)
    seeds = checks.random_seeds(action, 2, rng())
    expected = moved_products(action, seeds)
    assert checks.inner_products(action, seeds).tolist() == expected.tolist()
    np.testing.assert_allclose(orbits.float_products(action, np.array(seeds)), expected)
    frame = [np.array(seeds)]  # two vectors as one seed
    assert checks.inner_products(action, frame)[0, 0].tolist() == (expected[0, 0] + expected[1, 1]).tolist()


def test_entries_of_seeds_are_different_integers_from_one_to_a_thousand() -> None:
    action = checks.representation("C7:C3")
    seeds = checks.random_seeds(action, 400, rng())
    assert all(len(set(x)) == 7 for x in seeds)
    assert (np.min(seeds), np.max(seeds)) == (1, 1000)


def test_ranks_are_bounded_by_degrees_and_multiplicities() -> None:
    action = checks.representation("S3")  # degrees 1, 1, 2
    bounds = [checks.rank_bound(action, counts, C) for counts in ((3, 0, 1), (1, 1, 5)) for C in (1, 2)]
    assert bounds == [1 + 2, 2 + 2, 1 + 1 + 2 * 2, 1 + 1 + 2 * 4]


def test_which_blocks_vanish() -> None:
    action = checks.representation("S3")
    sign = [1 if order != 2 else -1 for order in action.group.element_orders]
    symbols = ([0] * 6, [1] * 6, sign, [1, 0, 0, 0, 0, 0])
    found = [checks.zero_blocks(action, np.array([[row]])) for row in symbols]
    assert found == [[True] * 3, [False, True, True], [True, False, True], [False] * 3]


@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize("part", ["zero_blocks", "rank_bound"])
def test_every_power_of_the_dot_product_counts(part, number, monkeypatch) -> None:
    right, calls = getattr(checks, part), []

    def changed(*arguments):
        calls.append(0)
        wrong = [None] if part == "zero_blocks" else 0
        return wrong if len(calls) == number + 1 else right(*arguments)

    assert checks.blocks_follow_symmetric_powers("S3")
    monkeypatch.setattr(checks, part, changed)
    assert not checks.blocks_follow_symmetric_powers("S3")


def test_one_value_is_not_definite(monkeypatch) -> None:
    assert checks.interpolation_is_definite("S3")
    monkeypatch.setattr(checks, "inner_products", lambda *a: np.full((1, 1, 6), 2, dtype=object))
    assert not checks.interpolation_is_definite("S3")


@pytest.mark.parametrize("power", [0, 1, 3])
def test_every_tensor_power_counts(power, monkeypatch) -> None:
    right = powers.tensor_multiplicities

    def changed(*arguments):
        found = right(*arguments).copy()
        found[power] = np.where(found[power] == 0, 1, 0)
        return found

    assert checks.frames_follow_tensor_powers("S3")
    monkeypatch.setattr(checks, "tensor_multiplicities", changed)
    assert not checks.frames_follow_tensor_powers("S3")


@pytest.mark.parametrize(
    ("check", "part", "wrong"),
    [
        (
            lambda: checks.frame_products_are_characters("S3"),
            "inner_products",
            lambda f: lambda *a: f(*a)[:, :, ::-1],
        ),
        (
            lambda: checks.frame_products_are_characters("S3"),
            "frame_eigenvalues",
            lambda f: lambda *a: f(*a)[::-1],
        ),
        (lambda: checks.every_irrep_occurs("S3"), "is_faithful", lambda f: lambda chi: True),
        (lambda: checks.every_irrep_occurs("S3"), "is_faithful", lambda f: lambda chi: False),
        (lambda: checks.every_irrep_occurs("S3"), "tensor_multiplicities", lambda f: lambda *a: 0 * f(*a)),
        (lambda: checks.every_irrep_occurs("S3"), "tensor_multiplicities", lambda f: lambda *a: 1 + f(*a)),
        (checks.single_vectors_need_more, "distinct_values", lambda f: lambda chi: 4),
        (checks.single_vectors_need_more, "zero_blocks", lambda f: lambda *a: [False] * 3),
        (checks.single_vectors_need_more, "symmetric_multiplicities", lambda f: lambda *a: f(*a) + 1),
        (checks.dependent_covariants, "symmetric_multiplicities", lambda f: lambda *a: f(*a) + 1),
        (checks.dependent_covariants, "exact_blocks", lambda f: lambda G, phi: f(G, [[[1, 2, 3, 4, 5, 7]]])),
    ],
)
def test_one_wrong_part_fails_its_check(check, part, wrong, monkeypatch) -> None:
    assert check()
    monkeypatch.setattr(checks, part, wrong(getattr(checks, part)))
    assert not check()


def test_identities_of_symbols() -> None:
    determinant, product = checks.vandermonde_pair(3)
    c0, c1, c2 = sympy.symbols("c_0:3")
    assert sympy.expand(product - (c1 - c0) * (c2 - c0) * (c2 - c1)) == 0
    assert sympy.expand(determinant.doit() - product) == 0
    power, total = checks.tensor_pair(2, 3)
    x1, x2, y1, y2 = sympy.symbols("x_1 x_2 y_1 y_2")
    assert sympy.expand(power - (x1 * y1 + x2 * y2) ** 3) == sympy.expand(total - power) == 0
    assert checks.unit_matrix(2) == fmpq_mat([[1, 0], [0, 1]])


# ---------------------------------------------------------------------- comparisons


@pytest.mark.parametrize("number", [0, 4])
def test_ranks_beyond_their_bound_are_found(number, monkeypatch) -> None:
    case = OrbitCase("S3", "powers")
    assert comparisons.compare_powers(case, rng()).holds
    monkeypatch.setattr(checks, "rank_bound", off_by_one(lambda *a: 100 - 100, number))
    assert not comparisons.compare_powers(case, rng()).holds


def test_ranks_of_vectors_reach_their_size(monkeypatch) -> None:
    for name, size in (("S3", 12), ("Q8", 16), ("C7:C3", 21)):
        found = comparisons.compare_vectors(OrbitCase(name, "vectors"), rng())
        assert found.holds
        assert f"{size}" not in found.detail
    monkeypatch.setattr(checks, "random_seeds", lambda action, count, rng: [np.ones(action.degree, int)] * count)
    assert not comparisons.compare_vectors(OrbitCase("S3", "vectors"), rng()).holds


@pytest.mark.parametrize(
    ("name", "pairs"), [("S3", [0, 1, 1]), ("D4", [0, 1, 2, 1]), ("C7:C3", [0, 1, 1, 3, 1, 3, 3])]
)
def test_orbits_of_a_stabiliser(name, pairs) -> None:
    """All other points for S3; the opposite corner apart for D4; the squares and the others for C7:C3."""
    action = checks.representation(name)
    found = orbits.orbits_of_stabiliser(action, 0)
    assert len(set(found)) == len(set(pairs))
    assert sorted(np.unique(found, return_counts=True)[1]) == sorted(np.unique(pairs, return_counts=True)[1])


# ---------------------------------------------------------------------- balls and floats


def gram(action, phi):
    """The dense Gram matrix phi_ab(g^-1 h)."""
    every = np.arange(action.group.order)
    quotients = action.group.multiply(action.group.inverse(every)[:, None], every[None, :])
    size = len(phi) * len(every)
    return np.asarray(phi, dtype=float)[:, :, quotients].transpose(0, 2, 1, 3).reshape(size, size)


@pytest.mark.parametrize("name", ["S3", "C7:C3"])
def test_products_of_frames_are_numbers_of_fixed_points(name) -> None:
    action = checks.representation(name)
    assert orbits.frame_products(action).tolist() == action.fixed_points.tolist()


@pytest.mark.parametrize("name", ["S3", "Q8", "C7:C3"])
def test_spectra_are_those_of_dense_matrices(name) -> None:
    action, factors = checks.representation(name), [0.5, 0.25, 2.0]
    u = orbits.frame_products(action).astype(float)
    phi = sum(a * u**m for m, a in enumerate(factors))[None, None, :]
    dense = np.linalg.eigvalsh(gram(action, phi))
    np.testing.assert_allclose(orbits.spectrum_by_characters(action, factors), dense, atol=1e-10)
    np.testing.assert_allclose(orbits.spectrum_by_blocks(action, phi), dense, atol=1e-10)


@pytest.mark.parametrize("name", ["C1", "S3", "D4", "C7:C3"])
def test_enclosed_symbols_and_determinants(name) -> None:
    """Frames: exp(fixed points/D).  Vectors: two seeds of unit length up to order 6, exp(8 <x, g y>)."""
    action = checks.representation(name)
    with working_precision(400):
        phi, determinant = orbits.enclosed_frame(action, rng())
        expected = np.exp(action.fixed_points / action.degree)
        np.testing.assert_allclose([float(v) for v in phi[0][0]], expected, rtol=1e-14)
        _sign, log = np.linalg.slogdet(gram(action, expected[None, None, :]))
        assert float(determinant.log()) == pytest.approx(log, abs=1e-8)
        phi, determinant = orbits.enclosed_vectors(action, rng())
        squares = checks.random_seeds(action, 2 if action.group.order <= 6 else 1, rng())
        seeds = [np.sqrt(x / x.sum()) for x in squares]
        expected = np.exp(8 * moved_products(action, seeds))
        np.testing.assert_allclose(np.array(phi, dtype=float), expected, rtol=1e-12)
        if name != "C1":
            assert float(determinant.log()) == pytest.approx(
                np.linalg.slogdet(gram(action, expected))[1], abs=1e-4
            )


def test_what_is_left_out_of_the_exponential_series_is_bounded(monkeypatch) -> None:
    """By 2 n/m! for each eigenvalue, m the number of terms."""
    monkeypatch.setattr(orbits, "TERMS", 6)
    found = orbits.enclosed_frame(checks.representation("C1"), rng())[1]
    assert found.contains(arb(e))
    assert float(found.rad()) == pytest.approx(2 / factorial(6), rel=1e-6)
    for name in ("C2", "S3"):
        action = checks.representation(name)
        determinant = np.linalg.det(gram(action, np.exp(action.fixed_points / action.degree)[None, None, :]))
        assert orbits.enclosed_frame(action, rng())[1].contains(arb(float(determinant)))


@pytest.mark.parametrize(("name", "faithful"), [("Q8", False), ("C7:C3", False), ("S3", True)])
def test_irreps_that_never_occur_add_nothing_to_the_rank(name, faithful) -> None:
    """An action of a quotient has the eigenvalue 0 on the other irreps."""
    case = OrbitCase(name, "frame", faithful)
    assert comparisons.compare_frame(case, rng()).holds
    assert all(comparisons.compare_frame(case, np.random.default_rng(seed)).holds for seed in range(5))
