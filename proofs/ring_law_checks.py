"""Two rings: what the derivation of T11 claims, checked exactly on instances, and its nets in the cosine."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb, isqrt
from typing import TYPE_CHECKING, Any

from orbitkernels.theory.cyclotomics import root_of_unity, weighted_sum
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
from orbitkernels.theory.ring_singularities import model_error, model_rings

from .instances import named_group

if TYPE_CHECKING:
    from .t11_density_law import NetCase

#: Means (a_0, b_0) of the model kernel.
MEANS = (Fraction(3, 2), Fraction(1, 4))

#: Numbers of poses for which the law is tried.
POSES = (8, 16, 32, 128)

#: Irrational limits are bracketed to one part in this.
SCALE = 10**40


def aliases(N: int, interleaved: bool) -> bool:
    """Whether the transform of the samples of a trigonometric polynomial is the sum over aliases."""
    order, offset = 2 * N, int(interleaved)
    frequencies = range(-2 * N - 1, 2 * N + 2)
    a = {k: abs(k) for k in frequencies}  # even in k
    samples = [
        weighted_sum(list(a.values()), [root_of_unity(order, k * (2 * j + offset)) for k in a]) for j in range(N)
    ]
    for m in range(N):
        transform = weighted_sum([1] * N, [x * root_of_unity(order, 2 * m * j) for j, x in enumerate(samples)])
        alike = [k for k in frequencies if (k - m) % N == 0]
        expected = weighted_sum([N * a[k] for k in alike], [root_of_unity(order, -k * offset) for k in alike])
        if transform != expected:
            return False
    return True


def error_by_refitting(N: int, p: int, ratio: Fraction = Fraction(0), interleaved: bool = False) -> bool:
    """Whether the closed form of the model is what dropping a pose and solving anew gives."""
    found, _ = model_error(N, p, MEANS, ratio, interleaved)
    return found == refitted_model(N, p, MEANS, ratio, interleaved)


def refitted_model(
    N: int, p: int, means: tuple[Fraction, Fraction], ratio: Fraction, interleaved: bool
) -> Fraction:
    """Error at a missing pose of the model, over the rationals."""
    K = exact_gram(named_group(f"C{N}"), model_rings(N, p, means, ratio, interleaved))
    return exact_leave_out(K, [1] * N + [-1] * N, [0])[0][0]


def law_holds(p: int, ratio: Fraction = Fraction(0), interleaved: bool = False, odd: bool = False) -> bool:
    """Whether N^2 |N^2p MMD^2 error - limit| is at most 10 for the model, N = 8, 16, 32, 128, or one more if odd.

    The limits are those of the theorem for A = (2p)!/(2 pi)^2p: 2 (1 - kappa^2) and 1 + sqrt(1 - kappa^2) for
    p = 1, (4/11)(4 + 3 sqrt 3)(1 - kappa^2) for p = 2.  Irrational limits are bracketed by rationals.
    """
    for N in (size + odd for size in POSES):
        error, mmd = model_error(N, p, MEANS, ratio, interleaved)
        value = error * mmd * N ** (2 * p)
        if any(abs(value - limit) * N**2 > 10 for limit in _limit(p, ratio, met=odd == interleaved)):
            return False
    return True


def _limit(p: int, ratio: Fraction, met: bool) -> tuple[Fraction, Fraction]:
    """Rationals below and above the limit of the model."""
    if p == 2:
        root = isqrt(27 * SCALE**2)  # 3 sqrt 3
        low, high = (Fraction(4, 11) * (4 + Fraction(root + i, SCALE)) * (1 - ratio**2) for i in (0, 1))
        return low, high
    square = 1 - ratio**2
    if met:
        return 2 * square, 2 * square
    root = isqrt(square.numerator * SCALE**2 // square.denominator)
    return 1 + Fraction(root, SCALE), 1 + Fraction(root + 1, SCALE)


def singularities_solve_the_recursion(depth: int) -> bool:
    """Whether the sums for c_L and c'_L, in symbols, are what the recursion over the layers gives."""
    import sympy

    from orbitkernels.theory.ring_singularities import layer_variances, singularity

    w, b, s, q = sympy.symbols("w b s q", positive=True)
    layers = layer_variances(depth, w, b, q)
    square = w * q / (b + w * q)  # (gamma_0/s)^2
    ntk = nngp = sympy.Integer(0)
    for (variance, tangent), (after, _) in pairwise(layers):
        gamma = s * sympy.sqrt(square)
        ntk = w / 2 * (ntk + gamma * tangent / sympy.pi)
        nngp = w / 2 * (nngp + variance * gamma**3 / (3 * sympy.pi))
        square = sympy.cancel(w / 2 * variance / after * square)
    pairs = ((ntk, singularity(depth, True, w, b, s, q)), (nngp, singularity(depth, False, w, b, s, q)))
    return all(sympy.expand(one - other) == 0 for one, other in pairs)


def ratios_solve_the_recursion(depth: int) -> bool:
    """Whether kappa is the quotient of the singularities at antipodes and at u = 1 of a net without biases."""
    import sympy

    from orbitkernels.theory.ring_singularities import antipodal_ratio, singularity

    def kappa0(v: Any) -> Any:
        return 1 - sympy.acos(v) / sympy.pi

    def kappa1(v: Any) -> Any:
        return (sympy.sqrt(1 - v**2) + (sympy.pi - sympy.acos(v)) * v) / sympy.pi

    w, s, q = sympy.symbols("w s q", positive=True)
    variance, cosine = w * q, sympy.Integer(0)
    ntk, nngp = w / 2 * variance * s / sympy.pi, w / 2 * variance * s**3 / (3 * sympy.pi)
    for _ in range(depth - 1):
        ntk, nngp = w / 2 * kappa0(cosine) * ntk, w / 2 * kappa0(cosine) * nngp
        cosine = kappa1(cosine)
    return all(
        sympy.expand(found / singularity(depth, tangent, w, 0, s, q) - antipodal_ratio(depth, tangent)) == 0
        for found, tangent in ((ntk, True), (nngp, False))
    )


def coefficients_dominate(coefficients: tuple[int, ...], height: Fraction) -> bool:
    """Whether a_k > |b_k| below the degree of the kernel sum_n c_n u^n; at the degree they are equal."""
    a, b = ring_coefficients(coefficients, height)
    return all(a[k] > abs(b[k]) for k in range(len(coefficients) - 1))


def ring_coefficients(coefficients: tuple[int, ...], height: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """a_k and b_k, k = 0, 1, ..., of the kernel sum_n c_n u^n on rings at the heights h and -h."""
    square = 1 - height**2
    return _fourier(coefficients, height**2, square), _fourier(coefficients, -(height**2), square)


def _fourier(coefficients: tuple[int, ...], offset: Fraction, square: Fraction) -> list[Fraction]:
    """Fourier coefficients k = 0, 1, ... of sum_n c_n (offset + square cos alpha)^n."""
    found = [Fraction(0)] * len(coefficients)
    for n, c in enumerate(coefficients):
        for j in range(n + 1):  # cos^j = 2^-j sum_i binom(j, i) e^(i (j - 2i) alpha)
            factor = c * comb(n, j) * offset ** (n - j) * square**j / 2**j
            for i in range(j // 2 + 1):
                found[j - 2 * i] += factor * comb(j, i)
    return found


def in_the_cosine(case: NetCase, poses: int) -> tuple[list[Any], list[Any]]:
    """k(x_1, g^j x_1) for j = 1, ..., N - 1 and k(x_1, g^j x_2) for every j, in balls, by K4 in the cosine u."""
    from flint import arb, fmpq

    from orbitkernels.theory.balls import ball

    bias, weight = ball(case.bias), ball(case.weight)

    def kernel(u: Any) -> Any:
        variance = bias + weight / 3
        mixed = tangent = bias + weight / 3 * u
        for _ in range(case.depth):
            cosine = mixed / variance
            if cosine.overlaps(arb(-1)):  # antipodes without biases, where a ball would reach beyond -1
                cosine = arb(-1)
            angle = cosine.acos()
            mixed = bias + weight / 2 * variance * (angle.sin() + (arb.pi() - angle) * cosine) / arb.pi()
            variance = bias + weight / 2 * variance
            tangent = mixed + weight / 2 * (1 - angle / arb.pi()) * tangent
        return tangent if case.tangent else mixed

    def value(angle: Fraction, sign: int) -> Any:
        across = arb.cos_pi_fmpq(fmpq(angle.numerator, angle.denominator))
        return kernel(ball(1 - case.height**2) * across + ball(sign * case.height**2))

    turn = Fraction(int(case.interleaved), poses)
    angles = [Fraction(2 * j, poses) for j in range(poses)]
    return [value(angle, 1) for angle in angles[1:]], [value(angle + turn, -1) for angle in angles]


def every(check: Any, *cases: tuple[str, tuple[Any, ...]]) -> list[tuple[str, Any]]:
    """Instances for a step: a name and the call that decides it."""
    from functools import partial

    return [(name, partial(check, *arguments)) for name, arguments in cases]
