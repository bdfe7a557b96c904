"""What the derivation of A8 claims, with symbols for kernels and weights, and on integer points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.mean_embeddings import (
    averaged_kernel,
    distribution,
    expectation,
    orbit_average,
    squared_distance,
)

from .instances import named_group
from .permutation_instances import integer_points, small_action

if TYPE_CHECKING:
    from orbitkernels.theory.mean_embeddings import Distribution, Kernel, Point
    from orbitkernels.theory.permutation_actions import PermutationAction

#: Groups of the exact instances.
WITNESSES = ("C4", "S3", "Q8", "A4", "C7:C3")


def inner(x: Point, z: Point) -> int:
    """The linear kernel <x, z>."""
    return sum(a * b for a, b in zip(x, z, strict=True))


def quadratic(x: Point, z: Point) -> int:
    """The kernel (1 + <x, z>)^2."""
    return (1 + inner(x, z)) ** 2


def distance_of_means(points: int) -> tuple[Any, Any]:
    """|sum_i (p_i - q_i) f_i|^2 for features f_i in the plane, and the three double sums of their inner products.

    Args:
        points: How many points carry the weights p_i and q_i.
    """
    import sympy

    p, q, a, b = (sympy.symbols(f"{name}_0:{points}") for name in "pqab")
    every = range(points)

    def double(u: Any, v: Any) -> Any:
        return sum(u[i] * v[j] * (a[i] * a[j] + b[i] * b[j]) for i in every for j in every)

    difference = [sum((p[i] - q[i]) * f[i] for i in every) for f in (a, b)]
    return difference[0] ** 2 + difference[1] ** 2, double(p, p) - 2 * double(p, q) + double(q, q)


def _symbolic_poses(name: str, orbits: int) -> tuple[Any, Any, Any, Any]:
    """Symbols: k of all poses, weights p of the poses, their average q, and kbar of all poses."""
    import sympy

    group = named_group(name)
    n, every = group.order, np.arange(group.order)
    moved = np.concatenate([group.multiply(every[:, None], every[None, :]) + c * n for c in range(orbits)], axis=1)
    quotient = group.multiply(group.inverse(every)[:, None], every[None, :]).tolist()
    points = [(c, g) for c in range(orbits) for g in range(n)]
    k = sympy.Matrix(
        [[sympy.Symbol(f"phi_{a}{b}_{quotient[g][h]}") for b, h in points] for a, g in points]
    )  # k(g x_a, h x_b) = phi_ab(g^-1 h)
    p = sympy.Matrix([[sympy.Symbol(f"p_{a}_{g}") for a, g in points]])
    share = sympy.Rational(1, n)
    q = sympy.zeros(1, len(points))
    for row in moved.tolist():
        for i, j in enumerate(row):
            q[j] += p[i] * share
    kbar = sympy.Matrix(len(points), len(points), lambda i, j: sum(k[i, row[j]] for row in moved.tolist()) * share)
    return k, p, q, kbar


def cross_term(name: str, orbits: int) -> tuple[Any, Any]:
    """E k(x, z) for x from P and z from Pbar, and E kbar, for any invariant k and any weights of all poses."""
    k, p, q, kbar = _symbolic_poses(name, orbits)
    return (p * k * q.T)[0, 0], (p * kbar * p.T)[0, 0]


def last_term(name: str, orbits: int) -> tuple[Any, Any]:
    """E k(z, z') for z and z' from Pbar, and E kbar."""
    k, p, q, kbar = _symbolic_poses(name, orbits)
    return (q * k * q.T)[0, 0], (p * kbar * p.T)[0, 0]


# ---------------------------------------------------------------------- on integer points


def witnessed(check: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step."""
    return [(name, partial(check, name)) for name in WITNESSES]


def any_distribution(action: PermutationAction, count: int, rng: np.random.Generator) -> dict[Point, Fraction]:
    """Random points, the last with a stabiliser, with random rational weights that sum to 1."""
    weights = rng.integers(1, 10, count)
    total = int(weights.sum())
    return distribution(integer_points(action, count, rng).tolist(), [Fraction(int(w), total) for w in weights])


def spread_distribution(action: PermutationAction, count: int, rng: np.random.Generator) -> dict[Point, Fraction]:
    """A distribution that is constant on orbits."""
    return orbit_average(action, any_distribution(action, count, rng))


def balanced_distribution(
    action: PermutationAction, count: int, rng: np.random.Generator
) -> dict[Point, Fraction]:
    """A distribution that gives x and (1, ..., 1) - x one weight, so that its mean is fixed by the group."""
    points = integer_points(action, count, rng)
    both = np.concatenate([points, 1 - points])
    weights = rng.integers(1, 10, count).tolist() * 2
    return distribution(both.tolist(), [Fraction(w, sum(weights)) for w in weights])


def embedding_is_invariant(action: PermutationAction, P: Distribution, k: Kernel) -> bool:
    """Whether mu(gx) = mu(x) for mu(x) = E_P k(x, .), all g and all x on the orbits of the support."""
    for x in P:
        poses = {tuple(pose) for pose in action.apply(np.array(x)).tolist()}
        if len({sum(w * k(pose, z) for z, w in P.items()) for pose in poses}) > 1:
            return False
    return True


def average_of_embedding(name: str) -> bool:
    """Whether mu_Pbar(x) = (1/n) sum_g mu_P(g^-1 x) on random points and the poses of the support."""
    action, rng = small_action(name), np.random.default_rng(1)
    P = any_distribution(action, 2, rng)
    Q = orbit_average(action, P)
    points = [*Q, *map(tuple, integer_points(action, 3, rng).tolist())]
    n = action.group.order
    return all(
        sum(w * quadratic(x, z) for z, w in Q.items())
        == sum(
            w * Fraction(quadratic(tuple(y), z), n)
            for y in action.apply(np.array(x)).tolist()
            for z, w in P.items()
        )
        for x in points
    )


def average_projects(name: str) -> bool:
    """Whether R = mean of the permutations of the poses is idempotent and self-adjoint for the inner product K."""
    from flint import fmpq_mat, fmpz_mat

    group, action = named_group(name), small_action(name)
    x = integer_points(action, 1, np.random.default_rng(2))[0]
    poses = action.apply(x).tolist()
    K = fmpq_mat(fmpz_mat([[quadratic(tuple(a), tuple(b)) for b in poses] for a in poses]))
    every = np.arange(group.order)
    matrix = np.zeros((group.order, group.order), dtype=np.int64)
    for row in group.multiply(every[:, None], every[None, :]):
        matrix[row, every] += 1
    R = fmpq_mat(fmpz_mat(matrix.tolist())) / group.order
    return bool(R * R == R and (K * R).transpose() == K * R)


def vanishes_with_the_variation(name: str) -> bool:
    """Whether the distance vanishes exactly where the embedding is invariant, for three kinds of distributions."""
    action = small_action(name)
    seen = []
    for make in (any_distribution, spread_distribution, balanced_distribution):
        P = make(action, 1, np.random.default_rng(3))
        for k in (inner, quadratic):
            distance = squared_distance(P, orbit_average(action, P), k)
            if distance < 0 or (distance == 0) != embedding_is_invariant(action, P, k):
                return False
            seen.append(distance == 0)
    return any(seen) and not all(seen)


def linear_kernel_is_blind() -> bool:
    """Whether P = half of (1, 0, 0) and (0, 1, 1) differs from its average over C3 at the distance zero."""
    action = small_action("C3")
    P = distribution([[1, 0, 0], [0, 1, 1]], [Fraction(1, 2)] * 2)
    Q = orbit_average(action, P)
    return Q != P and squared_distance(P, Q, inner) == 0 and squared_distance(P, Q, quadratic) > 0


def fails_without_invariance() -> bool:
    """Whether E k - E kbar = -1/4 and MMD^2 = 1/4 for k(x, x') = (1 + 2x)(1 + 2x') and x -> -x."""

    def k(x: int, z: int) -> int:
        return (1 + 2 * x) * (1 + 2 * z)

    P, Q = {1: Fraction(3, 8), -1: Fraction(5, 8)}, {1: Fraction(1, 2), -1: Fraction(1, 2)}

    def mean(p: Any, q: Any, kernel: Any) -> Any:
        return sum(a * b * kernel(x, z) for x, a in p.items() for z, b in q.items())

    claimed = mean(P, P, k) - mean(P, P, lambda x, z: Fraction(k(x, z) + k(x, -z), 2))
    distance = mean(P, P, k) - 2 * mean(P, Q, k) + mean(Q, Q, k)
    return (claimed, distance) == (Fraction(-1, 4), Fraction(1, 4))


def claimed_distance(action: PermutationAction, P: Distribution, k: Kernel) -> tuple[Any, Any]:
    """E k and E kbar for independent points from P."""
    return expectation(P, P, k), expectation(P, P, averaged_kernel(action, k))
