r"""The closed forms of two orbits of S3, C3 and A4, written out by hand from T2, T6 and T7.

S3 has irreps of degrees 1, 1, 2, C3 a trivial one and a conjugate pair, A4 also one of degree 3.  The derivative
of log det Khat in phi_0 is the trace of the first diagonal block of the inverse.
"""

import pytest
import sympy

from orbitkernels.proofs import closed_form_coset as coset
from orbitkernels.proofs import closed_form_identities as identities
from orbitkernels.proofs import closed_form_lines as lines
from orbitkernels.proofs.closed_form import derive_error, derive_spectrum
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.kernels import kernel
from orbitkernels.proofs.orbit_pair import OrbitPair

ERRORS = (
    r"\mathrm{error}_1 = \frac{%d\, (D_{1} t_1 - B_{1} t_2)}{\Delta_{1}\, S_1}, \qquad"
    r" \mathrm{error}_2 = \frac{%d\, (A_{1} t_2 - B_{1} t_1)}{\Delta_{1}\, S_2}"
)
OPPOSITE = (
    r"t = (1, -1): \qquad \mathrm{error}_1 = \frac{%d\, (D_{1} + B_{1})}{\Delta_{1}\, S_1}, \qquad"
    r" \mathrm{error}_2 = - \frac{%d\, (A_{1} + B_{1})}{\Delta_{1}\, S_2}"
)
MEAN = r"S = \frac12 \sum_{\pm} s^\pm, \qquad s = "
EXCHANGED = (
    r"\mathrm{error}_{1,2} = \frac{%s} \left(\frac{t_1 + t_2}{X_{1}^+} \pm \frac{t_1 - t_2}{X_{1}^-}\right)"
)
SIZE = r"t = (1, -1): \qquad |\mathrm{error}| = \frac{%d}{X_{1}^-\, S}"
ROOTS = r"\lambda_{%d}^\pm = \frac12 (A_{%d} + D_{%d}) \pm \frac12 \sqrt{(A_{%d} - D_{%d})^2 + 4 %s}"
ONCE, TWICE = r" \qquad (\text{once each})", r" \qquad (2 \text{ times each})"
TRACE = r"\operatorname{tr} X_{3} = 2 \left(\theta_{0} - \theta_{3}\right)"
HALF = r"\tfrac12 \operatorname{tr} X_{3}^\pm %s \tfrac12 \sqrt{\delta_{3}^\pm}"
CUBIC = r"\sigma_{4} = \tfrac12 \left((\operatorname{tr} X_{4})^2 - \operatorname{tr} X_{4}^2\right)"
CUBE = (
    r"\text{the roots of } x^3 - x^2 \operatorname{tr} X_{4}^\pm + x\, \sigma_{4}^\pm - \det X_{4}^\pm = 0"
    r" \qquad (3 \text{ times each})"
)

EXPECTED = {
    (lines.error_lines, "S3", "none"): [
        ERRORS % (6, 6),
        r"S_1 =  \frac{D_{1}}{\Delta_{1}} +  \frac{D_{2}}{\Delta_{2}}"
        r" + \frac{2}{\Delta_{3}} \frac{\partial \Delta_{3}}{\partial \varphi_0}",
        r"S_2 =  \frac{A_{1}}{\Delta_{1}} +  \frac{A_{2}}{\Delta_{2}}"
        r" + \frac{2}{\Delta_{3}} \frac{\partial \Delta_{3}}{\partial \omega_0}",
        OPPOSITE % (6, 6),
    ],
    (lines.error_lines, "C3", "none"): [
        ERRORS % (3, 3),
        r"S_1 =  \frac{D_{1}}{\Delta_{1}} + 2 \frac{D_{2}}{\Delta_{2}}",
        r"S_2 =  \frac{A_{1}}{\Delta_{1}} + 2 \frac{A_{2}}{\Delta_{2}}",
        OPPOSITE % (3, 3),
    ],
    (lines.eigenvalue_lines, "S3", "none"): [
        ROOTS % (*[1] * 5, "B_{1}^2") + ONCE,
        ROOTS % (*[2] * 5, "B_{2}^2") + ONCE,
        r"\text{the 4 roots of } \det(x - \hat K(\rho_{3})) = 0" + TWICE,
    ],
    (lines.eigenvalue_lines, "C3", "none"): [
        ROOTS % (*[1] * 5, "B_{1}^2") + ONCE,
        ROOTS % (*[2] * 5, "|B_{2}|^2") + TWICE,
    ],
    (lines.exchange_error_lines, "S3", "exchange"): [
        MEAN + r"\frac{1}{X_{1}} + \frac{1}{X_{2}} + 2 \frac{\operatorname{tr} X_{3}}{\det X_{3}}",
        TRACE,
        EXCHANGED % "3}{S",
        SIZE % 6,
    ],
    (lines.exchange_error_lines, "C3", "exchange"): [
        MEAN + r"\frac{1}{X_{1}} + \frac{2}{X_{2}}",
        EXCHANGED % "3}{2 S",
        SIZE % 3,
    ],
    (lines.exchange_error_lines, "A4", "exchange"): [
        MEAN + r"\frac{1}{X_{1}} + \frac{2}{X_{2}} + 3 \frac{\sigma_{4}}{\det X_{4}}",
        CUBIC,
        EXCHANGED % "6}{S",
        SIZE % 12,
    ],
    (lines.exchange_eigenvalue_lines, "S3", "exchange"): [
        TRACE,
        r"\lambda_{1}^\pm = X_{1}^\pm" + ONCE,
        r"\lambda_{2}^\pm = X_{2}^\pm" + ONCE,
        r"\delta_{3} = (\operatorname{tr} X_{3})^2 - 4 \det X_{3}",
        HALF % "+" + r" \text{ and } " + HALF % "-" + TWICE,
    ],
    (lines.exchange_eigenvalue_lines, "A4", "exchange"): [
        CUBIC,
        r"\lambda_{1}^\pm = X_{1}^\pm" + ONCE,
        r"\lambda_{2}^\pm = X_{2}^\pm" + TWICE,
        CUBE,
    ],
}


@pytest.mark.parametrize(("function", "name", "symmetry"), EXPECTED)
def test_formulas(function, name, symmetry) -> None:
    found = function(OrbitPair(named_group(name), symmetry))
    shown = [line for line in found if not line.startswith(r"\operatorname{tr} X_{4}")]  # names of elements of A4
    assert shown == EXPECTED[function, name, symmetry]
    assert len(found) - len(shown) == (name == "A4")


@pytest.mark.parametrize(
    ("function", "symmetry", "expected"),
    [
        (
            coset.coset_lines,
            "none",
            [
                ERRORS % (6, 6),
                r"S_1 = 2 \frac{D_{1}}{\Delta_{1}} + 2 \operatorname{tr}[(\hat K(\rho_{3})^{-1})_{11} N_{3}]",
                r"S_2 = 2 \frac{A_{1}}{\Delta_{1}} + 2 \operatorname{tr}[(\hat K(\rho_{3})^{-1})_{22} N_{3}]",
            ],
        ),
        (
            coset.exchanged_coset_lines,
            "exchange",
            [
                MEAN + r"\frac{2}{X_{1}} + 2 \operatorname{tr}[X_{3}^{-1} N_{3}]",
                EXCHANGED % "3}{S",
                SIZE % 6,
            ],
        ),
    ],
)
def test_formulas_of_a_coset_of_a_reflection(function, symmetry, expected) -> None:
    """The sign drops out; on the irrep of degree 2 the sum over the subgroup is no number."""
    group = named_group("S3")
    reflection = next(g for g in range(6) if group.element_orders[g] == 2)
    found = function(group.subgroup([reflection]), OrbitPair(group, symmetry))
    assert found[0] == r"N_k = \sum_{h \in H} \rho_k(h)^*"
    assert found[1].startswith(r"N_{3} = \begin{pmatrix}")
    assert found[2] == r"\text{not in the sums, as } N_k = 0 \text{: } \rho_{2}"
    assert found[3:] == expected


def test_formulas_of_a_single_pose_are_those_of_the_trivial_subgroup() -> None:
    group = named_group("S3")
    found = coset.coset_lines(group.subgroup([]), OrbitPair(group))
    assert found[2:] == [
        rf"S_{c} =  \frac{{{L}_{{1}}}}{{\Delta_{{1}}}} +  \frac{{{L}_{{2}}}}{{\Delta_{{2}}}}"
        rf" + 2 \operatorname{{tr}}[(\hat K(\rho_{{3}})^{{-1}})_{{{c}{c}}}]"
        for c, L in ((1, "D"), (2, "A"))
    ]
    found = coset.exchanged_coset_lines(group.subgroup([]), OrbitPair(group, "exchange"))
    assert found[1] == MEAN + r"\frac{1}{X_{1}} + \frac{1}{X_{2}} + 2 \operatorname{tr}[X_{3}^{-1}]"


@pytest.mark.parametrize(
    ("times", "one", "each"),
    [
        (1, r" \qquad (\text{once})", ONCE),
        (2, r" \qquad (2 \text{ times})", TWICE),
    ],
)
def test_words_for_multiplicities(times, one, each) -> None:
    assert (lines.times_text(times), lines._times(times)) == (one, each)


@pytest.mark.parametrize(("name", "sizes"), [("C4", []), ("S3", [2]), ("A4", [3]), ("S4", [2, 3])])
@pytest.mark.parametrize("target", ["error", "spectrum"])
def test_matrices_of_two_and_three_rows_are_explained_where_they_occur(name, sizes, target) -> None:
    derive = derive_error if target == "error" else derive_spectrum
    steps = [step for step in derive(named_group(name)).steps if step.label == "small matrices"]
    assert [line for step in steps for line in step.lines] == [
        identities.small_matrix_line(size, target) for size in sizes
    ]


@pytest.mark.parametrize(
    ("size", "target", "line"),
    [
        (2, "error", r"\operatorname{tr} X^{-1} = \frac{\operatorname{tr} X}{\det X} \quad (2 \text{ rows})"),
        (3, "error", r"\operatorname{tr} X^{-1} = \frac{\sigma}{\det X} \quad (3 \text{ rows})"),
        (2, "spectrum", r"\det(x - X) = x^2 - x \operatorname{tr} X + \det X \quad (2 \text{ rows})"),
        (
            3,
            "spectrum",
            r"\det(x - X) = x^3 - x^2 \operatorname{tr} X + x\, \sigma - \det X \quad (3 \text{ rows})",
        ),
    ],
)
def test_traces_of_inverses_and_characteristic_polynomials(size, target, line) -> None:
    """Compared at the matrix with 2, 3, 5 on its diagonal and one entry beside it."""
    assert identities.small_matrix_line(size, target) == line
    numbers = {sympy.Symbol(f"x_{i}{j}"): 0 for i in range(3) for j in range(3)}
    numbers |= {sympy.Symbol(f"x_{i}{i}"): value for i, value in enumerate((2, 3, 5))}
    numbers[sympy.Symbol("x_01")] = 7
    one, other = (sympy.expand(side.doit().subs(numbers)) for side in identities.small_matrix_pair(size, target))
    x, roots = sympy.Symbol("x"), (2, 3, 5)[:size]
    expected = sum(sympy.Rational(1, r) for r in roots)
    if target == "spectrum":
        expected = sympy.expand(sympy.Mul(*(x - r for r in roots)))
    assert one == other == expected


@pytest.mark.parametrize(
    ("spec", "value"), [("1+u^2", 2), ("3", 3), ("exp(-2*(1-u))", 1), ("u+u^3/2", sympy.Rational(3, 2))]
)
def test_kernels_at_one(spec, value) -> None:
    unevaluated, found = identities.value_at_one(kernel(spec))
    assert unevaluated.doit() == found == value


def test_blocks_that_are_multiples_of_the_identity_are_called_so() -> None:
    """On Q8 each element is central or the inverse of its negative: theta is a number on the irrep of degree 2."""
    pair = OrbitPair(named_group("Q8"), "exchange")
    assert lines._invariant_lines(pair) == [r"X_{5} = x_{5} I"]
    assert lines._exchange_term(pair.irreps[4]) == r"+ \frac{4}{x_{5}}"
    assert lines.exchange_eigenvalue_lines(pair)[-1] == (
        r"\lambda_{5}^\pm = x_{5}^\pm \qquad (4 \text{ times each})"
    )


def test_each_result_follows_from_the_steps_of_its_own_section() -> None:
    for derive in (derive_error, derive_spectrum):
        results = [step for step in derive(named_group("S3")).steps if step.label.startswith("result")]
        assert len(results) == 4
        for step in results:
            assert len(step.uses) > 2
            assert not any(used.startswith("result") for used in step.uses)
