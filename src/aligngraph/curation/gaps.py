"""What entries know of works here that the catalogue does not: said anew where nothing is said yet, else noted.

A bibliography states what it says of a work; of a reading list, only what the work has nothing of is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from aligngraph.bibliography.entries import Entry, forms_of, work_of
from aligngraph.bibliography.works import Form
from aligngraph.curation.bylines import continues, rest_of_byline
from aligngraph.curation.holdings import EDITORIAL_NOTE, TYPE, Holdings, ag
from aligngraph.curation.persons import first_full
from aligngraph.curation.works import NewWork, WorkWriter, english, literal_fields, triple

_IDENTIFIERS = ("doi", "arxivId", "aclAnthologyId", "openReviewId")


class GapFiller:
    """Finds the statements that works here gain. `said` tells what each gained, `conflicts` what was left."""

    def __init__(self, holdings: Holdings, writer: WorkWriter) -> None:
        self.holdings = holdings
        self.writer = writer
        self.replaced: dict[str, list[ox.Triple]] = {}
        """Known things whose statements are all given anew, what is added aside."""
        self.said: list[str] = []
        self.conflicts: list[str] = []

    def fill(self, work: NewWork) -> Iterator[ox.Triple]:
        """Yield what *work*, which is known, gains from the entries that mean it."""
        found: dict[str, list[ox.Triple]] = {}
        for name, triples in self._gained(work):
            found.setdefault(name, []).extend(triples)
        gained = [name for name, triples in found.items() if triples]
        if not gained:
            return
        first = work.entries[0]
        place = f"{first.file}, line {first.line}"
        self.said.append(f"{work.iri.rpartition('/')[2]}: {', '.join(gained)} ({place})")
        yield triple(work.iri, EDITORIAL_NOTE, english(f"From {place}: {', '.join(gained)}."))
        for triples in found.values():
            yield from triples

    def _gained(self, work: NewWork) -> Iterator[tuple[str, list[ox.Triple]]]:
        held, iri = self.holdings, work.iri
        names, cut = first_full((entry.authors, entry.et_al) for entry in work.entries)
        first = work.entries[0]
        place = f"{first.file}, line {first.line}"
        given = list(map(work_of, work.entries))
        whole = not cut and self.writer.tells_all(names, given)
        if not held.texts(iri, ag("hasAuthorship")) and whole:
            yield "authors", list(self.writer.byline(iri, names, place, given))
        elif whole and names and continues(held, iri, names):
            rest = rest_of_byline(held, self.writer, iri, names, place, given)
            self.replaced |= rest.replaced
            yield "further authors", rest.added
        if held.number(iri, ag("firstPublicYear")) is None:
            years = [year for entry in work.entries if (year := self.writer.first_year(entry)) is not None]
            yield "year", [triple(iri, ag("firstPublicYear"), year) for year in sorted(years)[:1]]
        for entry in work.entries:
            has_forms = bool(forms_of(entry))
            publications = held.texts(iri, ag("hasPublication"))
            for form, venue in self.writer.forms(entry) if has_forms or not publications else ():
                known = self._counterpart(form, venue, publications)
                if known is not None:
                    yield from self._completed(known, form, venue, entry)
                elif venue is not None or form.doi or form.arxiv or form.acl or form.isbn:
                    name = f"publication in {form.venue}" if form.venue else "publication"
                    yield name, list(self.writer.publication(iri, held.label(iri), form, venue))

    def _counterpart(self, form: Form, venue: str | None, publications: Sequence[str]) -> str | None:
        """Return the publication here that *form* is: by an identifier, or else by its venue."""
        held = self.holdings
        said = {name: value for name, value in literal_fields(form) if name in _IDENTIFIERS}
        for publication in publications:
            if any(held.text(publication, ag(name)) == value for name, value in said.items()):
                return publication
        for publication in publications:
            same = venue is not None and venue == held.text(publication, ag("venue"))
            if same and not any(held.text(publication, ag(name)) for name in said):
                return publication
        # Of a form without a venue of ours nothing tells that it is another one.
        return publications[0] if venue is None and not said and publications else None

    def _completed(
        self, publication: str, form: Form, venue: str | None, entry: Entry
    ) -> Iterator[tuple[str, list[ox.Triple]]]:
        held = self.holdings
        year = held.number(publication, ag("publicationYear"))
        place = f"{entry.file}, line {entry.line}"
        name = publication.rpartition("/")[2]
        if form.year is not None and year is not None and abs(form.year - year) > 1:
            self.conflicts.append(f"{name}: the year is {year} here and {form.year} there ({place})")
            return
        if form.year is not None and year is None:
            yield "year of publication", [triple(publication, ag("publicationYear"), form.year)]
        if held.kinds(publication) == ["Publication"] and form.kind is not None:
            yield "kind", [triple(publication, TYPE, ox.NamedNode(ag(form.kind)))]
        if venue is not None and not held.values(publication, ag("venue")):
            if venue in self.writer.venues.homes:
                self.writer.used_venues[venue] = None
            yield "venue", [triple(publication, ag("venue"), ox.NamedNode(venue))]
        for field, value in literal_fields(form):
            known = held.text(publication, ag(field))
            if known is None:
                yield field, [triple(publication, ag(field), value)]
            elif field in _IDENTIFIERS and known.casefold() != value.casefold():
                self.conflicts.append(f"{name}: {field} is {known} here and {value} there ({place})")
