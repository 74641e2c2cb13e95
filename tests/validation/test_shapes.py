"""Each rule has an example that keeps it and one that breaks it alone, in both engines; the shapes file is SHACL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder, ontology_folder
from aligngraph.rdf.namespaces import AG, AGS, PREFIXES
from aligngraph.rdf.terms import TYPE, Node
from aligngraph.validation.shapes import SH, iri_of, read_shapes
from aligngraph.validation.validate import WRITTEN_FORM, validate
from tests.support.marks import slow_after
from tests.support.shape_examples import BASE, FOLDER, files_of, result_set, triples_of, write_example
from tests.support.triplestores import Jena

FILE = ontology_folder() / "shapes.ttl"
SHAPES = read_shapes(FILE)
RULES = sorted(iri.removeprefix(AGS) for iri in SHAPES.rules)
TOGETHER = 24
"""pySHACL takes most of its time for the shapes and the ontology, so it is given so many examples at once."""

# All that SHACL Core and SHACL-SPARQL define and this file uses (https://www.w3.org/TR/shacl/, appendix of the
# vocabulary). Engines pass over what they do not know, so a slip of the pen would switch a rule off.
KNOWN = set(
    "NodeShape PropertyShape Warning Violation Info IRI Literal BlankNode BlankNodeOrIRI IRIOrLiteral"
    " path name description severity message deactivated property node declare prefix namespace prefixes sparql select"
    " targetClass targetNode targetSubjectsOf targetObjectsOf"
    " inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath"
    " class datatype nodeKind minCount maxCount minInclusive maxInclusive minExclusive maxExclusive minLength maxLength"
    " pattern flags languageIn uniqueLang equals disjoint lessThan lessThanOrEquals hasValue in not and or xone"
    " qualifiedValueShape qualifiedMinCount qualifiedMaxCount".split()
)


def _quads() -> list[ox.Quad]:
    return list(ox.parse(path=FILE, format=ox.RdfFormat.TURTLE))


def _iris(quad: ox.Quad) -> list[str]:
    return [term.value for term in (quad.subject, quad.predicate, quad.object) if isinstance(term, ox.NamedNode)]


def test_there_are_rules() -> None:
    """An empty file would pass the tests below."""
    assert len(RULES) > 150


def test_every_word_of_shacl_is_one() -> None:
    words = {iri.removeprefix(SH) for quad in _quads() for iri in _iris(quad) if iri.startswith(SH)}
    assert words
    assert words <= KNOWN


def test_every_term_named_is_one_of_the_ontology() -> None:
    ontology = ox.parse(path=ontology_folder() / "aligngraph.ttl", format=ox.RdfFormat.TURTLE)
    terms = {quad.subject.value for quad in ontology if isinstance(quad.subject, ox.NamedNode)}
    named = {iri for quad in _quads() for iri in _iris(quad) if iri.startswith(AG) and iri != AG}
    in_queries = {
        AG + name
        for quad in _quads()
        if isinstance(quad.object, ox.Literal)
        for name in re.findall(r"\bag:([A-Za-z]+)", quad.object.value)
    }
    assert named
    assert in_queries
    assert named | in_queries <= terms


def test_every_class_of_the_ontology_is_targeted() -> None:
    quads = list(ox.parse(path=ontology_folder() / "aligngraph.ttl", format=ox.RdfFormat.TURTLE))
    above: dict[str, set[str]] = {}
    classes = set()
    for quad in quads:
        if quad.predicate.value == PREFIXES["rdfs"] + "subClassOf":
            above.setdefault(_iris(quad)[0], set()).add(_iris(quad)[-1])
        if quad.predicate.value == TYPE and _iris(quad)[-1] == PREFIXES["owl"] + "Class":
            classes.add(_iris(quad)[0])
    own = {iri for iri in classes if iri.startswith(AG)}
    assert own
    targeted = {iri_of(term) for term in SHAPES.targets["targetClass"]}
    # What is only above others, as the domain of what they share, is checked where these are.
    checked = targeted | {iri for iri in own if any(iri in above.get(one, ()) for one in targeted)}
    assert {iri for iri in own if iri not in checked and not above.get(iri, set()) & (checked | own)} == set()


def test_every_property_of_the_contract_is_checked_somewhere() -> None:
    ontology = list(ox.parse(path=ontology_folder() / "aligngraph.ttl", format=ox.RdfFormat.TURTLE))
    kinds = {PREFIXES["owl"] + "ObjectProperty", PREFIXES["owl"] + "DatatypeProperty"}
    properties = {_iris(q)[0] for q in ontology if q.predicate.value == TYPE and _iris(q)[-1] in kinds}
    # Of two inverse properties one is written down.
    pairs = [_iris(q)[::2] for q in ontology if q.predicate.value == PREFIXES["owl"] + "inverseOf"]
    # Never written down: each follows by a chain.
    derived = {AG + name for name in ("classifiedUnder", "hasAuthor", "publishedIn")}
    named = {iri for quad in _quads() for iri in _iris(quad)}
    named |= {iri for pair in pairs if (named | derived) & set(pair) for iri in pair}
    assert {iri for iri in properties if iri.startswith(AG)} - derived - named == set()


def test_every_property_shape_has_an_iri_a_path_a_name_and_a_message() -> None:
    quads = _quads()
    shapes: set[Node] = {quad.subject for quad in quads if quad.object == ox.NamedNode(SH + "PropertyShape")}
    shapes |= {quad.object for quad in quads if quad.predicate.value == SH + "property" and _is_named(quad.subject)}
    assert shapes
    for shape in shapes:
        assert isinstance(shape, ox.NamedNode)
        values = SHAPES.nodes[shape]
        assert len(values.get(SH + "path", ())) == 1, shape
        for predicate in ("name", "message"):
            texts = values.get(SH + predicate, ())
            assert len(texts) == 1, (shape, predicate)
            assert isinstance(texts[0], ox.Literal)
            assert texts[0].language == "en", (shape, predicate)


def _is_named(term: Node) -> bool:
    return isinstance(term, ox.NamedNode)


def test_every_named_shape_has_a_rule_or_leads_to_one() -> None:
    for node, values in SHAPES.nodes.items():
        if isinstance(node, ox.NamedNode) and ox.NamedNode(SH + "NodeShape") in values.get(TYPE, ()):
            label = values.get(PREFIXES["rdfs"] + "label", ())
            assert [isinstance(text, ox.Literal) and text.language for text in label] == ["en"], node
            assert (SH + "message" in values) != (SH + "property" in values), node


def is_deactivated(rule: str) -> bool:
    return ox.Literal(True) in SHAPES.nodes[ox.NamedNode(rule)].get(SH + "deactivated", ())


def test_every_rule_of_shacl_is_reached_by_a_target() -> None:
    targets = {SH + name for name in SHAPES.targets}
    reached = {node for node, values in SHAPES.nodes.items() if targets & values.keys()}
    reached |= {rule for node in reached for rule in SHAPES.nodes[node].get(SH + "property", ())}
    active = {ox.NamedNode(rule.iri) for rule in SHAPES.rules.values() if not is_deactivated(rule.iri)}
    assert active - reached == set()


def test_no_message_is_used_twice() -> None:
    messages = Counter(rule.message for rule in SHAPES.rules.values())
    assert [message for message, count in messages.items() if count > 1] == []


def test_queries_keep_to_what_every_engine_can_run() -> None:
    """SHACL 5.2.1 and appendix A: no MINUS, SERVICE or VALUES, and nothing may be bound to $this."""
    queries = [str(quad.object) for quad in _quads() if quad.predicate.value == SH + "select"]
    assert queries
    for query in queries:
        assert "$this" in query
        assert not re.search(r"\b(MINUS|SERVICE|VALUES)\b|\bAS\s+[?$]this\b", query)


def test_every_example_belongs_to_a_rule() -> None:
    named = {path.name.split(".")[0] for path in FOLDER.iterdir()} - {BASE.stem}
    assert named == set(RULES)


def test_the_catalogue_beneath_the_examples_conforms() -> None:
    for engine in ("shacl", "pyshacl"):
        report = validate([BASE], engine=engine)
        assert report.findings == ()
        assert report.checked.focus_nodes > 30


@pytest.mark.parametrize("rule", slow_after(20, RULES))
def test_what_keeps_the_rule_conforms(rule: str, tmp_path: Path) -> None:
    files = write_example(files_of(rule, "pass"), tmp_path)
    assert len(files) > 1
    # That a record is known to be incomplete is information, and no fault.
    assert [(one.rule.iri, one.focus) for one in validate(files).findings if one.severity != "info"] == []


@pytest.mark.parametrize("rule", slow_after(60, RULES))
def test_what_breaks_the_rule_breaks_no_other(rule: str, tmp_path: Path) -> None:
    files = write_example(files_of(rule, "fail"), tmp_path)
    assert len(files) > 1
    report = validate(files)
    worse = {finding.rule.iri for finding in report.findings if finding.severity != "info"}
    assert (worse or {finding.rule.iri for finding in report.findings}) == {AGS + rule}
    assert all(finding.file is not None for finding in report.findings)
    assert all(finding.line is not None for finding in report.findings) or rule == "WrittenGraph"
    # By the engine, unless the shape is only there for what the tool checks itself.
    assert is_deactivated(AGS + rule) or any(finding.component != WRITTEN_FORM for finding in report.findings)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(RULES), TOGETHER))
def test_pyshacl_finds_the_same_in_what_breaks_the_rules(first: int, tmp_path: Path) -> None:
    rules = RULES[first : first + TOGETHER]
    triples = together(rules, "fail")
    found = result_set("shacl", SHAPES, triples)
    assert result_set("pyshacl", SHAPES, triples) == found
    broken = {shape for _, shape, *_ in found}
    # What is broken only in the place of a record of the catalogue beneath.
    for rule in rules:
        if f"<{AGS}{rule}>" not in broken and not is_deactivated(AGS + rule):
            triples = triples_of(write_example(files_of(rule, "fail"), tmp_path))
            alone = result_set("shacl", SHAPES, triples)
            assert f"<{AGS}{rule}>" in {shape for _, shape, *_ in alone}
            assert result_set("pyshacl", SHAPES, triples) == alone


def together(rules: Sequence[str], kind: str) -> list[ox.Triple]:
    """Return the examples of *rules*, over one catalogue."""
    found = triples_of([BASE])
    for number, rule in enumerate(rules):
        found += renamed(files_of(rule, kind), f"{number}-")
    return list(dict.fromkeys(found))


def renamed(files: Sequence[Path], prefix: str) -> list[ox.Triple]:
    """Return what *files* say, the names of the things that they describe preceded by *prefix*."""
    quads = [quad for path in files for quad in ox.parse(path=path)]
    described = {quad.subject for quad in quads}

    def own(term: Node) -> Node:
        if term not in described or not isinstance(term, ox.NamedNode):
            return term
        space, slash, name = term.value.rpartition("/")
        return ox.NamedNode(f"{space}{slash}{prefix}{name}")

    found = []
    for quad in quads:
        subject = own(quad.subject)
        assert not isinstance(subject, ox.Literal)
        found.append(ox.Triple(subject, quad.predicate, own(quad.object)))
    return found


# Apache Jena as a third opinion


def found_by_jena(report: bytes) -> set[tuple[str, ...]]:
    """Return the results in a report of Jena's, as `result_set` gives them."""

    def text(term: Node | None) -> str:
        return "_:" if isinstance(term, ox.BlankNode) else str(term)

    def name(term: Node | None) -> str | None:
        return term.value if isinstance(term, ox.NamedNode) else None

    results: dict[Node, dict[str, Node]] = {}
    for quad in ox.parse(report, ox.RdfFormat.N_TRIPLES):
        results.setdefault(quad.subject, {})[quad.predicate.value.removeprefix(SH)] = quad.object
    return {
        (
            text(one["focusNode"]),
            text(one.get("sourceShape")),
            str(name(one["sourceConstraintComponent"])),
            str(name(one["resultSeverity"])),
            str(name(one.get("resultPath"))),
            text(one.get("value")),
        )
        for one in results.values()
        if "focusNode" in one
    }


@pytest.mark.slow
def test_jena_finds_the_same_in_every_example_and_nothing_in_the_catalogue(jena: Jena, tmp_path: Path) -> None:
    graphs = {"catalogue": triples_of([data_folder()])}
    groups = [RULES[first : first + TOGETHER] for first in range(0, len(RULES), TOGETHER)]
    for number, rules in enumerate(groups):
        graphs |= {f"{number}.{kind}": together(rules, kind) for kind in ("pass", "fail")}
    ours = {name: result_set("shacl", SHAPES, graph) for name, graph in graphs.items()}
    broken = {shape for results in ours.values() for _, shape, *_ in results}
    # What is broken only in the place of a record of the catalogue beneath.
    for rule in RULES:
        if f"<{AGS}{rule}>" not in broken:
            (tmp_path / rule).mkdir()
            graphs[f"{rule}.fail"] = triples_of(write_example(files_of(rule, "fail"), tmp_path / rule))
            ours[f"{rule}.fail"] = result_set("shacl", SHAPES, graphs[f"{rule}.fail"])
    for name, graph in graphs.items():
        ox.serialize(graph, tmp_path / f"{name}.nt", format=ox.RdfFormat.N_TRIPLES)
    reports = jena.do([("validate", tmp_path / f"{name}.nt", FILE) for name in graphs])
    found = dict(zip(graphs, map(found_by_jena, reports), strict=True))
    assert found == ours
    assert {severity for _, _, _, severity, *_ in found["catalogue"]} <= {SH + "Info"}
    broken = {shape for results in found.values() for _, shape, *_ in results}
    assert {rule for rule in RULES if f"<{AGS}{rule}>" not in broken and not is_deactivated(AGS + rule)} == set()
