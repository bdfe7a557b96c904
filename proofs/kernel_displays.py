r"""The formulas that kernels of networks show of themselves, as lines of a LaTeX ``aligned``.

Each display determines the Gram matrix: S is a covariance and T a tangent kernel, E = E[f f] and D = E[f' f'] are
expectations over a Gaussian process z with the covariance of the layer, and all numbers stand below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from .arguments import Parameter, parameter_text

#: Characters of a line that fit on a page, and numbers of a list that are written out.
_WIDTH, _MOST = 56, 60

#: Activations that read better than the expression they are computed by.
_READABLE = {"relu": r"\max(z, 0)", "abs": "|z|"}


def display(lines: Iterable[str]) -> str:
    r"""A display of aligned lines.

    Example:
        >>> from orbitkernels.proofs.kernel_displays import display
        >>> display(["a &= b", "c &= d"])
        '$\\displaystyle \\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$'
    """
    return r"$\displaystyle \begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}$"


def number_latex(value: Parameter) -> str:
    r"""A number: a short fraction as such, otherwise as a specification writes it.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.kernel_displays import number_latex
        >>> number_latex(2), number_latex(Fraction(1, 10)), number_latex(Fraction(12345, 10000))
        ('2', '\\frac{1}{10}', '1.2345')
    """
    if isinstance(value, Fraction) and 1 < value.denominator < 1000 and value.numerator < 1000:
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    return parameter_text(value)


def variances(layer: Any, **values: Parameter) -> tuple[list[str], dict[str, str]]:
    r"""Lines that give variances, and how each is called in a layer.

    Args:
        layer: Index of the layer in the formula; only lists of numbers take it.
        values: Numbers, or one for every layer, by the index of sigma.

    Example:
        >>> from orbitkernels.proofs.kernel_displays import variances
        >>> variances("l", w=(1, 2), b=0)[0]
        ['(\\sigma_{w,0}^2, \\dots, \\sigma_{w,L}^2) &= (1, 2)', '\\sigma_b^2 &= 0']
    """
    lines, plain = [], []
    for name, value in values.items():
        if not isinstance(value, tuple):
            plain.append(rf"\sigma_{name}^2 &= {number_latex(value)}")
            continue
        numbers = [number_latex(entry) for entry in value]
        if len(numbers) > _MOST:
            numbers = [*numbers[: _MOST - 1], r"\dots", numbers[-1]]
        listed = r", \\ &\quad ".join(_rows(numbers))
        lines.append(rf"(\sigma_{{{name},0}}^2, \dots, \sigma_{{{name},L}}^2) &= ({listed})")
    if plain:
        lines.append(r",\quad ".join([plain[0], *(line.replace("&=", "=") for line in plain[1:])]))
    return lines, {name: sigma(name, layer, value) for name, value in values.items()}


def _rows(numbers: Sequence[str]) -> list[str]:
    """A list in as many rows as it takes."""
    rows = [numbers[0]]
    for text in numbers[1:]:
        if _width(rows[-1]) + _width(text) < _WIDTH - 16:  # what stands before the list
            rows[-1] += f", {text}"
        else:
            rows.append(text)
    return rows


def sigma(name: str, layer: Any, value: Parameter) -> str:
    """How a variance is called in a layer."""
    return rf"\sigma_{{{name},{layer}}}^2" if isinstance(value, tuple) else rf"\sigma_{name}^2"


def activation_line(symbolic: Any) -> str:
    r"""f(z) = ...

    Example:
        >>> from orbitkernels.proofs.kernel_displays import activation_line
        >>> from orbitkernels.theory.activation_text import as_activation
        >>> activation_line(as_activation("leaky_relu(0.1)"))
        'f(z) &= \\max(z, 0) + \\frac{1}{10} \\min(z, 0)'
    """
    import sympy

    if symbolic.name == "leaky_relu":
        return rf"f(z) &= \max(z, 0) + {sympy.latex(symbolic.parameters[0])} \min(z, 0)"
    found = _READABLE.get(symbolic.name)
    return f"f(z) &= {found}" if found else r" \\ ".join(_broken("f(z) &=", symbolic.expression))


def expectation_lines(at: str, pair: tuple[str, str], covariance: str, tangent: bool) -> list[str]:
    r"""E and D over a centred Gaussian process.

    Args:
        at: Where E and D are taken, such as ``(p, q)``.
        pair: The two values of z there.
        covariance: That of the pair.
        tangent: Whether D is needed.

    Example:
        >>> from orbitkernels.proofs.kernel_displays import expectation_lines
        >>> expectation_lines("(p, q)", ("z_p", "z_q"), "S(p, q)", tangent=False)[0]
        'E_l(p, q) &= \\mathbb{E}[f(z_p) f(z_q)]'
    """
    z, w = pair
    lines = [rf"E_l{at} &= \mathbb{{E}}[f({z}) f({w})]"]
    if tangent:
        lines[0] += rf",\quad D_l{at} = \mathbb{{E}}[f'({z}) f'({w})]"
    return [*lines, rf"z &\text{{ Gaussian}},\quad \mathbb{{E}}[z] = 0,\quad \mathbb{{E}}[{z} {w}] = {covariance}"]


def _broken(left: str, expression: Any) -> list[str]:
    """A SymPy expression after left, its sum in as many lines as it takes."""
    import sympy

    lines = [left]
    for i, term in enumerate(sympy.Add.make_args(expression)):
        text = sympy.latex(term)
        text = text if text.startswith("-") or i == 0 else f"+ {text}"
        if i == 0 or _width(lines[-1]) + _width(text) <= _WIDTH:
            lines[-1] += f" {text}"
        else:
            lines.append(rf"&\quad {text}")
    return lines


def _width(latex: str) -> int:
    """About how many characters wide a formula is."""
    text = re.sub(r"\\(?:left|right|operatorname|displaystyle)|[\s^_&]", "", latex)
    text = re.sub(r"\\(?!frac)[a-zA-Z]+", "x", text)
    before = ""
    while text != before:  # from the inside to the outside
        before = text
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda m: max(m[1], m[2], key=len), text)
        text = re.sub(r"(?<!frac)(?<!\})\{([^{}]*)\}", r"\1", text)
    return len(text)


# ---------------------------------------------------------------------- fully connected nets


def network_lines(
    symbolic: Any,
    depth: int,
    weight: Parameter,
    bias: Parameter,
    options: tuple[bool, bool, int],
    tangent: bool,
) -> list[str]:
    """The recursion of a fully connected net; see :mod:`orbitkernels.theory.kernels`.

    Args:
        symbolic: Activation of the theory.
        depth: Number of hidden layers.
        weight: Variance of the weights, one number or one a layer.
        bias: Likewise of biases.
        options: residual, layer_norm, and the units of the standard parameterisation or 0.
        tangent: Whether the kernel is the NTK.
    """
    residual, layer_norm, units = options
    numbers, now = variances("l", w=weight, b=bias)
    added = [f"{letter}_{{l-1}} + " if residual else "" for letter in "ST"]
    lines = [
        rf"S_0(x, y) &= {sigma('b', 0, bias)} + \frac{{{sigma('w', 0, weight)}}}{{d}} \langle x, y \rangle",
        rf"S_l(x, y) &= {added[0]}{now['b']} + {now['w']} E_l",
    ]
    if tangent:
        first, biased = (f"{_biased(bias, layer)}" for layer in "0l")
        lines.insert(1, rf"T_0(x, y) &= {first} + \langle x, y \rangle" if units else "T_0(x, y) &= S_0(x, y)")
        below = r"\frac{T_{l-1}}{\sqrt{S_{xx} S_{yy}}}" if layer_norm else "T_{l-1}"
        factors = (biased, str(units)) if units else (now["b"], now["w"])
        given = f"{added[1]}{factors[0]} + {factors[1]} E_l" if units or residual else "S_l"
        lines.append(rf"T_l(x, y) &= {given} + {now['w']} D_l {below}")
        if units and biased == "b_l":
            lines.append(r"b_l &= 1 \text{ if } \sigma_{b,l}^2 > 0,\quad b_l = 0 \text{ otherwise}")
    letter = "T" if tangent else "S"
    end = rf"k(x, y) &= {letter}_L(x, y),\quad L = {depth},\quad l = 1, \dots, L"
    return [*lines, *_pair_lines(symbolic, layer_norm, tangent), activation_line(symbolic), end, *numbers]


def _pair_lines(symbolic: Any, layer_norm: bool, tangent: bool) -> list[str]:
    """E and D of a layer, in closed form where that fits in a line, and what it takes."""
    import sympy

    from orbitkernels.theory.kernels import expectations

    lines, used = [], ""
    closed = expectations(symbolic, layer_norm)
    for letter, mark, form in zip("ED", ("", "'"), closed, strict=True):
        if letter == "E" or tangent:
            lines.append(rf"{letter}_l &= \mathbb{{E}}[f{mark}(z_x) f{mark}(z_y)]")
            if form is not None and _width(text := _readable(sympy.latex(form))) <= _WIDTH:
                lines.append(f"&= {text}")
                used += text
    entries = ("1", "u", "1") if layer_norm else ("S_{xx}", "S", "S_{yy}")
    matrix = rf"\begin{{pmatrix}} {entries[0]} & {entries[1]} \\ {entries[1]} & {entries[2]} \end{{pmatrix}}"
    lines += [
        rf"(z_x, z_y) &\sim \mathcal{{N}}\left(0, {matrix}\right)",
        r"S &= S_{l-1}(x, y),\quad S_{xx} = S_{l-1}(x, x),\quad S_{yy} = S_{l-1}(y, y)",
    ]
    if layer_norm or "kappa" in used:
        lines.append(r"u &= \frac{S}{\sqrt{S_{xx} S_{yy}}} = \cos \theta,\quad 0 \le \theta \le \pi")
    if "kappa" in used:
        arc0 = r",\quad \kappa_0(u) = 1 - \frac{\theta}{\pi}" if tangent else ""
        lines.append(r"\kappa_1(u) &= \frac{\sin \theta + (\pi - \theta) \cos \theta}{\pi}" + arc0)
    return lines


def _readable(latex: str) -> str:
    """SymPy's LaTeX with one root for two and plain arguments."""
    text = latex.replace(r"\sqrt{S_{xx}} \sqrt{S_{yy}}", r"\sqrt{S_{xx} S_{yy}}")
    return re.sub(r"\\kappa_\{(\d)\}\{\\left\(u \\right\)\}", r"\\kappa_\1(u)", text)


def _biased(bias: Parameter, layer: str) -> str:
    """What a bias adds to T in standard parameterisation: 1, 0, or a symbol if layers differ."""
    values = bias if isinstance(bias, tuple) else (bias,)
    found = {"1" if value else "0" for value in values}
    return found.pop() if len(found) == 1 else f"b_{layer}"


# ---------------------------------------------------------------------- averages


def averaged_lines(kernel: Any, group: str, whole: int, subgroup: Any) -> list[str]:
    """The mean of a kernel over a subgroup H in each argument, and the kernel as far as it shows itself.

    Args:
        kernel: k.
        group: Name of G.
        whole: Order of G.
        subgroup: H, with its order and generators.
    """
    name = rf"\text{{{text_latex(group)}}}"
    listed = ", ".join(str(int(g)) for g in subgroup.generators)
    proper = rf"H = \langle {listed} \rangle \le {name} \text{{ (elements)}}"
    where = rf"H = {name}" if subgroup.order == whole else proper
    mean = r"\bar k(x, y) &= \frac{1}{|H|^2} \sum_{h, h' \in H} k(h x, h' y)"
    own = getattr(kernel, "formula_lines", None)
    mean += rf",\quad {where},\quad |H| = {subgroup.order}"
    return [mean, *(own or [rf"k &= \text{{{text_latex(getattr(kernel, '__name__', type(kernel).__name__))}}}"])]


def text_latex(text: str) -> str:
    r"""Words for \text{}, in which signs of LaTeX mean themselves.

    Example:
        >>> from orbitkernels.proofs.kernel_displays import text_latex
        >>> text_latex("C2^3 of {a_b}")
        'C2\\^{}3 of \\{a\\_b\\}'
        >>> text_latex("<lambda>")
        '\\(<\\)lambda\\(>\\)'
    """
    replaced = {"\\": "/", "^": r"\^{}", "~": r"\(\sim\)", "<": r"\(<\)", ">": r"\(>\)"}
    replaced |= {sign: "\\" + sign for sign in "{}_&%$#"}
    return "".join(replaced.get(sign, sign) for sign in text)
