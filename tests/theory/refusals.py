"""Bad input is refused in one line."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from orbitkernels.errors import InputError
from orbitkernels.theory.names import group as named_group


def refused(make: Callable[[], Any], message: str) -> None:
    """Assert that `make` raises an InputError of one line that matches."""
    with pytest.raises(InputError) as caught:
        make()
    text = str(caught.value)
    assert re.search(message, text), text
    assert "\n" not in text
    assert len(text) < 400


def message_of(spec: object) -> str:
    """The message with which a name is refused; it must be one line."""
    with pytest.raises(InputError) as caught:
        named_group(spec)  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    return text
