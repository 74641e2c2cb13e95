"""Commands killed at system calls that change files: what they write is old or new, and nothing stays behind.

strace lists the calls of a run, and kills the next runs at these. Calls that do the same to the same kind of file are
one step, which may be done hundreds of times: the first, the last and one between them are tried.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder, find_sources
from aligngraph.files.atomic import write_whole
from aligngraph.files.temporary import PREFIX
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores.cache import open_store
from aligngraph.stores.open import open_catalogue
from aligngraph.web.static_site import check_site
from tests.conftest import Run
from tests.support.catalogues.rest import OpenAlex
from tests.support.catalogues.service import serving as serving_services
from tests.support.commands import CommandServer
from tests.support.programs import find_program
from tests.support.servers import OxigraphServer, oxigraph_server

CHANGING = (
    "write,pwrite64,writev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,truncate,ftruncate,"
    "fallocate,fsync,fdatasync,sync,chmod,fchmod,fchmodat,chown,fchown,fchownat,symlink,symlinkat,utimensat"
)
FEW = 5
EACH = 3
"""At how many calls of a step commands are killed."""
BOOK = """@inproceedings{a, title={Quiet Rewards}, author={Rivera, Ana}, booktitle={Proc. of ICML}, year={2024}}
@article{y, title={Harder Rewards}, author={Okafor, Mara}, year=2025}
"""
DPO = "works/rafailov2023-dpo.ttl"
RECORD = """@inproceedings{a, title={Direct Preference Optimization: Your Language Model is Secretly a Reward Model},
  author={Rafailov, Rafael and others}, booktitle={Advances in Neural Information Processing Systems}, year=2023,
  url={https://mlanthology.org/neurips/2023/rafailov2023neurips-direct/}}
"""
WORKS = "".join(
    f"<https://w3id.org/aligngraph/work/rivera{n}> a <https://w3id.org/aligngraph/ontology#Paper> ;"
    f' <http://purl.org/dc/terms/title> "Quiet {n}"@en .\n'
    for n in (2031, 2032)
)


@dataclass(frozen=True)
class Case:
    """A command, what is there before it, and what becomes of it."""

    args: tuple[str, ...]
    output: str
    """What it writes, relative to where it runs."""
    before: tuple[str, ...] = ()
    """A command that makes an old version of that first; "old" where that is any file."""
    inside: str = "."
    """Where it runs."""
    journal: bool = False
    """Whether what is changed may be half done until the next command reads the folder."""
    change: str = ""
    """What a file of a larger folder says from then on."""


CASES = {
    "import": Case(("import", "../x.bib", "--into", "data"), "data", journal=True),
    "import from inside": Case(("import", "../../x.bib", "--into", "."), ".", inside="data", journal=True),
    "add": Case(("add", "2305.18290", "--title", "Quiet", "--into", "data"), "data", journal=True),
    "merge": Case(("merge", "work:rivera2031", "work:rivera2032", "--into", "data"), "data", journal=True),
    "link": Case(("link", "--to", "../dpo.bib", "--into", "linked", "--accept"), "linked", journal=True),
    "fmt": Case(("fmt", "data"), "data", journal=True),
    "new-catalogue": Case(("new-catalogue", "out", "--title", "T"), "out"),
    "export": Case(("export", "-o", "out.nt", "--data", "data"), "out.nt"),
    "export over a file": Case(("export", "-o", "out.nt", "--data", "data", "--force"), "out.nt", ("old",)),
    "export of tables": Case(("export", "-f", "csv", "-o", "out", "--data", "data"), "out"),
    "export of tables over a folder": Case(
        ("export", "-f", "csv", "-o", "out", "--data", "data", "--force"),
        "out",
        ("export", "-f", "csv", "-o", "out", "--data", "data", "--data", "more.ttl"),
    ),
    "export of a package over a folder": Case(
        ("export", "-f", "all", "-o", "out", "--data", "data", "--force"),
        "out",
        ("export", "-f", "all", "-o", "out", "--data", "data", "--data", "more.ttl"),
    ),
    "infer": Case(("infer", "-o", "out.ttl", "--data", "data"), "out.ttl"),
    "describe": Case(("describe", "-o", "out.ttl", "--data", "data"), "out.ttl"),
    "sparql over a file": Case(
        ("sparql", "SELECT * { ?s ?p ?o } LIMIT 3", "-o", "out.csv", "--data", "data", "--force"),
        "out.csv",
        ("old",),
    ),
    "site": Case(("site", "-o", "out", "--data", "data"), "out"),
    "site over a site": Case(
        ("site", "-o", "out", "--data", "data"), "out", ("site", "-o", "out", "--data", "data", "--data", "more.ttl")
    ),
    "pull": Case(("pull", "STORE", "-o", "out", "--product", "oxigraph"), "out"),
    "pull over a folder": Case(
        ("pull", "STORE", "-o", "out", "--product", "oxigraph", "--force"),
        "out",
        ("new-catalogue", "out", "--title", "T"),
        journal=True,
    ),
    "a question that fills the cache": Case(("sparql", "ASK { <x:a> <x:p> <x:q> }", "--data", "data"), "cache"),
    "a question after a change": Case(
        ("sparql", "ASK { <x:a> <x:p> <x:q> }", "--data", "data"),
        "cache",
        ("sparql", "ASK { <x:a> <x:p> <x:q> }", "--data", "data"),
        change="<x:e> <x:p> <x:q> .",
    ),
    "load": Case(("load", "out", "--data", "data", "--no-inferred"), "out"),
    "load over a store": Case(
        ("load", "out", "--data", "data", "--no-inferred"),
        "out",
        ("load", "out", "--data", "data", "--data", "more.ttl", "--no-inferred"),
    ),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "x.bib").write_text(BOOK, encoding="utf-8")
    place = tmp_path / "place"
    (place / "data" / "works").mkdir(parents=True)
    (place / "data" / "works" / "one.ttl").write_text(WORKS, encoding="utf-8")
    (place / "data" / "two.ttl").write_text("<x:b> <x:p> <x:q> .\n<x:a> <x:p> <x:q> .\n", encoding="utf-8")
    (place / "linked" / "works").mkdir(parents=True)
    for name in (DPO, "venues.ttl"):
        shutil.copy(data_folder() / name, place / "linked" / name)
    (tmp_path / "dpo.bib").write_text(RECORD, encoding="utf-8")
    (place / "more.ttl").write_text(WORKS.replace("203", "204"), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def holding() -> Iterator[OxigraphServer]:
    """A store with some graphs of a catalogue."""
    with oxigraph_server() as server:
        for name in ("catalogue", "works/one", "works/two", "venues"):
            graph = ox.NamedNode(f"{GRAPH}{name}")
            server.load(
                [
                    ox.Quad(quad.subject, quad.predicate, quad.object, graph)
                    for quad in ox.parse(WORKS, ox.RdfFormat.TURTLE)
                ]
            )
        yield server


class Killer:
    """Runs commands, to the end or up to a call at which they are killed."""

    def __init__(self, server: CommandServer, trace: Path) -> None:
        strace = find_program(["strace"], "to kill commands at each of their system calls install strace")
        self._server = server
        self._trace = trace
        self._strace = (strace, "-f", "-qq", "-o", trace)

    def run(self, args: Sequence[str], cwd: Path, tracer: Sequence[str | Path] = ()) -> int:
        """Run the command, and return its exit code."""
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        assert self._server.can_run(args, environment)
        return self._server.run(args, b"", environment, cwd, 120, tracer).code

    def calls(self, args: Sequence[str], cwd: Path) -> list[str]:
        """Run the command, and return the calls that change files, as strace shows them."""
        assert self.run(args, cwd, (*self._strace, "-y", "-e", f"trace={CHANGING},openat")) in (0, 1)
        return self._trace.read_text(encoding="utf-8", errors="replace").splitlines()

    def kill(self, args: Sequence[str], cwd: Path, kind: str, when: int) -> int:
        """Kill the command, or a process of it, at the call *when* of those named *kind*; return its exit code."""
        inject = ("-e", f"trace={kind}", "-e", f"inject={kind}:signal=KILL:when={when}")
        return self.run(args, cwd, (*self._strace, *inject))


@pytest.fixture
def killer(run: Run, tmp_path: Path) -> Killer:
    assert run.server is not None
    return Killer(run.server, tmp_path / "trace")


def moments(killer: Killer, case: Case, place: Path) -> list[tuple[str, int]]:
    """Return calls that change files, of each step some: the name, and the how-manieth of that name in its process."""
    calls: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], None] = {}
    steps: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for line in killer.calls(case.args, place / case.inside):
        match = re.match(r"(\d+) +(\w+)\((.*)", line)
        if match is None:
            continue  # the rest of an interrupted call
        process, name, rest = match.groups()
        calls[process, name] += 1
        one = name, calls[process, name]
        if (name != "openat" or "O_CREAT" in line) and one not in found:
            found[one] = None
            steps.setdefault((name, *map(kind_of_file, paths_in(name, rest))), []).append(one)
    chosen = {one for step in steps.values() for one in spread(step, EACH)}
    return [one for one in found if one in chosen]


def paths_in(name: str, rest: str) -> list[str]:
    """Return the files that a call is about: *rest* is what strace prints behind its *name*."""
    # What is written may look like anything.
    found = re.findall(r'<([^<>]*)>|"([^"]*)"', rest.partition(", ")[0] if "write" in name else rest)
    return [of_descriptor or named for of_descriptor, named in found]


def kind_of_file(path: str) -> str:
    """Return what files have in common with *path* that are written in the same way: folders and the ending.

    All in a folder that has yet to take its place are one kind.
    """
    path, inside, _ = re.sub(rf"(?<={PREFIX})\w+|\d+", "#", path).partition(f"{PREFIX}#/new/")
    *folders, name = path.split("/")
    return inside or "/".join((*folders[-2:], Path(name).suffix or name))


def spread(some: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return *most* of *some*, or all, with the first and the last."""
    if len(some) <= most:
        return list(some)
    return [some[number * (len(some) - 1) // (most - 1)] for number in range(most)]


def state(place: Path, case: Case) -> object:
    """Return what the command's output is like; temporary files beside it are none of it."""
    path = place / case.inside / case.output
    if case.args[0] == "load":
        return len(open_store(path).store) if (path / "CURRENT").exists() else None
    if case.output == "cache":
        # What is in it may be anything that answers rightly, which is tried after each kill.
        return len([*path.glob("*/CURRENT")])
    if path.is_file():
        return path.read_bytes()
    if not path.exists():
        return None
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and PREFIX not in str(file.relative_to(path))
    }


def left_over(place: Path) -> list[str]:
    return [str(path.relative_to(place)) for path in place.rglob(f"{PREFIX}*")]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("site")])
def test_a_command_killed_at_each_step_leaves_old_or_new(
    place: Path,
    tmp_path: Path,
    killer: Killer,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if "STORE" in CASES[name].args:
        store: OxigraphServer = request.getfixturevalue("holding")
        args = tuple(store.address if arg == "STORE" else arg for arg in CASES[name].args)
        monkeypatch.setitem(CASES, name, replace(CASES[name], args=args))
    kill(place, tmp_path, killer, name, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["site", "site over a site"])
def test_a_site_killed_at_some_renames_is_old_or_new(
    place: Path, tmp_path: Path, killer: Killer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It writes thousands of files and takes seconds: the moments that count are those at which they take their places.
    kill(place, tmp_path, killer, name, monkeypatch, only=("rename", "renameat", "renameat2", "unlink", "mkdir"))


@pytest.mark.slow
def test_link_killed_while_it_keeps_answers_asks_for_none_of_them_again(
    place: Path, tmp_path: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = place / "cache"
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(cache))
    monkeypatch.setenv("OPENALEX_API_KEY", "an-openalex-key")
    pristine = tmp_path / "pristine"
    shutil.copytree(place, pristine)
    service = OpenAlex()
    with serving_services(service):
        case = Case(
            (
                *("link", "rafailov2023-dpo", "--to", "openalex", "--into", "linked", "--complete"),
                *("--at", f"openalex={service.address}", "--mailto", "me@example.org"),
            ),
            "linked",
        )
        changing = [one for one in moments(killer, case, place) if one[0] in ("pwrite64", "unlink")]
        asked, new = len(service.asked), state(place, case)
        assert asked
        assert new != state(pristine, case)
        seen = Counter[int]()
        # The last of them: by then the answer is kept.
        for kind, when in dict.fromkeys([*changing[:: max(len(changing) // (2 * FEW), 1)], changing[-1]]):
            shutil.rmtree(place)
            shutil.copytree(pristine, place)
            service.reset()
            killer.kill(case.args, place, kind, when)
            kept = kept_answers(cache, tmp_path / "looked at")
            seen[kept] += 1
            service.asked.clear()
            assert killer.run(case.args, place) in (0, 1)
            assert len(service.asked) == asked - kept, f"killed at call {when} of {kind}"
            assert state(place, case) == new, f"killed at call {when} of {kind}"
            assert left_over(place) == []
    print(f"link: killed at {seen.total()} moments; answers kept: {dict(seen)}")
    assert len(seen) > 1


def kept_answers(cache: Path, copy: Path) -> int:
    """Return how many answers are in a copy of *cache*, which is left as it is."""
    shutil.rmtree(copy, ignore_errors=True)
    if not (cache / "answers.sqlite").exists():
        return 0
    shutil.copytree(cache, copy)
    with contextlib.closing(sqlite3.connect(copy / "answers.sqlite")) as file:
        tables = file.execute("SELECT name FROM sqlite_master WHERE name = 'answers'").fetchall()
        return int(file.execute("SELECT count(*) FROM answers").fetchone()[0]) if tables else 0


def kill(
    place: Path,
    tmp_path: Path,
    killer: Killer,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    only: Sequence[str] = (),
) -> None:
    """Kill the command *name* at some calls: what it writes is old or new, and the next one leaves nothing else."""
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(place / "cache"))
    case = CASES[name]
    if case.before == ("old",):
        (place / case.output).write_text("old", encoding="utf-8")
    elif case.before:
        if case.change:
            for number in range(20):
                (place / "data" / f"{number}.ttl").write_text(f"<x:{number}> <x:p> <x:q> .", encoding="utf-8")
        assert killer.run(case.before, place) == 0
    if case.change:
        (place / "data" / "1.ttl").write_text(case.change, encoding="utf-8")
    old = state(place, case)
    pristine = tmp_path / "pristine"
    shutil.copytree(place, pristine)
    chosen = moments(killer, case, place)
    new = state(place, case)
    assert new != old
    assert left_over(place) == []
    if only:
        chosen = spread([one for one in chosen if one[0] in only], EACH)
    killed, seen = 0, Counter[bool]()
    for kind, when in chosen:
        shutil.rmtree(place)
        shutil.copytree(pristine, place)
        killed += killer.kill(case.args, place / case.inside, kind, when) not in (0, 1)
        if case.journal:
            # As every command does that reads the folder.
            find_sources([place / case.inside / case.output])
        if case.args[0] == "site":
            check_site(place / case.output)  # as the next run does
        now = state(place, case)
        assert now in (old, new), f"killed at call {when} of {kind}"
        seen[now == new] += 1
        if (place / "cache").exists():
            (place / "data" / "three.ttl").write_text("<x:d> <x:p> <x:q> .", encoding="utf-8")
            opened = open_catalogue([place / "data"])
            assert opened.ask("ASK { <x:d> <x:p> <x:q> }")
            if case.change:
                assert opened.ask(f"ASK {{ {case.change} FILTER NOT EXISTS {{ <x:1> ?p ?o }} }}")
        write_whole(place / "another", ["x"])
        assert left_over(place) == [], f"killed at call {when} of {kind}"
    assert killed > len(chosen) // 2
    assert seen[False]
    print(f"{name}: killed at {len(chosen)} moments, {seen[False]} times old, {seen[True]} times new")
