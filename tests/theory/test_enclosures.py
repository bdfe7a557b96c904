"""Enclosures: they hold the exact results, keep their precision to themselves, and decide only what they can."""

from fractions import Fraction

import numpy as np
import pytest
from flint import acb, arb, arb_mat, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.theory import enclosed_spectra, scalar_spectra, spectra
from orbitkernels.theory.balls import ball, ball_matrices, part, relative_width, solved, working_precision
from orbitkernels.theory.cyclotomics import root_of_unity
from orbitkernels.theory.enclosures import (
    Verdict,
    enclosed_coset_error,
    enclosed_gram,
    enclosed_leave_out,
    enclosed_spectral_error,
    verdict,
)
from orbitkernels.theory.names import group
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out


def contains(found, value):
    """Whether a ball holds a rational number, which is made a ball too, but a far narrower one."""
    with working_precision(4000):
        return bool(found.contains(fmpq(value.numerator, value.denominator)))


def as_fractions(rows):
    """Rows of fmpq as Fractions."""
    return [[Fraction(int(x.p), int(x.q)) for x in row] for row in rows]


def holds(balls, fractions, width=1e-40):
    """Whether rows of balls hold rows of fractions, narrowly."""
    flat = [entry for row in balls for entry in row]
    true = [x for row in fractions for x in row]
    narrow = relative_width(flat) < width
    return len(flat) == len(true) and narrow and all(map(contains, flat, true))


# ---------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    "value",
    [
        3,
        np.int64(-3),
        Fraction(1, 3),
        fmpq(2, 7),
        0.1,
        np.float64(0.5),
        np.float32(0.1),
        10**100,
        1 - Fraction(1, 10**25),
    ],
)
def test_a_ball_holds_its_number(value) -> None:
    with working_precision(100):
        found = ball(value)
        assert found.rad() <= abs(found) * arb(2) ** -95
    exact = Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else Fraction(str(value))
    assert contains(found, Fraction(float(value)) if isinstance(value, float | np.floating) else exact)


def test_floats_and_integers_are_exact_at_any_precision() -> None:
    with working_precision(20):
        assert ball(0.1).is_exact()
        assert ball(10**100).is_exact()


@given(st.integers(1, 30), st.integers(0, 60))
def test_balls_of_roots_of_unity_lie_on_the_circle(N, k) -> None:
    with working_precision(120):
        found = ball(root_of_unity(N, k))
        assert (found**N).overlaps(acb(1))
        assert abs(complex(found) - complex(root_of_unity(N, k))) < 1e-14


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, 1j, [1]])
def test_what_is_no_number_is_refused_by_name(value) -> None:
    with pytest.raises(InputError, match="A ball holds a finite real number"):
        ball(value)


def test_widths_are_relative_to_the_largest_value() -> None:
    assert relative_width([]) == 0
    assert relative_width([arb(0), arb(4, 1)]) == pytest.approx(0.25)
    assert relative_width([arb(1), arb.nan()]) == float("inf")
    assert relative_width([acb(arb(3, 1), 4)]) == pytest.approx(0.2, rel=0.1)


# ---------------------------------------------------------------------- precision


def test_the_precision_is_put_back_also_after_an_exception() -> None:
    before = ctx.prec
    with working_precision(321):
        assert ctx.prec == 321
        with working_precision(99):
            assert ctx.prec == 99
        assert ctx.prec == 321
    assert ctx.prec == before
    with pytest.raises(SingularGramError), working_precision(321):
        solved(arb_mat([[0]]), arb_mat([[1]]), "zero")
    assert ctx.prec == before


@pytest.mark.parametrize("bits", [0, -5, 1.5, "200", True])
def test_a_precision_that_is_none_is_refused(bits) -> None:
    with pytest.raises(InputError, match="Argument 'bits' must be"), working_precision(bits):
        pass


def test_more_bits_give_narrower_balls() -> None:
    widths = []
    for bits in (60, 120, 240):
        with working_precision(bits):
            C4 = group("C4")
            value = enclosed_leave_out(enclosed_gram(C4, [[[2, Fraction(1, 3), 0, Fraction(1, 3)]]]), [1] * 4, [0])
            widths.append(relative_width(value[0]))
    assert widths[0] > widths[1] > widths[2] > 0


# ---------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("error", "label", "expected"),
    [
        (arb(0), 1, Verdict.RIGHT),
        (arb("0.999 +/- 0.0001"), 1, Verdict.RIGHT),
        (arb("1.001 +/- 0.0001"), 1, Verdict.WRONG),
        (arb("1 +/- 0.0001"), 1, Verdict.UNDECIDED),
        (Fraction(1), 1, Verdict.UNDECIDED),
        (arb("-1.9 +/- 0.01"), -2, Verdict.RIGHT),
        (arb("-2.1 +/- 0.01"), -2, Verdict.WRONG),
        (arb.nan(), 1, Verdict.UNDECIDED),
        (arb(0.5), 0, Verdict.UNDECIDED),
    ],
)
def test_verdicts(error, label, expected) -> None:
    assert verdict(error, label) is expected


@given(st.fractions(-3, 3), st.sampled_from([-2, -1, 1, 3]), st.integers(0, 12))
def test_a_verdict_is_that_of_every_number_in_the_ball(error, label, digits) -> None:
    with working_precision(100):
        found = verdict(ball(error) + arb(0, 10.0**-digits), label)
    prediction = label - error
    if found is not Verdict.UNDECIDED:
        assert (label * prediction > 0) == (found is Verdict.RIGHT)
    elif digits == 12:
        assert abs(prediction) < Fraction(1, 10**10)


# ---------------------------------------------------------------------- containment of exact results

INSTANCES = ok.instances(ok.groups(max_order=12), st.integers(1, 3))


@settings(max_examples=25)
@given(INSTANCES, st.data())
def test_errors_hold_the_exact_ones_by_both_routes(instance, data) -> None:
    problem = (instance.group, instance.phi)
    setting = (instance.stabilisers, instance.ridge)
    targets = instance.targets.tolist()
    subgroup = data.draw(ok.subgroups(instance.group)).elements.tolist()
    with working_precision():
        assert holds(
            enclosed_spectral_error(*problem, targets, *setting),
            spectra.exact_spectral_error(*problem, targets, *setting),
        )
        assert holds(
            enclosed_coset_error(*problem, targets, subgroup, *setting),
            spectra.exact_coset_error(*problem, targets, subgroup, *setting),
        )
        gram, K = enclosed_gram(*problem, *setting), exact_gram(*problem, *setting)
        assert holds(gram.tolist(), as_fractions(K.tolist()))
        points = data.draw(st.lists(st.integers(0, K.nrows() - 1), min_size=1, max_size=5, unique=True))
        assert holds(
            enclosed_leave_out(gram, instance.labels, points), exact_leave_out(K, instance.labels, points)
        )


@settings(max_examples=15)
@given(INSTANCES)
def test_inverse_symbols_and_spectra_hold_the_exact_ones(instance) -> None:
    arguments = (instance.group, instance.phi, instance.stabilisers, instance.ridge)
    K = exact_gram(*arguments)
    with working_precision(800):
        inverse = enclosed_spectra.enclosed_inverse_symbol(*arguments)
        exact = spectra.exact_inverse_symbol(*arguments)
        assert all(holds(a, b) for a, b in zip(inverse, exact, strict=True))
        blocks = [(b.matrix, b.irrep.degree) for b in enclosed_spectra.enclosed_blocks(*arguments)]
        found = enclosed_spectra.enclosed_characteristic_polynomial(blocks)
        assert all(value.imag.contains(0) for value in found)
        assert all(
            contains(v.real, c) for v, c in zip(found, as_fractions([K.charpoly().coeffs()])[0], strict=True)
        )
        assert relative_width(found) < 1e-40


@settings(max_examples=15)
@given(ok.instances(ok.groups(max_order=24), st.integers(1, 3), class_functions=True))
def test_character_blocks_and_errors_hold_the_exact_ones(instance) -> None:
    G, ridge = instance.group, instance.ridge
    values = instance.phi[:, :, G.conjugacy_classes.representatives]
    targets = instance.targets.tolist()
    with working_precision():
        assert holds(
            enclosed_spectra.enclosed_character_error(G, values, targets, ridge),
            scalar_spectra.character_spectral_error(G, values, targets, ridge),
        )
        pairs = zip(
            enclosed_spectra.enclosed_character_blocks(G, values, ridge),
            scalar_spectra.character_blocks(G, values, ridge),
            strict=True,
        )
        for (found, weight), (exact, exact_weight) in pairs:
            assert weight == exact_weight
            assert found.overlaps(ball_matrices([exact])[0])


def test_circulant_spectra_hold_the_exact_error() -> None:
    same, cross = [5, 1, -1, 1], [2, 0, 0, 2]  # phi_AB(g) = phi_AB(-1-g)
    phi = [[same, cross], [[cross[-g % 4] for g in range(4)], same]]
    row = [value for pair in zip(same, cross, strict=True) for value in pair]
    exact = scalar_spectra.exact_two_orbit_error(phi)
    with working_precision():
        assert holds([[enclosed_spectra.enclosed_two_ring_error(row)]], [[exact]])


def test_all_points_missing_leaves_the_labels() -> None:
    assert enclosed_leave_out(arb_mat([[2, 1], [1, 2]]), [[1, 5], [-1, 0]], [0, 1]) == [[1, 5], [-1, 0]]


def test_a_part_of_a_matrix_keeps_rows_and_columns() -> None:
    matrix = arb_mat([[1, 2, 3], [4, 5, 6]])
    assert part(matrix, range(1, 2), range(0, 2)).tolist() == [[4, 5]]


# ---------------------------------------------------------------------- what cannot be decided


def test_singular_systems_are_refused_in_one_line() -> None:
    C2 = group("C2")
    ones = [[[1, 1]]]
    with (
        working_precision(),
        pytest.raises(SingularGramError, match="At 200 bits the Fourier block of irrep") as caught,
    ):
        enclosed_spectral_error(C2, ones, [1])
    assert "add a ridge or raise the precision" in str(caught.value)
    assert "\n" not in str(caught.value)
    with working_precision(), pytest.raises(SingularGramError, match="the Gram matrix of the remaining points"):
        enclosed_leave_out(arb_mat([[1, 1, 1], [1, 1, 1], [1, 1, 1]]), [1, 1, 1], [0])
    with working_precision(), pytest.raises(SingularGramError, match="the matrix of character 1"):
        enclosed_spectra.enclosed_character_error(C2, ones, [1])
    with working_precision():
        assert enclosed_spectral_error(C2, ones, [1], ridge=1)[0][0].contains(0.5)


def test_more_bits_decide_what_fewer_cannot() -> None:
    almost = [[[1, 1 - Fraction(1, 10**40)]]]
    with working_precision(100), pytest.raises(SingularGramError, match="At 100 bits"):
        enclosed_spectral_error(group("C2"), [[[ball(x) for x in almost[0][0]]]], [1])
    with working_precision(200):
        assert enclosed_spectral_error(group("C2"), almost, [1])[0][0].is_finite()
