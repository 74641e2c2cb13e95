"""The catalogues that are asked over the network, a module each: what to ask, and how to read the answers."""

from __future__ import annotations

from aligngraph.errors import ArgumentError
from aligngraph.linking.source import Source
from aligngraph.linking.sources.crossref import Crossref
from aligngraph.linking.sources.datacite import DataCite
from aligngraph.linking.sources.dblp import Dblp
from aligngraph.linking.sources.huggingface import HuggingFace
from aligngraph.linking.sources.openalex import OpenAlex
from aligngraph.linking.sources.orcid import Orcid
from aligngraph.linking.sources.semanticscholar import SemanticScholar
from aligngraph.linking.sources.wikidata import Wikidata

_SOURCES = (OpenAlex, Crossref, DataCite, Dblp, Wikidata, SemanticScholar, Orcid, HuggingFace)
SOURCES: tuple[str, ...] = tuple(one.name for one in _SOURCES)
"""Their names, in the order in which they are asked."""


def source(name: str, base: str | None = None) -> Source:
    """Return the source called *name*, which asks at *base* where one is given. Raise ArgumentError."""
    for one in _SOURCES:
        if one.name == name:
            return one(base)
    raise ArgumentError(f"No source is called {name}. There are {', '.join(SOURCES)}.")
