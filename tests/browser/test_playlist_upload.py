"""A playlist from elsewhere as a person brings it: a file, pasted links, what was missed, its profile, into the own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from data_access import songs
from data_access.songs import SongLine
from tests.browser.test_pages import ready
from tests.browser.waiting import until


@pytest.fixture
def lines(site: str) -> list[SongLine]:
    """Songs of different titles and artists."""
    found = {(line.title, line.artists[0]): line for line in songs.random_songs(40, seed=12)}
    return list(found.values())[:12]


@pytest.fixture
def file(lines: list[SongLine], tmp_path: Path) -> Path:
    """An export of these songs, the last two without ids, and four rows that are no songs of the catalogue."""
    path = tmp_path / "late_night_drive.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["Track URI", "Track Name", "Artist Name(s)", "Duration (ms)"])
        for place, line in enumerate(lines):
            uri = f"spotify:track:{line.spotify_id}" if place < 10 else ""
            writer.writerow([uri, line.title, ";".join(line.artists), round(line.values["duration_ms"] or 0)])
        writer.writerow(["spotify:local:Me::Demo:10", "Demo", "Me", 10_000])
        writer.writerow(["spotify:episode:0123456789012345678901", "<b>News</b>", "BBC", 10_000])
        writer.writerow(["", "No Such Title", "Nobody", ""])
        writer.writerow([f"spotify:track:{lines[0].spotify_id}", lines[0].title, lines[0].artists[0], ""])
    return path


def opened(page: Page, site: str) -> Page:
    page.goto(site + "playlist")
    ready(page)
    expect(page.locator("#playlist-upload-file")).to_be_attached()
    return page


def act(page: Page, name: str) -> Locator:
    return page.locator(f"[data-upload-act={name}]")


def count(page: Page) -> Locator:
    return page.locator("#playlist-dock-count")


def profile_of(page: Page) -> Locator:
    return page.locator("#playlist-profile-of-what")


def test_a_file_is_matched_profiled_and_taken_over(site: str, page: Page, file: Path) -> None:
    opened(page, site)
    expect(page.locator("#playlist-profile")).to_be_hidden()
    page.set_input_files("#playlist-upload-file", file)
    expect(page.locator("#playlist-upload-rate")).to_have_text("13 of 16 songs found in this catalogue: 81 %")
    result = page.locator("#playlist-upload-result")
    expect(result.locator("h3")).to_have_text("late night drive")
    expect(result).to_contain_text("10 by Spotify’s id, 2 by title and artist, 1 there twice, kept once.")
    rows = result.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("own computer")
    expect(rows.nth(1).locator("td")).to_have_text(
        ["15", "<b>News</b>", "BBC", "It is a podcast; only songs are here."]
    )
    expect(rows.nth(2)).to_contain_text("no song of this title and artist")
    expect(count(page)).to_have_text("0")  # nothing happens unasked

    act(page, "profile").click()
    expect(profile_of(page)).to_have_text("12 songs of “late night drive”")
    expect(page.locator(".mg-profile-line")).not_to_have_count(0)
    expect(page.locator("#playlist-profile-back")).to_be_hidden()
    until(page, "document.activeElement.id === 'playlist-profile'")
    expect(count(page)).to_have_text("0")
    page.locator(".mg-profile .mg-numbers summary").first.click()
    expect(page.locator(".mg-profile table").first).to_contain_text("Danceability")

    act(page, "add").click()
    expect(count(page)).to_have_text("12")
    expect(page.locator("#playlist-upload-says")).to_have_text("12 songs added to your playlist.")
    assert page.evaluate("musicgroup.playlist.get().name") == "late night drive"
    act(page, "add").click()
    expect(page.locator("#playlist-upload-says")).to_have_text("0 songs added to your playlist.")
    expect(page.locator("#playlist-list > li")).to_have_count(12)

    missing = page.locator(".mg-profile-songs [data-mg-add]").first
    missing.click()
    expect(count(page)).to_have_text("13")
    expect(profile_of(page)).to_have_text("12 songs of “late night drive”")  # it is still of the upload
    page.locator("#playlist-profile-back").click()
    expect(profile_of(page)).to_have_text("13 songs")
    act(page, "close").click()
    expect(result).to_be_hidden()
    until(page, "document.activeElement.id === 'playlist-upload-file'")
    page.reload()
    expect(profile_of(page)).to_have_text("13 songs")
    expect(result).to_be_hidden()


def test_replacing_can_be_undone(site: str, page: Page, lines: list[SongLine], file: Path) -> None:
    opened(page, site)
    page.evaluate(
        "id => musicgroup.playlist.replace([{ id, title: 'Mine', artists: 'Me', ms: 1000 }], 'mine')",
        lines[5].spotify_id,
    )
    page.set_input_files("#playlist-upload-file", file)
    act(page, "replace").click()
    expect(count(page)).to_have_text("12")
    assert page.evaluate("musicgroup.playlist.ids()") == [line.spotify_id for line in lines]
    page.evaluate("musicgroup.playlist.undo()")
    expect(count(page)).to_have_text("1")
    assert page.evaluate("musicgroup.playlist.get().name") == "mine"


def test_links_are_pasted_and_looked_up_by_keyboard(site: str, page: Page, lines: list[SongLine]) -> None:
    opened(page, site)
    field = page.locator("#playlist-upload-links")
    field.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    problem = page.locator("#playlist-upload-problem")
    expect(problem).to_have_text("There is nothing in it yet; paste links to songs.")
    until(page, "document.activeElement.id === 'playlist-upload-links'")
    field.fill(
        f"https://open.spotify.com/intl-fr/track/{lines[0].spotify_id}?si=x\n"
        f"spotify:track:{lines[1].spotify_id}\n{lines[2].artists[0]} - {lines[2].title}\n"
        "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#playlist-upload-rate")).to_contain_text("3 of 4 songs found")
    expect(problem).to_be_hidden()
    expect(page.locator("#playlist-upload-result tbody tr")).to_contain_text("link to a playlist")
    until(page, "document.activeElement.id === 'playlist-upload-result'")
    act(page, "add").click()
    expect(count(page)).to_have_text("3")


def test_a_bad_file_gets_a_sentence_and_what_was_there_stays(site: str, page: Page, file: Path, tmp_path: Path) -> None:
    opened(page, site)
    page.set_input_files("#playlist-upload-file", file)
    expect(page.locator("#playlist-upload-rate")).to_be_visible()
    bad = tmp_path / "table.xlsx"
    bad.write_bytes(b"PK\x03\x04 and more")
    page.set_input_files("#playlist-upload-file", bad)
    problem = page.locator("#playlist-upload-problem")
    expect(problem).to_contain_text("ZIP archive or an Excel file")
    expect(page.locator("#playlist-upload-rate")).to_be_visible()
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 10_000_001)
    page.set_input_files("#playlist-upload-file", large)
    expect(problem).to_contain_text("larger than 10 MB")
    page.watch.forgive("400")  # the browser tells of the answer itself
    nearly = tmp_path / "nearly.csv"
    nearly.write_bytes(b"Track URI,Track Name\n" + b"x" * 9_900_000)
    page.set_input_files("#playlist-upload-file", nearly)
    expect(problem).to_contain_text("a cell is far too long")  # so the way through nginx takes ten megabytes
    page.watch.forgive("400")


def test_a_file_can_be_dropped(site: str, page: Page, lines: list[SongLine]) -> None:
    opened(page, site)
    page.evaluate(
        """text => {
            const files = new DataTransfer();
            files.items.add(new File([text], "dropped.txt", { type: "text/plain" }));
            const zone = document.querySelector(".mg-upload-zone");
            for (const kind of ["dragenter", "dragover", "drop"]) {
                zone.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
            }
        }""",
        f"spotify:track:{lines[0].spotify_id}\n",
    )
    expect(page.locator("#playlist-upload-rate")).to_have_text("1 of 1 song found in this catalogue: 100 %")
    expect(page.locator("#playlist-upload-result h3")).to_have_text("dropped")


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(dark: bool, site: str, new_page, file: Path) -> None:
    page = opened(new_page(360, 740, dark=dark), site)
    page.set_input_files("#playlist-upload-file", file)
    act(page, "profile").click()
    expect(profile_of(page)).to_have_text("12 songs of “late night drive”")
    expect(page.locator(".mg-profile-line").first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
