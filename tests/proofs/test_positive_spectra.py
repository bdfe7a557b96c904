"""When a spectrum counts as positive, the ridge that is suggested if it does not, and where the labels lie."""

import re

import numpy as np
import pytest

from orbitkernels.errors import SingularGramError
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.spectral import spectrum
from orbitkernels.proofs.spectrum import ROUNDINGS, USEFUL_CONDITION, Spectrum, require_positive
from orbitkernels.theory.names import group

EPS = float(np.finfo(np.float64).eps)


def of(*eigenvalues, multiplicities=None):
    values = np.array(eigenvalues, dtype=float)
    counts = np.ones(len(values), dtype=int) if multiplicities is None else np.array(multiplicities)
    return Spectrum("K", values, counts, np.arange(len(values)), np.arange(len(values)) / 3, 0.25)


@pytest.mark.parametrize("largest", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize(("points", "count", "roundings"), [(0, 2, ROUNDINGS), (700, 2, 700), (0, 300, 300)])
def test_the_least_eigenvalue_must_be_above_one_rounding_a_point(largest, points, count, roundings) -> None:
    """Of the largest eigenvalue; and above a hundred of them."""
    values = np.full(count, largest)
    values[1] = 1.01 * roundings * EPS * largest
    require_positive(values, "K", points=points)
    for factor, fault in ((0.99, "vanishes"), (0.0, "vanishes"), (-0.99, "vanishes"), (-1.01, "is negative")):
        values[1] = factor * roundings * EPS * largest
        with pytest.raises(SingularGramError, match=f"K {fault}, "):
            require_positive(values, "K", points=points)


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
