"""What is derived of one pair of orbits: the error of a pose or of a coset, or the spectrum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import closed_form_checks as checks
from . import closed_form_large as large
from .closed_form_lines import eigenvalue_lines, error_lines, exchange_eigenvalue_lines, exchange_error_lines
from .orbit_pair import OrbitPair

Lines = Callable[[OrbitPair], list[str]]
Comparison = Callable[[OrbitPair, int], bool]


@dataclass(frozen=True)
class Target:
    """What is derived.

    Attributes:
        name: ``error``, ``spectrum`` or ``coset``.
        what: The beginning of the title.
        goal: LaTeX of the claim.
        source: Theorems that are put in.
        theorem: The theorem whose right side is put in; for class functions it may be another.
        result: The displayed lines for any two orbits.
        exchanged: The displayed lines for exchangeable orbits.
        compare: Compares the result with brute force on a sample.
        compare_large: The same on a group too large for a dense matrix, by class functions.
        hypotheses: Beyond those on the group, the orbits and the kernel.
    """

    name: str
    what: str
    goal: str
    source: str
    theorem: str
    result: Lines
    exchanged: Lines
    compare: Comparison
    compare_large: Comparison
    hypotheses: tuple[str, ...] = ()


ERROR = Target(
    name="error",
    what="Error at a missing pose",
    goal=r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}"
    r"{\sum_\rho d_\rho \operatorname{tr}[(\hat K(\rho)^{-1})_{cc}]}"
    r" \text{ for two orbits, } c = 1, 2, \text{ as a function of the symbol}",
    source="T6",
    theorem="T6",
    result=error_lines,
    exchanged=exchange_error_lines,
    compare=checks.errors_agree,
    compare_large=large.class_errors_agree,
    hypotheses=(
        r"$K$ is positive definite. All poses of orbit $c$ have the label $t_c$, and $t = (t_1, t_2)$; kernel"
        r" regression is trained on all points but one pose of orbit $c$, whose label is $y = t_c$ and whose"
        r" prediction is $p$.",
    ),
)
SPECTRUM = Target(
    name="spectrum",
    what="Spectrum of the Gram matrix",
    goal=r"\det(x - K) = \prod_\rho \det(x - \hat K(\rho))^{d_\rho}"
    r" \text{ for two orbits, as a function of the symbol}",
    source="T2 and T3",
    theorem="T2",
    result=eigenvalue_lines,
    exchanged=exchange_eigenvalue_lines,
    compare=checks.spectra_agree,
    compare_large=large.class_traces_agree,
)


#: What the instances of a result compare: by target, and whether the group is too large for a dense matrix.
COMPARED = {
    (
        "error",
        False,
    ): "The instances are random symbols in integers with a positive definite Gram matrix; both errors"
    " equal those of solving without the pose, exactly.",
    (
        "error",
        True,
    ): r"The instance is a random symbol in integers: the column of $K^{-1}$ that the same formulas give is"
    r" multiplied by $K$, exactly, and is a unit vector.",
    (
        "coset",
        False,
    ): "The instances are random symbols in integers with a positive definite Gram matrix; the errors at all poses"
    " of a coset equal those of solving without them, exactly.",
    (
        "coset",
        True,
    ): r"The instance is a random symbol in integers: the column of $K^{-1}$ that the same formulas give is"
    r" multiplied by $K$, exactly, and is a unit vector; its values on $H$ are summed.",
    (
        "spectrum",
        False,
    ): "The instances compare characteristic polynomials of random symbols in integers, exactly.",
    (
        "spectrum",
        True,
    ): r"The instance compares the traces of the powers of $K$ of a random symbol in integers with the power sums"
    r" of the eigenvalues, exactly, up to the power that determines the spectrum.",
}
