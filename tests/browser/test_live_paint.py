"""What is painted over the plots while a brush moves is what Plotly draws when it is let go, to a pixel.

The catalogue is made up, with years, so that the page has all of its kinds of charts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.pixels import displaced, picture
from tests.browser.waiting import quiet, until

FILTER = "energy=0.6..&tempo=90..%3C140"
CHARTS = ("danceability", "loudness", "duration_ms", "year", "energy", "density", "years")
DIFFERENT = ("loudness", "density", "years")  # under that filter, and without it

# Plotly follows a resize a moment later.
FITS = """() => [...document.querySelectorAll('#explore-page .js-plotly-plot')].filter((graph) => graph.offsetParent)
    .every((graph) => Math.abs(graph._fullLayout.width - graph.clientWidth) <= 1)"""


def explore(page: Page, site: str, query: str = "") -> None:
    """Explore with its charts drawn, without windows of brushes over them."""
    page.goto(f"{site}explore{'?' + query if query else ''}")
    expect(page.locator("#explore-sentence strong")).to_be_visible()
    quiet(page)
    until(page, "() => musicgroup.explore.latest().summary && document.querySelector('#explore-years .js-line')")
    until(page, "musicgroup.explore.isDrawn()")
    until(page, FITS)
    page.evaluate("document.querySelectorAll('.mg-brush-window').forEach((each) => (each.style.visibility = 'hidden'))")


def numbers(page: Page) -> dict:
    """The numbers that the page shows."""
    return page.evaluate("(({summary, whole}) => ({summary, whole}))(musicgroup.explore.latest())")


def paint(page: Page, shown: dict) -> None:
    """Paint these numbers on every chart, as a moving brush does."""
    page.evaluate(
        """({summary, whole}) => new Promise((done) => requestAnimationFrame(() => {
            musicgroup.paint.begin();
            musicgroup.paint.frame(summary, whole);
            musicgroup.explore.showLive(summary); // labels stand beside the lines
            requestAnimationFrame(() => requestAnimationFrame(done));
        }))""",
        shown,
    )


def plot(name: str) -> str:
    return f"#explore-{name} .mg-plot"


def seen(page: Page, name: str) -> np.ndarray:
    """A chart's plot as it looks, painted when painting was begun."""
    page.locator(plot(name)).evaluate("plot => plot.scrollIntoView({block: 'center', behavior: 'instant'})")
    if page.evaluate("(name) => musicgroup.paint.begun().includes(name)", name):
        until(page, f"() => document.querySelector('{plot(name)}').matches('[data-live]')")
    return picture(page, plot(name))


def same(first: np.ndarray, second: np.ndarray) -> None:
    places = displaced(first, second)
    assert not places.any(), f"{places.sum()} of {places.size} pixels, around {np.argwhere(places)[:3].tolist()}"


@pytest.mark.parametrize(
    ("width", "dark", "ratio"),
    [(1440, False, 1), (1440, True, 1), (390, False, 2), (1283, True, 1)],
    ids=["light", "dark", "phone", "odd"],
)
def test_the_numbers_of_a_filter_are_painted_as_plotly_draws_them(
    with_years: str, new_page: Callable[..., Page], width: int, dark: bool, ratio: float
) -> None:
    page = new_page(width, 900, dark=dark, ratio=ratio)
    explore(page, with_years, FILTER)
    filtered = numbers(page)
    explore(page, with_years)
    before = {name: seen(page, name) for name in CHARTS}
    paint(page, filtered)
    painted = {name: seen(page, name) for name in CHARTS}
    page.evaluate("musicgroup.paint.end(), musicgroup.explore.showLive(null)")
    page.evaluate("({summary, whole}) => { musicgroup.explore.draw(summary, whole); }", filtered)
    until(page, "musicgroup.explore.isDrawn()")
    for name in CHARTS:
        drawn = seen(page, name)
        same(painted[name], drawn)
        if name in DIFFERENT:
            assert displaced(before[name], drawn).any(), f"{name} is the same under both filters"


def test_the_first_frame_and_the_last_one_are_not_seen(with_years: str, page: Page) -> None:
    explore(page, with_years, FILTER)
    before = {name: seen(page, name) for name in CHARTS}
    paint(page, numbers(page))
    for name in CHARTS:
        same(seen(page, name), before[name])
        page.evaluate("(name) => musicgroup.paint.end(name)", name)
        assert (seen(page, name) == before[name]).all(), f"{name} is not Plotly's again"
    page.evaluate("musicgroup.paint.end()")
    expect(page.locator("[data-live]")).to_have_count(0)


def test_what_is_not_on_the_screen_is_painted_when_it_is_scrolled_to(with_years: str, new_page: Callable) -> None:
    page = new_page(1440, 500)
    explore(page, with_years)
    page.evaluate("scrollTo(0, 0)")
    paint(page, numbers(page))
    expect(page.locator(f"{plot('danceability')}[data-live]")).to_have_count(1)
    expect(page.locator(f"{plot('years')}[data-live]")).to_have_count(0)
    page.locator(plot("years")).scroll_into_view_if_needed()
    expect(page.locator(f"{plot('years')}[data-live]")).to_have_count(1)


def test_another_theme_and_another_size_are_followed_while_painting(with_years: str, page: Page) -> None:
    explore(page, with_years, FILTER)
    paint(page, numbers(page))
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    page.set_viewport_size({"width": 1100, "height": 900})
    until(page, FITS)
    painted = {name: seen(page, name) for name in CHARTS}
    page.evaluate("musicgroup.paint.end()")
    for name in CHARTS:
        same(painted[name], seen(page, name))


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_frame_after_frame_bars_are_what_they_would_be_painted_anew(
    with_years: str, new_page: Callable[..., Page], ratio: float
) -> None:
    """Only those bars are painted that change: whatever came before, the picture is the same."""
    page = new_page(1283, 900, ratio=ratio)
    explore(page, with_years)
    different = page.evaluate(
        """(names) => {
            const { summary, whole } = musicgroup.explore.latest();
            let seed = 7;
            const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
            // Every third frame as the one before but for one bar, every fifth empty.
            const counts = (before, frame) => before.map((count) =>
                frame % 5 === 4 ? 0 : frame % 3 === 2 && random() < 0.95 ? count : Math.floor(random() ** 3 * 1000));
            const pixels = (name) => document.querySelector(`#explore-${name} .mg-live-canvas`).toDataURL();
            musicgroup.paint.begin();
            const found = { frames: 0, wrong: [], pictures: new Set() };
            let histograms = summary.histograms;
            for (let frame = 0; frame < 30; frame++) {
                const next = Object.entries(histograms).map(([name, all]) => [name, counts(all, frame)]);
                histograms = Object.fromEntries(next);
                musicgroup.paint.frame({ ...summary, histograms }, whole);
                if (frame % 4 !== 3) continue;
                const after = names.map(pixels);
                names.forEach((name) => musicgroup.paint.refresh(name));
                musicgroup.paint.frame({ ...summary, histograms }, whole);
                found.wrong.push(...names.filter((name, place) => pixels(name) !== after[place]));
                found.frames += 1;
                found.pictures.add(after[0]);
            }
            return { frames: found.frames, wrong: found.wrong, pictures: found.pictures.size };
        }""",
        ["danceability", "loudness", "duration_ms", "tempo"],
    )
    assert different["wrong"] == []
    assert different["frames"] == 7
    assert different["pictures"] > 4
