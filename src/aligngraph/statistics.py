"""Counts of a catalogue in the words of VoID, so that a reader knows what it holds before loading it.

The counts are those of the files of ``data/`` as written, less the file that holds the counts. Partitions have IRIs,
since the data has no blank nodes. Source: Describing Linked Datasets with the VoID Vocabulary (W3C), section 4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from aligngraph.namespaces import BASE, GRAPH, PREFIXES, shorten

GRAPH_OF_STATISTICS = ox.NamedNode(GRAPH + "statistics")
_DATASET = ox.NamedNode(BASE + "catalogue/data")
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_VOID = PREFIXES["void"]
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")


def describe(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return the VoID counts of *quads*, which are the data's: of triples, entities, and by class and property.

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
    return described


def _count(subject: ox.NamedNode, name: str, number: int) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(_VOID + name), ox.Literal(str(number), datatype=_INTEGER))


def _partition(kind: str, iri: str, counted: str, number: int) -> list[ox.Triple]:
    name = shorten(iri).strip("<>").replace(":", "-")
    partition = ox.NamedNode(f"{BASE}catalogue/data/{kind}/{name}")
    return [
        ox.Triple(_DATASET, ox.NamedNode(f"{_VOID}{kind}Partition"), partition),
        ox.Triple(partition, _TYPE, ox.NamedNode(_VOID + "Dataset")),
        ox.Triple(partition, ox.NamedNode(_VOID + kind), ox.NamedNode(iri)),
        _count(partition, counted, number),
    ]
