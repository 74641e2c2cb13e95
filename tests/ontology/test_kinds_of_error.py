"""Kinds of error that version 0.1.0 had, each as a query that returned something there and returns nothing now.

Asked of what is asserted and inferred. Counts by goal, approach and method are held to the page in
`tests/queries/test_page_counts.py`, single facts in `tests/ontology/test_facts.py`, labels people type in
`tests/ontology/test_taxonomy.py`, checklists of others in `tests/ontology/test_checklists.py`, mappings in
`tests/ontology/test_target_axioms.py`, labels and standard terms in `tests/catalogue/test_labels.py`, questions of
readers in `tests/queries/test_reader_questions.py`.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.reasoning.closure import closure

_OWN = "FILTER (STRSTARTS(STR(?x), STR(ag:)))"
KINDS = {
    "an artifact evaluates what only the heading of its work says": (
        "VALUES ?x { artifact:dpo artifact:raft artifact:nlpo artifact:instructgpt artifact:llama-2-chat } "
        "?x ag:evaluatesGoal goal:human-preferences"
    ),
    "a benchmark uses a method": "BIND (artifact:red-eval AS ?x) ?x a ag:Benchmark ; ag:usesMethod method:sft-based",
    "a goal that is offered has nothing below it": """VALUES ?x { goal:helpfulness goal:honesty goal:harmlessness }
        ?x a ag:Goal MINUS { ?w a ag:Work ; ag:addressesGoal ?x }""",
    "a work on personalised alignment has no goal": """BIND (method:personalized AS ?x)
        FILTER NOT EXISTS { ?w a ag:Work ; ag:usesMethod ?x ; ag:addressesGoal ?g }""",
    "a mark of the page is lost in a title": """?x a ag:Listing ; ag:titleAsPrinted ?t
        FILTER (CONTAINS(?t, "90%") && !CONTAINS(?t, "90\\\\%"))""",
    "a concept is no skos:Concept in the data": """?x skos:inScheme ?s
        FILTER NOT EXISTS { GRAPH ?g { ?x a skos:Concept } }""",
    "a scheme has no licence, creator or version": """?x a skos:ConceptScheme
        FILTER (NOT EXISTS { ?x dcterms:license ?l } || NOT EXISTS { ?x dcterms:creator ?c })""",
    "labels of a concept differ only in case": """?x skos:prefLabel|skos:altLabel ?a ; skos:altLabel ?b
        FILTER (STR(?a) != STR(?b) && LCASE(STR(?a)) = LCASE(STR(?b)))""",
    "another name of a concept means something else": """BIND (method:rl-based AS ?x) ?x skos:altLabel ?l
        FILTER (STR(?l) = "RLHF")""",
    "a method that works use is no concept": """VALUES ?l { "DPO" "PPO" "RLAIF" }
        BIND (method:rl-based AS ?x) FILTER NOT EXISTS {
          ?m a ag:Method ; skos:prefLabel|skos:altLabel|skos:hiddenLabel ?n FILTER (LCASE(STR(?n)) = LCASE(?l)) }""",
    "a set of principles counts as a theory": "BIND (artifact:hhh AS ?x) ?x a ag:ValueTheory",
    "the ISBN of a volume stands on a paper in it": """?x ag:isbn ?i ; a ?t
        FILTER (?t IN (ag:ConferencePaper, ag:WorkshopPaper, ag:JournalArticle))""",
    "no goal leads to another vocabulary": """BIND (goal:human-values AS ?x)
        FILTER NOT EXISTS { ?g a ag:Goal ; skos:relatedMatch|skos:closeMatch|skos:broadMatch|skos:exactMatch ?y }""",
    "rights are a text": "?x dcterms:rights ?r FILTER (isLiteral(?r))",
    "dataset and benchmark exclude each other": """?x owl:members/rdf:rest*/rdf:first ag:Dataset , ag:Benchmark""",
    "an identifier is of one kind of thing only": f"""VALUES ?x {{ ag:doi ag:homepage ag:repository ag:dataLocation }}
        ?x rdfs:domain ?d FILTER (?d != ag:Entity) {_OWN}""",
    "a text is a record of itself": "BIND (ag:Work AS ?x) ?x rdfs:subClassOf ag:SourcedRecord",
    "a term of others has another use than at home": "BIND (foaf:logo AS ?x) ?y foaf:logo ?z",
    "an artifact has no placing of its own": """?x a ag:Benchmark ; ag:introducedBy ?w
        FILTER NOT EXISTS { ?p ag:places ?x }""",
    "most publications of a journal have no pages": """BIND (ag:pages AS ?x)
        { SELECT (COUNT(*) AS ?n) { ?p ag:pages ?pages } } FILTER (?n < 20)""",
    "nothing has a licence": "BIND (dcterms:license AS ?x) FILTER NOT EXISTS { ?a a ag:Artifact ; dcterms:license ?l }",
    "nothing says what a model is based on": "BIND (ag:baseModel AS ?x) FILTER NOT EXISTS { ?a ag:baseModel ?b }",
    "nothing says what a method was trained on": "BIND (ag:trainedOn AS ?x) FILTER NOT EXISTS { ?a ag:trainedOn ?b }",
    "nothing says on what a paper reports": "BIND (ag:reportsOn AS ?x) FILTER NOT EXISTS { ?a ag:reportsOn ?b }",
    "no month of first publication is known": "BIND (ag:Work AS ?x) FILTER NOT EXISTS { ?w ag:firstPublicMonth ?m }",
    "an IRI of evidence stands nowhere": """BIND (ag:evidence AS ?x)
        FILTER NOT EXISTS { ?p a ag:CuratedPlacing ; dcterms:source ?s }""",
    "a corrected address has not reached the artifact": """BIND (artifact:openbookqa AS ?x)
        ?x ag:homepage ?h FILTER (CONTAINS(STR(?h), "leaderboard"))""",
    "a definition is narrower than what stands below": """VALUES ?x { approach:value-survey approach:value-theory }
        ?x skos:definition ?d
        FILTER (CONTAINS(STR(?d), "put to a model") || CONTAINS(STR(?d), "taking values from"))""",
    "a thing has no label": """?x a ?t FILTER (?t IN (ag:Publication, ag:Authorship, ag:Listing, ag:Correction))
        FILTER NOT EXISTS { ?x rdfs:label|dcterms:title ?l }""",
    "a placing of an artifact is that of its work's heading": "?x ag:placedUnder ?section",
    "a mark of the page is lost in a correction": """?x a ag:Correction ; ag:valueAsPrinted ?t
        FILTER (CONTAINS(?t, "90%") && !CONTAINS(?t, "90\\\\%"))""",
    "ranking is said to need no sampling": """BIND (method:ranking-based AS ?x) ?x skos:definition ?d
        FILTER (CONTAINS(?d, "without sampling"))""",
    "a reward model only scores": """BIND (approach:reward-model AS ?x) ?x skos:definition ?d
        FILTER (!CONTAINS(?d, "train"))""",
    "bylines joined by their name are said to be one human being": """BIND (ag:Person AS ?x) ?x skos:definition ?d
        FILTER (CONTAINS(?d, "human being"))""",
    "nothing says where a record of an artifact was read": """BIND (ag:Artifact AS ?x)
        FILTER NOT EXISTS { ?a a ag:Artifact ; ag:evidence ?e ; dcterms:source ?s }""",
    "a quarter of the artifacts has no address": """BIND (ag:repository AS ?x)
        { SELECT (COUNT(*) AS ?n) { ?a a ag:Artifact MINUS { ?a ag:homepage|ag:repository|ag:dataLocation ?p } } }
        FILTER (?n > 30)""",
    "most benchmarks have no address of their data": """BIND (ag:dataLocation AS ?x)
        { SELECT (COUNT(*) AS ?n) { ?a a ag:Benchmark MINUS { ?a ag:dataLocation ?p } } } FILTER (?n > 15)""",
    "what is published has another licence than the rest": """?x dcterms:license ?l
        FILTER (?l != <https://creativecommons.org/publicdomain/zero/1.0/>)
        FILTER EXISTS { ?x a ?t FILTER (?t IN (owl:Ontology, dcat:Dataset, dcat:Distribution, skos:ConceptScheme)) }
        FILTER NOT EXISTS { ?x a ag:Artifact }""",
    "no benchmark leads to another catalogue": """BIND (ag:Benchmark AS ?x)
        FILTER NOT EXISTS { ?b a ag:Benchmark ; schema:sameAs ?y }""",
    "a kind of distribution is missing": """
        VALUES ?x { ".nq" ".bib" ".csljson" ".croissant.zip" ".sssom.tsv" ".schemaorg.jsonld" }
        FILTER NOT EXISTS { ?d a dcat:Distribution ; dcat:downloadURL ?u FILTER (STRENDS(STR(?u), ?x)) }""",
    "who knows DCTERMS finds no author": """BIND (dcterms:creator AS ?x)
        FILTER NOT EXISTS { ?w a ag:Work ; dcterms:creator ?p }""",
    "who knows FOAF finds no name": "BIND (foaf:name AS ?x) FILTER NOT EXISTS { ?p a ag:Person ; foaf:name ?n }",
    "who knows FaBiO finds no paper": """BIND (ag:ConferencePaper AS ?x)
        FILTER NOT EXISTS { ?p a <http://purl.org/spar/fabio/ConferencePaper> }""",
}


@cache
def store() -> ox.Store:
    held = ox.Store()
    quads = list(read_quads(find_sources()))
    held.extend(quads)
    held.extend(ox.Quad(t.subject, t.predicate, t.object) for t in closure(quads))
    return held


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_error_is_gone(kind: str) -> None:
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    found = store().query(f"{prologue} SELECT DISTINCT ?x WHERE {{ {KINDS[kind]} }}", use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    assert sorted(str(row[0]) for row in found) == []
