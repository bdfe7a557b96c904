"""How many poses, or how much class separation, a kernel needs so that a missing pose is classified right.

On two rings (Theorem T11) the error at a missing pose is known for every number of poses N and every separation;
the pose is classified right iff it is below 1.  What is found is checked by leaving the pose out of the dense Gram
matrix.  For orbits of images see :mod:`orbitkernels.needed_in_data`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.numerics import dense
from orbitkernels.numerics.ring_law import RingError, relu_law, ring_error, ring_points
from orbitkernels.numerics.rounding_rings import RingRounding, ring_rounding
from orbitkernels.proofs.arguments import integer
from orbitkernels.proofs.kernels import NNGP, NTK, Kernel
from orbitkernels.proofs.kernels import kernel as kernel_of
from orbitkernels.proofs.ridge import Ridge, RidgeLike
from orbitkernels.proofs.rounding import WORTH_A_WARNING, finite_lists
from orbitkernels.ring_invariance import dense_rounding, disagreement_notes, require_ring_invariance

FloatArray = npt.NDArray[np.float64]

#: Most poses of a ring that are tried, and that the brute force can take.
MOST_POSES = 512

#: Heights h that are tried when a separation is sought: 0.005, 0.010, ..., 0.995.
HEIGHTS = tuple(float(h) for h in np.arange(1, 200) / 200)

#: Largest k(x, x), and the inverse of the smallest: products of a few eigenvalues stay within floating point.
LARGE = 1e100

#: Halvings of the interval of h in which the error crosses 1.
_HALVINGS = 40

#: How the second ring may be turned.
RINGS = ("aligned", "interleaved")


@dataclass(frozen=True)
class RingProblem:
    """Two rings of the unit sphere at the heights h and -h, with the labels 1 and -1, and a kernel.

    Attributes:
        kernel: A kernel of the cosine of two points.
        interleaved: Whether the second ring is turned by half a step.
        ridge: r >= 0, or relative to k(x, x).
    """

    kernel: Kernel
    interleaved: bool = False
    ridge: RidgeLike = 0.0

    @classmethod
    def of(cls, kernel: str | Kernel, rings: str = "aligned", ridge: RidgeLike = 0.0) -> RingProblem:
        """The problem of a specification.

        Raises:
            InputError: If an argument cannot be used.
        """
        if rings not in RINGS:
            raise InputError(f"Argument 'rings' must be one of {', '.join(RINGS)}, not {rings!r}.")
        return cls(kernel_of(kernel), rings == "interleaved", Ridge.of(ridge))

    def error(self, poses: int, height: float) -> RingError:
        """The error at a missing pose, from the sum over frequencies.

        Raises:
            SingularGramError: If the Gram matrix is not positive definite beyond rounding.
        """
        return ring_error(*self._symbol(poses, height))

    def rounding(self, poses: int, height: float) -> RingRounding:
        """How far rounding moves that error."""
        return ring_rounding(*self._symbol(poses, height))

    def _symbol(self, poses: int, height: float) -> tuple[FloatArray, FloatArray, float]:
        """The kernel between the first pose and those of either ring, and the ridge."""
        points = ring_points(poses, height, self.interleaved)
        row = self.kernel.gram(points[:1], points)[0]
        if row[0] > 0 and not 1 / LARGE <= row[0] <= LARGE:
            raise InputError(
                f"Argument 'kernel' has k(x, x) = {row[0]:.1e}, whose squares leave floating point; multiply it, "
                f"and an absolute ridge, by a constant so that k(x, x) lies between {1 / LARGE:.0e} and "
                f"{LARGE:.0e}: errors stay the same."
            )
        return row[:poses], row[poses:], Ridge.of(self.ridge).absolute(float(row[0]))

    def brute_force(self, poses: int, height: float) -> float:
        """The same error by leaving the pose out of the dense Gram matrix and solving anew."""
        gram = self.kernel.gram(ring_points(poses, height, self.interleaved))
        ridge = Ridge.of(self.ridge).absolute(float(np.mean(np.diagonal(gram))))
        gram = gram + ridge * np.eye(2 * poses)
        labels = np.repeat([1.0, -1.0], poses)
        with threadpool_limits(limits=1, user_api="blas"):
            return float(dense.refit(gram, labels, [0])[0, 0])

    def law(self, height: float) -> dict[str, float] | None:
        """Exponent and constant of the density law for a ReLU net with biases and no ridge; None otherwise."""
        net = self.kernel
        plain = isinstance(net, NTK | NNGP) and net.is_plain and net.activation == "relu"
        if not isinstance(net, NTK | NNGP) or not plain or not net.bias_variance:
            return None
        if Ridge.of(self.ridge).amount:
            return None
        found = relu_law(net.depth, net.weight_variance, net.bias_variance, height, isinstance(net, NTK))
        return {"exponent": found.exponent, "constant": found.constant}

    def described(self) -> dict[str, Any]:
        """What was asked for."""
        return {
            "kernel": self.kernel.spec,
            "rings": "interleaved" if self.interleaved else "aligned",
            "ridge": Ridge.of(self.ridge).asked,
        }


def needed_poses(
    kernel: str | Kernel,
    separation: float = 0.3,
    rings: str = "aligned",
    ridge: RidgeLike = 0.0,
    most: int = MOST_POSES,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """The smallest number N of poses from which on a missing pose of two rings is classified right.

    The error need not fall with every pose, so N is the smallest number such that the error is below 1 for N and
    all larger numbers that were searched.

    Args:
        kernel: Specification such as ``ntk(depth=2)``, or a kernel.
        separation: Height h of the rings at +-h on the unit sphere, 0 < h < 1.
        rings: ``aligned`` or ``interleaved`` (the second ring turned by half a step).
        ridge: r >= 0, or ``"relative:1e-10"`` of k(x, x): the Gram matrix becomes K + r I.
        most: Largest N searched.
        progress: Called with the number of searched N and `most`.

    Returns:
        A dictionary fit for JSON: ``needed``, ``kernel``, ``rings``, ``ridge``, ``separation``, ``answer`` (N, or
        None if the error does not stay below 1), ``searched`` [first, last], ``at`` (the answer, or the last that
        was searched: ``poses``, ``error``, ``mmd_squared``, ``noise``, ``needed_mmd_squared``,
        ``condition_number``, ``rounding_bound`` and ``rounding_level``: what rounding moves the error by at most,
        None if that is infinite, and usually),
        ``checks`` (the error by both routes, at ``at`` and with one pose less), ``largest_relative_difference``,
        ``law`` (exponent, constant, and the N at which the law alone gives the error 1), ``curve`` and ``notes``.

    Raises:
        NotInvariantError: If turns, or the exchange of the rings, change the kernel.
        InputError: If an argument cannot be used, or the Gram matrix is singular before an answer is found.

    Example:
        >>> from orbitkernels.needed import needed_poses
        >>> found = needed_poses("ntk(depth=2)", separation=0.3, most=64)
        >>> found["answer"], found["at"]["error"] < 1 < found["checks"][1]["exact_error"]
        (4, True)
    """
    problem, height = RingProblem.of(kernel, rings, ridge), _height(separation)
    last = integer("most", most, most=MOST_POSES)
    defect = require_ring_invariance(problem.kernel, None, problem.interleaved)
    curve: list[dict[str, Any]] = []
    notes = []
    for N in range(1, last + 1):
        try:
            curve.append(_row("poses", N, problem.error(N, height), problem.rounding(N, height)))
        except SingularGramError as error:
            if not curve or curve[-1]["error"] >= 1:
                raise _no_answer(problem, N, bool(curve)) from error
            ends = f"From {N} poses on the Gram matrix is singular to rounding, so the search ended there"
            notes.append(f"{ends}; a ridge lets it go on.")
            break
        if progress is not None:
            progress(N, last)
    answer = _from_where(curve)
    at = curve[answer if answer is not None else -1]
    law = problem.law(height)
    if law is not None:
        law["poses"] = (law["constant"] / at["mmd_squared"]) ** (1 / law["exponent"])
    before = [at["poses"] - 1] if at["poses"] > 1 else []
    checks = [_check(problem, N, height, "poses", N) for N in (at["poses"], *before)]
    notes += _disagreements(checks, [at, *(curve[N - 1] for N in before)], defect)
    return {
        "needed": "poses",
        **problem.described(),
        "separation": height,
        "answer": None if answer is None else at["poses"],
        "searched": [1, curve[-1]["poses"]],
        **_summary(at, checks, law, curve, notes),
    }


def needed_separation(
    kernel: str | Kernel, poses: int = 16, rings: str = "aligned", ridge: RidgeLike = 0.0
) -> dict[str, Any]:
    """The smallest height h of two rings at +-h from which on a missing pose is classified right.

    The heights of :data:`HEIGHTS` are searched; h is refined between the two where the error crosses 1 for the
    last time.

    Args:
        kernel: Specification such as ``ntk(depth=2)``, or a kernel.
        poses: N, the number of poses of each ring.
        rings: ``aligned`` or ``interleaved``.
        ridge: r >= 0, or ``"relative:1e-10"`` of k(x, x).

    Returns:
        As :func:`needed_poses`, with ``poses`` for what is given and ``separation`` for what is sought: ``answer``
        is a height, and ``at`` holds the squared kernel distance ``mmd_squared`` of the rings there.

    Raises:
        NotInvariantError: If the turn by a step, or the exchange of the rings, changes the kernel.
        InputError: If an argument cannot be used, or the Gram matrix is singular at every height.

    Example:
        >>> from orbitkernels.needed import needed_separation
        >>> found = needed_separation("ntk(depth=2)", poses=16)
        >>> 0 < found["answer"] < 0.1, round(found["at"]["error"], 6)
        (True, 1.0)
    """
    problem, N = RingProblem.of(kernel, rings, ridge), integer("poses", poses, most=MOST_POSES)
    defect = require_ring_invariance(problem.kernel, N, problem.interleaved)
    curve, notes = _usable_heights(problem, N)
    answer = _from_where(curve)
    if answer is None:
        at = curve[-1]
    elif answer == 0:
        at = curve[0]
        notes.append(f"The error is below 1 at all heights searched; the smallest is {at['separation']:g}.")
    else:
        at = _crossing(problem, N, curve[answer - 1]["separation"], curve[answer]["separation"])
    law = problem.law(at["separation"])
    places = [at["separation"], *([curve[answer - 1]["separation"]] if answer else [])]
    checks = [_check(problem, N, h, "separation", h) for h in places]
    notes += _disagreements(checks, [at, *([curve[answer - 1]] if answer else [])], defect, N)
    return {
        "needed": "separation",
        **problem.described(),
        "poses": N,
        "answer": None if answer is None else at["separation"],
        "searched": [curve[0]["separation"], curve[-1]["separation"]],
        **_summary(at, checks, law, curve, notes),
    }


def _usable_heights(problem: RingProblem, poses: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The heights up to the largest one at which the Gram matrix is positive definite, without gaps below it."""
    run: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    refused: SingularGramError | None = None
    for height in HEIGHTS:
        try:
            run.append(_row("separation", height, problem.error(poses, height), problem.rounding(poses, height)))
            kept = run
        except SingularGramError as error:
            run, refused = [], error
    if not kept:
        assert refused is not None
        raise SingularGramError(
            f"Kernel '{problem.kernel.spec}': the Gram matrix of two rings of {poses} poses is singular to"
            f" rounding at "
            "every height; take fewer poses, other rings, or a ridge."
        ) from refused
    if len(kept) == len(HEIGHTS):
        return kept, []
    return kept, ["At other heights than those searched the Gram matrix is singular to rounding; a ridge helps."]


def _crossing(problem: RingProblem, poses: int, low: float, high: float) -> dict[str, Any]:
    """Where the error falls below 1 between two heights: the upper end of a tiny interval."""
    found = problem.error(poses, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        here = problem.error(poses, middle)
        if here.error < 1:
            high, found = middle, here
        else:
            low = middle
    return _row("separation", high, found, problem.rounding(poses, high))


def _from_where(curve: Sequence[dict[str, Any]]) -> int | None:
    """The first index from which on all errors are below 1."""
    start = len(curve)
    while start and curve[start - 1]["error"] < 1:
        start -= 1
    return start if start < len(curve) else None


def _row(name: str, place: float, found: RingError, rounding: RingRounding) -> dict[str, Any]:
    """One point of a curve."""
    return {
        name: place,
        "error": found.error,
        "mmd_squared": found.mmd_squared,
        "noise": found.noise,
        "needed_mmd_squared": found.needed_mmd_squared,
        "condition_number": found.condition,
        "rounding_bound": finite_lists(rounding.bound),
        "rounding_level": finite_lists(rounding.level),
    }


def _check(problem: RingProblem, poses: int, height: float, name: str, place: float) -> dict[str, Any]:
    """Both routes at one place."""
    return {
        name: place,
        "spectral_error": problem.error(poses, height).error,
        "exact_error": problem.brute_force(poses, height),
    }


def _disagreements(
    checks: list[dict[str, Any]], rows: list[dict[str, Any]], defect: float, poses: int | None = None
) -> list[str]:
    """Says so if the routes differ by more than rounding, and the defect of invariance, explain."""
    found = []
    for check, row in zip(checks, rows, strict=True):
        name = "poses" if poses is None else "separation"
        bound = math.inf if row["rounding_bound"] is None else row["rounding_bound"]
        dense = dense_rounding(2 * (poses or row["poses"]), row["condition_number"], defect)
        difference = abs(check["spectral_error"] - check["exact_error"])
        found.append((_place(name, row[name]), difference, bound + dense * max(1.0, check["spectral_error"])))
    return disagreement_notes(found)


def _place(name: str, value: float) -> str:
    """Where on a curve."""
    return f"with {value} poses" if name == "poses" else f"at h = {value:g}"


def _summary(
    at: dict[str, Any],
    checks: list[dict[str, Any]],
    law: dict[str, float] | None,
    curve: list[dict[str, Any]],
    notes: list[str],
) -> dict[str, Any]:
    """The fields that both questions share."""
    differences = [abs(c["spectral_error"] - c["exact_error"]) / abs(c["exact_error"]) for c in checks]
    return {
        "at": at,
        "checks": checks,
        "largest_relative_difference": max(differences),
        "law": law,
        "curve": curve,
        "notes": notes + _rounding_notes("poses" if "poses" in at else "separation", [at, *curve]),
    }


def _rounding_notes(name: str, rows: list[dict[str, Any]]) -> list[str]:
    """Says so if rounding may change an error by more than WORTH_A_WARNING of its value, and where most."""
    bounds = [math.inf if row["rounding_bound"] is None else row["rounding_bound"] / row["error"] for row in rows]
    worst = max(range(len(rows)), key=bounds.__getitem__)
    if bounds[worst] <= WORTH_A_WARNING:
        return []
    row = rows[worst]
    return [
        f"Rounding in double precision may change the error {_place(name, row[name])} by {bounds[worst]:.0e} of "
        f"its value (condition number {row['condition_number']:.1e}), the most of all; a ridge lowers that."
    ]


def _height(value: float) -> float:
    """A height between 0 and 1."""
    try:
        height = float(value)
    except (TypeError, ValueError):
        height = math.nan
    if not 0 < height < 1:
        raise InputError(
            f"Argument 'separation' must be the height h of two rings at +-h of the unit sphere, 0 < h < 1,"
            f" not {value!r}."
        )
    return height


def _no_answer(problem: RingProblem, poses: int, some: bool) -> SingularGramError:
    """Why the search ended before the error stayed below 1."""
    before = f", and the error is not below 1 with {poses - 1}" if some else ""
    return SingularGramError(
        f"Kernel '{problem.kernel.spec}': the Gram matrix of two rings of {poses} poses is not positive"
        f" definite beyond "
        f"rounding{before}; add a ridge, turn the rings, or take another kernel."
    )
