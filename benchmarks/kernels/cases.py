"""What is timed: sections of the table, each a list of cases, and the tools asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import factorial
from typing import Any

from .settings import WIDTH, attention_layers, called, dense_layers

Case = dict[str, Any]

_NEURAL_TANGENTS = (
    "import neural_tangents; from importlib.metadata import version; print(version('neural-tangents'))"
)

#: Tools that run in the other Python, by the question whether they are installed there.
ELSEWHERE = {
    "neural_tangents": _NEURAL_TANGENTS,
    "plain_neural_tangents": _NEURAL_TANGENTS,
    "scikit_ntk": "import skntk; from importlib.metadata import version; print(version('scikit-ntk'))",
}

#: How tools are called in the table.
NAMES = {
    "orbitkernels": "ours",
    "neural_tangents": "neural-tangents",
    "plain_neural_tangents": "neural-tangents, not jitted",
    "scikit_ntk": "scikit-ntk",
    "floor": "floor",
    "cholesky": "SciPy, Cholesky without the pose",
    "closed_form": "SciPy, all points by K^-1",
    "naive": "SciPy, pair by pair",
}

#: Sizes, depths and precisions of the fully connected nets.
SIZES, DEPTHS, PRECISIONS = (1024, 2048, 4096), (1, 3, 5), ("float64", "float32")


#: How many of a unit a second has.
UNITS = {"ms a pair": 1e3, "ns a pair and layer": 1e9}

#: Coefficients of a polynomial of degree 11 whose moments stay small.
COEFFICIENTS = tuple(float(f"{0.5**k / factorial(k):.3g}") for k in range(12))  # of exp(z/2)

#: Activations that are timed, named and parametrised as in settings.py; the last are formulas.
ACTIVATIONS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("relu", ()),
    ("leaky_relu", (0.1,)),
    ("abs", ()),
    ("erf", ()),
    ("gelu", ()),
    ("sin", (1.0,)),
    ("cos", (1.0,)),
    ("hermite", (3,)),
    ("polynomial", COEFFICIENTS),
    ("relu(z)^2", ()),
    ("tanh(z)", ()),
)


@dataclass(frozen=True)
class Section:
    """Cases of one kind.

    Attributes:
        name: What --only calls it.
        title: Heading.
        about: What is computed, in a sentence.
        cases: What `task.py` reads.
        tools: Tools asked; ours first.
        shown: Keys of a case that label its row.
        fitted: Key of the size against which a scaling exponent of our seconds is fitted, or nothing.
        per_pair: Name of a unit of time (a key of `UNITS`) in which our and their time for each of the n(n+1)/2
            pairs is shown, and for each layer if that is ``"ns a pair and layer"``; nothing is shown if empty.
        leave_out: For a tool the key of a case and the values for which it is asked; all if it has none.
    """

    name: str
    title: str
    about: str
    cases: tuple[Case, ...]
    tools: tuple[str, ...]
    shown: tuple[str, ...]
    fitted: str = ""
    per_pair: str = ""
    leave_out: dict[str, Any] = field(default_factory=dict)

    def asked(self, tool: str, case: Case) -> bool:
        """Whether a tool is asked: not beyond the size or the precision that it can do."""
        return bool(case[self.leave_out[tool][0]] in self.leave_out[tool][1]) if tool in self.leave_out else True


def _dense() -> tuple[Case, ...]:
    return tuple(
        {"kind": "dense", "n": n, "d": 784, "depth": depth, "dtype": dtype}
        for dtype in PRECISIONS
        for depth in DEPTHS
        for n in SIZES
    )


def _convolution() -> tuple[Case, ...]:
    """Both precisions for the net of old, then zero padding, blank images and a second layer in float64."""
    sizes = {"gap": 8, "flatten": 64}
    both = [(head, "circular", "random", 1, dtype) for head in sizes for dtype in PRECISIONS]
    more = [("gap", "zero", "random", 1), ("flatten", "zero", "random", 1)]
    more += [("gap", padding, "89 % blank", 1) for padding in ("circular", "zero")]
    more += [("gap", padding, "random", 2) for padding in ("circular", "zero")]
    return tuple(
        {
            "kind": "convolution",
            "head": head,
            "padding": padding,
            "images": images,
            "depth": depth,
            "dtype": dtype,
            "n": sizes[head],
            "side": 28,
        }
        for head, padding, images, depth, dtype in (*both, *((*one, "float64") for one in more))
    )


def _activations() -> tuple[Case, ...]:
    """Each activation in a net of three layers; Hermite polynomials need variance 1, so biases are 0."""
    found = []
    for name, parameters in ACTIVATIONS:
        text = called(name, parameters)
        layers = dense_layers([1.0] * 4, [0.0] * 4, ["activation", name, list(parameters)])
        case = {"kind": "activation", "n": 1024, "d": 784, "depth": 3, "dtype": "float64", "net": layers}
        shown = text if len(parameters) < 4 else f"{name}, {len(parameters)} coefficients"
        found.append({**case, "ours": text, "activation": shown})
    return tuple(found)


def _attention() -> tuple[Case, ...]:
    pooled: list[list[Any]] = [["global average pooling"], ["dense", 1.0, 1.0, 1]]
    softmax = ["attention", "softmax", 1.0, 1.0, 0.0, WIDTH]
    return tuple(
        {
            "kind": "attention",
            "n": 128,
            "tokens": 16,
            "features": 16,
            "depth": depth,
            "net": [*attention_layers(depth, softmax, "relu", False, 1.0, 1.0), *pooled],
        }
        for depth in (1, 2)
    )


SECTIONS = (
    Section(
        "dense",
        "Fully connected nets",
        "NTK Gram matrix of n random inputs in 784 dimensions; ReLU, variances 1. Floor: one symmetric product "
        "(BLAS syrk) and for each layer one vectorised pass of two square roots and a polynomial of degree 20 "
        "over the n(n+1)/2 pairs.",
        _dense(),
        ("orbitkernels", "floor", "neural_tangents", "plain_neural_tangents", "scikit_ntk"),
        ("dtype", "depth", "n"),
        fitted="n",
        leave_out={"scikit_ntk": ("dtype", ("float64",)), "plain_neural_tangents": ("n", (4096,))},
    ),
    Section(
        "convolution",
        "Convolutional nets",
        "CNTK Gram matrix of n images 28 x 28, filters 3 x 3, ReLU, variances 1. Blank images have a patch "
        "12 x 7 of random pixels. Ours has n(n+1)/2 pairs, neural-tangents computes n^2.",
        _convolution(),
        ("orbitkernels", "neural_tangents"),
        ("head", "padding", "images", "depth", "dtype", "n"),
        per_pair="ms a pair",
        leave_out={"orbitkernels": ("dtype", ("float64",))},
    ),
    Section(
        "activations",
        "Activations",
        "NTK Gram matrix of 1024 inputs of mean square 1 in 784 dimensions, three hidden layers, weight variances "
        "1, no biases, float64; the time of the product of the inputs is in it. Times of both are divided by the "
        "n(n+1)/2 unique pairs, though neural-tangents computes n^2; its RectifiedMonomial(2), relu(z)^2, gives "
        "NaN for equal inputs, and it has no closed form of tanh(z).",
        _activations(),
        ("orbitkernels", "neural_tangents"),
        ("activation",),
        per_pair="ns a pair and layer",
        leave_out={"neural_tangents": ("ours", tuple(called(*one) for one in ACTIVATIONS if "(z)" not in one[0]))},
    ),
    Section(
        "attention",
        "Attention",
        "NTK Gram matrix of n random sequences of 16 tokens with 16 features, softmax, ReLU, global average "
        "pooling, variances 1, float64.",
        _attention(),
        ("orbitkernels", "neural_tangents"),
        ("depth", "n"),
        per_pair="ms a pair",
    ),
    Section(
        "leave-one-out",
        "Leave-one-out errors",
        "Error at a missing pose of two orbits of C_n, random seeds in n dimensions, NTK of depth 1, ridge 1e-6, "
        "from the inputs to the error. Dense, from a Gram matrix that is there: of one pose by Cholesky without "
        "it, and of all points at once by [K^-1 y]_i/[K^-1]_ii.",
        tuple({"kind": "leave_one_out", "n": n, "ridge": 1e-6} for n in (512, 1024, 2048)),
        ("orbitkernels", "cholesky", "closed_form"),
        ("n",),
        fitted="n",
    ),
    Section(
        "batches",
        "Many pairs of orbits",
        "Spectral errors of 512 pairs of images 28 x 28, 64 rotations each by interpolation, NTK of depth 1, from "
        "the images to the errors; SciPy: rotate, then a Cholesky solve of the Gram matrix of 128 points a pair.",
        ({"kind": "batch", "pairs": 512, "rotations": 64, "side": 28},),
        ("orbitkernels", "naive"),
        ("pairs", "rotations"),
    ),
    Section(
        "symmetric",
        "Orbits of symmetric groups",
        "Spectral errors of two orbits of S_m that permutes m random coordinates, Gaussian kernel of length 2, "
        "ridge 1e-3; 2 m! points. Dense, from a Gram matrix that is there, where it fits.",
        tuple({"kind": "symmetric", "m": m} for m in (5, 6, 7, 8)),
        ("orbitkernels", "cholesky"),
        ("m",),
        leave_out={"cholesky": ("m", (5, 6))},
    ),
    Section(
        "cyclic",
        "Orbits of large cyclic groups",
        "Spectral errors of two orbits of C_n: circles of the sphere at two heights, NTK of depth 1, ridge 0.1.",
        tuple({"kind": "cyclic", "n": 2**k} for k in (12, 14, 16, 18, 20)),
        ("orbitkernels",),
        ("n",),
        fitted="n",
    ),
)
