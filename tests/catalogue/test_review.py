"""A difference in terms of works, for review: one line, Markdown, and a page."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from aligngraph.catalogue.diff import compare
from aligngraph.catalogue.review import MOST, summary, write_html, write_markdown
from tests.catalogue.test_diff import triples
from tests.conftest import Run

OLD = """
work:a a ag:Paper ; dcterms:title "One"@en ; ag:firstPublicYear 2022 ; ag:hasPublication publication:a-x .
publication:a-x a ag:Preprint ; ag:publicationYear 2022 .
work:b a ag:Paper ; dcterms:title "Two"@en ; ag:firstPublicYear 2023 .
work:c a ag:Paper ; dcterms:title "Three"@en ; ag:firstPublicYear 2023 .
"""
NEW = """
work:a a ag:Paper ; dcterms:title "One"@en ; ag:firstPublicYear 2021 ;
    ag:hasPublication publication:a-x , publication:a-y .
publication:a-x a ag:Preprint ; ag:publicationYear 2022 ; ag:arxivId "2201.00001" .
publication:a-y a ag:ConferencePaper ; ag:publicationYear 2022 ; ag:doi "10.1/x" .
work:b a ag:Paper ; dcterms:title "Two"@en ; ag:firstPublicYear 2023 ; ag:hasAuthorship authorship:b-001 .
authorship:b-001 a ag:Authorship ; ag:person person:ana ; ag:nameAsPrinted "Ana" .
person:ana a ag:Person ; rdfs:label "Ana" .
work:d a ag:Paper ; dcterms:title "Four <script>alert(1)</script> *bold* [x](javascript:y)"@en ;
    ag:firstPublicYear 2024 .
"""


def test_the_summary_counts_works_by_what_happened_to_them() -> None:
    assert summary(compare(triples(OLD), triples(NEW))) == (
        "1 new work, 1 removed work, 1 changed year, 1 gained authors, 1 gained identifiers, 1 gained publications; "
        "1 new person"
    )
    assert summary(compare(triples(OLD), triples(OLD))) == "no difference"
    only = OLD.replace("firstPublicYear 2023", "firstPublicYear 2020")
    assert summary(compare(triples(OLD), triples(only))) == "2 works changed year"


def test_markdown_lists_what_is_new_changed_and_removed() -> None:
    lines = "".join(write_markdown(compare(triples(OLD), triples(NEW)))).splitlines()
    assert [line for line in lines if line.startswith("###")] == [
        "### New works (1)",
        "### Changed works (2)",
        "### Removed works (1)",
        "### New people (1)",
    ]
    assert "- One `work:a`: gained publications; year 2022 → 2021; gained identifiers" in lines
    assert "- Two `work:b`: gained authors" in lines
    assert "- Three `work:c`" in lines


def test_what_a_title_holds_marks_nothing_up() -> None:
    diff = compare(triples(OLD), triples(NEW))
    page = "".join(write_html(diff))
    github = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render("".join(write_markdown(diff)))
    for html in (page, github):
        assert "Four &lt;script&gt;alert(1)&lt;/script&gt; *bold* [x](javascript:y) (2024)" in html
        assert "<script" not in html
        assert "<a" not in html


def test_of_very_many_the_first_are_listed_and_the_rest_counted() -> None:
    many = "".join(f'work:n{number:04} a ag:Paper ; dcterms:title "T{number}"@en .\n' for number in range(MOST + 7))
    text = "".join(write_markdown(compare([], triples(many))))
    assert text.count("\n- T") == MOST
    assert "- … and 7 more;" in text


def test_the_command_writes_a_review(run: Run, tmp_path: Path) -> None:
    head = "".join(
        f"@prefix {line} .\n"
        for line in (
            "ag: <https://w3id.org/aligngraph/ontology#>",
            "dcterms: <http://purl.org/dc/terms/>",
            "work: <https://w3id.org/aligngraph/work/>",
        )
    )
    for name, year in (("old", 2022), ("new", 2023)):
        (tmp_path / f"{name}.ttl").write_text(
            f'{head}work:a a ag:Paper ; dcterms:title "One"@en ; ag:firstPublicYear {year} .\n', encoding="utf-8"
        )
    files = tmp_path / "old.ttl", tmp_path / "new.ttl"
    outcome = run("diff", *files, "--format", "markdown")
    assert (outcome.code, outcome.out) == (
        1,
        "**1 work changed year**\n\n### Changed works (1)\n\n- One `work:a`: year 2022 → 2023\n",
    )
    assert "<strong>1 work changed year</strong>" in run("diff", *files, "--format", "html").out
    assert "1 work changed year" in run("diff", *files).err
    assert run("diff", files[0], files[0], "--format", "markdown").out == "**no difference**\n"
