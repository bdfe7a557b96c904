"""NNGP and NTK of group-convolutional nets of infinite width, for any finite group that permutes pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from math import prod
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.names import group as group_of
from orbitkernels.theory.planar_groups import planar_action, point_order

from .activations import network_activation
from .arguments import integer, layer_numbers, parameter_text, reals, rows
from .gram_size import require_gram_fits
from .group_convolutional_arguments import (
    Support,
    distinct,
    factors_of,
    one_of_heads,
    permutations_of,
    require_order,
    two,
)
from .image_arrays import require_numbers
from .input_actions import CoordinateAction, require_image_shape
from .kernel_base import finite_entries
from .kernel_displays import display

if TYPE_CHECKING:
    from orbitkernels.numerics.group_convolution import Images, Variances
    from orbitkernels.numerics.group_convolution_geometry import Filter, Offsets

    from .orbits import FloatArray

#: Most numbers that all images, or the buffers of one pair of images, may take: 2 GB.
MAX_NUMBERS = 2**28

#: Numbers of one buffer that stay in the cache of a core.
_CACHED = 2**13


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
        self.action = permutations_of(self.group, action)
        self.depth = integer("depth", depth, most=1000)
        self.filter = distinct("filter", filter, self.action.degree, "points of the action")
        self._weight = layer_numbers("weight_variance", weight_variance, self.depth + 1, positive=True)
        self._bias = layer_numbers("bias_variance", bias_variance, self.depth + 1, positive=False)
        self._function = network_activation(activation)
        if self._tangent:
            self._function.require_slope(self.name)
        self.activation = self._function.text
        self.head = one_of_heads(head)
        require_order(self.group.name, self.group.order, head)
        self.support = factors_of(self.group, self.action, self.filter, support)

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
            InputError: If an argument is out of range, the filter larger than the image, or the permutations of
                the group take too much memory.

        Example:
            >>> from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK
            >>> GroupConvolutionalNTK.planar("p4", 8, filter=3, depth=2)
            <GroupConvolutionalNTK on p4(8x8), 9 points and 36 elements in the filters, depth 2, relu, gap>
        """
        extents = two("size", size)
        height, width = extents
        lengths = two("filter", filter)
        for length, extent in zip(lengths, extents, strict=True):
            if length > extent:
                raise InputError(
                    f"Argument 'filter' must fit into the image; {shown(length)} is more than {shown(extent)}."
                )
        turns = point_order(symmetry)
        require_order(f"{symmetry}({shown(height)}x{shown(width)})", height * width * turns, one_of_heads(head))
        action = planar_action(symmetry, height, width)
        window = [
            [(i - (length - 1) // 2) % extent for i in range(length)]
            for length, extent in zip(lengths, extents, strict=True)
        ]
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
            X: Array [m, d] of finite reals, or images [m, h, w] or [m, h, w, c] of the shape (h, w) on which the
                group acts: c channels a point, c the number of coordinates over that of points; coordinate
                p c + j is channel j of point p.
            Y: The same; X itself if omitted, and then the result is symmetric to the bit.

        Returns:
            Array [m, p].

        Raises:
            InputError: If a shape or an entry cannot be used, the matrix exceeds the memory, or numbers leave
                floating point or come so near its limits that squares lose digits.
        """
        require_gram_fits(X, Y)
        from orbitkernels.numerics import group_convolution as numerics

        x = self._rows("X", X)
        y = None if Y is None else self._rows("Y", Y)
        if y is not None and y.shape[1] != x.shape[1]:
            raise InputError(
                f"Argument 'Y' must have {x.shape[1]} columns like 'X', not {y.shape[1]}; make them agree."
            )
        if not len(x) or (y is not None and not len(y)):
            return np.zeros((len(x), len(x if y is None else y)))
        pairs = self.group.order ** (1 if self.head == "flatten" else 2)
        dual = self._function.dual_of(self._tangent)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            images = self._images(x)
            others = None if y is None else self._images(y)
            gram = numerics.gram(
                images, others, self._filter, self._offsets(), dual, self._variances, pairs, self._tangent
            )
        return finite_entries(gram, np.dtype(np.float64), self.name)

    def layers(self, X: npt.ArrayLike) -> tuple[list[FloatArray], list[float], list[float]]:
        """What the activations of inputs X are given, layer by layer, for statements on accuracy.

        Returns:
            For each of L layers the features [F, m n] of its dual at all elements and inputs
            (:class:`orbitkernels.numerics.duals.Dual`), and the L + 1 variances of weights and of biases.
        """
        features = np.moveaxis(self._images(self._rows("X", X)).features, 0, 2)  # [L, F, m, n]
        return (
            [layer.reshape(len(layer), -1) for layer in features],
            self._variances.weights.tolist(),
            self._variances.biases.tolist(),
        )

    def _rows(self, name: str, values: npt.ArrayLike) -> FloatArray:
        """Inputs as rows [m, c points]."""
        array = reals(name, values)
        images = array.ndim in (3, 4)
        if images:
            require_image_shape(name, array.shape[1:3], CoordinateAction(self.action))
        found = rows(name, array.reshape(len(array), prod(array.shape[1:])) if images else array)
        require_numbers(name, found)
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
        dual = self._function.dual_of(self._tangent)
        images = prepare(x, patches.reshape(-1, self.group.order), self._filter, dual, self._variances)
        self._require_sizes(x, images)
        return images

    def _require_sizes(self, x: FloatArray, images: Images) -> None:
        """Refuse sqrt(sw2/|F|) |x|, the sqrt(sw2) A of layers between and the last A if squares lose digits."""
        from orbitkernels.numerics.duals import LENGTH, ROOT_MEAN_SQUARE
        from orbitkernels.numerics.feature_sizes import require_feature_sizes

        lifted = np.sqrt(self._variances.weights[0] / self.filter.size) * np.abs(x).max(axis=1)
        largest = np.max(images.features, axis=3)  # [m, L, F]
        lengths, sizes = largest[:, :, LENGTH], largest[:, :, ROOT_MEAN_SQUARE]
        require_feature_sizes(lifted, lengths, sizes, self._variances.weights, self._variances.biases[-1])

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

    @property
    def formula_lines(self) -> list[str]:
        """Lines of LaTeX, aligned at &: the recursion with its filters, head and numbers."""
        from .position_displays import group_convolution_lines

        return group_convolution_lines(self, self._function.symbolic, self._weight, self._bias, self._tangent)

    def _repr_latex_(self) -> str:
        return display(self.formula_lines)

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
