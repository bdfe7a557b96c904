"""Groups from permutations, Cayley tables, SymPy groups, matrices over GF(p), presentations and products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .groups import MAX_ORDER, FiniteGroup
from .laws import PermutationLaw, enumerate_permutations


def permutation_group(
    permutations: Sequence[Sequence[int]] | npt.NDArray[np.integer],
    name: str | None = None,
    generator_names: Sequence[str] | None = None,
) -> FiniteGroup:
    """See :meth:`FiniteGroup.from_permutations`."""
    generators = np.asarray(permutations, dtype=np.int64)
    elements = enumerate_permutations(generators, MAX_ORDER)
    if elements is None:
        raise InputError("too large")
    law = PermutationLaw(elements)
    images = law.lookup(generators[:, law.base])
    return FiniteGroup(
        law, images.tolist(), name or f"permutation group of order {law.order}", generator_names
    )
