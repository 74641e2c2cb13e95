"""Questions that an import leaves to a person, and the answers, in one table beside the data.

A row is about one entry of the list, known again by its text. An answer is the work that the entry is, ``yes`` for the
only candidate, or ``no`` for a new work. Answers stay in the table, so that nothing is asked twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aligngraph.bibliography.entries import Entry
from aligngraph.bibliography.keys import clean, title_key
from aligngraph.curation.report import Question
from aligngraph.errors import ArgumentError
from aligngraph.files.reading import read_file
from aligngraph.rdf.namespaces import BASE, expand, shorten

QUESTIONS = "questions.tsv"
"""Name of the file that keeps a table beside its survey."""
COLUMNS = ("answer", "entry", "candidates", "evidence")
NEW = "new"


@dataclass(frozen=True)
class Answer:
    """A row: the entry's text, the IRIs that it may be, why, and the answer as written; *place* is file and line."""

    answer: str
    entry: str
    candidates: tuple[str, ...]
    evidence: str
    place: str

    def decision(self) -> str | None:
        """Return the IRI of the work that is meant, or "new"; None where nobody has answered. Raise ArgumentError."""
        said = self.answer.casefold()
        if not said:
            return None
        if said in ("no", NEW):
            return NEW
        if said != "yes":
            return self.answer if "://" in self.answer else expand(self.answer) or f"{BASE}work/{self.answer}"
        if len(self.candidates) != 1:
            may = ", ".join(map(shorten, self.candidates)) or "none is named"
            raise ArgumentError(f"{self.place}: 'yes', but to which work? Write its name. Candidates: {may}.")
        return self.candidates[0]


Answers = Mapping[str, Answer]
"""Rows by what tells an entry."""


def entry_key(entry: Entry) -> str:
    """Return what tells an entry of a list from the others, in every version of it."""
    return title_key(text_of(entry))


def text_of(entry: Entry) -> str:
    """Return the text of an entry for people."""
    return clean(entry.text) or clean(entry.title or "")


def read_answers(content: bytes, name: str) -> dict[str, Answer]:
    """Return the rows of the table in *content*, a file called *name*, by entry. Raise ArgumentError with the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArgumentError(f"{name}: not in UTF-8, at byte {error.start}. Save it as UTF-8.") from None
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [cell.strip() for cell in next(lines, [])]
    if sorted(header) != sorted(COLUMNS):
        raise ArgumentError(f"{name}, line 1: the columns, with a tab between them, are {', '.join(COLUMNS)}.")
    rows = {}
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            raise ArgumentError(f"{name}, line {number}: {len(cells)} columns, but the first line has {len(header)}.")
        row = dict.fromkeys(COLUMNS, "") | {key: cell.strip() for key, cell in zip(header, cells, strict=False)}
        candidates = tuple(expand(one) or one for one in row["candidates"].split())
        key = title_key(row["entry"])
        rows[key] = Answer(row["answer"], row["entry"], candidates, row["evidence"], f"{name}, line {number}")
    return rows


def read_kept_answers(folder: Path, path: str) -> dict[str, Answer]:
    """Return the rows that earlier imports left at *path* in the data folder. Raise ArgumentError."""
    file = folder / path
    return read_answers(read_file(file), str(file)) if file.is_file() else {}


def questions_text(known: Answers, asked: Sequence[tuple[str, Question]]) -> str:
    """Return the table: the rows that are there, then what is asked now, with the text of each entry."""
    rows = {key: (one.answer, one.entry, one.candidates, one.evidence) for key, one in known.items()}
    for text, question in asked:
        answer = known[key].answer if (key := title_key(text)) in known else ""
        rows[key] = (answer, text, question.candidates, "; ".join(question.evidence))
    lines = ["\t".join(COLUMNS)]
    for answer, text, candidates, evidence in rows.values():
        cells = (answer, text, " ".join(map(shorten, candidates)), evidence)
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(lines) + "\n"
