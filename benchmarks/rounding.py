"""``python -m benchmarks.rounding``: how large rounding bounds are beside what happens, and what they cost.

*Bound* and *level* are `rounding_bound` and `rounding_level` over the largest error that rounding made, in an
array of errors.  Errors are known from balls of 400 bits (python-flint): the Gram matrix of the floats of the
symbol, solved densely, and the discrete Fourier transform of the floats of a function.  Where nothing was rounded
there is no ratio.  *Cost* is the CPU time of errors with bounds, levels and condition numbers over that of errors
alone, the least of some rounds in one process.  The results go to ``benchmarks/rounding.md``; ``--quick`` takes a
few instances of each family and writes nothing.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from flint import acb, arb, arb_mat, ctx
from rich.console import Console
from rich.progress import track
from rich.table import Table
from threadpoolctl import threadpool_limits

import orbitkernels as ok
from benchmarks.markdown import table
from orbitkernels.numerics.symbol_transform import abelian_transform
from orbitkernels.proofs.batched_blocks import BatchRoute
from orbitkernels.proofs.batched_rounding import BatchRounding, SymbolSizes
from orbitkernels.proofs.batches import levelled_errors
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.large_orbits import irrep_route
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.spectral import FourierRoute
from orbitkernels.proofs.symbol_errors import FreeOrbits

RESULTS = Path(__file__).with_suffix(".md")
BITS = 400

#: Groups of the instances with one missing pose, acting on functions on themselves.
SMALL = ["C16", "D4", "S3", "Q8"]

#: Powers of two, other small factors, primes below and above 50, products.
ABELIAN = [
    (256,), (257,), (360,), (521,), (529,), (1000,), (1009,), (1024,), (16, 32), (2,) * 9, (4, 6, 12), (3, 97),
]  # fmt: skip

#: Groups of averages, ridge, and the relative size of random changes of values.
AVERAGED, RIDGE, CHANGE = ["C8", "C200", "S5"], 1e-6, 2e-16


@dataclass(frozen=True)
class Figure:
    """What one instance showed: the largest error that rounding made, and what was said of it."""

    off: float
    bound: float
    level: float | None = None
    condition: float | None = None


@dataclass(frozen=True)
class Family:
    """Instances of one kind.

    Attributes:
        name: As in the table.
        figures: One an instance.
        moved: Changes of errors by random changes of values, if they were tried.
    """

    name: str
    figures: list[Figure]
    moved: tuple[float, ...] = ()


def regular_orbits(name: str, seed: int) -> ok.Orbits:
    """Two orbits of random functions on a group, of length 1."""
    G = ok.group(name)
    images = [np.asarray(G.multiply(s, np.arange(G.order))).tolist() for s in G.generators]
    seeds = np.random.default_rng(seed).standard_normal((2, G.order))
    action = ok.PermutationAction.from_generators(G, images)
    return ok.Orbits(G, seeds / np.linalg.norm(seeds, axis=1)[:, None], [0, 1], action)


def exact_gram(route: FourierRoute | DenseRoute) -> arb_mat:
    """K + r I of the floats of a route in balls, two values that should be equal replaced by their mean."""
    if isinstance(route, DenseRoute):
        matrix = arb_mat(route.matrix.tolist())
        rest: Any = np.diag(route.rest)
    else:
        G, n = route.orbits.group, route.orbits.group.order
        division = G.multiply(G.inverse(np.arange(n))[:, None], np.arange(n))
        count, symbol = len(route.orbits), route.symbol
        matrix = arb_mat(np.block([[symbol[a, b][division] for b in range(count)] for a in range(count)]).tolist())
        rest = route.ridge * np.eye(count * n)
    return (matrix + matrix.transpose()) / 2 + arb_mat(rest.tolist())


def true_errors(gram: arb_mat, targets: np.ndarray, places: list[int]) -> list[arb]:
    """[K^-1 y]_i / [K^-1]_ii."""
    size = gram.nrows()
    right = np.column_stack([targets, np.eye(size)[:, places]])
    found = gram.solve(arb_mat(right.tolist()))
    return [found[i, 0] / found[i, 1 + c] for c, i in enumerate(places)]


def distance(errors: np.ndarray, true: list[arb]) -> float:
    """Largest |computed - true|."""
    return max(float(abs(arb(e) - t).upper()) for e, t in zip(errors.ravel().tolist(), true, strict=True))


def figure(route: FourierRoute | DenseRoute) -> tuple[Figure, list[arb]]:
    """What is said of the errors of one missing pose, beside the truth."""
    found, orbits = bounded(route), route.orbits
    true = true_errors(exact_gram(route), orbits.point_targets[:, 0], orbits.offsets[:-1].tolist())
    largest = float(found.rounding_bound.max()), float(found.rounding_level.max())
    return Figure(distance(found.error, true), *largest, found.condition_number), true


def missing_pose(route: type[FourierRoute] | type[DenseRoute], quick: bool) -> list[Figure]:
    """Gaussian kernels, ever smoother."""
    found = []
    for name, seed, scale in product(SMALL, range(1 if quick else 4), np.linspace(0.5, 2.5, 2 if quick else 7)):
        kernel = ok.Gaussian(length_scale=10.0**scale)
        try:
            found.append(figure(route.of(kernel, regular_orbits(name, seed), 0.0))[0])
        except ok.SingularGramError:
            continue
    return found


def dft(values: list[acb], orders: tuple[int, ...]) -> list[acb]:
    """sum_j f(j) exp(2 pi i sum_i k_i j_i / a_i), axis after axis."""
    found, stride = list(values), 1
    for a in reversed(orders):
        for start in range(len(found)):
            if start // stride % a == 0:
                axis = slice(start, start + stride * (a - 1) + 1, stride)
                turned = acb.dft(found[axis])
                found[axis] = [turned[0], *turned[:0:-1]]  # dft has exp(-2 pi i ...)
        stride *= a
    return found


def transforms(quick: bool) -> list[Figure]:
    """Noise, a decaying function and a single frequency on abelian groups."""
    found = []
    for orders in ABELIAN[:2] if quick else ABELIAN:
        n, transform = prod(orders), abelian_transform(orders)
        t, known = np.arange(n), transform.rounding
        noise = np.random.default_rng(n).standard_normal(n)
        for f in (noise, np.exp(-t / 3.0), np.cos(14 * np.pi * t / n)):
            got = transform.forward(f[None])[0].ravel().tolist()
            true = dft([acb(x) for x in f.tolist()], orders)
            off = max(float(abs(acb(complex(g)) - w).upper()) for g, w in zip(got, true, strict=True))
            bound = known.sums[0] * np.abs(f).sum() + known.roots * np.sqrt(n) * np.linalg.norm(f)
            found.append(Figure(off, float(bound)))
    return found


def averages(quick: bool) -> Family:
    """Collapsed orbits with a small ridge, and errors of symbols all of whose values are changed."""
    figures, moved = [], []
    for name in AVERAGED[:1] if quick else AVERAGED:
        G = ok.group(name)
        action = ok.PermutationAction.natural(G)
        seeds = np.random.default_rng(1).standard_normal((2, action.degree))
        orbits = ok.Orbits(G, seeds, [0, 1], action)
        route = FourierRoute.of(ok.Averaged("ntk(depth=2)", G, action), orbits, RIDGE)
        one, true = figure(route)
        size = max(abs(float(t)) for t in true)
        figures.append(Figure(one.off / size, one.bound / size, (one.level or 0.0) / size, one.condition))
        changed = route.symbol * (1 + CHANGE * np.random.default_rng(2).choice([-1.0, 1.0], route.symbol.shape))
        other = FourierRoute(orbits, route.blocks, RIDGE, changed)
        away = true_errors(exact_gram(other), orbits.point_targets[:, 0], orbits.offsets[:-1].tolist())
        moved += [float(abs(a / t - 1).upper()) for a, t in zip(away, true, strict=True)]
    return Family(
        f"averages over {', '.join(AVERAGED)} (NTK, ridge {RIDGE:g}), Fourier route", figures, tuple(moved)
    )


def batches(quick: bool) -> list[Figure]:
    """Bounds of a batch; in place of errors, the bounds of one pair."""
    found = []
    for name, seed in product(SMALL, range(1 if quick else 10)):
        kernel, orbits = ok.Gaussian(length_scale=10 ** (0.5 + 0.2 * seed)), regular_orbits(name, seed)
        one = ok.error_with_bound(kernel, orbits, ridge=1e-9)
        several = levelled_errors(kernel, [orbits], 1e-9)
        found.append(Figure(float(one.rounding_bound.max()), float(several.rounding_bounds.max())))
    return found


# ---------------------------------------------------------------------- cost


def seconds(call: Callable[[], object], rounds: int) -> float:
    """Least CPU seconds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def cost_of_one(route: Callable[[], FourierRoute], rounds: int) -> float:
    """Errors with bounds over errors, blocks included."""
    both: list[Callable[[], object]] = [lambda: bounded(route()), lambda: route().errors()]
    for call in both:
        call()
    with_bounds, without = (seconds(call, rounds) for call in both)
    return with_bounds / without


def cost_of_batch(kernel: Any, group: str, pairs: int, rounds: int) -> float:
    """The same for a batch of random images under cyclic shifts."""
    G = ok.group(group)
    images = np.random.default_rng(0).standard_normal((2 * pairs, *([8, 8] if "x" in group else [G.order])))

    def work() -> object:
        return levelled_errors(kernel, ok.OrbitBatch(G, images, np.arange(2 * pairs).reshape(-1, 2)), 1e-3)

    def nothing(*given: Any) -> np.ndarray:
        return np.zeros_like(given[3])  # in place of the bounds of the errors of an orbit

    work()
    known = seconds(work, rounds)
    with ExitStack() as stack:
        stack.enter_context(patch.object(SymbolSizes, "of", lambda *_: None))
        stack.enter_context(patch.object(BatchRounding, "of", lambda *_: None))
        stack.enter_context(patch.object(BatchRoute, "_orbit_bounds", nothing))
        return known / seconds(work, rounds)


def cyclic(n: int) -> Callable[[], FourierRoute]:
    """Of a symbol that decays; each call makes the blocks anew."""
    lags, group = np.minimum(np.arange(n), n - np.arange(n)), ok.group(f"C{n}")
    phi, orbits, route = np.exp(-lags / 50)[None, None], FreeOrbits(group, np.ones((1, 1))), irrep_route(group)
    return lambda: FourierRoute(orbits, route.blocks(phi, [None], 0.0), 0.0, phi)


#: Group, kernel and pairs of the batches.
BATCHES = [(group, kernel, 256) for group in ("C8xC8", "C64") for kernel in ("ntk(depth=3)", "gaussian()")]


def permuted(k: int) -> Callable[[], FourierRoute]:
    """Two orbits of random points under permuted coordinates, from the points."""
    group, seeds = ok.group(f"S{k}"), np.random.default_rng(0).standard_normal((2, k))
    orbits = ok.Orbits(group, seeds, [0, 1], ok.PermutationAction.natural(group))
    return lambda: FourierRoute.of("ntk(depth=1)", orbits, "relative:1e-3")


def costs(quick: bool) -> list[tuple[str, Callable[[], float]]]:
    """What is measured of the cost of bounds."""
    rounds, orders = (1, (256,)) if quick else (5, (2**14, 2**20))
    batches = [("C8xC8", "ntk(depth=3)", 4)] if quick else BATCHES
    found: list[tuple[str, Callable[[], float]]] = []
    found += [(f"one symbol, C{n}", lambda n=n: cost_of_one(cyclic(n), rounds)) for n in orders]
    k = 5 if quick else 7
    found.append((f"two orbits of points, S{k}", lambda: cost_of_one(permuted(k), rounds)))
    for group, kernel, pairs in batches:
        work = lambda k=kernel, g=group, p=pairs: cost_of_batch(ok.kernel(k), g, p, rounds)  # noqa: E731
        found.append((f"`spectral_errors`, {pairs} pairs, {group}, {kernel}", work))
    return found


# ---------------------------------------------------------------------- tables


def spread(values: list[float]) -> str:
    """Least to largest, and median."""
    return f"{min(values):.2g} to {max(values):.2g} ({np.median(values):.2g})" if values else "-"


def row(family: Family) -> list[str]:
    """Cells of one family."""
    rounded = [f for f in family.figures if f.off > 0]
    conditions = [f.condition for f in family.figures if f.condition is not None]
    return [
        family.name,
        str(len(family.figures)),
        spread([f.bound / f.off for f in rounded]),
        spread([f.level / f.off for f in rounded if f.level is not None]),
        f"{min(conditions):.0e} to {max(conditions):.0e}" if conditions else "-",
    ]


def absolute(family: Family) -> list[list[str]]:
    """What happens to averages, relative to their errors."""
    names = ["errors made by rounding", "`rounding_level`", "`rounding_bound`"]
    figures = family.figures
    values = [[f.off for f in figures], [f.level or 0.0 for f in figures], [f.bound for f in figures]]
    rows = [[name, f"{min(x):.1e} to {max(x):.1e}"] for name, x in zip(names, values, strict=True)]
    changed = f"changes by relative changes of {CHANGE:g} of all values"
    return [*rows, [changed, f"{min(family.moved):.1e} to {max(family.moved):.1e}"]]


def measured(quick: bool) -> tuple[list[Family], list[tuple[str, float]]]:
    """All figures."""
    small = ", ".join(SMALL)
    work: list[Callable[[], Family]] = [
        lambda: Family(f"missing pose ({small}), Fourier route", missing_pose(FourierRoute, quick)),
        lambda: Family(f"missing pose ({small}), dense route", missing_pose(DenseRoute, quick)),
        lambda: averages(quick),
        lambda: Family("fast transforms of abelian groups, 256 to 1,024 elements", transforms(quick)),
        lambda: Family(f"batches ({small}), over the bound of one pair", batches(quick)),
    ]
    families = [one() for one in track(work, description="errors", transient=True)]
    return families, [(name, cost()) for name, cost in track(costs(quick), description="costs", transient=True)]


def lines(families: list[Family], cost: list[tuple[str, float]]) -> Iterator[str]:
    """The page."""
    yield from ["# Rounding bounds beside what happens", ""]
    yield from ["`python -m benchmarks.rounding`; least to largest (median) of bound and level over error.", ""]
    yield from table(["family", "instances", "bound", "level", "condition numbers"], [row(f) for f in families])
    yield ""
    averaged = next(f for f in families if f.moved)
    yield from table([averaged.name, "least to largest, relative to the error"], absolute(averaged))
    yield from ["", "CPU time with bounds over that without:", ""]
    yield from table(["errors", "ratio"], [[name, f"{ratio:.2f}"] for name, ratio in cost])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few instances of each family; nothing is written")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore", ok.RoundingWarning)
    ctx.prec = BITS
    with threadpool_limits(limits=1):
        families, cost = measured(quick)
    shown = Table(title="Rounding bounds over what happens: least to largest (median)")
    for heading in ("family", "instances", "bound", "level", "condition numbers"):
        shown.add_column(heading)
    for family in families:
        shown.add_row(*row(family))
    console = Console()
    console.print(shown)
    for name, ratio in cost:
        console.print(f"{name}: {ratio:.2f} times the CPU time without bounds", highlight=False)
    if not quick:
        RESULTS.write_text("\n".join(lines(families, cost)) + "\n")


if __name__ == "__main__":
    main()
