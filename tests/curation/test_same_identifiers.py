"""Two entries of one identifier and unlike titles are a question, in one file and against the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

# Each kind in two spellings that are one identifier.
KINDS = {
    "doi": ("doi={10.1000/a.b}, journal={JMLR}", "url={https://doi.org/10.1000/A.B}, journal={JMLR}"),
    "arxiv": ("eprint={2401.00001}, archiveprefix={arXiv}", "url={https://arxiv.org/pdf/2401.00001v3}"),
    "acl": (
        "url={https://aclanthology.org/2023.acl-long.9999/}, booktitle={ACL}",
        "url={https://aclanthology.org/2023.acl-long.9999.pdf}, booktitle={ACL}",
    ),
    "openreview": (
        "url={https://openreview.net/forum?id=B16dGcqlx}, booktitle={ICLR}",
        "url={https://openreview.net/pdf?id=B16dGcqlx}, booktitle={ICLR}",
    ),
    "isbn": ("isbn={978-1-4503-8309-7}, publisher={ACM}", "isbn={9781450383097}, publisher={ACM}"),
    "dblp": (
        "biburl={https://dblp.org/rec/journals/jmlr/Fen31.bib}, journal={JMLR}",
        "biburl={https://dblp.org/rec/bib/journals/jmlr/Fen31}, journal={JMLR}",
    ),
}
ONE = "@{0}{{a, title={{Nets That Mend Themselves at Sea}}, author={{Edda Fen}}, year=2023, {1}}}\n"
OTHER = "@{0}{{b, title={{Quiet Marshes of the Far North}}, author={{Jo Lindqvist}}, year=2023, {1}}}\n"
SAME = "@{0}{{b, title={{Nets that mend themselves at sea}}, author={{E. Fen}}, year=2023, {1}}}\n"


def type_of(kind: str) -> str:
    """Return a type of entry that has identifiers of this kind."""
    return {"isbn": "book", "arxiv": "misc", "acl": "inproceedings", "openreview": "inproceedings"}.get(kind, "article")


@pytest.mark.parametrize("kind", KINDS)
def test_one_identifier_in_a_file_is_a_question_or_one_work(run: Run, tmp_path: Path, kind: str) -> None:
    first, second = (form for form in KINDS[kind])
    for other, certain in ((OTHER, False), (SAME, True)):
        path = tmp_path / "two.bib"
        path.write_text(ONE.format(type_of(kind), first) + other.format(type_of(kind), second), encoding="utf-8")
        said = json.loads(run("import", path, "--dry-run", "--report", "json").out)
        assert (said["works_new"], said["works_uncertain"]) == (1, 0 if certain else 1), said
        if not certain:
            (question,) = said["uncertain"]
            assert question["line"] == 2
            assert any(text.startswith(f"{kind} ") for text in question["evidence"])


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind not in ("dblp", "isbn") else kind for kind in KINDS]
)
def test_one_identifier_with_the_catalogue_is_a_question(run: Run, tmp_path: Path, kind: str) -> None:
    first, second = KINDS[kind]
    data, one, other = tmp_path / "data", tmp_path / "one.bib", tmp_path / "other.bib"
    one.write_text(ONE.format(type_of(kind), first), encoding="utf-8")
    other.write_text(OTHER.format(type_of(kind), second), encoding="utf-8")
    assert run("new-catalogue", data, "--title", "Nets").code == 0
    assert run("import", one, "--into", data).code == 0
    before = {path: path.read_bytes() for path in data.rglob("*.ttl")}
    outcome = run("import", other, "--into", data)
    assert outcome.code == 1
    assert "other.bib, line 1: Quiet Marshes of the Far North" in outcome.err
    assert f"    {kind} " in outcome.err
    assert {path: path.read_bytes() for path in data.rglob("*.ttl")} == before
