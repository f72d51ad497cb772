"""Recommend's settings, filters and addresses, right and wrong ones, and a phone."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from pages._recommend_state import RecommendState
from tests.browser.recommend_page import ROWS, expect_answer, opened, query_of, seed, settled, slide
from tests.browser.waiting import until


def test_ready_made_settings_and_reset(site: str, page: Page) -> None:
    opened(page, site, seed(), mood="Energetic")
    for name, words in (
        ("Same energy", "weight_energy=4"),
        ("Same mood", "weight_valence=4"),
        ("For mixing", "harmony=6"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        settled(page, words)
        expect_answer(page)
    expect(page.get_by_label("For mixing with the first song")).to_be_checked()
    page.get_by_role("button", name="Surprise me").click()
    settled(page, "diversity=0.7")
    state, _ = RecommendState.from_text(query_of(page))
    assert len(state.targets) == 3
    assert (state.per_artist, state.harmony) == (1, None)
    expect_answer(page)
    page.get_by_role("button", name="Reset").click()
    until(page, "!location.search.includes('target')")
    assert parse_qs(query_of(page)) == {"seed": [seed()], "mood": ["Energetic"]}
    expect_answer(page)


def test_filters_narrow_and_say_so(site: str, page: Page) -> None:
    opened(page, site, seed(), energy="0.3..0.8")
    chips = page.locator("#recommend-chips .mg-chip")
    expect(chips).to_have_text(["energy 0.30–0.80×"])
    page.locator("#recommend-moods").get_by_role("button", name="Happy").click()
    settled(page, "mood=Happy")
    expect(chips).to_have_count(2)
    found = expect_answer(page)
    assert 0 < found.answer.pools.filtered < found.answer.pools.catalogue
    expect(page.locator("#recommend-pools")).to_contain_text(f"{found.answer.pools.filtered:,} after your filters")
    expect(page.locator(".mg-recommend-mood")).to_have_text(["Happy"] * len(found.lines))
    assert "mood=Happy" in (page.locator("#recommend-explore").get_attribute("href") or "")
    chips.first.click()
    until(page, "!location.search.includes('energy')")
    expect(chips).to_have_text(["Happy×"])
    expect_answer(page)
    page.locator("#recommend-moods").get_by_role("button", name="Happy").click()
    expect(chips).to_have_count(0)
    expect_answer(page)


def test_an_artist_can_be_left_out_and_back(site: str, page: Page) -> None:
    opened(page, site, seed())
    found = expect_answer(page)
    artist = found.lines[0].artists[0]
    page.locator(ROWS).first.get_by_role("button", name="Not this artist").click()
    settled(page, "not_artist=")
    without = expect_answer(page)
    assert all(artist not in line.artists for line in without.lines)
    page.locator("#recommend-unwanted").get_by_role("button", name=f"Not {artist}").click()
    until(page, "!location.search.includes('not_artist')")
    expect_answer(page)


def test_what_is_wrong_is_said_and_the_rest_is_used(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="loud", count="5", nonsense="1")
    problems = page.locator("#recommend-problems")
    expect(problems).to_contain_text("target_energy=loud is not a number")
    expect(page.locator(ROWS)).to_have_count(5)
    slide(page, "weight-tempo", "ArrowRight")
    settled(page, "weight_tempo=1.5")
    expect(problems).to_be_hidden()
    assert "loud" not in page.url
    expect_answer(page)
    opened(page, site, seed(), "artist:Nobody Of That Name")
    expect(problems).to_contain_text("Nobody Of That Name")
    expect(page.locator(".mg-recommend-seed")).to_have_count(1)


def test_no_weight_and_no_song_left_are_said(site: str, page: Page) -> None:
    opened(page, site, seed(), text="zzzzqqqq")
    expect(page.locator("#recommend-nothing")).to_contain_text("No song is left")
    expect(page.locator(ROWS)).to_have_count(0)
    zero = {f"weight_{name}": "0" for name in page.evaluate("Object.keys(window.musicgroup.recommend.setup().fields)")}
    opened(page, site, seed(), **zero)
    expect(page.locator("#recommend-nothing")).to_contain_text("weight")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#recommend-nothing")).to_be_hidden()
    expect(page.locator(ROWS)).to_have_count(20)


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_room(site: str, new_page, dark: bool) -> None:
    page = new_page(390, 844, dark=dark)
    opened(page, site, seed(), "artist:Linkin Park", weight_energy="3", mood="Energetic")
    expect(page.locator(ROWS).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#recommend-folded")).to_be_hidden()
    page.locator("#recommend-fold").press("Enter")
    expect(page.locator("#recommend-target-energy")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    slide(page, "target-energy", "ArrowRight")
    settled(page, "target_energy=")
    expect_answer(page)


def test_the_browser_reads_and_writes_addresses_as_the_server_does(site: str, page: Page) -> None:
    opened(page, site)
    for query in (
        "",
        "seed=song%3Aa&seed=mood%3Acalm+%26+warm&seed=song%3Aa&count=40&per_artist=3",
        "target_energy=0.5&target_loudness=-7.25&weight_tempo=2.5&weight_energy=1&weight_valence=0",
        "not_artist=Bj%C3%B6rk&not_artist=AC%2FDC&diversity=0.4&harmony=0&energy=0.5..%3C0.9&key=Am&text=love+me",
        "count=0&count=2.5&per_artist=x&diversity=2&harmony=-1&target_energy=&weight_energy=101&target_sadness=1&utm=x",
    ):
        written = page.evaluate(
            "(query) => window.musicgroup.recommend.write(window.musicgroup.recommend.parse(query))", query
        )
        ours, problems = RecommendState.from_text(written)
        assert problems == []
        assert ours == RecommendState.from_text(query)[0]
