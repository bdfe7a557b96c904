"""NNGP and NTK: kernels of fully connected nets of infinite width."""

from __future__ import annotations

import warnings
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import ExpectationWarning, InputError
from orbitkernels.theory.integer_input import shown

from .activations import network_activation
from .arguments import FloatArray, Parameter, exact_rational, integer, layer_numbers, reals, rows, switch
from .kernel_base import Kernel

if TYPE_CHECKING:
    from orbitkernels.numerics.network import Network

#: Most hidden layers.
MAX_DEPTH = 10_000

#: Most incoming units in standard parameterisation.
MAX_WIDTH = 10**9

#: One number for all dense layers, or one for each of them.
Variances = Real | float | list[float] | tuple[float, ...] | npt.NDArray[Any]


class _Network(Kernel):
    """Fully connected net of infinite width with L hidden layers and L + 1 dense layers; see NNGP and NTK."""

    _tangent: ClassVar[bool]

    def __init__(
        self,
        depth: int = 1,
        activation: Any = "relu",
        weight_variance: Variances = 1.0,
        bias_variance: Variances = 1.0,
        residual: bool = False,
        layer_norm: bool = False,
        parameterisation: str = "ntk",
        width: int | None = None,
    ) -> None:
        self.depth = integer("depth", depth, most=MAX_DEPTH)
        self._function = network_activation(activation)
        if self._tangent:
            self._function.require_slope(self.name)
        self.activation = self._function.text
        self._weight = layer_numbers("weight_variance", weight_variance, self.depth + 1, positive=True)
        self._bias = layer_numbers("bias_variance", bias_variance, self.depth + 1, positive=False)
        self.weight_variance, self.bias_variance = _floats(self._weight), _floats(self._bias)
        self.residual, self.layer_norm = switch("residual", residual), switch("layer_norm", layer_norm)
        self.parameterisation, self.width = _parameterisation(parameterisation, width)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Depth, activation and variances, and what differs from a plain net."""
        found: dict[str, Parameter] = {
            "depth": self.depth,
            "activation": self.activation,
            "weight_variance": self._weight,
            "bias_variance": self._bias,
        }
        found.update({name: "true" for name in ("residual", "layer_norm") if getattr(self, name)})
        if self.width is not None:
            found.update(parameterisation=self.parameterisation, width=self.width)
        return found

    @property
    def is_plain(self) -> bool:
        """Whether all layers have the same variances, nothing is added or normalised, in NTK parameterisation."""
        same = not isinstance(self._weight, tuple) and not isinstance(self._bias, tuple)
        return same and not (self.residual or self.layer_norm or self.width)

    @cached_property
    def expression(self) -> Any:
        """SymPy expression in u for inputs with |x|^2 = |y|^2 = d, written out (relu to depth 8, erf 4).

        For numbers use `profile`: evaluated as it stands, arccos loses half of the digits near u = 1.

        Raises:
            InputError: If the net is deeper, its activation has no closed form, or it depends on d.
        """
        from orbitkernels.theory import kernels as theory

        self._require_no_dimension("expression")
        write = theory.ntk_expression if self._tangent else theory.nngp_expression
        return write(*self.written, residual=self.residual, layer_norm=self.layer_norm)

    @property
    def written(self) -> tuple[int, Any, Any, Any]:
        """Depth, exact variances and activation, as :mod:`orbitkernels.theory.kernels` takes them."""
        return self.depth, _rationals(self._weight), _rationals(self._bias), self._function.symbolic

    def _require_no_dimension(self, what: str) -> None:
        """Refuse the NTK in standard parameterisation, which depends on d also for inputs with |x|^2 = d."""
        if self._tangent and self.width is not None:
            raise InputError(
                f"The {what} of {self.spec} depends on the dimension of the inputs; use `gram`, or the NTK"
                " parameterisation."
            )

    @property
    def numeric(self) -> Network:
        """The net for the engine."""
        from orbitkernels.numerics.network import Network

        weight, bias = (
            value if isinstance(value, tuple) else (value,) * (self.depth + 1)
            for value in (self.weight_variance, self.bias_variance)
        )
        dual = self._function.dual_of(self._tangent)
        return Network(dual, weight, bias, self.residual, self.layer_norm, self.width or 0)

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        return self._gram_as(X, Y, np.dtype(np.float64))

    def _gram_as(self, X: FloatArray, Y: FloatArray | None, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        from orbitkernels.numerics.network import network_gram

        return network_gram(self.numeric, X, Y, self._tangent, dtype)

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """The kernel as a function of the cosine u, for inputs with |x|^2 = |y|^2 = d; same shape as u."""
        from orbitkernels.numerics.network import network_profile

        self._require_no_dimension("profile")
        return network_profile(self.numeric, reals("u", u), self._tangent)

    def expectation_error(self, X: npt.ArrayLike) -> float:
        """Largest error of the Gaussian expectations of one layer at these inputs, as a share of E[f(z)^2].

        0 for activations in closed form; a formula is expanded in 62 polynomials of Hermite, which leave out this.
        For an NTK the larger of that and the error of the slopes as a share of E[f'(z)^2].

        Args:
            X: Array [m, d] of finite reals; without rows, the error is 0.

        Raises:
            InputError: If X is no such array, or the expansion is useless there, as `gram` says.

        Example:
            >>> from orbitkernels.proofs.kernels import NTK
            >>> NTK(activation="gelu").expectation_error([[1.0, 2.0]])
            0.0
            >>> NTK(activation="tanh(z)", weight_variance=0.2, bias_variance=0).expectation_error([[1, 1]]) < 1e-12
            True
        """
        x = rows("X", X)
        if not self._function.is_series or not len(x):
            return 0.0
        from orbitkernels.numerics.angles import unit_rows
        from orbitkernels.numerics.network import features

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExpectationWarning)  # the answer says it
            lengths = features(self.numeric, unit_rows(x)[1], x.shape[1]).dual[:, 0]
        return self._function.expectation_error(lengths.reshape(-1), self._tangent)

    @property
    def formula_lines(self) -> list[str]:
        """The recursion, in closed form where the activation has one; for inputs of any length."""
        from .kernel_displays import network_lines

        options = self.residual, self.layer_norm, self.width or 0
        return network_lines(self._function.symbolic, self.depth, self._weight, self._bias, options, self._tangent)


def _parameterisation(value: Any, width: Any) -> tuple[str, int | None]:
    """The name of the parameterisation, and the width that the standard one needs."""
    if not isinstance(value, str) or value not in ("ntk", "standard"):
        raise InputError(f"Argument 'parameterisation' must be ntk or standard, not {shown(value)}.")
    if value == "ntk" and width is not None:
        raise InputError("Argument 'width' is for parameterisation=standard; leave it out.")
    if value == "standard" and width is None:
        raise InputError("Argument 'width', the units of a hidden layer, is needed for parameterisation=standard.")
    return str(value), None if width is None else integer("width", width, most=MAX_WIDTH)


def _floats(value: Any) -> Any:
    """A float, or a tuple of them."""
    return tuple(map(float, value)) if isinstance(value, tuple) else float(value)


def _rationals(value: Any) -> Any:
    """A SymPy rational, or a list of them."""
    return [exact_rational(entry) for entry in value] if isinstance(value, tuple) else exact_rational(value)


class NNGP(_Network):
    """Covariance of the outputs of a fully connected net of infinite width (Cho-Saul 2009, Lee et al. 2018).

    S_0 = sb2 + sw2 <x,y>/d; S' = sb2 + sw2 E[f(z_x) f(z_y)], z Gaussian of covariance S; `expression` and
    `profile` take |x|^2 = |y|^2 = d.

    Args:
        depth: Number L of hidden layers, at least 1.
        activation: ``"relu"``, ``"leaky_relu(0.1)"``, ``"abs"``, ``"erf"``, ``"gelu"``, ``"sin(2)"``, ``"cos"``,
            ``"hermite(3)"``, ``"polynomial(0, 1, 1/2)"``, a formula in z such as ``"tanh(z)"``, or a SymPy
            expression in z; formulas are expanded, see `expectation_error`.
        weight_variance: sw2 > 0, one number or L + 1, one for each dense layer.
        bias_variance: sb2 >= 0, likewise.
        residual: Whether each dense layer but the first adds its pre-activation: S' = S + sb2 + sw2 E[f f], T
            likewise.
        layer_norm: Whether the pre-activations are normalised: S/sqrt(S(x,x) S(y,y)) goes into the activation, T
            likewise; what a residual net adds is not normalised.
        parameterisation: ``"ntk"``, or ``"standard"`` (Sohl-Dickstein et al. 2020).
        width: Units of the hidden layers in standard parameterisation.

    Raises:
        InputError: If an argument is out of range.

    Example:
        >>> from orbitkernels.proofs.kernels import NNGP
        >>> NNGP(depth=1, weight_variance=2, bias_variance=0).expression
        2*(u*(pi - acos(u)) + sqrt(1 - u**2))/pi
        >>> NNGP(depth=1, weight_variance=2, bias_variance=0).gram([[1, 1], [-1, -1]])
        array([[2., 0.],
               [0., 2.]])
    """

    name = "nngp"
    _tangent = False


class NTK(_Network):
    """Neural tangent kernel of a fully connected net of infinite width (Jacot et al. 2018).

    T_0 = S_0 and T' = S' + sw2 E[f'(z_x) f'(z_y)] T with S the covariance of :class:`NNGP`; the conventions of the
    neural-tangents library, in both parameterisations.  `expression` and `profile` take |x|^2 = |y|^2 = d; in
    standard parameterisation the kernel depends on d, and they raise an `InputError`.

    Args:
        depth: Number L of hidden layers, at least 1.
        activation: ``"relu"``, ``"leaky_relu(0.1)"``, ``"abs"``, ``"erf"``, ``"gelu"``, ``"sin(2)"``, ``"cos"``,
            ``"hermite(3)"``, ``"polynomial(0, 1, 1/2)"``, a formula in z such as ``"tanh(z)"``, or a SymPy
            expression in z; formulas are expanded, see `expectation_error`.
        weight_variance: sw2 > 0, one number or L + 1, one for each dense layer.
        bias_variance: sb2 >= 0, likewise.
        residual: Whether each dense layer but the first adds its pre-activation: S' = S + sb2 + sw2 E[f f], T
            likewise.
        layer_norm: Whether the pre-activations are normalised: S/sqrt(S(x,x) S(y,y)) goes into the activation, T
            likewise; what a residual net adds is not normalised.
        parameterisation: ``"ntk"``, or ``"standard"`` (Sohl-Dickstein et al. 2020).
        width: Units of the hidden layers in standard parameterisation.

    Raises:
        InputError: If an argument is out of range.

    Example:
        >>> from orbitkernels.proofs.kernels import NTK
        >>> k = NTK(depth=3)
        >>> k.spec
        'ntk(depth=3, activation=relu, weight_variance=1, bias_variance=1)'
        >>> round(float(k.profile(1.0)), 12), k.expression.subs("u", 1)
        (3.75, 15/4)
        >>> NTK(activation="gelu", weight_variance=[1, 2], residual=True).spec
        'ntk(depth=1, activation=gelu, weight_variance=[1, 2], bias_variance=1, residual=true)'
    """

    name = "ntk"
    _tangent = True
