"""``derive``: a theorem, or the spectrum or error of one pair of orbits of a group, step by step."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from orbitkernels.errors import InputError

from .cayley_kernels import CayleyKernel, cayley_kernel, is_cayley_spec
from .theorem import THEOREMS

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .derivation import Derivation
    from .kernels import Kernel

#: Targets that need a group.
GROUP_TARGETS = ("spectrum", "error")

#: Names of the cyclic group of any order N.
ANY_CYCLIC = ("cn", "c_n")

#: Kernels with a derivation of their own.
KERNEL_TARGETS = ("kappa0", "kappa1")


def derive(
    target: str,
    group: str | FiniteGroup | None = None,
    kernel: str | Kernel | CayleyKernel | None = None,
    *,
    missing: str = "pose",
    class_functions: bool = False,
) -> Derivation:
    """Derivation of a theorem, or of the spectrum or the error of one pair of orbits in closed form.

    Every step is checked while the derivation is made; a step that cannot be checked raises.

    Args:
        target: ``"T1"``, ``"K13"``, ...: a theorem; ``"spectrum"`` or ``"error"`` for a given group; ``"T6"`` with
            a group is the error of that group; ``"kappa0"``, ``"kappa1"``: the arc-cosine kernels.
        group: Group, or its name; needed by ``spectrum`` and ``error``.  ``"CN"`` is the cyclic group for every N.
        kernel: Kernel, or a call such as ``"ntk(depth=2)"``, put in for the symbol; or a kernel of a Cayley graph
            such as ``"heat(t=1/2, generators=class:1)"``.
        missing: ``"pose"``, or ``"coset:WORDS"`` for the error of a coset of the subgroup that the words generate,
            whose poses are missing together.
        class_functions: Only symbols that are class functions: from the character table, for any group.

    Raises:
        InputError: If the target is unknown, the group is missing, or the options do not go together.
        DerivationError: If a step is wrong.

    Example:
        >>> from orbitkernels.proofs.derive import derive
        >>> derive("error", group="C3").name
        'error'
    """
    wanted = str(target).strip().casefold()
    if wanted == "t6" and group is not None:
        wanted = "error"
    if wanted in GROUP_TARGETS:
        return _for_group(wanted, group, kernel, missing, class_functions)
    if wanted.upper() not in THEOREMS and wanted not in KERNEL_TARGETS:
        known = [*THEOREMS, *GROUP_TARGETS, *KERNEL_TARGETS]
        nearest = get_close_matches(str(target), known, n=1, cutoff=0.0)[0]
        raise InputError(
            f"Argument 'target' must be one of {', '.join(known)}, not '{target}'; the nearest is '{nearest}'."
        )
    if group is not None or kernel is not None or missing != "pose" or class_functions:
        raise InputError(
            f"Argument 'target' is '{target}', which is derived for all groups and kernels; leave out group"
            f" and "
            "kernel and what else belongs to a group, or derive 'spectrum' or 'error'."
        )
    if wanted in KERNEL_TARGETS:
        from .arc_cosine_derivation import derive_kappa

        return derive_kappa(wanted)
    derivation = THEOREMS[wanted.upper()].derivation
    if derivation is None:
        raise InputError(f"Argument 'target' is '{target}', which has no derivation.")
    return derivation()


def _for_group(
    target: str,
    group: str | FiniteGroup | None,
    kernel: str | Kernel | CayleyKernel | None,
    missing: str,
    class_functions: bool,
) -> Derivation:
    """Spectrum or error of one pair of orbits, or of a kernel of a Cayley graph."""
    if group is None:
        raise InputError(f"Argument 'group' is missing: the {target} is derived for a group, e.g. group='D4'.")
    if missing != "pose" and target == "spectrum":
        raise InputError(
            "Argument 'missing' belongs to the error; the spectrum has nothing missing. Leave it out."
        )
    if isinstance(group, str) and group.strip().casefold() in ANY_CYCLIC:
        return _for_every_cyclic_group(target, kernel, missing, class_functions)
    from orbitkernels.theory.names import group as group_of

    found = group_of(group) if isinstance(group, str) else group
    if isinstance(kernel, CayleyKernel) or (isinstance(kernel, str) and is_cayley_spec(kernel)):
        if missing != "pose":
            raise InputError("Argument 'missing' must be 'pose' for a kernel of a Cayley graph; leave it out.")
        from .cayley_closed_form import derive_cayley

        return derive_cayley(cayley_kernel(found, kernel), target)
    if isinstance(kernel, str):
        from .kernels import kernel as kernel_of

        kernel = kernel_of(kernel)
    if missing != "pose":
        from .closed_form_coset import derive_coset_error

        return derive_coset_error(found, missing, kernel, class_functions=class_functions)
    from .closed_form import derive_error, derive_spectrum

    derive_target = derive_spectrum if target == "spectrum" else derive_error
    return derive_target(found, kernel, class_functions=class_functions)


def _for_every_cyclic_group(target: str, kernel: object, missing: str, class_functions: bool) -> Derivation:
    """C_N with N a symbol."""
    if kernel is not None or missing != "pose" or class_functions:
        raise InputError(
            "Argument 'group' is CN, every cyclic group at once; kernels, missing cosets and class functions"
            " need a "
            "number, for example C8."
        )
    from .closed_form_cyclic import derive_cyclic

    return derive_cyclic(target)
