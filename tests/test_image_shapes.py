"""Kernels of images meet data whose shape is known: rows are not read as images of another shape."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.data import Dataset
from orbitkernels.errors import InputError
from orbitkernels.needed_in_data import needed_separation_of_pairs
from orbitkernels.prediction import predict
from orbitkernels.proofs.convolutional_kernels import CNTK, _Convolutional
from orbitkernels.proofs.iterative import inverse_residual
from orbitkernels.proofs.kernels import kernel

RNG = np.random.default_rng(0)


def images(*shape: int) -> Dataset:
    """Eight random images of two classes."""
    return Dataset(RNG.normal(size=(8, *shape)), np.arange(8) % 2, "random")


REFUSED = {
    "height of digits": (
        "D4",
        "cntk(filter=3, height=4)",
        (8, 8),
        "must have height 4 as the kernel says, not 8.",
    ),
    "width of digits": ("D4", "cnngp(width=16)", (8, 8), "must have width 16 as the kernel says, not 8."),
    "height that divides nothing": (
        "D4",
        "cntk(height=3)",
        (8, 8),
        "must have height 3 as the kernel says, not 8.",
    ),
    "channels": ("D4", "cntk(channels=4)", (8, 8), "must have channels 4 as the kernel says, not 1."),
    "oblong read as a square": (
        "C2xC8",
        "cntk(head=gap)",
        (2, 8),
        "images of 2 x 8; give the kernel height=2, width=8.",
    ),
    "oblong with its height and a wrong width": (
        "C2xC8",
        "cntk(height=2, width=4, channels=2)",
        (2, 8),
        "width 4",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_images_of_another_shape_than_the_kernel_says_are_refused(case: str) -> None:
    group, spec, shape, line = REFUSED[case]
    data = images(*shape)
    for ask in (
        lambda: predict(group, spec, data, pairs=1),
        lambda: predict(group, spec, data, pairs=1, average="G"),
        lambda: needed_separation_of_pairs(group, spec, data, pairs=1),
    ):
        with pytest.raises(InputError) as refused:
            ask()
        assert str(refused.value).startswith("Argument 'data' ")
        assert line in str(refused.value)


def test_the_line_is_that_of_the_kernel_on_the_images_themselves() -> None:
    data = images(8, 8)
    with pytest.raises(InputError) as direct:
        CNTK(height=4).gram(data.images)
    with pytest.raises(InputError) as here:
        predict("D4", CNTK(height=4), data, pairs=1)
    assert str(here.value) == str(direct.value).replace("'X'", "'data'")


def test_shapes_that_agree_are_taken_and_give_the_numbers_of_the_images() -> None:
    data = images(2, 8)
    result = predict("C2xC8", "cntk(filter=1, head=flatten, height=2, width=8)", data, ridge=0.1, pairs=2)
    assert result["largest_relative_difference"] < 1e-9
    for spec, shape in (
        ("cntk(height=8)", (8, 8)),
        ("cntk()", (8, 8)),
        ("cntk(height=1, width=8, channels=3)", (8, 3)),  # a sequence of 8 vectors
        ("cntk(height=1)", (1, 16)),
        ("cnngp(height=2)", (2, 8)),
        ("cntk(filter=1, channels=16)", (2, 8)),  # all at one position: a function of inner products
        ("cntk(filter=1, height=1, width=1, channels=16)", (2, 8)),
    ):
        kernel(spec).require_shape("data", shape)
    vectors = Dataset(data.images.reshape(8, 16), data.labels, "vectors")  # of no known shape
    assert predict("C2xC8", "ntk(depth=1)", data, pairs=1)["pairs"]
    assert predict("C16", "cntk(filter=1, head=flatten)", vectors, ridge=0.1, pairs=1)["pairs"]


WIDE = np.random.default_rng(4).normal(size=(2, 4, 16))


@pytest.mark.parametrize("route", ["spectral", "dense", "iterative", "residual", "symbol", "batch", "of a list"])
@pytest.mark.parametrize("averaged", [False, True])
def test_orbits_of_images_of_another_shape_are_refused_by_every_route(route: str, averaged: bool) -> None:
    """Rows of 4 x 16 pixels are as long as those of 8 x 8: CNTK() would take them for a square."""
    G = ok.group("V4")
    orbits = ok.Orbits(G, WIDE, [0, 1])
    ask = {
        "spectral": lambda k: ok.spectral_error(k, orbits, ridge=0.1),
        "dense": lambda k: ok.leave_out_error(k, orbits, ridge=0.1),
        "iterative": lambda k: ok.iterative_error(k, orbits, ridge=0.1, product="kernel"),
        "residual": lambda k: inverse_residual(k, orbits, ridge=0.1),
        "symbol": lambda k: ok.orbit_symbol(k, orbits),
        "batch": lambda k: ok.spectral_errors(k, ok.OrbitBatch(G, WIDE, [[0, 1]]), 0.1),
        "of a list": lambda k: ok.spectral_errors(k, [orbits], 0.1),
    }[route]
    wrong, right = (CNTK(filter=3, padding="zero", **shape) for shape in ({}, {"height": 4, "width": 16}))
    if averaged:
        wrong, right = ok.AveragedKernel(wrong, orbits), ok.AveragedKernel(right, orbits)
    with pytest.raises(InputError, match="has images of 4 x 16; give the kernel height=4, width=16"):
        ask(wrong)
    if averaged or route == "dense":  # borders of zeros are not invariant
        ask(right)


def test_a_check_that_is_forgotten_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Convolutional, "require_shape", lambda *_: None)
    with pytest.raises(AssertionError):
        test_images_of_another_shape_than_the_kernel_says_are_refused("height of digits")
