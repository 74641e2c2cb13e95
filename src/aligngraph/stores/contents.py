"""What an endpoint holds of a catalogue, and what of it the default graph shows: one line says what is missing."""

from __future__ import annotations

from typing import NamedTuple

from aligngraph.rdf.namespaces import AG, PREFIXES

_DATA = ("hasAuthorship", "lists", "hasPublication")
"""Properties of which every catalogue has some, none of them inferred."""
_ENTAILED = (
    (f"?x <{AG}hasAuthorship> ?y", f"?x a <{AG}Work>"),
    (f"?x <{AG}hasAuthorship> ?y", f"?y <{AG}authorshipOf> ?x"),
    (f"?x <{AG}hasAuthorship> ?y . ?y <{AG}person> ?z", f"?z <{AG}authorOf> ?x"),
    (f"?x <{AG}lists> ?y . ?x <{AG}inSection> ?z", f"?y <{AG}classifiedUnder> ?z"),
    (f"?x <{AG}inSection> ?y . ?y <{AG}parentSection> ?z", f"?x <{AG}withinSection> ?z"),
    (f"?x <{AG}places> ?y", f"?y <{AG}hasPlacing> ?x"),
    (f"?x <{AG}hasPublication> ?y", f"?y a <{AG}Publication>"),
)
"""What is asserted, and what is entailed by it: by a domain or range, which many stores derive, a chain, an inverse.

They reach every part of what is inferred, in whatever order a store was given it.
"""
_LOOKED_AT = 300
"""How many statements of each kind are looked at that entail others, out of several kinds."""


class Contents(NamedTuple):
    """The parts that were found, by where they are: '' for the default graph, else 'named'."""

    found: frozenset[tuple[str, str]]

    @property
    def needs_union(self) -> bool:
        """Whether the default graph shows no catalogue while named graphs hold one, or nothing at all."""
        hidden = ("named", "data") in self.found and ("", "data") not in self.found
        return hidden or (("named", "anything") in self.found and ("", "anything") not in self.found)

    def lacks(self, name: str, *, union: bool) -> str:
        """Return, in one line, what the endpoint *name* lacks for the stored queries and how to put it there; or ''.

        With *union*, queries see the named graphs too.
        """
        seen = {part for where, part in self.found if union or not where}
        if ("", "data") not in self.found and ("named", "data") not in self.found:
            return f"{name} holds no catalogue: 'aligngraph push {name}' puts the shipped one there."
        if "data" not in seen:
            return (
                f"{name} holds the catalogue in named graphs only, and its default graph, which queries ask, does not "
                "show them: set it to be the union of all graphs (docs/clusters.md says how for each store)."
            )
        parts = ["the ontology"] if "ontology" not in seen else []
        parts += ["inferred statements"] if "not inferred" in seen else []
        if not parts:
            return ""
        return (
            f"{name} lacks {' and '.join(parts)}, so answers may be incomplete: 'aligngraph push {name}' puts "
            f"{'them' if len(parts) > 1 or 'not inferred' in seen else 'it'} there (with --data for a catalogue of "
            "your own)."
        )


def data_pattern(statement: str) -> str:
    """Return *statement*, a pattern with the predicate ``?p``, for those properties that every catalogue has."""
    return f"VALUES ?p {{ {' '.join(f'<{AG}{name}>' for name in _DATA)} }} {statement}"


def question() -> str:
    """Return the SELECT of ``?where`` and ``?part`` whose rows are what `Contents` has found."""
    sides = []
    for where in ("", "named"):
        patterns = {"anything": _within(where, "?s ?p ?o")}
        patterns["data"] = data_pattern(patterns["anything"])
        patterns["ontology"] = _within(where, f"<{AG}Work> a <{PREFIXES['owl']}Class>")
        sides += [_side(where, part, pattern) for part, pattern in patterns.items()]
    return f"SELECT DISTINCT ?where ?part WHERE {{ {' UNION '.join(sides)} }}"


def question_of_inferred() -> str:
    """Return the SELECT of the rows that say what of the inferred statements the graph that queries see lacks.

    A question of its own: Virtuoso takes ten times as long to plan both as one.
    """
    sides = []
    for body, head in _ENTAILED:
        names = " ".join(name for name in ("?x", "?y", "?z") if name in body)
        some = f"{{ SELECT {names} WHERE {{ {body} }} LIMIT {_LOOKED_AT} }}"
        sides.append(_side("", "not inferred", f"{some} FILTER NOT EXISTS {{ {head} }}"))
    return f"SELECT DISTINCT ?where ?part WHERE {{ {' UNION '.join(sides)} }}"


def _within(where: str, pattern: str) -> str:
    return f"GRAPH ?g {{ {pattern} }}" if where else pattern


def _side(where: str, part: str, pattern: str) -> str:
    return f'{{ SELECT ("{where}" AS ?where) ("{part}" AS ?part) WHERE {{ {pattern} }} LIMIT 1 }}'
