"""The playlist everywhere: buttons beside songs, the dock in the header, other tabs, and the header's room."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from data_access import songs
from data_access.fields import FIELD_BY_NAME

ADD = """songs => musicgroup.playlist.add(songs.map(([id, title, ms]) => ({ id, title, artists: "Somebody", ms })))"""
THREE = [["a", "First", 60_000], ["b", "Second", 90_000], ["c", "Third", None]]


def count(page: Page) -> Locator:
    return page.locator("#playlist-dock-count")


def dock(page: Page) -> Locator:
    return page.locator("#playlist-dock")


def titles(page: Page) -> Locator:
    return page.locator("#playlist-dock .mg-dock-title")


@pytest.fixture
def data_page(site: str, page: Page) -> Page:
    """A page without songs of its own, its playlist with three."""
    page.goto(site + "data")
    expect(count(page)).to_have_text("0")
    page.evaluate(ADD, THREE)
    expect(count(page)).to_have_text("3")
    return page


def test_a_song_is_kept_from_where_it_is_shown_and_stays(site: str, page: Page) -> None:
    page.goto(site)
    line = page.locator("#home-random-songs .mg-song-line").first
    title = line.locator(".mg-song-title").inner_text()
    button = line.locator("[data-mg-add]")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_attribute("aria-label", f"Add {title} to the playlist")
    expect(count(page)).to_have_text("1")
    expect(page.locator("#playlist-dock-says")).to_have_text(f"{title} is in the playlist.")
    line.locator(".mg-song").click()
    words = page.locator(".mg-song-actions [data-mg-add]")
    expect(words).to_have_text("In playlist")
    page.reload()
    expect(words).to_have_attribute("aria-pressed", "true")
    expect(count(page)).to_have_text("1")
    words.click()
    expect(words).to_have_text("Add to playlist")
    expect(count(page)).to_have_text("0")


def test_the_dock_is_worked_by_keys_alone(data_page: Page) -> None:
    page = data_page
    button = page.locator("#playlist-dock-button")
    expect(button).to_have_attribute("aria-label", "Playlist, 3 songs")
    button.focus()
    page.keyboard.press("Enter")
    expect(dock(page)).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(titles(page)).to_have_text(["First", "Second", "Third"])
    expect(dock(page).locator(".mg-dock-facts")).to_have_text("3 songs · at least 2:30")
    dock(page).get_by_role("button", name="Take Second out of the playlist").focus()
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["First", "Third"])
    expect(dock(page).get_by_role("button", name="Take Third out of the playlist")).to_be_focused()
    dock(page).get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["First", "Second", "Third"])
    page.keyboard.press("Escape")
    expect(dock(page)).to_be_hidden()
    expect(button).to_be_focused()


def test_clearing_is_undone(data_page: Page) -> None:
    page = data_page
    page.locator("#playlist-dock-button").click()
    dock(page).get_by_role("button", name="Clear").click()
    expect(dock(page)).to_contain_text("No songs yet")
    expect(count(page)).to_have_text("0")
    undo = dock(page).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(titles(page)).to_have_count(3)
    page.locator("h1").click()
    expect(dock(page)).to_be_hidden()


def test_the_dock_leads_on(data_page: Page) -> None:
    page = data_page
    page.locator("#playlist-dock-button").click()
    more = dock(page).get_by_role("link", name="Recommend from these").get_attribute("href") or ""
    assert urlsplit(more).path == "/MusicGroup/recommend"
    assert parse_qs(urlsplit(more).query) == {"seed": ["songs:a,b,c"]}
    dock(page).get_by_role("link", name="Open playlist").click()
    page.wait_for_url(re.compile(r"/MusicGroup/playlist$"))
    expect(dock(page)).to_be_hidden()


def test_what_the_map_does_not_know_of_a_song_is_asked_for(site: str, page: Page) -> None:
    song = songs.random_songs(1, seed=1)[0]
    words = FIELD_BY_NAME["duration_ms"].format(song.values["duration_ms"])
    page.goto(site + "data")
    expect(count(page)).to_have_text("0")
    page.evaluate(ADD, [[song.spotify_id, "From the map", None], ["not-here", "Another", None]])
    page.locator("#playlist-dock-button").click()
    expect(dock(page).locator(".mg-dock-time")).to_have_text([words, "–"])


def test_other_tabs_follow(site: str, data_page: Page) -> None:
    other = data_page.context.new_page()
    other.goto(site + "data")
    expect(count(other)).to_have_text("3")
    other.locator("#playlist-dock-button").click()
    data_page.evaluate("musicgroup.playlist.remove('b')")
    expect(titles(other)).to_have_text(["First", "Third"])
    expect(count(other)).to_have_text("2")


def test_the_table_of_songs_has_both_ways_by_keyboard_too(site: str, page: Page) -> None:
    page.goto(site + "explore?energy=0.5..0.9")
    row = page.locator('#explore-table .ag-row[row-index="1"]')
    add = row.locator('[col-id="add"]')
    expect(add.locator("button")).to_have_attribute("aria-pressed", "false")
    song = add.locator("button").get_attribute("data-mg-add")
    page.locator('#explore-table .ag-row[row-index="0"] [col-id="add"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(add.locator("button")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("musicgroup.playlist.ids()") == [song]
    assert page.evaluate("musicgroup.playlist.get().songs[0].ms") > 0
    page.keyboard.press("ArrowRight")
    expect(row.locator('[col-id="more"]')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {"seed": [f"song:{song}"]})


def test_what_is_filtered_leads_to_songs_like_it(site: str, page: Page) -> None:
    page.goto(site + "explore?energy=0.5..0.9")
    link = page.locator("#explore-recommend")
    expect(link).to_have_attribute("href", re.compile(r"/recommend\?seed=filter%3Aenergy%3D0\.5\.\.0\.9$"))
    page.locator('[data-facet="explicit=no"]').click()
    expect(link).to_have_attribute("href", re.compile(r"explicit%3Dno"))
    seeds = parse_qs(urlsplit(link.get_attribute("href") or "").query)["seed"]
    assert seeds == ["filter:energy=0.5..0.9&explicit=no"]
    page.locator("#explore-reset").click()
    expect(link).to_have_attribute("href", re.compile(r"/recommend$"))


def test_a_full_playlist_says_so(site: str, page: Page) -> None:
    page.goto(site)
    button = page.locator("#home-random-songs [data-mg-add]").first
    expect(button).to_have_attribute("aria-pressed", "false")
    page.evaluate(ADD, [[f"s{place}", f"Song {place}", 1000] for place in range(1000)])
    button.click()
    expect(page.locator("#playlist-dock-says")).to_have_text("The playlist is full: it holds 1,000 songs.")
    expect(page.locator("#playlist-dock-says")).to_have_css("position", "fixed")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(count(page)).to_have_text("1,000")


def test_a_browser_that_keeps_nothing_is_said(site: str, page: Page) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")
    page.goto(site + "data")
    expect(count(page)).to_have_text("0")
    page.evaluate(ADD, THREE)
    page.locator("#playlist-dock-button").click()
    expect(titles(page)).to_have_count(3)
    expect(dock(page)).to_contain_text("This browser keeps nothing for this page")


@pytest.mark.parametrize("width", [360, 390, 800, 1024, 1280])
def test_the_header_has_room_for_everything(site: str, new_page: Callable[..., Page], width: int) -> None:
    page = new_page(width=width)
    page.goto(site + "data")
    expect(count(page)).to_have_text("0")
    page.locator("#data-rows .mg-sum").wait_for()
    boxes = page.locator(".mg-nav-link:visible, .mg-brand, .mg-dock-button, .mg-theme").evaluate_all(
        "parts => parts.map(part => { const { left, right } = part.getBoundingClientRect(); return [left, right]; })"
    )
    assert len(boxes) >= 8
    assert min(left for left, _ in boxes) >= 0
    assert max(right for _, right in boxes) <= width
    nav = page.locator(".mg-nav").evaluate("nav => [nav.scrollWidth, nav.clientWidth]")
    assert nav[0] <= nav[1]
    header = page.locator(".mg-header").evaluate("header => header.offsetHeight")
    assert header == (52 if width > 1240 else 90)
    page.locator("#playlist-dock-button").click()
    box = dock(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
