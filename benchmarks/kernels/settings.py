"""The nets on which our kernels are compared with those of neural-tangents.

A net is a list of layers, each a list that begins with its kind; the variances are those of weights and biases:

* ``["dense", weight variance, bias variance, width]``
* ``["convolution", filter shape, strides, padding, weight variance, bias variance, width]``
* ``["activation", name, parameters]``
* ``["residual", layers]``: x + layers(x)
* ``["layer norm"]``, ``["flatten"]``, ``["global average pooling"]``
* ``["average pooling", window, strides, padding]``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Layers = list[list[Any]]

#: Width of hidden layers; it matters in the standard parameterisation only.
WIDTH = 512

#: Activations that are compared at every depth; hermite needs inputs of unit variance and has settings of its own.
ACTIVATIONS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("relu", ()),
    ("leaky_relu", (0.1,)),
    ("leaky_relu", (0.3,)),
    ("abs", ()),
    ("erf", ()),
    ("gelu", ()),
    ("sin", (1.0,)),
    ("sin", (2.0,)),
    ("cos", (1.0,)),
    ("polynomial", (0.5, 1.0, 0.25)),
    ("polynomial", (0.0, 1.0, 0.0, 0.125)),
)

#: Depth, weight variance, bias variance.
NETS = ((1, 1.0, 1.0), (2, 2.0, 0.0), (3, 1.5, 0.25), (5, 1.25, 0.0625))


@dataclass(frozen=True)
class Setting:
    """One kernel.

    Attributes:
        arguments: What ours is called with.
        net: The same net, layer by layer.
        inputs: Name of the inputs, a key of :func:`inputs`.
        standard: Whether the parameterisation is the standard one.
    """

    arguments: dict[str, str]
    net: Layers
    inputs: str = "vectors"
    standard: bool = False

    @property
    def text(self) -> str:
        """Arguments as in a specification."""
        return ", ".join(f"{key}={value}" for key, value in self.arguments.items())

    @property
    def convolutional(self) -> bool:
        """Whether the inputs have positions."""
        return self.inputs not in ("vectors", "unit vectors")


def inputs() -> dict[str, FloatArray]:
    """Inputs by name: in each, one pair nearly equal, one equal, one opposite and one nearly opposite."""
    rng = np.random.default_rng(20)
    vectors = _with_near_pairs(rng.standard_normal((3, 10)), rng)
    found = {"vectors": vectors, "unit vectors": _unit(vectors)}
    for name, shape in {"images": (5, 5, 1), "colours": (4, 4, 2), "series": (8, 2)}.items():
        found[name] = _with_near_pairs(rng.standard_normal((2, *shape)), rng)[:4]
    return found


def _with_near_pairs(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    """x, then x_0 moved by 1e-9, x_0 itself, -x_0, and -x_0 moved by 1e-9."""
    moved = x[0] + 1e-9 * rng.standard_normal(x[0].shape)
    return np.concatenate([x, [moved, -moved, x[0], -x[0]]])


def _unit(x: FloatArray) -> FloatArray:
    """Rows with mean square 1."""
    return np.asarray(x / np.sqrt(np.mean(x * x, axis=1, keepdims=True)))


def _called(name: str, parameters: Sequence[float]) -> str:
    """An activation as a specification writes it."""
    return f"{name}({', '.join(f'{p:g}' for p in parameters)})" if parameters else name


def _dense(weights: Sequence[float], biases: Sequence[float], activation: list[Any]) -> Layers:
    """Dense layers with the activation between them."""
    layers: Layers = []
    for weight, bias in zip(weights, biases, strict=True):
        layers += [["dense", weight, bias, WIDTH], activation]
    return layers[:-1]


def _arguments(depth: int, name: str, parameters: Sequence[float], weight: Any, bias: Any) -> dict[str, str]:
    return {
        "depth": str(depth),
        "activation": _called(name, parameters),
        "weight_variance": f"{weight}" if isinstance(weight, list) else f"{weight:g}",
        "bias_variance": f"{bias}" if isinstance(bias, list) else f"{bias:g}",
    }


def _plain() -> Iterator[Setting]:
    """Every activation at every depth."""
    for name, parameters in ACTIVATIONS:
        for depth, weight, bias in NETS:
            if name == "polynomial" and depth > 2:
                continue  # moments grow beyond all bounds
            layers = _dense([weight] * (depth + 1), [bias] * (depth + 1), ["activation", name, list(parameters)])
            yield Setting(_arguments(depth, name, parameters, weight, bias), layers)
    for degree in (1, 2, 3, 4):
        for depth in (1, 2):
            layers = _dense([1.0] * (depth + 1), [0.0] * (depth + 1), ["activation", "hermite", [degree]])
            yield Setting(_arguments(depth, "hermite", (degree,), 1.0, 0.0), layers, "unit vectors")


def _varied() -> Iterator[Setting]:
    """Variances of each layer."""
    for name in ("relu", "erf", "gelu"):
        for weights, biases in (([1.0, 2.0, 0.5], [0.0, 1.0, 0.25]), ([2.0, 1.0], [0.5, 0.0])):
            layers = _dense(weights, biases, ["activation", name, []])
            arguments = _arguments(len(weights) - 1, name, (), weights, biases)
            yield Setting(arguments, layers)


def settings() -> list[Setting]:
    """All settings."""
    return [*_plain(), *_varied()]
