"""Theorem C4: Frobenius and Schur's count of involutions and of square roots, and what their indicator says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import character_checks as checks
from .character_instances import LARGE_GROUPS, GroupCase, group_cases
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .exact_checks import irreps
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Square roots and involutions"
SOURCE = "Frobenius and Schur 1906; Serre 1977, chapter 13"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with unit $e$; $\rho$ runs through its unitary irreps over $\mathbb{C}$,"
    r" one of each equivalence class, of degree $d_\rho$ and character $\chi_\rho$.",
    r"$\nu_\rho = \frac1n \sum_g \chi_\rho(g^2)$ is the Frobenius-Schur indicator.",
    r"An invariant form of $\rho$ is a matrix $B$ with $\rho(g)^\top B\, \rho(g) = B$ for all $g$; $s_\rho$ is the"
    r" dimension of the symmetric ones, $B^\top = B$, and $a_\rho$ that of the alternating ones, $B^\top = -B$.",
    r"$r(g)$ is the number of the $x \in G$ with $x^2 = g$, and $t$ the number of the involutions, the elements of"
    r" order 2.",
)
STATEMENT = (
    r"r(g) = \sum_\rho \nu_\rho\, \chi_\rho(g), \qquad 1 + t = \sum_\rho \nu_\rho\, d_\rho, \qquad \nu_\rho ="
    r" s_\rho - a_\rho \in \{1, 0, -1\}, \qquad s_\rho + a_\rho = 1 \text{ if } \chi_\rho \text{ is real, else }"
    r" 0."
)


def derivation() -> Derivation:
    """C4: the number of square roots is a class function with the indicators as its coefficients."""
    from .derivation import Derivation, argued, equal

    witnessed = checks.witnessed
    steps = (
        equal(
            "expansion",
            r"The trace of $A$ on the symmetric and on the alternating tensors of degree 2, by their bases $e_i"
            r" \otimes e_j \pm e_j \otimes e_i$; subtract. (Checked for all matrices of 2 and 3 rows.)",
            r"\operatorname{tr}_{\mathrm{Sym}^2} A = \tfrac12 \bigl((\operatorname{tr} A)^2 + \operatorname{tr}"
            r" A^2\bigr), \qquad \operatorname{tr}_{\Lambda^2} A = \tfrac12 \bigl((\operatorname{tr} A)^2 -"
            r" \operatorname{tr} A^2\bigr)",
            r"\operatorname{tr} A^2 = \operatorname{tr}_{\mathrm{Sym}^2} A - \operatorname{tr}_{\Lambda^2} A",
            pairs=[pair for size in (2, 3) for pair in checks.square_pairs(size)],
            label="tensors",
        ),
        argued(
            "averaging over a subgroup",
            r"Put $A = \rho(g)$ and take the mean over $G$: the traces become the numbers of the invariant"
            r" tensors. Forms are the tensors of the dual representation, which has the characters' conjugates;"
            r" as the numbers are real, they are the same. (Instances: the forms are counted by their equations.)",
            r"\nu_\rho = s_\rho - a_\rho",
            on=witnessed(checks.indicators_count_forms),
            label="forms",
            uses=("tensors",),
        ),
        argued(
            "Schur's lemma",
            r"A form that is not zero is a map $B$ with $B \rho(g) = \overline{\rho(g)}\, B$, because"
            r" $\rho(g)^{-\top} = \overline{\rho(g)}$. Such maps are the multiples of one if $\rho$ is equivalent"
            r" to its conjugate, that is, if $\chi_\rho$ is real (C1), and there are none if not. So one of"
            r" $s_\rho$ and $a_\rho$ is 1 or none is.",
            r"\chi_\rho \text{ real}: \quad s_\rho + a_\rho = \dim \operatorname{Hom}_G(\rho, \bar\rho) = 1,"
            r" \qquad \text{else} \quad s_\rho + a_\rho = 0",
            r"s_\rho + a_\rho = 1, \qquad \nu_\rho = s_\rho - a_\rho \in \{1, 0, -1\}",
            on=witnessed(checks.indicators_count_forms),
            label="values",
            uses=("forms", "C1"),
        ),
        argued(
            "expansion",
            r"Conjugation takes the roots of $g$ to those of its conjugate, so $r$ is a class function. Its"
            r" coefficients by C1 and C2: sum over $x$ instead of $g = x^2$. The indicator is real. (Instances:"
            r" all squares, one by one.)",
            r"\frac1n \sum_g r(g)\, \overline{\chi_\rho(g)} = \frac1n \sum_x \overline{\chi_\rho(x^2)} = \nu_\rho",
            r"r(g) = \sum_\rho \nu_\rho\, \chi_\rho(g)",
            on=witnessed(checks.square_roots_are_counted),
            label="count",
            uses=("values", "C1", "C2"),
        ),
        argued(
            "substitution",
            r"Put $g = e$: its square roots are $e$ and the involutions.",
            r"r(e) = 1 + t = \sum_\rho \nu_\rho\, d_\rho",
            r"1 + t = \sum_\rho \nu_\rho\, d_\rho",
            on=witnessed(checks.involutions_are_counted),
            uses=("count",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C4")


# ---------------------------------------------------------------------- checks

#: Degree up to which the invariant forms of an irrep are counted by their equations.
MAX_DEGREE = 4


def exact_cases(quick: bool) -> list[GroupCase]:
    """Roots on all groups, forms on small ones."""
    groups = QUICK_SMALL_GROUPS if quick else ("C1", *SMALL_GROUPS)
    large = LARGE_GROUPS[:1] if quick else LARGE_GROUPS
    return [*group_cases((*groups, *large), ("square roots",)), *group_cases(groups, ("invariant forms",))]


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Sums of characters with the indicators of the table, against squares of elements and forms, one by one."""
    group, name = named_group(case.group), str(case)
    if case.kind == "invariant forms":
        chosen = [rho for rho in irreps(case.group) if rho.degree <= MAX_DEGREE]
        forms = [checks.invariant_forms(rho, 1) - checks.invariant_forms(rho, -1) for rho in chosen]
        return compare_exactly(name, "indicator", [rho.indicator for rho in chosen], forms)
    by_characters = checks.roots_by_characters(group)
    labels = group.conjugacy_classes.labels.tolist()
    roots = checks.square_roots(group)
    involutions = int(np.count_nonzero(group.element_orders == 2))
    return joint(
        [
            compare_exactly(name, "square roots", [by_characters[k] for k in labels], roots.tolist()),
            compare_exactly(name, "1 + involutions", by_characters[:1], [1 + involutions]),
        ]
    )


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS)


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Traces of squares of unitary matrices, summed to indicators and to numbers of roots, against the counts."""
    from .irreps import unitary_irreps

    group = named_group(case.group)
    matrices = [rho.matrices for rho in unitary_irreps(group)]
    traces = np.array([np.trace(rho, axis1=1, axis2=2) for rho in matrices])
    nu = np.array([np.einsum("gij,gji->", rho, rho) / group.order for rho in matrices])
    found = nu @ traces
    kinds = [rho.indicator for rho in unitary_irreps(group)]
    name, size = str(case), group.order
    return joint(
        [
            compare_numerically(name, "indicators", nu, np.array(kinds), size=size),
            compare_numerically(name, "square roots", found, checks.square_roots(group), size=size),
        ]
    )


THEOREM = Theorem(
    id="C4",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: both sides are integers, which the exact check decides.",
)
