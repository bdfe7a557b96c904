"""What the tests of the runner and of its files share."""

from typing import Any

import pytest

from orbitkernels.proofs import reasons, theorem, verify
from orbitkernels.proofs.theorem import Theorem


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the list of theorems."""

    def install(*theorems: Theorem) -> None:
        registry = {each.id: each for each in theorems}
        for module in (theorem, verify, reasons):
            monkeypatch.setattr(module, "THEOREMS", registry)

    return install
