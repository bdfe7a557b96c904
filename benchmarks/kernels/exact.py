"""NNGP and NTK of a net at 60 digits, from the definition of each layer; it decides where two programs differ.

Covariances of all pairs of positions are kept, for every pair of inputs, in mpmath; layers as in settings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import factorial, prod
from typing import Any

import mpmath as mp
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Digits that are carried: a cosine near 1 loses half of them, so 60 stay.
DIGITS = 130


class Covariances:
    """Covariances S and tangent kernels T of all pairs of inputs and positions; arrays [m, m, P, P] of mpf."""

    def __init__(self, inputs: FloatArray) -> None:
        self.shape = inputs.shape[1:-1]
        self.width = inputs.shape[-1]
        self.m, self.positions = len(inputs), prod(self.shape)
        pixels = np.vectorize(mp.mpf, otypes=[object])(inputs.reshape(self.m, self.positions, self.width))
        self.S = np.einsum("apc,bqc->abpq", pixels, pixels) / self.width
        self.T = self.S * 0


def kernels(inputs: FloatArray, net: Sequence[Any], standard: bool) -> tuple[FloatArray, FloatArray]:
    """NNGP and NTK Gram matrices [m, m], rounded to float64 at the end.

    Args:
        inputs: Array [m, d] or [m, *positions, channels].
        net: Layers.
        standard: Whether the parameterisation is the standard one instead of the NTK one.
    """
    with mp.workdps(DIGITS):
        state = Covariances(inputs)
        for layer in net:
            _apply(state, layer, standard)
        if state.positions != 1:
            raise ValueError("The net has no head: flatten it or pool it globally.")
        nngp, ntk = (np.array(K[:, :, 0, 0], dtype=np.float64) for K in (state.S, state.T))
    return nngp, ntk


def _apply(state: Covariances, layer: Sequence[Any], standard: bool) -> None:
    kind, rest = layer[0], layer[1:]
    if kind == "dense":
        _affine(state, *rest, standard, fan_in=state.width)
    elif kind == "convolution":
        shape, strides, padding, weight, bias, width = rest
        fan_in = state.width * prod(shape)
        _pool(state, shape, strides, padding, diagonal=True)
        _affine(state, weight, bias, width, standard, fan_in)
    elif kind == "activation":
        _activate(state, *rest)
    elif kind == "attention":
        *given, state.width = rest
        _attend(state, *given)
    elif kind == "average pooling":
        _pool(state, *rest, diagonal=False)
    elif kind == "global average pooling":
        state.S, state.T = (K.mean(axis=(2, 3), keepdims=True) for K in (state.S, state.T))
        state.shape, state.positions = (), 1
    elif kind == "flatten":
        traces = (np.trace(K, axis1=2, axis2=3) / state.positions for K in (state.S, state.T))
        state.S, state.T = (K[:, :, None, None] for K in traces)
        state.width *= state.positions
        state.shape, state.positions = (), 1
    elif kind == "residual":
        S, T = state.S.copy(), state.T.copy()
        for inner in rest[0]:
            _apply(state, inner, standard)
        state.S, state.T = state.S + S, state.T + T
    elif kind == "layer norm":
        lengths = _lengths(state)
        scale = lengths[:, None, :, None] * lengths[None, :, None, :]
        state.S, state.T = state.S / scale, state.T / scale
    else:
        raise ValueError(f"There is no layer {kind!r}.")


def _lengths(state: Covariances) -> npt.NDArray[np.object_]:
    """sqrt(S(x,x)) [m, P]."""
    variances = np.einsum("aapp->ap", state.S)
    return np.vectorize(mp.sqrt, otypes=[object])(variances)


def _affine(state: Covariances, weight: float, bias: float, width: int, standard: bool, fan_in: int) -> None:
    """S' = sb2 + sw2 S; T' = S' + sw2 T, or fan_in S + sw2 T + [sb2 > 0] in the standard parameterisation."""
    before = state.S
    state.S = mp.mpf(bias) + mp.mpf(weight) * before
    mine = fan_in * before + int(bias > 0) if standard else state.S
    state.T = mine + mp.mpf(weight) * state.T
    state.width = width


def _pool(state: Covariances, window: Sequence[int], strides: Sequence[int], padding: str, diagonal: bool) -> None:
    """Mean over windows: over one offset of both positions (a convolution), or over two offsets (pooling)."""
    places = [_places(n, w, s, padding) for n, w, s in zip(state.shape, window, strides, strict=True)]
    outputs = list(product(*places))  # one tuple of ranges (None outside) for each output position
    index = np.arange(state.positions).reshape(state.shape)
    cells = [
        [None if None in cell else int(index[cell]) for cell in product(*ranges)] for ranges in outputs
    ]  # [outputs, offsets]
    state.S, state.T = (_means(K, cells, diagonal) for K in (state.S, state.T))
    state.shape, state.positions = tuple(len(one) for one in places), len(cells)


def _means(K: Any, cells: Sequence[Sequence[int | None]], diagonal: bool) -> Any:
    """K'[p, q] = mean of K over equal offsets of the windows p and q, or over all pairs of offsets."""
    padded = np.pad(K, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=mp.mpf(0))
    chosen = np.array([[K.shape[2] if cell is None else cell for cell in row] for row in cells])
    count = chosen.shape[1]
    if diagonal:
        return sum(padded[:, :, chosen[:, o]][:, :, :, chosen[:, o]] for o in range(count)) / count
    rows = sum(padded[:, :, chosen[:, o]] for o in range(count)) / count
    return sum(rows[:, :, :, chosen[:, o]] for o in range(count)) / count


def _places(n: int, window: int, stride: int, padding: str) -> list[list[int | None]]:
    """For each output the n-axis indices of its window; None stands for a zero outside."""
    if padding == "valid":
        return [list(range(start, start + window)) for start in range(0, n - window + 1, stride)]
    count = -(-n // stride)
    before = max((count - 1) * stride + window - n, 0) // 2
    starts = [out * stride - before for out in range(count)]
    if padding == "circular":
        return [[(start + o) % n for o in range(window)] for start in starts]
    return [[start + o if 0 <= start + o < n else None for o in range(window)] for start in starts]


def _attend(state: Covariances, mechanism: str, key: float, value: float, output: float) -> None:
    """S' = A S A^T and T' = A (T + 2 S) A^T with A_a = mechanism(S(a, a)) (Hron et al. 2020, d_k^-1 scaling)."""
    weights = [_attention_matrix(mechanism, mp.mpf(key) * state.S[a, a]) for a in range(state.m)]
    S, T = state.S.copy(), state.T.copy()
    for a, b in product(range(state.m), repeat=2):
        left, right = mp.mpf(value) * weights[a], weights[b].T
        S[a, b] = left.dot(state.S[a, b]).dot(right) + mp.mpf(output)
        T[a, b] = left.dot(state.T[a, b] + 2 * state.S[a, b]).dot(right) + mp.mpf(output)
    state.S, state.T = S, T


def _attention_matrix(mechanism: str, logits: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Softmax of each row [P, P], or a function of each entry."""
    if mechanism == "softmax":
        powers = np.vectorize(mp.exp, otypes=[object])(logits)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    return np.asarray({"identity": logits, "relu": np.maximum(logits, mp.mpf(0)), "abs": abs(logits)}[mechanism])


# ---------------------------------------------------------------------------------------------- activations


def _activate(state: Covariances, name: str, parameters: Sequence[float]) -> None:
    """S' = E[f f], T' = E[f' f'] T for every pair; the lower half of the pairs of inputs is the mirrored upper."""
    dual = expectation(name, parameters)
    variances = np.einsum("aapp->ap", state.S)
    S, slopes = state.S.copy(), state.S.copy()
    for a, b in product(range(state.m), repeat=2):
        if a > b:
            S[a, b], slopes[a, b] = S[b, a].T, slopes[b, a].T
            continue
        for p, q in product(range(state.positions), repeat=2):
            S[a, b, p, q], slopes[a, b, p, q] = dual(variances[a, p], variances[b, q], state.S[a, b, p, q])
    state.S, state.T = S, slopes * state.T


def expectation(name: str, parameters: Sequence[float] = ()) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """(P, Q, S) -> (E[f(x) f(y)], E[f'(x) f'(y)]) for centred Gaussians of variances P, Q and covariance S."""
    if name in ("relu", "leaky_relu", "abs"):
        return _bent({"relu": 0, "abs": -1}.get(name, parameters[0] if parameters else 0))
    if name in ("sin", "cos"):
        return _wave(1 if name == "sin" else -1, parameters[0])
    if name == "hermite":
        n = int(parameters[0])
        terms = {n - 2 * i: mp.mpf((-1) ** i * factorial(n)) / (2**i * factorial(i) * factorial(n - 2 * i))
                 for i in range(n // 2 + 1)}  # fmt: skip
        return _polynomial([terms.get(k, mp.mpf(0)) / mp.sqrt(factorial(n)) for k in range(n + 1)])
    if name == "polynomial":
        return _polynomial([mp.mpf(c) for c in parameters])
    return {"erf": _erf, "gelu": _gelu}[name]


def _determinant(P: Any, Q: Any, S: Any) -> Any:
    """P Q - S^2, not below zero."""
    return max(P * Q - S * S, mp.mpf(0))


def _bent(slope: float) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """f(z) = z for z > 0 and slope z for z < 0; f' of a zero variance is its mean over both signs."""
    c = mp.mpf(slope)

    def dual(P: Any, Q: Any, S: Any) -> tuple[Any, Any]:
        root = mp.sqrt(_determinant(P, Q, S))
        angle = mp.atan2(root, S) if root or S else mp.pi / 2
        factor = (1 - c) ** 2 / (2 * mp.pi)
        derivative = (1 + c * c) / 2 - factor * angle
        return factor * root + derivative * S, derivative

    return dual


def _erf(P: Any, Q: Any, S: Any) -> tuple[Any, Any]:
    """Williams 1997: (2/pi) asin(2 S/sqrt((1+2P)(1+2Q))), and its derivative with respect to S."""
    root = mp.sqrt((1 + 2 * P) * (1 + 2 * Q) - 4 * S * S)
    return 2 / mp.pi * mp.atan2(2 * S, root), 4 / (mp.pi * root)


def _gelu(P: Any, Q: Any, S: Any) -> tuple[Any, Any]:
    """f(z) = z Phi(z): E[f f] by three integrations by parts (Stein), E[f' f'] as its derivative in S (Price)."""

    def value(s: Any) -> Any:
        root = mp.sqrt((1 + P) * (1 + Q) - s * s)
        quadrant = mp.mpf(1) / 4 + mp.atan2(s, root) / (2 * mp.pi)  # E[Phi Phi]
        densities = 1 / (2 * mp.pi * root)  # E[phi phi]
        return s * quadrant + densities * (P * Q + s * s * (1 / (1 + P) + 1 / (1 + Q) - 1))

    return value(S), mp.diff(value, S)


def _wave(sign: int, frequency: float) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """sin (sign 1) or cos (sign -1) of frequency z."""
    b = mp.mpf(frequency)

    def dual(P: Any, Q: Any, S: Any) -> tuple[Any, Any]:
        near, far = mp.exp(-b * b * (P + Q - 2 * S) / 2), mp.exp(-b * b * (P + Q + 2 * S) / 2)
        return (near - sign * far) / 2, b * b * (near + sign * far) / 2

    return dual


def _polynomial(coefficients: Sequence[Any]) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """f(z) = sum_k c_k z^k by Isserlis: all ways to pair j factors x and k factors y, l of them across."""
    slopes = [k * c for k, c in enumerate(coefficients)][1:]

    def moment(j: int, k: int, P: Any, Q: Any, S: Any) -> Any:
        total = mp.mpf(0)
        for across in range(j % 2, min(j, k) + 1, 2):
            left, right = (j - across) // 2, (k - across) // 2
            ways = mp.mpf(factorial(j) * factorial(k)) / (
                factorial(left) * factorial(right) * factorial(across) * 2 ** (left + right)
            )
            total += ways * P**left * Q**right * S**across
        return total

    def summed(c: Sequence[Any], P: Any, Q: Any, S: Any) -> Any:
        pairs = ((j, k) for j, k in product(range(len(c)), repeat=2) if (j + k) % 2 == 0 and c[j] and c[k])
        return sum((c[j] * c[k] * moment(j, k, P, Q, S) for j, k in pairs), mp.mpf(0))

    return lambda P, Q, S: (summed(coefficients, P, Q, S), summed(slopes, P, Q, S))
