"""What became worse, and what better, from one certificate to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .certificate import Certificate, Result
from .evidence import Check, Level


@dataclass
class Changes:
    """Differences of a new certificate from an old one, each a sentence without its full stop.

    Attributes:
        regressions: What was established before and is not now, or not as strongly.
        improvements: What is established now and was not before.
        remarks: What makes the two harder to compare.
    """

    regressions: list[str] = field(default_factory=list)
    improvements: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Every regression on a line; improvements by the theorem; remarks.

        Example:
            >>> from orbitkernels.proofs.regressions import Changes
            >>> Changes(["T6: it no longer holds"], [], ["the seed was 1 and is 0"]).lines()
            ['1 regression:', '  T6: it no longer holds', 'No improvement.', 'Note: the seed was 1 and is 0.']
        """
        count = len(self.regressions)
        head = f"{count} regression{'s' * (count != 1)}:" if count else "No regression."
        better = f"Improvements: {'; '.join(self.improvements)}." if self.improvements else "No improvement."
        notes = [f"Note: {remark}." for remark in self.remarks]
        return [head, *(f"  {regression}" for regression in self.regressions), better, *notes]


def compare(old: Certificate, new: Certificate, asked: Sequence[str] | None = None) -> Changes:
    """Compares two certificates theorem by theorem.

    Instances and residuals are compared only if both runs took the same ones: a quick run takes fewer than a full
    one.  All else is compared in every case.

    Args:
        old: Certificate of the earlier run.
        new: Certificate of the later run.
        asked: Ids that the later run was asked for; None for all, so that a theorem which it lacks is lost.

    Example:
        >>> from orbitkernels.proofs.regressions import compare
        >>> from orbitkernels.proofs.verify import verify
        >>> certificate = verify(["T5"], quick=True)
        >>> compare(certificate, certificate).regressions
        []
    """
    changes = Changes()
    before, after = ({result.id: result for result in each.results} for each in (old, new))
    same_mode = _environments(old.environment, new.environment, changes)
    for key, earlier in before.items():
        if key in after:
            _compare_results(earlier, after[key], same_mode, changes)
        elif asked is None:
            changes.regressions.append(f"{key}: it is missing")
    if left := [key for key in before if key not in after] if asked is not None else []:
        changes.remarks.append(f"this run was not asked for {', '.join(left)}")
    if gained := [key for key in after if key not in before]:
        changes.improvements.insert(0, f"{', '.join(gained)} new")
    return changes


def _environments(old: Any, new: Any, changes: Changes) -> bool:
    """Remarks on the environments; whether both runs took the same instances."""
    for key, name in (("seed", "seed"), ("platform", "platform"), ("machine", "machine")):
        if old.get(key) != new.get(key):
            changes.remarks.append(f"the {name} was {old.get(key)} and is {new.get(key)}")
    if old.get("code") != new.get("code"):
        changes.remarks.append("the code has changed")
    versions = old.get("versions") or {}, new.get("versions") or {}
    if versions[0] != versions[1]:
        names = [name for name in {**versions[0], **versions[1]} if versions[0].get(name) != versions[1].get(name)]
        moved = ", ".join(f"{name} {versions[0].get(name)} -> {versions[1].get(name)}" for name in names)
        changes.remarks.append(f"versions differ: {moved}")
    if old.get("quick") == new.get("quick"):
        return True
    modes = ["a quick run" if each.get("quick") else "a full run" for each in (old, new)]
    changes.remarks.append(f"{modes[0]} is compared with {modes[1]}: instances and residuals were not compared")
    return False


def _compare_results(old: Result, new: Result, same_mode: bool, changes: Changes) -> None:
    """What became worse or better with one theorem."""
    worse, better = [], []
    if old.statement_hash != new.statement_hash:
        worse.append("its statement or hypotheses have changed")
    if old.holds and not new.holds:
        worse.append(f"it no longer holds ({new.detail})")
    elif new.holds and not old.holds:
        better.append("holds now")
    elif old.holds:
        _levels("it", old.level, new.level, worse, better)
    _derivations(old, new, worse, better)
    for level in Level:
        one, other = old.check(level), new.check(level)
        if one and not other:
            worse.append(f"it has no {level} check any more")
        elif other and not one:
            better.append(f"has {_article(level)} check now")
        elif one and other and same_mode:
            worse += _compare_checks(one, other)
            if other.instances > one.instances:
                better.append(f"{other.instances - one.instances} more {level} instances")
    changes.regressions += [f"{new.id}: {text}" for text in worse]
    if better:
        changes.improvements.append(f"{new.id} {', '.join(better)}")


def _article(level: Level) -> str:
    return f"{'a' if level is Level.NUMERIC else 'an'} {level}"


def _levels(what: str, old: Level, new: Level, worse: list[str], better: list[str]) -> None:
    """Whether a level is weaker or stronger than before."""
    order = list(Level)
    if order.index(new) > order.index(old):
        worse.append(f"{what} is {new} only and was {old}")
    elif order.index(new) < order.index(old):
        better.append(f"{'is' if what == 'it' else what + ' is'} {new} and was {old}")


def _derivations(old: Result, new: Result, worse: list[str], better: list[str]) -> None:
    """A derivation that is lost, fails, is weaker or is shorter; or the other way round."""
    one, other = old.derivation, new.derivation
    if one is None or not one.holds:
        if other is not None and other.holds:
            better.append("has a derivation now")
        return
    if other is None:
        worse.append("its derivation is lost")
    elif not other.holds:
        worse.append(f"its derivation fails ({other.detail.removeprefix('derivation: ')})")
    else:
        _levels("its derivation", one.level, other.level, worse, better)
        if other.steps < one.steps:
            worse.append(f"its derivation has {other.steps} steps and had {one.steps}")
        elif other.steps > one.steps:
            better.append(f"{other.steps - one.steps} more steps")


def _compare_checks(old: Check, new: Check) -> Iterator[str]:
    """What became worse with one check on the same choice of instances."""
    if old.holds and not new.holds:
        yield f"its {new.level} check fails ({new.detail})"
    if new.instances < old.instances:
        yield f"it has {new.instances} {new.level} instances and had {old.instances}"
    present = set(new.cases)
    if missing := [case for case in dict.fromkeys(old.cases) if case not in present]:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"the {new.level} instance '{missing[0]}'{more} is missing"
    if new.rounding and old.ratio <= 1 < new.ratio:
        yield (
            f"a residual of its {new.level} check is {new.ratio:.1f} times its rounding level and was at most"
            f" {old.ratio:.1f} times"
        )
