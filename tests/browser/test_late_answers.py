"""Answers that come late, or not when they were expected: none undoes, repeats or renames what was done since."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from settings import get_settings
from tests.browser.hand import Hand
from tests.browser.moods_page import Moods, jobs_so_far, queries
from tests.browser.playlist_page import Playlist, ids_of, known_rows, song
from tests.browser.recommend_page import expect_answer, opened, seed, settled, slide
from tests.browser.test_pages import ready
from tests.browser.waiting import deliver, held, hold, quiet, until

VIEW = "musicgroup.map.math.windowText(musicgroup.map.state.picture.window)"


def connection_is_lost_and_back(page: Page) -> None:
    """Whoever walks through a tunnel: every region asks again for what it shows."""
    page.context.set_offline(True)
    page.evaluate("fetch('/MusicGroup/healthz').catch(() => null)")
    expect(page.locator("#shell-lost")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#shell-lost")).to_be_hidden()
    quiet(page)
    page.watch.forgive("ERR_INTERNET_DISCONNECTED", "Failed to fetch")


def test_a_lost_connection_keeps_no_model(site: str, page: Page, database: str, demo_catalogue: Catalogue) -> None:
    with queries(database, demo_catalogue.version) as sql:
        before = sql("SELECT max(model) FROM song_moods")
        moods = Moods(page, site).open("k=5").done()
        connection_is_lost_and_back(page)
        expect(page.locator("#moods-kept")).to_be_empty()
        expect(page.locator("#moods-keep-button")).to_be_enabled()
        assert sql("SELECT max(model) FROM song_moods") == before
        assert len(moods.songs()) == 5


def test_a_fit_that_ended_without_having_been_cancelled_here_goes_on(site: str, page: Page) -> None:
    """Of two choices in quick succession the earlier one may reach the server last, and end the other's fit."""
    moods = Moods(page, site).open()
    before = jobs_so_far()
    hold(page, "moods-progress.data")
    moods.choose("k", "12")
    held(page)
    for name in jobs_so_far() - before:
        (get_settings().data_dir / "jobs" / name / "cancel").touch()
    deliver(page)
    expect(page.locator(".mg-mood-card")).to_have_count(12)
    moods.done()


def test_the_map_shows_the_window_that_was_gone_back_to(site: str, page: Page) -> None:
    page.goto(f"{site}map")
    ready(page)
    until(page, "musicgroup.map.state.picture")
    whole = page.evaluate(VIEW)
    hold(page, "/map/view")
    page.locator("#map-canvas").focus()
    page.keyboard.press("+")
    held(page)
    page.keyboard.press("0")
    until(page, "!musicgroup.map.state.waitingSince && !document.querySelector('#map-busy.mg-busy-on')")
    deliver(page)
    quiet(page)
    assert page.evaluate(VIEW) == whole
    assert "view=" not in page.url


def test_keys_on_a_brush_go_on_while_the_ones_before_are_answered(site: str, page: Page) -> None:
    hand = Hand(page, site, "energy=0.4..%3C0.6&valence=0.4..%3C0.6", "#explore-density-brush")
    hold(page, "explore-summary")
    page.locator(hand.selector).focus()
    page.keyboard.press("ArrowRight")
    held(page)
    once = hand.chosen()
    assert once != "0.4..<0.6"
    page.keyboard.press("ArrowRight")
    deliver(page)
    expect(page.locator("#explore-sentence")).not_to_contain_text("energy 0.40–0.60")
    until(page, f"!location.search.includes(encodeURIComponent({once!r}))")
    low = [float(str(text).partition("..")[0]) for text in ("0.4..", once, hand.chosen())]
    assert low[2] - low[1] == pytest.approx(low[1] - low[0], abs=1e-6)


def test_a_filter_is_not_named_after_the_one_before(site: str, page: Page) -> None:
    page.goto(f"{site}explore?energy=0.8..")
    ready(page)
    expect(page.locator("#explore-sentence")).to_contain_text("energy at least 0.80")
    hold(page, "explore-summary")
    page.locator('[data-facet="explicit=yes"]').click()
    held(page)
    page.locator("#explore-save").click()
    expect(page.locator("#explore-saved-name")).to_be_focused()
    assert page.locator("#explore-saved-name").input_value() == ""
    deliver(page)
    expect(page.locator("#explore-saved-name")).to_have_value("energy at least 0.80, explicit")


def test_songs_of_an_earlier_visit_are_not_added(site: str, page: Page) -> None:
    opened(page, site, seed())
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.locator("h1")).to_contain_text("The data")
    hold(page, "recommend-answer")
    page.evaluate("(query) => musicgroup.go(musicgroup.path('recommend?') + query)", f"seed={seed('beach')}")
    held(page)
    page.evaluate("document.querySelector('[data-recommend=all]').click()")
    assert page.evaluate("musicgroup.playlist.ids()") == []
    deliver(page)
    expect(page.locator("#recommend-songs > li").first).to_be_visible()
    page.locator("[data-recommend=all]").click()
    shown = page.locator("#recommend-songs > li").evaluate_all("lines => lines.map((line) => line.dataset.song)")
    assert page.evaluate("musicgroup.playlist.ids()") == shown


def test_a_seed_whose_answer_is_on_its_way_does_not_look_unknown(site: str, page: Page) -> None:
    opened(page, site, seed())
    like = page.locator("#recommend-songs [data-like]").nth(2)
    chosen = like.get_attribute("data-like")
    hold(page, "recommend-answer")
    slide(page, "weight-tempo", "ArrowRight")
    held(page)
    page.evaluate(
        """() => {
            const host = document.getElementById('recommend-seeds');
            window.seen = [];
            new MutationObserver(() => seen.push(host.textContent)).observe(host, { childList: true, subtree: true });
        }"""
    )
    like.click()
    deliver(page)
    settled(page, f"seed=song%3A{chosen}")
    expect_answer(page)
    names = page.evaluate("seen")
    assert names
    assert [name for name in names if name.startswith(str(chosen))] == []  # "…" stands there meanwhile


def test_an_order_for_mixing_does_not_undo_a_newer_one(site: str, page: Page, demo_catalogue: Catalogue) -> None:
    songs = [song(row) for row in known_rows()[:8]]
    playlist = Playlist(page, site).open(songs).filled()
    hold(page, "playlist/order")
    playlist.act("sort-mixing").click()
    held(page)
    playlist.act("sort-tempo").click()
    expect(playlist.done).to_contain_text("Sorted by tempo")
    by_tempo = playlist.kept()
    deliver(page)
    quiet(page)
    assert playlist.kept() == by_tempo
    assert by_tempo != ids_of(songs)
    expect(playlist.done).to_contain_text("Sorted by tempo")


@pytest.mark.parametrize(("path", "box", "popup"), [
    ("data", "#search-header-text", "#search-header .mg-search-popup"),
    ("compare", "#compare-add-text", "#compare-add .mg-search-popup"),
])  # fmt: skip
def test_a_list_that_was_closed_stays_closed(site: str, page: Page, path: str, box: str, popup: str) -> None:
    page.goto(site + path)
    ready(page)
    page.locator(box).fill("lo")
    expect(page.locator(f"{popup} [role=option]").first).to_be_visible()
    hold(page, "suggest?")
    page.keyboard.insert_text("ve")
    held(page)
    page.keyboard.press("Escape")
    expect(page.locator(popup)).to_be_hidden()
    deliver(page)
    quiet(page)
    expect(page.locator(popup)).to_be_hidden()
    expect(page.locator(box)).to_have_value("love")
