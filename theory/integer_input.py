"""Checks of integer input: whole numbers, rows of equal length, permutations; one-line messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .laws import IntArray

#: Types of arrays whose entries all fit into 64 bits with a sign.
_NARROW = frozenset(map(np.dtype, ("i1", "i2", "i4", "i8", "u1", "u2", "u4")))


def is_integer(value: object) -> bool:
    """Whether the value is a whole number of an integer type; booleans and floats are not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


def integer_row(values: Any, label: str) -> IntArray:
    """A row of whole numbers as an array.

    Args:
        values: A sequence.
        label: What the row is, for the message, such as ``permutations[2]``.

    Raises:
        InputError: If it is no sequence or an entry is no integer.

    Example:
        >>> from orbitkernels.theory.integer_input import integer_row
        >>> integer_row([2, 0, 1], "permutations[0]").tolist()
        [2, 0, 1]
    """
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype in _NARROW:
        return values.astype(np.int64)
    entries = _listed(values, f"Argument '{label}' must be a list of integers, not")
    for position, entry in enumerate(entries):
        if not is_integer(entry):
            raise InputError(f"Argument '{label}' must hold integers; entry {position} is {shown(entry)}.")
        if not -(2**62) < entry < 2**62:
            raise InputError(f"Argument '{label}' holds {shown(entry)} at {position}, which is too large.")
    return np.array(entries, dtype=np.int64)


def _listed(values: Any, refusal: str) -> list[Any]:
    """The entries of a sequence; text, sets (which have no order) and mappings are none.

    Raises:
        InputError: The refusal, followed by the value.
    """
    point = isinstance(values, np.ndarray) and values.ndim == 0
    if point or isinstance(values, str | bytes | Set | Mapping) or not isinstance(values, Iterable):
        raise InputError(f"{refusal} {shown(values)}.")
    return list(values)


def integer_array(values: Any, argument: str) -> npt.NDArray[Any]:
    """An array of any shape of whole numbers: int64, or Python integers if one is larger.

    Raises:
        InputError: If an entry is no integer.

    Example:
        >>> from orbitkernels.theory.integer_input import integer_array
        >>> integer_array([[1, 2]], "g").shape, integer_array(10**30, "exponent").dtype
        ((1, 2), dtype('O'))
    """
    if isinstance(values, str | bytes | Set | Mapping):
        raise InputError(f"Argument '{argument}' must hold integers, not {shown(values)}.")
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(
            f"Argument '{argument}' must be an array of integers; its rows differ in length."
        ) from None
    if array.size == 0 or array.dtype in _NARROW:
        return array.astype(np.int64, copy=False)
    wrong = [entry for entry in array.astype(object).flat if not is_integer(entry)]
    if wrong:
        raise InputError(f"Argument '{argument}' must hold integers, not {shown(wrong[0])}.")
    return array.astype(object)


def integer_rows(values: Any, argument: str) -> list[IntArray]:
    """A non-empty list of rows of whole numbers.

    Raises:
        InputError: If it is no list, is empty or a row is none.

    Example:
        >>> from orbitkernels.theory.integer_input import integer_rows
        >>> len(integer_rows([[0, 1], [1, 0]], "cayley_table"))
        2
    """
    listed = _listed(values, f"Argument '{argument}' must be a list of lists of integers, not")
    rows = [integer_row(row, f"{argument}[{position}]") for position, row in enumerate(listed)]
    if not rows:
        raise InputError(f"Argument '{argument}' must hold at least one row, not an empty list.")
    return rows


def check_permutations(permutations: Any, argument: str) -> IntArray:
    """Array [m, degree] of permutations of 0, ..., degree - 1.

    Raises:
        InputError: If a row is not a permutation or the lengths differ; the message says which row and why.

    Example:
        >>> from orbitkernels.theory.integer_input import check_permutations
        >>> check_permutations([[1, 2, 0]], "permutations").shape
        (1, 3)
    """
    rows = integer_rows(permutations, argument)
    degree = rows[0].size
    for position, row in enumerate(rows):
        label = f"{argument}[{position}]"
        if row.size != degree:
            raise InputError(
                f"Argument '{argument}' must hold permutations of one length; {argument}[0] has length {degree}, "
                f"{label} has length {row.size}."
            )
        _check_permutation(row, label)
    return np.stack(rows)


def _check_permutation(row: IntArray, label: str) -> None:
    """Raise unless the row is a permutation of 0, ..., size - 1."""
    if row.size == 0:
        raise InputError(f"Argument '{label}' must be a permutation of at least one point, not an empty list.")
    outside = np.flatnonzero((row < 0) | (row >= row.size))
    if outside.size:
        at = int(outside[0])
        raise InputError(
            f"Argument '{label}' must hold images from 0 to {row.size - 1}; the image of {at} is {row[at]} "
            "(images are counted from 0)."
        )
    counts = np.bincount(row, minlength=row.size)
    if counts.max() > 1:
        image = int(np.argmax(counts > 1))
        first, second = np.flatnonzero(row == image)[:2].tolist()
        raise InputError(
            f"Argument '{label}' must be a permutation; the image {image} is repeated, at {first} and at {second}."
        )


def is_prime(value: object) -> bool:
    """Whether the value is a prime number.

    Example:
        >>> from orbitkernels.theory.integer_input import is_prime
        >>> [p for p in range(12) if is_prime(p)]
        [2, 3, 5, 7, 11]
    """
    from sympy import isprime

    return isinstance(value, int | np.integer) and is_integer(value) and bool(isprime(int(value)))


def shown(value: object) -> str:
    """The value in at most 40 characters of one line.

    Example:
        >>> from orbitkernels.theory.integer_input import shown
        >>> shown([1, 2]), shown(10**5000)
        ('[1, 2]', 'an integer of 16610 bits')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and value.bit_length() > 1000:  # Python refuses to write out the longest
        return f"an integer of {value.bit_length()} bits"
    try:
        text = " ".join((str(value) if isinstance(value, Fraction) else repr(value)).split())
    except ValueError:  # a long integer inside
        text = f"a {type(value).__name__} of huge integers"
    return text if len(text) <= 40 else text[:37] + "..."
