"""Activations as both rooms see them: texts, SymPy expressions, functions of arrays, duals."""

import numpy as np
import pytest
import sympy
from scipy.special import expit, ndtr

from orbitkernels.errors import ExpectationWarning, InputError
from orbitkernels.proofs.activations import NetworkActivation, network_activation
from orbitkernels.proofs.kernels import NNGP, NTK, kernel
from orbitkernels.theory.activations import named_activation

POINTS = np.array([-900.0, -40.0, -1.5, -1e-3, 0.0, 0.25, 3.0, 60.0, 900.0])

#: f and f' in NumPy.
FUNCTIONS = {
    "gelu": (lambda t: t * ndtr(t), lambda t: ndtr(t) + t * np.exp(-t * t / 2) / np.sqrt(2 * np.pi)),
    "leaky_relu(0.1)": (
        lambda t: np.where(t > 0, t, 0.1 * t),
        lambda t: np.select([t > 0, t < 0], [1, 0.1], 0.55),
    ),
    "softplus(50*z)": (lambda t: np.logaddexp(0, 50 * t), lambda t: 50 * expit(50 * t)),
    "z*sigmoid(3*z)": (lambda t: t * expit(3 * t), lambda t: expit(3 * t) * (1 + 3 * t * expit(-3 * t))),
    "tanh(z)": (np.tanh, lambda t: 1 / np.cosh(np.clip(t, -300, 300)) ** 2),
    "sqrt(2)*z": (lambda t: np.sqrt(2) * t, lambda t: np.full(t.shape, np.sqrt(2))),
}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_functions_of_arrays(text):
    """No value is lost where an exponential overflows on the way."""
    f = network_activation(text)
    for found, known in zip((f.function, f.derivative), FUNCTIONS[text], strict=True):
        assert found(POINTS) == pytest.approx(known(POINTS), rel=1e-13, abs=1e-14)
        assert found(POINTS.reshape(3, 3)).shape == (3, 3)


def test_what_is_the_same_is_one_object():
    f = network_activation("sin(2*z)")
    assert f is network_activation("sin(2)")
    assert f is network_activation(named_activation("sin", 2))
    assert f is network_activation(sympy.sin(2 * sympy.Symbol("z")))
    assert f is network_activation(sympy.sin(2 * sympy.Symbol("z", real=True)))
    assert f is network_activation(f)
    assert f == NetworkActivation(named_activation("sin", 2))
    assert f != network_activation("sin")
    assert {f: 1}[network_activation("sin(2)")] == 1


@pytest.mark.parametrize("value", [None, 3, ["relu"], np.array(["relu"]), sympy.Matrix([1])])
def test_no_activation(value):
    with pytest.raises(InputError, match="'activation' must be text such as relu or tanh"):
        network_activation(value)


def test_expressions_in_other_symbols():
    with pytest.raises(InputError, match="not in x"):
        network_activation(sympy.tanh(sympy.Symbol("x")))


@pytest.mark.parametrize(
    "text", ["leaky_relu(0.1)", "sin(2)", "polynomial(0, 1, 0.5)", "hermite(3)", "z + sin(z)/2", "tanh(z)", "gelu"]
)
def test_specifications_read_back(text):
    k = NTK(depth=2, activation=text, weight_variance=[1, 2, 0.5])
    assert kernel(k.spec) == k
    assert f"activation={text}, weight_variance=[1, 2, 0.5]" in k.spec


def test_only_formulas_have_an_error_of_their_own():
    lengths = np.array([0.5, 1.0])
    assert network_activation("gelu").series_error(lengths).tolist() == [0.0, 0.0]
    assert 0 < network_activation("tanh(z)").series_error(lengths).max() < 1e-5


@pytest.mark.parametrize("text", ["z/2 + Abs(z)/2 + sin(z)", "tanh(5*z)"])
def test_an_expansion_that_leaves_much_out_is_warned_of(text):
    kernel = NNGP(activation=text, bias_variance=0)
    expected = r"leave out up to \de-0[2345] of E\[f\(z\)\^2\] at standard deviations up to 1;"
    with pytest.warns(ExpectationWarning, match=expected):
        gram = kernel.gram([[1.0, 1.0], [1.0, -1.0]])
    assert kernel.expectation_error([[1.0, 1.0]]) > 1e-5
    assert gram.shape == (2, 2)


@pytest.mark.parametrize("length", [30.0, 3000.0, 1e6])
def test_an_expansion_that_leaves_most_out_is_refused(length):
    """Half of E[f(z)^2] and more is no expectation."""
    kernel, X = NTK(activation="exp(-z^2)"), [[1.0, 2.0], [length, 2.0]]
    for call in (kernel.gram, kernel.expectation_error):
        with pytest.raises(InputError, match=r"'exp\(-z\*\*2\)' cannot be expanded .* deviations .* from 1.87 to"):
            call(X)


def test_a_saturated_activation_is_expanded_with_a_warning():
    kernel = NNGP(activation="tanh(z)")
    assert 0.1 < kernel.expectation_error([[1e200, 1e200]]) < 0.15
    with pytest.warns(ExpectationWarning, match="leave out up to 1e-01"):
        assert np.all(np.isfinite(NNGP(activation="tanh(z)").gram([[1e100, 1e100]])))


def test_tangent_kernels_mind_their_slopes():
    """At length 3 the slope of tanh leaves out forty times what tanh does; that of a step, all of it."""
    X = [[3.0, 3.0], [3.0, -3.0]]
    covariance, tangent = (kernel(activation="tanh(z)", bias_variance=0) for kernel in (NNGP, NTK))
    assert tangent.expectation_error(X) > 20 * covariance.expectation_error(X)
    with pytest.warns(ExpectationWarning, match=r"leave out up to 2e-02 of E\[f'\(z\)\^2\]"):
        tangent.gram(X)
    with pytest.warns(ExpectationWarning, match=r"leave out up to 4e-04 of E\[f\(z\)\^2\]"):
        covariance.gram(X)
    for length in (20.0, 1e5, 1e13, 1e200):
        with pytest.raises(InputError, match=r"cannot be expanded .* of E\[f'\(z\)\^2\] is left out"):
            tangent.gram([[length, length]])


@pytest.mark.parametrize("activation", ["relu", "tanh(z)"])
def test_inputs_of_the_expectation_error(activation):
    kernel = NTK(activation=activation)
    assert kernel.expectation_error(np.zeros((0, 3))) == 0.0
    for wrong, message in (("bad", "must hold real numbers"), ([1, 2], "must have shape"), ([[np.inf]], "finite")):
        with pytest.raises(InputError, match=f"^Argument 'X' .*{message}"):
            kernel.expectation_error(wrong)


def test_an_expansion_that_leaves_little_out_is_not_warned_of():
    kernel = NNGP(activation="tanh(z)", bias_variance=0)
    kernel.gram([[1.0, 1.0]])  # a warning would be an error
    assert 0 < kernel.expectation_error([[1.0, 1.0]]) < 1e-8
