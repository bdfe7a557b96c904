"""What the tests of unitary irreps share: groups by name, and representations as the engine makes them."""

from functools import cache

from orbitkernels.numerics.irreps import GroupArrays
from orbitkernels.theory.names import group


@cache
def named(name):
    return group(name)


def computed(G, indicators=None):
    """The engine's representations, without the checks of proofs."""
    table = G.character_table()
    arrays = GroupArrays(G.right_translations, G.conjugacy_classes.labels)
    return arrays.irreps(table.numeric, table.indicators if indicators is None else indicators)
