"""Theorem K4: the NNGP and the NTK of a fully connected net, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Layer recursion of the NNGP and the NTK"
SOURCE = "Neal 1996 and Lee et al. 2018 (NNGP); Jacot, Gabriel and Hongler 2018 (NTK)"
HYPOTHESES = (
    r"A fully connected net with inputs $x \in \mathbb{R}^d$, $n_0 = d$, and $L \ge 1$ hidden layers of the"
    r" widths $n_1, \dots, n_L$: $h^{(1)}_i(x) = \sigma_b b^{(1)}_i + \frac{\sigma_w}{\sqrt{d}} \sum_j"
    r" W^{(1)}_{ij} x_j$ and $h^{(l+1)}_i(x) = \sigma_b b^{(l+1)}_i + \frac{\sigma_w}{\sqrt{n_l}} \sum_j"
    r" W^{(l+1)}_{ij}\, \varphi(h^{(l)}_j(x))$; the output is $f(x) = h^{(L+1)}_1(x)$.",
    r"All $W^{(l)}_{ij}$ and $b^{(l)}_i$ are independent standard Gaussians (NTK parameterisation); $\theta$ is"
    r" the list of them and $\nabla f$ the gradient in $\theta$. The weight variance is $\sigma_w^2 > 0$, the"
    r" bias variance $\sigma_b^2 \ge 0$. The activation $\varphi$ is not rescaled; this is the convention of the"
    r" neural-tangents library, and Perin and Deny take $\sigma_w^2 = \sigma_b^2 = 1$.",
    r"$\varphi$ is continuous, and continuously differentiable but for finitely many points, where $\varphi'$ is"
    r" given any values; if there are such points, $S^{(l)}(x,x)$ and $S^{(l)}(y,y)$ below are positive for $l <"
    r" L$. For the limits $\varphi$ is Lipschitz.",
    r"$S^{(0)}(x,y) = T^{(0)}(x,y) = \sigma_b^2 + \sigma_w^2 \langle x, y\rangle/d$. In each layer $(z_x, z_y)$ is"
    r" Gaussian of mean 0 with the covariance matrix of $S^{(l-1)}$ at $x$ and $y$, and $\mathbb{E}$ is the"
    r" expectation over it or over $\theta$.",
    r"The limit is taken layer after layer: $n_1 \to \infty$, then $n_2 \to \infty$, up to $n_L \to \infty$. That"
    r" $f$ tends to a Gaussian process $\mathcal{GP}(0, S)$ in law means that its values at any finitely many"
    r" inputs tend to Gaussians of mean 0 and covariance $S$.",
)
RECURSION = (
    r"S^{(l)} = \sigma_b^2 + \sigma_w^2\, \mathbb{E}[\varphi(z_x)\, \varphi(z_y)]",
    r"T^{(l)} = S^{(l)} + \sigma_w^2\, \mathbb{E}[\varphi'(z_x)\, \varphi'(z_y)]\, T^{(l-1)}",
)
LIMITS = (
    r"f \to \mathcal{GP}(0, S^{(L)})",
    r"\langle \nabla f(x), \nabla f(y) \rangle \to T^{(L)}(x, y)",
)
ONE_LAYER = (
    r"\mathbb{E}[f(x) f(y)] = S^{(1)}(x, y)",
    r"\mathbb{E}\langle \nabla f(x), \nabla f(y) \rangle = T^{(1)}(x, y)",
)
STATEMENT = (
    rf"\text{{With }} {RECURSION[0]} \text{{ and }} {RECURSION[1]} \text{{ for }} l = 1, \dots, L,"
    rf" \qquad {LIMITS[0]} \text{{ in law and }} {LIMITS[1]} \text{{ in probability.}}"
    r" \qquad \text{If } L = 1 \text{ and both expectations exist, then for every width } n_1 \text{ exactly }"
    rf" {ONE_LAYER[0]} \text{{ and }} {ONE_LAYER[1]}."
)


def derivation() -> Derivation:
    """K4: given a layer, the next is Gaussian; the law of large numbers makes its covariance a number."""
    from . import finite_networks as nets
    from .derivation import Derivation, argued, define

    powers = list(nets.ACTIVATIONS)
    steps = (
        define(
            r"Write $\Theta^{(l)}_{ij}$ for the inner product of the gradients of two neurons, and $Q^{(l)}$ for"
            r" a mean over the neurons of layer $l$.",
            r"\Theta^{(l)}_{ij}(x, y) = \langle \nabla h^{(l)}_i(x), \nabla h^{(l)}_j(y) \rangle, \qquad"
            r" Q^{(l)}(x, y) = \sigma_b^2 + \frac{\sigma_w^2}{n_l} \sum_{j=1}^{n_l} \varphi(h^{(l)}_j(x))\,"
            r" \varphi(h^{(l)}_j(y))",
            label="notation",
        ),
        argued(
            "expectation",
            r"The neurons $h^{(1)}_i$ are linear in independent Gaussians and share none, so they are independent"
            r" Gaussian functions of mean 0. Their gradients are $\sigma_b$ and $\sigma_w x_j/\sqrt{d}$.",
            r"\mathbb{E}[h^{(1)}_i(x)\, h^{(1)}_j(y)] = \Theta^{(1)}_{ij}(x, y) = \delta_{ij}\, S^{(0)}(x, y)",
            on=[(f"width {n}", partial(nets.first_layer_is_gaussian, n)) for n in (1, 2, 3)],
            label="first",
            uses=("notation",),
        ),
        argued(
            "expectation",
            r"Given layer $l$, so are the neurons $h^{(l+1)}_i$: linear in the Gaussians of layer $l + 1$, and"
            r" sharing none. This holds at every width.",
            r"\mathbb{E}[h^{(l+1)}_i(x)\, h^{(l+1)}_j(y) \mid h^{(l)}] = \delta_{ij}\, Q^{(l)}(x, y)",
            on=[
                (
                    f"width {n} with $\\varphi = {power}$",
                    partial(nets.conditional_covariance_is_the_mean, n, power),
                )
                for n in (1, 2)
                for power in powers
            ],
            label="conditional",
            uses=("notation",),
        ),
        argued(
            "differentiation",
            r"The parameters of layer $l + 1$ give $\delta_{ij} Q^{(l)}$; those of the layers below enter through"
            r" $\varphi(h^{(l)}_k)$, by the chain rule.",
            r"\Theta^{(l+1)}_{ij}(x, y) = \delta_{ij}\, Q^{(l)}(x, y) + \frac{\sigma_w^2}{n_l} \sum_{k,m=1}^{n_l}"
            r" W^{(l+1)}_{ik} W^{(l+1)}_{jm}\, \varphi'(h^{(l)}_k(x))\, \varphi'(h^{(l)}_m(y))\,"
            r" \Theta^{(l)}_{km}(x, y)",
            on=[
                (
                    f"widths {' and '.join(map(str, widths))} with $\\varphi = {power}$",
                    partial(nets.gradients_follow_the_chain_rule, widths, power),
                )
                for widths, power in (((2,), "z + z^3"), ((3,), "z^2"), ((2, 2), "z^2"), ((1, 1), "z + z^3"))
            ],
            label="chain",
            uses=("notation",),
        ),
        argued(
            "expectation",
            r"Let $L = 1$. In $Q^{(1)}$ every term has the expectation $\mathbb{E}[\varphi(z_x) \varphi(z_y)]$."
            r" In the double sum $\Theta^{(1)}_{km}$ is $\delta_{km} S^{(0)}$, a number, and $W_{1k}^2$ is"
            r" independent of layer 1 with the expectation 1, so that $n_1$ equal terms are divided by $n_1$. No"
            r" limit is needed.",
            *ONE_LAYER,
            on=[
                (
                    f"width {n} with $\\varphi = {power}$",
                    partial(nets.one_hidden_layer_has_the_kernels_of_the_recursion, n, power),
                )
                for n in (1, 2, 3)
                for power in powers
            ],
            label="one",
            uses=("first", "conditional", "chain"),
        ),
        argued(
            "law of large numbers",
            r"Suppose that the neurons $h^{(l)}_j$ tend in law to independent Gaussian functions with the"
            r" covariance $S^{(l-1)}$, which for $l = 1$ they are. As $\varphi$ is Lipschitz, $\varphi(z)^2$ has"
            r" an expectation, and the means over more and more of these tend to $\mathbb{E}[\varphi(z_x)"
            r" \varphi(z_y)]$ (if squares have an expectation too, their variance falls as $1/n$).",
            r"Q^{(l)} \to S^{(l)}, \qquad " + RECURSION[0],
            on=[
                (
                    f"$n = {n}$ with $\\varphi = {power}$",
                    partial(nets.means_have_the_variance_of_one_over_the_width, n, power),
                )
                for n in (2, 3)
                for power in powers
            ],
            label="mean",
            uses=("first", "conditional"),
        ),
        argued(
            "induction",
            r"Given layer $l$, the neurons of layer $l + 1$ are Gaussian with the covariance $Q^{(l)}$, so their"
            r" characteristic function at finitely many inputs is the expectation of $\exp(-\frac12 \sum_i t_i^T"
            r" Q^{(l)} t_i)$. It is bounded by 1 and $Q^{(l)}$ tends to a matrix of numbers, so it tends to"
            r" $\prod_i \exp(-\frac12 t_i^T S^{(l)} t_i)$: independent Gaussian functions with the covariance"
            r" $S^{(l)}$. This is the supposition for the next layer; at layer $L + 1$ it is the claim. (On the"
            r" instance the activation is not Lipschitz, but all moments exist; the exact expectations for the"
            r" widths 1, 2, 3 are extrapolated to infinite width.)",
            LIMITS[0],
            on=[(r"$L = 2$ with $\varphi = z^2$", nets.two_hidden_layers_tend_to_the_recursion)],
            label="process",
            uses=("conditional", "mean"),
        ),
        argued(
            "induction",
            r"Suppose that $\Theta^{(l)}_{km} \to \delta_{km} T^{(l-1)}$, which holds for $l = 1$. With the"
            r" layers below at their limit and $n_l$ fixed the double sum is $T^{(l-1)} \frac{\sigma_w^2}{n_l}"
            r" \sum_k W_{ik} W_{jk}\, \varphi'(h_k(x)) \varphi'(h_k(y))$, as $\varphi'$ is bounded and the limit"
            r" law has no weight where it jumps. The terms are independent and alike, and $\mathbb{E}[W_{ik}"
            r" W_{jk}] = \delta_{ij}$: for $n_l \to \infty$ their mean tends to $\delta_{ij}"
            r" \mathbb{E}[\varphi'(z_x) \varphi'(z_y)]$. So $\Theta^{(l+1)}_{ij} \to \delta_{ij} T^{(l)}$, and at"
            r" layer $L + 1$ this is the claim.",
            RECURSION[1] + r", \qquad " + LIMITS[1],
            on=[
                (
                    f"{words} with $\\varphi = z^2$",
                    partial(nets.two_hidden_layers_tend_to_the_recursion, variances, *inputs),
                )
                for words, variances, inputs in (
                    ("one pair of inputs", nets.VARIANCES, (nets.X[1], nets.Y[1])),
                    ("no bias", (Fraction(2), Fraction(0)), (Fraction(1), Fraction(-3))),
                )
            ],
            uses=("first", "chain", "process", "mean"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "K4")


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class FiniteCase:
    """A net with one hidden layer and a polynomial activation, or two and z^2 for the limit of infinite width."""

    width: int
    activation: str
    dimension: int
    turn: int = 0

    @property
    def group(self) -> str:
        """The activation."""
        return self.activation

    def __str__(self) -> str:
        return f"width {self.width}, phi = {self.activation}, d = {self.dimension}, no. {self.turn + 1}"


@dataclass(frozen=True)
class LimitCase:
    """Two hidden layers with z^2, extrapolated to infinite width."""

    turn: int
    group: str = "two hidden layers"

    def __str__(self) -> str:
        return f"two hidden layers, phi = z^2, infinite width, no. {self.turn + 1}"


@dataclass(frozen=True)
class NetworkCase:
    """A net of infinite width with relu or erf."""

    activation: str
    depth: int
    turn: int

    @property
    def group(self) -> str:
        """The activation."""
        return self.activation

    def __str__(self) -> str:
        return f"{self.activation} net with {self.depth} hidden layers, no. {self.turn + 1}"


#: Polynomial activations of the exact check, by their coefficients.
POLYNOMIALS = {
    "z^2": (0, 0, 1),
    "z^3": (0, 0, 0, 1),
    "1 - 2z + z^3": (1, -2, 0, 1),
    "z + z^2/2": (0, 1, Fraction(1, 2)),
}


def exact_cases(quick: bool) -> list[FiniteCase | LimitCase]:
    """Widths 1 to 3, inputs in one and two dimensions, and the limit of two hidden layers."""
    if quick:
        return [FiniteCase(n, name, 1) for n in (1, 2) for name in ("z^2", "z^3")] + [LimitCase(0)]
    finite = [FiniteCase(n, name, d, n) for n in (1, 2, 3) for name in POLYNOMIALS for d in (1, 2)]
    return [*finite, *(LimitCase(turn) for turn in range(4))]


def network_cases(depths: tuple[int, ...], turns: int, quick: bool) -> list[NetworkCase]:
    """Both activations at some depths."""
    return [
        NetworkCase(activation, depth, turn)
        for activation in ("relu", "erf")
        for depth in (depths[:2] if quick else depths)
        for turn in range(1 if quick else turns)
    ]


def enclosed_cases(quick: bool) -> list[NetworkCase]:
    """One to three hidden layers."""
    return network_cases((1, 2, 3), 5, quick)


def numeric_cases(quick: bool) -> list[NetworkCase]:
    """One to six hidden layers."""
    return network_cases((1, 2, 3, 4, 6), 8, quick)


#: Unit of random rational numbers.
UNIT = Fraction(1, 12)


def _fractions(rng: np.random.Generator, count: int, low: int = -24) -> list[Fraction]:
    """Random multiples of 1/12 up to 2, from low/12."""
    return [UNIT * int(n) for n in rng.integers(low, 25, count)]


def exact_compare(case: FiniteCase | LimitCase, rng: np.random.Generator) -> Comparison:
    """Expectations over all parameters of a finite net, against the recursion with Isserlis's moments."""
    from . import finite_networks as nets

    variances = (_fractions(rng, 1, 1)[0], _fractions(rng, 1, 0)[0])
    if isinstance(case, LimitCase):
        x, y = _fractions(rng, 2)
        one, two = (nets.kernels_of_two_squares(n, variances, x, y) for n in (1, 2))
        found = [2 * b - a for a, b in zip(one, two, strict=True)]  # a + b/n at n = infinity
        expected = nets.recursion_kernels(2, POLYNOMIALS["z^2"], variances, [x], [y])
        return compare_exactly(str(case), "S and T", found, expected)
    polynomial = POLYNOMIALS[case.activation]
    points = _fractions(rng, case.dimension), _fractions(rng, case.dimension)
    net = nets.FiniteNetwork((case.dimension, case.width, 1), polynomial, *variances)
    expected = nets.recursion_kernels(1, polynomial, variances, *points)
    return compare_exactly(str(case), "S and T", net.expected_kernels(*points), expected)


def enclosed_compare(case: NetworkCase, rng: np.random.Generator) -> Comparison:
    """The closed forms of the kernels in balls, against the recursion with an integral for every expectation."""
    from sympy import Rational

    from orbitkernels.theory import kernels
    from orbitkernels.theory.ball_expressions import enclose
    from orbitkernels.theory.enclosures import ball, working_precision
    from orbitkernels.theory.formula import u

    from .layer_integrals import enclosed_recursion

    weight, bias, first, second = _fractions(rng, 4, 3)
    cosine = UNIT * int(rng.integers(-11, 12))
    variances = [Rational(value.numerator, value.denominator) for value in (weight, bias)]
    with working_precision():
        values = {kernels.q_x: ball(first), kernels.q_y: ball(second), u: ball(cosine)}
        expressions: tuple[Any, ...] = (kernels.general_nngp_expression, kernels.general_ntk_expression)
        closed = [enclose(form(case.depth, *variances, case.activation), values) for form in expressions]
        mixed = ball(cosine) * (ball(first) * ball(second)).sqrt()
        inputs = (ball(first), ball(second), mixed)
        by_integrals = enclosed_recursion(case.activation, case.depth, ball(weight), ball(bias), inputs)
        return compare_enclosures(str(case), "S and T", closed, by_integrals)


def numeric_compare(case: NetworkCase, rng: np.random.Generator) -> Comparison:
    """Gram matrices of the nets, against the recursion with Gauss-Legendre quadrature."""
    from orbitkernels.numerics import kernels

    from .gaussian_quadrature import SUMMATION_SIZE
    from .layer_integrals import quadrature_recursion

    weight, bias = rng.uniform(0.5, 2), rng.uniform(0, 1)
    x, y = rng.standard_normal((2, 1, 5))
    gram: Any = {"relu": kernels.relu_gram, "erf": kernels.erf_gram}[case.activation]
    found = [gram(x, y, case.depth, weight, bias, tangent)[0, 0] for tangent in (False, True)]
    inputs = float(x[0] @ x[0]) / 5, float(y[0] @ y[0]) / 5, float(x[0] @ y[0]) / 5
    expected, condition = quadrature_recursion(case.activation, case.depth, weight, bias, inputs)
    size = SUMMATION_SIZE * case.depth
    return compare_numerically(str(case), "S and T", found, expected, size=size, condition=condition)


THEOREM = Theorem(
    id="K4",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
