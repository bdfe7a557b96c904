"""How closed forms of two orbits are written: matrices, words of generators, cosets and kernels."""

import pytest

from orbitkernels.proofs import closed_form_coset as coset
from orbitkernels.proofs import closed_form_lines as lines
from orbitkernels.proofs.closed_form_coset import derive_coset_error
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.kernels import kernel
from orbitkernels.proofs.linear_forms import LinearForm
from orbitkernels.proofs.orbit_pair import OrbitPair
from orbitkernels.theory.cyclotomics import ONE, root_of_unity

I = root_of_unity(4)


def form(*pairs):
    return LinearForm.of([(("psi", i), ONE * c) for i, c in pairs])


NONE, ONE_NAME, TWO_NAMES = form(), form((0, 1)), form((0, 1), (1, 2))


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        (((ONE_NAME,),), [r"A = \psi_{0}"]),
        (((ONE_NAME, NONE), (NONE, ONE_NAME)), [r"A = \psi_{0} I"]),
        (((TWO_NAMES, NONE), (NONE, TWO_NAMES)), [r"A = (\psi_{0} + 2 \psi_{1}) I"]),
        (
            ((form((0, 1), (2, 2), (4, 3)), NONE), (NONE, form((0, 1), (2, 2), (4, 3)))),
            [r"A = (\psi_{0} + 2 \psi_{2} + 3 \psi_{4}) I"],
        ),
        (
            ((ONE_NAME, NONE), (NONE, TWO_NAMES)),
            [r"A = \begin{pmatrix} \psi_{0} & 0 \\ 0 & \psi_{0} + 2 \psi_{1} \end{pmatrix}"],
        ),
        (
            ((ONE_NAME, ONE_NAME), (NONE, ONE_NAME)),
            [r"A = \begin{pmatrix} \psi_{0} & \psi_{0} \\ 0 & \psi_{0} \end{pmatrix}"],
        ),
    ],
)
def test_matrices_of_forms(forms, expected) -> None:
    assert lines.matrix_lines("A", forms) == expected


def test_entries_that_mirror_each_other_are_written_once() -> None:
    """Equal ones, conjugate ones, and ones that are neither."""
    i = form((0, I))
    assert lines._entries("A", ((ONE_NAME, TWO_NAMES), (TWO_NAMES, i))) == [
        ("(A)_{11}", ONE_NAME), ("(A)_{12} = (A)_{21}", TWO_NAMES), ("(A)_{22}", i),
    ]  # fmt: skip
    assert lines._entries("A", ((ONE_NAME, i), (i.conjugate(), ONE_NAME)))[1] == ("(A)_{12} = (A)_{21}^*", i)
    assert [name for name, _ in lines._entries("A", ((ONE_NAME, i), (TWO_NAMES, ONE_NAME)))] == [
        "(A)_{11}", "(A)_{12}", "(A)_{21}", "(A)_{22}",
    ]  # fmt: skip


def test_a_matrix_too_wide_for_a_line_is_written_entry_by_entry() -> None:
    wide = form(*((3 * i, i + 1) for i in range(9)))
    found = lines.matrix_lines("A", ((wide, ONE_NAME), (ONE_NAME, wide)))
    assert [line.split(" = ")[0] for line in found if "=" in line] == ["(A)_{11}", "(A)_{12}", "(A)_{22}"]


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        (((ONE_NAME, NONE), (NONE, ONE_NAME)), True),
        (((ONE_NAME, NONE), (NONE, TWO_NAMES)), False),
        (((ONE_NAME, ONE_NAME), (NONE, ONE_NAME)), False),
        (((ONE_NAME,),), True),
    ],
)
def test_multiples_of_the_identity(forms, expected) -> None:
    assert lines.is_scalar(forms) is expected


@pytest.mark.parametrize(
    ("word", "latex"), [("a", "a"), ("a^2*b", r"a^{2}\,b"), ("sr^-1", r"\mathrm{sr}^{-1}"), ("e", "e")]
)
def test_words_of_generators(word, latex) -> None:
    assert lines.word_latex(word) == latex


def test_kernels_name_what_occurs_twice() -> None:
    found = lines.kernel_lines(kernel("exp(-2*(1-u))"))
    assert found[0].startswith("k(u) = ")
    assert found[-1] == r"\varphi_i = k(u_i), \qquad \psi_i = k(v_i), \qquad \omega_i = k(w_i)"
    named = lines.kernel_lines(kernel("ntk(depth=1)"))
    assert named[0].startswith("s_{1} = ")
    assert [line.split(" = ")[0] for line in named if line.startswith("s_")] == [
        f"s_{{{i}}}" for i in range(1, sum(line.startswith("s_") for line in named) + 1)
    ]


@pytest.mark.parametrize(("words", "shown"), [("s", r"\langle s \rangle"), ("0", r"\langle e \rangle")])
def test_the_subgroup_is_written_by_its_generators(words, shown) -> None:
    derivation = derive_coset_error(named_group("D3"), f"coset:{words}")
    assert any(shown in hypothesis for hypothesis in derivation.hypotheses)


def element(order):
    group = named_group("S3")
    return next(g for g in range(6) if group.element_orders[g] == order)


@pytest.mark.parametrize(
    ("order", "symmetry", "matrices", "gone"),
    [
        (1, "none", 0, None),
        (2, "none", 1, r"\rho_{2}"),
        (3, "none", 0, r"\rho_{3}"),
        (2, "class", 0, r"\rho_{2}"),
        (3, "class exchange", 0, r"\rho_{3}"),
    ],
)
def test_sums_over_a_subgroup_are_written_where_they_are_no_numbers(order, symmetry, matrices, gone) -> None:
    group = named_group("S3")
    pair = OrbitPair(group, symmetry)
    found = coset._matrix_lines(pair, coset.subgroup_sums(pair, group.subgroup([element(order)])))
    assert r"N_k = \sum_{h \in H}" in found[0]
    assert ("S = " in found[0], "S_c" in found[0]) == (symmetry == "class exchange", symmetry == "class")
    assert sum("pmatrix" in line for line in found) == matrices
    last = found[-1] if gone else found[0]
    assert ("not in the sums" in last, last.endswith(gone or "")) == (gone is not None, True)


@pytest.mark.parametrize(
    ("order", "irrep", "symmetry", "factor"),
    [
        (1, 0, "none", ""),
        (1, 2, "none", "2"),
        (2, 0, "none", "2"),
        (3, 1, "none", "3"),
        (2, 2, "none", "2"),
        (1, 2, "class", "4"),
    ],
)
def test_factors_before_the_terms(order, irrep, symmetry, factor) -> None:
    """Multiplicity times the sum over H where that is a number."""
    group = named_group("S3")
    pair = OrbitPair(group, symmetry)
    one = pair.irreps[irrep]
    N = coset.subgroup_sums(pair, group.subgroup([element(order)]))[one.number]
    assert coset._factor(pair, one, N) == factor


def test_factors_count_conjugates() -> None:
    pair = OrbitPair(named_group("C3"))
    N = coset.subgroup_sums(pair, pair.group.subgroup([]))
    assert [coset._factor(pair, irrep, N[irrep.number]) for irrep in pair.irreps] == ["", "2"]
