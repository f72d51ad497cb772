"""The playlist's arithmetic in the browser: transitions, orders, the curve's axis and words. assets/playlist_page*.js
under node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from data_access.fields import camelot
from ml.mixing import mixing_steps
from ml.similar_harmony import neighbours
from pages import _playlist_parts as view

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FILES = ("20-navigation.js", "format.js", "playlist_page_math.js", "playlist_page_out.js")

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
const listen = { addEventListener() {} };
globalThis.window = { ...listen, location: { origin: "https://there", pathname: "/" } };
globalThis.document = { ...listen, querySelector: () => ({ content: "/MusicGroup/" }) };
"""
FIELDS = {field["name"]: field for field in view.fields()}


def run(expression: str) -> object:
    """The value of a JavaScript expression in which `math` is the page's arithmetic and `out` its ways out."""
    source = _BROWSER + "\n".join((ASSETS / name).read_text() for name in FILES)
    source += "\nconst { math, out } = window.musicgroup.playlistPage;"
    source += f"\nprocess.stdout.write(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# ---- from song to song -----------------------------------------------------------------------


def test_keys_go_together_exactly_where_the_engine_says_so():
    names = json.dumps([camelot(key) for key in range(24)])
    found = run(f"{names}.map((a) => {names}.map((b) => math.keysOf({{ camelot: a }}, {{ camelot: b }})))")
    for key in range(24):
        fitting = {other for other in range(24) if found[key][other] != "far"}
        assert fitting == set(neighbours(key))
        assert found[key][key] == "same"


def test_the_change_of_tempo_is_that_of_the_order_for_mixing():
    tempos = [70.0, 74.0, 87.5, 100.0, 119.0, 128.0, 174.0, 190.0]
    found = run(f"{tempos}.map((a) => {tempos}.map((b) => math.tempoStep({{ tempo: a }}, {{ tempo: b }})))")
    same_key = np.array([10, 10], dtype=np.uint8)
    for a, row in zip(tempos, found, strict=True):
        costs = [mixing_steps(same_key, np.array([a, b], dtype=np.float32))[0] for b in tempos]
        for b, cost, step in zip(tempos, costs, row, strict=True):
            assert 100 * (b * step["counted"] / a - 1) == pytest.approx(step["percent"])
            assert abs(np.log2(1 + step["percent"] / 100) / np.log2(1.06)) == pytest.approx(cost, rel=1e-4)


def test_a_transition_is_said_in_a_few_signs_and_in_words():
    found = run(
        """[[{ camelot: "8A", tempo: 120 }, { camelot: "9A", tempo: 123.6 }],
            [{ camelot: "8A", tempo: 87 }, { camelot: "3B", tempo: 174 }],
            [{ camelot: "8A", tempo: 100 }, { camelot: "8A", tempo: 82 }],
            [{ camelot: null, tempo: null }, { camelot: "8A", tempo: 90 }]].map(([a, b]) => math.transition(a, b))"""
    )
    assert [(step["keys"], step["tempo"]) for step in found] == [
        ("✓", "+3 %"), ("✕", "±0 % ½×"), ("=", "−18 %"), ("?", "? BPM"),
    ]  # fmt: skip
    assert [(step["keysFit"], step["tempoFits"]) for step in found] == [
        (True, True), (False, True), (True, False), (None, None),
    ]  # fmt: skip
    assert found[0]["words"] == "Into the next song: keys that mix (8A to 9A), 3 % faster."
    assert found[1]["words"] == "Into the next song: keys that clash (8A to 3B), the same tempo at half time."
    assert found[3]["words"] == "Into the next song: key unknown, tempo unknown."


# ---- orders ----------------------------------------------------------------------------------

SONGS = [
    {"id": "a", "title": "Ärger", "tempo": 120},
    {"id": "b", "title": "zebra", "tempo": None},
    {"id": "c", "title": "Track 10", "tempo": 90},
    {"id": "d", "title": "track 9", "tempo": 120},
    {"id": "e", "title": "", "tempo": 60},
]


@pytest.mark.parametrize(
    ("field", "down", "order"),
    [("tempo", False, "ecadb"), ("tempo", True, "adceb"), ("title", False, "adcbe"), ("title", True, "bcdae"),
     ("energy", False, "abcde")],
)  # fmt: skip
def test_songs_are_sorted_with_equals_as_they_were_and_unknown_ones_last(field: str, down: bool, order: str):
    found = run(f"math.sorted({json.dumps(SONGS)}, '{field}', {json.dumps(down)}).map(({{ id }}) => id).join('')")
    assert found == order


# ---- facts and curve ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "words"),
    [([], "0 songs"), ([60_000], "1 song · 1:00"), ([60_000, None], "2 songs · at least 1:00"), ([None], "1 song"),
     ([1_800_000, 1_805_000], "2 songs · 1:00:05")],
)  # fmt: skip
def test_the_length_of_a_playlist(lengths: list[int | None], words: str):
    assert run(f"math.facts({json.dumps([{'ms': ms} for ms in lengths])})") == words


@pytest.mark.parametrize("name", FIELDS)
def test_an_axis_holds_its_values_and_has_few_round_ticks(name: str):
    field = FIELDS[name]
    ranges = {"loudness": (-41.3, -0.2), "tempo": (61.2, 207.9), "duration_ms": (31_000, 7_400_000),
              "year": (1931, 2020), "popularity": (0, 97)}  # fmt: skip
    low, high = ranges.get(name, (0.02, 0.97))
    for values in ([low, high], [low, low + (high - low) / 7], [high]):
        axis = run(f"math.axis({json.dumps(values)}, {json.dumps(field)})")
        assert axis["low"] <= min(values)
        assert axis["high"] >= max(values)
        assert axis["low"] < axis["high"]
        assert 2 <= len(axis["ticks"]) <= 8
        texts = run(f"{json.dumps(axis['ticks'])}.map((tick) => window.musicgroup.format(tick, '{field['style']}'))")
        assert len(set(texts)) == len(texts), texts


def test_the_curve_in_words():
    songs = [{"title": "Low", "tempo": 90}, {"title": "Gone"}, {"title": "High", "tempo": 171.4}]
    words = run(f"math.curveWords({json.dumps(songs)}, {json.dumps(FIELDS['tempo'])})")
    assert words == "From 90 BPM to 171 BPM, 131 BPM in the mean; highest at 3, “High”. Unknown for 1."
    assert run(f"math.curveWords([{{}}], {json.dumps(FIELDS['year'])})") == "Year is unknown for all of these songs."


# ---- ways out ----------------------------------------------------------------------------------


def test_a_link_brings_its_list_back():
    address = run("""out.address({ name: "Ä & b", songs: [{ id: "x1" }, { id: "y,2" }] })""")
    assert address == "https://there/MusicGroup/playlist?songs=x1,y%2C2&name=%C3%84%20%26%20b"


@pytest.mark.parametrize(
    ("header", "name"),
    [("attachment; filename=Evening.csv", "Evening.csv"), ('attachment; filename="two words.csv"', "two words.csv"),
     ("attachment; filename=Abend.csv; filename*=UTF-8''%C3%84bend.csv", "Äbend.csv"), ("", "")],
)  # fmt: skip
def test_a_file_is_called_as_the_server_says(header: str, name: str):
    assert run(f"out.fileName({json.dumps(header)})") == name


def test_a_shared_list_is_read_and_what_cannot_be_is_said():
    assert view.shared_list("a,b,a,", " My  list ") == ({"ids": ["a", "b"], "name": "My list"}, [])
    assert view.shared_list("", "") == (None, [])
    assert view.shared_list(["a", "b,c"], ["x", "y"])[0] == {"ids": ["a", "b", "c"], "name": "y"}
    found, problems = view.shared_list("a,b c,d", "n" * 200)
    assert found == {"ids": ["a", "d"], "name": "n" * 100}
    assert "no song ids" in problems[0]
    many, problems = view.shared_list(",".join(f"s{number}" for number in range(61)), "")
    assert many is not None
    assert len(many["ids"]) == 60
    assert "up to 60" in problems[0]
