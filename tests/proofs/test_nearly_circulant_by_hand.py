"""C2 on two poses, Kc = [[a, b], [b, a]] and E = diag(p, -p), where everything in T10 is a short formula."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from orbitkernels.proofs import approximate_symmetry as nearly
from orbitkernels.proofs.approximate_checks import within_bounds
from orbitkernels.proofs.instances import Instance, named_group

F = Fraction


def exact(rows):
    return fmpq_mat([[fmpq(F(v).numerator, F(v).denominator) for v in row] for row in rows])


def found(a, b, p, labels=(1.0,)):
    C2 = named_group("C2")
    instance = Instance(C2, np.zeros((1, 1, 2)), (C2.subgroup([]),), np.array([labels]), F(0))
    return nearly.nearly(instance, np.array([[a + p, b], [b, a - p]]))


@pytest.mark.parametrize(("a", "b", "p"), [(5, 3, 1), (5, 4, F(1, 2)), (13, -5, 2)])
def test_expansion_bounds_and_size_in_rationals(a, b, p) -> None:
    K, Kc, y = exact([[a + p, b], [b, a - p]]), exact([[a, b], [b, a]]), exact([[1], [1]])
    for i, sign in enumerate((1, -1)):
        first, rest = (F(int(v[0].p), int(v[0].q)) for v in nearly.expansion(K, Kc, y, i))
        # the error is 1 - b/(a - p) at the first pose, 1 - b/(a + p) at the other, 1 - b/a for Kc
        assert first == -sign * F(b) * p / F(a) ** 2
        assert first + rest == F(b) / a - F(b) / (a - sign * p)
    (square,) = nearly.sizes_of_labels(Kc, y, 0)
    assert square == fmpq(a * a - b * b, a * a)
    power = nearly.eighth_power(K, Kc)
    size = F(p) ** 2 / (a * a - b * b)
    assert F(int(power.p), int(power.q)) == 2 * size**4


def test_labels_of_several_columns_are_expanded_one_by_one() -> None:
    K, Kc = exact([[6, 3], [3, 4]]), exact([[5, 3], [3, 5]])
    both = nearly.expansion(K, Kc, exact([[1, 0], [1, 4]]), 0)
    for m, column in enumerate(([[1], [1]], [[0], [4]])):
        assert [part[m] for part in both] == [part[0] for part in nearly.expansion(K, Kc, exact(column), 0)]
    assert nearly.sizes_of_labels(Kc, exact([[1, 0], [1, 4]]), 0)[1] == fmpq(16 * 16, 25)


def test_the_parts_of_a_matrix_in_floating_point() -> None:
    it = found(5.0, 3.0, 1.0)
    np.testing.assert_allclose(it.circulant, [[5, 3], [3, 5]])
    np.testing.assert_allclose(it.gram, [[6, 3], [3, 4]])
    np.testing.assert_allclose(it.instance.phi, [[[5, 3]]])
    assert it.epsilon == pytest.approx(1 / 4)
    assert it.scaled(2).epsilon == pytest.approx(1 / 2)
    np.testing.assert_allclose(it.refitted().ravel(), [1 - 3 / 4, 1 - 3 / 6])
    np.testing.assert_allclose(it.remainders().ravel(), [-3 / 4 + 3 / 5 + 3 / 25, -3 / 6 + 3 / 5 - 3 / 25])
    np.testing.assert_allclose(it.orbit_means(np.array([[1.0], [4.0]])), [[2.5]])


def test_the_symbol_of_orbits_of_two_sizes() -> None:
    C2 = named_group("C2")
    stabilisers = (C2.subgroup([1]), C2.subgroup([]))
    circulant = np.array([[7.0, 2.0, 2.0], [2.0, 5.0, 1.0], [2.0, 1.0, 5.0]])
    expected = [[[7, 7], [2, 2]], [[2, 2], [5, 1]]]
    np.testing.assert_array_equal(nearly.symbol_of(circulant, stabilisers), expected)


# ---------------------------------------------------------------------- bounds


def bounds(p):
    """kappa eps/sqrt(1 - eps^2), kappa eps^2/(2 - 2 eps), kappa (|Kc^-1| |E|)^2 for a = 5 and b = 3."""
    kappa, eps, relative = 4 / 5, p / 4, p / 2
    return kappa * eps / np.sqrt(1 - eps**2), kappa * eps**2 / (2 - 2 * eps), kappa * relative**2


ERROR = np.array([[1 - 3 / 5]])


@pytest.mark.parametrize("p", [0.2, 0.9])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("factor", "holds"), [(0.999, True), (1.001, False)])
def test_every_pose_is_within_its_bound_and_not_beyond(p, sign, factor, holds) -> None:
    one = bounds(p)[0]
    at = ERROR + sign * factor * one * np.array([[1.0], [-1.0]])  # the mean is right
    assert found(5.0, 3.0, p).within_bounds(ERROR, at) == [holds, True, True]
    at[1] = ERROR[0]
    assert found(5.0, 3.0, p).within_bounds(ERROR, at)[0] is holds


@pytest.mark.parametrize("p", [0.2, 0.9])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("factor", "holds"), [(0.999, True), (1.001, False)])
def test_the_mean_is_within_both_of_its_bounds_and_not_beyond(p, sign, factor, holds) -> None:
    _, mean, norms = bounds(p)
    assert mean < norms
    assert found(5.0, 3.0, p).within_bounds(ERROR, ERROR + sign * factor * mean * np.ones((2, 1)))[1:] == [
        holds,
        True,
    ]
    beyond = found(5.0, 3.0, p).within_bounds(ERROR, ERROR + sign * factor * norms * np.ones((2, 1)))
    assert beyond[1:] == [False, holds]


def test_a_perturbation_too_large_for_the_bound_by_norms_still_has_epsilon_below_it() -> None:
    it = found(5.0, 3.0, 1.5)  # |Kc^-1| |E| = 3/4
    assert it.within_bounds(ERROR, it.refitted())[2] is True
    far = ERROR + 100 * np.ones((2, 1))
    assert it.within_bounds(ERROR, far) == [False, False, True]


@pytest.mark.parametrize(
    ("differences", "square", "epsilon", "expected"),
    [
        # d^2 (1 - eps^2) = kappa^2 eps^2
        ([F(3), F(-3)], F(16), F(3, 5), [True, True, True]),
        ([F(3) + F(1, 10**9), F(-3)], F(16), F(3, 5), [False, True, True]),
        ([F(3), F(-3) - F(1, 10**9)], F(16), F(3, 5), [True, False, True]),
        # 2 |mean| (1 - eps) = kappa eps^2
        ([F(1), F(1)], F(16), F(1, 2), [True, True, True]),
        ([F(1), F(1) + F(1, 10**9)], F(16), F(1, 2), [True, True, False]),
        ([F(-1), F(-1) - F(1, 10**9)], F(16), F(1, 2), [True, True, False]),
        ([F(2), F(1), F(0)], F(16), F(1, 2), [True, True, True, True]),
    ],
)
def test_the_bounds_in_rationals_are_sharp(differences, square, epsilon, expected) -> None:
    assert within_bounds(differences, square, epsilon) == expected


def test_a_perturbation_of_the_average_is_split_off() -> None:
    it = found(5.0, 3.0, 1.0)
    assert replace(it, perturbation=0 * it.perturbation).gram.tolist() == it.circulant.tolist()
    assert nearly.nearly(it.instance, it.gram).perturbation.tolist() == it.perturbation.tolist()


@pytest.mark.parametrize("power", [F(0), F(1, 10**600), F(1, 10**56), F(1, 256), F(1), F(3**8, 2**8), F(10**8)])
def test_a_relative_size_is_positive_and_just_above_the_root(power) -> None:
    root = nearly.relative_size(power)
    assert root > 0
    assert root**8 >= power
    assert root <= F(1, 10**6) or (root - F(1, 10**6)) ** 8 < power
