"""Fourier transform on a finite group: fhat(rho) = sum_g f(g) rho(g), its inverse, convolution and power spectrum.

The fast route puts the transform together along a chain of subgroups (Clausen; Baum), the naive one takes the sum
as it stands, with matrices multiplied along the Cayley graph.  Both give the same matrices in the same bases.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.numerics.adapted_irreps import Matrices
from orbitkernels.numerics.cayley_graph import CayleyGraph
from orbitkernels.numerics.group_fourier import forward, inverse, multiplications
from orbitkernels.numerics.intertwiners import unitary_intertwiners
from orbitkernels.numerics.naive_fourier import HalfwayProducts, MatricesOf, naive_inverse, naive_transform
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import shown

from .fourier_basis import FourierBasis, FourierIrrep, fourier_basis, fourier_irreps
from .irreps import UnitaryIrrep

Method = Literal["auto", "fast", "naive"]
Irreps = Sequence[FourierIrrep | UnitaryIrrep]

_METHODS = ("auto", "fast", "naive")

#: Multiplications of one matrix product in the time in which bases of ``G.irreps()`` are matched to adapted ones.
_START = 2**23


def fourier_transform(
    f: npt.ArrayLike, group: FiniteGroup, irreps: Irreps | None = None, method: Method = "auto"
) -> tuple[Matrices, ...]:
    """Fourier transform fhat(rho) = sum_g f(g) rho(g) of a function on a group.

    Args:
        f: Values f(g), real or complex, array [n]; or [n, m] for m functions at once.
        group: G of order n.
        irreps: Irreps, all or some, in whose bases the matrices are wanted: from :func:`fourier_irreps` or
            ``G.irreps()``.  All of :func:`fourier_irreps` if omitted.
        method: ``"fast"`` along a chain of subgroups, ``"naive"`` by the definition, ``"auto"`` whichever
            takes less time.

    Returns:
        One matrix [d, d] an irrep, in their order; [m, d, d] for m functions.

    Raises:
        InputError: If f has another length or is not finite, or the group is too large.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> S3 = ok.group("S3")
        >>> fhat = ok.fourier_transform(np.arange(6), S3)
        >>> [matrix.shape for matrix in fhat], fhat[0].round(12).tolist()
        ([(1, 1), (1, 1), (2, 2)], [[15.0]])
    """
    values, is_single = _functions(f, group, "f")
    fourier = _Fourier(group, irreps, method)
    transforms = fourier.transform(values)
    return tuple(transform[0] if is_single else transform for transform in transforms)


def inverse_fourier_transform(
    fhat: Sequence[npt.ArrayLike], group: FiniteGroup, irreps: Irreps | None = None, method: Method = "auto"
) -> npt.NDArray[np.complex128]:
    """The function f(g) = (1/n) sum_rho d_rho tr(rho(g)^* fhat(rho)) with a given Fourier transform.

    Args:
        fhat: One matrix [d, d] an irrep, or [m, d, d] for m functions.
        group: G of order n.
        irreps: All irreps, in the bases of the matrices; :func:`fourier_irreps` if omitted.
        method: As for :func:`fourier_transform`.

    Returns:
        Complex array [n], or [n, m]; the imaginary parts of a real function are rounding.

    Raises:
        InputError: If a matrix has another shape, an irrep is missing or a number is not finite.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> S3 = ok.group("S3")
        >>> ok.inverse_fourier_transform(ok.fourier_transform(np.arange(6), S3), S3).real.round(12).tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    fourier = _Fourier(group, irreps, method)
    fourier.require_all()
    matrices, is_single = _transforms(fhat, [rho.degree for rho in fourier.chosen])
    values = fourier.inverse(matrices)
    return values[0] if is_single else values.T


def convolve(
    f: npt.ArrayLike, h: npt.ArrayLike, group: FiniteGroup, method: Method = "auto"
) -> npt.NDArray[np.float64] | npt.NDArray[np.complex128]:
    """Convolution (f * h)(g) = sum_x f(x) h(x^-1 g), by its Fourier transform fhat(rho) hhat(rho).

    Args:
        f: Array [n], or [n, m] for m functions.
        h: Array [n] or [n, m].
        group: G of order n.
        method: As for :func:`fourier_transform`.

    Returns:
        Array [n] or [n, m]; real if f and h are.

    Example:
        >>> import orbitkernels as ok
        >>> ok.convolve([1, 2, 0], [0, 1, 0], ok.group("C3")).round(12).tolist()
        [0.0, 1.0, 2.0]
    """
    _functions(h, group, "h")
    pairs = zip(
        fourier_transform(f, group, method=method), fourier_transform(h, group, method=method), strict=True
    )
    values = inverse_fourier_transform([a @ b for a, b in pairs], group, method=method)
    return values if np.iscomplexobj(f) or np.iscomplexobj(h) else values.real


def power_spectrum(f: npt.ArrayLike, group: FiniteGroup, method: Method = "auto") -> npt.NDArray[np.float64]:
    """How much of a function lies in each irrep: (d_rho/n) |fhat(rho)|^2, the squared Frobenius norm.

    The sum over all irreps is sum_g |f(g)|^2 (Plancherel).  It does not depend on the bases of the irreps.

    Args:
        f: Array [n], or [n, m] for m functions.
        group: G of order n.
        method: As for :func:`fourier_transform`.

    Returns:
        Array [k], or [k, m], in the order of the irreps.

    Example:
        >>> import orbitkernels as ok
        >>> ok.power_spectrum([1, 0, 0, 0, 0, 0], ok.group("S3")).round(12).tolist()
        [0.166666666667, 0.166666666667, 0.666666666667]
    """
    transforms = fourier_transform(f, group, method=method)
    degrees = np.array([transform.shape[-1] for transform in transforms])
    norms = np.array([np.sum(np.abs(transform) ** 2, axis=(-2, -1)) for transform in transforms])
    found: npt.NDArray[np.float64] = (norms.T * (degrees / group.order)).T
    return found


class _Fourier:
    """One group with the irreps in whose bases matrices are wanted, and the route to them."""

    def __init__(self, group: FiniteGroup, irreps: Irreps | None, method: str) -> None:
        require_group(group)
        if method not in _METHODS:
            raise InputError(f"Argument 'method' must be one of {', '.join(_METHODS)}, not {shown(method)}.")
        self.group, self.chosen = group, _checked_irreps(group, irreps)
        self.is_fast = self._is_worth_it() if method == "auto" else method == "fast"

    @cached_property
    def basis(self) -> FourierBasis:
        """The adapted irreps."""
        return fourier_basis(self.group)

    def _is_worth_it(self) -> bool:
        """Whether the fast route takes less time: always, unless bases of few other irreps were to be matched."""
        if not all(isinstance(rho, UnitaryIrrep) for rho in self.chosen):
            return True
        naive = self.group.order * sum(rho.degree**3 for rho in self.chosen)
        return naive > _START and naive > _START + multiplications(self.basis.irreps)

    def require_all(self) -> None:
        """Refuses a list that lacks an irrep or holds one twice."""
        rows = {id(rho) if rho.character is None else rho.character for rho in self.chosen}
        if len(rows) != len(self.chosen) or sum(rho.degree**2 for rho in self.chosen) != self.group.order:
            raise InputError(
                "Argument 'irreps' must hold every irrep once; the inverse transform needs all of them."
            )

    def transform(self, functions: Matrices) -> list[Matrices]:
        """Transforms [m, d, d] of functions [m, n]."""
        if not self.is_fast:
            return [naive_transform(functions, self._naive_matrices(rho), rho.degree) for rho in self.chosen]
        families = forward(self.basis.irreps, functions[:, self.basis.elements])
        found = []
        for rho in self.chosen:
            family, member = self._place(rho)
            matrices = families[family][member]
            if not isinstance(rho, FourierIrrep):
                T = self._change_of_basis(rho)
                matrices = T @ matrices @ T.conj().T
            found.append(matrices)
        return found

    def inverse(self, transforms: Sequence[Matrices]) -> npt.NDArray[np.complex128]:
        """Functions [m, n] with transforms [m, d, d]."""
        if not self.is_fast:
            return naive_inverse(transforms, [self._naive_matrices(rho) for rho in self.chosen], self.group.order)
        count = transforms[0].shape[0]
        families = [np.empty((k, count, d, d), dtype=np.complex128) for k, d in self.basis.irreps.shapes]
        for rho, transform in zip(self.chosen, transforms, strict=True):
            family, member = self._place(rho)
            if not isinstance(rho, FourierIrrep):
                T = self._change_of_basis(rho)
                transform = T.conj().T @ transform @ T
            families[family][member] = transform
        return np.asarray(inverse(self.basis.irreps, families)[:, self.basis.positions], dtype=np.complex128)

    def _place(self, rho: FourierIrrep | UnitaryIrrep) -> tuple[int, int]:
        """Family and member of an irrep."""
        return rho.place if isinstance(rho, FourierIrrep) else self.basis.rows(self.group)[rho.character]

    def _change_of_basis(self, rho: UnitaryIrrep) -> Matrices:
        """Unitary T with rho(g) T = T sigma(g) for the adapted irrep sigma."""
        family, member = self._place(rho)
        steps = self.basis.irreps.averaging_steps()
        left = [rho(self.basis.elements[step])[None] for step in steps]
        right = [self.basis.irreps.matrices(family, [member], step) for step in steps]
        return unitary_intertwiners(left, right)[0] if steps else np.eye(1)

    def _naive_matrices(self, rho: FourierIrrep | UnitaryIrrep) -> MatricesOf:
        """Matrices of an irrep at given elements, without the chain."""
        return self._products.matrices_of(rho(self._products.letters))

    @cached_property
    def _products(self) -> HalfwayProducts:
        """Every element as a product of two that are near the identity in a Cayley graph of short words."""
        return HalfwayProducts(CayleyGraph.of_letters(self.group.right_translations).with_short_words())


def _functions(f: npt.ArrayLike, group: FiniteGroup, name: str) -> tuple[Matrices, bool]:
    """Functions as an array [m, n] of floating-point numbers, and whether it was one alone."""
    require_group(group)
    values = _numbers(f, name)
    if values.ndim not in (1, 2) or values.shape[0] != group.order:
        raise InputError(
            f"Argument '{name}' must hold one value for each of the {group.order} elements of {group.name}, in "
            f"the shape [n] or [n, m], not {list(values.shape)}."
        )
    return (values[None, :], True) if values.ndim == 1 else (np.ascontiguousarray(values.T), False)


def _numbers(values: npt.ArrayLike, name: str) -> Matrices:
    """Finite numbers as float64 or complex128."""
    try:
        found: npt.NDArray[Any] = np.asarray(values)
        found = found.astype(np.complex128 if np.iscomplexobj(found) else np.float64, copy=False)
    except (TypeError, ValueError):
        raise InputError(f"Argument '{name}' must be an array of numbers, not {shown(values)}.") from None
    if not np.isfinite(found).all():
        raise InputError(f"Argument '{name}' must hold finite numbers; some are infinite or not numbers.")
    return found


def _transforms(fhat: Sequence[npt.ArrayLike], degrees: Sequence[int]) -> tuple[list[Matrices], bool]:
    """Matrices [m, d, d] of each irrep, and whether they were [d, d]."""
    try:
        count = len(fhat)
    except TypeError:
        raise InputError(f"Argument 'fhat' must be a list of matrices, not {shown(fhat)}.") from None
    if count != len(degrees):
        raise InputError(f"Argument 'fhat' must hold one matrix for each of {len(degrees)} irreps, not {count}.")
    matrices = [_numbers(matrix, f"fhat[{k}]") for k, matrix in enumerate(fhat)]
    functions = matrices[0].shape[:-2]
    for k, (matrix, d) in enumerate(zip(matrices, degrees, strict=True)):
        if matrix.shape != (*functions, d, d) or len(functions) > 1:
            wanted = f"[{d}, {d}]" if len(functions) != 1 else f"[{functions[0]}, {d}, {d}]"
            raise InputError(f"Argument 'fhat[{k}]' must have the shape {wanted}, not {list(matrix.shape)}.")
    return [matrix.reshape(-1, d, d) for matrix, d in zip(matrices, degrees, strict=True)], not functions


def _checked_irreps(group: FiniteGroup, irreps: Irreps | None) -> tuple[FourierIrrep | UnitaryIrrep, ...]:
    """The irreps wanted: all adapted ones if none are named."""
    if irreps is None:
        return fourier_irreps(group)
    try:
        chosen = tuple(irreps)
    except TypeError:
        raise InputError(f"Argument 'irreps' must be a list of irreps, not {shown(irreps)}.") from None
    for rho in chosen:
        if isinstance(rho, FourierIrrep):
            fits = rho.basis is fourier_basis(group)
        else:
            fits = isinstance(rho, UnitaryIrrep) and rho.order == group.order
        if not fits:
            raise InputError(
                f"Argument 'irreps' must hold irreps of {group.name} from fourier_irreps(group) or "
                f"group.irreps(), not {shown(rho)}."
            )
    return chosen
