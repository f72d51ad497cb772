"""The brush as hands use it: drawn, moved, resized, cleared, with keys, with a finger, after a resize."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import BRUSH, Hand, finger
from tests.browser.pixels import displaced, picture
from tests.browser.waiting import until

WINDOW = f"{BRUSH} .mg-brush-window"
TICK_IN_THE_MIDDLE = f"""() => {{
    const middle = (each) => (({{ x, width }}) => x + width / 2)(each.getBoundingClientRect());
    const ticks = [...document.querySelectorAll('#explore-energy-chart .xtick')];
    const half = ticks.find((each) => each.textContent.includes('0.5'));
    return half && Math.abs(middle(half) - middle(document.querySelector('{BRUSH}'))) <= 2;
}}"""


def test_a_brush_is_drawn_moved_resized_and_cleared(page: Page, site: str) -> None:
    hand = Hand(page, site)
    hand.drag(0.205, 0.395)
    hand.says("0.20 to 0.40")
    assert hand.chosen() == "0.2..<0.4"
    hand.drag(0.3, 0.5)  # by its middle
    hand.says("0.40 to 0.60")
    hand.drag(0.6, 0.8)  # by its right end
    hand.says("0.40 to 0.80")
    hand.drag(0.4, 0.3)  # by its left end
    hand.says("0.30 to 0.80")
    hand.drag(0.5, 1.4)  # against the wall: as wide as before
    hand.says("at least 0.50")
    assert hand.chosen() == "0.5.."
    page.mouse.click(*hand.at(0.1))
    hand.says("everything")
    assert hand.chosen() is None
    expect(page.locator(WINDOW)).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_charts_stay_where_they_are_when_the_first_brush_is_let_go(
    new_page: Callable[..., Page], site: str, width: int
) -> None:
    page = new_page(width, 900)
    hand = Hand(page, site)
    top = "document.querySelector('#explore-energy').getBoundingClientRect().top + scrollY"
    before = page.evaluate(top)
    hand.drag(0.205, 0.395)
    expect(page.locator("#explore-chips [data-remove]")).to_have_count(1)
    assert page.evaluate(top) == before


def test_the_end_bars_are_open_to_what_lies_beyond(page: Page, site: str) -> None:
    hand = Hand(page, site, brush="#explore-loudness-brush")
    hand.drag(0.3, -0.1)
    expect(page.locator("#explore-sentence")).to_contain_text("loudness under")
    assert (hand.chosen("loudness") or "").startswith("..<")


def test_nothing_is_committed_before_the_pointer_lets_go_and_escape_takes_it_back(page: Page, site: str) -> None:
    hand = Hand(page, site, "energy=0.2..%3C0.4")
    hand.drag(0.605, 0.795, let_go=False)
    hand.says("0.60 to 0.80")
    assert hand.chosen() == "0.2..<0.4"
    page.keyboard.press("Escape")
    hand.says("0.20 to 0.40")
    page.mouse.up()
    hand.says("0.20 to 0.40")
    assert hand.chosen() == "0.2..<0.4"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("ArrowRight",), "0.42 to 0.62"),
        (("ArrowLeft", "ArrowLeft"), "0.36 to 0.56"),
        (("Shift+ArrowRight",), "0.40 to 0.62"),
        (("Shift+ArrowLeft",), "0.38 to 0.60"),
        (("ArrowUp",), "0.38 to 0.62"),
        (("ArrowDown",), "0.42 to 0.58"),
        (("Escape",), "everything"),
    ],
)
def test_keys(page: Page, site: str, keys: tuple[str, ...], words: str) -> None:
    hand = Hand(page, site, "energy=0.4..%3C0.6")
    page.locator(BRUSH).focus()
    for key in keys:
        page.keyboard.press(key)
    hand.says(words)
    low = words.partition(" to ")[0]
    expect(page.locator("#explore-energy-low")).to_have_value("" if words == "everything" else low)


def test_a_range_from_a_box_lies_where_it_says_also_after_a_resize(page: Page, site: str) -> None:
    hand = Hand(page, site)
    page.locator("#explore-energy-low").fill("0.25")
    page.locator("#explore-energy-low").press("Enter")
    hand.says("at least 0.25")
    for width in (1440, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        # The plot below has the same area: its middle tick comes to stand at the middle of the brush.
        until(page, TICK_IN_THE_MIDDLE)
        host, window = (page.locator(selector).bounding_box() for selector in (BRUSH, WINDOW))
        assert host
        assert window
        assert (window["x"] - host["x"]) / host["width"] == pytest.approx(0.25, abs=0.005)


def test_of_whole_numbers_the_last_one_is_named(page: Page, site: str) -> None:
    hand = Hand(page, site, brush="#explore-popularity-brush")
    hand.drag(40.5 / 101, 59.5 / 101)
    hand.says("40 to 59")
    assert hand.chosen("popularity") == "40..59"
    expect(page.locator("#explore-popularity-high")).to_have_value("59")


def test_a_finger_draws_across_and_scrolls_down(new_page: Callable[..., Page], site: str) -> None:
    page = new_page(390, 844)
    hand = Hand(page, site)
    swipe = finger(hand)
    swipe(*((0.205 + 0.06 * step, 0.5) for step in range(7)))
    hand.says("0.20 to 0.57")
    expect(page).to_have_url(re.compile(r"energy=0\.2\.\.(%3C|<)0\.57$"))
    before = page.evaluate("scrollY")
    swipe(*((0.9, 0.5 + 0.25 * step) for step in range(7)))
    until(page, f"scrollY > {before}")
    hand.says("0.20 to 0.57")


def test_changes_made_faster_than_the_server_answers_are_all_kept(page: Page, site: str) -> None:
    hand = Hand(page, site)
    hand.drag(0.205, 0.395)
    page.locator('[data-facet="explicit=no"]').click()
    page.locator('[data-facet="time=4"]').click()
    expect(page.locator("#explore-sentence")).to_contain_text("energy 0.20–0.40, 4 beats a bar, not explicit")
    expect(page.locator(".mg-chip")).to_have_count(3)
    assert hand.chosen() == "0.2..<0.4"


@pytest.mark.parametrize(("width", "ratio"), [(1440, 1), (1283, 2)])  # charts that end between pixels, and that do not
@pytest.mark.parametrize(
    ("brush", "start", "end"),
    [(BRUSH, (0.205, 0.5), (0.395, 0.5)), ("#explore-density-brush", (0.21, 0.81), (0.59, 0.45))],
    ids=["range", "box"],
)
def test_a_window_looks_alike_while_it_is_dragged_and_at_rest(
    new_page: Callable[..., Page], site: str, width: int, ratio: float, brush: str, start: tuple, end: tuple
) -> None:
    """It is painted, then an element; the chart below it shows the same, for no brush filters its own chart."""
    page = new_page(width, 900, ratio=ratio)
    hand = Hand(page, site, brush=brush)
    without = picture(page, brush)
    page.mouse.move(*hand.at(*start))
    page.mouse.down()
    page.mouse.move(*hand.at(*end), steps=6)
    expect(page.locator(f"{brush} .mg-brush-canvas")).to_have_count(1)
    until(page, "() => musicgroup.live.state() === 'rests'")
    painted = picture(page, brush)
    page.mouse.up()
    page.mouse.move(2, 300)
    until(page, "() => musicgroup.live.state() === ''")
    expect(page.locator(f"{brush} .mg-brush-canvas")).to_have_count(0)
    at_rest = picture(page, brush)
    places = displaced(painted, at_rest)
    assert not places.any(), f"{places.sum()} of {places.size} pixels, around {np.argwhere(places)[:3].tolist()}"
    assert displaced(without, at_rest).any(), "there is no window"
    accent = page.locator(f"{brush} .mg-brush-window").evaluate(
        "each => getComputedStyle(each).borderLeftColor.match(/\\d+/g).map(Number)"
    )
    sharp = [(abs(each - accent).max(axis=2) <= 2).sum() for each in (painted, at_rest)]
    assert 0.9 <= sharp[0] / sharp[1] <= 1.1, f"{sharp} pixels of the window's own colour"
