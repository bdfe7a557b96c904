"""Theorem K12: which powers of the dot product a positive definite kernel on an orbit needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dot_product_checks as checks
from . import dot_product_comparisons as exact
from . import dot_product_orbits as orbits
from .dot_product_comparisons import OrbitCase
from .evidence import Comparison, Level, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Dot-product kernels on orbits"
SOURCE = "this work; Burnside 1911 and Brauer 1964 for the tensor powers, Molien 1897 for the symmetric ones"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ that acts on $V = \mathbb R^D$ by orthogonal maps, with the"
    r" character $\chi_V$;"
    r" $\rho$ runs through its unitary irreps, of degree $d_\rho$ and character $\chi_\rho$;"
    r" $\langle \chi, \chi_\rho \rangle = \frac1n \sum_g \chi(g)\, \overline{\chi_\rho(g)}$.",
    r"$V^{\otimes m}$ is the $m$-th tensor power, on which $g$ acts as $g^{\otimes m}$, with the character"
    r" $\chi_V^m$;"
    r" $\mathrm{Sym}^m V$ is the part spanned by the $x^{\otimes m}$, $x \in V$, and $\mu_m(\rho)$ says how"
    r" often $\rho$"
    r" occurs in it. For $m = 0$ both are the trivial irrep.",
    r"$k(x, y) = \sum_{m \in M} a_m \langle x, y \rangle^m$ with $a_m > 0$ for $m \in M$, a set of integers"
    r" $m \ge 0$;"
    r" if $M$ is infinite, the series converges absolutely on the points. No ridge is added.",
    r"$K$ is the Gram matrix of $N$ different points. For the orbits of seeds $x_1, \dots, x_C$, with a row"
    r" for each"
    r" $(a, g)$ and the point $g x_a$, it has the blocks"
    r" $\hat K(\rho)_{ab} = \sum_g k(x_a, g x_b)\, \rho(g)$ (T2), and $\hat K_m(\rho)$ is the part of"
    r" $\langle x, y"
    r" \rangle^m$, so that $\hat K(\rho) = \sum_{m \in M} a_m \hat K_m(\rho)$.",
    r"A frame is a list $X = (x^1, \dots, x^q)$ of vectors that span $V$, as one input of $V^q$; $g X = (g"
    r" x^1, \dots, g"
    r" x^q)$ and $\langle X, Y \rangle = \sum_i \langle x^i, y^i \rangle$. It is orthonormal if $q = D$ and"
    r" the $x^i$ are"
    r" an orthonormal basis.",
    r"$V$ is faithful if $g x = x$ for all $x$ holds for the unit $g = e$ only; $r$ is the number of"
    r" different values of"
    r" $\chi_V$. Generic means: outside the zeros of a polynomial in the coordinates of the seeds that is"
    r" not zero.",
)
STATEMENT = (
    r"\hat K_m(\rho) \succeq 0, \quad \operatorname{rank} \hat K_m(\rho) \le \mu_m(\rho), \text{ and for"
    r" generic seeds }"
    r" \hat K_m(\rho) = 0 \text{ only if } \mu_m(\rho) = 0. \text{ If } a_0, \dots, a_{N-1} > 0, \text{ then"
    r" } K \succ 0"
    r" \text{ for any } N \text{ different points. On the orbit of one frame, } \hat K(\rho) \succ 0 \text{"
    r" iff } \langle"
    r" \chi_V^m, \chi_\rho \rangle > 0 \text{ for some } m \in M; \text{ if it is orthonormal, } \hat"
    r" K(\rho) ="
    r" \frac{n}{d_\rho} \sum_{m \in M} a_m \langle \chi_V^m, \chi_\rho \rangle\, I. \text{ If } V \text{ is"
    r" faithful, }"
    r" \max_{0 \le m < r} \langle \chi_V^m, \chi_\rho \rangle > 0 \text{ for every } \rho, \text{ so } M ="
    r" \{0, \dots, r-1\}"
    r" \text{ is enough for frames; it is not for single vectors. If } V \text{ is not faithful, some } \rho"
    r" \text{ has }"
    r" \langle \chi_V^m, \chi_\rho \rangle = 0 \text{ for all } m."
)


def _witnessed(check: Any) -> list[tuple[str, Any]]:
    return [(name, partial(check, name)) for name in checks.WITNESSES]


def derivation() -> Derivation:
    """K12: the m-th power of the dot product is a projection on fixed vectors of Sym^m V (x) rho."""
    from .derivation import Derivation, argued, define, equal

    steps = (
        equal(
            "expansion",
            r"The $m$-th power of the dot product is the dot product of $m$-th tensor powers, $m = 0$"
            r" included. (Checked for"
            r" $D = 2, 3$ and $m = 2, 3$.)",
            r"\langle x, y \rangle^m = \langle x^{\otimes m}, y^{\otimes m} \rangle, \qquad x^{\otimes m} \in"
            r" \mathrm{Sym}^m V",
            pairs=[checks.tensor_pair(D, m) for D in (2, 3) for m in (2, 3)],
            label="tensor",
        ),
        argued(
            "averaging over a subgroup",
            r"$\Pi_m = \frac1n \sum_g g^{\otimes m} \otimes \rho(g)$ projects orthogonally on the vectors of"
            r" $\mathrm{Sym}^m"
            r" V \otimes \rho$ that $G$ fixes; their dimension is how often the conjugate of $\rho$ occurs in"
            r" $\mathrm{Sym}^m V$, which is $\mu_m(\rho)$ because $V$ is real. With $X_m$ the matrix of the"
            r" blocks"
            r" $x_b^{\otimes m} \otimes I$, $b = 1, \dots, C$, the first step gives $\hat K_m(\rho)$ as a"
            r" compression of"
            r" it. (Instances: seeds of integers, $m \le 4$: ranks of Gram matrices, and which blocks"
            r" vanish.)",
            r"\hat K_m(\rho) = n\, X_m^* \Pi_m X_m \succeq 0, \qquad \operatorname{rank} \hat K_m(\rho) \le"
            r" \operatorname{rank} \Pi_m = \mu_m(\rho)",
            r"\hat K_m(\rho) \succeq 0, \qquad \operatorname{rank} \hat K_m(\rho) \le \mu_m(\rho)",
            on=_witnessed(checks.blocks_follow_symmetric_powers),
            label="projection",
            uses=("tensor", "T2"),
        ),
        argued(
            "comparison",
            r"If $\hat K_m(\rho) = 0$, then $\Pi_m (x_b^{\otimes m} \otimes v) = 0$ for all $v$: polynomials"
            r" in the"
            r" coordinates of $x_b$ that are all zero only if $\Pi_m = 0$, as the $x^{\otimes m}$ span"
            r" $\mathrm{Sym}^m V$."
            r" More generally $\det K$ is a polynomial in the coordinates of the seeds if $M$ is finite: if"
            r" it does not"
            r" vanish for one choice, it does not for generic ones. The bound is not always reached: for"
            r" $D_3$ in the plane"
            r" and $M = \{1, 3\}$ the irrep of degree 2 occurs twice, but its block has rank 1, because its"
            r" vectors of"
            r" degree 3 are those of degree 1 times the invariant $|x|^2$.",
            r"\text{generic seeds: } \quad \hat K_m(\rho) = 0 \text{ only if } \mu_m(\rho) = 0",
            on=[
                ("D3 in the plane", checks.dependent_covariants),
                *_witnessed(checks.blocks_follow_symmetric_powers),
            ],
            label="generic",
            uses=("projection",),
        ),
        equal(
            "expansion",
            r"Vandermonde's determinant; it vanishes iff two of the $c_j$ are equal. (Checked for 2, 3 and 4"
            r" of them.)",
            r"\det\bigl(c_j^m\bigr)_{0 \le m, j < r} = \prod_{i < j} (c_j - c_i)",
            pairs=[checks.vandermonde_pair(size) for size in (2, 3, 4)],
            label="vandermonde",
        ),
        argued(
            "comparison",
            r"Let $z^T K z = 0$ for different points $p_i$. All $a_m \langle \cdot, \cdot \rangle^m$ are"
            r" positive"
            r" semidefinite, so $\sum_i z_i\, p_i^{\otimes m} = 0$ for $m < N$. Choose $w \in V$ outside the"
            r" hyperplanes"
            r" $\langle w, p_i - p_j \rangle = 0$ and pair with $w^{\otimes m}$: $\sum_i z_i \langle w, p_i"
            r" \rangle^m = 0$"
            r" with $N$ different numbers $\langle w, p_i \rangle$, so $z = 0$. (Instances: one orbit of"
            r" integers,"
            r" $a_m = 1$ for $m < n$.)",
            r"\text{if } a_0, \dots, a_{N-1} > 0, \text{ then } K \succ 0",
            on=_witnessed(checks.interpolation_is_definite),
            label="interpolation",
            uses=("tensor", "vandermonde"),
        ),
        argued(
            "Schur's lemma",
            r"For a frame the products $\eta = x^{i_1} \otimes \dots \otimes x^{i_m}$ span $V^{\otimes m}$,"
            r" and $v^* \hat"
            r" K_m(\rho)\, v = n \sum_\eta |\Pi (\eta \otimes v)|^2$ with $\Pi$ the projection on the fixed"
            r" vectors of all"
            r" of $V^{\otimes m} \otimes \rho$. The $v$ for which it vanishes are the $v$ with $\Pi(\eta"
            r" \otimes v) = 0$ for"
            r" all $\eta \in V^{\otimes m}$; as $\Pi (g^{\otimes m} \eta \otimes \rho(g) v) = \Pi (\eta"
            r" \otimes v)$, they"
            r" are a subspace that $\rho$ maps to itself: zero or everything. It is everything iff $\Pi ="
            r" 0$, that is,"
            r" iff $\rho$ does not occur in $V^{\otimes m}$. (Instances: a basis of integers that is not"
            r" orthonormal,"
            r" $m \le 3$: the rank of the $m$-th term is the sum of $d_\rho^2$ over the $\rho$ that occur.)",
            r"\text{one frame: } \quad \hat K(\rho) \succ 0 \text{ iff } \langle \chi_V^m, \chi_\rho \rangle"
            r" > 0"
            r" \text{ for some } m \in M",
            on=_witnessed(checks.frames_follow_tensor_powers),
            label="frame",
            uses=("tensor", "projection"),
        ),
        argued(
            "theorem",
            r"For an orthonormal frame $\langle X, g X \rangle$ is the trace of $g$. So the symbol is the"
            r" class function"
            r" $\sum_m a_m \chi_V^m$, and T3 gives its block. (Instances: the identity matrix as the frame,"
            r" $a = (1, 2,"
            r" 3)$, characteristic polynomials.)",
            r"\langle X, g X \rangle = \chi_V(g), \qquad \hat K(\rho) = \frac{n}{d_\rho} \sum_{m \in M} a_m"
            r" \langle"
            r" \chi_V^m, \chi_\rho \rangle\, I",
            on=_witnessed(checks.frame_products_are_characters),
            label="orthonormal",
            uses=("T3",),
        ),
        define(
            r"Let $c_0 = D, c_1, \dots, c_{r-1}$ be the different values of $\chi_V$.",
            r"b_j(\rho) = \frac1n \sum_{g : \chi_V(g) = c_j} \overline{\chi_\rho(g)}",
            label="values",
        ),
        argued(
            "comparison",
            r"$\langle \chi_V^m, \chi_\rho \rangle = \sum_j c_j^m b_j(\rho)$. If all of these were zero for"
            r" $m < r$, the"
            r" $b_j(\rho)$ would be, by Vandermonde. But an orthogonal map of trace $D$ is the identity, so"
            r" for faithful"
            r" $V$ the value $D$ is taken at $e$ only and $b_0(\rho) = d_\rho/n$. A multiplicity is an"
            r" integer $\ge 0$. If"
            r" $V$ is not faithful, elements $g \ne e$ act as the identity on $V$ and all its powers, but"
            r" not in every"
            r" $\rho$ (the regular representation is faithful); such a $\rho$ occurs in no power.",
            r"V \text{ faithful: } \max_{0 \le m < r} \langle \chi_V^m, \chi_\rho \rangle > 0 \text{ for"
            r" every } \rho;"
            r" \qquad V \text{ not faithful: } \langle \chi_V^m, \chi_\rho \rangle = 0 \text{ for all } m,"
            r" \text{ some }"
            r" \rho",
            r"V \text{ faithful, one frame, } M = \{0, \dots, r-1\}: \quad \hat K(\rho) \succ 0 \text{ for"
            r" every } \rho",
            on=_witnessed(checks.every_irrep_occurs),
            label="burnside",
            uses=("vandermonde", "values", "frame"),
        ),
        argued(
            "counterexample",
            r"Single vectors see symmetric powers only. Let $S_3$ permute $V = \mathbb R^3$; $\chi_V$ has"
            r" the values 3, 1, 0."
            r" The sign $\varepsilon$ occurs in $V^{\otimes 2}$, in its antisymmetric part, but in"
            r" $\mathrm{Sym}^m V$ from $m ="
            r" 3$ on only (the product of the differences of the coordinates). So $a_0, a_1, a_2 > 0$ leave"
            r" $K$ singular for"
            r" every seed. (Instance: the seed $(1, 2, 5)$, rank 5 without and 6 with $a_3$.)",
            r"r = 3, \qquad \langle \chi_V^2, \varepsilon \rangle = 1, \qquad \mu_0(\varepsilon) ="
            r" \mu_1(\varepsilon) ="
            r" \mu_2(\varepsilon) = 0, \qquad \mu_3(\varepsilon) = 1",
            on=[("S3", checks.single_vectors_need_more)],
            decided=True,
            uses=("projection", "burnside"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K12")


# ---------------------------------------------------------------------- cases

#: Groups whose character tables are enough: too large for dense matrices.
LARGE_GROUPS = ("PSL(2,7)", "A7", "M11")


def exact_cases(quick: bool) -> list[OrbitCase]:
    """Frames, faithful and not, vectors and single powers on small groups; characters of large ones."""
    groups = QUICK_SMALL_GROUPS if quick else SMALL_GROUPS
    small = [name for name in groups if named_group(name).order <= 24]
    frames = [OrbitCase(name, "frame", faithful) for name in groups for faithful in (True, False)]
    others = [OrbitCase(name, kind) for name in (small[:3] if quick else small) for kind in ("powers", "vectors")]
    large = [OrbitCase(name, "characters") for name in (LARGE_GROUPS[:1] if quick else (*groups, *LARGE_GROUPS))]
    return [*frames, *others, *large]


def exact_compare(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Multiplicities of irreps, against ranks and characteristic polynomials of rational Gram matrices."""
    compare = {"frame": exact.compare_frame, "vectors": exact.compare_vectors, "powers": exact.compare_powers}
    return compare.get(case.kind, exact.compare_characters)(case, rng)


# ---------------------------------------------------------------------- enclosed and numeric

#: Bits of the enclosed checks, whose determinants lose many.
PRECISION = 400

#: Groups of the enclosed checks.
ENCLOSED_GROUPS = ("C2", "C3", "C5", "C6", "C2^2", "S3", "D4", "D5", "Q8", "A4", "C3:C4", "C7:C3", "S4")


def enclosed_cases(quick: bool) -> list[OrbitCase]:
    """Frames and vectors."""
    groups = ("C5", "S3", "Q8") if quick else ENCLOSED_GROUPS
    return [OrbitCase(name, kind) for name in groups for kind in ("frame", "vectors")]


def enclosed_compare(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Kernel exp(<x, y>/s): pivots of the dense matrix are positive, and their product is that of the blocks."""
    from orbitkernels.theory.balls import working_precision
    from orbitkernels.theory.definiteness import pivots
    from orbitkernels.theory.enclosures import enclosed_gram

    action = case.action
    with working_precision(PRECISION):
        phi, determinant = (orbits.enclosed_frame if case.kind == "frame" else orbits.enclosed_vectors)(
            action, rng
        )
        found = pivots(enclosed_gram(action.group, phi))
        product = found[0]
        for pivot in found[1:]:
            product *= pivot
        positive = compare_exactly(str(case), "positive pivots", [bool(p > 0) for p in found], [True] * len(found))
        agree = compare_enclosures(str(case), "determinant relative to the blocks'", [product / determinant], [1])
    return agree if positive.holds else Comparison(str(case), Level.ENCLOSED, False, 1.0, detail=positive.detail)


def numeric_cases(quick: bool) -> list[OrbitCase]:
    """Frames and vectors on every group of the list up to 60 elements."""
    groups = [name for name in (QUICK_GROUPS if quick else GROUPS) if named_group(name).order <= 60]
    return [OrbitCase(name, kind) for name in groups for kind in ("frame", "vectors")]


def numeric_compare(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Eigenvalues, the smallest among them, by characters or Fourier blocks, against the dense matrix."""
    action = case.action
    factors = rng.uniform(0.2, 1.0, 6) * np.array([float(action.degree) ** -m for m in range(6)])
    if case.kind == "frame":
        u = np.array([[orbits.frame_products(action)]], dtype=np.float64)
    else:
        u = orbits.float_products(action, rng.standard_normal((2, action.degree)))
    phi = sum(a * u**m for m, a in enumerate(factors))
    spectrum = (
        orbits.spectrum_by_characters(action, factors)
        if case.kind == "frame"
        else orbits.spectrum_by_blocks(action, phi)
    )
    every = np.arange(action.group.order)
    quotients = action.group.multiply(action.group.inverse(every)[:, None], every[None, :])
    size = len(phi) * len(every)
    K = phi[:, :, quotients].transpose(0, 2, 1, 3).reshape(size, size)
    dense = np.linalg.eigvalsh((K + K.T) / 2)
    return joint(
        [
            compare_numerically(str(case), "spectrum", spectrum, dense, size=size),
            compare_numerically(
                str(case),
                "smallest eigenvalue relative to the largest",
                [1.0, spectrum[0] / spectrum[-1]],
                [1.0, dense[0] / dense[-1]],
                size=size,
            ),
        ]
    )


THEOREM = Theorem(
    id="K12",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
