"""LaTeX formulas as one line of Unicode text for the terminal: a small parser of the commands used here."""

from __future__ import annotations

import re
import unicodedata

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Phi": "Φ", "Psi": "Ψ", "Sigma": "Σ", "Omega": "Ω", "Pi": "Π", "Gamma": "Γ",
}  # fmt: skip
_SYMBOLS = {
    **_GREEK, "ell": "ℓ", "sinh": "sinh", "cosh": "cosh",
    "sum": "∑", "prod": "∏", "int": "∫", "bigoplus": "⨁", "oplus": "⊕", "otimes": "⊗", "cdot": "·", "times": "×",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "in": "∈", "ni": "∋",
    "notin": "∉", "backslash": "\\", "succ": "≻", "succeq": "⪰", "nmid": "∤",
    "subset": "⊂", "subseteq": "⊆", "top": "T", "to": "→", "iint": "∬",
    "mapsto": "↦", "iff": "⇔", "implies": "⇒", "Longleftrightarrow": "⇔", "cong": "≅", "sim": "∼",
    "dots": "…", "ldots": "…", "cdots": "⋯",
    "infty": "∞", "pm": "±", "mp": "∓", "partial": "∂", "nabla": "∇",
    "circ": "∘", "approx": "≈", "equiv": "≡", "setminus": "∖",
    "cap": "∩", "cup": "∪", "forall": "∀", "lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩",
    "lvert": "|", "rvert": "|", "mid": "|", "ast": "*", "prime": "′", "quad": "   ", "qquad": "     ", ",": " ",
    ";": " ", ":": " ", " ": " ", "!": "", "{": "{", "}": "}", "|": "‖", "log": "log", "det": "det", "exp": "exp",
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "min": "min", "max": "max", "dim": "dim", "ln": "ln",
    "acos": "arccos", "asin": "arcsin", "arccos": "arccos", "mod": "mod", "ker": "ker", "%": "%",
    "lim": "lim", "&": "&", "#": "#", "_": "_", "star": "*", "atan": "arctan", "arcsin": "arcsin",
    "arctan": "arctan",
}  # fmt: skip
_RELATIONS = set("=≤≥≠≅∼≈≡⇔⇒∈∋∉≻⪰⊂⊆→↦±∓⊗⊕<>∖∩∪")
_SPACED_WORDS = {
    "sinh",
    "cosh",
    "lim",
    "log",
    "det",
    "exp",
    "sin",
    "cos",
    "tan",
    "cot",
    "arccos",
    "arcsin",
    "arctan",
    "min",
    "max",
    "dim",
}
_FUNCTION_WORDS = {*_SPACED_WORDS, "tr", "Re", "Im", "rank"}
_IGNORED = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "bigg", "displaystyle",
    "limits", "nolimits", "textstyle", "nonumber",
}  # fmt: skip
_LETTERS = {"mathbb": {"R": "ℝ", "C": "ℂ", "Q": "ℚ", "Z": "ℤ", "E": "𝔼", "N": "ℕ"}, "mathbf": {}, "mathrm": {}}
_WRAPPERS = {
    "text",
    "textit",
    "emph",
    "textbf",
    "operatorname",
    "mathrm",
    "mathbf",
    "mathbb",
    "mathit",
    "mathcal",
    "mathfrak",
}
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303"}
_SUPERSCRIPTS = dict(zip("0123456789+-=T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ᵀ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-=", "₀₁₂₃₄₅₆₇₈₉₊₋₌", strict=True))
_TOKEN = re.compile(r"\\begin\{\w+\*?\}(?:\{[^}]*\})?|\\end\{\w+\*?\}|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)


def plain(latex: str) -> str:
    r"""A formula without its dollar signs as readable text.

    Raises:
        ValueError: If it holds a command that this parser does not know.

    Example:
        >>> from orbitkernels.proofs.plain_text import plain
        >>> plain(r"\hat K(\rho)_{ab} = \sum_g \varphi_{ab}(g)\, \rho(g)^{-1}")
        'K̂(ρ)_ab = ∑_g φ_ab(g) ρ(g)⁻¹'
        >>> plain(r"\frac{a+b}{2}")
        '(a + b)/2'
    """
    text = _Parser(latex).parse()
    return unicodedata.normalize("NFC", re.sub(r"(?<=\S) {2,2}(?=\S)", " ", text)).strip()


def plain_prose(text: str) -> str:
    """Sentences in which formulas stand between dollar signs.

    Example:
        >>> from orbitkernels.proofs.plain_text import plain_prose
        >>> plain_prose(r"Let $n = |G|$.")
        'Let n = |G|.'
    """
    parts = text.split("$")
    if len(parts) % 2 == 0:
        raise ValueError(f"an odd number of dollar signs in {text!r}")
    return "".join(part if i % 2 == 0 else plain(part) for i, part in enumerate(parts))


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.position = 0

    def parse(self, stop: str | None = None) -> str:
        """Text up to the stop token, which is consumed."""
        out: list[str] = []
        while self.position < len(self.tokens):
            token = self._next()
            if token == stop or (stop == "\\end" and token.startswith("\\end")):
                return "".join(out)
            if piece := self._one(token, out):
                opened = bool(out) and out[-1][-1] in "(["
                out.append(piece.lstrip() if opened else _gap(out, piece) + piece)
        if stop is not None:
            raise ValueError(f"'{stop}' is missing in the formula {''.join(self.tokens)}")
        return "".join(out)

    def _next(self) -> str:
        self.position += 1
        return str(self.tokens[self.position - 1])

    def _argument(self) -> str:
        """The next group or token."""
        token = self._next()
        while token.isspace():
            token = self._next()
        return self._one(token, [])

    def _one(self, token: str, before: list[str]) -> str:
        """Text of one token with its arguments."""
        if token.isspace():
            return ""
        if token == "{":
            return self.parse("}")
        if token in "^_":
            return self._script(token)
        if token.startswith("\\begin"):
            return self._rows(self.parse("\\end"))
        if token.startswith("\\"):
            return self._command(token[1:])
        if token in "+-":
            return f" {token} " if _is_binary("".join(before)) else token
        if token == ",":
            return ", "
        return f" {token} " if token in _RELATIONS else token

    def _command(self, name: str) -> str:
        """Text of a command."""
        if name == "\\":
            return "; "
        if name in ("frac", "tfrac", "dfrac"):
            return f"{_grouped(self._argument(), product=True)}/{_grouped(self._argument())}"
        if name == "binom":
            return f"binom({self._argument()}, {self._argument()})"
        if name == "sqrt":
            return f"√{_grouped(self._argument())}"
        if name in _ACCENTS:
            letter = self._argument()
            return letter[0] + _ACCENTS[name] + letter[1:]
        if name == "not":
            struck = self._argument().strip() + "\N{COMBINING LONG SOLIDUS OVERLAY}"
            return " " + unicodedata.normalize("NFC", struck) + " "
        if name in _WRAPPERS:
            return self._wrapped(name)
        if name in _IGNORED:
            return ""
        if name not in _SYMBOLS:
            raise ValueError(f"unknown LaTeX command \\{name}")
        symbol = _SYMBOLS[name]
        if symbol in _SPACED_WORDS:
            return f" {symbol}"
        return f" {symbol} " if symbol in _RELATIONS else symbol

    def _wrapped(self, name: str) -> str:
        """Words as they stand; letters of an alphabet if it has them."""
        if name in ("text", "textit", "emph", "textbf"):
            raw = self._raw_group()
            return plain_prose(raw)
        inner = self._argument()
        if name == "operatorname":
            return f" {inner}"  # no space after it: tr[, tr(
        return _LETTERS.get(name, {}).get(inner, inner)

    def _raw_group(self) -> str:
        """The tokens of a group as they stand, spaces kept."""
        depth = 0
        out: list[str] = []
        while True:
            token = self._next()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return "".join(out[1:])
            out.append(token)

    def _script(self, mark: str) -> str:
        """Superscript or subscript: small digits where Unicode has them."""
        inner = self._argument().strip().replace(" ", "")
        table = _SUPERSCRIPTS if mark == "^" else _SUBSCRIPTS
        if inner in ("*", "′"):
            return inner
        if inner and all(c in table for c in inner):
            return "".join(table[c] for c in inner)
        joined = len(inner) == 1 or (mark == "_" and inner.isalnum()) or re.fullmatch(r"\([^()]*\)", inner)
        return mark + (inner if joined else f"({inner})")

    @staticmethod
    def _rows(inner: str) -> str:
        """Rows of an array or matrix on one line."""
        return "[" + inner.replace("&", ", ").strip("; ") + "]"


def _is_binary(before: str) -> bool:
    """Whether a sign after this text joins two terms."""
    if before and not before.strip():
        return True  # a sum that goes on in a new line
    before = before.rstrip()
    return bool(before) and before[-1] not in "([{=,;≤≥<>/^_·⊗⇔≅↦→∈&"


def _gap(before: list[str], piece: str) -> str:
    """A space between two factors that would run together: K_SR K_RR, 1/n ∑."""
    last = before[-1] if before else ""
    begins_factor = unicodedata.category(piece[0]) in _LETTER_OR_DIGIT or piece[0] in "√∑∏∂"
    after_script = last[:1] in "_^" and (last[-1:].isalpha() or last[-1:] == ")")
    after_fraction = "/" in last[1:-1]
    after_word = last.strip() in _FUNCTION_WORDS
    joined = ((after_script or after_word) and begins_factor) or (
        after_fraction and (begins_factor or piece[0] in "([")
    )
    return " " if last and joined and last[-1] != " " else ""


_LETTER_OR_DIGIT = ("Ll", "Lu", "Lm", "Lo", "Nd")
_ATOM = r"[∂√]?\w[\u0302\u0304]?(?:_\w+|_\([^()]*\)|[⁰-⁹₀-₉²³¹⁺⁻ᵀ*])*"


def _grouped(text: str, product: bool = False) -> str:
    """In brackets unless it is one factor; a numerator may be a product."""
    text = text.strip()
    one = rf"(?:\d+|∂|√?\|[^|]*\||{_ATOM}|\([^()]*\))"
    many = rf"(?:{one} ?)+" if product else rf"(?:{one}|(?!\d){_ATOM}\([^()]*\))"
    return text if re.fullmatch(many, text) else f"({text})"
