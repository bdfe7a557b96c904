"""Permutation representations: ranks, suborbits, schemes and spherical functions with known values."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.numerics.association_schemes import joint_eigenvalues, pair_labels
from orbitkernels.theory import association_schemes, spherical_functions
from orbitkernels.theory.association_schemes import Orbitals, suborbit_labels
from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import ZERO, root_of_unity
from orbitkernels.theory.double_cosets import DoubleCosets
from orbitkernels.theory.mackey import intertwining_number, mackey_parts
from orbitkernels.theory.names import group
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.permutation_representations import PermutationRepresentation, cycle_counts, subset_action
from orbitkernels.theory.spherical_functions import SphericalFunctions, zonal_block, zonal_matrices, zonal_traces


def natural(name):
    return PermutationAction.natural(group(name))


def johnson(n, k):
    return subset_action(natural(f"S{n}"), k)


def cube(dimension):
    """C2wrS_d on the d-cube: vertex x goes to the vertex whose coordinates its signed permutation gives."""
    G = group(f"C2wrS{dimension}")
    assert G.permutation(0).size == 2 * dimension  # points 2i and 2i + 1 are the two values of coordinate i
    images = G.permutation(np.arange(G.order))
    vertices = [{2 * i + bit for i, bit in enumerate(bits)} for bits in product((0, 1), repeat=dimension)]
    number = {frozenset(vertex): i for i, vertex in enumerate(vertices)}
    rows = [[number[frozenset(int(p[i]) for i in vertex)] for vertex in vertices] for p in images]
    return PermutationAction.from_permutations(G, rows)


def projective_line(p):
    """PSL(2, p) on p + 1 points: the cosets of a subgroup of order p (p - 1)/2."""
    G = group(f"PSL(2,{p})")
    wanted = p * (p - 1) // 2
    u = next(g for g in range(G.order) if G.element_orders[g] == p)
    normalising = [g for g in range(G.order) if int(G.conjugate(u, g)) in G.subgroup([u]).elements]
    borel = G.subgroup([u, *normalising])
    assert borel.order == wanted
    return PermutationAction.on_cosets(borel)


def frobenius_on_seven_points():
    """x -> a x + b modulo 7 with a = 1, 2, 4: two points are joined by whether their difference is a square."""
    G = group("C7:C3")
    return PermutationAction.on_cosets(G.subgroup([int(np.flatnonzero(G.element_orders == 3)[0])]))


ACTIONS = {
    "K4": lambda: natural("S4"),
    "pentagon": lambda: natural("D5"),
    "hexagon": lambda: natural("D6"),
    "C7": lambda: natural("C7"),
    "J(4,2)": lambda: johnson(4, 2),
    "Petersen": lambda: johnson(5, 2),
    "J(6,3)": lambda: johnson(6, 3),
    "cube": lambda: cube(3),
    "4-cube": lambda: cube(4),
    "projective line": lambda: projective_line(7),
    "Paley": frobenius_on_seven_points,
}

#: For each scheme: subdegrees, and (degree, eigenvalues of the A_j) of each irrep, the trivial one first.
GOLDEN = root_of_unity(5) + root_of_unity(5, 4)
GAUSS = sum((root_of_unity(7, j) for j in (1, 2, 4)), ZERO)
EIGENVALUES = {
    "K4": ([1, 3], [(1, [1, 3]), (3, [1, -1])]),
    "pentagon": ([1, 2, 2], [(1, [1, 2, 2]), (2, [1, GOLDEN, -1 - GOLDEN]), (2, [1, -1 - GOLDEN, GOLDEN])]),
    "hexagon": (
        [1, 2, 2, 1],
        [(1, [1, 2, 2, 1]), (1, [1, -2, 2, -1]), (2, [1, 1, -1, -1]), (2, [1, -1, -1, 1])],
    ),
    "C7": ([1] * 7, [(1, [root_of_unity(7, j * k) for j in range(7)]) for k in range(7)]),
    "J(4,2)": ([1, 4, 1], [(1, [1, 4, 1]), (2, [1, -2, 1]), (3, [1, 0, -1])]),
    "Petersen": ([1, 6, 3], [(1, [1, 6, 3]), (4, [1, 1, -2]), (5, [1, -2, 1])]),
    "J(6,3)": ([1, 9, 9, 1], [(1, [1, 9, 9, 1]), (5, [1, 3, -3, -1]), (9, [1, -1, -1, 1]), (5, [1, -3, 3, -1])]),
    "cube": ([1, 3, 3, 1], [(1, [1, 3, 3, 1]), (3, [1, 1, -1, -1]), (3, [1, -1, -1, 1]), (1, [1, -3, 3, -1])]),
    "4-cube": (
        [1, 4, 6, 4, 1],
        [
            (
                comb(4, k),
                [sum((-1) ** i * comb(k, i) * comb(4 - k, j - i) for i in range(j + 1)) for j in range(5)],
            )
            for k in range(5)
        ],
    ),
    "projective line": ([1, 7], [(1, [1, 7]), (7, [1, -1])]),
    "Paley": ([1, 3, 3], [(1, [1, 3, 3]), (3, [1, GAUSS, -1 - GAUSS]), (3, [1, -1 - GAUSS, GAUSS])]),
}


def matched(action):
    """Spherical functions, and the double coset of each orbital of the point 0."""
    functions = SphericalFunctions(action.stabiliser(0))
    orbitals = Orbitals(action)
    carriers = {int(action.permutations[g, 0]): g for g in range(action.group.order)}
    ends = orbitals.first_pairs[1].tolist()
    return functions, orbitals, [int(functions.cosets.labels[carriers[y]]) for y in ends]


@pytest.mark.parametrize("name", EIGENVALUES)
def test_eigenvalues_of_known_schemes(name):
    functions, orbitals, order = matched(ACTIONS[name]())
    subdegrees, expected = EIGENVALUES[name]
    assert sorted(orbitals.subdegrees.tolist()) == sorted(subdegrees)
    assert [int(functions.cosets.subdegrees[j]) for j in order] == orbitals.subdegrees.tolist()
    found = [
        (int(d), [row[j] for j in order]) for d, row in zip(functions.degrees, functions.eigenvalues, strict=True)
    ]
    found_sets = sorted((d, sorted(map(str, row))) for d, row in found)
    assert found_sets == sorted((d, sorted(str(ZERO + value) for value in row)) for d, row in expected)


@pytest.mark.parametrize("name", EIGENVALUES)
def test_eigenvalues_of_the_scheme_by_dense_linear_algebra(name):
    functions, orbitals, order = matched(ACTIONS[name]())
    action = orbitals.action
    assert np.array_equal(orbitals.labels, pair_labels(action.permutations[list(action.group.generators)]))
    rng = np.random.default_rng(1)
    z = rng.standard_normal(len(orbitals)) + 1j * rng.standard_normal(len(orbitals))
    weights = z + z[orbitals.pairing].conj()
    values, rows = joint_eigenvalues(orbitals.labels, weights)
    P = np.array([[complex(row[j]) for j in order] for row in functions.eigenvalues])
    predicted = np.repeat(P, functions.degrees, axis=0)
    predicted = predicted[np.argsort((predicted @ weights).real)]
    np.testing.assert_allclose(values, (predicted @ weights).real, atol=1e-11)
    np.testing.assert_allclose(rows, predicted, atol=1e-10)


@pytest.mark.parametrize("name", EIGENVALUES)
def test_matrices_and_intersection_numbers(name):
    functions, orbitals, order = matched(ACTIONS[name]())
    matrices = [orbitals.matrix(j) for j in range(len(orbitals))]
    assert np.array_equal(sum(matrices), np.ones_like(matrices[0]))
    for j, A in enumerate(matrices):
        assert np.array_equal(A.T, matrices[orbitals.pairing[j]])
        assert A.sum(axis=1).tolist() == [orbitals.subdegrees[j]] * len(A)
    p = orbitals.intersection_numbers
    for i, A in enumerate(matrices):
        for j, B in enumerate(matrices):
            assert np.array_equal(A @ B, sum(c * C for c, C in zip(p[i, j], matrices, strict=True)))
            by_functions = functions.intersection_numbers(order[i], order[j])
            assert [by_functions[k] for k in order] == p[i, j].tolist()
    assert orbitals.is_commutative
    assert orbitals.is_symmetric == (name not in ("C7", "Paley"))
    assert [order[k] for k in orbitals.pairing] == functions.cosets.inverses[order].tolist()


@pytest.mark.parametrize(
    ("name", "rank", "free"),
    [("K4", 2, True), ("C7", 7, True), ("Petersen", 3, True), ("projective line", 2, True), ("4-cube", 5, True)],
)
def test_ranks(name, rank, free):
    found = PermutationRepresentation(ACTIONS[name]())
    assert (found.rank, found.is_multiplicity_free, found.orbit_count) == (rank, free, 1)
    assert sum(m * m for m in found.multiplicities) == rank == len(found.suborbits())
    degrees = found.action.group.character_table().degrees
    assert int(np.dot(degrees, found.multiplicities)) == found.action.degree


def test_a_regular_representation_holds_each_irrep_as_often_as_its_degree():
    Q8 = group("Q8")
    regular = PermutationRepresentation(natural("Q8"))
    assert regular.multiplicities == tuple(Q8.character_table().degrees.tolist()) == (1, 1, 1, 1, 2)
    assert (regular.rank, regular.is_multiplicity_free) == (8, False)
    assert not Orbitals(regular.action).is_commutative
    with pytest.raises(InputError, match=r"no Gelfand pair with Q8: irrep 4 occurs 2 times .*zonal_matrices"):
        SphericalFunctions(Q8.subgroup([]))


def test_several_orbits():
    C3 = group("C3")
    action = PermutationAction.from_generators(C3, [[1, 2, 0, 3]])
    found = PermutationRepresentation(action)
    assert (found.orbit_count, found.rank, found.multiplicities) == (2, 6, (2, 1, 1))
    assert [orbit.tolist() for orbit in found.suborbits(3)] == [[0, 1, 2], [3]]
    assert found.subdegrees(0).tolist() == [1, 1, 1, 1]
    orbitals = Orbitals(action)
    assert orbitals.labels.tolist() == [[0, 1, 2, 3], [2, 0, 1, 3], [1, 2, 0, 3], [4, 4, 4, 5]]
    assert np.array_equal(orbitals.labels, pair_labels(action.permutations[[1]]))
    assert orbitals.subdegrees.tolist() == [1, 1, 1, 1, 3, 1]
    assert orbitals.pairing.tolist() == [0, 2, 1, 4, 3, 5]
    assert not orbitals.is_symmetric
    assert not orbitals.is_commutative
    assert repr(orbitals) == "<Orbitals of C3 on 4 points: 6>"
    assert repr(found) == "<PermutationRepresentation of C3 of degree 4>"


def test_suborbits_of_the_petersen_graph():
    action = johnson(5, 2)
    assert suborbit_labels(action, 0).tolist() == [0, 1, 1, 1, 1, 1, 1, 2, 2, 2]  # 01; 02 03 04 12 13 14; 23 24 34
    A = Orbitals(action).matrix(2)  # disjoint pairs
    assert not np.trace(A @ A @ A)
    assert A.sum() == 30
    assert repr(SphericalFunctions(action.stabiliser(0))) == "<SphericalFunctions of S5 on 10 points: 3>"


# ---------------------------------------------------------------------- spherical functions


@pytest.mark.parametrize("name", ["pentagon", "cube", "Paley", "Petersen"])
def test_spherical_transform_and_its_inverse(name):
    functions = SphericalFunctions(ACTIONS[name]().stabiliser(0))
    f = [Fraction(3 * j + 1, 2) + j * root_of_unity(4) for j in range(len(functions))]
    transformed = functions.transform(f)
    assert list(functions.inverse_transform(transformed)) == f
    assert transformed[0] == sum((x * int(k) for x, k in zip(f, functions.cosets.subdegrees, strict=True)), ZERO)
    unit = functions.transform([1] + [0] * (len(functions) - 1))
    assert all(value == 1 for value in unit)


@pytest.mark.parametrize("name", ["pentagon", "cube", "Paley"])
def test_spherical_functions_are_constant_on_double_cosets_and_multiplicative(name):
    functions = SphericalFunctions(ACTIONS[name]().stabiliser(0))
    H, G = functions.subgroup, functions.subgroup.group
    rng = np.random.default_rng(2)
    for x, y in rng.integers(0, G.order, (6, 2)).tolist():
        h = int(rng.choice(H.elements))
        for i in range(len(functions)):
            assert (
                functions.at(i, int(G.multiply(h, x)))
                == functions.at(i, x)
                == functions.at(i, int(G.multiply(x, h)))
            )
            mean = sum(
                (functions.at(i, int(G.multiply(G.multiply(x, h), y))) for h in H.elements), ZERO
            ) * Fraction(1, H.order)
            assert mean == functions.at(i, x) * functions.at(i, y)


@pytest.mark.parametrize("name", ["pentagon", "Paley", "K4", "J(4,2)"])
def test_spherical_functions_are_the_zonal_matrices_of_exact_irreps(name):
    functions = SphericalFunctions(ACTIONS[name]().stabiliser(0))
    irreps = functions.subgroup.group.irreps(exact=True)
    for row, values in zip(functions.rows, functions.values, strict=True):
        assert zonal_matrices(irreps[row], functions.cosets) == tuple(((value,),) for value in values)


def test_zonal_traces_without_a_gelfand_pair():
    """The regular representation: H is trivial, every element a double coset, and the trace is the character."""
    Q8 = group("Q8")
    cosets = DoubleCosets(Q8.subgroup([]), Q8.subgroup([]))
    table = Q8.character_table()
    traces = zonal_traces(cosets, range(5))
    labels = Q8.conjugacy_classes.labels
    assert [[row[k] for k in labels] for row in table.values] == [list(row) for row in traces]
    for row, irrep in enumerate(Q8.irreps(exact=True)):
        found = zonal_matrices(irrep, cosets)
        assert [sum((Z[i][i] for i in range(len(Z))), ZERO) for Z in found] == list(traces[row])


def test_zonal_blocks_between_different_orbits():
    """C2 in S3: 3 points, beside one point; the block of the trivial irrep has the orbit sums, scaled."""
    S3 = group("S3")
    H, G = S3.subgroup([S3.element("a")]), S3.subgroup(list(S3.generators))
    trivial, sign, plane = S3.irreps(exact=True)
    cosets = DoubleCosets(H, G)
    assert cosets.subdegrees.tolist() == [1]
    assert zonal_block(trivial, cosets, [Fraction(5, 2)]) == ((Fraction(5, 2),),)
    assert zonal_block(sign, cosets, [7]) == ()
    assert zonal_block(plane, cosets, [7]) == ((),)
    own = DoubleCosets(H, H)
    assert zonal_block(trivial, own, [5, 3]) == ((11,),)
    assert zonal_block(plane, own, [5, 3]) == ((2,),)


def test_double_cosets_of_point_stabilisers():
    S4 = group("S4")
    action = PermutationAction.natural(S4)
    H, K = action.stabiliser(0), S4.subgroup([S4.element_orders.tolist().index(4)])
    cosets = DoubleCosets(H, K)
    assert (H.order, K.order, len(cosets)) == (6, 4, 1)
    assert (cosets.sizes.tolist(), cosets.intersection(0).order) == ([24], 1)
    own = DoubleCosets(H, H)
    assert own.subdegrees.tolist() == [1, 3]
    assert [own.intersection(j).order for j in (0, 1)] == [6, 2]
    assert own.inverses.tolist() == [0, 1]
    assert repr(own) == "<DoubleCosets of S4: 2 of subgroups of orders 6 and 6>"


def test_double_cosets_are_the_sets_of_products_and_invert_to_one_another():
    G = group("C7:C3")
    H, K = G.subgroup([int(np.flatnonzero(G.element_orders == 3)[0])]), G.subgroup([])
    for left, right in ((H, H), (H, K), (K, H)):
        cosets = DoubleCosets(left, right)
        other = DoubleCosets(right, left)
        for j, g in enumerate(cosets.representatives.tolist()):
            products = {int(G.multiply(G.multiply(h, g), k)) for h in left.elements for k in right.elements}
            assert np.flatnonzero(cosets.labels == j).tolist() == sorted(products)
            assert min(products) == g
            assert cosets.sizes[j] == len(products)
            inverse = {int(G.inverse(x)) for x in products}
            assert np.flatnonzero(other.labels == cosets.inverses[j]).tolist() == sorted(inverse)
    assert DoubleCosets(H, H).inverses.tolist() != list(range(len(DoubleCosets(H, H))))


# ---------------------------------------------------------------------- bad input


def test_bad_input_is_refused(monkeypatch):
    S3, other = group("S3"), group("S4")
    action = natural("S3")
    with pytest.raises(InputError, match="subgroups of one group, not of S3 and S4"):
        DoubleCosets(S3.subgroup([1]), other.subgroup([1]))
    with pytest.raises(InputError, match="orbital from 0 to 1, not 2"):
        Orbitals(action).matrix(2)
    with pytest.raises(InputError, match="Argument 'k' must be an integer from 1 to 3, not 4"):
        subset_action(action, 4)
    with pytest.raises(InputError, match="Argument 'point' must be from 0 to 2, not 3"):
        PermutationRepresentation(action).suborbits(3)
    functions = SphericalFunctions(action.stabiliser(0))
    for bad in ([1], [1, 2, 3], [1, 0.5]):
        with pytest.raises(InputError, match="Argument 'f' must hold 2 integers, fractions or cyclotomic"):
            functions.transform(bad)
    with pytest.raises(InputError, match="Argument 'transformed' must hold 2"):
        functions.inverse_transform([1])
    monkeypatch.setattr(association_schemes, "MAX_POINTS", 2)
    with pytest.raises(InputError, match=r"has 3 points, whose pairs need 0.0 GiB; the limit is 2 points"):
        Orbitals(action)
    monkeypatch.setattr(spherical_functions, "MAX_RANK", 1)
    with pytest.raises(InputError, match="has 2 double cosets in S3; the limit is 1"):
        SphericalFunctions(action.stabiliser(0))
    with pytest.raises(InputError, match="makes 155117520 sets, too many for C30 of order 30"):
        subset_action(natural("C30"), 15)


def test_mackey_refuses_class_functions_of_other_groups():
    S3, S4 = group("S3"), group("S4")
    H, K = S3.subgroup([1]), S3.subgroup([3])
    one = ClassFunction.trivial(H.as_group())
    for f, right in ((one, K), (ClassFunction.trivial(S3), H), (one, S4.subgroup([1]))):
        with pytest.raises(
            InputError, match=r"Argument 'f' must be a class function of right.as_group\(\), not of"
        ):
            mackey_parts(f, right, H)
    with pytest.raises(InputError, match=r"Argument 'h' must be a class function of second.as_group\(\)"):
        intertwining_number(one, H, one, K)
    with pytest.raises(InputError, match=r"Argument 'f' must be a class function of first.as_group\(\)"):
        intertwining_number(one, K, one, H)
    with pytest.raises(InputError, match="subgroups of one group"):
        mackey_parts(one, H, S4.subgroup([1]))


def test_mackey_parts_of_conjugate_subgroups_by_hand():
    """S3, K generated by (1 2), H by (0 1): L is trivial for HK, and H for the rest, with g = (0 2 1)."""
    S3 = group("S3")
    H, K = S3.subgroup([2]), S3.subgroup([1])
    cosets = DoubleCosets(H, K)
    assert [S3.element_string(int(g)) for g in cosets.representatives] == ["()", "(0 2 1)"]
    f = ClassFunction(K.as_group(), [5, 7])
    assert [part.values for part in mackey_parts(f, K, H)] == [(10, 0), (5, 7)]
    h = ClassFunction(H.as_group(), [1, 2])
    assert intertwining_number(h, H, f, K) == 5 + Fraction(5 + 14, 2)


def test_mackey_parts_by_hand():
    """S3, K = A3 with a character f of order 3, H a transposition: L is trivial for the one double coset."""
    S3 = group("S3")
    K, H = S3.subgroup([3]), S3.subgroup([1])
    f = K.as_group().character_table().character(1)
    (part,) = mackey_parts(f, K, H)
    assert part.values == (2 * f[0], 0)
    conjugate, same = f.conjugate(), mackey_parts(f, K, K)
    assert [p.values for p in same] == [f.values, conjugate.values]  # A3 is normal, a transposition inverts it
    assert [str(intertwining_number(f, K, h, K)) for h in (f, conjugate)] == ["1", "1"]
    one = ClassFunction.trivial(K.as_group())
    assert str(intertwining_number(f, K, one, K)) == "0"


@pytest.mark.parametrize("name", ["S4", "D4", "C6", "C7:C3"])
def test_cycles_of_permutations(name):
    action = natural(name)
    found = cycle_counts(action)
    for images, cycles in zip(action.permutations.tolist(), found.tolist(), strict=True):
        seen, number = set(), 0
        for start in range(len(images)):
            number += start not in seen
            while start not in seen:
                seen.add(start)
                start = images[start]
        assert number == cycles


def test_as_many_double_cosets_as_the_limit_are_allowed(monkeypatch):
    D5 = group("D5")
    reflection = D5.subgroup([D5.element("s")])
    monkeypatch.setattr(spherical_functions, "MAX_RANK", 3)  # the pentagon: a point, its neighbours, the others
    assert SphericalFunctions(reflection).degrees.tolist() == [1, 2, 2]
    monkeypatch.setattr(spherical_functions, "MAX_RANK", 2)
    with pytest.raises(InputError, match="has 3 double cosets in D5; the limit is 2"):
        SphericalFunctions(reflection)
