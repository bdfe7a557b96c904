"""Theorem C9: matrices of orbits on pairs commute iff no irrep occurs twice; spherical functions diagonalise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.association_schemes import Orbitals
from orbitkernels.theory.cyclotomics import ZERO

from . import spherical_checks as checks
from .enclosed_instances import SPECTRUM_BITS
from .evidence import Comparison, compare_enclosures, compare_exactly, compare_numerically, joint
from .exact_checks import irreps
from .spherical_checks import GELFAND, OTHERS, QUICK_GELFAND, SetCase
from .theorem import Procedure, Theorem

if TYPE_CHECKING:
    from .derivation import Derivation

TITLE = "Gelfand pairs and spherical functions"
SOURCE = "Schur and Gelfand; Diaconis 1988, chapter 3F, and Macdonald 1995, chapter VII, for finite groups"
HYPOTHESES = (
    r"$G$ is a finite group that acts transitively on a set $X$ of $N$ points; $H$ is the stabiliser of a point"
    r" $x_0$. $\rho, \sigma$ run through the unitary irreps of $G$ over $\mathbb{C}$, one of each equivalence"
    r" class, of degree $d_\rho$ and character $\chi_\rho$.",
    r"$m_\rho$ says how often $\rho$ occurs in the functions on $X$; $(G, H)$ is a Gelfand pair if $m_\rho \le 1$"
    r" for all $\rho$. In the last two formulas $m_\rho = m_\sigma = 1$.",
    r"$R_0, \dots, R_{s-1}$ are the orbits of $G$ on $X \times X$, $(x_0, g_j x_0) \in R_j$, $g_0 = e$; $A_j$ is"
    r" the matrix with a row and a column for each point, 1 at the pairs in $R_j$ and 0 elsewhere, and $k_j$ the"
    r" number of the points $h g_j x_0$, $h \in H$.",
    r"$\omega_\rho(g) = \frac{1}{|H|} \sum_{h \in H} \chi_\rho(hg)$, with the conjugate"
    r" $\overline{\omega_\rho(g)} = \omega_\rho(g^{-1})$.",
)
STATEMENT = (
    r"A_i A_j = A_j A_i \text{ for all } i, j \text{ iff } (G, H) \text{ is a Gelfand pair. Then } \det(x I -"
    r" A_j) = \prod_{\rho : m_\rho = 1} (x - k_j\, \omega_\rho(g_j))^{d_\rho} \text{ with common eigenvectors, }"
    r" \quad \sum_j k_j\, \omega_\rho(g_j)\, \overline{\omega_\sigma(g_j)} = \frac{N}{d_\rho}\,"
    r" \delta_{\rho\sigma}, \qquad \frac{1}{|H|} \sum_{h \in H} \omega_\rho(g h g') = \omega_\rho(g)\,"
    r" \omega_\rho(g') \text{ for all } g, g' \in G."
)


def derivation() -> Derivation:
    """C9: T4 with one fixed vector an irrep."""
    from .derivation import Derivation, argued

    witnessed = checks.witnessed
    steps = (
        argued(
            "theorem",
            r"By A3 the matrices that commute with $G$ are the combinations of $A_0, \dots, A_{s-1}$. By Schur's"
            r" lemma, in a basis in which the functions on $X$ are a direct sum of irreps, they are an arbitrary"
            r" matrix of $m_\rho$ rows for each $\rho$; so $s = \sum_\rho m_\rho^2$ (C3).",
            r"\operatorname{span}(A_0, \dots, A_{s-1}) \cong \bigoplus_\rho \mathbb{C}^{m_\rho \times m_\rho},"
            r" \qquad s = \sum_\rho m_\rho^2",
            on=witnessed(checks.multiplicities_give_the_rank, (*checks.WITNESSES, *OTHERS[:3])),
            label="algebra",
            uses=("A3", "C3"),
        ),
        argued(
            "Schur's lemma",
            r"Matrices of one row commute; those of two do not all. (Instances with and without irreps that occur"
            r" twice: all products are compared.)",
            r"A_i A_j = A_j A_i \text{ for all } i, j \quad \iff \quad m_\rho \le 1 \text{ for all } \rho",
            on=witnessed(checks.commutes_iff_free, (*checks.WITNESSES, *OTHERS[:3])),
            label="commute",
            uses=("algebra",),
        ),
        argued(
            "averaging over a subgroup",
            r"Let $m_\rho = 1$. By C7 $\rho$ has one unit vector $u$, up to a factor, that $H$ fixes, and the"
            r" mean of $\rho$ over $H$ projects on it. So $\omega_\rho$ depends on $HgH$ only. (Instances: exact"
            r" irreps.)",
            r"P = \frac{1}{|H|} \sum_{h \in H} \rho(h) = u u^*, \qquad \omega_\rho(g) = \operatorname{tr}(P"
            r" \rho(g)) = u^* \rho(g)\, u, \qquad \omega_\rho(e) = 1",
            on=witnessed(checks.spherical_functions_are_zonal),
            label="zonal",
            uses=("C7",),
        ),
        argued(
            "theorem",
            r"$A_j$ is the matrix of T4 for the one orbit $X$ and the symbol $\varphi(g) = [g \in H g_j H]$. Its"
            r" block for $\rho$ is the number below, because $H g_j H$ has $k_j |H|$ elements, and the modes of"
            r" T4 do not depend on $j$; irreps without fixed vectors do not occur. (T4 uses of the kernel that it"
            r" is a function of pairs that $G$ leaves as it is.)",
            r"\frac{1}{|H|}\, u^* \Bigl(\sum_{g \in H g_j H} \rho(g)\Bigr) u = k_j\, \omega_\rho(g_j), \qquad"
            r" \det(x I - A_j) = \prod_{\rho : m_\rho = 1} (x - k_j\, \omega_\rho(g_j))^{d_\rho}",
            on=witnessed(checks.adjacency_spectra_agree),
            label="spectrum",
            uses=("zonal", "T4"),
        ),
        argued(
            "trace",
            r"The $A_j$ have disjoint supports of $N k_j$ entries; on the other hand the trace is the sum over"
            r" the common eigenvectors. So the square matrix (first step) of the $\sqrt{d_\rho k_j / N}\,"
            r" \omega_\rho(g_j)$ has orthonormal columns, hence orthonormal rows.",
            r"N k_j\, \delta_{ij} = \operatorname{tr}(A_i^* A_j) = \sum_{\rho : m_\rho = 1} d_\rho\, k_i k_j\,"
            r" \overline{\omega_\rho(g_i)}\, \omega_\rho(g_j)",
            r"\sum_j k_j\, \omega_\rho(g_j)\, \overline{\omega_\sigma(g_j)} = \frac{N}{d_\rho}\,"
            r" \delta_{\rho\sigma}",
            on=witnessed(checks.orthogonality_holds),
            label="orthogonal",
            uses=("algebra", "spectrum"),
        ),
        argued(
            "homomorphism",
            r"As $P = u u^*$, $P \rho(g) P = \omega_\rho(g) P$. Take the mean of $u^* \rho(g) \rho(h) \rho(g')\,"
            r" u$ over $h \in H$. (Instances: all $g'$, one $g$ of each double coset.)",
            r"\frac{1}{|H|} \sum_{h \in H} \omega_\rho(g h g') = u^* \rho(g)\, P\, \rho(g')\, u = \omega_\rho(g)\,"
            r" \omega_\rho(g')",
            r"\frac{1}{|H|} \sum_{h \in H} \omega_\rho(g h g') = \omega_\rho(g)\, \omega_\rho(g')",
            on=witnessed(checks.projector_multiplies),
            uses=("zonal",),
        ),
    )
    return Derivation(TITLE, STATEMENT, steps, HYPOTHESES, SOURCE, "C9")


# ---------------------------------------------------------------------- checks


def exact_cases(quick: bool) -> list[SetCase]:
    """Gelfand pairs, and sets on which an irrep occurs twice."""
    return [SetCase(name) for name in ((*QUICK_GELFAND, *OTHERS[:2]) if quick else (*GELFAND, *OTHERS))]


def exact_compare(case: SetCase, rng: np.random.Generator) -> Comparison:
    """Spectra and products of the integer matrices, against spherical functions or zonal matrices."""
    if case.name in OTHERS:
        return _compare_zonal(case, rng)
    from flint import fmpz_mat

    functions, orbitals, order = checks.spherical(case.name)
    rank, rows = len(orbitals), checks.eigenvalues(case.name)
    A = [orbitals.matrix(j) for j in range(rank)]
    weights = rng.integers(-5, 6, rank).tolist()
    combined = sum(w * a for w, a in zip(weights, A, strict=True))
    roots = [(d, sum((value * w for value, w in zip(row, weights, strict=True)), ZERO)) for d, row in rows]
    i, j = rng.integers(0, rank, 2).tolist()
    numbers = functions.intersection_numbers(order[i], order[j])
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare(
                "characteristic polynomial",
                checks.polynomial_of_roots(roots),
                [int(c) for c in reversed(fmpz_mat(combined.tolist()).charpoly().coeffs())],
            ),
            compare(
                f"entries of A_{i} A_{j}",
                [numbers[order[k]] for k in orbitals.labels.ravel()],
                (A[i] @ A[j]).ravel().tolist(),
            ),
            compare("whether all commute", [all(np.array_equal(a @ b, b @ a) for a in A for b in A)], [True]),
            compare("orthogonality", [checks.orthogonality_holds(case.name)], [True]),
        ]
    )


def _compare_zonal(case: SetCase, rng: np.random.Generator) -> Comparison:
    """Zonal matrices of more than one row: T4 with the sums over double cosets, and A_i A_j not always A_j A_i."""
    from flint import fmpz_mat

    from orbitkernels.theory.spherical_functions import zonal_block

    from .exact_spectra import polynomial_of_blocks

    action, cosets = checks.transitive_set(case.name), checks.pair_cosets(case.name)
    group, orbitals = action.group, Orbitals(action)
    values = rng.integers(-5, 6, len(cosets))
    blocks = [(zonal_block(rho, cosets, values.tolist()), rho.degree) for rho in irreps(case.group)]
    carrier = np.argmax(action.permutations[:, 0][:, None] == np.arange(action.degree), axis=0)
    symbol = values[cosets.labels[group.multiply(group.inverse(carrier)[:, None], carrier[None, :])]]
    A = [orbitals.matrix(j) for j in range(len(orbitals))]
    compare = partial(compare_exactly, str(case))
    return joint(
        [
            compare(
                "characteristic polynomial",
                polynomial_of_blocks(group, blocks).coeffs(),
                fmpz_mat(symbol.tolist()).charpoly().coeffs(),
            ),
            compare("whether all commute", [all(np.array_equal(a @ b, b @ a) for a in A for b in A)], [False]),
        ]
    )


def enclosed_cases(quick: bool) -> list[SetCase]:
    """Gelfand pairs."""
    return [SetCase(name) for name in (QUICK_GELFAND[:3] if quick else GELFAND)]


def enclosed_compare(case: SetCase, rng: np.random.Generator) -> Comparison:
    """Characteristic polynomial of the kernel exp(-t_j) on R_j, dense and from spherical functions."""
    from flint import acb, acb_mat, arb, arb_mat

    from orbitkernels.theory.balls import ball, working_precision
    from orbitkernels.theory.enclosed_spectra import enclosed_characteristic_polynomial

    orbitals = checks.spherical(case.name)[1]
    t = rng.integers(1, 90, len(orbitals))
    t = t + t[orbitals.pairing]  # a real symmetric kernel
    t[0] = 0
    with working_precision(SPECTRUM_BITS):
        values = [(-arb(int(x)) / 60).exp() for x in t]
        K = arb_mat([[values[j] for j in row] for row in orbitals.labels.tolist()])
        blocks = []
        for d, row in checks.eigenvalues(case.name):
            total = sum((acb(ball(c)) * v for c, v in zip(row, values, strict=True)), acb(0))
            blocks.append((acb_mat([[total]]), d))
        return compare_enclosures(
            str(case),
            "characteristic polynomial",
            enclosed_characteristic_polynomial(blocks),
            K.charpoly().coeffs(),
        )


def numeric_cases(quick: bool) -> list[SetCase]:
    """Gelfand pairs, with several random kernels."""
    names = QUICK_GELFAND if quick else GELFAND
    return [SetCase(name, number) for name in names for number in range(1, 2 if quick else 3)]


def numeric_compare(case: SetCase, rng: np.random.Generator) -> Comparison:
    """Common eigenvalues of the A_j by dense linear algebra, against spherical functions."""
    from orbitkernels.numerics.association_schemes import joint_eigenvalues, pair_labels

    action, rows = checks.transitive_set(case.name), checks.eigenvalues(case.name)
    labels = pair_labels(action.permutations[np.array(action.group.generators)])
    P = np.repeat([[complex(value) for value in row] for _, row in rows], [d for d, _ in rows], axis=0)
    reversed_labels = labels.T.ravel()[np.unique(labels, return_index=True)[1]]
    z = rng.standard_normal(len(rows)) + 1j * rng.standard_normal(len(rows))
    weights = z + z[reversed_labels].conj()
    values, found = joint_eigenvalues(labels, weights)
    expected = (P @ weights).real
    place = np.argsort(expected)
    different = np.sort(np.array([np.dot([complex(x) for x in row], weights).real for _, row in rows]))
    gap = float(np.min(np.diff(different), initial=np.inf))
    compare = partial(compare_numerically, str(case), size=len(labels))
    return joint(
        [
            compare("eigenvalues of a random combination", values, expected[place]),
            # an eigenvector is known up to the rounding of the matrix, relative to the gap
            compare("common eigenvalues", found, P[place], condition=float(np.abs(values).max()) / gap),
        ]
    )


THEOREM = Theorem(
    id="C9",
    title=TITLE,
    source=SOURCE,
    statement=STATEMENT,
    hypotheses=HYPOTHESES,
    exact=Procedure(exact_cases, exact_compare),
    enclosed=Procedure(enclosed_cases, enclosed_compare),
    numeric=Procedure(numeric_cases, numeric_compare),
    derivation=derivation,
)
