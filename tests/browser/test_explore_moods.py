"""Moods in Explore: facets, chips, column, download; where it leads to; filters kept under a name."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from data_access import catalogue, models, moods
from data_access.catalogue import Catalogue
from data_access.moods import MoodStore
from tests.browser.test_explore import Explore


@pytest.fixture
def explore(page: Page, site: str) -> Explore:
    return Explore(page, site)


@pytest.fixture(scope="module")
def stored(demo_catalogue: Catalogue) -> MoodStore:
    """The moods of the demo catalogue."""
    models.forget()
    found = moods.open_moods(catalogue.current())
    assert found is not None
    return found


def songs_of(stored: MoodStore, *names: str) -> int:
    return sum(mood.songs for mood in stored.model.moods if mood.name in names)


def test_a_mood_is_a_facet_a_chip_and_a_filter(explore: Explore, stored: MoodStore) -> None:
    explore.open()
    names = [mood.name for mood in stored.model.moods]
    assert explore.page.locator("#explore-moods .mg-facet-name").all_inner_texts() == names
    assert [explore.facet(f"mood={name}") for name in names] == [mood.songs for mood in stored.model.moods]
    first, second = names[:2]
    explore.page.locator(f'[data-facet="mood={first}"]').click()
    expect(explore.sentence).to_contain_text(first)
    assert explore.settled().selected() == songs_of(stored, first)
    assert explore.facet(f"mood={second}") == songs_of(stored, second), "a facet is not narrowed by its own part"
    explore.page.locator(f'[data-facet="mood={second}"]').click()
    expect(explore.sentence).to_contain_text(" or ")
    assert explore.settled().selected() == songs_of(stored, first, second)
    assert explore.query() == {"mood": sorted([first, second])}
    assert sum(explore.facet(f"explicit={word}") for word in ("yes", "no")) == songs_of(stored, first, second)
    explore.page.go_back()
    expect(explore.sentence).not_to_contain_text(" or ")
    expect(explore.page.locator(f'[data-facet="mood={first}"]')).to_have_attribute("aria-pressed", "true")
    explore.page.locator('.mg-chip[data-remove="mood"]').click()
    expect(explore.sentence).to_contain_text("whole catalogue")


def test_swatches_have_the_moods_colours_in_both_themes(new_page, site: str, stored: MoodStore) -> None:
    shown = {}
    for dark in (False, True):
        explore = Explore(new_page(dark=dark), site).open()
        colours = explore.page.locator("#explore-moods .mg-mood-dot").evaluate_all(
            "dots => dots.map(dot => getComputedStyle(dot).backgroundColor)"
        )
        tokens = explore.page.evaluate(
            """numbers => numbers.map(number => {
                const probe = document.body.appendChild(document.createElement("i"));
                probe.style.color = `var(--mg-cat-${number})`;
                const colour = getComputedStyle(probe).color;
                probe.remove();
                return colour;
            })""",
            [mood.colour for mood in stored.model.moods],
        )
        assert colours == tokens
        assert len(set(colours)) == len(colours)
        shown[dark] = colours
    assert shown[False] != shown[True]


def test_the_table_shows_and_sorts_by_moods(explore: Explore, stored: MoodStore) -> None:
    explore.open()
    names = sorted(mood.name for mood in stored.model.moods if mood.songs)
    header = explore.page.locator('#explore-table .ag-header-cell[col-id="mood"]')
    header.scroll_into_view_if_needed()
    header.click()
    expect(explore.cell(0, "mood")).to_have_text(names[0])
    expect(explore.page).to_have_url(re.compile(r"sort=mood$"))
    header.click()
    expect(explore.cell(0, "mood")).to_have_text(names[-1])
    expect(explore.cell(0, "mood").locator(".mg-mood-dot")).to_be_visible()


def test_the_download_has_the_mood_of_every_song(explore: Explore, stored: MoodStore) -> None:
    name = stored.model.moods[0].name
    explore.open(f"mood={name}&explicit=no")
    with explore.page.expect_download() as waiting:
        explore.page.locator("#explore-download").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))
    assert len(rows) == explore.selected() > 0
    assert {row["mood"] for row in rows} == {name}


def test_links_to_map_and_comparison_follow_the_filter(explore: Explore, stored: MoodStore) -> None:
    explore.open("explicit=no")
    name = stored.model.moods[1].name
    explore.page.locator(f'[data-facet="mood={name}"]').click()
    expect(explore.sentence).to_contain_text(name)
    query = f"explicit=no&mood={name}"
    on_the_map = explore.page.locator("#explore-map")
    expect(on_the_map).to_have_attribute("href", re.compile(re.escape(f"/map?{query}") + "$"))
    compare = explore.page.locator("#explore-compare").get_attribute("href")
    assert compare is not None
    assert parse_qs(urlsplit(compare).query) == {"thing": [f"filter:{query}"]}
    on_the_map.click()
    expect(explore.page.locator("#map-page")).to_be_visible()
    explore.page.go_back()
    expect(explore.sentence).to_contain_text(name)
    explore.page.locator("#explore-reset").click()
    expect(on_the_map).to_have_attribute("href", re.compile("/map$"))
    expect(explore.page.locator("#explore-compare")).to_have_attribute("href", re.compile("/compare$"))


def test_a_filter_is_kept_under_a_name_used_again_and_forgotten(explore: Explore) -> None:
    page = explore.open().page
    expect(page.locator("#explore-save")).to_be_disabled()
    explore.open("energy=0.5..&time=4")
    page.locator("#explore-save").click()
    name = page.locator("#explore-saved-name")
    expect(name).to_have_value("energy at least 0.50, 4 beats a bar")
    expect(name).to_be_focused()
    name.fill("In four, with energy")
    name.press("Enter")
    expect(page.locator("#explore-saved")).to_contain_text("Saved as “In four, with energy”.")
    kept = "JSON.parse(localStorage.getItem('mg-saved-filters'))"
    assert page.evaluate(kept) == [{"name": "In four, with energy", "query": "energy=0.5..&time=4"}]
    page.keyboard.press("Escape")
    expect(page.locator("#explore-saved")).to_be_hidden()
    expect(page.locator("#explore-save")).to_be_focused()

    explore.open("explicit=yes")
    page.locator("#explore-save").click()
    page.locator("#explore-saved-name").press("Enter")
    assert [each["name"] for each in page.evaluate(kept)] == ["explicit", "In four, with energy"]
    page.get_by_role("button", name="In four, with energy", exact=True).click()
    expect(explore.sentence).to_contain_text("4 beats a bar")
    assert explore.settled().query() == {"energy": ["0.5.."], "time": ["4"]}
    page.locator("#explore-save").click()
    page.get_by_role("button", name="Forget explicit").click()
    assert [each["name"] for each in page.evaluate(kept)] == ["In four, with energy"]
    page.mouse.click(5, 400)
    expect(page.locator("#explore-saved")).to_be_hidden()


def test_an_area_of_the_map_is_a_chip_and_one_of_an_earlier_map_says_so(explore: Explore, stored: MoodStore) -> None:
    x0, x1, y0, y1 = stored.model.projection["extent"]
    middle, number = (x0 + x1) / 2, stored.model.model
    left = f"{x0 - 1:.2f},{y0 - 1:.2f},{middle:.2f},{y0 - 1:.2f},{middle:.2f},{y1 + 1:.2f},{x0 - 1:.2f},{y1 + 1:.2f}"
    explore.open(f"area={number}:{left}")
    inside = int((stored.xy[0] < float(f"{middle:.2f}")).sum())
    assert explore.selected() == inside > 0
    expect(explore.page.locator("#explore-chips")).to_contain_text("an area of the map")
    explore.page.locator('[data-facet="explicit=no"]').click()
    expect(explore.sentence).to_contain_text("not explicit")
    assert "area" in explore.settled().query(), "another part of the filter leaves the area alone"
    explore.page.locator('.mg-chip[data-remove="area"]').click()
    expect(explore.sentence).not_to_contain_text("area")
    explore.open(f"area={number + 1000}:{left}")
    assert explore.selected() == 0
    expect(explore.sentence).to_contain_text("an area of an earlier map")


def test_a_catalogue_without_moods_is_explored_without_them(explore: Explore, stored: MoodStore, database: str) -> None:
    connection = psycopg2.connect(database)
    connection.autocommit = True
    set_state = "UPDATE musicgroup.model SET state = %s WHERE model = %s"
    try:
        with connection.cursor() as cursor:
            cursor.execute(set_state, ("retired", stored.model.model))
            until_looked_again()
            explore.open("explicit=no")
            expect(explore.page.locator("#explore-moods")).to_be_hidden()
            expect(explore.page.locator("#explore-genres")).to_be_visible()
            explore.wait_for_rows(explore.selected())
            expect(explore.cell(0, "title")).to_have_text(re.compile(r"\S"))
            expect(explore.page.locator('#explore-table .ag-header-cell[col-id="mood"]')).to_have_count(0)
            explore.page.locator('[data-facet="time=4"]').click()
            expect(explore.sentence).to_contain_text("4 beats")
            explore.open(f"mood={stored.model.moods[0].name}")
            assert explore.selected() == 0
            cursor.execute(set_state, ("live", stored.model.model))
            until_looked_again()
            explore.page.locator("#explore-reset").click()  # no reload: the page learns of the model by itself
            expect(explore.page.locator("#explore-moods")).to_be_visible()
            expect(explore.page.locator('#explore-table .ag-header-cell[col-id="mood"]')).to_have_count(1)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(set_state, ("live", stored.model.model))
        connection.close()
        models.forget()


def until_looked_again() -> None:
    """Until every worker must have forgotten which model was live: an answer may be a second old."""
    time.sleep(1.2)


def test_the_data_page_says_which_model_serves(explore: Explore, site: str, stored: MoodStore) -> None:
    page = explore.page
    page.goto(f"{site}data")
    card = page.locator("#data-model")
    for mood in stored.model.moods:
        expect(card.locator(".mg-facet", has_text=mood.name)).to_contain_text(f"{mood.songs:,}")
    expect(card).to_contain_text("K-Means, k = 6 moods, seed 0")
    expect(card).to_contain_text("scikit-learn")
    expect(page.locator("#data-models tbody tr").first).to_contain_text("live")
    expect(page.locator("#data-models .mg-badge-live")).to_have_count(1)
    assert json.dumps(stored.model.report["scores"])
    silhouette = f"{stored.model.report['scores']['silhouette']:.2f}"
    expect(card.locator('[data-score="Silhouette"]')).to_contain_text(silhouette)
    card.locator(".mg-facet").first.click()
    expect(page.locator("#explore-sentence strong")).to_have_text(f"{stored.model.moods[0].songs:,}")
