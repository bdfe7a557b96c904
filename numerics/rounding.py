r"""How far rounding moves an error on group orbits: bounds with explicit constants, and typical levels.

Notation of N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, SIAM 2002: u is the unit
roundoff and gamma_k = k u / (1 - k u).  What is known of an algorithm is how large a perturbation D of the matrix
explains its result; what a perturbation does follows from exact identities, without a limit of small D.

*Backward errors.*  Cholesky's factor of B is exact for B + D with |D| <= gamma_{n+1} |L| |L^*| (Theorem 10.3), and
with two triangular solves |D| <= gamma_{3n+1} |L| |L^*| (Theorem 10.4).  The norm of |L| |L^*| is at most
||L||_F^2 <= tr(B) / (1 - gamma_{n+1}).  Rows of L^-1 by substitution bring 2 gamma_n tr(B) more (Theorem 8.5).
A sum of n products is off by gamma_n times the sum of their sizes in any order (3.5), so a Fourier block is off
by (gamma_n sqrt(d) + e) ||Phi|| with Phi_ab = sum_g |phi_ab(g)| and e the distance of the matrices of the irrep
from an exact one.  Complex arithmetic has sqrt(2) gamma_2k for gamma_k (Lemma 3.5).

*Sensitivity.*  For w = K^-1 y and v = K^-1 e_i: w_i(K + D) - w_i(K) = -v^* D w(K + D) and the same with v for w.
As |v|^2 <= v_i / lambda_min, the entries v_i are off by the relative eta / (1 - eta), eta = ||D|| / lambda_min,
block by block; 1 / lambda_min is at most the trace of the inverse.  For the error e = y_i - K_iR K_RR^-1 y_R with
dual coefficients a = K_RR^-1 y_R and weights b = K_RR^-1 K_Ri: e(K + D) - e(K) = -(1, -b)^* D (0, a(K + D)).

*Sets.*  With eta the largest of all blocks, (1 - eta) (K + D) <= K <= (1 + eta) (K + D) in the order of Loewner,
so K^-1 is within +-eta' (K + D)^-1, eta' = eta / (1 - eta), and so is each compression of it: the entries
M = [K^-1]_SS at any set S move by F with ||M^-1/2 F M^-1/2|| <= eta', whatever S is, and the mean of M over a
coset by the relative eta'.  Entries E of M that are off by at most epsilon (m_ii m_jj)^1/2, from one more Fourier
transform and from Cholesky of M = L L^T (|L| |L^T| has such entries), have
||L^-1 E L^-T|| <= epsilon || |L^-1| diag(M)^1/2 ||^2.  For z = [K^-1 y]_S - [(K + D)^-1 y]_S, as labels lie in the
trivial irrep, ||M^-1/2 z|| <= eta'_1 (y^* K^-1 y)^1/2, because M^-1/2 P_S K^-1/2 is a contraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve

if TYPE_CHECKING:
    from .transform_rounding import TransformRounding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Unit roundoff of float64.
DOUBLE = 2.0**-53

#: Twice the largest relative error of one addition, product or quotient of double-doubles with sloppy low words,
#: 15 u^2: M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic building blocks of
#: double-word arithmetic", ACM Transactions on Mathematical Software 44, 2017.
DOUBLE_DOUBLE = 2.0**-101


def gamma(operations: npt.ArrayLike, unit: float = DOUBLE) -> FloatArray:
    """gamma_k = k u / (1 - k u); infinite from k u = 1 on.

    Example:
        >>> from orbitkernels.numerics.rounding import gamma
        >>> float(gamma(1, 0.5)), float(gamma(2, 0.5))
        (1.0, inf)
    """
    product = np.asarray(operations, dtype=np.float64) * unit
    if (product < 1).all():
        return np.asarray(product / (1 - product))
    return np.where(product < 1, product / np.where(product < 1, 1 - product, 1.0), np.inf)


@dataclass(frozen=True)
class BlockSizes:
    """What the bounds need to know of the k Fourier blocks B of K + r I, the trivial one first.

    Attributes:
        degrees: Array [k]: d.
        rows: Array [k]: number of rows of each block.
        weights: Array [k]: how often each of its eigenvalues occurs.
        is_complex: Array [k]: whether its numbers are complex.
        traces: Array [k]: tr B.
        inverse_traces: Array [k, C]: tr[(B^-1)_cc].
        asymmetries: Array [k]: ||(B - B^*)/2||_F, what is lost by looking at one triangle.
        irrep_errors: Array [k]: distance of the irrep's matrices from an exact unitary irrep.
        mass: ||Phi||, Phi_ab = sum_g |phi_ab(g)| / sqrt(|H_a| |H_b|).
        root_mean_square: The same of (sum_g phi_ab(g)^2)^(1/2).
        order: n, the order of the group.
        fast: Of the fast transform that made the blocks, irrep by irrep; None if n products were summed up.
    """

    degrees: IntArray
    rows: IntArray
    weights: FloatArray
    is_complex: BoolArray
    traces: FloatArray
    inverse_traces: FloatArray
    asymmetries: FloatArray
    irrep_errors: FloatArray
    mass: float
    root_mean_square: float
    order: int
    fast: TransformRounding | None = None

    def perturbations(self, unit: float) -> FloatArray:
        """Array [k]: largest ||D|| for which the computed block, factor and inverse are those of B + D."""
        copies, factor = np.where(self.is_complex, 2, 1), np.where(self.is_complex, np.sqrt(2), 1.0)
        terms = copies * (2 * self.degrees + 8) + (self.order if self.fast is None else 0)
        sums = gamma(terms, unit) * np.sqrt(self.degrees) * factor
        if self.fast is not None:
            sums = sums + self.fast.sums
        cholesky = gamma(copies * (3 * self.rows + 10), unit) * factor
        spread = 0.0 if self.fast is None else self.fast.roots * np.sqrt(self.order) * self.root_mean_square
        return np.asarray(
            (sums + self.irrep_errors) * self.mass + spread + self.asymmetries + cholesky * self.traces
        )

    def typical_perturbations(self, unit: float) -> FloatArray:
        """Array [k]: the entries of D if each number of a sum, and each entry of B, is rounded independently."""
        return unit * (self.root_mean_square + self.traces / np.maximum(1, self.rows)) + self.asymmetries

    def sums(self, unit: float) -> float:
        """Largest error of an entry of K^-1 that one more Fourier transform brings, relative to the diagonal."""
        copies = np.where(self.is_complex, 2, 1)
        errors = gamma(copies * (2 * self.degrees + (self.order if self.fast is None else 0)), unit)
        errors = errors + self.irrep_errors
        if self.fast is not None:
            errors = errors + self.fast.sums + self.fast.roots * np.sqrt(self.order)
        return float(np.max(errors * np.sqrt(self.degrees)))

    def products(self, unit: float) -> float:
        """Largest error of K v or K^-1 v by transforms, relative to the norms of the matrix and of v.

        There are three transforms; an error e |v|_1 <= e sqrt(n) |v| of each vhat(rho) is one of that size of v.
        A sum of n products has e = gamma_n || |rho(g)| ||, and the norm of the absolute values is sqrt(d) at most.
        """
        n, rows = self.order, int(self.rows.max())
        if self.fast is None:
            copies, factor = np.where(self.is_complex, 2, 1), np.where(self.is_complex, np.sqrt(2), 1.0)
            each = float(np.max(factor * gamma(copies * n, unit) * np.sqrt(self.degrees)))
        else:
            each = float(self.fast.sums.max()) + self.fast.roots
        blocks = np.sqrt(2 * rows) * gamma(2 * rows, unit)
        return float(3 * np.sqrt(n) * (each + self.irrep_errors.max()) + blocks)

    @cached_property
    def inverse_trace(self) -> FloatArray:
        """Array [k]: tr B^-1."""
        return np.asarray(sum(self.inverse_traces.T))

    @property
    def trace(self) -> float:
        """tr(K + r I)."""
        return float(np.sum(self.weights * self.traces))


@dataclass(frozen=True)
class InverseRounding:
    """How far entries of K^-1 and dual coefficients may be off, for one matrix or many in leading axes.

    Attributes:
        entries: Array [..., C]: the largest error of entries of K^-1 on an orbit.
        duals: Array [..., C, m]: errors of the dual coefficients K^-1 y.
        relative: Array [...]: eta', the largest of ||K^1/2 D' K^1/2|| for the error D' of K^-1, over all blocks.
        labels: Array [..., m]: bound of ||M^-1/2 z|| for the error z of K^-1 y at any set, M = [K^-1]_SS.
        rounded: Array [..., C, m]: what rounding adds to that for each entry of K^-1 y.
    """

    entries: FloatArray
    duals: FloatArray
    relative: FloatArray
    labels: FloatArray
    rounded: FloatArray


def inverse_rounding(
    sizes: BlockSizes,
    perturbations: FloatArray,
    orbit_sizes: IntArray,
    duals: FloatArray,
    unit: float,
    targets: FloatArray,
) -> InverseRounding:
    """Errors of K^-1 on each orbit and of K^-1 y, when each block is perturbed by so much.

    Args:
        sizes: The blocks.
        perturbations: Array [k].
        orbit_sizes: Array [C]: N_c.
        duals: K^-1 y on each orbit, array [C, m].
        unit: Unit roundoff u.
        targets: The labels y on each orbit, array [C, m].

    Returns:
        Bounds; infinite where a block may be singular.
    """
    eta = perturbations * sizes.inverse_trace
    relative = gamma(eta, 1.0)
    summed = gamma(sizes.order * (1 + orbit_sizes.size) + 4, unit)
    factors = sizes.weights * (relative + summed)
    if np.isfinite(factors).all():
        entries = factors @ sizes.inverse_traces / orbit_sizes
    else:  # where an orbit has no part in a block that may be singular, 0 times infinity would be no number
        known = np.where(sizes.inverse_traces > 0, factors[:, None], 0.0)
        entries = np.sum(sizes.inverse_traces * known, axis=0) / orbit_sizes
    return moved_inverse(entries, (relative[0], np.max(relative)), float(summed), orbit_sizes, duals, targets)


def moved_inverse(
    entries: FloatArray,
    relative: tuple[npt.ArrayLike, npt.ArrayLike],
    summed: float,
    orbit_sizes: IntArray,
    duals: FloatArray,
    targets: FloatArray,
) -> InverseRounding:
    """As :func:`inverse_rounding`, from what is known of the blocks; for one matrix, or many in leading axes.

    Args:
        entries: Array [..., C]: the largest error of entries of K^-1 on an orbit.
        relative: Arrays [...]: eta' of the trivial block, and the largest of all blocks.
        summed: Relative error of the sums that are made of the blocks.
        orbit_sizes: Array [C]: N_c.
        duals: K^-1 y on each orbit, array [..., C, m].
        targets: The labels, array [..., C, m].
    """
    own, worst = (np.asarray(x)[..., None] for x in relative)
    sizes = orbit_sizes[:, None]
    trivial = np.sqrt(np.sum(sizes * duals**2, axis=-2))  # [..., m], the norm of the vector of the block
    rounded = summed * trivial[..., None, :] / np.sqrt(sizes)
    energy = np.sum(sizes * (targets * duals + np.abs(targets) * rounded), axis=-2)
    with np.errstate(invalid="ignore"):  # no labels, and a block that may be singular: 0 times infinity
        moved = np.where(trivial != 0, own * trivial, 0.0)[..., None, :] / np.sqrt(sizes)
        # the dual coefficients are those of another D than the inverse is: 1 + eta' between them
        labels = np.where(energy != 0, own * (1 + worst) * np.sqrt(np.maximum(energy, 0)), 0.0)
    return InverseRounding(entries, rounded + moved, np.asarray(relative[1]), labels, rounded)


def quotient_bound(
    numerator: FloatArray, denominator: npt.ArrayLike, inverse_norm: npt.ArrayLike, size: FloatArray
) -> FloatArray:
    """Bound of the error of M^-1 w, M the entries [K^-1]_SS and w those of K^-1 y at some missing points.

    (M + D)^-1 (w + z) - M^-1 w = M^-1 (z - D e) for e the first of them.

    Args:
        numerator: Largest norm of z, array [..., m].
        denominator: Largest norm of D, array [...].
        inverse_norm: ||M^-1||, array [...].
        size: Norm of the computed errors e, array [..., m].

    Returns:
        Array [..., m]; infinite if M may be singular.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.rounding import quotient_bound
        >>> quotient_bound(np.array([0.5]), 0.25, 2.0, np.array([1.0])).tolist()
        [3.0]
    """
    norm = np.asarray(inverse_norm)[..., None]
    moved = norm * np.asarray(denominator)[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):  # where M may be singular
        return np.where(moved < 1, (norm * numerator + moved * size) / (1 - moved), np.inf)


@dataclass(frozen=True)
class Refit:
    """Kernel regression without the points S, in whichever arithmetic it was solved.

    Attributes:
        duals: K_RR^-1 y_R, array [r, m].
        weights: K_RR^-1 K_RS, array [r, s].
    """

    duals: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray, labels: FloatArray, missing: IntArray) -> Refit:
        """Solved in double precision.

        Args:
            matrix: K + r I, array [N, N].
            labels: y, array [N, m].
            missing: S, array [s].
        """
        kept = np.setdiff1d(np.arange(len(matrix)), missing)
        right = np.concatenate([labels[kept], matrix[np.ix_(kept, missing)]], axis=1)
        solved = cho_solve((np.linalg.cholesky(matrix[np.ix_(kept, kept)]), True), right)
        return cls(solved[:, : labels.shape[1]], solved[:, labels.shape[1] :])

    @property
    def norms(self) -> tuple[FloatArray, FloatArray]:
        """Norms of the weights, [s, 1], and of the dual coefficients, [1, m]."""
        return np.linalg.norm(self.weights, axis=0)[:, None], np.linalg.norm(self.duals, axis=0)[None, :]


def refit_bound(
    refit: Refit,
    matrix: FloatArray,
    labels: FloatArray,
    missing: IntArray,
    smallest: float,
    unit: float = DOUBLE,
    perturbation: float | None = None,
) -> FloatArray:
    """Bound of the rounding error of y_S - K_SR K_RR^-1 y_R by Cholesky on the other points R.

    Args:
        refit: The solution on R.
        matrix: K + r I, array [N, N].
        labels: y, array [N, m].
        missing: S, array [s].
        smallest: A lower bound of the eigenvalues of K + r I.
        unit: Unit roundoff u of the arithmetic in which the error was computed.
        perturbation: ||D|| if only K + r I is off, by that much; the backward error of Cholesky if None.

    Returns:
        Array [s, m]; infinite if rounding may have made the matrix singular.
    """
    kept = np.setdiff1d(np.arange(len(matrix)), missing)
    backward = float(gamma(3 * kept.size + 1, unit)) * float(np.trace(matrix)) + asymmetry(matrix)
    size = backward if perturbation is None else perturbation
    eta = max(backward, size) / smallest if smallest > 0 else np.inf
    if not eta < 1:
        return np.full((missing.size, labels.shape[1]), np.inf)
    weights, duals = refit.norms
    moved = size * np.hypot(1, weights / (1 - eta)) * duals / (1 - eta)
    if perturbation is not None:
        return moved
    products = np.abs(matrix[np.ix_(missing, kept)]) @ np.abs(refit.duals) / (1 - eta)
    return np.asarray(moved + gamma(kept.size + 3, unit) * (products + np.abs(labels[missing])))


def typical_refit_error(
    refit: Refit, matrix: FloatArray, labels: FloatArray, missing: IntArray, unit: float = DOUBLE
) -> FloatArray:
    """The size that the error bounded by :func:`refit_bound` has if entries and products round independently."""
    kept = np.setdiff1d(np.arange(len(matrix)), missing)
    weights, duals = refit.norms
    entry = unit * float(np.trace(matrix)) / len(matrix) + asymmetry(matrix)
    products = np.sqrt(matrix[np.ix_(missing, kept)] ** 2 @ refit.duals**2)
    return np.asarray(entry * np.hypot(1, weights) * duals + unit * (products + np.abs(labels[missing])))


def asymmetry(matrix: FloatArray) -> float:
    """||(K - K^T)/2||_F."""
    return float(np.linalg.norm(matrix - matrix.T)) / 2


def smallest_eigenvalue(eigenvalues: FloatArray) -> float:
    """A lower bound of the exact eigenvalues from computed ones, ascending (LAPACK Users' Guide, section 4.7)."""
    return float(eigenvalues[0] - gamma(10 * len(eigenvalues)) * np.abs(eigenvalues).max())
