"""Linear characters of subgroups, their multiplicities and extensions, against their definitions."""

import mpmath
import numpy as np
import pytest

from orbitkernels.numerics.cosets import abelian_normal_subgroup
from orbitkernels.numerics.irreps import GroupArrays
from orbitkernels.numerics.linear_characters import cyclic_character, least_multiplicities, roots_of_unity
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.names import group


def arrays_of(G):
    return GroupArrays(G.right_translations, G.conjugacy_classes.labels)


def multiplicity(G, row, elements, values):
    """<chi restricted to H, lambda> = (1/h) sum over H of chi(x) conj(lambda(x))."""
    chi = G.character_table().numeric[row, G.conjugacy_classes.labels[elements]]
    return np.mean(chi * values.conj())


def assert_character(G, character):
    """The elements are closed and lambda(x y) = lambda(x) lambda(y) for all x, y in H."""
    where = np.full(G.order, -1)
    where[character.elements] = np.arange(character.order)
    assert character.elements.size == np.unique(character.elements).size
    products = where[G.multiply(character.elements[:, None], character.elements[None, :])]
    assert (products >= 0).all()
    a = character.exponents
    assert ((a[:, None] + a[None, :] - a[products]) % character.modulus == 0).all()


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 8, 12, 24, 30, 997])
def test_roots_of_unity_to_the_last_bit_but_one(order):
    exponents = np.arange(-3, order + 5)
    found = roots_of_unity(exponents, order)
    with mpmath.workdps(40):
        exact = [complex(mpmath.expjpi(mpmath.mpf(2 * int(a % order)) / order)) for a in exponents]
    assert np.abs(found.real - np.real(exact)).max() < 2.3e-16
    assert np.abs(found.imag - np.imag(exact)).max() < 2.3e-16
    quarter = exponents * 4 % order == 0
    assert set(found[quarter].tolist()) <= {1, -1, 1j, -1j}


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "C7:C3", "Dic5", "Heis(3)"])
@pytest.mark.parametrize("real", [True, False])
def test_least_multiplicities_by_definition(name, real):
    G = group(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    for powers in arrays_of(G).cyclic:
        o = powers.size
        least, index = least_multiplicities(powers, table.numeric, labels, real)
        for row in range(len(table)):
            indices = [l for l in range(o) if not real or 2 * l % o == 0]
            characters = {l: np.exp(2j * np.pi * l * np.arange(o) / o) for l in indices}
            counts = {l: multiplicity(G, row, powers, characters[l]).real for l in indices}
            positive = [c for c in counts.values() if c > 0.5]
            assert least[row] == (round(min(positive)) if positive else 0)
            if positive:
                assert counts[int(index[row])] == pytest.approx(least[row])


def test_values_of_a_cyclic_character():
    character = cyclic_character(np.array([0, 5, 2]), 1, 1)
    w = np.exp(2j * np.pi / 3)
    np.testing.assert_allclose(character.values(np.array([2, 0, 5]), False), [w**2, 1, w], atol=1e-15)
    sign = cyclic_character(np.array([0, 7]), 1, 3)
    assert sign.values(np.array([7, 0]), True).tolist() == [-1.0, 1.0]
    assert (sign.order, sign.work) == (2, 4.5)


@pytest.mark.parametrize("name", ["S5", "C4wrC2", "C3wrC3", "GL(2,3)", "C7:C6xC3", "D4^2"])
def test_extensions_are_characters_that_occur_and_take_less_work(name):
    G = group(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    arrays = arrays_of(G)
    real = table.indicators == 1
    smaller = 0
    for row, start in enumerate(arrays.smallest_modules(table.numeric, real)):
        chi = table.numeric[row, labels]
        chi = chi.real if real[row] else chi
        found = arrays.extensions.extended(start, chi, bool(real[row]))
        assert_character(G, found)
        values = found.values(found.elements, bool(real[row]))
        assert multiplicity(G, row, found.elements, values) == pytest.approx(found.multiplicity)
        assert found.multiplicity >= 1
        assert np.isin(start.elements, found.elements).all()
        before = start.values(start.elements, bool(real[row]))
        np.testing.assert_allclose(found.values(start.elements, bool(real[row])), before, atol=1e-15)
        assert found.work <= start.work
        smaller += found.work < start.work
        if real[row]:
            assert (2 * found.exponents % found.modulus == 0).all()
        assert G.subgroup(found.generators).order == found.order
    assert smaller > 0


@pytest.mark.parametrize("name", ["C4wrC2", "C3wrC3", "C9:C3", "SL(2,3)", "A4xC5"])
def test_constituents_on_an_abelian_normal_subgroup(name):
    G = group(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    arrays = arrays_of(G)
    for row in range(len(table)):
        found = arrays.extensions.restricted(table.numeric[row, labels])
        assert_character(G, found)
        values = found.values(found.elements, False)
        assert multiplicity(G, row, found.elements, values) == pytest.approx(found.multiplicity)


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "C4wrC4", "D12", "C7:C6", "Q8xS3", "A5", "C12", "Heis(5)"])
def test_abelian_normal_subgroup_is_maximal(name):
    G = group(name)
    classes = G.conjugacy_classes
    inside = abelian_normal_subgroup(arrays_of(G).graph, classes.labels)
    A = np.flatnonzero(inside)
    assert inside[G.multiply(A[:, None], A[None, :])].all()
    np.testing.assert_array_equal(G.multiply(A[:, None], A[None, :]), G.multiply(A[None, :], A[:, None]))

    for k in range(len(classes)):
        conjugates = np.flatnonzero(classes.labels == k)
        assert inside[conjugates].all() == inside[conjugates].any()
        if not inside[conjugates[0]]:
            both = np.concatenate([A, conjugates])
            products = G.multiply(both[:, None], both[None, :])
            assert (products != products.T).any()


MONOMIAL = [
    ("Heis(5)", "all"),
    ("C4wrC4", "complex"),
    ("Q8xQ8", "all"),
    ("C9:C3", "all"),
    ("C2wrC2wrC2", "all"),
    ("C13:C3xC2", "complex"),
    ("Dic12", "quaternionic"),
]


@pytest.mark.parametrize(("name", "kinds"), MONOMIAL)
def test_monomial_irreps_are_exact_to_rounding(name, kinds):
    """One entry of modulus 1 in each row and column, and 0 elsewhere."""
    monomial = 0
    for rho in unitary_irreps(group(name)):
        if kinds in ("all", rho.kind) and rho.degree > 1:
            modulus = np.abs(rho.generators)
            assert np.isin(np.rint(modulus), [0, 1]).all()
            np.testing.assert_allclose(modulus, np.rint(modulus), atol=5e-16)
            assert (np.rint(modulus).sum(axis=1) == 1).all()
            assert (np.rint(modulus).sum(axis=2) == 1).all()
            assert rho.residual < 1e-14
            monomial += 1
    assert monomial > 0
