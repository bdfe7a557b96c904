"""Instances: enough different groups, and symbols that are what they claim to be."""

from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.proofs.instances import (
    GROUPS,
    QUICK_GROUPS,
    SMALL_GROUPS,
    SymbolCase,
    convolution_square,
    exact_instance,
    float_instance,
    named_group,
    symbol_cases,
)

MIXED = ("C6", "S3", "Q8", "C7:C3", "A4")


def gram(group, phi):
    """K[(a,g),(b,h)] = phi_ab(g^-1 h), entry by entry."""
    orbits, n = phi.shape[0], group.order
    matrix = np.empty((orbits * n, orbits * n), dtype=phi.dtype)
    for g in range(n):
        for h in range(n):
            quotient = int(group.multiply(group.inverse(g), h))
            matrix[g::n, h::n] = phi[:, :, quotient]
    return matrix


def test_at_least_forty_groups_with_every_kind_of_irrep() -> None:
    assert len(set(GROUPS)) == len(GROUPS) >= 40
    assert set(SMALL_GROUPS) | set(QUICK_GROUPS) <= set(GROUPS)
    assert {"Q8", "SL(2,3)", "C7:C3", "Heis(3)", "SL(2,5)"} <= set(GROUPS)
    orders = [named_group(name).order for name in GROUPS]
    assert min(orders) == 1
    assert max(orders) == 168
    kinds = {tuple(np.unique(named_group(name).character_table().indicators)) for name in GROUPS if name != "C1"}
    assert {-1, 0, 1} <= {kind for found in kinds for kind in found}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("stabilisers", [False, True])
@pytest.mark.parametrize("make", [exact_instance, float_instance])
def test_symbols_are_symmetric_positive_definite_and_invariant(name, stabilisers, make) -> None:
    case = SymbolCase(name, 3, stabilisers, 2, Fraction(1, 2))
    instance = make(case, np.random.default_rng(1))
    group, phi = instance.group, instance.phi
    every = np.arange(group.order)
    assert np.allclose(phi.transpose(1, 0, 2), phi[:, :, group.inverse(every)], rtol=0, atol=1e-13)
    for a, left in enumerate(instance.stabilisers):
        for b, right in enumerate(instance.stabilisers):
            for h in left.elements:
                assert np.allclose(phi[a, b][group.multiply(h, every)], phi[a, b], rtol=0, atol=1e-13)
            for h in right.elements:
                assert np.allclose(phi[a, b][group.multiply(every, h)], phi[a, b], rtol=0, atol=1e-13)
    representatives = [h.left_representatives + c * group.order for c, h in enumerate(instance.stabilisers)]
    points = np.concatenate(representatives)
    assert points.size == instance.sizes.sum()
    values = np.linalg.eigvalsh(gram(group, phi)[np.ix_(points, points)].astype(float))
    assert values[0] > 0
    assert values[-1] < 1e4 * values[0]
    assert instance.targets.shape == (3, 2)
    assert np.all(np.any(instance.targets != 0, axis=0))
    assert (instance.stabilisers[0].order > 1) == stabilisers
    assert (phi.dtype == np.int64) == (make is exact_instance)


def test_the_convolution_square_is_the_symbol_of_a_square() -> None:
    group = named_group("C7:C3")
    beta = np.random.default_rng(0).integers(-2, 3, (2, 2, group.order))
    root = gram(group, beta)
    assert np.array_equal(gram(group, convolution_square(group, beta)), root @ root.T)


@pytest.mark.parametrize("name", MIXED)
def test_class_functions_are_constant_on_classes(name) -> None:
    instance = exact_instance(SymbolCase(name, 2), np.random.default_rng(2), class_functions=True)
    labels = instance.group.conjugacy_classes.labels
    for c in range(labels.max() + 1):
        assert np.ptp(instance.phi[:, :, labels == c], axis=2).max() == 0


def test_cases_run_through_two_to_five_orbits_with_and_without_ridge_and_stabilisers() -> None:
    cases = symbol_cases(GROUPS, stabilisers=(False, True), variants=2)
    assert len(cases) == 4 * len(GROUPS)
    assert {case.orbits for case in cases} == {2, 3, 4, 5}
    assert {case.ridge > 0 for case in cases} == {False, True}
    assert {case.columns for case in cases} == {1, 2, 3}
    assert len({str(case) for case in cases}) == len(cases)
    by_group = {name: {case.stabilisers for case in cases if case.group == name} for name in GROUPS}
    assert all(kinds == {False, True} for kinds in by_group.values())
