"""``fmt`` writes every file in canonical form, or none, and says which."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from aligngraph.cli.fmt import command
from aligngraph.errors import BadTurtleError, CatalogueError
from tests.conftest import ROOT, Run


def fmt(*arguments: str, text: str | bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, arguments, input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.ttl").write_text("<https://example.org/a>\n    a <https://example.org/C> ;\n.\n")
    (tmp_path / "other.ttl").write_text("<https://example.org/a> a <https://example.org/C> .")
    return tmp_path


def test_byte_order_mark_alone_is_a_change(folder: Path) -> None:
    (folder / "other.ttl").write_bytes(b"\xef\xbb\xbf" + (folder / "good.ttl").read_bytes())
    assert fmt("--check", str(folder))[0] == 1


def test_one_bad_file_keeps_all_as_they_were(folder: Path) -> None:
    (folder / "bad.ttl").write_text("<https://example.org/a> a")
    before = (folder / "other.ttl").read_bytes()
    with pytest.raises(BadTurtleError, match=r"bad\.ttl, line 1"):
        fmt(str(folder))
    assert (folder / "other.ttl").read_bytes() == before


def test_standard_input_comes_back_in_form() -> None:
    assert fmt("-", text="<https://example.org/a> a <https://example.org/C> .")[:2] == (
        0,
        "<https://example.org/a>\n    a <https://example.org/C> ;\n.\n",
    )
    assert fmt("-", "--check", text="<https://example.org/a> a <https://example.org/C> .")[:2] == (1, "-\n")


def test_missing_empty_and_foreign_paths_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.nt").write_text("<urn:x:a> <urn:x:b> <urn:x:c> .")
    for name, message in (("none", "no such file"), ("empty", "no Turtle file"), ("a.nt", "not a Turtle file")):
        with pytest.raises(CatalogueError, match=message):
            fmt(str(tmp_path / name))


def test_without_paths_the_shipped_files_are_in_canonical_form(run: Run) -> None:
    outcome = run("fmt", "--check", cwd=ROOT)
    assert (outcome.code, outcome.out) == (0, "")
    assert "files in canonical form" in outcome.err


def test_errors_of_all_files_are_shown(run: Run, folder: Path) -> None:
    (folder / "bad.ttl").write_text("<https://example.org/a> a")
    (folder / "worse.ttl").write_bytes(b"# \xff")
    outcome = run("fmt", folder)
    assert outcome.code == 2
    assert [line.split(":")[0] for line in outcome.err.splitlines()] == ["Error", "Error"]
    assert "bad.ttl, line 1" in outcome.err
    assert "worse.ttl, line 1: not UTF-8" in outcome.err


def test_standard_input_stands_alone(run: Run) -> None:
    assert run("fmt", "-", "data").code == 2
    outcome = run("fmt", "-", stdin=b"<https://example.org/a> a 'x")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Error: standard input, line 1")
