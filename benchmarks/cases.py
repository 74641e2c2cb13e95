"""What is measured: for each group and size the commands to compare, and what they need first."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measure import Case, ChildError, run_once

from aligngraph.rdf.namespaces import GRAPH

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FORMATS = ("turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld")
"""Export formats that others write too."""
OWN_FORMATS = ("graphml", "bibtex", "markdown")
POINT = ("authors-of-work",)
"""A stored query whose answer is the same at every size."""
BOUND = ("authors-of-work", "-p", "work=bai2022-constitutional-ai")
"""The same with a parameter that has to be looked up."""
WHOLE = ("goals-without-benchmark",)
"""A stored query that looks at the whole catalogue."""

# The largest size at which something ends in a few minutes.
_LARGEST = {
    "rdflib": 10,
    "rdflib export": 1,
    "arq": 100,
    "comunica": 10,
    "owlrl": 10,
    "pyshacl": 10,
    "memory": 100,
    "folder": 10,
    "works": 100,
}


@dataclass
class Bench:
    """The folder that everything is prepared in, and how to call what is measured."""

    folder: Path
    env: Mapping[str, str]
    triples: dict[int, int] = field(default_factory=dict)
    installed: Path | None = None
    """The command line of a copy installed from the wheel."""
    skipped: Sequence[str] = ()
    """Names of cases that are left out."""

    def path(self, size: int, name: str) -> Path:
        return self.folder / f"x{size}" / name

    def prepare(self, size: int) -> None:
        """Write what the cases of one size read. Raise ChildError."""
        sample = run_once(_work("prepare", size, "prepare", size, self.path(size, "")), self.env, 3600)
        if sample is None:
            raise ChildError(f"preparing size {size} took more than an hour")
        self.triples[size] = int(sample.said["triples"])

    def store(self, size: int) -> Path:
        """Return the store that `aligngraph load` makes of one size, made now if need be. Raise ChildError."""
        path = self.path(size, "store")
        if not path.exists():
            argv = [tool("aligngraph"), "load", str(path), "--data", str(self.path(size, "data.nq"))]
            if size > _LARGEST["memory"]:
                argv.append("--no-inferred")
            if run_once(Case("prepare", "load", size, tuple(argv)), self.env, 3600) is None:
                raise ChildError(f"loading size {size} took more than an hour")
        return path

    def install(self) -> None:
        """Install the tool from its wheel into a folder of its own, as users have it. Raise ChildError."""
        venv = self.folder / "installed"
        wheels = self.folder / "wheels"
        for argv in (
            (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)),
            (sys.executable, "-m", "venv", str(venv)),
        ):
            run_once(Case("prepare", "install", 1, argv), self.env, 600)
        (wheel,) = wheels.glob("aligngraph-*.whl")
        pip = (str(venv / "bin" / "python"), "-m", "pip", "install", "-q", str(wheel))
        run_once(Case("prepare", "install", 1, pip), self.env, 600)
        self.installed = venv / "bin"


def tool(name: str) -> str:
    """Return the path of a command of this Python's environment."""
    return str(Path(sys.executable).parent / name)


def _work(
    group: str,
    size: int,
    task: str,
    *args: object,
    name: str = "",
    base: bool = False,
    goal: str = "",
    rounds: int = 0,
) -> Case:
    argv = (sys.executable, str(HERE / "work.py"), task, *map(str, args))
    return Case(group, name or task, size, argv, inner=True, base=base, goal=goal, rounds=rounds)


def _once(size: int, most: int) -> int:
    """Return the rounds for what takes minutes at a *size* above *most*: one."""
    return 1 if size > most else 0


def cold(bench: Bench, size: int) -> Iterator[Case]:
    """A stored query from a cold start, against the start of Python and the two packages it can't do without."""
    yield from _cold(bench, size, "cold", POINT, "≤ 1.5")
    yield from _cold(bench, size, "cold, with a parameter", BOUND, "≤ 1.5")
    yield from _cold(bench, size, "cold, over all", WHOLE, "")


def _cold(bench: Bench, size: int, group: str, question: tuple[str, ...], goal: str) -> Iterator[Case]:
    text = bench.path(size, f"{'-'.join(question[:1])}-{len(question)}.rq")
    asked = (tool("aligngraph"), "query", *question, "--format", "csv")
    store, whole = bench.store(size), bench.path(size, "whole.nt")
    if not text.exists():
        run_once(Case(group, "text", size, (*asked[:-2], "--format", "sparql", "-o", str(text))), bench.env, 60)
    python = sys.executable if bench.installed is None else str(bench.installed / "python")
    floor = (python, "-c", "import click, pyoxigraph")
    yield Case(group, "floor: import click, pyoxigraph", size, floor, base=True)
    if bench.installed is not None:
        ours = (str(bench.installed / "aligngraph"), *asked[1:])
        if size == 1:
            yield Case(group, "aligngraph, as installed", size, ours, goal=goal)
            whole_name = ("--data", "aligngraph:all")
            yield Case(group, "aligngraph --data aligngraph:all (cached)", size, (*ours, *whole_name), goal=goal)
        yield Case(group, "aligngraph --data, a store", size, (*ours, "--data", str(store)), goal=goal)
        data = ("--data", str(bench.path(size, "data.nq")))
        if size <= _LARGEST["memory"]:
            yield Case(group, "aligngraph --data, files (cached)", size, (*ours, *data))
    query = ("query", "--location", str(store), "--union-default-graph", "--results-format", "csv")
    yield Case(group, "oxigraph query", size, (tool("oxigraph"), *query, "--query-file", str(text)))
    if size <= _LARGEST["rdflib"]:
        script = (sys.executable, str(HERE / "work.py"), "cold-rdflib", str(whole), str(text))
        yield Case(group, "rdflib script", size, script, rounds=5)
    arq, comunica = shutil.which("arq"), shutil.which("comunica-sparql-file")
    if arq and size <= _LARGEST["arq"]:
        yield Case(group, "Jena arq", size, (arq, "--data", str(whole), "--query", str(text)), rounds=5)
    if comunica and size <= _LARGEST["comunica"]:
        yield Case(group, "Comunica", size, (comunica, str(whole), "-f", str(text)), rounds=5)


def warm(bench: Bench, size: int) -> Iterator[Case]:
    """Every stored query in turn, in a process that has the catalogue in memory."""
    if size <= _LARGEST["memory"]:
        whole = bench.path(size, "whole.nt")
        yield _work("warm", size, "warm", whole, name="aligngraph", base=True)
        if size == 1:
            yield _work("warm", size, "warm-rdflib", whole, name="rdflib")


def load(bench: Bench, size: int) -> Iterator[Case]:
    """A file into a store on disk, made anew by each run.

    In named graphs on both sides: the default graph takes half the indexes, and so half the time.
    """
    folder = bench.path(size, "loaded")
    ontology = str(ROOT / "ontology" / "aligngraph.ttl")
    for group, data, graph in (
        ("load N-Triples", bench.path(size, "data.nt"), f" --graph {GRAPH}data"),
        ("load N-Quads", bench.path(size, "data.nq"), ""),
    ):
        loader = f"{tool('oxigraph')} load -l {folder}-oxigraph"
        oxigraph = f"rm -rf {folder}-oxigraph && {loader} -f {ontology} {data}{graph}"
        optimised = f"{oxigraph} && {tool('oxigraph')} optimize -l {folder}-oxigraph"
        ours = f"rm -rf {folder}-ours && {tool('aligngraph')} load {folder}-ours --data {data}"
        cases = [
            ("oxigraph load", oxigraph, ""),
            ("aligngraph load --no-inferred", f"{ours} --no-inferred", "≤ 1.2"),
            ("oxigraph load, optimize", optimised, ""),
        ]
        if size <= _LARGEST["memory"]:
            cases.append(("aligngraph load, with closure", ours, ""))
        rounds = _once(size, _LARGEST["memory"])
        for place, (name, command, goal) in enumerate(cases):
            yield Case(group, name, size, ("sh", "-c", command), base=place == 0, goal=goal, rounds=rounds)


def closure(bench: Bench, size: int) -> Iterator[Case]:
    """What follows by OWL 2 RL, from statements in memory to statements in memory."""
    if size <= _LARGEST["memory"]:
        data = bench.path(size, "data.nq")
        yield _work("closure", size, "closure", data, name="aligngraph", base=True)
        if size <= _LARGEST["owlrl"]:
            yield _work("closure", size, "closure-owlrl", data, name="owlrl", goal="≥ 50", rounds=_once(size, 1))


def shapes(bench: Bench, size: int) -> Iterator[Case]:
    """The data against the shapes."""
    if size <= _LARGEST["memory"]:
        data = bench.path(size, "data.nq")
        yield _work("shapes", size, "shapes", data, name="aligngraph", base=True)
        if size <= _LARGEST["pyshacl"]:
            rounds = _once(size, 1)
            yield _work("shapes", size, "shapes-pyshacl", data, name="pySHACL", goal="≥ 50", rounds=rounds)


def export(bench: Bench, size: int) -> Iterator[Case]:
    """A file of statements into a file of each format, sorted by the tool, as they come by the others."""
    if size > _LARGEST["memory"]:
        return
    data = bench.path(size, "data.nq")
    for name in FORMATS if size <= _LARGEST["folder"] else ("turtle", "nquads"):
        group, out = f"export {name}", bench.path(size, "out")
        yield _work(group, size, "export-oxigraph", data, f"{out}-oxigraph", name, name="oxigraph", base=True)
        yield _work(group, size, "export", data, f"{out}-ours", name, name="aligngraph", goal="≤ 2")
        if size <= _LARGEST["rdflib export"]:
            yield _work(group, size, "export-rdflib", data, f"{out}-rdflib", name, name="rdflib")
    for name in OWN_FORMATS if size <= _LARGEST["folder"] else ():
        yield _work(f"export {name}", size, "export", data, bench.path(size, "own"), name, name="aligngraph", base=True)


def api(bench: Bench, size: int) -> Iterator[Case]:
    """From Python: stored queries over and over of an open catalogue, and the whole as an rdflib graph."""
    if size <= _LARGEST["folder"]:
        data, whole = bench.path(size, "data.nq"), bench.path(size, "whole.nt")
        yield _work("api", size, "api-engine", data, name="the engine alone", base=True)
        yield _work("api", size, "api", data, name="aligngraph", goal="≤ 1.3")
        yield _work("to rdflib", size, "load-graph-rdflib", whole, name="rdflib reads N-Triples", base=True)
        yield _work("to rdflib", size, "load-graph", data, name="aligngraph", goal="≤ 1")


def fmt(bench: Bench, size: int) -> Iterator[Case]:
    """Every Turtle file of a catalogue into canonical form."""
    if size <= _LARGEST["folder"]:
        folder = bench.path(size, "turtle")
        yield _work("fmt", size, "fmt", folder, name="aligngraph", base=True)
        yield _work("fmt", size, "fmt-rdflib", folder, name="rdflib parse and serialise")


def works(bench: Bench, size: int) -> Iterator[Case]:
    """A question to a folder with one file a work: the first, one after each change of a file, and any other."""
    folder, data = bench.path(size, "works"), bench.path(size, "data.nq")
    if size > _LARGEST["works"]:
        return
    if not folder.exists():
        grow = (sys.executable, str(HERE / "grow.py"), str(size), "--works", str(folder))
        run_once(Case("prepare", "works", size, grow), bench.env, 3600)
    text, store = bench.path(size, "works.rq"), bench.path(size, "works-oxigraph")
    query = f"{tool('aligngraph')} query {' '.join(POINT)} --format csv"
    asked = f"{query} --data {folder}"
    run_once(Case("prepare", "text", size, ("sh", "-c", f"{query[:-4]} sparql > {text}; {asked}")), bench.env, 3600)
    other = folder.with_name("works-changed")
    if not other.exists():
        shutil.copytree(folder, other)
    run_once(Case("prepare", "other", size, ("sh", "-c", f"{query} --data {other}")), bench.env, 3600)
    changed = min((other / "works").iterdir())
    oxigraph = f"{tool('oxigraph')} query --location {store} --union-default-graph --results-format csv"
    once = _once(size, 10)
    for place, (name, command, rounds) in enumerate(
        (
            ("oxigraph load", f"rm -rf {store} && {tool('oxigraph')} load -l {store} -f {data}", once),
            ("oxigraph query", f"{oxigraph} --query-file {text}", 0),
            ("floor: import click, pyoxigraph", f"{sys.executable} -c 'import click, pyoxigraph'", 0),
            ("aligngraph, first", f"rm -rf {store}-cache && ALIGNGRAPH_CACHE={store}-cache {asked}", once),
            ("aligngraph, a file changed", f'echo "<x:$$> a <x:c> ." >> {changed} && {query} --data {other}', 0),
            ("aligngraph, nothing changed", asked, 0),
        )
    ):
        yield Case("works", name, size, ("sh", "-c", command), base=place == 0, rounds=rounds)


def site(bench: Bench, size: int) -> Iterator[Case]:
    """The site of files, which has no other to compare it with."""
    if size <= _LARGEST["folder"]:
        folder, out = bench.path(size, "turtle"), bench.path(size, "site")
        yield _work("site", size, "site", folder, out, name="aligngraph", base=True, rounds=_once(size, 1))


GROUPS: dict[str, Callable[[Bench, int], Iterator[Case]]] = {
    group.__name__: group for group in (cold, warm, load, closure, shapes, export, api, fmt, works, site)
}
"""Name → what yields its cases for one size."""
