"""Pictures of a group as inline SVG: its Cayley graph, and the Fourier spectrum of a kernel on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.errors import InputError
from orbitkernels.figures import COLOURS, SHAPES, as_svg, new_figure, plain

if TYPE_CHECKING:
    import numpy.typing as npt

    from orbitkernels.proofs.cayley_kernels import CayleyKernel
    from orbitkernels.theory.groups import FiniteGroup

#: Largest order of a group whose Cayley graph is drawn: beyond it no one can tell the edges apart.
MAX_DRAWN = 200

#: Largest order for which elements are written beside their nodes.
MAX_LABELLED = 24

#: Most irreps whose spectrum is drawn.
MAX_IRREPS = 100

_KINDS = {1: "real", 0: "complex", -1: "quaternionic"}


def cayley_graph_figure(group: FiniteGroup) -> str:
    """The Cayley graph: one node an element, one edge from g to g s a generator s, coloured by generator.

    Generators of order two have lines, the others arrows.  Nodes are placed by springs as long as the distance of
    the elements in the graph (Kamada and Kawai), so that symmetries of the graph show.

    Args:
        group: A group of order at most MAX_DRAWN.

    Returns:
        An ``<svg>`` element.

    Raises:
        InputError: If the group is larger.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> cayley_graph_figure(group("D4")).startswith('<svg role="img" aria-label="Cayley graph of D4')
        True
    """
    if group.order > MAX_DRAWN:
        raise InputError(
            f"The Cayley graph of {group.name} has {group.order} nodes; at most {MAX_DRAWN} are drawn. "
            "Choose a smaller group, or take G.cayley_graph() to a tool for large graphs."
        )
    places = _places(group)
    figure = new_figure(6.4, 6.4)
    axes = figure.add_subplot()
    for number, (s, name) in enumerate(zip(group.generators, group.generator_names, strict=True)):
        involution = int(group.multiply(s, s)) == 0
        colour = COLOURS[number % len(COLOURS)]
        for g, target in enumerate(group.right_translations[number].tolist()):
            if involution and target < g:
                continue
            axes.annotate(
                "", places[target], places[g],
                arrowprops={
                    "arrowstyle": "-" if involution else "-|>", "color": colour, "linewidth": 1.4,
                    "shrinkA": 5, "shrinkB": 6, "connectionstyle": "arc3,rad=0" if involution else "arc3,rad=0.08",
                },
            )  # fmt: skip
        axes.plot([], [], color=colour, linewidth=2, label=_generator_label(group, s, name))
    x, y = places[:, 0], places[:, 1]
    axes.scatter(x, y, s=42, color="#3b4148", zorder=3)
    axes.scatter(x[:1], y[:1], s=120, facecolor="none", edgecolor="#3b4148", zorder=3)
    if group.order <= MAX_LABELLED:
        for g, place in enumerate(places):
            axes.annotate(
                group.word_string(g), place, textcoords="offset points", xytext=(7, 7), fontsize=9, zorder=4
            )
    axes.set_axis_off()
    axes.margins(0.12)
    axes.set_aspect("equal")
    if group.generators:
        axes.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2)
    return as_svg(figure, f"Cayley graph of {group.name}, edges coloured by generator; the identity is ringed")


def _generator_label(group: FiniteGroup, s: int, name: str) -> str:
    """The name of a generator, with its cycles in a group of permutations."""
    text = group.element_string(s)
    return name if text == name or len(text) > 40 else f"{name}: {text}"


def _places(group: FiniteGroup) -> npt.NDArray[np.float64]:
    """Array [n, 2]: coordinates of the elements."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(group.order))
    for row in group.right_translations.tolist():
        graph.add_edges_from(enumerate(row))
    found = networkx.kamada_kawai_layout(graph) if group.order > 1 else {0: (0.0, 0.0)}
    return np.array([found[g] for g in range(group.order)], dtype=np.float64)


def fourier_spectrum_figure(kernel: CayleyKernel) -> str:
    """Eigenvalue of a class-function kernel on the group for each irrep; the area of a mark grows with its degree.

    Theorem T3: the block of the irrep rho is a multiple of the identity, and its eigenvalue occurs d_rho^2 times.

    Args:
        kernel: A kernel of a Cayley graph of a group with at most MAX_IRREPS irreps.

    Returns:
        An ``<svg>`` element.

    Raises:
        InputError: If there are more irreps.

    Example:
        >>> from orbitkernels.proofs.cayley_kernels import cayley_kernel
        >>> from orbitkernels.theory.names import group
        >>> kernel = cayley_kernel(group("S4"), "heat(t=1/4, generators=class:(0 1))")
        >>> "Fourier spectrum" in fourier_spectrum_figure(kernel)
        True
    """
    table = kernel.group.character_table()
    if len(table) > MAX_IRREPS:
        raise InputError(
            f"{kernel.group.name} has {len(table)} irreps; a spectrum of at most {MAX_IRREPS} is drawn. "
            "Choose a group with fewer conjugacy classes."
        )
    values, _ = kernel.spectrum()
    figure = new_figure(max(4.8, 1.6 + 0.34 * len(table)), 4.0)
    axes = figure.add_subplot()
    axes.axhline(0, color="#9aa1a9", linewidth=1)
    axes.vlines(np.arange(len(table)), 0, values, color="#c8ccd0", linewidth=1.2, zorder=1)
    for number, (indicator, kind) in enumerate(_KINDS.items()):
        chosen = np.flatnonzero(table.indicators == indicator)
        if chosen.size:
            axes.scatter(
                chosen, values[chosen], s=30 * table.degrees[chosen], color=COLOURS[number],
                marker=SHAPES[number], zorder=2, label=kind,
            )  # fmt: skip
    for i, (value, degree) in enumerate(zip(values, table.degrees.tolist(), strict=True)):
        axes.annotate(
            f"{degree}²", (i, value), textcoords="offset points", xytext=(0, 9 if value >= 0 else -17),
            ha="center", fontsize=8, color="#3b4148",
        )  # fmt: skip
    names = [f"$\\chi_{{{i + 1}}}$" for i in range(len(table))]
    axes.set_xticks(range(len(table)), names, fontsize=9 if len(table) <= 30 else 6)
    axes.set(xlabel="irrep (above a mark: multiplicity $d^2$)", ylabel="eigenvalue $\\lambda_\\rho$")
    axes.set_title(f"{kernel.spec} on {kernel.group.name}"[:90], fontsize=9)
    axes.margins(y=0.16)
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
    plain(axes)
    return as_svg(figure, f"Fourier spectrum of a kernel on {kernel.group.name}, one eigenvalue an irrep")
