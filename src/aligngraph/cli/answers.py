"""How the answer of a query leaves the command line: to the terminal, a pipe, or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from aligngraph.cli.options import force_option, is_given, output_option
from aligngraph.rdf.formats import NAMES
from aligngraph.sparql.backend import Solutions, Triples
from aligngraph.sparql.formats import GRAPH_FORMATS, SOLUTION_FORMATS, WRITERS
from aligngraph.stores.limits import Limits, Worker, start

if TYPE_CHECKING:
    from aligngraph.cli.options import Origin
    from aligngraph.sparql.tables import CountedRows
    from aligngraph.text.terminal import Terminal

FORMATS_HELP = f"""\b
Formats:
  rows    {", ".join(SOLUTION_FORMATS)}
  graphs  {", ".join(GRAPH_FORMATS)}
"""
_FOR_PEOPLE = ("table",)
_BLOCK = 1 << 15
_LONGEST_WAIT = 0.2
"""Seconds that a row waits for others to be written with."""


def answer_options(*more: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds ``--format``, which knows *more* formats than those of answers, ``-o`` and ``--force``."""
    format_option = click.option(
        "--format",
        "format_",
        type=click.Choice([*SOLUTION_FORMATS, *GRAPH_FORMATS, *more]),
        help="Output format.  [default: by the ending of FILE, else table for rows and turtle for graphs]",
        metavar="FORMAT",
    )
    return lambda function: format_option(output_option(force_option(function)))


def limited(
    origin: Origin,
    memory: int | None,
    *,
    format_: str | None,
    output: Path | None,
    force: bool,
    is_quick: bool = False,
) -> tuple[Worker, str | None]:
    """Go on in a process whose query of *origin* is limited; return its worker, and the format *output* asks for.

    The limits are the time that *origin* allows and *memory*, in bytes; a query that *is_quick* needs none, and so no
    process of its own. A time limit that is given holds from now on, the usual one when the catalogue is open. Raise
    OutputError, before any work is done, where *output* can't be written.
    """
    # A remote backend keeps the time itself, and can say more about what it waited for.
    grace = 2.0 if origin.location.endpoint is not None and origin.seconds else 0.0
    limits = Limits(0, 0) if is_quick else Limits(origin.seconds, memory, grace)
    name = format_ or (NAMES.get(output.suffix.lower()) if output is not None else None)

    def write(path: Path, chunks: Iterator[bytes]) -> None:
        from aligngraph.files.atomic import write_whole

        write_whole(path, chunks, force=force)

    if output is not None:
        from aligngraph.files.atomic import check_writable

        check_writable(output, force=force)
    worker = start(limits, write, output)
    if is_given("timeout") and not origin.location.is_shipped:
        worker.begin()
    return worker, name


def give_answer(
    result: Solutions | bool | Triples,
    *,
    name: str | None,
    worker: Worker | None = None,
    force: bool = False,
    fixed: Mapping[str, str] | None = None,
    if_none: Callable[[], str] | None = None,
) -> None:
    """Write *result* in the format *name* to where *worker* says; the count of rows of a table goes to stderr.

    *fixed* is what is the same in all of them; where it is given, a table may leave out IRIs for want of room.
    *if_none* says why there may be no rows, and what to try.
    """
    output = None if worker is None else worker.output
    terminal: Terminal | None = None
    left_out: list[str] | None = None if fixed is None else []
    rows: CountedRows | None = None
    chunks: Iterator[str]
    if isinstance(result, Solutions) and name in WRITERS:
        # What machines read needs nothing of what makes tables.
        chunks = WRITERS[name](result)
    else:
        from aligngraph.sparql.tables import CountedRows, write_answer, write_graph, write_solutions
        from aligngraph.text.terminal import terminal_of

        name = name or ("turtle" if isinstance(result, Triples) else "table")
        terminal = terminal_of(sys.stdout) if name in _FOR_PEOPLE else None
        if isinstance(result, Triples):
            chunks = write_graph(result, name)
        elif isinstance(result, bool):
            chunks = write_answer(result, name)
        else:
            if name == "table":
                rows = CountedRows(result)
                result = Solutions(result.variables, iter(rows))
            chunks = write_solutions(result, name, terminal, left_out)
    put_out(chunks, output=output, force=force, terminal=terminal, worker=worker)
    if worker is not None:
        worker.whole()
    if rows is not None:
        of = ", ".join(f"{parameter}={value}" for parameter, value in (fixed or {}).items())
        said = f"{rows.count} row{'' if rows.count == 1 else 's'}" + (f" for {of}" if of else "")
        if left_out:
            said += f"; no room for {', '.join(left_out)} (--columns, --format or a wider terminal shows them)"
        if rows.count == 0 and if_none is not None and (why := if_none()):
            said += f"; {why}"
        click.echo(terminal_of(sys.stderr).data(said), err=True)


def put_out(
    chunks: Iterable[str],
    *,
    output: Path | None = None,
    force: bool = False,
    terminal: Terminal | None = None,
    worker: Worker | None = None,
) -> None:
    """Write *chunks* whole to *output*, or as they come to the standard output.

    Text for people goes out in the *terminal*'s encoding; without one, as UTF-8 to the byte.
    """
    if output is not None:
        from aligngraph.files.atomic import write_whole

        write_whole(output, chunks, force=force)
        return
    sys.stdout.flush()
    stream = sys.stdout.buffer
    encoding = "utf-8" if terminal is None else sys.stdout.encoding or "utf-8"
    for block in _blocks(chunks, encoding):
        if terminal is not None and os.linesep != "\n":
            block = block.replace(b"\n", os.linesep.encode(encoding))
        if worker is None:
            stream.write(block)
        else:
            worker.write(stream, block)
    stream.flush()


def _blocks(chunks: Iterable[str], encoding: str) -> Iterator[bytes]:
    """Yield *chunks* as bytes, many at a time where they come fast, so that few writes are needed."""
    waiting: list[str] = []
    length, since = 0, monotonic()
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= _BLOCK or monotonic() - since >= _LONGEST_WAIT:
            yield "".join(waiting).encode(encoding, "replace")
            waiting.clear()
            length, since = 0, monotonic()
    if waiting:
        yield "".join(waiting).encode(encoding, "replace")
