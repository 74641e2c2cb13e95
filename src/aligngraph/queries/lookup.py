"""Small questions to a backend: values as text, names of things, and what kind of thing something is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.rdf.labels import LABELS, label_key
from aligngraph.rdf.namespaces import AG, PREFIXES, shorten
from aligngraph.sparql.backend import Embedded

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

PROLOGUE = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ag", "dcterms", "owl", "rdf", "rdfs", "schema", "skos", "xsd")
)

_CLASSES = {
    "work": "Paper Book Report SurveyInstrument SurveyProgramme WebPage Work",
    "artifact": "Algorithm Benchmark Dataset Model Software PrincipleSet ValueTheory ValueSurvey BaseModel Artifact",
    "publication": "Preprint ConferencePaper WorkshopPaper JournalArticle BookChapter BookEdition WebPublication "
    "ReportDocument DatasetRelease Publication",
    "venue": "ConferenceSeries WorkshopSeries Journal BookSeries PreprintServer Publisher Website Venue",
    "concept": "Goal Approach Method",
    "link": "PaperLink ProjectLink DataLink CheckpointLink BlogLink LeaderboardLink WebLink Link",
    "person": "Person",
    "organization": "Organization",
    "section": "Section",
    "listing": "Listing",
    "survey": "Survey",
    "authorship": "Authorship",
    "correction": "Correction",
}
_FAMILY = {AG + name: family for family, names in _CLASSES.items() for name in names.split()}
# Names that follow from a more telling one, and so come last.
_GENERAL = {AG + names.split()[-1] for family, names in _CLASSES.items() if family != "concept" and " " in names}
_TERMS = {
    PREFIXES["owl"] + "Class": "class",
    PREFIXES["owl"] + "ObjectProperty": "property",
    PREFIXES["owl"] + "DatatypeProperty": "property",
    PREFIXES["owl"] + "AnnotationProperty": "property",
    PREFIXES["rdfs"] + "Class": "class",
    PREFIXES["rdf"] + "Property": "property",
}
_OTHERS = {
    PREFIXES["skos"] + "Concept": ("concept", "concept"),
    PREFIXES["skos"] + "ConceptScheme": ("thing", "concept scheme"),
    PREFIXES["owl"] + "Ontology": ("thing", "ontology"),
}


def rows(backend: Backend, sparql: str) -> list[tuple[str | None, ...]]:
    """Return the rows of the SELECT *sparql*, which needs no prefixes declared, as the terms' bare values."""
    found = backend.select(PROLOGUE + sparql)
    return [tuple(None if term is None else getattr(term, "value", str(term)) for term in row) for row in found]


def is_true(value: str | None) -> bool:
    """Tell whether *value*, of a truth value, means true; Virtuoso says 1."""
    return value in ("true", "1")


def full_rows(backend: Backend, sparql: str) -> list[tuple[str, ...]]:
    """Return the rows of the SELECT *sparql* that have a value in every column."""
    return [tuple(value for value in row if value is not None) for row in rows(backend, sparql) if None not in row]


def literal(text: str, language: str | None = None) -> str:
    """Return *text* as a literal in SPARQL, whatever characters it has."""
    return str(ox.Literal(text, language=language) if language else ox.Literal(text))


def ways_to_write(name: str) -> str:
    """Return the literals that *name* may stand in the catalogue as, in SPARQL: in the usual capitals, English or not.

    These are looked up in an index, which any mix of capitals is not.
    """
    forms = dict.fromkeys((name, name.lower(), name.upper(), name.title(), name.capitalize()))
    return " ".join(literal(form, language) for form in forms for language in (None, "en"))


def iris(values: Iterable[str]) -> str:
    """Return the IRIs *values* in SPARQL, for a VALUES block; what is not an IRI is left out."""
    return " ".join(_valid_iris(values))


def is_one_of(variable: str, names: str) -> str:
    """Return the condition that *variable*, a property, is one of *names*, in SPARQL and with blanks between them.

    For where a VALUES names the things asked about: Oxigraph begins at the shortest VALUES, and with a second one of
    few properties would read all that has these.
    """
    return f"FILTER({variable} IN ({', '.join(names.split())}))"


def _valid_iris(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        try:
            yield str(ox.NamedNode(value))
        except ValueError:
            continue


def curie(iri: str) -> str:
    """Return *iri* as a CURIE, or as it is where there is none."""
    short = shorten(iri)
    return iri if short.startswith("<") else short


def local_name(iri: str) -> str:
    """Return the last part of *iri*: what stands after its last slash or hash."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def values(
    backend: Backend, things: Sequence[str], properties: Sequence[str]
) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield what *things* have for *properties*: the thing, the property, the value and its language, if any.

    A store in this process is read by its indexes, which costs a tenth of a query.
    """
    if isinstance(backend, Embedded):
        names = list(map(ox.NamedNode, properties))
        for thing in _valid_iris(things):
            node = ox.NamedNode(thing[1:-1])
            for name in names:
                for term in dict.fromkeys(quad.object for quad in backend.quads(node, name)):
                    language = term.language if isinstance(term, ox.Literal) else None
                    yield node.value, name.value, getattr(term, "value", str(term)), language
        return
    for start in range(0, len(things), 500):
        part = iris(things[start : start + 500])
        found = rows(
            backend,
            f"SELECT ?thing ?property ?value (LANG(?value) AS ?language) WHERE {{ VALUES ?thing {{ {part} }} "
            f"?thing ?property ?value {is_one_of('?property', iris(properties))} }}",
        )
        for thing_, name_, value, language in found:
            if thing_ is not None and name_ is not None and value is not None:
                yield thing_, name_, value, language or None


def names_of(backend: Backend, things: Iterable[str]) -> dict[str, str]:
    """Return what each of *things* is called: its best label, English first, else its CURIE."""
    wanted = list(dict.fromkeys(things))
    best: dict[str, tuple[int, bool, str]] = {}
    for thing, label_property, label, language in values(backend, wanted, LABELS):
        key = label_key(label_property, language, label)
        best[thing] = min(best.get(thing, key), key)
    return {thing: best[thing][2] if thing in best else curie(thing) for thing in wanted}


def types_of(backend: Backend, things: Iterable[str]) -> dict[str, list[str]]:
    """Return the types of each of *things* that has any, sorted."""
    found: dict[str, set[str]] = {}
    for thing, _, kind, _ in values(backend, list(dict.fromkeys(things)), [PREFIXES["rdf"] + "type"]):
        found.setdefault(thing, set()).add(kind)
    return {thing: sorted(kinds) for thing, kinds in found.items()}


def family_of(types: Iterable[str]) -> tuple[str, str]:
    """Return what *types* make of a thing: its family ('work', 'artifact', 'term', 'thing'…) and its kind in words."""
    wanted = sorted(types, key=lambda iri: (iri in _GENERAL, iri))
    for iri in wanted:
        if iri in _FAMILY:
            return _FAMILY[iri], in_words(local_name(iri))
    for iri in wanted:
        if iri in _TERMS:
            return "term", _TERMS[iri]
    for iri in wanted:
        if iri in _OTHERS:
            return _OTHERS[iri]
    own = [iri for iri in wanted if iri.startswith(AG)]
    return "thing", in_words(local_name((own or wanted)[0])) if wanted else "thing"


def in_words(name: str) -> str:
    """Return the camel-case *name* as words: ``ConferencePaper`` as ``conference paper``."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
