"""The statements that a new work makes: the work, the forms it came out in, its byline.

Nothing is made up. What an entry does not say is left out, and `validate` asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import pyoxigraph as ox

from aligngraph.bibliography.addresses import web_iri
from aligngraph.bibliography.entries import Entry, forms_of, work_of
from aligngraph.bibliography.identifiers import DOI, acl_venue, arxiv_year, is_arxiv_doi
from aligngraph.bibliography.keys import clean, fold, slug
from aligngraph.bibliography.works import BETWEEN_NOTES, Form, Work, preprint, records_of
from aligngraph.curation.holdings import EDITORIAL_NOTE, LABEL, SAME_AS, TITLE, TYPE, WORK_KINDS, ag
from aligngraph.curation.lacking import LACKS
from aligngraph.curation.minting import Mint, local_name
from aligngraph.curation.persons import People, first_full, is_full_name, organization_key
from aligngraph.curation.venues import VenueTable, name_of_series
from aligngraph.rdf.namespaces import BASE, PREFIXES

XSD_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")
_FORM_OF_VENUE = {
    "ConferenceSeries": "ConferencePaper",
    "WorkshopSeries": "WorkshopPaper",
    "Journal": "JournalArticle",
    "BookSeries": "BookChapter",
    "Publisher": "BookEdition",
    "Website": "WebPublication",
    "PreprintServer": "Preprint",
}
# Forms that appear in a volume, whose ISBN is not theirs.
_IN_A_VOLUME = {"ConferencePaper", "WorkshopPaper", "BookChapter", "JournalArticle", "Preprint"}
_FITTING = {
    ("Publisher", "BookChapter"),
    ("Publisher", "ReportDocument"),
    ("Publisher", "WebPublication"),
    ("Publisher", "DatasetRelease"),
    ("BookSeries", "BookEdition"),
    ("BookSeries", "ReportDocument"),
    ("ConferenceSeries", "WorkshopPaper"),
    ("Website", "DatasetRelease"),
    ("Website", "ReportDocument"),
}


@dataclass
class NewWork:
    """A work that the catalogue lacks, and the entries that mean it."""

    iri: str
    entries: list[Entry] = field(default_factory=list)


def triple(subject: str, predicate: str, term: str | int | bool | ox.NamedNode | ox.Literal) -> ox.Triple:
    """Return a statement; text, numbers and truth values become literals."""
    if isinstance(term, int) and not isinstance(term, bool):
        term = ox.Literal(str(term), datatype=XSD_INTEGER)
    elif isinstance(term, str | bool):
        term = ox.Literal(term)
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def english(text: str) -> ox.Literal:
    """Return *text* as prose of ours."""
    return ox.Literal(text, language="en")


CUT_SHORT = english("The byline is cut short: the source prints “et al.” after these authors.")
"""The note on a work of which only the first authors are known."""


class WorkWriter:
    """Writes new works down. `used_venues` and `unknown_venues` tell what it met."""

    def __init__(self, mint: Mint, people: People, venues: VenueTable) -> None:
        self.mint = mint
        self.people = people
        self.venues = venues
        self.used_venues: dict[str, None] = {}
        self.drafts: dict[str, None] = {}
        """Venues that were not known; a person has to say of what kind each is."""

    def iri(self, entry: Entry) -> str:
        """Return an IRI for the work that *entry* means, new here. Its cite key is kept where it is by the rule."""
        author = entry.authors[0] if entry.authors else None
        if author and self.people.is_organization(clean(author), _bodies([work_of(entry)])):
            # Named by the whole of it: the last word of "Gemini Team" says nothing.
            author = organization_key(author).replace(" ", "")
        year = self.first_year(entry)
        iri = f"{BASE}work/{entry.key}"
        if entry.key and iri not in self.mint.taken and _is_by_the_rule(entry.key, author):
            self.mint.taken.add(iri)
            return iri
        title = clean(entry.title or "")
        if not title:
            # Named by its first identifier, or else by where it is.
            pairs = [f"{kind} {value}" for kind, value in entry.identifiers.pairs()]
            places = [link.url.partition("://")[2] for link in entry.links]
            return self.mint.named([*pairs, *places, entry.text][0])
        return self.mint.work(title, author, year)

    def first_year(self, entry: Entry) -> int | None:
        """Return the first year that *entry* knows of its work."""
        if entry.work is not None and entry.work.first_year is not None:
            return entry.work.first_year
        years = [form.year for form, _ in self.forms(entry) if form.year is not None]
        return min(years, default=entry.year)

    def forms(self, entry: Entry) -> list[tuple[Form, str | None]]:
        """Return the forms that *entry* names, each with its venue."""
        given = forms_of(entry)
        if given:
            return [self._placed(form) for form in given]
        ids = entry.identifiers
        found = [self._placed(preprint(ids.arxiv))] if ids.arxiv else []
        doi = None if is_arxiv_doi(ids.doi) else ids.doi
        acl, acl_year = acl_venue(ids.acl or "")
        name = clean(entry.venue_printed or "") or acl
        if name:
            form, venue = self._placed(Form(venue=name, year=entry.year, doi=doi, acl=ids.acl, isbn=ids.isbn))
            if form.kind == "Preprint":
                # Pages say "arXiv" and link to where it came out later, and the other way round.
                form = replace(form, doi=None, acl=None, isbn=None)
                if not found:
                    found.append((form, venue))
                if acl:
                    found.append(self._placed(Form(venue=acl, year=acl_year, doi=doi, acl=ids.acl)))
            elif venue is not None or doi or ids.acl or ids.isbn:
                ours = ids.openreview if form.kind in ("ConferencePaper", "WorkshopPaper", "JournalArticle") else None
                found.append((replace(form, openreview=ours), venue))
        elif doi or ids.isbn:
            found.append((Form(year=entry.year, doi=doi, isbn=ids.isbn), None))
        return found

    def _placed(self, form: Form) -> tuple[Form, str | None]:
        if not form.venue:
            return form, None
        found = self.venues.normalise(form.venue, form.year)
        if found.venue is None:
            return form, None
        kind = self.venues.kind(found.venue) or ""
        # Of a draft no kind is known.
        fitting = _FORM_OF_VENUE.get(kind) if kind else form.kind
        if form.kind is not None and (form.kind == fitting or (kind, form.kind) in _FITTING):
            fitting = form.kind
        track = form.track or found.track
        if track == "Workshop" and kind == "ConferenceSeries":
            fitting = "WorkshopPaper"
        return replace(form, kind=fitting, year=form.year or found.year, track=track), found.venue

    def write(self, work: NewWork) -> Iterator[ox.Triple]:
        """Yield the statements of a new work, its publications and authorships, and of persons new with it."""
        first = work.entries[0]
        place = f"{first.file}, line {first.line}"
        iri = work.iri
        forms = _merged([pair for entry in work.entries for pair in self.forms(entry)])
        kind = next((entry.kind for entry in work.entries if entry.kind in WORK_KINDS), "Paper")
        yield triple(iri, TYPE, ox.NamedNode(ag(kind)))
        title = next((text for entry in work.entries if (text := clean(entry.title or ""))), "")
        if title:
            yield triple(iri, TITLE, english(title))
        given = [work_of(entry) for entry in work.entries]
        dated = [one.first_year for one in given if one.first_year is not None]
        years = dated or [form.year for form, _ in forms if form.year is not None]
        years = years or [entry.year for entry in work.entries if entry.year is not None]
        if years:
            yield triple(iri, ag("firstPublicYear"), min(years))
        yield triple(iri, ag("evidence"), clean(given[0].evidence or "") or place)
        confidence = given[0].confidence
        yield triple(iri, ag("confidence"), confidence if confidence in ("high", "medium", "low") else "low")
        names, cut = first_full((entry.authors, entry.et_al) for entry in work.entries)
        notes = _notes(given[0].note)
        for note in notes:
            yield triple(iri, EDITORIAL_NOTE, english(note))
        if cut and names:
            yield triple(iri, LACKS, ox.NamedNode(ag("hasAuthor")))
        if cut and names and not notes:
            yield triple(iri, EDITORIAL_NOTE, CUT_SHORT)
        for form, venue in forms:
            yield from self.publication(iri, title, form, venue)
        yield from self.byline(iri, names, place, given)

    def byline(
        self, iri: str, names: Sequence[str], place: str, given: Sequence[Work], known: Sequence[str] = ()
    ) -> Iterator[ox.Triple]:
        """Yield the authorships of a work, and persons who are new with it.

        *place* is where the names stand, *given* are the works whose bylines give the parts of the names, *known* are
        the IRIs of the first authorships, where these are here already.
        """
        parts = _parts_of_names(given)
        signed = self.people.byline(names, place, _bodies(given))
        for ordinal, signature in enumerate(signed, start=1):
            yield from signature.new
            name = signature.name
            authorship = known[ordinal - 1] if ordinal <= len(known) else self.mint.authorship(iri, ordinal)
            yield triple(iri, ag("hasAuthorship"), ox.NamedNode(authorship))
            yield triple(authorship, TYPE, ox.NamedNode(ag("Authorship")))
            yield triple(authorship, ag("nameAsPrinted"), name)
            for term, part in parts.get(name, {}).items() if not signature.is_organization else ():
                yield triple(authorship, ag(term), part)
            yield triple(authorship, ag("ordinal"), ordinal)
            if signature.author is not None:
                term = "organization" if signature.is_organization else "person"
                yield triple(authorship, ag(term), ox.NamedNode(signature.author))

    def tells_all(self, names: Iterable[str], given: Iterable[Work]) -> bool:
        """Tell whether each of *names* says who signs: a full name, or that of an organisation."""
        bodies = _bodies(given)
        return all(is_full_name(name) or self.people.is_organization(clean(name), bodies) for name in names)

    def publication(self, work: str, title: str, form: Form, venue: str | None) -> Iterator[ox.Triple]:
        """Yield the statements of a published form of a work; *venue* is its venue's IRI."""
        if venue is None and form.venue and (name := name_of_series(clean(form.venue))):
            venue = self.mint.venue(name)
            self.drafts[venue] = None
            self.venues.add(venue, name)
            yield triple(venue, TYPE, ox.NamedNode(ag("Venue")))
            yield triple(venue, LABEL, english(name))
        place = local_name(venue) if venue else slug(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", form.kind or "publication"))
        iri = f"{BASE}publication/{form.id}"
        if form.id and form.id.startswith(f"{local_name(work)}-") and iri not in self.mint.taken:
            self.mint.taken.add(iri)
        else:
            iri = self.mint.publication(work, place)
        yield triple(work, ag("hasPublication"), ox.NamedNode(iri))
        # Without a kind of its own it is only "a publication", and `validate` asks which.
        yield triple(iri, TYPE, ox.NamedNode(ag(form.kind or "Publication")))
        if venue is not None:
            if venue in self.venues.homes:
                self.used_venues[venue] = None
            yield triple(iri, ag("venue"), ox.NamedNode(venue))
        elif form.venue:
            yield triple(iri, EDITORIAL_NOTE, english(f"The source names the venue “{clean(form.venue)}”."))
        for note in _notes(form.note):
            yield triple(iri, EDITORIAL_NOTE, english(note))
        if form.title and clean(form.title) != title:
            yield triple(iri, TITLE, english(clean(form.title)))
        year = form.year or (arxiv_year(form.arxiv) if form.arxiv else None)
        if year is not None:
            yield triple(iri, ag("publicationYear"), year)
        for name, value in literal_fields(form):
            yield triple(iri, ag(name), value)
        for isbn in (form.isbn or "").split():
            if form.kind in _IN_A_VOLUME:
                yield triple(iri, EDITORIAL_NOTE, english(f"The source gives {isbn}, the ISBN of the volume it is in."))
            else:
                yield triple(iri, ag("isbn"), isbn)
        for address in records_of(replace(form, doi=_valid_doi(form))):
            record = web_iri(address)
            if record is not None:
                yield triple(iri, SAME_AS, ox.NamedNode(record))


def literal_fields(form: Form) -> Iterator[tuple[str, str]]:
    """Yield the properties of a publication that *form* has text for."""
    for name, value in (
        ("track", form.track),
        ("volume", form.volume),
        ("issue", form.issue),
        ("pages", form.pages),
        ("doi", _valid_doi(form)),
        ("arxivId", form.arxiv),
        ("aclAnthologyId", form.acl),
        ("openReviewId", form.openreview),
    ):
        if value and clean(value):
            yield name, clean(value)


def _valid_doi(form: Form) -> str | None:
    return form.doi if form.doi and DOI.is_valid(form.doi) else None


def _notes(text: str | None) -> list[str]:
    return [note for part in (text or "").split(BETWEEN_NOTES) if (note := clean(part))]


def _parts_of_names(works: Iterable[Work]) -> dict[str, dict[str, str]]:
    """Return the parts of each printed name whose parts a source gives, by their terms."""
    terms = {"familyName": "family", "givenName": "given", "nameParticle": "particle", "nameSuffix": "suffix"}
    return {
        clean(name.text): {term: clean(part) for term, attribute in terms.items() if (part := getattr(name, attribute))}
        for work in works
        for name in work.authors
        if name.family and not name.organization
    }


def _bodies(works: Iterable[Work]) -> set[str]:
    """Return the names in bylines that a source gives as organisations."""
    return {clean(name.text) for work in works for name in work.authors if name.organization}


def _is_by_the_rule(key: str, author: str | None) -> bool:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", key):
        return False
    words = fold(author or "").replace(".", " ").replace("-", "").split()
    return author is None or any(key.startswith(slug(word)) for word in words if slug(word))


def _merged(forms: Sequence[tuple[Form, str | None]]) -> list[tuple[Form, str | None]]:
    """Return the forms without doubles: two prints of one form fill each other's gaps."""
    merged: dict[tuple[str | None, ...], tuple[Form, str | None]] = {}
    for form, venue in forms:
        key: tuple[str | None, ...] = (
            (venue, form.kind) if venue else (None, form.kind, fold(form.venue or ""), form.doi)
        )
        earlier = merged.get(key)
        if earlier is None or earlier[0].id != form.id:
            merged[key if earlier is None else (*key, form.id)] = (form, venue)
        else:
            gaps = {part.name: getattr(earlier[0], part.name) or getattr(form, part.name) for part in fields(Form)}
            merged[key] = (Form(**gaps), venue)
    return list(merged.values())
