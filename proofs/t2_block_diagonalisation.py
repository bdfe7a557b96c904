"""Theorem T2: the Gram matrix of free orbits is similar to its Fourier blocks, each as often as its degree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .enclosed_instances import (
    ENCLOSED_GROUPS,
    MAX_ENCLOSED_POINTS,
    QUICK_ENCLOSED_GROUPS,
    SPECTRUM_BITS,
    EnclosedRoutes,
    enclosed_instance,
)
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import (
    GROUPS,
    MAX_EXACT_POINTS,
    QUICK_GROUPS,
    QUICK_SMALL_GROUPS,
    SMALL_GROUPS,
    SymbolCase,
    exact_instance,
    float_instance,
    symbol_cases,
)
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Block diagonalisation of the Gram matrix"
SOURCE = "Perin and Deny 2025 (arXiv 2412.11521) for cyclic groups; Peter-Weyl for every finite group"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$; $\rho$ runs through its unitary irreps over $\mathbb{C}$, one of each"
    r" equivalence class, of degree $d_\rho$; $\rho(g)^*$ is the conjugate transpose.",
    r"$G$ acts on inputs; the kernel is invariant, $k(gx, gy) = k(x, y)$; the orbits of the seeds"
    r" $x_1, \dots, x_C$ are free: $g x_c = x_c$ for the unit $g = e$ only.",
    r"$K$ is the Gram matrix of the points $g x_a$, with rows $(a, g)$; $\varphi_{ab}(g) = k(x_a, g x_b)$ and"
    r" $\hat K(\rho)_{ab} = \sum_g \varphi_{ab}(g)\, \rho(g)$; a ridge $r$ is added to $\varphi_{aa}(e)$.",
)
STATEMENT = (
    r"K \cong \bigoplus_\rho I_{d_\rho} \otimes \hat K(\rho) \text{ by a unitary similarity, and if } K"
    r" \text{ is invertible, } [K^{-1}]_{(a,g),(b,h)} = \psi_{ab}(g^{-1}h), \quad"
    r" \psi_{ab}(g) = \frac1n \sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{ab}\, \rho(g)^*\bigr]."
)


def derivation() -> Derivation:
    """T2: the matrix entries of the irreps are the modes of every group-circulant matrix."""
    from . import irrep_checks as checks
    from .derivation import Derivation, argued, define
    from .irrep_checks import witnessed

    steps = (
        argued(
            "invariance",
            r"Apply $g^{-1}$ to both arguments of $k(g x_a, h x_b)$: the entry depends on $g^{-1}h$ only. (The"
            r" instances are dot products under permutations of coordinates, as polynomials in the coordinates.)",
            r"K_{(a,g),(b,h)} = k(g x_a, h x_b) = k(x_a, g^{-1}h\, x_b) = \varphi_{ab}(g^{-1}h)",
            on=[(name, partial(checks.dot_products_are_invariant, name)) for name in ("S3", "D4", "A4")],
            label="symbol",
        ),
        define(
            r"The modes: for each irrep $\rho$ and row $i$ a matrix $U^{\rho,i}$ with one row a point $(a, g)$"
            r" and one column for each orbit $b$ and index $j$, $C d_\rho$ columns in all. Each column is a"
            r" matrix entry of $\rho$ on one orbit and zero on the others.",
            r"U^{\rho,i}_{(a,g),(b,j)} = \sqrt{\frac{d_\rho}{n}}\; \delta_{ab}\, \rho(g)_{ij}",
            label="modes",
        ),
        argued(
            "homomorphism",
            r"Put $h = gs$ in $\sum_h \varphi_{ab}(g^{-1}h)\, \rho(h)_{ij}$ and use $\rho(gs) = \rho(g) \rho(s)$:"
            r" the sum over $s$ is a block of $\hat K(\rho)$, and what stands before it is again a mode.",
            r"\sum_h \varphi_{ab}(g^{-1}h)\, \rho(h)_{ij} = \sum_l \rho(g)_{il}\, \bigl[\hat"
            r" K(\rho)_{ab}\bigr]_{lj}, \qquad K\, U^{\rho,i} = U^{\rho,i}\, \hat K(\rho)",
            on=witnessed(checks.is_homomorphism, checks.modes_are_mapped),
            label="mapped",
            uses=("symbol", "modes"),
        ),
        argued(
            "homomorphism",
            r"For irreps $\rho, \sigma$ and any matrix $E$ of $d_\rho$ rows and $d_\sigma$ columns, replacing"
            r" $h$ by"
            r" $g^{-1}h$ in the sum shows that $T$ intertwines $\sigma$ and $\rho$. (Here and below the"
            r" instances use"
            r" exact matrices, not always unitary ones, with $\rho(h^{-1})$ for $\rho(h)^*$; a change of basis"
            r" turns one into the other.)",
            r"T = \sum_h \rho(h)\, E\, \sigma(h)^*, \qquad \rho(g)\, T = T\, \sigma(g)",
            on=witnessed(checks.averages_intertwine),
            label="average",
        ),
        argued(
            "Schur's lemma",
            r"So $T = 0$ unless $\rho = \sigma$, and then $T = c I$, with $c\, d_\rho = \operatorname{tr} T = n"
            r" \operatorname{tr} E$. For $E$ with a single entry 1 at $(j, k)$ the entries of $T$ are the inner"
            r" products of matrix entries.",
            r"\sum_h \rho(h)_{ij}\, \overline{\sigma(h)_{lk}} = \frac{n}{d_\rho}\, \delta_{\rho\sigma}\,"
            r" \delta_{il}\, \delta_{jk}",
            on=witnessed(checks.schur_orthogonality),
            label="orthogonal",
            uses=("average",),
        ),
        argued(
            "counting dimensions",
            r"So the columns of all $U^{\rho,i}$ are orthonormal. There are $\sum_\rho d_\rho \cdot C d_\rho$ of"
            r" them. A function on $G$ that is orthogonal to all matrix entries is annihilated by every irrep,"
            r" hence by the regular representation, which is a direct sum of irreps (Maschke); so it is zero."
            r" Hence"
            r" $\sum_\rho d_\rho^2 = n$ and the columns are a basis. (The instances compare $\sum_\rho"
            r" d_\rho^2$ with $n$ and count the irreps.)",
            r"U = \bigl(U^{\rho,i}\bigr)_{\rho,i}, \qquad U^* U = I, \qquad \sum_\rho d_\rho^2 = n",
            on=witnessed(checks.degrees_fill_the_group),
            label="basis",
            uses=("modes", "orthogonal"),
        ),
        argued(
            "unitary similarity",
            r"$U$ is unitary and maps $K$ to one copy of $\hat K(\rho)$ for each $i = 1, \dots, d_\rho$. The"
            r" instances compare characteristic polynomials.",
            r"U^* K\, U = \bigoplus_\rho I_{d_\rho} \otimes \hat K(\rho), \qquad \det(x - K) = \prod_\rho \det(x -"
            r" \hat K(\rho))^{d_\rho}",
            r"K \cong \bigoplus_\rho I_{d_\rho} \otimes \hat K(\rho)",
            on=witnessed(checks.spectra_agree),
            label="similar",
            uses=("mapped", "basis"),
        ),
        argued(
            "expansion",
            r"Multiply out $K^{-1} = \sum_{\rho,i} U^{\rho,i}\, \hat K(\rho)^{-1}\, (U^{\rho,i})^*$. The sum over"
            r" $i$ turns $\rho(h)^* \rho(g)$ into $\rho(g^{-1}h)^*$ under the trace.",
            r"[K^{-1}]_{(a,g),(b,h)} = \frac1n \sum_\rho d_\rho \sum_{i,j,l} \rho(g)_{ij}"
            r" \bigl[(\hat K(\rho)^{-1})_{ab}\bigr]_{jl} \overline{\rho(h)_{il}}"
            r" = \frac1n \sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{ab}\, \rho(g^{-1}h)^*\bigr]",
            r"[K^{-1}]_{(a,g),(b,h)} = \psi_{ab}(g^{-1}h), \qquad \psi_{ab}(g) = \frac1n \sum_\rho d_\rho"
            r" \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{ab}\, \rho(g)^*\bigr]",
            on=witnessed(checks.inverse_symbol_inverts),
            uses=("similar",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T2")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[SymbolCase]:
    """Free orbits of the small groups."""
    return symbol_cases(QUICK_SMALL_GROUPS if quick else SMALL_GROUPS, variants=1, points=MAX_EXACT_POINTS)


def exact_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Characteristic polynomial and inverse from exact irreps, against the rational matrix."""
    from orbitkernels.theory.rational_gram import exact_gram
    from orbitkernels.theory.spectra import exact_blocks, exact_inverse_symbol

    from .exact_spectra import polynomial_of_blocks

    instance = exact_instance(case, rng)
    group, phi = instance.group, instance.phi
    K = exact_gram(group, phi, ridge=case.ridge)
    blocks = [(block.matrix, block.irrep.degree) for block in exact_blocks(group, phi, ridge=case.ridge)]
    inverse = exact_gram(group, exact_inverse_symbol(group, phi, ridge=case.ridge))
    name = str(case)
    return joint(
        [
            compare_exactly(
                name,
                "characteristic polynomial",
                polynomial_of_blocks(group, blocks).coeffs(),
                K.charpoly().coeffs(),
            ),
            compare_exactly(name, "inverse", inverse.entries(), K.inv().entries()),
        ]
    )


def enclosed_cases(quick: bool) -> list[SymbolCase]:
    """Free orbits of groups of every kind."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    return symbol_cases(groups, variants=1, points=MAX_ENCLOSED_POINTS)


def enclosed_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Characteristic polynomial and inverse from exact irreps and a symbol of balls, against the dense matrix."""
    from orbitkernels.theory.enclosed_spectra import enclosed_inverse_symbol
    from orbitkernels.theory.enclosures import enclosed_gram, working_precision

    name = str(case)
    with working_precision(SPECTRUM_BITS):
        routes = EnclosedRoutes(enclosed_instance(case, rng))
        group, phi = routes.problem
        inverse = enclosed_gram(group, enclosed_inverse_symbol(group, phi, ridge=case.ridge))
        return joint(
            [
                compare_enclosures(
                    name, "characteristic polynomial", routes.spectrum, routes.gram.charpoly().coeffs()
                ),
                compare_enclosures(name, "inverse", inverse.entries(), routes.gram.inv().entries()),
            ]
        )


def numeric_cases(quick: bool) -> list[SymbolCase]:
    """Free orbits of every group of the list."""
    return symbol_cases(QUICK_GROUPS if quick else GROUPS, variants=1 if quick else 4)


def numeric_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Spectrum and inverse from the Fourier blocks, against the dense matrix."""
    from orbitkernels.numerics import fourier

    from .routes import NumericRoutes

    routes = NumericRoutes(float_instance(case, rng))
    name, size = str(case), routes.size
    inverse = routes.block_circulant(fourier.inverse_symbol(routes.blocks, routes.matrices))
    return joint(
        [
            compare_numerically(name, "spectrum", routes.fourier_spectrum, routes.dense_spectrum, size=size),
            compare_numerically(
                name, "inverse", inverse, np.linalg.inv(routes.gram), size=size, condition=routes.condition
            ),
        ]
    )


THEOREM = Theorem(
    id="T2",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
