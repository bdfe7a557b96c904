"""Instances with rational symbols and their errors by exact fractions and by mpmath, for tests of rounding."""

from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
from flint import fmpq, fmpq_mat

import orbitkernels as ok
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.missing import missing_points, missing_poses
from orbitkernels.proofs.spectral import FourierRoute

DIGITS = 60
NAMES = ["C16", "D4", "S3", "Q8"]
PRECISIONS = ["double", "double-double", "arb"]
MISSING = {"C6": "coset:a^3", "D4": "coset:r^2", "S3": "1,2", "Q8": "coset:a^2"}


@cache
def regular(name):
    """A group and its action on functions on itself."""
    G = ok.group(name)
    every = np.arange(G.order)
    images = [np.asarray(G.multiply(s, every)).tolist() for s in G.generators]
    return G, ok.PermutationAction.from_generators(G, images)


def orbits_of(name, seed=0, fixed=False):
    """Two orbits, the second with a stabiliser of order 2 if it is to be fixed; their poses are well apart."""
    G, action = regular(name)
    seeds = np.random.default_rng(seed).standard_normal((2, G.order))
    if fixed:
        h = next(g for g in range(1, G.order) if G.multiply(g, g) == 0)
        seeds[1] += ok.Orbits(G, seeds, [0, 1], action).points(1)[h]
    return ok.Orbits(G, seeds / np.linalg.norm(seeds, axis=1)[:, None], [0, 1], action)


def exact_gram(route):
    """K + r I as fractions: the floats of the symbol, made a symbol by averages, or those of the Gram matrix."""
    orbits = route.orbits
    if isinstance(route, DenseRoute):
        matrix = [[Fraction(x) for x in row] for row in route.matrix.tolist()]
        rest, size = [Fraction(x) for x in route.rest.tolist()], range(len(matrix))
        return [[(matrix[i][j] + matrix[j][i]) / 2 + (i == j) * rest[i] for j in size] for i in size]
    G, phi = orbits.group, route.symbol
    points = [(c, g) for c in range(len(orbits)) for g in orbits.representatives[c].tolist()]

    def entry(a, s, b, t):
        left, right = (np.asarray(G.multiply(x, orbits.stabilisers[c].elements)) for x, c in ((s, a), (t, b)))
        there = phi[a, b, G.multiply(G.inverse(left)[:, None], right[None, :])]
        back = phi[b, a, G.multiply(G.inverse(right)[:, None], left[None, :])]
        values = [*there.ravel().tolist(), *back.ravel().tolist()]
        return sum(map(Fraction, values)) / len(values) + (Fraction(route.ridge) if (a, s) == (b, t) else 0)

    return [[entry(*p, *q) for q in points] for p in points]


def solved_by_mpmath(rows, right):
    with mpmath.workdps(DIGITS):
        as_number = lambda x: mpmath.mpf(x.numerator) / x.denominator  # noqa: E731
        matrix = mpmath.matrix([[as_number(x) for x in row] for row in rows])
        found = mpmath.lu_solve(matrix, mpmath.matrix([as_number(x) for x in right]))
        return [
            Fraction(*x.as_integer_ratio()) if hasattr(x, "as_integer_ratio") else to_fraction(x) for x in found
        ]


def to_fraction(x):
    sign, man, exponent, _ = x._mpf_
    return (-1) ** sign * Fraction(int(man)) * Fraction(2) ** exponent


def solved_exactly(rows, right):
    matrix = fmpq_mat(len(rows), len(rows), [fmpq(x.numerator, x.denominator) for row in rows for x in row])
    found = matrix.solve(fmpq_mat(len(right), 1, [fmpq(x.numerator, x.denominator) for x in right]))
    return [Fraction(int(found[i, 0].p), int(found[i, 0].q)) for i in range(len(right))]


def true_errors(route, missing, solve=solved_exactly):
    """Errors in the order of the first output, by leaving points out and solving anew."""
    K, orbits = exact_gram(route), route.orbits
    y = [Fraction(t) for t in np.repeat(orbits.targets[:, 0], orbits.sizes).tolist()]
    what = missing_poses(orbits.group, missing, len(orbits))
    found = []
    for points in missing_points(orbits, what):
        S = sorted(set(points.tolist()))
        R = [i for i in range(len(y)) if i not in S]
        dual = solve([[K[i][j] for j in R] for i in R], [y[i] for i in R])
        errors = {i: y[i] - sum(K[i][j] * dual[q] for q, j in enumerate(R)) for i in S}
        found += [errors[int(points[0])]] if what.alike else [errors[int(i)] for i in points]
    return found


def distances(result, true):
    """|computed - true| of every error."""
    computed = result.error.ravel().tolist()
    return np.array([float(abs(Fraction(e) - t)) for e, t in zip(computed, true, strict=True)])


def routes(orbits, kernel, ridge=0.0):
    return [FourierRoute.of(kernel, orbits, ridge), DenseRoute.of(kernel, orbits, ridge)]
