"""Power-spectral networks: exact networks from irreps, all networks with weights in a finite set, the steps of A4.

The weights are W(g) = rho(g^-1) Q^(1/2) with the invariant form Q = sum_h rho(h) rho(h)^*, because exact irreps
are not unitary in their basis.  Q^(1/2) itself never occurs: W(g) W(k)^* = rho(g^-1) Q rho(k^-1)^*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import product as tuples
from typing import Any

import numpy as np

from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, root_of_unity, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, product, row_reduced
from orbitkernels.theory.groups import FiniteGroup

from .exact_checks import irreps, matrices, trace
from .instances import IntArray, named_group

#: Groups with irreps of every kind: real and of degree 2, quaternionic, complex of degrees 1 and 3.
WITNESSES = ("S3", "Q8", "A4", "C7:C3")


def adjoint(matrix: Matrix) -> Matrix:
    """Conjugate transpose."""
    return tuple(tuple(entry.conjugate() for entry in column) for column in zip(*matrix, strict=True))


def weighted(factors: Sequence[Cyclotomic | int], parts: Sequence[Matrix]) -> Matrix:
    """Sum of c_j A_j with cyclotomic factors."""
    terms = [(ONE * c, part) for c, part in zip(factors, parts, strict=True) if c]
    rows, columns = len(parts[0]), len(parts[0][0])
    scalars = [c for c, _ in terms]
    return tuple(
        tuple(weighted_sum([1] * len(terms), scalars, [part[i][j] for _, part in terms]) for j in range(columns))
        for i in range(rows)
    )


def entries(matrix: Matrix) -> list[Cyclotomic]:
    """All entries, row by row."""
    return [entry for row in matrix for entry in row]


class ExactNetwork:
    """One block of a power-spectral network, from an exact irrep.

    Args:
        group: G.
        rho: Matrices rho(g) in the order of the elements.
    """

    def __init__(self, group: FiniteGroup, rho: Sequence[Matrix]) -> None:
        self.group, self.rho = group, list(rho)
        inverses = group.inverse(np.arange(group.order)).tolist()
        self.weights = [self.rho[i] for i in inverses]  # rho(g^-1)

    @cached_property
    def form(self) -> Matrix:
        """Q = sum_h rho(h) rho(h)^*."""
        return weighted([1] * len(self.rho), [product(m, adjoint(m)) for m in self.rho])

    def __call__(self, x: Sequence[Cyclotomic | int]) -> Matrix:
        """The output (W x)(W x)^* = T Q T^* with T = sum_g x(g) rho(g^-1)."""
        T = weighted(x, self.weights)
        return product(product(T, self.form), adjoint(T))

    def of_autocorrelation(self, x: Sequence[Cyclotomic]) -> Matrix:
        """sum_u a(u) rho(u^-1) Q with a(u) = sum_k x(ku) conj(x(k)), which no translation changes."""
        return product(weighted(autocorrelation(self.group, x), self.weights), self.form)


def translated(group: FiniteGroup, x: Sequence[Any], h: int) -> list[Any]:
    """(hx)(g) = x(h^-1 g)."""
    return [x[i] for i in group.multiply(group.inverse(h), np.arange(group.order)).tolist()]


def autocorrelation(group: FiniteGroup, x: Sequence[Cyclotomic]) -> list[Cyclotomic]:
    """a(u) = sum_k x(ku) conj(x(k))."""
    every = np.arange(group.order)
    conjugates = [value.conjugate() for value in x]
    shifted = group.multiply(every[:, None], every[None, :]).T.tolist()  # [u][k] -> k u
    return [weighted_sum([1] * len(x), [x[i] for i in row], conjugates) for row in shifted]


def gaussian_integers(count: int, rng: np.random.Generator) -> list[Cyclotomic]:
    """Random numbers a + b i with a, b in -2, ..., 2."""
    parts = rng.integers(-2, 3, (count, 2)).tolist()
    return [ONE * a + root_of_unity(4) * b for a, b in parts]


def exact_networks(name: str) -> list[ExactNetwork]:
    """One block for each irrep of a named group."""
    group = named_group(name)
    return [ExactNetwork(group, matrices(irrep, group)) for irrep in irreps(name)]


# ---------------------------------------------------------------------- all networks with weights in a finite set


def _complexified(matrices: Sequence[Any]) -> IntArray:
    """Complex matrices of Gaussian integers as real ones of twice the size: transposes are adjoints."""
    found = []
    for matrix in matrices:
        z = np.atleast_2d(np.asarray(matrix))
        a, b = np.real(z).astype(np.int64), np.imag(z).astype(np.int64)
        found.append(np.block([[a, -b], [b, a]]))
    return np.array(found, dtype=np.int64)


_SIGNED = [np.diag(s)[list(p)] for s in ((1, 1), (1, -1), (-1, 1), (-1, -1)) for p in ((0, 1), (1, 0))]
_I, _J = np.diag([1j, -1j]), np.array([[0, 1], [-1, 0]])

#: Finite sets of weights that hold the unit matrix first.
WEIGHTS = {
    "the fourth roots of unity": _complexified([1, 1j, -1, -1j]),
    "1, -1, 0 and 2": _complexified([1, -1, 0, 2]),
    "the signed permutations of degree 2": _complexified(_SIGNED),
    "the quaternion units": _complexified([s * m for s in (1, -1) for m in (np.eye(2), _I, _J, _I @ _J)]),
}


def all_networks(group: FiniteGroup, values: str) -> IntArray:
    """All maps W from G to a finite set of matrices with W(e) = I, array [maps, n, 2d, 2d]."""
    chosen = WEIGHTS[values]
    others = tuples(range(len(chosen)), repeat=group.order - 1)
    maps: IntArray = chosen[np.array([(0, *rest) for rest in others])]
    return maps


def invariant_networks(group: FiniteGroup, W: IntArray) -> list[bool]:
    """Whether (W x)(W x)^* is the same at x and all h x, for the x of one or two points that decide it.

    The inputs are the unit vectors and their sums with coefficients 1 and i, whose outputs determine the quadratic
    map (polarisation).
    """
    size = W.shape[-1]
    unit = np.eye(size, dtype=np.int64)
    turn = np.kron(np.array([[0, -1], [1, 0]]), np.eye(size // 2, dtype=np.int64))
    table = group.table  # [h, g]
    holds = np.ones(len(W), dtype=bool)
    for g in range(group.order):
        for k in range(g + 1):
            for factor in (unit, turn):
                moved = W[:, table[:, g]] + (W[:, table[:, k]] @ factor if k < g else 0)  # [maps, h, ., .]
                outputs = moved @ np.swapaxes(moved, -1, -2)
                holds &= (outputs == outputs[:, :1]).all(axis=(1, 2, 3))
    return [bool(value) for value in holds]


def unitary_antihomomorphisms(group: FiniteGroup, W: IntArray) -> list[bool]:
    """Whether W(g) W(g)^* = I and W(gh) = W(h) W(g) for all g, h."""
    unit = np.eye(W.shape[-1], dtype=np.int64)
    unitary = (W @ np.swapaxes(W, -1, -2) == unit).all(axis=(1, 2, 3))
    for g in range(group.order):
        unitary &= (W[:, group.table[g]] == W @ W[:, g : g + 1]).all(axis=(1, 2, 3))
    return [bool(value) for value in unitary]


# ---------------------------------------------------------------------- instances of the steps


def witnessed(*checks: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step: all checks on every group."""

    def all_hold(name: str) -> bool:
        return all(check(name) for check in checks)

    return [(name, partial(all_hold, name)) for name in WITNESSES]


def translations_move_the_weights(name: str) -> bool:
    """Whether sum_g (hx)(g) W(g) = sum_g x(g) W(hg), for weights that are any integers and all h."""
    group, rng = named_group(name), np.random.default_rng(0)
    W = rng.integers(-5, 6, (group.order, 2, 2))
    x = rng.integers(-5, 6, group.order)
    return all(
        np.array_equal(np.tensordot(translated(group, x.tolist(), h), W, 1), np.tensordot(x, W[group.table[h]], 1))
        for h in range(group.order)
    )


def exhausted() -> list[tuple[str, Callable[[], bool]]]:
    """All networks of some groups and sets of weights: invariant ones and antihomomorphisms are the same."""
    chosen = (
        ("C4", "the fourth roots of unity"),
        ("S3", "1, -1, 0 and 2"),
        ("C2^2", "the signed permutations of degree 2"),
        ("C4", "the quaternion units"),
    )
    found = [(f"all maps from {name} to {values}", partial(_agree, name, values)) for name, values in chosen]
    return [*found, *((f"all maps from {name} to rows", partial(_rows_agree, name)) for name in ("C4", "C2^2"))]


def _agree(name: str, values: str) -> bool:
    group = named_group(name)
    W = all_networks(group, values)
    found = invariant_networks(group, W)
    return found == unitary_antihomomorphisms(group, W) and 0 < sum(found) < len(found)


def _rows_agree(name: str) -> bool:
    """Whether the invariant W with one row among 0, +-e_1, +-e_2 and W(e) = (1, 0) are the first rows of the V."""
    group = named_group(name)
    rows = [np.array([[a, b], [0, 0]]) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1), (0, 0))]
    chosen = _complexified(rows)
    others = tuples(range(len(chosen)), repeat=group.order - 1)
    W = chosen[np.array([(0, *rest) for rest in others])]
    V = all_networks(group, "the signed permutations of degree 2")
    V = V[unitary_antihomomorphisms(group, V)]
    invariant = {w.tobytes() for w in W[invariant_networks(group, W)]}
    return invariant == {w.tobytes() for w in np.ascontiguousarray(chosen[0] @ V)}


def irreps_are_invariant(name: str) -> bool:
    """Whether W(hg) W(hk)^* = W(g) W(k)^* for all irreps, g, k and generators h."""
    group, table = named_group(name), named_group(name).table
    for network in exact_networks(name):
        left = [product(weight, network.form) for weight in network.weights]
        right = [adjoint(weight) for weight in network.weights]
        for h in group.generators:
            for g in range(group.order):
                k = group.order - 1 - g
                moved = product(left[table[h, g]], right[table[h, k]])
                if moved != product(left[g], right[k]):
                    return False
    return True


def real_inputs_do_not_suffice() -> bool:
    """Whether |W x|^2 is invariant for real x but not for complex x, for a W on S3 that is no antihomomorphism.

    W(g) = z or its conjugate, z a third root of unity: the image of 1 under g acting on the complex plane by
    turns and by conjugation.
    """
    group = named_group("S3")
    turn = next(g for g in range(6) if group.element_orders[g] == 3)
    flip = next(g for g in range(6) if group.element_orders[g] == 2)
    W = [ZERO] * 6
    for j in range(3):
        rotation = int(group.power(turn, j))
        W[rotation] = W[int(group.multiply(rotation, flip))] = root_of_unity(3, j)

    def output(x: Sequence[Any]) -> Cyclotomic:
        value = weighted_sum([1] * 6, [ONE * v for v in x], W)
        return value * value.conjugate()

    def invariant(x: Sequence[Any]) -> bool:
        return all(output(translated(group, x, h)) == output(x) for h in range(6))

    units = np.eye(6, dtype=np.int64).tolist()
    real = [[a + b for a, b in zip(u, v, strict=True)] for u in units for v in units]
    imaginary = [[ONE * a + root_of_unity(4) * b for a, b in zip(u, v, strict=True)] for u in units for v in units]
    laws = [W[int(group.multiply(g, h))] == W[h] * W[g] for g in range(6) for h in range(6)]
    return all(map(invariant, real)) and not all(map(invariant, imaginary)) and not all(laws)


def _entry_rows(networks: Sequence[ExactNetwork]) -> Matrix:
    """The rows (W_i(g)_jl)_{i, j, l}, one a group element."""
    return tuple(
        tuple(entry for network in networks for entry in entries(network.weights[g]))
        for g in range(networks[0].group.order)
    )


def entries_are_independent(name: str) -> bool:
    """Whether the n x n matrix of all entries of all irreps is invertible, and no more if one repeats."""
    networks = exact_networks(name)
    order = networks[0].group.order
    if order > 12:  # by orthogonality, which T2 checks, and the number of entries
        return sum(len(network.rho[0]) ** 2 for network in networks) == order
    twice = [networks[0], networks[0], *networks[2:]]  # two irreps of degree 1 made equal
    return len(row_reduced(_entry_rows(networks))[1]) == order > len(row_reduced(_entry_rows(twice))[1])


def right_identity(name: str) -> bool:
    """Whether sum_i d_i tr rho_i(g) is n at the unit and 0 elsewhere."""
    return character_sums(exact_networks(name)) == [len(named_group(name)), *[0] * (len(named_group(name)) - 1)]


def character_sums(networks: Sequence[ExactNetwork]) -> list[Cyclotomic]:
    """sum_i d_i tr rho_i(g) for every g."""
    degrees = [len(network.rho[0]) for network in networks]
    return [
        weighted_sum(degrees, [trace(network.rho[g]) for network in networks])
        for g in range(networks[0].group.order)
    ]


def recovered(networks: Sequence[ExactNetwork], x: Sequence[Cyclotomic]) -> list[Cyclotomic]:
    """(1/n) sum_i d_i tr(rho_i(g) sum_h x(h) rho_i(h^-1)) for every g."""
    from fractions import Fraction

    order = networks[0].group.order
    transforms = [weighted(x, network.weights) for network in networks]
    factors = [Fraction(len(network.rho[0]), order) for network in networks]
    return [
        weighted_sum(factors, [trace(product(n.rho[g], T)) for n, T in zip(networks, transforms, strict=True)])
        for g in range(order)
    ]


def product_from_weights(networks: Sequence[ExactNetwork], g: int, h: int) -> list[int]:
    """All k with V_i(k) = V_i(h) V_i(g) for every i, where V_i(g) = rho_i(g^-1)."""
    wanted = [product(network.weights[h], network.weights[g]) for network in networks]
    order = networks[0].group.order
    return [k for k in range(order) if all(n.weights[k] == w for n, w in zip(networks, wanted, strict=True))]


def signals_and_products_return(name: str) -> bool:
    """Whether a signal returns from its transform, and products of some elements from the weights."""
    networks, rng = exact_networks(name), np.random.default_rng(1)
    group = networks[0].group
    x = gaussian_integers(group.order, rng)
    pairs = rng.integers(0, group.order, (4, 2)).tolist()
    return recovered(networks, x) == x and all(
        product_from_weights(networks, g, h) == [int(group.multiply(g, h))] for g, h in pairs
    )
