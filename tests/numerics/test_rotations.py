"""Rotations by interpolation against SciPy's, and exact ones against numpy.rot90."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from orbitkernels.numerics.rotations import rotations

RNG = np.random.default_rng(4)


def by_scipy(image: np.ndarray, angle: float) -> np.ndarray:
    """Counterclockwise rotation of one image, as the documentation of map_coordinates has it."""
    centre = (np.array(image.shape) - 1) / 2
    row, column = np.indices(image.shape) - centre[:, None, None]
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    places = np.einsum("ij,jhw->ihw", turn, np.stack([row, column])) + centre[:, None, None]
    return map_coordinates(image, places, order=1, mode="grid-constant")


@pytest.mark.parametrize(
    ("count", "shape"), [(8, (5, 5)), (12, (4, 4)), (6, (4, 7)), (5, (6, 6)), (4, (3, 3)), (1, (2, 3))]
)
def test_every_angle_is_that_of_scipy(count: int, shape: tuple[int, int]) -> None:
    found = rotations(count, *shape)
    images = RNG.normal(size=(3, *shape))
    base = found.apply(images.reshape(3, -1))
    steps = base.shape[1]
    assert len(found.turns) * steps == count
    for e, turn in enumerate(found.turns):
        for t in range(steps):
            for image, poses in zip(images, base, strict=True):
                expected = by_scipy(image, 2 * np.pi * (e * steps + t) / count)
                assert np.abs(poses[t][turn].reshape(shape) - expected).max() < 1e-12


def test_quarter_turns_are_those_of_numpy_to_the_bit() -> None:
    image = RNG.normal(size=(7, 7))
    found = rotations(20, 7, 7)
    assert found.positions.shape == (5, 49, 4)
    base = found.apply(image.reshape(1, 49))[0]
    assert (base[0] == image.ravel()).all()
    for e in range(4):
        assert (base[0][found.turns[e]].reshape(7, 7) == np.rot90(image, e)).all()


def test_what_comes_in_from_outside_is_zero() -> None:
    found = rotations(8, 9, 9).apply(np.ones((1, 81)))[0, 1].reshape(9, 9)
    assert found[4, 4] == pytest.approx(1)
    assert found[0, 0] == found[8, 8] == 0
    assert (found <= 1 + 1e-12).all()
