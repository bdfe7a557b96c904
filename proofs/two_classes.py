"""Two classes of poses whose label vector is an eigenvector of the Gram matrix, with an explicit feature map.

The feature vectors are rows of a matrix F, so that the kernel is the dot product of features and its RKHS is the
Euclidean space they span: mean embeddings are means of rows, and MMD is a Euclidean distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flint import arb, ctx, fmpq

from orbitkernels.theory.balls import ball
from orbitkernels.theory.rational_gram import as_fraction, rational_matrix

from .instances import Instance, IntArray, named_group

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

#: Exchangeable: one orbit of G x C_2m, whose translations permute the classes.  Balanced: two orbits of G whose
#: functions have the same values in another order.  Uncorrelated: the kernel is zero between different points.
KINDS = ("exchangeable", "balanced", "uncorrelated")


@dataclass(frozen=True)
class TwoClassCase:
    """What kind of random instance to make.

    Attributes:
        group: Name of the group.
        kind: One of KINDS.
        seeds: Number m of orbits a class; 1 unless the classes are exchangeable.
        ridge: r >= 0.
    """

    group: str
    kind: str = "exchangeable"
    seeds: int = 1
    ridge: Fraction = Fraction(0)

    def __str__(self) -> str:
        orbits = f"{self.seeds} orbit{'s' * (self.seeds > 1)}"
        return f"{self.group}, two {self.kind} classes of {orbits}, ridge {self.ridge}"


@dataclass(frozen=True)
class RingCase:
    """Two rings of N points at heights +h and -h on the unit sphere, turned against each other by half a step."""

    poses: int
    height: Fraction
    ridge: Fraction
    kernel: str = "exp(u)"

    @property
    def group(self) -> str:
        """The cyclic group of the rings."""
        return f"C{self.poses}"

    def __str__(self) -> str:
        return f"two rings of {self.poses} poses at heights +-{self.height}, {self.kernel}, ridge {self.ridge}"


def two_class_cases(groups: Sequence[str], points: int) -> list[TwoClassCase]:
    """Classes of one and two orbits of each group, as long as there are not too many points."""
    ridges = (Fraction(0), Fraction(1, 2), Fraction(3))
    kinds = (("exchangeable", 1), ("balanced", 1), ("exchangeable", 2))
    return [
        TwoClassCase(name, kind, seeds, ridges[(turn + seeds) % 3])
        for turn, name in enumerate(groups)
        for kind, seeds in kinds
        if 2 * seeds * named_group(name).order <= points
    ]


@dataclass(frozen=True)
class TwoClasses:
    """Points of two classes in a feature space.

    Attributes:
        group: G of order n.
        features: F, array [2 M, q]; k(x_i, x_j) is the dot product of rows i and j.
        phi: Symbol [2 m, 2 m, n] of that kernel, orbits of the classes in turn.
        labels: Array [2 M] of +1 and -1.
        ridge: r.
        exchangeable: Whether permutations that keep kernel and classes take any point to any other.
    """

    group: FiniteGroup
    features: npt.NDArray[Any]
    phi: npt.NDArray[Any]
    labels: IntArray
    ridge: Fraction
    exchangeable: bool

    @property
    def class_size(self) -> int:
        """Number M of points of a class."""
        return self.labels.size // 2

    @property
    def instance(self) -> Instance:
        """The symbol with the labels, for the Fourier route."""
        trivial = self.group.subgroup([])
        targets = np.array([[1], [-1]] * (len(self.phi) // 2))
        return Instance(self.group, self.phi, (trivial,) * len(self.phi), targets, self.ridge)

    @property
    def squared_distance(self) -> Any:
        """MMD^2 by its definition: the squared length of the difference of the mean feature vectors.

        It is exact for integers, in floating point for floats and a ball for balls.
        """
        means = [sum(self.features[self.labels == sign]) for sign in (1, -1)]
        difference = means[0] - means[1]
        total = difference @ difference
        return Fraction(int(total), self.class_size**2) if _whole(self.features) else total / self.class_size**2

    @property
    def signals(self) -> Any:
        """Array [2 m]: y_i [K y]_i on each orbit, from the sums of the symbol over G; all are lambda_-."""
        signs = self.labels[:: self.group.order]
        return (self.phi.sum(axis=2) @ signs) * signs

    @property
    def exact_gram(self) -> Any:
        """K + r I as an fmpq_mat, for integer features."""
        K = self.features @ self.features.T
        return rational_matrix(K) + rational_matrix((np.eye(len(K), dtype=int) * self.ridge).tolist())


def _whole(values: npt.NDArray[Any]) -> bool:
    return values.dtype.kind == "i"


def two_classes(case: TwoClassCase, rng: np.random.Generator, *, integer: bool = True) -> TwoClasses:
    """Random instance of a case; the Gram matrix is B B^T + s I, with s = 1 for integers and 1/10 for floats.

    Args:
        case: What to make.
        rng: Where the numbers come from.
        integer: Whether the features are integers.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.two_classes import TwoClassCase, two_classes
        >>> found = two_classes(TwoClassCase("S3"), np.random.default_rng(0))
        >>> found.features.shape, found.phi.shape, found.labels.tolist()[5:7]
        ((12, 24), (2, 2, 6), [1, -1])
    """
    group, orbits = named_group(case.group), 2 * case.seeds
    beta = _functions(case, group.order, rng, integer)  # [a, c, k]
    every = np.arange(group.order)
    shifted = group.multiply(group.inverse(every)[:, None], every[None, :])  # [g, k] -> g^-1 k
    size = orbits * group.order
    root = beta[:, :, shifted].transpose(0, 2, 1, 3).reshape(size, size)  # [(a, g), (c, k)]
    unit = np.eye(size, dtype=np.int64) if integer else np.sqrt(0.1) * np.eye(size)
    features = np.hstack([root, unit])
    first = features[:: group.order] @ features.T  # rows (a, e)
    phi = first.reshape(orbits, orbits, group.order)
    labels = np.repeat([1, -1] * case.seeds, group.order)
    return TwoClasses(group, features, phi, labels, case.ridge, case.kind != "balanced")


def _functions(case: TwoClassCase, order: int, rng: np.random.Generator, integer: bool) -> npt.NDArray[Any]:
    """Functions beta_ac on G, array [2 m, 2 m, n]; the feature c, k of the point g x_a is beta_ac(g^-1 k)."""
    orbits = 2 * case.seeds
    shape = (orbits, order)
    drawn = rng.integers(-1, 2, shape) if integer else rng.standard_normal(shape) / np.sqrt(orbits * order)
    if case.kind == "uncorrelated":
        return np.zeros((orbits, orbits, order), dtype=drawn.dtype)
    if case.kind == "exchangeable":  # one function on G x C_2m
        turns = np.arange(orbits)
        circulant: npt.NDArray[Any] = drawn[(turns[None, :] - turns[:, None]) % orbits]
        return circulant
    other = np.stack([rng.permutation(row) for row in drawn[::-1]])  # the same sums, exchanged
    return np.stack([drawn, other])


def with_ball_features(found: TwoClasses) -> TwoClasses:
    """The same with sqrt(2 + b) sin(1 + b) in the place of each integer feature b, in balls.

    One function of every feature keeps exchangeable and balanced classes what they are.
    """
    known = {b: (ball(b) + 2).sqrt() * (ball(b) + 1).sin() for b in np.unique(found.features).tolist()}
    features = np.frompyfunc(lambda b: known[int(b)], 1, 1)(found.features)
    size = found.group.order
    phi = (features[::size] @ features.T).reshape(found.phi.shape)
    return replace(found, features=features, phi=phi)


# ---------------------------------------------------------------------- rings


def ring_points(poses: int, height: float) -> npt.NDArray[np.float64]:
    """Array [2 N, 3]: on the unit sphere at the heights +h and -h in turn, each turned by pi/N from the last."""
    angles, heights = np.pi * np.arange(2 * poses) / poses, np.tile([height, -height], poses)
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), heights], axis=1)


def exponential_rings(poses: int, height: Fraction) -> tuple[list[Any], Any]:
    """The kernel exp(<x, y>) on the points of :func:`ring_points`, and MMD^2 of the two rings, in balls.

    With R^2 = 1 - h^2 the kernel is exp(z z') sum_q I_q(R^2) exp(iq(a - a')) at heights z, z' and angles a, a'.
    Its features are z^m exp(iqa) with the weights I_q(R^2)/m!.  The mean of exp(iqa) over a ring is zero unless
    q = jN, then 1 on the ring at +h and (-1)^j on the other one; z^m differs by the sign of odd powers.  So

        MMD^2 = 4 sum_{j even} I_{jN}(R^2) sinh(h^2) + 4 sum_{j odd} I_{jN}(R^2) cosh(h^2),   j in Z.

    The sum over j is cut off where I_q(x) <= (x/2)^q exp(x)/q! makes the rest smaller than 2^-precision.

    Returns:
        The first row of the circulant Gram matrix, 2 N balls, and a ball.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.two_classes import exponential_rings
        >>> row, squared_distance = exponential_rings(1, Fraction(3, 5))
        >>> bool((2 * row[0] - 2 * row[1]).overlaps(squared_distance))
        True
    """
    square = ball(1 - height**2)
    angles = [fmpq(m, poses) for m in range(2 * poses)]
    row = [(square * arb.cos_pi_fmpq(a) + ball(height**2) * (-1) ** m).exp() for m, a in enumerate(angles)]
    weights = (ball(height**2).sinh(), ball(height**2).cosh())
    total, j = square.bessel_i(0) * weights[0], 1
    while j * poses < ctx.prec:
        total += 2 * square.bessel_i(j * poses) * weights[j % 2]
        j += 1
    rest = (
        arb(0, 1) * (square / 2) ** ctx.prec * 8 * square.exp() * weights[1]
    )  # (x/2)^q/q! at least halves a step
    return row, 4 * (total + rest)


def harmonic_mean(gram: Any) -> Fraction:
    """Harmonic mean of the spectrum of an fmpq_mat of N rows, -N c_0/c_1 for det(x - K) = c_0 + c_1 x + ..."""
    polynomial = gram.charpoly()
    return as_fraction(-polynomial[0] * gram.nrows() / polynomial[1])
