"""What the derivation of A7 claims, with symbols and on designs of whole numbers; quadrature for X^T X."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.averaged_regression import fixed_design_gap, gap_by_sign_noise, projection

from .instances import FloatArray
from .invariant_predictor_checks import small_set

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

#: Groups of the exact instances.
WITNESSES = ("C4", "S3", "Q8", "A4", "C7:C3")


def witnessed(check: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step."""
    return [(name, partial(check, name)) for name in WITNESSES]


def design(action: PermutationAction, samples: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Whole numbers X [n, d] of rank d and an invariant column theta, as fmpq_mat."""
    from flint import fmpq_mat

    d = action.degree
    for _ in range(100):
        X = fmpq_mat(samples, d, rng.integers(-3, 4, samples * d).tolist())
        if X.rank() == d:
            values = rng.integers(-3, 4, d)[action.orbit_labels]
            return X, fmpq_mat(d, 1, values.tolist())
    raise ArithmeticError(f"No design of {samples} samples of rank {d} was found.")


def sign_noise_has_the_gap(name: str) -> bool:
    """Whether the mean gap over all signs of the noise is tr((I - P) (X^T X)^-1)."""
    rng = np.random.default_rng(1)
    action = small_set(name, rng, 5 if name != "C7:C3" else 7)
    X, theta = design(action, action.degree + 2, rng)
    P = projection(action)
    return gap_by_sign_noise(X, P, theta) == fixed_design_gap(X, P)


def projects(P: Any, rank: int) -> bool:
    """Whether P^T = P = P^2 for an fmpq_mat, and its trace and its rank are a number."""
    trace = sum(P[i, i] for i in range(P.nrows()))
    return bool(P * P == P and P.transpose() == P and trace == P.rank() == rank)


def average_projects(name: str) -> bool:
    """Whether P^T = P = P^2, and the trace of P is its rank and the number of orbits."""
    action = small_set(name, np.random.default_rng(1), 8)
    return projects(projection(action), len(action.orbits()))


def pythagoras(name: str) -> tuple[Any, Any]:
    """|w - theta|^2 - |P w - theta|^2 and |(I - P) w|^2 for theta = P u, w and u any vectors."""
    import sympy

    action = small_set(name, np.random.default_rng(1), 6)
    d = action.degree
    P = sympy.Matrix(d, d, [sympy.Rational(int(v.p), int(v.q)) for v in projection(action).entries()])
    w, u = (sympy.Matrix(sympy.symbols(f"{letter}_1:{d + 1}")) for letter in "wu")
    theta = P * u

    def square(v: Any) -> Any:
        return sum(entry**2 for entry in v)

    return square(w - theta) - square(P * w - theta), square(w - P * w)


def first_entry_of_inverse(d: int) -> tuple[Any, Any]:
    """[W^-1]_11 and 1/(W_11 - W_1R W_RR^-1 W_R1) for a symmetric matrix of symbols."""
    import sympy

    W = sympy.Matrix(d, d, lambda i, j: sympy.Symbol(f"W_{min(i, j) + 1}{max(i, j) + 1}"))
    b = W[1:, 0]
    return W.adjugate()[0, 0] / W.det(), 1 / (W[0, 0] - (b.T * W[1:, 1:].inv() * b)[0, 0])


def signed_permutations_leave_multiples_of_one(d: int) -> bool:
    """Whether the mean of O^T A O over all signed permutations O is tr(A)/d times I, for whole symmetric A."""
    A = np.random.default_rng(d).integers(-9, 10, (d, d))
    A = A + A.T
    total, count = np.zeros((d, d), dtype=np.int64), 0
    for order in permutations(range(d)):
        for signs in product((-1, 1), repeat=d):
            O = np.eye(d, dtype=np.int64)[list(order)] * np.array(signs)
            total, count = total + O.T @ A @ O, count + 1
    return bool((d * total == count * np.trace(A) * np.eye(d, dtype=np.int64)).all())


def residual_projects(samples: int, d: int) -> bool:
    """Whether I - B (B^T B)^-1 B^T is a symmetric idempotent of rank n - d + 1 for a design B of rank d - 1."""
    from flint import fmpq_mat

    rng = np.random.default_rng(samples)
    B = fmpq_mat(samples, d - 1, rng.integers(-5, 6, samples * (d - 1)).tolist())
    one = fmpq_mat(samples, samples, np.eye(samples, dtype=np.int64).ravel().tolist())
    Q = one - B * (B.transpose() * B).inv() * B.transpose()
    return projects(Q, samples - d + 1)


def parts() -> list[tuple[Any, Any]]:
    """The derivative of x^a exp(-x/2) by the product rule, and the quotient of the integrals for a = 1, 2, 3."""
    import sympy

    x, a = sympy.symbols("x a", positive=True)
    decay = sympy.exp(-x / 2)
    found = [(sympy.diff(x**a * decay, x), a * x ** (a - 1) * decay - x**a * decay / 2)]
    for value in (1, 2, 3):
        low, high = (sympy.integrate(x**k * decay, (x, 0, sympy.oo)) for k in (value - 1, value))
        found.append((sympy.Subs(low / (a * high / value), a, value), sympy.Rational(1, 2 * value)))
    return found


# ---------------------------------------------------------------------- quadrature


def quadrature_inverse(samples: int, d: int) -> tuple[FloatArray, float]:
    """E (X^T X)^-1 by a product rule over the Bartlett factor T, X^T X = T T^T, and the worst condition of T T^T.

    Each squared diagonal entry has a generalised Gauss-Laguerre rule whose weight takes the singular 1/t_ii^2,
    each entry below a Gauss-Hermite rule; two nodes are exact for the diagonal of det(T T^T) (T T^T)^-1, of degree
    one in every t_ii^2 and two in every other entry; what is odd in an entry is zero.  The
    matrix is inverted at every node.
    """
    low = np.tril_indices(d, -1)
    picks = np.indices((2,) * (d + len(low[0]))).reshape(d + len(low[0]), -1)
    T = np.zeros((picks.shape[1], d, d))
    weights = np.ones(picks.shape[1])
    for i in range(d):
        a = (samples - i) / 2 - 2
        nodes, vectors = np.linalg.eigh([[a + 1, np.sqrt(a + 1)], [np.sqrt(a + 1), a + 3]])  # Golub and Welsch
        shares = vectors[0] ** 2 * nodes / np.sum(vectors[0] ** 2 * nodes)
        T[:, i, i] = np.sqrt(2 * nodes[picks[i]])
        weights *= shares[picks[i]]
    for place, (row, column) in enumerate(zip(*low, strict=True)):
        T[:, row, column] = 2.0 * picks[d + place] - 1  # the nodes of degree two are -1 and 1, each of weight 1/2
        weights = weights / 2
    W = T @ T.transpose(0, 2, 1)
    terms = np.ascontiguousarray(np.linalg.inv(W).transpose(1, 2, 0) * weights)
    mean: FloatArray = terms.sum(axis=-1)  # in pairs along a contiguous axis, so that rounding does not pile up
    return mean, float(np.max(np.linalg.cond(W)))
