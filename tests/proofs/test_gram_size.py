"""Gram matrices beyond memory are refused before any work, by every kernel and by the dense route."""

import time

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.proofs import gram_size
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK

ROWS = np.broadcast_to(1.0, (10**7, 16))
IMAGES = np.broadcast_to(1.0, (10**7, 4, 4))

KERNELS = {
    **{spec: ok.kernel(spec) for spec in ("ntk", "nngp", "gaussian", "laplace", "polynomial", "exp(u)")},
    **{spec: ok.kernel(spec) for spec in ("cntk", "cnngp(head=flatten)")},
    **{spec: ok.kernel(f"{spec}(tokens=4)") for spec in ("attention_ntk", "attention_nngp")},
    "gcntk": GroupConvolutionalNTK("D4", (4, 4), filter=[0, 1]),
    "gcnngp": GroupConvolutionalNNGP("D4", (4, 4), filter=[0, 1]),
    "averaged": ok.Averaged("ntk", "D4", (4, 4)),
}


@pytest.mark.parametrize("name", KERNELS)
def test_refused_before_any_work(name):
    kernel, begin = KERNELS[name], time.process_time()
    with pytest.raises(InputError, match=r"'X' has 10,000,000 inputs, .* 745,058\.1 GiB, .* blocks") as caught:
        kernel.gram(ROWS)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"'X' has 10,000,000 inputs and 'Y' 9,000,000"):
        kernel.gram(ROWS, ROWS[: 9 * 10**6])
    assert time.process_time() - begin < 0.1


@pytest.mark.parametrize("name", [name for name in KERNELS if name != "averaged"])  # it asks k for more at a time
def test_the_limit_is_the_memory(name, monkeypatch):
    X = np.random.default_rng(0).normal(size=(5, 16))
    monkeypatch.setattr(gram_size, "machine_memory", lambda: 8 * 25)
    assert KERNELS[name].gram(X).shape == (5, 5)
    assert KERNELS[name].gram(X[:2], np.concatenate([X, X])).shape == (2, 10)
    monkeypatch.setattr(gram_size, "machine_memory", lambda: 8 * 25 - 1)
    with pytest.raises(InputError, match=r"beyond the 0\.0 GiB of memory"):
        KERNELS[name].gram(X)


def test_half_of_it_in_float32(monkeypatch):
    X = np.random.default_rng(0).normal(size=(5, 16))
    monkeypatch.setattr(gram_size, "machine_memory", lambda: 4 * 25)
    assert ok.NTK().gram(X, dtype="float32").shape == (5, 5)


def test_images_are_counted_too():
    with pytest.raises(InputError, match=r"745,058\.1 GiB"):
        ok.CNTK().gram(IMAGES)


def test_what_has_no_length_is_left_to_other_checks():
    with pytest.raises(InputError, match="'X' must"):
        ok.NTK().gram(1.0)


def test_dense_route(monkeypatch):
    orbits = ok.Orbits(ok.group("C4"), np.random.default_rng(0).normal(size=(2, 4)), [0, 1])
    monkeypatch.setattr(gram_size, "machine_memory", lambda: 3 * 8 * 64)
    assert ok.leave_out_error("ntk", orbits).shape == (2, 1)
    monkeypatch.setattr(gram_size, "machine_memory", lambda: 3 * 8 * 64 - 1)
    for route in (ok.leave_out_error, DenseRoute.of):
        with pytest.raises(
            InputError, match=r"has 8 points, whose Gram matrix would take 0\.0 GiB, and 3 .* use spectral_error"
        ):
            route("ntk", orbits)


def test_a_system_that_does_not_say(monkeypatch):
    def unknown(name):
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", unknown)
    assert gram_size.machine_memory() == 8 * 2**30
