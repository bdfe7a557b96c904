"""Spectrum and errors of orbits: the Fourier route and the dense one agree, and both agree with plain NumPy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.spectral import (
    check_invariance,
    dense_gram,
    leave_out_error,
    orbit_symbol,
    spectral_error,
    spectrum,
)
from orbitkernels.strategies import orbits as drawn_orbits
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.names import group

RNG = np.random.default_rng(11)
EPS = np.finfo(float).eps


def rational_quadratic(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """1 / (1 + |x - y|^2): positive definite on different points, invariant under isometries."""
    return 1 / (1 + np.sum((X[:, None] - Y[None]) ** 2, axis=2))


def by_numpy(kernel, found: Orbits, missing: list[list[int]], ridge: float) -> list[np.ndarray]:
    """Errors [p, m] of each orbit from the definition; missing[c] are rows of points(c)."""
    points, y = np.concatenate([found.points(c) for c in range(len(found))]), found.point_targets
    K = kernel(points, points)
    errors = []
    for c, rows in enumerate(missing):
        gone = np.array(rows) + int(sum(len(found.points(b)) for b in range(c)))
        kept = np.delete(np.arange(len(K)), gone)
        dual = np.linalg.solve(K[np.ix_(kept, kept)] + ridge * np.eye(len(kept)), y[kept])
        errors.append(y[gone] - K[np.ix_(gone, kept)] @ dual)
    return errors


def agree(one: np.ndarray, other: np.ndarray, condition: float, size: int) -> None:
    """Up to a small multiple of the rounding of one Cholesky solution, in the scale of the labels."""
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= 8 * EPS * size * max(condition, 1.0) * max(np.abs(other).max(), 1.0)


instances = drawn_orbits(count=st.integers(1, 4), classes=3, action="permutation") | drawn_orbits(
    count=st.integers(1, 3), action="orthogonal"
)
ridges = st.sampled_from([0.0, 0.125, 2.0])


@given(instances, ridges)
def test_two_routes_and_numpy_agree_on_a_pose(found: Orbits, ridge: float) -> None:
    """T6, with T4 for the orbits that are not free."""
    assume(found.sizes.sum() > 1)
    condition, size = spectrum(rational_quadratic, found, ridge).condition_number, int(found.sizes.sum())
    spectral = spectral_error(rational_quadratic, found, ridge=ridge)
    assert spectral.shape == found.targets.shape
    exact = leave_out_error(rational_quadratic, found, ridge=ridge)
    brute = np.concatenate(by_numpy(rational_quadratic, found, [[0]] * len(found), ridge))
    agree(spectral, exact, condition, size)
    agree(exact, brute, condition, size)


@given(instances, ridges, st.data())
def test_two_routes_and_numpy_agree_on_any_missing_set(found: Orbits, ridge: float, data) -> None:
    """T1 with K^-1 from T2; elements that give one pose have one error."""
    G = found.group
    elements = data.draw(st.lists(st.integers(0, G.order - 1), min_size=1, max_size=5))
    rows = [found.pose_index(c, elements) for c in range(len(found))]
    distinct = [np.unique(row) for row in rows]
    assume(all(d.size < found.sizes.sum() for d in distinct))
    condition, size = spectrum(rational_quadratic, found, ridge).condition_number, int(found.sizes.sum())
    spectral = spectral_error(rational_quadratic, found, elements, ridge)
    assert spectral.shape == (len(found), len(elements), found.targets.shape[1])
    exact = leave_out_error(rational_quadratic, found, elements, ridge)
    agree(spectral, exact, condition, size)
    brute = by_numpy(rational_quadratic, found, [d.tolist() for d in distinct], ridge)
    for c, (row, names) in enumerate(zip(rows, distinct, strict=True)):
        agree(exact[c], brute[c][np.searchsorted(names, row)], condition, size)


@given(instances, ridges, st.data())
def test_all_poses_of_a_missing_coset_share_one_error(found: Orbits, ridge: float, data) -> None:
    """T7, stabilisers that meet the subgroup among them."""
    G = found.group
    words = data.draw(st.lists(st.integers(0, G.order - 1), min_size=1, max_size=2))
    elements = G.subgroup(words).elements
    assume(all(np.unique(found.pose_index(c, elements)).size < found.sizes.sum() for c in range(len(found))))
    condition, size = spectrum(rational_quadratic, found, ridge).condition_number, int(found.sizes.sum())
    missing = "coset:" + ",".join(map(str, words))
    together = spectral_error(rational_quadratic, found, missing, ridge)
    agree(together, leave_out_error(rational_quadratic, found, missing, ridge), condition, size)
    single = leave_out_error(rational_quadratic, found, elements, ridge)  # [C, |H|, m]
    agree(np.broadcast_to(together[:, None], single.shape), single, condition, size)


@given(instances, ridges)
def test_spectrum_is_that_of_the_gram_matrix(found: Orbits, ridge: float) -> None:
    """T2 and T4; the labels lie in the trivial irrep, with the weights of the dense eigenvectors."""
    K = dense_gram(rational_quadratic, found, ridge)
    values, vectors = np.linalg.eigh(K)
    seen = spectrum(rational_quadratic, found, ridge)
    assert seen.multiplicities.sum() == len(K)
    assert np.abs(seen.repeated - values).max() <= 8 * EPS * len(K) * values[-1]
    assert seen.condition_number == pytest.approx(values[-1] / values[0], rel=1e-9)
    assert seen.harmonic_mean == pytest.approx(1 / np.mean(1 / values), rel=1e-9)
    assert seen.label_weights.sum() == pytest.approx(1, abs=1e-12)
    assert not seen.label_weights[seen.irreps != 0].any()
    y = found.point_targets
    for value in np.unique(values.round(9)):
        near = np.abs(values - value) < 1e-6
        expected = np.sum((vectors[:, near].T @ y) ** 2) / np.sum(y**2)
        assert seen.label_weights[np.abs(seen.eigenvalues - value) < 1e-6].sum() == pytest.approx(
            expected, abs=1e-9
        )


@given(instances)
def test_symbol_generates_the_gram_matrix(found: Orbits) -> None:
    """K[(a, g), (b, h)] = phi_ab(g^-1 h)."""
    phi, G = orbit_symbol(rational_quadratic, found), found.group
    K = dense_gram(rational_quadratic, found)
    assert phi.shape == (len(found), len(found), G.order)
    for a in range(len(found)):
        for b in range(len(found)):
            g, h = found.representatives[a], found.representatives[b]
            block = phi[a, b][G.multiply(G.inverse(g)[:, None], h[None, :])]
            part = K[found.offsets[a] : found.offsets[a + 1], found.offsets[b] : found.offsets[b + 1]]
            assert np.abs(block - part).max() <= 1e-12


GROUPS = ["C7:C3", "Q8", "SL(2,3)", "Heis(3)", "A4", "S4", "D5", "C6xC2", "C9", "C5:C4"]


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("specification", ["ntk(depth=2)", "nngp(depth=1)", "exp(-2*(1-u))"])
def test_named_kernels_on_groups_with_every_kind_of_irrep(name: str, specification: str) -> None:
    """Complex and quaternionic irreps; three classes, several seeds each, the last one with a stabiliser."""
    G = group(name)
    action = PermutationAction.natural(G)
    seeds = np.random.default_rng(G.order).normal(size=(5, action.degree))
    involution = int(np.argmax(np.isin(G.element_orders, [2, 3])))
    seeds[4] = action.apply(seeds[4])[G.subgroup([involution]).elements].mean(axis=0).round(2)
    seeds[4] = action.apply(seeds[4])[G.subgroup([involution]).elements].mean(axis=0)
    found = Orbits(G, seeds, ["p", "q", "p", "r", "q"], action)
    condition = spectrum(specification, found).condition_number
    for missing in ("pose", f"coset:{involution}", [0, G.order - 1]):
        agree(
            spectral_error(specification, found, missing),
            leave_out_error(specification, found, missing),
            condition,
            int(found.sizes.sum()),
        )


def test_a_whole_orbit_may_be_missing() -> None:
    found = Orbits(group("C4"), RNG.normal(size=(2, 4)), [0, 1])
    for missing in ("coset:1", "0,1,2,3"):
        exact = leave_out_error(rational_quadratic, found, missing)
        agree(spectral_error(rational_quadratic, found, missing), exact, 1e3, 8)
    # nothing is left to learn from: the prediction is 0 and the error the label
    alone = Orbits(group("C4"), RNG.normal(size=(1, 4)), targets=[2.5])
    assert spectral_error(rational_quadratic, alone, "coset:1") == pytest.approx(2.5, abs=1e-12)
    assert leave_out_error(rational_quadratic, alone, "coset:1").item() == 2.5


def test_a_kernel_invariant_in_each_argument_recovers_the_pose() -> None:
    """T9: the ridge makes the collapsed Gram matrix invertible; the error is of its order."""
    found = Orbits(group("C5"), RNG.normal(size=(2, 5)), [0, 1])

    def collapsed(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        return np.exp(-np.abs((X**2).sum(1)[:, None] - (Y**2).sum(1)[None]))

    n, r = 5, 1e-3
    Phi = collapsed(found.seeds, found.seeds)
    inverse = np.linalg.inv(n * Phi + r * np.eye(2))
    expected = n * (inverse @ found.targets) / (np.diagonal(inverse)[:, None] + (n - 1) / r)
    assert np.abs(spectral_error(collapsed, found, ridge=r) - expected).max() < 1e-10
    assert np.abs(expected).max() < 1e-2


@pytest.mark.parametrize("kernel", ["callable", "object", "specification", "class"])
def test_what_may_be_a_kernel(kernel: str) -> None:
    class Object:
        def gram(self, X, Y=None):
            return ok.Gaussian(length_scale=2).gram(X, X if Y is None else Y)

    kinds = {
        "callable": lambda X, Y: np.exp(-((X[:, None] - Y[None]) ** 2).sum(2) / 8),
        "object": Object(),
        "specification": "gaussian(length_scale=2)",
        "class": ok.Gaussian(length_scale=2),
    }
    found = Orbits(group("S3"), np.random.default_rng(3).normal(size=(2, 3)), [0, 1])
    expected = by_numpy(kinds["callable"], found, [[0], [0]], 0.0)
    for route in (spectral_error, leave_out_error):
        assert np.abs(route(kinds[kernel], found) - np.concatenate(expected)).max() < 1e-10


# ---------------------------------------------------------------------- bad input

PAIR = Orbits(group("D4"), np.random.default_rng(8).normal(size=(2, 4, 4)), [0, 1])
ROUTES = [spectrum, spectral_error, leave_out_error]


def message(error: type[Exception], call, *arguments: object, **keywords: object) -> str:
    with pytest.raises(error) as caught:
        call(*arguments, **keywords)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


@pytest.mark.parametrize("route", [spectrum, spectral_error])
def test_a_kernel_that_is_not_invariant_is_refused(route) -> None:
    """A weight of 1 + 1e-3 on one pixel: the change of |x|^2 is known."""
    weights = np.ones(16)
    weights[1] = 1.001

    def weighted(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        return (X * weights) @ Y.T

    text = message(NotInvariantError, route, weighted, PAIR)
    assert "not invariant under D4: for g = r, k(gx, gy) differs from k(x, y) by" in text
    defect = float(text.split("by ")[1].split(" ")[0])
    K = weighted(PAIR.all_points, PAIR.all_points)
    turned = PAIR.group.multiply(PAIR.group.generators[0], np.arange(8))
    index = np.concatenate([PAIR.offsets[c] + PAIR.pose_index(c, turned) for c in range(2)])
    assert defect == pytest.approx(np.abs(K[np.ix_(index, index)] - K).max() / np.abs(K).max(), rel=0.05)


def test_invariance_is_measured() -> None:
    assert check_invariance("ntk(depth=3)", PAIR) < 1e-13
    assert check_invariance("ntk(depth=3)", PAIR, samples=None) < 1e-13

    def almost(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        return X @ Y.T + 1e-6 * X[:, :1] @ Y[:, :1].T

    assert 1e-9 < check_invariance(almost, PAIR, tolerance=1e-5) < 1e-5
    with pytest.raises(NotInvariantError, match=r"use a function of inner products and lengths"):
        check_invariance(almost, PAIR)
    # leave_out_error needs no invariance
    brute = by_numpy(almost, PAIR, [[0], [0]], 0.5)
    assert np.abs(leave_out_error(almost, PAIR, ridge=0.5) - np.concatenate(brute)).max() < 1e-10


@pytest.mark.parametrize("route", ROUTES)
def test_bad_kernels_and_ridges(route) -> None:
    def skew(X, Y):
        return X @ Y.T + 0.1 * (X[:, :1] - Y[:, :1].T)

    def infinite(X, Y):
        return np.where(np.arange(len(Y)) == 1, np.nan, X @ Y.T)

    assert "is not symmetric: k(x, y) and k(y, x) differ by" in message(InputError, route, skew, PAIR)
    assert "returns nan for points 0 and 1" in message(InputError, route, infinite, PAIR)
    assert "of shape [16, 16], not float64 of shape [16]" in message(InputError, route, lambda X, Y: X[:, 0], PAIR)
    assert "not complex128" in message(InputError, route, lambda X, Y: X @ Y.T + 0j, PAIR)
    assert "must have a method gram(X, Y)" in message(InputError, route, 7, PAIR)
    assert "must have a method gram(X, Y)" in message(InputError, route, ok.NTK, PAIR)
    for ridge in (-1.0, np.nan, np.inf, "much", None):
        assert "'ridge' must be a finite number >= 0" in message(
            InputError, route, rational_quadratic, PAIR, ridge=ridge
        )


LINEAR = Orbits(group("D4"), np.random.default_rng(8).normal(size=(1, 2, 2)), [0])


def test_a_singular_gram_matrix_names_its_irrep() -> None:
    """R^4 = the trivial irrep + one of degree 1 + the one of degree 2, so <x, y> has rank 4 on 8 poses."""
    found = spectrum("polynomial(degree=1, offset=0)", LINEAR)
    assert np.isclose(found.repeated, 0).sum() == 4
    text = message(SingularGramError, spectral_error, "polynomial(degree=1, offset=0)", LINEAR)
    irrep = int(text.split("of irrep ")[1].split(" ")[0])
    degree = int(text.split("(degree ")[1].split(")")[0])
    assert LINEAR.group.character_table().degrees[irrep] == degree
    assert np.isclose(found.of_irrep(irrep), 0).any()
    assert "vanishes" in text
    dense = message(SingularGramError, leave_out_error, "polynomial(degree=1, offset=0)", LINEAR)
    assert "an eigenvalue of the 8 points vanishes" in dense
    for line in (text, dense):
        ridge = float(line.split("ridge = ")[1].split(" ")[0])
        condition = spectrum("polynomial(degree=1, offset=0)", LINEAR, ridge).condition_number
        assert condition == pytest.approx(1e8, rel=0.1)


def test_an_indefinite_kernel_is_refused() -> None:
    def indefinite(X, Y):
        return 1 - X @ Y.T

    text = message(SingularGramError, spectral_error, indefinite, LINEAR)
    assert "is negative" in text
    ridge = float(text.split("ridge = ")[1].split(" ")[0])
    assert spectrum(indefinite, LINEAR, 1.06 * ridge).eigenvalues.min() > 0
    assert "ridge = 1.0e+00" in message(SingularGramError, spectral_error, lambda X, Y: 0 * (X @ Y.T), LINEAR)


def test_display() -> None:
    found = spectrum("ntk(depth=1)", PAIR)
    assert repr(found).startswith("<Spectrum of 2 orbits of D4: 16 eigenvalues, ")
    html = found._repr_html_()
    assert html.count("<tr>") == found.eigenvalues.size + 1
    assert f"{found.label_weights[found.label_mode]:.4f}" in html
    assert sum(found.to_dict()["multiplicities"]) == 16
    assert found.irreps[found.label_mode] == 0
