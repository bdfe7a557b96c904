"""Whether a Gram matrix fits into memory, before anything is computed.

The limit is the memory that the machine has: a fixed one would refuse what a large machine holds, or let a small
one swap until it is killed.  Where the system does not say how much that is, it is 8 GiB.
"""

from __future__ import annotations

import os
from typing import Any

from orbitkernels.errors import InputError

__all__ = ["machine_memory", "require_gram_fits", "require_matrices_fit"]

#: Bytes, where the system does not say how many there are.
_UNKNOWN = 8 * 2**30


def machine_memory() -> int:
    """Bytes of physical memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no POSIX system, or one that does not know
        return _UNKNOWN


def require_gram_fits(X: Any, Y: Any = None, itemsize: int = 8) -> None:
    """Refuse a Gram matrix beyond memory; arguments that have no rows to count are left to other checks.

    Args:
        X: Inputs, one a row, in any form that has a length.
        Y: The same; X if None.
        itemsize: Bytes of an entry.

    Raises:
        InputError: With the GiB that the matrix would take.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.gram_size import require_gram_fits
        >>> require_gram_fits(np.broadcast_to(1.0, (10**7, 10)))
        Traceback (most recent call last):
            ...
        orbitkernels.errors.InputError: Argument 'X' has 10,000,000 inputs, whose Gram matrix would take 745,...
    """
    try:
        count, columns = len(X), len(X if Y is None else Y)
    except TypeError:
        return
    size, memory = itemsize * count * columns, machine_memory()
    if size > memory:
        whose = f"'X' has {count:,} inputs" if Y is None else f"'X' has {count:,} inputs and 'Y' {columns:,}"
        raise InputError(
            f"Argument {whose}, whose Gram matrix would take {size / 2**30:,.1f} GiB, beyond the "
            f"{memory / 2**30:,.1f} GiB of memory; compute it in blocks of fewer inputs."
        )


def require_matrices_fit(points: int, matrices: int, remedy: str) -> None:
    """Refuse a route that holds several matrices of all pairs of points.

    Args:
        points: Number of points.
        matrices: How many such matrices of float64 are held at once.
        remedy: What to use instead.

    Raises:
        InputError: With the GiB that one takes.
    """
    size, memory = 8 * points**2, machine_memory()
    if matrices * size > memory:
        raise InputError(
            f"Argument 'orbits' has {points} points, whose Gram matrix would take {size / 2**30:,.1f} GiB, and "
            f"{matrices} such matrices are held at once, beyond the {memory / 2**30:,.1f} GiB of memory; use "
            f"{remedy}."
        )
