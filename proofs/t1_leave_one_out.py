"""Theorem T1: the leave-one-out error of kernel regression, and of any missing set, from one inverse."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import Arithmetic, balls, rationals
from .evidence import Comparison, compare_numerically, joint
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Leave-one-out error"
SOURCE = "Rasmussen and Williams 2006, section 5.4.2; the reading T1b is this work's"
HYPOTHESES = (
    r"$K \in \mathbb{R}^{N \times N}$ is the Gram matrix of $N$ points, ridge included,"
    r" symmetric and positive definite.",
    r"$y \in \mathbb{R}^N$ are the labels; $S$ is a set of missing points, $R$ the set of all others; neither is"
    r" empty. $K_{SR}$ is the block of $K$ with rows in $S$ and columns in $R$, and so on.",
    r"$p_S = K_{SR} K_{RR}^{-1} y_R$ is the prediction at $S$ of kernel regression trained on $R$.",
)
STATEMENT = (
    r"y_S - p_S = \bigl([K^{-1}]_{SS}\bigr)^{-1} [K^{-1} y]_S, \qquad"
    r" \bigl([K^{-1}]_{SS}\bigr)^{-1} = K_{SS} - K_{SR} K_{RR}^{-1} K_{RS}."
    r" \text{ For one point, } y_i - p_i = [K^{-1} y]_i \, v_i"
    r" \text{ with the posterior variance } v_i = 1/[K^{-1}]_{ii}."
)


def derivation() -> Derivation:
    """T1 by elimination of one block: SymPy checks the block algebra for blocks of every size."""
    import sympy

    from .derivation import Derivation, define, equal

    V, B, C, D, y_S, y_R = sympy.symbols("V K_{SR} K_{RS} K_{RR} y_S y_R", commutative=False)
    inverse = sympy.Matrix(
        [[V**-1, -(V**-1) * B * D**-1], [-(D**-1) * C * V**-1, D**-1 + D**-1 * C * V**-1 * B * D**-1]]
    )
    rows = sympy.Matrix([[V + B * D**-1 * C, B], [C, D]])
    p_S = B * D**-1 * y_R
    dual = inverse[0, 0] * y_S + inverse[0, 1] * y_R
    A = sympy.Symbol("K_{SS}", commutative=False)
    left, right = sympy.Matrix([[1, -B * D**-1]]), sympy.Matrix([1, -(D**-1) * C])
    whole, schur = sympy.Matrix([[A, B], [C, D]]), A - B * D**-1 * C
    steps = (
        define(
            "Order the points so that the missing ones come first, and name the Schur complement $V$ of $K_{RR}$,"
            " which is invertible as a principal block of a positive definite matrix.",
            r"K = \begin{pmatrix} K_{SS} & K_{SR} \\ K_{RS} & K_{RR} \end{pmatrix}, \qquad"
            r" V = K_{SS} - K_{SR} K_{RR}^{-1} K_{RS}",
            label="blocks",
        ),
        equal(
            "block elimination",
            "$V$ is positive definite, so it is invertible too: for $x \\neq 0$ multiply out $z^T K z > 0$ for the"
            " vector $z$ that is $x$ on $S$ and $-K_{RR}^{-1} K_{RS}\\, x$ on $R$; here $K_{SR} = K_{RS}^T$.",
            r"x^T V x = x^T \begin{pmatrix} I & -K_{SR} K_{RR}^{-1} \end{pmatrix} K"
            r" \begin{pmatrix} I \\ -K_{RR}^{-1} K_{RS} \end{pmatrix} x = z^T K z > 0",
            pairs=[
                (sympy.MatMul(left, whole, right), sympy.Matrix([schur])),
                (sympy.MatMul(left, whole), sympy.Matrix([[schur, 0]])),
                (sympy.MatMul(whole, right), sympy.Matrix([schur, 0])),
            ],
            label="positive",
            uses=("blocks",),
        ),
        equal(
            "block elimination",
            "Subtracting $K_{SR} K_{RR}^{-1}$ times the second block row from the first leaves $V$ alone in the"
            " first; solving the two block rows gives the inverse. The products of the block rows of $K$ with the"
            " block columns below are multiplied out with symbols that do not commute, so that the check"
            " holds for blocks of every size.",
            r"K^{-1} = \begin{pmatrix} V^{-1} & -V^{-1} K_{SR} K_{RR}^{-1} \\"
            r" -K_{RR}^{-1} K_{RS} V^{-1} & K_{RR}^{-1} + K_{RR}^{-1} K_{RS} V^{-1} K_{SR} K_{RR}^{-1}"
            r" \end{pmatrix}",
            pairs=[(sympy.MatMul(rows, inverse), sympy.eye(2))],
            label="inverse",
            uses=("blocks", "positive"),
        ),
        equal(
            "block elimination",
            "The same with all entries written out, for one and two missing points out of two, three and four.",
            r"[K^{-1}]_{SS} = (K_{SS} - K_{SR} K_{RR}^{-1} K_{RS})^{-1}",
            pairs=[_written_out(missing, others) for missing, others in ((1, 1), (1, 2), (2, 1), (2, 2))],
            uses=("inverse",),
        ),
        equal(
            "expansion",
            "Multiply the first block row of $K^{-1}$ by the labels and take $V^{-1}$ out; what remains holds the"
            " prediction $p_S = K_{SR} K_{RR}^{-1} y_R$.",
            r"[K^{-1} y]_S = V^{-1} y_S - V^{-1} K_{SR} K_{RR}^{-1} y_R = V^{-1} (y_S - p_S)",
            pairs=[(dual, V**-1 * (y_S - p_S))],
            label="dual",
            uses=("inverse",),
        ),
        equal(
            "expansion",
            r"Multiply by $V$ from the left. By the inverse above $V = ([K^{-1}]_{SS})^{-1}$.",
            r"y_S - p_S = V\, [K^{-1} y]_S = \bigl([K^{-1}]_{SS}\bigr)^{-1} [K^{-1} y]_S",
            r"y_S - p_S = \bigl([K^{-1}]_{SS}\bigr)^{-1} [K^{-1} y]_S, \qquad"
            r" \bigl([K^{-1}]_{SS}\bigr)^{-1} = K_{SS} - K_{SR} K_{RR}^{-1} K_{RS}",
            pairs=[(V * dual, y_S - p_S)],
            label="set",
            uses=("inverse", "dual"),
        ),
        equal(
            "substitution",
            r"For $S = \{i\}$ the block $V$ is the number $v_i = K_{ii} - K_{iR} K_{RR}^{-1} K_{Ri}$: the"
            r" variance at point $i$ of the Gaussian process with covariance $K$, given all other points. So the"
            r" error is the dual coefficient $\alpha_i = [K^{-1} y]_i$ times the posterior variance. (Checked"
            r" with all entries written out, for two, three and four points.)",
            r"y_i - p_i = \alpha_i v_i = \frac{[K^{-1} y]_i}{[K^{-1}]_{ii}}",
            r"y_i - p_i = [K^{-1} y]_i \, v_i, \qquad v_i = 1/[K^{-1}]_{ii}",
            pairs=[pair for others in (1, 2, 3) for pair in _one_point(others)],
            uses=("blocks", "set"),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "T1")


def _schur(missing: int, others: int) -> tuple[Any, Any]:
    """A symmetric matrix of symbols and the Schur complement of its last rows and columns."""
    import sympy

    size = missing + others
    K = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"k_{min(i, j)}{max(i, j)}"))
    first, last = slice(0, missing), slice(missing, size)
    others_inverse = K[last, last].adjugate() / K[last, last].det()
    return K, K[first, first] - K[first, last] * others_inverse * K[last, first]


def _written_out(missing: int, others: int) -> tuple[Any, Any]:
    """[K^-1]_SS times the Schur complement, and the identity."""
    import sympy

    K, schur = _schur(missing, others)
    return (K.adjugate() / K.det())[:missing, :missing] * schur, sympy.eye(missing)


def _one_point(others: int) -> list[tuple[Any, Any]]:
    """The variance and the error of one point, and both from K^-1 by Cramer's rule."""
    import sympy

    K, schur = _schur(1, others)
    y = sympy.Matrix(sympy.symbols(f"y_:{others + 1}"))
    prediction = K[:1, 1:] * (K[1:, 1:].adjugate() / K[1:, 1:].det()) * y[1:, :]
    dual = (K.adjugate() * y)[0] / K.det()
    variance = K.det() / K.cofactor(0, 0)
    return [(schur[0, 0], variance), (y[0] - prediction[0], dual * variance)]


# ---------------------------------------------------------------------- checks


@dataclass(frozen=True)
class MatrixCase:
    """A random positive definite matrix of `size` points of which `missing` are left out together."""

    size: int
    missing: int
    columns: int
    group: str = "no group"

    def __str__(self) -> str:
        return f"random matrix of {self.size} points, {self.missing} missing, {self.columns} label columns"


def exact_cases(quick: bool) -> list[MatrixCase]:
    """Rational matrices of 2 to 13 points."""
    sizes = (3, 6) if quick else tuple(range(2, 14))
    return [MatrixCase(size, min(1 + size % 4, size - 1), 1 + size % 2) for size in sizes]


def numeric_cases(quick: bool) -> list[MatrixCase]:
    """Matrices of 3 to 120 points."""
    sizes = (5, 40) if quick else (*range(3, 23), 40, 60, 80, 120)
    return [MatrixCase(size, min(1 + size % 7, size - 1), 1 + size % 3) for size in sizes]


def _compare(case: MatrixCase, K: Any, rng: np.random.Generator, use: Arithmetic) -> Comparison:
    """Entries of the inverse, against dropping the points and solving anew.

    The posterior covariance is the error of the columns K_S taken for labels.
    """
    y = rng.integers(-3, 4, (case.size, case.columns)).tolist()
    S = sorted(int(i) for i in rng.choice(case.size, case.missing, replace=False))
    rows, each = use.rows(K), range(case.size)
    inverse, dual = use.rows(K.inv()), use.rows(K.inv() * use.matrix(y))
    block = use.matrix([[inverse[i][j] for j in S] for i in S]).inv()
    alone = [use.leave_out(K, [[*y[j], rows[j][i]] for j in each], [i])[0] for i in each]
    together = use.leave_out(K, [[*y[j], *(rows[j][i] for i in S)] for j in each], S)
    errors = use.rows(block * use.matrix([dual[i] for i in S]))
    pairs = {
        "leave-one-out error": ([[a / inverse[i][i] for a in dual[i]] for i in each], [e[:-1] for e in alone]),
        "posterior variance": ([[1 / inverse[i][i]] for i in each], [e[-1:] for e in alone]),
        "error on the missing set": (errors, [row[: case.columns] for row in together]),
        "posterior covariance": (use.rows(block), [row[case.columns :] for row in together]),
    }
    return use.compare_all(str(case), pairs)


def exact_compare(case: MatrixCase, rng: np.random.Generator) -> Comparison:
    """Entries of the inverse against dropping the points and solving anew, over the rationals."""
    use = rationals()
    root = rng.integers(-3, 4, (case.size, case.size))
    return _compare(case, use.matrix(root @ root.T + np.eye(case.size, dtype=np.int64)) / 7, rng, use)


def enclosed_cases(quick: bool) -> list[MatrixCase]:
    """Matrices of 2 to 24 points."""
    sizes = (4, 9) if quick else (*range(2, 19), 21, 24)
    return [MatrixCase(size, min(1 + size % 5, size - 1), 1 + size % 3) for size in sizes]


def enclosed_compare(case: MatrixCase, rng: np.random.Generator) -> Comparison:
    """The same in balls, for the kernel exp(<x, y>/s) of points with whole coordinates."""
    from .enclosed_instances import exponentials

    use = balls()
    root = rng.integers(-2, 3, (case.size, case.size))
    with use.precision():
        K = use.matrix(exponentials(root @ root.T + np.eye(case.size, dtype=np.int64)).tolist())
        return _compare(case, K, rng, use)


def numeric_compare(case: MatrixCase, rng: np.random.Generator) -> Comparison:
    """Entries of the inverse against dropping the points and solving anew, by Cholesky."""
    from orbitkernels.numerics import dense

    root = rng.standard_normal((case.size, case.size))
    K = root @ root.T / case.size + 0.05 * np.eye(case.size)
    y = rng.standard_normal((case.size, case.columns))
    missing = np.sort(rng.choice(case.size, case.missing, replace=False))
    each = range(case.size)
    alone = np.concatenate([dense.refit(K, y, [i]) for i in each])
    variances = np.array([dense.refit_variance(K, [i])[0, 0] for i in each])
    condition = dense.condition_number(K)
    compare = partial(compare_numerically, str(case), size=case.size, condition=condition)
    return joint(
        [
            compare("leave-one-out error", dense.leave_one_out(K, y), alone),
            compare("error on the missing set", dense.leave_out(K, y, missing), dense.refit(K, y, missing)),
            compare("posterior variance", dense.posterior_variances(K), variances),
        ]
    )


THEOREM = Theorem(
    id="T1",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
