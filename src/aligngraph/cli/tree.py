"""``aligngraph tree``: the taxonomy with counts."""

from __future__ import annotations

import sys

import click

from aligngraph.cli.options import (
    ANSWER_SECONDS,
    Origin,
    catalogue_options,
    completing,
    naming_further_lists,
    text_or_json_option,
)
from aligngraph.text.terminal import terminal_of
from aligngraph.views.tree import read_tree, render_tree


@click.command(short_help="Show the taxonomy with counts of works.")
@click.argument(
    "concept", nargs=-1, metavar="[CONCEPT]", shell_complete=completing("concept", "goal", "approach", "method")
)
@text_or_json_option
@catalogue_options(timeout=ANSWER_SECONDS, inferred=True)
def command(concept: tuple[str, ...], name: str, origin: Origin) -> None:
    """Show the goals, approaches and methods as trees, each with the number of works about it.

    A work counts once for a concept, and for all broader ones. Goals have two counts: works that represent the goal to
    a model, and works that evaluate models by it. CONCEPT (a label, notation, short name or IRI) limits the output to
    what is below it; so do the words goals, approaches and methods.

    \b
    Examples:
      aligngraph tree
      aligngraph tree human-values
      aligngraph tree methods --format json
    """
    with naming_further_lists(origin.location):
        nodes = read_tree(origin.open(), " ".join(concept) or None, _tell)
    terminal = terminal_of(sys.stdout)
    if name == "json":
        import json

        data = [node.as_data() for node in nodes]
        click.echo(json.dumps(data, ensure_ascii=not terminal.unicode, indent=2))
        return
    for line in render_tree(nodes, terminal):
        click.echo(line, color=terminal.colour)


def _tell(text: str) -> None:
    click.echo(terminal_of(sys.stderr).data(text), err=True)
