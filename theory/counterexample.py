"""Two orbits of S3 on which the formula of cyclic groups fails: it is not one ratio of the whole spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .rational_gram import as_fraction, exact_gram, exact_leave_out
from .spectra import exact_spectral_error

if TYPE_CHECKING:
    from .groups import FiniteGroup


@dataclass(frozen=True)
class Counterexample:
    """Two orbits of S3 on which one ratio of the whole spectrum is not the error.

    Attributes:
        brute_force: Errors of a missing pose of the two orbits, from dropping a point and solving anew.
        theorem: The same by Theorem T6.
        whole_spectrum: lambda_-^-1 over the mean of all reciprocal eigenvalues, right for cyclic groups only.
    """

    brute_force: tuple[Fraction, Fraction]
    theorem: tuple[Fraction, Fraction]
    whole_spectrum: Fraction


#: Symbol of the counterexample on S3, whose elements are in the lexicographic order of the images.
COUNTEREXAMPLE_SAME = (8, 1, -1, -1, -1, 0)
COUNTEREXAMPLE_CROSS = (0, 0, 1, 0, -1, -1)


def counterexample_symbol(group: FiniteGroup) -> list[list[tuple[int, ...]]]:
    """phi_11 = phi_22 = P and phi_12 = Q, phi_21(g) = Q(g^-1) on S3."""
    backwards = tuple(COUNTEREXAMPLE_CROSS[int(g)] for g in group.inverse(np.arange(group.order)))
    return [[COUNTEREXAMPLE_SAME, COUNTEREXAMPLE_CROSS], [backwards, COUNTEREXAMPLE_SAME]]


def counterexample() -> Counterexample:
    """Perin and Deny's formula does not carry over to S3 as one ratio of the whole spectrum; Theorem T6 holds.

    Example:
        >>> from orbitkernels.theory.counterexample import counterexample
        >>> found = counterexample()
        >>> [str(abs(x)) for x in found.theorem], found.theorem == found.brute_force
        (['13495/13203', '13495/13098'], True)
    """
    from .names import group as named

    S3 = named("S3")
    phi, targets = counterexample_symbol(S3), [1, -1]
    gram = exact_gram(S3, phi)
    labels = [t for t in targets for _ in range(S3.order)]
    first, second = (exact_leave_out(gram, labels, [i])[0][0] for i in (0, S3.order))
    spectral = exact_spectral_error(S3, phi, targets)
    inverted = gram.inv()
    mean = sum((as_fraction(inverted[i, i]) for i in range(gram.nrows())), Fraction(0)) / gram.nrows()
    ratio = Fraction(1, sum(COUNTEREXAMPLE_SAME) - sum(COUNTEREXAMPLE_CROSS)) / mean
    return Counterexample((first, second), (spectral[0][0], spectral[1][0]), ratio)
