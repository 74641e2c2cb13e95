"""Labels for what has none, and standard terms beside the catalogue's own, made from what its records say.

A reader of a record sees its parts; in a table of a triplestore a part stands alone, and a program may know no
`ag:` term. What OWL can derive is not made here but inferred (`ag:hasAuthor` is a sub-property of `dcterms:creator`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from aligngraph.catalogue.void import GRAPH_OF_STATISTICS
from aligngraph.rdf.namespaces import AG, GRAPH, PREFIXES

GRAPH_OF_LABELS = ox.NamedNode(GRAPH + "labels")
_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_TITLE = PREFIXES["dcterms"] + "title"
_NAMES = (PREFIXES["skos"] + "prefLabel", _LABEL, _TITLE)
_ROLES = (("placingRepresents", "represents"), ("placingEvaluates", "evaluates"), ("placingGoal", "for"))


def label(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return labels of the things that *quads* say something of and name by no standard property, and standard terms.

    What was made before, in the graph of labels, is left out of account, and so are statistics, which bring labels.
    """
    records = _Records(quads)
    made: dict[ox.Triple, None] = {}
    for thing in records.things():
        if text := records.name_of(thing):
            made[_text(thing, _LABEL, text, "en")] = None
        made |= dict.fromkeys(records.standard_terms(thing))
    return list(made)


class _Records:
    """What is said of each thing, from either end."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._said: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        self._back: dict[tuple[str, str], list[str]] = defaultdict(list)
        for quad in quads:
            subject, predicate, object_ = quad.subject, quad.predicate.value, quad.object
            if quad.graph_name in (GRAPH_OF_LABELS, GRAPH_OF_STATISTICS) or not isinstance(subject, ox.NamedNode):
                continue
            if isinstance(object_, ox.NamedNode | ox.Literal):
                self._said[subject.value][predicate].append(object_)
                self._back[predicate, object_.value].append(subject.value)

    def things(self) -> Iterator[str]:
        """Yield what something is said of, in order."""
        yield from sorted(self._said)

    def _one(self, thing: str, *properties: str) -> str:
        """Return a value of the first of *properties* that *thing* has, the first in order; else an empty text."""
        said = self._said.get(thing, {})
        values = next((said[one] for one in (_iri(name) for name in properties) if said.get(one)), [])
        return min((value.value for value in values), default="")

    def _owner(self, thing: str, forth: str, back: str) -> str:
        """Return what has *thing* for *forth*, or what *thing* names by the inverse property *back*."""
        return min(self._back.get((_iri(forth), thing), ()), default="") or self._one(thing, back)

    def _known(self, thing: str) -> str:
        """Return the name that *thing* has by itself."""
        return self._one(thing, *_NAMES)

    def _work(self, publication: str) -> str:
        return self._owner(publication, "hasPublication", "publicationOf")

    def name_of(self, thing: str) -> str:
        """Return a name for *thing*; '' where it has one already, or nothing to make one of."""
        if self._known(thing):
            return ""
        if self._one(thing, "heading"):
            return " › ".join(self._headings(thing))
        if title := self._one(thing, "titleAsPrinted"):
            return f"{self._place(thing)}: {title}"
        if name := self._one(thing, "nameAsPrinted"):
            work = self._known(self._owner(thing, "hasAuthorship", "authorshipOf"))
            return f"{name}, author {self._one(thing, 'ordinal')} of {work}" if work else name
        if kind := self._one(thing, "linkLabel"):
            listing = self._owner(thing, "hasLink", "linkOf")
            return f"{kind} link: {self._one(listing, 'titleAsPrinted')}" if listing else f"{kind} link"
        if listing := self._one(thing, "corrects"):
            what = self._one(thing, "field").rpartition("#")[2]
            return f"correction of {what}: {self._one(listing, 'titleAsPrinted')}"
        if placed := self._one(thing, "places"):
            return f"{self._known(placed)}: {self._placing(thing)}" if self._known(placed) else ""
        if work := self._work(thing):
            return " ".join(filter(None, (self._known(work), self._form(thing))))
        return ""

    def _headings(self, section: str) -> list[str]:
        """Return the headings above *section*, the topmost first, and its own."""
        found: dict[str, str] = {}
        while section and section not in found:
            found[section] = self._one(section, "heading")
            section = self._one(section, "parentSection")
        return list(reversed(found.values()))

    def _place(self, listing: str) -> str:
        section, position = self._one(listing, "inSection"), self._one(listing, "position")
        return f"{self._one(section, 'heading') or 'listing'}, no. {position}" if position else "listing"

    def _placing(self, placing: str) -> str:
        roles = ((self._one(placing, name), word) for name, word in _ROLES)
        parts = [f"{word} {self._known(goal)}" for goal, word in roles if goal][:1]
        if approach := self._one(placing, "placingApproach"):
            parts.append(f"by {self._known(approach)}")
        if method := self._one(placing, "placingMethod"):
            parts.append(f"with {self._known(method)}")
        return " ".join(parts)

    def _form(self, publication: str) -> str:
        venue = self._one(publication, "venue")
        where = self._one(venue, "acronym", *_NAMES) if venue else ""
        form = " ".join(filter(None, (where, self._one(publication, "publicationYear"))))
        return f"({form})" if form else ""

    def standard_terms(self, thing: str) -> Iterator[ox.Triple]:
        """Yield what *thing* is said to be in the terms of DCTERMS, FOAF and schema.org."""
        signs = any(self._back.get((_iri(term), thing)) for term in ("person", "organization"))
        if signs and (name := self._one(thing, _LABEL)):
            yield _text(thing, PREFIXES["foaf"] + "name", name)
        if year := self._one(thing, "firstPublicYear"):
            month = self._one(thing, "firstPublicMonth")
            yield _text(thing, PREFIXES["dcterms"] + "issued", f"{year}-{int(month):02}" if month.isdigit() else year)
        if not self._work(thing):
            return
        if year := self._one(thing, "publicationYear"):
            yield _text(thing, PREFIXES["dcterms"] + "issued", year)
            yield _text(thing, PREFIXES["schema"] + "datePublished", year)
        venue = self._one(thing, "venue")
        # A book is no part of its publisher.
        if venue and all(kind.value != AG + "Publisher" for kind in self._said[venue].get(_TYPE, ())):
            yield ox.Triple(ox.NamedNode(thing), ox.NamedNode(PREFIXES["dcterms"] + "isPartOf"), ox.NamedNode(venue))


def _iri(name: str) -> str:
    return name if ":" in name else AG + name


def _text(thing: str, property_: str, text: str, language: str | None = None) -> ox.Triple:
    return ox.Triple(ox.NamedNode(thing), ox.NamedNode(property_), ox.Literal(text, language=language))
