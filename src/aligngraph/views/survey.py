"""Pages about the parts of the survey page, the terms of the ontology, and all that has no page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aligngraph.queries.lookup import curie, in_words, iris, is_true, local_name, names_of, rows
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.text.plurals import count_of
from aligngraph.views.page import Block, Item, Page
from aligngraph.views.parts import (
    SKOS,
    ag,
    block,
    correction_blocks,
    link_blocks,
    section_paths,
    texts,
    things,
    values_of,
    work_items,
)

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_RDF_TYPE = PREFIXES["rdf"] + "type"
_RDFS = PREFIXES["rdfs"]
_OWL = PREFIXES["owl"]


def survey_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the survey *iri*: its sections, and how much it lists."""
    names = ("title", "description", "source", "modified", "license")
    title, description, source, modified, licence = (PREFIXES["dcterms"] + name for name in names)
    about = values_of(backend, iri, [title, description, source, modified, licence])
    blocks = texts("About", about[description])
    state = tuple(f"of {moment[:10]}" for moment in about[modified])
    blocks += block("Read from", (Item(address, address, state) for address in about[source]))
    blocks += block("Licence", (Item(address, address) for address in about[licence]))
    tops = rows(
        backend,
        f"""SELECT DISTINCT ?section ?heading WHERE {{ ?section ag:sectionOf {iris([iri])} ; ag:heading ?heading
          OPTIONAL {{ ?section ag:order ?order }} FILTER NOT EXISTS {{ ?section ag:parentSection ?above }} }}
          ORDER BY ?order ?section""",
    )
    blocks += block("Sections", (Item(str(heading), section, named=True) for section, heading in tops))
    counts = rows(
        backend,
        f"""SELECT (COUNT(DISTINCT ?section) AS ?sections) (COUNT(DISTINCT ?listing) AS ?listings)
          (COUNT(DISTINCT ?work) AS ?works) WHERE {{ ?section ag:sectionOf {iris([iri])} .
          ?listing ag:inSection ?section ; ag:lists ?work }}""",
    )
    numbers = [int(number or 0) for number in counts[0]]
    nouns = (count_of(number, noun) for number, noun in zip(numbers, ("list", "listing", "work"), strict=True))
    return Page(iri, kind, min(about[title], default=""), tuple(nouns), tuple(blocks))


def section_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the section *iri* of the survey page."""
    meanings = ("sectionRepresents", "sectionEvaluates", "sectionApproach", "sectionMethod")
    about = values_of(backend, iri, ag("heading", "recovered", *meanings))
    path = section_paths(backend, [iri]).get(iri, "")
    blocks = texts("Path", [path] if path else [])
    concepts = names_of(backend, [concept for name in ag(*meanings) for concept in about[name]])
    said = [
        Item(f"{verb} {concepts[concept]}", concept)
        for name, verb in zip(ag(*meanings), ("represents", "evaluates", "approach:", "method:"), strict=True)
        for concept in about[name]
    ]
    blocks += block("Means", said)
    below = rows(
        backend,
        f"SELECT ?section ?heading WHERE {{ ?section ag:parentSection {iris([iri])} ; ag:heading ?heading "
        ". OPTIONAL { ?section ag:order ?order } } ORDER BY ?order ?section",
    )
    blocks += block("Sub-sections", (Item(str(heading), section, named=True) for section, heading in below))
    entries = rows(
        backend,
        f"""SELECT DISTINCT ?listing ?position ?title ?venue ?year WHERE {{ ?listing ag:inSection {iris([iri])} ;
          ag:position ?position ; ag:titleAsPrinted ?title . OPTIONAL {{ ?listing ag:venueAsPrinted ?venue }}
          OPTIONAL {{ ?listing ag:yearAsPrinted ?year }} }} ORDER BY ?position ?listing""",
    )
    blocks += block(
        "Entries",
        (
            Item(
                ". ".join(part for part in (position, title, " ".join(p for p in (venue, year) if p)) if part), listing
            )
            for listing, position, title, venue, year in entries
        ),
    )
    facts = (
        ("heading recovered, not on the page as it stands",)
        if list(map(is_true, about[AG + "recovered"])) == [True]
        else ()
    )
    return Page(iri, kind, min(about[AG + "heading"], default=""), facts, tuple(blocks))


def listing_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the listing *iri*: what the survey page prints, and the work it means."""
    names = ag("titleAsPrinted", "authorsAsPrinted", "venueAsPrinted", "yearAsPrinted", "inSection", "position")
    title, authors, venue, year, section, position = names
    about = values_of(backend, iri, names)
    blocks = []
    for heading, name in (("Authors", authors), ("Venue", venue), ("Year", year)):
        blocks += texts(heading, about[name])
    paths = section_paths(backend, about[section])
    number = f", no.\u00a0{about[position][0]}" if about[position] else ""
    blocks += texts("Stands in", [path + number for path in sorted(paths.values())])
    works = work_items(backend, f"{iris([iri])} ag:lists ?work .")
    blocks += block("Work", works)
    blocks += link_blocks(backend, f"VALUES ?listing {{ {iris([iri])} }}")
    blocks += correction_blocks(backend, None, iri)
    return Page(iri, kind, min(about[title], default=""), ("as printed",), tuple(blocks))


def term_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the class or property *iri*."""
    names = {
        "Means": SKOS + "definition", "Comment": _RDFS + "comment", "Note": SKOS + "scopeNote",
        "Example": SKOS + "example",
    }  # fmt: skip
    links = {
        "Kind of": _RDFS + "subClassOf", "Refines": _RDFS + "subPropertyOf", "From": _RDFS + "domain",
        "To": _RDFS + "range", "Inverse": _OWL + "inverseOf",
        "See": _RDFS + "seeAlso", "Defined by": _RDFS + "isDefinedBy",
    }  # fmt: skip
    label = _RDFS + "label"
    about = values_of(backend, iri, [label, *names.values(), *links.values()])
    blocks = [block for heading, name in names.items() for block in texts(heading, about[name])]
    for heading, name in links.items():
        others = {value: curie(value) for value in about[name] if value not in (iri, _OWL + "Thing")}
        blocks += things(heading, others)
    select = f"SELECT DISTINCT ?term WHERE {{ ?term rdfs:subClassOf|rdfs:subPropertyOf {iris([iri])} }}"
    below = {str(term): curie(str(term)) for (term,) in rows(backend, select) if term != iri}
    blocks += things("Narrower", below)
    return Page(iri, kind, min(about[label], default=""), (), tuple(blocks))


def thing_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about *iri*, of whatever kind: each property with its values, and what points to it."""
    select = f"SELECT DISTINCT ?property ?value (isIRI(?value) AS ?is) WHERE {{ {iris([iri])} ?property ?value }}"
    found: dict[str, list[tuple[str, bool]]] = {}
    for name, value, is_iri in rows(backend, select):
        if name is not None and value is not None and name != _RDF_TYPE:
            found.setdefault(name, []).append((value, is_true(is_iri)))
    values = {value for pairs in found.values() for value, is_iri in pairs if is_iri}
    labels = names_of(backend, values | set(found))
    blocks = []
    for name in sorted(found, key=lambda one: (not one.startswith(PREFIXES["dcterms"]), labels[one], one)):
        items = [
            Item(labels[value] if is_iri else value, value if is_iri else None, named=labels.get(value) != curie(value))
            for value, is_iri in sorted(found[name])
        ]
        heading = in_words(local_name(name)) if labels[name] == curie(name) else labels[name]
        blocks.append(Block(heading, tuple(items)))
    return Page(iri, kind, "", (), tuple(blocks))
