"""Rounding of the fast Fourier transform of a group, and how far its irreps are from exact ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orbitkernels.numerics.rounding import DOUBLE
from orbitkernels.numerics.transform_rounding import TransformRounding
from orbitkernels.theory.groups import FiniteGroup

from .fourier_basis import fourier_basis
from .large_orbits import FastRoute, irrep_route, symbol_transform


def fast_rounding(group: FiniteGroup) -> TransformRounding | None:
    """Rounding of the fast transform for each irrep, array [k]; None where the irreps' matrices are kept.

    Example:
        >>> from orbitkernels.proofs.fast_rounding import fast_rounding
        >>> from orbitkernels.theory.names import group
        >>> fast_rounding(group("S4")) is None, fast_rounding(group("S6")).sums.shape
        (True, (11,))
    """
    route = irrep_route(group)
    if not isinstance(route, FastRoute):
        return None
    found, rows = route.transform.rounding, route.transform.rows
    if len(rows) == 1:  # of a million characters nothing is looked up
        return replace(found, sums=np.broadcast_to(found.sums, rows[0].shape))
    return replace(found, sums=found.sums[route.transform.places[0]])


def fast_irrep_error(group: FiniteGroup) -> float:
    """Distance of the matrices of a fast transform from exact irreps, where its own bound has not got it.

    Characters of abelian groups are never stored, and what Young's orthogonal form is off is in the bound of the
    transform.  For other chains of subgroups the distance is taken to be 2 log2(n) times the violation of
    rho(s) rho(g) = rho(s g) that is measured, for all generators s, on a random function: as many factors as a
    product of elements may have, and twice for the nearest exact irrep; but a random function shows a mean over g
    and no maximum, so this is an estimate.

    Example:
        >>> from orbitkernels.proofs.fast_rounding import fast_irrep_error
        >>> from orbitkernels.theory.names import group
        >>> fast_irrep_error(group("S6")), fast_irrep_error(group("C1000")), fast_irrep_error(group("A6")) < 1e-12
        (0.0, 0.0, True)
    """
    irreps = symbol_transform(group).irreps
    if irreps.is_young or not irreps.levels:
        return 0.0
    return 2 * float(np.log2(group.order)) * max(fourier_basis(group).residual, DOUBLE)
