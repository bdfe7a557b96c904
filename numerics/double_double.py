"""Numbers of twice the precision: unevaluated sums of two float64, about 32 decimal digits.

Everything is made of float64 additions and products without fused multiply-add, so that compiled and plain Python
give the same bits.  A product splits its factors into halves (T. J. Dekker, "A floating-point technique for
extending the available precision", Numerische Mathematik 18, 1971); sums are error-free (D. E. Knuth, "The Art of
Computer Programming" 2, section 4.2.2).  Numbers beyond 2^995 overflow when they are split.

Relative errors with u = 2^-53 (M. Joldes, J.-M. Muller, V. Popescu, ACM Transactions on Mathematical Software 44,
2017): sum 3 u^2 + 13 u^3, product 7 u^2, quotient 15 u^2 + 56 u^3.
"""

from __future__ import annotations

import numpy as np

from .compilation import jit

#: 2^27 + 1, which splits a float64 into two halves of at most 26 bits.
_SPLITTER = 134217729.0


@jit
def two_sum(a: float, b: float) -> tuple[float, float]:
    """s + t = a + b exactly, s the rounded sum."""
    s = a + b
    rest = s - a
    return s, (a - (s - rest)) + (b - rest)


@jit
def quick_two_sum(a: float, b: float) -> tuple[float, float]:
    """As :func:`two_sum` where |a| >= |b|."""
    s = a + b
    return s, b - (s - a)


@jit
def split(a: float) -> tuple[float, float]:
    """a = h + l exactly, with halves of at most 26 bits."""
    t = _SPLITTER * a
    high = t - (t - a)
    return high, a - high


@jit
def two_product(a: float, b: float) -> tuple[float, float]:
    """p + e = a b exactly, p the rounded product."""
    p = a * b
    ah, al = split(a)
    bh, bl = split(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@jit
def add(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Sum of two double-doubles (accurate variant: no cancellation loses the relative error)."""
    sh, sl = two_sum(ah, bh)
    th, tl = two_sum(al, bl)
    vh, vl = quick_two_sum(sh, sl + th)
    return quick_two_sum(vh, tl + vl)


@jit
def multiply(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Product of two double-doubles."""
    ph, pl = two_product(ah, bh)
    return quick_two_sum(ph, pl + (ah * bl + al * bh))


@jit
def divide(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Quotient of two double-doubles, by long division."""
    first = ah / bh
    ph, pl = multiply(bh, bl, first, 0.0)
    rh, rl = add(ah, al, -ph, -pl)
    return quick_two_sum(first, (rh + rl) / bh)


@jit
def square_root(ah: float, al: float) -> tuple[float, float]:
    """Square root of a positive double-double: one Newton step (A. Karp, P. Markstein, 1997)."""
    first = np.sqrt(ah)
    ph, pl = two_product(first, first)
    rh, rl = add(ah, al, -ph, -pl)
    return quick_two_sum(first, (rh + rl) / (2 * first))
