"""The certificate: what was verified, how strongly, and in which environment; written whole or not at all."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from orbitkernels.errors import InputError

from .evidence import Check, Level, strongest
from .files import write_whole

#: Packages whose versions the certificate records: everything that computes.
PACKAGES = (
    "orbitkernels",
    "numpy",
    "scipy",
    "sympy",
    "mpmath",
    "networkx",
    "numba",
    "python-flint",
    "scikit-learn",
)


@dataclass(frozen=True)
class DerivationEvidence:
    """What checking a derivation showed.

    Attributes:
        holds: Whether every step could be checked; a step that cannot be checked raises.
        level: The weakest level among its steps and the derivations of the theorems that they use.
        steps: Number of steps.
        theorems: Ids of the theorems that the steps use.
        detail: The step that failed; empty if none did.
    """

    holds: bool
    level: Level
    steps: int = 0
    theorems: tuple[str, ...] = ()
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON object."""
        return asdict(self) | {"level": str(self.level), "theorems": list(self.theorems)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DerivationEvidence:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**data, "level": Level(data["level"]), "theorems": tuple(data["theorems"])})


@dataclass(frozen=True)
class Result:
    """Everything that was established about one theorem.

    Attributes:
        id: Theorem, e.g. ``T6``.
        title: A few words.
        source: Where it is stated.
        statement_hash: SHA-256 of hypotheses and statement.
        checks: What each check of the theorem showed, the strongest first.
        derivation: The derivation, if there is one.
        seconds: Time, summed over processes.
        absent: Why a check is missing; empty if none is.
    """

    id: str
    title: str
    source: str
    statement_hash: str
    checks: tuple[Check, ...]
    derivation: DerivationEvidence | None
    seconds: float
    absent: str = ""

    def check(self, level: Level) -> Check | None:
        """The check of that level; None if the theorem has none."""
        return next((check for check in self.checks if check.level == level), None)

    @property
    def holds(self) -> bool:
        """Whether the derivation and every check hold, and there is a check."""
        derived = self.derivation is None or self.derivation.holds
        return derived and bool(self.checks) and all(check.holds for check in self.checks)

    @property
    def level(self) -> Level:
        """The strongest level at which the statement was established, or refuted if it does not hold."""
        levels = [check.level for check in self.checks if check.holds == self.holds]
        if self.derivation and self.derivation.holds == self.holds and self.derivation.level is Level.SYMBOLIC:
            levels.append(Level.SYMBOLIC)
        return strongest(levels)

    @property
    def instances(self) -> int:
        """Number of instances of all checks."""
        return sum(check.instances for check in self.checks)

    @property
    def detail(self) -> str:
        """The first failure; empty if the theorem holds."""
        first = self.derivation.detail if self.derivation else ""
        return next((text for text in (first, *(check.detail for check in self.checks)) if text), "")

    def line(self) -> str:
        """One line for the terminal.

        Example:
            >>> from orbitkernels.proofs.certificate import Result
            >>> from orbitkernels.proofs.evidence import Check, Level
            >>> checks = (Check(Level.EXACT, True, 3), Check(Level.NUMERIC, True, 40, 2e-15, 1e-12))
            >>> Result("T6", "Spectral error", "this work", "", checks, None, 1.5).line()[:53]
            'T6 verified, exact, 43 instances (3 exact, 40 numeric'
        """
        verdict = "verified" if self.holds else "FAILS"
        counts = ", ".join(f"{check.instances} {check.level}" for check in self.checks)
        numeric = self.check(Level.NUMERIC)
        rounding = f"residual {numeric.residual:.1e} at rounding level {numeric.rounding:.1e}, " if numeric else ""
        text = (
            f"{self.id} {verdict}, {self.level}, {self.instances} instances ({counts}), {rounding}"
            f"{self.seconds:.1f} s: {self.title}"
        )
        return text if self.holds else f"{text}. {self.detail}"

    def to_dict(self) -> dict[str, Any]:
        """JSON object; a residual that is not finite becomes null."""
        numeric = self.check(Level.NUMERIC)
        return {
            "id": self.id,
            "title": self.title,
            "level": str(self.level),
            "holds": self.holds,
            "instances": self.instances,
            "residual": _finite(numeric.residual) if numeric else 0.0,
            "source": self.source,
            "statement_hash": self.statement_hash,
            "detail": self.detail,
            "checks": {str(check.level): _check_to_dict(check) for check in self.checks},
            "absent": self.absent,
            "derivation": self.derivation.to_dict() if self.derivation else None,
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Inverse of :meth:`to_dict`.

        Raises:
            KeyError, TypeError or ValueError: If the object is damaged.
        """
        derivation = data["derivation"]
        result = cls(
            id=str(data["id"]),
            title=str(data["title"]),
            source=str(data["source"]),
            statement_hash=str(data["statement_hash"]),
            checks=tuple(_check_from_dict(check) for check in data["checks"].values()),
            derivation=None if derivation is None else DerivationEvidence.from_dict(derivation),
            seconds=float(data["seconds"]),
            absent=str(data["absent"]),
        )
        if result.to_dict() != dict(data):
            raise ValueError(f"the entry of {result.id} contradicts itself")
        return result


@dataclass(frozen=True, repr=False)
class Certificate:
    """Results of one run and the environment it ran in.

    Attributes:
        results: One a theorem, in the order of the list of theorems.
        environment: Versions, platform, seed and mode.
    """

    results: tuple[Result, ...]
    environment: Mapping[str, Any]

    @property
    def holds(self) -> bool:
        """Whether every theorem holds."""
        return all(result.holds for result in self.results)

    def __repr__(self) -> str:
        return f"<Certificate: {self.summary()}>"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{each.id}</td><td>{escape(each.title)}</td><td>{'verified' if each.holds else 'fails'}</td>"
            f"<td>{each.level}</td><td>{each.instances}</td></tr>"
            for each in self.results
        )
        heads = "".join(f"<th>{name}</th>" for name in ("id", "title", "verdict", "level", "instances"))
        return f"<table><tr>{heads}</tr>{rows}</table>"

    def summary(self) -> str:
        """How many theorems hold."""
        return f"{sum(result.holds for result in self.results)} of {len(self.results)} theorems verified"

    def lines(self) -> list[str]:
        """One line a theorem."""
        return [result.line() for result in self.results]

    def to_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "theorems": [result.to_dict() for result in self.results],
            "environment": dict(self.environment),
        }

    def write(self, path: str | Path) -> Path:
        """Writes the JSON document; an interruption leaves the old file, or none.

        Raises:
            InputError: If the file cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"
        return write_whole(path, text, "Certificate")

    @classmethod
    def read(cls, path: str | Path, remedy: str = "name one that this version of verify wrote") -> Certificate:
        """Reads a certificate.

        Args:
            path: The JSON file.
            remedy: What to do about a damaged one, for the message.

        Raises:
            InputError: If the file cannot be read, is damaged or is no certificate; one line that says where.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            certificate = cls(*_parts(data))
        except OSError as error:
            raise InputError(f"Certificate '{path}' cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"there is no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
            raise InputError(
                f"Certificate '{path}' is damaged or of another version ({reason}); {remedy}."
            ) from error
        ids = [result.id for result in certificate.results]
        if twice := next((key for key in ids if ids.count(key) > 1), None):
            raise InputError(f"Certificate '{path}' is damaged (theorem {twice} occurs twice); {remedy}.")
        return certificate


def schema() -> str:
    """The JSON Schema (draft 2020-12) of the document that a certificate is written as.

    Example:
        >>> import json
        >>> from orbitkernels.proofs.certificate import schema
        >>> json.loads(schema())["required"]
        ['theorems', 'environment']
    """
    return Path(__file__).with_name("certificate.schema.json").read_text(encoding="utf-8")


def environment(seed: int, quick: bool) -> dict[str, Any]:
    """Versions, code, platform, seed and mode; equal environments give equal certificates but for times."""
    return {
        "code": code_hash(),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "seed": seed,
        "quick": quick,
    }


@cache
def code_hash() -> str:
    """SHA-256 of the modules of this package: a certificate tells what the code that made it could establish.

    The version alone does not say, because the code may be edited where it is installed.
    """
    digest = sha256()
    for package in ("orbitkernels.theory", "orbitkernels.numerics", __package__):
        for path in import_module(package).__path__:
            for module in sorted(Path(path).glob("*.py")):
                digest.update(f"{package}/{module.name}\0".encode() + module.read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _parts(data: Any) -> tuple[tuple[Result, ...], dict[str, Any]]:
    """Results and environment of a JSON document."""
    _require_kind(data, dict, "it")
    _require_kind(data["theorems"], list, "'theorems'")
    _require_kind(data["environment"], dict, "'environment'")
    return tuple(_entry(entry) for entry in data["theorems"]), data["environment"]


def _require_kind(data: Any, kind: type, what: str) -> None:
    if not isinstance(data, kind):
        raise ValueError(f"{what} is no {'list' if kind is list else 'JSON object'}")


def _entry(data: Any) -> Result:
    """One result, and which one it is if it is damaged."""
    _require_kind(data, dict, "an entry")
    try:
        return Result.from_dict(data)
    except KeyError as error:
        name = data.get("id")
        raise ValueError(f"the entry of {name} has no {error}" if name else f"an entry has no {error}") from error


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _check_to_dict(check: Check) -> dict[str, Any]:
    fields = asdict(check) | {"level": str(check.level), "cases": list(check.cases)}
    return {key: _finite(value) if isinstance(value, float) else value for key, value in fields.items()}


def _check_from_dict(data: Mapping[str, Any]) -> Check:
    numbers = {key: math.inf for key in ("residual", "rounding", "condition", "ratio") if data[key] is None}
    return Check(**{**data, **numbers, "level": Level(data["level"]), "cases": tuple(data["cases"])})
