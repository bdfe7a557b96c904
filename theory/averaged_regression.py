"""What averaging over a group saves in linear least squares: fixed designs and Gaussian ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, arb, fmpq_mat

from .laws import IntArray
from .rational_gram import as_fraction

if TYPE_CHECKING:
    from .permutation_actions import PermutationAction


def projection(action: PermutationAction) -> Any:
    """P = (1/|G|) sum_g g on R^d, d the number of coordinates, as an fmpq_mat.

    Example:
        >>> from orbitkernels.theory.averaged_regression import projection
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> projection(PermutationAction.natural(group("C2")))
        [1/2, 1/2]
        [1/2, 1/2]
    """
    d = action.degree
    total = [[0] * d for _ in range(d)]
    for row in action.permutations.tolist():
        for i, j in enumerate(row):
            total[j][i] += 1
    return fmpq_mat(d, d, [v for row in total for v in row]) / action.group.order


def fixed_design_gap(X: Any, P: Any) -> Fraction:
    """tr((I - P) (X^T X)^-1): the gap of a fixed design for noise of variance 1.

    Example:
        >>> from flint import fmpq_mat
        >>> from orbitkernels.theory.averaged_regression import fixed_design_gap
        >>> fixed_design_gap(fmpq_mat(2, 1, [1, 1]), fmpq_mat(1, 1, [0]))
        Fraction(1, 2)
    """
    inverse = (X.transpose() * X).inv()
    rest = inverse - P * inverse
    return sum((as_fraction(rest[i, i]) for i in range(rest.nrows())), Fraction(0))


def gap_by_sign_noise(X: Any, P: Any, theta: Any) -> Fraction:
    """Mean over all noises of signs +-1 of |w - theta|^2 - |P w - theta|^2, w fitted to X theta + noise.

    The signs have mean 0 and covariance I, and 2^n of them are listed: every fit is made.

    Args:
        X: fmpq_mat [n, d] of rank d.
        P: fmpq_mat [d, d].
        theta: Column.
    """
    n = X.nrows()
    fit = (X.transpose() * X).inv() * X.transpose()
    noises = fmpq_mat(n, 2**n, [s[i] for i in range(n) for s in product((-1, 1), repeat=n)])
    targets = X * theta * fmpq_mat(1, 2**n, [1] * 2**n) + noises
    w = fit * targets
    plain, averaged = ((v - theta * fmpq_mat(1, 2**n, [1] * 2**n)).entries() for v in (w, P * w))
    difference = sum(v * v for v in plain) - sum(v * v for v in averaged)
    mean: Fraction = as_fraction(difference) / 2**n
    return mean


def inverse_wishart_diagonal(n: int, d: int, mean_inverse: Callable[[int], Any]) -> list[Any]:
    """E [(X^T X)^-1]_jj for X of n independent standard normal rows of d, from the Bartlett decomposition.

    X^T X = T T^T with T lower triangular and independent entries: t_ii^2 is chi-squared with n - i + 1 degrees of
    freedom, the others are standard normal.  The entries of T^-1 follow by forward substitution, so that
    E (T^-1)_ij^2 = E t_ii^-2 sum_{j <= k < i} E (T^-1)_kj^2, and (X^T X)^-1 = T^-T T^-1.

    Args:
        n: Samples, more than d + 1.
        d: Dimension.
        mean_inverse: nu -> E 1/chi^2_nu.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.averaged_regression import inverse_wishart_diagonal
        >>> inverse_wishart_diagonal(5, 2, lambda nu: Fraction(1, nu - 2))
        [Fraction(1, 2), Fraction(1, 2)]
    """
    means = [mean_inverse(n - i) for i in range(d)]
    diagonal = []
    for j in range(d):
        squares = [means[j]]
        for i in range(j + 1, d):
            squares.append(means[i] * sum(squares[1:], squares[0]))
        diagonal.append(sum(squares[1:], squares[0]))
    return diagonal


def inverse_wishart_by_signs(n: int, d: int) -> Any:
    """E (X^T X)^-1 for X of n > d + 1 independent standard normal rows of d, as an fmpq_mat, without Bartlett.

    W = X^T X has the density c_n det(W)^((n-d-1)/2) exp(-tr(W)/2), and that of N = n - 2 >= d rows has the factor
    det W less: E_n f(W) = E_N[det(W) f(W)]/E_N[det W].  For f(W) = W^-1 the products are adj W.  By the formula of
    Cauchy and Binet, adj W and det W have degree two at most in each entry of X, so that their means over all
    matrices X of signs are those over normal ones: these 2^(N d) matrices are listed.

    Source: J. Wishart, "The generalised product moment distribution in samples from a normal multivariate
    population", 1928.

    Example:
        >>> from orbitkernels.theory.averaged_regression import inverse_wishart_by_signs
        >>> inverse_wishart_by_signs(6, 2)
        [1/3,   0]
        [  0, 1/3]
    """
    entries = (n - 2) * d
    bits = np.arange(2**entries)[:, None] >> np.arange(entries) & 1
    X = (2 * bits - 1).reshape(-1, n - 2, d)
    adjugates, determinants = adjugate_sums(X.transpose(0, 2, 1) @ X)
    return fmpq_mat(d, d, adjugates.ravel().tolist()) / determinants


def adjugate_sums(W: IntArray) -> tuple[IntArray, int]:
    """Sums of the adjugates and of the determinants of whole matrices [K, d, d], by Faddeev and LeVerrier.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.averaged_regression import adjugate_sums
        >>> adjugate_sums(np.array([[[1, 2], [3, 4]]]))
        (array([[ 4, -2],
               [-3,  1]]), -2)
    """
    d = W.shape[-1]
    one = np.eye(d, dtype=np.int64)
    M = np.broadcast_to(one, W.shape)
    for k in range(1, d):
        moved = W @ M
        M = moved - one * (np.trace(moved, axis1=1, axis2=2) // k)[:, None, None]
    determinants = np.trace(W @ M, axis1=1, axis2=2) // d  # the divisions leave no rest
    sign = (-1) ** (d - 1)
    return sign * M.sum(axis=0), sign * int(determinants.sum())


def gaussian_gap(diagonal: Sequence[Any], P: Any) -> Any:
    """tr((I - P) E (X^T X)^-1) where E (X^T X)^-1 has this diagonal; by changing signs of columns it is diagonal.

    Args:
        diagonal: Numbers.
        P: fmpq_mat.
    """
    terms = []
    for i, value in enumerate(diagonal):
        share = 1 - as_fraction(P[i, i])
        terms.append(value * share.numerator / share.denominator)
    return sum(terms[1:], terms[0])


def mean_inverse_chi_squared(nu: int) -> Any:
    """Ball that holds E 1/chi^2_nu, nu > 2, as a quotient of two integrals over the radius t, chi^2 = t^2.

    Example:
        >>> from orbitkernels.theory.averaged_regression import mean_inverse_chi_squared
        >>> mean_inverse_chi_squared(5).contains(arb(1) / 3)
        True
    """
    return radial_moment(nu - 3, 30) / radial_moment(nu - 1, 30)


def radial_moment(k: int, T: int) -> Any:
    """Ball that holds the integral of t^k exp(-t^2/2) over t > 0, by quadrature up to T; k <= T^2/2.

    The rest is at most 2 T^(k-1) exp(-T^2/2), because t^k exp(-t^2/4) decreases from T on.

    Example:
        >>> from orbitkernels.theory.averaged_regression import radial_moment
        >>> radial_moment(3, 30).contains(2)
        True
    """
    body = acb.integral(lambda t, _: t**k * (-t * t / 2).exp(), acb(0), acb(T)).real
    return body + arb(0).union(2 * arb(T) ** (k - 1) * (-(arb(T) ** 2) / 2).exp())
