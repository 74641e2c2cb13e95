"""The survey page, printed again from the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.export.graph import Graph, ag, graph_of, object_key

if TYPE_CHECKING:
    from aligngraph.turtle.terms import Object

_DEEPEST = 6


def markdown(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield each survey as a page: its headings, and its entries with their links, in the order of the page.

    What was printed is given as printed, not escaped. A heading that the page has lost is marked.
    """
    graph = graph_of(quads)
    for number, survey in enumerate(graph.instances(ag("Survey"))):
        yield f"{'' if number == 0 else chr(10)}# {graph.label(survey) or survey.value}\n"
        sections = graph.subjects(ag("sectionOf"), survey)
        roots = [section for section in sections if not graph.objects(section, ag("parentSection"))]
        for section in _in_order(graph, roots, "order"):
            yield from _section(graph, section, 2, frozenset())


def _in_order(graph: Graph, things: Iterable[Object], place: str) -> list[Object]:
    def key(thing: Object) -> tuple[bool, int, object]:
        number = graph.number(thing, ag(place))
        return number is None, number or 0, object_key(thing)

    return sorted(things, key=key)


def _section(graph: Graph, section: Object, depth: int, above: frozenset[Object]) -> Iterator[str]:
    recovered = graph.text(section, ag("recovered")) in ("true", "1")
    mark = " *(heading recovered)*" if recovered else ""
    yield f"\n{'#' * min(depth, _DEEPEST)} {graph.label(section)}{mark}\n"
    listings = _in_order(graph, graph.subjects(ag("inSection"), section), "position")
    if listings:
        yield "\n"
    for listing in listings:
        yield _entry(graph, listing)
    above |= {section}
    below = [child for child in graph.subjects(ag("parentSection"), section) if child not in above]
    for child in _in_order(graph, below, "order"):
        yield from _section(graph, child, depth + 1, above)


def _entry(graph: Graph, listing: Object) -> str:
    links = "".join(_link(graph, link) for link in _in_order(graph, graph.objects(listing, ag("hasLink")), "linkOrder"))
    number = graph.number(listing, ag("position"))
    text = " ".join((graph.text(listing, ag("entryAsPrinted")) or _parts(graph, listing)).split())
    return f"  {'-' if number is None else f'{number}.'} {text}{' ' if links else ''}{links}\n"


def _parts(graph: Graph, listing: Object) -> str:
    place = " ".join(filter(None, (graph.text(listing, ag(f"{part}AsPrinted")) for part in ("venue", "year"))))
    parts = [graph.text(listing, ag("titleAsPrinted")), graph.text(listing, ag("authorsAsPrinted")), place]
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def _link(graph: Graph, link: Object) -> str:
    label = graph.text(link, ag("linkLabel"))
    targets = [term for term in graph.objects(link, ag("target")) if isinstance(term, ox.NamedNode)]
    # Round brackets end a link's target in Markdown.
    address = targets[0].value.replace("(", "%28").replace(")", "%29") if targets else ""
    return f"[{label}]({address})" if address else f"[{label}]"
