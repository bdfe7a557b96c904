"""C7 to C9: values by hand, and planted mistakes that are found."""

from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.numerics import association_schemes as dense
from orbitkernels.proofs import c7_frobenius_reciprocity, c8_mackey, induction_checks, spherical_checks
from orbitkernels.proofs.character_instances import GroupCase
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.spherical_checks import SetCase
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import mackey
from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.exact_matrices import identity


def found(name, level, case, seed=4):
    return getattr(THEOREMS[name], level).compare(case, np.random.default_rng(seed))


# ---------------------------------------------------------------------- C7 and C8


def test_C7_induced_from_a_transposition_by_hand():
    S3 = named_group("S3")
    H = S3.subgroup([1])
    f = ClassFunction(H.as_group(), [5, 7])
    assert induction_checks.induced_by_definition(f, H).values == (15, 7, 0)
    assert induction_checks.coset_quotients(H, np.array([1]))[0].tolist()[0] == [1, -1, -1]


@pytest.mark.parametrize("change", ["without the division", "the other conjugation"])
def test_C7_mistakes_in_the_definition_are_found(change, monkeypatch):
    case = GroupCase("S4")
    seeds = range(6)
    assert all(found("C7", "exact", case, seed).holds for seed in seeds)
    original = induction_checks.induced_by_definition

    def mistaken(f, subgroup):
        if change == "without the division":
            return original(f, subgroup) * subgroup.order
        return original(f.conjugate(), subgroup)

    monkeypatch.setattr(induction_checks, "induced_by_definition", mistaken)
    assert not all(found("C7", "exact", case, seed).holds for seed in seeds)


def test_C7_blocks_in_the_wrong_place_are_found(monkeypatch):
    case = GroupCase("C7:C3")
    original = dense.induced_matrices
    seeds = range(8)
    assert all(found("C7", "numeric", case, seed).holds for seed in seeds)
    monkeypatch.setattr(dense, "induced_matrices", lambda W, positions: original(W, positions.transpose(0, 2, 1)))
    assert not all(found("C7", "numeric", case, seed).holds for seed in seeds)


@pytest.mark.parametrize("level", ["exact", "numeric"])
@pytest.mark.parametrize("change", ["a lost double coset", "conjugated by the inverse"])
def test_C8_mistakes_are_found(level, change, monkeypatch):
    case = GroupCase("C7:C3")
    seeds = range(12)
    assert all(found("C8", level, case, seed).holds for seed in seeds)
    if level == "exact" and change == "a lost double coset":
        original = c8_mackey.mackey_parts
        monkeypatch.setattr(c8_mackey, "mackey_parts", lambda f, K, H: original(f, K, H)[1:] or original(f, K, H))
    elif level == "exact":
        carried = mackey._carried
        monkeypatch.setattr(mackey, "_carried", lambda f, K, H, g: carried(f, K, H, int(K.group.inverse(g))))
    elif change == "a lost double coset":
        listed = c8_mackey._one_of_each_double_coset
        monkeypatch.setattr(c8_mackey, "_one_of_each_double_coset", lambda H, K: listed(H, K)[:1])
    else:
        part = c8_mackey._trace_of_part
        monkeypatch.setattr(c8_mackey, "_trace_of_part", lambda W, K, H, g: part(W, K, H, int(H.group.inverse(g))))
    assert not all(found("C8", level, case, seed).holds for seed in seeds)


def test_C8_one_intertwining_number_without_conjugate_is_found(monkeypatch):
    case = GroupCase("C7:C3")
    original = c8_mackey.intertwining_number
    seeds = range(6)
    monkeypatch.setattr(c8_mackey, "intertwining_number", lambda f, H, h, K: original(f, H, h.conjugate(), K))
    assert not all(found("C8", "exact", case, seed).holds for seed in seeds)


def test_C7_subgroups_of_small_index_have_small_matrices():
    for seed in range(10):
        H = c7_frobenius_reciprocity.small_index_subgroup("PSL(2,7)", np.random.default_rng(seed))
        assert H.index <= c7_frobenius_reciprocity.MAX_ROWS


# ---------------------------------------------------------------------- C9

PALEY = "C7:C3 on cosets of order 3"


@pytest.mark.parametrize("level", ["exact", "enclosed", "numeric"])
@pytest.mark.parametrize("change", ["conjugates", "without subdegrees", "another order"])
def test_C9_wrong_eigenvalues_are_found(level, change, monkeypatch):
    """Conjugates of all values would exchange two irreps of one degree; those of one column show."""
    name = "C12 on points" if change == "conjugates" else "cube of dimension 3"
    case = SetCase(name)
    assert found("C9", level, case).holds
    original = spherical_checks.eigenvalues

    def mistaken(name):
        rows = original(name)
        if change == "conjugates":
            return [(d, [row[0], row[1].conjugate(), *row[2:]]) for d, row in rows]
        if change == "another order":
            return [(d, [row[1], row[0], *row[2:]]) for d, row in rows]
        k = spherical_checks.spherical(name)[0].cosets.subdegrees.tolist()
        return [(d, [x * Fraction(1, size) for x, size in zip(row, k, strict=True)]) for d, row in rows]

    monkeypatch.setattr(spherical_checks, "eigenvalues", mistaken)
    assert not found("C9", level, case).holds


def test_C9_a_wrong_multiplicity_is_found(monkeypatch):
    original = spherical_checks.eigenvalues
    monkeypatch.setattr(spherical_checks, "eigenvalues", lambda name: [(d % 5 + 1, r) for d, r in original(name)])
    for level in ("exact", "enclosed", "numeric"):
        try:
            assert not found("C9", level, SetCase("J(5,2)")).holds
        except ValueError:
            continue  # shapes that do not fit


def test_C9_zonal_blocks_with_lost_subdegrees_are_found(monkeypatch):
    case = SetCase("S4 on cosets of order 2")
    assert found("C9", "exact", case).holds
    cosets = spherical_checks.pair_cosets(case.name)
    cosets.__dict__["subdegrees"] = np.ones(len(cosets), dtype=np.int64)
    monkeypatch.setattr(spherical_checks, "pair_cosets", lambda name: cosets)
    assert not found("C9", "exact", case).holds


def test_C9_gelfand_pairs_are_told_apart():
    for name in spherical_checks.GELFAND:
        action = spherical_checks.transitive_set(name)
        assert action.is_transitive
        assert spherical_checks.multiplicities_give_the_rank(name)
    for name in spherical_checks.OTHERS:
        matrices = [spherical_checks.Orbitals(spherical_checks.transitive_set(name)).matrix(j) for j in range(3)]
        assert np.array_equal(matrices[0], np.eye(len(matrices[0])))
        assert spherical_checks.commutes_iff_free(name)
    with pytest.raises(ValueError, match="A4 has no subgroup of order 6"):
        spherical_checks.transitive_set("A4 on cosets of order 6")


# ---------------------------------------------------------------------- checks of steps can fail


def test_checks_of_steps_see_mistakes(monkeypatch):
    with monkeypatch.context() as patch:
        original = induction_checks.induced_by_definition
        patch.setattr(induction_checks, "induced_by_definition", lambda f, H: original(f, H) * 2)
        assert not induction_checks.reciprocity_holds("S3")
        assert not induction_checks.induced_matrices_represent("S3")
        assert not induction_checks.parts_add_up("S3")
        assert not induction_checks.intertwining_numbers_agree("S3")
    with monkeypatch.context() as patch:
        patch.setattr(spherical_checks, "eigenvalues", lambda name: [(10, [1, 1, 1])])
        assert not spherical_checks.adjacency_spectra_agree("J(5,2)")
        patch.setattr(spherical_checks, "zonal_matrices", lambda rho, cosets: (identity(1),) * len(cosets))
        assert not spherical_checks.spherical_functions_are_zonal("J(4,2)")


def test_checks_of_spherical_functions_see_mistakes(monkeypatch):
    functions, orbitals, order = spherical_checks.spherical(PALEY)
    wrong = (functions.values[0], functions.values[1], functions.values[1])
    with monkeypatch.context() as patch:
        patch.setattr(functions, "values", wrong)
        assert not spherical_checks.orthogonality_holds(PALEY)
        assert not spherical_checks.projector_multiplies(PALEY)
        assert not spherical_checks.spherical_functions_are_zonal(PALEY)
    assert spherical_checks.orthogonality_holds(PALEY)
    assert len(orbitals) == len(order) == 3


def test_T4_by_double_cosets_finds_lost_subdegrees(monkeypatch):
    from orbitkernels.theory.double_cosets import DoubleCosets

    case = THEOREMS["T4"].exact.cases(True)[-1]
    assert found("T4", "exact", case).holds
    monkeypatch.setattr(DoubleCosets, "subdegrees", property(lambda self: np.ones(len(self), dtype=np.int64)))
    comparison = found("T4", "exact", case)
    assert not comparison.holds
    assert comparison.detail.startswith("characteristic polynomial by double cosets")
