"""Errors of images in balls: they hold the floating result to its rounding level, and verdicts are rigorous."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.numerics.dense import condition_number
from orbitkernels.proofs.image_instances import ImageCase, image_orbits
from orbitkernels.proofs.spectral import dense_gram, leave_out_error, spectral_error
from orbitkernels.theory.ball_kernels import KernelBalls
from orbitkernels.theory.balls import working_precision
from orbitkernels.theory.enclosures import Verdict

KERNELS = [
    "ntk(depth=3)",
    "nngp(depth=2, bias_variance=0)",
    "ntk(depth=2, activation=erf)",
    "gaussian(length_scale=2)",
    "laplace(length_scale=2)",
    "polynomial(degree=3)",
    "exp(-2*(1-u))",
    "(sqrt(1-u^2) + (pi-acos(u))*u)/pi",
]


def digits(group="D4", count=3, symmetric=False, seed=1):
    return image_orbits(ImageCase(group, "", count, symmetric), np.random.default_rng(seed))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("symmetric", [False, True])
def test_balls_hold_the_floating_result_to_its_rounding_level(kernel, symmetric) -> None:
    orbits, ridge = digits(symmetric=symmetric), 0.125
    K = dense_gram(kernel, orbits, ridge)
    level = np.finfo(float).eps * condition_number(K) * len(K)
    for missing in ("pose", "coset:r", [0, 3]):
        found = ok.enclosed_error(kernel, orbits, missing, ridge)
        scale = max(np.abs(found.midpoints).max(), np.abs(orbits.targets).max())
        assert found.radii.max() < 1e-15
        for route in (spectral_error, leave_out_error):
            floating = route(kernel, orbits, missing, ridge)
            assert floating.shape == found.midpoints.shape
            assert np.abs(floating - found.midpoints).max() <= 4 * level * scale


def test_verdicts_are_those_of_the_signs_of_the_predictions() -> None:
    orbits = digits()
    found = ok.enclosed_error("ntk(depth=1)", orbits, "coset:r")
    predictions = orbits.targets - found.midpoints
    right = np.array([[verdict is Verdict.RIGHT for verdict in row] for row in found.verdicts])
    assert np.array_equal(right, orbits.targets * predictions > 0)
    assert {True, False} == set(right.ravel().tolist())
    assert str(found).count("orbit") == found.midpoints.size


def test_few_bits_leave_it_open_and_more_bits_decide() -> None:
    orbits = digits()
    few, more = (ok.enclosed_error("ntk(depth=3)", orbits, bits=bits) for bits in (40, 120))
    assert few.bits == 40
    assert Verdict.UNDECIDED in {v for row in few.verdicts for v in row} or few.radii.max() > more.radii.max()
    assert Verdict.UNDECIDED not in {v for row in more.verdicts for v in row}
    for row, other in zip(few.errors, more.errors, strict=True):
        assert all(a.overlaps(b) for a, b in zip(row, other, strict=True))


def test_a_prediction_of_zero_stays_undecided_at_any_precision() -> None:
    """Orthogonal orbits of a linear kernel: nothing is learned of the other, and the only pose is missing."""
    orbits = ok.Orbits(ok.group("C2"), [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]], [0, 1], action=swaps())
    for bits in (60, 400):
        found = ok.enclosed_error("polynomial(degree=1, offset=0)", orbits, ridge=1.0, bits=bits)
        assert found.verdicts[0] == [Verdict.UNDECIDED]
        assert found.errors[0][0].contains(1)


def swaps():
    return ok.PermutationAction.from_generators(ok.group("C2"), [[1, 0, 3, 2]])


def test_equal_and_opposite_inputs_are_enclosed_narrowly() -> None:
    from orbitkernels.theory.kernels import general_nngp_expression, general_ntk_expression

    with working_precision(200):
        for write in (general_ntk_expression, general_nngp_expression):
            value = KernelBalls(write(3, 1, 0), "kernel")
            assert value(2, 2, 2).rad() < 1e-50
            assert value(2, 2, -2).rad() < 1e-50
            assert value(0, 1, 0).is_finite()


def test_what_cannot_be_done_is_refused_in_one_line() -> None:
    orbits = digits()
    with pytest.raises(InputError, match="must have an expression"):
        ok.enclosed_error(lambda X, Y: X @ Y.T, orbits)
    with pytest.raises(InputError, match="Argument 'depth' must be 1 to 8"):
        ok.enclosed_error("ntk(depth=9)", orbits)
    with pytest.raises(InputError, match="Argument 'bits' must be"):
        ok.enclosed_error("ntk(depth=1)", orbits, bits=0)
    with pytest.raises(InputError, match="Argument 'ridge' must be"):
        ok.enclosed_error("ntk(depth=1)", orbits, ridge=-1.0)
    with pytest.raises(SingularGramError, match="cannot be shown to be invertible"):
        ok.enclosed_error("polynomial(degree=1, offset=0)", digits(count=9), bits=100)
    turned = ok.Orbits(
        ok.group("C4"), [[1.0, 0.5], [0.25, 2.0]], [0, 1], action=np.array([[[0.0, -1.0], [1.0, 0.0]]])
    )
    with pytest.raises(InputError, match="must have an action that permutes coordinates"):
        ok.enclosed_error("ntk(depth=1)", turned)
    zero = ok.Orbits(ok.group("C2"), [[0.0, 0.0], [1.0, 2.0]], [0, 1])
    with pytest.raises(InputError, match="zero seed 0"):
        ok.enclosed_error("exp(u)", zero)


def test_orbits_that_would_fill_the_memory_are_refused(monkeypatch) -> None:
    """By the coordinates of all points, and by the Gram matrix where a list is missing."""
    seeds = np.random.default_rng(0).normal(size=(3, 8192))
    with pytest.raises(
        InputError, match=r"24576 points of 8192 coordinates.* beyond the limit of 3\.4e\+07; give"
    ):
        ok.enclosed_error("ntk(depth=1)", ok.Orbits(ok.group("C8192"), seeds, [0, 1, 0]))
    orbits, module = digits(), "orbitkernels.proofs.enclosed_prediction.MAX_NUMBERS"
    points = int(orbits.sizes.sum())
    monkeypatch.setattr(module, points * orbits.seeds.shape[1] + len(orbits) ** 2 * orbits.group.order)
    ok.enclosed_error("ntk(depth=1)", orbits)
    with pytest.raises(InputError, match="Argument 'orbits' has"):
        ok.enclosed_error("ntk(depth=1)", orbits, missing=[0, 1])


def test_a_wrong_kernel_value_is_found(monkeypatch) -> None:
    """The comparison can fail: a relative change of 1e-9 in the kernel shows."""
    orbits, original = digits(), KernelBalls._value
    monkeypatch.setattr(
        KernelBalls, "_value", lambda self, a, b, c: original(self, a, b, c) + (a == b == c) * 1e-9
    )
    found = ok.enclosed_error("ntk(depth=1)", orbits)
    K = dense_gram("ntk(depth=1)", orbits)
    level = np.finfo(float).eps * condition_number(K) * len(K)
    assert np.abs(spectral_error("ntk(depth=1)", orbits) - found.midpoints).max() > 4 * level
