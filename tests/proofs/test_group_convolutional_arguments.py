"""Bad arguments and inputs of group-convolutional nets are named in one line, and good ones shown."""

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs import group_convolutional_kernels as module
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.names import group


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filter": []}, "'filter' must list different points"),
        ({"filter": [0, 9]}, "from 0 to 8"),
        ({"filter": [1, 1]}, "'filter' must list different"),
        ({"support": [0, 8]}, "'support' must list different elements, numbers from 0 to 7"),
        ({"support": [[0, 4], [0, 4]]}, "products are different elements of D4"),
        ({"depth": 0}, "'depth' must be a positive integer"),
        ({"activation": "rely"}, "'activation' must be one of .* not 'rely'; did you mean 'relu'"),
        ({"activation": 3}, "'activation' must be text such as relu"),
        ({"activation": "leaky_relu(x)"}, "Unknown name 'x'"),
        ({"weight_variance": 0}, "'weight_variance' must be a positive number"),
        ({"weight_variance": [1, 1]}, "list of 3"),
        ({"bias_variance": -1}, "'bias_variance' must be"),
        ({"head": "mean"}, "'head' must be one of flatten, gap"),
        ({"group": 8}, "'group' must be a FiniteGroup"),
        ({"action": np.eye(3)}, "'action' must be a PermutationAction"),
        ({"action": PermutationAction.natural(group("S3"))}, "'action' belongs to S3"),
        ({"action": (3, 4)}, "must be square"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    arguments = {"group": "D4", "action": (3, 3), "filter": [0, 1], "depth": 2, **changes}
    with pytest.raises(InputError, match=message):
        GroupConvolutionalNTK(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("p3", 4), "'symmetry' must be one of p1, p2, p4, p4m"),
        (("p4", (4, 5)), "needs square images, not 4 x 5"),
        (("p4", 0), "'size' must be a positive integer"),
        (("p1", (4, 2), 3), "'filter' must fit into the image; 3 is more than 2"),
        (("p4", 65), "16900 elements; head=gap"),
    ],
)
def test_bad_planar_arguments_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        GroupConvolutionalNTK.planar(*arguments)


def test_bad_inputs_are_named(monkeypatch):
    kernel = GroupConvolutionalNTK.planar("p4", 3, 3, 2)
    with pytest.raises(InputError, match=r"'X' must have 9 coordinates an input, or a multiple.*not 10"):
        kernel.gram(np.ones((2, 10)))
    with pytest.raises(InputError, match="'Y' must have 9 columns like 'X', not 18"):
        kernel.gram(np.ones((2, 9)), np.ones((2, 18)))
    with pytest.raises(InputError, match="'X' must be finite"):
        kernel.gram(np.full((1, 3, 3), np.inf))
    with pytest.raises(InputError, match="near the limits of floating point; scale the images down"):
        kernel.gram(np.full((1, 9), 1e200))
    assert kernel.gram(np.ones((0, 9)), np.ones((2, 9))).shape == (0, 2)
    assert np.isfinite(kernel.gram(np.zeros((2, 9)))).all()
    monkeypatch.setattr(module, "MAX_NUMBERS", 1000)
    with pytest.raises(InputError, match="'X' has 2 inputs that need"):
        kernel.gram(np.ones((2, 9)))
    monkeypatch.setattr(module, "MAX_NUMBERS", 10**5)
    kernel = GroupConvolutionalNTK.planar("p4", 9, 3, 2)
    with pytest.raises(InputError, match=r"p4\(9x9\) needs .* for each pair of inputs with depth 2 and head=gap"):
        kernel.gram(np.ones((1, 81)))


def test_they_show_themselves():
    kernel = GroupConvolutionalNNGP.planar("p4m", 4, 3, 2)
    assert repr(kernel) == (
        "<GroupConvolutionalNNGP on p4m(4x4), 9 points and 72 elements in the filters, depth 2, relu, gap>"
    )
    assert kernel.spec == (
        "gcnngp(group=p4m(4x4), points=9, elements=72, depth=2, activation=relu, weight_variance=1, "
        "bias_variance=1, head=gap)"
    )
