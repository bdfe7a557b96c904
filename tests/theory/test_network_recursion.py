"""The written-out kernels of nets against the recursion by numbers, layer by layer, with integrals of its own."""

import mpmath
import pytest
import sympy
from mpmath import mpf, ncdf, npdf, sqrt

from orbitkernels.errors import InputError
from orbitkernels.theory import kernels
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import Covariance, Network, expectations, next_covariance, q_x, q_y

#: f, f' and whether f has a kink at 0.
FUNCTIONS = {
    "gelu": (lambda t: t * ncdf(t), lambda t: ncdf(t) + t * npdf(t)),
    "sin(3/2)": (lambda t: mpmath.sin(1.5 * t), lambda t: 1.5 * mpmath.cos(1.5 * t)),
    "hermite(2)": (lambda t: (t * t - 1) / sqrt(2), lambda t: sqrt(2) * t),
    "polynomial(1,0,-1/2)": (lambda t: 1 - t * t / 2, lambda t: -t),
    "z+cos(z)": (lambda t: t + mpmath.cos(t), lambda t: 1 - mpmath.sin(t)),
}

STEP = mpf(1) / 4
NODES = [(k * STEP, npdf(k * STEP) * STEP) for k in range(-32, 33)]


def mean(f, first, second, mixed):
    """E[f(z1) f(z2)] by the trapezoidal rule in two independent variables."""
    slope, rest = mixed / sqrt(first), sqrt(max(second - mixed**2 / first, 0))
    return mpmath.fsum(
        w * f(sqrt(first) * s) * mpmath.fsum(v * f(slope * s + rest * t) for t, v in NODES) for s, w in NODES
    )


def mean_square(f, s):
    return mpmath.fsum(w * f(sqrt(s) * t) ** 2 for t, w in NODES)


def by_numbers(net, inputs):
    """S and T of the outputs, from <x,x>/d, <y,y>/d, <x,y>/d."""
    f, slope = FUNCTIONS[net.activation]
    now, tangent = list(inputs), mpf(0)
    for layer, (weight, bias) in enumerate(zip(net.weight_variance, net.bias_variance, strict=True)):
        skip = (*now, tangent)
        units = 0 if not net.units else net.units if layer else net.inputs
        if layer and net.layer_norm:
            norm = sqrt(now[0] * now[1])
            now, tangent = [mpf(1), mpf(1), now[2] / norm], tangent / norm
        grown = mpf(0)
        if layer:
            grown = weight * mean(slope, *now) * tangent
            now = [mean_square(f, now[0]), mean_square(f, now[1]), mean(f, *now)]
        new = [bias + weight * k for k in now]
        tangent = ((1 if bias else 0) + units * now[2] if units else new[2]) + grown
        now = new
        if layer and net.residual:
            now, tangent = [a + b for a, b in zip(now, skip, strict=False)], tangent + skip[3]
    return now[2], tangent


NETS = [
    Network(1, "gelu", (1, 2), (0, 1)),
    Network(2, "z+cos(z)", (1, 2, 1), (1, 0, 1), residual=True, layer_norm=True),
    Network(2, "sin(3/2)", (1, 1, 2), (1, 0, 1), residual=True, units=7, inputs=3),
    Network(2, "hermite(2)", (1, 1, 1), (1, 1, 0), layer_norm=True, units=5, inputs=4),
    Network(1, "polynomial(1,0,-1/2)", (2, 1), (0, 1), residual=True),
    Network(2, "z+cos(z)", (1, 1, 1), (0, 0, 0), units=11),
]

INPUTS = (sympy.Rational(2, 5), sympy.Rational(6, 5), sympy.Rational(-3, 10))


def gap(net):
    """Largest relative difference of the expression in (q_x, q_y, u) and of the numbers."""
    first, second, mixed = INPUTS
    numbers = {q_x: first, q_y: second, u: mixed / sympy.sqrt(first * second)}
    found = net.covariance(q_x, q_y)
    with mpmath.workdps(20):
        known = by_numbers(net, [mpf(value.p) / value.q for value in INPUTS])
        values = [mpf(sympy.N(part.subs(numbers), 25)) for part in (found.mixed, found.tangent)]
        return max(abs(a - b) / abs(b) for a, b in zip(values, known, strict=True))


@pytest.mark.parametrize("net", NETS, ids=lambda net: f"{net.activation} {net.depth}")
def test_written_out_kernels_are_the_recursion(net):
    assert gap(net) < 1e-12


def without_tangent(before):
    """Layer normalisation that leaves T as it is."""
    return Covariance(
        sympy.S.One, sympy.S.One, before.mixed / sympy.sqrt(before.first * before.second), before.tangent
    )


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        ("_added", lambda a, b: Covariance(a.first + b.first, a.second + b.second, a.mixed + b.mixed, b.tangent)),
        ("_normalised", without_tangent),
        ("_tangent_factors", lambda weight, bias, units: (bias, weight) if units == 0 else (0, units)),
    ],
)  # fmt: skip
def test_a_mistake_is_found(function, mistake, monkeypatch):
    affected = {"_added": NETS[1], "_normalised": NETS[1], "_tangent_factors": NETS[2]}[function]
    monkeypatch.setattr(kernels, function, mistake)
    assert gap(affected) > 1e-3


def test_one_number_stands_for_all_layers():
    one, all_of_them = Network(2, "erf", 2, 1), Network(2, "erf", [2, 2, 2], [1, 1, 1])
    assert one.covariance(1, 1) == all_of_them.covariance(1, 1)
    for name in ("weight_variance", "bias_variance"):
        with pytest.raises(InputError, match=f"'{name}' must be one number or 3, one for each dense layer"):
            Network(2, "erf", **{name: [1, 2]}).covariance(1, 1)


def test_residual_net_of_the_identity_by_hand():
    """f(z) = z: S' = S + sb2 + sw2 S, T' = T + sb2 + sw2 S + sw2 T."""
    found = Network(2, "z", 3, 1, residual=True).covariance(1, 1)
    s, t = 1 + 3 * u, 1 + 3 * u
    for _ in range(2):
        s, t = 4 * s + 1, t + 1 + 3 * s + 3 * t
    assert sympy.expand(found.mixed - s) == 0
    assert sympy.expand(found.tangent - t) == 0


@pytest.mark.parametrize("activation", ["gelu", "leaky_relu(0.1)", "sin(2)", "hermite(2)", "z+cos(z)"])
@pytest.mark.parametrize("layer_norm", [False, True])
def test_shown_expectations_are_those_of_the_recursion(activation, layer_norm):
    names = *sympy.symbols("S_xx S_yy", positive=True), sympy.Symbol("S", real=True)
    values = dict(zip(names, map(sympy.Rational, ("4/5", "13/10", "2/5")), strict=True))
    weight, bias, tangent = map(sympy.Rational, ("17/10", "1/5", "9/10"))
    norm = sympy.sqrt(values[names[0]] * values[names[1]])
    at = values[names[2]] / norm
    after = next_covariance(Covariance(*values.values(), tangent), weight, bias, activation, layer_norm=layer_norm)
    arcs = {sympy.Function(f"kappa_{k}")(u): kappa(at) for k, kappa in ((0, kernels.kappa0), (1, kernels.kappa1))}
    product, slope = (form.subs(arcs).subs(values).subs(u, at) for form in expectations(activation, layer_norm))
    assert abs(sympy.N(bias + weight * product - after.mixed, 30)) < 1e-25
    below = tangent / norm if layer_norm else tangent
    assert abs(sympy.N(bias + weight * product + weight * slope * below - after.tangent, 30)) < 1e-25
