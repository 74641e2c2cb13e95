"""Files on disk as a source: BibTeX, CSL-JSON and RIS, alone or in folders of any size.

A copy of a large bibliography is gone through once, an entry at a time, and only entries that may be of something that
is looked for are read in full; so memory grows with what is looked for, and not with the files.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from aligngraph.bibliography.bibtex import parse_bibtex
from aligngraph.bibliography.csl import parse_csl
from aligngraph.bibliography.entries import Entry, Problem, ReadingList, forms_of
from aligngraph.bibliography.keys import STOP_WORDS, fold
from aligngraph.bibliography.ris import parse_ris
from aligngraph.errors import CatalogueError
from aligngraph.files.reading import open_file, read_stream
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.text.encoding import decode

NAME = "files"
_BIBTEX, _CSL, _RIS = (".bib", ".bibtex"), (".json", ".csl", ".csljson", ".jsonl"), (".ris",)
_ENDINGS = (*_BIBTEX, *_CSL, *_RIS)
_MOST = 1 << 20
"""Bytes of one entry of BibTeX or RIS."""
_MOST_JSON = 256 << 20
"""Bytes of one file of CSL-JSON, which is read whole."""
_SHARE = 0.6
"""Which share of a title's telling words an entry has to have to be looked at."""
_BEGINS = re.compile(r"[ \t]*@[ \t]*([A-Za-z]\w*)\s*[{(]")
_CROSSREF = re.compile(r"^\s*(?:crossref|xdata)\s*=\s*[{\"]\s*([^\s}\",]+)", re.I | re.M)
_KEY = re.compile(r"[ \t]*@[ \t]*\w+\s*[{(]\s*([^\s,]+)\s*,")
_VOLUMES = frozenset("proceedings mvproceedings collection mvcollection book mvbook reference xdata".split())
_WORD = re.compile(r"[^\W_]+")
_TITLE = re.compile(r"\btitle[\"']?\s*[=:]\s*|^(?:TI|T1|CT)  -", re.I | re.M)
_LONGEST = 400
_RUN = re.compile(r"[\w./:()?=-]{7,}")
_DIVIDER = re.compile(r"[/:=]")
_ISSN = re.compile(r"\b\d{4}-\d{3}[\dXx]\b")
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


@dataclass
class Found:
    """What the files have: records for each thing by its IRI, what could not be read, and counts."""

    records: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    entries: int = 0
    skipped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many files of other kinds were left out, by ending."""


def look_in(
    paths: Sequence[Path], wanted: Iterable[Wanted], *, progress: Callable[[str, int, int], None] | None = None
) -> Found:
    """Return what the files and folders *paths* have that may be of what is *wanted*.

    What can't be read is a problem with its line, and takes no other entry with it. Raise CatalogueError where a path
    is not there, or none of the files is a bibliography.
    """
    found, sieve = Found(), _Sieve(wanted)
    named = {path for path in paths if not path.is_dir()}
    files = list(chain.from_iterable(_files(path, found) for path in paths))
    for place, (path, name) in enumerate(files):
        if progress is not None:
            progress("Reading", place, len(files))
        before = found.entries, len(found.problems)
        try:
            for entry in _entries(path, name, sieve, found):
                _keep(entry, sieve, found)
            if before == (found.entries, len(found.problems)) and path in named:
                reason = "has no entry of BibTeX, CSL-JSON or RIS; is it a bibliography, with the ending of its format?"
                found.problems.append(Problem(name, 1, "", reason))
        except CatalogueError as error:
            found.problems.append(Problem(name, 1, "", str(error).removeprefix(f"{path}: ")))
        found.files += 1
    return found


def _files(path: Path, found: Found) -> list[tuple[Path, str]]:
    """Return the bibliographies at *path*, each with the name that reports give it."""
    if not path.is_dir():
        if not path.exists():
            raise CatalogueError(f"{path}: there is no such file or folder.")
        return [(path, path.name)]
    files = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            ending = Path(name.lower().removesuffix(".gz")).suffix
            if name.startswith("."):
                continue
            if ending in _ENDINGS:
                one = Path(folder) / name
                files.append((one, f"{path.name}/{one.relative_to(path).as_posix()}"))
            else:
                found.skipped[ending or name] += 1
    if not files:
        raise CatalogueError(
            f"{path}: has no bibliographies, which are files ending in {', '.join(_ENDINGS)} or these with .gz."
        )
    return files


def _entries(path: Path, name: str, sieve: _Sieve, found: Found) -> Iterator[Entry]:
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    with open_file(path) as raw:
        stream = raw
        if path.suffix.lower() == ".gz":
            import gzip

            stream = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
        if ending in _CSL:
            yield from _json_entries(read_stream(stream, str(path), _MOST_JSON), name, sieve, found)
            return
        try:
            pieces = _pieces(stream, name, by_end=ending in _RIS)
            if ending in _RIS:
                yield from _ris_entries(pieces, name, sieve, found)
            else:
                yield from _bibtex_entries(pieces, name, sieve, found)
        except (OSError, EOFError) as error:
            raise CatalogueError(f"{name}: can't be read to its end: {error}.") from error


def _pieces(lines: Iterable[bytes], name: str, *, by_end: bool) -> Iterator[tuple[int, str]]:
    """Yield the text of each entry with its first line. Entries begin with an "@" line, or end with an "ER" line."""
    piece: list[bytes] = []
    start, size = 1, 0
    for number, line in enumerate(lines, 1):
        if piece and not by_end and b"@" in line and _BEGINS.match(line.decode("ascii", "replace")):
            yield start, decode(b"".join(piece), f"{name}, entry at line {start}")
            piece, start, size = [], number, 0
        piece.append(line)
        size += len(line)
        if by_end and line.startswith(b"ER  -"):
            yield start, decode(b"".join(piece), f"{name}, entry at line {start}")
            piece, start, size = [], number + 1, 0
        if size > _MOST:
            raise CatalogueError(f"{name}: the entry at line {start} is larger than {_MOST >> 20} MiB.")
    if piece:
        yield start, decode(b"".join(piece), f"{name}, entry at line {start}")


def _bibtex_entries(pieces: Iterable[tuple[int, str]], name: str, sieve: _Sieve, found: Found) -> Iterator[Entry]:
    macros: list[str] = []
    volumes: dict[str, str] = {}
    later: list[tuple[int, str, str]] = []
    for line, piece in pieces:
        begins = _BEGINS.match(piece)
        kind = begins[1].lower() if begins else ""
        if kind == "string":
            macros.append(piece)
            continue
        if kind in ("", "comment", "preamble"):
            if not kind and "=" in piece:
                found.problems += _moved(parse_bibtex(piece, name), line).problems
            continue
        found.entries += 1
        if kind in _VOLUMES and (key := _KEY.match(piece)):
            volumes[key[1].casefold()] = piece
        if not _is_whole(piece):
            found.problems += _moved(parse_bibtex("".join(macros) + piece, name), line, macros).problems
        elif sieve.may_have(piece):
            if parent := _CROSSREF.search(piece):
                later.append((line, piece, parent[1].casefold()))
            else:
                yield from _read_bibtex(piece, line, macros, "", name, found)
    for line, piece, parent_key in later:
        yield from _read_bibtex(piece, line, macros, volumes.get(parent_key, ""), name, found)


def _read_bibtex(piece: str, line: int, macros: list[str], volume: str, name: str, found: Found) -> Iterator[Entry]:
    reading = _moved(parse_bibtex(f"{''.join(macros)}{piece}\n{volume}", name), line, macros)
    found.problems += reading.problems
    yield from reading.entries


def _is_whole(piece: str) -> bool:
    """Whether the braces of an entry close, as far as that can be told without reading it."""
    text = piece.replace("\\{", "").replace("\\}", "")
    return text.count("{") == text.count("}")


def _moved(reading: ReadingList, line: int, before: Iterable[str] = ()) -> ReadingList:
    """Return *reading* with the lines of the whole file, where what was read begins at *line*, behind macros."""
    shift = line - 1 - sum(text.count("\n") for text in before)
    return replace(
        reading,
        entries=tuple(replace(entry, line=entry.line + shift) for entry in reading.entries),
        problems=tuple(
            replace(problem, line=problem.line + shift) for problem in reading.problems if not problem.minor
        ),
    )


def _ris_entries(pieces: Iterable[tuple[int, str]], name: str, sieve: _Sieve, found: Found) -> Iterator[Entry]:
    for line, piece in pieces:
        if not piece.strip():
            continue
        found.entries += 1
        if sieve.may_have(piece) or not re.search(r"^ER  -", piece, re.M):
            reading = _moved(parse_ris(piece, name), line)
            found.problems += reading.problems
            yield from reading.entries


def _json_entries(content: bytes, name: str, sieve: _Sieve, found: Found) -> Iterator[Entry]:
    text = decode(content, name)
    if Path(name.removesuffix(".gz")).suffix == ".jsonl":
        pieces: Iterable[tuple[int, str]] = ((place, one) for place, one in enumerate(text.split("\n"), 1) if one)
    else:
        pieces = ((1, text),)
    for line, piece in pieces:
        if not sieve.may_have(piece) and (count := _items_in(piece)):
            found.entries += count
            continue
        reading = _moved(parse_csl(piece, name), line)
        found.entries += len(reading.entries)
        found.problems += reading.problems
        yield from reading.entries


def _items_in(text: str) -> int:
    """Return how many items a text of CSL-JSON has; 0 for one that has to be read to say what is wrong with it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    items = value if isinstance(value, list) else [value]
    return len(items) if all(isinstance(item, dict) for item in items) else 0


def _keep(entry: Entry, sieve: _Sieve, found: Found) -> None:
    record = record_of(entry)
    for iri in sieve.matching(record):
        found.records[iri].append(record)


class _Sieve:
    """Tells which entries may be of what is wanted, by identifiers and words of titles, without reading them."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self._titles: list[tuple[str, frozenset[str]]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_identifier: dict[tuple[str, str], list[str]] = defaultdict(list)
        for thing in wanted:
            for pair in thing.pairs():
                self._by_identifier[pair].append(thing.iri)
            for title in (thing.title, *thing.other_titles):
                if words := _telling(title):
                    self._titles.append((thing.iri, words))
                    for word in words:
                        self._by_word[word].append(len(self._titles) - 1)
        self._values = {value.lower() for _, value in self._by_identifier}

    def may_have(self, text: str) -> bool:
        """Whether *text*, an entry as it stands, may be of something that is wanted."""
        titles = " ".join(text[found.end() : found.end() + _LONGEST] for found in _TITLE.finditer(text))
        return next(self._by_words(titles), None) is not None or any(map(self._values.__contains__, _values_in(text)))

    def _by_words(self, text: str) -> Iterator[str]:
        counts: dict[int, int] = defaultdict(int)
        for word in _telling(text):
            for place in self._by_word.get(word, ()):
                counts[place] += 1
        for place, count in counts.items():
            iri, words = self._titles[place]
            if count >= _SHARE * len(words):
                yield iri

    def matching(self, record: Record) -> list[str]:
        """Return the IRIs of what *record* may be of."""
        found = dict.fromkeys(self._by_words(record.title))
        for pair in sorted(record.pairs()):
            found |= dict.fromkeys(self._by_identifier.get(pair, ()))
        return list(found)


def _telling(text: str) -> frozenset[str]:
    """Return the words of *text* that tell it from others, of a short title all; LaTeX in it is read by its letters."""
    # Without its cache, which would keep what is passed by.
    plain = fold.__wrapped__(text.replace("{", "").replace("}", "").replace("&", " and "))
    words = {word.rstrip("s") or word for word in _WORD.findall(plain)}
    return frozenset(words - STOP_WORDS or words)


def _values_in(text: str) -> Iterator[str]:
    """Yield what in *text* may be an identifier: runs of its signs, and what stands behind a slash or colon in them."""
    for run in _RUN.findall(text.lower()):
        yield run
        for found in _DIVIDER.finditer(run):
            yield run[found.end() :]


def record_of(entry: Entry, source: str = NAME) -> Record:
    """Return the record that an entry of a bibliography is."""
    forms = forms_of(entry)
    names = entry.work.authors if entry.work is not None else ()
    return Record(
        source=source,
        iri=None,
        where=f"{entry.file}:{entry.line}",
        title=entry.title or "",
        authors=tuple(map(Author, names)),
        et_al=entry.et_al,
        year=entry.year,
        month=_month(entry.fields.get("month", "")),
        identifiers=entry.identifiers,
        form=forms[0] if forms else None,
        issn=tuple(dict.fromkeys(map(str.upper, _ISSN.findall(entry.fields.get("issn", ""))))),
        licence=entry.fields.get("license") or entry.fields.get("licence") or entry.fields.get("copyright"),
    )


def _month(text: str) -> int | None:
    if text.isascii() and text.isdecimal():
        return int(text) if 1 <= int(text[:3]) <= 12 else None
    return _MONTHS.get(text[:3].lower())
