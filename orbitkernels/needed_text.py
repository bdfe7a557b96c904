"""The answers of ``predict --needed`` as lines for the terminal: a plot of the error and the answer in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orbitkernels.proofs.ridge import Ridge
from orbitkernels.text_plot import error_plot

if TYPE_CHECKING:
    from rich.table import Table


def ring_lines(result: dict[str, Any], unicode: bool = True) -> list[str]:
    """Plot and words for two rings.

    Args:
        result: From :func:`orbitkernels.needed.needed_poses` or :func:`orbitkernels.needed.needed_separation`.
        unicode: Whether the terminal shows more than ASCII.

    Returns:
        Lines of text.

    Example:
        >>> from orbitkernels.needed import needed_poses
        >>> from orbitkernels.needed_text import ring_lines
        >>> lines = ring_lines(needed_poses("ntk(depth=2)", most=8))
        >>> lines[0]
        'ntk(depth=2, activation=relu, weight_variance=1, bias_variance=1): two aligned rings at heights +-0.3'
        >>> [line for line in lines if line.startswith("Needed")]
        ['Needed: 4 poses a ring (MMD^2 = 0.130912; searched 1 to 8).']
    """
    by_poses = result["needed"] == "poses"
    name = "poses" if by_poses else "separation"
    fixed = f"at heights +-{result['separation']:g}" if by_poses else f"of {result['poses']} poses"
    ridge = f", ridge {Ridge.of(result['ridge'])}" if result["ridge"] else ""
    places = [row[name] for row in result["curve"]]
    axis = "poses a ring (logarithmic)" if by_poses else "separation h"
    return [
        f"{result['kernel']}: two {result['rings']} rings {fixed}{ridge}",
        f"error of a missing pose (logarithmic), right below 1, by {axis}",
        *error_plot(places, [row["error"] for row in result["curve"]], logarithmic=by_poses, unicode=unicode),
        _answer(result, name),
        *_checks(result, name),
        *_law(result),
        *(f"Note: {note}" for note in result["notes"]),
    ]


def _answer(result: dict[str, Any], name: str) -> str:
    """The number."""
    at, (first, last) = result["at"], result["searched"]
    searched = f"searched {first:g} to {last:g}"
    if result["answer"] is None:
        what = f"{at[name]} poses" if name == "poses" else f"h = {at[name]:g}"
        return f"Not reached: with {what} the error is {at['error']:.6g} ({searched})."
    what = f"{at[name]} poses a ring" if name == "poses" else f"separation h = {at[name]:.6g}"
    return f"Needed: {what} (MMD^2 = {at['mmd_squared']:.6g}; {searched})."


def _checks(result: dict[str, Any], name: str) -> list[str]:
    """The brute force."""
    where = "with" if name == "poses" else "at h ="
    said = [f"{check['exact_error']:.10f} {where} {check[name]:.6g}" for check in result["checks"]]
    return [
        f"Checked by leaving the pose out: error {', '.join(said)}"
        f" (largest relative difference {result['largest_relative_difference']:.1e})."
    ]


def _law(result: dict[str, Any]) -> list[str]:
    """The density law, if it is known."""
    law = result["law"]
    if law is None:
        return []
    alone = f"; alone it would ask for {law['poses']:.1f} poses" if "poses" in law else ""
    return [f"Density law (T11): error ~ {law['constant']:.6g} N^-{law['exponent']:g} / MMD^2{alone}."]


def pair_table(result: dict[str, Any]) -> Table:
    """Table of pairs of images, one row an orbit.

    Args:
        result: From :func:`orbitkernels.needed_in_data.needed_separation_of_pairs`.

    Returns:
        A table for a console.
    """
    from rich.table import Table

    table = Table(
        title=f"{result['group']}, {result['kernel']}, {result['data']}: class separation needed and present"
    )
    for heading in ("labels", "missing from", "noise", "MMD^2 needed", "MMD^2", "balanced error", "exact error"):
        table.add_column(heading, justify="right")
    for pair in result["pairs"]:
        for c in range(2):
            table.add_row(
                " / ".join(map(str, pair["labels"])) if c == 0 else "",
                str(pair["labels"][c]),
                f"{pair['noise'][c]:.6g}",
                f"{pair['needed_mmd_squared'][c]:.6g}",
                f"{pair['mmd_squared']:.6g}",
                f"{pair['balanced_error'][c]:.6f}",
                f"{pair['exact_error'][c]:.6f}",
            )
    return table


def data_lines(result: dict[str, Any]) -> list[str]:
    """What the pairs of images show together.

    Args:
        result: From :func:`orbitkernels.needed_in_data.needed_separation_of_pairs`.

    Returns:
        Lines of text.
    """
    return [
        f"Missing poses whose classes are far enough apart (MMD^2 above what is needed): {result['foretold']} of"
        f" {result['poses']}.",
        f"Missing poses classified right (exact error below 1): {result['right']} of {result['poses']}.",
        f"Largest relative difference of the two routes: {result['largest_relative_difference']:.1e}.",
        *(f"Note: {note}" for note in result["notes"]),
    ]
