"""Theorem A8: the kernel distance of a distribution to its average over a group is a difference of two means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.mean_embeddings import Distribution, Kernel, Point, orbit_average, squared_distance

from . import orbit_average_checks as checks
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS, compare_decisions
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .image_instances import ImageCase, image_cases, image_orbits
from .instances import GROUPS, QUICK_GROUPS, FloatArray, named_group
from .permutation_instances import small_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

    from .derivation import Derivation

TITLE = "Kernel distance to the orbit average"
SOURCE = (
    "Gretton et al. 2012 for the kernel distance, Haasdonk and Burkhardt 2007 for averaged kernels; the identity:"
    " this work"
)
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ that acts on inputs by measurable maps. The kernel $k$ is symmetric,"
    r" positive semidefinite, measurable and invariant: $k(gx, gx') = k(x, x')$.",
    r"$P$ is a probability distribution of inputs with finite $\mathbb E \sqrt{k(x, x)}$; $\bar P$ is its average"
    r" over $G$, the distribution of $gx$ for $x$ from $P$ and an independent uniform $g \in G$."
    r" $\bar k(x, x') = \tfrac1n \sum_g k(x, g x')$ is the averaged kernel.",
    r"$\mu_P = \mathbb E\, k(x, \cdot)$ is the mean embedding of $P$ in the reproducing kernel Hilbert space"
    r" (RKHS) of $k$, with the norm $|\cdot|$, and $\mathrm{MMD}(P, Q) = |\mu_P - \mu_Q|$. In what follows $x, x'$"
    r" are independent with the distribution $P$, and $z, z'$ independent of them and of each other with the"
    r" distribution $\bar P$.",
)

_CLAIM = r"\mathrm{MMD}^2(P, \bar P) = \mathbb E\, k(x, x') - \mathbb E\, \bar k(x, x')"
_SIZES = r"0 \le \mathbb E\, \bar k(x, x') \le \mathbb E\, k(x, x')"
_ZERO = r"\mathrm{MMD}(P, \bar P) = 0 \iff \mu_P(gx) = \mu_P(x) \text{ for all } g \text{ and } x"
STATEMENT = (
    rf"{_CLAIM}, \qquad {_SIZES}, \qquad {_ZERO}."
    r" \text{ If moreover different distributions have different mean embeddings, it is zero iff } P = \bar P."
)


def derivation() -> Derivation:
    """A8: invariance makes the cross term and the last term of the squared distance equal."""
    import sympy

    from .derivation import Derivation, argued, bounded, equal

    a, b = sympy.symbols("a b", real=True)
    orbits = (("C3", 1), ("S3", 1), ("C2", 2))
    steps = (
        equal(
            "reproducing property",
            r"For $f$ in the RKHS $|f(x)| \le |f| \sqrt{k(x,x)}$ makes $f \mapsto \mathbb E f(x)$ a bounded"
            r" functional, and $\mu_P$ is the function that represents it. So the inner product of $\mu_P$ and"
            r" $\mu_Q$ is $\mathbb E\, k(x, y)$ for independent $x$ from $P$ and $y$ from $Q$, finite because"
            r" $k(x, y)^2 \le k(x, x)\, k(y, y)$. By invariance $k(gx, gx) = k(x, x)$, so $\bar P$ has an"
            r" embedding too. Multiply out the squared norm. (Checked for two and three points with any weights"
            r" and features of two dimensions.)",
            r"\mathrm{MMD}^2(P, \bar P) = \mathbb E\, k(x, x') - 2\, \mathbb E\, k(x, z) + \mathbb E\, k(z, z')",
            pairs=[checks.distance_of_means(points) for points in (2, 3)],
            label="terms",
        ),
        equal(
            "substitution",
            r"$z$ is $g x'$ with a uniform $g$; take the mean over $g$ first. (Checked for every invariant kernel"
            r" and all weights of the poses of one orbit of $C_3$ and $S_3$, and of two orbits of"
            r" $C_2$.)",
            r"\mathbb E\, k(x, z) = \frac1n \sum_g \mathbb E\, k(x, g x') = \mathbb E\, \bar k(x, x')",
            pairs=[checks.cross_term(*orbit) for orbit in orbits],
            label="cross",
        ),
        equal(
            "invariance",
            r"$z = gx$ and $z' = hx'$ with independent uniform $g$ and $h$. Apply $g^{-1}$ to both arguments;"
            r" $g^{-1}h$ is uniform for each $g$. (Checked as before.)",
            r"\mathbb E\, k(z, z') = \frac{1}{n^2} \sum_{g,h} \mathbb E\, k(x, g^{-1}h\, x')"
            r" = \mathbb E\, \bar k(x, x')",
            pairs=[checks.last_term(*orbit) for orbit in orbits],
            label="last",
        ),
        equal(
            "substitution",
            r"Both put into the squared distance, with $a = \mathbb E\, k(x, x')$ and"
            r" $b = \mathbb E\, \bar k(x, x')$.",
            r"a - 2b + b = a - b",
            _CLAIM,
            pairs=[(sympy.Add(a, -2 * b, b, evaluate=False), a - b)],
            label="claim",
            uses=("terms", "cross", "last"),
        ),
        bounded(
            "comparison",
            r"The second expectation is the squared norm of $\mu_{\bar P}$, by the third step, and the difference"
            r" is that of a difference: both are squares.",
            r"\mathbb E\, \bar k(x, x') = |\mu_{\bar P}|^2 \ge 0, \qquad \mathbb E\, k(x, x') - \mathbb E\, \bar"
            r" k(x, x') = |\mu_P - \mu_{\bar P}|^2 \ge 0",
            _SIZES,
            pairs=[(0, a**2), (a**2 - (a - b) ** 2, a**2)],
            because=[a**2, (a - b) ** 2],
            label="sizes",
            uses=("last", "claim"),
        ),
        argued(
            "invariance",
            r"$k(x, g x') = k(g^{-1}x, x')$. So the embedding of $\bar P$ is the mean of that of $P$ over the"
            r" group. (Instances: random distributions of points with whole coordinates.)",
            r"\mu_{\bar P}(x) = \frac1n \sum_g \mu_P(g^{-1} x)",
            on=checks.witnessed(checks.average_of_embedding),
            label="average",
        ),
        argued(
            "orthogonal projection",
            r"$(U_g f)(x) = f(g^{-1}x)$ takes $k(\cdot, x)$ to $k(\cdot, gx)$ and keeps the inner products of"
            r" these, so it is a unitary representation on the RKHS. The mean $R$ of the $U_g$ is idempotent and"
            r" self-adjoint, and its range are the invariant functions: $\mu_{\bar P}$ is the invariant function"
            r" nearest to $\mu_P$, and the distance to the orbit average is that to all invariant functions.",
            r"R^2 = R = R^*, \qquad \mu_{\bar P} = R \mu_P, \qquad |\mu_P|^2 = |R \mu_P|^2 +"
            r" \mathrm{MMD}^2(P, \bar P)",
            on=checks.witnessed(checks.average_projects),
            label="projection",
            uses=("average", "claim"),
        ),
        argued(
            "orthogonal projection",
            r"The distance is zero iff $\mu_P = R \mu_P$, that is iff $\mu_P$ lies in the range of $R$. If"
            r" different distributions have different embeddings, $\mu_P = \mu_{\bar P}$ says $P = \bar P$. (The"
            r" instances have distributions with and without symmetry, a linear and a quadratic kernel.)",
            _ZERO,
            r"\text{if different distributions have different embeddings: } \mathrm{MMD}(P, \bar P) = 0 \iff"
            r" P = \bar P",
            on=checks.witnessed(checks.vanishes_with_the_variation),
            label="zero",
            uses=("projection",),
        ),
        argued(
            "counterexample",
            r"The linear kernel sees means only. Let $C_3$ turn the coordinates and let $P$ give $(1,0,0)$ and"
            r" $(0,1,1)$ one half each: $\bar P$ is another distribution with the same mean.",
            r"k(x, x') = \langle x, x' \rangle: \qquad \mathrm{MMD}(P, \bar P) = 0, \quad P \neq \bar P",
            on=[("$C_3$ on three coordinates", checks.linear_kernel_is_blind)],
            decided=True,
            uses=("zero",),
        ),
        argued(
            "counterexample",
            r"Invariance of $k$ is needed. Let $C_2$ act on the real numbers by $x \mapsto -x$, take"
            r" $k(x, x') = (1 + 2x)(1 + 2x')$, and let $P$ have the weights $\tfrac38$ at $1$ and $\tfrac58$ at"
            r" $-1$: the difference is negative, and no squared distance.",
            r"\mathbb E\, k(x, x') - \mathbb E\, \bar k(x, x') = -\frac14, \qquad"
            r" \mathrm{MMD}^2(P, \bar P) = \frac14",
            on=[("$C_2$ on the line", checks.fails_without_invariance)],
            decided=True,
            uses=("claim",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A8")


# ---------------------------------------------------------------------- checks

#: Kinds of distributions.
KINDS = {
    "any": checks.any_distribution,
    "constant on orbits": checks.spread_distribution,
    "with an invariant mean": checks.balanced_distribution,
}


@dataclass(frozen=True)
class DistributionCase:
    """A random distribution of points under a permutation action.

    Attributes:
        group: Name of the group.
        kind: A key of ``KINDS``.
        kernel: Name of the kernel.
        points: Number of points that are drawn.
    """

    group: str
    kind: str
    kernel: str
    points: int

    def __str__(self) -> str:
        return f"{self.group}, {self.points} points, {self.kind}, {self.kernel} kernel"


def _cases(groups: tuple[str, ...], kernels: tuple[str, ...]) -> list[DistributionCase]:
    turns = [(name, kind, kernel) for name in groups for kind in KINDS for kernel in kernels]
    return [
        DistributionCase(name, kind, kernel, 1 + turn % (2 if named_group(name).order > 12 else 3))
        for turn, (name, kind, kernel) in enumerate(turns)
    ]


def exact_cases(quick: bool) -> list[DistributionCase]:
    """Small groups, three kinds of distributions, a linear and a quadratic kernel."""
    small = ("C1", "C2", "C3", "C4", "C2^2", "C6", "S3", "D4", "D5", "Q8", "A4", "C3:C4", "C7:C3", "S4")
    if quick:
        return _cases(("C4", "S3", "Q8"), ("linear", "quadratic"))
    return _cases(small, ("linear", "quadratic"))


def _moments(P: Distribution, kernel: str) -> list[Any]:
    """Means of the monomials and the factors with which their products add up to the kernel."""
    first = [sum(w * x[i] for x, w in P.items()) for i in range(len(next(iter(P))))]
    if kernel == "linear":
        return [(1, v) for v in first]
    every = range(len(first))
    second = [sum(w * x[i] * x[j] for x, w in P.items()) for i in every for j in every]
    return [(1, sum(P.values())), *((2, v) for v in first), *((1, v) for v in second)]


def exact_compare(case: DistributionCase, rng: np.random.Generator) -> Comparison:
    """The difference of means, against the definition with double sums and against the moments of P and Pbar."""
    action = small_action(case.group)
    k = checks.inner if case.kernel == "linear" else checks.quadratic
    P = KINDS[case.kind](action, case.points, rng)
    average = orbit_average(action, P)
    whole, mean = checks.claimed_distance(action, P, k)
    distance = squared_distance(P, average, k)
    pairs = zip(_moments(P, case.kernel), _moments(average, case.kernel), strict=True)
    of_moments = sum(factor * (a - b) ** 2 for (factor, a), (_, b) in pairs)
    invariant = checks.embedding_is_invariant(action, P, k)
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare("squared distance", [whole - mean, whole - mean], [distance, of_moments]),
            compare("whether the distance vanishes", [whole == mean], [invariant]),
            compare("whether the means are ordered", [0 <= mean <= whole], [True]),
        ]
    )


def enclosed_cases(quick: bool) -> list[DistributionCase]:
    """Groups with irreps of every kind; the kernel exp(<x, x'>/d)."""
    return _cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS, ("exponential",))


def enclosed_compare(case: DistributionCase, rng: np.random.Generator) -> Comparison:
    """The same in balls for a kernel that tells all distributions apart: the distance vanishes iff P = Pbar."""
    from orbitkernels.theory.balls import ball, working_precision

    action = small_action(case.group)
    P = KINDS[case.kind](action, case.points, rng)
    with working_precision():
        k = exponential_kernel(action)
        weights = {x: ball(w) for x, w in P.items()}
        average = orbit_average(action, weights)
        whole, mean = checks.claimed_distance(action, weights, k)
        distance = squared_distance(weights, average, k)
        apart = bool(distance > 0)
        return joint(
            [
                # the size of the means is beside it, because the width of a ball around zero says nothing
                compare_enclosures(str(case), "squared distance", [whole - mean, whole], [distance, whole]),
                compare_decisions(str(case), "whether P differs", [apart], [orbit_average(action, P) != P]),
            ]
        )


def exponential_kernel(action: PermutationAction) -> Kernel:
    """exp(<x, x'>/d) in balls, each value found once; its Taylor series makes it universal on bounded sets."""
    from orbitkernels.theory.balls import ball

    @cache
    def value(product: int) -> Any:
        return ball(Fraction(product, action.degree)).exp()

    def k(x: Point, z: Point) -> Any:
        return value(checks.inner(x, z))

    return k


def numeric_cases(quick: bool) -> list[DistributionCase | ImageCase]:
    """Every group of the list with random points, and handwritten digits with kernels of networks."""
    kernels = ("gaussian(length_scale=2)",)
    every = _cases(QUICK_GROUPS if quick else GROUPS, kernels)
    return [*every, *image_cases(quick), *image_cases(quick, symmetric=True)]


def numeric_compare(case: DistributionCase | ImageCase, rng: np.random.Generator) -> Comparison:
    """The difference of means, against the length of the difference of the embeddings by a factor of K."""
    from orbitkernels.theory.actions import image_action

    from .kernels import kernel

    if isinstance(case, ImageCase):
        action: Any = image_action(named_group(case.group), 8, 8)
        points: FloatArray = image_orbits(case, rng).seeds
        weights = rng.uniform(0.5, 1.5, len(points))
        weights /= weights.sum()
        average = action.apply(points).reshape(-1, action.degree)
        spread = np.tile(weights, action.group.order) / action.group.order
    else:
        action = small_action(case.group)
        P = KINDS[case.kind](action, case.points, rng)
        shift = rng.standard_normal()  # of all coordinates alike, which every permutation keeps
        (points, weights), (average, spread) = (_arrays(each, shift) for each in (P, orbit_average(action, P)))
    k = kernel(case.kernel).gram
    n, m = action.group.order, len(points)
    whole = float(weights @ k(points) @ weights)
    values = k(points, action.apply(points).reshape(n * m, -1)).reshape(m, n, m)
    mean = float(weights @ values.mean(axis=1) @ weights)
    distance = _embedding_distance(k(np.concatenate([points, average])), weights, spread)
    # the mean is beside it, because a distance near zero is known up to the rounding of the means only
    compare = partial(compare_numerically, str(case), size=m + len(average))
    return compare("squared distance", [whole - mean, whole], [distance, whole])


def _arrays(P: Distribution, shift: float) -> tuple[FloatArray, FloatArray]:
    """Points, shifted, and weights in floating point."""
    return np.array(list(P), dtype=np.float64) + shift, np.array(list(P.values()), dtype=np.float64)


def _embedding_distance(gram: FloatArray, weights: FloatArray, spread: FloatArray) -> float:
    """|F^T v|^2 for F F^T the Gram matrix of both supports and v the weights of P and those of Pbar negated."""
    values, vectors = np.linalg.eigh(gram)
    return float(np.sum(np.clip(values, 0, None) * (vectors.T @ np.concatenate([weights, -spread])) ** 2))


THEOREM = Theorem(
    id="A8",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
