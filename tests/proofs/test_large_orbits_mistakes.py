"""Planted mistakes in the fast routes to errors of orbits: what is found no longer agrees with NumPy."""

import inspect
import sys
import types

import numpy as np
import pytest
from orbits_by_numpy import laplace, orbits_of, refit

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.numerics import blocks, conjugate_gradients, symbol_operator, symbol_transform
from orbitkernels.proofs import gram_products, large_orbits, missing, missing_sets
from orbitkernels.proofs.iterative import iterative_error
from orbitkernels.proofs.large_orbits import irrep_route
from orbitkernels.proofs.spectral import FourierRoute

pytestmark = pytest.mark.filterwarnings("ignore::orbitkernels.errors.RoundingWarning")


@pytest.fixture
def fast(monkeypatch):
    """The fast transform for groups of every order."""
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)


def planted(monkeypatch, module, old: str, new: str) -> None:
    """Puts the functions and classes of the module with one piece of its text replaced wherever they are used."""
    text = inspect.getsource(module)
    assert text.count(old) == 1, old
    copy = types.ModuleType(module.__name__)
    copy.__package__ = module.__package__
    exec(compile(text.replace(old, new), "planted", "exec"), copy.__dict__)
    for name, original in list(vars(module).items()):
        if getattr(original, "__module__", None) == module.__name__:
            for home in [m for key, m in sys.modules.items() if key.startswith("orbitkernels.")]:
                if vars(home).get(name) is original:
                    monkeypatch.setattr(home, name, getattr(copy, name))


def all_agree(name: str, fixed: bool) -> bool:
    """Whether errors of poses, cosets and sets, by every equation, are those of NumPy, and products those of K."""
    orbits = orbits_of(name, seeds=2, fixed=fixed)
    N = int(orbits.sizes.sum())
    K = laplace(orbits.all_points, orbits.all_points) + 0.125 * np.eye(N)
    y, starts = orbits.point_targets, orbits.offsets
    try:
        route = FourierRoute.of(laplace, orbits, 0.125)
        H = orbits.group.subgroup([1]).elements
        cosets = [refit(K, y, starts[c] + np.unique(orbits.pose_index(c, H)))[0] for c in range(2)]
        pairs = [
            (route.errors(), np.stack([refit(K, y, [starts[c]])[0] for c in range(2)])),
            (route.errors("coset:1"), np.stack(cosets)),
            (iterative_error(laplace, orbits, ridge=0.125, product="group", precondition=False, limit=60).errors,
             np.stack([refit(K, y, [starts[c]])[0] for c in range(2)])),
        ]  # fmt: skip
        sets = missing_sets.MissingSets(orbits, irrep_route(orbits.group), route.blocks, route.symbol, 0.125)
        S = np.random.default_rng(0).permutation(N)[: N // 2]
        pairs += [(sets.set_errors(S, method), refit(K, y, S)) for method in ("missing", "observed", "iterative")]
    except (InputError, ValueError, IndexError):
        return False
    return all(one.shape == other.shape and np.allclose(one, other, atol=1e-8) for one, other in pairs)


#: Module, text, mistake, group, and whether seeds have stabilisers.
MISTAKES = (
    (symbol_transform, "= scale * (", "= (", "S4", True),
    (symbol_transform, "symbol / np.sqrt(np.multiply.outer(sizes, sizes))",
     "symbol / np.multiply.outer(sizes, sizes)", "S4", True),
    (symbol_transform, "[:, :, degree - dimension :]", "[:, :, :dimension]", "S4", True),
    (symbol_transform, "function[0, np.asarray(elements, dtype=np.int64)] = 1.0", "function[0, 0] = 1.0",
     "S4", False),
    (symbol_transform, "right.conj().swapaxes(1, 2)", "right.swapaxes(1, 2)", "SL(2,3) on 8", True),
    (symbol_transform, "else values[:, self.positions]", "else values", "S4", False),
    (symbol_transform, "[...] += ridge", "[...] += 0 * ridge", "S4", False),
    (symbol_operator, "s.transpose(0, 1, 3, 2, 4).reshape(len(s), s.shape[1]",
     "s.transpose(0, 2, 3, 1, 4).reshape(len(s), s.shape[1]", "S4", False),
    (symbol_operator, " * (chosen.size / order)", "", "S4", True),
    (missing_sets, "block[np.diag_indices_from(block)] += self.ridge", "pass", "S4", False),
    (missing_sets, "inverses[rows, None], elements[None, :]", "elements[None, :], inverses[rows, None]",
     "S4", False),
    (missing_sets, "labels[S] - self._operators[0](dual)[S]", "labels[S] + self._operators[0](dual)[S]",
     "S4", False),
    (missing_sets, "conjugate_gradients(inverse, self._coefficients[orbit]",
     "conjugate_gradients(inverse, self._labels[S]", "S4", False),
    (missing_sets, 'np.searchsorted(self.orbits.offsets, points, side="right") - 1',
     "np.searchsorted(self.orbits.offsets, points) - 1", "S4", False),
    (missing, "orbits.offsets[c] + orbits.pose_index(c, what.elements) for c",
     "orbits.pose_index(c, what.elements) for c", "S4", False),
    (conjugate_gradients, "p = z + ratio * p", "p = z - ratio * p", "S4", False),
    (gram_products, "group.law.product(poses, np.full_like(poses, x))",
     "group.law.product(np.full_like(poses, x), poses)", "S4", False),
)  # fmt: skip


@pytest.mark.parametrize(("name", "fixed"), [("S4", False), ("S4", True), ("SL(2,3) on 8", True)])
def test_nothing_planted_agrees(fast, name: str, fixed: bool) -> None:
    assert all_agree(name, fixed)


@pytest.mark.filterwarnings(
    "ignore::orbitkernels.errors.ConvergenceWarning"
)  # what is tested is that errors differ
@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_planted_mistakes_do_not_agree(fast, monkeypatch, number: int) -> None:
    module, old, new, name, fixed = MISTAKES[number]
    monkeypatch.setattr(large_orbits, "_TRANSFORMS", {})
    monkeypatch.setattr(missing_sets, "MAX_ITERATIONS", 60)
    planted(monkeypatch, module, old, new)
    assert not all_agree(name, fixed)


@pytest.mark.parametrize(
    ("old", "new"),
    [("= -sums / factors", "= sums / factors"), ("np.abs(self.matrices[:, 1, 0])", "self.matrices[:, 1, 0].real")],
)
def test_planted_mistakes_in_many_small_blocks(monkeypatch, old: str, new: str) -> None:
    """What replaces LAPACK where blocks are many."""
    phi = np.zeros((2, 2, 2**13))
    phi[0, 0, 0] = phi[1, 1, 0] = 2.0
    phi[0, 1, 1] = phi[1, 0, -1] = 0.7

    def found():
        together = ok.symbol_errors(phi, "C8192", [1.0, 3.0], missing={0: [0], 1: [1]})
        return ok.symbol_errors(phi, "C8192", [1.0, 3.0]), ok.symbol_spectrum(phi, "C8192").eigenvalues, together

    expected = found()
    np.testing.assert_allclose(
        expected[0][:, 0], np.linalg.solve([[2, 0.7], [0.7, 2]], [1, 3]) / (2 / 3.51), rtol=1e-13
    )
    np.testing.assert_allclose(expected[1].reshape(-1, 2), [[1.3, 2.7]] * 8192, rtol=1e-13)
    np.testing.assert_allclose(expected[2][:, 0], [1.0, 3.0], rtol=1e-13)  # they know of each other only
    planted(monkeypatch, blocks, old, new)
    assert not all(np.allclose(a, b, rtol=1e-9) for a, b in zip(found(), expected, strict=True))
