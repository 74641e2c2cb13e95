"""Each source against a server that stands for it, over real sockets: by identifier, by search, and the unknown."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
import requests

from aligngraph._version import __version__
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import Form, preprint
from aligngraph.errors import ArgumentError
from aligngraph.linking.records import Publication, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import SOURCES, source
from tests.support.catalogues.rest import OTHER_TITLE, WRONG
from tests.support.catalogues.running import Services
from tests.support.catalogues.works import Work, orcid, person, work, works

OF_WORKS = tuple(name for name in SOURCES if name != "orcid")


def wanted(one: Work) -> Wanted:
    """Return *one* as a thing of ours."""
    forms = [preprint(one.arxiv, one.year)] if one.arxiv else []
    published = {name: value for name, value in one.published.items() if name != "issn"}
    forms += [Form(**published, acl=one.acl)] if published else []
    publications = tuple(Publication(f"https://x.example/{one.id}-{place}", form) for place, form in enumerate(forms))
    authors = tuple(split_name(" ".join(author).strip()) for author in one.authors)
    return Wanted(f"https://x.example/{one.id}", "works", one.title, authors=authors, publications=publications)


def unknown() -> Wanted:
    """Return a work that no service has."""
    forms = (preprint("2299.99999"), Form("ConferencePaper", doi="10.5555/nowhere", acl="2099.acl-long.1"))
    publications = tuple(Publication(f"https://x.example/none-{place}", form) for place, form in enumerate(forms))
    return Wanted("https://x.example/none", "works", "Zymurgy of quixotic jackdaws", publications=publications)


def sent(asked: Source, question: Question, key: str | None = None) -> requests.Response:
    """Send *question* as it is."""
    headers = {"User-Agent": f"aligngraph/{__version__} (mailto:test@x.example)", **dict(question.headers)}
    headers |= asked.headers(key, "test@x.example")
    return requests.request(
        question.method,
        question.url,
        data=question.body,
        headers=headers,
        params=asked.parameters(key, "test@x.example"),
        timeout=30,
    )


def answered(asked: Source, question: Question) -> list[Record]:
    """Return the records in the answer; none where it has status 404."""
    reply = sent(asked, question)
    assert reply.status_code in (200, 404), reply.text
    return asked.read(question, reply.content, reply.headers["Content-Type"]) if reply.ok else []


@pytest.fixture(params=OF_WORKS)
def asked(request: pytest.FixtureRequest, services: Services) -> Source:
    """Return each source that knows works, asking its local server."""
    return source(request.param, services[request.param].address)


@pytest.mark.parametrize("name", SOURCES)
def test_questions_go_to_the_service_itself_where_nothing_else_is_said(name: str) -> None:
    one = source(name)
    things = [wanted(work("du2022-glm")), Wanted("https://x.example/p", "people", "Ada Byron", publications=())]
    questions = [*one.by_identifier(things), *filter(None, (one.search(thing) for thing in things))]
    assert all(question.url.startswith(one.base) for question in questions)
    assert one.base.startswith("https://")
    assert source(name, "http://127.0.0.1:9/").base == "http://127.0.0.1:9"


def test_an_unknown_source_is_said_with_those_that_there_are() -> None:
    with pytest.raises(ArgumentError, match=r"No source is called scopus\. There are openalex, crossref"):
        source("scopus")


def test_what_has_an_identifier_is_found_in_few_requests(asked: Source, services: Services) -> None:
    things = [wanted(one) for one in works()]
    questions = asked.by_identifier(things)
    records = [record for question in questions[:3] for record in answered(asked, question)]
    known = {iri for question in questions for iri in question.things}
    single = asked.name == "huggingface"
    assert len(questions) <= (len(things) if single else 2), "in batches"
    assert len(known) == len(things) - {"crossref": 4, "huggingface": 3}.get(asked.name, 0)
    of_ours = {pair for thing in things for pair in thing.pairs()}
    assert all(record.pairs() & of_ours for record in records)
    assert len(records) >= (3 if single else 15)
    assert services[asked.name].refused == 0


def test_a_record_says_what_the_source_knows(asked: Source) -> None:
    one = work("wu2023-hpsv2" if asked.name == "datacite" else "du2022-glm")
    questions = asked.by_identifier([wanted(one)])
    records = [record for question in questions for record in answered(asked, question)]
    assert records
    for record in records:
        assert record.source == asked.name
        assert record.where.startswith(f"{asked.name} ")
        assert record.iri is not None
        assert record.iri.startswith(("https://", "http://www.wikidata.org/entity/"))
        assert record.title == one.title
        assert [author.name.text for author in record.authors] == [" ".join(author) for author in one.authors]
        assert not record.et_al
        assert record.year in (2021, 2022, 2023)
        assert record.form is not None


@pytest.mark.parametrize("name", ["openalex", "crossref", "dblp"])
def test_authors_bring_their_orcid_ids_in_their_places(name: str, services: Services) -> None:
    one = work("du2022-glm")
    asked = source(name, services[name].address)
    records = [record for question in asked.by_identifier([wanted(one)]) for record in answered(asked, question)]
    for record in records:
        assert [author.orcid for author in record.authors] == [orcid(author) for author in one.authors]
    author = records[0].authors[0]
    number = person(one.authors[0])
    assert (author.openalex, author.dblp) == {
        "openalex": (f"A9{number:09}", None),
        "crossref": (None, None),
        "dblp": (None, f"9{number % 100:02}/{number}"),
    }[name]


def test_people_of_semantic_scholar_have_its_ids(services: Services) -> None:
    asked = source("semanticscholar", services["semanticscholar"].address)
    [question] = asked.by_identifier([wanted(work("du2022-glm"))])
    [record] = answered(asked, question)
    assert record.authors[0].semanticscholar == f"9{person(work('du2022-glm').authors[0]):07}"


def test_homonym_numbers_of_dblp_are_no_part_of_the_name(services: Services) -> None:
    asked = source("dblp", services["dblp"].address)
    [question] = asked.by_identifier([wanted(one) for one in works()])[:1]
    raw = sent(asked, question).text
    records = asked.read(question, raw.encode(), "")
    assert " 0002" in raw
    assert not any(author.name.text[-1].isdigit() for record in records for author in record.authors)


def test_what_is_unknown_brings_no_record(asked: Source) -> None:
    questions = [*asked.by_identifier([unknown()]), *filter(None, [asked.search(unknown())])]
    assert questions
    assert [record for question in questions for record in answered(asked, question)] == []


def test_titles_are_searched_as_others_print_them(asked: Source) -> None:
    one = Wanted(
        "https://x.example/1",
        "works",
        "BBQ: A Hand-built Bias Benchmark for Question Answering",
        authors=(split_name("Alicia Parrish"),),
    )
    question = asked.search(one)
    assert question is not None
    assert question.things == (one.iri,)
    assert "BBQ: A hand-built bias benchmark for question answering" in [
        record.title for record in answered(asked, question)
    ]


@pytest.mark.parametrize("title", ['Is "this" it?', "A \\ B", "<script>", "{ ?s ?p ?o } #", "* AND (OR:", "?", "…"])
def test_titles_with_signs_of_query_languages_are_searched_without_an_error(asked: Source, title: str) -> None:
    question = asked.search(Wanted("https://x.example/1", "works", title))
    if question is not None:
        answered(asked, question)
        assert "AND" not in unquote(question.url), "which is an operator"


@pytest.mark.parametrize("name", ["openalex", "crossref", "dblp", "wikidata"])
def test_a_doi_of_another_work_brings_the_record_that_it_names(name: str, services: Services) -> None:
    asked = source(name, services[name].address)
    thing = Wanted(
        "https://x.example/1", "works", "x", publications=(Publication("https://x.example/p", Form(doi=WRONG)),)
    )
    [question] = asked.by_identifier([thing])
    [record] = answered(asked, question)
    assert record.title.replace(": ", " ") == OTHER_TITLE
    assert ("doi", WRONG) in record.pairs()


@pytest.mark.parametrize("name", ["openalex", "crossref"])
def test_venues_are_found_by_name_with_their_issns(name: str, services: Services) -> None:
    asked = source(name, services[name].address)
    question = asked.search(Wanted("https://x.example/v", "venues", "Nature Machine Intelligence"))
    assert question is not None
    found = [(one.title, one.issn) for one in answered(asked, question)]
    assert ("Nature Machine Intelligence", ("2522-5839",)) in found


def test_who_claims_a_work_is_found_by_orcid(services: Services) -> None:
    asked = source("orcid", services["orcid"].address)
    one = work("du2022-glm")
    author = next(author for author in one.authors if orcid(author))
    name = split_name(" ".join(author))
    person_of_ours = Wanted(
        "https://x.example/p", "people", name.text, authors=(name,), publications=wanted(one).publications
    )
    assert asked.by_identifier([person_of_ours]) == []
    question = asked.search(person_of_ours)
    assert question is not None
    records = answered(asked, question)
    assert (records[0].title, records[0].authors[0].orcid) == (" ".join(author), orcid(author))
    assert records[0].iri == f"https://orcid.org/{orcid(author)}"
    stranger = Wanted("https://x.example/q", "people", "Ada Byron", publications=wanted(one).publications)
    question = asked.search(stranger)
    assert question is not None
    assert answered(asked, question) == []
    assert asked.search(Wanted("https://x.example/q", "people", "Ada Byron")) is None, (
        "without a work a name is too little"
    )


def test_keys_stand_in_headers_or_parameters_and_never_in_questions(services: Services) -> None:
    for name in SOURCES:
        asked = source(name, services[name].address)
        carried = {**asked.headers("s3cret", "me@x.example"), **asked.parameters("s3cret", "me@x.example")}
        assert any("s3cret" in value for value in carried.values()) == (asked.key_variable is not None)
        assert "s3cret" not in str(asked.headers(None, None)) + str(asked.parameters(None, None))
    openalex = source("openalex", services["openalex"].address)
    [question] = openalex.by_identifier([wanted(work("du2022-glm"))])
    assert sent(openalex, question, "an-openalex-key").ok
    assert sent(openalex, question, "wrong").status_code == 401
    scholar = source("semanticscholar", services["semanticscholar"].address)
    [question] = scholar.by_identifier([wanted(work("du2022-glm"))])
    assert sent(scholar, question, "a-scholar-key").ok
    assert sent(scholar, question, "wrong").status_code == 403


def test_batches_keep_to_what_the_services_take() -> None:
    forms = [Form(doi=f"10.1234/{'x' * 40}.{place}", arxiv=f"2301.{place:05}") for place in range(1200)]
    things = [
        Wanted(
            f"https://x.example/{place}", "works", "x", publications=(Publication(f"https://x.example/p{place}", form),)
        )
        for place, form in enumerate(forms)
    ]
    for name in ("openalex", "crossref", "datacite"):
        questions = source(name).by_identifier(things)
        assert max(len(question.url) for question in questions) < 4000
        assert {thing for question in questions for thing in question.things} == {thing.iri for thing in things}
    assert (
        max(len(json.loads(one.body or b"")["ids"]) for one in source("semanticscholar").by_identifier(things)) == 500
    )


def test_a_comma_in_a_doi_is_asked_for_alone(services: Services) -> None:
    asked = source("crossref", services["crossref"].address)
    odd = Wanted("https://x.example/1", "works", "x", publications=(Publication("p", Form(doi="10.1234/a,b")),))
    [question] = asked.by_identifier([odd])
    assert question.url.endswith("/works/10.1234%2Fa%2Cb")
    assert answered(asked, question) == []


def test_only_dois_of_others_are_sent_to_crossref() -> None:
    [question] = source("crossref").by_identifier([wanted(one) for one in works()])
    assert "arxiv" not in question.url.lower()
    assert source("crossref").by_identifier([wanted(work("wu2023-hpsv2"))]) == []


def test_identifiers_of_a_record_are_in_normal_form(services: Services) -> None:
    one = work("du2022-glm")
    for name, expected in (
        ("openalex", Identifiers("10.18653/v1/2022.acl-long.26", "2103.10360", "2022.acl-long.26")),
        ("semanticscholar", Identifiers("10.18653/v1/2022.acl-long.26", "2103.10360", "2022.acl-long.26")),
    ):
        asked = source(name, services[name].address)
        [question] = asked.by_identifier([wanted(one)])
        [record] = answered(asked, question)
        assert record.identifiers == expected
