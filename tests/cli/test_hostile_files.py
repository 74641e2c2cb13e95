"""Files, folders and names that are not what they should be: one line on stderr and exit code 2, or an answer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.support.marks import slow_after

ONE = "<x:a> <x:p> <x:q> .\n"
ASK = ["sparql", "ASK { <x:a> <x:p> <x:q> }"]
# The commands that read RDF, each with the place of a path to go in.
READING = {
    "sparql": [*ASK, "--data", "PATH"],
    "show": ["show", "dpo", "--data", "PATH"],
    "tree": ["tree", "--data", "PATH"],
    "query": ["query", "works-by-year", "--data", "PATH"],
    "validate": ["validate", "PATH"],
    "shapes": ["validate", "d", "--shapes", "PATH"],
    "export": ["export", "-f", "ntriples", "--data", "PATH"],
    "infer": ["infer", "--data", "PATH"],
    "load": ["load", "store", "--data", "PATH"],
    "describe": ["describe", "--data", "PATH"],
    "diff": ["diff", "d", "PATH"],
    "fmt": ["fmt", "PATH"],
    "import": ["import", "PATH"],
    "query file": ["sparql", "PATH"],
}
WRITING = {
    "export": ["export", "-f", "ntriples", "-o", "PATH"],
    "tables": ["export", "-f", "csv", "-o", "PATH"],
    "package": ["export", "-f", "all", "-o", "PATH"],
    "load": ["load", "PATH", "--data", "d"],
    "new-catalogue": ["new-catalogue", "PATH"],
    "import": ["import", "list.md", "--into", "PATH"],
    "infer": ["infer", "-o", "PATH"],
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.ttl").write_text(ONE, encoding="utf-8")
    (tmp_path / "list.md").write_text("# A list\n", encoding="utf-8")
    return tmp_path


def said(outcome: Outcome) -> str:
    """Return the one line that a command which could not do its work says."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    lines = [line for line in outcome.err.splitlines() if not line.startswith(("Usage:", "Try ", "\n")) and line]
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("Error: ")
    return lines[0].removeprefix("Error: ")


def with_path(args: list[str], path: str | Path) -> list[str]:
    return [str(path) if arg == "PATH" else arg for arg in args]


@pytest.mark.parametrize("name", slow_after(5, READING))
def test_what_is_no_regular_file_is_refused_at_once(run: Run, here: Path, name: str) -> None:
    ending = {"import": "md", "query file": "rq"}.get(name, "ttl")
    os.mkfifo(here / f"pipe.{ending}")
    (here / f"zero.{ending}").symlink_to("/dev/zero")
    for kind in ("pipe", "zero"):
        outcome = run(*with_path(READING[name], f"{kind}.{ending}"), cwd=here)
        assert said(outcome) == f"{kind}.{ending}: is not a regular file. Name a file."


def test_a_pipe_in_a_folder_and_a_link_to_nothing_are_named(run: Run, here: Path) -> None:
    os.mkfifo(here / "d" / "pipe.ttl")
    assert said(run(*ASK, "--data", "d", cwd=here)) == "d/pipe.ttl: is not a regular file. Name a file."
    (here / "d" / "pipe.ttl").unlink()
    (here / "d" / "gone.ttl").symlink_to("nowhere.ttl")
    assert said(run(*ASK, "--data", "d", cwd=here)).startswith("d/gone.ttl: ")


@pytest.mark.slow
def test_the_pipe_of_a_shell_is_read(run: Run, here: Path) -> None:
    assert run("sparql", prefix=["bash", "-c", '"$@" <(echo "ASK {}")', "bash"], cwd=here).out == "true\n"
    assert run("import", prefix=["bash", "-c", '"$@" <(cat list.md)', "bash"], cwd=here).code == 0


@pytest.mark.parametrize("name", [*slow_after(3, READING), *slow_after(3, (f"to {name}" for name in WRITING))])
def test_names_that_are_too_long_or_not_utf8_are_named(run: Run, here: Path, name: str) -> None:
    args = WRITING[name.removeprefix("to ")] if name.startswith("to ") else READING[name]
    outcome = run(*with_path(args, "x" * 300), cwd=here)
    # Without an ending, some ask for the format first.
    assert outcome.code == 2
    assert said(outcome)
    assert said(run(*with_path(args, os.fsdecode(b"caf\xe9.ttl")), cwd=here)).startswith("caf\\xe9.ttl: is not UTF-8")


@pytest.mark.parametrize("name", ["sparql", "validate", "export", "load", "describe", "diff", "fmt"])
def test_a_name_in_a_folder_that_is_not_utf8_is_named(run: Run, here: Path, name: str) -> None:
    (here / "d" / os.fsdecode(b"caf\xe9.ttl")).write_text(ONE, encoding="utf-8")
    assert said(run(*with_path(READING[name], "d"), cwd=here)).startswith("d/caf\\xe9.ttl: this name is not UTF-8")


def as_people() -> list[str]:
    """Return what takes root's right to read everything away, where the tests run as root."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("to check permissions as root install util-linux")
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


@pytest.mark.parametrize("name", [*slow_after(3, READING), *slow_after(3, (f"to {name}" for name in WRITING))])
def test_a_folder_one_may_not_enter_is_named(run: Run, here: Path, name: str) -> None:
    (here / "closed" / "in").mkdir(parents=True)
    (here / "closed").chmod(0)
    args = WRITING[name.removeprefix("to ")] if name.startswith("to ") else READING[name]
    try:
        message = said(run(*with_path(args, "closed/in/a.ttl"), cwd=here, prefix=as_people()))
    finally:
        (here / "closed").chmod(0o700)
    assert message.startswith("closed/in/a.ttl: ")
    assert "permission denied" in message.lower()


def test_a_folder_below_that_one_may_not_list_is_named(run: Run, here: Path) -> None:
    (here / "d" / "closed").mkdir()
    (here / "d" / "closed").chmod(0)
    message = said(run(*ASK, "--data", "d", cwd=here, prefix=as_people()))
    assert message == "d/closed: can't be listed: Permission denied."


def test_without_a_cache_one_may_enter_answers_are_the_same(run: Run, here: Path) -> None:
    (here / "cache").mkdir(mode=0)
    outcome = run(*ASK, "--data", "d", cwd=here, env={"ALIGNGRAPH_CACHE": str(here / "cache")}, prefix=as_people())
    assert (outcome.code, outcome.out) == (0, "true\n")


@pytest.mark.parametrize(
    ("args", "code"),
    slow_after(
        3,
        [
            (["query", "works-by-year"], 0),
            ([*ASK, "--data", "DATA"], 0),
            (["show", "dpo"], 0),
            (["fmt", "--check"], 0),
            ([*ASK, "--data", "d"], 2),
            (["validate", "x.ttl"], 2),
            (["export", "-o", "x.nt"], 2),
            (["export", "-f", "all", "-o", "."], 2),
            (["load", "x"], 2),
            (["import", "x.md", "--into", "."], 2),
            (["new-catalogue", "x"], 2),
        ],
    ),
)
def test_one_may_stand_in_a_folder_that_is_gone(run: Run, here: Path, args: list[str], code: int) -> None:
    (here / "gone").mkdir()
    args = [str(here / "d") if arg == "DATA" else arg for arg in args]
    outcome = run(*args, prefix=["bash", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(here / "gone")])
    assert outcome.code == code, outcome
    if code == 2:
        assert said(outcome)


@pytest.mark.slow
def test_file_names_do_not_steer_the_terminal(run: Run, here: Path) -> None:
    for name in ("\x1b[31mred", "two\nlines", "\x07bell"):
        outcome = run(*ASK, "--data", f"{name}.ttl", cwd=here)
        assert "\x1b" not in said(outcome)
        (here / f"{name}.ttl").write_text("<x:a>   <x:p> <x:q>.", encoding="utf-8")
        formatted = run("fmt", f"{name}.ttl", cwd=here)
        assert formatted.code == 0
        assert len(formatted.err.splitlines()) == 2
        assert "\x1b" not in formatted.err
        (here / f"{name}.ttl").write_text("<x:a> <x:p>", encoding="utf-8")
        for command in ("validate", "fmt"):
            assert "\x1b" not in said(run(command, f"{name}.ttl", cwd=here))


def test_all_syntaxes_links_and_compressed_files_of_a_folder_are_read(run: Run, here: Path) -> None:
    import gzip

    (here / "elsewhere").mkdir()
    (here / "elsewhere" / "linked.ttl").write_text("<x:linked> <x:p> <x:q> .", encoding="utf-8")
    (here / "d" / "link").symlink_to("../elsewhere")
    (here / "d" / "again").symlink_to("../elsewhere")
    (here / "d" / "one.nt").write_text("<x:nt> <x:p> <x:q> .", encoding="utf-8")
    (here / "d" / "TWO.TTL").write_text("<x:upper> <x:p> [ <x:p> <x:q> ] .", encoding="utf-8")
    (here / "d" / "three.ttl.gz").write_bytes(gzip.compress(b"<x:gz> <x:p> <x:q> ."))
    (here / "d" / "four.trig").write_text("<x:g> { <x:trig> <x:p> <x:q> }", encoding="utf-8")
    query = "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s <x:p> ?o FILTER (isIRI(?s)) }"
    outcome = run("sparql", query, "--data", "d", "--no-inferred", "--format", "csv", cwd=here)
    assert (outcome.code, outcome.out) == (0, "n,m\r\n6,6\r\n")


def test_a_file_named_twice_is_read_once(run: Run, here: Path) -> None:
    (here / "d" / "blank.ttl").write_text("[ <x:b> <x:c> ] .", encoding="utf-8")
    (here / "same").symlink_to("d")
    query = "SELECT (COUNT(*) AS ?n) { ?s <x:b> ?o }"
    for twice in (["d", "d"], ["d", "d/blank.ttl"], ["d/blank.ttl", "./d/blank.ttl"], ["d", "same"]):
        args = [arg for path in twice for arg in ("--data", path)]
        outcome = run("sparql", query, *args, "--no-inferred", "--format", "csv", cwd=here)
        assert (outcome.code, outcome.out) == (0, "n\r\n1\r\n")


def test_a_link_to_a_folder_around_it_is_named(run: Run, here: Path) -> None:
    (here / "d" / "loop").symlink_to("..")
    assert said(run(*ASK, "--data", "d", cwd=here)).startswith("d/loop: links to a folder that contains it")


def test_add_writes_to_a_linked_folder(run: Run, here: Path) -> None:
    (here / "elsewhere").mkdir()
    (here / "d" / "works").symlink_to("../elsewhere")
    outcome = run("add", "2305.18290", "--title", "Quiet Rewards", "--into", "d", cwd=here)
    assert outcome.code == 0
    assert len(list((here / "elsewhere").glob("*.ttl"))) == 1
    assert (here / "d" / "works").is_symlink()


@pytest.mark.slow
def test_what_unpacks_to_more_than_is_read_is_refused(run: Run, here: Path) -> None:
    import zlib

    # 5 MB that unpack to more than 1 GiB.
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    with (here / "bomb.ttl.gz").open("wb") as stream:
        for _ in range((1 << 10) + 1):
            stream.write(packer.compress(block))
        stream.write(packer.flush())
    assert (here / "bomb.ttl.gz").stat().st_size < 6 << 20
    for name in ("sparql", "validate", "describe"):
        message = said(run(*with_path(READING[name], "bomb.ttl.gz"), cwd=here))
        assert message == "bomb.ttl.gz: is larger than 1 GiB, the limit for one file. Split it."
