"""Adapted irreps of a group from those of any subgroup, by splitting induced representations.

The representation of K induced from an irrep sigma of H acts on q copies of its space, one a coset t_i H, by
Ind(g) (t_i (x) v) = t_j (x) sigma(h) v where g t_i = t_j h.  Its commutant is known from intertwiners: T from
sigma to the restriction of Ind to H extends to C (t_i (x) v) = Ind(t_i) T v.  The eigenspaces of a random
self-adjoint element of the commutant are irreps of K.  Every irrep of K occurs for some sigma (Frobenius
reciprocity), and sigma is taken only while the irreps found do not fill the representation induced from it.

An irrep rho so found is then adapted to H: orthonormal intertwiners from the irreps of H to rho, as many as the
characters say, are the columns of the basis.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .adapted_irreps import AdaptedIrreps, Block, Family, IntArray, Level, Matrices
from .intertwiners import average, nearest_unitary, random_matrix

Product = Callable[[IntArray, IntArray], IntArray]

#: Least gap between eigenvalues of the splitting element, relative to the largest, that counts as separated.
_LEAST_GAP = 1e-3

#: Distance of eigenvalues, relative to the largest, below which they belong to one irrep.
_EQUAL = 1e-9


@dataclass(frozen=True)
class ClassPositions:
    """Positions of representatives [k] of the conjugacy classes of a group, and their sizes [k]."""

    representatives: IntArray
    sizes: IntArray

    def inner_products(self, rows: Matrices, others: Matrices) -> npt.NDArray[np.float64]:
        """(1/n) sum_g conj(chi(g)) psi(g) for characters on the classes, [rows, others]."""
        products: npt.NDArray[np.float64] = ((rows.conj() * self.sizes) @ others.T).real / self.sizes.sum()
        return products


@dataclass(frozen=True)
class _Found:
    """An irrep of K in an adapted basis.

    Attributes:
        matrices: Array [q, d, d]: rho(t_j).
        blocks: Family and member of each block, in order.
        character: Values on the classes of K.
    """

    matrices: Matrices
    blocks: tuple[tuple[int, int], ...]
    character: Matrices

    @property
    def degree(self) -> int:
        """Degree d."""
        return int(self.matrices.shape[1])


def induced_level(
    irreps: AdaptedIrreps, index: int, product: Product, classes: ClassPositions, classes_below: ClassPositions
) -> Level:
    """Irreps of K from those of a subgroup H of any index.

    Args:
        irreps: Irreps of H.
        index: q.
        product: Position of g h from those of g and h.
        classes: Classes of K.
        classes_below: Classes of H.

    Raises:
        ArithmeticError: If the irreps found do not fill the regular representation.
    """
    step = _Step(irreps, index, product, classes, classes_below)
    order = index * irreps.order
    for name in sorted(step.names, key=lambda name: irreps.shapes[name[0]][1]):
        step.split(name)
        if sum(rho.degree**2 for rho in step.found) == order:
            return Level(index, _families(step.found, irreps.shapes))
    raise ArithmeticError(f"The irreps found have squared degrees that do not sum to {order}.")


def _families(found: Sequence[_Found], shapes: Sequence[tuple[int, int]]) -> tuple[Family, ...]:
    """Irreps whose blocks come from the same families, together."""
    by_shape: dict[tuple[int, ...], list[_Found]] = defaultdict(list)
    for rho in found:
        by_shape[rho.degree, *(family for family, _ in rho.blocks)].append(rho)
    families = []
    for _, rhos in sorted(by_shape.items()):
        blocks, start = [], 0
        for number, (family, _) in enumerate(rhos[0].blocks):
            members = np.array([rho.blocks[number][1] for rho in rhos])
            blocks.append(Block(family, members, start, shapes[family][1]))
            start += shapes[family][1]
        families.append(Family(np.stack([rho.matrices for rho in rhos]), tuple(blocks)))
    return tuple(families)


class _Step:
    """The representations induced from irreps of H, and the irreps of K found in them."""

    def __init__(
        self, irreps: AdaptedIrreps, index: int, product: Product, classes: ClassPositions, below: ClassPositions
    ) -> None:
        self.irreps, self.index, self.classes, self.below = irreps, index, classes, below
        self.found: list[_Found] = []
        self.names = [(f, i) for f, (size, _) in enumerate(irreps.shapes) for i in range(size)]
        self._characters = irreps.traces(below.representatives)
        self._averaging, self._cosets = irreps.averaging_steps(), irreps.order * np.arange(index)
        wanted = [*self._averaging, self._cosets, classes.representatives, below.representatives]
        self._elements = np.unique(np.concatenate(wanted))
        images = product(self._elements[:, None], self._cosets[None, :])
        self._targets, rest = np.divmod(images, irreps.order)  # g t_i = t_j h: j and h, [elements, q]
        self._inner, inverse = np.unique(rest, return_inverse=True)
        self._inner_of = inverse.reshape(rest.shape)

    def split(self, name: tuple[int, int]) -> None:
        """Adds the irreps of K over an irrep of H that are not known yet."""
        family, member = name
        sigma = self.irreps.matrices(family, [member], self._inner)[0]  # [inner, e, e]
        seed = 0
        while self._unknown(name) > 0:
            if seed == 8:
                raise ArithmeticError("No element of the commutant splits an induced representation.")
            # a real commutant may be a field of complex numbers or quaternions, so real numbers are only tried
            element = self._commutant_element(sigma, name, seed, real=not np.iscomplexobj(sigma) and seed < 2)
            for basis in self._eigenspaces(element):
                self._add(sigma, basis)
            seed += 1

    def _unknown(self, name: tuple[int, int]) -> int:
        """Dimension of the induced representation less that of the known irreps in it."""
        known = sum(rho.degree * rho.blocks.count(name) for rho in self.found)
        return self.index * self.irreps.shapes[name[0]][1] - known

    def _act(self, sigma: Matrices, elements: IntArray, vectors: Matrices) -> Matrices:
        """Ind(g) applied to the columns of `vectors` [q e, c], for each g; array [elements, q e, c]."""
        rows = np.searchsorted(self._elements, elements)
        degree = sigma.shape[1]
        parts = sigma[self._inner_of[rows]] @ vectors.reshape(self.index, degree, -1)  # [elements, q, e, c]
        moved = np.empty_like(parts)
        moved[np.arange(rows.size)[:, None], self._targets[rows]] = parts
        return moved.reshape(rows.size, *vectors.shape)

    def _commutant_element(self, sigma: Matrices, name: tuple[int, int], seed: int, real: bool) -> Matrices:
        """A random self-adjoint matrix [q e, q e] that commutes with Ind."""
        degree = sigma.shape[1]
        T = random_matrix((self.index * degree, degree), seed, real)
        for elements in self._averaging:
            right = self.irreps.matrices(name[0], [name[1]], elements)[0].conj().swapaxes(1, 2)
            T = np.mean(self._act(sigma, elements, T) @ right, axis=0)
        columns = self._act(sigma, self._cosets, T)  # block column i is Ind(t_i) T
        element = columns.transpose(1, 0, 2).reshape(len(T), -1)
        adjoint: Matrices = element + element.conj().T
        return adjoint

    def _eigenspaces(self, element: Matrices) -> list[Matrices]:
        """Orthonormal bases of the eigenspaces that are well separated from all others."""
        eigenvalues, vectors = np.linalg.eigh(element)
        scale = np.abs(eigenvalues).max()
        gaps = np.diff(eigenvalues)
        starts = np.concatenate([[0], np.flatnonzero(gaps > _EQUAL * scale) + 1, [eigenvalues.size]])
        room = np.concatenate([[np.inf], gaps[starts[1:-1] - 1], [np.inf]]) > _LEAST_GAP * scale
        wide = np.flatnonzero(room[:-1] & room[1:])
        return [vectors[:, starts[k] : starts[k + 1]] for k in wide]

    def _character(self, sigma: Matrices, elements: IntArray, basis: Matrices) -> Matrices:
        """Traces of Ind(g) on the span of orthonormal columns."""
        return np.array([np.vdot(basis, self._act(sigma, g, basis)[0]) for g in elements[:, None]])

    def _add(self, sigma: Matrices, basis: Matrices) -> None:
        """Adds the irrep on an eigenspace, unless it is reducible or known."""
        character = self._character(sigma, self.classes.representatives, basis)
        rows = np.array([character, *(rho.character for rho in self.found)])
        norm, *overlaps = self.classes.inner_products(rows, character[None, :])[:, 0]
        if norm > 1.5 or any(overlap > 0.5 for overlap in overlaps):
            return
        restricted = self._character(sigma, self.below.representatives, basis)
        names, columns = self._adapted_basis(sigma, basis, restricted)
        matrices = self._compressed(sigma, self._cosets, basis @ columns)
        self.found.append(_Found(matrices, names, character))

    def _compressed(self, sigma: Matrices, elements: IntArray, basis: Matrices) -> Matrices:
        """Matrices [elements, d, d] of Ind(g) on the span of orthonormal columns."""
        return nearest_unitary(basis.conj().T @ self._act(sigma, elements, basis))

    def _adapted_basis(
        self, sigma: Matrices, basis: Matrices, restricted: Matrices
    ) -> tuple[tuple[tuple[int, int], ...], Matrices]:
        """Blocks and a unitary matrix [d, d] whose columns split the restriction to H into the irreps of H."""
        left = [self._compressed(sigma, elements, basis) for elements in self._averaging]
        counts = np.rint(self.below.inner_products(self._characters, restricted[None, :])[:, 0]).astype(int)
        names, columns = [], []
        for position in np.flatnonzero(counts).tolist():
            name = self.names[position]
            names += [name] * int(counts[position])
            columns += self._copies(left, name, int(counts[position]), basis.shape[1])
        return tuple(names), nearest_unitary(np.concatenate(columns, axis=1))

    def _copies(self, left: Sequence[Matrices], name: tuple[int, int], count: int, degree: int) -> list[Matrices]:
        """Intertwiners [d, e] from an irrep of H whose columns are orthonormal all together."""
        right = [self.irreps.matrices(name[0], [name[1]], elements)[0] for elements in self._averaging]
        real = not any(np.iscomplexobj(a) for a in (*left, *right))
        e = self.irreps.shapes[name[0]][1]
        found: list[Matrices] = []
        for seed in range(8 * count):
            T = average(left, right, random_matrix((degree, e), seed, real))
            before = np.linalg.norm(T)
            for _ in range(2):  # twice is enough for orthogonality up to rounding
                for other in found:
                    T = T - other * (np.vdot(other, T) / e)
            if np.linalg.norm(T) > 0.05 * before:
                found.append(T * (np.sqrt(e) / np.linalg.norm(T)))
            if len(found) == count:
                return found
        raise ArithmeticError(f"The restriction holds fewer than {count} copies of an irrep of the subgroup.")
