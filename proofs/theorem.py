"""What a theorem is here: a statement with its hypotheses, a derivation and two checks; and the list of all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from orbitkernels.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from .derivation import Derivation
    from .evidence import Comparison

#: One module a theorem, in the order in which they are shown.
MODULES = (
    "t1_leave_one_out",
    "t2_block_diagonalisation",
    "t3_class_functions",
    "t4_non_free_orbits",
    "t5_cyclic_two_classes",
    "t6_spectral_error",
)


class Case(Protocol):
    """One instance to be made and compared; ``str(case)`` names it.  Small, so that processes can send it."""

    @property
    def group(self) -> str:
        """Name of the group, so that cases of one group share its irreps; any word if there is no group."""


@dataclass(frozen=True)
class Procedure:
    """How two routes are compared, case by case.

    Attributes:
        cases: ``cases(quick)`` lists the cases; a quick run takes fewer.
        compare: Makes the random instance of a case from a generator and compares both routes on it.
    """

    cases: Callable[[bool], Sequence[Any]]
    compare: Callable[[Any, np.random.Generator], Comparison]


@dataclass(frozen=True)
class Theorem:
    """A theorem, how it is derived and how it is checked.

    Attributes:
        id: Short name such as ``T6``.
        title: A few words.
        source: Where it is stated; *this work* if nowhere else.
        statement: LaTeX, with every symbol defined in it or in the hypotheses.
        hypotheses: LaTeX sentences, all of them needed.
        exact: Compares two exact routes on small instances.
        numeric: Compares two floating-point routes on many instances.
        derivation: Makes the derivation, whose steps are checked when they are made.
    """

    id: str
    title: str
    source: str
    statement: str
    hypotheses: tuple[str, ...]
    exact: Procedure
    numeric: Procedure
    derivation: Callable[[], Derivation] | None = None

    @property
    def statement_hash(self) -> str:
        """SHA-256 of hypotheses and statement: changes when what is claimed changes."""
        return hashlib.sha256("\n".join([*self.hypotheses, self.statement]).encode()).hexdigest()


@cache
def _loaded() -> dict[str, Theorem]:
    theorems = [import_module(f"orbitkernels.proofs.{name}").THEOREM for name in MODULES]
    return {theorem.id: theorem for theorem in theorems}


class _Registry(Mapping[str, Theorem]):
    """All theorems by id, imported when first looked at."""

    def __getitem__(self, key: str) -> Theorem:
        return _loaded()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_loaded())

    def __len__(self) -> int:
        return len(MODULES)


#: All theorems by id, in the order in which they are shown.
THEOREMS: Mapping[str, Theorem] = _Registry()


def find_theorem(name: str) -> Theorem:
    """The theorem of that id or title, in any case of letters; a part such as T1b belongs to T1.

    Raises:
        InputError: If there is none; the message suggests the nearest.

    Example:
        >>> from orbitkernels.proofs.theorem import find_theorem
        >>> find_theorem("t6").title
        'Spectral error of a missing pose'
    """
    names = {key.casefold(): theorem for theorem in THEOREMS.values() for key in (theorem.id, theorem.title)}
    key = re.sub(r"(?<=\d)[a-z]$", "", str(name).strip().casefold())
    if found := names.get(key):
        return found
    close = get_close_matches(key, names, n=1, cutoff=0.0)
    nearest = names[close[0]].id if close else next(iter(THEOREMS))
    raise InputError(f"Unknown theorem '{name}'; the nearest is '{nearest}' (known: {', '.join(THEOREMS)}).")
