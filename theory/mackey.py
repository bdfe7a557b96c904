"""Mackey's formula: an induced class function restricted to a subgroup, over double cosets.

Res_H Ind_K f = sum over the double cosets H g K of Ind_L^H f^g, with L = H n gKg^-1 and f^g(x) = f(g^-1 x g) on L.
Source: G. W. Mackey, "On induced representations of groups", 1951.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from orbitkernels.errors import InputError

from .class_functions import ClassFunction
from .cyclotomics import Cyclotomic, weighted_sum
from .double_cosets import DoubleCosets
from .laws import IntArray
from .subgroups import Subgroup, SubgroupLaw


def mackey_parts(f: ClassFunction, right: Subgroup, left: Subgroup) -> tuple[ClassFunction, ...]:
    """The terms Ind_L^H f^g, one a double coset H g K, as class functions of ``left.as_group()``.

    (Ind_L^H f^g)(y) = (1/|L|) sum of f(g^-1 x^-1 y x g) over the x in H with x^-1 y x in L.

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
    _require(f, right, "f", "right")
    small = left.as_group()
    representatives = small.conjugacy_classes.representatives
    every = np.arange(left.order)
    conjugates = small.conjugate(representatives[:, None], every[None, :])  # x y x^-1, as all x are summed over
    parts = []
    for g in DoubleCosets(left, right).representatives.tolist():
        classes = _carried(f, right, left, g)
        size = int(np.count_nonzero(classes >= 0))  # |L|
        counts = [np.bincount(row[row >= 0], minlength=len(f.values)) for row in classes[conjugates]]
        weights = [[Fraction(int(c), size) for c in row] for row in counts]
        parts.append(ClassFunction(small, [weighted_sum(row, f.values) for row in weights]))
    return tuple(parts)


def intertwining_number(f: ClassFunction, first: Subgroup, h: ClassFunction, second: Subgroup) -> Cyclotomic:
    """Mackey's <Ind_H f, Ind_K h>: the sum over double cosets HgK of (1/|L|) sum_(x in L) f(x) conj(h(g^-1 x g)).

    Args:
        f: A class function of ``first.as_group()``.
        first: H.
        h: A class function of ``second.as_group()``.
        second: K.

    Raises:
        InputError: If the subgroups belong to different groups, or a class function to another than its subgroup.

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
    _require(f, first, "f", "first")
    _require(h, second, "h", "second")
    own = f.group.conjugacy_classes.labels
    weights: list[Fraction] = []
    pairs: list[tuple[int, int]] = []
    for g in DoubleCosets(first, second).representatives.tolist():
        other = _carried(h, second, first, g)
        inside = other >= 0
        met, counts = np.unique(np.stack([own[inside], other[inside]]), axis=1, return_counts=True)
        weights += [Fraction(int(c), int(np.count_nonzero(inside))) for c in counts]
        pairs += [(int(i), int(j)) for i, j in met.T]
    conjugates = h.conjugate().values
    return weighted_sum(weights, [f.values[i] for i, _ in pairs], [conjugates[j] for _, j in pairs])


def _carried(f: ClassFunction, right: Subgroup, left: Subgroup, g: int) -> IntArray:
    """Array [|H|]: the conjugacy class in K of g^-1 x g for every x in H, or -1 if that is outside of K."""
    group = right.group
    back = group.conjugate(left.elements, group.inverse(g))
    inside = right.left_coset_labels[back] == 0
    positions = np.where(inside, np.searchsorted(right.elements, back), 0)
    return np.where(inside, f.group.conjugacy_classes.labels[positions], -1)


def _require(f: ClassFunction, subgroup: Subgroup, name: str, owner: str) -> None:
    """Refuse a class function of another group than the subgroup's own."""
    law = f.group.law
    if not (
        isinstance(law, SubgroupLaw)
        and law.group is subgroup.group
        and np.array_equal(law.elements, subgroup.elements)
    ):
        raise InputError(
            f"Argument '{name}' must be a class function of {owner}.as_group(), not of {f.group.name}; restrict "
            "or induce it first."
        )
