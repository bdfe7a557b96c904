"""Angles of nearly parallel tokens in deep nets with self-attention, by covariances of twice the precision.

After the first attention tokens are vectors, whose angles come from differences.  Later ones are known by their
covariances alone, and attention mixes them: a gap 1 - u comes with an absolute error of rounding, and the angle
with its square root.  That matters where the slope of the activation jumps, for E[f' f'] then has the angle to
first order (smooth activations have 1 - u).  Softmax makes tokens of one sequence more and more alike, so that
this is no rare case.  Here the recursion is run in double-double numbers, of 32 digits, for such pairs of
sequences.  Attention matrices are taken as they are: what rounding does to them turns vectors by as much, not by
its square root.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import factorial, pi

import numpy as np

from .attention_sequences import AttentionNet, Sequences
from .compilation import jit
from .double_double import add, divide, multiply, square_root
from .duals import LENGTH, FloatArray

#: Activations whose slope jumps at 0: p max(z, 0) + q min(z, 0), with p and q the last of their parameters.
KINKED = ("relu", "leaky_relu", "abs")

#: A gap 1 - u or rest 1 + u below this is found anew: rounding would move the angle by 1e-14.
NEAR = 2.0**-14

#: Angles are multiples of 1/STEPS and a rest, whose tangent is small.
STEPS = 64

#: pi as a double-double.
_PI_HIGH, _PI_LOW = pi, 1.2246467991473532e-16

#: Terms of the series of arctan, for |t| <= 1/128.
_TERMS = 9


class SharpAngles:
    """1 - u and 1 + u of pairs of sequences after every attention, to 30 digits.

    What belongs to one sequence is kept.

    Args:
        net: A net with an activation of KINKED and more than one block.
        x: The first sequences of the pairs.
        y: The second.
    """

    def __init__(self, net: AttentionNet, x: Sequences, y: Sequences) -> None:
        self._sides, self._second = (x, y), 0 if y is x else 1
        self._shape = net.depth, *x.ranks.shape[1:]
        self._known: dict[tuple[int, int], FloatArray] = {}
        positive, negative = map(float, net.dual.parameters[-2:])
        skip, given = float(net.residual), float(net.head == "flatten")
        kinks = ((positive + negative) / 2) ** 2, ((positive - negative) / 2) ** 2
        self._constants = np.array([*kinks, net.value, net.output, skip, given])
        self._dense = np.array([net.weights, net.biases], dtype=np.float64)

    def gaps(self, i: int, j: int) -> tuple[FloatArray, FloatArray]:
        """1 - u and 1 + u [L, T, T] of sequences i and j, in the order of the features of each block."""
        first, second = self._squares(0, i), self._squares(self._second, j)
        found = self._covariances((0, i), (self._second, j), first, second, False)
        gap, rest = np.empty(found.shape[:3]), np.empty(found.shape[:3])
        _relate(found, first, second, gap, rest)
        return gap, rest

    def _squares(self, side: int, i: int) -> FloatArray:
        """Squared lengths [L, T, 2] of sequence i."""
        if (side, i) not in self._known:
            squares = np.zeros((*self._shape, 2))
            self._covariances((side, i), (side, i), squares, squares, True)
            self._known[side, i] = squares
        return self._known[side, i]

    def _covariances(
        self, one: tuple[int, int], two: tuple[int, int], first: FloatArray, second: FloatArray, own: bool
    ) -> FloatArray:
        """Covariances [L, T, T, 2] after every attention; fills the squares if they are its own."""
        x, y, i, j = self._sides[one[0]], self._sides[two[0]], one[1], two[1]
        out = np.zeros((*self._shape, self._shape[1], 2))
        _products(x.units[i], y.units[j], x.features[i, 0, LENGTH], y.features[j, 0, LENGTH], out[0])
        matrices = np.ascontiguousarray(x.attention[i]), np.ascontiguousarray(y.attention[j])
        ranks = x.ranks[i], y.ranks[j]
        _blocks(*matrices, *ranks, self._constants, self._dense, _circle(), first, second, own, out)
        return out


@cache
def _circle() -> FloatArray:
    """cos(k/STEPS) and sin(k/STEPS) for angles up to pi, as double-doubles [k, 2, 2], by their series."""
    count = int(pi * STEPS) + 2
    table = np.empty((count, 2, 2))
    for k in range(count):
        for which in (0, 1):
            terms = (
                Fraction((-1) ** n * k ** (2 * n + which), STEPS ** (2 * n + which) * factorial(2 * n + which))
                for n in range(24)
            )
            exact = sum(terms, start=Fraction(0))
            table[k, which] = float(exact), float(exact - Fraction(float(exact)))
    return table


@jit
def _products(x: FloatArray, y: FloatArray, a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """a b <x, y> of vectors [T, D] and floats [T]."""
    for p in range(x.shape[0]):
        for q in range(y.shape[0]):
            high, low = 0.0, 0.0
            for k in range(x.shape[1]):
                h, w = multiply(x[p, k], 0.0, y[q, k], 0.0)
                high, low = add(high, low, h, w)
            high, low = multiply(high, low, a[p], 0.0)
            out[p, q, 0], out[p, q, 1] = multiply(high, low, b[q], 0.0)


@jit
def _arc_cosine(uh: float, ul: float, circle: FloatArray) -> tuple[float, float]:
    """kappa_1(u) = (sin t + (pi - t) cos t)/pi for t = arccos(u)."""
    gh, gl = add(1.0, 0.0, -uh, -ul)
    rh, rl = add(1.0, 0.0, uh, ul)
    if gh <= 0.0:
        return 1.0, 0.0
    if rh <= 0.0:
        return 0.0, 0.0
    ph, pl = multiply(gh, gl, rh, rl)
    sh, sl = square_root(ph, pl)
    k = int(np.floor(np.arctan2(sh, uh) * STEPS + 0.5))
    ch, cl, kh, kl = circle[k, 0, 0], circle[k, 0, 1], circle[k, 1, 0], circle[k, 1, 1]
    ah, al = multiply(sh, sl, ch, cl)
    bh, bl = multiply(uh, ul, kh, kl)
    ah, al = add(ah, al, -bh, -bl)
    bh, bl = multiply(uh, ul, ch, cl)
    dh, dl = multiply(sh, sl, kh, kl)
    bh, bl = add(bh, bl, dh, dl)
    th, tl = divide(ah, al, bh, bl)  # the tangent of what is left of the angle
    qh, ql = multiply(th, tl, th, tl)
    fh, fl = 0.0, 0.0
    for n in range(_TERMS - 1, -1, -1):
        fh, fl = multiply(fh, fl, -qh, -ql)
        dh, dl = divide(1.0, 0.0, 2.0 * n + 1.0, 0.0)
        fh, fl = add(fh, fl, dh, dl)
    fh, fl = multiply(fh, fl, th, tl)
    fh, fl = add(fh, fl, k / STEPS, 0.0)
    fh, fl = add(_PI_HIGH, _PI_LOW, -fh, -fl)
    fh, fl = multiply(fh, fl, uh, ul)
    fh, fl = add(fh, fl, sh, sl)
    return divide(fh, fl, _PI_HIGH, _PI_LOW)


@jit
def _cosine(sh: float, sl: float, first: FloatArray, second: FloatArray) -> tuple[float, float, float, float]:
    """u and the product of the lengths, of a covariance and two squared lengths; 0 and 0 if one of them is 0."""
    if first[0] <= 0.0 or second[0] <= 0.0:
        return 0.0, 0.0, 0.0, 0.0
    ah, al = square_root(first[0], first[1])
    bh, bl = square_root(second[0], second[1])
    ah, al = multiply(ah, al, bh, bl)
    uh, ul = divide(sh, sl, ah, al)
    return uh, ul, ah, al


@jit
def _activate(
    S: FloatArray, first: FloatArray, second: FloatArray, constants: FloatArray, circle: FloatArray
) -> FloatArray:
    """E[f f] = c_0 S + c_1 (2 a b kappa_1(u) - S), c_0 = (1 + s)^2/4 and c_1 = (1 - s)^2/4."""
    out = np.zeros_like(S)
    for p in range(S.shape[0]):
        for q in range(S.shape[1]):
            sh, sl = S[p, q, 0], S[p, q, 1]
            uh, ul, ah, al = _cosine(sh, sl, first[p], second[q])
            kh, kl = _arc_cosine(uh, ul, circle)
            kh, kl = multiply(kh, kl, 2.0 * ah, 2.0 * al)
            kh, kl = add(kh, kl, -sh, -sl)
            kh, kl = multiply(kh, kl, constants[1], 0.0)
            sh, sl = multiply(sh, sl, constants[0], 0.0)
            out[p, q, 0], out[p, q, 1] = add(sh, sl, kh, kl)
    return out


@jit
def _times(A: FloatArray, S: FloatArray) -> FloatArray:
    """A S, transposed, of floats A [T, T] and double-doubles S [T, T, 2]."""
    out = np.zeros_like(S)
    for p in range(S.shape[0]):
        for q in range(S.shape[1]):
            high, low = 0.0, 0.0
            for s in range(S.shape[0]):
                h, w = multiply(S[s, q, 0], S[s, q, 1], A[p, s], 0.0)
                high, low = add(high, low, h, w)
            out[q, p, 0], out[q, p, 1] = high, low
    return out


@jit
def _affine(S: FloatArray, gain: float, bias: float, skip: float, before: FloatArray) -> None:
    """S = skip before + bias + gain S in place."""
    for p in range(S.shape[0]):
        for q in range(S.shape[1]):
            h, w = multiply(S[p, q, 0], S[p, q, 1], gain, 0.0)
            h, w = add(h, w, bias, 0.0)
            S[p, q, 0], S[p, q, 1] = add(h, w, skip * before[p, q, 0], skip * before[p, q, 1])


@jit
def _blocks(
    A: FloatArray,
    B: FloatArray,
    ranks: FloatArray,
    others: FloatArray,
    constants: FloatArray,
    dense: FloatArray,
    circle: FloatArray,
    first: FloatArray,
    second: FloatArray,
    own: bool,
    out: FloatArray,
) -> None:
    """Covariances [L, T, T, 2] after every attention from those after the first; squares [L, T, 2] if its own.

    Args:
        A: Attention matrices [L - 1, T, T] of the rows.
        B: The same of the columns.
        ranks: Where the tokens of the rows went when they were sorted.
        others: The same of the columns.
        constants: c_0, c_1, sv2, so2, 1 if residual, 1 if the last block is in the given order.
        dense: [2, L + 1]: variances of weights and biases.
        circle: Table of cosines and sines.
        first: Squared lengths of the rows.
        second: The same of the columns.
        own: Whether rows and columns are one sequence, and the squares are wanted.
        out: The result, with the first block in place.
    """
    depth, T = out.shape[0], out.shape[1]
    for block in range(depth):
        if block > 0:
            hidden = _activate(out[block - 1], first[block - 1], second[block - 1], constants, circle)
            _affine(hidden, dense[0, block], dense[1, block], constants[4], out[block - 1])
            before = hidden.copy()
            if block == depth - 1 and constants[5] > 0.0:
                for p in range(T):
                    for q in range(T):
                        before[p, q] = hidden[ranks[p], others[q]]
            mixed = _times(B[block - 1], _times(A[block - 1], hidden))
            _affine(mixed, constants[2], constants[3], constants[4], before)
            out[block] = mixed
        if own:
            for p in range(T):
                first[block, p] = out[block, p, p]


@jit
def _relate(S: FloatArray, first: FloatArray, second: FloatArray, gap: FloatArray, rest: FloatArray) -> None:
    """1 - u and 1 + u [L, T, T] of covariances [L, T, T, 2] and squared lengths."""
    for block in range(S.shape[0]):
        for p in range(S.shape[1]):
            for q in range(S.shape[2]):
                uh, ul, _, _ = _cosine(S[block, p, q, 0], S[block, p, q, 1], first[block, p], second[block, q])
                gap[block, p, q] = max(add(1.0, 0.0, -uh, -ul)[0], 0.0)
                rest[block, p, q] = max(add(1.0, 0.0, uh, ul)[0], 0.0)
