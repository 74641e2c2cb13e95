"""A bibliography in RIS: one record a work, for the best form it was published in.

Import reads it back without loss. The OpenReview and Anthology pages and the preprint's stand in ``UR``, first what
says most. What no tag can hold stands in notes, ``N1``, that begin with ``aligngraph-`` and one of the names that the
BibTeX export has too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from aligngraph.bibliography.extras import extras_of
from aligngraph.bibliography.identifiers import ACL, ARXIV
from aligngraph.bibliography.person_names import parts_of
from aligngraph.bibliography.ris import EXTRA, work_of_tags
from aligngraph.bibliography.works import Form, Work
from aligngraph.export.works import address, cited_title, works

# Class of the best form → type and the tag that its venue goes to.
_FORMS = {
    "JournalArticle": ("JOUR", "T2"),
    "ConferencePaper": ("CPAPER", "T2"),
    "BookEdition": ("BOOK", "PB"),
    "ReportDocument": ("RPRT", "PB"),
    "BookChapter": ("CHAP", "T2"),
    "WorkshopPaper": ("CPAPER", "T2"),
    "WebPublication": ("ELEC", "T2"),
    "DatasetRelease": ("DATA", "PB"),
    "Preprint": ("UNPB", "PB"),
}
_OTHER = ("GEN", "PB")


def ris(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield a record for each work, in natural order of their ids, which are the ids of the works."""
    for number, (key, work) in enumerate(works(quads)):
        yield ("\n" if number else "") + record(key, work)


def record(key: str, work: Work) -> str:
    """Return the record of *work*, which ends with its line."""
    tags = _tags(key, work)
    given = work_of_tags(tags)
    if extras := extras_of(work, given):
        tags["N1"] = [f"{EXTRA}{name}: {value}" for name, value in extras.items()]
    lines = [f"{tag}  - {value}\n" for tag, values in tags.items() for value in values]
    return f"{''.join(lines)}ER  - \n"


def _tags(key: str, work: Work) -> dict[str, list[str]]:
    best = work.forms[0] if work.forms else Form()
    kind, place = _FORMS.get(best.kind or "", _OTHER)
    if work.kind == "Report":
        kind, place = "RPRT", "PB"
    arxiv = next((ARXIV.address(form.arxiv) for form in work.forms if form.arxiv), "")
    acl = ACL.address(best.acl) if best.acl and best.openreview else ""
    year = work.first_year if best.year is None else best.year
    pages = re.fullmatch(r"([^\s-]+)-([^\s-]+)", best.pages or "")
    tags = {
        "TY": [kind],
        "ID": [key],
        "TI": [cited_title(work)],
        "AU": [parts_of(name).sorted for name in work.authors],
        "PY": [str(year) if year is not None else ""],
        place: [best.venue or ""],
        "VL": [best.volume or ""],
        "IS": [best.issue or ""],
        "SP": [pages[1] if pages else best.pages or ""],
        "EP": [pages[2] if pages else ""],
        "SN": [best.isbn or ""],
        "DO": [best.doi or ""],
        "UR": list(dict.fromkeys([address(best), acl, arxiv])),
    }
    found = {tag: [value for value in values if value] for tag, values in tags.items()}
    return {tag: values for tag, values in found.items() if values}
