"""Linear forms in the values of a symbol: the entries of Fourier blocks, exact, and how they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING

from orbitkernels.theory.cyclotomics import ONE, Cyclotomic, root_of_unity, weighted_sum

from .plain_text import plain

if TYPE_CHECKING:
    import sympy

#: A name such as ``("varphi", 3)``, shown as phi_3.
Name = tuple[str, int]

#: A name and whether it is subtracted.
Term = tuple[Name, bool]

#: Columns that one displayed line may take as plain text.
LINE = 88

#: Names that one bracket may hold, so that a sum can be broken between brackets.
SHARED = 9


@dataclass(frozen=True)
class LinearForm:
    """A sum of cyclotomic numbers times named values.

    Attributes:
        terms: Pairs of a name and its coefficient, sorted by name, none zero.

    Example:
        >>> from orbitkernels.proofs.linear_forms import LinearForm
        >>> from orbitkernels.theory.cyclotomics import root_of_unity
        >>> z = root_of_unity(3)
        >>> form = LinearForm.of([(("varphi", 0), z**0), (("varphi", 1), z), (("varphi", 1), z**2)])
        >>> print(form.latex())
        \\varphi_{0} - \\varphi_{1}
    """

    terms: tuple[tuple[Name, Cyclotomic], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Name, Cyclotomic]]) -> LinearForm:
        """Sum of coefficient times name over pairs, names collected."""
        collected: dict[Name, list[Cyclotomic]] = {}
        for name, coefficient in pairs:
            collected.setdefault(name, []).append(coefficient)
        sums = {name: weighted_sum([1] * len(found), found) for name, found in collected.items()}
        return cls(tuple(sorted((name, c) for name, c in sums.items() if c)))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: LinearForm) -> LinearForm:
        return LinearForm.of([*self.terms, *other.terms])

    def __sub__(self, other: LinearForm) -> LinearForm:
        return self + other.scaled(-1)

    def scaled(self, factor: Cyclotomic | int | Fraction) -> LinearForm:
        """A multiple."""
        return LinearForm.of([(name, c * factor) for name, c in self.terms])

    def conjugate(self) -> LinearForm:
        """Complex conjugate; the named values are real."""
        return LinearForm(tuple((name, c.conjugate()) for name, c in self.terms))

    @property
    def real(self) -> LinearForm:
        """Real part."""
        return (self + self.conjugate()).scaled(Fraction(1, 2))

    @property
    def imaginary(self) -> LinearForm:
        """Imaginary part, a real form."""
        return (self - self.conjugate()).scaled(root_of_unity(4, 3) * Fraction(1, 2))

    def value(self, values: Mapping[Name, int | Fraction]) -> Cyclotomic:
        """Exact value for rational values of the names."""
        return weighted_sum([values[name] for name, _ in self.terms], [c for _, c in self.terms])

    def to_sympy(self) -> sympy.Expr:
        """SymPy sum in real symbols."""
        import sympy

        return sympy.Add(*(coefficient_sympy(c) * symbol(name) for name, c in self.terms))

    def latex(self) -> str:
        """One line; names that share a coefficient stand in brackets behind it."""
        return joined(self.pieces()) or "0"

    def pieces(self) -> list[str]:
        """Signed terms such as ``+ 2 (\\varphi_{1} + \\varphi_{2})``."""
        groups: dict[Cyclotomic, list[Term]] = {}
        for name, c in self.terms:
            minus = -c in groups or (c not in groups and _negative(c))
            groups.setdefault(-c if minus else c, []).append((name, minus))
        out = []
        for c, members in groups.items():
            if c == ONE:
                out += _runs(members)
            else:
                out += [_shared(c, members[start : start + SHARED]) for start in range(0, len(members), SHARED)]
        return out


def _shared(c: Cyclotomic, members: Sequence[Term]) -> str:
    """One coefficient before one name or several in brackets."""
    (name, first), *others = members
    mark = f"{_sign(first)} {coefficient_latex(c)}"
    if not others:
        return f"{mark} {latex_name(name)}"
    inner = joined(_runs([(name, minus != first) for name, minus in members]))
    return rf"{mark} \left({inner}\right)"


def _sign(minus: bool) -> str:
    return "-" if minus else "+"


def symbol(name: Name) -> sympy.Symbol:
    """The real SymPy symbol of a name."""
    import sympy

    return sympy.Symbol(f"{name[0]}_{name[1]}", real=True)


def latex_name(name: Name) -> str:
    r"""``\varphi_{3}``."""
    return rf"\{name[0]}_{{{name[1]}}}"


@lru_cache(maxsize=4096)
def coefficient_sympy(c: Cyclotomic) -> sympy.Expr:
    """The coefficient in radicals or cosines."""
    return c.to_sympy()


@lru_cache(maxsize=4096)
def coefficient_latex(c: Cyclotomic) -> str:
    """LaTeX of a coefficient as a factor: in brackets if it is a sum; roots of unity as powers of zeta_n."""
    import sympy

    if power := root_power(c):
        front = "" if power[0] == 1 else str(sympy.latex(sympy.Rational(power[0].numerator, power[0].denominator)))
        return rf"{front} \zeta_{{{power[1]}}}" + (f"^{{{power[2]}}}" if power[2] > 1 else "")

    expression = sympy.together(coefficient_sympy(c))
    text = str(sympy.latex(expression))
    return rf"\left({text}\right)" if expression.is_Add else text


@lru_cache(maxsize=4096)
def root_power(c: Cyclotomic) -> tuple[Fraction, int, int] | None:
    """(q, n, k) with c = q exp(2 pi i k/n) in lowest terms, q > 0 and n neither 1, 2, 4 nor twice an odd number.

    None for all other numbers; the negative of a root of unity of odd order is written with a minus sign.

    Example:
        >>> from orbitkernels.proofs.linear_forms import root_power
        >>> from orbitkernels.theory.cyclotomics import root_of_unity
        >>> root_power(root_of_unity(7, 3) * 2), root_power(root_of_unity(4))
        ((Fraction(2, 1), 7, 3), None)
    """
    square = c * c.conjugate()
    if not square.is_rational:
        return None
    factor = _rational_root(square.as_fraction())
    n = c.conductor
    if factor is None or n in (1, 4):
        return None
    unit = c / factor
    found = next((k for k in range(n) if unit == root_of_unity(n, k)), None)
    return None if found is None else (factor, n, found)


def _rational_root(square: Fraction) -> Fraction | None:
    """The positive square root of a fraction, if it is one."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    return Fraction(top, bottom) if Fraction(top, bottom) ** 2 == square else None


def _negative(c: Cyclotomic) -> bool:
    """Whether to print a minus sign: a negative real part, or an imaginary number below zero."""
    if root_power(c):
        return False
    if root_power(-c):
        return True
    value = complex(c)
    return value.real < 0 if c + c.conjugate() else value.imag < 0


def _runs(members: Sequence[Term]) -> list[str]:
    """Terms with coefficient one; five or more in a row are shortened by dots."""
    runs: list[list[Term]] = []
    for (kind, index), minus in members:
        if runs and runs[-1][-1] == ((kind, index - 1), minus):
            runs[-1].append(((kind, index), minus))
        else:
            runs.append([((kind, index), minus)])
    out: list[str] = []
    for run in runs:
        terms = [f"{_sign(minus)} {latex_name(name)}" for name, minus in run]
        out += terms if len(run) < 5 else [terms[0], rf"{_sign(run[0][1])} \cdots {terms[-1]}"]
    return out


def joined(pieces: Sequence[str]) -> str:
    """Signed terms as a sum, without a leading plus."""
    return " ".join(pieces).removeprefix("+ ")


def sum_lines(left: str, pieces: Sequence[str], relation: str = "=") -> list[str]:
    """The equation ``left = sum`` broken into displayed lines that fit a page."""
    lines, current = [], f"{left} {relation}"
    for number, piece in enumerate(pieces or ["0"]):
        term = piece.removeprefix("+ ") if number == 0 else piece
        if number and len(plain(f"{current} {term}")) > LINE:
            lines.append(current)
            current = rf"\qquad {term}"
        else:
            current = f"{current} {term}"
    return [*lines, current]
