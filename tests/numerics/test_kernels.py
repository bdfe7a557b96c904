"""Gram matrices in floating point against 50 digits computed from the exact float inputs."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import laplacian_kernel, polynomial_kernel, rbf_kernel

from orbitkernels.errors import InputError
from orbitkernels.numerics.angles import checked_cosine, cosines, squared_distances
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.kernels import (
    erf_gram,
    gaussian_gram,
    gaussian_profile,
    laplace_gram,
    laplace_profile,
    polynomial_gram,
    polynomial_profile,
    relu_gram,
)
from orbitkernels.numerics.network import fully_connected, network_profile

DEPTHS = range(1, 7)
VARIANCES = [(1.0, 1.0), (2.0, 0.0), (1.4, 0.05), (0.7, 3.0)]
GRAMS = {"relu": relu_gram, "erf": erf_gram}


def profile(activation, u, depth, weight, bias, ntk):
    """The profile of a plain net."""
    return network_profile(fully_connected(dual(activation), depth, weight, bias), u, ntk)


def layer(first, second, mixed, tangent, weight, bias, activation):
    """One hidden layer in mpmath, straight from the definition with arccos and arcsin."""
    if activation == "relu":
        norm = mpmath.sqrt(first * second)
        if norm == 0:
            return bias + weight / 2 * first, bias + weight / 2 * second, bias, bias
        angle = mpmath.acos(max(min(mixed / norm, 1), -1))
        value = (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)) / mpmath.pi
        after = bias + weight / 2 * norm * value
        slope = weight / 2 * (1 - angle / mpmath.pi)
        return bias + weight / 2 * first, bias + weight / 2 * second, after, after + slope * tangent
    scale, xx, yy = 2 * weight / mpmath.pi, 1 + 2 * first, 1 + 2 * second
    after = bias + scale * mpmath.asin(2 * mixed / mpmath.sqrt(xx * yy))
    slope = 2 * scale / mpmath.sqrt(xx * yy - 4 * mixed**2)
    one, two = (bias + scale * mpmath.asin(1 - 1 / wide) for wide in (xx, yy))
    return one, two, after, after + slope * tangent


def all_depths(x, y, weight, bias, activation):
    """[(S_L, T_L) for L in DEPTHS] for two vectors of mpf."""
    product = [mpmath.fsum(a * b for a, b in zip(*pair, strict=True)) for pair in ((x, x), (y, y), (x, y))]
    first, second, mixed = (bias + weight * value / len(x) for value in product)
    tangent, found = mixed, []
    for _ in DEPTHS:
        first, second, mixed, tangent = layer(first, second, mixed, tangent, weight, bias, activation)
        found.append((mixed, tangent))
    return found


def errors(x, y, weight, bias, activation):
    """Array [depths, 2]: |K - K_50| / sqrt(K(x,x) K(y,y)) for NNGP and NTK."""
    with mpmath.workdps(50):
        exact = [mpmath.mpf(value) for value in (weight, bias)]
        vectors = [[mpmath.mpf(float(value)) for value in vector] for vector in (x, y)]
        pairs = [(0, 0), (1, 1), (0, 1)]
        xx, yy, xy = (all_depths(vectors[i], vectors[j], *exact, activation) for i, j in pairs)
        found = np.empty((len(DEPTHS), 2))
        for row, depth in enumerate(DEPTHS):
            for column, ntk in enumerate((False, True)):
                value = GRAMS[activation](x[None], y[None], depth, weight, bias, ntk)[0, 0]
                scale = mpmath.sqrt(xx[row][column] * yy[row][column])
                found[row, column] = abs(mpmath.mpf(float(value)) - xy[row][column]) / scale
    return found


def hard_pairs(dimension):
    """Near-duplicates, near-antipodes and near-multiples at every distance, and one ulp apart."""
    generator = np.random.default_rng(dimension)
    x, z = generator.normal(size=(2, dimension))
    pairs = [
        (x, sign * length * (x + distance * z))
        for length in (1.0, 1.1, 3.7, 1e-3)
        for distance in (0.0, 1e-16, 1e-15, 1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.3, 1.0)
        for sign in (1.0, -1.0)
    ]
    ulp = x.copy()
    ulp[0] = np.nextafter(ulp[0], np.inf)
    return [*pairs, (x, ulp), (x, -ulp), (x, generator.permutation(x)), (x, z)]


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("dimension", [2, 17])
def test_accuracy_against_50_digits(dimension, activation):
    """The bounds of the docstrings: 1e-14 depth for NNGP, 1e-13 for NTK."""
    pairs = hard_pairs(dimension)
    worst = np.zeros((len(DEPTHS), 2))
    for weight, bias in VARIANCES:
        for x, y in pairs:
            worst = np.maximum(worst, errors(x, y, weight, bias, activation))
    assert len(pairs) == 84
    assert np.all(worst[:, 0] <= 1e-14 * np.array(DEPTHS))
    assert np.all(worst[:, 1] <= 1e-13)
    # what was measured, with a margin of three: a loss of digits shows long before the promised bound
    assert worst.max() < 6e-15


@pytest.mark.parametrize(
    ("weight", "bias", "bound"), [(100.0, 0.0, 1e-13), (100.0, 1.0, 1e-13), (1e4, 1.0, 1e-11)]
)
def test_saturated_erf_nets_keep_their_digits(weight, bias, bound):
    """Errors of 1 - u grow by the square of the weights in every layer, so that u itself must not be rounded."""
    worst = max(errors(x, y, weight, bias, "erf").max() for x, y in hard_pairs(2))
    assert worst < bound


def test_accuracy_for_images():
    """784 coordinates between 0 and 1, mostly zero, and one pixel changed by 1e-9."""
    generator = np.random.default_rng(5)
    image = np.where(generator.random(784) < 0.2, generator.random(784), 0.0)
    near = image.copy()
    near[300] += 1e-9
    for other in (near, image[::-1].copy(), np.roll(image, 1)):
        for activation in GRAMS:
            assert errors(image, other, 1.0, 1.0, activation).max() < 6e-15


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("ntk", [False, True])
def test_symmetric_to_the_bit_and_the_same_with_y(activation, ntk):
    X = np.random.default_rng(0).normal(size=(23, 9))
    X[4], X[5] = X[3], -X[3]
    X[6] = np.nextafter(X[3], 9)
    gram = GRAMS[activation](X, None, 3, 1.3, 0.2, ntk)
    assert np.array_equal(gram, gram.T)
    assert gram.shape == (23, 23)
    assert np.array_equal(gram[3], gram[4])
    both = GRAMS[activation](X, X[:7].copy(), 3, 1.3, 0.2, ntk)
    assert both.shape == (23, 7)
    np.testing.assert_allclose(both, gram[:, :7], rtol=0, atol=1e-14 * gram.max())


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("bias", [0.0, 0.7])
def test_positive_semidefinite_to_rounding(activation, bias):
    generator = np.random.default_rng(1)
    X = generator.normal(size=(60, 3))
    X = np.concatenate([X, X + 1e-9 * generator.normal(size=X.shape), -X, np.zeros((1, 3))])
    grams = [GRAMS[activation](X, None, depth, 1.5, bias, ntk) for depth in (1, 4) for ntk in (False, True)]
    for gram in grams:
        eigenvalues = np.linalg.eigvalsh(gram)
        assert eigenvalues[0] > -1e-14 * gram.shape[0] * eigenvalues[-1]
    assert len(grams) == 4


@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_zero_vectors(activation):
    """Without bias K(0, y) = 0; with bias the zero vector sees the bias alone: here S0 = sb2 by hand."""
    X = np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]])
    for ntk in (False, True):
        gram = GRAMS[activation](X, None, 3, 1.0, 0.0, ntk)
        assert np.all(gram[[0, 2]] == 0)
        assert gram[1, 1] > 0
    assert errors(X[0], X[1], 1.2, 0.6, activation).max() < 6e-15
    assert errors(X[0], X[2], 1.2, 0.6, activation).max() < 6e-15


def test_scale_of_the_inputs():
    """relu is positively homogeneous: without bias K(c x, c y) = c^2 K(x, y), for tiny and huge c."""
    X = np.random.default_rng(2).normal(size=(5, 4))
    gram = relu_gram(X, None, 2, 1.5, 0.0, True)
    scales = [2.0**-500, 2.0**-300, 2.0**300, 2.0**500]
    for scale in scales:
        np.testing.assert_allclose(relu_gram(scale * X, None, 2, 1.5, 0.0, True), scale**2 * gram, rtol=1e-13)


@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_profile_is_the_gram_of_inputs_of_norm_d(activation):
    angles = np.linspace(0, np.pi, 40)
    X = np.sqrt(2) * np.column_stack([np.cos(angles), np.sin(angles)])
    for ntk in (False, True):
        gram = GRAMS[activation](X[:1], X, 3, 1.3, 0.4, ntk)[0]
        found = profile(activation, np.cos(angles), 3, 1.3, 0.4, ntk)
        np.testing.assert_allclose(found, gram, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0,)])
def test_profile_keeps_the_shape(shape):
    u = np.full(shape, 0.25)
    for values in (
        profile("relu", u, 1, 1.0, 1.0, True),
        profile("erf", u, 1, 1.0, 1.0, True),
        gaussian_profile(u, 1.0),
        laplace_profile(u, 1.0),
        polynomial_profile(u, 2, 1.0, 1.0),
    ):
        assert np.shape(values) == shape


def test_rounded_ones():
    beyond = np.nextafter(1.0, 2.0)
    u = np.array([1.0, beyond, 1 + 1e-12, -1.0, -beyond, -1 - 1e-12])
    values = profile("relu", u, 4, 2.0, 0.0, True)
    assert np.all(values[:3] == values[0])
    # four roundings in each of four layers: a length is a root, and squared again; fused products save some
    assert values[0] == pytest.approx(10.0, rel=16 * 2**-53, abs=0)
    assert np.all(values[3:] == values[3])
    assert checked_cosine(u).tolist() == [1.0] * 3 + [-1.0] * 3


@pytest.mark.parametrize("u", [np.nan, np.inf, -np.inf, 1 + 2e-12, -1.1, [0.0, np.nan]])
def test_no_cosine(u):
    for function in (lambda v: profile("relu", v, 1, 1.0, 1.0, False), lambda v: gaussian_profile(v, 1.0)):
        with pytest.raises(InputError, match="Argument 'u' must be a cosine between -1 and 1, not"):
            function(u)


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5), st.sampled_from(VARIANCES))
def test_orthogonal_maps_leave_the_kernels_unchanged(seed, dimension, depth, variances):
    generator = np.random.default_rng(seed)
    X, Y = generator.normal(size=(2, 4, dimension))
    rotation = np.linalg.qr(generator.normal(size=(dimension, dimension)))[0]
    for gram in (
        lambda A, B: relu_gram(A, B, depth, *variances, True),
        lambda A, B: relu_gram(A, B, depth, *variances, False),
        lambda A, B: erf_gram(A, B, depth, *variances, True),
        lambda A, B: gaussian_gram(A, B, 1.4),
        lambda A, B: laplace_gram(A, B, 1.4),
        lambda A, B: polynomial_gram(A, B, 3, 1.0, 0.5),
    ):
        before = gram(X, Y)
        np.testing.assert_allclose(gram(X @ rotation, Y @ rotation), before, rtol=1e-12, atol=1e-12)


def test_distances_keep_their_digits():
    """|x - y|^2 of near-duplicates far from the origin, against 50 digits."""
    generator = np.random.default_rng(3)
    X = 1e3 + generator.normal(size=(1, 50))
    Y = np.concatenate([X + t * generator.normal(size=X.shape) for t in (0, 1e-12, 1e-8, 1e-4, 1, 1e3)] + [-X])
    found = squared_distances(X, Y)[0]
    for value, y in zip(found, Y, strict=True):
        with mpmath.workdps(50):
            exact = mpmath.fsum(
                (mpmath.mpf(float(a)) - mpmath.mpf(float(b))) ** 2 for a, b in zip(X[0], y, strict=True)
            )
        assert value == pytest.approx(float(exact), rel=2e-14)
    assert found[0] == 0


@pytest.mark.parametrize("unit", [5e-324, 1e-310, 1e-170, 1e-155, 1e-3, 1.0, 1e153, 1e160, 1e307])
def test_distances_at_any_scale(unit):
    """Squares of the coordinates or of the length scale alone are beyond floating point."""
    X = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 3.0]]) * unit
    squares = np.array([[0, 1, 9], [1, 0, 10], [9, 10, 0]])
    for Y in (None, X.copy()):
        np.testing.assert_allclose(gaussian_gram(X, Y, unit), np.exp(-squares / 2), rtol=1e-14)
        np.testing.assert_allclose(laplace_gram(X, Y, unit), np.exp(-np.sqrt(squares)), rtol=1e-14)


def test_distances_far_beyond_the_length_scale():
    X = np.array([[1e200, 1.0], [1e200, 2.0], [-1e200, 1.0], [0.0, 1.0]])
    expected = np.eye(4)
    expected[0, 1] = expected[1, 0] = np.exp(-1)
    np.testing.assert_allclose(laplace_gram(X, None, 1.0), expected, rtol=1e-14)
    assert np.array_equal(laplace_gram(X, None, 1e-200), np.eye(4))
    assert gaussian_profile([1.0, 0.5], 1e-170).tolist() == [1.0, 0.0]
    assert laplace_profile([1.0, 0.5], 5e-324).tolist() == [1.0, 0.0]


def test_cosines_keep_their_digits():
    """The cosine is the rounded one; nearly parallel rows differ from 1 by what they should."""
    x = np.array([[3.0, 4.0]])
    y = np.array([[3.0, 4.0], [-6.0, -8.0], [4.0, -3.0], [3.0, 4.0 + 1e-6], [5.0, 0.0]])
    found = cosines(x, y)[0]
    assert found[:2].tolist() == [1.0, -1.0]
    np.testing.assert_allclose(found[2:], [0.0, 1 - 0.5 * (0.6e-6 / 5) ** 2, 0.6], rtol=0, atol=2e-16)
    assert np.array_equal(cosines(y, None), cosines(y, None).T)


@pytest.mark.parametrize("name", ["X", "Y"])
def test_zero_rows_have_no_cosine(name):
    rows = {"X": np.ones((2, 2)), "Y": np.ones((3, 2))}
    rows[name][1] = 0
    with pytest.raises(InputError, match=f"Argument '{name}' has the zero row 1"):
        cosines(rows["X"], rows["Y"])


@pytest.mark.parametrize("second", [False, True])
def test_against_scikit_learn(second):
    generator = np.random.default_rng(4)
    X = generator.normal(size=(12, 5))
    Y = generator.normal(size=(7, 5)) if second else None
    length = 1.7
    np.testing.assert_allclose(gaussian_gram(X, Y, length), rbf_kernel(X, Y, gamma=0.5 / length**2), rtol=1e-12)
    expected = polynomial_kernel(X, Y, degree=3, gamma=0.4, coef0=1.5)
    np.testing.assert_allclose(polynomial_gram(X, Y, 3, 1.5, 0.4), expected, rtol=1e-12, atol=1e-12)
    # scikit-learn's Laplacian kernel is of the 1-norm: the two agree for one coordinate
    Z = None if Y is None else Y[:, :1]
    expected = laplacian_kernel(X[:, :1], Z, gamma=1 / length)
    np.testing.assert_allclose(laplace_gram(X[:, :1], Z, length), expected, rtol=1e-12)


def test_other_grams_are_symmetric_to_the_bit_with_unit_diagonal():
    X = 100 + np.random.default_rng(6).normal(size=(31, 70))
    X[1] = X[0]
    for gram in (gaussian_gram(X, None, 9.0), laplace_gram(X, None, 9.0)):
        assert np.array_equal(gram, gram.T)
        assert np.all(np.diag(gram) == 1)
        assert gram[0, 1] == 1
        assert np.linalg.eigvalsh(gram)[0] > -1e-13
    gram = polynomial_gram(X, None, 3, 1.0, 1e-4)
    assert np.array_equal(gram, gram.T)


def test_read_only_and_strided_inputs():
    X = np.random.default_rng(7).normal(size=(8, 12))
    strided = X[::2, ::3]
    strided.setflags(write=False)
    dense = strided.copy()
    for gram in (
        lambda A: relu_gram(A, None, 2, 1.0, 1.0, True),
        lambda A: gaussian_gram(A, None, 1.0),
        lambda A: laplace_gram(A, A[:2], 1.0),
    ):
        np.testing.assert_allclose(gram(strided), gram(dense), rtol=1e-14)
