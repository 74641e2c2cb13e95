"""Each check finds what it is for, in a few statements made for it, and nothing once they are mended."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
import pytest

from aligngraph.queries.stored import find_query, list_queries
from aligngraph.rdf.namespaces import PREFIXES, expand
from aligngraph.sparql.backend import Embedded


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
    "<urn:m> a sssom:Mapping ; rdfs:label 'M' ; sssom:subject_id publication:a ;"
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
        f"{_LINKED} rdfs:comment 'none' . <urn:n> a sssom:Mapping ; sssom:subject_id publication:b ; rdfs:label 'N' ;"
        "  sssom:object_id <https://doi.org/10.1/b> ; sssom:other 'year: here 1, there 2 (looked up)' .",
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
def test_check_is_silent_once_it_is_mended(name: str) -> None:
    assert named_by(name, CASES[name].mended) == set()


def named_by(name: str, turtle: str) -> set[str | None]:
    """Return the things of the catalogue that the check's rows name."""
    store = ox.Store()
    prologue = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    store.load(f"{prologue}{turtle}".encode(), format=ox.RdfFormat.TURTLE)
    assert len(store) > 0
    return {
        term.value
        for row in Embedded(store).select(find_query(name).text)
        for term in row
        if isinstance(term, ox.NamedNode)
        and term.value.startswith("https://w3id.org/aligngraph/")
        and not term.value.startswith(PREFIXES["ag"])
    }
