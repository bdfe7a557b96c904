"""Theorem C6: Burnside and Brauer's bound for tensor powers, with a kernel, and where it is met."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.class_functions import ClassFunction

from . import tensor_power_checks as checks
from .character_instances import GroupCase, group_cases, unitary_traces
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .exact_checks import irreps
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .permutation_instances import small_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Irreps in tensor powers"
SOURCE = "Burnside 1911 and Brauer 1964; the product formula and the kernel, this work"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with unit $e$; $\rho$ runs through its unitary irreps over $\mathbb{C}$,"
    r" one of each equivalence class, of degree $d_\rho$ and character $\chi_\rho$; $\langle f, h \rangle ="
    r" \frac1n \sum_g f(g)\, \overline{h(g)}$.",
    r"$V$ is a representation of $G$ by unitary matrices of $D \ge 1$ rows, real or not; $\chi_V$ is its"
    r" character, $c_0 = D, c_1, \dots, c_{r-1}$ are the different values of $\chi_V$.",
    r"$\ker V = \{g : V(g) = I\}$ is the kernel of $V$, $K = \ker V$, and $\ker \rho$ likewise. $V^{\otimes m}$"
    r" is the $m$-th tensor power, with the character $\chi_V^m$, the trivial irrep for $m = 0$.",
    r"$C_N$ is the cyclic group of order $N$, and $\zeta$ is a character of $C_N$ of degree 1 with $N$ different"
    r" values.",
)
STATEMENT = (
    r"\prod_{j=1}^{r-1} (\chi_V(g) - c_j) = \frac{|K|}{n} \prod_{j=1}^{r-1} (D - c_j) \sum_{\rho : K \subseteq"
    r" \ker \rho} d_\rho\, \chi_\rho(g). \text{ So } \max_{0 \le m < r} \langle \chi_V^m, \chi_\rho \rangle > 0"
    r" \text{ iff } K \subseteq \ker \rho \text{, and } \langle \chi_V^m, \chi_\rho \rangle = 0 \text{ for all }"
    r" m \text{ otherwise. For } V = \zeta \text{ the bound is met: } r = N, \qquad \langle \chi_V^m, \zeta^{N-1}"
    r" \rangle = [m = N - 1] \text{ for } 0 \le m < N."
)


def derivation() -> Derivation:
    """C6: a polynomial in the character is a multiple of the regular character of G/K."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "comparison",
            r"$\chi_V(g)$ is the sum of $D$ numbers of absolute value 1, the eigenvalues of $V(g)$. It is $D$"
            r" only if all of them are 1, and a unitary matrix with the only eigenvalue 1 is $I$.",
            r"K = \{g : \chi_V(g) = D\}",
            on=witnessed(checks.kernels_are_where_the_character_is_the_degree),
            label="kernel",
        ),
        argued(
            "theorem",
            r"The irreps of $G$ with $K$ in their kernel are those of the group $G/K$. C2 for $G/K$, with the"
            r" column of its unit. (Instances: the kernels of all irreps, as matrices.)",
            r"\sum_{\rho : K \subseteq \ker \rho} d_\rho\, \chi_\rho(g) = \frac{n}{|K|}\, [g \in K]",
            on=witnessed(checks.quotients_have_regular_characters),
            label="quotient",
            uses=("C2",),
        ),
        argued(
            "substitution",
            r"Outside of $K$ the value $\chi_V(g)$ is one of $c_1, \dots, c_{r-1}$ and the product is zero; on"
            r" $K$ it is the product of the $D - c_j$. (Instances: every irrep as $V$; coefficients of all irreps"
            r" are compared.)",
            r"\prod_{j=1}^{r-1} (\chi_V(g) - c_j) = \prod_{j=1}^{r-1} (D - c_j)\, [g \in K] = \frac{|K|}{n}"
            r" \prod_{j=1}^{r-1} (D - c_j) \sum_{\rho : K \subseteq \ker \rho} d_\rho\, \chi_\rho(g)",
            r"\prod_{j=1}^{r-1} (\chi_V(g) - c_j) = \frac{|K|}{n} \prod_{j=1}^{r-1} (D - c_j) \sum_{\rho : K"
            r" \subseteq \ker \rho} d_\rho\, \chi_\rho(g)",
            on=witnessed(checks.product_is_regular),
            label="product",
            uses=("kernel", "quotient"),
        ),
        argued(
            "expansion",
            r"Multiply the left side out and take the inner product with $\chi_\rho$, $K \subseteq \ker \rho$: a"
            r" combination of the $\langle \chi_V^m, \chi_\rho \rangle$ with $m < r$ on the left, by C1 the"
            r" number $\frac{|K|}{n} \prod_j (D - c_j)\, d_\rho \ne 0$ on the right. So one of them is not zero,"
            r" and as a multiplicity it is positive. If $\rho$ occurs in some $V^{\otimes m}$, then $K$ acts by"
            r" $I$ there, so $K \subseteq \ker \rho$. (Instances: every irrep as $V$; the powers up to 3 hold no"
            r" others.)",
            r"K \subseteq \ker \rho: \quad \max_{0 \le m < r} \langle \chi_V^m, \chi_\rho \rangle > 0; \qquad K"
            r" \not\subseteq \ker \rho: \quad \langle \chi_V^m, \chi_\rho \rangle = 0",
            on=witnessed(checks.powers_hold_the_irreps_of_the_quotient),
            label="powers",
            uses=("product", "C1"),
        ),
        argued(
            "counterexample",
            r"The powers $\zeta^0, \dots, \zeta^{N-1}$ are different characters of degree 1, and $V^{\otimes m} ="
            r" \zeta^m$ is one of them.",
            r"V = \zeta: \qquad r = N, \qquad \langle \chi_V^m, \zeta^{N-1} \rangle = [m = N - 1] \quad (0 \le m"
            r" < N)",
            on=[
                (name, partial(checks.cyclic_groups_need_every_power, name))
                for name in ("C2", "C3", "C4", "C5", "C6")
            ],
            uses=("powers",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C6")


# ---------------------------------------------------------------------- checks

#: What V is.
KINDS = ("every irrep", "functions on points")

#: Tuples of points that are listed one by one; entries of the largest matrix of a tensor power.
MAX_TUPLES, MAX_ROWS = 700, 30


def exact_cases(quick: bool) -> list[GroupCase]:
    """Small groups with every irrep as V, and with a set of points."""
    return group_cases(QUICK_SMALL_GROUPS if quick else SMALL_GROUPS, KINDS)


def exact_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Multiplicities in powers of the character, against kernels of exact matrices and stabilisers of tuples."""
    if case.kind == "functions on points":
        return _compare_tuples(case)
    name, table = str(case), named_group(case.group).character_table()
    kernels = [checks.kernel(irrep) for irrep in irreps(case.group)]
    comparisons = []
    for row, own in enumerate(kernels):
        chi = table.character(row)
        inside = [own <= other for other in kernels]
        coefficients = list(checks.product_function(chi).coefficients())
        expected = checks.regular_coefficients(chi, len(own), inside)
        occurs = [m >= 0 for m in checks.first_powers(chi)]
        comparisons += [
            compare_exactly(name, f"coefficient of the product for V = irrep {row}", coefficients, expected),
            compare_exactly(name, f"whether irreps occur for V = irrep {row}", occurs, inside),
        ]
    return joint(comparisons)


def _compare_tuples(case: GroupCase) -> Comparison:
    """The powers of a permutation character, as the functions on tuples of points."""
    action = small_action(case.group)
    pi = ClassFunction(action.group, action.character.tolist())
    by_values: list[int] = []
    by_tuples: list[int] = []
    power, m = ClassFunction.trivial(action.group), 0
    while action.degree**m <= MAX_TUPLES and m < len(checks.values_of(pi)):
        by_values += power.decompose()
        by_tuples += checks.tuple_multiplicities(action, m)
        power, m = power * pi, m + 1
    return compare_exactly(str(case), "multiplicity", by_values, by_tuples)


def numeric_cases(quick: bool) -> list[GroupCase]:
    """Every group of the list, with a faithful irrep where there is one."""
    return group_cases(QUICK_GROUPS if quick else GROUPS)


def numeric_compare(case: GroupCase, rng: np.random.Generator) -> Comparison:
    """Singular values of the projections of V^(x)m on its parts, against multiplicities by the character table."""
    from .irreps import unitary_irreps

    group = named_group(case.group)
    table, traces = group.character_table(), unitary_traces(case.group)
    row = checks.faithful_row(group)
    V = unitary_irreps(group)[row].matrices
    chi, power = table.character(row), ClassFunction.trivial(group)
    tensor = np.ones((group.order, 1, 1))
    comparisons: list[Comparison] = []
    while tensor.shape[1] <= MAX_ROWS and len(comparisons) < min(4, len(checks.values_of(chi))):
        size = tensor.shape[1]
        flat = traces.conj() @ tensor.reshape(group.order, -1) * traces[:, :1] / group.order
        values = np.linalg.svd(flat.reshape(-1, size, size), compute_uv=False)
        ranks = np.array(power.decompose()) * table.degrees
        expected = np.arange(size)[None, :] < ranks[:, None]
        comparisons.append(
            compare_numerically(
                str(case), f"singular values in power {len(comparisons)}", values, expected * 1.0, size=group.order
            )
        )
        tensor = np.einsum("gij,gkl->gikjl", tensor, V).reshape(group.order, size * V.shape[1], -1)
        power = power * chi
    return joint(comparisons)


THEOREM = Theorem(
    id="C6",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: multiplicities are integers and coefficients are cyclotomic numbers, which the"
    " exact check decides.",
)
