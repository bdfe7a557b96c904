"""Character tables as they are ordered, kept as data and shown."""

import json
import pickle
from fractions import Fraction
from xml.etree import ElementTree

import mpmath
import numpy as np
import pytest
from gap_oracle import gap_table

from orbitkernels.errors import InputError
from orbitkernels.theory.characters import MAX_CLASSES, CharacterTable
from orbitkernels.theory.names import group


@pytest.mark.parametrize("name", ["S4", "C7:C3", "SL(2,5)", "C6xC4", "M11"])
def test_rows_are_sorted_and_the_trivial_character_is_first(name) -> None:
    table = gap_table(name).group.character_table()
    assert np.all(np.diff(table.degrees) >= 0)
    assert table.values[0] == (1,) * len(table)
    again = CharacterTable.of_group(table.group)
    assert again.values == table.values
    again.verify_orthogonality()


@pytest.mark.parametrize("name", ["C1", "Q8", "C7:C3", "A5", "M11"])
def test_dictionary_is_json_and_says_the_same_numbers_twice(name) -> None:
    table = gap_table(name).group.character_table()
    data = json.loads(json.dumps(table.to_dict()))
    assert set(data) == {"group", "order", "exponent", "classes", "characters"}
    assert (
        sum(c["size"] for c in data["classes"])
        == data["order"]
        == sum(x["degree"] ** 2 for x in data["characters"])
    )
    compared = 0
    for row in data["characters"]:
        assert set(row) == {"degree", "indicator", "values", "numeric"}
        for value, (real, imaginary) in zip(row["values"], row["numeric"], strict=True):
            exact = mpmath.fsum(
                mpmath.mpf(Fraction(c).numerator)
                / Fraction(c).denominator
                * mpmath.expjpi(mpmath.mpf(2 * j) / value["conductor"])
                for j, c in enumerate(value["coefficients"])
            )
            assert abs(exact - mpmath.mpc(real, imaginary)) < 1e-13
            compared += 1
    assert compared == len(table) ** 2


def test_representatives_lie_in_their_classes() -> None:
    """Cycles are read back as permutations: the smallest elements of the classes in lexicographic order."""
    classes = group("S4").character_table().to_dict()["classes"]
    assert [c["representative"] for c in classes] == ["()", "(0 1)(2 3)", "(2 3)", "(1 2 3)", "(0 1 2 3)"]
    assert [(c["size"], c["element_order"]) for c in classes] == [(1, 1), (3, 2), (6, 2), (8, 3), (6, 4)]


A5_TEXT = """\
Character table of A5: order 60, exponent 30, 5 classes

class   1a 2a 3a 5a 5b
size     1 15 20 12 12

X1    +  1  1  1  1  1
X2    +  3 -1  .  A *A
X3    +  3 -1  . *A  A
X4    +  4  .  1 -1 -1
X5    +  5  1 -1  .  .

Second column: indicator + real, o complex, - quaternionic.
*A is A with the other square root, /A its complex conjugate, -A its negative; E(N) = exp(2 pi i/N).
A = -E(5)^2-E(5)^3 = (1 + sqrt(5))/2

Representatives
1a: ()
2a: (1 2)(3 4)
3a: (2 3 4)
5a: (0 1 2 3 4)
5b: (0 1 2 4 3)"""


def test_text_of_a5() -> None:
    assert group("A5").character_table().to_text() == A5_TEXT


def test_text_of_s3() -> None:
    assert group("S3").character_table().to_text().splitlines()[:8] == [
        "Character table of S3: order 6, exponent 6, 3 classes",
        "",
        "class   1a 2a 3a",
        "size     1  3  2",
        "",
        "X1    +  1  1  1",
        "X2    +  1 -1  1",
        "X3    +  2  . -1",
    ]


def test_text_explains_every_letter() -> None:
    table = group("C7:C3").character_table()
    text = table.to_text()
    assert "\nA = E(3) = (-1 + sqrt(3)*I)/2\n" in text
    assert "\nB = E(7)+E(7)^2+E(7)^4 = (-1 + sqrt(7)*I)/2\n" in text
    assert " /B" in text
    assert str(table) == text


def test_latex_of_s3() -> None:
    assert group("S3").character_table().to_latex() == "\n".join(
        [
            r"\begin{array}{lr|rrr}",
            r" & \nu & \mathrm{1a} & \mathrm{2a} & \mathrm{3a} \\",
            r"|C| &  & 1 & 3 & 2 \\ \hline",
            r"\chi_{1} & 1 & 1 & 1 & 1 \\",
            r"\chi_{2} & 1 & 1 & -1 & 1 \\",
            r"\chi_{3} & 1 & 2 & 0 & -1 \\",
            r"\end{array}",
        ]
    )
    assert group("S3").character_table()._repr_latex_().startswith("$$\n\\begin{array}")


@pytest.mark.parametrize("name", ["S3", "C7:C3", "SL(2,5)", "C9"])
def test_html_is_well_formed(name) -> None:
    table = group(name).character_table()
    root = ElementTree.fromstring(table._repr_html_())
    rows = root.findall("./tbody/tr")
    assert len(rows) == len(table)
    assert {len(row.findall("td")) for row in rows} == {len(table) + 1}
    assert root.find("caption").text == f"Character table of {name}, order {table.group.order}"


def test_numeric_values_that_are_integers_or_vanish_are_exact() -> None:
    table = group("SL(2,3)").character_table()
    for row, numeric in zip(table.values, table.numeric, strict=True):
        for x, z in zip(row, numeric, strict=True):
            if x.is_rational:
                assert z == complex(x.as_fraction())
            if x.is_real:
                assert z.imag == 0


def test_table_survives_pickling() -> None:
    table = group("C7:C3").character_table()
    again = pickle.loads(pickle.dumps(table))
    assert again.values == table.values
    assert np.array_equal(again.numeric, table.numeric)


def test_class_names_are_orders_and_letters() -> None:
    assert group("A5").character_table().class_names == ("1a", "2a", "3a", "5a", "5b")


def test_too_many_classes_are_refused_with_the_memory() -> None:
    G = group(f"C{MAX_CLASSES + 1}")
    with pytest.raises(
        InputError, match=rf"would have {MAX_CLASSES + 1} x {MAX_CLASSES + 1} entries and need about 1.6 GiB"
    ):
        G.character_table()
