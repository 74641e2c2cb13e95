"""Answers that are not what the services document: nothing in them is trusted, and what can't be read is said."""

from __future__ import annotations

import copy
import json
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligngraph.linking.records import Record, Wanted
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.sources import SOURCES, reading, source
from tests.support.catalogues.rest import Crossref, DataCite, HuggingFace, OpenAlex, SemanticScholar
from tests.support.catalogues.works import work

ONE = work("du2022-glm")
DOI = "10.18653/v1/2022.acl-long.26"
PERSON = {"orcid-id": "0000-0002-1825-0097", "given-names": "Ada", "family-names": "Byron", "credit-name": None}
LIST, ITEM = "list", "item"
# How an answer is built around a record, and a record.
SHAPES: dict[str, tuple[Any, dict[str, Any]]] = {
    "openalex": (lambda one: {"results": [one]}, OpenAlex.record(OpenAlex.__new__(OpenAlex), ONE)),
    "crossref": (lambda one: {"message": {"items": [one]}}, Crossref.record(ONE, DOI)),
    "datacite": (lambda one: {"data": [one]}, DataCite.record(ONE, "10.48550/arXiv.2103.10360")),
    "semanticscholar": (lambda one: [one], SemanticScholar.record(ONE)),
    "orcid": (lambda one: {"expanded-result": [one]}, PERSON),
    "huggingface": (lambda one: one, HuggingFace.record(ONE)),
}
WITH_JSON = tuple(SHAPES)


def question_of(name: str) -> Question:
    asked = source(name)
    paths = {"huggingface": "/api/papers/2103.10360", "semanticscholar": "/graph/v1/paper/batch"}
    method = "POST" if name in ("semanticscholar", "dblp", "wikidata") else "GET"
    return Question(method, asked.base + paths.get(name, "/"), things=("https://x.example/1",))


def read(name: str, body: bytes) -> list[Record]:
    return source(name).read(question_of(name), body, "application/json")


@pytest.mark.parametrize("name", WITH_JSON)
def test_the_record_of_the_tests_is_read(name: str) -> None:
    around, item = SHAPES[name]
    [record] = read(name, json.dumps(around(item)).encode())
    assert record.title == ("Ada Byron" if name == "orcid" else ONE.title)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><title>429</title>", "a web page"),
        (b"Too many requests", "begins with: Too many requests"),
        (b'{"results": [', "begins with"),
        (b"[" * 100_000, "begins with"),
        (b'{"results": NaN}', "begins with"),
        (b'{"n": ' + b"9" * 5000 + b"}", "begins with"),
        (b"\x00\x01\x02\xff", ""),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"null", ""),
        (b"7", ""),
        (b'"text"', ""),
    ],
    ids=["empty", "page", "text", "cut", "deep", "nan", "digits", "bytes", "escapes", "null", "number", "string"],
)
def test_what_is_no_answer_is_said(name: str, body: bytes, said: str) -> None:
    with pytest.raises(AnswerError) as error:
        read(name, body)
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert said in message
    assert len(message) < 200
    assert message.isprintable()


@pytest.mark.parametrize("name", WITH_JSON)
def test_an_answer_in_another_charset_is_said(name: str) -> None:
    around, item = SHAPES[name]
    body = json.dumps(around(item | {"note": "Köpf"}), ensure_ascii=False).encode("latin-1", "replace")
    with pytest.raises(AnswerError, match="not in UTF-8"):
        read(name, body)


def test_a_byte_order_mark_is_no_fault() -> None:
    around, item = SHAPES["openalex"]
    assert read("openalex", b"\xef\xbb\xbf" + json.dumps(around(item)).encode())


@pytest.mark.parametrize("name", [name for name in WITH_JSON if name != "huggingface"])
def test_no_results_and_null_are_no_records(name: str) -> None:
    around, _ = SHAPES[name]
    empty = json.dumps(around(None)).replace("[null]", "[]")
    assert read(name, empty.encode()) == []
    assert read(name, json.dumps(around(None)).encode()) == []
    if name in ("orcid", "openalex"):
        assert read(name, empty.replace("[]", "null").encode()) == []


@pytest.mark.parametrize("name", WITH_JSON)
def test_a_list_in_another_place_is_said(name: str) -> None:
    with pytest.raises(AnswerError, match=r"has no|is not"):
        read(name, b'{"message": {"records": 1}, "hits": {}}' if name != "huggingface" else b"[[]]")


def _values(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in *value*, lists and objects included."""
    found = [path] if path else []
    steps = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, one in steps:
        found += _values(one, (*path, step))
    return found


def _with(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = other
    return changed


HOSTILE: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, "", " ", [], {}, [[]], [None], [1, "x", {}], {"a": 1}, "\x00\x1b[2J\u202eevil\ud800",
    "javascript:alert(1)", "https://evil.example/works/W1", "<script>alert(1)</script>", "x" * 5000, "10.1/\u0000",
    10**30,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_JSON)
def test_any_value_may_be_anything(name: str) -> None:
    around, item = SHAPES[name]
    for path in _values(item):
        for other in HOSTILE:
            for record in read(name, json.dumps(around(_with(item, path, other))).encode()):
                is_harmless(record)


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_JSON)
@settings(max_examples=50)
@given(data=st.data())
def test_records_of_other_shapes_are_read_or_left_out(name: str, data: st.DataObject) -> None:
    around, item = SHAPES[name]
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(item)), inner, max_size=3),
        max_leaves=8,
    )
    body = json.dumps(around(data.draw(st.dictionaries(st.sampled_from(sorted(item)), anything)))).encode()
    for record in read(name, body):
        is_harmless(record)


def is_harmless(record: Record) -> None:
    """Assert that nothing in *record* could do harm in a terminal, a Turtle file or a page."""
    texts = [record.where, record.title, record.licence or ""]
    texts += [author.name.text for author in record.authors]
    texts += [str(value) for value in vars(record.form).values() if value] if record.form else []
    for text in texts:
        assert all(character.isprintable() for character in text), text
        assert len(text) <= reading.LONGEST_TITLE
        text.encode()
    if record.iri is not None:
        assert record.iri.startswith(
            ("https://openalex.org/", "https://doi.org/10.", "https://www.semanticscholar.org/paper/", "https://orcid.org/",
             "https://huggingface.co/papers/", "https://dblp.org/rec/", "http://www.wikidata.org/entity/Q")
        )  # fmt: skip
        ox.parse(f"<{record.iri}> <x:a> <x:b> .", format=ox.RdfFormat.N_TRIPLES).__next__()
    for author in record.authors:
        assert author.name.text.strip()
        for number in (author.orcid, author.openalex, author.semanticscholar, author.dblp):
            assert number is None or (number.isascii() and len(number) < 60)


@pytest.mark.parametrize("name", ["openalex", "crossref", "datacite", "semanticscholar", "huggingface"])
def test_an_author_that_cannot_be_read_ends_the_byline(name: str) -> None:
    around, item = SHAPES[name]
    others: list[Any] = [None, {}, 7, [], {"name": None, "family": 3, "raw_author_name": "\x00"}]
    for other in others:
        changed = copy.deepcopy(item)
        inside = changed["attributes"] if name == "datacite" else changed
        byline = next(inside[key] for key in ("authorships", "author", "creators", "authors") if key in inside)
        byline[2] = other
        [record] = read(name, json.dumps(around(changed)).encode())
        assert len(record.authors) == 2, "later ones would be in the wrong places"
        assert record.et_al


def test_a_profile_of_another_name_is_not_trusted() -> None:
    around, item = SHAPES["openalex"]
    changed = copy.deepcopy(item)
    changed["authorships"][0]["author"]["display_name"] = "Somebody Else"
    [record] = read("openalex", json.dumps(around(changed)).encode())
    assert record.authors[0].name.text == " ".join(ONE.authors[0])
    assert (record.authors[0].openalex, record.authors[0].orcid) == (None, None)
    assert record.authors[1].openalex is not None


def test_a_hundred_authors_of_openalex_may_be_cut() -> None:
    around, item = SHAPES["openalex"]
    many = item | {"authorships": item["authorships"][:1] * 100}
    [record] = read("openalex", json.dumps(around(many)).encode())
    assert (len(record.authors), record.et_al) == (100, True)


def rows(*bindings: dict[str, str]) -> bytes:
    """Return a table of SPARQL in JSON, each value a literal."""
    names = sorted({name for one in bindings for name in one})
    table = [{name: {"type": "literal", "value": value} for name, value in one.items()} for one in bindings]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": table}}).encode()


@pytest.mark.parametrize(("name", "subject"), [("dblp", "record"), ("wikidata", "item")])
def test_rows_of_sparql_are_not_trusted(name: str, subject: str) -> None:
    good = {"dblp": "https://dblp.org/rec/conf/acl/Du22", "wikidata": "http://www.wikidata.org/entity/Q42"}[name]
    row = {subject: good, "title": "A title", "ordinal": "1", "name": "Ada Byron"}
    [record] = read(name, rows(row))
    assert (record.iri, record.title, len(record.authors)) == (good, "A title", 1)
    for column in (*row, "year", "date", "doi", "arxiv", "venue", "volume", "person", "orcid", "pages", "type"):
        for other in (other for other in HOSTILE if isinstance(other, str) and "\ud800" not in other):
            for record in read(name, rows(row | {column: other})):
                is_harmless(record)
    assert read(name, rows(row | {subject: "https://evil.example/rec/conf/acl/Du22"})) == []
    [gap] = read(name, rows(row, row | {"ordinal": "3", "name": "Third"}))
    assert (len(gap.authors), gap.et_al) == (1, True)
    [far] = read(name, rows(row, row | {"ordinal": "999999"}))
    assert len(far.authors) == 1


def test_what_is_no_table_is_said() -> None:
    with pytest.raises(AnswerError, match="not a table"):
        read("dblp", b'{"head": {}, "boolean": true}')


@pytest.mark.parametrize("value", ["2522-583X", "25225839x", "1234-5678", 25225839, None, ["2522-5838"], "2522-5839 "])
def test_issns_are_checked(value: Any) -> None:
    assert reading.issns(value) in ((), ("2522-5839",))
    assert reading.issns("2522-5839", ["25225839", value, "1948-5506"])[:1] == ("2522-5839",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2023-05-29T17:57:46Z", (2023, 5)), ("2023", (2023, None)),
     ("2023-01-01", (2023, None)), ("2023-01-01T00:00:00Z", (2023, None)), ("2023-01-15", (2023, 1)),
     ("2023-01", (2023, 1)), ("2023-13", (2023, None)), ("20235", (None, None)),
     ("0023-05", (None, None)), (2023, (None, None)), ("soon", (None, None))],
)  # fmt: skip
def test_dates_are_a_year_and_a_month(value: Any, expected: tuple[int | None, int | None]) -> None:
    assert reading.date(value) == expected


def test_a_source_sends_nothing_for_what_has_no_identifier() -> None:
    asked: Source
    for asked in map(source, SOURCES):
        assert asked.by_identifier([Wanted("https://x.example/1", "works", "A title")]) == []
        assert asked.by_identifier([]) == []
        assert asked.search(Wanted("https://x.example/1", "artifacts", "A title")) is None
