"""What things are called: the properties that name them, and which of several names is the best."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.rdf.terms import Node

LABELS = (
    PREFIXES["skos"] + "prefLabel",
    AG + "heading",
    AG + "titleAsPrinted",
    AG + "nameAsPrinted",
    AG + "linkLabel",
    PREFIXES["rdfs"] + "label",
    PREFIXES["dcterms"] + "title",
)
"""The properties that name a thing, the best first: what is printed before a label that was made of it."""
_RANKS = {iri: rank for rank, iri in enumerate(LABELS)}


def label_key(property_: str, language: str | None, text: str) -> tuple[int, bool, str]:
    """Return a key by which the best name of a thing is the least: by property, English or no language, then text."""
    return _RANKS[property_], language not in ("en", "", None), text


def labels_of(triples: Iterable[ox.Triple]) -> dict[Node, str]:
    """Return the best name of each thing that *triples* name."""
    best: dict[Node, tuple[int, bool, str]] = {}
    for triple in triples:
        property_, text = triple.predicate.value, triple.object
        if property_ in _RANKS and isinstance(text, ox.Literal):
            key = label_key(property_, text.language, text.value)
            best[triple.subject] = min(best.get(triple.subject, key), key)
    return {thing: text for thing, (_, _, text) in best.items()}
