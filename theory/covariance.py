"""The covariances of the pre-activations of a layer at two inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Covariance:
    """Covariance of the pre-activations at two inputs: S(x,x), S(y,y), S(x,y); and the tangent kernel T(x,y)."""

    first: Any
    second: Any
    mixed: Any
    tangent: Any
