"""Theorem T10: nearly symmetric poses; the mean error over an orbit is the spectral error up to second order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.numerics import fourier
from orbitkernels.numerics.dense import condition_number
from orbitkernels.theory.balls import ball, working_precision
from orbitkernels.theory.enclosures import enclosed_leave_out, enclosed_spectral_error
from orbitkernels.theory.rational_gram import as_fraction, exact_gram, exact_leave_out, rational_matrix
from orbitkernels.theory.spectra import exact_spectral_error

from .approximate_checks import integer_gram
from .approximate_routes import NearlyCase, ball_matrix, nearly_cases, noisy, orbit_terms
from .approximate_symmetry import Nearly, RotationCase, nearly, relative_size, rotated_digits
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS, compare_decisions
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import (
    GROUPS,
    QUICK_GROUPS,
    QUICK_SMALL_GROUPS,
    SMALL_GROUPS,
    FloatArray,
    exact_instance,
    float_instance,
)
from .routes import NumericRoutes
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Approximate symmetry"
SOURCE = "this work; Perin and Deny 2025 (arXiv 2412.11521) for the average of the Gram matrix"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$; $P_g$ are the permutation matrices of its action on the poses of $C$"
    r" orbits, at least two poses in all; orbit $c$ has $N_c$ of them. The label is $t_c$ on orbit $c$; $y$ is the"
    r" vector of all labels.",
    r"$K$ is symmetric: the Gram matrix of points that are poses only nearly, ridge included. $K_c = \frac1n"
    r" \sum_g P_g K P_g^T$ is its average over all base points, and $E = K - K_c$. $K_c$ is positive definite, and"
    r" so is $K$ by the assumption $\varepsilon < 1$ on $\varepsilon = \| K_c^{-1/2} E K_c^{-1/2} \|$ (spectral"
    r" norms throughout).",
    r"$\mathrm{error}_i$ is the error at pose $i$ of kernel regression with $K$ trained on the set $R$ of all"
    r" other poses. $\mathrm{spectral}_c$ is the error of T6 for $K_c$, with the symbol $\varphi_{ab}(g) ="
    r" [K_c]_{(a,e),(b,g)}$; a single row of $K$ in its place would depend on the base point.",
    r"$v_c = 1/[K_c^{-1}]_{ii}$ for a pose $i$ of orbit $c$ is the posterior variance, the same at all poses of"
    r" the orbit, and $\kappa_c = \sqrt{v_c\; y^T K_c^{-1} y - \mathrm{spectral}_c^2}$.",
)
_ONE = r"|\mathrm{error}_i - \mathrm{spectral}_c| \le \kappa_c\, \frac{\varepsilon}{\sqrt{1 - \varepsilon^2}}"
_MEAN = (
    r"\Bigl|\frac{1}{N_c} \sum_{i \in c} \mathrm{error}_i - \mathrm{spectral}_c\Bigr| \le \kappa_c\,"
    r" \frac{\varepsilon^2}{2 - 2\varepsilon}"
)
_NORMS = r"\varepsilon \le \|K_c^{-1}\|\, \|E\|"
_RADIUS = (
    r"\Bigl|\frac{1}{N_c} \sum_{i \in c} \mathrm{error}_i - \mathrm{spectral}_c\Bigr| \le \kappa_c\,"
    r" \|K_c^{-1}\|^2\, \|E\|^2"
)
STATEMENT = (
    rf"{_ONE} \text{{ for each pose }} i \text{{ of orbit }} c, \qquad {_MEAN}"
    rf" \text{{ for their mean. Moreover }} {_NORMS}, \text{{ so that }} {_RADIUS} \text{{ for }}"
    r" \|E\| \|K_c^{-1}\| \le \tfrac12. \text{ The factor 1/2 of the mean and the order 1 of a single pose cannot"
    r" be improved.}"
)


def derivation() -> Derivation:
    """T10 from T1 and T6: two terms; the first averages to zero, the second is bounded by the spectral norm."""
    from . import approximate_checks as checks
    from .derivation import Derivation, argued, bounded, equal
    from .irrep_checks import witnessed

    steps = (
        argued(
            "averaging over a subgroup",
            r"Renaming $g$ in the sum, $P_h K_c P_h^T = K_c$: the average is group-circulant, so T6 gives its"
            r" error, the same at every pose of an orbit. The average of an average is itself, so that of $E$ is"
            r" zero.",
            r"P_h K_c P_h^T = K_c, \qquad \sum_g P_g E P_g^T = 0",
            on=witnessed(checks.perturbation_averages_to_zero),
            label="average",
            uses=("T6",),
        ),
        equal(
            "block elimination",
            r"For a pose $i$ let $D, F$ be the blocks of $K_c, E$ on $R$, and $w = [K_c]_{iR} D^{-1}$ the weights"
            r" of the labels in the prediction with $K_c$. Then $K_{iR} = w K_{RR} + \eta$, so the weights with"
            r" $K$ are $w + \eta K_{RR}^{-1}$. The resolvent identity for $K_{RR} = D + F$ gives the second line.",
            r"\eta = E_{iR} - w F, \qquad \mathrm{error}_i - \mathrm{spectral}_c = -\eta K_{RR}^{-1} y_R",
            r"-\eta K_{RR}^{-1} y_R = -\eta D^{-1} y_R + \eta D^{-1} F K_{RR}^{-1} y_R",
            pairs=checks.prediction_pairs(),
            label="difference",
            uses=("T1", "average"),
        ),
        argued(
            "invariance",
            r"The first term $\ell_i(E) = -\eta D^{-1} y_R$ is linear in $E$. It is made of $E$, $K_c$ and $y$"
            r" alone, and the latter two do not change when $G$ moves the poses; so $\ell_{g i}(E) = \ell_i(P_g^T"
            r" E P_g)$. The sum over $g$ runs through the orbit $n/N_c$ times, and $\ell_i$ of the average of $E$"
            r" is zero. (The instances are integer matrices $K$.)",
            r"\frac{1}{N_c} \sum_{i \in c} \ell_i(E) = \frac1n \sum_g \ell_{g i}(E) = \ell_i\Bigl(\frac1n \sum_g"
            r" P_g^T E P_g\Bigr) = 0",
            on=witnessed(checks.first_order_cancels),
            label="cancels",
            uses=("difference", "average"),
        ),
        equal(
            "expansion",
            r"The same for every $K_c$ and every $E$ of two orbits of $C_2$ and one of $C_3$, with all entries of"
            r" $A = K_c^{-1}$ and $E$ as symbols. By T1 the rows of $A$ give $e_i^T A = A_{ii} (1, -w)$ and $A y -"
            r" \mathrm{spectral}_c A e_i = (0, D^{-1} y_R)$, so $\ell_i(E)$ times $A_{ii}^2$ is a polynomial."
            r" (SymPy compares the term of one pose with the negative sum of the others.)",
            r"A_{ii}^2\, \ell_i(E) = -e_i^T A\, E\, (A_{ii}\, A y - [A y]_i\, A e_i), \qquad \sum_{i \in c}"
            r" A_{ii}^2\, \ell_i(E) = 0",
            pairs=checks.cancellation_pairs(),
            uses=("cancels", "T1"),
        ),
        argued(
            "substitution",
            r"So only the mean of the second terms remains. (The instances refit all poses of an orbit.)",
            r"\frac{1}{N_c} \sum_{i \in c} \mathrm{error}_i - \mathrm{spectral}_c = \frac{1}{N_c} \sum_{i \in c}"
            r" \eta D^{-1} F K_{RR}^{-1} y_R",
            on=witnessed(checks.mean_difference_is_the_mean_remainder),
            label="remainder",
            uses=("difference", "cancels"),
        ),
        equal(
            "substitution",
            r"Put $S = D^{1/2}$, $Z = S^{-1} F S^{-1}$, $x = v_c^{-1/2} S^{-1} \eta^T$ and $u = S^{-1} y_R$, so"
            r" that $K_{RR} = S (I + Z) S$.",
            r"\eta K_{RR}^{-1} y_R = \sqrt{v_c}\; x^T (I + Z)^{-1} u, \qquad \eta D^{-1} F K_{RR}^{-1} y_R ="
            r" \sqrt{v_c}\; x^T Z (I + Z)^{-1} u",
            pairs=checks.coordinate_pairs(),
            label="coordinates",
            uses=("difference",),
        ),
        argued(
            "theorem",
            r"The length of $u$: by the block inverse of T1, $y^T K_c^{-1} y = \mathrm{spectral}_c^2 / v_c + y_R^T"
            r" D^{-1} y_R$.",
            r"v_c |u|^2 = v_c\; y_R^T D^{-1} y_R = v_c\; y^T K_c^{-1} y - \mathrm{spectral}_c^2 = \kappa_c^2",
            on=witnessed(checks.sizes_agree),
            label="kappa",
            uses=("T1", "coordinates"),
        ),
        argued(
            "unitary similarity",
            r"The vector $\sqrt{v_c}\, K_c^{-1/2} e_i$ and the columns of $K_c^{1/2} J S^{-1}$, $J$ the inclusion"
            r" of $R$, are an orthonormal basis: $J^T K_c J = S^2$, $e_i^T J = 0$ and $e_i^T K_c^{-1} e_i ="
            r" 1/v_c$. In it $X = K_c^{-1/2} E K_c^{-1/2}$ has the last block $S^{-1} J^T E J S^{-1} = Z$ and"
            r" beside it $\sqrt{v_c}\, e_i^T K_c^{-1} E J S^{-1} = x^T$, as $e_i^T K_c^{-1} = (1, -w)/v_c$. As"
            r" $\|X\| = \varepsilon$, $X^2 \le \varepsilon^2 I$, also in the last block. (The instances compare $x"
            r" x^T + Z^2$ with that block, both multiplied by $S$ from both sides, which is rational.)",
            r"x x^T + Z^2 \le \varepsilon^2 I, \qquad \|Z\| \le \varepsilon",
            on=witnessed(checks.blocks_of_the_square),
            label="norm",
            uses=("coordinates",),
        ),
        bounded(
            "comparison",
            r"For numbers $|z| \le \varepsilon < 1$, the first line with $1 + z \ge 1 - \varepsilon$. (SymPy finds"
            r" the differences $(\varepsilon^2/2 - z^2)^2$ and $(z + \varepsilon^2)^2 / ((1 - \varepsilon^2) (1 +"
            r" z)^2)$; in the second it has $q = 1 - \varepsilon^2$ and $1 + z$ as positive symbols, in the third"
            r" $p = 1 - 2 \varepsilon \ge 0$.)",
            r"z^2 (\varepsilon^2 - z^2) \le \frac{\varepsilon^4}{4}, \qquad \frac{\varepsilon^2 - z^2}{(1 + z)^2}"
            r" \le \frac{\varepsilon^2}{1 - \varepsilon^2}",
            r"\frac{\varepsilon^2}{2 - 2\varepsilon} \le \varepsilon^2 \text{ for } \varepsilon \le \tfrac12",
            **checks.scalar_bounds(),
            label="numbers",
        ),
        argued(
            "Neumann series",
            r"$I + Z$ is invertible as $\|Z\| < 1$. For $q = (I + Z)^{-1} u$ the inequality for matrices gives"
            r" $(x^T q)^2 \le q^T (\varepsilon^2 - Z^2) q$, which in the eigenvectors of $Z$ is a mean of"
            r" $(\varepsilon^2 - z^2)/(1 + z)^2$ times $|u|^2$; for $q = Z (I + Z)^{-1} u$ a mean of $z^2"
            r" (\varepsilon^2 - z^2)/(1 + z)^2$ times $|u|^2$. (The instances have integer $K$ and a rational"
            r" number $\varepsilon' \ge \varepsilon$ from the trace of a power.)",
            r"|x^T (I + Z)^{-1} u| \le \frac{\varepsilon\, |u|}{\sqrt{1 - \varepsilon^2}}, \qquad |x^T Z (I +"
            r" Z)^{-1} u| \le \frac{\varepsilon^2\, |u|}{2 - 2\varepsilon}",
            on=witnessed(checks.bounds_hold),
            label="bounds",
            uses=("norm", "numbers"),
        ),
        argued(
            "substitution",
            r"Multiply by $\sqrt{v_c}$; the mean of remainders is at most the largest. Norms of products are at"
            r" most products of norms, and $\|K_c^{-1/2}\|^2 = \|K_c^{-1}\|$; the last line follows with the third"
            r" inequality for numbers. (The same instances, all poses.)",
            _ONE,
            _MEAN,
            rf"{_NORMS}, \qquad {_RADIUS} \text{{ for }} \|E\| \|K_c^{{-1}}\| \le \tfrac12",
            on=witnessed(checks.bounds_hold),
            label="claim",
            uses=("remainder", "coordinates", "kappa", "bounds", "numbers"),
        ),
        equal(
            "expansion",
            r"One orbit of $C_2$ with two poses, labels 1 and the matrices below, $|p| < \sqrt{a^2 - b^2}$. A"
            r" single pose differs at first order, with opposite signs: it matters which pose is missing. The mean"
            r" differs at second order, and its ratio to the bound tends to $2 b \sqrt{a^2 - b^2}/a^2$ as $p \to"
            r" 0$, which is 1 for $b = a/\sqrt 2$: the factor $\frac12$ is the least possible.",
            r"K_c = \begin{pmatrix} a & b \\ b & a \end{pmatrix}, \quad E = \begin{pmatrix} p & 0 \\ 0 & -p"
            r" \end{pmatrix}, \quad \mathrm{spectral} = 1 - \frac ba, \quad \varepsilon^2 = \frac{p^2}{a^2 - b^2},"
            r" \quad \kappa = \frac{\sqrt{a^2 - b^2}}{a}",
            r"\mathrm{error}_1 - \mathrm{spectral} = \frac{-b p}{a^2 - a p}, \qquad \frac{\mathrm{error}_1 +"
            r" \mathrm{error}_2}{2} - \mathrm{spectral} = \frac{-b p^2}{a^3 - a p^2}",
            pairs=checks.example_pairs(),
            uses=("claim",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T10")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[NearlyCase]:
    """Integer matrices; one orbit of C7:C3 in a quick run, because every pose is refitted."""
    large = nearly_cases(["C7:C3"], points=42)[0]
    if quick:
        large = NearlyCase(replace(large.symbol, orbits=1))
    return [*nearly_cases(QUICK_SMALL_GROUPS if quick else SMALL_GROUPS, points=26), large]


def exact_compare(case: NearlyCase, rng: np.random.Generator) -> Comparison:
    """The two terms and both bounds, against refitting every pose of an orbit over the rationals."""
    instance = exact_instance(case.symbol, rng)
    values, c = integer_gram(instance, rng), int(rng.integers(case.symbol.orbits))
    found = orbit_terms(instance, values, c, rational_matrix, as_fraction)
    refitted = [exact_leave_out(rational_matrix(values), instance.labels, [i])[0] for i in found.poses]
    errors = exact_spectral_error(instance.group, found.symbol, instance.targets.tolist(), instance.stabilisers)
    epsilon = relative_size(found.power)
    bounds = found.bounds(errors[c], refitted, epsilon)
    compare = partial(compare_exactly, str(case))
    comparisons = [compare(*pair) for pair in found.pairs(errors[c], refitted)]
    return joint([*comparisons, compare("bounds hold", [epsilon < 1, *bounds], [True] * (1 + len(bounds)))])


def enclosed_cases(quick: bool) -> list[NearlyCase]:
    """Matrices of transcendental numbers."""
    large = [] if quick else nearly_cases(["C7:C3"], points=42)[:1]
    return [*nearly_cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS, points=24), *large]


def enclosed_compare(case: NearlyCase, rng: np.random.Generator) -> Comparison:
    """The same in balls, for t K0 + S with the sines of integers in S."""
    with working_precision():
        instance = exact_instance(case.symbol, rng)
        K0 = exact_gram(instance.group, instance.phi, instance.stabilisers)
        scale = 1 + 4 * isqrt(K0.nrows())
        exact = np.array([[ball(as_fraction(v) * scale) for v in row] for row in K0.tolist()], dtype=object)
        values, c = noisy(exact, lambda k: ball(k).sin(), rng), int(rng.integers(case.symbol.orbits))
        found = orbit_terms(instance, values, c, ball_matrix, ball)
        gram = ball_matrix(values.tolist())
        refitted = [enclosed_leave_out(gram, instance.labels, [i])[0] for i in found.poses]
        problem = (instance.group, found.symbol, instance.targets.tolist(), instance.stabilisers)
        error = enclosed_spectral_error(*problem)[c]
        epsilon = relative_size(Fraction(float(found.power.upper()) * (1 + 1e-9)))
        bounds = found.bounds(error, refitted, ball(epsilon))
        comparisons = [compare_enclosures(str(case), *pair) for pair in found.pairs(error, refitted)]
        expected = [True] * (1 + len(bounds))
        return joint([*comparisons, compare_decisions(str(case), "bounds hold", [epsilon < 1, *bounds], expected)])


def numeric_cases(quick: bool) -> list[NearlyCase | RotationCase]:
    """Random matrices for every group of the list, and digits turned by angles that are no quarter turns."""
    turns = (8,) if quick else (3, 5, 6, 7, 8, 9, 10, 12)
    kernels = ("gaussian(length_scale=2)", "laplace(length_scale=2)", "polynomial(degree=3)", "ntk(depth=3)")
    digits = [
        RotationCase(n, kernels[(turn + k) % 4], 2 + (turn + k) % 3)
        for turn, n in enumerate(turns)
        for k in range(2)
    ]
    return [*nearly_cases(QUICK_GROUPS if quick else GROUPS, points=64), *digits]


def numeric_compare(case: NearlyCase | RotationCase, rng: np.random.Generator) -> Comparison:
    """The mean error by refitting, against the spectral error and the mean remainder; bounds and orders."""
    found = rotated_digits(case, rng) if isinstance(case, RotationCase) else _random(case, rng)
    name, errors = str(case), fourier.spectral_errors(found.routes.blocks, found.instance.targets)
    refitted = found.refitted()
    size = len(refitted)
    compare = partial(compare_numerically, name, size=size, condition=condition_number(found.gram))
    means = found.orbit_means(refitted)
    return joint(
        [
            compare("mean error", errors + found.orbit_means(found.remainders()), means),
            compare_exactly(name, "bounds hold", found.within_bounds(errors, refitted), [True] * 3),
            compare_exactly(name, "orders", _orders(found, errors), [True] * 2),
        ]
    )


def _random(case: NearlyCase, rng: np.random.Generator) -> Nearly:
    """A random matrix with epsilon between 1/20 and 3/5."""
    instance = float_instance(case.symbol, rng)
    symmetric = nearly(instance, NumericRoutes(instance).gram)
    if instance.sizes.max() == 1:
        return replace(symmetric, perturbation=0 * symmetric.circulant)  # every matrix is symmetric under G
    noise = rng.standard_normal(symmetric.circulant.shape)
    found = replace(symmetric, perturbation=nearly(instance, noise + noise.T).perturbation)
    return found.scaled(float(rng.uniform(0.05, 0.6)) / found.epsilon)


#: Orders of convergence count as 1 and 2 within this distance, at epsilon = 1/1000 and half of it.  The next term
#: changes an order by about epsilon times a ratio of coefficients, large where the leading one is small.
ORDER_TOLERANCE = 0.1


def _orders(found: Nearly, errors: FloatArray) -> list[bool]:
    """Whether halving E halves the largest difference of a pose and quarters that of a mean (Richardson).

    Where every orbit has one pose, E is zero and there is nothing to be seen.
    """
    if found.instance.sizes.max() == 1:
        return [True, True]
    one, mean = [], []
    for epsilon in (1e-3, 5e-4):
        small = found.scaled(epsilon / found.epsilon)
        refitted = small.refitted()
        one.append(np.abs(refitted - errors[small.routes.orbit_of_point]).max())
        mean.append(np.abs(small.orbit_means(refitted) - errors).max())
    orders = [np.log2(pair[0] / pair[1]) for pair in (one, mean)]
    return [bool(abs(order - expected) <= ORDER_TOLERANCE) for order, expected in zip(orders, (1, 2), strict=True)]


THEOREM = Theorem(
    id="T10",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
