"""Filling in what a record of ours lacks and a source has. What ours says already is never changed.

Each value says where it was read: the publication, work or venue that gains it gains an `ag:evidence` that names what
was filled in, the source, the tool and how sure the match is. Where a source says otherwise than we do, that is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

import pyoxigraph as ox

from aligngraph._version import __version__
from aligngraph.bibliography.identifiers import DOI
from aligngraph.bibliography.keys import clean, fold, name_key
from aligngraph.bibliography.works import Form, Work, records_of
from aligngraph.curation.bylines import continues, rest_of_byline
from aligngraph.curation.comparison import is_same_author
from aligngraph.curation.files import subject_of
from aligngraph.curation.holdings import SAME_AS, TITLE, TYPE, Holdings, ag
from aligngraph.curation.minting import Mint
from aligngraph.curation.persons import People
from aligngraph.curation.venues import VenueTable
from aligngraph.curation.works import WorkWriter, english, triple
from aligngraph.linking.decide import BY_IDENTIFIER
from aligngraph.linking.licences import licence_iri
from aligngraph.linking.links import Link
from aligngraph.linking.records import Publication, Record, Wanted
from aligngraph.linking.write import Place, Writer
from aligngraph.rdf.namespaces import PREFIXES, shorten

_FIELDS = (("volume", "volume"), ("issue", "issue"), ("pages", "pages"))
_PAGES = re.compile(
    r"[A-Za-z]?[0-9][A-Za-z0-9.:]*([-–][A-Za-z]?[0-9][A-Za-z0-9.:]*)?(, ?[A-Za-z]?[0-9][A-Za-z0-9.:]*([-–][A-Za-z]?"
    r"[0-9][A-Za-z0-9.:]*)?)*"
)
_LICENCE = PREFIXES["dcterms"] + "license"
_SHOWN = 20
"""So many names are kept of bylines in another order."""
_ISSN_PORTAL = "https://portal.issn.org/resource/ISSN/"
_PUBLISHED = ("JournalArticle", "ConferencePaper", "WorkshopPaper", "BookChapter", "BookEdition", "ReportDocument")


class Completer:
    """Fills in what works, publications and venues lack, from the records that were found for them."""

    def __init__(self, writer: Writer, holdings: Holdings, venues: VenueTable) -> None:
        self.writer = writer
        self.holdings = holdings
        self.venues = venues
        mint = Mint(holdings.taken)
        self.works = WorkWriter(mint, People(holdings, mint), venues)
        self._said: dict[tuple[str, str], str] = {}
        """What was filled in in this run, so that two sources are compared too."""
        self._new_forms: dict[tuple[str, str | None, str | None], Record] = {}
        self._evidence: dict[tuple[str, str, float], list[str]] = defaultdict(list)

    def complete(self, place: Place) -> None:
        """Fill in what the record of *place* has; the match has to be sure enough to be written."""
        record, publication = place.record, place.publication
        kind = (record.form or Form()).kind
        if publication is None or (publication.form.kind == "Preprint" and kind in _PUBLISHED):
            self._new_publication(place)
        else:
            self._publication(place, publication)
            venue = self.holdings.text(publication.iri, ag("venue"))
            if venue and publication.form.kind == "JournalArticle":
                self._venue(place, venue, record.issn)
        self._work(place)
        self._month(place)
        self._byline(place)
        self.writer.compare_in_full(place)

    def finish(self) -> None:
        """Write where the values of this run were read, and the venues that other catalogues describe."""
        for venue in self.works.used_venues:
            if venue not in self.holdings.described:
                self.writer.outcome.changes.added += self.venues.homes[venue].triples(venue)
        for (iri, where, confidence), names in self._evidence.items():
            said = f"{where}, for {', '.join(dict.fromkeys(names))} (aligngraph link {__version__}, "
            self.writer.outcome.changes.added.append(
                triple(iri, ag("evidence"), f"{said}{self.writer.today}, confidence {confidence:.2f})")
            )
        self._evidence.clear()

    def _fill(self, iri: str, term: str, value: str | int, place: Place, name: str) -> None:
        """Write one value that is lacking; tell of one that is another."""
        ours = self._said.get((iri, term)) or self.holdings.text(iri, term)
        if ours is not None:
            if not _is_same(ours, str(value)):
                line = f"{shorten(iri)}: {name} is {ours} here, {value} in {place.record.where}"
                self.writer.outcome.differences.add(line, place.record.where, name, ours, str(value))
            return
        self._said[iri, term] = str(value)
        self.writer.outcome.changes.added.append(triple(iri, term, value))
        self.writer.outcome.completed.append((iri, name))
        self._evidence[iri, place.record.where, place.confidence].append(name)

    def _gain(self, iri: str, term: str, value: ox.NamedNode | ox.Literal, place: Place, name: str) -> None:
        """Write a value of which our record has none; the first source that has one counts."""
        if (iri, term) not in self._said:
            self._said[iri, term] = value.value
            self.writer.outcome.changes.added.append(triple(iri, term, value))
            self.writer.outcome.completed.append((iri, name))
            self._evidence[iri, place.record.where, place.confidence].append(name)

    def _publication(self, place: Place, publication: Publication) -> None:
        form = place.record.form or Form()
        for name, attribute in _FIELDS if publication.form.kind != "Preprint" else ():
            value = clean(getattr(form, attribute) or "")
            value = _pages(value) if name == "pages" else value
            if value:
                self._fill(publication.iri, ag(name), value, place, name)
        if publication.form.kind in (None, "Publication") and form.kind is not None:
            self._gain(publication.iri, TYPE, ox.NamedNode(ag(form.kind)), place, "kind")
        year = form.year or place.record.year
        if year is not None:
            self._fill(publication.iri, ag("publicationYear"), year, place, "publication year")
        if form.venue and not self.holdings.values(publication.iri, ag("venue")):
            found = self.venues.normalise(clean(form.venue), year).venue
            if found is None:
                self.writer.outcome.notes.append(
                    f"{shorten(publication.iri)}: {place.record.where} names the venue “{clean(form.venue)}”, which "
                    "this catalogue does not have"
                )
            else:
                self.works.used_venues[found] = None
                self._gain(publication.iri, ag("venue"), ox.NamedNode(found), place, "venue")

    def _new_publication(self, place: Place) -> None:
        """Write the form that the record is of and we lack, where its kind and its venue are known."""
        record, wanted = place.record, place.wanted
        form = record.form
        if form is None or form.kind is None or not (form.year or record.year):
            return
        form = replace(form, year=form.year or record.year, title=None, same_as=None)
        venue = self.venues.normalise(clean(form.venue or ""), form.year).venue if form.venue else None
        if venue is None and form.kind in _PUBLISHED:
            self.writer.outcome.notes.append(
                f"{shorten(wanted.iri)}: {record.where} has a published form in “{clean(form.venue or 'no venue')}”, "
                "a venue that this catalogue does not have; add it to venues.ttl, and link again"
            )
            return
        key = (wanted.iri, venue, form.kind)
        if key in self._new_forms:
            return
        if not self._is_new(wanted, form, venue):
            self.writer.outcome.notes.append(
                f"{shorten(wanted.iri)}: {record.where} is of a form that contradicts the publications here; nothing "
                "was written"
            )
            return
        self._new_forms[key] = record
        if form.doi and not DOI.is_valid(form.doi):
            form = replace(form, doi=None)
        form = replace(form, pages=_pages(form.pages or "") or None)
        triples = list(self.works.publication(wanted.iri, wanted.title, form, venue))
        links = [one for one in triples if one.predicate.value == SAME_AS]
        iri = subject_of(next(one for one in triples if one.predicate.value == TYPE))
        self.writer.outcome.changes.added += [one for one in triples if one not in links]
        self.writer.outcome.completed.append((iri, "published form" if form.kind != "Preprint" else "preprint"))
        self._evidence[iri, record.where, place.confidence].append("all of it")
        self.writer.link(replace(place, publication=Publication(iri, form)))

    def _is_new(self, wanted: Wanted, form: Form, venue: str | None) -> bool:
        """Whether none of our publications of the work may be this form, and none of its identifiers is in use."""
        for one in wanted.publications:
            same_kind = (one.form.kind == "Preprint") == (form.kind == "Preprint")
            if same_kind and (form.kind == "Preprint" or self.holdings.text(one.iri, ag("venue")) == venue):
                return False
        return all(self.writer.is_free("", address) for address in records_of(form))

    def _venue(self, place: Place, venue: str, issns: tuple[str, ...]) -> None:
        """Link a journal to its record in the ISSN portal; a second ISSN, of another medium, too."""
        for issn in issns:
            address = _ISSN_PORTAL + issn
            if not is_issn(issn) or address in self.holdings.texts(venue, SAME_AS):
                continue
            label = self.holdings.label(venue)
            comment = f"{place.record.where}: the ISSN of the journal of {place.wanted.title}"
            self.writer.propose(
                Link(venue, label, address, f"ISSN {issn}", place.confidence, comment, self.writer.today)
            )

    def licence(self, wanted: Wanted, record: Record) -> None:
        """Write the licence of an artifact whose repository a record is of, with the repository as its source."""
        if not record.licence or record.iri is None:
            return
        iri, known = licence_iri(record.licence), self.holdings.texts(wanted.iri, _LICENCE)
        if known:
            if iri is not None and iri not in known:
                shown = ", ".join(map(shorten, known))
                line = f"{shorten(wanted.iri)}: licence is {shown} here, {record.licence} in {record.where}"
                self.writer.outcome.differences.add(line, record.where, "licence", shown, record.licence)
        elif iri is None or iri not in self.holdings.described:
            self.writer.outcome.notes.append(
                f"{shorten(wanted.iri)}: {record.where} names the licence “{clean(record.licence)}”, which this "
                "catalogue does not have"
            )
        elif (wanted.iri, _LICENCE) not in self._said:
            self._said[wanted.iri, _LICENCE] = iri
            self.writer.outcome.changes.added += [
                triple(wanted.iri, _LICENCE, ox.NamedNode(iri)),
                triple(wanted.iri, PREFIXES["dcterms"] + "source", ox.NamedNode(record.iri)),
            ]
            self.writer.outcome.completed.append((wanted.iri, "licence"))
            self._evidence[wanted.iri, record.where, BY_IDENTIFIER].append("licence")

    def _work(self, place: Place) -> None:
        """Write the title and the first year of a work of which neither is known."""
        record, iri = place.record, place.wanted.iri
        if not self.holdings.values(iri, TITLE) and record.title:
            self._gain(iri, TITLE, english(clean(record.title)), place, "title")
        year = (record.form or Form()).year or record.year
        if year is not None and not self.holdings.values(iri, ag("firstPublicYear")):
            self._fill(iri, ag("firstPublicYear"), year, place, "year")

    def _month(self, place: Place) -> None:
        """Write the month of the first form: of a preprint, or of a work that has no preprint."""
        record, wanted = place.record, place.wanted
        kind = (record.form or Form()).kind
        has_preprint = any(one.form.kind == "Preprint" for one in wanted.publications)
        first = self.holdings.number(wanted.iri, ag("firstPublicYear"))
        if record.month and record.year == first and (kind == "Preprint" or not has_preprint):
            self._fill(wanted.iri, ag("firstPublicMonth"), record.month, place, "month")

    def _byline(self, place: Place) -> None:
        """Write the authors of a work that has none, or the rest where the byline is cut short; tell of differences."""
        record, wanted = place.record, place.wanted
        names = [clean(author.name.text) for author in record.authors]
        if not names or record.et_al:
            return
        told = [Work(authors=tuple(author.name for author in record.authors))]
        whole = self.works.tells_all(names, told)
        rest = whole and continues(self.holdings, wanted.iri, names)
        if wanted.authors and not rest:
            self._compare_bylines(place, names)
        elif (wanted.iri, "byline") not in self._said and whole:
            self._said[wanted.iri, "byline"] = record.where
            changes = self.writer.outcome.changes
            if rest:
                more = rest_of_byline(self.holdings, self.works, wanted.iri, names, record.where, told)
                changes.added += more.added
                changes.replaced |= more.replaced
            else:
                changes.added += self.works.byline(wanted.iri, names, record.where, told)
            self.writer.outcome.completed.append((wanted.iri, "further authors" if rest else "authors"))
            self._evidence[wanted.iri, record.where, place.confidence].append("authors")

    def _compare_bylines(self, place: Place, names: list[str]) -> None:
        ours = [name.text for name in place.wanted.authors]
        if len(ours) == len(names) and all(map(is_same_author, ours, names)):
            return
        where = place.record.where
        if len(ours) != len(names):
            name, here, there = "number of authors", str(len(ours)), str(len(names))
            said = f"{here} authors here, {there} in {where}"
        elif sorted(map(name_key, ours)) == sorted(map(name_key, names)):
            name, here, there = "order of authors", "; ".join(ours[:_SHOWN]), "; ".join(names[:_SHOWN])
            said = f"another order of the authors in {where}"
        else:
            at = next(n for n, pair in enumerate(zip(ours, names, strict=True)) if not is_same_author(*pair))
            name, here, there = f"author {at + 1}", ours[at], names[at]
            said = f"{name} is {here} here, {there} in {where}"
        self.writer.outcome.differences.add(f"{shorten(place.wanted.iri)}: {said}", where, name, here, there)


def _pages(text: str) -> str:
    """Return pages as our records have them; "" for what is none."""
    plain = re.sub(r"\s*[-‐‑‒–—]+\s*", "-", clean(text))
    return plain if _PAGES.fullmatch(plain) else ""


def _is_same(ours: str, theirs: str) -> bool:
    """Whether two values say the same: "55-130" and "55--130", "12" and "12."; one page is the first of a range."""
    one, other = (re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-") for text in (ours, theirs))
    short, long = sorted((one, other), key=len)
    return one == other or (bool(short) and long.startswith(f"{short}-"))


def is_issn(text: str) -> bool:
    """Return whether *text* is an ISSN whose check digit is right (ISO 3297)."""
    digits = text.replace("-", "").upper()
    if not re.fullmatch(r"[0-9]{7}[0-9X]", digits):
        return False
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum((8 - place) * value for place, value in enumerate(values)) % 11 == 0
