"""What the pages of different things share: concepts, places on the survey page, publications, notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from aligngraph.curation.lacking import WORDS
from aligngraph.queries.lookup import family_of, full_rows, iris, is_one_of, names_of, rows, types_of, values
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.views.page import Block, Item

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

TO = " › "
"""What stands between the steps of a path."""
SKOS = PREFIXES["skos"]

_IDENTIFIERS = (
    ("arxivId", "arXiv:"),
    ("doi", "doi:"),
    ("aclAnthologyId", "ACL Anthology "),
    ("openReviewId", "OpenReview "),
    ("isbn", "ISBN "),
)

Values = dict[str, list[str]]


def values_of(backend: Backend, iri: str, names: Iterable[str]) -> Values:
    """Return the values of *iri* for the properties *names*, each list sorted, English or untagged text only.

    Text in other languages is kept where there is no other. Every name is in the result.
    """
    properties = list(names)
    found: Values = {name: [] for name in properties}
    foreign: Values = {name: [] for name in properties}
    for _, name, value, language in values(backend, [iri], properties):
        (found if language in (None, "en") else foreign)[name].append(value)
    return {name: sorted(found[name] or foreign[name]) for name in properties}


def ag(*names: str) -> list[str]:
    """Return the IRIs of the catalogue's own properties *names*."""
    return [AG + name for name in names]


def block(heading: str, items: Iterable[Item], *, runs: bool = False) -> list[Block]:
    """Return a block of *items*, or none where there are none."""
    kept = tuple(items)
    return [Block(heading, kept, runs)] if kept else []


def texts(heading: str, values: Iterable[str], *, runs: bool = False) -> list[Block]:
    """Return a block of plain *values*, or none where there are none."""
    return block(heading, map(Item, values), runs=runs)


def lacking_block(backend: Backend, iri: str) -> list[Block]:
    """Return what the record of *iri*, or of its publications and authorships, is known to lack, and since when."""
    about = iris([iri])
    select = f"""SELECT DISTINCT ?property ?since WHERE {{
      {{ VALUES ?record {{ {about} }} ?record ag:lacks ?property }}
      UNION {{ {about} ag:hasPublication ?record . ?record ag:lacks ?property }}
      UNION {{ {about} ag:hasAuthorship ?record . ?record ag:lacks ?property }}
      OPTIONAL {{ ?record ag:lacksSince ?since }} }} ORDER BY ?since"""
    found: dict[str, str] = {}
    for name, since in rows(backend, select):
        if name is not None:
            found.setdefault(name, f" (as of {since[:10]})" if since else "")
    return texts("Not known", [f"{word}{found[name]}" for name, word in WORDS.items() if name in found], runs=True)


def things(heading: str, names: Mapping[str, str]) -> list[Block]:
    """Return a block of the things in *names* (IRI to label), sorted by label, or none where there are none."""
    ordered = sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return block(heading, [Item(label, iri) for iri, label in ordered], runs=True)


def concept_blocks(backend: Backend, iri: str) -> list[Block]:
    """Return what *iri*, a work or artifact, is about: goals, approaches, methods, the narrowest with their paths."""
    select = f"""SELECT DISTINCT ?property ?concept ?broader WHERE {{
      VALUES ?property {{ ag:representsGoal ag:evaluatesGoal ag:addressesGoal ag:usesApproach ag:usesMethod }}
      {iris([iri])} ?property ?concept . OPTIONAL {{ ?concept skos:broader ?broader }} }}"""
    broader: dict[str, set[str]] = {}
    used: dict[str, set[str]] = {}
    for name, concept, wider in rows(backend, select):
        if name is None or concept is None:
            continue
        used.setdefault(name.removeprefix(AG), set()).add(concept)
        broader.setdefault(concept, set())
        if wider is not None:
            broader[concept].add(wider)
    used["addressesGoal"] = used.get("addressesGoal", set()) - used.get("representsGoal", set()).union(
        used.get("evaluatesGoal", set())
    )
    labels = names_of(backend, {*broader, *(wider for found in broader.values() for wider in found)})
    goals = [
        item
        for name, verb in (("representsGoal", "represents"), ("evaluatesGoal", "evaluates"), ("addressesGoal", ""))
        for item in _narrowest(used.get(name, set()), broader, labels, verb)
    ]
    blocks = block("Goals", goals)
    for heading, name in (("Approaches", "usesApproach"), ("Methods", "usesMethod")):
        blocks += block(heading, _narrowest(used.get(name, set()), broader, labels, ""))
    return blocks


_ROLES = {
    "placingRepresents": "represents {}",
    "placingEvaluates": "evaluates {}",
    "placingGoal": "addresses {}",
    "placingApproach": "by {}",
    "placingMethod": "with {}",
}


def placed_blocks(backend: Backend, iri: str) -> list[Block]:
    """Return what the catalogue itself says of the place of *iri* in the taxonomy, with evidence and confidence."""
    select = f"""SELECT DISTINCT ?placing ?property ?value ?broader WHERE {{
      ?placing ag:places {iris([iri])} ; a ag:CuratedPlacing ; ?property ?value
      {is_one_of("?property", iris(ag(*_ROLES, "evidence", "confidence")))}
      OPTIONAL {{ ?value skos:broader ?broader }} }} ORDER BY ?placing"""
    found: dict[str, dict[str, dict[str, set[str]]]] = {}
    for placing, name, value, wider in rows(backend, select):
        if placing is not None and name is not None and value is not None:
            said = found.setdefault(placing, {}).setdefault(name.removeprefix(AG), {})
            said.setdefault(value, set()).update([wider] if wider else [])
    labels = names_of(backend, {value for about in found.values() for name in _ROLES for value in about.get(name, {})})
    items = []
    for placing, about in found.items():
        shown = {name: set(about.get(name, {})) - set().union(*about.get(name, {}).values()) for name in _ROLES}
        if shown["placingRepresents"] or shown["placingEvaluates"]:
            shown["placingGoal"] = set()
        words = [text.format(labels[one]) for name, text in _ROLES.items() for one in sorted(shown[name])]
        sure = "".join(f"confidence {value}: " for value in about.get("confidence", {}))
        items.append(Item(" ".join(words), placing, (sure + "; ".join(about.get("evidence", {})),)))
    return block("Added by us", items)


def _narrowest(concepts: set[str], broader: dict[str, set[str]], labels: dict[str, str], verb: str) -> list[Item]:
    covered = {wider for concept in concepts for wider in broader[concept]}
    items = [
        Item(f"{verb} {path_of(concept, broader, labels)}".strip(), concept)
        for concept in concepts
        if concept not in covered
    ]
    return sorted(items, key=lambda item: item.text.casefold())


def path_of(concept: str, broader: Mapping[str, set[str]], labels: Mapping[str, str]) -> str:
    """Return the labels from the top down to *concept*."""
    path, step = [concept], concept
    while wider := sorted(broader.get(step, set()) - set(path)):
        step = wider[0]
        path.append(step)
    return TO.join(labels[one] for one in reversed(path) if one in labels)


_SURVEYS = "SELECT ?survey (MIN(?name) AS ?title) WHERE { ?survey a ag:Survey ; dcterms:title ?name } GROUP BY ?survey"


def section_paths(backend: Backend, sections: Iterable[str]) -> dict[str, str]:
    """Return the headings from the top of the page down to each of *sections*, brackets as printed.

    In a catalogue of several surveys each path begins with the title of its own.
    """
    select = f"""SELECT DISTINCT ?section ?above ?higher ?heading WHERE {{
      VALUES ?section {{ {iris(dict.fromkeys(sections))} }} ?section ag:parentSection* ?above .
      ?above ag:heading ?heading . OPTIONAL {{ ?above ag:parentSection ?higher }} }}"""
    parents: dict[str, set[str]] = {}
    labels: dict[str, str] = {}
    wanted: dict[str, None] = {}
    for section, above, higher, heading in rows(backend, select):
        if section is None or above is None or heading is None:
            continue
        wanted[section] = None
        labels[above] = heading
        parents.setdefault(above, set())
        if higher is not None:
            parents[above].add(higher)
    surveys = {survey: title for survey, title in rows(backend, _SURVEYS) if survey is not None}
    if len(surveys) > 1:
        tops = iris(above for above, higher in parents.items() if not higher)
        for top, survey in rows(
            backend, f"SELECT ?top ?survey WHERE {{ VALUES ?top {{ {tops} }} ?top ag:sectionOf ?survey }}"
        ):
            if survey is not None and (title := surveys.get(survey)) is not None:
                parents[str(top)].add(survey)
                labels[survey] = title
    return {section: path_of(section, parents, labels) for section in wanted}


def listed_blocks(backend: Backend, work: str) -> list[Block]:
    """Return where the survey page lists *work* and how, the links it gives there, and what is put right."""
    select = f"""SELECT DISTINCT ?listing ?section ?position ?title ?venue ?year WHERE {{
      ?listing ag:lists {iris([work])} ; ag:inSection ?section ; ag:position ?position .
      OPTIONAL {{ ?listing ag:titleAsPrinted ?title }} OPTIONAL {{ ?listing ag:venueAsPrinted ?venue }}
      OPTIONAL {{ ?listing ag:yearAsPrinted ?year }} }} ORDER BY ?listing"""
    found = rows(backend, select)
    paths = section_paths(backend, [str(row[1]) for row in found])
    items = []
    for listing, section, position, _, venue, year in found:
        printed = " ".join(part for part in (venue, year) if part)
        text = f"{paths.get(str(section), '')}, no.\u00a0{position}"
        items.append(Item(text, listing, (f"printed: {printed}",) if printed else ()))
    links = link_blocks(backend, f"?listing ag:lists {iris([work])} .")
    return block("Listed", items) + links + correction_blocks(backend, work)


def link_blocks(backend: Backend, pattern: str) -> list[Block]:
    """Return the links of the listings that *pattern*, in SPARQL, binds to ``?listing``; each target once."""
    select = f"""SELECT DISTINCT ?label ?target WHERE {{
      {pattern} ?listing ag:hasLink ?link . ?link ag:target ?target ; ag:linkLabel ?label ; ag:linkOrder ?order }}
      ORDER BY ?listing ?order"""
    links: dict[str, list[str]] = {}
    for label, target in rows(backend, select):
        if label is not None and target is not None and label not in links.setdefault(target, []):
            links[target].append(label)
    return block("Links", (Item(f"{', '.join(labels)}: {target}", target) for target, labels in links.items()))


def correction_blocks(backend: Backend, work: str | None, listing: str | None = None) -> list[Block]:
    """Return what the survey page got wrong about *work*, or in *listing*, and what is right."""
    where = f"?listing ag:lists {iris([work])} ." if work else f"VALUES ?listing {{ {iris([listing or ''])} }}"
    select = f"""SELECT DISTINCT ?correction ?field ?printed ?correct ?comment WHERE {{
      {where} ?correction ag:corrects ?listing ; ag:field ?field .
      OPTIONAL {{ ?correction ag:valueAsPrinted ?printed }} OPTIONAL {{ ?correction ag:correctedValue ?correct }}
      OPTIONAL {{ ?correction rdfs:comment ?comment }} }} ORDER BY ?correction"""
    merged: dict[tuple[str, tuple[str, ...]], str] = {}
    for correction, field, printed, correct, comment in rows(backend, select):
        text = f"{field}: printed “{printed}”" if printed else f"{field}"
        text += f", should be “{correct}”" if correct else ""
        merged.setdefault((text, (comment,) if comment else ()), str(correction))
    return block("Corrections", (Item(text, correction, notes) for (text, notes), correction in merged.items()))


def publication_items(backend: Backend, publications: Iterable[str]) -> list[Item]:
    """Return what there is to say of *publications*, the oldest first: venue, year, kind; then identifiers."""
    properties = ag("publicationYear", "track", "volume", "issue", "pages", "venue", *(n for n, _ in _IDENTIFIERS))
    properties.append(PREFIXES["dcterms"] + "title")
    found: dict[str, dict[str, list[str]]] = {thing: {} for thing in publications}
    select = f"""SELECT DISTINCT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {iris(found)} }}
      ?thing ?property ?value {is_one_of("?property", iris(properties))} }}"""
    for thing, name, value in full_rows(backend, select):
        found[thing].setdefault(name.replace("#", "/").rpartition("/")[2], []).append(value)
    kinds = types_of(backend, found)
    venues = venue_names(backend, [venue for about in found.values() for venue in about.get("venue", [])])
    items = []
    for thing, about in found.items():
        items.append(_publication(thing, about, family_of(kinds.get(thing, []))[1], venues))
    return [item for _, item in sorted(items, key=lambda pair: (pair[0], pair[1].text, str(pair[1].iri)))]


def _publication(
    thing: str, about: Mapping[str, list[str]], kind: str, venues: Mapping[str, str]
) -> tuple[tuple[str, bool], Item]:
    year = min(about.get("publicationYear", [""]))
    where = ", ".join(sorted(venues[venue] for venue in about.get("venue", [])))
    text = " ".join(part for part in (where, year) if part)
    text = f"{text}, {kind}" if text else kind
    place = [
        f"{word}{', '.join(sorted(about[name]))}"
        for name, word in (("track", ""), ("volume", "volume "), ("issue", "issue "), ("pages", "pages "))
        if name in about
    ]
    identifiers = [f"{word}{value}" for name, word in _IDENTIFIERS for value in sorted(about.get(name, []))]
    notes = [f"“{title}”" for title in sorted(about.get("title", []))]
    notes += [", ".join(place)] if place else []
    notes += [" · ".join(identifiers)] if identifiers else []
    return (year, kind != "preprint"), Item(text, thing, tuple(notes))


def venue_names(backend: Backend, venues: Sequence[str]) -> dict[str, str]:
    """Return what each venue is called for short: its acronym, else its label."""
    names = names_of(backend, venues)
    if venues:
        select = f"SELECT ?venue ?acronym WHERE {{ VALUES ?venue {{ {iris(dict.fromkeys(venues))} }} "
        for venue, acronym in rows(backend, select + "?venue ag:acronym ?acronym } ORDER BY DESC(?acronym)"):
            if venue is not None and acronym is not None:
                names[venue] = acronym
    return names


def work_items(backend: Backend, pattern: str) -> list[Item]:
    """Return the works that *pattern*, in SPARQL, binds to ``?work``: the newest first, year and title."""
    return items_of_works(backend, [work for (work,) in full_rows(backend, f"SELECT DISTINCT ?work {{ {pattern} }}")])


def items_of_works(backend: Backend, works: Iterable[str]) -> list[Item]:
    """Return *works*, the newest first: year and title."""
    titles = names_of(backend, works)
    years = dict.fromkeys(titles, "")
    for start in range(0, len(titles), 500):
        part = iris(list(titles)[start : start + 500])
        select = f"SELECT ?work ?year WHERE {{ VALUES ?work {{ {part} }} ?work ag:firstPublicYear ?year }}"
        for work, year in full_rows(backend, select):
            years[work] = max(years[work], year)
    ordered = sorted(years, key=lambda work: (titles[work].casefold(), work))
    ordered.sort(key=lambda work: years[work], reverse=True)
    return [Item(f"{years[work]}  {titles[work]}".strip(), work, named=True) for work in ordered]
