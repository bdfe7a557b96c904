"""Adapted irreps of a group from those of a normal subgroup of prime index p, by Clifford theory.

Let K = H u t H u ... u t^(p-1) H with H normal.  Conjugation by t permutes the irreps of H: sigma goes to the
irrep tau with tau(t h t^-1) equivalent to sigma(h).

* If tau is sigma, let B be unitary with B sigma(h) = sigma(t h t^-1) B.  Then B^p = c sigma(t^p) with a number
  c, and rho(t) = b B with b^p = 1/c extends sigma in p ways.
* Otherwise the orbit has p irreps sigma_0, ..., sigma_(p-1), and rho, induced from any of them, is their direct
  sum. With B_i sigma_i(h) = sigma_(i+1)(t h t^-1) B_i the matrix rho(t) has the blocks B_i from sigma_i to
  sigma_(i+1), once B_(p-1) is scaled so that B_(p-1) ... B_0 = sigma_0(t^p).

Source: U. Baum, M. Clausen, "Computing irreducible representations of supersolvable groups", Math. Comp. 63
(1994)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from .adapted_irreps import AdaptedIrreps, Block, Family, IntArray, Level, Matrices
from .character_matching import match_characters
from .intertwiners import unitary_intertwiners

Product = Callable[[IntArray, IntArray], IntArray]

Irrep = tuple[int, int]  # family and member


def clifford_level(
    irreps: AdaptedIrreps, p: int, product: Product, inverse: Callable[[IntArray], IntArray], classes: IntArray
) -> Level:
    """Irreps of K from those of H, with the representatives 1, t, ..., t^(p-1).

    Args:
        irreps: Irreps of H, of order m.
        p: Index of H; t has the position m.
        product: Position of g h from those of g and h.
        inverse: Position of g^-1.
        classes: One position of each conjugacy class of H.

    Returns:
        The level of K; its matrices are real as long as no root of unity is needed.
    """
    step = _Step(irreps, p, product, inverse)
    successor = step.successors(classes)
    fixed = {irrep for irrep, image in successor.items() if image == irrep}
    intertwiners = step.intertwiners(list(successor.items()))
    families = [
        step.extended(f, [i for i in fixed if i[0] == f], intertwiners) for f in sorted({f for f, _ in fixed})
    ]
    by_shape = defaultdict(list)
    for orbit in _orbits(successor):
        by_shape[tuple(family for family, _ in orbit)].append(orbit)
    families += [step.induced(orbits, intertwiners) for _, orbits in sorted(by_shape.items())]
    return Level(p, tuple(families))


def _orbits(successor: dict[Irrep, Irrep]) -> list[list[Irrep]]:
    """Orbits of more than one irrep, each from its least irrep on."""
    orbits, seen = [], set()
    for start, image in sorted(successor.items()):
        if start in seen or image == start:
            continue
        orbit = [start]
        while successor[orbit[-1]] != start:
            orbit.append(successor[orbit[-1]])
        seen.update(orbit)
        orbits.append(orbit)
    return orbits


class _Step:
    """Conjugation by t, and what it does to irreps of H."""

    def __init__(
        self, irreps: AdaptedIrreps, p: int, product: Product, inverse: Callable[[IntArray], IntArray]
    ) -> None:
        self.irreps, self.p = irreps, p
        self._product, self._t = product, np.array(irreps.order)
        self._inverse_t = inverse(self._t)
        last = self._t * (p - 1)
        self.power = np.atleast_1d(product(last, self._t))  # t^p in H
        self._steps = irreps.averaging_steps()

    def conjugate(self, positions: IntArray) -> IntArray:
        """t h t^-1."""
        return self._product(self._product(self._t, positions), self._inverse_t)

    def successors(self, classes: IntArray) -> dict[Irrep, Irrep]:
        """The irrep tau with tau(t h t^-1) equivalent to sigma(h), for every sigma."""
        names = [(f, i) for f, (size, _) in enumerate(self.irreps.shapes) for i in range(size)]
        match = match_characters(
            lambda chosen: self.irreps.traces(classes[chosen]),
            lambda chosen: self.irreps.traces(self.conjugate(classes[chosen])),
            classes.size,
        )
        return {names[i]: names[j] for i, j in enumerate(match.tolist())}

    def intertwiners(self, pairs: Sequence[tuple[Irrep, Irrep]]) -> dict[Irrep, Matrices]:
        """B with B sigma(h) = tau(t h t^-1) B, for pairs of sigma and its successor tau."""
        found: dict[Irrep, Matrices] = {}
        by_families = defaultdict(list)
        for sigma, tau in pairs:
            by_families[sigma[0], tau[0]].append((sigma[1], tau[1]))
        for (f, g), members in by_families.items():
            degree = self.irreps.shapes[f][1]
            most = max((step.size for step in self._steps), default=1)
            for chunk in _parts(members, most * degree**2):
                for sigma, B in zip(chunk, self._batch(f, g, np.array(chunk)), strict=True):
                    found[f, sigma[0]] = B
        return found

    def _batch(self, f: int, g: int, members: IntArray) -> Matrices:
        """Intertwiners [k, d, d] of pairs [k, 2] of members of two families."""
        if self.irreps.shapes[f][1] == 1:
            return np.ones((len(members), 1, 1))
        left = [self.irreps.matrices(g, members[:, 1], self.conjugate(step)) for step in self._steps]
        right = [self.irreps.matrices(f, members[:, 0], step) for step in self._steps]
        return unitary_intertwiners(left, right)

    def extended(self, family: int, fixed: Sequence[Irrep], intertwiners: dict[Irrep, Matrices]) -> Family:
        """The p extensions of each fixed irrep of a family."""
        members = np.array(sorted(i for _, i in fixed))
        B = np.stack([intertwiners[family, i] for i in members.tolist()])  # [k, d, d]
        ratio = _scalar(np.linalg.matrix_power(B, self.p), self.irreps.matrices(family, members, self.power)[:, 0])
        phases = np.exp((-1j * np.angle(ratio)[:, None] + 2j * np.pi * np.arange(self.p)) / self.p)
        phases = _real_if_exact(phases)
        generators = (phases[:, :, None, None] * B[:, None]).reshape(-1, *B.shape[1:])  # [k p, d, d]
        degree = B.shape[1]
        return Family(_powers(generators, self.p), (Block(family, np.repeat(members, self.p), 0, degree),))

    def induced(self, orbits: Sequence[Sequence[Irrep]], intertwiners: dict[Irrep, Matrices]) -> Family:
        """The irreps induced from orbits whose i-th irreps all lie in one family."""
        d, p = self.irreps.shapes[orbits[0][0][0]][1], self.p
        members = np.array([[member for _, member in orbit] for orbit in orbits])  # [k, p]
        families = [family for family, _ in orbits[0]]
        B = [np.stack([intertwiners[orbit[i]] for orbit in orbits]) for i in range(p)]
        around = np.broadcast_to(np.eye(d), B[0].shape)
        for factor in B:
            around = factor @ around
        target = self.irreps.matrices(families[0], members[:, 0], self.power)[:, 0]
        B[-1] = B[-1] * _real_if_exact(_scalar(around, target).conj())[:, None, None]
        generators = np.zeros((len(orbits), p, d, p, d), dtype=np.result_type(*B))
        for i, factor in enumerate(B):
            generators[:, (i + 1) % p, :, i] = factor
        blocks = tuple(Block(families[i], members[:, i], i * d, d) for i in range(p))
        return Family(_powers(generators.reshape(-1, p * d, p * d), p), blocks)


def _parts(items: list[tuple[int, int]], numbers: int) -> list[list[tuple[int, int]]]:
    """Parts of a list whose items need that many numbers each."""
    step = max(1, 2**22 // numbers)
    return [items[start : start + step] for start in range(0, len(items), step)]


def _scalar(matrices: Matrices, multiples: Matrices) -> Matrices:
    """Numbers c [k] of absolute value 1 with matrices = c multiples."""
    c = np.einsum("kij,kij->k", matrices, multiples.conj())
    found: Matrices = c / np.abs(c)
    return found


def _real_if_exact(phases: Matrices) -> Matrices:
    """The real parts of 1 and -1 if there is no other phase."""
    real = np.rint(phases.real)
    return real if np.abs(phases - real).max() < 1e-9 and np.all(np.abs(real) == 1) else phases


def _powers(matrices: Matrices, p: int) -> Matrices:
    """Powers 1, t, ..., t^(p-1) of matrices [k, d, d] as an array [k, p, d, d]."""
    powers = [np.broadcast_to(np.eye(matrices.shape[1], dtype=matrices.dtype), matrices.shape)]
    for _ in range(p - 1):
        powers.append(powers[-1] @ matrices)
    return np.stack(powers, axis=1)
