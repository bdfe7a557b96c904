"""Spectrum, symbol and error of a kernel of a Cayley graph on a given group, step by step (Theorem K13)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from orbitkernels.errors import InputError
from orbitkernels.theory.cayley_kernels import class_adjacency, symbol_of_spectrum
from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum

from .arguments import exact_rational
from .closed_form_lines import classes_lines, generators_text, latex_of_name, listed, times_text
from .derivation import Derivation, Step, argued, define, equal
from .evaluation import DIGITS
from .linear_forms import sum_lines
from .ring_example import shown

if TYPE_CHECKING:
    from .cayley_kernels import CayleyKernel

#: What each kernel is, and its eigenvalue f(alpha) in LaTeX with the parameter to be put in.
FORMS = {
    "adjacency": (r"K = A", r"f(\alpha) = \alpha"),
    "laplacian": (r"K = L", r"f(\alpha) = |S| - \alpha"),
    "heat": (r"K = e^{-t L}", r"f(\alpha) = e^{-t (|S| - \alpha)}"),
    "resolvent": (r"K = (\sigma^2 I + L)^{-1}", r"f(\alpha) = \frac{1}{\sigma^2 + |S| - \alpha}"),
}

#: How the parameter is written.
LETTERS = {"heat": "t", "resolvent": r"\sigma^2"}


def derive_cayley(kernel: CayleyKernel, target: str) -> Derivation:
    """Spectrum, or error at a missing element, of a kernel of a Cayley graph.

    Args:
        kernel: Group, connection set and function.
        target: ``"spectrum"`` or ``"error"``.

    Raises:
        InputError: If the target is the error and the kernel is not positive definite.

    Example:
        >>> from orbitkernels.proofs.cayley_closed_form import derive_cayley
        >>> from orbitkernels.proofs.cayley_kernels import cayley_kernel
        >>> from orbitkernels.theory.names import group
        >>> len(derive_cayley(cayley_kernel(group("S3"), "heat(t=1, generators=class:1)"), "spectrum").steps)
        5
    """
    if target == "error" and kernel.name not in LETTERS:
        raise InputError(
            f"Kernel '{kernel.name}' of a Cayley graph is not positive definite, so no error is defined;"
            f" derive its "
            "spectrum, or use heat(...) or resolvent(...)."
        )
    group = kernel.group
    steps = [*_setting(kernel), _adjacency(kernel), _eigenvalues(kernel), _symbol(kernel)]
    if target == "error":
        steps.append(_error(kernel))
    what = {"spectrum": "Spectrum", "error": "Error at a missing element"}[target]
    goal = {
        "spectrum": r"\varphi(g) = \frac1n \sum_\rho d_\rho\, f(\alpha_\rho)\, \chi_\rho(g), \quad"
        r" \text{eigenvalues } f(\alpha_\rho), \text{ each } d_\rho^2 \text{ times}",
        "error": r"\mathrm{error} = y - p = \frac{n\, t_1/f(|S|)}{\sum_\rho d_\rho^2/f(\alpha_\rho)}",
    }[target]
    return Derivation(
        f"{what}: {kernel.name} kernel of a Cayley graph of {group.name}",
        goal,
        tuple(steps),
        _hypotheses(kernel, target),
        "K13" if target == "spectrum" else "K13 and T6",
        target,
    )


def _hypotheses(kernel: CayleyKernel, target: str) -> tuple[str, ...]:
    """Group, graph, kernel, and the labels if the target is the error."""
    group = kernel.group
    setting = (
        rf"$G = {latex_of_name(group.name)}$ has $n = {group.order}$ elements; $\rho_k$ is the irrep in row"
        rf" $k$ of its"
        r" character table, $d_k$ the degree, $\chi_k$ the character.",
        r"The points are the elements of $G$, one orbit. $A_{g,h} = 1$ if $g^{-1}h \in S$ and 0 otherwise,"
        r" $L = |S|\, I - A$; the kernel is $K_{g,h} = \varphi(g^{-1}h)$.",
    )
    labels = (
        r"All points have the label $y = t_1$; kernel regression is trained on all but one, whose prediction is"
        r" $p$."
    )
    return (*setting, labels) if target == "error" else setting


def _setting(kernel: CayleyKernel) -> list[Step]:
    """Classes, connection set, kernel."""
    group, count = kernel.group, kernel.components
    union = r" \cup ".join(f"C_{{{k}}}" for k in kernel.classes)
    connected = (
        r"$S$ generates $G$, so the graph is connected."
        if count == 1
        else rf"$S$ generates a proper subgroup only: the graph has {count} components, and the kernel is the same"
        r" on each and 0 between them."
    )
    letter = LETTERS.get(kernel.name)
    value = rf", \qquad {letter} = {_latex(kernel.parameter)}" if letter else ""
    return [
        define(
            rf"The conjugacy classes $C_i$: an element, how many there are, their"
            rf" order.{generators_text(group)}",
            *classes_lines(group),
            label="classes",
        ),
        define(
            f"The connection set, the kernel and its eigenvalue as a function of that of $A$. {connected}",
            rf"S = {union}, \qquad |S| = {kernel.degree}",
            rf"{FORMS[kernel.name][0]}, \qquad {FORMS[kernel.name][1]}{value}",
            label="kernel",
        ),
    ]


def _latex(value: Any) -> str:
    """LaTeX of an exact number or SymPy expression."""
    import sympy

    return str(sympy.latex(value.to_sympy() if isinstance(value, Cyclotomic) else sympy.sympify(value)))


def _adjacency(kernel: CayleyKernel) -> Step:
    """alpha_k, checked as eigenvectors."""
    pairs = enumerate(kernel.adjacency_spectrum, 1)
    return argued(
        "theorem",
        r"Characters on $S$. (Checked: the sum of $\chi_k$ over the neighbours of an element is $\alpha_k$"
        r" times its value"
        r" there, for every $k$ and every class.)",
        r"\alpha_k = \frac{1}{d_k} \sum_{s \in S} \chi_k(s)",
        *listed([rf"\alpha_{{{k}}} = {_latex(alpha)}" for k, alpha in pairs]),
        on=[(kernel.group.name, partial(characters_are_eigenvectors, kernel))],
        decided=True,
        label="alpha",
        uses=("classes", "kernel", "K13"),
    )


def _eigenvalues(kernel: CayleyKernel) -> Step:
    """f(alpha), equal ones together."""
    degrees = kernel.group.character_table().degrees.tolist()
    together: dict[Cyclotomic, int] = {}
    for alpha, degree in zip(kernel.adjacency_spectrum, degrees, strict=True):
        together[alpha] = together.get(alpha, 0) + int(degree) ** 2
    lines = [
        rf"{_latex(_value(kernel, alpha))}{_decimal(_value(kernel, alpha))}{times_text(count)}"
        for alpha, count in together.items()
    ]
    return argued(
        "theorem",
        r"The eigenvalues of $K$ are the $f(\alpha_k)$, each $d_k^2$ times; equal ones are counted together."
        r" (Checked:"
        r" the $d_k^2 \alpha_k$ sum to the trace of $A$, 0, and the $d_k^2$ to $n$.)",
        *lines,
        on=[(kernel.group.name, partial(trace_agrees, kernel))],
        decided=True,
        label="spectrum",
        uses=("alpha", "kernel", "K13"),
    )


def _value(kernel: CayleyKernel, alpha: Any) -> Any:
    """f(alpha), exact; a SymPy expression for the heat kernel."""
    return kernel.function(alpha.to_sympy() if kernel.name == "heat" else alpha)


def _decimal(value: Any) -> str:
    """`` = 0.1353`` after numbers that are no integers."""
    exact = value.to_sympy() if isinstance(value, Cyclotomic) else value
    return "" if exact.is_integer else rf" \approx {short(exact)}"


def short(value: Any, digits: int = 6) -> str:
    """A number in LaTeX, to some digits."""
    return shown(value.evalf(digits + 20)._to_mpmath(200), digits)


def _symbol(kernel: CayleyKernel) -> Step:
    """phi on every class."""
    if kernel.name == "heat":
        return _heat_symbol(kernel)
    values = symbol_of_spectrum(kernel.group, [_value(kernel, alpha) for alpha in kernel.adjacency_spectrum])
    lines = [rf"\varphi(C_{{{k}}}) = {_latex(value)}" for k, value in enumerate(values)]
    return argued(
        "theorem",
        r"The symbol on the classes, $\varphi = \frac1n \sum_k d_k f(\alpha_k) \chi_k$. (Checked on every"
        r" class: the matrix"
        r" that defines the kernel, applied to $\varphi$ by sums over neighbours.)",
        *listed(lines),
        on=[(kernel.group.name, partial(symbol_is_right, kernel, values))],
        decided=True,
        label="symbol",
        uses=("alpha", "kernel", "K13"),
    )


def _heat_symbol(kernel: CayleyKernel) -> Step:
    """The heat kernel for every time, checked by the heat equation."""
    import sympy

    t = sympy.Symbol("t", positive=True)
    values, group = heat_symbol(kernel, t), kernel.group
    lines = []
    for k, value in enumerate(values):
        terms = [_signed(sympy.latex(term)) for term in sympy.Add.make_args(value)]
        at = short(value.subs(t, exact_rational(kernel.parameter)))
        lines += sum_lines(rf"\varphi(C_{{{k}}})", terms)
        lines[-1] += rf" \qquad ({at} \text{{ at }} t = {_latex(kernel.parameter)})"
    steps = class_adjacency(group, kernel.classes)
    pairs = []
    for k, row in enumerate(steps.tolist()):
        around = sum(count * values[l] for l, count in enumerate(row)) - sum(row) * values[k]
        if k < MAX_HEAT_PAIRS:
            pairs.append((sympy.Derivative(values[k], t), around))
        pairs.append((sympy.Subs(values[k], t, 0), sympy.Integer(int(k == 0))))
    return equal(
        "theorem",
        r"The symbol on the classes, for every time $t$. (Checked: it solves the heat equation"
        r" $\frac{\partial}{\partial t}"
        r" \varphi(g) = \sum_{s \in S} (\varphi(gs) - \varphi(g))$ and is 1 at $e$, 0 elsewhere, at $t = 0$.)",
        *lines,
        pairs=pairs,
        identity="heat equation",
        domain={t: (0, 3)},
        label="symbol",
        uses=("alpha", "kernel", "K13"),
    )


#: Classes on which the heat equation is checked; its start is checked on all.
MAX_HEAT_PAIRS = 12


def _signed(latex: str) -> str:
    return f"- {latex[1:].strip()}" if latex.startswith("-") else f"+ {latex}"


def heat_symbol(kernel: CayleyKernel, t: Any) -> list[Any]:
    """(1/n) sum_rho d_rho exp(-t (|S| - alpha)) chi_rho on the classes, equal exponents together."""
    import sympy

    table, n = kernel.group.character_table(), kernel.group.order
    found = []
    for column in zip(*table.values, strict=True):
        together: dict[Cyclotomic, list[Cyclotomic]] = {}
        for d, alpha, value in zip(table.degrees, kernel.adjacency_spectrum, column, strict=True):
            together.setdefault(alpha, []).append(value * int(d))
        found.append(
            sympy.Add(
                *(
                    (weighted_sum([1] * len(parts), parts) / n).to_sympy()
                    * sympy.exp(-t * (kernel.degree - alpha).to_sympy())
                    for alpha, parts in together.items()
                )
            )
        )
    return found


def _error(kernel: CayleyKernel) -> Step:
    """T6 for one orbit of which all labels are equal, against K by the exponential or inverse of a matrix."""
    import sympy

    if kernel.parameter * kernel.degree > MAX_EXPONENT and kernel.name == "heat":
        raise InputError(
            f"Argument 't' is {kernel.parameter} and |S| {kernel.degree}: exp(-t L) has a condition number of "
            f"exp({2 * kernel.parameter * kernel.degree}); choose t below {MAX_EXPONENT}/{kernel.degree}."
        )
    total = sympy.Add(*(int(d) ** 2 / _as_sympy(_value(kernel, a)) for d, a in _rows(kernel)))
    error = kernel.group.order / (_as_sympy(_value(kernel, kernel.adjacency_spectrum[0])) * total)
    digits = DIGITS + 25
    return equal(
        "theorem",
        r"T6 for one orbit: $\hat K(\mathbf 1)$ is the number $f(|S|)$ and each block is $f(\alpha_\rho)$"
        r" times the"
        r" identity. (Compared with T1: $K$ on class functions by the exponential or the inverse of the"
        r" matrix of numbers"
        r" of neighbours, no characters, and its equations solved.)",
        r"\mathrm{error} = \frac{n\, t_1/f(|S|)}{\sum_\rho d_\rho^2/f(\alpha_\rho)}",
        rf"\mathrm{{error}} = {short(error, 12)}\, t_1",
        pairs=[(sympy.Float(error.evalf(digits), digits), sympy.Float(error_without_characters(kernel), digits))],
        identity="T1 and T6",
        numbers=True,
        uses=("spectrum", "T1", "T6"),
    )


#: Largest t |S| for which the error of a heat kernel is computed.
MAX_EXPONENT = 2000


def error_without_characters(kernel: CayleyKernel) -> Any:
    """[K^-1 1]_e / [K^-1]_ee with K on class functions as a matrix function of numbers of neighbours."""
    import mpmath

    steps = class_adjacency(kernel.group, kernel.classes).tolist()
    sizes, k = kernel.group.conjugacy_classes.sizes.tolist(), len(steps)
    with mpmath.workdps(DIGITS + 40 + int(kernel.parameter * kernel.degree)):
        parameter = mpmath.mpf(kernel.parameter.numerator) / kernel.parameter.denominator
        L = mpmath.matrix(k, k)
        for i, row in enumerate(steps):
            for j, count in enumerate(row):
                L[i, j] = (kernel.degree if i == j else 0) - count
        K = mpmath.expm(-parameter * L) if kernel.name == "heat" else (L + parameter * mpmath.eye(k)) ** -1
        column = mpmath.lu_solve(K, mpmath.matrix([int(i == 0) for i in range(k)]))
        return mpmath.fsum(size * x for size, x in zip(sizes, column, strict=True)) / column[0]


def _rows(kernel: CayleyKernel) -> list[tuple[int, Cyclotomic]]:
    degrees = kernel.group.character_table().degrees.tolist()
    return list(zip(degrees, kernel.adjacency_spectrum, strict=True))


def _as_sympy(value: Any) -> Any:
    return value.to_sympy() if isinstance(value, Cyclotomic) else value


# ---------------------------------------------------------------------- checks


def characters_are_eigenvectors(kernel: CayleyKernel) -> bool:
    """Whether the neighbours' characters sum to alpha times the character, at every class."""
    table = kernel.group.character_table()
    steps = class_adjacency(kernel.group, kernel.classes).tolist()
    return all(
        weighted_sum(row, chi) == alpha * chi[k]
        for alpha, chi in zip(kernel.adjacency_spectrum, table.values, strict=True)
        for k, row in enumerate(steps)
    )


def trace_agrees(kernel: CayleyKernel) -> bool:
    """Whether the multiplicities sum to n and the eigenvalues to the trace of A, which is 0."""
    counts = [int(d) ** 2 for d, _ in _rows(kernel)]
    alphas = [alpha for _, alpha in _rows(kernel)]
    return sum(counts) == kernel.group.order and weighted_sum(counts, alphas) == ZERO


def symbol_is_right(kernel: CayleyKernel, values: list[Cyclotomic]) -> bool:
    """Whether phi is A's, L's, or is mapped to the unit vector by sigma^2 I + L, class by class."""
    steps = class_adjacency(kernel.group, kernel.classes).tolist()
    inside = [int(k in kernel.classes) for k in range(len(values))]
    if kernel.name == "adjacency":
        return values == inside
    if kernel.name == "laplacian":
        return values == [kernel.degree if k == 0 else -value for k, value in enumerate(inside)]
    mapped = [
        values[k] * (kernel.parameter + kernel.degree) - weighted_sum(row, values) for k, row in enumerate(steps)
    ]
    return mapped == [ONE] + [ZERO] * (len(values) - 1)
