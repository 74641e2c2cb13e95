"""``aligngraph query``: run a stored query, list them, or read what one does."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.cli.answers import FORMATS_HELP, answer_options, give_answer, limited, put_out
from aligngraph.cli.options import (
    ANSWER_SECONDS,
    FURTHER,
    Origin,
    catalogue_options,
    completing,
    hold,
    is_given,
    naming_further_lists,
)
from aligngraph.errors import ArgumentError
from aligngraph.files.activity import doing
from aligngraph.queries.binding import bind
from aligngraph.queries.stored import ANY, GROUPS, Parameter, StoredQuery, asking, find_query, list_queries
from aligngraph.sparql.backend import Backend, Solutions, Triples, asked_services
from aligngraph.stores.limits import Worker

if TYPE_CHECKING:
    from aligngraph.text.terminal import Terminal

_FEW = 40
"""How many legal values a query's help lists in full."""
_SUCH = 5
"""How many it names where there are more."""


@click.command(
    add_help_option=False, epilog=FORMATS_HELP + "  query   sparql (the query with its parameters set; it is not run)\n"
)
@click.argument("name", required=False, shell_complete=completing("query"))
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=completing("parameter"),
    help="Set a parameter. Repeat a key to allow several values; 'any' allows every value.",
)
@click.option(
    "--columns",
    metavar="A,B",
    help="Columns to show, in this order.  [default: all; in a table, all but those that a parameter fixes]",
)
@click.option("--allow-service", is_flag=True, help="Allow a federated query to send requests to the address it names.")
@click.option(
    "--service",
    metavar="URL",
    help="Ask this endpoint, such as a mirror, in place of the one that a federated query names, and allow it.",
)
@click.option("-h", "--help", "wants_help", is_flag=True, help="Show this message; with NAME, explain that query.")
@answer_options("sparql")
@catalogue_options(timeout=ANSWER_SECONDS, inferred=True, whole=False)
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    params: Sequence[str],
    columns: str | None,
    allow_service: bool,
    service: str | None,
    wants_help: bool,
    format_: str | None,
    output: Path | None,
    force: bool,
    max_memory: int | None,
    origin: Origin,
) -> None:
    """Run the stored query NAME; with no name, list them.

    A concept, work, person or venue can be given by name, label, notation, identifier, CURIE or IRI, as to 'show'.
    Federated queries also ask another endpoint, and run only with --allow-service or --service.

    \b
    Examples:
      aligngraph query
      aligngraph query benchmarks-by-goal -p goal=human-values
      aligngraph query works-by-method --help
      aligngraph query works-by-venue -p venue=NeurIPS --format csv
    """
    if name is None:
        if params:
            raise click.UsageError("Name the query that these parameters are for.", ctx)
        if wants_help:
            click.echo(ctx.get_help())
        else:
            put_out([_list()], terminal=_terminal())
        return
    stored = find_query(name)
    if service is not None:
        stored, allow_service = asking(stored, service), True
    if (wants_help or format_ == "sparql") and not origin.location.is_shipped:
        hold(origin.seconds if is_given("timeout") else 0, max_memory)
    if wants_help:
        put_out([_help(stored, origin.open())], terminal=_terminal())
        return
    values: dict[str, list[str]] = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            names = " or ".join(f"-p {parameter.name}=…" for parameter in stored.parameters)
            said = f"write {names}." if names else f"{stored.name} has no parameters."
            raise ArgumentError(f"-p {param!r} has no '=': {said}")
        values.setdefault(key.strip(), []).append(value)
    if format_ == "sparql":
        put_out([bind(stored, values, origin.open())], output=output, force=force)
        return
    if stored.may_reach_out:
        from aligngraph.sparql.read_only import check_read_only

        check_read_only(stored.text, allow_service=allow_service)
    # What comes with the tool is known to answer at once.
    is_quick = (
        origin.location.is_shipped
        and not allow_service
        and max_memory is None
        and origin.seconds == float(ANSWER_SECONDS)
    )
    worker, name = limited(origin, max_memory, format_=format_, output=output, force=force, is_quick=is_quick)
    backend = origin.open()
    worker.begin()
    with naming_further_lists(origin.location):
        text = bind(stored, values, backend)
    if asked := asked_services(text):
        doing(asked)
    result = backend.run(text)
    fixed: dict[str, str] | None = None
    if columns is not None:
        result = _only(result, [column.strip().removeprefix("?") for column in columns.split(",")])
    elif isinstance(result, Solutions) and name in (None, "table"):
        fixed = _fixed(stored, values)
        hidden = {*fixed, *(f"{one}Label" for one in fixed)}
        result = _only(result, [column for column in result.variables if column not in hidden])
    if stored.is_check and isinstance(result, Solutions):
        _give_check(stored, result, name, worker, force=force)
    else:
        if_none = (lambda: FURTHER) if origin.location.is_shipped else None
        give_answer(result, name=name, worker=worker, force=force, fixed=fixed, if_none=if_none)
    worker.end()


def _fixed(stored: StoredQuery, values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the parameters with one value, which is the same in every row: a table need not repeat it."""
    given = {
        parameter.name: values.get(parameter.name, [ANY if parameter.default == "UNDEF" else _example(parameter)])
        for parameter in stored.parameters
    }
    return {name: found[0] for name, found in given.items() if len(found) == 1 and found[0] != ANY}


def _only(result: Solutions | bool | Triples, columns: Sequence[str]) -> Solutions:
    if not isinstance(result, Solutions):
        raise ArgumentError("--columns is for rows, and this query has none.")
    unknown = [column for column in columns if column not in result.variables]
    if unknown:
        raise ArgumentError(f"no column named {unknown[0]!r}: there are {', '.join(result.variables)}.")
    places = [result.variables.index(column) for column in columns]
    return Solutions(tuple(columns), (tuple(row[place] for place in places) for row in result))


def _give_check(stored: StoredQuery, result: Solutions, name: str | None, worker: Worker, *, force: bool) -> None:
    rows = list(result)
    give_answer(Solutions(result.variables, iter(rows)), name=name, worker=worker, force=force)
    if rows:
        click.echo(f"Problem: {stored.problem}\nSolution: {stored.solution}", err=True)
        sys.exit(1)


def _terminal() -> Terminal:
    from aligngraph.text.terminal import terminal_of

    return terminal_of(sys.stdout)


def _list() -> str:
    queries = list_queries(federated=True)
    from aligngraph.text.terminal import wrap

    width = _terminal().width
    column = max(len(query.name) for query in queries) + 2
    lines = []
    for group in (*GROUPS, ""):
        members = [query for query in queries if (query.group if query.group in GROUPS else "") == group]
        if members:
            lines.append(_terminal().bold((group or "others").capitalize()))
        for query in members:
            first, *rest = wrap(query.summary, max(width - column, 30), hang=0) or [""]
            lines.append(f"{query.name:<{column}}{first}")
            lines += [" " * column + line for line in rest]
        lines += [""] * bool(members)
    lines.append("'aligngraph query NAME --help' explains one: what it answers, and its parameters.")
    return "\n".join(lines) + "\n"


def _help(stored: StoredQuery, backend: Backend) -> str:
    from aligngraph.text.terminal import wrap

    width = _terminal().width
    lines = [stored.name, *wrap(stored.summary + ".", width, hang=0), ""]
    if stored.description:
        lines += [*wrap(stored.description, width, hang=0), ""]
    if stored.needs:
        needs = f"In a triplestore it needs the {stored.needs} beside the data: 'aligngraph push' puts them there."
        lines += [*wrap(needs, width, hang=0), ""]
    if stored.problem:
        lines += [*wrap(f"Each row breaks a rule. Problem: {stored.problem}", width, hang=0)]
        lines += [*wrap(f"Solution: {stored.solution}", width, hang=0), ""]
    example = f"aligngraph query {stored.name}"
    for parameter in stored.parameters:
        default = "any" if parameter.default == "UNDEF" else parameter.default
        lines.append(f"-p {parameter.name}=…")
        lines += [
            f"    {line}" for line in wrap(f"{_type(parameter)}: {parameter.text} (default: {default})", width - 4)
        ]
        count, names = _names(parameter, backend)
        if names:
            values = ", ".join(names) if count <= _FEW else f"{count:,} of them, such as {', '.join(names[:_SUCH])}"
            lines += [f"    {line}" for line in wrap(f"Values: {values}", width - 4)]
        example += f" -p {parameter.name}={_example(parameter)}"
    if stored.parameters:
        lines.append("")
    lines += [f"Tags: {', '.join(stored.tags)}", "", "Example:", f"  {example}"]
    return "\n".join(lines) + "\n"


def _type(parameter: Parameter) -> str:
    if parameter.of is None or parameter.type in ("choice", "string"):
        return parameter.type
    return f"{parameter.type} of {' or '.join(parameter.choices)}"


def _names(parameter: Parameter, backend: Backend) -> tuple[int, list[str]]:
    """Return how many values *parameter* takes, where the catalogue says which, and some of them, or all."""
    if parameter.type == "choice":
        return len(parameter.choices), parameter.choices
    if parameter.of is None or parameter.type == "string":
        return 0, []
    from aligngraph.queries.parameters import some_values
    from aligngraph.rdf.namespaces import shorten

    count, values = some_values(parameter, backend, _FEW)
    return count, [shorten(iri).partition(":")[2] for iri in values]


def _example(parameter: Parameter) -> str:
    if parameter.default == "UNDEF":
        return parameter.example or ANY
    if parameter.default.startswith('"'):
        return parameter.default.strip('"')
    return parameter.default.partition(":")[2] or parameter.default
