"""Theorem A1: ridge regression on all poses of the training points is ridge regression with an averaged kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import Arithmetic, balls, rationals
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS, exponentials
from .evidence import Comparison, compare_numerically, joint
from .image_instances import ImageCase, image_cases, image_orbits
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, FloatArray, named_group
from .permutation_instances import integer_points, small_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Augmentation is an averaged kernel"
SOURCE = (
    "Mroueh, Voinea and Poggio 2015 for averaged kernels, Dao et al. 2019 for augmentation as a kernel; the ridge"
    " and the equality of the predictors: this work"
)
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ that acts on inputs. The kernel $k$ is symmetric, positive semidefinite"
    r" and invariant: $k(gx, gx') = k(x, x')$.",
    r"$x_1, \dots, x_m$ are any inputs: they may repeat, lie on one orbit or be fixed by elements of $G$."
    r" $y$ has the rows $y_1, \dots, y_m$, the labels.",
    r"$K$ is the Gram matrix of the $nm$ points $g x_i$, with rows $(g, i)$, and $S$ the matrix with"
    r" $S_{(g,i),j} = \delta_{ij}$, so that $S y$ gives every pose of $x_i$ the label $y_i$. The ridge is $r > 0$,"
    r" or $r = 0$ if $K$ is invertible. $\alpha = (K + rI)^{-1} S y$ are the dual coefficients of ridge regression"
    r" on all poses.",
    r"$\bar k(x, x') = \tfrac1n \sum_g k(x, g x')$ is the averaged kernel, $\bar K_{ij} = \bar k(x_i, x_j)$, and"
    r" $\beta = (\bar K + \tfrac rn I)^{-1} y$.",
)
STATEMENT = (
    r"\alpha_{(g,i)} = \tfrac1n \beta_i, \text{ so } f(x) = \sum_{g,i} k(x, g x_i)\, \alpha_{(g,i)}"
    r" = \sum_i \bar k(x, x_i)\, \beta_i \text{ for every input } x,"
    r" \text{ and } f(hx) = f(x) \text{ for every } h \in G."
)


def derivation() -> Derivation:
    """A1: labels that are constant on orbits meet only the row sums of the Gram matrix."""
    import sympy

    from . import augmentation_checks as checks
    from .derivation import Derivation, argued, bounded, equal

    groups = ("C4", "S3", "Q8")
    r = sympy.Symbol("r", positive=True)
    a, b = sympy.symbols("a b", real=True)
    D, E = sympy.symbols("D E", commutative=False)
    steps = (
        argued(
            "invariance",
            r"Apply $g^{-1}$ to both arguments: the block of the poses $g$ and $h$ depends on $g^{-1}h$ only. (The"
            r" instances are dot products under permutations of coordinates, as polynomials in the coordinates.)",
            r"K_{(g,i),(h,j)} = k(g x_i, h x_j) = k(x_i, g^{-1}h\, x_j) = [A_{g^{-1}h}]_{ij}, \qquad"
            r" [A_s]_{ij} = k(x_i, s x_j)",
            on=checks.invariant_dot_products(),
            label="blocks",
        ),
        argued(
            "counterexample",
            r"Invariance of $k$ is needed. Let $C_2$ act on the real numbers by $x \mapsto -x$, take"
            r" $k(x, x') = (1 + 2x)(1 + 2x')$, the one point $x_1 = 1$ with the label 1, and $r = 1$. Then"
            r" regression on both poses and regression with $\bar k$ and the ridge $\tfrac12$ differ at $x = 1$,"
            r" and the former does not predict the same at $x = -1$.",
            r"\sum_{g,i} k(1, g x_i)\, \alpha_{(g,i)} = \frac{6}{11}, \qquad"
            r" \sum_{g,i} k(-1, g x_i)\, \alpha_{(g,i)} = -\frac{2}{11}, \qquad"
            r" \bar k(1, x_1)\, \beta_1 = \frac67",
            on=[("$C_2$ on the line", checks.fails_without_invariance)],
            decided=True,
        ),
        equal(
            "substitution",
            r"In the block row $g$ of $K S$ put $s = g^{-1}h$: the sum no longer depends on $g$. (Checked with"
            rf" blocks that do not commute, for the groups {', '.join(groups)}.)",
            r"K S = S\, n \bar K, \qquad n \bar K = \sum_s A_s",
            pairs=[checks.block_row_sums(name) for name in groups],
            label="rows",
            uses=("blocks",),
        ),
        equal(
            "expansion",
            r"$S^T S = n I$, so $K$ between $S^T$ and $S$ is $n^2 \bar K$.",
            r"S^T (K + rI)\, S = n\, (n \bar K + r I)",
            pairs=[checks.compressed(name, r) for name in groups],
            label="compressed",
            uses=("rows",),
        ),
        bounded(
            "comparison",
            r"$K$ is positive semidefinite, so $K + rI$ is positive definite for $r > 0$: $v^T K v \ge 0$ is $a^2$"
            r" for some $a$ and $|v|^2 > 0$ is $b^2$ with $b \neq 0$. For $r = 0$ a semidefinite matrix that is"
            r" invertible is definite. As $S$ has linearly independent columns, the compressed matrix is positive"
            r" definite too; $\alpha$ and $\beta$ are well defined.",
            r"v^T (K + r I)\, v \ge r\, |v|^2",
            pairs=[(r * b**2, a**2 + r * b**2)],
            because=[a**2],
            label="definite",
            uses=("compressed",),
        ),
        equal(
            "substitution",
            r"Multiply the row sums, with the ridge added, by $(n \bar K + rI)^{-1}$ from the right and by"
            r" $(K + rI)^{-1}$ from the left.",
            r"(K + rI)\, S\, (n \bar K + r I)^{-1} = S, \qquad"
            r" (K + rI)^{-1} S = S\, (n \bar K + rI)^{-1}",
            pairs=[checks.pushed_through(name, r, D) for name in groups],
            label="push",
            uses=("rows", "definite"),
        ),
        equal(
            "substitution",
            r"Write $n \bar K + r I = n E$ with $E = \bar K + \tfrac rn I$ and apply both sides to $y$; $E^{-1} y$"
            r" is $\beta$, and every block of $S \beta$ is $\beta$.",
            r"\alpha = (K + rI)^{-1} S y = \tfrac1n S\, E^{-1} y, \qquad \alpha_{(g,i)} = \tfrac1n \beta_i",
            pairs=[checks.pushed_through(name, r, E, len(named_group(name))) for name in groups],
            label="dual",
            uses=("push",),
        ),
        equal(
            "substitution",
            r"The sum over the poses of $x_i$ is $n \bar k(x, x_i)$ for every $x$; the factors $n$ cancel."
            r" (Checked with symbols for the rows $k(x, g x_i)$ that do not commute with $E$.)",
            r"f(x) = \sum_{g,i} k(x, g x_i)\, \alpha_{(g,i)} = \sum_i \bar k(x, x_i)\, \beta_i",
            pairs=[checks.predictors(name, E) for name in groups],
            label="predictor",
            uses=("dual",),
        ),
        argued(
            "invariance",
            r"Apply $h^{-1}$ to both arguments of $k(hx, gx')$ and rename $h^{-1}g$ as $g$. So each term of the"
            r" sum is a function of the orbit of $x$. (The instances are a polynomial kernel on points with whole"
            r" coordinates, some with stabilisers.)",
            r"\bar k(hx, x') = \frac1n \sum_g k(x, h^{-1}g\, x') = \bar k(x, x'), \qquad f(hx) = f(x)"
            r" \text{ for every } h \in G",
            on=checks.averaged_kernels_are_invariant(),
            label="invariant",
            uses=("predictor",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A1")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class AugmentationCase:
    """Training points under a permutation action; the last is fixed by an element, and the first occurs twice.

    Attributes:
        group: Name of the group.
        points: Number m of training points.
        columns: Number of label columns.
        ridge: r > 0.
    """

    group: str
    points: int
    columns: int
    ridge: Fraction

    def __str__(self) -> str:
        return f"{self.group}, {self.points} points, {self.columns} label columns, ridge {self.ridge}"


def _cases(groups: tuple[str, ...], variants: int) -> list[AugmentationCase]:
    ridges = (Fraction(1, 2), Fraction(3), Fraction(1, 7))
    turns = [(name, i) for name in groups for i in range(variants)]
    return [
        AugmentationCase(name, 2 + (t + i) % (2 if named_group(name).order > 30 else 3), 1 + t % 3, ridges[t % 3])
        for t, (name, i) in enumerate(turns)
    ]


def exact_cases(quick: bool) -> list[AugmentationCase]:
    """Small groups, non-abelian ones and ones with complex and quaternionic irreps among them."""
    small = ("C1", "C2", "C3", "C4", "C2^2", "C6", "S3", "D4", "D5", "Q8", "A4", "C3:C4", "C7:C3", "S4")
    return _cases(QUICK_SMALL_GROUPS if quick else small, 1 if quick else 2)


def _integer_problem(case: AugmentationCase, rng: np.random.Generator) -> tuple[Any, Any, int, int]:
    """Inner products [p + nm, nm] of queries and all poses with all poses, labels [m, q], p, and n.

    The queries are a new point, a pose of it and a pose of each training point.
    """
    action = small_action(case.group)
    X = integer_points(action, case.points, rng)
    if case.points > 2:
        X[1] = action.apply(X[0])[-1]  # another point of the orbit of the first, with a label of its own
    new = rng.integers(-1, 2, (1, action.degree))
    h = int(rng.integers(action.group.order))
    moved = action.apply(np.concatenate([new, X]))[h]
    poses = action.apply(X).reshape(-1, action.degree)
    queries = np.concatenate([new, X, moved])
    labels = rng.integers(-2, 3, (case.points, case.columns))
    return np.concatenate([queries, poses]) @ poses.T, labels, len(queries), action.group.order


#: ``predict(K, r, y, k)`` is k (K + r)^-1 y.
Predict = Callable[[Any, Any, Any, Any], Any]


def _three_routes(
    values: Any, labels: Any, queries: int, order: int, ridge: Any, predict: Predict
) -> tuple[Any, Any, Any, Any]:
    """Predictions at all queries on all poses, with the averaged kernel, and the former at the queries moved by h.

    Args:
        values: k of queries and poses with poses, [p + nm, nm]; poses run through G before points.
        labels: [m, q].
        queries: p = 2 (m + 1); the second half of the queries are those of the first moved by h.
        order: n.
        ridge: r.
        predict: The arithmetic of one prediction.
    """
    m = len(labels)
    cross, gram = values[:queries], values[queries:]
    augmented = predict(gram, ridge, np.tile(labels, (order, 1)), cross)
    averaged = values[: queries + m].reshape(queries + m, order, m).sum(axis=1) / order
    found = predict(averaged[queries:], ridge / order, labels, averaged[:queries])
    half = queries // 2
    return augmented, found, augmented[:half], augmented[half:]


def _compare(
    case: AugmentationCase,
    rng: np.random.Generator,
    use: Arithmetic,
    values: Callable[[Any], Any],
    number: Callable[[Any], Any],
) -> Comparison:
    """Predictions by both routes, and at x and h x, in one arithmetic; `values` turns inner products into k."""

    def predict(K: Any, r: Any, y: Any, k: Any) -> Any:
        ridge = [[number(r) if i == j else number(0) for j in range(len(K))] for i in range(len(K))]
        labels = [[number(v) for v in row] for row in y.tolist()]
        dual = (use.matrix(K.tolist()) + use.matrix(ridge)).solve(use.matrix(labels))
        return use.rows(use.matrix(k.tolist()) * dual)

    inner, labels, queries, order = _integer_problem(case, rng)
    with use.precision():
        one, other, here, moved = _three_routes(values(inner), labels, queries, order, case.ridge, predict)
        return use.compare_all(str(case), {"prediction": (one, other), "prediction at h x": (here, moved)})


def exact_compare(case: AugmentationCase, rng: np.random.Generator) -> Comparison:
    """Ridge regression over the rationals on all poses, against the averaged kernel; kernel (1 + <x, x'>)^2."""
    return _compare(
        case, rng, rationals(), lambda inner: np.frompyfunc(Fraction, 1, 1)((1 + inner) ** 2), Fraction
    )


def enclosed_cases(quick: bool) -> list[AugmentationCase]:
    """Groups with irreps of every kind."""
    return _cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS, 1)


def enclosed_compare(case: AugmentationCase, rng: np.random.Generator) -> Comparison:
    """The same in balls, for the kernel exp(<x, x'>/s)."""
    from orbitkernels.theory.balls import ball

    return _compare(case, rng, balls(), exponentials, ball)


def numeric_cases(quick: bool) -> list[AugmentationCase | ImageCase]:
    """Every group of the list with random points, and handwritten digits under turns, flips and shifts."""
    return [
        *_cases(QUICK_GROUPS if quick else GROUPS, 1),
        *image_cases(quick),
        *image_cases(quick, symmetric=True),
    ]


def numeric_compare(case: AugmentationCase | ImageCase, rng: np.random.Generator) -> Comparison:
    """Ridge regression on all poses by Cholesky, against the averaged kernel; kernels of networks on images."""
    from orbitkernels.numerics import dense
    from orbitkernels.theory.actions import image_action

    from .kernels import kernel

    if isinstance(case, ImageCase):
        orbits = image_orbits(case, rng)
        seeds: FloatArray = orbits.seeds
        action = image_action(named_group(case.group), 8, 8)
        # repeated poses, which symmetrised images have, need a ridge
        ridge, name = max(case.ridge, 0.25) if case.symmetric else case.ridge, case.kernel
        labels = orbits.targets
        new = seeds[:1] + seeds[1:2]
    else:
        action = small_action(case.group)
        seeds, new = rng.standard_normal((case.points, action.degree)), rng.standard_normal((1, action.degree))
        ridge, name = float(case.ridge), "gaussian(length_scale=2)"
        labels = rng.standard_normal((case.points, case.columns))
    moved = action.apply(np.concatenate([new, seeds]))[int(rng.integers(action.group.order))]
    queries = np.concatenate([new, seeds, moved])
    poses = action.apply(seeds).reshape(-1, action.degree)
    values = kernel(name).gram(np.concatenate([queries, poses]), poses)
    size, count = len(poses), len(queries)
    condition = dense.condition_number(values[count:] + ridge * np.eye(size))

    def predict(K: Any, r: Any, y: Any, k: Any) -> Any:
        return dense.ridge_prediction(K, y, k, float(r))

    one, other, here, there = _three_routes(values, labels, count, action.group.order, ridge, predict)
    compare = partial(compare_numerically, str(case), size=size, condition=condition)
    return joint([compare("prediction", one, other), compare("prediction at h x", here, there)])


THEOREM = Theorem(
    id="A1",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
