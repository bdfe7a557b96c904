"""T12 by hand: exchanges of two orbits of S3, summed symbols, rational projections and convolutions."""

from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.proofs import exchange_checks as checks
from orbitkernels.proofs.instances import named_group

S3 = named_group("S3")
EVERY = np.arange(6)
INVERSE = S3.inverse(EVERY)
SWAPS = np.flatnonzero(S3.element_orders == 2)
TURN = int(np.flatnonzero(S3.element_orders == 3)[0])


def unit(*elements, values=None):
    found = np.zeros(6, dtype=np.int64)
    found[list(elements)] = 1 if values is None else values
    return found


CLASS = 5 * unit(0) + unit(*SWAPS)
#: phi(g^-1) = phi(g), but different on the three swaps, so that only e commutes with it up to conjugation.
PLAIN = 9 * unit(0) + unit(*SWAPS, values=(0, 1, 2))


@pytest.mark.parametrize(
    ("phi", "psi", "expected"),
    [
        (PLAIN, unit(0), True),  # psi(g^-1) = psi(g)
        (PLAIN, unit(*SWAPS, values=(3, 1, 2)), True),
        (PLAIN, unit(TURN), False),  # psi is turned by s alone, which moves phi
        (CLASS, unit(TURN), True),
        (PLAIN, unit(0, TURN, values=(1, 2)), False),
        (CLASS, np.array([1, 2, 4, 8, 16, 32]), False),  # phi is kept, psi is not turned into itself
    ],
)
def test_exchanges_of_two_orbits_of_s3(phi, psi, expected) -> None:
    assert checks._has_exchange(S3, phi, psi) is expected


@pytest.mark.parametrize("by", range(6))
@pytest.mark.parametrize("s", range(6))
def test_exchanged_pairs_meet_their_conditions(by, s) -> None:
    """If a is the identity, or s is e, which is the centre of S3."""
    if by and s:
        return
    a = S3.conjugate(EVERY, by)
    phi, psi = checks.exchanged_pair(S3, a, s, np.random.default_rng(4))
    assert np.array_equal(phi[a], phi)
    assert np.array_equal(phi[S3.conjugate(a, S3.inverse(s))], phi)
    assert np.array_equal(psi[S3.multiply(S3.inverse(a), s)], psi)
    assert np.array_equal(phi[INVERSE], phi)
    assert checks._has_exchange(S3, phi, psi)


def test_sums_over_the_powers_of_a_permutation() -> None:
    assert checks._summed(np.array([1, 2, 4]), np.array([1, 2, 0])).tolist() == [7, 7, 7]
    assert checks._summed(np.array([1, 2, 4]), np.array([1, 0, 2])).tolist() == [3, 3, 8]
    assert checks._summed(np.array([1, 2, 4]), np.arange(3)).tolist() == [1, 2, 4]


def test_convolutions_are_products_of_circulants() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(-3, 4, (2, 6))
    product = checks.circulant(S3, one) * checks.circulant(S3, other)
    assert product == checks.circulant(S3, checks.convolved(S3, one, other))
    assert not np.array_equal(checks.convolved(S3, one, other), checks.convolved(S3, other, one))


def test_dominant_symbols_stay_above_the_symbol_between() -> None:
    assert checks.dominant(np.array([5, 1, 1]), np.array([2, -3, 0])).tolist() == [10, 1, 1]


def test_pair_symbols_have_the_inverse_below() -> None:
    psi = np.arange(6)
    found = checks.pair_symbol(S3, CLASS, psi)
    assert np.array_equal(found[1, 0], psi[INVERSE])
    assert np.array_equal(found[0, 0], found[1, 1])


@pytest.mark.parametrize(("name", "eigenvalues"), [("S3", {6, 4}), ("A4", {7, 4}), ("C7:C3", {7, 4})])
def test_projections_of_the_pairs(name, eigenvalues) -> None:
    """K is positive definite: |psi| sums to 1, and p_i p_j > 1."""
    pairs = checks.separating_pairs(named_group(name))
    assert {pair.p_i for pair in pairs} == eigenvalues
    for pair in pairs:
        assert {pair.p_i, pair.p_j} == eigenvalues
        assert sum(map(abs, pair.psi)) == 1
        assert pair.phi[0] == 5
        assert sorted(v for v in pair.phi if v)[:-1] == [1] * (1 if eigenvalues == {6, 4} else 2)


@pytest.mark.parametrize("name", ["S3", "A4", "D4"])
def test_spectral_projections_add_up_to_the_unit(name) -> None:
    group = named_group(name)
    pair = checks.separating_pairs(group)[0]
    order = {6: 2, 7: 3}[max(pair.p_i, pair.p_j)]
    values = [Fraction(v) for v in checks._EIGENVALUES[order]]
    projections = [checks._projection(group, pair.phi, value, values) for value in values]
    e = np.array([Fraction(int(g == 0)) for g in range(group.order)], dtype=object)
    assert (sum(projections) == e).all()
    for value, E in zip(values, projections, strict=True):
        assert (checks.convolved(group, E, E) == E).all()
        assert (checks.convolved(group, pair.phi, E) == value * E).all()
