"""Validation: do files keep the shapes and the rules on written form? Where not, what to fix, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.labels import GRAPH_OF_LABELS
from aligngraph.catalogue.sources import Source, find_sources, format_of, ontology_folder, parse_source, read_bytes
from aligngraph.errors import BadTurtleError, CatalogueError
from aligngraph.files.activity import doing
from aligngraph.rdf.labels import labels_of
from aligngraph.rdf.namespaces import AG, AGS, shorten
from aligngraph.rdf.terms import Node
from aligngraph.text.plurals import count_of
from aligngraph.turtle.positions import Places, find_places, places_by_line
from aligngraph.validation.engines import Result, choose_engine, run_engine, term_of
from aligngraph.validation.shapes import (
    SEVERITIES,
    SH,
    PropertyPath,
    Rule,
    Shapes,
    best_of,
    read_shapes,
    severity_name,
    term_text,
)
from aligngraph.validation.written_form import Fault, find_faults

WRITTEN_FORM = AGS + "WrittenForm"
"""Stands as constraint component for the rules that SHACL can't see."""
MAX_RELATED = 20
_LINE_BY_LINE = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_CAPITAL_TAG = re.compile(rb"""["']@[A-Za-z0-9-]*[A-Z]""")


@dataclass(frozen=True)
class Place:
    """A thing, and where it is described."""

    node: str
    label: str
    file: Path | None
    line: int | None


@dataclass(frozen=True)
class Finding:
    """One thing that breaks one rule. Terms are written as in N-Triples: ``<https://…>``, ``"text"@en``, ``_:b0``."""

    rule: Rule
    focus: str
    label: str
    severity: str
    """``violation``, ``warning``, ``info``, or the IRI of another severity."""
    path: PropertyPath | None
    value: str | None
    message: str
    messages: tuple[ox.Literal, ...]
    """The same in all languages."""
    component: str
    file: Path | None
    line: int | None
    related: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What was checked, and with what."""

    files: int
    triples: int
    rules: int
    focus_nodes: int
    engine: str


@dataclass(frozen=True)
class Report:
    """The findings, by severity, rule and place; and what was checked."""

    findings: tuple[Finding, ...]
    checked: Checked
    shapes: Shapes

    @property
    def conforms(self) -> bool:
        """Whether there is no finding, warnings included (SHACL 3.4)."""
        return not self.findings

    def count(self, severity: str) -> int:
        """Return how many findings have *severity*."""
        return sum(finding.severity == severity for finding in self.findings)

    def below(self, root: Path) -> Report:
        """Return the same with the files below *root* named from there."""

        def seen(file: Path | None) -> Path | None:
            return file.relative_to(root) if file is not None and file.is_relative_to(root) else file

        findings = (
            replace(
                finding,
                file=seen(finding.file),
                related=tuple(replace(place, file=seen(place.file)) for place in finding.related),
            )
            for finding in self.findings
        )
        return replace(self, findings=tuple(findings))

    def passes(self, fail_on: str = "violation") -> bool:
        """Tell whether every finding is less than *fail_on*: 'violation' or 'warning'."""
        limit = SEVERITIES.index(fail_on)
        return all(_rank(finding.severity) > limit for finding in self.findings)


def _rank(severity: str) -> int:
    """Return how bad *severity* is, 0 being the worst; that of a file's own is as bad as a violation."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def validate(
    data: Sequence[Path] = (),
    *,
    within: Sequence[Path] = (),
    engine: str | None = None,
    shapes: Path | None = None,
) -> Report:
    """Check the files and folders *data*, the shipped catalogue where empty, and return what was found.

    The ontology's terms are read too. *within* names the rest of the catalogue that *data* belongs to: it is read, but
    only findings about things that *data* describes are returned. *engine* is 'shacl' or 'pyshacl'; None takes the
    first that is installed. *shapes* is a shapes file in place of the shipped one; with it the data may be of any kind,
    and what is relative in a file is so to its own address.

    Raise CatalogueError where there is nothing to check, or files can't be read or are not RDF; EngineError where the
    engine is missing or gives up.
    """
    chosen = choose_engine(engine)
    rules = read_shapes(shapes or ontology_folder() / "shapes.ttl")
    terms, *sources = find_sources(data)
    own = _once(sources)
    context = _once(find_sources(within)[1:], but=own) if within else []
    files = _read([*own, *context, terms], based=shapes is not None)
    checked, ontology = files[: len(own)], files[-1]
    name = ", ".join(map(str, data)) or str(own[0].path.parent)
    statements = {quad.triple for file in checked for quad in file.quads}
    if not statements:
        raise CatalogueError(f"{name}: no statement in {count_of(len(own), 'file')}, so nothing was checked.")
    triples = list(dict.fromkeys(quad.triple for file in files for quad in file.quads))
    described = {quad.subject for file in checked for quad in file.quads}
    elsewhere = {quad.subject for file in files[len(own) :] for quad in file.quads} - described
    focus = rules.focus_nodes(triples) - elsewhere
    if not focus and rules.is_active:
        raise CatalogueError(
            f"{name}: {count_of(len(statements), 'statement')}, but nothing that the shapes are about, so nothing was "
            "checked. Is this a catalogue of this kind?"
        )
    collector = _Collector(files, rules)
    doing(f"checking {name}")
    for result in run_engine(chosen, rules, triples):
        if result.value in described or (result.focus in described if context else result.focus not in elsewhere):
            collector.add_result(result)
    known = frozenset(quad.subject.value for quad in ontology.quads if isinstance(quad.subject, ox.NamedNode))
    beside: dict[Node, int] = {}
    for at in range(len(own), len(files) - 1):
        if files[at].source.graph != GRAPH_OF_LABELS:
            beside.update(dict.fromkeys((quad.subject for quad in files[at].quads), at))
    for fault in find_faults([(file.source.graph, file.quads) for file in checked], known, beside):
        collector.add_fault(fault)
    for fault in _duplicates(files[:-1], own=len(own)):
        collector.add_fault(fault)
    for at, file in enumerate(checked):
        for subject, predicate, value in file.capital_tags():
            collector.add_fault(Fault(AGS + "WrittenLanguage", term_of(subject), at, predicate, term_of(value)))
    counts = Checked(len(own), len(statements), rules.count, len(focus), chosen)
    return Report(tuple(sorted(collector.findings, key=_order)), counts, rules)


def _duplicates(files: Sequence[_File], *, own: int) -> Iterator[Fault]:
    """Yield the records of the first *own* files that are likely of one thing with another, of any file."""
    from aligngraph.curation.duplicates import duplicates_among

    first: dict[str, int] = {}
    for at, file in enumerate(files):
        for quad in file.quads:
            if isinstance(quad.subject, ox.NamedNode):
                first.setdefault(quad.subject.value, at)
    for found in duplicates_among(quad for file in files for quad in file.quads):
        one, other = sorted((found.one, found.other), key=lambda iri: first[iri] >= own)
        if first[one] < own and not found.is_plain:
            hint = f"Both are a {found.kind} with {found.evidence}."
            yield Fault(AGS + "LikelyDuplicate", ox.NamedNode(one), first[one], None, ox.NamedNode(other), hint)


def _once(sources: Iterable[Source], *, but: Sequence[Source] = ()) -> list[Source]:
    """Return *sources* with each file once, and without those of *but*."""
    taken = {source.path.resolve() for source in but}
    unique = {source.path.resolve(): source for source in sources}
    return [source for path, source in unique.items() if path not in taken]


def _order(finding: Finding) -> tuple[int | bool | str, ...]:
    return (
        _rank(finding.severity),
        # A misspelt term first: it may be the cause of all the others.
        finding.rule.iri != AGS + "WrittenTerm",
        finding.rule.iri,
        finding.rule.name,
        str(finding.file or ""),
        finding.line or 0,
        finding.focus,
        finding.path.text if finding.path else "",
        finding.value or "",
        finding.component,
        finding.message,
    )


class _File:
    """A file that was read: what it holds, and where."""

    def __init__(self, source: Source, content: bytes, *, based: bool, taken: set[ox.BlankNode]) -> None:
        """Read *content*; blank nodes keep their labels, for messages, unless an earlier file has *taken* one."""
        self.source = source
        self.content = content
        base = source.path.resolve().as_uri() if based else None
        self.quads = list(parse_source(source, content, base))
        if b"_:" in content:
            blank = {
                term for quad in self.quads for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)
            }
            if blank & taken:
                self.quads = list(parse_source(source, content, base, rename=True))
            taken |= blank

    @cached_property
    def places(self) -> Places:
        if format_of(self.source.path) in _LINE_BY_LINE and not self._has_capital_tags:
            return places_by_line(self.content, self.quads)
        return find_places(self.content, str(self.source.path))

    def capital_tags(self) -> list[tuple[str, str, str]]:
        """Return the statements whose language tag has capitals, which the parser does not let through."""
        return self.places.capital_tags if self._has_capital_tags else []

    @cached_property
    def _has_capital_tags(self) -> bool:
        return _CAPITAL_TAG.search(self.content) is not None


def _read(sources: Sequence[Source], *, based: bool) -> list[_File]:
    files: list[_File] = []
    errors: list[BadTurtleError] = []
    taken: set[ox.BlankNode] = set()
    for source in sources:
        try:
            files.append(_File(source, read_bytes(source.path), based=based, taken=taken))
        except BadTurtleError as error:
            errors.append(error)
    if errors:
        first, *others = errors
        for other in others:
            first.add_note(str(other))
        raise first
    return files


class _Collector:
    """Makes findings of what the checks give: each once, with labels and places."""

    def __init__(self, files: Sequence[_File], shapes: Shapes) -> None:
        self.files = files
        self.shapes = shapes
        self.findings: list[Finding] = []
        self._faults: set[Fault] = set()
        self._rules: dict[Node, Rule] = {}

    def add_result(self, result: Result) -> None:
        rule = self._rules.get(result.shape)
        if rule is None:
            rule = self._rules[result.shape] = self.shapes.rule_of(result.shape)
        path = rule.path
        if result.path is not None and (path is None or path.starts != (result.path,)):
            path = PropertyPath(shorten(result.path), (result.path,))
        messages = result.messages or (ox.Literal(self._default_message(result), language="en"),)
        severity = severity_name(result.severity)
        self._add(rule, result.focus, path, result.value, severity, result.component, messages)

    def _default_message(self, result: Result) -> str:
        """Return what to say where the shapes file says nothing: the parameter that is broken."""
        if not result.component.startswith(SH):
            return f"Breaks {shorten(result.component)}."
        name = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
        parameter = SH + ("sparql" if name == "SPARQL" else name[:1].lower() + name[1:])
        values = [
            term_text(str(value))
            for value in self.shapes.nodes.get(result.shape, {}).get(parameter, ())
            if not isinstance(value, ox.BlankNode)
        ]
        return f"Breaks {' '.join([shorten(parameter), ' or '.join(sorted(values))]).strip()}."

    def add_fault(self, fault: Fault) -> None:
        rule = self.shapes.rules.get(fault.rule)
        if rule is not None and fault not in self._faults:
            self._faults.add(fault)
            path = PropertyPath(shorten(fault.predicate), (fault.predicate,)) if fault.predicate else None
            text = rule.message + (f" {fault.hint}" if fault.hint else "")
            messages = (ox.Literal(text, language="en"),)
            self._add(rule, fault.focus, path, fault.value, rule.severity, WRITTEN_FORM, messages, fault)

    def _add(
        self,
        rule: Rule,
        focus: Node,
        path: PropertyPath | None,
        value: Node | None,
        severity: str,
        component: str,
        messages: tuple[ox.Literal, ...],
        fault: Fault | None = None,
    ) -> None:
        starts = path.starts if path else ()
        file, line = self._place(focus, starts, value, None if fault is None else fault.source)
        related = [self._related(node, starts) for node in self._others(focus, path, value)]
        if fault is not None and fault.elsewhere is not None:
            related.append(self._related(focus, (), fault.elsewhere))
        finding = Finding(
            rule,
            str(focus),
            self.labels.get(focus, ""),
            severity,
            path,
            None if value is None else str(value),
            best_of(messages).value,
            messages,
            component,
            file,
            line,
            tuple(related[:MAX_RELATED]),
        )
        self.findings.append(finding)

    def _others(self, focus: Node, path: PropertyPath | None, value: Node | None) -> list[Node]:
        """Return the other things that are part of a finding."""
        if path is not None and path.shared is not None:
            sharing = self._sharing(path.shared)
            found = {node for subjects in sharing.values() if focus in subjects for node in subjects}
            return sorted(found - {focus}, key=str)
        if value is None or value == focus or value not in self.described or str(value).startswith(f"<{AG}"):
            return []
        return [value]

    def _related(self, node: Node, predicates: Sequence[str], at: int | None = None) -> Place:
        file, line = self._place(node, predicates, None, at)
        return Place(str(node), self.labels.get(node, ""), file, line)

    def _place(
        self, node: Node, predicates: Sequence[str], value: Node | None, at: int | None
    ) -> tuple[Path | None, int | None]:
        """Return the file and line to look at for *node*: in file *at*, else where it is described or mentioned."""
        options = [at] if at is not None else self.described.get(node, [])
        lines = [(index, self.files[index].places) for index in options]
        for index, places in lines:
            if any((str(node), predicate) in places.predicates for predicate in predicates):
                return self.files[index].source.path, places.find(node, predicates, value)
        if lines:
            return self.files[lines[0][0]].source.path, lines[0][1].find(node)
        mention = self.mentions.get(node)
        if mention is None:
            return None, None
        index, subject, predicate = mention
        return self.files[index].source.path, self.files[index].places.find(subject, [predicate], node)

    @cached_property
    def described(self) -> dict[Node, list[int]]:
        """The files that each subject is described in, by index."""
        found: dict[Node, list[int]] = {}
        for index, file in enumerate(self.files):
            for subject in dict.fromkeys(quad.subject for quad in file.quads):
                found.setdefault(subject, []).append(index)
        return found

    @cached_property
    def mentions(self) -> dict[Node, tuple[int, Node, str]]:
        """Where each thing that is not a literal first stands as an object."""
        found: dict[Node, tuple[int, Node, str]] = {}
        for index, file in enumerate(self.files):
            for quad in file.quads:
                if not isinstance(quad.object, ox.Literal):
                    found.setdefault(quad.object, (index, quad.subject, quad.predicate.value))
        return found

    @cached_property
    def labels(self) -> dict[Node, str]:
        return labels_of(quad.triple for file in self.files for quad in file.quads)

    def _sharing(self, predicate: str) -> dict[Node, set[Node]]:
        """Return the subjects that have each value of *predicate*, where these are several."""
        if predicate not in self._shared:
            found: dict[Node, set[Node]] = {}
            for file in self.files:
                for quad in file.quads:
                    if quad.predicate.value == predicate:
                        found.setdefault(quad.object, set()).add(quad.subject)
            self._shared[predicate] = {value: nodes for value, nodes in found.items() if len(nodes) > 1}
        return self._shared[predicate]

    @cached_property
    def _shared(self) -> dict[str, dict[Node, set[Node]]]:
        return {}
