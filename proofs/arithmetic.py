"""One comparison in two arithmetics: over the rationals, which is exact, and in balls, for irrational values.

The routes of an exact check and of an enclosed one are the same formulas; only the numbers differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, joint
from .instances import Instance, SymbolCase, exact_instance

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Arithmetic:
    """What a comparison needs of one kind of numbers.

    Attributes:
        precision: Context in which all of it runs.
        instance: Makes the random instance of a case.
        matrix: A matrix from rows of numbers.
        rows: The rows of a matrix.
        gram: Gram matrix (group, symbol, stabilisers, ridge) of the different points.
        leave_out: Errors (matrix, labels, positions) by dropping the points and solving anew.
        spectral_error: Theorem T6 (group, symbol, targets, stabilisers, ridge).
        coset_error: Theorem T7 (group, symbol, targets, elements of H, stabilisers, ridge).
        inverse_symbol: Symbol of K^-1 (group, symbol, stabilisers, ridge) by Theorem T2.
        compare: Compares two lists of numbers.
    """

    precision: Callable[[], AbstractContextManager[None]]
    instance: Callable[..., Instance]
    matrix: Callable[[Any], Any]
    rows: Callable[[Any], Rows]
    gram: Callable[..., Any]
    leave_out: Callable[[Any, Any, Sequence[int]], Rows]
    spectral_error: Callable[..., Rows]
    coset_error: Callable[..., Rows]
    inverse_symbol: Callable[..., Any]
    compare: Callable[[str, str, Sequence[Any], Sequence[Any]], Comparison]

    def compare_all(self, name: str, pairs: Mapping[str, tuple[Rows, Rows]]) -> Comparison:
        """Compares the rows of two routes, quantity by quantity."""
        return joint([self.compare(name, what, flat(one), flat(other)) for what, (one, other) in pairs.items()])


def rationals() -> Arithmetic:
    """Integers and fractions: two routes agree or do not."""
    from orbitkernels.theory import rational_gram, spectra

    return Arithmetic(
        precision=nullcontext,
        instance=exact_instance,
        matrix=rational_gram.rational_matrix,
        rows=rational_gram.fraction_matrix,
        gram=rational_gram.exact_gram,
        leave_out=rational_gram.exact_leave_out,
        spectral_error=spectra.exact_spectral_error,
        coset_error=spectra.exact_coset_error,
        inverse_symbol=spectra.exact_inverse_symbol,
        compare=compare_exactly,
    )


def balls() -> Arithmetic:
    """Balls that hold transcendental values: two routes are disjoint or agree up to their width."""
    from flint import arb_mat

    from orbitkernels.theory import enclosed_spectra, enclosures

    from .enclosed_instances import enclosed_instance

    return Arithmetic(
        precision=enclosures.working_precision,
        instance=enclosed_instance,
        matrix=arb_mat,
        rows=lambda matrix: list(matrix.tolist()),
        gram=enclosures.enclosed_gram,
        leave_out=enclosures.enclosed_leave_out,
        spectral_error=enclosures.enclosed_spectral_error,
        coset_error=enclosures.enclosed_coset_error,
        inverse_symbol=enclosed_spectra.enclosed_inverse_symbol,
        compare=compare_enclosures,
    )


def flat(rows: Rows) -> list[Any]:
    """All entries of some rows.

    Example:
        >>> from orbitkernels.proofs.arithmetic import flat
        >>> flat([[1, 2], [3]])
        [1, 2, 3]
    """
    return [entry for row in rows for entry in row]


class Problem:
    """A random instance of a case in one arithmetic, with its dense Gram matrix.

    Args:
        case: What to make.
        rng: Where the numbers come from.
        use: The arithmetic.
    """

    def __init__(self, case: SymbolCase, rng: np.random.Generator, use: Arithmetic) -> None:
        self.instance, self.use = use.instance(case, rng), use
        self.symbol = (self.instance.group, self.instance.phi)
        self.setting = (self.instance.stabilisers, self.instance.ridge)
        self.targets = self.instance.targets.tolist()
        self.gram = use.gram(*self.symbol, *self.setting)

    def refitted(self, points: Sequence[int]) -> Rows:
        """Errors at points that are missing together, by solving without them."""
        return self.use.leave_out(self.gram, self.instance.labels, points)

    def refitted_poses(self, rng: np.random.Generator) -> Rows:
        """Error at a random missing pose of each orbit, one after the other."""
        return [self.refitted([i])[0] for i in self.instance.random_poses(rng)]

    @property
    def spectral_error(self) -> Rows:
        """Error at a missing pose of each orbit, by Theorem T6."""
        return self.use.spectral_error(*self.symbol, self.targets, *self.setting)

    def coset_error(self, elements: Sequence[int]) -> Rows:
        """Error at a missing coset of each orbit, by Theorem T7."""
        return self.use.coset_error(*self.symbol, self.targets, elements, *self.setting)
