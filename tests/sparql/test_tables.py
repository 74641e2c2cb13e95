"""Answers as text: the W3C formats read back as what was written, and tables that fit and are safe to print."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.query import Result

from aligngraph.errors import ExportError
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.sparql.backend import Embedded, Solutions
from aligngraph.sparql.tables import (
    GRAPH_FORMATS,
    MEASURED,
    SOLUTION_FORMATS,
    CountedRows,
    text_of,
    write_answer,
    write_graph,
    write_solutions,
)
from aligngraph.stores.open import open_files
from aligngraph.text.terminal import Terminal, width_of

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Row, Term

# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

XSD = PREFIXES["xsd"]
EX = "http://example.org/"

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
xml_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r\x85\u2028"),
    max_size=20,
)
numbers = st.one_of(
    st.from_regex(r"\A[+-]?[0-9]{1,5}\Z").map(lambda v: ox.Literal(v, datatype=ox.NamedNode(XSD + "integer"))),
    st.from_regex(r"\A[+-]?[0-9]{0,3}\.[0-9]{1,3}\Z").map(
        lambda v: ox.Literal(v, datatype=ox.NamedNode(XSD + "decimal"))
    ),
    st.from_regex(r"\A[0-9]{1,3}[eE][+-]?[0-9]\Z").map(lambda v: ox.Literal(v, datatype=ox.NamedNode(XSD + "double"))),
    st.sampled_from(["true", "false"]).map(lambda v: ox.Literal(v, datatype=ox.NamedNode(XSD + "boolean"))),
)
iris = st.from_regex(r"\Ahttp://example\.org/[a-zA-Z0-9/?&=;,'é中~_.-]{0,12}\Z").map(ox.NamedNode)


def terms(characters: st.SearchStrategy[str]) -> st.SearchStrategy[Term]:
    literals = st.one_of(
        characters.map(ox.Literal),
        st.builds(lambda v, tag: ox.Literal(v, language=tag), characters, st.sampled_from(["en", "fr-ca", "ar"])),
        st.builds(lambda v, kind: ox.Literal(v, datatype=kind), characters, iris),
    )
    return st.one_of(iris, literals, numbers, st.integers(0, 9).map(lambda n: ox.BlankNode(f"b{n}")))


def tables(characters: st.SearchStrategy[str]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.tuples(*[st.none() | terms(characters)] * 3), max_size=5)


def solutions(rows: list[Row], variables: tuple[str, ...] = ("a", "b", "c")) -> Solutions:
    return Solutions(variables, iter(rows))


def written(rows: list[Row], name: str, terminal: Terminal | None = None) -> str:
    variables = ("a", "b", "c")[: len(rows[0])] if rows else ("a", "b", "c")
    return "".join(write_solutions(solutions(rows, variables), name, terminal))


def oxigraph_rows(content: str, results_format: ox.QueryResultsFormat) -> list[Row]:
    parsed = ox.parse_query_results(content.encode(), format=results_format)
    assert isinstance(parsed, ox.QuerySolutions)
    width = len(parsed.variables)
    return [tuple(solution[place] for place in range(width)) for solution in parsed]


def rdflib_rows(content: str, name: str) -> list[list[object]]:
    result = Result.parse(io.BytesIO(content.encode()), format=name)
    assert result.vars is not None
    return [[row.get(variable) for variable in result.vars] for row in result.bindings]


def as_rdflib(term: Term | None) -> object:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode
    assert isinstance(term, ox.Literal)
    if term.language:
        return RdflibLiteral(term.value, lang=term.language)
    if term.datatype.value == XSD + "string":
        return RdflibLiteral(term.value)
    return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def same(found: object, wanted: object) -> bool:
    """Compare as rdflib reads: labels of blank nodes, spelling of numbers and the datatype xsd:string aside."""
    if wanted is BNode:
        return isinstance(found, BNode)
    if isinstance(found, RdflibLiteral) and isinstance(wanted, RdflibLiteral):
        kinds = {None if d is None or str(d) == XSD + "string" else d for d in (found.datatype, wanted.datatype)}
        equal = str(found) == str(wanted) or (found.value is not None and found.value == wanted.value)
        return equal and len(kinds) == 1 and found.language == wanted.language
    return found == wanted


@given(tables(text))
def test_json_reads_back_as_written(rows: list[Row]) -> None:
    assert oxigraph_rows(written(rows, "json"), ox.QueryResultsFormat.JSON) == rows


@given(tables(text))
def test_tsv_reads_back_as_written(rows: list[Row]) -> None:
    assert oxigraph_rows(written(rows, "tsv"), ox.QueryResultsFormat.TSV) == rows


@given(tables(xml_text.map(str.strip)))
def test_xml_reads_back_as_written(rows: list[Row]) -> None:
    # Oxigraph's reader of XML results drops blanks at the ends of a literal; rdflib's, below, reads them.
    assert oxigraph_rows(written(rows, "xml"), ox.QueryResultsFormat.XML) == rows


def assert_same(found: list[list[object]], rows: list[Row]) -> None:
    assert len(found) == len(rows)
    for got, row in zip(found, rows, strict=True):
        for one, term in zip(got, row, strict=True):
            assert same(one, as_rdflib(term)), (one, term)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["json", "xml"])
@given(data=st.data())
def test_rdflib_reads_what_was_written(name: str, data: st.DataObject) -> None:
    rows = data.draw(tables(xml_text))
    assert_same(rdflib_rows(written(rows, name), name), rows)


@given(tables(xml_text))
def test_rdflib_reads_the_tsv(rows: list[Row]) -> None:
    # Its parser knows no \u escapes, no row that begins unbound, no sign before a zero; Oxigraph's, above, does.
    strange = re.compile(r"[\x85\u2028\u2029\ufeff]|^[+-]")
    rows = [tuple(ox.NamedNode(EX) if t is None or strange.search(text_of(t)) else t for t in row) for row in rows]
    assert_same(rdflib_rows(written(rows, "tsv"), "tsv"), rows)


@given(tables(text.filter(lambda value: "\x00" not in value)))
def test_csv_holds_the_plain_values(rows: list[Row]) -> None:
    content = written(rows, "csv")
    header, *found = csv.reader(io.StringIO(content, newline=""), strict=True)
    assert header == ["a", "b", "c"]
    assert found == [[f"_:{t.value}" if isinstance(t, ox.BlankNode) else text_of(t) for t in row] for row in rows]


def test_csv_lines_end_with_carriage_return_and_line_feed() -> None:
    assert written([(ox.Literal("x,y"), ox.Literal('say "hi"'), None)], "csv") == 'a,b,c\r\n"x,y","say ""hi""",\r\n'


def test_csv_row_with_nothing_in_its_one_column_is_not_an_empty_line() -> None:
    content = written([(None,), (ox.Literal("x"),)], "csv")
    assert content == 'a\r\n""\r\nx\r\n'
    assert len(rdflib_rows(content, "csv")) == 2


def test_tsv_writes_numbers_bare_and_the_rest_quoted() -> None:
    integer, year = ox.NamedNode(XSD + "integer"), ox.NamedNode(XSD + "gYear")
    row = (ox.Literal("7", datatype=integer), ox.Literal("2023", datatype=year), ox.Literal("a\tb", language="en"))
    assert written([row], "tsv").splitlines()[1] == f'7\t"2023"^^<{XSD}gYear>\t"a\\tb"@en'


def test_ill_typed_number_is_not_written_bare() -> None:
    row = (ox.Literal("seven", datatype=ox.NamedNode(XSD + "integer")),)
    assert written([row], "tsv") == f'?a\n"seven"^^<{XSD}integer>\n'


def test_xml_refuses_what_it_can_not_hold() -> None:
    with pytest.raises(ExportError, match=r"U\+001B, which XML can't represent"):
        written([(ox.Literal("\x1b[31m"),)], "xml")


def test_directed_text_and_quoted_triples_read_back() -> None:
    triple = ox.Triple(
        ox.NamedNode(EX), ox.NamedNode(EX), ox.Literal("א", language="he", direction=ox.BaseDirection.RTL)
    )
    rows: list[Row] = [(triple, triple.object)]
    for name in ("json", "xml", "tsv"):
        assert oxigraph_rows(written(rows, name), getattr(ox.QueryResultsFormat, name.upper())) == rows


@pytest.mark.parametrize("value", [True, False])
def test_truth_value_reads_back(value: bool) -> None:
    for name in ("json", "xml"):
        content = "".join(write_answer(value, name))
        parsed = ox.parse_query_results(content.encode(), format=getattr(ox.QueryResultsFormat, name.upper()))
        assert isinstance(parsed, ox.QueryBoolean)
        assert bool(parsed) is value
        assert Result.parse(io.BytesIO(content.encode()), format=name).askAnswer is value
    assert "".join(write_answer(value, "table")) == ("true\n" if value else "false\n")


def test_every_engine_writes_the_same_rows() -> None:
    """What the engine itself would write, term by term, is what this writer writes."""
    pattern = "{ ?w ag:lists|dcterms:title ?t . OPTIONAL { ?w ag:firstPublicYear ?y } }"
    sparql = f"SELECT ?w ?t ?y {pattern} ORDER BY ?w ?t ?y LIMIT 50"
    backend = open_files()
    own = backend.store.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(own, ox.QuerySolutions)
    content = own.serialize(format=ox.QueryResultsFormat.CSV)
    assert content is not None
    assert "".join(write_solutions(backend.select(sparql), "csv")) == content.decode()


@pytest.mark.parametrize("name", SOLUTION_FORMATS)
def test_no_rows_still_give_the_columns(name: str) -> None:
    content = written([], name)
    assert "a" in content
    assert content.endswith("\n")


@pytest.mark.parametrize("name", SOLUTION_FORMATS)
def test_rows_stream(name: str) -> None:
    """An endless answer gives its beginning."""
    endless = Solutions(("n",), ((ox.Literal(str(number)),) for number in itertools.count()))
    pieces = list(itertools.islice(write_solutions(endless, name), MEASURED * 6))
    assert any("1500" in piece for piece in pieces)


def test_unknown_format_is_answered_with_those_there_are() -> None:
    with pytest.raises(ExportError, match="choose table, csv, tsv, json, xml or markdown"):
        write_solutions(solutions([]), "yaml")
    with pytest.raises(ExportError, match="choose turtle"):
        write_graph([], "table")
    with pytest.raises(ExportError, match="true or false can't be written as 'turtle'"):
        write_answer(True, "turtle")


# Tables


def table(rows: list[Row], width: int = 80, encoding: str = "utf-8", *, colour: bool = False) -> str:
    return written(rows, "table", Terminal(width, encoding, colour))


@given(tables(text), st.integers(1, 120), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_table_fits_and_sends_the_terminal_nothing_but_text(rows: list[Row], width: int, encoding: str) -> None:
    content = table(rows, width, encoding)
    content.encode(encoding)
    for line in content.split("\n"):
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066" for c in line)
        if width >= 20:
            assert width_of(line) <= width, line


@given(tables(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)), st.integers(8, 60))
def test_wrapping_loses_no_character(rows: list[Row], width: int) -> None:
    shown = [character for character in table(rows, width) if not character.isspace() and character != "─"]
    wanted = "".join(text_of(term) for row in rows for term in row).replace(" ", "")
    assert sorted(set(wanted) - set(shown)) == []
    assert len(shown) >= len(wanted)


def test_iris_are_shown_short_and_literals_bare() -> None:
    row: Row = (
        ox.NamedNode("https://w3id.org/aligngraph/work/rafailov2023-dpo"),
        ox.Literal("title", language="en"),
        ox.Literal("2023", datatype=ox.NamedNode(XSD + "integer")),
    )
    assert table([row]).splitlines() == [
        "a                      b         c",
        "─────────────────────  ─────  ────",
        "work:rafailov2023-dpo  title  2023",
    ]


def test_numbers_stand_at_the_right() -> None:
    numbers = [(ox.Literal(value, datatype=ox.NamedNode(XSD + "integer")),) for value in ("5", "1000")]
    assert table(list(numbers)).splitlines()[2:] == ["   5", "1000"]


def test_long_cells_wrap_with_an_indent() -> None:
    row: Row = (ox.Literal("short"), ox.Literal("a title of many words that needs more than a line"))
    assert table([row], 32).splitlines()[2:] == [
        "short  a title of many words",
        "         that needs more than a",
        "         line",
    ]


def test_columns_too_many_for_the_width_make_blocks() -> None:
    names = tuple(f"column{number}" for number in range(12))
    row = tuple(ox.Literal(f"value-{number}") for number in range(12))
    content = "".join(write_solutions(Solutions(names, iter([row, row])), "table", Terminal(40)))
    assert content.splitlines()[0] == "column0   value-0"
    assert content.splitlines()[12] == "─" * 40


def test_iris_at_the_end_make_room_where_they_may() -> None:
    iri = ox.NamedNode("https://w3id.org/aligngraph/work/aworkwithalongname")
    long = ox.Literal("wordsthatarelong and wordsthatarelong")
    rows = [(long, iri, long, iri, None), (long, None, long, None, iri)]
    names = ("text", "first", "other", "second", "third")

    def table(left_out: list[str] | None) -> list[str]:
        solutions = Solutions(names, iter(rows))
        return "".join(write_solutions(solutions, "table", Terminal(width=58), left_out)).splitlines()

    left_out: list[str] = []
    assert table(left_out)[0].split() == ["text", "first", "other"]
    assert left_out == ["second", "third"]
    assert table(None)[0].startswith("text ")
    assert table(None)[0].split()[1] == "wordsthatarelong"  # a block


def test_wide_and_combining_characters_keep_columns_in_line() -> None:
    values = ["中文字", "e\u0301te\u0301", "👩‍👩‍👧", "🇩🇪", "❤️", "abc"]
    lines = table([(ox.Literal(value), ox.Literal("|")) for value in values]).splitlines()[2:]
    assert {width_of(line.partition("|")[0]) for line in lines} == {8}


def test_right_to_left_cells_are_kept_in_their_columns() -> None:
    line = table([(ox.Literal("שלום"), ox.Literal("עולם"))]).splitlines()[2]
    assert line == "\u200eשלום\u200e  \u200eעולם\u200e"


def test_escape_sequences_of_data_are_shown_not_sent() -> None:
    content = table([(ox.Literal("\x1b]0;owned\x07\u202egnp.exe\r\n\ttab"),)])
    assert "\\x1b]0;owned\\x07\\u202egnp.exe" in content
    assert not {"\x1b", "\x07", "\r", "\t", "\u202e"} & set(content)


def test_ascii_terminal_gets_ascii() -> None:
    content = table([(ox.Literal("Köpf – 中"),)], encoding="ascii")
    assert content.isascii()
    assert "K\\xf6pf" in content


def test_colour_only_where_it_is_wanted() -> None:
    row: Row = (ox.Literal("x"),)
    assert "\x1b[1m" in table([row], colour=True)
    assert "\x1b" not in table([row])


def test_line_feeds_in_a_value_start_lines_in_its_cell() -> None:
    assert table([(ox.Literal("one\ntwo"), ox.Literal("x"))]).splitlines()[2:] == ["one    x", "  two"]


def test_counted_rows_are_counted_as_they_pass() -> None:
    rows = CountedRows(iter([(ox.Literal("x"),)] * 3))
    assert rows.count == 0
    table(list(rows))
    assert rows.count == 3


def test_markdown_escapes_what_would_be_markup() -> None:
    row: Row = (ox.Literal("a|b *c* <d>\n`e`"), ox.NamedNode("https://w3id.org/aligngraph/goal/hhh"), ox.NamedNode(EX))
    assert written([row], "markdown").splitlines() == [
        "| a | b | c |",
        "|---|---|---|",
        f"| a\\|b \\*c\\* \\<d\\><br>\\`e\\` | goal:hhh | <{EX}> |",
    ]


# Graphs


@pytest.fixture(scope="module")
def backend() -> Embedded:
    return open_files()


RDFLIB_NAMES = {
    "turtle": "turtle",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
    "trig": "trig",
    "nquads": "nquads",
}


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_graph_reads_back_whole(backend: Embedded, name: str) -> None:
    triples = list(backend.construct("DESCRIBE artifact:dpo goal:human-values work:rafailov2023-dpo"))
    content = "".join(write_graph(triples, name))
    assert len(triples) > 20
    graph = Graph().parse(data=content, format=RDFLIB_NAMES[name])
    assert len(graph) == len(set(triples))


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_graph_is_the_same_whatever_the_order(backend: Embedded, name: str) -> None:
    triples = list(backend.construct("DESCRIBE artifact:dpo"))
    assert "".join(write_graph(triples, name)) == "".join(write_graph(reversed(triples), name))


def test_turtle_declares_only_the_prefixes_in_use(backend: Embedded) -> None:
    content = "".join(
        write_graph(backend.construct("CONSTRUCT { ?s rdfs:label ?o } { ?s rdfs:label ?o } LIMIT 1"), "turtle")
    )
    assert "@prefix rdfs:" in content
    assert "@prefix skos:" not in content


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_empty_graph_is_valid(name: str) -> None:
    assert len(Graph().parse(data="".join(write_graph([], name)), format=RDFLIB_NAMES[name])) == 0


def test_rdfxml_refuses_what_xml_can_not_hold() -> None:
    triple = ox.Triple(ox.NamedNode(EX), ox.NamedNode(EX + "p"), ox.Literal("\x00"))
    with pytest.raises(ExportError, match=r"U\+0000"):
        write_graph([triple], "rdfxml")


def test_json_is_json() -> None:
    assert json.loads(written([(ox.Literal("x"), None, None)], "json"))["head"] == {"vars": ["a", "b", "c"]}
