"""States that recover by themselves: no database, no catalogue, no server; and Home and Data when all is well."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from data_access import embedded
from data_access.catalogue import Catalogue
from tests import conftest, servers


@pytest.fixture
def without_database(fresh_data_dir: Path, tmp_path: Path):
    """Address of the application whose embedded database is not running and has never been."""
    with servers.gunicorn(tmp_path / "log", MUSICGROUP_DATA_DIR=str(fresh_data_dir)) as address:
        yield address


def test_pages_go_on_by_themselves_when_database_and_catalogue_appear(without_database: str, page: Page) -> None:
    page.goto(without_database)
    expect(page.locator("#home-trouble .mg-state-down")).to_be_visible()
    expect(page.locator("#home-glance")).to_be_hidden()
    with embedded.running():
        expect(page.locator("#home-trouble .mg-state-no-catalogue")).to_be_visible()
        conftest.load_demo()
        expect(page.locator("#home-glance .mg-tile").first).to_be_visible()
        expect(page.locator("#home-trouble .mg-state")).to_have_count(0)
        expect(page.locator("#home-random-songs .mg-song")).to_have_count(6)


def test_a_lost_connection_is_said_and_mended_without_a_reload(site: str, page: Page) -> None:
    page.goto(site)
    expect(page.locator("#home-random-songs .mg-song")).to_have_count(6)
    page.evaluate("window.notReloaded = true")
    before = page.locator("#home-random-songs").inner_text()

    def bad_gateway(route: Route) -> None:
        route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")

    page.route("**/_dash-update-component*", bad_gateway)
    page.route("**/healthz", bad_gateway)
    page.locator("#home-shuffle").click()
    expect(page.locator("#shell-lost")).to_be_visible()
    page.unroute_all()
    expect(page.locator("#shell-lost")).to_be_hidden()
    expect(page.locator("#home-random-songs")).not_to_have_text(before, use_inner_text=True)
    assert page.evaluate("window.notReloaded")
    page.watch.forgive("502", "Callback")


def test_the_skip_link_comes_first_and_leads_to_the_content(site: str, page: Page) -> None:
    page.goto(site + "data")
    expect(page.locator("#data-rows .mg-sum")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".mg-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#mg-content")).to_be_focused()


def test_home_says_what_the_catalogue_is(site: str, demo_catalogue: Catalogue, page: Page) -> None:
    page.goto(site)
    stats = page.locator("#home-stats")
    expect(stats).to_contain_text(f"{demo_catalogue.songs:,}")
    expect(stats).to_contain_text(f"{demo_catalogue.artists:,}")
    expect(stats).to_contain_text(demo_catalogue.source_name)
    expect(page.locator(".mg-footer")).to_contain_text(f"catalogue version {demo_catalogue.version}")


def test_a_way_in_leads_to_as_many_songs_as_it_says(site: str, page: Page) -> None:
    page.goto(site)
    way = page.locator("#home-ways .mg-way").first
    songs = way.locator("strong").inner_text()
    way.click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/MusicGroup/explore")
    expect(page.locator("#mg-content")).to_contain_text(f"{songs} of ")


def test_other_songs_at_each_shuffle_and_each_opens(site: str, page: Page) -> None:
    page.goto(site)
    songs = page.locator("#home-random-songs")
    expect(songs.locator(".mg-song")).to_have_count(6)
    before = songs.inner_text()
    page.locator("#home-shuffle").click()
    expect(songs).not_to_have_text(before, use_inner_text=True)
    title = songs.locator(".mg-song-title").first.inner_text()
    songs.locator(".mg-song").first.click()
    expect(page.locator("#mg-content h1")).to_contain_text(title)


def test_the_rows_of_the_file_add_up(site: str, demo_catalogue: Catalogue, page: Page) -> None:
    page.goto(site + "data")
    shown = page.locator("#data-rows .mg-sum-figure strong")
    expect(shown).to_have_count(4)
    rows, *parts = (int(text.replace(",", "")) for text in shown.all_inner_texts())
    assert rows == sum(parts) == demo_catalogue.file_rows
    expect(page.locator("#data-history tbody tr").first).to_contain_text("live")
