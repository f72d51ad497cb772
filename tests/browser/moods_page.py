"""The Moods page by what can be read from it and done to it, for its browser tests; and SQL to compare it with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import psycopg2
from playwright.sync_api import Page, expect

from settings import get_settings

Sql = Callable[[str], list[tuple]]
FITS_MS = 300_000


@contextmanager
def queries(url: str, version: int) -> Iterator[Sql]:
    """Runs queries on a catalogue's tables."""
    connection = psycopg2.connect(url, options=f"-c search_path=catalogue_{version}")
    connection.autocommit = True

    def run(query: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    yield run
    connection.close()


class Moods:
    """The page, by what can be read from it and done to it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.words = page.locator("#moods-words")
        self.headline = page.locator("#moods-headline")
        self.cancel = page.locator("#moods-cancel")

    def open(self, query: str = "") -> Moods:
        self.page.goto(f"{self.site}moods{'?' + query if query else ''}")
        return self.shown()

    def shown(self) -> Moods:
        """Once the cards stand for all songs that were asked for, whatever is computed after that."""
        expect(self.page.locator("#moods-page")).not_to_have_class(re.compile("mg-moods-stale"))
        expect(self.headline).to_contain_text("songs")
        expect(self.headline).not_to_contain_text("Preview")
        expect(self.page.locator(".mg-mood-card").first).to_be_visible()  # drawn a moment after the headline
        return self

    def choose(self, name: str, label: str) -> Moods:
        """Open a dropdown and press one of its options."""
        self.page.locator(f"#moods-{name}").click()
        option = self.page.locator(".dash-dropdown-content .dash-dropdown-option")
        option.filter(has_text=re.compile(f"^{re.escape(label)}")).first.click()
        self.page.keyboard.press("Escape")
        return self

    def value(self, name: str) -> str:
        return self.page.locator(f"#moods-{name} .dash-dropdown-value").inner_text()

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)

    def songs(self) -> dict[str, int]:
        """Name of each mood -> its songs, as the cards say."""
        found = self.page.locator(".mg-mood-card").evaluate_all(
            "cards => cards.map(c => [c.dataset.mood, c.querySelector('.mg-mood-songs').textContent])"
        )
        return {name: int(text.split()[0].replace(",", "")) for name, text in found}

    def bars(self) -> list[str]:
        """Features that the first card shows as the model's own."""
        return self.page.locator(".mg-mood-card").first.locator(".mg-mood-bars .mg-diverge-label").all_inner_texts()

    def numbers(self, chart: str) -> list[list[str]]:
        """Rows of a chart's table."""
        details = self.page.locator(f"#moods-{chart} details.mg-numbers")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        expect(details.locator("tbody tr").first).to_be_visible()
        return details.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(c => c.textContent))"
        )

    def done(self) -> Moods:
        """Once all is computed: fits are polite (nice 10), and other tests need both cores."""
        expect(self.words).to_have_text("Done", timeout=FITS_MS)
        return self


def stored(sql: Sql) -> dict[str, int]:
    return dict(sql("SELECT name, count(*) FROM song_moods GROUP BY name"))


def number(sql: Sql) -> int:
    """Number of the model that serves."""
    return sql("SELECT max(model) FROM song_moods")[0][0]


def jobs_so_far() -> set[str]:
    folder = get_settings().data_dir / "jobs"
    return {path.name for path in folder.glob("*")} if folder.exists() else set()
