r"""A-priori bounds of the rounding of fast Fourier transforms: computed less exact, in norms of the function.

A fast transform is a product of sparse stages.  An error made at one stage goes through the exact stages after
it, which are sums with unitary coefficients, so that

    || delta fhat(rho) || <= sums |f|_1 + roots sqrt(n) |f|_2,

with |f|_1 = sum_g |f(g)|: the numbers that a stage adds up for one output are transforms of parts of f, and the
norms of these parts add up to |f|_1.  u is the unit roundoff and gamma_k = k u / (1 - k u).  (N. J. Higham,
"Accuracy and Stability of Numerical Algorithms", 2002, chapter 24, has the bound in the 2-norm for powers of two.)

*Abelian groups.*  A stage of a mixed-radix transform adds p numbers, p a prime factor of the length: at most
(p + 1)/2 products, in two parts (cosines with sums, sines with differences), after one product with a root of
unity, which libraries have to 8 u.  (2p + 17) u covers that, and sqrt(2) more the detour of a real transform
through a complex one of half the length.  Radix 4 and 8 take less than their factors of 2.

*Bluestein.* A length a with a prime factor from 50 on may be transformed as a convolution of a length m < 4a
with prime factors up to 11: y = IFFT(A B), A the transform of f times a chirp, |A|_2 = sqrt(m) |f|_2, and B that
of the chirp, 2a - 1 numbers of size 1, |B|_2 = sqrt(m (2a - 1)). In the 2-norm a stage of p has the norm
sqrt(p), and sqrt(2) (2p + 17) sqrt(p) <= 55 log2(p), so A and B are off by 55 log2(m) u of their norms. Either
moves each entry of y by at most the product of two norms over m (Cauchy and Schwarz; no largest entry of B is
needed), which is 55 log2(m) u sqrt(2a) |f|_2. The transform back is off by sqrt(2) sum_p (2p + 17) u |A B|_1 / m
as any other, where sqrt(2) (2p + 17) <= 30 log2(p) and |A B|_1 <= |A|_2 |B|_2. The products, the scale and the
roots in the chirps have (11 + 8 + 4) u of sqrt(2a) |f|_2 and 11 u of |fhat| <= sqrt(a) |f|_2, together below 40
u sqrt(2a) |f|_2.

*Chains of subgroups.*  fhat(rho) = sum_j M_j diag(fhat_j) over q cosets are sums of at most q e products for
blocks of degree e.  With a the largest norm of the absolute values |M_j|, and sqrt(e) |F| that of a block F, a
level adds gamma_(q e) sqrt(e) a.  The inverse transform has the adjoint stages.

*Irreps.*  The M_j = s_(k-j) ... s_(k-1) of Young's orthogonal form are products of matrices with two numbers in a
row, each right to 2 u, so that M_j is within 2 sqrt(2) (q - 1) (1 + a) u of an exact one, and a product of one of
each level within the sum of these.  For other chains that distance is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, sqrt

import numpy as np
import numpy.typing as npt

from .adapted_irreps import AdaptedIrreps, Family, prime_factors
from .rounding import DOUBLE, gamma

FloatArray = npt.NDArray[np.float64]

#: Prime factors from here on may be transformed as convolutions.
_CHIRPS_FROM = 50

#: Bounds of sqrt(2) (2p + 17) sqrt(p) / log2(p), and of that without sqrt(p), for p = 2, 3, 5, 7 and 11.
_IN_NORM, _IN_SUM = 55, 30

#: Second order terms: bounds of sums of up to 10^12 u times each other.
_SECOND_ORDER = 1.01


@dataclass(frozen=True)
class TransformRounding:
    """|| delta fhat(rho) || <= sums |f|_1 + roots sqrt(n) |f|_2.

    Attributes:
        sums: For each family of irreps, array [families].
        roots: The same for all.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.symbol_transform import abelian_transform
        >>> power, prime = (abelian_transform([n]).rounding for n in (1024, 1021))
        >>> float(power.sums[0]) < 4e-14, power.roots, prime.roots < 1e-12
        (True, 0.0, True)
    """

    sums: FloatArray
    roots: float


def transform_rounding(irreps: AdaptedIrreps) -> TransformRounding:
    """The bounds for the transform along a chain, with the distance from exact irreps for Young's form only."""
    first, roots = _abelian(irreps.cyclic_orders)
    errors = np.array([first])
    for level in irreps.levels:
        errors = np.array([_level(family, level.index, errors, irreps.is_young) for family in level.families])
    return TransformRounding(errors * _SECOND_ORDER, roots * _SECOND_ORDER)


def _abelian(cyclic_orders: Sequence[int]) -> tuple[float, float]:
    """The two factors for the FFT over all axes."""
    sums, roots = 0.0, 0.0
    for order in cyclic_orders:
        for p in prime_factors(order):
            sums += sqrt(2) * (2 * p + 17) * DOUBLE
            if p >= _CHIRPS_FROM:
                roots += sqrt(2) * ((2 * _IN_NORM + _IN_SUM) * log2(4 * order) + 40) * DOUBLE
    return sums, roots


def _level(family: Family, index: int, below: FloatArray, is_young: bool) -> float:
    """Bound for the irreps of a family of K, from those for the subgroup of this index."""
    largest = max(block.degree for block in family.blocks)
    size = _absolute_norm(family)
    copies, factor = (2, sqrt(2)) if np.iscomplexobj(family.matrices) else (1, 1.0)
    error = max(float(below[block.family]) for block in family.blocks)
    error += factor * float(gamma(copies * index * largest)) * sqrt(largest) * size
    return error + (2 * sqrt(2) * (index - 1) * (1 + size) * DOUBLE if is_young else 0.0)


def _absolute_norm(family: Family) -> float:
    """Largest norm of the absolute values |M_j|, by the geometric mean of the norms of rows and columns."""
    sizes = np.abs(family.matrices)
    return float(np.sqrt(sizes.sum(axis=2).max(axis=2) * sizes.sum(axis=3).max(axis=2)).max())
