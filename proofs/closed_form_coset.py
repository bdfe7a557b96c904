"""T7 for one pair of orbits of a given group: the error of a coset whose poses are missing together."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from orbitkernels.errors import InputError
from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, combination, inverse, product
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
from orbitkernels.theory.subgroups import Subgroup

from . import closed_form_checks as checks
from . import closed_form_large as large
from .closed_form import derivation_of
from .closed_form_lines import word_latex
from .closed_form_targets import Target
from .exact_checks import sub_block, trace
from .linear_forms import Name, coefficient_latex, sum_lines
from .missing import missing_poses
from .orbit_pair import Irrep, OrbitPair, evaluated, readable_matrices

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .derivation import Derivation
    from .kernels import Kernel


def derive_coset_error(
    group: FiniteGroup, missing: str, kernel: Kernel | None = None, *, class_functions: bool = False
) -> Derivation:
    """The error at the poses g H x_c of one orbit when they are missing together, T7 for two free orbits.

    Args:
        group: G of order n.
        missing: ``"coset:WORDS"``: H is the subgroup that the words generate.
        kernel: Put in for the symbol.
        class_functions: Only symbols that are class functions, from the character table.

    Raises:
        InputError: If no coset is named.
        DerivationError: If a step is wrong.

    Example:
        >>> from orbitkernels.proofs.closed_form_coset import derive_coset_error
        >>> from orbitkernels.theory.names import group
        >>> derive_coset_error(group("C4"), "coset:a^2").theorems >= {"T7"}
        True
    """
    if not isinstance(missing, str) or not missing.startswith("coset:"):
        raise InputError(
            f"Argument 'missing' must be 'pose' or 'coset:WORDS' here, not {shown(missing)}; the errors of"
            f" other "
            "sets have no closed form of their own, use predict."
        )
    elements = missing_poses(group, missing).elements
    subgroup = Subgroup.from_elements(group, elements)
    words = ", ".join(word_latex(group.word_string(int(g))) for g in subgroup.generators) or "e"
    target = Target(
        name="coset",
        what=f"Error at a missing coset of a subgroup of order {subgroup.order}",
        goal=r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}{\sum_\rho d_\rho"
        r" \operatorname{tr}[(\hat K(\rho)^{-1})_{cc} \sum_{h \in H} \rho(h)^*]} \text{ for two orbits, } c"
        r" = 1, 2,"
        r" \text{ as a function of the symbol}",
        source="T7",
        theorem="T7",
        result=partial(coset_lines, subgroup),
        exchanged=partial(exchanged_coset_lines, subgroup),
        compare=partial(coset_errors_agree, subgroup),
        compare_large=partial(large_coset_errors_agree, subgroup),
        hypotheses=(
            rf"$H = \langle {words} \rangle$ has {subgroup.order} elements. $K$ is positive definite. All"
            rf" poses of"
            r" orbit $c$ have the label $t_c$, and $t = (t_1, t_2)$; kernel regression is trained on all"
            r" points but the"
            r" poses $g h x_c$, $h \in H$, of one orbit $c$ for one $g$; each has the label $y = t_c$ and the"
            r" prediction $p$.",
        ),
    )
    return derivation_of(group, kernel, target, class_functions=class_functions)


# ---------------------------------------------------------------------- what H adds


def subgroup_sums(pair: OrbitPair, subgroup: Subgroup) -> dict[int, Matrix]:
    """N_k = sum over H of rho_k(h^-1); for class functions the number chi_k summed over H, divided by d_k."""
    found: dict[int, Matrix] = {}
    table, labels = pair.group.character_table(), pair.group.conjugacy_classes.labels
    inverses = pair.group.inverse(subgroup.elements).tolist()
    for irrep in pair.irreps:
        values = table.values[irrep.number - 1]
        if irrep.size == 1:
            total = weighted_sum([1] * len(inverses), [values[labels[h]] for h in inverses])
            found[irrep.number] = ((total / irrep.degree,),)
        else:
            matrices = readable_matrices(pair.group, irrep.number - 1)
            found[irrep.number] = combination([1] * len(inverses), [matrices[h] for h in inverses])
    return found


def _is_zero(matrix: Matrix) -> bool:
    return not any(entry for row in matrix for entry in row)


def _scalar(matrix: Matrix) -> Cyclotomic | None:
    """The number of a multiple of the identity, else None."""
    size, first = len(matrix), matrix[0][0]
    scalar = all(matrix[i][j] == (first if i == j else ZERO) for i in range(size) for j in range(size))
    return first if scalar else None


# ---------------------------------------------------------------------- lines


def _matrix_lines(pair: OrbitPair, sums: Mapping[int, Matrix]) -> list[str]:
    """What N_k is, its matrices that are neither zero nor a number, and which irreps drop out."""
    if pair.is_class:
        lines = [r"S_c = \sum_k d_k N_k\, [M_k^{-1}]_{cc}, \qquad N_k = \sum_{h \in H} \chi_k(h)"]
        if pair.is_exchangeable:
            lines = [
                r"S = \frac12 \sum_{\pm} \sum_k \frac{d_k N_k}{X_k^\pm}, \qquad N_k = \sum_{h \in H} \chi_k(h)"
            ]
    else:
        lines = [r"N_k = \sum_{h \in H} \rho_k(h)^*"]
    for irrep in pair.irreps:
        N = sums[irrep.number]
        if not _is_zero(N) and _scalar(N) is None:
            rows = r" \\ ".join(" & ".join(coefficient_latex(c) if c else "0" for c in row) for row in N)
            lines.append(rf"N_{{{irrep.number}}} = \begin{{pmatrix}} {rows} \end{{pmatrix}}")
    gone = [rf"\rho_{{{irrep.number}}}" for irrep in pair.irreps if _is_zero(sums[irrep.number])]
    if gone:
        lines.append(rf"\text{{not in the sums, as }} N_k = 0 \text{{: }} {', '.join(gone)}")
    return lines


def _factor(pair: OrbitPair, irrep: Irrep, N: Matrix) -> str:
    """The number before a term: multiplicity, copies, and N if it is a number."""
    import sympy

    number = _scalar(N)
    times = (Fraction(1) if number is None else number.as_fraction()) * pair.multiplicity(irrep) * irrep.copies
    return "" if times == 1 else str(sympy.latex(sympy.Rational(times.numerator, times.denominator)))


def coset_lines(subgroup: Subgroup, pair: OrbitPair) -> list[str]:
    """T7 with the blocks put in."""
    sums, one = subgroup_sums(pair, subgroup), pair.trivial().number
    n = "" if pair.group.order == 1 else rf"{pair.group.order}\, "
    A, B, D, Delta = (f"{letter}_{{{one}}}" for letter in ("A", "B", "D", r"\Delta"))
    found = []
    for c, letter in ((1, "D"), (2, "A")):
        terms = [
            _term(pair, irrep, sums[irrep.number], c, letter)
            for irrep in pair.irreps
            if not _is_zero(sums[irrep.number])
        ]
        found += sum_lines(f"S_{c}", terms)
    return [
        *_matrix_lines(pair, sums),
        rf"\mathrm{{error}}_1 = \frac{{{n}({D} t_1 - {B} t_2)}}{{{Delta}\, S_1}}, \qquad"
        rf" \mathrm{{error}}_2 = \frac{{{n}({A} t_2 - {B} t_1)}}{{{Delta}\, S_2}}",
        *found,
    ]


def _term(pair: OrbitPair, irrep: Irrep, N: Matrix, c: int, letter: str) -> str:
    """One term of S_c."""
    front, k = _factor(pair, irrep, N), irrep.number
    if irrep.size == 1:
        return rf"+ {front} \frac{{{letter}_{{{k}}}}}{{\Delta_{{{k}}}}}"
    inner = rf"(\hat K(\rho_{{{k}}})^{{-1}})_{{{c}{c}}}"
    if _scalar(N) is not None:
        return rf"+ {front} \operatorname{{tr}}[{inner}]"
    real = "" if irrep.copies == 1 else r"\operatorname{Re} "
    return rf"+ {front} {real}\operatorname{{tr}}[{inner} N_{{{k}}}]"


def exchanged_coset_lines(subgroup: Subgroup, pair: OrbitPair) -> list[str]:
    """T7 for exchangeable orbits."""
    sums, one, n = subgroup_sums(pair, subgroup), pair.trivial().number, pair.group.order
    terms = []
    for irrep in pair.irreps:
        N, k = sums[irrep.number], irrep.number
        if _is_zero(N):
            continue
        front = _factor(pair, irrep, N)
        if irrep.size == 1:
            terms.append(rf"+ \frac{{{front or 1}}}{{X_{{{k}}}}}")
        else:
            tail = "" if _scalar(N) is not None else f" N_{{{k}}}"
            real = "" if irrep.copies == 1 or not tail else r"\operatorname{Re} "
            terms.append(rf"+ {front} {real}\operatorname{{tr}}[X_{{{k}}}^{{-1}}{tail}]")
    half = f"{n // 2}}}{{S" if n % 2 == 0 else f"{n}}}{{2 S"
    return [
        *_matrix_lines(pair, sums),
        *sum_lines(r"S = \frac12 \sum_{\pm} s^\pm, \qquad s", terms),
        rf"\mathrm{{error}}_{{1,2}} = \frac{{{half}}} \left(\frac{{t_1 + t_2}}{{X_{{{one}}}^+}} \pm"
        rf" \frac{{t_1 - t_2}}{{X_{{{one}}}^-}}\right)",
        rf"t = (1, -1): \qquad |\mathrm{{error}}| = \frac{{{n}}}{{X_{{{one}}}^-\, S}}",
    ]


# ---------------------------------------------------------------------- checks


def coset_errors_agree(subgroup: Subgroup, pair: OrbitPair, seed: int) -> bool:
    """Whether the closed form gives the errors at all poses of a coset, in both orbits, by solving anew."""
    values, group = checks.sample_values(pair, seed), pair.group
    K = exact_gram(group, checks.symbol_array(pair, values))
    n, moved = group.order, (seed * 7 + 1) % group.order
    y = [checks.LABELS[0]] * n + [checks.LABELS[1]] * n
    coset = group.multiply(moved, subgroup.elements).tolist()
    for c, error in enumerate(coset_errors(subgroup, pair, values)):
        if any(found[0] != error for found in exact_leave_out(K, y, [c * n + g for g in coset])):
            return False
    return True


def coset_errors(subgroup: Subgroup, pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """The closed form of both orbits, as it is printed: exchangeable orbits by X = P + Q and P - Q."""
    sums = coset_sums(subgroup, pair, values)
    (A, B), (C, D) = evaluated(pair.trivial().block, values)
    t, n = checks.LABELS, pair.group.order
    alpha = [(D * t[0] - B * t[1]) / (A * D - B * C), (A * t[1] - C * t[0]) / (A * D - B * C)]
    return [alpha[c] * n / sums[c] for c in (0, 1)]


def coset_sums(subgroup: Subgroup, pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """S_1 and S_2: sum over irreps of d tr[(Khat^-1)_cc N]; of exchangeable orbits the mean over both signs."""
    totals, N = [ZERO, ZERO], subgroup_sums(pair, subgroup)
    for irrep in pair.irreps:
        if _is_zero(N[irrep.number]):
            continue
        for c, part in enumerate(_diagonal_parts(pair, irrep, values)):
            value = trace(product(part, N[irrep.number]))
            both = value + value.conjugate() if irrep.copies == 2 else value
            totals[c] = totals[c] + both * pair.multiplicity(irrep)
    return totals


def _diagonal_parts(pair: OrbitPair, irrep: Irrep, values: Mapping[Name, Fraction]) -> list[Matrix]:
    """(Khat^-1)_11 and (Khat^-1)_22."""
    if not pair.is_exchangeable:
        found = inverse(evaluated(irrep.block, values))
        return [sub_block(found, c, c, irrep.size) for c in (0, 1)]
    plus, minus = (inverse(evaluated(irrep.part(0, 0), theta)) for theta in checks.thetas(values))
    half = combination([Fraction(1, 2)] * 2, [plus, minus])
    return [half, half]


def large_coset_errors_agree(subgroup: Subgroup, pair: OrbitPair, seed: int) -> bool:
    """Whether S_c is n times the sum over H of the column of K^-1 at (c, e), which K maps to a unit vector."""
    values, k = checks.sample_values(pair, seed), len(pair.group.conjugacy_classes)
    columns = large.inverse_columns(pair, values)
    labels = pair.group.conjugacy_classes.labels[subgroup.elements].tolist()
    sums = coset_sums(subgroup, pair, values)
    return large.columns_invert(pair, values, columns) and all(
        sums[c] == sum(columns[c * k + label][c] for label in labels) * pair.group.order for c in (0, 1)
    )
