"""``aligngraph push``: the catalogue into a triplestore."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from aligngraph.cli.options import data_option, no_inferred_option, origin_of, parts_option, triplestore_options
from aligngraph.cli.progress import Bar
from aligngraph.text.plurals import count_of

if TYPE_CHECKING:
    from aligngraph.stores.compare import Comparison
    from aligngraph.stores.location import Location
    from aligngraph.stores.push import Graph, Pusher
    from aligngraph.stores.triplestore import Triplestore

_MOST_SHOWN = 10


@click.command(short_help="Copy the catalogue into a triplestore, and verify it.")
@triplestore_options(writes=True)
@data_option
@parts_option
@click.option("--no-ontology", is_flag=True, help="Leave out the ontology.")
@no_inferred_option
@click.option("--add", is_flag=True, help="Add to the graphs instead of replacing them.")
@click.option("--prune", is_flag=True, help="Delete graphs of the catalogue that are no longer in the data.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--verify-only", is_flag=True, help="Compare the store with the data; change nothing.")
def command(
    connect: Callable[[], Triplestore],
    data: Location,
    parts: tuple[str, ...],
    no_ontology: bool,
    no_inferred: bool,
    add: bool,
    prune: bool,
    dry_run: bool,
    verify_only: bool,
) -> None:
    """Copy the catalogue into the triplestore at URL, each file a named graph, and verify it.

    Only graphs below https://w3id.org/aligngraph/graph/ are changed. URL is the address of the server, data set or
    repository, or of its query endpoint; where the store asks for a user name, http://NAME@HOST/. Afterwards everything
    is read back and compared in value. Exit code 1: the store does not hold what it should; 2: something could not be
    done.

    \b
    Examples:
      aligngraph push http://localhost:7878
      aligngraph push http://dba@localhost:8890 --with mappings
      aligngraph push http://localhost:3030/aligngraph --verify-only
    """
    from aligngraph.stores.push import PARTS, Pusher, gather, inferred, others

    if prune and add:
        raise click.UsageError("--prune is for graphs that are replaced: leave out --add.")
    chosen = [part for part in PARTS if part in parts or (part == "ontology" and not no_ontology)]
    graphs = gather(origin_of(data).files(), chosen)
    store = connect()
    if not no_inferred:
        sent = {graph.iri for graph in graphs}
        gone = set(others(store, sent).old) if prune and not verify_only else set()
        graphs.append(inferred(graphs, store, keeps=lambda name: name not in gone and (add or name not in sent)))
    pusher = Pusher(store, add=add)
    if dry_run:
        _say_plan(store, pusher, graphs, add=add)
        _see_to_others(store, pusher, graphs, prune=prune, dry_run=True)
        return
    # A termination from outside ends like an interruption: by saying what is done.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    bar = Bar()
    try:
        if not verify_only:
            pusher.push(graphs, bar)
    except KeyboardInterrupt:
        bar.end()
        click.echo(f"Interrupted. {pusher.state(graphs)}", err=True)
        sys.exit(130)
    finally:
        bar.end()
    if not verify_only:
        from aligngraph.stores.http import shown

        click.echo(f"Sent {_amount(graphs, 'in')} to {shown(store.addresses.base)}.", err=True)
    right = _verify(store, graphs, more=add)
    _say_left_out(chosen, inferred=not no_inferred)
    _see_to_others(store, pusher, graphs, prune=prune and not verify_only)
    sys.exit(0 if right else 1)


def _say_plan(store: Triplestore, pusher: Pusher, graphs: Sequence[Graph], *, add: bool) -> None:
    from aligngraph.stores.http import shown

    if pusher.by_updates:
        how = f"by updates of up to {store.product.batch:,} triples to {shown(store.addresses.update)}"
    else:
        how = f"by {'POST' if add else 'PUT'} to {shown(store.addresses.graphs or '')}"
    for graph in graphs:
        click.echo(f"{'add to' if add else 'replace'} {graph.name} with {count_of(len(graph.triples), 'triple')}")
    click.echo(
        f"{store.product.title} at {shown(store.addresses.base)}: {_amount(graphs, 'in')}, {how}. Nothing was changed.",
        err=True,
    )


def _verify(store: Triplestore, graphs: Sequence[Graph], *, more: bool) -> bool:
    """Compare and report; return whether all is right."""
    from aligngraph.stores.push import verify

    bar = Bar()
    wrong: list[Comparison] = []
    changes: Counter[str] = Counter()
    try:
        for comparison in verify(store, graphs, more=more, progress=bar):
            changes.update(dict(comparison.normalised))
            if not comparison.right:
                wrong.append(comparison)
    finally:
        bar.end()
    for kind, count in sorted(changes.items()):
        click.echo(f"The store writes {kind} ({count:,} times): the values are the same.", err=True)
    for comparison in wrong[:_MOST_SHOWN]:
        _say_wrong(comparison)
    if len(wrong) > _MOST_SHOWN:
        click.echo(f"and {len(wrong) - _MOST_SHOWN:,} more graphs.")
    if wrong:
        click.echo(
            f"{len(wrong):,} of {len(graphs):,} graphs differ from the data. Run the command again without "
            "--verify-only; if that does not help, the store can't keep these values.",
            err=True,
        )
    else:
        click.echo(f"Verified: all {_amount(graphs, 'of')} are in the store.", err=True)
    return not wrong


def _amount(graphs: Sequence[Graph], preposition: str) -> str:
    triples = sum(len(graph.triples) for graph in graphs)
    return f"{count_of(triples, 'triple')} {preposition} {count_of(len(graphs), 'graph')}"


def _say_wrong(comparison: Comparison) -> None:
    from aligngraph.text.terminal import terminal_of

    terminal = terminal_of(sys.stdout)
    name = f"<{comparison.graph}>"
    state = "is not in the store" if not comparison.found else f"has {count_of(comparison.found, 'triple')}"
    click.echo(f"{name} {state}, should have {comparison.expected:,}")
    for sign, triples in (("-", comparison.missing), ("+", comparison.extra)):
        for triple in triples[:3]:
            click.echo(terminal.data(f"  {sign} {triple}"))
        if len(triples) > 3:
            click.echo(f"  {sign} and {len(triples) - 3:,} more")


def _say_left_out(parts: Sequence[str], *, inferred: bool) -> None:
    if "ontology" not in parts or not inferred:
        names = [*(["the ontology"] if "ontology" not in parts else []), *([] if inferred else ["inferred statements"])]
        click.echo(
            f"Left out: {' and '.join(names)}. Stored queries that need them have incomplete answers; push without "
            f"--no-ontology and --no-inferred to add them.",
            err=True,
        )
    rest = [part for part in ("shapes", "mappings") if part not in parts]
    if rest:
        options = " ".join(f"--with {part}" for part in rest)
        click.echo(f"Not sent: the {' and '.join(rest)}, which no stored query needs ({options}).", err=True)


def _see_to_others(
    store: Triplestore, pusher: Pusher, graphs: Sequence[Graph], *, prune: bool, dry_run: bool = False
) -> None:
    """Tell of, or delete, graphs of the catalogue that were not sent."""
    from aligngraph.stores.push import others

    found = others(store, (graph.iri for graph in graphs))
    for name in found.foreign:
        click.echo(f"<{name}> has no statement in the catalogue's terms, so it was kept.", err=True)
    if prune:
        for name in (*found.unfinished, *found.old):
            if dry_run:
                click.echo(f"delete <{name}>")
            else:
                pusher.delete(name)
                click.echo(f"Deleted <{name}>.", err=True)
        count = count_of(len(found.unfinished) + len(found.old), "graph")
        click.echo(f"{count} that the data no longer has {'would be' if dry_run else 'were'} deleted.", err=True)
        return
    if found.unfinished:
        count = count_of(len(found.unfinished), "unfinished graph")
        click.echo(f"An earlier push left {count} behind: --prune deletes them.", err=True)
    if found.old:
        names = ", ".join(f"<{name}>" for name in found.old[:3]) + (" …" if len(found.old) > 3 else "")
        count = count_of(len(found.old), "graph")
        click.echo(f"The store has {count} that the data does not have ({names}): --prune deletes them.", err=True)
    if found.inferred:
        click.echo("The inferred statements in the store may be out of date: push without --no-inferred.", err=True)
