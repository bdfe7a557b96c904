"""Theorem C5: how often an element is a product of elements of two conjugacy classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import character_checks as checks
from . import irrep_checks
from .character_instances import LARGE_GROUPS, GroupCase, class_matrix, group_cases, unitary_traces
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Products of conjugacy classes"
SOURCE = "Frobenius and Schur; Burnside 1911; Serre 1977, chapter 7"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with the conjugacy classes $C_1, \dots, C_k$ of $|C_r|$ elements; $r, s,"
    r" t$ run through $1, \dots, k$.",
    r"$\rho$ runs through the unitary irreps over $\mathbb{C}$, one of each equivalence class, of degree"
    r" $d_\rho$; $\chi_\rho(C_r)$ is the value of the character of $\rho$ on $C_r$ and"
    r" $\overline{\chi_\rho(C_r)}$ its conjugate.",
    r"$a_{rst} = |\{(x, y) \in C_r \times C_s : x y = z\}|$ for $z \in C_t$; it is the same number for every such"
    r" $z$.",
)
STATEMENT = (
    r"a_{rst} = \frac{|C_r|\, |C_s|}{n} \sum_\rho \frac{\chi_\rho(C_r)\, \chi_\rho(C_s)\,"
    r" \overline{\chi_\rho(C_t)}}{d_\rho}, \qquad \omega_\rho(C_r)\, \omega_\rho(C_s) = \sum_t a_{rst}\,"
    r" \omega_\rho(C_t) \text{ with } \omega_\rho(C_r) = \frac{|C_r|\, \chi_\rho(C_r)}{d_\rho}."
)


def derivation() -> Derivation:
    """C5: sums over classes act as numbers, which multiply as the sums do."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "Schur's lemma",
            r"Conjugation permutes the terms of the sum over a class, so the sum commutes with $\rho$ and is a"
            r" multiple of $I$; compare traces.",
            r"\sum_{x \in C_r} \rho(x) = \omega_\rho(C_r)\, I, \qquad \omega_\rho(C_r) = \frac{|C_r|\,"
            r" \chi_\rho(C_r)}{d_\rho}",
            on=witnessed(irrep_checks.class_sums_commute, irrep_checks.class_sums_are_scalars),
            label="scalar",
        ),
        argued(
            "invariance",
            r"Conjugating $x$ and $y$ conjugates $z = x y$ and leaves their classes. (Instances: all pairs, one"
            r" by one.)",
            r"|\{(x, y) \in C_r \times C_s : x y = z\}| = a_{rst} \text{ for every } z \in C_t",
            on=witnessed(checks.products_depend_on_the_class),
            label="number",
        ),
        argued(
            "homomorphism",
            r"Multiply the sums of two classes out and collect the pairs with one product $z$.",
            r"\sum_{x \in C_r} \rho(x) \sum_{y \in C_s} \rho(y) = \sum_t a_{rst} \sum_{z \in C_t} \rho(z), \qquad"
            r" \omega_\rho(C_r)\, \omega_\rho(C_s) = \sum_t a_{rst}\, \omega_\rho(C_t)",
            on=witnessed(checks.class_sums_multiply),
            label="product",
            uses=("scalar", "number"),
        ),
        argued(
            "expansion",
            r"Multiply by $d_\rho\, \overline{\chi_\rho(C_u)}$ and sum over $\rho$. By C2 only $t = u$ is left on"
            r" the right, with the factor $|C_u| \cdot n/|C_u| = n$. Divide by $n$, and write $t$ for $u$.",
            r"\sum_\rho d_\rho\, \omega_\rho(C_r)\, \omega_\rho(C_s)\, \overline{\chi_\rho(C_u)} = \sum_t"
            r" a_{rst}\, |C_t| \sum_\rho \chi_\rho(C_t)\, \overline{\chi_\rho(C_u)} = n\, a_{rsu}",
            r"a_{rst} = \frac{|C_r|\, |C_s|}{n} \sum_\rho \frac{\chi_\rho(C_r)\, \chi_\rho(C_s)\,"
            r" \overline{\chi_\rho(C_t)}}{d_\rho}",
            on=witnessed(checks.products_are_counted),
            uses=("product", "C2"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C5")


# ---------------------------------------------------------------------- checks

#: Classes up to which all k^3 numbers are compared.
MAX_CLASSES = 16


def exact_cases(quick: bool) -> list[GroupCase]:
    """Groups with few classes, some of them large."""
    if quick:
        return group_cases((*QUICK_SMALL_GROUPS, LARGE_GROUPS[0]))
    return [c for c in group_cases(("C1", *SMALL_GROUPS, *LARGE_GROUPS)) if _class_count(c.group) <= MAX_CLASSES]


def _class_count(name: str) -> int:
    return len(named_group(name).conjugacy_classes)


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """The formula with values of the table, and all pairs counted."""
    group = named_group(case.group)
    counted = checks.class_products(group)
    formula = checks.products_by_characters(group)
    name = str(case)
    return joint(
        [
            compare_exactly(name, "number of pairs", formula, counted.ravel().tolist()),
            compare_exactly(name, "whether scalars multiply", [checks.class_sums_multiply(case.group)], [True]),
        ]
    )


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list."""
    return group_cases(QUICK_GROUPS if quick else GROUPS)


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Sums of traces of unitary matrices, against a convolution of the indicators of two classes."""
    group = named_group(case.group)
    classes = group.conjugacy_classes
    chi = unitary_traces(case.group)[:, classes.representatives]
    d, sizes = chi[:, 0].real, classes.sizes.astype(np.float64)
    weighted = chi * sizes
    r, s = rng.integers(0, len(classes), 2).tolist()
    found = (weighted[:, r] * weighted[:, s] / d) @ chi.conj() / group.order
    indicator = class_matrix(group)
    every = np.arange(group.order)
    # (1_r * 1_s)(z) is the sum over x of 1_r(x) 1_s(x^-1 z)
    quotients = group.multiply(group.inverse(every)[:, None], classes.representatives[None, :])
    counted = indicator[r].astype(np.float64) @ indicator[s][quotients]
    return compare_numerically(f"{case}, classes {r} and {s}", "number of pairs", found, counted, size=group.order)


THEOREM = Theorem(
    id="C5",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: numbers of pairs are integers, which the exact check decides.",
)
