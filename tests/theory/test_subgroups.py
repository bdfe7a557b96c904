"""Subgroups, cosets, centre and commutators against brute force; Lagrange's theorem."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.theory.constructions import permutation_group
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group
from orbitkernels.theory.structure import derived_series, lower_central_series
from orbitkernels.theory.subgroups import Subgroup, commutator, normal_closure, whole


@st.composite
def groups_with_elements(draw: st.DrawFn) -> tuple[FiniteGroup, list[int]]:
    """A random permutation group of degree at most 5 and up to three of its elements."""
    degree = draw(st.integers(1, 5))
    rows = [draw(st.permutations(range(degree))) for _ in range(draw(st.integers(1, 3)))]
    G = permutation_group(rows)
    return G, draw(st.lists(st.integers(0, G.order - 1), max_size=3))


def brute_force_closure(G: FiniteGroup, elements: list[int]) -> set[int]:
    found = {0, *elements}
    while True:
        larger = found | {int(G.multiply(g, h)) for g in found for h in elements}
        if larger == found:
            return found
        found = larger


@given(groups_with_elements())
def test_generated_subgroup_agrees_with_brute_force_and_lagrange(case: tuple[FiniteGroup, list[int]]) -> None:
    G, elements = case
    H = G.subgroup(elements)
    assert set(H.elements.tolist()) == brute_force_closure(G, elements)
    assert H.order * H.index == G.order
    assert len(H) == H.order
    assert all(g in H for g in elements)


@given(groups_with_elements())
def test_cosets_partition_the_group(case: tuple[FiniteGroup, list[int]]) -> None:
    G, elements = case
    H = G.subgroup(elements)
    left = [frozenset(G.multiply(g, H.elements).tolist()) for g in range(G.order)]
    right = [frozenset(G.multiply(H.elements, g).tolist()) for g in range(G.order)]
    for labels, cosets in ((H.left_coset_labels, left), (H.right_coset_labels, right)):
        assert labels.max() + 1 == H.index == len(set(cosets))
        for g in range(G.order):
            assert frozenset(np.flatnonzero(labels == labels[g]).tolist()) == cosets[g]
    assert [min(left[g]) for g in H.left_representatives] == H.left_representatives.tolist()
    assert np.all(np.diff(H.left_representatives) > 0)
    assert H.is_normal == (set(left) == set(right))


@given(groups_with_elements())
def test_subgroup_is_a_group_of_its_own(case: tuple[FiniteGroup, list[int]]) -> None:
    G, elements = case
    H = G.subgroup(elements)
    K = H.as_group()
    every = np.arange(K.order)
    assert np.array_equal(H.elements[K.table], G.multiply(H.elements[:, None], H.elements[None, :]))
    assert np.array_equal(H.elements[K.inverse(every)], G.inverse(H.elements))
    assert K.spanning_tree.order.size == H.order


@given(groups_with_elements())
def test_centre_and_commutator_subgroup_by_brute_force(case: tuple[FiniteGroup, list[int]]) -> None:
    G, _ = case
    table = G.table
    central = np.flatnonzero((table == table.T).all(axis=1))
    assert np.array_equal(G.centre.elements, central)
    commutators = np.unique(G.multiply(table, G.inverse(table.T)))
    assert set(G.commutator_subgroup.elements.tolist()) == brute_force_closure(G, commutators.tolist())
    assert G.commutator_subgroup.is_normal
    assert G.is_abelian == (G.commutator_subgroup.order == 1) == (G.centre.order == G.order)


@given(groups_with_elements())
def test_normal_closure_holds_all_conjugates_and_no_more(case: tuple[FiniteGroup, list[int]]) -> None:
    G, elements = case
    conjugates = G.conjugate(np.array([0, *elements])[None, :], np.arange(G.order)[:, None]).ravel()
    closure = normal_closure(G, elements)
    assert set(closure.elements.tolist()) == brute_force_closure(G, np.unique(conjugates).tolist())
    assert closure.is_normal


@given(groups_with_elements())
def test_series_fall_to_normal_subgroups_with_abelian_or_central_factors(
    case: tuple[FiniteGroup, list[int]],
) -> None:
    G, _ = case
    for upper, lower in zip(derived_series(G), derived_series(G)[1:], strict=False):
        assert lower.is_normal
        assert np.isin(lower.elements, upper.elements).all()
        assert commutator(upper, upper).order == lower.order
    for upper, lower in zip(lower_central_series(G), lower_central_series(G)[1:], strict=False):
        g, h = np.arange(G.order)[:, None], upper.elements[None, :]
        assert np.isin(G.multiply(G.multiply(g, h), G.inverse(G.multiply(h, g))), lower.elements).all()


def test_from_elements_takes_closed_sets_only() -> None:
    S4 = group("S4")
    A4 = S4.commutator_subgroup
    assert np.array_equal(Subgroup.from_elements(S4, A4.elements).elements, A4.elements)
    assert Subgroup.from_elements(S4, [0]).order == 1
    with pytest.raises(InputError, match=r"12 elements of S4 that are not closed under products; .* order 24"):
        Subgroup.from_elements(S4, np.append(A4.elements[:-1], S4.generators[0]))


@pytest.mark.parametrize("bad", [[24], [-1], [0, 99]])
def test_generators_outside_the_group_are_refused(bad: list[int]) -> None:
    with pytest.raises(InputError, match="'generators' must hold elements 0 to 23 of S4") as caught:
        group("S4").subgroup(bad)
    assert "\n" not in str(caught.value)


def test_generators_of_another_type_are_refused() -> None:
    with pytest.raises(InputError, match=r"'generators' must hold integers; entry 0 is 1\.5"):
        group("S4").subgroup([1.5])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("name", "derived", "central"),
    [
        ("S4", [24, 12, 4, 1], [24, 12]),
        ("SL(2,3)", [24, 8, 2, 1], [24, 8]),
        ("D16", [32, 8, 1], [32, 8, 4, 2, 1]),
        ("A5", [60], [60]),
        ("C12", [12, 1], [12, 1]),
        ("C1", [1], [1]),
        ("Heis(3)", [27, 3, 1], [27, 3, 1]),
    ],
)
def test_known_series(name: str, derived: list[int], central: list[int]) -> None:
    G = group(name)
    assert [H.order for H in derived_series(G)] == derived
    assert [H.order for H in lower_central_series(G)] == central


def test_a_large_group_has_its_subgroups() -> None:
    M12 = group("M12")
    assert M12.centre.order == 1
    assert M12.commutator_subgroup.order == 95_040
    M11 = M12.subgroup(M12.generators[:2])
    assert (M11.order, M11.index, M11.is_normal) == (7920, 12, False)
    assert whole(M12).index == 1
