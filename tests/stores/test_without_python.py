"""What docs/triplestores.md says to who has no Python: each block, as it stands there, loads the dump and asks it."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from aligngraph.queries.stored import find_query
from aligngraph.stores.open import open_catalogue
from tests.conftest import ROOT, Run
from tests.support.programs import find_program
from tests.support.servers import PROGRAM, oxigraph_server
from tests.support.triplestores import Jena, environment, virtuoso_server

pytestmark = pytest.mark.slow
TEXT = (ROOT / "docs" / "triplestores.md").read_text(encoding="utf-8")
ASKED = "goals-without-benchmark"
# What needs the ontology, what needs inferred statements, and what groups.
MORE = ("works-by-goal", "concepts", "timeline", "terms", "co-authors")


@pytest.fixture(scope="module")
def dump(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dump") / "aligngraph.nq"
    for name in (file, file.with_suffix(".ttl")):
        assert run("export", "-o", name).code == 0
    return file


def unpack(dump: Path, folder: Path) -> None:
    for name in (dump, dump.with_suffix(".ttl")):
        shutil.copy(name, folder)
    (folder / "queries").symlink_to(ROOT / "queries")


def do(name: str, folder: Path, more: Sequence[str] = MORE, **known: str) -> None:
    """Run the block *name* of the page in *folder*, and see that its answers are those of the catalogue.

    *more* are queries to ask in the place of the one on the page, too.
    """
    (block,) = re.findall(rf"```sh {name}\n(.*?)```", TEXT, re.DOTALL)
    load, ask = block.splitlines()
    assert f"queries/{ASKED}.rq" in ask
    asked = [ask, *(ask.replace(ASKED, query) for query in more)]
    for line, query in zip((load, *asked), ("", ASKED, *more), strict=True):
        env = environment(**known)
        done = subprocess.run(
            ["sh", "-ec", line], capture_output=True, check=False, cwd=folder, env=env, text=True, timeout=300
        )
        assert done.returncode == 0, (line, done.stderr)
        if query:
            rows = [tuple(str(getattr(term, "value", "")) for term in row) for row in right(query)]
            assert list(map(tuple, csv.reader(done.stdout.splitlines())))[1:] == rows, line


def right(query: str) -> list[tuple[object, ...]]:
    return list(open_catalogue().select(find_query(query).text))


def path_with(*folders: Path) -> str:
    return ":".join([*map(str, folders), environment()["PATH"]])


def test_oxigraph(dump: Path, tmp_path: Path) -> None:
    unpack(dump, tmp_path)
    do("oxigraph", tmp_path, PATH=path_with(PROGRAM.parent))


def test_curl(dump: Path, tmp_path: Path) -> None:
    find_program(["curl"], "to test the recipes install curl")
    unpack(dump, tmp_path)
    with oxigraph_server(union=False) as server:
        do("curl-dump", tmp_path, STORE=server.address)


@pytest.mark.parametrize("name", ["jena", "riot"])
def test_jena(dump: Path, jena: Jena, tmp_path: Path, name: str) -> None:
    unpack(dump, tmp_path)
    classes = {
        "tdb2.tdbloader": "tdb2.tdbloader",
        "tdb2.tdbquery": "tdb2.tdbquery",
        "riot": "riotcmd.riot",
        "arq": "arq.arq",
    }
    (tmp_path / "bin").mkdir()
    for program, tool in classes.items():
        # Debian has the classes of these programs, not their scripts.
        script = tmp_path / "bin" / program
        java = f'"{jena.java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "{jena.class_path}"'
        script.write_text(f'#!/bin/sh\nexec {java} {tool} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    # Each query is a start of Java, and arq reads the dump anew; test_stores_agree.py asks Jena them all.
    do(name, tmp_path, MORE[:2] if name == "jena" else (), PATH=path_with(tmp_path / "bin"))


def test_virtuoso(dump: Path, tmp_path: Path) -> None:
    isql = find_program(["isql-vt"], "isql comes with Virtuoso (Debian: virtuoso-opensource-7-bin)")
    with virtuoso_server(tmp_path / "virtuoso", rows=10_000) as server:
        unpack(dump, server.folder)
        do(
            "virtuoso",
            server.folder,
            STORE=server.address,
            SQL=f"127.0.0.1:{server.sql_port}",
            PASSWORD=server.account["ALIGNGRAPH_PASSWORD"],
            PATH=path_with(Path(isql).parent),
        )
