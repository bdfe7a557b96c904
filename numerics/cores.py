"""How many cores there are, and work that is spread over them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import numpy as np
from threadpoolctl import ThreadpoolController

#: Parts a core: they do not all take the same time.
PARTS = 4


def available_cores() -> int:
    """Cores that this process may use, OMP_NUM_THREADS at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, int(limit)) if limit.isdigit() and int(limit) else cores


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products by one thread: with more their sums, and so the last bits, depend on how many there are."""
    with _blas().limit(limits=1, user_api="blas"):
        yield


@cache
def _blas() -> ThreadpoolController:
    """The matrix products of NumPy, and those of SciPy that jitted code uses; to find them takes milliseconds."""
    import scipy.linalg.cython_blas  # noqa: F401

    return ThreadpoolController()


def in_parts(function: Callable[[slice], object], count: int, worthwhile: bool) -> None:
    """Call a function for slices of 0, ..., count - 1, on all cores if that is worthwhile.

    Example:
        >>> from orbitkernels.numerics.cores import in_parts
        >>> in_parts(print, 3, worthwhile=False)
        slice(0, 3, None)
    """
    cores = available_cores()
    if min(count, cores) < 2 or not worthwhile:
        function(slice(0, count))
        return
    edges = np.linspace(0, count, PARTS * cores + 1).astype(int).tolist()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(function, [slice(a, b) for a, b in pairwise(edges) if a < b]))
