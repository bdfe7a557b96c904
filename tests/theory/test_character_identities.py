"""Tables of random permutation groups against every exact identity, summed without the code that proves tables.

Sums over a table are taken in F_q for a prime q beyond every bound, from the public cyclotomic values; they are
rational integers, because the values are Galois conjugates along the power maps, which is checked one by one.
"""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from math import gcd
from pathlib import Path

import numpy as np
import pytest
from flint import fmpz, nmod_mat
from hypothesis import example, given
from hypothesis import strategies as st

from orbitkernels.theory.character_routes import spectral_characters
from orbitkernels.theory.characters import CharacterTable
from orbitkernels.theory.cyclotomics import Cyclotomic
from orbitkernels.theory.dixon import dixon_schneider
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group

ORACLES = Path(__file__).parents[1] / "oracles"

#: Permutation groups of degree at most 12 and order at most 5,000 whose subgroups are drawn.
PARENTS = [
    "S6",
    "A7",
    "C2wrS4",
    "C2wrS5",
    "S3wrC3",
    "S3wrS3",
    "S4wrC2",
    "C3wrA4",
    "C3wrS4",
    "C4wrS3",
    "D4wrC3",
    "C6wrC2",
    "D6wrC2",
    "C2wrC2wrC2",
    "AGL(1,11)",
    "AGL(1,9)",
    "AGL(1,8)",
    "AGL(3,2)",
    "AGL(2,3)",
    "PSL(2,11)",
    "PGL(2,11)",
    "PGL(2,9)",
    "PSL(2,8)",
    "PGL(2,7)",
]

#: Sizes of blocks whose symmetric groups have a product of order at most 5,000.
BLOCKS = [(6,), (5, 4), (4, 4, 3), (5, 3, 3), (6, 3), (3, 3, 3, 3), (4, 3, 3, 2), (4, 4, 2, 2), (2, 2, 2, 2, 2, 2)]


@cache
def parent(name: str) -> FiniteGroup:
    return group(name)


@st.composite
def split_permutations(draw) -> list[np.ndarray]:
    """Permutations that keep every block."""
    sizes = draw(st.sampled_from(BLOCKS))
    starts = np.cumsum((0, *sizes[:-1]))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        parts = [draw(st.permutations(range(size))) for size in sizes]
        rows.append(np.concatenate([np.array(part) + start for part, start in zip(parts, starts, strict=True)]))
    return rows


@st.composite
def permutation_generators(draw) -> list[list[int]]:
    """Generators up to degree 12 of groups up to order 5,000, the points in any order."""
    if draw(st.booleans()):
        rows = draw(split_permutations())
    else:
        G = parent(draw(st.sampled_from(PARENTS)))
        chosen = draw(st.lists(st.integers(0, G.order - 1), min_size=1, max_size=3))
        rows = list(G.permutation(np.array(chosen)).astype(np.int64))
    names = np.array(draw(st.permutations(range(len(rows[0])))))
    return [names[row[np.argsort(names)]].tolist() for row in rows]


# ---------------------------------------------------------------------- identities


class Residues:
    """The values of a table modulo a prime q = 1 modulo the exponent, q > 2^50: E(N) -> w^(e/N)."""

    def __init__(self, table: CharacterTable) -> None:
        self.table, e = table, table.group.exponent
        self.q = next(q for q in range(2**50 // e * e + 1, 2**60, e) if fmpz(q).is_prime())
        primes = {r for r in range(2, e + 1) if e % r == 0 and all(r % s for s in range(2, r))}
        roots = (pow(base, (self.q - 1) // e, self.q) for base in range(2, 10**6))
        self.root = next(w for w in roots if all(pow(w, e // r, self.q) != 1 for r in primes))
        known: dict[Cyclotomic, int] = {}
        for row in table.values:
            for x in row:
                known.setdefault(x, self._residue(x, e))
        self.rows = [[known[x] for x in row] for row in table.values]

    def _residue(self, x: Cyclotomic, e: int) -> int:
        w = pow(self.root, e // x.conductor, self.q)
        factors = [c.numerator * pow(c.denominator, -1, self.q) for c in x.coefficients]
        return sum(c * pow(w, j, self.q) for j, c in enumerate(factors)) % self.q

    def matrix(self, rows: list[list[int]]) -> nmod_mat:
        return nmod_mat(len(rows), len(rows[0]), [x % self.q for row in rows for x in row], self.q)

    def small(self, residue: int) -> int:
        """The integer nearest to 0 with this residue."""
        return residue - self.q if 2 * residue > self.q else residue


def check_galois(table: CharacterTable) -> None:
    """chi(g^s) = sigma_s chi(g) for units s; sigma_s permutes the rows."""
    e, classes = table.group.exponent, table.classes
    rows = set(table.values)
    assert len(rows) == len(table)
    units = [s for s in range(1, e + 1) if gcd(s, e) == 1]
    for s in units if len(units) <= 16 else [*units[1:8], e - 1]:
        powers = classes.labels[repeated(table.group, classes.representatives, s)].tolist()
        images = {x: x.galois(s) for x in {x for row in table.values for x in row}}
        for row in table.values:
            moved = tuple(images[x] for x in row)
            assert moved == tuple(row[j] for j in powers)
            assert moved in rows


def repeated(G: FiniteGroup, g: np.ndarray, s: int) -> np.ndarray:
    """g^s by composing images s times."""
    images = G.permutation(g)
    found = np.tile(np.arange(images.shape[1]), (images.shape[0], 1))
    for _ in range(s):
        found = np.take_along_axis(images, found, axis=1)
    return G.law.lookup(found[:, G.law.base])


def check_orthogonality(table: CharacterTable, residues: Residues) -> None:
    n, sizes, inverse = table.group.order, table.classes.sizes.tolist(), table.classes.inverse.tolist()
    weighted = residues.matrix([[x * size for x, size in zip(row, sizes, strict=True)] for row in residues.rows])
    values, k = residues.matrix(residues.rows), len(table)
    adjoint = residues.matrix([[row[j] for j in inverse] for row in residues.rows]).transpose()
    assert 2 * (n * max(table.degrees.tolist()) ** 2 + n) < residues.q
    identity = [[int(i == j) for j in range(k)] for i in range(k)]
    assert weighted * adjoint == residues.matrix([[n * x for x in row] for row in identity])
    columns = [[n // sizes[i] * x for x in row] for i, row in enumerate(identity)]
    assert adjoint * values == residues.matrix(columns)


def check_degrees_and_class_sums(table: CharacterTable) -> None:
    n, degrees = table.group.order, table.degrees.tolist()
    assert sum(d * d for d in degrees) == n
    assert all(n % d == 0 for d in degrees)
    integral = {}
    for row, d in zip(table.values, degrees, strict=True):
        for x, size in zip(row, table.classes.sizes.tolist(), strict=True):
            key = (x, size, d)
            if key not in integral:
                integral[key] = (x * size / d).is_integral
            assert integral[key]


def check_indicators(table: CharacterTable, residues: Residues) -> None:
    """n nu = sum of |C| chi(C^2) over classes; the sum of nu d is the number of square roots of 1, by images."""
    G, n = table.group, table.group.order
    images = G.permutation(np.arange(n))
    squares = np.take_along_axis(images, images.astype(np.int64), axis=1)
    roots = int((squares == np.arange(images.shape[1])).all(axis=1).sum())
    indicators = table.indicators.tolist()
    assert set(indicators) <= {-1, 0, 1}
    assert sum(nu * d for nu, d in zip(indicators, table.degrees.tolist(), strict=True)) == roots
    to = table.classes.labels[repeated(G, table.classes.representatives, 2)].tolist()
    for row, nu in zip(residues.rows, indicators, strict=True):
        total = sum(row[j] * size for j, size in zip(to, table.classes.sizes.tolist(), strict=True)) % residues.q
        assert residues.small(total) == nu * n


def check_permutation_character(table: CharacterTable, residues: Residues) -> None:
    """Multiplicities are integers from 0; their squares add up to the number of orbits on pairs of points."""
    G, n, q = table.group, table.group.order, residues.q
    images = G.permutation(table.classes.representatives)
    degree = images.shape[1]
    fixed = (images == np.arange(degree)).sum(axis=1).tolist()
    counts = []
    for row in residues.rows:
        conjugate = [row[j] for j in table.classes.inverse.tolist()]
        terms = zip(fixed, table.classes.sizes.tolist(), conjugate, strict=True)
        counts.append(residues.small(sum(f * size * x for f, size, x in terms) * pow(n, -1, q) % q))
    assert all(0 <= m <= degree for m in counts)
    assert sum(m * d for m, d in zip(counts, table.degrees.tolist(), strict=True)) == degree
    steps = G.permutation(np.array(G.generators, dtype=np.int64)).astype(np.int64).reshape(-1, degree)
    assert counts[0] == orbits([step.tolist() for step in steps], degree)
    pairs = [(step[:, None] * degree + step).ravel().tolist() for step in steps]
    assert sum(m * m for m in counts) == orbits(pairs, degree**2)


def orbits(maps: list[list[int]], points: int) -> int:
    """How many orbits a group has, by search."""
    seen, count = [False] * points, 0
    for start in range(points):
        count += not seen[start]
        stack = [start]
        while stack:
            point = stack.pop()
            if not seen[point]:
                seen[point] = True
                stack += [images[point] for images in maps]
    return count


def check_every_identity(table: CharacterTable) -> None:
    residues = Residues(table)
    check_galois(table)
    check_orthogonality(table, residues)
    check_degrees_and_class_sums(table)
    check_indicators(table, residues)
    check_permutation_character(table, residues)


@given(permutation_generators())
@example([[0]])
@example([[1, 0, 3, 2, 5, 4, 7, 6, 8, 9, 10, 11], [0, 1, 3, 2, 4, 5, 7, 6, 9, 8, 11, 10]])
@example([[*range(1, 12), 0], [0, *range(11, 0, -1)]])
def test_tables_of_random_permutations_satisfy_every_identity(generators) -> None:
    G = FiniteGroup.from_permutations(generators)
    assert G.order <= 5000
    check_every_identity(G.character_table())


@given(permutation_generators())
def test_closed_forms_are_dixon_schneider_for_random_permutations(generators) -> None:
    G = FiniteGroup.from_permutations(generators)
    one, two = spectral_characters(G), dixon_schneider(G)
    assert np.array_equal(one.index, two.index)
    assert one.spectra == two.spectra


@pytest.mark.parametrize("name", ["Q8", "C7:C3", "SL(2,3)", "M11", "Heis(3)"])
def test_identities_of_named_groups(name) -> None:
    G = group(name) if name == "M11" else regular(name)
    check_every_identity(G.character_table())


# ---------------------------------------------------------------------- planted mistakes


def unproved(G: FiniteGroup, index: np.ndarray | None = None, **changed: np.ndarray) -> CharacterTable:
    """A table that nobody proved, with other spectra, degrees or indicators."""
    right = G.character_table()
    table = object.__new__(CharacterTable)
    table.group, table.classes, table.degrees, table.indicators = G, right.classes, right.degrees, right.indicators
    table.characters = replace(right.characters, index=right.characters.index if index is None else index)
    vars(table).update(changed)
    return table


def regular(name: str) -> FiniteGroup:
    G = group(name)
    return FiniteGroup.from_permutations([G.multiply(s, np.arange(G.order)) for s in G.generators])


def test_each_identity_can_fail() -> None:
    G = regular("C7:C3")
    index = G.character_table().characters.index
    order = G.conjugacy_classes.element_orders
    check_every_identity(unproved(G))

    one_row = index.copy()
    one_row[3, order == 7] = index[3, order == 7][::-1]  # now equal to its conjugate
    with pytest.raises(AssertionError):
        check_galois(unproved(G, one_row))
    with pytest.raises(AssertionError):
        check_orthogonality(table := unproved(G, one_row), Residues(table))

    columns = index[:, [0, 3, 4, 1, 2]]  # elements of orders 3 and 7 exchanged
    with pytest.raises(AssertionError):
        check_orthogonality(table := unproved(G, columns), Residues(table))
    with pytest.raises(AssertionError):
        check_permutation_character(table := unproved(group("S4"), swapped(group("S4"))), Residues(table))

    for degrees in ([1, 1, 1, 3, 2], [1, 1, 1, 4, 3], [1, 1, 2, 3, 3]):
        with pytest.raises(AssertionError):
            check_degrees_and_class_sums(unproved(G, degrees=np.array(degrees)))
    for indicators in ([1, 0, 0, 0, 1], [1, 0, 0, 1, -1], [1, 2, 0, 0, 0]):
        with pytest.raises(AssertionError):
            check_indicators(table := unproved(G, indicators=np.array(indicators)), Residues(table))


def swapped(G: FiniteGroup) -> np.ndarray:
    """Columns 2a and 2b of the table of S4 exchanged."""
    return G.character_table().characters.index[:, [0, 2, 1, 3, 4]]


# ---------------------------------------------------------------------- large groups


def test_automorphisms_of_small_group_192_1025() -> None:
    """Order 61,440: GAP 4.16 fails in Irr of this group."""
    record = json.loads((ORACLES / "automorphisms_192_1025.json").read_text())
    G = FiniteGroup.from_permutations(record["generators"], record["name"])
    classes, table = G.conjugacy_classes, G.character_table()
    assert G.order == record["order"] == 61_440
    found = sorted(zip(classes.element_orders.tolist(), classes.sizes.tolist(), strict=True))
    assert found == [(order, size) for order, size, count in record["classes"] for _ in range(count)]
    assert len(table) == 39
    assert table.degrees.tolist() == [d for d, count in record["degrees"] for _ in range(count)]
    assert table.degrees.tolist().count(1) == np.prod(record["abelian_invariants"])
    assert int(table.indicators @ table.degrees) == record["square_roots_of_1"]
    check_every_identity(table)
    # sum over rows of d times the mean of chi(g^3) counts cube roots of 1
    cubes, sizes, zero = G.power_map(3).tolist(), classes.sizes.tolist(), Cyclotomic(1, [0])
    sums = [sum((row[j] * size for j, size in zip(cubes, sizes, strict=True)), zero) for row in table.values]
    assert sum((x * int(d) for x, d in zip(sums, table.degrees, strict=True)), zero) == 129 * G.order
    assert record["cube_roots_of_1"] == 129


#: VmHWM is the peak of the process itself; getrusage inherits that of its parent.
MEASURED = """
import re, sys
from orbitkernels.theory.names import group
table = group(sys.argv[1]).character_table()
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]
print(table.group.order, len(table), peak, *table.degrees)
"""


def test_m22_in_two_gigabytes() -> None:
    """Degrees from the ATLAS of Finite Groups; the peak of a process of its own (kilobytes)."""
    run = subprocess.run([sys.executable, "-c", MEASURED, "M22"], capture_output=True, text=True, check=True)
    order, classes, peak, *degrees = map(int, run.stdout.split())
    assert (order, classes) == (443_520, 12)
    assert degrees == [1, 21, 45, 45, 55, 99, 154, 210, 231, 280, 280, 385]
    assert peak < 2**20  # 1 GiB; 230 MiB when this was written
