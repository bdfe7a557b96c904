"""The Fourier transform against sums as they stand, its laws as properties, and mistakes that must be noticed."""

import gc
import inspect
import types
import weakref
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.numerics import (
    adapted_bases,
    clifford_step,
    group_fourier,
    induction_step,
    naive_fourier,
    young_orthogonal,
)
from orbitkernels.proofs import fourier_basis, fourier_transform
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import PermutationLaw

NAMES = (
    "C1", "C2", "C12", "C4xC6", "S3", "D6", "Q8", "C7:C3", "S4", "SL(2,3)", "Heis(3)", "C5:C4", "C2wrS3", "A5",
    "SL(2,5)", "S5", "C9:C3", "Q8xS3",
)  # fmt: skip


@cache
def named(name):
    return ok.group(name)


def random_functions(G, count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((G.order, count)) + 1j * rng.standard_normal((G.order, count))


def assert_equal(found, expected, tolerance=1e-12):
    scale = max(float(np.abs(matrix).max()) for matrix in expected)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance * scale, rtol=0)


# ---------------------------------------------------------------------- against the definition


@pytest.mark.parametrize("name", NAMES)
def test_both_routes_are_the_sum_over_the_group(name):
    G = named(name)
    f = random_functions(G, 2)
    every = np.arange(G.order)
    own = [np.einsum("gm,gij->mij", f, rho(every)) for rho in ok.fourier_irreps(G)]
    given_bases = [np.einsum("gm,gij->mij", f, rho(every)) for rho in G.irreps()]
    for method in ("auto", "fast", "naive"):
        found = ok.fourier_transform(f, G, method=method)
        assert_equal(found, own)
        assert_equal(ok.fourier_transform(f, G, G.irreps(), method), given_bases)
        for irreps, transform in ((None, found), (G.irreps(), given_bases)):
            restored = ok.inverse_fourier_transform(transform, G, irreps, method)
            assert restored.dtype == np.complex128
            np.testing.assert_allclose(restored, f, atol=1e-12)


@pytest.mark.parametrize("name", ["C7:C3", "SL(2,3)", "S5", "A5"])
def test_irreps_are_those_of_the_character_table(name):
    G = named(name)
    table, every = G.character_table(), np.arange(G.order)
    for row, rho in enumerate(ok.fourier_irreps(G)):
        matrices = rho(every)
        expected = table.numeric[row, G.conjugacy_classes.labels]
        np.testing.assert_allclose(np.trace(matrices, axis1=1, axis2=2), expected, atol=1e-12)
        assert (rho.character, rho.degree) == (row, matrices.shape[1])
        # naive streaming takes only the generators and words
        words = np.array([np.linalg.multi_dot([np.eye(rho.degree)] * 2 + [matrices[G.generators[s]] for s in
                          G.word(g)]) for g in every])  # fmt: skip
        np.testing.assert_allclose(words, matrices, atol=1e-12)
    assert rho([[0, 1], [2, 3]]).shape == (2, 2, rho.degree, rho.degree)


def test_cyclic_groups_have_the_discrete_fourier_transform():
    G = named("C12")
    f = np.random.default_rng(0).standard_normal(12)
    found = np.array([matrix.item() for matrix in ok.fourier_transform(f, G)])
    generator = [rho(G.generators[0]).item() for rho in ok.fourier_irreps(G)]
    frequency = np.rint(np.angle(generator) * 12 / (2 * np.pi)).astype(int) % 12
    assert sorted(frequency) == list(range(12))
    in_powers = f[G.power(G.generators[0], np.arange(12))]
    np.testing.assert_allclose(found, 12 * np.fft.ifft(in_powers)[frequency], atol=1e-13)


def test_a_class_gives_multiples_of_the_unit_matrix_in_S8():
    # sum of rho over a class C is |C| chi(C) / d: exact characters know nothing of Young's orthogonal form
    G = named("S8")
    classes, table = G.conjugacy_classes, G.character_table()
    chosen = [1, 5, 13]
    f = (classes.labels[:, None] == np.array(chosen)).astype(float)
    for rho, transforms in zip(ok.fourier_irreps(G), ok.fourier_transform(f, G), strict=True):
        values = classes.sizes[chosen] * table.numeric[rho.character, chosen].real / rho.degree
        expected = values[:, None, None] * np.eye(rho.degree)
        np.testing.assert_allclose(transforms, expected, atol=1e-12 * classes.sizes[chosen].max())
    g = random_functions(G, 1)[:, 0].real
    np.testing.assert_allclose(ok.inverse_fourier_transform(ok.fourier_transform(g, G), G), g, atol=1e-13)


def test_permutations_of_some_of_the_points_are_a_symmetric_group():
    moved = FiniteGroup.from_permutations([[0, 3, 2, 1, 4, 5], [0, 3, 2, 4, 1, 5]])  # S3 on 1, 3, 4
    assert fourier_basis.fourier_basis(moved).irreps.cyclic_orders == ()
    f = np.arange(6.0)
    own = [np.einsum("g,gij->ij", f, rho(np.arange(6))) for rho in ok.fourier_irreps(moved)]
    assert_equal(ok.fourier_transform(f, moved), own)
    A4 = named("A4")  # 12 is no factorial
    assert isinstance(A4.law, PermutationLaw)
    assert fourier_basis.fourier_basis(A4).irreps.cyclic_orders == (2, 2)


def test_transforms_of_large_groups_need_no_table(monkeypatch):
    monkeypatch.setattr(FiniteGroup, "character_table", None)
    G = ok.group("C3001")
    assert all(rho.character is None for rho in ok.fourier_irreps(G))
    f = np.random.default_rng(0).standard_normal(3001)
    fhat = ok.fourier_transform(f, G)
    np.testing.assert_allclose(ok.inverse_fourier_transform(fhat, G), f, atol=1e-13)
    np.testing.assert_allclose(ok.power_spectrum(f, G).sum(), np.sum(f**2), rtol=1e-13)


def test_other_irreps_of_a_group_without_order_are_found(monkeypatch):
    monkeypatch.setattr(fourier_basis, "MAX_ORDERED_CLASSES", 4)
    G = ok.group("C7:C3")  # 5 classes
    f = random_functions(G, 1)[:, 0]
    assert [rho.character for rho in ok.fourier_irreps(G)] == [None] * 5
    expected = [np.einsum("g,gij->ij", f, rho(np.arange(21))) for rho in G.irreps()]
    assert_equal(ok.fourier_transform(f, G, G.irreps(), "fast"), expected)
    restored = ok.inverse_fourier_transform(ok.fourier_transform(f, G), G, ok.fourier_irreps(G))
    np.testing.assert_allclose(restored, f, atol=1e-13)
    monkeypatch.setattr(fourier_basis, "MAX_ORDERED_CLASSES", 5)
    assert [rho.character for rho in ok.fourier_irreps(ok.group("C7:C3"))] == list(range(5))


def test_the_route_is_chosen_by_multiplications(monkeypatch):
    # S4: 24 (1 + 1 + 8 + 27 + 27) to make and add all matrices, 280 along the chain
    G = named("S4")
    for start, is_fast in ((1536 - 280 - 1, True), (1536 - 280, False), (1536, False)):
        monkeypatch.setattr(fourier_transform, "_START", start)
        assert fourier_transform._Fourier(G, G.irreps(), "auto").is_fast == is_fast
        assert fourier_transform._Fourier(G, None, "auto").is_fast
        assert not fourier_transform._Fourier(G, None, "naive").is_fast
        assert fourier_transform._Fourier(G, G.irreps(), "fast").is_fast


def test_each_route_is_the_one_asked_for(monkeypatch):
    G = named("S4")
    f = np.arange(24.0)
    fhat = ok.fourier_transform(f, G)
    others = {"fast": ("naive_transform", "naive_inverse"), "naive": ("forward", "inverse")}
    for method, names in others.items():
        with monkeypatch.context() as patch:
            for name in names:
                patch.setattr(fourier_transform, name, None)
            assert_equal(ok.fourier_transform(f, G, method=method), fhat)
            np.testing.assert_allclose(ok.inverse_fourier_transform(fhat, G, method=method), f, atol=1e-13)


def test_rounding_level_by_hand():
    basis = fourier_basis.fourier_basis(named("S4"))  # degree 3, S1 < S2 < S3 < S4
    assert basis.rounding == pytest.approx(4 * np.sqrt(3) * 2.0**-52, rel=1e-14)
    assert basis.residual < 8 * basis.rounding


def test_bases_are_forgotten_with_the_group():
    G = ok.group("C7:C3")
    rho = ok.fourier_irreps(G)[3]
    forgotten = weakref.ref(G)
    del G
    gc.collect()
    assert forgotten() is None
    np.testing.assert_allclose(rho(0), np.eye(3), atol=1e-15)


def test_some_irreps_only():
    G = named("S4")
    f = np.random.default_rng(0).standard_normal(24)
    everything = ok.fourier_transform(f, G)
    some = ok.fourier_transform(f, G, ok.fourier_irreps(G)[3:1:-1])
    assert_equal(some, [everything[3], everything[2]], 0)
    in_other_basis = ok.fourier_transform(f, G, G.irreps()[2:3], method="fast")
    assert_equal(in_other_basis, [np.einsum("g,gij->ij", f, G.irreps()[2](np.arange(24)))])


# ---------------------------------------------------------------------- laws

groups = st.sampled_from([name for name in NAMES if name not in ("SL(2,5)", "S5", "A5")]).map(named)


@st.composite
def functions(draw, count=1):
    """A group and functions with a few integer values, real or complex."""
    G = draw(groups)
    found = []
    for _ in range(count):
        f = np.zeros(G.order, dtype=complex)
        for g, a, b in draw(
            st.lists(st.tuples(st.integers(0, G.order - 1), *[st.integers(-3, 3)] * 2), max_size=6)
        ):
            f[g] += a + 1j * b
        found.append(f)
    return G, *found


methods = st.sampled_from(["fast", "naive"])


@given(functions(), methods, methods)
def test_round_trip(problem, there, back):
    G, f = problem
    restored = ok.inverse_fourier_transform(ok.fourier_transform(f, G, method=there), G, method=back)
    np.testing.assert_allclose(restored, f, atol=1e-12)


@given(functions(2))
def test_plancherel(problem):
    G, f, h = problem
    pairs = zip(ok.fourier_transform(f, G), ok.fourier_transform(h, G), strict=True)
    product = sum(a.shape[0] / G.order * np.vdot(a, b) for a, b in pairs)
    np.testing.assert_allclose(product, np.vdot(f, h), atol=1e-11)
    power = ok.power_spectrum(f, G)
    np.testing.assert_allclose(power.sum(), np.vdot(f, f).real, atol=1e-11)
    both = ok.power_spectrum(np.stack([f, h], axis=1), G)
    np.testing.assert_allclose(both[:, 0], power, atol=1e-11)


def convolution(f, h, G):
    """The sum as it stands."""
    total = np.zeros(G.order, dtype=complex)
    every = np.arange(G.order)
    for x in every:
        total += f[x] * h[G.multiply(G.inverse(x), every)]
    return total


@given(functions(2), methods)
def test_convolution(problem, method):
    G, f, h = problem
    found = ok.convolve(f, h, G, method)
    np.testing.assert_allclose(found, convolution(f, h, G), atol=1e-11)
    real = ok.convolve(f.real, h.real, G, method)
    assert real.dtype == np.float64
    np.testing.assert_allclose(real, convolution(f.real, h.real, G).real, atol=1e-11)


@given(functions(), st.data())
def test_translations_and_inverses(problem, data):
    G, f = problem
    x = data.draw(st.integers(0, G.order - 1))
    every = np.arange(G.order)
    fhat = ok.fourier_transform(f, G)
    left = ok.fourier_transform(f[G.multiply(G.inverse(x), every)], G)  # f(x^-1 g)
    right = ok.fourier_transform(f[G.multiply(every, G.inverse(x))], G)  # f(g x^-1)
    star = ok.fourier_transform(f[G.inverse(every)].conj(), G)  # conj f(g^-1)
    for rho, F, L, R, S in zip(ok.fourier_irreps(G), fhat, left, right, star, strict=True):
        matrix = rho(x)
        np.testing.assert_allclose(L, matrix @ F, atol=1e-11)
        np.testing.assert_allclose(R, F @ matrix, atol=1e-11)
        np.testing.assert_allclose(S, F.conj().T, atol=1e-11)


# ---------------------------------------------------------------------- planted mistakes


def with_mistake(module, old, new):
    """The module with one piece of its text replaced, which must occur once."""
    text = inspect.getsource(module)
    assert text.count(old) == 1, old
    copy = types.ModuleType(module.__name__)
    copy.__package__ = module.__package__
    exec(compile(text.replace(old, new), "planted", "exec"), copy.__dict__)
    return copy


#: Module, text, mistake, name of what is used of it, and a group that shows it.
MISTAKES = (
    (group_fourier, "products = _factors(family, block, part).conj().swapaxes(1, 2) @ outer",
     "products = _factors(family, block, part).swapaxes(1, 2) @ outer", "inverse", "C7:C3"),
    (group_fourier, "products *= d / (e * index)", "products *= 1 / index", "inverse", "S3"),
    (group_fourier, "products *= d / (e * index)", "products *= d / index", "inverse", "S4"),
    (group_fourier, "result[part, :, :, block.rows] = products.reshape(-1, d, cosets, e).transpose(0, 2, 1, 3)",
     "result[part, :, block.rows] = products.reshape(-1, d, cosets, e).transpose(0, 2, 3, 1)", "forward", "S3"),
    (group_fourier, 'ifftn(values, axes=axes, norm="forward")', 'np.fft.fftn(values, axes=axes)', "forward",
     "C7:C3"),
    (group_fourier, 'found = fftn(values, axes=axes, norm="forward")', 'found = np.fft.fftn(values, axes=axes)',
     "inverse", "D6"),
    (clifford_step, "np.exp((-1j * np.angle(ratio)[:, None] + 2j", "np.exp((1j * np.angle(ratio)[:, None] + 2j",
     "clifford_level", "SL(2,3)"),
    (clifford_step, "_scalar(around, target).conj()", "_scalar(around, target)", "clifford_level", "C9:C3"),
    (clifford_step, "generators[:, (i + 1) % p, :, i] = factor", "generators[:, i, :, (i + 1) % p] = factor",
     "clifford_level", "C7:C3"),
    (clifford_step, "self.irreps.matrices(g, members[:, 1], self.conjugate(step))",
     "self.irreps.matrices(g, members[:, 1], step)", "clifford_level", "SL(2,3)"),
    (induction_step, "self._compressed(sigma, self._cosets, basis @ columns)",
     "self._compressed(sigma, self._cosets, basis)", "induced_level", "A5"),
    (induction_step, "names += [name] * int(counts[position])", "names[:0] = [name] * int(counts[position])",
     "induced_level", "A5"),
    (young_orthogonal, "].count(row) - row", "].count(row) + row", "symmetric_group_irreps", "S3"),
    (young_orthogonal, "1 - 1 / distance**2", "1 + 1 / distance**2", "symmetric_group_irreps", "S3"),
    (young_orthogonal, "found += (k - 1 - last) * count", "found += last * count", "permutation_positions", "S4"),
    (young_orthogonal, "matrices.append(transpositions[k - 1 - j] @ matrices[-1])",
     "matrices.append(matrices[-1] @ transpositions[k - 1 - j])", "symmetric_group_irreps", "S4"),
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_planted_mistakes_raise_when_the_bases_are_made(number, monkeypatch):
    module, old, new, name, planted_in = MISTAKES[number]
    copy = with_mistake(module, old, new)
    home = fourier_basis if hasattr(fourier_basis, name) else adapted_bases
    monkeypatch.setattr(home, name, getattr(copy, name))
    with pytest.raises(ArithmeticError):
        fourier_basis.fourier_basis(ok.group(planted_in))  # a new group, not one whose bases are kept


def test_planted_mistakes_in_the_naive_route_do_not_agree(monkeypatch):
    G = named("C7:C3")
    f = random_functions(G, 1)[:, 0]
    fhat = ok.fourier_transform(f, G)
    for old, new in [
        ("conjugate = matrices_of(elements).conj()", "conjugate = matrices_of(elements)"),
        ("degree / order * (flat", "1 / order * (flat"),
        ("known[row[self.left[elements]]] @ known[row[self.right[elements]]]",
         "known[row[self.right[elements]]] @ known[row[self.left[elements]]]"),
    ]:  # fmt: skip
        copy = with_mistake(naive_fourier, old, new)
        with monkeypatch.context() as patch:
            for name in ("HalfwayProducts", "naive_inverse", "naive_transform"):
                patch.setattr(fourier_transform, name, getattr(copy, name))
            restored = ok.inverse_fourier_transform(fhat, G, method="naive")
            assert np.abs(restored - f).max() > 1e-3
    np.testing.assert_allclose(ok.inverse_fourier_transform(fhat, G, method="naive"), f, atol=1e-13)


def test_planted_mistakes_in_the_change_of_basis_are_noticed(monkeypatch):
    G = named("A5")
    f = random_functions(G, 1)[:, 0]
    expected = ok.fourier_transform(f, G, G.irreps(), "naive")
    copy = with_mistake(fourier_transform, "T @ matrices @ T.conj().T", "T.conj().T @ matrices @ T")
    found = copy.fourier_transform(f, G, G.irreps(), "fast")
    assert max(np.abs(a - b).max() for a, b in zip(found, expected, strict=True)) > 1e-3


# ---------------------------------------------------------------------- bad input

S3 = ok.group("S3")
FHAT = ok.fourier_transform(np.arange(6), S3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ok.fourier_transform(np.ones(5), S3), r"'f' .* 6 elements of S3.* not \[5\]"),
        (lambda: ok.fourier_transform(np.ones((6, 1, 1)), S3), r"\[6, 1, 1\]"),
        (lambda: ok.fourier_transform(3.0, S3), r"not \[\]"),
        (lambda: ok.fourier_transform(["a"] * 6, S3), "array of numbers"),
        (lambda: ok.fourier_transform([1, [2, 3]], S3), "array of numbers"),
        (lambda: ok.fourier_transform([np.nan] * 6, S3), "finite"),
        (lambda: ok.fourier_transform([0, 0, 0, 0, 0, 1j * np.inf], S3), "finite"),
        (lambda: ok.fourier_transform(np.ones(6), "S3"), "FiniteGroup"),
        (lambda: ok.fourier_transform(np.ones(6), S3, method="fft"), "'method' must be one of auto, fast, naive"),
        (lambda: ok.fourier_transform(np.ones(6), S3, [1]), "'irreps' must hold irreps of S3"),
        (lambda: ok.fourier_transform(np.ones(6), S3, 1), "'irreps' must be a list"),
        (lambda: ok.fourier_transform(np.ones(6), S3, ok.group("C5").irreps()), "irreps of S3"),
        (lambda: ok.fourier_transform(np.ones(6), S3, ok.fourier_irreps(ok.group("C6"))), "irreps of S3"),
        (lambda: ok.inverse_fourier_transform(FHAT[:2], S3), "3 irreps, not 2"),
        (lambda: ok.inverse_fourier_transform(5, S3), "list of matrices"),
        (lambda: ok.inverse_fourier_transform([FHAT[0], FHAT[1], FHAT[0]], S3), r"'fhat\[2\]' .* \[2, 2\], not"),
        (lambda: ok.inverse_fourier_transform([a[None] for a in FHAT[:2]] + [FHAT[2]], S3), r"\[1, 2, 2\], not"),
        (lambda: ok.inverse_fourier_transform([a[None, None] for a in FHAT], S3), r"'fhat\[0\]' .* \[1, 1\], not"),
        (lambda: ok.inverse_fourier_transform([a * np.nan for a in FHAT], S3), "finite"),
        (lambda: ok.inverse_fourier_transform(FHAT[:2], S3, S3.irreps()[:2]), "every irrep once"),
        (lambda: ok.inverse_fourier_transform(FHAT, S3, [*S3.irreps()[:1] * 2, S3.irreps()[2]]), "every irrep"),
        (lambda: ok.convolve(np.ones(6), np.ones(5), S3), "'h'"),
        (lambda: ok.fourier_irreps("S3"), "FiniteGroup"),
        (lambda: ok.fourier_irreps(S3)[0](6), "elements 0 to 5"),
    ],
)  # fmt: skip
def test_bad_input_is_named_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_groups_without_small_index_are_refused_before_memory_is_touched(monkeypatch):
    monkeypatch.setattr(fourier_basis, "MAX_BYTES", 16 * 5 * 60 - 1)  # A5 has a subgroup of index 5
    with pytest.raises(InputError, match="index below 5 was not found"):
        ok.fourier_irreps(ok.group("A5"))
    monkeypatch.setattr(fourier_basis, "MAX_BYTES", 16 * 5 * 60)
    assert len(ok.fourier_irreps(ok.group("A5"))) == 5
