"""The report of a verification: one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from orbitkernels.proofs.certificate import Certificate

#: What the report shows beside the certificate.
GROUP, KERNEL, DATA, PAIRS = "D4", "ntk(depth=3)", "digits", 64


def write_report(certificate: Certificate, path: str | Path) -> Path:
    """Write the report: evidence, real images, spectrum, character table, derivations, environment.

    Args:
        certificate: What was verified.
        path: The HTML file; it is replaced whole or not at all.

    Returns:
        The path.

    Raises:
        InputError: If the file cannot be written.
    """
    from orbitkernels.proofs.files import write_whole
    from orbitkernels.proofs.rendering import page

    return write_whole(path, page("report.html", **_evidence(certificate), **_images()), "Report")


def _evidence(certificate: Certificate) -> dict[str, Any]:
    """What the certificate says, and the derivations, each checked once more as it is made."""
    from markupsafe import Markup

    from orbitkernels.proofs.evidence import ROUNDING_MULTIPLE
    from orbitkernels.proofs.rendering import html_body
    from orbitkernels.proofs.theorem import THEOREMS

    derivations = {}
    for result in certificate.results:
        derivation = THEOREMS[result.id].derivation
        # one that failed cannot be shown; the table of evidence says at which step
        if derivation is not None and result.derivation is not None and result.derivation.holds:
            derivations[result.id] = Markup(html_body(derivation()))
    return {
        "results": certificate.results,
        "derivations": derivations,
        "environment": certificate.environment,
        "rounding_multiple": f"{ROUNDING_MULTIPLE:g}",
    }


def _images() -> dict[str, Any]:
    """D4 on handwritten digits: errors of pairs by both routes, one pair in detail, the character table."""
    from markupsafe import Markup

    from orbitkernels.data import load
    from orbitkernels.figures import errors_figure, poses_figure, spectrum_figure
    from orbitkernels.prediction import predict
    from orbitkernels.proofs.orbits import Orbits
    from orbitkernels.proofs.spectral import spectrum
    from orbitkernels.theory.names import group

    prediction = predict(GROUP, KERNEL, DATA, pairs=PAIRS)
    # the most telling pair: missing poses of its first orbit are hardest to classify
    pair = max(prediction["pairs"], key=lambda row: row["exact_error"])
    data, acting = load(DATA), group(GROUP)
    chosen = list(pair["indices"])
    orbits = Orbits(acting, data.images[chosen], data.labels[chosen])
    found, table = spectrum(KERNEL, orbits), acting.character_table()
    height, width = data.images.shape[1:]
    errors = np.array([row["exact_errors"] for row in prediction["pairs"]]) * [1.0, -1.0]
    return {
        "prediction": prediction,
        "right": int(np.sum(errors < 1)),
        "errors": int(errors.size),
        "pair": pair,
        "spectrum": found,
        "poses_figure": Markup(poses_figure(orbits, (height, width))),
        "errors_figure": Markup(errors_figure(prediction["pairs"])),
        "spectrum_figure": Markup(spectrum_figure(found, [int(d) for d in table.degrees])),
        "character_table": Markup(table._repr_html_()),
    }
