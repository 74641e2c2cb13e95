"""Linking to bibliographies on disk, with the command as people run it."""

from __future__ import annotations

import csv
import gzip
import shutil
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.holdings import read_holdings
from aligngraph.linking.files import look_in
from aligngraph.linking.wanted import wanted_in
from tests.conftest import Run

DPO = """@inproceedings{rafailov,
  title = {Direct Preference Optimization: Your Language Model is Secretly a Reward Model},
  author = {Rafailov, Rafael and Sharma, Archit and Mitchell, Eric and Manning, Christopher D. and Ermon, Stefano
            and Finn, Chelsea},
  booktitle = {Advances in Neural Information Processing Systems},
  year = 2023, volume = 36, pages = {53728--53741},
  url = {https://mlanthology.org/neurips/2023/rafailov2023neurips-direct/}
}
"""
NUMBER = (
    "  eprint = {2305.18290}, archiveprefix = {arXiv},\n"
    "  pdf = {https://proceedings.neurips.cc/paper_files/paper/2023/file/a85b405e-Paper-Conference.pdf},\n"
)
WRONG = "@misc{w, title = {On Something Else}, author = {Ann Lee}, eprint = {2305.18290}, archiveprefix = {arXiv}}\n"
RECORD = "https://mlanthology.org/neurips/2023/rafailov2023neurips-direct/"
WORK = "works/rafailov2023-dpo.ttl"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A catalogue of one work, with the venues."""
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    for name in (WORK, "venues.ttl"):
        shutil.copy(data_folder() / name, folder / name)
    text = (folder / WORK).read_text(encoding="utf-8")
    for line in ('    ag:volume "36" ;\n', '    ag:pages "53728-53741" ;\n', f"        <{RECORD}> ,\n"):
        text = text.replace(line, "")
    (folder / WORK).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "neurips.bib"
    path.write_text(DPO, encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.ttl"))}


def test_a_title_alone_is_left_to_a_person_with_its_evidence(run: Run, data: Path, bib: Path) -> None:
    before = contents(data)
    done = run("link", "--to", bib, "--into", data)
    assert (done.code, contents(data)) == (1, before)
    (row,) = csv.DictReader([line for line in done.out.splitlines() if not line.startswith("#")], delimiter="\t")
    assert row["subject_id"] == "publication:rafailov2023-dpo-neurips"
    assert (row["confidence"], row["reviewer_label"]) == ("0.90", "")
    assert "neurips.bib:1: title 1.00" in row["comment"]


def test_accepted_links_and_values_are_written_with_their_source(run: Run, data: Path, bib: Path) -> None:
    done = run("link", "--to", bib, "--into", data, "--accept", "--complete")
    assert done.code == 0, done.err
    text = (data / WORK).read_text(encoding="utf-8")
    assert f"<{RECORD}>" in text
    assert 'ag:pages "53728-53741"' in text
    assert 'ag:volume "36"' in text
    assert "neurips.bib:1, for volume, pages" in text
    mapping = (data / "mappings.ttl").read_text(encoding="utf-8")
    assert 'sssom:mapping_tool "aligngraph"' in mapping
    assert run("fmt", "--check", data).code == 0
    after = contents(data)
    again = run("link", "--to", bib, "--into", data, "--accept", "--complete")
    assert (again.code, contents(data)) == (0, after)


def test_an_entry_of_the_published_form_with_the_number_of_the_preprint_is_of_the_published_form(
    run: Run, data: Path, bib: Path
) -> None:
    bib.write_text(DPO.replace("  url =", NUMBER + "  url ="), encoding="utf-8")
    done = run("link", "--to", bib, "--into", data, "--complete")
    assert done.code == 0, done.err
    preprint, published = (data / WORK).read_text(encoding="utf-8").split("\npublication:")[1:3]
    assert preprint.startswith("rafailov2023-dpo-arxiv")
    assert "ag:pages" not in preprint
    assert RECORD not in preprint
    assert 'ag:pages "53728-53741"' in published
    assert RECORD in published
    assert ".pdf" not in published


def test_a_preprint_gains_no_volume_number_or_pages(run: Run, data: Path, bib: Path) -> None:
    entry = "@techreport{t, title = {TITLE}, eprint = {2305.18290}, number = {arXiv:2305.18290}, year = 2023}"
    title = "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"
    bib.write_text(entry.replace("TITLE", title), encoding="utf-8")
    before = contents(data)
    assert run("link", "--to", bib, "--into", data, "--complete").code == 0
    assert contents(data) == before


def test_a_dry_run_prints_the_diff_and_writes_nothing(run: Run, data: Path, bib: Path) -> None:
    before = contents(data)
    done = run("link", "--to", bib, "--into", data, "--accept", "--dry-run")
    assert f"+        <{RECORD}> ," in done.out
    assert contents(data) == before


@pytest.mark.slow
@pytest.mark.parametrize("rejected", [False, True])
def test_a_decision_is_taken_back_and_never_asked_for_again(run: Run, data: Path, bib: Path, rejected: bool) -> None:
    table = run("link", "--to", bib, "--into", data).out.splitlines()
    head = table[-2].split("\t")
    row = dict(zip(head, table[-1].split("\t"), strict=True))
    row |= {"reviewer_label": "a curator", "predicate_modifier": "Not" if rejected else ""}
    review = data.parent / "review.sssom.tsv"
    review.write_text("\n".join([*table[:-1], "\t".join(row[name] for name in head)]) + "\n", encoding="utf-8")
    done = run("link", "--review", review, "--into", data)
    assert done.code == 0, done.err
    assert (f"<{RECORD}>" in (data / WORK).read_text(encoding="utf-8")) is not rejected
    again = run("link", "--to", bib, "--into", data)
    assert (again.code, again.out) == (0, "")


def test_an_equal_identifier_with_another_title_is_reported_and_not_written(run: Run, data: Path, bib: Path) -> None:
    bib.write_text(WRONG, encoding="utf-8")
    before = contents(data)
    done = run("link", "--to", bib, "--into", data, "--accept", "--complete")
    assert (done.code, contents(data)) == (1, before)
    said = "arxiv 2305.18290, doi 10.48550/arxiv.2305.18290 is that of “On Something Else” in neurips.bib:1"
    assert said in done.err


def test_what_a_record_says_is_never_changed(run: Run, data: Path, bib: Path) -> None:
    path = data / WORK
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    ag:venue venue:neurips ;", '    ag:pages "1-9" ;\n    ag:venue venue:neurips ;'))
    done = run("link", "--to", bib, "--into", data, "--accept", "--complete")
    assert "pages is 1-9 here, 53728-53741 in neurips.bib:1" in done.err
    assert 'ag:pages "1-9"' in path.read_text(encoding="utf-8")


def test_a_folder_is_read_with_what_can_not_be_read_named_by_line(run: Run, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "anthology"
    (folder / "2023").mkdir(parents=True)
    with gzip.open(folder / "2023" / "a.bib.gz", "wt", encoding="utf-8") as stream:
        stream.write("@misc{x, title = {Unrelated}}\n" * 3 + "@inproceedings{broken, title = {Not closed,\n" + DPO)
    (folder / "b.ris").write_text("TY  - JOUR\nTI  - Unrelated\nER  - \n", encoding="utf-8")
    (folder / "notes.yaml").write_text("a: b\n", encoding="utf-8")
    done = run("link", "--to", folder, "--into", data)
    assert "Read 6 entries in 2 files." in done.err
    assert ".yaml (1)" in done.err
    assert "anthology/2023/a.bib.gz, line 4" in done.err
    assert "anthology/2023/a.bib.gz:5: title 1.00" in done.out


def test_volumes_and_macros_that_entries_take_from_are_found_behind_them(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "crossref.bib"
    entry = DPO.replace("booktitle = {Advances in Neural Information Processing Systems}", "crossref = {vol}")
    volume = "@proceedings{vol, title = nips # { Systems}, year = 2023}\n"
    path.write_text('@string{nips = "Advances in Neural Information Processing"}\n' + entry + volume, encoding="utf-8")
    found = look_in([path], wanted_in(read_holdings([data]), ["works"]))
    ((record,),) = found.records.values()
    assert record.form is not None
    assert record.form.venue == "Advances in Neural Information Processing Systems"
    assert record.where == "crossref.bib:2"


def test_csl_and_ris_say_the_same(data: Path, tmp_path: Path) -> None:
    title = "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"
    csl = tmp_path / "a.json"
    csl.write_text(f'[{{"type": "paper-conference", "title": "{title}", "DOI": "10.52202/075280-2338"}}]')
    ris = tmp_path / "b.ris"
    ris.write_text(f"TY  - CPAPER\nTI  - {title}\nDO  - 10.52202/075280-2338\nER  - \n")
    found = look_in([csl, ris], wanted_in(read_holdings([data]), ["works"]))
    ((one, other),) = found.records.values()
    assert (one.title, one.identifiers) == (other.title, other.identifiers)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say where to look with --to"),
        (("--to", "nowhere"), "nowhere: there is no such file or folder, and no source of this name"),
        (("--to", "EMPTY"), "has no bibliographies"),
        (("--to", "BIB", "no-such-work"), "no work, person, organisation, venue or artifact 'no-such-work'"),
        (("--to", "BIB", "--kind", "venues", "rafailov2023-dpo"), "is none of the venues"),
        (("--review", "BIB"), "is not a review table"),
        (("--review", "BIB", "--to", "BIB"), "leave --to and THING out"),
    ],
)
def test_what_can_not_be_done_is_said(
    run: Run, data: Path, bib: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"EMPTY": tmp_path / "empty", "BIB": bib}
    before = contents(data)
    done = run("link", *(places.get(one, one) for one in arguments), "--into", data)
    assert done.code == 2
    assert said in done.err
    assert contents(data) == before
