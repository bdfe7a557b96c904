"""Dual activations: Gaussian expectations E[f(z_x) f(z_y)] and E[f'(z_x) f'(z_y)] of a pair of pre-activations.

A pair of inputs is carried through the layers of a net as a *gap* 1 - u and a *rest* 1 + u of the cosine
u = S(x,y)/sqrt(S(x,x) S(y,y)), the smaller of the two to relative precision, beside the length
a = sqrt(S(x,x)) of each input.  A cosine alone keeps only half of the digits of the angle near u = 1 and u = -1.

The pair functions are written for the loop vectoriser of the compiler: all numbers are loaded first, every branch
only selects between values, and polynomials are nested by hand (a loop over coefficients is not vectorised).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: First rows of the features of every dual: a = sqrt(S(x,x)), A = sqrt(E[f(a z)^2]) and E[f'(a z)^2].
LENGTH, ROOT_MEAN_SQUARE, SLOPE = 0, 1, 2

#: Largest parameter: E[f(z)^2] of a polynomial of degree 63 with such coefficients is still a number.
LARGEST_PARAMETER = 1e100

#: Least size of the slopes and scales of a scaled activation that are not 0: E[f'(z)^2] has the squares.
SMALLEST_SCALE = 1e-100


class Dual(NamedTuple):
    """The dual of an activation f, in the form that all engines use; z, z_x, z_y are standard Gaussian.

    Attributes:
        name: The activation.
        parameters: Numbers that the pair function reads.
        features: Maps lengths a [m] to [F, m]: row 0 is a, row 1 is A = sqrt(E[f(a z)^2]), row 2 is E[f'(a z)^2],
            further rows are what the pair function needs of each input.
        pair: Jitted function of (parameters, fx, i, fy, j, gap, rest), where column i of fx [F, m] and column j of
            fy [F, p] are features and u = 1 - gap = rest - 1 the cosine.  Returns (gap', rest', slope) with
            gap' = 1 - c, rest' = 1 + c, c = E[f(z_x) f(z_y)]/(A_x A_y), and slope = E[f'(z_x) f'(z_y)];
            c = 0 if A_x A_y = 0.
        row: The same for a row of pairs, with the arguments of :func:`.network_tiles.pairs_of_row`; None where the
            pairs are taken one by one.
    """

    name: str
    parameters: FloatArray
    features: Callable[[FloatArray], FloatArray]
    pair: Callable[..., Any]
    row: Callable[..., None] | None = None


def dual(name: str, parameters: Sequence[float] = ()) -> Dual:
    """The dual activation of a name.

    Args:
        name: relu, leaky_relu, abs, erf, gelu, sin, cos, hermite or polynomial.
        parameters: The slope of leaky_relu for z < 0, the frequency of sin and cos (1 if omitted), the degree of
            hermite, the coefficients c_0, c_1, ... of polynomial; nothing for the others.

    Raises:
        InputError: If there is no such activation, or its parameters are too few, too many, no numbers or
            beyond LARGEST_PARAMETER.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.duals import dual
        >>> relu = dual("relu")
        >>> fx = relu.features(np.array([1.0, 2.0]))
        >>> fx[2]
        array([0.5, 0.5])
        >>> gap, rest, slope = relu.pair(relu.parameters, fx, 0, fx, 1, 1.0, 1.0)
        >>> abs(1 - gap - 1 / np.pi) < 1e-15, slope
        (True, 0.25)
    """
    makers = _makers()
    if name not in makers:
        raise InputError(f"Activation '{name[:40]}' is not available; use {', '.join(makers)}.")
    maker, (least, most) = makers[name]
    values = [_parameter(name, value) for value in parameters]
    if not least <= len(values) <= most:
        wanted = "no parameters" if most == 0 else f"{least} to {most} parameters"
        raise InputError(f"Activation '{name}' takes {wanted}, not {len(values)}.")
    return maker(*values)


def scaled_dual(name: str, parameters: Sequence[float], outer: float, inner: float) -> Dual:
    """The dual of outer f(inner z), for what formulas are recognised as.

    Args:
        name: piecewise_linear (the slopes for z > 0 and z < 0), step (the values there
            and the one at 0, their mean if left out), arc_cosine (the order, 2 or 3), polynomial (the
            coefficients), erf, gelu, sin or cos (nothing).
        parameters: As said.
        outer: Not 0.
        inner: Not 0; 1 for the first four.

    Raises:
        InputError: If a number is beyond LARGEST_PARAMETER, or one that is not 0 is below SMALLEST_SCALE.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.duals import dual, scaled_dual
        >>> one, a = np.array([1.0]), np.array([2.0])
        >>> bool(scaled_dual("sin", (), 3, 2).features(one)[1] == 3 * dual("sin").features(a)[1])
        True
    """
    from .dual_arc_cosine import arc_cosine
    from .dual_erf import erf
    from .dual_gelu import gelu
    from .dual_piecewise import piecewise_linear
    from .dual_series import polynomial
    from .dual_step import step
    from .dual_trigonometric import cosine, sine

    values = [_parameter(name, value) for value in (*parameters, outer, inner)]
    own, (c, w) = values[:-2], values[-2:]
    for scale in (*(c * value for value in own), c, w, c * w):
        if 0.0 < abs(scale) < SMALLEST_SCALE or c * w == 0.0:
            raise InputError(
                f"Activation '{name}' needs factors of at least {SMALLEST_SCALE:.0e}, not {scale:.0e}; scale the "
                "weight variances instead."
            )
    if name == "piecewise_linear":
        return piecewise_linear(c * own[0], c * own[1])
    if name == "step":
        return step(*(c * value for value in own))
    if name == "arc_cosine":
        return arc_cosine(own[0], c)
    if name == "polynomial":
        return polynomial(*(c * value for value in own))
    return {"erf": erf(c, w), "gelu": gelu(c, w), "sin": sine(w, c), "cos": cosine(w, c)}[name]


def _parameter(name: str, value: Any) -> float:
    """A parameter as a float."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not abs(number) <= LARGEST_PARAMETER:  # true for NaN
        text = repr(value) if isinstance(value, float | str) else f"a number of type {type(value).__name__}"
        raise InputError(
            f"Activation '{name}' needs finite parameters up to {LARGEST_PARAMETER:.0e}, not {text[:40]}."
        )
    return number


def _makers() -> dict[str, tuple[Callable[..., Dual], tuple[int, int]]]:
    """The function that makes each dual, with the least and the largest number of its parameters."""
    from .dual_erf import erf
    from .dual_gelu import gelu
    from .dual_piecewise import absolute, leaky_relu, relu
    from .dual_series import MAX_DEGREE, hermite, polynomial
    from .dual_trigonometric import cosine, sine

    return {
        "relu": (relu, (0, 0)),
        "leaky_relu": (leaky_relu, (1, 1)),
        "abs": (absolute, (0, 0)),
        "erf": (erf, (0, 0)),
        "gelu": (gelu, (0, 0)),
        "sin": (sine, (0, 1)),
        "cos": (cosine, (0, 1)),
        "hermite": (hermite, (1, 1)),
        "polynomial": (polynomial, (1, MAX_DEGREE + 1)),
    }
