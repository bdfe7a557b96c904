"""Duals of activations at 60 digits against the definition: the mean of f by hand, then one integral."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import mpmath
import pytest
import sympy
from flint import ctx, fmpq
from mpmath import mpf, ncdf, npdf, sqrt

from orbitkernels.errors import InputError
from orbitkernels.theory import gaussian_expectations, gaussian_quadrature
from orbitkernels.theory.activation_text import formula_activation, parse_activation
from orbitkernels.theory.activations import ACTIVATIONS, named_activation
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.gaussian_expectations import NoClosedFormError, closed_expectations, s11, s12, s22, z
from orbitkernels.theory.gaussian_quadrature import estimated_expectation

DIGITS = 60

#: (s11, s22, s12), s12 as a share of the largest one: generic, nearly equal inputs, equal, opposite, very unequal.
COVARIANCES = [
    ("0.7", "1.3", "-0.6"),
    ("1", "1", "0.999999999999"),
    ("1.5", "1.5", "1"),
    ("0.8", "0.8", "-1"),
    ("0.0001", "9", "0.5"),
]


@dataclass(frozen=True)
class ByHand:
    """f, f', E f(m + sqrt(v) g), E f'(m + sqrt(v) g) of a standard Gaussian g, and whether f has a kink at 0."""

    f: Callable
    slope: Callable
    mean: Callable
    mean_slope: Callable
    kink: bool = False


def leaky(a):
    def mean(m, v):
        s = sqrt(v)
        return (m * ncdf(m / s) + s * npdf(m / s)) * (1 - a) + a * m if v else (m if m > 0 else a * m)

    def mean_slope(m, v):
        return ((1 - a) * ncdf(m / sqrt(v)) if v else (1 - a) * (m > 0)) + a

    return ByHand(lambda t: mean(t, mpf(0)), lambda t: mean_slope(t, mpf(0)), mean, mean_slope, kink=True)


def smooth(mean, mean_slope):
    """For smooth f the variance 0 gives f itself."""
    return ByHand(lambda t: mean(t, mpf(0)), lambda t: mean_slope(t, mpf(0)), mean, mean_slope)


def gelu_mean(m, v):
    w = sqrt(1 + v)
    return m * ncdf(m / w) + v / w * npdf(m / w)


def gelu_mean_slope(m, v):
    w = sqrt(1 + v)
    return ncdf(m / w) + m / w**3 * npdf(m / w)


def power_mean(n, m, v):
    """E (m + sqrt(v) g)^n = m E(.)^(n - 1) + (n - 1) v E(.)^(n - 2)."""
    before, now = mpf(0), mpf(1)
    for k in range(n):
        before, now = now, m * now + k * v * before
    return now


def polynomial(*coefficients):
    return smooth(
        lambda m, v: sum(c * power_mean(n, m, v) for n, c in enumerate(coefficients)),
        lambda m, v: sum(n * c * power_mean(n - 1, m, v) for n, c in enumerate(coefficients) if n),
    )


def damped(function, w, v):
    return mpmath.exp(-w * w * v / 2) * function


BY_HAND = {
    "relu": lambda: leaky(mpf(0)),
    "leaky_relu(1/10)": lambda: leaky(mpf(1) / 10),
    "abs": lambda: leaky(mpf(-1)),
    "erf": lambda: smooth(
        lambda m, v: mpmath.erf(m / sqrt(1 + 2 * v)),
        lambda m, v: 2 / sqrt(mpmath.pi * (1 + 2 * v)) * mpmath.exp(-m * m / (1 + 2 * v)),
    ),
    "gelu": lambda: smooth(gelu_mean, gelu_mean_slope),
    "sin(3/2)": lambda: smooth(
        lambda m, v: damped(mpmath.sin(1.5 * m), 1.5, v), lambda m, v: 1.5 * damped(mpmath.cos(1.5 * m), 1.5, v)
    ),
    "cos": lambda: smooth(lambda m, v: damped(mpmath.cos(m), 1, v), lambda m, v: -damped(mpmath.sin(m), 1, v)),
    "hermite(3)": lambda: polynomial(0, -3 / sqrt(6), 0, 1 / sqrt(6)),
    "hermite(4)": lambda: polynomial(3 / sqrt(24), 0, -6 / sqrt(24), 0, 1 / sqrt(24)),
    "polynomial(1, -2, 0, 1/2)": lambda: polynomial(1, -2, 0, mpf(1) / 2),
    "z+sin(z)/2": lambda: smooth(
        lambda m, v: m + damped(mpmath.sin(m), 1, v) / 2, lambda m, v: 1 + damped(mpmath.cos(m), 1, v) / 2
    ),
    "exp(z/2)": lambda: smooth(lambda m, v: mpmath.exp(m / 2 + v / 8), lambda m, v: mpmath.exp(m / 2 + v / 8) / 2),
    "exp(-z^2/2)": lambda: smooth(
        lambda m, v: mpmath.exp(-m * m / (2 + 2 * v)) / sqrt(1 + v),
        lambda m, v: -m / (1 + v) * mpmath.exp(-m * m / (2 + 2 * v)) / sqrt(1 + v),
    ),
    "3*z+2*relu(-z)": lambda: leaky(mpf(1) / 3),  # three times that
}
FACTORS = {"3*z+2*relu(-z)": 3}


def triple(covariance):
    """s11, s22, s12 as mpf."""
    first, second, share = map(mpf, covariance)
    return first, second, share * sqrt(first * second)


def by_integral(hand, covariance):
    """E[f(z1) f(z2)] and E[f'(z1) f'(z2)]: z1 = sqrt(s11) g, z2 given z1 is normal."""
    first, second, mixed = triple(covariance)
    rest = max(second - mixed * mixed / first, mpf(0)) if abs(mpf(covariance[2])) < 1 else mpf(0)

    def integrand(function, mean):
        return lambda g: function(sqrt(first) * g) * mean(mixed / sqrt(first) * g, rest) * npdf(g)

    pairs = ((hand.f, hand.mean), (hand.slope, hand.mean_slope))
    if not hand.kink:  # the trapezoidal rule converges exponentially
        return [trapezoidal(integrand(f, mean)) for f, mean in pairs]
    width = sqrt(rest * first) / abs(mixed)
    ends = sorted(
        {mpf(0), *(s * t for s in (-1, 1) for t in (mpf(18), mpf(4), 4 * width, 18 * width) if 0 < t <= 18)}
    )
    return [mpmath.quad(integrand(f, mean), ends, method="gauss-legendre") for f, mean in pairs]


def trapezoidal(integrand):
    step = mpf(1) / 8
    return step * mpmath.fsum(integrand(k * step) for k in range(-150, 151))


def closed(activation, covariance):
    """The closed forms as numbers; s11, s22 and s12 are exact, but for the irrational root."""
    values = [sympy.Rational(text) for text in covariance[:2]]
    mixed = sympy.Rational(covariance[2]) * sympy.sqrt(values[0] * values[1])
    return [
        mpf(sympy.N(function(*values, mixed), mpmath.mp.dps + 20))
        for function in (activation.covariance, activation.slope_covariance)
    ]


@cache
def exact_pair(text, covariance):
    with mpmath.workdps(DIGITS + 15):
        factor = FACTORS.get(text, 1) ** 2
        return [factor * value for value in by_integral(BY_HAND[text](), covariance)]


def worst(text, expectations, covariances=COVARIANCES):
    """Largest error of a function (text, covariance) -> two expectations, in units of the value or 1."""
    with mpmath.workdps(DIGITS + 15):
        return max(
            abs(found - known) / max(abs(known), 1)
            for covariance in covariances
            for found, known in zip(expectations(text, covariance), exact_pair(text, covariance), strict=True)
        )


@pytest.mark.parametrize("text", BY_HAND)
def test_closed_forms_are_the_integrals_at_60_digits(text):
    covariances = COVARIANCES if text == "relu" or not BY_HAND[text]().kink else COVARIANCES[:1] + COVARIANCES[2:4]

    def stated(text, covariance):
        return closed(parse_activation(text), covariance)

    assert worst(text, stated, covariances) < mpf(10) ** -DIGITS


def derived(text, covariance):
    """By the change of the Gaussian and Stein's lemma, whatever closed form is stated."""
    values = [sympy.Rational(entry) for entry in covariance[:2]]
    mixed = sympy.Rational(covariance[2]) * sympy.sqrt(values[0] * values[1])
    numbers = {s11: values[0], s22: values[1], s12: mixed}
    expressions = closed_expectations(parse_activation(text).expression)
    return [mpf(sympy.N(expression.subs(numbers), mpmath.mp.dps + 20)) for expression in expressions]


@pytest.mark.parametrize("text", BY_HAND)
def test_derived_forms_are_the_integrals_at_60_digits(text):
    assert worst(text, derived, [COVARIANCES[0], COVARIANCES[2]]) < mpf(10) ** -DIGITS


@pytest.mark.parametrize("text", [*BY_HAND, "z*erf(2*z)+cos(z)", "abs(z)^3+z", "relu(z)^2", "cosh(z)*sin(z)"])
def test_the_slope_is_the_derivative_in_s12(text):
    """Price's theorem, and the symmetry in s11 and s22."""
    f = parse_activation(text)
    value, slope = f.covariance(s11, s22, s12), f.slope_covariance(s11, s22, s12)
    numbers = {s11: sympy.Rational(7, 10), s22: sympy.Rational(13, 10), s12: sympy.Rational(-3, 5)}
    turned = {s11: numbers[s22], s22: numbers[s11], s12: numbers[s12]}
    assert abs(sympy.N((value.diff(s12) - slope).subs(numbers), 50)) < 1e-45
    assert abs(sympy.N(value.subs(turned) - value.subs(numbers), 50)) < 1e-45
    diagonal = value.subs({s11: sympy.Rational(2, 3), s22: sympy.Rational(2, 3), s12: sympy.Rational(2, 3)})
    assert abs(sympy.N(f.variance(sympy.Rational(2, 3)) - diagonal, 50)) < 1e-45


PLANTED = [
    ("gelu", "_base", lambda original: lambda *a: original(*a) * (1 + sympy.Rational(1, 10**50))),
    ("relu", "_at_zero", lambda original: lambda *a: 2 * original(*a)),
    ("erf", "_spread", lambda original: lambda scale, v: original(scale, v + sympy.Rational(1, 10**50))),
    ("sin(3/2)", "_absorbed", lambda original: lambda *a: (original(*a)[0] * 2, *original(*a)[1:])),
    ("polynomial(1, -2, 0, 1/2)", "_derivative", lambda original: lambda term: list(original(term))[:0]),
]


@pytest.mark.parametrize(("text", "function", "mistake"), PLANTED)
def test_a_mistake_in_the_derivation_is_found(text, function, mistake, monkeypatch):
    gaussian_expectations._expectation.cache_clear()
    gaussian_expectations.expectation.cache_clear()
    monkeypatch.setattr(gaussian_expectations, function, mistake(getattr(gaussian_expectations, function)))
    found = worst(text, derived, COVARIANCES[:1])
    gaussian_expectations._expectation.cache_clear()
    gaussian_expectations.expectation.cache_clear()
    assert found > mpf(10) ** -55


def test_a_mistake_in_a_closed_form_is_found():
    good = parse_activation("gelu")

    def bad(text, covariance):
        value, slope = closed(good, covariance)
        return value * (1 + mpf(10) ** -57), slope

    assert worst("gelu", bad) > mpf(10) ** -59


# ------------------------------------------------------------------------------------------------ quadrature


@pytest.mark.parametrize(
    ("text", "digits"), [("erf", 30), ("gelu", 18), ("sin(3/2)", 40), ("exp(z/2)", 30), ("relu", 9), ("abs", 9)]
)
@pytest.mark.parametrize("covariance", [(fmpq(7, 10), fmpq(13, 10), fmpq(-3, 5)), (fmpq(2), fmpq(2), fmpq(2))])
def test_quadrature_has_at_most_the_error_that_it_states(text, digits, covariance):
    f = parse_activation(text)
    values = [sympy.Rational(int(value.p), int(value.q)) for value in covariance]
    for function, closed_form in ((f.expression, f.covariance), (f.slope, f.slope_covariance)):
        found = estimated_expectation(function, function, covariance, digits)
        with ctx.workdps(digits + 20):
            error = abs(enclose(closed_form(*values), {}) - found.value)
        assert float(error.upper()) <= found.error < 10.0**-digits


def test_quadrature_of_an_activation_without_closed_form():
    """tanh, by a sum over a grid of its own."""
    covariance = (fmpq(1), fmpq(3, 2), fmpq(1))
    found = estimated_expectation(sympy.tanh(z), sympy.tanh(z), covariance, 14)
    with mpmath.workdps(25):
        step = mpf(1) / 8
        nodes = [(k * step, npdf(k * step) * step) for k in range(-64, 65)]
        known = mpmath.fsum(
            w * v * mpmath.tanh(s) * mpmath.tanh(s + sqrt(mpf(1) / 2) * t) for s, w in nodes for t, v in nodes
        )
        assert abs(mpf(found.value.str(25, radius=False)) - known) < 1e-13
    assert found.error < 1e-14


def test_a_mistake_in_the_quadrature_is_found(monkeypatch):
    monkeypatch.setattr(gaussian_quadrature, "_density", lambda t: (-t * t / 2).exp() / 2)
    with pytest.raises(AssertionError):
        test_quadrature_has_at_most_the_error_that_it_states("erf", 30, (fmpq(2), fmpq(2), fmpq(1)))


def test_covariances_that_are_none():
    for covariance in ((fmpq(1), fmpq(1), fmpq(2)), (fmpq(0), fmpq(1), fmpq(0)), (fmpq(1), fmpq(-1), fmpq(0))):
        with pytest.raises(InputError, match="are none; s12"):
            estimated_expectation(z, z, covariance)


# ------------------------------------------------------------------------------------------------ reading

READ = {
    "relu": "relu", "abs(z)": "abs", "Abs(-z)": "abs", "relu(z)": "relu", "(z+abs(z))/2": "relu",
    "leaky_relu(0.1)": "leaky_relu(0.1)", "leaky_relu(slope=1/3)": "leaky_relu(1/3)", "erf(z)": "erf",
    "gelu(z)": "gelu", "z*(1+erf(z/sqrt(2)))/2": "gelu", "sin": "sin", "sin(1)": "sin", "sin(2*z)": "sin(2)",
    "cos(frequency=0.5)": "cos(0.5)", "hermite(3)": "hermite(3)", "polynomial(0,1,1/2)": "polynomial(0, 1, 0.5)",
    "z": "polynomial(0, 1)", "z^2+1": "polynomial(1, 0, 1)", "tanh(z)": "tanh(z)", "z+sin(z)/2": "z + sin(z)/2",
    "softplus(z)": "log(exp(z) + 1)", "z*sigmoid(z)": "z/(1 + exp(-z))", "Abs(z)^(3/2)": "Abs(z)**(3/2)",
    "exp(-exp(z))": "exp(-exp(z))", "exp(abs(z)^1.9)": "exp(Abs(z)**(19/10))", "1/(2+sin(z))": "1/(sin(z) + 2)",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_texts(text):
    f = parse_activation(text)
    assert f.text == READ[text]
    assert parse_activation(f.text) == f
    if f.name != "formula":
        assert formula_activation(f.expression).expression == f.expression


def test_which_formulas_have_a_closed_form():
    for text in ("sin(z)^2", "z*exp(-z^2)", "relu(z)^2+cos(z)", "z*erf(z/3)+z^3", "cos(z)*exp(z/3)", "sqrt(2)*z"):
        assert parse_activation(text).has_closed_form
    for text in ("tanh(z)", "atan(z)", "sin(abs(z))", "erf(z)^2", "erf(z)*sin(z)", "erf(z+1)", "(1+z+sin(z))^20"):
        f = parse_activation(text)
        assert not f.has_closed_form
        with pytest.raises(InputError, match="has no closed form"):
            f.covariance(1, 1, 0)
    with pytest.raises(NoClosedFormError):
        closed_expectations(sympy.tanh(z))


REFUSED = {
    "rleu": "did you mean 'relu'?", "gellu": "did you mean 'gelu'?", "tanh": "did you mean 'tanh(z)'?",
    "u": "did you mean 'z'?", "sigmiod(z)": "did you mean 'sigmoid(z)'?", "foo": "not 'foo'.",
    "leaky_relu": "needs its slope, as in leaky_relu(0.1)", "leaky_relu(1,2)": "takes only its slope",
    "leaky_relu(z)": "takes numbers, not z; write leaky_relu(slope)", "relu(2)": "takes no parameters",
    "sin(frequncy=2)": "no argument 'frequncy'; it takes frequency", "sin(pi)": "must be rational numbers",
    "sin(0)": "be a positive number", "sin(-1)": "be a positive number", "sin(1e7)": "up to 1000000",
    "hermite": "needs its degree", "hermite(0)": "integer from 1 to 63", "hermite(64)": "integer from 1 to 63",
    "hermite(1.5)": "integer from 1 to 63", "polynomial()": "needs its coefficient", "polynomial(3,0)": "constant",
    "polynomial(0,1e200)": "beyond float", "3": "is constant", "0*z": "is constant",
    "pi*1": "is constant",
    "exp(z**2)": "no finite second moment", "exp(z^2/1000)": "no finite second moment",
    "exp(exp(z))": "no finite second moment", "cosh(z^3)": "no finite second moment",
    "sin(exp(z^2))": "slope of activation 'sin(exp(z^2))' has no finite second moment",
    "log(z)": "lacks a finite real value at z = -256", "sqrt(z)": "lacks a finite real value",
    "1/z": "at z = 0;", "tan(z)": "lacks a finite real value", "1/(z-100)": "at z = 100;",
    "abs(z)/z": "at z = 0;",
    "sqrt(abs(z))": "The slope of activation 'sqrt(abs(z))' lacks a finite value at z = 0",
    "asin(z)": "lacks a finite", "": "is empty", "z.real": "'z.real' is not allowed", "z z": "cannot be read",
    "__import__('os')": "not",
 "sin(z, z)": "takes one argument", "u+1": "Unknown name 'u'",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        parse_activation(text)
    assert REFUSED[text] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 260


def test_objects():
    with pytest.raises(InputError, match="must be text"):
        parse_activation(3)
    with pytest.raises(InputError, match="not in a, b"):
        formula_activation(sympy.Symbol("a") * z + sympy.Symbol("b"))
    with pytest.raises(InputError, match="jumps"):
        formula_activation(sympy.sign(z - 1))
    assert len(ACTIVATIONS) == 9
    assert named_activation("hermite", 63).variance(1) == 1
