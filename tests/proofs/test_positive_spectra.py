"""When a spectrum counts as positive, the ridge that is suggested if it does not, and where the labels lie."""

import re

import mpmath
import numpy as np
import pytest

from orbitkernels.errors import SingularGramError
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.spectral import spectrum
from orbitkernels.proofs.spectrum import ROUNDINGS, USEFUL_CONDITION, Spectrum, require_positive
from orbitkernels.proofs.symbol_errors import symbol_spectrum
from orbitkernels.theory.names import group

EPS = float(np.finfo(np.float64).eps)


def of(*eigenvalues, multiplicities=None):
    values = np.array(eigenvalues, dtype=float)
    counts = np.ones(len(values), dtype=int) if multiplicities is None else np.array(multiplicities)
    return Spectrum("K", values, counts, np.arange(len(values)), np.arange(len(values)) / 3, 0.25)


@pytest.mark.parametrize("largest", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize(
    ("rows", "count", "roundings"), [(0, 2, ROUNDINGS), (700, 2, 700), (0, 300, 300), (3, 300, ROUNDINGS)]
)
def test_the_least_eigenvalue_must_be_above_one_rounding_a_row(largest, rows, count, roundings) -> None:
    """Of the largest eigenvalue; and above a hundred of them."""
    values = np.full(count, largest)
    values[1] = 1.01 * roundings * EPS * largest
    require_positive(values, "K", rows=rows)
    for factor, fault in ((0.99, "vanishes"), (0.0, "vanishes"), (-0.99, "vanishes"), (-1.01, "is negative")):
        values[1] = factor * roundings * EPS * largest
        with pytest.raises(SingularGramError, match=f"K {fault}, "):
            require_positive(values, "K", rows=rows)


@pytest.mark.parametrize(
    ("values", "ridge"), [([3.0, 0.0], 0.0), ([3.0, -0.5], 0.0), ([5.0, -2.0, 1.0], 0.75), ([4e5, 0.0], 1.0)]
)
def test_the_ridge_that_is_suggested_brings_the_condition_number_down(values, ridge) -> None:
    """The eigenvalues contain the ridge that there is already."""
    with pytest.raises(SingularGramError) as caught:
        require_positive(np.array(values), "K", ridge)
    suggested = float(re.search(r"ridge = (\S+) would", str(caught.value))[1])
    added = (max(values) - USEFUL_CONDITION * min(values)) / (USEFUL_CONDITION - 1)
    assert suggested == pytest.approx(ridge + added, rel=0.06)
    assert (max(values) + added) / (min(values) + added) == pytest.approx(USEFUL_CONDITION, rel=1e-6)


def test_a_kernel_that_is_zero_takes_any_ridge() -> None:
    with pytest.raises(SingularGramError, match=r"ridge = 1\.0e\+00"):
        require_positive(np.zeros(3), "K")


def test_what_a_spectrum_says_of_itself() -> None:
    found = of(4.0, 1.0, 2.0, multiplicities=[1, 2, 3])
    assert found.condition_number == 4
    assert found.harmonic_mean == 6 / (1 / 4 + 2 + 3 / 2)
    assert found.label_mode == 2
    assert found.repeated.tolist() == [1, 1, 2, 2, 2, 4]
    assert found.of_irrep(1).tolist() == [1]
    assert of(1.0, 0.0).condition_number == of(1.0, -1.0).condition_number == float("inf")


def test_the_irrep_of_the_least_eigenvalue_is_named() -> None:
    with pytest.raises(SingularGramError, match=r"irrep 1 \(degree 2\), vanishes"):
        of(4.0, 0.0, 2.0, multiplicities=[1, 2, 3]).require_positive()
    of(4.0, 1e-3, 2.0).require_positive()


def test_labels_of_orbits_of_different_sizes_lie_where_the_dense_eigenvectors_say() -> None:
    seeds = [[1.0, 2.0, 3.0, 5.0], [1.0, 0.0, 1.0, 0.0], [0.5, 0.5, 0.5, 0.5]]
    orbits = Orbits(group("C4"), seeds, targets=[2.0, -0.5, 3.0])

    def kernel(X, Y):
        return np.exp(-((X[:, None] - Y[None]) ** 2).sum(axis=-1) / 9)

    found = spectrum(kernel, orbits)
    y = orbits.point_targets[:, 0]
    values, vectors = np.linalg.eigh(kernel(orbits.all_points, orbits.all_points))
    assert orbits.sizes.tolist() == [4, 2, 1]
    for value, weight in zip(found.eigenvalues, found.label_weights, strict=True):
        near = np.isclose(values, value, rtol=1e-9)
        assert weight == pytest.approx(np.sum((vectors[:, near].T @ y) ** 2) / (y @ y), abs=1e-12)
    assert found.label_weights.sum() == pytest.approx(1)


def test_rows_of_blocks_count_and_not_points() -> None:
    """Condition numbers that double precision holds are not refused because there are many poses."""
    n = 2**16
    lag = np.minimum(np.arange(n), n - np.arange(n))
    decay = np.exp(-lag / 50) + 0.5 * np.cos(2 * np.pi * np.arange(n) / n) + 1.5  # largest eigenvalue about 1.5 n
    phi = np.array([[decay, 0.5 * decay], [0.5 * decay, decay]])
    low = symbol_spectrum(phi, "C65536").eigenvalues.min()
    phi[[0, 1], [0, 1], 0] += 1e-8 - low  # the smallest eigenvalue, 1e-8
    found = symbol_spectrum(phi, "C65536")
    assert 1e13 < found.condition_number < 1 / (ROUNDINGS * EPS)
    assert n * EPS > 1 / found.condition_number  # one rounding a point would refuse it
    found.require_positive()
    with mpmath.workdps(40):  # sum_g phi(g) cos(pi g) of the symbol of floats, where the smallest eigenvalue lies
        signs = [1, -1] * (n // 2)
        own, cross = ([s * mpmath.mpf(v) for s, v in zip(signs, row.tolist(), strict=True)] for row in phi[0])
        exact = float(mpmath.fsum(own) - abs(mpmath.fsum(cross)))
    assert found.of_irrep(n // 2).min() == pytest.approx(exact, abs=EPS * found.eigenvalues.max())


def test_many_poses_of_too_few_features_are_still_refused() -> None:
    angles = 2 * np.pi * np.arange(2**16) / 2**16
    with pytest.raises(SingularGramError, match="vanishes"):
        symbol_spectrum(1 + np.cos(angles) + 0.3 * np.cos(7 * angles), "C65536").require_positive()
