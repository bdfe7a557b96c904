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
    copies_text,
    eigenvalue_lines,
    elements_line,
    error_lines,
    exchange_eigenvalue_lines,
    exchange_error_lines,
    exchange_lines,
    irreps_lines,
    is_scalar,
    kernel_lines,
    latex_of_name,
)
from .derivation import Derivation, Step, argued, define, equal
from .orbit_pair import OrbitPair
from .rendering import line_latex
from .ring_example import ring_steps

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel

#: Largest order, and largest degree of an irrep, for which the blocks of any two orbits are written out.
MAX_ORDER, MAX_DEGREE = 60, 3

#: Largest order of a group whose elements are listed.
MAX_LISTED = 60

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
    steps = _setting(general, kernel)
    if writes_blocks(group):
        steps += _irreps(general)
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
        (
            rf"$G = {latex_of_name(group.name)}$ has {group.order} elements; two free orbits, seeds $x_1, x_2$,"
            " labels $t_1, t_2$.",
            r"The kernel is invariant and symmetric; $K$ is positive definite. A ridge $r$ is part of"
            r" $\varphi_{11}(e)$ and $\varphi_{22}(e)$.",
        ),
        "T2 and T3" if target == "spectrum" else "T6",
        target,
    )


def writes_blocks(group: FiniteGroup) -> bool:
    """Whether the blocks of any two orbits are written out.

    Example:
        >>> from orbitkernels.proofs.closed_form import writes_blocks
        >>> from orbitkernels.theory.names import group
        >>> writes_blocks(group("S4")), writes_blocks(group("S5"))
        (True, False)
    """
    return group.order <= MAX_ORDER and int(max(group.character_table().degrees)) <= MAX_DEGREE


def _is_ring(group: FiniteGroup) -> bool:
    """Whether the group is cyclic, of 2 to MAX_LISTED elements."""
    return 2 <= group.order <= MAX_LISTED and int(group.element_orders.max()) == group.order


# ---------------------------------------------------------------------- sections


def _setting(pair: OrbitPair, kernel: Kernel | None) -> list[Step]:
    """Elements, names of the values, the kernel."""
    group = pair.group
    steps = []
    if group.order <= MAX_LISTED:
        steps.append(
            define(
                "Number the elements; words in the generators multiply from the left.",
                *elements_line(group),
                label="elements",
                section="The group and the symbol",
            )
        )
    steps.append(
        argued(
            "invariance",
            r"Write $\varphi_i = \varphi_{11}(g_i)$, $\psi_i = \varphi_{12}(g_i)$ and $\omega_i ="
            r" \varphi_{22}(g_i)$. Moving $g$ to the other argument and exchanging the arguments gives"
            r" $\varphi_{ab}(g^{-1}) = \varphi_{ba}(g)$: elements and their inverses share a name $\varphi_i$ or"
            r" $\omega_i$ (the smaller"
            rf" index), which leaves {len(pair.names)} independent values.",
            r"\varphi_{aa}(g^{-1}) = \varphi_{aa}(g), \qquad \varphi_{21}(g) = \varphi_{12}(g^{-1})",
            on=[(f"{group.name}, dot products", partial(checks.dot_products_are_symmetric, group))],
            every_symbol=True,
            decided=True,
            label="names",
            section="" if steps else "The group and the symbol",
        )
    )
    if kernel is not None:
        steps.append(
            define(
                rf"The kernel {kernel.spec} depends on the cosines $u_i = \langle x_1, g_i x_1 \rangle$,"
                r" $v_i = \langle x_1, g_i x_2 \rangle$, $w_i = \langle x_2, g_i x_2 \rangle$ (of inputs of the"
                r" norm for which it is stated); $u_0 = w_0 = 1$.",
                *kernel_lines(kernel),
                label="kernel",
            )
        )
        steps.append(
            equal(
                "substitution",
                r"Every point has the cosine 1 with itself.",
                rf"\varphi_0 = \omega_0 = k(1) = {line_latex(checks.value_at_one(kernel)[1])}",
                pairs=[checks.value_at_one(kernel)],
                uses=("kernel",),
            )
        )
    return steps


def _irreps(pair: OrbitPair) -> list[Step]:
    """The irreps and what is used of them."""
    group = pair.group
    return [
        argued(
            "Schur orthogonality",
            r"The irreps of the group; a pair of conjugate ones counts twice and is shown once, because the"
            r" determinants of its blocks are conjugate and real. Checked on every pair of elements and"
            r" generators that they are homomorphisms, and that $\sum_\rho d_\rho \chi_\rho(g) = n\,[g = e]$,"
            r" which together prove T2 for this group and every symbol.",
            *irreps_lines(pair),
            on=[(group.name, partial(checks.irreps_are_complete, pair))],
            every_symbol=True,
            decided=True,
            label="irreps",
        )
    ]


def _general(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> list[Step]:
    """Any two orbits."""
    steps = []
    for number, irrep in enumerate(pair.irreps):
        lines = block_lines(pair, irrep)
        words = rf"The block of $\rho_{{{irrep.number}}}$, of degree {irrep.degree}{copies_text(irrep)}."
        if irrep.degree > 1:
            words += (
                r" $R$ is $P$ with $\omega$ for $\varphi$, and $Q'$ is $Q$ with $\psi(g^{-1})$ for $\psi(g)$."
                " The instance compares the traces with the character."
            )
        else:
            words += " The instance compares the products of coefficients."
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
    return [*steps, *_algebra(pair, target), _result(pair, target, result, compare)]


def _algebra(pair: OrbitPair, target: str) -> list[Step]:
    """The inverse or the eigenvalues of one block, for all values of its entries."""
    if target == "spectrum":
        return [
            equal(
                "quadratic formula",
                r"A Hermitian block with the entries $A$, $D$ and $B = \mathrm{Re}\, B + i\, \mathrm{Im}\, B$ has"
                r" the"
                " eigenvalues below.",
                r"\lambda^\pm = \frac{A + D}{2} \pm \frac12 \sqrt{(A - D)^2 + 4 |B|^2}",
                pairs=checks.quadratic_pairs(),
                label=f"eigenvalues {pair.symmetry}",
            )
        ]
    steps = [
        equal(
            "Cramer's rule",
            r"The diagonal of the inverse of a block of two rows, with $\Delta = A D - |B|^2$.",
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
                r"$\varphi_0$ stands in the first diagonal block only, times the identity. So the trace over the"
                r" first orbit, the sum of the principal minors divided by $\Delta = \det \hat K(\rho)$, is a"
                r" logarithmic derivative; likewise $\omega_0$ for the second orbit. (Checked with all entries"
                r" symbols, blocks of 2 and 4 rows.)",
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
    ): r"The instance compares the traces of $K$ and $K^2$ of a random symbol in integers with the power"
    " sums of the eigenvalues, exactly.",
}


def _is_large(pair: OrbitPair) -> bool:
    """Whether the Gram matrix is too large to be solved exactly."""
    return 2 * pair.group.order > checks.MAX_DENSE


def _result(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> Step:
    """The closed form, compared with brute force on samples."""
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
        uses=(theorem,),
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
            r" columns split it into $P + Q$ and $P - Q$. (Checked with symbols that do not commute.)",
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
            r" \rho_k(g)$. The superscript is left out below. The instance compares $P_k$ and $Q_k$ term by term.",
            *exchange_lines(pair),
            on=[(pair.group.name, partial(checks.exchange_is_right, pair))],
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
    return [*steps, _result(pair, target, result, compare)]


def _classes(pair: OrbitPair, target: str, result: Lines, compare: Comparison) -> list[Step]:
    """Symbols that are class functions."""
    steps = [
        argued(
            "theorem",
            r"Let $\varphi_{11}$, $\varphi_{12}$ and $\varphi_{22}$ be class functions. Now an index is that of a"
            r" conjugacy class, in the order of the character table, and each block is a matrix of two rows times"
            r" the identity.",
            *class_block_lines(pair),
            on=[(pair.group.name, partial(checks.class_blocks_are_right, pair))],
            every_symbol=True,
            decided=True,
            label="class blocks",
            uses=("T3",),
            section="Class functions",
        ),
        *_algebra(pair, target),
    ]
    return [*steps, _result(pair, target, result, compare)]
