"""Spectral errors of 512 pairs at once, beside a loop over pairs and beside NumPy's FFT.

``python -m benchmarks.batched_errors``: CPU seconds of one thread, the second call each; ratios are to
`ok.spectral_errors` in the same run.  Two settings: 64 rotations of images 28 x 28 by interpolation (MNIST if its
folder is given, otherwise smooth random images), and the 64 shifts of C8xC8 on handwritten digits.  What a user
would write takes fewer pairs, and is scaled.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from threadpoolctl import threadpool_limits

import orbitkernels as ok

PAIRS = 512
#: Pairs for the routes that go pair by pair.
FEW = 32
DEPTH = 3


def cpu_seconds(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """CPU seconds of the first call and of the second, and what the second returns."""
    seconds = []
    for _ in range(2):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return seconds[0], seconds[1], result


def ntk(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """NTK of a ReLU net in plain NumPy, as in the papers: arccos of a clipped cosine."""
    d = X.shape[1]
    S, a, b = 1 + X @ Y.T / d, 1 + (X**2).sum(1) / d, 1 + (Y**2).sum(1) / d
    T = S
    for _ in range(DEPTH):
        scale = np.sqrt(np.outer(a, b))
        u = np.clip(S / scale, -1, 1)
        angle = np.arccos(u)
        S = 1 + scale * (np.sin(angle) + (np.pi - angle) * u) / (2 * np.pi)
        T = S + T * (np.pi - angle) / (2 * np.pi)
        a, b = 1 + a / 2, 1 + b / 2
    return T


def rotated_by_scipy(image: np.ndarray, count: int) -> np.ndarray:
    """Poses [count, d] of one image."""
    centre = (np.array(image.shape) - 1) / 2
    row, column = np.indices(image.shape) - centre[:, None, None]
    poses = []
    for angle in 2 * np.pi * np.arange(count) / count:
        places = np.stack(
            [np.cos(angle) * row + np.sin(angle) * column, np.cos(angle) * column - np.sin(angle) * row]
        )
        poses.append(map_coordinates(image, places + centre[:, None, None], order=1, mode="grid-constant").ravel())
    return np.array(poses)


def by_fft(symbols: list[np.ndarray], shape: tuple[int, ...]) -> list[float]:
    """Error of a missing pose of the first orbit, from phi_aa, phi_ab, phi_bb on an abelian group."""
    aa, ab, bb = (np.fft.fftn(phi.reshape(shape)).ravel() for phi in symbols)
    determinant = aa.real * bb.real - np.abs(ab) ** 2
    trivial = np.array([[aa[0], ab[0]], [ab[0].conj(), bb[0]]]).real
    alpha = np.linalg.solve(trivial, [1.0, -1.0])
    return [alpha[0] / np.mean(bb.real / determinant), alpha[1] / np.mean(aa.real / determinant)]


def rotation_errors_by_numpy(images: np.ndarray, count: int) -> np.ndarray:
    """Pair by pair: rotate, Gram matrix of all poses, average along its diagonals, FFT."""
    errors, steps = [], np.arange(count)
    diagonals = (steps[:, None] + steps[None, :]) % count  # [g, m]: pose g + m
    for first, second in images.reshape(-1, 2, *images.shape[1:]):
        x, y = rotated_by_scipy(first, count), rotated_by_scipy(second, count)
        K = ntk(np.concatenate([x, y]), np.concatenate([x, y]))
        blocks = K[:count, :count], K[:count, count:], K[count:, count:]
        errors.append(by_fft([B[steps[:, None], diagonals].mean(axis=0) for B in blocks], (count,)))
    return np.array(errors)


def shift_errors_by_numpy(images: np.ndarray) -> np.ndarray:
    """Pair by pair: 64 shifts, first row of each block of the Gram matrix, FFT."""
    errors = []
    for first, second in images.reshape(-1, 2, 8, 8):
        x, y = (
            np.array([np.roll(z, (i, j), axis=(0, 1)).ravel() for i in range(8) for j in range(8)])
            for z in (first, second)
        )
        errors.append(by_fft([ntk(x[:1], x)[0], ntk(x[:1], y)[0], ntk(y[:1], y)[0]], (8, 8)))
    return np.array(errors)


def report(name: str, ours: tuple[float, float, Any], others: dict[str, tuple[float, float]]) -> None:
    """One table."""
    print(f"{name}, {PAIRS} pairs, CPU seconds of one thread")
    print(f"  {'ok.spectral_errors':46s}{ours[1]:9.3f}   (first call {ours[0]:.2f})")
    for other, (seconds, difference) in others.items():
        print(f"  {other:46s}{seconds:9.3f}   x {seconds / ours[1]:6.1f}   relative difference {difference:.0e}")


def largest(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.max(np.abs(found - expected) / np.abs(expected)))


def rotations(source: str | None) -> None:
    """64 rotations of images 28 x 28."""
    generator = np.random.default_rng(0)
    if source is None:
        images = np.array([gaussian_filter(z, 2) for z in generator.normal(size=(2 * PAIRS, 28, 28))])
    else:
        images = ok.load(source).images
        images = images[generator.permutation(len(images))[: 2 * PAIRS]]
    pairs, group = np.arange(2 * PAIRS).reshape(-1, 2), ok.group("C64")

    def work(kernels: Any, ridges: Any = 0.0) -> Any:
        batch = ok.OrbitBatch(group, images, pairs, action=ok.ImageRotations(64, 28))
        return ok.spectral_errors(kernels, batch, ridges)

    ours = cpu_seconds(lambda: work(f"ntk(depth={DEPTH})"))
    user = cpu_seconds(lambda: rotation_errors_by_numpy(images[: 2 * FEW], 64))
    found = ours[2].errors[:FEW, 0, 0, :, 0]
    others = {f"NumPy, SciPy and FFT, from {FEW} pairs": (user[1] * PAIRS / FEW, largest(found, user[2]))}
    report(f"64 rotations of images 28 x 28, ntk(depth={DEPTH})", ours, others)
    several = cpu_seconds(lambda: work(["ntk(depth=1)", "ntk(depth=3)", "ntk(depth=5)"], [0, 1e-6, 1e-3]))
    print(f"  {'three kernels and three ridges':46s}{several[1]:9.3f}")
    cheap = cpu_seconds(lambda: work("gaussian(length_scale=10)"))
    print(f"  {'gaussian(length_scale=10)':46s}{cheap[1]:9.3f}\n")


def shifts() -> None:
    """C8xC8 on digits."""
    digits = ok.load("digits")
    images = digits.images[np.random.default_rng(0).permutation(len(digits))[: 2 * PAIRS]]
    pairs, group, kernel = np.arange(2 * PAIRS).reshape(-1, 2), ok.group("C8xC8"), ok.NTK(depth=DEPTH)
    ours = cpu_seconds(lambda: ok.spectral_errors(kernel, ok.OrbitBatch(group, images, pairs)))
    found = ours[2].errors[:, 0, 0, :, 0]

    def loop() -> np.ndarray:
        few = [ok.Orbits(group, images[pair], [0, 1]) for pair in pairs[:FEW]]
        return np.array([ok.spectral_error(kernel, orbits).ravel() for orbits in few])

    one_by_one = cpu_seconds(loop)
    user = cpu_seconds(lambda: shift_errors_by_numpy(images))
    others = {
        f"loop over ok.spectral_error, from {FEW} pairs": (
            one_by_one[1] * PAIRS / FEW,
            largest(found[:FEW], one_by_one[2]),
        ),
        "NumPy and FFT, pair by pair": (user[1], largest(found, user[2])),
    }
    report(f"64 shifts of digits by C8xC8, ntk(depth={DEPTH})", ours, others)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="mnist:DIR; smooth random images if omitted")
    arguments = parser.parse_args()
    import scipy.linalg.cython_blas  # noqa: F401

    with threadpool_limits(limits=1):
        rotations(arguments.data)
        shifts()


if __name__ == "__main__":
    main()
