"""Spectrum and error of one pair of orbits of a given group in closed form, as functions of the symbol.

Three forms, from the general one to the shortest: any two orbits; exchangeable orbits, where blocks split into
P + Q and P - Q; class functions, where characters are enough and every group is readable.  Each is compared,
exactly, with solving without the missing pose.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orbitkernels.errors import InputError

from . import closed_form_checks as checks
from . import closed_form_identities as identities
from .closed_form_lines import (
    block_lines,
    class_block_lines,
    classes_lines,
    copies_text,
    exchange_lines,
    generators_text,
    is_scalar,
)
from .closed_form_setting import MAX_LISTED, hypotheses, irreps_step, setting_steps, writes_blocks
from .closed_form_targets import COMPARED, ERROR, SPECTRUM, Target
from .derivation import Derivation, Step, argued, define, equal
from .orbit_pair import OrbitPair
from .ring_example import ring_steps

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel

#: Most conjugacy classes of a group whose closed form is written out.
MAX_CLASSES = 48

#: Samples on which a closed form is compared with refitting.
SAMPLES = 3


def derive_error(group: FiniteGroup, kernel: Kernel | None = None, *, class_functions: bool = False) -> Derivation:
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
    return derivation_of(group, kernel, ERROR, class_functions=class_functions)


def derive_spectrum(
    group: FiniteGroup, kernel: Kernel | None = None, *, class_functions: bool = False
) -> Derivation:
    """The eigenvalues of the Gram matrix of two free orbits of the group, T2 and T3.

    Args:
        group: G of order n.
        kernel: Put in for the symbol.

    Raises:
        DerivationError: If a step is wrong.
    """
    return derivation_of(group, kernel, SPECTRUM, class_functions=class_functions)


def derivation_of(
    group: FiniteGroup, kernel: Kernel | None, target: Target, *, class_functions: bool = False
) -> Derivation:
    """The sections that are readable for this group; only the one on class functions if that is asked for."""
    if len(group.conjugacy_classes) > MAX_CLASSES:
        every = " For cyclic groups, derive it for CN: every N at once." if group.is_abelian else ""
        raise InputError(
            f"The closed form of {group.name} would have {len(group.conjugacy_classes)} irreps, and each"
            f" that many "
            f"coefficients; use a group of at most {MAX_CLASSES} conjugacy classes.{every}"
        )
    general, exchange, classes, both = (
        OrbitPair(group, kind) for kind in ("none", "exchange", "class", "class exchange")
    )
    blocks = writes_blocks(group) and not class_functions
    steps = setting_steps(general, kernel, blocks)
    if blocks:
        steps += irreps_step(general)
        steps += _general(general, target)
        steps += _exchangeable(exchange, target)
    if not group.is_abelian or not blocks:
        steps += _classes(classes, both, target)
    if kernel is not None and _is_ring(group) and target.name != "coset":
        steps += ring_steps(group.order, kernel, target.name)
    with_kernel = f" with {kernel.spec}" if kernel is not None else ""
    return Derivation(
        f"{target.what}: two orbits of {group.name}{with_kernel}",
        target.goal,
        tuple(steps),
        (*hypotheses(group), *target.hypotheses),
        target.source,
        "error" if target.name == "coset" else target.name,
    )


def _is_ring(group: FiniteGroup) -> bool:
    """Whether the group is cyclic, of 2 to MAX_LISTED elements."""
    return 2 <= group.order <= MAX_LISTED and int(group.element_orders.max()) == group.order


# ---------------------------------------------------------------------- sections


def _general(pair: OrbitPair, target: Target) -> list[Step]:
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
    return [*steps, _result(pair, target, steps)]


def _algebra(pair: OrbitPair, target: Target) -> list[Step]:
    """The inverse or the eigenvalues of one block, for all values of its entries."""
    if target.name == "spectrum":
        return [
            equal(
                "quadratic formula",
                r"A Hermitian matrix of two rows with the diagonal $A$, $D$ and the entry $B = \mathrm{Re}\, B"
                r" + i\, \mathrm{Im}\, B$ beside it has the eigenvalues below.",
                r"\lambda^\pm = \frac{A + D}{2} \pm \frac12 \sqrt{(A - D)^2 + 4 |B|^2}",
                pairs=identities.quadratic_pairs(),
                label=f"eigenvalues {pair.symmetry}",
            )
        ]
    steps = [
        equal(
            "Cramer's rule",
            r"The inverse of a Hermitian matrix of two rows, with $\Delta = A D - |B|^2$.",
            r"M = \begin{pmatrix} A & B \\ \overline B & D \end{pmatrix}, \qquad M^{-1} = \frac1\Delta"
            r" \begin{pmatrix} D & -B \\ -\overline B & A \end{pmatrix}",
            pairs=identities.cramer_pairs(),
            label=f"inverse {pair.symmetry}",
        )
    ]
    if target.name == "error" and any(irrep.size > 1 for irrep in pair.irreps):
        steps.append(
            equal(
                "Jacobi's formula",
                r"$\varphi_0$ stands in the first diagonal block only, times the identity. A determinant is"
                r" linear in"
                r" each diagonal entry, with the principal minor that leaves this entry out as the factor, so"
                r" $\partial \Delta/\partial \varphi_0$ is the sum of these minors over the first orbit;"
                r" divided by"
                r" $\Delta = \det \hat K(\rho)$ they are the diagonal of the inverse. Likewise $\omega_0$"
                r" for the"
                r" second orbit. (The argument is one for all sizes; checked with all entries symbols, for 2"
                r" and 4"
                r" rows.)",
                r"\operatorname{tr}[(\hat K(\rho)^{-1})_{11}] = \frac{1}{\Delta} \frac{\partial \Delta}"
                r"{\partial \varphi_0}, \qquad \operatorname{tr}[(\hat K(\rho)^{-1})_{22}] = \frac{1}{\Delta}"
                r" \frac{\partial \Delta}{\partial \omega_0}",
                pairs=[identities.jacobi_pair(size) for size in (2, 4)],
                label=f"jacobi {pair.symmetry}",
            )
        )
    return steps


def _result(pair: OrbitPair, target: Target, steps: list[Step]) -> Step:
    """The closed form, from the steps of its section, compared with brute force on samples."""
    uses = tuple(step.label for step in steps if step.evidence.level)
    theorem = "T3" if target.name == "spectrum" and pair.is_class else target.theorem
    words = f"Put the blocks into {theorem}."
    if target.name == "spectrum":
        words = f"By {theorem} the spectrum is that of the blocks, each eigenvalue as often as said."
    is_large = 2 * pair.group.order > checks.MAX_DENSE
    compare = target.compare_large if is_large else target.compare
    names = [(f"{pair.group.name} sample {k + 1}", partial(compare, pair, k)) for k in range(_samples(pair))]
    return argued(
        "theorem",
        f"{words} {COMPARED[target.name, is_large]}",
        *(target.exchanged if pair.is_exchangeable else target.result)(pair),
        on=names,
        label=f"result {pair.symmetry}",
        uses=(*uses, theorem),
    )


def _samples(pair: OrbitPair) -> int:
    """Fewer samples for larger groups, whose Gram matrices take longer."""
    return SAMPLES if pair.group.order <= 30 else 1


def _exchangeable(pair: OrbitPair, target: Target) -> list[Step]:
    """Orbits that can be exchanged."""
    steps = [
        equal(
            "determinant of a block matrix",
            r"Let the orbits be exchangeable: $\omega_i = \varphi_i$ and $\psi(g^{-1}) = \psi(g)$. Then every"
            r" block is $\begin{pmatrix} P & Q \\ Q & P \end{pmatrix}$, and sums and differences of its rows"
            r" and"
            r" columns, a unitary similarity, split it into $P + Q$ and $P - Q$.",
            r"\frac12 \begin{pmatrix} I & I \\ I & -I \end{pmatrix} \begin{pmatrix} P & Q \\ Q & P"
            r" \end{pmatrix}"
            r" \begin{pmatrix} I & I \\ I & -I \end{pmatrix} = \begin{pmatrix} P + Q & 0 \\ 0 & P - Q"
            r" \end{pmatrix}",
            pairs=[identities.exchange_pair()],
            label="split",
            section="Exchangeable orbits",
        ),
        argued(
            "expansion",
            r"Write $\theta_i^\pm = \varphi_i \pm \psi_i$ and $X_k^\pm = P_k \pm Q_k = \sum_g \theta^\pm(g)\,"
            r" \rho_k(g)$; now $\psi_i$ too belongs to $g_i$ and its inverse. A line without superscript"
            r" holds for"
            r" both signs. (Checked: the blocks above, with these names, are of this form, and $Q_k$ is"
            r" $P_k$ with"
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
    if sizes & {2, 3} and target.name != "coset":
        steps.append(
            equal(
                "Cramer's rule",
                r"For a matrix $X$ of two or three rows, with $\sigma$ the sum of its principal minors of two"
                r" rows:",
                *(identities.small_matrix_line(size, target.name) for size in sorted(sizes & {2, 3})),
                pairs=[identities.small_matrix_pair(size, target.name) for size in sorted(sizes & {2, 3})],
                label="small matrices",
            )
        )
    return [*steps, _result(pair, target, steps)]


def _classes(pair: OrbitPair, exchange: OrbitPair, target: Target) -> list[Step]:
    """Symbols that are class functions."""
    steps = [
        define(
            r"Let $\varphi_{11}$, $\varphi_{12}$ and $\varphi_{22}$ be class functions. From here on"
            r" $\varphi_i$,"
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
    steps.append(_result(pair, target, steps))
    steps += [
        equal(
            "determinant of a block matrix",
            r"Let the orbits be exchangeable too: $\omega_i = \varphi_i$, and $\psi_i$ is one for a class"
            r" and that of the"
            r" inverses. Then $D_k = A_k$, $B_k$ is real, and sums and differences of the rows and columns"
            r" give"
            r" $X_k^\pm = A_k \pm B_k$.",
            r"\frac12 \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix} \begin{pmatrix} A_k & B_k \\ B_k & A_k"
            r" \end{pmatrix}"
            r" \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix} = \begin{pmatrix} X_k^+ & 0 \\ 0 & X_k^-"
            r" \end{pmatrix}",
            pairs=[identities.exchange_pair()],
            label="class split",
            uses=("class blocks",),
            section="Exchangeable orbits, class functions",
        ),
        argued(
            "expansion",
            r"With $\theta_i^\pm = \varphi_i \pm \psi_i$ for the class $C_i$; a line without superscript"
            r" holds for both"
            r" signs.",
            *exchange_lines(exchange),
            on=[(pair.group.name, partial(checks.class_exchange_is_right, exchange, pair))],
            every_symbol=True,
            decided=True,
            label="class exchange blocks",
            uses=("class split", "classes"),
        ),
    ]
    return [*steps, _result(exchange, target, steps[-2:])]
