"""Planted mistakes in group-convolutional nets are caught by the comparison with the definition."""

import numpy as np
import pytest
from group_convolutional_reference import by_permutations, check, kernels, pairs_of_images

from orbitkernels.numerics import group_convolution


def test_planted_mistakes_in_the_geometry_are_caught(monkeypatch):
    """Left translations for right ones; offsets that are not conjugated; patches moved by inverses."""
    action, table = by_permutations("S3")
    n, filter, support = 6, [0, 1], [0, 1, 3]
    moves = [[int(action.permutations[g, p]) for p in filter] for g in range(n)]
    (x, y), arguments = pairs_of_images(3)[0], (support, "relu", [1.0] * 3, [0.2] * 3, "gap", 2)

    def fails():
        both = kernels(action.group, action, filter, support, 2, "relu", 1.0, 0.2, "gap")
        try:
            check(both, x, y, table, moves, *arguments)
        except AssertionError:
            return True
        return False

    assert not fails()
    geometry = group_convolution.Filter
    from orbitkernels.numerics import group_convolution_geometry as of_offsets

    G = action.group

    def left(right, sizes, elements, inverses):
        return geometry(G.multiply(elements[:, None], np.arange(n)[None, :]), sizes, elements, inverses)

    monkeypatch.setattr(of_offsets, "Filter", left)
    assert fails()
    monkeypatch.undo()
    original = of_offsets.conjugates_of
    monkeypatch.setattr(of_offsets, "conjugates_of", lambda P, F: np.tile(np.arange(n), (len(F.right), 1)))
    assert fails()
    backwards = lambda P, F: original(P, F._replace(inverses=F.elements, elements=F.inverses))  # noqa: E731
    monkeypatch.setattr(of_offsets, "conjugates_of", backwards)
    assert fails()
    monkeypatch.undo()
    prepare = group_convolution.prepare
    patches = action.permutations[G.inverse(np.arange(n))][:, filter].T
    monkeypatch.setattr(group_convolution, "prepare", lambda X, _, *rest: prepare(X, patches, *rest))
    assert fails()


def test_half_of_the_digits_are_lost_without_differences(monkeypatch):
    """1 - u by subtraction in the lifting layer is seen on near duplicates."""
    action, table = by_permutations("C4")
    moves = [[int(action.permutations[g, p]) for p in (0, 1)] for g in range(4)]
    x, y = pairs_of_images(4)[1]
    arguments = ([0, 1], "relu", [1.0, 1.0], [0.0, 0.0], "flatten", 1)
    both = kernels(action.group, action, [0, 1], [0, 1], 1, "relu", 1.0, 0.0, "flatten")
    check(both, x, y, table, moves, *arguments)
    prepare = group_convolution.prepare

    def rounded(*given):
        images = prepare(*given)
        return images._replace(units=images.units.astype(np.float32).astype(np.float64))

    monkeypatch.setattr(group_convolution, "prepare", rounded)
    with pytest.raises(AssertionError):
        check(both, x, y, table, moves, *arguments)
