"""Pages in a real browser: with and without script, on a phone, by keyboard, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import SCHEMES, Visit, barriers, chromium, visit
from tests.web.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = {
    "home": "",
    "works": "works?goal=human-values",
    "taxonomy": "taxonomy",
    "questions": "query",
    "question": "query/works-by-goal?goal=human-values&run=1",
    "question with a picture": "query/coverage-by-goal-and-approach?run=1",
    "question with a problem": "query/works-by-goal?goal=nonsense&run=1",
    "search": "search?q=preference",
    "editor": "sparql",
    "answer": "sparql?query=SELECT+%3Fv+%7B+%3Fv+a+ag%3AVenue+%7D",
    "ontology": "ontology/ontology.html",
    "shapes": "shapes/shapes.html",
    "mappings": "mappings/mappings.html",
    "docs": "docs",
    "document": "docs/model",
    "work": "work/rafailov2023-dpo.html",
    "work of many authors": "work/srivastava2022-big-bench.html",
    "why": "why/rafailov2023-dpo",
    "person": "person/rafael-rafailov.html",
    "venue": "venue/icml.html",
    "artifact": "artifact/dpo.html",
    "concept": "goal/human-values.html",
    "section": "section/value-alignment-sft-based-alignment.html",
    "survey": "survey/value-alignment.html",
    "listing": "listing/value-alignment-019.html",
    "nothing": "nothing/here",
}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def window(browser: Browser, served: Served) -> Iterator[Visit]:
    with visit(browser, served.address) as found:
        yield found


@pytest.mark.slow
def test_pages_are_accessible_in_light_and_dark(browser: Browser, served: Served) -> None:
    found = {}
    with visit(browser, served.address, bypass_csp=True) as window:
        for name, path in PAGES.items():
            page = window.go(path)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                found[name, scheme] = barriers(page, scheme)
    assert not any(found.values()), found


@pytest.mark.slow
def test_every_kind_of_page_opens_without_an_error_or_a_request_elsewhere(window: Visit) -> None:
    for path in PAGES.values():
        window.go(path)
        assert window.page.locator("h1").count() == 1, path
    assert window.is_clean()


@pytest.mark.slow
def test_no_page_is_wider_than_a_phone(browser: Browser, served: Served) -> None:
    with visit(browser, served.address, **PHONE) as window:
        wide = {}
        for name, path in PAGES.items():
            page = window.go(path)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 360:
                wide[name] = width
        assert wide == {}


def test_a_form_answers_without_script(browser: Browser, served: Served) -> None:
    with visit(browser, served.address, java_script_enabled=False) as window:
        page = window.go("query/works-by-goal")
        page.select_option("#field-goal", "human-values")
        with page.expect_navigation():
            page.click("text=Ask")
        assert page.locator("#answer tbody tr").count() > 10
        assert "goal=human-values" in page.url
        with page.expect_navigation():
            page.click("thead >> text=year")
        years = page.locator("#answer tbody tr td:nth-child(2)").all_inner_texts()
        assert years == sorted(years)
        page = window.go("sparql")
        page.fill("textarea", "SELECT ?v { ?v a ag:Venue ; rdfs:label ?label } ORDER BY ?label")
        with page.expect_navigation():
            page.click("button:has-text('Ask')")
        assert page.locator("#answer tbody tr").count() == 35
        assert window.is_clean()


@pytest.mark.slow
def test_the_editor_completes_terms_and_marks_an_error_at_its_line(window: Visit) -> None:
    page = window.go("sparql")
    content = page.locator(".editor .cm-content")
    content.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?w { ?w a ag:Benchm")
    option = page.locator(".cm-tooltip-autocomplete li", has_text="ag:Benchmark").first
    option.wait_for()
    page.wait_for_timeout(200)  # it takes no key just after it has opened
    page.keyboard.press("Enter")
    page.keyboard.type(" .\n?w ag:evaluatesGoal goal:fairn")
    page.locator(".cm-tooltip-autocomplete li", has_text="fairness").first.wait_for()
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.locator("#answer tbody tr").first.wait_for()
    assert "BBQ" in page.locator("#answer").inner_text() or page.locator("#answer tbody tr").count() > 1
    page = window.go("sparql?query=SELECT+%3Fw+%7B%0A++%3Fw+a+%5B%0A%7D")
    assert "line 3" in page.locator("[role=alert]").inner_text()
    assert page.locator(".editor .cm-line").nth(2).locator(".cm-lintRange-error, .cm-lintPoint-error").count() == 1
    # Chromium styles what is typed over a selection itself, which the policy stops and the editor puts right.
    window.errors = [one for one in window.errors if not one.startswith("Applying inline style")]
    assert window.is_clean()


@pytest.mark.slow
def test_what_is_typed_is_answered_by_names(window: Visit) -> None:
    page = window.go("query/works-by-author")
    page.locator("#field-author").press_sequentially("rafail")
    page.locator("datalist option", has_text="").first.wait_for(state="attached")
    found = page.locator("#field-author + datalist option").evaluate_all("all => all.map(one => one.value)")
    assert "rafael-rafailov" in found
    assert window.is_clean()


@pytest.mark.slow
def test_pages_are_used_by_keyboard_alone(window: Visit) -> None:
    page = window.go("")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page = window.go("why/rafailov2023-dpo")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert "asserted in data/" in page.locator("details[open]").first.inner_text()
    # The editor lets the Tab key go on.
    page = window.go("sparql")
    page.locator(".editor .cm-content").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


@pytest.mark.slow
def test_each_cell_of_the_grid_leads_to_as_many_works_as_it_says(window: Visit) -> None:
    page = window.go("")
    cells = page.locator("svg.grid").first.locator("a")
    count = cells.count()
    assert count > 25
    said = [(str(cells.nth(n).get_attribute("href")), str(cells.nth(n).text_content())) for n in (0, 20, count - 1)]
    for address, text in said:
        page = window.go(address.lstrip("/"))
        rows = page.locator("#answer tbody tr").count()
        assert text.endswith(f": {rows}{rows}"), (address, text, rows)
