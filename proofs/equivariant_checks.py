"""Equivariant linear maps between permutation representations: equations, orbits of pairs, double cosets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.permutation_actions import PermutationAction

from .instances import IntArray, named_group
from .permutation_instances import random_action, small_action

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.subgroups import Subgroup

#: Groups of the steps' instances.
WITNESSES = ("C4", "S3", "Q8", "A4", "C7:C3")


def pair_action(Y: PermutationAction, X: PermutationAction) -> PermutationAction:
    """G on the pairs (y, x), numbered y |X| + x, by g(y, x) = (gy, gx)."""
    images = Y.permutations[:, :, None] * X.degree + X.permutations[:, None, :]
    return PermutationAction(X.group, images.reshape(X.group.order, -1))


def commutation_equations(Y: PermutationAction, X: PermutationAction) -> IntArray:
    """Rows of L_{sy, x} - L_{y, s^-1 x} = 0 for the generators s: P_Y(s)^-1 L = L P_X(s)^-1.

    Returns:
        Array [generators |Y| |X|, |Y| |X|] with entries -1, 0, 1; no rows for the trivial group.
    """
    unknowns = Y.degree * X.degree
    index = np.arange(unknowns).reshape(Y.degree, X.degree)
    rows = np.arange(unknowns)
    found = [np.zeros((0, unknowns), dtype=np.int64)]
    for s in X.group.generators:
        equations = np.zeros((unknowns, unknowns), dtype=np.int64)
        np.add.at(equations, (rows, index[Y.permutations[s], :].ravel()), 1)
        np.add.at(equations, (rows, index[:, X.permutations[int(X.group.inverse(s))]].ravel()), -1)
        found.append(equations)
    return np.concatenate(found)


def nullity(equations: IntArray) -> int:
    """Dimension of the solutions over the rationals."""
    from flint import fmpz_mat

    rows, unknowns = equations.shape
    rank = int(fmpz_mat(equations.tolist()).rank()) if rows else 0
    return int(unknowns) - rank


def orbit_count(action: PermutationAction) -> int:
    """Number of orbits, as the components of the graph whose edges are the steps of the generators."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(action.degree))
    for s in action.group.generators:
        graph.add_edges_from(enumerate(action.permutations[s].tolist()))
    return int(networkx.number_connected_components(graph))


def double_cosets(H: Subgroup, K: Subgroup) -> IntArray:
    """Array [n]: the least element of H g K for every g."""
    group = H.group
    every = np.arange(group.order)
    left = group.multiply(H.elements[:, None], every[None, :])  # [h, g]
    products = group.multiply(left[:, None, :], K.elements[None, :, None])  # [h, k, g]
    smallest: IntArray = products.min(axis=(0, 1))
    return smallest


def convolution_matrix(H: Subgroup, K: Subgroup, w: Any) -> Any:
    """L_{aK, bH} = w(b^-1 a), array [|G/K|, |G/H|]; w is an array [n] that is constant on the sets H g K."""
    group = H.group
    quotients = group.multiply(
        group.inverse(H.left_representatives)[None, :], K.left_representatives[:, None]
    )  # b^-1 a
    return np.asarray(w)[quotients]


# ---------------------------------------------------------------------- instances of the steps


def witnessed(*checks: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step: all checks on every group."""

    def all_hold(name: str) -> bool:
        return all(check(name) for check in checks)

    return [(name, partial(all_hold, name)) for name in WITNESSES]


def _sets(name: str) -> tuple[PermutationAction, PermutationAction]:
    """Two sets with several orbits each, by the name of the group."""
    rng = np.random.default_rng(len(name))
    X = small_action(name)
    Y = random_action(named_group(name), 2, rng)
    return Y, X


def conjugation_moves_entries(name: str) -> bool:
    """Whether [P_Y(g) L P_X(g)^-1]_{gy, gx} = L_{y, x} for all g, with permutation matrices written out."""
    Y, X = _sets(name)
    L = np.arange(Y.degree * X.degree).reshape(Y.degree, X.degree)
    for g in range(X.group.order):
        P, Q = (np.zeros((a.degree, a.degree), dtype=np.int64) for a in (Y, X))
        P[Y.permutations[g], np.arange(Y.degree)] = 1
        Q[X.permutations[g], np.arange(X.degree)] = 1
        moved = P @ L @ Q.T
        if not np.array_equal(moved[np.ix_(Y.permutations[g], X.permutations[g])], L):
            return False
    return True


def indicators_are_a_basis(name: str) -> bool:
    """Whether the indicators of the orbits on pairs solve the equations and are as many as the nullity."""
    Y, X = _sets(name)
    labels = pair_action(Y, X).orbit_labels
    indicators = (labels[None, :] == np.arange(labels.max() + 1)[:, None]).astype(np.int64)
    equations = commutation_equations(Y, X)
    return not (equations @ indicators.T).any() and nullity(equations) == len(indicators)


def fixed_pairs_multiply(name: str) -> bool:
    """Whether fix_{Y x X}(g) = fix_Y(g) fix_X(g), and the sum over g is n times the number of orbits."""
    Y, X = _sets(name)
    pairs = pair_action(Y, X)
    product = Y.fixed_points * X.fixed_points
    return np.array_equal(pairs.fixed_points, product) and int(product.sum()) == X.group.order * orbit_count(pairs)


def _subgroups(name: str) -> list[tuple[Subgroup, Subgroup]]:
    """All pairs of cyclic subgroups generated by representatives of the classes, the unit's among them."""
    group: FiniteGroup = named_group(name)
    cyclic = [group.subgroup([g]) for g in group.conjugacy_classes.representatives.tolist()]
    return [(H, K) for H in cyclic for K in cyclic]


def orbits_are_double_cosets(name: str) -> bool:
    """Whether pairs (aK, bH) lie on one orbit exactly if the elements b^-1 a lie in one double coset H g K."""
    for H, K in _subgroups(name):
        pairs = pair_action(PermutationAction.on_cosets(K), PermutationAction.on_cosets(H))
        cosets = convolution_matrix(H, K, double_cosets(H, K)).ravel()
        labels = pairs.orbit_labels
        if len({*zip(labels.tolist(), cosets.tolist(), strict=True)}) != labels.max() + 1:
            return False
        if len(set(cosets.tolist())) != labels.max() + 1:
            return False
    return True


def regular_maps_are_convolutions(name: str) -> bool:
    """Whether f -> f * w commutes with G for every w, by the convolutions with unit vectors w, which are n."""
    group = named_group(name)
    unit = group.subgroup([])
    action = PermutationAction.on_cosets(unit)
    equations = commutation_equations(action, action)
    basis = [convolution_matrix(unit, unit, w).ravel() for w in np.eye(group.order, dtype=np.int64)]
    independent = int(np.sum(basis, axis=0).min()) == 1  # disjoint supports that cover all entries
    return independent and not (equations @ np.array(basis).T).any()
