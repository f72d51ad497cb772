"""The radar, the small distributions, and how a song's facts are written."""

from __future__ import annotations

import json
from datetime import date

import dash
import pytest

from components import radar, song_charts
from components.song_charts import Standing, share_words
from data_access.fields import FIELD_BY_NAME
from data_access.filters import Range, SongFilter
from data_access.songs import Named, SongDetail, SongLine


@pytest.fixture(scope="module", autouse=True)
def view():
    """pages/_song_parts writes addresses, which need an application with a prefix."""
    dash.Dash(__name__, requests_pathname_prefix="/MusicGroup/", routes_pathname_prefix="/")
    from pages import _song_parts  # noqa: PLC0415

    return _song_parts


def text_of(component) -> str:
    """All words of a component tree, in order."""
    if component is None:
        return ""
    if isinstance(component, (list, tuple)):
        return " ".join(map(text_of, component))
    if hasattr(component, "to_plotly_json"):
        return text_of(component.to_plotly_json()["props"].get("children"))
    return str(component)


def a_song(**changes) -> SongDetail:
    some = {"tempo": 119.6, "duration_ms": 209_387.0, "energy": 0.25, "loudness": -6.25}
    values = dict.fromkeys(FIELD_BY_NAME) | some
    known = {
        "spotify_id": "id1", "title": "Title", "artists": (Named("a1", "Ann, the “First”"), Named("b2", "Bob")),
        "album": Named("al", "Album"), "disc_number": 1, "track_number": 3, "explicit": True, "values": values,
        "key": 18, "time_signature": 4, "release_date": date(1997, 5, 1), "release_precision": "month",
        "genres": ("rock",), "playlists": (), "versions": (), "percentiles": {"energy": 0.1, "tempo": 0.5},
    }  # fmt: skip
    return SongDetail(**known | changes)


# ---- radar -------------------------------------------------------------------------------------


def test_the_radar_closes_and_shows_the_middle():
    figure = radar.radar(["A", "B", "C"], [0.2, 0.9, 0.4])
    middle, song = figure.data
    assert list(song.theta) == ["A", "B", "C", "A"]
    assert list(song.r) == [0.2, 0.9, 0.4, 0.2]
    assert list(middle.r) == [0.5] * 4


def test_an_unknown_feature_is_a_gap_not_a_zero():
    assert list(radar.radar(["A", "B"], [None, 1.0]).data[1].r) == [None, 1.0, None]


def test_figures_are_small():
    assert len(json.dumps(radar.radar(["A"] * 9, [0.5] * 9).to_plotly_json(), default=list)) < 2500


def test_the_radar_says_what_it_shows():
    card = song_charts.radar_card(["Energy", "Valence", "Tempo"], [0.9, 0.1, None])
    assert "high in energy, low in valence." in text_of(card)
    assert "None of its features is known." in text_of(song_charts.radar_card(["Energy"], [None]))


# ---- distributions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "no song is lower"),
        (0.0001, "among the lowest 1 % of songs"),
        (0.834, "higher than 83 % of songs"),
        (0.99, "higher than 99 % of songs"),
        (0.9999, "among the highest 1 % of songs"),
    ],
)
def test_shares_in_words(share, words):
    assert share_words(share) == words


def test_a_distribution_puts_its_mark_where_the_song_is():
    standing = Standing("Energy", "How intense.", "0.25", 0.1, 0.25, [1, 2, 3, 4], "0.00", "1.00")
    card = str(song_charts.standings_card([standing]).to_plotly_json())
    assert "'left': '25.00%'" in card
    assert "inset(0 calc(100% - 25.00%) 0 0)" in card
    assert "Energy 0.25: higher than 10 % of songs." in card


def test_standings_are_the_fields_that_song_and_catalogue_know(view):
    histograms = {"energy": [1] * 50, "tempo": [1] * 50, "valence": [1] * 50}
    found = view.standings(a_song(), histograms)
    assert [standing.name for standing in found] == ["Energy", "Tempo"]
    assert found[0].value == "0.25"
    assert found[0].place == pytest.approx(0.25)
    assert (found[1].low, found[1].high) == ("40 BPM", "240 BPM")


def test_years_are_shown_from_the_first_to_the_last_that_occur(view):
    counts = [0] * 200
    counts[60], counts[100] = 5, 5
    song = a_song(values=a_song().values | {"year": 1980.0}, percentiles={"year": 0.5})
    (standing,) = view.standings(song, {"year": counts})
    assert (standing.low, standing.high, len(standing.counts)) == ("1960", "2001", 41)
    assert standing.place == pytest.approx(20 / 41)


# ---- facts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "precision", "year", "words"),
    [
        (date(1997, 5, 12), "day", 1997, "12 May 1997"),
        (date(1997, 5, 1), "month", 1997, "May 1997"),
        (date(1997, 1, 1), "year", 1997, "1997"),
        (None, None, 1997.0, "1997"),
        (None, None, None, ""),
    ],
)
def test_release_is_as_exact_as_it_is_known(view, day, precision, year, words):
    assert view.release_words(day, precision, year) == words


def test_the_head_says_everything_in_peoples_units(view):
    said = text_of(view.head(a_song(), SongFilter()))
    for words in (
        "Title", "Ann, the “First”", "Bob", "Album", "3:29", "A minor", "8A", "120 BPM", "-6.2 dB", "May 1997",
        "explicit lyrics", "rock", "no. 3",
    ):  # fmt: skip
        assert words in said
    assert "disc" not in said
    assert "Songs like this" not in said  # nothing known to be like


def test_links_lead_to_filters_and_to_spotify(view):
    like = SongFilter().with_range("energy", Range(0.2, 0.3))
    head = str(view.head(a_song(), like).to_plotly_json())
    for address in (
        "/MusicGroup/explore?artist=a1", "/MusicGroup/explore?album=al", "/MusicGroup/explore?genre=rock",
        "/MusicGroup/explore?energy=0.2..0.3", "https://open.spotify.com/track/id1", "https://open.spotify.com/embed/track/id1",
    ):  # fmt: skip
        assert address in head
    assert "iframe" not in head.lower()  # nothing of Spotify's before a press


def test_unknown_key_and_no_artist_are_said(view):
    said = text_of(view.head(a_song(key=None, artists=(), album=None, release_date=None), SongFilter()))
    assert "unknown" in said
    assert "Unknown artist" in said


def test_versions_link_to_their_songs_and_are_absent_when_there_are_none(view):
    line = SongLine("id2", "Title - Live", ("Ann",), "Live", dict.fromkeys(FIELD_BY_NAME), None)
    card = str(view.versions(a_song(versions=(line,))).to_plotly_json())
    assert "/MusicGroup/song/id2" in card
    assert "unknown" in card
    assert view.versions(a_song()) is None


def test_an_odd_id_stays_in_its_place_in_an_address(view):
    assert view.song_address("local:a/b?c") == "/MusicGroup/song/local%3Aa%2Fb%3Fc"
