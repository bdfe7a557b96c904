"""Cyclotomic numbers: exact sums of roots of unity with rational coefficients, the values of characters.

E(N) = exp(2 pi i/N).  A number is kept in the smallest field Q(E(N)) that holds it, as a polynomial in E(N)
reduced modulo the cyclotomic polynomial Phi_N, so that equal numbers look equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from numbers import Rational
from typing import Any

from flint import fmpq, fmpq_poly, fmpz, fmpz_poly

from orbitkernels.errors import InputError

from .integer_input import is_integer, shown

#: Anything that arithmetic accepts beside a Cyclotomic.
Exact = int | Fraction

#: Largest conductor of a number that is made; its polynomial has nearly as many coefficients.
MAX_CONDUCTOR = 1_000_000


class Cyclotomic:
    """A number sum_j c_j E(N)^j with rational c_j and E(N) = exp(2 pi i/N), immutable and hashable.

    Args:
        conductor: N, a positive integer.
        coefficients: c_0, c_1, ... (integers or fractions), any number of them.

    Attributes:
        conductor: The least N with this number in Q(E(N)); never 2 modulo 4.
        coefficients: The phi(N) factors of E(N)^0, ..., E(N)^(phi(N)-1): integers exactly if the number is an
            algebraic integer (Washington, Introduction to Cyclotomic Fields, Theorem 2.6).

    Raises:
        InputError: If the conductor is not a positive integer.

    Example:
        >>> from orbitkernels.theory.cyclotomics import Cyclotomic, root_of_unity
        >>> z = root_of_unity(7)
        >>> period = z + z**2 + z**4
        >>> print(period, "=", period.to_sympy())
        E(7)+E(7)^2+E(7)^4 = -1/2 + sqrt(7)*I/2
        >>> period * period.conjugate() == 2
        True
        >>> (root_of_unity(6) - root_of_unity(3)).conductor
        1
    """

    __slots__ = ("_polynomial", "conductor")

    _polynomial: Any
    conductor: int

    def __init__(self, conductor: int, coefficients: Sequence[Exact]) -> None:
        _require_conductor("conductor", conductor)
        polynomial = fmpq_poly([_flint_rational(c) for c in coefficients])
        self._polynomial, self.conductor = _minimal(polynomial % _modulus(conductor), conductor)

    @classmethod
    def from_terms(cls, conductor: int, terms: Iterable[tuple[int, Exact]]) -> Cyclotomic:
        """The sum of c E(N)^j over pairs (j, c); the exponents may be any integers, in any order, repeated.

        Example:
            >>> print(Cyclotomic.from_terms(5, [(1, 1), (-1, 1)]))
            E(5)+E(5)^4
        """
        pairs = [(j % conductor, c) for j, c in terms]
        step = gcd(conductor, *(j for j, _ in pairs))
        coefficients: list[Exact] = [0] * (conductor // step)
        for j, c in pairs:
            coefficients[j // step] += c
        return cls(conductor // step, coefficients)

    @classmethod
    def _reduced(cls, polynomial: Any, conductor: int) -> Cyclotomic:
        """From a polynomial already reduced modulo Phi_N; finds the least conductor."""
        result = cls.__new__(cls)
        result._polynomial, result.conductor = _minimal(polynomial, conductor)
        return result

    # ------------------------------------------------------------------ what it is

    @property
    def coefficients(self) -> tuple[Fraction, ...]:
        """The phi(N) factors of E(N)^0, ..., E(N)^(phi(N)-1)."""
        found = [Fraction(int(c.p), int(c.q)) for c in self._polynomial.coeffs()]
        return tuple(found + [Fraction(0)] * (totient(self.conductor) - len(found)))

    @property
    def is_rational(self) -> bool:
        """Whether the number lies in Q."""
        return self.conductor == 1

    @property
    def is_real(self) -> bool:
        """Whether complex conjugation fixes the number."""
        return self == self.conjugate()

    @property
    def is_integral(self) -> bool:
        """Whether the number is an algebraic integer."""
        return bool(self._polynomial.denom() == 1)

    def as_fraction(self) -> Fraction:
        """The number as a fraction.

        Raises:
            InputError: If it is irrational.
        """
        if not self.is_rational:
            raise InputError(f"The number {self} is irrational; use complex() or to_sympy().")
        return self.coefficients[0]

    def __eq__(self, other: object) -> bool:
        value = exact_number(other)
        if value is None:
            return NotImplemented
        return bool(self.conductor == value.conductor and self._polynomial == value._polynomial)

    def __hash__(self) -> int:
        if self.is_rational:
            return hash(self.coefficients[0])
        return hash((self.conductor, self.coefficients))

    def __bool__(self) -> bool:
        return bool(self._polynomial != 0)

    # ------------------------------------------------------------------ arithmetic

    def __add__(self, other: Cyclotomic | Exact) -> Cyclotomic:
        value = exact_number(other)
        if value is None:
            return NotImplemented
        left, right, conductor = _common(self, value)
        return Cyclotomic._reduced(left + right, conductor)

    def __mul__(self, other: Cyclotomic | Exact) -> Cyclotomic:
        value = exact_number(other)
        if value is None:
            return NotImplemented
        left, right, conductor = _common(self, value)
        return Cyclotomic._reduced(left * right % _modulus(conductor), conductor)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Cyclotomic:
        return Cyclotomic._reduced(-self._polynomial, self.conductor)

    def __pos__(self) -> Cyclotomic:
        return self

    def __sub__(self, other: Cyclotomic | Exact) -> Cyclotomic:
        value = exact_number(other)
        return NotImplemented if value is None else self + -value

    def __rsub__(self, other: Exact) -> Cyclotomic:
        return -self + other

    def __truediv__(self, other: Cyclotomic | Exact) -> Cyclotomic:
        value = exact_number(other)
        return NotImplemented if value is None else self * value.inverse()

    def __rtruediv__(self, other: Exact) -> Cyclotomic:
        return self.inverse() * other

    def __pow__(self, exponent: int) -> Cyclotomic:
        if not is_integer(exponent):
            return NotImplemented
        base, k = (self, exponent) if exponent >= 0 else (self.inverse(), -exponent)
        result = Cyclotomic(1, [1])
        while k:
            if k & 1:
                result = result * base
            base, k = (base * base, k >> 1) if k > 1 else (base, 0)
        return result

    def inverse(self) -> Cyclotomic:
        """1/x, from the extended Euclidean algorithm with Phi_N.

        Raises:
            ZeroDivisionError: If the number is zero.
        """
        if not self:
            raise ZeroDivisionError("division by the cyclotomic number 0")
        cofactor = self._polynomial.xgcd(_modulus(self.conductor))[1]
        return Cyclotomic._reduced(cofactor, self.conductor)

    def galois(self, k: int) -> Cyclotomic:
        """The image under the automorphism E(N) -> E(N)^k of Q(E(N)).

        Raises:
            InputError: If k is not prime to the conductor.

        Example:
            >>> print(Cyclotomic.from_terms(5, [(1, 1), (4, 1)]).galois(2))
            E(5)^2+E(5)^3
        """
        if not is_integer(k) or gcd(k, self.conductor) != 1:
            raise InputError(f"Argument 'k' must be prime to the conductor {self.conductor}, not {shown(k)}.")
        terms = [(j * k, c) for j, c in enumerate(self.coefficients) if c]
        return Cyclotomic.from_terms(self.conductor, terms)

    def conjugate(self) -> Cyclotomic:
        """The complex conjugate."""
        return self.galois(-1)

    def __reduce__(self) -> tuple[type[Cyclotomic], tuple[int, tuple[Fraction, ...]]]:
        return Cyclotomic, (self.conductor, self.coefficients)

    # ------------------------------------------------------------------ display

    def __complex__(self) -> complex:
        from .cyclotomic_forms import nearest_complex

        return nearest_complex(self.conductor, [(j, c) for j, c in enumerate(self.coefficients) if c])

    def to_sympy(self) -> Any:
        """A SymPy number: radicals if a sum of square roots, else cosines (if real) or exp(2 pi i k/N).

        Example:
            >>> Cyclotomic.from_terms(5, [(1, 1), (4, 1)]).to_sympy()
            -1/2 + sqrt(5)/2
        """
        from .cyclotomic_forms import sympy_form

        return sympy_form(self)

    def to_latex(self) -> str:
        r"""LaTeX: radicals if a sum of square roots, else a sum of powers of ``\zeta_N`` = E(N)."""
        from .cyclotomic_forms import latex_form

        return latex_form(self)

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def __str__(self) -> str:
        from .cyclotomic_forms import gap_form

        return gap_form(self)

    def __repr__(self) -> str:
        return f"Cyclotomic({self})"


def root_of_unity(N: int, k: int = 1) -> Cyclotomic:
    """E(N)^k = exp(2 pi i k/N).

    Example:
        >>> root_of_unity(4) ** 2 == -1
        True
    """
    _require_conductor("N", N)
    if not is_integer(k):
        raise InputError(f"Argument 'k' must be an integer, not {shown(k)}.")
    return Cyclotomic.from_terms(N, [(k, 1)])


def _require_conductor(argument: str, value: int) -> None:
    """Raise unless the value is an integer from 1 to MAX_CONDUCTOR."""
    if not is_integer(value) or not 1 <= value <= MAX_CONDUCTOR:
        raise InputError(
            f"Argument '{argument}' must be a positive integer up to {MAX_CONDUCTOR}, not {shown(value)}."
        )


def weighted_sum(
    weights: Iterable[Exact], left: Iterable[Cyclotomic], right: Iterable[Cyclotomic] | None = None
) -> Cyclotomic:
    """The sum over j of w_j x_j (or w_j x_j y_j), reduced only once at the end.

    Example:
        >>> x = [root_of_unity(3), root_of_unity(4)]
        >>> print(weighted_sum([1, 2], x, x))
        2*E(3)+3*E(3)^2
    """
    factors, xs = list(weights), list(left)
    ys = list(right) if right is not None else [ONE] * len(xs)
    conductor = lcm(1, *(x.conductor for x in xs), *(y.conductor for y in ys))
    total = fmpq_poly([0])
    for w, x, y in zip(factors, xs, ys, strict=True):
        if w and x and y:
            product = _lift(x._polynomial, x.conductor, conductor) * _lift(y._polynomial, y.conductor, conductor)
            total += product * _flint_rational(w)
    return Cyclotomic._reduced(total % _modulus(conductor), conductor)


def totient(n: int) -> int:
    """Euler's phi(n), the degree of Q(E(n))."""
    return int(fmpz(n).euler_phi())


@lru_cache(maxsize=4096)
def prime_divisors(n: int) -> tuple[int, ...]:
    """The primes that divide n, in increasing order."""
    return tuple(int(p) for p, _ in fmpz(n).factor())


@lru_cache(maxsize=1024)
def _modulus(conductor: int) -> Any:
    """Phi_N as a rational polynomial."""
    return fmpq_poly(fmpz_poly.cyclotomic(conductor))


def _flint_rational(value: Exact) -> Any:
    if isinstance(value, Rational):
        return fmpq(int(value.numerator), int(value.denominator))
    raise InputError(f"Coefficients must be integers or fractions, not {shown(value)}.")


def exact_number(value: object) -> Cyclotomic | None:
    """A cyclotomic number, an integer (NumPy's too) or a fraction as a cyclotomic number; None for anything else.

    Example:
        >>> exact_number(2), exact_number(0.5)
        (Cyclotomic(2), None)
    """
    if isinstance(value, Cyclotomic):
        return value
    if isinstance(value, Rational):
        return Cyclotomic(1, [Fraction(int(value.numerator), int(value.denominator))])
    return None


def _lift(polynomial: Any, conductor: int, larger: int) -> Any:
    """The same number as a polynomial in E(larger), not reduced: E(N) = E(M)^(M/N)."""
    if conductor == larger:
        return polynomial
    return fmpq_poly(polynomial.numer().inflate(larger // conductor), polynomial.denom())


def _common(x: Cyclotomic, y: Cyclotomic) -> tuple[Any, Any, int]:
    """Both numbers reduced in the field of the least common multiple of their conductors."""
    conductor = lcm(x.conductor, y.conductor)
    phi = _modulus(conductor)
    return (
        _lift(x._polynomial, x.conductor, conductor) % phi,
        _lift(y._polynomial, y.conductor, conductor) % phi,
        conductor,
    )


def _minimal(polynomial: Any, conductor: int) -> tuple[Any, int]:
    """The same number in the smallest cyclotomic field that holds it."""
    if polynomial.degree() <= 0:
        return polynomial, 1
    for p in prime_divisors(conductor):
        while conductor % p == 0:
            smaller = _descend(polynomial, conductor, p)
            if smaller is None:
                break
            polynomial, conductor = smaller, conductor // p
    return polynomial, conductor


def _descend(polynomial: Any, conductor: int, p: int) -> Any:
    """The number as a polynomial in E(N/p), or None if it is not in that field.

    If p^2 divides N, then 1, E(N), ..., E(N)^(p-1) is a basis of Q(E(N)) over Q(E(N/p)) and E(N)^p = E(N/p).
    If not, E(N) = E(N/p)^a E(p)^b, and sum_j x_j E(p)^j with x_j in Q(E(N/p)) lies in that field exactly if
    x_1 = ... = x_(p-1), because 1 + E(p) + ... + E(p)^(p-1) = 0 is the only relation; it is x_0 - x_1 then.
    """
    coefficients = polynomial.coeffs()
    smaller = conductor // p
    if smaller % p == 0:
        if any(c != 0 for j, c in enumerate(coefficients) if j % p):
            return None
        return fmpq_poly(coefficients[::p])
    a, b = pow(p, -1, smaller) if smaller > 1 else 0, pow(smaller, -1, p)
    parts: list[list[Any]] = [[fmpq(0)] * smaller for _ in range(p)]
    for j, c in enumerate(coefficients):
        parts[b * j % p][a * j % smaller] += c
    phi = _modulus(smaller)
    first, second = (fmpq_poly(part) % phi for part in parts[:2])
    if any(fmpq_poly(part) % phi != second for part in parts[2:]):
        return None
    return first - second


ONE = Cyclotomic(1, [1])
ZERO = Cyclotomic(1, [0])
