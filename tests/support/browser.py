"""A real browser: Debian's Chromium, driven by playwright. Every request that it makes is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest

from tests.support.programs import REQUIRE_ALL, ROOT, find_program

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
WAIT = 60_000
"""Milliseconds that a busy machine may take to show something."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a running Chromium; skip the test, or fail it where all is required, when it is not installed."""
    how = "to test pages in a browser install Chromium (Debian: apt-get install chromium)"
    program = find_program(["chromium", "chromium-browser", "google-chrome"], how)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        if REQUIRE_ALL:
            pytest.fail("to test pages in a browser: pip install playwright")
        pytest.skip("to test pages in a browser: pip install playwright")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A window of the browser at one site: what it asked for, and what went wrong."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.home = home
        self.context = context
        self.asked: list[str] = []
        self.errors: list[str] = []
        context.set_default_timeout(WAIT)
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)

    def _said(self, message: Any) -> None:
        # A page that says why there is none is not an error of its scripts.
        if message.type == "error" and "status of 40" not in message.text:
            self.errors.append(message.text)

    def go(self, path: str) -> Page:
        """Open *path* of the site."""
        self.page.goto(self.home + path, wait_until="load")
        return self.page

    def elsewhere(self) -> list[str]:
        """Return the requests that went to other hosts."""
        own = urlsplit(self.home).netloc
        return [url for url in self.asked if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != own]

    def is_clean(self) -> bool:
        """Tell whether no request went elsewhere, no error was seen, and no cookie set; say what was."""
        assert self.elsewhere() == [], self.elsewhere()
        assert self.errors == [], self.errors
        assert self.context.cookies() == []
        return True


@contextmanager
def visit(browser: Browser, home: str, **options: Any) -> Iterator[Visit]:
    """Give a new window at the site *home*, with *options* of the browser's context."""
    context = browser.new_context(**options)
    try:
        yield Visit(context, home)
    finally:
        context.close()


def barriers(page: Page, scheme: str) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds to be a serious barrier on *page*: each rule, and where.

    All rules are tried in the light *scheme*; in another one, those about colours.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if scheme != "light":
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(_axe_script()))
    return [
        (one["id"], [node["html"][:150] for node in one["nodes"][:3]])
        for one in page.evaluate("options => axe.run(options)", options)["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def _axe_script() -> Path:
    """Return axe-core, which looks for barriers; skip or fail the test where it is not installed."""
    path = ROOT / ".axe" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        how = "to check accessibility: npm install --prefix .axe axe-core@4.14.1"
        if REQUIRE_ALL:
            pytest.fail(how)
        pytest.skip(how)
    return path
