"""The irreps that the Fourier transform of a group uses: theory finds a chain of subgroups, numerics the bases.

The basis of every irrep is adapted to the chain, so that a transform over the group is put together from
transforms over its subgroups.  The irreps are equivalent to those of ``G.irreps()``, in other bases.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.numerics.adapted_bases import adapted_irreps
from orbitkernels.numerics.adapted_irreps import AdaptedIrreps, IntArray, Matrices
from orbitkernels.numerics.character_matching import match_characters
from orbitkernels.numerics.group_fourier import forward, inverse
from orbitkernels.numerics.young_orthogonal import permutation_positions, symmetric_group_irreps
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import integer_array, shown
from orbitkernels.theory.laws import PermutationLaw
from orbitkernels.theory.subgroup_chain import subgroup_chain

#: Violation of a law, in units of the rounding level, that is taken for a mistake.
LARGEST_RATIO = 64

#: Largest number of conjugacy classes of a group whose irreps are put in the order of its character table, which
#: may take longer than the transform.
MAX_ORDERED_CLASSES = 3_000

#: Bytes that the matrices of one group may fill.
MAX_BYTES = 2 * 1024**3

_CACHE: WeakKeyDictionary[FiniteGroup, FourierBasis] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class FourierIrrep:
    """An irreducible unitary representation g -> rho(g), in the basis in which the Fourier transform is given.

    Attributes:
        degree: d.
        character: Row of the character table; None for a group of more than MAX_ORDERED_CLASSES classes.
        place: Family and member in the adapted bases.
        basis: All irreps of the group.

    Example:
        >>> import orbitkernels as ok
        >>> rho = ok.fourier_irreps(ok.group("S3"))[2]
        >>> rho
        <FourierIrrep 2: degree 2>
        >>> rho(0).shape, rho([0, 1]).shape
        ((2, 2), (2, 2, 2))
    """

    degree: int
    character: int | None
    place: tuple[int, int]
    basis: FourierBasis

    def __call__(self, g: npt.ArrayLike) -> Matrices:
        """rho(g), a unitary matrix, for one element; an array [..., d, d] for an array of elements.

        Raises:
            InputError: If an entry is no integer or no element.
        """
        elements, order = integer_array(g, "g"), self.basis.positions.size
        if elements.size and (elements.min() < 0 or elements.max() >= order):
            wrong = shown(elements[(elements < 0) | (elements >= order)].flat[0])
            raise InputError(f"Argument 'g' must hold elements 0 to {order - 1} of the group, not {wrong}.")
        positions = self.basis.positions[elements.ravel().astype(np.int64, copy=False)]
        family, member = self.place
        found: Matrices = self.basis.irreps.matrices(family, [member], positions)[0]
        return found.reshape(*elements.shape, self.degree, self.degree)

    def __repr__(self) -> str:
        name = "" if self.character is None else f" {self.character}"
        return f"<FourierIrrep{name}: degree {self.degree}>"


class FourierBasis:
    """The irreps of a group in bases adapted to a chain of subgroups, and its elements along the chain.

    It holds no reference to the group, so that both can be forgotten.

    Attributes:
        irreps: All irreps, by families.
        elements: Array [n]: the element at each position of the chain.
        positions: Array [n]: the position of each element.
        residual: Largest error, relative to the largest value, of a transform and its inverse, of the law that
            f(s^-1 g) has the transform rho(s) fhat(rho), for a random function f and all generators s, and of
            rho(s)^* rho(s) = I.
        rounding: The rounding level: 2^-52 times the square root of the largest degree, times the number of groups
            in the chain.
        all: The irreps one by one, in the order of the character table unless that is large.
    """

    def __init__(self, group: FiniteGroup, irreps: AdaptedIrreps, elements: IntArray) -> None:
        self.irreps, self.elements = irreps, elements
        self.positions = np.empty_like(elements)
        self.positions[elements] = np.arange(elements.size)
        self._names = [(f, i) for f, (size, _) in enumerate(irreps.shapes) for i in range(size)]
        self._rows: list[tuple[int, int]] | None = None
        self.rounding = float(
            np.finfo(float).eps * np.sqrt(max(d for _, d in irreps.shapes)) * (len(irreps.levels) + 1)
        )
        self.residual = self._residual(group)
        if not self.residual <= LARGEST_RATIO * self.rounding:
            raise ArithmeticError(
                f"The Fourier transform of {group.name} violates its laws by {self.residual:.1e}; rounding is "
                f"about {self.rounding:.1e}."
            )
        is_ordered = len(group.conjugacy_classes) <= MAX_ORDERED_CLASSES
        self.all = tuple(
            FourierIrrep(irreps.shapes[place[0]][1], row if is_ordered else None, place, self)
            for row, place in enumerate(self.rows(group) if is_ordered else self._names)
        )

    def rows(self, group: FiniteGroup) -> list[tuple[int, int]]:
        """Family and member of the irrep of each row of the character table, found by their characters."""
        if self._rows is None:
            table = group.character_table()
            positions = self.positions[table.classes.representatives]
            # a few columns only: all values as complex numbers would take much memory
            index, angle = table.characters.index, 2j * np.pi / group.exponent
            spectra = table.characters.spectra
            values = np.array([sum(m * np.exp(angle * a) for a, m in spectrum) for spectrum in spectra])
            match = match_characters(
                lambda columns: values[index[:, columns]],
                lambda columns: self.irreps.traces(positions[columns]),
                len(table),
            )
            self._rows = [self._names[i] for i in match]
        return self._rows

    def _residual(self, group: FiniteGroup) -> float:
        """A random function violates the laws if any function does, with probability one.

        A bijection of functions to matrices that takes translation by each generator s to multiplication by rho(s)
        makes the irreps together the regular representation, so that each is a representation and none is missing.
        """
        f, every = np.random.default_rng(0).standard_normal((1, group.order)), np.arange(group.order)
        transforms = forward(self.irreps, f[:, self.elements])
        restored = inverse(self.irreps, transforms)[:, self.positions]
        errors = [np.abs(restored - f).max() / np.abs(f).max()]
        for s in group.generators:
            translated = f[:, group.multiply(group.inverse(s), every)]
            moved = forward(self.irreps, translated[:, self.elements])
            for family, (before, after) in enumerate(zip(transforms, moved, strict=True)):
                rho = self.irreps.matrices(family, np.arange(len(before)), self.positions[[s]])
                errors.append(np.abs(rho @ before - after).max() / np.abs(after).max())
                errors.append(np.abs(rho.conj().swapaxes(2, 3) @ rho - np.eye(rho.shape[2])).max())
        return float(np.max(errors))


def fourier_basis(group: FiniteGroup) -> FourierBasis:
    """The adapted irreps of a group, made and checked once.

    Young's orthogonal form for the symmetric group of all points that are moved, a chain of subgroups that is
    searched for otherwise.

    Raises:
        InputError: If the matrices would be too many.
        ArithmeticError: If a law of the transform fails by more than rounding.
    """
    require_group(group)
    if group not in _CACHE:
        _CACHE[group] = _symmetric_basis(group) or _chain_basis(group)
    return _CACHE[group]


def fourier_irreps(group: FiniteGroup) -> tuple[FourierIrrep, ...]:
    """The irreps, in the bases in which :func:`fourier_transform` gives its matrices.

    Args:
        group: A finite group.

    Returns:
        One FourierIrrep an irrep, in the order of the character table unless that is large.

    Example:
        >>> import orbitkernels as ok
        >>> [rho.degree for rho in ok.fourier_irreps(ok.group("S4"))]
        [1, 1, 2, 3, 3]
    """
    return fourier_basis(group).all


def _symmetric_basis(group: FiniteGroup) -> FourierBasis | None:
    """Young's orthogonal form, if the group consists of all permutations of the points that it moves."""
    law = group.law
    if not isinstance(law, PermutationLaw):
        return None
    moved = np.flatnonzero((law.elements != law.elements[0]).any(axis=0))
    if factorial(min(moved.size, 20)) != group.order:
        return None
    rank = np.zeros(law.degree, dtype=np.int64)
    rank[moved] = np.arange(moved.size)
    positions = permutation_positions(rank[law.elements[:, moved]])
    return FourierBasis(group, symmetric_group_irreps(moved.size), np.argsort(positions))


def _chain_basis(group: FiniteGroup) -> FourierBasis:
    """Bases along a chain of subgroups, level by level."""
    chain = subgroup_chain(group)
    largest = max(chain.indices, default=1)
    size = np.dtype(np.complex128).itemsize * largest * group.order
    if size > MAX_BYTES:
        raise InputError(
            f"The Fourier transform of {group.name} (order {group.order}) would take {size / 2**30:.1f} GiB, as a "
            f"subgroup of index below {largest} was not found; use unitary_irreps(group, rows) for single irreps."
        )
    pairs = [(classes.representatives, classes.sizes) for classes in chain.classes]
    irreps = adapted_irreps(chain.cyclic_orders, chain.indices, chain.cyclic, chain.product, chain.inverse, pairs)
    return FourierBasis(group, irreps, chain.elements)
