"""Theorems T1 to T7 as properties: each identity holds for whatever group, symbol, stabilisers and labels come up.

The dense side knows nothing of groups but the products g^-1 h; the Fourier side never forms a Gram matrix.
"""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.numerics import dense, fourier
from orbitkernels.proofs.instances import SymbolCase, exact_instance, float_instance, named_group
from orbitkernels.proofs.routes import NumericRoutes
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
from orbitkernels.theory.scalar_spectra import character_blocks, character_spectral_error, exact_two_orbit_error
from orbitkernels.theory.spectra import exact_coset_error, exact_inverse_symbol, exact_spectral_error

#: Complex irreps of degree 3, quaternionic ones, both, and an extraspecial group.
HARD_GROUPS = ("C7:C3", "Q8", "SL(2,3)", "Heis(3)")

#: Every kind of group; SL(2,5) has quaternionic irreps of degree 2, 4 and 6.
NAMED = (
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C12", "C15", "C2^2", "C2^3", "C3^2", "C4xC2", "C6xC2",
    "C4^2", "S3", "D4", "D5", "D6", "D7", "D8", "D9", "Q8", "Q16", "A4", "S4", "A5", "S5", "C3:C4", "C5:C4",
    "C7:C3", "C7:C6", "C13:C3", "C9:C3", "SL(2,3)", "SL(2,5)", "Heis(3)", "S3xC2", "S3xC3", "D4xC2", "Q8xC2",
    "A4xC2", "C2wrS3", "S3^2", "PSL(2,7)", "C2wrC4",
)  # fmt: skip


def assert_close(found, expected, condition, size, scale=0.0):
    """Agreement up to the rounding that N points of a given condition number may leave.

    An error is a difference y - p and may be zero where y and p are not: its scale is that of the labels.
    """
    level = 20 * np.finfo(float).eps * max(size, 4) * condition
    scale = max(np.abs(expected).max(initial=0.0), scale, np.finfo(float).tiny)
    assert np.shape(found) == np.shape(expected)
    assert np.abs(np.asarray(found) - expected).max(initial=0.0) <= level * scale


class Both:
    """One instance and its two routes."""

    def __init__(self, instance):
        self.instance = instance
        self.routes = NumericRoutes(instance)
        self.blocks, self.gram = self.routes.blocks, self.routes.gram
        self.orbit = self.routes.orbit_of_point
        self.targets = instance.targets.astype(float)
        self.labels = self.targets[self.orbit]

    def close(self, found, expected):
        assert_close(found, expected, self.routes.condition, len(self.gram))

    def close_errors(self, found, expected):
        assert_close(found, expected, self.routes.condition, len(self.gram), np.abs(self.labels).max(initial=0.0))

    def check_spectrum(self):
        values, weights, _ = fourier.block_spectrum(self.blocks)
        assert weights.sum() == len(self.gram)
        assert_close(np.sort(np.repeat(values, weights)), np.linalg.eigvalsh(self.gram), 1.0, len(self.gram))

    def check_inverse(self):
        inverse = fourier.inverse_symbol(self.blocks, self.routes.matrices)
        representatives = [h.left_representatives for h in self.instance.stabilisers]
        self.close(self.routes.block_circulant(inverse, representatives), np.linalg.inv(self.gram))

    def check_errors(self):
        errors = fourier.spectral_errors(self.blocks, self.targets)[self.orbit]
        self.close_errors(errors, dense.leave_one_out(self.gram, self.labels))
        last = len(self.gram) - 1
        self.close_errors(errors[[last]], dense.refit(self.gram, self.labels, [last]))

    def poses(self, c, elements):
        """Positions in the Gram matrix of the poses g x_c, without repetition, and one element for each."""
        cosets = np.unique(self.instance.stabilisers[c].left_coset_labels[elements])
        return np.argmax(self.orbit == c) + cosets, self.instance.stabilisers[c].left_representatives[cosets]

    def check_coset(self, subgroup, g, c):
        overlaps = [np.intersect1d(subgroup.elements, h.elements).size for h in self.instance.stabilisers]
        errors = fourier.coset_errors(self.blocks, self.routes.matrices, self.targets, subgroup.elements, overlaps)
        missing, _ = self.poses(c, self.instance.group.multiply(g, subgroup.elements))
        expected = dense.refit(self.gram, self.labels, missing)
        self.close_errors(np.broadcast_to(errors[c], expected.shape), expected)

    def check_set(self, points):
        """Any missing points, by entries of the inverse symbol."""
        group, elements = self.instance.group, []
        for i in points:
            c = self.orbit[i]
            elements.append(self.instance.stabilisers[c].left_representatives[i - np.argmax(self.orbit == c)])
        chosen = np.array(elements)
        found = fourier.missing_set_errors(
            fourier.inverse_symbol(self.blocks, self.routes.matrices),
            fourier.dual_coefficients(self.blocks, self.targets),
            self.orbit[points],
            group.multiply(group.inverse(chosen)[:, None], chosen[None, :]),
        )
        self.close_errors(found, dense.refit(self.gram, self.labels, points))


# ---------------------------------------------------------------------- any instance


@given(ok.instances(integer=False), st.data())
def test_T1_leaving_out_is_dropping_and_solving_anew(instance, data):
    both = Both(instance)
    missing = data.draw(st.lists(st.integers(0, len(both.gram) - 1), min_size=1, max_size=6, unique=True))
    found = dense.leave_out(both.gram, both.labels, missing)
    both.close_errors(found, dense.refit(both.gram, both.labels, missing))


@given(ok.instances(integer=False), st.data())
def test_T1b_reciprocal_diagonal_of_the_inverse_is_the_posterior_variance(instance, data):
    both = Both(instance)
    i = data.draw(st.integers(0, len(both.gram) - 1))
    both.close(
        1 / fourier.inverse_diagonal(both.blocks)[both.orbit[i]], dense.refit_variance(both.gram, [i])[0, 0]
    )


@given(ok.instances(integer=False, free=True))
def test_T2_spectrum_and_inverse_of_free_orbits(instance):
    both = Both(instance)
    both.check_spectrum()
    both.check_inverse()


@given(ok.instances(integer=False, class_functions=True))
def test_T3_class_functions_need_characters_only(instance):
    check_class_functions(instance)


def check_class_functions(instance):
    both, group = Both(instance), instance.group
    classes, table = group.conjugacy_classes, group.character_table().numeric
    on_classes = instance.phi[:, :, classes.representatives]
    blocks = fourier.class_function_blocks(on_classes, table, classes.sizes, both.routes.ridge)
    values, weights, irreps = fourier.block_spectrum(blocks)
    assert_close(np.sort(np.repeat(values, weights)), np.linalg.eigvalsh(both.gram), 1.0, len(both.gram))
    assert np.array_equal(weights, np.rint(table[irreps, 0].real) ** 2)
    both.close_errors(
        fourier.spectral_errors(blocks, both.targets)[both.orbit], dense.leave_one_out(both.gram, both.labels)
    )


@given(ok.instances(integer=False))
def test_T4_spectrum_and_inverse_with_stabilisers(instance):
    both = Both(instance)
    both.check_spectrum()
    both.check_inverse()


@st.composite
def rings(draw, values):
    """Symbols of two orbits of C_N that meet the hypotheses of T5, with a dominant diagonal."""
    size = draw(st.integers(1, 9))
    half = draw(st.lists(values, min_size=size // 2 + 1, max_size=size // 2 + 1))
    same = [half[min(j, size - j)] for j in range(size)]
    near = draw(st.lists(values, min_size=(size + 1) // 2, max_size=(size + 1) // 2))
    cross = [near[min(j, size - 1 - j)] for j in range(size)]
    same[0] = sum(map(abs, same[1:])) + sum(map(abs, cross)) + 1
    return [[same, cross], [[cross[-j % size] for j in range(size)], same]]


@given(rings(st.floats(-2, 2, width=16)))
def test_T5_two_rings(phi):
    size = len(phi[0][0])
    error, eigenvalues = fourier.two_orbit_formula(phi)
    every = np.arange(size)
    gram = dense.gram_from_symbol(phi, (every[None, :] - every[:, None]) % size)
    interleaved = gram[np.ix_(*[np.arange(2 * size).reshape(2, size).T.ravel()] * 2)]
    np.testing.assert_array_equal(interleaved[1:, 1:], interleaved[:-1, :-1])  # a Toeplitz matrix
    condition = dense.condition_number(gram)
    assert_close(np.sort(eigenvalues), np.linalg.eigvalsh(gram), 1.0, 2 * size)
    labels = np.repeat([1.0, -1.0], size)
    assert_close(error, dense.refit(gram, labels, [0])[0, 0], condition, 2 * size)
    assert_close(-error, dense.refit(gram, labels, [size])[0, 0], condition, 2 * size)


@given(ok.instances(integer=False))
def test_T6_spectral_error_at_every_pose(instance):
    Both(instance).check_errors()


@given(ok.instances(integer=False), st.data())
def test_T7_missing_coset(instance, data):
    both = Both(instance)
    subgroup = data.draw(ok.subgroups(instance.group))
    g = data.draw(st.integers(0, instance.group.order - 1))
    both.check_coset(subgroup, g, data.draw(st.integers(0, len(instance.stabilisers) - 1)))


@given(ok.instances(integer=False), st.data())
def test_T1_with_T2_any_missing_set(instance, data):
    both = Both(instance)
    points = st.lists(st.integers(0, len(both.gram) - 1), min_size=1, max_size=6, unique=True)
    both.check_set(np.array(data.draw(points)))


# ---------------------------------------------------------------------- hard groups, each by itself


@pytest.mark.parametrize("name", HARD_GROUPS)
def test_T2_to_T7_on_groups_with_complex_and_quaternionic_irreps(name):
    group = named_group(name)
    ran = []

    @settings(max_examples=8)
    @given(ok.instances(group, st.integers(1, 4), integer=False), st.data())
    def check(instance, data):
        both = Both(instance)
        both.check_spectrum()
        both.check_inverse()
        both.check_errors()
        both.check_coset(data.draw(ok.subgroups(group)), data.draw(st.integers(0, group.order - 1)), 0)
        ran.append(instance)

    check()
    assert len(ran) >= 8


@pytest.mark.parametrize("name", HARD_GROUPS)
def test_T3_on_groups_with_complex_and_quaternionic_irreps(name):
    @settings(max_examples=8)
    @given(ok.instances(named_group(name), integer=False, class_functions=True))
    def check(instance):
        check_class_functions(instance)

    check()


# ---------------------------------------------------------------------- a list of groups


def test_T2_T4_T6_and_T7_on_every_named_group_with_2_to_5_orbits():
    ran = set()
    for turn, name in enumerate(NAMED):
        for stabilisers in (False, True):
            rng = np.random.default_rng(turn)
            case = SymbolCase(name, 2 + (turn + stabilisers) % 4, stabilisers, 1 + turn % 3, Fraction(turn % 3, 2))
            both = Both(float_instance(case, rng))
            group = both.instance.group
            both.check_spectrum()
            both.check_inverse()
            both.check_errors()
            both.check_coset(group.subgroup(rng.integers(0, group.order, 1).tolist()), group.order - 1, 1)
            both.check_set(np.unique(rng.integers(0, len(both.gram), 4)))
            ran.add((name, case.orbits, any(h.order > 1 for h in both.instance.stabilisers)))
    assert len({name for name, _, _ in ran}) == len(NAMED) == 48
    assert len(ran) == 2 * 48
    assert {orbits for _, orbits, _ in ran} == {2, 3, 4, 5}
    assert sum(not_free for _, _, not_free in ran) == 47  # all but the trivial group


def test_T3_on_every_named_group():
    ran = 0
    for turn, name in enumerate(NAMED):
        case = SymbolCase(name, 2 + turn % 4, ridge=Fraction(turn % 2))
        check_class_functions(float_instance(case, np.random.default_rng(turn), class_functions=True))
        ran += 1
    assert ran == 48


def test_T3_on_M11_the_characters_are_eigenvectors():
    """K chi = lambda chi, the sum over the group being carried out element by element at some rows."""
    M11 = named_group("M11")
    classes, table = M11.conjugacy_classes, M11.character_table().numeric
    rng = np.random.default_rng(0)
    values = rng.standard_normal(len(classes))
    values = values + values[classes.inverse]  # phi(g^-1) = phi(g)
    blocks = fourier.class_function_blocks(values[None, None, :], table, classes.sizes)
    eigenvalues, weights, irreps = fourier.block_spectrum(blocks)
    assert weights.sum() == M11.order == 7920
    phi, every = values[classes.labels], np.arange(M11.order)
    for row in rng.integers(0, M11.order, 4):
        products = phi[M11.multiply(M11.inverse(row), every)] @ table.T[classes.labels]  # [k]
        expected = eigenvalues * table[irreps, classes.labels[row]]
        assert_close(products[irreps], expected, 1.0, M11.order)


# ---------------------------------------------------------------------- exact

SMALL = ok.groups(max_order=8)


def exact_labels(instance):
    """Labels of all points."""
    return [row for row, size in zip(instance.targets.tolist(), instance.sizes, strict=True) for _ in range(size)]


def exact_problem(instance):
    return exact_gram(instance.group, instance.phi, instance.stabilisers, instance.ridge), exact_labels(instance)


@settings(max_examples=20)
@given(ok.instances(SMALL, st.integers(1, 2)))
def test_exact_T2_and_T4_inverse(instance):
    gram, _ = exact_problem(instance)
    inverse = exact_inverse_symbol(instance.group, instance.phi, instance.stabilisers, instance.ridge)
    assert exact_gram(instance.group, inverse, instance.stabilisers) == gram.inv()


@settings(max_examples=20)
@given(ok.instances(SMALL, st.integers(1, 2), class_functions=True))
def test_exact_T3_error_from_characters(instance):
    gram, labels = exact_problem(instance)
    on_classes = instance.phi[:, :, instance.group.conjugacy_classes.representatives]
    errors = character_spectral_error(instance.group, on_classes, instance.targets.tolist(), instance.ridge)
    starts = np.concatenate([[0], np.cumsum(instance.sizes)[:-1]])
    assert errors == tuple(exact_leave_out(gram, labels, [int(i)])[0] for i in starts)
    trace = sum(
        (weight * matrix[a][a] for matrix, weight in character_blocks(instance.group, on_classes, instance.ridge)
         for a in range(len(matrix))),
        start=Fraction(0),
    )  # fmt: skip
    assert trace == sum(Fraction(int(gram[i, i].p), int(gram[i, i].q)) for i in range(gram.nrows()))


@given(rings(st.integers(-3, 3)))
@settings(max_examples=20)
def test_exact_T5_two_rings(phi):
    size = len(phi[0][0])
    gram = exact_gram(named_group(f"C{size}"), phi)
    error = exact_leave_out(gram, [1] * size + [-1] * size, [0])[0][0]
    assert exact_two_orbit_error(phi) == error


@settings(max_examples=20)
@given(ok.instances(SMALL, st.integers(1, 2)))
def test_exact_T6_error(instance):
    check_exact_error(instance)


def check_exact_error(instance):
    gram, labels = exact_problem(instance)
    errors = exact_spectral_error(
        instance.group, instance.phi, instance.targets.tolist(), instance.stabilisers, instance.ridge
    )
    last = np.cumsum(instance.sizes) - 1  # the last pose of each orbit: any pose has the same error
    assert errors == tuple(exact_leave_out(gram, labels, [int(i)])[0] for i in last)


@settings(max_examples=20)
@given(ok.instances(SMALL, st.integers(1, 2)), st.data())
def test_exact_T7_missing_coset(instance, data):
    group = instance.group
    subgroup = data.draw(ok.subgroups(group))
    gram, labels = exact_problem(instance)
    g = data.draw(st.integers(0, group.order - 1))
    errors = exact_coset_error(
        group, instance.phi, instance.targets.tolist(), subgroup.elements, instance.stabilisers, instance.ridge
    )
    cosets = np.unique(instance.stabilisers[0].left_coset_labels[group.multiply(g, subgroup.elements)])
    assert set(exact_leave_out(gram, labels, cosets.tolist())) == {errors[0]}


@pytest.mark.parametrize("name", HARD_GROUPS)
@pytest.mark.parametrize("stabilisers", [False, True])
def test_exact_T6_on_groups_with_complex_and_quaternionic_irreps(name, stabilisers):
    case = SymbolCase(name, 2, stabilisers, 2, Fraction(1, 2))
    check_exact_error(exact_instance(case, np.random.default_rng(1)))
