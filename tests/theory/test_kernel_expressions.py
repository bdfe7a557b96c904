"""Symbolic kernels: the derivation of kappa0 and kappa1, the recursion, and quadrature as an independent route."""

import mpmath
import pytest
import sympy

from orbitkernels.errors import InputError
from orbitkernels.theory.arc_cosine import checked, derivative_step, derive_kappa0, derive_kappa1, theta
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import (
    MAX_EXPRESSION_DEPTH,
    Covariance,
    gaussian_expression,
    general_nngp_expression,
    general_ntk_expression,
    kappa0,
    kappa1,
    laplace_expression,
    next_covariance,
    nngp_expression,
    ntk_expression,
    polynomial_expression,
)

COSINES = ("-0.95", "-0.4", "0", "0.3", "0.8", "0.99")


def conditional(function, inner, cosine, first=1, second=1):
    """E[f(z1) f(z2)], z1 and z2 of variances first and second: z2 is normal given z1, and inner(mean, variance) is
    E f of that normal; what is left is one integral."""
    cosine, first, second = (mpmath.mpf(value) for value in (cosine, first, second))

    def integrand(z):
        mean, variance = cosine * mpmath.sqrt(second) * z, second * (1 - cosine**2)
        return function(mpmath.sqrt(first) * z) * inner(mean, variance) * mpmath.npdf(z)

    return mpmath.quad(integrand, [-14, -4, 0, 4, 14])


def mean_relu(mean, variance):
    spread = mpmath.sqrt(variance)
    return mean * mpmath.ncdf(mean / spread) + spread * mpmath.npdf(mean / spread)


def mean_slope(mean, variance):
    """E erf'(z), erf'(z) = 2/sqrt(pi) exp(-z^2)."""
    wide = 1 + 2 * variance
    return 2 / mpmath.sqrt(mpmath.pi * wide) * mpmath.exp(-(mean**2) / wide)


def evaluate(expression, **values):
    """The expression at 40 digits; the keywords are the names of its symbols."""
    symbols = sorted(expression.free_symbols, key=str)
    function = sympy.lambdify(symbols, expression, "mpmath", cse=True)
    with mpmath.workdps(40):
        return mpmath.re(function(*(mpmath.mpf(values[str(symbol)]) for symbol in symbols)))


def test_derived_forms():
    assert sympy.simplify(kappa0() - (1 - sympy.acos(u) / sympy.pi)) == 0
    arc1 = (sympy.sqrt(1 - u**2) + (sympy.pi - sympy.acos(u)) * u) / sympy.pi
    assert sympy.simplify(kappa1() - arc1) == 0
    assert [kappa0(t) for t in (-1, 0, 1)] == [0, sympy.Rational(1, 2), 1]
    assert [kappa1(t) for t in (-1, 0, 1)] == [0, 1 / sympy.pi, 1]


@pytest.mark.parametrize("derive", [derive_kappa0, derive_kappa1])
def test_every_step_holds_in_numbers(derive):
    """The sides of each equation agree at 30 digits; integrals over r and phi by quadrature."""
    derivation = derive()
    assert len(derivation.steps) == 10
    numbers = {theta: sympy.Rational(7, 5), u: sympy.Rational(3, 10), sympy.Symbol("r", positive=True): 2}
    numbers[sympy.Symbol("phi", real=True)] = sympy.Rational(1, 3)
    integrals = 0
    for step in derivation.steps:
        left, right = (side.subs(numbers) for side in (step.equation.lhs, step.equation.rhs))
        if left.has(-sympy.oo):  # SymPy's quadrature over a whole line is slow
            left = left.doit()
        assert abs(sympy.N(left - right, 30)) < 1e-25
        integrals += step.equation.lhs.has(sympy.Integral)
        assert step.rule
    assert integrals == 4
    assert derivation.steps[-1].equation.rhs == derivation.expression


def test_a_false_step_raises():
    with pytest.raises(ValueError, match="'planted' does not hold"):
        checked("planted", sympy.Integral(u, (u, 0, 1)), sympy.Integer(1))


def test_kappa0_is_the_derivative_of_kappa1():
    step = derivative_step()
    assert sympy.simplify(step.equation.lhs.doit() - kappa0()) == 0


@pytest.mark.parametrize("cosine", COSINES)
def test_arc_cosine_kernels_against_quadrature(cosine):
    """2 E[relu relu] and 2 E[step step] from the normal law of z2 given z1: no polar coordinates."""
    with mpmath.workdps(25):
        relu = 2 * conditional(lambda z: max(z, 0), mean_relu, cosine)
        step = 2 * conditional(
            lambda z: mpmath.mpf(z > 0), lambda mean, variance: mpmath.ncdf(mean / mpmath.sqrt(variance)), cosine
        )
    assert abs(evaluate(kappa1(), u=cosine) - relu) < 1e-18
    assert abs(evaluate(kappa0(), u=cosine) - step) < 1e-18


@pytest.mark.parametrize("cosine", ["-0.4", "0.3", "0.8"])
def test_erf_layer_against_quadrature(cosine):
    """E[erf erf] and E[erf' erf'] for unequal variances 0.6 and 1.7."""
    first, second = sympy.Rational(3, 5), sympy.Rational(17, 10)
    mixed = sympy.sqrt(first * second) * sympy.Rational(cosine)
    after = next_covariance(Covariance(first, second, mixed, sympy.Integer(1)), 1, 0, "erf")
    with mpmath.workdps(25):
        value = conditional(
            mpmath.erf,
            lambda mean, variance: mpmath.erf(mean / mpmath.sqrt(1 + 2 * variance)),
            cosine,
            "0.6",
            "1.7",
        )
        slope = conditional(lambda z: mean_slope(z, mpmath.mpf(0)), mean_slope, cosine, "0.6", "1.7")
    assert abs(evaluate(after.mixed) - value) < 1e-18
    assert abs(evaluate(after.tangent - after.mixed) - slope) < 1e-18


def test_kappa0_on_a_circle_has_the_known_spectrum():
    """lambda_k = 2/(N sin^2(pi k/N)) for odd k, 0 for even k, N/2 for k = 0, when N is even."""
    count = 12
    with mpmath.workdps(30):
        values = [mpmath.mpf(kappa0(sympy.cos(2 * sympy.pi * j / count)).evalf(30)) for j in range(count)]
        for k in range(count):
            found = mpmath.fsum(v * mpmath.cospi(mpmath.mpf(2) * j * k / count) for j, v in enumerate(values))
            known = 2 / (count * mpmath.sinpi(mpmath.mpf(k) / count) ** 2) if k % 2 else 0
            assert abs(found - (known if k else mpmath.mpf(count) / 2)) < 1e-25


@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_first_layer_by_hand(activation):
    weight, bias = sympy.symbols("w b", positive=True)
    nngp = nngp_expression(1, weight, bias, activation)
    ntk = ntk_expression(1, weight, bias, activation)
    s, q = bias + weight * u, bias + weight
    if activation == "relu":
        value, slope = weight / 2 * q * kappa1(s / q), weight / 2 * kappa0(s / q)
    else:
        value = 2 * weight / sympy.pi * sympy.asin(2 * s / (1 + 2 * q))
        slope = 4 * weight / sympy.pi / sympy.sqrt((1 + 2 * q) ** 2 - 4 * s**2)
    numbers = {weight: sympy.Rational(13, 10), bias: sympy.Rational(1, 7), u: sympy.Rational(2, 9)}
    assert abs(sympy.N((nngp - bias - value).subs(numbers), 40)) < 1e-35
    assert abs(sympy.N((ntk - nngp - slope * s).subs(numbers), 40)) < 1e-35


@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_general_norms_specialise_and_are_symmetric(activation):
    cases = 0
    for general, special in (
        (general_nngp_expression, nngp_expression),
        (general_ntk_expression, ntk_expression),
    ):
        for depth in (1, 2, 3):
            weight, bias = sympy.Rational(7, 5), sympy.Rational(1, 20)
            wide, narrow = (f(depth, weight, bias, activation) for f in (general, special))
            assert abs(evaluate(wide, q_x=1, q_y=1, u="0.3") - evaluate(narrow, u="0.3")) < 1e-35
            ahead, back = evaluate(wide, q_x="0.5", q_y=3, u="0.3"), evaluate(wide, q_x=3, q_y="0.5", u="0.3")
            assert abs(ahead - back) < 1e-35
            assert abs(ahead - evaluate(narrow, u="0.3")) > 1e-3
            cases += 1
    assert cases == 6


def test_diagonal_of_the_ntk():
    """With sw2 = 2 and no bias S(x,x) stays 2, so T_L(x,x) = 2 (L + 1)."""
    for depth in range(1, MAX_EXPRESSION_DEPTH["relu"] + 1):
        assert sympy.simplify(ntk_expression(depth, 2, 0).subs(u, 1)) == 2 * (depth + 1)
        assert sympy.simplify(nngp_expression(depth, 2, 0).subs(u, 1)) == 2


def test_kernels_of_unit_vectors():
    """Against |x - y|^2 and <x,y> of two unit vectors of the plane at angle 1."""
    x, y = sympy.Matrix([1, 0]), sympy.Matrix([sympy.cos(1), sympy.sin(1)])
    square, product = (x - y).dot(x - y), x.dot(y)
    cosine = {u: sympy.cos(1)}
    length = sympy.Rational(3, 2)
    pairs = [
        (gaussian_expression(length), sympy.exp(-square / (2 * length**2))),
        (laplace_expression(length), sympy.exp(-sympy.sqrt(square) / length)),
        (polynomial_expression(3, 2, length), (length * product + 2) ** 3),
    ]
    for expression, value in pairs:
        assert expression.free_symbols == {u}
        assert abs(sympy.N(expression.subs(cosine) - value, 30)) < 1e-25


@pytest.mark.parametrize(
    ("depth", "activation", "message"),
    [
        (0, "relu", "'depth' must be 1 to 8"),
        (9, "relu", "'depth' must be 1 to 8"),
        (5, "erf", "'depth' must be 1 to 4"),
        (4, "gelu", "'depth' must be 1 to 3 for a written-out gelu kernel"),
        (1, "gleu", "'activation' must be one of relu, leaky_relu, .*, not 'gleu'; did you mean 'gelu'"),
        (1, "tanh(z)", "'tanh.z.' has no closed form"),
    ],
)
def test_bad_arguments(depth, activation, message):
    with pytest.raises(InputError, match=message):
        ntk_expression(depth, activation=activation)
