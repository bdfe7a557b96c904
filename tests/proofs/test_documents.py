"""What documents are made of: formulas that break, notation that is complete, sources that are found."""

import re
from itertools import pairwise

import pytest

from orbitkernels.proofs import latex_lines
from orbitkernels.proofs.latex_lines import pieces
from orbitkernels.proofs.notation import NOTATION
from orbitkernels.proofs.plain_text import plain_prose
from orbitkernels.proofs.rendering import html_prose, html_statement, sentence
from orbitkernels.proofs.sources import WORKS, bibliography, cited
from orbitkernels.proofs.theorem import FAMILIES, THEOREMS, Theorem

# ---------------------------------------------------------------------- formulas that break


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a = b", ["a ", "= b"]),
        (r"f(x = 1, y) \le -1 + 2", ["f(x = 1, y) ", r"\le -1 ", "+ 2"]),
        (r"\left(a + b\right) - c", [r"\left(a + b\right) ", "- c"]),
        (r"\left\{a + b\right. + c", [r"\left\{a + b\right. ", "+ c"]),
        (r"\{a + b. + c", [r"\{a + b. + c"]),  # what is opened and not closed stays together
        (r"\begin{pmatrix} a = b \\ c \end{pmatrix} = M", [r"\begin{pmatrix} a = b \\ c \end{pmatrix} ", "= M"]),
        (r"x^{a+b}_{i=1} = x^- y", ["x^{a+b}_{i=1} ", "= x^- y"]),
        (r"a, \quad b \text{ if } c = d", [r"a, \quad ", r"b \text{ if } c ", "= d"]),
        (r"a \not= b", ["a ", r"\not= b"]),
        (r"|a - b| \le \Bigl| c + d \Bigr| - e", [r"|a - b| ", r"\le \Bigl| c + d \Bigr| ", "- e"]),
        (r"\bigl(a + b\bigr) + c | d - e", [r"\bigl(a + b\bigr) ", "+ c | d ", "- e"]),
        (r"\leftarrow = \rightarrow", [r"\leftarrow ", "= ", r"\rightarrow"]),
        ("", []),
    ],
)
def test_formulas_are_cut_before_relations_and_signs_outside_of_brackets(formula, expected) -> None:
    assert pieces(formula) == expected


def everything(theorem: Theorem) -> list[str]:
    """Sentences of a theorem with formulas between dollars."""
    return [*theorem.hypotheses, sentence(theorem.statement)]


@pytest.mark.parametrize("name", list(THEOREMS))
def test_no_part_of_a_formula_is_lost_and_braces_balance_in_every_piece(name) -> None:
    cut = 0
    for text in everything(THEOREMS[name]):
        for formula in text.split("$")[1::2]:
            parts = pieces(formula)
            assert "".join(parts) == formula or not formula.strip()
            for part in parts:
                assert part.count("{") == part.count("}")
                assert len(re.findall(r"\\left(?![A-Za-z])", part)) == len(
                    re.findall(r"\\right(?![A-Za-z])", part)
                )
            cut += len(parts) - 1
    assert cut > 0


def test_words_are_escaped_and_formulas_are_not() -> None:
    assert latex_lines.prose(r"50 % of a_b & <c> \ {d}, $x_1 < y$") == (
        r"50 \% of a\_b \& $<$c$>$ \textbackslash{} \{d\}, $x_1 < y$"
    )


# ---------------------------------------------------------------------- notation

#: Names of operations and letters of the language that every reader knows, or that are no symbols.
KNOWN = set(
    re.findall(
        r"\w+",
        """
    sum prod int bigoplus oplus otimes cdot times le leq ge geq ne neq in to mapsto iff cong dots ldots
    cdots infty pm partial circ approx equiv setminus cap cup forall lfloor rfloor langle rangle mid
    quad qquad log det exp sin cos tan cot sinh cosh min max dim ln arccos arcsin frac tfrac dfrac sqrt
    left right big Big bigl bigr Bigl Bigr bigg biggl biggr displaystyle subset subseteq succ succeq
    preceq backslash ker binom sim pi ast star prime lvert rvert mod limits Rightarrow implies not top
    lim Longleftrightarrow arctan coloneqq
    """,
    )
)
_SYMBOL = re.compile(
    r"\\(?:hat|bar|tilde|overline|widehat)\s*\{?\\?[A-Za-z]+\}?|\\(?:mathbb|mathbf|mathcal)\s*\{?\w\}?"
    r"|\\(?:mathrm|operatorname)\{[^}]*\}|\\text\{[^}]*\}|\\(?:begin|end)\{[^}]*\}|\\[A-Za-z]+|[A-Za-z]"
)


def symbols(text: str) -> list[str]:
    """Symbols of the formulas of some sentences, in order; accents belong to their letters."""
    found = []
    for formula in text.split("$")[1::2]:
        for token in _SYMBOL.findall(formula):
            name = re.match(r"\\(?:mathrm|operatorname)\{([^}]*)\}", token)
            if name:
                found.append(name[1])
            elif not token.startswith((r"\text", r"\begin", r"\end")) and token[1:] not in KNOWN:
                found.append(re.sub(r"[\s{}]", "", token))
    return found


def introduced(text: str) -> set[str]:
    """Symbols that a statement itself introduces: indices, what is quantified, what an equation begins with."""
    found = set()
    for formula in text.split("$")[1::2]:
        for index in re.findall(r"\\(?:sum|prod|int|max|min|bigoplus)_(\{[^}]*\}|.)", formula):
            found |= set(symbols(f"${index}$"))
        found |= set(re.findall(r"d\\?([a-z]+)\b", formula))
        parts = pieces(formula)
        for left, right in pairwise(parts):
            if right.startswith("="):
                found |= set(symbols(f"${left}$")[:1])
    for quantified in re.findall(r"(?:for|over|any|every|all|some|there (?:is|are))[a-z ]* \$([^$]*)\$", text):
        found |= set(symbols(f"${quantified}$"))
    return found


def shared() -> set[str]:
    return {
        symbol for _, rows in NOTATION for symbol_, meaning in rows for symbol in symbols(f"${symbol_}$ {meaning}")
    }


def undefined(theorem: Theorem) -> set[str]:
    """Symbols of the statement that neither it, nor the hypotheses, nor the notation define."""
    hypotheses = " ".join(theorem.hypotheses)
    known = shared() | set(symbols(hypotheses)) | introduced(sentence(theorem.statement))
    for name in set(re.findall(r"\b[TKAC]\d+\b", hypotheses)) & set(THEOREMS):
        known |= {symbol for text in everything(THEOREMS[name]) for symbol in symbols(text)}
    return set(symbols(sentence(theorem.statement))) - known


@pytest.mark.parametrize("name", list(THEOREMS))
def test_every_symbol_of_a_statement_is_defined(name) -> None:
    assert undefined(THEOREMS[name]) == set()


def test_a_symbol_that_nobody_defines_is_noticed() -> None:
    made = Theorem("T1", "t", "s", r"\zeta(s) = \mathcal{Z} + \hat q \text{ for every } z", ("$s$ is a number.",))
    assert undefined(made) == {r"\mathcalZ", r"\hatq"}


def test_notation_can_be_shown_in_every_format() -> None:
    shown = 0
    seen: set[str] = set()
    for _, rows in NOTATION:
        for symbol, meaning in rows:
            assert symbol not in seen
            seen.add(symbol)
            assert not re.search(r"\\[A-Za-z]", plain_prose(f"${symbol}$ {meaning}"))
            assert "\\" not in re.sub("<[^>]*>", "", str(html_prose(f"${symbol}$ {meaning}")))
            assert latex_lines.prose(meaning).count("$") % 2 == 0
            shown += 1
    assert shown > 25


@pytest.mark.parametrize("name", list(THEOREMS))
def test_every_theorem_becomes_mathml_without_unknown_commands(name) -> None:
    for text in THEOREMS[name].hypotheses:
        assert "\\" not in str(html_prose(text))
    assert "\\" not in str(html_statement(THEOREMS[name].statement))


@pytest.mark.parametrize(
    ("formula", "fences"),
    [
        (r"|a| + |b_l|", 4),
        (r"\Bigl| \frac{a}{b} \Bigr| + |c|", 4),
        (r"\|A\| + \|B\| \le |c|", 2),
        (r"|\|A\| - 1|", 2),
        (r"\left| x \right|", 2),
    ],
)
def test_bars_are_brackets_unless_they_say_how_they_are_set(formula, fences) -> None:
    text = str(html_prose(f"${formula}$"))
    assert "\\" not in text
    assert text.count('fence="true"') == fences


# ---------------------------------------------------------------------- sources


@pytest.mark.parametrize("name", list(THEOREMS))
def test_every_author_and_year_of_a_source_is_in_the_bibliography(name) -> None:
    source = THEOREMS[name].source
    years = re.findall(r"\b(?:18|19|20)\d\d\b(?!\.\d)", source)
    assert {work.year for work in cited(source)} >= set(years)


def test_works_are_different_and_in_alphabetical_order() -> None:
    assert len({work.key for work in WORKS}) == len(WORKS) >= 25
    assert [work.key for work in WORKS] == sorted(work.key for work in WORKS)
    every = bibliography(theorem.source for theorem in THEOREMS.values())
    assert [work.key for work in every] == sorted(work.key for work in every)
    assert len(every) >= 10


def test_every_theorem_belongs_to_a_family() -> None:
    assert {name[0] for name in THEOREMS} <= set(FAMILIES)
