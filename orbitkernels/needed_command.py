"""What ``predict --needed`` does with its options: on two rings, or with a group on pairs of images."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orbitkernels.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

#: Options of ``predict`` that only two rings have, and those that only images have.
RING_OPTIONS = ("separation", "poses", "rings")
DATA_OPTIONS = ("data", "missing", "pairs", "seed")


def answer_needed(
    needed: str, options: Mapping[str, Any], given: Set[str], progress: Callable[[int, int], object] | None = None
) -> dict[str, Any]:
    """The answer to ``--needed poses`` or ``--needed separation``.

    Args:
        needed: ``poses`` or ``separation``.
        options: Values of the options of ``predict`` by name, defaults included.
        given: Names of the options that the user gave.
        progress: Called with steps done and steps in all.

    Returns:
        What :func:`orbitkernels.needed.needed_poses`, :func:`orbitkernels.needed.needed_separation` or, with a
        group, :func:`orbitkernels.needed_in_data.needed_separation_of_pairs` returns.

    Raises:
        InputError: If options do not go together, or cannot be used.

    Example:
        >>> from orbitkernels.needed_command import answer_needed
        >>> options = {"kernel": "ntk(depth=2)", "ridge": 0.0, "separation": 0.3}
        >>> answer_needed("poses", options, {"kernel", "separation"})["answer"]
        4
    """
    if "symmetrisation" in given:
        raise InputError(
            "Argument '--symmetrisation' does not go with --needed, whose orbits are exact; leave it out."
        )
    for name in ("average", "precision", "exact_route"):
        if name in given:
            raise InputError(f"Argument '--{name.replace('_', '-')}' does not go with --needed; leave it out.")
    if options.get("group") is not None:
        return _for_images(needed, options, given, progress)
    for name in DATA_OPTIONS:
        if name in given:
            raise InputError(
                f"Argument '--{name}' is about images and needs --group; without it --needed asks about two rings."
            )
    from orbitkernels.needed import needed_poses, needed_separation

    settings = {name: options[name] for name in RING_OPTIONS if options.get(name) is not None}
    sought = "poses" if needed == "poses" else "separation"
    if sought in settings:
        raise InputError(f"Argument '--{sought}' is what --needed {needed} looks for; leave it out.")
    if needed == "poses":
        return needed_poses(options["kernel"], ridge=options["ridge"], progress=progress, **settings)
    return needed_separation(options["kernel"], ridge=options["ridge"], **settings)


def _for_images(
    needed: str, options: Mapping[str, Any], given: Set[str], progress: Callable[[int, int], object] | None
) -> dict[str, Any]:
    """The separation that pairs of images need."""
    if needed == "poses":
        raise InputError(
            f"Argument '--needed' = 'poses' is about two rings: orbits of '{options['group']}' have as many poses "
            "as the group allows; ask for separation, or leave --group out."
        )
    for name in RING_OPTIONS:
        if name in given:
            raise InputError(f"Argument '--{name}' is about two rings; leave it or --group out.")
    if options["missing"] != "pose":
        raise InputError(f"Argument '--missing' must be 'pose' with --needed, not '{options['missing']}'.")
    from orbitkernels.needed_in_data import needed_separation_of_pairs

    names = ("group", "kernel", "data", "ridge", "pairs", "seed")
    return needed_separation_of_pairs(**{name: options[name] for name in names}, progress=progress)


def refuse_unneeded(given: Set[str]) -> None:
    """Raise if an option was given that says nothing without ``--needed``.

    Raises:
        InputError: Naming the option.

    Example:
        >>> from orbitkernels.needed_command import refuse_unneeded
        >>> refuse_unneeded({"group", "kernel"})
    """
    for name in (*RING_OPTIONS, "out"):
        if name in given:
            raise InputError(
                f"Argument '--{name}' goes with --needed poses or --needed separation; add one of them."
            )


def show_answer(
    result: dict[str, Any], console: Console, *, as_json: bool = False, out: Path | None = None
) -> None:
    """Print an answer, as text or JSON; first of all write its figure, if a file is named.

    Args:
        result: From :func:`answer_needed`.
        console: Where to print.
        as_json: Whether JSON is printed.
        out: An SVG file.

    Raises:
        InputError: If the file cannot be written; then nothing is printed.
    """
    from orbitkernels.needed_text import data_lines, pair_table, ring_lines

    for_images = "pairs" in result
    if out is not None:
        from orbitkernels.figures import needed_figure, needed_pairs_figure
        from orbitkernels.proofs.files import write_whole

        write_whole(out, needed_pairs_figure(result) if for_images else needed_figure(result), "Figure")
        print(f"Wrote {out}", file=sys.stderr)
    if as_json:
        print(json.dumps(result, indent=1, allow_nan=False))
        return
    if for_images:
        console.print(pair_table(result))
    unicode = console.encoding.lower().startswith("utf")
    for line in data_lines(result) if for_images else ring_lines(result, unicode):
        console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
