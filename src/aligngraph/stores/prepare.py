"""Prepare a catalogue of files: anew, or from one that was prepared when a few of the files were otherwise."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, parse_source, read_bytes
from aligngraph.stores.build import build_store, fill_store, names_graphs
from aligngraph.stores.seen import Seen, State, find_files, keep, rules, store_name

_MARK = "changes"
"""The file in a prepared catalogue which says that changes of its files can be followed in it."""
_FEW = 10
"""The part of the files, one in so many, up to which changes are followed."""


class Preparation:
    """The files of one catalogue on the way into a prepared one in *folder*, whose name is made from their content.

    Files that are in the *state* in which they were read before are not read again. Raise CatalogueError where a file
    can't be read.
    """

    def __init__(self, folder: Path, sources: Sequence[Source], inferred: bool, state: State | None) -> None:
        self._folder, self._sources, self._inferred, self._state = folder, sources, inferred, state
        self._seen = Seen("", {}) if state is None else find_files(folder, state) or Seen("", {})
        self._contents: dict[Path, bytes] = {}
        stamps = {} if state is None else {path: tuple(times) for path, *times in state.stamps}
        self._digests = {source.path: self._digest(source.path, stamps.get(str(source.path))) for source in sources}

    def _digest(self, path: Path, times: tuple[int, ...] | None) -> str:
        known, digest, _ = self._seen.files.get(str(path), ((), "", ""))
        if known and known == times:
            return digest
        return hashlib.blake2b(self._content(path), digest_size=16).hexdigest()

    def _content(self, path: Path) -> bytes:
        content = self._contents.get(path)
        if content is None:
            content = self._contents[path] = read_bytes(path)
        return content

    @cached_property
    def name(self) -> str:
        """The name of the prepared catalogue."""
        return store_name(self.content, self._inferred)

    @property
    def content(self) -> str:
        """What is the same for the same files, in the same graphs, under the same rules."""
        digest = hashlib.blake2b(digest_size=16)
        for module in rules():
            digest.update(module.read_bytes())
        for source in self._sources:
            digest.update(f"\0{source.graph.value}\0{self._digests[source.path]}".encode())
        return digest.hexdigest()

    def keep(self) -> None:
        """Note in what state the files were, so that they need not be read again. Raise OSError."""
        if self._state is not None:
            files = {str(source.path): (self._digests[source.path], source.graph.value) for source in self._sources}
            keep(self._folder, self._state, self.name, files)

    def in_memory(self) -> ox.Store:
        """Return a store of the files that is nowhere on disk. Raise BadTurtleError."""
        return build_store(self._sources, map(self._content, self._paths()), self._inferred, ox.Store())

    def write(self, path: Path) -> None:
        """Write the store to the new folder *path*. Raise BadTurtleError, or OSError from writing."""
        if not self._follow(path):
            store = ox.Store(str(path))
            may_follow = fill_store(self._sources, map(self._content, self._paths()), self._inferred, store)
            store.flush()
            if may_follow:
                (path / _MARK).touch()

    def _paths(self) -> list[Path]:
        return [source.path for source in self._sources]

    def _follow(self, path: Path) -> bool:
        """Write the store as the earlier one with what has changed; tell whether that could be done."""
        earlier = self._folder / self._seen.store
        before = {graph: digest for _, digest, graph in self._seen.files.values()}
        now = {source.graph.value: self._digests[source.path] for source in self._sources}
        changed = [source for source in self._sources if before.get(source.graph.value) != now[source.graph.value]]
        gone = sorted(before.keys() - now.keys())
        if (
            not (self._seen.store and (earlier / _MARK).is_file())
            or (len(changed) + len(gone)) * _FEW > len(now)
            or any(map(names_graphs, self._sources))
        ):
            return False
        added = ox.Store()  # which writes literals as the other store does
        for source in changed:
            added.extend(parse_source(source, self._content(source.path)))
        try:
            store = ox.Store.read_only(str(earlier))
            graphs = [*(source.graph for source in changed), *map(ox.NamedNode, gone)]
            old = {quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)}
            new = set(added)
            change = self._all_that_changes(store, old - new, new - old)
            if change is None:
                return False
            store.backup(str(path))  # by links to its files, which never change
            written = ox.Store(str(path))
        except (OSError, RuntimeError):  # damaged, or deleted under us
            shutil.rmtree(path, ignore_errors=True)
            return False
        lost, gained = change
        for quad in lost:
            written.remove(quad)
        written.extend(gained)
        written.flush()
        (path / _MARK).touch()
        return True

    def _all_that_changes(
        self, store: ox.Store, lost: set[ox.Quad], gained: set[ox.Quad]
    ) -> tuple[list[ox.Quad], list[ox.Quad]] | None:
        """Return what *store* loses and gains, inferred statements with the others; None where that can't be told."""
        if not self._inferred:
            named = not any(isinstance(term, ox.BlankNode) for quad in lost | gained for term in quad)
            return ([*lost], [*gained]) if named else None
        from aligngraph.reasoning.incremental import TooFarError, follow
        from aligngraph.reasoning.rules import Facts

        terms = self._sources[0]
        try:
            less, more = follow(store, Facts(parse_source(terms, self._content(terms.path))), lost, gained)
        except TooFarError:
            return None
        return [*lost, *less], [*gained, *more]
