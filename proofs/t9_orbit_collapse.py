"""Theorem T9: a kernel that is invariant in each argument collapses orbits, or the cosets of a subgroup."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.numerics.dense import condition_number
from orbitkernels.theory.balls import working_precision

from .averaged_kernels import AveragedKernel
from .collapse import AverageCase, average_cases
from .collapse_routes import Enclosed, Exact, Floating, routes
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS, enclosed_instance
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .image_instances import ImageCase, image_cases, image_orbits
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, exact_instance, float_instance
from .reynolds import recovered_poses
from .spectral import dense_gram, leave_out_error
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Equivariant architectures: orbits and cosets collapse"
SOURCE = "Perin and Deny 2025 (arXiv 2412.11521) for the average over the group; this work for subgroups"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ that acts on inputs. The orbit of the seed $x_c$ has $N_c$ poses, all"
    r" with the label $t_c$; $t = (t_1, \dots, t_C)$ and $D = \operatorname{diag}(N_1, \dots, N_C)$. Kernel ridge"
    r" regression with ridge $r > 0$ is trained on all poses but the missing ones; an error is label minus"
    r" prediction.",
    r"Part 1. $\bar k$ is a symmetric positive semidefinite kernel, invariant in each argument: $\bar k(gx, y) ="
    r" \bar k(x, y)$. Such is the average $\frac{1}{n^2} \sum_{g,h} k(gx, hy)$ of any positive semidefinite kernel"
    r" $k$ (Reynolds operator). $\Phi_{ab} = \bar k(x_a, x_b)$, and $\mathrm{error}_c$ is the error if one pose of"
    r" orbit $c$ is missing, with $N_c \ge 2$ in the limits. For free orbits $\hat K(\rho)_{ab} = \sum_g \bar"
    r" k(x_a, g x_b)\, \rho(g)$ as in T2.",
    r"Part 2. The orbits are free, $H$ is a subgroup of $G$, and $k_H(x, y) = \frac{1}{|H|} \sum_{h \in H} k(hx,"
    r" y)$ is the average of a symmetric positive semidefinite kernel with $k(gx, gy) = k(x, y)$. The cosets are"
    r" $Hg = \{hg : h \in H\}$; a coset of an orbit is $\{hg x_c : h \in H\}$, and $B$ is the matrix of $k_H$ on"
    r" one pose of each coset that keeps an observed pose.",
)

_VANISH = r"\hat K(\rho) = 0 \text{ for } \rho \neq \mathbf 1"
_ERROR = r"\mathrm{error}_c = \frac{N_c\, [(\Phi D + rI)^{-1} t]_c}{[(\Phi D + rI)^{-1}]_{cc} + (N_c - 1)/r}"
_LIMIT = (
    r"\lim_{r \to 0} \mathrm{error}_c = \frac{N_c\, [Q t]_c}{Q_{cc} + N_c - 1}, \quad Q = \lim_{r \to 0} r (\Phi D"
    r" + rI)^{-1}"
)
_RANGE = r"Q t = 0 \text{ for every } t \text{ in the range of } \Phi"
_INVERTIBLE = r"\mathrm{error}_c = \frac{r\, [\Phi^{-1} t]_c}{N_c - 1} + O(r^2)"
_QUOTIENT = (
    r"\mathrm{error}_c = \frac{\frac{n}{|H|} [\tilde K(\mathbf 1)^{-1} t]_c}{\sum_\sigma d_\sigma"
    r" \operatorname{tr}[(\tilde K(\sigma)^{-1})_{cc}]}"
)
_BLOCK = r"\tilde K(\sigma)_{ab} = \sum_{q \in G/H} k_H(x_a, q x_b)\, \sigma(q) + \frac{r}{|H|} \delta_{ab} I"
STATEMENT = (
    rf"\text{{Part 1. }} {_VANISH}, \qquad {_ERROR}, \qquad {_LIMIT}; \quad {_RANGE};"
    rf" \text{{ if }} \Phi \text{{ is invertible, }} {_INVERTIBLE}."
    r" \text{ Part 2. Poses of one coset } Hg \text{ of an orbit have one feature vector. If } B \text{ is"
    r" invertible, a missing pose whose coset keeps an observed pose is recovered: its error tends to 0 as } r \to"
    r" 0. \text{ If } H \text{ is normal, } k_H \text{ is invariant under } G \text{ and a coset that is missing"
    r" from orbit } c \text{ has the error of one missing pose for the group } G/H,"
    rf" \text{{ ridge }} r/|H|: \quad {_QUOTIENT}, \quad {_BLOCK}, \text{{ the sum over the unitary irreps"
    rf" }} \sigma \text{{ of }} G/H"
    r" \text{ of degree } d_\sigma. \text{ If } H \text{ is not normal, } k_H \text{ need not be invariant under }"
    r" G."
)


def derivation() -> Derivation:
    """T9 from T1 and T6 by merging equal points."""
    from . import collapse_checks as checks
    from .derivation import Derivation, argued, define, equal
    from .irrep_checks import witnessed

    steps = (
        argued(
            "averaging over a subgroup",
            r"$\bar k(x_a, g x_b) = \Phi_{ab}$ for every $g$, as $\bar k$ is symmetric and invariant in each"
            r" argument; and $\sum_g \rho(g) = 0$ for a nontrivial irrep (T6).",
            r"\hat K(\rho)_{ab} = \Phi_{ab} \sum_g \rho(g), \qquad \hat K(\mathbf 1) = n \Phi",
            _VANISH,
            on=witnessed(checks.blocks_vanish),
            label="vanish",
            uses=("T6",),
            section="Part 1: invariance under the whole group",
        ),
        define(
            r"For orbits of any size let $P$ have one row a pose and one column an orbit, with 1 where the pose"
            r" lies in the orbit. The vector of all labels is $P t$, and each column of $P$ has $N_c$ ones.",
            r"K = P \Phi P^T, \qquad P^T P = D",
            label="incidence",
        ),
        equal(
            "push-through identity",
            r"$I - P D^{-1} P^T$ projects on vectors that sum to zero on each orbit. There $K + rI$ is $r$; on"
            r" vectors $P s$ that are constant on orbits it acts as $\Phi D + rI$, which is invertible, as"
            r" $D^{1/2} \Phi D^{1/2} + rI$ is. The two subspaces fill the space.",
            r"(K + rI) (I - P D^{-1} P^T) = r (I - P D^{-1} P^T), \qquad (K + rI) P = P (\Phi D + rI)",
            r"(K + rI)^{-1} = \frac1r (I - P D^{-1} P^T) + P (\Phi D + rI)^{-1} D^{-1} P^T",
            pairs=checks.inverse_pairs(),
            label="inverse",
            uses=("incidence",),
        ),
        argued(
            "theorem",
            r"So $(K + rI)^{-1} P t = P (\Phi D + rI)^{-1} t$, and the diagonal entry of the inverse at a pose of"
            r" orbit $c$ is $\frac1r (1 - \frac{1}{N_c}) + \frac{1}{N_c} [(\Phi D + rI)^{-1}]_{cc}$. Divide by T1,"
            r" and multiply both by $N_c$. (The instances have orbits of two sizes and leave a pose out.)",
            _ERROR,
            on=witnessed(checks.error_of_the_average),
            label="error",
            uses=("inverse", "T1"),
        ),
        equal(
            "limit",
            r"Multiply numerator and denominator by $r$. $D^{1/2} \Phi D^{1/2}$ is symmetric with eigenvalues $\mu"
            r" \ge 0$, and $r/(\mu + r)$ tends to 1 for $\mu = 0$ and to 0 otherwise. So $Q$ exists: it is"
            r" $D^{-1/2} (\cdot) D^{1/2}$ of the orthogonal projection on the kernel, and $Q t = 0$ iff $t$ lies"
            r" in the range of $\Phi D$, which is that of $\Phi$. The denominator is positive for $N_c \ge 2$, and"
            r" $0 \le Q_{cc} \le 1$. (SymPy takes the limit of the error for every $\Phi > 0$ of one row and every"
            r" invertible one of two, where $Q = 0$, and for every $\Phi = v v^T$ of two rows, where $Q = I - v"
            r" v^T D / (v^T D v)$; and the rate of the last line.)",
            r"\mathrm{error}_c = \frac{N_c\, [r (\Phi D + rI)^{-1} t]_c}{[r (\Phi D + rI)^{-1}]_{cc} + N_c - 1}",
            _LIMIT,
            _RANGE,
            _INVERTIBLE,
            pairs=checks.limits(),
            label="limit",
            uses=("error",),
        ),
        argued(
            "invariance",
            r"Renaming $h$ in the sum, $k_H(h'x, y) = k_H(x, y)$ for $h' \in H$: all poses of a coset $Hg$ of an"
            r" orbit have one row in every Gram matrix of $k_H$, that is one feature vector. (The instances take"
            r" every cyclic subgroup.)",
            r"k_H(h g x_c, y) = k_H(g x_c, y) \quad (h \in H)",
            on=witnessed(checks.cosets_coincide),
            label="cosets",
            section="Part 2: averages over a subgroup",
        ),
        equal(
            "push-through identity",
            r"Let $P$ now map the observed poses to the observed cosets, $m = P^T P$ the diagonal matrix of how"
            r" many poses of each are observed, $s$ the labels and $b$ the row of $k_H$ between a missing pose and"
            r" the observed cosets. Then the observed poses predict what one point a coset predicts with the ridge"
            r" $r/m$.",
            r"(P B P^T + rI) P = P (B m + rI), \qquad (B + r m^{-1}) m = B m + rI",
            r"b P^T (P B P^T + rI)^{-1} P s = b\, m (B m + rI)^{-1} s = b\, (B + r m^{-1})^{-1} s",
            pairs=checks.merging_pairs(),
            label="merged",
            uses=("cosets",),
        ),
        argued(
            "substitution",
            r"The same with three missing poses and a subgroup that is not normal if there is one, by solving both"
            r" systems.",
            r"p = b\, (B + r m^{-1})^{-1} s",
            on=witnessed(checks.merging_keeps_predictions),
            label="prediction",
            uses=("merged",),
        ),
        equal(
            "limit",
            r"If the coset of the missing pose keeps an observed pose, $b$ is a row of $B$. For invertible $B$"
            r" what is subtracted below tends to zero with $r$, so $p$ tends to the label of its own coset. (If"
            r" $B$ is singular, labels $s$ in its range do, by the limit of part 1.)",
            r"B (B + r m^{-1})^{-1} = I - r\, m^{-1} (B + r m^{-1})^{-1} \to I",
            pairs=checks.recovery_pairs(),
            label="recovered",
            uses=("prediction",),
        ),
        argued(
            "limit",
            r"Which poses these are. (On the instances a whole coset and a pose of another one are missing; with"
            r" $r = 2^{-40}$ exactly the second has an error below $2^{-20}$.)",
            r"g x_c \text{ is recovered if } Hg x_c \text{ is not wholly missing}",
            on=witnessed(checks.recovered_in_the_limit),
            uses=("recovered",),
        ),
        argued(
            "invariance",
            r"Let $H$ be normal. Conjugation by $g$ permutes the terms, so $k_H$ is invariant under $G$, and"
            r" $k_H(x_a, g x_b)$ depends on the coset of $g$ only.",
            r"k_H(gx, gy) = \frac{1}{|H|} \sum_h k(g^{-1} h g\, x, y) = k_H(x, y)",
            on=witnessed(checks.average_is_invariant),
            label="normal",
            uses=("cosets",),
        ),
        argued(
            "theorem",
            r"Let the coset $gH = Hg$ be missing from orbit $c$. All other cosets have $m = |H|$ observed poses,"
            r" so they count as one point each with ridge $r/|H|$: the Gram matrix of a free orbit of $G/H$ with"
            r" one pose missing. The missing one has no share in the prediction, so it may be given the same"
            r" ridge. Apply T6 to $G/H$.",
            _QUOTIENT,
            _BLOCK,
            on=witnessed(checks.missing_coset_is_a_quotient_problem),
            label="quotient",
            uses=("prediction", "normal", "T6"),
        ),
        argued(
            "counterexample",
            r"Not so for $H = \{e, (1\,2)\}$ in the group of permutations of $0, 1, 2$. Take one orbit of the seed"
            r" $x$ and the positive definite $k(x, gx) = 2, 1, 0$ for $g = e$, $g = (0\,1)$ and all other $g$."
            r" Then $k_H(gx, gx) = \frac12 (k(x, x) + k(x, g^{-1} (1\,2) g\, x))$ depends on $g$, the Gram matrix"
            r" is not group-circulant, and with $r = 1$ the error of a missing pose depends on the pose: T6 does"
            r" not apply, only T1 does.",
            r"k_H(x, x) = 1, \qquad k_H(gx, gx) = \tfrac32 \text{ for } g = (0\,2)",
            r"\mathrm{error}(x) = \tfrac{4}{11}, \qquad \mathrm{error}((0\,2)\, x) = \tfrac25",
            on=[("S3", checks.average_is_not_invariant)],
            decided=True,
            uses=("cosets",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T9")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[AverageCase]:
    """Averages over groups, normal subgroups and others, on the small groups."""
    return average_cases(QUICK_SMALL_GROUPS if quick else SMALL_GROUPS, points=60)


def exact_compare(case: AverageCase, rng: np.random.Generator) -> Comparison:
    """Collapsed, quotient and merged problems, against leaving poses out over the rationals."""
    _, pairs = routes(case, exact_instance(case.symbol, rng), rng, Exact())
    return joint([compare_exactly(str(case), what, *map(_entries, values)) for what, *values in pairs])


def _entries(rows: Any) -> list[Any]:
    """All entries of rows, one after the other."""
    return [entry for row in rows for entry in row]


def enclosed_cases(quick: bool) -> list[AverageCase]:
    """The same with transcendental values."""
    return average_cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS, points=44)


def enclosed_compare(case: AverageCase, rng: np.random.Generator) -> Comparison:
    """Collapsed, quotient and merged problems, against leaving poses out, in balls."""
    with working_precision():
        _, pairs = routes(case, enclosed_instance(case.symbol, rng), rng, Enclosed())
        return joint([compare_enclosures(str(case), what, *map(_entries, values)) for what, *values in pairs])


def numeric_cases(quick: bool) -> list[AverageCase | ImageCase]:
    """The same in floating point on every group of the list, and averaged kernels on handwritten digits."""
    images = [replace(case, ridge=case.ridge or 0.01) for case in image_cases(quick) if "x" not in case.group]
    return [*average_cases(QUICK_GROUPS if quick else GROUPS, points=180), *images]


def numeric_compare(case: AverageCase | ImageCase, rng: np.random.Generator) -> Comparison:
    """Collapsed, quotient and merged problems, against leaving poses out by Cholesky."""
    if isinstance(case, ImageCase):
        return _compare_images(case, rng)
    full, pairs = routes(case, float_instance(case.symbol, rng), rng, Floating())
    compare = partial(compare_numerically, str(case), size=len(full), condition=condition_number(full))
    return joint([compare(what, np.asarray(one), np.asarray(other)) for what, one, other in pairs])


def _compare_images(case: ImageCase, rng: np.random.Generator) -> Comparison:
    """A network kernel averaged over D4 or a subgroup on digits, against the formula and against the promise."""
    orbits = image_orbits(case, rng)
    averaged = AveragedKernel(case.kernel, orbits)
    phi = averaged.gram(orbits.seeds)
    errors = leave_out_error(averaged, orbits, ridge=case.ridge)
    K = dense_gram(averaged, orbits, case.ridge)
    formula = Floating().collapsed(phi.tolist(), orbits.sizes.tolist(), orbits.targets.tolist(), case.ridge)
    H = orbits.group.subgroup([int(np.flatnonzero(orbits.group.element_orders == 2)[0])])
    gone = [*H.elements.tolist(), int(H.left_representatives[1])]  # a whole coset and one pose more
    found = leave_out_error(AveragedKernel(case.kernel, orbits, H), orbits, missing=gone, ridge=1e-6)
    kept = np.isin(gone, recovered_poses(H, gone))
    small = np.abs(found[:, kept]).max() < 1e-3 < np.abs(found[:, ~kept]).max()
    compare = partial(compare_numerically, str(case), size=len(K), condition=condition_number(K))
    return joint(
        [compare("error", formula, errors), compare_exactly(str(case), "recovered poses", [small], [True])]
    )


THEOREM = Theorem(
    id="T9",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
