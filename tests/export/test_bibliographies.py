"""BibTeX, CSL-JSON and RIS: what is written can be read by others, and import reads back all that is held."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aligngraph.bibliography.entries import Entry, ReadingList, work_of
from aligngraph.bibliography.latex import escape, to_text
from aligngraph.bibliography.person_names import Name, name_of, organization_name, split_name
from aligngraph.bibliography.plain_text import collapse
from aligngraph.bibliography.works import BETWEEN_NOTES, Form, Work, records_of
from aligngraph.curation.reading import read_list
from aligngraph.export import export
from aligngraph.export.bibtex import entry as bibtex_entry
from aligngraph.export.csljson import item as csl_item
from aligngraph.export.graph import load_quads
from aligngraph.export.ris import record as ris_record
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES
from tests.support.exports import written
from tests.support.marks import examples, slow_after

FORMATS = {"bibtex": ".bib", "csljson": ".csljson", "ris": ".ris"}
# What a bibliography does not tell: who a name is, and what the work has to do with other things than publications.
NOT_BIBLIOGRAPHIC = {AG + name for name in ("person", "drawsOn", "firstPublicMonth", "reportsOn")}
TITLE = PREFIXES["dcterms"] + "title"
NOTE = PREFIXES["skos"] + "editorialNote"
SAME_AS = PREFIXES["schema"] + "sameAs"
TYPE = PREFIXES["rdf"] + "type"
INTEGER = PREFIXES["xsd"] + "integer"


def read(text: str, name: str) -> ReadingList:
    return read_list(text.encode(), f"works{FORMATS[name]}")[0]


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    return load_quads()


# Back again


def held(quads: list[ox.Quad]) -> dict[str, set[tuple[str, str, str]]]:
    """Return what the files say of each work, its publications and its authorships, by the work's id.

    Where single values of a publication were read has no place in an entry.
    """
    found: dict[str, set[tuple[str, str, str]]] = {}
    for quad in quads:
        assert isinstance(quad.graph_name, ox.NamedNode)
        _, is_work, key = quad.graph_name.value.partition("/graph/works/")
        source_of_form = quad.predicate.value == f"{AG}evidence" and "/publication/" in str(quad.subject)
        if is_work and quad.predicate.value not in NOT_BIBLIOGRAPHIC and not source_of_form:
            found.setdefault(key, set()).add((str(quad.subject), quad.predicate.value, str(quad.object)))
    return found


def told(entry: Entry, venues: dict[str, str]) -> set[tuple[str, str, str]]:
    """Return what an entry says, as the statements that the files would have."""
    statements: set[tuple[str, str, str]] = set()
    work = work_of(entry)
    key = entry.key or ""

    def say(subject: str, predicate: str, value: str | int | None, kind: str = "plain") -> None:
        if value is None:
            return
        text = f'"{value}"^^<{INTEGER}>' if isinstance(value, int) else str(ox.Literal(value))
        text = f"<{value}>" if kind == "iri" else str(ox.Literal(str(value), language="en")) if kind == "en" else text
        statements.add((f"<{BASE}{subject}>", predicate, text))

    about = f"work/{key}"
    say(about, TYPE, f"{AG}{work.kind}", "iri")
    say(about, TITLE, work.title, "en")
    for note in (work.note or "").split(BETWEEN_NOTES):
        say(about, NOTE, note or None, "en")
    for name, value in (("evidence", work.evidence), ("confidence", work.confidence)):
        say(about, AG + name, value)
    say(about, AG + "firstPublicYear", work.first_year)
    for number, author in enumerate(work.authors, 1):
        authorship = f"authorship/{key}-{number:03}"
        say(about, AG + "hasAuthorship", BASE + authorship, "iri")
        say(authorship, TYPE, AG + "Authorship", "iri")
        say(authorship, AG + "ordinal", number)
        say(authorship, AG + "nameAsPrinted", author.text)
    for form in work.forms:
        venue = venues[form.venue] if form.venue else None
        publication = f"publication/{form.id or f'{key}-{venue}'}"
        say(about, AG + "hasPublication", BASE + publication, "iri")
        say(publication, TYPE, f"{AG}{form.kind}", "iri")
        say(publication, AG + "venue", f"{BASE}venue/{venue}" if venue else None, "iri")
        say(publication, AG + "publicationYear", form.year)
        say(publication, TITLE, form.title, "en")
        for note in (form.note or "").split(BETWEEN_NOTES):
            say(publication, NOTE, note or None, "en")
        texts = {
            "track": form.track,
            "volume": form.volume,
            "issue": form.issue,
            "pages": form.pages,
            "doi": form.doi,
            "arxivId": form.arxiv,
            "aclAnthologyId": form.acl,
            "openReviewId": form.openreview,
            "dblpKey": form.dblp,
        }
        for name, value in texts.items():
            say(publication, AG + name, value)
        for isbn in (form.isbn or "").split():
            say(publication, AG + "isbn", isbn)
        for record in records_of(form):
            say(publication, SAME_AS, record, "iri")
    return statements


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_all_124_works_come_back_with_every_statement(name: str, quads: list[ox.Quad]) -> None:
    label = ox.NamedNode(PREFIXES["rdfs"] + "label")
    venues = {
        quad.object.value: quad.subject.value.removeprefix(BASE + "venue/")
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
        and quad.predicate == label
        and quad.subject.value.startswith(BASE + "venue/")
    }
    found = read(written(name), name)
    wanted = held(quads)
    assert (len(found.entries), len(wanted), found.problems, found.refused_links) == (124, 124, (), ())
    assert max(len(entry.authors) for entry in found.entries) == 450
    assert sum(map(len, wanted.values())) > 7000
    for entry in found.entries:
        assert entry.key is not None
        assert told(entry, venues) == wanted[entry.key], entry.key


@pytest.mark.parametrize("name", slow_after(1, FORMATS))
def test_entries_name_the_lines_they_begin_at(name: str) -> None:
    lines = written(name).splitlines()
    begins = {"bibtex": "@", "csljson": "  {", "ris": "TY  - "}[name]
    places = [entry.line for entry in read(written(name), name).entries]
    assert places == [number for number, line in enumerate(lines, 1) if line.startswith(begins)]


def test_what_has_a_standard_place_is_not_repeated() -> None:
    """An edit of the standard field must count."""
    entry = re.search(r"@inproceedings\{rafailov2023-dpo,.*?\n\}\n", written("bibtex"), re.DOTALL)
    assert entry is not None
    assert set(re.findall(r"aligngraph-(\S+)", entry[0])) <= {"evidence", "confidence", "1-same-as", "2-dblp", "2-note"}
    changed = entry[0].replace("= {2023}", "= {2031}").replace("Your Language Model", "My Language Model")
    (again,) = read(changed, "bibtex").entries
    assert again.year == 2031
    assert again.title == "Direct Preference Optimization: My Language Model is Secretly a Reward Model"


# Hostile text

_SNIPPETS = st.sampled_from(
    [*"{}$%&#_~^\\\"'`<>@=,;:-|/*+?!()[]", " and ", "and", "others", "et al.", "--", "---", "``", "''", "?`", r"\alpha",
     r"\'e", "{\\'e}", "$x^2$", "<i>x</i>", "TY  - JOUR", "ER  - ", "N1  - ", "aligngraph-kind: Book", "é", "ß",
     "日本語", "العربية",
     "русский", "😀", "e\u0301", "\u00a0", "\u2011", "\u200f", "arXiv", "arXiv:2305.18290", "10.1/x",
     "http://a.b", "{DeepMind Team}",
     "Search and Rescue, Inc.", "von", "de la", "Jr.", " "]
)  # fmt: skip
_PIECES = st.one_of(_SNIPPETS, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6))
TEXTS = st.lists(_PIECES, min_size=1, max_size=8).map(lambda parts: collapse("".join(parts))).filter(bool)
NAMES = st.one_of(TEXTS, st.lists(TEXTS, min_size=2, max_size=3).map(" ".join).map(collapse)).filter(
    lambda name: name.lower() not in ("others", "et al.", "et al")
)
PARTS = st.builds(name_of, TEXTS, TEXTS, st.just("") | TEXTS, st.just("") | TEXTS) | st.builds(name_of, TEXTS)
AUTHORS = st.one_of(NAMES.map(Name), PARTS)
OPTIONAL = st.none() | TEXTS
YEARS = st.none() | st.integers(1500, 2099)
FORM = st.builds(
    Form,
    kind=st.sampled_from(["JournalArticle", "ConferencePaper", "BookEdition", "BookChapter", "WorkshopPaper",
                          "ReportDocument", "WebPublication", "DatasetRelease", "Preprint", None]),
    title=OPTIONAL, venue=OPTIONAL, year=YEARS, track=OPTIONAL, volume=OPTIONAL, issue=OPTIONAL, pages=OPTIONAL,
    doi=st.none() | st.sampled_from(["10.1/x", "10.48550/arXiv.2305.18290", "10.18653/v1/2023.acl-long.806", "no doi"]),
    arxiv=st.none() | st.sampled_from(["2305.18290", "cs/0701001", "odd"]),
    acl=st.none() | st.sampled_from(["2023.acl-long.806", "P02-1040"]),
    openreview=st.none() | st.just("HPuSIXJaa9"),
    dblp=st.none() | st.just("conf/nips/RafailovSMMEF23"),
    isbn=st.none() | st.sampled_from(["9781450383097", "9781450383097 0-306-40615-2"]),
    same_as=st.none() | st.sampled_from(["https://a.b/c_d~e%20f", "https://dblp.org/rec/a https://a.b/?x=1&y=#z"]),
    note=OPTIONAL,
)  # fmt: skip
WORK = st.builds(
    Work,
    kind=st.sampled_from(["Paper", "Book", "Report", "WebPage", "SurveyInstrument"]),
    title=TEXTS,
    authors=st.lists(AUTHORS, max_size=4).map(tuple),
    first_year=YEARS,
    evidence=OPTIONAL,
    confidence=st.none() | st.just("high"),
    note=OPTIONAL,
    forms=st.lists(FORM, max_size=3).map(tuple),
)
UNHURRIED = settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
WRITERS: dict[str, Callable[[str, Work], str]] = {
    "bibtex": bibtex_entry,
    "csljson": lambda key, work: json.dumps([csl_item(key, work)], ensure_ascii=False),
    "ris": ris_record,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@UNHURRIED
@example(works=[Work(title="T", authors=(Name("Jo others"), Name("Ana Roy et al."), name_of("Others", "Jo")))])
@example(works=[Work(title="T", authors=(Name("…"), Name("Ana ...")))])
@example(works=[Work(title="T", authors=(name_of("and"), organization_name("and"), Name("and")))])
# Of three that claim one arXiv number, the reader rightly believes none.
@given(works=st.lists(WORK, min_size=1, max_size=2))
def test_any_work_comes_back_whatever_its_text(name: str, works: list[Work]) -> None:
    if name == "csljson":
        text = json.dumps([csl_item(f"k{place}", work) for place, work in enumerate(works)])
    else:
        text = "".join(WRITERS[name](f"k{place}", work) for place, work in enumerate(works))
    found = read(text, name)
    assert found.problems == ()
    for work, entry in zip(works, found.entries, strict=True):
        again = work_of(entry)
        # CSL-JSON and RIS have no name but in its parts: where no source says them, they are those of `split_name`.
        authors = [
            name if one.family else Name(name.text) for one, name in zip(work.authors, again.authors, strict=True)
        ]
        assert replace(again, authors=tuple(authors)) == work


@UNHURRIED
@given(TEXTS)
@example("50% of {a}_b & c~d^e #1 $2 \\x -- ''--- ?` $a$ {\\'e}")
def test_text_comes_back_from_tex(text: str) -> None:
    assert to_text(escape(text)) == text


@UNHURRIED
@given(NAMES)
def test_parts_of_a_name_make_the_name(text: str) -> None:
    name = split_name(text)
    assert " ".join(part for part in (name.given, name.particle, name.family, name.suffix) if part) == text


# BibTeX


@pytest.fixture(scope="module")
def bibliography() -> dict[str, Any]:
    library = import_module("bibtexparser").parse_string(written("bibtex"))
    assert not library.failed_blocks
    return {entry.key: entry for entry in library.entries}


def test_bibtex_has_an_entry_for_each_of_the_124_works(bibliography: dict[str, Any], quads: list[ox.Quad]) -> None:
    assert set(bibliography) == set(held(quads))
    assert len(bibliography) == 124
    assert all("title" in entry.fields_dict and "year" in entry.fields_dict for entry in bibliography.values())


def test_bibtex_takes_the_published_form_and_keeps_the_preprint_number(bibliography: dict[str, Any]) -> None:
    entry = bibliography["rafailov2023-dpo"]
    values = {name: field.value for name, field in entry.fields_dict.items()}
    assert entry.entry_type == "inproceedings"
    assert values["booktitle"] == "Conference on Neural Information Processing Systems"
    assert values["author"].split(" and ")[:2] == ["Rafael Rafailov", "Archit Sharma"]
    assert (values["eprint"], values["archivePrefix"]) == ("2305.18290", "arXiv")
    assert values["title"].strip("{}").startswith("Direct Preference Optimization: Your")
    assert (values["doi"], values["url"]) == ("10.52202/075280-2338", "https://openreview.net/forum?id=HPuSIXJaa9")


def test_another_bibtex_parser_reads_the_same(bibliography: dict[str, Any]) -> None:
    data = import_module("pybtex.database").parse_string(written("bibtex"), "bibtex")
    assert len(data.entries) == 124
    for key, entry in data.entries.items():
        assert entry.type == bibliography[key].entry_type
        values = {name.lower(): field.value for name, field in bibliography[key].fields_dict.items()}
        names = values.pop("author", "")
        assert {name.lower(): value for name, value in entry.fields.items()} == values
        assert len(entry.persons["author"]) == len(re.findall(r" and ", names)) + 1 if names else True
    (big,) = (entry for entry in data.entries.values() if len(entry.persons.get("author", [])) == 450)
    assert str(big.persons["author"][0]) == "Srivastava, Aarohi"


@pytest.mark.slow
@UNHURRIED
@given(work=WORK)
def test_another_bibtex_parser_reads_hostile_text(work: Work) -> None:
    data = import_module("pybtex.database").parse_string(bibtex_entry("k", work), "bibtex")
    assert list(data.entries) == ["k"]


def test_bibtex_escapes_what_means_something_to_tex_and_keeps_unicode() -> None:
    assert escape("50% of {a}_b & c~d^e #1 $2 \\x é 日本 -- ''") == (
        r"50\% of \textbraceleft{}a\textbraceright{}\_b \& c\textasciitilde{}d\textasciicircum{}e "
        r"\#1 \$2 \textbackslash{}x é 日本 -{}- '{}'"
    )


def test_bibtex_survives_hostile_text(tmp_path: Path) -> None:
    (tmp_path / "odd.ttl").write_text(
        r"""@prefix ag: <https://w3id.org/aligngraph/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix ex: <https://example.org/> . @prefix work: <https://w3id.org/aligngraph/work/> .
        work:odd a ag:Paper ; dcterms:title "Un{balanced \\ \"quoted\"\n@article{x, y}"@en ;
          ag:firstPublicYear 2031 ; ag:hasAuthorship ex:a1 , ex:a2 ; ag:hasPublication ex:p .
        ex:a1 ag:ordinal 10 ; ag:nameAsPrinted "Search and Rescue, Inc." .
        ex:a2 ag:ordinal 9 ; ag:nameAsPrinted "É. B" .
        ex:p a ag:JournalArticle ; ag:pages "1–9" ; ag:doi "10.1/{x}" ; ag:volume "7" ; ag:issue "2" .""",
        encoding="utf-8",
    )
    library = import_module("bibtexparser").parse_string("".join(export("bibtex", (tmp_path,))))
    assert [entry.key for entry in library.entries] == ["odd"]
    values = {name: field.value for name, field in library.entries[0].fields_dict.items()}
    assert values["author"] == "É. B and {Search and Rescue, Inc.}"
    assert (values["pages"], values["volume"], values["number"]) == ("1--9", "7", "2")
    assert values["doi"] == "10.1/%7Bx%7D"


# CSL-JSON

# The part of csl-data.json of CSL 1.0.2 that we write: other variables are not allowed, nor other parts of names.
CSL_TYPES = set("article article-journal book chapter dataset document paper-conference report webpage".split())
CSL_TEXTS = set("title container-title publisher DOI ISBN URL archive archive_location volume issue page".split())
CSL_NAME_PARTS = {"family", "given", "non-dropping-particle", "suffix", "literal"}


def check_csl_item(item: dict[str, Any]) -> None:
    rest = dict(item)
    assert isinstance(rest.pop("id"), str)
    assert rest.pop("type") in CSL_TYPES
    for person in rest.pop("author", []):
        assert person.keys() <= CSL_NAME_PARTS
        assert all(isinstance(part, str) and part for part in person.values())
        assert "literal" in person or "family" in person
    if "issued" in rest:
        ((year,),) = rest["issued"].pop("date-parts")
        assert isinstance(year, int)
        assert not rest.pop("issued")
    assert isinstance(rest.pop("custom", {}), dict)
    assert rest.keys() <= CSL_TEXTS
    assert all(isinstance(value, str) and value for value in rest.values())


def test_csl_items_keep_to_the_schema() -> None:
    items = json.loads(written("csljson"))
    assert len(items) == 124
    for item in items:
        check_csl_item(item)


@UNHURRIED
@given(work=WORK)
def test_csl_items_of_hostile_text_keep_to_the_schema(work: Work) -> None:
    check_csl_item(json.loads(json.dumps(csl_item("k", work))))


def test_csl_has_family_and_given_names_and_particles() -> None:
    items = {item["id"]: item for item in json.loads(written("csljson"))}
    assert items["rafailov2023-dpo"]["author"][0] == {"family": "Rafailov", "given": "Rafael"}
    people = [person for item in items.values() for person in item.get("author", [])]
    assert {"family": "Rütte", "given": "Dimitri", "non-dropping-particle": "von"} in people


# RIS


def test_rispy_reads_the_same_records(quads: list[ox.Quad]) -> None:
    records = import_module("rispy").load(StringIO(written("ris")))
    entries = {entry.key: entry for entry in read(written("ris"), "ris").entries}
    assert {record["id"] for record in records} == set(held(quads))
    assert not any("unknown_tag" in record for record in records)
    for record in records:
        work = work_of(entries[record["id"]])
        form = work.forms[0] if work.forms else Form(year=work.first_year)
        assert record["title"] == (form.title or work.title)
        assert len(record.get("authors", [])) == len(work.authors)
        assert record["year"] == str(form.year)
        assert record.get("doi") == form.doi


@pytest.mark.slow
@UNHURRIED
@given(work=WORK)
def test_rispy_reads_hostile_text(work: Work) -> None:
    (record,) = import_module("rispy").loads(ris_record("k", work))
    assert record["id"] == "k"
    assert len(record.get("authors", [])) == len(work.authors)
