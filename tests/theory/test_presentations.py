"""Groups from presentations, and words in generators; every bad input has its one line."""

from typing import Any

import numpy as np
import pytest
from refusals import refused

from orbitkernels.theory.constructions import presented_group
from orbitkernels.theory.names import group
from orbitkernels.theory.presentations import parse_word
from orbitkernels.theory.structure import structure


@pytest.mark.parametrize(
    ("generators", "relators", "name"),
    [
        ("a", ["a^6"], "C6"),
        ("a, b", ["a^4", "b^2", "(a*b)^2"], "D4"),
        ("i j", ["i^4", "i^2 = j^2", "j*i*j^-1*i"], "Q8"),
        ("a b", ["a^2", "b^3", "(a b)^5"], "A5"),
        ("a b", ["a^7", "b^3", "b*a*b^-1 = a^2"], "C7:C3"),
        ("a b", ["a^2", "b^2", "[a, b]"], "V4"),
        ("a b", ["a^2", "b^3", "(a*b)^7", "[a,b]^4"], "PSL(2,7)"),
        ("x y z", ["x^3", "y^3", "z^3", "[x,z]", "[y,z]", "[x,y] = z"], "Heis(3)"),
        ("a b", ["a", "b^2"], "C2"),
        ("a b", ["a*b*a = b*a*b", "a^2 = 1"], "S3"),
        ("a", ["a"], "C1"),
    ],
)
def test_presentations_of_known_groups(generators: str, relators: list[str], name: str) -> None:
    G = presented_group(generators, relators)
    assert structure(G) == structure(group(name))
    for relator in relators:
        if "=" not in relator and G.order > 1 and len(G.generators) == len(generators.replace(",", " ").split()):
            assert G.element(relator) == 0


BAD_PRESENTATIONS = [
    ("", ["a"], "'generators' must hold different names such as 'a b', not ''"),
    ("a a", ["a"], "'generators' must hold different names"),
    ("a 2b", ["a"], "'generators' holds '2b', which is no name"),
    (["a"], ["a"], "'generators' must be names such as 'a b', not"),
    ("a b", "a^2", "'relators' must be a list of words, not 'a\\^2'"),
    ("a b", ["a^2", 3], "'relators' must hold words such as .*, not 3"),
    (
        "a b",
        ["a^2", "c"],
        r"'relators' holds 'c'; expected a generator at position 0, not 'c'; the generators are a, b",
    ),
    ("a b", ["a^2", "(a*b"], r"expected '\)' at position 4, not the end"),
    ("a b", ["a^2", "a^b"], "expected an integer exponent at position 2, not 'b'"),
    ("a b", ["a^2", "a**b"], r"expected a generator at position 2, not '\*'"),
    ("a b", ["a^2", "a)"], r"expected an operator or the end at position 1, not '\)'"),
    ("a b", ["a^2", "[a b]"], r"expected ',' at position 4, not '\]'"),
    ("a b", ["a^2", "a; b"], "expected a generator at position 1, not ';'"),
    ("a b", ["a^2", "__import__('os')"], "expected a generator at position 0, not '__import__'"),
    ("a b", ["a^2", "a^9999"], "a word of more than 2000 letters"),
    ("a b", ["a^2", "(((a^50)^50)^50)^50"], "a word of more than 2000 letters"),
    ("a b", ["a^2", "a^99999999999"], "expected an integer exponent"),
    ("a b", ["a^2", "(" * 99 + "a" + ")" * 99], "expected at most 50 nested parentheses"),
    ("a b", ["a^2"], "holds 1 relators for 2 generators, so the group is infinite; add relators"),
    ("a b", ["a^2", "a*a^-1"], "holds 1 relators for 2 generators"),
]


@pytest.mark.parametrize(("generators", "relators", "message"), BAD_PRESENTATIONS)
def test_bad_presentations_are_refused_in_one_line(generators: Any, relators: Any, message: str) -> None:
    refused(lambda: presented_group(generators, relators), message)


@pytest.mark.parametrize("relators", [["a^300", "b^2", "(a*b)^2"], ["a^2", "b^3", "(a*b)^7", "[a,b]^4"]])
def test_relators_hold_at_every_element(relators: list[str]) -> None:
    G = presented_group("a b", relators)
    every = np.arange(G.order)
    for relator in relators:
        moved = every
        for letter in parse_word(relator, "ab"):
            s = G.generators[abs(letter) - 1]
            moved = G.multiply(moved, s if letter > 0 else int(G.inverse(s)))
        assert np.array_equal(moved, every)
    assert G.spanning_tree.order.size == G.order


def test_words_are_reduced_and_read_in_full() -> None:
    assert parse_word("a*b*b^-1*a^-1", "ab") == ()
    assert parse_word("(a b)^-2", "ab") == (-2, -1, -2, -1)
    assert parse_word("[a, b] = 1", "ab") == (1, 2, -1, -2)
    assert parse_word("x1^2 x2^0", ["x1", "x2"]) == (1, 1)


def test_an_infinite_group_overflows_the_coset_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.theory.presentations.MAX_COSETS", 300)
    refused(
        lambda: presented_group("a b", ["a^2", "b^3", "(a*b)^7"]),
        "coset enumeration needs more than 300 cosets; it is infinite or too large",
    )


@pytest.mark.parametrize("relators", [["a^2", "b^2"], ["a^2", "b^3"], ["[a,b]", "a^7"], ["a^2", "b^3", "(a*b)^7"]])
def test_infinite_groups_are_given_up_within_seconds(relators: list[str]) -> None:
    refused(lambda: presented_group("a b", relators), "coset enumeration needs more than 50000 cosets")


def test_a_presented_group_beyond_the_table_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.theory.presentations.MAX_TABLE_ORDER", 50)
    refused(lambda: presented_group("a b", ["a^2", "b^3", "(a*b)^5"]), "order 60, beyond the limit of 50")
