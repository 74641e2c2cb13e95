"""``aligngraph infer --endpoint``: what follows, derived inside a store."""

from __future__ import annotations

import click

from aligngraph.commands.answers import put_out


def infer_in_store(endpoint: str, update_endpoint: str | None, *, dry_run: bool, seconds: float) -> None:
    """Derive what follows in the store at *endpoint*, or print how. Raise an AligngraphError where that fails."""
    from aligngraph.remote import Remote
    from aligngraph.remote_reasoning import as_text, check_sameness, check_updates, materialise, plan
    from aligngraph.updating import HttpUpdater, endpoints

    asked, updated = endpoints(endpoint, update_endpoint)
    remote = Remote(asked, seconds=seconds)
    updates = plan(remote)
    if dry_run:
        put_out(as_text(updates.updates()))
        return
    updater = HttpUpdater(updated, seconds=seconds)
    check_sameness(remote)
    check_updates(remote, updater)
    try:
        count = materialise(remote, updater, updates)
    except BaseException:
        click.echo("What follows is not all in the store: run the command again.", err=True)
        raise
    check_sameness(remote)
    click.echo(f"{count:,} statements follow; they are in <{_graph()}> of {asked}.", err=True)


def _graph() -> str:
    from aligngraph.namespaces import INFERRED_GRAPH

    return INFERRED_GRAPH
