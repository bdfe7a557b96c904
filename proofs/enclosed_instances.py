"""Random instances with transcendental values in balls, and the two routes to what is asked of them.

The kernel is exp(<x, y>/s) on points whose inner products are the integers of an exact instance, s being the
largest of them.  The exponential of the entries keeps the symmetries of a symbol, and keeps a Gram matrix positive
definite, because its Taylor series is a sum of entrywise powers with positive factors (Schur).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from orbitkernels.theory.balls import ball
from orbitkernels.theory.enclosed_spectra import enclosed_blocks, enclosed_characteristic_polynomial
from orbitkernels.theory.enclosures import enclosed_gram

from .arithmetic import Rows, flat
from .evidence import Comparison, Level, compare_enclosures, compare_exactly
from .instances import Instance, SymbolCase, exact_instance

#: Groups of the enclosed checks, with complex irreps of degree 3 (C7:C3, Heis(3)) and quaternionic ones (Q8, Q16).
ENCLOSED_GROUPS = (
    "C1", "C2", "C5", "C6", "C2^2", "S3", "D4", "D5", "Q8", "A4", "C3:C4", "Q16", "C5:C4", "C7:C3", "SL(2,3)",
    "S4", "Heis(3)",
)  # fmt: skip

#: Groups that a quick run takes.
QUICK_ENCLOSED_GROUPS = ("C5", "S3", "Q8", "C7:C3")

#: Points that an enclosed check may have.
MAX_ENCLOSED_POINTS = 48

#: Bits for spectra: a characteristic polynomial of so many points costs some hundred bits of the enclosures.
SPECTRUM_BITS = 800


def enclosed_instance(case: SymbolCase, rng: np.random.Generator, *, class_functions: bool = False) -> Instance:
    """The exact instance of a case with every value v of its symbol replaced by a ball that holds exp(v/s).

    Args:
        case: What to make.
        rng: Where the numbers come from.
        class_functions: Whether every phi_ab is to be a class function.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.enclosed_instances import enclosed_instance
        >>> from orbitkernels.proofs.instances import SymbolCase
        >>> found = enclosed_instance(SymbolCase("S3", 2), np.random.default_rng(0))
        >>> found.phi.shape, bool(max(found.phi[:, :, 0].diagonal()).overlaps(found.phi[0, 0, 0].const_e()))
        ((2, 2, 6), True)
    """
    instance = exact_instance(case, rng, class_functions=class_functions)
    return replace(instance, phi=exponentials(instance.phi))


def exponentials(values: Any) -> Any:
    """exp(v/s) for every entry v of an array of integers, s > 0 being the largest: an array of balls."""
    scale = int(values.max())
    known = {v: ball(Fraction(v, scale)).exp() for v in np.unique(values).tolist()}
    return np.frompyfunc(lambda v: known[int(v)], 1, 1)(values)


class EnclosedRoutes:
    """Fourier blocks and the dense Gram matrix of one instance in balls; use within `working_precision`.

    Args:
        instance: Group, symbol of balls, stabilisers, labels and ridge.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        #: What every function of the Fourier route and of the dense one takes.
        self.problem = (instance.group, instance.phi)
        self.setting = (instance.stabilisers, instance.ridge)

    @cached_property
    def gram(self) -> Any:
        """Gram matrix of the different points, ridge included, an arb_mat."""
        return enclosed_gram(*self.problem, *self.setting)

    @property
    def spectrum(self) -> list[Any]:
        """The spectrum by the Fourier route, as the coefficients of the characteristic polynomial of K."""
        blocks = enclosed_blocks(*self.problem, *self.setting)
        return enclosed_characteristic_polynomial([(block.matrix, block.irrep.degree) for block in blocks])


def compare_rows(instance: str, quantity: str, one: Rows, other: Rows) -> Comparison:
    """:func:`compare_enclosures` for rows of balls."""
    return compare_enclosures(instance, quantity, flat(one), flat(other))


def compare_decisions(instance: str, quantity: str, one: Sequence[Any], other: Sequence[Any]) -> Comparison:
    """What balls decided, such as verdicts, compared for equality; the evidence is enclosed.

    Example:
        >>> from orbitkernels.proofs.enclosed_instances import compare_decisions
        >>> compare_decisions("toy", "verdict", ["right"], ["right"]).level
        <Level.ENCLOSED: 'enclosed'>
    """
    return replace(compare_exactly(instance, quantity, one, other), level=Level.ENCLOSED)
