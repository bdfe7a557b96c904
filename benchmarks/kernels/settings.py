"""The nets on which our kernels are compared with those of neural-tangents.

A net is a list of layers, each a list that begins with its kind; the variances are those of weights and biases:

* ``["dense", weight variance, bias variance, width]``
* ``["convolution", filter shape, strides, padding, weight variance, bias variance, width]``
* ``["activation", name, parameters]``
* ``["attention", mechanism, key variance, value variance, output variance, width]``
* ``["residual", layers]``: x + layers(x)
* ``["layer norm"]``, ``["flatten"]``, ``["global average pooling"]``
* ``["average pooling", window, strides, padding]``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
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
    def family(self) -> str:
        """What comes before ``nngp`` and ``ntk`` in the name of our kernel."""
        if self.inputs == "sequences":
            return "attention_"
        return "" if self.inputs in ("vectors", "unit vectors") else "c"


def inputs() -> dict[str, FloatArray]:
    """Inputs by name: in each, one pair nearly equal, one equal, one opposite and one nearly opposite."""
    rng = np.random.default_rng(20)
    vectors = _with_near_pairs(rng.standard_normal((3, 10)), rng)
    found = {"vectors": vectors, "unit vectors": _unit(vectors)}
    shapes = {"images": (6, 6, 1), "colours": (5, 5, 2), "series": (10, 2), "sequences": (4, 3)}
    for name, shape in shapes.items():
        found[name] = _with_near_pairs(rng.standard_normal((2, *shape)), rng)[:4]
    return found


def _with_near_pairs(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    """x, then x_0 moved by 1e-9, x_0 itself, -x_0, and -x_0 moved by 1e-9."""
    moved = x[0] + 1e-9 * rng.standard_normal(x[0].shape)
    return np.concatenate([x, [moved, -moved, x[0], -x[0]]])


def _unit(x: FloatArray) -> FloatArray:
    """Rows with mean square 1."""
    return np.asarray(x / np.sqrt(np.mean(x * x, axis=1, keepdims=True)))


def called(name: str, parameters: Sequence[float]) -> str:
    """An activation as a specification writes it."""
    return f"{name}({', '.join(f'{p:g}' for p in parameters)})" if parameters else name


def dense_layers(weights: Sequence[float], biases: Sequence[float], activation: list[Any]) -> Layers:
    """Dense layers with the activation between them."""
    layers: Layers = []
    for weight, bias in zip(weights, biases, strict=True):
        layers += [["dense", weight, bias, WIDTH], activation]
    return layers[:-1]


def _arguments(depth: int, name: str, parameters: Sequence[float], weight: Any, bias: Any) -> dict[str, str]:
    return {
        "depth": str(depth),
        "activation": called(name, parameters),
        "weight_variance": f"{weight}" if isinstance(weight, list) else f"{weight:g}",
        "bias_variance": f"{bias}" if isinstance(bias, list) else f"{bias:g}",
    }


def _plain() -> Iterator[Setting]:
    """Every activation at every depth."""
    for name, parameters in ACTIVATIONS:
        for depth, weight, bias in NETS:
            if name == "polynomial" and depth > 2:
                continue  # moments grow beyond all bounds
            act: list[Any] = ["activation", name, list(parameters)]
            layers = dense_layers([weight] * (depth + 1), [bias] * (depth + 1), act)
            yield Setting(_arguments(depth, name, parameters, weight, bias), layers)
    for degree in (1, 2, 3, 4):
        for depth in (1, 2):
            layers = dense_layers([1.0] * (depth + 1), [0.0] * (depth + 1), ["activation", "hermite", [degree]])
            yield Setting(_arguments(depth, "hermite", (degree,), 1.0, 0.0), layers, "unit vectors")


def _varied() -> Iterator[Setting]:
    """Variances of each layer."""
    for name in ("relu", "erf", "gelu"):
        for weights, biases in (([1.0, 2.0, 0.5], [0.0, 1.0, 0.25]), ([2.0, 1.0], [0.5, 0.0])):
            layers = dense_layers(weights, biases, ["activation", name, []])
            arguments = _arguments(len(weights) - 1, name, (), weights, biases)
            yield Setting(arguments, layers)


def _structured() -> Iterator[Setting]:
    """Residual nets, layer normalisation and the standard parameterisation."""
    activations: list[tuple[str, list[float]]] = [("relu", []), ("erf", []), ("gelu", []), ("sin", [1.0])]
    for name, parameters in activations:
        act: list[Any] = ["activation", name, parameters]
        for (depth, weight, bias), residual, norm in product(NETS[1:3], (False, True), (False, True)):
            if residual or norm:
                arguments = _arguments(depth, name, parameters, weight, bias)
                arguments |= {"residual": "true"} if residual else {}
                arguments |= {"layer_norm": "true"} if norm else {}
                yield Setting(arguments, _blocks(depth, weight, bias, act, residual, norm))
        for depth, weight, bias in NETS[:3]:
            arguments = _arguments(depth, name, parameters, weight, bias) | {
                "parameterisation": "standard",
                "width": str(WIDTH),
            }
            layers = dense_layers([weight] * (depth + 1), [bias] * (depth + 1), act)
            yield Setting(arguments, layers, standard=True)


def _blocks(depth: int, weight: float, bias: float, act: list[Any], residual: bool, norm: bool) -> Layers:
    """A dense layer, then blocks of (layer norm) activation and dense layer, each added to its input or not."""
    dense: list[Any] = ["dense", weight, bias, WIDTH]
    block: Layers = [*([["layer norm"]] if norm else []), act, dense]
    return [dense, *([["residual", block]] * depth if residual else block * depth)]


def _convolutional() -> Iterator[Setting]:
    """Paddings, heads, strides, filters, depths and activations of nets on images and series."""
    pads, heads = ("circular", "zero", "valid"), ("flatten", "gap", "average")
    activations: list[tuple[str, list[float]]] = [("relu", []), ("erf", []), ("gelu", []), ("abs", [])]
    for turn, (padding, head, (name, parameters)) in enumerate(product(pads, heads, activations)):
        where = ("images", "colours", "series")[turn % 3]
        size = {"images": 6, "colours": 5, "series": 10}[where]
        mixed = turn + turn // 4  # every activation meets every stride and depth
        stride = 2 if mixed % 4 == 3 else 1
        depth = 2 if mixed % 4 in (0, 2) and (padding != "valid" or size > 5) else 1
        yield _convolution(where, padding, head, name, parameters, depth, 3 if turn % 5 else 2, stride)


def _convolution(
    where: str,
    padding: str,
    head: str,
    name: str,
    parameters: Sequence[float],
    depth: int,
    filter: int,
    stride: int,
) -> Setting:
    """One convolutional net; pooling has windows of two positions, which overlap where they wrap around."""
    dimensions = 1 if where == "series" else 2
    weight, bias = (1.5, 0.25) if depth == 2 else (1.0, 1.0)
    square = [filter] * dimensions
    convolution: list[Any] = [
        "convolution", square, [stride] * dimensions, {"zero": "same"}.get(padding, padding), weight, bias, WIDTH
    ]  # fmt: skip
    around, step = ("circular", 1) if padding == "circular" else ("valid", 2)
    last: dict[str, Layers] = {
        "flatten": [["flatten"]],
        "gap": [["global average pooling"]],
        "average": [["average pooling", [2] * dimensions, [step] * dimensions, around], ["flatten"]],
    }
    layers: Layers = [convolution, ["activation", name, list(parameters)]] * depth
    arguments = _arguments(depth, name, parameters, weight, bias) | {
        "filter": str(filter),
        "stride": str(stride),
        "padding": padding,
        "head": head,
    }
    if head == "average":
        arguments |= {"window": "2", "window_stride": str(step)}
    return Setting(arguments, [*layers, *last[head], ["dense", weight, bias, 1]], where)


def _attention() -> Iterator[Setting]:
    """Mechanisms, heads, depths, activations and residual connections of nets with attention."""
    mechanisms = ("softmax", "identity", "relu", "abs")
    every = product(mechanisms, ("gap", "flatten"), (1, 2), ("relu", "erf"), (False, True))
    for mechanism, head, depth, name, residual in every:
        weight, bias = (1.5, 0.25) if depth == 2 else (1.0, 1.0)
        variances = (0.5, 1.5, 0.25) if depth == 2 else (1.0, 1.0, 0.0)
        arguments = _arguments(depth, name, (), weight, bias) | {"mechanism": mechanism, "head": head}
        names = ("key_variance", "value_variance", "output_variance")
        arguments |= {key: f"{value:g}" for key, value in zip(names, variances, strict=True)}
        arguments |= {"residual": "true"} if residual else {}
        around = attention_layers(depth, ["attention", mechanism, *variances, WIDTH], name, residual, weight, bias)
        last = {"flatten": ["flatten"], "gap": ["global average pooling"]}[head]
        yield Setting(arguments, [*around, last, ["dense", weight, bias, 1]], "sequences")


def attention_layers(
    depth: int, attention: list[Any], name: str, residual: bool, weight: float, bias: float
) -> Layers:
    """An embedding, then attention and activation, again and again, with a dense layer between."""
    dense: list[Any] = ["dense", weight, bias, WIDTH]
    act: list[Any] = ["activation", name, []]
    attend: Layers = [["residual", [attention]]] if residual else [attention]
    between: Layers = [["residual", [act, dense]]] if residual else [act, dense]
    return [dense, *(attend + between) * (depth - 1), *attend, act]


def settings() -> list[Setting]:
    """All settings."""
    return [*_plain(), *_varied(), *_structured(), *_convolutional(), *_attention()]
