"""Back and forward, also by somebody who does not wait for the page: what is shown is what the address says."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import ready
from tests.browser.waiting import until

# A page, two of its addresses, and what tells them apart: an element and its text or value.
EARLIER_LATER = {
    "explore": ("explicit=no", "explicit=yes", "#explore-sentence", "songs: not explicit", "songs: explicit"),
    "moods": ("k=6", "k=5", "#moods-headline", "6 moods", "5 moods"),
    "map": ("explicit=no", "explicit=yes", "#map-page", "songs: not explicit", "songs: explicit"),
    "compare": ("thing=artist:Linkin+Park", "thing=artist:The+Beach+Boys", ".mg-compare-name", "Linkin", "Beach"),
    "recommend": ("target_energy=0.10", "target_energy=0.90", "#recommend-sliders", "0.10", "0.90"),
}

# From now on requests for pages wait for `deliver()`.
HOLD = """() => {
  const [plain, waiting] = [window.fetch, []];
  let holding = true;
  window.waiting = () => waiting.length;
  window.deliver = () => { holding = false; waiting.splice(0).forEach((go) => go()); };
  window.delivered = 0;
  window.fetch = async (address, options) => {
    if (!holding || !String(options?.body).includes('_pages_content')) return plain(address, options);
    await new Promise((go) => waiting.push(go));
    return plain(address, options).finally(() => (window.delivered += 1));
  };
}"""


def follow(page: Page, address: str) -> None:
    """What a click on a link within the application does."""
    page.evaluate("(address) => musicgroup.go(address)", address)


@pytest.mark.parametrize("steps", [(1,), (2,), (1, 1)], ids=["one", "two", "one by one"])
@pytest.mark.parametrize("name", EARLIER_LATER)
def test_back_before_the_next_page_has_come_shows_the_page_that_was_left(
    name: str, steps: tuple[int, ...], site: str, page: Page
) -> None:
    earlier, later, where, of_earlier, of_later = EARLIER_LATER[name]
    page.goto(f"{site}{name}?{earlier}")
    ready(page)
    expect(page.locator(where).first).to_contain_text(of_earlier)
    follow(page, f"{urlsplit(site).path}{name}?{later}")
    expect(page.locator(where).first).to_contain_text(of_later)
    page.evaluate(HOLD)
    page.get_by_role("link", name="Data", exact=True).click()
    until(page, "waiting() === 1 && location.pathname.endsWith('/data')")
    for number in steps:
        page.evaluate("(number) => history.go(-number)", number)
        until(page, f"location.pathname.endsWith('/{name}')")
        page.wait_for_timeout(200)
    page.wait_for_timeout(200)  # whatever the page makes of it
    held = page.evaluate("waiting()")
    page.evaluate("deliver()")
    until(page, f"delivered === {held}")
    page.wait_for_timeout(300)  # Dash shows it
    assert page.url.split("?")[1] == (later if sum(steps) == 1 else earlier)
    expect(page.locator(f"#{name}-page")).to_be_visible()
    expect(page.locator(where).first).to_contain_text(of_later if sum(steps) == 1 else of_earlier)


def test_a_slash_at_the_end_of_the_address_makes_no_difference(site: str, page: Page) -> None:
    page.goto(site + "explore/")
    ready(page)
    page.locator('[data-facet="explicit=no"]').click()
    expect(page.locator("#explore-sentence")).to_contain_text("not explicit")
    assert page.url == site + "explore?explicit=no"
    page.go_back()
    expect(page.locator("#explore-sentence")).to_contain_text("the whole catalogue")


def test_what_is_done_to_a_page_that_is_left_does_not_change_the_next_address(site: str, page: Page) -> None:
    page.goto(site + "explore")
    ready(page)
    page.evaluate(HOLD)
    page.get_by_role("link", name="Data", exact=True).click()
    until(page, "waiting() === 1 && location.pathname.endsWith('/data')")
    page.locator('[data-facet="explicit=yes"]').click()
    page.evaluate("deliver()")
    expect(page.locator("#data-rows .mg-sum")).to_be_visible()
    assert page.url == site + "data"


def test_a_slider_that_is_still_coming_to_rest_does_not_change_the_next_address(site: str, page: Page) -> None:
    page.goto(site + "recommend?target_energy=0.10")
    ready(page)
    page.evaluate(
        """() => {
             const slider = document.getElementById('recommend-target-energy');
             for (slider.value of [0.5, 0.6, 0.7]) slider.dispatchEvent(new Event('input'));
             document.querySelector('nav a[href$="/data"]').click();
           }"""
    )
    expect(page.locator("#data-rows .mg-sum")).to_be_visible()
    page.wait_for_timeout(400)  # longer than the address waits for a slider to rest
    assert page.url == site + "data"
    page.go_back()
    assert page.url == site + "recommend?target_energy=0.7"
    expect(page.locator("#recommend-target-energy")).to_have_value("0.7")
