"""Spherical functions of Gelfand pairs, exactly, and zonal matrices where an irrep has several fixed vectors.

Let U be an orthonormal basis of the vectors of rho that H fixes, of dimension m.  The zonal matrix
Z(g) = U^* rho(g) U depends on the double coset HgH only, and its trace is (1/|H|) sum_h chi(h g).  For a Gelfand
pair m is 0 or 1 and Z = omega_rho is a function, the spherical function.  Source: P. Diaconis, "Group
Representations in Probability and Statistics", 1988, chapter 3F; I. G. Macdonald, "Symmetric Functions and Hall
Polynomials", 1995, chapter VII.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from orbitkernels.errors import InputError

from .class_functions import permutation_character
from .cyclotomics import Cyclotomic, Exact, exact_number, weighted_sum
from .double_cosets import DoubleCosets
from .exact_matrices import Matrix, combination, product
from .integer_input import shown
from .irreps import ExactIrrep
from .laws import IntArray
from .spectra import fixed_bases
from .subgroups import Subgroup

#: Largest number of double cosets of a Gelfand pair; there are as many spherical functions.
MAX_RANK = 400


def zonal_traces(cosets: DoubleCosets, rows: Sequence[int]) -> tuple[tuple[Cyclotomic, ...], ...]:
    """(1/|H|) sum_h chi(h g) for a g of each double coset HgH, the trace of U^* rho(g) U.

    Args:
        cosets: The double cosets HgH of one subgroup.
        rows: Rows of the character table of G.

    Returns:
        Numbers [rows][double cosets].

    Example:
        >>> from orbitkernels.theory.double_cosets import DoubleCosets
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.spherical_functions import zonal_traces
        >>> S3 = group("S3")
        >>> H = S3.subgroup([S3.element("a")])
        >>> [[str(value) for value in row] for row in zonal_traces(DoubleCosets(H, H), [0, 1, 2])]
        [['1', '1'], ['0', '0'], ['1', '-1/2']]
    """
    H = cosets.left
    table, labels = H.group.character_table(), H.group.conjugacy_classes.labels
    met = labels[H.group.multiply(H.elements, cosets.representatives[:, None])]  # [r, |H|]
    counted = [np.unique(row, return_counts=True) for row in met]
    weights = [[Fraction(int(c), H.order) for c in counts] for _, counts in counted]
    chosen = [classes.tolist() for classes, _ in counted]
    return tuple(
        tuple(weighted_sum(w, [table.values[row][k] for k in ks]) for w, ks in zip(weights, chosen, strict=True))
        for row in rows
    )


class SphericalFunctions:
    """The spherical functions omega_rho of a Gelfand pair (G, H), one an irrep with an H-fixed vector.

    Args:
        subgroup: H.

    Attributes:
        subgroup: H, of index N.
        cosets: Its double cosets HgH.
        rows: Rows of the character table: the irreps that occur in the functions on G/H.
        degrees: Array [r] of their degrees.
        values: omega_rho on the double cosets, [r][r]; 1 at HeH = H.

    Raises:
        InputError: If (G, H) is no Gelfand pair, or has more than MAX_RANK double cosets.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.spherical_functions import SphericalFunctions
        >>> D5 = group("D5")
        >>> pentagon = SphericalFunctions(D5.subgroup([D5.element("s")]))
        >>> [str(value) for value in pentagon.eigenvalues[0]], pentagon.degrees.tolist()
        (['1', '2', '2'], [1, 2, 2])
        >>> sorted(str(row[1].to_sympy()) for row in pentagon.eigenvalues[1:])
        ['-1/2 + sqrt(5)/2', '-sqrt(5)/2 - 1/2']
    """

    def __init__(self, subgroup: Subgroup) -> None:
        self.subgroup, self.cosets = subgroup, DoubleCosets(subgroup, subgroup)
        if len(self.cosets) > MAX_RANK:
            raise InputError(
                f"Argument 'subgroup' has {len(self.cosets)} double cosets in {subgroup.group.name}; the limit is "
                f"{MAX_RANK}. Take a larger subgroup."
            )
        multiplicities = permutation_character(subgroup).decompose()
        largest = max(multiplicities)
        if largest > 1:
            raise InputError(
                f"Argument 'subgroup' makes no Gelfand pair with {subgroup.group.name}: irrep "
                f"{multiplicities.index(largest)} occurs {largest} times on its cosets; use zonal_matrices()."
            )
        self.rows = tuple(row for row, m in enumerate(multiplicities) if m)
        self.degrees: IntArray = subgroup.group.character_table().degrees[list(self.rows)]
        self.values = zonal_traces(self.cosets, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, i: int, g: int) -> Cyclotomic:
        """omega of row i of the values at an element g of G."""
        return self.values[i][int(self.cosets.labels[self.subgroup.group.elements(g)])]

    @cached_property
    def eigenvalues(self) -> tuple[tuple[Cyclotomic, ...], ...]:
        """Numbers [r][r]: k_j omega_rho(g_j), the eigenvalues of the adjacency matrices A_j, each d_rho times.

        A_j joins x H and y H if x^-1 y lies in double coset j; its row sums are k_j (Theorem C9).  This is the
        first eigenmatrix of the association scheme.
        """
        k = self.cosets.subdegrees.tolist()
        return tuple(tuple(value * size for value, size in zip(row, k, strict=True)) for row in self.values)

    def transform(self, f: Sequence[Cyclotomic | Exact]) -> tuple[Cyclotomic, ...]:
        """Spherical transform sum_j k_j f_j omega_rho(g_j): the eigenvalues of the kernel f(x^-1 y) on G/H.

        Args:
            f: One number a double coset: integers, fractions or cyclotomic numbers.

        Returns:
            One number a spherical function; it is an eigenvalue d_rho times.

        Raises:
            InputError: If there are too few or too many numbers, or one is not exact.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.spherical_functions import SphericalFunctions
            >>> S4 = group("S4")
            >>> points = SphericalFunctions(S4.subgroup([1, 2]))
            >>> [str(value) for value in points.transform([5, 1])]      # 4 points, 5 on the diagonal, 1 elsewhere
            ['8', '4']
        """
        numbers = self._numbers("f", f)
        return tuple(weighted_sum([1] * len(self), row, numbers) for row in self.eigenvalues)

    def inverse_transform(self, transformed: Sequence[Cyclotomic | Exact]) -> tuple[Cyclotomic, ...]:
        """The f with a given spherical transform: f_j = (1/N) sum_rho d_rho F_rho conj(omega_rho(g_j)).

        Args:
            transformed: F, one number a spherical function.

        Raises:
            InputError: If there are too few or too many numbers, or one is not exact.
        """
        numbers = self._numbers("transformed", transformed)
        weights = [Fraction(int(d), self.subgroup.index) for d in self.degrees]
        return tuple(
            weighted_sum(weights, numbers, [row[j].conjugate() for row in self.values]) for j in range(len(self))
        )

    def intersection_numbers(self, i: int, j: int) -> tuple[int, ...]:
        """The p_k with A_i A_j = sum_k p_k A_k, from the products of eigenvalues.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.spherical_functions import SphericalFunctions
            >>> S4 = group("S4")
            >>> SphericalFunctions(S4.subgroup([1, 2])).intersection_numbers(1, 1)
            (3, 2)
        """
        found = self.inverse_transform([row[i] * row[j] for row in self.eigenvalues])
        return tuple(int(value.as_fraction()) for value in found)

    def _numbers(self, name: str, values: Sequence[Cyclotomic | Exact]) -> list[Cyclotomic]:
        """Exact numbers, as many as there are spherical functions."""
        found = [exact_number(value) for value in values]
        if len(found) != len(self) or any(value is None for value in found):
            raise InputError(
                f"Argument '{name}' must hold {len(self)} integers, fractions or cyclotomic numbers, not "
                f"{shown(list(values))}."
            )
        return [value for value in found if value is not None]

    def __repr__(self) -> str:
        return f"<SphericalFunctions of {self.subgroup.group.name} on {self.subgroup.index} points: {len(self)}>"


def zonal_matrices(irrep: ExactIrrep, cosets: DoubleCosets) -> tuple[Matrix, ...]:
    """W_H rho(g) V_K for a g of each double coset HgK: U_H^* rho(g) U_K of Theorem T4 in another basis.

    V_K is a basis of the vectors that K fixes, W_H the dual one of those that H fixes (W_H V_H = I), since exact
    irreps are not always unitary.  A kernel with the symbol phi on pairs of orbits G/H and G/K has the Fourier
    block sum_j k_j phi(g_j) W_H rho(g_j) V_K, with k_j = |H g_j K|/|K|.

    Args:
        irrep: rho.
        cosets: The double cosets of H and K.

    Returns:
        One matrix a double coset, with as many rows as H has fixed vectors and as many columns as K has.

    Example:
        >>> from orbitkernels.theory.double_cosets import DoubleCosets
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.spherical_functions import zonal_matrices
        >>> S3 = group("S3")
        >>> H = S3.subgroup([S3.element("a")])
        >>> [str(Z[0][0]) for Z in zonal_matrices(S3.irreps(exact=True)[2], DoubleCosets(H, H))]
        ['1', '-1/2']
    """
    dual = _fixed_bases(irrep, cosets.left)[1]
    basis = _fixed_bases(irrep, cosets.right)[0]
    return tuple(product(product(dual, irrep.matrix(g)), basis) for g in cosets.representatives.tolist())


def zonal_block(irrep: ExactIrrep, cosets: DoubleCosets, values: Sequence[Exact]) -> Matrix:
    """The block sum_j k_j phi_j W_H rho(g_j) V_K of a symbol with the value phi_j on double coset j.

    Args:
        irrep: rho.
        cosets: The double cosets HgK.
        values: phi_j, rational numbers.
    """
    weights = [int(k) * value for k, value in zip(cosets.subdegrees, values, strict=True)]
    total = combination(weights, [irrep.matrix(g) for g in cosets.representatives.tolist()])
    return product(product(_fixed_bases(irrep, cosets.left)[1], total), _fixed_bases(irrep, cosets.right)[0])


def _fixed_bases(irrep: ExactIrrep, subgroup: Subgroup) -> tuple[Matrix, Matrix]:
    """Basis V of the vectors that a subgroup fixes and its dual W, from the matrices of its elements alone."""
    return fixed_bases({h: irrep.matrix(h) for h in subgroup.elements.tolist()}, subgroup)
