"""NNGP and NTK: kernels of fully connected nets of infinite width."""

from __future__ import annotations

from functools import cached_property
from numbers import Real
from typing import Any, ClassVar

import numpy.typing as npt

from .arguments import FloatArray, Parameter, exact_rational, integer, known_activation, number, reals
from .kernel_base import Kernel

#: Most hidden layers.
MAX_DEPTH = 10_000


class _Network(Kernel):
    """Fully connected net of infinite width with L hidden layers, in NTK parameterisation.

    Args:
        depth: Number L of hidden layers, at least 1.
        activation: ``"relu"`` or ``"erf"``.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.
    """

    _tangent: ClassVar[bool]

    def __init__(
        self,
        depth: int = 1,
        activation: str = "relu",
        weight_variance: Real | float = 1.0,
        bias_variance: Real | float = 1.0,
    ) -> None:
        self.depth = integer("depth", depth, most=MAX_DEPTH)
        self.activation = known_activation(activation)
        self._weight = number("weight_variance", weight_variance, positive=True)
        self._bias = number("bias_variance", bias_variance, positive=False)
        self.weight_variance, self.bias_variance = float(self._weight), float(self._bias)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Depth, activation and variances."""
        return {
            "depth": self.depth,
            "activation": self.activation,
            "weight_variance": self._weight,
            "bias_variance": self._bias,
        }

    @cached_property
    def expression(self) -> Any:
        """SymPy expression in u for inputs with |x|^2 = |y|^2 = d, written out (depth at most 8; erf 4).

        For numbers use `profile`: evaluated as it stands, arccos loses half of the digits near u = 1.

        Raises:
            InputError: If the net is deeper.
        """
        from orbitkernels.theory import kernels as theory

        write = theory.ntk_expression if self._tangent else theory.nngp_expression
        return write(self.depth, exact_rational(self._weight), exact_rational(self._bias), self.activation)

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        from orbitkernels.numerics import kernels as numerics

        gram = numerics.relu_gram if self.activation == "relu" else numerics.erf_gram
        return gram(X, Y, self.depth, self.weight_variance, self.bias_variance, self._tangent)

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """The kernel as a function of the cosine u, for inputs with |x|^2 = |y|^2 = d; same shape as u."""
        from orbitkernels.numerics import kernels as numerics

        profile = numerics.relu_profile if self.activation == "relu" else numerics.erf_profile
        return profile(reals("u", u), self.depth, self.weight_variance, self.bias_variance, self._tangent)

    def _repr_latex_(self) -> str:
        """The kernel itself for one layer, the recursion for more."""
        if self.depth == 1:
            return super()._repr_latex_()
        import sympy

        from orbitkernels.theory.kernels import recursion

        lines = r" \\ ".join(
            sympy.latex(equation).replace("=", "&=", 1) for equation in recursion(self.activation)
        )
        weight, bias = (sympy.latex(exact_rational(value)) for value in (self._weight, self._bias))
        values = rf"\sigma_w^2 = {weight},\ \sigma_b^2 = {bias}"
        start = r"S_0 &= T_0 = \sigma_b^2 + \sigma_w^2 u"
        result = rf"k(u) &= {'T' if self._tangent else 'S'}_{{{self.depth}}},\quad {values}"
        return rf"$\displaystyle \begin{{aligned}} {start} \\ {lines} \\ {result} \end{{aligned}}$"


class NNGP(_Network):
    """Covariance of the outputs of a fully connected net of infinite width (Cho-Saul 2009, Lee et al. 2018).

    S_0 = sb2 + sw2 <x,y>/d; S' = sb2 + (sw2/2) sqrt(S(x,x) S(y,y)) kappa1(u) for relu; `expression` and `profile`
    take |x|^2 = |y|^2 = d.

    Args:
        depth: Number of hidden layers, at least 1.
        activation: ``"relu"`` or ``"erf"``.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.

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

    T_0 = S_0 and T' = S' + (sw2/2) kappa0(u) T for relu, with S the covariance of :class:`NNGP`; the convention of
    the neural-tangents library.  `expression` and `profile` take |x|^2 = |y|^2 = d.

    Args:
        depth: Number of hidden layers, at least 1.
        activation: ``"relu"`` or ``"erf"``.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.

    Raises:
        InputError: If an argument is out of range.

    Example:
        >>> from orbitkernels.proofs.kernels import NTK
        >>> k = NTK(depth=3)
        >>> k.spec
        'ntk(depth=3, activation=relu, weight_variance=1, bias_variance=1)'
        >>> float(k.profile(1.0)), k.expression.subs("u", 1)
        (3.75, 15/4)
    """

    name = "ntk"
    _tangent = True
