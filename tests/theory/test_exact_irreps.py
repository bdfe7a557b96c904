"""Exact irreps are representations with the right characters, told by brute force; mistakes are noticed."""

from copy import copy
from functools import cache
from itertools import product as pairs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.cyclotomics import ZERO, root_of_unity
from orbitkernels.theory.exact_matrices import identity, product
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.induced_quotients import dixon_quotients
from orbitkernels.theory.irreps import ExactIrrep, exact_irreps
from orbitkernels.theory.modular import character_prime, modular_product
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


# ---------------------------------------------------------------------- large groups


def sampled_products(rho, count, seed=0):
    """Pairs g, h with rho(g) rho(h) and rho(g h) modulo a prime, embedding by embedding."""
    G, module = rho.group, rho._module
    p = character_prime(G.exponent, 2**29)

    def residues(g):
        coordinates, denominator = module.coordinates(g)
        return module.field.residues(coordinates, p) * pow(denominator, -1, p) % p

    for g, h in np.random.default_rng(seed).integers(0, G.order, size=(count, 2)).tolist():
        for left, right, both in zip(residues(g), residues(h), residues(int(G.multiply(g, h))), strict=True):
            yield np.array_equal(modular_product(left, right, p), both)


@pytest.mark.parametrize(
    "name", ["AGL(3,2)", "PSL(2,11)", "A7", "M11", "Heis(13)", "C5:C4xC7:C3", "C2wrS5", "S7", "A5wrC2"]
)
def test_random_products_in_large_groups(name):
    G = named(name)
    irreps = exact_irreps(G)
    assert sum(rho.degree**2 for rho in irreps) == G.order
    step = max(1, len(irreps) // 12)
    assert all(all(sampled_products(rho, 3)) for rho in irreps[::step])


def test_all_irreps_of_a_large_cyclic_group():
    G = named("C300")
    irreps = exact_irreps(G)
    assert [rho.degree for rho in irreps] == [1] * 300
    values = {rho.matrix(G.generators[0])[0][0] for rho in irreps}
    assert values == {root_of_unity(300, k) for k in range(300)}
    assert all(rho.conductor == rho.matrix(G.generators[0])[0][0].conductor for rho in irreps)


def test_dihedral_irreps_are_induced():
    G = named("D500")
    (rho,) = exact_irreps(G, rows=[200])
    assert rho.degree == 2
    for s in G.generators:
        assert all(sum(map(bool, row)) == 1 for row in rho.matrix(s))


@pytest.mark.parametrize(
    ("name", "degrees"), [("C5:C4xC7:C3", {3, 12}), ("Heis(7)", {7}), ("Q64", {2}), ("C2wrC8", {8})]
)
def test_irreps_of_supersolvable_groups_are_monomial(name, degrees):
    checked = 0
    for rho in exact_irreps(named(name)):
        if rho.degree in degrees and rho._module.is_monomial:
            checked += 1
            for matrix in rho.generator_matrices:
                entries = [x for row in matrix for x in row if x]
                assert len(entries) == rho.degree
                assert all(x * x.conjugate() == 1 for x in entries)
    assert checked > 0


# ---------------------------------------------------------------------- refusals and planted mistakes


def test_large_groups_are_refused():
    with pytest.raises(InputError, match=r"A8 \(order 20160\) would take too long; .* at most 10000"):
        exact_irreps(named("A8"))


def test_matrices_of_all_elements_of_a_large_group_are_refused():
    rho = exact_irreps(named("M11"), rows=[0])[0]
    with pytest.raises(InputError, match=r"of M11 \(order 7920\) would take too long"):
        rho.matrices()
    assert len(exact_irreps(named("C300"), rows=[1])[0].matrices()) == 300


def test_rows_that_do_not_exist_and_large_degrees_are_refused(monkeypatch):
    with pytest.raises(InputError, match="rows 0 to 4 of the character table, not 5"):
        exact_irreps(named("S4"), rows=[5])
    with pytest.raises(InputError, match="not -1"):
        exact_irreps(named("S4"), rows=[-1])
    monkeypatch.setattr("orbitkernels.theory.irreps.MAX_EXACT_DEGREE", 2)
    with pytest.raises(InputError, match="irrep 3 of S4 has degree 3, beyond the limit of 2"):
        exact_irreps(named("S4"))
    assert len(exact_irreps(named("S4"), rows=[0, 2])) == 2


def test_an_irrep_without_a_linear_character_of_multiplicity_one_is_named(monkeypatch):
    monkeypatch.setattr("orbitkernels.theory.irreps.linear_restrictions", lambda table, rows: [None] * len(rows))
    with pytest.raises(InputError, match=r"Irrep 1 \(degree 3\) of A5 meets no linear character"):
        exact_irreps(named("A5"), rows=[1])


def test_a_guess_from_too_few_primes_is_followed_by_a_better_one(monkeypatch):
    rho = quotient_irrep()
    guesses = []

    def guessed_too_early(*arguments):
        for module in dixon_quotients(*arguments):
            wrong = copy(module)
            wrong.numerators = module.numerators.copy()
            other = next(i for i in range(15) if i not in module.basis)
            wrong.numerators[other, 0, 0] += 1
            guesses.extend([wrong, module])
            yield from guesses

    monkeypatch.setattr("orbitkernels.theory.irreps.dixon_quotients", guessed_too_early)
    (found,) = exact_irreps(rho.group, rows=[rho.character])
    assert found._module is guesses[1]
    assert found.generator_matrices == rho.generator_matrices
    monkeypatch.setattr("orbitkernels.theory.irreps.dixon_quotients", lambda *arguments: guesses[:1])
    with pytest.raises(ArithmeticError, match="does not hold"):
        exact_irreps(rho.group, rows=[rho.character])
    monkeypatch.setattr("orbitkernels.theory.irreps.dixon_quotients", lambda *arguments: [])
    with pytest.raises(InputError, match=r"of SL\(2,5\) has matrices of very long numbers"):
        exact_irreps(rho.group, rows=[rho.character])


def rebuilt(rho, character=None, **changes):
    """The same irrep with changes of its module."""
    module = copy(rho._module)
    for name, value in changes.items():
        setattr(module, name, value)
    return ExactIrrep(rho.group, rho.character if character is None else character, module)


def irrep_of(name, degree, monomial):
    return next(
        rho for rho in exact_irreps(named(name)) if rho.degree == degree and rho._module.is_monomial == monomial
    )


def monomial_irrep():
    rho = irrep_of("C7:C3", 3, monomial=True)
    assert rho.indicator == 0
    return rho


def quotient_irrep():
    rho = irrep_of("SL(2,5)", 3, monomial=False)
    assert rho._module.numerators.shape == (15, 3, 4)
    return rho


@pytest.mark.parametrize("rho", [monomial_irrep, quotient_irrep])
def test_nothing_changed_passes(rho):
    assert rebuilt(rho()).generator_matrices == rho().generator_matrices


def test_a_wrong_sign_in_one_row_is_refused():
    rho = quotient_irrep()
    refused = 0
    for row in range(15):
        if row not in rho._module.basis:
            numerators = rho._module.numerators.copy()
            numerators[row] *= -1
            with pytest.raises(ArithmeticError, match=r"exact irrep \d of SL\(2,5\): .* does not hold for s"):
                rebuilt(rho, numerators=numerators)
            refused += 1
    assert refused == 12


def test_one_coordinate_changed_by_the_first_prime_is_refused():
    """A difference that vanishes modulo the first prime of the proof does not vanish modulo the next."""
    rho = quotient_irrep()
    row = next(i for i in range(15) if i not in rho._module.basis)
    numerators = rho._module.numerators.copy()
    numerators[row, 0, 0] += character_prime(rho._module.field.modulus, 2**30)
    with pytest.raises(ArithmeticError, match="does not hold"):
        rebuilt(rho, numerators=numerators)


def test_a_wrong_multiple_of_the_basis_is_refused():
    rho = quotient_irrep()
    with pytest.raises(ArithmeticError, match="not the unit matrix"):
        rebuilt(rho, numerators=2 * rho._module.numerators)


def test_a_map_that_is_no_linear_character_is_refused():
    rho = monomial_irrep()
    assert rho._module.exponents.size == 7
    for place in range(7):
        exponents = rho._module.exponents.copy()
        exponents[place] += 1
        with pytest.raises(ArithmeticError, match="lambda is no linear character"):
            rebuilt(rho, exponents=exponents)


@pytest.mark.parametrize("rho", [monomial_irrep, quotient_irrep])
def test_a_swapped_conjugate_is_refused(rho):
    """The module of one character under the name of its conjugate over the rationals, and the other way round."""
    rho = rho()
    table = rho.group.character_table()
    (orbit,) = (orbit for orbit in table.galois_orbits if rho.character in orbit)
    other = next(row for row in orbit if row != rho.character)
    with pytest.raises(ArithmeticError, match="the trace is not the character"):
        rebuilt(rho, character=other)


def test_the_dual_linear_character_gives_the_dual_irrep():
    rho = monomial_irrep()
    dual = int(rho.group.character_table().conjugates[rho.character])
    exponents = -rho._module.exponents % rho._module.field.modulus
    with pytest.raises(ArithmeticError, match="the trace is not the character"):
        rebuilt(rho, exponents=exponents)
    assert rebuilt(rho, character=dual, exponents=exponents).character == dual


def test_a_reducible_module_is_refused():
    """Induced from the trivial character, A4 acts on the cosets of V4: three linear irreps instead."""
    rho = irrep_of("A4", 3, monomial=True)
    trivial = np.zeros_like(rho._module.exponents)
    with pytest.raises(ArithmeticError, match="the trace is not the character"):
        rebuilt(rho, exponents=trivial)


def test_display():
    assert repr(exact_irreps(named("Q8"))[4]) == "<ExactIrrep 4 of Q8: degree 2 over Q(E(4))>"


def test_entries_of_a_linear_irrep_are_its_character():
    C5 = named("C5")
    assert exact_irreps(C5)[1].matrix(C5.generators[0])[0][0] == root_of_unity(5)


def test_every_order_of_cosets_is_one_of_all_cosets_with_the_subgroup_first():
    from orbitkernels.theory.induced_quotients import LeftCosets, _coset_orders
    from orbitkernels.theory.linear_restrictions import linear_restrictions

    S4 = group("S4")
    pair = linear_restrictions(S4.character_table())[-1]
    orders = [order.tolist() for order in _coset_orders(LeftCosets(S4, pair))]
    assert len(orders) > 3
    count = 24 // pair.elements.size
    assert count > 2
    assert all(sorted(order) == list(range(count)) and order[0] == 0 for order in orders)
