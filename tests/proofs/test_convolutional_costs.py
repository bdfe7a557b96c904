"""What convolutional kernels compute and hold: unique pairs, one row an orbit, memory linear in images."""

import tracemalloc

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.numerics import convolution
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK

#: A kernel for each way to compute it, with a function that is given the pairs of images.
WAYS = [
    ("cntk(head=gap, height=4, width=4)", "patch_pair_sums"),
    ("cntk(head=flatten, height=4, width=4)", "_offset_sums"),
    ("cntk(head=gap, depth=2, height=4, width=4)", "_offset_sums"),
    ("cntk(head=gap, depth=2, stride=3, height=4, width=4)", "tensor_sums"),
]


@pytest.fixture
def pairs(monkeypatch):
    """Numbers of pairs of images that are computed, by function."""
    found = dict.fromkeys(("patch_pair_sums", "_offset_sums", "tensor_sums"), 0)
    for name in found:
        original = getattr(convolution, name)

        def counted(net, x, y, first, second, *rest, name=name, original=original):
            found[name] += first.size
            return original(net, x, y, first, second, *rest)

        monkeypatch.setattr(convolution, name, counted)
    return found


@pytest.mark.parametrize(("spec", "way"), WAYS)
def test_only_unique_pairs_of_a_gram_matrix_are_computed(spec, way, pairs, monkeypatch):
    X = np.random.default_rng(0).normal(size=(11, 4, 4))
    monkeypatch.setattr(convolution, "BLOCK", 4)  # blocks below the diagonal are whole, those on it are halves
    ok.kernel(spec).gram(X)
    assert pairs == {**dict.fromkeys(pairs, 0), way: 66}
    ok.kernel(spec).gram(X[:2], X)
    assert pairs[way] == 66 + 22


@pytest.mark.parametrize(("spec", "way"), WAYS[:2])
def test_orbits_of_sixteen_shifts_take_one_row_each(spec, way, pairs):
    """Two orbits of C4xC4, 32 points: 528 unique pairs, of which the symbol needs two rows of 32 at most."""
    images = np.random.default_rng(1).normal(size=(2, 4, 4))
    orbits = ok.Orbits(ok.group("C4xC4"), images, [0, 1])
    symbol = ok.orbit_symbol(spec, orbits)
    assert symbol.shape == (2, 2, 16)
    assert 48 <= pairs[way] <= 64
    assert sum(pairs.values()) == pairs[way]


def peak(kernel, images):
    """Largest memory while a row of the Gram matrix is computed, in bytes, but for buffers of compiled code."""
    kernel.gram(images[:2])
    tracemalloc.start()
    kernel.gram(images[:1], images)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.compiled
@pytest.mark.parametrize(
    "kernel",
    [ok.kernel(spec.replace("=4", "=12")) for spec, _ in WAYS]
    + [GroupConvolutionalNTK.planar("p1", 12, depth=2), GroupConvolutionalNTK.planar("p1", 12, head="flatten")],
    ids=str,
)
def test_memory_is_linear_in_the_images(kernel):
    """With n^2 pairs of positions, 20,736, for each image it would be 166 kB an image more."""
    X = np.random.default_rng(2).normal(size=(240, 12, 12))
    few, some, many = (peak(kernel, X[:m]) for m in (60, 120, 240))
    assert many - some < 2.5 * (some - few)
    assert (many - some) / 120 < 165_000
