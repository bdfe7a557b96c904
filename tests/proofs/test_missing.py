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
    assert element(D4, f" {names[0]}^{a} * {names[1]}^{b} ") == expected


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
        ("coset", "has the word 'coset'"),
        ("coset:", "has the word ''"),
        ("", "has the word ''"),
        ("coset:q", "products of powers of the generators"),
        ("r**s", "has the word"),
        ("r^1.5", "has the word"),
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
