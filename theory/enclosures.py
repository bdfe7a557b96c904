"""Errors on group orbits in interval arithmetic, and what they say of a prediction, rigorously.

Two independent routes to an error are given: solving without the missing points (Theorem T1, from its definition)
and the Fourier blocks of exact irreps (Theorems T2, T4, T6, T7; :mod:`orbitkernels.theory.enclosed_spectra`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flint import acb, acb_mat, arb_mat

from .balls import BITS, ball, relative_width, solved, working_precision
from .enclosed_spectra import enclosed_blocks
from .rational_gram import coset_representatives, label_rows, orbit_sizes
from .spectra import distinct_poses

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .subgroups import Subgroup

__all__ = [
    "BITS",
    "Verdict",
    "ball",
    "enclosed_coset_error",
    "enclosed_gram",
    "enclosed_leave_out",
    "enclosed_spectral_error",
    "relative_width",
    "verdict",
    "working_precision",
]


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
    dual = solved(known, arb_mat([y[i] for i in kept]), "the Gram matrix of the remaining points")
    errors = here - arb_mat([[gram[i, j] for j in kept] for i in gone]) * dual
    return list(errors.tolist())


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
    blocks = enclosed_blocks(group, phi, stabilisers, ridge)
    sizes = orbit_sizes(group, stabilisers, len(phi))
    subgroups = [None] * len(sizes) if stabilisers is None else list(stabilisers)
    columns = acb_mat([[ball(value) for value in row] for row in label_rows(targets)])
    dual = blocks[0].inverse * columns  # the trivial irrep comes first: one row an orbit
    errors = []
    for c, size in enumerate(sizes):
        inverses = [int(group.inverse(h)) for h in distinct_poses(subgroup, subgroups[c])]
        total = sum((block.inverse_trace(c, c, inverses) for block in blocks), acb(0))
        errors.append([(dual[c, m] * size / total).real for m in range(dual.ncols())])
    return errors
