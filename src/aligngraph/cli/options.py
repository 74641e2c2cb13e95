"""Options that several commands share: the catalogue's location, credentials, and limits."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from aligngraph.errors import ArgumentError, NothingFoundError
from aligngraph.files.activity import showing, waiting_for_a_person
from aligngraph.stores.location import Location, locate, split_user

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend
    from aligngraph.stores.auth import Access
    from aligngraph.stores.triplestore import Triplestore

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_PRODUCTS = (
    "oxigraph", "fuseki", "virtuoso", "graphdb", "rdf4j", "stardog", "neptune", "blazegraph", "qlever", "generic",
)  # fmt: skip
_GRACE = 0.5
ANSWER_SECONDS = "60"
FURTHER = "'--data aligngraph:all' also looks in the further reading lists"
"""What to try where the catalogue of the survey page, which is read by default, has nothing."""
REQUEST_SECONDS = "300"


class Origin(NamedTuple):
    """The catalogue that the options name, and how it is read."""

    location: Location = Location()
    seconds: float = 0
    """How long an endpoint may take for an answer; 0 for no limit."""
    inferred: bool = True
    """Whether inferred statements are part of it."""

    def open(self, *, inferred: bool | None = None) -> Backend:
        """Return what answers SPARQL over it. Raise an AligngraphError where it can't be opened."""
        from aligngraph.stores.open import open_catalogue

        address = self.location.endpoint
        access = None if address is None else access_to(address, self.location.user)
        wanted = self.inferred if inferred is None else inferred
        # What works on files needs nothing that is inferred, and infers for itself.
        tell = None if inferred is not None else partial(click.echo, err=True)
        opened = partial(open_catalogue, self.location, inferred=wanted, access=access, seconds=self.seconds, tell=tell)
        if not sys.stderr.isatty():
            return opened()
        from aligngraph.cli.progress import Bar

        bar = Bar()
        try:
            with showing(bar):
                return opened()
        finally:
            bar.end()

    def files(self) -> tuple[Path, ...]:
        """Return the files and folders to read; none for the shipped catalogue.

        The asserted statements of a store or an endpoint are written to a temporary folder, which is there until the
        command ends. Raise an AligngraphError where it has no data or does not answer.
        """
        if self.location.is_files:
            return self.location.paths
        from aligngraph.stores.snapshot import as_files

        # Inferred statements are left out here; of an endpoint, by what is asked for.
        inferred = self.location.endpoint is not None
        snapshot = as_files(self.open(inferred=inferred), str(self.location))
        return (click.get_current_context().with_resource(snapshot),)


@contextmanager
def naming_further_lists(location: Location) -> Iterator[None]:
    """Name the further reading lists where a thing is not found in the catalogue of the survey page."""
    try:
        yield
    except NothingFoundError as error:
        if location.is_shipped:
            error.add_note(f"{FURTHER}.")
        raise


def connect(
    address: str,
    seconds: float = 0,
    product: str | None = None,
    update_endpoint: str | None = None,
    graph_store: str | None = None,
) -> Triplestore:
    """Connect to the triplestore at *address*, and detect which product it is unless *product* says so.

    Raise an AligngraphError where it can't be reached, or there is no password for the user name in *address*.
    """
    from aligngraph.stores.triplestore import connect as connect_to

    address, user = split_user(address)
    return connect_to(
        address,
        access=access_to(address, user),
        seconds=seconds,
        product=product,
        update=update_endpoint,
        graphs=graph_store,
        on_wait=lambda text: click.echo(text, err=True),
    )


@functools.cache
def access_to(address: str, user: str | None) -> Access:
    """Return the credentials for *address*; on a terminal, ask for a password, once.

    Raise RemoteError where *address* is none.
    """
    from aligngraph.stores.auth import find_access
    from aligngraph.stores.http import check_address

    check_address(address)

    def ask(question: str) -> str:
        with waiting_for_a_person():
            password: str = click.prompt(question, hide_input=True, err=True)
        return password

    access = find_access(address, user, ask if sys.stdin.isatty() else None)
    if access.in_the_clear(address):
        click.echo(
            "Warning: this address is not encrypted (http), so others on the way may read the password or token.",
            err=True,
        )
    return access


def hand_on_access(location: Location) -> None:
    """See to it that query processes, which can't ask for a password, find in their environment what was typed here.

    Raises what `access_to` raises, and ArgumentError where there is no password, before any of them starts.
    """
    import os

    if location.endpoint is not None:
        from aligngraph.stores.auth import PASSWORD

        access = access_to(location.endpoint, location.user)
        if location.user is not None and (password := access.wanted()) is not None:
            os.environ[PASSWORD] = password


def check_servers(locations: Sequence[Location]) -> None:
    """Raise UsageError where one password or token would be sent to two servers."""
    import os

    endpoints = [location for location in locations if location.endpoint is not None]
    if len(endpoints) > 1:
        from aligngraph.stores.auth import PASSWORD, TOKEN, same_server

        one_server = all(same_server(endpoints[0].endpoint or "", one.endpoint or "") for one in endpoints)
        users = sum(one.user is not None for one in endpoints)
        if not one_server and (os.environ.get(TOKEN) or (users > 1 and os.environ.get(PASSWORD))):
            raise click.UsageError(
                f"{PASSWORD} and {TOKEN} are for one server, and these are two: write both passwords into ~/.netrc, or "
                "pull from one of them, and go on with the files."
            )


def to_location(given: Sequence[str]) -> Location:
    """Return where the catalogue is that *given* names. Raise UsageError where that is not one catalogue."""
    try:
        return locate(given)
    except ArgumentError as error:
        raise click.UsageError(str(error)) from error


def origin_of(location: Location, seconds: float = 0, *, inferred: bool = True) -> Origin:
    """Return the catalogue at *location*; ask for the password of an endpoint now, while there is a terminal."""
    if location.endpoint is not None:
        access_to(location.endpoint, location.user)
    return Origin(location, seconds, inferred)


def seconds_of(_: click.Context, __: click.Parameter, value: str) -> float:
    """Return the number of seconds that *value* says. Raise BadParameter where it is none."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e9:
        raise click.BadParameter(f"{value!r} is not a number of seconds: write for example 120, or 0 for no limit.")
    return seconds


def bytes_of(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """Return the number of bytes that *value* says. Raise BadParameter where it is not a size."""
    if value is None:
        return None
    text = value.strip().upper().removesuffix("B").removesuffix("I")
    number, unit = (text[:-1], text[-1]) if text[-1:] in ("K", "M", "G", "T") else (text, "")
    try:
        size = float(number)
    except ValueError:
        size = math.nan
    if not 0 <= size * _UNITS[unit] < 1e18:
        raise click.BadParameter(f"{value!r} is not a size: write for example 500M or 2GiB, or 0 for no limit.")
    return int(size * _UNITS[unit])


def completing(what: str, *given: str) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return what completes an argument in the shell: the function *what* of `completion`, made with *given*."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[Any]:
        from aligngraph.cli import completion
        from aligngraph.errors import AligngraphError

        function = getattr(completion, what)
        try:
            found: list[Any] = (function(*given) if given else function)(ctx, incomplete)
        except AligngraphError:
            return []  # the command itself says what is wrong
        return found

    return complete


data_option = click.option(
    "--data",
    multiple=True,
    metavar="LOCATION",
    callback=lambda _, __, given: to_location(given),
    shell_complete=completing("location"),
    help="Catalogue to read: file, folder, store, endpoint or aligngraph:all ('aligngraph --help' explains them). "
    "Repeat it to read several files and folders together.  [default: the shipped one]",
)
no_inferred_option = click.option("--no-inferred", is_flag=True, help="Leave out inferred statements.")
product_option = click.option(
    "--product",
    type=click.Choice(_PRODUCTS),
    metavar="NAME",
    help=f"Product of the store: {', '.join(_PRODUCTS)}.  [default: auto-detect]",
)
update_endpoint_option = click.option(
    "--update-endpoint", metavar="URL", help="Address for updates.  [default: auto-detect]"
)
graph_store_option = click.option(
    "--graph-store",
    metavar="URL",
    help="Address of the Graph Store Protocol; 'none' to send updates in batches instead.  [default: auto-detect]",
)
parts_option = click.option(
    "--with",
    "parts",
    type=click.Choice(["shapes", "mappings"]),
    multiple=True,
    help="Also send the shapes or the mappings. May be repeated.",
)
text_or_json_option = click.option(
    "--format", "name", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
into_option = click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR", help="Data folder to write to, for example 'data'."
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, not to standard output."
)
force_option = click.option("--force", is_flag=True, help="Replace an existing file.")


def command_limits(
    seconds: str = REQUEST_SECONDS, *, asks_stores: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the options ``--timeout`` and ``--max-memory`` for a whole command: it ends when it exceeds them.

    Unless given, all of it may take any time and most of the machine's memory. If it *asks_stores*, the command gets
    ``timeout``, how long a request may take: *seconds* unless given. What answers a question within *ANSWER_SECONDS*
    has no process of its own for the shipped catalogue, which answers at once.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(timeout: float, max_memory: int | None, **rest: Any) -> Any:
            given = is_given("timeout")
            if not (seconds == ANSWER_SECONDS and rest["data"].is_shipped and not given and max_memory is None):
                # What waits for a store knows better what it waits for, and says so at the limit itself.
                hold(timeout if given else 0, max_memory, _GRACE if asks_stores else 0)
            return function(timeout=timeout, **rest) if asks_stores else function(**rest)

        return _with(_limit_options(seconds), functools.update_wrapper(wrapper, function))

    return decorate


def _limit_options(seconds: str) -> list[Callable[..., Any]]:
    """Return ``--timeout``, *seconds* unless given, and ``--max-memory``; 'aligngraph --help' explains them."""
    return [
        click.option("--timeout", callback=seconds_of, default=seconds, metavar="SECONDS", hidden=True),
        click.option("--max-memory", callback=bytes_of, metavar="SIZE", hidden=True),
    ]


def hold(seconds: float, memory: int | None, grace: float = 0) -> None:
    """Hold the command, from now on, to so many *seconds* (0: any) and so much *memory*; None for the default.

    With *grace*, it has so many seconds more to say itself what took it so long.
    """
    from aligngraph.stores.limits import Limits, command_memory, limit_command

    limit_command(Limits(seconds, command_memory() if memory is None else memory, grace))


def is_given(name: str) -> bool:
    """Tell whether the option *name* of the command is on its command line."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def service_limits(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the options ``--timeout`` and ``--max-memory`` of a command that serves: of each *what*, not of all."""
    limits = (("--timeout", seconds_of, "10", "SECONDS", "Time"), ("--max-memory", bytes_of, "1GiB", "SIZE", "Memory"))
    options = [
        click.option(
            name, callback=read, default=default, show_default=True, metavar=unit, help=f"{of} limit of {what}."
        )
        for name, read, default, unit, of in limits
    ]
    return lambda function: _with(options, function)


def catalogue_options(
    *, timeout: str | None = None, inferred: bool = False, whole: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--data``, the limits with that *timeout* unless given, and ``--no-inferred`` if *inferred*.

    The limits are for the *whole* command; without, it gets ``max_memory``, and sees to them itself.

    The command gets ``origin``, an `Origin`.
    """
    options: list[Callable[..., Any]] = [data_option]
    if timeout is not None:
        options += [command_limits(timeout)] if whole else _limit_options(timeout)
    if inferred:
        options.append(no_inferred_option)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(data: Location, timeout: float = 0, no_inferred: bool = False, **rest: Any) -> Any:
            return function(origin=origin_of(data, timeout, inferred=not no_inferred), **rest)

        return _with(options, functools.update_wrapper(wrapper, function))

    return decorate


def triplestore_options(*, writes: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the argument URL and the options of a triplestore there; those for changing it if *writes*.

    The command gets ``connect``, which returns a `Triplestore`.
    """
    options: list[Callable[..., Any]] = [click.argument("url"), product_option]
    if writes:
        options += [update_endpoint_option, graph_store_option]
    options.append(command_limits())

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(
            url: str,
            product: str | None,
            timeout: float,
            update_endpoint: str | None = None,
            graph_store: str | None = None,
            **rest: Any,
        ) -> Any:
            check_servers([to_location([url]), *filter(None, [rest.get("data")])])
            given = partial(connect, url, timeout, product, update_endpoint, graph_store)
            return function(connect=given, **rest)

        return _with(options, functools.update_wrapper(wrapper, function))

    return decorate


def _with(options: Sequence[Callable[..., Any]], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return *function* with *options*, which --help shows in this order."""
    for option in reversed(options):
        function = option(function)
    return function
