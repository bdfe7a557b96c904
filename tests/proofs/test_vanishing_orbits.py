"""An orbit on which a kernel vanishes up to rounding is well posed beside a ridge, whatever its own noise is."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs import averaged_kernels, batches, invariance
from orbitkernels.proofs.batches import OrbitBatch
from orbitkernels.proofs.iterative import inverse_residual, iterative_error

N = 12
C12 = ok.group("C12")
TURNS = np.minimum(np.arange(N), N - np.arange(N))
FOURIER = np.exp(-2j * np.pi * np.outer(np.arange(N), np.arange(N)) / N) / np.sqrt(N)
LOW = np.real(FOURIER.conj().T @ np.diag(TURNS <= 1.0) @ FOURIER)  # a projector, not quite symmetric by rounding

RANDOM = np.random.default_rng(3).normal(size=N)
HIGH = np.tile([1.0, -1.0], 6) + np.tile([0.3, -0.3, -0.3, 0.3], 3)
ZERO_MEAN = np.random.default_rng(5).normal(size=N)
ZERO_MEAN -= ZERO_MEAN.mean()
NEAR = 1 + 1e-4 * RANDOM[::-1]

CASES = {
    "sums": (lambda X, Y: np.outer(X.sum(1), Y.sum(1)), ZERO_MEAN),
    "low": (lambda X, Y: X @ LOW @ Y.T, HIGH),
    "low features": (lambda X, Y: (X @ LOW) @ (Y @ LOW).T, HIGH),
    "covariance": (lambda X, Y: X @ Y.T - N * np.outer(X.mean(1), Y.mean(1)), NEAR),
}


def exact(name, X):
    """Gram matrix [N, N] from the features, which vanish where they should: no cancellation."""
    if name == "sums":
        s = np.where(np.abs(X.sum(1)) < 1e-12, 0.0, X.sum(1))
        return np.outer(s, s)
    F = X @ ((LOW + LOW.T) / 2) if name.startswith("low") else X - X.mean(1, keepdims=True)
    F[np.linalg.norm(F, axis=1) < 1e-12] = 0.0
    return F @ F.T


def wanted(name, ridge, missing=((0,), (N,))):
    """Drop the rows, solve, predict."""
    x = np.stack([RANDOM, CASES[name][1]])
    points = np.concatenate([[np.roll(row, j) for j in range(N)] for row in x])
    K, y = exact(name, points) + ridge * np.eye(2 * N), np.repeat([1.0, -1.0], N)
    errors = []
    for gone in missing:
        rest = np.setdiff1d(np.arange(2 * N), gone)
        errors.append(y[list(gone)] - K[np.ix_(gone, rest)] @ np.linalg.solve(K[np.ix_(rest, rest)], y[rest]))
    return np.concatenate(errors)


def orbits_of(name):
    return ok.Orbits(C12, np.stack([RANDOM, CASES[name][1]]), [0, 1])


CALLS = {
    "spectral": lambda k, o, r: ok.spectral_error(k, o, ridge=r),
    "double-double": lambda k, o, r: ok.spectral_error(k, o, ridge=r, precision="double-double"),
    "dense": lambda k, o, r: ok.leave_out_error(k, o, ridge=r),
    "iterative": lambda k, o, r: iterative_error(k, o, ridge=r).errors,
    "rows": lambda k, o, r: iterative_error(k, o, ridge=r, product="kernel", precondition=False).errors,
    "batch": lambda k, o, r: ok.spectral_errors(k, [o], [1e5, r]).errors[0, 0, 1],
}


def test_known_values():
    np.testing.assert_allclose(wanted("low", 1e-2), [0.00842364, -1.0], atol=1e-8)
    np.testing.assert_allclose(wanted("covariance", 1e-2), [6.70517442, -1.00000001], atol=1e-8)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("call", CALLS)
def test_beside_a_ridge_every_route_gives_the_error(name, call):
    k, _ = CASES[name]
    found = CALLS[call](k, orbits_of(name), 1e-2)
    np.testing.assert_allclose(found.ravel(), wanted(name, 1e-2), rtol=1e-7)
    o = orbits_of(name)
    points = o.all_points
    relative = float(1e-2 / np.diagonal(exact(name, points)).mean())
    np.testing.assert_allclose(CALLS[call](k, o, f"relative:{relative!r}").ravel(), wanted(name, 1e-2), rtol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_missing_sets_and_the_residual(name):
    k, _ = CASES[name]
    gone = {0: [0, 1, 2], 1: [3, 4]}
    found = ok.spectral_error(k, orbits_of(name), ridge=1e-2, missing=gone).ravel()
    np.testing.assert_allclose(found, wanted(name, 1e-2, [(0, 1, 2, N + 3, N + 4)]), rtol=1e-7)
    assert inverse_residual(k, orbits_of(name), ridge=1e-2) < 1e-9


@pytest.mark.parametrize("name", CASES)
def test_without_a_ridge_the_noise_is_refused_with_the_remedy(name):
    k, _ = CASES[name]
    with pytest.raises(
        (NotInvariantError, InputError),
        match=r"a ridge far above the difference.*if that is rounding|if that is rounding, a ridge far above",
    ):
        ok.check_invariance(k, orbits_of(name))
    assert ok.check_invariance(k, orbits_of(name), ridge=1e-2) < 1e-10


def test_each_tuple_of_a_batch_has_the_smallest_of_its_ridges():
    """Two inputs of a thousandth of the length: the relative ridge is a millionth there, in no other tuple."""
    k, high = CASES["low"]
    inputs = np.stack([RANDOM, high, 1e-3 * RANDOM, 1e-3 * np.roll(high, 1) * 1.5])
    batch = OrbitBatch(C12, inputs, [[0, 1], [2, 3]])
    found = ok.spectral_errors(k, batch, ["relative:1e-2", 1.0])
    for p in range(2):
        o = ok.Orbits(C12, inputs[2 * p : 2 * p + 2], [0, 1])
        for r, ridge in enumerate(["relative:1e-2", 1.0]):
            np.testing.assert_allclose(found.errors[p, 0, r], ok.leave_out_error(k, o, ridge=ridge), rtol=1e-9)
    for ridges in ([1.0, 0.0], ["relative:0.01", 1e-18]):
        with pytest.raises((NotInvariantError, InputError)):
            ok.spectral_errors(k, batch, ridges)
        with pytest.raises((NotInvariantError, InputError)):
            batch.check_kernel(k, [batches.Ridge.of(r) for r in ridges])


def test_what_is_wrong_by_more_than_the_ridge_hides_is_refused():
    """The short orbit off by 1e-8 of k(x, x) + r."""

    def tilted(X, Y):
        return CASES["sums"][0](X, Y) + 1e-10 * np.tanh(X[:, :1]) @ np.tanh(Y[:, :1]).T

    o = ok.Orbits(C12, np.stack([10 * RANDOM, ZERO_MEAN]), [0, 1])
    assert ok.check_invariance(tilted, o, ridge=10.0) < 1e-10
    with pytest.raises(NotInvariantError, match="ridge included"):
        ok.spectral_error(tilted, o, ridge=1e-2)

    def skew(X, Y):
        return CASES["sums"][0](X, Y) + 1e-10 * np.tanh(X[:, :1]) @ np.tanh(Y[:, 1:2]).T

    with pytest.raises(InputError, match=r"not symmetric.*ridge included"):
        ok.leave_out_error(skew, o, ridge=1e-2)
    ok.leave_out_error(skew, o, ridge=10.0)
    with pytest.raises((NotInvariantError, InputError)):
        ok.spectral_errors(skew, [o], [10.0, 1e-2])


def test_symbols_of_a_batch_are_compared_beside_the_smallest_ridge(monkeypatch):
    """As if the poses that are drawn had shown nothing."""
    monkeypatch.setattr(OrbitBatch, "check_kernel", lambda *_: None)
    k, _ = CASES["low"]
    for ridges in ([1.0, 0.0], ["relative:0.1", 1e-18], [1.0, "relative:1e-18"]):
        with pytest.raises(NotInvariantError, match=r"k\(x, g x\) and k\(g x, x\) apart .* a ridge far above"):
            ok.spectral_errors(k, [orbits_of("low")], ridges)
    assert ok.spectral_errors(k, [orbits_of("low")], [1.0, "relative:0.1"]).errors.shape == (1, 1, 2, 2, 1)


@pytest.mark.filterwarnings("ignore::orbitkernels.errors.RoundingWarning")
@pytest.mark.parametrize("call", ["spectral", "iterative", "batch"])
def test_a_relative_ridge_counts_as_what_is_added(call):
    """A kernel of values near 1e-6: its ridge is that much smaller than the factor."""

    def tilted(X, Y):
        return 1e-6 * (CASES["sums"][0](X, Y) + 1e-10 * np.tanh(X[:, :1]) @ np.tanh(Y[:, :1]).T)

    o = ok.Orbits(C12, np.stack([RANDOM, ZERO_MEAN]), [0, 1])
    mean = float(np.diagonal(tilted(o.seeds, o.seeds)).mean())
    CALLS[call](tilted, o, f"relative:{1e-5 / mean!r}")
    with pytest.raises(NotInvariantError, match="not invariant"):
        CALLS[call](tilted, o, f"relative:{1e-8 / mean!r}")


@pytest.mark.parametrize("call", CALLS)
def test_lengths_without_the_ridge_are_caught(call, monkeypatch):
    original = invariance.natural_lengths
    monkeypatch.setattr(invariance, "natural_lengths", lambda values, ridge=0.0: original(values))
    for name in ("low", "covariance") if call in ("dense", "rows") else CASES:
        if call == "rows" and name == "covariance":
            continue  # what it draws is symmetric to the bit
        if call == "dense" and name == "covariance":
            continue
        with pytest.raises((NotInvariantError, InputError)):
            CALLS[call](CASES[name][0], orbits_of(name), 1e-2)


def test_symbols_of_a_batch_compared_without_the_ridge_are_caught(monkeypatch):
    original = batches.require_even
    monkeypatch.setattr(
        batches, "require_even", lambda symbols, ridges, group: original(symbols, 0 * ridges, group)
    )
    for name in ("sums", "low", "low features"):
        with pytest.raises(NotInvariantError, match=r"k\(x, g x\) and k\(g x, x\) apart"):
            CALLS["batch"](CASES[name][0], orbits_of(name), 1e-2)


# ---------------------------------------------------------------------- averages


def counted(k):
    """The kernel, and the numbers of values that it was asked for."""
    asked = []

    def counting(X, Y):
        asked.append(len(X) * len(Y))
        return k(X, Y)

    return counting, asked


def mean_over_poses(name, X):
    """The double mean from exact features, and what rounding of k(x, y) may do to each value."""
    poses = np.concatenate([[np.roll(row, j) for j in range(N)] for row in X])
    lengths = np.linalg.norm(X, axis=1)
    mean = exact(name, poses).reshape(len(X), N, len(X), N).mean(axis=(1, 3))
    return mean, 30 * N * np.finfo(float).eps * np.multiply.outer(lengths, lengths)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ratio", [1.0, 1e-3, 1e3])
def test_averages_take_one_sum_where_a_kernel_vanishes(name, ratio):
    k, special = CASES[name]
    X = np.concatenate([ratio * special[None], np.random.default_rng(8).normal(size=(19, N))])
    wanted, rounding = mean_over_poses(name, X)
    for call in (lambda average: average.gram(X), lambda average: average.gram(X[:7], X)):
        counting, asked = counted(k)
        found = call(ok.Averaged(counting, C12, (N,)))
        assert (np.abs(found - wanted[: len(found)]) <= rounding[: len(found)]).all()
        assert sum(asked) < 2 * N * found.size


def test_averages_of_constant_inputs_where_a_kernel_vanishes():
    """Shuffled coordinates say nothing; noise is no asymmetry."""
    k, _ = CASES["covariance"]
    X = np.concatenate([np.full((1, N), 0.3), np.full((1, N), 0.1), np.random.default_rng(8).normal(size=(6, N))])
    for chosen in (X, X[::-1], X[:2]):
        wanted, rounding = mean_over_poses("covariance", chosen)
        assert (np.abs(ok.Averaged(k, C12, (N,)).gram(chosen) - wanted) <= rounding).all()


def test_averages_with_lengths_of_noise_are_caught(monkeypatch):
    """The longest row and the shortest, so that they are looked at."""
    X = np.stack(
        [2 * HIGH, 0.3 * np.cos(np.pi * np.arange(N) * 5 / 6), *np.random.default_rng(8).normal(size=(3, N))]
    )
    k, asked = counted(CASES["low features"][0])
    monkeypatch.setattr(averaged_kernels, "_comparable", lambda natural, points: natural)
    ok.Averaged(k, C12, (N,)).gram(X)
    assert sum(asked) > N * N * 8
    monkeypatch.setattr(averaged_kernels, "LEAST_PART", 0.0)
    with pytest.raises(InputError, match="not symmetric"):
        ok.Averaged(CASES["low"][0], C12, (N,)).gram(X)


def test_averages_of_kernels_that_are_not_symmetric_are_refused():
    """From 45 roundings of the largest value on."""
    X = np.stack([RANDOM, 1e-3 * HIGH])

    def skew(A, B, size=1e-8):
        return A @ B.T + size * np.tanh(1e3 * A[:, :1]) @ np.tanh(1e3 * B[:, 1:2]).T

    with pytest.raises(InputError, match="not symmetric"):
        ok.Averaged(skew, C12, (N,)).gram(X)
