"""Errors from raw inputs: matrices multiplied out, points compared one by one, ridge regression with its own NTK.

Nothing of the package is used but what is tested, so that an error in a convention that both of its routes share
(the side of a product, of a coset, of an argument of the kernel) shows.
"""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.theory.actions import PermutationAction

DEPTH = 2


def ntk(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """ReLU NTK of two hidden layers by the recursion of Jacot et al.; weight and bias variance 1."""
    width = X.shape[1]
    xx, yy = 1 + (X * X).sum(1) / width, 1 + (Y * Y).sum(1) / width
    S = 1 + X @ Y.T / width
    T = S
    for _ in range(DEPTH):
        norms = np.sqrt(np.outer(xx, yy))
        u = np.where(S / norms > 1 - 1e-13, 1.0, np.clip(S / norms, -1, 1))  # arccos loses half the digits at 1
        angle = np.arccos(u)
        S = 1 + norms * (np.sin(angle) + (np.pi - angle) * u) / (2 * np.pi)
        T = S + (1 - angle / np.pi) * T / 2
        xx, yy = 1 + xx / 2, 1 + yy / 2
    return T


def products(generators: list[np.ndarray]) -> list[np.ndarray]:
    """All products of the matrices."""
    found = [np.eye(len(generators[0]))]
    for one in found:
        for generator in generators:
            product = one @ generator
            if not any(np.abs(product - other).max() < 1e-6 for other in found):
                found.append(product)
    return found


def word(text: str, names: list[str], generators: list[np.ndarray]) -> np.ndarray:
    """The matrix of a word such as a^2*b."""
    matrix = np.eye(len(generators[0]))
    for factor in text.split("*"):
        name, _, power = factor.partition("^")
        matrix = matrix @ np.linalg.matrix_power(generators[names.index(name)], int(power or 1))
    return matrix


def different(points: list[np.ndarray]) -> list[np.ndarray]:
    """Each point once."""
    found: list[np.ndarray] = []
    for point in points:
        if not any(np.linalg.norm(point - other) < 1e-8 for other in found):
            found.append(point)
    return found


def errors(
    elements: list[np.ndarray], seeds: np.ndarray, labels: list[int], gone: list[list[np.ndarray]], ridge: float
) -> list[np.ndarray]:
    """Array [p, m] of y - p for each orbit c, at the points gone[c] that are missing together."""
    orbits = [different([g @ x for g in elements]) for x in seeds]
    points = np.array([point for orbit in orbits for point in orbit])
    classes = list(dict.fromkeys(labels))
    columns = classes if len(classes) > 2 else classes[:1]
    signs = [[1.0 if label == column else -1.0 for column in columns] for label in labels]
    y = np.array([signs[c] for c, orbit in enumerate(orbits) for _ in orbit])
    found = []
    for missing in gone:
        rows = [nearest(point, list(points)) for point in missing]
        kept = np.setdiff1d(np.arange(len(points)), rows)
        K = ntk(points[kept], points[kept]) + ridge * np.eye(len(kept))
        found.append(y[rows] - ntk(points[rows], points[kept]) @ np.linalg.solve(K, y[kept]))
    return found


def permutation_matrix(images: list[int]) -> np.ndarray:
    """The matrix that sends e_i to e_images[i]."""
    matrix = np.zeros((len(images), len(images)))
    matrix[images, range(len(images))] = 1
    return matrix


#: Permutations that generate S4, A4, C7:C3 and C5:C4 on points, and Q8 on itself (1, i, j, k, -1, -i, -j, -k).
PERMUTATIONS = {
    "S4": [[1, 2, 3, 0], [1, 0, 2, 3]],
    "A4": [[1, 2, 0, 3], [1, 0, 3, 2]],
    "C7:C3": [[1, 2, 3, 4, 5, 6, 0], [0, 2, 4, 6, 1, 3, 5]],
    "C5:C4": [[1, 2, 3, 4, 0], [0, 2, 4, 1, 3]],
    "Q8": [[1, 4, 3, 6, 5, 0, 7, 2], [2, 7, 4, 1, 6, 3, 0, 5]],
}
TURN = 2 * np.pi / 5
GOLDEN = (1 + np.sqrt(5)) / 2
#: Orthogonal matrices: the pentagon's group on the plane and a fixed axis, and the turns of the icosahedron.
MATRICES = {
    "D5": [
        np.array([[np.cos(TURN), -np.sin(TURN), 0], [np.sin(TURN), np.cos(TURN), 0], [0, 0, 1]]),
        np.diag([1.0, -1.0, 1.0]),
    ],
    "icosahedron": [
        np.array([[-1, -GOLDEN, 1 / GOLDEN], [GOLDEN, -1 / GOLDEN, 1], [-1 / GOLDEN, 1, GOLDEN]]) / 2,
        np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    ],
}

ORDERS = {"S4": 24, "A4": 12, "C7:C3": 21, "C5:C4": 20, "Q8": 8, "D5": 10, "icosahedron": 60}


def nearest(point: np.ndarray, points: list[np.ndarray]) -> int:
    """Where in the list a point is, up to rounding."""
    return int(np.argmin([np.abs(point - other).max() for other in points]))


def setting(name: str) -> tuple[ok.FiniteGroup, list[np.ndarray], object]:
    """The group, the matrices of its generators, and the action as Orbits takes it."""
    if name in PERMUTATIONS:
        G = ok.FiniteGroup.from_permutations(PERMUTATIONS[name])
        return G, [permutation_matrix(images) for images in PERMUTATIONS[name]], PermutationAction.natural(G)
    generators = MATRICES[name]
    elements = products(generators)
    images = [[nearest(s @ g, elements) for g in elements] for s in generators]
    return ok.FiniteGroup.from_permutations(images), generators, np.array(generators)


@pytest.mark.parametrize("name", [*PERMUTATIONS, *MATRICES])
def test_missing_poses_cosets_and_sets(name: str) -> None:
    G, generators, action = setting(name)
    elements, names = products(generators), list(G.generator_names)
    assert len(elements) == G.order == ORDERS[name]
    rng = np.random.default_rng(len(name))
    ran = 0
    for trial in range(6):
        words = ["*".join(f"{rng.choice(names)}^{rng.integers(1, 4)}" for _ in range(2)) for _ in range(2)]
        seeds = rng.integers(-12, 13, (2 + trial % 3, len(generators[0]))) / 4
        if trial % 2:  # the first seed is fixed by the first word
            fixed = np.sum([h @ seeds[0] for h in products([word(words[0], names, generators)])], axis=0)
            seeds[0] = fixed if np.abs(fixed).max() > 0.1 else seeds[0]
        labels, ridge = rng.integers(0, 3, len(seeds)).tolist(), [0.0, 0.25][trial // 3]
        orbits = ok.Orbits(G, seeds, labels, action)
        chosen = [word(text, names, generators) for text in words]
        missing = {
            "pose": [np.eye(len(generators[0]))],
            f"coset:{words[0]}": products(chosen[:1]),
            f"{words[0]},{words[1]},0": [*chosen, np.eye(len(generators[0]))],
        }
        condition = ok.spectrum("ntk(depth=2)", orbits, ridge).condition_number
        for text, moved in missing.items():
            gone = [[g @ x for g in moved] for x in seeds]
            expected = np.array(errors(elements, seeds, labels, gone, ridge))
            found = ok.spectral_error("ntk(depth=2)", orbits, text, ridge)
            allowed = 1e-14 * condition * orbits.sizes.sum() * np.abs(expected).max()
            together = found[:, None] if found.ndim == 2 else found
            assert np.abs(together - expected).max() <= allowed, (text, seeds)
            ran += 1
    assert ran == 18


@pytest.mark.parametrize("ridge", [0.0, 0.25])
@pytest.mark.parametrize("name", ["D4", "C4", "C8xC8"])
def test_turned_flipped_and_shifted_digits(name: str, ridge: float) -> None:
    """Four images of three classes, the first made symmetric."""
    data = ok.load("digits")
    shifts = [(lambda x, i=i, j=j: np.roll(x, (i, j), (0, 1))) for i in range(8) for j in range(8)]
    turns = [(lambda x, k=k: np.rot90(x, k)) for k in range(4)]
    flips = [(lambda x, k=k: np.rot90(np.fliplr(x), k)) for k in range(4)]
    maps = {"D4": turns + flips, "C4": turns, "C8xC8": shifts}[name]
    chosen = [int(np.flatnonzero(data.labels == digit)[n]) for digit, n in ((3, 0), (5, 1), (3, 2), (8, 3))]
    images, labels = data.images[chosen], data.labels[chosen].tolist()
    images[0] += np.roll(images[0], 4, 0) if name == "C8xC8" else np.rot90(images[0], 2)
    orbits = ok.Orbits(ok.group(name), images, labels)
    assert orbits.sizes.tolist() == [len(maps) // 2] + [len(maps)] * 3
    matrices = [np.array([g(e.reshape(8, 8)).ravel() for e in np.eye(64)]).T for g in maps]
    seeds = images.reshape(4, 64)
    expected = np.concatenate(errors(matrices, seeds, labels, [[x] for x in seeds], ridge))
    found = ok.spectral_error("ntk(depth=2)", orbits, ridge=ridge)
    assert found.shape == (4, 3)
    assert np.abs(found - expected).max() <= 1e-10 * np.abs(expected).max()
