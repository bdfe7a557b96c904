"""Figures of the report as inline SVG: poses of two orbits, predicted against exact errors, and a spectrum."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from orbitkernels.proofs.orbits import Orbits
    from orbitkernels.proofs.spectrum import Spectrum
    from orbitkernels.rings import RingSpectrum

#: Colours that stay apart for colour-blind readers (Okabe and Ito), one an irrep.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
SHAPES = ("o", "s", "^", "D", "v", "P")


def poses_figure(orbits: Orbits, shape: tuple[int, int]) -> str:
    """Every pose of two seeds, one row a seed; the first pose is framed as the missing one.

    Args:
        orbits: Two orbits of images.
        shape: Height and width of an image.

    Returns:
        An ``<svg>`` element.
    """
    poses = [orbits.points(c) for c in range(2)]
    columns = max(len(each) for each in poses)
    figure = new_figure(columns * 0.95, 2.1)
    for row, images in enumerate(poses):
        for column, image in enumerate(images):
            axes = figure.add_subplot(2, columns, row * columns + column + 1)
            axes.imshow(image.reshape(shape), cmap="Greys", interpolation="nearest")
            axes.set_xticks([])
            axes.set_yticks([])
            missing = column == 0
            for spine in axes.spines.values():
                spine.set_color("#D55E00" if missing else "#c8ccd0")
                spine.set_linewidth(2.5 if missing else 0.6)
            if missing:
                axes.set_title("missing", fontsize=9, color="#D55E00", pad=3)
    return as_svg(figure, "Poses of the two seeds; the missing pose of each is framed")


def errors_figure(pairs: list[dict[str, Any]]) -> str:
    """Exact leave-out error against spectral error, one mark an orbit; below 1 the pose is classified right.

    Args:
        pairs: As returned by :func:`orbitkernels.predict`.

    Returns:
        An ``<svg>`` element.
    """
    # t (y - p) with t the label of the orbit: +1 for the first, -1 for the second
    signs = np.array([1.0, -1.0])
    spectral, exact = (
        np.concatenate([signs * pair[key] for pair in pairs]) for key in ("spectral_errors", "exact_errors")
    )
    figure = new_figure(5.2, 4.6)
    axes = figure.add_subplot()
    low, high = min(exact.min(), 0.0), max(exact.max(), 1.0) * 1.06
    axes.plot([low, high], [low, high], color="#9aa1a9", linewidth=1, zorder=1)
    axes.axhspan(1, high, color="#D55E00", alpha=0.07, linewidth=0)
    axes.axhline(1, color="#D55E00", linewidth=1, linestyle="--")
    axes.text(low + 0.02 * (high - low), 1, "above 1: classified wrong", color="#a84300", va="bottom", fontsize=9)
    axes.scatter(spectral, exact, s=22, color=COLOURS[0], edgecolor="white", linewidth=0.5, zorder=2)
    axes.set(
        xlim=(low, high), ylim=(low, high), xlabel="spectral error (Theorem T6)", ylabel="exact leave-out error"
    )
    plain(axes)
    return as_svg(figure, "Exact leave-out error against spectral error; all marks lie on the diagonal")


def spectrum_figure(spectrum: Spectrum, degrees: list[int]) -> str:
    """Eigenvalues of the Gram matrix in falling order, by irrep; a ring marks those that carry labels.

    Args:
        spectrum: The spectrum of two orbits.
        degrees: Degree of each irrep, in the order of the character table.

    Returns:
        An ``<svg>`` element.
    """
    order = np.argsort(-spectrum.eigenvalues, kind="stable")
    widths = spectrum.multiplicities[order]
    starts = np.concatenate([[0], np.cumsum(widths)])
    figure = new_figure(7.2, 4.0)
    axes = figure.add_subplot()
    for irrep in np.unique(spectrum.irreps):
        places = [(start + m, i) for start, i in zip(starts, order, strict=False)
                  if spectrum.irreps[i] == irrep for m in range(spectrum.multiplicities[i])]  # fmt: skip
        axes.scatter(
            [1 + place for place, _ in places],
            [spectrum.eigenvalues[i] for _, i in places],
            s=34, color=COLOURS[irrep % 6], marker=SHAPES[irrep % 6], zorder=2,
            label=f"$\\chi_{{{irrep + 1}}}$, degree {degrees[irrep]}",
        )  # fmt: skip
    for start, i in zip(starts, order, strict=False):
        weight = spectrum.label_weights[i]
        if weight > 0.005:
            place, value = 1 + start, spectrum.eigenvalues[i]
            axes.scatter([place], [value], s=190, facecolor="none", edgecolor="black", linewidth=1.4, zorder=3)
            axes.annotate(
                f"{100 * weight:.1f} % of the labels", (place, value),
                textcoords="offset points", xytext=(12, 8), fontsize=9,
            )  # fmt: skip
    axes.set_yscale("log")
    axes.set(xlabel="eigenvalue number, largest first", ylabel="eigenvalue $\\lambda$")
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    plain(axes)
    return as_svg(figure, "Eigenvalues by irrep on a logarithmic scale; rings mark the label mode")


def rings_figure(spectrum: RingSpectrum, poses: Sequence[int], errors: Sequence[float]) -> str:
    """Spectrum of two rings with its harmonic mean and label mode, and the error against the number of poses.

    Args:
        spectrum: Of the rings that are shown; they have one pose less than eigenvalues.
        poses: Numbers of poses.
        errors: The error for each.

    Returns:
        An ``<svg>`` element.
    """
    values, mean = [float(value) for value in spectrum.eigenvalues], float(spectrum.harmonic_mean)
    figure = new_figure(9.6, 3.2)
    left, right = figure.subplots(1, 2)
    left.scatter(range(len(values)), values, s=28, color=COLOURS[0], zorder=2)
    left.scatter(
        [len(values) - 1], values[-1:], s=150, facecolor="none", edgecolor="black", linewidth=1.4, zorder=3
    )
    left.axhline(mean, color="#D55E00", linewidth=1, linestyle="--")
    left.text(0.5 * len(values), mean * 1.15, "harmonic mean", color="#a84300", fontsize=9, ha="center")
    left.set(yscale="log", xlabel="frequency k, the labels ringed", ylabel="eigenvalue $\\lambda_k$")
    chosen = [len(values) - 1 == count for count in poses]
    right.scatter(poses, errors, s=[80 if each else 18 for each in chosen], zorder=2,
                  color=[COLOURS[1] if each else COLOURS[0] for each in chosen])  # fmt: skip
    right.axhline(1, color="#D55E00", linewidth=1, linestyle="--")
    right.set(xscale="log", yscale="log", xlabel="number N of poses", ylabel="error")
    right.set_xticks([2, 4, 8, 16, 24], labels=["2", "4", "8", "16", "24"])
    right.minorticks_off()
    for axes in (left, right):
        plain(axes)
    return as_svg(figure, "Spectrum of two rings and the error against the number of poses")


def needed_figure(result: dict[str, Any]) -> str:
    """Error of a missing pose of two rings over the poses or the separation, with the answer and the density law.

    Args:
        result: From :func:`orbitkernels.needed.needed_poses` or :func:`orbitkernels.needed.needed_separation`.

    Returns:
        An ``<svg>`` element.
    """
    name = "poses" if result["needed"] == "poses" else "separation"
    places, errors = (np.array([row[key] for row in result["curve"]]) for key in (name, "error"))
    figure = new_figure(6.4, 4.2)
    axes = figure.add_subplot()
    axes.axhline(1, color="#D55E00", linewidth=1, linestyle="--", label="classified right below")
    axes.plot(places, errors, color=COLOURS[0], marker="o", markersize=3, linewidth=1, label="error (Theorem T11)")
    law = result["law"]
    if law is not None and name == "poses":
        distances = np.array([row["mmd_squared"] for row in result["curve"]])
        values = law["constant"] / distances / places ** law["exponent"]
        axes.plot(places, values, color=COLOURS[2], linewidth=1, linestyle=":", label="density law")
    if result["answer"] is not None:
        axes.axvline(result["answer"], color="#9aa1a9", linewidth=1, label=f"needed: {result['answer']:.6g}")
    axes.set_yscale("log")
    if name == "poses":
        axes.set_xscale("log")
    axes.set(
        xlabel="poses $N$ of each ring" if name == "poses" else "separation $h$", ylabel="error of a missing pose"
    )
    axes.legend(frameon=False, fontsize=9)
    plain(axes)
    return as_svg(figure, f"Error of a missing pose of two rings by {name}")


def needed_pairs_figure(result: dict[str, Any]) -> str:
    """Class separation that pairs of images have against the one that they need, one mark an orbit.

    Args:
        result: From :func:`orbitkernels.needed_in_data.needed_separation_of_pairs`.

    Returns:
        An ``<svg>`` element.
    """
    needed = np.array([row["needed_mmd_squared"] for row in result["pairs"]]).ravel()
    present = np.repeat([row["mmd_squared"] for row in result["pairs"]], 2)
    right = np.array([row["right"] for row in result["pairs"]]).ravel()
    figure = new_figure(5.2, 4.6)
    axes = figure.add_subplot()
    ends = [min(needed.min(), present.min()) / 1.1, max(needed.max(), present.max()) * 1.1]
    axes.plot(ends, ends, color="#9aa1a9", linewidth=1, zorder=1)
    for kind, colour, mark, label in ((True, COLOURS[0], "o", "right"), (False, COLOURS[5], "s", "wrong")):
        chosen = right == kind
        axes.scatter(
            needed[chosen], present[chosen], s=26, color=colour, marker=mark, edgecolor="white", linewidth=0.5,
            label=f"classified {label}", zorder=2,
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="MMD$^2$ needed", ylabel="MMD$^2$ of the two orbits")
    axes.legend(frameon=False, fontsize=9)
    plain(axes)
    return as_svg(figure, "Class separation of pairs of images against the separation needed")


def new_figure(width: float, height: float) -> Figure:
    """A figure without a window, whatever back end the user has chosen."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def plain(axes: Axes) -> None:
    """Axes on two sides only, over a light grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e6e8eb", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)


def as_svg(figure: Figure, description: str) -> str:
    """The figure as an element with a description for those who cannot see it; equal figures give equal text."""
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": description, "svg.fonttype": "path"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    return element.replace("<svg", f'<svg role="img" aria-label="{description}"', 1)
