"""What is looked for, and what another catalogue has: between our statements and the answers of sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aligngraph.bibliography.identifiers import DBLP, DOI, HUGGING_FACE, Identifiers, identifiers_of_doi, is_arxiv_doi
from aligngraph.bibliography.person_names import Name
from aligngraph.bibliography.works import Form


@dataclass(frozen=True)
class Author:
    """A name in the byline of a record, with the identifiers that the source gives the person.

    *openalex* and *dblp* are the ids alone ("A5023888391", "h/GeoffreyEHinton"), *orcid* has no address either.
    """

    name: Name
    orcid: str | None = None
    dblp: str | None = None
    openalex: str | None = None
    semanticscholar: str | None = None


@dataclass(frozen=True)
class Record:
    """One record of another catalogue, or an entry of a file.

    *iri* is the address of the record, which `schema:sameAs` would point to; None for a file's entry. *where* names it
    in evidence and reports: "openalex W4378…", "anthology.bib:1234". *licence* is as the source writes it.
    """

    source: str
    iri: str | None
    where: str
    title: str
    authors: tuple[Author, ...] = ()
    et_al: bool = False
    year: int | None = None
    month: int | None = None
    identifiers: Identifiers = field(default_factory=Identifiers)
    form: Form | None = None
    issn: tuple[str, ...] = ()
    licence: str | None = None
    huggingface: str | None = None
    """The id of a repository on the Hugging Face hub, as in `ag:huggingFaceId`."""
    known: frozenset[tuple[str, str]] = frozenset()
    """Of a venue, an artifact or a concept: what else names it, as in `linking.known`."""

    def pairs(self) -> set[tuple[str, str]]:
        """Return the scheme and value of each identifier, in the form in which two are compared."""
        form = self.form or Form()
        found = set(self.identifiers.pairs())
        found |= set(Identifiers(form.doi, form.arxiv, form.acl, form.openreview).pairs())
        for doi in filter(None, (self.identifiers.doi, form.doi)):
            found |= set(identifiers_of_doi(doi).pairs())
        found |= {(HUGGING_FACE.name, self.huggingface)} if self.huggingface else set()
        found |= self.known
        return found | ({(DBLP.name, form.dblp)} if form.dblp else set())


@dataclass(frozen=True)
class Publication:
    """A publication of ours: one form of a wanted work, with its IRI and what its record says."""

    iri: str
    form: Form
    same_as: tuple[str, ...] = ()

    def pairs(self) -> set[tuple[str, str]]:
        """Return the scheme and value of each identifier, in the form in which two are compared."""
        form = self.form
        found = set(Identifiers(form.doi, form.arxiv, form.acl, form.openreview).pairs())
        if form.doi:
            found |= set(identifiers_of_doi(form.doi).pairs())
        return found | ({(DBLP.name, form.dblp)} if form.dblp else set())


@dataclass(frozen=True)
class Wanted:
    """One thing of ours that a counterpart is looked for. *kind*: "works", "people", "venues" …

    *authors* are the names as printed, in order, *years* those of the work and its publications.
    """

    iri: str
    kind: str
    title: str
    other_titles: tuple[str, ...] = ()
    authors: tuple[Name, ...] = ()
    years: frozenset[int] = frozenset()
    publications: tuple[Publication, ...] = ()
    identifiers: Identifiers = field(default_factory=Identifiers)
    """What names the thing itself; of a work, those of all its publications, one of each scheme."""
    huggingface: tuple[str, ...] = ()
    """Of an artifact: the ids of its repositories on the Hugging Face hub."""
    known: frozenset[tuple[str, str]] = frozenset()
    """Of a venue, an artifact or a concept: what names it in other catalogues, as in `linking.known`."""
    repositories: tuple[str, ...] = ()
    """Of an artifact: the addresses of its repositories on GitHub, where it has one to itself."""

    def pairs(self) -> set[tuple[str, str]]:
        """Return every identifier of the thing and of its publications, in the form in which two are compared."""
        found = {(HUGGING_FACE.name, value) for value in self.huggingface}
        return found.union(self.known, self.identifiers.pairs(), *(one.pairs() for one in self.publications))

    def dois(self, *, of_arxiv: bool = True) -> Iterator[str]:
        """Yield the DOIs of the publications, each once; those of arXiv only where wanted."""
        found = [one.form.doi for one in self.publications if one.form.doi] + [self.identifiers.doi]
        for doi in dict.fromkeys(filter(None, found)):
            if of_arxiv or not is_arxiv_doi(doi):
                yield DOI.parse(doi) or doi

    def values(self, scheme: str) -> list[str]:
        """Return the identifiers of one scheme as the publications have them: "arxiv", "acl", "openreview", "dblp"."""
        found = [getattr(one.form, scheme) for one in self.publications]
        return list(dict.fromkeys(filter(None, [*found, getattr(self.identifiers, scheme, None)])))
