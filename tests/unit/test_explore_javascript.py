"""The browser edits the same query that the server writes, and writes numbers in the same words.

assets/*.js run under node with the few parts of a browser that they touch at their start.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.filters import Range, SongFilter
from pages import _explore_parts as parts
from pages._explore_state import ExploreState

ASSETS = Path(__file__).resolve().parents[2] / "assets"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_BROWSER = """
const page = { dataset: { setup: SETUP } };
globalThis.window = { addEventListener() {}, location: { pathname: "/", search: "" } };
globalThis.document = {
    addEventListener() {}, querySelector: () => null, querySelectorAll: () => [],
    getElementById: (id) => (id === "explore-page" ? page : null),
};
"""


def run(expression: str, *files: str) -> object:
    """The value of a JavaScript expression after the given assets were loaded."""
    source = _BROWSER.replace("SETUP", json.dumps(parts.setup()))
    source += "\n".join((ASSETS / name).read_text() for name in ("20-navigation.js", *files))
    source += f"\nconst mg = window.musicgroup; process.stdout.write(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-e", source], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


ends = st.floats(min_value=-60, max_value=300_000, width=32)
places = st.floats(-9, 9)
filters = st.builds(
    SongFilter,
    keys=st.frozensets(st.integers(0, 24), max_size=4),
    time_signatures=st.frozensets(st.integers(0, 7), max_size=3),
    explicit=st.sampled_from([None, True, False]),
    moods=st.frozensets(st.sampled_from(["Happy", "Laid-Back", "loud, fast & electronic"]), max_size=2),
    area=st.none()
    | st.tuples(st.integers(0, 99), st.lists(st.tuples(places, places), min_size=3, max_size=6).map(tuple)),
    genres=st.frozensets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=3),
    text=st.text(st.sampled_from("abc é~*'()&=+%/<>.🎵"), max_size=12).map(lambda text: " ".join(text.split())),
)
ranges = st.dictionaries(st.sampled_from([f.name for f in FIELDS]), st.tuples(ends, ends, st.booleans()), max_size=3)


@given(st.lists(st.tuples(filters, ranges), min_size=20, max_size=20))
@settings(max_examples=5, deadline=None)
def test_the_browser_writes_the_query_that_the_server_writes(cases):
    queries = []
    for song_filter, chosen in cases:
        ranged = song_filter
        for name, (a, b, open_high) in chosen.items():
            ranged = ranged.with_range(name, Range(min(a, b), max(a, b), open_high))
        queries.append(ExploreState(ranged, x="tempo").to_query())

    found = run(f"{json.dumps(queries)}.map((query) => mg.explore.canonical(new URLSearchParams(query)))", "explore.js")

    assert found == queries


def test_any_order_becomes_the_canonical_one():
    shuffled = "y=loudness&text=a+b&key=C&genre=rock&genre=metal&key=Am&energy=0.5..%3C0.9&x=energy&key=C&sort=tempo"
    expected = ExploreState.from_text(shuffled).to_query()

    assert run(f"mg.explore.canonical(new URLSearchParams({json.dumps(shuffled)}))", "explore.js") == expected


@pytest.mark.parametrize("name", [f.name for f in FIELDS])
def test_numbers_are_written_in_the_servers_words(name: str):
    of = FIELD_BY_NAME[name]
    values = [of.low, of.high, of.low + (of.high - of.low) * 0.377]

    found = run(f"{json.dumps(values)}.map((v) => mg.format(v, {json.dumps(parts.style_of(of))}))", "format.js")

    assert found == [of.format(value) for value in values]


@pytest.mark.parametrize(
    ("typed", "style", "expected"),
    [
        ("3:29", "duration", 209_000),
        ("1:02:05", "duration", 3_725_000),
        ("3", "duration", 180_000),
        ("3:75", "duration", None),
        ("0,5", "2", 0.5),
        (".5", "2", 0.5),
        ("−6 dB", "1 dB", -6),
        ("120bpm", "0 BPM", 120),
        ("loud", "1 dB", None),
        ("1e3", "2", None),
    ],
)
def test_what_a_person_types_into_a_box(typed: str, style: str, expected: float | None):
    found = run(f"String(mg.parse({json.dumps(typed)}, {json.dumps(style)}))", "format.js")

    assert found == ("NaN" if expected is None else f"{expected:g}" if expected < 1 else str(expected))


def test_an_empty_box_is_no_limit():
    assert run("mg.parse('  ', '2')", "format.js") is None


_BRUSH = "mg.brush.words({field: 'f', low: 0, high: 10, step: 1, style: '0'%s}, %s)"


@pytest.mark.parametrize(
    ("chosen", "whole", "words"),
    [
        ("null", False, "everything"),
        ("{low: 2, high: 5}", False, "2 to 5"),
        ("{low: 2, high: 5}", True, "2 to 4"),
        ("{low: null, high: 5}", False, "under 5"),
        ("{low: null, high: 5}", True, "up to 4"),
        ("{low: 2, high: null}", True, "at least 2"),
    ],
)
def test_what_a_brush_says(chosen: str, whole: bool, words: str):
    expression = _BRUSH % (", whole: true" if whole else "", chosen)

    assert run(expression, "brush.js", "format.js") == words


def test_saved_filters_are_a_list_with_the_newest_first_and_no_name_twice():
    saved = "mg.explore.saved.withOne"
    many = "Array.from({length: 60}, (_, i) => ({name: `f${i}`, query: 'key=C'}))"

    found = run(
        f"[{saved}([{{name: 'a', query: 'key=C'}}, {{name: 'b', query: 'key=D'}}], 'b', 'mood=Sad'),"
        f" {saved}({many}, 'new', 'time=4').length]",
        "explore.js", "explore_saved.js",
    )  # fmt: skip

    assert found == [[{"name": "b", "query": "mood=Sad"}, {"name": "a", "query": "key=C"}], 50]


def test_what_others_left_in_the_list_of_saved_filters_is_passed_over():
    storage = """(window.localStorage = { getItem: () => text })"""
    for text, expected in (
        ("null", []),
        ("not JSON", []),
        ('{"a": 1}', []),
        ('[1, null, {"name": "a"}, {"name": "b", "query": "key=C", "more": 1}]', [{"name": "b", "query": "key=C"}]),
    ):
        script = f"((text) => {{ {storage}; return mg.explore.saved.read(); }})({json.dumps(text)})"
        assert run(script, "explore.js", "explore_saved.js") == expected


def test_a_name_is_offered_from_the_sentence():
    assert run("mg.explore.saved.suggested('12 of 5,849 songs: Happy, 4 beats a bar')", "explore_saved.js") == (
        "Happy, 4 beats a bar"
    )
