"""How the answer of a query leaves the command line: to the terminal, a pipe, or a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligngraph.backend import Solutions, Triples
from aligngraph.results import GRAPH_FORMATS, SOLUTION_FORMATS, CountedRows, write_answer, write_graph, write_solutions
from aligngraph.terminal import terminal_of

if TYPE_CHECKING:
    from aligngraph.terminal import Terminal

_BY_ENDING = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".srj": "json",
    ".xml": "xml",
    ".srx": "xml",
    ".md": "markdown",
    ".txt": "table",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".trig": "trig",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
}
_FOR_PEOPLE = ("table",)


def answer_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format``, ``-o`` and ``--force``."""
    function = click.option("--force", is_flag=True, help="Replace the output file if it exists.")(function)
    function = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to FILE; its ending chooses the format unless --format is given.",
    )(function)
    return click.option(
        "--format",
        "format_",
        type=click.Choice([*SOLUTION_FORMATS, *GRAPH_FORMATS]),
        help="Rows: table (the default), csv, tsv, json, xml, markdown. Graphs: turtle (the default), "
        "ntriples, jsonld, rdfxml, trig, nquads.",
        metavar="NAME",
    )(function)


def give_answer(result: Solutions | bool | Triples, *, format_: str | None, output: Path | None, force: bool) -> None:
    """Write *result* to *output*, or to the standard output; the count of rows of a table goes to stderr."""
    name = format_ or (_BY_ENDING.get(output.suffix.lower()) if output is not None else None)
    terminal = terminal_of(sys.stdout)
    rows: CountedRows | None = None
    if isinstance(result, Solutions):
        name = name or "table"
        if name == "table":
            rows = CountedRows(result)
            result = Solutions(result.variables, iter(rows))
        chunks: Iterator[str] = write_solutions(result, name, terminal)
    elif isinstance(result, Triples):
        chunks = write_graph(result, name or "turtle")
    else:
        chunks = write_answer(result, name or "table")
    put_out(chunks, output=output, force=force, terminal=terminal if name in _FOR_PEOPLE else None)
    if rows is not None:
        click.echo(f"{rows.count} row{'' if rows.count == 1 else 's'}", err=True)


def put_out(
    chunks: Iterable[str], *, output: Path | None = None, force: bool = False, terminal: Terminal | None = None
) -> None:
    """Write *chunks* whole to *output*, or as they come to the standard output.

    Text for people goes out in the *terminal*'s encoding; without one, as UTF-8 to the byte.
    """
    if output is not None:
        from aligngraph.output import write_whole

        write_whole(output, chunks, force=force)
        return
    if terminal is None:
        stream = sys.stdout.buffer
        for chunk in chunks:
            stream.write(chunk.encode("utf-8"))
        stream.flush()
        return
    encoding = sys.stdout.encoding or "utf-8"
    for chunk in chunks:
        sys.stdout.write(chunk.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
