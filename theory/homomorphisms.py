"""Homomorphisms from the images of generators: extended along the Cayley graph and checked on all its edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from orbitkernels.errors import InputError

from .graphs import tree_levels
from .groups import FiniteGroup
from .integer_input import integer_row
from .laws import IntArray


def extend_homomorphism(
    source: FiniteGroup, target: FiniteGroup, images: Sequence[int], argument: str = "images"
) -> IntArray:
    """Array [n] of the homomorphism f with f(s) = image of s for each generator s: f(g s) = f(g) f(s).

    The values are filled in along the spanning tree of the Cayley graph; the equation is then checked on every
    edge, which is exact.

    Args:
        source: Group whose generators are mapped.
        target: Group of the images.
        images: One element of `target` for each generator of `source`.
        argument: Name for messages.

    Raises:
        InputError: If the number of images is wrong, an image is no element, or a relation fails (the message
            names an element and a generator).

    Example:
        >>> from orbitkernels.theory.constructions import cyclic
        >>> from orbitkernels.theory.homomorphisms import extend_homomorphism
        >>> extend_homomorphism(cyclic(4), cyclic(2), [1]).tolist()
        [0, 1, 0, 1]
    """
    row = integer_row(images, argument)
    if row.size != len(source.generators):
        raise InputError(
            f"Argument '{argument}' must hold one image for each of the {len(source.generators)} generators of "
            f"{source.name}, not {row.size}."
        )
    row = target.elements(row, argument)
    values = np.zeros(source.order, dtype=np.int64)
    tree = source.spanning_tree
    for level in tree_levels(tree.order, tree.parent):
        values[level] = target.multiply(values[tree.parent[level]], row[tree.letter[level]])
    for position, image in enumerate(row):
        wrong = values[source.right_translations[position]] != target.multiply(values, image)
        if wrong.any():
            raise InputError(_broken_relation(source, argument, int(np.argmax(wrong)), position))
    return values


def extend_permutations(group: FiniteGroup, images: IntArray, argument: str = "images") -> IntArray:
    """Array [n, degree] of the permutation action with the given images [generators, degree] of the generators.

    The homomorphism law pi_{g s} = pi_g o pi_s is checked on every edge of the Cayley graph.

    Raises:
        InputError: If a relation of the group fails.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.constructions import cyclic
        >>> from orbitkernels.theory.homomorphisms import extend_permutations
        >>> extend_permutations(cyclic(3), np.array([[1, 2, 0]])).tolist()
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    permutations = np.empty((group.order, images.shape[1]), dtype=np.int64)
    permutations[0] = np.arange(images.shape[1])
    tree = group.spanning_tree
    for level in tree_levels(tree.order, tree.parent):
        parents = permutations[tree.parent[level]]
        permutations[level] = np.take_along_axis(parents, images[tree.letter[level]], axis=1)
    check_edges(group, permutations, images, argument)
    return permutations


def check_edges(group: FiniteGroup, permutations: IntArray, images: IntArray, argument: str) -> None:
    """Raise unless pi_{g s} = pi_g o pi_s for every element g and generator s.

    Raises:
        InputError: The message names the first element and generator for which it fails.
    """
    block = max(1, 2**22 // max(1, permutations.shape[1]))
    for position, image in enumerate(images):
        heads = group.right_translations[position]
        for start in range(0, group.order, block):
            part = slice(start, start + block)
            wrong = (permutations[heads[part]] != permutations[part][:, image]).any(axis=1)
            if wrong.any():
                raise InputError(_broken_relation(group, argument, start + int(np.argmax(wrong)), position))


def _broken_relation(group: FiniteGroup, argument: str, element: int, position: int) -> str:
    """The message for an edge g -> g s on which a map is no homomorphism."""
    word = group.word_string(element)
    word = word if len(word) <= 60 else f"element {element}"
    return (
        f"Argument '{argument}' does not extend to a homomorphism of {group.name}: with s = "
        f"{group.generator_names[position]}, the image of ({word})*s is not the product of the images."
    )
