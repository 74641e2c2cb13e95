"""Which concept a heading names, when it equals one of the concept's labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aligngraph.bibliography.keys import clean, fold
from aligngraph.curation.holdings import (
    ALT_LABEL,
    BROADER,
    CONCEPT_KINDS,
    HIDDEN_LABEL,
    NOTATION,
    PREF_LABEL,
    Holdings,
    ag,
)
from aligngraph.rdf.namespaces import BASE

_REPRESENTATION = f"{BASE}approach/representation"
_EVALUATION = f"{BASE}approach/evaluation"


class Meanings:
    """The concepts of a catalogue by label. A label of two concepts of one kind means neither."""

    def __init__(self, catalogues: Iterable[Holdings]) -> None:
        self.by_label: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.broader: dict[str, list[str]] = {}
        self._names: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in CONCEPT_KINDS}
        for holdings in catalogues:
            for kind in CONCEPT_KINDS:
                for concept in holdings.things(kind):
                    self.broader[concept] = holdings.texts(concept, BROADER)
                    for predicate in (PREF_LABEL, ALT_LABEL):
                        for label in holdings.texts(concept, predicate):
                            self.by_label[_key(label)][kind].add(concept)
                    names = [concept.rpartition("/")[2]]
                    for predicate in (PREF_LABEL, ALT_LABEL, HIDDEN_LABEL, NOTATION):
                        names += holdings.texts(concept, predicate)
                    for name in names:
                        self._names[kind][fold(clean(name))].add(concept)

    def of(self, heading: str) -> dict[str, str]:
        """Return the concept that *heading* names of each kind: "Goal", "Approach", "Method"."""
        found = self.by_label.get(_key(heading), {})
        return {kind: next(iter(concepts)) for kind, concepts in found.items() if len(concepts) == 1}

    def names(self, kind: str) -> Mapping[str, set[str]]:
        """Return the concepts of a kind ("Goal", "Approach", "Method") by each name, label and notation, folded."""
        return self._names[kind]

    def _is_within(self, concept: str, top: str) -> bool:
        seen, waiting = set(), [concept]
        while waiting:
            one = waiting.pop()
            if one == top:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self.broader.get(one, [])
        return False

    def side(self, approach: str) -> str | None:
        """Return "evaluation" or "representation", whichever *approach* is or is narrower than."""
        if self._is_within(approach, _EVALUATION):
            return "evaluation"
        return "representation" if self._is_within(approach, _REPRESENTATION) else None

    def statements(self, headings: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield what standing under the last of *headings*, the others above it, means: property and concept.

        A goal is given where an approach among the headings says whether works represent it or evaluate it, on the
        nearer of the two; a goal's name alone does not say.
        """
        named = [self.of(heading) for heading in headings]
        last = named[-1]
        if "Approach" in last:
            yield ag("sectionApproach"), last["Approach"]
        if "Method" in last:
            yield ag("sectionMethod"), last["Method"]
        if not ("Goal" in last or "Approach" in last):
            return
        goals = [one["Goal"] for one in named if "Goal" in one]
        approaches = [one["Approach"] for one in named if "Approach" in one]
        if not goals or not approaches:
            return
        # An approach under an approach says nothing new of the goal above both.
        if "Goal" not in last and any("Approach" in one for one in named[:-1]) and "Goal" not in named[-2]:
            return
        side = self.side(approaches[-1])
        if side is not None:
            yield ag("sectionEvaluates" if side == "evaluation" else "sectionRepresents"), goals[-1]


def _key(label: str) -> str:
    return clean(label).casefold()
