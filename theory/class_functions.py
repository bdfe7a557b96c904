"""Class functions of finite groups: inner products, tensor and other powers, induction and restriction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .cyclotomics import ZERO, Cyclotomic, Exact, exact_number, weighted_sum
from .groups import FiniteGroup
from .integer_input import is_integer, shown
from .subgroups import Subgroup, SubgroupLaw

#: Largest symmetric or exterior power.
MAX_POWER = 1_000


class ClassFunction:
    """A function on a finite group that is constant on conjugacy classes, with exact values.

    Sums, differences, products (of values, which is the tensor product of representations) and products with
    numbers are class functions again.

    Args:
        group: The group.
        values: One value a conjugacy class: integers, fractions or cyclotomic numbers.

    Raises:
        InputError: If the number of values is not the number of classes.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> natural = ClassFunction(S3, [3, 1, 0])
        >>> natural.decompose()
        (1, 0, 1)
        >>> print(natural.exterior_power(2))
        (3, -1, 0)
    """

    def __init__(self, group: FiniteGroup, values: Sequence[Cyclotomic | Exact]) -> None:
        if not hasattr(values, "__len__") or len(values) != len(group.conjugacy_classes):
            raise InputError(
                f"Argument 'values' must hold {len(group.conjugacy_classes)} values, one a conjugacy class of "
                f"{group.name}, not {len(values) if hasattr(values, '__len__') else shown(values)}."
            )
        self.group = group
        self.values = tuple(_exact(x) for x in values)

    @classmethod
    def trivial(cls, group: FiniteGroup) -> ClassFunction:
        """The constant 1."""
        return cls(group, [1] * len(group.conjugacy_classes))

    @classmethod
    def regular(cls, group: FiniteGroup) -> ClassFunction:
        """n at the identity, 0 elsewhere: the character of the group acting on itself."""
        return cls(group, [group.order] + [0] * (len(group.conjugacy_classes) - 1))

    @classmethod
    def from_elements(cls, group: FiniteGroup, values: npt.ArrayLike) -> ClassFunction:
        """The class function with integer values [n] on the elements, such as numbers of fixed points.

        Raises:
            InputError: If the values are not integers or not constant on a conjugacy class.

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> fixed = (S3.permutation(range(6)) == [0, 1, 2]).sum(axis=1)
            >>> print(ClassFunction.from_elements(S3, fixed))
            (3, 1, 0)
        """
        array, classes = np.asarray(values), group.conjugacy_classes
        if array.shape != (group.order,) or not np.issubdtype(array.dtype, np.integer):
            raise InputError(
                f"Argument 'values' must hold {group.order} integers, one an element of {group.name}."
            )
        on_classes = array[classes.representatives]
        wrong = np.flatnonzero(on_classes[classes.labels] != array)
        if wrong.size:
            raise InputError(
                f"Argument 'values' must be constant on conjugacy classes; {group.element_string(int(wrong[0]))} "
                f"has the value {array[wrong[0]]} and is conjugate to an element with another."
            )
        return cls(group, on_classes.tolist())

    # ------------------------------------------------------------------ arithmetic

    def _pointwise(
        self, other: ClassFunction | Cyclotomic | Exact, operation: Callable[[Cyclotomic, Cyclotomic], Cyclotomic]
    ) -> ClassFunction:
        if not isinstance(other, ClassFunction):
            other = ClassFunction(self.group, [other] * len(self.values))
        self._check_group(other)
        return ClassFunction(self.group, [operation(x, y) for x, y in zip(self.values, other.values, strict=True)])

    def _check_group(self, other: ClassFunction) -> None:
        if not _same_group(self.group, other.group):
            raise InputError(
                f"Class functions of {self.group.name} and {other.group.name} do not combine; "
                "restrict or induce one of them."
            )

    def __add__(self, other: ClassFunction | Cyclotomic | Exact) -> ClassFunction:
        return self._pointwise(other, Cyclotomic.__add__)

    def __sub__(self, other: ClassFunction | Cyclotomic | Exact) -> ClassFunction:
        return self._pointwise(other, Cyclotomic.__sub__)

    def __mul__(self, other: ClassFunction | Cyclotomic | Exact) -> ClassFunction:
        return self._pointwise(other, Cyclotomic.__mul__)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Cyclotomic | Exact) -> ClassFunction:
        return -self + other

    def __neg__(self) -> ClassFunction:
        return ClassFunction(self.group, [-x for x in self.values])

    def __truediv__(self, other: Cyclotomic | Exact) -> ClassFunction:
        return self._pointwise(other, Cyclotomic.__truediv__)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClassFunction):
            return NotImplemented
        return _same_group(self.group, other.group) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __getitem__(self, j: int) -> Cyclotomic:
        return self.values[j]

    @property
    def degree(self) -> Cyclotomic:
        """The value at the identity."""
        return self.values[0]

    def at(self, g: int) -> Cyclotomic:
        """The value at an element."""
        return self.values[int(self.group.conjugacy_classes.labels[self.group.elements(g)])]

    def conjugate(self) -> ClassFunction:
        """The complex conjugate, the character of the dual representation."""
        return ClassFunction(self.group, [x.conjugate() for x in self.values])

    # ------------------------------------------------------------------ inner products

    def inner(self, other: ClassFunction) -> Cyclotomic:
        """(1/n) sum over g of f(g) conj(h(g)).

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> ClassFunction.regular(S3).inner(ClassFunction.trivial(S3)) == 1
            True
        """
        self._check_group(other)
        sizes = self.group.conjugacy_classes.sizes.tolist()
        total = weighted_sum(sizes, self.values, [x.conjugate() for x in other.values])
        return total * Fraction(1, self.group.order)

    def coefficients(self) -> tuple[Cyclotomic, ...]:
        """The inner products with all irreducible characters, in the order of the character table."""
        table = self.group.character_table()
        weights = [Fraction(size, self.group.order) for size in table.classes.sizes.tolist()]
        return tuple(weighted_sum(weights, self.values, table.values[i]) for i in table.conjugates)

    def decompose(self) -> tuple[int, ...]:
        """How often each irreducible character occurs, in the order of the character table.

        Raises:
            InputError: If the function is no character: some coefficient is not a non-negative integer.
        """
        found = self.coefficients()
        for i, c in enumerate(found):
            if not c.is_rational or c.as_fraction().denominator != 1 or c.as_fraction() < 0:
                raise InputError(
                    f"The class function {self} is no character of {self.group.name}: its inner product with "
                    f"character {i} is {c}."
                )
        return tuple(int(c.as_fraction()) for c in found)

    # ------------------------------------------------------------------ powers

    def tensor(self, other: ClassFunction) -> ClassFunction:
        """The character of the tensor product: the product of the values."""
        return self * other

    def adams(self, k: int) -> ClassFunction:
        """The Adams operation g -> f(g^k), the k-th power sum of the eigenvalues."""
        return ClassFunction(self.group, [self.values[j] for j in self.group.power_map(k).tolist()])

    def symmetric_power(self, k: int) -> ClassFunction:
        """The character of Sym^k, by Newton's recursion k h_k = sum_{i=1}^k p_i h_{k-i}, p_i(g) = f(g^i).

        Example:
            >>> C2 = FiniteGroup.from_permutations([[1, 0]])
            >>> print(ClassFunction(C2, [2, 0]).symmetric_power(3))
            (4, 0)
        """
        return self._newton(k, sign=1)

    def exterior_power(self, k: int) -> ClassFunction:
        """The character of the k-th exterior power: k e_k = sum_{i=1}^k (-1)^(i-1) p_i e_{k-i}."""
        return self._newton(k, sign=-1)

    def _newton(self, k: int, sign: int) -> ClassFunction:
        if not is_integer(k) or not 0 <= k <= MAX_POWER:
            raise InputError(f"Argument 'k' must be an integer from 0 to {MAX_POWER}, not {shown(k)}.")
        sums = [self.adams(i) for i in range(1, k + 1)]
        powers = [ClassFunction.trivial(self.group)]
        for m in range(1, k + 1):
            total = ClassFunction(self.group, [0] * len(self.values))
            for i in range(1, m + 1):
                total = total + sums[i - 1] * powers[m - i] * sign ** (i - 1)
            powers.append(total * Fraction(1, m))
        return powers[k]

    # ------------------------------------------------------------------ subgroups

    def restrict(self, subgroup: Subgroup) -> ClassFunction:
        """The restriction to a subgroup H, a class function of ``H.as_group()``.

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> C3 = S3.subgroup([S3.generators[1]])
            >>> print(ClassFunction(S3, [2, 0, -1]).restrict(C3))
            (2, -1, -1)
        """
        if subgroup.group is not self.group:
            raise InputError(f"Argument 'subgroup' must be a subgroup of {self.group.name}, not {subgroup!r}.")
        small = subgroup.as_group()
        return ClassFunction(small, [self.values[j] for j in _fusion(small, subgroup)])

    def induce(self, subgroup: Subgroup) -> ClassFunction:
        """The class function induced from H to G: (|G|/|H|) (1/|C|) sum over classes D of H inside C of |D| f(D).

        Args:
            subgroup: H, whose ``as_group()`` this is a class function of.

        Example:
            >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
            >>> C3 = S3.subgroup([S3.generators[1]])
            >>> print(ClassFunction.trivial(C3.as_group()).induce(C3))
            (2, 0, 2)
        """
        group, small = subgroup.group, subgroup.as_group()
        if not _same_group(small, self.group):
            raise InputError(f"Argument 'subgroup' must be the subgroup {self.group.name}, not {subgroup!r}.")
        sizes, parts = small.conjugacy_classes.sizes.tolist(), _fusion(small, subgroup)
        totals = [ZERO] * len(group.conjugacy_classes)
        for j, size, value in zip(parts, sizes, self.values, strict=True):
            totals[j] = totals[j] + value * size
        centralisers = [
            Fraction(group.order, size * small.order) for size in group.conjugacy_classes.sizes.tolist()
        ]
        return ClassFunction(group, [x * c for x, c in zip(totals, centralisers, strict=True)])

    def __str__(self) -> str:
        return "(" + ", ".join(map(str, self.values)) + ")"

    def __repr__(self) -> str:
        return f"<ClassFunction {self} of {self.group.name}>"


def permutation_character(subgroup: Subgroup) -> ClassFunction:
    """The character of G on the cosets G/H: numbers of fixed cosets.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> print(permutation_character(S3.subgroup([S3.generators[0]])))
        (3, 1, 0)
    """
    return ClassFunction.trivial(subgroup.as_group()).induce(subgroup)


def _fusion(small: FiniteGroup, subgroup: Subgroup) -> list[int]:
    """The class of G in which each class of H lies."""
    inside = subgroup.elements[small.conjugacy_classes.representatives]
    return [int(j) for j in subgroup.group.conjugacy_classes.labels[inside]]


def _exact(value: object) -> Cyclotomic:
    """One value of a class function."""
    number = exact_number(value)
    if number is None:
        raise InputError(
            f"Argument 'values' must hold integers, fractions or cyclotomic numbers, not {shown(value)}; "
            "write 0.5 as Fraction(1, 2)."
        )
    return number


def _same_group(first: FiniteGroup, second: FiniteGroup) -> bool:
    """Whether two groups are one, or one and the same subgroup of a group."""
    if first is second:
        return True
    one, two = first.law, second.law
    if not isinstance(one, SubgroupLaw) or not isinstance(two, SubgroupLaw):
        return False
    return one.group is two.group and np.array_equal(one.elements, two.elements)
