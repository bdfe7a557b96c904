"""A short orbit beside a long one is checked in its own units: wrong numbers never pass for rounding."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.numerics import blocks
from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.proofs import averaged_kernels, invariance
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.batches import OrbitBatch
from orbitkernels.proofs.invariance import gram, natural_lengths, natural_scale, refuse_asymmetric

C4 = ok.group("C4")
LENGTHS = [1e-12, 1e-6, 3e5, 1e12]
SEEDS = np.array([[1.0, 2.0, 5.0, -1.0], [1.0, 0.2, -0.3, 0.5]])


def first_counts_twice(X, Y):
    """Not invariant by terms that long inputs drown: those of tanh are at most 10."""
    distances = ((X[:, None] - Y[None]) ** 2).sum(-1)
    return X @ Y.T + 10 * np.tanh(X[:, :1]) @ np.tanh(Y[:, :1].T) + np.exp(-distances)


def long_and_short(ratio=3e5):
    return SEEDS * np.array([[ratio], [1.0]])


def of_lengths(ratio):
    return ok.Orbits(C4, long_and_short(ratio), [0, 1])


def double_sum(k, X):
    """The definition: the mean over all pairs of shifts, one pair of points at a time."""
    out = np.zeros((len(X), len(X)))
    for i, x in enumerate(X):
        for j, y in enumerate(X):
            poses = [[np.roll(z, h)[None] for h in range(4)] for z in (x, y)]
            out[i, j] = np.mean([k(a, b)[0, 0] for a in poses[0] for b in poses[1]])
    return out


# ---------------------------------------------------------------------- what is not invariant

CALLS = {
    "check": lambda k, orbits: ok.check_invariance(k, orbits),
    "check all": lambda k, orbits: ok.check_invariance(k, orbits, samples=None),
    "error": lambda k, orbits: ok.spectral_error(k, orbits, ridge=1.0),
    "double-double": lambda k, orbits: ok.spectral_error(k, orbits, ridge=1.0, precision="double-double"),
    "spectrum": lambda k, orbits: ok.spectrum(k, orbits, ridge=1.0),
    "iterative": lambda k, orbits: ok.iterative_error(k, orbits, ridge=1.0),
    "batch": lambda k, orbits: ok.spectral_errors(k, [orbits], 1.0),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("ratio", [3e5, 1e9])
def test_a_kernel_that_is_not_invariant_on_the_short_orbit_is_refused(call, ratio):
    with pytest.raises(
        NotInvariantError, match=r"not invariant under C4: .* relative to sqrt\(k\(x, x\) k\(y, y\)\)"
    ):
        CALLS[call](first_counts_twice, of_lengths(ratio))


def test_the_old_scale_is_caught(monkeypatch):
    """The largest value of all as the scale: accepted, and the two routes differ by a factor of four.

    Blocks that are not Hermitian would say so too, each pair of orbits in its own units.
    """
    monkeypatch.setattr(
        invariance, "natural_scale", lambda left, right: np.full((left.size, right.size), left.max() ** 2)
    )
    orbits = of_lengths(3e5)
    with pytest.raises(NotInvariantError, match="off a Hermitian one"):
        ok.spectral_error(first_counts_twice, orbits, ridge=1.0)
    monkeypatch.setattr(FourierBlocks, "require_hermitian", lambda blocks: None)
    assert ok.check_invariance(first_counts_twice, orbits) < 1e-10
    wrong = ok.spectral_error(first_counts_twice, orbits, ridge=1.0, precision="double-double")
    right = ok.leave_out_error(first_counts_twice, orbits, ridge=1.0)
    assert (abs(right / wrong) > 4).all()


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_one_tuple_of_a_batch(place):
    """The one short input, wherever it stands."""
    inputs = np.random.default_rng(3).normal(size=(120, 4)) * 3e8
    inputs[2 * place + 1] = SEEDS[1]
    batch = OrbitBatch(C4, inputs, np.arange(120).reshape(60, 2))
    with pytest.raises(NotInvariantError, match="not invariant under C4"):
        batch.check_kernel(first_counts_twice)  # before any symbol
    with pytest.raises(NotInvariantError, match="not invariant under C4"):
        ok.spectral_errors(first_counts_twice, batch, 1.0)


def test_prediction():
    """One dark image among bright ones, from the front door."""
    images = np.random.default_rng(4).normal(size=(12, 4, 4)) * 3e8
    images[5] /= 3e8

    def corner(X, Y):
        return X @ Y.T + 10 * np.tanh(X[:, :1]) @ np.tanh(Y[:, :1].T)

    data = ok.Dataset(images, np.arange(12) % 2)
    with pytest.raises(NotInvariantError, match="not invariant under C4"):
        ok.predict(group="C4", kernel=corner, data=data, pairs=36, ridge=1.0)


def test_one_short_orbit_among_many():
    """More orbits than one Gram matrix takes; also when they are too many to be looked at one by one."""
    for name, count in (("C5", 100), ("A5", 40)):
        seeds = np.random.default_rng(5).normal(size=(count, 5)) * 1e6
        seeds[17] /= 1e6
        with pytest.raises(NotInvariantError):
            ok.check_invariance(first_counts_twice, ok.Orbits(ok.group(name), seeds, range(count)))


@pytest.mark.parametrize(("name", "count"), [("C5", 400), ("C12", 300), ("C2", 500)])
def test_all_orbits_are_looked_at_in_few_matrices(name, count):
    """The values are at most a quarter of those of the symbol; one orbit of any length is found."""
    G = ok.group(name)
    seeds = np.random.default_rng(5).normal(size=(count, G.order)) * np.linspace(1, 9, count)[:, None]
    orbits = ok.Orbits(G, seeds, range(count))
    asked = []

    def counting(X, Y):
        asked.append(len(X) * len(Y))
        return X @ Y.T

    assert ok.check_invariance(counting, orbits) < 1e-10
    assert len(asked) <= 2 * max(8, 32 // G.order)
    assert sum(asked) <= max(2 * 34**2, count**2 * G.order / 4 * 1.05)
    parts = invariance._parts(orbits, 32)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(count))
    chosen = seeds[count // 3]

    def one_is_wrong(X, Y):
        here = [(np.abs(Z - chosen).max(axis=1) < 1e-12) * 1.0 for Z in (X, Y)]
        return X @ Y.T + 1e-6 * here[0][:, None] * here[1]

    drawn = np.concatenate([pose[orbit == count // 3] for orbit, pose in invariance._sample(orbits, 32, 0)])
    assert len(drawn) >= 2
    if name == "C2":  # both poses are drawn
        with pytest.raises(NotInvariantError):
            ok.check_invariance(one_is_wrong, orbits)


def test_orbits_that_only_meet_others():
    """k(x, y) that is not invariant between two orbits that are, each alone: a fixed point and a long orbit."""

    def linear_in_the_first(X, Y):
        fixed_x, fixed_y = (np.ptp(Z, axis=1)[:, None] == 0 for Z in (X, Y))
        cross = (fixed_x != fixed_y.T) * 1e-3 * (X[:, :1] + Y[:, :1].T)
        return X @ Y.T + cross

    orbits = ok.Orbits(C4, np.array([SEEDS[0] * 1e4, np.ones(4)]), [0, 1])
    with pytest.raises(NotInvariantError):
        ok.check_invariance(linear_in_the_first, orbits)


# ---------------------------------------------------------------------- what is invariant


def polarised(X, Y):
    """<x, y> from lengths and distances, whose rounding is that of the longer point."""
    squares = (X**2).sum(1)[:, None], (Y**2).sum(1)
    return (squares[0] + squares[1] - ((X[:, None] - Y[None]) ** 2).sum(-1)) / 2


def gaussian(X, Y):
    squares = (X**2).sum(1)[:, None], (Y**2).sum(1)
    return np.exp(-np.maximum(squares[0] + squares[1] - 2 * X @ Y.T, 0) / (squares[0] + squares[1]))


def indefinite(X, Y):
    """<x, y> - 2 (sum x)(sum y)/d, of signature (d - 1, 1); zero on some points."""
    return X @ Y.T - 2 * X.sum(1)[:, None] * Y.sum(1) / X.shape[1]


INVARIANT = {
    "ntk": ok.kernel("ntk(depth=3)"),
    "no bias": ok.kernel("ntk(depth=2, bias_variance=0)"),
    "linear": lambda X, Y: X @ Y.T,
    "quartic": lambda X, Y: (1 + X @ Y.T) ** 4,
    "polarised": polarised,
    "gaussian": gaussian,
    "sum": lambda X, Y: X @ Y.T + gaussian(X, Y),
    "indefinite": indefinite,
    "average": Averaged(lambda X, Y: X @ Y.T, C4, (4,)),
    "zero": lambda X, Y: 0 * (X @ Y.T),
}


@pytest.mark.parametrize("name", INVARIANT)
@pytest.mark.parametrize("ratio", [1.0, *LENGTHS])
def test_invariant_kernels_are_accepted(name, ratio):
    k = INVARIANT[name]
    orbits = of_lengths(ratio)
    assert ok.check_invariance(k, orbits, samples=None) < 1e-10
    assert ok.check_invariance(k, orbits, tolerance=1e-10) < 1e-10
    refuse_asymmetric(gram(k, orbits.all_points))
    three = ok.Orbits(C4, np.concatenate([orbits.seeds, np.zeros((1, 4))]), range(3))  # and a row of zeros
    if name not in ("gaussian", "sum"):  # 0/0
        assert ok.check_invariance(k, three) < 1e-10


def test_points_without_length_of_an_indefinite_kernel():
    """x_0 y_0 + x_1 y_1 - x_2 y_2 - x_3 y_3 is zero at (1, 1, 1, 1) and (3, 4, 5, 0), not between them."""
    signs = np.array([1.0, 1.0, -1.0, -1.0])

    def lorentz(X, Y):
        return (X * signs) @ Y.T

    swap = np.eye(4)[[[0, 1, 2, 3], [1, 0, 3, 2]]]
    null = np.array([[3.0, 4.0, 5.0, 0.0], [0.1, 0.1, 0.1, 0.1], [0.3, -0.7, 0.2, 1.1]])
    orbits = ok.Orbits(ok.group("C2"), null * [[1e-6], [1.0], [1e4]], [0, 1, 2], swap)
    assert ok.check_invariance(lorentz, orbits) < 1e-10
    with pytest.raises(NotInvariantError):
        ok.check_invariance(lambda X, Y: (X * [1.0, 1.1, -1.0, -1.0]) @ Y.T, orbits)


def test_lengths_and_scales_by_hand():
    values = np.array([[4.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1e-2]])
    np.testing.assert_allclose(
        natural_lengths(values), [2, 0, 0.5]
    )  # the third row is more than its diagonal allows
    np.testing.assert_allclose(natural_lengths(np.array([[0.0, 9.0], [9.0, 0.0]])), [3, 3])
    np.testing.assert_allclose(natural_lengths(np.diag([1e-24, 1.0])), [1e-12, 1])
    np.testing.assert_allclose(
        natural_scale(np.array([1.0, 1e-3, 1e-12]), np.array([1.0, 1e-12])),
        [[1, 1e-4], [1e-3, 1e-10], [1e-4, 1e-24]],
    )


# ---------------------------------------------------------------------- symmetry


@pytest.mark.parametrize("ratio", [1e-6, 3e5])
def test_asymmetry_on_the_short_orbit(ratio):
    def skew(X, Y):
        small = min(ratio, 1.0)
        shown = np.tanh(X[:, :1] / small), np.tanh(Y[:, 1:2].T / small)
        return X @ Y.T + 0.1 * small**2 * shown[0] @ shown[1]

    for call in (ok.spectral_error, ok.leave_out_error):
        with pytest.raises(InputError, match=r"not symmetric: .* relative to sqrt"):
            call(skew, of_lengths(ratio), ridge=1e-3)


def test_blocks_of_rows_of_a_matrix_are_all_compared(monkeypatch):
    monkeypatch.setattr(invariance, "_BATCH", 40)
    K = polarised(*[np.random.default_rng(6).normal(size=(17, 3))] * 2) + np.eye(17)
    K = (K + K.T) / 2
    refuse_asymmetric(K)
    for i in range(17):
        for j in range(i):
            K[i, j] += 1e-8
            with pytest.raises(InputError, match="not symmetric"):
                refuse_asymmetric(K)
            K[i, j] = K[j, i]


# ---------------------------------------------------------------------- averages


@pytest.mark.parametrize("ratio", [1.0, *LENGTHS])
def test_averages_are_double_sums_whatever_else_is_in_the_call(ratio):
    averaged = Averaged(first_counts_twice, C4, (4,))
    X = long_and_short(ratio)
    wanted = double_sum(first_counts_twice, X)
    np.testing.assert_allclose(averaged.gram(X), wanted, rtol=1e-13)
    np.testing.assert_allclose(averaged.gram(X[1:]), wanted[1:, 1:], rtol=1e-13)
    np.testing.assert_allclose(averaged.gram(X[1:], X), wanted[1:], rtol=1e-13)
    many = np.concatenate([X[:1] * np.linspace(1, 2, 30)[:, None], np.zeros((2, 4)), X[1:]])
    np.testing.assert_allclose(averaged.gram(many)[[0, -1]][:, [0, -1]], wanted, rtol=1e-13)


def test_averages_with_the_old_scale_or_long_random_points_only_are_caught(monkeypatch):
    """Of inputs that are constant only random points say anything, and they must be as short as these."""
    X = np.array([[3e5] * 4, [0.7] * 4])
    small = lambda Z: Z[:, :1] / (1 + (Z**2).sum(1, keepdims=True))  # noqa: E731

    def bounded(A, B):
        return A @ B.T + small(A) @ small(B).T

    assert not Averaged(bounded, C4, (4,))._is_invariant(ok.Orbits(C4, SEEDS, [0, 1]).action, X, X)
    wanted = double_sum(first_counts_twice, long_and_short())[1, 1]
    original = averaged_kernels._random_points
    monkeypatch.setattr(averaged_kernels, "_random_points", lambda like: original(like)[-2:])
    assert Averaged(bounded, C4, (4,))._is_invariant(ok.Orbits(C4, SEEDS, [0, 1]).action, X, X)
    monkeypatch.undo()
    monkeypatch.setattr(
        averaged_kernels, "natural_scale", lambda left, right: np.full((left.size, right.size), left.max() ** 2)
    )
    monkeypatch.setattr(averaged_kernels, "_random_points", lambda like: original(like)[-2:])
    assert Averaged(first_counts_twice, C4, (4,)).gram(long_and_short())[1, 1] > 1.5 * wanted


@pytest.mark.parametrize("name", ["ntk", "no bias", "linear", "sum", "polarised", "indefinite"])
@pytest.mark.parametrize("ratio", [1.0, *LENGTHS])
def test_one_sum_is_enough_for_invariant_kernels(name, ratio):
    X = long_and_short(ratio)
    averaged = Averaged(INVARIANT[name], C4, (4,))
    assert averaged._is_invariant(averaged.action, X, X)
    assert averaged._is_invariant(averaged.action, X, X[1:])


# ---------------------------------------------------------------------- symbols


def unequal(ratio, cross=0.0, free=True):
    """Symbols of C4 that are even, or of the second orbit with stabiliser C2."""
    second = [3, 1.5, 0.5, 1.5] if free else [3, 1, 3, 1]
    phi = np.zeros((2, 2, 4))
    phi[0, 0], phi[1, 1] = [3, 1, 0.5, 1], np.array(second) * ratio**2
    phi[0, 1] = phi[1, 0] = 0.1 * ratio * np.ones(4)
    phi[0, 1, 1] += cross * ratio * (1.0 if free else 0.0)
    return phi


@pytest.mark.parametrize("ratio", [1.0, *LENGTHS, 1e-30])
@pytest.mark.parametrize("off", [1e-3, np.nan])
def test_symbols_that_are_not_even_on_the_short_orbit_are_refused(ratio, off):
    ok.symbol_errors_with_bound(unequal(ratio), "C4", [1.0, ratio])
    for c in range(2):
        phi = unequal(ratio)
        phi[c, c, 1] += off * abs(phi[c, c, 0])
        with pytest.raises((NotInvariantError, InputError), match=r"phi"):
            ok.symbol_errors_with_bound(phi, "C4", [1.0, ratio])
    if off == off and 1e-7 < ratio < 1e7:
        with pytest.raises(NotInvariantError, match=r"Fourier block of irrep \d is off a Hermitian one by"):
            ok.symbol_errors_with_bound(unequal(ratio, off), "C4", [1.0, ratio])


@pytest.mark.parametrize("ratio", [1e-5, 1e5])
def test_symbols_of_orbits_with_stabilisers(ratio):
    """Irreps in which an orbit has no part."""
    from orbitkernels.numerics.fourier import fourier_blocks

    irreps = [(1j ** (k * np.arange(4)))[:, None, None] for k in range(4)]
    phi = unequal(ratio, free=False)
    fourier_blocks(phi, irreps, [[0], [0, 2]])
    phi[0, 0, 1] *= 1.001
    with pytest.raises(NotInvariantError, match="off a Hermitian one"):
        fourier_blocks(phi, irreps, [[0], [0, 2]])


#: C4 on two copies of its four coordinates, so that two orbits are independent.
TWICE = np.eye(8)[[np.concatenate([np.roll(np.arange(4), j), 4 + np.roll(np.arange(4), j)]) for j in range(4)]]


@pytest.mark.filterwarnings("ignore::orbitkernels.errors.RoundingWarning")
@pytest.mark.parametrize("first", [0, 1])
def test_rounding_of_the_long_orbit_is_no_asymmetry_of_a_very_short_one(first, monkeypatch):
    """Inner products from lengths and distances: k(x, y) is off by roundings of k(x, x), 4e-4 of itself.

    The error on the short orbit has three digits all the same; the other is a prediction of 1e13.
    """
    seeds = np.random.default_rng(2).normal(size=(2, 8)) * [[1e12], [1.0]]
    orbits = ok.Orbits(C4, seeds[:: 1 - 2 * first], [0, 1], TWICE)
    phi = ok.orbit_symbol(lambda X, Y: X @ Y.T, orbits)
    exact = ok.leave_out_error(lambda X, Y: X @ Y.T, orbits)
    cross = phi.copy()
    cross[0, 1] += np.finfo(float).eps * phi.max() * np.array([2.0, -1.0, 0.0, 3.0])  # phi_10 stays as it is
    np.testing.assert_allclose(ok.spectral_error(polarised, orbits), exact, rtol=0.02)
    np.testing.assert_allclose(ok.symbol_errors_with_bound(cross, C4, [1.0, -1.0]).error, exact, rtol=0.02)
    cross[0, 1] += 1e4 * np.finfo(float).eps * phi.max() * np.array([2.0, -1.0, 0.0, 3.0])
    with pytest.raises(NotInvariantError, match="off a Hermitian one"):
        ok.symbol_errors_with_bound(cross, C4, [1.0, -1.0])
    cross = (cross - phi) * 1e-4 + phi
    monkeypatch.setattr(blocks, "_LEAST_LENGTH", 0.0)
    with pytest.raises(NotInvariantError, match=r"off a Hermitian one .* if that is rounding, a ridge"):
        ok.symbol_errors_with_bound(cross, C4, [1.0, -1.0])


@pytest.mark.parametrize("size", [1e-17, 1e-13])
def test_symbols_of_noise_name_the_remedy(size):
    """An orbit where the kernel is rounding: singular without a ridge, and with one that is far above right."""
    phi = np.zeros((2, 2, 4))
    phi[0, 0] = [3, 1, 0.5, 1]
    phi[1, 1] = size * np.array([1.0, 0.3, -0.2, -0.9])
    with pytest.raises(NotInvariantError, match="if that is rounding, a ridge far above the difference helps"):
        ok.symbol_errors_with_bound(phi, C4, [1.0, -1.0])
    found = ok.symbol_errors_with_bound(phi, C4, [1.0, -1.0], ridge=0.01).error
    K = np.array([[phi[0, 0][(h - g) % 4] for h in range(4)] for g in range(4)]) + 0.01 * np.eye(4)
    wanted = 1 - K[0, 1:] @ np.linalg.solve(K[1:, 1:], np.ones(3))
    np.testing.assert_allclose(found.ravel(), [wanted, -1.0], rtol=1e-10)
