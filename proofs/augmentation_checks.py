"""What the derivation of A1 claims, with blocks that do not commute and on integer points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from .instances import named_group
from .irrep_checks import dot_products_are_invariant
from .permutation_instances import integer_points, small_action

#: Groups of the exact instances: abelian, dihedral, alternating, with complex and quaternionic irreps.
WITNESSES = ("C2^2", "S3", "Q8", "A4", "C7:C3")


def invariant_dot_products() -> list[tuple[str, Callable[[], bool]]]:
    """Instances of an invariant kernel."""
    return [(name, partial(dot_products_are_invariant, name)) for name in ("S3", "D4", "A4")]


def _blocks(name: str) -> tuple[Any, Any, list[Any]]:
    """Block group-circulant matrix of noncommutative symbols A_s, the column S of unit blocks, and the A_s."""
    import sympy

    group = named_group(name)
    every = np.arange(group.order)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :]).tolist()
    A = [sympy.Symbol(f"A_{s}", commutative=False) for s in every]
    return sympy.Matrix([[A[s] for s in row] for row in quotients]), sympy.ones(group.order, 1), A


def block_row_sums(name: str) -> tuple[Any, Any]:
    """K S and S times the sum of the blocks."""
    import sympy

    K, S, A = _blocks(name)
    return sympy.MatMul(K, S), S * sum(A)


def compressed(name: str, r: Any) -> tuple[Any, Any]:
    """S^T (K + r I) S and n times the sum of the blocks with the ridge."""
    import sympy

    K, S, A = _blocks(name)
    return sympy.MatMul(S.T, K + r * sympy.eye(len(A)), S), sympy.Matrix([len(A) * (sum(A) + r)])


def pushed_through(name: str, r: Any, D: Any, scale: int = 1) -> tuple[Any, Any]:
    """(K + r I) S (s D)^-1 and S, where s D stands for the sum of the blocks with the ridge."""
    import sympy

    K, S, A = _blocks(name)
    known = K.subs(A[0], scale * D - r - sum(A[1:]))
    return sympy.MatMul(known + r * sympy.eye(len(A)), S * D**-1 / scale), S


def predictors(name: str, E: Any) -> tuple[Any, Any]:
    """The row of k(x, g x_i) times S E^-1 / n, and the mean of its entries times E^-1."""
    import sympy

    _, S, A = _blocks(name)
    k = [sympy.Symbol(f"k_{g}", commutative=False) for g in range(len(A))]
    return sympy.MatMul(sympy.Matrix([k]), S * E**-1 / len(A)), sympy.Matrix([sum(k) / len(A) * E**-1])


def averaged_kernels_are_invariant() -> list[tuple[str, Callable[[], bool]]]:
    """Instances of an averaged kernel."""
    return [(name, partial(averaged_kernel_is_invariant, name)) for name in WITNESSES]


def averaged_kernel_is_invariant(name: str) -> bool:
    """Whether sum_g k(hx, gx') = sum_g k(x, gx') for (1 + <x, x'>)^3, all h and some integer points."""
    action = small_action(name)
    points = integer_points(action, 4, np.random.default_rng(0))
    poses = action.apply(points)  # [n, 4, degree]
    inner = np.einsum("hid,gjd->hgij", poses, poses)
    sums = ((1 + inner) ** 3).sum(axis=1)
    return bool((sums == sums[0]).all())


def fails_without_invariance() -> bool:
    """Whether both regressions of the counterexample take the values that the step claims."""
    from orbitkernels.theory.rational_gram import as_fraction, rational_matrix

    poses = (1, -1)

    def k(x: int, z: int) -> int:
        return (1 + 2 * x) * (1 + 2 * z)

    K = rational_matrix([[k(x, z) + (x == z) for z in poses] for x in poses])
    alpha = K.solve(rational_matrix([[1], [1]]))
    at = [sum(k(x, z) * as_fraction(alpha[i, 0]) for i, z in enumerate(poses)) for x in poses]
    mean = Fraction(k(1, 1) + k(1, -1), 2)
    averaged = mean / (mean + Fraction(1, 2))
    return at == [Fraction(6, 11), Fraction(-2, 11)] and averaged == Fraction(6, 7)
