"""The statements of the shipped files: all of them, read once, and a part that has something of each kind."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import islice

import pyoxigraph as ox

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.rdf.namespaces import AG

_WHOLE = ("/graph/ontology/", "/graph/taxonomy/", "/survey>", "/venues>")


@cache
def shipped() -> tuple[ox.Quad, ...]:
    """Return the statements of the shipped catalogue and its ontology."""
    return tuple(read_quads(find_sources()))


def sample(listings_of_each_section: int, authors: int) -> list[ox.Quad]:
    """Return the ontology, the taxonomy and all sections, and some listings of each with all that hangs on them.

    Works keep their first *authors* authorships. So every axiom has something to work on, and all sections are there.
    """
    about: dict[object, list[ox.Quad]] = defaultdict(list)
    by_object: dict[tuple[str, object], list[ox.NamedNode]] = defaultdict(list)
    for quad in shipped():
        assert isinstance(quad.subject, ox.NamedNode | ox.BlankNode)
        about[quad.subject].append(quad)
        if isinstance(quad.subject, ox.NamedNode):
            by_object[quad.predicate.value, quad.object].append(quad.subject)

    def objects(thing: object, name: str) -> list[object]:
        return [quad.object for quad in about[thing] if quad.predicate.value == AG + name]

    kept: set[object] = {quad.subject for quad in shipped() if any(part in str(quad.graph_name) for part in _WHOLE)}
    sections = {quad.object for quad in shipped() if quad.predicate.value == AG + "inSection"}
    assert len(sections) == 25
    listings: set[object] = {
        one for section in sections for one in islice(by_object[AG + "inSection", section], listings_of_each_section)
    }
    # Links that the page gets wrong are in few of them, and so are some kinds of publication.
    corrections = [quad.subject for quad in shipped() if quad.predicate.value == AG + "correctsLink"]
    listings |= {one for correction in corrections for one in objects(correction, "corrects")}
    one_of_each_kind = {quad.object: quad.subject for quad in shipped() if quad.predicate.value.endswith("#type")}
    works = {
        work for publication in one_of_each_kind.values() for work in by_object[AG + "hasPublication", publication]
    }
    listings |= {one for work in works for one in by_object[AG + "lists", work][:1]}
    for listing in listings:
        kept |= {listing, *objects(listing, "hasLink"), *by_object[AG + "corrects", listing]}
        for work in objects(listing, "lists"):
            kept |= {work, *objects(work, "hasPublication"), *by_object[AG + "introducedBy", work]}
            for authorship in objects(work, "hasAuthorship")[:authors]:
                kept |= {authorship, *objects(authorship, "person")}
    return [quad for quad in shipped() if quad.subject in kept]
