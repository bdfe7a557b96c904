"""Theorems A1 to A4: how many instances stand behind them, and that planted mistakes are found."""

import numpy as np
import pytest

from orbitkernels.proofs import (
    a1_augmentation,
    a2_counting_invariants,
    a3_equivariant_maps,
    a4_harmonics_of_learning,
    equivariant_checks,
    harmonics_checks,
    harmonics_in_balls,
    invariant_checks,
)
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import invariant_polynomials
from orbitkernels.theory.exact_matrices import identity
from orbitkernels.theory.invariant_polynomials import character_counts


def rng():
    return np.random.default_rng(4)


# ---------------------------------------------------------------------- A1


@pytest.mark.parametrize("level", ["exact", "enclosed", "numeric"])
def test_A1_a_ridge_that_is_not_divided_by_the_order_is_found(level, monkeypatch):
    original = a1_augmentation._three_routes
    procedure = getattr(THEOREMS["A1"], level)
    case = procedure.cases(True)[1]
    assert procedure.compare(case, rng()).holds

    def mistaken(values, labels, queries, order, ridge, predict):
        def with_one_ridge(K, r, y, k):
            return predict(K, ridge, y, k)

        return original(values, labels, queries, order, ridge, with_one_ridge)

    monkeypatch.setattr(a1_augmentation, "_three_routes", mistaken)
    found = procedure.compare(case, rng())
    assert not found.holds
    assert found.detail.startswith("prediction")


@pytest.mark.parametrize("level", ["exact", "enclosed"])
def test_A1_a_kernel_that_is_not_invariant_is_found(level, monkeypatch):
    original = a1_augmentation._integer_problem
    procedure = getattr(THEOREMS["A1"], level)
    case = procedure.cases(True)[1]

    def mistaken(case, rng):
        inner, labels, queries, order = original(case, rng)
        inner[queries, 0] += 1  # k(x_1, x_1), but not k(g x_1, g x_1)
        return inner, labels, queries, order

    monkeypatch.setattr(a1_augmentation, "_integer_problem", mistaken)
    assert not procedure.compare(case, rng()).holds


@pytest.mark.parametrize("row", [1, 2])
def test_A2_a_constant_that_is_a_little_too_small_is_found_by_single_traces(row, monkeypatch):
    """The bound on the share is a sum with room; traces of rotations of the icosahedron come near to theirs."""
    case = a2_counting_invariants.HarmonicCase("A5", row, 3, 12)
    assert THEOREMS["A2"].enclosed.compare(case, rng()).holds
    original = invariant_checks.bound_ball
    monkeypatch.setattr(invariant_checks, "bound_ball", lambda bound: original(bound) * 97 / 100)
    assert THEOREMS["A2"].enclosed.compare(case, rng()).detail.startswith("whether each trace")


# ---------------------------------------------------------------------- A3


@pytest.mark.parametrize("level", ["exact", "numeric"])
def test_A3_a_count_without_one_set_is_found(level, monkeypatch):
    procedure = getattr(THEOREMS["A3"], level)
    case = next(case for case in procedure.cases(True) if case.kind == "unions")
    assert procedure.compare(case, rng()).holds
    with monkeypatch.context() as patch:
        patch.setattr(a3_equivariant_maps, "_burnside", lambda Y, X: int(Y.fixed_points.sum()) // Y.group.order)
        assert not procedure.compare(case, rng()).holds


@pytest.mark.parametrize("level", ["exact", "numeric"])
@pytest.mark.parametrize("kind", ["cosets", "regular"])
def test_A3_a_convolution_on_the_wrong_side_is_found(level, kind, monkeypatch):
    """w(a b^-1) instead of w(b^-1 a): only in groups that are not abelian."""
    procedure = getattr(THEOREMS["A3"], level)
    case = a3_equivariant_maps.MapCase("S4" if kind == "cosets" else "Q8", kind)

    def mistaken(H, K, w):
        group = H.group
        b = group.inverse(H.left_representatives)
        return np.asarray(w)[group.multiply(K.left_representatives[:, None], b[None, :])]

    seeds = range(8)  # not every random pair of subgroups has a double coset that differs from its mirror image
    assert all(procedure.compare(case, np.random.default_rng(seed)).holds for seed in seeds)
    monkeypatch.setattr(equivariant_checks, "convolution_matrix", mistaken)
    assert not all(procedure.compare(case, np.random.default_rng(seed)).holds for seed in seeds)


def test_A3_lost_equations_are_found(monkeypatch):
    original = equivariant_checks.commutation_equations
    case = a3_equivariant_maps.MapCase("S3", "regular")
    monkeypatch.setattr(equivariant_checks, "commutation_equations", lambda Y, X: original(Y, X)[: X.degree])
    assert not THEOREMS["A3"].exact.compare(case, rng()).holds
    assert not THEOREMS["A3"].numeric.compare(case, rng()).holds


# ---------------------------------------------------------------------- A4


def homomorphisms(network):
    """Weights rho(g) for rho(g^-1): invariant under translations from the right only."""
    network.weights = network.rho


def swapped(network):
    """Two weights of other elements than the unit exchanged."""
    network.weights[1], network.weights[2] = network.weights[2], network.weights[1]


def without_form(network):
    """The unit matrix in the place of the invariant form."""
    network.__dict__["form"] = identity(len(network.rho[0]))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        *((name, change) for name in ("S3", "Q8", "C7:C3") for change in (homomorphisms, swapped)),
        ("S3", without_form),  # the exact irreps of Q8 and C7:C3 are monomial, hence unitary
        ("S4", without_form),
    ],
)
def test_A4_mistakes_in_exact_weights_are_found(name, change, monkeypatch):
    original = harmonics_checks.exact_networks
    case = a4_harmonics_of_learning.NetworkCase(name)
    assert THEOREMS["A4"].exact.compare(case, rng()).holds

    def mistaken(name):
        networks = original(name)
        change(networks[-1])
        return networks

    monkeypatch.setattr(harmonics_checks, "exact_networks", mistaken)
    assert not THEOREMS["A4"].exact.compare(case, rng()).holds


@pytest.mark.parametrize("level", ["enclosed", "numeric"])
def test_A4_translations_by_the_inverse_side_are_found(level, monkeypatch):
    """x(g h) for x(h^-1 g): the power spectrum of an antihomomorphism is not invariant under these."""
    case = a4_harmonics_of_learning.NetworkCase("C7:C3")
    group = named_group("C7:C3")
    procedure = getattr(THEOREMS["A4"], level)
    assert procedure.compare(case, rng()).holds

    class Opposite:
        """The group with the products in the other order, but the irreps of the group itself."""

        def __getattr__(self, key):
            return getattr(group, key)

        def multiply(self, g, h):
            return group.multiply(h, g)

        @property
        def table(self):
            return group.table.T

    monkeypatch.setattr(a4_harmonics_of_learning, "named_group", lambda name: Opposite())
    monkeypatch.setattr("orbitkernels.proofs.irreps.unitary_irreps", lambda _: unitary_irreps(group))
    found = procedure.compare(case, rng())
    assert not found.holds
    assert found.detail.startswith("output")


def test_A4_a_network_that_is_called_invariant_by_mistake_is_found(monkeypatch):
    original = harmonics_checks.unitary_antihomomorphisms
    case = a4_harmonics_of_learning.ExhaustiveCase("C4", "the quaternion units")
    assert THEOREMS["A4"].exact.compare(case, rng()).holds

    def commuting(group, W):
        """V(gh) = V(h) V(g) = V(g) V(h): too much to ask."""
        return [one and not (w[1] == w[3]).all() for one, w in zip(original(group, W), W, strict=True)]

    monkeypatch.setattr(harmonics_checks, "unitary_antihomomorphisms", commuting)
    assert not THEOREMS["A4"].exact.compare(case, rng()).holds


def test_A4_a_wrong_first_factor_of_the_form_is_found(monkeypatch):
    case = a4_harmonics_of_learning.NetworkCase("S4")
    original = harmonics_in_balls.cholesky
    monkeypatch.setattr(harmonics_in_balls, "cholesky", lambda Q: original(Q) + (0 * Q + 1) * 0.001)
    assert not THEOREMS["A4"].enclosed.compare(case, rng()).holds


# ---------------------------------------------------------------------- A2


@pytest.mark.parametrize(
    ("name", "row", "numerator", "degrees"),
    [
        ("A4", 3, (0, 6), (3, 4)),
        ("S4", None, (0, 9), (4, 6)),
        ("A5", 1, (0, 15), (6, 10)),
        ("A5", 2, (0, 15), (6, 10)),
    ],
)
def test_A2_rotations_of_the_platonic_solids_have_their_classical_series(name, row, numerator, degrees):
    """Harmonics: (1 + t^a)/((1 - t^b)(1 - t^c)), with b and c the degrees of the basic invariants beside |x|^2."""
    group = named_group(name)
    if row is None:  # the rotations of the cube: the irrep of degree 3 whose quarter turns have the trace 1
        table, orders = group.character_table(), group.conjugacy_classes.element_orders.tolist()
        quarter = orders.index(4)
        row = next(i for i in range(len(table)) if table.degrees[i] == 3 and table.values[i][quarter] == 1)
    expected = [
        sum(k == a + i * degrees[0] + j * degrees[1] for a in numerator for i in range(9) for j in range(9))
        for k in range(25)
    ]
    assert character_counts(group, row, 24) == expected


@pytest.mark.parametrize("signed", [False, True])
def test_A2_lost_factors_and_signs_are_found_exactly(signed, monkeypatch):
    case = a2_counting_invariants.PolynomialCase("Q8", 4 if signed else 3, signed)
    procedure = THEOREMS["A2"].exact
    assert procedure.compare(case, rng()).holds
    with monkeypatch.context() as patch:
        patch.setattr(invariant_polynomials, "_without_radius", lambda counts: counts)
        assert not procedure.compare(case, rng()).holds
    with monkeypatch.context() as patch:
        patch.setattr(invariant_polynomials, "laplacian_matrix", lambda d, k: np.zeros((0, 1), dtype=np.int64))
        assert not procedure.compare(case, rng()).holds
    if signed:
        original = invariant_polynomials.SignedPermutations.image
        monkeypatch.setattr(
            invariant_polynomials.SignedPermutations, "image", lambda rho, g, a: (original(rho, g, a)[0], 1)
        )
        assert not procedure.compare(case, rng()).holds


def test_A2_eigenvalues_of_half_the_angle_are_found_in_balls(monkeypatch):
    case = a2_counting_invariants.HarmonicCase("C7:C3", 3, 6, 12)
    procedure = THEOREMS["A2"].enclosed
    assert procedure.compare(case, rng()).holds
    original = invariant_polynomials.character_angles

    def without_conjugates(group, row, cls):
        found = original(group, row, cls)
        return found[:3] * 2

    monkeypatch.setattr(invariant_polynomials, "character_angles", without_conjugates)
    assert not procedure.compare(case, rng()).holds


@pytest.mark.parametrize(("name", "row", "degree"), [("A5", 1, 3), ("S4", 3, 3), ("Q8", 4, 4)])
def test_A2_a_bound_that_is_too_small_is_found_in_balls(name, row, degree, monkeypatch):
    case = a2_counting_invariants.HarmonicCase(name, row, degree, 60)
    assert THEOREMS["A2"].enclosed.compare(case, rng()).holds
    original = invariant_checks.bound_ball
    monkeypatch.setattr(invariant_checks, "bound_ball", lambda bound: original(bound) / 3)
    found = THEOREMS["A2"].enclosed.compare(case, rng())
    assert not found.holds
    assert found.detail.startswith("whether the share")


def test_A2_points_that_are_turned_by_no_group_are_found(monkeypatch):
    case = a2_counting_invariants.HarmonicCase("A5", 1, 3, 6)
    assert THEOREMS["A2"].numeric.compare(case, rng()).holds
    original = a2_counting_invariants._orthogonal
    monkeypatch.setattr(a2_counting_invariants, "_orthogonal", lambda *arguments: original(*arguments)[1:])
    assert not THEOREMS["A2"].numeric.compare(case, rng()).holds
