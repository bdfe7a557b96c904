"""Theorem T11: how fast the error on two rings falls with the number of poses, and the constant in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .evidence import Comparison, Level, compare_enclosures, compare_exactly, compare_numerically, joint
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from orbitkernels.theory.enclosed_rings import ReluRings

    from .derivation import Derivation

TITLE = "Density law of two rings"
SOURCE = "this work"
HYPOTHESES = (
    r"$N \ge 2$ poses lie on each of two circles of radius $s$ at the heights $h$ and $-h$ of the unit sphere,"
    r" $0 < h < 1$, $s^2 = 1 - h^2$: at the angles $2\pi j/N$ on the first and $2\pi j/N + \delta$ on the second"
    r" ring, $\delta = 0$ (aligned) or $\delta = \pi/N$ (interleaved). The labels are $1$ on the first and $-1$"
    r" on the second ring; kernel regression without ridge is trained on all points but one, of which"
    r" $\mathrm{error}$ is the label minus the prediction, times the label.",
    r"The kernel $k(u)$ is a function of the cosine $u$. $f(\alpha) = k(h^2 + s^2 \cos \alpha)$ and $g(\alpha) ="
    r" k(s^2 \cos \alpha - h^2)$ have the Fourier coefficients $a_j$ and $b_j$, that is $f(\alpha) = \sum_{j \in"
    r" \mathbb{Z}} a_j e^{\mathrm{i} j \alpha}$ and likewise $g$, with absolutely summable coefficients, and"
    r" $a_j > |b_j|$ for all $j$.",
    r"$P_m = \sum_j f(2\pi j/N)\, e^{2\pi \mathrm{i} jm/N}$ and $Q_m = \sum_j g(2\pi j/N + \delta)\, e^{2\pi"
    r" \mathrm{i} jm/N}$; $\mathrm{MMD}_N^2 = 2(P_0 - Q_0)/N$ is the squared distance of the two rings in the"
    r" space of the kernel, each pose with the weight $1/N$. It tends to $2(a_0 - b_0)$.",
    r"For the law: $a_j = A |j|^{-2p} + O(|j|^{-2p-2})$ and $b_j = (-1)^j \kappa A |j|^{-2p} + O(|j|^{-2p-2})$"
    r" with $A > 0$, $0 \le \kappa < 1$ and $p$ either 1 or 2. $Z(x) = \sum_{l \in \mathbb{Z}} (x + l)^{-2p}$;"
    r" $W = Z$ if antipodes are met, that is if the antipode of a pose is a pose ($N$ even and aligned, or $N$"
    r" odd and interleaved); else $W(x) = \sum_l (-1)^l (x + l)^{-2p}$, antipodes lying half way between poses. If"
    r" $\kappa > 0$, $N$ runs through numbers of one parity; if $\kappa = 0$, it does not matter which $W$ is.",
    r"For nets: fully connected, with $L$ hidden layers of ReLUs, weight variance $w$, bias variance"
    r" $\sigma_b^2$ and $q = |x|^2/d$ ($q = \frac13$ on the sphere); $\sigma_b^2 > 0$ or $L \ge 2$. $\sigma_0 ="
    r" \tau_0 = \sigma_b^2 + w q$, $\sigma_{l+1} = \sigma_b^2 + \frac w2 \sigma_l$, $\tau_{l+1} = \sigma_{l+1} +"
    r" \frac w2 \tau_l$ are NNGP and NTK of a pose with itself, $\gamma_l = s \sqrt{(wq/\sigma_l) (w/2)^l}$."
    r" $\kappa_0, \kappa_1$ are the arc-cosine kernels; $v_1 = 0$, $v_{l+1} = \kappa_1(v_l)$.",
)
STATEMENT = (
    r"\mathrm{error} = \frac{2}{\mathrm{MMD}_N^2\, \Sigma}, \qquad \Sigma = \sum_{m=0}^{N-1} \frac{P_m}{P_m^2 -"
    r" |Q_m|^2} \text{; } N^{2p}\, \mathrm{MMD}_N^2\, \mathrm{error} = \frac{2A}{J} + O(N^{-2}), \qquad J ="
    r" \int_0^1 \frac{Z(x)}{Z(x)^2 - \kappa^2 W(x)^2}\, dx \text{. For } p = 1 \text{ and antipodes met, }"
    r" \frac{2A}{J} = 4\pi^2 (1 - \kappa^2) A \text{; for } p = 1 \text{ and antipodes half way, } \frac{2A}{J}"
    r" = 2\pi^2 \bigl(1 + \sqrt{1 - \kappa^2}\bigr) A \text{; for } p = 2 \text{ and antipodes met, }"
    r" \frac{2A}{J} = \frac{8\pi^4}{33} (4 + 3\sqrt3) (1 - \kappa^2) A \text{. ReLU nets, } p = 1 \text{ for the"
    r" } \text{NTK: } A = \frac{1}{\pi^2} \sum_{l=0}^{L-1} \Bigl(\frac w2\Bigr)^{L-l} \tau_l \gamma_l \text{, }"
    r" p = 2 \text{ for the } \text{NNGP: } A = \frac{2}{\pi^2} \sum_{l=0}^{L-1} \Bigl(\frac w2\Bigr)^{L-l}"
    r" \sigma_l \gamma_l^3 \text{; with biases } \kappa = 0 \text{, without } \kappa = \frac{2}{L(L+1)}"
    r" \prod_{l=1}^{L-1} \kappa_0(v_l) \;\text{(NTK)}, \qquad \kappa = \frac1L \prod_{l=1}^{L-1} \kappa_0(v_l)"
    r" \;\text{(NNGP). If } k \text{ has derivatives of every order on } [-1, 1] \text{, } N^r\, \mathrm{error}"
    r" \to 0 \text{ for every } r."
)


def derivation() -> Derivation:
    """T11 from T2, T6, sums over aliases and the singularities of the arc-cosine kernels."""
    from .derivation import Derivation
    from .ring_law_derivation import steps

    return Derivation(TITLE, STATEMENT, steps(), HYPOTHESES, SOURCE, "T11")


# ---------------------------------------------------------------------- exact: a rational model of every N


@dataclass(frozen=True)
class ModelCase:
    """A rational kernel with a_j = (2p)!/(2 pi j)^2p and b_j = (-1)^j kappa a_j."""

    poses: int
    p: int
    ratio: Fraction
    interleaved: bool

    @property
    def group(self) -> str:
        """The cyclic group of the rings."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        kind = "interleaved" if self.interleaved else "aligned"
        return f"two {kind} rings of {self.poses} poses, rational kernel, p = {self.p}, kappa = {self.ratio}"


def exact_cases(quick: bool) -> list[ModelCase]:
    """Rings of 2 to 16 poses, with and without a singularity at antipodes, which are met or lie half way."""
    sizes = (2, 3, 8) if quick else (2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16)
    found = []
    for N in sizes:
        for turned in (False, True):
            ratios = ((1, Fraction(0)), (1, Fraction(3, 5)), (2, Fraction(0)), (2, Fraction(1, 3)))
            met = (N % 2 == 0) != turned
            chosen = [(p, ratio) for p, ratio in ratios if p == 1 or met or not ratio]
            found += [ModelCase(N, p, ratio, turned) for p, ratio in chosen]
    return found


def exact_compare(case: ModelCase, rng: np.random.Generator) -> Comparison:
    """The sum over frequencies in closed form, against dropping a pose and solving anew over the rationals."""
    from orbitkernels.theory.ring_singularities import model_error

    from .ring_law_checks import refitted_model

    low = Fraction(int(rng.integers(-8, 9)), 8)
    means = (abs(low) + Fraction(int(rng.integers(1, 20)), 8), low)
    found, _ = model_error(case.poses, case.p, means, case.ratio, case.interleaved)
    refitted = refitted_model(case.poses, case.p, means, case.ratio, case.interleaved)
    return compare_exactly(str(case), "error", [found], [refitted])


# ---------------------------------------------------------------------- enclosed: ReLU nets


@dataclass(frozen=True)
class NetCase:
    """A ReLU net on rings of N, 2N and 4N poses."""

    depth: int
    tangent: bool
    weight: Fraction
    bias: Fraction
    height: Fraction
    interleaved: bool
    poses: int = 64

    @property
    def group(self) -> str:
        """The cyclic group of the smallest rings."""
        return f"C{self.poses}"

    @property
    def p(self) -> int:
        """Half of the exponent."""
        return 1 if self.tangent else 2

    def __str__(self) -> str:
        kernel = f"{'ntk' if self.tangent else 'nngp'}(depth={self.depth}, weight_variance={self.weight}"
        kind = "interleaved" if self.interleaved else "aligned"
        kernel += f", bias_variance={self.bias})"
        return f"{kernel} on {kind} rings at heights +-{self.height}, {self.poses} poses and more"


def enclosed_cases(quick: bool) -> list[NetCase]:
    """Nets of 1 to 4 layers, with biases and without, aligned and interleaved, even and odd N."""
    one, low = Fraction(1), Fraction(3, 10)
    cases = [
        NetCase(1, True, one, one, low, False),
        NetCase(2, False, one, Fraction(0), low, True, 65),
        NetCase(2, True, one, Fraction(0), low, False, 65),
        NetCase(1, False, one, one, low, True),
        NetCase(2, True, Fraction(2), Fraction(1, 10), Fraction(1, 2), True),
        NetCase(2, True, one, Fraction(0), low, False),
        NetCase(3, False, one, one, low, False),
        NetCase(2, False, one, Fraction(0), low, False),
        NetCase(3, True, Fraction(2), one, Fraction(2, 5), False),
        NetCase(3, True, one, Fraction(0), low, True),
        NetCase(1, False, Fraction(2), Fraction(1, 2), Fraction(1, 2), False),
        NetCase(4, True, Fraction(2), Fraction(1, 2), Fraction(1, 2), True),
        NetCase(4, False, Fraction(2), Fraction(0), Fraction(1, 2), True, 65),
    ]
    return cases[:3] if quick else cases


def enclosed_compare(case: NetCase, rng: np.random.Generator) -> Comparison:
    """The error by both routes, and N^2p MMD^2 error divided by its limit on growing rings.

    The quotient must come nearer to 1 by a factor above 3 with every doubling of N, and be within 1/100 in the
    end: the remainder O(N^-2) divides by 4.  A wrong constant or exponent fails at once.  The limit is found by
    quadrature of J, and must agree with its closed form.
    """
    from orbitkernels.theory.balls import working_precision
    from orbitkernels.theory.enclosed_rings import enclosed_law_constant

    rings = _rings(case)
    with working_precision():
        amplitude, ratio = _amplitude(case), _ratio(case)
        met = rings.meets(case.poses)
        limit = enclosed_law_constant(case.p, amplitude, ratio, met)
        found = [_by_refitting(case, rings)]
        if met or case.p == 1 or case.bias:
            found.append(compare_enclosures(str(case), "limit", [limit], [_closed_form(case, met)]))
        steps = [case.poses, 2 * case.poses, 4 * case.poses]
        sizes = [N + (case.poses - N) % 2 if case.bias == 0 else N for N in steps]  # of one parity
        distances = [abs(_scaled_error(rings, N, case.p) / limit - 1) for N in sizes]
        found.append(_approach(str(case), distances))
    return joint(found)


def _rings(case: NetCase) -> ReluRings:
    from orbitkernels.theory.enclosed_rings import ReluRings

    return ReluRings(case.depth, case.tangent, case.height, case.weight, case.bias, case.interleaved)


def _scaled_error(rings: ReluRings, poses: int, p: int) -> Any:
    """N^2p MMD^2 error."""
    from orbitkernels.theory.enclosed_rings import enclosed_ring_error

    found = enclosed_ring_error(*rings.symbol(poses))
    return found.error * found.mmd_squared * poses ** (2 * p)


def _approach(name: str, distances: list[Any]) -> Comparison:
    """Whether each distance is surely below a third of the one before, and the last below 1/100."""
    from orbitkernels.theory.balls import relative_width

    nearer = all(3 * after < before for before, after in pairwise(distances))
    holds = bool(nearer and 100 * distances[-1] < 1)
    shown = ", ".join(distance.str(5) for distance in distances)
    detail = "" if holds else f"distance of the error from its law as poses double: {shown}"
    return Comparison(name, Level.ENCLOSED, holds, relative_width(distances), detail=detail)


def _by_refitting(case: NetCase, rings: ReluRings) -> Comparison:
    """Kernel and error on small rings: the kernel by the cosine, the error by solving anew."""
    from orbitkernels.theory.enclosed_rings import enclosed_ring_error
    from orbitkernels.theory.enclosures import enclosed_gram, enclosed_leave_out

    from .instances import named_group
    from .ring_law_checks import in_the_cosine

    N = 7 + case.poses % 2
    same, cross = rings.symbol(N)
    near, far = in_the_cosine(case, N)
    # k(x_2, g^j x_1) = k(x_1, g^-j x_2)
    gram = enclosed_gram(named_group(f"C{N}"), [[same, cross], [[cross[-j % N] for j in range(N)], same]])
    refitted = enclosed_leave_out(gram, [1] * N + [-1] * N, [0])[0]
    compare = partial(compare_enclosures, str(case))
    error = compare("error", [enclosed_ring_error(same, cross).error], refitted)
    return joint([compare("kernel", [*same[1:], *cross], [*near, *far]), error])


@lru_cache(maxsize=64)
def _exact_law(case: NetCase) -> tuple[Any, Any]:
    """A and kappa as SymPy numbers."""
    import sympy

    from orbitkernels.theory.ring_singularities import amplitude, antipodal_ratio, singularity

    w, b, h = (sympy.Rational(x.numerator, x.denominator) for x in (case.weight, case.bias, case.height))
    c = singularity(case.depth, case.tangent, w, b, sympy.sqrt(1 - h**2), sympy.Rational(1, 3))
    return amplitude(case.p, c), sympy.Integer(0) if b else antipodal_ratio(case.depth, case.tangent)


def _amplitude(case: NetCase) -> Any:
    from orbitkernels.theory.ball_kernels import enclose

    return enclose(_exact_law(case)[0], {})


def _ratio(case: NetCase) -> Any:
    from orbitkernels.theory.ball_kernels import enclose

    return enclose(_exact_law(case)[1], {})


def _closed_form(case: NetCase, met: bool) -> Any:
    from orbitkernels.theory.ball_kernels import enclose
    from orbitkernels.theory.ring_singularities import law_constant

    return enclose(law_constant(case.p, *_exact_law(case), met), {})


# ---------------------------------------------------------------------- numeric


@dataclass(frozen=True)
class KernelCase:
    """A kernel on two rings of N poses."""

    poses: int
    kernel: str
    height: float
    interleaved: bool

    @property
    def group(self) -> str:
        """The cyclic group of the rings."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        kind = "interleaved" if self.interleaved else "aligned"
        return f"two {kind} rings of {self.poses} poses at heights +-{self.height:g}, {self.kernel}"


@dataclass(frozen=True)
class SlopeCase:
    """The exponent of a kernel, measured between N and 2N poses."""

    poses: int
    kernel: str
    least: float
    most: float
    group: str = "cyclic"

    def __str__(self) -> str:
        return f"exponent of {self.kernel} between {self.poses} and {2 * self.poses} poses, h = 0.3"


#: Exponents measured at h = 0.3 and the interval that they lie in; the Gaussian's grows without bound.
SLOPES = (
    SlopeCase(256, "ntk(depth=1)", 1.98, 2.02),
    SlopeCase(256, "nngp(depth=1)", 3.98, 4.02),
    SlopeCase(16, "gaussian(length_scale=0.4)", 14, 17),
    SlopeCase(256, "ntk(depth=3)", 1.98, 2.02),
    SlopeCase(256, "nngp(depth=2)", 3.98, 4.02),
    SlopeCase(8, "gaussian(length_scale=0.4)", 3, 4),
)


def numeric_cases(quick: bool) -> list[KernelCase | SlopeCase]:
    """Network kernels on rings of 2 to 48 poses, and measured exponents."""
    sizes = (3, 8) if quick else (2, 3, 4, 5, 8, 13, 24, 48)
    kernels = ("ntk(depth=1)", "ntk(depth=3, bias_variance=0)", "nngp(depth=2)")
    cases = [
        KernelCase(N, kernel, height, turned)
        for N in sizes
        for kernel in kernels
        for height, turned in ((0.3, False), (0.6, True))
    ]
    return [*cases, *(SLOPES[:3] if quick else SLOPES)]


def numeric_compare(case: KernelCase | SlopeCase, rng: np.random.Generator) -> Comparison:
    """The error by a discrete Fourier transform, against dropping each of two poses and solving anew."""
    from orbitkernels.numerics import dense, ring_law

    from .kernels import kernel

    if isinstance(case, SlopeCase):
        return _measured(case)
    gram = kernel(case.kernel).gram(ring_law.ring_points(case.poses, case.height, case.interleaved))
    N = case.poses
    found = ring_law.ring_error(gram[0, :N], gram[0, N:])
    labels = np.repeat([1.0, -1.0], N)
    places = [int(rng.integers(N)), N + int(rng.integers(N))]
    refitted = [labels[i] * float(dense.refit(gram, labels, [i])[0, 0]) for i in places]
    means = [gram[:N, :N].mean() + gram[N:, N:].mean() - 2 * gram[:N, N:].mean()]
    compare = partial(compare_numerically, str(case), size=2 * N)
    condition = dense.condition_number(gram)
    return joint(
        [
            compare("error", [found.error] * 2, refitted, condition=condition),
            compare("MMD^2", [found.mmd_squared], means, condition=float(gram[0, 0]) / means[0]),
        ]
    )


def _measured(case: SlopeCase) -> Comparison:
    """Whether the exponent lies in its interval."""
    from orbitkernels.numerics import ring_law

    from .kernels import kernel

    errors = []
    for N in (case.poses, 2 * case.poses):
        points = ring_law.ring_points(N, 0.3)
        row = kernel(case.kernel).gram(points[:1], points)[0]
        errors.append(ring_law.ring_error(row[:N], row[N:]).error)
    slope = float(np.log2(errors[0] / errors[1]))
    middle = [min(max(slope, case.least), case.most)]
    return compare_numerically(str(case), "exponent", [slope], middle, size=1)


THEOREM = Theorem(
    id="T11",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
