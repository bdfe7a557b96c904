"""A theorem small enough to see what becomes of it: (x + 1)^2 = x^2 + 2 x + 1."""

import dataclasses
from typing import Any

import numpy as np

from orbitkernels.proofs.certificate import Certificate
from orbitkernels.proofs.evidence import Comparison, Level, compare_exactly, compare_numerically
from orbitkernels.proofs.theorem import Procedure, Theorem


@dataclasses.dataclass(frozen=True)
class Toy:
    """A case of the toy theorem (x + 1)^2 = x^2 + 2 x + 1 at a random x."""

    number: int
    group: str = "none"

    def __str__(self) -> str:
        return f"toy {self.number}"


def toy_theorem(name: str = "X1", numeric: float = 0.0, exact: int = 0, **changes: Any) -> Theorem:
    """The toy theorem, with an error put into one of its formulas."""

    def compare_exact(case: Toy, rng: np.random.Generator) -> Comparison:
        x = int(rng.integers(1, 100))
        return compare_exactly(str(case), "square", [(x + 1) ** 2], [x**2 + 2 * x + 1 + exact * (case.number > 1)])

    def compare_numeric(case: Toy, rng: np.random.Generator) -> Comparison:
        x = rng.random()
        wrong = numeric * (case.number > 1)
        return compare_numerically(str(case), "square", [(x + 1) ** 2], [x**2 + 2 * x + 1 + wrong], size=4)

    def cases(quick: bool) -> list[Toy]:
        return [Toy(k, f"group {k % 2}") for k in range(3 if quick else 5)]

    fields: dict[str, Any] = {
        "title": "A square",
        "source": "Euclid",
        "statement": r"(x+1)^2",
        "hypotheses": ("x",),
    }
    procedures = {"exact": Procedure(cases, compare_exact), "numeric": Procedure(cases, compare_numeric)}
    return Theorem(id=name, **(fields | procedures | changes))


class FakeDerivation:
    """As much of a derivation as the runner looks at."""

    def __init__(self, level: Level, theorems: tuple[str, ...] = ()) -> None:
        self.level, self.theorems, self.steps = level, frozenset(theorems), (1, 2)


def without_times(certificate: Certificate) -> dict[str, Any]:
    document = certificate.to_dict()
    for entry in document["theorems"]:
        del entry["seconds"]
    return document
