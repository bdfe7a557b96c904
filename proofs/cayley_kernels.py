"""Kernels on the elements of a group from a Cayley graph: adjacency, Laplacian, heat kernel and resolvent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.cayley_kernels import adjacency_eigenvalues, components_of_graph, connection_classes
from orbitkernels.theory.integer_input import shown

from .arguments import exact_rational, parameter_text
from .missing import element

if TYPE_CHECKING:
    from orbitkernels.theory.cyclotomics import Cyclotomic
    from orbitkernels.theory.groups import FiniteGroup

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: The parameter of each kernel, and whether it may be zero; kernels without one have None.
PARAMETERS: dict[str, tuple[str, bool] | None] = {
    "adjacency": None,
    "laplacian": None,
    "heat": ("t", True),
    "resolvent": ("shift", False),
}

_CALL = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)
_NEXT_ARGUMENT = re.compile(r",(?=\s*[A-Za-z_]\w*\s*=)")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?(/\d{1,15})?")
_CYCLES = re.compile(r"(\(\s*\d+(\s+\d+)*\s*\)\s*)+")


@dataclass(frozen=True)
class CayleyKernel:
    """A function of the Cayley graph Cay(G, S), g -- g s for s in S, as a kernel on the elements of G.

    With A the adjacency matrix and L = |S| I - A: ``adjacency`` is A, ``laplacian`` L, ``heat`` exp(-t L),
    ``resolvent`` (shift I + L)^-1.  All are group-circulant, and their symbol is a class function (Theorem K13).

    Attributes:
        group: G.
        name: One of the four.
        classes: Numbers of the conjugacy classes that make up S, sorted.
        parameter: t >= 0 or shift > 0, exact; 0 where there is none.

    Example:
        >>> from orbitkernels.proofs.cayley_kernels import cayley_kernel
        >>> from orbitkernels.theory.names import group
        >>> found = cayley_kernel(group("S3"), "resolvent(shift=1, generators=class:(0 1))")
        >>> values, multiplicities = found.spectrum()
        >>> values.round(6).tolist(), multiplicities.tolist()
        ([1.0, 0.142857, 0.25], [1, 1, 4])
        >>> found.symbol().sum().round(6).item()  # one orbit sum, the eigenvalue of the trivial irrep
        1.0
    """

    group: FiniteGroup
    name: str
    classes: tuple[int, ...]
    parameter: Fraction

    @property
    def degree(self) -> int:
        """|S|, the number of neighbours of a vertex."""
        return int(self.group.conjugacy_classes.sizes[list(self.classes)].sum())

    @cached_property
    def adjacency_spectrum(self) -> tuple[Cyclotomic, ...]:
        """alpha_rho, exact, in the order of the character table."""
        return adjacency_eigenvalues(self.group, self.classes)

    @property
    def components(self) -> int:
        """Number of connected components of the graph; 1 iff S generates G."""
        return components_of_graph(self.group, self.adjacency_spectrum)

    @property
    def spec(self) -> str:
        """A call that :func:`cayley_kernel` reads back."""
        words = ",".join(str(int(self.group.conjugacy_classes.representatives[k])) for k in self.classes)
        named = PARAMETERS[self.name]
        first = f"{named[0]}={parameter_text(self.parameter)}, " if named else ""
        return f"{self.name}({first}generators=class:{words})"

    def function(self, alpha: Any) -> Any:
        """f(alpha), the eigenvalue of the kernel for an eigenvalue alpha of A, exact or a SymPy expression.

        Only the heat kernel needs a SymPy expression.
        """
        distance = self.degree - alpha
        if self.name == "adjacency":
            return alpha
        if self.name == "laplacian":
            return distance
        if self.name == "resolvent":
            return 1 / (distance + self.parameter)
        import sympy

        return sympy.exp(-exact_rational(self.parameter) * distance)

    def spectrum(self) -> tuple[FloatArray, IntArray]:
        """Eigenvalues f(alpha_rho) and how often each occurs, d_rho^2, in the order of the character table.

        Returns:
            Two arrays [k].
        """
        from orbitkernels.numerics import cayley_kernels as numeric

        table, sizes = self.group.character_table(), self.group.conjugacy_classes.sizes
        alpha = numeric.adjacency_eigenvalues(table.numeric, sizes, list(self.classes))
        return self._values(alpha), np.asarray(table.degrees, dtype=np.int64) ** 2

    def _values(self, alpha: FloatArray) -> FloatArray:
        distance, parameter = self.degree - alpha, float(self.parameter)
        if self.name == "adjacency":
            return alpha
        if self.name == "laplacian":
            return distance
        return np.asarray(
            np.exp(-parameter * distance) if self.name == "heat" else 1 / (parameter + distance), dtype=np.float64
        )

    def symbol(self) -> FloatArray:
        """Array [n]: phi(g) = (1/n) sum_rho d_rho f(alpha_rho) chi_rho(g), so that K_gh = phi(g^-1 h)."""
        from orbitkernels.numerics import cayley_kernels as numeric

        table = self.group.character_table()
        on_classes = numeric.symbol_of_spectrum(table.numeric, self.group.order, self.spectrum()[0])
        return np.asarray(on_classes[self.group.conjugacy_classes.labels])


def is_cayley_spec(text: object) -> bool:
    """Whether a kernel specification calls one of the kernels of a Cayley graph.

    Example:
        >>> from orbitkernels.proofs.cayley_kernels import is_cayley_spec
        >>> is_cayley_spec("heat(t=1, generators=class:1)"), is_cayley_spec("ntk(depth=1)")
        (True, False)
    """
    match = re.match(r"\s*(\w+)\s*(\(|$)", text) if isinstance(text, str) else None
    return match is not None and match[1] in PARAMETERS


def cayley_kernel(group: FiniteGroup, spec: str | CayleyKernel) -> CayleyKernel:
    """Kernel of a call such as ``heat(t=1/2, generators=class:(0 1))``; nothing of the text is evaluated.

    Args:
        group: G.
        spec: ``heat(t=..., generators=...)``, ``resolvent(shift=..., generators=...)``,
            ``adjacency(generators=...)`` or ``laplacian(generators=...)``.  Generators are words such as
            ``a^2*b``, numbers of elements or, in permutation groups, cycles ``(0 1)(2 3)``, separated by commas;
            ``class:`` before them takes their whole conjugacy classes.

    Raises:
        InputError: If the call cannot be read, or S is not closed under conjugation and inverses.

    Example:
        >>> from orbitkernels.proofs.cayley_kernels import cayley_kernel
        >>> from orbitkernels.theory.names import group
        >>> cayley_kernel(group("D4"), "heat(t=1/2, generators=class:r,s)").degree
        4
    """
    if isinstance(spec, CayleyKernel):
        return spec
    match = _CALL.fullmatch(spec) if isinstance(spec, str) else None
    if match is None or match[1] not in PARAMETERS:
        raise InputError(
            f"Argument 'kernel' must be a call such as heat(t=1/2, generators=class:1), not {shown(spec)}."
        )
    name, arguments = match[1], _arguments(match[1], match[2])
    parameter = _parameter(name, arguments)
    if "generators" not in arguments:
        raise InputError(f"Kernel '{name}' needs generators, for example {name}(..., generators=class:1).")
    classes = connection_classes(group, _elements(group, arguments["generators"]))
    return CayleyKernel(group, name, tuple(classes.tolist()), parameter)


def _arguments(name: str, text: str) -> dict[str, str]:
    """Text of each keyword argument; commas between words of the generators do not part arguments."""
    found: dict[str, str] = {}
    named = PARAMETERS[name]
    known = [*([named[0]] if named else []), "generators"]
    for part in _NEXT_ARGUMENT.split(text):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or key not in known:
            raise InputError(f"Kernel '{name}' takes the arguments {', '.join(known)}, not {shown(part.strip())}.")
        if key in found:
            raise InputError(f"Argument '{key}' of kernel '{name}' is given twice; keep one.")
        found[key] = value.strip()
    return found


def _parameter(name: str, arguments: dict[str, str]) -> Fraction:
    """t >= 0 or shift > 0 as a fraction; 0 for kernels without a parameter."""
    named = PARAMETERS[name]
    if named is None:
        return Fraction(0)
    key, zero = named
    text = arguments.get(key, "1")
    try:
        value = Fraction(text if _NUMBER.fullmatch(text) else "")
    except (ValueError, ZeroDivisionError):
        raise InputError(f"Argument '{key}' must be a number such as 1/2 or 0.5, not {shown(text)}.") from None
    if value < 0 or (value == 0 and not zero) or value > 10**6:
        low = "at least 0" if zero else "positive"
        raise InputError(f"Argument '{key}' must be {low} and at most 1000000, not {shown(text)}.")
    return value


def _elements(group: FiniteGroup, text: str) -> Sequence[int]:
    """The elements that the words name, with their whole classes after ``class:``."""
    whole = text.startswith("class:")
    words = text.removeprefix("class:").split(",")
    found = [_element(group, word.strip()) for word in words]
    if not whole:
        return found
    labels = group.conjugacy_classes.labels
    return [int(g) for g in np.flatnonzero(np.isin(labels, labels[found]))]


def _element(group: FiniteGroup, word: str) -> int:
    """The element of a word, a number or, in a permutation group, of cycles."""
    if _CYCLES.fullmatch(word):
        return _by_cycles(group, word)
    try:
        return element(group, word)
    except InputError:
        names = ", ".join(group.generator_names) or "(none)"
        raise InputError(
            f"Argument 'generators' has the word {shown(word)}; use numbers below {group.order}, cycles such"
            f" as "
            f"(0 1) in a permutation group, or products of powers of the generators {names} of {group.name}."
        ) from None


def _by_cycles(group: FiniteGroup, word: str) -> int:
    """The element of a permutation group that is the product of disjoint cycles."""
    images = group.permutation(np.arange(group.order)) if _is_permutation_group(group) else None
    wanted = list(range(images.shape[1])) if images is not None else []
    for cycle in re.findall(r"\(([^()]*)\)", word):
        points = [int(p) for p in cycle.split()]
        for here, there in zip(points, points[1:] + points[:1], strict=True):
            if not here < len(wanted) or wanted[here] != here:
                break
            wanted[here] = there
        else:
            continue
        wanted = []
    rows = np.flatnonzero((images == wanted).all(axis=1)) if images is not None and wanted else np.array([])
    if rows.size == 0:
        raise InputError(
            f"Argument 'generators' has the cycles {shown(word)}, which are no element of {group.name}; use"
            f" words in "
            f"its generators {', '.join(group.generator_names) or '(none)'}."
        )
    return int(rows[0])


def _is_permutation_group(group: FiniteGroup) -> bool:
    from orbitkernels.theory.laws import PermutationLaw

    return isinstance(group.law, PermutationLaw)
