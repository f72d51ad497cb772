"""What a drag or a key makes of a brush, and the words for it; assets/*.js under node, as for Explore."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.filters import Range, SongFilter
from data_access.ranges import range_token, range_words
from pages import _explore_parts as parts
from tests.unit.test_explore_javascript import pytestmark, run  # noqa: F401  # pytestmark: skipped without node

FILES = ("brush_axis.js", "format.js")


def shown(name: str, **more: object) -> str:
    """A field's axis as JSON, all of it shown."""
    axis = parts.axis_of(FIELD_BY_NAME[name])
    return json.dumps({"from": axis["low"], "to": axis["high"], **axis, **more})


def dragged(name: str, before: str, grip: str, start: float, end: float, **more: object) -> object:
    call = f"mg.brushAxis.dragged({shown(name, **more)}, {before}, '{grip}', {start}, {end})"
    return run(f"({call} ?? 'everything')", *FILES)


@pytest.mark.parametrize(
    ("name", "before", "grip", "start", "end", "after"),
    [
        ("energy", "null", "draw", 0.205, 0.394, (0.2, 0.4)),
        ("energy", "null", "draw", 0.394, 0.205, (0.2, 0.4)),  # leftwards
        ("energy", "null", "draw", 0.3, 0.3, (0.3, 0.31)),  # a column at least
        ("energy", "null", "draw", 1, 1, (0.99, None)),
        ("energy", "null", "draw", 0, 1, "everything"),
        ("tempo", "null", "draw", 119.2, 127.9, (119, 128)),
        ("loudness", "null", "draw", -8.3, -5.8, (-8.5, -5.5)),
        ("duration_ms", "null", "draw", 179_000, 209_000, (177_000, 210_000)),
        ("energy", "{low: 0.2, high: 0.4}", "low", 0.2, 0.316, (0.32, 0.4)),
        ("energy", "{low: 0.2, high: 0.4}", "low", 0.2, 0.9, (0.39, 0.4)),
        ("energy", "{low: 0.2, high: 0.4}", "high", 0.4, 0.1, (0.2, 0.21)),
        ("energy", "{low: 0.2, high: null}", "high", 1, 0.6, (0.2, 0.6)),
        ("energy", "{low: 0.2, high: 0.4}", "move", 0.3, 0.344, (0.24, 0.44)),
        ("energy", "{low: 0.2, high: 0.4}", "move", 0.3, 2, (0.8, None)),
        ("energy", "{low: 0.2, high: 0.4}", "move", 0.3, -2, (None, 0.2)),
        # Ends that were typed come to the columns, so that what follows can be exact.
        ("energy", "{low: 0.2049, high: 0.4}", "high", 0.4, 0.5, (0.2, 0.5)),
        ("energy", "{low: 0.2049, high: 0.2051}", "move", 0.205, 0.305, (0.3, 0.31)),
    ],
)
def test_a_drag_begins_and_ends_at_columns(name, before, grip, start, end, after):
    expected = after if isinstance(after, str) else dict(zip(("low", "high"), after, strict=True))

    assert dragged(name, before, grip, start, end) == expected


def test_only_what_is_shown_can_be_brushed():
    years = {"from": 1950, "to": 2021}

    assert dragged("year", "null", "draw", 1950, 1969.5, **years) == {"low": None, "high": 1970}
    assert dragged("year", "null", "draw", 2020.5, 2021, **years) == {"low": 2020, "high": None}
    assert dragged("year", "{low: 1960, high: 1970}", "move", 1965, 2090, **years) == {"low": 2011, "high": None}


def test_without_columns_a_brush_goes_by_bars():
    cells = {"step": 0.02, "snap": 0.02}

    assert dragged("energy", "null", "draw", 0.21, 0.39, **cells) == {"low": 0.2, "high": 0.4}


@pytest.mark.parametrize(
    ("before", "key", "shift", "after"),
    [
        ("{low: 0.4, high: 0.6}", "ArrowRight", False, (0.42, 0.62)),
        ("{low: 0.4, high: 0.6}", "ArrowLeft", True, (0.38, 0.6)),
        ("{low: 0.4, high: 0.6}", "ArrowUp", False, (0.38, 0.62)),
        ("{low: 0.4, high: 0.6}", "ArrowDown", False, (0.42, 0.58)),
        ("{low: 0.4, high: 0.42}", "ArrowDown", False, (0.4, 0.42)),  # not narrower than nothing
        ("{low: 0.41, high: 0.6}", "ArrowLeft", True, (0.39, 0.6)),  # from within a bar, as far as a bar is wide
        ("{low: 0.9, high: null}", "ArrowRight", False, (0.9, None)),
        ("null", "ArrowRight", False, (0.4, 0.6)),
    ],
)
def test_keys_go_by_bars(before, key, shift, after):
    call = f"mg.brushAxis.keyed([{shown('energy')}], [{before}], '{key}', {json.dumps(shift)})"

    assert run(call, *FILES) == [dict(zip(("low", "high"), after, strict=True))]


def test_other_keys_do_nothing():
    assert run(f"mg.brushAxis.keyed([{shown('energy')}], [null], 'Enter', false)", *FILES) is None


places = st.floats(0, 1)


@given(st.lists(st.tuples(st.sampled_from(FIELDS), places, places), min_size=40, max_size=40))
@settings(max_examples=4, deadline=None)
def test_an_end_that_a_brush_makes_is_an_edge_of_the_column_store(cases):
    """Then a brushed range is a range of codes, and a tile's columns are exactly its songs."""
    calls = []
    for field, a, b in cases:
        start, end = (field.low + place * (field.high - field.low) for place in (a, b))
        calls.append(f"mg.brushAxis.dragged({shown(field.name)}, null, 'draw', {start}, {end})")

    for (field, _, _), found in zip(cases, run(f"[{','.join(calls)}]", *FILES), strict=True):
        for end in (found or {}).values():
            if end is not None:
                column = (end - field.low) / ((field.high - field.low) / field.bins * field.codes_per_column)
                assert round(column) * field.codes_per_column == field.code(_float32(end))[0]
                assert field.edges[round(column) * field.codes_per_column] == _float32(end)[0]


def _float32(value: float) -> np.ndarray:
    return np.array([value], dtype=np.float32)


# ---- words -----------------------------------------------------------------------------------

WORDS = (*FILES, "live_words.js")


@given(
    st.lists(
        st.tuples(st.sampled_from(FIELDS), places, places, st.sampled_from(["both", "low", "high"]), st.booleans()),
        min_size=60,
        max_size=60,
    )
)
@settings(max_examples=4, deadline=None)
def test_a_range_is_said_in_the_servers_words(cases):
    calls, expected = [], []
    for field, a, b, which, open_high in cases:
        column = (field.high - field.low) / field.columns
        low, high = (field.low + round(place * field.columns) * column for place in sorted((a, b)))
        chosen = Range(low if which != "high" else None, high if which != "low" else None, open_high)
        calls.append(f"mg.liveWords.rangeWords({shown(field.name)}, {json.dumps(range_token(chosen))})")
        expected.append(range_words(field, chosen))

    assert run(f"[{','.join(calls)}]", *WORDS) == expected


def test_the_sentence_names_ranges_anew_and_keeps_the_other_parts():
    song_filter = SongFilter(keys=frozenset({9}), text="love").with_range("year", Range(1990, 1999))
    chips = [("tempo", "tempo 1–2 BPM"), ("key", "E minor"), ("text", "“love”")]
    query = song_filter.with_range("tempo", Range(120, 128, True)).to_query()
    fields = json.dumps({f.name: parts.axis_of(f) for f in FIELDS})

    found = run(f"mg.liveWords.filterWords({json.dumps(query)}, {fields}, {json.dumps(chips)})", *WORDS)

    assert found == "tempo 120–128 BPM, 1990–1999, E minor, “love”"
