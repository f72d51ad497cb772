"""Compare as a person uses it: each test asserts what changed on the page, in the address, and in every chart."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from data_access import compare, compare_ready, things
from data_access.fields import FIELD_BY_NAME
from tests.browser.test_pages import ready
from tests.browser.waiting import quiet, until

PARK, BEACH = "artist:Linkin Park", "artist:The Beach Boys"
LIT = "document.getElementById('compare-page').dataset.lit || ''"


def address(site: str, *tokens: str, **more: str) -> str:
    return f"{site}compare?{urlencode([('thing', token) for token in tokens] + list(more.items()))}"


def opened(page: Page, site: str, *tokens: str, **more: str) -> Page:
    page.goto(address(site, *tokens, **more))
    ready(page)
    return page


def in_address(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("thing", [])


def expect_things(page: Page, *names: str) -> None:
    """The chips, the table and the columns of songs have these things, in this order."""
    expect(page.locator(".mg-compare-name")).to_have_text(list(names))
    expect(page.locator(".mg-compare-column")).to_have_text(list(names))
    expect(page.locator(".mg-compare-songs-of h3")).to_have_text(list(names))


def slots(page: Page) -> dict[str, str]:
    return page.eval_on_selector_all(
        ".mg-compare-chip", "chips => Object.fromEntries(chips.map(c => [c.dataset.thing, c.dataset.slot]))"
    )


def control(page: Page, token: str, action: str):
    return page.locator(f'.mg-compare-chip[data-thing="{token}"] [data-act={action}]')


def test_things_are_added_by_keyboard_alone(site: str, page: Page) -> None:
    page.goto(site + "compare")
    ready(page)
    expect(page.locator("#compare-empty")).to_contain_text("Nothing is compared yet")
    page.locator("#compare-add-text").focus()
    expect(page.locator("#compare-add [role=option]").first).to_be_visible()
    page.keyboard.insert_text("linkin")  # at once: keys that come slowly show what a part of it finds
    option = page.locator("#compare-add [role=option]").first
    expect(option).to_contain_text("Linkin Park")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect_things(page, "Linkin Park")
    expect(page.locator("#compare-said")).to_contain_text("Linkin Park was added")
    assert in_address(page) == [PARK]
    page.keyboard.type("beach boys")  # the focus stayed
    page.keyboard.press("Enter")  # at once, before there is a list
    expect_things(page, "Linkin Park", "The Beach Boys")
    assert in_address(page) == [PARK, BEACH]
    strongest = compare.compare([things.parse(PARK), things.parse(BEACH)]).strongest()
    assert strongest is not None
    expect(page.locator("#compare-verdict")).to_contain_text(FIELD_BY_NAME[strongest[2]].label.lower())
    page.go_back()
    expect_things(page, "Linkin Park")
    page.go_back()
    expect(page.locator("#compare-empty")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect_things(page, "Linkin Park", "The Beach Boys")


def test_removing_keeps_colours_and_the_keyboards_place(site: str, page: Page) -> None:
    opened(page, site, PARK, "genre:rock", BEACH)
    expect_things(page, "Linkin Park", "rock", "The Beach Boys")
    before = slots(page)
    assert list(before.values()) == ["1", "2", "3"]
    control(page, PARK, "remove").focus()
    page.keyboard.press("Enter")
    expect_things(page, "rock", "The Beach Boys")
    assert slots(page) == {"genre:rock": "2", BEACH: "3"}
    until(page, "document.activeElement.title === 'Remove rock'")
    assert in_address(page) == ["genre:rock", BEACH]
    until(page, "!document.querySelector('.mg-compare-distribution .traceslot1')")
    page.keyboard.press("Delete")
    expect_things(page, "The Beach Boys")
    page.go_back()
    expect_things(page, "rock", "The Beach Boys")
    assert slots(page) == {"genre:rock": "2", BEACH: "3"}
    page.go_forward()
    expect_things(page, "The Beach Boys")
    control(page, BEACH, "remove").click()
    expect(page.locator("#compare-empty")).to_be_visible()
    expect(page.locator("#compare-body")).to_be_hidden()
    assert in_address(page) == []


def test_things_are_moved_and_swapped(site: str, page: Page) -> None:
    opened(page, site, PARK, "genre:rock", BEACH)
    expect_things(page, "Linkin Park", "rock", "The Beach Boys")
    colours = slots(page)
    control(page, PARK, "right").click()
    expect_things(page, "rock", "Linkin Park", "The Beach Boys")
    until(page, "document.activeElement.title === 'Move Linkin Park right'")
    control(page, BEACH, "remove").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect_things(page, "rock", "The Beach Boys", "Linkin Park")
    until(page, "document.activeElement.title === 'Remove The Beach Boys'")
    control(page, "genre:rock", "swap").click()
    expect(control(page, "genre:rock", "swap")).to_have_attribute("aria-pressed", "true")
    expect(control(page, PARK, "swap")).to_have_attribute("aria-label", "Swap with rock")
    control(page, PARK, "swap").focus()
    page.keyboard.press("Enter")
    expect_things(page, "Linkin Park", "The Beach Boys", "rock")
    assert in_address(page) == [PARK, BEACH, "genre:rock"]
    assert slots(page) == colours
    control(page, "genre:rock", "remove").click()
    expect_things(page, "Linkin Park", "The Beach Boys")
    control(page, PARK, "swap").click()  # of two there is nothing to choose
    expect_things(page, "The Beach Boys", "Linkin Park")


def dimmed(page: Page, selector: str) -> list[str]:
    """Slots of the elements of a selector that have stepped back."""
    return page.eval_on_selector_all(
        selector,
        """found => [...new Set(found.filter(e => Number(getComputedStyle(e).opacity) < 0.9).map(e =>
             e.dataset.slot || /traceslot(\\d)/.exec(e.getAttribute('class'))[1]))].sort()""",
    )


CHARTS = (
    ".mg-compare-chip",
    ".mg-compare-cell",
    ".mg-compare-radar [class*=traceslot]",
    ".mg-compare-distribution [class*=traceslot]",
    ".mg-compare-distribution .mg-compare-label",
    ".mg-compare-songs-of",
)


def test_pointing_at_one_lights_it_in_all_charts_without_a_request(site: str, page: Page) -> None:
    opened(page, site, PARK, "genre:rock", BEACH)
    expect_things(page, "Linkin Park", "rock", "The Beach Boys")
    quiet(page)
    asked: list[str] = []
    # But for the footer, which asks once a minute.
    page.on("request", lambda it: "shell-footer" in (it.post_data or "") or asked.append(it.url))

    def expect_lit(slot: str) -> None:
        until(page, f"({LIT}) === '{slot}'")
        others = [] if not slot else sorted({"1", "2", "3"} - {slot})
        charts = [
            *CHARTS,
            *([".mg-compare-mood-row[data-slot]"] if page.locator(".mg-compare-mood-row").count() else []),
        ]
        for chart in charts:
            until(page, f"document.querySelectorAll({chart!r}).length > 2")
            deadline = time.monotonic() + 90  # styles follow the mark a frame or two later
            while (found := dimmed(page, chart)) != others and time.monotonic() < deadline:
                page.wait_for_timeout(50)
            assert found == others, chart

    expect_lit("")
    page.locator(".mg-compare-chip").nth(1).hover()
    expect_lit("2")
    page.locator(".mg-compare-column").nth(2).hover()
    expect_lit("3")
    page.locator(".mg-compare-distribution .mg-compare-label[data-slot='1']").hover()
    expect_lit("1")
    page.locator("h1").hover()
    expect_lit("")
    page.locator(".mg-compare-radar").scroll_into_view_if_needed()
    x, y = page.evaluate(
        """() => { const line = document.querySelector('.mg-compare-radar .traceslot3 path.js-line');
                   const at = line.getPointAtLength(0), to = line.getScreenCTM();
                   return [at.x * to.a + to.e + 2, at.y * to.d + to.f + 1]; }"""
    )
    page.mouse.move(x, y)
    until(page, f"({LIT}) !== ''")
    page.locator("h1").hover()
    expect_lit("")
    page.keyboard.press("Tab")
    control(page, "genre:rock", "swap").focus()
    page.keyboard.press("ArrowRight")  # the same control of the next thing
    until(page, "document.activeElement.title.startsWith('Swap The Beach Boys')")
    expect_lit("3")
    assert asked == []


def test_a_bad_address_is_said_and_the_rest_is_shown(site: str, page: Page) -> None:
    bad = ("band:Queen", "artist:nobody at all", "song:x", "filter:energy=high", "genre:polka", "filter:energy=5..6")
    opened(page, site, *bad[:3], PARK, *bad[3:], feature="sadness")
    expect_things(page, "Linkin Park")
    said = " ".join(page.locator(".mg-problems").all_inner_texts())
    for words in ("band:Queen", "nobody at all", "“x”", "energy=high", "polka", "No song matches", "feature=sadness"):
        assert words in said
    assert slots(page) == {PARK: "1"}
    page.locator("#compare-add-text").click()
    page.locator("#compare-add [role=option]").first.click()
    expect(page.locator(".mg-compare-chip")).to_have_count(2)
    expect(page.locator(".mg-problems:visible")).to_have_count(0)
    assert in_address(page)[0] == PARK
    genres = [choice.token for choice in compare_ready.suggest("") if choice.kind == "genre"]
    tokens = [PARK, BEACH, *genres[:4], "artist:ILLENIUM"]
    opened(page, site, *tokens)
    expect(page.locator(".mg-compare-chip")).to_have_count(compare.AT_MOST)
    expect(page.locator("#compare-problems")).to_contain_text("the last one is left out")
    page.locator("#compare-add-text").click()
    expect(page.locator("#compare-add .mg-search-note")).to_contain_text("remove one first")


def test_the_feature_and_the_yardstick_are_part_of_the_address(site: str, page: Page) -> None:
    opened(page, site, PARK, BEACH, feature="tempo")
    says = page.locator("#compare-distribution-says")
    expect(says).to_contain_text("Mean tempo: Linkin Park")
    page.locator("#compare-feature").click()
    page.get_by_role("option", name="Valence").click()
    expect(says).to_contain_text("Mean valence: Linkin Park")
    assert parse_qs(urlsplit(page.url).query)["feature"] == ["valence"]
    first = page.locator(".mg-compare-cell").first
    before = first.inner_text()
    page.locator(f'[data-against="{PARK}"]').click()
    expect(page.locator(f'[data-against="{PARK}"]')).to_have_attribute("aria-pressed", "true")
    until(page, f"document.querySelector('.mg-compare-cell').innerText !== {before!r}")
    assert parse_qs(urlsplit(page.url).query)["against"] == [PARK]
    page.go_back()
    page.go_back()
    expect(says).to_contain_text("Mean tempo: Linkin Park")
    expect(page.locator("#compare-feature")).to_contain_text("Tempo")
    numbers = page.locator("#compare-table details")
    numbers.locator("summary").click()
    expect(numbers).to_contain_text("What tells two things apart most")
    expect(numbers).to_contain_text("Linkin Park and The Beach Boys")


def test_every_ready_comparison_is_one(site: str, page: Page) -> None:
    page.goto(site + "compare")
    for offer in compare_ready.offers():
        page.locator(".mg-compare-offer", has_text=offer.title).click()
        expect(page.locator(".mg-compare-chip")).to_have_count(len(offer.tokens))
        assert tuple(in_address(page)) == offer.tokens
        expect(page.locator(".mg-problems:visible")).to_have_count(0)
        expect(page.locator("#compare-verdict")).to_contain_text("The strongest difference")
        page.go_back()
        expect(page.locator(".mg-compare-offer")).to_have_count(compare_ready.OFFERS)


def test_a_saved_filter_is_found_by_its_name(site: str, page: Page) -> None:
    page.goto(site + "compare")
    ready(page)
    page.evaluate(
        """localStorage.setItem('mg-saved-filters',
             JSON.stringify([{name: 'My <b>gym</b>', query: 'energy=0.9..&tempo=120..'}]))"""
    )
    page.locator("#compare-add-text").click()
    page.keyboard.insert_text("gym")
    page.locator("#compare-add [role=option]", has_text="My <b>gym</b>").click()
    expect_things(page, "My <b>gym</b>")
    expect(page.locator(".mg-compare-detail")).to_contain_text("energy at least 0.90")
    assert in_address(page)[0].startswith("filter:energy=0.9..&tempo=120..")
    page.reload()
    expect_things(page, "My <b>gym</b>")


@pytest.mark.parametrize("dark", [False, True])
def test_six_things_fit_a_phone(dark: bool, site: str, new_page) -> None:
    page = new_page(360, 740, dark=dark)
    choices = [choice.token for choice in compare_ready.suggest("") if choice.kind == "genre"][:4]
    opened(page, site, PARK, *choices, BEACH)
    expect(page.locator(".mg-compare-chip")).to_have_count(6)
    until(page, "document.querySelectorAll('.mg-compare-distribution [class*=traceslot]').length === 6")
    until(page, "document.scrollingElement.scrollWidth <= innerWidth")
