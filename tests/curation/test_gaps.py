"""Works that are known gain what an import knows and the catalogue does not; what they have stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

TITLE = "Quiet Rewards: Tuning Where Raters Agree"
BIB = """@article{rivera2031, title={%s}, author={Ana Rivera and Jo Lindqvist}, journal={Computational Linguistics},
  year={2031}, volume={7}, pages={11-29}, doi={10.5555/quiet.7}}
"""


@pytest.fixture
def catalogue(run: Run, tmp_path: Path) -> Path:
    """A catalogue with one work of which only the title and an address are known."""
    folder = tmp_path / "birds"
    assert run("new-catalogue", folder).code == 0
    page = tmp_path / "list.md"
    page.write_text(f"# Birds\n\n## Read\n\n- [{TITLE}](https://example.org/quiet)\n", encoding="utf-8")
    assert run("import", page, "--into", folder).code == 0
    return folder


def text_of(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.ttl")))


@pytest.mark.slow
def test_a_work_known_by_its_title_gains_authors_year_and_publication(
    run: Run, catalogue: Path, tmp_path: Path
) -> None:
    bib = tmp_path / "more.bib"
    bib.write_text(BIB % TITLE, encoding="utf-8")
    before = text_of(catalogue)
    outcome = run("import", bib, "--into", catalogue, "--report", "json")
    assert outcome.code == 0
    report = json.loads(outcome.out)
    assert (report["works_matched"], report["works_new"]) == (1, 0)
    assert len(report["gained"]) == 1
    assert "authors" in report["gained"][0]
    after = text_of(catalogue)
    for said in (
        'ag:nameAsPrinted "Jo Lindqvist"',
        "ag:firstPublicYear 2031",
        'ag:doi "10.5555/quiet.7"',
        'ag:volume "7"',
    ):
        assert said not in before
        assert said in after
    assert "From more.bib, line 1: authors" in after
    again = json.loads(run("import", bib, "--into", catalogue, "--report", "json").out)
    assert (again["gained"], again["files_changed"]) == ([], 0)


@pytest.mark.slow
def test_a_publication_gains_its_pages(run: Run, catalogue: Path, tmp_path: Path) -> None:
    bib = tmp_path / "more.bib"
    bib.write_text((BIB % TITLE).replace("volume={7}, pages={11-29}, ", ""), encoding="utf-8")
    assert run("import", bib, "--into", catalogue).code == 0
    assert "ag:pages" not in text_of(catalogue)
    bib.write_text(BIB % TITLE, encoding="utf-8")
    report = json.loads(run("import", bib, "--into", catalogue, "--report", "json").out)
    assert "volume, pages" in report["gained"][0]
    assert text_of(catalogue).count("a ag:JournalArticle") == 1


def test_what_is_said_otherwise_stays_and_is_named(run: Run, catalogue: Path, tmp_path: Path) -> None:
    bib = tmp_path / "more.bib"
    bib.write_text(BIB % TITLE, encoding="utf-8")
    assert run("import", bib, "--into", catalogue).code == 0
    before = text_of(catalogue)
    page = tmp_path / "other.md"
    page.write_text(f"# Others\n\n## Read\n\n- {TITLE}. Ana Rivera, Mei Okafor. ACL 2031. [[p](https://e.org/q)]\n")
    report = json.loads(run("import", page, "--into", catalogue, "--report", "json").out)
    assert (report["works_matched"], report["gained"]) == (1, [])
    assert "Mei Okafor" not in text_of(catalogue).replace('authorsAsPrinted "Ana Rivera, Mei Okafor', "")
    assert before.count("ag:hasAuthorship") == text_of(catalogue).count("ag:hasAuthorship")


@pytest.mark.slow
def test_a_list_gives_authors_to_a_work_without_any(run: Run, catalogue: Path, tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text(f"# Others\n\n## Read\n\n- {TITLE}. Ana Rivera, Jo Lindqvist. ACL 2031. [[p](https://e.org/q)]\n")
    report = json.loads(run("import", page, "--into", catalogue, "--report", "json").out)
    assert "authors, year, publication in ACL" in report["gained"][0]


@pytest.mark.slow
def test_names_cut_short_are_not_taken_for_a_byline(run: Run, catalogue: Path, tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text(f"# Others\n\n## Read\n\n- {TITLE}. Rivera et al. ACL 2031. [[p](https://e.org/q)]\n")
    report = json.loads(run("import", page, "--into", catalogue, "--report", "json").out)
    assert "authors" not in report["gained"][0]


def test_a_work_named_by_its_title_keeps_its_iri_and_the_report_says_so(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "list.md"
    page.write_text(f"# Birds\n\n## Read\n\n- [{TITLE}](https://example.org/quiet)\n", encoding="utf-8")
    outcome = run("import", page)
    assert "named by words of its title, as its first author is not known" in outcome.err
