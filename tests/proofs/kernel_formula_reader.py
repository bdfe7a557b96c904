r"""An evaluator of the formulas that kernels print: the LaTeX of each line, its numbers and its names, in NumPy.

Every line ``left &= right`` is read as it stands; nothing of the package takes part.  Right sides are arithmetic
in names that have a value; the few forms beyond arithmetic (sums over filters, heads, paddings) are read word by
word, and a line that is not understood is an error.
"""

import re
from math import pi

import numpy as np
from scipy.special import erf

_FUNCTIONS = {
    "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh, "asin": np.arcsin,
    "acos": np.arccos, "arccos": np.arccos, "sign": np.sign, "exp": np.exp, "erf": erf,
}  # fmt: skip


class Arithmetic:
    """Value of a LaTeX expression; names are looked up as they are printed, without spaces."""

    def __init__(self, text, values):
        text = re.sub(r"\\left|\\right|\\,|\\quad|\\text\{[^}]*\}", " ", text)
        token = (
            r"\\operatorname\{\w+\}|\\(?:tilde|bar) [A-Z](?:_(?:\{[^{}]*\}|\w))?|\\[a-zA-Z]+(?:_\{[\w,]+\}|_\w)?"
            r"|[a-zA-Z](?:_\{[^{}]*\}|_\w)?|\d+(?:\.\d+)?|[-+(){}^,/]"
        )
        text = re.sub(r"\|([^|]*)\|", r"\\abs{\1}", text)
        self.tokens = re.findall(token, text)
        assert "".join(self.tokens).replace(" ", "") == re.sub(r"\s", "", text), f"unread characters in {text}"
        self.values, self.at = values, 0

    def value(self):
        result = self.sum()
        assert self.at == len(self.tokens), f"unread {self.tokens[self.at :]}"
        return result

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected=""):
        token = self.peek()
        assert not expected or token == expected, f"{token} instead of {expected} in {self.tokens}"
        self.at += 1
        return token

    def sum(self):
        total = 0.0
        while self.peek() not in ("", ")", "}", ","):
            sign = -1.0 if self.peek() == "-" else 1.0
            if self.peek() in ("+", "-"):
                self.take()
            total = total + sign * self.product()
        return total

    def product(self):
        result = self.power()
        while self.peek() not in ("", "+", "-", ")", "}", ","):
            if self.peek() == "/":
                self.take()
                result = result / self.power()
            else:
                result = result * self.power()
        return result

    def exponent(self):
        self.take("^")
        return self.enclosed("{", "}") if self.peek() == "{" else float(self.take())

    def power(self):
        base = self.atom()
        return base ** self.exponent() if self.peek() == "^" else base

    def enclosed(self, left, right):
        self.take(left)
        result = self.sum()
        self.take(right)
        return result

    def argument(self):
        """(x), {(x )} or the next atom, as after a sine."""
        if self.peek() == "{":
            return self.enclosed("{", "}")
        return self.enclosed("(", ")") if self.peek() == "(" else self.power()

    def atom(self):
        token = self.take()
        if token[0].isdigit():
            return float(token)
        if token in ("(", "{"):
            self.at -= 1
            return self.enclosed(token, ")" if token == "(" else "}")
        if token == r"\abs":
            return abs(self.enclosed("{", "}"))
        if token in (r"\frac", r"\tfrac"):
            return self.enclosed("{", "}") / self.enclosed("{", "}")
        if token == r"\sqrt":
            return np.sqrt(self.enclosed("{", "}"))
        if token == r"\pi":
            return pi
        if token in (r"\max", r"\min"):
            self.take("(")
            first = self.sum()
            self.take(",")
            second = self.sum()
            self.take(")")
            return (np.maximum if token == r"\max" else np.minimum)(first, second)
        if token == "e":
            return np.exp(self.exponent())
        name = re.sub(r"\\operatorname\{(\w+)\}", r"\1", token).removeprefix("\\")
        if name in _FUNCTIONS:
            power = self.exponent() if self.peek() == "^" else 1
            return _FUNCTIONS[name](self.argument()) ** power
        if self.peek() == "^" and token.startswith(r"\sigma") and self.tokens[self.at + 1] == "2":
            self.at += 2  # sigma^2 is one name
        found = self.values[token]
        return found(self.argument()) if callable(found) else found


def read(text, values):
    return Arithmetic(text, values).value()


def lines_of(latex):
    """Lines of a display as {left: [right, ...]}, continued lines put together; matrices are kept."""
    body = re.fullmatch(r"\$\\displaystyle \\begin\{aligned\} (.*) \\end\{aligned\}\$", latex, re.DOTALL)[1]
    body = re.sub(
        r"\\begin\{pmatrix\}.*?\\end\{pmatrix\}", lambda m: m[0].replace(r"\\", ";").replace("&", ","), body
    )
    found, last = {}, ""
    for line in body.split(r" \\ "):
        left, mark, right = line.partition("&")
        if left.strip():
            last = left.strip()
            assert last not in found, f"{last} is defined twice"
            found[last] = [right.removeprefix("=").strip()]
        elif right.startswith("="):
            found[last].append(right[1:].strip())
        elif right.startswith(r"\quad"):
            found[last][-1] += " " + right.removeprefix(r"\quad").strip()
        else:
            found.setdefault("", []).append(right.strip())
        assert mark, f"no alignment in {line}"
    return found


def parts(text):
    """Formulas of a line that has several, by their left side."""
    return dict(piece.split(" = ", 1) for piece in text.split(r",\quad ") if " = " in piece)


class Display:
    """What a display says: its lines, numbers, activation, and E and D by quadrature of f as printed."""

    def __init__(self, latex):
        self.lines = lines_of(latex)
        self.numbers = {}
        for left, rights in self.lines.items():
            whole = f"{left} = {rights[0]}"
            if listed := re.fullmatch(r"\(\\sigma_\{(\w),0\}\^2, \\dots, \\sigma_\{\w,L\}\^2\) = \((.*)\)", whole):
                self.numbers[listed[1]] = [read(v, {}) for v in listed[2].split(", ")]
            elif left.startswith(r"\sigma"):
                for name, value in parts(whole).items():
                    self.numbers[re.fullmatch(r"\\sigma_(\w)\^2", name)[1]] = read(value, {})
        depth = [int(n) for rights in self.lines.values() for n in re.findall(r"(?<![\w])L = (\d+)", rights[0])]
        depth += [int(self.lines["L"][0].split(",")[0])] if "L" in self.lines else []
        (self.depth,) = depth
        self.f = lambda z: read(self.lines["f(z)"][0], {"z": z})

    def sigmas(self, layer):
        """Names of the variances in a layer, each a number; a list must be as long as the net is deep."""
        found = {}
        for name, value in self.numbers.items():
            if isinstance(value, list):
                assert len(value) == self.depth + 1
                at = {"0": 0, "L": self.depth}.get(layer, layer)
                found[rf"\sigma_{{{name},{layer if isinstance(layer, str) else 'l'}}}"] = value[at]
            else:
                found[rf"\sigma_{name}"] = value
        return found

    def expectations(self, xx, xy, yy, tangent=True):
        """E[f f] and E[f' f'] of pairs with these covariances, by quadrature in polar coordinates.

        f' is a difference.
        z_x = a r cos(t), z_y = b r cos(t - theta); f may have a kink where one of them changes its sign.
        """
        shape = np.shape(xy)
        radii, arcs = _LINEAR if re.match(r"\\max|\|z\|$", self.lines["f(z)"][0]) else _CURVED
        xx, xy, yy = (np.ravel(v) for v in np.broadcast_arrays(xx, xy, yy))
        a, b = np.sqrt(xx), np.sqrt(yy)
        theta = np.arccos(np.clip(xy / (a * b), -1, 1))
        turns = np.array([0 * theta, pi + 0 * theta, theta, theta + pi]) + pi / 2
        turns = np.sort(np.mod(turns, 2 * pi), axis=0)
        ends = np.vstack([turns, turns[:1] + 2 * pi]).T  # [pairs, 5]
        half = np.diff(ends)[:, :, None] / 2
        angles = (ends[:, :-1, None] + half * (1 + arcs[0])).reshape(len(theta), -1)
        each = (half * arcs[1]).reshape(len(theta), -1) / (2 * pi)
        sums = np.zeros((2, len(theta)))
        for part in np.array_split(np.arange(len(theta)), 1 + len(theta) // 100):
            weights = each[part, None, :] * radii[1][:, None]
            zx = (a[part, None] * np.cos(angles[part]))[:, None, :] * radii[0][:, None]
            zy = (b[part, None] * np.cos(angles[part] - theta[part, None]))[:, None, :] * radii[0][:, None]
            sums[0, part] = (weights * self.f(zx) * self.f(zy)).sum(axis=(1, 2))
            if tangent:
                sums[1, part] = (weights * self.slope(zx) * self.slope(zy)).sum(axis=(1, 2))
        return sums.reshape(2, *shape)

    def slope(self, z):
        h = 1e-5
        return (self.f(z + h) - self.f(z - h)) / (2 * h)


def _nodes(radial, angular):
    """Nodes r and weights of the density r exp(-r^2/2) on [0, 9], and those of an arc."""
    x, w = np.polynomial.legendre.leggauss(radial)
    r = 4.5 * (1 + x)
    return (r, 4.5 * w * r * np.exp(-(r**2) / 2)), np.polynomial.legendre.leggauss(angular)


#: For activations that are linear on each side of 0, and for others.
_LINEAR, _CURVED = _nodes(40, 12), _nodes(100, 48)
