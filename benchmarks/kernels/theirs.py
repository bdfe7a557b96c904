"""neural-tangents on a list of nets, run by the Python that has it: ``python theirs.py NETS INPUTS OUT``.

NETS is a JSON list of ``{"inputs": name, "net": layers, "standard": bool}`` with layers as in settings.py,
INPUTS an .npz of float64 arrays [m, d] or [m, *positions, channels], OUT the .npz that gets arrays ``nngp_i`` and
``ntk_i``.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np


def built(net: Sequence[Any], standard: bool, stax: Any) -> Any:
    """The layers of stax, in series."""
    return stax.serial(*(_layer(layer[0], layer[1:], standard, stax) for layer in net))


def _layer(kind: str, rest: Sequence[Any], standard: bool, stax: Any) -> Any:
    """One layer of stax."""
    how = {"parameterization": "standard" if standard else "ntk"}
    if kind == "dense":
        weight, bias, width = rest
        return stax.Dense(width, weight**0.5, bias**0.5 if bias else None, **how)
    if kind == "convolution":
        shape, strides, padding, weight, bias, width = rest
        options = {"padding": padding.upper(), "W_std": weight**0.5, "b_std": bias**0.5 if bias else None, **how}
        return stax.Conv(width, tuple(shape), tuple(strides), dimension_numbers=_axes(len(shape)), **options)
    if kind == "activation":
        name, parameters = rest
        return activation(name, parameters, stax)
    if kind == "average pooling":
        window, strides, padding = rest
        return stax.AvgPool(tuple(window), tuple(strides), padding.upper(), normalize_edges=False)
    if kind == "attention":
        return _attention(*rest, stax)
    if kind == "residual":
        (inner,) = rest
        return stax.serial(
            stax.FanOut(2), stax.parallel(built(inner, standard, stax), stax.Identity()), stax.FanInSum()
        )
    if kind == "layer norm":
        return stax.LayerNorm(eps=0.0)
    return {"flatten": stax.Flatten, "global average pooling": stax.GlobalAvgPool}[kind]()


def _attention(mechanism: str, key: float, value: float, output: float, width: int, stax: Any) -> Any:
    """One layer of attention with d_k^-1 scaling; the number of heads and their widths do not matter."""
    return stax.GlobalSelfAttention(
        width,
        1,
        1,
        1,
        linear_scaling=True,
        W_key_std=key**0.5,
        W_query_std=key**0.5,
        W_value_std=value**0.5,
        b_std=output**0.5 if output else None,
        attention_mechanism=mechanism.upper(),
    )


def _axes(dimensions: int) -> tuple[str, str, str]:
    """Batches first, channels last."""
    letters = "HWD"[:dimensions]
    return (f"N{letters}C", f"{letters}IO", f"N{letters}C")


def activation(name: str, parameters: Sequence[float], stax: Any) -> Any:
    made = {
        "relu": lambda: stax.Relu(),
        "leaky_relu": lambda: stax.LeakyRelu(parameters[0]),
        "abs": lambda: stax.Abs(),
        "erf": lambda: stax.Erf(),
        "gelu": lambda: stax.Gelu(),
        "sin": lambda: stax.Sin(b=parameters[0]),
        "cos": lambda: stax.Cos(b=parameters[0]),
        "hermite": lambda: stax.Hermite(int(parameters[0])),
        "polynomial": lambda: stax.Polynomial(list(parameters)),
    }
    return made[name]()


def main() -> None:
    import jax

    jax.config.update("jax_enable_x64", True)
    from neural_tangents import stax

    nets, inputs, out = sys.argv[1:]
    given, found = np.load(inputs), {}
    with open(nets, encoding="utf-8") as file:
        entries = json.load(file)
    for i, entry in enumerate(entries):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kernel = built(entry["net"], entry["standard"], stax)[2]
            both = kernel(given[entry["inputs"]], None, ("nngp", "ntk"))
        found[f"nngp_{i}"], found[f"ntk_{i}"] = np.asarray(both.nngp), np.asarray(both.ntk)
    np.savez(out, **found)


if __name__ == "__main__":
    main()
