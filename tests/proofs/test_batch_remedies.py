"""What a batch recommends against rounding is there: higher precisions that take the tuple it names."""

import warnings

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.proofs import batches, rounding_double_double, rounding_enclosures
from orbitkernels.proofs.batches import levelled_errors
from orbitkernels.proofs.rounding import finer_precisions

ILL = "gaussian(length_scale=3000)"


def told(text):
    """Precisions that a message names."""
    return tuple(name for name in ("double-double", "arb") if f"'{name}'" in text)


def on_a_circle(order):
    """Two orbits of a cyclic group of rotations of the plane."""
    t = 2 * np.pi / order
    turn = [[[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]]
    return ok.Orbits(ok.group(f"C{order}"), [[1.0, 0.0], [0.8, 0.1]], [0, 1], action=turn)


def natural(name, seeds):
    G = ok.group(name)
    return ok.Orbits(G, seeds, [0, 1], ok.PermutationAction.natural(G))


@pytest.mark.parametrize(
    ("orbits", "ridge", "expected"),
    [
        (lambda: on_a_circle(8), 1e-12, ("double-double", "arb")),
        (lambda: on_a_circle(300), 1e-9, ("double-double",)),
        (lambda: on_a_circle(8192), 1e-9, ()),
        (lambda: natural("S4", [[0, 0, 0, 2.0], [1, 1, 1, 0]]), 1e-12, ("double-double", "arb")),
    ],
)
def test_only_what_works_is_recommended(orbits, ridge, expected):
    these = orbits()
    with pytest.warns(ok.RoundingWarning) as caught:
        ok.spectral_errors(ILL, [these], ridge)
    text = str(caught[0].message)
    assert told(text) == expected == finer_precisions(these, "spectral")
    assert text.endswith("lowers that.")
    assert "\n" not in text
    assert ("error_with_bound" in text) == bool(expected)
    for precision in expected:
        assert ok.error_with_bound(ILL, these, ridge=ridge, precision=precision).relative_bound < 1e-12


def test_poses_that_are_no_action_and_scalar_circulants_have_a_ridge_only():
    images = ok.load("digits").images[[3, 8]]
    turned = ok.OrbitBatch(ok.group("C16"), images, [[0, 1]], action=ok.ImageRotations(16, 8))
    exact = ok.OrbitBatch(ok.group("C4"), images, [[0, 1]])
    for batch, how in ((turned, "block"), (turned, "scalar"), (exact, "scalar")):
        found = levelled_errors("gaussian(length_scale=300000)", batch, symmetrisation=how)
        assert found.finer == ()
        assert found.remark.endswith("the most in the batch; a ridge lowers that.")
    assert levelled_errors("gaussian(length_scale=300000)", exact).finer == ("double-double", "arb")


def test_a_remedy_that_is_not_there_is_caught(monkeypatch):
    """What was said of every tuple before."""
    monkeypatch.setattr(batches, "_finer", lambda batch, p: ("double-double", "arb"))
    with pytest.raises(AssertionError):
        test_only_what_works_is_recommended(lambda: on_a_circle(8192), 1e-9, ())


@pytest.mark.parametrize("missing", ["pose", [0, 1]])
def test_balls_are_refused_with_the_argument_and_what_takes_the_problem(monkeypatch, missing):
    monkeypatch.setattr(rounding_enclosures, "MOST_ELEMENTS", 7)
    monkeypatch.setattr(rounding_enclosures, "MOST_POINTS", 15)
    orbits = on_a_circle(8)
    for limit, remedy in ((4096, "use 'double-double'."), (7, "use a ridge and 'double'.")):
        monkeypatch.setattr(rounding_double_double, "MOST_ELEMENTS", limit)
        with pytest.raises(InputError, match=r"^Argument 'precision' is 'arb', which ") as caught:
            ok.error_with_bound("ntk(depth=1)", orbits, missing, precision="arb")
        assert str(caught.value).endswith(remedy)
        assert "\n" not in str(caught.value)
        if limit == 4096:
            ok.error_with_bound("ntk(depth=1)", orbits, missing, precision="double-double")
    monkeypatch.setattr(rounding_enclosures, "MOST_POINTS", 512)
    assert "arb" not in finer_precisions(orbits, "spectral")
    assert "arb" in finer_precisions(orbits, "dense")


def test_large_groups_have_no_balls():
    seven = natural("S7", [[0, 0, 0, 0, 0, 0, 2.0], [1, 1, 1, 1, 1, 1, 0]])
    for orbits in (seven, on_a_circle(8192)):
        name = orbits.group.name
        with pytest.raises(
            InputError, match=rf"takes exact irreps of at most 1000 elements, not of {name} of"
        ) as caught:
            ok.error_with_bound("gaussian(length_scale=1)", orbits, ridge=1.0, precision="arb")
        assert str(caught.value).endswith("use a ridge and 'double'.")
        assert finer_precisions(orbits, "spectral") == ()


def test_titles_are_a_function():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for titles in (3, ["First"], "First"):
            with pytest.raises(InputError, match="Argument 'titles' must be a function or None, not "):
                ok.spectral_errors("ntk(depth=1)", [on_a_circle(4)], titles=titles)
