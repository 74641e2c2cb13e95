"""Where documents are: the same paths on the server, in a static site, and behind the redirects of w3id.

A *document* says all there is to say of one thing, or of several that belong together (a catalogue and its partitions,
an ontology and its terms). Its path has no ending: each syntax adds its own, and a page is the one that ends in .html.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from aligngraph.rdf.namespaces import BASE, KINDS

ONTOLOGIES = ("ontology", "shapes", "mappings")
"""What defines terms: each a document in a folder of its name."""
_SINGLE = frozenset(("approach", "catalogue", "goal", "mapping-set", "method", "query-parameter", "team"))
_KIND = "|".join(sorted({*KINDS, "collection", "mapping", "query"} - {"graph"}))
_THING = re.compile(rf"(?:{_KIND})/[a-z0-9-]+")
_GRAPH = re.compile(r"graph/[a-z0-9-]+(?:/[a-z0-9-]+)*")
_PARAMETER = re.compile(r"(query/[a-z0-9-]+)/[A-Za-z0-9_]+")
_PARTITION = re.compile(r"catalogue/(?:data|ontology)(?:/[A-Za-z0-9._/-]+)?")
_VERSION = re.compile(rf"({'|'.join(ONTOLOGIES)})(/[0-9]+\.[0-9]+\.[0-9]+)?/?")
_TERMS = re.compile(rf"({'|'.join(ONTOLOGIES)})(?:/[0-9]+\.[0-9]+\.[0-9]+)?/\1")
_DUMP = re.compile(r"dump/(?:[0-9]+\.[0-9]+\.[0-9]+/)?(?:aligngraph(?:\.[a-z]+)+|SHA256SUMS)")
_LINK = re.compile(r'(?<=[\s"])(href|src|action|data-[a-z-]+)="/(?!/)([^"]*)"')


@lru_cache(1 << 12)
def document_of(iri: str) -> str | None:
    """Return the path of the document that says what *iri* is; None where it is not the catalogue's to say.

    >>> document_of("https://w3id.org/aligngraph/work/rafailov2023-dpo")
    'work/rafailov2023-dpo'
    >>> document_of("https://w3id.org/aligngraph/ontology#Work")
    'ontology/ontology'
    """
    if not iri.startswith(BASE):
        return None
    path = iri.removeprefix(BASE).partition("#")[0]
    if path in _SINGLE or _THING.fullmatch(path) or _GRAPH.fullmatch(path):
        return path
    if found := _VERSION.fullmatch(path):
        return f"{found[1]}{found[2] or ''}/{found[1]}"
    if found := _PARAMETER.fullmatch(path):
        return found[1]
    # What files there are is said by the catalogue; their own addresses lead to the files.
    return "catalogue" if _PARTITION.fullmatch(path) or _DUMP.fullmatch(path) else None


def document_at(path: str) -> str | None:
    """Return the path of the document that *path* on this site, without an ending, leads to; None where to none.

    >>> document_at("work/rafailov2023-dpo"), document_at("ontology"), document_at("ontology/ontology")
    ('work/rafailov2023-dpo', 'ontology/ontology', 'ontology/ontology')
    """
    return path if _TERMS.fullmatch(path) else document_of(BASE + path)


def page_of(iri: str) -> str | None:
    """Return the address on this site, from its root on, that the link to *iri* has; None where it is not on it.

    >>> page_of("https://w3id.org/aligngraph/ontology#Work")
    '/ontology/ontology#Work'
    """
    document = document_of(iri)
    if document is None or _DUMP.fullmatch(iri.removeprefix(BASE)):
        return None
    mark = iri.partition("#")[2]
    return f"/{document}#{mark}" if mark and document.rpartition("/")[2] in ONTOLOGIES else f"/{document}"


def file_of(address: str) -> str:
    """Return the file that stands for the *address* on this site, from its root on, in a static site.

    >>> file_of("/query/works-by-goal?goal=human-values"), file_of("/"), file_of("/static/style.css")
    ('query/works-by-goal.html?goal=human-values', 'index.html', 'static/style.css')
    """
    parts = urlsplit(address)
    path = parts.path.lstrip("/")
    name = path.rpartition("/")[2]
    if not path:
        path = "index.html"
    elif "." not in name:
        path += ".html"
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else "")


def static_links(html: str, root: str) -> str:
    """Return the page *html* with its links, written from the site's root on, leading to files below *root*.

    A *root* such as ``../`` makes them relative, so that a site works below any address, and from a disk.
    """

    def replace(found: re.Match[str]) -> str:
        return f'{found[1]}="{root}{file_of("/" + found[2])}"'

    return _LINK.sub(replace, html)


def root_from(path: str) -> str:
    """Return the way from the file *path* of a site to the site's root."""
    return "../" * path.count("/")
