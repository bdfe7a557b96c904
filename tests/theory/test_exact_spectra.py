"""Exact spectra: by hand, by brute force over the rationals, and on irreps that are far from unitary."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.theory import exact_matrices, rational_gram, scalar_spectra, spectra
from orbitkernels.theory.counterexample import COUNTEREXAMPLE_CROSS, COUNTEREXAMPLE_SAME, counterexample
from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, root_of_unity
from orbitkernels.theory.names import group


def convolution_square(G, count, seed):
    """Integer symbol of B B^T + I, computed with one product at a time."""
    rng = np.random.default_rng(seed)
    psi = rng.integers(-1, 2, (count, count, G.order)).tolist()
    phi = [[[0] * G.order for _ in range(count)] for _ in range(count)]
    for a in range(count):
        for b in range(count):
            for g in range(G.order):
                phi[a][b][g] = sum(
                    psi[a][c][k] * psi[b][c][int(G.multiply(G.inverse(g), k))]
                    for c in range(count)
                    for k in range(G.order)
                )
        phi[a][a][0] += 1
    return phi


def summed(G, phi, stabilisers):
    """phi_ab(h g h') summed over both stabilisers."""
    return [
        [
            [
                sum(phi[a][b][int(G.multiply(G.multiply(h, g), k))] for h in left.elements for k in right.elements)
                for g in range(G.order)
            ]
            for b, right in enumerate(stabilisers)
        ]
        for a, left in enumerate(stabilisers)
    ]


# ---------------------------------------------------------------------- section 7


def test_counterexample_is_the_stated_one_by_both_routes():
    found = counterexample()
    assert sorted(abs(x) for x in found.brute_force) == [Fraction(13495, 13203), Fraction(13495, 13098)]
    assert found.theorem == found.brute_force
    assert found.brute_force[0] > 0 > found.brute_force[1]


def test_one_ratio_of_the_whole_spectrum_is_neither_error_of_the_counterexample():
    found = counterexample()
    assert found.whole_spectrum not in {abs(x) for x in found.brute_force}
    # it is the harmonic mean of the two errors: they share the numerator, and it averages the denominators
    assert 2 / found.whole_spectrum == sum(1 / abs(x) for x in found.brute_force)


def test_counterexample_with_permutations_composed_by_hand():
    """The same numbers from tuples and fractions alone: no class of the package takes part but the solver."""
    elements = list(permutations(range(3)))
    inverse = [elements.index(tuple(sorted(range(3), key=p.__getitem__))) for p in elements]

    def times(g, h):
        return elements.index(tuple(elements[g][elements[h][x]] for x in range(3)))

    P, Q = COUNTEREXAMPLE_SAME, COUNTEREXAMPLE_CROSS
    K = [[0] * 12 for _ in range(12)]
    for g in range(6):
        for h in range(6):
            u = times(inverse[g], h)
            K[g][h] = K[g + 6][h + 6] = P[u]
            K[g][h + 6], K[g + 6][h] = Q[u], Q[inverse[u]]
    assert fmpq_mat(K) == fmpq_mat(K).transpose()
    inverted = fmpq_mat(K).inv()
    labels = fmpq_mat(12, 1, [1] * 6 + [-1] * 6)
    errors = {abs((inverted * labels)[i, 0] / inverted[i, i]) for i in range(12)}
    assert errors == {fmpq(13495, 13098), fmpq(13495, 13203)}


# ---------------------------------------------------------------------- dense


def test_gram_with_a_stabiliser_and_a_ridge_by_hand():
    C3 = group("C3")
    phi = [[[5, 1, 1], [2, 2, 2]], [[2, 2, 2], [7, 7, 7]]]
    stabilisers = [C3.subgroup([]), C3.subgroup([1])]
    gram = rational_gram.exact_gram(C3, phi, stabilisers, Fraction(1, 2))
    half = fmpq(11, 2)
    assert gram == fmpq_mat([[half, 1, 1, 2], [1, half, 1, 2], [1, 1, half, 2], [2, 2, 2, fmpq(15, 2)]])


def test_leave_out_is_theorem_T1_exactly():
    G = group("S3")
    gram = rational_gram.exact_gram(G, convolution_square(G, 2, 0))
    labels = [[i, (-1) ** i] for i in range(12)]
    missing = [0, 3, 7]
    inverse = gram.inv()
    block = fmpq_mat([[inverse[i, j] for j in missing] for i in missing])
    dual = inverse * rational_gram.rational_matrix(labels)
    by_theorem = block.solve(fmpq_mat([[dual[i, j] for j in range(2)] for i in missing]))
    assert rational_gram.exact_leave_out(gram, labels, missing) == rational_gram.fraction_matrix(by_theorem)


def test_leaving_out_everything_predicts_zero():
    gram = rational_gram.rational_matrix([[2, 1], [1, 2]])
    assert rational_gram.exact_leave_out(gram, [3, 4], [0, 1]) == ((3,), (4,))


def test_singular_rest_is_refused():
    with pytest.raises(SingularGramError, match="ridge"):
        rational_gram.exact_leave_out(rational_gram.rational_matrix([[1] * 3] * 3), [1, 1, 1], [0])


@pytest.mark.parametrize("value", [0.5, "1", None])
def test_inexact_values_are_refused(value):
    with pytest.raises(InputError, match="integers or fractions"):
        rational_gram.as_fraction(value)


def test_every_exact_type_is_read():
    values = [3, np.int64(3), Fraction(3), fmpq(3), Cyclotomic(1, [3])]
    assert [rational_gram.as_fraction(v) for v in values] == [Fraction(3)] * 5


def test_number_of_stabilisers_is_checked():
    C3 = group("C3")
    with pytest.raises(InputError, match="2 subgroups"):
        rational_gram.exact_gram(C3, convolution_square(C3, 2, 0), [C3.subgroup([])])


# ---------------------------------------------------------------------- T2, T4, T6, T7

CASES = [
    (name, chosen)
    for name in ("C1", "C4", "S3", "D4", "Q8", "A4", "C7:C3")
    for chosen in (None, "cyclic", "mixed")
]


def stabilisers_of(G, chosen):
    """No stabilisers, twice the same cyclic one, or a trivial one and the whole group."""
    if chosen is None:
        return None
    generated = G.subgroup([G.generators[-1]]) if G.order > 1 else G.subgroup([])
    return [generated, generated] if chosen == "cyclic" else [G.subgroup([]), G.subgroup(list(G.generators))]


@pytest.mark.parametrize(("name", "chosen"), CASES)
def test_inverse_and_errors_against_rational_linear_algebra(name, chosen):
    G, ridge = group(name), Fraction(1, 3)
    stabilisers = stabilisers_of(G, chosen)
    phi = convolution_square(G, 2, 1)
    if stabilisers:
        phi = summed(G, phi, stabilisers)
    sizes = [G.order // h.order for h in stabilisers] if stabilisers else [G.order] * 2
    gram = rational_gram.exact_gram(G, phi, stabilisers, ridge)
    targets = [[1, 2], [-3, 5]]
    labels = [row for row, size in zip(targets, sizes, strict=True) for _ in range(size)]

    inverse = spectra.exact_inverse_symbol(G, phi, stabilisers, ridge)
    assert rational_gram.exact_gram(G, inverse, stabilisers) == gram.inv()
    errors = spectra.exact_spectral_error(G, phi, targets, stabilisers, ridge)
    for point, c in ((0, 0), (sizes[0] - 1, 0), (sizes[0], 1), (sum(sizes) - 1, 1)):
        assert rational_gram.exact_leave_out(gram, labels, [point]) == (errors[c],)
    H = G.subgroup([G.generators[0]] if G.order > 1 else [])
    together = spectra.exact_coset_error(G, phi, targets, H.elements, stabilisers, ridge)
    cosets = np.unique(stabilisers[0].left_coset_labels[H.elements]) if stabilisers else H.elements
    assert set(rational_gram.exact_leave_out(gram, labels, cosets.tolist())) == {together[0]}


def test_a_block_without_fixed_vectors_drops_out():
    S3 = group("S3")
    whole = S3.subgroup(list(S3.generators))
    blocks = spectra.exact_blocks(S3, [[[7] * 6]], [whole])
    assert [len(block.matrix) for block in blocks] == [1, 0, 0]


def test_singular_block_is_named():
    with pytest.raises(SingularGramError, match=r"irrep 1 .*ridge"):
        spectra.exact_inverse_symbol(group("S3"), [[[1] * 6]])


# ---------------------------------------------------------------------- T3 and T5


def test_eigenvalues_of_a_cayley_graph_from_characters():
    """Cay(S4, transpositions): chi(t) 6 / d, with multiplicity d^2 (Diaconis-Shahshahani)."""
    S4 = group("S4")
    classes = S4.conjugacy_classes
    # the transpositions are the class of 6 involutions
    values = [int(s == 6 and o == 2) for s, o in zip(classes.sizes, classes.element_orders, strict=True)]
    found = [(M[0][0].as_fraction(), m) for M, m in scalar_spectra.character_blocks(S4, [[values]])]
    assert sorted(found) == [(-6, 1), (-2, 9), (0, 4), (2, 9), (6, 1)]


def test_class_functions_agree_with_irreps():
    G = group("SL(2,3)")
    classes = G.conjugacy_classes
    values = np.array([40, 3, -1, -1, 2, 0, 0])[: len(classes)]
    values = (values + values[classes.inverse]).tolist()
    symbol = [[[values[k] for k in classes.labels]]]
    by_characters = scalar_spectra.character_spectral_error(G, [[values]], [1])
    assert by_characters == spectra.exact_spectral_error(G, symbol, [1])


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_two_rings_against_brute_force_and_T6(size):
    half = list(range(1, size + 2))
    same = [half[min(j, size - j)] for j in range(size)]
    cross = [min(j, size - 1 - j) for j in range(size)]
    same[0] = sum(same) + sum(cross) + 1
    phi = [[same, cross], [[cross[-j % size] for j in range(size)], same]]
    G = group(f"C{size}")
    error = scalar_spectra.exact_two_orbit_error(phi, ridge=1)
    gram = rational_gram.exact_gram(G, phi, ridge=1)
    assert rational_gram.exact_leave_out(gram, [1] * size + [-1] * size, [0]) == ((error,),)
    assert spectra.exact_spectral_error(G, phi, [1, -1], ridge=1) == ((error,), (-error,))


def test_two_rings_refuse_a_shifted_base_point():
    with pytest.raises(InputError, match="T6"):
        scalar_spectra.exact_two_orbit_error([[[9, 1, 1], [1, 2, 3]], [[1, 3, 2], [9, 1, 1]]])


# ---------------------------------------------------------------------- matrices


def test_inverse_of_a_matrix_of_cyclotomic_numbers():
    w, i = root_of_unity(3), root_of_unity(4)
    matrix = ((w, i, ONE), (ZERO, ZERO, w + 1), (i * w, ONE + ONE, ZERO))
    assert exact_matrices.product(matrix, exact_matrices.inverse(matrix)) == exact_matrices.identity(3)


def test_singular_matrix_has_no_inverse():
    w = root_of_unity(3)
    with pytest.raises(ZeroDivisionError):
        exact_matrices.inverse(((ONE, w), (w, w * w)))


def test_projector_splits_into_a_basis_and_its_dual():
    # an oblique projector onto the span of (1, w, 0) along the kernel of (1, 0, i)
    w, i = root_of_unity(3), root_of_unity(4)
    column, row = (ONE, w, ZERO), (ONE, ZERO, i)
    projector = tuple(tuple(c * r for r in row) for c in column)
    V, W = exact_matrices.split_projector(projector)
    assert exact_matrices.product(V, W) == projector
    assert exact_matrices.product(W, V) == ((ONE,),)
