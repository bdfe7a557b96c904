"""Two interleaved rings: what the derivation of T5 claims of circulants of size 2N, checked for small N."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from orbitkernels.theory.cyclotomics import root_of_unity, weighted_sum
from orbitkernels.theory.rational_gram import as_fraction

from .exact_checks import column, refit_error

#: Numbers N of poses on which the arguments for all N are checked.
SIZES = (1, 2, 3, 4, 5, 6)


def is_circulant(N: int) -> bool:
    """Whether the Gram matrix of the hypotheses is a symmetric circulant in the order of places."""
    return is_symmetric_circulant(ring_matrix(N))


def is_symmetric_circulant(K: Any) -> bool:
    """Whether a matrix is symmetric, and the same after a step of rows and columns."""
    size = K.rows
    places = range(size)
    return bool(K == K.T) and all(K[m, k] == K[(m + 1) % size, (k + 1) % size] for m in places for k in places)


def ring_matrix(N: int) -> Any:
    """The Gram matrix of the hypotheses: alpha_i for i steps on a ring, beta_j for j/2 between the rings."""
    import sympy

    def entry(m: int, k: int) -> Any:
        (i, in_b), (j, in_b_too) = divmod(m, 2), divmod(k, 2)
        if in_b == in_b_too:  # k(A_i, A_j) = k(B_i, B_j)
            return sympy.Symbol(f"alpha_{min((i - j) % N, (j - i) % N)}")
        first, second = (i, j) if not in_b else (j, i)
        twice = (2 * (first - second) - 1) % (2 * N)  # 2 (i - j - 1/2) of A_i and B_j
        return sympy.Symbol(f"beta_{min(twice, 2 * N - twice)}")

    return sympy.Matrix(2 * N, 2 * N, entry)


def modes_are_eigenvectors(N: int) -> bool:
    """Whether each power of the shift, and so every circulant, maps the modes to multiples of themselves."""
    size = 2 * N
    return all(
        root_of_unity(size, k * ((m + j) % size)) == root_of_unity(size, j * k) * root_of_unity(size, k * m)
        for j in range(size)
        for k in range(size)
        for m in range(size)
    )


def label_mode(j: Any) -> list[tuple[Any, Any]]:
    """f_N at even and odd places, and the labels."""
    import sympy

    step = sympy.Symbol("theta")  # f_N(m) = exp(theta i m) at theta = pi
    return [
        (sympy.Subs(sympy.exp(sympy.I * step * 2 * j), step, sympy.pi), sympy.Integer(1)),
        (sympy.Subs(sympy.exp(sympy.I * step * (2 * j + 1)), step, sympy.pi), sympy.Integer(-1)),
    ]


def _sample_circulant(N: int) -> tuple[list[int], Any]:
    """A symmetric positive definite circulant of integers (diagonally dominant) and its first row."""
    from flint import fmpq_mat

    size = 2 * N
    row = [min(j, size - j) for j in range(size)]
    row[0] = 1 + sum(row)
    return row, fmpq_mat(size, size, [row[(m - k) % size] for m in range(size) for k in range(size)])


def _sample_spectrum(row: list[int]) -> list[Any]:
    """Eigenvalues sum_j c_j w^(jk) as cyclotomic numbers."""
    size = len(row)
    return [weighted_sum(row, [root_of_unity(size, j * k) for j in range(size)]) for k in range(size)]


def _labels(N: int) -> list[int]:
    """+1 at even, -1 at odd places."""
    return [1, -1] * N


def inverse_on_labels(N: int) -> bool:
    """Whether K^-1 y = y / lambda_N on a sample."""
    row, K = _sample_circulant(N)
    eigenvalue = _sample_spectrum(row)[N].as_fraction()
    solution = K.solve(column(_labels(N)))
    return all(as_fraction(solution[m, 0]) == y / eigenvalue for m, y in enumerate(_labels(N)))


def diagonal_of_inverse(N: int) -> bool:
    """Whether [K^-1]_mm is the mean of the inverse eigenvalues on a sample."""
    row, K = _sample_circulant(N)
    mean = weighted_sum([Fraction(1, 2 * N)] * (2 * N), [x.inverse() for x in _sample_spectrum(row)])
    found = K.inv()
    return all(mean == as_fraction(found[m, m]) for m in range(2 * N))


def error_by_refitting(N: int) -> bool:
    """Whether the formula gives the error of every pose on a sample."""
    row, K = _sample_circulant(N)
    spectrum = _sample_spectrum(row)
    mean = weighted_sum([Fraction(1, 2 * N)] * (2 * N), [x.inverse() for x in spectrum])
    error = spectrum[N].inverse() / mean
    return [refit_error(K, _labels(N), m) for m in range(2 * N)] == [error, -error] * N
