"""K5 to K8, K10, K11: enough instances, nothing of the claim left out, and planted mistakes are found."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from planted import off_by_one

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.numerics import circle_spectra as floats
from orbitkernels.proofs import circle_cases, circle_steps
from orbitkernels.proofs.derivation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import aliasing_examples, circle_enclosures, circle_exact, circle_spectra

#: Least number of exact, enclosed and numeric instances of a full run.
LEAST = {
    "K5": (80, 112, 31),
    "K6": (24, 40, 36),
    "K7": (24, 40, 36),
    "K8": (48, 240, 114),
    "K10": (14, 83, 42),
    "K11": (52, 160, 80),
}


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", LEAST)
def test_enough_different_instances_from_one_point_on(name):
    theorem = THEOREMS[name]
    for procedure, least in zip((theorem.exact, theorem.enclosed, theorem.numeric), LEAST[name], strict=True):
        cases = procedure.cases(False)
        assert len({str(case) for case in cases}) == len(cases) >= least
        assert {1, 2, 3, 4, 5, 6} <= {case.points for case in cases}
        assert 3 <= len(procedure.cases(True)) < len(cases)


@pytest.mark.parametrize("name", [name for name in LEAST if name != "K5"])
def test_closed_forms_agree_with_the_transform_to_50_digits_for_every_number_of_points_up_to_40(name):
    """For each kernel and each choice of its parameters that has more than a few cases."""
    points: dict[tuple, set[int]] = {}
    for case in THEOREMS[name].enclosed.cases(False):
        points.setdefault((case.kernel, case.parameters), set()).add(case.points)
    whole = [key for key, found in points.items() if found == set(range(1, 41))]
    assert {kernel for kernel, _ in points} == {kernel for kernel, _ in whole}
    assert circle_cases.WIDTH == 1e-50


@pytest.mark.parametrize("name", LEAST)
def test_the_steps_come_to_what_is_claimed(name):
    derivation = THEOREMS[name].derivation()
    assert derivation.unshown == ()
    assert derivation.level is (Level.SYMBOLIC if name in ("K6", "K7") else Level.EXACT)
    for format in ("text", "latex", "html"):
        assert derivation.render(format)


@pytest.mark.parametrize("name", LEAST)
def test_quick_checks_hold_at_each_level(name):
    for level, procedure in THEOREMS[name].procedures.items():
        for case in procedure.cases(True):
            found = procedure.compare(case, rng())
            assert found.holds, found.detail
            assert found.level is level


# ---------------------------------------------------------------------- planted mistakes


def fails(name: str, level: Level, *, kernel: str = "") -> bool:
    """Whether a check of the theorem finds a mistake on some quick case."""
    procedure = THEOREMS[name].procedures[level]
    cases = [case for case in procedure.cases(True) if not kernel or getattr(case, "kernel", "") == kernel]
    assert cases
    found = [procedure.compare(case, rng()) for case in cases]
    return any(not comparison.holds and comparison.detail for comparison in found)


def wrong(original, *changes):
    """An eigenvalue with changed arguments or value."""
    (change,) = changes
    return lambda N, k, *rest: change(original, N, k, *rest)


MISTAKES = {
    "frequency shifted": lambda f, N, k, *rest: f(N, k + 2, *rest),
    "tiny factor": lambda f, N, k, *rest: f(N, k, *rest) * (1 + sympy.Rational(1, 10**30)),
    "constant lost": lambda f, N, k, *rest: f(N, k, *rest).replace(
        lambda x: isinstance(x, sympy.Piecewise), lambda x: sympy.Integer(0)
    ),
}


@pytest.mark.parametrize("change", MISTAKES.values(), ids=list(MISTAKES))
@pytest.mark.parametrize(
    ("name", "function"),
    [("K6", "kappa0_eigenvalue"), ("K7", "kappa1_eigenvalue"), ("K8", "relu_eigenvalue")],
)
def test_a_wrong_closed_form_is_found_exactly_and_in_balls(name, function, change, monkeypatch):
    monkeypatch.setattr(circle_spectra, function, wrong(getattr(circle_spectra, function), change))
    assert fails(name, Level.EXACT)
    assert fails(name, Level.ENCLOSED)


def test_a_wrong_geodesic_form_is_found_exactly(monkeypatch):
    original = circle_spectra.geodesic_eigenvalue
    monkeypatch.setattr(circle_spectra, "geodesic_eigenvalue", lambda N, k, q: original(N, k + 1, q))
    assert fails("K11", Level.EXACT, kernel="geodesic Laplace")
    assert fails("K11", Level.ENCLOSED, kernel="geodesic Laplace")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("K6", "aliased_kappa0"),
        ("K7", "aliased_kappa1"),
        ("K8", "relu_spectrum"),
        ("K10", "gaussian_spectrum"),
        ("K11", "laplace_spectrum"),
    ],
)
def test_a_wrong_infinite_sum_is_found_in_balls(name, function, monkeypatch):
    original = getattr(circle_enclosures, function)

    def changed(*arguments):
        found = original(*arguments)
        factor = 1 + circle_enclosures.ball(Fraction(1, 10**30))
        return [x * factor for x in found] if isinstance(found, list) else found * factor

    monkeypatch.setattr(circle_enclosures, function, changed)
    assert fails(name, Level.ENCLOSED)


def test_sums_that_stop_too_early_without_their_rest_are_found(monkeypatch):
    """The bound of the rest matters: with the rest left out and few terms the balls are disjoint."""
    monkeypatch.setattr(circle_enclosures, "terms_needed", lambda rest: 8)
    assert not fails_by_disjointness("K10")  # wide balls, which still hold the value
    monkeypatch.setattr(circle_enclosures, "bessel_rest", lambda z, order: circle_enclosures.ball(0))
    assert fails_by_disjointness("K10")
    assert fails_by_disjointness("K11")


def fails_by_disjointness(name: str) -> bool:
    procedure = THEOREMS[name].enclosed
    return any("disjoint" in procedure.compare(case, rng()).detail for case in procedure.cases(True))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("K6", "kappa0_spectrum"),
        ("K7", "kappa1_spectrum"),
        ("K8", "relu_spectrum"),
        ("K10", "gaussian_spectrum"),
        ("K11", "laplace_spectrum"),
        ("K11", "geodesic_spectrum"),
    ],
)
def test_a_wrong_floating_point_form_is_found(name, function, monkeypatch):
    original = getattr(floats, function)
    monkeypatch.setattr(floats, function, lambda *arguments: original(*arguments) * (1 + 1e-11))
    assert fails(name, Level.NUMERIC)


def test_wrong_power_series_are_found_exactly(monkeypatch):
    original = circle_exact.bessel_coefficient
    monkeypatch.setattr(circle_exact, "bessel_coefficient", lambda j, n: original(j, n) * (1 + (abs(j) == 2)))
    assert fails("K10", Level.EXACT)
    assert fails("K11", Level.EXACT)
    waves = circle_exact.half_angle_transform
    monkeypatch.setattr(circle_exact, "half_angle_transform", lambda N, p, k: waves(N, p, k + 1))
    assert fails("K8", Level.EXACT)


def test_wrong_aliases_are_found(monkeypatch):
    original = aliasing_examples.poisson_eigenvalue
    monkeypatch.setattr(aliasing_examples, "poisson_eigenvalue", lambda r, N, k: original(r, N, k) / N)
    assert fails("K5", Level.EXACT)
    with pytest.raises(DerivationError):
        THEOREMS["K5"].derivation()
    heat = aliasing_examples.heat_eigenvalue
    monkeypatch.setattr(aliasing_examples, "heat_eigenvalue", lambda N, k, t: heat(N, k + 1, t))
    assert fails("K5", Level.ENCLOSED)


def test_the_derivation_of_K8_and_K11_notices_a_wrong_transform(monkeypatch):
    waves = circle_exact.half_angle_transform
    monkeypatch.setattr(circle_exact, "half_angle_transform", lambda N, p, k: -waves(N, p, k))
    for name in ("K8", "K11"):
        with pytest.raises(DerivationError):
            THEOREMS[name].derivation()


# ---------------------------------------------------------------------- what users ask


def test_circle_spectrum_of_numbers_and_of_symbols():
    assert ok.circle_spectrum("kappa0", 5)[0] == sympy.Rational(13, 5)
    N, k = sympy.Symbol("N", even=True, positive=True), sympy.Symbol("k", even=True)
    formula = ok.circle_spectrum("kappa1", N, k)
    assert sympy.simplify(formula.subs({N: 6, k: 2}) - ok.circle_spectrum("kappa1", 6, 2)) == 0
    general = ok.circle_spectrum("kappa1", sympy.Symbol("N", positive=True, integer=True), sympy.Symbol("k"))
    assert general.has(sympy.Piecewise)
    values = {sympy.Symbol("N", positive=True, integer=True): 7, sympy.Symbol("k"): 3}
    assert abs(float(general.subs(values)) - float(ok.circle_spectrum("kappa1", 7, 3))) < 1e-14


@pytest.mark.parametrize(
    "spec",
    [
        "ntk(depth=1, bias_variance=0)",
        "ntk(depth=1)",
        "nngp(depth=1, activation=erf)",
        "polynomial(degree=3)",
        "exp(u)",
    ],
)
def test_circle_spectrum_is_the_transform_of_the_profile(spec):
    for N in (1, 2, 3, 4, 7):
        u = np.clip(np.cos(2 * np.pi * np.arange(N) / N), -1, 1)
        expected = np.fft.fft(ok.kernel(spec).profile(u)).real
        found = [complex(sympy.N(value, 20)).real for value in ok.circle_spectrum(spec, N)]
        np.testing.assert_allclose(found, expected, atol=1e-13 * N * np.abs(expected).max())


@pytest.mark.parametrize("spec", ["gaussian(length_scale=2)", "laplace(length_scale=2)", "laplace"])
def test_circle_spectrum_by_Bessel_functions_is_the_transform_of_the_profile(spec):
    """The infinite sums are cut off at an index beyond which the Bessel functions are below 1e-20."""

    def finite(infinite):
        summand, (index, low, _) = infinite.args
        return sympy.Add(*(summand.subs(index, i) for i in range(-12 if low != 0 else 0, 13)))

    for N in (1, 2, 3, 4, 5):
        expected = np.fft.fft(ok.kernel(spec).profile(np.clip(np.cos(2 * np.pi * np.arange(N) / N), -1, 1))).real
        found = [
            value.replace(lambda x: isinstance(x, sympy.Sum), finite) for value in ok.circle_spectrum(spec, N)
        ]
        np.testing.assert_allclose([float(sympy.N(value, 25)) for value in found], expected, atol=1e-14 * N)


@pytest.mark.parametrize(
    "arguments", [("kappa2", 3), (3, 3), ("kappa0", 0), ("kappa0", 2.5), ("kappa0", "x"), ("kappa1", 4, "k"),
                  ("kappa0", sympy.Symbol("N"))],
)  # fmt: skip
def test_circle_spectrum_refuses_bad_input_in_one_line(arguments):
    with pytest.raises(InputError) as error:
        ok.circle_spectrum(*arguments)
    assert "\n" not in str(error.value)


def test_formulas_that_are_no_sums_of_sines_are_refused():
    from orbitkernels.theory.trigonometric_values import OverPi, enclose, exact_value

    x, one = sympy.Symbol("x"), OverPi.of(1)
    over_pi = exact_value(1 / sympy.pi, {})
    for formula in (x, sympy.exp(x), sympy.sin(x), sympy.sqrt(x), sympy.sinh(sympy.pi * x)):
        with pytest.raises(InputError):
            enclose(formula, {} if formula == x else {x: 2})
    with pytest.raises(InputError):
        exact_value(sympy.pi, {})
    with pytest.raises(InputError):
        over_pi * over_pi
    with pytest.raises(InputError):
        (over_pi + one).inverse()
    with pytest.raises(InputError):
        floats.relu_spectrum(4, 1.0, 1e-7, 1.0, ntk=False)


@pytest.mark.parametrize("number", [0, 7])
def test_a_transform_of_one_odd_power_that_is_wrong_is_found(number, monkeypatch):
    """Two points, powers 1, 3, 5, 7: eight values."""
    assert circle_steps._is_transform(2)
    monkeypatch.setattr(circle_exact, "odd_sine_power", off_by_one(circle_exact.odd_sine_power, number))
    assert not circle_steps._is_transform(2)
