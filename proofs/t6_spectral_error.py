"""Theorem T6: the error at a missing pose, for every finite group, any number of orbits and any labels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .arithmetic import Arithmetic, Problem, balls, rationals
from .enclosed_instances import ENCLOSED_GROUPS, MAX_ENCLOSED_POINTS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .image_instances import ImageCase, image_cases, image_orbits
from .instances import (
    GROUPS,
    MAX_EXACT_POINTS,
    QUICK_GROUPS,
    QUICK_SMALL_GROUPS,
    SMALL_GROUPS,
    SymbolCase,
    float_instance,
    symbol_cases,
)
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Spectral error of a missing pose"
SOURCE = "this work; Perin and Deny 2025 (arXiv 2412.11521) for two classes of a cyclic group"
HYPOTHESES = (
    r"As in T2, or as in T4 if orbits have stabilisers; $K$ is positive definite, ridge included.",
    r"All poses of orbit $c$ have the label $t_c$, and $t = (t_1, \dots, t_C)$; kernel regression is trained"
    r" on all points but one pose of orbit $c$, whose label is $y = t_c$ and whose prediction is $p$.",
    r"$\mathbf 1$ is the trivial irrep, $g \mapsto 1$; $\hat K(\mathbf 1)$ is the matrix of orbit sums"
    r" $\sum_g \varphi_{ab}(g)$, and $(\hat K(\rho)^{-1})_{cc}$ the block of orbit $c$ of the inverse.",
)
STATEMENT = (
    r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}"
    r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{cc}\bigr]},"
    r" \text{ and with stabilisers } \mathrm{error}_c = \frac{\sqrt{N_c}\,"
    r" \bigl[M_{\mathbf 1}^{-1} (\sqrt{N_b}\, t_b)_b\bigr]_c}"
    r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\bigr]}."
)


def derivation() -> Derivation:
    """T6: labels constant on orbits live in the trivial irrep; the rest of K^-1 enters by its diagonal."""
    from . import irrep_checks, stabiliser_checks
    from .derivation import Derivation, argued
    from .irrep_checks import witnessed

    steps = (
        argued(
            "averaging over a subgroup",
            r"$\rho(h)$ leaves $\sum_g \rho(g)$ as it is, for every $h$; so its columns are vectors fixed by all"
            r" of $G$. A nontrivial irrep has none but zero. A function that is constant on orbits is therefore"
            r" orthogonal to every mode but those of the trivial irrep.",
            r"\sum_g \rho(g) = 0 \quad (\rho \neq \mathbf 1)",
            on=witnessed(irrep_checks.sums_over_the_group_vanish),
            label="vanish",
        ),
        argued(
            "substitution",
            r"The vector $y$ of all labels is $t_b$ at every pose of orbit $b$. In row $(a,g)$ of $K y$ put $s"
            r" = g^{-1}h$:"
            r" the sum over $s$ no longer depends on $g$. So $K$ maps a vector that is constant on orbits to"
            r" another one, by the matrix $\hat K(\mathbf 1)$, and $K^{-1}$ does so by its inverse.",
            r"[K y]_{(a,g)} = \sum_b t_b \sum_s \varphi_{ab}(s) = [\hat K(\mathbf 1)\, t]_a, \qquad"
            r" [K^{-1} y]_{(c,g)} = [\hat K(\mathbf 1)^{-1} t]_c",
            on=witnessed(stabiliser_checks.labels_stay_constant),
            label="numerator",
            uses=("vanish", "T2"),
        ),
        argued(
            "theorem",
            r"Put $a = b = c$ and $g = h$ into the inverse of T2; $\rho(e)$ is the identity.",
            r"[K^{-1}]_{(c,g),(c,g)} = \frac1n \sum_\rho d_\rho \operatorname{tr}\bigl[(\hat"
            r" K(\rho)^{-1})_{cc}\bigr]",
            on=witnessed(stabiliser_checks.diagonal_of_inverse),
            label="denominator",
            uses=("T2",),
        ),
        argued(
            "theorem",
            r"Divide, by T1. The error is the same for every pose of the orbit. The instances leave a pose out and"
            r" solve anew, for three orbits.",
            r"\mathrm{error}_c = \frac{[K^{-1} y]_{(c,g)}}{[K^{-1}]_{(c,g),(c,g)}}",
            r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}"
            r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{cc}\bigr]}",
            on=witnessed(stabiliser_checks.errors_by_refitting),
            label="free",
            uses=("numerator", "denominator", "T1"),
        ),
        argued(
            "theorem",
            r"With stabilisers use the modes of T4. The mode of the trivial irrep on orbit $b$ is the constant"
            r" $1/\sqrt{N_b}$, in which the labels have the coordinates $\sqrt{N_b}\, t_b$; the value of the"
            r" solution at a pose of orbit $c$ is its coordinate divided by $\sqrt{N_c}$. The diagonal of"
            r" $K^{-1}$ is constant on orbit $c$, as $G$ permutes its poses and leaves $K$ unchanged: it is"
            r" the trace"
            r" over that orbit divided by $N_c$. (The instances compare both lines with the inverse of $K$,"
            r" and their ratio with solving without a pose, for three orbits; they write"
            r" $|H_c|\, [\hat K(\mathbf 1)^{-1} t]_c$ for the first, as $M_{\mathbf 1}$ has the entries"
            r" $\hat K(\mathbf 1)_{ab}/\sqrt{|H_a||H_b|}$.)",
            r"[K^{-1}y]_{(c,g)} = \frac{1}{\sqrt{N_c}} \bigl[M_{\mathbf 1}^{-1} (\sqrt{N_b}\, t_b)_b\bigr]_c,"
            r" \qquad [K^{-1}]_{(c,g),(c,g)} = \frac{1}{N_c} \sum_\rho d_\rho"
            r" \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\bigr]",
            r"\mathrm{error}_c = \frac{\sqrt{N_c}\, \bigl[M_{\mathbf 1}^{-1} (\sqrt{N_b}\, t_b)_b\bigr]_c}"
            r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\bigr]}",
            on=witnessed(
                stabiliser_checks.inverse_on_orbits,
                partial(stabiliser_checks.errors_by_refitting, stabilisers=True),
            ),
            uses=("vanish", "free", "T1", "T4"),
        ),
        argued(
            "counterexample",
            r"The block of orbit $c$ matters: one ratio over the whole spectrum would give both orbits one error."
            r" For two orbits of $S_3$ with the labels $t = (1, -1)$ and the symbols $\varphi_{11} ="
            r" \varphi_{22}$ and"
            r" $\varphi_{12}$ below (elements as permutations in lexicographic order, $gh$ being $g$ after"
            r" $h$) the errors differ in absolute value; they are what leaving a pose out gives.",
            r"\varphi_{11} = (8, 1, -1, -1, -1, 0), \quad \varphi_{12} = (0, 0, 1, 0, -1, -1)",
            r"|\mathrm{error}_1| = \frac{13495}{13203}, \qquad |\mathrm{error}_2| = \frac{13495}{13098}",
            on=[("S3", stabiliser_checks.orbits_have_different_errors)],
            decided=True,
            uses=("free",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T6")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class CounterexampleCase:
    """Two orbits of S3 on which one ratio of the whole spectrum is not the error, but T6 is."""

    group: str = "S3"

    def __str__(self) -> str:
        return "S3, two orbits whose errors are not one ratio of the whole spectrum"


#: |error| on the two orbits of the counterexample.
COUNTEREXAMPLE_ERRORS = [Fraction(13495, 13203), Fraction(13495, 13098)]


def exact_cases(quick: bool) -> list[SymbolCase | CounterexampleCase]:
    """Free and other orbits of the small groups, and the counterexample to the formula for abelian groups."""
    groups = QUICK_SMALL_GROUPS if quick else SMALL_GROUPS
    cases = symbol_cases(groups, stabilisers=(False, True), variants=1, offset=3, points=MAX_EXACT_POINTS)
    return [CounterexampleCase(), *cases]


def exact_compare(case: SymbolCase | CounterexampleCase, rng: np.random.Generator) -> Comparison:
    """The error from exact irreps, against dropping one pose of each orbit and solving anew over the rationals."""
    if isinstance(case, CounterexampleCase):
        return _compare_counterexample(case)
    return _compare(case, rng, rationals())


def _compare(case: SymbolCase, rng: np.random.Generator, use: Arithmetic) -> Comparison:
    with use.precision():
        problem = Problem(case, rng, use)
        return use.compare_all(str(case), {"error": (problem.spectral_error, problem.refitted_poses(rng))})


def _compare_counterexample(case: CounterexampleCase) -> Comparison:
    """Both orbits by T6 and by refitting; one ratio of the whole spectrum gives neither."""
    from orbitkernels.theory.counterexample import counterexample

    found, name = counterexample(), str(case)
    sizes = sorted(abs(error) for error in found.theorem)
    return joint(
        [
            compare_exactly(name, "error", found.theorem, found.brute_force),
            compare_exactly(name, "|error|", sizes, COUNTEREXAMPLE_ERRORS),
            compare_exactly(name, "whole spectrum among the errors", [found.whole_spectrum in sizes], [False]),
        ]
    )


def enclosed_cases(quick: bool) -> list[SymbolCase]:
    """Free and other orbits of groups of every kind."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    return symbol_cases(groups, stabilisers=(False, True), variants=1, offset=3, points=MAX_ENCLOSED_POINTS)


def enclosed_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """The error from exact irreps and a symbol of balls, against dropping one pose of each orbit."""
    return _compare(case, rng, balls())


def numeric_cases(quick: bool) -> list[SymbolCase | ImageCase]:
    """Free and other orbits of every group of the list, and orbits of handwritten digits under D4."""
    groups = QUICK_GROUPS if quick else GROUPS
    cases = symbol_cases(groups, stabilisers=(False, True), variants=1 if quick else 4, offset=3)
    return [*cases, *image_cases(quick)]


def numeric_compare(case: SymbolCase | ImageCase, rng: np.random.Generator) -> Comparison:
    """The spectral error, against leave-one-out at every pose and dropping one pose of each orbit."""
    if isinstance(case, ImageCase):
        return _compare_images(case, rng)
    from orbitkernels.numerics import dense, fourier

    from .routes import NumericRoutes

    routes = NumericRoutes(float_instance(case, rng))
    targets, orbits = routes.instance.targets, routes.orbit_of_point
    labels = targets[orbits].astype(np.float64)
    errors = fourier.spectral_errors(routes.blocks, targets)
    poses = [int(rng.choice(np.flatnonzero(orbits == c))) for c in range(case.orbits)]
    refitted = np.concatenate([dense.refit(routes.gram, labels, [i]) for i in poses])
    everywhere = dense.leave_one_out(routes.gram, labels)
    compare = partial(compare_numerically, str(case), size=routes.size, condition=routes.condition)
    return joint([compare("error", errors, refitted), compare("error at every pose", errors[orbits], everywhere)])


def _compare_images(case: ImageCase, rng: np.random.Generator) -> Comparison:
    """The spectral error of a kernel on images, against dropping a pose and solving anew."""
    from orbitkernels.numerics.dense import condition_number

    from .spectral import dense_gram, leave_out_error, spectral_error

    orbits = image_orbits(case, rng)
    K = dense_gram(case.kernel, orbits, case.ridge)
    return compare_numerically(
        str(case),
        "error",
        spectral_error(case.kernel, orbits, ridge=case.ridge),
        leave_out_error(case.kernel, orbits, ridge=case.ridge),
        size=len(K),
        condition=condition_number(K),
    )


THEOREM = Theorem(
    id="T6",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
