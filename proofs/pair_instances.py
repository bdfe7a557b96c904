"""Two free orbits with one symbol phi on each and psi between them: the instances of T12."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from . import exchange_checks as checks
from .enclosed_instances import exponentials
from .exchange_checks import Separating
from .instances import named_group

#: How phi and psi are made.  The first kind makes no assumption; "separating" is the proof's psi for a phi that is
#: no class function; for the others the ratio is the error on both orbits.
KINDS = ("any", "separating", "phi a class function", "psi a class function", "commuting", "exchanged")


@dataclass(frozen=True)
class PairCase:
    """Two orbits with one symbol phi on each and psi between them."""

    group: str
    kind: str
    ridge: Fraction = Fraction(0)

    def __str__(self) -> str:
        return f"{self.group}, {self.kind}, ridge {self.ridge}"


def pair_cases(groups: Sequence[str], kinds: Sequence[str] = KINDS) -> list[PairCase]:
    """Every kind on each group; "separating" where there is a rational pair."""
    ridges = (Fraction(0), Fraction(1, 2), Fraction(3))
    return [
        PairCase(name, kind, ridges[(turn + number) % 3])
        for turn, name in enumerate(groups)
        for number, kind in enumerate(kinds)
        if kind != "separating" or checks.separating_pairs(named_group(name))
    ]


def _separating(case: PairCase, rng: np.random.Generator) -> Separating:
    pairs = checks.separating_pairs(named_group(case.group))
    return pairs[int(rng.integers(len(pairs)))]


def exact_pair(case: PairCase, rng: np.random.Generator) -> Separating:
    """phi, ridge included, and psi in fractions; the eigenvalues p_i, p_j are 0 but for the separating kind."""
    group = named_group(case.group)
    if case.kind == "separating":
        pair = _separating(case, rng)
        shift = np.array([case.ridge * int(g == 0) for g in range(group.order)], dtype=object)
        return replace(pair, phi=pair.phi + shift, p_i=pair.p_i + case.ridge, p_j=pair.p_j + case.ridge)
    phi, psi = _integers(case, rng)
    if case.kind == "commuting":
        psi = checks.convolved(group, phi, phi) - phi + psi
    phi = np.array([Fraction(int(value)) for value in checks.dominant(phi, psi)], dtype=object)
    phi[0] += case.ridge
    return Separating(group, phi, [Fraction(int(value)) for value in psi], Fraction(0), Fraction(0))


def _integers(case: PairCase, rng: np.random.Generator) -> tuple[Any, Any]:
    """phi and psi of a kind, before psi of the commuting kind gets its polynomial in phi."""
    group = named_group(case.group)
    labels = group.conjugacy_classes.labels
    if case.kind == "exchanged":
        return checks.exchanged_pair(group, np.arange(group.order), int(rng.integers(group.order)), rng)
    central = case.kind in ("psi a class function", "commuting")
    psi = rng.integers(-2, 3, labels.max() + 1)[labels] if central else rng.integers(-2, 3, group.order)
    return checks.random_phi(group, rng, class_function=case.kind == "phi a class function"), psi


def ball_pair(case: PairCase, rng: np.random.Generator) -> Separating:
    """The same in balls: exponentials of the integers; a separating phi gets irrational eigenvalues."""
    from orbitkernels.theory.enclosures import ball

    group, e, root = named_group(case.group), ball(1).exp(), ball(2).sqrt()
    if case.kind == "separating":
        pair = _separating(case, rng)
        phi = [root * int(value) for value in pair.phi]
        phi[0] = 5 * e + ball(case.ridge)  # the eigenvalues v become 5 e + (v - 5) sqrt 2
        p_i, p_j = (phi[0] + root * (int(p) - 5) for p in (pair.p_i, pair.p_j))
        return Separating(group, phi, [ball(value) / e for value in pair.psi], p_i, p_j)
    integers, across = _integers(case, rng)
    phi, psi = exponentials(integers), exponentials(across - across.min() + 1)
    if case.kind == "commuting":
        psi = checks.convolved(group, phi, phi) + psi
    phi[0] = phi[0] + sum(abs(value) for value in psi) + ball(case.ridge)
    return Separating(group, phi, list(psi), e, e)
