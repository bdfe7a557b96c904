"""The displayed lines of the closed forms of one pair of orbits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .closed_form_checks import renamed
from .linear_forms import LINE, LinearForm, joined, sum_lines
from .orbit_pair import Forms, Irrep, OrbitPair
from .plain_text import plain
from .rendering import line_latex

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel


def listed(items: Sequence[str]) -> list[str]:
    """Formulas one after another, broken into lines that fit a page."""
    lines, current = [], ""
    for number, item in enumerate(items):
        text = item + ("," if number + 1 < len(items) else "")
        longer = rf"{current} \quad {text}" if current else text
        if current and len(plain(longer)) > LINE:
            lines.append(current)
            longer = text
        current = longer
    return [*lines, current]


def elements_line(group: FiniteGroup) -> list[str]:
    """``g_0 = 1, g_1 = a, ...``."""
    words = [group.word_string(g) for g in range(group.order)]
    return listed([f"g_{{{g}}} = {word_latex(word)}" for g, word in enumerate(words)])


def generators_text(group: FiniteGroup) -> str:
    """A sentence about the generators, as permutations where the group is one of permutations."""
    names = group.generator_names
    if not names:
        return ""
    cycles = [group.element_string(s) for s in group.generators]
    orders = group.element_orders[list(group.generators)].tolist() if group.order <= 10_000 else []
    if all("(" in text for text in cycles):
        spaced = [text.replace(" ", r"\,") for text in cycles]
        shown = [f"${name} = {text}$" for name, text in zip(names, spaced, strict=True)]
        return f" Generators, as permutations: {', '.join(shown)}; $gh$ is $g$ after $h$."
    shown = [f"${name}$ of order {order}" for name, order in zip(names, orders, strict=False)]
    return f" Generators: {', '.join(shown)}." if shown else ""


def classes_lines(group: FiniteGroup) -> list[str]:
    """``C_1 \\ni r^2 (1 of order 2), ...``: an element of each class, its size and the order of its elements."""
    classes = group.conjugacy_classes
    return listed(
        [
            rf"C_{{{k}}} \ni {word_latex(group.word_string(g))} \ ({size} \text{{ of order }} {order})"
            for k, (g, size, order) in enumerate(
                zip(
                    classes.representatives.tolist(),
                    classes.sizes.tolist(),
                    classes.element_orders.tolist(),
                    strict=True,
                )
            )
        ]
    )


def word_latex(word: str) -> str:
    """A word such as ``a^2*b`` with braces around exponents and names of several letters upright."""
    factors = []
    for factor in word.split("*"):
        base, _, exponent = factor.partition("^")
        letter = base if len(base) == 1 else rf"\mathrm{{{base}}}"
        factors.append(letter + (f"^{{{exponent}}}" if exponent else ""))
    return r"\,".join(factors)


def kernel_lines(kernel: Kernel) -> list[str]:
    """The kernel as an expression in u, with names for what occurs twice, and the symbol in terms of it."""
    import sympy

    found, (expression,) = sympy.cse(sympy.sympify(kernel.expression))
    names: dict[Any, Any] = {}  # constants are put back, the rest is named in order
    parts: list[tuple[Any, Any]] = []
    for name, part in found:
        value = part.subs(names)
        names[name] = sympy.Symbol(f"s_{len(parts) + 1}") if value.free_symbols else value
        parts += [(names[name], value)] if value.free_symbols else []
    expression = expression.subs(names)
    return [
        *[f"{sympy.latex(name)} = {line_latex(part)}" for name, part in parts],
        *sum_lines("k(u)", [_signed(line_latex(term)) for term in sympy.Add.make_args(expression)]),
        r"\varphi_i = k(u_i), \qquad \psi_i = k(v_i), \qquad \omega_i = k(w_i)",
    ]


def _signed(latex: str) -> str:
    return f"- {latex[1:].strip()}" if latex.startswith("-") else f"+ {latex}"


def latex_of_name(name: str) -> str:
    """The name of a group in upright letters."""
    return r"\mathrm{" + name.replace("^", r"\hat{\ }").replace("_", r"\_") + "}"


def irreps_lines(pair: OrbitPair) -> list[str]:
    """Degrees."""
    return listed(
        [
            rf"d_{{{irrep.number}}} = {irrep.degree}"
            + (r"\ (\text{and its conjugate})" if irrep.copies == 2 else "")
            for irrep in pair.irreps
        ]
    )


def copies_text(irrep: Irrep) -> str:
    """Words about the conjugate."""
    return ", with its conjugate" if irrep.copies == 2 else ""


# ---------------------------------------------------------------------- blocks


def matrix_lines(name: str, forms: Forms) -> list[str]:
    """A matrix of forms: a multiple of the identity, one matrix if it fits the page, else entry by entry."""
    size = len(forms)
    diagonal = forms[0][0]
    if all(forms[i][j] == (diagonal if i == j else LinearForm(())) for i in range(size) for j in range(size)):
        return sum_lines(name, [*_bracketed(diagonal)]) if size > 1 else sum_lines(name, diagonal.pieces())
    entries = [[form.latex() for form in row] for row in forms]
    if len(name) + sum(len(plain(entry)) + 2 for row in entries for entry in row) <= LINE:
        rows = r" \\ ".join(" & ".join(row) for row in entries)
        return [rf"{name} = \begin{{pmatrix}} {rows} \end{{pmatrix}}"]
    return [line for left, form in _entries(name, forms) for line in sum_lines(left, form.pieces())]


def _entries(name: str, forms: Forms) -> list[tuple[str, LinearForm]]:
    """Entries with their names; two that mirror each other and are equal or conjugate are shown once."""
    found = []
    for i, row in enumerate(forms):
        for j, form in enumerate(row):
            here, mirrored = f"({name})_{{{i + 1}{j + 1}}}", f"({name})_{{{j + 1}{i + 1}}}"
            if i != j and forms[j][i] == form:
                found += [(f"{here} = {mirrored}", form)] if i < j else []
            elif i != j and forms[j][i] == form.conjugate():
                found += [(f"{here} = {mirrored}^*", form)] if i < j else []
            else:
                found.append((here, form))
    return found


def _bracketed(form: LinearForm) -> list[str]:
    """The pieces of ``(form) I``."""
    pieces = form.pieces()
    if len(pieces) == 1:
        return [f"{pieces[0]} I"]
    first = pieces[0]
    opened = f"+ ({joined([first])}"
    return [opened, *pieces[1:-1], f"{pieces[-1]}) I"]


def is_scalar(forms: Forms) -> bool:
    """Whether a matrix of forms is a multiple of the identity."""
    size = len(forms)
    return all(
        forms[i][j] == (forms[0][0] if i == j else LinearForm(())) for i in range(size) for j in range(size)
    )


def block_lines(pair: OrbitPair, irrep: Irrep) -> list[str]:
    """Entries and determinant of the block of one irrep."""
    k = irrep.number
    if irrep.size > 1:
        return [
            *matrix_lines(f"P_{{{k}}}", irrep.part(0, 0)),
            *matrix_lines(f"Q_{{{k}}}", irrep.part(0, 1)),
            rf"\hat K(\rho_{{{k}}}) = \begin{{pmatrix}} P_{{{k}}} & Q_{{{k}}} \\ Q'_{{{k}}} & R_{{{k}}}"
            rf" \end{{pmatrix}}, \qquad \Delta_{{{k}}} = \det \hat K(\rho_{{{k}}})",
        ]
    (A, B), (_, D) = irrep.block
    lines = [*sum_lines(f"A_{{{k}}}", A.pieces()), *sum_lines(f"D_{{{k}}}", D.pieces())]
    if B.imaginary:
        lines += sum_lines(rf"\operatorname{{Re}} B_{{{k}}}", B.real.pieces())
        lines += sum_lines(rf"\operatorname{{Im}} B_{{{k}}}", B.imaginary.pieces())
        square = rf"(\operatorname{{Re}} B_{{{k}}})^2 - (\operatorname{{Im}} B_{{{k}}})^2"
    else:
        lines += sum_lines(f"B_{{{k}}}", B.pieces())
        square = f"B_{{{k}}}^{{2}}"
    return [*lines, rf"\Delta_{{{k}}} = A_{{{k}}} D_{{{k}}} - {square}"]


def class_block_lines(pair: OrbitPair) -> list[str]:
    """Entries of all the 2 x 2 matrices, one irrep after another."""
    return [line for irrep in pair.irreps for line in block_lines(pair, irrep)]


def exchange_lines(pair: OrbitPair) -> list[str]:
    """X_k in theta, for every irrep."""
    return [line for irrep in pair.irreps for line in matrix_lines(f"X_{{{irrep.number}}}", theta_forms(irrep))]


def theta_forms(irrep: Irrep) -> Forms:
    """P with theta for phi."""
    return renamed(irrep.part(0, 0), lambda name: ("theta", name[1]))


# ---------------------------------------------------------------------- errors


def error_lines(pair: OrbitPair) -> list[str]:
    """T6 with the blocks put in."""
    n, k = pair.group.order, pair.trivial().number
    times = "" if n == 1 else rf"{n}\, "
    A, B, D, Delta = (f"{letter}_{{{k}}}" for letter in ("A", "B", "D", r"\Delta"))
    sums = [
        line
        for c, letter, variable in ((1, "D", r"\varphi"), (2, "A", r"\omega"))
        for line in sum_lines(f"S_{c}", [_trace_term(pair, irrep, letter, variable) for irrep in pair.irreps])
    ]
    return [
        rf"\mathrm{{error}}_1 = \frac{{{times}({D} t_1 - {B} t_2)}}{{{Delta}\, S_1}}, \qquad"
        rf" \mathrm{{error}}_2 = \frac{{{times}({A} t_2 - {B} t_1)}}{{{Delta}\, S_2}}",
        *sums,
        rf"t = (1, -1): \qquad \mathrm{{error}}_1 = \frac{{{times}({D} + {B})}}{{{Delta}\, S_1}}, \qquad"
        rf" \mathrm{{error}}_2 = - \frac{{{times}({A} + {B})}}{{{Delta}\, S_2}}",
    ]


def _trace_term(pair: OrbitPair, irrep: Irrep, letter: str, variable: str) -> str:
    """One term of S: the factor and D/Delta, or the logarithmic derivative of the determinant."""
    factor = pair.multiplicity(irrep) * irrep.copies
    front, k = "" if factor == 1 else str(factor), irrep.number
    if irrep.size == 1:
        return rf"+ {front} \frac{{{letter}_{{{k}}}}}{{\Delta_{{{k}}}}}"
    return rf"+ \frac{{{front}}}{{\Delta_{{{k}}}}} \frac{{\partial \Delta_{{{k}}}}}{{\partial {variable}_0}}"


def exchange_error_lines(pair: OrbitPair) -> list[str]:
    """T6 for exchangeable orbits."""
    n, one = pair.group.order, pair.trivial().number
    terms = [_exchange_term(irrep) for irrep in pair.irreps]
    return [
        *sum_lines(r"S = \frac12 \sum_{\pm} s^\pm, \qquad s", terms),
        *_invariant_lines(pair),
        rf"\mathrm{{error}}_{{1,2}} = \frac{{{_half(n)}}} \left(\frac{{t_1 + t_2}}{{X_{{{one}}}^+}} \pm"
        rf" \frac{{t_1 - t_2}}{{X_{{{one}}}^-}}\right)",
        rf"t = (1, -1): \qquad |\mathrm{{error}}| = \frac{{{n}}}{{X_{{{one}}}^-\, S}}",
    ]


def _half(n: int) -> str:
    """The two arguments of the fraction n/(2 S), reduced."""
    return f"{n // 2}}}{{S" if n % 2 == 0 else f"{n}}}{{2 S"


def _exchange_term(irrep: Irrep) -> str:
    """d tr(X^-1): a reciprocal, tr X/det X, or the sum of minors over the determinant."""
    k, X = irrep.number, theta_forms(irrep)
    if is_scalar(X):
        entry = f"X_{{{k}}}" if irrep.size == 1 else f"x_{{{k}}}"
        return rf"+ \frac{{{irrep.degree**2 * irrep.copies}}}{{{entry}}}"
    top = rf"\operatorname{{tr}} X_{{{k}}}" if irrep.size == 2 else rf"\sigma_{{{k}}}"
    return rf"+ {irrep.degree * irrep.copies} \frac{{{top}}}{{\det X_{{{k}}}}}"


def _invariant_lines(pair: OrbitPair) -> list[str]:
    """What the terms of S mean: x of a multiple of the identity, the trace, the second coefficient."""
    lines = []
    for irrep in pair.irreps:
        k, X = irrep.number, theta_forms(irrep)
        if irrep.size > 1 and is_scalar(X):
            lines.append(rf"X_{{{k}}} = x_{{{k}}} I")
        elif irrep.size > 1:
            diagonal = LinearForm.of([term for i in range(irrep.size) for term in X[i][i].terms])
            lines += sum_lines(rf"\operatorname{{tr}} X_{{{k}}}", diagonal.pieces())
        if irrep.size > 2 and not is_scalar(X):
            lines.append(
                rf"\sigma_{{{k}}} = \tfrac12 \left((\operatorname{{tr}} X_{{{k}}})^2 -"
                rf" \operatorname{{tr}} X_{{{k}}}^2\right)"
            )
    return lines


# ---------------------------------------------------------------------- spectra


def eigenvalue_lines(pair: OrbitPair) -> list[str]:
    """Eigenvalues of two rows in radicals, of more as roots of the characteristic polynomial."""
    lines = []
    for irrep in pair.irreps:
        k, times = irrep.number, pair.multiplicity(irrep) * irrep.copies
        if irrep.size == 1:
            square = f"4 B_{{{k}}}^2" if not irrep.block[0][1].imaginary else f"4 |B_{{{k}}}|^2"
            lines.append(
                rf"\lambda_{{{k}}}^\pm = \frac12 (A_{{{k}}} + D_{{{k}}}) \pm \frac12"
                rf" \sqrt{{(A_{{{k}}} - D_{{{k}}})^2 + {square}}}" + _times(times)
            )
        else:
            lines.append(
                rf"\text{{the {2 * irrep.size} roots of }} \det(x - \hat K(\rho_{{{k}}})) = 0" + _times(times)
            )
    return lines


def exchange_eigenvalue_lines(pair: OrbitPair) -> list[str]:
    """Eigenvalues of X for both signs."""
    lines = _invariant_lines(pair)
    for irrep in pair.irreps:
        k, X, times = irrep.number, theta_forms(irrep), pair.multiplicity(irrep) * irrep.copies
        if irrep.size == 1:
            lines.append(rf"\lambda_{{{k}}}^\pm = X_{{{k}}}^\pm" + _times(times))
        elif is_scalar(X):
            lines.append(rf"\lambda_{{{k}}}^\pm = x_{{{k}}}^\pm" + _times(times * irrep.size))
        elif irrep.size == 2:
            half, root = rf"\tfrac12 \operatorname{{tr}} X_{{{k}}}^\pm", rf"\tfrac12 \sqrt{{\delta_{{{k}}}^\pm}}"
            lines.append(rf"\delta_{{{k}}} = (\operatorname{{tr}} X_{{{k}}})^2 - 4 \det X_{{{k}}}")
            lines.append(rf"{half} + {root} \text{{ and }} {half} - {root}" + _times(times))
        else:
            lines.append(
                rf"\text{{the roots of }} x^3 - x^2 \operatorname{{tr}} X_{{{k}}}^\pm + x\,"
                rf" \sigma_{{{k}}}^\pm -"
                rf" \det X_{{{k}}}^\pm = 0" + _times(times)
            )
    return lines


def times_text(times: int, once: str = "once") -> str:
    """Words for a multiplicity."""
    return rf" \qquad (\text{{{once}}})" if times == 1 else rf" \qquad ({times} \text{{ times}})"


def _times(times: int) -> str:
    """Words for a multiplicity of each of several values."""
    return r" \qquad (\text{once each})" if times == 1 else rf" \qquad ({times} \text{{ times each}})"
