"""T9: what is compared, the public averages over subgroups, and that planted mistakes are found."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs import collapse_checks, collapse_routes, reynolds
from orbitkernels.proofs import t9_orbit_collapse as t9
from orbitkernels.proofs.averaged_kernels import AveragedKernel
from orbitkernels.proofs.collapse import KINDS, AverageCase, chosen_subgroup
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.instances import SymbolCase, named_group
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.proofs.reynolds import averaged_gram, averaged_symbol, recovered_poses
from orbitkernels.proofs.spectral import leave_out_error, spectral_error
from orbitkernels.proofs.verify import verify

COMPARE = {
    Level.EXACT: t9.exact_compare,
    Level.ENCLOSED: t9.enclosed_compare,
    Level.NUMERIC: t9.numeric_compare,
}


def case(kind, group="C7:C3"):
    return AverageCase(SymbolCase(group, 2, False, 2, Fraction(1, 2)), kind)


def rng():
    return np.random.default_rng(3)


def test_the_derivation_comes_to_the_claim_and_enough_is_compared():
    assert t9.derivation().unshown == ()
    for procedure, least in zip(t9.THEOREM.procedures.values(), (80, 60, 150), strict=True):
        cases = procedure.cases(False)
        assert len({str(c) for c in cases}) == len(cases) >= least
        averages = [c for c in procedure.cases(True) if isinstance(c, AverageCase)]
        assert {c.kind for c in averages} == set(KINDS)
        assert {"Q8", "C7:C3"} <= {c.group for c in averages}
        assert all(c.symbol.ridge > 0 for c in averages)
        assert any(c.symbol.stabilisers for c in averages)


def test_subgroups_of_the_cases_are_of_their_kind():
    for name in ("S3", "A4", "C7:C3", "S4", "D6"):
        group = named_group(name)
        assert not chosen_subgroup(group, "any", rng()).is_normal
        normal = chosen_subgroup(group, "normal", rng())
        assert normal.is_normal
        assert 1 < normal.order < group.order


# ---------------------------------------------------------------------- planted mistakes


@pytest.mark.parametrize("level", COMPARE)
@pytest.mark.parametrize("kind", KINDS)
def test_left_cosets_in_the_place_of_right_ones_are_found(level, kind, monkeypatch):
    """Of a subgroup that is not normal, poses g h x are not alike, poses h g x are."""
    assert COMPARE[level](case(kind), rng()).holds
    original = collapse_routes.coset_of_point

    def left(subgroup, orbits):
        flipped = replace_labels(subgroup)
        return original(flipped, orbits)

    monkeypatch.setattr(collapse_routes, "coset_of_point", left)
    assert COMPARE[level](case(kind), rng()).holds == (kind != "any")


def replace_labels(subgroup):
    """A stand-in whose right cosets are the left ones."""
    return type("Flipped", (), {"right_coset_labels": subgroup.left_coset_labels, "index": subgroup.index})()


@pytest.mark.parametrize("level", COMPARE)
def test_a_ridge_that_is_not_divided_by_the_order_is_found(level, monkeypatch):
    original = collapse_routes.merged
    assert COMPARE[level](case("normal"), rng()).holds

    def undivided(cosets, missing):
        found = original(cosets, missing)
        return replace(found, multiplicities=np.ones_like(found.multiplicities))

    monkeypatch.setattr(collapse_routes, "merged", undivided)
    for kind in ("normal", "any"):
        assert COMPARE[level](case(kind), rng()).detail.startswith("merged cosets")


@pytest.mark.parametrize("level", COMPARE)
def test_a_quotient_problem_with_the_whole_ridge_is_found(level, monkeypatch):
    kinds = {Level.EXACT: "Exact", Level.ENCLOSED: "Enclosed", Level.NUMERIC: "Floating"}
    numbers = getattr(collapse_routes, kinds[level])
    original = numbers.spectral_error
    monkeypatch.setattr(numbers, "spectral_error", lambda self, G, phi, t, r: original(self, G, phi, t, 7 * r))
    found = COMPARE[level](case("normal"), rng())
    assert not found.holds
    assert found.detail.startswith("quotient group")


@pytest.mark.parametrize("level", [Level.EXACT, Level.ENCLOSED])
def test_the_number_of_poses_in_the_place_of_one_less_is_found(level, monkeypatch):
    assert COMPARE[level](case("group"), rng()).holds

    def wrong(phi, sizes, targets, ridge):
        rows = [[entry * size for entry, size in zip(row, sizes, strict=True)] for row in phi.tolist()]
        for c, row in enumerate(rows):
            row[c] = row[c] + ridge
        inverse = type(phi)(rows).inv()
        dual = inverse * targets
        columns = range(dual.ncols())
        return [[N * dual[c, m] / (inverse[c, c] + N / ridge) for m in columns] for c, N in enumerate(sizes)]

    monkeypatch.setattr(collapse_routes, "collapsed_error", wrong)
    assert COMPARE[level](case("group"), rng()).detail.startswith("error")


def test_a_number_of_poses_that_is_off_by_one_is_found_in_floating_point(monkeypatch):
    original = collapse_routes.Floating.collapsed
    more = lambda self, phi, sizes, t, r: original(self, phi, [N + 1 for N in sizes], t, r)  # noqa: E731
    monkeypatch.setattr(collapse_routes.Floating, "collapsed", more)
    assert not t9.numeric_compare(case("group"), rng()).holds


def test_an_average_over_half_of_the_subgroup_is_found(monkeypatch):
    original = reynolds.averaged_gram
    monkeypatch.setattr(collapse_checks, "averaged_gram", lambda phi, H: original(phi, H.group.subgroup([])))
    assert not collapse_checks.cosets_coincide("S3")
    assert not collapse_checks.merging_keeps_predictions("S3")
    assert not collapse_checks.average_is_not_invariant()


def test_verify_reports_a_planted_mistake(monkeypatch):
    original = collapse_routes.averaged_symbol
    monkeypatch.setattr(collapse_routes, "averaged_symbol", lambda phi, H: original(phi, H) * 2)
    (result,) = verify(["T9"], quick=True).results
    assert not result.holds
    assert not result.check(Level.NUMERIC).holds


# ---------------------------------------------------------------------- the public functions


def digits(group="D4"):
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return Orbits(named_group(group), images[:2].reshape(-1, 8, 8) / 16, labels[:2].tolist())


def test_the_averaged_kernel_is_the_mean_over_poses_and_invariant_in_each_argument():
    orbits = digits()
    H = orbits.group.subgroup([2])
    averaged = AveragedKernel("ntk(depth=2)", orbits, H)
    K = averaged.gram(orbits.all_points)
    phi = np.array([[row[orbits.offsets[b] : orbits.offsets[b + 1]] for b in range(2)] for row in
                    plain(orbits)[orbits.offsets[:-1]]])  # fmt: skip
    np.testing.assert_allclose(K, averaged_gram(phi, H), rtol=1e-12)
    np.testing.assert_allclose(
        averaged.gram(orbits.all_points, orbits.seeds), K[:, orbits.offsets[:-1]], rtol=1e-12
    )
    cosets = np.concatenate([8 * c + H.right_coset_labels for c in range(2)])
    for label in np.unique(cosets):
        assert np.ptp(K[cosets == label], axis=0).max() < 1e-12


def plain(orbits):
    from orbitkernels.proofs.kernels import kernel

    return kernel("ntk(depth=2)").gram(orbits.all_points)


def test_a_normal_subgroup_gives_an_invariant_kernel_and_another_one_does_not():
    orbits = digits()
    group = orbits.group
    centre = group.centre
    assert centre.order == 2
    errors = spectral_error(AveragedKernel("ntk(depth=2)", orbits, centre), orbits, ridge=0.1)
    dense = leave_out_error(AveragedKernel("ntk(depth=2)", orbits, centre), orbits, ridge=0.1)
    np.testing.assert_allclose(errors, dense, rtol=1e-9)
    flips = next(H for g in range(8) if not (H := group.subgroup([g])).is_normal)
    with pytest.raises(NotInvariantError):
        spectral_error(AveragedKernel("ntk(depth=2)", orbits, flips), orbits, ridge=0.1)
    with pytest.raises(InputError, match=r"normal in D4.*averaged_gram"):
        averaged_symbol(np.zeros((1, 1, 8)), flips)


def test_recovered_poses_of_orbits_with_a_stabiliser():
    """H g H_c is alike: with H_c = <b> and H = <a>, one double coset holds all of S3."""
    S3 = named_group("S3")
    involution = S3.subgroup([1])
    rotation = next(H for g in range(6) if (H := S3.subgroup([g])).order == 3)
    assert recovered_poses(rotation, [0], involution).tolist() == [0]
    assert recovered_poses(rotation, [0], rotation).tolist() == []
    assert recovered_poses(S3.subgroup([]), [0, 2]).tolist() == []
    assert recovered_poses(rotation, "coset:" + str(rotation.elements[1])).tolist() == []


def test_a_subgroup_of_another_group_is_refused():
    with pytest.raises(InputError, match="must be a subgroup of D4"):
        AveragedKernel("ntk(depth=1)", digits(), named_group("S3").subgroup([1]))
    with pytest.raises(InputError, match="must be a subgroup of D4"):
        AveragedKernel("ntk(depth=1)", digits(), [0, 1])
    with pytest.raises(InputError, match="'subgroup' must be a subgroup, such as"):
        recovered_poses([0, 1], [0])
    with pytest.raises(InputError, match="'stabiliser' must be a subgroup of S3"):
        recovered_poses(named_group("S3").subgroup([1]), [0], named_group("D4").subgroup([1]))
