"""``aligngraph sparql``: any query that reads."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from aligngraph.cli.answers import FORMATS_HELP, answer_options, give_answer, limited
from aligngraph.cli.options import ANSWER_SECONDS, Origin, catalogue_options
from aligngraph.errors import CatalogueError
from aligngraph.files.activity import doing
from aligngraph.files.reading import read_file, read_stream
from aligngraph.sparql.backend import Backend, asked_services
from aligngraph.sparql.read_only import check_read_only

_MOST = 16 << 20
"""Bytes of a query."""


@click.command(epilog=FORMATS_HELP)
@click.argument("query", metavar="QUERY")
@click.option("--allow-service", is_flag=True, help="Allow SERVICE to send requests to the addresses it names.")
@answer_options()
@catalogue_options(timeout=ANSWER_SECONDS, inferred=True, whole=False)
def command(
    query: str,
    allow_service: bool,
    format_: str | None,
    output: Path | None,
    force: bool,
    max_memory: int | None,
    origin: Origin,
) -> None:
    """Run a SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE.

    QUERY is the query itself, a file that holds it, or '-' for standard input. The catalogue's prefixes (ag:, work:,
    goal:, skos: and so on) need not be declared. The default graph is the union of all graphs of the catalogue.

    \b
    Examples:
      aligngraph sparql 'SELECT ?name { ?a a ag:Benchmark ; rdfs:label ?name } ORDER BY ?name LIMIT 5'
      aligngraph sparql 'DESCRIBE work:rafailov2023-dpo'
      aligngraph sparql my-query.rq -o rows.csv
    """
    text = _query_text(query)
    check_read_only(text, allow_service=allow_service)
    worker, name = limited(origin, max_memory, format_=format_, output=output, force=force)
    backend = origin.open()
    worker.begin()
    if asked := asked_services(text):
        doing(asked)
    give_answer(backend.run(text), name=name, worker=worker, force=force, if_none=lambda: _unknown(text, backend))
    worker.end()


def _unknown(text: str, backend: Backend) -> str:
    from aligngraph.queries.unknown_names import unknown_names

    unknown = unknown_names(text, backend)
    return f"not in the catalogue: {', '.join(unknown)}" if unknown else ""


def _query_text(given: str) -> str:
    if given == "-":
        content, name = read_stream(sys.stdin.buffer, "standard input", _MOST), "standard input"
    elif re.search(r"[\s{<]", given) is None or (len(given) < 256 and Path(given).is_file()):
        # No query is a single word.
        content, name = read_file(Path(given), _MOST), given
    else:
        return given
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{name}: not UTF-8. Save the query as UTF-8.") from error
