"""Content negotiation: which of the media types on offer a client takes (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from aligngraph.rdf.formats import GRAPHS, RESULTS, media_types

# Media type → names of formats as `sparql.tables` and `rdf` call them, in the order of preference where all are equal.
_ORDER = ("json", "xml", "csv", "tsv", "markdown")
SOLUTION_TYPES = media_types(tuple(one for name in _ORDER for one in RESULTS if one.name == name))
GRAPH_TYPES = media_types(GRAPHS)
ENDINGS = {
    ".html": "text/html",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
    ".json": "application/sparql-results+json",
    ".xml": "application/sparql-results+xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
    ".csljson": "application/vnd.citationstyles.csl+json",
    ".atom": "application/atom+xml",
}
"""Endings of addresses, each with the media type that it asks for, whatever the Accept header says."""
ATOM = ENDINGS[".atom"]
WORKS_TYPES = {ENDINGS[ending]: ending for ending in (".bib", ".ris", ".csljson", ".atom")}
"""Media types that a list of works can be had in, each with its ending."""


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value.strip()), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the one of the media types *offered*, in their order of preference, that *accept* wants most.

    None where it wants none of them. Without an Accept header, and where it can't be read at all, the first.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges: list[tuple[str, float]] = []
    for part in accept.split(",")[:200]:
        name, *parameters = part.split(";")
        if "/" in name:
            ranges.append((name.strip().lower(), _quality(parameters)))
    if not ranges:
        return offered[0]
    best: tuple[float, int] = (0.0, 0)
    chosen: str | None = None
    for place, media in enumerate(offered):
        # The most specific range that covers it decides.
        found = [
            (("*/*", f"{media.partition('/')[0]}/*", media).index(name), quality)
            for name, quality in ranges
            if name in ("*/*", f"{media.partition('/')[0]}/*", media)
        ]
        quality = max(found)[1] if found else 0.0
        if (quality > 0 and (quality, -place) > best) or (quality > 0 and chosen is None):
            best, chosen = (quality, -place), media
    return chosen


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a client with this Accept-Encoding header takes gzip (RFC 9110, section 12.5.3)."""
    found = {}
    for part in accept_encoding.split(",")[:50]:
        name, *parameters = part.split(";")
        found[name.strip().lower()] = _quality(parameters)
    return found.get("gzip", found.get("*", 0.0)) > 0
