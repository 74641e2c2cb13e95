"""Pages, as data, of documents that `show` does not know: made from what the documents say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import NothingFoundError
from aligngraph.queries.lookup import curie, in_words, local_name, names_of
from aligngraph.rdf.labels import labels_of
from aligngraph.rdf.namespaces import BASE
from aligngraph.views.page import Block, Item, Page
from aligngraph.web.documents import Documents, file_of_terms

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_MOST_NAMED = 600
_MOST_CHARACTERS = 60_000
"""Characters of the list of things on the page of a graph, about: a page is held to 100 KB."""
_BESIDE_NAME = 70
"""Characters of markup around a name there."""
_SUBJECT, _OBJECT = (f"https://w3id.org/sssom/{end}_label" for end in ("subject", "object"))


def said_of_one(documents: Documents, path: str) -> Page:
    """Return the page of what the graph says nothing of: what its document says, or else who names it.

    Raise NothingFoundError where nobody does.
    """
    iri = BASE + path
    triples = documents.triples(path)
    labels = {str(node).strip("<>"): text for node, text in labels_of(triples).items()} | _names_of_mappings(triples)
    blocks: dict[str, list[Item]] = {}
    for triple in triples:
        name, value = triple.predicate.value, triple.object
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value == iri:
            heading = labels.get(name) or in_words(local_name(name))
        elif isinstance(value, ox.NamedNode) and value.value == iri and isinstance(triple.subject, ox.NamedNode):
            heading, value = "named by", triple.subject
        else:
            continue
        place = value.value if isinstance(value, ox.NamedNode) else None
        text = labels.get(place, curie(place)) if place else str(getattr(value, "value", value))
        blocks.setdefault(heading, []).append(Item(text, place))
    if not blocks:
        raise NothingFoundError(f"the catalogue has no statement about {curie(iri)}.")
    shown = tuple(Block(heading, tuple(dict.fromkeys(items))) for heading, items in blocks.items())
    return Page(iri, path.partition("/")[0], labels.get(iri) or curie(iri), (), shown)


def said_of_many(backend: Backend, documents: Documents, path: str) -> Page:
    """Return the page of a document that says many things: a graph, a file of the ontology, the mappings.

    Raise NothingFoundError where there is none.
    """
    triples = documents.triples(path)
    if not triples:
        raise NothingFoundError(f"the catalogue has no statement about {BASE}{path}.")
    is_terms = file_of_terms(path) is not None
    iri = BASE + (path.rpartition("/")[0] if is_terms else path)
    labels = {str(node): text for node, text in labels_of(triples).items()}
    named = BASE + path.partition("/")[0] if is_terms else iri
    title = labels.get(f"<{named}>") or path.rpartition("/")[2].replace("-", " ")
    kind = "named graph" if path.startswith("graph/") else "terms" if is_terms else "collection"
    mappings = _names_of_mappings(triples)
    subjects = {t.subject.value for t in triples if isinstance(t.subject, ox.NamedNode)} - {iri}
    others = sorted(subjects, key=lambda one: (mappings.get(one, ""), one))
    items = [
        *(Item(mappings[one], one) for one in others[:_MOST_NAMED] if one in mappings),
        *described(backend, [one for one in others if one not in mappings][: None if is_terms else _MOST_NAMED]).items,
    ]
    length = 0
    for count, item in enumerate(items):
        length += len(item.text) + 2 * len(curie(item.iri or "")) + _BESIDE_NAME
        if length > _MOST_CHARACTERS and not is_terms:
            items = items[:count]
            break
    hidden = len(others) - len(items)
    if hidden:
        items.append(Item(f"and {hidden:,} more, which the data below has"))
    return Page(iri, kind, title, (f"{len(triples):,} statements",), (Block("Describes", tuple(items)),))


def described(backend: Backend, iris: Sequence[str]) -> Block:
    """Return the list of the things *iris*, with their names."""
    labels = names_of(backend, iris)
    items = [Item(labels[iri], iri, () if labels[iri] == curie(iri) else (curie(iri),)) for iri in sorted(iris)]
    return Block("Describes", tuple(items))


def _names_of_mappings(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Return what each mapping that *triples* describe relates, in words; its IRI is a hash, which says nothing."""
    ends: dict[str, dict[str, str]] = {_SUBJECT: {}, _OBJECT: {}}
    for triple in triples:
        if triple.predicate.value in ends and isinstance(triple.subject, ox.NamedNode):
            ends[triple.predicate.value][triple.subject.value] = str(getattr(triple.object, "value", ""))
    return {iri: f"{text} → {ends[_OBJECT].get(iri, '')}" for iri, text in ends[_SUBJECT].items()}
