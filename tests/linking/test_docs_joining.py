"""The joins of docs/joining.md, run as printed on real servers; only the port is another, which nobody else uses."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.support.servers import PROGRAM, free_port, serving

JOINS = re.findall(
    r"```console\n\$ oxigraph (load .*)\n\$ oxigraph (serve-read-only .*) --bind localhost:7878\n"
    r"\$ aligngraph (sparql \S+) (.*)\n((?:.+\n)+?)```",
    (ROOT / "docs" / "joining.md").read_text(encoding="utf-8"),
)


def test_three_joins_are_shown() -> None:
    assert [re.findall(r"docs/joining/(\w+)\.ttl", join[0]) for join in JOINS] == [
        ["dblp"],
        ["semopenalex"],
        ["wikidata"],
    ]


@pytest.mark.parametrize("join", JOINS, ids=["dblp", "semopenalex", "wikidata"])
def test_a_join_prints_what_the_page_shows(join: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    load, serve, ask, options, printed = join
    words = shlex.split(load)
    words[-1] = str(ROOT / words[-1])
    subprocess.run([PROGRAM, *words], cwd=tmp_path, check=True, capture_output=True)
    location = shlex.split(serve)[-1]
    port = free_port()
    query = (ROOT / ask.split()[1]).read_text(encoding="utf-8")
    assert query.count("localhost:7878") == 1
    (tmp_path / "query.rq").write_text(query.replace("localhost:7878", f"127.0.0.1:{port}"), encoding="utf-8")
    with serving(["serve-read-only", "--location", str(tmp_path / location)], port):
        done = run("sparql", "query.rq", *shlex.split(options), cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.out.splitlines() == printed.splitlines()
