"""The stored queries: what they say of themselves, what they answer, and that another engine answers the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from aligngraph.queries.binding import bind
from aligngraph.queries.stored import ANY, GROUPS, Parameter, StoredQuery, list_queries
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.sparql.backend import Embedded, Solutions
from aligngraph.stores.open import open_files
from tests.support.marks import slow_after
from tests.support.shipped import sample
from tests.update_goldens import GOLDEN, golden_path, golden_text, is_graph

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Term

QUERIES = list_queries()
CHECKS = [query for query in QUERIES if query.is_check]
QUESTIONS = [query for query in QUERIES if not query.is_check]
SELECTS = [query for query in QUERIES if not is_graph(query)]
PARAMETERS = [(query, parameter) for query in QUERIES for parameter in query.parameters]

# rdflib warns about its own calls, a million times.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")

# The shipped catalogue need not be incomplete; tests/curation/test_lacking.py asks one that is.
GAPS = "incomplete-records"
# For these "any" gives fewer rows, or the same rows with other counts: each has a test of its own.
NOT_NARROWING = {
    "authors-by-works goal",
    "authors-by-works method",
    "co-authors limit",
    "goals-without-benchmark kind",
    "works-by-approach goal",
    f"{GAPS} what",
    *(f"{query.name} source" for query in QUERIES if any(one.name == "source" for one in query.parameters)),
}
# tests/queries/test_several_surveys.py asks these of two surveys.
NEEDS_SEVERAL_SURVEYS = {"surveys-that-differ", "surveys-that-differ kind", "surveys-that-differ work"}
NEEDS_SEVERAL_SURVEYS |= {"works-by-survey survey", "works-by-survey lists"}
# Everything about everything: right answers, which take rdflib long.
TOO_MUCH_FOR_ANY = {"co-authors person", "statements-about thing"}

ORDER_KEY = re.compile(r"DESC\(\?(\w+)\)|STR\(\?(\w+)\)|\?(\w+)")


def key_of(query: StoredQuery, parameter: Parameter) -> str:
    return f"{query.name} {parameter.name}"


@pytest.fixture(scope="module")
def catalogue() -> Embedded:
    return open_files()


@pytest.fixture(scope="module")
def dataset(catalogue: Embedded) -> Iterator[rdflib.Dataset]:
    """The same asserted and inferred triples in rdflib."""
    yield from in_rdflib(catalogue)


def in_rdflib(catalogue: Embedded) -> Iterator[rdflib.Dataset]:
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=catalogue.store.dump(format=ox.RdfFormat.N_QUADS), format="nquads")
    assert len(dataset) > 5_000
    yield dataset
    dataset.close()


def value_of(term: Term | rdflib.term.Node | None) -> object:
    """Return what *term* means, the same for either engine: a whole number however it is written, text with its tag."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return _literal(term.value, term.language, term.datatype.value)
    if isinstance(term, rdflib.Literal):
        return _literal(str(term), term.language, str(term.datatype) if term.datatype else PREFIXES["xsd"] + "string")
    if isinstance(term, ox.NamedNode):
        return ("iri", term.value)
    assert isinstance(term, rdflib.URIRef), term
    return ("iri", str(term))


def _literal(lexical: str, language: str | None, datatype: str) -> object:
    if language:
        return ("text", lexical, language)
    if datatype == PREFIXES["xsd"] + "integer":
        return ("integer", int(lexical))
    return (datatype, lexical)


def rows_of(backend: Embedded, sparql: str) -> list[tuple[object, ...]]:
    return [tuple(value_of(term) for term in row) for row in backend.select(sparql)]


def triples_of(backend: Embedded, sparql: str) -> set[tuple[object, ...]]:
    return {
        tuple(value_of(term) for term in (triple.subject, triple.predicate, triple.object))
        for triple in backend.construct(sparql)
    }


def rdflib_rows_of(dataset: rdflib.Dataset, sparql: str) -> list[tuple[object, ...]]:
    result = dataset.query(sparql)
    names = [str(variable) for variable in result.vars or ()]
    return [tuple(value_of(binding.get(rdflib.Variable(name))) for name in names) for binding in result.bindings]


def ids(value: StoredQuery | Parameter) -> str:
    return value.name


def test_there_are_at_least_forty_queries_and_five_checks() -> None:
    assert len(QUERIES) >= 40
    assert len(CHECKS) >= 5


# What a query says of itself


@pytest.mark.parametrize("query", QUERIES, ids=ids)
def test_header_says_what_the_query_answers(query: StoredQuery) -> None:
    lines = query.text.splitlines()
    header = [line for line in lines if line.startswith("#+")]
    assert lines[0].startswith("#+ summary: ")
    assert lines[: len(header)] == header, "the header comes first"
    assert 20 <= len(query.summary) <= 130
    assert not query.summary.endswith(".")
    assert query.description.endswith((".", "?"))
    assert query.description != query.summary
    assert query.tags
    assert query.group in GROUPS


@pytest.fixture(scope="module")
def asserted() -> Embedded:
    return open_files(inferred=False)


@pytest.mark.parametrize("query", slow_after(12, QUERIES), ids=ids)
def test_header_says_whether_it_needs_inferred_statements(
    query: StoredQuery, catalogue: Embedded, asserted: Embedded
) -> None:
    answers = triples_of if is_graph(query) else rows_of
    given = {one.name: [one.example] for one in query.parameters if one.example is not None}
    freed = {one.name: [ANY] for one in query.parameters if query.name not in ("co-authors", "statements-about")}
    texts = [bind(query, values, catalogue) for values in ({}, given, freed)]
    differs = any(answers(catalogue, text) != answers(asserted, text) for text in texts)
    assert query.needs == ("inferred statements" if differs else None)


def test_no_query_says_more_of_the_field_than_the_catalogue_holds() -> None:
    claim = re.compile(r"\b(nobody|no one|not measured|untested|never tried)\b|state of the field", re.IGNORECASE)
    assert [query.name for query in QUERIES if claim.search(f"{query.summary} {query.description}")] == []
    grids = [query for query in QUERIES if query.name.startswith("coverage-")]
    assert len(grids) == 3
    for query in grids:
        assert "A zero says" in query.description, query.name


@pytest.mark.parametrize("query", QUERIES, ids=ids)
def test_only_checks_state_a_problem_and_a_solution(query: StoredQuery) -> None:
    assert bool(query.problem) == query.is_check
    assert bool(query.solution) == query.is_check


@pytest.mark.parametrize(("query", "parameter"), PARAMETERS, ids=ids)
def test_each_parameter_has_one_values_line(query: StoredQuery, parameter: Parameter) -> None:
    lines = re.findall(rf"^ *VALUES \?{parameter.name} \{{ (UNDEF|\S+) \}}$", query.text, re.MULTILINE)
    assert lines == [parameter.default]


@pytest.mark.parametrize("query", QUERIES, ids=ids)
def test_declares_the_prefixes_it_uses_and_no_other(query: StoredQuery) -> None:
    declared = re.findall(r"^PREFIX (\w+): <([^>]+)>$", query.text, re.MULTILINE)
    body = query.text[query.text.index("\n\n") :]
    plain = re.sub(r"\"[^\"\n]*\"|<[^<>\s]*>", " ", body)
    used = set(re.findall(r"(?<![\w?])([a-z]+):(?=[\w\s)])", plain))
    assert {name for name, _ in declared} == used
    assert declared == sorted(declared)
    assert all(PREFIXES[name] == namespace for name, namespace in declared)


@pytest.mark.parametrize("query", slow_after(30, QUERIES), ids=ids)
def test_is_plain_sparql_in_both_engines(query: StoredQuery) -> None:
    empty = ox.Store()
    # Without the tool's own prefixes, so that the file works anywhere.
    empty.query(query.text)
    prepareQuery(query.text)
    assert not re.search(r"\b(SAMPLE|GROUP_CONCAT|SERVICE|FROM|NOW|RAND|UUID)\b", query.text), "not the same everywhere"


# What it answers


def test_no_golden_is_left_over() -> None:
    assert sorted(GOLDEN.iterdir()) == sorted(golden_path(query) for query in QUERIES)


@pytest.mark.parametrize("query", SELECTS, ids=ids)
def test_rows_are_those_of_the_golden_in_order(query: StoredQuery, catalogue: Embedded) -> None:
    golden = json.loads(golden_path(query).read_text(encoding="utf-8"))
    now = json.loads(golden_text(query, catalogue))
    assert now["head"] == golden["head"]
    assert now["results"]["bindings"] == golden["results"]["bindings"]


@pytest.mark.parametrize("query", [query for query in QUERIES if is_graph(query)], ids=ids)
def test_graph_is_that_of_the_golden(query: StoredQuery, catalogue: Embedded) -> None:
    # No blank nodes, so isomorphic means equal.
    golden = {ox.Triple(*quad.triple) for quad in ox.parse(path=golden_path(query), format=ox.RdfFormat.N_TRIPLES)}
    assert golden
    assert set(catalogue.construct(query.text)) == golden


@pytest.mark.parametrize("query", [one for one in QUESTIONS if one.name not in {GAPS, *NEEDS_SEVERAL_SURVEYS}], ids=ids)
def test_question_has_an_answer(query: StoredQuery) -> None:
    golden = golden_path(query).read_text(encoding="utf-8")
    assert golden.strip() if is_graph(query) else json.loads(golden)["results"]["bindings"]


@pytest.mark.parametrize("query", CHECKS, ids=ids)
def test_shipped_data_passes_the_check(query: StoredQuery, catalogue: Embedded) -> None:
    assert rows_of(catalogue, query.text) == []


@pytest.mark.parametrize("query", SELECTS, ids=ids)
def test_order_is_total(query: StoredQuery) -> None:
    clause = query.text[query.text.rindex("ORDER BY") + len("ORDER BY") :]
    assert not ORDER_KEY.sub("", clause).strip(), "an order key the test can't work out"
    golden = json.loads(golden_path(query).read_text(encoding="utf-8"))
    names = [match[1] or match[2] or match[3] for match in ORDER_KEY.finditer(clause)]
    keys = [tuple(row.get(name, {}).get("value") for name in names) for row in golden["results"]["bindings"]]
    assert len(set(keys)) == len(keys), "two rows are equal in every order key"


@pytest.mark.parametrize("query", SELECTS, ids=ids)
def test_labels_stand_before_the_iris_of_the_catalogue(query: StoredQuery) -> None:
    golden = json.loads(golden_path(query).read_text(encoding="utf-8"))
    ours = {
        name
        for row in golden["results"]["bindings"]
        for name, term in row.items()
        if term["type"] == "uri" and re.match(r"https://w3id.org/aligngraph/[a-z]+/", term["value"])
    }
    names = golden["head"]["vars"]
    if query.name != "statements-about":  # its values may be anything
        assert [name for name in names if name in ours] == names[len(names) - len(ours) :]


# Parameters


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "parameter"),
    [pair for pair in PARAMETERS if key_of(*pair) not in NOT_NARROWING | TOO_MUCH_FOR_ANY | NEEDS_SEVERAL_SURVEYS],
    ids=ids,
)
def test_any_gives_more_than_one_value(query: StoredQuery, parameter: Parameter, catalogue: Embedded) -> None:
    given = _given(parameter)
    narrow, wide = bind(query, given, catalogue), bind(query, {parameter.name: [ANY]}, catalogue)
    if is_graph(query):
        assert set() < triples_of(catalogue, narrow) < triples_of(catalogue, wide)
    else:
        assert set() < set(rows_of(catalogue, narrow)) < set(rows_of(catalogue, wide))


def _given(parameter: Parameter) -> dict[str, list[str]]:
    return {parameter.name: [parameter.example]} if parameter.example is not None else {}


@pytest.mark.parametrize(
    "query", [one for one in QUESTIONS if one.parameters and one.name not in NEEDS_SEVERAL_SURVEYS], ids=ids
)
def test_the_example_gives_a_value_for_what_has_no_default_and_has_an_answer(
    query: StoredQuery, catalogue: Embedded
) -> None:
    given: dict[str, list[str]] = {}
    for parameter in query.parameters:
        assert (parameter.default == "UNDEF") == (parameter.example is not None)
        given |= _given(parameter)
    if is_graph(query):
        assert triples_of(catalogue, bind(query, given, catalogue))
    else:
        assert rows_of(catalogue, bind(query, given, catalogue)) or query.name == GAPS


def test_exceptions_of_this_test_belong_to_parameters() -> None:
    assert {key_of(*pair) for pair in PARAMETERS} >= NOT_NARROWING | TOO_MUCH_FOR_ANY


def test_any_kind_leaves_only_the_goals_that_nothing_evaluates(catalogue: Embedded) -> None:
    query = next(query for query in QUERIES if query.name == "goals-without-benchmark")
    nothing = set(rows_of(catalogue, bind(query, {"kind": [ANY]}, catalogue)))
    assert nothing <= set(rows_of(catalogue, query.text))
    # No theory evaluates a goal, so all goals lack one.
    everything = rows_of(catalogue, bind(query, {"kind": ["ValueTheory"]}, catalogue))
    assert nothing < set(everything)
    assert len(everything) == len(list(catalogue.select("SELECT ?goal { ?goal a ag:Goal }")))


PLACED = [query for query in SELECTS if any(one.name == "source" for one in query.parameters)]


def test_whatever_lists_or_counts_by_goal_approach_or_method_can_leave_out_what_we_add() -> None:
    """Artifacts are all placed by the catalogue, and checks name what to fix, so these have no choice."""
    by_concept = re.compile(r"ag:(placing|represents|evaluates|addresses|uses)[A-Z]")
    asking = {query.name for query in QUESTIONS if by_concept.search(query.text)}
    told = {"artifacts-by-goal", "artifact-addresses", "algorithms-without-code", "benchmarks-without-data"}
    told |= {"benchmarks-by-risk"}
    told |= {"surveys-that-differ"}  # which asks of listings alone
    whole = {"classification-of-work", "goals-without-benchmark", "work-record"}
    assert {query.name for query in PLACED} >= asking - told - whole
    assert len(PLACED) >= 10


@pytest.mark.parametrize("query", PLACED, ids=ids)
def test_listed_and_added_works_are_distinguished(query: StoredQuery, catalogue: Embedded) -> None:
    given = {one.name: [one.default.partition(":")[2] or ANY] for one in query.parameters if one.name != "source"}
    found = {}
    for source in ("listed", "added", ANY):
        result = catalogue.run(bind(query, {**given, "source": [source]}, catalogue))
        assert isinstance(result, Solutions)
        names = [str(name) for name in result.variables]
        found[source] = [dict(zip(names, row, strict=True)) for row in result]
    for source in ("listed", "added"):
        assert {row["placed"] for row in found[source] if "placed" in row} <= {ox.Literal(source)}
    works = {source: {row.get("work") for row in rows} for source, rows in found.items()}
    if query.name == "unplaced-works":  # the more places count, the fewer works have none
        assert works[ANY] <= works["listed"]
    else:
        assert works[ANY] >= works["listed"] | works["added"]


def test_no_query_pairs_the_concepts_of_two_shortcuts() -> None:
    of_different_things = {"goals-without-benchmark"}
    for query in QUERIES:
        outside = "\n".join(line for line in query.text.splitlines() if "FILTER" not in line and "MINUS" not in line)
        used = set(re.findall(r"ag:(\w+Goal|usesApproach|usesMethod) \?", outside))
        assert len(used - {"placingGoal"}) <= 1 or query.name in of_different_things, (query.name, used)


def test_a_goal_and_a_method_leave_the_works_that_authors_have_on_both(catalogue: Embedded) -> None:
    query = next(query for query in QUERIES if query.name == "authors-by-works")
    given = {"least": ["1"], "goal": ["human-values"], "method": ["rl-based"]}
    counts = {row[3]: (row[1], row[2]) for row in catalogue.select(bind(query, given, catalogue))}
    found = {
        term
        for row in catalogue.select(
            """SELECT ?author (COUNT(DISTINCT ?work) AS ?works) (COUNT(DISTINCT ?led) AS ?asFirst) {
              ?work ag:addressesGoal goal:human-values ; ag:usesMethod method:rl-based ; ag:hasAuthor ?author
              OPTIONAL { ?work ag:hasAuthorship ?a . ?a ag:ordinal 1 ; ag:person ?author BIND(?work AS ?led) }
            } GROUP BY ?author"""
        )
        for term in [(row[0], (row[1], row[2]))]
    }
    assert set(counts.items()) == found
    assert len(found) > 10


@pytest.mark.parametrize(("source", "kind"), [("listed", "ag:Listing"), ("added", "ag:CuratedPlacing")])
def test_works_count_for_their_authors_where_the_source_places_them(
    catalogue: Embedded, source: str, kind: str
) -> None:
    query = next(query for query in QUERIES if query.name == "authors-by-works")
    given = {"least": ["1"], "goal": ["human-values"], "method": ["rl-based"], "source": [source]}
    found = set(
        catalogue.select(
            f"""SELECT ?author (COUNT(DISTINCT ?work) AS ?works) {{
              ?one ag:places ?work ; a {kind} ; ag:placingGoal goal:human-values .
              ?other ag:places ?work ; a {kind} ; ag:placingMethod method:rl-based .
              ?work ag:hasAuthorship/(ag:person|ag:organization) ?author
            }} GROUP BY ?author"""
        )
    )
    assert {(row[3], row[1]) for row in catalogue.select(bind(query, given, catalogue))} == found
    assert len(found) > 10


def test_what_is_new_is_told_for_each_goal(catalogue: Embedded) -> None:
    query = next(query for query in QUERIES if query.name == "works-by-goal")
    new, every = (
        set(catalogue.select(bind(query, {"goal": [ANY], "since": [since]}, catalogue))) for since in ("2023", ANY)
    )
    assert new == {row for row in every if isinstance(row[1], ox.Literal) and int(row[1].value) >= 2023}
    assert len({row[7] for row in new}) > 10
    assert len(new) < len(every)


def test_any_number_of_authors_brings_in_the_work_of_hundreds(catalogue: Embedded) -> None:
    query = next(query for query in QUERIES if query.name == "co-authors")
    assert len(rows_of(catalogue, query.text)) < 200
    assert len(rows_of(catalogue, bind(query, {"limit": [ANY]}, catalogue))) > 400


# The same in another engine


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES, ids=ids)
def test_rdflib_answers_the_same(
    query: StoredQuery, catalogue: Embedded, part: Embedded, request: pytest.FixtureRequest
) -> None:
    # All of it is asked where the part has no answer; tests/stores/test_stores_agree.py asks other engines all of it.
    ask = triples_of if is_graph(query) else rows_of
    asked, holding = (part, "part_in_rdflib") if ask(part, query.text) else (catalogue, "dataset")
    dataset: rdflib.Dataset = request.getfixturevalue(holding)
    if is_graph(query):
        graph = dataset.query(query.text).graph
        assert graph is not None
        assert {tuple(value_of(term) for term in triple) for triple in graph} == triples_of(asked, query.text)
    else:
        assert rdflib_rows_of(dataset, query.text) == rows_of(asked, query.text)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """A part of the catalogue, with what follows: rdflib takes ten times as long for all of it."""
    path = tmp_path_factory.mktemp("part") / "part.nq"
    path.write_bytes(ox.serialize(sample(2, 2), format=ox.RdfFormat.N_QUADS) or b"")
    return open_files([path])


@pytest.fixture(scope="module")
def part_in_rdflib(part: Embedded) -> Iterator[rdflib.Dataset]:
    yield from in_rdflib(part)


@pytest.mark.slow
@pytest.mark.parametrize(("query", "parameter"), [pair for pair in PARAMETERS if not is_graph(pair[0])], ids=ids)
def test_rdflib_reads_parameters_the_same(
    query: StoredQuery, parameter: Parameter, catalogue: Embedded, part: Embedded, request: pytest.FixtureRequest
) -> None:
    values = [_given(parameter)]
    if key_of(query, parameter) not in TOO_MUCH_FOR_ANY:
        values.append({parameter.name: [ANY]})
    for sparql in {bind(query, given, catalogue) for given in values} - {query.text}:
        # All of it is asked where the part has no answer.
        rows, holding = rows_of(part, sparql), "part_in_rdflib"
        if not rows:
            rows, holding = rows_of(catalogue, sparql), "dataset"
        assert rdflib_rows_of(request.getfixturevalue(holding), sparql) == rows
