"""Bylines that are cut short ("et al."), and the rest of them."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from aligngraph.bibliography.works import Work
from aligngraph.curation.changes import Changes
from aligngraph.curation.comparison import is_same_author
from aligngraph.curation.holdings import Holdings, ag, authorships_of
from aligngraph.curation.lacking import LACKS
from aligngraph.curation.works import CUT_SHORT, WorkWriter


def continues(holdings: Holdings, work: str, names: Sequence[str]) -> bool:
    """Tell whether the byline of *work* is known to be cut short, and *names* begin with it."""
    if ag("hasAuthor") not in holdings.texts(work, LACKS):
        return False
    ours = [holdings.text(one, ag("nameAsPrinted")) or "" for one in authorships_of(holdings, work)]
    return len(names) >= len(ours) and all(map(is_same_author, ours, names))


def rest_of_byline(
    holdings: Holdings, writer: WorkWriter, work: str, names: Sequence[str], place: str, given: Sequence[Work]
) -> Changes:
    """Return what makes the byline of *work* the whole of *names*, of which it has the first.

    Authorships that name a person stay as they are; one of a mere family name gets the full name and the person.
    """
    known = authorships_of(holdings, work)
    named = [bool(holdings.values(one, ag("person")) or holdings.values(one, ag("organization"))) for one in known]
    shown = list(names)
    for at, one in enumerate(known):
        if named[at]:
            shown[at] = holdings.text(one, ag("nameAsPrinted")) or names[at]
    changes = Changes(list(writer.byline(work, shown, place, given, known)))
    for at, one in enumerate(known):
        if named[at]:
            node = ox.NamedNode(one)
            changes.added = [said for said in changes.added if said.subject != node]
        else:
            changes.replaced[one] = [
                said for said in holdings.triples(one) if said.predicate.value != ag("nameAsPrinted")
            ]
    changes.replaced[work] = [said for said in holdings.triples(work) if said.object != CUT_SHORT]
    return changes
