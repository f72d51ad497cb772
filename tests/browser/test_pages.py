"""Every page opens under the prefix, says what it is, keeps its console empty and its links alive."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from data_access import explore
from data_access.filters import SongFilter
from tests import servers
from tests.browser.waiting import quiet, until, until_said

PAGES = {
    "": "MusicGroup: songs by how they sound",
    "explore": "Explore",
    "moods": "Moods",
    "map": "Map",
    "data": "Data",
    "compare": "Compare",
    "recommend": "Recommend",
    "playlist": "Playlist",
    "ops": "Operations",
}


def ready(page: Page) -> None:
    """Until every region of the page is filled."""
    expect(page.locator("h1").first).to_be_visible()
    quiet(page)


def song_path() -> str:
    """A song page's path, out of the database."""
    return f"song/{explore.table_block(SongFilter(), stop=1).rows[0]['spotify_id']}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_with_title_and_description(path: str, site: str, page: Page) -> None:
    answer = page.goto(site + path)
    ready(page)
    assert answer is not None
    assert answer.status == 200
    assert PAGES[path] in page.title()
    description = page.locator('meta[name="description"]').first.get_attribute("content")
    assert description
    assert len(description) > 30


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_lets_nothing_be_evaluated(path: str, site: str) -> None:
    policy = servers.get(site + path).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    for word in ("unsafe-eval", "unsafe-inline", "*", "http:", "https:", "data:"):
        assert word not in directives["script-src"]


def test_inline_script_is_refused(site: str, page: Page) -> None:
    page.goto(site)
    ready(page)
    page.evaluate(
        """() => { const script = document.createElement('script');
                   script.textContent = 'window.intruded = true'; document.body.append(script); }"""
    )
    assert page.evaluate("window.intruded") is None
    until_said(page, lambda: len(page.watch.problems) > 1)  # on the console, and as an event
    page.watch.problems.clear()


def test_every_link_of_every_page_works(site: str, page: Page) -> None:
    found: dict[str, str] = {}
    for path in [*PAGES, song_path()]:
        page.goto(site + path)
        ready(page)
        for href in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
            address = urldefrag(urljoin(page.url, href)).url
            if urlsplit(address).netloc == urlsplit(site).netloc:
                found.setdefault(address, path)
    assert len(found) > 10
    for address, seen_on in found.items():
        assert address.startswith(site), f"{address} on {seen_on} is outside the prefix"
        answer = servers.get(address)
        assert answer.status == 200, f"{address} on {seen_on} answers {answer.status}"
        kind = urlsplit(address).path.rsplit(".", 1)[-1]
        expected = {"csv": "text/csv", "json": "application/json"}.get(kind, "text/html")
        assert answer.type in (expected, "text/markdown", "text/plain"), f"{address} on {seen_on} is {answer.type}"


def test_an_unknown_address_says_so_and_leads_back(site: str, page: Page) -> None:
    answer = page.goto(site + "no/such/page")
    assert answer is not None
    assert answer.status == 404
    ready(page)
    page.watch.forgive("404")
    home = page.locator("#mg-content a").first
    home.click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/MusicGroup/")
    expect(page).to_have_title(PAGES[""])


def test_navigation_goes_where_it_says_and_back(site: str, page: Page) -> None:
    page.goto(site)
    ready(page)
    page.locator("nav a", has_text="Data").click()
    expect(page).to_have_title("Data · MusicGroup")
    assert urlsplit(page.url).path == "/MusicGroup/data"
    page.go_back()
    expect(page).to_have_title(PAGES[""])
    page.go_forward()
    expect(page).to_have_title("Data · MusicGroup")


def test_the_prefix_without_its_slash_leads_to_it(site: str, served: str) -> None:
    answer = servers.get(served.rstrip("/"))
    assert answer.status in (301, 302, 308)
    assert urlsplit(answer.headers["location"]).path == "/MusicGroup/"


@pytest.mark.parametrize("path", [*PAGES, "song"])
def test_a_narrow_page_does_not_scroll_sideways(path: str, site: str, new_page) -> None:
    page = new_page(360, 740)
    page.goto(site + (song_path() if path == "song" else path))
    ready(page)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => {
              const box = e.getBoundingClientRect();
              return box.width && box.right > innerWidth + 1 && getComputedStyle(e).position !== 'fixed';
            }).slice(0, 5).map(e => e.tagName + '#' + e.id + '.' + e.className)"""
    )
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), wide


def test_the_theme_is_remembered_and_follows_the_system(site: str, new_page) -> None:
    page = new_page(dark=True)
    page.goto(site)
    ready(page)
    shown = "() => document.documentElement.dataset.bsTheme"
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(shown) == "dark"
    dark = page.evaluate(background)
    page.locator("#shell-theme input[value=light]").click()
    until(page, f"({shown})() === 'light'")
    until(page, f"({background})() !== '{dark}'")  # it fades
    page.reload()
    ready(page)
    assert page.evaluate(shown) == "light"
    page.locator("nav a", has_text="Data").click()
    expect(page).to_have_title("Data · MusicGroup")
    assert page.evaluate(shown) == "light"
    page.locator("#shell-theme input[value=system]").click()
    until(page, f"({shown})() === 'dark'")
