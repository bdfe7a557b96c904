"""The algebra behind the closed forms, as pairs of sides for all values of the symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kernels import Kernel


def cramer_pairs() -> list[tuple[Any, Any]]:
    """A 2 x 2 matrix of symbols times its adjugate over its determinant, and the identity."""
    import sympy

    A, B, C, D = sympy.symbols("A B C D")
    return [
        (
            sympy.MatMul(sympy.Matrix([[A, B], [C, D]]), sympy.Matrix([[D, -B], [-C, A]]) / (A * D - B * C)),
            sympy.eye(2),
        )
    ]


def quadratic_pairs() -> list[tuple[Any, Any]]:
    """det(x - M) of a Hermitian 2 x 2 matrix at both roots, and zero."""
    import sympy

    A, D, b, c = (sympy.Symbol(name, real=True) for name in ("A", "D", r"\mathrm{Re}\,B", r"\mathrm{Im}\,B"))
    root = sympy.sqrt((A - D) ** 2 + 4 * (b**2 + c**2))
    return [
        (sympy.Determinant(sympy.Matrix([[x - A, -b - sympy.I * c], [-b + sympy.I * c, x - D]])), sympy.Integer(0))
        for x in ((A + D + root) / 2, (A + D - root) / 2)
    ]


def jacobi_pair(size: int) -> tuple[Any, Any]:
    """d det(M + s E)/ds at s = 0 for E the identity on the first half of the rows, and the sum of those minors."""
    import sympy

    s = sympy.Symbol("s")
    M = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"m_{i}{j}"))
    first = range(size // 2)
    shifted = M + s * sympy.diag(*[1 if i in first else 0 for i in range(size)])
    derivative = sympy.Derivative(shifted.det(method="berkowitz"), s)
    return sympy.Subs(derivative, s, 0), sum(M.minor(i, i) for i in first)


def exchange_pair() -> tuple[Any, Any]:
    """[[I, I], [I, -I]] [[P, Q], [Q, P]] [[I, I], [I, -I]] / 2 and diag(P + Q, P - Q), P and Q not commuting."""
    import sympy

    P, Q = sympy.symbols("P Q", commutative=False)
    signs = sympy.Matrix([[1, 1], [1, -1]])
    return (
        sympy.MatMul(signs / 2, sympy.Matrix([[P, Q], [Q, P]]), signs),
        sympy.Matrix([[P + Q, 0], [0, P - Q]]),
    )


def small_matrix_line(size: int, target: str) -> str:
    """The trace of the inverse, or the characteristic polynomial, of two or three rows."""
    if target == "error":
        top = r"\operatorname{tr} X" if size == 2 else r"\sigma"
        return rf"\operatorname{{tr}} X^{{-1}} = \frac{{{top}}}{{\det X}} \quad ({size} \text{{ rows}})"
    if size == 2:
        return r"\det(x - X) = x^2 - x \operatorname{tr} X + \det X \quad (2 \text{ rows})"
    return r"\det(x - X) = x^3 - x^2 \operatorname{tr} X + x\, \sigma - \det X \quad (3 \text{ rows})"


def small_matrix_pair(size: int, target: str) -> tuple[Any, Any]:
    """Both sides of :func:`small_matrix_line` for a matrix of symbols, sigma = ((tr X)^2 - tr X^2)/2."""
    import sympy

    X = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"x_{i}{j}"))
    sigma = (X.trace() ** 2 - (X * X).trace()) / 2
    if target == "error":
        return (X.adjugate() / X.det()).trace(), (X.trace() if size == 2 else sigma) / X.det()
    x = sympy.Symbol("x")
    polynomial = x**2 - x * X.trace() + X.det() if size == 2 else x**3 - x**2 * X.trace() + x * sigma - X.det()
    return sympy.Determinant(x * sympy.eye(size) - X), polynomial


def value_at_one(kernel: Kernel) -> tuple[Any, Any]:
    """k(1), put in and simplified."""
    import sympy

    u = sympy.Symbol("u")
    expression = sympy.sympify(kernel.expression)
    unevaluated = sympy.Subs(expression if expression.has(u) else u * expression, u, 1)
    return unevaluated, sympy.expand(expression.subs(u, 1))
