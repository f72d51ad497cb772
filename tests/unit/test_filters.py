"""SongFilter as words, as a URL and back; what it counts is held to PostgreSQL in the integration tests."""

from __future__ import annotations

from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from data_access.fields import FIELDS
from data_access.filters import Range, SongFilter

BY_QUERY = [
    ("", ""),
    ("energy=0.5..0.9", "energy 0.50–0.90"),
    ("energy=0.5..<0.9&year=1990..2015&key=Am", "energy 0.50–0.90, 1990–2015, A minor"),
    ("key=C&key=Am", "C major or A minor"),
    ("loudness=-20..-5", "loudness -20.0 to -5.0 dB"),
    ("tempo=128..", "tempo at least 128 BPM"),
    ("duration_ms=..<210000", "duration under 3:30"),
    ("year=1999..1999", "1999"),
    ("year=2010..", "2010 or later"),
    ("time=3&time=unknown", "beats unknown or 3 beats a bar"),
    ("explicit=no", "not explicit"),
    ("genre=hip-hop&genre=rock%2C+hard", "hip-hop or rock, hard"),
    ("text=love+you", "“love you”"),
    ("mood=Sad&mood=Happy", "Happy or Sad"),
    ("mood=loud%2C+fast&genre=rock", "loud, fast, rock"),
    ("area=3:0,0,1.5,0,1,-2.25", "an area of the map"),
]


@pytest.mark.parametrize(("query", "sentence"), BY_QUERY)
def test_a_query_becomes_a_sentence_and_comes_back(query: str, sentence: str) -> None:
    song_filter, problems = SongFilter.from_query(parse_qs(query))
    assert problems == []
    assert song_filter.sentence() == sentence
    again, problems = SongFilter.from_query(parse_qs(song_filter.to_query()))
    assert (again, problems) == (song_filter, [])


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("energy=loud", "energy=loud is not a range; write for example energy=0.25..0.50."),
        ("energy=0.5", "energy=0.5 is not a range; write for example energy=0.25..0.50."),
        ("energy=nan..1", "energy=nan..1 is not a range; write for example energy=0.25..0.50."),
        ("energy=0..1e999", "energy=0..1e999 is not a range; write for example energy=0.25..0.50."),
        ("tempo=140..90", "tempo=140..90 begins after it ends; write tempo=90..140."),
        ("key=H", "key=H is not a key; write for example key=C or key=Am."),
        ("time=9", "time=9 is not a time signature; write 1 to 7, or unknown."),
        ("time=²", "time=² is not a time signature; write 1 to 7, or unknown."),
        ("explicit=maybe", "explicit=maybe is neither yes nor no."),
        *(
            (
                f"area={token}",
                f"area={token[:40]} is not an area of the map; draw one there, or write <model>:x,y,x,y,x,y "
                "with 3 to 60 corners.",
            )
            for token in (
                "here",
                "1:0,0,1,1",
                "1:0,0,1,1,2",
                "1:0,0,1,nan,2,2",
                "1:0,0,1,1e9,2,2",
                "-1:0,0,1,1,2,2",
                "x:0,0,1,1,2,2",
                "1:" + ",".join(["0.1"] * 122),
            )
        ),
    ],
)
def test_a_bad_parameter_gets_one_sentence_and_the_rest_applies(query: str, problem: str) -> None:
    song_filter, problems = SongFilter.from_query(parse_qs(query + "&valence=0.1..0.2&colour=red"))
    assert problems == [problem]
    assert song_filter.sentence() == "valence 0.10–0.20"


def any_number(field) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(field.low, field.high, width=32)


@st.composite
def filters(draw: st.DrawFn) -> SongFilter:
    words = st.frozensets(st.text(min_size=1, max_size=12).filter(str.strip), max_size=3)
    chosen = SongFilter(
        keys=draw(st.frozensets(st.integers(0, 24), max_size=4)),
        time_signatures=draw(st.frozensets(st.integers(0, 7), max_size=3)),
        explicit=draw(st.sampled_from([None, True, False])),
        genres=draw(words), artists=draw(words), albums=draw(words), playlists=draw(words),
        text=" ".join(draw(st.text(max_size=30)).split()),
    )  # fmt: skip
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True)):
        low, high = sorted(draw(st.floats(field.low, field.high, width=32)) for _ in range(2))
        kept_low, kept_high = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
        chosen = chosen.with_range(field.name, Range(kept_low, kept_high, draw(st.booleans())))
    return chosen


@given(filters())
def test_any_filter_survives_its_url(song_filter: SongFilter) -> None:
    again, problems = SongFilter.from_query(parse_qs(song_filter.to_query(), keep_blank_values=True))
    assert problems == []
    assert again == song_filter
    assert again.to_query() == song_filter.to_query()


@given(filters())
def test_taking_every_chip_away_leaves_nothing(song_filter: SongFilter) -> None:
    for part, _ in song_filter.parts():
        song_filter = song_filter.without(part)
    assert song_filter == SongFilter()


def test_values_are_parameters_never_sql() -> None:
    song_filter = SongFilter(genres=frozenset({"'; DROP TABLE songs; --"}), text="a' | b:* & \\")
    compiled = song_filter.clause().compile(dialect=postgresql.dialect())
    assert "DROP" not in str(compiled)
    assert compiled.params["param_1"] == "'a':* & 'b':*"


def test_ends_are_compared_at_the_precision_that_is_stored() -> None:
    low, high = Range(0.29, 0.3, open_high=True).bounds()
    assert low == np.float32(0.29)
    assert high == np.nextafter(np.float32(0.3), np.float32(0))
    assert Range().bounds() == (-np.inf, np.inf)


places = st.floats(-1e5, 1e5)


@given(st.integers(0, 10**6), st.lists(st.tuples(places, places), min_size=3, max_size=60))
def test_an_area_is_the_same_after_any_number_of_urls(model: int, corners: list[tuple[float, float]]) -> None:
    drawn = SongFilter(area=(model, tuple(corners)))
    again, problems = SongFilter.from_query(parse_qs(drawn.to_query()))
    assert problems == []
    assert again == drawn
    assert hash(again) == hash(drawn)
    assert again.to_query() == drawn.to_query()
    for (x, y), (drawn_x, drawn_y) in zip(drawn.area[1], corners, strict=True):
        assert abs(x - drawn_x) <= 0.5001e-4
        assert abs(y - drawn_y) <= 0.5001e-4


def test_sixty_corners_fit_into_an_address() -> None:
    corners = tuple((-12.3456 - place / 7, 98.7654 + place / 9) for place in range(60))
    assert len(SongFilter(area=(123, corners)).to_query()) < 2000
