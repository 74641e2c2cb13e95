"""Names in a query that no statement of the catalogue has: most often a term or a thing that is mistyped."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from aligngraph.queries.stored import did_you_mean
from aligngraph.rdf.namespaces import BASE, PREFIXES, shorten
from aligngraph.sparql.backend import Backend
from aligngraph.sparql.paging import tokens

_MOST = 5
"""How many names are told."""
_CHOICES = """
SELECT DISTINCT ?name WHERE {
  VALUES ?type { owl:Class owl:ObjectProperty owl:DatatypeProperty skos:Concept ag:Work ag:Artifact ag:Venue ag:Person }
  ?name a ?type
}"""


def unknown_names(sparql: str, backend: Backend) -> list[str]:
    """Return the names of *sparql*, in namespaces of this project, that no statement of *backend* has.

    Each is a CURIE with the most similar names that the catalogue has: ``ag:Benchmrk (did you mean 'ag:Benchmark'?)``.
    """
    unknown = [iri for iri in dict.fromkeys(_names(sparql)) if not _is_known(backend, iri)][:_MOST]
    if not unknown:
        return []
    prefixes = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in ("ag", "owl", "skos"))
    rows = backend.select(prefixes + _CHOICES)
    names = [shorten(term.value) for (term,) in rows if isinstance(term, ox.NamedNode)]
    otherwise = "'aligngraph query terms' lists the terms, 'aligngraph show' finds things"
    return [f"{shorten(iri)} ({did_you_mean(shorten(iri), names, otherwise)})" for iri in unknown]


def _names(sparql: str) -> Iterator[str]:
    """Yield the IRIs in *sparql* that are of this project, written out or with a prefix."""
    prefixes = dict(PREFIXES)
    pieces = [(token.kind, token.text) for token in tokens(sparql)]
    declared: set[int] = set()
    for place, piece in enumerate(pieces[:-2]):
        if piece[0] == "word" and piece[1].upper() == "PREFIX":
            prefixes[pieces[place + 1][1].removesuffix(":")] = pieces[place + 2][1][1:-1]
            declared |= {place + 1, place + 2}
    for place, (kind, text) in enumerate(pieces):
        if place in declared or kind not in ("iri", "name"):
            continue
        prefix, _, local = text.partition(":")
        iri = text[1:-1] if kind == "iri" else prefixes.get(prefix, "") + local.replace("\\", "")
        if iri.startswith(BASE):
            yield iri


def _is_known(backend: Backend, iri: str) -> bool:
    node = f"<{iri}>"
    return backend.ask(
        f"ASK {{ {{ {node} ?p ?o }} UNION {{ ?s ?p {node} }} UNION {{ ?s {node} ?o }} UNION "
        f"{{ GRAPH {node} {{ ?s ?p ?o }} }} }}"
    )
