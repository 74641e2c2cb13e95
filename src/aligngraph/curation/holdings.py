"""What a catalogue holds, as the import needs it: by thing, with the file that each thing is described in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.sources import find_sources, parse_source, read_bytes
from aligngraph.rdf.namespaces import AG, PREFIXES

TYPE = PREFIXES["rdf"] + "type"
TITLE = PREFIXES["dcterms"] + "title"
DESCRIPTION = PREFIXES["dcterms"] + "description"
REPLACED_BY = PREFIXES["dcterms"] + "isReplacedBy"
DEPRECATED = PREFIXES["owl"] + "deprecated"
LABEL = PREFIXES["rdfs"] + "label"
ALT_LABEL = PREFIXES["skos"] + "altLabel"
HIDDEN_LABEL = PREFIXES["skos"] + "hiddenLabel"
PREF_LABEL = PREFIXES["skos"] + "prefLabel"
NOTATION = PREFIXES["skos"] + "notation"
BROADER = PREFIXES["skos"] + "broader"
EDITORIAL_NOTE = PREFIXES["skos"] + "editorialNote"
SAME_AS = PREFIXES["schema"] + "sameAs"

WORK_KINDS = ("Paper", "Book", "Report", "SurveyInstrument", "SurveyProgramme", "WebPage")
VENUE_KINDS = ("ConferenceSeries", "WorkshopSeries", "Journal", "BookSeries", "PreprintServer", "Publisher", "Website")
CONCEPT_KINDS = ("Goal", "Approach", "Method")


def ag(local: str) -> str:
    """Return the IRI of the ontology's term *local*."""
    return AG + local


@dataclass
class Holdings:
    """The statements of a catalogue. `described` is by subject and predicate, in the order of the files.

    The first value counts where a property has several, and the engine's store does not keep which that is.
    """

    described: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = field(default_factory=dict)
    files: dict[Path, bytes] = field(default_factory=dict)
    where: dict[str, Path] = field(default_factory=dict)
    """The first file that says of what class of ours a thing is; the first that describes it where none does."""
    taken: set[str] = field(default_factory=set)
    """Every IRI in use, so that none is given to anything else."""
    by_kind: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, quads: Iterable[ox.Quad], path: Path) -> None:
        """Take in the statements of the file *path*; blank nodes, which nothing of ours is, are left out."""
        kind_of = TYPE
        for quad in quads:
            subject, term = quad.subject, quad.object
            if isinstance(term, ox.NamedNode):
                self.taken.add(term.value)
            if not isinstance(subject, ox.NamedNode) or not isinstance(term, ox.NamedNode | ox.Literal):
                continue
            iri, predicate = subject.value, quad.predicate.value
            about = self.described.get(iri)
            if about is None:
                about = self.described[iri] = {}
                self.where[iri] = path
                self.taken.add(iri)
            known = about.setdefault(predicate, [])
            if term not in known:
                known.append(term)
                if predicate == kind_of and term.value.startswith(AG):
                    if not any(other.value.startswith(AG) for other in known[:-1]):
                        self.where[iri] = path  # a file of labels may come first
                    self.by_kind[term.value[len(AG) :]].append(iri)

    def things(self, *kinds: str) -> Iterator[str]:
        """Yield the IRIs of the things of these leaf classes that are in use, not replaced by others."""
        for kind in kinds:
            for iri in self.by_kind.get(kind, ()):
                if not self.is_retired(iri):
                    yield iri

    def is_retired(self, iri: str) -> bool:
        """Tell whether *iri* is only kept to lead to what replaced it."""
        return any(term.value == "true" for term in self.values(iri, DEPRECATED))

    def values(self, iri: str, predicate: str) -> Sequence[ox.NamedNode | ox.Literal]:
        """Return the objects of a thing's property, as written; empty where there are none."""
        return self.described.get(iri, {}).get(predicate, ())

    def texts(self, iri: str, predicate: str) -> list[str]:
        """Return the objects as plain text."""
        return [term.value for term in self.values(iri, predicate)]

    def text(self, iri: str, predicate: str) -> str | None:
        """Return the first object as plain text, None where there is none."""
        return next((term.value for term in self.values(iri, predicate)), None)

    def number(self, iri: str, predicate: str) -> int | None:
        """Return the first object as a number, None where there is none."""
        text = self.text(iri, predicate)
        return int(text) if text is not None and text.lstrip("+-").isdecimal() else None

    def kinds(self, iri: str) -> list[str]:
        """Return the local names of the ontology's classes that the thing is said to be of."""
        return [text[len(AG) :] for text in self.texts(iri, TYPE) if text.startswith(AG)]

    def label(self, iri: str) -> str:
        """Return what people call the thing; its IRI where nothing is written."""
        for predicate in (PREF_LABEL, LABEL, TITLE, ag("heading"), ag("titleAsPrinted")):
            text = self.text(iri, predicate)
            if text is not None:
                return text
        return iri

    def triples(self, iri: str) -> list[ox.Triple]:
        """Return every statement about the thing."""
        return [
            ox.Triple(ox.NamedNode(iri), ox.NamedNode(predicate), term)
            for predicate, terms in self.described.get(iri, {}).items()
            for term in terms
        ]


def authorships_of(holdings: Holdings, work: str) -> list[str]:
    """Return the authorships of *work* in the order of its byline."""
    return sorted(
        holdings.texts(work, ag("hasAuthorship")), key=lambda one: (holdings.number(one, ag("ordinal")) or 0, one)
    )


def read_holdings(folders: Sequence[Path], *, may_be_empty: bool = False) -> Holdings:
    """Return what the data folders and files hold. Raise CatalogueError, or BadTurtleError for a broken file.

    With *may_be_empty*, folders without an RDF file hold nothing.
    """
    holdings = Holdings()
    for source in find_sources(folders, ontology=False, may_be_empty=may_be_empty):
        content = read_bytes(source.path)
        holdings.files[source.path] = content
        holdings.add(parse_source(source, content), source.path)
    return holdings
