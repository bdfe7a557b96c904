"""Registration of the strategy for finite groups; Hypothesis calls it through its entry point when it is imported.

Every test session of every project in the environment pays for what happens here, so nothing is imported: the
registration waits until the module that defines FiniteGroup has been imported by somebody.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

#: The module whose class FiniteGroup gets a strategy.
TARGET = "orbitkernels.theory.groups"


def register() -> None:
    """Register the strategy now if FiniteGroup exists, else right after its module is imported.

    Example:
        >>> import hypothesis.strategies as st
        >>> from orbitkernels.theory.groups import FiniteGroup
        >>> from hypothesis import find
        >>> find(st.from_type(FiniteGroup), lambda G: G.order > 4).name
        'C5'
    """
    module = sys.modules.get(TARGET)
    if module is not None and hasattr(module, "FiniteGroup"):
        _register_type(module)
    elif not any(isinstance(finder, _AfterImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport())


def _register_type(module: ModuleType) -> None:
    """Bind FiniteGroup to orbitkernels.strategies.groups, which is imported at the first draw."""
    from hypothesis.strategies import register_type_strategy

    register_type_strategy(module.FiniteGroup, _groups)


def _groups(_: type) -> Any:
    """The strategy behind st.from_type(FiniteGroup)."""
    from orbitkernels.strategies import groups

    return groups()


class _AfterImport(MetaPathFinder):
    """Lets the other finders find TARGET and registers the strategy once its loader is done."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of TARGET with a loader that registers; None for all other modules."""
        if fullname != TARGET:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _RegisteringLoader(spec.loader)
        return spec


class _RegisteringLoader(Loader):
    """Runs the wrapped loader, then registers."""

    def __init__(self, wrapped: Loader) -> None:
        self.wrapped = wrapped

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the wrapped loader does."""
        return self.wrapped.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module as it would be, give it back its own loader and register."""
        if module.__spec__ is not None:
            module.__spec__.loader = self.wrapped
        module.__loader__ = self.wrapped
        self.wrapped.exec_module(module)
        _register_type(module)
