"""Counts of a catalogue in the words of VoID, so that a reader knows what it holds before loading it.

The counts are those of the files of ``data/`` as written, less the file that holds the counts. Partitions have IRIs,
since the data has no blank nodes. Links to other catalogues are linksets, one a property and host. Source: Describing
Linked Datasets with the VoID Vocabulary (W3C), sections 4 and 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

import pyoxigraph as ox

from aligngraph.rdf.namespaces import BASE, GRAPH, PREFIXES, shorten

GRAPH_OF_STATISTICS = ox.NamedNode(GRAPH + "statistics")
_DATASET = ox.NamedNode(BASE + "catalogue/data")
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_VOID = PREFIXES["void"]
LINK_PREDICATES = (PREFIXES["ag"] + "dataLocation", PREFIXES["ag"] + "repository", PREFIXES["schema"] + "sameAs")
"""What leads to records and pages of the same thing elsewhere."""

_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")


def describe(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return the VoID counts of *quads*, which are the data's: of triples, entities, and by class and property,
    and of links by property and host.

    Statements of the graph of the statistics themselves are not counted. An entity is a thing with an IRI below the
    catalogue's own; a document is a data file.
    """
    triples: set[ox.Triple] = set()
    graphs: set[object] = set()
    for quad in quads:
        if quad.graph_name != GRAPH_OF_STATISTICS:
            triples.add(quad.triple)
            graphs.add(quad.graph_name)
    subjects = {triple.subject for triple in triples}
    entities = {s for s in subjects if isinstance(s, ox.NamedNode) and s.value.startswith(BASE)}
    classes: dict[str, set[object]] = defaultdict(set)
    properties: dict[str, int] = defaultdict(int)
    for triple in triples:
        properties[triple.predicate.value] += 1
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            classes[triple.object.value].add(triple.subject)
    described: list[ox.Triple] = [
        _count(_DATASET, "triples", len(triples)),
        _count(_DATASET, "entities", len(entities)),
        _count(_DATASET, "distinctSubjects", len(subjects)),
        _count(_DATASET, "distinctObjects", len({triple.object for triple in triples})),
        _count(_DATASET, "classes", len(classes)),
        _count(_DATASET, "properties", len(properties)),
        _count(_DATASET, "documents", len(graphs)),
    ]
    for iri, members in sorted(classes.items()):
        described += _partition("class", iri, "entities", len(members))
    for iri, uses in sorted(properties.items()):
        described += _partition("property", iri, "triples", uses)
    return described + _linksets(triples)


def _linksets(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return a linkset for each property of LINK_PREDICATES and each host that it leads to."""
    links: dict[tuple[str, str], int] = defaultdict(int)
    for triple in triples:
        if triple.predicate.value in LINK_PREDICATES and isinstance(triple.object, ox.NamedNode):
            host = urlsplit(triple.object.value).hostname
            if host and not triple.object.value.startswith(BASE):
                links[triple.predicate.value, host] += 1
    described = []
    for (predicate, host), number in sorted(links.items()):
        linkset = ox.NamedNode(f"{_DATASET.value}/linkset/{_name(predicate)}-{host}")
        target = ox.NamedNode(f"{_DATASET.value}/host/{host}")
        described += [
            ox.Triple(_DATASET, _term("subset"), linkset),
            ox.Triple(linkset, _TYPE, _term("Linkset")),
            _label(linkset, f"{shorten(predicate)} to {host}"),
            ox.Triple(linkset, _term("linkPredicate"), ox.NamedNode(predicate)),
            ox.Triple(linkset, _term("subjectsTarget"), _DATASET),
            ox.Triple(linkset, _term("objectsTarget"), target),
            _count(linkset, "triples", number),
            ox.Triple(target, _TYPE, _term("Dataset")),
            _label(target, host),
            ox.Triple(target, _term("uriSpace"), ox.Literal(f"https://{host}/")),
        ]
    return list(dict.fromkeys(described))


def _term(name: str) -> ox.NamedNode:
    return ox.NamedNode(_VOID + name)


def _name(iri: str) -> str:
    return shorten(iri).strip("<>").replace(":", "-")


def _label(subject: ox.NamedNode, text: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(PREFIXES["rdfs"] + "label"), ox.Literal(text, language="en"))


def _count(subject: ox.NamedNode, name: str, number: int) -> ox.Triple:
    return ox.Triple(subject, _term(name), ox.Literal(str(number), datatype=_INTEGER))


def _partition(kind: str, iri: str, counted: str, number: int) -> list[ox.Triple]:
    partition = ox.NamedNode(f"{_DATASET.value}/{kind}/{_name(iri)}")
    return [
        ox.Triple(_DATASET, _term(f"{kind}Partition"), partition),
        ox.Triple(partition, _TYPE, _term("Dataset")),
        _label(partition, f"{'what is' if kind == 'class' else 'statements with'} {shorten(iri).strip('<>')}"),
        ox.Triple(partition, _term(kind), ox.NamedNode(iri)),
        _count(partition, counted, number),
    ]
