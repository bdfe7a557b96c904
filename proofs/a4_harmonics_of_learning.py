"""Theorem A4: a power-spectral network is invariant iff its weights are a unitary representation of the group.

Proved here are the theorem for one layer with complex inputs and any square blocks, for every finite group, and
that a complete invariant network is the Fourier transform of the group.  The theorems of the paper on other
networks and on approximate invariance are not covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, named_group
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Harmonics of learning"
SOURCE = (
    "Marchetti, Hillar, Kragic and Sanborn 2024 (arXiv 2312.08550), power-spectral networks; their theorems on"
    " other networks and on approximate invariance are not derived here"
)
HYPOTHESES = (
    r"$G$ is a finite group of order $n$ with unit $e$. Inputs are all $x \in \mathbb C^G$, and $h \in G$"
    r" translates them: $(hx)(g) = x(h^{-1}g)$.",
    r"The weights of a block are any complex matrices $W(g)$ of $d$ rows and columns, one for each $g \in G$."
    r" Write $W x = \sum_g x(g)\, W(g)$; the output is the power spectrum $\varphi(x) = (W x)(W x)^*$, where $^*$"
    r" is the conjugate transpose.",
    r"A network has blocks $W_1, W_2, \dots$ of degrees $d_1, d_2, \dots$ with outputs $\varphi_1, \varphi_2,"
    r" \dots$; it is complete if $\sum_i d_i^2 = n$ and $x \mapsto (W_1 x, W_2 x, \dots)$ is injective."
    r" $[g = e]$ is 1 for $g = e$ and 0 otherwise.",
)
STATEMENT = (
    r"\varphi(hx) = \varphi(x) \text{ for all } h \text{ and } x \text{ if and only if there are matrices } V(g)"
    r" \text{ with } W(g) = W(e)\, V(g), \quad V(g)^* V(g) = I, \quad V(gh) = V(h)\, V(g) \text{ for all } g"
    r" \text{ and } h. \text{ If all blocks of a complete network are so, then the } W_i(e) \text{ are invertible"
    r" and the } \rho_i(g) = V_i(g)^* \text{ are the unitary irreps of the group, one of each equivalence class,"
    r" with } \sum_i d_i \operatorname{tr} \rho_i(g) = n\, [g = e] \text{ and }"
    r" x(g) = \frac1n \sum_i d_i \operatorname{tr}\bigl[\rho_i(g)\, W_i(e)^{-1}\, W_i x\bigr]."
)


def derivation() -> Derivation:
    """A4: polarisation turns invariance into an equation between weights, which makes them a representation."""
    import sympy

    from . import harmonics_checks as checks
    from .derivation import Derivation, argued, equal

    witnessed = checks.witnessed
    gg, gk, kg, kk = sympy.symbols("D_gg D_gk D_kg D_kk", commutative=False)
    i = sympy.I
    steps = (
        argued(
            "substitution",
            r"Put $hg$ for $g$ in the sum. (Instances: weights that are any integers.)",
            r"W(hx) = \sum_g x(h^{-1}g)\, W(g) = \sum_g x(g)\, W(hg)",
            on=witnessed(checks.translations_move_the_weights),
            label="translated",
        ),
        equal(
            "expansion",
            r"So $\varphi(hx) - \varphi(x) = \sum_{g,k} x(g)\, \overline{x(k)}\, D_{gk}$ with"
            r" $D_{gk} = W(hg)\, W(hk)^* - W(g)\, W(k)^*$. If this vanishes for every $x$, take the four $x$ that"
            r" are 1 at $g$ and $\mathrm i^m$ at $k$, $m = 0, \dots, 3$ (for $g = k$ the one that is 1 at $g$),"
            r" multiply by $\mathrm i^m$ and add: all terms but one cancel.",
            r"\frac14 \sum_{m=0}^3 \mathrm i^m \bigl(D_{gg} + \overline{\mathrm i^m} D_{gk} + \mathrm i^m D_{kg}"
            r" + D_{kk}\bigr) = D_{gk}",
            r"\varphi(hx) = \varphi(x) \text{ for all } h, x \iff W(hg)\, W(hk)^* = W(g)\, W(k)^*"
            r" \text{ for all } g, h, k",
            pairs=[(sum(i**m * (gg + (-i) ** m * gk + i**m * kg + kk) for m in range(4)) / 4, gk)],
            label="polar",
            uses=("translated",),
        ),
        argued(
            "equal Gram matrices",
            r"Suppose this. The Gram matrix of all rows of all $W(g)$ then is that of all rows of all $W(hg)$. So"
            r" the linear map that takes each row of $W(g)$ to the same row of $W(hg)$ is well defined on the"
            r" span of all rows, and an isometry onto it. Let $V(h)$ be this map, from the right, and the"
            r" identity on the orthogonal complement. From $W(hkg) = W(kg)\, V(h) = W(g)\, V(k)\, V(h)$ for all"
            r" $g$ it follows that $V(hk) = V(k)\, V(h)$. (The instances try all maps to a finite set of matrices"
            r" with $W(e) = I$, or with one row that is not zero: the invariant ones, found by evaluating"
            r" $\varphi$, are those with the two properties.)",
            r"W(hg) = W(g)\, V(h), \qquad V(h)^* V(h) = I, \qquad V(hk) = V(k)\, V(h)",
            on=checks.exhausted(),
            label="representation",
            uses=("polar",),
        ),
        argued(
            "homomorphism",
            r"Conversely, let $V$ have both properties: then $V(hg) V(hk)^* = V(g) V(h) V(h)^* V(k)^* = V(g)"
            r" V(k)^*$, and $W(e)$ stands before and $W(e)^*$ behind. (Instances: all irreps $\rho$, with $V(g)$"
            r" equal to $\rho(g)^*$ in a unitary basis.)",
            r"W(hg)\, W(hk)^* = W(g)\, W(k)^* \iff W(g) = W(e)\, V(g), \quad V(g)^* V(g) = I, \quad"
            r" V(gh) = V(h)\, V(g)",
            on=witnessed(checks.irreps_are_invariant),
            label="iff",
            uses=("polar", "representation"),
        ),
        argued(
            "counterexample",
            r"Complex inputs are needed. Let $S_3$ act on the complex plane by the turns by $2\pi/3$ and by"
            r" conjugation, and let $W(g)$ be the image of 1, a third root of unity. Then $|Wx|^2$ is invariant"
            r" for real $x$, because turns and conjugation keep absolute values, but not for complex $x$, and $W$"
            r" is no antihomomorphism: for a turn $r$ and conjugation $s$ it has $W(sr) \neq W(r)\, W(s)$.",
            r"W(sr) = \overline{W(r)} \neq W(r) = W(r)\, W(s)",
            on=[("$S_3$", checks.real_inputs_do_not_suffice)],
            decided=True,
            uses=("polar",),
        ),
        argued(
            "counting dimensions",
            r"In a complete network the $n$ by $n$ matrix with the rows $(W_i(g)_{jl})_{i,j,l}$ is invertible: no"
            r" linear form in the entries vanishes for all $g$. If $c\, W_i(e) = 0$ for a row $c$, then $c\,"
            r" W_i(g) = 0$, so $W_i(e)$ is invertible, and no linear form in the entries of the $V_i$ vanishes"
            r" either, in any bases. $\rho_i(g) = V_i(g)^*$ is a homomorphism. If it were reducible, an entry"
            r" would vanish in a basis; if $\rho_i$ and $\rho_j$ were equivalent, their entries would agree in"
            r" suitable bases. So they are irreps, no two equivalent, and $\sum_i d_i^2 = n$ leaves none out"
            r" (T2).",
            r"\rho_i(gh) = (V_i(h)\, V_i(g))^* = \rho_i(g)\, \rho_i(h), \qquad \sum_i d_i^2 = n, \qquad"
            r" \rho_i(g) = V_i(g)^*",
            on=witnessed(checks.entries_are_independent),
            label="irreps",
            uses=("iff", "T2"),
        ),
        argued(
            "Schur orthogonality",
            r"By T2 the $n$ by $n$ matrix with the entries $\sqrt{d_i/n}\, \rho_i(g)_{jl}$ has orthonormal"
            r" columns; so its rows, one for each $g$, are orthonormal too. Take the rows of $g$ and $e$.",
            r"\frac1n \sum_i d_i \operatorname{tr}\bigl[\rho_i(g)\, \rho_i(h)^*\bigr] = [g = h], \qquad"
            r" \sum_i d_i \operatorname{tr} \rho_i(g) = n\, [g = e]",
            on=witnessed(checks.right_identity),
            label="rows",
            uses=("irreps", "T2"),
        ),
        argued(
            "substitution",
            r"$W_i(e)^{-1} W_i x = \sum_h x(h)\, \rho_i(h)^*$: multiply by $\rho_i(g)$, take the trace and sum"
            r" over $i$. So the network is the Fourier transform of the group. It knows the group: $V_i(k) ="
            r" V_i(h) V_i(g)$ for all $i$ says $\rho_i(k^{-1}gh) = I$, and $\sum_i d_i^2 = n$ leaves $k = gh$"
            r" only.",
            r"x(g) = \frac1n \sum_i d_i \operatorname{tr}\bigl[\rho_i(g)\, W_i(e)^{-1}\, W_i x\bigr], \qquad"
            r" V_i(k) = V_i(h)\, V_i(g) \text{ for all } i \iff k = gh",
            on=witnessed(checks.signals_and_products_return),
            uses=("rows",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "A4")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class NetworkCase:
    """The complete network of a group."""

    group: str

    def __str__(self) -> str:
        return f"{self.group}, all irreps"


@dataclass(frozen=True)
class ExhaustiveCase:
    """All blocks whose weights lie in a finite set, with W(e) = I."""

    group: str
    values: str

    def __str__(self) -> str:
        return f"{self.group}, all weights among {self.values}"


#: Groups and weights that are all tried; at most 8^3 or 4^7 maps each.
EXHAUSTED = (
    ("C2", "the quaternion units"), ("C3", "the quaternion units"), ("C4", "the quaternion units"),
    ("C2^2", "the quaternion units"), ("C3", "the signed permutations of degree 2"),
    ("C4", "the signed permutations of degree 2"), ("C2^2", "the signed permutations of degree 2"),
    ("C4", "the fourth roots of unity"), ("C2^2", "the fourth roots of unity"),
    ("C5", "the fourth roots of unity"), ("S3", "the fourth roots of unity"),
    ("C6", "the fourth roots of unity"), ("S3", "1, -1, 0 and 2"),
)  # fmt: skip


def exact_cases(quick: bool) -> list[NetworkCase | ExhaustiveCase]:
    """The irreps of small groups, and all weights in finite sets."""
    small = (
        "C1", "C2", "C3", "C4", "C5", "C6", "C2^2", "C3^2", "S3", "D4", "D5", "D6", "Q8", "A4", "C3:C4", "Q16",
        "C7:C3", "S4",
    )  # fmt: skip
    tried = EXHAUSTED[3:8:2] if quick else EXHAUSTED
    return [
        *(NetworkCase(name) for name in (QUICK_SMALL_GROUPS if quick else small)),
        *(ExhaustiveCase(*pair) for pair in tried),
    ]


def exact_compare(case: NetworkCase | ExhaustiveCase, rng: np.random.Generator) -> Comparison:
    """Outputs at translated inputs, by the network and from the autocorrelation; perturbed and all weights."""
    from . import harmonics_checks as checks

    name, group = str(case), named_group(case.group)
    compare = partial(compare_exactly, name)
    if isinstance(case, ExhaustiveCase):
        W = checks.all_networks(group, case.values)
        invariant = checks.invariant_networks(group, W)
        return compare("invariant networks", invariant, checks.unitary_antihomomorphisms(group, W))
    networks = checks.exact_networks(case.group)
    x = checks.gaussian_integers(group.order, rng)
    g, h = rng.integers(0, group.order, 2).tolist()
    moved = checks.translated(group, x, h)
    found = [
        compare("sum of the characters", checks.character_sums(networks), [group.order, *[0] * (group.order - 1)]),
        compare("input", checks.recovered(networks, x), x),
        compare("product", checks.product_from_weights(networks, g, h), [int(group.multiply(g, h))]),
    ]
    for i, network in enumerate(networks):
        outputs, expected = network(moved), network.of_autocorrelation(x)
        found.append(compare(f"output of block {i}", checks.entries(outputs), checks.entries(expected)))
    if group.order > 1:
        found.append(compare("invariance with a doubled weight", [_survives_doubling(networks[-1])], [False]))
    return joint(found)


def _survives_doubling(network: Any) -> bool:
    """Whether the output is still invariant when the weight of the last element is doubled."""
    from . import harmonics_checks as checks

    group = network.group
    changed = checks.ExactNetwork(group, network.rho)
    last = changed.weights[-1]
    changed.weights[-1] = tuple(tuple(entry * 2 for entry in row) for row in last)
    point = [1, *[0] * (group.order - 1)]
    return all(changed(checks.translated(group, point, h)) == changed(point) for h in range(group.order))


def enclosed_cases(quick: bool) -> list[NetworkCase]:
    """Groups with irreps of every kind."""
    return [NetworkCase(name) for name in (QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS)]


def enclosed_compare(case: NetworkCase, rng: np.random.Generator) -> Comparison:
    """Unitary weights in balls, on inputs exp(1 + a i) with random fractions a: output and input."""
    from flint import acb, fmpq

    from orbitkernels.theory.balls import working_precision

    from . import harmonics_checks as checks
    from .harmonics_in_balls import unitary_weights

    group = named_group(case.group)
    parts = rng.integers(-9, 10, group.order).tolist()
    h = int(rng.integers(group.order))
    with working_precision():
        x = [acb(1, fmpq(a, 7)).exp() for a in parts]
        blocks = [unitary_weights(network) for network in checks.exact_networks(case.group)]
        return joint(
            [
                compare_enclosures(str(case), what, *pair)
                for what, pair in _outputs(group, blocks, x, h, lambda z: z.conjugate()).items()
            ]
        )


def _outputs(group: Any, blocks: Any, x: Any, h: int, conjugate: Any) -> dict[str, tuple[list[Any], list[Any]]]:
    """Outputs at h x and from the autocorrelation of x, and x from the transform and itself, in balls."""
    from .harmonics_in_balls import adjoint, combined, flat

    order = group.order
    moved = [x[int(i)] for i in group.multiply(group.inverse(h), np.arange(order))]
    table = group.table.tolist()
    a = [sum((x[table[k][u]] * conjugate(x[k]) for k in range(order)), 0 * x[0]) for u in range(order)]
    one, other, back = [], [], [0 * x[0]] * order
    for weights in blocks:
        T = combined(moved, weights)
        one += flat(T * adjoint(T))
        other += flat(combined(a, weights))
        here, degree = combined(x, weights), weights[0].nrows()
        back = [b + degree * (adjoint(w) * here).trace() / order for b, w in zip(back, weights, strict=True)]
    return {"output": (one, other), "input": (back, list(x))}


def numeric_cases(quick: bool) -> list[NetworkCase]:
    """Every group of the list."""
    return [NetworkCase(name) for name in (QUICK_GROUPS if quick else GROUPS)]


def numeric_compare(case: NetworkCase, rng: np.random.Generator) -> Comparison:
    """Unitary irreps as weights, behind a random W(e): outputs at translated inputs, and the inverse."""
    from .irreps import unitary_irreps

    group = named_group(case.group)
    order, h = group.order, int(rng.integers(group.order))
    x = _complex(rng, order)
    moved = x[group.multiply(group.inverse(h), np.arange(order))]
    autocorrelation = x[group.table].T @ x.conj()  # [u] = sum_k x(ku) conj(x(k))
    found, back, characters = [], np.zeros(order, dtype=np.complex128), np.zeros(order, dtype=np.complex128)
    for irrep in unitary_irreps(group):
        V = irrep.matrices.conj().transpose(0, 2, 1)
        first = np.eye(irrep.degree) + 0.2 * _complex(rng, irrep.degree, irrep.degree) / irrep.degree
        W = first @ V
        T = np.tensordot(moved, W, 1)
        expected = first @ np.tensordot(autocorrelation, V, 1) @ first.conj().T
        scale = float(np.abs(x).sum() ** 2)  # of the terms, which may cancel
        pair = (T @ T.conj().T / scale + np.eye(irrep.degree), expected / scale + np.eye(irrep.degree))
        found.append(compare_numerically(str(case), f"output of irrep {irrep.character}", *pair, size=order))
        here = np.linalg.solve(first, np.tensordot(x, W, 1))
        back += irrep.degree * np.einsum("gij,ji->g", irrep.matrices, here) / order
        characters += irrep.degree * np.einsum("gii->g", irrep.matrices)
    unit = np.where(np.arange(order) == 0, float(order), 0.0)
    return joint(
        [
            *found,
            compare_numerically(str(case), "input", back, x, size=order),
            compare_numerically(str(case), "sum of the characters", characters, unit, size=order),
        ]
    )


def _complex(rng: np.random.Generator, *shape: int) -> Any:
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


THEOREM = Theorem(
    id="A4",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
