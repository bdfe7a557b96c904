"""What the closed forms of one pair of orbits begin with: hypotheses, elements, names, the kernel and the"
" irreps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import closed_form_checks as checks
from . import closed_form_identities as identities
from .closed_form_lines import elements_line, generators_text, irreps_lines, kernel_lines, latex_of_name
from .derivation import Step, argued, define, equal
from .orbit_pair import OrbitPair
from .rendering import line_latex

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .kernels import Kernel

#: Largest order, and largest degree of an irrep, for which the blocks of any two orbits are written out.
MAX_ORDER, MAX_DEGREE = 60, 3

#: Largest order of a group whose elements are listed.
MAX_LISTED = 60


def hypotheses(group: FiniteGroup) -> tuple[str, ...]:
    """The setting of T2 for two orbits."""
    n = group.order
    return (
        rf"$G = {latex_of_name(group.name)}$ has $n = {n}$ element{'s' * (n > 1)}, $e$ is the unit. Its irreps"
        r" $\rho$ have the degrees $d_\rho$ and the characters $\chi_\rho$; $\mathbf 1$ is the trivial one.",
        r"Two free orbits, seeds $x_1, x_2$; the kernel $k$ is real, symmetric and invariant, $k(gx, gy) ="
        r" k(x, y)$.",
        r"$\varphi_{ab}(g) = k(x_a, g x_b)$; a ridge is part of $\varphi_{11}(e)$ and $\varphi_{22}(e)$. The"
        r" Gram"
        r" matrix is $K_{(a,g),(b,h)} = \varphi_{ab}(g^{-1}h)$, its blocks are $\hat K(\rho)_{ab} = \sum_g"
        r" \varphi_{ab}(g)\, \rho(g)$.",
    )


def writes_blocks(group: FiniteGroup) -> bool:
    """Whether the blocks of any two orbits are written out.

    Example:
        >>> from orbitkernels.proofs.closed_form_setting import writes_blocks
        >>> from orbitkernels.theory.names import group
        >>> writes_blocks(group("S4")), writes_blocks(group("S5"))
        (True, False)
    """
    return group.order <= MAX_ORDER and int(max(group.character_table().degrees)) <= MAX_DEGREE


def setting_steps(pair: OrbitPair, kernel: Kernel | None, blocks: bool) -> list[Step]:
    """Elements and names of the values if the blocks of any two orbits are written out, and the kernel."""
    group = pair.group
    steps = []
    if blocks or kernel is not None:
        steps.append(
            define(
                f"Number the elements.{generators_text(group)}",
                *elements_line(group),
                label="elements",
                section="The group and the symbol",
            )
        )
    words = r"Move $g$ to the other argument and exchange the arguments. "
    if blocks:
        words += (
            r"Write $\varphi_i = \varphi_{11}(g_i)$, $\psi_i = \varphi_{12}(g_i)$ and $\omega_i ="
            r" \varphi_{22}(g_i)$: elements and their inverses share a name $\varphi_i$ or $\omega_i$ (the"
            r" smaller"
            rf" index), which leaves {len(pair.names)} independent values. "
        )
    steps.append(
        argued(
            "invariance",
            words
            + r"(The instance is the dot product under the permutations $g_j \mapsto g g_j$ of coordinates, as a"
            r" polynomial in the coordinates.)",
            r"\varphi_{ab}(g^{-1}) = k(x_a, g^{-1} x_b) = k(g x_a, x_b) = k(x_b, g x_a) = \varphi_{ba}(g)",
            on=[(group.name, partial(checks.dot_products_are_symmetric, group))],
            label="names",
            section="" if steps else "The group and the symbol",
        )
    )
    if kernel is not None:
        steps.append(
            define(
                rf"The kernel {kernel.spec} as a function of the cosine $u$ of the angle between two inputs"
                f" of {_norm_text(kernel)}."
                r" Write $u_i$, $v_i$ and $w_i$ for the cosines of $x_1$ and $g_i x_1$, of $x_1$ and $g_i"
                r" x_2$, of"
                r" $x_2$ and $g_i x_2$, $g_0 = e$.",
                *kernel_lines(kernel),
                label="kernel",
            )
        )
        steps.append(
            equal(
                "substitution",
                r"Every point has the cosine 1 with itself (add the ridge, if there is one).",
                rf"\varphi_0 = \omega_0 = k(1) = {line_latex(identities.value_at_one(kernel)[1])}",
                pairs=[identities.value_at_one(kernel)],
                label="norm",
                uses=("kernel",),
            )
        )
    return steps


def _norm_text(kernel: Kernel) -> str:
    """The norm of the inputs for which the expression of a kernel is stated."""
    return r"$d$ coordinates with $|x|^2 = d$" if kernel.name in ("ntk", "nngp") else "length 1"


def irreps_step(pair: OrbitPair) -> list[Step]:
    """The irreps and what is used of them."""
    group = pair.group
    words = (
        r"Let $\rho_k$ be the irrep in row $k$ of the character table and $d_k$ its degree. A pair of"
        r" conjugate irreps"
        r" counts twice and is shown once: as the symbol is real, their blocks are conjugate and have one"
        r" spectrum."
    )
    if any(irrep.degree > 1 for irrep in pair.irreps):
        words += (
            r" The matrices are exact, not always unitary ones; spectra, traces and determinants do not"
            r" depend on"
            r" the basis. $\zeta_m = e^{2 \pi i/m}$, and $z^*$ is the conjugate of a number $z$."
        )
    return [
        argued(
            "Schur orthogonality",
            words
            + r" Checked on every element and generator that they are homomorphisms, and on every element that"
            r" $\sum_\rho d_\rho \chi_\rho(g) = n\,[g = e]$. So $K \mapsto (\hat K(\rho))_\rho$ is"
            r" multiplicative and"
            r" $\operatorname{tr} K = \sum_\rho d_\rho \operatorname{tr} \hat K(\rho)$: T2 for this group and"
            r" every symbol.",
            *irreps_lines(pair),
            on=[(group.name, partial(checks.irreps_are_complete, pair))],
            every_symbol=True,
            decided=True,
            label="irreps",
        )
    ]
