"""T10 as a property: whatever the group, the orbits, the labels and the perturbation."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.numerics import dense, fourier
from orbitkernels.proofs.approximate_checks import integer_gram, within_bounds
from orbitkernels.proofs.approximate_routes import orbit_terms
from orbitkernels.proofs.approximate_symmetry import nearly, relative_size
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix


@settings(max_examples=25)
@given(ok.instances(ok.groups(max_order=8), st.integers(1, 2)), st.integers(0, 999))
def test_T10_exact_expansion_and_bounds(instance, seed):
    assume(instance.sizes.sum() > 1)
    values = integer_gram(instance, np.random.default_rng(seed))
    c = seed % len(instance.sizes)
    found = orbit_terms(instance, values, c, rational_matrix, as_fraction)
    K = rational_matrix(values)
    refitted = [exact_leave_out(K, instance.labels, [i])[0] for i in found.poses]
    circulant = sum(values[np.ix_(p, p)] for p in permutations(instance))  # n Kc
    spectral = exact_leave_out(rational_matrix(circulant), instance.labels, [found.poses[0]])[0]
    epsilon = relative_size(found.power)
    for m, error in enumerate(spectral):
        differences = [row[m] - error for row in refitted]
        assert differences == [f[m] + r[m] for f, r in zip(found.first, found.rest, strict=True)]
        assert sum(f[m] for f in found.first) == 0
        assert epsilon >= 1 or all(within_bounds(differences, found.squares[m], epsilon))


def permutations(instance):
    """Where each element takes each pose, from products in the group."""
    group, rows = instance.group, []
    for g in range(group.order):
        row, start = [], 0
        for H in instance.stabilisers:
            row += [start + int(H.left_coset_labels[group.multiply(g, s)]) for s in H.left_representatives]
            start += H.index
        rows.append(row)
    return rows


@settings(max_examples=40)
@given(ok.instances(integer=False), st.floats(0.01, 0.9), st.integers(0, 999))
def test_T10_bounds_in_floating_point(instance, epsilon, seed):
    from orbitkernels.proofs.routes import NumericRoutes

    assume(instance.sizes.max() > 1)
    symmetric = nearly(instance, NumericRoutes(instance).gram)
    assume(dense.condition_number(symmetric.circulant) < 1e4)
    noise = np.random.default_rng(seed).standard_normal(symmetric.circulant.shape)
    E = nearly(instance, noise + noise.T).perturbation
    found = type(symmetric)(symmetric.instance, symmetric.circulant, E)
    found = found.scaled(epsilon / found.epsilon)
    errors = fourier.spectral_errors(found.routes.blocks, found.instance.targets)
    assert found.within_bounds(errors, found.refitted()) == [True] * 3
