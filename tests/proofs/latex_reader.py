"""A reader of LaTeX sums and products, for formulas as they are printed."""

import re
from typing import Any

import numpy as np

#: The labels t_1 and t_2 of the two orbits.
LABELS = (1.7, -0.6)


class Reader:
    """Values of LaTeX expressions: sums, products, fractions, roots, powers and names with a value."""

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        text = re.sub(r"\\left|\\right|\\,|\\ |\\mathrm|\\quad|\\qquad|\\displaystyle", " ", text)
        text = re.sub(
            r"\\(t?frac|sqrt)(\d)(\d?)", lambda m: rf"\{m[1]}{{{m[2]}}}" + (f"{{{m[3]}}}" if m[3] else ""), text
        )
        text = re.sub(r"\|([^|]*)\|", r"\\abs{\1}", text)
        token = r"\\operatorname\{(?:Re|Im|tr)\}|\\[a-zA-Z]+|[a-zA-Z]|\d+|[-+(){}^_]"
        self.tokens = re.findall(token, text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text), f"unread characters in {text}"
        self.values, self.at = values, 0

    def value(self) -> Any:
        result = self.sum()
        assert self.at == len(self.tokens), f"unread {self.tokens[self.at :]}"
        return result

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        assert not expected or token == expected, f"{token} instead of {expected} in {self.tokens}"
        self.at += 1
        return token

    def sum(self) -> Any:
        total, last = 0, None
        while self.peek() not in ("", ")", "}"):
            sign = -1 if self.peek() == "-" else 1
            if self.peek() in ("+", "-"):
                self.take()
            if self.peek() == "\\cdots":  # a run of names: all between the last one and the next
                self.take()
                assert (self.take() == "-") == (sign < 0)
                name, end = self.name()
                kind, start = last
                assert kind == name
                total += sign * sum(self.values[kind, i] for i in range(start + 1, end + 1))
                continue
            begin = self.at
            total += sign * self.product()
            last = self.named(begin)
        return total

    def named(self, begin: int) -> Any:
        """Name and index of the factor between two places, if it is one name."""
        end, self.at = self.at, begin
        found = (
            self.name() if self.peek().startswith("\\") and self.tokens[begin + 1 : begin + 2] == ["_"] else None
        )
        self.at = end
        return found

    def name(self) -> tuple[str, int]:
        kind = self.take()
        self.take("_")
        return kind, int(self.group())

    def group(self) -> str:
        """Text of the next token or group."""
        if self.peek() != "{":
            return self.take()
        self.take()
        out, depth = "", 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            out += token if depth else ""
        return out

    def product(self) -> Any:
        result = self.factor()
        while self.peek() not in ("", "+", "-", ")", "}"):
            result = result * self.factor()
        return result

    def factor(self) -> Any:
        base = self.atom()
        while self.peek() == "^":
            self.take()
            base = base ** int(self.group())
        return base

    def inner(self) -> Any:
        self.take("{")
        result = self.sum()
        self.take("}")
        return result

    def atom(self) -> Any:
        token = self.peek()
        if token.isdigit():
            return int(self.take())
        if token == "(":
            self.take()
            result = self.sum()
            self.take(")")
            return result
        if token in ("\\frac", "\\tfrac"):
            self.take()
            derivative = self.tokens[self.at : self.at + 2] == ["{", "\\partial"]
            return self.derivative() if derivative else self.inner() / self.inner()
        if token == "\\sqrt":
            self.take()
            return np.sqrt(self.inner() + 0j)
        if token == "\\abs":
            self.take()
            return abs(self.inner())
        if token == "i":
            self.take()
            return 1j
        if token == "\\pi":
            self.take()
            return np.pi
        if token == "\\cos":
            self.take()
            return np.cos(self.inner())
        if token == "t":
            return LABELS[self.name()[1] - 1]
        prefix = (
            self.take()
            if token in ("\\operatorname{Re}", "\\operatorname{Im}", "\\operatorname{tr}", "\\det")
            else ""
        )
        kind, index = self.name()
        return self.values[prefix + kind, index]

    def derivative(self) -> Any:
        upper, lower = self.group(), self.group()
        return self.values[upper, lower]


def read(text: str, values: dict[Any, Any]) -> Any:
    return Reader(text, values).value()
