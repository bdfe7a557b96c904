"""Spectrum and error of one pair of orbits of a given group in closed form, as functions of the symbol.

Three forms, from the general one to the shortest: any two orbits; exchangeable orbits, where blocks split into
P + Q and P - Q; class functions, where characters are enough and every group is readable.  Each is compared,
exactly, with solving without the missing pose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from . import closed_form_checks as checks
from .closed_form_lines import (
    block_lines,
    class_block_lines,
    classes_lines,
    copies_text,
    eigenvalue_lines,
    error_lines,
    exchange_eigenvalue_lines,
    exchange_error_lines,
    exchange_lines,
    generators_text,
    is_scalar,
)
from .closed_form_setting import MAX_LISTED, hypotheses, irreps_step, setting_steps, writes_blocks
from .derivation import Derivation, Step, argued, define, equal
from .orbit_pair import OrbitPair
from .ring_example import ring_steps

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel

#: Samples on which a closed form is compared with refitting.
SAMPLES = 3


def derive_error(group: FiniteGroup, kernel: Kernel | None = None) -> Derivation:
    """The error at a missing pose of either orbit, T6 for two free orbits of the group with labels t_1 and t_2.

    Args:
        group: G of order n.
        kernel: Put in for the symbol.

    Raises:
        DerivationError: If a step is wrong.

    Example:
        >>> from orbitkernels.proofs.closed_form import derive_error
        >>> from orbitkernels.theory.names import group
        >>> len(derive_error(group("C2")).steps) > 5
        True
    """
    return _derivation(group, kernel, "error", error_lines, exchange_error_lines, checks.errors_agree)


def derive_spectrum(group: FiniteGroup, kernel: Kernel | None = None) -> Derivation:
    """The eigenvalues of the Gram matrix of two free orbits of the group, T2 and T3.

    Args:
        group: G of order n.
        kernel: Put in for the symbol.

    Raises:
        DerivationError: If a step is wrong.
    """
    return _derivation(
        group, kernel, "spectrum", eigenvalue_lines, exchange_eigenvalue_lines, checks.spectra_agree
    )


Lines = Callable[[OrbitPair], list[str]]
Comparison = Callable[[OrbitPair, int], bool]


def _derivation(
    group: FiniteGroup, kernel: Kernel | None, target: str, result: Lines, exchanged: Lines, compare: Comparison
) -> Derivation:
    """The sections that are readable for this group."""
    general, exchange, classes = (OrbitPair(group, kind) for kind in ("none", "exchange", "class"))
    steps = setting_steps(general, kernel)
    if writes_blocks(group):
        steps += irreps_step(general)
        steps += _general(general, target, result, compare)
        steps += _exchangeable(exchange, target, exchanged, compare)
    if not group.is_abelian or not writes_blocks(group):
        steps += _classes(classes, target, result, compare)
    if kernel is not None and _is_ring(group):
        steps += ring_steps(group.order, kernel, target)
    what = {"error": "Error at a missing pose", "spectrum": "Spectrum of the Gram matrix"}[target]
    goal = {
        "error": r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}"
        r"{\sum_\rho d_\rho \operatorname{tr}[(\hat K(\rho)^{-1})_{cc}]}"
        r" \text{ for two orbits, } c = 1, 2, \text{ as a function of the symbol}",
        "spectrum": r"\det(x - K) = \prod_\rho \det(x - \hat K(\rho))^{d_\rho}"
        r" \text{ for two orbits, as a function of the symbol}",
    }[target]
    with_kernel = f" with {kernel.spec}" if kernel is not None else ""
    return Derivation(
        f"{what}: two orbits of {group.name}{with_kernel}",
        goal,
        tuple(steps),
        hypotheses(group, target),
        "T2 and T3" if target == "spectrum" else "T6",
        target,
    )


def _is_ring(group: FiniteGroup) -> bool:
    """Whether the group is cyclic, of 2 to MAX_LISTED elements."""
    return 2 <= group.order <= MAX_LISTED and int(group.element_orders.max()) == group.order


# ---------------------------------------------------------------------- sections


def _general(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> list[Step]:
    """Any two orbits."""
    steps = []
    for number, irrep in enumerate(pair.irreps):
        lines = block_lines(pair, irrep)
        words = rf"The block of $\rho_{{{irrep.number}}}$, of degree {irrep.degree}{copies_text(irrep)}."
        if irrep.degree > 1:
            words += r" $R$ is $P$ with $\omega$ for $\varphi$, and $Q'$ is $Q$ with $\psi(g^{-1})$ for $\psi(g)$."
        words += (
            r" (Checked: the coefficients of the $\psi_i$ are a homomorphism with the character of"
            rf" $\rho_{{{irrep.number}}}$, and the other parts have the same coefficients.)"
        )
        steps.append(
            argued(
                "expansion",
                words,
                *lines,
                on=[(pair.group.name, partial(checks.block_is_right, pair, irrep))],
                every_symbol=True,
                decided=True,
                label=f"block {irrep.number}",
                uses=("irreps", "names"),
                section="Any two orbits" if number == 0 else "",
            )
        )
    steps += _algebra(pair, target)
    return [*steps, _result(pair, target, result, compare, steps)]


def _algebra(pair: OrbitPair, target: str) -> list[Step]:
    """The inverse or the eigenvalues of one block, for all values of its entries."""
    if target == "spectrum":
        return [
            equal(
                "quadratic formula",
                r"A Hermitian matrix of two rows with the diagonal $A$, $D$ and the entry $B = \mathrm{Re}\, B"
                r" + i\, \mathrm{Im}\, B$ beside it has the eigenvalues below.",
                r"\lambda^\pm = \frac{A + D}{2} \pm \frac12 \sqrt{(A - D)^2 + 4 |B|^2}",
                pairs=checks.quadratic_pairs(),
                label=f"eigenvalues {pair.symmetry}",
            )
        ]
    steps = [
        equal(
            "Cramer's rule",
            r"The inverse of a Hermitian matrix of two rows, with $\Delta = A D - |B|^2$.",
            r"M = \begin{pmatrix} A & B \\ \overline B & D \end{pmatrix}, \qquad M^{-1} = \frac1\Delta"
            r" \begin{pmatrix} D & -B \\ -\overline B & A \end{pmatrix}",
            pairs=checks.cramer_pairs(),
            label=f"inverse {pair.symmetry}",
        )
    ]
    if any(irrep.size > 1 for irrep in pair.irreps):
        steps.append(
            equal(
                "Jacobi's formula",
                r"$\varphi_0$ stands in the first diagonal block only, times the identity. A determinant is"
                r" linear in"
                r" each diagonal entry, with the principal minor that leaves this entry out as the factor, so"
                r" $\partial \Delta/\partial \varphi_0$ is the sum of these minors over the first orbit;"
                r" divided by"
                r" $\Delta = \det \hat K(\rho)$ they are the diagonal of the inverse. Likewise $\omega_0$ for the"
                r" second orbit. (The argument is one for all sizes; checked with all entries symbols, for 2 and 4"
                r" rows.)",
                r"\operatorname{tr}[(\hat K(\rho)^{-1})_{11}] = \frac{1}{\Delta} \frac{\partial \Delta}"
                r"{\partial \varphi_0}, \qquad \operatorname{tr}[(\hat K(\rho)^{-1})_{22}] = \frac{1}{\Delta}"
                r" \frac{\partial \Delta}{\partial \omega_0}",
                pairs=[checks.jacobi_pair(size) for size in (2, 4)],
                label=f"jacobi {pair.symmetry}",
            )
        )
    return steps


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
        "spectrum",
        False,
    ): "The instances compare characteristic polynomials of random symbols in integers, exactly.",
    (
        "spectrum",
        True,
    ): r"The instance compares the traces of the powers of $K$ of a random symbol in integers with the power sums"
    r" of the eigenvalues, exactly, up to the power that determines the spectrum.",
}


def _is_large(pair: OrbitPair) -> bool:
    """Whether the Gram matrix is too large to be solved exactly."""
    return 2 * pair.group.order > checks.MAX_DENSE


def _result(pair: OrbitPair, target: str, result: Lines, compare: Comparison, steps: list[Step]) -> Step:
    """The closed form, from the steps of its section, compared with brute force on samples."""
    uses = tuple(step.label for step in steps if step.evidence.level)
    theorem = {"error": "T6", "spectrum": "T2" if pair.symmetry != "class" else "T3"}[target]
    words = {
        "error": "Put the blocks into T6.",
        "spectrum": f"By {theorem} the spectrum is that of the blocks, each eigenvalue as often as said.",
    }[target]
    large = _is_large(pair)
    if large:
        compare = {"error": checks.class_errors_agree, "spectrum": checks.class_traces_agree}[target]
    names = [(f"{pair.group.name} sample {k + 1}", partial(compare, pair, k)) for k in range(_samples(pair))]
    return argued(
        "theorem",
        f"{words} {COMPARED[target, large]}",
        *result(pair),
        on=names,
        label=f"result {pair.symmetry}",
        uses=(*uses, theorem),
    )


def _samples(pair: OrbitPair) -> int:
    """Fewer samples for larger groups, whose Gram matrices take longer."""
    return SAMPLES if pair.group.order <= 30 else 1


def _exchangeable(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> list[Step]:
    """Orbits that can be exchanged."""
    steps = [
        equal(
            "determinant of a block matrix",
            r"Let the orbits be exchangeable: $\omega_i = \varphi_i$ and $\psi(g^{-1}) = \psi(g)$. Then every"
            r" block is $\begin{pmatrix} P & Q \\ Q & P \end{pmatrix}$, and sums and differences of its rows and"
            r" columns, a unitary similarity, split it into $P + Q$ and $P - Q$.",
            r"\frac12 \begin{pmatrix} I & I \\ I & -I \end{pmatrix} \begin{pmatrix} P & Q \\ Q & P \end{pmatrix}"
            r" \begin{pmatrix} I & I \\ I & -I \end{pmatrix} = \begin{pmatrix} P + Q & 0 \\ 0 & P - Q"
            r" \end{pmatrix}",
            pairs=[checks.exchange_pair()],
            label="split",
            section="Exchangeable orbits",
        ),
        argued(
            "expansion",
            r"Write $\theta_i^\pm = \varphi_i \pm \psi_i$ and $X_k^\pm = P_k \pm Q_k = \sum_g \theta^\pm(g)\,"
            r" \rho_k(g)$; now $\psi_i$ too belongs to $g_i$ and its inverse. A line without superscript holds for"
            r" both signs. (Checked: the blocks above, with these names, are of this form, and $Q_k$ is $P_k$ with"
            r" $\psi$ for $\varphi$.)",
            *exchange_lines(pair),
            on=[(pair.group.name, partial(checks.exchange_is_right, pair, OrbitPair(pair.group)))],
            every_symbol=True,
            decided=True,
            label="exchange blocks",
            uses=("split", "names"),
        ),
    ]
    sizes = {irrep.size for irrep in pair.irreps if not is_scalar(irrep.part(0, 0))}
    if sizes & {2, 3}:
        steps.append(
            equal(
                "Cramer's rule",
                r"For a matrix $X$ of two or three rows, with $\sigma$ the sum of its principal minors of two"
                r" rows:",
                *(checks.small_matrix_line(size, target) for size in sorted(sizes & {2, 3})),
                pairs=[checks.small_matrix_pair(size, target) for size in sorted(sizes & {2, 3})],
                label="small matrices",
            )
        )
    return [*steps, _result(pair, target, result, compare, steps)]


def _classes(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> list[Step]:
    """Symbols that are class functions."""
    steps = [
        define(
            r"Let $\varphi_{11}$, $\varphi_{12}$ and $\varphi_{22}$ be class functions. From here on $\varphi_i$,"
            r" $\psi_i$ and $\omega_i$ are their values on the conjugacy class $C_i$; a class and that of the"
            r" inverses"
            r" share a name $\varphi_i$ or $\omega_i$. Of each class an element is shown, how many elements it"
            r" has and"
            rf" their order.{'' if pair.group.order <= MAX_LISTED else generators_text(pair.group)}",
            *classes_lines(pair.group),
            label="classes",
            section="Class functions",
        ),
        argued(
            "theorem",
            r"By T3 each block is a matrix of two rows, $\begin{pmatrix} A_k & B_k \\ \overline{B_k} & D_k"
            r" \end{pmatrix}$, times the identity. A class counts with the number of its elements times"
            r" $\chi_k/d_k$, of the irrep in row $k$ of the character table.",
            *class_block_lines(pair),
            on=[(pair.group.name, partial(checks.class_blocks_are_right, pair))],
            every_symbol=True,
            decided=True,
            label="class blocks",
            uses=("names", "classes", "T3"),
        ),
        *_algebra(pair, target),
    ]
    return [*steps, _result(pair, target, result, compare, steps)]
