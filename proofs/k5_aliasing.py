"""Theorem K5: the spectrum on N points of a circle is the sum of the Fourier coefficients over their aliases."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .circle_cases import CircleCase, enclosed_comparison
from .evidence import Comparison, compare_exactly, compare_numerically
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Aliasing on a cyclic orbit"
SOURCE = "classical (Poisson summation on a finite cyclic group)"
HYPOTHESES = (
    r"$x_j$, $j = 0, \dots, N-1$, are the points of an orbit of the cyclic group $C_N$, $N \ge 1$, on which the"
    r" kernel is a function of the angle: $k(x_i, x_j) = \kappa(\theta_i - \theta_j)$ with $\theta_j = 2\pi j/N$.",
    r"$\kappa$ is real, even, continuous and of period $2\pi$, with Fourier coefficients"
    r" $a_m = \frac{1}{2\pi} \int_{-\pi}^{\pi} \kappa(\theta)\, e^{-\mathrm{i} m\theta}\, d\theta$,"
    r" $\mathrm{i}$ the imaginary unit.",
    r"The coefficients are absolutely summable: $\sum_{m \in \mathbb{Z}} |a_m|$ is finite.",
    r"$\omega = e^{2\pi \mathrm{i}/N}$, and $\lambda_k$, $k \in \mathbb{Z}$, is the eigenvalue of the Gram matrix"
    r" $K_{ij} = k(x_i, x_j)$ at the mode $j \mapsto \omega^{jk}$; it depends on $k$ modulo $N$ only.",
)
TRANSFORM = r"\lambda_k = \sum_{j=0}^{N-1} \kappa(\theta_j)\, \omega^{jk}"
ALIASED = r"\lambda_k = N \sum_{m \in \mathbb{Z}} a_{k+mN}"
STATEMENT = rf"{TRANSFORM} \qquad \text{{and}} \qquad {ALIASED} \qquad \text{{for every }} N \text{{ and }} k."


def derivation() -> Derivation:
    """K5 from the Fourier series of the kernel and a geometric sum."""
    import sympy

    from .derivation import Derivation, argued, equal

    M, N = sympy.symbols("M N", integer=True, positive=True)
    k, m = sympy.symbols("k m", integer=True)
    w, turn = sympy.symbols("w theta")
    grids = [
        (Fraction(1, 2), 1),
        (Fraction(1, 2), 4),
        (Fraction(-1, 3), 5),
        (Fraction(2, 3), 6),
        (Fraction(1, 4), 7),
    ]

    def on(check: Any) -> list[tuple[str, Any]]:
        return [(f"$N = {N}$ with $r = {r}$", partial(check, r, N)) for r, N in grids]

    poisson = (
        r" (The instances are the Poisson kernels with $a_m = r^{|m|}$,"
        r" $\kappa(\theta) = (1 - r^2)/(1 - 2r\cos\theta + r^2)$, in cyclotomic numbers.)"
    )
    steps = (
        argued(
            "eigenvector",
            r"The entry $K_{ij} = \kappa(\theta_i - \theta_j)$ depends on $i - j$ modulo $N$ only. Row $i$ of $K$"
            r" on"
            r" the mode is $\sum_j \kappa(\theta_{j-i})\, \omega^{jk}$, as $\kappa$ is even; put $j = i + l$ and"
            r" take"
            r" $\omega^{ik}$ out." + poisson,
            TRANSFORM,
            on=on(_modes_are_eigenvectors),
            label="transform",
        ),
        argued(
            "Fourier series",
            r"The series of the $a_m e^{\mathrm{i} m\theta}$ converges uniformly, by the third hypothesis. Its sum"
            r" is continuous and has the Fourier coefficients $a_m$, and so is $\kappa$: two continuous functions"
            r" with equal Fourier coefficients are equal, at every $\theta$. In particular the series holds at the"
            r" points themselves. For an even real $\kappa$ the coefficients are real and even.",
            r"\kappa(\theta) = \sum_{m \in \mathbb{Z}} a_m\, e^{\mathrm{i} m\theta}, \qquad a_{-m} = a_m",
            on=on(_series_is_kernel),
            label="series",
        ),
        equal(
            "geometric sum",
            r"For $w = \omega^{k+m} \neq 1$ the sum is $(w^N - 1)/(w - 1)$, by induction on the number of terms,"
            r" and"
            r" $w^N = 1$. If $N$ divides $k + m$, each term is 1.",
            r"\sum_{j=0}^{M-1} w^j = \frac{w^M - 1}{w - 1} \quad (w \neq 1)",
            r"\sum_{j=0}^{N-1} \omega^{j(k+m)} = N \text{ if } N \mid k + m, \text{ else } 0",
            pairs=[
                (sympy.Subs((w**M - 1) / (w - 1), M, 1), sympy.Integer(1)),
                ((w**M - 1) / (w - 1) + w**M, (w ** (M + 1) - 1) / (w - 1)),
                (sympy.Subs(sympy.exp(turn), turn, 2 * sympy.pi * sympy.I * (k + m) / N * N), sympy.Integer(1)),
            ],
            label="geometric",
        ),
        argued(
            "absolute convergence",
            r"Put the series into the transform. The double sum over $j$ and $m$ converges absolutely, so the"
            r" finite"
            r" sum over $j$ may be taken first; it leaves the $m$ with $m = -k + m'N$. As $a$ is even, $a_{-k+m'N}"
            r" ="
            r" a_{k-m'N}$; now write $m$ for $-m'$.",
            r"\lambda_k = \sum_{m \in \mathbb{Z}} a_m \sum_{j=0}^{N-1} \omega^{j(k+m)}"
            r" = N \sum_{m' \in \mathbb{Z}} a_{-k+m'N}",
            ALIASED,
            on=on(_aliases_are_spectrum),
            uses=("transform", "series", "geometric"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K5")


def _modes_are_eigenvectors(r: Fraction, N: int) -> bool:
    """Whether the Gram matrix maps each mode to the transform times it."""
    from orbitkernels.theory.aliasing_examples import poisson_value
    from orbitkernels.theory.circle_exact import exact_transform
    from orbitkernels.theory.cyclotomics import root_of_unity, weighted_sum

    values = [poisson_value(r, N, j) for j in range(N)]
    spectrum = exact_transform(values)
    return all(
        weighted_sum([1] * N, [values[(i - j) % N] for j in range(N)], [root_of_unity(N, j * k) for j in range(N)])
        == spectrum[k] * root_of_unity(N, i * k)
        for i in range(N)
        for k in range(N)
    )


def _series_is_kernel(r: Fraction, N: int) -> bool:
    """Whether the sum of the Fourier series is the kernel at every point."""
    from orbitkernels.theory.aliasing_examples import poisson_series, poisson_value

    return all(poisson_series(r, N, j) == poisson_value(r, N, j) for j in range(N))


def _aliases_are_spectrum(r: Fraction, N: int) -> bool:
    """Whether the sums over the aliases are the transform."""
    from orbitkernels.theory.aliasing_examples import poisson_eigenvalue, poisson_value
    from orbitkernels.theory.circle_exact import exact_transform

    aliased = [poisson_eigenvalue(r, N, k) for k in range(N)]
    return exact_transform([poisson_value(r, N, j) for j in range(N)]) == aliased


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class PolynomialCase:
    """A random trigonometric polynomial, whose frequencies go beyond N."""

    points: int
    degree: int

    @property
    def group(self) -> str:
        """The cyclic group that turns the points into each other."""
        return f"C{self.points}"

    def __str__(self) -> str:
        return f"{self.points} points on a circle, random trigonometric polynomial of degree {self.degree}"


def exact_cases(quick: bool) -> list[PolynomialCase | CircleCase]:
    """Trigonometric polynomials with rational coefficients and Poisson kernels."""
    sizes = (1, 2, 3, 5, 8) if quick else range(1, 21)
    ratios = (Fraction(1, 2), Fraction(-2, 3))
    return [
        *(PolynomialCase(N, degree) for N in sizes for degree in (N // 2, 2 * N + 3)),
        *(CircleCase(N, "Poisson kernel", (r,)) for N in sizes for r in ratios),
    ]


def exact_compare(case: PolynomialCase | CircleCase, rng: np.random.Generator) -> Comparison:
    """Sums over the aliases, against the transform in cyclotomic numbers."""
    from orbitkernels.theory.aliasing_examples import poisson_eigenvalue, poisson_value
    from orbitkernels.theory.circle_exact import exact_transform
    from orbitkernels.theory.cyclotomics import root_of_unity, weighted_sum

    N = case.points
    if isinstance(case, CircleCase):
        (r,) = case.parameters
        aliased: list[Any] = [poisson_eigenvalue(r, N, k) for k in range(N)]
        values = [poisson_value(r, N, j) for j in range(N)]
    else:
        half = [Fraction(int(a), int(b)) for a, b in rng.integers(1, 9, (case.degree + 1, 2))]
        orders = range(-case.degree, case.degree + 1)
        aliased = [N * sum((half[abs(m)] for m in orders if (m - k) % N == 0), Fraction(0)) for k in range(N)]
        coefficients = [half[abs(m)] for m in orders]
        values = [weighted_sum(coefficients, [root_of_unity(N, j * m) for m in orders]) for j in range(N)]
    return compare_exactly(str(case), "eigenvalue", aliased, exact_transform(values))


#: Kernels known by their values and by their coefficients, with their parameters.
EXAMPLES: dict[str, tuple[Fraction | int, ...]] = {
    "heat kernel": (Fraction(1, 10), 2),
    "Bernoulli polynomial": (1, 2, 3),
    "exponential series": (Fraction(1, 2), 3),
}


def enclosed_cases(quick: bool) -> list[CircleCase]:
    """Coefficients that decay like a Gaussian, like powers and like reciprocals of factorials."""
    sizes = (1, 2, 5, 8) if quick else (*range(1, 13), 17, 24, 31, 40)
    return [
        CircleCase(N, kernel, (Fraction(value),))
        for N in sizes
        for kernel in EXAMPLES
        for value in EXAMPLES[kernel]
    ]


def enclosed_compare(case: CircleCase, rng: np.random.Generator) -> Comparison:
    """Infinite sums over the aliases, against the transform of the values of the kernel."""
    from orbitkernels.theory import aliasing_examples as examples

    value, eigenvalue = {
        "heat kernel": (examples.heat_value, examples.heat_eigenvalue),
        "Bernoulli polynomial": (examples.bernoulli_value, examples.bernoulli_eigenvalue),
        "exponential series": (examples.exponential_value, examples.exponential_eigenvalue),
    }[case.kernel]
    (given,) = case.parameters
    parameter: Any = int(given) if given.denominator == 1 else given
    N = case.points
    aliased = [lambda: [eigenvalue(N, k, parameter) for k in range(N)]]
    return enclosed_comparison(case, aliased, lambda turns: value(turns, parameter))


def numeric_cases(quick: bool) -> list[PolynomialCase]:
    """Random coefficients that decay like the square of the frequency."""
    sizes = (3, 8, 50) if quick else (*range(1, 26), 32, 49, 64, 100, 127, 200)
    return [PolynomialCase(N, 3 * N + 20) for N in sizes]


def numeric_compare(case: PolynomialCase, rng: np.random.Generator) -> Comparison:
    """Sums over the aliases, against the eigenvalues of the Gram matrix."""
    N, orders = case.points, np.arange(-case.degree, case.degree + 1)
    half = rng.standard_normal(case.degree + 1) / (1.0 + np.arange(case.degree + 1)) ** 2
    half[0] = 2 * np.abs(half).sum()
    coefficients = half[np.abs(orders)]
    aliased = N * np.bincount(orders % N, coefficients, minlength=N)
    row = np.cos(2 * np.pi * (np.outer(np.arange(N), orders) % N) / N) @ coefficients
    every = np.arange(N)
    gram = row[(every[:, None] - every[None, :]) % N]
    return compare_numerically(
        str(case), "spectrum", np.sort(aliased), np.linalg.eigvalsh(gram), size=N + case.degree
    )


THEOREM = Theorem(
    id="K5",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
