"""ReLU kernels on two rings in balls: symbol, spectrum, error and the law of Theorem T11 in interval arithmetic.

A pair of points carries 1 - u through the layers as an exact formula in sin^2, so that no digits cancel at u = 1
and the ball of a vanishing angle is exactly zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb, fmpq

from orbitkernels.errors import InputError

from .balls import ball


@dataclass(frozen=True)
class ReluRings:
    """A ReLU net on two rings of N poses at the heights h and -h of the unit sphere.

    Attributes:
        depth: Number L of hidden layers.
        tangent: Whether the kernel is the NTK; otherwise the NNGP.
        height: h, 0 < h < 1.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.
        interleaved: Whether the second ring is turned by half a step.
    """

    depth: int
    tangent: bool
    height: Fraction
    weight_variance: Fraction = Fraction(1)
    bias_variance: Fraction = Fraction(1)
    interleaved: bool = False

    def kernel(self, gap: Any) -> Any:
        """The kernel of two unit vectors of three dimensions as a function of 1 - u, a ball in [0, 2].

        1 - kappa1(cos t) = 1 - cos t - (sin t - t cos t)/pi and kappa0(cos t) = 1 - t/pi.
        """
        bias, half = ball(self.bias_variance), ball(self.weight_variance) / 2
        weight = 2 * half / 3  # sw2 |x|^2/d
        variance = bias + weight
        gap = weight * gap / variance
        tangent = variance * (1 - gap)
        for _ in range(self.depth):
            angle = 2 * (gap / 2).sqrt().asin() if gap < 2 else arb.pi()
            deficit = gap - (angle.sin() - angle * angle.cos()) / arb.pi()
            after = bias + half * variance
            gap = half * variance * deficit / after
            variance = after
            tangent = variance * (1 - gap) + half * (1 - angle / arb.pi()) * tangent
        return tangent if self.tangent else variance * (1 - gap)

    def symbol(self, poses: int) -> tuple[list[Any], list[Any]]:
        """k(x_1, g^j x_1) and k(x_1, g^j x_2) for j = 0, ..., N - 1: balls.

        Example:
            >>> from fractions import Fraction
            >>> from flint import arb
            >>> from orbitkernels.theory.enclosed_rings import ReluRings
            >>> same, cross = ReluRings(1, True, Fraction(3, 10)).symbol(4)
            >>> same[0].overlaps(arb(7) / 3), cross[0] < same[0]
            (True, True)
        """
        square = 1 - self.height**2  # s^2
        same = [self.kernel(2 * ball(square) * _sine_square(Fraction(j, poses))) for j in range(poses // 2 + 1)]
        turn = Fraction(int(self.interleaved), 2 * poses)
        cross = [
            self.kernel(2 * ball(self.height**2) + 2 * ball(square) * _sine_square(Fraction(j, poses) + turn))
            for j in range(poses)
        ]
        return [same[min(j, poses - j)] for j in range(poses)], cross

    def meets(self, poses: int) -> bool:
        """Whether the antipode of a pose is a pose of the other ring."""
        return (poses % 2 == 0) != self.interleaved


def _sine_square(turn: Fraction) -> Any:
    """sin^2(pi turn), exactly 0 and 1 where it is."""
    sine = arb.sin_pi_fmpq(fmpq(turn.numerator, turn.denominator))
    return sine * sine


@dataclass(frozen=True)
class RingError:
    """What the spectrum of two rings says of a missing pose.

    Attributes:
        error: y - p for the label y = 1.
        mmd_squared: Squared kernel distance of the two rings, each pose with the weight 1/N.
        noise: 1/[K^-1]_ii, the posterior variance at the missing pose.
    """

    error: Any
    mmd_squared: Any
    noise: Any


def enclosed_ring_error(same: Sequence[Any], cross: Sequence[Any]) -> RingError:
    """Error at a missing pose of two rings with the labels 1 and -1: (harmonic mean)/(N MMD^2/2), in balls.

    With P_m = sum_j f_j w^(jm), Q_m = sum_j g_j w^(jm), w = exp(2 pi i/N): 1/noise is the mean over m of
    P_m/(P_m^2 - |Q_m|^2), MMD^2 = 2 (P_0 - Q_0)/N and error = 2 noise/(N MMD^2).

    Args:
        same: f_j = k(x_1, g^j x_1), balls or exact numbers, f_j = f_(N-j).
        cross: g_j = k(x_1, g^j x_2).

    Raises:
        InputError: If a block P_m^2 > |Q_m|^2 cannot be shown to be positive definite.

    Example:
        >>> from orbitkernels.theory.enclosed_rings import enclosed_ring_error
        >>> enclosed_ring_error([3, 1], [1, 0]).error.str(5)
        '[0.71429 +/- 4.29e-6]'
    """
    count = len(same)
    cosines = [arb.cos_pi_fmpq(fmpq(2 * j, count)) for j in range(count)]
    sines = [arb.sin_pi_fmpq(fmpq(2 * j, count)) for j in range(count)]
    f, g = ([ball(value) for value in row] for row in (same, cross))
    total, difference = arb(0), arb(0)
    for m in range(count // 2 + 1):
        P = _sum(f[j] * cosines[j * m % count] for j in range(count))
        real = _sum(g[j] * cosines[j * m % count] for j in range(count))
        imaginary = _sum(g[j] * sines[j * m % count] for j in range(count))
        determinant = P * P - real * real - imaginary * imaginary
        if not (P > 0 and determinant > 0):
            raise InputError(
                f"The Gram matrix of two rings cannot be shown to be positive definite (frequency {m})."
            )
        total += P / determinant * (1 if m in (0, count - m) else 2)
        if m == 0:
            difference = P - real
    mmd, noise = 2 * difference / count, count / total
    return RingError(2 * noise / (count * mmd), mmd, noise)


def _sum(terms: Any) -> Any:
    total = arb(0)
    for term in terms:
        total += term
    return total


def enclosed_law_constant(p: int, amplitude: Any, ratio: Any, met: bool) -> Any:
    """Limit 2A/J of N^(2p) MMD^2 error, with J = int_0^1 Z/(Z^2 - kappa^2 W^2) by rigorous quadrature.

    Z and W are the sums of (x + l)^(-2p) and (+-1)^l (x + l)^(-2p) over all integers l.  The closed forms of J are
    not used.

    Args:
        p: 1 or 2.
        amplitude: A, a ball.
        ratio: kappa, a ball, 0 <= kappa < 1.
        met: Whether W = Z; otherwise the terms of W alternate.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.enclosed_rings import enclosed_law_constant
        >>> bool(abs(enclosed_law_constant(1, 1, 0, True) / (4 * arb.pi()**2) - 1) < 1e-12)
        True
    """
    square = acb(ball(ratio)) ** 2

    def integrand(x: Any, _: Any) -> Any:
        sine, cosine = x.sin_pi(), x.cos_pi()
        if p == 1:
            Z, W = acb(1), acb(1) if met else cosine  # times (pi/sin)^2
        else:
            Z = (1 + 2 * cosine**2) / 3  # times (pi/sin)^4
            W = Z if met else cosine * (5 + cosine**2) / 6
        return sine ** (2 * p) * Z / (Z**2 - square * W**2)

    J = acb.integral(integrand, 0, 1).real / arb.pi() ** (2 * p)
    return 2 * ball(amplitude) / J
