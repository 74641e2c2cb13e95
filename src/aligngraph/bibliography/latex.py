"""LaTeX as bibliographies write it, to plain Unicode and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

    Apply: TypeAlias = Callable[..., str]

# Combining characters by the command that sets the accent (TeXbook, chapter 9; fonts T1 and Vietnamese; maths).
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "t": "\u0361", "h": "\u0309", "G": "\u030f", "U": "\u030e",
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304", "vec": "\u20d7",
    "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "overline": "\u0305", "mathring": "\u030a",
}  # fmt: skip
ACCENT_LETTERS = frozenset("u v H c k r d b t h G U".split())
"""The accents whose commands are letters, so that a blank behind one only ends the command."""
_BELOW = ("c", "k", "d", "b")
_LIGATURES = {"---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡"}
_RAISED = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip("0123456789+-=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_BOARD = {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
# Commands that only change how their argument looks, or nothing at all.
_SILENT = frozenset(
    """emph textbf textit textsc textsl texttt textsf textrm textup textmd textnormal text mathrm mathbf mathit mathsf
    mathtt mathcal mathscr mathfrak mathnormal boldsymbol bm pmb mbox hbox ensuremath underline uppercase lowercase
    MakeLowercase enquote mkbibquote mkbibemph mkbibbold mkbibitalic operatorname displaystyle textstyle scriptstyle
    bf it em sc sl tt sf rm bfseries itshape scshape slshape ttfamily sffamily rmfamily upshape mdseries normalfont
    small tiny large Large footnotesize scriptsize normalsize selectfont boldmath unboldmath relax protect left
    right big Big bigl bigr Bigl Bigr noopsort ignorespaces unskip nobreak allowbreak linebreak newline sloppy url
    path nolinkurl xspace hspace limits nolimits null strut / - ! @ ( ) [ ]""".split()
)
_SYMBOLS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2ε", "XeTeX": "XeTeX", "XeLaTeX": "XeLaTeX",
    "textquotesingle": "'", "textquotedbl": '"', "textasciigrave": "`", "textless": "<", "textgreater": ">",
    "textbar": "|", "textunderscore": "_", "textdollar": "$", "textpercent": "%", "textampersand": "&", "texthash": "#",
    "lbrace": "{", "rbrace": "}", "textbraceleft": "{", "textbraceright": "}", "textbackslash": "\\", "backslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "sim": "∼", "textnumero": "№", "texteuro": "€", "euro": "€",
    "textendash": "–", "textemdash": "—", "textellipsis": "…", "slash": "/", "space": " ", "quad": " ", "qquad": " ",
    "thinspace": "\u2009", "nobreakspace": "\u00a0", "textnonbreakinghyphen": "\u2011", "&": "&", "%": "%",
    "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", " ": " ", "\n": " ", "\t": " ", ";": " ", ":": " ", ",": " ",
    "\\": " ",
    "|": "‖", "log": "log", "exp": "exp", "min": "min", "max": "max", "sin": "sin", "cos": "cos", "tan": "tan",
    "arg": "arg", "inf": "inf", "sup": "sup", "lim": "lim", "det": "det", "dim": "dim", "Pr": "Pr", "ln": "ln",
    "argmax": "argmax", "argmin": "argmin", "mod": "mod", "bmod": "mod", "ast": "*", "star": "⋆", "SS": "SS",
    "textonehalf": "½", "dots": "…", "ldots": "…", "cdots": "⋯", "textsuperscript": "", "guillemotleft": "«",
    "guillemotright": "»", "epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "varphi": "φ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_TOKEN = re.compile(
    r"\\(?:url|path|nolinkurl)\s*\{(?P<address>[^{}]*)\}"
    r"|\\(?P<word>[A-Za-z]+)\*?(?P<gap>\s*)"
    r"|\\(?P<sign>.)"
    r"|(?P<brace>[{}])|(?P<maths>\$\$?)|(?P<script>[\^_])|(?P<ligature>---?|``|''|[?!]`)|(?P<blank>[\s~]+)"
    r"|(?P<text>[^\\{}$^_\-`'?!\s~]+|[\-`'?!]|\\)",
    re.DOTALL,
)
_PLAIN = re.compile(r"[\\{}$~`]|--|''")
# TeX's own characters, as commands that every style understands; Unicode stays.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "&%$#_"}
# A group with nothing in it keeps a pair of characters from becoming one.
_UNSAFE = re.compile(r"[\\{}~^&%$#_]|-(?=-)|'(?=')|[?!`](?=`)")


def escape(text: str) -> str:
    """Return *text* with the characters that mean something to TeX written as commands; `to_text` undoes it."""
    return _UNSAFE.sub(lambda match: _SPECIAL.get(match[0]) or match[0] + "{}", text)


def unescape_address(tex: str) -> str:
    """Return an address or identifier as meant: without braces, ``\\url`` and the backslashes of ``\\_`` or ``\\%``."""
    tex = re.sub(
        r"\\(?:url|path|nolinkurl)\b|\$\\sim\$|\\(?:text)?(?:ascii)?tilde\b|\\sim\b|\\~(?:\{\})?", _address_command, tex
    )
    tex = tex.replace(r"\textunderscore", "_").replace(r"\slash", "/")
    return re.sub(r"[{}\s]", "", re.sub(r"\\([^A-Za-z])", r"\1", tex)).strip("<>$")


def _address_command(match: re.Match[str]) -> str:
    return "" if match[0] in (r"\url", r"\path", r"\nolinkurl") else "~"


def to_text(tex: str) -> str:
    """Return what *tex* prints, in Unicode. Takes time in proportion to its length, however its braces are nested.

    Accents, symbols and simple maths are set; commands for looks vanish; a command that is not known stays as written
    unless it has an argument, of which the text stays.
    """
    if not _PLAIN.search(tex):
        return tex
    return _Reader(tex).read()


class _Level:
    """A group, or maths, that is being read: where its text begins, and commands that wait for an argument."""

    __slots__ = ("is_argument", "maths", "start", "waiting")

    def __init__(self, start: int, *, maths: bool, is_argument: bool = False) -> None:
        self.start = start
        self.maths = maths
        self.is_argument = is_argument
        self.waiting: list[tuple[Apply, int, list[str]]] = []


class _Reader:
    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.out: list[str] = []
        self.levels = [_Level(0, maths=False)]
        self.maths_ends: set[int] = set()

    def read(self) -> str:
        for token in _TOKEN.finditer(self.tex):
            self._take(token)
        while len(self.levels) > 1:
            self._close()
        self._give_up()
        return "".join(self.out)

    def _take(self, token: re.Match[str]) -> None:
        kind, text = token.lastgroup, token[0]
        level = self.levels[-1]
        if kind in ("word", "gap"):
            self._command(token["word"], token["gap"], token.end())
        elif kind == "sign":
            self._command(token["sign"], "", token.end())
        elif kind == "address":
            self._emit(token["address"])
        elif text == "{":
            self.levels.append(_Level(len(self.out), maths=level.maths, is_argument=bool(level.waiting)))
        elif text == "}":
            if len(self.levels) > 1:
                self._close()
        elif kind == "maths":
            self._maths(token)
        elif kind == "script" and level.maths:
            self._wait(_raise if text == "^" else _lower, 1)
        elif kind == "ligature" and not level.maths:
            self._emit(_LIGATURES[text])
        elif kind == "blank":
            if not level.waiting:
                self.out.append(text.replace("~", " "))
        elif level.waiting:
            self._emit(text[0])
            self.out.append(text[1:])
        else:
            self.out.append(text)

    def _command(self, name: str, gap: str, end: int) -> None:
        if name in _ACCENTS:
            self._wait(lambda base: _accented(base, name), 1)
        elif name in _ARGUMENTS:
            self._wait(*_ARGUMENTS[name])
        elif name in _SYMBOLS:
            self._symbol(_SYMBOLS[name], gap)
        elif name in _SILENT:
            pass
        elif symbol := _symbol(name):
            self._symbol(symbol, gap)
        elif self.tex[end : end + 1] != "{":
            self.out.append(f"\\{name}{' ' if gap else ''}")

    def _symbol(self, symbol: str, gap: str) -> None:
        # A blank ends the command. It is meant as one too in maths, and after what is not a letter of a word.
        opens = unicodedata.category(symbol[-1:] or " ") in ("Pi", "Ps")
        kept = gap and (self.levels[-1].maths or not (opens or symbol.isalpha()))
        self._emit(symbol)
        if kept:
            self.out.append(" ")

    def _maths(self, token: re.Match[str]) -> None:
        level = self.levels[-1]
        if token.start() in self.maths_ends:
            level.maths = False
            return
        ends = self.tex.find(token[0], token.end())
        inside = self.tex[token.end() : ends] if 0 <= ends < token.end() + 2000 else ""
        # Two prices are not maths: what is between has a blank at its end, or a digit follows.
        tight = inside.strip() == inside and not self.tex[ends + len(token[0]) :][:1].isdigit()
        if inside and (tight or re.search(r"[\\^_]", inside)) and inside.count("{") == inside.count("}"):
            self.maths_ends.add(ends)
            level.maths = True
        else:
            self._emit(token[0])

    def _wait(self, apply: Apply, count: int) -> None:
        self.levels[-1].waiting.append((apply, count, []))

    def _emit(self, piece: str) -> None:
        """Add *piece*, or what the commands that waited for it make of it."""
        waiting = self.levels[-1].waiting
        while waiting:
            apply, count, arguments = waiting[-1]
            arguments.append(piece)
            if len(arguments) < count:
                return
            waiting.pop()
            piece = apply(*arguments)
        self.out.append(piece)

    def _close(self) -> None:
        self._give_up()
        level = self.levels.pop()
        if level.is_argument:
            piece = "".join(self.out[level.start :])
            del self.out[level.start :]
            self._emit(piece)

    def _give_up(self) -> None:
        waiting = self.levels[-1].waiting
        while waiting:
            apply, count, arguments = waiting.pop()
            piece = apply(*arguments, *[""] * (count - len(arguments)))
            if waiting:
                waiting[-1][2].append(piece)
            else:
                self.out.append(piece)


def _accented(base: str, name: str) -> str:
    first = base[:1]
    if not first.strip():
        return (name if not name.isalpha() else "") + base
    if name not in _BELOW:
        first = {"ı": "i", "ȷ": "j"}.get(first, first)
    if not first.isalpha():
        return base
    return unicodedata.normalize("NFC", first + _ACCENTS[name]) + base[1:]


def _raise(text: str) -> str:
    return "".join(_RAISED[c] for c in text) if text and all(c in _RAISED for c in text) else f"^{text}"


def _lower(text: str) -> str:
    return "".join(_LOWERED[c] for c in text) if text and all(c in _LOWERED for c in text) else f"_{text}"


_ARGUMENTS: dict[str, tuple[Apply, int]] = {
    "frac": (lambda above, below: f"{above}/{below}", 2),
    "tfrac": (lambda above, below: f"{above}/{below}", 2),
    "sfrac": (lambda above, below: f"{above}/{below}", 2),
    "sqrt": (lambda text: f"√{text}" if len(text) < 2 else f"√({text})", 1),
    "href": (lambda _address, text: text, 2),
    "texorpdfstring": (lambda _tex, plain: plain, 2),
    "textcolor": (lambda _colour, text: text, 2),
    "colorbox": (lambda _colour, text: text, 2),
    "footnote": (lambda _text: "", 1),
    "thanks": (lambda _text: "", 1),
    "vspace": (lambda _length: "", 1),
    "hspace": (lambda _length: "", 1),
    "textsuperscript": (lambda text: "".join(_RAISED.get(c, c) for c in text), 1),
    "textsubscript": (lambda text: "".join(_LOWERED.get(c, c) for c in text), 1),
    "mathbb": (lambda text: "".join(_BOARD.get(c, c) for c in text), 1),
    "MakeUppercase": (lambda text: text.upper(), 1),
}


@cache
def _symbol(name: str) -> str:
    found: Any = _symbol_table().get_macro_spec(name)
    meant = getattr(found, "simplify_repl", None)
    return meant if isinstance(meant, str) and "%" not in meant else ""


@cache
def _symbol_table() -> Any:
    return import_module("pylatexenc.latex2text").get_default_latex_context_db()


def split_top(text: str, separator: str) -> Iterator[str]:
    """Yield the parts of *text* between separators that stand outside of braces."""
    depth = start = 0
    for place, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}":
            depth = max(0, depth - 1)
        elif character == separator and not depth:
            yield text[start:place]
            start = place + 1
    yield text[start:]
