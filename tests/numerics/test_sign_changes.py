"""Sign changes on a grid, against zeros by hand at all scales."""

import numpy as np
import pytest

from orbitkernels.numerics.sign_changes import sign_changes


@pytest.mark.parametrize("zero", [-5e5, -3.0, -1 / 3, -1e-9, 1e-5, 0.5, 1.0, 2.0, 100.0, 9e5])
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e12])
def test_zeros_at_all_scales(zero, scale):
    (found,) = sign_changes(lambda x: scale * np.array([x - zero]))
    assert found == pytest.approx(zero, rel=1e-14, abs=1e-20)


def test_zeros_of_several_functions():
    """Overflow, values that are no numbers, ranges of zeros and jumps do no harm."""
    found = sign_changes(
        lambda x: np.array(
            [
                np.exp(x) - 2,
                np.log(x) - 1,
                np.maximum(x - 1, 0),
                np.sign(x + 7),
                (x - 4) ** 2,
                x**3 - 0.001,
                2 - np.exp(x),
            ]
        )
    )
    assert found == pytest.approx([-7, 0.1, np.log(2), np.e], rel=1e-13)


def test_functions_that_keep_their_sign_have_none():
    assert sign_changes(lambda x: np.array([1 + x * x, np.full(x.shape, -1.0), 0 * x])).size == 0
