"""What the derivation of K13 checks: values known otherwise, and a planted mistake for each condition."""

from types import SimpleNamespace

import numpy as np
import pytest
import sympy
from flint import fmpq_mat
from planted import off_by_one

from orbitkernels.proofs import cayley_checks as checks
from orbitkernels.proofs.instances import named_group
from orbitkernels.theory.cyclotomics import ONE, ZERO, root_of_unity

I = root_of_unity(4)
ROOT2 = root_of_unity(8) + root_of_unity(8, 7)


@pytest.mark.parametrize("name", ["S3", "C6", "Q8", "C7:C3"])
def test_connection_sets_are_all_classes_with_their_inverses(name) -> None:
    group = named_group(name)
    sets = checks.connection_sets(name)
    labels = group.conjugacy_classes.labels
    assert sorted(k for one in sets for k in one) == list(range(1, len(group.conjugacy_classes)))
    for one in sets:
        members = np.flatnonzero(np.isin(labels, one))
        assert sorted(group.inverse(members)) == members.tolist()
        assert len(one) <= 2


@pytest.mark.parametrize(
    ("x", "bound", "expected"),
    [
        (3, 3, True),
        (-3, 3, True),
        (0, 3, True),
        (4, 3, False),
        (-4, 3, False),
        (ROOT2, 1, False),
        (-ROOT2, 2, True),
    ],
)
def test_bounds_of_eigenvalues(x, bound, expected) -> None:
    assert checks._is_bounded(ONE * x, ONE * bound) is expected


@pytest.mark.parametrize(
    ("planted", "expected"),
    [((3, -3, 0), True), ((3, I, 0), False), ((3, 0, 4), False), ((3, -4, 0), False), ((3, 0, I * 5), False)],
)
def test_eigenvalues_must_be_real_and_bounded(planted, expected, monkeypatch) -> None:
    monkeypatch.setattr(checks, "adjacency_eigenvalues", lambda *a: tuple(ONE * x for x in planted))
    assert checks.eigenvalues_are_real("S3") is expected


class Table(SimpleNamespace):
    """A character table with other degrees."""

    def __len__(self):
        return len(self.values)


@pytest.mark.parametrize("degrees", [(1, 1, 2), (2, 1, 2), (1, 1, 3)])
def test_the_values_at_the_identity_must_be_the_degrees(degrees, monkeypatch) -> None:
    table = Table(values=named_group("S3").character_table().values, degrees=degrees)
    monkeypatch.setattr(checks, "named_group", lambda name: SimpleNamespace(character_table=lambda: table))
    monkeypatch.setattr(checks, "symbol_of_spectrum", lambda *a: [ONE, ZERO, ZERO])
    assert checks.projections_are_complete("S3") is (degrees == (1, 1, 2))
    monkeypatch.setattr(checks, "symbol_of_spectrum", lambda *a: [ONE, ZERO, ONE])
    assert not checks.projections_are_complete("S3")


@pytest.mark.parametrize("number", [0, 3, 8])
def test_every_pair_of_characters_is_convolved_at_every_class(number, monkeypatch) -> None:
    """27 sums for S3."""
    assert checks.characters_convolve("S3")
    for call in (number, 26 - number):
        with monkeypatch.context() as patch:
            patch.setattr(checks, "weighted_sum", off_by_one(checks.weighted_sum, call))
            assert not checks.characters_convolve("S3")


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("check", "part"),
    [
        (checks.adjacency_is_recovered, "adjacency_matrix"),
        (checks.powers_agree, "adjacency_matrix"),
        (checks.resolvents_invert, "adjacency_matrix"),
        (checks.components_agree, "components_of_graph"),
    ],
)
def test_every_connection_set_counts(check, part, number, monkeypatch) -> None:
    """The transpositions and the rotations of S3."""
    assert check("S3")
    monkeypatch.setattr(checks, part, off_by_one(getattr(checks, part), number))
    assert not check("S3")


def test_a_wrong_resolvent_alone_is_found_with_the_powers(monkeypatch) -> None:
    right = checks.shifted_laplacian
    monkeypatch.setattr(checks, "shifted_laplacian", lambda A, shift: right(A, shift + 1))
    assert not checks.powers_agree("S3")
    assert not checks.resolvents_invert("S3")


@pytest.mark.parametrize("power", range(5))
def test_every_power_counts(power, monkeypatch) -> None:
    monkeypatch.setattr(checks, "resolvents_invert", lambda name: True)
    right, calls = checks.circulant, []

    def changed(group, values):
        calls.append(0)
        return right(group, values) * (2 if len(calls) == power + 1 else 1)

    monkeypatch.setattr(checks, "circulant", changed)
    assert not checks.powers_agree("C2")


def test_the_shifted_laplacian_of_a_path() -> None:
    path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    shifted = fmpq_mat([[3, -2, 0], [-2, 5, -2], [0, -2, 3]]) / 2
    assert checks.shifted_laplacian(path, checks.SHIFT) == shifted


def test_the_form_of_the_laplacian_is_that_of_a_complete_bipartite_graph() -> None:
    """S3 with the transpositions: every rotation is joined to every reflection."""
    form, squares = checks.laplacian_form("S3")
    signs = [1 if named_group("S3").element_orders[g] != 2 else -1 for g in range(6)]
    x = sympy.symbols("x_0:6", real=True)
    expected = sum((x[g] - x[h]) ** 2 for g in range(6) for h in range(g) if signs[g] != signs[h])
    assert sympy.expand(form - expected) == sympy.expand(squares - expected) == 0


def test_the_heat_equation_of_two_points() -> None:
    """Phi_t = (1 + exp(-2t))/2 and (1 - exp(-2t))/2 on C2."""
    t = sympy.Symbol("t", real=True)
    (slope, around), (start, one), (other_slope, other_around), (other_start, zero) = checks.heat_equation_pairs(
        "C2"
    )
    assert sympy.expand(slope.doit() + sympy.exp(-2 * t)) == sympy.expand(around + sympy.exp(-2 * t)) == 0
    assert sympy.expand(other_slope.doit() - sympy.exp(-2 * t)) == 0
    assert sympy.expand(other_around - sympy.exp(-2 * t)) == 0
    assert (start.doit(), one, other_start.doit(), zero) == (1, 1, 0, 0)
