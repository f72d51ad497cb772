"""The playlist's page, by what can be read from it and done to it, and songs to put there."""

from __future__ import annotations

import json

from playwright.sync_api import Download, Locator, Page, expect

from data_access import explore
from data_access.filters import SongFilter

GONE = {"id": "0000000000000000000000", "title": "A song that went", "artists": "Somebody", "ms": 61_000}


def known_rows() -> list[dict]:
    """Songs of the live catalogue, of which tempo, energy and key are known, from all over the alphabet."""
    found = explore.table_block(SongFilter(), stop=300).rows
    return [row for row in found if row["tempo"] and row["energy"] is not None and row["key"] is not None][::9]


def song(row: dict) -> dict:
    """A row of Explore's table as a song of the playlist."""
    artists = ", ".join(artist["name"] for artist in row["artists"])
    return {"id": row["spotify_id"], "title": row["title"], "artists": artists, "ms": row["duration_ms"]}


def ids_of(songs: list[dict]) -> list[str]:
    """The songs' ids."""
    return [each["id"] for each in songs]


class Playlist:
    """The page, by what can be read from it and done to it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.list = page.locator("#playlist-list")
        self.done = page.locator("#playlist-done")

    def open(self, songs: list[dict], name: str = "Evening", query: str = "") -> Playlist:
        """The page with these songs as the browser's own playlist."""
        kept = json.dumps(json.dumps({"name": name, "songs": songs}))
        self.page.add_init_script(  # before the first page's own scripts, and not again
            f"""if (!localStorage.getItem('mg-test')) {{
                    localStorage.setItem('mg-test', 'begun');
                    localStorage.setItem('mg-playlist', {kept});
                }}"""
        )
        return self.go(query)

    def go(self, query: str = "") -> Playlist:
        self.page.goto(f"{self.site}playlist{'?' + query if query else ''}")
        expect(self.page.locator("#playlist-body, #playlist-empty").locator("visible=true").first).to_be_visible()
        return self

    def filled(self) -> Playlist:
        """Once the server has said what it knows of the songs."""
        expect(self.list.locator(".mg-pl-key, .mg-pl-absent").first).not_to_have_text("")
        return self

    def ids(self) -> list[str]:
        return self.list.evaluate("list => [...list.children].map(line => line.dataset.song)")

    def kept(self) -> list[str]:
        """What the browser keeps."""
        return self.page.evaluate("JSON.parse(localStorage.getItem('mg-playlist')).songs.map(song => song.id)")

    def line(self, place: int) -> Locator:
        return self.list.locator("> li").nth(place)

    def handle(self, place: int) -> Locator:
        return self.line(place).locator(".mg-pl-handle")

    def act(self, name: str) -> Locator:
        return self.page.locator(f"[data-playlist-act={name}]")

    def focused(self) -> str:
        """The song whose handle has the keyboard."""
        return self.page.evaluate("document.activeElement.matches('.mg-pl-handle') && "
                                  "document.activeElement.closest('li').dataset.song")  # fmt: skip

    def drag(self, start: int, to: int, release: bool = True) -> None:
        """Drag a song by its handle over the middle of the one at place `to`."""
        self.handle(start).scroll_into_view_if_needed()
        grip, over = self.handle(start).bounding_box(), self.line(to).bounding_box()
        assert grip
        assert over
        mouse = self.page.mouse
        mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        mouse.down()
        mouse.move(grip["x"] + 20, (grip["y"] + over["y"]) / 2, steps=3)
        mouse.move(grip["x"] + 20, over["y"] + over["height"] / 2, steps=3)
        if release:
            mouse.up()

    def save(self, kind: str) -> Download:
        with self.page.expect_download() as download:
            self.act(f"export-{kind}").click()
        return download.value
