"""Evidence: what one instance showed, what many showed together, and how strong that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

#: A floating-point check holds iff its residual is at most this multiple of its rounding level.  The level
#: eps x condition x size bounds one backward stable solve to first order; two routes are compared, and the
#: constants of such bounds (Higham 2002, chapters 9-10) are small integers.
ROUNDING_MULTIPLE = 4.0

#: A rounding level above this says too little to count as evidence: with a condition number near 1/eps every
#: residual would pass.
LARGEST_ROUNDING = 1e-3

#: Enclosures wider than this, relative to the largest value, say too little to count as evidence.
ENCLOSURE_WIDTH = 1e-12


class Level(StrEnum):
    """How strong evidence is, from the strongest to the weakest.

    Example:
        >>> from orbitkernels.proofs.evidence import Level
        >>> [str(level) for level in Level]
        ['formal', 'symbolic', 'exact', 'enclosed', 'numeric']
    """

    FORMAL = "formal"  # a machine-checked proof
    SYMBOLIC = "symbolic"  # every step decided for all parameter values named
    EXACT = "exact"  # instances in integers, rationals or cyclotomics
    ENCLOSED = "enclosed"  # instances with intervals that hold the true value
    NUMERIC = "numeric"  # instances in floating point


def strongest(levels: Iterable[Level]) -> Level:
    """The strongest of some levels; NUMERIC if there is none.

    Example:
        >>> from orbitkernels.proofs.evidence import Level, strongest
        >>> strongest([Level.NUMERIC, Level.EXACT])
        <Level.EXACT: 'exact'>
    """
    order = list(Level)
    return min(levels, key=order.index, default=Level.NUMERIC)


def weakest(levels: Iterable[Level]) -> Level:
    """The weakest of some levels: a chain of reasons is no stronger than that.

    Example:
        >>> from orbitkernels.proofs.evidence import Level, weakest
        >>> weakest([Level.SYMBOLIC, Level.EXACT])
        <Level.EXACT: 'exact'>
    """
    order = list(Level)
    return max(levels, key=order.index, default=Level.NUMERIC)


@dataclass(frozen=True)
class Comparison:
    """Two routes to one quantity on one instance.

    Attributes:
        instance: What was compared, e.g. ``"Q8, 3 orbits, ridge 1/2"``.
        level: EXACT, ENCLOSED or NUMERIC.
        holds: Whether the routes agree: equality, or residual <= ROUNDING_MULTIPLE * rounding.
        residual: Largest difference relative to the largest value; 0 for exact routes that agree.  Of enclosures
            the largest relative width.
        rounding: Expected rounding level eps * condition * size; 0 for exact routes.
        condition: Condition number that the rounding level was computed with.
        detail: How the routes differ; empty if they agree.
    """

    instance: str
    level: Level
    holds: bool
    residual: float = 0.0
    rounding: float = 0.0
    condition: float = 1.0
    detail: str = ""

    @property
    def ratio(self) -> float:
        """Residual in units of the rounding level."""
        return self.residual / self.rounding if self.rounding else self.residual


def compare_exactly(instance: str, quantity: str, one: Sequence[Any], other: Sequence[Any]) -> Comparison:
    """Compares two lists of exact numbers for equality, term by term.

    Example:
        >>> from orbitkernels.proofs.evidence import compare_exactly
        >>> compare_exactly("toy", "the error", [1, 2], [1, 3]).detail
        'the error, entry 1 of 2: 2 by one route, 3 by the other'
    """
    detail = ""
    if len(one) != len(other):
        detail = f"{quantity}: {len(one)} values by one route, {len(other)} by the other"
    else:
        wrong = next((i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)
        if wrong is not None:
            detail = (
                f"{quantity}, entry {wrong} of {len(one)}: {one[wrong]} by one route, {other[wrong]} by the other"
            )
    return Comparison(instance, Level.EXACT, not detail, detail=detail, residual=1.0 if detail else 0.0)


def compare_numerically(
    instance: str,
    quantity: str,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    size: int,
    condition: float = 1.0,
) -> Comparison:
    """Compares two arrays in floating point: max|one - other| / max|other| against eps * condition * size.

    An instance whose rounding level is above ``LARGEST_ROUNDING`` fails, whatever the residual.

    Args:
        instance: What was compared.
        quantity: Name of the array in the message.
        one: Array by the first route; any shape, no NaN.
        other: Array of the same shape by the second route.
        size: Number of rows of the linear system or eigenproblem that both routes solve.
        condition: Its condition number; 1 for eigenvalues of symmetric matrices, which are perfectly conditioned.

    Example:
        >>> from orbitkernels.proofs.evidence import compare_numerically
        >>> compare_numerically("toy", "the error", [1.0, 2.0], [1.0, 2.0], size=2).holds
        True
        >>> compare_numerically("toy", "the error", [1.0, 2.5], [1.0, 2.0], size=2).detail
        'the error, entry (1,): 2.5 by one route, 2.0 by the other, relative difference 2.5e-01'
    """
    first, second = np.asarray(one), np.asarray(other)
    rounding = float(np.finfo(np.float64).eps) * max(condition, 1.0) * max(size, 1)
    if first.shape != second.shape:
        detail = f"{quantity}: shape {first.shape} by one route, {second.shape} by the other"
        return Comparison(instance, Level.NUMERIC, False, float("inf"), rounding, condition, detail)
    scale = float(np.max(np.abs(second), initial=0.0)) or 1.0
    differences = np.abs(first - second) / scale
    residual = float(np.max(differences, initial=0.0))
    holds = residual <= ROUNDING_MULTIPLE * rounding  # False for NaN
    detail = "" if holds else _difference(quantity, first, second, differences)
    if holds and rounding > LARGEST_ROUNDING:
        holds, detail = False, f"{quantity}: a rounding level of {rounding:.1e} says too little"
    return Comparison(instance, Level.NUMERIC, holds, residual, rounding, condition, detail)


def compare_enclosures(
    instance: str, quantity: str, one: Sequence[Any], other: Sequence[Any], *, width: float = ENCLOSURE_WIDTH
) -> Comparison:
    """Compares two lists of balls that hold the true values: they must overlap and be narrow.

    Disjoint balls refute the claim rigorously.  Overlapping ones prove that both routes agree up to their width,
    which is what ``residual`` reports, relative to the largest value; above the width allowed the check fails.

    Args:
        instance: What was compared.
        quantity: Name of the values in the message.
        one: Balls (python-flint's arb or acb) or exact numbers (int, Fraction, fmpq) by the first route.
        other: The same by the second route.
        width: Largest relative width allowed.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.proofs.evidence import compare_enclosures
        >>> compare_enclosures("toy", "pi", [arb.pi()], [4 * arb(1).atan()]).holds
        True
        >>> compare_enclosures("toy", "pi", [arb.pi()], [arb(22) / 7]).detail[:45]
        'pi, entry 0 of 1: the enclosures are disjoint'
    """
    from orbitkernels.theory.enclosures import ball, relative_width

    if len(one) != len(other):
        detail = f"{quantity}: {len(one)} values by one route, {len(other)} by the other"
        return Comparison(instance, Level.ENCLOSED, False, float("inf"), detail=detail)
    pairs = [(ball(a), ball(b)) for a, b in zip(one, other, strict=True)]
    wrong = next((i for i, (a, b) in enumerate(pairs) if not a.overlaps(b)), None)
    found = relative_width([value for pair in pairs for value in pair])
    detail = ""
    if wrong is not None:
        a, b = pairs[wrong]
        detail = f"{quantity}, entry {wrong} of {len(one)}: the enclosures are disjoint, {a} and {b}"
    elif not found <= width:
        detail = f"{quantity}: undecided at this precision, the enclosures have the relative width {found:.1e}"
    return Comparison(instance, Level.ENCLOSED, not detail, found, detail=detail)


def joint(comparisons: Sequence[Comparison]) -> Comparison:
    """Several comparisons on one instance as one: it holds if all do, and reports the worst residual.

    Example:
        >>> from orbitkernels.proofs.evidence import compare_exactly, joint
        >>> joint([compare_exactly("C2", "x", [1], [1]), compare_exactly("C2", "y", [1], [2])]).detail
        'y, entry 0 of 1: 1 by one route, 2 by the other'
    """
    failed = next((c for c in comparisons if not c.holds), None)
    return failed or max(comparisons, key=lambda c: c.ratio)


def _difference(quantity: str, one: Any, other: Any, differences: npt.NDArray[np.float64]) -> str:
    """The entry with the largest difference, a NaN first."""
    where = np.unravel_index(int(np.argmax(np.nan_to_num(differences, nan=np.inf))), differences.shape)
    entry = tuple(int(i) for i in where)
    return (
        f"{quantity}, entry {entry}: {one[entry]} by one route, {other[entry]} by the other, "
        f"relative difference {differences[entry]:.1e}"
    )


@dataclass(frozen=True)
class Check:
    """Many comparisons of one theorem at one level.

    Attributes:
        level: EXACT, ENCLOSED or NUMERIC.
        holds: Whether every comparison holds and there is at least one.
        instances: How many comparisons were made.
        residual: Largest residual.
        rounding: Rounding level expected at the instance with the largest residual.
        condition: Condition number of that instance.
        ratio: Largest residual in units of its own rounding level; the check fails above ROUNDING_MULTIPLE.
        worst: The instance with the largest residual.
        detail: The first failing instance and how it failed; empty if all hold.
        cases: Every instance that was compared, in order.
    """

    level: Level
    holds: bool
    instances: int
    residual: float = 0.0
    rounding: float = 0.0
    condition: float = 1.0
    ratio: float = 0.0
    worst: str = ""
    detail: str = ""
    cases: tuple[str, ...] = ()

    @classmethod
    def of(cls, level: Level, comparisons: Sequence[Comparison]) -> Check:
        """Summary of comparisons in the order they were made.

        Example:
            >>> from orbitkernels.proofs.evidence import Check, Level, compare_exactly
            >>> comparisons = [compare_exactly("C2", "x", [1], [1]), compare_exactly("C3", "x", [1], [2])]
            >>> check = Check.of(Level.EXACT, comparisons)
            >>> check.holds, check.instances, check.detail
            (False, 2, 'C3: x, entry 0 of 1: 1 by one route, 2 by the other')
        """
        if not comparisons:
            return cls(level, False, 0, detail="no instance was compared")
        worst = max(comparisons, key=lambda c: (not c.holds, np.nan_to_num(c.residual, nan=np.inf)))
        failed = next((c for c in comparisons if not c.holds), None)
        return cls(
            level=level,
            holds=failed is None,
            instances=len(comparisons),
            residual=worst.residual,
            rounding=worst.rounding,
            condition=worst.condition,
            ratio=max(c.ratio for c in comparisons),
            worst=worst.instance,
            detail=f"{failed.instance}: {failed.detail}" if failed else "",
            cases=tuple(c.instance for c in comparisons),
        )
