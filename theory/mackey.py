"""Mackey's formula: an induced class function restricted to a subgroup, over double cosets.

Res_H Ind_K f = sum over the double cosets H g K of Ind_(H n gKg^-1)^H f^g, with f^g(x) = f(g^-1 x g) on
H n gKg^-1.  Source: G. W. Mackey, "On induced representations of groups", 1951.
"""

from __future__ import annotations

import numpy as np

from orbitkernels.errors import InputError

from .class_functions import ClassFunction
from .cyclotomics import Cyclotomic, weighted_sum
from .double_cosets import DoubleCosets
from .groups import FiniteGroup
from .subgroups import Subgroup


def conjugate_class_function(f: ClassFunction, subgroup: Subgroup, g: int, inside: Subgroup) -> ClassFunction:
    """f^g(x) = f(g^-1 x g), a class function of ``inside.as_group()`` for a subgroup of g K g^-1.

    Args:
        f: A class function of ``subgroup.as_group()``.
        subgroup: K.
        g: An element of G.
        inside: A subgroup of g K g^-1, such as H n gKg^-1.

    Raises:
        InputError: If `inside` is no subgroup of g K g^-1.

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.mackey import conjugate_class_function
        >>> from orbitkernels.theory.names import group
        >>> S3 = group("S3")
        >>> C3 = S3.subgroup([S3.element("b")])
        >>> chi = C3.as_group().character_table().character(1)
        >>> print(chi, conjugate_class_function(chi, C3, S3.element("a"), C3))
        (1, E(3), E(3)^2) (1, E(3)^2, E(3))
    """
    group, small = subgroup.group, inside.as_group()
    elements = inside.elements[small.conjugacy_classes.representatives]
    back = group.conjugate(elements, group.inverse(g))
    if np.any(subgroup.left_coset_labels[back] != 0):
        raise InputError(
            f"Argument 'inside' must lie in g K g^-1; {inside!r} does not; see DoubleCosets.intersection()."
        )
    positions = np.searchsorted(subgroup.elements, back)
    return ClassFunction(small, [f.at(int(k)) for k in positions])


def mackey_parts(f: ClassFunction, right: Subgroup, left: Subgroup) -> tuple[ClassFunction, ...]:
    """The terms Ind_(H n gKg^-1)^H f^g, one a double coset H g K, as class functions of ``left.as_group()``.

    Args:
        f: A class function of ``right.as_group()``.
        right: K.
        left: H.

    Returns:
        Class functions of one group object, in the order of :class:`DoubleCosets`; their sum is Res_H Ind_K f.

    Raises:
        InputError: If the subgroups belong to different groups, or `f` to another one than `right`.

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.mackey import mackey_parts
        >>> from orbitkernels.theory.names import group
        >>> S3 = group("S3")
        >>> H = S3.subgroup([S3.element("a")])
        >>> one = ClassFunction.trivial(H.as_group())
        >>> print(*mackey_parts(one, H, H), "add up to", one.induce(H).restrict(H))
        (1, 1) (2, 0) add up to (3, 1)
    """
    cosets = DoubleCosets(left, right)
    small = left.as_group()
    parts = []
    for j, g in enumerate(cosets.representatives.tolist()):
        inside = cosets.intersection(j)
        moved = conjugate_class_function(f, right, g, inside)
        parts.append(moved_into(moved, inside, left, small))
    return tuple(parts)


def moved_into(f: ClassFunction, inside: Subgroup, subgroup: Subgroup, small: FiniteGroup) -> ClassFunction:
    """A class function of L <= H <= G induced to H.

    Args:
        f: A class function of ``inside.as_group()``.
        inside: L as a subgroup of G.
        subgroup: H as a subgroup of G.
        small: ``subgroup.as_group()``.
    """
    within = Subgroup.generated(small, np.searchsorted(subgroup.elements, np.array(inside.generators)).tolist())
    # L has the same sorted elements in H as in G, so the values stay where they are
    return ClassFunction(within.as_group(), _by_elements(f, within)).induce(within)


def _by_elements(f: ClassFunction, within: Subgroup) -> list[Cyclotomic]:
    """The values of f on the classes of the same group made once more."""
    return [f.at(g) for g in within.as_group().conjugacy_classes.representatives.tolist()]


def intertwining_number(f: ClassFunction, first: Subgroup, h: ClassFunction, second: Subgroup) -> Cyclotomic:
    """Mackey's <Ind_H f, Ind_K h> = sum over the double cosets H g K of <f, h^g> on H n gKg^-1.

    Args:
        f: A class function of ``first.as_group()``.
        first: H.
        h: A class function of ``second.as_group()``.
        second: K.

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.mackey import intertwining_number
        >>> from orbitkernels.theory.names import group
        >>> S3 = group("S3")
        >>> H = S3.subgroup([S3.element("a")])
        >>> one = ClassFunction.trivial(H.as_group())
        >>> print(intertwining_number(one, H, one, H))
        2
    """
    cosets = DoubleCosets(first, second)
    terms = []
    for j, g in enumerate(cosets.representatives.tolist()):
        inside = cosets.intersection(j)
        moved = conjugate_class_function(h, second, g, inside)
        own = conjugate_class_function(f, first, 0, inside)
        terms.append(own.inner(moved))
    return weighted_sum([1] * len(terms), terms)
