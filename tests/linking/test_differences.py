"""Where a source says otherwise: nothing is changed, both are kept with the link, and a query lists them."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.works import Form
from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.files import apply
from aligngraph.curation.holdings import Holdings, read_holdings
from aligngraph.linking.differences import LOOKED_UP, OTHER
from aligngraph.linking.links import MAPPING
from aligngraph.linking.records import Record
from aligngraph.linking.run import Request, Result, link
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES
from tests.conftest import Run

PUBLISHED = BASE + "publication/du2022-glm-acl"
DOI = "10.18653/v1/2022.acl-long.26"
TITLE = "GLM: General Language Model Pretraining with Autoregressive Blank Infilling"
FORM = Form("ConferencePaper", venue="ACL", year=2022, pages="1-9", volume="Volume 7", doi=DOI)
RECORD = Record("test", "https://openalex.org/W1", "test W1", TITLE, identifiers=Identifiers(doi=DOI), form=FORM)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copytree(data_folder() / "persons", folder / "persons")
    for name in ("venues.ttl", "works/du2022-glm.ttl"):
        shutil.copy(data_folder() / name, folder / name)
    return folder


def linked(data: Path, record: Record) -> tuple[Result, Holdings]:
    holdings = read_holdings([data])
    result = link(holdings, Request(complete=True), ask=lambda _: {BASE + "work/du2022-glm": [record]})
    apply(result.outcome.changes, holdings, data, dry_run=False)
    return result, read_holdings([data])


def rows(run: Run, data: Path) -> list[dict[str, str]]:
    done = run("query", "check-differences-from-sources", "--data", data, "--format", "csv")
    found = list(csv.DictReader(done.out.splitlines()))
    assert done.code == (1 if found else 0), done.err
    return found


def test_a_difference_is_reported_kept_with_the_link_and_listed(run: Run, data: Path) -> None:
    before = read_holdings([data]).text(PUBLISHED, AG + "pages")
    assert before is not None
    result, now = linked(data, RECORD)
    assert now.text(PUBLISHED, AG + "pages") == before
    assert result.outcome.differences.lines == [f"publication:du2022-glm-acl: pages is {before} here, 1-9 in test W1"]
    [row] = rows(run, data)
    assert (row["field"], row["ours"], row["theirs"]) == ("pages", before, "1-9")
    assert row["record"] in now.texts(PUBLISHED, PREFIXES["schema"] + "sameAs")
    # The same answer again changes nothing.
    again, after = linked(data, RECORD)
    assert after.files == now.files
    assert again.outcome.differences.lines


def test_what_was_settled_is_listed_no_more(run: Run, data: Path) -> None:
    linked(data, RECORD)
    path = data / "works" / "du2022-glm.ttl"
    [row] = rows(run, data)
    path.write_text(path.read_text("utf-8").replace(f'"{row["ours"]}"', '"1-9"'), encoding="utf-8")
    _, now = linked(data, RECORD)
    assert rows(run, data) == []
    assert not any(now.texts(iri, OTHER) for iri in now.described)


def test_what_a_person_looked_up_stays_settled(run: Run, data: Path) -> None:
    linked(data, RECORD)
    mappings = data / "mappings.ttl"
    text = mappings.read_text("utf-8")
    mappings.write_text(text.replace('there 1-9"', f'there 1-9{LOOKED_UP}"'), encoding="utf-8")
    assert rows(run, data) == []
    _, now = linked(data, RECORD)
    assert rows(run, data) == []
    assert sum(len(now.texts(iri, OTHER)) for iri in now.described) == 1
    # Another value of the source is another difference.
    linked(data, replace(RECORD, form=replace(FORM, pages="2-9")))
    assert [row["theirs"] for row in rows(run, data)] == ["2-9"]


def test_a_difference_without_a_link_is_reported_only(run: Run, data: Path) -> None:
    bare = replace(RECORD, iri=None, identifiers=Identifiers(), form=replace(FORM, doi=None))
    result, now = linked(data, bare)
    assert not any(
        now.text(iri, PREFIXES["rdf"] + "type") == MAPPING and now.texts(iri, OTHER) for iri in now.described
    )
    assert rows(run, data) == []
    assert result.outcome.written == []
