"""The playlist's page as a person uses it: its curve, files, copies and links, and lists that came by a link."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from tests.browser.playlist_page import GONE, Playlist, ids_of, known_rows, song


@pytest.fixture(scope="module")
def rows(demo_catalogue: Catalogue) -> list[dict]:
    return known_rows()


@pytest.fixture
def playlist(page: Page, site: str) -> Playlist:
    return Playlist(page, site)


# ---- the curve -------------------------------------------------------------------------------


def test_the_curve_follows_order_and_feature(playlist: Playlist, rows: list[dict]) -> None:
    chosen = rows[:7]
    playlist.open([song(row) for row in chosen]).filled()
    page = playlist.page
    dots = page.locator("#playlist-curve-plot circle.mg-pl-dot")
    expect(dots).to_have_count(7)

    def heights() -> list[float]:
        return [float(each) for each in dots.evaluate_all("dots => dots.map(dot => dot.getAttribute('cy'))")]

    def ranks(values: list[float]) -> list[int]:
        return [sorted(values).index(each) for each in values]

    assert ranks([-each for each in heights()]) == ranks([row["tempo"] for row in chosen])
    playlist.act("sort-tempo").click()
    assert heights() == sorted(heights(), reverse=True)
    page.locator("#playlist-feature").click()
    page.get_by_role("option", name="Valence").click()
    expect(page.locator("#playlist-curve-title")).to_have_text("Valence from song to song")
    by_id = {row["spotify_id"]: row["valence"] for row in chosen}
    assert ranks([-each for each in heights()]) == ranks([by_id[each] for each in playlist.ids()])
    page.locator("#playlist-curve summary").click()
    numbers = page.locator("#playlist-curve-numbers tbody tr td:last-child")
    expect(numbers).to_have_text([f"{by_id[each]:.2f}" for each in playlist.ids()])


def test_pointing_at_the_curve_lights_the_song(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:5]]).filled()
    dots = playlist.page.locator("#playlist-curve-plot circle.mg-pl-dot")
    expect(dots).to_have_count(5)
    dots.nth(3).hover()
    expect(playlist.line(3)).to_have_class(re.compile("mg-pl-lit"))
    expect(playlist.page.locator("#playlist-curve-plot .mg-pl-pointed-name")).to_contain_text("4")
    playlist.line(1).hover()
    expect(playlist.page.locator("#playlist-curve-plot .mg-pl-pointed-name")).to_contain_text("2")


# ---- ways out --------------------------------------------------------------------------------


def test_a_playlist_is_saved_in_its_order(playlist: Playlist, rows: list[dict]) -> None:
    songs = [song(row) for row in rows[:3]]
    playlist.open([songs[0], GONE, *songs[1:]], name="Für den Abend").filled()
    ids = playlist.ids()
    download = playlist.save("csv")
    assert download.suggested_filename == "Für den Abend.csv"
    with open(download.path(), newline="", encoding="utf-8") as file:  # noqa: PTH123  # csv wants newline=""
        listed = list(csv.DictReader(file))
    assert [row["Track URI"] for row in listed] == [f"spotify:track:{each}" for each in ids]
    assert listed[1]["Track Name"] == "A song that went"
    assert playlist.save("m3u8").path().read_text().splitlines()[4] == "#EXTINF:61,Somebody - A song that went"
    jspf = json.loads(playlist.save("jspf").path().read_text())
    assert [each["identifier"] for each in jspf["playlist"]["track"]] == [[f"spotify:track:{each}"] for each in ids]
    assert playlist.save("txt").path().read_text().split() == [f"spotify:track:{each}" for each in ids]
    expect(playlist.page.locator("#playlist-out-note")).to_have_text("Saved 4 songs.")


def test_a_file_that_cannot_be_had_is_said_and_nothing_is_lost(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(row) for row in rows[:3]]).filled()
    sentence = "The export is resting: the database cannot be reached."
    playlist.page.route("**/playlist/export/*", lambda route: route.fulfill(status=503, json={"error": sentence}))
    playlist.act("export-csv").click()
    expect(playlist.page.locator("#playlist-out-note")).to_have_text(sentence)
    assert len(playlist.ids()) == 3
    playlist.page.watch.forgive("503")


def test_what_the_catalogue_knows_is_asked_again_after_a_failure(playlist: Playlist, rows: list[dict]) -> None:
    answers: Iterator[bool] = iter([False])
    sentence = "The playlist is resting: the database cannot be reached."

    def answer(route) -> None:
        if next(answers, True):
            route.continue_()
        else:
            route.fulfill(status=503, json={"error": sentence})

    playlist.page.route("**/playlist/songs", answer)
    playlist.open([song(row) for row in rows[:3]])
    expect(playlist.page.locator("#playlist-trouble")).to_have_text(sentence)
    assert playlist.ids() == ids_of([song(row) for row in rows[:3]])  # the list is the browser's and there all the time
    expect(playlist.line(0).locator(".mg-pl-tempo")).to_have_text(f"{rows[0]['tempo']:.0f} BPM")
    expect(playlist.page.locator("#playlist-trouble")).to_be_hidden()
    playlist.page.watch.forgive("503")


def test_uris_and_a_link_are_copied(playlist: Playlist, rows: list[dict], site: str) -> None:
    page = playlist.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    playlist.open([song(row) for row in rows[:3]], name="Två & tre").filled()
    playlist.act("copy-uris").click()
    expect(page.locator("#playlist-out-note")).to_contain_text("Copied 3 songs")
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [
        f"spotify:track:{each}" for each in playlist.ids()
    ]
    playlist.act("copy-link").click()
    expect(page.locator("#playlist-out-note")).to_contain_text("Copied the link")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site}playlist?")
    assert parse_qs(urlsplit(link).query) == {"songs": [",".join(playlist.ids())], "name": ["Två & tre"]}


def test_a_link_is_offered_for_sixty_songs_at_most(playlist: Playlist, rows: list[dict]) -> None:
    many = [{**GONE, "id": f"s{number}"} for number in range(61)]
    playlist.open(many).filled()
    expect(playlist.act("copy-link")).to_be_disabled()
    expect(playlist.act("copy-link")).to_have_attribute("title", re.compile("61"))
    playlist.line(0).locator(".mg-pl-remove").click()
    expect(playlist.act("copy-link")).to_be_enabled()


def test_recommendations_begin_with_these_songs(playlist: Playlist, rows: list[dict]) -> None:
    playlist.open([song(rows[0]), GONE, song(rows[1])]).filled()
    link = playlist.page.get_by_role("link", name="Recommend from these")
    expect(link).to_have_attribute("href", re.compile("recommend"))
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert query == {"seed": [f"songs:{rows[0]['spotify_id']},{rows[1]['spotify_id']}"]}


def test_where_the_browser_keeps_nothing_it_is_said(playlist: Playlist, rows: list[dict]) -> None:
    playlist.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('no', 'SecurityError'); }"
    )
    playlist.go()
    expect(playlist.page.locator("#playlist-empty")).to_be_visible()
    playlist.page.evaluate(f"musicgroup.playlist.add({json.dumps(song(rows[0]))})")
    expect(playlist.page.locator("#playlist-trouble")).to_contain_text("keeps nothing")
    expect(playlist.line(0)).to_contain_text(rows[0]["title"])


# ---- a list that came by a link ----------------------------------------------------------------


def test_a_shared_list_leaves_ones_own_alone_until_it_is_added(playlist: Playlist, rows: list[dict]) -> None:
    own, theirs = [song(row) for row in rows[:2]], [song(row) for row in rows[1:5]]
    query = f"songs={','.join(ids_of(theirs))}&name={quote('A gift')}"
    playlist.open(own, query=query).filled()
    page = playlist.page
    assert playlist.ids() == ids_of(theirs)
    assert playlist.kept() == ids_of(own)
    expect(page.locator("#playlist-name")).to_have_text("A gift")
    expect(page.locator("#playlist-tools")).to_be_hidden()
    expect(playlist.list.locator(".mg-pl-handle")).to_have_count(0)
    expect(playlist.line(0).locator("[data-mg-add]")).to_have_attribute("aria-pressed", "true")
    expect(playlist.line(1).locator("[data-mg-add]")).to_have_attribute("aria-pressed", "false")
    playlist.act("add").click()
    expect(playlist.act("add")).to_be_disabled()
    assert playlist.kept() == [*ids_of(own), *ids_of(theirs)[1:]]
    titles = page.evaluate("musicgroup.playlist.get().songs.map(song => song.title)")
    assert titles == [row["title"] for row in rows[:5]]
    page.get_by_role("link", name="Back to mine").click()
    expect(playlist.list.locator("> li")).to_have_count(5)
    expect(page.locator("#playlist-shared")).to_be_hidden()
    expect(page.locator("#playlist-name")).to_have_value("Evening")
    page.go_back()
    expect(playlist.list.locator("> li")).to_have_count(4)
    expect(page.locator("#playlist-name")).to_have_text("A gift")


def test_a_shared_list_takes_the_place_of_ones_own_and_that_is_undone(playlist: Playlist, rows: list[dict]) -> None:
    own, theirs = [song(row) for row in rows[:2]], [song(row) for row in rows[3:6]]
    playlist.open(own, query=f"songs={','.join(ids_of(theirs))}&name=Gift").filled()
    playlist.act("replace").click()
    expect(playlist.page.locator("#playlist-shared")).to_be_hidden()
    expect(playlist.page.locator("#playlist-name")).to_have_value("Gift")
    assert playlist.kept() == ids_of(theirs) == playlist.ids()
    playlist.page.locator("#playlist-tools [data-playlist-act=undo]").click()
    assert playlist.kept() == ids_of(own)
    expect(playlist.page.locator("#playlist-name")).to_have_value("Evening")


def test_a_link_with_strange_parts_says_so(playlist: Playlist, rows: list[dict]) -> None:
    playlist.go(f"songs={rows[0]['spotify_id']},a%20b,nobody&name=%3Cb%3E&other=1").filled()
    page = playlist.page
    expect(page.get_by_role("alert").locator("visible=true").first).to_contain_text("no song ids")
    assert playlist.ids() == [rows[0]["spotify_id"], "nobody"]
    expect(playlist.line(1)).to_contain_text("not in this catalogue")
    expect(page.locator("#playlist-name")).to_have_text("<b>")
    expect(playlist.act("replace")).to_have_text("Make it mine")
