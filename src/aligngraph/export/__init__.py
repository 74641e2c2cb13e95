"""The catalogue in other formats. Each is a generator of text, the same from run to run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

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
}
FORMATS = tuple(_FORMATS)
ENDINGS = {ending: name for name, (_, ending) in _FORMATS.items()} | {
    ".csv": "csv",
    ".xml": "rdfxml",
    ".json": "jsonld",
    ".tsv": "sssom",
}
"""Endings of file names, each with the format that it tells."""


def export(name: str, data: Sequence[Path] = (), *, inferred: bool = False) -> Iterator[str]:
    """Yield the catalogue in *data* (the shipped one where empty) in the format *name*, one of FORMATS but csv.

    With *inferred*, what follows by OWL 2 RL is there too: in a graph of its own in the formats that have graphs, among
    the rest in the others. Raise CatalogueError where a file can't be read, ExportError where the format can't hold
    what it says.
    """
    from aligngraph.export.graph import ExportError, load_quads

    if name not in _FORMATS or name == "csv":
        known = ", ".join(FORMATS)
        raise ExportError(f"no export format named {name!r}. There are {known}.")
    # The links between works, people and concepts are derived ones; a network without them has no edges.
    quads = load_quads(data, inferred=inferred or name == "graphml")
    write = getattr(import_module(f"aligngraph.export.{_FORMATS[name][0]}"), name.replace("-", "_"))
    yield from write(quads)
