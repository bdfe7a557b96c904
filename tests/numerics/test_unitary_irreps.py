"""Unitary irreps obey the laws, told by other means than the checks of the package; mistakes are noticed."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.numerics import irreps as engine
from orbitkernels.numerics.cayley_graph import CayleyGraph
from orbitkernels.numerics.representation_laws import representation_residual, schur_residual
from orbitkernels.proofs import irreps as joined
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group

SMALL = (
    "C1", "C2", "C5", "C6", "C2^3", "C4xC2", "C3^2", "S3", "D4", "D5", "D6", "D7", "D8", "Dic3", "Dic5", "Q8",
    "Q16", "A4", "C7:C3", "C5:C4", "C9:C3", "C13:C3", "SL(2,3)", "Heis(3)", "S4", "S3xC2", "S3xC3", "D4xC2",
    "Q8xC2", "S3xS3", "C2wrC4", "C2wrS3", "C7:C6", "GL(2,3)", "A5", "Q8xS3", "D4xQ8",
)  # fmt: skip
MEDIUM = ("S5", "SL(2,5)", "PSL(2,7)", "Heis(5)", "C2wrS4", "C13:C12", "Q8xQ8", "D4xD4xD4", "SL(2,7)", "A6")
LARGE = ("SL(2,11)", "S3wrS3", "C43:C42", "D500")


@cache
def named(name):
    return group(name)


def graph_of(G):
    tree = G.spanning_tree
    return CayleyGraph(G.right_translations, tree.order, tree.parent, tree.letter)


def computed(G, indicators=None):
    """The engine's matrices, without the checks of proofs."""
    table, tree = G.character_table(), G.spanning_tree
    return engine.unitary_irreps(
        G.right_translations,
        tree.order,
        tree.parent,
        tree.letter,
        G.conjugacy_classes.labels,
        table.numeric,
        table.indicators if indicators is None else indicators,
    )


def assert_laws(G, homomorphism):
    """Shapes, kinds, characters, Frobenius-Schur indicators and Schur orthogonality, each from its definition."""
    table, labels = G.character_table(), G.conjugacy_classes.labels
    every = np.arange(G.order)
    irreps = unitary_irreps(G)
    assert [rho.character for rho in irreps] == list(range(len(table)))
    assert sum(rho.degree**2 for rho in irreps) == G.order
    for rho in irreps:
        assert rho.matrices.shape == (G.order, rho.degree, rho.degree)
        assert rho.matrices.dtype == (np.float64 if rho.indicator == 1 else np.complex128)
        assert rho.residual < 2e-12
        trace = np.trace(rho.matrices, axis1=1, axis2=2)
        np.testing.assert_allclose(trace, table.numeric[rho.character, labels], atol=2e-12)
        assert np.mean(trace[G.multiply(every, every)]) == pytest.approx(rho.indicator, abs=1e-11)
        np.testing.assert_allclose(
            rho.matrices[G.inverse(every)], rho.matrices.conj().transpose(0, 2, 1), atol=2e-12
        )
        homomorphism(rho.matrices)
    coefficients = np.concatenate(
        [rho.matrices.reshape(G.order, -1) * np.sqrt(rho.degree / G.order) for rho in irreps], axis=1
    )
    np.testing.assert_allclose(coefficients.conj().T @ coefficients, np.eye(G.order), atol=1e-11)


def test_small_groups_on_all_pairs_of_elements():
    kinds = set()
    for name in SMALL:
        G = named(name)

        def all_pairs(matrices, table=G.table):
            products = np.einsum("gij,hjk->ghik", matrices, matrices)
            np.testing.assert_allclose(matrices[table], products, atol=1e-12)

        assert_laws(G, all_pairs)
        kinds |= {(rho.indicator, rho.degree > 1) for rho in unitary_irreps(G)}
    assert len(SMALL) == 37
    assert kinds == {(1, False), (1, True), (0, False), (0, True), (-1, True)}


@pytest.mark.parametrize("name", MEDIUM + LARGE)
def test_larger_groups_on_random_pairs(name):
    G = named(name)
    g, h = np.random.default_rng(0).integers(0, G.order, size=(2, 1000))
    products = G.multiply(g, h)

    def random_pairs(matrices):
        np.testing.assert_allclose(matrices[products], matrices[g] @ matrices[h], atol=2e-12)

    assert_laws(G, random_pairs)


def test_number_of_groups():
    assert len({*SMALL, *MEDIUM, *LARGE}) == 51
    assert max(named(name).order for name in LARGE) == 1806


@given(st.integers(2, 6).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_groups_of_random_permutations(generators):
    G = FiniteGroup.from_permutations(generators)
    irreps = unitary_irreps(G)
    assert sum(rho.degree**2 for rho in irreps) == G.order
    assert max(rho.residual for rho in irreps) < 1e-12
    assert schur_residual([rho.matrices for rho in irreps]) < 1e-12


# ---------------------------------------------------------------------- the steps of the computation


@pytest.mark.parametrize("name", ["C1", "C12", "S4", "C7:C3", "Q16", "D30"])
def test_cayley_graph_against_the_group(name):
    G = named(name)
    graph, every = graph_of(G), np.arange(G.order)
    for x in range(G.order):
        np.testing.assert_array_equal(graph.right_translation(x), G.multiply(every, x))
        assert graph.powers(x).tolist() == G.power(x, np.arange(int(G.element_orders[x]))).tolist()
        assert graph.depth[x] == len(G.word(x))
    for s, row in zip(G.generators, graph.left_translations, strict=True):
        np.testing.assert_array_equal(row, G.multiply(s, every))


@pytest.mark.parametrize("name", ["C12", "S4", "D30", "C31:C5"])
def test_factors_double_the_distance(name):
    G = named(name)
    graph = graph_of(G)
    left, right = graph.factors
    np.testing.assert_array_equal(G.multiply(left, right), np.arange(G.order))
    known = np.flatnonzero(graph.depth <= 1)
    for part in graph.doubling:
        assert np.isin(left[part], known).all()
        assert np.isin(right[part], known).all()
        known = np.concatenate([known, part])
    assert sorted(known.tolist()) == list(range(G.order))
    assert len(graph.doubling) <= np.log2(graph.depth.max()) + 1


@pytest.mark.parametrize("name", ["C1", "C12", "S4", "C7:C3"])
def test_cyclic_cosets(name):
    G = named(name)
    for z in range(G.order):
        cosets = graph_of(G).cyclic_cosets(z)
        order = int(G.element_orders[z])
        assert cosets.elements.shape == (order, G.order // order)
        expected = G.multiply(cosets.elements[0][None, :], G.power(z, np.arange(order))[:, None])
        np.testing.assert_array_equal(cosets.elements, expected)
        np.testing.assert_array_equal(cosets.elements[cosets.exponent, cosets.coset], np.arange(G.order))


def test_some_irreps_share_their_module_with_copies_of_themselves():
    G = named("D4xD4xD4")
    table = G.character_table()
    rows = list(range(len(table)))
    chosen = engine._smallest_modules(
        graph_of(G), G.conjugacy_classes.labels, table.numeric, table.indicators == 1, rows
    )
    # one real irrep of degree 8: on a cyclic subgroup no character of order at most 2 occurs less than twice
    assert chosen[rows[-1]][2] >= 2


def test_real_and_quaternionic_irreps_by_an_invariant_form():
    """sum_g rho(g) Z rho(g)^T vanishes or is symmetric or antisymmetric as the indicator says."""
    counted = 0
    for name in ("SL(2,3)", "SL(2,5)", "C7:C3", "S4", "Q16"):
        for rho in unitary_irreps(named(name)):
            Z = np.random.default_rng(1).standard_normal((rho.degree, rho.degree))
            form = np.mean(rho.matrices @ Z @ rho.matrices.transpose(0, 2, 1), axis=0)
            np.testing.assert_allclose(form.T, rho.indicator * form, atol=1e-12)
            assert (np.abs(form).max() > 1e-3) == (rho.indicator != 0)
            counted += 1
    assert counted == 7 + 9 + 5 + 5 + 7


# ---------------------------------------------------------------------- what is asked for


def test_irreps_are_made_once_and_cannot_be_overwritten():
    G = group("S3")
    first = unitary_irreps(G)
    assert unitary_irreps(G) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0].matrices[0] = 2


def test_particular_irreps_of_a_large_group():
    M11 = named("M11")
    (rho,) = unitary_irreps(M11, rows=[1])
    assert (M11.order, rho.degree, rho.indicator, rho.character) == (7920, 10, 1, 1)
    assert rho.residual < 1e-12


def test_all_irreps_of_a_large_group_are_refused_with_the_memory_they_take():
    with pytest.raises(InputError, match=r"M11 \(order 7920\) would take up to 0\.9 GiB; use .* at most 2000"):
        unitary_irreps(named("M11"))
    with pytest.raises(InputError, match=r"order at most 3000"):
        unitary_irreps(named("C5000"))


@pytest.mark.parametrize("row", [-1, 3])
def test_rows_that_do_not_exist(row):
    with pytest.raises(InputError, match=f"rows 0 to 2 of the character table, not {row}"):
        unitary_irreps(named("S3"), rows=[row])


def test_display():
    rho = unitary_irreps(named("Q8"))[4]
    assert repr(rho) == "<UnitaryIrrep 4: degree 2, quaternionic>"
    assert "degree 2, quaternionic, 8 unitary matrices" in rho._repr_html_()


# ---------------------------------------------------------------------- planted mistakes


def inverse_swapped(G, matrices):
    return matrices[G.inverse(np.arange(G.order))]


def sign_flipped(G, matrices):
    changed = matrices.copy()
    changed[-1] *= -1
    return changed


def conjugate_dropped(G, matrices):
    return matrices.conj()


def transposed(G, matrices):
    return matrices.transpose(0, 2, 1)


def not_unitary(G, matrices):
    scale = np.diag(np.arange(1.0, matrices.shape[1] + 1))
    return scale @ matrices @ np.linalg.inv(scale)


def slightly_wrong(G, matrices):
    changed = matrices.copy()
    changed[3, 0, 1] += 1e-9
    return changed


def not_a_number(G, matrices):
    changed = matrices.copy()
    changed[3, 0, 1] = np.nan
    return changed


MISTAKES = [
    inverse_swapped,
    sign_flipped,
    conjugate_dropped,
    transposed,
    not_unitary,
    slightly_wrong,
    not_a_number,
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_planted_mistake_raises(mistake, monkeypatch):
    G = group("C7:C3")  # non-abelian, with complex irreps of degree 3

    def mistaken(*arguments):
        irreps = engine.unitary_irreps(*arguments)
        irreps[3] = mistake(G, irreps[3])
        return irreps

    monkeypatch.setattr(joined, "unitary_matrices", mistaken)
    with pytest.raises(ArithmeticError, match="Irrep 3 of C7:C3 violates the laws"):
        unitary_irreps(G)


def test_an_irrep_in_the_place_of_another_raises(monkeypatch):
    G = group("S4")

    def repeated(*arguments):
        irreps = engine.unitary_irreps(*arguments)
        return [*irreps[:-1], irreps[-2]]

    monkeypatch.setattr(joined, "unitary_matrices", repeated)
    with pytest.raises(ArithmeticError, match="Irrep 4 of S4 violates the laws"):
        unitary_irreps(G)
    monkeypatch.setattr(joined, "representation_residual", lambda *arguments: 0.0)
    with pytest.raises(ArithmeticError, match="The irreps of S4 together violates"):
        unitary_irreps(G)


def test_residuals_measure_the_violation():
    G = named("S3")
    rho = computed(G)[2].copy()
    chi = G.character_table().numeric[2, G.conjugacy_classes.labels].real
    assert representation_residual(rho, G.right_translations, chi) < 1e-14
    assert representation_residual(rho, G.right_translations, chi + 0.25) == pytest.approx(0.25)
    assert representation_residual(2 * rho, G.right_translations, 2 * chi) >= 3 - 1e-12  # |4 I - I|


def test_a_quaternionic_irrep_has_no_real_matrices():
    """D4 and Q8 share their character table; with the indicators of D4 the module of Q8 does not split."""
    with pytest.raises(ArithmeticError, match="No element of the commutant separates 2 irreps of degree 2"):
        computed(named("Q8"), indicators=[1, 1, 1, 1, 1])
