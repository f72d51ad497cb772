"""The search box as a person uses it, and the song page that it leads to."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.waiting import quiet, until_said

HEADER = "#search-header-text"
OPTIONS = "#search-header-list [role=option]"


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(HEADER)).to_be_visible()
    quiet(page)


def typed(page: Page, text: str) -> None:
    """At once: between keys a busy machine would already show what a part of the text finds."""
    page.locator(HEADER).fill(text)


def test_typing_suggests_and_enter_on_one_opens_its_song_without_a_reload(site: str, page: Page) -> None:
    opened(page, site + "data")
    page.evaluate("window.same = true")
    page.keyboard.press("/")
    expect(page.locator(HEADER)).to_be_focused()
    typed(page, "bohemian rhap")
    option = page.locator(OPTIONS).first
    expect(option).to_contain_text("Bohemian Rhapsody")
    expect(page.locator(HEADER)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator(HEADER)).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Bohemian Rhapsody")
    expect(page).to_have_title("Bohemian Rhapsody - Remastered 2011 · MusicGroup")
    assert page.evaluate("window.same")
    expect(page.locator("#search-header-list")).to_be_hidden()
    page.go_back()
    expect(page.locator("h1")).to_contain_text("The data")


def test_keys_move_through_the_list_and_escape_leaves_it(site: str, page: Page) -> None:
    opened(page, site + "data")
    typed(page, "love")
    options = page.locator(OPTIONS)
    expect(options).to_have_count(9)  # eight and the way to Explore
    steps = (("ArrowDown", 0), ("ArrowDown", 1), ("End", 8), ("ArrowDown", None), ("ArrowUp", 8), ("Home", 0))
    for key, chosen in steps:
        page.keyboard.press(key)
        selected = page.locator(f"{OPTIONS}[aria-selected=true]")
        expect(selected).to_have_count(0 if chosen is None else 1)
        if chosen is not None:
            expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#search-header-list")).to_be_hidden()
    expect(page.locator(HEADER)).to_have_value("love")
    page.keyboard.press("Escape")
    expect(page.locator(HEADER)).to_have_value("")


def test_enter_without_a_choice_searches_in_explore(site: str, page: Page) -> None:
    opened(page, site + "data")
    typed(page, "queen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?text=queen*")
    expect(page.locator("#explore-sentence")).to_contain_text("queen")


def test_a_typing_error_says_what_was_searched(site: str, page: Page) -> None:
    opened(page, site + "data")
    typed(page, "metalica")
    expect(page.locator(".mg-search-corrected")).to_have_text("Showing results for metallica")
    expect(page.locator(OPTIONS).first).to_contain_text("Metallica")
    page.locator(OPTIONS).first.click()
    page.wait_for_url("**/explore?artist=Metallica*")


def test_nothing_found_is_said(site: str, page: Page) -> None:
    opened(page, site + "data")
    typed(page, "zzqqxxy")
    expect(page.locator("#search-header .mg-search-note")).to_contain_text("No song or artist with “zzqqxxy”")


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(site: str, page: Page) -> None:
    held: list[Route] = []
    page.route("**/suggest?q=quee", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    opened(page, site + "data")
    typed(page, "quee")
    until_said(page, lambda: held)
    assert len(held) == 1
    expect(page.locator("#search-header .mg-search-note")).to_have_text("Searching…")
    page.locator(HEADER).press_sequentially("ns")
    expect(page.locator(OPTIONS).first).to_contain_text("Queens of the Stone Age")
    held[0].fulfill(json={"text": "quee", "suggestions": []})
    page.wait_for_timeout(200)
    expect(page.locator(OPTIONS).first).to_contain_text("Queens of the Stone Age")


def test_without_a_database_the_list_says_so_and_the_page_stays(site: str, page: Page) -> None:
    sentence = "Search is resting: the database cannot be reached."
    page.route("**/suggest?*", lambda route: route.fulfill(status=503, json={"error": sentence}))
    opened(page, site + "data")
    typed(page, "queen")
    expect(page.locator("#search-header .mg-search-note")).to_have_text(sentence)
    expect(page.locator("#shell-lost")).to_be_hidden()
    page.watch.forgive("503")


def test_a_phone_has_the_box_and_its_list_within_the_screen(site: str, new_page) -> None:
    page = new_page(width=360, height=740)
    opened(page, site + "data")
    page.locator(HEADER).fill("the be")
    expect(page.locator(OPTIONS).first).to_be_visible()
    box = page.locator("#search-header .mg-search-popup").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_title_is_text_not_markup(site: str, page: Page) -> None:
    hostile = {"kind": "song", "label": "<img src=x onerror=window.hit=1>", "detail": "<b>x</b>", "corrected": "",
               "href_path": "/song/x"}  # fmt: skip
    page.route("**/suggest?*", lambda route: route.fulfill(json={"text": "x", "suggestions": [hostile]}))
    opened(page, site + "data")
    typed(page, "x")
    expect(page.locator(OPTIONS).first).to_contain_text("<img src=x")
    assert page.locator("#search-header-list img").count() == 0


# ---- the song page -----------------------------------------------------------------------------


def test_the_player_is_only_fetched_after_a_press(site: str, page: Page) -> None:
    asked: list[str] = []
    page.route("https://open.spotify.com/**", lambda route: (asked.append(route.request.url), route.fulfill(body="ok")))
    opened(page, site + "song/4u7EnebtmKWzUH433cf5Qv")
    expect(page.locator("h1")).to_contain_text("Bohemian Rhapsody")
    assert asked == []
    page.get_by_role("button", name="Load the player").click()
    expect(page.locator(".mg-player iframe")).to_be_visible()
    until_said(page, lambda: asked)
    page.wait_for_timeout(300)
    assert asked == ["https://open.spotify.com/embed/track/4u7EnebtmKWzUH433cf5Qv"]
    page.watch.forgive("asked another origin: https://open.spotify.com/embed/")
    # Another version of the song has a player of its own, not loaded yet.
    page.get_by_role("link", name="Bohemian Rhapsody", exact=True).click()
    expect(page.locator("h1")).to_have_text("Bohemian Rhapsody")
    expect(page.get_by_role("button", name="Load the player")).to_be_visible()
    expect(page.locator(".mg-player iframe")).to_have_count(0)


def test_an_unknown_song_is_one_sentence_and_a_search_box(site: str, page: Page) -> None:
    opened(page, site + "song/nope")
    expect(page.locator(".mg-state")).to_contain_text("No song in this catalogue has the id “nope”.")
    box = page.locator("#search-song-text")
    box.fill("queen")
    expect(page.locator("#search-song-list [role=option]").first).to_contain_text("Queen")


def test_songs_like_this_leads_to_some_songs_in_explore(site: str, page: Page) -> None:
    opened(page, site + "song/4u7EnebtmKWzUH433cf5Qv")
    page.get_by_role("link", name="Similar in Explore").click()
    page.wait_for_url("**/explore?*energy=*")
    expect(page.locator("#explore-sentence")).to_contain_text("of 5,849 songs")
