"""What must hold of the kernels of group-convolutional nets: invariance, averages, bits, orbits."""

from itertools import product

import numpy as np
import pytest
from group_convolutional_reference import by_permutations

from orbitkernels.numerics import group_convolution
from orbitkernels.numerics.group_convolution_geometry import offset_batches
from orbitkernels.proofs import group_convolutional_kernels as module
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.proofs.invariance import check_invariance
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.spectral import leave_out_error, spectral_error
from orbitkernels.theory.names import group
from orbitkernels.theory.planar_groups import planar_action


@pytest.mark.parametrize("symmetry", ["p1", "p4", "p4m"])
def test_gap_is_invariant_in_each_argument_and_flatten_in_both_together(symmetry):
    action = planar_action(symmetry, 4)
    X = np.random.default_rng(2).normal(size=(3, 16))
    rng = np.random.default_rng(3)
    for g in rng.integers(1, action.group.order, 3):
        moved = action.apply(X, [g])[0]
        for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
            gap, flat = (cls.planar(symmetry, 4, 3, 2, head=head) for head in ("gap", "flatten"))
            np.testing.assert_allclose(gap.gram(moved, X), gap.gram(X), rtol=1e-13)
            np.testing.assert_allclose(flat.gram(moved), flat.gram(X), rtol=1e-13)
            assert abs(flat.gram(moved, X) - flat.gram(X)).max() > 1e-3
            mirrored = X.reshape(-1, 4, 4)[:, :, ::-1].reshape(-1, 16)  # no symmetry of p1 and p4
            assert (abs(gap.gram(mirrored, X) - gap.gram(X)).max() > 1e-6) == (symmetry != "p4m")


@pytest.mark.parametrize("name", ["S3", "D4"])
def test_gap_is_the_average_of_flatten(name):
    """(1/n^2) sum_{g, h} E(g, h) of x and y is the mean over g of the diagonal of g x and y."""
    action, _ = by_permutations(name)
    X, Y = (np.random.default_rng(4).normal(size=(m, action.degree)) for m in (4, 3))
    for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
        gap, flat = (cls(action.group, action, [0, 1], None, 3, "erf", head=head) for head in ("gap", "flatten"))
        averaged = Averaged(flat, action.group, action)
        np.testing.assert_allclose(averaged.gram(X, Y), gap.gram(X, Y), rtol=1e-13)
        np.testing.assert_allclose(averaged.gram(X), gap.gram(X), rtol=1e-13)


@pytest.mark.parametrize("head", ["flatten", "gap"])
def test_gram_matrices_are_symmetric_to_the_bit_and_positive_semidefinite(head):
    X = np.random.default_rng(5).normal(size=(12, 16))
    X[3], X[4], X[5] = X[2], -X[2], X[2] + 1e-12
    for cls in (GroupConvolutionalNNGP, GroupConvolutionalNTK):
        K = cls.planar("p4", 4, 3, 2, head=head).gram(X)
        assert np.array_equal(K, K.T)
        assert np.linalg.eigvalsh(K)[0] >= -1e-13 * K.max()
        assert abs(K[2, 3] - K[2, 2]) <= 1e-15 * K[2, 2]


def test_factors_of_the_filter_change_rounding_only():
    action = planar_action("p4", 4)
    X = np.random.default_rng(6).normal(size=(3, 16))
    planar = GroupConvolutionalNTK.planar("p4", 4, 3, 3, bias_variance=0)
    products = [int(action.group.multiply(action.group.multiply(a, b), c)) for a, b, c in product(*planar.support)]
    assert len(set(products)) == 36
    listed = GroupConvolutionalNTK(action.group, action, planar.filter, products, 3, bias_variance=0)
    np.testing.assert_allclose(listed.gram(X), planar.gram(X), rtol=1e-13)
    centred = [0, *planar.filter[planar.filter != 0].tolist()]
    default = GroupConvolutionalNTK(action.group, action, centred, depth=3, bias_variance=0)
    assert [len(factor) for factor in default.support] == [9, 4]
    np.testing.assert_allclose(default.gram(X), planar.gram(X), rtol=1e-13)


def test_results_do_not_depend_on_batches_and_threads(monkeypatch):
    kernel = GroupConvolutionalNTK.planar("p4", 4, 3, 2)
    X = np.random.default_rng(7).normal(size=(6, 16))
    K = kernel.gram(X)
    monkeypatch.setattr(group_convolution, "_PARALLEL", 0)
    monkeypatch.setattr("orbitkernels.numerics.cores.available_cores", lambda: 3)
    assert np.array_equal(kernel.gram(X), K)
    monkeypatch.setattr(module, "_CACHED", 1)
    np.testing.assert_allclose(kernel.gram(X), K, rtol=1e-14)
    batches = list(offset_batches(kernel._products, kernel._filter, 1))
    assert sum(len(batch.columns) for batch in batches) == 64
    assert 1 < len(batches) < 64  # offsets that conjugation mixes stay together
    lifting = GroupConvolutionalNTK.planar("p4", 4, 3, 1)
    assert len(list(offset_batches(lifting._products, lifting._filter, 1))) == 64


# ---------------------------------------------------------------------- orbits


def test_an_invariant_net_recovers_every_missing_pose_without_ridge_and_flatten_does_not():
    """T9: the orbits collapse, and the error of a missing pose is proportional to the ridge."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    orbits = Orbits(group("C4"), images[:2].reshape(-1, 8, 8) / 16, labels[:2].tolist())
    gap, flat = (GroupConvolutionalNTK.planar("p4", 8, 3, 2, head=head) for head in ("gap", "flatten"))
    assert check_invariance(flat, orbits) < 1e-12
    errors = [abs(leave_out_error(gap, orbits, ridge=r)).max() for r in (1e-3, 1e-5, 1e-7)]
    np.testing.assert_allclose(np.divide(errors[1:], errors[:-1]), 0.01, rtol=0.5)
    assert errors[-1] < 1e-3
    assert abs(leave_out_error(flat, orbits, ridge=1e-7)).min() > 0.1
    for kernel in (gap, flat):
        np.testing.assert_allclose(
            spectral_error(kernel, orbits, ridge=1e-3), leave_out_error(kernel, orbits, ridge=1e-3), rtol=1e-8
        )
