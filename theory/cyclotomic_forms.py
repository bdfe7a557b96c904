"""How cyclotomic numbers are shown: as GAP writes them, with square roots, in LaTeX and as complex numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq, fmpz

from .cyclotomics import Cyclotomic, Exact, prime_divisors, root_of_unity, totient

if TYPE_CHECKING:
    import sympy


def zumbroich_terms(x: Cyclotomic) -> dict[int, Fraction]:
    """Exponents and coefficients in GAP's basis of Q(E(N)), in which sums of few roots of unity stay short.

    E(N)^i is in the basis exactly if, for every prime power q = p^v that divides N exactly, the E(q)-part
    E(q)^c of it has c < q/2 (p = 2) or c outside [-(q/p-1)/2, (q/p-1)/2] modulo q (p odd).  The other powers
    are replaced by -sum_{t=1}^{p-1} E(N)^(i + t N/p).

    Source: M. Zumbroich, "Grundlagen einer Arithmetik in Kreisteilungskoerpern", 1989; GAP, ZumbroichBase.
    """
    N = x.conductor
    terms = {j: c for j, c in enumerate(x.coefficients) if c}
    for p in prime_divisors(N):
        replaced: dict[int, Fraction] = {}
        for i, c in terms.items():
            targets = [(i, c)]
            if _outside_basis(i, N, p):
                targets = [((i + t * (N // p)) % N, -c) for t in range(1, p)]
            for j, value in targets:
                replaced[j] = replaced.get(j, Fraction(0)) + value
        terms = {j: c for j, c in replaced.items() if c}
    return dict(sorted(terms.items()))


def shortest_terms(x: Cyclotomic) -> dict[int, Fraction]:
    """Exponents and factors of the shortest of three sums: one root of unity, the power basis, GAP's basis.

    Example:
        >>> from orbitkernels.theory.cyclotomics import root_of_unity
        >>> shortest_terms(root_of_unity(9, 8)), zumbroich_terms(root_of_unity(9, 8))
        ({8: Fraction(1, 1)}, {2: Fraction(-1, 1), 5: Fraction(-1, 1)})
    """
    single = _single_root(x)
    if single is not None:
        return single
    powers = {j: c for j, c in enumerate(x.coefficients) if c}
    return min(zumbroich_terms(x), powers, key=len)


def _single_root(x: Cyclotomic) -> dict[int, Fraction] | None:
    """{j: c} if x = c E(N)^j, which needs x conj(x) = c^2."""
    norm = x * x.conjugate()
    if not norm.is_rational:
        return None
    square = norm.as_fraction()
    size = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    for j in range(x.conductor):
        for c in (size, -size):
            if x == root_of_unity(x.conductor, j) * c:
                return {j: c}
    return None


def _outside_basis(i: int, N: int, p: int) -> bool:
    """Whether the p-part of E(N)^i forbids it in the basis."""
    q = p
    while N % (q * p) == 0:
        q *= p
    c = i * pow(N // q, -1, q) % q
    if p == 2:
        return 2 * c >= q
    half = (q // p - 1) // 2
    return c <= half or c >= q - half


def gap_form(x: Cyclotomic) -> str:
    """The number as GAP prints it.

    Example:
        >>> from orbitkernels.theory.cyclotomics import Cyclotomic
        >>> print(Cyclotomic(8, [Fraction(1, 2), 0, 0, -3]))
        1/2-3*E(8)^3
    """
    text = ""
    for j, c in zumbroich_terms(x).items():
        root = "" if j == 0 else f"E({x.conductor})" + (f"^{j}" if j > 1 else "")
        size = str(abs(c)) if not root else root if abs(c) == 1 else f"{abs(c)}*{root}"
        text += ("-" if c < 0 else "+" if text else "") + size
    return text or "0"


def square_roots(x: Cyclotomic) -> dict[int, Fraction] | None:
    """Coefficients b_D with x = sum_D b_D sqrt(D) over fundamental discriminants D (and D = 1), or None.

    sqrt(D) = sum_k (D/k) E(|D|)^k, Gauss's sum with the Kronecker symbol, is i sqrt(|D|) for D < 0.  These
    numbers are orthogonal for the trace form Tr(x conj(y)), so b_D = Tr(x conj(sqrt D)) / (phi(N) |D|) is
    the only possible coefficient; whether the sum is x is then checked exactly.
    """
    N = x.conductor
    degree = totient(N)
    found, rest = {}, x
    for D in _fundamental_discriminants(N):
        gauss = gauss_sum(D)
        trace = _trace(x * gauss.conjugate(), N)
        if trace:
            found[D] = trace / (degree * abs(D))
            rest = rest - gauss * found[D]
    return None if rest else found


def gauss_sum(D: int) -> Cyclotomic:
    """sqrt(D) for D = 1 or a fundamental discriminant D: the sum over k of (D/k) E(|D|)^k."""
    terms = [(k, int(_kronecker(D, k))) for k in range(abs(D))]
    return Cyclotomic.from_terms(abs(D), terms)


def _kronecker(D: int, k: int) -> int:
    """Kronecker symbol (D/k) for k >= 0 and D = 0, 1 modulo 4."""
    if k == 0:
        return int(D == 1)
    value = 1
    while k % 2 == 0:
        value *= 0 if D % 2 == 0 else (1 if D % 8 == 1 else -1)
        k //= 2
    return value * int(fmpz(D % k).jacobi(k)) if k > 1 else value


def _fundamental_discriminants(N: int) -> Iterator[int]:
    """D = 1 and every fundamental discriminant that divides N: Q(sqrt D) lies in Q(E(N)) exactly then."""
    odd = [p if p % 4 == 1 else -p for p in prime_divisors(N) if p > 2]
    even = [1] + ([-4] if N % 4 == 0 else []) + ([8, -8] if N % 8 == 0 else [])
    products = even
    for p in odd:
        products = products + [p * D for D in products]
    yield from sorted(products, key=lambda D: (abs(D), -D))


def _trace(x: Cyclotomic, N: int) -> Fraction:
    """Trace from Q(E(N)) to Q.  Tr E(m)^j is mu(r) phi(N)/phi(r) for a root of order r."""
    total, m = Fraction(0), x.conductor
    for j, c in enumerate(x.coefficients):
        if c:
            r = m // int(fmpz(m).gcd(j))
            total += c * _moebius(r) * (totient(N) // totient(r))
    return total


def _moebius(r: int) -> int:
    factors = fmpz(r).factor()
    return 0 if any(m > 1 for _, m in factors) else (-1) ** len(factors)


def sympy_form(x: Cyclotomic) -> sympy.Expr:
    """See :meth:`Cyclotomic.to_sympy`."""
    import sympy

    def number(c: Fraction) -> Any:
        return sympy.Rational(c.numerator, c.denominator)

    roots = square_roots(x)
    if roots is not None:
        return sympy.Add(*(number(b) * sympy.sqrt(D) for D, b in roots.items()))
    angle = 2 * sympy.pi / x.conductor
    terms = shortest_terms(x)
    if x.is_real:
        return sympy.Add(*(number(c) * sympy.cos(angle * j) for j, c in terms.items()))
    return sympy.Add(*(number(c) * sympy.exp(sympy.I * angle * j) for j, c in terms.items()))


def latex_form(x: Cyclotomic) -> str:
    """See :meth:`Cyclotomic.to_latex`."""
    if square_roots(x) is not None:
        import sympy

        return str(sympy.latex(sympy.together(x.to_sympy())))
    text = ""
    for j, c in shortest_terms(x).items():
        root = "" if j == 0 else rf"\zeta_{{{x.conductor}}}" + (f"^{{{j}}}" if j > 1 else "")
        size = "" if root and abs(c) == 1 else _latex_fraction(abs(c))
        text += ("-" if c < 0 else "+" if text else "") + size + root
    return text


def _latex_fraction(c: Fraction) -> str:
    return str(c) if c.denominator == 1 else rf"\frac{{{c.numerator}}}{{{c.denominator}}}"


def nearest_complex(conductor: int, terms: Sequence[tuple[int, Exact]]) -> complex:
    """The sum of c E(N)^j over pairs (j, c), each part to one unit in the last place; zero parts exactly 0.

    Both parts are enclosed by ball arithmetic, whose precision grows until the ball is small beside its distance
    from zero; whether a part vanishes is decided exactly (x = conj x, x = -conj x).

    Example:
        >>> nearest_complex(4, [(1, 3)]), nearest_complex(7, [(j, 1) for j in range(7)])
        (3j, 0j)
    """
    return complex(_part(arb.cos_pi_fmpq, -1, conductor, terms), _part(arb.sin_pi_fmpq, 1, conductor, terms))


def _part(function: Any, sign: int, conductor: int, terms: Sequence[tuple[int, Exact]]) -> float:
    """The sum of c times the function of 2 pi j/N; it vanishes exactly if x = sign conj(x)."""
    summands = [(fmpq(2 * j, conductor), fmpq(c.numerator, c.denominator)) for j, c in terms]
    precision = 96
    while True:
        with ctx.workprec(precision):
            ball = sum((function(angle) * c for angle, c in summands), arb(0))
        if ball.rel_accuracy_bits() >= 60:
            return float(ball.mid())
        if precision == 96 and _mirrored(sign, conductor, terms):
            return 0.0
        precision *= 2


def _mirrored(sign: int, conductor: int, terms: Sequence[tuple[int, Exact]]) -> bool:
    """Whether x = sign conj(x): at once if the terms show it, else by reduction to a canonical form."""
    if sorted((-j % conductor, sign * c) for j, c in terms) == sorted((j % conductor, c) for j, c in terms):
        return True
    x = Cyclotomic.from_terms(conductor, terms)
    return x == x.conjugate() * sign
