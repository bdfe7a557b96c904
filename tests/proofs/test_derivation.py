"""The engine: a step is checked when it is made, says how, and a wrong or empty one raises."""

import mpmath
import pytest
import sympy

from orbitkernels.errors import InputError
from orbitkernels.proofs.checking import Argued, Equal, condition, digits_residual, is_zero
from orbitkernels.proofs.derivation import Derivation, Step, argued, bounded, define, equal
from orbitkernels.proofs.evaluation import DIGITS, DerivationError, Evaluated, random_points
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.inequality import Bounded
from orbitkernels.proofs.rules import INTRODUCTIONS, RULES

x, y = sympy.symbols("x y")
n = sympy.Symbol("n", integer=True, positive=True)


def trusted(label: str = "", uses: tuple[str, ...] = ()) -> Step:
    return equal("expansion", "Multiply out.", pairs=[(x * (x + 1), x**2 + x)], label=label, uses=uses)


# ---------------------------------------------------------------------- SymPy decides


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        (1 / (x - 1) - 1 / (x + 1), 2 / (x**2 - 1)),
        (sympy.sin(x) ** 2, 1 - sympy.cos(x) ** 2),
        (sympy.sqrt(2) * sympy.sqrt(3), sympy.Subs(sympy.sqrt(x), x, 6)),
        (sympy.Integral(sympy.exp(-(x**2)), (x, -sympy.oo, sympy.oo)), sympy.sqrt(sympy.pi)),
        (sympy.Sum(n, (n, 1, 10)), sympy.Integer(55)),
        (sympy.MatMul(sympy.Matrix([[x, 1], [0, x]]), sympy.Matrix([[x, 0], [1, x]])),
         sympy.Matrix([[x**2 + 1, x], [x, x**2]])),
    ],
)  # fmt: skip
def test_true_equations_are_symbolic(left: sympy.Expr, right: sympy.Expr) -> None:
    evidence = equal("expansion", "True.", pairs=[(left, right)]).evidence
    assert evidence.level is Level.SYMBOLIC
    assert evidence.cases >= 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((x + y) ** 2, x**2 + x * y + y**2),
        (sympy.sin(x), x),
        (sympy.Integral(x, (x, 0, 1)), sympy.Rational(1, 3)),
        (sympy.Matrix([[x, 1]]), sympy.Matrix([[x, 2]])),
        (sympy.Matrix([[x, 1]]), sympy.Matrix([[x], [1]])),
        (sympy.Rational(1, 10**30) + x, x),
    ],
)
def test_wrong_equations_raise(left: sympy.Expr, right: sympy.Expr) -> None:
    with pytest.raises(DerivationError):
        equal("expansion", "Wrong.", pairs=[(left, right)], identity="nothing")


def test_products_of_symbols_that_do_not_commute_are_not_exchanged() -> None:
    A, B = sympy.symbols("A B", commutative=False)
    assert equal("expansion", "Distribute.", pairs=[(A * (A + B), A**2 + A * B)]).evidence.level is Level.SYMBOLIC
    with pytest.raises(DerivationError):
        equal("expansion", "Exchange.", pairs=[(A * B, B * A)])


def test_a_thing_equal_to_itself_proves_nothing() -> None:
    for side in (x + y, sympy.Matrix([[x, y]])):
        with pytest.raises(DerivationError, match="proves nothing"):
            equal("expansion", "Itself.", pairs=[(side, side)])
    with pytest.raises(DerivationError, match="no equation"):
        equal("expansion", "Nothing.", pairs=[])


def test_is_zero_tells_proved_from_refuted() -> None:
    assert is_zero(sympy.cos(2 * x) - 2 * sympy.cos(x) ** 2 + 1) is True
    assert is_zero(sympy.cos(x) - 1) is False


# ---------------------------------------------------------------------- 50 digits

SINES = sympy.sin(sympy.pi / 7) * sympy.sin(2 * sympy.pi / 7) * sympy.sin(3 * sympy.pi / 7)
ROOT = sympy.sqrt(7) / 8


def test_what_sympy_leaves_open_needs_a_named_identity() -> None:
    with pytest.raises(DerivationError, match="name the identity"):
        Equal([(SINES, ROOT)]).run()


def test_a_named_identity_is_checked_to_fifty_digits_and_says_so() -> None:
    evidence = Equal([(SINES, ROOT)], identity="Gauss's product of sines").run()
    assert evidence.level is Level.NUMERIC
    assert f"{DIGITS} digits" in evidence.how
    assert evidence.residual is not None
    assert float(evidence.residual) < 1e-48


def test_a_named_identity_that_is_wrong_in_the_fortieth_digit_raises() -> None:
    with pytest.raises(DerivationError):
        Equal([(SINES, ROOT + sympy.Rational(1, 10**40))], identity="wrong").run()


def test_points_lie_in_the_domain() -> None:
    positive = sympy.Symbol("p", positive=True)
    assert digits_residual(sympy.sqrt(positive**2), positive, {positive: (3, 5)}) == 0
    with pytest.raises(DerivationError, match="cannot be checked"):
        digits_residual(1 / (x - x), sympy.Integer(1), {})


def test_symbols_without_a_domain_take_every_value_that_their_assumptions_admit() -> None:
    kinds = {
        "complex": sympy.Symbol("x"),
        "real": sympy.Symbol("x", real=True),
        "positive": sympy.Symbol("x", positive=True),
        "integer": sympy.Symbol("x", integer=True),
        "odd": sympy.Symbol("x", odd=True),
    }
    seen = {}
    for name, symbol in kinds.items():
        points = random_points({symbol}, {})
        seen[name] = [next(points)[symbol] for _ in range(40)]
    assert all(not value.is_real for value in seen["complex"])
    assert {value > 0 for value in seen["real"]} == {True, False}
    assert all(value > 0 for value in seen["positive"])
    assert len(set(seen["integer"])) > 20
    assert all(value.is_odd for value in seen["odd"])
    with pytest.raises(DerivationError, match="no value that satisfies"):
        next(random_points({kinds["positive"]}, {kinds["positive"]: (-2, -1)}))


#: Equations that hold at some values of their symbols only, or to 50 digits after the point only.
WRONG = {
    "a branch of the square root": (sympy.sqrt(x**2), x),
    "a branch of the logarithm": (sympy.log(x * y), sympy.log(x) + sympy.log(y)),
    "a branch of the arc cosine": (sympy.acos(sympy.cos(x)), x),
    "real": (sympy.conjugate(x), x),
    "positive": (sympy.Abs(sympy.Symbol("t", real=True)), sympy.Symbol("t", real=True)),
    "n = 1 and n = 2": (n**2 + 2, 3 * n),
    "numbers that are small": (sympy.exp(-200), 2 * sympy.exp(-200)),
    "a small part": (x + sympy.exp(-200), x),
    "sums of large terms that nearly cancel": (
        sympy.cos(sympy.Rational(1, 10**30)), 1 - sympy.Rational(1, 3 * 10**60)
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_equations_that_hold_at_special_values_raise(kind: str) -> None:
    with pytest.raises(DerivationError):
        Equal([WRONG[kind]], identity="named but wrong").run()


def test_nothing_divided_by_nothing_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    import orbitkernels.proofs.checking as checking

    nothing, too = x**2 + x - x * (x + 1), (x + 1) ** 2 - x**2 - 2 * x - 1
    with pytest.raises(DerivationError):
        Equal([(nothing / too, sympy.Integer(7))]).run()
    monkeypatch.setattr(checking, "is_zero", lambda expression, domain: True)  # a simplification that goes wrong
    with pytest.raises(DerivationError, match=r"no value|different values"):
        Equal([(nothing / too, sympy.Integer(7))]).run()
    with pytest.raises(DerivationError, match="different values"):
        Equal([(sympy.sqrt(x**2), x)]).run()


def test_a_check_says_what_it_assumes() -> None:
    p, t = sympy.Symbol("p", positive=True), sympy.Symbol("t", real=True)
    assert Equal([(p * (p + 1), p**2 + p)]).run().how == "for all values of the symbols, $p$ positive, by SymPy"
    assert "defined" in Equal([(1 / (x - 1) - 1 / (x + 1), 2 / (x**2 - 1))]).run().how
    assert Equal([(sympy.Integral(t, (t, 0, 1)), sympy.Rational(1, 2))]).run().how == "by SymPy"
    assert condition(n) == "$n$ integer and positive"
    root = Equal([(sympy.sqrt((x - 5) ** 2), 5 - x)], identity="sign", domain={x: (1, 2)}).run()
    assert root.how.endswith("at 6 random points with $1 < x < 2$")
    with pytest.raises(DerivationError):  # the domain counts for the refutation too
        Equal([(sympy.sqrt((x - 5) ** 2), x - 5)], identity="sign", domain={x: (1, 2)}).run()


def test_numbers_must_be_known_to_fifty_digits() -> None:
    third = sympy.Rational(1, 3)
    assert Equal([(third.n(60), third)], identity="division", numbers=True).run().level is Level.NUMERIC
    for left, right in ((third.n(15), third.n(15)), (x, x + 0), (sympy.pi, sympy.pi), (third.n(60), third.n(49))):
        with pytest.raises(DerivationError):
            Equal([(left, right)], identity="nothing", numbers=True).run()


def test_a_matrix_is_no_expression() -> None:
    for left, right in ((sympy.eye(2), sympy.Integer(1)), (sympy.Integer(1), sympy.eye(2))):
        with pytest.raises(DerivationError, match="cannot equal"):
            Equal([(left, right)]).run()


# ---------------------------------------------------------------------- arguments


def test_an_argument_names_its_instances_and_claims_no_more() -> None:
    evidence = argued("trace", "Because.", on=[("C2", lambda: True), ("C3", lambda: True)]).evidence
    assert evidence.level is Level.EXACT
    assert evidence.how == "argument; exactly, on C2, C3"
    assert evidence.cases == 2


@pytest.mark.parametrize(
    "on",
    [
        [],
        [("C2", lambda: True), ("C3", lambda: False)],
        [("C2", lambda: 1)],
        [("C2", lambda: True), ("C2", lambda: True)],
    ],
)
def test_an_argument_that_fails_or_has_no_instance_raises(on: list) -> None:
    with pytest.raises(DerivationError):
        Argued(on).run()


# ---------------------------------------------------------------------- steps and derivations


def test_only_introductions_may_claim_nothing() -> None:
    for rule in RULES:
        if rule in INTRODUCTIONS:
            assert define("Let it be.", rule=rule).evidence.level is None
        else:
            with pytest.raises(DerivationError, match="can be checked"):
                define("Let it be.", rule=rule)
    with pytest.raises(DerivationError, match="can be checked"):
        equal("definition", "A claim in disguise.", pairs=[(x * (x + 1), x**2 + x)])


def test_every_rule_can_be_used_and_others_cannot() -> None:
    made = 0
    for rule in set(RULES) - set(INTRODUCTIONS):
        uses = ("T1",) if rule == "theorem" else ()
        assert equal(rule, "So.", pairs=[(x * (x + 1), x**2 + x)], uses=uses).rule == rule
        made += 1
    assert made == len(RULES) - 2 >= 15
    with pytest.raises(InputError, match="nearest: 'geometric sum'"):
        equal("geometric sums", "So.", pairs=[(x * (x + 1), x**2 + x)])


def test_a_step_says_what_it_does_and_is_not_its_own_reason() -> None:
    with pytest.raises(DerivationError, match="must say"):
        equal("expansion", "  ", pairs=[(x * (x + 1), x**2 + x)])
    with pytest.raises(DerivationError, match="itself"):
        trusted("a", uses=("a",))
    with pytest.raises(DerivationError, match="that of a theorem"):
        trusted("T9")
    with pytest.raises(DerivationError, match="must name it"):
        equal("theorem", "By an earlier one.", pairs=[(x * (x + 1), x**2 + x)])


def test_reasons_come_first() -> None:
    assert Derivation("Good", "x", (trusted("a"), trusted("b", uses=("a", "T1")))).level is Level.SYMBOLIC
    for steps, name in (
        ((trusted("a", uses=("b",)), trusted("b")), ""),  # a later step
        ((trusted("a"), trusted("a")), ""),  # one label twice
        ((trusted("a", uses=("T2",)),), "T2"),  # the theorem itself
        ((trusted("a", uses=("T2b",)),), "T2"),  # a part of it
        ((trusted("a", uses=("T99",)),), ""),  # a theorem that is not there
        ((define("Nothing claimed."),), ""),
    ):
        with pytest.raises(DerivationError):
            Derivation("Bad", "x", steps, name=name)


def test_the_level_is_that_of_the_weakest_step() -> None:
    exact = argued("trace", "Because.", on=[("C2", lambda: True)])
    digits = equal("expansion", "Numbers.", pairs=[(SINES, ROOT)], identity="Gauss")
    assert Derivation("d", "x", (trusted(), exact)).level is Level.EXACT
    assert Derivation("d", "x", (exact, digits, trusted())).level is Level.NUMERIC


# ---------------------------------------------------------------------- sides given by their values

m = sympy.Symbol("m", integer=True, positive=True)


def zeta_series(k: int) -> mpmath.mpf:
    return mpmath.nsum(lambda j: mpmath.mpf(j) ** (-2 * k), [1, mpmath.inf])


def test_a_side_may_be_given_by_its_values_and_the_evidence_says_so() -> None:
    even = Evaluated((m,), zeta_series, "summation of the series")
    closed = sympy.Abs(sympy.bernoulli(2 * m)) * (2 * sympy.pi) ** (2 * m) / (2 * sympy.factorial(2 * m))
    found = Equal([(even, closed)], identity="Euler", domain={m: (1, 5)}).run()
    assert found.level is Level.NUMERIC
    assert "by summation of the series at 6 random points" in found.how
    with pytest.raises(DerivationError, match="name the identity"):
        Equal([(even, closed)], domain={m: (1, 5)}).run()
    for wrong in (closed + sympy.Rational(1, 10**40), 2 * closed, 1 / sympy.Integer(3)):
        with pytest.raises(DerivationError, match="differ"):
            Equal([(even, wrong)], identity="Euler", domain={m: (1, 5)}).run()


@pytest.mark.parametrize("function", [float, lambda k: mpmath.inf, lambda k: None])
def test_values_of_a_side_are_finite_numbers_of_fifty_digits(function) -> None:
    with pytest.raises(DerivationError, match="cannot be checked"):
        Equal([(Evaluated((m,), function), m + 1)], identity="wrong").run()


def test_a_function_is_not_compared_with_itself() -> None:
    with pytest.raises(DerivationError, match="proves nothing"):
        Equal([(Evaluated((m,), zeta_series), Evaluated((m,), zeta_series))], identity="itself").run()


def test_cancelling_values_are_seen_on_the_scale_of_their_terms() -> None:
    small = Evaluated((m,), lambda k: mpmath.mpf(10) ** -55, scale=1)
    assert Equal([(small, sympy.Integer(0))], identity="orthogonal").run().level is Level.NUMERIC
    with pytest.raises(DerivationError):
        Equal([(Evaluated((m,), small.function), sympy.Integer(0))], identity="orthogonal").run()
    large = Evaluated((m,), lambda k: mpmath.mpf(10) ** -40, scale=1)
    with pytest.raises(DerivationError):
        Equal([(large, sympy.Integer(0))], identity="orthogonal").run()


# ---------------------------------------------------------------------- limits


def test_limits_are_decided_by_sympy() -> None:
    limit = sympy.Limit((1 + x / n) ** n, n, sympy.oo)
    assert equal("limit", "Euler.", pairs=[(limit, sympy.exp(x))]).evidence.level is Level.SYMBOLIC
    assert Equal([(sympy.Limit(sympy.sin(x) / x, x, 0), sympy.Integer(1))]).run().level is Level.SYMBOLIC
    for wrong in (sympy.Limit(sympy.sin(2 * x) / x, x, 0), sympy.Limit(1 / x, x, 0)):
        with pytest.raises(DerivationError):
            equal("limit", "Wrong.", pairs=[(wrong, sympy.Integer(1))], identity="wrong")
    with pytest.raises(DerivationError):
        equal("limit", "Infinite.", pairs=[(sympy.Limit(1 / x, x, 0), sympy.Limit(2 / x, x, 0))])


# ---------------------------------------------------------------------- inequalities

p, q = sympy.symbols("p q", positive=True)


def test_a_difference_whose_sign_shows_is_symbolic() -> None:
    for pairs, because in (
        ([(4 * p * q, (p + q) ** 2)], [(p - q) ** 2]),
        ([(2 / (1 / p + 1 / q), (p + q) / 2)], [(p - q) ** 2 / (2 * (p + q))]),
        ([(p, p + q)], []),
    ):
        assert bounded("comparison", "So.", pairs=pairs, because=because).evidence.level is Level.SYMBOLIC
    assert Bounded([(p, p + q)], strict=True).run().level is Level.SYMBOLIC


def test_an_inequality_without_visible_sign_needs_a_name_and_says_so() -> None:
    pairs = [(p, sympy.sinh(p))]
    with pytest.raises(DerivationError, match="name the inequality"):
        Bounded(pairs).run()
    found = Bounded(pairs, identity="convexity of sinh").run()
    assert found.level is Level.NUMERIC
    assert found.how.endswith("to 50 digits at 20 random points with $0 < p < 3$")
    sinh = Evaluated((p,), mpmath.sinh)
    assert Bounded([(p, sinh)], identity="convexity of sinh").run().level is Level.NUMERIC


@pytest.mark.parametrize(
    ("pair", "because"),
    [
        ((p, p), []),
        ((p + q, p), []),
        ((sympy.sinh(p), p), []),
        ((4 * p * q, (p + q) ** 2), [(p + q) ** 2]),  # a square, but not the difference
        ((2 * p * q, p**2 + 2 * q**2 - 1), []),
        ((p, sympy.I * q), []),
        ((1, p), []),
    ],
)
def test_wrong_inequalities_raise(pair, because) -> None:
    with pytest.raises(DerivationError):
        bounded("comparison", "Wrong.", pairs=[pair], because=because, identity="named but wrong")


def test_inequalities_without_pairs_or_with_too_few_reasons_raise() -> None:
    for pairs, because in (([], []), ([(p, p + q), (q, p + q)], [q])):
        with pytest.raises(DerivationError):
            Bounded(pairs, because).run()


# ---------------------------------------------------------------------- what the steps come to


def test_no_step_claims_what_an_earlier_one_shows() -> None:
    once = equal("expansion", "So.", r"x (x + 1) = x^2 + x", pairs=[(x * (x + 1), x**2 + x)])
    again = equal("expansion", "Once more.", r"x(x+1) = x^2 + x.", pairs=[(x * (x + 1), x**2 + x)])
    with pytest.raises(DerivationError, match="step 1 shows already"):
        Derivation("Twice", "x", (once, again))
    with pytest.raises(DerivationError, match="step 1 shows already"):
        Derivation("Assumed", "x", (define("Let.", r"x (x + 1) = x^2 + x"), once))
    apart = equal("expansion", "So.", r"x (x+1) = x^2+x", pairs=[(x * (x + 1), x**2 + x)], section="Another x")
    assert len(Derivation("Two sections", "x", (once, apart)).steps) == 2


def test_formulas_of_the_goal_that_no_checked_step_shows_are_named() -> None:
    step = equal("expansion", "So.", r"x \left(x + 1\right) = x^2 + x", pairs=[(x * (x + 1), x**2 + x)])
    assert Derivation("d", r"x(x + 1) = x^2 + x \text{ for every } x.", (step,)).unshown == ()
    assert Derivation("d", r"x(x + 1) = x^2 + x, \qquad y = 1", (step,)).unshown == ("y = 1",)
    only_defined = (define("Let.", "y = 1"), step)
    assert Derivation("d", "y = 1", only_defined).unshown == ("y = 1",)


def test_latex_that_lost_its_backslash_is_refused() -> None:
    with pytest.raises(DerivationError, match="control character"):
        define("The eigenvalues are", "\text{eigenvalues}")  # a tab and "ext{eigenvalues}"
