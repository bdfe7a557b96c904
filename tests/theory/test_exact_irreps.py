"""Exact irreps are representations with the right characters, told by brute force; mistakes are noticed."""

from functools import cache
from itertools import product as pairs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.cyclotomic_coordinates import (
    CyclotomicField,
    integer_array,
    integer_matrix,
)
from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, root_of_unity, totient
from orbitkernels.theory.exact_matrices import identity, product
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.irreps import ExactIrrep, exact_irreps
from orbitkernels.theory.linear_restrictions import _closure, linear_exponents, linear_restrictions
from orbitkernels.theory.names import group

SMALL = (
    "C1", "C2", "C3", "C4", "C6", "C2^3", "C4xC2", "C3^2", "S3", "D4", "D5", "D6", "D7", "D8", "Dic3", "Dic5",
    "Q8", "Q16", "A4", "C7:C3", "C5:C4", "SL(2,3)", "S4", "S3xC2", "S3xC3", "D4xC2", "Q8xC2",
)  # fmt: skip
MEDIUM = (
    "Heis(3)", "C9:C3", "C13:C3", "S3xS3", "C7:C6", "GL(2,3)", "C2wrC4", "C2wrS3", "A5", "Q8xQ8", "D4xQ8", "S5",
    "SL(2,5)", "PSL(2,7)", "Heis(5)", "C13:C12", "C2wrS4", "SL(2,7)", "A6",
)  # fmt: skip


@cache
def named(name):
    return group(name)


def trace(matrix):
    return sum((row[i] for i, row in enumerate(matrix)), ZERO)


def complex_matrices(rho):
    """All matrices in floating point, [n, d, d]."""
    known = {}
    rows = [[x for row in rho.matrix(g) for x in row] for g in range(rho.group.order)]
    values = [[known.setdefault(x, complex(x)) for x in row] for row in rows]
    return np.array(values).reshape(-1, rho.degree, rho.degree)


def test_small_groups_multiply_exactly_on_all_edges():
    products = 0
    for name in SMALL:
        G = named(name)
        irreps = exact_irreps(G)
        assert [rho.character for rho in irreps] == list(range(len(G.character_table())))
        assert sum(rho.degree**2 for rho in irreps) == G.order
        for rho in irreps:
            assert rho.matrix(0) == identity(rho.degree)
            assert rho.generator_matrices == tuple(rho.matrix(s) for s in G.generators)
            for g, s in pairs(range(G.order), G.generators):
                assert product(rho.matrix(g), rho.matrix(s)) == rho.matrix(int(G.multiply(g, s)))
                products += 1
    assert len(SMALL) == 27
    groups = [named(name) for name in SMALL]
    assert products == sum(len(G.conjugacy_classes) * G.order * len(G.generators) for G in groups)


@pytest.mark.parametrize("name", SMALL + MEDIUM)
def test_characters_of_exact_and_unitary_irreps_agree(name):
    G = named(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    step = max(1, G.order // 40)
    for rho, unitary in zip(exact_irreps(G), unitary_irreps(G), strict=True):
        assert (rho.degree, rho.indicator, rho.character) == (
            unitary.degree,
            unitary.indicator,
            unitary.character,
        )
        for g in range(0, G.order, step):
            value = trace(rho.matrix(g))
            assert value == table.values[rho.character][labels[g]]
            assert complex(value) == pytest.approx(np.trace(unitary.matrices[g]), abs=1e-12)


def test_exact_and_unitary_irreps_are_similar():
    """T = sum_g rho(g^-1) Z sigma(g) satisfies rho(g) T = T sigma(g); by Schur it vanishes or is invertible."""
    compared = 0
    for name in ("S4", "Q8", "C7:C3", "SL(2,3)", "A5"):
        G = named(name)
        every = np.arange(G.order)
        for rho, sigma in zip(exact_irreps(G), unitary_irreps(G), strict=True):
            exact = complex_matrices(rho)
            Z = np.random.default_rng(0).standard_normal((rho.degree, rho.degree))
            T = np.mean(exact[G.inverse(every)] @ Z @ sigma.matrices, axis=0)
            assert np.linalg.svd(T, compute_uv=False).min() > 1e-3
            np.testing.assert_allclose(exact @ T, T @ sigma.matrices, atol=1e-12)
            compared += 1
    assert compared == 5 + 5 + 5 + 7 + 5


def test_number_of_groups():
    assert len({*SMALL, *MEDIUM}) == 46


@given(st.integers(2, 6).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
@settings(max_examples=25)
def test_groups_of_random_permutations(generators):
    G = FiniteGroup.from_permutations(generators)
    g, h = (int(x) for x in np.random.default_rng(G.order).integers(0, G.order, size=2))
    irreps = exact_irreps(G)
    assert sum(rho.degree**2 for rho in irreps) == G.order
    for rho in irreps:
        assert product(rho.matrix(g), rho.matrix(h)) == rho.matrix(int(G.multiply(g, h)))


# ---------------------------------------------------------------------- fields


@pytest.mark.parametrize("name", ["S3", "S4", "S5", "D4", "D6", "C2wrS3", "C7:C6", "C13:C12", "D4xD4"])
def test_rational_representations_are_found(name):
    assert {rho.conductor for rho in exact_irreps(named(name))} <= {1, 3, 4, 12}
    assert all(rho.conductor == 1 for rho in exact_irreps(named(name)) if rho.degree > 1)


@pytest.mark.parametrize(
    ("name", "conductors"),
    [("Q8", [4]), ("SL(2,3)", [3, 3, 3, 1]), ("A5", [5, 5, 1, 1]), ("Heis(3)", [3, 3]), ("C7:C3", [7, 7])],
)
def test_conductors(name, conductors):
    assert [rho.conductor for rho in exact_irreps(named(name)) if rho.degree > 1] == conductors


def test_entries_lie_in_the_field_and_the_field_holds_the_character():
    for name in SMALL + MEDIUM:
        for rho in exact_irreps(named(name)):
            assert rho.conductor % 4 != 2
            entries = [x for matrix in rho.generator_matrices for row in matrix for x in row]
            characters = named(name).character_table().values[rho.character]
            assert all(rho.conductor % x.conductor == 0 for x in (*entries, *characters))
            assert rho.indicator != -1 or rho.conductor > 2


# ---------------------------------------------------------------------- the search for (H, lambda)


@pytest.mark.parametrize("name", ["S4", "Q8", "C7:C3", "SL(2,5)", "PSL(2,7)", "D4xD4xD4", "Q8xQ8"])
def test_multiplicity_one_by_floating_point(name):
    G = named(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    for row, pair in enumerate(linear_restrictions(table)):
        values = np.exp(2j * np.pi * pair.exponents / G.exponent)
        assert np.vdot(values, table.numeric[row, labels[pair.elements]]) / pair.elements.size == pytest.approx(1)
        assert pair.modulus % (G.exponent // np.gcd.reduce([G.exponent, *pair.exponents.tolist()])) == 0


@pytest.mark.parametrize("name", ["C1", "C6xC4", "S4", "Q8", "C7:C3", "SL(2,3)", "A5", "D6", "Q8xC2", "C2^4"])
def test_linear_characters_of_subgroups(name):
    """They are homomorphisms, all different, and as many as the commutator factor group has elements."""
    G = named(name)
    random = np.random.default_rng(0)
    for count in (0, 1, 2, 3):
        generators = random.integers(0, G.order, size=count).tolist()
        elements, words = _closure(G, generators, G.order)
        H = G.subgroup(generators)
        assert sorted(elements.tolist()) == H.elements.tolist()
        exponents = linear_exponents(G, generators, elements, words)
        assert len({tuple(row) for row in exponents.tolist()}) == len(exponents)
        assert len(exponents) == H.order // H.as_group().commutator_subgroup.order
        place = {g: i for i, g in enumerate(elements.tolist())}
        for g, h in random.choice(elements, size=(20, 2)).tolist():
            sums = exponents[:, place[g]] + exponents[:, place[h]] - exponents[:, place[int(G.multiply(g, h))]]
            assert not (sums % G.exponent).any()


def test_a_subgroup_beyond_the_bound_is_left_out():
    elements, words = _closure(named("S4"), list(named("S4").generators), 12)
    assert elements.size == 0
    assert words.shape == (0, len(named("S4").generators))


# ---------------------------------------------------------------------- coordinates


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 21, 30, 105])
def test_coordinates_against_cyclotomic_numbers(m):
    field = CyclotomicField(m)
    assert field.degree == totient(m)
    x, y = np.random.default_rng(m).integers(-5, 6, size=(2, m))
    number = Cyclotomic(m, x.tolist()) * Cyclotomic(m, y.tolist())
    block = field.blocks(field.coordinates(x)[None, None])
    image = block @ field.columns(field.coordinates(y)[None, None])
    assert Cyclotomic(m, image[:, 0].tolist()) == number


def test_blocks_multiply_like_matrices():
    field = CyclotomicField(7)
    A, B = np.random.default_rng(0).integers(-3, 4, size=(2, 3, 3, 6))
    exact = [
        tuple(tuple(Cyclotomic(7, entry) for entry in row) for row in matrix)
        for matrix in (A.tolist(), B.tolist())
    ]
    columns = (field.blocks(A) @ field.columns(B)).reshape(3, 6, 3).transpose(0, 2, 1)
    assert tuple(tuple(Cyclotomic(7, x) for x in row) for row in columns.tolist()) == product(*exact)


def test_large_integers_stay_exact():
    array = integer_array(integer_matrix(np.array([[2**80, -1]], dtype=object)))
    assert array.dtype == object
    assert array.tolist() == [[2**80, -1]]
    assert integer_array(integer_matrix(np.array([[3, -1]]))).dtype == np.int64


# ---------------------------------------------------------------------- refusals and planted mistakes


def test_large_groups_are_refused():
    with pytest.raises(InputError, match=r"M11 \(order 7920\) would take too long; use a group of order at most"):
        exact_irreps(named("M11"))


def rebuilt(rho, numerators, character=None):
    """The same irrep from other coordinates."""
    return ExactIrrep(
        rho.group,
        rho.character if character is None else character,
        rho._field,
        rho._basis.tolist(),
        numerators,
        rho._denominator,
    )


def complex_irrep():
    (*_, rho) = exact_irreps(named("C7:C3"))
    assert (rho.degree, rho.indicator) == (3, 0)
    return rho


def test_nothing_changed_passes():
    rho = complex_irrep()
    assert rebuilt(rho, rho._numerators.copy()).generator_matrices == rho.generator_matrices


def test_inverse_swapped_raises():
    rho = complex_irrep()
    swapped = rho._numerators[:, rho.group.inverse(np.arange(rho.group.order))]
    with pytest.raises(ArithmeticError, match="exact irrep 4 of C7:C3"):
        rebuilt(rho, swapped)


def test_a_flipped_sign_raises():
    rho = complex_irrep()
    element = next(g for g in range(rho.group.order) if g not in rho._basis)
    flipped = rho._numerators.copy()
    flipped[:, element] *= -1
    with pytest.raises(ArithmeticError, match="does not hold"):
        rebuilt(rho, flipped)


def test_a_wrong_multiple_of_the_basis_raises():
    rho = complex_irrep()
    with pytest.raises(ArithmeticError, match="not the unit matrix"):
        rebuilt(rho, 2 * rho._numerators)


def test_another_character_raises():
    rho = complex_irrep()
    conjugate = int(rho.group.character_table().conjugates[rho.character])
    assert conjugate != rho.character
    with pytest.raises(ArithmeticError, match="the trace is not the character"):
        rebuilt(rho, rho._numerators, character=conjugate)


def test_display():
    assert repr(exact_irreps(named("Q8"))[4]) == "<ExactIrrep 4 of Q8: degree 2 over Q(E(4))>"


def test_entries_of_a_linear_irrep_are_its_character():
    C5 = named("C5")
    assert exact_irreps(C5)[1].matrix(C5.generators[0])[0][0] == root_of_unity(5)
