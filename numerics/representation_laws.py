"""The laws that a unitary irrep obeys, measured: homomorphism, unitarity and character."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .representation import Matrices, Representation, blocks


@dataclass(frozen=True)
class Residuals:
    """Largest violations of the laws of a unitary irrep.

    Attributes:
        homomorphism: Of w rho(g s) = w rho(g) rho(s) on every edge of the Cayley graph, entrywise.
        unitarity: Of rho(s)^* rho(s) = I for the generators s and rho(1) = I, entrywise.
        character: Of tr rho(g) = chi(g) for every g, and of (1/n) sum_g |tr rho(g)|^2 = 1.
    """

    homomorphism: float
    unitarity: float
    character: float

    @property
    def largest(self) -> float:
        """The largest of the three; NaN if one is NaN."""
        return float(np.max([self.homomorphism, self.unitarity, self.character]))


def residuals(
    rho: Representation, right_translations: npt.NDArray[np.int64], character: Matrices, seed: int = 0
) -> Residuals:
    """Largest violations of the laws of an irreducible unitary representation with a given character.

    Every edge g -> g s of the Cayley graph closes a cycle with the words of g and g s; these cycles are the
    relators of a presentation.  rho(g s) = rho(g) rho(s) on all edges and rho(1) = I make rho a homomorphism.
    Each edge is tried on one random row vector w of norm sqrt(d), which costs d^2 operations instead of d^3; the
    violation w (rho(g s) - rho(g) rho(s)) has the size of the entries of the difference, and vanishes without it
    with probability zero (R. Freivalds, "Fast probabilistic algorithms", 1979).

    Args:
        rho: The representation.
        right_translations: Array [generators, n]: g s for generators s.
        character: Array [n]: chi(g).
        seed: For w.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.representation import LinearRepresentation
        >>> from orbitkernels.numerics.representation_laws import residuals
        >>> sign = LinearRepresentation(np.array([1.0, -1.0]), np.array([0, 1]))
        >>> residuals(sign, np.array([[1, 0]]), np.array([1, -1]))
        Residuals(homomorphism=0.0, unitarity=0.0, character=0.0)
    """
    generators = rho(right_translations[:, 0])
    unit = rho(np.zeros(1, dtype=np.int64))
    degree = unit.shape[1]
    vector = np.random.default_rng(seed).standard_normal(degree)
    rows = rho.rows(vector * np.sqrt(degree) / np.linalg.norm(vector))
    edges = [
        np.abs(rows[row[block]] - rows[block] @ s).max()
        for row, s in zip(right_translations, generators, strict=True)
        for block in blocks(len(rows), degree)
    ]
    squares = generators.conj().transpose(0, 2, 1) @ generators
    traces = rho.traces()
    norm = np.mean(np.abs(traces) ** 2)  # summed in pairs, unlike vdot
    return Residuals(
        float(np.max([0.0, *edges])),
        float(np.abs(np.concatenate([squares, unit]) - np.eye(degree)).max()),
        float(np.max([np.abs(traces - character).max(), abs(norm - 1)])),
    )
