"""Compiled functions, kept on disk between processes so that only the first one waits for the compiler.

Numba's own disk cache looks at the file of a function but not at those of the functions that it calls, so a change
there would leave old machine code in use.  Here the folder of the cache is named after all files of this room and
the version of Numba: whatever changes, nothing old is found.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

_config: Any = numba.config


def jit(function: Function) -> Function:
    """Compile at the first call, on one core: a Gram matrix of 1000 inputs takes a quarter of a second.

    Numbers beyond floating point become inf and nan, as in NumPy, for the caller to refuse.
    """
    return _compiled(function)


def jit_sum(function: Function) -> Function:
    """Compile with sums in any order, which lets the processor add several terms at once."""
    return _compiled(function, fastmath={"reassoc", "contract"})


def jit_inline(function: Function) -> Function:
    """Compile into its callers, so that their loops over pairs can be vectorised.

    For that every number is loaded before the first condition, and conditions only select between values.
    A product may be fused with a sum.
    """
    return _compiled(function, forceinline=True, fastmath={"contract"})


def jit_tile(function: Function) -> Function:
    """Compile a loop that calls :func:`jit_inline` functions and can run in several threads at once."""
    return _compiled(function, nogil=True, fastmath={"contract"})


@cache
def tile_for(
    template: Callable[..., None], pair: Callable[..., Any], name: str = "pair", inline: bool = False
) -> Callable[..., None]:
    """A plain function that calls the global name `pair`, compiled by :func:`jit_tile` for one such jitted pair.

    The global may have another `name`; with `inline` the function is compiled into its callers.

    A jitted function that is handed over as an argument is compiled anew in every process, for the disk cache does
    not recognise it; as a global name of a function with a name of its own it is found again.  The name holds the
    module of the pair: the cache tells functions of one file apart by their names alone.

    Raises:
        ValueError: If the pair was defined inside another function.
    """
    if "<locals>" in pair.__qualname__:
        raise ValueError(
            f"The cache cannot tell {pair.__qualname__} from others made there; define it in a module."
        )
    own_name = f"{template.__name__}_{pair.__module__.rpartition('.')[2]}_{pair.__name__}"
    names = {**template.__globals__, name: pair}
    function = FunctionType(template.__code__, names, own_name, template.__defaults__, template.__closure__)
    function.__qualname__, function.__doc__ = own_name, template.__doc__
    return jit_inline(function) if inline else jit_tile(function)


def _compiled(function: Function, **options: Any) -> Function:
    if _config.DISABLE_JIT:
        return _as_silent(function)
    with _caching() as kept:
        return cast(Function, numba.njit(error_model="numpy", cache=kept, **options)(function))


def _as_silent(function: Function) -> Function:
    """Plain Python that warns of nothing, as machine code: inf and nan are for the caller to refuse."""

    @wraps(function)
    def silent(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*arguments)

    return cast(Function, silent)


@contextmanager
def _caching() -> Iterator[bool]:
    """Points Numba to the folder of this code while a function is decorated; yields whether there is one."""
    folder = cache_folder()
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(folder or before)
    try:
        yield folder is not None
    finally:
        _config.CACHE_DIR = before


@cache
def cache_folder() -> Path | None:
    """Folder of the compiled code of exactly these sources; None if it cannot be written, or jitting is off.

    It lies in NUMBA_CACHE_DIR if that is set, else in XDG_CACHE_HOME or ~/.cache.
    """
    if _config.DISABLE_JIT:
        return None
    digest = sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        base = os.environ.get("NUMBA_CACHE_DIR") or Path(home) / "orbitkernels"
        folder = Path(base) / digest.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else None
    except (OSError, RuntimeError):  # no home, or it cannot be written
        return None
