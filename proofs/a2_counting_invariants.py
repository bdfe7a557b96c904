"""Theorem A2: invariant vectors, polynomials and harmonics are counted by traces, and their share tends to 1/n."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory import invariant_polynomials

from . import invariant_checks as checks
from .enclosed_instances import compare_decisions
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import FloatArray, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Counting invariants"
SOURCE = (
    "Molien 1897; Bietti, Venturi and Bruna 2021 for the share of invariant harmonics under permutations; for"
    " all orthogonal groups, with the rate: this work"
)
HYPOTHESES = (
    r"$G$ is a finite group of order $n$. $V$ is a complex or real vector space of finite dimension on which"
    r" $G$ acts linearly, $V^G$ its subspace of fixed vectors and $\operatorname{tr}_V(g)$ the trace of $g$ on"
    r" $V$.",
    r"$G$ acts on $\mathbb R^d$, $d \ge 2$, by orthogonal matrices, the matrix of $g$ also being called $g$,"
    r" and on functions by $(gf)(x) = f(g^{-1}x)$. $P_k$ is the space of the homogeneous polynomials of degree"
    r" $k$, and $V_{d,k} = \{f \in P_k : \Delta f = 0\}$ that of the harmonic ones, of dimension $N(d, k)$;"
    r" $\Delta$ is the Laplacian.",
    r"$\gamma_d(k) = \dim V_{d,k}^G / N(d, k)$ is the share of the invariant harmonics. $a$ elements of $G$ act"
    r" as $I$ and $b$ as $-I$ ($a = 1$ and $b \le 1$ if the action is faithful).",
    r"For every other $g$ let $c_g$ be as follows, where $e^{\mathrm i\theta}$ is any eigenvalue of $g$ that is"
    r" not real: $c_g = 1$ if both $1$ and $-1$ are eigenvalues; $1/|\sin(\theta/2)|$ if $1$ is and $-1$ is"
    r" not; $1/|\cos(\theta/2)|$ if $-1$ is and $1$ is not; $2/|\sin \theta|$ if neither is.",
)
STATEMENT = (
    r"\dim V^G = \frac1n \sum_g \operatorname{tr}_V(g), \qquad \sum_k \dim P_k^G\, t^k = \frac1n \sum_g"
    r" \frac{1}{\det(I - t g)}, \qquad \sum_k \dim V_{d,k}^G\, t^k = \frac1n \sum_g \frac{1 - t^2}{\det(I - t"
    r" g)}, \text{ and for } d \ge 3 \text{ } \Bigl|\gamma_d(k) - \frac{a + (-1)^k b}{n}\Bigr| \le"
    r" \frac{d-2}{2k+d-2} \cdot \frac1n \sum_{g \neq \pm I} c_g. \text{ So the share tends to } a/n \text{ if"
    r" no element acts as } -I; \text{ otherwise } b = a, \text{ the share vanishes for odd } k \text{ and"
    r" tends to } 2a/n \text{ along even } k."
)


def derivation() -> Derivation:
    """A2: traces of the averages, the traces on harmonics as a power series, and majorants of these series."""
    import sympy

    from .derivation import Derivation, argued, equal

    witnessed, count = checks.witnessed, checks.complete_symmetric
    t, z, w = sympy.symbols("t z w")
    k = sympy.Symbol("k", integer=True, positive=True)
    d, B = sympy.symbols("d C_k", positive=True)
    l = sympy.symbols("lambda_1:4")
    product = sympy.prod([1 / (1 - x * t) for x in l])

    steps = (
        argued(
            "averaging over a subgroup",
            r"$P = \frac1n \sum_g g$ fixes the vectors of $V^G$, and $hP = P$ for every $h$: it is a projection"
            r" onto $V^G$, so its rank is its trace. (Instances: quadratic polynomials.)",
            r"P^2 = P, \qquad \operatorname{rank} P = \operatorname{tr} P, \qquad \dim V^G = \frac1n \sum_g"
            r" \operatorname{tr}_V(g)",
            on=witnessed(checks.mean_projects),
            label="trace",
        ),
        equal(
            "power series",
            r"Let $\lambda_1, \dots, \lambda_d$ be the eigenvalues of $g$, which is orthogonal and real, so"
            r" that $g^{-1}$ has the same ones. On linear forms $g$ has these eigenvalues, and on $P_k$ the"
            r" products of $k$ of them. Expanding each factor as a geometric series gives all these products."
            r" (Checked for $d = 3$, up to $k = 3$, with eigenvalues that are symbols.)",
            r"\sum_k \operatorname{tr}_{P_k}(g)\, t^k = \sum_k t^k \sum_{k_1 + \dots + k_d = k} \lambda_1^{k_1}"
            r" \cdots \lambda_d^{k_d} = \prod_{i=1}^d \frac{1}{1 - \lambda_i t} = \frac{1}{\det(I - t g)}",
            pairs=[(checks.coefficient(product, t, j), count(l, j)) for j in (1, 2, 3)],
            label="polynomials",
        ),
        argued(
            "adjoint maps",
            r"For the inner product of $P_k$ in which monomials are orthogonal and $x_1^{k_1} \cdots x_d^{k_d}$"
            r" has the square length $k_1! \cdots k_d!$, multiplication by $x_i$ is adjoint to"
            r" $\partial/\partial x_i$, so multiplication by $|x|^2$ is adjoint to $\Delta$. Multiplication by"
            r" $|x|^2$ is injective; so $\Delta$ is onto $P_{k-2}$, and its kernel is the complement of $|x|^2"
            r" P_{k-2}$.",
            r"P_k = V_{d,k} \oplus |x|^2 P_{k-2}",
            on=[
                (f"$d = {dim}$, $k = {deg}$", partial(checks.multiplication_is_adjoint, dim, deg))
                for dim, deg in ((2, 5), (3, 4), (4, 3), (5, 2))
            ],
            label="split",
        ),
        argued(
            "invariance",
            r"Orthogonal maps leave $|x|^2$ and $\Delta$ unchanged, so $G$ acts on both parts, and on the"
            r" second as on $P_{k-2}$.",
            r"\Delta (g f) = g (\Delta f), \qquad \operatorname{tr}_{V_{d,k}}(g) = \operatorname{tr}_{P_k}(g) -"
            r" \operatorname{tr}_{P_{k-2}}(g)",
            on=witnessed(checks.commutes_with_the_laplacian),
            label="difference",
            uses=("split",),
        ),
        equal(
            "power series",
            r"Subtracting the coefficient two places before is multiplying by $1 - t^2$.",
            r"\sum_k \operatorname{tr}_{V_{d,k}}(g)\, t^k = \frac{1 - t^2}{\det(I - t g)}",
            pairs=[
                (checks.coefficient((1 - t**2) * product, t, j), count(l, j) - count(l, j - 2)) for j in (2, 3, 4)
            ],
            label="harmonics",
            uses=("polynomials", "difference"),
        ),
        argued(
            "substitution",
            r"Take the mean of both series over $G$. (The instances solve $sf = f$ for generators $s$, and"
            r" $\Delta f = 0$, in the basis of monomials.)",
            r"\sum_k \dim P_k^G\, t^k = \frac1n \sum_g \frac{1}{\det(I - t g)}, \qquad"
            r" \sum_k \dim V_{d,k}^G\, t^k = \frac1n \sum_g \frac{1 - t^2}{\det(I - t g)}",
            on=witnessed(checks.series_count),
            label="molien",
            uses=("trace", "polynomials", "harmonics"),
        ),
        equal(
            "power series",
            r"$N(d,k)$ is the trace of $I$: the series is $(1 + t)/(1 - t)^{d-1}$. Write $C_k ="
            r" \binom{k+d-3}{d-3}$, which is the coefficient of $(1-t)^{-(d-2)}$. The binomial coefficients on"
            r" the left are $\frac{k+d-2}{d-2} C_k$ and $\frac{k}{d-2} C_k$. As $f(-x) = (-1)^k f(x)$, the"
            r" trace of $-I$ is $(-1)^k N(d,k)$. (Checked for all $k$; these two ratios for $d = 4, \dots, 8$.)",
            r"N(d,k) = \binom{k+d-2}{d-2} + \binom{k+d-3}{d-2} = \frac{2k+d-2}{d-2}\, C_k",
            pairs=[
                (B * (k + d - 2) / (d - 2) + B * k / (d - 2), (2 * k + d - 2) / (d - 2) * B),
                *checks.binomial_ratios(k),
            ],
            label="dimension",
            uses=("harmonics",),
        ),
        equal(
            "power series",
            r"Let $d \ge 3$ and $g \neq \pm I$; write $z = e^{\mathrm i\theta/2}$ and $w = e^{\mathrm i\phi}$."
            r" Take out of the product the factors of $1$ and $-1$; or of $1$ and a pair $e^{\pm \mathrm"
            r" i\theta}$; or the same with $-t$ and $\theta + \pi$; or, if there is no real eigenvalue, those"
            r" of two pairs, for which $d$ is at least 4. (Checked: the coefficients satisfy the recurrence of"
            r" the denominator.)",
            r"\frac{1 - t^2}{(1 - t)(1 + t)} = 1, \qquad \frac{1 - t^2}{(1 - t)(1 - tz^2)(1 - tz^{-2})} ="
            r" \sum_k \frac{\sin\bigl((k + \tfrac12)\theta\bigr)}{\sin(\theta/2)}\, t^k",
            r"\frac{1 - t^2}{(1 - tz^2)(1 - tz^{-2})} = 1 + \sum_{k \ge 1} 2 \cos(k\theta)\, t^k, \qquad"
            r" \frac{1}{(1 - tw)(1 - tw^{-1})} = \sum_k \frac{\sin\bigl((k+1)\phi\bigr)}{\sin \phi}\, t^k",
            pairs=checks.recurrences(k, z, w),
            label="factors",
            uses=("harmonics",),
        ),
        argued(
            "comparison",
            r"So these coefficients are at most $1$, $1/|\sin(\theta/2)|$, $1/|\cos(\theta/2)|$, $2$ and"
            r" $1/|\sin \phi|$ in absolute value, those of $1/(1 - t)$ times as much. Of the other eigenvalues"
            r" each is on the unit circle, so that the coefficients of $1/(1 - \lambda t)$ are at most those of"
            r" $1/(1 - t)$. Multiply: in the first case one factor $1/(1-t)$ for each of $d - 2$ eigenvalues;"
            r" in the second and third one for the three taken out and $d - 3$ others; in the last two and $d -"
            r" 4$ others. These are $d - 2$ each time. (Instances: $\operatorname{tr}^2 \le c_g^2 C_k^2$ for $k"
            r" \le 24$, where $c_g^2$ is rational.)",
            r"|\operatorname{tr}_{V_{d,k}}(g)| \le c_g\, C_k \qquad (g \neq \pm I)",
            on=witnessed(checks.traces_are_bounded, checks.RATIONAL),
            label="bounded",
            uses=("factors", "dimension"),
        ),
        argued(
            "counterexample",
            r"In the plane the traces of the turns by $\theta$ are $2 \cos(k\theta)$ and $N(2, k) = 2$ for $k"
            r" \ge 1$: they do not become small. The four quarter turns fix all harmonics if 4 divides $k$, and"
            r" none otherwise, so the share has no limit, not even along even $k$.",
            r"d = 2, \quad n = 4: \qquad \gamma_2(k) = 1 \text{ if } 4 \mid k, \text{ else } 0 \qquad (k \ge"
            r" 1)",
            on=[("$C_4$ in the plane", checks.plane_has_no_limit)],
            decided=True,
            uses=("molien",),
        ),
        argued(
            "comparison",
            r"Divide the mean of the traces by $N(d,k)$: $I$ contributes $1$ and $-I$ contributes $(-1)^k$, the"
            r" others at most $c_g C_k/N(d,k)$. The bound tends to zero. If an element acts as $-I$,"
            r" multiplying by it exchanges those that act as $I$ and as $-I$, so $b = a$; and $f(-x) = (-1)^k"
            r" f(x)$ leaves no invariant for odd $k$.",
            r"\Bigl|\gamma_d(k) - \frac{a + (-1)^k b}{n}\Bigr| \le"
            r" \frac{d-2}{2k+d-2} \cdot \frac1n \sum_{g \neq \pm I} c_g",
            r"b = a \text{ and } \gamma_d(k) = 0 \text{ for odd } k \text{ if } b > 0",
            on=witnessed(checks.shares_are_near, checks.RATIONAL),
            uses=("molien", "dimension", "bounded"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A2")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class PolynomialCase:
    """Permutations of coordinates, or signed ones with -I among them.

    Attributes:
        group: Name of the group.
        highest: Largest degree of polynomials.
        signed: Whether signs occur.
    """

    group: str
    highest: int
    signed: bool = False

    def __str__(self) -> str:
        d = checks.representation(self.group, self.signed).degree
        return f"{self.group} by {'signed ' * self.signed}permutations, d = {d}, k <= {self.highest}"


@dataclass(frozen=True)
class HarmonicCase:
    """The real representation of an irrep: itself if it is real, else with its conjugate.

    Attributes:
        group: Name of the group.
        row: Row of the character table.
        degree: d >= 3.
        highest: Largest degree of harmonics.
    """

    group: str
    row: int
    degree: int
    highest: int

    def __str__(self) -> str:
        return f"{self.group}, irrep {self.row} on d = {self.degree}, k <= {self.highest}"


#: Monomials that an exact check may have: the equations are as many for each generator.
MAX_MONOMIALS = 260


def exact_cases(quick: bool) -> list[PolynomialCase]:
    """Permutations of 3 to 8 coordinates and signed permutations of 3 to 8."""
    plain = ("C3", "S3", "C4", "D4", "A4", "S4", "C2^2", "C5", "D5", "C5:C4", "A5", "S5", "C6", "D6", "C7", "D7",
             "C7:C3", "C7:C6", "Q8", "PSL(2,7)", "C2^3")  # fmt: skip
    signed = ("C2wrC3", "C2wrS3", "Q8", "SL(2,3)", "C2wrC4", "Q16")
    every = [(name, False) for name in plain] + [(name, True) for name in signed]
    wanted = [pair for pair in every if not quick or pair[0] in ("S3", "Q8", "C7:C3", "C2wrC3")]
    return [PolynomialCase(name, _highest(name, signs), signs) for name, signs in wanted]


def _highest(name: str, signed: bool) -> int:
    """The largest degree up to 9 with no more monomials than an exact check may have."""
    d = checks.representation(name, signed).degree
    return max(k for k in range(1, 10) if comb(k + d - 1, d - 1) <= MAX_MONOMIALS)


def exact_compare(case: PolynomialCase, rng: np.random.Generator) -> Comparison:
    """Coefficients of the series, against the solutions of s f = f and Delta f = 0 in the basis of monomials."""
    rho = checks.representation(case.group, case.signed)
    compare = partial(compare_exactly, str(case))
    found = []
    for harmonic, what in ((False, "invariant polynomials"), (True, "invariant harmonics")):
        series = invariant_polynomials.molien_counts(rho, case.highest, harmonic)
        solved = [invariant_polynomials.count_by_equations(rho, k, harmonic) for k in range(case.highest + 1)]
        found.append(compare(what, series, solved))
        if case.signed:
            found.append(compare(f"{what} of odd degree", series[1::2], [0] * len(series[1::2])))
    return joint(found)


def _irreps(names: tuple[str, ...], least: int, most: int, highest: int) -> list[HarmonicCase]:
    """The real representations of all irreps of a degree d from `least` to `most`."""
    cases = []
    for name in names:
        table = named_group(name).character_table()
        for row in range(len(table)):
            d = int(table.degrees[row]) * (1 if int(table.indicators[row]) == 1 else 2)
            if least <= d <= most:
                cases.append(HarmonicCase(name, row, d, highest))
    return cases


def enclosed_cases(quick: bool) -> list[HarmonicCase]:
    """Real representations of irreps of three or more dimensions, icosahedral ones among them."""
    names = ("A4", "S4", "A5", "Q8", "C7:C3", "SL(2,3)", "Q16", "C2wrS3", "S5", "Heis(3)", "PSL(2,7)", "S3xS3")
    return _irreps(("A5", "Q8", "C7:C3") if quick else names, 3, 8, 12 if quick else 24)


def enclosed_compare(case: HarmonicCase, rng: np.random.Generator) -> Comparison:
    """The series from eigenvalues in balls, against characters of symmetric powers; and both bounds."""
    from flint import acb

    from orbitkernels.theory.balls import working_precision
    from orbitkernels.theory.invariant_bounds import trace_series

    group, name = named_group(case.group), str(case)
    counts = invariant_polynomials.character_counts(group, case.row, case.highest)
    sizes = group.conjugacy_classes.sizes.tolist()
    angles = [invariant_polynomials.character_angles(group, case.row, c) for c in range(len(sizes))]
    with working_precision():
        traces = [trace_series(values, case.highest) for values in angles]
        columns = zip(*traces, strict=True)
        series = [sum((m * c for m, c in zip(sizes, each, strict=True)), acb(0)) for each in columns]
        bounded = [checks.trace_is_bounded(*pair) for pair in zip(angles, traces, strict=True)]
        means = [s / group.order for s in series]
        within = [
            checks.share_is_within_bound(case.degree, k, c, sizes, angles) for k, c in enumerate(counts) if k
        ]
        return joint(
            [
                compare_enclosures(name, "invariant harmonics", means, [acb(int(c)) for c in counts]),
                compare_decisions(name, "whether the share is within its bound", within, [True] * len(within)),
                compare_decisions(name, "whether each trace is within c_g C_k", bounded, [True] * len(bounded)),
            ]
        )


def numeric_cases(quick: bool) -> list[HarmonicCase]:
    """One degree of each real representation, with at most 140 harmonics (40 in a quick run)."""
    names = ("A4", "S4", "A5", "Q8", "C7:C3", "SL(2,3)", "C2wrS3", "C2wrC3", "S5", "Heis(3)", "S3xS3", "A4xC2")
    dimension = invariant_polynomials.harmonic_dimension
    cases = []
    for turn, case in enumerate(_irreps(("A5", "Q8", "C7:C3") if quick else names, 3, 8, 0)):
        possible = [k for k in range(1, 17) if dimension(case.degree, k) <= (40 if quick else 140)]
        for k in {possible[-1], possible[-1 - turn % 2 - 1]} if len(possible) > 2 else set(possible):
            cases.append(HarmonicCase(case.group, case.row, case.degree, k))
    return cases


def numeric_compare(case: HarmonicCase, rng: np.random.Generator) -> Comparison:
    """Trace of averaged zonal kernels on random points of the sphere, against symmetric powers of characters."""
    from orbitkernels.numerics.zonal import invariant_dimension

    k, d = case.highest, case.degree
    dimension = invariant_polynomials.harmonic_dimension(d, k)
    counts = invariant_polynomials.character_counts(named_group(case.group), case.row, k)
    points = rng.standard_normal((2 * dimension, d))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    trace, condition = invariant_dimension(_orthogonal(case, rng), points, k, dimension)
    share = [1 + trace / dimension]  # a share, beside one, may be zero
    expected = [1 + float(counts[k]) / dimension]
    return compare_numerically(
        str(case), "1 + share of the invariant harmonics", share, expected, size=len(points), condition=condition
    )


def _orthogonal(case: HarmonicCase, rng: np.random.Generator) -> FloatArray:
    """Orthogonal matrices [n, d, d] of the representation in a random orthonormal basis."""
    from .irreps import unitary_irreps

    rho = unitary_irreps(named_group(case.group))[case.row].matrices
    if np.iscomplexobj(rho):
        rho = np.block([[rho.real, -rho.imag], [rho.imag, rho.real]])
    basis = np.linalg.qr(rng.standard_normal((case.degree, case.degree)))[0]
    moved: FloatArray = basis @ rho @ basis.T
    return moved


THEOREM = Theorem(
    id="A2",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
