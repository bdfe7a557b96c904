"""The way to the characters of a group: a closed form where its structure has one, else Dixon-Schneider."""

from __future__ import annotations

from .abelian_characters import abelian_characters
from .character_spectra import SpectralCharacters, lifted, sorted_characters
from .cyclic_index_two import cyclic_index_two, index_two_characters
from .dixon import dixon_schneider
from .groups import FiniteGroup
from .modular import SMALL_MODULUS, character_prime
from .symmetric_characters import is_natural_symmetric, symmetric_table


def spectral_characters(group: FiniteGroup) -> SpectralCharacters:
    """All irreducible characters, sorted by degree, then by their eigenvalues along the classes.

    The group is recognised by its structure, not by its name: abelian; a cyclic subgroup of index two (dihedral,
    dicyclic, semidihedral groups and their like); all permutations of the points that it moves.

    Example:
        >>> C2 = FiniteGroup.from_permutations([[1, 0]])
        >>> found = spectral_characters(C2)
        >>> [[found.spectra[s] for s in row] for row in found.index]
        [[((0, 1),), ((0, 1),)], [((0, 1),), ((1, 1),)]]
    """
    if group.is_abelian:
        return abelian_characters(group)
    subgroup = cyclic_index_two(group)
    if subgroup is not None:
        return index_two_characters(group, subgroup)
    if is_natural_symmetric(group):
        p = character_prime(group.exponent, SMALL_MODULUS // 2)
        return sorted_characters(*lifted(group, symmetric_table(group) % p, p))
    return dixon_schneider(group)
