"""Orbits by the fast transform: dense solves, NumPy's own FFT, conjugate gradients; planted mistakes; bad input.

Nothing here is compared with the stacked matrices of irreps except where the test says so.
"""

import time

import numpy as np
import pytest
from orbits_by_numpy import EPS, agree, laplace, orbits_of, refit

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.numerics.symbol_transform import abelian_transform, symbol_blocks, transformed_inverse_symbol
from orbitkernels.proofs import fourier_basis, large_orbits, spectral
from orbitkernels.proofs.iterative import inverse_residual, iterative_error
from orbitkernels.proofs.large_orbits import FastRoute, StackedRoute, irrep_route
from orbitkernels.proofs.large_orbits import symbol_transform as transform_of
from orbitkernels.proofs.missing_sets import MissingSets
from orbitkernels.proofs.spectral import FourierRoute
from orbitkernels.theory.actions import PermutationAction

RNG = np.random.default_rng(5)
STATE = RNG.bit_generator.state

pytestmark = pytest.mark.filterwarnings("ignore::orbitkernels.errors.RoundingWarning")


@pytest.fixture(autouse=True)
def same_numbers():
    """The numbers of a test do not depend on the tests before it."""
    RNG.bit_generator.state = STATE


@pytest.fixture
def fast(monkeypatch):
    """The fast transform for groups of every order."""
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)


GROUPS = ["S4", "A4", "Q8", "C7:C3", "D6", "C12", "C2^3", "C4xC6", "Heis(3)", "SL(2,3)"]


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("ridge", [0.0, 0.25])
def test_errors_cosets_spectra_and_sets_against_numpy(fast, name: str, ridge: float) -> None:
    orbits = orbits_of(name, seeds=3)
    assert isinstance(irrep_route(orbits.group), FastRoute)
    K = laplace(orbits.all_points, orbits.all_points) + ridge * np.eye(int(orbits.sizes.sum()))
    y, n = orbits.point_targets, orbits.group.order
    poses = np.stack([refit(K, y, [c * n])[0] for c in range(3)])
    agree(ok.spectral_error(laplace, orbits, ridge=ridge), poses, K)
    H = orbits.group.subgroup([n // 2]).elements
    cosets = np.stack([refit(K, y, c * n + H)[0] for c in range(3)])
    agree(ok.spectral_error(laplace, orbits, f"coset:{n // 2}", ridge), cosets, K)
    listed = [n - 1, 0, n // 3]
    sets = np.stack([refit(K, y, c * n + np.array(listed)) for c in range(3)])
    agree(ok.spectral_error(laplace, orbits, listed, ridge), sets, K)
    found = ok.spectrum(laplace, orbits, ridge).repeated
    np.testing.assert_allclose(found, np.linalg.eigvalsh(K), atol=8 * EPS * len(K) * K.sum())


@pytest.mark.parametrize("name", ["S4", "S5", "D6", "A5"])
def test_orbits_with_stabilisers_against_numpy(fast, name: str) -> None:
    """T4 and T7: one seed fixed by many elements, one by some, one by none."""
    orbits = orbits_of(name, seeds=3, fixed=True)
    assert min(orbits.sizes) < orbits.group.order
    K = laplace(orbits.all_points, orbits.all_points) + 0.01 * np.eye(int(orbits.sizes.sum()))
    y, starts = orbits.point_targets, orbits.offsets
    poses = np.stack([refit(K, y, [starts[c]])[0] for c in range(3)])
    agree(ok.spectral_error(laplace, orbits, ridge=0.01), poses, K)
    H = orbits.group.subgroup([1]).elements
    rows = [starts[c] + np.unique(orbits.pose_index(c, H)) for c in range(3)]
    cosets = np.stack([refit(K, y, gone)[0] for gone in rows])
    agree(ok.spectral_error(laplace, orbits, "coset:1", 0.01), cosets, K)
    np.testing.assert_allclose(
        ok.spectrum(laplace, orbits, 0.01).repeated, np.linalg.eigvalsh(K), atol=1e-12 * K.sum()
    )


@pytest.mark.parametrize(("name", "kernel"), [("S5", "ntk(depth=2)"), ("S6", "ntk(depth=1)"), ("S6", laplace)])
def test_symmetric_groups_against_dense_cholesky(name: str, kernel) -> None:
    """The fast transform as users get it (S6), with several classes: one-vs-rest targets."""
    G = ok.group(name)
    points = RNG.standard_normal((2 if name == "S6" else 4, int(name[1:])))
    orbits = ok.Orbits(G, points, ["a", "b", "c", "a"][: len(points)], PermutationAction.natural(G))
    assert isinstance(irrep_route(G), FastRoute if name == "S6" else StackedRoute)
    found, condition = ok.spectral_error(kernel, orbits), ok.spectrum(kernel, orbits).condition_number
    expected = ok.leave_out_error(kernel, orbits)
    assert np.abs(found - expected).max() <= 4 * EPS * condition * np.abs(orbits.targets).max()


def test_s7_in_seconds_and_without_its_gram_matrix() -> None:
    """10,080 points; the residual on rows of the kernel is evidence without symbol, group or transform."""
    G = ok.group("S7")
    orbits = ok.Orbits(G, RNG.standard_normal((2, 7)), [0, 1], PermutationAction.natural(G))
    start = time.process_time()
    found = ok.spectral_error("ntk(depth=1)", orbits, ridge=1.0)
    assert time.process_time() - start < 5
    assert inverse_residual("ntk(depth=1)", orbits, ridge=1.0, rows=16) < 1e-9
    by_iteration = iterative_error("ntk(depth=1)", orbits, ridge=1.0)
    assert by_iteration.residual < 1e-10
    np.testing.assert_allclose(found, by_iteration.errors, atol=1e-9)


def test_a_gram_matrix_beyond_the_memory_is_refused_before_it_is_made() -> None:
    orbits = ok.Orbits(
        ok.group("S8"), RNG.standard_normal((2, 8)), [0, 1], PermutationAction.natural(ok.group("S8"))
    )
    refuse = lambda *_: pytest.fail("the kernel is asked for it")  # noqa: E731
    with pytest.raises(
        InputError, match=r"Argument 'orbits' has 80640 points, whose Gram matrix would take 48\.4 GiB"
    ):
        ok.leave_out_error(refuse, orbits)


# ---------------------------------------------------------------------- missing sets


@pytest.mark.parametrize("name", ["S3", "C6", "Q8"])
@pytest.mark.parametrize("method", ["auto", "missing", "observed", "iterative"])
def test_missing_sets_of_every_size(name: str, method: str) -> None:
    orbits = orbits_of(name, seeds=2)
    N = int(orbits.sizes.sum())
    K = laplace(orbits.all_points, orbits.all_points) + 0.01 * np.eye(N)
    route = FourierRoute.of(laplace, orbits, 0.01)
    sets = MissingSets(orbits, irrep_route(orbits.group), route.blocks, route.symbol, route.ridge)
    for size in range(1, N + 1):
        S = RNG.permutation(N)[:size]
        agree(sets.set_errors(S, method), refit(K, orbits.point_targets, S), K)


def test_large_missing_sets_with_stabilisers_and_repeated_poses() -> None:
    orbits = orbits_of("S5", seeds=3, fixed=True)
    N = int(orbits.sizes.sum())
    K = laplace(orbits.all_points, orbits.all_points) + 0.01 * np.eye(N)
    route = FourierRoute.of(laplace, orbits, 0.01)
    sets = MissingSets(orbits, irrep_route(orbits.group), route.blocks, route.symbol, route.ridge)
    S = RNG.permutation(N)[: 2 * N // 3]
    for method in ("missing", "observed", "iterative"):
        agree(
            sets.set_errors(np.append(S, S[:3]), method),
            refit(K, orbits.point_targets, S)[[*range(S.size), 0, 1, 2]],
            K,
        )


def test_the_cheapest_equation_is_chosen() -> None:
    orbits = orbits_of("S6")
    sets = MissingSets(orbits, None, None, None, 0.0)
    assert [sets._method(size) for size in (1, 512, 720, 721, 1440)] == ["missing"] * 3 + ["observed"] * 2
    big = MissingSets(ok.Orbits(ok.group("S8"), RNG.standard_normal((1, 8)), [0]), None, None, None, 0.0)
    assert [big._method(size) for size in (4096, 4097, 36223, 36224)] == [
        "missing", "iterative", "iterative", "observed"
    ]  # fmt: skip


def test_missing_sets_over_several_orbits_by_both_routes() -> None:
    orbits = orbits_of("S4", seeds=3)
    missing = {2: "coset:1", 0: ["3", 5, 3], 1: "pose"}
    found = ok.spectral_error(laplace, orbits, missing, 0.01)
    assert found.shape == (6, 2)
    np.testing.assert_allclose(found, ok.leave_out_error(laplace, orbits, missing, 0.01), atol=1e-10)
    np.testing.assert_array_equal(found[2], found[4])
    every = {c: list(range(24)) for c in range(3)}
    np.testing.assert_allclose(ok.spectral_error(laplace, orbits, every, 0.01), orbits.point_targets, atol=1e-9)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({}, "empty dictionary"),
        ({2: "pose"}, "names the orbit 2; there are orbits 0 to 1"),
        ({-1: "pose"}, "names the orbit -1"),
        ({"a": "pose"}, "names the orbit 'a'"),
        ({True: "pose"}, "names the orbit True"),
        ({0: {1: "pose"}}, "not a dictionary"),
        ({0: []}, "empty list"),
        ({0: [99]}, "names the element 99"),
    ],
)
def test_bad_sets_over_several_orbits(missing, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        ok.spectral_error(laplace, orbits_of("S3"), missing)
    assert "\n" not in str(caught.value)


def test_a_set_whose_iteration_does_not_end_is_refused(monkeypatch) -> None:
    orbits = orbits_of("S4")
    route = FourierRoute.of(laplace, orbits, 0.01)
    sets = MissingSets(orbits, irrep_route(orbits.group), route.blocks, route.symbol, route.ridge)
    monkeypatch.setattr("orbitkernels.proofs.missing_sets.MAX_ITERATIONS", 2)
    with pytest.raises(SingularGramError, match="after 2 steps of conjugate gradients"):
        sets.set_errors(np.arange(20), "iterative")


# ---------------------------------------------------------------------- symbols alone


def random_symbol(group, count, ridge=0.5):
    """phi_ab = sum over c of psi_ac * psi_bc reversed, positive definite, by sums over the group."""
    n, every = group.order, np.arange(group.order)
    psi = RNG.standard_normal((count, count, n)) / np.sqrt(count * n)
    # x^-1 g; phi_ab(g) = sum_c sum_x psi_ac(x) psi_bc(g^-1 x)
    division = group.multiply(group.inverse(every)[:, None], every[None, :])
    phi = np.einsum("acx,bcgx->abg", psi, psi[:, :, division])
    phi[np.arange(count), np.arange(count), 0] += ridge
    return phi


@pytest.mark.parametrize("name", ["C64", "C4xC6", "D6", "A4", "C300"])
def test_symbols_alone_against_numpy(name: str) -> None:
    G = ok.group(name)
    phi, targets = random_symbol(G, 2), RNG.standard_normal((2, 3))
    every = np.arange(G.order)
    division = G.multiply(G.inverse(every)[:, None], every[None, :])
    K = np.block([[phi[a, b][division] for b in range(2)] for a in range(2)]) + 0.1 * np.eye(2 * G.order)
    y = np.repeat(targets, G.order, axis=0)
    expected = np.stack([refit(K, y, [0])[0], refit(K, y, [G.order])[0]])
    agree(ok.symbol_errors(phi, G, targets, ridge=0.1), expected, K)
    agree(
        ok.symbol_errors(phi, name, targets, {1: [3, 1], 0: "pose"}, 0.1),
        refit(K, y, [G.order + 3, G.order + 1, 0]),
        K,
    )
    np.testing.assert_allclose(ok.symbol_spectrum(phi, G, ridge=0.1).repeated, np.linalg.eigvalsh(K), atol=1e-12)


@pytest.mark.parametrize("exponent", [12, 16])
def test_cyclic_groups_against_two_by_two_blocks_of_numpys_fft(exponent: int) -> None:
    """Above 3,000 classes there is no character table; irreps are numbered by frequency."""
    n = 2**exponent
    t = 2 * np.pi * np.arange(n) / n
    bump = lambda h: np.exp(-5 * np.abs(np.sin((t - h) / 2)))  # noqa: E731
    phi = np.array([[bump(0), bump(0.3) / 2], [bump(-0.3) / 2, bump(0)]])
    phi[[0, 1], [0, 1], 0] += 1e-3
    M = np.fft.fft(phi, axis=2).transpose(2, 0, 1)
    inverses = np.linalg.inv(M)
    expected = (
        n * (inverses[0].real @ [1.0, -0.5]) / np.array([inverses[:, 0, 0].sum(), inverses[:, 1, 1].sum()]).real
    )
    found = ok.symbol_errors(phi, f"C{n}", [1.0, -0.5])
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-9)
    spectrum = ok.symbol_spectrum(phi, f"C{n}")
    np.testing.assert_allclose(spectrum.of_irrep(0), np.linalg.eigvalsh(M[0].real), rtol=1e-10)
    np.testing.assert_allclose(spectrum.of_irrep(7), np.linalg.eigvalsh(M[7]), rtol=1e-8)


def test_a_million_elements_without_tables(monkeypatch) -> None:
    """C1048576 from its symbol: no characters, no Cayley table, no irreps one by one."""
    refuse = lambda *_: pytest.fail("a table of a million elements")  # noqa: E731
    monkeypatch.setattr(large_orbits, "fourier_basis", refuse)
    monkeypatch.setattr(large_orbits, "unitary_irreps", refuse)
    n = 2**20
    lags = np.minimum(np.arange(n), n - np.arange(n))
    start = time.process_time()
    found = ok.symbol_errors(np.exp(-lags / 50.0), f"C{n}", [1.0])
    assert time.process_time() - start < 10  # about 0.8; room for a machine under load
    # K^-1 of this Markov chain is tridiagonal: (1 + q^2, -q) / (1 - q^2) up to q^(n/2)
    q = np.exp(-1 / 50)
    np.testing.assert_allclose(found, (1 - q) ** 2 / (1 + q**2), rtol=1e-9)


@pytest.mark.parametrize(
    ("phi", "targets", "error", "message"),
    [
        (np.ones((2, 3, 4)), [1, 1], InputError, r"shape \[C, C, 4\], not \[2, 3, 4\]"),
        (np.ones((1, 1, 5)), [1], InputError, r"shape \[C, C, 4\], not \[1, 1, 5\]"),
        (np.ones((4, 4)), [1], InputError, r"shape \[C, C, 4\]"),
        (np.ones(5), [1], InputError, r"shape \[C, C, 4\]"),
        ([2.0, 1.0, float("nan"), 1.0], [1], InputError, "'phi' must be finite"),
        ([2.0, 1.0, float("inf"), 1.0], [1], InputError, "'phi' must be finite"),
        (["a"] * 4, [1], InputError, "'phi'"),
        ([2.0, 1.0, 0.0, 0.5], [1], NotInvariantError, r"phi_ba\(g\) = phi_ab\(g\^-1\)"),
        ([2.0, 1.0, 0.0, 1.0], [1, 2], InputError, "'targets' must have one row an orbit, 1, not 2"),
        ([2.0, 1.0, 0.0, 1.0], [float("nan")], InputError, "'targets' must be finite"),
        ([2.0, 1.0, 0.0, 1.0], [1], SingularGramError, "not positive definite"),
        ([1.0, 1.0, 0.0, 1.0], [1], SingularGramError, "is negative"),
    ],
)
def test_bad_symbols(phi, targets, error, message: str) -> None:
    for name in ("C4", "V4")[: 1 if error is NotInvariantError else 2]:
        with pytest.raises(error, match=message) as caught:
            ok.symbol_errors(phi, name, targets)
        assert "\n" not in str(caught.value)


def test_other_bad_arguments() -> None:
    orbits = orbits_of("S3")
    with pytest.raises(InputError, match="'product' must be 'kernel', 'group' or 'transform', not 'fft'"):
        iterative_error(laplace, orbits, product="fft")
    with pytest.raises(InputError, match="'group'"):
        ok.symbol_errors([1.0], 1, [1.0])
    with pytest.raises(InputError, match=r"shape \[C, C, 6\]"):
        symbol_blocks(np.zeros((0, 0, 6)), transform_of(ok.group("S3")))


# ---------------------------------------------------------------------- the transform


def test_the_trivial_irrep_is_number_zero_without_a_character_table(monkeypatch) -> None:
    """Families of adapted bases may start with another irrep."""
    monkeypatch.setattr(fourier_basis, "MAX_ORDERED_CLASSES", 2)
    for name in ("S4", "D6", "Q8", "C7:C3", "C5"):
        G = ok.FiniteGroup.from_cayley_table(ok.group(name).table)
        transform = large_orbits._chain_transform(fourier_basis.fourier_basis(G), G)
        numbers = np.sort(np.concatenate(transform.rows))
        assert numbers.tolist() == list(range(len(G.conjugacy_classes)))
        family, member = (int(place[0]) for place in transform.places)
        ones = transform.forward(np.ones((1, G.order)))[family][member]
        np.testing.assert_allclose(ones, [[[G.order]]])


def test_points_made_some_at_a_time_give_the_same_symbol(monkeypatch) -> None:
    orbits = orbits_of("S4", seeds=3, fixed=True)
    whole = ok.orbit_symbol(laplace, orbits)
    monkeypatch.setattr(spectral, "MAX_COORDINATES", 64)
    np.testing.assert_array_equal(ok.orbit_symbol(laplace, orbits), whole)


def test_a_group_that_the_chain_refuses_has_its_matrices_stacked(monkeypatch) -> None:
    def refuse(_):
        raise InputError("too large")

    monkeypatch.setattr(large_orbits, "symbol_transform", refuse)
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)
    assert isinstance(irrep_route(ok.group("D4")), StackedRoute)


def test_inverse_symbols_of_abelian_groups_are_numpys() -> None:
    phi = random_symbol(ok.group("C4xC6"), 2)
    transform = abelian_transform([4, 6])
    found = transformed_inverse_symbol(symbol_blocks(phi, transform), transform)
    M = np.fft.fft2(phi.reshape(2, 2, 4, 6)).transpose(2, 3, 0, 1)
    expected = np.fft.ifft2(np.linalg.inv(M).transpose(2, 3, 0, 1)).real.reshape(2, 2, 24)
    np.testing.assert_allclose(found, expected, atol=1e-13)
