"""The spectrum of the Gram matrix of orbits, irrep by irrep, and where the labels lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.fourier import block_spectrum
from orbitkernels.theory.laws import IntArray

from .missing import OrbitPoses
from .orbits import FloatArray

#: An eigenvalue vanishes if it is at most this many roundings, eps, of the largest one; or one a row, if more, of
#: the matrix whose eigenvalues are computed.
ROUNDINGS = 100

#: The condition number that the ridge suggested for a singular Gram matrix brings about.
USEFUL_CONDITION = 1e8


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of K + r I with their multiplicities (Theorems T2 and T4).

    Attributes:
        name: What the Gram matrix belongs to.
        eigenvalues: Array [k], irrep after irrep (the trivial one first), ascending within each.
        multiplicities: Array [k]: the degree of the irrep; they add up to the number of points.
        irreps: Array [k]: which irrep, as a row of the character table.
        label_weights: Array [k]: the part of |y|^2 that lies in the eigenspace.  Labels that are constant on
            orbits lie in the trivial irrep, so it is 0 elsewhere; the sum is 1 (0 if all targets are 0).
        ridge: r, contained in the eigenvalues.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.spectral import spectrum
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C4"), np.eye(4)[:1], [0])
        >>> found = spectrum(lambda X, Y: 1.0 + X @ Y.T, orbits)
        >>> found.eigenvalues.round(12).tolist(), round(found.condition_number, 12)
        ([5.0, 1.0, 1.0, 1.0], 5.0)
    """

    name: str
    eigenvalues: FloatArray
    multiplicities: IntArray
    irreps: IntArray
    label_weights: FloatArray
    ridge: float

    @property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue of K + r I, its 2-norm condition number; inf if one is <= 0."""
        smallest = float(self.eigenvalues.min())
        return float(self.eigenvalues.max()) / smallest if smallest > 0 else float("inf")

    @property
    def harmonic_mean(self) -> float:
        """Harmonic mean of all eigenvalues, each with its multiplicity."""
        return float(self.multiplicities.sum() / np.sum(self.multiplicities / self.eigenvalues))

    @property
    def label_mode(self) -> int:
        """Position of the eigenvalue that carries most of the labels."""
        return int(np.argmax(self.label_weights))

    @cached_property
    def repeated(self) -> FloatArray:
        """Array [N] of all eigenvalues of K + r I, ascending, each as often as it occurs."""
        values: FloatArray = np.sort(np.repeat(self.eigenvalues, self.multiplicities))
        return values

    def of_irrep(self, irrep: int) -> FloatArray:
        """Eigenvalues of the Fourier block of one irrep, ascending."""
        values: FloatArray = self.eigenvalues[self.irreps == irrep]
        return values

    def require_positive(self) -> None:
        """Check that K + r I is positive definite beyond rounding.

        Eigenvalues are computed block by block, so that rows of a block count and not points: the transform is
        unitary up to scale, and its roundings are independent, so that they move an entry of a block by about
        eps log(n) |phi|_2, where |phi|_2 is at most C times the largest eigenvalue.

        Raises:
            SingularGramError: Otherwise; the message names the irrep with the smallest eigenvalue, and the ridge
                that would bring the condition number to about 10^8.
        """
        worst = int(np.argmin(self.eigenvalues))
        irrep, degree = self.irreps[worst], self.multiplicities[worst]
        what = f"{self.name}, in the Fourier block of irrep {irrep} (degree {degree}),"
        require_positive(self.eigenvalues, what, self.ridge, self._rows)

    @property
    def is_positive(self) -> bool:
        """Whether K + r I is positive definite beyond rounding."""
        return is_positive(self.eigenvalues, self._rows)

    @property
    def _rows(self) -> int:
        """Rows of the largest block."""
        return int(np.bincount(self.irreps).max())

    def to_dict(self) -> dict[str, Any]:
        """The same as plain lists and numbers, for JSON."""
        return {
            "name": self.name,
            "ridge": self.ridge,
            "condition_number": self.condition_number,
            "harmonic_mean": self.harmonic_mean,
            "eigenvalues": self.eigenvalues.tolist(),
            "multiplicities": self.multiplicities.tolist(),
            "irreps": self.irreps.tolist(),
            "label_weights": self.label_weights.tolist(),
        }

    def __repr__(self) -> str:
        return (
            f"<Spectrum of {self.name}: {self.multiplicities.sum()} eigenvalues, {self.eigenvalues.size} of them "
            f"different at most, condition number {self.condition_number:.2e}>"
        )

    def _repr_html_(self) -> str:
        order = np.argsort(-self.eigenvalues, kind="stable")
        rows = "".join(
            f"<tr><td>{self.eigenvalues[i]:.6g}</td><td>{self.multiplicities[i]}</td><td>{self.irreps[i]}</td>"
            f"<td>{f'{self.label_weights[i]:.4f}' if self.label_weights[i] else ''}</td></tr>"
            for i in order
        )
        return (
            f"<table><caption>Spectrum of {escape(self.name)}, condition number {self.condition_number:.2e}, "
            f"harmonic mean {self.harmonic_mean:.4g}</caption><tr><th>eigenvalue</th><th>multiplicity</th>"
            f"<th>irrep</th><th>part of the labels</th></tr>{rows}</table>"
        )


def spectrum_of_blocks(blocks: FourierBlocks, orbits: OrbitPoses, ridge: float) -> Spectrum:
    """Spectrum from the Fourier blocks of K + r I.

    The labels are the vector (sqrt(N_b) t_b)_b in the trivial block, and lie in its eigenvectors.
    """
    values, weights, irreps = block_spectrum(blocks)
    labels = np.sqrt(orbits.sizes)[:, None] * orbits.targets  # [C, m]
    labels = np.ldexp(labels, -np.frexp(np.abs(labels).max(initial=0.0))[1])  # squares of no size overflow
    vectors = np.linalg.eigh(blocks[0])[1]
    parts = np.sum((vectors.conj().T @ labels).real ** 2, axis=1)
    total = float(np.sum(labels**2))
    label_weights = np.zeros(values.size)
    label_weights[irreps == 0] = parts / (total or 1.0)
    name = f"{len(orbits)} orbit{'s' * (len(orbits) > 1)} of {orbits.group.name}"
    return Spectrum(name, values, weights, irreps, label_weights, ridge)


def require_positive(eigenvalues: FloatArray, what: str, ridge: float = 0.0, rows: int = 0) -> None:
    """Check that the eigenvalues of K + r I are positive beyond rounding.

    Args:
        eigenvalues: Array [k].
        what: Whose they are, for the message.
        ridge: r, contained in the eigenvalues.
        rows: Rows of the largest matrix that they were computed from; k if omitted.

    Raises:
        SingularGramError: If one is not; the message has its size and the ridge that would bring the condition
            number to about USEFUL_CONDITION.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.spectrum import require_positive
        >>> require_positive(np.array([1.0, 1e-3]), "two points")
    """
    if not is_positive(eigenvalues, rows):
        raise refusal(eigenvalues, what, ridge, rows, ridge_to_add(eigenvalues))


def is_positive(eigenvalues: FloatArray, rows: int = 0) -> bool:
    """Whether all eigenvalues are positive beyond rounding; arguments as of :func:`require_positive`."""
    return bool(eigenvalues.min() > _rounding(eigenvalues, rows) * eigenvalues.max())


def ridge_to_add(eigenvalues: FloatArray) -> float:
    """The s with (largest + s) = USEFUL_CONDITION (smallest + s); a kernel that is zero everywhere takes any."""
    largest, smallest = float(eigenvalues.max()), float(eigenvalues.min())
    return (largest - USEFUL_CONDITION * smallest) / (USEFUL_CONDITION - 1) or 1.0


def refusal(eigenvalues: FloatArray, what: str, ridge: float, rows: int, added: float) -> SingularGramError:
    """What is raised for eigenvalues that are not positive, with the ridge to add to r."""
    largest, smallest = float(eigenvalues.max()), float(eigenvalues.min())
    fault = "vanishes" if abs(smallest) <= _rounding(eigenvalues, rows) * abs(largest) else "is negative"
    return SingularGramError(
        f"The Gram matrix is not positive definite: an eigenvalue of {what} {fault}, {smallest:.1e} where the "
        f"largest is {largest:.1e}; ridge = {ridge + added:.1e} would bring the condition number to about "
        f"{USEFUL_CONDITION:.0e}."
    )


def _rounding(eigenvalues: FloatArray, rows: int) -> float:
    """What is taken for zero beside the largest eigenvalue."""
    return float(np.finfo(np.float64).eps) * max(ROUNDINGS, rows or eigenvalues.size)
