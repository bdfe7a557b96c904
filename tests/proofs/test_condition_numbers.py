"""Condition numbers of K + r I in every precision and by both routes, against eigenvalues at 60 digits."""

import mpmath
import numpy as np
import pytest
from rounding_oracle import PRECISIONS, exact_gram, orbits_of, routes

import orbitkernels as ok
from orbitkernels.proofs.rounding import bounded


def homogeneous(X, Y):
    """|x| |y| exp(cos of the angle): the length of a point scales its row and column."""
    lengths = np.linalg.norm(X, axis=1)[:, None], np.linalg.norm(Y, axis=1)[None, :]
    return lengths[0] * lengths[1] * np.exp(X @ Y.T / (lengths[0] * lengths[1]))


def by_mpmath(route):
    with mpmath.workdps(60):
        rows = [[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in exact_gram(route)]
        eigenvalues = mpmath.eigsy(mpmath.matrix(rows), eigvals_only=True)
        return float(max(eigenvalues) / min(eigenvalues))


@pytest.mark.parametrize("fixed", [False, True], ids=["free", "with a stabiliser"])
@pytest.mark.parametrize("ratio", [1.0, 2.0**-9, 3000.0])
def test_orbits_of_unequal_length(ratio, fixed):
    """They are those of K + r I, not of the matrix that is scaled by powers of two."""
    start = orbits_of("S3", 3, fixed=fixed)
    orbits = ok.Orbits(start.group, start.seeds * np.array([[1.0], [ratio]]), [0, 1], start.action)
    for ridge in (0.0, 1e-3):
        for route in routes(orbits, homogeneous, ridge):
            wanted = by_mpmath(route)
            for precision in PRECISIONS:
                assert bounded(route, "pose", precision).condition_number == pytest.approx(wanted, rel=1e-4), (
                    precision
                )
