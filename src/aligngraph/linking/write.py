"""What decisions mean for the catalogue: which statements are written, and which a person has to look at first.

A record is of one publication of ours, not of the work: of that with an identifier of it, else of the one form that
came out in the same way. What another thing has already, what contradicts an identifier of ours, and what a person has
rejected is never written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import urlsplit

from aligngraph.bibliography.addresses import web_iri
from aligngraph.bibliography.identifiers import ACL, ARXIV, DBLP, DOI, OPENREVIEW, Scheme, is_arxiv_doi
from aligngraph.bibliography.keys import clean
from aligngraph.bibliography.works import Form, records_of
from aligngraph.curation.changes import Changes
from aligngraph.curation.holdings import SAME_AS, Holdings, ag
from aligngraph.curation.venues import VenueTable
from aligngraph.curation.works import triple
from aligngraph.linking.decide import BY_IDENTIFIER, BY_TITLE, Decision
from aligngraph.linking.differences import Differences
from aligngraph.linking.known import addresses_of as known_addresses
from aligngraph.linking.known import pairs_of
from aligngraph.linking.links import Link, rejected_in
from aligngraph.linking.records import Publication, Record, Wanted
from aligngraph.rdf.namespaces import PREFIXES, shorten

CLOSE_MATCH, EXACT_MATCH = (PREFIXES["skos"] + name for name in ("closeMatch", "exactMatch"))
SURE = 0.95
"""From this confidence on a link is written unasked."""
_NAMED = 0.85
"""How much a record of a venue, an artifact or a concept has to score for a person to be asked about it."""
_SCHEMES: tuple[Scheme, ...] = (DOI, ARXIV, ACL, OPENREVIEW, DBLP)
_PUBLISHED = ("JournalArticle", "ConferencePaper", "WorkshopPaper", "BookChapter", "BookEdition", "ReportDocument")
_HOSTS = ("mlanthology.org", "proceedings.mlr.press", "proceedings.neurips.cc", "papers.nips.cc")
"""Whose pages are records of publications, where a bibliography names them."""


@dataclass
class Outcome:
    """What is written, what a person has to decide, and what else there is to say."""

    changes: Changes = field(default_factory=Changes)
    written: list[Link] = field(default_factory=list)
    review: list[Link] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Identifiers that are likely wrong, in words."""
    notes: list[str] = field(default_factory=list)
    differences: Differences = field(default_factory=Differences)
    completed: list[tuple[str, str]] = field(default_factory=list)
    """The thing and the property of each value that was filled in."""


@dataclass(frozen=True)
class Place:
    """A record and the publication of ours that it is of; None for a form that we do not have."""

    wanted: Wanted
    record: Record
    publication: Publication | None
    confidence: float
    comment: str


class Writer:
    """Turns decisions into statements and questions."""

    def __init__(
        self, holdings: Holdings, venues: VenueTable, *, accept: bool = False, today: str | None = None
    ) -> None:
        """Write what is sure; with *accept*, also what title, author and year decided."""
        self.holdings = holdings
        self.venues = venues
        self.bar = BY_TITLE if accept else SURE
        self.today = today or datetime.now(UTC).date().isoformat()
        self.outcome = Outcome()
        self.rejected = rejected_in(holdings)
        self._owners: dict[str, str] = {
            term.value: iri for iri, said in holdings.described.items() for term in said.get(SAME_AS, ())
        }
        self._proposed: dict[str, Link] = {}
        self._named: dict[tuple[str, str], str] = {}
        for scheme in _SCHEMES:
            for iri, said in holdings.described.items():
                for term in said.get(ag(scheme.term), ()):
                    self._named[scheme.name, scheme.key(term.value)] = iri

    def is_rejected(self, wanted: Wanted, record: Record) -> bool:
        """Whether a person has said that *record* is not of *wanted*."""
        ours = {wanted.iri, *(one.iri for one in wanted.publications)}
        return any((iri, address) in self.rejected for iri in ours for address in addresses_of(record))

    def places(self, decision: Decision) -> list[Place]:
        """Return the records that a decision found, each with its publication; say what contradicts ours."""
        wanted, features = decision.wanted, decision.features
        if decision.record is None or features is None or decision.outcome in ("not found", "wrong identifier"):
            return []
        known, found = wanted.pairs(), []
        for record in (decision.record, *decision.also):
            by_identifier = bool(known & record.pairs())
            known |= record.pairs() if by_identifier else set()
            confidence = BY_IDENTIFIER if by_identifier else BY_TITLE
            if decision.outcome == "review":
                confidence = min(decision.confidence, BY_TITLE - 0.01)
            publication, problem = self._publication(wanted, record)
            if problem:
                self.outcome.notes.append(f"{shorten(wanted.iri)}: {record.where}: {problem}")
                continue
            if publication is not None and publication.form.kind == "Preprint" and _is_published(record):
                # A record of the published form names its preprint too. What it says is not true of the preprint.
                publication = None
            comment = f"{record.where}: {features}"
            if (other := decision.runner_up) is not None:
                comment += f"; score {decision.score:.2f}, next best {decision.runner_up_score:.2f} ({other.where})"
            found.append(Place(wanted, record, publication, confidence, comment))
        return found

    def _publication(self, wanted: Wanted, record: Record) -> tuple[Publication | None, str]:
        """Return the publication that *record* is of, None for a new form; or what speaks against every one."""
        theirs, form = record.pairs(), record.form or Form()
        named = [one for one in wanted.publications if one.pairs() & theirs]
        like = [one for one in wanted.publications if self._is_same_form(one, form, record.year)]
        if form.kind not in (None, "Preprint"):
            # The entry of a published form often has the number of its preprint too.
            published = [one for one in named if one.form.kind != "Preprint"]
            named = published or (named if len(like) != 1 else [])
        if len(named) > 1:
            # The record of a work as a whole, such as OpenAlex has: it is of the best form that it names.
            best = [one for one in named if record.identifiers.doi and one.form.doi == record.identifiers.doi]
            named = best[:1] or named[:1]
        if named:
            return named[0], ""
        if len(like) != 1:
            return None, "may be of several publications of ours" if like else ""
        other = _contradiction(like[0], record)
        return (None, f"has another {other} than {shorten(like[0].iri)}") if other else (like[0], "")

    def _is_same_form(self, ours: Publication, form: Form, year: int | None) -> bool:
        if (ours.form.kind == "Preprint") != (form.kind == "Preprint"):
            return False
        if ours.form.year and (form.year or year) and abs(ours.form.year - (form.year or year or 0)) > 1:
            return False
        if form.venue is None:
            return form.kind in (None, ours.form.kind)
        found = self.venues.normalise(clean(form.venue), form.year or year).venue
        venue = self.holdings.text(ours.iri, ag("venue"))
        return found == venue if found and venue else form.kind == ours.form.kind and found is None

    def link(self, place: Place) -> None:
        """Write the links and identifiers that the record of *place* gives its publication, or ask about them."""
        if place.publication is None:
            return
        iri = place.publication.iri
        for address in addresses_of(place.record):
            if address in place.publication.same_as or (iri, address) in self.rejected:
                continue
            siblings = {one.iri for one in place.wanted.publications}
            if not self.is_free(iri, address, siblings) or not self._fits(place.publication, address, place.record):
                continue
            self.propose(self._link(place, iri, address))
            if place.confidence >= self.bar:
                self._write_identifier(place.publication, address)

    def _link(self, place: Place, iri: str, address: str) -> Link:
        return Link(
            iri, place.wanted.title, address, place.record.title, place.confidence, place.comment, self.today
        )  # fmt: skip

    def compare_in_full(self, place: Place) -> None:
        """Keep what the record of *place* says otherwise with the link to it, in place of what was kept before."""
        if place.publication is not None:
            iri = place.publication.iri
            links = (self._link(place, iri, address) for address in addresses_of(place.record))
            self.outcome.differences.look_at(
                place.record.where, (link for link in links if (iri, link.object) not in self.rejected)
            )

    def finish(self) -> None:
        """Put the differences that are kept into the changes."""
        self.outcome.differences.keep(self.holdings, self.outcome.written, self.outcome.changes)

    def note_form(self, place: Place, *, missing: bool) -> None:
        """Say that a record is of a form of a work that is not here, and how to get it written."""
        form, options = place.record.form or Form(), ["--complete"] * missing
        options += ["--accept"] * (self.bar > BY_TITLE >= place.confidence)
        said = ", ".join(filter(None, [form.venue, str(form.year or place.record.year or "")])) or "another form"
        sure = place.confidence >= BY_TITLE
        self.outcome.notes.append(
            f"{shorten(place.wanted.iri)}: {place.record.where} has a form that is not here ({clean(said)}): "
            + (f"{' '.join(options)} adds it" if sure else f"not sure enough to be added ({place.comment})")
        )

    def link_thing(self, decision: Decision) -> None:
        """Write what records of a venue, an artifact or a concept were found by identifier; ask about those by name."""
        if decision.outcome != "found" or decision.record is None:
            self._propose_record(decision)
            return
        found = [one for one in (decision.record, *decision.also) if decision.wanted.pairs() & one.pairs()]
        for record in found:
            self.link_record(decision.wanted, record, f"{record.where}: {decision.features}")
        if not found:
            self._propose_record(decision)

    def link_record(self, wanted: Wanted, record: Record, comment: str) -> None:
        """Write the links that a record with an identifier of a venue, an artifact or a concept gives it."""
        predicate = CLOSE_MATCH if wanted.kind == "concepts" else SAME_AS
        here = [self.holdings.texts(wanted.iri, one) for one in (SAME_AS, EXACT_MATCH, CLOSE_MATCH)]
        known = pairs_of(chain.from_iterable(here)) if record.known else frozenset()
        for address in dict.fromkeys([*([record.iri] if record.iri else []), *known_addresses(record.known)]):
            if any(address in texts for texts in here) or (pairs_of([address]) & known):
                continue
            if (wanted.iri, address) not in self.rejected and self.is_free(wanted.iri, address):
                self.propose(
                    Link(
                        wanted.iri, wanted.title, address, record.title, BY_IDENTIFIER, comment, self.today, predicate
                    )
                )  # fmt: skip

    def _propose_record(self, decision: Decision) -> None:
        """Leave the record that was found by name to a person: names alone say little."""
        record, wanted = decision.record, decision.wanted
        if record is None or record.iri is None or decision.score < _NAMED or decision.outcome == "wrong identifier":
            return
        predicate = CLOSE_MATCH if wanted.kind == "concepts" else SAME_AS
        known = (*self.holdings.texts(wanted.iri, SAME_AS), *self.holdings.texts(wanted.iri, predicate))
        if record.iri not in known and self.is_free(wanted.iri, record.iri):
            confidence = min(decision.confidence, BY_TITLE) - 0.01
            comment = f"{record.where}: {decision.features}"
            self.outcome.review.append(
                Link(wanted.iri, wanted.title, record.iri, record.title, confidence, comment, self.today, predicate)
            )

    def is_free(self, iri: str, address: str, siblings: Iterable[str] = ()) -> bool:
        """Whether no other thing has the record *address*; where one has that is none of *siblings*, say so."""
        owner = self._owners.get(address, iri)
        for scheme in _SCHEMES:
            if (value := scheme.parse_address(address)) is not None:
                owner = self._named.get((scheme.name, scheme.key(value)), owner)
        if owner != iri and owner not in siblings:
            self.outcome.wrong.append(f"{shorten(iri)}: <{address}> is already that of {shorten(owner)}")
        return owner == iri

    def _fits(self, publication: Publication, address: str, record: Record) -> bool:
        """Whether an address is no other identifier of a scheme of which the publication has one."""
        for scheme in _SCHEMES:
            value, ours = scheme.parse_address(address), getattr(publication.form, scheme.name)
            if value is not None and ours and scheme.key(ours) != scheme.key(value):
                line = f"{shorten(publication.iri)}: {scheme.label} is {ours} here, {value} in {record.where}"
                self.outcome.differences.add(line, record.where, scheme.label, ours, value)
                return False
        return True

    def _write_identifier(self, publication: Publication, address: str) -> None:
        for scheme in _SCHEMES:
            value = scheme.parse_address(address)
            if (
                value is not None
                and scheme.is_valid(value)
                and not self.holdings.values(publication.iri, ag(scheme.term))
            ):
                self.outcome.changes.added.append(triple(publication.iri, ag(scheme.term), value))
                self._named[scheme.name, scheme.key(value)] = publication.iri

    def propose(self, link: Link) -> None:
        """Write *link* where it is sure enough, else leave it to a person; once."""
        if (link.subject, link.object) in self.rejected:
            return
        known = self._proposed.get(link.iri)
        if known is not None and (known.confidence >= self.bar or link.confidence < self.bar):
            return
        self._proposed[link.iri] = link
        if link.confidence < self.bar:
            self.outcome.review.append(link)
            return
        if known is not None:
            # A surer record came later.
            self.outcome.review.remove(known)
        if self._owners.setdefault(link.object, link.subject) == link.subject:
            self.outcome.written.append(link)
            self.outcome.changes.added.extend(link.triples())

    def report_wrong(self, decision: Decision) -> None:
        """Say which identifier matched while the title does not."""
        known = decision.wanted.pairs()
        for record in decision.wrong:
            said = ", ".join(f"{scheme} {value}" for scheme, value in sorted(known & record.pairs()))
            self.outcome.wrong.append(
                f"{shorten(decision.wanted.iri)}: {said} is that of “{record.title}” in {record.where}: a wrong "
                "identifier, here or there"
            )


def addresses_of(record: Record) -> list[str]:
    """Return the addresses of a record: its own, and those that its identifiers spell out."""
    form = record.form or Form()
    given = record.identifiers
    whole = replace(
        form,
        doi=form.doi or given.doi,
        arxiv=form.arxiv or (given.arxiv if form.kind in (None, "Preprint") else None),
        acl=form.acl or given.acl,
        openreview=form.openreview or given.openreview,
        same_as=" ".join(one for one in (form.same_as or "").split() if _is_record(one)) or None,
    )
    if form.kind not in (None, "Preprint") and is_arxiv_doi(whole.doi):
        whole = replace(whole, doi=None)
    found = [*([record.iri] if record.iri else []), *records_of(whole)]
    return list(dict.fromkeys(iri for one in found if (iri := web_iri(one)) is not None))


def _is_published(record: Record) -> bool:
    return record.form is not None and record.form.kind in _PUBLISHED


def _is_record(address: str) -> bool:
    """Whether an address is that of a record of a publication: on a host that has such, and not the paper itself."""
    parts = urlsplit(address)
    return parts.hostname in _HOSTS and not parts.path.lower().endswith(".pdf")


def _contradiction(ours: Publication, record: Record) -> str | None:
    """Return the scheme of which both have identifiers, and not one in common; the DOI of a preprint says nothing."""
    mine: dict[str, set[str]] = defaultdict(set)
    theirs: dict[str, set[str]] = defaultdict(set)
    for pairs, into in ((ours.pairs(), mine), (record.pairs(), theirs)):
        for scheme, value in pairs:
            if not (scheme == DOI.name and is_arxiv_doi(value)):
                into[scheme].add(value)
    return next((name for name in ("doi", "acl", "openreview") if mine[name] and theirs[name]), None)


def counts_of(decisions: Iterable[Decision]) -> dict[str, int]:
    """Return how many decisions came out how."""
    counts: dict[str, int] = {}
    for decision in decisions:
        counts[decision.outcome] = counts.get(decision.outcome, 0) + 1
    return counts


def without_rejected(writer: Writer, wanted: Wanted, records: Sequence[Record]) -> list[Record]:
    """Return *records* without those that a person has rejected for *wanted*."""
    return [record for record in records if not writer.is_rejected(wanted, record)]
