"""Recommend as a person uses it: each test asserts the songs that the engine gives for what was done."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from data_access import catalogue, songs
from data_access.columns import open_store
from data_access.fields import FIELD_BY_NAME
from ml.similar_space import FEATURES
from tests.browser.recommend_page import ROWS, expect_answer, expected, opened, query_of, seed, settled, slide
from tests.browser.waiting import until


def test_from_nothing_to_songs_by_keyboard_alone(site: str, page: Page) -> None:
    opened(page, site)
    expect(page.locator("#recommend-empty")).to_contain_text("Nothing to go by yet")
    expect(page.locator("#recommend-body")).to_be_hidden()
    page.locator("#recommend-add-text").focus()
    page.keyboard.insert_text("linkin")
    expect(page.locator("#recommend-add [role=option]").first).to_contain_text("Linkin Park")
    page.keyboard.press("Enter")
    expect(page.locator(".mg-recommend-seed")).to_have_count(1)
    assert parse_qs(query_of(page)) == {"seed": ["artist:Linkin Park"]}
    found = expect_answer(page)
    pools = found.answer.pools
    expect(page.locator("#recommend-pools")).to_have_text(f"{pools.catalogue:,} songs, {pools.shown} shown")
    expect(page.locator(".mg-recommend-seed")).to_contain_text(f"artist · {len(found.seeds[0][1].song_ids)} songs")
    page.go_back()
    expect(page.locator("#recommend-empty")).to_be_visible()
    page.go_forward()
    expect_answer(page)
    page.get_by_role("button", name="Remove Linkin Park").press("Enter")
    expect(page.locator("#recommend-empty")).to_be_visible()
    until(page, "document.activeElement.id === 'recommend-add-text'")


def test_offers_lead_to_songs(site: str, page: Page) -> None:
    opened(page, site)
    page.locator(".mg-recommend-offer", has_text="Calmest").click()
    calmest = next(each.song for each in songs.extremes() if each.what == "Calmest")
    settled(page, "seed=song")
    assert parse_qs(query_of(page)) == {"seed": [f"song:{calmest.spotify_id}"]}
    expect_answer(page)


def test_a_target_alone_is_enough_and_follows_the_keys(site: str, page: Page) -> None:
    opened(page, site)
    slide(page, "target-energy", "Home", "ArrowRight", "ArrowRight")
    settled(page, "target_energy=0.02")
    found = expect_answer(page, "target_energy=0.02")
    assert found.song_values["energy"] < 0.2
    expect(page.locator("#recommend-target-energy")).to_have_attribute("aria-valuetext", "0.02")
    page.get_by_role("button", name="Energy: any value again").click()
    expect(page.locator("#recommend-empty")).to_be_visible()
    page.go_back()
    expect_answer(page, "target_energy=0.02")
    page.go_back()  # the three keys were one step
    expect(page.locator("#recommend-empty")).to_be_visible()


def test_songs_follow_a_slider_while_it_moves_one_question_at_a_time(site: str, page: Page) -> None:
    # Counted where they are asked: events of the network reach us late, and not always in order.
    page.add_init_script(
        """window.asked = {all: 0, now: 0, most: 0};
           const plain = window.fetch;
           window.fetch = (address, options) => {
             if (!String(options?.body).includes('"recommend-state"')) return plain(address, options);
             window.asked.all += 1;
             window.asked.most = Math.max(window.asked.most, (window.asked.now += 1));
             return plain(address, options).finally(() => (window.asked.now -= 1));
           };"""
    )
    opened(page, site, seed())
    before = page.url
    once = page.evaluate("window.asked.all")
    assert once == 1
    box = page.locator("#recommend-target-valence").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    until(page, "document.getElementById('recommend-target-valence').value < 0.1")
    settled(page, "target_valence=")
    expect_answer(page)
    sombre = page.locator(ROWS).first.get_attribute("data-song")
    page.wait_for_timeout(1700)  # a hand that thinks: what it does until it lets go is still one step back
    for step in range(60):
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * (step + 1) / 60, middle)
    until(page, "document.getElementById('recommend-target-valence').value > 0.9")
    until(page, f"document.querySelector('{ROWS}').dataset.song !== {sombre!r}")  # the button is still held
    page.mouse.up()
    settled(page, "target_valence=" + page.locator("#recommend-target-valence").input_value())
    expect_answer(page)
    asked = page.evaluate("window.asked")
    assert asked["most"] == 1
    assert 2 <= asked["all"] - once < 61
    page.go_back()
    assert page.url == before
    expect_answer(page)


def test_a_seed_that_is_not_there_is_named_as_it_was_written_and_nothing_stands_empty(site: str, page: Page) -> None:
    opened(page, site, "song:" + "1" * 22)
    expect(page.locator("#recommend-nothing")).to_have_text(f"No song of this catalogue is “{'1' * 22}”.")
    expect(page.locator(".mg-recommend-seed")).to_contain_text("1" * 22)
    expect(page.locator(".mg-recommend-seed small")).to_have_text("song")
    expect(page.locator("#recommend-list-head")).to_be_hidden()
    expect(page.locator("#recommend-radar-card")).to_be_hidden()
    slide(page, "target-energy", "Home")
    settled(page, "target_energy=")
    expect_answer(page)
    expect(page.locator("#recommend-list-head")).to_be_visible()
    expect(page.locator("#recommend-radar-card")).to_be_visible()


def test_a_row_stays_while_its_song_does(site: str, page: Page) -> None:
    opened(page, site, seed())
    page.evaluate(f"document.querySelectorAll('{ROWS}').forEach((row) => (row.kept = row.dataset.song))")
    slide(page, "weight-energy", "ArrowRight")
    settled(page, "weight_energy=1.5")
    found = expect_answer(page)
    before = expected(query_of(page).replace("&weight_energy=1.5", ""))
    both = {line.spotify_id for line in found.lines} & {line.spotify_id for line in before.lines}
    assert len(both) > 3
    kept = page.evaluate(f"[...document.querySelectorAll('{ROWS}')].filter((row) => row.kept).map((row) => row.kept)")
    assert set(kept) == both
    assert page.evaluate(
        f"[...document.querySelectorAll('{ROWS}')].every((row) => !row.kept || row.kept === row.dataset.song)"
    )


def test_numbers_of_a_song_add_up_and_stay_open(site: str, page: Page) -> None:
    opened(page, site, seed())
    found = expect_answer(page)
    row = page.locator(ROWS).nth(1)
    row.get_by_role("button", name="Why").click()
    cells = row.locator("tbody tr td:last-child")
    expect(cells).to_have_count(len(found.answer.features) + 1)
    *each, whole = [float(text.removesuffix(" %").replace("−", "-")) for text in cells.all_text_contents()]
    assert sum(each) == pytest.approx(whole, abs=0.6)
    assert whole == pytest.approx(100 * found.answer.scores[1], abs=0.06)
    assert len(row.locator("rect").all()) == len(found.answer.features)
    assert row.locator("svg").get_attribute("aria-label")
    expect(row.locator(".mg-recommend-why")).to_contain_text("Closest in")
    identity = row.get_attribute("data-song")
    slide(page, "weight-tempo", "ArrowRight")
    settled(page, "weight_tempo=1.5")
    expect_answer(page)
    again = page.locator(f'[data-song="{identity}"]')
    if again.count():
        expect(again.locator(".mg-recommend-numbers")).to_be_visible()


def test_more_like_a_song_of_the_list(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="0.9", weight_tempo="2")
    song = page.locator(ROWS).nth(2)
    identity = song.get_attribute("data-song")
    link = song.get_by_role("link", name="More like")
    assert parse_qs(urlsplit(link.get_attribute("href") or "").query) == {"seed": [f"song:{identity}"]}
    away = song.get_by_role("link", name="Listen")
    assert away.get_attribute("href") == f"https://open.spotify.com/track/{identity}"
    assert (away.get_attribute("target"), away.get_attribute("rel")) == ("_blank", "noopener")
    link.click()
    settled(page, f"song%3A{identity}")
    assert parse_qs(query_of(page)) == {"seed": [f"song:{identity}"], "weight_tempo": ["2"]}
    expect_answer(page)


def test_twenty_more_and_into_the_playlist(site: str, page: Page) -> None:
    opened(page, site, seed())
    expect(page.locator(ROWS)).to_have_count(20)
    page.get_by_role("button", name="20 more").click()
    expect(page.locator(ROWS)).to_have_count(40)
    settled(page, "count=40")
    expect_answer(page)
    page.locator(ROWS).first.locator("[data-mg-add]").click()
    until(page, "window.musicgroup.playlist.ids().length === 1")
    expect(page.locator(ROWS).first.locator("[data-mg-add]")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Add all to the playlist").click()
    until(page, "window.musicgroup.playlist.ids().length === 40")
    shown = page.eval_on_selector_all(ROWS, "rows => rows.map((row) => row.dataset.song)")
    assert page.evaluate("window.musicgroup.playlist.ids()") == shown


def test_the_radar_has_its_numbers(site: str, page: Page) -> None:
    opened(page, site, seed(), target_energy="0.25")
    found = expect_answer(page)
    page.locator("#recommend-radar-card summary").click()
    store = open_store(catalogue.current())
    names = [of.name for of in store.fields if of.name in FEATURES]
    aims = {name: found.seed_values[name] for name in names} | {"energy": 0.25}
    for values, column in ((aims, 2), ({name: found.song_values[name] for name in names}, 3)):
        shares = songs.percentiles(store, values)
        shown = page.locator(f"#recommend-radar-numbers tbody td:nth-child({column})").all_text_contents()
        assert len(shown) == len(names)
        for text, name in zip(shown, names, strict=True):
            value, _, share = text.removesuffix(" %)").rpartition(" (")
            assert value == FIELD_BY_NAME[name].format(values[name])
            assert int(share) == pytest.approx(100 * shares[name], abs=0.6)
    expect(page.locator("#recommend-radar-says")).to_contain_text("furthest apart in")


def test_nothing_jumps_when_the_answer_comes(site: str, page: Page) -> None:
    page.add_init_script(
        """window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
             window.shifts.push(entry.value))).observe({type: 'layout-shift', buffered: true})"""
    )
    opened(page, site, seed())
    expect(page.locator(ROWS)).to_have_count(20)
    assert sum(page.evaluate("window.shifts")) < 0.05
