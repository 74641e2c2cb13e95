"""A bibliography in CSL-JSON: one item a work, for the best form it was published in.

Import reads it back without loss. What the standard variables can't hold stands in ``custom``, which the schema of
CSL 1.0.2 keeps for that, under ``aligngraph``, by the names that the BibTeX export has too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from aligngraph.bibliography.csl import EXTRA, work_of_item
from aligngraph.bibliography.extras import extras_of
from aligngraph.bibliography.person_names import Name, parts_of
from aligngraph.bibliography.works import ARXIV_VENUE, Form, Work
from aligngraph.export.works import address, cited_title, works

# Class of the best form → type and the variable that its venue goes to.
_FORMS = {
    "JournalArticle": ("article-journal", "container-title"),
    "ConferencePaper": ("paper-conference", "container-title"),
    "BookEdition": ("book", "publisher"),
    "ReportDocument": ("report", "publisher"),
    "BookChapter": ("chapter", "container-title"),
    "WorkshopPaper": ("paper-conference", "container-title"),
    "WebPublication": ("webpage", "container-title"),
    "DatasetRelease": ("dataset", "publisher"),
    "Preprint": ("article", "publisher"),
}
_OTHER = ("document", "publisher")


def csljson(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield a list with an item for each work, in natural order of their ids, which are the ids of the works."""
    yield "["
    for number, (key, work) in enumerate(works(quads)):
        text = json.dumps(item(key, work), ensure_ascii=False, indent=2).replace("\n", "\n  ")
        yield ("," if number else "") + "\n  " + text
    yield "\n]\n"


def item(key: str, work: Work) -> dict[str, Any]:
    """Return the item of *work*."""
    best = work.forms[0] if work.forms else Form()
    kind, place = _FORMS.get(best.kind or "", _OTHER)
    if work.kind == "Report":
        kind, place = "report", "publisher"
    arxiv = next((form.arxiv for form in work.forms if form.arxiv), None)
    year = work.first_year if best.year is None else best.year
    fields: dict[str, Any] = {
        "id": key,
        "type": kind,
        "title": cited_title(work),
        "author": [_person(parts_of(name)) for name in work.authors],
        "issued": {"date-parts": [[year]]} if year is not None else None,
        place: best.venue,
        "volume": best.volume,
        "issue": best.issue,
        "page": best.pages,
        "DOI": best.doi,
        "ISBN": best.isbn,
        "URL": address(best),
        "archive": ARXIV_VENUE if arxiv else None,
        "archive_location": arxiv,
    }
    found = {name: value for name, value in fields.items() if value or name == "id"}
    if extras := extras_of(work, work_of_item(found)):
        found["custom"] = {EXTRA: extras}
    return found


def _person(name: Name) -> dict[str, str]:
    if name.organization:
        return {"literal": name.text}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}
