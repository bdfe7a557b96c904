"""Gaussian expectations E[g(z1) h(z2)] of functions without a closed form, to any precision.

Each value comes with an estimate of its error: the difference of two rules, and what is left out beyond them.
Rounding is bounded by ball arithmetic and added.  A function without kinks is summed over two lattices of one step
h, one shifted by half of a step, after z1 = sqrt(s11) g1 and z2 = s12/sqrt(s11) g1 + sqrt(s22 - s12^2/s11) g2; the
sums converge exponentially fast in 1/h (Trefethen and Weideman 2014).  With kinks, as of Abs(z), the plane is cut
along them and each part is integrated by Gauss-Legendre rules with n and n + 4 nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from orbitkernels.errors import InputError

from .activation_kinks import kinks
from .ball_expressions import enclose
from .gaussian_expectations import z

#: Most evaluations of the functions.
MAX_EVALUATIONS = 1_000_000

#: Standard deviations beyond which nothing is summed.
MAX_EDGE = 60


class Estimate(NamedTuple):
    """A number with an estimate of its error.

    Attributes:
        value: Exact dyadic number (a ball of radius 0).
        error: Estimate of the error, with the bound of the rounding; a float.
    """

    value: arb
    error: float


def estimated_expectation(one: Any, other: Any, covariance: tuple[fmpq, fmpq, fmpq], digits: int = 30) -> Estimate:
    """E[g(z1) h(z2)] for Gaussian (z1, z2) of mean 0.

    Args:
        one: g, a SymPy expression in `z` of finite second moment.
        other: h, likewise.
        covariance: s11 > 0, s22 >= 0 and s12 with s12^2 <= s11 s22, rational numbers.
        digits: Digits behind the point that are aimed at.

    Raises:
        InputError: If the covariance is none, or a value is missing.

    Example:
        >>> from flint import fmpq
        >>> from sympy import tanh
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> from orbitkernels.theory.gaussian_quadrature import estimated_expectation
        >>> found = estimated_expectation(tanh(z), tanh(z), (fmpq(1), fmpq(1), fmpq(1, 2)), digits=15)
        >>> found.value.str(12, radius=False), found.error < 1e-15
        ('0.186324413203', True)
    """
    s11, s22, s12 = covariance
    if s11 <= 0 or s22 < 0 or s12 * s12 > s11 * s22:
        raise InputError(f"The covariances {s11}, {s22}, {s12} are none; s12^2 must be at most s11 s22.")
    with ctx.workdps(digits + 15):
        pair = _Pair(one, other, s11, s22, s12, digits)
        return pair.panels() if pair.kinks_one or pair.kinks_other else pair.lattices()


class _Pair:
    """The integral of one pair of functions."""

    def __init__(self, one: Any, other: Any, s11: fmpq, s22: fmpq, s12: fmpq, digits: int) -> None:
        self.one, self.other, self.digits = one, other, digits
        self.spread = arb(s11).sqrt()
        self.slope = arb(s12) / self.spread
        self.rest = arb(s22 - s12 * s12 / s11).sqrt()
        self.edge, self.tail = self._reach()
        self.kinks_one, self.kinks_other = ([enclose(zero, {}) for zero in kinks(part)] for part in (one, other))

    def _reach(self) -> tuple[arb, arb]:
        """Radius beyond which the integrand is negligible, judged on a ring of points, and what is left there."""
        edge, bound = arb(6), arb(10) ** -(self.digits + 3)
        while True:
            edge += arb(1) / 2
            ring = [
                abs(self._one(self.spread * edge * c) * self._other(edge * (self.slope * c + self.rest * s)))
                for c, s in ((arb.cos_pi(arb(k) / 8), arb.sin_pi(arb(k) / 8)) for k in range(16))
            ]
            tail = max((value.upper() for value in ring), key=float) * (-edge * edge / 2).exp()
            if tail < bound or edge > MAX_EDGE:
                return edge, tail

    def lattices(self) -> Estimate:
        """Sums over two lattices, of ever smaller steps."""
        step = arb(1) / 2
        while True:
            sums = [self._lattice(step, shift) for shift in (arb(0), step / 2)]
            value, gap = (sums[0] + sums[1]) / 2, abs(sums[0] - sums[1])
            fits = 8 * (2 * self.edge / step) ** 2 < MAX_EVALUATIONS
            if not gap > arb(10) ** -self.digits or not fits:
                return _estimate(value, gap + self.tail)
            step /= 2

    def _lattice(self, step: arb, shift: arb) -> arb:
        """step^2/(2 pi) sum of g h exp(-(g1^2 + g2^2)/2) over a lattice."""
        count = int(float(self.edge / step)) + 2
        points = [(step * k + shift).mid() for k in range(-count, count)]
        nodes = [(point, _density(point) * step) for point in points]
        if self.rest == 0:
            return sum((w * self._one(self.spread * t) * self._other(self.slope * t) for t, w in nodes), arb(0))
        total = arb(0)
        for t, weight in nodes:
            inner = sum((w * self._other(self.slope * t + self.rest * r) for r, w in nodes), arb(0))
            total += weight * self._one(self.spread * t) * inner
        return total

    def panels(self) -> Estimate:
        """Gauss-Legendre rules between the kinks."""
        count = 12 + self.digits
        values = [self._panelled(nodes) for nodes in (count, count + 4)]
        return _estimate(values[1], abs(values[1] - values[0]) + self.tail)

    def _panelled(self, nodes: int) -> arb:
        """The integral over g1, cut where z1 has a kink and where the conditional z2 meets one."""
        cuts = [kink / self.spread for kink in self.kinks_one]
        for kink in self.kinks_other:
            if self.slope != 0:
                cuts += [(kink + self.rest * side) / self.slope for side in (-self.edge, arb(0), self.edge)]
        total = arb(0)
        for t, weight in self._nodes(cuts, nodes):
            total += weight * self._one(self.spread * t) * self._inner(self.slope * t, nodes)
        return total

    def _inner(self, mean: arb, nodes: int) -> arb:
        """E[h(mean + rest g2)]."""
        if self.rest == 0:
            return self._other(mean)
        cuts = [(kink - mean) / self.rest for kink in self.kinks_other]
        return sum((w * self._other(mean + self.rest * r) for r, w in self._nodes(cuts, nodes)), arb(0))

    def _nodes(self, cuts: list[arb], count: int) -> Iterator[tuple[arb, arb]]:
        """Nodes and weights for the standard Gaussian, on panels of length at most 4 between the cuts."""
        panels = int(float(self.edge) / 2) + 1
        whole = [-self.edge + 2 * self.edge * k / panels for k in range(panels + 1)]
        ends = sorted([*whole, *(cut.mid() for cut in cuts if abs(cut) < self.edge)], key=float)
        for left, right in pairwise(ends):
            if right > left:
                for t, weight in _legendre(count, ctx.dps):
                    node = ((left + right) + (right - left) * t) / 2
                    yield node, weight * (right - left) / 2 * _density(node)

    def _one(self, value: arb) -> arb:
        return enclose(self.one, {z: value})

    def _other(self, value: arb) -> arb:
        return enclose(self.other, {z: value})


def _density(t: arb) -> arb:
    """exp(-t^2/2)/sqrt(2 pi)."""
    return (-t * t / 2).exp() / (2 * arb.pi()).sqrt()


@cache
def _legendre(count: int, digits: int) -> list[tuple[arb, arb]]:
    """Nodes and weights on [-1, 1]; `digits` is the working precision."""
    return [arb.legendre_p_root(count, k, weight=True) for k in range(count)]


def _estimate(value: arb, gap: arb) -> Estimate:
    """The midpoint, and the gap with both radii."""
    if not value.is_finite():
        raise InputError("The activation lacks a finite value for some argument.")
    return Estimate(value.mid(), float(gap.upper() + value.rad()))
