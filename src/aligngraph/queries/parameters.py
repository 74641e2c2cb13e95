"""Values of parameters: from what people type to the terms that a stored query takes, and which there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import ArgumentError, NothingFoundError
from aligngraph.queries.lookup import PROLOGUE, full_rows, iris, is_one_of, ways_to_write
from aligngraph.queries.stored import Parameter, did_you_mean, quote
from aligngraph.rdf.namespaces import AG, BASE, KINDS, PREFIXES, expand, shorten

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_LOCAL_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_XSD_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")
_RANKS = {
    "skos:prefLabel": 1, "rdfs:label": 1, "dcterms:title": 1, "ag:heading": 1, "skos:notation": 2, "ag:acronym": 2,
    "skos:altLabel": 3, "skos:hiddenLabel": 4,
}  # fmt: skip
"""The properties that name things, and which name comes first."""
_NAMING = " ".join(_RANKS)
_FEW = 20
"""How many legal values an error lists."""
_PART = 500
"""How many things are asked about at once."""

Names = Sequence[tuple[int, str, str]]
"""How good a name is (1 is best), the IRI of what it names, the name."""


def resolve(parameter: Parameter, value: str, backend: Backend) -> ox.NamedNode | ox.Literal:
    """Return the term that *value* stands for. Raise ArgumentError, with the nearest legal ones, for none."""
    if parameter.type == "string":
        return _resolve_string(parameter, value, backend)
    if parameter.type == "choice":
        words = {word.casefold(): word for word in parameter.choices}
        if value.strip().casefold() in words:
            return ox.Literal(words[value.strip().casefold()])
        legal = f"legal values: {', '.join(words.values())}."
        hint = did_you_mean(value, words.values(), legal)
        raise ArgumentError(f"{parameter.name}={quote(value)} is not one of them: {hint}")
    if parameter.type in ("integer", "year"):
        if not _INTEGER.fullmatch(value.strip()):
            raise ArgumentError(
                f"{parameter.name}={quote(value)} is not a whole number: write for example {parameter.name}=2023."
            )
        number = int(value)
        if parameter.type == "year" and not 1000 <= number <= 9999:
            raise ArgumentError(f"{parameter.name}={quote(value)} is not a year: write four digits, for example 2023.")
        return ox.Literal(str(number), datatype=_XSD_INTEGER)
    return _resolve_iri(parameter, value, backend)


def _resolve_string(parameter: Parameter, value: str, backend: Backend) -> ox.Literal:
    literal = ox.Literal(value)
    if parameter.of is not None and not backend.ask(f"ASK {{ ?x <{AG}{parameter.of}> {literal} }}"):
        choices = strings_of(parameter, backend)
        few = f"it has {len(choices):,}, such as {', '.join(choices[:3])}." if choices else "it has none."
        said = f"{parameter.name}={quote(value)} matches no {parameter.of} of the catalogue"
        raise NothingFoundError(f"{said}: {did_you_mean(value, choices, few)}")
    return literal


def _resolve_iri(parameter: Parameter, value: str, backend: Backend) -> ox.NamedNode:
    plain = value.strip()
    if plain.startswith("<") and plain.endswith(">"):
        plain = plain[1:-1]
    iri = plain if "://" in plain else expand(plain)
    if parameter.of is None:
        return _named_node(parameter, iri or _found(parameter, plain, backend) or plain, value)
    # What an index answers comes first: to go through every name takes as long as the catalogue is large.
    for candidate in [iri] if iri is not None else _by_local_name(parameter, plain):
        if _is_legal(parameter, candidate, backend):
            return ox.NamedNode(candidate)
    called = _called(parameter, plain, backend) if iri is None else []
    meant = _one_of(parameter, value, called) or _found(parameter, plain, backend)
    if meant is not None:
        return ox.NamedNode(meant)
    what = " or ".join(parameter.choices) if parameter.type == "iri" else parameter.type
    hint = did_you_mean(plain, _names(parameter, backend), "") or _choice(parameter, backend)
    raise NothingFoundError(f"{parameter.name}={quote(value)} matches no {what} of the catalogue: {hint}")


def _called(parameter: Parameter, wanted: str, backend: Backend) -> list[str]:
    """Return the legal terms that go by *wanted*, those only for which it is the best kind of name.

    Of concepts and kinds, which are few, in any case of letters; else as it is usually written.
    """
    if parameter.type in ("concept", "kind"):
        folded = wanted.casefold()
        found = [
            (0 if _local(term).casefold() == folded else rank, term)
            for rank, term, name in _ranked_values(parameter, backend)
            if folded in (name.casefold(), _local(term).casefold())
        ]
    else:
        named = f"VALUES ?name {{ {ways_to_write(wanted)} }} ?value ?property ?name"
        found = sorted((rank, term) for rank, term, _ in _ranked(backend, f"{named} {is_one_of('?property', _NAMING)}"))
        legal = _legal_among(parameter, (term for _, term in found), backend)
        found = [(rank, term) for rank, term in found if term in legal]
    best = min((rank for rank, _ in found), default=0)
    return list(dict.fromkeys(term for rank, term in found if rank == best))


def _found(parameter: Parameter, wanted: str, backend: Backend) -> str | None:
    """Return what *wanted* means to ``aligngraph show``, among legal terms; None for nothing."""
    if parameter.type == "kind":
        return None
    from aligngraph.queries.search import find

    def legal(things: Iterable[str]) -> set[str]:
        return _legal_among(parameter, things, backend)

    return _one_of(parameter, wanted, [one.iri for one in find(backend, wanted, legal if parameter.of else None)])


def _one_of(parameter: Parameter, value: str, found: Sequence[str]) -> str | None:
    """Return what is *found*, if anything. Raise ArgumentError where that is several things, and name them."""
    if len(found) <= 1:
        return found[0] if found else None
    few = ", ".join(shorten(iri) for iri in found[:5]) + (", …" if len(found) > 5 else "")
    raise ArgumentError(
        f"{parameter.name}={quote(value)} may mean {len(found)} things: {few}. Give one by its short name."
    )


def _named_node(parameter: Parameter, iri: str, value: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise ArgumentError(f"{parameter.name}={quote(value)} is not an IRI: {error}.") from error


def _by_local_name(parameter: Parameter, name: str) -> list[str]:
    kind, local = str(parameter.of).lower(), name.lower()
    if kind not in KINDS or not _LOCAL_NAME.fullmatch(local) or parameter.type == "kind":
        return []
    return [f"{BASE}{kind}/{local}"]


def _is_legal(parameter: Parameter, iri: str, backend: Backend) -> bool:
    term = iris([iri])
    return bool(term) and backend.ask(f"{PROLOGUE} ASK {{ {_legal(parameter, term)} }}")


def _legal(parameter: Parameter, value: str) -> str:
    """Return the pattern that says that *value*, a variable or a term as SPARQL writes it, is one to take."""
    if parameter.type == "concept":
        return f"{value} skos:inScheme <{BASE}{parameter.of}> ."
    if parameter.type == "kind":
        return f"{value} rdfs:subClassOf+ ag:{parameter.of} . FILTER NOT EXISTS {{ ?sub rdfs:subClassOf {value} }}"
    if len(parameter.choices) == 1:
        return f"{value} a/rdfs:subClassOf* ag:{parameter.of} ."
    return " UNION ".join(f"{{ {value} a/rdfs:subClassOf* ag:{name} }}" for name in parameter.choices) + " ."


def _legal_among(parameter: Parameter, things: Iterable[str], backend: Backend) -> set[str]:
    """Return those of *things* that *parameter*, of a concept or an IRI, takes."""
    listed = list(dict.fromkeys(things))
    if not listed:
        return set()
    if parameter.type == "concept":
        legal = _legal(parameter, "?value")
    else:
        # Without a path: beside a VALUES, Virtuoso then finds nothing.
        above = " UNION ".join(f"{{ ?class rdfs:subClassOf* ag:{name} }}" for name in parameter.choices)
        classes = {one for (one,) in full_rows(backend, f"SELECT ?class WHERE {{ {above} }}")}
        legal = f"?value a ?class {is_one_of('?class', iris(sorted(classes)))}"
    found: set[str] = set()
    for start in range(0, len(listed), _PART):
        part = f"VALUES ?value {{ {iris(listed[start : start + _PART])} }} {legal}"
        found.update(value for (value,) in full_rows(backend, f"SELECT DISTINCT ?value WHERE {{ {part} }}"))
    return found


def legal_values(parameter: Parameter, backend: Backend) -> list[tuple[str, str]]:
    """Return the IRIs that *parameter* takes, each with every name it goes by, main names first."""
    return [(term, name) for _, term, name in _ranked_values(parameter, backend)]


def _ranked_values(parameter: Parameter, backend: Backend) -> Names:
    # Not with VALUES: beside a path, Virtuoso then finds nothing.
    legal = _legal(parameter, "?value")
    return _ranked(backend, f"{legal} ?value ?property ?name {is_one_of('?property', _NAMING)}")


def _ranked(backend: Backend, pattern: str) -> Names:
    """Return the names that *pattern* binds to ``?value``, ``?property`` and ``?name``, the best first."""
    found = full_rows(backend, f"SELECT DISTINCT ?property ?value ?name WHERE {{ {pattern} }}")
    ranks = {expand(name): rank for name, rank in _RANKS.items()}
    return sorted({(ranks[one], value, name) for one, value, name in found})


def some_values(parameter: Parameter, backend: Backend, most: int) -> tuple[int, list[str]]:
    """Return how many IRIs *parameter* takes, and *most* of them at most, sorted."""
    legal = _legal(parameter, "?value")
    ((count,),) = full_rows(backend, f"SELECT (COUNT(DISTINCT ?value) AS ?count) WHERE {{ {legal} }}")
    some = full_rows(backend, f"SELECT DISTINCT ?value WHERE {{ {legal} }} LIMIT {most}")
    return int(count), sorted(value for (value,) in some)


def _names(parameter: Parameter, backend: Backend) -> Iterator[str]:
    """Yield what the legal values go by, as it is read: all of it may be much."""
    if parameter.type in ("concept", "kind"):
        for iri, one in legal_values(parameter, backend):
            yield from (_local(iri), one)
        return
    # The subselect makes Oxigraph go through the names once, in place of looking for those of each value.
    rows = backend.select(
        f"""{PROLOGUE} SELECT ?value ?name WHERE {{
          {{ SELECT DISTINCT ?value WHERE {{ {_legal(parameter, "?value")} }} }}
          VALUES ?property {{ {_NAMING} }} ?value ?property ?name }}"""
    )
    for value, name in rows:
        if isinstance(value, ox.NamedNode) and isinstance(name, ox.Literal):
            yield from (_local(value.value), name.value)


def _choice(parameter: Parameter, backend: Backend) -> str:
    count, values = some_values(parameter, backend, _FEW)
    if count > _FEW:
        return f"the catalogue has {count:,} to choose from; give a name, a CURIE or an IRI."
    return f"legal values: {', '.join(sorted(map(_local, values)))}."


def strings_of(parameter: Parameter, backend: Backend) -> list[str]:
    """Return the values that the property of a string *parameter* has in the catalogue, in order."""
    rows = backend.select(
        f"SELECT DISTINCT ?value WHERE {{ ?x <{AG}{parameter.of}> ?value FILTER isLITERAL(?value) }} ORDER BY ?value"
    )
    return [row[0].value for row in rows if isinstance(row[0], ox.Literal)]


def _local(iri: str) -> str:
    for kind in KINDS:
        if iri.startswith(f"{BASE}{kind}/"):
            return iri.removeprefix(f"{BASE}{kind}/")
    return iri.removeprefix(AG)
