"""Links to other catalogues and vocabularies as SSSOM 1.1, a row of a table or a node of RDF for each.

They are the external records of works, publications, venues and artifacts (``schema:sameAs``), and the mappings of the
terms. Each says what it rests on, how sure it is, whose it is and from when. Source: A Simple Standard for Sharing
Ontological Mappings, https://w3id.org/sssom/.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

import pyoxigraph as ox

from aligngraph.bibliography.identifiers import ACL, ARXIV, DBLP, DOI, GITHUB, OPENREVIEW
from aligngraph.catalogue.sources import Source, ontology_folder, read_bytes, read_quads
from aligngraph.export.graph import RDF_TYPE, Graph, ag, graph_of, merge, object_key
from aligngraph.rdf.namespaces import AG, BASE, GRAPH, ONTOLOGY, PREFIXES
from aligngraph.turtle.writer import write_turtle

MAPPING_SET = BASE + "mapping-set"
TEAM = BASE + "team"
_SSSOM = PREFIXES["sssom"]
_SEMAPV = "https://w3id.org/semapv/vocab/"
_DATASET = BASE + "catalogue/data"
_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
_TITLE = "Links from aligngraph to other catalogues and vocabularies"
_DESCRIPTION = (
    "The external records of works, publications, venues and artifacts, and the mappings of the terms of the ontology."
)
_SAME_AS = ox.NamedNode(PREFIXES["schema"] + "sameAs")
_MODIFIED = ox.NamedNode(PREFIXES["dcterms"] + "modified")
_COMMENT = ox.NamedNode(PREFIXES["rdfs"] + "comment")
_PREDICATE = ox.NamedNode(_SSSOM + "predicate_id")
_CURATED = _SEMAPV + "ManualMappingCuration"
_DERIVED = _SEMAPV + "LogicalReasoning"
_CONFIDENCE = {"high": "0.95", "medium": "0.8", "low": "0.5"}
# How sure we are of a mapping that was looked up in the other vocabulary and argued for.
_ARGUED = "0.9"
# Where a record's identifier is all of its address after a beginning: prefix, that beginning, name of the scheme.
_RECORDS = (
    ("doi", DOI.base, "doi:"),
    ("arxiv", ARXIV.base, "arXiv:"),
    ("aclanthology", ACL.base, "ACL Anthology "),
    ("openreview", OPENREVIEW.base, "OpenReview "),
    ("dblp.rec", DBLP.base, "dblp "),
    ("dblp.stream", "https://dblp.org/streams/", "dblp "),
    ("github", GITHUB.base, "GitHub "),
)
_DBLP_OF_ARXIV = DBLP.address("journals/corr/abs-")
_LOCAL = re.compile(r"[^\s|\"']*\Z")


@dataclass(frozen=True)
class Mapping:
    """One link; the names of its fields are those of SSSOM. Empty where nothing is known."""

    record_id: str
    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    author_id: str
    author_label: str
    subject_source: str
    object_source: str
    mapping_date: str
    confidence: str
    comment: str


_REFERENCES = {
    "record_id",
    "subject_id",
    "predicate_id",
    "object_id",
    "mapping_justification",
    "author_id",
    "subject_source",
    "object_source",
}
# Slots that SSSOM writes with a property of another vocabulary.
_PROPERTIES = {
    "subject_id": PREFIXES["owl"] + "annotatedSource",
    "predicate_id": PREFIXES["owl"] + "annotatedProperty",
    "object_id": PREFIXES["owl"] + "annotatedTarget",
    "author_id": "http://purl.org/pav/authoredBy",
    "mapping_date": PREFIXES["dcterms"] + "created",
    "comment": PREFIXES["rdfs"] + "comment",
}
_DATATYPES = {"mapping_date": PREFIXES["xsd"] + "date", "confidence": PREFIXES["xsd"] + "double"}


def sssom(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield SSSOM as a table, tab-separated, with its metadata in YAML comments before it."""
    graph = graph_of(quads)
    found = _mappings(graph)
    names = _Names(found)
    rows = [[_cell(names, mapping, name) for name in _columns()] for mapping in found]
    yield from (f"#{line}\n" for line in _metadata(names, _version(graph)))
    yield "\t".join(_columns()) + "\n"
    yield from ("\t".join(row) + "\n" for row in rows)


def sssom_rdf(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield SSSOM as canonical Turtle, each link an IRI of its own."""
    graph = graph_of(quads)
    found = _mappings(graph)
    whole = ox.NamedNode(MAPPING_SET)
    triples = [
        ox.Triple(whole, RDF_TYPE, ox.NamedNode(_SSSOM + "MappingSet")),
        ox.Triple(whole, ox.NamedNode(PREFIXES["dcterms"] + "title"), ox.Literal(_TITLE)),
        ox.Triple(whole, ox.NamedNode(PREFIXES["dcterms"] + "description"), ox.Literal(_DESCRIPTION)),
        ox.Triple(whole, ox.NamedNode(PREFIXES["dcterms"] + "license"), ox.NamedNode(_LICENCE)),
        ox.Triple(whole, ox.NamedNode(_SSSOM + "sssom_version"), ox.NamedNode(_SSSOM + "version1.1")),
    ]
    if version := _version(graph):
        triples.append(ox.Triple(whole, ox.NamedNode(PREFIXES["owl"] + "versionInfo"), ox.Literal(version)))
    for mapping in found:
        node = ox.NamedNode(mapping.record_id)
        triples.append(ox.Triple(whole, ox.NamedNode(_SSSOM + "mappings"), node))
        triples.append(ox.Triple(node, RDF_TYPE, ox.NamedNode(PREFIXES["owl"] + "Axiom")))
        for name in _columns():
            value = getattr(mapping, name)
            if value and name != "record_id":
                triples.append(ox.Triple(node, _property(name), _term(name, value)))
    yield write_turtle(triples, "the links")


def mappings(quads: Iterable[ox.Quad]) -> list[Mapping]:
    """Return the links of the catalogue *quads* and the mappings of the terms, in order of subject and object."""
    return _mappings(graph_of(quads))


def _mappings(graph: Graph) -> list[Mapping]:
    matches = [*_matches(graph)]
    # A link that says itself how it was found is said once.
    told = {mapping.record_id for mapping in matches}
    records = [mapping for mapping in _records(graph) if mapping.record_id not in told]
    found = [*records, *_terms(graph), *matches]
    return sorted(found, key=lambda m: (object_key(ox.NamedNode(m.subject_id)), m.predicate_id, m.object_id))


def _records(graph: Graph) -> Iterator[Mapping]:
    date = _date(graph, _DATASET)
    linked = "Work Publication Person Organization Venue Artifact".split()
    for thing in graph.instances(*map(ag, linked)):
        works = graph.subjects(ag("hasPublication"), thing) or [thing]
        label = graph.label(thing) or _form_label(graph, thing, works[0])
        confidence = graph.text(works[0], ag("confidence"))
        arxiv = graph.text(thing, ag("arxivId"))
        for record in graph.objects(thing, _SAME_AS):
            if not isinstance(record, ox.NamedNode):
                continue
            address = urlsplit(record.value)
            derived = bool(arxiv) and record.value == _DBLP_OF_ARXIV + arxiv.replace(".", "-")
            yield _mapping(
                thing.value,
                label,
                _SAME_AS.value,
                record.value,
                _record_label(record.value),
                _DERIVED if derived else _CURATED,
                _DATASET,
                f"{address.scheme}://{address.netloc}/",
                date,
                _CONFIDENCE.get(confidence, _CONFIDENCE["high"]),
                "dblp makes its key from the arXiv number." if derived else graph.text(works[0], ag("evidence")),
            )


def _terms(graph: Graph) -> Iterator[Mapping]:
    path = ontology_folder() / "mappings.ttl"
    said = Graph(merge(read_quads([Source(path, ox.NamedNode(GRAPH + "ontology/mappings"))])))
    date = _date(said, BASE + "mappings")
    annotated = [ox.NamedNode(PREFIXES["owl"] + f"annotated{part}") for part in ("Source", "Property", "Target")]
    for axiom in said.subjects(RDF_TYPE, ox.NamedNode(PREFIXES["owl"] + "Axiom")):
        parts = [term for each in annotated for term in said.objects(axiom, each)]
        names = [term.value for term in parts if isinstance(term, ox.NamedNode)]
        if len(names) != 3:  # an axiom about a restriction, which has no name to link to
            continue
        subject, predicate, target = names
        # As a statement the relation would turn classes and properties into concepts, so the axiom names it.
        for meant in said.objects(axiom, _PREDICATE):
            predicate = meant.value if isinstance(meant, ox.NamedNode) else predicate
        yield _mapping(
            subject,
            graph.label(ox.NamedNode(subject)),
            predicate,
            target,
            _split(target)[1],
            _CURATED,
            ONTOLOGY if subject.startswith(AG) else _DATASET,
            _split(target)[0],
            date,
            _ARGUED,
            said.text(axiom, _COMMENT),
        )


def _matches(graph: Graph) -> Iterator[Mapping]:
    """Yield the mappings that the data holds, each a node with its reason beside the statement it is about.

    Those that a person has rejected are no links.
    """
    for node in graph.subjects(RDF_TYPE, ox.NamedNode(_SSSOM + "Mapping")):
        ends = [
            graph.objects(node, ox.NamedNode(_SSSOM + name)) for name in ("subject_id", "predicate_id", "object_id")
        ]
        names = [term.value for found in ends for term in found if isinstance(term, ox.NamedNode)]
        if len(names) != len(ends) or graph.objects(node, ox.NamedNode(_SSSOM + "predicate_modifier")):
            continue
        subject, predicate, target = names
        justification = [
            term.value
            for term in graph.objects(node, ox.NamedNode(_SSSOM + "mapping_justification"))
            if isinstance(term, ox.NamedNode)
        ]
        mapping = _mapping(
            subject,
            graph.label(ox.NamedNode(subject)),
            predicate,
            target,
            graph.text(node, ox.NamedNode(_SSSOM + "object_label")),
            next(iter(justification), _CURATED),
            _DATASET,
            _split(target)[0],
            graph.text(node, ox.NamedNode(_SSSOM + "mapping_date")) or _date(graph, BASE + "catalogue"),
            graph.text(node, ox.NamedNode(_SSSOM + "confidence")) or _ARGUED,
            graph.text(node, _COMMENT),
        )
        tool = graph.text(node, ox.NamedNode(_SSSOM + "mapping_tool"))
        if tool:
            version = graph.text(node, ox.NamedNode(_SSSOM + "mapping_tool_version"))
            mapping = replace(mapping, author_id="", author_label=f"{tool} {version}".strip())
        yield mapping


def _mapping(
    subject: str,
    subject_label: str,
    predicate: str,
    target: str,
    target_label: str,
    justification: str,
    subject_source: str,
    object_source: str,
    date: str,
    confidence: str,
    comment: str,
) -> Mapping:
    # What the link says gives it its name, so it keeps it as long as it says the same.
    digest = hashlib.sha256("\n".join((subject, predicate, target)).encode()).hexdigest()[:16]
    return Mapping(
        record_id=f"{BASE}mapping/{digest}",
        subject_id=subject,
        subject_label=subject_label,
        predicate_id=predicate,
        object_id=target,
        object_label=target_label,
        mapping_justification=justification,
        author_id=TEAM,
        author_label="the aligngraph team",
        subject_source=subject_source,
        object_source=object_source,
        mapping_date=date,
        confidence=confidence,
        comment=comment,
    )


def _form_label(graph: Graph, publication: ox.NamedNode, work: ox.NamedNode | ox.BlankNode) -> str:
    venues = graph.objects(publication, ag("venue"))
    venue = (graph.text(venues[0], ag("acronym")) or graph.label(venues[0])) if venues else ""
    year = graph.number(publication, ag("publicationYear"))
    place = " ".join(part for part in (venue, "" if year is None else str(year)) if part)
    return f"{graph.label(work)} ({place})" if place else graph.label(work)


def _record_label(record: str) -> str:
    for _, beginning, scheme in _RECORDS:
        if record.startswith(beginning) and record != beginning:
            return scheme + record.removeprefix(beginning)
    return ""


def _date(graph: Graph, thing: str) -> str:
    return graph.text(ox.NamedNode(thing), _MODIFIED).partition("T")[0]


def _split(iri: str) -> tuple[str, str]:
    """Return the namespace and local name of *iri*."""
    place = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:place], iri[place:]


def _columns() -> list[str]:
    return [field.name for field in fields(Mapping)]


class _Names:
    """Prefixes for what the links name, each with at least one use."""

    def __init__(self, found: Iterable[Mapping]) -> None:
        vocabularies = ox.parse(read_bytes(ontology_folder() / "mappings.ttl"), ox.RdfFormat.TURTLE, base_iri=BASE)
        list(vocabularies)  # the prefixes are known when all is read
        own = {"aligngraph": BASE, "sssom": _SSSOM, "semapv": _SEMAPV, "pav": "http://purl.org/pav/"}
        known = own | PREFIXES | vocabularies.prefixes | {name: space for name, space, _ in _RECORDS}
        self._spaces = sorted(((space, name) for name, space in known.items()), key=lambda row: (-len(row[0]), row[1]))
        self.used: dict[str, str] = {}
        for mapping in found:
            for name in sorted(_REFERENCES):
                if getattr(mapping, name):
                    self.short(getattr(mapping, name))

    def short(self, iri: str) -> str:
        """Return *iri* as a CURIE; where no prefix is known, its host makes one."""
        for space, name in self._spaces:
            local = iri[len(space) :]
            if iri.startswith(space) and _LOCAL.match(local):
                self.used[name] = space
                return f"{name}:{local}"
        parts = urlsplit(iri)
        space = f"{parts.scheme}://{parts.netloc}/"
        name = re.sub(r"[^a-z0-9.-]", "-", parts.netloc.lower())
        name = name if name[0].isalpha() else f"host-{name}"
        self.used[name] = space
        return f"{name}:{iri.removeprefix(space)}"


def _version(graph: Graph) -> str:
    """Return the version of the catalogue, which is that of its links; empty where it says none."""
    return graph.text(ox.NamedNode(BASE + "catalogue"), ox.NamedNode(PREFIXES["dcat"] + "version"))


def _metadata(names: _Names, version: str) -> Iterator[str]:
    # Scalars as JSON strings, which are YAML too.
    yield f"sssom_version: {json.dumps('1.1')}"
    yield "curie_map:"
    for name, space in sorted(names.used.items()):
        yield f"  {name}: {json.dumps(space)}"
    yield f"mapping_set_id: {json.dumps(MAPPING_SET)}"
    if version:
        yield f"mapping_set_version: {json.dumps(version)}"
    yield f"mapping_set_title: {json.dumps(_TITLE)}"
    yield f"mapping_set_description: {json.dumps(_DESCRIPTION)}"
    yield f"license: {json.dumps(_LICENCE)}"


def _cell(names: _Names, mapping: Mapping, name: str) -> str:
    value = str(getattr(mapping, name))
    if not value:
        return ""
    if name in _REFERENCES:
        return names.short(value)
    text = " ".join(value.split())
    # Several values of one slot stand with a bar between them.
    text = text.replace("|", "\\|") if name == "author_label" else text
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _property(name: str) -> ox.NamedNode:
    return ox.NamedNode(_PROPERTIES.get(name, _SSSOM + name))


def _term(name: str, value: str) -> ox.NamedNode | ox.Literal:
    if name in _REFERENCES:
        return ox.NamedNode(value)
    if name in _DATATYPES:
        return ox.Literal(value, datatype=ox.NamedNode(_DATATYPES[name]))
    return ox.Literal(" ".join(value.split()))
