"""Missing poses: words, numbers, cosets, and what is none of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.proofs.missing import element, missing_poses
from orbitkernels.strategies import groups
from orbitkernels.theory.names import group

D4 = group("D4")
r, s = D4.generators


@given(groups(), st.data())
def test_every_element_is_its_word_and_its_number(G, data) -> None:
    g = data.draw(st.integers(0, G.order - 1))
    assert element(G, g) == element(G, str(g)) == g
    if g:
        assert element(G, G.word_string(g)) == g


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_powers(a: int, b: int) -> None:
    expected = int(D4.multiply(D4.power(r, a), D4.power(s, b)))
    names = D4.generator_names
    word = f" {names[0]}^{a} * {names[1]}^{b} "
    assert element(D4, word) == D4.element(word) == expected


@given(st.integers(-(10**17), 10**17))
def test_powers_are_taken_in_the_group(exponent: int) -> None:
    for G in (group("C12"), D4, group("S4")):
        name, g = G.generator_names[0], G.generators[0]
        assert element(G, f"{name}^{exponent}") == int(G.power(g, exponent))
        assert element(G, f"({name}*{name})^{exponent}") == int(G.power(g, 2 * exponent))


def test_commutators_parentheses_and_digits() -> None:
    a, b = D4.generator_names
    assert element(D4, f"({a}*{b})^-1") == int(D4.inverse(D4.multiply(r, s)))
    assert D4.element(f"[{a}, {b}]") == int(D4.power(r, 2))
    assert element(D4, "1") == 1  # digits alone are the number of an element, in a word 1 is the identity
    assert D4.element("1") == 0
    assert element(D4, f"1*{a}^0*{b}") == s


def test_the_three_forms() -> None:
    a, b = D4.generator_names
    assert missing_poses(D4, "pose").elements.tolist() == [0]
    assert missing_poses(D4, "pose").alike
    turns = missing_poses(D4, f"coset:{a}")
    assert turns.alike
    assert turns.elements.tolist() == D4.subgroup([r]).elements.tolist()
    assert missing_poses(D4, f"coset:{a}^2,{b}").elements.size == 4
    assert missing_poses(D4, "coset:0").elements.tolist() == [0]
    for poses in (f"{a}, 0,{b}", [a, 0, b], [r, 0, s], np.array([r, 0, s]), (r, "0", b)):
        found = missing_poses(D4, poses)
        assert found.elements.tolist() == [r, 0, s]
        assert not found.alike


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("coset", "holds 'coset'; expected a generator at position 0, not 'coset'; the generators are r, s; it"),
        ("coset:", "not the end; the generators are r, s; it may also be 'pose' or 'coset:WORDS'."),
        ("", "expected a generator at position 0, not the end"),
        ("coset:q", "expected a generator at position 0, not 'q'"),
        ("r**s", "expected a generator at position 2, not '*'"),
        ("r^1.5", "expected a generator at position 3, not '.'"),
        ("r=s", "expected an operator or the end at position 1, not '='"),
        ("\u0663", "expected a generator at position 0"),
        ("r^\u0663", "expected an integer exponent at position 2"),
        ("9" * 5000, "names the element '9999999999"),
        ("r^" + "9" * 5000, "expected an integer exponent at position 2, not '999"),
        ("(" * 5000, "50 nested parentheses"),
        (np.array(1), "not array(1)"),
        (b"\x00\x01", "must be 'pose', 'coset:WORDS', a list"),
        (bytearray(b"\x00"), "must be 'pose', 'coset:WORDS', a list"),
        ("8", "names the element '8'; D4 has 0 to 7"),
        ([8], "names the element 8"),
        ([-1], "names the element -1"),
        ([0.5], "names the element 0.5"),
        ([True], "names the element True"),
        ([[0, 1]], "names the element [0, 1]"),
        (np.zeros((2, 2)), "names the element array([0., 0.])"),
        ([], "is an empty list"),
        (3, "must be 'pose', 'coset:WORDS', a list of elements or a dictionary from orbits to these, not 3"),
        (None, "not None"),
    ],
)
def test_anything_else_is_refused(missing: object, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        missing_poses(D4, missing)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
