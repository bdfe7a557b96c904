"""The strategies: what they draw is what they promise, they reach the hard groups, and they shrink."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.errors import InputError
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group

FIND = settings(max_examples=2000, derandomize=True, database=None)


def smallest(strategy, condition):
    return find(strategy, condition, settings=FIND)


def some(strategy, condition):
    """One example, as it comes."""
    return find(strategy, condition, settings=settings(FIND, phases=[Phase.generate]))


# ---------------------------------------------------------------------- groups


@given(ok.groups(max_order=30))
def test_groups_are_groups_within_the_order(G):
    assert 1 <= G.order <= 30
    every = np.arange(G.order)
    assert np.array_equal(np.sort(G.table, axis=1), np.broadcast_to(every, G.table.shape))
    assert np.array_equal(G.multiply(every, G.inverse(every)), np.zeros(G.order))


@pytest.mark.parametrize("max_order", range(1, 9))
def test_small_bounds_leave_something_to_draw(max_order):
    orders = set()

    @settings(max_examples=60)
    @given(ok.groups(max_order))
    def draw(G):
        orders.add(G.order)

    draw()
    assert max(orders) == max_order


def test_catalogue_states_the_right_orders_in_increasing_order():
    assert [group(name).order for _, name in ok.NAMED_GROUPS] == [order for order, _ in ok.NAMED_GROUPS]
    assert [order for order, _ in ok.NAMED_GROUPS] == sorted(order for order, _ in ok.NAMED_GROUPS)


@pytest.mark.parametrize("name", ["C7:C3", "Q8", "SL(2,3)", "Heis(3)"])
def test_hard_groups_are_reached(name):
    assert some(ok.groups(max_order=27), lambda G: G.name == name).order == group(name).order


def test_groups_shrink():
    assert smallest(ok.groups(), lambda G: True).name == "C1"
    assert smallest(ok.groups(), lambda G: not G.is_abelian).order == 6
    assert smallest(ok.groups(), lambda G: G.order > 5).order == 6
    assert smallest(ok.permutation_groups(), lambda G: True).order == 1


def test_bound_that_admits_no_group_is_refused():
    with pytest.raises(InputError, match="max_order"):
        ok.groups(0)


@given(st.from_type(FiniteGroup))
def test_groups_come_from_their_type(G):
    assert isinstance(G, FiniteGroup)


IN_ORDER = {
    "hypothesis first": "import hypothesis\nfrom orbitkernels.theory.groups import FiniteGroup",
    "package first": "from orbitkernels.theory.groups import FiniteGroup\nimport hypothesis",
    "front door": "import orbitkernels\nimport hypothesis\nFiniteGroup = orbitkernels.FiniteGroup",
    "strategies": "import orbitkernels.strategies, hypothesis\nfrom orbitkernels.theory.groups import FiniteGroup",
}


@pytest.mark.parametrize("imports", IN_ORDER.values(), ids=IN_ORDER.keys())
def test_type_is_registered_in_whatever_order_things_are_imported(imports):
    draw = "import hypothesis.strategies as st\nprint(hypothesis.find(st.from_type(FiniteGroup), bool).name)"
    assert run(f"{imports}\n{draw}") == "C1"


def test_importing_hypothesis_imports_nothing_heavy():
    heavy = "{'numpy', 'scipy', 'sympy', 'orbitkernels.theory'}"
    assert run(f"import hypothesis, sys; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_module_keeps_its_own_loader():
    code = (
        "import hypothesis, inspect, orbitkernels.theory.groups as m\n"
        "print(type(m.__loader__).__name__, m.__loader__ is m.__spec__.loader)\n"
        "assert 'class FiniteGroup' in inspect.getsource(m)"
    )
    assert run(code) == "SourceFileLoader True"


def run(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


# ---------------------------------------------------------------------- symbols and instances


@given(ok.groups(12), st.booleans(), st.booleans(), st.data())
def test_symbols_are_positive_definite_and_hermitian(G, integer, class_functions, data):
    phi = data.draw(ok.symbols(G, st.integers(1, 3), integer, class_functions=class_functions))
    assert phi.dtype == (np.int64 if integer else np.float64)
    every = np.arange(G.order)
    np.testing.assert_allclose(phi[:, :, G.inverse(every)], phi.swapaxes(0, 1), atol=1e-12)
    gram = np.block([[block[G.multiply(G.inverse(every)[:, None], every)] for block in row] for row in phi])
    assert np.linalg.eigvalsh(gram)[0] > 1 - 1e-10
    if class_functions:
        classes = G.conjugacy_classes
        np.testing.assert_allclose(phi, phi[:, :, classes.representatives[classes.labels]], atol=1e-12)


def test_symbols_shrink_to_the_unit_matrix():
    phi = smallest(ok.symbols(group("S3"), st.integers(1, 3)), lambda phi: True)
    assert phi.tolist() == [[[1, 0, 0, 0, 0, 0]]]


@given(ok.instances(integer=True))
def test_instances_belong_together(instance):
    G = instance.group
    assert instance.phi.shape == (len(instance.stabilisers),) * 2 + (G.order,)
    assert instance.targets.shape[0] == len(instance.stabilisers)
    assert np.all(np.any(instance.targets != 0, axis=0))
    assert instance.ridge >= 0
    for a, left in enumerate(instance.stabilisers):
        for b, right in enumerate(instance.stabilisers):
            every = np.arange(G.order)
            moved = G.multiply(G.multiply(left.elements[:, None, None], every), right.elements[:, None])
            assert np.all(instance.phi[a, b][moved] == instance.phi[a, b])


def test_instances_reach_stabilisers_and_complex_symbols():
    some(ok.instances(), lambda found: 1 < found.stabilisers[0].order < found.group.order)
    some(
        ok.instances(free=True),
        lambda found: np.any(
            found.phi[0, -1] != found.phi[0, -1][found.group.inverse(np.arange(found.group.order))]
        ),
    )


def share(strategy, condition, draws=200):
    """How often a condition holds of what is drawn."""
    found = []

    @settings(max_examples=draws, phases=[Phase.generate])
    @given(strategy)
    def draw(value):
        found.append(bool(condition(value)))

    draw()
    assert len(found) >= draws / 2
    return sum(found) / len(found)


def has_proper_stabiliser(found):
    return any(1 < H.order < found.group.order for H in found.stabilisers)


def test_instances_are_seldom_degenerate():
    assert share(ok.instances(orbits=2), lambda found: np.any(found.phi[0, 1])) > 0.4
    assert share(ok.instances(), lambda found: 0 in found.group.character_table().indicators) > 0.2
    assert share(ok.instances(), has_proper_stabiliser) > 0.2
    assert share(ok.orbits(), has_proper_stabiliser) > 0.2


def test_false_property_shrinks_to_two_orbits_of_three_points():
    """phi_ab(g) = phi_ab(g^-1) is true of one orbit of an abelian group and of groups of order 2."""

    def asymmetric(found):
        return np.any(found.phi != found.phi[:, :, found.group.inverse(np.arange(found.group.order))])

    found = smallest(ok.instances(free=True), asymmetric)
    assert found.phi.shape == (2, 2, 3)
    assert np.count_nonzero(found.phi) == 4


def test_free_instances_have_trivial_stabilisers():
    ran = []

    @given(ok.instances(free=True))
    def draw(instance):
        ran.append(all(h.order == 1 for h in instance.stabilisers))

    draw()
    assert len(ran) >= 40
    assert all(ran)


# ---------------------------------------------------------------------- actions, orbits and labels


@given(ok.groups(12), st.data())
def test_orthogonal_actions_are_orthogonal_representations(G, data):
    matrices = data.draw(ok.orthogonal_actions(G))
    degree = matrices.shape[1]
    unit = np.broadcast_to(np.eye(degree), matrices.shape)
    np.testing.assert_allclose(matrices @ matrices.swapaxes(1, 2), unit, atol=1e-12)
    g, h = data.draw(st.tuples(*[st.integers(0, G.order - 1)] * 2))
    np.testing.assert_allclose(matrices[g] @ matrices[h], matrices[int(G.multiply(g, h))], atol=1e-12)


@given(ok.groups(12), st.data())
def test_permutation_actions_act(G, data):
    pi = data.draw(ok.permutation_actions(G)).permutations
    g, h = data.draw(st.tuples(*[st.integers(0, G.order - 1)] * 2))
    assert np.array_equal(pi[g][pi[h]], pi[int(G.multiply(g, h))])


@settings(max_examples=25)
@given(ok.groups(12), st.sampled_from(["permutation", "orthogonal"]), st.booleans(), st.data())
def test_orbits_are_orbits_with_the_stabilisers_asked_for(G, action, stabilisers, data):
    found = data.draw(ok.orbits(G, st.integers(1, 3), stabilisers, action))
    assert isinstance(found, Orbits)
    assert stabilisers or found.is_free
    assert all(h.order * size == G.order for h, size in zip(found.stabilisers, found.sizes, strict=True))
    distances = np.linalg.norm(found.all_points[:, None] - found.all_points[None, :], axis=2)
    assert np.all(distances + np.eye(len(distances)) > 1e-3)


@pytest.mark.parametrize("action", ["permutation", "orthogonal"])
def test_orbits_of_all_kinds_are_reached(action):
    strategy = ok.orbits(group("S3"), 1, action=action)
    assert some(strategy, lambda found: found.is_free).sizes.tolist() == [6]
    assert some(strategy, lambda found: 1 < found.sizes[0] < 6).sizes[0] in (2, 3)
    assert smallest(strategy, lambda found: True).sizes.tolist() == [1]


@given(ok.targets(4, 3))
def test_no_column_of_targets_vanishes(found):
    assert found.shape == (4, 3)
    assert np.all(np.abs(found).sum(axis=0) > 0)
    assert np.abs(found).max() <= 2


def test_labels_shrink_to_one_class():
    assert smallest(ok.labels(3), lambda found: True) == [0, 0, 0]
    assert smallest(ok.labels(3), lambda found: len(set(found)) == 2) in ([0, 0, 1], [0, 1, 0], [1, 0, 0])
