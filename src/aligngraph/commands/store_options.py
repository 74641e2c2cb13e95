"""Options of the commands that write to, and read back from, a triplestore."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligngraph.commands.options import seconds_of

if TYPE_CHECKING:
    from aligngraph.auth import Access
    from aligngraph.flavours import Store
    from aligngraph.remote import Remote
    from aligngraph.requesting import Requester
    from aligngraph.verifying import Reader

FLAVOURS = (
    "oxigraph", "fuseki", "virtuoso", "graphdb", "rdf4j", "stardog", "neptune", "blazegraph", "qlever", "generic",
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A store, and the means to ask and change it."""

    store: Store
    requester: Requester
    reader: Reader
    remote: Remote


@dataclass(frozen=True)
class Place:
    """Where a store is, as the options say."""

    address: str
    flavour: str | None
    update_endpoint: str | None
    graph_store: str | None
    user: str | None
    ca_file: Path | None
    seconds: float

    def open(self) -> Opened:
        """Find out what store that is. Raise an AligngraphError where it can't be reached, or who asks is not known."""
        from aligngraph.flavours import find_store
        from aligngraph.remote import Remote
        from aligngraph.requesting import Requester
        from aligngraph.verifying import Reader

        access = access_for(self.address, self.user, self.ca_file)
        requester = Requester(self.address, access, seconds=self.seconds)
        requester.on_wait = lambda text: click.echo(text, err=True)
        store = find_store(self.address, requester, self.flavour, update=self.update_endpoint, graphs=self.graph_store)
        remote = Remote(store.query, seconds=self.seconds, access=access)
        return Opened(store, requester, Reader(store, requester, remote), remote)


def access_for(address: str, user: str | None, ca_file: Path | None) -> Access:
    """Return how to get at the store at *address*; ask for a password on a terminal. Raise AuthError."""
    from aligngraph.auth import find_access
    from aligngraph.transport import Transport

    Transport(address)

    def ask(question: str) -> str:
        password: str = click.prompt(question, hide_input=True, err=True)
        return password

    access = find_access(address, user, ca_file, ask if sys.stdin.isatty() else None)
    if access.in_the_clear(address):
        click.echo(
            "Warning: this address is not encrypted (http), so others on the way may read the password or token.",
            err=True,
        )
    return access


user_option = click.option(
    "--user",
    metavar="NAME",
    help="Who asks. The password is that in ALIGNGRAPH_PASSWORD, of netrc, or typed. A token goes in ALIGNGRAPH_TOKEN.",
)
ca_file_option = click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Certificates (PEM) to trust in place of the usual ones.",
)


def store_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument and options that say where a store is; *function* gets ``place``, a `Place`."""

    @click.argument("url")
    @click.option("--flavour", type=click.Choice(FLAVOURS), help="Kind of store.  [default: told by what it says]")
    @click.option("--update-endpoint", metavar="URL", help="Where it takes updates, if that can't be told from URL.")
    @click.option("--graph-store", metavar="URL", help="Where its Graph Store Protocol is, if that can't be told.")
    @user_option
    @ca_file_option
    @click.option(
        "--timeout",
        callback=seconds_of,
        default="300",
        show_default=True,
        metavar="SECONDS",
        help="Give up on a request that takes longer; 0 for no limit.",
    )
    @functools.wraps(function)
    def wrapper(
        url: str,
        flavour: str | None,
        update_endpoint: str | None,
        graph_store: str | None,
        user: str | None,
        ca_file: Path | None,
        timeout: float,
        **rest: Any,
    ) -> Any:
        place = Place(url, flavour, update_endpoint, graph_store, user, ca_file, timeout)
        return function(place=place, **rest)

    return wrapper
