"""Lists for the scripts of pages, as JSON: the names of things, and the terms that queries are written with."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aligngraph.queries.lookup import family_of, full_rows, rows, types_of
from aligngraph.queries.stored import list_queries
from aligngraph.rdf.labels import LABELS
from aligngraph.rdf.namespaces import BASE, PREFIXES
from aligngraph.web.vocabulary import vocabulary

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_THING = re.compile(
    BASE + r"(?:approach|artifact|goal|method|organization|person|section|survey|venue|work)/[a-z0-9-]+"
)
_OTHERS = ("skos:altLabel", "skos:hiddenLabel", "ag:acronym", "ag:arxivId", "ag:doi")


def names(backend: Backend) -> str:
    """Return what has a page and a name: its path below the root of IRIs, label, kind, and what else it goes by."""
    labels: dict[str, str] = {}
    for predicate in reversed(LABELS):
        found: dict[str, str] = {}
        for thing, label in rows(backend, f"SELECT ?s ?l WHERE {{ ?s <{predicate}> ?l }}"):
            if thing is not None and label is not None and _THING.fullmatch(thing):
                found[thing] = min(found.get(thing, label), label)
        labels |= found
    types = types_of(backend, labels)
    others: dict[str, list[str]] = {}
    either = " UNION ".join(f"{{ ?s {name} ?l }}" for name in _OTHERS)
    works = "OPTIONAL { ?w ag:hasPublication ?s }"
    select = f"SELECT ?l (COALESCE(?w, ?s) AS ?owner) {{ {either} {works} }}"
    # Sorted here: the engine takes ten times as long.
    for label, owner in sorted(full_rows(backend, select)):
        if owner in labels and label != labels[owner] and label not in others.get(owner, ()):
            others.setdefault(owner, []).append(label)
    listed = [
        [thing.removeprefix(BASE), labels[thing], family_of(types.get(thing, []))[1], others.get(thing, [])]
        for thing in sorted(labels)
    ]
    return json.dumps({"names": listed}, ensure_ascii=False, separators=(",", ":"))


def terms() -> str:
    """Return the prefixes, the terms of the ontology with their definitions, and the stored queries."""
    found = [
        {"name": term.curie, "kind": term.kind, "text": f"{term.label}: {term.definition}"}
        for group in vocabulary().terms.values()
        for term in group
        if not term.deprecated
    ]
    queries = [{"name": query.name, "text": query.summary} for query in list_queries()]
    said = {"prefixes": PREFIXES, "terms": found, "queries": queries}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
