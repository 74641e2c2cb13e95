"""A table of what the headings of a list mean: which goal, approach or method stands behind each.

The table is text with tabs between its columns, made by ``import --suggest-map``, corrected by a person, and read by
``import --map``. A row is about one heading, by its path ("Alignment > RLHF"), or about all whose path matches a
pattern ("* > Surveys*"). What a heading means holds for what stands below it too: sections inherit. For a bibliography,
the keywords and groups of its entries, and the file itself, take the place of headings ("keywords > RLHF").
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from aligngraph.bibliography.entries import Entry
from aligngraph.bibliography.keys import clean, fold, words_of
from aligngraph.curation.concepts import Meanings
from aligngraph.curation.holdings import ag
from aligngraph.errors import ArgumentError
from aligngraph.rdf.namespaces import BASE, expand
from aligngraph.text.suggestions import nearest

COLUMNS = ("heading", "entries", "goal", "role", "approach", "method", "note")
TABLE = "headings.tsv"
"""Name of the file that keeps a table beside its survey."""
NOTHING = "nothing"
"""What stands in the column of the goal where a heading means none of the three."""
ROLES: Mapping[str, str] = MappingProxyType({"represents": "Represents", "evaluates": "Evaluates"})
"""What the column of the role may hold, with the end of the property that says so."""
_KINDS = {"goal": "Goal", "approach": "Approach", "method": "Method"}
_BETWEEN = " > "
_UNSURE = "?"
"""What a suggestion begins with that no label of a concept bears out word for word: it counts once this is removed."""
_EVALUATION_WORDS = frozenset(
    "benchmark benchmarks evaluation evaluations evaluate evaluating dataset datasets".split()
)
_NUMBER = re.compile(r"^\W*(?:(?:\d+(?:\.\d+)*[.):]?|(?:[IVX]+|[A-Z])[.):])\s+)?")
"""What stands before the words of a heading: signs, and a number such as "2.1"."""
KEYWORD_FIELDS = frozenset(("keywords", "keyword", "groups", "kw"))
"""Names of the fields of bibliographies that sort an entry, in small letters."""
_WORDS_OF_ALL = frozenset("alignment aligned aligning model models language large llm llms paper papers ai".split())
"""Words that the headings of every list have: they do not tell what one is about."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a path or pattern, and the IRIs of what it means; *nothing* says that it means none."""

    heading: str
    goal: str | None = None
    role: str | None = None
    approach: str | None = None
    method: str | None = None
    nothing: bool = False
    unsure: bool = False
    """Whether a cell is still a suggestion."""
    cells: tuple[str, ...] = ()
    """The columns as written."""

    @property
    def is_settled(self) -> bool:
        """Whether the row decides about its headings."""
        return bool(self.nothing or (self.goal and self.role) or self.approach or self.method)


class HeadingMap:
    """The rows of a table, in its order. An exact path counts before a pattern, an earlier pattern before a later."""

    def __init__(self, rows: Sequence[Row], source: bytes = b"") -> None:
        self.rows = rows
        self.source = source
        self._exact = {_key(row.heading.split(_BETWEEN)): row for row in reversed(rows) if "*" not in row.heading}
        self._patterns = [(_pattern(row.heading), row) for row in rows if "*" in row.heading]

    def row(self, path: Sequence[str]) -> Row | None:
        """Return the row about the last heading of *path*; None where no row is."""
        row = self._exact.get(_key(path))
        if row is None:
            text = _pattern(_BETWEEN.join(path))
            row = next((one for pattern, one in self._patterns if fnmatchcase(text, pattern)), None)
        return row

    def settles(self, path: Sequence[str]) -> bool:
        """Tell whether a row decides about the last heading of *path*, or about one above it."""
        return any((row := self.row(path[:count])) is not None and row.is_settled for count in range(len(path), 0, -1))

    def meaning(self, path: Sequence[str]) -> list[tuple[str, str]] | None:
        """Return property and concept of each statement about the section at *path*; None where no row decides."""
        row = self.row(path)
        if row is None or not row.is_settled:
            return None
        found = []
        if row.goal and row.role:
            found.append((ag(f"section{ROLES[row.role]}"), row.goal))
        if row.approach:
            found.append((ag("sectionApproach"), row.approach))
        if row.method:
            found.append((ag("sectionMethod"), row.method))
        return found

    def unsure(self) -> list[str]:
        """Return the headings with a suggestion that nobody has decided about."""
        return [row.heading for row in self.rows if row.unsure]


def read_heading_map(content: bytes, name: str, meanings: Meanings) -> HeadingMap:
    """Return the table in *content*, a file called *name*, with the concepts of *meanings*.

    Raise ArgumentError, with the line, for a column or concept that does not exist, for a goal without its role, and
    for two rows about one heading.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArgumentError(f"{name}: not in UTF-8, at byte {error.start}. Save it as UTF-8.") from None
    # No quoting: a heading may begin with a quotation mark.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [cell.strip() for cell in next(lines, [])]
    if "heading" not in header or (wrong := [cell for cell in header if cell not in COLUMNS]):
        said = f"no column is called {wrong[0]!r}" if "heading" in header else "the first line has no column 'heading'"
        raise ArgumentError(
            f"{name}, line 1: {said}. The columns, with a tab between them, are {', '.join(COLUMNS)}. "
            "'aligngraph import LIST --suggest-map' writes such a table."
        )
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if len(cells) > len(header):
            raise ArgumentError(f"{name}, line {number}: {len(cells)} columns, but the first line has {len(header)}.")
        values = dict.fromkeys(COLUMNS, "") | {key: cell.strip() for key, cell in zip(header, cells, strict=False)}
        row = _row(values, f"{name}, line {number}", meanings)
        key = _key(row.heading.split(_BETWEEN))
        if key in seen and "*" not in row.heading:
            raise ArgumentError(f"{name}, line {number}: {row.heading!r} stands in line {seen[key]} already.")
        seen[key] = number
        rows.append(row)
    return HeadingMap(rows, content)


def _row(values: Mapping[str, str], place: str, meanings: Meanings) -> Row:
    if not values["heading"]:
        raise ArgumentError(f"{place}: no heading. Write its path, such as 'Alignment > RLHF'.")
    cells = tuple(values[name] for name in COLUMNS)
    said = {name: values[name] for name in _KINDS if values[name] and not values[name].startswith(_UNSURE)}
    unsure = any(values[name].startswith(_UNSURE) for name in (*_KINDS, "role"))
    if said.get("goal", "").casefold() == NOTHING:
        if len(said) > 1:
            raise ArgumentError(f"{place}: {NOTHING!r} beside a concept. Remove one of them.")
        return Row(values["heading"], nothing=True, unsure=unsure, cells=cells)
    found = {name: _concept(text, name, place, meanings) for name, text in said.items()}
    goal, approach = found.get("goal"), found.get("approach")
    role: str | None = values["role"].casefold()
    if role and role.startswith(_UNSURE):
        role = None
    if role and role not in ROLES:
        raise ArgumentError(f"{place}: role {values['role']!r}. It is 'represents' or 'evaluates'.")
    if goal and not role and approach:
        role = {"evaluation": "evaluates", "representation": "represents"}.get(meanings.side(approach) or "")
    if goal and not role and not unsure:
        raise ArgumentError(
            f"{place}: a goal without its role. Do the works under this heading represent the goal (they train for it) "
            "or evaluate it (they measure it)? Write 'represents' or 'evaluates' in the column 'role'."
        )
    return Row(values["heading"], goal, role or None, approach, found.get("method"), unsure=unsure, cells=cells)


def _concept(text: str, kind: str, place: str, meanings: Meanings) -> str:
    """Return the IRI of the concept that *text* names: by name, label, notation, CURIE or IRI."""
    known = meanings.names(_KINDS[kind])
    found = known.get(fold(clean(text)), set())
    if len(found) == 1:
        return next(iter(found))
    iri = text if "://" in text else expand(text)
    if iri is not None and iri in set().union(*known.values()):
        return iri
    if found:
        may = ", ".join(sorted(one.rpartition("/")[2] for one in found))
        raise ArgumentError(f"{place}: {text!r} may mean {may}. Write which.")
    like = nearest(fold(text), ((name, next(iter(iris)).rpartition("/")[2]) for name, iris in known.items()))
    hint = f" Did you mean {' or '.join(like)}?" if like else ""
    raise ArgumentError(f"{place}: no {kind} is called {text!r}.{hint} 'aligngraph tree' shows them.")


def _key(path: Iterable[str]) -> str:
    """Return what two prints of one path share."""
    return _BETWEEN.join(" ".join(words_of(text)) or fold(text).strip() for text in path)


def _pattern(text: str) -> str:
    """Return *text*, a path or pattern, as `fnmatchcase` takes it: only '*' is special."""
    return fold(text).strip().replace("[", "[[]").replace("?", "[?]")


# From a list to a table


def paths_of_bibliography(entry: Entry) -> list[tuple[str, ...]]:
    """Return the paths that an entry of a bibliography stands under: its keywords and groups, then its file."""
    found = [
        ("groups" if name == "groups" else "keywords", clean(word))
        for name, text in entry.fields.items()
        if name.casefold() in KEYWORD_FIELDS
        for word in text.replace(";", ",").split(",")
        if clean(word)
    ]
    return [*dict.fromkeys(found), ("file", entry.file.rpartition("/")[2])]


def suggest_heading_map(
    paths: Iterable[tuple[Sequence[tuple[str, ...]], int]], meanings: Meanings, known: HeadingMap | None
) -> str:
    """Return a table of all headings, in the order in which they come, to be corrected by hand.

    *paths* are for each entry the paths that it stands under, with the entries that count. Rows of *known* stay as they
    are; what is new is suggested: plainly where the heading is the label of a concept, with "?" before it where a label
    is only like it.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    order: dict[tuple[str, ...], None] = {}
    for many, count in paths:
        for path in many:
            for depth in range(1, len(path) + 1):
                order.setdefault(path[:depth])
            counts[path] += count
    written: set[str] = set()
    lines = ["\t".join(COLUMNS)]
    for row in known.rows if known is not None else ():
        if "*" in row.heading:
            lines.append("\t".join(row.cells))
    for path in order:
        if path in (("keywords",), ("groups",), ("file",)) or _key(path) in written:
            continue
        written.add(_key(path))
        count = sum(number for other, number in counts.items() if _key(other) == _key(path))
        row_ = known.row(path) if known is not None else None
        if row_ is not None and "*" in row_.heading:
            continue
        cells = row_.cells[2:] if row_ is not None else _suggested(path, meanings)
        lines.append("\t".join([_cell(_BETWEEN.join(path)), str(count), *cells]))
    for row in known.rows if known is not None else ():
        if "*" not in row.heading and _key(row.heading.split(_BETWEEN)) not in written:
            lines.append("\t".join([row.heading, "0", *row.cells[2:]]))
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("*", "∗").split())


def _suggested(path: Sequence[str], meanings: Meanings) -> tuple[str, str, str, str, str]:
    """Return goal, role, approach, method and note for the last heading of *path*."""
    cells = dict.fromkeys(("goal", "role", "approach", "method", "note"), "")
    heading = _NUMBER.sub("", path[-1]).rstrip(":：. ")
    notes = []
    for name, kind in _KINDS.items():
        exact = meanings.names(kind).get(fold(clean(heading)), set())
        if len(exact) == 1:
            cells[name] = _local(exact)
        elif exact:
            cells[name] = _UNSURE + min(map(_local, ([one] for one in exact)))
            notes.append(f"may mean {', '.join(sorted(one.rpartition('/')[2] for one in exact))}")
        elif like := _likeliest(heading, meanings.names(kind)):
            label, concept = like
            cells[name] = _UNSURE + _local([concept])
            notes.append(f"has the words of {label!r}")
    if cells["goal"]:
        said = set(words_of(" ".join(path)))
        approach = meanings.names("Approach").get(cells["approach"].removeprefix(_UNSURE), set())
        side = next((meanings.side(one) for one in approach), None)
        role = "evaluates" if side == "evaluation" or said & _EVALUATION_WORDS else "represents"
        # What only the wording hints at is for a person to say.
        cells["role"] = role if side is not None and not cells["approach"].startswith(_UNSURE) else _UNSURE + role
    cells["note"] = _cell("; ".join(dict.fromkeys(notes)))
    return cells["goal"], cells["role"], cells["approach"], cells["method"], cells["note"]


def _local(iris: Iterable[str]) -> str:
    return next(iter(iris)).removeprefix(BASE).partition("/")[2]


def _likeliest(heading: str, names: Mapping[str, set[str]]) -> tuple[str, str] | None:
    """Return the longest name all of whose words the heading has, with its concept; None where no name is like that."""
    said = set(map(_singular, words_of(heading)))
    best: tuple[int, str, str] | None = None
    for name, iris in sorted(names.items()):
        words = {_singular(word) for word in words_of(name)}
        telling = words - _WORDS_OF_ALL
        if len(iris) == 1 and telling and words - _WORDS_OF_ALL <= said and (words <= said or len(telling) > 1):
            found = len("".join(telling)), name, next(iter(iris))
            if best is None or found[0] > best[0]:
                best = found
    return None if best is None else best[1:]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
