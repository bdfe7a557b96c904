"""Character tables compared with GAP's, value by value."""

from __future__ import annotations

from rich.console import Console

from orbitkernels.theory.names import group

from . import gap
from .cases import COMPARED


def agreement(console: Console, limit: float) -> str:
    """Compare all tables of COMPARED with GAP's; one sentence.

    Raises:
        RuntimeError: If a table differs.
    """
    groups = [group(name) for name in COMPARED]
    values = 0
    with console.status(f"Comparing {len(groups)} tables with GAP's"):
        for G, rows in gap.tables(groups, limit):
            theirs = {tuple(row) for row in rows}
            if {tuple(row) for row in G.character_table().values} != theirs or len(rows) != len(theirs):
                raise RuntimeError(f"The table of {G.name} differs from GAP's.")
            values += len(rows) ** 2
    orders = [G.order for G in groups]
    return (
        f"The tables of {len(groups)} groups (orders {min(orders)} to {max(orders)}, {values} values) equal GAP's "
        "as sets of rows, every value exactly, classes matched by representatives."
    )
