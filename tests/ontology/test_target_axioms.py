"""With the axioms of the vocabularies that ours is mapped to: no contradiction, and no type that a thing must not have.

`tests/data/target-axioms.ttl` holds these axioms, so that no network is needed.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import find_sources, parse_file, read_quads
from aligngraph.rdf.namespaces import AG, PREFIXES, shorten
from aligngraph.reasoning.closure import Inference, infer
from aligngraph.reasoning.consistency import find_inconsistencies
from aligngraph.stores.push import is_mapping
from tests.conftest import ROOT

AXIOMS = Path(__file__).parents[1] / "data" / "target-axioms.ttl"
TYPE = PREFIXES["rdf"] + "type"
AGENT = {"foaf:Agent", "dcterms:Agent", "prov:Agent"}
DOCUMENT = {"foaf:Document", "bibo:Document"}

# What members of each class may be said to be, in the vocabularies whose axioms are there; no class that is missing
# here may have a member with such a type. PRO has roles in the context of documents, so a work with a byline is one.
MAY_BE = {
    "Algorithm": {"fabio:Algorithm", "fabio:Specification", "fabio:Work"},
    "Approach": {"skos:Concept"},
    "Book": DOCUMENT,
    "BookChapter": {"fabio:BookChapter", "fabio:Chapter", "fabio:Expression", *DOCUMENT},
    "BookEdition": {"fabio:Book", "fabio:Expression", *DOCUMENT},
    "BookSeries": {"fabio:BookSeries", "fabio:Series", "fabio:Expression", "fabio:ExpressionCollection"},
    "ConferencePaper": {"fabio:ConferencePaper", "fabio:ProceedingsPaper", "fabio:Expression", *DOCUMENT},
    "CuratedPlacing": {"prov:Entity"},
    "Dataset": {"fabio:Dataset", "fabio:Work", "dcat:Dataset"},
    "DatasetRelease": {"fabio:Expression"},
    "Goal": {"skos:Concept"},
    "JournalArticle": {"bibo:AcademicArticle", "bibo:Article", "fabio:Expression", *DOCUMENT},
    "Listing": {"prov:Entity"},
    "Method": {"skos:Concept"},
    "Paper": {"fabio:ScholarlyWork", "fabio:Work", *DOCUMENT},
    "Organization": {"foaf:Organization", *AGENT},
    "Person": {"foaf:Person", *AGENT},
    "Preprint": {"fabio:Preprint", "fabio:Manuscript", "fabio:Expression"},
    "Report": {"fabio:Report", "fabio:Work", *DOCUMENT},
    "ReportDocument": {"fabio:ReportDocument", "fabio:Expression", *DOCUMENT},
    "Software": {"fabio:Software"},
    "Survey": {"prov:Entity"},
    "SurveyInstrument": {"fabio:Questionnaire", "fabio:Work", *DOCUMENT},
    "WebPage": DOCUMENT,
    "WebPublication": {"fabio:WebContent", "fabio:Expression", *DOCUMENT},
    "WorkshopPaper": {"fabio:WorkshopPaper", "fabio:ProceedingsPaper", "fabio:Expression", *DOCUMENT},
}
KNOWN = ("bibo", "dcat", "dcterms", "fabio", "foaf", "prov", "skos")


@cache
def asserted() -> tuple[ox.Quad, ...]:
    mappings = [quad for quad in parse_file(ROOT / "ontology" / "mappings.ttl") if is_mapping(quad.triple)]
    assert len(mappings) > 50
    return (*read_quads(find_sources()), *mappings, *ox.parse(path=AXIOMS, format=ox.RdfFormat.TURTLE))


@cache
def inference() -> Inference:
    return infer(list(asserted()))


def with_also(turtle: str) -> Inference:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return infer([*asserted(), *ox.parse(prefixes + turtle, format=ox.RdfFormat.TURTLE)])


def test_nothing_contradicts_the_vocabularies_we_map_to() -> None:
    assert inference().beyond == []
    assert list(find_inconsistencies(inference())) == []


def test_no_two_things_become_the_same() -> None:
    """FOAF's homepage is inverse functional: of two things with one homepage it makes one."""
    assert inference().same == {}


def test_nothing_is_of_a_type_that_it_must_not_have() -> None:
    types: dict[ox.NamedNode, set[str]] = defaultdict(set)
    for triple in (*inference(), *(quad.triple for quad in asserted())):
        if triple.predicate.value == TYPE and isinstance(triple.subject, ox.NamedNode):
            types[triple.subject].add(triple.object.value)
    own = {thing: {iri.removeprefix(AG) for iri in found if iri.startswith(AG)} for thing, found in types.items()}
    wrong = set()
    for thing, classes in own.items():
        others = {shorten(iri) for iri in types[thing] if shorten(iri).partition(":")[0] in KNOWN}
        allowed = set().union(*(MAY_BE.get(name, set()) for name in classes))
        if classes and others - allowed:
            wrong.add((thing.value, *sorted(others - allowed)))
    assert wrong == set()
    assert sum(bool(found & MAY_BE.keys()) for found in own.values()) > 1_500


@pytest.mark.parametrize(
    ("axiom", "type_"),
    [
        # Mappings of version 0.1.0 that were given up for what they entail.
        ("ag:issue rdfs:subPropertyOf bibo:issue . bibo:issue rdfs:domain bibo:Issue .", "bibo:Issue"),
        ("ag:volume rdfs:subPropertyOf bibo:volume . bibo:volume rdfs:domain bibo:Volume .", "bibo:Volume"),
    ],
)
def test_a_mapping_with_a_narrower_domain_would_be_found(axiom: str, type_: str) -> None:
    prefix, _, name = type_.partition(":")
    found = {t.subject for t in with_also(axiom) if t.object == ox.NamedNode(PREFIXES[prefix] + name)}
    assert found


@pytest.mark.parametrize(
    "axiom",
    [
        "ag:Publication rdfs:subClassOf <http://purl.org/spar/fabio/Work> .",
        "ag:Paper rdfs:subClassOf <http://purl.org/spar/fabio/Expression> .",
        "ag:Person rdfs:subClassOf <http://purl.org/vocab/frbr/core#Work> .",
    ],
)
def test_a_level_of_frbr_that_is_not_its_own_would_be_found(axiom: str) -> None:
    """FRBR keeps works, expressions and people apart."""
    assert list(find_inconsistencies(with_also(axiom)))


def test_a_shared_homepage_would_be_found() -> None:
    one = "https://w3id.org/aligngraph/artifact/dpo"
    found = with_also(
        f"<{one}> foaf:homepage <https://example.org/> . <{one}-2> foaf:homepage <https://example.org/> ."
    )
    assert found.same or found.beyond
