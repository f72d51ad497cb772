"""A song's page says what the database says."""

from __future__ import annotations

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue

NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@pytest.fixture(scope="module")
def songs(database: str, demo_catalogue: Catalogue) -> list[dict]:
    """A song with a very long title, the slowest, and one of several artists, as rows."""
    connection = psycopg2.connect(database, options=f"-c search_path=catalogue_{demo_catalogue.version}")
    found = []
    with connection.cursor() as cursor:
        for order in ("length(title) DESC", "tempo NULLS LAST", "energy DESC"):
            cursor.execute(
                f"""SELECT spotify_id, title, duration_ms, tempo, key, mode, loudness, danceability, popularity,
                           (SELECT array_agg(name ORDER BY position) FROM song_artists JOIN artists USING (artist_id)
                            WHERE song_artists.song_id = songs.song_id),
                           (SELECT name FROM albums WHERE albums.album_id = songs.album_id),
                           (SELECT avg((o.danceability < songs.danceability)::int) FROM songs o)
                    FROM songs ORDER BY {order}, song_id LIMIT 1"""
            )
            names = ("id", "title", "ms", "tempo", "key", "mode", "loudness", "danceability", "popularity")
            found.append(dict(zip((*names, "artists", "album", "below"), cursor.fetchone(), strict=True)))
    connection.close()
    return found


@pytest.mark.parametrize("which", range(3))
def test_the_facts_are_those_of_the_row(which: int, songs: list[dict], site: str, page: Page) -> None:
    song = songs[which]
    page.goto(f"{site}song/{song['id']}")
    content = page.locator("#mg-content")
    expect(page.locator("h1")).to_have_text(song["title"])
    expect(page).to_have_title(f"{song['title']} · MusicGroup")
    seconds = round(song["ms"] / 1000)
    expect(content).to_contain_text(f"{seconds // 60}:{seconds % 60:02}")
    if song["tempo"] is not None:
        expect(content).to_contain_text(f"{song['tempo']:.0f} BPM")
    expect(content).to_contain_text(f"{song['loudness']:.1f} dB")
    expect(content).to_contain_text(f"{NOTES[song['key']]} {'major' if song['mode'] else 'minor'}")
    expect(content).to_contain_text(f"{song['danceability']:.2f}")
    expect(content).to_contain_text(f"higher than {round(float(song['below']) * 100)} %")
    expect(content).to_contain_text(song["album"])
    for artist in song["artists"]:
        expect(content.get_by_role("link", name=artist, exact=True).first).to_be_visible()


def test_an_unknown_song_says_so(site: str, page: Page) -> None:
    page.goto(site + "song/0000000000000000000000")
    expect(page.locator("#mg-content")).to_contain_text("No song in this catalogue")
    page.watch.forgive("404")
