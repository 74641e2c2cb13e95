"""Links: what is proposed, what the catalogue keeps of it, and what a person has rejected.

A link that is written stands twice in the data: as a statement of the thing (`schema:sameAs`, or a mapping property of
SKOS), and as an `sssom:Mapping` that says how it was found, how sure it is, with what tool and when. A rejected one is
a mapping alone, with "Not" for its modifier, so that nobody is asked about it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from aligngraph._version import __version__
from aligngraph.curation.holdings import LABEL, SAME_AS, TYPE, Holdings
from aligngraph.curation.works import english, triple
from aligngraph.rdf.namespaces import BASE, PREFIXES

SSSOM, SEMAPV = PREFIXES["sssom"], "https://w3id.org/semapv/vocab/"
MAPPING = SSSOM + "Mapping"
LEXICAL, COMPOSITE = SEMAPV + "LexicalMatching", SEMAPV + "CompositeMatching"
NOT = "Not"
"""The modifier of SSSOM for a mapping that does not hold."""
TOOL = "aligngraph"
_COMMENT = PREFIXES["rdfs"] + "comment"


@dataclass(frozen=True)
class Link:
    """One link, with the reason for it. The names of the fields are those of SSSOM, without "_id"."""

    subject: str
    subject_label: str
    object: str
    object_label: str
    confidence: float
    comment: str
    date: str
    predicate: str = SAME_AS
    justification: str = LEXICAL
    reviewer: str = ""
    rejected: bool = False
    tool_version: str = __version__

    @property
    def iri(self) -> str:
        """The IRI of the mapping, which what it says gives it, as `export` does."""
        said = "\n".join((self.subject, self.predicate, self.object))
        return f"{BASE}mapping/{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    def triples(self) -> Iterator[ox.Triple]:
        """Yield what the catalogue is to hold of it."""
        node = self.iri
        if not self.rejected:
            yield triple(self.subject, self.predicate, ox.NamedNode(self.object))
        yield triple(node, TYPE, ox.NamedNode(MAPPING))
        yield triple(node, LABEL, english(f"{self.subject_label} – {self.object_label}"))
        yield triple(node, SSSOM + "subject_id", ox.NamedNode(self.subject))
        yield triple(node, SSSOM + "predicate_id", ox.NamedNode(self.predicate))
        yield triple(node, SSSOM + "object_id", ox.NamedNode(self.object))
        yield triple(node, SSSOM + "object_label", self.object_label)
        yield triple(node, SSSOM + "mapping_justification", ox.NamedNode(self.justification))
        yield triple(node, SSSOM + "confidence", f"{self.confidence:.2f}")
        yield triple(node, SSSOM + "mapping_tool", TOOL)
        yield triple(node, SSSOM + "mapping_tool_version", self.tool_version)
        yield triple(node, SSSOM + "mapping_date", self.date)
        if self.comment:
            yield triple(node, _COMMENT, english(self.comment))
        if self.rejected:
            yield triple(node, SSSOM + "predicate_modifier", NOT)
        if self.reviewer:
            yield triple(node, SSSOM + "reviewer_label", self.reviewer)


def rejected_in(holdings: Holdings) -> set[tuple[str, str]]:
    """Return the subject and object of each link that a person has rejected."""
    rejected = set()
    for iri, said in holdings.described.items():
        if any(term.value == MAPPING for term in said.get(TYPE, ())) and any(
            term.value == NOT for term in said.get(SSSOM + "predicate_modifier", ())
        ):
            ends = (holdings.text(iri, SSSOM + name) for name in ("subject_id", "object_id"))
            subject, target = ends
            if subject and target:
                rejected.add((subject, target))
    return rejected
