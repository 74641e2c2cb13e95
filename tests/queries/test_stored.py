"""Binding parameters: terms go in, text never does."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aligngraph
from aligngraph.errors import ArgumentError, NothingFoundError, QueryError
from aligngraph.queries.binding import bind
from aligngraph.queries.parameters import resolve
from aligngraph.queries.stored import Parameter, StoredQuery, find_query, list_queries, read_query
from aligngraph.sparql.backend import Backend
from aligngraph.stores.open import open_catalogue

GOAL = Parameter("goal", "concept", "goal", "the goal", "UNDEF")
VENUE = Parameter("venue", "iri", "Venue", "the venue", "UNDEF")
KIND = Parameter("kind", "kind", "Artifact", "the kind", "UNDEF")
TEXT = Parameter("text", "string", None, "the text", "UNDEF")
YEAR = Parameter("year", "year", None, "the year", "UNDEF")
WORK = Parameter("work", "iri", "Work", "the work", "UNDEF")
PERSON = Parameter("author", "iri", "Person", "the author", "UNDEF")
SECTION = Parameter("section", "iri", "Section", "the section", "UNDEF")
THEORY = Parameter("theory", "iri", "ValueTheory|ValueSurvey", "the theory", "UNDEF")
FIELD = Parameter("field", "choice", "title|year", "the field", "UNDEF")
DOI = Parameter("doi", "string", "doi", "the DOI", "UNDEF")
ANYTHING = Parameter("thing", "iri", None, "the thing", "UNDEF")

STORED = """#+ summary: Echo a text
#+ param text: string, what to echo
SELECT ?text WHERE {
  VALUES ?text { UNDEF }
}
"""


@pytest.fixture(scope="module")
def backend() -> Backend:
    return open_catalogue()


@pytest.mark.parametrize(
    ("parameter", "value", "iri"),
    [
        (GOAL, "https://w3id.org/aligngraph/goal/human-values", "goal/human-values"),
        (GOAL, "<https://w3id.org/aligngraph/goal/human-values>", "goal/human-values"),
        (GOAL, "goal:human-values", "goal/human-values"),
        (GOAL, "human-values", "goal/human-values"),
        (GOAL, "Human Values", "goal/human-values"),
        (GOAL, "HUMAN VALUES", "goal/human-values"),
        (GOAL, "G3", "goal/human-values"),
        (VENUE, "NeurIPS", "venue/neurips"),
        (VENUE, "neurips", "venue/neurips"),
        (VENUE, "Journal of Machine Learning Research", "venue/jmlr"),
        (WORK, "BAI2022-Constitutional-AI", "work/bai2022-constitutional-ai"),
        (WORK, "Constitutional AI: Harmlessness from AI Feedback", "work/bai2022-constitutional-ai"),
        (WORK, "constitutional AI: HARMLESSNESS from ai feedback", "work/bai2022-constitutional-ai"),
        (KIND, "benchmark", "ontology#Benchmark"),
        (KIND, "valuetheory", "ontology#ValueTheory"),
        (KIND, "ValueTheory", "ontology#ValueTheory"),
        (KIND, "value theory", "ontology#ValueTheory"),
        (WORK, "dpo", "work/rafailov2023-dpo"),
        (WORK, "moral stories", "work/emelin2020-moral-stories"),
        (WORK, "Direct Preference Optimization", "work/rafailov2023-dpo"),
        (WORK, "arXiv:2305.18290v2", "work/rafailov2023-dpo"),
        (WORK, "https://aclanthology.org/2022.acl-long.26/", "work/du2022-glm"),
        (WORK, "http://w3id.org/aligngraph/work/rafailov2023-dpo/", "work/rafailov2023-dpo"),
        (PERSON, "Christiano", "person/paul-f-christiano"),
        (THEORY, "schwartz", "artifact/schwartz-basic-values"),
        (ANYTHING, "dpo", "work/rafailov2023-dpo"),
        (ANYTHING, "https://example.org/x", None),
    ],
)
def test_a_thing_can_be_given_by_any_of_its_names(
    backend: Backend, parameter: Parameter, value: str, iri: str | None
) -> None:
    assert resolve(parameter, value, backend).value == ("https://w3id.org/aligngraph/" + iri if iri else value)


def test_a_choice_is_taken_in_any_case(backend: Backend) -> None:
    assert resolve(FIELD, " Year", backend) == ox.Literal("year")


def test_a_string_of_a_property_is_one_that_it_has(backend: Backend) -> None:
    assert resolve(DOI, "10.18653/v1/2022.acl-long.26", backend) == ox.Literal("10.18653/v1/2022.acl-long.26")


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (GOAL, "human-valeus", "did you mean 'human-values'"),
        (GOAL, "method:rl-based", "matches no concept of the catalogue"),
        (GOAL, "http://x.example/", "matches no concept of the catalogue"),
        (GOAL, "", "legal values: basic-values"),
        (VENUE, "Neuripps", "did you mean 'neurips'"),
        (VENUE, "person:rafael-rafailov", "matches no Venue"),
        (WORK, "zzzz", "the catalogue has 124 to choose from"),
        (KIND, "Artifact", "matches no kind"),
        (YEAR, "23", "is not a year"),
        (YEAR, "2023.5", "is not a whole number"),
        (YEAR, "٢٠٢٣", "is not a whole number"),
        (ANYTHING, "http://x.example/a b", "is not an IRI"),
        (ANYTHING, "http://x.example/> } #", "is not an IRI"),
        (ANYTHING, "no iri", "is not an IRI"),
        (ANYTHING, "HHH", "may mean 2 things: artifact:hhh, goal:hhh. Give one by its short name."),
        (SECTION, "Alignment Goal Evaluation", "may mean 4 things: section:value-alignment-basic-values-"),
        (WORK, "training", "may mean 6 things: "),
        (WORK, "person:rafael-rafailov", "matches no Work"),
        (THEORY, "dpo", "matches no ValueTheory or ValueSurvey"),
        (FIELD, "titel", "is not one of them: did you mean 'title'?"),
        (FIELD, "", "legal values: title, year."),
        (
            DOI,
            "10.18653/v1/2022.acl-long.27",
            "matches no doi of the catalogue: did you mean '10.18653/v1/2022.acl-long",
        ),
        (DOI, "x", "it has 1"),
    ],
)
def test_an_unknown_value_is_answered_with_what_is_wrong_and_the_nearest_legal_ones(
    backend: Backend, parameter: Parameter, value: str, message: str
) -> None:
    with pytest.raises(ArgumentError) as error:
        resolve(parameter, value, backend)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{parameter.name}=")


@pytest.mark.parametrize(
    "value",
    [
        '"',
        "'",
        "}",
        "{",
        '" } UNION { ?s ?p ?o } #',
        "a\nb",
        "a\rb",
        "\\",
        "\\u0022 } #",
        "\\\\u0022",
        "UNDEF",
        "\x00",
        "𝒳 é",
    ],
)
def test_a_string_comes_out_as_it_went_in(tmp_path: Path, backend: Backend, value: str) -> None:
    path = tmp_path / "echo.rq"
    path.write_text(STORED, encoding="utf-8")
    rows = list(backend.select(bind(read_query(path), {"text": [value]}, backend)))
    assert [str(getattr(row[0], "value", None)) for row in rows] == [value]


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_string_comes_out_as_it_went_in(value: str) -> None:
    backend = open_catalogue()

    stored = StoredQuery("echo", STORED, "", "", (), (TEXT,), None, None)
    rows = list(backend.select(bind(stored, {"text": [value]}, backend)))
    assert [str(getattr(row[0], "value", None)) for row in rows] == [value]


def test_several_values_give_the_rows_of_each() -> None:
    one = {str(row["work"]) for row in aligngraph.query("works-by-goal", goal="hhh")}
    two = {str(row["work"]) for row in aligngraph.query("works-by-goal", goal="basic-values")}
    both = {str(row["work"]) for row in aligngraph.query("works-by-goal", goal=["hhh", "basic-values"])}
    assert one
    assert two
    assert both == one | two


def test_any_frees_a_parameter() -> None:
    everything = aligngraph.query("works-by-goal", goal="any")
    assert len(everything) > len(aligngraph.query("works-by-goal", goal="human-values")) > 0


def test_rows_hold_values_of_python() -> None:
    row = aligngraph.query("works-by-method", method="ranking-based")[0]
    assert isinstance(row["year"], int)
    assert str(row["work"]).startswith("https://w3id.org/aligngraph/work/")


@pytest.mark.parametrize("name", ["../queries/terms", "terms.rq", "/etc/passwd", "", "TERMS", "no such\nthing"])
def test_a_name_that_is_none_finds_nothing(name: str) -> None:
    with pytest.raises(NothingFoundError, match="no stored query named"):
        find_query(name)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NothingFoundError, match="did you mean 'works-by-method'"):
        find_query("work-by-metod")


def test_an_unknown_parameter_is_answered_with_those_there_are(backend: Backend) -> None:
    with pytest.raises(ArgumentError, match="did you mean 'goal'"):
        bind(find_query("works-by-goal"), {"gaol": ["x"]}, backend)
    with pytest.raises(ArgumentError, match="it takes goal"):
        bind(find_query("works-by-goal"), {"zzz": ["x"]}, backend)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { ?s ?p ?o }", "add a first line"),
        ("#+ summary: x\n#+ param a: colour, x\n", "a parameter reads"),
        ("#+ summary: x\n#+ param a: string, x\nSELECT * { ?s ?p ?a }", "exactly one line"),
        ("#+ summary: x\n#+ param a: string, x\nVALUES ?a { 1 }\nVALUES ?a { 2 }\n", "exactly one line"),
    ],
)
def test_a_file_that_breaks_the_format_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryError) as error:
        read_query(path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))


def test_there_are_at_least_35_stored_queries() -> None:
    assert len(list_queries()) >= 35
