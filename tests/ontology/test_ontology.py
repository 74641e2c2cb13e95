"""The ontology says what its terms mean, and everything in the data and the queries is a term it knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph._version import __version__
from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.rdf.namespaces import AG, BASE, ONTOLOGY, PREFIXES, shorten
from aligngraph.reasoning.closure import closure

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ontology" / "aligngraph.ttl"
QUERIES = sorted((ROOT / "queries").glob("*.rq"))

HEADER_FIELDS = (
    "bibo:status",
    "dcterms:abstract",
    "dcterms:bibliographicCitation",
    "dcterms:contributor",
    "dcterms:created",
    "dcterms:creator",
    "dcterms:description",
    "dcterms:issued",
    "dcterms:license",
    "dcterms:modified",
    "dcterms:publisher",
    "dcterms:source",
    "dcterms:title",
    "owl:versionIRI",
    "owl:versionInfo",
    "schema:includedInDataCatalog",
    "schema:logo",
    "vann:preferredNamespacePrefix",
    "vann:preferredNamespaceUri",
)

# What people ask for; a term that goes missing breaks their queries.
CLASSES = """
    Agent Algorithm Approach Artifact Authorship BaseModel Benchmark BlogLink Book BookChapter BookEdition BookSeries
    CheckpointLink ConferencePaper ConferenceSeries Contribution Correction CuratedPlacing DataLink Dataset
    DatasetRelease Entity Goal Journal JournalArticle LeaderboardLink Link Listing Method Model Organization Paper
    PaperLink Person Placing Preprint PreprintServer PrincipleSet ProjectLink Publication Publisher Report
    ReportDocument Section Software SourcedRecord Survey SurveyInstrument SurveyProgramme ValueSurvey ValueTheory
    Venue WebLink WebPage WebPublication Website Work WorkshopPaper WorkshopSeries
""".split()

Term = ox.NamedNode


def term(curie: str) -> Term:
    prefix, _, local = curie.partition(":")
    return Term(PREFIXES[prefix] + local)


TYPE = term("rdf:type")
KINDS = {term(f"owl:{kind}") for kind in ("Class", "ObjectProperty", "DatatypeProperty")}
DECLARATIONS = KINDS | {term("owl:AnnotationProperty")}
BUILT_IN = ("owl", "rdf", "rdfs", "xsd")


class Statements:
    """Triples, to be asked for what one says of another."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = frozenset(triples)

    def objects(self, subject: object, predicate: str) -> list[object]:
        wanted = term(predicate)
        return [t.object for t in self.triples if t.subject == subject and t.predicate == wanted]

    def text(self, subject: object, predicate: str) -> list[str]:
        return [o.value for o in self.objects(subject, predicate) if isinstance(o, ox.Literal)]

    def instances(self, classes: Iterable[Term]) -> Iterator[Term]:
        wanted = set(classes)
        for triple in self.triples:
            if triple.predicate == TYPE and triple.object in wanted and isinstance(triple.subject, Term):
                yield triple.subject


@cache
def ontology() -> Statements:
    return Statements(quad.triple for quad in ox.parse(path=FILE, format=ox.RdfFormat.TURTLE))


@cache
def catalogue() -> tuple[ox.Quad, ...]:
    return tuple(read_quads(find_sources()))


@cache
def data() -> frozenset[ox.Triple]:
    return frozenset(quad.triple for quad in catalogue() if "/graph/ontology/" not in str(quad.graph_name))


def own_terms() -> list[Term]:
    return sorted({t for t in ontology().instances(KINDS) if t.value.startswith(AG)}, key=str)


def own_properties() -> list[Term]:
    return [t for t in own_terms() if term("owl:Class") not in ontology().objects(t, "rdf:type")]


def is_built_in(iri: str) -> bool:
    return any(iri.startswith(PREFIXES[prefix]) for prefix in BUILT_IN)


TERMS = pytest.mark.parametrize("name", own_terms(), ids=lambda name: str(name.value.removeprefix(AG)))
PROPERTIES = pytest.mark.parametrize("name", own_properties(), ids=lambda name: str(name.value.removeprefix(AG)))


def test_all_classes_are_there() -> None:
    classes = {t.value for t in ontology().instances([term("owl:Class")]) if t.value.startswith(AG)}
    assert classes == {AG + name for name in CLASSES}


def test_there_are_properties() -> None:
    """Without any, the tests below would pass."""
    assert len(own_properties()) > 60


@TERMS
def test_term_has_one_english_label(name: Term) -> None:
    labels = ontology().objects(name, "rdfs:label")
    assert [label.language for label in labels if isinstance(label, ox.Literal)] == ["en"]


@TERMS
def test_term_has_one_definition_that_is_a_sentence(name: Term) -> None:
    (definition,) = ontology().objects(name, "skos:definition")
    assert isinstance(definition, ox.Literal)
    assert definition.language == "en"
    assert definition.value[0].isupper()
    assert definition.value.endswith(".")
    assert len(definition.value.split()) >= 5


@TERMS
def test_definition_does_not_repeat_the_label(name: Term) -> None:
    (label,) = ontology().text(name, "rdfs:label")
    (definition,) = ontology().text(name, "skos:definition")
    assert not re.search(rf"\b{re.escape(label)}\b", definition, re.IGNORECASE)


@TERMS
def test_term_is_defined_by_the_ontology(name: Term) -> None:
    assert ontology().objects(name, "rdfs:isDefinedBy") == [Term(ONTOLOGY)]


@TERMS
def test_name_has_the_case_of_its_kind(name: Term) -> None:
    is_class = term("owl:Class") in ontology().objects(name, "rdf:type")
    local = name.value.removeprefix(AG)
    assert re.fullmatch("[A-Z][A-Za-z]+" if is_class else "[a-z][A-Za-z]+", local)


@PROPERTIES
def test_property_has_one_domain_and_one_range(name: Term) -> None:
    assert len(ontology().objects(name, "rdfs:domain")) == 1
    assert len(ontology().objects(name, "rdfs:range")) == 1


@PROPERTIES
def test_object_property_ranges_over_a_class_and_the_others_over_a_datatype(name: Term) -> None:
    (values,) = ontology().objects(name, "rdfs:range")
    if term("owl:ObjectProperty") in ontology().objects(name, "rdf:type"):
        assert term("owl:Class") in ontology().objects(values, "rdf:type")
    else:
        assert values in {term("xsd:boolean"), term("xsd:integer"), term("xsd:string")}


def test_labels_are_unique() -> None:
    labels = [ontology().text(name, "rdfs:label")[0].casefold() for name in own_terms()]
    assert sorted(set(labels)) == sorted(labels)


def test_definitions_are_unique() -> None:
    definitions = [ontology().text(name, "skos:definition")[0] for name in own_terms()]
    assert sorted(set(definitions)) == sorted(definitions)


@pytest.mark.parametrize("field", HEADER_FIELDS)
def test_header_has(field: str) -> None:
    assert ontology().objects(Term(ONTOLOGY), field)


def test_version_iri_is_that_of_this_version() -> None:
    (version,) = ontology().text(Term(ONTOLOGY), "owl:versionInfo")
    assert ontology().objects(Term(ONTOLOGY), "owl:versionIRI") == [Term(f"{ONTOLOGY}/{version}")]


@pytest.mark.parametrize("name", ["aligngraph", "shapes", "mappings"])
def test_each_vocabulary_is_version_0_2_0_and_names_the_one_before(name: str) -> None:
    header = ONTOLOGY if name == "aligngraph" else f"{BASE}{name}"
    said: dict[str, str] = {}
    for quad in ox.parse(path=FILE.with_name(f"{name}.ttl"), format=ox.RdfFormat.TURTLE):
        if quad.subject == ox.NamedNode(header):
            said[shorten(quad.predicate.value)] = getattr(quad.object, "value", "")
    assert said["owl:versionInfo"] == __version__ == "0.2.0"
    assert said["owl:versionIRI"] == f"{header}/0.2.0"
    assert said["owl:priorVersion"] == f"{header}/0.1.0"


def test_every_name_of_version_0_1_0_is_there_or_says_what_takes_its_place() -> None:
    names = (Path(__file__).parent / "iris-0.1.0.txt").read_text(encoding="utf-8").split()
    assert len(names) == 361
    said: dict[str, dict[str, list[str]]] = {}
    for name in ("aligngraph", "shapes"):
        for quad in ox.parse(path=FILE.with_name(f"{name}.ttl"), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode):
                values = said.setdefault(quad.subject.value, {})
                values.setdefault(shorten(quad.predicate.value), []).append(getattr(quad.object, "value", ""))
    assert set(names) - said.keys() == set()
    gone = {name for name in names if said[name].get("owl:deprecated") == ["true"]}
    assert gone
    for name in gone:
        (instead,) = said[name]["dcterms:isReplacedBy"]
        assert instead not in gone
        assert instead in said, name
    for name in set(names) - gone:
        assert "rdf:type" in said[name], name


def test_preferred_namespace_is_that_of_the_terms() -> None:
    assert ontology().text(Term(ONTOLOGY), "vann:preferredNamespaceUri") == [AG]
    assert ontology().text(Term(ONTOLOGY), "vann:preferredNamespacePrefix") == ["ag"]


def test_the_data_catalogue_in_the_header_is_described_in_the_data() -> None:
    (found,) = ontology().objects(Term(ONTOLOGY), "schema:includedInDataCatalog")
    assert any(t.subject == found and t.object == term("dcat:Catalog") for t in data())


def test_the_survey_in_the_header_is_described_in_the_data() -> None:
    (found,) = ontology().objects(Term(ONTOLOGY), "dcterms:source")
    assert any(t.subject == found and t.object == term("ag:Survey") for t in data())


def test_the_logo_is_shipped() -> None:
    (logo,) = ontology().objects(Term(ONTOLOGY), "schema:logo")
    assert isinstance(logo, ox.NamedNode)
    assert (FILE.parent / logo.value.rpartition("/")[2]).is_file()


def test_every_property_in_the_data_is_declared() -> None:
    declared = set(ontology().instances(DECLARATIONS))
    used = {t.predicate for t in data() if not is_built_in(t.predicate.value)}
    assert used
    assert used <= declared, sorted(shorten(t.value) for t in used - declared)


def test_every_class_in_the_data_is_declared() -> None:
    declared = set(ontology().instances([term("owl:Class")]))
    used = {t.object for t in data() if t.predicate == TYPE}
    used.remove(term("owl:Ontology"))  # the catalogue, so that a dump of it can import the terms
    assert used
    assert used <= declared, sorted(map(str, used - declared))


def test_every_foreign_term_that_is_declared_is_used() -> None:
    """In the data or the ontology, in a rule of the shapes, or in what the tool writes."""
    used = {t.value for quad in catalogue() for t in (quad.predicate, quad.object) if isinstance(t, Term)}
    folders = (ROOT / "src" / "aligngraph", ROOT / "ontology")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".ttl")]
    text = "".join(path.read_text(encoding="utf-8") for path in files if path.name not in ("aligngraph.ttl",))
    words = {*re.findall(r"\w+", text), "sparqlEndpoint"}  # which who runs an endpoint adds
    declared = {t.value for t in ontology().instances(DECLARATIONS) if not t.value.startswith(AG)}
    unused = {iri for iri in declared - used if re.split("[/#]", iri)[-1] not in words}
    assert len(declared) > 100
    assert sorted(unused) == []


AT_HOME = {
    "owl:AnnotationProperty": """skos:altLabel skos:changeNote skos:definition skos:editorialNote skos:example
        skos:hiddenLabel skos:historyNote skos:note skos:prefLabel skos:scopeNote""",
    "owl:DatatypeProperty": """dcat:bbox dcat:byteSize dcat:centroid dcat:endDate dcat:startDate foaf:name skos:notation
        spdx:checksumValue vcard:fn""",
    "owl:ObjectProperty": """bibo:status dcat:accessURL dcat:contactPoint dcat:dataset dcat:distribution
        dcat:downloadURL dcat:landingPage dcat:mediaType dcat:theme dcat:themeTaxonomy foaf:homepage foaf:primaryTopic
        prov:wasAttributedTo prov:wasDerivedFrom skos:broadMatch skos:broader skos:closeMatch skos:exactMatch
        skos:hasTopConcept skos:inScheme skos:member skos:narrowMatch skos:narrower skos:related skos:relatedMatch
        skos:topConceptOf spdx:algorithm spdx:checksum vcard:hasURL""",
}
"""What kind of property others declare theirs to be; DCTERMS, schema.org, VANN and VoID leave it open."""
# DCAT declares no kind for the version. As data, keywords in a language are outside OWL 2 RL.
OTHERWISE = {"dcat:keyword", "dcat:version"}


def test_a_foreign_property_is_of_the_kind_it_has_at_home() -> None:
    """Else it is of two kinds where both files are loaded, which OWL 2 DL does not allow."""
    of_owl = {"bibo", "dcat", "foaf", "prov", "skos", "spdx", "vcard"}
    for kind, names in AT_HOME.items():
        declared = {shorten(t.value) for t in ontology().instances([term(kind)])}
        ours = {name for name in declared - OTHERWISE if name.partition(":")[0] in of_owl}
        assert ours == set(names.split()), kind


def test_every_own_term_in_the_queries_is_declared() -> None:
    declared = {shorten(t.value) for t in ontology().instances(DECLARATIONS)}
    used = {name for path in QUERIES for name in re.findall(r"\bag:\w+", path.read_text(encoding="utf-8"))}
    assert used
    assert used <= declared, sorted(used - declared)


def test_examples_are_true_of_the_catalogue() -> None:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    known = {quad.triple for quad in catalogue()} | set(closure(catalogue()))
    examples = [(name, text) for name in own_terms() for text in ontology().text(name, "skos:example")]
    assert len(examples) > 20
    for name, text in examples:
        stated = {quad.triple for quad in ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE)}
        assert stated
        assert stated <= known, f"{shorten(name.value)}: {sorted(map(str, stated - known))}"


def test_classes_with_a_common_parent_have_no_common_member() -> None:
    parents: dict[object, set[Term]] = {}
    for child in (t for t in own_terms() if ontology().objects(t, "rdfs:subClassOf")):
        for parent in ontology().objects(child, "rdfs:subClassOf"):
            parents.setdefault(parent, set()).add(child)
    groups = disjoint_groups()
    # A correction and a curated placing both have sources, and entities are kept apart one level up; one collection of
    # data may be both a dataset and a benchmark.
    checked = {
        parent: children - {term("ag:Benchmark")}
        for parent, children in parents.items()
        if parent not in (term("ag:Entity"), term("ag:SourcedRecord"))
    }
    assert len(checked) >= 7
    for parent, children in checked.items():
        assert any(children <= group for group in groups), str(parent)


def disjoint_groups() -> list[set[object]]:
    groups: list[set[object]] = [
        {t.subject, t.object} for t in ontology().triples if t.predicate == term("owl:disjointWith")
    ]
    for triple in ontology().triples:
        if triple.predicate == term("owl:members"):
            group: set[object] = set()
            rest: object = triple.object
            while rest != term("rdf:nil"):
                group.update(ontology().objects(rest, "rdf:first"))
                (rest,) = ontology().objects(rest, "rdf:rest")
            groups.append(group)
    return groups
