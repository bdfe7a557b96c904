"""The checks behind closed forms of two orbits: each condition is needed, and numbers are compared one by one."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from flint import fmpq_mat
from planted import off_by_one

from orbitkernels.proofs import closed_form_checks as checks
from orbitkernels.proofs import closed_form_coset as coset
from orbitkernels.proofs import closed_form_large as large
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.linear_forms import LinearForm
from orbitkernels.proofs.orbit_pair import OrbitPair
from orbitkernels.theory.cyclotomics import ONE, ZERO, root_of_unity
from orbitkernels.theory.rational_gram import exact_gram

I = root_of_unity(4)
X, Y = ("psi", 1), ("varphi", 2)


def form(*pairs):
    return LinearForm.of([(name, ONE * c) for name, c in pairs])


def changed(irrep, row, column, factor=2):
    """The irrep with one entry of its block multiplied."""
    block = [list(line) for line in irrep.block]
    block[row][column] = block[row][column].scaled(factor)
    return replace(irrep, block=tuple(map(tuple, block)))


def with_irrep(pair, number, row, column, factor=2):
    """The pair with one entry of one block multiplied."""
    pair.irreps = tuple(changed(i, row, column, factor) if k == number else i for k, i in enumerate(pair.irreps))
    return pair


# ---------------------------------------------------------------------- forms and products


def test_products_and_sums_of_forms() -> None:
    """(2 x + i y)(x - y) = 2 x^2 + (i - 2) x y - i y^2."""
    product = checks._times(form((X, 2), (Y, I)), form((X, 1), (Y, -1)))
    assert product == {(X, X): ONE * 2, (X, Y): I - 2, (Y, Y): -I}
    assert checks._times(form((X, 1), (Y, 1)), form((X, 1), (Y, -1))) == {(X, X): ONE, (Y, Y): -ONE}
    assert checks._plus(product, {(X, X): ONE * -2, (Y, Y): ONE}) == {(X, Y): I - 2, (Y, Y): 1 - I}
    assert checks._plus({}, {(X, Y): ONE}) == {(X, Y): ONE}


B = form((X, 2 + I), (Y, I))


@pytest.mark.parametrize(
    ("A", "C", "D", "expected"),
    [
        (form((X, 3)), B.conjugate(), form((Y, -1)), True),
        (form((X, I)), B.conjugate(), form((Y, -1)), False),
        (form((X, 3)), B, form((Y, -1)), False),
        (form((X, 3)), B.conjugate(), form((Y, 1 - I)), False),
    ],
)
def test_hermitian_blocks_of_two_rows(A, C, D, expected, monkeypatch) -> None:
    assert checks._is_hermitian(((A, B), (C, D))) is expected
    monkeypatch.setattr(checks, "_plus", lambda one, other: one)  # the square of the imaginary part lost
    assert not checks._is_hermitian(((A, B), (C, D)))


# ---------------------------------------------------------------------- groups and irreps


def test_a_move_that_its_inverse_does_not_undo_is_found() -> None:
    table = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]])
    inverses = np.array([0, 2, 1])
    for wrong in (False, True):
        group = SimpleNamespace(
            order=3,
            multiply=lambda g, h: table[g, h],
            inverse=lambda g, wrong=wrong: inverses[g] if not wrong or g != 2 else 2,
        )
        assert checks.dot_products_are_symmetric(group) is not wrong


@pytest.mark.parametrize("number", [0, 7])
@pytest.mark.parametrize("part", ["trace", "weighted_sum", "product"])
def test_every_irrep_is_checked_at_every_element(part, number, monkeypatch) -> None:
    """18 traces, 36 products and 3 sums for S3."""
    pair = OrbitPair(named_group("S3"))
    assert checks.irreps_are_complete(pair)
    for call in (number % 3, 2 - number % 3) if part == "weighted_sum" else (number, 17 - number):
        with monkeypatch.context() as patch:
            if part == "product":
                calls, right = [], checks.product
                patch.setattr(
                    checks,
                    "product",
                    lambda *a, calls=calls, right=right, call=call: (
                        calls.append(0) or (right(*a) if len(calls) != call + 1 else ((ZERO,),))
                    ),
                )
            else:
                patch.setattr(checks, part, off_by_one(getattr(checks, part), call))
            assert not checks.irreps_are_complete(pair)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_every_part_of_a_block_counts(number, a, b) -> None:
    pair = OrbitPair(named_group("S3"))
    irrep = pair.irreps[number]
    assert checks.block_is_right(pair, irrep)
    assert not checks.block_is_right(pair, changed(irrep, a * irrep.size, (b + 1) * irrep.size - 1, -1))


def test_blocks_of_two_rows_must_be_hermitian(monkeypatch) -> None:
    pair = OrbitPair(named_group("S3"))
    monkeypatch.setattr(checks, "_is_hermitian", lambda block: False)
    assert [checks.block_is_right(pair, irrep) for irrep in pair.irreps] == [False, False, True]


@pytest.mark.parametrize("part", ["trace", "product"])
@pytest.mark.parametrize("call", [0, 5])
def test_a_block_is_a_representation_at_every_element(part, call, monkeypatch) -> None:
    pair = OrbitPair(named_group("S3"))
    calls, right = [], getattr(checks, part)

    def wrong(*arguments):
        calls.append(0)
        return right(*arguments) if len(calls) != call + 1 else None

    monkeypatch.setattr(checks, part, wrong)
    assert not checks.block_is_right(pair, pair.irreps[2])


# ---------------------------------------------------------------------- exchangeable orbits and class functions


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_every_part_of_an_exchangeable_block_counts(number, a, b) -> None:
    group = named_group("S3")
    assert checks.exchange_is_right(OrbitPair(group, "exchange"), OrbitPair(group))
    size = OrbitPair(group).irreps[number].size
    place = (number, a * size, b * size)
    assert not checks.exchange_is_right(with_irrep(OrbitPair(group, "exchange"), *place), OrbitPair(group))
    assert not checks.exchange_is_right(OrbitPair(group, "exchange"), with_irrep(OrbitPair(group), *place))


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_every_part_of_a_block_of_class_functions_counts(number, a, b) -> None:
    group = named_group("S3")
    both, general = (lambda: OrbitPair(group, "class exchange")), (lambda: OrbitPair(group, "class"))
    assert checks.class_exchange_is_right(both(), general())
    assert not checks.class_exchange_is_right(with_irrep(both(), number, a, b), general())
    assert not checks.class_exchange_is_right(both(), with_irrep(general(), number, a, b))
    assert checks.class_blocks_are_right(general())
    assert not checks.class_blocks_are_right(with_irrep(general(), number, a, b))


@pytest.mark.parametrize("places", [[(0, 0), (1, 1)], [(0, 1), (1, 0)], [(0, 0), (0, 1), (1, 0), (1, 1)]])
def test_blocks_that_agree_with_each_other_only_are_found(places) -> None:
    """A = D and B = C, but one kind, or both, multiplied by i."""
    group = named_group("S3")
    both, general = OrbitPair(group, "class exchange"), OrbitPair(group, "class")
    for place in places:
        with_irrep(both, 2, *place, factor=I)
        with_irrep(general, 2, *place, factor=I)
    assert not checks.class_exchange_is_right(both, general)


@pytest.mark.parametrize("name", ["C7:C3", "C5"])
def test_class_blocks_with_complex_characters(name) -> None:
    assert checks.class_blocks_are_right(OrbitPair(named_group(name), "class"))


# ---------------------------------------------------------------------- samples


@pytest.mark.parametrize("symmetry", ["none", "exchange", "class", "class exchange"])
def test_samples_are_diagonally_dominant(symmetry) -> None:
    pair = OrbitPair(named_group("D4"), symmetry)
    values = checks.sample_values(pair, 4)
    assert set(values) == set(pair.names)
    K = np.array(exact_gram(pair.group, checks.symbol_array(pair, values)).tolist(), dtype=object)
    assert all(2 * row[i] > sum(map(abs, row)) for i, row in enumerate(K))


@pytest.mark.parametrize("c", [0, 1])
@pytest.mark.parametrize("symmetry", ["none", "exchange"])
def test_the_errors_of_both_orbits_count(symmetry, c, monkeypatch) -> None:
    pair = OrbitPair(named_group("S3"), symmetry)
    assert checks.errors_agree(pair, 1)
    monkeypatch.setattr(checks, "refit_error", off_by_one(checks.refit_error, c))
    assert not checks.errors_agree(pair, 1)


def test_signs_of_exchangeable_orbits() -> None:
    values = {
        ("varphi", 0): Fraction(5),
        ("psi", 0): Fraction(2),
        ("varphi", 3): Fraction(1),
        ("psi", 3): Fraction(4),
    }
    assert checks.thetas(values) == [
        {("varphi", 0): Fraction(7), ("varphi", 3): Fraction(5)},
        {("varphi", 0): Fraction(3), ("varphi", 3): Fraction(-3)},
    ]


# ---------------------------------------------------------------------- large groups and cosets


@pytest.mark.parametrize("c", [0, 1])
def test_columns_and_sums_of_large_groups_are_both_needed(c, monkeypatch) -> None:
    group = named_group("S4")
    pair = OrbitPair(group, "class")
    subgroup = group.subgroup([1])
    for check, owner, name in (
        (lambda: large.class_errors_agree(pair, 1), large, "trace_sums"),
        (lambda: coset.large_coset_errors_agree(subgroup, pair, 1), coset, "coset_sums"),
    ):
        assert check()
        right = getattr(owner, name)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, lambda *a, right=right: [v + (i == c) for i, v in enumerate(right(*a))])
            assert not check()
        with monkeypatch.context() as patch:
            patch.setattr(large, "columns_invert", lambda *a: False)
            assert not check()


def test_every_column_of_the_inverse_is_compared_at_every_class() -> None:
    pair = OrbitPair(named_group("S4"), "class")
    values = checks.sample_values(pair, 2)
    columns = large.inverse_columns(pair, values)
    assert large.columns_invert(pair, values, columns)
    for row, c in ((0, 0), (9, 1)):
        wrong = [list(line) for line in columns]
        wrong[row][c] += 1
        assert not large.columns_invert(pair, values, wrong)


def test_the_matrix_on_classes_is_that_of_the_gram_matrix() -> None:
    """K times the indicator function of a class, at one element of each class."""
    pair = OrbitPair(named_group("S3"), "class")
    values = checks.sample_values(pair, 2)
    K = exact_gram(pair.group, checks.symbol_array(pair, values))
    labels = pair.group.conjugacy_classes.labels
    indicators = fmpq_mat(
        [[int(c // 3 == i // 6 and labels[i % 6] == c % 3) for c in range(6)] for i in range(12)]
    )
    applied = (K * indicators).tolist()
    chosen = [6 * a + int(g) for a in (0, 1) for g in pair.group.conjugacy_classes.representatives]
    assert large.class_matrix(pair, values) == fmpq_mat([applied[i] for i in chosen])


@pytest.mark.parametrize("c", [0, 1])
def test_the_coset_errors_of_both_orbits_count(c, monkeypatch) -> None:
    group = named_group("S3")
    pair, subgroup = OrbitPair(group), group.subgroup([1])
    assert coset.coset_errors_agree(subgroup, pair, 1)
    right = coset.coset_errors
    monkeypatch.setattr(coset, "coset_errors", lambda *a: [v + (i == c) for i, v in enumerate(right(*a))])
    assert not coset.coset_errors_agree(subgroup, pair, 1)


def test_multiples_of_the_identity() -> None:
    assert coset._scalar(((I, ZERO), (ZERO, I))) == I
    assert coset._scalar(((I, ZERO), (ZERO, ONE))) is None
    assert coset._scalar(((ONE, ZERO), (ONE, ONE))) is None
    assert coset._scalar(((ZERO, ZERO), (ZERO, ZERO))) == ZERO
    assert coset._is_zero(((ZERO, ZERO), (ZERO, ZERO)))
    assert not coset._is_zero(((ZERO, ZERO), (I, ZERO)))


def test_sums_over_a_subgroup() -> None:
    """The rotations of S3: 3 on the linear irreps and 0 on that of degree 2; by characters divided by d."""
    group = named_group("S3")
    rotation = next(g for g in range(6) if group.element_orders[g] == 3)
    H = group.subgroup([rotation])
    sums = coset.subgroup_sums(OrbitPair(group), H)
    assert sums == {1: ((ONE * 3,),), 2: ((ONE * 3,),), 3: ((ZERO, ZERO), (ZERO, ZERO))}
    reflection = next(g for g in range(6) if group.element_orders[g] == 2)
    on_classes = coset.subgroup_sums(OrbitPair(group, "class"), group.subgroup([reflection]))
    assert on_classes == {1: ((ONE * 2,),), 2: ((ZERO,),), 3: ((ONE,),)}
    powers = coset.subgroup_sums(OrbitPair(named_group("C4")), named_group("C4").subgroup([2]))
    assert sorted(str(N[0][0]) for N in powers.values()) == ["0", "2", "2"]


@pytest.mark.parametrize(
    ("name", "is_ring"),
    [("C1", False), ("C2", True), ("C60", True), ("C61", False), ("C2^2", False), ("S3", False)],
)
def test_rings_are_the_cyclic_groups_that_are_written_out(name, is_ring):
    from orbitkernels.proofs.closed_form import _is_ring

    assert _is_ring(named_group(name)) == is_ring
