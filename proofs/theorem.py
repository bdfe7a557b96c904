"""What a theorem is here: a statement with its hypotheses, a derivation and checks; and the list of all."""

from __future__ import annotations

import hashlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from orbitkernels.errors import InputError

from .evidence import Level

if TYPE_CHECKING:
    import numpy as np

    from .derivation import Derivation
    from .evidence import Comparison

#: Families of theorems in the order in which they are shown, by the first letter of their ids.
FAMILIES = {
    "T": "Spectra and errors on group orbits",
    "K": "Kernels and their orbit spectra in closed form",
    "A": "What an expert expects beside them",
    "C": "Characters and permutation representations",
}

#: How the module of a theorem is called: t6_spectral_error holds T6.
_MODULE = re.compile(rf"([{''.join(FAMILIES).lower()}])(\d+)_\w+")


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

    A check that a theorem does not have is explained in ``absent``; there is at least one.

    Attributes:
        id: Short name such as ``T6``.
        title: A few words.
        source: Where it is stated; *this work* if nowhere else.
        statement: LaTeX, with every symbol defined in it or in the hypotheses.
        hypotheses: LaTeX sentences, all of them needed.
        exact: Compares two routes in integers, rationals or cyclotomics on small instances.
        enclosed: Compares two routes in intervals that hold the true values.
        numeric: Compares two floating-point routes on many instances.
        derivation: Makes the derivation, whose steps are checked when they are made.
        absent: Why a check is missing; empty if none is.
    """

    id: str
    title: str
    source: str
    statement: str
    hypotheses: tuple[str, ...]
    exact: Procedure | None = None
    enclosed: Procedure | None = None
    numeric: Procedure | None = None
    derivation: Callable[[], Derivation] | None = None
    absent: str = ""

    @property
    def procedures(self) -> dict[Level, Procedure]:
        """The checks that the theorem has, the strongest first."""
        every = {Level.EXACT: self.exact, Level.ENCLOSED: self.enclosed, Level.NUMERIC: self.numeric}
        return {level: procedure for level, procedure in every.items() if procedure is not None}

    @property
    def statement_hash(self) -> str:
        """SHA-256 of hypotheses and statement: changes when what is claimed changes."""
        return hashlib.sha256("\n".join([*self.hypotheses, self.statement]).encode()).hexdigest()


@cache
def _modules() -> dict[str, str]:
    """Name of the module of each theorem by id, in the order in which they are shown."""
    package = import_module(__package__)
    found = [match for info in pkgutil.iter_modules(package.__path__) if (match := _MODULE.fullmatch(info.name))]
    ordered = sorted(found, key=lambda match: ("".join(FAMILIES).index(match[1].upper()), int(match[2])))
    return {match[1].upper() + match[2]: match[0] for match in ordered}


@cache
def _load(key: str) -> Theorem:
    theorem: Theorem = import_module(f"{__package__}.{_modules()[key]}").THEOREM
    return theorem


class _Registry(Mapping[str, Theorem]):
    """All theorems by id; the module of each is imported when it is first asked for."""

    def __getitem__(self, key: str) -> Theorem:
        if key not in _modules():
            raise KeyError(key)
        return _load(key)

    def __contains__(self, key: object) -> bool:
        return key in _modules()

    def __iter__(self) -> Iterator[str]:
        return iter(_modules())

    def __len__(self) -> int:
        return len(_modules())


#: Parts with a name of their own, in small letters, and the theorem they belong to.
PARTS = {"t1b": "T1"}

#: All theorems by id, in the order in which they are shown.
THEOREMS: Mapping[str, Theorem] = _Registry()


def find_theorem(name: str) -> Theorem:
    """The theorem of that id or title, in any case of letters; a part of :data:`PARTS` such as T1b belongs to T1.

    Raises:
        InputError: If there is none; the message suggests the nearest.

    Example:
        >>> from orbitkernels.proofs.theorem import find_theorem
        >>> find_theorem("t6").title
        'Spectral error of a missing pose'
    """
    key = str(name).strip().casefold()
    known = PARTS.get(key, key).upper()
    if known in THEOREMS:
        return THEOREMS[known]
    names = {word.casefold(): theorem for theorem in THEOREMS.values() for word in (theorem.id, theorem.title)}
    if found := names.get(key):
        return found
    close = get_close_matches(key, names, n=1, cutoff=0.0)
    nearest = names[close[0]].id if close else next(iter(THEOREMS))
    raise InputError(f"Unknown theorem '{name}'; the nearest is '{nearest}' (known: {', '.join(THEOREMS)}).")
