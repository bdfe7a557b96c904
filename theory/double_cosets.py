"""Double cosets H g K of two subgroups: the orbits of H on the cosets of K."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from orbitkernels.errors import InputError

from .graphs import components
from .laws import IntArray
from .subgroups import Subgroup


class DoubleCosets:
    """The double cosets H g K, numbered by their smallest elements; H K is number 0.

    Args:
        left: H.
        right: K, a subgroup of the same group G.

    Attributes:
        left: H.
        right: K.
        coset_labels: Array [n/|K|]: the double coset in which each left coset g K lies.

    Raises:
        InputError: If the subgroups belong to different groups.

    Example:
        >>> from orbitkernels.theory.double_cosets import DoubleCosets
        >>> from orbitkernels.theory.names import group
        >>> S3 = group("S3")
        >>> H = S3.subgroup([S3.element("a")])
        >>> cosets = DoubleCosets(H, H)
        >>> len(cosets), cosets.sizes.tolist(), cosets.subdegrees.tolist()
        (2, [2, 4], [1, 2])
    """

    def __init__(self, left: Subgroup, right: Subgroup) -> None:
        if left.group is not right.group:
            raise InputError(
                f"Arguments 'left' and 'right' must be subgroups of one group, not of {left.group.name} and "
                f"{right.group.name}; make both with the same group object."
            )
        self.left, self.right = left, right
        group, points = left.group, right.left_representatives
        moved = [right.left_coset_labels[group.multiply(h, points)] for h in left.generators]
        edges = np.array(moved, dtype=np.int64).reshape(-1, points.size)
        self.coset_labels = components(edges, points.size)

    def __len__(self) -> int:
        return int(self.coset_labels.max()) + 1

    @cached_property
    def labels(self) -> IntArray:
        """Array [n]: the double coset of each element."""
        return self.coset_labels[self.right.left_coset_labels]

    @cached_property
    def representatives(self) -> IntArray:
        """Array [r]: the smallest element of each double coset."""
        first = np.unique(self.coset_labels, return_index=True)[1]
        return self.right.left_representatives[first]

    @cached_property
    def subdegrees(self) -> IntArray:
        """Array [r]: the number |H g K| / |K| of left cosets of K, the lengths of the orbits of H on G/K."""
        return np.bincount(self.coset_labels).astype(np.int64)

    @property
    def sizes(self) -> IntArray:
        """Array [r]: the number |H| |K| / |H n g K g^-1| of elements of each double coset."""
        return self.subdegrees * self.right.order

    @cached_property
    def inverses(self) -> IntArray:
        """Array [r]: the number of the double coset K g^-1 H among those of K and H.

        For H = K this pairs the double cosets, and those of pairs of equal numbers are closed under inverses.
        """
        inverse = self.left.group.inverse(self.representatives)
        other = self if self.left is self.right else DoubleCosets(self.right, self.left)
        return other.labels[inverse]

    def intersection(self, j: int) -> Subgroup:
        """H n g K g^-1 for the representative g of double coset j: the stabiliser in H of the coset g K.

        Example:
            >>> from orbitkernels.theory.double_cosets import DoubleCosets
            >>> from orbitkernels.theory.names import group
            >>> S3 = group("S3")
            >>> H = S3.subgroup([S3.element("a")])
            >>> [DoubleCosets(H, H).intersection(j).order for j in (0, 1)]
            [2, 1]
        """
        group, g = self.left.group, int(self.representatives[j])
        moved = self.right.left_coset_labels[group.multiply(self.left.elements, g)]
        fixing = self.left.elements[moved == self.right.left_coset_labels[g]]
        return Subgroup.from_elements(group, fixing)

    def __repr__(self) -> str:
        orders = f"{self.left.order} and {self.right.order}"
        return f"<DoubleCosets of {self.left.group.name}: {len(self)} of subgroups of orders {orders}>"
