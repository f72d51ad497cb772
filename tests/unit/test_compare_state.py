"""Things in a URL, their colours, and where names stand in the charts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.compare_charts import Label, apart, in_lanes
from data_access import things
from data_access.fields import FIELD_BY_NAME, FIELDS
from data_access.things import Thing
from pages._compare_bars import Bars, nice_range
from pages._compare_state import CompareState

ARTISTS = [Thing("artist", name) for name in "abcdef"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("song:4u7EnebtmKWzUH433cf5Qv", Thing("song", "4u7EnebtmKWzUH433cf5Qv")),
        ("artist:Crosby, Stills & Nash: live", Thing("artist", "Crosby, Stills & Nash: live")),
        ("filter:tempo=120..&energy=0.5..", Thing("filter", "energy=0.5..&tempo=120..")),
        ("filter:energy=0.5..&name=My+gym", Thing("filter", "energy=0.5..&name=My+gym")),
        ("filter:energy=0.50..&name=a%00b", Thing("filter", "energy=0.5..&name=a+b")),
    ],
)
def test_a_token_is_a_thing(token: str, expected: Thing) -> None:
    assert things.parse(token) == expected
    assert things.parse(expected.token) == expected


@pytest.mark.parametrize(
    "token",
    ["", "song", "song:", "band:Queen", ":", "artist:" + "x" * 5000, "filter:energy=a..b", "filter:", "filter:nope=1"],
)
def test_what_is_no_thing_is_said_in_one_sentence(token: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as said:
        things.parse(token)
    assert len(str(said.value)) < 300


def test_a_query_keeps_what_can_be_used() -> None:
    query = {"thing": ["artist:b", "foo:bar", "genre:rock"], "feature": "sadness", "against": "genre:rock"}
    state, problems = CompareState.from_query(query)
    assert [thing.token for thing in state.things] == ["artist:b", "genre:rock"]
    assert (state.feature, state.against, len(problems)) == ("energy", "genre:rock", 2)
    assert CompareState.from_query({"thing": "song:x", "against": "song:gone"})[0].against == ""
    assert CompareState.from_store(state.to_store()) == state


def test_a_thing_keeps_its_colour() -> None:
    state = CompareState(tuple(ARTISTS)).showing(["artist:a", "artist:c", "artist:d"])
    assert state.slots == {"artist:a": 1, "artist:c": 2, "artist:d": 3}
    stored = {**state.to_store(), "things": ["artist:d", "artist:f", "artist:c"], "against": "artist:a"}
    later = CompareState.from_store(stored).showing(stored["things"])
    assert later.slots == {"artist:d": 3, "artist:f": 1, "artist:c": 2}
    assert (later.slot("artist:d"), later.against) == (3, "")
    assert CompareState.from_store({**stored, "slots": {"artist:d": 99}}).slots == {}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_names_in_lanes_do_not_meet(places: list[float]) -> None:
    placed = in_lanes([Label(slot, "name", x) for slot, x in enumerate(places, 1)])
    assert sorted(label.slot for label in placed) == list(range(1, len(places) + 1))
    for a in placed:
        for b in placed:
            if a.slot < b.slot and a.lane == b.lane:
                assert abs(a.x - b.x) * (1 - 0.38) >= 0.38 - 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_names_beside_lines_are_apart_and_in_order(places: list[float]) -> None:
    placed = apart([Label(slot, "name", y=y) for slot, y in enumerate(places)])
    heights = [label.y for label in placed]
    assert all(0 <= y <= 1 for y in heights)
    assert all(b - a > 0.04 for a, b in pairwise(heights))


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_bars_hold_every_song_and_marks_are_few(name: str) -> None:
    field = FIELD_BY_NAME[name]
    counts = [1] * field.bars
    for first, last, group in ((0, field.bars, 3), (5, field.bars - 5, 2)):
        edges = tuple(float(field.bar_edges[start]) for start in range(first, last, group))
        bars = Bars(field, first, last, group, (*edges, float(field.bar_edges[last])))
        assert sum(bars.shares(counts)) == pytest.approx(1)
        assert len(bars.shares(counts)) == len(bars.edges) - 1
        assert 2 <= len(bars.ticks()) <= 7
        assert all(bars.edges[0] <= value <= bars.edges[-1] for value, _ in bars.ticks())


@given(st.sampled_from(FIELDS), st.lists(st.floats(-60, 240, width=32), min_size=1, max_size=9))
def test_an_axis_is_around_its_values(field, values: list[float]) -> None:
    low, high, ticks = nice_range(field, values)
    assert low < min(values) <= max(values) < high
    assert 2 <= len(ticks) <= 9
    assert len({words for _, words in ticks}) == len(ticks)
