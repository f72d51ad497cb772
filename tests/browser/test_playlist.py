"""The playlist's page as a person uses it: what it shows, songs moved by hand and by key, taken out, sorted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from tests.browser.playlist_page import GONE, Playlist, ids_of, known_rows, song
from tests.browser.waiting import until


@pytest.fixture(scope="module")
def rows(demo_catalogue: Catalogue) -> list[dict]:
    return known_rows()


@pytest.fixture
def playlist(page: Page, site: str) -> Playlist:
    return Playlist(page, site)


# ---- what is shown ---------------------------------------------------------------------------


def test_an_empty_playlist_says_how_songs_get_in(playlist: Playlist) -> None:
    playlist.go()
    empty = playlist.page.locator("#playlist-empty")
    expect(empty).to_contain_text("No songs yet")
    expect(playlist.page.locator("#playlist-body")).to_be_hidden()
    empty.locator("a", has_text="Explore").click()
    expect(playlist.page).to_have_title(re.compile("Explore"))


def test_songs_are_shown_with_what_the_catalogue_knows(playlist: Playlist, rows: list[dict]) -> None:
    songs = [song(row) for row in rows[:5]]
    playlist.open([*songs[:2], GONE, *songs[2:]]).filled()
    page = playlist.page
    assert playlist.ids() == [*ids_of(songs[:2]), GONE["id"], *ids_of(songs[2:])]
    first = playlist.line(0)
    expect(first).to_contain_text(rows[0]["title"])
    expect(first.locator(".mg-pl-tempo")).to_have_text(f"{rows[0]['tempo']:.0f} BPM")
    expect(first.locator(".mg-pl-mood")).to_have_attribute("title", rows[0]["mood"])
    gone = playlist.line(2)
    expect(gone).to_contain_text("A song that went")
    expect(gone).to_contain_text("not in this catalogue")
    expect(page.locator("#playlist-absent")).to_contain_text("1 song is not in this catalogue")
    total = sum(each["ms"] for each in [*songs, GONE])
    shown = page.locator("#playlist-facts").inner_text()
    assert shown.startswith("6 songs · ")
    minutes, seconds = shown.split(" · ")[1].split(":")[-2:]
    assert int(minutes) * 60 + int(seconds) == round(total / 1000) % 3600
    first.locator("a.mg-pl-name").click()
    page.wait_for_url(re.compile(f"/song/{songs[0]['id']}"))


def test_what_lies_between_two_songs_is_said(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:4]]).filled()
    steps = playlist.list.locator(".mg-pl-step")
    expect(steps).to_have_count(3)
    for place, (one, other) in enumerate(pairwise(rows[:4])):
        expect(playlist.line(place).locator(".mg-pl-into .visually-hidden")).to_have_text(re.compile("Into the next"))
        percent = min(
            (100 * (other["tempo"] * times / one["tempo"] - 1) for times in (1, 0.5, 2)),
            key=lambda each: abs(1 + each / 100 - 1),
        )
        if abs(percent) < 20:
            expect(steps.nth(place)).to_contain_text(f"{abs(percent):.0f} %")


def test_a_song_added_elsewhere_appears(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:2]]).filled()
    playlist.page.evaluate(f"musicgroup.playlist.add({json.dumps(song(rows[2]))})")
    expect(playlist.list.locator("> li")).to_have_count(3)
    expect(playlist.line(2).locator(".mg-pl-tempo")).to_have_text(f"{rows[2]['tempo']:.0f} BPM")


# ---- by hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "to"), [(0, 3), (4, 1), (1, 2)])
def test_a_song_is_dragged_to_its_place(playlist: Playlist, rows: list[dict], start: int, to: int) -> None:
    songs = ids_of([song(row) for row in rows[:6]])
    playlist.open([song(row) for row in rows[:6]]).filled()
    playlist.drag(start, to)
    expected = [each for each in songs if each != songs[start]]
    expected.insert(to, songs[start])
    assert playlist.ids() == expected
    assert playlist.kept() == expected
    expect(playlist.done).to_contain_text(f"{to + 1} of 6")
    expect(playlist.line(to).locator(".mg-pl-place")).to_have_text(str(to + 1))


def test_a_drag_is_given_up_with_escape(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:5]]).filled()
    before = playlist.ids()
    playlist.drag(0, 3, release=False)
    expect(playlist.list).to_have_class(re.compile("mg-pl-dragging"))
    playlist.page.keyboard.press("Escape")
    expect(playlist.list).not_to_have_class(re.compile("mg-pl-dragging"))
    playlist.page.mouse.up()
    assert playlist.ids() == before == playlist.kept()


def test_a_finger_drags_too(site: str, rows: list[dict], chromium, new_page: Callable[..., Page]) -> None:
    page = new_page(390, 800)
    playlist = Playlist(page, site).open([song(row) for row in rows[:4]]).filled()
    before = playlist.ids()
    playlist.handle(0).scroll_into_view_if_needed()
    grip, over = playlist.handle(0).bounding_box(), playlist.line(2).bounding_box()
    assert grip
    assert over
    touch = page.context.new_cdp_session(page)

    def send(kind: str, y: float | None = None) -> None:
        points = [] if y is None else [{"x": grip["x"] + 10, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", grip["y"] + 20)
    for part in (0.2, 0.6, 1.0):
        send("touchMove", grip["y"] + 20 + part * (over["y"] + over["height"] / 2 - grip["y"] - 20))
    send("touchEnd")
    until(
        page,
        f"musicgroup.playlist.ids().join() === '{','.join([*before[1:3], before[0], before[3]])}'",
    )
    expect(playlist.line(2)).to_have_attribute("data-song", before[0])


def test_dragging_near_the_edge_scrolls_a_long_list(playlist: Playlist, rows: list[dict]) -> None:
    songs = [song(row) for row in rows[:30]]
    playlist.open(songs).filled()
    playlist.list.scroll_into_view_if_needed()
    box, grip = playlist.list.bounding_box(), playlist.handle(0).bounding_box()
    assert box
    assert grip
    mouse = playlist.page.mouse
    mouse.move(grip["x"] + 10, grip["y"] + 15)
    mouse.down()
    edge = min(box["y"] + box["height"], 900) - 8
    for y in (edge - 30, edge - 1, edge):
        mouse.move(grip["x"] + 10, y)
    until(playlist.page, """() => { const list = document.getElementById('playlist-list');
        return list.scrollTop + list.clientHeight >= list.scrollHeight - 2; }""")  # fmt: skip
    mouse.move(grip["x"] + 10, edge - 2)
    mouse.up()
    assert playlist.kept().index(songs[0]["id"]) >= 27


def test_keys_move_a_song_and_say_where_it_is(playlist: Playlist, rows: list[dict]) -> None:
    songs = ids_of([song(row) for row in rows[:5]])
    playlist.open([song(row) for row in rows[:5]]).filled()
    keyboard = playlist.page.keyboard
    playlist.handle(1).focus()
    for key, place in (("ArrowDown", 2), ("ArrowDown", 3), ("ArrowUp", 2), ("Home", 0), ("ArrowUp", 0), ("End", 4)):
        keyboard.press(key)
        rest = [each for each in songs if each != songs[1]]
        assert playlist.ids() == [*rest[:place], songs[1], *rest[place:]]
        assert playlist.focused() == songs[1]
        expect(playlist.done).to_contain_text(f"is at {place + 1} of 5")
    assert playlist.kept() == playlist.ids()
    keyboard.press("Delete")
    expect(playlist.list.locator("> li")).to_have_count(4)
    assert playlist.focused() == playlist.ids()[-1]


def test_a_removed_song_comes_back_where_it_was(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:4]]).filled()
    before = playlist.ids()
    expect(playlist.act("undo").first).to_be_disabled()
    playlist.line(1).locator(".mg-pl-remove").click()
    expect(playlist.done).to_contain_text(f"{rows[1]['title']} is out of the playlist")
    assert playlist.ids() == [before[0], *before[2:]]
    playlist.page.locator("#playlist-tools [data-playlist-act=undo]").click()
    assert playlist.ids() == before == playlist.kept()


def test_clearing_can_be_undone(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:4]], name="Mine").filled()
    before = playlist.ids()
    playlist.act("clear").click()
    expect(playlist.page.locator("#playlist-empty")).to_be_visible()
    assert playlist.kept() == []
    assert playlist.page.evaluate("document.activeElement.textContent") == "Undo"
    playlist.page.keyboard.press("Enter")
    expect(playlist.list.locator("> li")).to_have_count(4)
    assert playlist.ids() == before
    expect(playlist.page.locator("#playlist-name")).to_have_value("Mine")


def test_a_name_is_kept(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(rows[0])], name="").filled()
    field = playlist.page.get_by_label("Name of the playlist")
    field.fill("Sunday <b>morning</b>")
    field.press("Enter")
    playlist.page.reload()
    expect(playlist.page.locator("#playlist-name")).to_have_value("Sunday <b>morning</b>")


# ---- sorting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["tempo", "energy", "title"])
def test_sorting_by_a_field_and_back(playlist: Playlist, rows: list[dict], field: str) -> None:
    chosen = rows[:8]
    playlist.open([GONE, *(song(row) for row in chosen)]).filled()
    before = playlist.ids()
    playlist.act(f"sort-{field}").click()
    by_id = {row["spotify_id"]: row for row in chosen}

    def values() -> list:
        listed = [by_id[each][field] for each in playlist.ids() if each in by_id]
        return [each.casefold() for each in listed] if field == "title" else listed

    expect(playlist.done).to_contain_text("Sorted by")
    if field != "title":
        assert values() == sorted(values())
        assert playlist.ids()[-1] == GONE["id"]
    up = playlist.ids()
    assert up != before
    playlist.act(f"sort-{field}").click()
    expect(playlist.done).to_contain_text("Z first" if field == "title" else re.compile("fastest|most energetic"))
    if field != "title":
        assert values() == sorted(values(), reverse=True)
    for _ in range(2):
        playlist.page.locator("#playlist-tools [data-playlist-act=undo]").click()
    assert playlist.ids() == before == playlist.kept()


def test_sorting_for_mixing_keeps_the_first_song_and_betters_the_rest(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:16]]).filled()
    before = playlist.ids()
    clashes = playlist.list.locator(".mg-pl-clash")
    at_first = clashes.count()
    playlist.act("sort-mixing").click()
    expect(playlist.done).to_contain_text("Sorted for mixing")
    after = playlist.ids()
    assert after[0] == before[0]
    assert sorted(after) == sorted(before)
    assert clashes.count() < at_first
    playlist.page.locator("#playlist-tools [data-playlist-act=undo]").click()
    assert playlist.ids() == before


def test_an_order_by_what_nobody_knows_is_not_offered(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:3]]).filled()
    assert not any(row["year"] for row in rows[:3])  # the demo catalogue has no years
    expect(playlist.act("sort-year")).to_be_disabled()
    expect(playlist.act("sort-tempo")).to_be_enabled()


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_page_has_all_of_it_side_by_side_with_nothing(
    site: str, rows: list[dict], new_page: Callable[..., Page], dark: bool
) -> None:
    page = new_page(360, 740, dark=dark)
    playlist = Playlist(page, site).open([GONE, *(song(row) for row in rows[:6])]).filled()
    expect(playlist.line(3).locator(".mg-pl-tempo")).not_to_have_text("")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    inside = """lines => lines.every(line => [...line.children].every(cell => {
        const box = cell.getBoundingClientRect(), frame = line.getBoundingClientRect();
        return !box.width || (box.left >= frame.left - 1 && box.right <= frame.right + 1);
    }))"""
    assert playlist.list.locator("> li").evaluate_all(inside)
