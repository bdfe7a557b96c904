r"""The formulas that kernels on positions show: convolutional, attention and group-convolutional nets.

Indices p and q are positions of x and y, or group elements g and h; the letters are those of
:mod:`orbitkernels.proofs.kernel_displays`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .arguments import Parameter
from .kernel_displays import activation_line, expectation_lines, number_latex, sigma, text_latex, variances

#: What is beyond the border, by the name of the padding; n positions, filter of a positions, along one axis.
_MARGIN = r"m = \left\lfloor \tfrac12 \max(s \lceil n / s \rceil - s + a - n, 0) \right\rfloor"
_POSITIONS = {
    "circular": [rf"p &= 0, \dots, \lceil n / s \rceil - 1,\quad {_MARGIN}", r"\text{circular} &: p + n = p"],
    "zero": [
        rf"p &= 0, \dots, \lceil n / s \rceil - 1,\quad {_MARGIN}",
        r"\text{zero} &: x_p = 0,\quad E_l(p, q) = 0 \text{ beyond the border}",
    ],
    "valid": [r"p &= 0, \dots, \lfloor (n - a) / s \rfloor,\quad m = 0"],
}

#: Attention matrices by the name of the mechanism.
_MECHANISMS = {
    "softmax": r"\operatorname{softmax}({}) \text{ of each row}",
    "identity": "{}",
    "relu": r"\max({}, 0) \text{ of each entry}",
    "abs": r"|{}| \text{ of each entry}",
}

#: Elements of a set that are written out.
_MOST = 24


_Names = dict[str, str]


def _of_layers(weight: Parameter, bias: Parameter) -> tuple[list[str], _Names, _Names, _Names]:
    """Lines that give the variances, and how they are called in layer l, in the first and in the last."""
    numbers, now = variances("l", w=weight, b=bias)
    first, last = ({name: sigma(name, at, v) for name, v in (("w", weight), ("b", bias))} for at in "0L")
    return numbers, now, first, last


def convolution_lines(net: Any, symbolic: Any, weight: Parameter, bias: Parameter, tangent: bool) -> list[str]:
    """The recursion of a convolutional net.

    Args:
        net: Its depth, filter, stride, padding, head, window and window_stride.
        symbolic: Activation of the theory.
        weight: Variance of the weights, one number or one a layer.
        bias: Likewise of biases.
        tangent: Whether the kernel is the CNTK.
    """
    numbers, now, first, last = _of_layers(weight, bias)
    slope = "D_l(p, q) = " if tangent else ""
    moved = "(s p + i - m, s q + i - m)"
    inner = r"\langle x_{s p + i - m}, y_{s q + i - m} \rangle"
    lines = [rf"S_1(p, q) &= {first['b']} + \frac{{{first['w']}}}{{c |F|}} \sum_{{i \in F}} {inner}"]
    mean = rf"\frac{{{now['w']}}}{{|F|}} \sum_{{i \in F}}"
    if tangent:
        lines.append("T_1(p, q) &= S_1(p, q)")
    if net.depth > 1:
        lines.append(rf"S_{{l+1}}(p, q) &= {now['b']} + {mean} E_l{moved}")
        if tangent:
            lines.append(rf"T_{{l+1}}(p, q) &= S_{{l+1}}(p, q) + {mean} (D_l T_l){moved}")
    lines += expectation_lines("(p, q)", ("z_p(x)", "z_q(y)"), "S_l(p, q)", tangent)
    lines += _pooled(net.head, last, "E_L + D_L T_L" if tangent else "E_L", "p", "q")
    if net.head == "average":
        lines += _windows(net)
    lines += [
        rf"F &= {_box(net.filter)},\quad s = {_extent(net.stride)},\quad L = {net.depth}",
        *(line.replace("E_l(p, q) = ", f"E_l(p, q) = {slope}") for line in _POSITIONS[net.padding]),
        r"&\text{along each axis, of } n \text{ positions before a layer and } a \text{ in } F;\quad "
        r"c \text{ channels}",
    ]
    return [*lines, activation_line(symbolic), *numbers]


def _windows(net: Any) -> list[str]:
    """The windows of head="average"."""
    if net.padding == "circular":
        shift = r" - \left\lfloor \tfrac12 \max(t \lceil N / t \rceil - t + b - N, 0) \right\rfloor"
        places = r"j = 0, \dots, \lceil N / t \rceil - 1"
    else:
        shift, places = "", r"j = 0, \dots, \lfloor (N - b) / t \rfloor"
    return [
        rf"W_j &= t j + W{shift},\quad {places}",
        rf"W &= {_box(net.window)},\quad t = {_extent(net.window_stride)}",
        r"&\text{along each axis, of } N \text{ values of } p \text{ after layer } L \text{ and } b \text{ in } W",
    ]


def _pooled(head: str, last: dict[str, str], values: str, p: str, q: str) -> list[str]:
    """The readout: a mean over all positions, all pairs, or the pairs in windows."""
    values = f"({values})" if " " in values else values
    sums = {
        "flatten": rf"\frac{{{last['w']}}}{{N}} \sum_{{{p}}} {values}({p}, {p})",
        "gap": rf"\frac{{{last['w']}}}{{N^2}} \sum_{{{p}, {q}}} {values}({p}, {q})",
        "average": rf"\frac{{{last['w']}}}{{M |W|^2}} \sum_{{j}} \sum_{{{p}, {q} \in W_j}} {values}({p}, {q})",
    }
    counted = r"M \text{ windows}" if head == "average" else rf"N \text{{ values of }} {p}"
    return [rf"k(x, y) &= {last['b']} + {sums[head]},\quad {counted}"]


def _box(extent: int | tuple[int, int]) -> str:
    """{0, 1, 2} x {0, 1, 2}; one number counts along axes of more than one position."""
    if isinstance(extent, tuple):
        return rf"{_range(extent[0])} \times {_range(extent[1])}"
    alone = r" \text{ (sequences: } " + rf"\{{0\}} \times {_range(extent)})" if extent > 1 else ""
    return rf"{_range(extent)} \times {_range(extent)}{alone}"


def _range(count: int) -> str:
    return rf"\{{{', '.join(map(str, range(count)))}\}}" if count < 4 else rf"\{{0, \dots, {count - 1}\}}"


def _extent(value: int | tuple[int, int]) -> str:
    return str(value) if isinstance(value, int) else f"({value[0]}, {value[1]})"


def attention_lines(
    net: Any, symbolic: Any, weight: Parameter, bias: Parameter, others: Sequence[Parameter], tangent: bool
) -> list[str]:
    """The recursion of a net with self-attention.

    Args:
        net: Its depth, mechanism, head and residual.
        symbolic: Activation of the theory.
        weight: Variance of the weights of dense layers, one number or one a layer.
        bias: Likewise of biases.
        others: Variances of keys, values and outputs.
        tangent: Whether the kernel is the NTK.
    """
    numbers, now, first, last = _of_layers(weight, bias)
    added = [f"{before} + " if net.residual else "" for before in ("S_l", "T_l", r"\tilde S_l", r"\tilde T_l")]
    logits = _MECHANISMS[net.mechanism].replace("{}", r"\sigma_k^2 S_l(x, x)")
    lines = [rf"S_1(p, q) &= {first['b']} + \frac{{{first['w']}}}{{d}} \langle x_p, y_q \rangle"]
    if tangent:
        lines.append("T_1 &= S_1")
    lines += [
        rf"A_x &= {logits}",
        rf"\tilde S_l &= {added[0]}\sigma_v^2 A_x S_l A_y^\top + \sigma_o^2",
    ]
    if tangent:
        lines.append(rf"\tilde T_l &= {added[1]}\sigma_v^2 A_x (T_l + 2 S_l) A_y^\top + \sigma_o^2")
    if net.depth > 1:
        lines.append(rf"S_{{l+1}} &= {added[2]}{now['b']} + {now['w']} E_l")
        if tangent:
            lines.append(rf"T_{{l+1}} &= {added[3]}{now['b']} + {now['w']} (E_l + D_l \tilde T_l)")
    lines += expectation_lines("(p, q)", ("z_p(x)", "z_q(y)"), r"\tilde S_l(p, q)", tangent)
    lines += _pooled(net.head, last, r"E_L + D_L \tilde T_L" if tangent else "E_L", "p", "q")
    more = ",\\quad ".join(
        rf"\sigma_{name}^2 {'&' if name == 'k' else ''}= {number_latex(v)}"
        for name, v in zip("kvo", others, strict=True)
    )
    lines.append(rf"L &= {net.depth},\quad d \text{{ features a token}},\quad p, q \text{{ tokens}}")
    return [*lines, activation_line(symbolic), *numbers, more]


def group_convolution_lines(
    net: Any, symbolic: Any, weight: Parameter, bias: Parameter, tangent: bool
) -> list[str]:
    """The recursion of a group-convolutional net.

    Args:
        net: Its group, filter, support, depth and head.
        symbolic: Activation of the theory.
        weight: Variance of the weights, one number or one a layer.
        bias: Likewise of biases.
        tangent: Whether the kernel is the NTK.
    """
    numbers, now, first, last = _of_layers(weight, bias)
    inner = r"\langle x_{g p}, y_{h p} \rangle"
    lines = [rf"S_1(g, h) &= {first['b']} + \frac{{{first['w']}}}{{c |F|}} \sum_{{p \in F}} {inner}"]
    if tangent:
        lines.append("T_1(g, h) &= S_1(g, h)")
    mean = rf"\frac{{{now['w']}}}{{|S|}} \sum_{{s \in S}}"
    if net.depth > 1:
        lines.append(rf"S_{{l+1}}(g, h) &= {now['b']} + {mean} E_l(g s, h s)")
        if tangent:
            lines.append(rf"T_{{l+1}}(g, h) &= S_{{l+1}}(g, h) + {mean} (D_l T_l)(g s, h s)")
    lines += expectation_lines("(g, h)", ("z_g(x)", "z_h(y)"), "S_l(g, h)", tangent)
    lines += _pooled(net.head, last, "E_L + D_L T_L" if tangent else "E_L", "g", "h")
    group = rf"\text{{{text_latex(net.group.name)}}}"
    lines.append(rf"g, h &\in {group},\quad L = {net.depth},\quad c \text{{ channels}}")
    lines.append(rf"F &= {_elements(net.filter)} \text{{ (points)}}")
    if net.depth > 1:
        lines.append(rf"S &= {' '.join(map(_elements, net.support))} \text{{ (elements)}}")
    return [*lines, activation_line(symbolic), *numbers]


def _elements(values: Sequence[int]) -> str:
    """A set of numbers, cut if it is long."""
    listed = [str(int(v)) for v in values]
    if len(listed) > _MOST:
        listed = [*listed[: _MOST // 2], r"\dots", listed[-1]]
    return r"\{" + ", ".join(listed) + r"\}"
