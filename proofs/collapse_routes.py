"""The routes that T9 compares, written once for rationals, balls and floating point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from orbitkernels.numerics import dense, fourier
from orbitkernels.theory.balls import ball
from orbitkernels.theory.constructions import quotient
from orbitkernels.theory.enclosures import enclosed_leave_out, enclosed_spectral_error
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix
from orbitkernels.theory.spectra import exact_spectral_error

from .collapse import AverageCase, chosen_subgroup, collapsed_error, coset_of_point, merged, missing_points
from .irreps import unitary_irreps
from .reynolds import averaged_gram, averaged_symbol

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .instances import Instance

Rows = Sequence[Sequence[Any]]
#: A quantity and its values by two routes.
Pair = tuple[str, Any, Any]


class Arithmetic(Protocol):
    """What the routes need of a kind of numbers."""

    def number(self, value: Fraction) -> Any:
        """A ridge."""

    def leave_out(self, gram: Rows, labels: Rows, missing: Sequence[int]) -> Any:
        """Errors at missing points by solving without them."""

    def spectral_error(self, group: FiniteGroup, phi: npt.NDArray[Any], targets: Rows, ridge: Any) -> Any:
        """Error of a missing pose of each free orbit by the blocks of the irreps (T6)."""

    def collapsed(self, phi: Rows, sizes: Sequence[int], targets: Rows, ridge: Any) -> Any:
        """The formula of T9."""


class Exact:
    """Rationals."""

    def number(self, value: Fraction) -> Fraction:
        """The fraction itself."""
        return value

    def leave_out(self, gram: Rows, labels: Rows, missing: Sequence[int]) -> Any:
        """By FLINT's rational solver."""
        return exact_leave_out(rational_matrix(gram), labels, missing)

    def spectral_error(self, group: FiniteGroup, phi: npt.NDArray[Any], targets: Rows, ridge: Any) -> Any:
        """By exact irreps."""
        return exact_spectral_error(group, phi, targets, None, ridge)

    def collapsed(self, phi: Rows, sizes: Sequence[int], targets: Rows, ridge: Any) -> Any:
        """By a rational inverse."""
        r = rational_matrix([[ridge]])[0, 0]
        found = collapsed_error(rational_matrix(phi), sizes, rational_matrix(targets), r)
        return tuple(tuple(as_fraction(value) for value in row) for row in found)


class Enclosed:
    """Balls."""

    def number(self, value: Fraction) -> Any:
        """A ball that holds the fraction."""
        return ball(value)

    def leave_out(self, gram: Rows, labels: Rows, missing: Sequence[int]) -> Any:
        """By Arb's solver."""
        return enclosed_leave_out(_ball_matrix(gram), labels, missing)

    def spectral_error(self, group: FiniteGroup, phi: npt.NDArray[Any], targets: Rows, ridge: Any) -> Any:
        """By exact irreps in balls."""
        return enclosed_spectral_error(group, phi, targets, None, ridge)

    def collapsed(self, phi: Rows, sizes: Sequence[int], targets: Rows, ridge: Any) -> Any:
        """By an inverse in balls."""
        return collapsed_error(_ball_matrix(phi), sizes, _ball_matrix(targets), ridge)


class Floating:
    """Floating point."""

    def number(self, value: Fraction) -> float:
        """The nearest float."""
        return float(value)

    def leave_out(self, gram: Rows, labels: Rows, missing: Sequence[int]) -> Any:
        """By Cholesky."""
        return dense.refit(gram, labels, missing)

    def spectral_error(self, group: FiniteGroup, phi: npt.NDArray[Any], targets: Rows, ridge: Any) -> Any:
        """By unitary irreps."""
        matrices = [irrep.matrices for irrep in unitary_irreps(group)]
        return fourier.spectral_errors(fourier.fourier_blocks(phi, matrices, None, ridge), targets)

    def collapsed(self, phi: Rows, sizes: Sequence[int], targets: Rows, ridge: Any) -> Any:
        """By LU decomposition."""
        inverse = np.linalg.inv(np.asarray(phi) * np.asarray(sizes) + ridge * np.eye(len(sizes)))
        spread = np.diag(inverse) + (np.asarray(sizes) - 1) / ridge
        return np.asarray(sizes)[:, None] * (inverse @ np.asarray(targets, dtype=np.float64)) / spread[:, None]


def _ball_matrix(rows: Rows) -> Any:
    from flint import arb_mat

    return arb_mat([[ball(value) for value in row] for row in rows])


def routes(
    case: AverageCase, instance: Instance, rng: np.random.Generator, kind: Arithmetic
) -> tuple[npt.NDArray[Any], list[Pair]]:
    """The Gram matrix of the averaged kernel, ridge included, and what is to be compared."""
    ridge = kind.number(case.symbol.ridge)
    if case.kind == "group":
        return _collapsed(instance, rng, ridge, kind)
    H = chosen_subgroup(instance.group, case.kind, rng)
    gram, missing = averaged_gram(instance.phi, H), missing_points(case, instance, H, rng)
    problem = merged(coset_of_point(H, len(instance.phi)), missing)
    labels = [instance.labels[i] for i in problem.points]
    full = ridged(gram, ridge)
    errors = kind.leave_out(full.tolist(), instance.labels, missing)
    pairs: list[Pair] = [
        ("merged cosets", kind.leave_out(problem.gram(gram, ridge), labels, problem.missing), errors)
    ]
    if case.kind == "normal":
        symbol = averaged_symbol(instance.phi, H)
        on_cosets, over = symbol[:, :, H.left_representatives], quotient(instance.group, H)
        first = kind.spectral_error(over, on_cosets, instance.targets.tolist(), ridge / H.order)[0]
        pairs += [
            ("quotient group", [first] * len(missing), errors),
            ("invariance", _circulant(symbol, instance), gram),
        ]
    return full, pairs


def _collapsed(
    instance: Instance, rng: np.random.Generator, ridge: Any, kind: Arithmetic
) -> tuple[npt.NDArray[Any], list[Pair]]:
    """The average over G, on orbits of any size: Phi_ab is the mean of phi_ab(g)."""
    n, sizes = instance.group.order, instance.sizes
    values = averaged_symbol(instance.phi, instance.group.subgroup(instance.group.generators))[:, :, n - 1]
    orbit = np.repeat(np.arange(sizes.size), sizes)
    full = ridged(values[np.ix_(orbit, orbit)], ridge)
    errors = [kind.leave_out(full.tolist(), instance.labels, [i])[0] for i in instance.random_poses(rng)]
    found = kind.collapsed(values.tolist(), sizes.tolist(), instance.targets.tolist(), ridge)
    return full, [("error", found, errors)]


def ridged(gram: npt.NDArray[Any], ridge: Any) -> npt.NDArray[Any]:
    """K + r I for any kind of numbers."""
    full = gram.copy()
    for i in range(len(full)):
        full[i, i] = full[i, i] + ridge
    return full


def _circulant(symbol: npt.NDArray[Any], instance: Instance) -> npt.NDArray[Any]:
    """The Gram matrix phi_ab(g^-1 g') of a symbol."""
    group, size = instance.group, len(symbol) * instance.group.order
    every = np.arange(group.order)
    between = group.multiply(group.inverse(every)[:, None], every[None, :])
    gram: npt.NDArray[Any] = symbol[:, :, between].transpose(0, 2, 1, 3).reshape(size, size)
    return gram
