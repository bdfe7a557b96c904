"""Theorem A5: what an invariant predictor must get wrong where the symmetry is not that of the labels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.invariant_predictors import largest, least_error, variance_on_orbits

from . import invariant_predictor_checks as checks
from .arithmetic import balls, rationals
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, FloatArray, named_group
from .permutation_instances import random_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

    from .derivation import Derivation

TITLE = "Wrong symmetry"
SOURCE = "Wang et al. 2023 (arXiv 2303.04745)"
HYPOTHESES = (
    r"$G$ is a finite group that acts on the finite set $X$ of inputs; $X/G$ is the set of its orbits. $p$ is a"
    r" probability distribution on $X$, $p(A) = \sum_{x \in A} p(x)$; it may be zero at points and on orbits, and"
    r" need not be invariant.",
    r"$f$ gives every input its label: in classification a class, one of finitely many; in regression a vector of"
    r" $\mathbb R^q$, with the Euclidean norm $|\cdot|$. It need not be invariant.",
    r"$h$ is an invariant predictor: any function on $X$ to the classes, or to $\mathbb R^q$, with $h(gx) = h(x)$"
    r" for all $g$ and $x$. So it has one value $h(O)$ on each orbit $O$.",
    r"For an orbit with $p(O) > 0$ the mean label is $\bar f(O) = \frac{1}{p(O)} \sum_{x \in O} p(x) f(x)$.",
    r"A pair $(g, x)$ with $p(x) > 0$ is called correct if $p(gx) > 0$ and $f(gx) = f(x)$, incorrect if"
    r" $p(gx) > 0$ and $f(gx) \neq f(x)$, and extrinsic if $p(gx) = 0$: the symmetry leads off the support.",
)
_CLASSES = r"\sum_{x : h(x) \neq f(x)} p(x) \ge \sum_{O \in X/G} \Bigl(p(O) - \max_c p(x \in O : f(x) = c)\Bigr)"
_SQUARES = (
    r"\sum_x p(x)\, |h(x) - f(x)|^2 \ge \sum_{O \in X/G,\ p(O) > 0} \ \sum_{x \in O} p(x)\,"
    r" |f(x) - \bar f(O)|^2"
)
STATEMENT = (
    rf"{_CLASSES}, \text{{ with equality iff on every orbit }} h(O) \text{{ is a class of greatest }}"
    rf" p(x \in O : f(x) = c); \qquad {_SQUARES}, \text{{ with equality iff }} h(O) = \bar f(O)"
    r" \text{ wherever } p(O) > 0. \text{ Each right side is zero iff no pair is incorrect; extrinsic pairs add"
    r" nothing to it.}"
)


def derivation() -> Derivation:
    """A5: errors split into orbits, and on an orbit one value is chosen."""
    import sympy

    from .derivation import Derivation, argued, bounded, equal

    witnessed = checks.witnessed
    w = sympy.Symbol("p(O)", positive=True)
    h, m = sympy.symbols("h m", real=True)
    v = sympy.Symbol("v", nonnegative=True)
    steps = (
        argued(
            "substitution",
            r"The orbits are disjoint and cover $X$. An invariant predictor has one value on each, and any choice"
            r" of one value an orbit makes an invariant predictor. (The instances list all functions to three"
            r" classes and keep those with $h(gx) = h(x)$.)",
            r"h \text{ invariant} \iff h \text{ constant on each } O \in X/G",
            on=witnessed(checks.invariant_is_constant_on_orbits),
            label="constant",
        ),
        argued(
            "substitution",
            r"Sum over the orbits, one after the other. (The instances are all invariant predictors of random"
            r" labels and rational probabilities.)",
            r"\sum_{x : h(x) \neq f(x)} p(x) = \sum_{O \in X/G} \Bigl(p(O) - p(x \in O : f(x) = h(O))\Bigr)",
            on=witnessed(checks.errors_split),
            label="split",
            uses=("constant",),
        ),
        argued(
            "comparison",
            r"Every term is least for a class of greatest probability on the orbit, and only for such. The values"
            r" on different orbits are free, so all terms are least together, for an invariant predictor.",
            _CLASSES,
            r"\text{equality} \iff h(O) \text{ is a class of greatest } p(x \in O : f(x) = c)"
            r" \text{ for every } O",
            on=witnessed(checks.least_error_is_attained_by_majorities),
            label="classes",
            uses=("split",),
        ),
        equal(
            "expansion",
            r"On an orbit with $p(O) > 0$ write $h(O) - f(x)$ as $h(O) - \bar f(O)$ and $\bar f(O) - f(x)$; the"
            r" cross terms add up to zero because $\sum_{x \in O} p(x) (f(x) - \bar f(O)) = 0$. It holds for each"
            r" coordinate of a vector. (SymPy multiplies it out for orbits of two to four points.)",
            r"\sum_{x \in O} p(x)\, |h(O) - f(x)|^2 = p(O)\, |h(O) - \bar f(O)|^2 + \sum_{x \in O} p(x)\,"
            r" |f(x) - \bar f(O)|^2",
            pairs=[checks.spread(points) for points in (2, 3, 4)],
            label="spread",
            uses=("constant",),
        ),
        bounded(
            "comparison",
            r"The first term is never negative, and zero iff $h(O) = \bar f(O)$; the other, here $v$, does not"
            r" depend on $h$. Orbits with $p(O) = 0$ add nothing.",
            r"p(O)\, |h(O) - \bar f(O)|^2 + v \ge v",
            pairs=[(v, w * (h - m) ** 2 + v)],
            because=[w * (h - m) ** 2],
            label="orbit",
            uses=("spread",),
        ),
        argued(
            "substitution",
            r"Sum over the orbits; again the values on different orbits are free. (The instances solve the normal"
            r" equations on the null space of $h(sx) = h(x)$ for generators $s$, over the rationals.)",
            _SQUARES,
            r"\text{equality} \iff h(O) = \bar f(O) \text{ wherever } p(O) > 0",
            on=witnessed(checks.squares_are_least),
            label="squares",
            uses=("orbit",),
        ),
        argued(
            "comparison",
            r"A term of the first sum is zero iff one class has all of $p(O)$, a term of the second iff $f ="
            r" \bar f(O)$ wherever $p > 0$ on $O$. Both say that $f(y) = f(x)$ for any two points of $O$ with"
            r" positive probability; such points are $x$ and $y = gx$. What $f$ is where $p = 0$ does not matter.",
            r"\text{right sides} = 0 \iff \text{no pair is incorrect}",
            on=witnessed(checks.zero_without_incorrect_pairs),
            label="zero",
            uses=("classes", "squares"),
        ),
        argued(
            "counterexample",
            r"One function and one symmetry may be extrinsic or incorrect, by $p$ alone. Let $C_2$ exchange two"
            r" points with different labels: for $p = (1, 0)$ an invariant predictor makes no error; for"
            r" $p = (\tfrac12, \tfrac12)$ every one errs half of the time.",
            r"p = (1, 0): \ 0, \qquad p = (\tfrac12, \tfrac12): \ \tfrac12",
            on=[("$C_2$ on two points", checks.labels_off_the_support_do_not_matter)],
            decided=True,
            uses=("zero",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A5")


# ---------------------------------------------------------------------- checks

#: Supports: all points, some points without probability, one orbit without any.
SUPPORTS = ("everywhere", "with holes", "without one orbit")


@dataclass(frozen=True)
class PredictorCase:
    """Random labels and probabilities on a random set of G.

    Attributes:
        group: Name of the group.
        support: One of ``SUPPORTS``.
        classes: Number of classes; labels of a regression are 0, ..., classes - 1 too.
    """

    group: str
    support: str
    classes: int

    def __str__(self) -> str:
        return f"{self.group}, {self.classes} classes, probability {self.support}"


def _cases(groups: tuple[str, ...]) -> list[PredictorCase]:
    return [PredictorCase(name, kind, 2 + turn % 2) for name in groups for turn, kind in enumerate(SUPPORTS)]


def exact_cases(quick: bool) -> list[PredictorCase]:
    """Small groups on sets of at most nine points."""
    small = ("C1", "C2", "C3", "C4", "C2^2", "C5", "C6", "S3", "D4", "D5", "Q8", "A4", "C7:C3", "S4", "A5")
    return _cases(QUICK_SMALL_GROUPS if quick else small)


def _problem(case: PredictorCase, rng: np.random.Generator) -> tuple[PermutationAction, list[Fraction], list[int]]:
    """A set, probabilities and labels."""
    action = checks.small_set(case.group, rng, 9 if case.classes == 2 else 8)
    orbits = action.orbits() if case.support == "without one orbit" else ()
    holes = 1 + int(rng.integers(action.degree)) // 2 if case.support == "with holes" else 0
    weights = checks.random_weights(action.degree, rng, holes, orbits)
    return action, weights, rng.integers(0, case.classes, action.degree).tolist()


def _orbits(action: PermutationAction) -> list[list[int]]:
    return [orbit.tolist() for orbit in action.orbits()]


def exact_compare(case: PredictorCase, rng: np.random.Generator) -> Comparison:
    """Both sums over orbits, against all invariant predictors one by one, and against normal equations."""
    action, p, f = _problem(case, rng)
    orbits = _orbits(action)
    found = checks.errors(checks.all_predictors(action, case.classes), p, f)
    bounds = least_error(orbits, p, f), variance_on_orbits(orbits, p, f)
    incorrect = "incorrect" in checks.pair_kinds(action, p, f)
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare("least error", [bounds[0]], [min(found)]),
            compare("least squared error", [bounds[1]], [checks.least_squares(rationals(), action, p, f)]),
            compare("whether a pair is incorrect", [bound > 0 for bound in bounds], [incorrect] * 2),
        ]
    )


def enclosed_cases(quick: bool) -> list[PredictorCase]:
    """Groups with irreps of every kind."""
    return _cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS)


def enclosed_compare(case: PredictorCase, rng: np.random.Generator) -> Comparison:
    """The same in balls, with probabilities proportional to exp(8 p(x)) on the support."""
    from orbitkernels.theory.balls import ball

    action, exact, f = _problem(case, rng)
    orbits, use = _orbits(action), balls()
    with use.precision():
        raised = [(8 * ball(w)).exp() if w else ball(0) for w in exact]
        total = sum(raised[1:], raised[0])
        p = [w / total for w in raised]
        found = checks.errors(checks.all_predictors(action, case.classes), p, f)
        least = -largest([-error for error in found])
        squares = checks.least_squares(use, action, p, [ball(v) for v in f])
        # 1 is beside them, because the width of a ball around zero says nothing
        one = [least_error(orbits, p, f), variance_on_orbits(orbits, p, f), 1]
        return compare_enclosures(str(case), "least error, least squared error", one, [least, squares, 1])


def numeric_cases(quick: bool) -> list[PredictorCase]:
    """Every group of the list, on sets of any size."""
    return _cases(QUICK_GROUPS if quick else GROUPS)


def numeric_compare(case: PredictorCase, rng: np.random.Generator) -> Comparison:
    """Both sums over orbits, against all choices of one class an orbit, and least squares by the mean over G."""
    action = random_action(named_group(case.group), int(rng.integers(2, 6)), rng)
    labels, orbits = action.orbit_labels, _orbits(action)
    weights = rng.uniform(0.1, 1, action.degree)
    if case.support == "with holes":
        weights[rng.permutation(action.degree)[: action.degree // 3]] = 0
    elif case.support == "without one orbit":
        weights[labels == 0] = 0
    weights /= weights.sum()
    f, values = rng.integers(0, case.classes, action.degree), rng.standard_normal(action.degree)
    count = int(labels.max()) + 1
    choices = np.indices((case.classes,) * count).reshape(count, -1).T[:, labels]
    error = float(((choices != f) @ weights).min())
    squares, condition = _projected_error(action, weights, values)
    one = [
        least_error(orbits, weights.tolist(), f.tolist()),
        variance_on_orbits(orbits, weights.tolist(), values.tolist()),
    ]
    return compare_numerically(
        str(case),
        "least error, least squared error",
        [*one, 1.0],
        [error, squares, 1.0],
        size=action.degree,
        condition=condition,
    )


def _projected_error(action: PermutationAction, weights: FloatArray, values: FloatArray) -> tuple[float, float]:
    """min |W (R c - f)|^2 for W^2 = diag(p), R the mean of the permutation matrices; condition of W R."""
    R = np.zeros((action.degree, action.degree))
    for row in action.permutations:
        R[row, np.arange(action.degree)] += 1 / action.group.order
    root = np.sqrt(weights)
    U, sizes, _ = np.linalg.svd(root[:, None] * R)
    kept = sizes > 1e-10 * sizes[0]
    target = root * values
    rest = target - U[:, kept] @ (U[:, kept].T @ target)
    return float(rest @ rest), float(sizes[0] / sizes[kept][-1])


THEOREM = Theorem(
    id="A5",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
