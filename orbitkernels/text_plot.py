"""A curve in characters, for the terminal: errors on a logarithmic scale with a line where they are 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Marks of a point, of the line at 1 and of the axis; the second row for terminals without Unicode.
_MARKS = {True: ("•", "┄", "│", "└", "─"), False: ("*", "-", "|", "+", "-")}


def error_plot(
    places: Sequence[float],
    errors: Sequence[float],
    *,
    logarithmic: bool = False,
    width: int = 60,
    height: int = 12,
    unicode: bool = True,
) -> list[str]:
    """Lines of a plot of positive errors over places, both ends of both axes labelled.

    Args:
        places: Where the errors were computed, ascending; positive if the axis is logarithmic.
        errors: As many positive errors.
        logarithmic: Whether the places are spaced by their logarithms.
        width: Columns of the plot.
        height: Rows of the plot.
        unicode: Whether to use more than ASCII.

    Returns:
        The rows, the axis and its labels.

    Example:
        >>> from orbitkernels.text_plot import error_plot
        >>> print("\\n".join(error_plot([1, 2, 3], [4.0, 1.0, 0.25], width=9, height=5, unicode=False)))
                 4 |*
                   |
                 1 |----*----
                   |
              0.25 |        *
                   +---------
                    1       3
    """
    point, line, wall, corner, floor = _MARKS[unicode]
    heights = [math.log(error) for error in errors]
    low, high = min(*heights, 0.0), max(*heights, 0.0)
    across = [math.log(place) for place in places] if logarithmic else list(map(float, places))
    rows = [[" "] * width for _ in range(height)]
    at_one = _cell(0.0, low, high, height)
    rows[at_one] = [line] * width
    for place, value in zip(across, heights, strict=True):
        rows[_cell(value, low, high, height)][_cell(place, across[0], across[-1], width)] = point
    labels = {0: math.exp(low), height - 1: math.exp(high), at_one: 1.0}
    out = [
        f"{f'{labels[row]:.3g}' if row in labels else '':>10} {wall}{''.join(rows[row]).rstrip()}"
        for row in reversed(range(height))
    ]
    first, last = f"{places[0]:g}", f"{places[-1]:g}"
    return [*out, f"{'':>10} {corner}{floor * width}", f"{'':>11} {first}{last:>{width - len(first)}}"]


def _cell(value: float, low: float, high: float, count: int) -> int:
    """The cell, of so many, that a value falls in."""
    return round((value - low) / (high - low) * (count - 1)) if high > low else 0
