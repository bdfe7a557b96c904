"""How many parameters each activation takes: one too few or too many gives one line, never a traceback."""

import pytest

from orbitkernels.errors import InputError
from orbitkernels.numerics.dual_series import TERMS
from orbitkernels.numerics.duals import dual

#: The least and the largest number.
COUNTS = {
    "relu": (0, 0), "leaky_relu": (1, 1), "abs": (0, 0), "erf": (0, 0), "gelu": (0, 0), "sin": (0, 1),
    "cos": (0, 1), "hermite": (1, 1), "polynomial": (1, TERMS[-1]),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_of_parameters(name):
    least, most = COUNTS[name]
    for count in (least, most):
        assert dual(name, [1.0] * count).name
    for count in {least - 1, most + 1} - {-1}:
        with pytest.raises(InputError, match=rf"^Activation '{name}' takes .*parameters, not {count}\.$"):
            dual(name, [1.0] * count)


def test_no_activation_is_left_out():
    with pytest.raises(InputError, match=f"use {', '.join(COUNTS)}"):
        dual("tanh")
