"""Live brushing as a person sees it: what stands on the screen while a brush moves is what stands there afterwards,
which is what PostgreSQL counts; and what happens when there is no connection, no time, or another page.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hand import finger
from tests.browser.live_page import LIVE, SENTENCE, Live, same
from tests.browser.waiting import quiet, until

CHIPS_SAY = "() => getComputedStyle(document.querySelector('#explore-chips:empty'), '::before').content"


def counted(sql: Callable[[str], list[tuple]], where: str, field: str, bars: int) -> list[int]:
    """Songs by bar of a field between 0 and 1, from PostgreSQL."""
    edges = ",".join(str(bar / bars) for bar in range(bars))
    bar = f"width_bucket({field}, ARRAY[{edges}]::real[]) - 1"
    found = dict(sql(f"SELECT {bar}, count(*) FROM songs WHERE {where} AND {field} IS NOT NULL GROUP BY 1"))
    return [found.get(number, 0) for number in range(bars)]


def holding(page: Page) -> Callable[[], None]:
    """Keeps back what Dash asks from now on; gives the function that lets it through."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def release() -> None:
        page.unroute("**/_dash-update-component", hold)
        for route in held:
            route.continue_()

    page.route("**/_dash-update-component", hold)
    return release


# ---- equal answers ---------------------------------------------------------------------------


def test_what_a_moving_brush_shows_is_what_postgresql_counts(page: Page, site: str, sql) -> None:
    live = Live(page, site)
    live.open_numbers("valence", "density")
    before = live.everything()
    assert "No filter yet" in page.evaluate(CHIPS_SAY)
    live.drag(0.205, 0.5, let_go=False)
    page.mouse.move(*live.at(0.395), steps=4)
    where = "energy >= 0.2::real AND energy < 0.4::real"
    during = live.resting()
    assert during["sentence"].startswith(f"{sql(f'SELECT count(*) FROM songs WHERE {where}')[0][0]:,} of 5,849 songs")
    assert during["sentence"].endswith("songs: energy 0.20–0.40")
    assert during["summary"]["histograms"]["valence"] == counted(sql, where, "valence", 50)
    assert during["tables"] != before["tables"]
    assert live.chosen() is None, "nothing is committed while the brush is held"
    assert "Let go to keep it" in page.evaluate(CHIPS_SAY)
    after = live.agrees_after_release("energy")
    assert live.chosen() == "0.2..<0.4"
    assert after["summary"]["histograms"]["valence"] == counted(sql, where, "valence", 50)


def test_moving_and_resizing_within_another_brush_and_facets(page: Page, site: str, sql) -> None:
    live = Live(page, site, "energy=0.5..%3C0.9&tempo=100..%3C140&explicit=no&genre=rock")
    others = "tempo >= 100 AND tempo < 140 AND NOT explicit AND song_id IN (SELECT song_id FROM song_genres "
    others += "JOIN genres USING (genre_id) WHERE name = 'rock')"
    for start, end, low, high in ((0.7, 0.6, 0.4, 0.8), (0.8, 0.64, 0.4, 0.64), (0.4, 0.3, 0.3, 0.64)):
        live.drag(start, end, let_go=False)
        shown = live.agrees_after_release("energy")
        where = f"energy >= {low}::real AND energy < {high}::real AND {others}"
        assert shown["sentence"].startswith(f"{sql(f'SELECT count(*) FROM songs WHERE {where}')[0][0]:,} of")
        assert shown["summary"]["histograms"]["danceability"] == counted(sql, where, "danceability", 50)


def test_a_second_brush_before_the_first_is_answered(page: Page, site: str, sql) -> None:
    live = Live(page, site)
    release = holding(page)
    live.drag(0.305, 0.695)
    until(page, "() => musicgroup.live.state() === 'waits'")
    assert page.evaluate(CHIPS_SAY) == '""', "neither that it could be let go, nor that there is no filter"
    second = Live.__new__(Live)
    second.page, second.selector = page, "#explore-valence-brush"
    page.evaluate(
        "musicgroup.tiles.want('valence', 'bars').then(() => musicgroup.tiles.want('valence', 'wide')).then(() => 1)"
    )
    second.drag(0.105, 0.495, let_go=False)
    during = second.resting()
    where = "energy >= 0.3::real AND energy < 0.7::real AND valence >= 0.1::real AND valence < 0.5::real"
    assert during["sentence"].startswith(f"{sql(f'SELECT count(*) FROM songs WHERE {where}')[0][0]:,} of")
    release()
    quiet(page)
    assert second.resting()["sentence"] == during["sentence"], "an answer to the first brush changes nothing"
    second.agrees_after_release("valence")


@pytest.mark.parametrize("filtered", ["", "valence=0.2..%3C0.6"])
def test_a_box_moves_the_other_charts(page: Page, site: str, sql, filtered: str) -> None:
    live = Live(page, site, filtered, "density")
    page.mouse.move(*live.at(0.21, 0.85))
    page.mouse.down()
    page.mouse.move(*live.at(0.5, 0.7), steps=4)
    page.mouse.move(*live.at(0.59, 0.61), steps=3)
    shown = live.agrees_after_release("density", "energy", "valence")
    where = "energy >= 0.2::real AND energy < 0.6::real AND valence >= 0.6::real AND valence < 0.86::real"
    assert shown["sentence"].startswith(f"{sql(f'SELECT count(*) FROM songs WHERE {where}')[0][0]:,} of")


def test_a_moving_brush_asks_nothing_of_the_server(page: Page, site: str) -> None:
    live = Live(page, site)
    until(page, "dash_ag_grid.getApi('explore-table').getDisplayedRowAtIndex(0).data")  # it asks by itself, a bit later
    quiet(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    live.drag(0.2, 0.8, let_go=False)
    live.resting()
    assert [url for url in asked if "/explore/tile" not in url or "active=energy&" in url] == []
    live.let_go()
    live.settled()
    assert any("_dash-update-component" in url for url in asked)


# ---- hands -----------------------------------------------------------------------------------


def test_keys_have_the_same_effect_and_are_heard(page: Page, site: str) -> None:
    live = Live(page, site, "energy=0.4..%3C0.6")
    page.locator(live.selector).focus()
    release = holding(page)  # what is said meanwhile stands until Dash's answer
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(LIVE)).to_contain_text("energy 0.46–0.66")
    expect(page.locator("#explore-live-said")).to_have_text(re.compile(r"^[\d,]+ of 5,849 songs: energy 0\.46–0\.66$"))
    said = page.locator("#explore-live-said").text_content()
    release()
    assert live.settled()["sentence"] == said
    assert live.chosen() == "0.46..<0.66"
    expect(page.locator(SENTENCE)).to_have_attribute("aria-live", "polite")


def test_a_finger_has_the_same_effect(new_page: Callable[..., Page], site: str) -> None:
    live = Live(new_page(390, 844), site)
    finger(live)(*((0.205 + 0.06 * step, 0.5) for step in range(7)), lift=False)
    expect(live.page.locator(LIVE)).to_contain_text("energy 0.20–0.57")
    expect(live.page.locator("#explore-energy .mg-plot")).to_have_attribute("data-live", "")


def test_escape_takes_everything_back(page: Page, site: str) -> None:
    live = Live(page, site, "energy=0.4..%3C0.6")
    page.mouse.move(2, 300)
    before = live.everything()
    live.drag(0.1, 0.3, let_go=False)
    assert live.resting()["says"] != before["says"]
    page.keyboard.press("Escape")
    same(live.settled(), before)
    live.let_go()
    assert live.chosen() == "0.4..<0.6"


def test_a_brush_that_comes_back_to_where_it_was_changes_nothing(page: Page, site: str) -> None:
    live = Live(page, site, "energy=0.4..%3C0.6")
    page.mouse.move(2, 300)
    before = live.everything()
    live.drag(0.5, 0.7, let_go=False)
    page.mouse.move(*live.at(0.5), steps=3)
    page.mouse.up()
    same(live.settled(), before)


# ---- what happens meanwhile ------------------------------------------------------------------


def test_another_theme_and_scrolling_with_a_brush_in_hand(page: Page, site: str) -> None:
    """Another size: tests/browser/test_live_paint.py."""
    live = Live(page, site)
    live.drag(0.205, 0.495, let_go=False)
    sentence = live.resting()["sentence"]
    page.emulate_media(color_scheme="dark")
    plot = page.locator("#explore-popularity .mg-plot")
    plot.scroll_into_view_if_needed()
    expect(plot).to_have_attribute("data-live", "")
    assert live.everything()["sentence"] == sentence
    live.let_go()
    assert live.settled()["sentence"] == sentence


def test_back_and_forward_show_what_was_brushed(page: Page, site: str) -> None:
    live = Live(page, site)
    page.mouse.move(2, 300)
    whole = live.settled()
    live.drag(0.205, 0.395)
    first = live.settled()
    live.drag(0.3, 0.5)
    page.go_back()  # maybe before the answer
    expect(page.locator(SENTENCE)).to_contain_text("energy 0.20–0.40")
    same(live.settled(), first)
    page.go_back()
    expect(page.locator(SENTENCE)).to_contain_text("whole catalogue")
    same(live.settled(), whole)
    page.go_forward()
    expect(page.locator(SENTENCE)).to_contain_text("energy 0.20–0.40")
    same(live.settled(), first)


def test_leaving_the_page_with_a_brush_in_hand_leaves_nothing_behind(page: Page, site: str) -> None:
    live = Live(page, site)
    live.drag(0.205, 0.395, let_go=False)
    live.resting()
    page.evaluate("document.querySelector('.mg-nav a[href$=\"/data\"]').click()")
    expect(page.locator("#explore-page")).to_have_count(0)
    page.mouse.up()
    page.locator('.mg-nav a[href$="/explore"]').click()
    expect(page.locator(f"{SENTENCE} strong")).to_be_visible()
    live.settled()
    live.drag(0.205, 0.395, let_go=False)
    live.agrees_after_release("energy")


def test_without_a_connection_the_charts_follow_when_it_is_back_and_it_is_said(page: Page, site: str) -> None:
    Live(page, site, "explicit=no")
    quiet(page)
    page.context.set_offline(True)
    tempo = Live.__new__(Live)
    tempo.page, tempo.selector = page, "#explore-tempo-brush"
    page.mouse.move(*tempo.at(0.3))  # asks for a tile that it cannot have
    until(page, "() => musicgroup.tiles.offline()")
    tempo.drag(0.3025, 0.5975, let_go=False)
    expect(page.locator(LIVE)).to_contain_text("No connection")
    expect(page.locator("#explore-live-said")).to_contain_text("when you let go")
    page.mouse.up()
    expect(page.locator(SENTENCE)).to_be_visible()
    assert tempo.chosen("tempo") == "100..<160"
    page.context.set_offline(False)
    expect(page.locator(SENTENCE)).to_contain_text("tempo 100–160 BPM")
    page.watch.forgive("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "Callback failed")
    tempo.settled()
    page.mouse.move(*tempo.at(0.4))
    until(page, "() => musicgroup.tiles.peek('tempo', 'bars') && musicgroup.tiles.peek('tempo', 'wide')")
    tempo.drag(0.45, 0.55, let_go=False)
    tempo.agrees_after_release("tempo")


# ---- the bar under the pointer ---------------------------------------------------------------


def test_the_songs_under_the_pointer_are_told_apart(page: Page, site: str) -> None:
    live = Live(page, site, "explicit=no", "tempo")
    page.mouse.move(*live.at((130 - 40) / 200))
    tip = page.locator(".mg-live-tip")
    expect(tip).to_contain_text("At 128–132 BPM")
    told = re.findall(r"([a-z]+) ([-\d.:]+)(?: dB)? against ([-\d.:]+)", tip.inner_text())
    assert len(told) == 3
    says = live.everything()["says"]
    for field, mine, against in told:
        name = "duration_ms" if field == "duration" else field
        assert against in says[f"explore-{name}-says"], "the same median as the chart's own"
        assert mine != against or mine
    box, window = tip.bounding_box(), page.viewport_size
    assert box
    assert window
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window["width"]
    page.mouse.move(2, 300)
    expect(tip).to_be_hidden()
