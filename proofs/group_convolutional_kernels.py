"""NNGP and NTK of group-convolutional nets of infinite width, for any finite group that permutes pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import is_integer, shown
from orbitkernels.theory.names import group as group_of
from orbitkernels.theory.planar_groups import planar_action, point_order

from .activations import network_activation
from .arguments import integer, layer_numbers, parameter_text, reals, rows
from .input_actions import CoordinateAction, as_action

if TYPE_CHECKING:
    from orbitkernels.numerics.group_convolution import Images, Variances
    from orbitkernels.numerics.group_convolution_geometry import Filter, Offsets
    from orbitkernels.theory.laws import IntArray

    from .orbits import FloatArray

#: Where the last layer of features goes.
HEADS = ("flatten", "gap")

#: Largest group for the head "gap", whose products take 4 n^2 bytes: 1 GB.
MAX_ORDER = 2**14

#: Most numbers that all images, or the buffers of one pair of images, may take: 2 GB.
MAX_NUMBERS = 2**28

#: Numbers of one buffer that stay in the cache of a core.
_CACHED = 2**13

#: The filter of the group convolutions: elements, or factors S_1, S_2, ... of S = S_1 S_2 ...
Support = Sequence[int] | Sequence[Sequence[int]] | npt.NDArray[np.integer]


class _GroupConvolutional:
    """A group-convolutional net of infinite width; what NNGP and NTK share."""

    name: ClassVar[str]
    _tangent: ClassVar[bool]

    #: `gram(X)` is symmetric and takes half of the time of `gram(X, X)`.
    has_symmetric_gram = True

    def __init__(
        self,
        group: FiniteGroup | str,
        action: PermutationAction | CoordinateAction | tuple[int, ...],
        filter: Sequence[int] | npt.NDArray[np.integer],
        support: Support | None = None,
        depth: int = 1,
        activation: Any = "relu",
        weight_variance: Real | float | Sequence[Real | float] = 1.0,
        bias_variance: Real | float | Sequence[Real | float] = 1.0,
        head: str = "gap",
    ) -> None:
        self.group = group_of(group) if isinstance(group, str) else group
        require_group(self.group)
        self.action = _permutations(self.group, action)
        self.depth = integer("depth", depth, most=1000)
        self.filter = _distinct("filter", filter, self.action.degree, "points of the action")
        self._weight = layer_numbers("weight_variance", weight_variance, self.depth + 1, positive=True)
        self._bias = layer_numbers("bias_variance", bias_variance, self.depth + 1, positive=False)
        self._function = network_activation(activation)
        self.activation = self._function.text
        if head not in HEADS:
            raise InputError(f"Argument 'head' must be one of {', '.join(HEADS)}, not {shown(head)}.")
        self.head = head
        _require_order(self.group.name, self.group.order, head)
        self.support = _factors(self.group, self.action, self.filter, support)

    @classmethod
    def planar(
        cls,
        symmetry: str,
        size: int | tuple[int, int],
        filter: int | tuple[int, int] = 3,
        depth: int = 1,
        activation: Any = "relu",
        weight_variance: Real | float | Sequence[Real | float] = 1.0,
        bias_variance: Real | float | Sequence[Real | float] = 1.0,
        head: str = "gap",
    ) -> Self:
        """The net on images with circular borders, whose symmetries are shifts and p1, p2, p4 or p4m.

        The lifting filter is a window of pixels; group convolutions have this window of shifts and all turns (and
        flips).  p1 is the circular convolutional net.

        Args:
            symmetry: ``"p1"``, ``"p2"``, ``"p4"`` or ``"p4m"``, see
                :func:`orbitkernels.theory.planar_groups.planar_action`.
            size: Rows and columns of the images, or one number for both.
            filter: Rows and columns of the window, or one number for both; centred on its pixel, an even one
                reaches one further down and to the right.
            depth: Number of activations, at least 1.
            activation: As for the class.
            weight_variance: As for the class.
            bias_variance: As for the class.
            head: ``"gap"`` or ``"flatten"``.

        Raises:
            InputError: If an argument is out of range, or the filter larger than the image.

        Example:
            >>> from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK
            >>> GroupConvolutionalNTK.planar("p4", 8, filter=3, depth=2)
            <GroupConvolutionalNTK on p4(8x8), 9 points and 36 elements in the filters, depth 2, relu, gap>
        """
        height, width = _two("size", size)
        window = [
            [(i - (length - 1) // 2) % extent for i in range(length)]
            for length, extent in zip(_two("filter", filter), (height, width), strict=True)
        ]
        for length, extent in zip(map(len, window), (height, width), strict=True):
            if length > extent:
                raise InputError(f"Argument 'filter' must fit into the image; {length} is more than {extent}.")
        turns = point_order(symmetry)
        _require_order(f"{symmetry}({height}x{width})", height * width * turns, head)
        action = planar_action(symmetry, height, width)
        factors = [
            [i * width * turns for i in window[0]],
            [j * turns for j in window[1]],
            list(range(turns)),
        ]
        pixels = [i * width + j for i in window[0] for j in window[1]]
        return cls(action.group, action, pixels, factors, depth, activation, weight_variance, bias_variance, head)

    # ------------------------------------------------------------------ values

    def gram(self, X: npt.ArrayLike, Y: npt.ArrayLike | None = None) -> FloatArray:
        """Gram matrix k(x_i, y_j).

        Args:
            X: Array [m, d] of finite reals, or images [m, h, w] or [m, h, w, c]: c channels a point, c the number
                of coordinates over that of points; coordinate p c + j is channel j of point p.
            Y: The same; X itself if omitted, and then the result is symmetric to the bit.

        Returns:
            Array [m, p].

        Raises:
            InputError: If a shape or an entry cannot be used, or a value exceeds floating point.
        """
        from orbitkernels.numerics import group_convolution as numerics

        x = self._rows("X", X)
        y = None if Y is None else self._rows("Y", Y)
        if y is not None and y.shape[1] != x.shape[1]:
            raise InputError(
                f"Argument 'Y' must have {x.shape[1]} columns like 'X', not {y.shape[1]}; make them agree."
            )
        if not len(x) or (y is not None and not len(y)):
            return np.zeros((len(x), len(x if y is None else y)))
        pairs, dual = self.group.order ** (1 if self.head == "flatten" else 2), self._function.dual
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            images = self._images(x)
            others = None if y is None else self._images(y)
            gram = numerics.gram(
                images, others, self._filter, self._offsets(), dual, self._variances, pairs, self._tangent
            )
        if not np.all(np.isfinite(gram)):
            raise InputError(
                f"Argument 'X' gives values of {self.name} beyond floating point; scale the inputs down."
            )
        return gram

    def _rows(self, name: str, values: npt.ArrayLike) -> FloatArray:
        """Inputs as rows [m, c points]."""
        array = reals(name, values)
        found = rows(name, array.reshape(len(array), -1) if array.ndim in (3, 4) and array.size else array)
        if found.shape[1] % self.action.degree:
            raise InputError(
                f"Argument '{name}' must have {self.action.degree} coordinates an input, or a multiple for more "
                f"channels, as {self.group.name} moves {self.action.degree} points, not {found.shape[1]}."
            )
        return found

    def _images(self, x: FloatArray) -> Images:
        """What each image brings to its pairs."""
        from orbitkernels.numerics.group_convolution import prepare

        channels = x.shape[1] // self.action.degree
        width = sum(map(len, self.support))
        each = (self.filter.size * channels + 1 + self.depth * (10 + width)) * self.group.order
        if len(x) * each > MAX_NUMBERS:
            raise InputError(
                f"Argument 'X' has {len(x)} inputs that need {len(x) * each * 8 / 2**30:.1f} GiB at once, beyond "
                f"the limit of {MAX_NUMBERS * 8 / 2**30:.0f}; compute the Gram matrix in blocks of fewer inputs."
            )
        points = self.action.permutations[:, self.filter].T  # [F, n]: the points g p
        patches = points[:, None, :] * channels + np.arange(channels)[:, None]
        return prepare(
            x, patches.reshape(-1, self.group.order), self._filter, self._function.dual, self._variances
        )

    @cached_property
    def _variances(self) -> Variances:
        from orbitkernels.numerics.group_convolution import Variances

        each = [
            np.array([float(v) for v in (value if isinstance(value, tuple) else (value,) * (self.depth + 1))])
            for value in (self._weight, self._bias)
        ]
        return Variances(*each)

    @cached_property
    def _filter(self) -> Filter:
        """The factors of the filter, the last one first; none if there is no group convolution."""
        from orbitkernels.numerics.group_convolution_geometry import Filter

        factors = self.support[::-1] if self.depth > 1 else ()
        elements = np.array([s for factor in factors for s in factor], dtype=np.int64)
        every = np.arange(self.group.order, dtype=np.int64)
        right = self.group.multiply(every[None, :], elements[:, None])
        sizes = np.array([len(factor) for factor in factors], dtype=np.int64)
        return Filter(np.ascontiguousarray(right), sizes, elements, self.group.inverse(elements))

    def _offsets(self) -> Iterable[Offsets]:
        """The offsets of the head."""
        from orbitkernels.numerics.group_convolution_geometry import identity_offset, offset_batches

        if self.head == "flatten":
            return [identity_offset(self.group.order, len(self._filter.right))]
        return offset_batches(self._products, self._filter, _CACHED)

    @cached_property
    def _products(self) -> npt.NDArray[np.int32]:
        """Array [n, n] of the products g d, refused if the offsets that belong together take too much memory."""
        from orbitkernels.numerics.group_convolution_geometry import largest_orbit, right_products

        tree = self.group.spanning_tree
        after = tree.order[1:]
        steps = (after, tree.parent[after], tree.letter[after])
        products = right_products(self.group.right_translations, steps, self.group.order)
        together = 6 * largest_orbit(products, self._filter) * self.group.order
        if together > MAX_NUMBERS:
            raise InputError(
                f"Argument 'group' = {self.group.name} needs {together * 8 / 2**30:.1f} GiB for each pair of "
                f"inputs with depth {self.depth} and head=gap, beyond the limit of {MAX_NUMBERS * 8 / 2**30:.0f}; "
                "use depth=1, head=flatten or a smaller group."
            )
        return products

    # ------------------------------------------------------------------ display

    @property
    def spec(self) -> str:
        """What the kernel is, for tables."""
        values = ", ".join(
            f"{key}={parameter_text(value)}"
            for key, value in (
                ("group", self.group.name.replace(", ", ",")),
                ("points", self.filter.size),
                ("elements", int(np.prod([len(factor) for factor in self.support]))),
                ("depth", self.depth),
                ("activation", self.activation),
                ("weight_variance", self._weight),
                ("bias_variance", self._bias),
                ("head", self.head),
            )
        )
        return f"{self.name}({values})"

    def __repr__(self) -> str:
        elements = int(np.prod([len(factor) for factor in self.support]))
        return (
            f"<{type(self).__name__} on {self.group.name}, {self.filter.size} points and {elements} elements in "
            f"the filters, depth {self.depth}, {self.activation}, {self.head}>"
        )


class GroupConvolutionalNNGP(_GroupConvolutional):
    """Covariance of the outputs of a group-convolutional net of infinite width.

    With g p the point to which g takes the point p, S_1(g, h) = sb2 + sw2/|F| sum_{p in F} x(g p) y(h p) and
    S_l+1(g, h) = sb2 + sw2/|S| sum_{s in S} E[f f](g s, h s) for l = 1, ..., L - 1; then sb2 + sw2 times the mean
    of E[f f] over all g = h, or over all g and h.  The convention is that of the neural-tangents library.

    Time for each pair of inputs: L n (flatten) or L n^2 (gap) times |F| + |S_1| + |S_2| + ...; memory: linear in
    the inputs held, and for gap 4 n^2 bytes and 50 n bytes times the number of offsets g^-1 h that conjugation by
    S mixes (one if G is abelian or L = 1).

    Args:
        group: G of order n, a FiniteGroup or its name.
        action: How G permutes the points of an input: a `PermutationAction`, the action of an `Orbits`, or the
            shape (height, width) of images on which G acts in the usual way.
        filter: Points F of the lifting filter.
        support: Filter S of the group convolutions: a list of elements, or a list of lists, the factors of
            S = S_1 S_2 ..., which is faster.  If omitted, all elements that take the first point of F into F.
        depth: Number L of activations, at least 1: the lifting layer and L - 1 group convolutions.
        activation: Such as ``"relu"``, ``"leaky_relu(0.1)"``, ``"gelu"`` or a formula ``"tanh(z)"``.
        weight_variance: sw2 > 0, one for all layers or a list of L + 1.
        bias_variance: sb2 >= 0, likewise.
        head: ``"flatten"``, a dense layer on all features, so that k(gx, gy) = k(x, y); or ``"gap"``, on their
            mean over G, so that k(gx, y) = k(x, y); the second is the average of the first over G.

    Raises:
        InputError: If an argument is out of range.

    Source: T. Cohen and M. Welling, "Group equivariant convolutional networks", ICML 2016, for the nets;
    R. Novak et al., ICLR 2019, and S. Arora et al., NeurIPS 2019, for the limit of convolutional ones.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP
        >>> x, y = np.eye(9)[[0, 1]].reshape(2, 1, 3, 3)
        >>> kernel = GroupConvolutionalNNGP.planar("p4", 3, filter=2, bias_variance=0)
        >>> kernel.gram(x, np.concatenate([x, y, np.rot90(y, axes=(1, 2))])).round(12).tolist()
        [[0.012067467028, 0.012067467028, 0.012067467028]]
        >>> round((64 + 192 / np.pi) / 8 / 36**2, 12)  # 256 pairs of 36^2 meet the pixel, 64 of them alike
        0.012067467028
    """

    name = "gcnngp"
    _tangent = False


class GroupConvolutionalNTK(_GroupConvolutional):
    """Neural tangent kernel of a group-convolutional net of infinite width.

    T_1 = S_1 and T_l+1(g, h) = S_l+1(g, h) + sw2/|S| sum_{s in S} (E[f' f'] T_l)(g s, h s) with S_l, the
    arguments, the heads, time and memory of :class:`GroupConvolutionalNNGP`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK
        >>> kernel = GroupConvolutionalNTK("D4", (4, 4), filter=[0, 1, 4, 5], depth=2)
        >>> x = np.arange(16.0).reshape(1, 4, 4)
        >>> np.allclose(kernel.gram(x), kernel.gram(np.rot90(x, axes=(1, 2)), x), rtol=1e-14)
        True
    """

    name = "gcntk"
    _tangent = True


# ---------------------------------------------------------------------- arguments


def _permutations(group: FiniteGroup, action: Any) -> PermutationAction:
    """The permutations of points by which the group acts."""
    if isinstance(action, tuple) and len(action) in (1, 2) and all(map(is_integer, action)):
        action = as_action(group, None, action)
    elif isinstance(action, PermutationAction):
        action = as_action(group, action, ())
    if not isinstance(action, CoordinateAction):
        raise InputError(
            "Argument 'action' must be a PermutationAction, or the shape (height, width) of images, not "
            f"{shown(action)}."
        )
    as_action(group, action, ())
    return action.permuting


def _require_order(name: str, order: int, head: str) -> None:
    """Refuse a group whose pairs of elements are too many, before they are made."""
    if head == "gap" and order > MAX_ORDER:
        raise InputError(
            f"Argument 'group' = {name} has {order} elements; head=gap takes all pairs of them, for groups up to "
            f"{MAX_ORDER}; use head=flatten or a smaller group."
        )


def _distinct(name: str, values: Any, bound: int, what: str) -> IntArray:
    """Different integers from 0 to bound - 1, at least one, as an array [k]."""
    given = list(values) if isinstance(values, Sequence | np.ndarray) and not isinstance(values, str) else []
    if not given or not all(is_integer(v) and 0 <= v < bound for v in given) or len(set(given)) < len(given):
        raise InputError(
            f"Argument '{name}' must list different {what}, numbers from 0 to {bound - 1}, not {shown(values)}."
        )
    return np.array(given, dtype=np.int64)


def _factors(
    group: FiniteGroup, action: PermutationAction, filter: IntArray, support: Support | None
) -> tuple[tuple[int, ...], ...]:
    """The factors of the filter of the group convolutions, each product met once."""
    if support is None:
        towards = action.permutations[:, filter[0]]  # g p_0
        reached = [np.flatnonzero(towards == p) for p in filter.tolist()]
        one_each = tuple(int(elements[0]) for elements in reached if elements.size)
        return one_each, tuple(reached[0].tolist())
    nested = isinstance(support, Sequence) and all(isinstance(part, Sequence | np.ndarray) for part in support)
    given = support if nested and len(support) else [support]
    factors = tuple(tuple(_distinct("support", part, group.order, "elements").tolist()) for part in given)
    products = np.zeros(1, dtype=np.int64)
    for factor in factors:
        products = group.multiply(products[:, None], np.array(factor)[None, :]).ravel()
    if np.unique(products).size < products.size:
        raise InputError(
            f"Argument 'support' must have factors whose products are different elements of {group.name}; give "
            "one list of elements."
        )
    return factors


def _two(name: str, value: int | tuple[int, int]) -> tuple[int, int]:
    """Rows and columns."""
    pair = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    return integer(name, pair[0]), integer(name, pair[1])
