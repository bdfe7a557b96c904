"""Series of subgroups and what follows from them: solvable, nilpotent, perfect, simple, abelian invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from .constructions import quotient
from .groups import FiniteGroup
from .integer_input import is_prime
from .subgroups import Subgroup, commutator, normal_closure, whole


@dataclass(frozen=True)
class Structure:
    """Facts about a group that do not depend on how it is given; isomorphic groups have equal facts.

    Attributes:
        order: n.
        exponent: Least e with g^e = 1 for all g.
        classes: Number of conjugacy classes, which is the number of irreps.
        centre_order: Order of the centre.
        commutator_order: Order of the commutator subgroup; n divided by it is the number of irreps of degree 1.
        abelian_invariants: Prime powers q_1 <= q_2 <= ... with G/G' = C_q1 x C_q2 x ...
        is_abelian: Whether all elements commute.
        is_nilpotent: Whether the lower central series ends in 1.
        is_solvable: Whether the derived series ends in 1.
        is_perfect: Whether G = G'.
        is_simple: Whether n > 1 and only 1 and G are normal.
    """

    order: int
    exponent: int
    classes: int
    centre_order: int
    commutator_order: int
    abelian_invariants: tuple[int, ...]
    is_abelian: bool
    is_nilpotent: bool
    is_solvable: bool
    is_perfect: bool
    is_simple: bool


def structure(group: FiniteGroup) -> Structure:
    """All facts at once.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.structure import structure
        >>> facts = structure(group("SL(2,3)"))
        >>> facts.abelian_invariants, facts.is_solvable, facts.is_nilpotent
        ((3,), True, False)
    """
    derived = derived_series(group)
    second = derived[1] if len(derived) > 1 else derived[0]
    return Structure(
        order=group.order,
        exponent=group.exponent,
        classes=len(group.conjugacy_classes),
        centre_order=group.centre.order,
        commutator_order=second.order,
        abelian_invariants=abelian_invariants(quotient(group, second)),
        is_abelian=group.is_abelian,
        is_nilpotent=lower_central_series(group)[-1].order == 1,
        is_solvable=derived[-1].order == 1,
        is_perfect=second.order == group.order,
        is_simple=is_simple(group),
    )


def derived_series(group: FiniteGroup) -> tuple[Subgroup, ...]:
    """G > G' > G'' > ..., until it stops falling.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.structure import derived_series
        >>> [H.order for H in derived_series(group("S4"))]
        [24, 12, 4, 1]
    """
    return _falling(group, lambda last: commutator(last, last))


def lower_central_series(group: FiniteGroup) -> tuple[Subgroup, ...]:
    """G > [G, G] > [G, [G, G]] > ..., until it stops falling.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.structure import lower_central_series
        >>> [H.order for H in lower_central_series(group("D8"))]
        [16, 4, 2, 1]
    """
    top = whole(group)
    return _falling(group, lambda last: commutator(top, last))


def _falling(group: FiniteGroup, following: Callable[[Subgroup], Subgroup]) -> tuple[Subgroup, ...]:
    """The series G > G' > following(G') > ..., without its last repetition."""
    series, after = [whole(group)], group.commutator_subgroup
    while after.order < series[-1].order:
        series.append(after)
        after = following(after)
    return tuple(series)


def is_simple(group: FiniteGroup) -> bool:
    """Whether n > 1 and every element of prime order generates G as a normal subgroup.

    That is enough, because a normal subgroup other than 1 holds an element of prime order.  A group that is not
    abelian and has G' < G is not simple.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.structure import is_simple
        >>> is_simple(group("A5")), is_simple(group("S5"))
        (True, False)
    """
    if group.is_abelian:
        return is_prime(group.order)
    if group.commutator_subgroup.order < group.order:
        return False
    classes = group.conjugacy_classes
    prime = [
        int(g) for g, order in zip(classes.representatives, classes.element_orders, strict=True) if is_prime(order)
    ]
    return all(normal_closure(group, [g]).order == group.order for g in prime)


def abelian_invariants(group: FiniteGroup) -> tuple[int, ...]:
    """Prime powers whose cyclic groups have an abelian group as their product, in increasing order.

    An abelian p-group with m_i factors of order at least p^i has p^(m_1 + ... + m_i) elements g with g^(p^i) = 1.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.structure import abelian_invariants
        >>> abelian_invariants(group("C4xC6"))
        (2, 3, 4)
    """
    from sympy import multiplicity, primefactors

    orders = Counter(group.element_orders.tolist())
    found: list[int] = []
    for p in map(int, primefactors(group.order)):
        at_least, power, killed = [], p, 1
        while True:
            count = sum(m for order, m in orders.items() if power % order == 0)
            if count == killed:
                break
            at_least.append(int(multiplicity(p, count // killed)))
            power, killed = power * p, count
        for level, m in enumerate(at_least):
            longer = at_least[level + 1] if level + 1 < len(at_least) else 0
            found += [p ** (level + 1)] * (m - longer)
    return tuple(sorted(found))
