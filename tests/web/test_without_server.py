"""The site of files in a real browser: search, forms and SPARQL run there, with no server that answers."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

import aligngraph
from aligngraph.web.addresses import root_from, static_links
from aligngraph.web.charts import picture
from aligngraph.web.static_site import write_site
from tests.conftest import ROOT
from tests.support.browser import SCHEMES, Visit, barriers, chromium, visit

if TYPE_CHECKING:
    from markupsafe import Markup
    from playwright.sync_api import Browser

SMALL = ROOT / "tests" / "shapes" / "base.ttl"
UNDER = "/some/where/"
"""Where the site is put: not at the root of its host."""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the site of a small catalogue below a folder."""
    top: Path = tmp_path_factory.mktemp("host")
    (top / "some").mkdir()
    write_site(top / UNDER.strip("/"), [SMALL], base="https://example.org/catalogue/")
    return top


@pytest.fixture(scope="module")
def home(top: Path) -> Iterator[str]:
    """Hand the files of the site out."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(top)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{UNDER}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def window(browser: Browser, home: str) -> Iterator[Visit]:
    with visit(browser, home) as found:
        yield found


@pytest.mark.slow
def test_a_query_is_answered_in_the_browser_and_can_be_shared(window: Visit) -> None:
    page = window.go("sparql.html")
    page.locator(".editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("SELECT ?work ?title { ?work a ag:Work ; dcterms:title ?title } ORDER BY ?title")
    page.keyboard.press("Control+Enter")
    page.locator("#answer tbody tr").first.wait_for()
    rows = page.locator("#answer tbody tr").all_inner_texts()
    assert len(rows) > 1
    first = page.locator("#answer tbody a").first
    assert first.get_attribute("href") is not None
    shared = page.url
    page.locator("button.sort").first.click()
    page.locator("button.sort").first.click()
    assert page.locator("#answer tbody tr").all_inner_texts() == rows[::-1]
    page.goto(shared)
    page.locator("#answer tbody tr").first.wait_for()
    assert page.locator("#answer tbody tr").all_inner_texts() == rows
    page.locator("#answer tbody a").first.click()
    assert page.locator("h1").inner_text() == rows[0].strip()
    window.errors = [one for one in window.errors if not one.startswith("Applying inline style")]
    assert window.is_clean()


@pytest.mark.slow
def test_an_error_is_marked_at_its_line_and_a_query_without_end_is_stopped(window: Visit) -> None:
    page = window.go("sparql.html?query=SELECT+%3Fw+%7B%0A++%3Fw+a+%5B%0A%7D")
    page.locator("[role=alert]").wait_for()
    assert "Line 3" in page.locator("[role=alert]").inner_text()
    assert page.locator(".cm-line").nth(2).locator(".cm-lintRange-error, .cm-lintPoint-error").count() == 1
    page = window.go("sparql.html?query=" + ENDLESS.replace(" ", "+").replace("?", "%3F"))
    page.wait_for_timeout(2000)
    page.locator("button", has_text="Stop").click()
    page.locator("[role=alert]").wait_for()
    assert "stopped" in page.locator("[role=alert]").inner_text()
    # Another query opens the engine again.
    page.locator("textarea.sparql").evaluate(
        "one => one.dispatchEvent(new CustomEvent('text', { detail: 'ASK { ?s a ag:Work }' }))"
    )
    page.locator("button", has_text="Ask").click()
    page.locator("#answer .lead", has_text="Yes").wait_for()
    assert window.is_clean()


@pytest.mark.slow
def test_forms_answer_as_the_server_does(window: Visit) -> None:
    with aligngraph.open(SMALL) as catalogue:
        goals = list(catalogue.concepts("goal"))
        goal = next(one for one in goals if len(catalogue.query("works-by-goal", goal=one.iri)) > 0)
        expected = [str(row.title) for row in catalogue.query("works-by-goal", goal=goal.iri)]
        person = str(catalogue.query("authors-by-works", least=1)[0]["author"])
        works = [str(row.title) for row in catalogue.query("works-by-author", author=person)]
    page = window.go("query/works-by-goal.html")
    page.locator("#field-goal").select_option(goal.label)
    page.locator("button", has_text="Ask").click()
    page.locator("#answer a[download]").first.wait_for()
    assert page.locator("#answer tbody tr td:first-child").all_inner_texts() == expected
    page = window.go(f"query/works-by-author.html?author={person.rpartition('/')[2]}&run=1")
    page.locator("#answer a[download]").first.wait_for()
    assert page.locator("#answer tbody tr td:first-child").all_inner_texts() == works
    page = window.go("query/works-by-author.html?author=nobody+at+all&run=1")
    page.locator("[role=alert]").wait_for()
    assert "nothing here is called nobody at all" in page.locator("[role=alert]").inner_text()
    assert window.is_clean()


_BY_YEAR = "SELECT ?year ?works { VALUES (?year ?works) { (2023 16) (2019 3) (2021 1) (2020 0) } }"
_BY_THING = """SELECT ?goal ?goalLabel ?share { VALUES (?goal ?goalLabel ?share) {
  (goal:safety "safety & <risk>" 2.5) (goal:a "a label that is longer than thirty letters" 1000) (goal:c "c" 0) } }"""
_BY_PAIR = """SELECT ?goal ?goalLabel ?method ?methodLabel (?a * ?b AS ?works) {
  VALUES ?a { 0 1 2 3 5 8 13 21 34 } VALUES ?b { 1 2 3 4 }
  BIND(IRI(CONCAT(STR(goal:g), STR(?a))) AS ?goal) BIND(CONCAT("goal ", STR(?a)) AS ?goalLabel)
  BIND(IRI(CONCAT(STR(method:m), STR(?b))) AS ?method) BIND(CONCAT("method ", STR(?b)) AS ?methodLabel)
} ORDER BY ?goal ?method"""
_LARGE = _BY_PAIR.replace("VALUES ?b", "VALUES ?c { 0 4 8 12 16 20 24 28 32 36 40 44 48 52 56 60 } VALUES ?d").replace(
    "BIND(IRI(CONCAT(STR(goal", "VALUES ?e { 0 64 } BIND(?c + ?d + ?e AS ?b) BIND(IRI(CONCAT(STR(goal", 1
)  # fmt: skip
_PLAIN = "SELECT ?place ?name { VALUES (?place ?name) { (1 'a') (2 'b') } }"
_SAME = """given => {
  const shapes = node => {
    for (const link of node.querySelectorAll("a"))
      link.setAttribute("href", new URL(link.getAttribute("href"), document.baseURI).href);
    return node.outerHTML;
  };
  const other = document.createElement("div");
  other.innerHTML = given;
  return [shapes(document.querySelector("#answer svg")), shapes(other.firstChild)];
}"""


@pytest.mark.slow
def test_pictures_of_answers_are_those_of_the_server(window: Visit) -> None:
    def compare(path: str, expected: Markup | None) -> None:
        page = window.go(path)
        page.locator("#answer a[download]").first.wait_for()
        assert page.locator("#answer svg").count() == (expected is not None)
        if expected is not None:
            mine, theirs = page.evaluate(_SAME, static_links(str(expected), root_from(path)))
            assert mine == theirs

    kinds = set()
    with aligngraph.open(SMALL) as catalogue:
        for query in (_BY_YEAR, _BY_THING, _BY_PAIR, _LARGE, _PLAIN):
            drawn = picture(catalogue.sparql(query))
            assert (drawn is None) == (query == _PLAIN)
            kinds |= set(re.findall(r'class="chart (\w+)"', drawn or ""))
            compare(f"sparql.html?{urlencode({'query': query})}", drawn)
        assert "those with most" in str(picture(catalogue.sparql(_LARGE)))
        for name in ("coverage-by-goal", "timeline", "venues", "works-by-survey"):
            compare(f"query/{name}.html?run=1", picture(catalogue.query(name)))
        values = {"source": ["any"]}
        drawn = picture(catalogue.query("coverage-by-goal-and-approach", values), values)
        compare("query/coverage-by-goal-and-approach.html?source=any&run=1", drawn)
    assert kinds == {"timeline", "bars", "grid"}
    assert window.is_clean()


@pytest.mark.slow
def test_the_back_button_leads_to_the_answer_before(window: Visit) -> None:
    page = window.go("query/works-by-year.html")
    first = page.locator("#answer").inner_text()

    def ask(since: str, said: str) -> list[str]:
        page.locator("#field-since").fill(since)
        page.locator("button", has_text="Ask").click()
        page.locator("#answer [role=status]", has_text=said).wait_for()
        assert f"since={since}" in page.url
        return page.locator("#answer tbody tr").all_inner_texts()

    some = ask("1000", "in your browser")
    none = ask("9000", "0 rows, ")
    assert some
    assert not none
    page.go_back()
    page.locator("#answer tbody tr").first.wait_for()
    assert page.locator("#answer tbody tr").all_inner_texts() == some
    assert page.locator("#field-since").input_value() == "1000"
    page.go_back()
    page.wait_for_function("!location.search")
    assert page.locator("#answer").inner_text() == first
    assert page.locator("#field-since").input_value() == ""
    assert window.is_clean()


@pytest.mark.slow
def test_search_finds_by_parts_of_names(window: Visit) -> None:
    with aligngraph.open(SMALL) as catalogue:
        work = next(iter(catalogue.works()))
    page = window.go("index.html")
    page.locator("#search-all").fill(" ".join(word[:5] for word in work.title.split()[:3]))
    page.keyboard.press("Enter")
    page.locator("#found a").first.wait_for()
    assert work.title in page.locator("#found").inner_text()
    page.locator("#found a", has_text=work.title).first.click()
    assert page.locator("h1").inner_text() == work.title
    assert window.is_clean()


@pytest.mark.slow
def test_pages_are_accessible_in_light_and_dark(browser: Browser, home: str, top: Path) -> None:
    site = top / UNDER.strip("/")
    fixed = ["", "404.html", "docs.html", "query.html", "taxonomy.html", "works.html", "search.html?q=a",
             "ontology/properties.html", "query/works-by-goal.html?run=1",
             "query/coverage-by-goal-and-approach.html?run=1",
             "sparql.html?query=SELECT+*+%7B%3Fs+a+ag:Work%7D", "sparql.html?query=SELECT"]  # fmt: skip
    # And one page of each kind of thing.
    kinds = [min(folder.rglob("*.html")) for folder in sorted(site.iterdir()) if any(folder.rglob("*.html"))]
    assert len(kinds) > 15
    found = {}
    with visit(browser, home, bypass_csp=True) as window:
        for path in (*fixed, *(str(page.relative_to(site)) for page in kinds)):
            page = window.go(path)
            if "?" in path:
                page.locator("#answer a[download], #found, [role=alert]").first.wait_for()
            # The rest has the same colours as what the server gives, which test_browser.py looks at in both.
            for scheme in SCHEMES if "?" in path else SCHEMES[:1]:
                page.emulate_media(color_scheme=scheme)
                found[path, scheme] = barriers(page, scheme)
    assert not any(found.values()), found
