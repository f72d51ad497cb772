"""Recommend on a catalogue that knows years, which the demo does not: their slider, and their two boxes."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.recommend_page import ROWS, expect_answer, opened, query_of, settled, slide


def test_years_restrict_by_two_boxes(with_years: str, page: Page) -> None:
    opened(page, with_years, target_energy="0.7")
    page.locator("#recommend-year-from").fill("1990")
    page.locator("#recommend-year-to").fill("2005")
    page.keyboard.press("Tab")
    settled(page, "year=1990..2005")
    found = expect_answer(page)
    assert len(found.lines) == 20
    assert all(1990 <= line.values["year"] <= 2005 for line in found.lines)


def test_a_year_that_ends_before_it_begins_is_not_asked_for(with_years: str, page: Page) -> None:
    opened(page, with_years, target_energy="0.7")
    expect(page.locator(ROWS)).to_have_count(20)
    page.locator("#recommend-year-from").fill("2015")
    page.locator("#recommend-year-to").fill("1990")
    page.keyboard.press("Tab")
    expect(page.locator("#recommend-year-to")).to_have_attribute("aria-invalid", "true")
    assert "2015..1990" not in page.url


def test_the_year_is_a_slider_like_the_others(with_years: str, page: Page) -> None:
    opened(page, with_years, target_energy="0.7")
    slide(page, "target-year", "Home")
    settled(page, "target_year=")
    old = expect_answer(page)
    slide(page, "target-year", "End")
    settled(page, "target_year=2")
    new = expect_answer(page)
    years = [sum(line.values["year"] for line in found.lines) / 20 for found in (old, new)]
    assert years[0] < years[1] - 20, query_of(page)
