"""What the derivation of T8 claims of two classes, written out in symbols or checked exactly on a named group."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from orbitkernels.theory.rational_gram import as_fraction, rational_matrix

from .exact_checks import refit_error
from .instances import named_group
from .two_classes import TwoClassCase, TwoClasses, harmonic_mean, two_classes


def sample(name: str, kind: str = "exchangeable", seeds: int = 1) -> TwoClasses:
    """The instance of a group and kind with ridge 1/2, the same for the same arguments."""
    return two_classes(TwoClassCase(name, kind, seeds, Fraction(1, 2)), np.random.default_rng(0))


def embeddings_have_the_distance(name: str) -> bool:
    """Whether the distance of the mean feature vectors is y^T K y / M^2."""
    found = sample(name, "balanced")
    y = found.labels
    return bool(found.squared_distance == Fraction(int(y @ found.features @ found.features.T @ y), y.size**2 // 4))


def labels_are_an_eigenvector(name: str) -> bool:
    """Whether K y is a multiple of y for exchangeable classes of one and of two orbits."""
    for found in (sample(name), sample(name, seeds=2)):
        image = found.features @ found.features.T @ found.labels
        if len(set((image * found.labels).tolist())) != 1:
            return False
    return True


def translations_exchange(name: str) -> bool:
    """Whether the swap of the two seeds keeps the kernel and exchanges the classes."""
    found = sample(name)
    K, y = found.features @ found.features.T, found.labels
    swapped = np.roll(np.arange(y.size), found.group.order)
    return bool(np.array_equal(K[np.ix_(swapped, swapped)], K) and np.array_equal(y[swapped], -y))


def diagonal_is_constant(name: str) -> bool:
    """Whether [(K + r I)^-1]_ii is the mean of the reciprocal eigenvalues, from the characteristic polynomial."""
    found = sample(name)
    inverse = found.exact_gram.inv()
    mean = 1 / harmonic_mean(found.exact_gram)
    return all(as_fraction(inverse[i, i]) == mean for i in range(inverse.nrows()))


def diagonal_by_partial_fractions(name: str) -> bool:
    """Whether [(K + r I)^-1]_ii = -q(-r)/p(-r), with q, p the characteristic polynomials without i and of K."""
    found = sample(name, "balanced")
    K, last = rational_matrix(found.features @ found.features.T), found.labels.size - 1
    without = rational_matrix([row[:last] for row in K.tolist()[:last]])
    r = fmpq(found.ridge.numerator, found.ridge.denominator)
    return bool(-without.charpoly()(-r) / K.charpoly()(-r) == found.exact_gram.inv()[last, last])


def errors_are_the_ratio(name: str) -> bool:
    """Whether leaving a point out gives y_i h_i / (lambda_- + r), for exchangeable and for balanced classes."""
    for found in (sample(name), sample(name, "balanced")):
        K, y, inverse = found.exact_gram, found.labels.tolist(), found.exact_gram.inv()
        signal = found.class_size * found.squared_distance / 2 + found.ridge
        for i in (0, len(y) // 2 - 1, len(y) - 1):
            if refit_error(K, y, i) != y[i] / as_fraction(inverse[i, i]) / signal:
                return False
    return True


def embedding_distance(size: int) -> tuple[Any, Any]:
    """Squared distance of the means of M feature vectors each, and y^T F F^T y / M^2."""
    import sympy

    F = sympy.Matrix(2 * size, 2, lambda i, j: sympy.Symbol(f"f_{i}{j}"))
    signs = sympy.Matrix([1] * size + [-1] * size)
    means = [
        sum((F[i, :] for i in rows), sympy.zeros(1, 2)) / size for rows in (range(size), range(size, 2 * size))
    ]
    difference = means[0] - means[1]
    return (difference * difference.T)[0], (signs.T * F * F.T * signs)[0] / size**2


def prior_and_posterior() -> dict[str, Any]:
    """Posterior and prior variance with one and two other points, and the difference as a sum of squares."""
    import sympy

    prior = sympy.Symbol("k_0", positive=True)
    l, m, p, q, t = (
        sympy.Symbol(name, real=True, **kind)
        for name, kind in (("l", {"positive": True}), ("m", {}), ("p", {"positive": True}), ("q", {}), ("t", {}))
    )
    root = sympy.Matrix([[l, 0], [m, p]])
    across = sympy.Matrix([q, t])
    explained = (across.T * (root * root.T).inv() * across)[0]
    return {
        "pairs": [(prior - q**2 / l**2, prior), (prior - explained, prior)],
        "because": [(q / l) ** 2, (q / l) ** 2 + ((t - m * q / l) / p) ** 2],
    }


def lagrange(size: int) -> tuple[Any, Any]:
    """Both sides of Lagrange's identity for weights w and eigenvalues mu."""
    import sympy

    w, mu = sympy.symbols(f"w_:{size}"), sympy.symbols(f"mu_:{size}", positive=True)
    each = range(size)
    left = sum(w[k] * mu[k] for k in each) * sum(w[k] / mu[k] for k in each) - sum(w) ** 2
    return left, sum(w[k] * w[l] * (mu[k] - mu[l]) ** 2 / (mu[k] * mu[l]) for l in each for k in range(l))


def orbits_have_different_noise() -> bool:
    """Whether lambda_- times the errors by refitting are the numbers shown, and the harmonic mean is neither."""
    from orbitkernels.theory import counterexample
    from orbitkernels.theory.rational_gram import exact_gram

    S3 = named_group("S3")
    gram = exact_gram(S3, counterexample.counterexample_symbol(S3))
    signal = sum(counterexample.COUNTEREXAMPLE_SAME) - sum(counterexample.COUNTEREXAMPLE_CROSS)
    noises = [signal * abs(refit_error(gram, [1] * 6 + [-1] * 6, i)) for i in (0, 6)]
    expected = [Fraction(94465, 13203), Fraction(94465, 13098), Fraction(188930, 26301)]
    return [*noises, harmonic_mean(gram)] == expected
