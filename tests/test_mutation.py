"""The mutation run: its mutants differ from the file in one place, and a test that looks there kills them."""

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.mutation.mutants import mutants, mutated

SOURCE = '''
LIMIT = 2 * 1 + 1
VALUES = (1 + 1, LIMIT)


def error(K, y, *, r: int = 1):
    """The docstring has 1 + 1."""
    if r > 0 and len(y) == 2:
        raise ValueError(f"{r + 1}")
    return -(K[0] + 2 * y[1]).conjugate() / abs(r)


def cases(quick):
    return [1 + 1]


def instance(rng):
    return rng.integers(9) + 7


def check(rng) -> list[Comparison]:
    precision = 1 + 7
    drawn = (rng.integers(1 + 1, 9), instance(rng, 1 + 1), np.random.default_rng(1 + 1).normal(1 + 1))
    argued("why", on=[1 + 1])
    for _ in (1 + 1, 5):
        drawn = [1 + 1, rng.normal()]
    return drawn @ drawn
'''


@pytest.fixture
def path(tmp_path) -> str:
    file = tmp_path / "formula.py"
    file.write_text(SOURCE)
    return str(file)


def test_each_mutant_changes_one_place_of_a_formula(path) -> None:
    found = mutants(path)
    changes = {mutant.change for mutant in found}
    assert "r > 0  ->  r >= 0" in changes
    assert "K[0] + 2 * y[1]  ->  K[0] - 2 * y[1]" in changes
    assert "2 * y[1]  ->  2 / y[1]" in changes
    assert "(K[0] + 2 * y[1]).conjugate()  ->  K[0] + 2 * y[1]" in changes
    assert "abs(r)  ->  r" in changes
    inside = [mutant for mutant in found if mutant.function]
    assert len(inside) == len({mutant.change for mutant in inside}) + 2  # 0 -> 1 and 2 -> 3 are made twice
    assert {mutant.function for mutant in inside} == {6}
    assert [mutant.line for mutant in found if not mutant.function] == [3, 3, 3]  # 1 + 1 and its two numbers
    whole = ast.unparse(ast.parse(SOURCE))
    for mutant in found:
        text = ast.unparse(mutated(path, mutant.number))
        assert text != whole
        assert "1 + 1]" in text  # the choice of cases, random numbers, messages and docstrings stay
        assert "LIMIT = 2 * 1 + 1" in text
        assert "return rng.integers(9) + 7" in text
        assert "precision = 1 + 7" in text
        assert "in (1 + 1, 5)" in text
        assert "drawn = [1 + 1, rng" in text
        assert "(1 + 1, 9), instance(rng, 1 + 1), np.random.default_rng(1 + 1).normal(1 + 1))" in text
        assert "{r + 1}" in text
        assert "docstring has 1 + 1" in text


def test_what_numba_compiles_is_known():
    """By a decorator, or as the template of a loop; other functions of a file are not compiled."""
    inside = {m.function: m.compiled for m in mutants("numerics/network_tiles.py") if m.function}
    assert set(inside.values()) == {True}
    assert {m.compiled for m in mutants("numerics/group_convolution.py") if m.function} == {True, False}
    assert not any(m.compiled for m in mutants("theory/modular.py"))


def test_a_mutant_that_does_not_exist_is_refused(path) -> None:
    with pytest.raises(IndexError, match="has no mutant 99"):
        mutated(path, 99)


def test_tests_that_cannot_be_run_kill_nothing(tmp_path):
    from benchmarks.mutation.__main__ import _fresh

    mutant = next(iter(mutants("theory/modular.py")))
    with pytest.raises(RuntimeError, match="status 4"):
        _fresh(mutant, str(tmp_path), ["tests/theory/test_that_is_not_there.py"])


def test_a_fork_runs_tests_with_the_mutant_in():
    """Names that the second collection would escape twice are left to a fresh process."""
    from benchmarks.mutation.server import _functions, _verdict

    path = "theory/element_text.py"
    functions = [value for file, value in _functions() if file.endswith(f"/{path}")]
    assert {value.__name__ for value in functions} >= {"word_text", "cycle_text"}
    number = next(m.number for m in mutants(path) if m.change == "length == 1  ->  length != 1")
    tests = [f"orbitkernels/{path}::orbitkernels.theory.element_text.word_text"]
    assert _verdict({"path": path, "number": number, "tests": tests}, functions, 100) == "killed"
    other = [f"orbitkernels/{path}::orbitkernels.theory.element_text.cycle_text", "tests/test_x.py::test[a\\nb]"]
    assert _verdict({"path": path, "number": number, "tests": other}, functions, 100) == "survived"
