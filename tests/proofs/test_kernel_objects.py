"""Kernel objects: the symbolic and the numeric room meet, planted mistakes do not, bad input gets one line."""

import subprocess
import sys
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import fully_connected, network_gram, network_profile
from orbitkernels.proofs.kernels import (
    KERNELS,
    NNGP,
    NTK,
    Formula,
    Gaussian,
    Kernel,
    Laplace,
    Polynomial,
    kernel,
)
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import general_nngp_expression, general_ntk_expression

VARIANCES = [(1, 1), (2, 0), ("1.4", "0.05"), ("0.7", 3)]
VARIANCES = [(Fraction(weight), Fraction(bias)) for weight, bias in VARIANCES]

ULP = np.finfo(float).eps
HARD = [1.0, 1 - ULP / 2, 1 + ULP, 1 - 1e-15, 1 - 1e-12, 1 - 1e-8, 1 - 1e-5, 1 - 1e-2, 0.0, 1e-300]
COSINES = np.array(
    [*HARD, *(-value for value in HARD), *np.linspace(-1, 1, 21), *np.random.default_rng(0).uniform(-1, 1, 30)]
)


# At u = 1 the expression as it stands has a quarter of its digits: sqrt(1 - u^2) keeps half of those of u, and
# the arccos of the next layer half of those.  Hence 150 digits, and ends that may be passed by rounding only.
def _within(value, least, most):
    assert least - mpmath.mpf("1e-70") <= value <= most + mpmath.mpf("1e-70")
    return max(least, min(most, value))


REAL = [
    {"acos": lambda t: mpmath.acos(_within(t, -1, 1)), "sqrt": lambda t: mpmath.sqrt(_within(t, 0, mpmath.inf))},
    "mpmath",
]


def to_many_digits(expression, cosines):
    """Values of an expression at exact floats; |u| beyond 1 is taken as 1."""
    function = sympy.lambdify(u, expression, REAL, cse=True)
    with mpmath.workdps(150):
        return [mpmath.mpf(function(mpmath.mpf(float(t)))) for t in np.clip(cosines, -1, 1)]


def worst_error(found, exact):
    """Largest difference in units of the largest value."""
    scale = max(abs(value) for value in exact)
    pairs = zip(np.asarray(found).ravel(), exact, strict=True)
    return max(float(abs(mpmath.mpf(float(value)) - known) / scale) for value, known in pairs)


@pytest.mark.parametrize("cls", [NTK, NNGP])
@pytest.mark.parametrize("depth", range(1, 7))
def test_the_two_rooms_meet(cls, depth):
    for weight, bias in VARIANCES:
        k = cls(depth=depth, weight_variance=weight, bias_variance=bias)
        found, exact = k.profile(COSINES), to_many_digits(k.expression, COSINES)
        assert worst_error(found, exact) < 1e-14
        # the three cosines that are, or round to, 1 give the same value
        assert found[0] == found[2]
        assert found[len(HARD)] == found[len(HARD) + 2]
    assert len(COSINES) == 71


@pytest.mark.parametrize("cls", [NTK, NNGP])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_two_rooms_meet_for_erf(cls, depth):
    for weight, bias in VARIANCES:
        k = cls(depth=depth, activation="erf", weight_variance=weight, bias_variance=bias)
        assert worst_error(k.profile(COSINES), to_many_digits(k.expression, COSINES)) < 1e-14


@pytest.mark.parametrize(
    "k",
    [
        Gaussian(length_scale=0.5),
        Laplace(length_scale=1.25),
        Polynomial(degree=3, offset=1, scale=0.5),
        Formula("(sqrt(1-u^2) + (pi-acos(u))*u)/pi"),
        Formula("exp(-2*(1-u))"),
        Formula("1/(1.5-u)"),
        Formula("3"),
    ],
    ids=str,
)
def test_the_two_rooms_meet_for_other_kernels(k):
    # a formula is compiled as it stands, and arccos keeps half of its digits near u = 1
    bound = 1e-12 if isinstance(k, Formula) else 1e-14
    assert worst_error(k.profile(COSINES), to_many_digits(k.expression, COSINES)) < bound


UNEQUAL = np.array([[3.0, 1.0], [0.5, 0.2], [-3.0, -1.0], [3.0, 1.0001], [-2.0, 5.0], [-3.001, -1.0]])


@cache
def exact_values(depth, weight, bias, ntk):
    """The expression in u at some cosines, and that in (q_x, q_y, u) at all pairs of vectors of unequal norms."""
    k = (NTK if ntk else NNGP)(depth=depth, weight_variance=weight, bias_variance=bias)
    write = general_ntk_expression if ntk else general_nngp_expression
    expression = write(depth, *(sympy.Rational(value.numerator, value.denominator) for value in (weight, bias)))
    function = sympy.lambdify((*sympy.symbols("q_x q_y", positive=True), u), expression, REAL, cse=True)
    with mpmath.workdps(150):
        rows = [[mpmath.mpf(float(value)) for value in row] for row in UNEQUAL]
        exact = [function(*_norms_and_cosine(x, y)) for x in rows for y in rows]
    return to_many_digits(k.expression, COSINES[:35]), exact


def general_error(depth, weight, bias, ntk):
    """The worst error of the profile and of the Gram matrix."""
    of_profile, of_gram = exact_values(depth, weight, bias, ntk)
    net = fully_connected(dual("relu"), depth, float(weight), float(bias))
    profile = network_profile(net, COSINES[:35], ntk)
    gram = network_gram(net, UNEQUAL, None, ntk)
    return max(worst_error(profile, of_profile), worst_error(gram, of_gram))


def _norms_and_cosine(x, y):
    """(|x|^2/d, |y|^2/d, cosine)."""
    squares = [mpmath.fsum(value**2 for value in vector) for vector in (x, y)]
    cosine = mpmath.fsum(a * b for a, b in zip(x, y, strict=True)) / mpmath.sqrt(squares[0] * squares[1])
    return squares[0] / len(x), squares[1] / len(x), max(min(cosine, mpmath.mpf(1)), mpmath.mpf(-1))


MEETINGS = [(2, Fraction(7, 5), Fraction(1, 5), True), (2, Fraction(2), Fraction(0), False)]


def test_the_two_rooms_meet_at_unequal_norms():
    assert max(general_error(*meeting) for meeting in MEETINGS) < 1e-14


_positive = st.one_of(
    st.integers(1, 20),
    st.floats(1e-6, 1e6),
    st.fractions(Fraction(1, 50), 50, max_denominator=60),
)
_networks = st.builds(
    lambda cls, depth, activation, weight, bias: cls(depth, activation, weight, bias),
    st.sampled_from([NTK, NNGP]),
    st.integers(1, 30),
    st.sampled_from(["relu", "erf"]),
    _positive,
    st.one_of(st.just(0), _positive),
)
_kernels = st.one_of(
    _networks,
    st.builds(Gaussian, _positive),
    st.builds(Laplace, _positive),
    st.builds(Polynomial, st.integers(1, 9), st.one_of(st.just(0), _positive), _positive),
    st.builds(lambda a, b: Formula(f"exp(-{a}*(1-u)) + {b}*u^2"), st.integers(1, 9), st.integers(0, 9)),
)


@given(_kernels)
def test_specifications_read_back(k):
    again = kernel(k.spec)
    assert again == k
    assert hash(again) == hash(k)
    assert again.spec == k.spec
    assert kernel(k) is k


@given(_kernels, _kernels)
def test_equality_is_equality_of_specifications(first, second):
    assert (first == second) == (first.spec == second.spec)
    assert first != first.spec


def test_two_ways_of_writing_a_formula_are_equal():
    assert Formula("exp(-2*(1-u))") == Formula(" exp(2*u - 2)")
    assert hash(Formula("u^2")) == hash(Formula("u*u"))
    assert Formula("u^2") != Formula("u^3")
    assert NTK(depth=1) != NNGP(depth=1)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("ntk(depth=3)", NTK(depth=3)),
        ("ntk", NTK(depth=1)),
        (" nngp( depth = 2 ,activation=erf, bias_variance=0.5 ) ", NNGP(2, "erf", 1, 0.5)),
        ("gaussian(length_scale=1.4)", Gaussian(1.4)),
        ("laplace(length_scale=1/3)", Laplace(Fraction(1, 3))),
        ("polynomial(degree=3, offset=0, scale=2e-3)", Polynomial(3, 0, 0.002)),
        ("exp(-2*(1-u))", Formula("exp(-2*(1-u))")),
        ("u", Formula("u")),
        ("(1+u)/2", Formula("(1+u)/2")),
    ],
)
def test_specifications(spec, expected):
    assert kernel(spec) == expected


@pytest.mark.parametrize(
    ("spec", "pieces"),
    [
        ("ntkk(depth=1)", ["'ntkk' is not available", "did you mean 'ntk'?", "ntk, nngp, "]),
        ("Gausian(length_scale=1)", ["did you mean 'gaussian'?"]),
        ("foo", ["'foo' is not available"]),
        ("ntk(dept=3)", ["no argument 'dept'", "did you mean 'depth'?", "weight_variance"]),
        ("ntk(filter=3)", ["no argument 'filter'", "it takes depth, activation"]),
        ("ntk(depth=2, depth=3)", ["'depth'", "given twice"]),
        ("ntk(depth=-3)", ["Argument 'depth' must be a positive integer up to 10000, not -3."]),
        ("ntk(depth=0)", ["not 0."]),
        ("ntk(depth=2.0)", ["not 2.0."]),
        ("ntk(depth=1/2)", ["not 1/2."]),
        ("ntk(depth=three)", ["not 'three'."]),
        ("ntk(activation=softmax)", ["'activation' must be one of relu, ", "or a formula in z, not 'softmax'"]),
        ("ntk(activation=rleu)", ["did you mean 'relu'?"]),
        ("ntk(activation=3)", ["not 3"]),
        ("ntk(weight_variance=0)", ["'weight_variance' must be a positive number, not 0."]),
        ("ntk(weight_variance=1e999)", ["not inf."]),
        ("ntk(bias_variance=-1e-9)", ["'bias_variance' must be a number that is at least 0, not -1e-09."]),
        ("gaussian(length_scale=small)", ["'length_scale' must be a positive number, not 'small'."]),
        ("polynomial(degree=2, scale=-1)", ["'scale'"]),
        ("ntk(3)", ["give '3' its name"]),
        ("ntk(depth=3", ["never closed"]),
        ("ntk(depth=1)+u", ["must be a call"]),
        ("1/u", ["u = 0;"]),
        ("exp(v)", ["Unknown name 'v'"]),
        ("exp(1000*u)", ["exceeds floating point at u = 0.71"]),
        ("10^400", ["is a number of more than 1000 bits; make it smaller"]),
        ("asin(sin(10^240))", ["'asin(sin(10 ** 240))' cannot be computed; simplify it"]),
        ("", ["is empty"]),
        (None, ["must be text, not None"]),
        (3, ["must be text, not 3"]),
    ],
)
def test_bad_specifications(spec, pieces):
    with pytest.raises(InputError) as caught:
        kernel(spec)
    assert all(piece in str(caught.value) for piece in pieces), str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: NTK(depth=True),
        lambda: NTK(depth=1, weight_variance=np.nan),
        lambda: NTK(depth=1, weight_variance=True),
        lambda: NTK(depth=1, weight_variance=10**400),
        lambda: NTK(depth=1, bias_variance="1"),
        lambda: NTK(depth=1, activation=None),
        lambda: Gaussian(Fraction(1, 10**400)),
        lambda: Gaussian(1j),
        lambda: Polynomial(degree=np.int64(0)),
        lambda: Formula(7),
        lambda: NTK(10**5000),
        lambda: NTK(activation=np.array(["relu", "erf"])),
        lambda: NTK(parameterisation=np.array(["ntk", "x"])),
        lambda: NTK(parameterisation=None),
        lambda: Gaussian(10**5000),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(InputError, match=r"^Argument '\w+' must be"):
        call()


def test_numpy_numbers_are_numbers():
    assert NTK(np.int32(2), weight_variance=np.float64(0.1), bias_variance=np.int8(0)) == NTK(2, "relu", 0.1, 0)
    assert NTK(2, weight_variance=np.float32(0.5)).weight_variance == 0.5


MASKED = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])
EVERY = [NTK(2), NNGP(1, "erf"), Gaussian(), Laplace(), Polynomial(), Formula("exp(-2*(1-u))")]


@pytest.mark.parametrize("k", EVERY, ids=str)
@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        ([1.0, 2.0], None, r"'X' must have shape \[inputs, coordinates\], not \[2\]"),
        (np.ones((2, 3, 4)), None, r"not \[2, 3, 4\]; reshape it"),
        (np.ones((2, 0)), None, r"not \[2, 0\]"),
        (np.ones((2, 3)), np.ones((2, 4)), "'Y' must have 3 columns like 'X', not 4"),
        ([[1.0, np.nan]], None, r"'X' must be finite, but entry \[0, 1\] is nan"),
        ([[1.0, 2.0]], [[np.inf, 0.0]], r"'Y' must be finite, but entry \[0, 0\] is inf"),
        ([[1.0], [1.0, 2.0]], None, "'X' must be an array of numbers; its rows differ in length"),
        ([["a"]], None, "'X' must hold real numbers"),
        ([[1j]], None, "'X' must hold real numbers, not complex128 entries"),
        (MASKED, None, "'X' has masked entries, which have no value; fill or remove them"),
        (list(MASKED), None, "'X' has masked entries"),
        ([[1.0, 2.0]], MASKED, "'Y' has masked entries"),
    ],
)
def test_bad_inputs_of_gram(k, X, Y, message):
    with pytest.raises(InputError, match=message) as caught:
        k.gram(X, Y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("k", EVERY, ids=str)
def test_gram(k):
    X = np.random.default_rng(0).normal(size=(9, 4))
    gram = k.gram(X)
    assert gram.dtype == np.float64
    assert np.array_equal(gram, gram.T)
    np.testing.assert_allclose(k.gram(X, X[:3]), gram[:, :3], rtol=0, atol=1e-13 * gram.max())
    assert k.gram(X[:0]).shape == (0, 0)
    assert k.gram(X, X[:0]).shape == (9, 0)
    assert np.array_equal(k.gram((10 * X).astype(int)), k.gram((10 * X).astype(int).astype(float)))


@pytest.mark.parametrize("k", EVERY, ids=str)
def test_gram_is_the_profile_on_inputs_of_the_stated_norm(k):
    """|x|^2 = d for the nets, unit vectors for the others, any norm for a formula."""
    angles = np.linspace(0, np.pi, 30)
    radius = np.sqrt(2) if k.name in ("ntk", "nngp") else 1.0
    X = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    if k.name == "formula":
        X *= np.linspace(1, 7, 30)[:, None]
    gram = k.gram(X[:1], X)[0]
    np.testing.assert_allclose(k.profile(np.cos(angles)), gram, rtol=0, atol=1e-13 * gram.max())
    with pytest.raises(InputError, match="'u' must be a cosine"):
        k.profile(1.001)
    with pytest.raises(InputError, match="'u' must hold real numbers"):
        k.profile("u")


def test_values_beyond_floating_point():
    with pytest.raises(
        InputError, match=r"'X' gives values of ntk.* beyond floating point; scale the inputs down"
    ):
        NTK(2).gram([[1.0, 1.0], [1e200, 1.0]])
    assert Gaussian().gram([[1e200, 1.0]]) == 1.0
    assert np.array_equal(NTK().gram(np.ma.array([[1.0, 2.0]])), NTK().gram([[1.0, 2.0]]))
    with pytest.raises(InputError, match="zero row 1"):
        Formula("u").gram([[1.0], [0.0]])


@pytest.mark.parametrize("k", [*EVERY, NTK(3, bias_variance=0.5), NNGP(2, "erf")], ids=str)
def test_shown_in_a_notebook(k):
    latex = k._repr_latex_()
    assert latex.startswith("$")
    assert latex.endswith("$")
    assert latex.count("{") == latex.count("}")
    assert len(latex) < 900
    assert repr(k) == f"<Kernel {k.spec}>"


def test_every_kernel_is_in_the_catalogue():
    names = {"ntk", "nngp", "cntk", "cnngp", "gaussian", "laplace", "polynomial"}
    names |= {"attention_ntk", "attention_nngp"}
    assert {cls.name for cls in KERNELS.values()} == names
    for name, cls in KERNELS.items():
        assert isinstance(cls(), Kernel)
        assert kernel(name) == cls()


def test_constants_of_a_formula_are_exact_before_they_are_rounded():
    with mpmath.workdps(400):  # the sine of the integer 10^240 itself, of which a float keeps 16 digits
        exact = float(mpmath.sin(mpmath.mpf(10) ** 240))
        smaller = float(mpmath.sin(mpmath.mpf(10) ** 20))
    assert Formula("sin(10^240)").profile(0.5) == exact
    assert Formula("sin(10^20) + u").profile(0.0) == smaller


def test_variances_beyond_floating_point_are_refused():
    with pytest.raises(InputError, match="beyond floating point"):
        NTK(weight_variance=1e308).gram([[1.0], [2.0]])


def test_numba_is_imported_only_for_numbers():
    program = (
        "import sys; from orbitkernels.proofs.kernels import kernel; k = kernel('ntk(depth=2)'); "
        "k.expression; assert 'numba' not in sys.modules; "
        # this one imports Numba, but has nothing to compile
        "kernel('polynomial').gram([[1.0]]); assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_switches_of_a_specification_are_words_or_as_python_writes_them():
    for text in ("ntk(residual=true)", "ntk(residual=True)", "ntk(residual=True, layer_norm=False)"):
        assert kernel(text) == NTK(residual=True)
    with pytest.raises(InputError, match="Argument 'depth' must be a positive integer up to 10000, not 'true'"):
        kernel("ntk(depth=True)")
