"""Fixtures for tests in a real Chromium: `page` fails its test when the console is not empty.

chromium   one browser for all tests
new_page   makes a watched page: new_page(width=390, dark=True)
page       one such page, 1440 px wide
with_years address of the application with a made-up catalogue that knows years, which the demo does not
sql        runs a query on the demo catalogue's tables
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from data_access import catalogue, models
from data_access.catalogue import Catalogue
from settings import PROJECT_DIR
from tests import servers
from tests.browser.moods_page import queries
from tests.browser.waiting import COUNT_FETCHES

playwright = pytest.importorskip("playwright.sync_api")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE_MS = 90_000  # CI's two cores run two databases, four workers and two browsers
playwright.expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Watch:
    """What went wrong on a page: messages of the console, uncaught errors, requests that left our origin.

    A test that provokes an error takes it out of `problems` again, with `forgive`.
    """

    problems: list[str] = field(default_factory=list)

    def forgive(self, *words: str) -> None:
        """Drop the problems that contain one of the words."""
        self.problems = [line for line in self.problems if not any(word in line for word in words)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[playwright.Browser]:
    """Debian's Chromium, driven by Playwright; skips the test when there is none."""
    program = servers.find_browser()
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium, or CHROMIUM=/path/to/it)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS, headless=True)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: playwright.Browser) -> Iterator[Callable[..., playwright.Page]]:
    """Makes pages, each in a profile of its own; at the end none may have had anything to complain about."""
    contexts, watches = [], []

    def make(width: int = 1440, height: int = 900, *, dark: bool = False, ratio: float = 1) -> playwright.Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=ratio,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(COUNT_FETCHES)
        page = context.new_page()
        page.watch = watched(page)
        contexts.append(context)
        watches.append(page.watch)
        return page

    yield make
    for context in contexts:
        context.close()
    problems = [line for watch in watches for line in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def with_years(database: str, _nginx: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the application with 3,000 made-up songs of many years as its catalogue."""
    file = tmp_path_factory.mktemp("years") / "songs.csv"
    for command in (["synthesise", "--songs", "3000", str(file)], ["load", "--quiet", str(file)]):
        done = subprocess.run(
            [sys.executable, "-m", "etl", *command],
            cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    catalogue.forget()
    models.forget()
    return _nginx


@pytest.fixture(scope="module")
def sql(database: str, demo_catalogue: Catalogue) -> Iterator[Callable[[str], list[tuple]]]:
    """Runs a query on the demo catalogue's tables."""
    with queries(database, demo_catalogue.version) as run:
        yield run


@pytest.fixture
def page(new_page: Callable[..., playwright.Page]) -> playwright.Page:
    """A page of 1440 x 900 px; `page.watch` has what its console said."""
    return new_page()


def watched(page: playwright.Page) -> Watch:
    """Collect what goes wrong on a page from now on."""
    watch = Watch()
    page.on("pageerror", lambda error: watch.problems.append(f"uncaught on {page.url}: {error}"))
    page.on("console", lambda message: _note(watch, page, message))
    page.on("request", lambda request: _note_stranger(watch, page, request))
    # The browser also reports violations as events, with more in them than the console has.
    page.add_init_script(
        """document.addEventListener('securitypolicyviolation', (e) =>
             console.error('CSP violation: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))"""
    )
    return watch


def _note(watch: Watch, page: playwright.Page, message: playwright.ConsoleMessage) -> None:
    if message.type in ("error", "warning") or "Content Security Policy" in message.text:
        watch.problems.append(f"{message.type} on {page.url}: {message.text} {message.location.get('url', '')}")


def _note_stranger(watch: Watch, page: playwright.Page, request: playwright.Request) -> None:
    asked, here = urlsplit(request.url), urlsplit(page.url)
    if asked.scheme in ("http", "https") and here.netloc and asked.netloc != here.netloc:
        watch.problems.append(f"{page.url} asked another origin: {request.url}")


os.environ.setdefault("DBUS_SESSION_BUS_ADDRESS", "/dev/null")  # Chromium looks for a desktop that is not there
