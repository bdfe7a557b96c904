"""Balls that hold the true values: Gram matrices and errors on group orbits in interval arithmetic.

A ball (python-flint's arb or acb) is a midpoint and a radius; every operation rounds outwards, so the result holds
the true value whatever was rounded on the way.  Numbers that are exact (integers, fractions, cyclotomics, and
floats, which are dyadic fractions) become balls as narrow as the working precision allows.

Two independent routes to an error are given: solving without the missing points (Theorem T1, from its definition)
and the Fourier blocks of exact irreps (Theorems T2, T4, T6, T7).

Source: F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq, fmpz

from orbitkernels.errors import InputError, SingularGramError

from .cyclotomics import Cyclotomic
from .rational_gram import coset_representatives, label_rows
from .spectra import distinct_poses, fixed_bases

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .subgroups import Subgroup

#: Working precision of enclosures in bits, about 60 decimal digits.
BITS = 200


@contextmanager
def working_precision(bits: int = BITS) -> Iterator[None]:
    """Sets python-flint's precision for a block of code and puts it back after.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.enclosures import working_precision
        >>> with working_precision(300):
        ...     bool(arb.pi().rad() < 1e-80)
        True
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def ball(value: Any) -> Any:
    """A number as a ball that holds it: arb if it is real by type, acb for a cyclotomic number that is not.

    Args:
        value: arb, acb, integer (NumPy's too), Fraction, fmpq, Cyclotomic, or a finite float, taken as the dyadic
            fraction that it is.

    Raises:
        InputError: If it is none of these.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.enclosures import ball
        >>> ball(Fraction(1, 3)).rad() > 0, (3 * ball(Fraction(1, 3))).contains(1)
        (True, True)
    """
    if isinstance(value, arb | acb):
        return value
    if isinstance(value, int | np.integer | fmpz):
        return arb(int(value))
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, Cyclotomic):
        return _cyclotomic_ball(value)
    if isinstance(value, float | np.floating) and np.isfinite(value):
        return arb(float(value))
    raise InputError(f"A ball holds a finite real number or a cyclotomic one, not {value!r}.")


def _cyclotomic_ball(number: Cyclotomic) -> Any:
    """Sum of rational multiples of roots of unity."""
    total = acb(0)
    for j, factor in enumerate(number.coefficients):
        if factor:
            angle = fmpq(2 * j, number.conductor)
            total += acb(arb.cos_pi_fmpq(angle), arb.sin_pi_fmpq(angle)) * ball(factor)
    return total


def relative_width(values: Sequence[Any]) -> float:
    """Largest radius of the balls relative to the largest absolute value; infinite if a ball is not finite.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.enclosures import relative_width
        >>> round(relative_width([arb(2, 0.5), arb(1)]), 6)
        0.25
    """
    if not values:
        return 0.0
    radii = [float(value.rad()) for value in values]
    if not all(value.is_finite() for value in values):
        return float("inf")
    largest = max(float(abs(value.mid() if isinstance(value, arb) else value).mid()) for value in values)
    return max(radii) / (largest or 1.0)


class Verdict(StrEnum):
    """What an enclosed error says of the class of a missing pose."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"


def verdict(error: Any, label: Any) -> Verdict:
    """Whether the prediction p = y - error has the sign of the label y: rigorous, or undecided at this precision.

    Args:
        error: y - p, a ball or an exact number.
        label: y, not zero.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.enclosures import verdict
        >>> [str(verdict(arb(x, 0.25), -1)) for x in (-0.5, -1.5, -1.0)]
        ['right', 'wrong', 'undecided']
    """
    margin = ball(label) * (ball(label) - ball(error))
    if margin > 0:
        return Verdict.RIGHT
    return Verdict.WRONG if margin < 0 else Verdict.UNDECIDED


# ---------------------------------------------------------------------- the dense route


def enclosed_gram(
    group: FiniteGroup, phi: Any, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> Any:
    """Gram matrix K[(a, s), (b, t)] = phi_ab(s^-1 t) + r [(a, s) = (b, t)] as an arb_mat, orbit after orbit.

    Args:
        group: G.
        phi: Symbol [C][C][n] of balls or exact real numbers.
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r, a ball or an exact number.

    Example:
        >>> from orbitkernels.theory.enclosures import enclosed_gram
        >>> from orbitkernels.theory.names import group
        >>> enclosed_gram(group("C2"), [[[2, 1]]], ridge=1).str(3)
        '[3.00, 1.00]\\n[1.00, 3.00]'
    """
    chosen = coset_representatives(group, stabilisers, len(phi))
    symbol = [[[ball(value) for value in row] for row in rows] for rows in phi]
    rows = []
    for a, representatives in enumerate(chosen):
        for s in representatives:
            quotients = [group.multiply(group.inverse(s), reps) for reps in chosen]
            rows.append([symbol[a][b][int(q)] for b in range(len(phi)) for q in quotients[b]])
    for i, row in enumerate(rows):
        row[i] = row[i] + ball(ridge)
    return arb_mat(rows)


def enclosed_leave_out(gram: Any, labels: Any, missing: Sequence[int]) -> list[list[Any]]:
    """Errors y_S - K_SR K_RR^-1 y_R at the points S from the definition: drop them, solve on the rest R, predict.

    Args:
        gram: K, an arb_mat of N rows.
        labels: y, [N] or [N][m], balls or exact numbers.
        missing: The positions S.

    Returns:
        Balls, one row for each missing point.

    Raises:
        SingularGramError: If K_RR cannot be shown to be invertible at this precision.

    Example:
        >>> from flint import arb_mat
        >>> from orbitkernels.theory.enclosures import enclosed_leave_out
        >>> enclosed_leave_out(arb_mat([[2, 1], [1, 2]]), [1, -1], [0])
        [[1.50000000000000]]
    """
    y = [[ball(value) for value in row] for row in label_rows(labels)]
    gone = [int(i) for i in missing]
    kept = [i for i in range(gram.nrows()) if i not in set(gone)]
    here = arb_mat([y[i] for i in gone])
    if not kept:
        return list(here.tolist())
    known = arb_mat([[gram[i, j] for j in kept] for i in kept])
    dual = _solved(known, arb_mat([y[i] for i in kept]), "the Gram matrix of the remaining points")
    errors = here - arb_mat([[gram[i, j] for j in kept] for i in gone]) * dual
    return list(errors.tolist())


def _solved(matrix: Any, right: Any, what: str) -> Any:
    """Solution of a linear system of balls."""
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        raise SingularGramError(
            f"At {ctx.prec} bits {what} cannot be shown to be invertible; add a ridge or raise the precision."
        ) from None


# ---------------------------------------------------------------------- the Fourier route


def enclosed_spectral_error(
    group: FiniteGroup,
    phi: Any,
    targets: Any,
    stabilisers: Sequence[Subgroup] | None = None,
    ridge: Any = 0,
) -> list[list[Any]]:
    """Error at a missing pose of each orbit: N_c [M(1)^-1 t]_c / sum_rho d_rho tr[(M(rho)^-1)_cc] (Theorem T6).

    Args:
        group: G.
        phi: Symbol [C][C][n] of balls or exact real numbers.
        targets: Labels t_c, [C] or [C][m].
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r.

    Returns:
        Real balls [C][m].

    Raises:
        SingularGramError: If a block cannot be shown to be invertible at this precision.

    Example:
        >>> from orbitkernels.theory.enclosures import enclosed_spectral_error
        >>> from orbitkernels.theory.names import group
        >>> enclosed_spectral_error(group("C2"), [[[2, 1]]], [1])[0][0].contains(0.5)
        True
    """
    return enclosed_coset_error(group, phi, targets, [0], stabilisers, ridge)


def enclosed_coset_error(
    group: FiniteGroup,
    phi: Any,
    targets: Any,
    subgroup: Sequence[int],
    stabilisers: Sequence[Subgroup] | None = None,
    ridge: Any = 0,
) -> list[list[Any]]:
    """Error at every pose of g H x_c when they are missing together (Theorem T7; H = {e} is Theorem T6).

    The formula, and the bases V and W, are those of :func:`orbitkernels.theory.spectra.exact_coset_error`.

    Args:
        group: G.
        phi: Symbol [C][C][n] of balls or exact real numbers.
        targets: Labels t_c, [C] or [C][m].
        subgroup: Elements of H.
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r.

    Returns:
        Real balls [C][m].
    """
    count = len(phi)
    chosen = coset_representatives(group, stabilisers, count)
    subgroups = [None] * count if stabilisers is None else list(stabilisers)
    symbol = [[[ball(value) for value in row] for row in rows] for rows in phi]
    poses = [distinct_poses(subgroup, h) for h in subgroups]
    traces, dual = [acb(0)] * count, None
    for irrep in group.irreps(exact=True):
        exact = [irrep.matrix(g) for g in range(group.order)]
        matrices = [_ball_matrix(matrix) for matrix in exact]
        split = [tuple(_ball_matrix(part) for part in fixed_bases(exact, h)) for h in subgroups]
        offsets = np.concatenate([[0], np.cumsum([basis.ncols() for basis, _ in split])]).tolist()
        if not offsets[-1]:
            continue
        block = _block(symbol, matrices, split, chosen, ball(ridge))
        name = f"the Fourier block of irrep {irrep.character} (degree {irrep.degree})"
        inverse = _solved(block, _identity(offsets[-1]), name)
        if dual is None:  # the trivial irrep comes first: one row an orbit
            dual = inverse * acb_mat([[ball(value) for value in row] for row in label_rows(targets)])
        for c, (basis, left) in enumerate(split):
            low, high = offsets[c], offsets[c + 1]
            if low == high:
                continue
            part = acb_mat([[inverse[i, j] for j in range(low, high)] for i in range(low, high)])
            total = _sum([matrices[int(group.inverse(h))] for h in poses[c]])
            traces[c] += irrep.degree * (part * (left * total * basis)).trace()
    assert dual is not None
    return [[(dual[c, m] * len(chosen[c]) / traces[c]).real for m in range(dual.ncols())] for c in range(count)]


def _block(
    symbol: list[list[list[Any]]],
    matrices: Sequence[Any],
    split: Sequence[tuple[Any, Any]],
    chosen: Sequence[Sequence[int]],
    ridge: Any,
) -> Any:
    """M(rho)_ab = W_a (sum_t phi_ab(t) rho(t)) V_b + r delta_ab I."""
    rows: list[list[Any]] = []
    for a, (_, dual) in enumerate(split):
        if not dual.nrows():
            continue
        parts = [
            (dual * _sum([matrices[t] * symbol[a][b][t] for t in chosen[b]]) * basis).tolist()
            for b, (basis, _) in enumerate(split)
            if basis.ncols()
        ]
        rows += [[entry for part in parts for entry in part[i]] for i in range(dual.nrows())]
    for i, row in enumerate(rows):
        row[i] = row[i] + ridge
    return acb_mat(rows)


def _ball_matrix(matrix: Sequence[Sequence[Cyclotomic]]) -> Any:
    """An exact matrix in complex balls."""
    rows = [[acb(ball(entry)) for entry in row] for row in matrix]
    return acb_mat(len(rows), len(rows[0]) if rows else 0, [entry for row in rows for entry in row])


def _identity(size: int) -> Any:
    return acb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def _sum(matrices: Sequence[Any]) -> Any:
    total = matrices[0]
    for matrix in matrices[1:]:
        total = total + matrix
    return total
