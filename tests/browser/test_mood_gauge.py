"""The gauge answers a song's mood: what the database holds, and what the distances to the centres say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import psycopg2
import pytest
from playwright.sync_api import Page, expect

from data_access import models
from data_access.catalogue import Catalogue
from ml.fitted import Fitted

TEXT = "#search-mood-text"
OPTIONS = "#search-mood-list [role=option]"


@pytest.fixture(scope="module")
def rows(database: str, demo_catalogue: Catalogue) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(database, options=f"-c search_path=catalogue_{demo_catalogue.version}")
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def mood_of(cursor: psycopg2.extensions.cursor, spotify_id: str) -> str:
    cursor.execute("SELECT name FROM songs JOIN song_moods USING (song_id) WHERE spotify_id = %s", (spotify_id,))
    return cursor.fetchone()[0]


def sure_of(cursor: psycopg2.extensions.cursor, catalogue: Catalogue, spotify_id: str) -> float:
    """1 - d1 / d2, from the distances to the nearest two centres."""
    model = models.require(catalogue)
    cursor.execute(f"SELECT {', '.join(model.features)} FROM songs WHERE spotify_id = %s", (spotify_id,))
    values = np.array(cursor.fetchone(), dtype=np.float32).reshape(-1, 1)
    nearest, next_nearest = np.sort(Fitted.from_json(model.parameters).distances(values)[0])[:2]
    return 1 - nearest / next_nearest


def percent(text: str) -> int:
    found = re.search(r"(\d+) % sure", text)
    assert found, text
    return int(found[1])


def test_home_answers_the_mood_of_a_song_that_is_searched(
    site: str, page: Page, rows: psycopg2.extensions.cursor, demo_catalogue: Catalogue
) -> None:
    page.goto(site)
    gauge = page.locator("#home-mood-gauge")
    expect(gauge.locator(".mg-gauge-mood")).to_be_visible()  # an example, before anybody asks
    before = page.locator("#home-mood-title").inner_text()
    page.locator(TEXT).fill("bohemian rhap")
    expect(page.locator(OPTIONS).first).to_contain_text("Bohemian Rhapsody")
    expect(page.locator("#search-mood-list")).not_to_contain_text("in Explore")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#home-mood-title")).to_contain_text("Bohemian Rhapsody")
    assert page.url == site, "the search picks, it does not lead away"
    assert "Bohemian" not in before
    spotify_id = page.locator("#home-mood-title a").get_attribute("href").split("/")[-1]
    expect(gauge.locator(".mg-gauge-mood")).to_have_text(mood_of(rows, spotify_id))
    expect(gauge.locator(".mg-gauge-reasons li")).to_have_count(3)
    sure = sure_of(rows, demo_catalogue, spotify_id)
    assert abs(percent(gauge.inner_text()) - 100 * sure) <= 0.51
    shares = [int(share) for share in re.findall(r"(\d+) % of what speaks for", gauge.inner_text())]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 101


def test_enter_picks_the_best_and_nonsense_leaves_the_gauge_alone(site: str, page: Page) -> None:
    page.goto(site)
    expect(page.locator("#home-mood-gauge .mg-gauge-mood")).to_be_visible()
    page.locator(TEXT).press_sequentially("bohemian rhap")
    page.keyboard.press("Enter")  # at once, before there is a list
    expect(page.locator("#home-mood-title")).to_contain_text("Bohemian Rhapsody")
    page.locator(TEXT).fill("zzqqxxyyvv")
    expect(page.locator("#search-mood .mg-search-note")).to_contain_text("No song with")
    page.keyboard.press("Enter")
    expect(page.locator("#home-mood-title")).to_contain_text("Bohemian Rhapsody")
    assert page.url == site


def test_a_songs_page_shows_its_mood_and_leads_to_all_of_it(
    site: str, page: Page, rows: psycopg2.extensions.cursor, demo_catalogue: Catalogue
) -> None:
    rows.execute("SELECT spotify_id FROM songs JOIN song_moods USING (song_id) WHERE mood IS NOT NULL LIMIT 1")
    spotify_id = rows.fetchone()[0]
    mood = mood_of(rows, spotify_id)
    page.goto(f"{site}song/{spotify_id}")
    gauge = page.locator("#song-mood-gauge")
    expect(gauge.locator(".mg-gauge-mood")).to_have_text(mood)
    gauge.get_by_role("link", name=f"All {mood} songs").click()
    songs = next(one.songs for one in models.require(demo_catalogue).moods if one.name == mood)
    expect(page.locator("#explore-sentence")).to_contain_text(f"{songs:,} of ")
