"""A difference between two versions for who reviews it: how many works are new, gained what, changed what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from aligngraph.catalogue.diff import Diff, FieldChange, ThingChange
from aligngraph.rdf.namespaces import BASE, shorten
from aligngraph.text.plurals import count_of

MOST = 200
"""Things of one kind and change that are listed."""
_KINDS = {
    "work": ("work", "works"),
    "person": ("person", "people"),
    "organization": ("organisation", "organisations"),
    "venue": ("venue", "venues"),
    "artifact": ("artifact", "artifacts"),
    "survey": ("survey", "surveys"),
    "section": ("section", "sections"),
    "listing": ("listing", "listings"),
    "correction": ("correction", "corrections"),
    "placing": ("placing", "placings"),
    "mapping": ("link to another vocabulary", "links to other vocabularies"),
    "goal": ("goal", "goals"),
    "approach": ("approach", "approaches"),
    "method": ("method", "methods"),
    "": ("other thing", "other things"),
}
"""The kinds of things in the order of a review, by the folder in their IRI."""
_FACTS = {
    "ag:hasAuthorship": "authors",
    "ag:person": "authors",
    "ag:organization": "authors",
    "ag:nameAsPrinted": "authors",
    "ag:ordinal": "authors",
    "ag:etAl": "authors",
    "ag:hasPublication": "publications",
    "ag:venue": "venue",
    "ag:venueAsPrinted": "venue",
    "ag:firstPublicYear": "year",
    "ag:publicationYear": "year",
    "ag:yearAsPrinted": "year",
    "ag:firstPublicMonth": "month",
    "dcterms:title": "title",
    "ag:titleAsPrinted": "title",
    "ag:volume": "volume and pages",
    "ag:issue": "volume and pages",
    "ag:pages": "volume and pages",
    "ag:doi": "identifiers",
    "ag:arxivId": "identifiers",
    "ag:aclAnthologyId": "identifiers",
    "ag:openReviewId": "identifiers",
    "ag:dblpKey": "identifiers",
    "ag:isbn": "identifiers",
    "schema:sameAs": "links to other records",
    "ag:hasLink": "links",
    "ag:target": "links",
    "rdfs:label": "name",
    "skos:prefLabel": "name",
    "skos:altLabel": "other names",
    "skos:hiddenLabel": "other names",
    "dcterms:license": "licence",
    "dcterms:language": "language",
    "ag:inSection": "place",
    "ag:position": "place",
    "ag:evidence": "source",
    "ag:confidence": "source",
    "skos:editorialNote": "notes",
}
"""What a property is to people."""
_OTHER = "other facts"
_SHOWN = ("year", "month", "title", "venue", "name", "licence", "language", "place")
"""Facts of which a review shows the values, where one came in place of another."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def summary(diff: Diff) -> str:
    """Return the difference in one line, such as "12 new works, 3 gained authors, 1 changed year; 30 new people"."""
    kinds = []
    for kind, (one, many) in _KINDS.items():
        things = [thing for thing in diff.things if _kind(thing) == kind]
        counts = Counter(thing.how for thing in things)
        parts = [
            f"{counts[how]:,} {word} {one if counts[how] == 1 else many}"
            for how, word in (("added", "new"), ("removed", "removed"))
            if counts[how]
        ]
        facts: Counter[str] = Counter()
        for thing in things:
            if thing.how == "changed":
                facts.update(f"{how} {fact}" for fact, how in _facts(thing).items())
        for fact, count in sorted(facts.items(), key=lambda item: (-item[1], item[0])):
            # The first of a kind names it.
            parts.append(f"{count:,} {fact}" if parts else f"{count_of(count, one, many)} {fact}")
        if parts:
            kinds.append(", ".join(parts))
    return "; ".join(kinds) or "no difference"


def write_markdown(diff: Diff) -> Iterator[str]:
    """Yield *diff* as Markdown for a pull request: the summary, then each kind of thing, new, changed and removed."""
    yield f"**{summary(diff)}**\n"
    for kind, (_, many) in _KINDS.items():
        for how, word in (("added", "New"), ("changed", "Changed"), ("removed", "Removed")):
            things = [thing for thing in diff.things if _kind(thing) == kind and thing.how == how]
            if not things:
                continue
            yield f"\n### {word} {many} ({len(things):,})\n\n"
            for thing in things[:MOST]:
                yield f"- {_line(thing)}\n"
            if len(things) > MOST:
                yield f"- … and {len(things) - MOST:,} more; `aligngraph diff --format text` has all\n"


def write_html(diff: Diff) -> Iterator[str]:
    """Yield *diff* as a page of its own that says what the Markdown says."""
    from markdown_it import MarkdownIt

    yield (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Changes of a catalogue</title>\n'
        "<style>body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; "
        "color-scheme: light dark }</style>\n"
    )
    yield MarkdownIt("commonmark", {"html": False}).render("".join(write_markdown(diff)))


def _kind(thing: ThingChange) -> str:
    kind = thing.iri.removeprefix(BASE).partition("/")[0] if thing.iri.startswith(BASE) else ""
    return kind if kind in _KINDS else ""


def _line(thing: ThingChange) -> str:
    name = _escaped(thing.label) if thing.label else ""
    year = next(
        (_plain(value) for one in thing.fields if one.predicate == "ag:firstPublicYear" for value in one.added), ""
    )
    said = f"{name} ({year})" if name and year and thing.how == "added" else name
    line = f"{said} `{shorten(thing.iri)}`".strip()
    if thing.how != "changed":
        return line
    facts = []
    for fact, how in _facts(thing).items():
        values = _values(thing, fact) if fact in _SHOWN else None
        facts.append(f"{fact} {values}" if values else f"{how} {fact}")
    return f"{line}: {'; '.join(facts)}"


def _facts(thing: ThingChange) -> dict[str, str]:
    """Return the facts of a changed thing, each "gained", "lost" or "changed"."""
    new = {value for one in thing.fields if one.predicate in ("ag:hasPublication", "ag:hasLink") for value in one.added}
    gone = {
        value for one in thing.fields if one.predicate in ("ag:hasPublication", "ag:hasLink") for value in one.removed
    }
    sides: dict[str, set[str]] = {}
    for one in thing.fields:
        # What belongs to a part that came or went as a whole is that part's.
        if one.subject in new | gone:
            continue
        fact = "authors" if one.subject.startswith("authorship:") else _FACTS.get(one.predicate, _OTHER)
        side = sides.setdefault(fact, set())
        side |= {"gained"} if one.added else set()
        side |= {"lost"} if one.removed else set()
    order = [*dict.fromkeys(_FACTS.values()), _OTHER]
    return {
        fact: next(iter(sides[fact])) if len(sides[fact]) == 1 else "changed" for fact in sorted(sides, key=order.index)
    }


def _values(thing: ThingChange, fact: str) -> str | None:
    """Return "old → new" where one value came in place of another."""
    fields: list[FieldChange] = [
        one for one in thing.fields if _FACTS.get(one.predicate) == fact and one.removed and one.added
    ]
    if len(fields) != 1 or len(fields[0].removed) != 1 or len(fields[0].added) != 1:
        return None
    return f"{_escaped(_plain(fields[0].removed[0]))} → {_escaped(_plain(fields[0].added[0]))}"


def _plain(value: str) -> str:
    """Return a value as it is printed, without quotes and language."""
    found = re.fullmatch(r'"(.*)"(@[\w-]+|\^\^\S+)?', value, re.DOTALL)
    return found[1].replace('\\"', '"').replace("\\\\", "\\") if found else value


def _escaped(text: str) -> str:
    """Return *text* as Markdown prints it, on one line, with nothing in it that marks up or embeds."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
