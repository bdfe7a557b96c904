"""Theorem C1: irreducible characters are orthonormal, and inner products of characters count intertwining maps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.permutation_actions import PermutationAction

from . import character_checks as checks
from .character_instances import LARGE_GROUPS, GroupCase, group_cases, unitary_traces
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .exact_checks import irreps
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .permutation_instances import random_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Row orthogonality of characters"
SOURCE = "Frobenius and Schur; Serre 1977, chapter 2"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$; $\rho, \sigma$ run through its unitary irreps over $\mathbb{C}$, one of"
    r" each equivalence class; $\chi_\rho(g) = \operatorname{tr} \rho(g)$ is the character of $\rho$.",
    r"$V$ and $W$ are representations of $G$ on finite-dimensional spaces over $\mathbb{C}$, not zero, by unitary"
    r" matrices $V(g)$ and $W(g)$, with the characters $\chi_V$ and $\chi_W$; $\operatorname{Hom}_G(W, V)$ is the"
    r" space of the matrices $L$ with $V(g) L = L\, W(g)$ for all $g$, and $V$ is irreducible if it is equivalent"
    r" to an irrep.",
    r"$\langle f, h \rangle = \frac1n \sum_g f(g)\, \overline{h(g)}$ for functions $f$ and $h$ on $G$.",
)
STATEMENT = (
    r"\langle \chi_V, \chi_W \rangle = \dim \operatorname{Hom}_G(W, V), \qquad \langle \chi_\rho, \chi_\sigma"
    r" \rangle = \delta_{\rho\sigma}, \qquad V \cong \bigoplus_\rho \langle \chi_V, \chi_\rho \rangle\, \rho"
    r" \text{; } V \text{ is irreducible iff } \langle \chi_V, \chi_V \rangle = 1."
)


def derivation() -> Derivation:
    """C1: the mean of L -> V(g) L W(g)^* projects on the intertwining maps, and its trace is an inner product."""
    from .derivation import Derivation, argued, define, equal

    witnessed = checks.witnessed
    steps = (
        define(
            r"$G$ acts on the matrices $L$ with as many rows as $V$ and as many columns as $W$ by $L \mapsto"
            r" V(g)\, L\, W(g)^*$.",
            r"\Pi(L) = \frac1n \sum_g V(g)\, L\, W(g)^*",
            label="mean",
        ),
        argued(
            "averaging over a subgroup",
            r"A matrix is fixed under that action iff $V(g) L = L\, W(g)$ for all $g$, so the mean projects on"
            r" the intertwining maps. (Instances: pairs of irreps whose degrees have a product of at most 4, as"
            r" exact matrices, with $\sigma(g^{-1})$ for $\sigma(g)^*$; the trace of $\Pi$ is compared with the"
            r" nullity of the equations for generators.)",
            r"\Pi^2 = \Pi, \qquad \operatorname{rank} \Pi = \operatorname{tr} \Pi = \dim \operatorname{Hom}_G(W,"
            r" V)",
            on=witnessed(checks.means_project_on_intertwiners),
            label="projection",
            uses=("mean",),
        ),
        equal(
            "trace",
            r"The entry $(i, j)$ of $A E_{ij} B^*$, $E_{ij}$ with a single entry 1, is $A_{ii}"
            r" \overline{B_{jj}}$. (Checked for $A$ of 1 to 3 rows and $B$ of 2 or 3.)",
            r"\operatorname{tr}(L \mapsto A L B^*) = \operatorname{tr} A\, \overline{\operatorname{tr} B}",
            pairs=[checks.trace_pair(size, other) for size in (1, 2, 3) for other in (2, 3)],
            label="trace",
        ),
        argued(
            "trace",
            r"Take the trace of $\Pi$ term by term. (Instances: $V$ the functions on a set that $G$ permutes, $W$"
            r" an irrep.)",
            r"\langle \chi_V, \chi_W \rangle = \frac1n \sum_g \chi_V(g)\, \overline{\chi_W(g)} ="
            r" \operatorname{tr} \Pi = \dim \operatorname{Hom}_G(W, V)",
            r"\langle \chi_V, \chi_W \rangle = \dim \operatorname{Hom}_G(W, V)",
            on=witnessed(checks.characters_count_maps),
            label="count",
            uses=("projection", "trace"),
        ),
        argued(
            "Schur's lemma",
            r"The intertwining maps of an irrep with itself are the multiples of $I$; between inequivalent ones"
            r" there are none but 0.",
            r"\langle \chi_\rho, \chi_\sigma \rangle = \dim \operatorname{Hom}_G(\sigma, \rho) ="
            r" \delta_{\rho\sigma}",
            r"\langle \chi_\rho, \chi_\sigma \rangle = \delta_{\rho\sigma}",
            on=witnessed(checks.irreps_have_no_common_maps),
            label="schur",
            uses=("count",),
        ),
        argued(
            "expansion",
            r"The complement of an invariant subspace of unitary matrices is invariant, so $V$ is a direct sum of"
            r" irreps, $m_\rho$ copies of $\rho$. Its character is $\sum_\rho m_\rho \chi_\rho$; the step before"
            r" gives $m_\rho$ and the square. A sum of squares of integers is 1 iff one of them is $\pm 1$ and"
            r" the others are zero. (Instances: as above; the $m_\rho$ are counted by the equations.)",
            r"m_\rho = \langle \chi_V, \chi_\rho \rangle, \qquad V \cong \bigoplus_\rho \langle \chi_V, \chi_\rho"
            r" \rangle\, \rho, \qquad \langle \chi_V, \chi_V \rangle = \sum_\rho m_\rho^2",
            r"V \text{ irreducible } \iff \langle \chi_V, \chi_V \rangle = 1",
            on=witnessed(checks.characters_count_maps),
            uses=("schur",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C1")


# ---------------------------------------------------------------------- checks

#: The characters of all pairs of irreps, of a set that G permutes, and of products of two irreps.
KINDS = ("pairs of irreps", "functions on a set", "a product of two irreps")

#: Dimension up to which intertwining maps are counted by equations over a cyclotomic field.
MAX_UNKNOWNS = 30


def exact_cases(quick: bool) -> list[GroupCase]:
    """All kinds on small groups; the tables of large groups."""
    groups = QUICK_SMALL_GROUPS if quick else SMALL_GROUPS
    large = LARGE_GROUPS[:1] if quick else LARGE_GROUPS
    return [*group_cases(groups, KINDS[: 2 if quick else 3]), *group_cases(large, ("the rows of the table",))]


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Inner products of values of characters, against nullities of the equations for intertwining maps."""
    if case.kind == "the rows of the table":
        return _compare_rows(case)
    group = named_group(case.group)
    every = [irrep.generator_matrices for irrep in irreps(case.group)]
    table = group.character_table()
    if case.kind == KINDS[0]:
        chosen = [(table.character(i), V) for i, V in enumerate(every)]
    elif case.kind == KINDS[1]:
        action = small_set(case.group, rng)
        pi = ClassFunction(group, action.character.tolist())
        chosen = [(pi, checks.permutation_matrices(action))]
    else:
        i, j = _factors(table.degrees.tolist(), rng)
        both = [_kronecker(A, B) for A, B in zip(every[i], every[j], strict=True)]
        chosen = [(table.character(i) * table.character(j), both)]
    by_values = [f.inner(table.character(j)) for f, _ in chosen for j in range(len(every))]
    by_maps = [checks.intertwiner_dimension(V, W) for _, V in chosen for W in every]
    return compare_exactly(str(case), "inner product", by_values, by_maps)


def _factors(degrees: list[int], rng: np.random.Generator) -> tuple[int, int]:
    """Two random irreps whose product has at most MAX_UNKNOWNS entries a map from an irrep."""
    pairs = [
        (i, j)
        for i, d in enumerate(degrees)
        for j, e in enumerate(degrees)
        if d * e * max(degrees) <= MAX_UNKNOWNS
    ]
    i, j = pairs[int(rng.integers(len(pairs)))]
    return i, j


def _kronecker(A: Any, B: Any) -> Any:
    """Kronecker product."""
    return tuple(tuple(a * b for a in row for b in other) for row in A for other in B)


def small_set(name: str, rng: np.random.Generator) -> PermutationAction:
    """A random set of at most three orbits and MAX_UNKNOWNS/3 points."""
    group = named_group(name)
    for _ in range(100):
        action = random_action(group, int(rng.integers(1, 4)), rng)
        if 1 < action.degree <= MAX_UNKNOWNS // 3:
            return action
    return PermutationAction.trivial(group, 2)


def _compare_rows(case: GroupCase) -> Comparison:
    """All inner products of two rows of the character table, against the unit matrix."""
    table = named_group(case.group).character_table()
    rows = [table.character(i) for i in range(len(table))]
    found = [one.inner(other) for one in rows for other in rows]
    return compare_exactly(str(case), "inner product", found, np.eye(len(rows), dtype=int).ravel().tolist())


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Pairs of irreps, and sets, of every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS, KINDS[:2])


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Inner products of traces of unitary matrices, against the unit matrix or the ranks of projections."""
    traces = unitary_traces(case.group)
    n = traces.shape[1]
    compare = partial(compare_numerically, str(case), size=n)
    if case.kind == KINDS[0]:
        return compare("inner products", traces @ traces.conj().T / n, np.eye(len(traces)))
    action = small_set(case.group, rng)
    found = traces.conj() @ action.fixed_points / n
    ranks = [_rank_of_projection(action, chi) for chi in traces]
    degrees = traces[:, 0].real.round()
    return joint(
        [
            compare("multiplicities", found, ranks / degrees),
            compare("square", [np.mean(action.fixed_points**2)], [np.sum((ranks / degrees) ** 2)]),
        ]
    )


def _rank_of_projection(action: PermutationAction, chi: Any) -> int:
    """Rank of (d/n) sum_g conj(chi(g)) P(g), the projection on the part of one kind, by singular values."""
    N, n = action.degree, len(chi)
    P = np.zeros((N, N), dtype=np.complex128)
    for g in range(n):
        P[action.permutations[g], np.arange(N)] += chi[g].conj() * chi[0] / n
    values = np.linalg.svd(P, compute_uv=False)
    return int(np.count_nonzero(values > 0.5))  # a projection has the singular values 0 and 1


THEOREM = Theorem(
    id="C1",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: values of characters are cyclotomic numbers, which the exact check decides.",
)
