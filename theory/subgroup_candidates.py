"""Subgroups of a group T that are worth trying: Sylow and cyclic ones, their normalisers, and random ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .cyclotomics import prime_divisors
from .graphs import components
from .groups import FiniteGroup
from .laws import IntArray
from .orthogonality import unit_generators
from .subgroup_elements import closure, generating_set, normalising, sylow_subgroup

#: Cyclic subgroups that are tried.
MAX_CYCLIC = 200


def structured_subgroups(group: FiniteGroup, elements: IntArray) -> Iterator[list[int]]:
    """Generators of Sylow and cyclic subgroups of T, each after its normaliser in T.

    Args:
        group: The group.
        elements: The elements of its subgroup T.
    """
    for p in prime_divisors(elements.size):
        yield from _with_normaliser(group, elements, sylow_subgroup(group, elements, p))
    for z in _cyclic_generators(group, elements):
        yield from _with_normaliser(group, elements, [z])


def _with_normaliser(group: FiniteGroup, elements: IntArray, generators: list[int]) -> Iterator[list[int]]:
    subgroup = closure(group, generators, group.order)[0]
    normaliser = normalising(group, elements, subgroup, generators)
    if subgroup.size < normaliser.size < elements.size:
        yield generating_set(group, normaliser)
    yield generators


def _cyclic_generators(group: FiniteGroup, elements: IntArray) -> list[int]:
    """A generator in T of each cyclic subgroup but 1 up to conjugation in the group, the largest orders first."""
    classes = group.conjugacy_classes
    powers = np.array([group.power_map(k) for k in unit_generators(group.exponent)], dtype=np.int64)
    labels = components(powers, len(classes)) if powers.size else np.arange(len(classes))
    found = elements[np.unique(labels[classes.labels[elements]], return_index=True)[1]]
    found = found[found != 0]
    return [int(z) for z in found[np.argsort(-group.element_orders[found], kind="stable")][:MAX_CYCLIC]]


def random_pairs(group: FiniteGroup, elements: IntArray, count: int) -> Iterator[list[int]]:
    """Pairs of elements of T; the first one stands for its class."""
    first = _cyclic_generators(group, elements)
    random = np.random.default_rng(0)
    for _ in range(count if first else 0):
        yield [first[int(random.integers(len(first)))], int(elements[random.integers(elements.size)])]
