"""The recursion of Theorem K4 with an integral for every expectation, in balls and in floating point.

Nothing is taken from the closed forms of the kernels; each expectation is an integral over one variable, the other
being normal given the first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arc_cosine_checks import enclosed_expectation, quadrature_expectation
from .erf_checks import enclosed_erf_expectations, erf_expectations

#: Covariances of two inputs: <x,x>/d, <y,y>/d, <x,y>/d.
Inputs = tuple[Any, Any, Any]


def enclosed_recursion(activation: str, depth: int, weight: Any, bias: Any, inputs: Inputs) -> list[Any]:
    """S^(L)(x, y) and T^(L)(x, y) in balls, for inputs that are not parallel.

    Args:
        activation: ``relu`` or ``erf``.
        depth: L.
        weight: sw2, a ball.
        bias: sb2.
        inputs: Covariances of the inputs.
    """
    layer = [bias + weight * value for value in inputs]
    tangent = layer[2]
    for _ in range(depth):
        diagonal = [_enclosed_pair(activation, s, s, s)[0] for s in layer[:2]]
        value, slope = _enclosed_pair(activation, *layer)
        layer = [bias + weight * moment for moment in (*diagonal, value)]
        tangent = layer[2] + weight * slope * tangent
    return [layer[2], tangent]


def _enclosed_pair(activation: str, first: Any, second: Any, mixed: Any) -> list[Any]:
    """E[f(z1) f(z2)] and E[f'(z1) f'(z2)]; E[relu(z)^2] is half the variance, and the slope is not asked then."""
    if activation == "erf":
        return enclosed_erf_expectations(first, second, mixed)
    if first is mixed:
        return [first / 2]
    size = (first * second).sqrt()
    return [
        size * enclosed_expectation(1, mixed / size) / 2,
        enclosed_expectation(0, mixed / size) / 2,
    ]


def quadrature_recursion(
    activation: str, depth: int, weight: float, bias: float, inputs: Inputs
) -> tuple[list[float], float]:
    """The same in floating point, and the condition number 1/sqrt(1 - u^2) of the relu slope at its worst layer.

    The slope kappa0(u) has the derivative 1/(pi sqrt(1 - u^2)): near u = 1 it magnifies the rounding of u.
    """
    layer = [bias + weight * value for value in inputs]
    tangent, condition = layer[2], 1.0
    for _ in range(depth):
        if activation == "erf":
            diagonal = [erf_expectations(s, s, s)[0] for s in layer[:2]]
            value, slope = erf_expectations(*layer)
        else:
            size = np.sqrt(layer[0] * layer[1])
            cosine = np.array([layer[2] / size])
            condition = max(condition, float(1 / np.sqrt((1 - cosine[0]) * (1 + cosine[0]))))
            diagonal = [layer[0] / 2, layer[1] / 2]
            value = size * float(quadrature_expectation(1, cosine)[0][0]) / 2
            slope = float(quadrature_expectation(0, cosine)[0][0]) / 2
        layer = [bias + weight * moment for moment in (*diagonal, value)]
        tangent = layer[2] + weight * slope * tangent
    return [layer[2], tangent], condition
