"""Derivations: lists of steps, each of which names its rule and is checked at the moment it is made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .checking import Argued, Check, Equal, Introduced, Pair, StepEvidence
from .evaluation import DerivationError, Evaluated
from .evidence import Level, weakest
from .inequality import Bounded
from .rules import INTRODUCTIONS, check_rule

#: A displayed line: LaTeX, or a SymPy expression, equation or matrix.
Line = Any

__all__ = ["Derivation", "DerivationError", "Evaluated", "Step", "argued", "bounded", "define", "equal"]


@dataclass(frozen=True)
class Step:
    """One step: what is claimed, by which rule, from what, and how it was checked.

    Steps are made with :func:`define`, :func:`equal`, :func:`bounded` and :func:`argued`.  Making a step runs its
    check, so a step that exists has been checked.

    Attributes:
        rule: A rule of :mod:`orbitkernels.proofs.rules`.
        text: The reasoning, sentences with ``$LaTeX$``.
        lines: Displayed lines: LaTeX strings or SymPy objects.
        check: How the step is checked.
        label: Short name by which later steps refer to it; may be empty.
        uses: Labels of earlier steps, or ids of theorems such as ``T2``.
        section: Heading that begins with this step; empty if none does.
        evidence: What the check showed.

    Raises:
        DerivationError: If the check fails or cannot decide, or the step gives itself as its reason.
        InputError: If the rule is unknown.
    """

    rule: str
    text: str
    lines: tuple[Line, ...]
    check: Check
    label: str = ""
    uses: tuple[str, ...] = ()
    section: str = ""
    evidence: StepEvidence = field(init=False)

    def __post_init__(self) -> None:
        check_rule(self.rule)
        if not self.text.strip():
            raise DerivationError(f"A step by {self.rule} must say what it does.")
        _check_letters(self.text, *(line for line in self.lines if isinstance(line, str)))
        if is_theorem_id(self.label):
            raise DerivationError(f"The label '{self.label}' of a step is that of a theorem.")
        if self.label and self.label in self.uses:
            raise DerivationError(f"Step '{self.label}' gives itself as its reason.")
        if isinstance(self.check, Introduced) != (self.rule in INTRODUCTIONS):
            raise DerivationError(f"A step by {self.rule} must claim something that can be checked.")
        if self.rule == "theorem" and not self.uses:
            raise DerivationError("A step by an earlier theorem must name it.")
        object.__setattr__(self, "evidence", self.check.run())


def _check_letters(*texts: str) -> None:
    r"""Raise if LaTeX holds a tab or the like, which is what \t makes of \text where a string is not raw."""
    for text in texts:
        if any(ord(letter) < ord(" ") for letter in text):
            raise DerivationError(f"The text {text!r} holds a control character; write it as a raw string.")


def define(text: str, *lines: Line, label: str = "", rule: str = "definition", section: str = "") -> Step:
    """A definition or, with ``rule="hypothesis"``, an assumption: nothing is claimed.

    Example:
        >>> from orbitkernels.proofs.derivation import define
        >>> define("The mean is written", r"m = (x + y)/2").evidence.level is None
        True
    """
    return Step(rule, text, lines, Introduced(), label=label, section=section)


def equal(
    rule: str,
    text: str,
    *lines: Line,
    pairs: Sequence[Pair],
    identity: str = "",
    domain: dict[Any, tuple[float, float]] | None = None,
    numbers: bool = False,
    label: str = "",
    uses: tuple[str, ...] = (),
    section: str = "",
) -> Step:
    """A step that SymPy decides for all values of the symbols; see :class:`Equal` for the way out.

    Args:
        rule: The rule.
        text: The reasoning.
        lines: What is shown.
        pairs: The equations, as pairs of sides.
        identity: Name of the identity that proves what SymPy leaves open.
        domain: Admissible intervals of the symbols.
        numbers: Both sides are numbers of at least 50 digits.
        label: Name for later reference.
        uses: Labels of earlier steps or theorems.
        section: Heading.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.derivation import equal
        >>> x = sympy.Symbol("x")
        >>> equal("expansion", "Multiply out.", pairs=[(x * (x + 1), x**2 + x)]).evidence.cases
        1
    """
    return Step(rule, text, lines, Equal(pairs, identity, domain or {}, numbers), label, uses, section)


def bounded(
    rule: str,
    text: str,
    *lines: Line,
    pairs: Sequence[Pair],
    because: Sequence[Any] = (),
    identity: str = "",
    strict: bool = False,
    domain: dict[Any, tuple[float, float]] | None = None,
    label: str = "",
    uses: tuple[str, ...] = (),
    section: str = "",
) -> Step:
    """A step whose claim is an inequality; see :class:`Bounded`.

    Args:
        rule: The rule.
        text: The reasoning.
        lines: What is shown.
        pairs: Pairs (smaller, larger).
        because: For each pair its difference in a form whose sign shows, such as a sum of squares.
        identity: Name of the inequality that proves what SymPy leaves open.
        strict: Whether equality is excluded.
        domain: Admissible intervals of the symbols.
        label: Name for later reference.
        uses: Labels of earlier steps or theorems.
        section: Heading.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.derivation import bounded
        >>> x, y = sympy.symbols("x y", real=True)
        >>> step = bounded("comparison", "A square.", pairs=[(2 * x * y, x**2 + y**2)], because=[(x - y) ** 2])
        >>> step.evidence.level
        <Level.SYMBOLIC: 'symbolic'>
    """
    check = Bounded(pairs, because, identity, strict, domain or {})
    return Step(rule, text, lines, check, label, uses, section)


def argued(
    rule: str,
    text: str,
    *lines: Line,
    on: Sequence[tuple[str, Any]],
    every_symbol: bool = False,
    decided: bool = False,
    label: str = "",
    uses: tuple[str, ...] = (),
    section: str = "",
) -> Step:
    """A step argued in words for all cases and checked exactly on named instances.

    Args:
        rule: The rule.
        text: The argument.
        lines: What is shown.
        on: Pairs of an instance's name and a function that tells whether the claim holds there.
        every_symbol: The instances hold for every symbol on the group named.
        decided: The claim is about the instances only.
        label: Name for later reference.
        uses: Labels of earlier steps or theorems.
        section: Heading.
    """
    return Step(rule, text, lines, Argued(on, every_symbol, decided), label, uses, section)


@dataclass(frozen=True)
class Derivation:
    """A derivation: a goal and the checked steps that lead to it.

    Attributes:
        title: Heading.
        goal: LaTeX of what is derived.
        steps: At least one step that claims something.
        hypotheses: LaTeX sentences.
        source: Where the result is stated.
        name: Id of the theorem, or of the target.

    Raises:
        DerivationError: If nothing is claimed, two labels are equal, a step uses one that does not precede it
            or the theorem that is being derived, or a step claims what an earlier one shows already.

    Example:
        >>> from orbitkernels.proofs.derive import derive
        >>> derivation = derive("T1")
        >>> derivation.level
        <Level.SYMBOLIC: 'symbolic'>
    """

    title: str
    goal: str
    steps: tuple[Step, ...]
    hypotheses: tuple[str, ...] = ()
    source: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if not any(step.evidence.level for step in self.steps):
            raise DerivationError(f"The derivation of {self.title} claims nothing.")
        _check_letters(self.goal, *self.hypotheses)
        known: set[str] = set()
        for number, step in enumerate(self.steps, 1):
            for used in step.uses:
                self._check_reference(used, number, known)
            if step.label in known:
                raise DerivationError(f"Two steps have the label '{step.label}'.")
            known |= {step.label} - {""}
        self._check_repetition()

    def _check_repetition(self) -> None:
        """No step may claim exactly the lines of an earlier one of its section."""
        from .rendering import line_latex

        seen: dict[tuple[str, ...], int] = {}
        for number, step in enumerate(self.steps, 1):
            if step.section:
                seen = {}
            shown = tuple(_letters(line_latex(line)) for line in step.lines)
            if step.evidence.level and shown and shown in seen:
                raise DerivationError(f"Step {number} claims what step {seen[shown]} shows already.")
            seen.setdefault(shown, number)

    def _check_reference(self, used: str, number: int, known: set[str]) -> None:
        """An earlier step, or another theorem (T1b is a part of T1)."""
        from .theorem import THEOREMS

        theorem = used.rstrip("abc") if is_theorem_id(used) else ""
        if theorem and theorem == self.name:
            raise DerivationError(f"Step {number} gives {used}, which is being derived, as its reason.")
        if used not in known and theorem not in THEOREMS:
            raise DerivationError(f"Step {number} uses '{used}', which no earlier step or theorem is called.")

    @property
    def level(self) -> Level:
        """The weakest level of the steps."""
        return weakest(step.evidence.level for step in self.steps if step.evidence.level)

    @property
    def unshown(self) -> tuple[str, ...]:
        """Formulas of the goal that no line of a checked step shows, but for spaces and the size of brackets.

        The goal is split at its words and at ``\\qquad``; what follows *for* or *if* is a condition, not a claim.
        Empty: the steps come to what is claimed.
        """
        from .rendering import line_latex

        shown = [_letters(line_latex(line)) for step in self.steps if step.evidence.level for line in step.lines]
        parts = ["", *_WORDS.split(self.goal)]  # words and formulas in turn
        formulas = [
            formula.strip(" .,;")
            for words, formula in zip(parts[::2], parts[1::2], strict=True)
            if not _CONDITION.search(words)
        ]
        wanted = [formula for formula in formulas if any(sign in _letters(formula) for sign in _RELATIONS)]
        return tuple(f for f in wanted if not any(_letters(f) in line for line in shown))

    @property
    def theorems(self) -> frozenset[str]:
        """Ids of the theorems that the steps use."""
        return frozenset(used for step in self.steps for used in step.uses if is_theorem_id(used))

    def reference(self, used: str) -> str:
        """How a step or theorem is referred to: ``(3)`` or ``T2``."""
        for number, step in enumerate(self.steps, 1):
            if step.label == used:
                return f"({number})"
        return used

    def render(self, format: str = "text") -> str | bytes:
        """Document in one of the formats text, latex, html, pdf, json; see :func:`rendering.render`."""
        from .rendering import render

        return render(self, format)

    def __str__(self) -> str:
        return str(self.render("text"))

    def _repr_latex_(self) -> str:
        return f"$$\\displaystyle {self.goal}$$"

    def _repr_html_(self) -> str:
        from .rendering import html_body

        return html_body(self)


#: What stands between two formulas of a statement.
_WORDS = re.compile(r"(\\text\{[^{}]*\}|\\qquad|\\quad)")

#: Words after which a formula says where a claim holds.
_CONDITION = re.compile(r"\b(?:for|if|unless|where)(?: all| every| each| even| odd)?\W*$", re.IGNORECASE)

#: Signs that make a formula a claim.
_RELATIONS = ("=", r"\le", r"\ge", "<", ">", r"\to", r"\in", r"\approx", r"\succ", r"\cong")

#: Spaces and sizes, which say nothing.
_LAYOUT = re.compile(r"\\(?:left|right|[bB]ig+[lrm]?|displaystyle|[,;:! ])(?![A-Za-z])|[\s.,;]")


def _letters(latex: str) -> str:
    """A formula without spaces, sizes of brackets and marks at its ends."""
    return _LAYOUT.sub("", latex)


def is_theorem_id(text: str) -> bool:
    """Whether a reference names a theorem (T1, T1b, K4, A3) rather than a step.

    Example:
        >>> from orbitkernels.proofs.derivation import is_theorem_id
        >>> is_theorem_id("T6"), is_theorem_id("schur")
        (True, False)
    """
    from .theorem import FAMILIES

    return re.fullmatch(rf"[{''.join(FAMILIES)}]\d+[a-c]?", text) is not None
