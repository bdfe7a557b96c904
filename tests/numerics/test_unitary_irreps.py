"""Unitary irreps obey the laws, told by other means than the checks of the package; mistakes are noticed."""

import gc
import weakref

import numpy as np
import pytest
from irreps_of_groups import computed, named

from orbitkernels.errors import InputError
from orbitkernels.numerics.irreps import GroupArrays
from orbitkernels.numerics.representation import FactoredRepresentation, LinearRepresentation
from orbitkernels.proofs import irreps as joined
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.names import group

SMALL = (
    "C1", "C2", "C5", "C6", "C2^3", "C4xC2", "C3^2", "S3", "D4", "D5", "D6", "D7", "D8", "Dic3", "Dic5", "Q8",
    "Q16", "A4", "C7:C3", "C5:C4", "C9:C3", "C13:C3", "SL(2,3)", "Heis(3)", "S4", "S3xC2", "S3xC3", "D4xC2",
    "Q8xC2", "S3xS3", "C2wrC4", "C2wrS3", "C7:C6", "GL(2,3)", "A5", "Q8xS3", "D4xQ8",
)  # fmt: skip
MEDIUM = ("S5", "SL(2,5)", "PSL(2,7)", "Heis(5)", "C2wrS4", "C13:C12", "Q8xQ8", "D4xD4xD4", "SL(2,7)", "A6")
LARGE = ("SL(2,11)", "S3wrS3", "C29:C28", "D300")
LARGEST = ("S7", "M11", "C97:C96", "C2wrS5", "Heis(17)", "SL(2,19)")


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
        assert rho.residual < 1e-13
        np.testing.assert_array_equal(rho.generators, rho(G.generators))
        trace = np.trace(rho.matrices, axis1=1, axis2=2)
        np.testing.assert_allclose(trace, table.numeric[rho.character, labels], atol=1e-13)
        assert np.mean(trace[G.multiply(every, every)]) == pytest.approx(rho.indicator, abs=1e-12)
        np.testing.assert_allclose(
            rho.matrices[G.inverse(every)], rho.matrices.conj().transpose(0, 2, 1), atol=1e-13
        )
        homomorphism(rho.matrices)
    coefficients = np.concatenate(
        [rho.matrices.reshape(G.order, -1) * np.sqrt(rho.degree / G.order) for rho in irreps], axis=1
    )
    np.testing.assert_allclose(coefficients.conj().T @ coefficients, np.eye(G.order), atol=1e-12)


def test_small_groups_on_all_pairs_of_elements():
    kinds = set()
    for name in SMALL:
        G = named(name)

        def all_pairs(matrices, table=G.table):
            products = np.einsum("gij,hjk->ghik", matrices, matrices)
            np.testing.assert_allclose(matrices[table], products, atol=1e-13)

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
        np.testing.assert_allclose(matrices[products], matrices[g] @ matrices[h], atol=1e-13)

    assert_laws(G, random_pairs)


@pytest.mark.parametrize("name", LARGEST)
def test_groups_of_up_to_ten_thousand_elements(name):
    """Random products, inverses and traces; no matrices of all elements."""
    G = named(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    g, h = np.random.default_rng(0).integers(0, G.order, size=(2, 20))
    irreps = unitary_irreps(G)
    assert sum(rho.degree**2 for rho in irreps) == G.order
    for rho in irreps:
        assert rho.residual < 1e-13
        products = rho(g) @ rho(h)
        np.testing.assert_allclose(rho(G.multiply(g, h)), products, atol=1e-13)
        np.testing.assert_allclose(rho(G.inverse(g)), rho(g).conj().transpose(0, 2, 1), atol=1e-13)
        values = table.numeric[rho.character, labels[G.multiply(g, h)]]
        np.testing.assert_allclose(np.trace(products, axis1=1, axis2=2), values, atol=1e-13)
        assert "matrices" not in vars(rho)


def test_number_of_groups():
    assert len({*SMALL, *MEDIUM, *LARGE, *LARGEST}) == 57
    assert max(named(name).order for name in LARGEST) == 9312


def test_powers_of_a_rotation_are_as_exact_as_the_rotation():
    """rho(r^k) is the rotation by 2 pi j k/n, up to a change of basis, without an error that grows with k."""
    n, D500 = 500, named("D500")
    k = np.arange(n)
    for rho in unitary_irreps(D500, rows=[4, 100, 200]):
        turns = rho(D500.power(D500.generators[0], k))
        j = round(np.arctan2(turns[1, 1, 0], turns[1, 0, 0]) * n / (2 * np.pi))
        np.testing.assert_allclose(turns[:, 0, 0], np.cos(2 * np.pi * (j * k % n) / n), atol=5e-15)


def test_some_irreps_share_their_module_with_copies_of_themselves():
    G = named("D4xD4xD4")
    table = G.character_table()
    arrays = GroupArrays(G.right_translations, G.conjugacy_classes.labels)
    (choice,) = arrays.smallest_modules(table.numeric[-1:], np.array([True]))
    # one real irrep of degree 8: on a cyclic subgroup no character of order at most 2 occurs less than twice
    assert choice.multiplicity >= 2


# ---------------------------------------------------------------------- real, complex, quaternionic


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


def test_quaternionic_structure():
    """J v = S conj(v) has J^2 = -1, is antiunitary and commutes with every rho(g)."""
    counted = 0
    for name in ("Q8", "SL(2,3)", "SL(2,5)", "Dic5", "Q8xS3", "SL(2,11)", "S4", "C7:C3", "D4xQ8"):
        for rho in unitary_irreps(named(name)):
            S = rho.quaternionic_structure
            assert (S is not None) == (rho.indicator == -1)
            if S is not None:
                np.testing.assert_array_equal(S.T, -S)
                np.testing.assert_allclose(S @ S.conj(), -np.eye(rho.degree), atol=1e-13)
                np.testing.assert_allclose(rho.matrices @ S, S @ rho.matrices.conj(), atol=1e-13)
                assert not S.flags.writeable
                counted += 1
    assert counted == 1 + 1 + 4 + 2 + 3 + 5 + 0 + 0 + 5


def test_the_structure_of_Q8_by_hand():
    """rho(i), rho(j) in SU(2): S is a multiple of [[0, 1], [-1, 0]] in every basis, for U S U^T = det(U) S."""
    S = unitary_irreps(named("Q8"))[4].quaternionic_structure
    np.testing.assert_allclose(np.abs(S), [[0, 1], [1, 0]], atol=1e-15)


@pytest.mark.parametrize("spoil", [lambda S: S * 1.001, lambda S: S[::-1]], ids=["not unitary", "reversed"])
def test_a_wrong_structure_raises(spoil, monkeypatch):
    exact = joined.quaternionic_structure
    monkeypatch.setattr(joined, "quaternionic_structure", lambda *arguments: spoil(exact(*arguments)))
    rho = next(rho for rho in unitary_irreps(group("SL(2,5)")) if rho.indicator == -1)
    with pytest.raises(ArithmeticError, match="The structure of irrep 1 of SL"):
        _ = rho.quaternionic_structure


@pytest.mark.parametrize("name", ["S4", "C7:C3"])
def test_real_and_complex_irreps_have_no_antisymmetric_form(name):
    rho = unitary_irreps(named(name))[-1]
    with pytest.raises(ArithmeticError, match="degree 3 leaves no antisymmetric form"):
        joined.quaternionic_structure(rho._representation, 3)


# ---------------------------------------------------------------------- what is asked for


def test_irreps_are_made_once_and_cannot_be_overwritten():
    G = group("S3")
    first = unitary_irreps(G)
    assert unitary_irreps(G) is first
    assert first[0].matrices is first[0].matrices
    for array in (first[2].matrices, first[2].generators):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 2


def test_irreps_do_not_keep_their_group():
    G = group("D5")
    kept, watched = unitary_irreps(G), weakref.ref(G)
    del G
    gc.collect()
    assert watched() is None
    assert kept[-1](3).shape == (2, 2)


@pytest.mark.parametrize("name", ["C12", "S5", "D150"])
def test_one_element_many_elements_and_blocks_agree(name):
    G = named(name)
    for rho in unitary_irreps(G)[-3:]:
        whole = rho.matrices
        assert rho(5).shape == (rho.degree, rho.degree)
        np.testing.assert_allclose(rho(5), whole[5], atol=1e-15)
        some = np.array([[0, 3], [7, 3]])
        np.testing.assert_allclose(rho(some), whole[some], atol=1e-15)
        seen = np.zeros(G.order)
        for elements, matrices in rho.blocks():
            seen[elements] += 1
            np.testing.assert_array_equal(matrices, whole[elements])
        assert (seen == 1).all()


def test_blocks_are_bounded(monkeypatch):
    monkeypatch.setattr("orbitkernels.numerics.representation.BATCH", 3000)
    G = group("S5")
    rho = unitary_irreps(G)[-1]
    sizes = [matrices.size for _, matrices in rho.blocks()]
    assert sum(sizes) == 120 * 36
    assert max(sizes) <= 3000
    total = sum(matrices.sum(axis=0) for _, matrices in rho.blocks())
    np.testing.assert_allclose(total, np.zeros((6, 6)), atol=1e-12)


def test_particular_irreps_of_a_large_group():
    M11 = named("M11")
    (rho,) = unitary_irreps(M11, rows=[1])
    assert (M11.order, rho.degree, rho.indicator, rho.character) == (7920, 10, 1, 1)
    assert rho.residual < 1e-13


def test_rows_may_repeat_and_stand_in_any_order():
    found = unitary_irreps(named("S4"), rows=[4, 0, 4])
    assert [rho.character for rho in found] == [4, 0, 4]


def test_all_irreps_of_a_large_group_are_refused_with_the_memory_they_take():
    with pytest.raises(
        InputError, match=r"S8 \(order 40320\) hold 40320\^2 numbers, up to 24\.2 GiB; use .* 10000"
    ):
        unitary_irreps(named("S8"))


def test_the_largest_order_and_degree_are_taken(monkeypatch):
    monkeypatch.setattr(joined, "MAX_ORDER", 24)
    monkeypatch.setattr(joined, "MAX_DEGREE", 3)
    assert len(unitary_irreps(group("S4"))) == 5
    assert unitary_irreps(group("S4"), rows=[4])[0].degree == 3
    monkeypatch.setattr(joined, "MAX_ORDER", 23)
    with pytest.raises(InputError, match=r"S4 \(order 24\) .* at most 23, or name the rows"):
        unitary_irreps(group("S4"))


def test_a_large_degree_is_refused(monkeypatch):
    monkeypatch.setattr(joined, "MAX_DEGREE", 54)
    told = r"Row 9 of M11 has the degree 55, beyond the limit of 54; .* 7920 x 55\^2 numbers \(0\.2 GiB\)"
    with pytest.raises(InputError, match=told):
        unitary_irreps(named("M11"), rows=[0, 9])


def test_matrices_beyond_the_memory_limit_are_refused(monkeypatch):
    monkeypatch.setattr(joined, "MAX_BYTES", 24 * 9 * 8 + 24 * 4 * 8)
    irreps = unitary_irreps(group("S4"))
    _ = irreps[4].matrices, irreps[2].matrices  # just as much
    with pytest.raises(InputError, match=r"The matrices of all elements of S4, .* GiB; use rho\(g\)"):
        _ = irreps[3].matrices
    assert irreps[4].matrices.shape == (24, 3, 3)  # those made before are kept
    assert irreps[3](7).shape == (3, 3)


def test_the_memory_of_matrices_is_told(monkeypatch):
    monkeypatch.setattr(joined, "MAX_BYTES", 2**27)
    (rho,) = unitary_irreps(group("M11"), rows=[9])  # 7920 x 55^2 x 8 bytes
    with pytest.raises(InputError, match=r"would take 0\.18 GiB, beyond the limit of 0\.12 GiB"):
        _ = rho.matrices


@pytest.mark.parametrize("row", [-1, 3])
def test_rows_that_do_not_exist(row):
    with pytest.raises(InputError, match=f"rows 0 to 2 of the character table, not {row}"):
        unitary_irreps(named("S3"), rows=[row])


@pytest.mark.parametrize(("g", "told"), [(6, "not 6"), ([0, -1], "not -1"), (0.5, "'g'"), ("a", "'g'")])
def test_elements_that_do_not_exist(g, told):
    with pytest.raises(InputError, match=told):
        unitary_irreps(named("S3"))[2](g)


def test_display():
    rho = unitary_irreps(named("Q8"))[4]
    assert repr(rho) == "<UnitaryIrrep 4: degree 2, quaternionic>"
    assert "degree 2, quaternionic, 8 unitary matrices" in rho._repr_html_()


def test_traces_and_rows_of_a_factored_representation():
    G = named("PSL(2,7)")
    for rho in computed(G)[1:4]:
        assert isinstance(rho, FactoredRepresentation)
        matrices = rho(np.arange(G.order))
        w = np.random.default_rng(2).standard_normal(rho.degree)
        np.testing.assert_allclose(rho.rows(w), w @ matrices, atol=1e-13)
        np.testing.assert_allclose(rho.traces(), np.trace(matrices, axis1=1, axis2=2), atol=1e-13)


def test_linear_irreps_have_the_exact_values_of_the_table():
    G = named("C7:C3")
    table = G.character_table()
    for row, rho in enumerate(computed(G)[:3]):
        assert isinstance(rho, LinearRepresentation)
        values = table.numeric[row, G.conjugacy_classes.labels]
        np.testing.assert_array_equal(rho(np.arange(21))[:, 0, 0], values)
        np.testing.assert_array_equal(rho.traces(), values)
        np.testing.assert_array_equal(rho.rows(np.array([2.0]))[:, 0], 2 * values)


def test_a_quaternionic_irrep_has_no_real_matrices():
    """D4 and Q8 share their character table; with the indicators of D4 the module of Q8 does not split."""
    with pytest.raises(ArithmeticError, match="No element of the commutant separates 2 irreps of degree 2"):
        computed(named("Q8"), indicators=[1, 1, 1, 1, 1])
