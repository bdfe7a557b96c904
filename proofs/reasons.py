"""How strong a derivation is together with those of the theorems that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .certificate import DerivationEvidence
from .evidence import Level, weakest
from .theorem import THEOREMS, Theorem, find_theorem


def derive_alone(theorem: Theorem) -> DerivationEvidence:
    """What making the derivation of a theorem shows by itself; its steps are checked when they are made."""
    if theorem.derivation is None:
        return DerivationEvidence(True, Level.NUMERIC)
    try:
        derivation = theorem.derivation()
        names = tuple(dict.fromkeys(find_theorem(name).id for name in sorted(derivation.theorems)))
        return DerivationEvidence(True, derivation.level, len(derivation.steps), names)
    except Exception as error:
        return DerivationEvidence(False, Level.NUMERIC, detail=f"derivation: {type(error).__name__}: {error}")


class Reasons:
    """Evidence of derivations as it comes in, chained: a derivation is as strong as its weakest link.

    Args:
        awaited: Ids of the theorems whose derivations are being made elsewhere and will be given to :meth:`add`.
        chained: Evidence of an earlier run, which takes the theorems used into account already.
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
        if key not in self._chained:
            reached = self._reached(key, ())
            if isinstance(reached, DerivationEvidence):
                self._chained[key] = reached  # it fails
            elif reached is None:
                return None
            else:
                alone = self._alone[key]
                self._chained[key] = replace(alone, level=weakest(reached))
        return self._chained[key]

    def _reached(self, key: str, above: tuple[str, ...]) -> list[Level] | DerivationEvidence | None:
        """Levels of a derivation and of all it rests on; its evidence if it fails; None if one is awaited."""
        if key in above:
            circle = ", ".join((*above, key))
            return DerivationEvidence(
                False, Level.NUMERIC, detail=f"derivation: the reasons go in a circle: {circle}"
            )
        if key in self._chained:
            known = self._chained[key]
            return [known.level] if known.holds else known
        if key in self._awaited:
            return None
        if key not in self._alone:
            self._alone[key] = derive_alone(THEOREMS[key])
        alone = self._alone[key]
        levels = [alone.level]
        if not alone.holds:
            return alone
        for used in alone.theorems:
            found = self._reached(used, (*above, key))
            if found is None or isinstance(found, DerivationEvidence):
                return found
            levels += found
        return levels
