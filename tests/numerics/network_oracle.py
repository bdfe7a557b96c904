"""Kernels of fully connected nets at 60 digits from textbook formulas, with arccos and arcsin as they stand."""

import mpmath
import numpy as np
from mpmath import mpf
from scipy.special import erf, ndtr

DIGITS = 60


def leaky_relu(slope):
    """E[f f] and E[f' f'] of max(z, 0) + slope min(z, 0), by the arc-cosine kernels of orders 0 and 1."""
    s = mpf(slope)

    def expectations(first, second, mixed):
        norm = mpmath.sqrt(first * second)
        angle = mpmath.acos(max(min(mixed / norm, 1), -1)) if norm else mpmath.pi / 2
        arc0 = 1 - angle / mpmath.pi
        arc1 = (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)) / mpmath.pi
        straight, bent = ((1 + s) / 2) ** 2, ((1 - s) / 2) ** 2
        return straight * mixed + bent * (2 * norm * arc1 - mixed), straight + bent * (2 * arc0 - 1)

    return expectations


def erf_expectations(first, second, mixed):
    """Williams (1997)."""
    wide = (1 + 2 * first) * (1 + 2 * second)
    value = 2 / mpmath.pi * mpmath.asin(2 * mixed / mpmath.sqrt(wide))
    return value, 4 / mpmath.pi / mpmath.sqrt(wide - 4 * mixed**2)


def gelu_expectations(first, second, mixed):
    """Tsuchida et al. (2021)."""
    wide = (1 + first) * (1 + second)
    root = mpmath.sqrt(wide - mixed**2)
    angle = mpmath.asin(mixed / mpmath.sqrt(wide))
    value = mixed / 4 + (mixed * angle + (mixed**2 + first * second * root**2) / (wide * root)) / (2 * mpmath.pi)
    bend = mixed / root * (1 / root**2 + 1 + (1 - first * second) / wide)
    return value, mpf(1) / 4 + (angle + bend) / (2 * mpmath.pi)


def wave(frequency, odd):
    """sin or cos of frequency z, by the moment generating function."""
    square = mpf(frequency) ** 2

    def expectations(first, second, mixed):
        decay = mpmath.exp(-square * (first + second) / 2)
        sine, cosine = mpmath.sinh(square * mixed), mpmath.cosh(square * mixed)
        return (decay * sine, square * decay * cosine) if odd else (decay * cosine, square * decay * sine)

    return expectations


def polynomial(*coefficients):
    """E[z1^m z2^n] by pairing: sum over k pairs (z1, z2) of m! n! s11^i s22^j s12^k / (i! j! k! 2^(i+j))."""

    def moment(m, n, first, second, mixed):
        return mpmath.fsum(
            mpmath.factorial(m) * mpmath.factorial(n)
            * first ** ((m - k) // 2) * second ** ((n - k) // 2) * mixed**k
            / (mpmath.factorial((m - k) // 2) * mpmath.factorial((n - k) // 2) * mpmath.factorial(k))
            / 2 ** ((m + n - 2 * k) // 2)
            for k in range(m % 2, min(m, n) + 1, 2) if (m - n) % 2 == 0
        )  # fmt: skip

    def total(terms, *covariances):
        return mpmath.fsum(p * q * moment(m, n, *covariances) for m, p in terms for n, q in terms)

    terms = [(n, mpf(value)) for n, value in enumerate(coefficients)]
    slopes = [(n - 1, n * value) for n, value in terms[1:]]
    return lambda *covariances: (total(terms, *covariances), total(slopes, *covariances))


def hermite_3():
    """(z^3 - 3z)/sqrt(6)."""
    root = mpmath.sqrt(mpf(6))
    return lambda *covariances: tuple(value / root**2 for value in polynomial(0, -3, 0, 1)(*covariances))


#: Values of 1 -+ cosine and lengths at which pairs are compared.
NEAR = [0.0, 1e-30, 1e-20, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.3, 0.9, 1.0]
LENGTHS = [1e-3, 0.1, 1.0, 1.1, 3.7, 30.0]

#: Name, parameters, expectations at 60 digits, f and f' in NumPy.
with mpmath.workdps(DIGITS):
    ACTIVATIONS = {
        "relu": ((), leaky_relu(0), lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
        "leaky_relu": (
            (0.1,), leaky_relu(0.1), lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1),
        ),
        "abs": ((), leaky_relu(-1), np.abs, np.sign),
        "erf": ((), erf_expectations, erf, lambda z: 2 / np.sqrt(np.pi) * np.exp(-z * z)),
        "gelu": (
            (), gelu_expectations, lambda z: z * ndtr(z),
            lambda z: ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi),
        ),
        "sin": ((1.5,), wave(1.5, True), lambda z: np.sin(1.5 * z), lambda z: 1.5 * np.cos(1.5 * z)),
        "cos": ((), wave(1, False), np.cos, lambda z: -np.sin(z)),
        "polynomial": (
            (0.5, 1.0, 0.25), polynomial(0.5, 1, 0.25), lambda z: 0.5 + z + 0.25 * z * z, lambda z: 1 + 0.5 * z,
        ),
        "hermite": (
            (3,), hermite_3(), lambda z: (z**3 - 3 * z) / np.sqrt(6), lambda z: (3 * z * z - 3) / np.sqrt(6),
        ),
    }  # fmt: skip


def network_values(name, x, y, weights, biases, residual=False, layer_norm=False, units=0):
    """[(S_L, T_L)] after each hidden layer, for two lists of mpf; variances of the L + 1 dense layers."""
    expectations = ACTIVATIONS[name][1]
    pairs = [mpmath.fsum(a * b for a, b in zip(*pair, strict=True)) / len(x) for pair in ((x, x), (y, y), (x, y))]
    state, incoming, found = None, len(x), []
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        w, b = mpf(weight), mpf(bias)
        if layer == 0:
            inner, slope, tangent, skip = pairs, 0, mpf(0), (0, 0, 0, 0)
        else:
            first, second, mixed, tangent = state
            skip = state if residual else (0, 0, 0, 0)
            if layer_norm:
                norm = mpmath.sqrt(first * second)
                first, second, mixed, tangent = mpf(1), mpf(1), mixed / norm, tangent / norm
            inner = [expectations(first, first, first)[0], expectations(second, second, second)[0]]
            value, slope = expectations(first, second, mixed)
            inner.append(value)
            incoming = units
        grown = (1 if bias else 0) + incoming * inner[2] if units else b + w * inner[2]
        state = (
            *(old + b + w * value for old, value in zip(skip, inner, strict=False)),
            skip[3] + grown + w * slope * tangent,
        )
        if layer:
            found.append((state[2], state[3]))
    return found


def hard_rows(dimension):
    """Near-duplicates, near-antipodes and multiples of one vector, at every distance."""
    x, z = np.random.default_rng(dimension).normal(size=(2, dimension))
    distances = [0.0, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.02, 0.1, 1.0]
    rows = [sign * length * (x + t * z) for length in (1.0, 3.7, 1e-3) for t in distances for sign in (1.0, -1.0)]
    return np.array([x, *rows])


def net_errors(engine, made, name, depths, X, weights, biases, **options):
    """Worst error of the first row of the Gram matrix, for each depth, NNGP and NTK."""
    worst = np.zeros((len(depths), 2))
    with mpmath.workdps(DIGITS):
        rows = [[mpf(float(value)) for value in row] for row in X]
        exact = [
            [network_values(name, rows[i], rows[k], weights, biases, **options) for i in sorted({0, k})]
            for k in range(len(rows))
        ]
        for (place, column), _ in np.ndenumerate(worst):
            depth = depths[place]
            net = engine.Network(made, tuple(weights[: depth + 1]), tuple(biases[: depth + 1]), **options)
            found = engine.network_gram(net, X[:1], X, bool(column))[0]
            first = exact[0][0][depth - 1][column]
            for value, pair in zip(found, exact, strict=True):
                right, own = pair[0][depth - 1][column], pair[-1][depth - 1][column]
                error = abs(mpf(float(value)) - right) / mpmath.sqrt(first * own)
                worst[place, column] = np.maximum(worst[place, column], float(error))  # keeps nan
    return worst


def _worst(*errors):
    """The largest; nan if there is one."""
    return np.max([float(error) for error in errors])


def pair_errors(made, expectations):
    """Worst errors of 1 -+ c, of 1 - c by itself where the lengths agree, and of the slope."""
    features = made.features(np.array(LENGTHS))
    worst = np.zeros(3)
    with mpmath.workdps(DIGITS):
        squares = [mpf(a) ** 2 for a in LENGTHS]
        sizes = [mpmath.sqrt(expectations(s, s, s)[0]) for s in squares]
        for i, j in np.ndindex(len(LENGTHS), len(LENGTHS)):
            for near in NEAR:
                for sign in (1, -1):
                    gap, rest = (near, 2.0 - near) if sign > 0 else (2.0 - near, near)
                    *found, slope = made.pair(made.parameters, features, i, features, j, gap, rest)
                    mixed = sign * (1 - mpf(near)) * mpf(LENGTHS[i]) * mpf(LENGTHS[j])
                    value, right = expectations(squares[i], squares[j], mixed)
                    cosine = value / (sizes[i] * sizes[j])
                    worst[0] = _worst(worst[0], abs(found[0] - 1 + cosine), abs(found[1] - 1 - cosine))
                    if i == j and sign > 0 and near:
                        worst[1] = _worst(worst[1], abs(found[0] / (1 - cosine) - 1))
                    worst[2] = _worst(worst[2], abs(slope - right) / np.sqrt(features[2, i] * features[2, j]))
    return worst
