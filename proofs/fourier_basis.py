"""The irreps that the Fourier transform of a group uses: theory finds a chain of subgroups, numerics the bases.

The basis of every irrep is adapted to the chain, so that a transform over the group is put together from
transforms over its subgroups.  The irreps are equivalent to those of ``G.irreps()``, in other bases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
    _basis: FourierBasis
    place: tuple[int, int]

    def __call__(self, g: npt.ArrayLike) -> Matrices:
        """rho(g), a unitary matrix, for one element; an array [..., d, d] for an array of elements.

        Raises:
            InputError: If an entry is no element.
        """
        checked = self._basis.group.elements(g)
        positions = self._basis.positions[checked.ravel()]
        family, member = self.place
        found: Matrices = self._basis.irreps.matrices(family, [member], positions)[0]
        return found.reshape(*checked.shape, self.degree, self.degree)

    @property
    def group(self) -> FiniteGroup:
        """The group."""
        return self._basis.group

    def __repr__(self) -> str:
        name = "" if self.character is None else f" {self.character}"
        return f"<FourierIrrep{name}: degree {self.degree}>"


class FourierBasis:
    """A group, its elements along a chain of subgroups and its irreps in bases adapted to the chain.

    Attributes:
        group: G of order n.
        irreps: Its irreps, by families.
        elements: Array [n]: the element at each position of the chain.
        positions: Array [n]: the position of each element.
        places: Family and member of each irrep, in the order of the character table, by families if it is large.
        has_characters: Whether they are in the order of the character table.
        residual: Largest error, relative to the largest value, of a transform and its inverse, of the law that
            f(s^-1 g) has the transform rho(s) fhat(rho), for a random function f and all generators s, and of
            rho(s)^* rho(s) = I.
        rounding: The rounding level: 2^-52 times the square root of the largest degree, times the number of groups
            in the chain.
    """

    def __init__(self, group: FiniteGroup, irreps: AdaptedIrreps, elements: IntArray) -> None:
        self.group, self.irreps, self.elements = group, irreps, elements
        self.positions = np.empty_like(elements)
        self.positions[elements] = np.arange(elements.size)
        self.has_characters = len(group.conjugacy_classes) <= MAX_ORDERED_CLASSES
        self.places = self.places_of_rows if self.has_characters else self._names()
        degree = max(degree for _, degree in irreps.shapes)
        self.rounding = float(np.finfo(float).eps * np.sqrt(degree) * (len(irreps.levels) + 1))
        self.residual = self._residual()
        if not self.residual <= LARGEST_RATIO * self.rounding:
            raise ArithmeticError(
                f"The Fourier transform of {group.name} violates its laws by {self.residual:.1e}; rounding is "
                f"about {self.rounding:.1e}."
            )

    @cached_property
    def places_of_rows(self) -> list[tuple[int, int]]:
        """The irreps in the order of the character table, found by their characters."""
        table = self.group.character_table()
        positions = self.positions[table.classes.representatives]
        angle = 2j * np.pi / self.group.exponent
        # a few columns only: all values as complex numbers would take much memory
        spectra = table.characters.spectra
        distinct = np.array([sum(m * np.exp(angle * a) for a, m in spectrum) for spectrum in spectra])
        match = match_characters(
            lambda chosen: distinct[table.characters.index[:, chosen]],
            lambda chosen: self.irreps.traces(positions[chosen]),
            len(table),
        )
        names = self._names()
        return [names[i] for i in match]

    def _names(self) -> list[tuple[int, int]]:
        """All irreps by families."""
        return [(f, i) for f, (size, _) in enumerate(self.irreps.shapes) for i in range(size)]

    def _residual(self) -> float:
        """A random function violates the laws if any function does, with probability one.

        A bijection of functions to matrices that takes translation by each generator s to multiplication by rho(s)
        makes the irreps together the regular representation, so that each is a representation and none is missing.
        """
        f = np.random.default_rng(0).standard_normal((1, self.group.order))  # by element
        transforms = forward(self.irreps, f[:, self.elements])
        restored = inverse(self.irreps, transforms)[:, self.positions]
        worst = float(np.abs(restored - f).max() / np.abs(f).max())
        for s in self.group.generators:
            every = np.arange(self.group.order)
            translated = f[:, self.group.law.product(np.full(every.size, self.group.inverse(s)), every)]
            moved = forward(self.irreps, translated[:, self.elements])
            for family, (before, after) in enumerate(zip(transforms, moved, strict=True)):
                members = np.arange(len(before))
                rho = self.irreps.matrices(family, members, self.positions[[s]])
                errors = [
                    np.abs(rho @ before - after).max() / np.abs(after).max(),
                    np.abs(rho.conj().swapaxes(2, 3) @ rho - np.eye(rho.shape[2])).max(),
                ]
                worst = float(np.max([worst, *errors]))  # unlike max(), it hands on a NaN
        return worst


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
    basis = fourier_basis(group)
    return tuple(
        FourierIrrep(basis.irreps.shapes[place[0]][1], row if basis.has_characters else None, basis, place)
        for row, place in enumerate(basis.places)
    )


def _symmetric_basis(group: FiniteGroup) -> FourierBasis | None:
    """Young's orthogonal form, if the group consists of all permutations of the points that it moves."""
    law = group.law
    if not isinstance(law, PermutationLaw):
        return None
    moved = np.flatnonzero((law.elements != law.elements[0]).any(axis=0))
    if moved.size < 2 or moved.size > 20 or factorial(moved.size) != group.order:
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
