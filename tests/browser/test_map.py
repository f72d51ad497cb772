"""The map as a person uses it: what is on the canvas follows window, filter, theme; drawings lead to Explore."""

from __future__ import annotations

import math
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from data_access.catalogue import Catalogue
from data_access.moods import MoodStore, open_moods
from tests.browser.waiting import quiet, until

SAYS = re.compile(r"songs in view")
# What is on the canvas, in two numbers: enough to tell one picture from another.
PICTURE = """() => {
    const canvas = document.getElementById('map-canvas');
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer);
    return pixels.reduce(({ sum, drawn }, pixel) =>
        ({ sum: (sum * 31 + pixel) % 1000003, drawn: drawn + (pixel ? 1 : 0) }), { sum: 0, drawn: 0 });
}"""


@pytest.fixture(scope="module")
def moods(demo_catalogue: Catalogue) -> MoodStore:
    found = open_moods(demo_catalogue)
    assert found is not None
    return found


RESTS = """(({ state }) => !state.waitingSince && !state.frame && !state.picture?.stale
    && !document.querySelector('#map-busy.mg-busy-on'))(musicgroup.map)"""


class Map:
    """The page, by what can be read from it and done to it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.says = page.locator("#map-says")
        self.asked: list[str] = []
        page.on("request", lambda request: "/map/view" in request.url and self.asked.append(request.url))

    def open(self, query: str = "") -> Map:
        self.page.goto(f"{self.site}map{'?' + query if query else ''}")
        return self.settled()

    def settled(self) -> Map:
        """Once the server has been heard and the picture is of what is seen."""
        expect(self.says).to_have_text(SAYS)
        self.page.wait_for_timeout(150)  # longer than the map waits before it asks
        quiet(self.page)
        until(self.page, RESTS)
        return self

    def songs(self) -> int:
        """The number in view, from the summary."""
        return int(re.search(r"[\d,]+", self.says.inner_text())[0].replace(",", ""))

    def picture(self) -> dict:
        return self.page.evaluate(PICTURE)

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def press(self, *keys: str) -> None:
        self.page.locator("#map-canvas").focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.settled()

    def draw(self, *places: tuple[float, float]) -> None:
        """Drag over the map by parts of its width and height."""
        box = self.page.locator("#map-canvas").bounding_box()
        assert box
        points = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in places]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point)
        self.page.mouse.up()
        self.settled()

    def legend(self) -> dict[str, int]:
        return self.page.eval_on_selector_all(
            "#map-legend [data-mood]",
            """moods => Object.fromEntries(moods.map(m =>
                [m.dataset.mood, Number(m.querySelector('.mg-map-mood-songs').textContent.replace(/,/g, ''))]))""",
        )

    def sentence(self) -> int:
        return int(self.page.locator("#map-sentence strong").inner_text().replace(",", ""))


@pytest.fixture
def the_map(page: Page, site: str) -> Map:
    return Map(page, site)


def test_all_songs_are_on_it_counted_by_mood(the_map: Map, moods: MoodStore) -> None:
    the_map.open()
    by_mood = {mood.name: mood.songs for mood in moods.model.moods}
    assert the_map.legend() == by_mood
    assert the_map.songs() == sum(by_mood.values())
    assert the_map.picture()["drawn"] > 5000
    page = the_map.page
    page.locator("#map details summary").click()
    rows = page.locator("#map-numbers tbody tr")
    cells = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    assert {name: int(songs.replace(",", "")) for name, songs, _, _ in cells} == by_mood
    for axis in "xy":
        ends = moods.model.projection[axis].split("↔")
        assert page.locator(f"#map-axis-{axis} span").all_inner_texts() == [end.strip() for end in ends]


def test_zooming_refines_and_the_address_keeps_it(the_map: Map) -> None:
    the_map.open()
    whole, picture = the_map.songs(), the_map.picture()
    the_map.press("+", "+", "+", "ArrowRight")
    closer = the_map.songs()
    assert 0 < closer < whole
    assert the_map.picture()["sum"] != picture["sum"]
    view = the_map.query()["view"]
    expect(the_map.page.locator("#map-overview")).to_be_visible()
    the_map.page.reload()
    the_map.settled()
    assert (the_map.songs(), the_map.query()["view"]) == (closer, view)
    the_map.press("0")
    assert the_map.songs() == whole
    assert "view" not in the_map.query()
    expect(the_map.page.locator("#map-overview")).to_be_hidden()


def test_wheel_double_click_and_drag_move_the_window(the_map: Map) -> None:
    the_map.open()
    whole = the_map.songs()
    canvas = the_map.page.locator("#map-canvas")
    canvas.hover(position={"x": 700, "y": 250})
    the_map.page.mouse.wheel(0, -400)
    the_map.settled()
    wheeled = the_map.songs()
    assert wheeled < whole
    canvas.dblclick(position={"x": 700, "y": 250})
    the_map.settled()
    doubled = the_map.songs()
    assert doubled < wheeled
    before = the_map.query()["view"][0].split(",")
    the_map.draw((0.5, 0.5), (0.55, 0.5), (0.7, 0.5))
    after = the_map.query()["view"][0].split(",")
    assert float(after[0]) < float(before[0])  # what was on the left has come in
    assert float(after[2]) == pytest.approx(float(before[2]), abs=0.01)


def test_the_theme_recolours_without_asking(the_map: Map) -> None:
    the_map.open()
    light, asked = the_map.picture(), len(the_map.asked)
    the_map.page.locator("#shell-theme input[value=dark]").click()
    until(the_map.page, f"({PICTURE})().sum !== {light['sum']}")
    assert len(the_map.asked) == asked


def test_the_legend_shows_a_mood_and_filters_by_it(the_map: Map, moods: MoodStore) -> None:
    the_map.open()
    mood = moods.model.moods[0]
    button = the_map.page.locator(f'#map-legend [data-mood="{mood.name}"]')
    before, asked = the_map.picture(), len(the_map.asked)
    button.hover()
    until(the_map.page, f"({PICTURE})().sum !== {before['sum']}")
    assert len(the_map.asked) == asked
    button.click()
    the_map.page.mouse.move(5, 5)
    the_map.settled()
    expect(the_map.page.locator("#map-sentence strong")).to_have_text(f"{mood.songs:,}")
    assert the_map.query() == {"mood": [mood.name]}
    assert the_map.songs() == mood.songs
    assert the_map.legend() == {m.name: m.songs for m in moods.model.moods}  # what the others would add
    expect(button).to_have_attribute("aria-pressed", "true")
    for link, path in (("#map-explore", "explore"), ("#map-compare", "compare")):
        expect(the_map.page.locator(link)).to_have_attribute("href", re.compile(rf"/{path}\?.*{mood.name}"))
    the_map.page.locator("#map-chips .mg-chip").click()
    expect(the_map.page.locator("#map-chips .mg-chip")).to_have_count(0)
    the_map.settled()
    assert the_map.query() == {}
    assert the_map.songs() == sum(m.songs for m in moods.model.moods)


def test_back_and_forward_keep_filter_and_window(the_map: Map, moods: MoodStore) -> None:
    mood = moods.model.moods[1]
    the_map.open("energy=0.5..")
    the_map.press("+")
    view, before = the_map.query()["view"], the_map.songs()
    the_map.page.locator(f'#map-legend [data-mood="{mood.name}"]').click()
    the_map.page.mouse.move(5, 5)
    the_map.settled()
    filtered = the_map.songs()
    assert filtered < before
    the_map.page.go_back()
    expect(the_map.page.locator("#map-chips .mg-chip")).to_have_count(1)
    the_map.settled()
    assert (the_map.songs(), the_map.query()) == (before, {"energy": ["0.5.."], "view": view})
    the_map.page.go_forward()
    expect(the_map.page.locator("#map-chips .mg-chip")).to_have_count(2)
    the_map.settled()
    assert the_map.songs() == filtered


def test_a_box_is_a_filter(the_map: Map, moods: MoodStore) -> None:
    the_map.open()
    the_map.page.locator("[data-map-mode=box]").click()
    the_map.draw((0.5, 0.3), (0.6, 0.4), (0.8, 0.6))
    corners = np.array(the_map.query()["area"][0].split(":")[1].split(","), dtype=float).reshape(-1, 2)
    (x, y), (low_x, low_y), (high_x, high_y) = moods.xy.astype(float), corners.min(axis=0), corners.max(axis=0)
    expected = int(((x >= low_x) & (x < high_x) & (y >= low_y) & (y < high_y)).sum())
    expect(the_map.page.locator("#map-drawn strong")).to_have_text(f"{expected:,}")
    assert the_map.songs() == the_map.sentence() == expected
    expect(the_map.page.locator("[data-map-mode=pan]")).to_have_attribute("aria-pressed", "true")
    the_map.page.locator("#map-drawn [data-remove=area]").click()
    expect(the_map.page.locator("#map-drawn strong")).to_have_count(0)
    the_map.settled()
    assert "area" not in the_map.query()


def test_a_lasso_leads_to_explore_with_the_same_songs(the_map: Map) -> None:
    the_map.open()
    the_map.press("l")
    turns = [(0.62 + 0.15 * math.cos(t / 6), 0.5 + 0.2 * math.sin(t / 6)) for t in range(38)]
    the_map.draw(*turns)
    drawn = the_map.page.locator("#map-drawn strong")
    expect(drawn).to_be_visible()
    number = drawn.inner_text()
    assert int(number.replace(",", "")) == the_map.songs() > 100
    assert len(the_map.query()["area"][0].split(",")) <= 120
    the_map.page.locator("#map-drawn-explore").click()
    expect(the_map.page.locator("#explore-sentence strong")).to_have_text(number)
    expect(the_map.page.locator("#explore-sentence")).to_contain_text("an area of the map")


def near(moods: MoodStore, song: int, side: float) -> str:
    x, y = (float(place) for place in moods.xy[:, song])
    return f"view={x - side},{x + side},{y - side},{y + side}"


def test_a_click_on_a_song_leads_on(the_map: Map, moods: MoodStore) -> None:
    song = int(np.flatnonzero(~np.isnan(moods.xy[0]))[100])
    the_map.open(near(moods, song, 0.04))
    places = the_map.page.evaluate("musicgroup.map.state.picture.answer.places")
    assert 0 < len(places) <= 300
    points = the_map.page.evaluate("musicgroup.map.state.points")
    x, y = (np.float32(place) for place in moods.xy[:, song])
    at = next(i for i, place in enumerate(places) if (np.float32(place["x"]), np.float32(place["y"])) == (x, y))
    the_map.page.locator("#map-canvas").hover(position={"x": points[at][0], "y": points[at][1]})
    card = the_map.page.locator("#map-card")
    expect(card).to_contain_text(places[at]["title"])
    expect(card).to_contain_text(places[at]["artists"][0])
    the_map.page.mouse.down()
    the_map.page.mouse.up()
    song_id = places[at]["spotify_id"]
    more = card.get_by_role("link", name="More like this")
    expect(more).to_have_attribute("href", re.compile(rf"/recommend\?seed=song%3A{song_id}$"))
    card.locator(f'[data-mg-add="{song_id}"]').click()
    expect(the_map.page.locator("#playlist-dock-count")).to_have_text("1")
    card.get_by_role("link", name=places[at]["title"]).first.click()
    the_map.page.wait_for_url(re.compile(f"/song/{song_id}"))
    expect(the_map.page.locator("h1").first).to_contain_text(places[at]["title"])
    the_map.page.go_back()
    the_map.settled()
    assert the_map.page.evaluate("musicgroup.map.state.picture.answer.places.length") == len(places)


def test_a_place_says_how_many_songs_of_which_moods_are_there(the_map: Map) -> None:
    the_map.open()
    cells = the_map.page.evaluate(
        """(() => { const { answer } = musicgroup.map.state.picture, { size } = musicgroup.map.state;
            const best = answer.cells.reduce((at, cell, i) => (cell & 15) > (answer.cells[at] & 15) ? i : at, 0);
            return [(best % answer.width + 0.5) / answer.width * size.width,
                    (Math.floor(best / answer.width) + 0.5) / answer.height * size.height]; })()"""
    )
    the_map.page.locator("#map-canvas").hover(position={"x": cells[0], "y": cells[1]})
    card = the_map.page.locator("#map-card")
    expect(card).to_contain_text(re.compile(r"\d+ songs? here"))
    total = int(re.search(r"(\d+) songs? here", card.inner_text())[1])
    rows = card.locator("li b").all_inner_texts()
    assert 0 < sum(map(int, rows)) <= total
    the_map.page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("view=1,2", "view=1,2 is not four numbers"),
        ("energy=loud", "energy"),
        ("area=1:0,0,1,1", "is not an area of the map"),
    ],
)
def test_a_wrong_query_gets_a_sentence_and_a_map(the_map: Map, moods: MoodStore, query: str, words: str) -> None:
    the_map.open(query)
    expect(the_map.page.locator(".mg-problems")).to_contain_text(words)
    assert the_map.songs() == sum(mood.songs for mood in moods.model.moods)


def test_an_area_of_an_earlier_map_is_said_to_be_one(the_map: Map) -> None:
    the_map.open("area=999:0,0,1,0,1,1")
    expect(the_map.page.locator("#map-sentence")).to_contain_text("an area of an earlier map")
    assert "None of 0 filtered songs in view" in the_map.says.inner_text()


def test_fingers_pinch_and_tap_on_a_narrow_page(new_page, site: str) -> None:
    page = new_page(390, 844)
    the_map = Map(page, site).open()
    whole = the_map.songs()
    box = page.locator("#map-canvas").bounding_box()
    assert box
    x, y = box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.5
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (x - 20, y), (x + 20, y))
    for apart in range(24, 80, 8):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    until(page, "location.search.includes('view=')")  # the page hears of fingers a moment later
    the_map.settled()
    assert the_map.songs() < whole
    touch("touchStart", (x, y))
    touch("touchEnd")
    expect(page.locator("#map-card")).to_be_visible()
