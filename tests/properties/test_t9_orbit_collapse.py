"""T9 as a property: averages over the whole group and over any subgroup, whatever the kernel and the labels."""

from fractions import Fraction

import numpy as np
from flint import fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.collapse import collapsed_error, coset_of_point, merged
from orbitkernels.proofs.collapse_checks import rational, ridged
from orbitkernels.proofs.reynolds import averaged_gram, averaged_symbol, recovered_poses
from orbitkernels.theory.constructions import quotient
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix
from orbitkernels.theory.spectra import exact_spectral_error

SMALL = ok.groups(max_order=8)
RIDGES = st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(5, 2)])


@settings(max_examples=25)
@given(ok.instances(SMALL, st.integers(1, 3)), RIDGES, st.data())
def test_T9_the_error_of_a_kernel_that_is_invariant_in_each_argument(instance, ridge, data):
    sizes = instance.sizes.tolist()
    mean = rational_matrix(instance.phi.sum(axis=2).tolist())
    orbit = np.repeat(np.arange(len(sizes)), sizes)
    K = ridged(np.array(mean.tolist(), dtype=object)[np.ix_(orbit, orbit)], ridge)
    i = data.draw(st.integers(0, len(orbit) - 1))
    errors = collapsed_error(mean, sizes, fmpq_mat(rational_matrix(instance.targets.tolist())), rational(ridge))
    assert [as_fraction(e) for e in errors[orbit[i]]] == list(exact_leave_out(K, instance.labels, [i])[0])


@settings(max_examples=25)
@given(ok.instances(SMALL, st.integers(1, 2), free=True), RIDGES, st.data())
def test_T9_merged_cosets_and_recovered_poses(instance, ridge, data):
    group = instance.group
    H = data.draw(ok.subgroups(group))
    gone = sorted(data.draw(st.sets(st.integers(0, group.order - 1), min_size=1)))
    gram = averaged_gram(instance.phi, H)
    labels = [list(map(int, row)) for row in instance.labels]
    if len(gone) < len(labels):
        problem = merged(coset_of_point(H, len(instance.phi)), gone)
        small = exact_leave_out(
            rational_matrix(problem.gram(gram, ridge)), [labels[i] for i in problem.points], problem.missing
        )
        assert exact_leave_out(ridged(gram, ridge), labels, gone) == small
    tiny = exact_leave_out(ridged(gram, Fraction(1, 2**60)), labels, gone)
    recovered = set(recovered_poses(H, gone).tolist())
    for g, row in zip(gone, tiny, strict=True):
        if g in recovered:
            assert max(map(abs, row)) < Fraction(1, 2**20)


@settings(max_examples=25)
@given(ok.instances(SMALL, st.integers(2, 2), free=True), RIDGES, st.data())
def test_T9_a_missing_coset_of_a_normal_subgroup_is_one_pose_of_the_quotient(instance, ridge, data):
    H = data.draw(ok.subgroups(instance.group).filter(lambda H: H.is_normal))
    g = data.draw(st.integers(0, instance.group.order - 1))
    gone = np.flatnonzero(H.left_coset_labels == H.left_coset_labels[g]).tolist()
    symbol = averaged_symbol(instance.phi, H)[:, :, H.left_representatives]
    over = quotient(instance.group, H)
    expected = exact_spectral_error(over, symbol, instance.targets.tolist(), None, ridge / H.order)[0]
    found = exact_leave_out(ridged(averaged_gram(instance.phi, H), ridge), instance.labels, gone)
    assert set(found) == {expected}
