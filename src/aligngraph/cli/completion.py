"""Completion in the shell: names of stored queries, their parameters and values, concepts and other things.

Only files and stores are asked: to press a key sends nothing over the network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from aligngraph.catalogue.sources import SHIPPED
from aligngraph.errors import AligngraphError
from aligngraph.stores.location import Location

if TYPE_CHECKING:
    from aligngraph.queries.stored import Parameter
    from aligngraph.sparql.backend import Backend

_MOST = 5000
"""How many legal values of a parameter are looked through."""
_MOST_THINGS = 500


class _Bash(BashComplete):
    """Bash breaks words at '=', and puts back only what comes after it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the one it stands in, with those broken at '=' in one piece."""
        words, incomplete = super().get_completion_args()
        joined: list[str] = []
        for word in [*words, incomplete]:
            if joined and (word == "=" or joined[-1].endswith("=")) and not joined[-1].startswith("--"):
                joined[-1] += word
            else:
                joined.append(word)
        return joined[:-1], joined[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return *item* in the form that click's script for Bash reads."""
        _, incomplete = self.get_completion_args()
        start = incomplete.rpartition("=")[0]
        if start and isinstance(item.value, str) and item.value.startswith(f"{start}="):
            item = CompletionItem(item.value.removeprefix(f"{start}="), item.type)
        return super().format_completion(item)


add_completion_class(_Bash)


def location(_: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return that a file or folder is wanted, or what of ours begins with *incomplete*."""
    named = [CompletionItem(name) for name in SHIPPED if incomplete and name.startswith(incomplete)]
    return named or [CompletionItem(incomplete, type="file")]


def query(_: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the stored queries whose name begins with *incomplete*, each with its summary."""
    from aligngraph.queries.stored import list_queries

    return [
        CompletionItem(one.name, help=one.summary)
        for one in list_queries(federated=True)
        if one.name.startswith(incomplete)
    ]


def parameter(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the KEY=VALUE that begin with *incomplete*, of the query that *ctx* names."""
    from aligngraph.queries.stored import find_query

    # Where -p still waits for its value, click leaves the arguments aside.
    name = ctx.params["name"] or next(iter(ctx.args), "")
    key, equals, start = incomplete.partition("=")
    found: list[CompletionItem] = []
    for one in find_query(name).parameters:
        if one.name == key if equals else one.name.startswith(key):
            found += [
                CompletionItem(f"{one.name}={value}", help=one.text)
                for value in _values(one, _backend(ctx))
                if value.startswith(start)
            ]
    return found


def _values(one: Parameter, backend: Backend) -> list[str]:
    from aligngraph.queries.parameters import some_values, strings_of
    from aligngraph.queries.stored import ANY

    if one.type == "choice":
        return one.choices
    if one.of is not None and one.type == "string":
        # The shell would break words at blanks.
        return [value for value in strings_of(one, backend) if " " not in value]
    if one.of is not None:
        return sorted(_last(iri) for iri in some_values(one, backend, _MOST)[1])
    return [one.example or (ANY if one.default == "UNDEF" else one.default.strip('"'))]


def concept(*schemes: str) -> Callable[[click.Context, str], list[CompletionItem]]:
    """Return what completes the concepts of *schemes*, by the last part of their IRI."""

    def complete(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from aligngraph.queries.parameters import legal_values
        from aligngraph.queries.stored import Parameter

        found: dict[str, str] = {}
        for scheme in schemes:
            for iri, label in legal_values(Parameter(scheme, "concept", scheme, "", "UNDEF"), _backend(ctx)):
                found.setdefault(_last(iri), label)
        return [CompletionItem(name, help=label) for name, label in found.items() if name.startswith(incomplete)]

    return complete


def thing(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the works, authors, venues, artifacts and concepts whose short name begins with *incomplete*."""
    from aligngraph.queries.lookup import full_rows, literal
    from aligngraph.rdf.namespaces import BASE

    kinds = ("work", "artifact", "venue", "person", "organization", "goal", "approach", "method")
    begins = " || ".join(f"STRSTARTS(STR(?thing), {literal(f'{BASE}{kind}/{incomplete}')})" for kind in kinds)
    select = f"SELECT DISTINCT ?thing WHERE {{ ?thing a ?type FILTER({begins}) }} ORDER BY ?thing LIMIT {_MOST_THINGS}"
    return [CompletionItem(name) for name in dict.fromkeys(_last(iri) for (iri,) in full_rows(_backend(ctx), select))]


def _backend(ctx: click.Context) -> Backend:
    from aligngraph.stores.open import open_catalogue

    where = ctx.params.get("data") or Location()
    if where.endpoint is not None:
        raise AligngraphError("nothing is asked over the network for this.")
    return open_catalogue(where)


def _last(iri: str) -> str:
    from aligngraph.queries.lookup import local_name

    return local_name(iri)
