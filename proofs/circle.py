"""``circle_spectrum``: the eigenvalues of a kernel on N equispaced points of a circle, as SymPy expressions."""

from __future__ import annotations

from typing import Any

from orbitkernels.errors import InputError

from .arguments import exact_rational
from .kernel_base import Kernel
from .kernels import Gaussian, Laplace
from .kernels import kernel as kernel_of
from .network_kernels import NNGP, NTK

#: The arc-cosine kernels, which are no kernel objects.
NAMED = ("kappa0", "kappa1")


def circle_spectrum(kernel: Kernel | str, N: Any, k: Any = None) -> Any:
    """Eigenvalues lambda_k = sum_j kappa(2 pi j/N) exp(2 pi i jk/N) of a kernel on an orbit of C_N on the circle.

    The inputs have the norm of the kernel's ``expression``: |x|^2 = d for NNGP and NTK, |x| = 1 for all others.

    Closed forms are given for kappa0 and kappa1 (Theorems K6, K7) and ReLU nets with one hidden layer and no
    biases (K8); sums of Bessel functions for Gaussian and Laplace (K10, K11); for every other kernel the sum over
    the N values itself, because no better form exists in general (K8; erf nets have the series of K9).  SymPy is
    slow with these for nets of several layers; for numbers take the Fourier transform of ``kernel.profile``.

    Args:
        kernel: A kernel, its specification, or ``"kappa0"``, ``"kappa1"``.
        N: Number of points: a positive integer, or a SymPy symbol.  The formulas depend on the parities of N
            and k; for symbols of unknown parity the result is a Piecewise.
        k: Frequency: an integer or a SymPy symbol; if left out, N must be an integer and all k are given.

    Returns:
        A SymPy expression, or a tuple of N of them.

    Raises:
        InputError: If an argument is neither an integer nor a symbol, or the kernel is unknown.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.circle import circle_spectrum
        >>> circle_spectrum("kappa0", 4)
        (2, 1, 0, 1)
        >>> N, k = sympy.Symbol("N", even=True, positive=True), sympy.Symbol("k", odd=True)
        >>> circle_spectrum("kappa0", N, k)
        2/(N*sin(pi*k/N)**2)
        >>> circle_spectrum("nngp(depth=1, weight_variance=2, bias_variance=0)", 4, 0)
        4/pi + 2
    """
    formula = _formula(kernel)
    if k is not None:
        return formula(N, k)
    from orbitkernels.theory.integer_input import is_integer, shown

    if not is_integer(N) or N < 1:
        raise InputError(f"Argument 'N' must be a positive integer, not {shown(N)}; or give 'k' as well.")
    return tuple(formula(int(N), index) for index in range(int(N)))


def _formula(kernel: Kernel | str) -> Any:
    """The eigenvalue as a function of N and k."""
    from orbitkernels.theory import circle_spectra as spectra

    if isinstance(kernel, str) and kernel.strip() in NAMED:
        return {"kappa0": spectra.kappa0_eigenvalue, "kappa1": spectra.kappa1_eigenvalue}[kernel.strip()]
    if not isinstance(kernel, Kernel | str):
        raise InputError(f"Argument 'kernel' must be a kernel or its name, not {kernel!r}.")
    found = kernel_of(kernel)
    if (
        isinstance(found, NNGP | NTK)
        and found.is_plain
        and found.depth == 1
        and found.activation == "relu"
        and not found.bias_variance
    ):
        scale = exact_rational(found.parameters["weight_variance"]) ** 2
        return lambda N, k: spectra.relu_eigenvalue(N, k, scale, isinstance(found, NTK))
    if isinstance(found, Gaussian):
        length = exact_rational(found.parameters["length_scale"])
        return lambda N, k: spectra.gaussian_eigenvalue(N, k, 1 / length**2)
    if isinstance(found, Laplace):
        length = exact_rational(found.parameters["length_scale"])
        return lambda N, k: spectra.laplace_eigenvalue(N, k, 2 / length)
    expression = found.expression
    return lambda N, k: spectra.sampled_eigenvalue(N, k, expression)
