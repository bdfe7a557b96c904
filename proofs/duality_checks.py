"""Named polynomials with known symmetries, closures of random sets, and the same for finite groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from orbitkernels.theory import lie_symmetries as lie
from orbitkernels.theory.null_spaces import Rows, null_space, row_space

from .instances import named_group
from .permutation_instances import random_action, small_action

#: The 3-form of G2 on R^7, rows from 0.
_G2 = (
    (1, (0, 1, 2)),
    (1, (0, 3, 4)),
    (1, (0, 5, 6)),
    (1, (1, 3, 5)),
    (-1, (1, 4, 6)),
    (-1, (2, 3, 6)),
    (-1, (2, 4, 5)),
)


def _square(signs: Sequence[int]) -> dict[Any, Any]:
    return lie.form([(s, (i, i)) for i, s in enumerate(signs)], len(signs))


def _random_cubic(m: int) -> dict[Any, Any]:
    rng = np.random.default_rng(m)
    basis = [e for e in lie.monomials(m, 3) if sum(e) == 3]
    return dict(zip(basis, (int(v) for v in rng.integers(1, 50, len(basis))), strict=True))


#: Name -> (dimension m, polynomials, dimension of their symmetries).
FORMS: dict[str, tuple[int, tuple[dict[Any, Any], ...], int]] = {
    **{f"the quadratic form of R^{m}": (m, (_square([1] * m),), m * (m - 1) // 2) for m in (2, 3, 4, 5)},
    "the quadratic form of signature (1, 2)": (3, (_square([1, -1, -1]),), 3),
    "the quadratic form of signature (1, 3)": (4, (_square([1, -1, -1, -1]),), 6),
    "a quadratic form of rank 2 on R^3": (3, (_square([1, 1, 0]),), 4),
    "the quadratic form and a linear form of R^4": (4, (_square([1] * 4), lie.form([(1, (0,))], 4)), 3),
    "the determinant of R^2": (2, (lie.alternating([(1, (0, 1))], 2),), 3),
    "the determinant of R^3": (3, (lie.alternating([(1, (0, 1, 2))], 3),), 8),
    "the symplectic form of R^4": (4, (lie.alternating([(1, (0, 1)), (1, (2, 3))], 4),), 10),
    "the 3-form of G2": (7, (lie.alternating(_G2, 7),), 14),
    "a generic cubic of R^2": (2, (_random_cubic(2),), 0),
    "a generic cubic of R^3": (3, (_random_cubic(3),), 0),
    "the product of the coordinates of R^3": (3, (lie.form([(1, (0, 1, 2))], 3),), 2),
}


def generic_points(name: str) -> list[list[int]]:
    """More whole points than unknowns, for as many vectors as the polynomials have."""
    m, polynomials, _ = FORMS[name]
    variables = len(next(iter(polynomials[0])))
    rng = np.random.default_rng(m)
    points: list[list[int]] = rng.integers(-9, 10, (m * m + 6, variables)).tolist()
    return points


# ---------------------------------------------------------------------- closures of sets of matrices


def random_matrices(m: int, kind: str, rng: np.random.Generator) -> list[list[int]]:
    """Matrices of a set S: whole numbers, of the kinds diagonal, nilpotent, turns, sparse."""
    if kind == "diagonal":
        return [np.diag(rng.integers(-2, 3, m)).ravel().tolist()]
    if kind == "nilpotent":
        return [np.triu(rng.integers(-1, 2, (m, m)), 1).ravel().tolist()]
    if kind == "turns":
        A = np.triu(rng.integers(-1, 2, (m, m)), 1)
        return [(A - A.T).ravel().tolist()]
    count = int(rng.integers(1, 3))
    return [(rng.integers(-2, 3, (m, m)) * (rng.random((m, m)) < 0.4)).ravel().tolist() for _ in range(count)]


KINDS = ("diagonal", "nilpotent", "turns", "sparse")


def closures(S: Sequence[Sequence[Any]], m: int, degree: int) -> dict[str, tuple[Any, Any]]:
    """Both sides of every claim for a set S of matrices and M = Inv(S), with Sym by samples on one side.

    Args:
        S: Matrices.
        m: Dimension.
        degree: Largest degree of the polynomials.
    """
    basis = lie.monomials(m, degree)
    points = _grid(m, degree)
    inv = lie.invariants(S, m, basis)
    M = [lie.polynomial(row, basis) for row in inv]
    sym = lie.symmetries(M, m)
    again = lie.invariants(sym, m, basis)
    N = [lie.polynomial(row, basis) for row in inv[:2]]  # a set that need not be closed
    of_two = lie.symmetries(N, m)
    more = [lie.polynomial(row, basis) for row in lie.invariants(of_two, m, basis)]
    return {
        "Inv Sym Inv": (again, inv),
        "Sym Inv Sym": (lie.symmetries(more, m), lie.sampled_symmetries(N, m, points)),
        "Sym by samples": (lie.sampled_symmetries(M, m, points), sym),
        "S within Sym Inv S": (row_space([*sym, *S], m * m), sym),
        "M within Inv Sym M": (row_space([*lie.invariants(of_two, m, basis), *inv[:2]], len(basis)),
                               lie.invariants(of_two, m, basis)),
        "closed under the bracket": ((lie.is_lie_algebra(sym, m), lie.is_lie_algebra(of_two, m)), (True, True)),
    }  # fmt: skip


def _grid(m: int, degree: int) -> list[list[int]]:
    """All points with coordinates 0, ..., degree: a polynomial of that degree that vanishes on them is zero."""
    axes = np.indices((degree + 1,) * m).reshape(m, -1)
    points: list[list[int]] = axes.T.tolist()
    return points


def closures_hold(m: int, degree: int) -> bool:
    """Whether all claims hold for one random set of each kind."""
    rng = np.random.default_rng(10 * m + degree)
    every = [closures(random_matrices(m, kind, rng), m, degree) for kind in KINDS]
    return all(one == other for found in every for one, other in found.values())


def is_galois(m: int, degree: int) -> bool:
    """Whether S within Sym(M) and M within Inv(S) are one thing, where both hold and where neither does."""
    rng = np.random.default_rng(m + degree)
    basis, seen = lie.monomials(m, degree), set()
    for kind in KINDS:
        S = random_matrices(m, kind, rng)
        inv = lie.invariants(S, m, basis)
        for extra in (0, 1):
            rows = [*inv[-2:], *([1] * len(basis) for _ in range(extra))]
            sym = lie.symmetries([lie.polynomial(row, basis) for row in rows], m)
            one = row_space([*sym, *S], m * m) == sym
            seen.add(one)
            if one != (row_space([*inv, *rows], len(basis)) == inv):
                return False
    return seen == {True, False}


def named_dimensions(*names: str) -> bool:
    """Whether the symmetries of named polynomials have their dimensions and are Lie algebras."""
    found = [(FORMS[name], lie.symmetries(FORMS[name][1], FORMS[name][0])) for name in names]
    return all(len(sym) == known and lie.is_lie_algebra(sym, m) for (m, _, known), sym in found)


def closure_depends_on_the_degree() -> bool:
    """Whether the turns of two planes by s and 2s close to dimension 2 with degree 2, and to 1 with degree 3."""
    xi = np.zeros((4, 4), dtype=np.int64)
    xi[0, 1], xi[1, 0], xi[2, 3], xi[3, 2] = -1, 1, -2, 2
    found = []
    for degree in (2, 3):
        basis = lie.monomials(4, degree)
        inv = lie.invariants([xi.ravel().tolist()], 4, basis)
        found.append(len(lie.symmetries([lie.polynomial(row, basis) for row in inv], 4)))
    return found == [2, 1]


def bracket_of_derivatives() -> list[tuple[Any, Any]]:
    """(L_xi L_eta - L_eta L_xi) F and -L_[xi, eta] F for all xi, eta in gl(2) and every smooth F."""
    import sympy

    x = sympy.Matrix(sympy.symbols("x_1:3"))
    xi, eta = (
        sympy.Matrix(2, 2, sympy.symbols(f"{name}_11 {name}_12 {name}_21 {name}_22")) for name in ("xi", "eta")
    )

    def L(A: Any, F: Any) -> Any:
        moved = A * x
        return sum(sympy.diff(F, x[i]) * moved[i] for i in range(2))

    F = sympy.Function("F")(*x)
    return [(L(xi, L(eta, F)) - L(eta, L(xi, F)), -L(xi * eta - eta * xi, F))]


def along_a_flow() -> list[tuple[Any, Any]]:
    """d/ds F(x(s)) for x' = xi x and L_xi F at x(s), for any polynomial of degree 3 of two variables."""
    import sympy

    s = sympy.Symbol("s")
    a, b = (sympy.Function(name)(s) for name in ("x_1", "x_2"))
    u, v = sympy.symbols("u v")
    xi = sympy.symbols("xi_11 xi_12 xi_21 xi_22")
    F = sum(sympy.Symbol(f"c_{i}{j}") * u**i * v**j for i in range(4) for j in range(4 - i))
    slopes = {a.diff(s): xi[0] * a + xi[1] * b, b.diff(s): xi[2] * a + xi[3] * b}
    left = F.subs({u: a, v: b}).diff(s).subs(slopes)
    right = sympy.diff(F, u) * (xi[0] * u + xi[1] * v) + sympy.diff(F, v) * (xi[2] * u + xi[3] * v)
    p, q = sympy.symbols("p q")
    return [(left.subs({a: p, b: q}), right.subs({u: p, v: q}))]


# ---------------------------------------------------------------------- finite groups


def group_closures(name: str, seed: int = 0) -> dict[str, tuple[Any, Any]]:
    """Both sides of every claim for random elements and functions on a random set of G."""
    rng = np.random.default_rng(seed)
    group = named_group(name)
    action = small_action(name) if seed % 2 else random_action(group, 2, rng)
    permutations = action.permutations
    degree = action.degree

    def fixed(elements: Sequence[int]) -> Rows:
        identity = np.eye(degree, dtype=np.int64)
        return null_space([r for g in elements for r in (identity[permutations[g]] - identity).tolist()], degree)

    def fixing(functions: Any) -> list[int]:
        kept = range(group.order)
        return [
            g for g in kept if all(f[p] == f[i] for f in functions for i, p in enumerate(permutations[g].tolist()))
        ]

    S = rng.integers(0, group.order, 1 + seed % 2).tolist()
    inv = fixed(S)
    sym = fixing(inv)
    values = rng.integers(0, 2, (1, degree)).tolist()
    of_values = fixing(values)
    generated = group.subgroup(S).elements.tolist()
    orbits = {tuple(sorted({int(permutations[g][i]) for g in generated})) for i in range(degree)}
    respecting = [
        g for g in range(group.order)
        if all({int(permutations[g][i]) for i in orbit} == set(orbit) for orbit in orbits)
    ]  # fmt: skip
    products = sorted({int(group.multiply(a, b)) for a in sym for b in sym})
    return {
        "Inv Sym Inv": (fixed(sym), inv),
        "Sym Inv Sym": (fixing(fixed(of_values)), of_values),
        "Sym Inv S keeps each orbit of S": (sym, respecting),
        "S within Sym Inv S": (sorted({*sym, *S}), sym),
        "closed under products": (products, sym),
    }


def group_closures_hold(name: str) -> bool:
    """Whether all claims hold for some random sets."""
    return all(one == other for seed in range(3) for one, other in group_closures(name, seed).values())


def witnessed(check: Callable[..., bool], *cases: Any) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step: pairs (m, degree)."""
    return [(f"$m = {m}$, degree {degree}", partial(check, m, degree)) for m, degree in cases]
