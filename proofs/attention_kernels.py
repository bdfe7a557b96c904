"""NNGP kernel and NTK of nets with self-attention of infinite width, on sequences of tokens."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .activations import network_activation
from .arguments import FloatArray, Parameter, choice, integer, layer_numbers, number, reals, switch
from .gram_size import require_gram_fits
from .image_arrays import require_numbers
from .kernel_base import GramKernel, entry_type, finite_entries

if TYPE_CHECKING:
    from orbitkernels.numerics.attention_sequences import AttentionNet

#: What makes attention of the products of queries and keys, and what there is after the last activation.
MECHANISMS, HEADS = ("softmax", "identity", "relu", "abs"), ("flatten", "gap")

#: Most blocks.
MAX_DEPTH = 1000

#: Most numbers that all sequences together may take: 2 GB.
MAX_NUMBERS = 2**28

#: One number for all dense layers, or one for each of them.
Variances = Real | float | list[Any] | tuple[Any, ...] | npt.NDArray[Any]


class _Attention(GramKernel):
    """Net with self-attention of infinite width; see AttentionNNGP and AttentionNTK."""

    depends_on: ClassVar[str] = "the angles between all tokens"

    _tangent: ClassVar[bool]

    def __init__(
        self,
        depth: int = 1,
        tokens: int | None = None,
        activation: Any = "relu",
        mechanism: str = "softmax",
        head: str = "gap",
        residual: bool = False,
        weight_variance: Variances = 1.0,
        bias_variance: Variances = 1.0,
        key_variance: Real | float = 1.0,
        value_variance: Real | float = 1.0,
        output_variance: Real | float = 0.0,
    ) -> None:
        self.depth = integer("depth", depth, most=MAX_DEPTH)
        self.tokens = None if tokens is None else integer("tokens", tokens)
        self._function = network_activation(activation)
        if self._tangent:
            self._function.require_slope(self.name)
        self.activation = self._function.text
        self.mechanism = choice("mechanism", mechanism, MECHANISMS)
        self.head = choice("head", head, HEADS)
        self.residual = switch("residual", residual)
        self._weight = layer_numbers("weight_variance", weight_variance, self.depth + 1, positive=True)
        self._bias = layer_numbers("bias_variance", bias_variance, self.depth + 1, positive=False)
        self._key = number("key_variance", key_variance, positive=True)
        self._value = number("value_variance", value_variance, positive=True)
        self._output = number("output_variance", output_variance, positive=False)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Architecture and variances; tokens that are left to the inputs, and residual=False, are left out."""
        found: dict[str, Parameter] = {"depth": self.depth}
        if self.tokens is not None:
            found["tokens"] = self.tokens
        found.update(activation=self.activation, mechanism=self.mechanism, head=self.head)
        if self.residual:
            found["residual"] = "true"
        found.update(
            weight_variance=self._weight,
            bias_variance=self._bias,
            key_variance=self._key,
            value_variance=self._value,
            output_variance=self._output,
        )
        return found

    @property
    def formula_lines(self) -> list[str]:
        """The recursion with its mechanism, head and numbers."""
        from .position_displays import attention_lines

        others = self._key, self._value, self._output
        return attention_lines(self, self._function.symbolic, self._weight, self._bias, others, self._tangent)

    # ------------------------------------------------------------------ values

    def gram(self, X: npt.ArrayLike, Y: npt.ArrayLike | None = None, dtype: Any = None) -> npt.NDArray[Any]:
        """Gram matrix k(x_i, y_j).

        Args:
            X: Sequences [m, tokens, features], or rows [m, tokens features], token after token; rows need
                `tokens`.
            Y: The same; X itself if omitted, and then the result is symmetric to the bit.
            dtype: float64, which it is if omitted, or float32: the same numbers, rounded at the end.

        Returns:
            Array [m, p].

        Raises:
            InputError: If a shape or an entry cannot be used, all sequences or the matrix take too much memory, or
                a value leaves floating point or comes so near its limits that squares lose digits.
        """
        wanted = entry_type(dtype)
        require_gram_fits(X, Y)
        x = self._sequences("X", X)
        y = None if Y is None else self._sequences("Y", Y)
        if y is not None and y.shape[1:] != x.shape[1:]:
            ours, theirs = (" x ".join(map(str, a.shape[1:])) for a in (x, y))
            raise InputError(
                f"Argument 'Y' must have sequences of {ours} like 'X' (tokens, features), not {theirs}."
            )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            gram = self._matrix(x, y)
        return finite_entries(gram, wanted, self.spec)

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        return self._matrix(self._sequences("X", X), None if Y is None else self._sequences("Y", Y))

    def _matrix(self, x: FloatArray, y: FloatArray | None) -> FloatArray:
        """Gram matrix of sequences [m, T, d]."""
        from orbitkernels.numerics.attention import attention_gram
        from orbitkernels.numerics.attention_sequences import prepare

        count = len(x) if y is None else len(y)
        if not len(x) or not count:
            return np.zeros((len(x), count))
        self._require_memory(len(x) + (0 if y is None else count), *x.shape[1:])
        every = prepare(self.net, x if y is None else np.concatenate([x, y]))
        self._require_sizes(x if y is None else np.concatenate([x, y]), every.features)
        first, second = every.part(slice(0, len(x))), every.part(slice(len(x), None))
        return attention_gram(self.net, first, None if y is None else second)

    def growth(self, X: npt.ArrayLike) -> float:
        """An upper bound of the factor by which layers enlarge small angles of tokens, for statements on accuracy.

        See :mod:`orbitkernels.numerics.attention_growth`.
        """
        from orbitkernels.numerics.attention_growth import attention_growth

        return attention_growth(self.net, self._sequences("X", X))

    @property
    def net(self) -> AttentionNet:
        """The net, for the engine."""
        from orbitkernels.numerics.attention_sequences import AttentionNet

        weights, biases = (
            tuple(map(float, value)) if isinstance(value, tuple) else (float(value),) * (self.depth + 1)
            for value in (self._weight, self._bias)
        )
        return AttentionNet(
            depth=self.depth,
            mechanism=self.mechanism,
            head=self.head,
            residual=self.residual,
            weights=weights,
            biases=biases,
            key=float(self._key),
            value=float(self._value),
            output=float(self._output),
            dual=self._function.dual_of(self._tangent),
            ntk=self._tangent,
        )

    def _require_memory(self, count: int, tokens: int, features: int) -> None:
        """Refuse what needs too much memory, before it is touched."""
        each = tokens * (5 * features + self.depth * (tokens + 16)) + 6 * tokens * tokens
        if count * each > MAX_NUMBERS:
            raise InputError(
                f"Argument 'X' has {count} sequences that need {count * each * 8 / 2**30:.1f} GiB at once, beyond "
                f"the limit of {MAX_NUMBERS * 8 / 2**30:.0f}; compute the Gram matrix in smaller blocks."
            )

    def _require_sizes(self, sequences: FloatArray, features: FloatArray) -> None:
        """Refuse sequences [m, T, d] with features [m, L, F, T] whose squares lose digits, or vanish."""
        from orbitkernels.numerics.duals import LENGTH, ROOT_MEAN_SQUARE
        from orbitkernels.numerics.feature_sizes import LARGEST, SMALLEST, require_feature_sizes

        lengths = features[:, :, LENGTH]
        bad = (lengths > 0) & ~((lengths >= SMALLEST) & (lengths <= LARGEST)) | np.isnan(lengths)
        if bad.any():
            block = int(np.argwhere(bad)[0, 1])
            raise InputError(
                f"Argument 'X' or 'Y' has features of size {lengths[bad][0]:.0e} after attention {block + 1}, "
                "near the limits of floating point; scale the inputs or the variances."
            )
        weights = np.array(self.net.weights)
        inputs = np.sqrt(weights[0] / sequences.shape[2]) * np.abs(sequences).max(axis=(1, 2))
        sizes = features[:, :, ROOT_MEAN_SQUARE].max(axis=2)
        require_feature_sizes(inputs, lengths.max(axis=2), sizes, weights, self.net.biases[-1])

    def _sequences(self, name: str, values: npt.ArrayLike) -> FloatArray:
        """Sequences [m, T, d]."""
        array = reals(name, values)
        if array.ndim not in (2, 3) or 0 in array.shape[1:]:
            raise InputError(
                f"Argument '{name}' must have shape [inputs, tokens, features], or [inputs, coordinates], not "
                f"{list(array.shape)}; reshape it."
            )
        if array.ndim == 2:
            if self.tokens is None:
                raise InputError(
                    f"Argument '{name}' has {array.shape[1]} coordinates an input; give the kernel tokens=..., or "
                    "pass sequences [inputs, tokens, features]."
                )
            if array.shape[1] % self.tokens:
                raise InputError(
                    f"Argument '{name}' has {array.shape[1]} coordinates an input, which tokens={self.tokens} "
                    "does not divide; each token needs the same number of features."
                )
            array = array.reshape(len(array), self.tokens, -1)
        if self.tokens not in (None, array.shape[1]):
            raise InputError(
                f"Argument '{name}' must have {self.tokens} tokens as the kernel says, not {array.shape[1]}."
            )
        require_numbers(name, array, "sequence")
        return array


class AttentionNNGP(_Attention):
    """Covariance of the outputs of a net with self-attention of infinite width (Hron et al. 2020), as an extra.

    For tokens p of x and q of y with d features, an embedding, then L blocks of attention and an activation f:

        S(p, q) = sb2 + sw2 <x_p, y_q>/d,
        S' = [S] + sv2 A_x S A_y^T + so2,    A_x = zeta(sk2 S(x, x)),    E(p, q) = E[f(z_p) f(z_q)],

    where (z_p, z_q) is centred Gaussian with covariance S', a dense layer S = [S'] + sb2 + sw2 E between blocks
    (the terms in brackets if residual), and a readout K = sb2 + sw2 mean(E), with the mean over p = q
    ("flatten") or over all pairs ("gap", global average pooling).

    The limit is that of queries and keys which share their weights and whose products are divided by the number
    d_k of their features, as that goes to infinity: attention is then a function of the input, and one head or
    many give the same.  With products divided by sqrt(d_k), as usual, attention stays random, and for softmax no
    closed form is known.  The convention is that of Dense and GlobalSelfAttention(linear_scaling=True) of the
    neural-tangents library.  A token without any variance has no angle, and its cosine counts as 0.

    Args:
        depth: Number L of blocks, at least 1.
        tokens: Number T of tokens; needed only where inputs are flattened.
        activation: As for :class:`NTK`: a name such as ``"relu"`` or ``"leaky_relu(0.1)"``, or a formula in z.
        mechanism: zeta: ``"softmax"`` of each row, or of each entry ``"identity"``, ``"relu"`` or ``"abs"``.
        head: ``"gap"`` or ``"flatten"``.
        residual: Whether attention and the dense layers between blocks add their inputs.
        weight_variance: sw2 > 0, or a list of L + 1 numbers: embedding, dense layers between, readout.
        bias_variance: sb2 >= 0, or a list of L + 1 numbers.
        key_variance: sk2 > 0, of the weights that queries and keys share.
        value_variance: sv2 > 0, the variance of the weights of values times that of the outputs.
        output_variance: so2 >= 0, of the bias of the outputs.

    Raises:
        InputError: If an argument is out of range.

    Source: J. Hron, Y. Bahri, J. Sohl-Dickstein, R. Novak, "Infinite attention: NNGP and NTK for deep attention
    networks", ICML 2020, arXiv 2006.10540.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.attention_kernels import AttentionNNGP
        >>> x = np.arange(12.0).reshape(1, 4, 3)
        >>> k = AttentionNNGP(head="gap")
        >>> float(k.gram(x, x[:, [2, 0, 3, 1]])[0, 0] - k.gram(x)[0, 0])  # tokens of one argument may be permuted
        0.0
    """

    name = "attention_nngp"
    _tangent = False


class AttentionNTK(_Attention):
    """Neural tangent kernel of a net with self-attention of infinite width (Hron et al. 2020), as an extra.

    With S, E of :class:`AttentionNNGP` and D(p, q) = E[f'(z_p) f'(z_q)], T = S after the embedding,

        T' = [T] + sv2 A_x (T + 2 S) A_y^T + so2,    T = [T'] + sb2 + sw2 (E + D T'),

    and with the mean of the head Theta = K + sw2 mean(D T').  Twice S: the weights of values and those of outputs
    are trained, and each gives the covariance once.  What the weights of queries and keys give, and what reaches
    the layers below through attention, vanishes in this limit as 1/d_k and 1/width.  Arguments and convention as
    for :class:`AttentionNNGP`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.attention_kernels import AttentionNTK
        >>> k = AttentionNTK(depth=2, tokens=3, head="flatten")
        >>> k.gram(np.eye(6)[:2]).round(4).tolist()
        [[4.8629, 4.4794], [4.4794, 4.8629]]
        >>> AttentionNTK(depth=2, tokens=3).spec.split(", weight")[0]
        'attention_ntk(depth=2, tokens=3, activation=relu, mechanism=softmax, head=gap'
    """

    name = "attention_ntk"
    _tangent = True
