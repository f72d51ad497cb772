"""Explore as a person uses it, its numbers compared with SQL that this file writes itself."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.browser.waiting import quiet, until

BRUSHED = "energy=0.6..%3C0.9"
BRUSHED_SQL = "energy >= 0.6::real AND energy < 0.9::real"


class Explore:
    """The page, by what can be read from it and done to it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.sentence = page.locator("#explore-sentence")

    def open(self, query: str = "") -> Explore:
        self.page.goto(f"{self.site}explore{'?' + query if query else ''}")
        return self.settled()

    def settled(self) -> Explore:
        """Once the server has been heard and all is drawn."""
        expect(self.sentence).to_have_text(re.compile(r"\d.* songs"))
        quiet(self.page)
        expect(self.page.locator("#explore-busy")).not_to_have_class(re.compile("mg-busy-on"))
        return self

    def selected(self) -> int:
        """The number that the sentence begins with."""
        return as_number(self.sentence.locator("strong").inner_text())

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)

    def numbers(self, field: str) -> list[tuple[str, int, int]]:
        """(bar, filtered songs, all songs) from a chart's table of numbers."""
        details = self.page.locator(f"#explore-{field} details")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        rows = details.locator("tbody tr")
        expect(rows.first).to_be_visible()
        cells = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
        return [(bar, as_number(filtered), as_number(whole)) for bar, filtered, whole in cells]

    def facet(self, token: str) -> int:
        """The count beside a facet."""
        return as_number(self.page.locator(f'[data-facet="{token}"] .mg-facet-count').inner_text())

    def brush(self, field: str, start: float, end: float) -> None:
        """Drag over a chart, from and to parts (0..1) of its width, as a hand does: in steps."""
        area = self.page.locator(f"#explore-{field}-brush")
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + start * box["width"], y)
        self.page.mouse.down()
        for step in range(1, 9):
            self.page.mouse.move(box["x"] + (start + (end - start) * step / 8) * box["width"], y)
        self.page.mouse.up()

    def first_row(self, column: str) -> str:
        return self.cell(0, column).inner_text()

    def cell(self, row: int, column: str):
        return self.page.locator(f'#explore-table [row-index="{row}"] [col-id="{column}"]')

    def wait_for_rows(self, number: int) -> None:
        """Until the table has so many rows, loaded or not."""
        until(self.page, f"dash_ag_grid.getApi('explore-table')?.getDisplayedRowCount() === {number}")


def as_number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.fixture
def explore(page: Page, site: str) -> Explore:
    return Explore(page, site)


def test_the_whole_catalogue_is_what_sql_says(explore: Explore, sql) -> None:
    explore.open()
    assert explore.selected() == sql("SELECT count(*) FROM songs")[0][0]
    for field in ("danceability", "tempo"):
        known = sql(f"SELECT count({field}) FROM songs")[0][0]
        bars = explore.numbers(field)
        assert sum(filtered for _, filtered, _ in bars) == known
        assert all(filtered == whole for _, filtered, whole in bars)


def test_a_deep_link_shows_what_sql_says(explore: Explore, sql) -> None:
    explore.open(BRUSHED + "&explicit=no")
    where = f"{BRUSHED_SQL} AND NOT explicit"
    assert explore.selected() == sql(f"SELECT count(*) FROM songs WHERE {where}")[0][0]
    edges = ",".join(f"{bar / 50}" for bar in range(50))
    bar = f"width_bucket(valence, ARRAY[{edges}]::real[]) - 1"
    by_bar = dict(sql(f"SELECT {bar}, count(*) FROM songs WHERE {where} AND valence IS NOT NULL GROUP BY 1"))
    shown = {round(float(bar.split("–")[0]) * 50): filtered for bar, filtered, _ in explore.numbers("valence")}
    assert {bar: count for bar, count in shown.items() if count} == by_bar
    # A chart is not narrowed by its own brush: all songs that are not explicit, at every energy.
    known = sql("SELECT count(energy) FROM songs WHERE NOT explicit")[0][0]
    assert sum(filtered for _, filtered, _ in explore.numbers("energy")) == known
    for beats, count in sql(f"SELECT time_signature, count(*) FROM songs WHERE {where} GROUP BY 1"):
        assert explore.facet(f"time={beats or 'unknown'}") == count
    genres = sql(
        f"SELECT genres.name, count(*) FROM songs JOIN song_genres USING (song_id) JOIN genres USING (genre_id) "
        f"WHERE {where} GROUP BY 1"
    )
    assert genres
    for genre, count in genres:
        assert explore.facet(f"genre={genre}") == count


def test_a_brush_moves_everything(explore: Explore, sql) -> None:
    explore.open()
    before = explore.sentence.inner_text(), explore.numbers("danceability"), explore.first_row("title")
    explore.brush("energy", 0.605, 0.895)
    expect(explore.sentence).to_contain_text("energy")
    explore.settled()
    assert explore.query() == {"energy": ["0.6..<0.9"]}
    assert explore.selected() == sql(f"SELECT count(*) FROM songs WHERE {BRUSHED_SQL}")[0][0]
    assert explore.sentence.inner_text() != before[0]
    assert explore.numbers("danceability") != before[1]
    expect(explore.page.locator("#explore-energy-low")).to_have_value("0.60")
    expect(explore.page.locator("#explore-energy-high")).to_have_value("0.90")
    assert explore.page.locator("#explore-download").get_attribute("href").endswith("?energy=0.6..%3C0.9")
    explore.wait_for_rows(explore.selected())
    title = sql(f'SELECT title FROM songs WHERE {BRUSHED_SQL} ORDER BY sort_title COLLATE "C", song_id LIMIT 1')[0][0]
    expect(explore.cell(0, "title")).to_have_text(title)


def test_a_reload_brings_the_same_and_back_and_forward_walk(explore: Explore) -> None:
    explore.open()
    whole = explore.selected()
    explore.brush("energy", 0.605, 0.895)
    expect(explore.sentence).to_contain_text("energy")
    explore.page.locator('[data-facet="explicit=no"]').click()
    expect(explore.sentence).to_contain_text("not explicit")
    explore.settled()
    address, sentence, numbers = explore.page.url, explore.sentence.inner_text(), explore.numbers("valence")
    explore.page.reload()
    explore.settled()
    assert (explore.page.url, explore.sentence.inner_text(), explore.numbers("valence")) == (address, sentence, numbers)
    explore.page.go_back()
    expect(explore.sentence).not_to_contain_text("explicit")
    expect(explore.sentence).to_contain_text("energy")
    explore.page.go_back()
    expect(explore.sentence).to_contain_text("whole catalogue")
    assert explore.settled().selected() == whole
    explore.page.go_forward()
    explore.page.go_forward()
    expect(explore.sentence).to_have_text(sentence)
    assert explore.page.url == address


def test_number_boxes_set_the_same_range_as_a_brush(explore: Explore, sql) -> None:
    explore.open()
    low, high = explore.page.locator("#explore-tempo-low"), explore.page.locator("#explore-tempo-high")
    low.fill("100")
    low.press("Enter")
    expect(explore.sentence).to_contain_text("tempo")
    high.fill("120")
    high.press("Tab")
    expect(explore.sentence).to_contain_text("120")
    explore.settled()
    end = "<" if "<" in explore.query()["tempo"][0] else "<="
    assert explore.selected() == sql(f"SELECT count(*) FROM songs WHERE tempo >= 100 AND tempo {end} 120")[0][0]
    low.fill("fast")
    low.press("Enter")
    expect(explore.page.locator("#explore-tempo-problem")).not_to_be_empty()


def test_a_chip_takes_its_part_away_and_reset_takes_all(explore: Explore, sql) -> None:
    explore.open(BRUSHED + "&explicit=no&time=4")
    explore.page.locator('.mg-chip[data-remove="energy"]').click()
    expect(explore.sentence).not_to_contain_text("energy")
    explore.settled()
    assert set(explore.query()) == {"explicit", "time"}
    count = sql("SELECT count(*) FROM songs WHERE NOT explicit AND time_signature = 4")[0][0]
    assert explore.selected() == count
    explore.page.locator("#explore-reset").click()
    expect(explore.sentence).to_contain_text("whole catalogue")
    assert explore.query() == {}
    expect(explore.page.locator("#explore-chips")).to_be_empty()
    expect(explore.page.locator("#explore-reset")).to_be_disabled()


def test_words_filter_titles_artists_and_albums(explore: Explore) -> None:
    explore.open()
    explore.page.locator("#explore-text").fill("dance monkey")
    expect(explore.sentence).to_contain_text("dance monkey")
    explore.settled()
    expect(explore.cell(0, "title")).to_contain_text(re.compile("dance", re.IGNORECASE))
    assert 0 < explore.selected() < 50


def test_a_filter_without_songs_says_so_and_leads_out(explore: Explore) -> None:
    explore.open("text=xyzzyxyzzy")
    assert explore.selected() == 0
    explore.page.locator("#explore-empty button").click()
    expect(explore.sentence).to_contain_text("whole catalogue")


def test_a_wrong_parameter_is_one_sentence_and_the_rest_holds(explore: Explore, sql) -> None:
    explore.open("energy=abc&explicit=no&nobody=knows")
    expect(explore.page.locator(".mg-problems")).to_contain_text("energy=abc")
    assert explore.selected() == sql("SELECT count(*) FROM songs WHERE NOT explicit")[0][0]


def test_a_box_over_two_features(explore: Explore, sql) -> None:
    explore.open()
    area = explore.page.locator("#explore-density-brush")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    explore.page.mouse.move(box["x"] + box["width"] * 0.21, box["y"] + box["height"] * 0.79)
    explore.page.mouse.down()
    explore.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5, steps=5)
    explore.page.mouse.move(box["x"] + box["width"] * 0.59, box["y"] + box["height"] * 0.41, steps=5)
    explore.page.mouse.up()
    expect(explore.sentence).to_contain_text("valence")
    explore.settled()
    assert explore.query() == {"energy": ["0.2..<0.6"], "valence": ["0.2..<0.6"]}
    where = " AND ".join(f"{name} >= 0.2::real AND {name} < 0.6::real" for name in ("energy", "valence"))
    assert explore.selected() == sql(f"SELECT count(*) FROM songs WHERE {where}")[0][0]


def test_quick_changes_one_after_another_end_with_the_right_rows(explore: Explore, sql) -> None:
    explore.open()
    explore.page.locator("#explore-text").press_sequentially("the night", delay=330)  # slower than the box waits
    for facet in ("explicit=no", "time=4", "explicit=no"):
        explore.page.locator(f'[data-facet="{facet}"]').click()
    expect(explore.sentence).to_contain_text("4 beats")
    expect(explore.sentence).not_to_contain_text("explicit")
    explore.settled()
    assert explore.query() == {"text": ["the night"], "time": ["4"]}
    explore.wait_for_rows(explore.selected())
    expect(explore.cell(0, "title")).to_have_text(re.compile(r"\S"))


BUSY = "setInterval(() => { const end = performance.now() + 90; while (performance.now() < end); }, 100)"


@pytest.mark.parametrize(("box", "text"), [("explore-text", "the night"), ("explore-tempo-low", "121.375")])
def test_keys_that_come_faster_than_the_page_can_follow_stay_in_order(explore: Explore, box: str, text: str) -> None:
    explore.open()
    explore.page.locator(f"#{box}").focus()
    explore.page.evaluate(f"() => {{ window.busy = {BUSY}; }}")
    session = explore.page.context.new_cdp_session(explore.page)
    for key in text:
        session.send("Input.dispatchKeyEvent", {"type": "char", "text": key})
        time.sleep(0.045)
    explore.page.evaluate("clearInterval(window.busy)")
    expect(explore.page.locator(f"#{box}")).to_have_value(text)
    explore.page.keyboard.press("Enter")
    explore.settled()
    assert explore.query() == ({"text": [text]} if box == "explore-text" else {"tempo": [f"{text}.."]})


def test_what_was_typed_a_moment_ago_is_part_of_the_next_change(explore: Explore, sql) -> None:
    explore.open()
    box = explore.page.locator("#explore-text")
    box.fill("night")
    explore.page.locator('[data-facet="explicit=no"]').click()
    expect(explore.sentence).to_contain_text("night")
    explore.settled()
    assert explore.query() == {"text": ["night"], "explicit": ["no"]}
    box.fill("nights")
    explore.page.locator("#explore-reset").click()
    expect(explore.sentence).to_contain_text("whole catalogue")
    explore.page.wait_for_timeout(400)  # longer than the box waits
    assert box.input_value() == ""
    assert explore.settled().query() == {}


def test_rows_come_back_after_a_filter_without_songs(explore: Explore) -> None:
    explore.open()
    explore.page.locator("#explore-text").fill("xyzzyxyzzy")
    expect(explore.sentence).to_contain_text("xyzzy")
    explore.wait_for_rows(0)
    explore.page.locator("#explore-reset").click()
    expect(explore.sentence).to_contain_text("whole catalogue")
    explore.wait_for_rows(explore.settled().selected())
    expect(explore.cell(0, "title")).to_have_text(re.compile(r"\S"))


def test_the_table_scrolls_to_the_last_song_and_sorts(explore: Explore, sql) -> None:
    explore.open(BRUSHED)
    last = explore.selected() - 1
    explore.page.locator("#explore-table").scroll_into_view_if_needed()
    explore.wait_for_rows(last + 1)
    cell = f'#explore-table [row-index="{last}"] [col-id="title"]'
    until(  # again and again, as a person does: the rows may have only just been counted
        explore.page,
        f"""() => {{ const grid = dash_ag_grid.getApi('explore-table');
                     grid.ensureIndexVisible({last}, 'bottom');
                     return document.querySelector({json.dumps(cell)})?.textContent; }}""",
    )
    order = 'sort_title COLLATE "C" DESC NULLS FIRST, song_id DESC'
    title = sql(f"SELECT title FROM songs WHERE {BRUSHED_SQL} ORDER BY {order} LIMIT 1")[0][0]
    expect(explore.cell(last, "title")).to_have_text(title)

    header = explore.page.locator('#explore-table .ag-header-cell[col-id="tempo"]')
    header.click()
    slowest = sql(f"SELECT tempo FROM songs WHERE {BRUSHED_SQL} AND tempo IS NOT NULL ORDER BY tempo LIMIT 1")[0][0]
    expect(explore.cell(0, "tempo")).to_have_text(f"{slowest:.0f}")
    header.click()
    fastest = sql(f"SELECT max(tempo) FROM songs WHERE {BRUSHED_SQL}")[0][0]
    expect(explore.cell(0, "tempo")).to_have_text(f"{fastest:.0f}")
    assert explore.query()["sort"] == ["-tempo"]


def test_the_download_holds_the_filtered_songs_and_no_formula(explore: Explore, sql) -> None:
    explore.open(BRUSHED)
    with explore.page.expect_download() as waiting:
        explore.page.locator("#explore-download").click()
    path = waiting.value.path()
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(rows) == explore.selected()
    expected = {row[0] for row in sql(f"SELECT spotify_id FROM songs WHERE {BRUSHED_SQL}")}
    assert {row["spotify_id"] for row in rows} == expected
    texts = [value for row in rows for value in (row["title"], row["artists"], row["album"])]
    assert not [value for value in texts if value.startswith(("=", "+", "-", "@", "\t"))]


def test_the_download_is_a_file_for_spreadsheets(site: str) -> None:
    answer = servers.get(f"{site}explore.csv?{BRUSHED}")
    assert (answer.status, answer.type) == (200, "text/csv")
    assert "attachment" in answer.headers["content-disposition"]
