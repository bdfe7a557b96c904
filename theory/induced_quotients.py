"""Irreducible quotients of induced modules: Dixon's construction over the cosets of a subgroup.

Let lambda be a linear character of H that occurs once in chi restricted to H, v the vector on which H acts by
lambda, and t_1 = 1, ..., t_r representatives of the left cosets of H.  The vectors w_i = rho(t_i) v span the
module, and g w_i = lambda(h) w_j for g t_i = t_j h: the module is a quotient of the one induced from lambda.  Some
w_b, b = b_1, ..., b_d, are a basis; with f(g) = (1/|H|) sum_h lambda(h^-1) chi(g h), the matrix coefficient of v,
w_i has the coordinates A^-1 [f(t_b^-1 t_i)]_b, A = [f(t_b^-1 t_c)]_(b, c).  The index r is all that one pays for,
not the order of the group; if r = d there is nothing to solve and the matrices have one entry a column.

The coordinates are found modulo primes, embedding by embedding, lifted, and then proved to be right.

Source: J. D. Dixon, "Constructing representations of finite groups", 1993.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

import numpy as np

from .character_residues import CharacterResidues
from .cyclotomic_coordinates import CyclotomicField, Integers, cyclotomic_field
from .groups import FiniteGroup
from .laws import IntArray
from .linear_restrictions import LinearRestriction
from .modular import character_prime, modular_product, modular_solution, root_powers
from .modular_lifting import RationalLift
from .subgroups import Subgroup

#: Primes of the lifting; numerators and denominators beyond some hundred digits are given up.
MAX_PRIMES = 40


#: Bases that are tried beside the first one.
MAX_CYCLES, MAX_RANDOM = 3, 4


class LeftCosets:
    """The left cosets of a subgroup H: every g is t_i h for one i and one element h of H.

    Attributes:
        representatives: Array [r] of t_1 = 1, ..., t_r.
        labels: Array [n]: i for each g.
        places: Array [n]: where h stands among the elements of H.
        generator_places: Array: where the generators s of H stand among its elements.
        steps: Array [generators, h]: where x s stands among them, for each element x.
    """

    def __init__(self, group: FiniteGroup, pair: LinearRestriction) -> None:
        self.group = group
        subgroup = Subgroup.generated(group, pair.generators)
        if not np.array_equal(np.sort(pair.elements), subgroup.elements):
            raise ArithmeticError(f"internal error: the elements are no subgroup of {group.name}")
        self.representatives, self.labels = subgroup.left_representatives, subgroup.left_coset_labels
        self.places = np.empty(group.order, dtype=np.int64)
        products = _products(group, self.representatives[:, None], pair.elements[None, :])
        self.places[products] = np.arange(pair.elements.size)
        s = np.array(pair.generators, dtype=np.int64)
        self.generator_places = self.places[s]
        self.steps = self.places[_products(group, pair.elements[None, :], s[:, None])]


def _products(group: FiniteGroup, g: IntArray, h: IntArray) -> IntArray:
    return group.law.product(*np.broadcast_arrays(g, h))


class InducedQuotient:
    """A quotient of the module induced from lambda, by the coordinates of the w_i in a basis of some of them.

    Args:
        cosets: The cosets of H.
        exponents: Array [h]: lambda(x) = E(m)^a for the elements x of H.
        field: Q(E(m)).
        basis: Array [d] of the b with e_b = w_b.
        numerators: Array [r, d, phi(m)]: the coordinates of the w_i times the denominator.
        denominator: One denominator for all.
    """

    def __init__(
        self,
        cosets: LeftCosets,
        exponents: IntArray,
        field: CyclotomicField,
        basis: IntArray,
        numerators: Integers,
        denominator: int,
    ) -> None:
        self.cosets, self.exponents, self.field = cosets, exponents, field
        self.basis, self.numerators, self.denominator = basis, numerators, denominator

    @property
    def is_monomial(self) -> bool:
        """Whether it is the whole induced module."""
        return int(self.basis.size) == int(self.cosets.representatives.size)

    def images(self, g: int, cosets: IntArray | None = None) -> tuple[IntArray, IntArray]:
        """J and a with g w_i = E(m)^a w_j, for the i given or all."""
        space = self.cosets
        t = space.representatives if cosets is None else space.representatives[cosets]
        moved = space.group.law.product(np.full_like(t, g), t)
        return space.labels[moved], self.exponents[space.places[moved]]

    def coordinates(self, g: int) -> tuple[Integers, int]:
        """Array [d, d, phi] and a denominator: the matrix of g, with the columns g w_b."""
        labels, exponents = self.images(g, self.basis)
        columns = self.field.rotated(self.numerators[labels], exponents)
        return columns.transpose(1, 0, 2), self.denominator

    def traces(self, elements: IntArray, p: int) -> IntArray:
        """Array: the traces modulo a prime p = 1 modulo m that does not divide the denominator."""
        t = self.cosets.representatives[self.basis]
        moved = _products(self.cosets.group, elements[:, None], t[None, :])
        roots = root_powers(self.field.modulus, p)[self.exponents[self.cosets.places[moved]]]
        first = self.field.image(self.numerators, p)  # [r, d]
        diagonal = first[self.cosets.labels[moved], np.arange(self.basis.size)]
        return np.asarray((diagonal * roots % p).sum(axis=1) % p * pow(self.denominator, -1, p) % p)

    def failure(self) -> str | None:
        """None if this is proved to be a module of the group, else the law that does not hold.

        1. Lambda(x s) = lambda(x) lambda(s) for all x and generators s of H: lambda is a linear character, and
           g w_i = lambda(h) w_j is the module induced from it.
        2. The w_b have the unit vectors for coordinates.
        3. X_s w_i = s w_i for all i and generators s, X_s having the columns s w_b: the linear map to the
           coordinates takes the induced module to one in which s acts as X_s.
        """
        a = self.exponents
        values = a[self.cosets.generator_places]
        if ((a[self.cosets.steps] - a[None, :] - values[:, None]) % self.field.modulus).any():
            return "lambda is no linear character"
        unit = np.zeros((self.basis.size, self.basis.size, self.field.degree), dtype=np.int64)
        unit[np.arange(self.basis.size), np.arange(self.basis.size), 0] = 1
        if not np.array_equal(self.numerators[self.basis], unit * self.denominator):
            return "rho(1) is not the unit matrix"
        if not self.is_monomial:
            for s in self.cosets.group.generators:
                if not self._is_equivariant(s):
                    return f"rho(s g) v = rho(s) rho(g) v does not hold for s = {s}"
        return None

    def _is_equivariant(self, s: int) -> bool:
        """Step 3 for one generator, modulo primes whose product exceeds every coordinate of the difference.

        If all |coordinates| of N are at most beta, those of a rotated row are at most alpha = phi rho beta and
        those of a product of two such numbers at most phi^2 rho alpha beta, rho the growth of the field.
        """
        labels, exponents = self.images(s)
        d, phi, rho = self.basis.size, self.field.degree, self.field.growth
        beta = int(np.abs(self.numerators).max())
        alpha = phi * rho * beta
        bound = d * phi**2 * rho * alpha * beta + self.denominator * alpha
        for p in _primes(self.field.modulus, bound):
            powers = root_powers(self.field.modulus, p)
            for unit, known in zip(self.field.units, self.field.residues(self.numerators, p), strict=True):
                moved = known[labels] * powers[exponents * unit % self.field.modulus][:, None] % p
                found = modular_product(known, moved[self.basis], p)
                if not np.array_equal(found, moved * (self.denominator % p) % p):
                    return False
        return True


def _primes(m: int, bound: int) -> list[int]:
    """Primes p = 1 modulo m whose product exceeds the bound."""
    found = [character_prime(m, 2**30)]
    while prod(found) <= bound:
        found.append(character_prime(m, found[-1]))
    return found


# ---------------------------------------------------------------------- construction


def dixon_quotients(
    residues: CharacterResidues, row: int, pair: LinearRestriction, cosets: LeftCosets
) -> Iterator[InducedQuotient]:
    """Candidates for the module of one row of the table from a pair (H, lambda); none if its numbers do not lift.

    The first one is nearly always right: it is wrong if too few primes suggested it.  That is for
    :meth:`InducedQuotient.failure` to say.
    """
    table, m = residues.table, pair.modulus
    degree, index = int(table.degrees[row]), cosets.representatives.size
    field, exponents = cyclotomic_field(m), pair.exponents * m // table.group.exponent
    if index == degree:
        unit = np.zeros((degree, degree, field.degree), dtype=np.int64)
        unit[np.arange(degree), np.arange(degree), 0] = 1
        yield InducedQuotient(cosets, exponents, field, np.arange(degree), unit, 1)
        return
    construction = _Construction(residues, row, pair, cosets, field)
    bases = (construction.basis(residues, order) for order in _coset_orders(cosets))  # made when they are needed
    attempts: Iterable[tuple[IntArray, RationalLift]] = ((basis, RationalLift()) for basis in bases)
    prime = 2**30
    for _ in range(MAX_PRIMES):
        prime, kept = character_prime(table.group.exponent, prime), []
        for basis, lift in attempts:
            lift.add(construction.coordinates(basis, prime), prime)
            found = lift.rationals()
            if found is not None:
                yield InducedQuotient(cosets, exponents, field, basis, *found)
            kept.append((basis, lift))
        attempts = kept


def _coset_orders(cosets: LeftCosets) -> Iterator[IntArray]:
    """Orders of the cosets, H first, in which a basis is looked for: as numbered, along cycles, at random.

    Which w_i are taken decides how long the numbers get; along the cycles of an element they are often short.
    """
    group, count = cosets.group, cosets.representatives.size
    yield np.arange(count)
    classes = group.conjugacy_classes
    for k in np.argsort(-classes.element_orders, kind="stable")[:MAX_CYCLES].tolist():
        t = cosets.representatives
        moved = cosets.labels[group.law.product(np.full_like(t, classes.representatives[k]), t)]
        yield spanned_by_cycles(moved)
    random = np.random.default_rng(0)
    for _ in range(MAX_RANDOM):
        yield np.concatenate([np.zeros(1, dtype=np.int64), 1 + random.permutation(count - 1)])


def spanned_by_cycles(permutation: IntArray) -> IntArray:
    """All points, cycle by cycle.

    Example:
        >>> spanned_by_cycles(np.array([2, 1, 4, 3, 0])).tolist()
        [0, 2, 4, 1, 3]
    """
    images, found, seen = permutation.tolist(), [], set()
    for start in range(len(images)):
        point = start
        while point not in seen:
            seen.add(point)
            found.append(point)
            point = images[point]
    return np.array(found, dtype=np.int64)


class _Construction:
    """Coordinates of the w_i modulo primes."""

    def __init__(
        self,
        residues: CharacterResidues,
        row: int,
        pair: LinearRestriction,
        cosets: LeftCosets,
        field: CyclotomicField,
    ) -> None:
        self.table, self.row, self.pair, self.cosets, self.field = residues.table, row, pair, cosets, field
        products = _products(self.table.group, cosets.representatives[:, None], pair.elements[None, :])
        self.classes = self.table.classes.labels[products]  # [r, h]: the class of t_i h

    def _coefficient(self, residues: CharacterResidues, unit: int) -> tuple[IntArray, IntArray]:
        """|H| f(t_i) modulo p under the embedding E(e) -> w^k, [r], and lambda, [h]."""
        roots = residues.powers[self.pair.exponents * unit % residues.exponent]
        inverse = residues.powers[-self.pair.exponents * unit % residues.exponent]
        values = residues.values(self.row, unit)[self.classes]
        return (values * inverse[None, :] % residues.prime).sum(axis=1) % residues.prime, roots

    def _shifted(self, t: IntArray, f: IntArray, roots: IntArray, p: int) -> IntArray:
        """Array [len(t), r]: |H| f(t^-1 t_i) modulo p."""
        group, space = self.table.group, self.cosets
        moved = _products(group, group.law.inverse(t)[:, None], space.representatives[None, :])
        return f[space.labels[moved]] * roots[space.places[moved]] % p

    def basis(self, residues: CharacterResidues, order: IntArray) -> IntArray:
        """The first w_b in an order that are independent: those of the first independent rows [f(t_b^-1 t_i)]_i.

        Independence modulo a prime implies independence, and the Gram matrix of a basis is invertible.
        """
        degree, t = int(self.table.degrees[self.row]), self.cosets.representatives
        f, roots = self._coefficient(residues, 1)
        echelon, found = _Echelon(t.size, residues.prime), []
        for start in range(0, t.size, degree):
            tried = order[start : start + degree]
            for position, row in zip(tried, self._shifted(t[tried], f, roots, residues.prime), strict=True):
                if echelon.extend(row):
                    found.append(int(position))
                if len(found) == degree:
                    return np.array(found, dtype=np.int64)
        raise ArithmeticError(f"internal error: rank {len(found)} modulo p instead of the degree {degree}")

    def coordinates(self, basis: IntArray, p: int) -> IntArray:
        """Array [r, d, phi]: the coordinates of all w_i modulo p in the basis of some."""
        residues = CharacterResidues(self.table, p - 1)
        images = []
        for k in self.field.units:
            f, roots = self._coefficient(residues, residues.unit(self.field.modulus, k))
            values = self._shifted(self.cosets.representatives[basis], f, roots, p)  # [d, r]
            inverse = modular_solution(values[:, basis], np.eye(basis.size, dtype=np.int64), p)
            if inverse is None:
                raise ArithmeticError(f"internal error: the Gram matrix is singular modulo {p}")
            images.append(modular_product(inverse, values, p).T)
        return self.field.from_residues(np.array(images), p)


class _Echelon:
    """Independent rows modulo a prime p < 2^31 in reduced echelon form."""

    def __init__(self, columns: int, p: int) -> None:
        self.p, self.pivots = p, np.empty(0, dtype=np.int64)
        self.rows = np.empty((0, columns), dtype=np.int64)

    def extend(self, row: IntArray) -> bool:
        """Takes a row if it is independent of those before."""
        if self.pivots.size:
            row = (row - modular_product(row[None, self.pivots], self.rows, self.p)[0]) % self.p
        pivot = int(np.argmax(row != 0))
        if row[pivot] == 0:
            return False
        row = row * pow(int(row[pivot]), -1, self.p) % self.p
        reduced = (self.rows - self.rows[:, pivot, None] * row) % self.p
        self.rows = np.concatenate([reduced, row[None, :]])
        self.pivots = np.append(self.pivots, pivot)
        return True
