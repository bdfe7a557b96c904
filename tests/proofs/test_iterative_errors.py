"""Errors by conjugate gradients: three products with the Gram matrix, dense solves, bad input."""

import numpy as np
import pytest
from orbits_by_numpy import EPS, laplace, orbits_of

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs import iterative
from orbitkernels.proofs.gram_products import group_product, kernel_product
from orbitkernels.proofs.iterative import iterative_error
from orbitkernels.proofs.missing_sets import orbit_operators

RNG = np.random.default_rng(5)
STATE = RNG.bit_generator.state

pytestmark = pytest.mark.filterwarnings("ignore::orbitkernels.errors.RoundingWarning")


@pytest.fixture(autouse=True)
def same_numbers():
    """The numbers of a test do not depend on the tests before it."""
    RNG.bit_generator.state = STATE


@pytest.mark.parametrize("fixed", [False, True])
def test_three_products_with_the_gram_matrix_are_one(fixed: bool) -> None:
    orbits = orbits_of("S5", fixed=fixed)
    symbol = ok.orbit_symbol(laplace, orbits)
    v = RNG.standard_normal((int(orbits.sizes.sum()), 3))
    K, inverse = orbit_operators(orbits, symbol, 0.125)
    dense = laplace(orbits.all_points, orbits.all_points) @ v
    atol = 64 * EPS * np.abs(dense).max()
    np.testing.assert_allclose(kernel_product(laplace, orbits, v), dense, atol=atol)
    np.testing.assert_allclose(group_product(symbol, orbits, v), dense, atol=atol)
    np.testing.assert_allclose(K(v), dense + v / 8, atol=atol)
    np.testing.assert_allclose(inverse(K(v)), v, atol=1e-10)


@pytest.mark.parametrize("product", ["kernel", "group", "transform"])
@pytest.mark.parametrize("precondition", [False, True])
def test_conjugate_gradients_find_the_errors_of_t6(product: str, precondition: bool) -> None:
    orbits = orbits_of("S4", seeds=2, targets=2)
    calls = []
    found = iterative_error(
        laplace, orbits, ridge=0.1, product=product, precondition=precondition, progress=calls.append
    )
    assert found.residual < 1e-11
    assert calls == list(range(1, len(calls) + 1))
    assert found.iterations < (5 if precondition else 48)
    np.testing.assert_allclose(found.errors, ok.leave_out_error(laplace, orbits, ridge=0.1), atol=1e-10)
    sets = {1: "coset:1", 0: [3, 5]}
    found = iterative_error(laplace, orbits, sets, 0.1, product, precondition)
    np.testing.assert_allclose(found.errors, ok.leave_out_error(laplace, orbits, sets, 0.1), atol=1e-10)


def test_conjugate_gradients_on_s6_without_preconditioner() -> None:
    orbits = orbits_of("S6", targets=1)
    found = iterative_error("ntk(depth=1)", orbits, ridge=10.0, precondition=False)
    assert found.residual < 1e-11
    np.testing.assert_allclose(found.errors, ok.spectral_error("ntk(depth=1)", orbits, ridge=10.0), atol=1e-9)


def weighted(X, Y):
    """Symmetric and positive definite, not invariant; the diagonal is not constant on orbits."""
    weights = np.linspace(1.0, 2.0, X.shape[1])
    return laplace(X, Y) + (X * weights) @ Y.T


@pytest.mark.parametrize("ridge", [0.1, "relative:0.01"])
def test_the_product_by_the_kernel_uses_no_symbol_and_no_group(monkeypatch, ridge) -> None:
    orbits = orbits_of("S4")
    turns = orbits.group.subgroup([orbits.group.generators[0]])
    assert not turns.is_normal
    for kernel in (weighted, ok.Averaged("ntk(depth=1)", orbits.group, orbits.action, turns)):
        for precondition, product in ((True, "kernel"), (False, "group"), (False, "transform")):
            with pytest.raises(NotInvariantError, match="product='kernel' with precondition=False needs no inv"):
                iterative_error(kernel, orbits, ridge=ridge, product=product, precondition=precondition)
        with monkeypatch.context() as patch:
            for name in ("orbit_symbol", "orbit_operators", "check_invariance"):
                patch.setattr(iterative, name, lambda *_, name=name: pytest.fail(name))
            found = iterative_error(kernel, orbits, [0, 3], ridge, "kernel", precondition=False)
        expected = ok.leave_out_error(kernel, orbits, [0, 3], ridge)
        np.testing.assert_allclose(found.errors, expected, atol=1e-10)


def test_a_preconditioner_leaves_the_relative_ridge_of_each_product() -> None:
    orbits = orbits_of("S4", fixed=True)
    expected = ok.leave_out_error("ntk(depth=1)", orbits, ridge="relative:0.01")
    for product in ("kernel", "group", "transform"):
        found = iterative_error("ntk(depth=1)", orbits, ridge="relative:0.01", product=product)
        np.testing.assert_allclose(found.errors, expected, atol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"limit": 0}, "'limit' must be a positive integer, not 0"),
        ({"limit": 2.0}, "'limit' must be a positive integer, not 2.0"),
        ({"tolerance": float("nan")}, "'tolerance' must be a positive number, not nan"),
        ({"tolerance": 1e9}, "'tolerance' must be below 1, as it is a part of the labels, not 1000000000.0"),
        ({"tolerance": -1}, "'tolerance' must be a positive number, not -1"),
        ({"tolerance": 0}, "'tolerance' must be a positive number, not 0"),
        ({"tolerance": "x"}, "'tolerance' must be a positive number, not 'x'"),
        ({"progress": 3}, "'progress' must be a function or None, not 3"),
        ({"precondition": "no"}, "'precondition' must be True or False, not 'no'"),
        (
            {"product": np.array(["group", "kernel"])},
            "'product' must be 'kernel', 'group' or 'transform', not arr",
        ),
    ],
)
def test_arguments_of_the_iteration(arguments, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        iterative_error(laplace, orbits_of("S3"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("orbits", [None, [orbits_of("S3")], "S3"])
def test_what_are_no_orbits(orbits) -> None:
    for function in (ok.spectral_error, ok.leave_out_error, ok.iterative_error, ok.spectrum, ok.orbit_symbol):
        with pytest.raises(InputError, match=r"Argument 'orbits' must be ok\.Orbits, not ") as caught:
            function("ntk(depth=1)", orbits)
        assert "\n" not in str(caught.value)


def test_an_iteration_that_ends_too_early_warns() -> None:
    orbits = orbits_of("S4")
    remedies = r"; use a ridge or precondition=True or limit above 2\."
    with pytest.warns(ok.ConvergenceWarning, match=r"residual \S+ after 2 steps, above .* 1.0e-12, .*" + remedies):
        found = iterative_error(laplace, orbits, limit=2, precondition=False)
    assert found.iterations == 2
    assert found.residual > 1e-12
    with pytest.warns(ok.ConvergenceWarning, match="residual"):  # any residual above it, if the steps are used up
        loose = iterative_error(laplace, orbits, tolerance=0.7 * found.residual, limit=2, precondition=False)
    assert loose.residual == found.residual
    iterative_error(laplace, orbits, tolerance=1.1 * found.residual, limit=2, precondition=False)
    rounded = r"after \d steps, above the tolerance 1.0e-30, .*; use a ridge or a larger tolerance\."
    with pytest.warns(ok.ConvergenceWarning, match=rounded):
        iterative_error(laplace, orbits, tolerance=1e-30, limit=60)
