"""Theorem A4 as a property: invariant power spectra are those of unitary antihomomorphisms, and nothing else."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.irreps import unitary_irreps

#: 3/5 + 4/5 i and its powers have absolute value 1 and infinite order: unitary weights that are no representation.
TURN = (Fraction(3, 5), Fraction(4, 5))


def times(a, b):
    """Product of complex numbers with rational parts."""
    return (a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0])


def power_spectrum(W, x):
    """|sum_g x(g) W(g)|^2 over the rationals."""
    parts = [times(a, b) for a, b in zip(x, W, strict=True)]
    return sum(p[0] for p in parts) ** 2 + sum(p[1] for p in parts) ** 2


UNITS = [(Fraction(a), Fraction(b)) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]


@given(ok.groups(8), st.data())
def test_A4_a_scalar_network_is_invariant_exactly_if_it_is_a_multiple_of_a_character(group, data):
    n = group.order
    W = data.draw(st.lists(st.sampled_from([*UNITS, TURN, (Fraction(0), Fraction(0))]), min_size=n, max_size=n))
    one, zero, i = UNITS[0], (Fraction(0), Fraction(0)), UNITS[2]
    inputs = [[one if g in (a, b) else zero for g in range(n)] for a in range(n) for b in range(n)]
    inputs += [[one if g == a else i if g == b else zero for g in range(n)] for a in range(n) for b in range(n)]
    invariant = all(
        power_spectrum(W, [x[int(group.multiply(group.inverse(h), g))] for g in range(n)]) == power_spectrum(W, x)
        for x in inputs
        for h in range(n)
    )
    conjugate = (W[0][0], -W[0][1])
    V = [times(w, conjugate) for w in W]  # |W(e)|^2 V(g)
    scale = times(W[0], conjugate)
    character = all(
        times(scale, V[int(group.multiply(g, h))]) == times(V[g], V[h]) for g in range(n) for h in range(n)
    ) and all(times(v, (v[0], -v[1])) == times(scale, scale) for v in V)
    if scale == zero:
        character = all(w == zero for w in W)
    assert invariant == character


@given(ok.groups(24), st.integers(0, 2**32 - 1), st.data())
def test_A4_irreps_behind_any_first_matrix_are_invariant_and_a_changed_weight_is_not(group, seed, data):
    rng = np.random.default_rng(seed)
    irrep = data.draw(st.sampled_from(unitary_irreps(group)))
    d, n = irrep.degree, group.order
    first = rng.integers(-2, 3, (d, d)) + 1j * rng.integers(-2, 3, (d, d))  # singular ones too
    W = first @ irrep.matrices.conj().transpose(0, 2, 1)
    x = rng.standard_normal(n) + 1j * rng.standard_normal(n)
    changed = W.copy()
    g = data.draw(st.integers(0, n - 1))
    changed[g] = 2 * changed[g] + np.eye(d) * 100
    scale = (np.abs(x).sum() * 10 * d) ** 2
    broken = False
    for h in range(n):
        moved = x[group.multiply(group.inverse(h), np.arange(n))]
        outputs = [np.tensordot(y, W, 1) for y in (x, moved)]
        np.testing.assert_allclose(*(T @ T.conj().T / scale for T in outputs), atol=1e-12)
        spikes = [np.tensordot(y, changed, 1) for y in (np.arange(n) == g, np.arange(n) == group.multiply(h, g))]
        broken |= not np.allclose(*(T @ T.conj().T for T in spikes))
    assert broken == (n > 1)


@given(ok.groups(24))
def test_A4_the_squares_of_the_degrees_at_the_unit_and_nothing_elsewhere(group):
    total = sum(irrep.degree * np.einsum("gii->g", irrep.matrices) for irrep in unitary_irreps(group))
    expected = np.where(np.arange(group.order) == 0, group.order, 0)
    np.testing.assert_allclose(total, expected, atol=1e-10 * group.order)
