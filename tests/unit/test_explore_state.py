"""The URL of Explore: what it holds, what it forgives, and that it comes back the same."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELDS
from data_access.filters import Range, SongFilter
from pages._explore_state import LINES_AT_MOST, ExploreState


def test_the_usual_state_has_an_empty_query():
    assert ExploreState().to_query() == ""
    assert ExploreState.from_query({}) == (ExploreState(), [])


@pytest.mark.parametrize(
    "state",
    [
        ExploreState(SongFilter(keys=frozenset({18}), text="blue sky")),
        ExploreState(x="year", y="loudness"),
        ExploreState(by=("danceability", "tempo")),
        ExploreState(SongFilter().with_range("energy", Range(0.5, 0.9, True)), x="tempo", by=("loudness",)),
    ],
)
def test_a_state_comes_back_from_its_query(state: ExploreState):
    assert ExploreState.from_text(state.to_query()) == state
    assert ExploreState.from_query(parse_qs(state.to_query()))[0].to_query() == state.to_query()


def test_what_cannot_be_used_is_said_and_the_rest_applies():
    state, problems = ExploreState.from_query({"x": "loud", "energy": "a..b", "tempo": "100..", "by": "energy,year"})

    assert state.song_filter == SongFilter().with_range("tempo", Range(100))
    assert (state.x, state.y) == DENSITY
    assert state.by == ("energy",)
    assert len(problems) == 3
    assert all(problem.endswith(".") for problem in problems)


def test_keys_of_nobody_are_passed_over():
    assert ExploreState.from_query({"utm_source": "mail"}) == (ExploreState(), [])


def test_one_feature_is_never_drawn_against_itself():
    for name in ("energy", "valence", "tempo"):
        state, _ = ExploreState.from_query({"x": name, "y": name})
        assert state.x == name
        assert state.y != name


def test_lines_have_one_order_and_a_limit():
    assert ExploreState.from_text("by=valence,energy").by == BY_YEAR
    assert len(ExploreState.from_text("by=" + ",".join(f.name for f in FIELDS)).by) == LINES_AT_MOST


def test_repeated_parameters_take_the_last():
    assert ExploreState.from_query({"x": ["tempo", "loudness"]})[0].x == "loudness"
