"""Theorem T4: orbits with stabilisers use the fixed vectors of each irrep."""

from __future__ import annotations

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
from .image_instances import ImageCase, image_cases, image_orbits
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
    from orbitkernels.theory.cyclotomics import Cyclotomic
    from orbitkernels.theory.exact_matrices import Matrix

    from .derivation import Derivation
    from .instances import Instance

TITLE = "Spectrum of orbits with stabilisers"
SOURCE = "this work"
HYPOTHESES = (
    r"As in T2, but seed $x_c$ has the stabiliser $H_c = \{h : h x_c = x_c\}$; its orbit has $N_c = n/|H_c|$"
    r" points.",
    r"$U_c(\rho)$ is an orthonormal basis of $\{v : \rho(h) v = v \text{ for all } h \in H_c\}$.",
    r"$K$ is the Gram matrix of the $\sum_c N_c$ different points, plus a ridge $r$ on its diagonal;"
    r" $\varphi_{ab}$ and $\hat K(\rho)$ are without ridge.",
)
STATEMENT = (
    r"K \cong \bigoplus_\rho I_{d_\rho} \otimes M_\rho \text{ by a unitary similarity, } \quad"
    r" (M_\rho)_{ab} = \frac{1}{\sqrt{|H_a||H_b|}}\,"
    r" U_a(\rho)^* \Bigl(\sum_g \varphi_{ab}(g)\, \rho(g)\Bigr) U_b(\rho)"
    r" + r\, \delta_{ab} I; \text{ irreps without fixed vectors do not occur.}"
)


def derivation() -> Derivation:
    """T4: the projector on the fixed vectors of a stabiliser cuts the modes down to functions on the orbit."""
    from . import stabiliser_checks as checks
    from .derivation import Derivation, argued, define
    from .irrep_checks import witnessed

    steps = (
        define(
            r"The points of orbit $c$ are the cosets $gH_c$. Average an irrep $\rho$ over the stabiliser, and"
            r" write $U_c$ for $U_c(\rho)$.",
            r"P_c = \frac{1}{|H_c|} \sum_{h \in H_c} \rho(h)",
            label="projector",
        ),
        argued(
            "averaging over a subgroup",
            r"Multiplying the sum by $\rho(h)$ permutes its terms, so $\rho(h) P_c = P_c$ and $P_c^2 = P_c$; a"
            r" fixed vector is left as it is. As $\rho$ is unitary and $H_c$ closed under inverses, $P_c^* ="
            r" P_c$: it is the orthogonal projector on the fixed vectors, whose dimension $f_c(\rho)$ is its"
            r" trace, with the character $\chi_\rho = \operatorname{tr} \rho$. Each column of $U_c$ is fixed, so"
            r" $\rho(gh)\, U_c = \rho(g)\, U_c$ for $h \in H_c$. (Instances: all cyclic subgroups.)",
            r"P_c = U_c U_c^*, \qquad U_c^* U_c = I, \qquad f_c(\rho) = \frac{1}{|H_c|} \sum_{h \in H_c}"
            r" \chi_\rho(h)",
            on=witnessed(checks.averages_project),
            label="fixed",
            uses=("projector",),
        ),
        argued(
            "invariance",
            r"Elements of $H_b$ do not move $x_b$, and those of $H_a$ go to the other argument as inverses. (The"
            r" instances are dot products of indicator vectors of cosets.)",
            r"\varphi_{ab}(h g h') = k(h^{-1} x_a, g\, h' x_b) = \varphi_{ab}(g) \quad (h \in H_a,\ h' \in H_b)",
            on=witnessed(checks.symbols_are_invariant),
            label="invariant",
        ),
        argued(
            "substitution",
            r"Average over $h$ and $h'$ and rename $hgh'$.",
            r"\hat K(\rho)_{ab} = P_a\, \hat K(\rho)_{ab}\, P_b = U_a U_a^*\, \hat K(\rho)_{ab}\, U_b U_b^*",
            on=witnessed(checks.blocks_live_on_fixed_vectors),
            label="compressed",
            uses=("fixed", "invariant"),
        ),
        define(
            r"Multiply the modes of T2 by $U_b$. As the columns of $U_b$ are fixed, this makes them functions"
            r" of the coset $gH_b$, which is the point.",
            r"V^{\rho,i}_{(a,gH_a),(b,j)} = \delta_{ab} \sqrt{\frac{d_\rho |H_b|}{n}}\; [\rho(g)\, U_b]_{ij}",
            label="modes",
        ),
        argued(
            "counting dimensions",
            r"A sum over points is a sum over $G$ divided by $|H_b|$, so by Schur orthogonality (T2) and"
            r" $U_b^* U_b = I$ these modes are orthonormal. On orbit $c$ there are $\sum_\rho d_\rho f_c(\rho)$ of"
            r" them, the multiplicity of the trivial representation of $H_c$ in the regular representation, which"
            r" is $n/|H_c| = N_c$: they are a basis. (Instances: all cyclic subgroups.)",
            r"\sum_\rho d_\rho\, f_c(\rho) = \frac{1}{|H_c|} \sum_{h \in H_c} \sum_\rho d_\rho\, \chi_\rho(h)"
            r" = \frac{n}{|H_c|} = N_c",
            on=witnessed(checks.fixed_vectors_fill_the_orbit),
            label="basis",
            uses=("fixed", "modes", "T2"),
        ),
        argued(
            "orbit-stabiliser",
            r"Apply $K$ to a mode: the sum over the points $hH_b$ is $1/|H_b|$ times the sum over $h$ in $G$,"
            r" which is $\rho(g)\, \hat K(\rho)_{ab}\, U_b$ as in T2, and this is $\rho(g)\, U_a\, (U_a^* \hat"
            r" K(\rho)_{ab} U_b)$. The scales of the modes leave $1/\sqrt{|H_a||H_b|}$. A ridge adds $r$ to the"
            r" diagonal of $K$ and so to that of $M_\rho$, which has $\sum_c f_c(\rho)$ rows: none if $\rho$"
            r" has no"
            r" fixed vectors. (The instances compare characteristic polynomials, without ridge, and take for"
            r" $M_\rho$ the matrix with the blocks $\hat K(\rho)_{ab}/|H_b|$: on the fixed vectors it is"
            r" $M_\rho$ in another basis, on the others zero.)",
            r"K\, V^{\rho,i} = V^{\rho,i} M_\rho, \qquad (M_\rho)_{ab} ="
            r" \frac{U_a^*\, \hat K(\rho)_{ab}\, U_b}{\sqrt{|H_a||H_b|}} + r\, \delta_{ab} I, \qquad \det(x - K) ="
            r" \prod_\rho \det(x - M_\rho)^{d_\rho}",
            r"K \cong \bigoplus_\rho I_{d_\rho} \otimes M_\rho, \qquad (M_\rho)_{ab} ="
            r" \frac{1}{\sqrt{|H_a||H_b|}}\, U_a(\rho)^* \Bigl(\sum_g \varphi_{ab}(g)\, \rho(g)\Bigr) U_b(\rho)"
            r" + r\, \delta_{ab} I",
            on=witnessed(checks.stabiliser_spectra_agree),
            uses=("compressed", "modes", "basis", "T2"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T4")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[SymbolCase]:
    """Orbits with stabilisers of the small groups."""
    groups, variants = (QUICK_SMALL_GROUPS, 1) if quick else (SMALL_GROUPS, 2)
    return symbol_cases(groups, stabilisers=(True,), variants=variants, offset=2, points=MAX_EXACT_POINTS)


def exact_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Characteristic polynomial from fixed vectors and from zonal matrices, against the rational Gram matrix."""
    from orbitkernels.theory.rational_gram import exact_gram
    from orbitkernels.theory.spectra import exact_blocks

    from .exact_spectra import polynomial_of_blocks

    instance = exact_instance(case, rng)
    arguments = (instance.group, instance.phi, instance.stabilisers, case.ridge)
    blocks = [(block.matrix, block.irrep.degree) for block in exact_blocks(*arguments)]
    dense = exact_gram(*arguments).charpoly().coeffs()
    routes = {
        "characteristic polynomial": blocks,
        "characteristic polynomial by double cosets": _zonal_blocks(instance),
    }
    return joint(
        [
            compare_exactly(str(case), name, polynomial_of_blocks(instance.group, found).coeffs(), dense)
            for name, found in routes.items()
        ]
    )


def _zonal_blocks(instance: Instance) -> list[tuple[Matrix, int]]:
    """M_rho and d_rho for every irrep, from one matrix rho(g) a double coset H_a g H_b."""
    from orbitkernels.theory.double_cosets import DoubleCosets
    from orbitkernels.theory.spherical_functions import zonal_block

    stabilisers, orbits = instance.stabilisers, range(len(instance.phi))
    cosets = [[DoubleCosets(H, K) for K in stabilisers] for H in stabilisers]
    values = [[instance.phi[a, b][cosets[a][b].representatives].tolist() for b in orbits] for a in orbits]
    for a in orbits:
        values[a][a][0] += instance.ridge  # double coset 0 is H_a itself
    found = []
    for rho in instance.group.irreps(exact=True):
        rows: list[tuple[Cyclotomic, ...]] = []
        for a in orbits:
            parts = [zonal_block(rho, cosets[a][b], values[a][b]) for b in orbits]
            rows += [tuple(entry for part in parts for entry in part[i]) for i in range(len(parts[a]))]
        found.append((tuple(rows), rho.degree))
    return found


def enclosed_cases(quick: bool) -> list[SymbolCase]:
    """Orbits with stabilisers of groups of every kind."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    return symbol_cases(groups, stabilisers=(True,), variants=1, offset=2, points=MAX_ENCLOSED_POINTS)


def enclosed_compare(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Characteristic polynomial from fixed vectors and a symbol of balls, against the dense Gram matrix."""
    from orbitkernels.theory.enclosures import working_precision

    with working_precision(SPECTRUM_BITS):
        routes = EnclosedRoutes(enclosed_instance(case, rng))
        dense = routes.gram.charpoly().coeffs()
        return compare_enclosures(str(case), "characteristic polynomial", routes.spectrum, dense)


def numeric_cases(quick: bool) -> list[SymbolCase | ImageCase]:
    """Orbits with stabilisers of every group of the list, and symmetric images of handwritten digits."""
    groups = QUICK_GROUPS if quick else GROUPS
    cases = symbol_cases(groups, stabilisers=(True,), variants=1 if quick else 4, offset=2)
    return [*cases, *image_cases(quick, symmetric=True)]


def numeric_compare(case: SymbolCase | ImageCase, rng: np.random.Generator) -> Comparison:
    """Spectrum from fixed vectors, against the dense Gram matrix of the different points."""
    if isinstance(case, ImageCase):
        return _compare_images(case, rng)
    from .routes import NumericRoutes

    routes = NumericRoutes(float_instance(case, rng))
    return compare_numerically(
        str(case), "spectrum", routes.fourier_spectrum, routes.dense_spectrum, size=routes.size
    )


def _compare_images(case: ImageCase, rng: np.random.Generator) -> Comparison:
    """Spectrum of a kernel on images, some of them symmetric, by both routes."""
    from .spectral import dense_gram, spectrum

    orbits = image_orbits(case, rng)
    K = dense_gram(case.kernel, orbits, case.ridge)
    found = spectrum(case.kernel, orbits, case.ridge).repeated
    return compare_numerically(str(case), "spectrum", found, np.linalg.eigvalsh(K), size=len(K))


THEOREM = Theorem(
    id="T4",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
