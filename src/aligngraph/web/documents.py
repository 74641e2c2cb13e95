"""The documents of a catalogue: which there are, and what each says.

Most say what the catalogue says of one thing. Others are files of the ontology, whole graphs, or describe the stored
queries and the mappings, of which the graph itself says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

import pyoxigraph as ox

from aligngraph.api.catalogue import Catalogue
from aligngraph.catalogue.sources import ontology_folder, parse_file
from aligngraph.queries.lookup import full_rows
from aligngraph.queries.stored import StoredQuery, list_queries
from aligngraph.rdf.namespaces import BASE, GRAPH, INFERRED_GRAPH, PREFIXES
from aligngraph.sparql.backend import Embedded
from aligngraph.sparql.tables import write_graph
from aligngraph.web.addresses import document_of
from aligngraph.web.describe import Describer

_FILES = {"ontology": "aligngraph.ttl", "shapes": "shapes.ttl", "mappings": "mappings.ttl"}
_VERSIONED = re.compile(rf"({'|'.join(_FILES)})(?:/([0-9]+\.[0-9]+\.[0-9]+))?/\1")
MAPPINGS = "mapping-set"
PARAMETERS = "query-parameter"
_LONG_GRAPH, _LONG_BYLINE, _MANY_PLACES = 250, 12, 7
"""Statements of a graph, authors of a work and places of a work, from which on their pages take long to make."""
_RDF_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_VERSION = ox.NamedNode(PREFIXES["owl"] + "versionInfo")
_INFERRED = ox.NamedNode(INFERRED_GRAPH)
_PATH = ox.NamedNode(PREFIXES["sh"] + "path")


def file_of_terms(path: str) -> Path | None:
    """Return the file of the ontology, its shapes or its mappings that the document at *path* is, of a version or not.

    Earlier versions are in folders of their names, beside the files of this one. None where there is no such document.
    """
    found = _VERSIONED.fullmatch(path)
    if found is None:
        return None
    name, version = found.groups()
    file = ontology_folder() / _FILES[name]
    if version is None or version == version_of(BASE + name, _parsed(file)):
        return file
    earlier = ontology_folder() / version / _FILES[name]
    return earlier if earlier.is_file() else None


def paths_of_terms() -> list[str]:
    """Return the paths of all documents that are files of the ontology."""
    folders = [one.name for one in ontology_folder().iterdir() if one.is_dir()]
    newest = {version_of(BASE + name, _parsed(ontology_folder() / file)) for name, file in _FILES.items()}
    names = [*_FILES, *(f"{name}/{version}" for name in _FILES for version in {*folders, *newest})]
    paths = [f"{name}/{name.partition('/')[0]}" for name in names]
    return sorted({path for path in paths if file_of_terms(path) is not None})


def version_of(iri: str, triples: Iterable[ox.Triple]) -> str | None:
    """Return the version, three numbers, that *triples* say *iri* has; None where they say none."""
    for triple in triples:
        if triple.predicate == _VERSION and triple.subject == ox.NamedNode(iri):
            value = str(getattr(triple.object, "value", ""))
            return value if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", value) else None
    return None


@cache
def _parsed(file: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in parse_file(file))


class Documents:
    """What the documents of one catalogue say."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._describer = Describer(catalogue)

    def triples(self, path: str) -> list[ox.Triple]:
        """Return what the document at *path* says, sorted; nothing where there is no such document."""
        file = file_of_terms(path)
        if file is not None:
            return _settled(_parsed(file))
        if path.startswith("query/"):
            said = self._queries.get(path.removeprefix("query/"), [])
            return self._describer.labelled((t.subject, t.predicate, t.object) for t in said) if said else []
        if path == PARAMETERS:
            return _sorted(self._parameters())
        if path == MAPPINGS:
            return _sorted(triple for said in self._mapping_set.values() for triple in said)
        if path.startswith("graph/"):
            return self._graph(BASE + path)
        described = self._describer.describe_all(self.things(path))
        if path.startswith("mapping/"):
            said = self._mapping_set.get(BASE + path, [])
            more = self._describer.labelled((t.subject, t.predicate, t.object) for t in said) if said else []
            described = [*described, *more]
        return _settled(described)

    def things(self, path: str) -> list[str]:
        """Return the IRIs of what the document at *path* describes: its own, and those that belong to it."""
        found, waiting = {BASE + path: None}, [BASE + path]
        if path == "catalogue":
            while waiting:
                own = self._describer.own(waiting.pop())
                named = sorted({value.value for _, _, value in own if isinstance(value, ox.NamedNode)} - set(found))
                more = [iri for iri in named if document_of(iri) == path]
                found.update(dict.fromkeys(more))
                waiting += more
        return list(found)

    def longest(self, most: int) -> dict[str, list[str]]:
        """Return the paths of things whose pages take long, *most* of each kind, by the name of the page."""
        graphs = self._with_most("GRAPH ?thing { ?s ?p ?o } FILTER(isIRI(?thing))", _LONG_GRAPH, most)
        works = self._with_most("?thing ag:hasAuthorship ?o", _LONG_BYLINE, most)
        places = "?thing ag:representsGoal|ag:evaluatesGoal|ag:usesApproach|ag:usesMethod ?o ; ag:hasAuthorship ?by"
        placed = self._with_most(f"SELECT DISTINCT ?thing ?o WHERE {{ {places} }}", _MANY_PLACES, most)
        return {"document": [*graphs, *works], "why": [path.removeprefix("work/") for path in placed]}

    def _with_most(self, pattern: str, least: int, most: int) -> list[str]:
        select = f"""SELECT ?thing (COUNT(*) AS ?n) WHERE {{ {{ {pattern} }} }} GROUP BY ?thing
          HAVING(COUNT(*) >= {least}) ORDER BY DESC(?n) ?thing LIMIT {most}"""
        found = full_rows(self._catalogue.backend, select)
        return [path for thing, _ in found if (path := document_of(thing))]

    def text(self, path: str, format: str) -> str | None:
        """Return the document at *path* in *format*, a name of `aligngraph.rdf.formats`; None where there is none."""
        triples = self.triples(path)
        return "".join(write_graph(triples, format)) if triples else None

    def paths(self) -> tuple[list[str], list[str]]:
        """Return the paths of all documents, and the IRIs of the catalogue's own that have none, both sorted.

        The statements have to be in a store.
        """
        backend = self._catalogue.backend
        assert isinstance(backend, Embedded)
        iris: set[str] = set()
        for quad in backend.store:
            for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
                if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                    iris.add(term.value)
        found = {iri: document_of(iri) for iri in iris}
        # A version that is not here has no document.
        found = {
            iri: None if _VERSIONED.fullmatch(path or "") and not file_of_terms(path or "") else path
            for iri, path in found.items()
        }
        paths = {path for path in found.values() if path is not None}
        mappings = [path for iri in self._mapping_set if (path := document_of(iri))]
        more = [*paths_of_terms(), *mappings, PARAMETERS, *(f"query/{query.name}" for query in self.queries)]
        return sorted({*paths, *more}), sorted(iri for iri, path in found.items() if path is None)

    @cached_property
    def queries(self) -> list[StoredQuery]:
        """The stored queries, those that ask others too."""
        return list_queries(federated=True)

    @cached_property
    def _queries(self) -> dict[str, list[ox.Triple]]:
        from aligngraph.export.descriptions import executable

        return {query.name: list(executable(query)) for query in self.queries}

    def _parameters(self) -> Iterable[ox.Triple]:
        """Yield the properties that the parameters of stored queries stand for, with the queries that have them."""
        for said in self._queries.values():
            for triple in said:
                if triple.predicate == _PATH and isinstance(triple.object, ox.NamedNode):
                    name = triple.object.value.partition("#")[2]
                    yield triple
                    yield ox.Triple(triple.object, _RDF_TYPE, ox.NamedNode(PREFIXES["rdf"] + "Property"))
                    yield ox.Triple(triple.object, _term("rdfs:label"), ox.Literal(name))

    @cached_property
    def _mapping_set(self) -> dict[str, list[ox.Triple]]:
        """The links to other catalogues, by the IRI of each, and the set that they are."""
        from aligngraph.export import export
        from aligngraph.export.sssom import sssom_rdf

        backend = self._catalogue.backend
        if isinstance(backend, Embedded):
            text = "".join(sssom_rdf(quad for quad in backend.quads() if quad.graph_name != _INFERRED))
        else:
            text = "".join(export("sssom-rdf", self._catalogue.location.paths, inferred=True))
        found: dict[str, list[ox.Triple]] = {}
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            found.setdefault(getattr(quad.subject, "value", ""), []).append(quad.triple)
        return found

    def _graph(self, iri: str) -> list[ox.Triple]:
        """Return the statements of the graph *iri*, and the statements about it."""
        try:
            graph = ox.NamedNode(iri)
        except ValueError:
            return []
        backend = self._catalogue.backend
        if isinstance(backend, Embedded):
            held = {quad.triple for quad in backend.store.quads_for_pattern(None, None, None, graph)}
        else:
            held = set(backend.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"))
        if not held:
            return []
        number = ox.Literal(str(len(held)), datatype=_term("xsd:integer"))
        name = ox.Literal(f"Statements of {iri.removeprefix(GRAPH)}", language="en")
        said = [
            ox.Triple(graph, _RDF_TYPE, _term("void:Dataset")),
            ox.Triple(graph, _term("rdfs:label"), name),
            ox.Triple(graph, _term("void:triples"), number),
            ox.Triple(graph, _term("dcterms:isPartOf"), ox.NamedNode(BASE + "catalogue")),
        ]
        return _settled([*held, *self._describer.describe(iri), *said])


def _term(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def _sorted(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return sorted(dict.fromkeys(triples), key=str)


def _settled(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return *triples* sorted, with names of blank nodes that depend only on the statements about them."""
    found = list(dict.fromkeys(triples))
    if any(isinstance(term, ox.BlankNode) for triple in found for term in (triple.subject, triple.object)):
        whole = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in found)
        whole.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found = [quad.triple for quad in whole]
    return _sorted(found)
