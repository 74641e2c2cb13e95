"""What decisions mean for a catalogue: forms, bylines, journals, people and their conflicts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.person_names import Name
from aligngraph.bibliography.works import Form
from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.files import apply
from aligngraph.curation.holdings import Holdings, read_holdings
from aligngraph.linking.complete import is_issn
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.run import Request, Result, link
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES

SAME_AS = PREFIXES["schema"] + "sameAs"
WORK = BASE + "work/du2022-glm"
PREPRINT, PUBLISHED = BASE + "publication/du2022-glm-arxiv", BASE + "publication/du2022-glm-acl"
TITLE = "GLM: General Language Model Pretraining with Autoregressive Blank Infilling"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A catalogue of two works, of which the first lacks its published form."""
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copytree(data_folder() / "persons", folder / "persons")
    for name in ("venues.ttl", "works/zeng2022-glm130b.ttl", "works/hoover2020-mftc.ttl"):
        shutil.copy(data_folder() / name, folder / name)
    text = (data_folder() / "works" / "du2022-glm.ttl").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n.\n") if "publication:du2022-glm-acl\n" not in block]
    text = "\n.\n".join(blocks).replace("publication:du2022-glm-acl ,", "").replace("publication:du2022-glm-acl ", "")
    (folder / "works" / "du2022-glm.ttl").write_text(text, encoding="utf-8")
    return folder


def glm(holdings: Holdings, **more: object) -> Record:
    """The record of the published form, with its authors as printed."""
    names = [
        holdings.text(one, AG + "nameAsPrinted") or "" for one in sorted(holdings.texts(WORK, AG + "hasAuthorship"))
    ]
    form = Form("ConferencePaper", venue="ACL", year=2022, pages="320--335", doi="10.18653/v1/2022.acl-long.26")
    record = Record(
        "test", "https://openalex.org/W1", "test W1", TITLE, tuple(Author(Name(name)) for name in names), year=2022,
        identifiers=Identifiers(doi="10.18653/v1/2022.acl-long.26", arxiv=holdings.text(PREPRINT, AG + "arxivId")),
        form=form,
    )  # fmt: skip
    return replace(record, **more)  # type: ignore[arg-type]


def linked(data: Path, records: list[Record], *, about: str = WORK, **options: bool) -> tuple[Result, Holdings]:
    """Link, write, and return what the catalogue holds then."""
    holdings = read_holdings([data])
    result = link(holdings, Request(**options), ask=lambda _: {about: records})  # type: ignore[arg-type]
    apply(result.outcome.changes, holdings, data, dry_run=False)
    return result, read_holdings([data])


def test_a_published_form_that_is_lacking_is_added_with_its_source(data: Path) -> None:
    form_only = glm(read_holdings([data]))
    form_only = replace(form_only, identifiers=Identifiers(doi="10.18653/v1/2022.acl-long.26"))
    result, now = linked(data, [form_only], complete=True, accept=True)
    new = next(one for one in now.texts(WORK, AG + "hasPublication") if one != PREPRINT)
    assert now.text(new, AG + "venue") == BASE + "venue/acl"
    assert now.text(new, AG + "pages") == "320-335"
    assert "https://openalex.org/W1" in now.texts(new, SAME_AS)
    assert "https://aclanthology.org/2022.acl-long.26" not in now.texts(PREPRINT, SAME_AS)
    assert "test W1, for all of it" in (now.text(new, AG + "evidence") or "")
    assert (new, "published form") in result.outcome.completed
    again, after = linked(data, [form_only], complete=True, accept=True)
    assert after.files == now.files
    assert not again.outcome.written


@pytest.mark.parametrize("complete", [False, True])
def test_what_a_published_form_has_is_never_said_of_its_preprint(data: Path, complete: bool) -> None:
    before = read_holdings([data])
    record = glm(before)
    assert record.identifiers.arxiv
    result, now = linked(data, [replace(record, iri=None)], complete=complete)
    assert now.described[PREPRINT] == before.described[PREPRINT]
    new = [one for one in now.texts(WORK, AG + "hasPublication") if one != PREPRINT]
    if complete:
        assert [now.text(one, AG + "doi") for one in new] == ["10.18653/v1/2022.acl-long.26"]
    else:
        assert not new
        assert any("--complete adds it" in note for note in result.outcome.notes)


def test_without_complete_a_missing_publication_is_reported(data: Path) -> None:
    form_only = replace(glm(read_holdings([data])), identifiers=Identifiers(doi="10.18653/v1/2022.acl-long.26"))
    result, now = linked(data, [form_only])
    assert now.texts(WORK, AG + "hasPublication") == [PREPRINT]
    assert any("--complete --accept adds it" in note for note in result.outcome.notes)


def test_authors_are_written_where_there_are_none_and_compared_where_there_are(data: Path) -> None:
    before = read_holdings([data])
    record = glm(before)
    path = data / "works" / "du2022-glm.ttl"
    text = path.read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n.\n") if "a ag:Authorship" not in block]
    start = blocks[0].index("    ag:hasAuthorship")
    end = blocks[0].index(" ;", start) + 3
    path.write_text("\n.\n".join([blocks[0][:start] + blocks[0][end:], *blocks[1:]]), encoding="utf-8")
    _, now = linked(data, [record], complete=True)
    places = sorted(now.texts(WORK, AG + "hasAuthorship"))
    assert [now.text(one, AG + "nameAsPrinted") for one in places] == [one.name.text for one in record.authors]
    other = replace(record, authors=record.authors[::-1])
    result, _ = linked(data, [other], complete=True)
    assert any("another order of the authors" in one for one in result.outcome.differences.lines)


def test_a_journal_is_linked_by_its_issn_and_a_wrong_one_is_not(data: Path) -> None:
    holdings = read_holdings([data])
    work = BASE + "work/hoover2020-mftc"
    record = Record(
        "test", None, "test 1", holdings.label(work), year=2020, issn=("1948-5506", "1948-5507"),
        identifiers=Identifiers(doi=holdings.text(BASE + "publication/hoover2020-mftc-spps", AG + "doi")),
        form=Form("JournalArticle", year=2020),
    )  # fmt: skip
    _, now = linked(data, [record], about=work, complete=True)
    assert "https://portal.issn.org/resource/ISSN/1948-5506" in now.texts(BASE + "venue/spps", SAME_AS)
    assert not any("1948-5507" in one for one in now.texts(BASE + "venue/spps", SAME_AS))
    assert [is_issn(text) for text in ("1948-5506", "1948-5507", "2434-561X", "x")] == [True, False, True, False]


def test_an_orcid_by_place_and_name_in_the_byline_is_written(data: Path) -> None:
    record = glm(read_holdings([data]))
    first = replace(record.authors[0], orcid="0000-0002-1825-0097", dblp="1/2", openalex="A5")
    result, now = linked(data, [replace(record, authors=(first, *record.authors[1:]))])
    authorship = min(now.texts(WORK, AG + "hasAuthorship"))
    person = now.text(authorship, AG + "person") or ""
    assert now.text(person, AG + "orcid") == "0000-0002-1825-0097"
    assert "https://orcid.org/0000-0002-1825-0097" in now.texts(person, SAME_AS)
    # What a catalogue of its own numbers people by is for a person to confirm.
    assert {link.object for link in result.outcome.review} == {"https://dblp.org/pid/1/2", "https://openalex.org/A5"}


def test_another_name_at_the_place_gets_nothing(data: Path) -> None:
    record = glm(read_holdings([data]))
    first = Author(Name("Somebody Else"), orcid="0000-0002-1825-0097")
    result, now = linked(data, [replace(record, authors=(first, *record.authors[1:]))], accept=True)
    assert not any("0000-0002-1825-0097" in one.object for one in (*result.outcome.written, *result.outcome.review))
    assert not any("0000-0002-1825-0097" in now.texts(person, AG + "orcid") for person in now.things("Person"))


def test_two_of_our_people_with_one_record_are_a_conflict(data: Path) -> None:
    record = glm(read_holdings([data]))
    twice = tuple(replace(author, orcid="0000-0002-1825-0097") for author in record.authors[:2])
    result, now = linked(data, [replace(record, authors=(*twice, *record.authors[2:]))], accept=True)
    assert any("one person with two records" in one for one in result.outcome.wrong)
    assert not any("0000-0002-1825-0097" in now.texts(person, AG + "orcid") for person in now.things("Person"))


def test_one_of_our_people_with_two_records_is_a_conflict(data: Path) -> None:
    record = glm(read_holdings([data]))
    one, other = (replace(record.authors[0], dblp=pid) for pid in ("1/2", "3/4"))
    preprint = replace(record, form=Form("Preprint"), authors=(other, *record.authors[1:]), iri=None, source="two")
    result, now = linked(data, [replace(record, authors=(one, *record.authors[1:])), preprint], accept=True)
    assert any("one record of two people" in one for one in result.outcome.wrong)
    assert not any("dblp.org/pid/1/2" in one for person in now.things("Person") for one in now.texts(person, SAME_AS))


def test_who_claims_a_work_and_has_the_name_is_found(data: Path) -> None:
    holdings = read_holdings([data])
    asked: list[Wanted] = []
    person = holdings.text(min(holdings.texts(WORK, AG + "hasAuthorship")), AG + "person") or ""
    name = holdings.label(person)
    number = "0000-0002-1825-0097"
    claiming = Record("orcid", f"https://orcid.org/{number}", f"orcid {number}", name, (Author(Name(name), number),))
    other = Record("orcid", None, "orcid x", "Other Name", (Author(Name("Other Name"), "0000-0001-5109-3700"),))

    def ask(wanted: Sequence[Wanted]) -> dict[str, list[Record]]:
        asked.extend(wanted)
        return {person: [claiming, other]}

    result = link(holdings, Request(), ask=ask)
    assert any(one.iri == person and "10.48550/arXiv.2103.10360" in one.dois() for one in asked)
    assert [one.object for one in result.outcome.written] == [f"https://orcid.org/{number}"]
    assert "claims a work that this person wrote" in result.outcome.written[0].comment
