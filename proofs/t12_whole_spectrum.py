"""Theorem T12: when the error on two orbits is one ratio of the whole spectrum, and what that is otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from . import exchange_checks as checks
from .arithmetic import Arithmetic, balls, rationals
from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .pair_instances import KINDS, PairCase, ball_pair, exact_pair, pair_cases
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "One ratio of the whole spectrum"
SOURCE = "this work; Perin and Deny 2025 (arXiv 2412.11521) for cyclic groups"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with two free orbits of seeds $x_1, x_2$, and the kernel is invariant;"
    r" $\varphi(g) = k(x_1, g x_1) = k(x_2, g x_2)$ is the same function on both orbits, ridge included at $g ="
    r" e$, and $\psi(g) = k(x_1, g x_2)$.",
    r"The Gram matrix of the $2n$ points is $K$ with the blocks $P_{g,h} = \varphi(g^{-1}h)$ and $Q_{g,h} ="
    r" \psi(g^{-1}h)$, $K = \begin{pmatrix} P & Q \\ Q^T & P \end{pmatrix}$; it is positive definite."
    r" $\lambda_0, \dots, \lambda_{2n-1}$ are its eigenvalues, and $\lambda_- = \sum_g (\varphi(g) - \psi(g))$.",
    r"The labels are $+1$ on orbit 1 and $-1$ on orbit 2. Kernel regression is trained on all points but one pose"
    r" of orbit $c$; $\mathrm{error}_c$ is label minus prediction there.",
    r"$\hat K(\rho)$ and $d_\rho$ are as in T2, $s_c = \frac1n \sum_\rho d_\rho \operatorname{tr}[(\hat"
    r" K(\rho)^{-1})_{cc}]$, and $(\varphi * \psi)(g) = \sum_k \varphi(k)\, \psi(k^{-1}g)$.",
)
RATIO = r"\frac{\lambda_-^{-1}}{\frac{1}{2n} \sum_{k=0}^{2n-1} \lambda_k^{-1}}"
HARMONIC = RATIO + r" = 2 \Bigl(\frac{1}{|\mathrm{error}_1|} + \frac{1}{|\mathrm{error}_2|}\Bigr)^{-1}"
STATEMENT = (
    HARMONIC + r"; \text{ the ratio is } |\mathrm{error}_1| \text{ iff it is } |\mathrm{error}_2|,"
    r" \text{ that is iff } s_1 = s_2; \text{ otherwise it lies strictly between them. Sufficient is }"
    r" \varphi * \psi = \psi * \varphi \text{ (as for abelian groups, or class functions }"
    r" \varphi \text{ or } \psi), \text{ or that for an automorphism } \tau \text{ of } G"
    r" \text{ and an element } s \text{ all } g \text{ satisfy }"
    r" \varphi(\tau(g)) = \varphi(s^{-1} \tau(g) s) = \varphi(g) \text{ and } \psi(\tau(g)^{-1} s) = \psi(g)"
    r" \text{ (as for inverse-symmetric } \psi). \text{ For a given } \varphi"
    r" \text{ the ratio is right for every } \psi \text{ iff } \varphi \text{ is a class function.}"
)


def derivation() -> Derivation:
    """T12: the two diagonals of the inverse, compared by block elimination, symmetry and spectral projections."""
    import sympy

    from .derivation import Derivation, argued, equal
    from .irrep_checks import witnessed

    lam, s1, s2, p_i, p_j, x = sympy.symbols("lambda_- s_1 s_2 p_i p_j x", positive=True)
    P, Q, R, B = sympy.symbols("P Q Q^T B", commutative=False)
    p = sympy.Symbol("p", positive=True)  # P where it commutes with everything beside it
    ratio = 2 / (lam * (s1 + s2))
    separated = [(name, partial(checks.projections_separate, name)) for name in ("S3", "D4", "A4", "C7:C3")]
    steps = (
        argued(
            "eigenvector",
            r"The rows of $P$ sum to $\sum_g \varphi(g)$, those of $Q$ and $Q^T$ to $\sum_g \psi(g)$, as"
            r" $g^{-1}h$ runs through $G$ with $h$ or with $g$. So the vector $y$ of the labels is an"
            r" eigenvector. $G$ permutes the points of an orbit and leaves $K$ unchanged, so the diagonal of"
            r" $K^{-1}$ is constant on it, and by T2 it is $s_c$.",
            r"K y = \lambda_-\, y, \qquad [K^{-1}]_{(c,g),(c,g)} = s_c",
            on=witnessed(checks.labels_are_an_eigenvector),
            label="eigenvector",
            uses=("T2",),
        ),
        argued(
            "theorem",
            r"Divide $[K^{-1}y]_{(c,g)} = \pm\lambda_-^{-1}$ by $s_c$, by T1.",
            r"\mathrm{error}_1 = \frac{1}{\lambda_-\, s_1}, \qquad \mathrm{error}_2 = -\frac{1}{\lambda_-\, s_2}",
            on=witnessed(checks.errors_by_refitting),
            label="errors",
            uses=("eigenvector", "T1"),
        ),
        argued(
            "trace",
            r"The sum of the reciprocal eigenvalues is the trace of $K^{-1}$, and that is the sum over both"
            r" orbits.",
            r"\sum_{k=0}^{2n-1} \lambda_k^{-1} = \operatorname{tr} K^{-1} = n (s_1 + s_2)",
            on=witnessed(checks.ratio_is_the_harmonic_mean),
            label="trace",
            uses=("eigenvector",),
        ),
        equal(
            "substitution",
            r"Put the trace into the ratio, and $1/|\mathrm{error}_c| = \lambda_- s_c$ into the harmonic mean.",
            HARMONIC,
            pairs=[(1 / lam / ((s1 + s2) / 2), 2 / (1 / (1 / (lam * s1)) + 1 / (1 / (lam * s2))))],
            label="harmonic",
            uses=("errors", "trace"),
        ),
        equal(
            "expansion",
            r"The ratio $r = 2/(\lambda_- (s_1 + s_2))$ differs from both errors by positive multiples of $s_1 -"
            r" s_2$: it is both if $s_1 = s_2$, and strictly between them if not.",
            r"r - |\mathrm{error}_1| = \frac{s_1 - s_2}{\lambda_-\, s_1 (s_1 + s_2)}, \qquad"
            r" |\mathrm{error}_2| - r = \frac{s_1 - s_2}{\lambda_-\, s_2 (s_1 + s_2)}",
            r"r = |\mathrm{error}_1| \iff s_1 = s_2",
            pairs=[
                (ratio - 1 / (lam * s1), (s1 - s2) / (lam * s1 * (s1 + s2))),
                (1 / (lam * s2) - ratio, (s1 - s2) / (lam * s2 * (s1 + s2))),
            ],
            label="between",
            uses=("errors", "harmonic"),
        ),
        equal(
            "block elimination",
            r"By T1 the diagonal blocks of $K^{-1}$ are $A = (P - Q P^{-1} Q^T)^{-1}$ and $B = (P - Q^T P^{-1}"
            r" Q)^{-1}$. The product below is $I$ because its last term vanishes: so $A$ is the second factor."
            r" (The symbols do not commute: the check holds for matrices of every size.)",
            r"(P - Q P^{-1} Q^T)(P^{-1} + P^{-1} Q B Q^T P^{-1}) = I + Q P^{-1} \bigl((P - Q^T P^{-1} Q) B -"
            r" I\bigr) Q^T P^{-1}",
            r"n s_1 = \operatorname{tr} P^{-1} + \operatorname{tr}(B\, Q^T P^{-2} Q), \qquad n s_2 ="
            r" \operatorname{tr} B",
            pairs=[
                (
                    (P - Q * P**-1 * R) * (P**-1 + P**-1 * Q * B * R * P**-1),
                    1 + Q * P**-1 * ((P - R * P**-1 * Q) * B - 1) * R * P**-1,
                )
            ],
            label="blocks",
            uses=("eigenvector", "T1"),
        ),
        argued(
            "expansion",
            r"The product of two group-circulant matrices is one, and its symbol is the convolution of theirs. So"
            r" $P$ and $Q$ commute iff $\varphi * \psi = \psi * \varphi$; then $P$ commutes with $Q^T$ too, being"
            r" symmetric, and with $B$. Convolution is commutative for abelian $G$, and a class function commutes"
            r" with every function. (The instances check $s_1 = s_2$ for $\varphi$ or $\psi$ a class function and"
            r" for a polynomial in $\varphi$ plus one.)",
            r"\varphi * \psi = \psi * \varphi \iff P Q = Q P",
            on=witnessed(checks.commuting_symbols_agree),
            label="commute",
        ),
        equal(
            "expansion",
            r"Then $B = (P - Q^T Q P^{-1})^{-1}$, so that $Q^T Q = (P - B^{-1}) P$; put this into the second"
            r" trace of $n s_1$. (Checked with a number $p$ for $P$, as $P$ commutes with all factors.)",
            r"B\, Q^T P^{-2} Q = B\, (P - B^{-1})\, P\, P^{-2} = B - P^{-1}, \qquad n s_1 = \operatorname{tr} B ="
            r" n s_2",
            pairs=[(B * (p - B**-1) * p * p**-2, B - 1 / p)],
            label="commuting",
            uses=("blocks", "commute"),
        ),
        argued(
            "invariance",
            r"Let $\tau$ and $s$ be as stated. The permutation $(1, g) \mapsto (2, \tau(g) s)$, $(2, g) \mapsto"
            r" (1, \tau(g))$ of the points leaves $K$ as it is: on orbit 1 the entry becomes $\varphi(s^{-1}"
            r" \tau(g^{-1}h) s)$, on orbit 2 $\varphi(\tau(g^{-1}h))$, and the one at $(1,g), (2,h)$ becomes"
            r" $\psi(\tau(h)^{-1} \tau(g) s) = \psi(\tau(g^{-1}h)^{-1} s)$. So $K^{-1}$ stays as it is too, and"
            r" its diagonals on both orbits agree. For $\psi(g^{-1}) = \psi(g)$ take the identity and $s = e$.",
            r"\varphi(\tau(g)) = \varphi(s^{-1} \tau(g) s) = \varphi(g), \quad \psi(\tau(g)^{-1} s) = \psi(g)"
            r" \text{ for all } g \text{ imply } s_1 = s_2",
            on=witnessed(checks.exchange_keeps_the_matrix),
            label="exchange",
            uses=("eigenvector",),
        ),
        argued(
            "counterexample",
            r"Neither condition is necessary: on $S_3$, for $\varphi$ with the value 6 at $e$, the different"
            r" values 0, 1, 2 at the transpositions and 0 elsewhere, and $\psi$ with the value 1 at one 3-cycle"
            r" and 0 elsewhere, both fail, but $s_1 = s_2$.",
            on=[("S3", checks.neither_condition_is_needed)],
            decided=True,
            uses=("commuting", "exchange"),
        ),
        argued(
            "counterexample",
            r"The ratio can be neither error: on $S_3$ (elements as permutations in lexicographic order, $gh$"
            r" being $g$ after $h$) the errors below are what leaving a pose out gives, and the ratio is their"
            r" harmonic mean.",
            r"\varphi = (8, 1, -1, -1, -1, 0), \quad \psi = (0, 0, 1, 0, -1, -1)",
            r"|\mathrm{error}_1| = \frac{13495}{13203}, \qquad |\mathrm{error}_2| = \frac{13495}{13098}",
            on=[("S3", checks.one_ratio_fails)],
            decided=True,
            uses=("harmonic", "between"),
        ),
        argued(
            "substitution",
            r"Now let $\varphi$ be given. Write $R_s$ for the group-circulant matrix whose symbol is 1 at $s$ and"
            r" 0 elsewhere. Conjugating by it conjugates the symbol; so $P$ commutes with every $R_s$ iff"
            r" $\varphi$ is a class function.",
            r"R_s P R_s^{-1} = \bigl(\varphi(s^{-1} g^{-1} h s)\bigr)_{g,h}",
            on=witnessed(checks.commutes_with_translations),
            label="translations",
            uses=("commute",),
        ),
        argued(
            "eigenvector",
            r"Let $E_i$ be the orthogonal projection on the eigenspace of $P$ with the eigenvalue $p_i$. It is a"
            r" polynomial in $P$, hence real and group-circulant. If $\varphi$ is no class function, some $R_s ="
            r" \sum_{i,j} E_i R_s E_j$ does not commute with $P = \sum_i p_i E_i$; so a term with $i \neq j$ is"
            r" not zero. Let $\psi$ be the symbol of a multiple $Q$ of it, and $X = Q Q^T$. (The instances have"
            r" rational projections.)",
            r"Q = \varepsilon\, E_i R_s E_j \neq 0, \qquad p_i \neq p_j, \qquad 0 < \varepsilon < \sqrt{p_i p_j}",
            on=[(name, partial(checks.projections_are_circulant, name)) for name in ("S3", "D4", "A4", "C7:C3")],
            label="projections",
            uses=("translations",),
        ),
        equal(
            "block elimination",
            r"$P$ is $p_i$ on the range of $Q$ and $p_j$ on that of $Q^T$. On an eigenvector of $X$ with the"
            r" eigenvalue $x > 0$, which lies in the range of $Q$, $A$ is $(p_i - x/p_j)^{-1}$, and on one of"
            r" $Q^T Q$ with the same eigenvalue $B$ is $(p_j - x/p_i)^{-1}$; elsewhere both are $P^{-1}$. $X$ and"
            r" $Q^T Q$ have the same positive eigenvalues with multiplicities, and $x < p_i p_j$ because the"
            r" norms of $E_i$, $R_s$ and $E_j$ are 1 at most; so $K$ is positive definite.",
            r"\frac{1}{p_i - x/p_j} - \frac{1}{p_i} = \frac{x}{p_i (p_i p_j - x)}, \qquad \frac{1}{p_j - x/p_i} -"
            r" \frac{1}{p_j} = \frac{x}{p_j (p_i p_j - x)}",
            pairs=[
                (1 / (p_i - x / p_j) - 1 / p_i, x / (p_i * (p_i * p_j - x))),
                (1 / (p_j - x / p_i) - 1 / p_j, x / (p_j * (p_i * p_j - x))),
            ],
            label="scalars",
            uses=("blocks", "projections"),
        ),
        argued(
            "trace",
            r"Sum over the eigenvectors. Every $x/(p_i p_j - x)$ is positive, there is one as $Q \neq 0$, and"
            r" $p_i \neq p_j$: so $s_1 \neq s_2$, and the ratio is neither error. If $\varphi$ is a class"
            r" function, it commutes with every $\psi$ and $s_1 = s_2$. (The instances have rational projections,"
            r" and compare with the inverse of $K$.)",
            r"n (s_1 - s_2) = \Bigl(\frac{1}{p_i} - \frac{1}{p_j}\Bigr) \operatorname{tr}\bigl[X (p_i p_j -"
            r" X)^{-1}\bigr] \neq 0",
            r"s_1 = s_2 \text{ for every } \psi \iff \varphi \text{ is a class function}",
            on=separated,
            uses=("between", "commuting", "translations", "projections", "scalars"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T12")


# ---------------------------------------------------------------------- checks


def _compare(case: PairCase, pair: checks.Separating, use: Arithmetic) -> Comparison:
    """Errors and ratio by Fourier blocks, against solving without a pose and the trace of the dense inverse."""
    group, n = pair.group, pair.group.order
    symbol = checks.pair_symbol(group, np.array(list(pair.phi)), np.array(list(pair.psi)))
    K, targets = use.gram(group, symbol), [1, -1]
    labels = [t for t in targets for _ in range(n)]
    refitted = [use.leave_out(K, labels, [c * n])[0][0] * t for c, t in enumerate(targets)]
    spectral = [row[0] * t for row, t in zip(use.spectral_error(group, symbol, targets), targets, strict=True)]
    gap = sum(pair.phi) - sum(pair.psi)
    inverse = K.inv()
    trace = sum(use.rows(use.matrix([[inverse[i, i] for i in range(2 * n)]]))[0])
    ratio = 2 * n / (gap * trace)
    pairs: dict[str, Any] = {
        "|error|": ([spectral], [refitted]),
        "harmonic mean of the errors": ([[2 / (1 / spectral[0] + 1 / spectral[1])]], [[ratio]]),
    }
    if case.kind == "separating":
        difference = [n / (gap * error) for error in refitted]  # n s_c
        pairs["n (s_1 - s_2)"] = ([[checks.closed_form(pair, use)]], [[difference[0] - difference[1]]])
        pairs["order of ratio and errors"] = (
            [[pair.p_i > pair.p_j, pair.p_i < pair.p_j]],
            [[bool(refitted[0] > ratio), bool(refitted[1] > ratio)]],
        )
    elif case.kind != "any" or group.is_abelian:
        pairs["ratio on both orbits"] = ([[ratio, ratio]], [refitted])
    return use.compare_all(str(case), pairs)


def _quick_cases(groups: Sequence[str]) -> list[PairCase]:
    """Every kind, but on the groups of order above 12 only the ones in which the orbits may differ."""
    small = [name for name in groups if named_group(name).order <= 12]
    large = [name for name in groups if name not in small]
    return [*pair_cases(small), *pair_cases(large, ["any", "separating"])]


def exact_cases(quick: bool) -> list[PairCase]:
    """Every kind on the groups of order up to 24."""
    if quick:
        return _quick_cases(QUICK_SMALL_GROUPS)
    return pair_cases([name for name in SMALL_GROUPS if named_group(name).order <= 24])


def exact_compare(case: PairCase, rng: np.random.Generator) -> Comparison:
    """Exact irreps, against dropping a pose and solving anew over the rationals."""
    return _compare(case, exact_pair(case, rng), rationals())


def enclosed_cases(quick: bool) -> list[PairCase]:
    """Every kind on groups of every kind."""
    return _quick_cases(QUICK_ENCLOSED_GROUPS) if quick else pair_cases(ENCLOSED_GROUPS)


def enclosed_compare(case: PairCase, rng: np.random.Generator) -> Comparison:
    """Exact irreps and symbols of balls, against dropping a pose and solving anew; strict orders are decided."""
    use = balls()
    with use.precision():
        return _compare(case, ball_pair(case, rng), use)


def numeric_cases(quick: bool) -> list[PairCase]:
    """Every kind but the separating one on every group of the list of order up to 60."""
    groups = QUICK_GROUPS if quick else [name for name in GROUPS if named_group(name).order <= 60]
    return pair_cases(groups, [kind for kind in KINDS if kind != "separating"])


def numeric_compare(case: PairCase, rng: np.random.Generator) -> Comparison:
    """Spectrum by Fourier blocks in floating point, against dropping a pose of the dense matrix."""
    from orbitkernels.numerics import dense, fourier

    from .instances import Instance
    from .routes import NumericRoutes

    pair = ball_pair(case, rng)
    phi, psi = (np.array([float(value) for value in values]) for values in (pair.phi, pair.psi))
    group, trivial = pair.group, pair.group.subgroup([])
    symbol = checks.pair_symbol(group, phi, psi) / phi[0]
    routes = NumericRoutes(Instance(group, symbol, (trivial, trivial), np.array([[1], [-1]]), Fraction(0)))
    labels = np.repeat([1.0, -1.0], group.order)
    refitted = np.array(
        [dense.refit(routes.gram, labels, [c * group.order])[0, 0] * t for c, t in ((0, 1), (1, -1))]
    )
    errors = fourier.spectral_errors(routes.blocks, [1.0, -1.0])[:, 0] * [1, -1]
    values, weights, _ = fourier.block_spectrum(routes.blocks)
    gap = symbol[0, 0].sum() - symbol[0, 1].sum()
    ratio = weights.sum() / (gap * np.sum(weights / values))
    compare = partial(compare_numerically, str(case), size=routes.size, condition=routes.condition)
    found = [compare("|error|", errors, refitted), compare("harmonic mean", 2 / np.sum(1 / refitted), ratio)]
    if case.kind != "any" or group.is_abelian:
        found.append(compare("ratio on both orbits", [ratio, ratio], refitted))
    return joint(found)


THEOREM = Theorem(
    id="T12",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
