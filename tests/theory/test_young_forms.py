"""Young's seminormal form against matrices worked out by hand, the hook length formula and brute force."""

from fractions import Fraction
from itertools import permutations
from math import factorial, prod

import numpy as np
import pytest

from orbitkernels.theory.irreps import ExactIrrep
from orbitkernels.theory.names import group
from orbitkernels.theory.young_forms import (
    SeminormalModule,
    contents,
    is_natural_symmetric,
    partitions,
    standard_tableaux,
)


def rational(module, g):
    coordinates, denominator = module.coordinates(g)
    return [[Fraction(int(x[0]), denominator) for x in row] for row in coordinates]


def transposition(G, i):
    images = list(range(G.permutation(0).size))
    images[i], images[i + 1] = images[i + 1], images[i]
    return next(g for g in range(G.order) if G.permutation(g).tolist() == images)


def test_the_two_dimensional_irrep_of_s3_by_hand():
    """Tableaux 1 2 / 3 with contents 0, 1, -1 and 1 3 / 2 with contents 0, -1, 1: delta is -2 and 2."""
    S3 = group("S3")
    module = SeminormalModule(S3, (2, 1))
    assert rational(module, transposition(S3, 0)) == [[1, 0], [0, -1]]
    half = Fraction(1, 2)
    assert rational(module, transposition(S3, 1)) == [[-half, Fraction(3, 4)], [1, half]]


def test_an_irrep_of_s4_by_hand():
    """Shape (3, 1), tableaux by the number in the second row: 4, 3, 2; s_i mixes i and i + 1 in that row."""
    S4 = group("S4")
    module = SeminormalModule(S4, (3, 1))
    assert standard_tableaux((3, 1)) == [(0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0)]
    F = Fraction
    assert rational(module, transposition(S4, 0)) == [[1, 0, 0], [0, 1, 0], [0, 0, -1]]
    assert rational(module, transposition(S4, 1)) == [[1, 0, 0], [0, F(-1, 2), F(3, 4)], [0, 1, F(1, 2)]]
    assert rational(module, transposition(S4, 2)) == [[F(-1, 3), F(8, 9), 0], [1, F(1, 3), 0], [0, 0, 1]]


def test_partitions_and_tableaux_are_counted_right():
    assert [len(list(partitions(n))) for n in range(1, 9)] == [1, 2, 3, 5, 7, 11, 15, 22]
    for n in range(1, 8):
        assert sum(len(standard_tableaux(shape)) ** 2 for shape in partitions(n)) == factorial(n)
    for shape in partitions(6):
        conjugate = [sum(part > j for part in shape) for j in range(shape[0])]
        hooks = prod(shape[i] - j + conjugate[j] - i - 1 for i in range(len(shape)) for j in range(shape[i]))
        assert len(standard_tableaux(shape)) == factorial(6) // hooks
    assert contents((0, 1, 0, 1, 2)) == [0, -1, 1, 0, -2]


@pytest.mark.parametrize("n", [3, 4, 5])
def test_products_of_all_pairs(n):
    G = group(f"S{n}")
    random = np.random.default_rng(n)
    for shape in partitions(n):
        module = SeminormalModule(G, shape)
        for g, h in random.integers(0, G.order, size=(30, 2)).tolist():
            A, B = (np.array(rational(module, x)) for x in (g, h))
            assert np.array_equal(A @ B, np.array(rational(module, int(G.multiply(g, h)))))


def test_words_of_adjacent_transpositions():
    S4 = group("S4")
    module = SeminormalModule(S4, (4,))
    steps = [transposition(S4, i) for i in range(3)]
    for g in range(24):
        element = 0
        for i in module.word(g):
            element = int(S4.multiply(element, steps[i]))
        assert element == g
        images = S4.permutation(g).tolist()
        assert len(module.word(g)) == sum(a > b for k, a in enumerate(images) for b in images[k:])


def test_traces_count_fixed_points():
    """The character of shape (n - 1, 1) is the number of fixed points less one."""
    S5 = group("S5")
    every = np.arange(120)
    fixed = (S5.permutation(every) == np.arange(5)).sum(axis=1)
    assert np.array_equal(SeminormalModule(S5, (4, 1)).traces(every, 10007), (fixed - 1) % 10007)


def test_every_partition_of_seven_gets_its_row():
    S7 = group("S7")
    irreps = S7.irreps(exact=True)
    assert [rho.character for rho in irreps] == list(range(15))
    assert all(rho.conductor == 1 for rho in irreps)
    shapes = [rho._module.transpositions.shape[1] for rho in irreps if rho.degree > 1]
    assert shapes == [rho.degree for rho in irreps if rho.degree > 1]
    assert sum(isinstance(rho._module, SeminormalModule) for rho in irreps) == 13


def test_only_natural_symmetric_groups_are_recognised():
    assert [is_natural_symmetric(group(name)) for name in ("S3", "S6", "A4", "C6", "S3xC2")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert sum(1 for _ in permutations(range(4))) == group("S4").order


# ---------------------------------------------------------------------- planted mistakes


def planted(shape=(3, 1)):
    S4 = group("S4")
    return S4, SeminormalModule(S4, shape)


@pytest.mark.parametrize(
    ("i", "entry", "law"), [(0, (0, 0), "violate"), (1, (1, 1), "is not 1"), (2, (0, 1), "is not 1")]
)
def test_a_wrong_sign_is_refused(i, entry, law):
    S4, module = planted()
    module.transpositions[(i, *entry)] *= -1
    row = next(rho.character for rho in S4.irreps(exact=True) if rho.degree == 3)
    with pytest.raises(ArithmeticError, match=law):
        ExactIrrep(S4, row, module)


def test_generators_that_do_not_commute_are_refused():
    _, module = planted()
    module.transpositions[2] = module.transpositions[1]
    assert "s_0 and s_2" in module.failure() or "s_1 and s_2" in module.failure()


def test_the_partition_of_another_row_is_refused():
    S4, module = planted((2, 1, 1))
    assert module.failure() is None
    (row,) = (
        rho.character
        for rho in S4.irreps(exact=True)
        if rho.degree == 3 and rho._module.traces(np.array([transposition(S4, 0)]), 10007) == 1
    )
    with pytest.raises(ArithmeticError, match="the trace is not the character"):
        ExactIrrep(S4, row, module)
