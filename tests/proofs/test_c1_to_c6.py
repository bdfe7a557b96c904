"""C1 to C9: enough instances, derivations that come to the claim; C1 to C6: planted mistakes that are found."""

import re
from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs import (
    c1_row_orthogonality,
    c2_column_orthogonality,
    c3_orbit_counting,
    c5_class_products,
    c6_tensor_powers,
    c7_frobenius_reciprocity,
    character_checks,
    character_instances,
    orbit_counting_checks,
    tensor_power_checks,
)
from orbitkernels.proofs.character_instances import GroupCase
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.exact_checks import irreps
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.rendering import to_text
from orbitkernels.proofs.theorem import FAMILIES, THEOREMS
from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import ZERO
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.permutation_representations import cycle_counts

#: Least number of exact, enclosed and numeric instances in a full run.
LEAST = {
    "C1": {Level.EXACT: 70, Level.NUMERIC: 90},
    "C2": {Level.EXACT: 30, Level.NUMERIC: 90},
    "C3": {Level.EXACT: 90, Level.NUMERIC: 90},
    "C4": {Level.EXACT: 50, Level.NUMERIC: 45},
    "C5": {Level.EXACT: 30, Level.NUMERIC: 45},
    "C6": {Level.EXACT: 45, Level.NUMERIC: 45},
    "C7": {Level.EXACT: 60, Level.NUMERIC: 45},
    "C8": {Level.EXACT: 60, Level.NUMERIC: 45},
    "C9": {Level.EXACT: 35, Level.ENCLOSED: 30, Level.NUMERIC: 60},
}


def rng(seed=4):
    return np.random.default_rng(seed)


def found(name, level, case, seed=4):
    return getattr(THEOREMS[name], level).compare(case, rng(seed))


def test_the_family_is_listed_last():
    assert [name for name in THEOREMS if name.startswith("C")] == list(LEAST) == list(THEOREMS)[-9:]
    assert list(FAMILIES)[-1] == "C"


@pytest.mark.parametrize("name", LEAST)
def test_enough_different_instances_that_hold_in_a_quick_run(name):
    theorem = THEOREMS[name]
    assert set(theorem.procedures) == set(LEAST[name])
    assert bool(theorem.absent) == (Level.ENCLOSED not in LEAST[name])
    for level, procedure in theorem.procedures.items():
        cases = procedure.cases(False)
        assert len({str(case) for case in cases}) == len(cases) >= LEAST[name][level]
        quick = procedure.cases(True)
        assert 2 <= len(quick) < len(cases)
        for case in quick:
            comparison = procedure.compare(case, rng())
            assert comparison.holds, comparison
            assert comparison.level is level


@pytest.mark.parametrize("name", LEAST)
def test_the_derivation_comes_to_the_statement(name):
    derivation = THEOREMS[name].derivation()
    assert derivation.unshown == ()
    assert derivation.level is Level.EXACT
    assert not re.search(r"\\[A-Za-z]{2}", to_text(derivation))  # no command is left; H\\G is


@pytest.mark.parametrize("name", list(LEAST)[:8])
def test_the_groups_with_complex_and_quaternionic_irreps_are_met(name):
    for procedure in THEOREMS[name].procedures.values():
        assert {"C7:C3", "Q8", "S3"} <= {case.group for case in procedure.cases(False)}


# ---------------------------------------------------------------------- characters without their conjugates


def without_conjugates(monkeypatch):
    """A Cyclotomic that takes itself for its conjugate, in the modules that sum products of characters."""
    from orbitkernels.theory.cyclotomics import Cyclotomic

    monkeypatch.setattr(Cyclotomic, "conjugate", lambda self: self)


@pytest.mark.parametrize(
    ("name", "kind"), [("C1", "pairs of irreps"), ("C2", ""), ("C5", ""), ("C7", ""), ("C8", "")]
)
def test_a_forgotten_conjugate_is_found_exactly(name, kind, monkeypatch):
    case = GroupCase("C7:C3", kind)
    seeds = range(3)
    assert all(found(name, "exact", case, seed).holds for seed in seeds)
    without_conjugates(monkeypatch)
    if name in ("C7", "C8"):  # both sides forget it: the sides of the formula still agree, as they must
        assert all(found(name, "exact", case, seed).holds for seed in seeds)
    else:
        assert not all(found(name, "exact", case, seed).holds for seed in seeds)


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        (c1_row_orthogonality, "pairs of irreps"),
        (c1_row_orthogonality, "functions on a set"),
        (c2_column_orthogonality, ""),
        (c5_class_products, ""),
        (c6_tensor_powers, ""),
        (c7_frobenius_reciprocity, ""),
    ],
)
def test_traces_of_other_elements_are_found_in_floating_point(module, kind, monkeypatch):
    """One row with all elements but the unit in another order."""
    case, name = GroupCase("C7:C3", kind), module.THEOREM.id
    seeds = range(6)
    assert all(found(name, "numeric", case, seed).holds for seed in seeds)
    moved = character_instances.unitary_traces("C7:C3").copy()
    moved[-1, 1:] = np.roll(moved[-1, 1:], 1)
    monkeypatch.setattr(module, "unitary_traces", lambda _: moved)
    assert not all(found(name, "numeric", case, seed).holds for seed in seeds)


@pytest.mark.parametrize("level", ["exact", "numeric"])
def test_C4_elements_for_their_squares_are_found(level, monkeypatch):
    case = GroupCase("Q8", "square roots")
    assert found("C4", level, case).holds
    monkeypatch.setattr(character_checks, "square_roots", lambda group: np.bincount(np.arange(group.order)))
    assert not found("C4", level, case).holds


# ---------------------------------------------------------------------- C1


def test_C1_lost_equations_are_found(monkeypatch):
    original = character_checks.intertwiner_dimension
    monkeypatch.setattr(character_checks, "intertwiner_dimension", lambda A, B: original(A[:1], B[:1]))
    for kind in c1_row_orthogonality.KINDS:
        assert not found("C1", "exact", GroupCase("S3", kind)).holds


def test_C1_dimensions_of_intertwining_maps():
    trivial, sign, plane = (rho.generator_matrices for rho in irreps("S3"))
    count = character_checks.intertwiner_dimension
    assert [count(plane, other) for other in (trivial, sign, plane)] == [0, 0, 1]
    points = character_checks.permutation_matrices(PermutationAction.natural(named_group("S3")))
    assert [count(points, other) for other in (trivial, sign, plane, points)] == [1, 0, 1, 2]
    assert count(plane, points) == 1


def test_C1_a_table_with_two_equal_rows_is_found(monkeypatch):
    case = GroupCase("S5", "the rows of the table")
    assert found("C1", "exact", case).holds
    table = named_group("S5").character_table()
    monkeypatch.setattr(
        type(table), "character", lambda self, i: ClassFunction(self.group, self.values[max(i, 1)])
    )
    assert not found("C1", "exact", case).holds


# ---------------------------------------------------------------------- C2


def test_C2_conjugating_elements_counted_by_hand():
    """In S3 the unit has 6, two transpositions 2; elements 1, 2 and 5 are transpositions."""
    S3 = named_group("S3")
    counts = c2_column_orthogonality.conjugators(S3, np.array([0, 1, 2, 3]))
    assert counts.tolist() == [[6, 0, 0, 0], [0, 2, 2, 0], [0, 2, 2, 0], [0, 0, 0, 3]]
    assert character_checks.centralisers(S3) == [6, 2, 3]


@pytest.mark.parametrize("level", ["exact", "numeric"])
def test_C2_centralisers_for_classes_are_found(level, monkeypatch):
    case = GroupCase("S4")
    assert found("C2", level, case).holds
    original = c2_column_orthogonality.conjugators
    monkeypatch.setattr(
        c2_column_orthogonality,
        "conjugators",
        lambda group, chosen: group.order // np.maximum(original(group, chosen), 1),
    )
    assert not found("C2", level, case).holds


# ---------------------------------------------------------------------- C3


@pytest.mark.parametrize(
    ("name", "colours", "orbits"),
    [("C6", 2, 14), ("D6", 2, 13), ("C5", 3, 51), ("S4", 2, 5), ("C4", 4, 70)],  # necklaces, bracelets, multisets
)
def test_C3_necklaces_and_bracelets(name, colours, orbits):
    action = PermutationAction.natural(named_group(name))
    cycles = cycle_counts(action)
    assert Fraction(int((colours**cycles).sum()), action.group.order) == orbits
    moved = orbit_counting_checks.moved_colourings(action, colours)
    assert c3_orbit_counting.components(moved, colours**action.degree).max() + 1 == orbits


def test_C3_faces_of_the_cube_in_three_colours():
    """S4 as rotations of the cube, on the cosets of a quarter turn: 57 colourings of the faces."""
    S4 = named_group("S4")
    faces = PermutationAction.on_cosets(S4.subgroup([int(np.flatnonzero(S4.element_orders == 4)[0])]))
    assert faces.degree == 6
    assert int((3 ** cycle_counts(faces)).sum()) == 24 * 57
    assert sorted(set(cycle_counts(faces).tolist())) == [2, 3, 4, 6]


@pytest.mark.parametrize("change", ["fixed points for cycles", "one colour more", "a lost generator"])
def test_C3_mistakes_in_colourings_are_found(change, monkeypatch):
    case = GroupCase("S3", "colourings")
    seeds = range(5)
    assert all(found("C3", "exact", case, seed).holds for seed in seeds)
    if change == "fixed points for cycles":
        monkeypatch.setattr(c3_orbit_counting, "cycle_counts", lambda action: action.fixed_points)
    elif change == "one colour more":
        monkeypatch.setattr(c3_orbit_counting, "cycle_counts", lambda action: cycle_counts(action) + 1)
    else:
        original = orbit_counting_checks.moved_colourings
        monkeypatch.setattr(orbit_counting_checks, "moved_colourings", lambda action, q: original(action, q)[:1])
    assert not all(found("C3", "exact", case, seed).holds for seed in seeds)


@pytest.mark.parametrize(
    ("level", "kind"), [("exact", "points and pairs"), ("numeric", "points"), ("numeric", "pairs")]
)
def test_C3_wrong_fixed_points_are_found(level, kind, monkeypatch):
    case = GroupCase("S4", kind)
    assert found("C3", level, case).holds
    monkeypatch.setattr(
        PermutationAction,
        "fixed_points",
        property(lambda self: (self.permutations != np.arange(self.degree)).sum(axis=1)),
    )
    if level == "exact":
        with pytest.raises(InputError, match="is no character of S4"):
            found("C3", level, case)
    else:
        assert not found("C3", level, case).holds


# ---------------------------------------------------------------------- C4 and C5


@pytest.mark.parametrize(("name", "degree"), [("Q8", 2), ("C7:C3", 3), ("S4", 3)])
def test_C4_a_wrong_indicator_is_found(name, degree, monkeypatch):
    table = named_group(name).character_table()
    wrong = np.where(table.degrees == degree, 1 - table.indicators, table.indicators)
    cases = [GroupCase(name, "square roots"), GroupCase(name, "invariant forms")]
    assert all(found("C4", "exact", case).holds for case in cases)
    monkeypatch.setattr(table, "indicators", wrong)
    assert not found("C4", "exact", cases[0]).holds
    monkeypatch.setattr(character_checks, "invariant_forms", lambda rho, sign: int(sign == 1))
    holds = found("C4", "exact", cases[1]).holds
    assert holds == (name == "S4")  # all irreps of S4 have a symmetric form


def test_C4_square_roots_in_the_quaternion_group():
    Q8 = named_group("Q8")
    roots = character_checks.square_roots(Q8)
    assert sorted(roots.tolist()) == [0, 0, 0, 0, 0, 0, 2, 6]
    assert roots[0] == 2
    assert [str(x) for x in character_checks.roots_by_characters(Q8)][:2] == ["2", "6"]


def test_C5_products_of_transpositions():
    """In S3 a 3-cycle is a product of two transpositions in 3 ways, the unit as well, a transposition in none."""
    a = character_checks.class_products(named_group("S3"))
    assert a[1, 1].tolist() == [3, 0, 3]
    assert a[1, 2].tolist() == a[2, 1].tolist() == [0, 2, 0]
    assert a[2, 2].tolist() == [2, 0, 1]
    assert character_checks.products_by_characters(named_group("S3")) == a.ravel().tolist()


@pytest.mark.parametrize("change", ["classes exchanged", "inverse products"])
def test_C5_wrong_counts_are_found(change, monkeypatch):
    case = GroupCase("C7:C3")
    assert found("C5", "exact", case).holds
    original = character_checks.class_products
    classes = named_group("C7:C3").conjugacy_classes

    def mistaken(group):
        a = original(group)
        return a[:, ::-1] if change == "classes exchanged" else a[:, :, classes.inverse]

    monkeypatch.setattr(character_checks, "class_products", mistaken)
    assert not found("C5", "exact", case).holds


# ---------------------------------------------------------------------- C6


def test_C6_powers_of_the_signs_and_points_of_S3():
    table = named_group("S3").character_table()
    assert tensor_power_checks.first_powers(table.character(2)) == [0, 2, 1]
    assert tensor_power_checks.first_powers(table.character(1)) == [0, 1, -1]
    natural = PermutationAction.natural(named_group("S3"))
    assert [tensor_power_checks.tuple_multiplicities(natural, m) for m in range(4)] == [
        [1, 0, 0], [1, 0, 1], [2, 1, 3], [5, 4, 9],
    ]  # fmt: skip
    assert tensor_power_checks.kernel(irreps("S3")[1]) == {0, 3, 4}
    assert tensor_power_checks.faithful_row(named_group("S3")) == 2


@pytest.mark.parametrize("kind", ["every irrep", "functions on points"])
def test_C6_mistakes_are_found(kind, monkeypatch):
    case = GroupCase("C7:C3", kind)
    assert found("C6", "exact", case).holds
    if kind == "every irrep":
        with monkeypatch.context() as patch:
            patch.setattr(tensor_power_checks, "values_of", lambda chi: list(dict.fromkeys(chi.values))[:-1])
            assert not found("C6", "exact", case).holds
        monkeypatch.setattr(tensor_power_checks, "kernel", lambda irrep: frozenset({0}))
    else:
        original = tensor_power_checks.tuple_multiplicities
        monkeypatch.setattr(tensor_power_checks, "tuple_multiplicities", lambda action, m: original(action, m + 1))
    assert not found("C6", "exact", case).holds


# ---------------------------------------------------------------------- checks of steps can fail


def test_a_table_with_exchanged_values_is_seen(monkeypatch):
    table = named_group("S3").character_table()
    assert character_checks.rows_and_columns_are_orthonormal("S3")
    assert character_checks.column_norms_are_centralisers("S3")
    trivial, sign, plane = table.values
    monkeypatch.setattr(table, "values", (trivial, sign, (plane[0], plane[2], plane[1])))
    assert not character_checks.rows_and_columns_are_orthonormal("S3")
    assert not character_checks.column_norms_are_centralisers("S3")
    monkeypatch.setattr(table, "values", (trivial, trivial, plane))
    assert not character_checks.characters_span_the_class_functions("S3")


def test_checks_of_steps_see_mistakes(monkeypatch):
    checks = character_checks
    with monkeypatch.context() as patch:
        patch.setattr(checks, "intertwiner_dimension", lambda A, B: 1)
        assert not checks.means_project_on_intertwiners("S3")
        assert not checks.irreps_have_no_common_maps("S3")
        assert not checks.characters_count_maps("S3")
    with monkeypatch.context() as patch:
        patch.setattr(checks, "centralisers", lambda group: [group.order] * len(group.conjugacy_classes))
        assert not checks.centralisers_have_the_index_of_the_class("S3")
    with monkeypatch.context() as patch:
        patch.setattr(checks, "indicators", lambda group: [ZERO + 1] * len(group.conjugacy_classes))
        assert not checks.indicators_count_forms("Q8")
        assert not checks.square_roots_are_counted("Q8")
        assert not checks.involutions_are_counted("Q8")
    with monkeypatch.context() as patch:
        original = checks.class_products
        patch.setattr(checks, "class_products", lambda group: original(group)[::-1])
        assert not checks.class_sums_multiply("C7:C3")
        assert not checks.products_are_counted("C7:C3")
    with monkeypatch.context() as patch:
        patch.setattr(tensor_power_checks, "kernel", lambda irrep: frozenset({0, 1}))
        assert not tensor_power_checks.kernels_are_where_the_character_is_the_degree("S3")
        assert not tensor_power_checks.quotients_have_regular_characters("S3")
        assert not tensor_power_checks.product_is_regular("S3")
        assert not tensor_power_checks.powers_hold_the_irreps_of_the_quotient("S3")
    with monkeypatch.context() as patch:
        patch.setattr(orbit_counting_checks, "orbit_count", lambda action: 1)
        assert not orbit_counting_checks.pairs_are_counted_twice("S3")
        assert not orbit_counting_checks.traces_are_fixed_points("S3")
        assert not orbit_counting_checks.squares_count_pairs("S3")
        patch.setattr(orbit_counting_checks, "cycle_counts", lambda action: action.fixed_points)
        assert not orbit_counting_checks.fixed_colourings_are_constant_on_cycles("S3")
