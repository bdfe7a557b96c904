"""Gram matrices that are nearly group-circulant: their average over the group, and errors expanded around it.

K = Kc + E, with Kc the average of P_g K P_g^T over G.  At a point i with the others R, and with the row
eta = E_iR - Kc_iR Kc_RR^-1 E_RR, the leave-one-out errors of K and Kc differ by

    -eta Kc_RR^-1 y_R  +  eta Kc_RR^-1 E_RR K_RR^-1 y_R,

a term of first order in E, which is zero on average over an orbit, and a remainder of second order (Theorem T10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.numerics import dense
from orbitkernels.theory.rational_gram import as_fraction

from .instances import Instance, IntArray, named_group
from .routes import NumericRoutes

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.subgroups import Subgroup

    from .instances import FloatArray


def pose_permutations(group: FiniteGroup, stabilisers: Sequence[Subgroup]) -> IntArray:
    """Array [n, N]: where each element takes each pose, orbit after orbit.

    Example:
        >>> from orbitkernels.proofs.approximate_symmetry import pose_permutations
        >>> from orbitkernels.theory.names import group
        >>> C3 = group("C3")
        >>> pose_permutations(C3, [C3.subgroup([])]).tolist()
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    every, parts, start = np.arange(group.order), [], 0
    for H in stabilisers:
        moved = group.multiply(every[:, None], H.left_representatives[None, :])
        parts.append(start + H.left_coset_labels[moved])
        start += H.index
    return np.concatenate(parts, axis=1)


def circulant_part(gram: npt.NDArray[Any], permutations: IntArray) -> npt.NDArray[Any]:
    """Kc, the mean of K over simultaneous permutations of rows and columns; fractions for integers.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.approximate_symmetry import circulant_part
        >>> circulant_part(np.array([[1.0, 2.0], [2.0, 5.0]]), np.array([[0, 1], [1, 0]])).tolist()
        [[3.0, 2.0], [2.0, 3.0]]
    """
    total: npt.NDArray[Any] = np.sum([gram[np.ix_(p, p)] for p in permutations], axis=0)
    if gram.dtype.kind in "iu":
        total = np.frompyfunc(as_fraction, 1, 1)(total)
    mean: npt.NDArray[Any] = total / len(permutations)
    return mean


def symbol_of(circulant: npt.NDArray[Any], stabilisers: Sequence[Subgroup]) -> npt.NDArray[Any]:
    """The symbol phi_ab(g), entries of Kc between the seed of orbit a and the pose g x_b, array [C, C, n]."""
    starts = np.concatenate([[0], np.cumsum([H.index for H in stabilisers])])
    columns = np.stack([start + H.left_coset_labels for start, H in zip(starts, stabilisers, strict=False)])
    symbol: npt.NDArray[Any] = circulant[starts[:-1][:, None, None], columns[None, :, :]]
    return symbol


# ---------------------------------------------------------------------- rationals and balls


def expansion(gram: Any, circulant: Any, labels: Any, i: int) -> tuple[list[Any], list[Any]]:
    """First-order term and remainder of the difference of the errors at point i, one number a label column.

    Args:
        gram: K, an fmpq_mat or arb_mat.
        circulant: Kc, of the same type.
        labels: y, [N, m], of the same type.
        i: The missing point.
    """
    R, columns = [j for j in range(gram.nrows()) if j != i], range(labels.ncols())
    K, Kc, known = part(gram, R, R), part(circulant, R, R), part(labels, R, columns)
    F, across = K - Kc, part(circulant, R, [i])
    eta = (part(gram, R, [i]) - across - F * Kc.solve(across)).transpose()
    first, rest = eta * Kc.solve(known), eta * Kc.solve(F * K.solve(known))
    return [-value for value in first.entries()], list(rest.entries())


def part(matrix: Any, rows: Sequence[int], columns: Sequence[int]) -> Any:
    """Some rows and columns of an fmpq_mat or arb_mat."""
    return type(matrix)([[matrix[i, j] for j in columns] for i in rows])


def sizes_of_labels(circulant: Any, labels: Any, i: int) -> list[Any]:
    """kappa^2 = v y_R^T Kc_RR^-1 y_R for each label column, v = 1/[Kc^-1]_ii."""
    R = [j for j in range(circulant.nrows()) if j != i]
    known = part(labels, R, range(labels.ncols()))
    lengths = known.transpose() * part(circulant, R, R).solve(known)
    variance = 1 / circulant.inv()[i, i]
    return [variance * lengths[m, m] for m in range(labels.ncols())]


def eighth_power(gram: Any, circulant: Any) -> Any:
    """tr (Kc^-1 E)^8 = tr (Kc^-1/2 E Kc^-1/2)^8, at least the eighth power of the spectral norm."""
    fourth = (circulant.inv() * (gram - circulant)) ** 4
    size = fourth.nrows()
    return sum((fourth[i, j] * fourth[j, i] for i in range(size) for j in range(size)), fourth[0, 0] * 0)


def relative_size(power: Fraction) -> Fraction:
    """A positive rational number at least the eighth root of `power`, and above it by less than 10^-6.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.approximate_symmetry import relative_size
        >>> Fraction(1, 2) <= relative_size(Fraction(1, 256)) < Fraction(500002, 1000000)
        True
    """
    # positive even for 0: the square of 0 is no bound for a ball around zero
    root = Fraction(int(float(power) ** 0.125 * 10**7) + 1, 10**7)
    while root**8 < power:
        root += Fraction(1, 10**7)
    return root


# ---------------------------------------------------------------------- floating point


@dataclass(frozen=True)
class Nearly:
    """A nearly group-circulant matrix in floating point.

    Attributes:
        instance: Group, stabilisers and labels; the symbol is that of Kc, the ridge included.
        circulant: Kc [N, N].
        perturbation: E [N, N], zero on average over the group.
    """

    instance: Instance
    circulant: FloatArray
    perturbation: FloatArray

    @cached_property
    def epsilon(self) -> float:
        """Spectral norm of Kc^-1/2 E Kc^-1/2, from the generalised eigenvalue problem E x = eps Kc x."""
        from scipy.linalg import eigh

        return float(np.abs(eigh(self.perturbation, self.circulant, eigvals_only=True)).max())

    def scaled(self, factor: float) -> Nearly:
        """The same with a multiple of E."""
        return replace(self, perturbation=factor * self.perturbation)

    @property
    def gram(self) -> FloatArray:
        """K = Kc + E."""
        return self.circulant + self.perturbation

    @cached_property
    def routes(self) -> NumericRoutes:
        """The routes to the errors of Kc."""
        return NumericRoutes(self.instance)

    @cached_property
    def labels(self) -> FloatArray:
        """Labels of all points [N, m]."""
        return np.array(self.instance.labels, dtype=np.float64)

    def refitted(self) -> FloatArray:
        """Errors [N, m] at every point by dropping it and solving anew."""
        return np.concatenate([dense.refit(self.gram, self.labels, [i]) for i in range(len(self.labels))])

    def orbit_means(self, values: FloatArray) -> FloatArray:
        """Means [C, m] over the poses of each orbit of values [N, m]."""
        starts = np.cumsum(self.instance.sizes) - self.instance.sizes
        means: FloatArray = np.add.reduceat(values, starts, axis=0) / self.instance.sizes[:, None]
        return means

    def within_bounds(self, errors: FloatArray, refitted: FloatArray) -> list[bool]:
        """Whether poses, means, and means by the norms of Kc^-1 and E, are within the bounds, up to rounding.

        Args:
            errors: Error by T6 of each orbit [C, m].
            refitted: Errors at all points [N, m].
        """
        orbit, inverse = self.routes.orbit_of_point, np.linalg.inv(self.circulant)
        whole = np.einsum("im,ij,jm->m", self.labels, inverse, self.labels)
        variances = self.orbit_means(1 / np.diag(inverse)[:, None])  # [C, 1]
        kappa = np.sqrt(np.maximum(variances * whole - errors**2, 0))
        rounding = 1e-9 * (1 + np.abs(errors))
        means, norms = np.abs(self.orbit_means(refitted) - errors), np.linalg.norm(inverse, 2)
        relative = float(norms * np.linalg.norm(self.perturbation, 2))
        one = kappa * self.epsilon / np.sqrt(1 - self.epsilon**2) + rounding
        small = kappa * relative**2 + rounding
        return [
            bool((np.abs(refitted - errors[orbit]) <= one[orbit]).all()),
            bool((means <= kappa * self.epsilon**2 / (2 * (1 - self.epsilon)) + rounding).all()),
            bool((means <= small).all()) if relative <= 0.5 else self.epsilon <= relative * (1 + 1e-9),
        ]

    def remainders(self) -> FloatArray:
        """Array [N, m]: the remainder at each point."""
        return np.array([self._remainder(i) for i in range(len(self.labels))])

    def _remainder(self, i: int) -> FloatArray:
        R = np.delete(np.arange(len(self.labels)), i)
        K, Kc, E = (matrix[np.ix_(R, R)] for matrix in (self.gram, self.circulant, self.perturbation))
        weights = np.linalg.solve(Kc, self.circulant[R, i])
        eta = np.linalg.solve(Kc, self.perturbation[R, i] - E @ weights)
        remainder: FloatArray = eta @ E @ np.linalg.solve(K, self.labels[R])
        return remainder


def nearly(instance: Instance, gram: FloatArray) -> Nearly:
    """Split a Gram matrix on the poses of an instance into its average over the group and the rest."""
    circulant = circulant_part(gram, pose_permutations(instance.group, instance.stabilisers))
    circulant = (circulant + circulant.T) / 2
    symbol = symbol_of(circulant, instance.stabilisers)
    return Nearly(replace(instance, phi=symbol, ridge=Fraction(0)), circulant, gram - circulant)


@dataclass(frozen=True)
class RotationCase:
    """Handwritten digits turned by multiples of 360/N degrees, bilinearly: nearly orbits of C_N.

    Attributes:
        turns: N.
        kernel: Specification.
        orbits: Number of digits.
    """

    turns: int
    kernel: str
    orbits: int

    @property
    def group(self) -> str:
        """The cyclic group that the rotations nearly are."""
        return f"C{self.turns}"

    def __str__(self) -> str:
        return f"{self.orbits} digits turned by multiples of 360/{self.turns} degrees, {self.kernel}"


def rotated_digits(case: RotationCase, rng: np.random.Generator) -> Nearly:
    """Gram matrix of a kernel on rotated digits, with a ridge of twice the norm of E, which makes epsilon < 1/2.

    The labels are +1 and -1 in turn.
    """
    from scipy.ndimage import rotate
    from sklearn.datasets import load_digits

    from .kernels import kernel

    images = load_digits().images / 16
    seeds = images[rng.choice(len(images), case.orbits, replace=False)]
    points = [
        rotate(seed, 360 * j / case.turns, reshape=False, order=1).ravel()
        for seed in seeds
        for j in range(case.turns)
    ]
    group = named_group(case.group)
    stabilisers = (group.subgroup([]),) * case.orbits
    targets = np.array([[(-1) ** c] for c in range(case.orbits)])
    instance = Instance(group, np.zeros((case.orbits, case.orbits, case.turns)), stabilisers, targets, Fraction(0))
    found = nearly(instance, kernel(case.kernel).gram(np.array(points)))
    ridge = 2 * float(np.linalg.norm(found.perturbation, 2))
    return nearly(instance, found.gram + ridge * np.eye(len(points)))
