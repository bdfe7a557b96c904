"""Theorem A3: equivariant linear maps of permutation representations, counted by orbits of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.permutation_actions import PermutationAction

from . import equivariant_checks as checks
from .evidence import Comparison, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS, FloatArray, named_group
from .permutation_instances import random_action
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.subgroups import Subgroup

    from .derivation import Derivation

TITLE = "Equivariant linear maps"
SOURCE = "Schur and Burnside; Kondor and Trivedi 2018, Maron et al. 2019 and Cohen et al. 2019 for networks"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with unit $e$ that acts on the finite sets $X$ and $Y$, not necessarily"
    r" transitively. On functions $f \in \mathbb R^X$ it acts by $(P_X(g) f)(gx) = f(x)$, and on $\mathbb R^Y$"
    r" likewise.",
    r"$\operatorname{Hom}_G(\mathbb R^X, \mathbb R^Y)$ is the space of the equivariant linear maps: the matrices"
    r" $L$ with $P_Y(g) L = L P_X(g)$ for every $g$. $\mathrm{fix}_X(g)$ is the number of $x \in X$ with $gx ="
    r" x$.",
    r"$G \backslash (Y \times X)$ is the set of the orbits of $G$ on pairs, $g(y, x) = (gy, gx)$.",
    r"$H$ and $K$ are subgroups of $G$, $G/H$ is the set of the cosets $bH$, and $H \backslash G / K$ the set of"
    r" the double cosets $HgK$.",
)
STATEMENT = (
    r"\dim \operatorname{Hom}_G(\mathbb R^X, \mathbb R^Y) = |G \backslash (Y \times X)|"
    r" = \frac1n \sum_g \mathrm{fix}_Y(g)\, \mathrm{fix}_X(g)."
    r" \text{ For } X = G/H \text{ and } Y = G/K \text{ it is } |H \backslash G / K|, \text{ and the equivariant"
    r" maps are } (Lf)(aK) = \sum_{bH} w(b^{-1}a)\, f(bH) \text{ with } w \text{ constant on double cosets } HgK."
    r" \text{ For } X = Y = G \text{ they are the group convolutions } (Lf)(a) = \sum_b f(b)\, w(b^{-1}a)"
    r" \text{ with any } w \in \mathbb R^G."
)


def derivation() -> Derivation:
    """A3: an equivariant matrix is a function on the orbits of pairs."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "substitution",
            r"$P_X(g)$ is the permutation matrix with the entry 1 at $(gx, x)$. So the product below moves the"
            r" entry at $(y, x)$ to $(gy, gx)$, and $L$ is equivariant iff no entry changes.",
            r"[P_Y(g)\, L\, P_X(g)^{-1}]_{gy, gx} = L_{yx}, \qquad"
            r" L \text{ equivariant} \iff L_{gy, gx} = L_{yx} \text{ for all } g, y, x",
            on=witnessed(checks.conjugation_moves_entries),
            label="entries",
        ),
        argued(
            "counting dimensions",
            r"So $L$ is equivariant iff it is constant on the orbits of pairs. The indicator matrices of the"
            r" orbits have disjoint supports that cover all entries; they are a basis. (The instances compare"
            r" their number with the nullity of the equations $P_Y(s) L = L P_X(s)$ for generators $s$, over the"
            r" rationals.)",
            r"\dim \operatorname{Hom}_G(\mathbb R^X, \mathbb R^Y) = |G \backslash (Y \times X)|",
            on=witnessed(checks.indicators_are_a_basis),
            label="orbits",
            uses=("entries",),
        ),
        argued(
            "orbit-stabiliser",
            r"Let $Z$ be a finite set on which $G$ acts, and count the pairs $(g, z)$ with $gz = z$ in two ways:"
            r" by $g$, and by $z$, whose stabiliser has $n/|Gz|$ elements. The points of each orbit $Gz$ give $n$"
            r" together. A pair $(y, x)$ is fixed iff $y$ and $x$ are.",
            r"\sum_g \mathrm{fix}_Z(g) = \sum_z \frac{n}{|Gz|} = n\, |G \backslash Z|, \qquad"
            r" \mathrm{fix}_{Y \times X}(g) = \mathrm{fix}_Y(g)\, \mathrm{fix}_X(g)",
            r"\dim \operatorname{Hom}_G(\mathbb R^X, \mathbb R^Y) = |G \backslash (Y \times X)|"
            r" = \frac1n \sum_g \mathrm{fix}_Y(g)\, \mathrm{fix}_X(g)",
            on=witnessed(checks.fixed_pairs_multiply),
            label="burnside",
            uses=("orbits",),
        ),
        argued(
            "orbit-stabiliser",
            r"Apply $b^{-1}$ to $(aK, bH)$: every orbit holds a pair $(gK, eH)$, $g = b^{-1}a$. Elements that keep"
            r" the second coset are those of $H$, so $(gK, eH)$ and $(g'K, eH)$ lie on one orbit iff $g' \in HgK$."
            r" A function of the orbits is a function $w$ of the double cosets.",
            r"X = G/H, \quad Y = G/K: \qquad |G \backslash (Y \times X)| = |H \backslash G / K|, \qquad L_{aK,"
            r" bH} = w(b^{-1}a), \qquad (Lf)(aK) = \sum_{bH} w(b^{-1}a)\, f(bH)",
            on=witnessed(checks.orbits_are_double_cosets),
            label="cosets",
            uses=("orbits",),
        ),
        argued(
            "substitution",
            r"For $H = K = \{e\}$ every double coset has one element and $w$ is any function on $G$: the sum is"
            r" the convolution of $f$ and $w$. These are $n$ dimensions, as the count says, because only $e$ has"
            r" fixed points in $G$, namely $n$.",
            r"X = Y = G: \qquad (Lf)(a) = \sum_b f(b)\, w(b^{-1}a), \quad w \in \mathbb R^G, \qquad \dim"
            r" \operatorname{Hom}_G(\mathbb R^G, \mathbb R^G) = \frac1n \cdot n^2 = n",
            on=witnessed(checks.regular_maps_are_convolutions),
            uses=("burnside", "cosets"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A3")


# ---------------------------------------------------------------------- checks

#: Entries that the matrix of an instance may have.
MAX_ENTRIES = 300


@dataclass(frozen=True)
class MapCase:
    """Two sets of G.

    Attributes:
        group: Name of the group.
        kind: ``"cosets"`` of two random subgroups, ``"unions"`` of several, or ``"regular"`` for G itself.
    """

    group: str
    kind: str

    def __str__(self) -> str:
        return {
            "cosets": f"{self.group} on the cosets of two subgroups",
            "unions": f"{self.group} on two sets of several orbits",
            "regular": f"{self.group} on itself",
        }[self.kind]


def _cases(groups: tuple[str, ...], largest: int) -> list[MapCase]:
    kinds = ("cosets", "unions")
    regular = [MapCase(name, "regular") for name in groups if named_group(name).order <= largest]
    return [MapCase(name, kind) for name in groups for kind in kinds] + regular


def exact_cases(quick: bool) -> list[MapCase]:
    """Small groups on the cosets of subgroups, on unions of such sets, and on themselves."""
    return _cases(QUICK_SMALL_GROUPS if quick else ("C1", *SMALL_GROUPS), 12 if quick else 16)


def _sets(
    case: MapCase, rng: np.random.Generator
) -> tuple[PermutationAction, PermutationAction, tuple[Subgroup, Subgroup] | None]:
    """Y, X and, if both are transitive, the subgroups (H, K)."""
    group = named_group(case.group)
    if case.kind == "unions":
        for _ in range(100):
            Y, X = (random_action(group, int(rng.integers(1, 4)), rng) for _ in range(2))
            if Y.degree * X.degree <= MAX_ENTRIES:
                return Y, X, None
        whole = PermutationAction.trivial(group, 2)
        return whole, random_action(group, 1, rng), None
    chosen = (group.subgroup([]),) * 2
    for _ in range(100 if case.kind == "cosets" else 0):
        H, K = (group.subgroup(rng.integers(0, group.order, int(rng.integers(1, 3))).tolist()) for _ in range(2))
        if (H.index * K.index <= MAX_ENTRIES and max(H.index, K.index) > 1) or group.order == 1:
            chosen = (H, K)
            break
    H, K = chosen
    return PermutationAction.on_cosets(K), PermutationAction.on_cosets(H), chosen


def _burnside(Y: PermutationAction, X: PermutationAction) -> int:
    """(1/n) sum_g fix_Y(g) fix_X(g)."""
    total = int((Y.fixed_points * X.fixed_points).sum())
    if total % X.group.order:
        raise ArithmeticError(f"The fixed pairs of {X.group.name} sum to {total}, no multiple of its order.")
    return total // X.group.order


def exact_compare(case: MapCase, rng: np.random.Generator) -> Comparison:
    """Nullity of the commutation equations over the rationals, orbits of a graph, fixed points, double cosets."""
    Y, X, subgroups = _sets(case, rng)
    equations = checks.commutation_equations(Y, X)
    found = {
        "number of orbits": checks.orbit_count(checks.pair_action(Y, X)),
        "mean of the fixed pairs": _burnside(Y, X),
    }
    name, dimension = str(case), checks.nullity(equations)
    compare = partial(compare_exactly, name)
    comparisons = [compare(what, [value], [dimension]) for what, value in found.items()]
    if subgroups is not None:
        cosets = checks.double_cosets(*subgroups)
        w = rng.integers(-9, 10, X.group.order)[cosets]
        L = checks.convolution_matrix(*subgroups, w)
        violations = (equations @ L.ravel()).tolist()
        comparisons += [
            compare("number of double cosets", [len(set(cosets.tolist()))], [dimension]),
            compare("violations by a convolution", violations, [0] * len(violations)),
        ]
    return joint(comparisons)


def numeric_cases(quick: bool) -> list[MapCase]:
    """Every group of the list."""
    return _cases(QUICK_GROUPS if quick else GROUPS, 12)


def numeric_compare(case: MapCase, rng: np.random.Generator) -> Comparison:
    """Vanishing singular values of the equations, and the mean of P_Y(g) L P_X(g)^-1 over G, for a random L."""
    Y, X, subgroups = _sets(case, rng)
    equations = checks.commutation_equations(Y, X).astype(np.float64)
    unknowns = equations.shape[1]
    values = np.linalg.svd(equations, compute_uv=False) if len(equations) else np.zeros(unknowns)
    dimension = int(np.count_nonzero(values <= 1e-8 * max(1.0, float(values.max()))))
    L = rng.standard_normal((Y.degree, X.degree))
    mean = np.mean([_moved(L, Y, X, g) for g in range(X.group.order)], axis=0)
    compare = partial(compare_numerically, str(case), size=max(unknowns, X.group.order))
    return joint(
        [
            compare("dimension", [dimension], [_burnside(Y, X)]),
            compare("mean of a random matrix", mean, _structured(mean, L, Y, X, subgroups)),
        ]
    )


def _moved(L: FloatArray, Y: PermutationAction, X: PermutationAction, g: int) -> FloatArray:
    """P_Y(g) L P_X(g)^-1."""
    moved = np.empty_like(L)
    moved[np.ix_(Y.permutations[g], X.permutations[g])] = L
    return moved


def _structured(
    mean: FloatArray, L: FloatArray, Y: PermutationAction, X: PermutationAction, subgroups: Any
) -> Any:
    """The convolution with w(g) = mean_{gK, H}, or the means of L over the orbits of pairs."""
    if subgroups is not None:
        H, K = subgroups
        return checks.convolution_matrix(H, K, mean[K.left_coset_labels, H.left_coset_labels[0]])
    labels = checks.pair_action(Y, X).orbit_labels
    means = np.bincount(labels, L.ravel()) / np.bincount(labels)
    return means[labels].reshape(L.shape)


THEOREM = Theorem(
    id="A3",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
    absent="No enclosed check: dimensions are integers and the equations have integer coefficients, which the"
    " exact check decides.",
)
