"""Theorem K12 as properties: powers of the dot product on orbits of integer vectors and frames."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.proofs import dot_product_checks as checks
from orbitkernels.theory.power_multiplicities import (
    distinct_values,
    symmetric_multiplicities,
    tensor_multiplicities,
)

GROUPS = ("C3", "C5", "C6", "C2^2", "S3", "D4", "Q8", "A4", "C7:C3")


@settings(max_examples=30)
@given(st.sampled_from(GROUPS), st.sets(st.integers(0, 4), min_size=1), st.integers(0, 2**32 - 1))
def test_rank_on_one_orbit_is_bounded_by_symmetric_powers(name, powers, seed):
    """Sum over rho of d min(d, sum of multiplicities), whatever the seed is; a zero seed too."""
    action = checks.representation(name)
    x = np.random.default_rng(seed).integers(-2, 3, action.degree)
    counts = symmetric_multiplicities(checks.character(action), max(powers) + 1)
    u = checks.inner_products(action, [x])
    rank = checks.dense(action, sum(u**m for m in powers)).rank()
    assert rank <= checks.rank_bound(action, counts[sorted(powers)].sum(axis=0), 1)


@settings(max_examples=30)
@given(st.sampled_from(GROUPS), st.sets(st.integers(0, 4), min_size=1), st.booleans(), st.integers(0, 2**32 - 1))
def test_rank_on_the_orbit_of_a_frame_is_decided_by_tensor_powers(name, powers, faithful, seed):
    action = checks.representation(name, faithful)
    rng, D = np.random.default_rng(seed), action.degree
    frame = np.triu(rng.integers(-2, 3, (D, D)), 1) + np.eye(D, dtype=np.int64)  # determinant 1
    frame = np.concatenate([frame, rng.integers(-2, 3, (1, D))])  # one vector more than needed
    u = checks.inner_products(action, [frame])
    counts = tensor_multiplicities(checks.character(action), max(powers) + 1)[sorted(powers)].sum(axis=0)
    degrees = action.group.character_table().degrees
    expected = sum(int(d) ** 2 for d, count in zip(degrees, counts, strict=True) if count)
    assert checks.dense(action, sum(u**m for m in powers)).rank() == expected


@settings(max_examples=20)
@given(st.sampled_from(GROUPS), st.integers(0, 2**32 - 1))
def test_positive_factors_below_the_number_of_points_are_enough(name, seed):
    action = checks.representation(name)
    (x,) = checks.random_seeds(action, 1, np.random.default_rng(seed))
    u = checks.inner_products(action, [x])
    assert checks.dense(action, sum(u**m for m in range(action.group.order))).rank() == action.group.order


@given(st.sampled_from(GROUPS))
def test_burnside_and_brauer(name):
    chi = checks.character(checks.representation(name))
    counts = tensor_multiplicities(chi, distinct_values(chi))
    assert counts.any(axis=0).all()
    assert (symmetric_multiplicities(chi, len(counts)) <= counts).all()
