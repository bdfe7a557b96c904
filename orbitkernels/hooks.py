"""Functions of upper layers that lower layers offer to users; the package fills them in when it is imported.

Exact mathematics must not import floating-point code, yet ``G.irreps()`` gives unitary matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _absent(group: Any) -> tuple[Any, ...]:
    raise RuntimeError("orbitkernels was not imported as a package")


#: Unitary irreps of a finite group in floating point.
unitary_irreps: Callable[[Any], tuple[Any, ...]] = _absent
