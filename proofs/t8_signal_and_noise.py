"""Theorem T8: the error of two classes is a noise, a harmonic mean, over a signal, their kernel distance."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from flint import arb, arb_mat

from orbitkernels.theory.balls import ball, working_precision
from orbitkernels.theory.enclosed_spectra import enclosed_circulant_spectrum
from orbitkernels.theory.enclosures import enclosed_gram, enclosed_leave_out, enclosed_spectral_error

from .enclosed_instances import ENCLOSED_GROUPS, QUICK_ENCLOSED_GROUPS, compare_decisions
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .instances import GROUPS, QUICK_GROUPS, QUICK_SMALL_GROUPS, SMALL_GROUPS
from .routes import NumericRoutes
from .theorem import Procedure, Theorem
from .two_classes import (
    RingCase,
    TwoClassCase,
    exponential_rings,
    harmonic_mean,
    ring_points,
    two_class_cases,
    two_classes,
    with_ball_features,
)

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Signal and noise of two classes"
SOURCE = "this work; Perin and Deny 2025 (arXiv 2412.11521) in words"
HYPOTHESES = (
    r"$x_1, \dots, x_{2M}$ are different points: the poses $g x_c$ of the seeds of two classes under a finite"
    r" group $G$, $M$ poses in each class; $y_i = 1$ on the one class and $y_i = -1$ on the other.",
    r"$k$ is a symmetric positive semidefinite kernel and $K$ the matrix of $k(x_i, x_j)$. The ridge $r \ge 0$"
    r" makes $K + rI$ positive definite; $\lambda_1, \dots, \lambda_{2M}$ are the eigenvalues of $K$.",
    r"$\mu_+$ and $\mu_-$ are the means of the functions $k(\cdot, x_i)$ over the two classes, and $\mathrm{MMD} ="
    r" |\mu_+ - \mu_-|$ is their distance in the reproducing kernel Hilbert space (RKHS) of $k$.",
    r"The classes are balanced: $K y = \lambda_- y$ for a number $\lambda_-$. So are exchangeable classes, in"
    r" which for any two points a permutation of the points takes one to the other, keeps $k$ and maps each class"
    r" onto a class. With one seed a class and an invariant kernel, a map that exchanges the two orbits and keeps"
    r" $k$ makes them exchangeable.",
    r"$p_i$ is the prediction at $x_i$ of kernel ridge regression, ridge $r$, trained on the $2M - 1$ other"
    r" points.",
)

_SIGNAL = r"\lambda_- = \frac{M}{2}\, \mathrm{MMD}^2"
_NOISE = r"h_i = \frac{1}{[(K + rI)^{-1}]_{ii}}"
_ERROR = r"|y_i - p_i| = \frac{h_i}{\frac{M}{2}\, \mathrm{MMD}^2 + r}"
_BOUND = r"h_i \le k(x_i, x_i) + r"
_HARMONIC = r"h_i = 2M \Big/ \sum_{k=1}^{2M} \frac{1}{\lambda_k + r}"
STATEMENT = (
    rf"{_SIGNAL}, \qquad {_ERROR}, \quad {_NOISE}. \text{{ For exchangeable classes }} {_HARMONIC},"
    rf" \text{{ the harmonic mean of the whole spectrum; otherwise it need not be. Always }} {_BOUND},"
    r" \text{ with equality iff } k(x_i, x_j) = 0 \text{ for all } j \neq i, \text{ and then } p_i = 0."
)


def derivation() -> Derivation:
    """T8 from T1 and the reproducing property."""
    import sympy

    from . import two_class_checks
    from .derivation import Derivation, argued, bounded, equal
    from .irrep_checks import witnessed

    M, r, h, kappa = sympy.symbols("M r h_i k_ii", positive=True)
    lam = sympy.Symbol("lambda_-", nonnegative=True)
    y, s = sympy.symbols("y_i s", real=True)
    n, a, b, c = sympy.symbols("n a b c")
    orbit_sums = sympy.Matrix([[n * a, n * c], [n * c, n * b]])
    steps = (
        equal(
            "reproducing property",
            r"Let $F$ have the feature vector of $x_i$ in row $i$, so that $K = F F^T$. The mean embeddings are"
            r" the means of rows, and $\mu_+ - \mu_- = F^T y / M$. (Written out for $M = 1, 2, 3$ and features of"
            r" two dimensions; the instances of the checks have many.)",
            r"\mathrm{MMD}^2 = \frac{|F^T y|^2}{M^2} = \frac{y^T K y}{M^2}",
            pairs=[two_class_checks.embedding_distance(size) for size in (1, 2, 3)],
            label="distance",
        ),
        argued(
            "substitution",
            r"Exchangeable classes are balanced. Let $\pi$ be one of the permutations: $y_{\pi(j)} = \sigma y_j$"
            r" with one sign $\sigma$ for all $j$. Put $\pi(j)$ for $j$ in the sum. So $y_i [K y]_i$ has one value"
            r" at $i$ and at $\pi(i)$, hence at all points. (The instances have one and two orbits a class.)",
            r"[K y]_{\pi(i)} = \sum_j k(x_{\pi(i)}, x_{\pi(j)})\, y_{\pi(j)} = \sigma\, [K y]_i",
            on=witnessed(two_class_checks.labels_are_an_eigenvector),
            label="balanced",
        ),
        argued(
            "invariance",
            r"With one orbit a class, $G$ takes any point to any other of its orbit and keeps $k$ and the classes."
            r" A map $\tau$ that keeps $k$ and exchanges the orbits does the rest: any point goes to any other."
            r" (The instances have the symbol of one orbit of $G \times C_2$.)",
            r"k(\tau x, \tau x') = k(x, x'), \qquad y_{\tau(i)} = -y_i",
            on=witnessed(two_class_checks.translations_exchange),
            label="swap",
        ),
        equal(
            "eigenvector",
            r"For one free orbit a class of an invariant kernel, with the means $a, b$ of $\varphi_{11},"
            r" \varphi_{22}$ and $c$ of $\varphi_{12}$ over $G$ (where $\varphi_{12}(g) = k(x_1, g x_2)$ for the"
            r" seeds $x_1, x_2$), the vector $K y$ is constant on the orbits, with the values below. It is a"
            r" multiple of $y$ iff they add to zero, that is iff $a = b$; then the multiple is $n (a - c)$.",
            r"\begin{pmatrix} n a & n c \\ n c & n b \end{pmatrix} \begin{pmatrix} 1 \\ -1 \end{pmatrix} ="
            r" \begin{pmatrix} n (a - c) \\ n (c - b) \end{pmatrix}",
            r"K y = \lambda_- y \iff a = b, \qquad \lambda_- = n (a - c)",
            pairs=[
                (sympy.MatMul(orbit_sums, sympy.Matrix([1, -1])), sympy.Matrix([n * (a - c), n * (c - b)])),
                (sum(orbit_sums * sympy.Matrix([1, -1])), n * (a - b)),
            ],
            label="orbits",
            uses=("T6",),
        ),
        equal(
            "eigenvector",
            r"Multiply $K y = \lambda_- y$ by $y^T$; $y^T y = 2M$.",
            r"M^2\, \mathrm{MMD}^2 = y^T K y = 2M \lambda_-",
            _SIGNAL,
            pairs=[(sympy.Subs(M / 2 * s / M**2, s, 2 * M * lam), lam)],
            label="signal",
            uses=("distance", "balanced", "orbits"),
        ),
        argued(
            "theorem",
            r"By T1 for $K + rI$. As $(K + rI)\, y = (\lambda_- + r)\, y$ and $K + rI$ is positive definite, $(K +"
            r" rI)^{-1} y = y / (\lambda_- + r)$; and $|y_i| = 1$. (The instances leave out points of both orbits"
            r" of exchangeable and of other balanced classes, and solve anew.)",
            rf"y_i - p_i = \frac{{y_i\, h_i}}{{\lambda_- + r}}, \qquad {_NOISE}",
            _ERROR,
            on=witnessed(two_class_checks.errors_are_the_ratio),
            label="error",
            uses=("signal", "T1"),
        ),
        argued(
            "unitary similarity",
            r"Let $v_1, \dots, v_{2M}$ be orthonormal eigenvectors of $K$. So $h_i$ is a harmonic mean of the"
            r" spectrum, weighted by the squared entries of the eigenvectors at $x_i$; in general these weights"
            r" differ from orbit to orbit. (The instances compare $[(K - x)^{-1}]_{ii}$ at $x = -r$ with the ratio"
            r" of the characteristic polynomials of $K$ without row and column $i$ and of $K$, whose partial"
            r" fractions these are.)",
            r"\frac{1}{h_i} = \sum_{k=1}^{2M} \frac{w_{ik}}{\lambda_k + r}, \qquad w_{ik} = [v_k]_i^2, \qquad"
            r" \sum_k w_{ik} = 1",
            on=witnessed(two_class_checks.diagonal_by_partial_fractions),
            label="weights",
            uses=("error",),
        ),
        argued(
            "trace",
            r"If the classes are exchangeable, a permutation of the points that keeps $K$ keeps $(K + rI)^{-1}$"
            r" and takes any diagonal entry to any other. So each is the trace divided by $2M$. (The instances"
            r" take the sum of the reciprocal eigenvalues from the characteristic polynomial.)",
            r"[(K + rI)^{-1}]_{ii} = \frac{1}{2M} \sum_{k=1}^{2M} \frac{1}{\lambda_k + r}",
            _HARMONIC,
            on=witnessed(two_class_checks.diagonal_is_constant),
            label="harmonic",
            uses=("weights", "swap"),
        ),
        bounded(
            "block elimination",
            r"By T1, $h_i$ is the posterior variance at $x_i$ given the set $R$ of the other points. What is"
            r" subtracted is $|L^{-1} K_{Ri}|^2$ for the Cholesky factor $L$ of $K_{RR} + rI$: never negative, and"
            r" zero iff $K_{Ri} = 0$. (Written out for one and two other points, with $r$ in the diagonal.)",
            r"h_i = k(x_i, x_i) + r - K_{iR} (K_{RR} + rI)^{-1} K_{Ri}",
            rf"{_BOUND}, \text{{ with equality iff }} k(x_i, x_j) = 0 \text{{ for all }} j \neq i",
            **two_class_checks.prior_and_posterior(),
            label="bound",
            uses=("T1",),
        ),
        equal(
            "harmonic and arithmetic mean",
            r"The same bound from the spectrum: the weighted harmonic mean is at most the weighted arithmetic one,"
            r" $\sum_k w_{ik} (\lambda_k + r) = k(x_i, x_i) + r$. By Lagrange's identity, below for eigenvalues"
            r" $\mu_k = \lambda_k + r$, equality needs all eigenvalues of positive weight at $x_i$ to be equal;"
            r" for exchangeable classes all of them. (SymPy multiplies it out for two, three and four"
            r" eigenvalues.)",
            r"\Bigl(\sum_k w_k \mu_k\Bigr) \Bigl(\sum_k \frac{w_k}{\mu_k}\Bigr) - \Bigl(\sum_k w_k\Bigr)^2 ="
            r" \sum_{k<l} w_k w_l \frac{(\mu_k - \mu_l)^2}{\mu_k \mu_l}",
            pairs=[two_class_checks.lagrange(size) for size in (2, 3, 4)],
            uses=("weights", "bound"),
        ),
        equal(
            "eigenvector",
            r"If the bound is attained, row $i$ of $K$ is zero off the diagonal, so row $i$ of $K y = \lambda_- y$"
            r" says $\lambda_- = k(x_i, x_i)$ and the error is that of no prediction: the bound is attained only"
            r" where nothing is learnt.",
            r"y_i - p_i = y_i\, \frac{k(x_i, x_i) + r}{k(x_i, x_i) + r} = y_i, \qquad p_i = 0",
            pairs=[(y - sympy.Subs(y * (kappa + r) / (lam + r), lam, kappa), sympy.Integer(0))],
            uses=("error", "bound"),
        ),
        equal(
            "comparison",
            r"What it means: the sign of $p_i$ is right iff the signal exceeds the noise $h_i$. For this it is"
            r" enough that $\frac{M}{2}\, \mathrm{MMD}^2$ exceeds $k(x_i, x_i)$, whatever the ridge.",
            r"y_i p_i = 1 - \frac{h_i}{\lambda_- + r} = \frac{\lambda_- + r - h_i}{\lambda_- + r} \ge"
            r" \frac{\lambda_- - k(x_i, x_i)}{\lambda_- + r}",
            pairs=[
                (1 - h / (lam + r), (lam + r - h) / (lam + r)),
                (1 - (kappa + r) / (lam + r), (lam - kappa) / (lam + r)),
            ],
            uses=("error", "bound"),
        ),
        argued(
            "counterexample",
            r"Equal functions $\varphi_{11} = \varphi_{22}$ make two orbits balanced, but not exchangeable: on the"
            r" two orbits of $S_3$ of T6, without ridge, $h_i$ differs between the orbits, and neither is the"
            r" harmonic mean of the whole spectrum.",
            r"h_1 = \frac{94465}{13203}, \qquad h_2 = \frac{94465}{13098}, \qquad 2M \Big/ \sum_k \lambda_k^{-1} ="
            r" \frac{188930}{26301}",
            on=[("S3", two_class_checks.orbits_have_different_noise)],
            decided=True,
            uses=("harmonic", "T6"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T8")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[TwoClassCase]:
    """Exchangeable classes of one and two orbits, other balanced classes, and a kernel zero off the diagonal."""
    cases = two_class_cases(QUICK_SMALL_GROUPS if quick else SMALL_GROUPS, points=50)
    return [TwoClassCase("S3", "uncorrelated"), TwoClassCase("C1", ridge=Fraction(1)), *cases]


def exact_compare(case: TwoClassCase, rng: np.random.Generator) -> Comparison:
    """MMD from features and the noise from the spectrum or the inverse, against leaving a point out."""
    from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out

    found = two_classes(case, rng)
    K, y, points = found.exact_gram, found.labels.tolist(), found.instance.random_poses(rng)
    refitted = [exact_leave_out(K, y, [i])[0][0] for i in points]
    signal = found.class_size * found.squared_distance / 2
    inverse = K.inv()
    noises = [harmonic_mean(K) if found.exchangeable else 1 / as_fraction(inverse[i, i]) for i in points]
    errors = [y[i] * h / (signal + case.ridge) for i, h in zip(points, noises, strict=True)]
    prior = [as_fraction(K[i, i]) for i in points]
    alone = [all(K[i, j] == 0 for j in range(len(y)) if j != i) for i in points]
    nothing = [error == y[i] for error, i, zero in zip(refitted, points, alone, strict=True) if zero]
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare("signal", found.signals, [signal] * len(found.phi)),
            compare("error", errors, refitted),
            compare("bound holds", [h <= k for h, k in zip(noises, prior, strict=True)], [True] * len(points)),
            compare("bound attained", [h == k for h, k in zip(noises, prior, strict=True)], alone),
            compare("nothing predicted", nothing, [True] * len(nothing)),
        ]
    )


def enclosed_cases(quick: bool) -> list[TwoClassCase | RingCase]:
    """Classes with transcendental features, and rings with the kernel exp(<x, y>)."""
    cases = two_class_cases(QUICK_ENCLOSED_GROUPS if quick else ENCLOSED_GROUPS, points=44)
    sizes = (4,) if quick else (1, 2, 3, 4, 5, 8, 11, 16)
    rings = [
        RingCase(poses, Fraction(height), ridge)
        for poses in sizes
        for height, ridge in (("3/10", Fraction(0)), ("3/5", Fraction(1, 2)))
    ]
    return [*cases, *rings]


def enclosed_compare(case: TwoClassCase | RingCase, rng: np.random.Generator) -> Comparison:
    """The ratio of noise and signal, against leaving a point out and against the Fourier blocks."""
    with working_precision():
        return _enclosed_rings(case) if isinstance(case, RingCase) else _enclosed_classes(case, rng)


def _enclosed_classes(case: TwoClassCase, rng: np.random.Generator) -> Comparison:
    """Features in balls: MMD is a distance of means, the noise comes from the trace or diagonal of the inverse."""
    found = with_ball_features(two_classes(case, rng))
    problem, points = (found.group, found.phi), found.instance.random_poses(rng)
    gram = enclosed_gram(*problem, ridge=case.ridge)
    inverse = gram.inv()
    diagonal = [inverse[i, i] for i in range(found.labels.size)]
    whole = found.labels.size / sum(diagonal, arb(0))
    signal = found.squared_distance * found.class_size / 2
    noises = [whole if found.exchangeable else 1 / diagonal[i] for i in points]
    errors = [h / (signal + ball(case.ridge)) * int(found.labels[i]) for i, h in zip(points, noises, strict=True)]
    refitted = [row[0] for i in points for row in enclosed_leave_out(gram, found.labels, [i])]
    blocks = enclosed_spectral_error(*problem, found.instance.targets, ridge=case.ridge)
    spectral = [row[0] for row in blocks]
    below = [bool(h < gram[i, i]) for i, h in zip(points, noises, strict=True)]
    compare = partial(compare_enclosures, str(case))
    return joint(
        [
            compare("signal", found.signals, [signal] * len(found.phi)),
            compare("error", errors, refitted),
            compare("error by Fourier blocks", errors, spectral),
            compare_decisions(str(case), "bound not attained", below, [True] * len(points)),
        ]
    )


def _enclosed_rings(case: RingCase) -> Comparison:
    """MMD from the Fourier series of the feature map, the noise from the circulant's spectrum."""
    row, squared_distance = exponential_rings(case.poses, case.height)
    row[0] = row[0] + ball(case.ridge)
    every = range(len(row))
    gram = arb_mat([[row[(j - i) % len(row)] for j in every] for i in every])
    spectrum = enclosed_circulant_spectrum(row)
    noise = len(row) / sum((1 / value for value in spectrum), arb(0))
    signal = squared_distance * case.poses / 2 + ball(case.ridge)
    refitted = enclosed_leave_out(gram, [(-1) ** i for i in every], [0])[0]
    compare = partial(compare_enclosures, str(case))
    found = [compare("signal", [signal], [spectrum[case.poses]]), compare("error", [noise / signal], refitted)]
    return joint([*found, compare_decisions(str(case), "bound holds", [bool(noise < row[0])], [True])])


def numeric_cases(quick: bool) -> list[TwoClassCase | RingCase]:
    """Classes of random features on every group of the list, and rings with network and Gaussian kernels."""
    cases = two_class_cases(QUICK_GROUPS if quick else GROUPS, points=180)
    kernels = ("ntk(depth=1)", "nngp(depth=2)", "laplace(length_scale=1)", "ntk(depth=3)")
    rings = [
        RingCase(poses, Fraction(3, 10), Fraction(turn % 3, 10), kernel)
        for turn, poses in enumerate((6,) if quick else (2, 3, 5, 8, 13, 20, 32))
        for kernel in kernels
    ]
    return [*cases, *rings]


def numeric_compare(case: TwoClassCase | RingCase, rng: np.random.Generator) -> Comparison:
    """The ratio of noise and signal, against dropping a point of each orbit and solving anew."""
    from orbitkernels.numerics import dense, fourier

    if isinstance(case, RingCase):
        return _numeric_rings(case)
    found = two_classes(case, rng, integer=False)
    routes, ridge = NumericRoutes(found.instance), float(case.ridge)
    signal = found.class_size * float(found.squared_distance) / 2 + ridge
    points = found.instance.random_poses(rng)
    noises = 1 / fourier.inverse_diagonal(routes.blocks)
    if found.exchangeable:
        noises = np.full(len(points), 1 / np.mean(1 / routes.fourier_spectrum))
    refitted = np.concatenate([dense.refit(routes.gram, found.labels, [i])[0] for i in points])
    compare = partial(compare_numerically, str(case), size=routes.size, condition=routes.condition)
    return joint(
        [
            compare("signal", found.signals + ridge, np.full(len(points), signal)),
            compare("error", found.labels[points] * noises / signal, refitted),
            compare_exactly(
                str(case), "bound holds", (noises < routes.gram[0].max()).tolist(), [True] * len(points)
            ),
        ]
    )


def _numeric_rings(case: RingCase) -> Comparison:
    """MMD as the mean of all inner products of the embeddings, the noise from the dense spectrum."""
    from orbitkernels.numerics import dense

    from .kernels import kernel

    signs = np.tile([1.0, -1.0], case.poses)
    K = kernel(case.kernel).gram(ring_points(case.poses, float(case.height)))
    gram = K + float(case.ridge) * np.eye(signs.size)
    squared_distance = signs @ K @ signs / case.poses**2
    noise = 1 / np.mean(1 / dense.eigenvalues(gram))
    signal = case.poses * squared_distance / 2 + float(case.ridge)
    refitted = [dense.refit(gram, signs, [i])[0, 0] for i in range(2)]
    compare = partial(compare_numerically, str(case), size=signs.size, condition=dense.condition_number(gram))
    return joint([compare("error", signs[:2] * noise / signal, refitted)])


THEOREM = Theorem(
    id="T8",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
