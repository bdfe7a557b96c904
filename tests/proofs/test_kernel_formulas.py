"""The formulas that kernels print, read back and evaluated, against their Gram matrices."""

import numpy as np
import pytest
from kernel_formula_reader import read
from kernel_formula_values import attention, convolutional, group_convolutional, network

import orbitkernels as ok
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(3, 4))
IMAGES = RNG.normal(size=(2, 4, 5, 2))
SEQUENCES = RNG.normal(size=(2, 3, 2))

NETWORKS = [
    "ntk", "nngp", "ntk(depth=3, weight_variance=[1, 2, 1/2, 3], bias_variance=0)",
    "nngp(depth=2, weight_variance=2, bias_variance=[1, 0, 0.1])", "ntk(depth=2, residual=true)",
    "ntk(depth=2, layer_norm=true)", "ntk(depth=2, residual=true, layer_norm=true, weight_variance=0.7)",
    "nngp(depth=2, residual=true, layer_norm=true)",
    "ntk(depth=2, parameterisation=standard, width=100, bias_variance=0)",
    "ntk(depth=2, parameterisation=standard, width=100)",
    "ntk(depth=2, parameterisation=standard, width=7, bias_variance=[0, 1, 0], residual=true, layer_norm=true)",
    "nngp(depth=2, parameterisation=standard, width=7)",
    *(f"ntk(depth=2, activation={f}, residual=true)" for f in ("leaky_relu(0.1)", "abs", "erf", "gelu", "sin(2)")),
    *(f"ntk(activation={f})" for f in ("cos", "hermite(3)", "polynomial(0, 1, 1/2)", "tanh(z)", "z + sin(z)/2")),
    "ntk(depth=2, activation=gelu, layer_norm=true)", "ntk(activation=tanh(z), layer_norm=true)",
    "nngp(depth=1, activation=sign(z))",
]  # fmt: skip

CONVOLUTIONAL = [
    "cntk", "cntk(stride=2)", "cntk(depth=2, head=flatten)", "cnngp(depth=2, filter=2, padding=zero)",
    "cntk(depth=2, stride=2, padding=zero, head=flatten, weight_variance=[1, 2, 3], bias_variance=[1, 0.1, 0])",
    "cntk(filter=[1, 3], padding=valid)", "cnngp(filter=2, stride=[1, 2], padding=valid, activation=erf)",
    "cntk(head=average)", "cntk(head=average, window=[2, 3], window_stride=2, stride=[1, 2])",
    "cntk(head=average, window=2, window_stride=3, padding=zero)",
]  # fmt: skip

ATTENTION = [
    *(f"attention_ntk(mechanism={m}, head=gap)" for m in ("softmax", "identity", "relu", "abs")),
    *(f"attention_ntk(mechanism={m}, head=flatten)" for m in ("softmax", "identity", "relu", "abs")),
    "attention_nngp(depth=2)", "attention_nngp(depth=2, residual=true, activation=erf, head=flatten)",
    "attention_ntk(depth=3, residual=true, weight_variance=[1, 2, 1/2, 3], bias_variance=[1, 0, 2, 0.1])",
    "attention_ntk(depth=2, key_variance=2, value_variance=1/2, output_variance=0.3, activation=gelu)",
]  # fmt: skip


def agree(found, gram):
    scale = np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
    assert np.abs((found - gram) / scale).max() < 2e-6


def evaluated(spec, latex=None):
    """The printed formula's Gram matrix, and the kernel's."""
    kernel = ok.kernel(spec)
    latex = latex or kernel._repr_latex_()
    if spec in NETWORKS:
        return network(latex, ROWS), kernel.gram(ROWS)
    if spec in CONVOLUTIONAL:
        return convolutional(latex, np.moveaxis(IMAGES, 3, 1)), kernel.gram(IMAGES)
    return attention(latex, SEQUENCES), kernel.gram(SEQUENCES)


@pytest.mark.parametrize("spec", [*NETWORKS, *CONVOLUTIONAL, *ATTENTION])
def test_formula_is_the_gram_matrix(spec):
    agree(*evaluated(spec))


def test_a_filter_of_a_sequence():
    kernel, x = ok.CNTK(filter=3, head="average", window=2), RNG.normal(size=(2, 1, 5, 1))
    agree(convolutional(kernel._repr_latex_(), np.moveaxis(x, 3, 1)), kernel.gram(x))


@pytest.mark.parametrize("cls", [GroupConvolutionalNNGP, GroupConvolutionalNTK])
@pytest.mark.parametrize("head", ["gap", "flatten"])
@pytest.mark.parametrize("depth", [1, 2])
def test_group_convolutional(cls, head, depth):
    weights = [1, 2, 1][: depth + 1]
    kernel = cls(
        "D4",
        (3, 3),
        filter=[0, 1, 4],
        support=[[0, 3], [0, 1, 5]],
        depth=depth,
        head=head,
        weight_variance=weights,
    )
    x = RNG.normal(size=(2, 9, 2))
    group = ok.group("D4")
    found = group_convolutional(kernel._repr_latex_(), x, group, kernel.action.permutations)
    agree(found, kernel.gram(x.reshape(2, 18)))


def test_averaged():
    kernel = ok.Averaged("ntk(depth=2, bias_variance=0.5)", "C4", (4,))
    first, _, rest = kernel._repr_latex_().partition(r" \\ ")
    mean = r"\bar k(x, y) &= \frac{1}{|H|^2} \sum_{h, h' \in H} k(h x, h' y),\quad H = \text{C4},\quad |H| = 4"
    assert first == r"$\displaystyle \begin{aligned} " + mean
    poses = np.concatenate([np.roll(ROWS, shift, axis=1) for shift in range(4)])
    values = network(r"$\displaystyle \begin{aligned} " + rest, poses)
    agree(values.reshape(4, 3, 4, 3).sum(axis=(0, 2)) / 4**2, kernel.gram(ROWS))


def test_averaged_over_a_subgroup_of_a_function():
    def plain(X, Y):
        return X @ Y.T

    group = ok.group("C2^2")
    latex = ok.Averaged(plain, group, (2, 2), group.subgroup([group.generators[0]]))._repr_latex_()
    named = rf"H = \langle {group.generators[0]} \rangle \le \text{{C2\^{{}}2}} \text{{ (elements)}},\quad |H| = 2"
    assert named in latex
    assert latex != ok.Averaged(plain, group, (2, 2), group.subgroup([group.generators[1]]))._repr_latex_()
    assert r"k &= \text{plain}" in latex


def test_kernels_of_vectors():
    x, y = ROWS[:2]
    names = {"d": np.linalg.norm(x - y), "P": x @ y, "u": x @ y / np.linalg.norm(x) / np.linalg.norm(y)}
    for spec in (
        "gaussian(length_scale=1.4)",
        "laplace(length_scale=1/3)",
        "polynomial(3, 0.1, 2)",
        "exp(-2*(1-u))",
    ):
        kernel = ok.kernel(spec) if "(3" not in spec else ok.Polynomial(3, 0.1, 2)
        body = kernel._repr_latex_().split("k(x, y) &= ")[1].split(r" \end")[0]
        text, _, scale = body.split(r" \\ ")[0].partition(r",\quad \ell = ")
        text = text.replace("|x - y|", "d").replace(r"\langle x, y \rangle", "P").replace(r"\exp \left", r"\exp")
        found = read(text, {**names, r"\ell": read(scale, {}) if scale else None})
        assert found == pytest.approx(kernel.gram(ROWS)[0, 1], rel=1e-12)
        assert (r"u &= \frac{\langle x, y \rangle}{|x| |y|}" in body) == (" u " in text)


def test_displays_of_kernels_that_differ_are_different():
    shown = [ok.kernel(spec)._repr_latex_() for spec in (*NETWORKS, *CONVOLUTIONAL, *ATTENTION)]
    assert len(set(shown)) == len(shown)


ZERO = r"\text{zero} &: x_p = 0,\quad E_l(p, q) = D_l(p, q) = 0 \text{ beyond the border}"


@pytest.mark.parametrize(
    ("spec", "before", "after"),
    [
        ("cntk(stride=2)", "x_{s p + i - m}, y_{s q + i - m}", "x_{p + i - m}, y_{q + i - m}"),
        ("cntk(stride=2)", "s = 2", "s = 1"),
        ("cntk(depth=2, head=flatten)", r"{N} \sum_{p} (E_L + D_L T_L)(p, p)", r"{N^2} \sum_{p, q} (E_L + D_L T_L)(p, q)"),  # noqa: E501
        ("cntk(depth=2, head=flatten)", r"\sum_{p} (E_L + D_L T_L)", r"\sum_{p} (E_L + T_L)"),
        ("cntk(depth=2, head=flatten)", "L = 2", "L = 1"),
        ("cntk", "{c |F|}", "{|F|}"),
        ("cntk", r"\text{circular} &: p + n = p", ZERO),
        ("cntk(head=average)", r"W &= \{0, 1\} \times \{0, 1\}", r"W &= \{0, 1\} \times \{0, 1, 2\}"),
        (NETWORKS[8], "T_l(x, y) &= 0 +", "T_l(x, y) &= 1 +"),
        (NETWORKS[8], "T_0(x, y) &= 0 +", "T_0(x, y) &= 1 +"),
        ("ntk", r"T_0(x, y) &= S_0(x, y) \\ ", ""),
        ("ntk", r"\kappa_0(u) = 1 -", r"\kappa_0(u) = 2 -"),
        ("ntk", r"\sigma_b^2 = 1", r"\sigma_b^2 = 2"),
        ("ntk(depth=2, residual=true)", "T_{l-1} + ", ""),
        ("ntk(depth=2, layer_norm=true)", r"\frac{T_{l-1}}{\sqrt{S_{xx} S_{yy}}}", "T_{l-1}"),
        ("attention_ntk(mechanism=softmax, head=gap)", r"\operatorname{softmax}(", "("),
        ("attention_ntk(mechanism=softmax, head=gap)", "T_l + 2 S_l", "T_l + S_l"),
        ("attention_ntk(mechanism=relu, head=gap)", r"f(z) &= \max(z, 0)", "f(z) &= |z|"),
        ("attention_ntk(mechanism=relu, head=gap)", r"A_x &= \max(", r"A_x &= 2 \max("),
        (ATTENTION[-1], r"\sigma_k^2 &= 2", r"\sigma_k^2 &= 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_found(spec, before, after):
    latex = ok.kernel(spec)._repr_latex_()
    assert latex.count(before) == 1
    with pytest.raises((AssertionError, KeyError, TypeError)):
        agree(*evaluated(spec, latex.replace(before, after)))
