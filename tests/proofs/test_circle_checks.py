"""What the derivations of K5, K8, K9, K10 and K11 check: one wrong number among many fails each."""

from fractions import Fraction

import pytest
from planted import off_by_one

from orbitkernels.proofs import k5_aliasing as k5
from orbitkernels.proofs import k8_relu_network_on_circle as k8
from orbitkernels.proofs import k9_erf_on_circle as k9
from orbitkernels.proofs import k10_gaussian_on_circle as k10
from orbitkernels.proofs import k11_laplace_on_circle as k11
from orbitkernels.theory import aliasing_examples, circle_exact, cyclotomics, erf_spectrum

HALF = Fraction(1, 2)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    ("check", "owner", "name", "count"),
    [
        (lambda: k5._modes_are_eigenvectors(HALF, 3), cyclotomics, "weighted_sum", 9),
        (lambda: k5._series_is_kernel(HALF, 3), aliasing_examples, "poisson_series", 3),
        (lambda: k5._aliases_are_spectrum(HALF, 3), aliasing_examples, "poisson_eigenvalue", 3),
        (k8._angle_is_no_multiple_of_pi, circle_exact, "exact_cosine", 1),
        (lambda: k9._fourier_coefficients_agree(0), erf_spectrum, "term", 40),
        (lambda: k9._fourier_coefficients_agree(1), erf_spectrum, "term", 32),
        (lambda: k9._series_agree(2), erf_spectrum, "aliased_term", 2 * 2 * 36),
        (lambda: k10._series_agree(2), circle_exact, "aliased_bessel", 2 * 9),
        (lambda: k11._series_agree(2), circle_exact, "laplace_coefficient", 2 * 7),
    ],
)
def test_one_wrong_number_fails_its_check(check, owner, name, count, last, monkeypatch) -> None:
    """The first or the last of all."""
    assert check()
    monkeypatch.setattr(owner, name, off_by_one(getattr(owner, name), count - 1 if last else 0))
    assert not check()


@pytest.mark.parametrize("value", [0, 1])
def test_eigenvalues_of_erf_nets_are_positive_just_where_they_should(value, monkeypatch) -> None:
    """Terms that all vanish, or that are all positive, contradict the claim for even N."""
    assert k9._positive_terms(2)
    monkeypatch.setattr(erf_spectrum, "aliased_term", lambda *a: value)
    assert not k9._positive_terms(2)


def test_the_series_of_arcsine() -> None:
    expected = [0, 1, 0, Fraction(1, 6), 0, Fraction(3, 40), 0, Fraction(5, 112)]
    assert k9._arc_sine_series(7) == expected
