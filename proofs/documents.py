"""Derivations ready to be shown: the steps as HTML and as LaTeX, which processes can send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .derivation import Derivation


@dataclass(frozen=True)
class Document:
    """The steps of a derivation, without title, hypotheses and claim.

    Attributes:
        html: A fragment of HTML with MathML.
        latex: A fragment of LaTeX for the preamble of ``templates/preamble.tex``.
        error: Why the steps cannot be shown; empty if they can.
    """

    html: str = ""
    latex: str = ""
    error: str = ""


def document(derivation: Derivation) -> Document:
    """The steps of a derivation in both languages.

    A formula that cannot be shown is no reason to lose hours of verification: the document says so.

    Example:
        >>> from orbitkernels.proofs.derive import derive
        >>> from orbitkernels.proofs.documents import document
        >>> "<math" in document(derive("T1")).html
        True
    """
    from .rendering import html_steps, latex_steps

    try:
        return Document(html_steps(derivation), latex_steps(derivation))
    except Exception as error:
        return Document(error=f"{type(error).__name__}: {error}")
