"""Fourier route: a Gram matrix on group orbits is diagonalised irrep by irrep (Theorems T2 to T7).

Notation.  G has n elements; phi[a, b, g] = k(x_a, g x_b) is the symbol of C orbits; seed c has the stabiliser H_c
and the orbit size N_c = n / |H_c|.  A unitary irrep rho is an array [n, d, d] with rho[g] the matrix of g, and the
trivial irrep comes first.  Equal sized blocks are held as one stack, so that the many linear irreps of an abelian
group are a handful of array operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, solve

from orbitkernels.errors import InputError

from .blocks import BlockStack, FloatArray, FourierBlocks, IntArray, Matrices

# ---------------------------------------------------------------------- blocks


def fixed_vectors(irrep: npt.ArrayLike, stabiliser: npt.ArrayLike | None) -> Matrices:
    """Orthonormal basis of {v : rho(h) v = v for all h in H} (Theorem T4).

    Args:
        irrep: Unitary matrices [n, d, d].
        stabiliser: Elements of H; None or one element stands for the trivial subgroup, whose
            basis is the unit matrix.

    Returns:
        Array [d, f]; columns are the eigenvectors of the averaging projector with eigenvalue 1, and for degree 1
        the vector is 1 itself, without a phase.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import fixed_vectors
        >>> fixed_vectors(np.array([[[1.0]], [[-1.0]]]), [0, 1]).shape
        (1, 0)
    """
    matrices: Matrices = np.asarray(irrep)
    degree = matrices.shape[1]
    elements = np.atleast_1d(np.asarray(0 if stabiliser is None else stabiliser, dtype=np.int64))
    if elements.size == 1:
        return np.eye(degree, dtype=matrices.dtype)
    projector = matrices[elements].mean(axis=0)
    rank = round(float(np.trace(projector).real))
    if rank == degree:
        return np.eye(degree, dtype=matrices.dtype)
    # eigenvalues of a projector are 0 and 1, so the last `rank` eigenvectors span its range
    vectors: Matrices = np.linalg.eigh(projector)[1][:, degree - rank :]
    return vectors


def fourier_blocks(
    phi: npt.ArrayLike,
    irreps: Sequence[npt.ArrayLike],
    stabilisers: Sequence[npt.ArrayLike | None] | None = None,
    ridge: float = 0.0,
    weights: Sequence[int] | None = None,
) -> FourierBlocks:
    """Blocks U_a^* (sum_g phi_ab(g) rho(g)) U_b / sqrt(|H_a| |H_b|) + r I of every irrep (Theorems T2 and T4).

    Args:
        phi: Symbol [C, C, n], phi[a, b, g] = k(x_a, g x_b).
        irreps: Unitary matrices [n, d, d] of each irrep, the trivial one first.
        stabilisers: Elements of H_c for each orbit, None where it is trivial; None if all orbits are free.
        ridge: r, added to the diagonal of the Gram matrix.
        weights: Multiplicity of the eigenvalues of each block; the degrees if omitted.

    Raises:
        InputError: If phi has another shape.
        NotInvariantError: If phi_ba(g) = phi_ab(g^-1) fails or a value is NaN.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import block_spectrum, fourier_blocks
        >>> signs = [np.array([[[1.0]], [[1.0]]]), np.array([[[1.0]], [[-1.0]]])]
        >>> blocks = fourier_blocks(np.array([[[3.0, 1.0]]]), signs)
        >>> block_spectrum(blocks)[0].tolist()
        [4.0, 2.0]
    """
    symbol = np.asarray(phi, dtype=np.float64)
    if symbol.ndim != 3 or symbol.shape[0] != symbol.shape[1]:
        raise InputError(f"Argument 'phi' must have the shape [C, C, n], not {list(symbol.shape)}.")
    count, _, order = symbol.shape
    subgroups = [np.atleast_1d(np.asarray(0 if h is None else h)) for h in (stabilisers or [None] * count)]
    arrays = [_as_matrices(irrep) for irrep in irreps]
    bases = [[fixed_vectors(array, subgroup) for subgroup in subgroups] for array in arrays]
    scale = 1 / np.sqrt([subgroup.size for subgroup in subgroups])
    symbol = symbol * scale[:, None, None] * scale[None, :, None]
    multiplicities = [array.shape[1] for array in arrays] if weights is None else list(map(int, weights))
    stacks = []
    for members in _families(arrays, bases, multiplicities):
        stacked = tuple(np.stack([bases[r][c] for r in members]) for c in range(count))
        matrices = _transform(symbol, np.stack([arrays[r] for r in members], axis=1), stacked)
        np.einsum("kii->ki", matrices)[...] += ridge  # a view of the diagonals
        stacks.append(BlockStack(np.array(members), multiplicities[members[0]], stacked, matrices))
    sizes = np.array([order // subgroup.size for subgroup in subgroups], dtype=np.int64)
    blocks = FourierBlocks(order, sizes, tuple(stacks))
    blocks.require_hermitian()
    return blocks


def _families(
    arrays: Sequence[Matrices], bases: Sequence[Sequence[Matrices]], multiplicities: Sequence[int]
) -> list[list[int]]:
    """Irreps whose blocks have one shape, type and multiplicity, and can be held in one stack."""
    families: dict[tuple[object, ...], list[int]] = {}
    for r, array in enumerate(arrays):
        sizes = [basis.shape[1] for basis in bases[r]]
        key = (array.shape[1], np.iscomplexobj(array), multiplicities[r], *sizes)
        families.setdefault(key, []).append(r)
    return list(families.values())


def _as_matrices(irrep: npt.ArrayLike) -> Matrices:
    """The matrices in double precision, real or complex."""
    return np.asarray(irrep, dtype=np.complex128 if np.iscomplexobj(irrep) else np.float64)


def _transform(symbol: FloatArray, irreps: Matrices, bases: tuple[Matrices, ...]) -> Matrices:
    """Blocks [k, D, D] of irreps [n, k, d, d]: one matrix product over the group, then the change of basis."""
    count, degree = symbol.shape[0], irreps.shape[2]
    # complex numbers as pairs of reals: the symbol is real, so one real product does it
    pairs = irreps.reshape(irreps.shape[0], -1).view(np.float64)  # [n, k d d (2)]
    product = (symbol.reshape(count * count, -1) @ pairs).view(irreps.dtype)
    return change_of_basis(product.reshape(count, count, -1, degree, degree), bases)


def change_of_basis(full: Matrices, bases: tuple[Matrices, ...]) -> Matrices:
    """Blocks [k, D, D] with the parts U_a^* M_ab U_b, from M [C, C, k, d, d] and bases U_c [k, d, f_c]."""
    count, degree = full.shape[0], full.shape[3]
    if all(basis.shape[2] == degree for basis in bases):
        return full.transpose(2, 0, 3, 1, 4).reshape(-1, count * degree, count * degree)
    return np.concatenate(
        [
            np.concatenate([bases[a].conj().swapaxes(1, 2) @ full[a, b] @ bases[b] for b in range(count)], axis=2)
            for a in range(count)
        ],
        axis=1,
    )


def class_function_blocks(
    phi: npt.ArrayLike, characters: npt.ArrayLike, class_sizes: npt.ArrayLike, ridge: float = 0.0
) -> FourierBlocks:
    """Blocks (M_rho)_ab = (1/d_rho) sum_g phi_ab(g) chi_rho(g) of weight d_rho^2, from characters (Theorem T3).

    They are the blocks of the normalised characters chi_rho / d_rho on conjugacy classes.

    Args:
        phi: Values [C, C, k] of the class functions phi_ab on the k conjugacy classes, the identity's first.
        characters: Character table [k, k], the trivial character first.
        class_sizes: Array [k].
        ridge: r, added to the diagonal of the Gram matrix.

    Example:
        >>> from orbitkernels.numerics.fourier import block_spectrum, class_function_blocks
        >>> table = [[1, 1, 1], [1, -1, 1], [2, 0, -1]]
        >>> transpositions = class_function_blocks([[[0, 1, 0]]], table, [1, 3, 2])
        >>> [x.tolist() for x in block_spectrum(transpositions)[:2]]
        [[3.0, -3.0, 0.0], [1, 1, 4]]
    """
    table, sizes = np.asarray(characters), np.asarray(class_sizes, dtype=np.int64)
    degrees = np.rint(table[:, 0].real).astype(np.int64)
    normalised = (table / degrees[:, None])[:, :, None, None]
    weighted = np.asarray(phi, dtype=np.float64) * sizes
    blocks = fourier_blocks(weighted, list(normalised), ridge=ridge, weights=(degrees**2).tolist())
    order = int(sizes.sum())
    return FourierBlocks(order, np.full(blocks.sizes.size, order, dtype=np.int64), blocks.stacks)


def block_spectrum(blocks: FourierBlocks) -> tuple[FloatArray, IntArray, IntArray]:
    """Eigenvalues of the Gram matrix with their multiplicities (Theorems T2, T3 and T4).

    Returns:
        Eigenvalues, multiplicities and the irreps they come from, three arrays [m] in the order of the irreps; the
        multiplicities add up to the number of points.
    """
    values = [(stack, stack.eigenvalues) for stack in blocks.stacks]
    irreps = np.concatenate([np.repeat(s.irreps, v.shape[1]) for s, v in values])
    weights = np.concatenate([np.full(v.size, s.weight, dtype=np.int64) for s, v in values])
    eigenvalues = np.concatenate([v.ravel() for _, v in values])
    position = np.argsort(irreps, kind="stable")
    return eigenvalues[position], weights[position], irreps[position]


# ---------------------------------------------------------------------- inverse


def inverse_symbol(blocks: FourierBlocks, irreps: Sequence[npt.ArrayLike]) -> FloatArray:
    """Symbol of K^-1: phi^-1_ab(g) = (1/n) sum_rho d_rho tr[(Khat(rho)^-1)_ab rho(g)^*] (Theorem T2).

    For non-free orbits (Theorem T4) sqrt(|H_a| |H_b|) U_a (Khat(rho)^-1)_ab U_b^* replaces the block, and
    K^-1[(a, s), (b, t)] = phi^-1_ab(s^-1 t) for representatives s, t of the cosets s H_a and t H_b.

    Args:
        blocks: From :func:`fourier_blocks` or :func:`class_function_blocks`.
        irreps: The matrices [n, d, d] the blocks were made with; for class functions the normalised characters
            chi_rho / d_rho as arrays [n, 1, 1] (or [k, 1, 1] on classes).

    Returns:
        Array [C, C, n].
    """
    blocks.require_invertible()
    count = blocks.sizes.size
    total = np.zeros((count * count, np.shape(irreps[0])[0]))
    for stack in blocks.stacks:
        lifted = lifted_inverse(stack)  # [k, C, C, d, d]
        matrices = np.stack([np.asarray(irreps[r]) for r in stack.irreps])
        left = lifted.swapaxes(0, 1).swapaxes(1, 2).reshape(count * count, -1)
        right = matrices.conj().swapaxes(0, 1).reshape(matrices.shape[1], -1)
        # tr[A rho^*] = sum_ij A_ij conj(rho_ij); conjugate irreps make the sum real
        total += stack.weight * (left @ right.T).real
    orders = blocks.order / blocks.sizes
    scale = np.sqrt(np.outer(orders, orders)) / blocks.order
    result: FloatArray = total.reshape(count, count, -1) * scale[:, :, None]
    return result


def lifted_inverse(stack: BlockStack) -> Matrices:
    """U_a (Khat(rho)^-1)_ab U_b^* as an array [k, C, C, d, d]."""
    rows = [
        stack.inverse_factors[:, :, stack.orbit(c)] @ basis.conj().swapaxes(1, 2)
        for c, basis in enumerate(stack.bases)
    ]
    return np.stack([np.stack([a.conj().swapaxes(1, 2) @ b for b in rows], axis=1) for a in rows], axis=1)


def inverse_diagonal(blocks: FourierBlocks) -> FloatArray:
    """Array [C]: [K^-1]_ii = (1/N_c) sum_rho d_rho tr[(Khat(rho)^-1)_cc] for a pose i of orbit c.

    The trace is the squared norm of the columns of orbit c in the inverse Cholesky factor.
    """
    blocks.require_invertible()
    total = np.zeros(blocks.sizes.size)
    for stack in blocks.stacks:
        # contiguous rows are summed pairwise, which a million terms of one sign need
        total += stack.weight * stack.inverse_traces.sum(axis=1)
    return total / blocks.sizes


def coset_row_sums(
    blocks: FourierBlocks,
    irreps: Sequence[npt.ArrayLike],
    subgroup: npt.ArrayLike,
    overlaps: npt.ArrayLike | None = None,
) -> FloatArray:
    """Array [C]: sum of [K^-1]_ij over the poses j = h x_c, h in H, for the pose i = x_c (Theorem T7).

    Equals (1/N_c) sum_rho d_rho tr[(Khat(rho)^-1)_cc U_c^* (sum_h rho(h)^*) U_c] / |H n H_c|.

    Args:
        blocks: From :func:`fourier_blocks`.
        irreps: The matrices [n, d, d] the blocks were made with.
        subgroup: Elements of H.
        overlaps: Orders |H n H_c| of the intersections with the stabilisers; 1 if omitted.
    """
    elements = np.atleast_1d(np.asarray(subgroup, dtype=np.int64))

    def sums(stack: BlockStack) -> Matrices:
        return np.stack([np.asarray(irreps[r])[elements].sum(axis=0) for r in stack.irreps])

    return row_sums(blocks, sums, overlaps)


def row_sums(
    blocks: FourierBlocks, sums: Callable[[BlockStack], Matrices], overlaps: npt.ArrayLike | None = None
) -> FloatArray:
    """As :func:`coset_row_sums`, from the sums of rho(h) over the subgroup, [k, d, d] for each stack."""
    blocks.require_invertible()
    total = np.zeros(blocks.sizes.size)
    for stack in blocks.stacks:
        adjoint = sums(stack).conj().swapaxes(1, 2)
        for c, basis in enumerate(stack.bases):
            columns = stack.inverse_factors[:, :, stack.orbit(c)]
            inner = basis.conj().swapaxes(1, 2) @ adjoint @ basis
            total[c] += stack.weight * float(np.sum(columns.conj() * (columns @ inner)).real)
    return total / blocks.sizes / (1 if overlaps is None else np.asarray(overlaps, dtype=np.float64))


# ---------------------------------------------------------------------- errors


def dual_coefficients(blocks: FourierBlocks, targets: npt.ArrayLike) -> FloatArray:
    """Array [C, m]: [K^-1 y]_i = (Khat(1)^-1 (sqrt(N_b) t_b)_b)_c / sqrt(N_c) for a pose i of orbit c.

    Labels that are constant on orbits live in the trivial irrep, so one solve with its C x C block is enough.

    Args:
        blocks: From :func:`fourier_blocks` or :func:`class_function_blocks`.
        targets: Label t_c of each orbit, [C] or [C, m] for m outputs.
    """
    blocks.require_invertible()
    labels = _targets(targets, blocks.sizes.size)
    stack, position = blocks.locate(0)
    root = np.sqrt(blocks.sizes)[:, None]
    solution: FloatArray = cho_solve((stack.factors[position], True), root * labels).real / root
    return solution


def spectral_errors(blocks: FourierBlocks, targets: npt.ArrayLike) -> FloatArray:
    """Error (label minus prediction) at a missing pose of every orbit (Theorem T6, with T4 for non-free orbits).

    error_c = [K^-1 y]_i / [K^-1]_ii, for free orbits n [Khat(1)^-1 t]_c / sum_rho d_rho tr[(Khat(rho)^-1)_cc].

    Args:
        blocks: From :func:`fourier_blocks` or :func:`class_function_blocks`.
        targets: Label t_c of each orbit, [C] or [C, m] for m outputs.

    Returns:
        Array [C, m].

    Raises:
        SingularGramError: If a block has no usable inverse.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import fourier_blocks, spectral_errors
        >>> signs = [np.array([[[1.0]], [[1.0]]]), np.array([[[1.0]], [[-1.0]]])]
        >>> spectral_errors(fourier_blocks(np.array([[[2.0, 1.0]]]), signs), [1.0]).tolist()
        [[0.5]]
    """
    return dual_coefficients(blocks, targets) / inverse_diagonal(blocks)[:, None]


def coset_errors(
    blocks: FourierBlocks,
    irreps: Sequence[npt.ArrayLike],
    targets: npt.ArrayLike,
    subgroup: npt.ArrayLike,
    overlaps: npt.ArrayLike | None = None,
) -> FloatArray:
    """Error at every pose of g H x_c when these poses of orbit c are missing together (Theorem T7).

    Args:
        blocks: From :func:`fourier_blocks`.
        irreps: The matrices [n, d, d] the blocks were made with.
        targets: Label t_c of each orbit, [C] or [C, m].
        subgroup: Elements of H.
        overlaps: Orders |H n H_c| of the intersections with the stabilisers; 1 if omitted.

    Returns:
        Array [C, m].
    """
    sums = coset_row_sums(blocks, irreps, subgroup, overlaps)
    return dual_coefficients(blocks, targets) / sums[:, None]


def missing_set_errors(
    inverse: npt.ArrayLike, coefficients: npt.ArrayLike, orbits: npt.ArrayLike, quotients: npt.ArrayLike
) -> FloatArray:
    """Errors ([K^-1]_SS)^-1 [K^-1 y]_S at any set S of missing poses (Theorem T1 with K^-1 from T2).

    Args:
        inverse: Symbol [C, C, n] of K^-1, from :func:`inverse_symbol`.
        coefficients: K^-1 y on each orbit [C, m], from :func:`dual_coefficients`.
        orbits: Array [s]: the orbit of each missing pose.
        quotients: Array [s, s]: g_i^-1 g_j for the poses g_i x, g_j x.

    Returns:
        Array [s, m].
    """
    where = np.asarray(orbits, dtype=np.int64)
    block = np.asarray(inverse)[where[:, None], where[None, :], np.asarray(quotients, dtype=np.int64)]
    errors: FloatArray = solve(block, np.asarray(coefficients)[where], assume_a="pos")
    return errors


def _targets(targets: npt.ArrayLike, count: int) -> FloatArray:
    """Labels as an array [C, m]."""
    labels = np.asarray(targets, dtype=np.float64)
    labels = labels[:, None] if labels.ndim == 1 else labels
    if labels.ndim != 2 or labels.shape[0] != count:
        raise InputError(f"Argument 'targets' must hold one row for each of {count} orbits, not {labels.shape}.")
    return labels


def two_orbit_formula(
    phi: npt.ArrayLike, ridge: float = 0.0, tolerance: float = 1e-12
) -> tuple[float, FloatArray]:
    """|error| = lambda_N^-1 / mean_k(lambda_k^-1) for two interleaved orbits of C_N (Theorem T5).

    With labels +1, -1, +1, ... on A_0, B_0, A_1, B_1, ... the 2N x 2N Gram matrix is a circulant with eigenvalues
    lambda_k, and the labels are its mode of frequency N.  That needs phi_AA = phi_BB and k(A_i, B_j) depending on
    |i - j - 1/2| modulo N only, i.e. phi_AB(g) = phi_AB(-1-g).

    Args:
        phi: Symbol [2, 2, N] on the cyclic group, element g being the g-th power of the generator.
        ridge: r, added to the diagonal of the Gram matrix.
        tolerance: Largest violation of the hypotheses, relative to the largest value of phi.

    Returns:
        The error of a missing pose labelled +1, and the eigenvalues lambda_0, ..., lambda_{2N-1}.

    Raises:
        InputError: If a hypothesis fails, and by how much.

    Example:
        >>> from orbitkernels.numerics.fourier import two_orbit_formula
        >>> round(two_orbit_formula([[[3, 1], [1, 1]], [[1, 1], [3, 1]]])[0], 12)
        1.2
    """
    symbol = np.asarray(phi, dtype=np.float64)
    if symbol.ndim != 3 or symbol.shape[:2] != (2, 2):
        raise InputError(f"Argument 'phi' must have the shape [2, 2, N], not {list(symbol.shape)}.")
    same, cross = symbol[0, 0], symbol[0, 1]
    violation = max(np.abs(same - symbol[1, 1]).max(), np.abs(cross - cross[::-1]).max())
    if violation > tolerance * np.abs(symbol).max():
        raise InputError(
            f"Argument 'phi' violates phi_AA = phi_BB or phi_AB(g) = phi_AB(-1-g) by {violation:.1e}; "
            "use spectral_errors."
        )
    circulant = np.stack([same, cross], axis=1).ravel()  # k(A_0, A_0), k(A_0, B_0), k(A_0, A_1), ...
    circulant[0] += ridge
    eigenvalues: FloatArray = np.fft.fft(circulant).real
    return float(1 / (eigenvalues[same.size] * np.mean(1 / eigenvalues))), eigenvalues
