"""Organisations as authors: from each format into a catalogue, and out again to our readers and those of others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from aligngraph.bibliography.entries import work_of
from aligngraph.bibliography.person_names import Name, bibtex_names, organization_name, sorted_name
from aligngraph.curation.reading import read_list
from tests.conftest import Run

BIB = """@techreport{one, title = {A report of a lab}, author = {{Norms Lab}}, year = 2023,
  url = {https://example.org/one}}
@misc{two, title = {A model and its card}, author = {{The BigScience Workshop} and Rivera, Ana and {van Berg}, Kim},
  year = 2022, eprint = {2211.05100}, archivePrefix = {arXiv}}
@misc{three, title = {A second model}, author = {Jo Lindqvist and Gemini Team}, year = 2024,
  eprint = {2401.11805}, archivePrefix = {arXiv}}
"""


@pytest.fixture(name="catalogue")
def _catalogue(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert run("new-catalogue", folder).code == 0
    (tmp_path / "works.bib").write_text(BIB, encoding="utf-8")
    return folder


def imported(run: Run, path: Path, folder: Path) -> dict[str, Any]:
    outcome = run("import", path, "--into", folder, "--report", "json")
    assert outcome.code == 0, outcome.err
    report: dict[str, Any] = json.loads(outcome.out)
    return report


def byline(run: Run, folder: Path, title: str) -> list[tuple[str, str]]:
    """Return the printed names of a work in order, each with the kind and id of its author."""
    rows = json.loads(run("query", "authors-of-work", "-p", f"work={title}", "--data", folder, "--format", "json").out)
    found = rows["results"]["bindings"]
    return [
        (
            row["printedName"]["value"],
            row.get("person", {}).get("value", "").removeprefix("https://w3id.org/aligngraph/"),
        )
        for row in found
    ]


def test_what_bibtex_says_is_an_organisation_becomes_one(run: Run, catalogue: Path, tmp_path: Path) -> None:
    report = imported(run, tmp_path / "works.bib", catalogue)
    assert sorted(report["organizations_new"].values()) == ["Norms Lab", "The BigScience Workshop"]
    assert any("'Gemini Team' looks like an organisation" in note for note in report["notes"])
    assert byline(run, catalogue, "A model and its card") == [
        ("The BigScience Workshop", "organization/the-bigscience-workshop"),
        ("Ana Rivera", "person/ana-rivera"),
        ("Kim van Berg", "person/kim-van-berg"),
    ]
    assert byline(run, catalogue, "A report of a lab") == [("Norms Lab", "organization/norms-lab")]
    assert run("validate", catalogue).code == 0
    shown = run("show", "norms lab", "--data", catalogue).out
    assert shown.splitlines()[0] == "Norms Lab"
    assert "A report of a lab" in shown


def test_an_organisation_of_the_catalogue_is_known_by_its_name_in_every_format(
    run: Run, catalogue: Path, tmp_path: Path
) -> None:
    imported(run, tmp_path / "works.bib", catalogue)
    page = tmp_path / "list.md"
    page.write_text(
        "# A list\n\n## Part\n\n- Norms Lab. 2024. [Plain names in lists](https://arxiv.org/abs/2401.00009).\n"
    )
    ris = tmp_path / "one.ris"
    ris.write_text(
        "TY  - RPRT\nTI  - A name in a tag\nAU  - BigScience Workshop\nAU  - Rivera, Ana\nPY  - 2024\nER  - \n"
    )
    bib = tmp_path / "two.bib"
    bib.write_text("@misc{x, title={Bare words}, author={Norms Lab and Ana Rivera}, year=2024}")
    for path in (page, ris, bib):
        report = imported(run, path, catalogue)
        assert not report["organizations_new"]
        assert len(report["organizations_known"]) == 1
    assert byline(run, catalogue, "Bare words")[0] == ("Norms Lab", "organization/norms-lab")
    assert byline(run, catalogue, "Plain names in lists") == [("Norms Lab", "organization/norms-lab")]
    assert byline(run, catalogue, "A name in a tag")[0] == (
        "BigScience Workshop",
        "organization/the-bigscience-workshop",
    )
    works = run("query", "works-by-author", "-p", "author=Norms Lab", "--data", catalogue, "--format", "csv").out
    assert len(works.splitlines()) == 4
    assert run("validate", catalogue).code == 0


def test_a_person_of_the_catalogue_stays_one_whatever_the_source_says(
    run: Run, catalogue: Path, tmp_path: Path
) -> None:
    imported(run, tmp_path / "works.bib", catalogue)
    csl = tmp_path / "one.json"
    csl.write_text(json.dumps([{"type": "report", "title": "By one", "author": [{"literal": "Ana Rivera"}]}]))
    assert not imported(run, csl, catalogue)["organizations_new"]
    assert byline(run, catalogue, "By one") == [("Ana Rivera", "person/ana-rivera")]


@pytest.mark.parametrize(
    ("author", "known"),
    [
        ({"literal": "Gemini Team"}, organization_name("Gemini Team")),
        ({"name": "OpenAI"}, organization_name("OpenAI")),
        ({"literal": "岸田 文雄"}, Name("岸田 文雄", "岸田 文雄")),
        ({"family": "Kabra"}, Name("Kabra", "Kabra")),
    ],
)
def test_csl_says_what_is_an_organisation(author: dict[str, str], known: Name) -> None:
    text = json.dumps([{"type": "report", "title": "T", "author": [author]}])
    (entry,) = read_list(text.encode(), "x.json")[0].entries
    assert work_of(entry).authors == (known,)


def test_bibtex_and_ris_say_what_is_an_organisation() -> None:
    names = bibtex_names("{OpenAI} and Smith, John and {Google Research, Brain Team} and {\\'E}ric {Mac Lane}").names
    assert [name.organization for name in names] == [True, False, True, False]
    assert names[2].text == "Google Research, Brain Team"
    assert sorted_name("World Health Organization,").organization
    assert not sorted_name("Norms Lab").organization


@pytest.mark.parametrize(("name", "ending"), [("bibtex", ".bib"), ("csljson", ".csljson"), ("ris", ".ris")])
def test_each_bibliography_gives_organisations_back(
    run: Run, catalogue: Path, tmp_path: Path, name: str, ending: str
) -> None:
    imported(run, tmp_path / "works.bib", catalogue)
    path = tmp_path / f"out{ending}"
    assert run("export", "--format", name, "--data", catalogue, "-o", path).code == 0
    found = {entry.title: work_of(entry).authors for entry in read_list(path.read_bytes(), path.name)[0].entries}
    assert found["A report of a lab"] == (organization_name("Norms Lab"),)
    assert [author.organization for author in found["A model and its card"]] == [True, False, False]
    # It looks like one, but nobody said so.
    assert [author.organization for author in found["A second model"]] == [False, False]


def _foreign(path: Path) -> Iterator[list[str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".bib":
        data = import_module("pybtex.database").parse_string(text, "bibtex")
        entry = data.entries["bigscienceworkshop2022-card"]
        yield [" ".join(one.last_names).strip("{}") for one in entry.persons["author"]]
        parsed = import_module("bibtexparser").parse_string(text)
        (found,) = [one for one in parsed.entries if one.key == "bigscienceworkshop2022-card"]
        yield [part.strip("{} ").partition(",")[0].strip("{} ") for part in found["author"].split(" and ")]
    else:
        records = import_module("rispy").load(StringIO(text))
        (found,) = [one for one in records if one["id"] == "bigscienceworkshop2022-card"]
        yield [name.partition(",")[0] for name in found["authors"]]


@pytest.mark.parametrize(("name", "ending"), [("bibtex", ".bib"), ("ris", ".ris")])
def test_other_readers_keep_an_organisation_whole(
    run: Run, catalogue: Path, tmp_path: Path, name: str, ending: str
) -> None:
    imported(run, tmp_path / "works.bib", catalogue)
    path = tmp_path / f"out{ending}"
    assert run("export", "--format", name, "--data", catalogue, "-o", path).code == 0
    for names in _foreign(path):
        assert names[0] == "The BigScience Workshop"


def test_schema_org_graphml_and_csl_say_that_it_is_an_organisation(run: Run, catalogue: Path, tmp_path: Path) -> None:
    imported(run, tmp_path / "works.bib", catalogue)
    nodes = json.loads(run("export", "--format", "schemaorg", "--data", catalogue).out)["@graph"]
    (report,) = [node for node in nodes if node.get("name") == "A report of a lab"]
    assert [(author["@type"], author["name"]) for author in report["author"]] == [("Organization", "Norms Lab")]
    graph = run("export", "--format", "graphml", "--data", catalogue).out
    assert '<node id="organization:norms-lab">' in graph
    assert 'target="organization:norms-lab"' in graph
    items = json.loads(run("export", "--format", "csljson", "--data", catalogue).out)
    assert {"literal": "Norms Lab"} in [author for item in items for author in item["author"]]


def test_add_takes_an_organisation_in_braces(run: Run, catalogue: Path) -> None:
    arguments = ("--title", "A card", "--author", "{Norms Lab}", "--author", "Kim Berg", "--year", "2024")
    assert run("add", "https://example.org/card", *arguments, "--into", catalogue).code in (0, 1)
    assert byline(run, catalogue, "A card") == [
        ("Norms Lab", "organization/norms-lab"),
        ("Kim Berg", "person/kim-berg"),
    ]
