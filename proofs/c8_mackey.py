"""Theorem C8: Mackey's formula for the restriction of an induced class function."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import weighted_sum
from orbitkernels.theory.mackey import intertwining_number, mackey_parts

from . import induction_checks as checks
from .c7_frobenius_reciprocity import MAX_ROWS, small_index_subgroup
from .character_instances import LARGE_GROUPS, GroupCase, group_cases, random_class_function, random_subgroup
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.subgroups import Subgroup

    from .derivation import Derivation

TITLE = "Mackey's formula"
SOURCE = "Mackey 1951; Serre 1977, chapter 7"
HYPOTHESES = (
    r"$G$ is a finite group with subgroups $H$ and $K$; $H \backslash G / K$ is the set of the double cosets"
    r" $HgK$, and $g$ runs through one element of each.",
    r"$f$ is a class function on $K$ and $f'$ one on $H$. $L_g = H \cap g K g^{-1}$, and $f^g(x) = f(g^{-1} x g)$"
    r" for $x \in L_g$.",
    r"$\operatorname{Ind}_K^G f$ is the class function induced from $K$ to $G$, and $\operatorname{Res}_H$ the"
    r" restriction to $H$, as in C7; so is $\langle \cdot, \cdot \rangle_L$ for a group $L$.",
)
STATEMENT = (
    r"\operatorname{Res}_H \operatorname{Ind}_K^G f = \sum_{HgK} \operatorname{Ind}_{L_g}^H f^g, \qquad \langle"
    r" \operatorname{Ind}_H^G f', \operatorname{Ind}_K^G f \rangle_G = \sum_{HgK} \langle f', f^g \rangle_{L_g}."
)


def derivation() -> Derivation:
    """C8: H moves the cosets of K in orbits, one a double coset."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "orbit-stabiliser",
            r"$H$ moves the cosets $xK$ from the left. The orbit of $gK$ holds the cosets in $HgK$, and $h g K ="
            r" g K$ says $h \in g K g^{-1}$. (Instances here and below: pairs of cyclic subgroups.)",
            r"\{hgK : h \in H\} = \{xK : x \in HgK\}, \qquad \{h \in H : hgK = gK\} = L_g",
            on=witnessed(checks.double_cosets_are_orbits),
            label="orbits",
        ),
        argued(
            "substitution",
            r"If $x = h g k$, then $x = h' g k'$ iff $h' = h l$ with $l \in L_g$ and $k' = g^{-1} l^{-1} g k$.",
            r"|\{(h, k) \in H \times K : h g k = x\}| = |L_g| \quad (x \in HgK)",
            on=witnessed(checks.products_repeat),
            label="pairs",
            uses=("orbits",),
        ),
        argued(
            "substitution",
            r"For $y \in H$ cut the sum of $(\operatorname{Ind}_K^G f)(y)$ over $x \in G$ into the double cosets."
            r" In $HgK$ write $x = h g k$, which gives each $x$ for $|L_g|$ pairs $(h, k)$. As $f$ is a class"
            r" function, $f(x^{-1} y x) = f(g^{-1} h^{-1} y h g) = f^g(h^{-1} y h)$, where one side counts iff"
            r" the other does: $x^{-1} y x \in K$ iff $h^{-1} y h \in g K g^{-1}$, and $h^{-1} y h \in H$ anyway."
            r" The sum over $k$ gives $|K|$.",
            r"\frac{1}{|K|} \sum_{x \in HgK,\; x^{-1} y x \in K} f(x^{-1} y x) = \frac{1}{|L_g|} \sum_{h \in H,\;"
            r" h^{-1} y h \in L_g} f^g(h^{-1} y h) = (\operatorname{Ind}_{L_g}^H f^g)(y)",
            r"\operatorname{Res}_H \operatorname{Ind}_K^G f = \sum_{HgK} \operatorname{Ind}_{L_g}^H f^g",
            on=witnessed(checks.parts_add_up),
            label="formula",
            uses=("pairs",),
        ),
        argued(
            "theorem",
            r"Carry $\operatorname{Ind}_H^G$ over by reciprocity, put the formula in, and carry each"
            r" $\operatorname{Ind}_{L_g}^H$ back.",
            r"\langle \operatorname{Ind}_H^G f', \operatorname{Ind}_K^G f \rangle_G = \langle f',"
            r" \operatorname{Res}_H \operatorname{Ind}_K^G f \rangle_H = \sum_{HgK} \langle f', f^g \rangle_{L_g}",
            r"\langle \operatorname{Ind}_H^G f', \operatorname{Ind}_K^G f \rangle_G = \sum_{HgK} \langle f', f^g"
            r" \rangle_{L_g}",
            on=witnessed(checks.intertwining_numbers_agree),
            uses=("formula", "C7"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C8")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[GroupCase]:
    """Random pairs of subgroups and class functions with cyclotomic values."""
    if quick:
        return group_cases((*QUICK_SMALL_GROUPS, "S4"), variants=2)
    return group_cases(("C1", *SMALL_GROUPS, *LARGE_GROUPS), variants=2)


#: Number n/(|H| |K|), which the number of double cosets is at least, of the largest instance.
MAX_DOUBLE_COSETS = 60


def _pair(name: str, rng: np.random.Generator) -> tuple[Subgroup, Subgroup]:
    """Two random subgroups with |G| / (|H| |K|) at most MAX_DOUBLE_COSETS, every other time conjugate ones."""
    group = named_group(name)
    while True:
        H = random_subgroup(group, rng)
        K = conjugate_subgroup(H, rng) if rng.integers(2) else random_subgroup(group, rng)
        if group.order <= MAX_DOUBLE_COSETS * H.order * K.order:
            return H, K


def conjugate_subgroup(H: Subgroup, rng: np.random.Generator) -> Subgroup:
    """x H x^-1 for a random x: some of the intersections with H are large."""
    x = int(rng.integers(H.group.order))
    return H.group.subgroup(H.group.conjugate(np.array(H.generators, dtype=np.int64), x).tolist())


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Sums over double cosets, against induced functions by definition on all elements of H."""
    H, K = _pair(case.group, rng)
    small = H.as_group()
    f, other = random_class_function(K.as_group(), rng), random_class_function(small, rng)
    whole = checks.induced_by_definition(f, K)
    parts = mackey_parts(f, K, H)
    representatives = small.conjugacy_classes.representatives.tolist()
    by_parts = [weighted_sum([1] * len(parts), [part.at(k) for part in parts]) for k in representatives]
    restricted = [whole.at(int(H.elements[k])) for k in representatives]
    number = intertwining_number(other, H, f, K)
    inner = checks.induced_by_definition(other, H).inner(whole)
    name = f"{case}, subgroups of orders {H.order} and {K.order}"
    return joint(
        [
            compare_exactly(name, "restriction", by_parts, restricted),
            compare_exactly(name, "inner product", [number], [inner]),
        ]
    )


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS)


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Traces of matrices induced from K to G, on H, against those induced from the L_g to H."""
    from orbitkernels.numerics.association_schemes import induced_matrices

    from .irreps import unitary_irreps

    group = named_group(case.group)
    K = small_index_subgroup(case.group, rng)
    H = conjugate_subgroup(K, rng) if rng.integers(2) else random_subgroup(group, rng)
    fitting = [W for W in unitary_irreps(K.as_group()) if W.degree * K.index <= MAX_ROWS]
    W = (fitting or unitary_irreps(K.as_group())[:1])[int(rng.integers(max(len(fitting), 1)))].matrices
    induced = induced_matrices(W, checks.coset_quotients(K, H.elements))
    found = np.trace(induced, axis1=1, axis2=2)
    total = sum(_trace_of_part(W, K, H, g) for g in _one_of_each_double_coset(H, K))
    compare = partial(compare_numerically, f"{case}, subgroups of orders {H.order} and {K.order}")
    return compare("traces on H", found, total, size=group.order)


def _one_of_each_double_coset(H: Subgroup, K: Subgroup) -> list[int]:
    """The least element of every set H g K, by all products."""
    group = H.group
    left = group.multiply(H.elements[:, None], K.left_representatives[None, :])  # [h, g]
    smallest = K.left_representatives[K.left_coset_labels[left]].min(axis=0)
    return sorted(set(smallest.tolist()))


def _trace_of_part(W: Any, K: Subgroup, H: Subgroup, g: int) -> Any:
    """tr of W^g(x) = W(g^-1 x g), x in L = H n gKg^-1, induced to H: the sum over cosets hL of H."""
    group = H.group
    conjugate = checks.positions(
        K, group.conjugate(H.elements, group.inverse(g))
    )  # number of g^-1 x g in K, or -1
    L = H.elements[conjugate >= 0]
    cosets = {frozenset(group.multiply(h, L).tolist()) for h in H.elements.tolist()}
    traces = np.trace(W, axis1=1, axis2=2)
    total = np.zeros(H.order, dtype=np.complex128)
    for coset in cosets:
        h = min(coset)
        moved = checks.positions(H, group.conjugate(H.elements, group.inverse(h)))  # number of h^-1 x h in H
        total += np.where(conjugate[moved] >= 0, traces[conjugate[moved]], 0)
    return total


THEOREM = Theorem(
    id="C8",
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
