"""``derive``: a theorem, or the spectrum or error of one pair of orbits of a group, step by step."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from orbitkernels.errors import InputError

from .theorem import THEOREMS

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .derivation import Derivation
    from .kernels import Kernel

#: Targets that need a group.
GROUP_TARGETS = ("spectrum", "error")

#: Kernels with a derivation of their own.
KERNEL_TARGETS = ("kappa0", "kappa1")


def derive(target: str, group: str | FiniteGroup | None = None, kernel: str | Kernel | None = None) -> Derivation:
    """Derivation of a theorem, or of the spectrum or the error of one pair of orbits in closed form.

    Every step is checked while the derivation is made; a step that cannot be checked raises.

    Args:
        target: ``"T1"`` ... ``"T6"``; ``"spectrum"`` or ``"error"`` for a given group; ``"T6"`` with a group is
            the error of that group; ``"kappa0"``, ``"kappa1"``: the arc-cosine kernels.
        group: Group, or its name; needed by ``spectrum`` and ``error``.
        kernel: Kernel, or a call such as ``"ntk(depth=2)"``, put in for the symbol.

    Raises:
        InputError: If the target is unknown, or the group is missing.
        DerivationError: If a step is wrong.

    Example:
        >>> from orbitkernels.proofs.derive import derive
        >>> derive("error", group="C3").name
        'error'
    """
    wanted = str(target).strip().casefold()
    theorems = {name.casefold(): theorem for name, theorem in THEOREMS.items()}
    if wanted == "t6" and group is not None:
        wanted = "error"
    if wanted in GROUP_TARGETS:
        return _for_group(wanted, group, kernel)
    if wanted not in (*theorems, *KERNEL_TARGETS):
        known = [*THEOREMS, *GROUP_TARGETS, *KERNEL_TARGETS]
        nearest = get_close_matches(str(target), known, n=1, cutoff=0.0)[0]
        raise InputError(
            f"Argument 'target' must be one of {', '.join(known)}, not '{target}'; the nearest is '{nearest}'."
        )
    if group is not None or kernel is not None:
        raise InputError(
            f"Argument 'target' is '{target}', which is derived for all groups and kernels; leave out group and "
            "kernel, or derive 'spectrum' or 'error'."
        )
    if wanted in KERNEL_TARGETS:
        from .arc_cosine_derivation import derive_kappa

        return derive_kappa(wanted)
    derivation = theorems[wanted].derivation
    if derivation is None:
        raise InputError(f"Argument 'target' is '{target}', which has no derivation.")
    return derivation()


def _for_group(target: str, group: str | FiniteGroup | None, kernel: str | Kernel | None) -> Derivation:
    """Spectrum or error of one pair of orbits."""
    if group is None:
        raise InputError(f"Argument 'group' is missing: the {target} is derived for a group, e.g. group='D4'.")
    from orbitkernels.theory.names import group as group_of

    from .closed_form import derive_error, derive_spectrum

    found = group_of(group) if isinstance(group, str) else group
    if isinstance(kernel, str):
        from .kernels import kernel as kernel_of

        kernel = kernel_of(kernel)
    return derive_spectrum(found, kernel) if target == "spectrum" else derive_error(found, kernel)
