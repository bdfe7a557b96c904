"""Theorem K13: characters diagonalise every function of a Cayley graph that is closed under conjugation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, IntArray, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Kernels of a Cayley graph"
SOURCE = (
    "Diaconis and Shahshahani 1981, Babai 1979, Lovasz 1975 for the adjacency matrix; Kondor and Lafferty"
    " 2002 for"
    " diffusion kernels on graphs"
)
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with unit $e$; $\rho$ runs through its irreps, $d_\rho$ is the"
    r" degree and"
    r" $\chi_\rho$ the character.",
    r"$S \subset G$ is not empty, closed under conjugation ($gsg^{-1} \in S$) and under inverses, and $e"
    r" \notin S$;"
    r" it need not generate $G$.",
    r"The vertices of the Cayley graph $\mathrm{Cay}(G, S)$ are the elements of $G$, its edges join $g$ and"
    r" $gs$ for"
    r" $s \in S$. $A$ is the adjacency matrix, $A_{g,h} = 1$ if $g^{-1}h \in S$ and 0 otherwise; $L = |S|\,"
    r" I - A$ is"
    r" the Laplacian, $t$ a real number, $\sigma^2 > 0$.",
    r"$f$ is any function on the numbers $\alpha_\rho$; $f(A)$ is $p(A)$ for any polynomial $p$ that agrees"
    r" with $f$"
    r" on the eigenvalues of $A$.",
)
SYMBOL = r"\varphi_f(g) = \frac1n \sum_\rho d_\rho\, f(\alpha_\rho)\, \chi_\rho(g)"
ALPHA = r"\alpha_\rho = \frac{1}{d_\rho} \sum_{s \in S} \chi_\rho(s)"
STATEMENT = (
    rf"{ALPHA} \text{{ is real, }} {{-|S|}} \le \alpha_\rho \le |S|, \text{{ and }} f(A)_{{g,h}} ="
    rf" \varphi_f(g^{{-1}}h) \text{{ with the class function }} {SYMBOL}; \text{{ its eigenvalues are the }}"
    r" f(\alpha_\rho), \text{ each } d_\rho^2 \text{ times. In particular } e^{-tL} \text{ has the"
    r" eigenvalues }"
    r" e^{-t(|S| - \alpha_\rho)} \text{ and } (\sigma^2 I + L)^{-1} \text{ has } \frac{1}{\sigma^2 + |S| -"
    r" \alpha_\rho}; \text{ both are positive definite. } [G : \langle S \rangle] ="
    r" \sum_{\alpha_\rho = |S|} d_\rho^2 \text{ is the number of components of the graph.}"
)


def derivation() -> Derivation:
    """K13: the characters, as group-circulant matrices, are projections that every class function combines."""
    from . import cayley_checks as checks
    from .derivation import Derivation, argued, define, equal
    from .irrep_checks import witnessed

    steps = (
        argued(
            "Schur orthogonality",
            r"Write the characters as traces and $\sigma(h^{-1}g) = \sigma(h)^* \sigma(g)$: the sum over $h$"
            r" is one of"
            r" products of matrix entries $\rho(h)_{ii}\, \overline{\sigma(h)_{kj}}$, which vanishes unless"
            r" $\rho = \sigma$ and $i = j = k$ and is then $n/d_\rho$; what is left is the trace of"
            r" $\sigma(g)$.",
            r"\sum_h \chi_\rho(h)\, \chi_\sigma(h^{-1}g) = \delta_{\rho\sigma}\, \frac{n}{d_\rho}\,"
            r" \chi_\rho(g)",
            on=witnessed(checks.characters_convolve),
            every_symbol=True,
            label="convolution",
            uses=("T2",),
        ),
        define(
            r"Each character makes a matrix with rows and columns the elements of $G$.",
            r"(E_\rho)_{g,h} = \frac{d_\rho}{n}\, \chi_\rho(g^{-1}h)",
            label="projection",
        ),
        argued(
            "expansion",
            r"In $\sum_k (E_\rho)_{g,k} (E_\sigma)_{k,h}$ put $k = g k'$: the sum is a convolution of"
            r" characters at"
            r" $g^{-1}h$. The sum of the $E_\rho$ is $I$, because $\sum_\rho d_\rho \chi_\rho$ is the"
            r" character of the"
            r" regular representation, $n$ at $e$ and 0 elsewhere; the trace is $n\, \frac{d_\rho}{n}"
            r" \chi_\rho(e)$."
            r" As $\chi_\rho(g^{-1}) = \overline{\chi_\rho(g)}$, each $E_\rho$ is Hermitian. So the $E_\rho$"
            r" project"
            r" orthogonally on spaces of dimension $d_\rho^2$ that fill $\mathbb C^n$. (The instances compare"
            r" $\sum_\rho d_\rho \chi_\rho$ and $\chi_\rho(e)$.)",
            r"E_\rho E_\sigma = \delta_{\rho\sigma} E_\rho, \qquad \sum_\rho E_\rho = I, \qquad"
            r" \operatorname{tr} E_\rho = d_\rho^2",
            on=witnessed(checks.projections_are_complete),
            label="complete",
            uses=("convolution", "projection"),
        ),
        argued(
            "comparison",
            r"$S$ holds $s^{-1}$ with $s$, so the sum is its own conjugate; every character is a sum of"
            r" $d_\rho$ roots of"
            r" unity, so $|\chi_\rho(s)| \le d_\rho$. (Instances: every class with its inverses as $S$.)",
            ALPHA + r", \qquad \overline{\alpha_\rho} = \alpha_\rho",
            r"{-|S|} \le \alpha_\rho \le |S|",
            on=witnessed(checks.eigenvalues_are_real),
            label="real",
        ),
        argued(
            "Schur orthogonality",
            r"The indicator function of $S$ is a class function, and the characters are an orthogonal basis"
            r" of these:"
            r" its coefficient on $\chi_\rho$ is $\frac1n \sum_{s \in S} \overline{\chi_\rho(s)} ="
            r" \frac{d_\rho}{n}"
            r" \alpha_\rho$, as $\alpha_\rho$ is real.",
            r"A = \sum_\rho \alpha_\rho E_\rho",
            on=witnessed(checks.adjacency_is_recovered),
            label="adjacency",
            uses=("projection", "real"),
        ),
        argued(
            "eigenvector",
            r"Multiply out: $A^m = \sum_\rho \alpha_\rho^m E_\rho$, as the $E_\rho$ are idempotent and their"
            r" products"
            r" vanish. So $p(A) = \sum_\rho p(\alpha_\rho) E_\rho$ for every polynomial, and $f(A)$ depends"
            r" on the"
            r" values of $f$ only; the eigenvalues belong to the spaces of the $E_\rho$. It is the same"
            r" matrix as a"
            r" convergent power series in $A$, term by term, and as an inverse, because $\sum_\rho"
            r" f(\alpha_\rho) E_\rho"
            r" \sum_\rho f(\alpha_\rho)^{-1} E_\rho = I$. (Instances: the powers up to 4 and a resolvent, in"
            r" rationals.)",
            r"f(A) = \sum_\rho f(\alpha_\rho)\, E_\rho, \qquad f(A)_{g,h} = \varphi_f(g^{-1}h)",
            SYMBOL,
            on=witnessed(checks.powers_agree),
            label="function",
            uses=("complete", "adjacency"),
        ),
        equal(
            "differentiation",
            r"For $f(\alpha) = e^{-t(|S| - \alpha)}$ the symbol solves the heat equation with the right"
            r" start, which"
            r" determines $e^{-tL}$. (Checked: $S_3$ with the transpositions and $Q_8$ with its central"
            r" element, for all"
            r" $t$.)",
            r"\frac{\partial}{\partial t} \varphi_f(g) = \sum_{s \in S} \bigl(\varphi_f(gs) -"
            r" \varphi_f(g)\bigr), \qquad"
            r" \varphi_f(g) = [g = e] \text{ at } t = 0",
            pairs=[pair for name in ("S3", "Q8") for pair in checks.heat_equation_pairs(name)],
            label="heat",
            uses=("function",),
        ),
        equal(
            "expansion",
            r"Each vertex has $|S|$ neighbours, so $L$ is a sum of squares over the edges. (Checked as"
            r" polynomials in the"
            r" $x_g$, for $S_3$ with the transpositions and $Q_8$ with its central element.)",
            r"x^T L\, x = \frac12 \sum_g \sum_{s \in S} (x_g - x_{gs})^2",
            pairs=[checks.laplacian_form(name) for name in ("S3", "Q8")],
            label="form",
        ),
        argued(
            "comparison",
            r"So $|S| - \alpha_\rho \ge 0$ once more, and $\sigma^2 + |S| - \alpha_\rho > 0$; an exponential"
            r" of a real"
            r" number is positive. A Hermitian matrix with positive eigenvalues is positive definite."
            r" (Instances: $\sigma^2"
            r" I + L$ times the matrix of the symbol is $I$, for $\sigma^2 = 1/2$.)",
            r"e^{-tL} = \sum_\rho e^{-t(|S| - \alpha_\rho)} E_\rho \succ 0, \qquad (\sigma^2 I + L)^{-1} ="
            r" \sum_\rho"
            r" \frac{1}{\sigma^2 + |S| - \alpha_\rho}\, E_\rho \succ 0",
            on=witnessed(checks.resolvents_invert),
            label="positive",
            uses=("function", "form", "real"),
        ),
        argued(
            "counting dimensions",
            r"$L x = 0$ iff $x$ is constant along edges, by the sum of squares: the dimension of these $x$"
            r" is the number of"
            r" components. They are the cosets $g \langle S \rangle$ of the subgroup that $S$ generates. On"
            r" the other side"
            r" it is the multiplicity of the eigenvalue $|S|$ of $A$.",
            r"[G : \langle S \rangle] = \sum_{\alpha_\rho = |S|} d_\rho^2",
            on=[(name, partial(checks.components_agree, name)) for name in ("C6", "S4", "Q8", "C7:C3")],
            uses=("form", "adjacency", "complete"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K13")


# ---------------------------------------------------------------------- checks

#: Times t and shifts sigma^2 of the instances, in turn.
PARAMETERS = (Fraction(1, 2), Fraction(2), Fraction(1, 10))

#: Groups too large for dense matrices: the symbol is multiplied by sigma^2 I + L on classes.
LARGE_GROUPS = ("PSL(2,7)", "A7", "M11")


@dataclass(frozen=True)
class GraphCase:
    """A random connection set of a group, not always one that generates, and a parameter."""

    group: str
    parameter: Fraction

    def __str__(self) -> str:
        return f"{self.group}, Cayley graph of random classes, parameter {self.parameter}"

    def classes(self, rng: np.random.Generator) -> IntArray:
        """Sorted classes, closed under inverses and without the identity's."""
        every = named_group(self.group).conjugacy_classes
        chosen = np.flatnonzero(rng.random(len(every)) < 0.4)
        chosen = chosen[chosen > 0] if (chosen > 0).any() else rng.integers(1, len(every), 1)
        return np.union1d(chosen, every.inverse[chosen])


def _cases(groups: Sequence[str], variants: int = 1) -> list[GraphCase]:
    """Cases of each group but the trivial one, which has no connection set."""
    return [
        GraphCase(name, PARAMETERS[(turn + k) % 3])
        for turn, name in enumerate(groups)
        for k in range(variants)
        if name != "C1"
    ]


def exact_cases(quick: bool) -> list[GraphCase]:
    """Small groups against dense rational matrices, large ones on classes."""
    return _cases((*QUICK_SMALL_GROUPS, "M11") if quick else (*SMALL_GROUPS, *LARGE_GROUPS))


def exact_compare(case: GraphCase, rng: np.random.Generator) -> Comparison:
    """Adjacency spectrum, resolvent and number of components from characters, against the graph."""
    from orbitkernels.theory import cayley_kernels as exact

    group, classes = named_group(case.group), case.classes(rng)
    alpha = exact.adjacency_eigenvalues(group, classes)
    resolvent = exact.symbol_of_spectrum(group, [(alpha[0] - a + case.parameter).inverse() for a in alpha])
    name = f"{case} {classes.tolist()}"
    if case.group in LARGE_GROUPS:
        return _compare_on_classes(name, case, classes, resolvent)
    from .cayley_checks import circulant, shifted_laplacian
    from .exact_spectra import polynomial_of_blocks

    A = exact.adjacency_matrix(group, classes)
    blocks = [(((a,),), int(d) ** 2) for a, d in zip(alpha, group.character_table().degrees, strict=True)]
    dense = shifted_laplacian(A, case.parameter)
    degree_plus = int(A[0].sum()) + case.parameter
    S = np.flatnonzero(A[0]).tolist()
    return joint(
        [
            compare_exactly(
                name,
                "characteristic polynomial of A",
                polynomial_of_blocks(group, blocks).coeffs(),
                (_scaled_identity(len(A), degree_plus) - dense).charpoly().coeffs(),
            ),
            compare_exactly(name, "resolvent", circulant(group, resolvent).entries(), dense.inv().entries()),
            compare_exactly(
                name, "components", [exact.components_of_graph(group, alpha)], [group.subgroup(S).index]
            ),
        ]
    )


def _scaled_identity(size: int, factor: Fraction) -> Any:
    from orbitkernels.theory.rational_gram import rational_matrix

    return rational_matrix([[factor if i == j else 0 for j in range(size)] for i in range(size)])


def _compare_on_classes(name: str, case: GraphCase, classes: IntArray, resolvent: list[Any]) -> Comparison:
    """sigma^2 phi(g) + sum_s (phi(g) - phi(gs)) for the resolvent's phi, against [g = e], at every class."""
    from orbitkernels.theory.cayley_kernels import class_adjacency

    group = named_group(case.group)
    steps = class_adjacency(group, classes).tolist()
    phi = [value.as_fraction() for value in resolvent]
    found = [
        (case.parameter + sum(row)) * phi[k] - sum(count * phi[l] for l, count in enumerate(row))
        for k, row in enumerate(steps)
    ]
    return compare_exactly(name, "(sigma^2 I + L) phi", found, [1] + [0] * (len(phi) - 1))


#: Groups of the enclosed checks: dense exponentials of balls.
ENCLOSED_GROUPS = (
    "C2",
    "C5",
    "C6",
    "C2^3",
    "S3",
    "D4",
    "D5",
    "Q8",
    "A4",
    "C3:C4",
    "C7:C3",
    "Q16",
    "S4",
    "SL(2,3)",
)


def enclosed_cases(quick: bool) -> list[GraphCase]:
    """Small groups, two parameters each in a full run."""
    return _cases(("C5", "S3", "Q8", "C7:C3")) if quick else _cases((*ENCLOSED_GROUPS, "Heis(3)"), variants=2)


def enclosed_compare(case: GraphCase, rng: np.random.Generator) -> Comparison:
    """The heat kernel from characters, against the exponential of the dense matrix -t L, in balls."""
    from orbitkernels.theory import cayley_kernels as exact
    from orbitkernels.theory.balls import ball, working_precision
    from orbitkernels.theory.enclosures import enclosed_gram

    group, classes = named_group(case.group), case.classes(rng)
    with working_precision():
        t, alpha = ball(case.parameter), exact.adjacency_eigenvalues(group, classes)
        heat = [(-t * ball(alpha[0] - a).real).exp() for a in alpha]
        phi = exact.enclosed_symbol_of_spectrum(group, heat)
        K = enclosed_gram(group, [[[phi[k] for k in group.conjugacy_classes.labels]]])
        dense = _dense_heat(exact.adjacency_matrix(group, classes), t)
        return compare_enclosures(f"{case} {classes.tolist()}", "heat kernel", K.entries(), dense.entries())


def _dense_heat(adjacency: IntArray, t: Any) -> Any:
    """exp(-t L) by the exponential of a matrix of balls."""
    from flint import arb_mat

    L = np.diag(adjacency.sum(axis=1)) - adjacency
    return (arb_mat(L.tolist()) * -t).exp()


def numeric_cases(quick: bool) -> list[GraphCase]:
    """Every group of the list."""
    return _cases(QUICK_GROUPS) if quick else _cases(GROUPS, variants=2)


def numeric_compare(case: GraphCase, rng: np.random.Generator) -> Comparison:
    """Heat kernel and resolvent from characters, against SciPy's exponential, NumPy's inverse and eigenvalues."""
    from orbitkernels.numerics import cayley_kernels as numeric
    from orbitkernels.numerics.dense import condition_number
    from orbitkernels.theory.cayley_kernels import adjacency_matrix

    from .cayley_kernels import CayleyKernel

    group, classes = named_group(case.group), case.classes(rng)
    A, t = adjacency_matrix(group, classes), float(case.parameter)
    degree, every = int(A[0].sum()), np.arange(group.order)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :])
    heat, resolvent = (
        CayleyKernel(group, name, tuple(classes.tolist()), case.parameter) for name in ("heat", "resolvent")
    )
    shifted = (degree + t) * np.eye(group.order) - A
    compare = partial(compare_numerically, f"{case} {classes.tolist()}", size=group.order)
    values, multiplicities = heat.spectrum()
    # the condition number of the exponential at a normal matrix X is |X| (Higham, Functions of Matrices, 2008)
    exponential = numeric.heat_matrix(A, t)
    return joint(
        [
            compare("heat kernel", heat.symbol()[quotients], exponential, condition=2 * t * degree),
            compare(
                "heat kernel by eigenvectors",
                heat.symbol()[quotients],
                numeric.laplacian_function(A, lambda x: np.exp(-t * x)),
                condition=2 * t * degree,
            ),
            compare(
                "spectrum of the heat kernel",
                np.sort(np.repeat(values, multiplicities)),
                np.linalg.eigvalsh(exponential),
                condition=2 * t * degree,
            ),
            compare(
                "resolvent",
                resolvent.symbol()[quotients],
                np.linalg.inv(shifted),
                condition=condition_number(shifted),
            ),
        ]
    )


THEOREM = Theorem(
    id="K13",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
