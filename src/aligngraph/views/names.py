"""Pages about people, organisations, venues and concepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aligngraph.queries.lookup import iris, local_name, names_of, rows
from aligngraph.rdf.namespaces import BASE, PREFIXES
from aligngraph.text.plurals import count_of
from aligngraph.views.counts import count_contributions
from aligngraph.views.page import Block, Item, Page
from aligngraph.views.parts import SKOS, TO, ag, block, items_of_works, path_of, texts, things, values_of, work_items

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_LABEL = PREFIXES["rdfs"] + "label"
_SAME = PREFIXES["schema"] + "sameAs"
_ALIAS = SKOS + "altLabel"
_NOTE = SKOS + "editorialNote"
_MOST_OFTEN = 5


_SIGNS = "ag:hasAuthorship/(ag:person|ag:organization)"


def author_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the person or organisation *iri*: works, and with whom."""
    orcid, homepage = own = ag("orcid", "homepage")
    about = values_of(backend, iri, [_LABEL, _ALIAS, _NOTE, _SAME, *own])
    works = work_items(backend, f"?work {_SIGNS} {iris([iri])} .")
    blocks = texts("Also", about[_ALIAS], runs=True) + texts("ORCID", about[orcid])
    blocks += block("Links", (Item(f"Home page: {page}", page) for page in about[homepage]))
    blocks += block("Works", works)
    select = f"""SELECT ?other (COUNT(DISTINCT ?work) AS ?works) WHERE {{
      ?work {_SIGNS} {iris([iri])} ; {_SIGNS} ?other
      FILTER(?other != {iris([iri])}) }} GROUP BY ?other"""
    together = {str(other): int(number or 0) for other, number in rows(backend, select) if other is not None}
    if together:
        often = sorted(together, key=lambda other: (-together[other], other))[:_MOST_OFTEN]
        labels = names_of(backend, often)
        notes = tuple(f"{labels[other]}, {count_of(together[other], 'work')}" for other in often if together[other] > 1)
        blocks.append(
            Block("Co-authors", (Item(f"{len(together):,}" + (", most often with" if notes else ""), None, notes),))
        )
    blocks += block("Records", (Item(link, link) for link in about[_SAME]))
    blocks += texts("Notes", about[_NOTE])
    return Page(iri, kind, min(about[_LABEL], default=""), (count_of(len(works), "work"),), tuple(blocks))


def venue_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the venue *iri*: its names and the works that appeared there."""
    (acronym,) = own = ag("acronym")
    about = values_of(backend, iri, [_LABEL, _ALIAS, _NOTE, _SAME, *own])
    works = work_items(backend, f"?work ag:hasPublication/ag:venue {iris([iri])} .")
    blocks = texts("Also", [*about[acronym], *about[_ALIAS]], runs=True)
    blocks += block("Works", works)
    blocks += block("Records", (Item(link, link) for link in about[_SAME]))
    blocks += texts("Notes", about[_NOTE])
    return Page(iri, kind, min(about[_LABEL], default=""), (count_of(len(works), "work"),), tuple(blocks))


def concept_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the concept *iri*: what it means, what is near it, and how many works are about it."""
    names = [SKOS + name for name in ("prefLabel", "altLabel", "notation", "definition", "scopeNote", "example")]
    label, alias, notation, definition, scope, example = names
    about = values_of(backend, iri, names)
    blocks = texts("Means", about[definition]) + texts("Note", about[scope]) + texts("Example", about[example])
    blocks += texts("Also called", about[alias], runs=True)
    blocks += _near(backend, iri)
    counts = _counts(backend, iri)
    if counts and iri == f"{BASE}{kind}/{local_name(iri)}":
        counts.append(f"'aligngraph query works-by-{kind} -p {kind}={local_name(iri)}' lists them")
    blocks += texts("Works", counts)
    blocks += block("Newest", _newest(backend, iri))
    return Page(iri, kind, min(about[label], default=""), tuple(about[notation]), tuple(blocks))


_ABOUT_IN_WORDS = {
    "placingRepresents": "represent it",
    "placingEvaluates": "evaluate it",
    "placingApproach": "use it",
    "placingMethod": "use it",
}
_ABOUT = ("ag:representsGoal", "ag:evaluatesGoal", "ag:usesApproach", "ag:usesMethod")


def _newest(backend: Backend, iri: str) -> list[Item]:
    select = f"""SELECT DISTINCT ?work ?year WHERE {{
      ?work {"|".join(_ABOUT)} {iris([iri])} . FILTER NOT EXISTS {{ ?work ag:introducedBy|ag:describedBy ?from }}
      OPTIONAL {{ ?work ag:firstPublicYear ?year }} }} ORDER BY DESC(?year) ?work LIMIT {_MOST_OFTEN}"""
    works = [str(work) for work, _ in rows(backend, select)]
    return items_of_works(backend, works)


def _counts(backend: Backend, iri: str) -> list[str]:
    found = count_contributions(backend, iri)
    lines = []
    for name, verb in _ABOUT_IN_WORDS.items():
        count = found.get((name, iri))
        if count is not None:
            added = f", and {count.added:,} more that the catalogue adds," if count.added else ""
            artifacts = f"; {count_of(count.artifacts, 'artifact')}" if count.artifacts else ""
            lines.append(f"{count_of(count.listed, 'listed work')}{added} {verb}{artifacts}")
    return lines


def _near(backend: Backend, iri: str) -> list[Block]:
    node = iris([iri])
    select = f"""SELECT DISTINCT ?how ?concept ?broader WHERE {{
      {{ {node} skos:broader+ ?concept BIND("above" AS ?how) }}
      UNION {{ ?concept skos:broader {node} BIND("below" AS ?how) }}
      UNION {{ {node} skos:narrower ?concept BIND("below" AS ?how) }}
      UNION {{ {node} skos:related ?concept BIND("related" AS ?how) }}
      UNION {{ {node} skos:broader ?broader . BIND({node} AS ?concept) BIND("above" AS ?how) }}
      UNION {{ {node} skos:broader+ ?concept . ?concept skos:broader ?broader BIND("above" AS ?how) }} }}"""
    found: dict[str, set[str]] = {"above": set(), "below": set(), "related": set()}
    broader: dict[str, set[str]] = {}
    for how, concept, wider in rows(backend, select):
        if how is None or concept is None:
            continue
        found[how].add(concept)
        if wider is not None:
            broader.setdefault(concept, set()).add(wider)
    labels = names_of(backend, [concept for group in found.values() for concept in group])
    above = path_of(iri, broader, labels).rpartition(TO)[0] if found["above"] else ""
    return (
        texts("Broader", [above] if above else [])
        + things("Narrower", {one: labels[one] for one in found["below"]})
        + things("Related", {one: labels[one] for one in found["related"]})
    )
