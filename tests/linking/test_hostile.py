"""What comes from outside and is broken, or means harm: bibliographies and review tables."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.holdings import read_holdings
from aligngraph.errors import CatalogueError
from aligngraph.linking.files import look_in
from aligngraph.linking.records import Wanted
from aligngraph.linking.review import COLUMNS, read_review, take_back
from aligngraph.linking.wanted import wanted_in
from tests.linking.test_files_on_disk import DPO

PUBLICATION = "publication:rafailov2023-dpo-neurips"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copy(data_folder() / "works" / "rafailov2023-dpo.ttl", folder / "works")
    return folder


@pytest.fixture
def wanted(data: Path) -> list[Wanted]:
    return wanted_in(read_holdings([data]), ["works"])


def test_other_encodings_are_read(wanted: list[Wanted], tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_bytes(DPO.replace("Rafael", "Rafaël").encode("cp1252"))
    (tmp_path / "b.bib").write_bytes(b"\xef\xbb\xbf" + DPO.replace("\n", "\r\n").encode())
    found = look_in([tmp_path / "a.bib", tmp_path / "b.bib"], wanted)
    (records,) = found.records.values()
    assert [record.authors[0].name.given for record in records] == ["Rafaël", "Rafael"]
    assert not found.problems


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("binary.bib", b"@misc{a, title = {\0\1\2}}"),
        ("cut.bib.gz", gzip.compress(DPO.encode() * 100)[:-200]),
        ("none.bib.gz", b"not compressed at all"),
        ("bomb.bib.gz", gzip.compress(b"@misc{a, title = {" + b"x" * (3 << 20) + b"}}")),
        ("long.ris", b"TY  - JOUR\nTI  - " + b"x" * (3 << 20)),
        ("no.json", b"{" * 100),
        ("deep.json", b"[" * 100_000),
        ("list.json", b'[1, "two", null]'),
    ],
)
def test_an_unreadable_file_is_reported_and_the_others_are_read(
    name: str, content: bytes, wanted: list[Wanted], tmp_path: Path
) -> None:
    folder = tmp_path / "bibliographies"
    folder.mkdir()
    (folder / name).write_bytes(content)
    (folder / "z.bib").write_text(DPO, encoding="utf-8")
    found = look_in([folder], wanted)
    assert len(found.records) == 1
    assert [problem for problem in found.problems if name in problem.file], found.problems


def test_links_that_lead_round_in_a_folder_end(wanted: list[Wanted], tmp_path: Path) -> None:
    folder = tmp_path / "round"
    folder.mkdir()
    (folder / "a.bib").write_text(DPO, encoding="utf-8")
    (folder / "again").symlink_to(folder)
    (folder / "b.bib").symlink_to(folder / "gone")
    os.mkfifo(folder / "c.bib")
    found = look_in([folder], wanted)
    assert found.files == 3
    assert {problem.file for problem in found.problems} == {"round/b.bib", "round/c.bib"}


def test_addresses_that_are_none_and_control_characters_are_not_taken(wanted: list[Wanted], tmp_path: Path) -> None:
    text = DPO.replace("https://mlanthology.org/", "javascript:alert(1)//mlanthology.org/").replace("36", "3\x1b[31m6")
    (tmp_path / "a.bib").write_text(text, encoding="utf-8")
    found = look_in([tmp_path / "a.bib"], wanted)
    for records in found.records.values():
        for record in records:
            assert "javascript" not in (record.form.same_as or "" if record.form else "")


def table(**cells: str) -> str:
    row = {
        "subject_id": PUBLICATION, "predicate_id": "schema:sameAs", "object_id": "https://openalex.org/W1",
        "reviewer_label": "me", "confidence": "0.9", **cells,
    }  # fmt: skip
    return "\t".join(COLUMNS) + "\n" + "\t".join(row.get(name, "") for name in COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"object_id": "javascript:alert(1)"}, "line 2: 'javascript:alert(1)' is neither an IRI nor a CURIE"),
        ({"object_id": "https://"}, "can't be linked to"),
        ({"object_id": "nowhere:1"}, "neither an IRI nor a CURIE"),
        ({"subject_id": "publication:no-such"}, "this catalogue has no publication:no-such"),
        ({"subject_id": "https://example.org/x"}, "this catalogue has no https://example.org/x"),
        ({"predicate_id": "rdf:type"}, "is not a link"),
        ({"predicate_modifier": "maybe"}, "write Not or nothing"),
        ({"confidence": "sure"}, "has to be between 0 and 1"),
        ({"confidence": "7"}, "has to be between 0 and 1"),
        ({"confidence": "nan"}, "has to be between 0 and 1"),
    ],
)
def test_an_invalid_row_is_reported_with_its_line(data: Path, cells: dict[str, str], said: str) -> None:
    with pytest.raises(CatalogueError, match=r"t\.tsv, line 2: ") as raised:
        read_review(table(**cells), "t.tsv", read_holdings([data]))
    assert said in str(raised.value)


def test_a_row_that_is_kept_and_rejected_is_refused(data: Path) -> None:
    text = table() + table(predicate_modifier="Not").split("\n", 1)[1]
    with pytest.raises(CatalogueError, match="line 3: is both kept and rejected"):
        read_review(text, "t.tsv", read_holdings([data]))


def test_a_record_that_another_thing_has_is_not_taken_over(data: Path) -> None:
    holdings = read_holdings([data])
    decided = read_review(table(object_id="https://arxiv.org/abs/2305.18290"), "t.tsv", holdings)
    outcome = take_back(decided, holdings)
    assert not outcome.changes.added
    assert "is already that of publication:rafailov2023-dpo-arxiv" in outcome.wrong[0]


def test_text_in_a_table_can_not_end_a_literal(data: Path) -> None:
    holdings = read_holdings([data])
    cells = {"comment": 'x" . <http://e.example/a> a <b>', "reviewer_label": "me\\", "object_label": "<script>"}
    outcome = take_back(read_review(table(**cells), "t.tsv", holdings), holdings)
    assert {one.subject.value for one in outcome.changes.added if hasattr(one.subject, "value")} <= {
        *(one.iri for one in outcome.written), *(one.subject for one in outcome.written)
    }  # fmt: skip
