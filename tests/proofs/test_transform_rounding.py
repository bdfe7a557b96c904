"""Rounding bounds of fast transforms, and of errors on large groups, against balls of 200 bits."""

from math import prod

import numpy as np
import pytest
from flint import acb, arb, arb_mat, ctx

import orbitkernels as ok
from benchmarks.rounding import dft
from orbitkernels.errors import InputError, NotInvariantError, RoundingWarning, SingularGramError
from orbitkernels.numerics import transform_rounding
from orbitkernels.numerics.symbol_transform import abelian_transform
from orbitkernels.proofs import large_orbits
from orbitkernels.proofs.fourier_basis import fourier_basis
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.spectral import FourierRoute

BITS = 200

#: Powers of two, other small factors, primes below and above 50, products.
ABELIAN = [
    (256,),
    (257,),
    (360,),
    (521,),
    (529,),
    (1000,),
    (1009,),
    (1024,),
    (16, 32),
    (2,) * 9,
    (4, 6, 12),
    (3, 97),
]


@pytest.fixture(autouse=True)
def bits():
    before, ctx.prec = ctx.prec, BITS
    yield
    ctx.prec = before


def named(orders):
    return "x".join(f"C{a}" for a in orders)


# ---------------------------------------------------------------------- transforms


def functions(n):
    """Noise, a single point, one that decays, one that does not change, a single frequency."""
    t = np.arange(n)
    noise = np.random.default_rng(n).standard_normal(n)
    return [noise, np.eye(n)[n // 3], np.exp(-t / 3.0), np.full(n, 0.1), np.cos(14 * np.pi * t / n)]


def ratios(orders):
    """Error of the transform of each function, relative to its bound."""
    transform = abelian_transform(orders)
    n, known, found = prod(orders), transform.rounding, []
    for f in functions(n):
        got, true = transform.forward(f[None])[0].ravel(), dft(list(map(acb, f.tolist())), orders)
        off = max(float(abs(acb(complex(g)) - w).upper()) for g, w in zip(got.tolist(), true, strict=True))
        found.append(off / float(known.sums[0] * np.abs(f).sum() + known.roots * np.sqrt(n) * np.linalg.norm(f)))
    return np.array(found)


def test_the_oracle_is_the_definition():
    orders, f = (3, 4), np.random.default_rng(0).standard_normal(12)
    j = np.array([(a, b) for a in range(3) for b in range(4)])
    kernel = np.exp(2j * np.pi * (np.outer(j[:, 0], j[:, 0]) / 3 + np.outer(j[:, 1], j[:, 1]) / 4))
    np.testing.assert_allclose(list(map(complex, dft(list(map(acb, f.tolist())), orders))), kernel @ f, atol=1e-13)


@pytest.mark.parametrize("orders", ABELIAN, ids=named)
def test_bounds_of_transforms_are_never_violated(orders):
    found = ratios(orders)
    assert (found <= 1).all()
    assert found.max() > 1e-5  # and not idle


def test_a_wrong_unit_roundoff_of_transforms_is_caught(monkeypatch):
    monkeypatch.setattr(transform_rounding, "DOUBLE", 2.0**-64)
    assert (ratios((1000,)) > 1).any()


def test_a_transform_in_single_precision_is_caught(monkeypatch):
    from orbitkernels.numerics import group_fourier

    double = group_fourier.ifftn
    single = lambda values, **words: double(values.astype(np.float32), **words).astype(np.complex128)  # noqa: E731
    monkeypatch.setattr(group_fourier, "ifftn", single)
    assert (ratios((1000,)) > 1).any()


@pytest.mark.parametrize("prime", [59, 257, 1021])
def test_convolutions_with_a_chirp_whose_transforms_are_as_wrong_as_they_may_be(prime):
    """Each factor of A B is off by its norm times 55 log2(m) u in the worst direction for the first output."""
    from scipy.fft import next_fast_len

    f = np.random.default_rng(0).standard_normal(prime)
    m, k, u = next_fast_len(2 * prime - 1), np.arange(prime), 2.0**-53
    chirp, longer, wide = np.exp(1j * np.pi * k * k / prime), np.zeros(m, complex), np.zeros(m, complex)
    longer[:prime], wide[:prime], wide[m - prime + 1 :] = f * chirp.conj(), chirp, chirp[1:][::-1]
    A, B = np.fft.fft(longer), np.fft.fft(wide)
    np.testing.assert_allclose(np.fft.ifft(A * B)[:prime] * chirp.conj(), np.fft.fft(f), atol=1e-9)
    moved = 0.0
    for one, other in ((A, B), (B, A)):
        worst = other.conj() / np.linalg.norm(other) * np.linalg.norm(one) * 55 * np.log2(m) * u
        moved += np.abs(np.fft.ifft(worst * other)[0])
    back = 30 * np.log2(m) * u * np.abs(A * B).sum() / m
    allowed = abelian_transform([prime]).rounding.roots * np.sqrt(prime) * np.linalg.norm(f)
    assert 0.5 * allowed < moved + back < allowed
    for p in (2, 3, 5, 7, 11):
        assert np.sqrt(2) * (2 * p + 17) <= min(55 / np.sqrt(p), 30) * np.log2(p)


@pytest.mark.parametrize("name", ["S6", "A6"])
def test_a_level_of_a_chain_has_the_bound_of_its_products(name):
    """The bound of a transform is above what two orders of one sum differ by, and below the sum of n products."""
    group = ok.group(name)
    known = large_orbits.symbol_transform(group).rounding
    degrees = np.array([d for _, d in fourier_basis(group).irreps.shapes])
    assert (known.sums > 4 * 2.0**-53).all()
    assert (known.sums < group.order * 2.0**-53 * np.sqrt(degrees)).any()


# ---------------------------------------------------------------------- errors of abelian groups


def symbol(orders, decay):
    """Two orbits with phi_ab(g) = exp(-decay distance), phi_ba(g) = phi_ab(-g)."""
    n = prod(orders)
    digits = np.array(np.unravel_index(np.arange(n), orders))
    lengths = np.array(orders)[:, None]
    distance = np.sum(np.sin(np.pi * digits / lengths) ** 2, axis=0)
    shifted = np.sum(np.sin(np.pi * (digits / lengths + 0.1)) ** 2, axis=0)
    same, cross = np.exp(-decay * distance), np.exp(-decay * shifted) / 2
    phi = np.array([[same, cross], [cross, same]])
    phi[1, 0] = phi[0, 1].reshape(orders)[np.ix_(*(-np.arange(a) % a for a in orders))].ravel()
    return phi


def true_abelian_errors(phi, orders, targets, ridge):
    """n [Khat(0)^-1 t]_c / sum_k [Khat(k)^-1]_cc by 2 x 2 determinants in balls; phi is a symbol of floats."""
    n = prod(orders)
    digits = np.unravel_index(np.arange(n), orders)
    back = np.ravel_multi_index([(-d) % a for d, a in zip(digits, orders, strict=True)], orders)
    exact = [[[acb(x) for x in phi[a, b].tolist()] for b in range(2)] for a in range(2)]
    exact = [
        [[(exact[a][b][g] + exact[b][a][back[g]]) / 2 for g in range(n)] for b in range(2)] for a in range(2)
    ]  # what is not a symbol exactly is made one
    for a in range(2):
        exact[a][a][0] += acb(ridge)
    p, q, s = (dft(exact[a][b], orders) for a, b in ((0, 0), (0, 1), (1, 1)))
    determinants = [(x * z - y * y.conjugate()).real for x, y, z in zip(p, q, s, strict=True)]
    sums = [sum(z.real / d for z, d in zip(which, determinants, strict=True)) for which in (s, p)]
    t = list(map(arb, targets))
    heads = [s[0].real * t[0] - q[0].real * t[1], p[0].real * t[1] - q[0].real * t[0]]
    return [n * head / determinants[0] / total for head, total in zip(heads, sums, strict=True)]


def off(found, true):
    """|computed - true| of every error."""
    return np.array(
        [float(abs(arb(e) - t).upper()) for e, t in zip(found.error.ravel().tolist(), true, strict=True)]
    )


CASES = [(0.5, 1e-3), (5.0, 1e-6), (30.0, 1e-7)]


@pytest.mark.parametrize("orders", ABELIAN, ids=named)
def test_bounds_of_abelian_groups_are_never_violated(orders):
    targets = [1.0, -0.3]
    for decay, ridge in CASES:
        phi = symbol(orders, decay)
        found = ok.symbol_errors_with_bound(phi, named(orders), targets, ridge=ridge)
        distances = off(found, true_abelian_errors(phi, orders, targets, ridge))
        assert (distances <= found.rounding_bound.ravel()).all()
        assert (found.rounding_bound.ravel() <= 1e8 * (distances + 1e-17)).all()  # and not idle


def test_a_bound_is_not_that_of_a_sum_of_all_products():
    """C65536: (2p + 17) sqrt(2) log2(n) roundings of the transform instead of n of a sum."""
    n = 65536
    lags = np.minimum(np.arange(n), n - np.arange(n))
    found = ok.symbol_errors_with_bound(np.exp(-lags / 50), f"C{n}", [1.0])
    assert found.relative_bound < 0.01 * n * 2.0**-53 * found.condition_number


def test_a_million_elements_have_a_bound_and_a_condition_number():
    n = 2**20
    lags = np.minimum(np.arange(n), n - np.arange(n))
    found, q = ok.symbol_errors_with_bound(np.exp(-lags / 50), f"C{n}", [1.0]), np.exp(-1 / 50)
    true = (1 - q) ** 2 / (1 + q**2)
    assert abs(found.error[0, 0] - true) < found.rounding_bound[0, 0] + found.kernel_bound[0, 0]
    assert found.relative_bound < 1e-7
    np.testing.assert_allclose(found.condition_number, ((1 + q) / (1 - q)) ** 2, rtol=1e-6)


# ---------------------------------------------------------------------- errors of other groups


def exact_symbol(orbits, phi):
    """A symbol exactly: one number for all h g h' and their inverses, h and h' in the stabilisers."""
    G, every, found = orbits.group, np.arange(orbits.group.order), phi.copy()
    for a, H in enumerate(orbits.stabilisers):
        for b, J in list(enumerate(orbits.stabilisers))[a:]:
            moved = G.multiply(G.multiply(H.elements[:, None], every)[:, :, None], J.elements)
            first = moved.min(axis=(0, 2))
            first = np.minimum(first, first[G.inverse(every)]) if a == b else first
            found[a, b] = phi[a, b, first]
            found[b, a] = found[a, b, G.inverse(every)]
    return found


def true_errors(route):
    """[K^-1 y]_i / [K^-1]_ii for one pose of each orbit, the Gram matrix in balls."""
    orbits, G = route.orbits, route.orbits.group
    poses, owner = np.concatenate(orbits.representatives), np.repeat(np.arange(len(orbits)), orbits.sizes)
    K = route.symbol[owner[:, None], owner, G.multiply(G.inverse(poses)[:, None], poses)]
    matrix = arb_mat(K.tolist()) + arb(route.ridge) * arb_mat(np.eye(len(K)).tolist())
    places, unit = orbits.offsets[:-1].tolist(), np.eye(len(K))
    right = np.column_stack([np.repeat(orbits.targets[:, 0], orbits.sizes), unit[:, places]])
    found = matrix.solve(arb_mat(right.tolist()))
    return [found[i, 0] / found[i, 1 + c] for c, i in enumerate(places)]


def natural(group, seeds, ridge, scale):
    """Orbits of vectors under permutations of coordinates, with a Gaussian kernel."""
    orbits = ok.Orbits(group, seeds, targets=[1.0, -0.3][: len(seeds)], action=ok.PermutationAction.natural(group))
    phi = exact_symbol(orbits, ok.orbit_symbol(f"gaussian(length_scale={scale})", orbits))
    stabilisers = [None if H.order == 1 else H.elements for H in orbits.stabilisers]
    return FourierRoute(orbits, large_orbits.irrep_route(group).blocks(phi, stabilisers, ridge), ridge, phi)


FREE = np.random.default_rng(3).standard_normal((1, 5))
FEW = np.array([[0.0, 0.0, 0.0, 0.0, 1.0, 2.0], [1.0, 1.0, 1.0, 0.3, 0.3, 0.3]])  # orbits of 30 and 20 poses


@pytest.mark.parametrize(("name", "seeds"), [("S5", FREE), ("S6", FEW)])
@pytest.mark.parametrize(("ridge", "scale"), [(1e-3, 1.0), (1e-8, 2.0), (1e-11, 6.0)])
def test_bounds_of_symmetric_groups_are_never_violated(monkeypatch, name, seeds, ridge, scale):
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)
    route = natural(ok.group(name), seeds, ridge, scale)
    found = bounded(route)
    assert isinstance(large_orbits.irrep_route(route.orbits.group), large_orbits.FastRoute)
    distances = off(found, true_errors(route))
    assert (distances <= found.rounding_bound.ravel()).all()


def test_matrices_of_an_irrep_that_are_off_show_in_the_asymmetry_of_blocks(monkeypatch):
    """An entry of Young's form moved by 10^-7: it is in the bound, and would not be without what is measured."""
    monkeypatch.setattr(large_orbits, "FAST_FROM", 1)
    group = ok.group("S5")
    true = true_errors(natural(group, FREE, 1e-3, 1.0))
    entry = large_orbits.symbol_transform(group).irreps.levels[-1].families[2].matrices[0, 2]
    entry[0, 0] += 1e-7
    try:
        moved = natural(group, FREE, 1e-3, 1.0)
        found = bounded(moved)
        assert (off(found, true) <= found.rounding_bound.ravel()).all()
        for stack in moved.blocks.stacks:
            stack.__dict__["asymmetries"] = np.zeros(len(stack.matrices))
        assert (off(found, true) > bounded(moved).rounding_bound.ravel()).all()
    finally:
        entry[0, 0] -= 1e-7


# ---------------------------------------------------------------------- the interface


def test_symbols_have_what_error_with_bound_has():
    orbits = ok.Orbits(ok.group("S6"), FEW[:1] + np.arange(6), [0], ok.PermutationAction.natural(ok.group("S6")))
    kernel = "gaussian(length_scale=2)"
    given = ok.error_with_bound(kernel, orbits, ridge=0.1)
    found = ok.symbol_errors_with_bound(
        ok.orbit_symbol(kernel, orbits), orbits.group, [1.0], ridge=0.1, kernel_accuracy=given.kernel_accuracy
    )
    for name in ("error", "rounding_bound", "rounding_level", "kernel_bound", "condition_number", "ridge"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given, name))


def test_a_large_bound_warns():
    phi = symbol((512,), 0.01)
    with pytest.warns(RoundingWarning, match="Rounding in double precision may change an error by"):
        ok.symbol_errors(phi, "C512", [1.0, -1.0], ridge=1e-8)
    sharp = ok.symbol_errors(phi[:, :, ::16], "C32", [1.0, -1.0], ridge=1e-8, precision="double-double")
    found = ok.symbol_errors_with_bound(phi[:, :, ::16], "C32", [1.0, -1.0], ridge=1e-8)
    assert (abs(found.error - sharp) <= found.rounding_bound).all()


def test_values_that_are_off_are_bounded():
    phi, group = symbol((300,), 5.0), "C300"
    found = ok.symbol_errors_with_bound(phi, group, [1.0, -1.0], ridge=1e-3, kernel_accuracy=1e-9)
    change = 1e-9 * np.random.default_rng(0).uniform(-1, 1, phi.shape)
    change = (change + change.swapaxes(0, 1)[:, :, -np.arange(300) % 300]) / 2
    moved = ok.symbol_errors(phi + change, group, [1.0, -1.0], ridge=1e-3)
    distance = np.abs(moved - found.error)
    assert (distance <= found.kernel_bound).all()
    assert (found.kernel_bound < 1e5 * distance).all()


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"precision": "quad"}, InputError, "'precision' must be one of double, double-double, arb, not 'quad'"),
        ({"kernel_accuracy": -1}, InputError, "'kernel_accuracy' must be a number that is at least 0, not -1"),
        ({"kernel_accuracy": float("nan")}, InputError, "'kernel_accuracy'"),
        ({"targets": [1.0]}, InputError, "'targets' must have one row an orbit, 2, not 1"),
        ({"group": "C8"}, InputError, r"shape \[C, C, 8\]"),
        ({"ridge": -1.0}, InputError, "'ridge'"),
        ({"ridge": 0.0}, SingularGramError, "singular|positive definite"),
        ({"phi": np.arange(16.0).reshape(2, 2, 4)}, NotInvariantError, "phi_ba"),
    ],
)
def test_bad_arguments(words, error, message):
    given = {"phi": np.ones((2, 2, 4)), "group": "C4", "targets": [1.0, -1.0], "ridge": 1.0, **words}
    with pytest.raises(error, match=message) as caught:
        ok.symbol_errors_with_bound(**given)
    assert "\n" not in str(caught.value)
