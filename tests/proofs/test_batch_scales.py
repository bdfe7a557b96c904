"""Batches of kernels of extreme scale and of orbits of different lengths: digits, levels of rounding, warning."""

import mpmath
import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import RoundingWarning, SingularGramError
from orbitkernels.proofs.batches import levelled_errors


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
