"""Irreps of the symmetric groups in Young's orthogonal form, adapted to the chain S_1 < S_2 < ... < S_n.

The basis of the irrep of a partition consists of the standard tableaux.  The transposition s_i = (i i+1) acts on
a tableau T with the axial distance r = c(i+1) - c(i) of the contents (column less row) of i and i+1 by 1/r on
the diagonal, and by sqrt(1 - 1/r^2) between T and the tableau with i and i+1 exchanged.  Tableaux are sorted by
the place of n, then of n-1, and so on; the restriction to S_(n-1) is then block diagonal, one block for each
removable box.

The left coset t_j S_(k-1) in S_k holds the permutations that take k to k - j; t_j = s_(k-j) ... s_(k-1).

Source: G. James, A. Kerber, "The Representation Theory of the Symmetric Group", 1981, section 3.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .adapted_irreps import AdaptedIrreps, Block, Family, IntArray, Level

FloatArray = npt.NDArray[np.float64]

Partition = tuple[int, ...]

#: A standard tableau: the row of 1, of 2, ..., of n.
Tableau = tuple[int, ...]


def symmetric_group_irreps(n: int) -> AdaptedIrreps:
    """All irreps of S_n; partitions in lexicographic order, (1, ..., 1) first and (n) last.

    Example:
        >>> from orbitkernels.numerics.young_orthogonal import symmetric_group_irreps
        >>> [degree for _, degree in symmetric_group_irreps(5).shapes]
        [1, 4, 5, 6, 5, 4, 1]
    """
    partitions: list[Partition] = [(1,)]
    tableaux: dict[Partition, list[Tableau]] = {(1,): [(0,)]}
    transpositions: dict[Partition, list[FloatArray]] = {(1,): []}
    levels: list[Level] = []
    for k in range(2, n + 1):
        above = sorted({larger for partition in partitions for larger in _one_box_more(partition)})
        numbers = {partition: position for position, partition in enumerate(partitions)}
        children = {partition: [p for p in partitions if p in _one_box_less(partition)] for partition in above}
        tableaux = {p: [(*T, _row(p, c)) for c in children[p] for T in tableaux[c]] for p in above}
        transpositions = {p: _transpositions(children[p], transpositions, tableaux[p]) for p in above}
        levels.append(Level(k, tuple(_family(transpositions[p], children[p], numbers, levels) for p in above)))
        partitions = above
    return AdaptedIrreps((), tuple(levels), is_young=True)


def permutation_positions(permutations: npt.NDArray[np.integer]) -> IntArray:
    """Position of each permutation along the chain S_1 < ... < S_n.

    Args:
        permutations: Array [m, n] of images of 0, ..., n - 1.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.young_orthogonal import permutation_positions
        >>> permutation_positions(np.array([[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0]])).tolist()
        [0, 1, 2, 4]
    """
    images = permutations.astype(np.int64)
    found = np.zeros(len(images), dtype=np.int64)
    count = 1
    for k in range(1, images.shape[1] + 1):
        count *= k
    for k in range(images.shape[1], 1, -1):
        count //= k
        last = images[:, k - 1]
        found += (k - 1 - last) * count
        images = images[:, : k - 1]
        images = images - (images > last[:, None])  # t_j^-1 closes the gap that the last image leaves
    return found


def _one_box_more(partition: Partition) -> list[Partition]:
    """Partitions with one box more."""
    rows = (*partition, 0)
    larger = [
        (*rows[:i], rows[i] + 1, *rows[i + 1 :]) for i in range(len(rows)) if i == 0 or rows[i] < rows[i - 1]
    ]
    return [tuple(length for length in rows if length) for rows in larger]


def _one_box_less(partition: Partition) -> list[Partition]:
    """Partitions with one box less."""
    rows = (*partition, 0)
    smaller = [(*rows[:i], rows[i] - 1, *rows[i + 1 :]) for i in range(len(partition)) if rows[i] > rows[i + 1]]
    return [tuple(length for length in rows if length) for rows in smaller]


def _row(partition: Partition, child: Partition) -> int:
    """The row of the box that the child lacks."""
    padded = (*child, 0)
    return next(i for i, length in enumerate(partition) if length != padded[i])


def _transpositions(
    children: list[Partition], below: dict[Partition, list[FloatArray]], tableaux: list[Tableau]
) -> list[FloatArray]:
    """Matrices of s_1, ..., s_(k-1): block diagonal ones from below, and the last from its definition."""
    from scipy.linalg import block_diag

    matrices = [
        np.asarray(block_diag(*parts)) for parts in zip(*(below[child] for child in children), strict=True)
    ]
    return [*matrices, _last_transposition(tableaux)]


def _last_transposition(tableaux: list[Tableau]) -> FloatArray:
    """The matrix of s_(k-1) in the basis of the standard tableaux with k boxes."""
    numbers = {T: i for i, T in enumerate(tableaux)}
    matrix = np.zeros((len(tableaux), len(tableaux)))
    for T, i in numbers.items():
        distance = _content(T, len(T)) - _content(T, len(T) - 1)
        matrix[i, i] = 1 / distance
        exchanged = numbers.get((*T[:-2], T[-1], T[-2]))
        if exchanged is not None and exchanged != i:
            matrix[exchanged, i] = np.sqrt(1 - 1 / distance**2)
    return matrix


def _content(tableau: Tableau, entry: int) -> int:
    """Column less row of an entry 1, ..., n."""
    row = tableau[entry - 1]
    return tableau[: entry - 1].count(row) - row


def _family(
    transpositions: list[FloatArray], children: list[Partition], numbers: dict[Partition, int], levels: list[Level]
) -> Family:
    """The irrep of one partition as a family of its own."""
    degree, k = transpositions[0].shape[0], len(transpositions) + 1
    matrices = [np.eye(degree)]
    for j in range(1, k):
        matrices.append(transpositions[k - 1 - j] @ matrices[-1])
    blocks, start = [], 0
    for child in children:
        size = levels[-1].families[numbers[child]].degree if levels else 1
        blocks.append(Block(numbers[child], np.zeros(1, dtype=np.int64), start, size))
        start += size
    return Family(np.stack(matrices)[None], tuple(blocks))
