"""What the derivations of C1 to C6 claim of characters, checked exactly on a named group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, product, row_reduced

from .exact_checks import irreps, matrices
from .instances import IntArray, named_group
from .permutation_instances import small_action

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.permutation_actions import PermutationAction

#: Groups of the steps' instances: real irreps of degree 2, quaternionic ones, complex ones of degrees 1 and 3.
WITNESSES = ("C4", "S3", "Q8", "A4", "C7:C3")


def witnessed(*checks: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step: on every witness all the checks hold."""

    def all_hold(name: str) -> bool:
        return all(check(name) for check in checks)

    return [(name, partial(all_hold, name)) for name in WITNESSES]


# ---------------------------------------------------------------------- intertwining maps


def intertwiner_dimension(first: Sequence[Matrix], second: Sequence[Matrix]) -> int:
    """Dimension of the matrices L with A_s L = L B_s for the matrices A_s and B_s of the generators.

    Example:
        >>> from orbitkernels.proofs.character_checks import intertwiner_dimension
        >>> from orbitkernels.theory.exact_matrices import identity
        >>> intertwiner_dimension([identity(2)], [identity(3)])
        6
    """
    a, b = (len(matrices[0]) if matrices else 1 for matrices in (first, second))
    rows = []
    for A, B in zip(first, second, strict=True):
        for i, j in np.ndindex(a, b):
            row = [ZERO] * (a * b)
            for k in range(a):
                row[k * b + j] = row[k * b + j] + A[i][k]
            for l in range(b):
                row[i * b + l] = row[i * b + l] - B[l][j]
            rows.append(tuple(row))
    return int(a * b) - len(row_reduced(tuple(rows))[1])


def permutation_matrices(action: PermutationAction) -> list[Matrix]:
    """Matrices of the generators on functions of the points, with the entry 1 at (s x, x)."""
    found = []
    for s in action.group.generators:
        images = action.permutations[s].tolist()
        columns = range(action.degree)
        found.append(tuple(tuple(ONE if images[x] == y else ZERO for x in columns) for y in columns))
    return found


def means_project_on_intertwiners(name: str) -> bool:
    """Whether L -> (1/n) sum_g rho(g) L sigma(g^-1) is a projection with the intertwining maps as its range.

    Its matrix has the entries (1/n) sum_g rho(g)_ik sigma(g^-1)_lj; the range is compared by its dimension, since
    intertwining maps stay as they are.
    """
    group = named_group(name)
    inverses = group.inverse(np.arange(group.order)).tolist()
    weights = [Fraction(1, group.order)] * group.order
    for one in irreps(name):
        for other in irreps(name):
            rho, sigma = matrices(one, group), matrices(other, group)
            a, b = one.degree, other.degree
            if a * b > 4:
                continue
            P = tuple(
                tuple(
                    weighted_sum(weights, [m[i][k] for m in rho], [sigma[g][l][j] for g in inverses])
                    for k, l in np.ndindex(a, b)
                )
                for i, j in np.ndindex(a, b)
            )
            dimension = intertwiner_dimension(one.generator_matrices, other.generator_matrices)
            if product(P, P) != P or weighted_sum([1] * len(P), [P[i][i] for i in range(len(P))]) != dimension:
                return False
    return True


def trace_pair(size: int, other: int) -> tuple[Any, Any]:
    """The trace of L -> A L B^*, entry by entry, and tr A times the conjugate of tr B, in symbols."""
    import sympy

    A = sympy.Matrix(size, size, sympy.symbols(f"a_0:{size * size}"))
    B = sympy.Matrix(other, other, sympy.symbols(f"b_0:{other * other}"))
    total = 0
    for i in range(size):
        for j in range(other):
            unit = sympy.zeros(size, other)
            unit[i, j] = 1
            total += (A * unit * B.H)[i, j]
    return total, A.trace() * sympy.conjugate(B.trace())


def irreps_have_no_common_maps(name: str) -> bool:
    """Whether the intertwining maps of two irreps have dimension 1 if they are one, else 0."""
    every = [irrep.generator_matrices for irrep in irreps(name)]
    return all(
        intertwiner_dimension(one, other) == int(i == j)
        for i, one in enumerate(every)
        for j, other in enumerate(every)
    )


def characters_count_maps(name: str) -> bool:
    """Whether <pi, chi_rho> is the dimension of the maps from rho to the functions on a set, and they fill it."""
    action = small_action(name)
    table = action.group.character_table()
    pi = ClassFunction(action.group, action.character.tolist())
    permuted = permutation_matrices(action)
    counted = [intertwiner_dimension(permuted, irrep.generator_matrices) for irrep in irreps(name)]
    found = [pi.inner(table.character(irrep.character)) for irrep in irreps(name)]
    square = sum(m * m for m in counted)
    filled = sum(m * irrep.degree for m, irrep in zip(counted, irreps(name), strict=True))
    return found == counted and pi.inner(pi) == square and filled == action.degree


# ---------------------------------------------------------------------- columns


def characters_span_the_class_functions(name: str) -> bool:
    """Whether the table is square and of full rank."""
    table = named_group(name).character_table()
    return len(row_reduced(table.values)[1]) == len(table.classes) == len(irreps(name))


def rows_and_columns_are_orthonormal(name: str) -> bool:
    """Whether X X^* = I and X^* X = I for X = sqrt(|C|/n) chi(C), without the roots."""
    table = named_group(name).character_table()
    values, sizes, n = table.values, table.classes.sizes.tolist(), table.group.order
    conjugates = [[x.conjugate() for x in row] for row in values]
    count, ones = range(len(values)), [1] * len(values)
    unit = [[n * (i == j) for j in count] for i in count]
    rows = [[weighted_sum(sizes, values[i], conjugates[j]) for j in count] for i in count]
    one, other = ([[row[j] for row in table] for j in count] for table in (values, conjugates))
    columns = [[weighted_sum(ones, one[i], other[j]) * sizes[i] for j in count] for i in count]
    return rows == unit and columns == unit


def centralisers(group: FiniteGroup) -> list[int]:
    """Number of elements that commute with each representative of a class, counted one by one."""
    every = np.arange(group.order)
    representatives = group.conjugacy_classes.representatives[:, None]
    commuting = group.multiply(every, representatives) == group.multiply(representatives, every)
    return [int(count) for count in commuting.sum(axis=1)]


def centralisers_have_the_index_of_the_class(name: str) -> bool:
    """Whether |C_G(g)| |class of g| = n."""
    group = named_group(name)
    sizes = group.conjugacy_classes.sizes.tolist()
    return [c * size for c, size in zip(centralisers(group), sizes, strict=True)] == [group.order] * len(sizes)


def column_norms_are_centralisers(name: str) -> bool:
    """Whether sum_chi |chi(g)|^2 is the number of elements that commute with g."""
    table = named_group(name).character_table()
    ones = [1] * len(table)
    columns = [[row[j] for row in table.values] for j in range(len(table))]
    norms = [weighted_sum(ones, column, [x.conjugate() for x in column]) for column in columns]
    return norms == centralisers(table.group)


# ---------------------------------------------------------------------- square roots


def square_pairs(size: int) -> list[tuple[Any, Any]]:
    """Traces of A (x) A on symmetric and alternating tensors, and ((tr A)^2 + tr A^2)/2 with + and -, in symbols.

    The coefficient of e_i e_j in the image of e_i e_j, i <= j (Sym), and of e_i ^ e_j in that of e_i ^ e_j, i < j.
    """
    import sympy

    A = sympy.Matrix(size, size, sympy.symbols(f"a_0:{size * size}"))
    pairs = [(i, j) for j in range(size) for i in range(j)]
    symmetric = sum(A[i, i] ** 2 for i in range(size)) + sum(
        A[i, i] * A[j, j] + A[i, j] * A[j, i] for i, j in pairs
    )
    alternating = sum(A.extract([i, j], [i, j]).det() for i, j in pairs)
    square, twice = A.trace() ** 2, (A * A).trace()
    return [(symmetric, (square + twice) / 2), (alternating, (square - twice) / 2)]


def invariant_forms(irrep: Any, sign: int) -> int:
    """Dimension of the bilinear forms B with rho(s)^T B rho(s) = B and B^T = sign B.

    Example:
        >>> from orbitkernels.proofs.character_checks import invariant_forms
        >>> from orbitkernels.proofs.exact_checks import irreps
        >>> [[invariant_forms(rho, sign) for sign in (1, -1)] for rho in irreps("Q8")[3:]]
        [[1, 0], [0, 1]]
    """
    d, rows = irrep.degree, []
    for A in irrep.generator_matrices:
        for i, j in np.ndindex(d, d):
            # the entry (i, j) of A^T B A is the sum of A_ki B_kl A_lj
            row = [A[k][i] * A[l][j] for k, l in np.ndindex(d, d)]
            row[i * d + j] = row[i * d + j] - ONE
            rows.append(tuple(row))
    for i, j in np.ndindex(d, d):
        row = [ZERO] * (d * d)
        row[i * d + j] = row[i * d + j] + ONE
        row[j * d + i] = row[j * d + i] - sign
        rows.append(tuple(row))
    return int(d * d) - len(row_reduced(tuple(rows))[1])


def indicators_count_forms(name: str) -> bool:
    """Whether (1/n) sum_g chi(g^2) is the number of symmetric invariant forms less that of alternating ones."""
    for irrep, nu in zip(irreps(name), indicators(named_group(name)), strict=True):
        forms = [invariant_forms(irrep, sign) for sign in (1, -1)]
        if nu != forms[0] - forms[1] or sum(forms) != _is_real(irrep):
            return False
    return True


def _is_real(irrep: Any) -> bool:
    """Whether all values of the character are real."""
    return all(x.is_real for x in irrep.group.character_table().values[irrep.character])


def indicators(group: FiniteGroup) -> list[Cyclotomic]:
    """(1/n) sum_g chi(g^2) for every irreducible character, by squares of all elements."""
    table, labels = group.character_table(), group.conjugacy_classes.labels
    every = np.arange(group.order)
    met = np.bincount(labels[group.multiply(every, every)], minlength=len(table)).tolist()
    return [weighted_sum([Fraction(m, group.order) for m in met], row) for row in table.values]


def square_roots(group: FiniteGroup) -> IntArray:
    """Array [n]: the number of x with x^2 = g, counted one by one."""
    every = np.arange(group.order)
    return np.bincount(group.multiply(every, every), minlength=group.order).astype(np.int64)


def roots_by_characters(group: FiniteGroup) -> list[Cyclotomic]:
    """sum_chi nu(chi) chi(g) on the conjugacy classes, with the indicators of the table."""
    table = group.character_table()
    weights = [int(nu) for nu in table.indicators]
    return [weighted_sum(weights, [row[j] for row in table.values]) for j in range(len(table))]


def square_roots_are_counted(name: str) -> bool:
    """Whether the number of square roots is a class function with the coefficients nu(chi)."""
    group = named_group(name)
    roots = ClassFunction.from_elements(group, square_roots(group))
    nu = indicators(group)
    return list(roots.coefficients()) == nu and all(value in (-1, 0, 1) for value in nu)


def involutions_are_counted(name: str) -> bool:
    """Whether sum_chi nu(chi) d_chi is 1 more than the number of elements of order 2."""
    group = named_group(name)
    table = group.character_table()
    total = weighted_sum(table.degrees.tolist(), indicators(group))
    return total == 1 + int(np.count_nonzero(group.element_orders == 2))


# ---------------------------------------------------------------------- class products


def class_products(group: FiniteGroup) -> IntArray:
    """Array [k, k, k]: the number of (x, y) in C_r x C_s with x y = z, for the representative z of C_t."""
    labels, count = group.conjugacy_classes.labels, len(group.conjugacy_classes)
    every, found = np.arange(group.order), []
    for z in group.conjugacy_classes.representatives.tolist():
        other = labels[group.multiply(group.inverse(every), z)]
        found.append(np.bincount(labels * count + other, minlength=count * count).reshape(count, count))
    return np.array(found, dtype=np.int64).transpose(1, 2, 0)


def products_depend_on_the_class(name: str) -> bool:
    """Whether every z of a class is a product x y, x in C_r and y in C_s, as often as its representative."""
    group = named_group(name)
    labels, count = group.conjugacy_classes.labels, len(group.conjugacy_classes)
    a, every = class_products(group), np.arange(group.order)
    for z in range(group.order):
        pairs = labels * count + labels[group.multiply(group.inverse(every), z)]
        found = np.bincount(pairs, minlength=count * count).reshape(count, count)
        if not np.array_equal(found, a[:, :, labels[z]]):
            return False
    return True


def class_sums_multiply(name: str) -> bool:
    """Whether w(C_r) w(C_s) = sum_t a_rst w(C_t) for w(C) = |C| chi(C)/d, every character and pair of classes."""
    group = named_group(name)
    a, table, sizes = class_products(group), group.character_table(), group.conjugacy_classes.sizes.tolist()
    for row, d in zip(table.values, table.degrees.tolist(), strict=True):
        w = [x * Fraction(size, d) for x, size in zip(row, sizes, strict=True)]
        for r, s in np.ndindex(len(w), len(w)):
            if w[r] * w[s] != weighted_sum(a[r, s].tolist(), w):
                return False
    return True


def products_by_characters(group: FiniteGroup) -> list[Cyclotomic]:
    """|C_r| |C_s|/n sum_chi chi(C_r) chi(C_s) conj(chi(C_t))/d_chi for all r, s, t in turn."""
    table, sizes, n = group.character_table(), group.conjugacy_classes.sizes.tolist(), group.order
    count = range(len(sizes))
    conjugates = [[x.conjugate() for x in row] for row in table.values]
    found = []
    for r in count:
        for s in count:
            factor = sizes[r] * sizes[s]
            weights = [Fraction(factor, n * d) for d in table.degrees.tolist()]
            products = [row[r] * row[s] for row in table.values]
            found += [weighted_sum(weights, products, [row[t] for row in conjugates]) for t in count]
    return found


def products_are_counted(name: str) -> bool:
    """Whether the formula gives the counts."""
    group = named_group(name)
    return products_by_characters(group) == class_products(group).ravel().tolist()
