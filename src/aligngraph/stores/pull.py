"""The graphs of a catalogue, taken out of a store into a folder of Turtle files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from aligngraph.errors import RemoteError
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores.graphs import Graphs
from aligngraph.turtle.writer import write_turtle

_STEP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LONGEST_STEP = 200
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def path_of(graph: str) -> str:
    """Return the path, below a folder, of the file for *graph*, with '/' between its steps.

    Raise RemoteError where the name leads out of the folder, or is not one that every system can write.
    """
    name = graph.removeprefix(GRAPH)
    steps = name.split("/")
    good = graph.startswith(GRAPH) and all(
        _STEP.fullmatch(step) and len(step) <= _LONGEST_STEP and not step.endswith(".") and not _DEVICES.fullmatch(step)
        for step in steps
    )
    if not good:
        raise RemoteError(
            f"the store has a graph <{graph}>, whose name can't be used as a file name: nothing was written. "
            "Rename it there."
        )
    return name + ".ttl"


def files_of(graphs: Graphs, counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the path and the canonical Turtle of each of the graphs in *counts*, read whole.

    Raise RemoteError: for names that are not safe paths, before anything is read; and where a graph does not come
    whole.
    """
    paths = {name: path_of(name) for name in counts}
    # Names that differ in case only are one file on some systems.
    files = {path.lower() for path in paths.values()}
    folders = {str(parent).lower() for path in paths.values() for parent in Path(path).parents}
    if len(files) < len(paths) or files & folders:
        raise RemoteError("the store has graphs whose files would conflict: nothing was written.")
    for name, triples in graphs.read(counts):
        yield paths[name], write_turtle(triples, name)
