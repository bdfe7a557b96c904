"""Names of groups: every form of the catalogue, precedence, limits and the message for what cannot be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import message_of

from orbitkernels.errors import InputError
from orbitkernels.theory.families import FAMILIES, capped_factorial, capped_power
from orbitkernels.theory.groups import MAX_ORDER
from orbitkernels.theory.names import NAMES, group, least_unit
from orbitkernels.theory.structure import structure

# ---------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("name", "order", "exponent", "classes"),
    [
        ("C12", 12, 12, 12),
        ("D4", 8, 4, 5),
        ("S5", 120, 60, 7),
        ("A5", 60, 30, 5),
        ("Q8", 8, 4, 5),
        ("C2^3", 8, 2, 8),
        ("C7:C3", 21, 21, 5),
        ("SL(2,5)", 120, 60, 9),
        ("PSL(2,7)", 168, 84, 6),
        ("M11", 7920, 1320, 10),
        ("Heis(3)", 27, 3, 11),
        ("S3xC2", 12, 6, 6),
        ("C2wrS3", 48, 12, 10),
        ("D1", 2, 2, 2),
        ("D2", 4, 2, 4),
        ("S1", 1, 1, 1),
        ("A1", 1, 1, 1),
        ("A2", 1, 1, 1),
        ("Dic1", 4, 4, 4),
        ("GL(1,7)", 6, 6, 6),
        ("SL(1,7)", 1, 1, 1),
        ("PSL(1,3)", 1, 1, 1),
        ("AGL(1,2)", 2, 2, 2),
        ("Q2048", 2048, 1024, 515),
        ("C1^9", 1, 1, 1),
        ("S3^1", 6, 6, 3),
    ],
)
def test_names_of_the_design(name: str, order: int, exponent: int, classes: int) -> None:
    G = group(name)
    assert (G.order, G.exponent, len(G.conjugacy_classes)) == (order, exponent, classes)
    assert G.spanning_tree.order.size == order


def test_every_example_of_the_catalogue_works() -> None:
    tried = 0
    for form, description, _, example in NAMES:
        assert form
        assert description
        if not example.startswith("@"):
            assert group(example).order >= 1
            tried += 1
    assert tried == len(NAMES) - 1 == len(FAMILIES) + 5


def test_order_formulas_agree_with_the_groups() -> None:
    tried = 0
    for family in FAMILIES:
        for parameters in {
            0: [()],
            1: [(n,) for n in (1, 2, 3, 5, 7, 8, 16)],
            2: [(1, 4), (2, 2), (2, 3), (2, 4)],
        }[family.parameters]:
            try:
                expected = family.order(*parameters)
            except InputError:
                continue
            if expected > MAX_ORDER:
                continue
            G = group(family.name(*parameters))
            assert G.order == expected
            if family.degree and hasattr(G.law, "degree"):
                assert G.law.degree == family.degree(*parameters)
            tried += 1
    assert tried >= 50


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("C7:C3xC2", "(C7:C3)xC2"),
        ("C2xC2^2", "C2^3"),
        ("C2xS3wrC2", "C2x(S3wrC2)"),
        ("C2wrC2wrC2", "(C2wrC2)wrC2"),
        ("((D4))", "D4"),
        (" S3 x C2 ", "S3xC2"),
        ("S3 × C2", "S3xC2"),
        ("C7 ⋊ C3", "C7:C3"),
        ("SL( 2 , 3 )", "SL(2,3)"),
        ("Q8", "Dic2"),
        ("D3", "S3"),
        ("D6", "S3xC2"),
        ("C3:C4", "Dic3"),
        ("V4", "C2^2"),
        ("D2", "V4"),
        ("Heis(2)", "D4"),
        ("C2wrC2", "D4"),
        ("PSL(2,4)", "A5"),
        ("PSL(2,5)", "A5"),
        ("PSL(2,9)", "A6"),
        ("PGL(2,3)", "S4"),
        ("PSL(2,7)", "GL(3,2)"),
        ("GL(2,2)", "S3"),
        ("AGL(1,5)", "C5:C4"),
        ("AGL(1,4)", "A4"),
        ("AGL(2,2)", "S4"),
        ("C8:C2", "SD16"),
        ("C15", "C3xC5"),
        ("(C2^2)wrC2", "C2^2wrC2"),
    ],
)
def test_different_names_of_one_group(name: str, same: str) -> None:
    assert structure(group(name)) == structure(group(same))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("C2wrPSL(2,7)", 2**8 * 168),
        ("C2wrSL(2,3)", 2**8 * 24),
        ("C2wrGL(2,3)", 2**8 * 48),
        ("C2wrPGL(2,5)", 2**6 * 120),
        ("C2wrAGL(1,5)", 2**5 * 20),
        ("C2wrS4^1", 2**4 * 24),
        ("C2wrA2^3", 2**2),
        ("C2wr(C2^2)", 2**4 * 4),
        ("C2wrC2wrC2", 2**7),
    ],
)
def test_wreath_products_act_on_the_points_of_the_second_group(name: str, order: int) -> None:
    assert group(name).order == order


@pytest.mark.parametrize(
    ("name", "order"), [("GL(1,99991)", 99990), ("SL(1,99991)", 1), ("PSL(1,999999999989)", 1)]
)
def test_one_by_one_matrices_need_no_table_of_their_field(name: str, order: int) -> None:
    assert group(name).order == order


def test_names_are_written_one_way() -> None:
    assert group(" S3 x  C2").name == "S3xC2"
    assert group("C7:C3xC2").name == "(C7:C3)xC2"
    assert group("(C2xC2)^2").name == "(C2xC2)^2"
    assert group("SL( 2, 3)").name == "SL(2,3)"
    assert group("C08").name == "C8"


def test_generators_of_d4_are_a_quarter_turn_and_a_flip() -> None:
    D4 = group("D4")
    r, s = D4.generators
    assert D4.generator_names == ("r", "s")
    assert D4.permutation(r).tolist() == [1, 2, 3, 0]
    assert D4.permutation(s).tolist() == [0, 3, 2, 1]
    for name in ("D4", "D1000", "D1001", "D2"):
        G = group(name)
        r, s = G.generators
        assert G.power(s, 2) == 0
        assert G.conjugate(r, s) == G.inverse(r)


@pytest.mark.parametrize(
    ("a", "b", "unit"),
    [
        (7, 3, 2),
        (5, 4, 2),
        (3, 4, 2),
        (9, 3, 4),
        (8, 2, 3),
        (13, 12, 2),
        (5, 8, 2),
        (15, 2, 4),
        (21, 6, 2),
        (3, 5, 1),
    ],
)
def test_semidirect_action_is_faithful_if_it_can_be(a: int, b: int, unit: int) -> None:
    assert least_unit(a, b) == unit
    if unit > 1:
        G = group(f"C{a}:C{b}")
        x, y = G.generators
        assert G.conjugate(x, y) == G.power(x, unit)
        assert (int(G.element_orders[x]), int(G.element_orders[y])) == (a, b)


@given(st.integers(1, 60), st.integers(1, 12))
def test_least_unit_by_brute_force(a: int, b: int) -> None:
    from math import gcd

    orders = {}
    for r in range(1, max(a, 2)):
        if gcd(r, a) == 1:
            orders[r] = next(k for k in range(1, a + 1) if pow(r, k, a) == 1 % a)
    allowed = {r: order for r, order in orders.items() if b % order == 0}
    best = max(allowed.values())
    assert least_unit(a, b) == min(r for r, order in allowed.items() if order == best)


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Z12", "'Z12' is unknown; did you mean C12?"),
        ("c12", "did you mean C12?"),
        ("sl(2,5)", "did you mean SL(2,5)?"),
        ("Sym5", "did you mean S5?"),
        ("Dihedral", "did you mean D4?"),
        ("Symmetric(5)", "did you mean S5?"),
        ("Dih4", "did you mean D4?"),
        ("L(2,7)", "did you mean PSL(2,7)?"),
        ("PSU(3,3)", "did you mean PSL(3,3)?"),
        ("Hei(3)", "did you mean Heis(3)?"),
        ("M13", "did you mean M11?"),
        ("M10", "did you mean M11?"),
        ("M25", "did you mean M1"),
        ("m11", "did you mean M11?"),
        ("V5", "did you mean V4?"),
        ("Klein", "did you mean V4?"),
        ("Quaternion8", "did you mean Q8?"),
        ("SO(3,3)", "did you mean SL(3,3)?"),
        ("PSU(4,5)", "did you mean PSL(2,7)?"),
        ("Sp(4,2)", "did you mean SL(4,2)?"),
        ("Sym13", "did you mean S5?"),
        ("J1", "'J1' is unknown; did you mean "),
        ("Foo", "is unknown; did you mean "),
        ("L2(7)", "did you mean"),
        ("D", "did you mean D4?"),
        ("SL(2)", "did you mean SL(2,5)?"),
        ("S(5)", "did you mean S5?"),
        ("Heis3", "did you mean Heis(3)?"),
        ("M11(2)", "did you mean M11?"),
        ("C999999999999999999999999999", "must have parameters of 1 to 12 digits, at least 1"),
        ("C0", "must have parameters of 1 to 12 digits, at least 1"),
        ("Q12", "must be a power of two from 8, not 12; the dicyclic group of order 12 is Dic3"),
        ("Q4", "must be a power of two from 8, not 4"),
        ("SD8", "must be a power of two from 16, not 8"),
        ("SL(2,6)", "'q' must be a prime power, not 6"),
        ("GL(2,1)", "'q' must be a prime power, not 1"),
        ("Heis(4)", "'p' of Heis(p) must be a prime, not 4"),
        ("C3:C5", "no non-trivial action: no unit modulo 3 has an order above 1 that divides 5"),
        ("C3:C5", "the direct product is C3xC5"),
        ("C2^2:C3", "':' is for two cyclic groups, such as C7:C3; use semidirect_product()"),
        ("D4x", "expected a group at position 3, not the end"),
        ("xD4", "did you mean"),
        ("(S3", "expected ')' at position 3, not the end"),
        ("S3)", "expected x, :, wr, ^ or the end at position 2, not ')'"),
        ("C2^", "expected a positive exponent of at most 9 digits at position 3, not the end"),
        ("C2^0", "expected a positive exponent of at most 9 digits at position 3, not '0'"),
        ("C2^-1", "expected a positive exponent"),
        ("S3-C2", "at position 2, not '-C2'"),
        ("", "must be a name of at most 200 characters such as 'D4', not ''"),
        ("C2x" * 100 + "C2", "must be a name of at most 200 characters"),
        ("(" * 199, "expected at most 20 nested parentheses at position 21"),
        ("D4; import os", "cannot be read"),
    ],
)
def test_names_that_cannot_be_read(name: str, part: str) -> None:
    assert part in message_of(name)


@pytest.mark.parametrize("prefix", ["M", "Mathieu", "J", "Sym", "PSU", "GO", "Alt", "Z", "qwerty", "HEIS", "Sp"])
@pytest.mark.parametrize("rest", ["", "0", "6", "13", "1000000", "(4)", "(2,6)", "(2,7)", "(50,50)", "(0,0)"])
def test_a_name_that_is_suggested_exists(prefix: str, rest: str) -> None:
    found = re.search(r"did you mean (\S+)\?", message_of(prefix + rest))
    if found:
        assert group(found[1]).order <= MAX_ORDER
    else:
        assert prefix in ("J", "qwerty", "Mathieu")


@pytest.mark.parametrize("spec", [None, 4, ["D4"], b"D4"])
def test_other_types_are_refused(spec: object) -> None:
    assert "'group' must be a name such as 'D4' or '@group.json', not" in message_of(spec)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("S10", "order 3628800"),
        ("A10", "order 1814400"),
        ("C1048577", "order 1048577"),
        ("D524289", "order 1048578"),
        ("C2^21", "order 2097152"),
        ("S5^3", "order 1728000"),
        ("SL(2,103)", "order 1092624"),
        ("GL(4,3)", "order 24261120"),
        ("Heis(103)", "order 1092727"),
        ("AGL(2,5)xC100", "order 1200000"),
        ("S5wrC3", "order 5184000"),
        ("C2wrM12", "order 389283840"),
        ("C1000:C2000", "order 2000000"),
        ("Dic262145", "order 1048580"),
        ("Q2097152", "order 2097152"),
        ("M23", "order 10200960"),
        ("M24", "order 244823040"),
        ("S25", "order 15511210043330985984000000"),
        ("S30", "more than 10^30 elements"),
        ("S1000000000", "more than 10^30 elements"),
        ("A999999999999", "more than 10^30 elements"),
        ("C2^100000000", "more than 10^30 elements"),
        ("(C2^999999999)^999999999", "more than 10^30 elements"),
        ("GL(99,3)", "more than 10^30 elements"),
        ("GL(999999999,999999999989)", "more than 10^30 elements"),
        ("PSL(50,2)", "more than 10^30 elements"),
        ("AGL(2,999999999989)", "more than 10^30 elements"),
        ("C3wrC99999", "more than 10^30 elements"),
    ],
)
def test_orders_beyond_the_limit_are_refused_with_the_order(name: str, size: str) -> None:
    text = message_of(name)
    assert f"has {size}, beyond the limit of 1048576; choose a smaller group." in text


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("AGL(1,997)", "993012 permutations of degree 997, which would fill 1.8 GiB"),
        ("C700wrC2", "980000 permutations of degree 1400, which would fill 2.6 GiB"),
        ("AGL(1,997)xC1", "993012 permutations of degree 997, which would fill 1.8 GiB"),
    ],
)
def test_permutations_beyond_the_memory_are_refused_with_their_size(name: str, size: str) -> None:
    text = message_of(name)
    assert f"has {size}, beyond the limit of 1 GiB; choose a smaller group." in text


@pytest.mark.parametrize("name", ["C1048576", "D524288", "C1024xC1024", "Heis(101)"])
def test_a_million_elements_that_are_no_permutations_are_not_refused(name: str) -> None:
    assert 900_000 < group(name).order <= MAX_ORDER


@given(st.text(alphabet="CDSAQVMxwr:^()@,0123456789 ", max_size=12))
def test_no_name_fails_other_than_by_its_one_line(text: str) -> None:
    message = ""
    try:
        G = group(text)
    except InputError as error:
        message = str(error)
    else:
        assert 1 <= G.order <= MAX_ORDER
        assert G.spanning_tree.order[0] == 0
    assert "\n" not in message


def test_capped_orders() -> None:
    assert [capped_factorial(n) for n in (0, 1, 2, 5)] == [1, 1, 2, 120]
    assert capped_power(1, 10**9) == 1
    assert capped_power(7, 3) == 343
    assert capped_power(2, 10**9) == capped_factorial(10**9) == 10**120
