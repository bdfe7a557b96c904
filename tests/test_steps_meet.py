"""Steps: the arc-cosine kernel of order 0 of theory at 60 digits, the jitted dual, the definition; refusals."""

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mpf
from sympy import Heaviside, Piecewise

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.numerics.dual_step import step
from orbitkernels.proofs.activations import network_activation
from orbitkernels.proofs.rounding_kernels import kernel_accuracy
from orbitkernels.theory.activation_text import parse_activation
from orbitkernels.theory.kernels import expectations, ntk_expression

z = sympy.Symbol("z", real=True)

#: What is typed, and the values for z > 0 and z < 0.
STEPS = [
    ("sign(z)", 1, -1),
    ("-3*sign(2*z)", -3, 3),
    ("heaviside(z)", 1, 0),
    (Heaviside(z), 1, 0),
    (Heaviside(-z), 0, 1),
    ("2*sign(z)+1", 3, -1),
    (Piecewise((2, z > 0), (sympy.Rational(1, 2), True)), 2, 0.5),
]
NEAR = [0.0, 1e-30, 1e-17, 3e-13, 1e-8, 2.5e-4, 0.1, 0.4, 1.0]
COSINES = [*((t, 2.0 - t) for t in NEAR), *((2.0 - t, t) for t in NEAR[:-1])]


def angle(gap, rest):
    """The angle with 1 - u = gap and 1 + u = rest, by half angles."""
    return 2 * mpmath.atan2(mpmath.sqrt(mpf(gap)), mpmath.sqrt(mpf(rest)))


def known(p, q, gap, rest):
    """1 - c and 1 + c from the probabilities of the four quadrants (Sheppard 1899)."""
    same = (mpmath.pi - angle(gap, rest)) / (2 * mpmath.pi)
    apart = angle(gap, rest) / mpmath.pi
    size = mpf(p * p + q * q) / 2
    cosine = (same * (p * p + q * q) + apart * p * q) / size
    return 1 - cosine, 1 + cosine


def errors(typed, p, q, pair=None):
    """Largest errors of 1 - c and 1 + c, and of 1 - c for u > 0 and 1 + c for u < 0 relative to themselves."""
    dual, absolute, relative = network_activation(typed).dual, 0.0, 0.0
    features = dual.features(np.array([0.3, 1.7]))
    with mpmath.workdps(60):
        for gap, rest in COSINES:
            found = (pair or dual.pair)(dual.parameters, features, 0, features, 1, gap, rest)
            wanted = known(p, q, *((gap, 2 - mpf(gap)) if gap <= rest else (2 - mpf(rest), rest)))
            differences = [abs(float(mpf(f) - w)) for f, w in zip(found, wanted, strict=False)]
            absolute = max(absolute, *differences)
            if gap <= rest and wanted[0] > mpf(10) ** -40:
                relative = max(relative, differences[0] / float(wanted[0]))
            if gap > rest and wanted[1] > mpf(10) ** -40:
                relative = max(relative, differences[1] / float(wanted[1]))
            assert np.isnan(found[2])
    return absolute, relative


@pytest.mark.parametrize(("typed", "p", "q"), STEPS, ids=[str(part) for part, *_ in STEPS])
def test_duals_are_the_probabilities_of_quadrants(typed, p, q):
    assert max(errors(typed, p, q)) < 1e-15
    f = network_activation(typed)
    assert f.is_step
    assert not f.is_series
    assert tuple(map(float, f.symbolic.scaled.parameters[:2])) == (p, q)
    assert f.dual.features(np.array([2.0]))[1, 0] == pytest.approx(np.sqrt((p * p + q * q) / 2), rel=1e-15)


@pytest.mark.parametrize(("typed", "p", "q"), STEPS, ids=[str(part) for part, *_ in STEPS])
@pytest.mark.parametrize("u", ["-1", "-3/4", "0", "1/3", "1"])
def test_closed_forms_are_the_probabilities_of_quadrants(typed, p, q, u):
    u = sympy.Rational(u)
    f = network_activation(typed).symbolic
    with mpmath.workdps(60):
        size = mpf(p * p + q * q) / 2
        wanted = size * (1 - known(p, q, 1 - mpf(u.p) / u.q, 1 + mpf(u.p) / u.q)[0])
        assert abs(mpf(sympy.N(f.covariance(4, 9, 6 * u), 60)) - wanted) < mpf(10) ** -55
        assert abs(mpf(sympy.N(f.variance(4), 60)) - size) < mpf(10) ** -55


def test_planted_mistakes_are_caught():
    right = step(3, -1).pair
    for component in (0, 1):

        def mistaken(*arguments, component=component):
            values = list(right(*arguments))
            values[component] *= 1 + 1e-14
            return values

        assert max(errors("2*sign(z)+1", 3, -1, mistaken)) > 4e-15
    assert max(errors("2*sign(z)+1", 3, 1)) > 0.1


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("residual", [False, True])
def test_nets_meet_their_expressions(depth, residual):
    kernel = ok.NNGP(depth, "2*sign(z)+1", weight_variance=1.5, bias_variance=0.5, residual=residual)
    u = np.array([-1.0, -0.5, 0.0, 0.25, 1.0])
    wanted = [complex(sympy.N(kernel.expression.subs("u", sympy.Rational(float(v))), 30)).real for v in u]
    assert kernel.profile(u) == pytest.approx(wanted, rel=1e-13)


def test_gram_matrices_by_the_signs_of_random_weights():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(4, 3)), np.zeros(3)])
    weights = rng.normal(size=(200_000, 3)) / np.sqrt(3)
    for typed, p, q in (("sign(z)", 1, -1), ("2*sign(z)+1", 3, -1), ("sign(z)-2", -1, -3)):
        hidden = np.select([X @ weights.T > 0, X @ weights.T < 0], [p, q], (p + q) / 2)
        found = ok.NNGP(activation=typed, bias_variance=0).gram(X)
        assert np.max(np.abs(found - hidden @ hidden.T / len(weights))) < 0.05
    assert ok.NNGP(activation="sign(z)", bias_variance=0).gram(X)[4].tolist() == [0.0] * 5


def test_convolutional_nets_are_means_over_patches():
    """CNNGP of depth 1 and filter 1: the mean over pixels of the dual of each pair of pixels, by hand."""
    X = np.random.default_rng(1).normal(size=(2, 4))
    kernel = ok.kernel("cnngp(depth=1, filter=1, head=flatten, activation=sign(z), height=2, width=2, channels=1)")
    lengths = np.sqrt(1 + X * X)
    cosines = (1 + X[0] * X[1]) / (lengths[0] * lengths[1])
    wanted = 1 + np.mean(1 - 2 * np.arccos(cosines) / np.pi)
    assert kernel.gram(X)[0, 1] == pytest.approx(wanted, rel=1e-13)


@pytest.mark.parametrize("text", ["ntk(depth=2, activation=sign(z))", "ntk(activation=heaviside(z))",
                                  "cntk(activation=sign(z))", "attention_ntk(activation=sign(z))"])  # fmt: skip
def test_tangent_kernels_are_refused(text):
    name = text.partition("(")[0]
    with pytest.raises(InputError, match=rf"step, whose slope has no second moment, so {name} does not exist;"):
        ok.kernel(text)


def test_groups_have_covariances_and_no_tangent_kernels():
    with pytest.raises(InputError, match="so gcntk does not exist"):
        ok.GroupConvolutionalNTK("D4", (4, 4), filter=[0, 1, 4, 5], activation="sign(z)")
    X = np.random.default_rng(2).normal(size=(2, 16))
    kernel = ok.GroupConvolutionalNNGP("D4", (4, 4), filter=[0], activation="sign(z)", bias_variance=0)
    signs = np.mean(np.sign(X[:, [0, 3, 12, 15]]), axis=1)  # patches are single corners
    assert kernel.gram(X) == pytest.approx(np.outer(signs, signs), abs=1e-14)


def test_theory_refuses_slopes():
    f = parse_activation("sign(z)")
    with pytest.raises(InputError, match="slope of a step has no second moment"):
        f.slope_covariance(1, 1, 0)
    with pytest.raises(InputError, match="no NTK"):
        ntk_expression(1, activation="sign(z)")
    assert expectations("sign(z)")[1] is None


def test_deep_steps_say_that_rounding_grows_to_its_root():
    assert kernel_accuracy("nngp(activation=sign(z))", [[1.0, 2.0]]) == 1e-14
    assert kernel_accuracy("nngp(depth=2, activation=sign(z))", [[1.0, 2.0]]) == pytest.approx(1e-7)
    kernel = ok.NNGP(2, "sign(z)", bias_variance=0)
    exact = 1 - 2 / np.pi * np.arccos(1 - 2 / np.pi * 1e-13)
    X = np.array([[1.0, 0.0], [1.0, 1e-13]])
    assert abs(kernel.gram(X)[0, 1] - exact) < 1e-7


@pytest.mark.parametrize("size", [1e-30, 1e-75])
def test_formulas_that_cancel_are_refused(size):
    kernel = ok.NNGP(activation="1-cos(z)", bias_variance=0)
    with pytest.raises(InputError, match=r"'1 - cos\(z\)' loses its digits to cancellation at .* 1e-(30|75);"):
        kernel.gram([[0.0], [size]])
    ok.NNGP(activation="tanh(z)", bias_variance=0).gram([[size]])
    assert kernel.gram([[1e-4]])[0, 0] == pytest.approx(0.75e-16, rel=1e-6)
