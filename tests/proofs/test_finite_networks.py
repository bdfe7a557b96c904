"""Nets of finite width: polynomials written out by hand, and checks that fail if one of their parts does."""

from fractions import Fraction
from functools import cache

import pytest

from orbitkernels.proofs import finite_networks as nets
from orbitkernels.proofs.finite_networks import FiniteNetwork

ONE_TWO_THREE = FiniteNetwork((1, 1, 1), (1, 2, 3), Fraction(2), Fraction(1, 2))


def test_a_net_of_one_neuron_is_its_polynomial() -> None:
    """F(x) = w_1 (1 + 2 h + 3 h^2) + b_1 with h = w_0 x + b_0."""
    net = ONE_TWO_THREE
    w0, b0, w1, b1 = (net.parameter(name) for name in ("w_0_0_0", "b_0_0", "w_1_0_0", "b_1_0"))
    h = 5 * w0 + b0
    assert net.layers([Fraction(5)]) == [[h], [w1 * (1 + 2 * h + 3 * h**2) + b1]]
    assert net.applied(h, slope=True) == 2 + 6 * h


def test_gradients_are_weighted_with_the_variances() -> None:
    """With f = w_1 h + b_1 the inner product is 2 h(x) h(y) + 1/2 + w_1^2 (2 x y + 1/2)."""
    net = FiniteNetwork((1, 1, 1), (0, 1), Fraction(2), Fraction(1, 2))
    (hx, fx), (hy, fy) = ((layer[0] for layer in net.layers([Fraction(v)])) for v in (3, 5))
    assert 2 * net.tangent(fx, fy) == 4 * hx * hy + 1 + net.parameter("w_1_0_0") ** 2 * (4 * 15 + 1)


def test_moments_of_several_parameters() -> None:
    net = ONE_TWO_THREE
    w, b = net.parameter("w_0_0_0"), net.parameter("b_0_0")
    values = [net.expectation(f) for f in (w, w**2, w**4, w**2 * b**2, w * b, 7 + w**3, w**6 * b**4)]
    assert values == [0, 2, 12, 1, 0, 7, 15 * 8 * Fraction(3, 4)]


def test_the_nets_of_the_derivation_have_two_inputs_and_two_outputs() -> None:
    assert nets.network(3, 4).widths == (2, 3, 4, 2)


def wrong(function, where):
    """The function with 1 for its results that vanish, or with twice those that do not."""

    def changed(*arguments, **options):
        found = function(*arguments, **options)
        if where == "zero":
            return found + 1 if found == 0 else found
        return 2 * found

    return changed


CHECKS = {
    "first layer": lambda: nets.first_layer_is_gaussian(2),
    "covariance": lambda: nets.conditional_covariance_is_the_mean(2, "z^2"),
    "means": lambda: nets.means_have_the_variance_of_one_over_the_width(2, "z^2"),
    "one layer": lambda: nets.one_hidden_layer_has_the_kernels_of_the_recursion(2, "z^2"),
    "chain rule": lambda: nets.gradients_follow_the_chain_rule((2,), "z^2"),
}


@pytest.mark.parametrize(
    ("check", "owner", "name", "where"),
    [
        ("first layer", FiniteNetwork, "expectation", "zero"),
        ("first layer", FiniteNetwork, "expectation", "other"),
        ("first layer", FiniteNetwork, "tangent", "zero"),
        ("first layer", FiniteNetwork, "tangent", "other"),
        ("covariance", nets, "_partial_expectation", "zero"),
        ("covariance", nets, "_partial_expectation", "other"),
        ("means", FiniteNetwork, "expectation", "other"),
        ("one layer", FiniteNetwork, "tangent", "other"),
        ("one layer", FiniteNetwork, "applied", "other"),
        ("chain rule", FiniteNetwork, "tangent", "zero"),
        ("chain rule", FiniteNetwork, "tangent", "other"),
    ],
)
def test_a_wrong_part_fails_its_check(check, owner, name, where, monkeypatch) -> None:
    assert CHECKS[check]()
    monkeypatch.setattr(owner, name, wrong(getattr(owner, name), where))
    assert not CHECKS[check]()


@cache
def kernels_of_two_squares(n, *rest):
    return KERNELS_OF_TWO_SQUARES(n, *rest)


KERNELS_OF_TWO_SQUARES = nets.kernels_of_two_squares


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("which", [0, 1])
def test_a_wrong_kernel_of_one_width_is_no_polynomial_in_its_inverse(width, which, monkeypatch) -> None:
    """Width 3 tests what widths 1 and 2 give; the limit of either kernel is compared."""

    def changed(n, *rest):
        found = list(kernels_of_two_squares(n, *rest))
        found[which] += n == width
        return tuple(found)

    monkeypatch.setattr(nets, "kernels_of_two_squares", changed)
    assert not nets.two_hidden_layers_tend_to_the_recursion()


@pytest.mark.parametrize("which", [0, 1])
def test_a_wrong_limit_alone_is_found(which, monkeypatch) -> None:
    right = nets.recursion_kernels
    monkeypatch.setattr(nets, "kernels_of_two_squares", kernels_of_two_squares)
    assert nets.two_hidden_layers_tend_to_the_recursion()
    monkeypatch.setattr(
        nets, "recursion_kernels", lambda *a: tuple(v + (i == which) for i, v in enumerate(right(*a)))
    )
    assert not nets.two_hidden_layers_tend_to_the_recursion()
