r"""Spectra of kernels on N equispaced points of a circle, in closed form (Theorems K6 to K8, K10, K11).

The Gram matrix of a kernel kappa(theta) of the angle on the points theta_j = 2 pi j/N is a circulant with the
eigenvalues

    lambda_k = sum_j kappa(theta_j) omega^(jk),    omega = exp(2 pi i/N),    k = 0, ..., N - 1.

N and k are integers or SymPy symbols.  The formulas differ by the parities of N and k; where these are not known
the result is a Piecewise.  For odd N the parity meant is that of the integer k, not of its residue: k and k + N
give one value by two formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Eq, Mod, Piecewise, S, besseli, cos, cot, csc, exp, pi, sec, sin, tan

from orbitkernels.errors import InputError

from .integer_input import is_integer, shown

#: Index of the infinite sums.
m = sympy.Symbol("m", integer=True)


def kappa0_eigenvalue(N: Any, k: Any) -> Any:
    """lambda_k of kappa0(theta) = 1 - theta/pi, 0 <= theta <= pi (Theorem K6).

    Args:
        N: Number of points, a positive integer or a symbol.
        k: Frequency, an integer or a symbol.

    Raises:
        InputError: If an argument is neither.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.circle_spectra import kappa0_eigenvalue
        >>> kappa0_eigenvalue(4, 1), kappa0_eigenvalue(3, 0)
        (1, 5/3)
        >>> kappa0_eigenvalue(sympy.Symbol("N", even=True), sympy.Symbol("k", odd=True))
        2/(N*sin(pi*k/N)**2)
    """
    N, k = _checked(N, k)

    def formula(even_points: bool, even: bool) -> Any:
        constant, half = _if_divides(N, k, N / 2), pi * k / (2 * N)
        if even_points:
            return constant if even else 2 / (N * sin(pi * k / N) ** 2)
        return constant + 1 / (2 * N * (cos(half) if even else sin(half)) ** 2)

    return _by_parity(N, k, formula)


def sine_eigenvalue(N: Any, k: Any) -> Any:
    """s_k = sum_j |sin(theta_j)| omega^(jk), the part of kappa1 that is no multiple of kappa0 (Theorem K7).

    Example:
        >>> from orbitkernels.theory.circle_spectra import sine_eigenvalue
        >>> sine_eigenvalue(4, 0), sine_eigenvalue(3, 1)
        (2, -sqrt(3)/2)
    """
    N, k = _checked(N, k)
    return _by_parity(N, k, lambda even_points, even: _sine(N, k, even_points, even))


def kappa1_eigenvalue(N: Any, k: Any) -> Any:
    """lambda_k of kappa1(theta) = (sin(theta) + (pi - theta) cos(theta))/pi, 0 <= theta <= pi (Theorem K7).

    Example:
        >>> from orbitkernels.theory.circle_spectra import kappa1_eigenvalue
        >>> kappa1_eigenvalue(4, 0), kappa1_eigenvalue(4, 1), kappa1_eigenvalue(6, 3)
        (2/pi + 1, 1, 0)
        >>> kappa1_eigenvalue(3, 1)
        -sqrt(3)/(2*pi) + 7/6
    """
    N, k = _checked(N, k)
    return _by_parity(N, k, lambda *parities: _sine(N, k, *parities) / pi + _shifted(N, k, *parities))


def relu_eigenvalue(N: Any, k: Any, scale: Any = 1, ntk: bool = False) -> Any:
    """lambda_k of a ReLU net with one hidden layer and no biases (Theorem K8).

    Args:
        N: Number of points.
        k: Frequency.
        scale: sw2^2 q, with the weight variance sw2 and q = |x|^2/d.
        ntk: Whether the NTK is meant, not the NNGP kernel.

    Example:
        >>> from orbitkernels.theory.circle_spectra import relu_eigenvalue
        >>> relu_eigenvalue(4, 1), relu_eigenvalue(4, 1, scale=2, ntk=True)
        (1/2, 2)
    """
    N, k = _checked(N, k)
    share = 2 if ntk else 1

    def formula(*parities: bool) -> Any:
        return sympy.sympify(scale) / 2 * (_sine(N, k, *parities) / pi + share * _shifted(N, k, *parities))

    return _by_parity(N, k, formula)


def gaussian_eigenvalue(N: Any, k: Any, z: Any = 1) -> Any:
    """lambda_k of exp(-z (1 - cos(theta))), an infinite sum of modified Bessel functions (Theorem K10).

    Args:
        N: Number of points.
        k: Frequency.
        z: r^2/l^2 > 0 for exp(-|x - y|^2/(2 l^2)) on a circle of radius r.

    Example:
        >>> from orbitkernels.theory.circle_spectra import gaussian_eigenvalue
        >>> gaussian_eigenvalue(5, 1, 2)
        5*exp(-2)*Sum(besseli(5*m + 1, 2), (m, -oo, oo))
    """
    N, k = _checked(N, k)
    return N * exp(-sympy.sympify(z)) * sympy.Sum(besseli(k + m * N, z), (m, -sympy.oo, sympy.oo))


def laplace_eigenvalue(N: Any, k: Any, c: Any = 1) -> Any:
    """lambda_k of exp(-c sin(theta/2)), 0 <= theta < 2 pi, by modified Bessel functions (Theorem K11).

    Args:
        N: Number of points.
        k: Frequency.
        c: 2 r/l > 0 for exp(-|x - y|/l) on a circle of radius r.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.circle_spectra import laplace_eigenvalue
        >>> len(laplace_eigenvalue(5, 1, 2).atoms(sympy.Sum))
        2
    """
    N, k = _checked(N, k)
    p = 2 * m + 1
    even = N * sympy.Sum((-1) ** (k + m * N) * besseli(2 * (k + m * N), c), (m, -sympy.oo, sympy.oo))
    angles = cot(pi * (p + 2 * k) / (2 * N)) + cot(pi * (p - 2 * k) / (2 * N))
    return even - sympy.Sum((-1) ** m * besseli(p, c) * angles, (m, 0, sympy.oo))


def geodesic_eigenvalue(N: Any, k: Any, q: Any) -> Any:
    """lambda_k of q^(N theta/(2 pi)), 0 <= theta <= pi: the exponential of the geodesic distance (Theorem K11).

    Args:
        N: Number of points.
        k: Frequency.
        q: Value of the kernel at neighbouring points, exp(-2 pi/(l N)) for exp(-theta/l), not 1; N >= 2.

    Example:
        >>> from orbitkernels.theory.circle_spectra import geodesic_eigenvalue
        >>> from sympy import Rational
        >>> [geodesic_eigenvalue(4, k, Rational(1, 2)) for k in range(4)]
        [9/4, 3/4, 1/4, 3/4]
    """
    N, k = _checked(N, k)
    q = sympy.sympify(q)
    turn = pi * k / N

    def formula(even_points: bool, even: bool) -> Any:
        sign = 1 if even else -1
        denominator = 1 - 2 * q * cos(2 * turn) + q**2
        if even_points:
            return (1 - q**2) * (1 - sign * q ** (N / 2)) / denominator
        return (1 - q) * (1 + q - 2 * sign * q ** ((N + 1) / 2) * cos(turn)) / denominator

    return _by_parity(N, k, formula)


def sampled_eigenvalue(N: Any, k: Any, expression: Any) -> Any:
    """lambda_k from its definition, the sum over the N values, for a kernel in the cosine u of the angle.

    Args:
        N: Number of points.
        k: Frequency.
        expression: SymPy expression in :data:`orbitkernels.theory.formula.u`.

    Returns:
        The sum written out if N is an integer, else a SymPy Sum over j.

    Example:
        >>> from orbitkernels.theory.circle_spectra import sampled_eigenvalue
        >>> from orbitkernels.theory.formula import u
        >>> sampled_eigenvalue(4, 0, u**2 + u)
        2
    """
    from .formula import u

    N, k = _checked(N, k)
    j = sympy.Symbol("j", integer=True)
    term = sympy.sympify(expression).subs(u, cos(2 * pi * j / N)) * cos(2 * pi * j * k / N)
    whole = sympy.Sum(term, (j, 0, N - 1))
    return sympy.Add(*(term.subs(j, place) for place in range(int(N)))) if N.is_Integer else whole


# ---------------------------------------------------------------------- cases


def _sine(N: Any, k: Any, even_points: bool, even: bool) -> Any:
    """s_k in one of the four cases."""
    above, below = pi * (k + 1) / N, pi * (k - 1) / N
    if even_points:
        return cot(above) - cot(below) if even else S.Zero
    if even:
        return (cot(above / 2) - cot(below / 2)) / 2
    return (tan(below / 2) - tan(above / 2)) / 2


def _shifted(N: Any, k: Any, even_points: bool, even: bool) -> Any:
    """lambda_k of kappa0(theta) cos(theta), the mean of those of kappa0 at k - 1 and k + 1, in one case."""
    above, below = pi * (k + 1) / N, pi * (k - 1) / N
    constant = _if_divides(N, k - 1, N / 4) + _if_divides(N, k + 1, N / 4)
    if even_points:
        return (csc(above) ** 2 + csc(below) ** 2) / N if even else constant
    inverse = csc if even else sec
    return constant + (inverse(above / 2) ** 2 + inverse(below / 2) ** 2) / (4 * N)


def _checked(N: Any, k: Any) -> tuple[Any, Any]:
    """Both as SymPy objects: integers, or expressions in symbols."""
    points, frequency = (sympy.Integer(int(value)) if is_integer(value) else value for value in (N, k))
    if not isinstance(points, sympy.Expr) or points.is_integer is False or points.is_positive is False:
        raise InputError(f"Argument 'N' must be a positive integer or a symbol, not {shown(N)}.")
    if not isinstance(frequency, sympy.Expr) or frequency.is_integer is False:
        raise InputError(f"Argument 'k' must be an integer or a symbol, not {shown(k)}.")
    return points, frequency


def _if_divides(N: Any, k: Any, value: Any) -> Any:
    """The value if N divides k, else 0."""
    return Piecewise((value, Eq(Mod(k, N), 0)), (0, True))


def _by_parity(N: Any, k: Any, formula: Callable[[bool, bool], Any]) -> Any:
    """formula(N is even, k is even), by cases where a parity is not known."""
    return _cases(N, lambda even_points: _cases(k, lambda even: formula(even_points, even)))


def _cases(number: Any, formula: Callable[[bool], Any]) -> Any:
    """formula(number is even), or both as a Piecewise."""
    if number.is_even or number.is_odd:
        return formula(bool(number.is_even))
    return Piecewise((formula(True), Eq(Mod(number, 2), 0)), (formula(False), True))
