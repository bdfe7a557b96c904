"""The documents of a verification: one HTML file that opens anywhere, offline, and an article in LaTeX."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from orbitkernels.proofs.certificate import Certificate, Result
    from orbitkernels.proofs.documents import Document
    from orbitkernels.proofs.theorem import Theorem

#: What the report shows beside the certificate.
GROUP, KERNEL, DATA, PAIRS = "D4", "ntk(depth=3)", "digits", 64


def write_report(
    certificate: Certificate,
    path: str | Path,
    documents: Mapping[str, Document] | None = None,
    jobs: int = 1,
) -> Path:
    """Write the report: evidence, notation, rings to try, real images, theorems with derivations, environment.

    Args:
        certificate: What was verified.
        path: The HTML file; it is replaced whole or not at all.
        documents: Derivations that are made already, as :func:`orbitkernels.verify` gives them; others are made.
        jobs: Processes; those of a verification that has just run are used again.

    Returns:
        The path.

    Raises:
        InputError: If the file cannot be written.
    """
    from markupsafe import Markup

    from orbitkernels.proofs.files import write_whole
    from orbitkernels.proofs.notation import NOTATION
    from orbitkernels.proofs.rendering import html_prose, html_statement, page

    def shown(result: Result, theorem: Theorem, document: Document) -> dict[str, Any]:
        return {
            "hypotheses": [html_prose(text) for text in theorem.hypotheses],
            "statement": html_statement(theorem.statement),
            "steps": Markup(document.html),
        }

    notation = [
        (heading, [(html_prose(f"${symbol}$"), html_prose(meaning)) for symbol, meaning in symbols])
        for heading, symbols in NOTATION
    ]
    fields = _evidence(certificate, documents or {}, shown)
    images, rings = _both(_images, _rings, jobs)
    return write_whole(path, page("report.html", **fields, **images, notation=notation, rings=rings), "Report")


def write_article(
    certificate: Certificate, path: str | Path, documents: Mapping[str, Document] | None = None
) -> Path:
    """Write the article for pdflatex: evidence, notation, theorems with derivations, sources.

    Args:
        certificate: What was verified.
        path: The LaTeX file; it is replaced whole or not at all.
        documents: As for :func:`write_report`.

    Returns:
        The path.

    Raises:
        InputError: If the file cannot be written.
    """
    from orbitkernels.proofs import latex_lines
    from orbitkernels.proofs.files import write_whole
    from orbitkernels.proofs.notation import NOTATION
    from orbitkernels.proofs.rendering import page, sentence
    from orbitkernels.proofs.sources import cited

    def shown(result: Result, theorem: Theorem, document: Document) -> dict[str, Any]:
        return {
            "hypotheses": [latex_lines.prose(text) for text in theorem.hypotheses],
            "statement": latex_lines.statement(sentence(theorem.statement)),
            "steps": document.latex,
            "title": latex_lines.prose(result.title),
            "source": latex_lines.prose(result.source),
            "cited": ",".join(work.key for work in cited(result.source)),
            "detail": latex_lines.words(result.detail),
            "absent": latex_lines.prose(result.absent),
        }

    notation = [
        (heading, [(symbol, latex_lines.prose(meaning)) for symbol, meaning in symbols])
        for heading, symbols in NOTATION
    ]
    fields = _evidence(certificate, documents or {}, shown)
    text = page("article.tex", **fields, notation=notation, words=latex_lines.words)
    return write_whole(path, text, "Article")


def _both(one: Callable[[], Any], other: Callable[[], Any], jobs: int) -> Sequence[Any]:
    """What two functions return, at the same time if there is more than one process."""
    if jobs == 1:
        return one(), other()
    from joblib import Parallel, delayed

    found: Sequence[Any] = Parallel(n_jobs=jobs, batch_size=1)(delayed(each)() for each in (one, other))
    return found


def _evidence(certificate: Certificate, documents: Mapping[str, Document], shown: Any) -> dict[str, Any]:
    """What the certificate says, theorem by theorem in families, with what `shown` makes of each."""
    from orbitkernels.proofs.evidence import ROUNDING_MULTIPLE
    from orbitkernels.proofs.sources import bibliography
    from orbitkernels.proofs.theorem import FAMILIES, THEOREMS

    families = []
    for letter, family in FAMILIES.items():
        members = []
        for result in (each for each in certificate.results if each.id.startswith(letter)):
            theorem = THEOREMS[result.id]
            document = _document(theorem, result, documents)
            fields = {"result": result, "evidence": _evidence_text(result), "error": document.error}
            members.append(fields | shown(result, theorem, document))
        if members:
            families.append((family, members))
    return {
        "families": families,
        "summary": certificate.summary(),
        "environment": certificate.environment,
        "rounding_multiple": f"{ROUNDING_MULTIPLE:g}",
        "bibliography": bibliography(result.source for result in certificate.results),
    }


def _evidence_text(result: Result) -> str:
    """How many instances were compared at which level.

    A failing theorem says so beside it.
    """
    counts = [f"{check.instances} {check.level}" for check in result.checks]
    derived = (
        f"derived in {result.derivation.steps} steps ({result.derivation.level}); " if result.derivation else ""
    )
    return f"{derived}{', '.join(counts)} instances"


def _document(theorem: Theorem, result: Result, documents: Mapping[str, Document]) -> Document:
    """The derivation; one that a resumed run has kept is made once more, one that failed cannot be shown."""
    from orbitkernels.proofs.documents import Document, document

    if theorem.id in documents:
        return documents[theorem.id]
    if theorem.derivation is None or result.derivation is None or not result.derivation.holds:
        return Document()
    return document(theorem.derivation())


def _rings() -> dict[str, Any]:
    """Every choice of two rings, and the one that is shown first."""
    from markupsafe import Markup

    from orbitkernels.figures import rings_figure
    from orbitkernels.rings import DEFAULT, HEIGHTS, POSES, error_table, ring_page, ring_spectrum

    data, (kernel, height, poses) = ring_page(), DEFAULT
    row, column = HEIGHTS.index(height), POSES.index(poses)
    errors = data["errors"][kernel][row]
    figure = rings_figure(ring_spectrum(*DEFAULT), POSES, [float(error) for error in errors])
    right = float(errors[column]) < 1
    return {
        "kernel": kernel,
        "height": str(height),
        "poses": poses,
        "eigenvalue": data["spectra"][kernel][row][column][-1],
        "mean": data["means"][kernel][row][column],
        "error": errors[column],
        "verdict": "below 1: classified right" if right else "above 1: classified wrong",
        "table": error_table(data),
        "figure": Markup(figure),
        "data": Markup(json.dumps(data, separators=(",", ":"))),
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
