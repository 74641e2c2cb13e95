"""Curated placings: what a person, or a table of theirs, says of where a work belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pyoxigraph as ox

from aligngraph.curation.concepts import Meanings
from aligngraph.curation.holdings import TYPE, Holdings, ag
from aligngraph.curation.minting import Mint
from aligngraph.curation.works import triple
from aligngraph.errors import ArgumentError

_SAID = ("placingGoal", "placingRepresents", "placingEvaluates", "placingApproach", "placingMethod")
_SIDES = {"evaluation": "placingEvaluates", "representation": "placingRepresents", None: "placingGoal"}


class PlacingWriter:
    """Writes placings of works, each once."""

    def __init__(self, holdings: Holdings, mint: Mint) -> None:
        self.mint = mint
        self._known: dict[str, list[dict[str, str]]] = defaultdict(list)
        for placing in holdings.things("CuratedPlacing"):
            work = holdings.text(placing, ag("places"))
            if work is not None:
                said = {name: concept for name in _SAID if (concept := holdings.text(placing, ag(name))) is not None}
                self._known[work].append(said)

    def write(self, work: str, said: Mapping[str, str], evidence: str) -> Iterator[ox.Triple]:
        """Yield a placing of *work* that says *said*, concepts by property, unless one says just this already."""
        if not said or dict(said) in self._known[work]:
            return
        self._known[work].append(dict(said))
        placing = self.mint.placing(work)
        yield triple(placing, TYPE, ox.NamedNode(ag("CuratedPlacing")))
        yield triple(placing, ag("confidence"), "medium")
        yield triple(placing, ag("evidence"), evidence)
        yield triple(placing, ag("places"), ox.NamedNode(work))
        for name, concept in said.items():
            yield triple(placing, ag(name), ox.NamedNode(concept))


def placings_of(
    work: str, goals: Sequence[str], approaches: Sequence[str], methods: Sequence[str], holdings: Holdings
) -> Iterator[ox.Triple]:
    """Yield curated placings of *work*: one for each goal with its approach, and one for each method.

    The side of the approach says whether the goal is represented or evaluated. Placings that *holdings* has already are
    left out. Raise ArgumentError where it is open which approach goes with which goal.
    """
    if len(goals) > 1 and len(approaches) > 1:
        raise ArgumentError(
            "several goals and several approaches: which go together? Add the paper once for each goal, "
            "with --goal and its --approach."
        )
    meanings = Meanings([holdings])
    wanted: list[dict[str, str]] = []
    for approach in approaches or (None,):
        role = _SIDES[None if approach is None else meanings.side(approach)]
        for goal in goals or (None,):
            said = {role: goal, "placingApproach": approach}
            wanted.append({name: concept for name, concept in said.items() if concept is not None})
    wanted += [{"placingMethod": method} for method in methods]
    writer = PlacingWriter(holdings, Mint(set(holdings.taken)))
    for said_ in wanted:
        yield from writer.write(work, said_, "said by the person who added the work")
