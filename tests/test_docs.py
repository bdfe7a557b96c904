"""The documentation: every example runs, every command is a real one, every table says what the code says."""

import contextlib
import doctest
import inspect
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import latex2mathml.converter
import pytest
import typer

import orbitkernels
from orbitkernels.cli import app, main
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.kernels import KERNELS
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory.formula import CONSTANTS, FUNCTIONS
from orbitkernels.theory.names import NAMES, group

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
ALL_PAGES = [*PAGES, ROOT / "README.md"]
NAMES_OF_PAGES = ["activations", "attention-kernels", "batches-and-symmetrisation", "characters", "closed-forms",
                  "command-line", "conditioning", "convolutional-kernels", "errors",
                  "evidence", "fourier-transform", "group-averaged-kernels",
                  "groups", "index", "invariance", "irreps", "kernels", "large-groups", "missing-poses", "orbits",
                  "permutation-representations", "property-testing", "theorems"]  # fmt: skip

#: Real differences show; how lines are filled and what `...` leaves out does not.
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

#: A command that begins a line of a page, as a user types it.
COMMAND = re.compile(r"(?:\$ )?(?:\.venv/bin/)?orbitkernels (?P<words>.*)")

#: Pairs of images that an executed example may ask for.
FEW_PAIRS = 8


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page: its language, the rest of the opening line, its text and where it begins."""

    language: str
    title: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command line of a page.

    Attributes:
        line: Where its block begins.
        words: The arguments.
        target: The file after ``>``.
        output: What a console session shows below it.
        says_status: Whether that ends with the exit status, by ``; echo $?``.
    """

    line: int
    words: list[str]
    target: str | None
    output: str | None
    says_status: bool

    @property
    def is_executed(self) -> bool:
        """Whether it is executed and not only read, which comes first."""
        return self.says_status or is_quick(self.words, parse(self.words))


def fences(text: str) -> list[Fence]:
    """All fenced blocks, in order."""
    found = []
    for match in re.finditer(r"^```(\S*)[ ]*(.*)\n((?:.*\n)*?)```[ ]*$", text, re.MULTILINE):
        found.append(Fence(match[1], match[2], match[3], text[: match.start(3)].count("\n")))
    return found


def only_python(text: str) -> str:
    """The page with everything blanked but blocks of Python, so that line numbers stay."""
    lines = [""] * (text.count("\n") + 1)
    for fence in fences(text):
        if fence.language == "python":
            lines[fence.line : fence.line + fence.text.count("\n")] = fence.text.splitlines()
    return "\n".join(lines) + "\n"


def commands(text: str) -> list[Command]:
    """All commands in blocks of bash, and of console sessions with the output that follows."""
    found = []
    for fence in fences(text):
        body = fence.text.replace("\\\n", " ")
        shown = fence.language == "console"
        starts = list(re.finditer(r"^\$ .*$" if shown else r"^.+$", body, re.MULTILINE))
        ends = [start.start() for start in starts[1:]] + [len(body)]
        for start, end in zip(starts, ends, strict=True):
            match = COMMAND.fullmatch(start[0])
            if match is not None and fence.language in ("bash", "console"):
                found.append(command(fence.line, match["words"], body[start.end() + 1 : end] if shown else None))
    return found


def command(line: int, text: str, output: str | None) -> Command:
    """One command, as a shell would take it apart."""
    text, status, _ = text.partition("; echo $?")
    words = shlex.split(text, comments=True)
    target = words[words.index(">") + 1] if ">" in words else None
    return Command(line, words[: words.index(">")] if target else words, target, output, bool(status))


def parse(words: list[str]) -> dict[str, Any]:
    """The parameters that the real command line reads from the words; it fails as the command would."""
    root: Any = typer.main.get_command(app)
    if {"--help", "-h", "--version"} & set(words):
        assert words[0] in {*root.commands, "--help", "-h", "--version"}
        return {}
    assert words[0] in root.commands, f"no such command: {words[0]}"
    parameters: dict[str, Any] = root.commands[words[0]].make_context(words[0], words[1:]).params
    return parameters


def is_quick(words: list[str], parameters: dict[str, Any]) -> bool:
    """Whether an example is executed, and not read only."""
    if not parameters:
        return True
    if words[0] == "verify" or parameters.get("format") == "pdf":
        return False
    if words[0] == "predict" and parameters["needed"] is not None and parameters["group"] is None:
        return True  # two rings, no data
    if words[0] == "predict":
        return parameters["pairs"] <= FEW_PAIRS and not parameters["data"].startswith("mnist:")
    return True


def execute(words: list[str]) -> tuple[int, str, str]:
    """Exit status and both outputs."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stopped:
        main(words)
    return int(stopped.value.code or 0), out.getvalue(), err.getvalue()


def run_command(page: str, command: Command) -> None:
    """Execute a command and compare its output with the one shown."""
    status, out, err = execute(command.words)
    where = f"{page}, block at line {command.line}: orbitkernels {shlex.join(command.words)}"
    assert command.says_status or status == 0, f"{where}\n{err}"
    if command.target:
        Path(command.target).write_text(out, encoding="utf-8")
    elif command.output is not None:
        got = out + (f"{err}{status}\n" if command.says_status else "")
        assert doctest.OutputChecker().check_output(command.output, got, FLAGS), f"{where}\nprints\n{got}"


# ---------------------------------------------------------------------- examples


def test_the_pages_are_those_of_the_map() -> None:
    assert [page.stem for page in PAGES] == NAMES_OF_PAGES
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for name in NAMES_OF_PAGES:
        assert name == "index" or f"]({name}.md)" in index


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.stem)
def test_examples_and_commands_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text = page.read_text(encoding="utf-8")
    for fence in fences(text):
        if fence.language == "json" and fence.title:
            Path(fence.title).write_text(fence.text, encoding="utf-8")
    python = only_python(text)
    test = doctest.DocTestParser().get_doctest(python, {}, page.name, str(page), 0)
    assert len(test.examples) == len(re.findall(r"^>>> ", text, re.MULTILINE)), "an example outside python blocks"
    report = io.StringIO()
    failed, attempted = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.write)
    assert (failed, attempted) == (0, len(test.examples)), report.getvalue()
    for command in commands(text):
        if command.is_executed:
            run_command(page.name, command)
        else:
            assert page.parent != DOCS or command.output is None, f"{command.words}: nothing checks the output"


def test_enough_examples_and_commands_were_found() -> None:
    texts = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
    examples = {stem: len(re.findall(r"^>>> ", text, re.MULTILINE)) for stem, text in texts.items()}
    assert all(examples[stem] >= 1 for stem in NAMES_OF_PAGES)
    assert sum(examples.values()) >= 300
    found = [command for text in texts.values() for command in commands(text)]
    assert len(found) >= 30
    assert {command.words[0] for command in found} >= {"verify", "predict", "characters", "derive", "--version"}
    assert sum(command.is_executed for command in found) >= 20


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{page.name} links to {target}"


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# ---------------------------------------------------------------------- formulas

#: Macros that GitHub refuses in formulas.
REFUSED = re.compile(r"\\(?:operatorname|mbox|phantom|def|newcommand|require)\b")

#: What Markdown takes for itself within a line before a formula is read: escapes, emphasis, cells of tables.
TAKEN = re.compile(r"\\[^\w\s]|\*|\|")


def formulas(text: str) -> tuple[list[str], list[str]]:
    """Formulas within lines and in blocks of their own."""
    blocks = [fence.text for fence in fences(text) if fence.language == "math"]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    return re.findall(r"\$([^$]+)\$", prose), blocks


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.stem)
def test_formulas_are_read_by_latex_and_by_github(page: Path) -> None:
    inline, blocks = formulas(page.read_text(encoding="utf-8"))
    for formula in [*inline, *blocks]:
        assert latex2mathml.converter.convert(formula).startswith("<math"), formula
        assert formula.count("{") == formula.count("}"), formula
        assert not REFUSED.search(formula), formula
    for formula in inline:
        assert not TAKEN.search(formula), f"write this without {TAKEN.pattern}: {formula}"
        assert formula == formula.strip(), f"GitHub wants no space beside the dollar: {formula}"


def test_formulas_that_github_breaks_are_found() -> None:
    assert formulas("`$x` and $a_b$\n```math\nc\n```\n") == (["a_b"], ["c\n"])
    assert [bool(REFUSED.search(f)) for f in (r"\operatorname{tr} A", r"\mathrm{tr} A")] == [True, False]
    broken = [r"a\, b", r"\rho(g)^*", "|a|", r"\lvert a \rvert"]
    assert [bool(TAKEN.search(formula)) for formula in broken] == [True, True, True, False]


# ---------------------------------------------------------------------- tables


def table(page: str, heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, without marks of code."""
    text = (DOCS / page).read_text(encoding="utf-8")
    section = text.split(f"\n{heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert lines is not None, f"no table below {heading}"
    rows = [re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in lines[0].splitlines()]
    return [[cell.strip().replace("`", "").replace(r"\|", "|") for cell in row] for row in rows[2:]]


def test_the_catalogue_of_groups_is_that_of_the_code() -> None:
    rows = table("groups.md", "## Catalogue of names")
    assert [tuple(row[:4]) for row in rows] == [(form, text, order, name) for form, text, order, name in NAMES]
    checked = 0
    for *_, example, order in rows:
        if not example.startswith("@"):
            assert group(example).order == int(order.replace(",", ""))
            checked += 1
    assert checked == len(NAMES) - 1 >= 21


def test_the_table_of_kernels_is_that_of_the_code() -> None:
    rows = table("kernels.md", "## Kernels")
    assert [row[0] for row in rows] == [*KERNELS, "a formula in u"]
    for name, text, *_ in rows[:-1]:
        signature = inspect.signature(KERNELS[name].__init__).parameters
        written = ", ".join(
            f"{key}={p.default:g}" if isinstance(p.default, float) else f"{key}={p.default}"
            for key, p in signature.items()
            if key != "self"
        )
        assert text == written
    page = (DOCS / "kernels.md").read_text(encoding="utf-8")
    for word in [*FUNCTIONS, *CONSTANTS]:
        assert f"`{word}`" in page


def test_the_levels_are_those_of_the_code() -> None:
    levels = [row[0] for row in table("evidence.md", "## Five levels")]
    assert levels == [str(level) for level in Level]


def sections(theorem: str) -> list[str]:
    """Links to the sections of a theorem, on all pages: headings such as `## T6: spectral error`."""
    found = []
    for page in PAGES:
        for heading in re.findall(rf"^## ({theorem}: .*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            found.append(f"{page.name}#{anchor(heading)}")
    return found


def test_the_table_of_theorems_is_the_registry_and_leads_to_one_section_each() -> None:
    rows = table("theorems.md", "## All theorems")
    expected = [
        [f"[{theorem.id}]({section})", theorem.title]
        for theorem in THEOREMS.values()
        for section in sections(theorem.id)
    ]
    assert [row[:2] for row in rows] == expected
    assert [re.sub(r"\[(\w+)\].*", r"\1", row[0]) for row in rows] == list(THEOREMS)
    assert all(len(row) == 3 and row[2].endswith(".") for row in rows)
    assert len({row[2] for row in rows}) == len(rows) >= 30


def test_every_command_and_option_is_documented_with_its_default() -> None:
    root: Any = typer.main.get_command(app)
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    documented = 0
    for name, command in root.commands.items():
        rows = {row[0]: row for row in table("command-line.md", f"## {name}")}
        expected = {}
        for parameter in command.params:
            if parameter.param_type_name == "option":
                expected[", ".join(sorted(parameter.opts, key=len))] = parameter.default
            else:
                expected[parameter.name.upper()] = None
        assert list(rows) == list(expected), name
        for option, default in expected.items():
            shown = rows[option][1]
            if default not in (None, False):
                assert shown == f"{default:g}" if isinstance(default, float) else shown == str(default), option
            documented += 1
    assert documented >= 20
    known = {o for c in (root, *root.commands.values()) for p in c.params for o in p.opts} | {"--help", "-h"}
    for page in ALL_PAGES:
        for command in commands(page.read_text(encoding="utf-8")):
            assert {word for word in command.words if word.startswith("--")} <= known
    assert f"orbitkernels {orbitkernels.__version__}" in text
