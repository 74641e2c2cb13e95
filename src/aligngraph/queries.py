"""Stored queries: find one by name, read what it says of itself, and bind its parameters.

A parameter is one line ``VALUES ?name { … }`` of the query. Binding writes terms there, serialised by the engine's own
term types, and never text as given; so no value can change what the query does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.catalogue import queries_folder
from aligngraph.errors import AligngraphError
from aligngraph.namespaces import AG, BASE, KINDS, PREFIXES, expand, shorten

if TYPE_CHECKING:
    from aligngraph.backend import Backend

TYPES = ("choice", "concept", "iri", "kind", "string", "integer", "year")
ANY = "any"
"""The value that frees a parameter: every value will do."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PARAM = re.compile(r"(?P<name>\w+): (?P<type>\w+)(?: of (?P<of>[\w|-]+))?, (?P<text>.+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_XSD_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")

_PROLOGUE = "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in ("ag", "dcterms", "rdf", "rdfs", "skos"))


class UnknownQueryError(AligngraphError):
    """No stored query has this name."""


class StoredQueryError(AligngraphError):
    """A stored query's file breaks the format."""


class ParameterError(AligngraphError):
    """A parameter is unknown, or its value is not one that it takes."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a stored query."""

    name: str
    type: str
    of: str | None
    """For a concept its scheme, for an IRI or kind its class, for a string the property that has it (local names).

    For a choice its words, with bars between them; so too for an IRI of one of several classes.
    """
    text: str
    default: str
    """What stands between the braces of its VALUES line: UNDEF, or terms."""
    example: str | None = None
    """A value as people give it, where there is no default to show."""

    @property
    def choices(self) -> list[str]:
        """What `of` names, one by one."""
        return self.of.split("|") if self.of is not None else []


@dataclass(frozen=True)
class StoredQuery:
    """A stored query and what it says of itself."""

    name: str
    text: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    problem: str | None
    solution: str | None
    service: str | None = None
    """The address of the other endpoint that it also asks, where it does."""

    @property
    def is_federated(self) -> bool:
        """Whether it sends requests to another endpoint, and so runs only where that is allowed."""
        return "federated" in self.tags

    @property
    def is_check(self) -> bool:
        """Whether rows are offenders, so that no rows is a pass."""
        return self.name.startswith("check-")


def list_queries(folder: Path | None = None, *, federated: bool = False) -> list[StoredQuery]:
    """Return the stored queries of *folder* (the shipped ones if None), by name; those that ask others if *federated*.

    Raise StoredQueryError where a file breaks the format.
    """
    found = [read_query(path) for path in sorted((folder or queries_folder()).glob("*.rq"))]
    return [query for query in found if federated or not query.is_federated]


def find_query(name: str, folder: Path | None = None) -> StoredQuery:
    """Return the stored query called *name*. Raise UnknownQueryError, with the nearest name, when there is none."""
    # Looked up in a listing, so that a name like '../x' finds nothing.
    known = {path.stem: path for path in (folder or queries_folder()).glob("*.rq")}
    if name not in known:
        hint = _hint(name, known, "'aligngraph query' lists them.")
        raise UnknownQueryError(f"no stored query named {_quote(name)}: {hint}")
    return read_query(known[name])


def read_query(path: Path) -> StoredQuery:
    """Return the stored query in *path*. Raise StoredQueryError where it breaks the format."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoredQueryError(f"{path}: can't be read: {error}") from error
    fields: dict[str, str] = {}
    declared: list[re.Match[str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#+"):
            continue
        key, colon, value = line.removeprefix("#+").strip().partition(" " if line.startswith("#+ param ") else ":")
        if key == "param":
            match = _PARAM.fullmatch(value.strip())
            if match is None or match["type"] not in TYPES:
                raise StoredQueryError(
                    f"{path}, line {number}: a parameter reads '#+ param name: type of class, text', "
                    f"with a type of {', '.join(TYPES)}."
                )
            declared.append(match)
        elif colon:
            fields[key] = _plain(value.strip())
    if "summary" not in fields:
        raise StoredQueryError(f"{path}: add a first line '#+ summary: …'.")
    examples = dict(pair.split("=", 1) for pair in fields.get("example", "").split() if "=" in pair)
    return StoredQuery(
        name=path.stem,
        text=text,
        summary=fields["summary"],
        description=fields.get("description", ""),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").strip("[]").split(",") if tag.strip()),
        parameters=tuple(
            Parameter(
                match["name"],
                match["type"],
                match["of"],
                match["text"],
                _default(match["name"], text, path),
                examples.get(match["name"]),
            )
            for match in declared
        ),
        problem=fields.get("problem"),
        solution=fields.get("solution"),
        service=fields.get("service"),
    )


def _plain(value: str) -> str:
    """Return what a scalar of the header means: the header is YAML, where text with ': ' in it stands in quotes."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _values_line(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"^(?P<head>[ \t]*VALUES[ \t]+\?{name}[ \t]*\{{)(?P<terms>[^{{}}\n]*)(?P<tail>\}}[ \t]*)$", re.MULTILINE
    )


def _default(name: str, text: str, path: Path) -> str:
    lines = _values_line(name).findall(text)
    if len(lines) != 1:
        raise StoredQueryError(f"{path}: the parameter {name} needs exactly one line 'VALUES ?{name} {{ UNDEF }}'.")
    return str(lines[0][1]).strip()


def bind(query: StoredQuery, values: Mapping[str, Iterable[str]], backend: Backend) -> str:
    """Return the SPARQL of *query* with its parameters set.

    *values* holds one or more values for each parameter to set; the others keep their default. *backend* tells which
    values there are. Raise ParameterError for an unknown parameter, or a value that it does not take.
    """
    parameters = {parameter.name: parameter for parameter in query.parameters}
    text = query.text
    for name, given in values.items():
        if name not in parameters:
            takes = ", ".join(parameters) or "no parameters"
            raise ParameterError(
                f"{query.name} has no parameter {_quote(name)}: " + _hint(name, parameters, f"it takes {takes}.")
            )
        wanted = list(given)
        if wanted == [ANY] and query.is_federated and parameters[name].type == "string":
            # What is sent elsewhere has to be bound: nobody answers for all there is.
            terms = " ".join(str(ox.Literal(value)) for value in strings_of(parameters[name], backend))
        else:
            terms = "UNDEF" if wanted == [ANY] else " ".join(str(resolve(parameters[name], v, backend)) for v in wanted)
        line = _values_line(name).search(text)
        assert line is not None  # read_query saw to it
        text = f"{text[: line.start('terms')]} {terms} {text[line.end('terms') :]}"
    return text


def resolve(parameter: Parameter, value: str, backend: Backend) -> ox.NamedNode | ox.Literal:
    """Return the term that *value* stands for. Raise ParameterError, with the nearest legal ones, for none."""
    if parameter.type == "string":
        return _resolve_string(parameter, value, backend)
    if parameter.type == "choice":
        words = {word.casefold(): word for word in parameter.choices}
        if value.strip().casefold() in words:
            return ox.Literal(words[value.strip().casefold()])
        legal = f"legal values: {', '.join(words.values())}."
        raise ParameterError(f"{parameter.name}={_quote(value)} is none of them: {_hint(value, words.values(), legal)}")
    if parameter.type in ("integer", "year"):
        if not _INTEGER.fullmatch(value.strip()):
            raise ParameterError(
                f"{parameter.name}={_quote(value)} is no whole number: write for example {parameter.name}=2023."
            )
        number = int(value)
        if parameter.type == "year" and not 1000 <= number <= 9999:
            raise ParameterError(f"{parameter.name}={_quote(value)} is no year: write four digits, for example 2023.")
        return ox.Literal(str(number), datatype=_XSD_INTEGER)
    return _resolve_iri(parameter, value, backend)


def _resolve_string(parameter: Parameter, value: str, backend: Backend) -> ox.Literal:
    literal = ox.Literal(value)
    if parameter.of is not None and not backend.ask(f"ASK {{ ?x <{AG}{parameter.of}> {literal} }}"):
        choices = strings_of(parameter, backend)
        few = f"it has {len(choices):,}, such as {', '.join(choices[:3])}." if choices else "it has none."
        said = f"{parameter.name}={_quote(value)} is no {parameter.of} of the catalogue"
        raise ParameterError(f"{said}: {_hint(value, choices, few)}")
    return literal


def _resolve_iri(parameter: Parameter, value: str, backend: Backend) -> ox.NamedNode:
    plain = value.strip()
    if plain.startswith("<") and plain.endswith(">"):
        plain = plain[1:-1]
    iri = plain if "://" in plain else expand(plain)
    if parameter.of is None:
        return _named_node(parameter, iri or _found(parameter, plain, backend) or plain, value)
    # Asked for by IRI first: reading every name takes as long as the catalogue is large.
    for candidate in [iri] if iri is not None else _by_local_name(parameter, plain):
        if _is_legal(parameter, candidate, backend):
            return ox.NamedNode(candidate)
    names = _ranked_values(parameter, backend)
    called = _called(plain, names) if iri is None else []
    meant = _one_of(parameter, value, called) or _found(parameter, plain, backend, {term for _, term, _ in names})
    if meant is not None:
        return ox.NamedNode(meant)
    choices = {name: None for _, _, name in names} | {_local(term): None for _, term, _ in names}
    what = f"{parameter.type if parameter.type != 'iri' else ' or '.join(parameter.choices)}"
    few = sorted({_local(term) for _, term, _ in names})
    otherwise = (
        f"legal values: {', '.join(few)}."
        if len(few) <= 20
        else f"the catalogue has {len(few)} to choose from; give a name, a CURIE or an IRI."
    )
    raise ParameterError(
        f"{parameter.name}={_quote(value)} is no {what} of the catalogue: {_hint(plain, choices, otherwise)}"
    )


def _called(wanted: str, names: Sequence[tuple[int, str, str]]) -> list[str]:
    """Return the terms among *names* that go by *wanted*, those only for which it is the best kind of name."""
    folded = wanted.casefold()
    found = [
        (0 if _local(term).casefold() == folded else rank, term)
        for rank, term, name in names
        if folded in (name.casefold(), _local(term).casefold())
    ]
    best = min((rank for rank, _ in found), default=0)
    return list(dict.fromkeys(term for rank, term in found if rank == best))


def _found(parameter: Parameter, wanted: str, backend: Backend, legal: Collection[str] | None = None) -> str | None:
    """Return what *wanted* means to ``aligngraph show``, among *legal* where that is given; None for nothing."""
    if parameter.type == "kind":
        return None
    from aligngraph.finding import find

    return _one_of(parameter, wanted, [one.iri for one in find(backend, wanted, legal)])


def _one_of(parameter: Parameter, value: str, found: Sequence[str]) -> str | None:
    """Return what is *found*, if anything. Raise ParameterError where that is several things, and name them."""
    if len(found) <= 1:
        return found[0] if found else None
    few = ", ".join(shorten(iri) for iri in found[:5]) + (", …" if len(found) > 5 else "")
    raise ParameterError(
        f"{parameter.name}={_quote(value)} may mean {len(found)} things: {few}. Give one by its short name."
    )


def _named_node(parameter: Parameter, iri: str, value: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise ParameterError(f"{parameter.name}={_quote(value)} is no IRI: {error}.") from error


def _by_local_name(parameter: Parameter, name: str) -> list[str]:
    if not _NAME.fullmatch(name) or parameter.type == "kind" or parameter.of is None:
        return []
    kind = parameter.of.lower()
    return [f"{BASE}{kind}/{name}"] if kind in KINDS else []


def _is_legal(parameter: Parameter, iri: str, backend: Backend) -> bool:
    try:
        term = str(ox.NamedNode(iri))
    except ValueError:
        return False
    return backend.ask(f"{_PROLOGUE} ASK {{ {_legal(parameter, term)} }}")


def _legal(parameter: Parameter, value: str) -> str:
    """Return the pattern that says that *value*, a variable or a term as SPARQL writes it, is one to take."""
    if parameter.type == "concept":
        return f"{value} skos:inScheme <{BASE}{parameter.of}> ."
    if parameter.type == "kind":
        return f"{value} rdfs:subClassOf+ ag:{parameter.of} . FILTER NOT EXISTS {{ ?sub rdfs:subClassOf {value} }}"
    if len(parameter.choices) == 1:
        return f"{value} a/rdfs:subClassOf* ag:{parameter.of} ."
    return " UNION ".join(f"{{ {value} a/rdfs:subClassOf* ag:{name} }}" for name in parameter.choices) + " ."


_RANKS = {
    "skos:prefLabel": 1, "rdfs:label": 1, "dcterms:title": 1, "ag:heading": 1, "skos:notation": 2, "ag:acronym": 2,
    "skos:altLabel": 3,
}  # fmt: skip
"""The properties that name things, and which name comes first."""


def legal_values(parameter: Parameter, backend: Backend) -> list[tuple[str, str]]:
    """Return the IRIs that *parameter* takes, each with every name it goes by, main names first."""
    return [(term, name) for _, term, name in _ranked_values(parameter, backend)]


def _ranked_values(parameter: Parameter, backend: Backend) -> list[tuple[int, str, str]]:
    """Return the IRIs that *parameter* takes, with every name each goes by and how good a name that is, 1 best."""
    # Not with VALUES: beside a path, Virtuoso then finds nothing.
    rows = backend.select(
        f"""{_PROLOGUE}
        SELECT DISTINCT ?value ?property ?name WHERE {{
          {_legal(parameter, "?value")}
          ?value ?property ?name . FILTER(?property IN ({", ".join(_RANKS)}))
        }}"""
    )
    ranks = {expand(name): rank for name, rank in _RANKS.items()}
    return sorted(
        {
            (ranks[property_.value], value.value, name.value)
            for value, property_, name in rows
            if isinstance(value, ox.NamedNode) and isinstance(property_, ox.NamedNode) and isinstance(name, ox.Literal)
        }
    )


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


def _quote(value: str) -> str:
    shown = value if len(value) <= 60 else value[:57] + "…"
    return repr(shown)


def _hint(wanted: str, known: Iterable[str], otherwise: str) -> str:
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    near = [by_folded[name] for name in get_close_matches(wanted.casefold()[:200], by_folded, n=3)]
    if not near:
        return otherwise
    *others, last = [repr(name) for name in near]
    return f"did you mean {', '.join(others) + ' or ' if others else ''}{last}?"
