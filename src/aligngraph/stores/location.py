"""Where a catalogue is: the shipped one, files and folders, a store on disk, or an endpoint.

One text says it, everywhere: an ``http(s)`` address is a SPARQL endpoint (with a user name in it, as
``http://NAME@host/``, where the server asks for one), a folder that holds an Oxigraph store (as
``aligngraph load`` makes it) is that store, ``aligngraph:page`` and ``aligngraph:all`` are folders that came with the
tool, and anything else is a file or folder of RDF.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from aligngraph.catalogue.sources import shipped_folders
from aligngraph.errors import ArgumentError

PathOrText: TypeAlias = str | os.PathLike[str]
# Compiled where a location is given: most commands read the shipped catalogue.
_USER = r"(?i)(?P<scheme>https?://)(?P<user>[^/?#]*)@"
_SCHEME = r"(?i)(?P<scheme>[a-z][a-z0-9+.-]+):/"


class Location(NamedTuple):
    """Where one catalogue is. At most one of the fields is filled; none for the shipped catalogue."""

    paths: tuple[Path, ...] = ()
    """Files and folders of RDF, read together."""
    store: Path | None = None
    """The folder of a store on disk."""
    endpoint: str | None = None
    """The address of a SPARQL endpoint, without a user name."""
    user: str | None = None
    """The user name that the address was given with."""

    def __str__(self) -> str:
        return str(self.endpoint or self.store or ", ".join(map(str, self.paths)) or "the shipped catalogue")

    @property
    def texts(self) -> tuple[str, ...]:
        """What `locate` makes this location of."""
        if self.endpoint is None:
            return tuple(map(str, [self.store] if self.store is not None else self.paths))
        scheme, _, rest = self.endpoint.partition("://")
        return (self.endpoint if self.user is None else f"{scheme}://{quote(self.user, safe='')}@{rest}",)

    @property
    def is_files(self) -> bool:
        """Whether files are read, the shipped ones included: neither a store nor an endpoint is named."""
        return self.store is None and self.endpoint is None

    @property
    def is_shipped(self) -> bool:
        """Whether this is the catalogue that came with the tool."""
        return self == Location()


def is_store(path: Path) -> bool:
    """Tell whether the folder *path* is an Oxigraph store: RocksDB names its current manifest in a file of it."""
    return os.path.isfile(path / "CURRENT")  # noqa: PTH113 (false where one may not look)


def split_user(address: str) -> tuple[str, str | None]:
    """Return *address* without the user name in it, and that name. Raise ArgumentError where it holds a password."""
    found = re.match(_USER, address)
    if found is None:
        return address, None
    name, colon, _ = found["user"].partition(":")
    if colon:
        raise ArgumentError(
            "the address of the endpoint holds a password, which others could see in the list of processes: leave it "
            "out. Set ALIGNGRAPH_PASSWORD, add a line to ~/.netrc, or type it when asked."
        )
    return found["scheme"] + address[found.end() :], unquote(name) or None


def locate(given: Sequence[PathOrText] = ()) -> Location:
    """Return where the catalogue is that *given* names: nothing, files and folders, one store, or one endpoint.

    Nothing is opened. Raise ArgumentError for an address of another kind than http and https, an empty text, and for
    several locations that can't be read as one, or an address with a password.
    """
    if list(given) == ["aligngraph:page"]:
        return Location()
    paths: list[Path] = []
    others: list[Location] = []
    for one in given:
        text = os.fspath(one)
        if not text.strip():
            raise ArgumentError("an empty location: name a file, a folder, a store, or the address of an endpoint.")
        if isinstance(one, str) and text[:6].lower().startswith(("http:", "https:")):
            address, user = split_user(text)
            others.append(Location(endpoint=address, user=user))
            continue
        if isinstance(one, str) and text.startswith("aligngraph:"):
            paths += shipped_folders(text)
            continue
        scheme = re.match(_SCHEME, text) if isinstance(one, str) else None
        if scheme is not None and not Path(text).exists():
            raise ArgumentError(f"{text}: an address of the kind {scheme['scheme']!r}. Endpoints are http or https.")
        if is_store(Path(text)):
            others.append(Location(store=Path(text)))
        else:
            paths.append(Path(text))
    if len(others) + bool(paths) > 1:
        named = " and ".join([str(other) for other in others] + ([str(paths[0])] if paths else []))
        raise ArgumentError(f"{named}: different catalogues. Only files and folders can be read together: name one.")
    return others[0] if others else Location(tuple(paths))
