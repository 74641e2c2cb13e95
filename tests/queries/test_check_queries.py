"""Each check finds what it is for, in a few statements made for it, and nothing once they are mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.queries.stored import find_query, list_queries
from aligngraph.rdf.namespaces import PREFIXES, expand
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.endpoint import Remote
from tests.conftest import Run
from tests.support.servers import as_user
from tests.support.triplestores import Jena, VirtuosoServer, environment


@dataclass(frozen=True)
class Case:
    """Statements that break a check, the same mended, and the things that the check must name."""

    broken: str
    mended: str
    offenders: tuple[str, ...]


_TITLED = 'work:a a ag:Work ; dcterms:title "A"@en .'
_PRINTED = f"{_TITLED} publication:a-acl ag:publicationOf work:a ; ag:publicationYear 2022 ."
_HEADED = 'section:s a ag:Section ; ag:heading "S" . listing:x ag:inSection section:s ; ag:position 1 .'
_ON_HUBS = (
    "artifact:a rdfs:label 'A' ; ag:homepage <https://huggingface.co/b/a> ; ag:repository <https://github.com/b/a>"
)
_CORRECTED = (
    "correction:r ag:corrects listing:x ; ag:correctsLink link:x-1 ; ag:correctedValue 'https://example.org/right' ."
    "correction:s ag:corrects listing:y ; ag:correctsLink link:y-1 ."
    "link:x-1 ag:target <https://example.org/wrong> . link:y-1 ag:target <https://example.org/wrong> ."
    "listing:x ag:lists work:a . listing:y ag:lists work:a . artifact:a ag:introducedBy work:a ; rdfs:label 'A' ."
)
_UNSOURCED = (
    "artifact:a ag:introducedBy work:a ; ag:baseModel artifact:b . work:a ag:reportsOn artifact:c ."
    "placing:p a ag:CuratedPlacing ; ag:places work:a ; ag:evidence 'abstract of the paper' ."
)
_LINKED = (
    "<urn:example:m> a sssom:Mapping ; rdfs:label 'M' ; sssom:subject_id publication:a ;"
    "  sssom:object_id <https://doi.org/10.1/a> ;"
)

CASES = {
    "check-author-order": Case(
        f"{_TITLED} work:a ag:hasAuthorship authorship:a-001 , authorship:a-003 ."
        "authorship:a-001 ag:ordinal 1 . authorship:a-003 ag:ordinal 3 .",
        f"{_TITLED} work:a ag:hasAuthorship authorship:a-001 , authorship:a-003 ."
        "authorship:a-001 ag:ordinal 1 . authorship:a-003 ag:ordinal 2 .",
        ("work:a",),
    ),
    "check-corrected-links": Case(
        f"{_CORRECTED} artifact:a ag:dataLocation <https://example.org/wrong> .",
        f"{_CORRECTED} artifact:a ag:dataLocation <https://example.org/right> ;"
        "  ag:homepage <https://example.org/wrong> .",
        ("artifact:a", "correction:r", "correction:s"),
    ),
    "check-differences-from-sources": Case(
        f"{_LINKED} sssom:other 'pages: here 1-9, there 2-9' .",
        f"{_LINKED} rdfs:comment 'none' . <urn:example:n> a sssom:Mapping ; rdfs:label 'N' ;"
        "  sssom:subject_id publication:b ; sssom:object_id <https://doi.org/10.1/b> ;"
        "  sssom:other 'year: here 1, there 2 (looked up)' .",
        ("publication:a",),
    ),
    "check-facts-without-source": Case(
        f"{_UNSOURCED} work:a ag:evidence 'title' .",
        f"{_UNSOURCED} artifact:a dcterms:source <https://example.org/a> ."
        "placing:p dcterms:source <https://example.org/a> ."
        "work:a ag:evidence 'title; its abstract, for what it reports on' .",
        ("artifact:a", "placing:p", "work:a"),
    ),
    "check-hub-identifiers": Case(
        f"{_ON_HUBS} .artifact:c rdfs:label 'C' ; ag:dataLocation <https://github.com/b/c/tree/main/data> ."
        "artifact:d a ag:BaseModel ; rdfs:label 'D' ; ag:homepage <https://github.com/b/d> .",
        f"{_ON_HUBS} ; ag:huggingFaceId 'b/a' ; ag:githubRepository 'b/a' ."
        "artifact:c rdfs:label 'C' ; ag:homepage <https://huggingface.co/b> , <https://b.github.io/c> .",
        ("artifact:a", "artifact:c"),
    ),
    "check-listing-positions": Case(
        f"{_HEADED} listing:y ag:inSection section:s ; ag:position 1 .",
        f"{_HEADED} listing:y ag:inSection section:s ; ag:position 2 .",
        ("section:s",),
    ),
    "check-missing-labels": Case(
        'person:a a ag:Person . person:b a ag:Person ; rdfs:label "B" . link:x a ag:Link .',
        'person:a a ag:Person ; rdfs:label "A" . link:x a ag:Link ; ag:linkLabel "Paper" .',
        ("person:a", "link:x"),
    ),
    "check-publication-before-work": Case(
        f"{_PRINTED} work:a ag:firstPublicYear 2023 .",
        f"{_PRINTED} work:a ag:firstPublicYear 2022 .",
        ("publication:a-acl", "work:a"),
    ),
    "check-shared-identifiers": Case(
        'publication:a-acl ag:doi "10.1/x" . publication:b-acl ag:doi "10.1/x" .',
        'publication:a-acl ag:doi "10.1/x" . publication:b-acl ag:doi "10.1/y" .',
        ("publication:a-acl", "publication:b-acl"),
    ),
    "check-unused-people-and-venues": Case(
        'person:a a ag:Person ; rdfs:label "A" . venue:v a ag:Venue ; rdfs:label "V"@en .',
        'person:a a ag:Person ; rdfs:label "A" . venue:v a ag:Venue ; rdfs:label "V"@en .'
        "authorship:a-001 ag:person person:a . publication:a-v ag:venue venue:v .",
        ("person:a", "venue:v"),
    ),
    "check-works-without-place": Case(
        _TITLED,
        f"{_TITLED} work:a ag:usesMethod method:ranking-based .",
        ("work:a",),
    ),
}


def test_every_check_has_a_case() -> None:
    assert sorted(CASES) == [query.name for query in list_queries() if query.is_check]


@pytest.mark.parametrize("name", CASES)
def test_check_names_what_is_wrong(name: str) -> None:
    found = named_by(name, CASES[name].broken)
    assert found == {expand(curie) for curie in CASES[name].offenders}


@pytest.mark.parametrize("name", CASES)
def test_check_is_silent_once_it_is_fixed(name: str) -> None:
    assert named_by(name, CASES[name].mended) == set()


@pytest.mark.slow
def test_virtuoso_names_the_same(run: Run, virtuoso: VirtuosoServer, tmp_path: Path) -> None:
    for name, case in CASES.items():
        (tmp_path / "broken.ttl").write_text(f"{PROLOGUE}{case.broken}", encoding="utf-8")
        given = ("--data", tmp_path, "--no-ontology", "--no-inferred")
        done = run("push", as_user(virtuoso.address), *given, env=environment(**virtuoso.account))
        assert done.code == 0, done
        found = things(Remote(virtuoso.endpoint).select(find_query(name).text))
        assert {expand(curie) for curie in case.offenders} <= found, name


@pytest.mark.slow
def test_jena_names_the_same(jena: Jena, tmp_path: Path) -> None:
    tasks = []
    for name, case in CASES.items():
        data, query = tmp_path / f"{name}.nq", tmp_path / f"{name}.rq"
        triples = ox.parse(f"{PROLOGUE}{case.broken}", ox.RdfFormat.TURTLE)
        quads = [ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode("urn:example:g")) for one in triples]
        data.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        query.write_text(find_query(name).text, encoding="utf-8")
        tasks.append(("query", data, query))
    for answer, (name, case) in zip(jena.do(tasks), CASES.items(), strict=True):
        rows = ox.parse_query_results(answer, ox.QueryResultsFormat.JSON)
        assert isinstance(rows, ox.QuerySolutions)
        assert things(rows) == {expand(curie) for curie in case.offenders}, name


PROLOGUE = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


def named_by(name: str, turtle: str) -> set[str]:
    """Return the things of the catalogue that the check's rows name."""
    store = ox.Store()
    store.load(f"{PROLOGUE}{turtle}".encode(), format=ox.RdfFormat.TURTLE)
    assert len(store) > 0
    return things(Embedded(store).select(find_query(name).text))


def things(rows: Iterable[Iterable[object]]) -> set[str]:
    return {
        term.value
        for row in rows
        for term in row
        if isinstance(term, ox.NamedNode)
        and term.value.startswith("https://w3id.org/aligngraph/")
        and not term.value.startswith(PREFIXES["ag"])
    }
