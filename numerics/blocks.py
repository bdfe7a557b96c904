"""Fourier blocks of a Gram matrix, held in stacks of one shape and factored once (Theorems T2, T3 and T4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import get_lapack_funcs

from orbitkernels.errors import NotInvariantError, SingularGramError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
#: float64 where the irrep is real, complex128 otherwise.
Matrices = npt.NDArray[np.inexact[Any]]

#: Largest asymmetry of a block beside the largest entry of all: above the rounding of kernels in single precision.
ASYMMETRY = 1e-6

#: Least length of an orbit that counts beside a longer one: ASYMMETRY times it is a few roundings of that one.
_LEAST_LENGTH = 1e-9

#: Squares of smaller numbers may be lost, so that a norm tells nothing.
_SQUARES_FROM = 1e-140

#: From this size on LAPACK, matrix by matrix, beats substitution for all matrices at once.
_LAPACK_SIZE = 8

#: From this number of small blocks on, operations on all blocks at once beat one call of LAPACK a block.
_MANY = 4096


@dataclass(frozen=True)
class BlockStack:
    """Blocks of one shape.

    Attributes:
        irreps: Array [k]: which irreps, as positions in the caller's list.
        weight: How often each eigenvalue occurs in the Gram matrix: d_rho (T2), d_rho^2 for class functions (T3).
        bases: For each orbit an orthonormal basis [k, d, f_c] of the H_c-fixed vectors.
        matrices: The blocks [k, D, D] with D = sum_c f_c, orbit after orbit.
    """

    irreps: IntArray
    weight: int
    bases: tuple[Matrices, ...]
    matrices: Matrices

    @cached_property
    def offsets(self) -> IntArray:
        """Array [C + 1]: orbit c fills the rows offsets[c] to offsets[c + 1]."""
        return np.concatenate([[0], np.cumsum([basis.shape[2] for basis in self.bases])]).astype(np.int64)

    @cached_property
    def factors(self) -> Matrices:
        """Cholesky factors L [k, D, D], Khat(rho) = L L^*.

        Raises:
            numpy.linalg.LinAlgError: If a block is not positive definite.
        """
        return np.linalg.cholesky(self.matrices)

    @cached_property
    def inverse_factors(self) -> Matrices:
        """Inverses of the triangular factors, so that Khat(rho)^-1 = L^-* L^-1."""
        return triangular_inverses(self.factors)

    @cached_property
    def traces(self) -> FloatArray:
        """Traces [k] of the blocks."""
        found: FloatArray = np.einsum("kii->k", self.matrices.real)
        return found

    def traces_of(self, c: int) -> FloatArray:
        """Traces [k] of the parts of orbit c."""
        rows = np.arange(*self.orbit(c).indices(self.rows))
        return np.asarray(self.matrices.real[:, rows, rows].sum(axis=1))

    @cached_property
    def inverse_traces(self) -> FloatArray:
        """Array [C, k]: tr[(Khat(rho)^-1)_cc], the squared norm of the columns of c in the inverse factor."""
        found = np.zeros((len(self.bases), len(self.matrices)))
        for c, total in enumerate(found):
            if self.rows < _LAPACK_SIZE:  # entry by entry, which takes one pass over many small blocks
                for j in range(*self.orbit(c).indices(self.rows)):
                    for i in range(j, self.rows):
                        total += squares(self.inverse_factors[:, i, j])
            else:
                total += squares(self.inverse_factors[:, :, self.orbit(c)]).sum(axis=(1, 2))
        return found

    @cached_property
    def asymmetries(self) -> FloatArray:
        """Array [k]: ||(B - B^*)/2||_F of the blocks B."""
        if self.rows >= _LAPACK_SIZE:
            skew = self.matrices - self.matrices.conj().swapaxes(1, 2)
            return np.asarray(np.linalg.norm(skew, axis=(1, 2)) / 2)
        total = np.zeros(len(self.matrices))
        for i in range(self.rows):
            total += 4 * self.matrices[:, i, i].imag ** 2
            for j in range(i):
                lower, upper = self.matrices[:, i, j], self.matrices[:, j, i]
                total += 2 * ((lower.real - upper.real) ** 2 + (lower.imag + upper.imag) ** 2)
        return np.asarray(np.sqrt(total) / 2)

    def parts(self, values: FloatArray) -> FloatArray:
        """Array [C, C]: largest of the values [k, D, D] in the part of each pair of orbits, 0 if it is empty."""
        found = np.zeros((len(self.bases), len(self.bases)))
        present = np.flatnonzero(np.diff(self.offsets))
        starts = self.offsets[present]
        if starts.size:
            rows = np.maximum.reduceat(values.max(axis=0), starts, axis=0)
            found[np.ix_(present, present)] = np.maximum.reduceat(rows, starts, axis=1)
        return found

    @property
    def eigenvalues(self) -> FloatArray:
        """Eigenvalues [k, D] of the blocks, ascending."""
        if self.matrices.shape[1] != 2 or len(self.matrices) <= _MANY:
            return np.linalg.eigvalsh(self.matrices).astype(np.float64, copy=False)
        first, last = self.matrices[:, 0, 0].real, self.matrices[:, 1, 1].real
        radius = np.hypot((first - last) / 2, np.abs(self.matrices[:, 1, 0]))
        return np.stack([(first + last) / 2 - radius, (first + last) / 2 + radius], axis=1)

    @property
    def rows(self) -> int:
        """D."""
        return int(self.matrices.shape[1])

    def orbit(self, c: int) -> slice:
        """Rows of orbit c."""
        return slice(int(self.offsets[c]), int(self.offsets[c + 1]))


@dataclass(frozen=True)
class FourierBlocks:
    """All blocks Khat(rho) of a Gram matrix; ``blocks[r]`` is the one of irrep r, an array [D, D].

    Attributes:
        order: n.
        sizes: Array [C] of the orbit sizes N_c.
        stacks: The blocks, sorted by shape.
    """

    order: int
    sizes: IntArray
    stacks: tuple[BlockStack, ...]

    @cached_property
    def _places(self) -> IntArray:
        """Array [irreps, 2]: the stack that holds the block of each irrep, and its position there."""
        places = np.full((len(self), 2), -1, dtype=np.int64)
        for number, stack in enumerate(self.stacks):
            places[stack.irreps, 0] = number
            places[stack.irreps, 1] = np.arange(stack.irreps.size)
        return places

    def __len__(self) -> int:
        return sum(stack.irreps.size for stack in self.stacks)

    def __getitem__(self, irrep: int) -> Matrices:
        stack, position = self.locate(irrep)
        matrix: Matrices = stack.matrices[position]
        return matrix

    def __iter__(self) -> Iterator[Matrices]:
        return (self[irrep] for irrep in range(len(self)))

    @cached_property
    def scales(self) -> FloatArray:
        """Array [C]: largest trace of the part of an orbit in a block, its norm within a factor D."""
        parts = [[stack.traces_of(c).max(initial=0.0) for c in range(len(stack.bases))] for stack in self.stacks]
        return np.asarray(np.max(parts, axis=0))

    def locate(self, irrep: int) -> tuple[BlockStack, int]:
        """The stack that holds the block of an irrep, and its position there."""
        if not 0 <= irrep < len(self):
            raise IndexError(irrep)
        stack, position = self._places[irrep].tolist()
        return self.stacks[stack], position

    def weight(self, irrep: int) -> int:
        """How often each eigenvalue of the block occurs in the Gram matrix."""
        return self.locate(irrep)[0].weight

    def require_hermitian(self) -> None:
        """Check that every block is Hermitian, because only its lower triangle is used from here on.

        The part of each pair of orbits is compared in its own units: a long orbit does not hide a short one.

        Raises:
            NotInvariantError: If one is off by more than ASYMMETRY times the largest entry of such parts.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            least = float(self.scales.min(initial=np.inf)) / max(stack.rows or 1 for stack in self.stacks)
            skew = max(float(stack.asymmetries.max(initial=0.0)) for stack in self.stacks)
        if least > _SQUARES_FROM and 2 * skew <= ASYMMETRY * least:
            return
        sizes = np.max([stack.parts(np.abs(stack.matrices)) for stack in self.stacks], axis=0)
        skews = [np.abs(stack.matrices - stack.matrices.conj().swapaxes(1, 2)) for stack in self.stacks]
        off = np.max([stack.parts(skew) for stack, skew in zip(self.stacks, skews, strict=True)], axis=0)
        lengths = np.sqrt(np.diagonal(sizes))
        longer = np.maximum.outer(lengths, lengths)
        scale = np.maximum(sizes, longer * np.maximum(np.minimum.outer(lengths, lengths), _LEAST_LENGTH * longer))
        if (off <= ASYMMETRY * scale).all():
            return
        a, b = np.unravel_index(np.argmax(np.where(off <= ASYMMETRY * scale, 0.0, off / scale)), off.shape)
        irrep = next(
            int(stack.irreps[i])
            for stack, skew in zip(self.stacks, skews, strict=True)
            for i, part in enumerate(skew[:, stack.orbit(int(a)), stack.orbit(int(b))])
            if not (part < off[a, b]).all()
        )
        raise NotInvariantError(
            f"Argument 'phi' must satisfy phi_ba(g) = phi_ab(g^-1); the Fourier block of irrep {irrep} is off a "
            f"Hermitian one by {off[a, b]:.1e} beside {scale[a, b]:.1e}, so the kernel is not symmetric or not "
            "invariant; if that is rounding, a ridge far above the difference helps."
        )

    @cached_property
    def _has_usable_factors(self) -> bool:
        """Whether every pivot is above eps times the norm of the Gram matrix; asked often, so found once."""
        try:
            pivots = [self._pivots(stack) for stack in self.stacks]
        except np.linalg.LinAlgError:
            return False
        return all(bool((found > np.finfo(float).eps).all()) for found in pivots)

    def require_invertible(self) -> None:
        """Check that every block is positive definite beyond rounding.

        The pivots of an orbit have the size of its part of the Gram matrix, and are compared with that: orbits of
        very different lengths are factored with the same roundings as orbits of one length.

        Raises:
            SingularGramError: If a pivot is not above eps times the largest trace of its orbit's part of a block.
        """
        if self._has_usable_factors:
            return
        for stack in self.stacks:
            try:
                pivots = self._pivots(stack).min(axis=1, initial=np.inf)
            except np.linalg.LinAlgError:
                roots = np.sqrt(self._sizes(stack))
                pivots = np.linalg.eigvalsh(stack.matrices / roots[:, None] / roots)[:, 0]
            worst = int(np.argmin(pivots))
            if not pivots[worst] > np.finfo(float).eps:
                least, most = 1e-8 * self.scales.min(), 1e-8 * self.scales.max()
                raise SingularGramError(
                    f"The Gram matrix is singular: the Fourier block of irrep {stack.irreps[worst]} (degree "
                    f"{stack.bases[0].shape[1]}) has the pivot {pivots[worst]:.1e} relative to the largest "
                    "trace of its orbit's part of a block; a ridge r adds r to every eigenvalue, try r = "
                    + (f"{most:.0e}." if most < 16 * least else f"{least:.0e}, and larger ones up to {most:.0e}.")
                )

    def _pivots(self, stack: BlockStack) -> FloatArray:
        """Array [k, D]: pivots of the blocks of a stack over the sizes of their orbits."""
        return np.asarray(np.diagonal(stack.factors, axis1=1, axis2=2).real ** 2 / self._sizes(stack))

    def _sizes(self, stack: BlockStack) -> FloatArray:
        """Array [D]: the scale of the orbit of each row; 1 for one where the kernel vanishes."""
        return np.repeat(np.where(self.scales > 0, self.scales, 1.0), np.diff(stack.offsets))


def squares(values: Matrices) -> FloatArray:
    """|z|^2, without the square root of a modulus.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.blocks import squares
        >>> squares(np.array([3.0 + 4.0j])).tolist()
        [25.0]
    """
    if not np.iscomplexobj(values):
        return np.asarray(values * values, dtype=np.float64)
    return np.asarray(values.real**2 + values.imag**2)


def triangular_inverses(factors: Matrices) -> Matrices:
    """Inverses of lower triangular matrices [k, D, D]; entries of very different sizes do no harm.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.blocks import triangular_inverses
        >>> triangular_inverses(np.array([[[2.0, 0.0], [1.0, 4.0]]])).tolist()
        [[[0.5, 0.0], [-0.125, 0.25]]]
    """
    if factors.shape[1] < _LAPACK_SIZE:
        return _small_inverses(factors)
    trtri = get_lapack_funcs("trtri", (factors,))
    return np.stack([trtri(factor, lower=1)[0] for factor in factors])


def _small_inverses(factors: Matrices) -> Matrices:
    """Inverses of triangular matrices [k, D, D] by forward substitution, column by column."""
    inverses = np.zeros_like(factors)
    for j in range(factors.shape[1]):
        inverses[:, j, j] = 1 / factors[:, j, j]
        for i in range(j + 1, factors.shape[1]):
            sums = sum(factors[:, i, m] * inverses[:, m, j] for m in range(j, i))
            inverses[:, i, j] = -sums / factors[:, i, i]
    return inverses
