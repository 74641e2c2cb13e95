"""One paper, from what a person gives: an identifier, an address, a BibTeX entry, and what they say besides.

Nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from aligngraph.bibliography.addresses import web_iri
from aligngraph.bibliography.entries import Entry, Link, forms_of, work_of
from aligngraph.bibliography.identifiers import (
    ACL,
    ARXIV,
    DOI,
    Identifiers,
    arxiv_year,
    identifiers_of_doi,
    identifiers_of_url,
)
from aligngraph.bibliography.person_names import Name, organization_name
from aligngraph.bibliography.plain_text import collapse
from aligngraph.bibliography.works import Form
from aligngraph.errors import ArgumentError


def entry_of_text(text: str) -> Entry:
    """Return an entry for an arXiv id, a DOI, an Anthology id or a web address; else raise ArgumentError."""
    plain = text.strip()
    blank = Entry(file=plain, line=1, text=plain, fields={"evidence": f"added by hand from {plain}"})
    if address := web_iri(plain):
        return replace(blank, identifiers=identifiers_of_url(address), links=(Link("URL", address, 1),))
    if number := ARXIV.parse(plain):
        return replace(blank, identifiers=Identifiers(arxiv=number))
    if doi := DOI.parse(plain):
        return replace(blank, identifiers=identifiers_of_doi(doi))
    if acl := ACL.parse(plain):
        return replace(blank, identifiers=Identifiers(acl=acl))
    raise ArgumentError(
        f"{text!r} is not an arXiv id, DOI or web address. Examples: 2305.18290, 10.1038/s42256-022-00458-8."
    )


def completed(
    entry: Entry,
    *,
    title: str | None = None,
    authors: Sequence[str] = (),
    year: int | None = None,
    venue: str | None = None,
) -> Entry:
    """Return *entry* with what a person says of it. Of *authors*, those in braces are organisations: "{OpenAI}"."""
    names = tuple(map(_name, authors))
    work = entry.work
    if names and (work is not None or any(name.organization for name in names)):
        work = replace(work_of(entry), authors=names, et_al=False)
    if venue and work is not None and work.forms:
        work = replace(work, forms=(replace(work.forms[0], venue=venue), *work.forms[1:]))
    return replace(
        entry,
        title=title or entry.title,
        authors=tuple(name.text for name in names) or entry.authors,
        et_al=entry.et_al and not authors,
        year=year or entry.year or (arxiv_year(entry.identifiers.arxiv) if entry.identifiers.arxiv else None),
        venue_printed=venue or entry.venue_printed,
        work=work,
    )


def _name(text: str) -> Name:
    braced = re.fullmatch(r"\s*\{([^{}]+)\}\s*", text)
    return organization_name(collapse(braced[1])) if braced else Name(text)


def with_page(entry: Entry) -> Entry:
    """Return *entry* with its address as the record of its only form, where no identifier or venue makes one."""
    if forms_of(entry) or entry.identifiers or entry.venue_printed or not entry.links:
        return entry
    return replace(entry, work=replace(work_of(entry), forms=(Form(year=entry.year, same_as=entry.links[0].url),)))


def missing(entry: Entry) -> list[str]:
    """Return what is not known of a paper and should be."""
    known = {
        "title": entry.title,
        "authors": entry.authors,
        "year": entry.year,
        "venue": entry.venue_printed or forms_of(entry),
    }
    if entry.identifiers.arxiv:
        known["venue"] = "arXiv"
    return [name for name, value in known.items() if not value]
