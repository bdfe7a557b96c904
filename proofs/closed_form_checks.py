"""The checks behind the closed forms of a pair of orbits: identities of linear forms, brute force on samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, inverse, product

from .exact_checks import (
    characteristic_polynomial,
    gram,
    polynomial_product,
    rational_characteristic_polynomial,
    refit_error,
    sub_block,
    trace,
)
from .linear_forms import LinearForm, Name
from .orbit_pair import Forms, Irrep, OrbitPair, evaluated

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel

#: Largest Gram matrix that is solved or whose characteristic polynomial is taken, exactly.
MAX_DENSE = 130

#: Labels of the two orbits in the samples.
LABELS = (2, -3)


# ---------------------------------------------------------------------- identities for all values of the symbols


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

    A, D, b, c = sympy.symbols("A D b c", real=True)
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


# ---------------------------------------------------------------------- this group, every symbol


def dot_products_are_symmetric(group: FiniteGroup) -> bool:
    """Whether <x, g y> = <y, g^-1 x> as polynomials, G acting on its own elements from the left."""
    every = np.arange(group.order)
    chosen = every if group.order <= 200 else group.conjugacy_classes.representatives
    for g in chosen.tolist():
        one = set(zip(group.multiply(g, every).tolist(), every.tolist(), strict=True))  # x_(g j) y_j
        other = set(zip(every.tolist(), group.multiply(group.inverse(g), every).tolist(), strict=True))
        if one != other:
            return False
    return True


def irreps_are_complete(pair: OrbitPair) -> bool:
    """Whether the irreps are homomorphisms with the characters of the table, and sum d chi(g) = n [g = e]."""
    group, table = pair.group, pair.group.character_table()
    labels, translations = group.conjugacy_classes.labels, group.right_translations
    for irrep in group.irreps(exact=True):
        rho = [irrep.matrix(g) for g in range(group.order)]
        values = table.values[irrep.character]
        if any(trace(rho[g]) != values[labels[g]] for g in range(group.order)):
            return False
        for s, row in zip(group.generators, translations, strict=True):
            if any(product(rho[g], rho[s]) != rho[row[g]] for g in range(group.order)):
                return False
    degrees = [int(d) for d in table.degrees]
    sums = [weighted_sum(degrees, [values[k] for values in table.values]) for k in range(len(degrees))]
    return sums[0] == group.order and not any(sums[1:])


def block_is_right(pair: OrbitPair, irrep: Irrep) -> bool:
    """Whether the printed entries of a block belong together.

    Degree 1: A and D are real, B conj(B) = (Re B)^2 + (Im B)^2 as quadratic forms, and the conjugate of B stands
    below the diagonal.  Higher degrees: the traces of the four parts are those of the character, R is P with omega
    for phi and Q' is Q with the inverse elements.
    """
    if irrep.size == 1:
        (A, B), (C, D) = irrep.block
        squares = _plus(_times(B.real, B.real), _times(B.imaginary, B.imaginary))
        return A.conjugate() == A and D.conjugate() == D and B.conjugate() == C and _times(B, C) == squares
    P, Q, mirrored, R = (irrep.part(a, b) for a in (0, 1) for b in (0, 1))
    traces = all(
        _form_trace(part) == _character_form(pair, irrep, a, b)
        for part, (a, b) in zip((P, Q, mirrored, R), np.ndindex(2, 2), strict=True)
    )
    opposite = pair.inverse_indices
    return (
        traces
        and renamed(P, lambda name: ("omega", name[1])) == R
        and renamed(Q, lambda name: (name[0], opposite[name[1]])) == mirrored
    )


def renamed(forms: Forms, new: Any) -> Forms:
    """The forms with every name replaced."""
    return tuple(tuple(LinearForm.of([(new(name), c) for name, c in form.terms]) for form in row) for row in forms)


def exchange_is_right(pair: OrbitPair) -> bool:
    """Whether, for every irrep, P and Q are one form in phi and in psi, and the blocks are [[P, Q], [Q, P]]."""
    for irrep in pair.irreps:
        P, Q = irrep.part(0, 0), irrep.part(0, 1)
        if renamed(P, lambda name: ("psi", name[1])) != Q or irrep.part(1, 0) != Q or irrep.part(1, 1) != P:
            return False
    return True


def class_blocks_are_right(pair: OrbitPair) -> bool:
    """Whether each class has the coefficient size times chi/d, classes of inverses joined where names are."""
    table, classes = pair.group.character_table(), pair.group.conjugacy_classes
    for irrep in pair.irreps:
        values = table.values[irrep.number - 1]
        weights = [values[k] * Fraction(int(classes.sizes[k]), irrep.degree) for k in range(len(classes))]
        inverse_of = classes.inverse.tolist()
        expected = {
            (0, 0): [("varphi", min(k, inverse_of[k])) for k in range(len(classes))],
            (1, 1): [("omega", min(k, inverse_of[k])) for k in range(len(classes))],
            (0, 1): [("psi", k) for k in range(len(classes))],
            (1, 0): [("psi", inverse_of[k]) for k in range(len(classes))],
        }
        if any(
            LinearForm.of(zip(names, weights, strict=True)) != irrep.block[a][b]
            for (a, b), names in expected.items()
        ):
            return False
    return True


def _character_form(pair: OrbitPair, irrep: Irrep, a: int, b: int) -> LinearForm:
    """Sum of phi_ab(g) chi(g)."""
    values = pair.group.character_table().values[irrep.number - 1]
    labels = pair.group.conjugacy_classes.labels
    return LinearForm.of([(pair.name(a, b, g), values[labels[g]]) for g in range(pair.group.order)])


def _form_trace(forms: Forms) -> LinearForm:
    return LinearForm.of([term for i in range(len(forms)) for term in forms[i][i].terms])


Quadratic = dict[tuple[Name, Name], Cyclotomic]


def _times(one: LinearForm, other: LinearForm) -> Quadratic:
    """Product of two forms as coefficients of products of names."""
    result: Quadratic = {}
    for a, x in one.terms:
        for b, y in other.terms:
            key = (min(a, b), max(a, b))
            result[key] = result.get(key, ZERO) + x * y
    return {key: c for key, c in result.items() if c}


def _plus(one: Quadratic, other: Quadratic) -> Quadratic:
    result = {key: one.get(key, ZERO) + other.get(key, ZERO) for key in {*one, *other}}
    return {key: c for key, c in result.items() if c}


# ---------------------------------------------------------------------- samples


def sample_values(pair: OrbitPair, seed: int) -> dict[Name, Fraction]:
    """Random integers for the names, phi_0 and omega_0 so large that the Gram matrix is positive definite.

    Each row of the Gram matrix is diagonally dominant.
    """
    generator = np.random.default_rng(seed)
    values = {name: Fraction(int(generator.integers(-3, 4))) for name in pair.names}
    for kind in ("varphi", "omega"):
        values[(kind, 0)] = Fraction(0)
    phi = symbol_array(pair, values)
    for a, kind in enumerate(("varphi", "omega")):
        values[(kind, 0)] = Fraction(int(np.abs(phi[a]).sum())) + 1 + a
    if pair.symmetry == "exchange":
        del values[("omega", 0)]
    return values


def symbol_array(pair: OrbitPair, values: Mapping[Name, Fraction]) -> Any:
    """The symbol [2, 2, n] with those values."""
    return np.array(
        [[[int(values[pair.name(a, b, g)]) for g in range(pair.group.order)] for b in (0, 1)] for a in (0, 1)]
    )


def errors_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the closed form gives both errors of a sample, by dropping the point and solving anew."""
    values, n = sample_values(pair, seed), pair.group.order
    K = gram(pair.group, symbol_array(pair, values))
    y = [LABELS[0]] * n + [LABELS[1]] * n
    refitted = [refit_error(K, y, 0), refit_error(K, y, 2 * n - 1)]
    formula = exchange_errors if pair.symmetry == "exchange" else errors
    return formula(pair, values) == refitted


def errors(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """The closed form: n (D t_1 - B t_2)/Delta of the trivial block over the sum of traces, for both orbits."""
    t, n = LABELS, pair.group.order
    (A, B), (C, D) = evaluated(pair.trivial().block, values)
    alpha = [(D * t[0] - B * t[1]) / (A * D - B * C), (A * t[1] - C * t[0]) / (A * D - B * C)]
    sums = trace_sums(pair, values)
    return [alpha[c] * n / sums[c] for c in (0, 1)]


def trace_sums(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """S_c = sum over irreps of d tr[(Khat^-1)_cc], each M of class functions standing for M times the identity."""
    sums = [ZERO, ZERO]
    for irrep in pair.irreps:
        found = inverse(evaluated(irrep.block, values))
        for c in (0, 1):
            part = trace(sub_block(found, c, c, irrep.size))
            # the inverse of the conjugate block has the conjugate trace
            both = part + part.conjugate() if irrep.copies == 2 else part
            sums[c] = sums[c] + both * pair.multiplicity(irrep)
    return sums


def exchange_errors(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """The closed form of exchangeable orbits, from X = P + Q and P - Q."""
    signs = (1, -1)
    theta = {
        sign: {
            ("varphi", i): values[("varphi", i)] + sign * values[("psi", i)] for kind, i in values if kind == "psi"
        }
        for sign in signs
    }
    total = ZERO
    for irrep in pair.irreps:
        for sign in signs:
            part = trace(inverse(evaluated(irrep.part(0, 0), theta[sign])))
            total = total + (part + part.conjugate() if irrep.copies == 2 else part) * irrep.degree
    trivial = {sign: pair.trivial().block[0][0].value(theta[sign]) for sign in signs}
    t, n = LABELS, pair.group.order
    plus, minus = trivial[1].inverse() * (t[0] + t[1]), trivial[-1].inverse() * (t[0] - t[1])
    return [(plus + minus) * n / total, (plus - minus) * n / total]


def spectra_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether det(x - K) of a sample is the product of those of the blocks, with their multiplicities."""
    values = sample_values(pair, seed)
    factors: list[Sequence[Cyclotomic]] = []
    for irrep in pair.irreps:
        polynomial = characteristic_polynomial(evaluated(irrep.block, values))
        copies = [polynomial, [c.conjugate() for c in polynomial]][: irrep.copies]
        factors += [copy for copy in copies for _ in range(pair.multiplicity(irrep))]
    K = gram(pair.group, symbol_array(pair, values))
    return polynomial_product(factors) == rational_characteristic_polynomial(K)


# ---------------------------------------------------------------------- class functions on large groups


def class_errors_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the column of K^-1 that the characters give is one, K times it being a unit vector at every class.

    The column at (orbit c, e) is a class function on each orbit; its value at (c, e) is S_c/n, and its sums over
    the orbits give K^-1 y, so this is all that T6 takes from K^-1.
    """
    values, group = sample_values(pair, seed), pair.group
    phi, column = symbol_array(pair, values), inverse_columns(pair, values)
    labels, n = group.conjugacy_classes.labels, group.order
    for g in group.conjugacy_classes.representatives.tolist():
        quotients = labels[group.multiply(group.inverse(g), np.arange(n))]
        symbol = phi[:, :, group.conjugacy_classes.representatives]
        for a, c in np.ndindex(2, 2):
            weights = np.zeros((2, len(group.conjugacy_classes)), dtype=np.int64)
            for b in (0, 1):
                np.add.at(weights[b], labels, symbol[a, b][quotients])
            total = sum(
                (column[b][c][k] * int(weights[b][k]) for b in (0, 1) for k in range(weights.shape[1])),
                Fraction(0),
            )
            if total != (a == c and g == 0):
                return False
    sums = trace_sums(pair, values)
    return all(sums[c] == column[c][c][0] * n for c in (0, 1))


def inverse_columns(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[list[list[Fraction]]]:
    """The class function x_bc with K x_c = unit vector at (c, e), by T2 and T3: [b][c][class]."""
    table, classes = pair.group.character_table(), pair.group.conjugacy_classes
    found: list[list[list[Cyclotomic]]] = [[[ZERO] * len(classes) for _ in (0, 1)] for _ in (0, 1)]
    for irrep in pair.irreps:
        M = inverse(evaluated(irrep.block, values))
        chi = table.values[irrep.number - 1]
        weight = Fraction(irrep.degree, pair.group.order)
        for b, c in np.ndindex(2, 2):
            for k in range(len(classes)):
                term = M[b][c] * chi[k]
                both = term + term.conjugate() if irrep.copies == 2 else term
                found[b][c][k] = found[b][c][k] + both * weight
    return [[[x.as_fraction() for x in row] for row in rows] for rows in found]


def class_traces_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the eigenvalues, with their multiplicities, sum to tr K and their squares to tr K^2."""
    values = sample_values(pair, seed)
    phi, n = symbol_array(pair, values), pair.group.order
    first, second = ZERO, ZERO
    for irrep in pair.irreps:
        M: Matrix = evaluated(irrep.block, values)
        weight = pair.multiplicity(irrep) * irrep.copies  # traces of Hermitian blocks are real
        first, second = first + trace(M) * weight, second + trace(product(M, M)) * weight
    diagonal = n * int(phi[0, 0, 0] + phi[1, 1, 0])
    return first == ONE * diagonal and second == n * int((phi.astype(object) ** 2).sum())
