"""Theorem A7: what averaging over a group saves in linear least squares with an invariant target, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory import averaged_regression as theory
from orbitkernels.theory.rational_gram import as_fraction

from . import averaged_regression_checks as checks
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, FloatArray
from .invariant_predictor_checks import small_set
from .permutation_instances import small_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Averaging helps"
SOURCE = "Elesedy and Zaidi 2021"
HYPOTHESES = (
    r"$G$ is a finite group that acts on $V = \mathbb R^d$, $d \ge 1$, by orthogonal matrices; $V^G$ are the fixed"
    r" vectors, $m = \dim V^G$, and $P = \frac{1}{|G|} \sum_g g$.",
    r"The inputs are the rows of $X$, $n > d + 1$ independent standard normal vectors of $\mathbb R^d$. The"
    r" labels are $y = X \theta + \varepsilon$ with an invariant target, $\theta \in V^G$; the noise"
    r" $\varepsilon$ is independent of $X$ and has the mean 0 and the covariance $\sigma^2 I$, but need not be"
    r" normal.",
    r"$w = (X^T X)^{-1} X^T y$ are the least squares, defined with probability 1. The average of the predictor"
    r" $x \mapsto w^T x$ over $G$ is $x \mapsto \frac{1}{|G|} \sum_g w^T g x = (Pw)^T x$.",
    r"$R(v) = \mathbb E\, (v^T x - \theta^T x)^2$ for a new standard normal $x$ is the risk of a weight $v$"
    r" without the noise of the new label. The expectations below are over $X$ and $\varepsilon$.",
)
_FIXED = r"\mathbb E[R(w) - R(Pw) \mid X] = \sigma^2 \operatorname{tr}\bigl((I - P) (X^T X)^{-1}\bigr)"
_RISK = r"\mathbb E\, R(w) = \frac{\sigma^2 d}{n - d - 1}"
_GAP = r"\mathbb E\, R(w) - \mathbb E\, R(Pw) = \frac{\sigma^2 (d - m)}{n - d - 1}"
STATEMENT = rf"{_FIXED}, \qquad {_RISK}, \qquad {_GAP}."


def derivation() -> Derivation:
    """A7: the gap is the squared length of what the projection removes; by rotations its mean is a trace."""
    import sympy

    from .derivation import Derivation, argued, equal

    n, d, m, s2 = sympy.symbols("n d m sigma2", positive=True)
    nu, c, t = sympy.symbols("nu c t", positive=True)
    steps = (
        argued(
            "averaging over a subgroup",
            r"The matrices are orthogonal, so $P^T$ is the mean of the inverses, which is $P$. So $P$ is the"
            r" orthogonal projection onto $V^G$; its trace is its rank. (Instances: permutations of coordinates,"
            r" where $m$ is the number of orbits.)",
            r"P^T = P = P^2, \qquad \operatorname{tr} P = m, \qquad P \theta = \theta",
            on=checks.witnessed(checks.average_projects),
            label="projection",
            uses=("A2",),
        ),
        equal(
            "orthogonal projection",
            r"$\mathbb E\, x x^T = I$ gives $R(v) = |v - \theta|^2$. Split $w - \theta$ into $Pw - \theta \in"
            r" V^G$ and $(I - P) w$, which is orthogonal to it. (SymPy: any $w$, any invariant $\theta$, for"
            r" actions of $C_4$, $S_3$ and $Q_8$.)",
            r"R(w) - R(Pw) = |w - \theta|^2 - |Pw - \theta|^2 = |(I - P)\, w|^2",
            pairs=[checks.pythagoras(name) for name in ("C4", "S3", "Q8")],
            label="gap",
            uses=("projection",),
        ),
        argued(
            "expectation",
            r"$w = \theta + A \varepsilon$ with $A = (X^T X)^{-1} X^T$, and $(I - P)\theta = 0$. As"
            r" $\mathbb E\, \varepsilon \varepsilon^T = \sigma^2 I$ and $A A^T = (X^T X)^{-1}$, the mean of"
            r" $|(I - P) A \varepsilon|^2$ is $\sigma^2 \operatorname{tr}((I - P) A A^T)$; likewise that of"
            r" $|A \varepsilon|^2 = R(w)$, without $I - P$. (The instances list all noises of signs and fit"
            r" each.)",
            _FIXED,
            r"\mathbb E[R(w) \mid X] = \sigma^2 \operatorname{tr} (X^T X)^{-1}",
            on=checks.witnessed(checks.sign_noise_has_the_gap),
            label="fixed",
            uses=("gap",),
        ),
        argued(
            "Schur's lemma",
            r"$X O$ has the distribution of $X$ for every orthogonal $O$, so $C = \mathbb E\, (X^T X)^{-1}$"
            r" commutes with all orthogonal matrices. (It is finite: the entries of a positive definite matrix are"
            r" bounded by those on its diagonal, which are like the first by permutation, and the first has a"
            r" finite mean by the steps below.) Signs and permutations of coordinates suffice: $C$ is a multiple"
            r" of $I$. (The instances average any symmetric matrix over them.)",
            r"O^T C\, O = C \text{ for all orthogonal } O, \qquad C = c I, \qquad c ="
            r" \mathbb E\, [(X^T X)^{-1}]_{11}",
            on=[
                (f"$d = {size}$", partial(checks.signed_permutations_leave_multiples_of_one, size))
                for size in (1, 2, 3, 4)
            ],
            label="multiple",
        ),
        equal(
            "block elimination",
            r"Let $a$ be the first column of $X$ and $B$ the others. The Schur complement is the squared length"
            r" of what regression of $a$ on $B$ leaves. (SymPy: any symmetric $X^T X$ for $d = 2, 3, 4$.)",
            r"[(X^T X)^{-1}]_{11} = \frac{1}{a^T a - a^T B (B^T B)^{-1} B^T a} = \frac{1}{|Q a|^2}, \qquad"
            r" Q = I - B (B^T B)^{-1} B^T",
            pairs=[checks.first_entry_of_inverse(size) for size in (2, 3, 4)],
            label="schur",
        ),
        argued(
            "orthogonal projection",
            r"$B$ has rank $d - 1$ with probability 1, so $Q$ is the orthogonal projection onto a space of"
            r" dimension $n - d + 1$. It is independent of $a$, and in an orthonormal basis that begins with that"
            r" space $a$ is again standard normal.",
            r"|Qa|^2 \sim \chi^2_\nu, \qquad \nu = \operatorname{rank} Q = n - d + 1",
            on=[
                (f"$n = {n_}$, $d = {d_}$", partial(checks.residual_projects, n_, d_))
                for n_, d_ in ((4, 2), (7, 4))
            ],
            label="chi",
            uses=("schur",),
        ),
        equal(
            "integration by parts",
            r"The density of $\chi^2_\nu$ is a multiple of $x^{\nu/2 - 1} e^{-x/2}$. With $a = \nu/2 - 1 > 0$,"
            r" which is $n > d + 1$, the product below vanishes at both ends, so the integrals of $a x^{a-1}"
            r" e^{-x/2}$ and $\frac12 x^a e^{-x/2}$ are equal. For $\nu \le 2$ the expectation is infinite."
            r" (SymPy: the derivative for all $a$; the integrals for three values.)",
            r"\frac{\mathrm d}{\mathrm dx}\, x^a e^{-x/2} = a\, x^{a-1} e^{-x/2} - \tfrac12 x^a e^{-x/2}",
            r"\mathbb E\, \frac{1}{\chi^2_\nu} = \frac{\int x^{a-1} e^{-x/2}\, \mathrm dx}{\int x^a e^{-x/2}\,"
            r" \mathrm dx} = \frac{1}{2a} = \frac{1}{\nu - 2}",
            pairs=checks.parts(),
            label="inverse",
        ),
        equal(
            "substitution",
            r"So $c = 1/(n - d - 1)$. Take the expectation over $X$ of the third step; $\operatorname{tr}(I - P)"
            r" = d - m$ and $\operatorname{tr} I = d$.",
            r"c = \frac{1}{n - d - 1}",
            _RISK,
            _GAP,
            pairs=[
                (sympy.Subs(1 / (nu - 2), nu, n - d + 1), 1 / (n - d - 1)),
                (sympy.Subs(s2 * c * t, (c, t), (1 / (n - d - 1), d)), s2 * d / (n - d - 1)),
                (sympy.Subs(s2 * c * t, (c, t), (1 / (n - d - 1), d - m)), s2 * (d - m) / (n - d - 1)),
            ],
            uses=("projection", "fixed", "multiple", "chi", "inverse"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A7")


# ---------------------------------------------------------------------- checks

#: Signs of the designs that an exact check lists: 2^16 matrices at most.
MAX_SIGNS = 16


@dataclass(frozen=True)
class DesignCase:
    """A design of whole numbers under a permutation of coordinates; `extra` samples more than coordinates."""

    group: str
    extra: int

    def __str__(self) -> str:
        return f"{self.group}, fixed design of d + {self.extra} samples"


@dataclass(frozen=True)
class GaussianCase:
    """Gaussian inputs; `extra` samples more than coordinates, at least 2."""

    group: str
    extra: int

    def __str__(self) -> str:
        return f"{self.group}, Gaussian design of d + {self.extra} samples"


def exact_cases(quick: bool) -> list[DesignCase | GaussianCase]:
    """Fixed designs with all noises of signs, and Gaussian ones by the Bartlett decomposition."""
    small = ("C1", "C2", "C3", "C4", "C2^2", "C5", "C6", "S3", "D4", "D5", "Q8", "A4", "C7:C3", "S4", "A5")
    groups = QUICK_SMALL_GROUPS if quick else small
    designs = [DesignCase(name, extra) for name in groups for extra in (0, 1 + len(name) % 2)]
    return [*designs, *(GaussianCase(name, extra) for name in groups for extra in (2, 5))]


def formula(n: int, d: int, m: int) -> Fraction:
    """(d - m)/(n - d - 1)."""
    return Fraction(d - m, n - d - 1)


def exact_compare(case: DesignCase | GaussianCase, rng: np.random.Generator) -> Comparison:
    """The trace, against every fit for every noise of signs; the formula, against the Bartlett decomposition.

    Up to four coordinates also against Wishart's density with two samples less and all matrices of signs, which
    uses neither that decomposition nor chi-squared variables.
    """
    compare = partial(compare_exactly, str(case))
    if isinstance(case, GaussianCase):
        action = small_action(case.group)
        d = action.degree
        n = d + case.extra
        diagonal = theory.inverse_wishart_diagonal(n, d, lambda nu: Fraction(1, nu - 2))
        gap = theory.gaussian_gap(diagonal, theory.projection(action))
        found = [
            compare("gap", [formula(n, d, len(action.orbits()))], [gap]),
            compare("risk", [formula(n, d, 0)], [sum(diagonal)]),
        ]
        if (n - 2) * d <= MAX_SIGNS:
            mean = theory.inverse_wishart_by_signs(n, d)
            expected = [formula(n, d, 0) / d if i == j else Fraction(0) for i in range(d) for j in range(d)]
            found.append(compare("mean inverse by signs", expected, [as_fraction(v) for v in mean.entries()]))
        return joint(found)
    action = small_set(case.group, rng, 7)
    X, theta = checks.design(action, action.degree + case.extra, rng)
    P = theory.projection(action)
    return compare("gap", [theory.fixed_design_gap(X, P)], [theory.gap_by_sign_noise(X, P, theta)])


def enclosed_cases(quick: bool) -> list[GaussianCase]:
    """Groups with irreps of every kind."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    return [GaussianCase(name, extra) for name in groups for extra in (2, 3)]


def enclosed_compare(case: GaussianCase, rng: np.random.Generator) -> Comparison:
    """The formula, against the Bartlett decomposition with every E 1/chi^2 as a quotient of enclosed integrals."""
    from orbitkernels.theory.balls import ball, working_precision

    action = small_action(case.group)
    d = action.degree
    n = d + case.extra
    with working_precision():
        diagonal = theory.inverse_wishart_diagonal(n, d, theory.mean_inverse_chi_squared)
        gap = theory.gaussian_gap(diagonal, theory.projection(action))
        risk = sum(diagonal[1:], diagonal[0])
        one = [ball(formula(n, d, len(action.orbits()))), ball(formula(n, d, 0))]
        return compare_enclosures(str(case), "gap, risk", one, [gap, risk])


def numeric_cases(quick: bool) -> list[DesignCase | GaussianCase]:
    """Fixed designs for every group of the list, and Gaussian ones of up to five coordinates by quadrature."""
    names = (
        ("C2", "S3", "A4")
        if quick
        else ("C2", "C3", "S3", "C4", "D4", "A4", "S4", "C5", "D5", "C5:C4", "A5", "S5")
    )
    designs = [DesignCase(name, extra) for name in (QUICK_GROUPS if quick else GROUPS) for extra in (2, 20)]
    return [*designs, *(GaussianCase(name, extra) for name in names for extra in (2, 3, 10))]


def numeric_compare(case: DesignCase | GaussianCase, rng: np.random.Generator) -> Comparison:
    """In a random orthonormal basis: the formula against quadrature; the trace against the pseudo-inverse."""
    action = small_action(case.group)
    d, m = action.degree, len(action.orbits())
    n = d + case.extra
    basis = np.linalg.qr(rng.standard_normal((d, d)))[0]
    P = basis @ _mean_permutation(action) @ basis.T
    s2 = float(rng.uniform(0.5, 2))
    if isinstance(case, GaussianCase):
        inverse, condition = checks.quadrature_inverse(n, d)
        values = [np.trace(inverse - P @ inverse), np.trace(inverse)]
        one = [s2 * float(formula(n, d, k)) for k in (m, 0)]
        return compare_numerically(str(case), "gap, risk", one, s2 * np.array(values), size=d, condition=condition)
    from scipy.linalg import cho_factor, cho_solve

    X = rng.standard_normal((n, d))
    W = X.T @ X
    inverse = cho_solve(cho_factor(W), np.eye(d))
    fit = np.linalg.pinv(X)  # weights for unit noises
    saved = s2 * (np.sum(fit**2) - np.sum((P @ fit) ** 2))
    one = [s2 * np.trace(inverse - P @ inverse), s2 * np.trace(inverse)]
    other = [saved, s2 * np.sum(fit**2)]
    return compare_numerically(str(case), "gap, risk", one, other, size=n, condition=float(np.linalg.cond(W)))


def _mean_permutation(action: Any) -> FloatArray:
    """Mean of the permutation matrices."""
    total = np.zeros((action.degree, action.degree))
    for row in action.permutations:
        total[row, np.arange(action.degree)] += 1 / action.group.order
    return total


THEOREM = Theorem(
    id="A7",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
