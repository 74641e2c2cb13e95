"""What a new record lacks it says itself: validate reports it as information, and what fills it in takes it back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run

PAGE = """# Mixed bag

## RL-based Alignment

1. **Quiet Rewards: Tuning Without Shouting.** Ana Rivera et al. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
2. **Louder Rewards.** [[Paper](https://arxiv.org/abs/2402.99992)]
3. **Nowhere To Be Found.** Chen et al. ICLR 2024. [[Paper](https://example.org/x.pdf)]
4. **Unknown Place.** Ana Rivera, Jo Lindqvist. 2022. [[Paper](https://doi.org/10.1234/abc.5)]
"""
LIBRARY = """@inproceedings{a, title={Quiet Rewards: Tuning Without Shouting}, year={2023}, booktitle={NeurIPS},
  author={Rivera, Ana and Lindqvist, Jo and Chen, Wei}, eprint={2305.99991}, archivePrefix={arXiv}}
@misc{b, title={Louder Rewards}, author={Lindqvist, Jo}, year={2024}, eprint={2402.99992}, archivePrefix={arXiv}}
@inproceedings{c, title={Nowhere To Be Found}, author={Chen, Wei and Okafor, Mara}, booktitle={ICLR}, year={2024}}
@article{e, title={Unknown Place}, author={Rivera, Ana and Lindqvist, Jo}, journal={Computational Linguistics},
  year={2022}, doi={10.1234/abc.5}}
"""


@pytest.fixture
def own(run: Run, tmp_path: Path) -> Path:
    """A catalogue straight from the import of a list that leaves much out."""
    folder = tmp_path / "own"
    assert run("new-catalogue", folder).code == 0
    (tmp_path / "list.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "library.bib").write_text(LIBRARY, encoding="utf-8")
    assert run("import", tmp_path / "list.md", "--into", folder).code == 0
    return folder


# The entry types of BibTeX and BibLaTeX, each with the field that says where it appeared.
APPEARED = {
    "article": "journal", "inproceedings": "booktitle", "incollection": "booktitle", "inbook": "booktitle",
    "book": "publisher", "booklet": "howpublished", "proceedings": "publisher", "collection": "publisher",
    "phdthesis": "school", "mastersthesis": "school", "thesis": "institution", "techreport": "institution",
    "report": "institution", "manual": "organization", "standard": "organization", "online": "organization",
    "misc": "howpublished", "unpublished": "note", "dataset": "publisher", "software": "publisher", "patent": "holder",
}  # fmt: skip


def lacking(run: Run, folder: Path, *more: str) -> set[tuple[str, str]]:
    outcome = run("query", "incomplete-records", *more, "--data", folder, "--format", "csv")
    assert outcome.code == 0, outcome.err
    rows = [line.split(",") for line in outcome.out.splitlines()[1:]]
    assert all(row[2].startswith("20") for row in rows)
    return {(row[1], row[-1].rpartition("/")[2]) for row in rows}


def test_a_catalogue_straight_from_import_validates_and_says_what_it_lacks(run: Run, own: Path) -> None:
    outcome = run("validate", own)
    assert outcome.code == 0
    assert "Violation" not in outcome.out
    assert "found: ag:lacks ag:hasAuthorship" in outcome.out
    assert lacking(run, own) == {
        ("authors", "louder2024-rewards"),
        ("further-authors", "chen2024-nowhere"),
        ("further-authors", "rivera2023-quiet"),
        ("kind", "rivera2022-unknown-publication"),
        ("person", "chen2024-nowhere-001"),
        ("venue", "rivera2022-unknown-publication"),
    }
    assert lacking(run, own, "-p", "what=authors") == {("authors", "louder2024-rewards")}


def test_an_entry_of_any_type_from_an_unknown_place_validates(run: Run, tmp_path: Path) -> None:
    entries = (
        f"@{kind}{{{kind}, title={{Notes on {chr(65 + n)}{kind}s}}, author={{Rivera, Ana and Chen, Wei}}, "
        f"year={{2021}}, {field}={{The Place of {chr(65 + n)}s}}}}\n"
        for n, (kind, field) in enumerate(APPEARED.items())
    )
    (tmp_path / "all.bib").write_text("".join(entries), encoding="utf-8")
    assert run("new-catalogue", tmp_path / "own").code == 0
    assert run("import", tmp_path / "all.bib", "--into", tmp_path / "own").code == 0
    assert len(list((tmp_path / "own" / "works").glob("*.ttl"))) == len(APPEARED)
    outcome = run("validate", tmp_path / "own")
    assert (outcome.code, "Violation" in outcome.out) == (0, False), outcome.out


def test_the_report_counts_what_is_not_known(run: Run, own: Path, tmp_path: Path) -> None:
    outcome = run("import", tmp_path / "list.md", "--into", own, "--report", "json")
    report = json.loads(outcome.out)
    assert (report["incomplete"], report["files_changed"]) == ({}, 0)
    outcome = run("import", tmp_path / "list.md", "--report", "json")
    assert json.loads(outcome.out)["incomplete"] == {
        "authors": 1, "further authors": 2, "kind": 1, "venue": 1, "person": 1,
    }  # fmt: skip


@pytest.mark.parametrize("command", ["link", "import"])
def test_what_is_filled_in_is_no_longer_lacking(run: Run, own: Path, tmp_path: Path, command: str) -> None:
    library = tmp_path / "library.bib"
    if command == "link":
        run("link", "--to", library, "--complete", "--accept", "--into", own)
    else:
        assert run("import", library, "--into", own).code == 0
    assert lacking(run, own) == set()
    outcome = run("validate", own, "--fail-on", "warning")
    assert outcome.code == 0, outcome.out
    assert "all conform" in outcome.out
    quiet = (own / "works" / "rivera2023-quiet.ttl").read_text(encoding="utf-8")
    assert re.findall(r'nameAsPrinted "(.*)"', quiet) == ["Ana Rivera", "Jo Lindqvist", "Wei Chen"]
    nowhere = (own / "works" / "chen2024-nowhere.ttl").read_text(encoding="utf-8")
    assert re.findall(r'nameAsPrinted "(.*)"', nowhere) == ["Wei Chen", "Mara Okafor"]
    place = (own / "works" / "rivera2022-unknown.ttl").read_text(encoding="utf-8")
    assert "a ag:JournalArticle" in place
    assert "a ag:Publication" not in place
    for text in (quiet, nowhere, place):
        assert "ag:lacks" not in text
        assert "cut short" not in text


def test_other_authors_are_no_rest_of_a_byline(run: Run, own: Path, tmp_path: Path) -> None:
    (tmp_path / "other.bib").write_text(LIBRARY.replace("Rivera, Ana and", "Sato, Ken and"), encoding="utf-8")
    outcome = run("link", "--to", tmp_path / "other.bib", "--complete", "--into", own)
    assert "1 authors here, 3 in other.bib" in outcome.err
    assert ("further-authors", "rivera2023-quiet") in lacking(run, own)


def test_a_record_that_has_what_it_says_it_lacks_is_an_error(run: Run, own: Path) -> None:
    record = own / "works" / "rivera2022-unknown.ttl"
    text = record.read_text(encoding="utf-8")
    untrue = text.replace(
        "    ag:firstPublicYear 2022 ;",
        "    ag:firstPublicYear 2022 ;\n    ag:lacks ag:hasAuthorship , ag:firstPublicYear , ag:hasPlacing ;\n"
        '    ag:lacksSince "2026-11-30T00:00:00Z"^^xsd:dateTime ;',
    ).replace("a ag:Publication ;", "a ag:JournalArticle ;")
    record.write_text(untrue, encoding="utf-8")
    for engine in ("shacl", "pyshacl"):
        outcome = run("validate", own, "--engine", engine)
        assert outcome.code == 1
        found = outcome.out.partition("Violation agsh:IncompleteTrue")[2].partition("Info")[0]
        assert set(re.findall(r"found: ag:lacks (\S+)", found)) == {
            "ag:hasAuthorship", "ag:firstPublicYear", "ag:hasPlacing", "rdf:type",
        }  # fmt: skip
    # Without a word, what is missing stays a violation.
    record.write_text(re.sub(r"\n    ag:lacks.*", "", text), encoding="utf-8")
    outcome = run("validate", own)
    assert outcome.code == 1
    for rule in ("PublicationKind", "PublicationVenueKnown"):
        assert f"Violation agsh:{rule}" in outcome.out


def test_pages_and_bibliographies_say_that_something_is_not_known(run: Run, own: Path, tmp_path: Path) -> None:
    outcome = run("show", "work:rivera2022-unknown", "--data", own)
    assert re.search(r"Not known\s+kind \(as of 20\d\d-\d\d-\d\d\)[,;] venue", outcome.out), outcome.out
    outcome = run("export", "--format", "bibtex", "--data", own)
    assert "{Ana Rivera and others}" in outcome.out
    louder = outcome.out[outcome.out.index("louder2024-rewards") :].partition("\n}")[0]
    assert "author" not in louder
    (tmp_path / "back.bib").write_text(outcome.out, encoding="utf-8")
    again = tmp_path / "again"
    assert run("new-catalogue", again).code == 0
    assert run("import", tmp_path / "back.bib", "--into", again).code == 0
    assert run("validate", again).code == 0
    assert {one for one in lacking(run, again) if one[0] != "placing"} == lacking(run, own)


@pytest.mark.slow
def test_a_merge_keeps_only_what_both_lack(run: Run, own: Path, tmp_path: Path) -> None:
    bib = "@article{x, title={Loudest Rewards}, author={Lindqvist, Jo}, year={2024}}\n"
    (tmp_path / "x.bib").write_text(bib, encoding="utf-8")
    assert run("import", tmp_path / "x.bib", "--into", own).code == 0
    assert ("placing", "lindqvist2024-loudest") in lacking(run, own)
    outcome = run("merge", "work:lindqvist2024-loudest", "work:louder2024-rewards", "--into", own)
    assert outcome.code == 0, outcome.err
    # The venue of the publication that the kept work takes over is not known.
    assert {name for name, record in lacking(run, own) if "loude" in record} == {"venue"}
    assert run("validate", own).code == 0


def test_an_unknown_venue_becomes_a_draft_that_a_person_confirms(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert run("new-catalogue", own).code == 0
    entry = "@inproceedings{{{0}, title={{Place {0}}}, author={{Rivera, Ana}}, booktitle={{{1}}}, year={{202{2}}}}}\n"
    venues = ["Proceedings of the 3rd Symposium on Odd Things", "Symposium on Odd Things 2024", "ICLM"]
    bib = "".join(entry.format("abc"[at], venue, at + 3) for at, venue in enumerate(venues))
    (tmp_path / "some.bib").write_text(bib, encoding="utf-8")
    outcome = run("import", tmp_path / "some.bib", "--into", own)
    assert outcome.code == 0
    assert re.search(r"Odd Things', line 1, draft venue:symposium-on-odd-things$", outcome.err, re.MULTILINE)
    assert re.search(r"'ICLM', line 3, draft venue:iclm; perhaps .*venue:icml", outcome.err), outcome.err
    assert run("validate", own).code == 0
    drafts = {("kind", "symposium-on-odd-things"), ("kind", "iclm")}
    assert {one for one in lacking(run, own) if one[0] in ("kind", "venue")} == drafts
    # The next import knows the draft, and asks about it no more.
    (tmp_path / "more.bib").write_text(entry.format("d", "Symposium on Odd Things", 5), encoding="utf-8")
    assert "Venues not known" not in run("import", tmp_path / "more.bib", "--into", own).err
    # One is confirmed, the other was a known venue.
    path = own / "venues.ttl"
    text = path.read_text(encoding="utf-8")
    odd = text[text.index("venue:symposium") :]
    confirmed = re.sub(r"\n    ag:lacks.*", "", odd.partition("\n.\n")[0]).replace(
        "a ag:Venue", "a ag:ConferenceSeries"
    )
    path.write_text(text.replace(odd.partition("\n.\n")[0], confirmed), encoding="utf-8")
    (tmp_path / "icml.bib").write_text(entry.format("e", "ICML", 4), encoding="utf-8")
    assert run("import", tmp_path / "icml.bib", "--into", own).code == 0
    assert run("merge", "venue:iclm", "venue:icml", "--into", own).code == 0
    outcome = run("validate", own)
    assert outcome.code == 0, outcome.out
    assert not {one for one in lacking(run, own) if one[0] == "kind"}
