"""Build a store of a catalogue: its statements, and what they entail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, format_of, parse_rdf, parse_source
from aligngraph.files.activity import progress
from aligngraph.rdf.namespaces import INFERRED_GRAPH


def build_store(sources: Sequence[Source], contents: Iterable[bytes], inferred: bool, store: ox.Store) -> ox.Store:
    """Fill the empty *store* with *sources*, whose bytes are *contents*, and inferred statements; return it.

    Raise BadTurtleError.
    """
    fill_store(sources, contents, inferred, store)
    return store


def fill_store(sources: Sequence[Source], contents: Iterable[bytes], inferred: bool, store: ox.Store) -> bool:
    """Do the same; tell whether changes can be followed in the store (see `aligngraph.reasoning.incremental`)."""
    from aligngraph.reasoning.rules import Facts

    facts, ontology = Facts(), Facts()
    text = bytearray()
    may_follow = not any(names_graphs(source) for source in sources)
    for place, (source, content) in enumerate(zip(sources, contents, strict=True)):
        progress(f"Reading {len(sources):,} files", place, len(sources))
        if names_graphs(source):
            quads = list(parse_source(source, content, rename=True))
            text += _serialize(quads, ox.RdfFormat.N_QUADS)
        else:
            # To have the engine write the statements, and put their graph behind each, takes a quarter of the time
            # that it takes to make each of them anew.
            quads = list(parse_rdf(content, str(source.path), format_of(source.path), rename=True))
            text += _in_graph(_serialize(quads, ox.RdfFormat.N_TRIPLES), source.graph)
        facts.add(quads)
        if place == 0:
            ontology.add(quads)
    if inferred:
        progress("Inferring statements")
        from aligngraph.reasoning.closure import infer
        from aligngraph.reasoning.incremental import can_follow

        result = infer(facts)
        lines = [f"{line} <{INFERRED_GRAPH}> .\n" for line in result.lines()]
        text += "".join(lines).encode()
        may_follow = may_follow and can_follow(result, len(lines), ontology)
        del result, lines
    progress("Storing")
    # All at once, so that the store is in order and needs no second run through all of it.
    store.bulk_load(bytes(text), ox.RdfFormat.N_QUADS, lenient=True)
    return may_follow


def names_graphs(source: Source) -> bool:
    """Tell whether *source* may name graphs itself."""
    return format_of(source.path).supports_datasets


def _serialize(quads: Iterable[ox.Quad], rdf_format: ox.RdfFormat) -> bytes:
    text = ox.serialize(quads, format=rdf_format)
    assert text is not None
    return text


def _in_graph(triples: bytes, graph: ox.NamedNode) -> bytes:
    """Return the N-Triples *triples* as N-Quads of *graph*: in literals, no line ends."""
    return triples.replace(b" .\n", f" {graph} .\n".encode())
