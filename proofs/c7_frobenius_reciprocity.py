"""Theorem C7: Frobenius reciprocity, and induced class functions as traces of induced representations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from . import induction_checks as checks
from .character_instances import (
    LARGE_GROUPS,
    GroupCase,
    group_cases,
    on_elements,
    random_class_function,
    random_subgroup,
    unitary_traces,
)
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.subgroups import Subgroup

    from .derivation import Derivation

TITLE = "Frobenius reciprocity"
SOURCE = "Frobenius 1898; Serre 1977, chapter 7"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with a subgroup $H$ of $|H|$ elements and index $N = n/|H|$; $t_1,"
    r" \dots, t_N$ are representatives of the cosets $gH$.",
    r"$f$ is a class function on $H$ and $h$ one on $G$, with values in $\mathbb{C}$; $\operatorname{Res} h$ is"
    r" the restriction of $h$ to $H$. The induced class function is $(\operatorname{Ind} f)(g) = \frac{1}{|H|}"
    r" \sum_{x \in G,\; x^{-1} g x \in H} f(x^{-1} g x)$.",
    r"$\langle f, f' \rangle_H = \frac{1}{|H|} \sum_{x \in H} f(x)\, \overline{f'(x)}$ for functions $f, f'$ on"
    r" $H$, and $\langle h, h' \rangle_G$ likewise for functions $h, h'$ on $G$.",
    r"$W$ is a representation of $H$ by matrices $W(x)$ with the character $\chi_W$; $\operatorname{Ind} W$ has"
    r" the blocks $[(\operatorname{Ind} W)(g)]_{ij} = W(t_i^{-1} g t_j)$ where that lies in $H$, else 0. $\rho$"
    r" is an irrep of $G$ and $\sigma$ one of $H$, with the characters $\chi_\rho$ and $\chi_\sigma$.",
)
STATEMENT = (
    r"\langle \operatorname{Ind} f, h \rangle_G = \langle f, \operatorname{Res} h \rangle_H, \qquad"
    r" \operatorname{tr} (\operatorname{Ind} W)(g) = (\operatorname{Ind} \chi_W)(g). \text{ So } \rho \text{"
    r" occurs in } \operatorname{Ind} \sigma \text{ as often as } \sigma \text{ in } \operatorname{Res} \rho:"
    r" \quad \langle \operatorname{Ind} \chi_\sigma, \chi_\rho \rangle_G = \langle \chi_\sigma,"
    r" \operatorname{Res} \chi_\rho \rangle_H."
)


def derivation() -> Derivation:
    """C7: conjugation is carried over to h, which does not notice it."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "substitution",
            r"In the double sum over $g$ and $x$ write $g = x y x^{-1}$: for each $x$ this is a bijection, and"
            r" $y$ runs through $H$ where $f$ counts. (Instances: how often $x^{-1} g x$ is a given element.)",
            r"\langle \operatorname{Ind} f, h \rangle_G = \frac{1}{n |H|} \sum_x \sum_{y \in H} f(y)\,"
            r" \overline{h(x y x^{-1})}",
            on=witnessed(checks.conjugations_pair_up),
            label="renamed",
        ),
        argued(
            "invariance",
            r"$h$ is a class function, $h(x y x^{-1}) = h(y)$, so the $n$ elements $x$ give the same. (Instances:"
            r" all irreducible $h$ and one $f$ with different values on each cyclic subgroup.)",
            r"\langle \operatorname{Ind} f, h \rangle_G = \frac{1}{|H|} \sum_{y \in H} f(y)\, \overline{h(y)} ="
            r" \langle f, \operatorname{Res} h \rangle_H",
            r"\langle \operatorname{Ind} f, h \rangle_G = \langle f, \operatorname{Res} h \rangle_H",
            on=witnessed(checks.reciprocity_holds),
            label="reciprocity",
            uses=("renamed",),
        ),
        argued(
            "trace",
            r"$g$ takes the coset $t_j H$ to $t_i H$ with $t_i^{-1} g t_j \in H$, so products of these matrices"
            r" have one term a block and $\operatorname{Ind} W$ is a representation. Its trace is the sum of"
            r" $\chi_W(t_i^{-1} g t_i)$ over the $i$ with $t_i^{-1} g t_i \in H$; the $|H|$ elements $x$ of $t_i"
            r" H$ give the same value each. (Instances: all irreps of the cyclic subgroups of index at most 8, as"
            r" exact matrices.)",
            r"\operatorname{tr} (\operatorname{Ind} W)(g) = \sum_{i :\, t_i^{-1} g t_i \in H} \chi_W(t_i^{-1} g"
            r" t_i) = (\operatorname{Ind} \chi_W)(g)",
            r"\operatorname{tr} (\operatorname{Ind} W)(g) = (\operatorname{Ind} \chi_W)(g)",
            on=witnessed(checks.induced_matrices_represent),
            label="trace",
        ),
        argued(
            "substitution",
            r"Put $f = \chi_\sigma$ and $h = \chi_\rho$; by C1 the sides are the multiplicities.",
            r"\langle \operatorname{Ind} \chi_\sigma, \chi_\rho \rangle_G = \langle \chi_\sigma,"
            r" \operatorname{Res} \chi_\rho \rangle_H",
            on=witnessed(checks.reciprocity_holds),
            uses=("reciprocity", "trace", "C1"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C7")


# ---------------------------------------------------------------------- checks

#: Rows of the largest induced matrices, and numbers that those of all elements may have.
MAX_ROWS, MAX_ENTRIES = 40, 200_000


def exact_cases(quick: bool) -> list[GroupCase]:
    """Random subgroups and class functions with cyclotomic values."""
    if quick:
        return group_cases((*QUICK_SMALL_GROUPS, LARGE_GROUPS[0]))
    return group_cases(("C1", *SMALL_GROUPS, *LARGE_GROUPS), variants=2)


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Induced functions through classes and by definition, and both inner products."""
    group = named_group(case.group)
    H = random_subgroup(group, rng)
    f, h = random_class_function(H.as_group(), rng), random_class_function(group, rng)
    induced = f.induce(H)
    by_definition = checks.induced_by_definition(f, H)
    inner, restricted = by_definition.inner(h), f.inner(h.restrict(H))
    name = f"{case}, subgroup of order {H.order}"
    return joint(
        [
            compare_exactly(name, "inner product", [inner], [restricted]),
            compare_exactly(name, "induced class function", induced.values, by_definition.values),
        ]
    )


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS)


def small_index_subgroup(name: str, rng: np.random.Generator) -> Subgroup:
    """A random subgroup whose induced matrices are small; the whole group if none is found."""
    group = named_group(name)
    for _ in range(50):
        H = random_subgroup(group, rng)
        if H.index <= MAX_ROWS and group.order * H.index**2 <= MAX_ENTRIES:
            return H
    return group.subgroup(list(group.generators))


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Traces of induced matrices, their products, and multiplicities on both sides."""
    from orbitkernels.numerics.association_schemes import induced_matrices

    from .irreps import unitary_irreps

    group = named_group(case.group)
    H = small_index_subgroup(case.group, rng)
    every = unitary_irreps(H.as_group())
    fitting = [rho for rho in every if rho.degree * H.index <= MAX_ROWS] or [every[0]]
    W = fitting[int(rng.integers(len(fitting)))]
    matrices = induced_matrices(W.matrices, checks.coset_quotients(H, np.arange(group.order)))
    traces, chi = np.trace(matrices, axis1=1, axis2=2), unitary_traces(case.group)
    above = chi.conj() @ traces / group.order
    below = chi[:, H.elements].conj() @ np.trace(W.matrices, axis1=1, axis2=2) / H.order
    g, s = rng.integers(0, group.order, 2).tolist()
    induced = on_elements(checks.induced_by_definition(H.as_group().character_table().character(W.character), H))
    compare = partial(compare_numerically, f"{case}, subgroup of order {H.order}", size=group.order)
    product = matrices[g] @ matrices[s]
    return joint(
        [
            compare("multiplicities", above, below),
            compare("traces of induced matrices", traces, induced),
            compare("product of two induced matrices", product, matrices[int(group.multiply(g, s))]),
        ]
    )


THEOREM = Theorem(
    id="C7",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: class functions have cyclotomic values here, for which the exact check decides the"
    " identity.",
)
