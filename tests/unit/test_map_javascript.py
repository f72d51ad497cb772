"""The map's arithmetic in the browser: windows, areas, answers, labels, pixels. assets/map*.js under node."""

from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.song_map import encoded
from data_access import areas, map_grid
from data_access.map_grid import Grid, Window
from data_access.song_map import Place, View

ASSETS = Path(__file__).resolve().parents[2] / "assets"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
globalThis.window = { addEventListener() {}, location: { pathname: "/", search: "" } };
globalThis.document = { addEventListener() {}, documentElement: {}, getElementById: () => null };
globalThis.MutationObserver = class { observe() {} };
"""
SIZE = {"width": 1000, "height": 600}


def run(expression: str, *files: str) -> object:
    """The value of a JavaScript expression in which `math` is the map's arithmetic and `mg` everything."""
    source = _BROWSER + "\n".join((ASSETS / name).read_text() for name in ("map_math.js", *files))
    source += f"\nconst mg = window.musicgroup, math = mg.map.math; process.stdout.write(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# ---- windows ---------------------------------------------------------------------------------


def test_a_window_is_fitted_with_one_scale_for_both_axes():
    wide, tall = run(f"[[0, 10, 0, 1], [0, 1, 0, 10]].map((w) => math.fitted(w, {json.dumps(SIZE)}))")
    assert wide == pytest.approx([0, 10, -2.5, 3.5])
    assert tall == pytest.approx([0.5 - 50 / 6, 0.5 + 50 / 6, 0, 10])


def test_zooming_leaves_the_point_under_the_pointer_where_it_is():
    window, (x, y) = run(
        f"""(() => {{ const w = math.zoomed([0, 10, 0, 6], 4, 0.3, 0.8);
            return [w, math.toPlane(w, {json.dumps(SIZE)}, 300, 480)]; }})()"""
    )
    assert (x, y) == pytest.approx((3, 1.2))
    assert window[1] - window[0] == pytest.approx(2.5)
    assert window[3] - window[2] == pytest.approx(1.5)


def test_the_picture_follows_the_hand():
    assert run("math.panned([0, 10, 0, 6], 0.1, 0.5)") == pytest.approx([-1, 9, 3, 9])  # right: what is left comes in


def test_a_window_stays_on_the_map():
    whole = [-5, 5, -3, 3]
    bounded = run(
        f"[[-50, 50, -30, 30], [8, 9, 0, 0.6], [0, 0.0001, 0, 0.00006], [-1, 1, -0.6, 0.6]]"
        f".map((w) => math.bounded(w, {whole}))"
    )
    assert bounded[0] == pytest.approx(whole)  # not farther away than all of it
    assert bounded[1] == pytest.approx([4.5, 5.5, 0, 0.6])  # not beside it
    assert bounded[2][1] - bounded[2][0] == pytest.approx(10 / 1500)  # not deeper than there is anything to see
    assert bounded[3] == pytest.approx([-1, 1, -0.6, 0.6])


ends = st.floats(-20, 20, allow_nan=False)


@given(st.lists(st.tuples(ends, ends, st.floats(0.005, 15)), min_size=30, max_size=30))
@settings(max_examples=4, deadline=None)
def test_the_address_brings_a_window_back_and_the_server_reads_it(cases):
    windows = [[x, x + side, y, y + side * 0.6] for x, y, side in cases]
    found = run(f"{json.dumps(windows)}.map((w) => [math.windowText(w), math.windowFrom(math.windowText(w))])")
    for window, (text, back) in zip(windows, found, strict=True):
        side = window[1] - window[0]
        assert back == pytest.approx(window, abs=side * 0.6 / 1000)
        parsed = Window.parse(text)
        assert [parsed.x0, parsed.x1, parsed.y0, parsed.y1] == back


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "1,0,0,1", "0,1,1,0", "0,,0,1", "0,1,0,NaN", "0,1e9,0,1"])
def test_what_is_no_window_is_none_here_and_there(text: str):
    assert run(f"math.windowFrom({json.dumps(text)})") is None
    with pytest.raises(ValueError, match="view="):
        Window.parse(text)


@pytest.mark.parametrize(("width", "height", "ratio"), [(1100, 640, 1), (1100, 640, 2), (340, 400, 3), (3800, 2000, 1)])
def test_a_grid_has_no_more_cells_than_the_server_gives(width: int, height: int, ratio: int):
    grid = run(f"math.gridFor({{width: {width}, height: {height}}}, {ratio})")
    assert str(Grid.parse(f"{grid['width']}x{grid['height']}"))
    assert grid["width"] / grid["height"] == pytest.approx(width / height, rel=0.01)
    assert grid["width"] * grid["height"] > 0.97 * min(width * height * ratio**2, map_grid.CELLS_AT_MOST)


# ---- areas -----------------------------------------------------------------------------------

corners = st.lists(st.tuples(ends, ends), min_size=3, max_size=80, unique=True)


@given(st.lists(corners, min_size=10, max_size=10))
@settings(max_examples=4, deadline=None)
def test_a_drawn_area_is_one_that_the_filter_takes(drawn):
    found = run(f"{json.dumps(drawn)}.map((p) => [math.areaText(3, p), math.areaFrom(math.areaText(3, p), 3)])")
    for points, (text, back) in zip(drawn, found, strict=True):
        model, kept = area = areas.parse(text)
        assert model == 3
        assert len(kept) == min(len(points), areas.CORNERS_AT_MOST)
        assert areas.token(area) == text  # canonical from the start
        assert [tuple(corner) for corner in back] == list(kept)


def test_simplifying_keeps_the_corners_that_matter():
    circle = [(10 * math.cos(t / 50 * math.pi), 10 * math.sin(t / 50 * math.pi)) for t in range(100)]
    kept = run(f"math.simplified({json.dumps([*circle, (30, 0)])}, 60)")
    assert len(kept) == 60
    assert [30, 0] in kept
    assert run("math.simplified([[0, 0], [1, 0], [1, 0], [1, 1]])") == [[0, 0], [1, 0], [1, 1]]


def test_an_area_of_another_map_is_not_drawn():
    assert run("math.areaFrom('2:0,0,1,0,1,1', 3)") == []
    assert run("math.areaFrom(null, 3)") == []


# ---- answers ---------------------------------------------------------------------------------


def view(cells: list[list[int]], whole: list[list[int]] | None = None, places: tuple[Place, ...] | None = None) -> View:
    array = np.array(cells, dtype=np.uint8)
    height, width = array.shape
    ground = None if whole is None else np.array(whole, dtype=np.uint8)
    return View(7, Window(0, 1, 0, 1), Grid(width, height), array, ground, (3, 1), (3, 1), 2, places)


def decoded(of: View) -> dict:
    body = list(encoded(of, "stamp"))
    return run(
        f"""(() => {{ const a = math.decoded(new Uint8Array({body}).buffer);
            return {{ ...a, cells: [...a.cells], whole: a.whole && [...a.whole] }}; }})()"""
    )


def test_the_browser_reads_what_the_server_writes():
    place = Place(0.25, 0.5, 1, "夜に駆ける", ("YOASOBI",), "id")
    found = decoded(view([[0, 0x1F, 3], [4, 5, 0xF1]], [[9, 1]], (place,)))
    assert found["cells"] == [0, 0x1F, 3, 4, 5, 0xF1]
    assert found["whole"] == [9, 1]
    assert (found["width"], found["height"], found["songs"], found["moods"]) == (3, 2, 4, [3, 1])
    assert found["places"][0]["title"] == "夜に駆ける"
    assert decoded(view([[1]]))["whole"] is None
    assert struct.calcsize("<I") == 4


_TOKENS = """{ colours: Array.from({ length: 16 }, (_, i) => [i * 10, 0, 0]), ghost: [99, 99, 99], crowd: [0, 0, 0],
               crowdShare: 0.3, faintest: 0.3 }"""


def test_pixels_are_the_moods_over_the_whole_catalogue():
    found = run(
        f"""[...mg.map.paint.pixels({{ width: 3, height: 2, cells: [0, 0x1F, 0, 0, 0, 0x21], whole: [15, 0] }},
            mg.map.paint.pixelOfCell({_TOKENS}), mg.map.paint.pixelOfWhole({_TOKENS}))]""",
        "map_draw.js",
    )
    ground = found[0]
    assert ground & 0xFFFFFF == 99 << 16 | 99 << 8 | 99
    assert found[3] == found[4] == ground  # a cell of the ground is two by two
    assert found[2] == 0  # nothing at all
    assert found[1] >> 24 == 255  # a crowd is opaque
    assert 60 < found[5] >> 24 < 100  # a single song is faint, but there
    assert found[5] & 255 == 20


def test_pointing_at_a_mood_fades_the_others():
    before, faded = run(
        f"[null, 2].map((m) => [0x1F, 0x2F].map((c) => mg.map.paint.pixelOfCell({_TOKENS}, m)[c]))", "map_draw.js"
    )
    assert before[1] == faded[1]
    assert faded[0] >> 24 < before[0] >> 24


def test_stronger_levels_are_never_fainter():
    alphas = run(f"[...mg.map.paint.pixelOfCell({_TOKENS})].slice(0x31, 0x40).map((p) => p >>> 24)", "map_draw.js")
    assert alphas == sorted(alphas)
    assert len(set(alphas)) > 8


# ---- labels and pointers ---------------------------------------------------------------------


def test_labels_move_aside_or_stay_away():
    labels = [{"text": t, "width": 50, "height": 10, "places": [[10, 10], [10, 30]]} for t in ("a", "b", "c")]
    labels.append({"text": "d", "width": 50, "height": 10, "places": [[970, 10]]})
    placed = run(f"math.placedLabels({json.dumps(labels)}, {json.dumps(SIZE)})")
    assert [(label["text"], label["y"]) for label in placed] == [("a", 10), ("b", 30)]
    taken = [{"x": 0, "y": 0, "width": 40, "height": 25}]
    placed = run(f"math.placedLabels({json.dumps(labels)}, {json.dumps(SIZE)}, {json.dumps(taken)})")
    assert [(label["text"], label["y"]) for label in placed] == [("a", 30)]


def test_the_nearest_song_within_reach():
    points = "[[10, 10], [20, 10], [100, 100]]"
    assert run(f"[[12, 11], [18, 10], [60, 60]].map(([x, y]) => math.nearest({points}, x, y, 16))") == [0, 1, -1]


def test_few_songs_get_larger_dots():
    size = json.dumps(SIZE)
    few, some, many = (run(f"math.dotSide({songs}, {size}, 1)") for songs in (400, 12_000, 200_000))
    assert few == 6
    assert 2 < some < 4
    assert many == 1


def test_a_moods_name_stands_where_it_has_most_of_its_songs():
    cells = [[0] * 60 for _ in range(40)]
    for row in range(30, 36):
        for column in range(40, 46):
            cells[row][column] = 0x1F
    cells[2][2] = 0x11
    cells[5][50] = 0x22
    body = {"cells": [cell for row in cells for cell in row], "width": 60, "height": 40}
    first, second = run(f"math.moodMiddles({json.dumps(body)})")
    assert (first["mood"], second["mood"]) == (1, 2)
    assert first["x"] == pytest.approx(43 / 60, abs=0.05)
    assert first["y"] == pytest.approx(33 / 40, abs=0.06)
    assert (second["x"], second["y"]) == (pytest.approx(50 / 60, abs=0.06), pytest.approx(5 / 40, abs=0.1))


# ---- words -----------------------------------------------------------------------------------

_BASE = {
    "placed": 1000,
    "selected": 40,
    "moods": [{"number": 0, "name": "Happy", "colour": 7}, {"number": 1, "name": "Sad", "colour": 1}],
}


@pytest.mark.parametrize(
    ("moods", "truth", "words"),
    [
        ([600, 400, 0], "", "All 1,000 songs in view: Happy 60 %, Sad 40 %."),
        ([20, 60, 20], "", "100 of 1,000 songs in view: Sad 60 %, Happy 20 %, no mood 20 %."),
        ([40, 0, 0], "mood=Happy", "All 40 filtered songs in view: Happy 100 %."),
        ([0, 0, 0], "mood=Happy", "None of 40 filtered songs in view."),
    ],
)
def test_what_is_in_view_in_words(moods: list[int], truth: str, words: str):
    answer = json.dumps({"songs": sum(moods), "moods": moods})
    expression = f"mg.map.words.summary({json.dumps(_BASE)}, {answer}, {json.dumps(truth)})"
    assert run(expression, "format.js", "map_words.js") == words


def test_names_with_commas_are_told_apart():
    base = {"placed": 3, "moods": [{"number": 0, "name": "loud, fast"}, {"number": 1, "name": "quiet"}]}
    answer = {"songs": 3, "moods": [2, 1, 0]}
    found = run(f"mg.map.words.summary({json.dumps(base)}, {json.dumps(answer)}, '')", "format.js", "map_words.js")
    assert found == "All 3 songs in view: loud, fast 67 %; quiet 33 %."


def test_a_mood_is_put_into_the_filter_and_taken_out_again():
    toggled = """(() => { const p = new URLSearchParams("mood=Sad&energy=0.5..");
        mg.map.words.toggle(p, "mood", "Happy"); const a = String(p);
        mg.map.words.toggle(p, "mood", "Sad"); return [a, String(p)]; })()"""
    assert run(toggled, "format.js", "map_words.js") == ["energy=0.5..&mood=Sad&mood=Happy", "energy=0.5..&mood=Happy"]
