"""Recommend in the browser: opened, moved, and compared with what the engine says."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page, expect

from data_access import catalogue, compare_ready
from ml.recommender import Recommended, recommend
from pages._recommend_state import RecommendState
from tests.browser.test_pages import ready
from tests.browser.waiting import until

ROWS = "#recommend-songs > li"
_ANSWERED = """document.querySelector('#recommend-songs > li, #recommend-empty:not([hidden]) > *')
    || !document.getElementById('recommend-nothing').hidden"""
_BUSY = "musicgroup.recommend.busy()"


def seed(name: str = "linkin") -> str:
    """Token of a song of the demo, by a word for it."""
    return next(choice.token for choice in compare_ready.suggest(name) if choice.kind == "song")


def opened(page: Page, site: str, *seeds: str, **more: str) -> Page:
    """The page with these seeds and parameters, filled."""
    page.goto(f"{site}recommend?{urlencode([('seed', token) for token in seeds] + list(more.items()))}")
    ready(page)
    until(page, _ANSWERED)
    return page


def query_of(page: Page) -> str:
    """The address's query."""
    return urlsplit(page.url).query


def expected(query: str) -> Recommended:
    """What the engine says to a query."""
    state, problems = RecommendState.from_text(query)
    assert problems == []
    return recommend(catalogue.current(), state.asked())


def expect_answer(page: Page, query: str | None = None) -> Recommended:
    """The list shows the engine's songs for a query (the address's), in order, with their scores and reasons."""
    found = expected(query_of(page) if query is None else query)
    expect(page.locator("#recommend-body")).to_be_visible()  # with nothing to go by the songs before stay, hidden
    expect(page.locator(".mg-recommend-title")).to_have_text([line.title for line in found.lines])
    scores = [f"{round(100 * round(score, 4)):d} %".replace("-", "−") for score in found.answer.scores.tolist()]
    shown = page.locator(".mg-recommend-score").all_text_contents()
    assert len(shown) == len(scores)
    for ours, theirs in zip(shown, scores, strict=True):  # halves are rounded in two ways
        assert abs(int(ours.replace("−", "-")[:-2]) - int(theirs.replace("−", "-")[:-2])) <= 1
    return found


def settled(page: Page, *words: str) -> None:
    """Until the address has these words, and no question is on its way."""
    until(page, f"{list(words)!r}.every((word) => location.search.includes(word)) && !{_BUSY}")


def slide(page: Page, control: str, *keys: str) -> None:
    """Press keys on a slider, once it can be moved."""
    expect(page.locator(f"#recommend-{control}")).to_be_enabled()  # the catalogue's scales are there
    page.locator(f"#recommend-{control}").focus()
    for key in keys:
        page.keyboard.press(key)
