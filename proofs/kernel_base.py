"""What every kernel has: parameters, a specification, a SymPy expression, a Gram matrix and a profile in u."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown

from .arguments import FloatArray, Parameter, parameter_text, rows
from .gram_size import require_gram_fits


class Kernel(ABC):
    """A kernel k(x, y) that depends on inner products only, hence invariant under orthogonal maps.

    Two kernels are equal if they are of one class and have equal parameters.

    Attributes:
        name: What a specification calls the kernel.
    """

    name: ClassVar[str]

    @property
    @abstractmethod
    def parameters(self) -> dict[str, Parameter]:
        """Parameters by keyword, numbers exact."""

    @property
    @abstractmethod
    def expression(self) -> Any:
        """SymPy expression in u, the cosine of the angle; the class says which norm the inputs have."""

    @abstractmethod
    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        """Gram matrix of checked arrays."""

    def _gram_as(self, X: FloatArray, Y: FloatArray | None, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """The same with entries of a type; float32 saves half of the memory, and time where a kernel says so."""
        return self._gram(X, Y).astype(dtype, copy=False)

    @abstractmethod
    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """The kernel as a function of the cosine u, for inputs of the norm of `expression`; same shape as u.

        Raises:
            InputError: If u is NaN or |u| > 1 + 1e-12.
        """

    @property
    def spec(self) -> str:
        """Text that :func:`kernel` reads back to an equal kernel."""
        return (
            f"{self.name}({', '.join(f'{key}={parameter_text(value)}' for key, value in self.parameters.items())})"
        )

    def gram(
        self, X: npt.ArrayLike, Y: npt.ArrayLike | None = None, dtype: npt.DTypeLike | None = None
    ) -> npt.NDArray[Any]:
        """Gram matrix k(x_i, y_j).

        Args:
            X: Array [m, d] of finite reals, one input a row.
            Y: Array [p, d]; X itself if omitted, and then the result is symmetric to the bit.
            dtype: float64, which it is if omitted, or float32.

        Returns:
            Array [m, p].

        Raises:
            InputError: If a shape or an entry cannot be used, the matrix exceeds the memory, or a value exceeds
                floating point.
        """
        wanted = entry_type(dtype)
        require_gram_fits(X, Y, wanted.itemsize)
        x = rows("X", X)
        y = None if Y is None else rows("Y", Y)
        if y is not None and y.shape[1] != x.shape[1]:
            raise InputError(
                f"Argument 'Y' must have {x.shape[1]} columns like 'X', not {y.shape[1]}; make them agree."
            )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            gram = self._gram_as(x, y, wanted)
        return finite_entries(gram, wanted, self.spec)

    @property
    def formula_lines(self) -> list[str]:
        """Lines of LaTeX, aligned at &, that determine the Gram matrix."""
        import sympy

        cosine = r"u &= \frac{\langle x, y \rangle}{|x| |y|}"
        return [f"k(x, y) &= {sympy.latex(self.expression)}", cosine]

    def _repr_latex_(self) -> str:
        from .kernel_displays import display

        return display(self.formula_lines)

    def __repr__(self) -> str:
        return f"<Kernel {self.spec}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kernel):
            return NotImplemented
        return type(self) is type(other) and self.parameters == other.parameters

    def __hash__(self) -> int:
        return hash((type(self), tuple(self.parameters.items())))


class GramKernel(Kernel):
    """A kernel that is no function of one angle: it has a Gram matrix, and neither expression nor profile.

    Attributes:
        depends_on: What its values depend on instead.
    """

    depends_on: ClassVar[str]

    @property
    def expression(self) -> Any:
        """There is none: the kernel is no function of the angle between two inputs.

        Raises:
            InputError: Always.
        """
        self._refuse("expression")

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """There is none: the kernel is no function of the angle between two inputs.

        Raises:
            InputError: Always.
        """
        self._refuse("profile")

    def _refuse(self, what: str) -> NoReturn:
        raise InputError(
            f"Kernel {self.name} has no {what} in u: it depends on {self.depends_on}, not on the angle between "
            "two inputs; use gram."
        )


def entry_type(dtype: npt.DTypeLike | None) -> np.dtype[Any]:
    """float64 or float32."""
    try:
        found = np.dtype(np.float64 if dtype is None else dtype)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise InputError(f"Argument 'dtype' must be float64 or float32, not {shown(dtype)}.")
    return found


def finite_entries(gram: npt.NDArray[Any], wanted: np.dtype[Any], name: str) -> npt.NDArray[Any]:
    """The values as entries of a type, refused if that cannot hold them."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = gram.astype(wanted, copy=False)
    if not np.all(np.isfinite(found)):
        kind = "floating point" if wanted == np.float64 else f"{wanted} floating point"
        raise InputError(f"Argument 'X' gives values of {name} beyond {kind}; scale the inputs down.")
    return found
