"""Theorem T12 as a property: the ratio of the whole spectrum is the harmonic mean of both errors, exactly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.exchange_checks import convolved, exchanged_pair, pair_symbol
from orbitkernels.theory.cyclotomics import weighted_sum
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
from orbitkernels.theory.spectra import exact_blocks

GROUPS = ok.groups(max_order=12)
SEEDS = st.integers(0, 2**32 - 1)


def even(group, values):
    """phi(g) + phi(g^-1)."""
    array = np.asarray(values)
    return array + array[group.inverse(np.arange(group.order))]


@st.composite
def symbols(draw, group, class_function=False):
    """phi with phi(g^-1) = phi(g), a class function if wanted."""
    classes = group.conjugacy_classes
    count = len(classes) if class_function else group.order
    values = np.array(draw(st.lists(st.integers(-3, 3), min_size=count, max_size=count)))
    return even(group, values[classes.labels] if class_function else values)


def anything(group):
    return st.lists(st.integers(-3, 3), min_size=group.order, max_size=group.order).map(np.array)


def errors_and_ratio(group, phi, psi):
    """|errors| by refitting, and the ratio from the characteristic polynomials of the Fourier blocks."""
    phi = np.array(phi)
    phi[0] = 1 + np.abs(phi).sum() + np.abs(psi).sum()  # a dominant diagonal
    symbol, n = pair_symbol(group, phi, psi), group.order
    K, labels = exact_gram(group, symbol), [1] * n + [-1] * n
    errors = [abs(exact_leave_out(K, labels, [c * n])[0][0]) for c in (0, 1)]
    entries = [
        (b.inverse[i][i], b.irrep.degree) for b in exact_blocks(group, symbol) for i in range(len(b.matrix))
    ]
    total = weighted_sum([degree for _, degree in entries], [entry for entry, _ in entries]).as_fraction()
    gap = int(phi.sum() - psi.sum())
    return errors, 2 * n / (gap * total)


@settings(max_examples=25)
@given(GROUPS, st.data())
def test_the_ratio_is_the_harmonic_mean_and_lies_between(group, data):
    errors, ratio = errors_and_ratio(group, data.draw(symbols(group)), data.draw(anything(group)))
    assert ratio == 2 / (1 / errors[0] + 1 / errors[1])
    assert min(errors) <= ratio <= max(errors)
    assert (ratio == errors[0]) == (ratio == errors[1]) == (errors[0] == errors[1])


@settings(max_examples=20)
@given(GROUPS, st.data())
def test_a_class_function_on_the_orbits_makes_it_right(group, data):
    errors, ratio = errors_and_ratio(group, data.draw(symbols(group, True)), data.draw(anything(group)))
    assert errors == [ratio, ratio]


@settings(max_examples=20)
@given(GROUPS, st.data())
def test_symbols_that_commute_make_it_right(group, data):
    phi = data.draw(symbols(group))
    labels = group.conjugacy_classes.labels
    central = np.array(data.draw(anything(group)))[labels]
    psi = data.draw(st.sampled_from([central, central + phi, central + convolved(group, phi, phi)]))
    errors, ratio = errors_and_ratio(group, phi, psi)
    assert errors == [ratio, ratio]


@settings(max_examples=20)
@given(GROUPS, SEEDS, st.data())
def test_an_exchange_makes_it_right(group, seed, data):
    s = data.draw(st.integers(0, group.order - 1))
    phi, psi = exchanged_pair(group, np.arange(group.order), s, np.random.default_rng(seed))
    errors, ratio = errors_and_ratio(group, phi, psi)
    assert errors == [ratio, ratio]
