"""JSON-LD, compacted with the project's context, which is written into the document.

Only what the context says plainly is used: names and prefixes for IRIs, and types, languages and containers for values
(JSON-LD 1.1, sections 3 and 4). The result is read back before it is given out, so a context that says more than is
understood here can't change what the document says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from aligngraph.catalogue import CatalogueError, ontology_folder, read_bytes
from aligngraph.export.graph import ExportError, merge, object_key
from aligngraph.namespaces import PREFIXES
from aligngraph.turtle_order import predicate_key, subject_key
from aligngraph.turtle_terms import parts_of

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.turtle_terms import Object, Subject

    Json: TypeAlias = Any

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
_UNDERSTOOD = {"@id", "@type", "@language", "@container", "@prefix", "@protected"}


@dataclass(frozen=True)
class Term:
    """What a context says of one name."""

    name: str
    iri: str
    type: str | None = None
    language: str | None = None
    container: str | None = None


def read_context(content: bytes, name: str) -> dict[str, Json]:
    """Return the context in a context file; raise CatalogueError where it is none."""
    try:
        document = json.loads(content)
        context = document["@context"]
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"{name}: not a JSON-LD context: {error}.") from error
    if not isinstance(context, dict):
        raise CatalogueError(f"{name}: not a JSON-LD context: one object is wanted as '@context'.")
    return context


def jsonld(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield JSON-LD, all graphs as one, a node a line. Raise CatalogueError or ExportError."""
    path = ontology_folder() / "context.jsonld"
    yield from compact(merge(quads), read_context(read_bytes(path), str(path)))


def compact(triples: Iterable[ox.Triple], context: dict[str, Json]) -> Iterator[str]:
    """Yield *triples* as a JSON-LD document with *context* inside.

    Raise ExportError where the context makes the document say something else.
    """
    wanted = set(triples)
    described: dict[Subject, dict[str, list[Object]]] = {}
    for triple in wanted:
        subject, predicate, object_ = parts_of(triple, "the catalogue")
        described.setdefault(subject, {}).setdefault(predicate.value, []).append(object_)
    names = _Names(context)
    subjects = sorted(described, key=lambda node: (isinstance(node, ox.BlankNode), subject_key(node.value)))
    nodes = [_dump(names.node(subject, described[subject])) for subject in subjects]
    head = json.dumps(context, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    text = f'{{\n  "@context": {head},\n  "@graph": [\n' + ",\n".join(nodes) + "\n  ]\n}\n"
    found = {quad.triple for quad in ox.parse(text, ox.RdfFormat.JSON_LD)}
    if found != wanted:
        lost = sorted(map(str, wanted ^ found))[0]
        raise ExportError(f"the JSON-LD context can't carry every statement; the first it changes is {lost}")
    yield text


def _dump(node: Json) -> str:
    return "    " + json.dumps(node, ensure_ascii=False, separators=(", ", ": "))


class _Names:
    """A context, read for writing."""

    def __init__(self, context: Mapping[str, Json]) -> None:
        self._context = context
        self._terms: dict[str, list[Term]] = {}
        self._prefixes: list[tuple[str, str]] = []
        self._keywords: dict[str, str] = {}
        self._vocab: str = context.get("@vocab") or ""
        self._language: str | None = context.get("@language")
        for name in sorted(name for name in context if not name.startswith("@")):
            self._take(name, context[name])
        self._prefixes.sort(key=lambda row: (-len(row[0]), row[1]))

    def _take(self, name: str, definition: Json) -> None:
        if isinstance(definition, str):
            if definition.startswith("@"):
                self._keywords.setdefault(definition, name)
                return
            definition = {"@id": definition, "@prefix": definition[-1:] in "/#:?"}
        if not isinstance(definition, dict) or definition.keys() - _UNDERSTOOD:
            return
        iri = self._expand(definition.get("@id", name))
        if iri is None:
            return
        if definition.get("@prefix"):
            self._prefixes.append((iri, name))
        container = definition.get("@container")
        if container not in (None, "@set", "@list", "@language"):
            return
        kind = definition.get("@type")
        term = Term(
            name,
            iri,
            None if kind is None else self._expand(kind),
            definition.get("@language", self._language) if kind is None else None,
            container,
        )
        self._terms.setdefault(iri, []).append(term)

    def _expand(self, text: str, seen: frozenset[str] = frozenset()) -> str | None:
        """Return the IRI or keyword that *text* in the context means."""
        if text.startswith("@") or text in seen:
            return text if text.startswith("@") else None
        prefix, colon, local = text.partition(":")
        definition = self._context.get(prefix if colon else text)
        if colon and local.startswith("//"):
            return text
        if definition is None:
            return text if colon else (self._vocab + text if self._vocab else None)
        target = definition if isinstance(definition, str) else definition.get("@id", prefix)
        space = self._expand(target, seen | {text}) if target != text else None
        return None if space is None else space + (local if colon else "")

    def _short(self, iri: str) -> str:
        for space, prefix in self._prefixes:
            local = iri[len(space) :]
            if iri.startswith(space) and local and not local.startswith("//"):
                short = f"{prefix}:{local}"
                if short not in self._context:
                    return short
        return iri

    def _class(self, iri: str) -> str:
        for term in self._terms.get(iri, ()):
            return term.name
        return self._plain_name(iri)

    def _plain_name(self, iri: str) -> str:
        """Return a name for a class or property that the context has no term for."""
        if self._vocab and iri.startswith(self._vocab):
            local = iri[len(self._vocab) :]
            if local and ":" not in local and local not in self._context and not local.startswith("@"):
                return local
        return self._short(iri)

    def node(self, subject: Subject, statements: Mapping[str, list[Object]]) -> Json:
        """Return the JSON of one subject, its keys in the order of predicates."""
        result: dict[str, Json] = {self._keyword("@id"): self._identifier(subject)}
        for predicate in sorted(statements, key=predicate_key):
            values = sorted(statements[predicate], key=object_key)
            types = [value for value in values if predicate == _RDF_TYPE and not isinstance(value, ox.Literal)]
            if types:
                names = [self._class(v.value) if isinstance(v, ox.NamedNode) else f"_:{v.value}" for v in types]
                result[self._keyword("@type")] = names if len(names) > 1 else names[0]
            rest = [value for value in values if value not in types]
            if rest:
                self._put(result, predicate, rest)
        return result

    def _keyword(self, keyword: str) -> str:
        return self._keywords.get(keyword, keyword)

    def _identifier(self, node: Subject) -> str:
        return f"_:{node.value}" if isinstance(node, ox.BlankNode) else self._short(node.value)

    def _put(self, result: dict[str, Json], predicate: str, values: list[Object]) -> None:
        """Add *values* under the name that writes most of them plainly; the others stand as objects beside them."""
        terms = [term for term in self._terms.get(predicate, ()) if term.container != "@list"]
        plain = {term: sum(self._fits(value, term) for value in values) for term in terms}
        for term in sorted(terms, key=lambda term: (-plain[term], term.name)):
            if term.container == "@language":
                if plain[term] == len(values):
                    by_language: dict[str, list[str]] = {}
                    for value in values:
                        if isinstance(value, ox.Literal) and value.language:
                            by_language.setdefault(value.language, []).append(value.value)
                    result[term.name] = {
                        tag: found if len(found) > 1 else found[0] for tag, found in by_language.items()
                    }
                    return
                continue
            written = [self._value(value, term) for value in values]
            result[term.name] = written if len(written) > 1 or term.container == "@set" else written[0]
            return
        bare = Term(self._plain_name(predicate), predicate, None, self._language)
        written = [self._value(value, bare) for value in values]
        result[bare.name] = written if len(written) > 1 else written[0]

    def _fits(self, value: Object, term: Term) -> bool:
        if not isinstance(value, ox.Literal):
            return term.type in ("@id", "@vocab")
        if term.container == "@language":
            return bool(value.language)
        return not isinstance(self._value(value, term), dict)

    def _value(self, value: Object, term: Term) -> Json:
        if not isinstance(value, ox.Literal):
            identifier = self._identifier(value)
            return identifier if term.type == "@id" else {self._keyword("@id"): identifier}
        text, datatype = value.value, value.datatype.value
        if value.language:
            plain = term.type is None and term.language == value.language
            return text if plain else {"@value": text, "@language": value.language}
        if datatype == _XSD + "boolean" and text in ("true", "false") and term.type in (None, datatype):
            return text == "true"
        if datatype == _XSD + "integer" and term.type in (None, datatype) and _is_small_integer(text):
            return int(text)
        if term.type == datatype or (datatype == _XSD + "string" and term.type is None and term.language is None):
            return text
        return {"@value": text} if datatype == _XSD + "string" else {"@value": text, "@type": self._class(datatype)}


def _is_small_integer(text: str) -> bool:
    # Larger ones lose digits in readers that know only floating point numbers.
    return len(text) <= 15 and text.removeprefix("-").isdecimal() and text.isascii() and str(int(text)) == text
