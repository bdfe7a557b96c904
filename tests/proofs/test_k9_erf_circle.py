"""Theorem K9: the derivation comes to the claim, and mistakes in a formula or a route are found."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from orbitkernels.numerics import erf_spectrum as numeric_spectrum
from orbitkernels.proofs import k9_erf_on_circle as k9
from orbitkernels.proofs.circle_cases import CircleCase
from orbitkernels.proofs.derivation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import circle_enclosures, erf_spectrum

K9 = THEOREMS["K9"]

#: A relative change that 50 digits show.
TINY = arb("1e-48")
PARAMETERS = [tuple(map(Fraction, values)) for values in k9.PARAMETERS]
CASES = {
    "exact": [CircleCase(6, "power series")],
    "enclosed": [CircleCase(6, kernel, values) for kernel in (k9.NNGP, k9.NTK) for values in PARAMETERS],
    "numeric": [CircleCase(6, kernel, values) for kernel in (k9.NNGP, k9.NTK) for values in PARAMETERS],
}


@pytest.fixture(autouse=True)
def _fresh():
    erf_spectrum.enclosed_coefficients.cache_clear()
    yield
    erf_spectrum.enclosed_coefficients.cache_clear()


def outcomes(level: str) -> list[bool]:
    return [getattr(K9, level).compare(case, np.random.default_rng(1)).holds for case in CASES[level]]


def test_the_derivation_comes_to_the_claim() -> None:
    derivation = K9.derivation()
    assert derivation.level is Level.EXACT
    assert derivation.unshown == ()
    assert derivation.theorems == {"K3", "K4", "K5"}


@pytest.mark.parametrize("level", CASES)
def test_many_different_cases(level) -> None:
    cases = getattr(K9, level).cases(False)
    assert (
        len({str(case) for case in cases}) == len(cases) >= {"exact": 16, "enclosed": 320, "numeric": 160}[level]
    )
    if level == "enclosed":
        nets = {(case.kernel, case.parameters) for case in cases}
        assert len(nets) == 8
        assert {(*net, N) for net in nets for N in range(1, 41)} == {
            (c.kernel, c.parameters, c.points) for c in cases
        }


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("arc_sine_coefficient", lambda f: lambda p: f(p) * (1 + Fraction(p // 3, 10**20))),
        ("term", lambda f: lambda m, i, j, slope=False: f(m, i, j, slope) * (2 if m else 1)),
        ("term", lambda f: lambda m, i, j, slope=False: f(m, i, j)),
        ("aliased_term", lambda f: lambda N, k, e, j, slope=False: f(N + 1, k, e, j, slope)),
    ],
)
def test_a_wrong_coefficient_is_found_exactly(function, change, monkeypatch) -> None:
    assert all(outcomes("exact"))
    monkeypatch.setattr(erf_spectrum, function, change(getattr(erf_spectrum, function)))
    assert not any(outcomes("exact"))
    with pytest.raises(DerivationError):
        K9.derivation()
    if function == "arc_sine_coefficient":
        assert not any(outcomes("enclosed"))


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("amplitudes", lambda f: lambda w, b, q: f(w, b, 2 * q)),
        ("_composed", lambda f: lambda largest, half, middle, slope: f(largest, half * (1 + TINY), middle, slope)),
        ("enclosed_hypergeometric", lambda f: lambda m, alpha, slope: f(m, alpha, not slope)),
        ("decay_rate", lambda f: lambda w, q: 2 * f(w, q)),
    ],
)
def test_a_wrong_step_of_the_enclosures_is_found(function, change, monkeypatch) -> None:
    assert all(outcomes("enclosed"))
    monkeypatch.setattr(erf_spectrum, function, change(getattr(erf_spectrum, function)))
    erf_spectrum.enclosed_coefficients.cache_clear()
    assert not all(outcomes("enclosed"))
    if function in ("amplitudes", "decay_rate"):
        with pytest.raises(DerivationError):
            K9.derivation()


def test_a_tail_that_is_left_out_is_found(monkeypatch) -> None:
    """The rest is added as a ball: with a large part left out the balls are wide, and still true."""
    monkeypatch.setattr(circle_enclosures, "REST", 1e-3)
    found = [K9.enclosed.compare(case, np.random.default_rng(1)) for case in CASES["enclosed"]]
    assert not any(result.holds for result in found)
    assert all("undecided" in result.detail for result in found)


def test_a_wrong_floating_point_formula_is_found(monkeypatch) -> None:
    assert all(outcomes("numeric"))
    original = numeric_spectrum._coefficients
    monkeypatch.setattr(numeric_spectrum, "_coefficients", lambda *a: original(*a) * (1 + 1e-13))
    assert not any(outcomes("numeric"))


@pytest.mark.parametrize("N", [1, 2, 5, 8, 9])
def test_without_bias_even_frequencies_vanish_where_N_is_even(N) -> None:
    """The spectrum by the NNGP and the NTK themselves."""
    from orbitkernels.numerics.kernels import erf_gram
    from orbitkernels.proofs.circle_cases import points_on_circle

    for bias in (0.0, 0.3):
        for ntk in (False, True):
            values = np.fft.fft(erf_gram(points_on_circle(N, 2.0), None, 1, 1.0, bias, ntk)[0]).real
            zero = (np.arange(N) % 2 == 0) & (N % 2 == 0) & (bias == 0)
            assert np.all(np.abs(values[zero]) < 1e-14 * N)
            assert np.all(values[~zero] > 1e-9)
