"""Runs the derivation and the checks of each theorem, on one process or several, and makes the certificate."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import numpy as np
from threadpoolctl import threadpool_limits

from orbitkernels.errors import InputError
from orbitkernels.numerics.cores import available_cores
from orbitkernels.theory.integer_input import shown

from .arguments import integer
from .certificate import Certificate, DerivationEvidence, Result, environment
from .documents import Document, document
from .evidence import Check, Comparison, Level
from .reasons import Reasons, made
from .theorem import THEOREMS, Procedure, Theorem, find_theorem

#: What a task carries out: the derivation of a theorem, or its check of a level.
Route = Literal["derivation"] | Level
Progress = Callable[[str, int, int], None]

#: More processes than this only wait for each other's imports.
MAX_JOBS = 8


def verify(
    ids: str | Iterable[str] | None = None,
    quick: bool = False,
    jobs: int | None = 1,
    seed: int = 0,
    progress: Progress | None = None,
    resume: str | Path | None = None,
    save: str | Path | None = None,
    documents: MutableMapping[str, Document] | None = None,
) -> Certificate:
    """Derives and checks theorems and says how strongly each is established.

    Args:
        ids: Theorems such as ``["T2", "T6"]``; all if omitted.
        quick: Fewer instances.
        jobs: Processes; None for one a core that may be used (at most MAX_JOBS).
        seed: Seed of the random instances; one seed gives one certificate but for times.  (With one process the
            linear algebra may use several threads, which can change the last digit of a residual.)
        progress: Called as ``progress(theorem id, done, in all)``, where each instance counts one and so does the
            derivation.
        resume: An earlier certificate; its theorems with the same statement, code, seed, mode and versions that
            hold are kept.  Nothing is kept if the file does not exist.
        save: Where to write the certificate each time another theorem is done, so that an interrupted run can be
            resumed.
        documents: Where to put the derivations that are made, ready to be shown, by the ids of their theorems;
            making them once more takes far longer than showing them.

    Returns:
        The certificate.

    Raises:
        InputError: If a theorem is unknown, an argument is out of range or the earlier certificate is damaged.

    Example:
        >>> from orbitkernels.proofs.verify import verify
        >>> certificate = verify(["T1"], quick=True)
        >>> certificate.holds, certificate.results[0].id
        (True, 'T1')
    """
    theorems = [find_theorem(name) for name in theorem_ids(ids)]
    integer("seed", seed, least=0)
    processes = workers(jobs)
    setting = environment(seed, quick)
    done = {} if resume is None else _kept(theorems, Path(resume), setting)
    todo = [theorem for theorem in theorems if theorem.id not in done]
    tasks = [task for theorem in todo for task in _tasks(theorem, quick, seed, documents is not None)]
    run = _Run(todo, tasks, progress, done, {} if documents is None else documents)
    for result in run.results(processes):
        done[result.id] = result
        if save is not None:
            _certificate(theorems, done, setting).write(save)
    return _certificate(theorems, done, setting)


def theorem_ids(names: str | Iterable[str] | None = None) -> list[str]:
    """Ids of the theorems named, once each and in the order of the list; all of them for None or nothing.

    Raises:
        InputError: If one is unknown; the message suggests the nearest.

    Example:
        >>> from orbitkernels.proofs.verify import theorem_ids
        >>> theorem_ids(["t6", "T2"])
        ['T2', 'T6']
    """
    if names is not None and not isinstance(names, Iterable):
        raise InputError(f"Argument 'ids' must be theorems such as ['T2', 'T6'], not {shown(names)}.")
    wanted = {find_theorem(name).id for name in ([names] if isinstance(names, str) else names or ())}
    return [key for key in THEOREMS if key in wanted or not wanted]


# ---------------------------------------------------------------------- tasks


@dataclass(frozen=True)
class _Task:
    """Some cases of one route of one theorem, all on one group so that its irreps are found once."""

    theorem: str
    route: Route
    indices: tuple[int, ...]
    cases: tuple[Any, ...]
    seed: int
    shown: bool = False  # whether the derivation is to be shown

    @property
    def size(self) -> int:
        """What it counts for in the progress."""
        return 1 if self.route == "derivation" else len(self.cases)


@dataclass(frozen=True)
class _Outcome:
    """What a task found; `derivation` and its document for the derivation, `comparisons` for the checks."""

    task: _Task
    seconds: float
    comparisons: tuple[Comparison, ...] = ()
    derivation: DerivationEvidence | None = None
    document: Document | None = None


class _Run:
    """The tasks of some theorems and what they have found so far."""

    def __init__(
        self,
        theorems: Sequence[Theorem],
        tasks: Sequence[_Task],
        progress: Progress | None,
        kept: Mapping[str, Result],
        documents: MutableMapping[str, Document],
    ) -> None:
        self.theorems = {theorem.id: theorem for theorem in theorems}
        self.progress = progress or (lambda *_: None)
        self.documents = documents
        self.tasks = _ordered(tasks)
        self.outcomes: dict[str, list[_Outcome]] = {key: [] for key in self.theorems}
        self.waiting = {key: sum(task.theorem == key for task in tasks) for key in self.theorems}
        self.totals = {key: sum(task.size for task in tasks if task.theorem == key) for key in self.theorems}
        self.reasons = Reasons(
            (task.theorem for task in tasks if task.route == "derivation"),
            {key: result.derivation for key, result in kept.items() if result.derivation},
        )

    def results(self, processes: int) -> Iterator[Result]:
        """The result of each theorem as soon as its last task is done."""
        for key, total in self.totals.items():
            self.progress(key, 0, total)
        for outcome in _outcomes(self.tasks, processes):
            key = outcome.task.theorem
            self.outcomes[key].append(outcome)
            self.waiting[key] -= 1
            if outcome.derivation:
                self.reasons.add(key, outcome.derivation)
            if outcome.document:
                self.documents[key] = outcome.document
            self.progress(key, sum(each.task.size for each in self.outcomes[key]), self.totals[key])
            yield from self._complete()

    def _complete(self) -> Iterator[Result]:
        """Results of the theorems whose tasks, and the derivations that they rest on, are done."""
        for key in [key for key in self.outcomes if not self.waiting[key]]:
            theorem = self.theorems[key]
            derivation = None if theorem.derivation is None else self.reasons.chained(key)
            if theorem.derivation is None or derivation is not None:
                yield _result(theorem, self.outcomes.pop(key), derivation)


def _outcomes(tasks: Sequence[_Task], processes: int) -> Iterator[_Outcome]:
    """Outcomes in any order, from this process or from several."""
    processes = min(processes, len(tasks))
    if processes <= 1:
        yield from map(_perform, tasks)
        return
    from joblib import Parallel, delayed

    # few tasks wait in the queue, so that an interruption ends the processes quietly
    parallel = Parallel(n_jobs=processes, return_as="generator_unordered", batch_size=1)
    yield from parallel(delayed(_perform)(task) for task in tasks)


def _tasks(theorem: Theorem, quick: bool, seed: int, shown: bool) -> Iterator[_Task]:
    """The derivation, then for each group the cases of each check, the last and largest groups first."""
    if theorem.derivation is not None:
        yield _Task(theorem.id, "derivation", (), (), seed, shown)
    for route, procedure in theorem.procedures.items():
        by_group: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        for index, case in enumerate(procedure.cases(quick)):
            by_group[case.group].append((index, case))
        for members in reversed(by_group.values()):
            indices, cases = zip(*members, strict=True)
            yield _Task(theorem.id, route, indices, cases, seed)


def _ordered(tasks: Sequence[_Task]) -> list[_Task]:
    """Derivations first, because what rests on one waits for it; then theorem by theorem.

    An interrupted run so leaves as many finished theorems as it can.
    """
    return sorted(tasks, key=lambda task: task.route != "derivation")


def _perform(task: _Task) -> _Outcome:
    """Carry out a task; runs in a process of its own if there are several."""
    start = time.perf_counter()
    theorem = THEOREMS[task.theorem]
    if task.route == "derivation":
        evidence, derivation = made(theorem)
        seconds = time.perf_counter() - start
        shown = document(derivation) if derivation is not None and task.shown else None
        return _Outcome(task, seconds, derivation=evidence, document=shown)
    procedure = theorem.procedures[task.route]
    # the matrices are small: more threads would only wait for each other, and change last digits
    with threadpool_limits(limits=1, user_api="blas"):
        comparisons = tuple(
            _compare(procedure, case, task, index) for index, case in zip(task.indices, task.cases, strict=True)
        )
    return _Outcome(task, time.perf_counter() - start, comparisons)


def _compare(procedure: Procedure, case: Any, task: _Task, index: int) -> Comparison:
    """One comparison; its random numbers depend on seed, theorem, route and the position of the case only."""
    rng = np.random.default_rng([task.seed, crc32(f"{task.theorem} {task.route}".encode()), index])
    try:
        return procedure.compare(case, rng)
    except Exception as error:
        level = Level(task.route)
        return Comparison(str(case), level, False, float("inf"), detail=f"{type(error).__name__}: {error}")


# ---------------------------------------------------------------------- results


def _result(theorem: Theorem, outcomes: Sequence[_Outcome], derivation: DerivationEvidence | None) -> Result:
    return Result(
        id=theorem.id,
        title=theorem.title,
        source=theorem.source,
        statement_hash=theorem.statement_hash,
        checks=tuple(_check(level, outcomes) for level in theorem.procedures),
        derivation=derivation,
        seconds=sum(outcome.seconds for outcome in outcomes),
        absent=theorem.absent,
    )


def _check(level: Level, outcomes: Sequence[_Outcome]) -> Check:
    """Summary of a check, in the order of its cases whatever order they ended in."""
    found = [
        pair
        for outcome in outcomes
        if outcome.task.route == level
        for pair in zip(outcome.task.indices, outcome.comparisons, strict=True)
    ]
    return Check.of(level, [comparison for _, comparison in sorted(found, key=lambda pair: pair[0])])


def _certificate(theorems: Sequence[Theorem], done: dict[str, Result], setting: dict[str, Any]) -> Certificate:
    return Certificate(tuple(done[theorem.id] for theorem in theorems if theorem.id in done), setting)


def _kept(theorems: Sequence[Theorem], path: Path, setting: dict[str, Any]) -> dict[str, Result]:
    """Results of an earlier certificate that say the same thing about the same statements."""
    if not path.exists():
        return {}
    old = Certificate.read(path, "make it anew without --resume")
    if dict(old.environment) != setting:
        return {}
    hashes = {theorem.id: theorem.statement_hash for theorem in theorems}
    return {
        result.id: result
        for result in old.results
        if result.holds and hashes.get(result.id) == result.statement_hash
    }


# ---------------------------------------------------------------------- arguments


def workers(jobs: int | None) -> int:
    """How many processes a run uses: as many as asked for, or one a core that it may use, up to MAX_JOBS.

    Cores are counted as for threads: those of the affinity mask, OMP_NUM_THREADS at most.

    Raises:
        InputError: If the number is not positive.

    Example:
        >>> from orbitkernels.proofs.verify import workers
        >>> workers(3)
        3
    """
    if jobs is None:
        return min(available_cores(), MAX_JOBS)
    return integer("jobs", jobs)
