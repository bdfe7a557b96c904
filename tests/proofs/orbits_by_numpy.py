"""Random orbits, and the errors of missing poses by NumPy alone: what the fast routes are compared with."""

import numpy as np

import orbitkernels as ok
from orbitkernels.theory.actions import PermutationAction

EPS = np.finfo(float).eps


def laplace(X, Y):
    """exp(-|x - y|), well conditioned."""
    return np.exp(-np.sqrt(np.maximum(((X[:, None] - Y[None]) ** 2).sum(axis=2), 0)))


def orbits_of(name, seeds=2, targets=2, fixed=False, seed=5):
    """Orbits of a permutation group on its points; the second seed has a stabiliser if `fixed`."""
    name, on, degree = name.partition(" on ")
    G = ok.group(name)
    action = PermutationAction.on_cosets(G.subgroup([1])) if on else PermutationAction.natural(G)
    assert not on or action.degree == int(degree)
    draw = np.random.default_rng(seed)
    points = draw.standard_normal((seeds, action.degree))
    if fixed:
        points[1] = np.arange(action.degree) // 2
        points[0] = np.arange(action.degree) == 0
    return ok.Orbits(G, points, targets=draw.standard_normal((seeds, targets)), action=action)


def refit(K, y, gone):
    """y_S - K_SR K_RR^-1 y_R by NumPy."""
    kept = np.delete(np.arange(len(K)), gone)
    return y[gone] - K[np.ix_(gone, kept)] @ np.linalg.solve(K[np.ix_(kept, kept)], y[kept])


def agree(found, expected, K):
    """Up to the rounding of a solve with K, in the scale of the labels."""
    assert found.shape == expected.shape
    scale = max(np.abs(expected).max(), 1.0)
    assert np.abs(found - expected).max() <= 4 * EPS * len(K) * max(np.linalg.cond(K), 1.0) * scale
