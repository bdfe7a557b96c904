"""CNN-GP and CNTK: kernels of convolutional nets of infinite width on images and sequences."""

from __future__ import annotations

from math import prod
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown

from .activations import network_activation
from .arguments import FloatArray, Parameter, choice, integer, layer_numbers
from .gram_size import require_gram_fits
from .image_arrays import image_array
from .kernel_base import GramKernel, entry_type, finite_entries

if TYPE_CHECKING:
    from orbitkernels.numerics.convolution import ConvolutionalNet

#: How positions beyond the border are filled, and what there is after the last activation.
PADDINGS, HEADS = ("circular", "zero", "valid"), ("flatten", "gap", "average")

#: Most convolutions.
MAX_DEPTH = 1000

#: Most positions of an image for heads that need all pairs of them: a Gram entry of 65,536 takes 15 s.
MAX_POSITIONS = 2**16

#: Most positions after the first convolution if strides do not divide a circular axis: 0.75 GiB a core.
MAX_TENSOR_POSITIONS = 2**12

#: One number, or one for the rows and one for the columns.
Extent = int | tuple[int, int] | list[int]

#: One number for all layers, or one for each of them.
Variances = Real | float | list[Any] | tuple[Any, ...] | npt.NDArray[Any]


class _Convolutional(GramKernel):
    """Convolutional net of infinite width; see CNNGP and CNTK."""

    depends_on: ClassVar[str] = "the positions of pixels"

    _tangent: ClassVar[bool]

    def __init__(
        self,
        depth: int = 1,
        filter: Extent = 3,
        head: str = "gap",
        padding: str = "circular",
        stride: Extent = 1,
        activation: Any = "relu",
        weight_variance: Variances = 1.0,
        bias_variance: Variances = 1.0,
        height: int | None = None,
        width: int | None = None,
        channels: int | None = None,
        window: Extent | None = None,
        window_stride: Extent | None = None,
    ) -> None:
        self.depth = integer("depth", depth, most=MAX_DEPTH)
        self.filter, self.stride = _extent("filter", filter), _extent("stride", stride)
        self.head, self.padding = choice("head", head, HEADS), choice("padding", padding, PADDINGS)
        self._function = network_activation(activation)
        if self._tangent:
            self._function.require_slope(self.name)
        self.activation = self._function.text
        self._weight = layer_numbers("weight_variance", weight_variance, self.depth + 1, positive=True)
        self._bias = layer_numbers("bias_variance", bias_variance, self.depth + 1, positive=False)
        self.height, self.width, self.channels = (
            None if value is None else integer(name, value)
            for name, value in (("height", height), ("width", width), ("channels", channels))
        )
        self.window = self._pooling("window", window, 2)
        self.window_stride = self._pooling("window_stride", window_stride, 1)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Architecture and variances; what is left to the images, and the window of other heads, is left out."""
        found: dict[str, Parameter] = {
            "depth": self.depth,
            "filter": _written(self.filter),
            "head": self.head,
            "padding": self.padding,
            "stride": _written(self.stride),
            "activation": self.activation,
            "weight_variance": self._weight,
            "bias_variance": self._bias,
        }
        for name in ("height", "width", "channels"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.head == "average":
            found.update(window=_written(self.window), window_stride=_written(self.window_stride))
        return found

    def _pooling(self, name: str, value: Extent | None, default: int) -> int | tuple[int, int]:
        """Extent of the windows of head="average"; 1 for other heads, which have none."""
        if self.head == "average":
            return default if value is None else _extent(name, value)
        if value is not None:
            raise InputError(f"Argument '{name}' is for head=average, not head={self.head}; leave it out.")
        return 1

    @property
    def formula_lines(self) -> list[str]:
        """The recursion with its strides, borders, head and numbers."""
        from .position_displays import convolution_lines

        return convolution_lines(self, self._function.symbolic, self._weight, self._bias, self._tangent)

    # ------------------------------------------------------------------ values

    def gram(self, X: npt.ArrayLike, Y: npt.ArrayLike | None = None, dtype: Any = None) -> npt.NDArray[Any]:
        """Gram matrix k(x_i, y_j).

        Args:
            X: Images [m, h, w] or [m, h, w, channels], or rows [m, h w channels], channels last; rows need
                `height` and `width` unless the image is square.  A sequence has height 1.
            Y: The same; X itself if omitted, and then the result is symmetric to the bit.
            dtype: float64, which it is if omitted, or float32: the same numbers, rounded at the end.

        Returns:
            Array [m, p].

        Raises:
            InputError: If a shape or an entry cannot be used, the filter or the window does not fit, the matrix
                exceeds the memory, or a value floating point.
        """
        wanted = entry_type(dtype)
        require_gram_fits(X, Y)
        x = self._images("X", X)
        y = None if Y is None else self._images("Y", Y)
        if y is not None and y.shape[1:] != x.shape[1:]:
            ours, theirs = (" x ".join(map(str, (*a.shape[2:], a.shape[1]))) for a in (x, y))
            raise InputError(
                f"Argument 'Y' must have images of {ours} like 'X' (rows, columns, channels), not {theirs}."
            )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            gram = self._matrix(x, y)
        return finite_entries(gram, wanted, self.spec)

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        return self._matrix(self._images("X", X), None if Y is None else self._images("Y", Y))

    def _matrix(self, x: FloatArray, y: FloatArray | None) -> FloatArray:
        """Gram matrix of images [m, channels, h, w]."""
        from orbitkernels.numerics.convolution import convolution_gram

        net = self.net(x.shape[2], x.shape[3])
        if not len(x) or (y is not None and not len(y)):
            return np.zeros((len(x), len(x if y is None else y)))
        return convolution_gram(net, x, y)

    def net(self, height: int, width: int) -> ConvolutionalNet:
        """The net for images of that size, for the engine.

        Raises:
            InputError: If the filter or the window does not fit, or there are too many pairs of positions.
        """
        from orbitkernels.numerics.convolution import ConvolutionalNet

        weights, biases = (
            tuple(map(float, value)) if isinstance(value, tuple) else (float(value),) * (self.depth + 1)
            for value in (self._weight, self._bias)
        )
        net = ConvolutionalNet(
            height=height,
            width=width,
            depth=self.depth,
            filter=self._fitted(self.filter, height, width),
            stride=self._fitted(self.stride, height, width),
            padding=self.padding,
            head=self.head,
            window=self._fitted(self.window, height, width),
            window_stride=self._fitted(self.window_stride, height, width),
            weights=weights,
            biases=biases,
            dual=self._function.dual_of(self._tangent),
            ntk=self._tangent,
        )
        self._require_fit(net)
        return net

    def layers(self, X: npt.ArrayLike) -> tuple[list[FloatArray], tuple[float, ...], tuple[float, ...]]:
        """What the activations of images X are given, layer by layer, for statements on accuracy.

        Returns:
            For each of L layers the features [F, p] of its dual at all positions of all images
            (:class:`orbitkernels.numerics.duals.Dual`), and the L + 1 variances of weights and of biases.
        """
        from orbitkernels.numerics.convolution_windows import image_layers

        x = self._images("X", X)
        net = self.net(x.shape[2], x.shape[3])
        features = [np.moveaxis(layer[:, :-1], 1, 0) for layer in image_layers(net, x)[1:]]  # 1/a is left out
        return [layer.reshape(len(layer), -1) for layer in features], net.weights, net.biases

    def _fitted(self, extent: int | tuple[int, int], height: int, width: int) -> tuple[int, int]:
        """Rows and columns; one number means 1 along the height of a sequence."""
        if isinstance(extent, tuple):
            return extent
        return (1 if height == 1 else extent, 1 if width == 1 and height > 1 else extent)

    def _require_fit(self, net: ConvolutionalNet) -> None:
        """Refuse filters, strides and windows that do not fit."""
        for name, line, window in zip(("height", "width"), net.axes, net.window, strict=True):
            if line.filter > line.sizes[0]:  # deeper layers may be smaller: padding is meant for them
                raise InputError(
                    f"Argument 'filter' of {line.filter:,} is larger than the {name} {line.sizes[0]} of the "
                    "images; use a smaller filter, or one number for each axis, such as filter=[1, 3]."
                )
            for layer, (size, after) in enumerate(zip(line.sizes, line.sizes[1:], strict=False), start=1):
                if after < 1:
                    raise InputError(
                        f"Argument 'filter' of {line.filter} is larger than the {name} {size} before convolution "
                        f"{layer}; use a smaller filter, fewer layers, or padding=zero."
                    )
            last = line.sizes[-1]
            if self.head == "average" and window > last:
                raise InputError(f"Argument 'window' of {window} is larger than the {name} {last} that is pooled.")
        positions = prod(line.sizes[-1] for line in net.axes)
        if self.head == "gap" and positions > MAX_POSITIONS:
            raise InputError(
                f"Argument 'head' = gap needs all {positions:,}^2 pairs of positions, beyond the limit of "
                f"{MAX_POSITIONS:,}^2; use head=flatten, head=average or a stride."
            )
        after = prod(line.sizes[1] for line in net.axes)
        if not net.offsets_stay_apart and after > MAX_TENSOR_POSITIONS:
            raise InputError(
                f"Argument 'stride' = {_written(self.stride)} does not divide all sizes, which takes "
                f"{48 * after**2 / 2**30:.1f} GiB for {after:,}^2 pairs of positions; crop or pad the images, or "
                "use padding=zero or head=flatten."
            )

    def require_shape(self, name: str, shape: tuple[int, int]) -> None:
        """Refuse images whose rows, written one after the other, the kernel would read as images of another shape.

        A sequence of vectors may be read as channels.

        Args:
            name: What the message calls the images.
            shape: Rows and columns.

        Raises:
            InputError: If they are not what the kernel says, or it says nothing and would take them for a square.

        Example:
            >>> from orbitkernels.proofs.convolutional_kernels import CNTK
            >>> CNTK(height=2, width=8).require_shape("data", (2, 8))
            >>> CNTK().require_shape("data", (2, 8))
            Traceback (most recent call last):
                ...
            orbitkernels.errors.InputError: Argument 'data' has images of 2 x 8; give the kernel height=2, width=8.
        """
        try:
            channels, *places = self._images(name, np.zeros((1, prod(shape)))).shape[1:]
            if prod(places) == 1:  # all pixels are channels of one position: a function of inner products
                return
            if [size for size in (*places, channels) if size > 1] == [size for size in shape if size > 1]:
                return
        except InputError:
            pass  # the shape itself tells more
        self._images(name, np.zeros((1, *shape)))  # which says what the kernel asks for
        height, width = shape
        raise InputError(
            f"Argument '{name}' has images of {height} x {width}; give the kernel height={height}, width={width}."
        )

    def _images(self, name: str, values: npt.ArrayLike) -> FloatArray:
        return image_array(name, values, self.height, self.width, self.channels)


class CNNGP(_Convolutional):
    """Covariance of the outputs of a convolutional net of infinite width (Novak et al. 2019, Garriga-Alonso 2019).

    For positions p of x and q of y, with a filter F of |F| positions, strides s and c channels,

        S_1(p, q) = sb2 + sw2/(c |F|) sum_{i in F} <x[s p + i], y[s q + i]>,
        S'(p, q) = sb2 + sw2/|F| sum_{i in F} E(s p + i, s q + i),    E(p, q) = E[f(z_p) f(z_q)],

    where (z_p, z_q) is centred Gaussian with covariance S.  After L activations the head takes a mean of E: over
    p = q ("flatten"), over all pairs ("gap", global average pooling), or over the pairs in a window, then over
    windows ("average"); and K = sb2 + sw2 mean (a dense readout).  The convention is that of Conv, Relu, Flatten,
    GlobalAvgPool, AvgPool and Dense of the neural-tangents library, in NTK parameterisation: activations are not
    rescaled, and positions beyond the border count as zeros that are divided by |F| like the others.  "zero" is
    their SAME, with ceil(n/s) positions and the odd one of the border behind; so is "circular", which no shift
    leaves alone where s does not divide n.  A position without any variance (a patch of zeros without bias) has no
    angle, and its cosine counts as 0.

    Args:
        depth: Number L of convolutions, each with an activation, at least 1.
        filter: Rows and columns of the filter, or one number for both (for a sequence: along it).
        head: ``"gap"``, ``"flatten"`` or ``"average"``.
        padding: ``"circular"``, ``"zero"`` or ``"valid"`` (no border).
        stride: As filter, of every convolution.
        activation: As for :class:`NTK`: a name such as ``"relu"`` or ``"leaky_relu(0.1)"``, or a formula in z.
        weight_variance: sw2 > 0, or a list of L + 1 numbers, the readout last.
        bias_variance: sb2 >= 0, or a list of L + 1 numbers.
        height: Rows of an image; needed only where inputs are flattened and not square.
        width: Columns, likewise.
        channels: Channels of flattened images, 1 if omitted.
        window: Rows and columns of the window of head="average", 2 if omitted; other heads take none.
        window_stride: Strides of that window, likewise; 1 if omitted, as in neural-tangents.  It wraps if padding
            is circular.

    Raises:
        InputError: If an argument is out of range.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.convolutional_kernels import CNNGP
        >>> x = np.arange(16.0).reshape(1, 4, 4)
        >>> k = CNNGP(filter=3, head="gap")
        >>> float(k.gram(x, np.roll(x, 1, axis=2))[0, 0] - k.gram(x)[0, 0])  # each argument alone may be shifted
        0.0
    """

    name = "cnngp"
    _tangent = False


class CNTK(_Convolutional):
    """Neural tangent kernel of a convolutional net of infinite width (Arora et al. 2019).

    With S and E(p, q) = E[f(z_p) f(z_q)] of :class:`CNNGP` and D(p, q) = E[f'(z_p) f'(z_q)],

        T_1 = S_1,    T'(p, q) = S'(p, q) + sw2/|F| sum_{i in F} (D T)(s p + i, s q + i),

    and with the mean of the head T = K + sw2 mean(D T).  Arguments and convention as for :class:`CNNGP`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.convolutional_kernels import CNTK
        >>> k = CNTK(depth=2, filter=3, head="flatten", padding="zero")
        >>> k.gram(np.eye(9).reshape(9, 3, 3)[:2]).round(4).tolist()
        [[2.4794, 2.3999], [2.3999, 2.4897]]
        >>> CNTK(depth=2, filter=[1, 3], head="average").spec.split("weight")[0]
        'cntk(depth=2, filter=[1, 3], head=average, padding=circular, stride=1, activation=relu, '
    """

    name = "cntk"
    _tangent = True


def _extent(name: str, value: Any) -> int | tuple[int, int]:
    """A positive integer, or one for the rows and one for the columns; a pair of equal ones stays a pair."""
    if not isinstance(value, list | tuple | np.ndarray):
        return integer(name, value)
    if len(value) != 2:
        raise InputError(
            f"Argument '{name}' must be a number, or two: rows and columns, not {shown(value)}; "
            f"for instance {name}=[1, 3]."
        )
    return integer(f"{name}[0]", value[0]), integer(f"{name}[1]", value[1])


def _written(extent: int | tuple[int, int]) -> Parameter:
    """The extent as a parameter."""
    return extent if isinstance(extent, int) else f"[{extent[0]}, {extent[1]}]"
