"""Theorem T7: the errors when several poses are missing together, and one error for a missing coset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import Arithmetic, Problem, balls, rationals
from .enclosed_instances import ENCLOSED_GROUPS, MAX_ENCLOSED_POINTS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_numerically, joint
from .instances import (
    GROUPS,
    QUICK_GROUPS,
    QUICK_SMALL_GROUPS,
    SMALL_GROUPS,
    Instance,
    IntArray,
    SymbolCase,
    float_instance,
    symbol_cases,
)
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.subgroups import Subgroup

    from .derivation import Derivation

TITLE = "Missing cosets and missing sets"
SOURCE = "this work"
HYPOTHESES = (
    r"As in T2, or as in T4 if orbits have stabilisers; $K$ is positive definite, ridge included. $\psi_{ab}$ is"
    r" the symbol of $K^{-1}$ as in T2.",
    r"All poses of orbit $c$ have the label $t_c$, and $t = (t_1, \dots, t_C)$. $\mathbf 1$ is the trivial irrep,"
    r" and $\alpha_c$ the value of $K^{-1} y$ at the poses of orbit $c$, where $y$ is the vector of the labels of"
    r" all points; $\alpha_c = [\hat K(\mathbf 1)^{-1} t]_c$ for free orbits.",
    r"Kernel regression is trained on all points but those of a missing set $S$, and $\mathrm{error}_i$ is label"
    r" minus prediction at the point $i$ of $S$. Where nothing is left to train on the prediction is zero.",
    r"For a subgroup $H$ and any $g$ the missing coset of orbit $c$ is the set of the poses $g h x_c$ with $h \in"
    r" H$: a left coset of $H$ moves the seed. (A right coset is a left one too, $Hg = g\,(g^{-1}Hg)$, but of a"
    r" conjugate of $H$.)",
)
FREE = (
    r"\mathrm{error}_{(c,gh)} = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}{\sum_\rho d_\rho \operatorname{tr}\bigl["
    r"(\hat K(\rho)^{-1})_{cc} \sum_{h' \in H} \rho(h')^*\bigr]}"
)
WITH_STABILISERS = (
    r"\mathrm{error}_{(c,gh)} = \frac{\sqrt{N_c}\, |H \cap H_c|\, \bigl[M_{\mathbf 1}^{-1} (\sqrt{N_b}\,"
    r" t_b)_b\bigr]_c}{\sum_\rho d_\rho \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\, U_c(\rho)^* \sum_{h' \in H}"
    r" \rho(h')^*\, U_c(\rho)\bigr]}"
)
ANY_SET = r"\sum_{j=1}^{s} \psi_{c_i c_j}(g_i^{-1} g_j)\, \mathrm{error}_j = \alpha_{c_i} \quad (i = 1, \dots, s)"
STATEMENT = (
    r"\text{If different points } g_1 x_{c_1}, \dots, g_s x_{c_s} \text{ of free orbits are missing, their errors"
    r" are"
    r" the only solution of } " + ANY_SET + r"; \text{ those of a missing coset are all equal, }"
    r" " + FREE + r", \text{ and with stabilisers } " + WITH_STABILISERS + r"."
)


def derivation() -> Derivation:
    """T7: T1 with the symbol of the inverse, whose block on a coset has rows of one sum."""
    from . import coset_checks as checks
    from .derivation import Derivation, argued
    from .irrep_checks import witnessed

    steps = (
        argued(
            "theorem",
            r"By T1 the errors on $S$ solve $[K^{-1}]_{SS}\, \mathrm{error} = [K^{-1} y]_S$, for $K^{-1}$ is"
            r" positive definite and so is its principal block, which is therefore invertible. By T2 the entry of"
            r" the block at the points $g_i x_{c_i}$ and $g_j x_{c_j}$ is $\psi_{c_i c_j}(g_i^{-1} g_j)$, and by"
            r" T6 the right side is $\alpha_{c_i} = [\hat K(\mathbf 1)^{-1} t]_{c_i}$. (The instances take points"
            r" of two orbits and solve without them.)",
            ANY_SET,
            on=witnessed(checks.any_set_solves),
            label="any set",
            uses=("T1", "T2", "T6"),
        ),
        argued(
            "substitution",
            r"Let $S$ be the coset of the poses $g h x_c$, $h \in H$, of a free orbit. The entry at $g h x_c$ and"
            r" $g h' x_c$ is $\psi_{cc}((gh)^{-1} g h') = \psi_{cc}(h^{-1} h')$: $g$ cancels, so all cosets of"
            r" $H$ have one block. In the row of $h$ put $h' = h k$; $k$ runs through $H$ as $h'$ does, because"
            r" $H$ is a subgroup. So all rows of the block have one sum.",
            r"\sum_{h' \in H} \psi_{cc}(h^{-1} h') = \sum_{k \in H} \psi_{cc}(k) = \sigma_c \text{ for every } h"
            r" \in H",
            on=witnessed(checks.rows_have_one_sum),
            label="rows",
            uses=("any set",),
        ),
        argued(
            "eigenvector",
            r"So the block takes the vector of ones to $\sigma_c$ times it, and $\sigma_c > 0$ as the block is"
            r" positive definite. The right side is constant too, $\alpha_c$ at every pose: the constant"
            r" $\alpha_c/\sigma_c$ solves the system, whose solution is unique.",
            r"\mathrm{error}_{(c,gh)} = \frac{\alpha_c}{\sigma_c}",
            on=witnessed(checks.constant_errors_solve),
            label="constant",
            uses=("any set", "rows"),
        ),
        argued(
            "theorem",
            r"Sum the inverse of T2 over $H$ and put $\alpha_c$ of T6 above it.",
            r"\sigma_c = \frac1n \sum_\rho d_\rho \operatorname{tr}\Bigl[(\hat K(\rho)^{-1})_{cc} \sum_{h' \in H}"
            r" \rho(h')^*\Bigr]",
            FREE,
            on=witnessed(checks.free_formula_by_refitting),
            label="free",
            uses=("constant", "T2", "T6"),
        ),
        argued(
            "Schur orthogonality",
            r"For $H = \{e\}$ this is T6. For $H = G$ the whole orbit is missing: $\sum_g \rho(g)^*$ is zero but"
            r" for the trivial irrep, where it is $n$, so orbit $c$ is left out of kernel regression with the $C$"
            r" points and the matrix $\hat K(\mathbf 1)$ of orbit sums, as in T1.",
            r"H = G: \quad \mathrm{error}_{(c,g)} = \frac{[\hat K(\mathbf 1)^{-1} t]_c}"
            r"{[\hat K(\mathbf 1)^{-1}]_{cc}}",
            on=witnessed(checks.whole_orbit_is_leave_one_out),
            uses=("free", "T1", "T6"),
        ),
        argued(
            "counterexample",
            r"Which subgroup matters, not its order alone: on a sample of $S_3$ the coset $\{x_c, h x_c\}$ of a"
            r" transposition $h$ has another error than that of a conjugate transposition, and the right coset $H"
            r" g$ has the error of $g^{-1} H g$. The three poses $x_c, h x_c, s x_c$ with $s$ of order 3 are no"
            r" coset, and their errors differ.",
            on=[("S3", checks.conjugate_subgroups_differ)],
            decided=True,
            uses=("any set", "free"),
        ),
        argued(
            "invariance",
            r"With stabilisers $G$ permutes the points and leaves $K$ unchanged, hence $K^{-1}$ too: its entry at"
            r" $g x_c$ and $h x_c$ depends on $g^{-1}h$ only. By T4 $K^{-1} = \sum_{\rho,i} V^{\rho,i}"
            r" M_\rho^{-1} (V^{\rho,i})^*$ with the modes $V^{\rho,i}$ of orbit $c$, $\sqrt{d_\rho/N_c}$ times"
            r" row $i$ of $\rho(g) U_c(\rho)$ at the pose $g x_c$; the sum over $i$ is a trace.",
            r"[K^{-1}]_{(c,g),(c,h)} = \frac{1}{N_c} \sum_\rho d_\rho \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\,"
            r" U_c(\rho)^* \rho(g^{-1}h)^*\, U_c(\rho)\bigr]",
            on=witnessed(checks.entries_of_the_inverse),
            label="inverse with stabilisers",
            uses=("T2", "T4"),
        ),
        argued(
            "orbit-stabiliser",
            r"The elements $h'$ of $H$ take $x_c$ to $|H|/|H \cap H_c|$ different poses, each $|H \cap H_c|$"
            r" times. So the rows of the block of the missing coset have the sum $\sigma_c$ below, for the reason"
            r" given for free orbits, and the errors are $\alpha_c/\sigma_c$ again, with $\alpha_c = [M_{\mathbf"
            r" 1}^{-1} (\sqrt{N_b}\, t_b)_b]_c/\sqrt{N_c}$ by T6.",
            r"\sigma_c = \frac{1}{|H \cap H_c|\, N_c} \sum_\rho d_\rho \operatorname{tr}\Bigl[(M_\rho^{-1})_{cc}\,"
            r" U_c(\rho)^* \sum_{h' \in H} \rho(h')^*\, U_c(\rho)\Bigr]",
            WITH_STABILISERS,
            on=witnessed(checks.stabiliser_formula_by_refitting),
            uses=("rows", "constant", "inverse with stabilisers", "T1", "T6"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T7")


# ---------------------------------------------------------------------- checks

#: Points of an exact check (two orbits at least): whole inverses are compared with systems solved anew.
MAX_POINTS = 48

#: Points of a numeric check, two orbits at least.
MAX_NUMERIC_POINTS = 200


def random_subgroup(instance: Instance, rng: np.random.Generator) -> Subgroup:
    """A subgroup of one or two random generators other than e; one time in five the whole group."""
    group = instance.group
    count = int(rng.integers(1, 3))
    if group.order == 1 or rng.random() < 0.2:
        return group.subgroup(group.generators)
    return group.subgroup(rng.integers(1, group.order, count).tolist())


def random_set(instance: Instance, rng: np.random.Generator) -> IntArray:
    """Positions of 2 to 4 points of any orbits, but not of all points."""
    total = int(instance.sizes.sum())
    count = max(1, min(int(rng.integers(2, 5)), total - 1))
    return np.sort(rng.choice(total, count, replace=False))


def located(instance: Instance, points: IntArray) -> tuple[IntArray, IntArray]:
    """Orbits [s] of some points, and the elements [s] that take the seeds there."""
    orbits = np.repeat(np.arange(len(instance.sizes)), instance.sizes)[points]
    within = points - (np.cumsum(instance.sizes) - instance.sizes)[orbits]
    chosen = [
        int(instance.stabilisers[c].left_representatives[i])
        for c, i in zip(orbits.tolist(), within.tolist(), strict=True)
    ]
    return orbits, np.array(chosen, dtype=np.int64)


def _quotients(instance: Instance, elements: IntArray) -> IntArray:
    """Array [s, s] of g_i^-1 g_j."""
    group = instance.group
    return group.multiply(group.inverse(elements)[:, None], elements[None, :])


def _compare(case: SymbolCase, rng: np.random.Generator, use: Arithmetic) -> Comparison:
    """Cosets of each orbit, and a set of points of any orbits, against dropping them and solving anew."""
    with use.precision():
        problem = Problem(case, rng, use)
        instance = problem.instance
        H = random_subgroup(instance, rng)
        errors = problem.coset_error(H.elements.tolist())
        spread: list[Any] = []
        refitted: list[Any] = []
        for c in range(case.orbits):
            g = int(rng.integers(instance.group.order))
            points = instance.points(c, instance.group.multiply(g, H.elements))
            refitted += problem.refitted(points)
            spread += [errors[c]] * len(points)
        missing = random_set(instance, rng)
        pairs = {
            "error on a coset": (spread, refitted),
            "error on a set": (_set_error(problem, missing), problem.refitted(missing.tolist())),
        }
        return use.compare_all(f"{case}, |H| = {H.order}", pairs)


def _set_error(problem: Problem, missing: IntArray) -> Any:
    """The errors that solve the system of the symbol of K^-1; K^-1 y is a sum of that symbol over all poses."""
    instance, use = problem.instance, problem.use
    psi = use.inverse_symbol(*problem.symbol, *problem.setting)
    orbits, elements = located(instance, missing)
    where, quotients = orbits.tolist(), _quotients(instance, elements).tolist()
    block = [
        [psi[a][b][q] for b, q in zip(where, row, strict=True)] for a, row in zip(where, quotients, strict=True)
    ]
    sums = [
        [sum(psi[a][b][int(g)] for g in H.left_representatives) for b, H in enumerate(instance.stabilisers)]
        for a in where
    ]
    dual = use.matrix(sums) * use.matrix(problem.targets)
    return use.rows(use.matrix(block).solve(dual))


def exact_cases(quick: bool) -> list[SymbolCase]:
    """Free and other orbits of the small groups."""
    groups = QUICK_SMALL_GROUPS if quick else SMALL_GROUPS
    return symbol_cases(
        groups, stabilisers=(False, True), variants=1, offset=5, points=20 if quick else MAX_POINTS
    )


def exact_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """The errors from exact irreps, against dropping the points and solving anew over the rationals."""
    return _compare(case, rng, rationals())


def enclosed_cases(quick: bool) -> list[SymbolCase]:
    """Free and other orbits of groups of every kind."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    return symbol_cases(groups, stabilisers=(False, True), variants=1, offset=5, points=MAX_ENCLOSED_POINTS)


def enclosed_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """The errors from exact irreps and a symbol of balls, against dropping the points and solving anew."""
    return _compare(case, rng, balls())


def numeric_cases(quick: bool) -> list[SymbolCase]:
    """Free and other orbits of every group of the list."""
    groups = QUICK_GROUPS if quick else GROUPS
    return symbol_cases(groups, stabilisers=(False, True), variants=1, offset=5, points=MAX_NUMERIC_POINTS)


def numeric_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """The errors from the Fourier blocks, against dropping the points and solving anew by Cholesky."""
    from orbitkernels.numerics import dense, fourier

    from .routes import NumericRoutes

    routes = NumericRoutes(float_instance(case, rng))
    instance, group = routes.instance, routes.instance.group
    H = random_subgroup(instance, rng)
    labels = instance.targets[routes.orbit_of_point].astype(np.float64)
    overlaps = [np.intersect1d(H.elements, stabiliser.elements).size for stabiliser in instance.stabilisers]
    errors = fourier.coset_errors(routes.blocks, routes.matrices, instance.targets, H.elements, overlaps)
    cosets = [
        instance.points(c, group.multiply(int(rng.integers(group.order)), H.elements)) for c in range(case.orbits)
    ]
    refitted = np.concatenate([dense.refit(routes.gram, labels, points) for points in cosets])
    missing = random_set(instance, rng)
    orbits, elements = located(instance, missing)
    on_set = fourier.missing_set_errors(
        fourier.inverse_symbol(routes.blocks, routes.matrices),
        fourier.dual_coefficients(routes.blocks, instance.targets),
        orbits,
        _quotients(instance, elements),
    )
    name = f"{case}, |H| = {H.order}"
    compare = partial(compare_numerically, name, size=routes.size, condition=routes.condition)
    spread = np.repeat(errors, [len(points) for points in cosets], axis=0)
    return joint(
        [
            compare("error on a coset", spread, refitted),
            compare("error on a set", on_set, dense.refit(routes.gram, labels, missing)),
        ]
    )


THEOREM = Theorem(
    id="T7",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
