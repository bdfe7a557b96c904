"""The symbol of an average over a subgroup, of orbits under matrices, by the sum that defines it."""

from functools import reduce

import numpy as np
import pytest

import orbitkernels as ok


@pytest.mark.parametrize("name", ["C6", "C12", "D6"])
def test_symbols_are_means_over_the_subgroup(name):
    """phi_ab(g) is the mean of k(x_a, h g x_b) over h; an element and its inverse lie in different cosets."""
    G = ok.group(name)
    turn = 2 * np.pi / (6 if name == "D6" else G.order)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    letters = [rotation, np.diag([1.0, -1.0])]
    matrices = np.array([reduce(np.matmul, [letters[s] for s in G.word(g)], np.eye(2)) for g in range(G.order)])
    seeds = np.random.default_rng(2).standard_normal((2, 2))
    H = G.subgroup([int(G.power(G.generators[0], 3))])
    assert H.is_normal
    kernel = ok.Gaussian(length_scale=0.7)
    orbits = ok.Orbits(G, seeds, [0.0, 1.0], matrices)
    found = ok.Averaged(kernel, G, orbits.action, H).orbit_symbol(orbits)
    for a in range(2):
        for b in range(2):
            for g in range(G.order):
                poses = np.array([matrices[int(G.multiply(h, g))] @ seeds[b] for h in H.elements.tolist()])
                wanted = kernel.gram(seeds[a : a + 1], poses).mean()
                assert found[a, b, g] == pytest.approx(wanted, rel=1e-12)
