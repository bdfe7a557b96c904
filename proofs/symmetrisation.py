"""Two ways of making the Gram matrix of two orbits of a cyclic group symmetric under the group.

``"block"``: the average of P_g K P_g^T over the group, which moves both orbits at once.  It is block-circulant,
2 x 2 blocks a frequency, and changes nothing if the group acts exactly.

``"scalar"`` (Perin and Deny 2024, sections 3 and 5): the poses are interleaved, A_0, B_0, A_1, B_1, ..., and the
2N x 2N Gram matrix is averaged along its cyclic diagonals into one circulant, whose spectrum is one Fourier
transform of length 2N.  One step takes A_i to B_i and B_i to A_i+1, which is no symmetry of the data: the average
forces K_AA = K_BB and phi_AB(m) = phi_AB(-m-1), and depends on which pose of B is called B_0.
"""

from __future__ import annotations

import numpy as np

from orbitkernels.errors import InputError
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.integer_input import shown

from .arguments import FloatArray
from .pose_sources import cyclic_powers

#: What `symmetrisation` may be.
SYMMETRISATIONS = ("block", "scalar")


def checked_symmetrisation(symmetrisation: str) -> str:
    """One of SYMMETRISATIONS.

    Raises:
        InputError: If it is none of them.
    """
    if symmetrisation not in SYMMETRISATIONS:
        raise InputError(
            f"Argument 'symmetrisation' must be one of {', '.join(SYMMETRISATIONS)}, not {shown(symmetrisation)}."
        )
    return symmetrisation


def require_scalar(group: FiniteGroup, orbits: int, free: bool = True) -> None:
    """Check that the scalar circulant is defined: two free orbits of a cyclic group.

    Raises:
        InputError: If it is not.
    """
    reason = ""
    if orbits != 2:
        reason = "there is 1 orbit" if orbits == 1 else f"there are {orbits} orbits"
    elif cyclic_powers(group) is None:
        reason = f"{group.name} is not cyclic"
    elif not free:
        reason = f"an element of {group.name} other than the identity fixes an input"
    if reason:
        raise InputError(
            "Argument 'symmetrisation' = 'scalar' needs two free orbits of a cyclic group, but "
            f"{reason}; use 'block'."
        )


def interleaved_symbol(phi: FloatArray, group: FiniteGroup) -> FloatArray:
    """Symbol of the scalar circulant c of two interleaved orbits, written as that of two orbits.

    c(2m) = (phi_AA(m) + phi_BB(m))/2 and c(2m + 1) = (phi_AB(m) + phi_AB(-m-1))/2 are the means of the 2N x 2N
    Gram matrix along its cyclic diagonals.  A circulant of length 2N is block-circulant, phi_AA(m) = phi_BB(m)
    = c(2m) and phi_AB(m) = c(2m + 1), so whatever finds errors from symbols finds those of Theorem T5.

    Args:
        phi: Symbols [..., 2, 2, n] on a cyclic group; powers of its first generator of order n are the steps.
        group: The cyclic group of order n.

    Returns:
        Array [..., 2, 2, n].

    Raises:
        InputError: If the group is not cyclic or there are not two orbits.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.symmetrisation import interleaved_symbol
        >>> from orbitkernels.theory.names import group
        >>> phi = np.array([[[5.0, 1.0, 1.0], [3.0, 2.0, 0.0]], [[3.0, 0.0, 2.0], [7.0, 1.0, 1.0]]])
        >>> interleaved_symbol(phi, group("C3"))[0].tolist()
        [[6.0, 1.0, 1.0], [1.5, 2.0, 1.5]]
    """
    require_scalar(group, phi.shape[-3])
    powers = cyclic_powers(group)
    assert powers is not None
    mirrored = np.empty_like(powers)
    mirrored[powers] = powers[::-1]  # step m becomes step n - 1 - m = -m - 1
    own = (phi[..., 0, 0, :] + phi[..., 1, 1, :]) / 2
    cross = (phi[..., 0, 1, :] + phi[..., 0, 1, mirrored]) / 2
    other = cross[..., group.inverse(np.arange(group.order))]
    return np.stack([np.stack([own, cross], axis=-2), np.stack([other, own], axis=-2)], axis=-3)
