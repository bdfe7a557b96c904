"""Formulas in u and kernel calls: what is read, what is refused, and that nothing is evaluated."""

import math
import time
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.theory.formula import CONSTANTS, FUNCTIONS, parse_call, parse_expression, parse_formula, u

ARC_COSINE = "(sqrt(1-u^2) + (pi-acos(u))*u)/pi"

READ = {
    "exp(-2*(1-u))": lambda t: math.exp(-2 * (1 - t)),
    "u^2+1": lambda t: t * t + 1,
    "-u^2": lambda t: -(t**2),
    "2^u": lambda t: 2**t,
    "1.5 + 0.1*u": lambda t: 1.5 + 0.1 * t,
    " 1/(2 - u) ": lambda t: 1 / (2 - t),
    "E**u": math.exp,
    ARC_COSINE: lambda t: (math.sqrt(1 - t * t) + (math.pi - math.acos(t)) * t) / math.pi,
    "exp(-sqrt(2*(1-u)))": lambda t: math.exp(-math.sqrt(2 * (1 - t))),
    "((1+u)/2)**(3/2)": lambda t: ((1 + t) / 2) ** 1.5,
    "(1+u)**pi": lambda t: (1 + t) ** math.pi,
    "acos(u)^0.5": lambda t: math.sqrt(math.acos(t)),
    "asin(2*u/sqrt(3*3))": lambda t: math.asin(2 * t / 3),
    "log(1.5+u) + atan(5*u)": lambda t: math.log(1.5 + t) + math.atan(5 * t),
    "cosh(u)*sinh(u)*tanh(u)": lambda t: math.cosh(t) * math.sinh(t) * math.tanh(t),
    "sin(u)+cos(u)^3+tan(u)": lambda t: math.sin(t) + math.cos(t) ** 3 + math.tan(t),
    "Abs(u)+abs(-u)": lambda t: 2 * abs(t),
    "sqrt(u**2-2*u+1)": lambda t: 1 - t,
    "+u": lambda t: t,
    "3": lambda t: 3,
}


@pytest.mark.parametrize("text", READ)
def test_values(text):
    expression = parse_formula(text)
    assert expression.free_symbols <= {u}
    for t in (-1.0, -0.6, 0.0, 0.25, 1.0):
        value = complex(expression.subs(u, sympy.Rational(t)).evalf(30))
        assert value == pytest.approx(READ[text](t), rel=1e-13, abs=1e-13)


def test_decimals_are_exact():
    assert parse_formula("0.1*u") == u / 10
    assert parse_formula("1e-3") == sympy.Rational(1, 1000)


WITHOUT_VALUE = {
    "1/u": "u = 0;",
    "log(u)": "u = -1;",
    "sqrt(u)": "u = -1;",
    "1/(u-1/3)": "u = 0.333333;",
    "1/(1-cos(u-1/3))": "u = 0.3333",  # a double zero, so no change of sign gives it away
    "1/(u-0.7)**2": "u = 0.7;",
    "tan(2*u)": "u = -0.785398;",
    "asin(2*u)": "u = -1;",
    "acos(u+1/2)": "u = ",
    "log(1-u)": "u = 1;",
    "1/sqrt(1-u^2)": "u = -1;",
    "u**u": "u = -1;",
    "u^-1": "u = 0;",
    "0**u": "u = -1;",
    "(-1)**u": "u = -1;",
    "sqrt(-1)": "u = -1;",
    "1/0": "u = -1;",
    "0/0": "u = -1;",
    "exp(1/u)": "u = 0;",
    "exp(exp(exp(exp(10))))": "u = -1;",
}


@pytest.mark.parametrize("text", WITHOUT_VALUE)
def test_formula_without_value_is_refused_where_it_fails(text):
    with pytest.raises(InputError, match=r"lacks a finite real value at u = ") as caught:
        parse_formula(text)
    assert WITHOUT_VALUE[text] in str(caught.value)


REFUSED = {
    "x + 1": "'x'",
    "exp": "needs its argument in parentheses, as in exp(u)",
    "exp(1, 2)": "'exp(1, 2)'",
    "exp(x=u)": "'exp(x=u)'",
    "exp(*u)": "'*u'",
    "gamma(u)": "'gamma'",
    "pi(u)": "'pi'",
    "u.real": "'u.real'",
    "u.real()": "'u.real'",
    "u[0]": "'u[0]'",
    "__import__('os').system('false')": "__import__",
    "().__class__": "'().__class__'",
    "lambda: 1": "'lambda: 1'",
    "[u for u in (1, 2)]": "'[u for u in (1, 2)]'",
    "f'{u}'": "{u}",
    "'a'": "\"'a'\"",
    "1j": "'1j'",
    "True": "'True'",
    "None": "'None'",
    "...": "'...'",
    "u == 1": "'u == 1'",
    "u if u else 1": "'u if u else 1'",
    "u and 1": "'u and 1'",
    "(v := 3)": "'(v := 3)'",
    "u // 2": "'u // 2'",
    "u % 2": "'u % 2'",
    "u @ u": "'u @ u'",
    "~u": "'~u'",
    "9**9**9**9": "'9 ** 9 ** 9'",
    "9^9^9": "'9 ** 9 ** 9'",
    "((2**1000)**1000)**1000": "more than 1000 bits",
    "2**1000*2**1000*2**1000*2**1000*2**1000": "more than 1000 bits",
    "u**100000": "exponent beyond 1000",
    "u**(-100000)": "exponent beyond 1000",
    "2**pi**pi**pi**pi": "exponent beyond 1000",
    "1e400": "exceeds floating point",
    "u +": "cannot be read",
    "(u": "cannot be read",
    "u; u": "cannot be read",
    "u\0": "cannot be read",
    "": "is empty",
    " \n ": "is empty",
    "(" * 300: "cannot be read",
    "-" * 1900 + "u": "nested too deeply",
    "u" * 3000: "3000 characters",
    "x" * 1000: "Unknown name 'xxx",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:30]))
def test_refused_with_the_piece_named(text):
    begin = time.monotonic()
    with pytest.raises(InputError) as caught:
        parse_formula(text)
    assert REFUSED[text] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize("text", [None, 3, b"u", ["u"]])
def test_only_text(text):
    with pytest.raises(InputError, match="must be text"):
        parse_formula(text)


@given(st.text(alphabet="u012.+-*/^()e epxlogsqrt,=[]'\"\\\n_", max_size=25))
def test_any_text_gives_a_formula_or_one_clear_line(text):
    try:
        expression, message = parse_formula(text), ""
    except InputError as error:
        expression, message = u, str(error)
    assert expression.free_symbols <= {u}
    assert "\n" not in message


_numbers = st.sampled_from(["1", "2", "0.5", "1/3", "pi", "E", "u"])
_formulas = st.recursive(
    _numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "atan", "tanh", "abs"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        inner.map(lambda t: f"exp(-abs({t}))"),
        inner.map(lambda t: f"1/(1+({t})^2)"),
        inner.map(lambda t: f"sqrt(1+({t})**2)"),
    ),
    max_leaves=6,
)


@given(_formulas, st.sampled_from([-1.0, -0.3, 0.0, 0.7, 1.0]))
def test_agrees_with_python_arithmetic(text, t):
    """The generator makes formulas that Python itself can be trusted to evaluate; all have values everywhere."""
    names = {name: getattr(math, name, abs) for name in FUNCTIONS} | {"pi": math.pi, "E": math.e, "u": t}
    expected = eval(text.replace("^", "**"), {"__builtins__": {}}, names)
    value = float(parse_formula(text).subs(u, sympy.Rational(t)).evalf(30))
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_written_form_reads_back():
    for text in READ:
        expression = parse_formula(text)
        assert parse_formula(str(expression)) == expression
    assert set(CONSTANTS) == {"u", "pi", "E"}


def test_calls():
    assert parse_call("ntk(depth=3, activation=relu)") == ("ntk", {"depth": 3, "activation": "relu"})
    assert parse_call(" nngp ") == ("nngp", {})
    assert parse_call("nngp()") == ("nngp", {})
    name, arguments = parse_call("k(a=-1, b=1.5, c=-2.5e-3, d=1/3, e='word')")
    assert name == "k"
    assert arguments == {"a": -1, "b": 1.5, "c": -0.0025, "d": Fraction(1, 3), "e": "word"}
    assert [type(value) for value in arguments.values()] == [int, float, float, Fraction, str]


def test_calls_with_texts_and_lists():
    name, arguments = parse_call(
        "k(a=leaky_relu(0.1), b=z+sin(z)/2, c=[1, -2.5, 1/3, -1/4], d=-z^2, e=relu, f=-1/2)"
    )
    assert name == "k"
    assert arguments == {
        "a": "leaky_relu(0.1)", "b": "z + sin(z) / 2", "c": (1, -2.5, Fraction(1, 3), Fraction(-1, 4)),
        "d": "-z ** 2", "e": "relu", "f": Fraction(-1, 2),
    }  # fmt: skip
    assert parse_call("k(a=sin(frequency=2))")[1] == {"a": "sin(frequency=2)"}


def test_an_expression_in_another_symbol():
    z = sympy.Symbol("z", real=True)
    assert parse_expression("erf(z)+z^2", z, {"erf": sympy.erf}) == sympy.erf(z) + z**2
    for text, piece in (("u", "the names are z, pi, E"), ("exp(z)", "known are erf"), ("erf", "as in erf(z)")):
        with pytest.raises(InputError) as caught:
            parse_expression(text, z, {"erf": sympy.erf})
        assert piece in str(caught.value)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("ntk(3)", "give '3' its name"),
        ("ntk(depth=1, depth=2)", "'depth' of kernel 'ntk' is given twice"),
        ("ntk(**u)", "'**u'"),
        ("ntk(depth=None)", "'None'"),
        ("ntk(depth=[1, 'a'])", "\"[1, 'a']\""),
        ("ntk(depth=[])", "'[]'"),
        ("ntk(depth=[[1]])", "'[[1]]'"),
        ("ntk(depth=(1, 2))", "'(1, 2)'"),
        ("ntk(depth=1+1)", "'1 + 1'"),
        ("ntk(depth=1/0)", "'1 / 0'"),
        ("ntk(depth=f(1)(2))", "'f(1)(2)'"),
        ("ntk(depth=a.b)", "'a.b'"),
        ("ntk(depth=z.f(1))", "'z.f(1)'"),
        ("ntk(depth=f('a'))", "\"f('a')\""),
        ("ntk(depth=z if z else z)", "'z if z else z'"),
        ("ntk(depth=[z for z in z])", "'[z for z in z]'"),
        ("ntk(depth=z//2)", "'z // 2'"),
        ("ntk(depth=f(*z))", "'f(*z)'"),
        ("ntk(depth=1j)", "'1j'"),
        ("ntk(depth=" + "-" * 1900 + "3)", "'depth' is nested too deeply"),
        ("ntk(depth=" + "-" * 1900 + "z)", "'depth' is nested too deeply"),
        ("ntk(depth=3", "never closed"),
        ("a.b(c=1)", "must be a call such as ntk(depth=3)"),
        ("ntk(depth=1)(x=2)", "must be a call such as ntk(depth=3)"),
        ("3", "must be a call such as ntk(depth=3)"),
        ("", "is empty"),
    ],
)
def test_calls_refused(text, piece):
    with pytest.raises(InputError) as caught:
        parse_call(text)
    assert piece in str(caught.value)
    assert "\n" not in str(caught.value)
