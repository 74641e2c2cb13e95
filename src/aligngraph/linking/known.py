"""What identifies a venue, an artifact or a concept: the addresses of its records in other catalogues, and back.

Works and people have schemes of their own (`bibliography.identifiers`). An ISSN, a stream of dblp, an item of Wikidata
and a source or concept of OpenAlex stand in the data as addresses alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aligngraph.bibliography.identifiers import GITHUB, HUGGING_FACE

ISSN, STREAM, WIKIDATA, OPENALEX = "issn", "dblp stream", "wikidata", "openalex"
_ADDRESSES = {
    ISSN: "https://portal.issn.org/resource/ISSN/",
    STREAM: "https://dblp.org/streams/",
    WIKIDATA: "http://www.wikidata.org/entity/",
    OPENALEX: "https://openalex.org/",
}
_PATTERNS = {
    ISSN: re.compile(r"(?:https?://portal\.issn\.org/resource/issn/|urn:issn:)([0-9]{4}-[0-9]{3}[0-9X])", re.I),
    STREAM: re.compile(r"https?://dblp\.org/streams/((?:conf|journals|series|repo)/[A-Za-z0-9-]{1,60})"),
    WIKIDATA: re.compile(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q[1-9][0-9]{0,11})"),
    OPENALEX: re.compile(r"https?://openalex\.org/([SCT][0-9]{1,12})"),
}

Pair = tuple[str, str]


def pairs_of(addresses: Iterable[str]) -> frozenset[Pair]:
    """Return the scheme and value of each of *addresses* that names a thing, as two are compared."""
    found: set[Pair] = set()
    for address in addresses:
        for scheme, pattern in _PATTERNS.items():
            if match := pattern.fullmatch(address):
                found.add((scheme, match[1].upper() if scheme == ISSN else match[1]))
        if repository := GITHUB.parse_address(address):
            found |= github_pair(address, repository)
        if repository := HUGGING_FACE.parse_address(address):
            found.add((HUGGING_FACE.name, repository))
    return frozenset(found)


def github_pair(address: str, repository: str) -> set[Pair]:
    """Return *repository*, where *address* is that of the whole, not of a folder in it."""
    whole = address.rstrip("/").removesuffix(".git").lower().endswith(f"github.com/{repository}".lower())
    return {(GITHUB.name, GITHUB.key(repository))} if whole else set()


def values_of(pairs: Iterable[Pair], scheme: str) -> list[str]:
    """Return the values of one scheme, in order."""
    return sorted(value for name, value in pairs if name == scheme)


def addresses_of(pairs: Iterable[Pair]) -> list[str]:
    """Return the addresses of records that *pairs* spell out; those of repositories are no records."""
    return [_ADDRESSES[scheme] + value for scheme, value in sorted(pairs) if scheme in _ADDRESSES]
