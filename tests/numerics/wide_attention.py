"""Finite nets with self-attention in NTK parameterisation, with all derivatives by hand: draws of both kernels."""

from __future__ import annotations

import numpy as np


def draw(shape, width, seed):
    """Parameters, standard Gaussian: embedding, keys, values, outputs, readout, and biases."""
    rng = np.random.default_rng(seed)
    sizes = {
        "embed": (shape[1], width), "embed_bias": (width,), "key": (width, width), "value": (width, width),
        "out": (width, width), "out_bias": (width,), "readout": (width,), "readout_bias": (),
    }  # fmt: skip
    return {name: rng.normal(size=size) for name, size in sizes.items()}


def gradient(x, theta, sw2, sb2, sk2, sv2, so2):
    """Output and its derivatives by parameter: embedding, one head of softmax attention, ReLU, pooling."""
    T, d = x.shape
    n = len(theta["readout"])
    gains = np.sqrt(sw2 / d), np.sqrt(sk2 / n), np.sqrt(1 / n), np.sqrt(sv2 / n), np.sqrt(sw2 / n)
    h = gains[0] * x @ theta["embed"] + np.sqrt(sb2) * theta["embed_bias"]
    q = gains[1] * h @ theta["key"]
    logits = q @ q.T / n
    A = np.exp(logits - logits.max(axis=1, keepdims=True))
    A /= A.sum(axis=1, keepdims=True)
    v = gains[2] * h @ theta["value"]
    o = A @ v
    z = gains[3] * o @ theta["out"] + np.sqrt(so2) * theta["out_bias"]
    pooled = np.maximum(z, 0).mean(axis=0)
    f = gains[4] * pooled @ theta["readout"] + np.sqrt(sb2) * theta["readout_bias"]
    dz = (z > 0) * gains[4] * theta["readout"] / T
    do = gains[3] * dz @ theta["out"].T
    dA, dv = do @ v.T, A.T @ do
    dlogits = A * (dA - np.sum(A * dA, axis=1, keepdims=True))
    dq = (dlogits + dlogits.T) @ q / n
    dh = gains[2] * dv @ theta["value"].T + gains[1] * dq @ theta["key"].T
    return f, {
        "embed": gains[0] * x.T @ dh,
        "embed_bias": np.sqrt(sb2) * dh.sum(axis=0),
        "key": gains[1] * h.T @ dq,
        "value": gains[2] * h.T @ dv,
        "out": gains[3] * o.T @ dz,
        "out_bias": np.sqrt(so2) * dz.sum(axis=0),
        "readout": gains[4] * pooled,
        "readout_bias": np.sqrt(sb2),
    }


def tangent_kernels(x, y, width, seed, *variances):
    """<df(x), df(y)> by parameter for one draw."""
    theta = draw(x.shape, width, seed)
    one, two = (gradient(z, theta, *variances)[1] for z in (x, y))
    return {name: float(np.sum(one[name] * two[name])) for name in one}
