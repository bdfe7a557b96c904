"""Modules induced from linear characters of subgroups, and the isotypic parts they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from .cayley_graph import CayleyGraph, IntArray
from .cosets import Cosets
from .representation import Matrices

#: Elements of the group algebra whose random combination splits an isotypic part.
_SPLITTING_TERMS = 8

#: Least gap between eigenvalues of the splitting element, relative to the largest, that counts as separated.
_LEAST_GAP = 1e-3


@dataclass(frozen=True)
class InducedModule:
    """The module induced from a linear character lambda of a subgroup H.

    Basis vectors e_i are the left cosets t_i H, and g t_i = t_j h acts as M(g) e_i = lambda(h) e_j.

    Attributes:
        graph: The group.
        cosets: The cosets t_i H.
        values: Array [h]: lambda(x_j), float64 where lambda is to be real.
    """

    graph: CayleyGraph
    cosets: Cosets
    values: Matrices

    @property
    def dimension(self) -> int:
        """N = n/h."""
        return self.cosets.index

    def act(self, left_translation: IntArray, vectors: Matrices) -> Matrices:
        """M(g) applied to the columns of `vectors` [N, d]; left_translation[x] = g x."""
        images = left_translation[self.cosets.representatives]
        moved = np.empty(vectors.shape, dtype=np.result_type(vectors, self.values))
        moved[self.cosets.coset[images]] = self.values[self.cosets.position[images], None] * vectors
        return moved

    def projection_column(self, conjugate: Matrices, i: int) -> Matrices:
        """Column i of sum_g conj(chi(g)) M(g): entry j is sum_h conj(chi(t_j h t_i^-1)) lambda(h)."""
        translation = self.graph.right_translation(int(self.graph.inverses[self.cosets.representatives[i]]))
        column: Matrices = self.values @ conjugate[translation[self.cosets.elements]]  # [N]
        return column

    def isotypic_basis(self, character: Matrices, multiplicity: int) -> Matrices:
        """Orthonormal basis [N, d m] of the part on which G acts by m copies of an irrep.

        It is the pivoted Cholesky factor of the projection P = (d/n) sum_g conj(chi(g)) M(g).  P = L L^* of rank r
        has L^* L = I, so the factor is as well conditioned as can be; the QR step only takes rounding away.

        Args:
            character: Array [n]: chi(g).
            multiplicity: m.
        """
        degree, conjugate = round(character[0].real), character.conj()
        rank = degree * multiplicity
        if rank == self.dimension:
            return np.eye(rank, dtype=np.result_type(character, self.values))
        factor = np.zeros((rank, self.dimension), dtype=np.result_type(character, self.values))
        diagonal = np.full(self.dimension, rank / self.dimension)
        for k in range(rank):
            pivot = int(np.argmax(diagonal))
            column = self.projection_column(conjugate, pivot) * (degree / self.graph.size)
            column = column - factor[:k, pivot].conj() @ factor[:k]
            factor[k] = column / np.sqrt(column[pivot].real)
            diagonal -= np.abs(factor[k]) ** 2
        basis: Matrices = np.linalg.qr(factor.T)[0]
        return basis

    def one_copy(self, basis: Matrices, degree: int) -> Matrices:
        """Orthonormal columns [N, d] that span one irreducible part of an isotypic part with basis [N, d m].

        The commutant is M_m (x) I_d in a suitable basis: a random self-adjoint element has m eigenvalues d times
        each.

        Raises:
            ArithmeticError: If no element tried has eigenvalues of that kind.
        """
        multiplicity = basis.shape[1] // degree
        if multiplicity == 1:
            return basis
        for seed in range(8):
            element = self._commutant_element(np.random.default_rng(seed))
            compressed = basis.conj().T @ (element @ basis)
            eigenvalues, vectors = np.linalg.eigh(compressed + compressed.conj().T)
            clusters = eigenvalues.reshape(multiplicity, degree)
            gaps = np.concatenate([[np.inf], clusters[1:, 0] - clusters[:-1, -1], [np.inf]])
            separation = np.minimum(gaps[:-1], gaps[1:])
            copy = int(np.argmax(separation))
            if separation[copy] > _LEAST_GAP * np.abs(eigenvalues).max():
                chosen: Matrices = basis @ vectors[:, copy * degree : (copy + 1) * degree]
                return chosen
        raise ArithmeticError(f"No element of the commutant separates {multiplicity} irreps of degree {degree}.")

    def _commutant_element(self, generator: np.random.Generator) -> csr_array:
        """A random combination of the right multiplications by e_lambda x e_lambda, [N, N], not self-adjoint.

        t e_lambda x e_lambda = (1/h) sum_h conj(lambda(h)) t h x e_lambda, where t_j h e_lambda = lambda(h) t_j
        e_lambda.
        """
        coset, phase = self.cosets.coset, self.values[self.cosets.position]
        rows, entries = [], []
        for x in generator.integers(0, self.graph.size, size=_SPLITTING_TERMS):
            image = self.graph.right_translation(int(x))
            weight: complex = generator.standard_normal()
            if np.iscomplexobj(phase):
                weight += 1j * generator.standard_normal()
            rows.append(coset[image])
            entries.append(weight * phase.conj() * phase[image] / self.values.size)
        shape = (self.dimension, self.dimension)
        positions = np.concatenate(rows), np.tile(coset, _SPLITTING_TERMS)
        return coo_array((np.concatenate(entries), positions), shape=shape).tocsr()

    def restricted(self, basis: Matrices) -> Matrices:
        """Array [letters, d, d]: B^* M(s) B for the letters s and a basis B [N, d] of an invariant subspace.

        One Newton step, X (3 I - X^* X)/2, takes the rounding away that made them not quite unitary.
        """
        moved = np.array([self.act(translation, basis) for translation in self.graph.left_translations])
        found = basis.conj().T @ moved
        unit = np.eye(basis.shape[1])
        corrected: Matrices = found @ (1.5 * unit - 0.5 * found.conj().transpose(0, 2, 1) @ found)
        return corrected
