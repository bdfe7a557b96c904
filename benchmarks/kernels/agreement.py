"""Our kernels compared with those of neural-tangents, and both with mpmath at 60 digits."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

import orbitkernels as ok
from orbitkernels.errors import InputError

from ..markdown import table
from ..measured import run
from .exact import kernels
from .settings import Setting, inputs, settings

FloatArray = npt.NDArray[np.float64]

THEIRS = Path(__file__).with_name("theirs.py")

#: Inputs whose cosine is within this of 1 or -1 are near pairs.
NEAR = 1e-6


@dataclass(frozen=True)
class Compared:
    """Largest differences of one kernel, relative to sqrt(K(x,x) K(y,y)); None where a program has no answer.

    Attributes:
        ours: Ours from mpmath, all pairs.
        theirs: That of neural-tangents from mpmath, all pairs.
        between: Ours from neural-tangents, pairs that are not near.
        between_all: The same, all pairs.
    """

    ours: float | None
    theirs: float | None
    between: float | None
    between_all: float | None


@dataclass(frozen=True)
class Row:
    """NNGP or NTK kernels of one setting; `growth` is how much layers may enlarge small angles, 1 if not known."""

    setting: Setting
    kind: str
    found: Compared
    growth: float

    @property
    def ours_by_growth(self) -> float | None:
        """Our difference from mpmath over depth and growth."""
        layers = int(self.setting.arguments["depth"])
        return None if self.found.ours is None else self.found.ours / (layers * self.growth)


def agreement(python: str | None, limit: float, console: Console) -> list[str]:
    """One line a setting, and what they say together."""
    every, given = settings(), inputs()
    theirs = _theirs(python, every, given, limit) if python else {}
    lines, rows, refused = [], [], []
    for i, setting in enumerate(track(every, description="Agreement", console=console)):
        exact = dict(
            zip(("nngp", "ntk"), kernels(given[setting.inputs], setting.net, setting.standard), strict=True)
        )
        near = _near(given[setting.inputs])
        cells = [setting.text, setting.inputs]
        for kind in ("nngp", "ntk"):
            mine = _ours(setting, kind, given[setting.inputs])
            if isinstance(mine, str):
                refused.append(f"{setting.text}: {mine}")
            one = compared(None if isinstance(mine, str) else mine, theirs.get(f"{kind}_{i}"), exact[kind], near)
            rows.append(Row(setting, kind, one, _growth(setting, kind, given[setting.inputs])))
            cells += [_shown(one.between), _shown(one.between_all), _shown(one.ours), _shown(one.theirs)]
        lines.append(cells)
    headings = ("between", "between, all pairs", "ours", "theirs")
    header = ["setting", "inputs", *(f"{kind.upper()}: {what}" for kind in ("nngp", "ntk") for what in headings)]
    return [
        "",
        "## Agreement with neural-tangents",
        "",
        *_summary(rows),
        *refused[:5],
        "",
        *table(header, lines),
    ]


def compared(
    mine: FloatArray | None, theirs: FloatArray | None, exact: FloatArray, near: npt.NDArray[np.bool_]
) -> Compared:
    """The four differences."""
    lengths = np.sqrt(np.diag(exact))
    scale = np.outer(lengths, lengths)
    scale[scale == 0] = 1.0

    def largest(one: FloatArray | None, other: FloatArray | None, chosen: npt.NDArray[np.bool_]) -> float | None:
        if one is None or other is None:
            return None
        difference = np.abs(one - other)[chosen] / scale[chosen]
        return float(difference.max()) if difference.size else 0.0

    every = np.ones_like(near)
    return Compared(
        largest(mine, exact, every), largest(theirs, exact, every), largest(mine, theirs, ~near),
        largest(mine, theirs, every),
    )  # fmt: skip


def _near(x: FloatArray) -> npt.NDArray[np.bool_]:
    """Which pairs [m, m] are nearly equal or opposite, in any position."""
    rows = x.reshape(len(x), -1)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.abs(units @ units.T) > 1 - NEAR)


def _ours(setting: Setting, kind: str, x: FloatArray) -> FloatArray | str:
    """Our Gram matrix, or why there is none."""
    images = x[:, None] if setting.inputs == "series" else x  # a series is an image with one row
    try:
        return ok.kernel(f"{setting.family}{kind}({setting.text})").gram(images)
    except InputError as error:
        return str(error)


def _growth(setting: Setting, kind: str, x: FloatArray) -> float:
    """The bound of attention kernels is linear in it."""
    if setting.family != "attention_":
        return 1.0
    return float(ok.kernel(f"{setting.family}{kind}({setting.text})").growth(x))


def _theirs(python: str, every: Sequence[Setting], given: dict[str, FloatArray], limit: float) -> dict[str, Any]:
    """Gram matrices of neural-tangents by name and number of the setting.

    Raises:
        RuntimeError: If it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        nets, arrays, out = (Path(folder) / name for name in ("nets.json", "inputs.npz", "out.npz"))
        asked = [{"inputs": s.inputs, "net": s.net, "standard": s.standard} for s in every]
        nets.write_text(json.dumps(asked), encoding="utf-8")
        np.savez(arrays, allow_pickle=False, **given)
        done = run([python, str(THEIRS), str(nets), str(arrays), str(out)], "", max(limit, 600.0))
        if done.status != 0:
            raise RuntimeError(f"neural-tangents failed: {done.errors.strip()[-300:]}")
        with np.load(out) as found:
            return dict(found)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.0e}"


def _largest(values: Iterable[float | None]) -> float:
    return max((value for value in values if value is not None), default=0.0)


def _summary(rows: Sequence[Row]) -> list[str]:
    """What all settings say together; those with attention apart, whose errors grow with what they enlarge."""
    lines = [
        "Differences relative to sqrt(K(x,x) K(y,y)), in float64: *between* us and neural-tangents for pairs of "
        f"inputs whose cosine is not within {NEAR:.0e} of 1 or -1, and for all pairs, with equal, nearly equal "
        "(1e-9) and opposite inputs; *ours* and *theirs* from mpmath at 60 digits, for all pairs.",
        "",
    ]
    for kind in ("nngp", "ntk"):
        of_kind = [row for row in rows if row.kind == kind]
        attending = [row for row in of_kind if row.setting.family == "attention_"]
        plain = [row for row in of_kind if row.setting.family != "attention_"]
        if plain:
            lines += [_sentence(kind.upper(), plain), ""]
        if attending:
            worst = _largest(row.ours_by_growth for row in attending)
            said = _sentence(f"{kind.upper()} with attention", attending)
            lines += [f"{said} Ours over depth times growth (docs/attention-kernels.md), at most {worst:.0e}.", ""]
    if all(row.found.ours is None for row in rows):
        lines.append("We have no answer for any setting.")
    return lines


def _sentence(name: str, rows: Sequence[Row]) -> str:
    """The largest differences of some settings."""
    chosen = [row.found for row in rows]
    ours, theirs = ([one for one in values if one is not None] for values in _columns(chosen))
    between = _largest(one.between for one in chosen)
    return (
        f"{name}: {len(ours)} settings of ours, largest difference from mpmath {_largest(ours):.0e}; "
        f"{len(theirs)} of neural-tangents, largest {_largest(theirs):.0e}, above 1e-12 in "
        f"{sum(one > 1e-12 for one in theirs)} of them; between both, pairs that are not near, {between:.0e}."
    )


def _columns(chosen: Sequence[Compared]) -> tuple[list[float | None], list[float | None]]:
    return [one.ours for one in chosen], [one.theirs for one in chosen]
