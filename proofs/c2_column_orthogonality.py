"""Theorem C2: columns of the character table are orthogonal, and their norms are the orders of centralisers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.cyclotomics import weighted_sum

from . import character_checks as checks
from .character_instances import LARGE_GROUPS, GroupCase, group_cases, unitary_traces
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, IntArray, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .derivation import Derivation

TITLE = "Column orthogonality of characters"
SOURCE = "Frobenius and Schur; Serre 1977, chapter 2"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$; $\rho$ runs through its unitary irreps over $\mathbb{C}$, one of each"
    r" equivalence class, with the characters $\chi_\rho(g) = \operatorname{tr} \rho(g)$ and their conjugates"
    r" $\overline{\chi_\rho(g)} = \chi_\rho(g^{-1})$.",
    r"$g \sim h$ says that $g$ and $h$ are conjugate, $g = x h x^{-1}$ for some $x \in G$, and $[g \sim h]$ is 1"
    r" if they are, else 0; $k$ is the number of the conjugacy classes.",
    r"$C_G(g) = \{x \in G : x g = g x\}$ is the centraliser of $g$.",
)
STATEMENT = (
    r"\sum_\rho \chi_\rho(g)\, \overline{\chi_\rho(h)} = |C_G(g)|\, [g \sim h], \qquad \sum_\rho |\chi_\rho(g)|^2"
    r" = |C_G(g)|, \qquad |\{\rho\}| = k."
)


def derivation() -> Derivation:
    """C2: a square matrix with orthonormal rows has orthonormal columns."""
    from .derivation import Derivation, argued, define

    witnessed = checks.witnessed
    steps = (
        argued(
            "Schur's lemma",
            r"Let the class function $f$ be orthogonal to the conjugates of all $\chi_\rho$. The matrix $\sum_g"
            r" f(g) \rho(g)$ commutes with $\rho$, so it is a multiple of $I$; its trace is 0, so it is zero, in"
            r" every irrep and hence in the regular representation, where it is $\sum_g f(g)\, g$. So $f = 0$:"
            r" the characters span the class functions, and they are independent by C1. (The instances compute"
            r" the rank of the table.)",
            r"|\{\rho\}| = k",
            on=witnessed(checks.characters_span_the_class_functions),
            label="square",
            uses=("C1",),
        ),
        define(
            r"One row an irrep, one column a conjugacy class $\mathcal C$ with $|\mathcal C|$ elements and the"
            r" value $\chi_\rho(\mathcal C)$.",
            r"X_{\rho \mathcal C} = \sqrt{|\mathcal C|/n}\; \chi_\rho(\mathcal C)",
            label="matrix",
        ),
        argued(
            "counting dimensions",
            r"By C1 the rows are orthonormal. As $X$ is square, $X^*$ is its inverse and the columns are"
            r" orthonormal too.",
            r"X X^* = I, \qquad X^* X = I, \qquad \sum_\rho \chi_\rho(g)\, \overline{\chi_\rho(h)} ="
            r" \frac{n}{|\mathcal C|}\, [g \sim h] \quad (g \in \mathcal C)",
            on=witnessed(checks.rows_and_columns_are_orthonormal),
            label="columns",
            uses=("square", "matrix", "C1"),
        ),
        argued(
            "orbit-stabiliser",
            r"The class of $g$ is its orbit under conjugation, with the stabiliser $C_G(g)$. (Instances: elements"
            r" that commute with $g$, one by one.)",
            r"\frac{n}{|\mathcal C|} = |C_G(g)|",
            on=witnessed(checks.centralisers_have_the_index_of_the_class),
            label="centraliser",
        ),
        argued(
            "substitution",
            r"Put this into the product of two columns; for the second claim take $h = g$. (Instances: the norms"
            r" of all columns.)",
            r"\sum_\rho \chi_\rho(g)\, \overline{\chi_\rho(h)} = |C_G(g)|\, [g \sim h]",
            r"h = g: \qquad \sum_\rho |\chi_\rho(g)|^2 = |C_G(g)|",
            on=witnessed(checks.column_norms_are_centralisers),
            uses=("columns", "centraliser"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C2")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[GroupCase]:
    """Small groups and larger ones."""
    return group_cases(QUICK_SMALL_GROUPS if quick else (*SMALL_GROUPS, "C1", *LARGE_GROUPS))


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Products of columns of the table, against centralisers and conjugates found element by element."""
    group = named_group(case.group)
    table = group.character_table()
    chosen = random_elements(group, rng)
    labels = group.conjugacy_classes.labels[chosen].tolist()
    columns = [[row[j] for row in table.values] for j in labels]
    conjugates = [[x.conjugate() for x in column] for column in columns]
    ones = [1] * len(table)
    found = [weighted_sum(ones, one, other) for one in columns for other in conjugates]
    name = str(case)
    comparisons = [compare_exactly(name, "product of columns", found, conjugators(group, chosen).ravel().tolist())]
    if group.order <= MAX_PAIRS:
        table_size, pairs = len(table) * group.order, int(np.count_nonzero(group.table == group.table.T))
        comparisons.append(compare_exactly(name, "n times the number of irreps", [table_size], [pairs]))
    return joint(comparisons)


#: Order up to which all pairs of elements are tried.
MAX_PAIRS = 400


def random_elements(group: FiniteGroup, rng: np.random.Generator) -> IntArray:
    """At most nine elements, the unit among them, and a conjugate of the last of them."""
    chosen = np.append(0, rng.integers(0, group.order, min(8, group.order)))
    return np.append(chosen, group.conjugate(chosen[-1], int(rng.integers(group.order))))


def conjugators(group: FiniteGroup, elements: IntArray) -> IntArray:
    """Array [m, m]: the number of x with x g = h x, for pairs of elements.

    If x is one of them, the others are x C_G(g): they are |C_G(g)| for conjugate g and h, else 0.
    """
    every = np.arange(group.order)
    right = group.multiply(every[None, :], elements[:, None])
    left = group.multiply(elements[:, None], every[None, :])
    return np.array([[np.count_nonzero(a == b) for b in left] for a in right], dtype=np.int64)


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS, variants=1 if quick else 2)


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Products of traces of unitary matrices, against the numbers of conjugating elements."""
    group = named_group(case.group)
    chosen = random_elements(group, rng)
    traces = unitary_traces(case.group)[:, chosen]
    found = traces.T @ traces.conj()
    return compare_numerically(
        str(case), "product of columns", found, conjugators(group, chosen), size=group.order
    )


THEOREM = Theorem(
    id="C2",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: values of characters are cyclotomic numbers, which the exact check decides.",
)
