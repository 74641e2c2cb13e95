"""The catalogue's files: find them, read them, and open them as something that answers SPARQL."""

from __future__ import annotations

import os
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from aligngraph.errors import ArgumentError, CatalogueError
from aligngraph.rdf.formats import SYNTAXES
from aligngraph.rdf.namespaces import GRAPH

# What reads files is imported where it is used: a question to a prepared catalogue reads none.
ENDINGS = (*SYNTAXES, *(f"{ending}.gz" for ending in SYNTAXES))
_INSTALLED = Path(__file__).resolve().parents[1] / "catalogue_files"
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_NOT_IN_SLUG = re.compile("[^A-Za-z0-9._/-]")
SHIPPED = {"aligngraph:page": ("data",), "aligngraph:all": ("data", "lists")}
"""What came with the tool, by the name that a location can give it: folders."""


class Source(NamedTuple):
    """One data file and the named graph its statements go to."""

    path: Path
    graph: ox.NamedNode


@cache
def catalogue_root() -> Path:
    """Return the folder that holds `data`, `ontology` and `queries`: in the installed package, or the checkout."""
    return _INSTALLED if is_installed() else _INSTALLED.parents[2]


@cache
def is_installed() -> bool:
    """Tell whether the catalogue is the one inside the installed package, not a checkout."""
    return _INSTALLED.is_dir()


def data_folder() -> Path:
    """Return the folder of the shipped data."""
    return catalogue_root() / "data"


def shipped_folders(name: str) -> list[Path]:
    """Return the folders of data that *name*, as ``aligngraph:all``, stands for. Raise ArgumentError for no such name.

    ``aligngraph:page`` is the catalogue of the survey page, which commands read by default; ``aligngraph:all`` has the
    further reading lists too.
    """
    if name not in SHIPPED:
        raise ArgumentError(f"{name}: nothing of this name came with the tool. There are {' and '.join(SHIPPED)}.")
    return [catalogue_root() / folder for folder in SHIPPED[name]]


def ontology_folder() -> Path:
    """Return the folder of the terms, shapes, mappings and JSON-LD context."""
    return catalogue_root() / "ontology"


def queries_folder() -> Path:
    """Return the folder of the stored queries."""
    return catalogue_root() / "queries"


def find_sources(data: Sequence[Path] = (), *, ontology: bool = True, may_be_empty: bool = False) -> tuple[Source, ...]:
    """Return the files that make up a catalogue, each with its graph, in a stable order.

    *data* names files and folders, which stand for all RDF files below them; the shipped data where it is empty. A
    file that is named twice is read once. The ontology's terms come first unless *ontology* is false. Raise
    CatalogueError where a path is missing, or a folder has no such file, unless it *may_be_empty*.
    """
    sources: list[Source] = []
    if ontology:
        terms = ontology_folder() / "aligngraph.ttl"
        sources.append(Source(terms, ox.NamedNode(GRAPH + "ontology/aligngraph")))
    taken = {source.graph.value for source in sources}
    known: set[tuple[int, int]] = set()
    for root in data or (data_folder(),):
        for path, name in _files(Path(root), may_be_empty):
            if len(data) > 1:
                found = path.stat()
                if (found.st_dev, found.st_ino) in known:
                    continue
                known.add((found.st_dev, found.st_ino))
            iri = GRAPH + name
            count = 1
            while iri in taken:
                count += 1
                iri = f"{GRAPH}{name}-{count}"
            taken.add(iri)
            sources.append(Source(path, ox.NamedNode(iri)))
    return tuple(sources)


def _files(root: Path, may_be_empty: bool) -> list[tuple[Path, str]]:
    if root.is_dir():
        from aligngraph.files.scanning import files_below

        found = files_below(str(root), ENDINGS)
        if not found and not may_be_empty:
            raise CatalogueError(
                f"{root}: no Turtle file (*.ttl) in this folder, nor one in another syntax. Name a catalogue's data "
                "folder or file."
            )
        start = len(str(root / "x")) - 1
        return [(path, _slug(_stem(str(path)[start:]).replace(os.sep, "/"))) for path in found]
    if not root.exists():
        from aligngraph.files.atomic import is_being_made

        if is_being_made(root):
            raise CatalogueError(f"{root}: is being made by another aligngraph command. Wait for it to end.")
        raise CatalogueError(f"{root}: no such file or folder.")
    if _plain_name(root).suffix.lower() not in SYNTAXES:
        known = ", ".join(SYNTAXES)
        raise CatalogueError(f"{root}: its name does not show its syntax. Known endings: {known}, and each with .gz.")
    return [(root, _slug(_plain_name(root).stem))]


def _stem(name: str) -> str:
    plain = name[:-3] if name[-3:].lower() == ".gz" else name
    return plain[: plain.rindex(".")]


def _plain_name(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path


def format_of(path: Path) -> ox.RdfFormat:
    """Return the syntax that the name of *path*, a source's, says; compressed or not."""
    return SYNTAXES[_plain_name(path).suffix.lower()]


def _slug(name: str) -> str:
    return _NOT_IN_SLUG.sub("-", name)


def read_bytes(path: Path) -> bytes:
    """Return what *path* holds, unpacked, less a byte order mark; raise CatalogueError where it can't be read."""
    from aligngraph.files.reading import read_file

    return read_file(path).removeprefix(_BOM)


def parse_rdf(
    content: bytes,
    name: str,
    rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE,
    base: str | None = None,
    *,
    rename: bool = False,
) -> Iterator[ox.Quad]:
    """Yield the statements of *content* with literals as written; *name* is what errors call it.

    Relative IRIs are errors unless they have a *base*, since a catalogue is the same wherever its files are. Two files
    may both write ``_:a`` and mean two things (RDF 1.1 Concepts, section 3.4): *rename* gives blank nodes labels that
    no other file has. Raise BadTurtleError with line, column and reason.
    """
    from aligngraph.files.activity import doing
    from aligngraph.turtle.syntax_errors import bad_turtle, check_entities, decode_turtle

    doing(f"reading {name}")
    decode_turtle(content, name)
    if rdf_format == ox.RdfFormat.RDF_XML:
        check_entities(content, name)
    try:
        yield from ox.parse(content, rdf_format, base_iri=base, rename_blank_nodes=rename)
    except (SyntaxError, MemoryError) as error:
        raise bad_turtle(name, error, content) from error


def parse_file(path: Path) -> Iterator[ox.Quad]:
    """Yield the statements of the file *path* as it writes them, without holding its content where that can be.

    Raise CatalogueError where it can't be read, BadTurtleError with line, column and reason.
    """
    if path.suffix.lower() == ".gz" or not is_streamed(path) or not _is_plain_utf8(path):
        yield from parse_rdf(read_bytes(path), str(path), format_of(path))
        return
    from aligngraph.turtle.syntax_errors import bad_turtle

    try:
        yield from ox.parse(path=path, format=format_of(path))
    except (SyntaxError, MemoryError) as error:
        raise bad_turtle(str(path), error, read_bytes(path)) from error


def is_streamed(path: Path) -> bool:
    """Tell whether the syntax of *path* can be read without a look at all of it first."""
    return format_of(path) not in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)


def _is_plain_utf8(path: Path) -> bool:
    """Tell whether *path* is UTF-8 with no byte order mark; of comments the parser does not find out."""
    from aligngraph.files.reading import open_file

    decoder = getincrementaldecoder("utf-8")()
    try:
        with open_file(path) as stream:
            block = stream.read(_BLOCK)
            if block.startswith(_BOM):
                return False
            while block:
                decoder.decode(block)
                block = stream.read(_BLOCK)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    except OSError as error:
        raise CatalogueError(f"{path}: can't be read: {error.strerror or error}.") from error
    return True


def read_quads(sources: Iterable[Source]) -> Iterator[ox.Quad]:
    """Yield every statement of *sources* as written, in its source's graph.

    Statements of a file that names graphs itself (N-Quads, TriG) keep theirs. Blank nodes of different files stay
    apart. Raise CatalogueError or BadTurtleError.
    """
    for source in sources:
        yield from parse_source(source, read_bytes(source.path), rename=True)


def parse_source(source: Source, content: bytes, base: str | None = None, *, rename: bool = False) -> Iterator[ox.Quad]:
    """Yield the statements of *content*, the bytes of *source*, in its graph; as `parse_rdf`. Raise BadTurtleError."""
    rdf_format = format_of(source.path)
    graph = source.graph
    for quad in parse_rdf(content, str(source.path), rdf_format, base, rename=rename):
        if isinstance(quad.graph_name, ox.DefaultGraph):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        else:
            yield quad
