"""Theorem T3: symbols that are class functions, such as those of Cayley graphs, need characters only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .enclosed_instances import (
    ENCLOSED_GROUPS,
    MAX_ENCLOSED_POINTS,
    QUICK_ENCLOSED_GROUPS,
    SPECTRUM_BITS,
    EnclosedRoutes,
    compare_rows,
    enclosed_instance,
)
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import (
    GROUPS,
    LARGE_GROUPS,
    MAX_EXACT_POINTS,
    QUICK_GROUPS,
    QUICK_SMALL_GROUPS,
    SMALL_GROUPS,
    FloatArray,
    IntArray,
    SymbolCase,
    exact_instance,
    float_instance,
    named_group,
    symbol_cases,
)
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .derivation import Derivation

TITLE = "Class functions need characters only"
SOURCE = "Diaconis and Shahshahani 1981; Babai 1979; Lovasz 1975; for several orbits this work"
HYPOTHESES = (
    r"As in T2, and every $\varphi_{ab}$ is a class function: $\varphi_{ab}(hgh^{-1}) = \varphi_{ab}(g)$.",
    r"$\chi_\rho$ is the character of $\rho$.",
    r"For the Cayley graph, $S \subset G$ is closed under conjugation and inverses.",
)
STATEMENT = (
    r"\hat K(\rho) = M_\rho \otimes I_{d_\rho}, \quad"
    r" (M_\rho)_{ab} = \frac{1}{d_\rho} \sum_g \varphi_{ab}(g)\, \chi_\rho(g);"
    r" \text{ each eigenvalue of } M_\rho \text{ occurs } d_\rho^2 \text{ times in } K."
    r" \text{ The adjacency matrix of } \mathrm{Cay}(G, S) \text{ has the eigenvalues }"
    r" \frac{1}{d_\rho} \sum_{s \in S} \chi_\rho(s) \text{ with multiplicity } d_\rho^2."
)


def derivation() -> Derivation:
    """T3: the Fourier transform of a class function commutes with its irrep, so it is a number."""
    from . import irrep_checks as checks
    from .derivation import Derivation, argued
    from .irrep_checks import witnessed

    steps = (
        argued(
            "substitution",
            r"Replace $g$ by $h^{-1}gh$ in the sum; the class function does not change.",
            r"\rho(h)\, \hat K(\rho)_{ab}\, \rho(h)^{-1} = \sum_g \varphi_{ab}(g)\, \rho(hgh^{-1})"
            r" = \sum_g \varphi_{ab}(h^{-1}gh)\, \rho(g) = \hat K(\rho)_{ab}",
            on=witnessed(checks.class_sums_commute),
            every_symbol=True,
            label="commutes",
        ),
        argued(
            "Schur's lemma",
            r"A matrix that commutes with an irrep is a number times the identity; the trace tells which,"
            r" as $\operatorname{tr} \rho(g) = \chi_\rho(g)$.",
            r"\hat K(\rho)_{ab} = (M_\rho)_{ab}\, I_{d_\rho}, \qquad d_\rho\, (M_\rho)_{ab} ="
            r" \sum_g \varphi_{ab}(g)\, \chi_\rho(g)",
            r"\hat K(\rho) = M_\rho \otimes I_{d_\rho}, \qquad (M_\rho)_{ab} = \frac{1}{d_\rho} \sum_g"
            r" \varphi_{ab}(g)\, \chi_\rho(g)",
            on=witnessed(checks.class_sums_are_scalars),
            every_symbol=True,
            label="scalar",
            uses=("commutes",),
        ),
        argued(
            "theorem",
            r"By T2 each eigenvalue of $\hat K(\rho) = M_\rho \otimes I_{d_\rho}$ occurs $d_\rho$ times in $K$; in"
            r" $M_\rho \otimes I_{d_\rho}$ each eigenvalue of $M_\rho$ occurs $d_\rho$ times.",
            r"\det(x - K) = \prod_\rho \det(x - M_\rho)^{d_\rho^2}",
            on=witnessed(checks.character_spectra_agree),
            label="spectrum",
            uses=("scalar", "T2"),
        ),
        argued(
            "substitution",
            r"The adjacency matrix of $\mathrm{Cay}(G, S)$ joins $g$ and $h$ iff $g^{-1}h \in S$: it has the form"
            r" of the Gram matrix of one orbit whose symbol is the indicator function of $S$, a class function,"
            r" symmetric as $S = S^{-1}$. (Instances: $S$ is the largest class with its inverses; edges are drawn"
            r" from $g$ to $gs$.)",
            r"\varphi(g) = 1 \text{ if } g \in S, \text{ else } 0; \qquad M_\rho = \frac{1}{d_\rho}"
            r" \sum_{s \in S} \chi_\rho(s)",
            on=witnessed(checks.adjacency_spectrum_agrees),
            uses=("scalar", "spectrum"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T3")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class CayleyCase:
    """The Cayley graph of a union of classes: those named and their inverses, or random ones."""

    group: str
    classes: tuple[int, ...] = ()

    def __str__(self) -> str:
        which = f"class {', '.join(map(str, self.classes))}" if self.classes else "random classes"
        return f"{self.group}, Cayley graph of {which}"

    def connection_set(self, rng: np.random.Generator) -> IntArray:
        """Sorted classes, closed under inverses and without the identity's."""
        every = named_group(self.group).conjugacy_classes
        drawn = np.flatnonzero(rng.random(len(every)) < 0.5)
        chosen = self.classes or tuple(drawn[drawn > 0]) or (1,)
        return np.setdiff1d(np.union1d(chosen, every.inverse[list(chosen)]), [0])


def _cayley_cases(groups: Sequence[str]) -> list[CayleyCase]:
    """Random graphs of small groups, and two graphs of each large one."""
    large = [CayleyCase(name, (k,)) for name in LARGE_GROUPS for k in (1, 2)]
    return [CayleyCase(name) for name in groups if name != "C1"] + large


def exact_cases(quick: bool) -> list[SymbolCase | CayleyCase]:
    """Class functions on small groups; Cayley graphs also of M11."""
    groups = QUICK_SMALL_GROUPS if quick else SMALL_GROUPS
    return [*symbol_cases(groups, variants=1, offset=1, points=MAX_EXACT_POINTS), *_cayley_cases(groups)]


def numeric_cases(quick: bool) -> list[SymbolCase | CayleyCase]:
    """Class functions and Cayley graphs on every group of the list; Cayley graphs also of M11."""
    groups = QUICK_GROUPS if quick else GROUPS
    return [*symbol_cases(groups, variants=1 if quick else 4, offset=1), *_cayley_cases(groups)]


def exact_compare(case: SymbolCase | CayleyCase, rng: np.random.Generator) -> Comparison:
    """Characters against the rational Gram matrix, or against the closed walks of a Cayley graph."""
    if isinstance(case, CayleyCase):
        return _compare_walks(case, case.connection_set(rng))
    from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
    from orbitkernels.theory.scalar_spectra import character_blocks, character_spectral_error

    from .exact_spectra import polynomial_of_blocks

    instance = exact_instance(case, rng, class_functions=True)
    group, targets = instance.group, instance.targets.tolist()
    K = exact_gram(group, instance.phi, ridge=case.ridge)
    values = instance.phi[:, :, group.conjugacy_classes.representatives]
    blocks = character_blocks(group, values, case.ridge)
    refitted = [exact_leave_out(K, instance.labels, [i])[0] for i in instance.random_poses(rng)]
    name = str(case)
    return joint(
        [
            compare_exactly(
                name,
                "characteristic polynomial",
                polynomial_of_blocks(group, blocks).coeffs(),
                K.charpoly().coeffs(),
            ),
            compare_exactly(
                name, "error by characters", character_spectral_error(group, values, targets, case.ridge), refitted
            ),
        ]
    )


def _compare_walks(case: CayleyCase, classes: IntArray) -> Comparison:
    """Sum of d_rho^2 lambda_rho^m, against n times the closed walks of m steps, for m = 0, ..., k.

    There are at most k different eigenvalues, so these sums determine them with their multiplicities.  A walk is
    counted from neighbour to neighbour; the number of walks from 1 to g depends on the class of g only.
    """
    from orbitkernels.theory.cyclotomics import ONE, ZERO
    from orbitkernels.theory.scalar_spectra import character_blocks

    group = named_group(case.group)
    every = group.conjugacy_classes
    indicator = np.isin(np.arange(len(every)), classes).astype(np.int64)
    values = [(matrix[0][0], weight) for matrix, weight in character_blocks(group, [[indicator]])]
    steps = _class_neighbours(group, classes).astype(object)  # [class, class]
    walks = np.eye(len(every), dtype=object)[0]
    powers, sums, counts = [ONE] * len(values), [], []
    for _ in range(len(every) + 1):
        sums.append(sum((power * weight for power, (_, weight) in zip(powers, values, strict=True)), ZERO))
        counts.append(group.order * int(walks[0]))
        powers = [power * value for power, (value, _) in zip(powers, values, strict=True)]
        walks = steps @ walks
    return compare_exactly(f"{case} {classes.tolist()}", "closed walks", sums, counts)


def _class_neighbours(group: FiniteGroup, classes: IntArray) -> IntArray:
    """Array [k, k]: how many of the neighbours g s of a representative g lie in each class."""
    every = group.conjugacy_classes
    chosen = np.flatnonzero(np.isin(every.labels, classes))
    heads = every.labels[group.multiply(every.representatives[:, None], chosen[None, :])]
    return np.stack([(heads == k).sum(axis=1) for k in range(len(every))], axis=1)


def enclosed_cases(quick: bool) -> list[SymbolCase | CayleyCase]:
    """Class functions on groups of every kind, and heat kernels on their Cayley graphs."""
    groups = QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS
    graphs = [CayleyCase(name) for name in groups if name != "C1"]
    return [*symbol_cases(groups, variants=1, offset=1, points=MAX_ENCLOSED_POINTS), *graphs]


def enclosed_compare(case: SymbolCase | CayleyCase, rng: np.random.Generator) -> Comparison:
    """Characters and a symbol of balls, against the dense matrix; the exponential of an adjacency matrix."""
    from orbitkernels.theory.enclosed_spectra import (
        enclosed_character_blocks,
        enclosed_character_error,
        enclosed_characteristic_polynomial,
    )
    from orbitkernels.theory.enclosures import enclosed_leave_out, working_precision

    if isinstance(case, CayleyCase):
        return _compare_heat(case, case.connection_set(rng))
    name = str(case)
    with working_precision(SPECTRUM_BITS):
        routes = EnclosedRoutes(enclosed_instance(case, rng, class_functions=True))
        group, phi = routes.problem
        values = phi[:, :, group.conjugacy_classes.representatives]
        polynomial = enclosed_characteristic_polynomial(enclosed_character_blocks(group, values, case.ridge))
        errors = enclosed_character_error(group, values, routes.instance.targets.tolist(), case.ridge)
        poses, labels = routes.instance.random_poses(rng), routes.instance.labels
        refitted = [enclosed_leave_out(routes.gram, labels, [i])[0] for i in poses]
        return joint(
            [
                compare_enclosures(name, "characteristic polynomial", polynomial, routes.gram.charpoly().coeffs()),
                compare_rows(name, "error by characters", errors, refitted),
            ]
        )


def _compare_heat(case: CayleyCase, classes: IntArray) -> Comparison:
    """Heat kernel exp(A/|S|) between e and every g: (1/n) sum_rho d_rho exp(lambda_rho/|S|) chi_rho(g)."""
    from flint import acb, arb_mat

    from orbitkernels.theory.enclosed_spectra import enclosed_character_blocks
    from orbitkernels.theory.enclosures import ball, working_precision

    group = named_group(case.group)
    heads, labels = _edges(group, classes), group.conjugacy_classes.labels
    adjacency = np.zeros((group.order, group.order), dtype=np.int64)
    np.put_along_axis(adjacency, heads, 1, axis=1)
    indicator = np.isin(np.arange(len(group.conjugacy_classes)), classes).astype(np.int64)
    table = group.character_table()
    with working_precision():
        dense = (arb_mat(adjacency.tolist()) / heads.shape[1]).exp()
        growth = [(M[0, 0] / heads.shape[1]).exp() for M, _ in enclosed_character_blocks(group, [[indicator]])]
        rows = [[acb(ball(value)) for value in row] for row in table.values]
        terms = list(zip(np.asarray(table.degrees).tolist(), growth, rows, strict=True))
        heat = [sum((d * e * row[k] for d, e, row in terms), acb(0)) / group.order for k in labels]
        return compare_enclosures(f"{case} {classes.tolist()}", "heat kernel", heat, dense.tolist()[0])


def numeric_compare(case: SymbolCase | CayleyCase, rng: np.random.Generator) -> Comparison:
    """Eigenvalues from characters, against dense eigenvalues; eigenvectors where a dense matrix is too large."""
    if isinstance(case, SymbolCase):
        return _compare_class_functions(case, rng)
    classes = case.connection_set(rng)
    if case.group in LARGE_GROUPS:
        return _compare_eigenvectors(case, classes)
    return _compare_graph(case, classes)


def _compare_class_functions(case: SymbolCase, rng: np.random.Generator) -> Comparison:
    """Spectrum of the blocks M_rho, each value d_rho^2 times, and T6 by characters, against the Gram matrix."""
    from orbitkernels.numerics import dense, fourier

    from .routes import NumericRoutes, repeated_spectrum

    routes = NumericRoutes(float_instance(case, rng, class_functions=True))
    group, instance = routes.instance.group, routes.instance
    classes = group.conjugacy_classes
    values = instance.phi[:, :, classes.representatives]
    characters = group.character_table().numeric
    blocks = fourier.class_function_blocks(values, characters, classes.sizes, routes.ridge)
    labels = instance.targets[routes.orbit_of_point]
    errors = fourier.spectral_errors(blocks, instance.targets)[routes.orbit_of_point]
    everywhere = dense.leave_one_out(routes.gram, labels)
    compare = partial(compare_numerically, str(case), size=routes.size)
    return joint(
        [
            compare("spectrum", repeated_spectrum(blocks), routes.dense_spectrum),
            compare("error by characters", errors, everywhere, condition=routes.condition),
        ]
    )


def _adjacency_eigenvalues(group: FiniteGroup, classes: IntArray) -> tuple[FloatArray, IntArray]:
    """(1/d_rho) sum_{s in S} chi_rho(s) and d_rho^2, in the order of the character table."""
    table = group.character_table()
    sums = (table.numeric[:, classes] * group.conjugacy_classes.sizes[classes]).sum(axis=1)
    degrees = np.asarray(table.degrees, dtype=np.int64)
    return sums.real / degrees, degrees**2


def _edges(group: FiniteGroup, classes: IntArray) -> IntArray:
    """Array [n, |S|]: the neighbours g s of every g."""
    chosen = np.flatnonzero(np.isin(group.conjugacy_classes.labels, classes))
    return group.multiply(np.arange(group.order)[:, None], chosen[None, :])


def _compare_graph(case: CayleyCase, classes: IntArray) -> Comparison:
    """Characters against the adjacency matrix that networkx makes."""
    import networkx

    group = named_group(case.group)
    heads = _edges(group, classes)
    graph = networkx.empty_graph(group.order)
    graph.add_edges_from(zip(np.repeat(np.arange(group.order), heads.shape[1]), heads.ravel(), strict=True))
    adjacency = networkx.to_numpy_array(graph)
    values, multiplicities = _adjacency_eigenvalues(group, classes)
    return compare_numerically(
        f"{case} {classes.tolist()}",
        "adjacency spectrum",
        np.sort(np.repeat(values, multiplicities)),
        np.linalg.eigvalsh(adjacency),
        size=group.order,
    )


def _compare_eigenvectors(case: CayleyCase, classes: IntArray) -> Comparison:
    """A chi = lambda chi for every character: sums over neighbours, without the matrix."""
    group = named_group(case.group)
    labels = group.conjugacy_classes.labels
    columns = group.character_table().numeric.T  # [class, character]
    heads = labels[_edges(group, classes)]  # [n, |S|]
    counts = np.stack([(heads == k).sum(axis=1) for k in range(len(columns))], axis=1)
    values, _ = _adjacency_eigenvalues(group, classes)
    return compare_numerically(
        str(case), "A chi = lambda chi", counts @ columns, columns[labels] * values, size=heads.shape[1]
    )


THEOREM = Theorem(
    id="T3",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
