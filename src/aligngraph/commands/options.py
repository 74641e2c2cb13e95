"""Options that several commands share."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligngraph.limits import DEFAULT_SECONDS, Limits

if TYPE_CHECKING:
    from aligngraph.backend import Backend

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Turtle file or folder to read in place of the shipped catalogue; may be repeated.",
)

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def seconds_of(_: click.Context, __: click.Parameter, value: str) -> float:
    """Return the number of seconds that *value* says. Raise BadParameter where it is none."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e9:
        raise click.BadParameter(f"{value!r} is no number of seconds: write for example 120, or 0 for no limit.")
    return seconds


def bytes_of(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """Return the number of bytes that *value* says. Raise BadParameter where it is no size."""
    if value is None:
        return None
    text = value.strip().upper().removesuffix("B").removesuffix("I")
    number, unit = (text[:-1], text[-1]) if text[-1:] in ("K", "M", "G", "T") else (text, "")
    try:
        size = float(number)
    except ValueError:
        size = math.nan
    if not 0 <= size * _UNITS[unit] < 1e18:
        raise click.BadParameter(f"{value!r} is no size: write for example 500M or 2GiB, or 0 for no limit.")
    return int(size * _UNITS[unit])


class Source:
    """Where the catalogue is read from, as the options say; called, it opens it."""

    def __init__(
        self,
        data: Sequence[Path] = (),
        store: Path | None = None,
        endpoint: str | None = None,
        *,
        inferred: bool = True,
        use_cache: bool = True,
        seconds: float = DEFAULT_SECONDS,
    ) -> None:
        self.data = data
        self.store = store
        self.endpoint = endpoint
        self.inferred = inferred
        self.use_cache = use_cache
        self.seconds = seconds

    def __call__(self) -> Backend:
        """Return the backend. Raise an AligngraphError where there is none to open."""
        if self.endpoint is not None:
            from aligngraph.remote import Remote

            return Remote(self.endpoint, seconds=self.seconds)
        if self.store is not None:
            from aligngraph.prepared import open_store

            return open_store(self.store, inferred=self.inferred)
        from aligngraph.catalogue import open_catalogue

        return open_catalogue(self.data, inferred=self.inferred, use_cache=self.use_cache)

    def limits(self, memory: int | None) -> Limits:
        """Return what a query from here is held to."""
        # The remote backend keeps the time itself, and can say more about what it waited for.
        grace = 2.0 if self.endpoint is not None and self.seconds else 0.0
        return Limits(self.seconds + grace, memory)


def catalogue_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which catalogue is read; *function* gets ``open_backend``, a `Source`."""

    @data_option
    @click.option(
        "--store",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Store on disk to read instead, as 'aligngraph load' makes it.",
    )
    @click.option("--endpoint", metavar="URL", help="SPARQL endpoint to ask instead.")
    @click.option("--no-inferred", is_flag=True, help="Leave out what only follows by reasoning.")
    @click.option("--no-cache", is_flag=True, help="Read the files anew, and keep nothing for the next time.")
    @click.option(
        "--timeout",
        callback=seconds_of,
        default=f"{DEFAULT_SECONDS:g}",
        show_default=True,
        metavar="SECONDS",
        help="Give up after this long; 0 for no limit.",
    )
    @functools.wraps(function)
    def wrapper(
        data: Sequence[Path],
        store: Path | None,
        endpoint: str | None,
        no_inferred: bool,
        no_cache: bool,
        timeout: float,
        **rest: Any,
    ) -> Any:
        given = [name for name, value in (("--data", data), ("--store", store), ("--endpoint", endpoint)) if value]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} name different catalogues: give one of them.")
        if endpoint is not None and no_inferred:
            raise click.UsageError("--no-inferred is for files and stores: an endpoint answers over all it holds.")
        source = Source(data, store, endpoint, inferred=not no_inferred, use_cache=not no_cache, seconds=timeout)
        return function(open_backend=source, **rest)

    return wrapper


def taken_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--store`` and ``--endpoint`` to a command that works on files; *function* gets ``taken``, a `Taken`."""

    @click.option(
        "--store", type=click.Path(path_type=Path), metavar="DIR", help="Store on disk to take the data from instead."
    )
    @click.option("--endpoint", metavar="URL", help="SPARQL endpoint to take the data from instead.")
    @functools.wraps(function)
    def wrapper(store: Path | None, endpoint: str | None, **rest: Any) -> Any:
        return function(taken=Taken(store, endpoint), **rest)

    return wrapper


class Taken:
    """The data that ``--store`` or ``--endpoint`` names, as files."""

    def __init__(self, store: Path | None, endpoint: str | None) -> None:
        self._store = store
        self._endpoint = endpoint

    @contextmanager
    def instead_of(self, data: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
        """Give the paths to read until the block ends: *data*, unless an option names a store.

        Raise UsageError where both are given, an AligngraphError where the store has no data or does not answer.
        """
        names = [name for name, value in (("--store", self._store), ("--endpoint", self._endpoint)) if value]
        if len(names) + bool(data) > 1:
            raise click.UsageError(f"{' and '.join(names)} and the files named are different catalogues: give one.")
        if not names:
            yield tuple(data)
            return
        from aligngraph.taking import as_files

        backend = Source(store=self._store, endpoint=self._endpoint, inferred=False)()
        with as_files(backend, str(self._store or self._endpoint)) as folder:
            yield (folder,)

    def named(self) -> str:
        """Return the store's name as given, or '' where there is none."""
        return str(self._store or self._endpoint or "")


memory_option = click.option(
    "--max-memory",
    "max_memory",
    callback=bytes_of,
    metavar="SIZE",
    help="Stop a query that takes more memory, such as 500M or 2GiB; 0 for no limit.  [default: half of the "
    "machine's, 4 GiB at most]",
)
