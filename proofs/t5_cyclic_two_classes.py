"""Theorem T5: two interleaved rings with opposite labels, the cyclic formula of Perin and Deny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .enclosed_instances import compare_decisions, exponentials
from .evidence import (
    ROUNDING_MULTIPLE,
    Comparison,
    compare_enclosures,
    compare_exactly,
    compare_numerically,
    joint,
)
from .instances import FloatArray, SymbolCase, exact_instance
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Cyclic group, two interleaved classes"
SOURCE = "Perin and Deny 2025 (arXiv 2412.11521)"
HYPOTHESES = (
    r"Two orbits $A_j = g^j A_0$ and $B_j = g^j B_0$ of $C_N = \langle g \rangle$ with labels $+1$ and $-1$,"
    r" interleaved as $A_0, B_0, A_1, B_1, \dots$; the kernel $k$ is symmetric and invariant.",
    r"$k(A_i, A_j) = k(B_i, B_j)$, and $k(A_i, B_j)$ depends on $i - j - \tfrac12$ up to its sign and modulo $N$"
    r" only. The Gram matrix $K$ of the $2N$ points, ridge included, is positive definite.",
    r"$\lambda_0, \dots, \lambda_{2N-1}$ are the eigenvalues of $K$, $\lambda_k$ that of the mode"
    r" $m \mapsto e^{\pi \mathrm{i} km/N}$, $\mathrm{i}$ the imaginary unit.",
    r"$y_m = \pm 1$ is the label of point $m$, and $p_m$ the prediction there of kernel regression trained on all"
    r" others.",
)
STATEMENT = (
    r"|y_m - p_m| = \frac{\lambda_N^{-1}}{\frac{1}{2N} \sum_{k=0}^{2N-1} \lambda_k^{-1}}"
    r" \text{ for every point } m;"
    r" \text{ the prediction has the right sign iff } \lambda_N > 2N \Big/ \sum_{k=0}^{2N-1} \lambda_k^{-1},"
    r" \text{ the harmonic mean of the spectrum.}"
)


def derivation() -> Derivation:
    """T5 from the Fourier modes of a circulant of size 2N and T1."""
    import sympy

    from . import circulants
    from .derivation import Derivation, argued, define, equal

    M, N = sympy.symbols("M N", integer=True, positive=True)
    j, k, l = sympy.symbols("j k l", integer=True)
    w, y = sympy.symbols("w y")
    lam, mu = sympy.symbols("lambda_N mu", positive=True)
    turn = sympy.Symbol("theta")  # exp(theta) is taken at a multiple of 2 pi i below
    steps = (
        define(
            r"Number the $2N$ points around the ring: $A_i$ has the place $2i$, $B_j$ the place $2j + 1$. Write"
            r" $\omega = e^{\pi \mathrm{i}/N}$, a primitive root of unity of order $2N$, and $f_k$ for the mode"
            r" $f_k(m) = \omega^{km}$.",
            label="places",
        ),
        argued(
            "substitution",
            r"Places differ by $2(i - j)$ within an orbit and by $\pm 2(i - j - \tfrac12)$ between the orbits. By"
            r" hypothesis an entry depends on this difference only, up to its sign and modulo $2N$; within an"
            r" orbit because $C_N$ leaves the kernel unchanged and $K$ is symmetric.",
            r"K_{m,m'} = c_{m-m'}, \qquad c_{-j} = c_j = c_{j+2N}",
            on=[(f"N={N}", partial(circulants.is_circulant, N)) for N in circulants.SIZES],
            every_symbol=True,
            label="circulant",
            uses=("places",),
        ),
        equal(
            "geometric sum",
            r"By induction on the number of terms: the closed form is 1 for $M = 1$, and one more term turns that"
            r" for $M$ into that for $M + 1$."
            r" For $w = \omega^{k-l} \neq 1$ and $M = 2N$ the sum is zero because $w^{2N} = 1$, so modes of"
            r" different frequency are orthogonal; each has the squared length $2N$.",
            r"\sum_{m=0}^{M-1} w^m = \frac{w^M - 1}{w - 1}, \qquad \sum_{m=0}^{2N-1} f_k(m)\, \overline{f_l(m)}"
            r" = 2N\, \delta_{kl}",
            pairs=[
                (sympy.Subs((w**M - 1) / (w - 1), M, 1), sympy.Integer(1)),
                ((w**M - 1) / (w - 1) + w**M, (w ** (M + 1) - 1) / (w - 1)),
                (sympy.Subs(sympy.exp(turn), turn, sympy.pi * sympy.I * (k - l) / N * 2 * N), sympy.Integer(1)),
            ],
            label="orthogonal",
            uses=("places",),
        ),
        argued(
            "eigenvector",
            r"Put $m' = m + j$ in $(K f_k)(m) = \sum_{m'} c_{m'-m}\, \omega^{km'}$ and take $\omega^{km}$ out.",
            r"K f_k = \lambda_k f_k, \qquad \lambda_k = \sum_{j=0}^{2N-1} c_j\, \omega^{jk}",
            on=[(f"N={N}", partial(circulants.modes_are_eigenvectors, N)) for N in circulants.SIZES],
            every_symbol=True,
            label="modes",
            uses=("circulant",),
        ),
        equal(
            "substitution",
            r"Orbit $A$ has the even places and the label $+1$, orbit $B$ the odd places and $-1$: the labels are"
            r" the mode of frequency $N$.",
            r"f_N(2j) = e^{2\pi \mathrm{i} j} = 1, \qquad f_N(2j+1) = -1, \qquad y = f_N",
            pairs=circulants.label_mode(j),
            label="labels",
            uses=("places",),
        ),
        argued(
            "eigenvector",
            r"$K$ is positive definite, so $\lambda_N > 0$, and $K y = \lambda_N y$ by the two steps above.",
            r"K^{-1} y = \lambda_N^{-1} y",
            on=[(f"N={N}", partial(circulants.inverse_on_labels, N)) for N in circulants.SIZES],
            label="dual",
            uses=("modes", "labels"),
        ),
        argued(
            "trace",
            r"In the orthogonal basis of modes $K^{-1} = \frac{1}{2N} \sum_k \lambda_k^{-1} f_k f_k^*$, and"
            r" $|f_k(m)| = 1$.",
            r"[K^{-1}]_{mm} = \mu, \qquad \mu = \frac{1}{2N} \sum_{k=0}^{2N-1} \lambda_k^{-1}",
            on=[(f"N={N}", partial(circulants.diagonal_of_inverse, N)) for N in circulants.SIZES],
            label="diagonal",
            uses=("orthogonal", "modes"),
        ),
        argued(
            "theorem",
            r"Put both into $y_m - p_m = [K^{-1}y]_m/[K^{-1}]_{mm}$. The instances compare with dropping the"
            r" point and solving anew.",
            r"y_m - p_m = \frac{\lambda_N^{-1}}{\mu}\, y_m",
            r"|y_m - p_m| = \frac{\lambda_N^{-1}}{\frac{1}{2N} \sum_{k=0}^{2N-1} \lambda_k^{-1}}",
            on=[(f"N={N}", partial(circulants.error_by_refitting, N)) for N in circulants.SIZES],
            label="error",
            uses=("dual", "diagonal", "T1"),
        ),
        equal(
            "comparison",
            r"The sign of the prediction is right iff $y_m p_m > 0$. As $y_m^2 = 1$, the product $y_m p_m$ is $1 -"
            r" \lambda_N^{-1}/\mu$, which is $\lambda_N - 1/\mu$ times the positive $1/\lambda_N$; and $1/\mu$ is"
            r" the harmonic mean of the spectrum.",
            r"y_m p_m = 1 - \frac{\lambda_N^{-1}}{\mu} = \frac{1}{\lambda_N} \Bigl(\lambda_N -"
            r" \frac{1}{\mu}\Bigr)",
            r"y_m p_m > 0 \iff \lambda_N > 2N \Big/ \sum_{k=0}^{2N-1} \lambda_k^{-1}",
            pairs=[
                (y * (y - y / (lam * mu)), y**2 * (1 - 1 / (lam * mu))),
                (1 - 1 / (lam * mu), (lam - 1 / mu) / lam),
            ],
            uses=("error",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T5")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class CirculantCase:
    """A random rational symmetric circulant of 2 N points."""

    poses: int

    @property
    def group(self) -> str:
        """The cyclic group of the orbits."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        return f"random circulant of 2 x {self.poses} points"


@dataclass(frozen=True)
class BorderCase:
    """A circulant whose lambda_N is the harmonic mean of the other eigenvalues times 1 + shift: almost a tie.

    With the shift 0 every prediction is zero, so no precision decides its sign.
    """

    poses: int
    shift: Fraction

    @property
    def group(self) -> str:
        """The cyclic group of the orbits."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        which = f"{float(self.shift):+.0e} beside" if self.shift else "on"
        return f"circulant of 2 x {self.poses} points {which} the border of the sign criterion"


@dataclass(frozen=True)
class RingsCase:
    """Two rings of N points at heights +h and -h on the unit sphere, turned against each other by half a step."""

    poses: int
    kernel: str
    height: float
    ridge: float

    @property
    def group(self) -> str:
        """The cyclic group of the orbits."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        return f"two rings of {self.poses} poses at heights +-{self.height:g}, {self.kernel}, ridge {self.ridge:g}"


def exact_cases(quick: bool) -> list[CirculantCase]:
    """Two orbits of 2 to 10 poses."""
    return [CirculantCase(poses) for poses in ((2, 3, 4) if quick else range(2, 11))]


def numeric_cases(quick: bool) -> list[RingsCase]:
    """Rings of 2 to 40 poses, on one circle and apart, with network and Gaussian kernels."""
    sizes = (3, 8) if quick else (2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 25, 32, 40)
    kernels = (
        ("ntk(depth=1)", 0.0),
        ("ntk(depth=3)", 0.5),
        ("nngp(depth=2)", 0.0),
        ("gaussian(length_scale=1)", 0.1),
    )
    return [
        RingsCase(poses, kernel, height, ridge)
        for poses in sizes
        for kernel, ridge in kernels
        for height in (0.0, 0.3)
    ]


def exact_compare(case: CirculantCase, rng: np.random.Generator) -> Comparison:
    """Eigenvalues as cyclotomic numbers, against dropping each pose and solving anew over the rationals."""
    from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix
    from orbitkernels.theory.scalar_spectra import exact_two_orbit_error

    size = 2 * case.poses
    row = exact_instance(SymbolCase(f"C{size}", 1), rng).phi[0, 0]
    points = np.arange(size)
    K = rational_matrix(row[(points[None, :] - points[:, None]) % size])
    signs = (1, -1) * case.poses
    across = row[1::2]  # k(A_0, B_j)
    phi = [[row[::2], across], [np.roll(across[::-1], 1), row[::2]]]
    refitted = [exact_leave_out(K, signs, [i])[0][0] for i in range(size)]
    inverse = K.inv()
    harmonic_mean = size / sum(as_fraction(inverse[i, i]) for i in range(size))
    criterion = sum(sign * int(value) for sign, value in zip(signs, row, strict=True)) > harmonic_mean
    right = [sign * (sign - error) > 0 for sign, error in zip(signs, refitted, strict=True)]
    name = str(case)
    return joint(
        [
            compare_exactly(name, "error", [exact_two_orbit_error(phi) * sign for sign in signs], refitted),
            compare_exactly(name, "right sign", [criterion] * size, right),
        ]
    )


def enclosed_cases(quick: bool) -> list[CirculantCase | BorderCase]:
    """Two orbits of 1 to 20 poses, and on and beside the border between right and wrong."""
    sizes = (2, 5) if quick else (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20)
    tiny = Fraction(1, 10**30)
    border = [
        BorderCase(poses, shift) for poses in ((3,) if quick else (1, 4, 7)) for shift in (-tiny, 0 * tiny, tiny)
    ]
    return [*map(CirculantCase, sizes), *border]


def enclosed_compare(case: CirculantCase | BorderCase, rng: np.random.Generator) -> Comparison:
    """The formula and the criterion in balls, against dropping each pose and solving anew.

    Both routes decide each sign, or both leave it open; beside the border the answer is known.
    """
    from flint import arb_mat

    from orbitkernels.theory.enclosed_spectra import enclosed_circulant_spectrum, enclosed_two_ring_error
    from orbitkernels.theory.enclosures import Verdict, enclosed_leave_out, verdict, working_precision

    name, size = str(case), 2 * case.poses
    signs = (1, -1) * case.poses
    with working_precision():
        if isinstance(case, BorderCase):
            row = _border_row(case, rng)
        else:
            row = exponentials(exact_instance(SymbolCase(f"C{size}", 1), rng).phi[0, 0]).tolist()
        K = arb_mat([[row[(j - i) % size] for j in range(size)] for i in range(size)])
        refitted = [enclosed_leave_out(K, signs, [i])[0][0] for i in range(size)]
        error, spectrum = enclosed_two_ring_error(row), enclosed_circulant_spectrum(row)
        found = [verdict(e, sign) for e, sign in zip(refitted, signs, strict=True)]
        criterion = _criterion(spectrum)
        decisions = [compare_decisions(name, "sign", [criterion] * size, found)]
        if isinstance(case, BorderCase):
            known = {-1: Verdict.WRONG, 0: Verdict.UNDECIDED, 1: Verdict.RIGHT}[_sign(case.shift)]
            decisions.append(compare_decisions(name, "sign beside the border", found, [known] * size))
        return joint([compare_enclosures(name, "error", [error * sign for sign in signs], refitted), *decisions])


def _border_row(case: BorderCase, rng: np.random.Generator) -> list[Any]:
    """First row of the circulant of eigenvalues exp(x) for random x in (0, 1), lambda_k = lambda_(2N-k)."""
    from flint import arb, fmpq

    from orbitkernels.theory.enclosed_spectra import enclosed_circulant_spectrum

    size = 2 * case.poses
    half = [arb(fmpq(int(rng.integers(1, 100)), 100)).exp() for _ in range(case.poses)]
    others = half + half[:0:-1]
    mean = len(others) / sum((1 / value for value in others), arb(0))
    middle = mean * (1 + arb(fmpq(case.shift.numerator, case.shift.denominator)))
    # the cosine transform of a symmetric sequence is its own inverse up to the factor 2N
    return [value / size for value in enclosed_circulant_spectrum([*half, middle, *half[:0:-1]])]


def _criterion(spectrum: Sequence[Any]) -> Any:
    """Whether lambda_N exceeds the harmonic mean of the spectrum, as a verdict on every pose."""
    from flint import arb

    from orbitkernels.theory.enclosures import Verdict

    excess = spectrum[len(spectrum) // 2] - len(spectrum) / sum((1 / value for value in spectrum), arb(0))
    return Verdict.RIGHT if excess > 0 else Verdict.WRONG if excess < 0 else Verdict.UNDECIDED


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def numeric_compare(case: RingsCase, rng: np.random.Generator) -> Comparison:
    """The cyclic formula on the symbol, against dropping each pose of the dense Gram matrix and solving anew."""
    from orbitkernels.numerics import dense, fourier

    from .kernels import kernel

    points = _rings(case, rng)
    dense_gram = kernel(case.kernel).gram(points)
    cross = dense_gram[0].reshape(case.poses, 2)  # k(A_0, A_j), k(A_0, B_j)
    phi = np.stack([[cross[:, 0], cross[:, 1]], [np.roll(cross[::-1, 1], 1), cross[:, 0]]])
    error, spectrum = fourier.two_orbit_formula(phi, case.ridge)
    K = dense_gram + case.ridge * np.eye(len(points))
    labels = np.tile([1.0, -1.0], case.poses)
    refitted = np.array([dense.refit(K, labels, [i])[0, 0] for i in range(len(points))])
    name = str(case)
    compare = partial(compare_numerically, name, size=len(points))
    harmonic_mean = 1 / np.mean(1 / spectrum)
    found = [
        compare("error", error * labels, refitted, condition=dense.condition_number(K)),
        compare("spectrum", np.sort(spectrum), np.linalg.eigvalsh(K)),
    ]
    if abs(error - 1) > ROUNDING_MULTIPLE * found[0].rounding:
        right = labels * (labels - refitted) > 0  # the sign of the prediction
        criterion = np.full(right.shape, spectrum[case.poses] > harmonic_mean)
        found.append(compare_exactly(name, "right sign", criterion.tolist(), right.tolist()))
    return joint(found)


def _rings(case: RingsCase, rng: np.random.Generator) -> FloatArray:
    """Points A_0, B_0, A_1, B_1, ..., array [2 N, 3], turned together by a random angle."""
    angles = rng.uniform(0, 2 * np.pi) + np.pi * np.arange(2 * case.poses) / case.poses
    heights = np.tile([case.height, -case.height], case.poses)
    radius = np.sqrt(1 - case.height**2)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), heights], axis=1)


THEOREM = Theorem(
    id="T5",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
