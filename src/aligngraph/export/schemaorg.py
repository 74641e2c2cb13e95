"""Works and artifacts in the words of schema.org, as JSON-LD that reads like ordinary JSON.

A paper is a ScholarlyArticle with its authors in order, a dataset or benchmark a Dataset. The terms of goals,
approaches and methods that follow for a work stand under ``about``. Source: https://schema.org/docs/full.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.bibliography.identifiers import ACL, ARXIV, DBLP, DOI, GITHUB, HUGGING_FACE, OPENREVIEW, ORCID
from aligngraph.export.graph import RDF_TYPE, Graph, ag, graph_of, object_key
from aligngraph.rdf.namespaces import PREFIXES

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.turtle.terms import Object

    Json: TypeAlias = str | Sequence["Json"] | dict[str, "Json"]

SCHEMA = PREFIXES["schema"]
# In the document itself, so that nobody has to fetch one. Names are those of schema.org; the values of these are IRIs.
CONTEXT: dict[str, object] = {"@vocab": SCHEMA} | {
    name: {"@type": "@id"} for name in ("codeRepository", "contentUrl", "inDefinedTermSet", "license", "sameAs", "url")
}
_WORKS = {"Paper": "ScholarlyArticle", "Book": "Book", "Report": "Report", "WebPage": "WebPage"}
_FORMS = {
    "BookChapter": "Chapter",
    "BookEdition": "Book",
    "DatasetRelease": "Dataset",
    "ReportDocument": "Report",
    "WebPublication": "WebPage",
}
_ARTIFACTS = {"Benchmark": "Dataset", "Dataset": "Dataset", "Software": "SoftwareSourceCode"}
_VENUES = {"BookSeries": "BookSeries", "Journal": "Periodical", "PreprintServer": "WebSite", "Website": "WebSite"}
_PUBLISHER = "Publisher"
# Who keeps a scheme, where its label does not say it.
_REGISTRY = "https://registry.identifiers.org/registry/"
_SCHEMES = {
    scheme: _REGISTRY + scheme.name if scheme in (DOI, ARXIV) else scheme.label
    for scheme in (DOI, ARXIV, ACL, OPENREVIEW, DBLP, GITHUB, HUGGING_FACE)
}
_ABOUT = ("representsGoal", "evaluatesGoal", "usesApproach", "usesMethod")
_SAME_AS = ox.NamedNode(SCHEMA + "sameAs")
_DCTERMS, _DCAT, _SKOS = PREFIXES["dcterms"], PREFIXES["dcat"], PREFIXES["skos"]


def schemaorg(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield JSON-LD: the catalogue itself, its works and its artifacts, a node a line."""
    graph = graph_of(quads)
    nodes = [_catalogue(graph, thing) for thing in graph.instances(ox.NamedNode(_DCAT + "Catalog"))]
    nodes += [work_node(graph, work) for work in graph.instances(ag("Work"))]
    nodes += [artifact_node(graph, artifact) for artifact in graph.instances(ag("Artifact"))]
    head = json.dumps(CONTEXT, ensure_ascii=False)
    lines = ",\n".join("    " + json.dumps(node, ensure_ascii=False) for node in nodes)
    yield f'{{\n  "@context": {head},\n  "@graph": [\n{lines}\n  ]\n}}\n'


def work_node(graph: Graph, work: ox.NamedNode) -> dict[str, Json]:
    """Return what schema.org can say of *work*."""
    forms = sorted(graph.objects(work, ag("hasPublication")), key=lambda form: _form_key(graph, form))
    kind = _kind(graph, work, _WORKS)
    return _without_nothing(
        {
            "@id": work.value,
            "@type": kind,
            "name": graph.label(work),
            "author": _authors(graph, work),
            "datePublished": _year(graph, work, "firstPublicYear"),
            "identifier": [each for form in forms for each in _identifiers(graph, form)],
            "isbn": [term.value for form in forms for term in graph.objects(form, ag("isbn"))]
            if kind == "Book"
            else [],
            "isPartOf": [place for form in forms[:1] for place in _venues(graph, form, publisher=False)],
            "publisher": [place for form in forms[:1] for place in _venues(graph, form, publisher=True)],
            "about": _about(graph, work),
            "sameAs": _iris(graph, [work], _SAME_AS),
            "workExample": [_form(graph, form) for form in forms],
        }
    )


def artifact_node(graph: Graph, artifact: ox.NamedNode) -> dict[str, Json]:
    """Return what schema.org can say of *artifact*."""
    works = [work for work in graph.objects(artifact, ag("introducedBy")) if isinstance(work, ox.NamedNode)]
    accounts = [work for work in graph.objects(artifact, ag("describedBy")) if isinstance(work, ox.NamedNode)]
    kind = _kind(graph, artifact, _ARTIFACTS)
    repositories = _iris(graph, [artifact], ag("repository"))
    pages = _iris(graph, [artifact], ag("homepage"))
    places = _iris(graph, [artifact], ag("dataLocation"))
    code = kind == "SoftwareSourceCode"
    years = [year for work in works if (year := _year(graph, work, "firstPublicYear"))]
    return _without_nothing(
        {
            "@id": artifact.value,
            "@type": kind,
            "name": graph.label(artifact),
            "alternateName": [term.value for term in graph.objects(artifact, ox.NamedNode(_SKOS + "altLabel"))],
            "description": graph.text(artifact, ox.NamedNode(_DCTERMS + "description")),
            "creator": [author for work in works[:1] for author in _authors(graph, work)],
            "datePublished": min(years, default=""),
            "identifier": _identifiers(graph, artifact),
            "license": _iris(graph, [artifact], ox.NamedNode(_DCTERMS + "license")),
            "url": pages + ([] if code else [page for page in repositories if page not in pages]),
            "codeRepository": repositories if code else [],
            "distribution": [{"@type": "DataDownload", "url": place} for place in places] if kind == "Dataset" else [],
            "about": _about(graph, artifact),
            "sameAs": _iris(graph, [artifact], _SAME_AS),
            "citation": [
                {"@id": work.value, "@type": _kind(graph, work, _WORKS)}
                for work in sorted({*works, *accounts}, key=str)
            ],
        }
    )


def _catalogue(graph: Graph, catalogue: ox.NamedNode) -> dict[str, Json]:
    dcat = {name: ox.NamedNode(_DCAT + name) for name in ("distribution", "downloadURL", "keyword", "mediaType")}
    files = graph.objects(catalogue, dcat["distribution"])
    makers = graph.objects(catalogue, ox.NamedNode(_DCTERMS + "creator"))
    return _without_nothing(
        {
            "@id": _id(catalogue),
            "@type": "Dataset",
            "name": graph.label(catalogue),
            "description": graph.text(catalogue, ox.NamedNode(_DCTERMS + "description")),
            "creator": [
                _without_nothing({"@id": _id(m), "@type": "Organization", "name": graph.label(m)}) for m in makers
            ],
            "dateModified": graph.text(catalogue, ox.NamedNode(_DCTERMS + "modified")).partition("T")[0],
            "identifier": graph.text(catalogue, ox.NamedNode(_DCTERMS + "identifier")),
            "keywords": [term.value for term in graph.objects(catalogue, dcat["keyword"])],
            "license": _iris(graph, [catalogue], ox.NamedNode(_DCTERMS + "license")),
            "url": _iris(graph, [catalogue], ox.NamedNode(_DCAT + "landingPage")),
            "version": graph.text(catalogue, ox.NamedNode(_DCAT + "version")),
            "distribution": [
                _without_nothing(
                    {
                        "@id": _id(file),
                        "@type": "DataDownload",
                        "name": graph.label(file),
                        "contentUrl": _iris(graph, [file], dcat["downloadURL"]),
                        "encodingFormat": [
                            iri.partition("/media-types/")[2] for iri in _iris(graph, [file], dcat["mediaType"])
                        ],
                    }
                )
                for file in files
            ],
        }
    )


def _form(graph: Graph, form: Object) -> Json:
    return _without_nothing(
        {
            "@id": _id(form),
            "@type": _kind(graph, form, _FORMS, "ScholarlyArticle"),
            "name": graph.text(form, ox.NamedNode(_DCTERMS + "title")),
            "datePublished": _year(graph, form, "publicationYear"),
            "identifier": _identifiers(graph, form),
            "isPartOf": _venues(graph, form, publisher=False),
            "publisher": _venues(graph, form, publisher=True),
            "pagination": graph.text(form, ag("pages"))
            if _kind(graph, form, _FORMS, "ScholarlyArticle") in ("Chapter", "ScholarlyArticle")
            else "",
            "sameAs": _iris(graph, [form], _SAME_AS),
        }
    )


def _venues(graph: Graph, form: Object, *, publisher: bool) -> list[Json]:
    found: list[Json] = []
    for venue in graph.objects(form, ag("venue")):
        if publisher != (ag(_PUBLISHER) in graph.objects(venue, RDF_TYPE)):
            continue
        series: dict[str, Json] = {
            "@id": _id(venue),
            "@type": "Organization" if publisher else _kind(graph, venue, _VENUES, "CreativeWorkSeries"),
            "name": graph.label(venue),
            "alternateName": graph.text(venue, ag("acronym")),
            "sameAs": _iris(graph, [venue], _SAME_AS),
        }
        place: dict[str, Json] = _without_nothing(series)
        # schema.org has the numbers of volume and issue on these, not on the article.
        if not publisher and (volume := graph.text(form, ag("volume"))):
            place = {"@type": "PublicationVolume", "volumeNumber": volume, "isPartOf": place}
        if not publisher and (issue := graph.text(form, ag("issue"))):
            place = {"@type": "PublicationIssue", "issueNumber": issue, "isPartOf": place}
        found.append(place)
    return found


def _authors(graph: Graph, work: ox.NamedNode) -> list[Json]:
    def place(authorship: Object) -> int:
        number = graph.number(authorship, ag("ordinal"))
        return 1_000_000 if number is None else number

    found: list[Json] = []
    for authorship in sorted(graph.objects(work, ag("hasAuthorship")), key=place):
        bodies = graph.objects(authorship, ag("organization"))
        people = [*bodies, *graph.objects(authorship, ag("person"))]
        name = graph.text(authorship, ag("nameAsPrinted")) or (graph.label(people[0]) if people else "")
        orcid = graph.text(people[0], ag("orcid")) if people else ""
        author: dict[str, Json] = {
            "@id": _id(people[0]) if people else "",
            "@type": "Organization" if bodies else "Person",
            "name": name,
            "url": _iris(graph, bodies, ag("homepage")),
            "sameAs": [ORCID.address(orcid)] if orcid else _iris(graph, bodies, _SAME_AS),
        }
        found.append(_without_nothing(author))
    return found


def _identifiers(graph: Graph, thing: Object) -> list[Json]:
    found: list[Json] = []
    for scheme, name in _SCHEMES.items():
        for term in graph.objects(thing, ag(scheme.term)):
            address = scheme.address(term.value)
            found.append({"@type": "PropertyValue", "propertyID": name, "value": term.value, "url": address})
    return found


def _about(graph: Graph, thing: ox.NamedNode) -> list[Json]:
    found = {term: None for name in _ABOUT for term in graph.objects(thing, ag(name))}
    return [
        _without_nothing(
            {
                "@id": _id(term),
                "@type": "DefinedTerm",
                "name": graph.label(term),
                "termCode": graph.text(term, ox.NamedNode(_SKOS + "notation")),
                "inDefinedTermSet": _iris(graph, [term], ox.NamedNode(_SKOS + "inScheme")),
            }
        )
        for term in found
    ]


def _kind(graph: Graph, thing: Object, names: Mapping[str, str], otherwise: str = "CreativeWork") -> str:
    types = {term.value for term in graph.objects(thing, RDF_TYPE)}
    return next((kind for name, kind in names.items() if ag(name).value in types), otherwise)


def _form_key(graph: Graph, form: Object) -> tuple[bool, int, object]:
    """Return where a form stands: those after review before preprints, then by year."""
    year = graph.number(form, ag("publicationYear"))
    return ag("Preprint") in graph.objects(form, RDF_TYPE), 9999 if year is None else year, object_key(form)


def _year(graph: Graph, thing: Object, name: str) -> str:
    year = graph.number(thing, ag(name))
    return "" if year is None else f"{year:04d}"


def _iris(graph: Graph, things: Iterable[Object], predicate: ox.NamedNode) -> list[str]:
    found = {term.value: None for thing in things for term in graph.objects(thing, predicate)}
    return [iri for iri in found if "://" in iri]


def _id(term: Object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else f"_:{term.value}"


def _without_nothing(node: dict[str, Json]) -> dict[str, Json]:
    """Return *node* less what is empty, a list of one as the one."""
    found = {name: value for name, value in node.items() if value}
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 and name != "author" else value
        for name, value in found.items()
    }
