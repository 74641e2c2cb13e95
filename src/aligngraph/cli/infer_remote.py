"""``aligngraph infer --into``: statements inferred inside a triplestore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.progress import Bar

if TYPE_CHECKING:
    from aligngraph.stores.triplestore import Triplestore


def infer_in_store(store: Triplestore, *, dry_run: bool) -> None:
    """Write the inferred statements into the triplestore, or print the updates. Raise an AligngraphError."""
    from aligngraph.rdf.namespaces import INFERRED_GRAPH
    from aligngraph.reasoning.materialise import as_text, check_sameness, check_updates, materialise, plan

    updates = plan(store.backend)
    if dry_run:
        put_out(as_text(updates.updates()))
        return
    check_sameness(store.backend)
    check_updates(store.backend, store)
    bar = Bar()
    try:
        count = materialise(store.backend, store, updates, lambda done, total: bar("Inferring", done, total))
    except BaseException:
        click.echo("Not all inferred statements are in the store: run the command again.", err=True)
        raise
    finally:
        bar.end()
    check_sameness(store.backend)
    click.echo(f"{count:,} statements inferred; they are in <{INFERRED_GRAPH}> of {store.name}.", err=True)
