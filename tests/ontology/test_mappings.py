"""Each mapping joins a term of ours to a term of a vocabulary we read, and says why."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import AG, BASE, PREFIXES

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ontology" / "mappings.ttl"
DATA = sorted((ROOT / "data").rglob("*.ttl"))
OWL, RDF, RDFS, SKOS = (PREFIXES[name] for name in ("owl", "rdf", "rdfs", "skos"))

RELATIONS = {
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    RDFS + "seeAlso",
    SKOS + "broadMatch",
    SKOS + "closeMatch",
    SKOS + "exactMatch",
    SKOS + "narrowMatch",
    SKOS + "relatedMatch",
}

# The terms mapped to, each looked up in the vocabulary's own file when the mapping was made.
TARGETS = {
    "http://purl.org/ontology/bibo/": "doi isbn issue pages volume",
    "http://purl.org/spar/datacite/": "arxiv doi isbn orcid",
    "http://purl.org/spar/fabio/": (
        "Algorithm Book BookChapter BookSeries ConferencePaper Dataset Expression Journal JournalArticle "
        "Preprint Questionnaire Report ReportDocument ScholarlyWork Software WebContent WebPage WebSite Work "
        "WorkshopPaper hasArXivId hasPublicationYear"
    ),
    "http://purl.org/spar/pro/": "RoleInTime isDocumentContextFor isHeldBy relatesToDocument",
    "http://purl.org/vocab/frbr/core#": "realization realizationOf",
    "http://www.w3.org/ns/dcat#": "Dataset landingPage",
    "http://www.w3.org/ns/mls#": "Algorithm Dataset EvaluationSpecification Model Software",
    "http://www.w3.org/ns/prov#": "Agent",
    "http://xmlns.com/foaf/0.1/": "Agent Organization Person familyName givenName homepage page",
    "https://dblp.org/rdf/schema#": (
        "Article AuthorSignature Book Conference Data Group Incollection Informal Inproceedings Journal Person "
        "Publication Repository Series Stream authorOf authoredBy doi hasSignature isbn orcid pagination "
        "publishedInStream signatureCreator signatureDblpName signatureOrdinal signaturePublication "
        "yearOfPublication"
    ),
    "https://schema.org/": (
        "Book BookSeries Chapter CorrectionComment CreativeWork CreativeWorkSeries Dataset DefinedTerm ItemList "
        "ListItem Organization Periodical Person Report Role ScholarlyArticle SoftwareSourceCode WebPage "
        "WebSite about alternateName author codeRepository exampleOfWork familyName givenName isbn issueNumber item "
        "itemListElement pagination position volumeNumber workExample"
    ),
    "https://w3id.org/airo#": "AIModel AITechnique",
    "https://w3id.org/dpv/ai#": "Benchmarking Model Technique",
    "https://w3id.org/fair4ml#": "MLModel",
    "https://w3id.org/spice/SON/HaidtValues#": "DyadicOpposition",
    "https://w3id.org/spice/SON/SchwartzValues#": "Value",
}

Mapping = tuple[str, str, str]


@cache
def triples() -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=FILE, format=ox.RdfFormat.TURTLE))


def iri(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value


def mappings() -> list[Mapping]:
    """Subject, relation and target of each mapping between names."""
    return [
        (iri(t.subject), t.predicate.value, t.object.value)
        for t in triples()
        if t.predicate.value in RELATIONS and isinstance(t.object, ox.NamedNode)
    ]


def value(subject: object, predicate: str) -> object:
    (found,) = [t.object for t in triples() if t.subject == subject and t.predicate.value == predicate]
    return found


def reasons() -> list[tuple[object, object, object]]:
    """Subject, relation and target of each statement that a comment explains."""
    explained = [t.subject for t in triples() if t.predicate.value == OWL + "annotatedSource"]
    for axiom in explained:
        comment = value(axiom, RDFS + "comment")
        assert isinstance(comment, ox.Literal)
        assert comment.language == "en"
        assert comment.value.endswith(".")
        assert len(comment.value.split()) >= 3
    fields = ("annotatedSource", "annotatedProperty", "annotatedTarget")
    return [
        (value(axiom, OWL + fields[0]), value(axiom, OWL + fields[1]), value(axiom, OWL + fields[2]))
        for axiom in explained
    ]


def test_targets_are_those_that_were_looked_up() -> None:
    found: dict[str, set[str]] = {namespace: set() for namespace in TARGETS}
    for _, _, target in mappings():
        namespace = max((n for n in TARGETS if target.startswith(n)), key=len, default=target)
        found.setdefault(namespace, set()).add(target.removeprefix(namespace))
    assert found == {namespace: set(names.split()) for namespace, names in TARGETS.items()}


def test_every_mapping_says_why() -> None:
    stated = {
        (t.subject, ox.NamedNode(t.predicate.value), t.object) for t in triples() if t.predicate.value in RELATIONS
    }
    assert len(stated) > 100
    assert Counter(reasons()) == Counter(stated)


def test_subjects_are_terms_and_things_of_the_catalogue() -> None:
    ontology = ROOT / "ontology" / "aligngraph.ttl"
    known = {quad.subject for path in (ontology, *DATA) for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}
    subjects = {subject for subject, _, _ in mappings()}
    assert all(subject.startswith(BASE) for subject in subjects)
    assert {subject for subject in subjects if ox.NamedNode(subject) not in known} == set()


def test_only_own_terms_are_put_below_others() -> None:
    below = [m for m in mappings() if m[1].startswith(RDFS + "sub")]
    assert below
    assert all(subject.startswith(AG) for subject, _, _ in below)


def test_nothing_is_said_of_the_terms_of_others_but_what_kind_they_are() -> None:
    said = {t.predicate.value for t in triples() if isinstance(t.subject, ox.NamedNode) and BASE not in t.subject.value}
    assert said == {RDF + "type"}


def test_every_order_is_one_property_for_who_knows_schema_org() -> None:
    place = "https://schema.org/position"
    orders = {
        subject for subject, relation, target in mappings() if (relation, target) == (RDFS + "subPropertyOf", place)
    }
    assert orders == {AG + name for name in ("linkOrder", "order", "ordinal", "position")}


def test_a_pair_is_mapped_in_one_way() -> None:
    pairs = Counter((subject, target) for subject, _, target in mappings())
    assert [pair for pair, count in pairs.items() if count > 1] == []


def test_mappings_are_an_ontology_that_imports_the_terms() -> None:
    header = ox.NamedNode(BASE + "mappings")
    assert value(header, OWL + "imports") == ox.NamedNode(BASE + "ontology")
    assert value(header, OWL + "versionIRI") == ox.NamedNode(BASE + "mappings/0.2.0")


@pytest.mark.parametrize("field", ["title", "description", "creator", "publisher", "license", "created", "modified"])
def test_header_has(field: str) -> None:
    assert value(ox.NamedNode(BASE + "mappings"), PREFIXES["dcterms"] + field)


def test_no_mapping_turns_a_term_into_a_concept() -> None:
    assert {subject for subject, relation, _ in mappings() if relation.startswith(SKOS)} == set()


def test_what_is_only_alike_says_which_relation_of_skos_is_meant() -> None:
    named = {t.subject for t in triples() if t.predicate.value == "https://w3id.org/sssom/predicate_id"}
    loose = {
        t.subject
        for t in triples()
        if t.predicate.value == OWL + "annotatedProperty" and t.object == ox.NamedNode(RDFS + "seeAlso")
    }
    assert named == loose
    assert len(loose) > 60
