"""Numbers of one cyclotomic field as coordinates: products, images modulo primes, and rationals from residues."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.theory.cyclotomic_coordinates import CyclotomicField, cyclotomic_field
from orbitkernels.theory.cyclotomics import Cyclotomic, root_of_unity, totient
from orbitkernels.theory.modular import character_prime, root_powers
from orbitkernels.theory.modular_lifting import RationalLift

MODULI = [1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 21, 30, 105]


def number(field, coordinates):
    return Cyclotomic(field.modulus, coordinates.tolist())


@pytest.mark.parametrize("m", MODULI)
def test_rotation_multiplies_by_a_root_of_unity(m):
    field = cyclotomic_field(m)
    assert field.degree == totient(m)
    rows = np.random.default_rng(m).integers(-5, 6, size=(m, field.degree))
    rotated = field.rotated(rows, np.arange(m) + m)
    for a in range(m):
        assert number(field, rotated[a]) == number(field, rows[a]) * root_of_unity(m, a)
    assert np.array_equal(field.rotated(rows.astype(object), np.arange(m)), rotated)


@pytest.mark.parametrize("m", MODULI)
def test_images_modulo_a_prime_are_all_ring_homomorphisms(m):
    field = cyclotomic_field(m)
    p = character_prime(m, 1000)
    x, y = np.random.default_rng(m).integers(-5, 6, size=(2, m))
    left, right = field.coordinates(x), field.coordinates(y)
    product = Cyclotomic(m, x.tolist()) * Cyclotomic(m, y.tolist())
    coordinates = field.coordinates(np.array([0] * m))
    for j, c in enumerate(product.coefficients):
        scale = m // product.conductor
        coordinates = coordinates + int(c) * field.reduction[j * scale % m]
    images = field.residues(left, p) * field.residues(right, p) % p
    assert np.array_equal(images, field.residues(coordinates, p))
    assert len({tuple(row) for row in field.embeddings(p).tolist()}) == field.degree
    assert np.array_equal(field.from_residues(images, p), coordinates % p)
    assert field.image(left, p) == field.residues(left, p)[0]
    powers = root_powers(m, p)
    assert field.image(left, p) == sum(int(c) * int(w) for c, w in zip(left, powers, strict=False)) % p


def test_growth_is_the_largest_coordinate_of_a_root_of_unity():
    assert [CyclotomicField(m).growth for m in (1, 4, 7, 105)] == [1, 1, 1, 2]  # Phi_105 has the coefficient -2


@pytest.mark.parametrize("e", [1, 2, 3, 7, 12, 30])
def test_powers_of_a_root_modulo_a_prime(e):
    p = character_prime(e, 100)
    powers = root_powers(e, p).tolist()
    assert len(set(powers)) == e
    assert powers[0] == 1
    assert all(powers[a] * powers[1 % e] % p == powers[(a + 1) % e] for a in range(e))


@given(st.lists(st.fractions(max_denominator=10**9), min_size=1, max_size=4))
def test_rationals_are_recovered_from_residues(values):
    common = np.lcm.reduce(np.array([v.denominator for v in values], dtype=object))
    lift, p = RationalLift(), 2**30
    for _ in range(12):
        p = character_prime(1, p)
        lift.add(np.array([v.numerator * pow(v.denominator, -1, p) % p for v in values]), p)
    numerators, denominator = lift.rationals()
    assert denominator % common == 0
    assert [Fraction(int(n), denominator) for n in numerators] == values


def test_too_few_primes_give_no_rational():
    p = character_prime(1, 2**30)
    lift = RationalLift()
    lift.add(np.array([10**6 * pow(10**6 + 1, -1, p) % p]), p)
    assert lift.rationals() is None
