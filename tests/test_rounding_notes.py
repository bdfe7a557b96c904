"""What `predict` says of rounding: notes of scalar circulants, residuals and conditions beyond floats."""

import warnings

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels import prediction
from orbitkernels.errors import RoundingWarning
from orbitkernels.left_out import LeftOut, route_notes
from orbitkernels.prediction import rounding_notes
from orbitkernels.proofs.spectral import FourierRoute

ILL = "gaussian(length_scale=1e6)"


@pytest.mark.parametrize("missing", ["pose", [0, 2]])
def test_scalar_errors_have_the_bounds_of_the_batch_and_a_note(missing):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ok.predict("C4", ILL, "digits", missing, pairs=3, symmetrisation="scalar")
    digits = ok.load("digits")
    batch = [ok.Orbits(ok.group("C4"), digits.images[row["indices"]], row["labels"]) for row in found["pairs"]]
    with pytest.warns(RoundingWarning) as caught:
        alone = ok.spectral_errors(ILL, batch, 0.0, missing, "scalar")
    for row, bounds in zip(found["pairs"], alone.rounding_bounds[:, 0, 0, ..., 0], strict=True):
        np.testing.assert_allclose(row["rounding_bounds"], bounds, rtol=1e-6)
        assert row["rounding_bound"] == np.ravel(row["rounding_bounds"])[0] > 1e-3 * abs(row["spectral_error"])
    said = [note for note in found["notes"] if "rounding in double precision may change an error" in note]
    assert len(said) == 1
    worst = int(np.argmax((alone.rounding_bounds / np.abs(alone.errors)).reshape(3, -1).max(axis=1)))
    first, second = found["pairs"][worst]["indices"]
    assert said[0] == str(caught[0].message).replace(
        f"Inputs [{2 * worst}, {2 * worst + 1}]", said[0].split(":")[0]
    )
    assert said[0].startswith(f"Images {first} and {second}: ")


def test_the_worst_of_several_pieces_is_told(monkeypatch):
    monkeypatch.setattr("orbitkernels.prediction._TOGETHER", 3)
    whole = ok.predict("C4", ILL, "digits", pairs=3, symmetrisation="scalar")
    monkeypatch.setattr("orbitkernels.prediction._TOGETHER", 1)
    assert ok.predict("C4", ILL, "digits", pairs=3, symmetrisation="scalar")["notes"] == whole["notes"]


def test_scalar_errors_without_trouble_have_no_such_note():
    found = ok.predict("C4", "ntk(depth=1)", "digits", pairs=1, symmetrisation="scalar")
    assert len(found["notes"]) == 1
    assert 0 < found["pairs"][0]["rounding_bound"] < 1e-10


@pytest.mark.parametrize(
    ("residuals", "is_told"),
    [((1e-15, float("nan")), True), ((float("nan"), 1e-15), True), ((1e-15, 1e-5), True), ((1e-5, None), True),
     ((1e-15, 1e-14), False), ((None, None), False)],
)  # fmt: skip
def test_residuals_that_are_no_numbers_are_told(residuals, is_told):
    ways = [LeftOut(np.zeros((2, 1)), "conjugate gradients", "kernel", *residuals)]
    for found in (ways, [LeftOut(np.zeros((2, 1)), "conjugate gradients", "kernel", 1e-15, 1e-15), *ways]):
        assert any("left a residual" in note for note in route_notes(found)) is is_told


def test_a_condition_number_beyond_floats_is_told():
    rows = [
        {"condition_number": 10.0, "exact_errors": [0.5]},
        {"condition_number": None, "exact_errors": [0.5, 2.0]},
    ]
    (note,) = rounding_notes(rows)
    assert "the largest is inf" in note
    assert rounding_notes(rows[:1]) == []


@pytest.mark.parametrize("missing", ["pose", [0, 2]])
def test_errors_and_bounds_are_of_one_computation(missing, monkeypatch):
    """Those of the batch, to the bit: a bound of other roundings would not hold for the number."""
    with monkeypatch.context() as patch:
        calls = count_routes(patch)
        found = ok.predict("D4", "gaussian(length_scale=3000)", "digits", missing, pairs=5)["pairs"]
        assert calls == []  # nothing is found twice
    digits = ok.load("digits")
    batch = [ok.Orbits(ok.group("D4"), digits.images[row["indices"]], row["labels"]) for row in found]
    alone = ok.spectral_errors("gaussian(length_scale=3000)", batch, 0.0, missing)
    for p, row in enumerate(found):
        one = p, 0, 0
        np.testing.assert_allclose(row["spectral_errors"], alone.errors[one][..., 0], rtol=1e-14)
        np.testing.assert_allclose(row["rounding_bounds"], alone.rounding_bounds[one][..., 0], rtol=1e-6)
        sharp = ok.error_with_bound("gaussian(length_scale=3000)", batch[p], missing, precision="double-double")
        off = np.abs(row["spectral_errors"] - sharp.error[..., 0])
        known = np.array(row["rounding_bounds"]) + sharp.rounding_bound[..., 0] + sharp.kernel_bound[..., 0]
        assert (off <= known).all()


def count_routes(monkeypatch):
    """A list that grows with each Fourier route of one pair."""
    calls = []
    honest = FourierRoute.of.__func__
    monkeypatch.setattr(
        FourierRoute, "of", classmethod(lambda *given, **more: calls.append(1) or honest(*given, **more))
    )
    return calls


def test_a_bound_of_another_computation_is_caught(monkeypatch):
    """The bound of the Fourier blocks of each pair, several times smaller, beside the number of the batch."""
    honest = prediction._row

    def mixed(orbits, indices, spectral, second, bound, *rest):
        one = ok.error_with_bound("gaussian(length_scale=3000)", orbits)
        return honest(orbits, indices, spectral, second, one.rounding_bound[..., 0], *rest)

    monkeypatch.setattr(prediction, "_row", mixed)
    monkeypatch.setattr("test_rounding_notes.count_routes", lambda _: [])
    with pytest.raises(AssertionError):
        test_errors_and_bounds_are_of_one_computation("pose", monkeypatch)


def test_a_group_whose_pairs_are_taken_alone_has_its_own_bounds(monkeypatch):
    monkeypatch.setattr(prediction, "_LARGE", 4)
    calls = count_routes(monkeypatch)
    (row,) = ok.predict("D4", "gaussian(length_scale=3000)", "digits", pairs=1)["pairs"]
    digits = ok.load("digits")
    orbits = ok.Orbits(ok.group("D4"), digits.images[row["indices"]], row["labels"])
    assert len(calls) == 1
    alone = ok.error_with_bound("gaussian(length_scale=3000)", orbits)
    assert row["spectral_errors"] == alone.error[..., 0].tolist()
    assert row["rounding_bounds"] == alone.rounding_bound[..., 0].tolist()
