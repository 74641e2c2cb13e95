"""Several files change at once, one writer at a time; nothing of anybody else's is lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligngraph.errors import OutputError
from aligngraph.files import temporary, transactions
from aligngraph.files.atomic import write_folder, write_whole
from aligngraph.files.temporary import JOURNAL, PREFIX, temporary_file, temporary_folder
from aligngraph.files.transactions import change_files, locked, recover
from tests.conftest import Run
from tests.support.programs import find_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "works").mkdir(parents=True)
    (tmp_path / "data" / "a").write_text("old a")
    (tmp_path / "data" / "works" / "b").write_text("old b")
    return tmp_path / "data"


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def change(folder: Path, contents: dict[str, bytes | None]) -> None:
    before = {folder / name: (folder / name).read_bytes() for name in contents if (folder / name).is_file()}
    with locked(folder):
        change_files(folder, {folder / name: content for name, content in contents.items()}, before)


def stopped_midway(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what a process leaves that is killed after the journal is there and one file is in its place."""
    moved: list[Path] = []

    def once(new: Path, target: Path) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(new)
        new.replace(target)

    monkeypatch.setattr(transactions, "move", once)
    with pytest.raises(KeyboardInterrupt):
        change(folder, {"a": b"new a", "works/b": b"new b", "new/c": b"new c"})
    monkeypatch.undo()
    assert content(folder)["a"] == "new a"
    assert content(folder)["works/b"] == "old b"


def test_files_are_replaced_made_and_removed(folder: Path) -> None:
    change(folder, {"a": b"new a", "works/b": None, "new/deep/c": b"new c", "empty": b""})
    assert content(folder) == {"a": "new a", "new/deep/c": "new c", "empty": ""}


def test_the_folder_stays_the_same_one_with_owners_and_modes(folder: Path) -> None:
    (folder / "a").chmod(0o640)
    if os.getuid() == 0:
        os.chown(folder / "a", 4321, 4321)
        os.chown(folder, 4321, 4321)
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in (folder, folder / "a")]
    number = folder.stat().st_ino
    change(folder, {"a": b"new a", "works/b": b"new b"})
    assert folder.stat().st_ino == number
    assert [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in (folder, folder / "a")] == before
    plain = folder / "plain"
    plain.write_text("")
    change(folder, {"c": b"new"})
    assert stat.S_IMODE((folder / "c").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_file_changed_meanwhile_is_kept_and_nothing_written(folder: Path) -> None:
    for other in ("changed", ""):
        before = {folder / "a": b"old a", folder / "works/b": b"old b"}
        (folder / "works" / "b").write_text(other)
        with pytest.raises(OutputError, match="works/b: was changed while this ran; nothing was written"):
            change_files(folder, {folder / "a": b"new", folder / "works/b": b"new"}, before)
        assert content(folder) == {"a": "old a", "works/b": other}
    (folder / "works" / "b").unlink()
    with pytest.raises(OutputError, match="works/b: was changed"):
        change_files(folder, {folder / "works/b": b"new"}, {folder / "works/b": b"old b"})
    (folder / "c").write_text("somebody made it")
    with pytest.raises(OutputError, match="c: was changed"):
        change_files(folder, {folder / "c": b"new"}, {})


def test_linked_files_and_folders_are_written_through_and_stay_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c").write_text("old c")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "link").symlink_to(folder / "a")
    change(folder, {"linked/c": b"new c", "linked/d": b"new d", "link": b"new a"})
    assert content(tmp_path / "elsewhere") == {"c": "new c", "d": "new d"}
    assert (folder / "a").read_text() == "new a"
    assert (folder / "link").is_symlink()
    assert (folder / "linked").is_symlink()


def test_a_file_where_a_folder_is_is_refused_before_anything_changes(folder: Path) -> None:
    with pytest.raises(OutputError, match="is a folder, but a file must be written there"):
        change(folder, {"a": b"new", "works": b"new"})
    assert content(folder) == {"a": "old a", "works/b": "old b"}


def test_the_next_command_finishes_what_was_begun_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopped_midway(folder, monkeypatch)
    recover(folder)
    assert content(folder) == {"a": "new a", "works/b": "new b", "new/c": "new c"}
    assert "a command was stopped while it changed files here; that is finished now" in caplog.text
    recover(folder)
    assert len(caplog.records) == 1


def test_a_command_that_only_reads_does_so_too(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_midway(folder, monkeypatch)
    (folder / "works" / "one.ttl").write_text("<x:a> <x:b> <x:c> .")
    outcome = run("sparql", "ASK { <x:a> <x:b> <x:c> }", "--data", folder)
    assert (outcome.code, outcome.out) == (0, "true\n")
    assert "is finished now" in outcome.err
    assert content(folder)["new/c"] == "new c"
    assert list(folder.glob(".*")) == []


def test_what_somebody_changed_after_a_kill_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopped_midway(folder, monkeypatch)
    (folder / "works" / "b").write_text("mine")
    recover(folder)
    assert content(folder) == {"a": "new a", "works/b": "mine", "works/b.new": "new b", "new/c": "new c"}
    assert "works/b was changed since, and was left as it is; the new version is in" in caplog.text


def test_a_folder_moved_after_a_kill_is_finished_where_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_midway(folder, monkeypatch)
    moved = folder.rename(folder.parent / "moved")
    recover(moved)
    assert content(moved) == {"a": "new a", "works/b": "new b", "new/c": "new c"}


def test_a_journal_that_is_damaged_is_named(folder: Path) -> None:
    (folder / f"{PREFIX}123").mkdir()
    (folder / f"{PREFIX}123" / JOURNAL).write_text("[1, 2")
    with pytest.raises(OutputError, match=r"\.aligngraph-123/journal: is damaged"):
        recover(folder)


def test_leftovers_of_the_dead_go_and_what_the_living_use_stays(folder: Path) -> None:
    for name in ("dead", "dead2"):
        (folder / f"{PREFIX}{name}").write_text("half")
    (folder / f"{PREFIX}dead3" / "new").mkdir(parents=True)
    with temporary_file(folder) as (file, stream), temporary_folder(folder) as made:
        stream.write(b"mine")
        (made / "x").write_text("mine")
        # Another process, since locks are a process's own.
        code = (
            "import pathlib, sys; from aligngraph.files.transactions import recover; recover(pathlib.Path(sys.argv[1]))"
        )
        subprocess.run([sys.executable, "-c", code, folder], check=True)
        assert sorted(path.name for path in folder.glob(f"{PREFIX}*")) == sorted([file.name, made.name])
        assert (made / "x").read_text() == "mine"
    assert list(folder.glob(f"{PREFIX}*")) == []


def test_writing_a_file_beside_removes_them_too(folder: Path) -> None:
    (folder / f"{PREFIX}dead").write_text("half")
    write_whole(folder / "c", ["c"])
    assert sorted(path.name for path in folder.iterdir()) == ["a", "c", "works"]


def test_writers_of_a_folder_and_of_those_around_and_within_it_wait_for_each_other(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "PATIENCE", 0.1)
    (tmp_path / "beside").mkdir()
    for other in (folder, folder / "works", tmp_path):
        with locked(folder):
            with pytest.raises(OutputError, match="another aligngraph command is changing this folder"), locked(other):
                pass
            with locked(tmp_path / "beside"):
                pass
        with locked(other):
            pass
    with locked(folder, shared=True), locked(folder, shared=True):
        pass
    with locked(folder, folder / "works", tmp_path / "beside"):
        pass


def test_a_folder_that_is_exchanged_keeps_what_came_into_it_meanwhile(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("a", "old"), ("b", "old")])

    def files() -> Iterator[tuple[str, str]]:
        yield "a", "new"
        (tmp_path / "out" / "mine").write_text("mine")
        yield "b", "new"

    assert write_folder(tmp_path / "out", files(), force=True, exchange=True) == 2
    assert content(tmp_path / "out") == {"a": "new", "b": "new", "mine": "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("exchange", [False, True])
def test_a_folder_one_stands_in_is_written_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    write_folder(tmp_path / "out", [("a", "old"), ("b", "old")])
    number = (tmp_path / "out").stat().st_ino
    monkeypatch.chdir(tmp_path / "out")
    write_folder(Path(), [("a", "new"), ("c", "new")], force=True, obsolete=["b", "none"], exchange=exchange)
    assert content(tmp_path / "out") == {"a": "new", "c": "new"}
    assert (tmp_path / "out").stat().st_ino == number


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("args", "output"),
    [
        (["export", "-f", "ntriples", "-o", "out.nt", "--force"], "out.nt"),
        (["sparql", "SELECT * { ?s ?p ?o }", "-o", "out.csv", "--force"], "out.csv"),
        (["export", "-o", "out.ttl", "--force"], "out.ttl"),
        (["export", "-f", "csv", "-o", "out", "--force"], "out"),
    ],
)
def test_a_full_disk_leaves_the_old_file_and_nothing_else_and_the_message_names_what_was_given(
    run: Run, tmp_path: Path, args: list[str], output: str, full: bool
) -> None:
    strace = find_program(["strace"], "to fill a disk by turns install strace")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.ttl").write_text("".join(f"<x:a{n}> a <x:b> .\n" for n in range(2000)))
    place = tmp_path / "place"
    place.mkdir()
    if output == "out":
        (place / "out").mkdir()
    (place / output / "mine" if output == "out" else place / output).write_text("old")
    before = content(place)
    if full:
        prefix = [str(strace), "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,sync"]
        prefix += ["-e", "inject=fsync,sync:error=ENOSPC"]
    else:
        # Files end at 1 KiB: each write of more fails, the one at closing, too.
        prefix = ["bash", "-c", 'ulimit -f 1 && exec "$@"', "bash"]
    outcome = run(*args, "--data", tmp_path / "d", cwd=place, prefix=prefix)
    assert outcome.code == 2
    assert outcome.err.startswith(f"Error: {output}")
    assert f": can't be written: {'no space left on device' if full else 'file too large'}." in outcome.err
    assert PREFIX not in outcome.err
    assert content(place) == before
