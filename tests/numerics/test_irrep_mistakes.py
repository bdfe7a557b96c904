"""Mistakes planted in unitary irreps are noticed, and each residual measures its own law."""

import numpy as np
import pytest
from irreps_of_groups import computed, named

from orbitkernels.numerics.irreps import GroupArrays
from orbitkernels.numerics.representation_laws import residuals
from orbitkernels.proofs import irreps as joined
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.theory.names import group


class Dense:
    """A representation given by all its matrices."""

    def __init__(self, matrices):
        self.matrices = matrices

    def __call__(self, elements):
        return self.matrices[elements]

    def rows(self, vector):
        return vector @ self.matrices

    def traces(self):
        return np.trace(self.matrices, axis1=1, axis2=2)


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
    changed[3, 0, 1] += 1e-11
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
    honest = GroupArrays.irreps

    def mistaken(self, *arguments):
        irreps = honest(self, *arguments)
        irreps[3] = Dense(mistake(G, irreps[3](np.arange(G.order))))
        return irreps

    monkeypatch.setattr(GroupArrays, "irreps", mistaken)
    with pytest.raises(ArithmeticError, match="Irrep 3 of C7:C3 violates the laws"):
        unitary_irreps(G)


def test_an_irrep_in_the_place_of_another_raises(monkeypatch):
    G = group("S4")
    honest = GroupArrays.irreps
    monkeypatch.setattr(GroupArrays, "irreps", lambda *a: [*honest(*a)[:-1], honest(*a)[-2]])
    with pytest.raises(ArithmeticError, match="Irrep 4 of S4 violates the laws"):
        unitary_irreps(G)


def test_rounding_level():
    """2^-52 sqrt(d) times the number of factors: two elements, each a word in the letters."""
    G = named("S5")
    longest = max(len(G.word(g)) for g in range(G.order))
    linear, *_, last = unitary_irreps(G)
    assert linear.rounding == 2.0**-52
    assert last.rounding == pytest.approx(2.0**-52 * np.sqrt(6) * 2 * longest)


@pytest.mark.parametrize(("residual", "holds"), [(64e-15, True), (65e-15, False), (np.nan, False), (0.0, True)])
def test_largest_residual(residual, holds):
    if holds:
        joined.require(residual, 1e-15, "It")
    else:
        with pytest.raises(ArithmeticError, match=r"It violates the laws .*; rounding is about 1\.0e-15"):
            joined.require(residual, 1e-15, "It")


def test_each_residual_measures_its_own_law():
    G = named("S3")
    rho = computed(G)[2]
    chi = G.character_table().numeric[2, G.conjugacy_classes.labels].real
    assert residuals(rho, G.right_translations, chi).largest < 1e-15
    shifted = residuals(rho, G.right_translations, chi + 0.25)
    assert (shifted.character, shifted.largest) == (pytest.approx(0.25), shifted.character)
    stretched = np.diag([1.0, 2.0])
    similar = Dense(stretched @ rho(np.arange(6)) @ np.linalg.inv(stretched))
    found = residuals(similar, G.right_translations, chi)
    assert found.unitarity > 0.1
    assert max(found.homomorphism, found.character) < 1e-14 < found.largest
    wrong = rho(np.arange(6))
    wrong[4] = wrong[4] @ np.diag([1, -1]) @ wrong[4] @ wrong[4]
    assert residuals(Dense(wrong), G.right_translations, chi).homomorphism > 0.1
    norm = Dense(np.zeros((6, 2, 2)))
    assert residuals(norm, G.right_translations, np.zeros(6)).character == pytest.approx(1.0)
    assert residuals(norm, G.right_translations, np.zeros(6)).unitarity == pytest.approx(1.0)
