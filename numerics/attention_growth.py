"""How much a net with self-attention enlarges small angles between tokens, and with them rounding."""

from __future__ import annotations

import numpy as np

from .attention_sequences import AttentionNet, attention_of, embedded_tokens, prepare
from .duals import LENGTH, ROOT_MEAN_SQUARE, SLOPE, FloatArray
from .network_growth import PEAK

#: Standard deviation of pre-activations times w up to which the bends of smooth activations do not count.
LONG = 20.0

#: Activations c f(w z) that bend within 1/w; w is their second parameter.
BENDING = ("erf", "gelu", "sin", "cos")


def attention_growth(net: AttentionNet, X: FloatArray, steepness: float = 0.0) -> float:
    """An upper bound of the factor by which consecutive layers enlarge small angles of tokens; at least 1.

    If tokens h_s of lengths |h_s| turn by an angle of at most t, then v_p = sum_s A_ps h_s moves by at most
    t sum_s |A_ps| |h_s|, and by what attention changes, as products of keys sk2 <h_p, h_s> move by at most
    2 sk2 t |h_p| |h_s|: for softmax 2 sk2 t |h_p| max_s |h_s| times the standard deviation of the h_s with the
    weights A_ps, for the others 2 sk2 t |h_p| sum_s |h_s|^2.  That is large where tokens cancel, where long tokens
    are at right angles to short ones, or where products of keys are large.  Activations and dense layers: as in
    :mod:`orbitkernels.numerics.network_growth`.  Behind the first block, cosines have errors of rounding, which
    activations such as erf(w z) of pre-activations of standard deviation a enlarge by (w a)^2; from w a = LONG on
    that counts.  Polynomials and series of degree n < 64 enlarge them by n at most, which is within the tolerance.

    Args:
        net: The net.
        X: Sequences [m, T, d].
        steepness: As for :func:`orbitkernels.numerics.network_growth.angle_growth`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.attention_growth import attention_growth
        >>> from orbitkernels.numerics.attention_sequences import AttentionNet
        >>> from orbitkernels.numerics.duals import dual
        >>> net = AttentionNet(1, "softmax", "gap", False, (1, 1), (0, 0), 1, 1, 0, dual("relu"), True)
        >>> attention_growth(net, np.ones((1, 3, 2)))  # equal tokens
        1.0
        >>> attention_growth(net, np.array([[[1.0, 0.0], [-0.99, 0.0]]])) > 10  # nearly opposite ones
        False
    """
    sequences = prepare(net._replace(head="gap"), X)
    embedded = embedded_tokens(net, np.take_along_axis(X, np.argsort(sequences.ranks, axis=1)[:, :, None], axis=1))
    squares = np.sum(embedded * embedded, axis=2)
    A, longest, following = attention_of(net, embedded @ embedded.transpose(0, 2, 1)), 1.0, 1.0
    for block in range(net.depth):
        values = sequences.features[:, block]
        A = A if block == 0 else sequences.attention[:, block - 1]
        after = values[:, LENGTH]
        longest = max(longest, PEAK * steepness * following * float(after.max(initial=0.0)))
        moved = np.hypot(net.residual * np.sqrt(squares), np.sqrt(net.value) * _moved(net, A, squares, after))
        grown = (net.weights[block + 1] * values[:, SLOPE] + net.residual) * after**2
        squares = _later(net, block, values)
        for change, size in ((moved, after), (np.sqrt(grown), np.sqrt(squares))):
            factor = np.divide(change, size, out=np.zeros_like(size), where=size > 0)
            following = max(following * float(factor.max(initial=0.0)), 1.0)
            longest = max(longest, following)
    return longest * _bend(net, sequences.features[:, 1:, LENGTH])


def _bend(net: AttentionNet, lengths: FloatArray) -> float:
    """(w a/LONG)^2, at least 1, for the largest a behind the first block if the activation is c f(w z)."""
    if net.dual.name not in BENDING:
        return 1.0
    inner = abs(float(net.dual.parameters[1]))
    return max(inner * float(lengths.max(initial=0.0)) / LONG, 1.0) ** 2


def _later(net: AttentionNet, block: int, values: FloatArray) -> FloatArray:
    """Squared lengths [m, T] after the dense layer that follows a block."""
    kept = values[:, LENGTH] ** 2 if net.residual else 0.0
    return np.asarray(kept + net.biases[block + 1] + net.weights[block + 1] * values[:, ROOT_MEAN_SQUARE] ** 2)


def _moved(net: AttentionNet, A: FloatArray, squares: FloatArray, after: FloatArray) -> FloatArray:
    """How far v_p moves if tokens turn by one unit, [m, T]."""
    lengths = np.sqrt(squares)
    direct, keys = np.einsum("mps,ms->mp", np.abs(A), lengths), 2 * net.key * lengths
    if net.mechanism != "softmax":
        return np.asarray(direct + keys * squares.sum(axis=1, keepdims=True))
    kept = squares if net.residual else 0.0
    mean = (after**2 - net.output - kept) / net.value
    spread = np.sqrt(np.maximum(np.einsum("mps,ms->mp", A, squares) - mean, 0.0))
    return np.asarray(direct + keys * lengths.max(axis=1, keepdims=True) * spread)
