"""What Recommend's URL says: read, written back, and wrong values said in one sentence each."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.fields import FIELD_BY_NAME
from data_access.filters import SongFilter
from data_access.ranges import Range
from data_access.things import Thing
from ml.similar_query import Wish
from ml.similar_space import FEATURES
from pages._recommend_state import SEEDS_AT_MOST, RecommendState

SEEDS = [Thing("song", "abc"), Thing("artist", "Björk"), Thing("mood", "calm & warm"), Thing("filter", "energy=0.5..")]

states = st.builds(
    RecommendState,
    seeds=st.lists(st.sampled_from(SEEDS), unique=True).map(tuple),
    targets=st.dictionaries(st.sampled_from(FEATURES), st.floats(-1e6, 1e6).map(lambda x: x + 0.0)),
    weights=st.dictionaries(st.sampled_from(FEATURES), st.floats(0, 100).filter(lambda x: x != 1)),
    not_artists=st.lists(st.text(min_size=1).filter(lambda t: t.strip() and "\0" not in t), unique=True).map(tuple),
    count=st.integers(1, 100),
    per_artist=st.integers(1, 100),
    diversity=st.floats(0, 1),
    harmony=st.none() | st.floats(0, 50),
    song_filter=st.just(SongFilter()) | st.just(SongFilter(keys=frozenset({3})).with_range("year", Range(1990, None))),
)


@given(states)
def test_any_state_comes_back_from_its_query(state: RecommendState) -> None:
    found, problems = RecommendState.from_text(state.to_query().encode("utf-8", "surrogatepass").decode())
    assert problems == []
    assert found == state


def test_the_default_has_an_empty_query() -> None:
    assert RecommendState().to_query() == ""
    assert RecommendState.from_query({}) == (RecommendState(), [])


def test_a_question_has_the_wishes() -> None:
    state, _ = RecommendState.from_text("seed=song:abc&target_energy=0.8&weight_energy=2&weight_tempo=0&energy=0.5..")
    asked = state.asked()
    assert dict(asked.wishes) == {"energy": Wish(0.8, weight=2), "tempo": Wish(weight=0)}
    assert asked.seeds == (Thing("song", "abc"),)
    assert asked.song_filter == SongFilter().with_range("energy", Range(0.5, None))
    assert not state.nothing


def test_weights_alone_are_nothing_to_go_by() -> None:
    assert RecommendState.from_text("weight_energy=2")[0].nothing
    assert not RecommendState.from_text("target_energy=0.2")[0].nothing


@pytest.mark.parametrize(
    "query",
    [
        "seed=band:Queen",
        "target_energy=much",
        "target_energy=",
        "target_energy=nan",
        "target_tempo=1e40",
        "target_sadness=1",
        "target_popularity=50",
        "weight_energy=-1",
        "weight_energy=101",
        "weight_energy=inf",
        "count=0",
        "count=101",
        "count=2.5",
        "count=many",
        "per_artist=0",
        "diversity=1.1",
        "harmony=51",
        "harmony=on",
        "energy=high",
        "key=H",
    ],
)
def test_what_is_wrong_is_said_and_left_out(query: str) -> None:
    state, problems = RecommendState.from_text(query + "&weight_valence=3")
    assert len(problems) == 1
    assert problems[0].endswith(".")
    assert state == RecommendState(weights={"valence": 3.0})


def test_an_example_in_a_sentence_can_be_written() -> None:
    for name in FEATURES:
        (problem,) = RecommendState.from_text(f"target_{name}=x")[1]
        example = problem.removesuffix(".").rpartition(" ")[2]
        state, problems = RecommendState.from_text(example)
        assert problems == []
        assert FIELD_BY_NAME[name].low <= state.targets[name] <= FIELD_BY_NAME[name].high


def test_seeds_are_counted_once_and_limited() -> None:
    tokens = [f"song:{n // 2}" for n in range(4 * SEEDS_AT_MOST)]
    state, problems = RecommendState.from_query({"seed": tokens})
    assert len(set(state.seeds)) == len(state.seeds) == SEEDS_AT_MOST
    assert len(problems) == 1


def test_other_peoples_keys_are_tolerated() -> None:
    assert RecommendState.from_query(parse_qs(urlencode({"utm_source": "x", "page": "2"}))) == (RecommendState(), [])
