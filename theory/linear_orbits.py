"""Orbits of irreducible characters under tensor products with linear characters, found modulo a prime.

Let A = G/G' and let the cosets of G' grade the class algebra: products of classes in the cosets c and d lie in cd.
Class matrices of classes inside G' keep every coset, so that a combination of them has one block for each coset.
The vectors omega(C) = |C| chi(C)/d of chi and of lambda chi, lambda linear, agree inside G' and are eigenvectors
of one eigenvalue; those of different orbits differ (characters over theta in Irr(G') lie in Ind theta, whose
constituents are one orbit).  So each block has simple eigenvalues, one for each orbit that does not vanish on
the coset, and its size is the number of classes there instead of the number k of all.

An orbit vanishes outside a subgroup S of A, and its eigenvectors on the cosets in S are known up to factors t_c.
They follow from omega(W) omega(s) = sum_t N_st omega(t), W a combination of classes in c with matrix N, along a
chain of subgroups of S: t_(cd) = t_c t_d gamma, where t_c is any root of the equation that c^o in the smaller
subgroup gives.  The choices of roots are the |S| members of the orbit.

Sources: J. D. Dixon, "High speed computation of group characters", Numer. Math. 10 (1967); G. J. A. Schneider,
"Dixon's character table algorithm revisited", J. Symb. Comput. 9 (1990); for the orbits P. X. Gallagher, "Group
characters and normal Hall subgroups", Nagoya Math. J. 21 (1962).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import nmod_poly

from .class_matrices import class_columns, simple_eigenvectors
from .commutator_grading import CommutatorGrading
from .laws import IntArray
from .modular import modular_inverses

#: Products of group elements made for the first combination of classes.
_PRODUCTS = 2**21

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LinearOrbits:
    """One irreducible character an orbit, up to its degree.

    Attributes:
        omega: Array [orbits, classes] of |C| chi(C)/d modulo p.
        support: Array [orbits, cosets]: the cosets of G' on which the orbit does not vanish, a subgroup S of G/G'.
    """

    omega: IntArray
    support: Mask


def linear_orbits(grading: CommutatorGrading, p: int) -> LinearOrbits:
    """One vector omega for each orbit of irreducible characters under linear ones.

    Args:
        grading: The classes over G/G'.
        p: A prime with p = 1 modulo the exponent and n < p < 2^31.

    Raises:
        ArithmeticError: If no combination of classes was found that tells the orbits apart (three random
            combinations of all classes of G' fail with probability below (k^2/p)^3).

    Example:
        >>> from orbitkernels.theory.names import group
        >>> sorted(linear_orbits(CommutatorGrading(group("S4")), 10009).support.tolist())  # 1, 1; 3, 3; 2
        [[True, False], [True, True], [True, True]]
    """
    random = np.random.default_rng(0)
    for weights in _weights(grading, grading.classes[0], p, random):
        found = _eigenvectors(grading, weights, p, random)
        if found is not None:
            vectors, support = found
            return LinearOrbits(_Scaling(grading, vectors, support, p, random).omega(), support)
    raise ArithmeticError(f"internal error: class matrices of {grading.group.name} were not split modulo {p}")


def _weights(
    grading: CommutatorGrading, classes: IntArray, p: int, random: np.random.Generator
) -> Iterator[IntArray]:
    """Random weights of the smallest classes, of more and more of them, at last three times of all."""
    by_size, sizes = grading.by_size(classes)
    elements = np.cumsum(sizes)
    budget, tries = max(_PRODUCTS // grading.coset.size, int(elements[:2][-1])), 0
    while tries < 3:
        used = by_size[elements <= budget]
        yield _random_weights(grading, used, p, random)
        tries += used.size == by_size.size
        budget *= 8


def _random_weights(
    grading: CommutatorGrading, classes: IntArray, p: int, random: np.random.Generator
) -> IntArray:
    """Array [k] of residues that vanish outside the classes."""
    weights = np.zeros(grading.coset.size, dtype=np.int64)
    weights[classes] = random.integers(1, p, size=classes.size)
    return weights


def _blocks(grading: CommutatorGrading, weights: IntArray, c: int, p: int) -> Iterator[tuple[int, int, IntArray]]:
    """Cosets d, e = c d and the block of rows in d, columns in e, of a combination of classes in the coset c."""
    e = np.arange(len(grading.classes))
    d = grading.quotient.multiply(grading.quotient.inverse(c), e)
    counts = np.array([classes.size for classes in grading.classes], dtype=np.int64)
    columns = np.concatenate(grading.classes)
    found = class_columns(grading.group, weights, columns, grading.position, np.repeat(counts[d], counts), p)
    ends = np.cumsum(counts[d] * counts)
    for row, column, end in zip(d.tolist(), e.tolist(), ends.tolist(), strict=True):
        shape = (int(counts[column]), int(counts[row]))
        yield row, column, found[end - shape[0] * shape[1] : end].reshape(shape).T


def _eigenvectors(
    grading: CommutatorGrading, weights: IntArray, p: int, random: np.random.Generator
) -> tuple[IntArray, Mask] | None:
    """Array [orbits, k] of vectors omega up to a factor on each coset (1 on G'), and where they do not vanish.

    None if two orbits have the same eigenvalue on G'.
    """
    values = np.empty(0, dtype=np.int64)
    orbits = grading.classes[0].size
    vectors = np.zeros((orbits, grading.coset.size), dtype=np.int64)
    support = np.zeros((orbits, len(grading.classes)), dtype=bool)
    for c, _, block in _blocks(grading, weights, 0, p):
        found = simple_eigenvectors(block, p, random)
        if found is None:
            return None
        values = np.sort(found[0]) if c == 0 else values
        here = np.searchsorted(values, found[0])
        vectors[here[:, None], grading.classes[c]] = found[1].T
        support[here, c] = True
    return vectors, support


class _Scaling:
    """The factors t_c of the eigenvectors on the cosets."""

    def __init__(
        self,
        grading: CommutatorGrading,
        vectors: IntArray,
        support: Mask,
        p: int,
        random: np.random.Generator,
    ) -> None:
        self.grading, self.vectors, self.support, self.p, self.random = grading, vectors, support, p, random
        self._gamma: dict[int, IntArray] = {}

    def omega(self) -> IntArray:
        """The vectors with their factors."""
        factors = np.zeros(self.support.shape, dtype=np.int64)
        patterns, which = np.unique(self.support, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            orbits = np.flatnonzero(which.ravel() == number)
            factors[orbits] = self._factors(orbits, pattern)
        return self.vectors * factors[:, self.grading.coset] % self.p

    def _factors(self, orbits: IntArray, pattern: Mask) -> IntArray:
        """Array [orbits, cosets]: t_c for orbits with one and the same support S, along a chain of subgroups H.

        H and c make the larger subgroup of the layers c^j H, up to the power of c that lies in H.
        """
        p, t = self.p, np.zeros((orbits.size, pattern.size), dtype=np.int64)
        t[:, 0] = 1
        subgroup = np.zeros(1, dtype=np.int64)
        while subgroup.size < pattern.sum():
            c = int(np.flatnonzero(pattern & (t[0] == 0))[0])
            gamma, layers = self.gamma(c)[orbits], [subgroup]
            while True:  # t on the layer c^j H without its factor t_c^j
                layer = self.grading.quotient.multiply(c, layers[-1])
                raised = t[:, layers[-1]] * gamma[:, layers[-1]] % p
                if layer[0] in subgroup:
                    break
                t[:, layer] = raised
                layers.append(layer)
            powers = t[:, layer[0]] * modular_inverses(raised[:, 0], p) % p  # of t_c, as often as there are layers
            root, factor = _roots(powers, len(layers), p), np.ones(orbits.size, dtype=np.int64)
            for layer in layers[1:]:
                factor = factor * root % p
                t[:, layer] = t[:, layer] * factor[:, None] % p
            subgroup = np.concatenate(layers)
        return t

    def gamma(self, c: int) -> IntArray:
        """Array [orbits, cosets d]: gamma in t_(cd) = t_c t_d gamma, for orbits that vanish neither on c nor d."""
        if c not in self._gamma:
            weights = self._weights(c)
            value = (self.vectors * weights % self.p).sum(axis=1) % self.p
            images = np.ones(self.support.shape, dtype=np.int64)
            for d, e, block in _blocks(self.grading, weights, c, self.p):
                orbits = np.flatnonzero(self.support[:, c] & self.support[:, d])
                images[orbits, d] = self._images(orbits, d, e, block)
            self._gamma[c] = value[:, None] * modular_inverses(images, self.p) % self.p
        return self._gamma[c]

    def _weights(self, c: int) -> IntArray:
        """Random weights of the smallest classes over c such that each orbit that does not vanish on c is seen."""
        by_size = self.grading.by_size(self.grading.classes[c])[0]
        seen = np.logical_or.accumulate(self.vectors[self.support[:, c]][:, by_size] != 0, axis=1).all(axis=0)
        return _random_weights(self.grading, by_size[: int(np.argmax(seen)) + 1], self.p, self.random)

    def _images(self, orbits: IntArray, d: int, e: int, block: IntArray) -> IntArray:
        """Array [orbits]: sum_t N_st f(t) for the first class s in d with f(s) = 1, f the vector of the orbit."""
        place = np.argmax(self.vectors[orbits[:, None], self.grading.classes[d]] != 0, axis=1)
        columns = self.vectors[orbits[:, None], self.grading.classes[e]]
        return np.asarray((block[place] * columns % self.p).sum(axis=1) % self.p)


def _roots(values: IntArray, order: int, p: int) -> IntArray:
    """One root x of x^order = value for each value modulo p."""
    found = [int(nmod_poly([-int(value) % p] + [0] * (order - 1) + [1], p).roots()[0][0]) for value in values]
    return np.array(found, dtype=np.int64)
