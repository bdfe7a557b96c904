"""Density law of two rings (Theorem T11): singularities of ReLU kernels, sums over aliases, leading constants.

N equispaced poses lie on each of two circles of radius s = sqrt(1 - h^2) at the heights h and -h of the unit
sphere.  The kernel is f(alpha) between poses of one ring and g(alpha) between the rings, alpha the difference of
the angles.  A ReLU net makes f singular at alpha = 0,

    NTK:  f = smooth - c |alpha| + ...,        NNGP:  f = smooth + c |alpha|^3 + ...,

so the Fourier coefficients of f fall like A k^(-2p) with p = 1, A = c/pi and p = 2, A = 6c/pi.  Without biases the
kernel is singular at antipodes too, where g has kappa times the singularity of f.

Source: this work.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy import Integer, Rational, pi, sqrt

from orbitkernels.errors import InputError


def layer_variances(
    depth: int, weight_variance: Any, bias_variance: Any, square_norm: Any
) -> list[tuple[Any, Any]]:
    """S_l(x,x) and T_l(x,x) of a ReLU net for l = 0, ..., L and |x|^2/d = square_norm.

    Example:
        >>> from orbitkernels.theory.ring_singularities import layer_variances
        >>> layer_variances(1, 2, 0, 1)
        [(2, 2), (2, 4)]
    """
    w, b = sympy.sympify(weight_variance), sympy.sympify(bias_variance)
    variance = tangent = b + w * square_norm
    found = [(variance, tangent)]
    for _ in range(depth):
        variance = b + w / 2 * variance
        tangent = variance + w / 2 * tangent
        found.append((variance, tangent))
    return found


def singularity(
    depth: int, tangent: bool, weight_variance: Any, bias_variance: Any, radius: Any, square_norm: Any
) -> Any:
    """Coefficient c of the leading singularity of f: -c |alpha| for the NTK, c |alpha|^3 for the NNGP.

    With sigma_l = S_l(x,x), tau_l = T_l(x,x) and gamma_l = s sqrt(sw2 q (sw2/2)^l / sigma_l), the angle in layer l
    being gamma_l |alpha| to first order,

        NTK:  c = (1/pi)  sum_{l<L} (sw2/2)^(L-l) tau_l gamma_l,
        NNGP: c = (1/3pi) sum_{l<L} (sw2/2)^(L-l) sigma_l gamma_l^3.

    Args:
        depth: Number L of hidden layers.
        tangent: Whether the kernel is the NTK.
        weight_variance: sw2 > 0, a number or a symbol.
        bias_variance: sb2 >= 0, likewise.
        radius: s > 0, the radius of the circles.
        square_norm: q = |x|^2/d of the inputs; 1/3 on the unit sphere of three dimensions.

    Example:
        >>> from orbitkernels.theory.ring_singularities import singularity
        >>> singularity(1, True, 2, 0, 1, 1), singularity(1, False, 2, 0, 1, 1)
        (2/pi, 2/(3*pi))
    """
    w = sympy.sympify(weight_variance)
    total = Integer(0)
    for l, (variance, tau) in enumerate(layer_variances(depth, w, bias_variance, square_norm)[:-1]):
        gamma = radius * sqrt(sympy.cancel(w * square_norm * (w / 2) ** l / variance))
        term = tau * gamma if tangent else variance * gamma**3 / 3
        total += (w / 2) ** (depth - l) * term / pi
    return sympy.expand(total)


def antipodal_ratio(depth: int, tangent: bool) -> Any:
    """kappa: the singularity of g at alpha = pi over that of f at 0, for a ReLU net without biases.

    With t_1 = pi/2 and cos t_(l+1) = kappa1(cos t_l), the angles that antipodes have in layer l, and
    Pi = prod_{l=1}^{L-1} (1 - t_l/pi), the product of kappa0: 2 Pi / (L (L + 1)) for the NTK and Pi / L for the
    NNGP.  With biases antipodes are no antipodes in the layers, and kappa = 0.

    Example:
        >>> from orbitkernels.theory.ring_singularities import antipodal_ratio
        >>> antipodal_ratio(1, True), antipodal_ratio(2, True), antipodal_ratio(2, False)
        (1, 1/6, 1/4)
    """
    angle, product = pi / 2, Integer(1)
    for _ in range(depth - 1):
        product *= 1 - angle / pi
        angle = sympy.acos((sympy.sin(angle) + (pi - angle) * sympy.cos(angle)) / pi)
    return product * Rational(2, depth * (depth + 1)) if tangent else product / depth


def amplitude(p: int, coefficient: Any) -> Any:
    """A of the Fourier coefficients A k^(-2p) that a singularity gives: c/pi for p = 1, 6c/pi for p = 2.

    Example:
        >>> from orbitkernels.theory.ring_singularities import amplitude
        >>> amplitude(2, 1)
        6/pi
    """
    return sympy.factorial(2 * _order(p) - 1) * coefficient / pi


def alias_sum(p: int, x: Any) -> Any:
    """Z(x) = sum over all integers l of (x + l)^(-2p) in closed form.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.ring_singularities import alias_sum
        >>> alias_sum(1, sympy.Rational(1, 2))
        pi**2
    """
    sine = sympy.sin(pi * x)
    return pi**2 / sine**2 if _order(p) == 1 else pi**4 * (2 + sympy.cos(2 * pi * x)) / (3 * sine**4)


def alternating_alias_sum(p: int, x: Any) -> Any:
    """W(x) = sum over all integers l of (-1)^l (x + l)^(-2p) in closed form.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.ring_singularities import alternating_alias_sum
        >>> alternating_alias_sum(1, sympy.Rational(1, 2))
        0
    """
    sine, cosine = sympy.sin(pi * x), sympy.cos(pi * x)
    if _order(p) == 1:
        return pi**2 * cosine / sine**2
    return pi**4 * cosine * (5 + cosine**2) / (6 * sine**4)


def law_constant(p: int, amplitude: Any, ratio: Any = 0, met: bool = True) -> Any:
    """Limit of N^(2p) MMD^2 error in closed form (Theorem T11).

    4 pi^2 (1 - kappa^2) A for p = 1 and 8 pi^4 (4 + 3 sqrt 3) (1 - kappa^2) A / 33 for p = 2 if the antipode of a
    pose is a pose; 2 pi^2 (1 + sqrt(1 - kappa^2)) A for p = 1 if it lies half way between two poses.

    Args:
        p: 1 or 2.
        amplitude: A.
        ratio: kappa, 0 <= kappa < 1.
        met: Whether the antipode of a pose is a pose of the other ring; of no account if kappa = 0.

    Raises:
        InputError: For p = 2 and kappa > 0 half way between poses, where the constant is an integral.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.ring_singularities import law_constant
        >>> law_constant(1, 1 / sympy.pi)
        4*pi
    """
    kappa = sympy.sympify(ratio)
    if met or kappa == 0:
        base = 4 * pi**2 if _order(p) == 1 else Rational(8, 33) * pi**4 * (4 + 3 * sqrt(3))
        return base * (1 - kappa**2) * amplitude
    if p == 2:
        raise InputError("Argument 'p' = 2 has no elementary constant here; use enclosed_law_constant.")
    return 2 * pi**2 * (1 + sqrt(1 - kappa**2)) * amplitude


def _order(p: int) -> int:
    """p, which must be 1 or 2."""
    if p not in (1, 2):
        raise InputError(f"Argument 'p' must be 1 (NTK) or 2 (NNGP), not {p!r}.")
    return p


# ---------------------------------------------------------------------- a rational model in which the law is exact


def model_rings(
    poses: int, p: int, means: tuple[Fraction, Fraction], ratio: Fraction = Fraction(0), interleaved: bool = False
) -> list[list[list[Fraction]]]:
    """Symbol [2][2][N] of a model kernel whose Fourier coefficients are (2p)!/(2 pi k)^(2p) on a ring.

    f = a_0 - (-1)^p B_2p(x) and g = b_0 - (-1)^p kappa B_2p(x + 1/2 modulo 1) at alpha = 2 pi x, with the
    Bernoulli polynomial B_2p: all values are rational.

    Args:
        poses: N.
        p: 1 or 2.
        means: (a_0, b_0), a_0 > |b_0|.
        ratio: kappa, 0 <= kappa < 1.
        interleaved: Whether the second ring is turned by half a step.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.ring_singularities import model_rings
        >>> model_rings(2, 1, (Fraction(1), Fraction(0)))[0][0]
        [Fraction(7, 6), Fraction(11, 12)]
    """
    sign = 1 if _order(p) == 1 else -1
    turn = Fraction(int(interleaved), 2 * poses)

    def cross(j: int, direction: int) -> Fraction:
        return means[1] + sign * ratio * _bernoulli(
            p, (Fraction(j, poses) + direction * turn + Fraction(1, 2)) % 1
        )

    same = [means[0] + sign * _bernoulli(p, Fraction(j, poses)) for j in range(poses)]
    return [
        [same, [cross(j, 1) for j in range(poses)]],
        [[cross(j, -1) for j in range(poses)], same],
    ]


def _bernoulli(p: int, x: Fraction) -> Fraction:
    """B_2 or B_4 at 0 <= x <= 1."""
    return x**2 - x + Fraction(1, 6) if p == 1 else x**4 - 2 * x**3 + x**2 - Fraction(1, 30)


def model_error(
    poses: int, p: int, means: tuple[Fraction, Fraction], ratio: Fraction = Fraction(0), interleaved: bool = False
) -> tuple[Fraction, Fraction]:
    """Error at a missing pose of the model and MMD^2 of its rings, in closed form for every N >= 2.

    error MMD^2 = 2 / (P_0/(P_0^2 - Q_0^2) + S), where P_0 and Q_0 are the sums of f and g over a ring and S the
    sum over the other frequencies: for p = 1 N^2/(1 - kappa^2) or, half way between poses,
    (2 N^2/kappa^2) (1 - c (1 + r^N)/(1 - r^N)) with c = sqrt(1 - kappa^2) and r = (kappa/(1 + c))^2; for p = 2
    (N^4/2) (9 y/(x - (-1)^N) - 4)/(1 - kappa^2) with (2 + sqrt 3)^N = x + y sqrt 3.

    Args:
        poses: N >= 2; the other arguments are those of :func:`model_rings`.
        p: 1 or 2.
        means: (a_0, b_0).
        ratio: kappa; half way between poses p must be 1 and sqrt(1 - kappa^2) rational.
        interleaved: Whether the second ring is turned by half a step.

    Raises:
        InputError: If there is no such closed form.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.ring_singularities import model_error
        >>> model_error(4, 1, (Fraction(1), Fraction(0)))[0]
        Fraction(12, 197)
    """
    met = (poses % 2 == 0) != interleaved
    size, number = Fraction(1, poses ** (2 * p - 1)), Fraction(1, 6 if p == 1 else 30)
    at_half = 1 if met else Fraction(-1, 2)  # B_2(1/2)/B_2, as p = 1 or kappa = 0 half way between poses
    P = poses * means[0] + number * size
    Q = poses * means[1] + ratio * at_half * number * size
    others = _met_sum(poses, p) / (1 - ratio**2) if met or not ratio else _half_way_sum(poses, p, ratio)
    mmd = 2 * (P - Q) / poses
    return 2 / (P / (P**2 - Q**2) + others) / mmd, mmd


def _met_sum(N: int, p: int) -> Fraction:
    """Sum of 1/P_m over the frequencies m = 1, ..., N - 1 of the model."""
    if p == 1:
        return Fraction(N**2)
    x, y = 1, 0
    for _ in range(N):
        x, y = 2 * x + 3 * y, x + 2 * y
    return Fraction(N**4, 2) * (Fraction(9 * y, x - (-1) ** N) - 4)


def _half_way_sum(N: int, p: int, ratio: Fraction) -> Fraction:
    """Sum of P_m/(P_m^2 - |Q_m|^2) over m = 1, ..., N - 1 if antipodes lie half way between poses."""
    root = sympy.sqrt(1 - Rational(ratio.numerator, ratio.denominator) ** 2)
    if p != 1 or not root.is_Rational:
        raise InputError(
            f"Arguments 'p' = {p} and 'ratio' = {ratio} have no rational sum; use p = 1, ratio = 3/5."
        )
    c = Fraction(int(root.p), int(root.q))
    power = (ratio / (1 + c)) ** (2 * N)
    return 2 * N**2 / ratio**2 * (1 - c * (1 + power) / (1 - power))
