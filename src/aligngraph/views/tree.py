"""The taxonomy as a tree, each concept with the number of works about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aligngraph.errors import NothingFoundError
from aligngraph.queries.lookup import curie, iris, names_of, rows, types_of
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import Terminal, pad, width_of, wrap
from aligngraph.views.counts import Count, count_contributions

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_COLUMNS = {
    "Goal": (("represent", "placingRepresents"), ("evaluate", "placingEvaluates")),
    "Approach": (("works", "placingApproach"),),
    "Method": (("works", "placingMethod"),),
}
_SCHEME_ORDER = ("goal", "approach", "method")
_GAP = 2
_FEW = 3


@dataclass(frozen=True)
class Node:
    """A concept, or a scheme of concepts, with what is below it."""

    iri: str
    label: str
    notation: str | None
    counts: tuple[tuple[str, int], ...]
    """How many works pages list there, by the heading of the column; none for a scheme."""
    children: tuple[Node, ...]
    cycle: tuple[tuple[str, str], ...] = ()
    """The IRI and label of each concept that is both above and below this one: there the tree is cut."""
    added: tuple[tuple[str, int], ...] = ()
    """How many further works the catalogue places there itself, by the heading of the column."""

    def as_data(self) -> dict[str, object]:
        """Return the tree from here in the terms of JSON."""
        data: dict[str, object] = {"iri": self.iri, "curie": curie(self.iri), "label": self.label}
        if self.notation is not None:
            data["notation"] = self.notation
        if self.counts:
            data["works"] = dict(self.counts)
            data["added"] = dict(self.added)
        if self.cycle:
            data["cycle"] = [iri for iri, _ in self.cycle]
        data["narrower"] = [child.as_data() for child in self.children]
        return data


def read_tree(backend: Backend, concept: str | None = None, tell: Callable[[str], None] = lambda _: None) -> list[Node]:
    """Return the tree below *concept* (IRI, CURIE, notation or label), or one tree for each scheme where it is None.

    Works are counted once each, those that pages list and those that the catalogue adds apart; artifacts are not.
    Where there are goals, approaches and methods, the schemes of others beside them are left out, and *tell* is called
    with them. Raise NothingFoundError, with the nearest names, where there is no such concept, or several.
    """
    concepts = _Concepts(backend)
    if concept is not None:
        iri = _find_concept(backend, concept)
        if iri in concepts.schemes:
            return [concepts.scheme(iri)]
        return [concepts.node(iri, frozenset())]
    if not concepts.schemes:
        raise NothingFoundError("this catalogue has no concept schemes, so there is no tree to show.")
    ours = {iri for iri, inside in concepts.schemes.items() if inside & concepts.kinds.keys()}
    others = sorted(concepts.schemes.keys() - ours) if ours else []
    if others:
        names = ", ".join(f"<{iri}>" for iri in others[:_FEW]) + (", …" if len(others) > _FEW else "")
        tell(
            f"Not shown: {count_of(len(others), 'concept scheme')} with no goal, approach or method ({names}); "
            "'aligngraph tree IRI' shows one."
        )
    return [concepts.scheme(iri) for iri in sorted(ours or concepts.schemes, key=_scheme_order)]


def _scheme_order(iri: str) -> tuple[int, str]:
    name = iri.rstrip("/#").rpartition("/")[2]
    return _SCHEME_ORDER.index(name) if name in _SCHEME_ORDER else len(_SCHEME_ORDER), iri


def _find_concept(backend: Backend, words: str) -> str:
    from aligngraph.queries.search import find
    from aligngraph.text.suggestions import nearest

    if words in _SCHEME_ORDER or words.removesuffix("s") in _SCHEME_ORDER:
        found = [f"{PREFIXES[words.removesuffix('s')].rstrip('/')}"]
        if types_of(backend, found):
            return found[0]
    candidates = find(backend, words)
    kept = [one for one in candidates if one.family == "concept" or one.kind == "concept scheme"]
    if candidates and not kept:
        kept = find(backend, words, lambda found: [iri for (iri,) in rows(backend, _concepts_among(found)) if iri])
    if len(kept) == 1:
        return kept[0].iri
    if kept:
        choices = ", ".join(f"{one.curie} ({one.label})" for one in kept)
        raise NothingFoundError(f"{words!r} may mean several concepts: {choices}. Name one by its short name.")
    if candidates:
        other = candidates[0]
        raise NothingFoundError(f"{words!r} is not a concept but a {other.kind}: try 'aligngraph show {other.curie}'.")
    select = (
        f"SELECT DISTINCT ?name WHERE {{ {_IS_CONCEPT} ?concept skos:prefLabel|skos:altLabel|skos:hiddenLabel ?name }}"
    )
    names = ((str(name).casefold(), str(name).casefold()) for (name,) in rows(backend, select))
    near = [repr(name) for name in nearest(words.casefold()[:100], names)]
    hint = f"did you mean {' or '.join(near)}?" if near else "'aligngraph tree' shows them all."
    raise NothingFoundError(f"no concept is called {words!r}: {hint}")


_IS_CONCEPT = "?concept skos:inScheme ?scheme ."


def _concepts_among(found: Iterable[str]) -> str:
    return f"SELECT DISTINCT ?concept WHERE {{ VALUES ?concept {{ {iris(found)} }} {_IS_CONCEPT} }}"


class _Concepts:
    """All concepts, as three queries tell of them."""

    def __init__(self, backend: Backend) -> None:
        self.broader: dict[str, set[str]] = {}
        self.narrower: dict[str, set[str]] = {}
        self.schemes: dict[str, set[str]] = {}
        self.notations: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        select = f"""SELECT DISTINCT ?concept ?scheme ?broader ?notation ?kind WHERE {{ {_IS_CONCEPT}
          OPTIONAL {{ {{ ?concept skos:broader ?broader }} UNION {{ ?broader skos:narrower ?concept }} }}
          OPTIONAL {{ ?concept skos:notation ?notation }}
          OPTIONAL {{ VALUES ?kind {{ ag:Goal ag:Approach ag:Method }} ?concept a ?kind }} }}"""
        for concept, scheme, broader, notation, kind in rows(backend, select):
            if concept is None or scheme is None:
                continue
            self.schemes.setdefault(scheme, set()).add(concept)
            self.narrower.setdefault(concept, set())
            if broader is not None:
                self.broader.setdefault(concept, set()).add(broader)
                self.narrower.setdefault(broader, set()).add(concept)
            if notation is not None:
                self.notations[concept] = min(notation, self.notations.get(concept, notation))
            if kind is not None:
                self.kinds[concept] = kind.removeprefix(AG)
        self.labels = names_of(backend, [*self.schemes, *self.narrower])
        self.counts = count_contributions(backend)

    def scheme(self, iri: str) -> Node:
        """Return the tree of the scheme *iri*."""
        inside = self.schemes[iri]
        tops = [concept for concept in inside if not self.broader.get(concept, set()) & inside]
        left = inside - self._reached(tops, self.narrower)
        while left:
            # All that is left is in cycles or below some: the first concept with nothing above it but its own cycle.
            top = min(
                one for one in left if self._reached([one], self.broader) & left <= self._reached([one], self.narrower)
            )
            tops.append(top)
            left -= self._reached([top], self.narrower)
        return Node(iri, self.labels[iri], None, (), self._children(tops, frozenset()))

    def _reached(self, concepts: Iterable[str], steps: Mapping[str, set[str]]) -> set[str]:
        found: set[str] = set()
        todo = list(concepts)
        while todo:
            concept = todo.pop()
            if concept not in found:
                found.add(concept)
                todo += steps.get(concept, ())
        return found

    def node(self, iri: str, above: frozenset[str]) -> Node:
        """Return the tree of the concept *iri*; a cycle of concepts is cut where it closes, and marked."""
        columns = _COLUMNS.get(self.kinds.get(iri, ""), ())
        found = [(heading, self.counts.get((name, iri), Count())) for heading, name in columns]
        counts = tuple((heading, count.listed) for heading, count in found)
        added = tuple((heading, count.added) for heading, count in found)
        above |= {iri}
        below = self.narrower.get(iri, set())
        cycle = tuple((one, self.labels.get(one) or curie(one)) for one in sorted(below & above))
        label = self.labels.get(iri) or curie(iri)
        children = self._children(below - above, above)
        return Node(iri, label, self.notations.get(iri), counts, children, cycle, added)

    def _children(self, concepts: Iterable[str], above: frozenset[str]) -> tuple[Node, ...]:
        from aligngraph.rdf.order import natural_key

        nodes = [self.node(concept, above) for concept in concepts]
        return tuple(sorted(nodes, key=lambda one: (natural_key(one.notation or "~"), one.label.casefold(), one.iri)))


def render_tree(nodes: list[Node], terminal: Terminal) -> Iterator[str]:
    """Yield the lines of *nodes*, each a tree with its columns of counts headed above it.

    A count reads ``17`` for works that pages list, ``17 +3`` where the catalogue adds three more.
    """
    for place, root in enumerate(nodes):
        if place:
            yield ""
        yield from _tree_lines(root, terminal)
    if any(count for root in nodes for node in _all(root) for _, count in node.added):
        yield ""
        yield from wrap(
            "+n: works that no page lists there, which the catalogue places itself.", terminal.width, hang=0
        )


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _cells(node: Node) -> dict[str, str]:
    added = dict(node.added)
    return {
        heading: f"{count:,}" + (f" +{added[heading]:,}" if added.get(heading) else "")
        for heading, count in node.counts
    }


def _tree_lines(root: Node, terminal: Terminal) -> Iterator[str]:
    drawn = list(_branches(root, "", "", terminal))
    headings = next((tuple(name for name, _ in node.counts) for _, _, _, node in drawn if node.counts), ())
    shown = [_cells(node) for _, _, _, node in drawn]
    widths = [max(4, width_of(name), *(width_of(cells.get(name, "")) for cells in shown)) for name in headings]
    room = max(terminal.width - sum(widths) - _GAP * len(widths), 12)
    texts = [
        (head, wrap(label, max(room - width_of(head), 8), hang=0), rest, node) for head, label, rest, node in drawn
    ]
    column = min(max((width_of(h) + width_of(line) for h, lines, _, _ in texts for line in lines), default=0), room)
    for place, (head, lines, rest, node) in enumerate(texts):
        counts = _cells(node)
        if not place and headings:
            cells = [pad(name, width, right=True) for name, width in zip(headings, widths, strict=True)]
            if not counts:
                yield _line(terminal.bold(pad(lines[0], column)), cells)
                yield from (f"{rest}{line}" for line in lines[1:])
                continue
            yield _line(" " * column, cells)
        cells = [pad(counts.get(name, ""), width, right=True) for name, width in zip(headings, widths, strict=True)]
        yield _line(pad(head + lines[0], column), cells)
        yield from (f"{rest}{line}" for line in lines[1:])


def _line(text: str, cells: list[str]) -> str:
    return (" " * _GAP).join([text, *cells]).rstrip()


def _branches(node: Node, head: str, rest: str, terminal: Terminal) -> Iterator[tuple[str, str, str, Node]]:
    """Yield (branch, label, branch of further lines, node) for *node* and all below it."""
    label = f"{node.label}  {node.notation}" if node.notation else node.label
    if node.cycle:
        names = " and ".join("itself" if iri == node.iri else name for iri, name in node.cycle)
        label += f"  (a cycle: this is also broader than {names})"
    yield head, terminal.data(terminal.own(label)), rest, node
    for place, child in enumerate(node.children):
        last = place == len(node.children) - 1
        branch, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _branches(child, rest + terminal.own(branch), rest + terminal.own(below), terminal)
