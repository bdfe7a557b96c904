"""Kernels as users meet them: one object with a SymPy expression and a Gram function.

The expression comes from :mod:`orbitkernels.theory.kernels` and the Gram matrix from
:mod:`orbitkernels.numerics.kernels`, each on its own.  Only :class:`Formula` compiles its Gram function from its
expression.
"""

from __future__ import annotations

import inspect
import re
from difflib import get_close_matches
from functools import cached_property
from numbers import Real
from typing import Any

import numpy.typing as npt

from orbitkernels.errors import InputError

from .arguments import FloatArray, Parameter, exact_rational, integer, number, reals
from .attention_kernels import AttentionNNGP, AttentionNTK
from .convolutional_kernels import CNNGP, CNTK
from .formula_kernel import Formula
from .kernel_base import Kernel
from .kernel_displays import number_latex
from .network_kernels import NNGP, NTK

__all__ = [
    "CNNGP", "CNTK", "KERNELS", "NNGP", "NTK", "AttentionNNGP", "AttentionNTK", "Formula", "Gaussian", "Kernel",
    "Laplace", "Polynomial", "kernel",
]  # fmt: skip


class _Stationary(Kernel):
    """A kernel of |x - y| with one length scale."""

    def __init__(self, length_scale: Real | float = 1.0) -> None:
        self._scale = number("length_scale", length_scale, positive=True)
        self.length_scale = float(self._scale)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The length scale."""
        return {"length_scale": self._scale}


class Gaussian(_Stationary):
    """exp(-|x - y|^2 / (2 length_scale^2)), scikit-learn's RBF; `expression` and `profile` take unit vectors.

    Args:
        length_scale: Positive.

    Example:
        >>> from orbitkernels.proofs.kernels import Gaussian
        >>> Gaussian(length_scale=0.5).expression
        exp(4*u - 4)
    """

    name = "gaussian"

    @cached_property
    def expression(self) -> Any:
        """exp(-(1 - u)/length_scale^2), for unit vectors."""
        from orbitkernels.theory.kernels import gaussian_expression

        return gaussian_expression(exact_rational(self._scale))

    @property
    def formula_lines(self) -> list[str]:
        """The kernel for inputs of any length."""
        scale = rf"\ell = {number_latex(self._scale)}"
        return [rf"k(x, y) &= \exp \left(- \frac{{|x - y|^2}}{{2 \ell^2}} \right),\quad {scale}"]

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        from orbitkernels.numerics.kernels import gaussian_gram

        return gaussian_gram(X, Y, self.length_scale)

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """exp(-(1 - u)/length_scale^2), for unit vectors; same shape as u."""
        from orbitkernels.numerics.kernels import gaussian_profile

        return gaussian_profile(reals("u", u), self.length_scale)


class Laplace(_Stationary):
    """exp(-|x - y| / length_scale); `expression` and `profile` take unit vectors.

    Args:
        length_scale: Positive.

    Example:
        >>> from orbitkernels.proofs.kernels import Laplace
        >>> Laplace(length_scale=1).expression
        exp(-sqrt(2 - 2*u))
    """

    name = "laplace"

    @cached_property
    def expression(self) -> Any:
        """exp(-sqrt(2 (1 - u))/length_scale), for unit vectors."""
        from orbitkernels.theory.kernels import laplace_expression

        return laplace_expression(exact_rational(self._scale))

    @property
    def formula_lines(self) -> list[str]:
        """The kernel for inputs of any length."""
        scale = rf"\ell = {number_latex(self._scale)}"
        return [rf"k(x, y) &= \exp \left(- \frac{{|x - y|}}{{\ell}} \right),\quad {scale}"]

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        from orbitkernels.numerics.kernels import laplace_gram

        return laplace_gram(X, Y, self.length_scale)

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """exp(-sqrt(2 (1 - u))/length_scale), for unit vectors; same shape as u."""
        from orbitkernels.numerics.kernels import laplace_profile

        return laplace_profile(reals("u", u), self.length_scale)


class Polynomial(Kernel):
    """(scale <x,y> + offset)^degree; scikit-learn calls them gamma and coef0.  `expression` takes unit vectors.

    Args:
        degree: Positive integer.
        offset: At least 0.
        scale: Positive.

    Example:
        >>> from orbitkernels.proofs.kernels import Polynomial
        >>> Polynomial(degree=3, offset=1, scale=2).expression
        (2*u + 1)**3
    """

    name = "polynomial"

    def __init__(self, degree: int = 2, offset: Real | float = 1.0, scale: Real | float = 1.0) -> None:
        self.degree = integer("degree", degree, most=1000)
        self._offset = number("offset", offset, positive=False)
        self._scale = number("scale", scale, positive=True)
        self.offset, self.scale = float(self._offset), float(self._scale)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Degree, offset and scale."""
        return {"degree": self.degree, "offset": self._offset, "scale": self._scale}

    @cached_property
    def expression(self) -> Any:
        """(scale u + offset)^degree, for unit vectors."""
        from orbitkernels.theory.kernels import polynomial_expression

        return polynomial_expression(self.degree, exact_rational(self._offset), exact_rational(self._scale))

    @property
    def formula_lines(self) -> list[str]:
        """The kernel for inputs of any length."""
        scale, offset = number_latex(self._scale), number_latex(self._offset)
        return [rf"k(x, y) &= \left({scale} \langle x, y \rangle + {offset}\right)^{{{self.degree}}}"]

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        from orbitkernels.numerics.kernels import polynomial_gram

        return polynomial_gram(X, Y, self.degree, self.offset, self.scale)

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """(scale u + offset)^degree, for unit vectors; same shape as u."""
        from orbitkernels.numerics.kernels import polynomial_profile

        return polynomial_profile(reals("u", u), self.degree, self.offset, self.scale)


#: Kernels by the name that a specification calls them.
KERNELS: dict[str, type[Kernel]] = {
    cls.name: cls for cls in (NTK, NNGP, CNTK, CNNGP, AttentionNTK, AttentionNNGP, Gaussian, Laplace, Polynomial)
}


def kernel(spec: str | Kernel) -> Kernel:
    """Kernel of a specification: a call such as ``ntk(depth=3)``, or a formula in u such as ``exp(-2*(1-u))``.

    Args:
        spec: Text, read without evaluating any of it; a Kernel is returned as it is.

    Raises:
        InputError: If the text names no available kernel, or an argument is unknown, repeated or out of range.

    Example:
        >>> from orbitkernels.proofs.kernels import kernel
        >>> kernel("ntk(depth=3)")
        <Kernel ntk(depth=3, activation=relu, weight_variance=1, bias_variance=1)>
        >>> kernel("gaussian(length_scale=1.4)").spec
        'gaussian(length_scale=1.4)'
    """
    if isinstance(spec, Kernel):
        return spec
    from orbitkernels.theory import formula

    named = re.match(r"\s*([A-Za-z_]\w*)\s*(\(|$)", spec) if isinstance(spec, str) else None
    if not isinstance(spec, str) or (named and named[1] not in formula.FUNCTIONS | formula.CONSTANTS):
        name, arguments = formula.parse_call(spec)
        return _called(name, arguments)
    return Formula(spec)


def _called(name: str, arguments: dict[str, Any]) -> Kernel:
    """Kernel of a parsed call."""
    if name not in KERNELS:
        near = get_close_matches(name.lower(), KERNELS, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise InputError(
            f"Kernel '{name[:40]}' is not available; {hint}use {', '.join(KERNELS)} or a formula in u."
        )
    cls = KERNELS[name]
    known = tuple(inspect.signature(cls).parameters)
    for key in arguments:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(f"Kernel '{name}' has no argument '{key[:40]}'; {hint}it takes {', '.join(known)}.")
    return cls(**arguments)
