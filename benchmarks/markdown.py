"""Tables and figures as they stand in the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a Markdown table.

    Example:
        >>> list(table(["a", "b"], [["1", "2"]]))
        ['| a | b |', '|---|---|', '| 1 | 2 |']
    """
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def seconds(value: float | None, limit: float) -> str:
    """Seconds with the digits that mean something; None was stopped at the limit."""
    if value is None:
        return f"> {limit:.0f}"
    return f"{value:.4f}" if value < 0.01 else f"{value:.3f}" if value < 1 else f"{value:.2f}"
