"""The rooms of the house: who may import whom, and that the declared dependencies are the used ones."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("theory", "numerics", "proofs", "orbitkernels")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))]
DEVELOPMENT_ONLY = {
    "pytest", "mypy", "ruff", "import-linter", "setuptools", "build", "pytest-xdist", "jsonschema",
}  # fmt: skip


def imported_modules(path: Path) -> set[str]:
    """Absolute module names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


def normalised(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_room_is_imported_by_its_bare_name(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported_modules(path)}
    assert not tops & {"theory", "numerics", "proofs"}


def test_tests_share_helpers_and_not_each_other() -> None:
    """A test file that others import cannot be split or renamed by itself: what is shared stands in a helper."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        assert not [name for name in imported_modules(path) if name.split(".")[-1].startswith("test_")], path


def test_theory_and_numerics_never_meet() -> None:
    files = 0
    for room, other in (("theory", "numerics"), ("numerics", "theory")):
        for path in (ROOT / room).glob("*.py"):
            files += 1
            assert not any(name.startswith(f"orbitkernels.{other}") for name in imported_modules(path))
            assert f'"orbitkernels.{other}' not in path.read_text(encoding="utf-8")  # nor by import_module
    assert files > 10


def test_declared_dependencies_are_the_imported_ones() -> None:
    declared = {
        normalised(re.split(r"[<>=!~ ]", requirement)[0])
        for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    distributions = packages_distributions()
    tops = {name.split(".")[0] for path in SOURCES for name in imported_modules(path)}
    third_party = tops - set(sys.stdlib_module_names) - {"orbitkernels"}
    used = {normalised(distributions[top][0]) for top in third_party}
    assert used == declared


def test_development_tools_are_the_declared_ones() -> None:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    assert {normalised(re.split(r"[<>=!~ ]", requirement)[0]) for requirement in group} == DEVELOPMENT_ONLY


def test_lock_pins_every_declared_dependency_with_a_hash_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {normalised(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    assert {normalised(re.split(r"[<>=!~ ]", requirement)[0]) for requirement in declared} <= pinned
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "://" not in lock


def test_every_public_name_resolves() -> None:
    import orbitkernels

    resolved = [getattr(orbitkernels, name) for name in orbitkernels.__all__]
    assert len(resolved) == len(orbitkernels.__all__) > 25
