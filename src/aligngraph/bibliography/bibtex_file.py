"""The blocks of a BibTeX file: entries with their fields and lines, macros, and what is broken.

By the grammar of BibTeX and Biber, read here and not by a library, so that a missing comma or brace is a fault with its
line: bibtexparser 2.1 takes ``doi = {…} url = {…}`` for one field. Nothing of a broken entry is kept, and reading goes
on with the next one that begins a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_BLOCK = re.compile(r"(?<![\w.])@[ \t]*([A-Za-z]\w*)\s*([{(])")
_NEXT = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]\w*\s*[{(]\s*[^\s,{}()\"=]*\s*,", re.MULTILINE)
_KEY = re.compile(r"\s*([^\s,{}()\"=]*)\s*")
_BLANK = re.compile(r"(?:\s|(?<=\n)%[^\n]*(?=\n))*")
_NAME = re.compile(r"[^\s\d,#{}()\"'=@%\\~][^\s,#{}()\"'=@%\\~]*")
_BARE = re.compile(r"[^\s,#{}()\"=@%\\]+")
_MARK = re.compile(r"\\.|[{}\"\n]", re.DOTALL)
# Text between entries is a comment, but not the rest of an entry that ended too soon.
_LEFT_OVER = re.compile(r"^[ \t,}]*(?:@[ \t]*\w*|[A-Za-z][\w-]*[ \t]*=[ \t]*[{\"\w])", re.MULTILINE)
_OPEN = "a brace or quote that opens here is not closed before the {}"


class Value(NamedTuple):
    """A part of a field between ``#``; *bare* is a number or the name of a macro."""

    text: str
    bare: bool


class Field(NamedTuple):
    """A field as it stands."""

    name: str
    values: tuple[Value, ...]
    line: int


class RawEntry(NamedTuple):
    """An entry, or with the type "string" the definitions of macros."""

    line: int
    type: str
    key: str
    fields: tuple[Field, ...]


class Fault(NamedTuple):
    """What can't be read."""

    line: int
    text: str
    reason: str


class _BrokenError(Exception):
    """A block is broken: where, why, and from where to read on."""

    def __init__(self, reason: str, after: int) -> None:
        super().__init__(reason)
        self.after = after


def read_blocks(text: str) -> Iterator[RawEntry | Fault]:
    """Yield the entries and macros of *text* in their order, and what is broken, in time proportional to its size."""
    return _File(text).blocks()


class _File:
    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = [found.start() for found in re.finditer("\n", text)]
        self.next_entries = [found.start() for found in _NEXT.finditer(text)]

    def line(self, place: int) -> int:
        """Return the line of *place*, from 1 on."""
        return bisect_right(self.ends, place - 1) + 1

    def blocks(self) -> Iterator[RawEntry | Fault]:
        place = 0
        while found := _BLOCK.search(self.text, place):
            yield from self._between(place, found.start())
            kind = found[1].lower()
            try:
                if kind in ("comment", "preamble"):
                    place = self._skip(found.end() - 1)
                    continue
                block, place = self._entry(found.start(), kind, found.end(), "}" if found[2] == "{" else ")")
                yield block
            except _BrokenError as error:
                yield Fault(self.line(found.start()), self.text[found.start() : found.start() + 300], str(error))
                place = error.after
        yield from self._between(place, len(self.text))

    def _between(self, start: int, end: int) -> Iterator[Fault]:
        if found := _LEFT_OVER.search(self.text[start:end]):
            text = self.text[start + found.start() : end]
            reason = "is not part of an entry; is a brace missing?"
            yield Fault(self.line(start + found.start()), text[:300], reason)

    def _skip(self, place: int) -> int:
        """Return where a comment ends: with its brace, or with its line where that is not closed."""
        if self.text[place] == "{":
            try:
                return self._until(place, quoted=False)[1]
            except _BrokenError:
                pass
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def _entry(self, start: int, kind: str, place: int, closing: str) -> tuple[RawEntry, int]:
        key = ""
        if kind != "string":
            found = _KEY.match(self.text, place)
            assert found is not None
            key, place = found[1], found.end()
            if self.text[place : place + 1] not in (",", closing):
                raise self._broken(f"expected comma after entry key {key!r}", place)
        fields: list[Field] = []
        divided = True
        while True:
            place = self._after_blanks(place)
            sign = self.text[place : place + 1]
            if sign == closing:
                return RawEntry(self.line(start), kind, key, tuple(fields)), place + 1
            if sign == ",":
                place += 1
                divided = True
            elif divided or sign in ("", "@"):
                field, place = self._field(place)
                fields.append(field)
                divided = False
            else:
                last, said = fields[-1], self.text[place : place + 30].split("\n")[0].strip()
                reason = f"expected a comma after the value of {last.name!r} at line {last.line}, found {said!r}"
                raise self._broken(reason, place)

    def _after_blanks(self, place: int) -> int:
        found = _BLANK.match(self.text, place)
        return found.end() if found else place

    def _field(self, place: int) -> tuple[Field, int]:
        name = _NAME.match(self.text, place)
        if name is None:
            if not self.text[place:].strip():
                raise self._broken(_OPEN.format("file ends"), place)
            if self.text[place] == "@":
                raise self._broken(_OPEN.format("next entry"), place)
            raise self._broken(f"expected the name of a field, found {self.text[place : place + 20]!r}", place)
        after = self._after_blanks(name.end())
        if self.text[after : after + 1] != "=":
            raise self._broken(f"expected a `=` after entry key {name[0]!r}", place)
        values = []
        place = self._after_blanks(after + 1)
        while True:
            value, place = self._value(place, name[0])
            values.append(value)
            following = self._after_blanks(place)
            if self.text[following : following + 1] != "#":
                return Field(name[0], tuple(values), self.line(name.start())), place
            place = self._after_blanks(following + 1)
            if self.text[place : place + 1] in (",", "}", ")"):
                raise self._broken(f"expected a value after `#` in {name[0]!r}", place)

    def _value(self, place: int, name: str) -> tuple[Value, int]:
        sign = self.text[place : place + 1]
        if sign in ("{", '"'):
            text, place = self._until(place, quoted=sign == '"')
            return Value(text, False), place
        if found := _BARE.match(self.text, place):
            return Value(found[0], True), found.end()
        if sign in (",", "}", ")"):
            return Value("", True), place
        raise self._broken(f"expected a value of {name!r}, found {self.text[place : place + 20]!r}", place)

    def _until(self, start: int, *, quoted: bool) -> tuple[str, int]:
        """Return the text between the braces, or quotes, of which the first is at *start*, and the place behind."""
        following = bisect_right(self.next_entries, start)
        limit = self.next_entries[following] if following < len(self.next_entries) else len(self.text)
        depth = 0
        for found in _MARK.finditer(self.text, start + 1 if quoted else start, limit):
            sign = found[0]
            if sign == "{":
                depth += 1
            elif sign == "}":
                depth -= 1
            if (sign == "}" and depth == 0 and not quoted) or (sign == '"' and depth <= 0 and quoted):
                return self.text[start + 1 : found.start()], found.end()
        raise _BrokenError(_OPEN.format("next entry" if limit < len(self.text) else "file ends"), limit)

    def _broken(self, reason: str, place: int) -> _BrokenError:
        following = bisect_right(self.next_entries, place - 1)
        after = self.next_entries[following] if following < len(self.next_entries) else len(self.text)
        return _BrokenError(reason, after)
