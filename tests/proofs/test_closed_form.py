"""Closed forms of a pair of orbits against brute force: any symbol, exchangeable orbits, class functions."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.proofs import closed_form_checks as checks
from orbitkernels.proofs import closed_form_coset as coset
from orbitkernels.proofs import closed_form_cyclic as cyclic
from orbitkernels.proofs import closed_form_identities as identities
from orbitkernels.proofs import closed_form_large as large
from orbitkernels.proofs.closed_form import derive_error, derive_spectrum
from orbitkernels.proofs.closed_form_coset import derive_coset_error
from orbitkernels.proofs.closed_form_setting import writes_blocks
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.exact_checks import refit_error
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.linear_forms import LinearForm, symbol
from orbitkernels.proofs.orbit_pair import OrbitPair, readable_matrices
from orbitkernels.theory.cyclotomics import ONE, root_of_unity
from orbitkernels.theory.rational_gram import exact_gram

GROUPS = ("C2", "C3", "C4", "C6", "C7", "D3", "D4", "D5", "D6", "Q8", "A4", "S4", "C7:C3", "Heis(3)")
SYMMETRIES = ("none", "exchange", "class")


@pytest.mark.parametrize("name", GROUPS)
def test_both_targets_are_derived(name: str) -> None:
    for derive in (derive_error, derive_spectrum):
        derivation = derive(named_group(name))
        assert derivation.level is Level.EXACT
        sections = [step.section for step in derivation.steps if step.section]
        assert "Any two orbits" in sections
        assert ("Class functions" in sections) == (not named_group(name).is_abelian)


@pytest.mark.parametrize("name", ["S5", "SL(2,5)", "PSL(2,7)"])
def test_large_groups_are_derived_from_characters(name: str) -> None:
    assert not writes_blocks(named_group(name))
    for derive in (derive_error, derive_spectrum):
        assert [s.section for s in derive(named_group(name)).steps if s.section][-2:] == [
            "Class functions",
            "Exchangeable orbits, class functions",
        ]


@pytest.mark.parametrize("symmetry", SYMMETRIES)
@given(name=st.sampled_from(["C3", "C5", "D3", "Q8", "A4"]), seed=st.integers(100, 10**6))
def test_errors_and_spectra_for_random_symbols(symmetry: str, name: str, seed: int) -> None:
    pair = OrbitPair(named_group(name), symmetry)
    assert checks.errors_agree(pair, seed)
    assert checks.spectra_agree(pair, seed)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_samples_have_the_symmetry_and_are_positive_definite(symmetry: str) -> None:
    tried = 0
    for name in ("C5", "D4", "C7:C3"):
        group = named_group(name)
        pair = OrbitPair(group, symmetry)
        phi = checks.symbol_array(pair, checks.sample_values(pair, 3))
        inverse = group.inverse(np.arange(group.order))
        assert np.array_equal(phi.transpose(1, 0, 2), phi[:, :, inverse])
        if symmetry == "exchange":
            assert np.array_equal(phi[0, 0], phi[1, 1])
            assert np.array_equal(phi[0, 1], phi[0, 1][inverse])
        if symmetry == "class":
            labels = group.conjugacy_classes.labels
            assert np.array_equal(phi, phi[:, :, group.conjugacy_classes.representatives[labels]])
        K = np.array([[float(int(x.p)) for x in row] for row in exact_gram(group, phi).tolist()])
        assert np.linalg.eigvalsh(K).min() > 0
        tried += 1
    assert tried == 3


def test_general_form_reproduces_the_two_errors_of_the_s3_example() -> None:
    group = named_group("S3")
    one, other = [8, 1, -1, -1, -1, 0], [0, 0, 1, 0, -1, -1]
    mirrored = [other[int(g)] for g in group.inverse(np.arange(6))]
    phi = np.array([[one, other], [mirrored, one]])
    pair = OrbitPair(group)
    found = checks.errors(pair, pair.values(phi))
    K, y = exact_gram(group, phi), [2] * 6 + [-3] * 6
    assert found == [refit_error(K, y, 0), refit_error(K, y, 6)]


@pytest.mark.parametrize("name", ["C5", "C7", "D5", "Q8", "C7:C3"])
def test_printed_coefficients_are_the_exact_ones(name: str) -> None:
    """What SymPy prints, evaluated to 30 digits, is the cyclotomic number."""
    compared = 0
    for symmetry in SYMMETRIES:
        pair = OrbitPair(named_group(name), symmetry)
        values = checks.sample_values(pair, 1)
        numbers = {symbol(key): sympy.Rational(v.numerator, v.denominator) for key, v in values.items()}
        for irrep in pair.irreps:
            for form in (form for row in irrep.block for form in row):
                shown = complex(form.to_sympy().subs(numbers).evalf(30))
                assert shown == pytest.approx(complex(form.value(values)), abs=1e-12)
                compared += 1
    assert compared >= 24


def test_the_trivial_block_is_the_orbit_sums() -> None:
    pair = OrbitPair(named_group("Q8"))
    values = checks.sample_values(pair, 0)
    phi = checks.symbol_array(pair, values)
    trivial = pair.trivial()
    assert trivial.number == 1
    for a, b in np.ndindex(2, 2):
        assert trivial.block[a][b].value(values) == int(phi[a, b].sum())


@pytest.mark.parametrize("change", ["conjugate", "transpose", "sign"])
def test_a_planted_mistake_in_a_block_is_caught(change: str) -> None:
    """On C7:C3, whose irreps of degree 3 are complex."""
    pair = OrbitPair(named_group("C7:C3"))
    irrep = next(found for found in pair.irreps if found.degree == 3)
    assert checks.block_is_right(pair, irrep)
    block = [list(row) for row in irrep.block]
    for i in range(3):
        for j in range(3):
            if change == "conjugate":
                block[i][3 + j] = irrep.block[i][3 + j].conjugate()
            elif change == "transpose":
                block[i][3 + j] = irrep.block[3 + j][i]
            else:
                block[i][3 + j] = irrep.block[i][3 + j].scaled(-1)
    wrong = type(irrep)(irrep.number, 3, irrep.copies, False, tuple(map(tuple, block)))
    assert not checks.block_is_right(pair, wrong)


@pytest.mark.parametrize("mistake", ["degree", "copies", "factor"])
def test_a_planted_mistake_in_the_error_is_caught(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = OrbitPair(named_group("C7:C3"))
    assert checks.errors_agree(pair, 0)
    if mistake == "degree":
        monkeypatch.setattr(OrbitPair, "multiplicity", lambda self, irrep: 1)
    elif mistake == "copies":
        irreps = tuple(type(i)(i.number, i.degree, 1, i.trivial, i.block) for i in pair.irreps)
        monkeypatch.setattr(pair, "irreps", irreps)
    else:
        right = checks.errors
        monkeypatch.setattr(checks, "errors", lambda p, v: [e * Fraction(1, p.group.order) for e in right(p, v)])
    assert not checks.errors_agree(pair, 0)


def test_jacobi_and_exchange_identities_are_not_vacuous() -> None:
    left, right = identities.jacobi_pair(4)
    assert sympy.expand(left.doit() - right) == 0
    assert len(sympy.expand(right).args) == 12  # two minors of 3 x 3, six terms each
    split, diagonal = identities.exchange_pair()
    assert sympy.expand(split.doit() - diagonal) == sympy.zeros(2)


def test_forms_add_and_print() -> None:
    z = root_of_unity(3)
    form = LinearForm.of([(("psi", 1), z), (("psi", 2), z), (("psi", 0), ONE)])
    assert form.conjugate().conjugate() == form
    assert form.real + form.imaginary.scaled(root_of_unity(4)) == form
    assert not form - form
    assert (form - form).latex() == "0"
    long = LinearForm.of([(("psi", i), ONE) for i in range(9)])
    assert long.latex() == r"\psi_{0} + \cdots + \psi_{8}"
    assert LinearForm.of([(("psi", i), ONE * (-2)) for i in (1, 5)]).latex() == (
        r"- 2 \left(\psi_{1} + \psi_{5}\right)"
    )


@pytest.mark.parametrize("change", ["multiplicity", "sign", "copies"])
def test_a_planted_mistake_in_the_spectrum_of_a_large_group_is_caught(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = OrbitPair(named_group("PSL(2,7)"), "class")
    assert large.class_traces_agree(pair, 0)
    if change == "multiplicity":  # two irreps exchanged, so that the trace of K stays as it is
        right = OrbitPair.multiplicity
        swapped = {6: 7**2, 7: 6**2}
        monkeypatch.setattr(OrbitPair, "multiplicity", lambda s, irrep: swapped.get(irrep.degree, right(s, irrep)))
    elif change == "copies":
        irreps = tuple(type(i)(i.number, i.degree, 1, i.trivial, i.block) for i in pair.irreps)
        monkeypatch.setattr(pair, "irreps", irreps)
    else:  # the sign of one coefficient, of an irrep that is counted twice
        last = pair.irreps[-1]
        block = tuple(
            tuple(form.scaled(-1) if i == j == 1 else form for j, form in enumerate(row))
            for i, row in enumerate(last.block)
        )
        wrong = type(last)(last.number, last.degree, last.copies, last.trivial, block)
        monkeypatch.setattr(pair, "irreps", (*pair.irreps[:-1], wrong))
    assert not large.class_traces_agree(pair, 0)


def test_exchanged_blocks_are_those_of_any_two_orbits() -> None:
    group = named_group("C7:C3")
    assert checks.exchange_is_right(OrbitPair(group, "exchange"), OrbitPair(group))
    conjugated = OrbitPair(group)
    irreps = [
        type(i)(
            i.number, i.degree, i.copies, i.trivial, tuple(tuple(f.conjugate() for f in row) for row in i.block)
        )
        for i in conjugated.irreps
    ]
    conjugated.irreps = tuple(irreps)
    assert not checks.exchange_is_right(OrbitPair(group, "exchange"), conjugated)


# ---------------------------------------------------------------------- cosets, class functions, every N


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("C1", "0"), ("C6", "a^2"), ("D4", "r"), ("D5", "s"), ("Q8", "a"), ("A4", "a"), ("S4", "a,b"),
        ("C7:C3", "a"), ("C7:C3", "b"), ("Heis(3)", "c"), ("S5", "a"),
    ],
)  # fmt: skip
def test_the_error_of_a_missing_coset_is_derived(name: str, words: str) -> None:
    derivation = derive_coset_error(named_group(name), f"coset:{words}")
    assert derivation.level is Level.EXACT
    assert "T7" in derivation.theorems


@pytest.mark.parametrize("symmetry", [*SYMMETRIES, "class exchange"])
@settings(max_examples=10)
@given(name=st.sampled_from(["C6", "D3", "Q8", "A4", "C7:C3"]), seed=st.integers(100, 10**6), data=st.data())
def test_coset_errors_for_random_symbols_and_subgroups(symmetry: str, name: str, seed: int, data) -> None:
    group = named_group(name)
    chosen = data.draw(st.lists(st.integers(0, group.order - 1), max_size=2))
    assert coset.coset_errors_agree(group.subgroup(chosen), OrbitPair(group, symmetry), seed)


@pytest.mark.parametrize("mistake", ["conjugate", "degree", "subgroup"])
def test_a_planted_mistake_in_the_coset_is_caught(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    group = named_group("C7:C3")
    pair, H = OrbitPair(group), group.subgroup([group.generators[1]])
    assert coset.coset_errors_agree(H, pair, 0)
    right = coset.subgroup_sums
    if mistake == "conjugate":  # the sum over H of another subgroup, conjugate to H
        other = group.multiply(group.multiply(group.generators[0], H.elements), group.inverse(group.generators[0]))
        moved = group.subgroup(other.tolist())
        monkeypatch.setattr(coset, "subgroup_sums", lambda pair, H: right(pair, moved))
        assert coset.coset_errors_agree(group.subgroup([]), pair, 0) is False
    if mistake == "degree":
        monkeypatch.setattr(OrbitPair, "multiplicity", lambda self, irrep: 1)
    if mistake == "subgroup":
        monkeypatch.setattr(coset, "subgroup_sums", lambda pair, H: right(pair, group.subgroup([])))
    assert not coset.coset_errors_agree(H, pair, 0)


@pytest.mark.parametrize("name", ["S4", "PSL(2,7)", "M11"])
def test_class_functions_only(name: str) -> None:
    for derive in (derive_error, derive_spectrum):
        derivation = derive(named_group(name), class_functions=True)
        sections = [step.section for step in derivation.steps if step.section]
        assert sections[1:] == ["Class functions", "Exchangeable orbits, class functions"]
        assert derivation.level is Level.EXACT


def test_class_functions_that_are_exchanged_are_those_of_any_two_orbits() -> None:
    group = named_group("C7:C3")
    general, both = OrbitPair(group, "class"), OrbitPair(group, "class exchange")
    assert checks.class_exchange_is_right(both, general)
    wrong = [
        type(i)(i.number, i.degree, i.copies, i.trivial, tuple(tuple(f.scaled(2) for f in row) for row in i.block))
        for i in general.irreps
    ]
    general.irreps = tuple(wrong)
    assert not checks.class_exchange_is_right(both, general)


@pytest.mark.parametrize("target", ["error", "spectrum"])
def test_every_cyclic_group_at_once(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cyclic.derive_cyclic(target).unshown == ()
    with monkeypatch.context() as patch:
        patch.setattr(cyclic, "root_of_unity", lambda N, k: root_of_unity(N, 2 * k))
        with pytest.raises((DerivationError, StopIteration)):
            cyclic.derive_cyclic(target)
    monkeypatch.setattr(cyclic, f"{'errors' if target == 'error' else 'spectra'}_agree", lambda pair, seed: False)
    with pytest.raises(DerivationError):
        cyclic.derive_cyclic(target)


def test_a_closed_form_that_nobody_could_read_is_refused() -> None:
    with pytest.raises(InputError, match="CN"):
        derive_error(named_group("C97"))


@pytest.mark.parametrize("name", ["D5", "C7:C3", "A4", "Heis(3)"])
def test_matrices_are_monomial_and_a_representation(name: str) -> None:
    group, tried = named_group(name), 0
    for row, degree in enumerate(group.character_table().degrees):
        if degree > 1:
            rho = readable_matrices(group, row)
            assert all(sum(map(bool, line)) == 1 for matrix in rho for line in matrix)
            tried += 1
    assert tried >= 1
