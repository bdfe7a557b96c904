"""Character tables of finite groups, exact and proved orthogonal when they are made."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .character_routes import spectral_characters
from .character_spectra import SpectralCharacters
from .cyclotomic_forms import nearest_complex
from .cyclotomics import Cyclotomic
from .groups import FiniteGroup
from .laws import IntArray
from .orthogonality import prove_orthogonality, unit_generators

if TYPE_CHECKING:
    from .class_functions import ClassFunction

#: Largest number of conjugacy classes of a group whose table is computed.
MAX_CLASSES = 10_000

#: Bytes an entry at the peak of the computation and of the proof, measured for C10000 and D19990.
_BYTES = 17


class CharacterTable:
    """The irreducible characters of a finite group.

    Rows are sorted by degree, then by eigenvalues along the classes with eigenvalue 1 first: the trivial character
    is row 0.  Columns are ``group.conjugacy_classes``; column 0 is the identity.

    Args:
        group: The group.
        characters: Its characters through eigenvalues; both orthogonality relations are proved
            (:func:`~orbitkernels.theory.orthogonality.prove_orthogonality`) before the table exists.

    Attributes:
        group: The group.
        classes: Its conjugacy classes.
        characters: Which eigenvalues each character has on each class.
        degrees: Array [k].
        indicators: Array [k] of Frobenius-Schur indicators: 1 real, 0 complex, -1 quaternionic.
        primes: The primes of the proof of orthogonality.

    Raises:
        CharacterTableError: If an exact check fails.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]], name="S3")
        >>> table = CharacterTable.of_group(S3)
        >>> table.degrees.tolist(), table.indicators.tolist()
        ([1, 1, 2], [1, 1, 1])
        >>> print(*table.values[2])
        2 0 -1
    """

    def __init__(self, group: FiniteGroup, characters: SpectralCharacters) -> None:
        self.group, self.classes, self.characters = group, group.conjugacy_classes, characters
        proof = prove_orthogonality(group, characters)
        self.primes, self.indicators = proof.primes, proof.indicators
        self.degrees: IntArray = np.array(
            [dict(characters.spectra[s])[0] for s in characters.index[:, 0]], dtype=np.int64
        )

    @classmethod
    def of_group(cls, group: FiniteGroup) -> CharacterTable:
        """The table of a group; :meth:`FiniteGroup.character_table` keeps it.

        Raises:
            InputError: If the group has more than MAX_CLASSES conjugacy classes, or no closed form and more than
                MAX_COSET_CLASSES of them in its commutator subgroup.
        """
        k = len(group.conjugacy_classes)
        if k > MAX_CLASSES:
            raise InputError(
                f"The character table of {group.name} would have {k} x {k} entries and need about "
                f"{_BYTES * k * k / 2**30:.1f} GiB; use a group with at most {MAX_CLASSES} conjugacy classes."
            )
        return cls(group, spectral_characters(group))

    def verify_orthogonality(self) -> None:
        """Proves both orthogonality relations once more.

        Raises:
            CharacterTableError: If an exact check fails.
        """
        prove_orthogonality(self.group, self.characters)

    def __len__(self) -> int:
        return int(self.degrees.size)

    # ------------------------------------------------------------------ values

    @cached_property
    def distinct_values(self) -> tuple[Cyclotomic, ...]:
        """One number a spectrum: values[i][j] = distinct_values[characters.index[i, j]]."""
        e = self.group.exponent
        return tuple(Cyclotomic.from_terms(e, spectrum) for spectrum in self.characters.spectra)

    @cached_property
    def values(self) -> tuple[tuple[Cyclotomic, ...], ...]:
        """The character values, values[i][j] = chi_i(C_j)."""
        distinct = self.distinct_values
        return tuple(tuple(distinct[s] for s in row) for row in self.characters.index.tolist())

    @cached_property
    def numeric(self) -> npt.NDArray[np.complex128]:
        """Array [k, k] of the values, each part correct to one unit in the last place, zeros exactly zero."""
        e = self.group.exponent
        distinct = [nearest_complex(e, spectrum) for spectrum in self.characters.spectra]
        return np.array(distinct, dtype=np.complex128)[self.characters.index]

    def multiplicities(self, i: int, j: int) -> IntArray:
        """Array [o]: how often E(o)^l is an eigenvalue of rho_i(g), g in class j of element order o.

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> S3.character_table().multiplicities(2, 2).tolist()
            [0, 1, 1]
        """
        order = int(self.classes.element_orders[j])
        counts = np.zeros(order, dtype=np.int64)
        for a, m in self.characters.spectra[self.characters.index[i, j]]:
            counts[a // (self.group.exponent // order)] = m
        return counts

    # ------------------------------------------------------------------ Galois action

    @cached_property
    def conjugates(self) -> IntArray:
        """Array [k]: the row of the complex conjugate of each character."""
        return self._row_permutation(-1)

    @cached_property
    def galois_orbits(self) -> tuple[tuple[int, ...], ...]:
        """Rows that automorphisms of the cyclotomic field carry into one another, sorted by first row.

        Example:
            >>> C5 = FiniteGroup.from_permutations([[1, 2, 3, 4, 0]])
            >>> C5.character_table().galois_orbits
            ((0,), (1, 2, 3, 4))
        """
        leader = np.arange(len(self))
        moves = [self._row_permutation(k) for k in unit_generators(self.group.exponent)]
        while True:
            smaller = leader
            for move in moves:
                smaller = np.minimum(smaller, smaller[move])
            if np.array_equal(smaller, leader):
                return tuple(tuple(np.flatnonzero(leader == i).tolist()) for i in np.unique(leader))
            leader = smaller

    @property
    def is_rational(self) -> npt.NDArray[np.bool_]:
        """Array [k]: whether all values of a character are rational, hence integers."""
        rational = np.array([x.is_rational for x in self.distinct_values])
        return np.asarray(rational[self.characters.index].all(axis=1))

    def _row_permutation(self, k: int) -> IntArray:
        """The row of sigma_k chi for each row chi, k prime to the exponent."""
        place = {row.tobytes(): i for i, row in enumerate(self.characters.index)}
        moved = self.characters.index[:, self.group.power_map(k)]
        return np.array([place[row.tobytes()] for row in moved], dtype=np.int64)

    # ------------------------------------------------------------------ class functions

    def character(self, i: int) -> ClassFunction:
        """Row i as a class function.

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> chi = S3.character_table().character(2)
            >>> (chi * chi).decompose()
            (1, 1, 1)
        """
        from .class_functions import ClassFunction

        return ClassFunction(self.group, self.values[i])

    def inner(self, f: ClassFunction, g: ClassFunction) -> Cyclotomic:
        """(1/n) sum over elements of f conj(g), exactly."""
        return f.inner(g)

    def decompose(self, f: ClassFunction) -> tuple[int, ...]:
        """How often each irreducible character occurs in a character; see :meth:`ClassFunction.decompose`."""
        return f.decompose()

    # ------------------------------------------------------------------ display

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """Element order and a letter, as in GAP and the ATLAS: 1a, 2a, 2b, 3a, ..."""
        from .character_display import column_letters

        seen: dict[int, int] = {}
        names = []
        for order in self.classes.element_orders.tolist():
            names.append(f"{order}{column_letters(seen.get(order, 0)).lower()}")
            seen[order] = seen.get(order, 0) + 1
        return tuple(names)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; coefficients[j] is the factor of E(conductor)^j, as a string.

        Example:
            >>> C2 = FiniteGroup.from_permutations([[1, 0]], name="C2")
            >>> C2.character_table().to_dict()["characters"][1]["values"][1]
            {'conductor': 1, 'coefficients': ['-1']}
        """
        from .character_display import table_dict

        return table_dict(self)

    def to_text(self) -> str:
        """Aligned text like GAP's: zeros as dots, irrational values as letters explained below the table."""
        from .character_display import table_text

        return table_text(self)

    def to_latex(self) -> str:
        """A LaTeX array, for mathematics mode; irrational values as radicals or sums of roots of unity."""
        from .character_display import table_latex

        return table_latex(self)

    def to_longtable(self) -> str:
        """LaTeX for text mode, for the package longtable: breaks over pages, many classes stand in several parts.

        Irrational values are letters as in :meth:`to_text`, explained below the table.
        """
        from .character_longtable import longtable

        return longtable(self)

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"

    def _repr_html_(self) -> str:
        from .character_display import table_html

        return table_html(self)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<CharacterTable of {self.group.name}: {len(self)} irreducible characters>"
