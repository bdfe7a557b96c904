"""What tests of ``predict --needed`` share: kernels, a brute force, and how a command is run."""

import numpy as np
import pytest

from orbitkernels.cli import main
from orbitkernels.proofs.kernels import kernel

KERNELS = (
    "ntk(depth=1)",
    "ntk(depth=2)",
    "nngp(depth=1)",
    "gaussian(length_scale=0.6)",
    "laplace(length_scale=0.5)",
)


def left_out(spec: str, poses: int, height: float, interleaved: bool, ridge: float) -> float:
    """Error at pose 0 from points written out here and NumPy's solver alone."""
    angles = 2 * np.pi * (np.arange(2 * poses) % poses) / poses
    angles[poses:] += np.pi / poses * interleaved
    radius = np.sqrt(1 - height**2)
    heights = np.repeat([height, -height], poses)
    points = np.stack([radius * np.cos(angles), radius * np.sin(angles), heights], axis=1)
    gram, labels = kernel(spec).gram(points), np.repeat([1.0, -1.0], poses)
    weights = np.linalg.solve(gram[1:, 1:] + ridge * np.eye(2 * poses - 1), labels[1:])
    return float(1 - gram[0, 1:] @ weights)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(["predict", *arguments])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err
