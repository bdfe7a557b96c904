"""Two interleaved rings, the example of Theorem T5, for every number of poses and height that a reader may choose.

N poses at the height h of the unit sphere are labelled +1 and N poses at -h, turned by half a step, -1.  Their
Gram matrix is a circulant of 2 N points, the labels are its mode of frequency N, and
error = lambda_N^-1 / mean_k(lambda_k^-1).  Everything is computed in intervals that hold the true values
(python-flint's arb), so that every digit shown is certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: Kernels by name: depth, and whether it is the NTK; weight and bias variance 1.
KERNELS = {"ntk(depth=1)": (1, True), "ntk(depth=3)": (3, True), "nngp(depth=1)": (1, False)}

#: Numbers of poses and heights to choose from.
POSES = tuple(range(2, 25))
HEIGHTS = tuple(Fraction(tenths, 10) for tenths in range(1, 10))

#: What is shown before anything is chosen.
DEFAULT = ("ntk(depth=1)", Fraction(3, 10), 8)

#: Digits shown of errors and eigenvalues, all certain.
DIGITS = 12


@dataclass(frozen=True)
class RingSpectrum:
    """Spectrum and error of two rings, in balls.

    Attributes:
        eigenvalues: lambda_0, ..., lambda_N; lambda_(2N-k) = lambda_k.
        harmonic_mean: Of all 2 N eigenvalues.
        error: Label times (label minus prediction) at a missing pose; right iff it is below 1.
    """

    eigenvalues: tuple[Any, ...]
    harmonic_mean: Any
    error: Any


def ring_spectrum(kernel: str, height: Fraction, poses: int) -> RingSpectrum:
    """Spectrum and error of two interleaved rings.

    Args:
        kernel: A name of :data:`KERNELS`.
        height: h, 0 < h < 1.
        poses: N >= 2.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.rings import ring_spectrum
        >>> found = ring_spectrum("ntk(depth=1)", Fraction(3, 10), 8)
        >>> len(found.eigenvalues), bool(found.error < 1)
        (9, True)
    """
    from flint import arb, fmpq

    from orbitkernels.theory.balls import working_precision
    from orbitkernels.theory.enclosed_rings import ReluRings

    depth, tangent = KERNELS[kernel]
    with working_precision():
        same, cross = ReluRings(depth, tangent, height, interleaved=True).symbol(poses)
        row = [value for pair in zip(same, cross, strict=True) for value in pair]  # c_0, ..., c_(2N-1)
        cosines = [arb.cos_pi_fmpq(fmpq(j, poses)) for j in range(2 * poses)]
        # c_m = c_(2N-m): the sum over m and 2N - m is real
        eigenvalues = tuple(
            sum((row[m] * cosines[k * m % (2 * poses)] for m in range(2 * poses)), arb(0))
            for k in range(poses + 1)
        )
        inverses = [1 / value for value in eigenvalues]
        mean = (2 * sum(inverses, arb(0)) - inverses[0] - inverses[-1]) / (2 * poses)
        return RingSpectrum(eigenvalues, 1 / mean, inverses[-1] / mean)


def ring_page() -> dict[str, Any]:
    """What the report embeds: spectra and errors of every choice as strings of certain digits.

    ``spectra[kernel][height][poses]`` lists lambda_0, ..., lambda_N; ``errors`` and ``means`` hold one number.
    """
    spectra, errors, means = {}, {}, {}
    for kernel in KERNELS:
        table = [[ring_spectrum(kernel, height, poses) for poses in POSES] for height in HEIGHTS]
        spectra[kernel] = [[[_digits(value, 6) for value in each.eigenvalues] for each in row] for row in table]
        errors[kernel] = [[_digits(each.error, DIGITS) for each in row] for row in table]
        means[kernel] = [[_digits(each.harmonic_mean, DIGITS) for each in row] for row in table]
    return {
        "kernels": list(KERNELS),
        "heights": [str(height) for height in HEIGHTS],
        "poses": list(POSES),
        "chosen": [list(KERNELS).index(DEFAULT[0]), HEIGHTS.index(DEFAULT[1]), POSES.index(DEFAULT[2])],
        "spectra": spectra,
        "errors": errors,
        "means": means,
    }


def error_table(page: dict[str, Any], poses: Sequence[int] = (2, 4, 8, 16, 24)) -> list[list[str]]:
    """Errors of the first kernel, one row a height, shortened to 8 digits; the head of the table comes first."""
    rows = [["h", *(f"N = {count}" for count in poses)]]
    for height, errors in zip(page["heights"], page["errors"][DEFAULT[0]], strict=True):
        rows.append([height, *(f"{float(errors[POSES.index(count)]):.8f}" for count in poses)])
    return rows


def _digits(value: Any, count: int) -> str:
    """Decimal digits of a ball, the last one correct to one unit.

    Raises:
        ValueError: If the ball is too wide for so many.
    """
    if not value.rel_accuracy_bits() > 3.33 * count + 4:
        raise ValueError(f"{value} is not known to {count} digits.")
    return str(value.str(count, radius=False))
