"""The catalogue in other formats. Each is a generator of text, the same from run to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aligngraph.export.graph import Loaded, Quads

# Format → module of this package and ending of file names. A module is loaded when its format is asked for.
_FORMATS = {
    "turtle": ("rdf", ".ttl"),
    "ntriples": ("rdf", ".nt"),
    "nquads": ("rdf", ".nq"),
    "trig": ("rdf", ".trig"),
    "jsonld": ("jsonld", ".jsonld"),
    "rdfxml": ("rdf", ".rdf"),
    "csv": ("tables", ".zip"),
    "graphml": ("graphml", ".graphml"),
    "bibtex": ("bibtex", ".bib"),
    "csljson": ("csljson", ".csljson"),
    "ris": ("ris", ".ris"),
    "markdown": ("markdown", ".md"),
    "sssom": ("sssom", ".sssom.tsv"),
    "sssom-rdf": ("sssom", ".sssom.ttl"),
    "schemaorg": ("schemaorg", ".schemaorg.jsonld"),
    "croissant": ("croissant", ".croissant.zip"),
    "void": ("descriptions", ".void.ttl"),
    "service": ("descriptions", ".service.ttl"),
    "queries": ("descriptions", ".queries.ttl"),
}
RDF_FORMATS = frozenset({"turtle", "ntriples", "nquads", "trig", "jsonld", "rdfxml"})
"""Formats that hold every statement, as written and in order."""
# What these show is derived: links between works, people and concepts, and what a work is about.
_ALWAYS_INFERRED = frozenset({"graphml", "schemaorg"})
SEVERAL_FILES = frozenset({"csv", "croissant"})
"""Formats that make a file for each class or dataset: a folder, or a ZIP archive of it."""
FORMATS = tuple(_FORMATS)
FILE_ENDINGS = {name: ending for name, (_, ending) in _FORMATS.items()}
"""Formats, each with the ending that its file has in a package of all."""
ENDINGS = {ending: name for name, ending in FILE_ENDINGS.items()} | {
    ".csv": "csv",
    ".xml": "rdfxml",
    ".json": "jsonld",
    ".tsv": "sssom",
}
"""Endings of file names, each with the format that it tells."""


def export(
    name: str,
    data: Sequence[Path] = (),
    *,
    inferred: bool = False,
    mappings: bool = False,
    loaded: Loaded | None = None,
) -> Iterator[str]:
    """Yield the catalogue in *data* (the shipped one where empty) in the format *name*, one of FORMATS that make one.

    With *inferred*, inferred statements are there too: in a graph of their own in the formats that have graphs, among
    the rest in the others. With *mappings* the formats that hold every statement have the mappings of the terms to
    other vocabularies too, and the types and properties of these that are inferred by them. *loaded* is the catalogue
    where it was read before; without the mappings. Raise CatalogueError where a file can't be read, ExportError where
    the format can't hold what it says.
    """
    from aligngraph.errors import ExportError
    from aligngraph.export.statements import Statements

    if name not in _FORMATS or name in SEVERAL_FILES:
        known = ", ".join(sorted(set(FORMATS) - SEVERAL_FILES, key=FORMATS.index))
        raise ExportError(f"no export format named {name!r}. There are {known}.")
    write = getattr(import_module(f"aligngraph.export.{_FORMATS[name][0]}"), name.replace("-", "_"))
    if name in RDF_FORMATS:
        derived = None if loaded is None or mappings else loaded.derived
        yield from write(Statements(data, inferred=inferred, mappings=mappings, derived=derived))
    elif name == "queries":
        yield from write([])
    else:
        yield from write(_quads(data, loaded, inferred=inferred or name in _ALWAYS_INFERRED))


def _quads(data: Sequence[Path], loaded: Loaded | None, *, inferred: bool) -> Quads:
    if loaded is not None:
        return loaded.whole if inferred else loaded.asserted
    from aligngraph.export.graph import load_quads

    return load_quads(data, inferred=inferred)


def export_files(
    name: str,
    data: Sequence[Path] = (),
    *,
    inferred: bool = False,
    inert: bool = False,
    loaded: Loaded | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file of the format *name*, one of SEVERAL_FILES; *inert* is for tables,
    *loaded* as in `export`.

    Raise CatalogueError where a file of the catalogue in *data* can't be read, ExportError where the format can't hold
    what it says.
    """
    if name == "csv":
        from aligngraph.export.tables import write_tables

        yield from write_tables(_quads(data, loaded, inferred=inferred).graph, inert=inert)
    else:
        from aligngraph.export.croissant import documents

        yield from documents(_quads(data, loaded, inferred=True))


def zip_files(files: Iterable[tuple[str, str]]) -> bytes:
    """Return *files* as a ZIP archive, the same bytes for the same files."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())
    return buffer.getvalue()
