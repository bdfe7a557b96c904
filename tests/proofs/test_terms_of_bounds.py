"""Each term of a rounding bound is needed: worst cases that exhaust it, and formulas by hand."""

from math import sqrt
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from orbits_by_numpy import laplace, orbits_of, refit

import orbitkernels as ok
from orbitkernels.numerics import transform_rounding
from orbitkernels.numerics.rounding import DOUBLE, InverseRounding
from orbitkernels.numerics.transform_rounding import TransformRounding
from orbitkernels.numerics.young_orthogonal import permutation_positions, symmetric_group_irreps
from orbitkernels.proofs import averaged_kernels, iterative_spectrum, large_orbits
from orbitkernels.proofs.batched_rounding import BatchRounding, TransformSizes
from orbitkernels.proofs.iterative import iterative_error
from orbitkernels.proofs.iterative_spectrum import smallest_of_blocks
from orbitkernels.proofs.missing_sets import orbit_operators
from orbitkernels.proofs.rounding_kernels import KERNEL_ACCURACY, kernel_accuracy

RNG = np.random.default_rng(0)

pytestmark = pytest.mark.filterwarnings("ignore::orbitkernels.errors.ConvergenceWarning")


# ---------------------------------------------------------------------- conjugate gradients


def fourth_power(X, Y):
    """(x.y)^4 + |x|^4 |y|^4 exp(-|x/|x| - y/|y||): homogeneous of degree 4 in either argument."""
    a, b = (np.linalg.norm(Z, axis=1) for Z in (X, Y))
    return (X @ Y.T) ** 4 + np.outer(a, b) ** 4 * laplace(X / a[:, None], Y / b[:, None])


@pytest.mark.parametrize("product", ["group", "transform"])
def test_bounds_of_an_iteration_do_not_see_lengths(product):
    """One orbit 2^5 or 2^10 times as long: bounds grow as the errors, by 2^20 and 2^40."""
    start, found = orbits_of("C6"), []
    for length in (32.0, 1024.0):
        scale = np.array([[1.0], [length]])
        orbits = ok.Orbits(start.group, start.seeds * scale, action=start.action, targets=start.targets * scale**4)
        K = (
            fourth_power(orbits.all_points, orbits.all_points)
            / (sizes := np.repeat(scale**4, 6, axis=0))
            / sizes.T
        )
        labels = orbits.point_targets / sizes
        exact = np.stack([refit(K, labels, [c])[0] for c in orbits.offsets[:-1]]) * scale**4
        is_plain = product == "transform"
        words = {"ridge": 0.0, "product": product, "precondition": not is_plain, "tolerance": 0.1}
        solved = iterative_error(fourth_power, orbits, **words)
        off = np.abs(solved.errors - exact)
        assert (off <= solved.error_bound + 1e-12 * scale**4).all()
        if is_plain:
            assert (solved.error_bound < 1e3 * off).all()
        found.append(solved.error_bound / scale**4)
    if is_plain:
        np.testing.assert_allclose(found[1], found[0], rtol=1e-9)


def test_the_residual_by_the_kernel_is_relative_to_the_labels():
    """Labels 2^20 times as large change no bit of it; an iteration that stopped early has one of the same size."""
    start, found = orbits_of("S4"), []
    for size in (1.0, 2.0**20, 2.0**-20):
        orbits = ok.Orbits(start.group, start.seeds, action=start.action, targets=start.targets * size)
        found.append(iterative_error(laplace, orbits, precondition=False, product="kernel", ridge=0.1))
    assert found[0].kernel_residual == found[1].kernel_residual == found[2].kernel_residual
    assert 0 < found[0].kernel_residual < 1e-10


# ---------------------------------------------------------------------- eigenvalues by fast transforms


def test_matrices_that_are_no_exact_irrep_lower_the_smallest_eigenvalue(monkeypatch):
    """A basis of A5 that is off by 10^-9 overrates the smallest eigenvalue, but for what its laws show."""
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)
    orbits = orbits_of("A5", seeds=1)
    basis = iterative_spectrum.symbol_transform(orbits.group), large_orbits.fourier_basis(orbits.group)
    symbol, known = ok.orbit_symbol(laplace, orbits), basis[1].residual
    exact = np.linalg.eigvalsh(laplace(orbits.all_points, orbits.all_points))[0]
    overrated = 0
    for family in basis[0].irreps.levels[-1].families:
        original = family.matrices.copy()
        for sign in (1, -1):
            family.matrices[:, 1:] *= 1 + sign * 1e-9
            try:
                basis[1].residual = basis[1]._residual(orbits.group)
                blocks = orbit_operators(orbits, symbol, 0.0)[0].blocks
                assert smallest_of_blocks(blocks, symbol, orbits) < exact
                with monkeypatch.context() as patch:
                    patch.setattr(iterative_spectrum, "fast_irrep_error", lambda group: 0.0)
                    overrated += smallest_of_blocks(blocks, symbol, orbits) > exact
            finally:
                family.matrices[:], basis[1].residual = original, known
    assert overrated


@pytest.mark.parametrize("name", ["S4", "S5"])
def test_only_the_lengths_of_fixed_vectors_count_for_eigenvalues(name):
    """Bases that are tilted by t move eigenvalues by t^2, which is nothing; lengths off by 32 u d count."""
    orbits = orbits_of(name, fixed=True)
    symbol = ok.orbit_symbol(laplace, orbits)
    blocks = orbit_operators(orbits, symbol, 0.0)[0].blocks
    every = np.arange(orbits.group.order)
    matrices = large_orbits.symbol_transform(orbits.group).irreps
    tilt, seen = 1e-5, 0
    for stack in blocks.stacks:
        degree = stack.bases[0].shape[1]
        family = [d for _, d in matrices.shapes].index(degree)
        rho = matrices.matrices(family, [0], large_orbits.fourier_basis(orbits.group).positions[every])[0]
        full = np.einsum("abg,gij->aibj", symbol, rho)
        projectors = [rho[H.elements].mean(axis=0) for H in orbits.stabilisers]
        bases = [np.linalg.eigh(P)[1][:, degree - round(np.trace(P)) :] for P in projectors]
        tilted = [np.linalg.qr(B + tilt * RNG.standard_normal(B.shape))[0] for B in bases]
        values = [
            np.linalg.eigvalsh(
                np.block(
                    [
                        [
                            U[a].T @ full[a, :, b] @ U[b] / sqrt(orbits.stabilisers[a].order * H.order)
                            for b, H in enumerate(orbits.stabilisers)
                        ]
                        for a in range(len(orbits))
                    ]
                )
            )
            for U in (bases, tilted)
        ]
        moved = sum(np.linalg.norm(B - V @ (V.T @ B)) for B, V in zip(bases, tilted, strict=True))
        if values[0].size:
            assert np.abs(values[1] - values[0]).max() <= 2 * moved**2 * np.abs(values[0]).max()
            seen += moved > tilt / 10
    assert seen
    for stack in blocks.stacks:
        degree, found = stack.bases[0].shape[1], iterative_spectrum.transform_error(symbol, orbits, stack)
        free = SimpleNamespace(group=orbits.group, stabilisers=orbits.stabilisers)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(iterative_spectrum, "is_free", lambda _: True)
            least = iterative_spectrum.transform_error(symbol, free, stack)
        longer = (1 + 32 * DOUBLE * degree) ** 2 - 1  # of both bases
        scale = np.sqrt([H.order for H in orbits.stabilisers])
        norm = np.linalg.norm(np.abs(symbol).sum(axis=2) / np.outer(scale, scale), 2)
        assert found - least >= 0.999 * longer * norm


# ---------------------------------------------------------------------- batches


def batch_rounding(noise, relative):
    """One matrix, one ridge and one orbit with diagonal 1, whose sums are off by `noise`, K^-1 by `relative`."""
    one = np.ones((1, 1, 1))
    moved = InverseRounding(9 * one, 0 * one[..., None], relative * one[0], 0 * one, 0 * one[..., None])
    blocks = SimpleNamespace(sums=lambda unit: np.full((1, 1), noise))
    return BatchRounding(np.zeros((1, 1, 1), dtype=int), blocks, moved, one, one[..., None])


@pytest.mark.parametrize(("noise", "relative"), [(1e-3, 0.0), (1e-3, 1e-3), (0.05, 0.1), (0.0, 0.1)])
def test_sums_of_rows_for_cosets_are_off_by_their_transform(noise, relative):
    """The quotient of w by a sum that is off by 4 noise and by a relative part: the worst case is the bound."""
    total, error, count = 2.0, 0.7, 4
    found = batch_rounding(noise, relative).coset(0, np.full((1, 1, 1), error), np.full((1, 1), total), count)
    worst = max(
        abs(error * total / ((1 + s * relative) * (total + t * count * noise)) - error)
        for s in (-1, 1)
        for t in (-1, 1)
    )
    assert worst <= found.item() <= (worst + 2 * DOUBLE * error) * (1 + 2 * relative)


@pytest.mark.parametrize("degree", [1, 3])
def test_the_distance_of_fixed_vectors_of_a_batch(degree):
    """B X B^*, B too long by 32 u d and tilted as far as a projector that is off by e may tilt it."""
    first, last, e = np.eye(4)[:, :1], np.eye(4)[:, 3:], 1e-4
    worst = 0.0
    for P in (first @ first.T, np.diag([1.0, 1.0, 0.0, 0.0])):
        off = e * (first @ last.T + last @ first.T)
        rank = round(np.trace(P))
        B, moved = (np.linalg.eigh(M)[1][:, 4 - rank :] for M in (P, P + off))
        turn = np.linalg.svd(moved.T @ B)
        moved = moved @ turn[0] @ turn[2]
        X = B.T @ first @ first.T @ B
        # entries of K^-1 are traces of rho(g) B X B^*: at most this norm, for the worst rho(g)
        worst = max(worst, np.linalg.norm(moved @ X @ moved.T - B @ X @ B.T, "nuc"))
    assert worst == pytest.approx(2 * e, rel=1e-3)
    rounding = TransformRounding(np.array([1e-10, 2e-10]), 1e-11)
    sizes = TransformSizes(np.array([1, 2]), 16, degree, np.array([1, 1]), rounding, 5e-10)
    transform = 2e-10 + 1e-11 * 4
    assert sizes.distance >= 5e-10 + (worst / e) * transform + 2 * 32 * DOUBLE * degree
    assert sizes.distance == pytest.approx(5e-10 + 3 * transform, rel=1e-3)
    assert TransformSizes(np.array([1, 1]), 16, 1, np.array([1, 1]), rounding, 5e-10).distance == 5e-10
    tiny = TransformSizes(np.array([2]), 16, degree, np.array([1]), TransformRounding(np.zeros(1), 0.0), 0.0)
    assert tiny.distance >= (1 + 32 * DOUBLE * degree) ** 2 - 1


# ---------------------------------------------------------------------- Young's orthogonal form


def exact_entry(x, largest):
    """The number 0, +-1/r or sqrt(1 - 1/r^2) next to a float, at 60 digits."""
    candidates = [mpmath.mpf(0)]
    for r in range(1, largest + 1):
        candidates += [mpmath.mpf(1) / r, -mpmath.mpf(1) / r, mpmath.sqrt(1 - mpmath.mpf(1) / r**2)]
    found = min(candidates, key=lambda y: abs(y - x))
    assert abs(found - x) < 1e-14
    return found


def spectral_norm(matrix):
    return np.linalg.norm(np.array(matrix.tolist(), dtype=float), 2)


def young_terms(n):
    """What the bound of the transform allows the matrices of each family of S_n."""
    irreps = symmetric_group_irreps(n)
    level, below = irreps.levels[-1], np.zeros(len(irreps.levels[-2].families))
    for family in level.families:
        with_term, without = (
            transform_rounding._level(family, level.index, below, is_young) for is_young in (True, False)
        )
        yield irreps, family, with_term - without


def transpositions(irreps, number, n):
    """Exact s_1, ..., s_(n-1) of a family, [mpmath matrices]; rounded entries tell which numbers they are."""
    found = []
    for i in range(n - 1):  # s_(n-1) ... s_(n-j) are quotients of representatives t_j and t_(j-1)
        images = np.arange(n)
        images[[i, i + 1]] = i + 1, i
        rho = irreps.matrices(number, [0], permutation_positions(images[None]))[0, 0]
        found.append(mpmath.matrix([[exact_entry(float(x), n) for x in row] for row in rho]))
    return found


@pytest.mark.parametrize("n", [4, 5])
def test_youngs_orthogonal_form_is_as_near_to_exact_irreps_as_the_bound_says(n):
    """M_j = s_(n-j) ... s_(n-1) at 60 digits; rounded factors, each entry off by 2 u in the worst direction."""
    u, used = 1e-6, []
    with mpmath.workdps(60):
        for number, (irreps, family, term) in enumerate(young_terms(n)):
            s, allowed = transpositions(irreps, number, n), term / DOUBLE * u
            for j in range(1, n):
                exact, worst = mpmath.eye(family.degree), np.eye(family.degree)
                for i in range(n - 1 - j, n - 1):
                    exact = exact * s[i]
                    factor = np.array(s[i].tolist(), dtype=float)
                    direction = np.sign(worst.T @ np.array(exact.tolist(), dtype=float))
                    worst = worst @ (factor + 2 * u * np.abs(factor) * np.where(direction == 0, 1, direction))
                stored = mpmath.matrix(family.matrices[0, j].tolist())
                off = spectral_norm(stored - exact)
                assert off <= term
                moved = np.linalg.norm(worst - np.array(exact.tolist(), dtype=float), 2)
                assert moved <= allowed
                used.append((off / term, moved / allowed))
    actual, planted = np.max(used, axis=0)
    assert actual > 0.01
    assert planted > 0.1


# ---------------------------------------------------------------------- averages


@pytest.mark.parametrize(("name", "order"), [("C64", 64), ("S4", 24)])
def test_an_average_has_the_roundings_of_its_sums(name, order):
    """One rounding for each element of either sum."""
    G = ok.group(name)
    average = ok.Averaged(ok.Gaussian(), G, ok.PermutationAction.natural(G))
    assert kernel_accuracy(average) == pytest.approx(KERNEL_ACCURACY + 2 * order * DOUBLE, rel=1e-12, abs=0)


def test_an_average_sums_up_rows_before_it_sums_them(monkeypatch):
    """1 and 64^2 - 1 values of less than half a rounding of it: a plain sum loses them."""
    G, size = ok.group("C64"), 2.0**-54
    average = ok.Averaged(
        lambda X, Y: np.where((X[:, :1] > 0) & (Y[:, :1] > 0).T, 1.0, size), G, ok.PermutationAction.natural(G)
    )
    exact = (1 + (64**2 - 1) * size) / 64**2
    for batch in (1, 64, 2**21):
        monkeypatch.setattr(averaged_kernels, "_BATCH", batch)
        found = average.gram(np.eye(64)[:1])[0, 0]
        assert abs(found - exact) <= 2 * 64 * DOUBLE * exact
