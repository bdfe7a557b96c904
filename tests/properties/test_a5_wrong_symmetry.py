"""Theorem A5 as a property: no invariant predictor does better, and one attains the bound."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.theory.invariant_predictors import least_error, variance_on_orbits


@st.composite
def problems(draw):
    """Orbits of a small set, probabilities that may vanish, and labels; the set is the sum of two of G."""
    group = draw(ok.groups(8))
    first, second = (draw(ok.permutation_actions(group)) for _ in range(2))
    images = np.concatenate([first.permutations, second.permutations + first.degree], axis=1)
    degree = images.shape[1]
    weights = draw(st.lists(st.integers(0, 6), min_size=degree, max_size=degree).filter(any))
    labels = draw(st.lists(st.integers(0, 2), min_size=degree, max_size=degree))
    return images, [Fraction(w, sum(weights)) for w in weights], labels


def orbits(images):
    """Sets of points that are reached from one another."""
    return sorted({tuple(sorted(set(column.tolist()))) for column in images.T})


@settings(max_examples=60)
@given(problems())
def test_A5_the_least_error_is_that_of_the_best_choice_of_a_class_for_each_orbit(problem):
    images, p, f = problem
    found = orbits(images)
    assert sorted(x for orbit in found for x in orbit) == list(range(len(p)))
    errors = []
    for chosen in product(range(3), repeat=len(found)):
        h = {x: c for orbit, c in zip(found, chosen, strict=True) for x in orbit}
        assert all(h[int(row[x])] == h[x] for row in images for x in h)
        errors.append(sum((p[x] for x in h if h[x] != f[x]), Fraction(0)))
    bound = least_error(found, p, f)
    assert min(errors) == bound
    incorrect = any(p[x] and p[y] and f[x] != f[y] for orbit in found for x in orbit for y in orbit)
    assert (bound > 0) == incorrect == (variance_on_orbits(found, p, f) > 0)


@settings(max_examples=60)
@given(problems(), st.data())
def test_A5_no_invariant_function_has_a_smaller_squared_error_and_the_means_attain_it(problem, data):
    images, p, f = problem
    found = orbits(images)
    bound = variance_on_orbits(found, p, f)
    values = st.fractions(-3, 3, max_denominator=5)
    means, excess = {}, Fraction(0)
    for orbit in found:
        mass = sum(p[x] for x in orbit)
        mean = sum(p[x] * f[x] for x in orbit) / mass if mass else Fraction(0)
        step = data.draw(values)
        excess += mass * step**2
        means |= dict.fromkeys(orbit, (mean, mean + step))
    assert sum(w * (means[x][0] - f[x]) ** 2 for x, w in enumerate(p)) == bound
    assert sum(w * (means[x][1] - f[x]) ** 2 for x, w in enumerate(p)) == bound + excess
