"""The Reconciliation Service API 0.2 (W3C Entity Reconciliation Community Group), as OpenRefine and others speak it.

A candidate comes with the features that its score is made of. It is a match only where no other is as good: the same
name or an equal identifier, no given property that differs, and for a person one that agrees, since people share names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from aligngraph._version import __version__
from aligngraph.queries.search import find_identified
from aligngraph.rdf.namespaces import BASE, PREFIXES
from aligngraph.text.suggestions import nearest
from aligngraph.web.entities import BROADER, Entities, Entity, type_name
from aligngraph.web.properties import PROPERTIES, Property, Value, Values
from aligngraph.web.protocol import HttpError

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

BATCH = 100
"""Queries in one request, at most."""
_CANDIDATES = 10
_MOST_CANDIDATES = 100
_LONGEST = 2_000
"""Characters of a name or value that are looked at: no name here is longer."""
_SUGGESTED = 20
_MOST_ENTITIES = 1_000
_WEIGHT_OF_NAME = 2.0
PREVIEW_SIZE = (420, 180)


def manifest(base: str) -> dict[str, Any]:
    """Return what the service at *base* can do."""
    service = base + "reconcile"
    return {
        "versions": ["0.1", "0.2"],
        "name": "aligngraph: research on aligning language models",
        "identifierSpace": BASE,
        "schemaSpace": PREFIXES["ag"],
        "documentation": base,
        "serviceVersion": __version__,
        "defaultTypes": [_type(name) for name in BROADER],
        "view": {"url": f"{service}/view?id={{{{id}}}}"},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": PREVIEW_SIZE[0], "height": PREVIEW_SIZE[1]},
        "suggest": {
            kind: {"service_url": service, "service_path": f"/suggest/{kind}"}
            for kind in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "Values of one entity at most; 0 for all.",
                }
            ],
        },
        "batchSize": BATCH,
    }


class _Scored(NamedTuple):
    entity: Entity
    score: float
    features: dict[str, float | bool]
    is_certain: bool


class Reconciler:
    """The answers of the service over one catalogue."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._values = Values(backend)

    @cached_property
    def _entities(self) -> Entities:
        return Entities(self._backend)

    def answer(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to *task*: an operation of the service, and what the request gave. Raise HttpError."""
        operations: dict[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {
            "queries": lambda given: self.batch(given["queries"]),
            "extend": lambda given: self.extend(given["extend"]),
            "suggest/entity": self._suggest_entities,
            "suggest/type": lambda given: _suggest((_type(name) for name in BROADER), given),
            "suggest/property": lambda given: _suggest(map(_property, PROPERTIES.values()), given),
            "properties": _proposed,
        }
        return operations[task["operation"]](task["given"])

    # Queries

    def batch(self, text: str) -> dict[str, Any]:
        """Return the candidates for each query of the batch *text*, JSON."""
        queries = _object(text, "queries")
        if len(queries) > BATCH:
            raise HttpError(413, f"{len(queries):,} queries in one request: send at most {BATCH}.")
        return {key: {"result": self._candidates(key, query)} for key, query in queries.items()}

    def _candidates(self, key: str, query: object) -> list[dict[str, Any]]:
        if not isinstance(query, dict):
            raise HttpError(400, f"query {key!r} is not a JSON object.")
        words = query.get("query") or ""
        if not isinstance(words, str):
            raise HttpError(400, f"query {key!r}: 'query' is not a text.")
        types = _types(key, query.get("type") or [])
        given = _given(key, query.get("properties") or [])
        if not words.strip() and not given:
            raise HttpError(400, f"query {key!r} has neither a 'query' nor 'properties' to look for.")
        limit = query.get("limit") or _CANDIDATES
        if not isinstance(limit, int | float) or limit < 1:
            raise HttpError(400, f"query {key!r}: 'limit' is a number from 1 on.")
        scored = self._scored(words.strip()[:_LONGEST], types, given)
        certain = [one for one in scored if one.is_certain]
        return [
            {
                "id": one.entity.id,
                "name": one.entity.name,
                "description": self._describe(one.entity),
                "type": [{"id": name, "name": type_name(name)} for name in one.entity.types],
                "score": one.score,
                "features": [{"id": name, "value": value} for name, value in one.features.items()],
                "match": len(certain) == 1 and one.is_certain,
            }
            for one in scored[: min(int(limit), _MOST_CANDIDATES)]
        ]

    def _scored(self, words: str, types: Sequence[str], given: Mapping[str, list[str]]) -> list[_Scored]:
        identified = self._identified(words)
        alike = {} if identified else self._entities.named(words, types) if words else {}
        found = dict.fromkeys(identified, 1.0) or dict(alike)
        for name, values in given.items():
            if PROPERTIES[name].is_identifier or not words:
                for iri in self._values.having(PROPERTIES[name], values):
                    if iri in self._entities:
                        found.setdefault(iri, 0.0)
        scored = [
            self._score(self._entities[iri], likeness if words else None, given, is_identified=iri in identified)
            for iri, likeness in found.items()
            if not types or not set(types).isdisjoint(self._entities[iri].types)
        ]
        return sorted(scored, key=lambda one: (-one.score, one.entity.name, one.entity.id))

    def _identified(self, words: str) -> set[str]:
        """Return what *words* identify: an entity's identifier here or elsewhere, not a name."""
        if BASE + words in self._entities:
            return {BASE + words}
        found = find_identified(self._backend, words) if words else []
        return {one.iri for one in found if one.iri in self._entities}

    def _score(
        self, entity: Entity, likeness: float | None, given: Mapping[str, list[str]], *, is_identified: bool
    ) -> _Scored:
        features: dict[str, float | bool] = {}
        weight = total = 0.0
        if likeness is not None:
            features["name"] = round(likeness, 3)
            weight, total = _WEIGHT_OF_NAME, _WEIGHT_OF_NAME * likeness
        agreed = []
        for name, values in given.items():
            property = PROPERTIES[name]
            # What is asked of a work is not true of what it introduced.
            fits = not set(property.types).isdisjoint(entity.types)
            same = self._values.agree(property, entity.iri, values) if fits else False
            if same is not None:
                features[name] = same
                agreed.append(same)
                weight, total = weight + 1, total + same
        score = round(100 * total / weight, 2) if weight else 0.0
        identifier = is_identified or any(
            features.get(name) is True and PROPERTIES[name].is_identifier for name in given
        )
        # An identifier that agrees while the name does not is likely to be a wrong identifier.
        named = likeness is None or likeness == 1.0 or (identifier and likeness >= 0.8)
        enough = identifier or any(agreed) if "Person" in entity.types or likeness is None else True
        return _Scored(entity, score, features, named and enough and all(agreed))

    def _describe(self, entity: Entity) -> str:
        """Return what tells *entity* from its namesakes."""

        def first(name: str, count: int = 1) -> list[str]:
            return [value.text for value in self._values.of(PROPERTIES[name]).get(entity.iri, [])[:count]]

        kind = type_name(entity.types[0])
        if "Work" in entity.types:
            authors = first("author", 2)
            named = f"{authors[0]} et al." if len(authors) > 1 else "".join(authors)
            return ", ".join(filter(None, (kind, named, *first("firstPublicYear"))))
        if "Concept" in entity.types:
            return "; ".join((kind, *first("definition")))
        if "Artifact" in entity.types:
            return "; ".join((kind, *first("introducedBy")))
        works = self._values.of(PROPERTIES["work"]).get(entity.iri, [])
        return "; ".join((kind, f"{len(works)} work{'' if len(works) == 1 else 's'} here", *first("work")))

    # Suggestions and properties

    def _suggest_entities(self, given: Mapping[str, str]) -> dict[str, Any]:
        prefix = given.get("prefix", "").strip()[:_LONGEST]
        identified = self._identified(prefix) if prefix else set()
        found = [self._entities[iri] for iri in sorted(identified)] or (
            self._entities.beginning(prefix) if prefix else []
        )
        start = _cursor(given)
        return {
            "result": [
                {
                    "id": one.id,
                    "name": one.name,
                    "description": self._describe(one),
                    "notable": [{"id": name, "name": type_name(name)} for name in one.types],
                }
                for one in found[start : start + _SUGGESTED]
            ]
        }

    def extend(self, text: str) -> dict[str, Any]:
        """Return the values that the data extension query *text*, JSON, asks for."""
        wanted = _object(text, "extend")
        ids, asked = wanted.get("ids"), wanted.get("properties")
        if not isinstance(ids, list) or not isinstance(asked, list) or not all(isinstance(one, str) for one in ids):
            raise HttpError(400, "'extend' needs 'ids', a list of texts, and 'properties', a list of objects.")
        if len(ids) > _MOST_ENTITIES:
            raise HttpError(413, f"{len(ids):,} entities in one request: send at most {_MOST_ENTITIES:,}.")
        columns: list[tuple[Property, int]] = []
        for one in asked:
            if not isinstance(one, dict):
                raise HttpError(400, "each of 'properties' is an object with an 'id'.")
            settings = one.get("settings") or {}
            limit = str(settings.get("limit") or 0) if isinstance(settings, dict) else "0"
            columns.append((_known(str(one.get("id"))), int(limit) if limit.isdigit() else 0))
        rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for name in ids:
            iri = BASE + name
            if iri not in self._entities:
                rows[name] = {property.id: [] for property, _ in columns}
                continue
            rows[name] = {
                property.id: [self._cell(value) for value in self._values.of(property).get(iri, [])[: limit or None]]
                for property, limit in columns
            }
        return {"meta": [{"id": property.id, "name": property.name} for property, _ in columns], "rows": rows}

    def _cell(self, value: Value) -> dict[str, Any]:
        if value.iri is not None and value.iri in self._entities:
            return {"id": value.iri.removeprefix(BASE), "name": value.text}
        if value.is_number:
            return {"int": int(value.text)}
        return {"str": value.text if value.iri is None else value.iri}


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, f"{name!r} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise HttpError(400, f"{name!r} is not a JSON object.")
    return value


def _types(key: str, given: object) -> list[str]:
    """Return the types that a query names: an identifier, an object with an 'id', or a list of either."""
    many = given if isinstance(given, list) else [given]
    names = [one.get("id") if isinstance(one, dict) else one for one in many]
    for name in names:
        if name not in BROADER:
            raise HttpError(400, f"query {key!r}: there is no type {name!r}. Types are {', '.join(BROADER)}.")
    return [str(name) for name in names]


def _given(key: str, properties: object) -> dict[str, list[str]]:
    """Return the values that a query gives, by property."""
    if not isinstance(properties, list):
        raise HttpError(400, f"query {key!r}: 'properties' is not a list.")
    found: dict[str, list[str]] = {}
    for one in properties:
        if not isinstance(one, dict) or "pid" not in one or "v" not in one:
            raise HttpError(400, f"query {key!r}: each of 'properties' is an object with 'pid' and 'v'.")
        values = one["v"] if isinstance(one["v"], list) else [one["v"]]
        texts = [str(value.get("id", "") if isinstance(value, dict) else value)[:_LONGEST] for value in values]
        found.setdefault(_known(str(one["pid"])).id, []).extend(text for text in texts if text.strip())
    return {name: texts for name, texts in found.items() if texts}


def _known(name: str) -> Property:
    if name not in PROPERTIES:
        near = nearest(name, ((one, one) for one in PROPERTIES))
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(PROPERTIES)}."
        raise HttpError(400, f"there is no property {name[:60]!r}: {hint}")
    return PROPERTIES[name]


def _type(name: str) -> dict[str, Any]:
    broader = BROADER[name]
    more = {"broader": [{"id": broader, "name": type_name(broader)}]} if broader else {}
    return {"id": name, "name": type_name(name), **more}


def _property(property: Property) -> dict[str, Any]:
    of = " or ".join(map(type_name, property.types))
    return {"id": property.id, "name": property.name, "description": f"of a {of}"}


def _suggest(choices: Any, given: Mapping[str, str]) -> dict[str, Any]:
    prefix = given.get("prefix", "").strip().casefold()
    fitting = [one for one in choices if any(prefix in one[part].casefold() for part in ("id", "name"))]
    start = _cursor(given)
    return {"result": fitting[start : start + _SUGGESTED]}


def _proposed(given: Mapping[str, str]) -> dict[str, Any]:
    name = given.get("type", "")
    if name and name not in BROADER:
        raise HttpError(400, f"there is no type {name[:60]!r}. Types are {', '.join(BROADER)}.")
    wanted = {name, BROADER.get(name)}
    fitting = [one for one in PROPERTIES.values() if not name or not wanted.isdisjoint(one.types)]
    limit = given.get("limit", "")
    shown = fitting[: int(limit)] if limit.isdigit() and int(limit) else fitting
    found: dict[str, Any] = {"properties": [{"id": one.id, "name": one.name} for one in shown]}
    return found | ({"type": name} if name else {}) | ({"limit": int(limit)} if limit.isdigit() else {})


def _cursor(given: Mapping[str, str]) -> int:
    text = given.get("cursor") or "0"
    if not text.isascii() or not text.isdigit():
        raise HttpError(400, f"cursor is a number from 0 on, not {text[:40]!r}.")
    return int(text[:9])
