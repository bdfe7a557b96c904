"""Checks of arguments: each returns the value in one form or says what is wrong."""

from __future__ import annotations

import math
from difflib import get_close_matches
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import is_integer, shown
from orbitkernels.theory.rational_text import rational_text

FloatArray = npt.NDArray[np.float64]

#: A parameter of a kernel; numbers are exact, and a tuple holds one for every layer.
Parameter = int | str | Fraction | tuple[Fraction, ...]


def integer(name: str, value: Any, *, least: int = 1, most: float = math.inf) -> int:
    """An integer within bounds."""
    if not is_integer(value) or not least <= value <= most:
        kind = "a positive integer" if least == 1 else f"an integer of at least {least}"
        bound = f" up to {most}" if math.isfinite(most) else ""
        raise InputError(f"Argument '{name}' must be {kind}{bound}, not {shown(value)}.")
    return int(value)


def number(name: str, value: Any, *, positive: bool) -> Fraction:
    """A positive or nonnegative number, exact; a float stands for its shortest decimal."""
    wanted = "a positive number" if positive else "a number that is at least 0"
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise InputError(f"Argument '{name}' must be {wanted}, not {shown(value)}.")
    if isinstance(value, Rational):
        exact = Fraction(int(value.numerator), int(value.denominator))
    elif math.isfinite(value):
        exact = Fraction(repr(float(value)))
    else:
        raise InputError(f"Argument '{name}' must be {wanted}, not {shown(value)}.")
    if exact < 0 or (positive and not exact) or not _fits(exact, positive):
        raise InputError(f"Argument '{name}' must be {wanted}, not {shown(value)}.")
    return exact


def part_of(name: str, value: Any, whole: str) -> float:
    """A number above 0 and below 1, a part of something that messages name.

    Example:
        >>> from orbitkernels.proofs.arguments import part_of
        >>> part_of("tolerance", 0.25, "the labels")
        0.25
    """
    found = float(number(name, value, positive=True))
    if not found < 1:
        raise InputError(f"Argument '{name}' must be below 1, as it is a part of {whole}, not {shown(value)}.")
    return found


def choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """One of some words."""
    if not isinstance(value, str) or value not in choices:
        near = get_close_matches(str(value), choices, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "."
        raise InputError(f"Argument '{name}' must be one of {', '.join(choices)}, not {shown(value)}{hint}")
    return value


def switch(name: str, value: Any) -> bool:
    """True or False, or the word of a specification."""
    words = {"true": True, "false": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"Argument '{name}' must be True or False, not {shown(value)}.")
    return bool(value)


def function_or_none(name: str, value: Any) -> Any:
    """Something that can be called, or None.

    Example:
        >>> from orbitkernels.proofs.arguments import function_or_none
        >>> function_or_none("progress", print) is print, function_or_none("progress", None)
        (True, None)
    """
    if value is not None and not callable(value):
        raise InputError(f"Argument '{name}' must be a function or None, not {shown(value)}.")
    return value


def layer_numbers(name: str, value: Any, count: int, *, positive: bool) -> Fraction | tuple[Fraction, ...]:
    """One number for all layers, or a list of one for every layer, exact; a list of equal numbers becomes one.

    Args:
        name: What messages call the argument.
        value: A number, or a sequence of `count` numbers.
        count: Dense layers.
        positive: Whether 0 is refused.

    Raises:
        InputError: If an entry is no such number or there are more or fewer.

    Example:
        >>> from orbitkernels.proofs.arguments import layer_numbers
        >>> layer_numbers("weight_variance", [1, 0.5], 2, positive=True)
        (Fraction(1, 1), Fraction(1, 2))
        >>> layer_numbers("weight_variance", [2, 2], 2, positive=True)
        Fraction(2, 1)
    """
    if not isinstance(value, list | tuple | np.ndarray):
        return number(name, value, positive=positive)
    if np.ndim(np.asarray(value, dtype=object)) != 1 or len(value) != count:
        raise InputError(
            f"Argument '{name}' must be one number or a list of {count}, one for each dense layer (depth + 1), not"
            f" {shown(value)}."
        )
    values = tuple(number(f"{name}[{layer}]", entry, positive=positive) for layer, entry in enumerate(value))
    return values[0] if len(set(values)) == 1 else values


def _fits(exact: Fraction, positive: bool) -> bool:
    """Whether a float holds the number."""
    try:
        return float(exact) > 0 or not positive
    except OverflowError:
        return False


def reals(name: str, values: npt.ArrayLike) -> FloatArray:
    """New array of float64 from booleans, integers, floats or fractions; complex numbers and text are refused."""
    parts = values if isinstance(values, list | tuple) else [values]
    if any(np.ma.is_masked(part) for part in parts):
        raise InputError(f"Argument '{name}' has masked entries, which have no value; fill or remove them.")
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"Argument '{name}' must be an array of numbers; its rows differ in length.") from None
    exact = array.dtype.kind == "O" and all(isinstance(value, Real) for value in array.flat)
    if array.dtype.kind not in "biuf" and not exact:
        raise InputError(f"Argument '{name}' must hold real numbers, not {array.dtype} entries.")
    try:
        with np.errstate(over="ignore"):  # what exceeds a float becomes infinite, which callers refuse
            return array.astype(np.float64)
    except OverflowError:
        raise InputError(f"Argument '{name}' has an entry beyond floating point; scale it down.") from None


def rows(name: str, values: npt.ArrayLike) -> FloatArray:
    """Finite array [m, d] with d > 0."""
    array = reals(name, values)
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(
            f"Argument '{name}' must have shape [inputs, coordinates], not {list(array.shape)}; reshape it."
        )
    if not np.all(np.isfinite(array)):
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise InputError(
            f"Argument '{name}' must be finite, but entry [{row}, {column}] is {array[row, column]}; remove it."
        )
    return array


def exact_rational(number: Any) -> Any:
    """SymPy rational of a number; a tuple of them for a tuple, one for every layer."""
    import sympy

    if isinstance(number, tuple):
        return tuple(map(exact_rational, number))
    return sympy.Rational(number.numerator, number.denominator)


def parameter_text(value: Parameter) -> str:
    """A parameter as a specification writes it: a whole number, a decimal, p/q, or a list of them."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(parameter_text, value))}]"
    return rational_text(value) if isinstance(value, Fraction) else str(value)
