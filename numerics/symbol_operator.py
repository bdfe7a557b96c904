"""Products of a Gram matrix, or its inverse, with vectors, from its Fourier transform: memory O(n), not O(n^2).

With vhat_b(rho) = sum_h v_b(h) rho(h) for a vector v of one number v_b(h) a pose h x_b,

    (K v)_a^(rho) = sum_b vhat_b(rho) Khat(rho)_ba,

because (K v)_a(g) = sum_b sum_h phi_ab(g^-1 h) v_b(h) and sum_x phi_ab(x) rho(x)^* = Khat(rho)_ba.  Where seeds
have stabilisers H_b, v_b(h) is v_b(h H_b) / |H_b|.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .blocks import FloatArray, FourierBlocks, IntArray, Matrices
from .symbol_transform import SymbolTransform, full_transforms


@dataclass(frozen=True, eq=False)
class OrbitOperator:
    """A block group-circulant matrix over the poses of C orbits.

    Attributes:
        transform: The Fourier transform of the group.
        spectra: Transforms of its symbol, one array [k, C, C, d, d] a family.
        cosets: For each orbit the array [n] of the pose g x_c of each element g.
        representatives: For each orbit the array [N_c] of one element of each coset g H_c.
        blocks: Fourier blocks of the Gram matrix.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.symbol_operator import gram_operators
        >>> from orbitkernels.numerics.symbol_transform import abelian_transform, symbol_blocks
        >>> C2, every = abelian_transform([2]), [np.arange(2)]
        >>> K, inverse = gram_operators(symbol_blocks(np.array([[[2.0, 1.0]]]), C2), C2, every, every)
        >>> v = np.array([[3.0], [0.0]])
        >>> K(v).ravel().round(12).tolist(), inverse(v).ravel().round(12).tolist()
        ([6.0, 3.0], [2.0, -1.0])
    """

    transform: SymbolTransform
    spectra: Sequence[Matrices]
    cosets: Sequence[IntArray]
    representatives: Sequence[IntArray]
    blocks: FourierBlocks

    @cached_property
    def _factors(self) -> list[Matrices]:
        """Array [k, C d, C d] a family, the row (b, i) and column (a, j) holding Khat_ba[i, j]."""
        return [s.transpose(0, 1, 3, 2, 4).reshape(len(s), s.shape[1] * s.shape[3], -1) for s in self.spectra]

    @cached_property
    def _offsets(self) -> IntArray:
        return np.concatenate([[0], np.cumsum([r.size for r in self.representatives])]).astype(np.int64)

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """The products [N, m] with m vectors [N, m], orbit after orbit."""
        m, count = vectors.shape[1], len(self.cosets)
        products = []
        for transforms, factors in zip(self.transform.forward(self._lifted(vectors)), self._factors, strict=True):
            k, _, d, _ = transforms.shape
            left = transforms.reshape(k, m, count, d, d).transpose(0, 1, 3, 2, 4).reshape(k, m * d, count * d)
            found = (left @ factors).reshape(k, m, d, count, d).transpose(0, 1, 3, 2, 4)
            products.append(np.ascontiguousarray(found).reshape(k, m * count, d, d))
        values = self.transform.inverse(products).real.reshape(m, count, -1)
        return np.concatenate([values[:, c, chosen].T for c, chosen in enumerate(self.representatives)])

    def _lifted(self, vectors: FloatArray) -> FloatArray:
        """Functions [m C, n] on the group, the same on each coset and with the sum of its pose."""
        order = self.transform.order
        functions = np.empty((vectors.shape[1], len(self.cosets), order))
        for c, (labels, chosen) in enumerate(zip(self.cosets, self.representatives, strict=True)):
            part = vectors[self._offsets[c] : self._offsets[c + 1]] * (chosen.size / order)
            functions[:, c] = part[labels].T
        return functions.reshape(-1, order)


def gram_operators(
    blocks: FourierBlocks,
    transform: SymbolTransform,
    cosets: Sequence[IntArray],
    representatives: Sequence[IntArray],
) -> tuple[OrbitOperator, OrbitOperator]:
    """The Gram matrix, ridge included, and its inverse as operators.

    Args:
        blocks: From :func:`~orbitkernels.numerics.symbol_transform.symbol_blocks`.
        transform: The transform they were made with.
        cosets: For each orbit the array [n] of the pose of each element.
        representatives: For each orbit the array [N_c] of one element for each pose.

    Raises:
        SingularGramError: If a block has no usable inverse.
    """
    blocks.require_invertible()
    return tuple(  # type: ignore[return-value]
        OrbitOperator(transform, full_transforms(blocks, transform, inverted), cosets, representatives, blocks)
        for inverted in (False, True)
    )
