"""Nets of finite width with polynomial activations: exact polynomials in all parameters, and exact expectations.

In NTK parameterisation a weight is sigma_w/sqrt(n) W with W standard Gaussian.  Here w = sigma_w W/sqrt(n) itself
is the variable, of the rational variance sw2/n: then d/dW = sqrt(sw2/n) d/dw, and the tangent kernel is
sum_p Var(p) (df(x)/dp) (df(y)/dp).  No square roots are needed, so that everything is rational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from orbitkernels.theory import polynomial_layers
from orbitkernels.theory.kernels import Covariance
from orbitkernels.theory.polynomial_layers import pairings

Polynomial = Any


@dataclass(frozen=True)
class FiniteNetwork:
    """A fully connected net.

    Args:
        widths: n_0 = d, n_1, ..., n_L, and the number of outputs.
        activation: Coefficients of the polynomial phi.
        weight_variance: sw2.
        bias_variance: sb2.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.finite_networks import FiniteNetwork
        >>> net = FiniteNetwork((1, 2, 1), (0, 0, Fraction(1)), Fraction(1), Fraction(0))
        >>> f = net.layers([Fraction(1)])[-1][0]
        >>> net.expectation(f * f)  # E[z^4] = 3 for a standard Gaussian
        Fraction(3, 1)
    """

    widths: tuple[int, ...]
    activation: tuple[Fraction | int, ...]
    weight_variance: Fraction
    bias_variance: Fraction

    @cached_property
    def _names(self) -> list[tuple[str, Fraction]]:
        """Parameters and their variances: w_l_i_j of layer l, from neuron j to neuron i, and the bias b_l_i."""
        found = []
        for layer, (inputs, outputs) in enumerate(zip(self.widths, self.widths[1:], strict=False)):
            for i in range(outputs):
                found += [(f"w_{layer}_{i}_{j}", self.weight_variance / inputs) for j in range(inputs)]
                found.append((f"b_{layer}_{i}", self.bias_variance))
        return found

    @cached_property
    def _ring(self) -> Any:
        return fmpq_mpoly_ctx.get([name for name, _ in self._names], Ordering.lex)

    def parameter(self, name: str) -> Polynomial:
        """The variable of that name."""
        return self._ring.gen([known for known, _ in self._names].index(name))

    def layers(self, x: Sequence[Fraction]) -> list[list[Polynomial]]:
        """Pre-activations h^(1), ..., h^(L+1) at an input, polynomials in the parameters."""
        values = [self._ring.constant(_rational(v)) for v in x]
        found: list[list[Polynomial]] = []
        for layer, outputs in enumerate(self.widths[1:]):
            if layer:
                values = [self.applied(h) for h in found[-1]]
            found.append([self._neuron(layer, i, values) for i in range(outputs)])
        return found

    def _neuron(self, layer: int, i: int, values: Sequence[Polynomial]) -> Polynomial:
        weighted = (self.parameter(f"w_{layer}_{i}_{j}") * values[j] for j in range(self.widths[layer]))
        return sum(weighted, start=self.parameter(f"b_{layer}_{i}"))

    def applied(self, h: Polynomial, slope: bool = False) -> Polynomial:
        """phi(h), or phi'(h)."""
        factors = [k * c for k, c in enumerate(self.activation)][1:] if slope else self.activation
        total = self._ring.constant(0)
        for factor in reversed(factors):
            total = total * h + _rational(factor)
        return total

    def tangent(self, f: Polynomial, g: Polynomial) -> Polynomial:
        """sum_p Var(p) (df/dp)(dg/dp), the inner product of the gradients in the standard Gaussian parameters."""
        total = self._ring.constant(0)
        for name, variance in self._names:
            if variance:
                total += _rational(variance) * f.derivative(name) * g.derivative(name)
        return total

    def expectation(self, f: Polynomial) -> Fraction:
        """E[f] over all parameters: E[p^(2k)] = (2k - 1)!! Var(p)^k, and different parameters are independent."""
        total = Fraction(0)
        for exponents, factor in f.to_dict().items():
            term = Fraction(int(factor.p), int(factor.q))
            for exponent, (_, variance) in zip(exponents, self._names, strict=True):
                if exponent:
                    term *= pairings(int(exponent)) * variance ** (int(exponent) // 2)
            total += term
        return total

    def expected_kernels(self, x: Sequence[Fraction], y: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
        """E[f(x) f(y)] and E[<grad f(x), grad f(y)>] of the first output, over all parameters."""
        f, g = self.layers(x)[-1][0], self.layers(y)[-1][0]
        return self.expectation(f * g), self.expectation(self.tangent(f, g))


def _rational(value: Fraction | int) -> Any:
    return fmpq(Fraction(value).numerator, Fraction(value).denominator)


# ---------------------------------------------------------------------- what a derivation says, on one net

ONE, HALF = Fraction(1), Fraction(1, 2)

#: Activations of the instances: z^2 and z + z^3.
ACTIVATIONS = {"z^2": (0, 0, ONE), "z + z^3": (0, ONE, 0, ONE)}

#: Two inputs of R^2 and variances, all different.
X, Y = (Fraction(1), Fraction(-2)), (Fraction(3, 2), Fraction(1, 3))
VARIANCES = (Fraction(3, 4), Fraction(2, 5))


def network(*widths: int, activation: str = "z^2") -> FiniteNetwork:
    """A net on R^2 with two outputs."""
    return FiniteNetwork((2, *widths, 2), ACTIVATIONS[activation], *VARIANCES)


def _inner(x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    """S_0(x, y)."""
    weight, bias = VARIANCES
    return bias + weight * sum(a * b for a, b in zip(x, y, strict=True)) / len(x)


def first_layer_is_gaussian(width: int) -> bool:
    """E[h_i(x) h_k(y)] = delta_ik S_0(x, y), and the tangent kernel of the first layer is delta_ik S_0(x, y)."""
    net = network(width)
    one, other = net.layers(X)[0], net.layers(Y)[0]
    wanted = {(i, k): _inner(X, Y) if i == k else Fraction(0) for i in range(width) for k in range(width)}
    return all(net.expectation(one[i] * other[k]) == value for (i, k), value in wanted.items()) and all(
        net.tangent(one[i], other[k]) == _rational(value) for (i, k), value in wanted.items()
    )


def conditional_covariance_is_the_mean(width: int, activation: str) -> bool:
    """Given layer 1: E[h_i(x) h_k(y)] = delta_ik (sb2 + sw2/n sum_j phi(h_j(x)) phi(h_j(y))).

    The weights of layer 2 occur as squares, with the variance sw2/n, and in products of different ones, with 0.
    """
    net = network(width, activation=activation)
    (below_x, above_x), (below_y, above_y) = net.layers(X), net.layers(Y)
    weight, bias = VARIANCES
    mean = sum(net.applied(p) * net.applied(q) for p, q in zip(below_x, below_y, strict=True))
    wanted = _rational(bias) + _rational(weight / width) * mean
    own = [i for i, (name, _) in enumerate(net._names) if name[2] == "1"]
    return all(
        _partial_expectation(net, above_x[i] * above_y[k], own) == (wanted if i == k else net._ring.constant(0))
        for i in range(2)
        for k in range(2)
    )


def _partial_expectation(net: FiniteNetwork, f: Polynomial, own: Sequence[int]) -> Polynomial:
    """E[f] over the parameters with those numbers only."""
    total = net._ring.constant(0)
    for exponents, factor in f.to_dict().items():
        kept, value = list(map(int, exponents)), factor
        for i in own:
            value *= pairings(kept[i]) * _rational(net._names[i][1]) ** (kept[i] // 2)
            kept[i] = 0
        if value:
            total += net._ring.from_dict({tuple(kept): value})
    return total


def means_have_the_variance_of_one_over_the_width(width: int, activation: str) -> bool:
    """Var((1/n) sum_j phi(h_j(x)) phi(h_j(y))) = (1/n) Var(phi(h_1(x)) phi(h_1(y))), multiplied by n^2."""

    def variance_of_sum(count: int) -> Fraction:
        net = FiniteNetwork((1, count, 1), ACTIVATIONS[activation], *VARIANCES)
        pairs = zip(net.layers(X[:1])[0], net.layers(Y[:1])[0], strict=True)
        total = sum(net.applied(p) * net.applied(q) for p, q in pairs)
        return net.expectation(total * total) - net.expectation(total) ** 2

    return variance_of_sum(width) == width * variance_of_sum(1)


def recursion_kernels(
    depth: int,
    activation: Sequence[Fraction | int],
    variances: tuple[Fraction, Fraction],
    x: Sequence[Fraction],
    y: Sequence[Fraction],
) -> tuple[Fraction, Fraction]:
    """S^(L)(x, y) and T^(L)(x, y) by the recursion in rational numbers."""
    weight, bias = variances

    def start(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
        return bias + weight * sum(p * q for p, q in zip(a, b, strict=True)) / len(a)

    layer = Covariance(start(x, x), start(y, y), start(x, y), start(x, y))
    for _ in range(depth):
        layer = polynomial_layers.polynomial_layer(layer, [Fraction(c) for c in activation], weight, bias)
    return layer.mixed, layer.tangent


def one_hidden_layer_has_the_kernels_of_the_recursion(width: int, activation: str) -> bool:
    """E[f(x) f(y)] = S^(1)(x, y) and E[<grad f(x), grad f(y)>] = T^(1)(x, y) at this width."""
    found = network(width, activation=activation).expected_kernels(X, Y)
    return found == recursion_kernels(1, ACTIVATIONS[activation], VARIANCES, X, Y)


def kernels_of_two_squares(
    width: int, variances: tuple[Fraction, Fraction], x: Fraction, y: Fraction
) -> tuple[Fraction, Fraction]:
    """Expected kernels of the net R -> R^width -> R -> R with activation z^2."""
    return FiniteNetwork((1, width, 1, 1), ACTIVATIONS["z^2"], *variances).expected_kernels([x], [y])


def two_hidden_layers_tend_to_the_recursion(
    variances: tuple[Fraction, Fraction] = VARIANCES, x: Fraction = X[0], y: Fraction = Y[0]
) -> bool:
    """With phi = z^2 both expectations are a + b/n_1; a is S^(2) and T^(2).

    h^(2) is a sum of n_1 terms, and a product of four of its weights pairs them to two sums over neurons with the
    factor 1/n_1^2, of n_1^2 terms of which n_1 have equal neurons: a polynomial in 1/n_1 of degree 1.  The widths
    1 and 2 give it, and width 3 tests it.
    """
    one, two, three = (kernels_of_two_squares(n, variances, x, y) for n in (1, 2, 3))
    limits = tuple(2 * b - a for a, b in zip(one, two, strict=True))
    tested = all(c == a + (b - a) * Fraction(4, 3) for a, b, c in zip(one, two, three, strict=True))
    return tested and limits == recursion_kernels(2, ACTIVATIONS["z^2"], variances, [x], [y])


def gradients_follow_the_chain_rule(widths: tuple[int, ...], activation: str) -> bool:
    """Theta_ik = delta_ik (sb2 + sw2/n sum phi phi) + sum_jj' w_ij w_kj' phi'(h_j) phi'(h_j') Theta_jj'.

    Both sides are polynomials in all parameters, for every layer but the first.
    """
    net = network(*widths, activation=activation)
    at_x, at_y = net.layers(X), net.layers(Y)
    weight, bias = VARIANCES
    zero = net._ring.constant(0)
    for layer in range(1, len(at_x)):
        below_x, below_y, n = at_x[layer - 1], at_y[layer - 1], net.widths[layer]
        mean = sum(net.applied(p) * net.applied(q) for p, q in zip(below_x, below_y, strict=True))
        for i in range(len(at_x[layer])):
            for k in range(len(at_y[layer])):
                found = _rational(bias) + _rational(weight / n) * mean if i == k else zero
                for j, p in enumerate(below_x):
                    for m, q in enumerate(below_y):
                        through = net.parameter(f"w_{layer}_{i}_{j}") * net.parameter(f"w_{layer}_{k}_{m}")
                        slopes = net.applied(p, slope=True) * net.applied(q, slope=True)
                        found += through * slopes * net.tangent(p, q)
                if found != net.tangent(at_x[layer][i], at_y[layer][k]):
                    return False
    return True
