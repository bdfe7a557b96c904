"""Mistakes planted into what a check uses: the check has to fail with each."""

from dataclasses import dataclass
from typing import Any


def plus_one(value: Any) -> Any:
    return value + 1


def double(value: Any) -> Any:
    return 2 * value


def negative(value: Any) -> Any:
    return -value


def becomes(value: Any) -> Any:
    """Whatever it was, it is this."""
    return lambda _: value


@dataclass(frozen=True)
class Plant:
    """A change of what a function returns.

    Attributes:
        owner: Module or class in which the function is found.
        name: Its name there.
        change: What is done to its values.
        at: The only call whose value changes, from 0; all if None.
    """

    owner: Any
    name: str
    change: Any
    at: int | None = None

    def into(self, monkeypatch: Any) -> None:
        original, calls = getattr(self.owner, self.name), iter(range(10**9))

        def changed(*arguments: Any, **options: Any) -> Any:
            value = original(*arguments, **options)
            return self.change(value) if self.at in (None, next(calls)) else value

        monkeypatch.setattr(self.owner, self.name, changed)
