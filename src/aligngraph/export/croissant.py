"""Datasets and benchmarks in Croissant 1.0, one document for each whose facts suffice.

Croissant is schema.org with terms of its own for the files and fields of a dataset. The catalogue knows of pages and
not of files, so no file is described. Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.export.bibtex import entry
from aligngraph.export.graph import RDF_TYPE, Graph, Quads, ag, graph_of
from aligngraph.export.schemaorg import artifact_node
from aligngraph.export.works import works
from aligngraph.rdf.namespaces import PREFIXES

if TYPE_CHECKING:
    from aligngraph.export.schemaorg import Json

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# The context that the specification gives, so that every reader knows it.
_CROISSANT_TERMS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace separator source subField transform"
).split()
_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    **{name: f"cr:{name}" for name in _CROISSANT_TERMS},
}
REQUIRED = ("name", "description", "license", "url", "creator", "datePublished")
"""What Croissant wants of every dataset, besides what it is."""


def documents(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str]]:
    """Yield a file name and the document of each dataset and benchmark of which all that is REQUIRED is known."""
    quads = quads if isinstance(quads, Quads) else Quads(quads)
    graph = quads.graph
    cited = dict(works(quads))
    for artifact in _described(graph):
        node = croissant_node(graph, artifact)
        if not missing(node):
            keys = [work.value.rpartition("/")[2] for work in graph.objects(artifact, ag("introducedBy"))]
            node["citeAs"] = "".join(entry(key, cited[key], extras=False) for key in keys[:1] if key in cited)
            text = json.dumps({"@context": _CONTEXT} | node, ensure_ascii=False, indent=2)
            yield f"{artifact.value.rpartition('/')[2]}.json", f"{text}\n"


def left_out(quads: Iterable[ox.Quad]) -> dict[str, list[str]]:
    """Return the labels of the datasets and benchmarks that have no document, under each fact that they lack."""
    graph = graph_of(quads)
    found: dict[str, list[str]] = {}
    for artifact in _described(graph):
        for name in missing(croissant_node(graph, artifact)):
            found.setdefault(name, []).append(graph.label(artifact))
    return found


def missing(node: dict[str, Json]) -> list[str]:
    """Return which of what is REQUIRED *node* lacks."""
    return [name for name in REQUIRED if not node.get(name)]


def croissant_node(graph: Graph, artifact: ox.NamedNode) -> dict[str, Json]:
    """Return what Croissant can say of *artifact*; its creators and date are those of the work that introduced it."""
    known = artifact_node(graph, artifact)
    pages = graph.objects(artifact, ag("homepage")) or graph.objects(artifact, ag("dataLocation"))
    url = min((page.value for page in pages or graph.objects(artifact, ag("repository"))), default="")
    languages = graph.objects(artifact, ox.NamedNode(PREFIXES["dcterms"] + "language"))
    node: dict[str, Json] = {
        "@type": "sc:Dataset",
        "@id": artifact.value,
        "conformsTo": CONFORMS_TO,
        "name": known.get("name", ""),
        "alternateName": known.get("alternateName", ""),
        "description": known.get("description", ""),
        "license": known.get("license", ""),
        "url": url,
        "creator": known.get("creator", ""),
        "datePublished": _date(graph, artifact, known.get("datePublished", "")),
        "identifier": known.get("identifier", ""),
        "inLanguage": sorted(language.value.rpartition("/")[2] for language in languages),
        "sameAs": known.get("sameAs", ""),
    }
    return {name: value for name, value in node.items() if value}


def _described(graph: Graph) -> list[ox.NamedNode]:
    found = {thing for kind in ("Dataset", "Benchmark") for thing in graph.subjects(RDF_TYPE, ag(kind))}
    return sorted((thing for thing in found if isinstance(thing, ox.NamedNode)), key=str)


def _date(graph: Graph, artifact: ox.NamedNode, year: Json) -> Json:
    """Return *year*, and the month where the work of that year has one."""
    for work in graph.objects(artifact, ag("introducedBy")):
        month = graph.number(work, ag("firstPublicMonth"))
        if month is not None and f"{graph.number(work, ag('firstPublicYear')):04d}" == year:
            return f"{year}-{month:02d}"
    return year
