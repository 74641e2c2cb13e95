"""The review: what a person has to decide about, as SSSOM, and their decisions taken back.

The table goes out with every proposed link and its evidence. A person fills in `reviewer_label` in the rows that they
have decided about, and writes "Not" into `predicate_modifier` of those that are wrong. Rows without a reviewer stay
open. What was decided is kept in the catalogue: a link that holds as a statement, one that does not as a mapping with
"Not", so that it is never proposed again.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from aligngraph._version import __version__
from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.identifiers import ACL, ARXIV, DBLP, DOI, OPENREVIEW
from aligngraph.curation.holdings import SAME_AS, Holdings, ag
from aligngraph.curation.works import triple
from aligngraph.errors import CatalogueError
from aligngraph.linking.links import LEXICAL, NOT, SEMAPV, TOOL, Link, rejected_in
from aligngraph.linking.write import Outcome
from aligngraph.rdf.namespaces import BASE, PREFIXES, shorten

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
    "mapping_justification", "confidence", "reviewer_label", "mapping_date", "mapping_tool", "mapping_tool_version",
    "comment",
)  # fmt: skip
_NEEDED = ("subject_id", "predicate_id", "object_id", "reviewer_label")
_PREDICATES = {SAME_AS} | {
    PREFIXES["skos"] + f"{name}Match" for name in ("exact", "close", "broad", "narrow", "related")
}
_PREFIX = re.compile(r"#\s+([\w.-]+):\s*[\"']?([^\"'\s]+)[\"']?\s*$")
_SPACES = {
    "doi": DOI.base, "arxiv": ARXIV.base, "aclanthology": ACL.base, "openreview": OPENREVIEW.base,
    "dblp.rec": DBLP.base, "dblp.pid": "https://dblp.org/pid/", "orcid": "https://orcid.org/",
    "openalex": "https://openalex.org/", "wikidata": "http://www.wikidata.org/entity/", "semapv": SEMAPV,
}  # fmt: skip
_LOCAL = re.compile(r"[^\s|\"']*\Z")


def review_table(links: Iterable[Link]) -> Iterator[str]:
    """Yield *links* as a table of SSSOM, the surest last decided first: in the order of things and confidence."""
    rows = sorted(links, key=lambda link: (link.subject, -link.confidence, link.object))
    used: dict[str, str] = {}
    body = StringIO()
    writer = csv.writer(body, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for link in rows:
        writer.writerow(
            [
                _short(link.subject, used), _flat(link.subject_label), _short(link.predicate, used),
                NOT if link.rejected else "", _short(link.object, used), _flat(link.object_label),
                _short(link.justification, used), f"{link.confidence:.2f}", _flat(link.reviewer), link.date, TOOL,
                link.tool_version, _flat(link.comment),
            ]
        )  # fmt: skip
    yield f"#sssom_version: {json.dumps('1.1')}\n#curie_map:\n"
    yield from (f"#  {name}: {json.dumps(space)}\n" for name, space in sorted(used.items()))
    yield f"#mapping_set_id: {json.dumps(BASE + 'mapping-set/review')}\n"
    yield f"#license: {json.dumps('https://creativecommons.org/publicdomain/zero/1.0/')}\n"
    yield f"#comment: {json.dumps(_HOW)}\n"
    yield "\t".join(COLUMNS) + "\n"
    yield body.getvalue()


_HOW = (
    "To decide about a row, write who you are into reviewer_label, and Not into predicate_modifier if the link is "
    "wrong; then run: aligngraph link --review FILE"
)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _short(iri: str, used: dict[str, str]) -> str:
    for name, space in sorted({**PREFIXES, **_SPACES}.items(), key=lambda one: (-len(one[1]), one[0])):
        if iri.startswith(space) and _LOCAL.match(iri[len(space) :]):
            used[name] = space
            return f"{name}:{iri[len(space) :]}"
    # As in the export, the host makes a prefix where none is known.
    parts = urlsplit(iri)
    name = f"{'host-' if not parts.netloc[:1].isalpha() else ''}{re.sub(r'[^a-z0-9.-]', '-', parts.netloc.lower())}"
    used[name] = f"{parts.scheme}://{parts.netloc}/"
    return f"{name}:{iri.removeprefix(used[name])}"


@dataclass
class Decided:
    """What a person decided in a table."""

    kept: list[Link] = field(default_factory=list)
    rejected: list[Link] = field(default_factory=list)
    open: int = 0


def read_review(text: str, name: str, holdings: Holdings) -> Decided:
    """Return what the table *text* of the file *name* decides about things of *holdings*.

    Raise CatalogueError, with the line, for what is no such table, or names what the catalogue does not have.
    """
    spaces: dict[str, str] = {}
    lines = text.removeprefix("\ufeff").splitlines()
    start = 0
    while start < len(lines) and lines[start].startswith("#"):
        if found := _PREFIX.match(lines[start]):
            spaces[found[1]] = found[2]
        start += 1
    reader = csv.DictReader(lines[start:], delimiter="\t")
    if missing := [column for column in _NEEDED if column not in (reader.fieldnames or ())]:
        raise CatalogueError(
            f"{name}, line {start + 1}: is not a review table: it has no column {missing[0]!r}. "
            "'aligngraph link … > FILE' writes one; keep its columns, separated by tabs."
        )
    decided = Decided()
    seen: dict[tuple[str, str], bool] = {}
    for row in reader:
        line = start + reader.line_num
        if not (row.get("reviewer_label") or "").strip():
            decided.open += 1
            continue
        link = _link(row, f"{name}, line {line}", spaces, holdings)
        if seen.setdefault((link.subject, link.object), link.rejected) != link.rejected:
            raise CatalogueError(f"{name}, line {line}: is both kept and rejected; decide once.")
        (decided.rejected if link.rejected else decided.kept).append(link)
    return decided


def _link(row: dict[str, Any], where: str, spaces: dict[str, str], holdings: Holdings) -> Link:
    cell = {column: (row.get(column) or "").strip() for column in COLUMNS}
    subject, predicate, target = (_long(cell[f"{end}_id"], where, spaces) for end in ("subject", "predicate", "object"))
    if subject not in holdings.described or not subject.startswith(BASE):
        raise CatalogueError(
            f"{where}: this catalogue has no {cell['subject_id']}. Was the table made for another one?"
        )
    if predicate not in _PREDICATES:
        raise CatalogueError(
            f"{where}: {cell['predicate_id']!r} is not a link; write schema:sameAs or skos:closeMatch."
        )
    address, reason = check_url(target)
    if address is None:
        raise CatalogueError(f"{where}: {cell['object_id']!r} can't be linked to: {reason}.")
    if cell["predicate_modifier"] not in ("", NOT):
        raise CatalogueError(f"{where}: predicate_modifier is {cell['predicate_modifier']!r}; write {NOT} or nothing.")
    try:
        confidence = float(cell["confidence"] or 0.9)
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise CatalogueError(f"{where}: confidence is {cell['confidence']!r}, but has to be between 0 and 1.")
    justification = cell["mapping_justification"]
    return Link(
        subject,
        cell["subject_label"] or holdings.label(subject),
        address,
        cell["object_label"] or address,
        confidence,
        cell["comment"],
        cell["mapping_date"],
        predicate,
        _long(justification, where, spaces) if justification else LEXICAL,
        cell["reviewer_label"],
        cell["predicate_modifier"] == NOT,
        cell["mapping_tool_version"] or __version__,
    )


def _long(text: str, where: str, spaces: dict[str, str]) -> str:
    plain = text.removeprefix("<").removesuffix(">")
    if "://" in plain[:8]:
        return plain
    prefix, colon, local = plain.partition(":")
    space = spaces.get(prefix) or PREFIXES.get(prefix) or _SPACES.get(prefix)
    if not colon or space is None:
        raise CatalogueError(f"{where}: {text!r} is neither an IRI nor a CURIE with a prefix of the table.")
    return space + local


def take_back(decided: Decided, holdings: Holdings) -> Outcome:
    """Return what the decisions change: kept links with the identifiers they spell out, and rejected ones."""
    outcome = Outcome()
    known = rejected_in(holdings)
    for link in decided.kept:
        if link.object in holdings.texts(link.subject, link.predicate):
            outcome.notes.append(f"{shorten(link.subject)} has <{link.object}> already")
            continue
        if (link.subject, link.object) in known:
            outcome.notes.append(
                f"{shorten(link.subject)} and <{link.object}> were rejected before; remove {shorten(link.iri)} first"
            )
            continue
        if other := _owner(link, holdings):
            outcome.wrong.append(f"{shorten(link.subject)}: <{link.object}> is already that of {shorten(other)}")
            continue
        outcome.written.append(link)
        outcome.changes.added += link.triples()
        for scheme in (DOI, ARXIV, ACL, OPENREVIEW, DBLP):
            value = scheme.parse_address(link.object)
            if value and "/publication/" in link.subject and not holdings.values(link.subject, ag(scheme.term)):
                outcome.changes.added.append(triple(link.subject, ag(scheme.term), value))
    for link in decided.rejected:
        if (link.subject, link.object) not in known:
            outcome.changes.added += link.triples()
    return outcome


def _owner(link: Link, holdings: Holdings) -> str | None:
    """Return the other thing that has the record already."""
    if link.predicate != SAME_AS:
        return None
    for iri, said in holdings.described.items():
        if iri != link.subject and any(term.value == link.object for term in said.get(SAME_AS, ())):
            return iri
    return None
