"""How strong a derivation is together with those of the theorems that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .certificate import DerivationEvidence
from .evidence import Level, weakest
from .theorem import THEOREMS, Theorem, find_theorem

if TYPE_CHECKING:
    from .derivation import Derivation


def made(theorem: Theorem) -> tuple[DerivationEvidence, Derivation | None]:
    """What making the derivation of a theorem shows by itself, and the derivation if all its steps could be made.

    A theorem without a derivation is a link of the weakest level: it is believed for its instances only.
    """
    if theorem.derivation is None:
        return DerivationEvidence(True, Level.NUMERIC), None
    try:
        derivation = theorem.derivation()
        names = tuple(dict.fromkeys(find_theorem(name).id for name in sorted(derivation.theorems)))
        return DerivationEvidence(True, derivation.level, len(derivation.steps), names), derivation
    except Exception as error:
        return DerivationEvidence(
            False, Level.NUMERIC, detail=f"derivation: {type(error).__name__}: {error}"
        ), None


class Reasons:
    """Evidence of derivations as it comes in, chained: a derivation is as strong as its weakest link.

    A derivation shows that its theorem follows from those that it uses.  It fails if one of their derivations
    fails or leads back to it; whether their checks hold is said in their own results.

    Args:
        awaited: Ids of the theorems whose derivations are being made elsewhere and will be given to :meth:`add`.
        chained: Evidence of an earlier run, which takes the theorems used into account already.

    Example:
        >>> from orbitkernels.proofs.certificate import DerivationEvidence
        >>> from orbitkernels.proofs.evidence import Level
        >>> from orbitkernels.proofs.reasons import Reasons
        >>> reasons = Reasons(["T2", "T6"], {})
        >>> reasons.add("T6", DerivationEvidence(True, Level.SYMBOLIC, 5, ("T2",)))
        >>> reasons.chained("T6") is None  # T2 is awaited
        True
        >>> reasons.add("T2", DerivationEvidence(True, Level.EXACT, 3))
        >>> reasons.chained("T6").level
        <Level.EXACT: 'exact'>
    """

    def __init__(self, awaited: Iterable[str], chained: Mapping[str, DerivationEvidence]) -> None:
        self._awaited = set(awaited)
        self._alone: dict[str, DerivationEvidence] = {}
        self._chained = dict(chained)

    def add(self, key: str, evidence: DerivationEvidence) -> None:
        """Take what the derivation of a theorem showed by itself."""
        self._alone[key] = evidence
        self._awaited.discard(key)

    def chained(self, key: str) -> DerivationEvidence | None:
        """Evidence of a derivation and of all that it rests on; None while one of them is awaited."""
        if self._reaches_awaited(key, set()):
            return None
        return self._follow(key, ())

    def _reaches_awaited(self, key: str, seen: set[str]) -> bool:
        """Whether a derivation that is awaited is among those that one rests on."""
        if key in self._chained or key in seen:
            return False
        seen.add(key)
        if key in self._awaited:
            return True
        return any(self._reaches_awaited(used, seen) for used in self._made(key).theorems)

    def _made(self, key: str) -> DerivationEvidence:
        """Evidence of one derivation alone; made here if it was not asked for in this run."""
        if key not in self._alone:
            self._alone[key], _ = made(THEOREMS[key])
        return self._alone[key]

    def _follow(self, key: str, above: tuple[str, ...]) -> DerivationEvidence:
        """Evidence of a derivation with the weakest level of its links; above are those that rest on it."""
        if key in self._chained:
            return self._chained[key]
        if key in above:
            circle = ", ".join((*above[above.index(key) :], key))
            return _failed(self._made(key), f"derivation: the reasons go in a circle: {circle}")
        evidence = self._made(key)
        levels = [evidence.level]
        for used in evidence.theorems if evidence.holds else ():
            link = self._follow(used, (*above, key))
            if not link.holds:
                reason = link.detail.removeprefix("derivation: ")
                return _failed(evidence, f"derivation: it rests on {used}, which fails: {reason}")
            levels.append(link.level)
        if not evidence.holds:
            return evidence
        # only what holds is kept: a circle reads differently from where one enters it
        self._chained[key] = replace(evidence, level=weakest(levels))
        return self._chained[key]


def _failed(evidence: DerivationEvidence, detail: str) -> DerivationEvidence:
    return replace(evidence, holds=False, level=Level.NUMERIC, detail=detail)
