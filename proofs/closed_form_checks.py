"""The checks behind the closed forms of a pair of orbits: identities of linear forms, brute force on samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq_mat

from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import identity, inverse, product
from orbitkernels.theory.rational_gram import as_fraction, exact_gram, rational_matrix

from .exact_checks import (
    characteristic_polynomial,
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
    """Whether a block is sum_g phi_ab(g) rho(g) for a representation rho with the character of the irrep.

    The psi_i belong to one element each, so that their coefficients in Q are rho(g_i): they must multiply like the
    elements and have the right traces.  The other three parts must have the same coefficients.
    """
    group, values = pair.group, pair.group.character_table().values[irrep.number - 1]
    labels, every = group.conjugacy_classes.labels, range(group.order)
    Q = irrep.part(0, 1)
    coefficients = [[dict(form.terms) for form in row] for row in Q]
    rho = [tuple(tuple(c.get(("psi", g), ZERO) for c in row) for row in coefficients) for g in every]
    if any(trace(rho[g]) != values[labels[g]] for g in every):
        return False
    for s, row in zip(group.generators, group.right_translations, strict=True):
        if any(product(rho[g], rho[s]) != rho[row[g]] for g in every):
            return False
    parts_agree = all(
        renamed(Q, lambda name, a=a, b=b: pair.name(a, b, name[1])) == irrep.part(a, b)
        for a, b in np.ndindex(2, 2)
    )
    return parts_agree and (irrep.size > 1 or _is_hermitian(irrep.block))


def _is_hermitian(block: Forms) -> bool:
    """Whether a block of two rows has a real diagonal and B conj(B) = (Re B)^2 + (Im B)^2, as it is printed."""
    (A, B), (C, D) = block
    squares = _plus(_times(B.real, B.real), _times(B.imaginary, B.imaginary))
    return A.conjugate() == A and D.conjugate() == D and B.conjugate() == C and _times(B, C) == squares


def renamed(forms: Forms, new: Any) -> Forms:
    """The forms with every name replaced."""
    return tuple(tuple(LinearForm.of([(new(name), c) for name, c in form.terms]) for form in row) for row in forms)


def exchange_is_right(pair: OrbitPair, general: OrbitPair) -> bool:
    """Whether the general blocks become [[P, Q], [Q, P]] for every irrep, P and Q one form in phi and in psi.

    Args:
        pair: Exchangeable orbits.
        general: Any two orbits of the same group.
    """
    opposite = pair.inverse_indices
    kinds = {"varphi": "varphi", "omega": "varphi", "psi": "psi"}
    for irrep, unlike in zip(pair.irreps, general.irreps, strict=True):
        P, Q = irrep.part(0, 0), irrep.part(0, 1)
        if renamed(P, lambda name: ("psi", name[1])) != Q or irrep.part(1, 0) != Q or irrep.part(1, 1) != P:
            return False
        if renamed(unlike.block, lambda name: (kinds[name[0]], min(name[1], opposite[name[1]]))) != irrep.block:
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
    K = exact_gram(pair.group, symbol_array(pair, values))
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
    K = exact_gram(pair.group, symbol_array(pair, values))
    return polynomial_product(factors) == rational_characteristic_polynomial(K)


# ---------------------------------------------------------------------- class functions on large groups


def class_errors_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the column of K^-1 that the characters give is one, K times it being a unit vector at every class.

    The column at (orbit c, e) is a class function on each orbit; its value at (c, e) is S_c/n, and its sums over
    the orbits give K^-1 y, so this is all that T6 takes from K^-1.
    """
    values, k = sample_values(pair, seed), len(pair.group.conjugacy_classes)
    columns = rational_matrix(inverse_columns(pair, values))  # [(b, class), c]
    units = fmpq_mat([[int(row == c * k) for c in (0, 1)] for row in range(2 * k)])
    sums, n = trace_sums(pair, values), pair.group.order
    return class_matrix(pair, values) * columns == units and all(
        sums[c] == as_fraction(columns[c * k, c]) * n for c in (0, 1)
    )


def class_matrix(pair: OrbitPair, values: Mapping[Name, Fraction]) -> Any:
    """K on functions that depend on the orbit and the class only, 2 k rows (a, class).

    The entry at (a, C), (b, D) is the sum of phi_ab(g^-1 h) over h in D, for any g in C.
    """
    group = pair.group
    classes, every = group.conjugacy_classes, np.arange(group.order)
    k, phi = len(classes), symbol_array(pair, values)
    result = np.zeros((2, k, 2, k), dtype=np.int64)
    for row, g in enumerate(classes.representatives.tolist()):
        quotients = group.multiply(group.inverse(g), every)
        for a, b in np.ndindex(2, 2):
            np.add.at(result[a, row, b], classes.labels, phi[a, b][quotients])
    return fmpq_mat(result.reshape(2 * k, 2 * k).tolist())


def inverse_columns(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[list[Fraction]]:
    """The class function x_bc with K x_c = unit vector at (c, e), by T2 and T3: rows (b, class), columns c."""
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
    return [[found[b][c][k].as_fraction() for c in (0, 1)] for b in (0, 1) for k in range(len(classes))]


def class_traces_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the m-th powers of the eigenvalues, with their multiplicities, sum to tr K^m, m = 0, ..., 4 k - 1.

    K and the closed form have at most 2 k different eigenvalues each, k being the number of classes; 4 k equal
    power sums leave no difference.  The trace of K^m is n times the sum of its two entries at (c, e), (c, e).
    """
    values, k, n = sample_values(pair, seed), len(pair.group.conjugacy_classes), pair.group.order
    K = class_matrix(pair, values)
    power = fmpq_mat([[int(i == j) for j in range(2 * k)] for i in range(2 * k)])
    blocks = [
        (M, identity(2), pair.multiplicity(irrep) * irrep.copies)  # traces of Hermitian blocks are real
        for irrep in pair.irreps
        for M in [evaluated(irrep.block, values)]
    ]
    for _ in range(4 * k):
        walks = as_fraction(power[0, 0]) + as_fraction(power[k, k])
        if sum((trace(current) * weight for _, current, weight in blocks), ZERO) != walks * n:
            return False
        power = power * K
        blocks = [(M, product(current, M), weight) for M, current, weight in blocks]
    return True
