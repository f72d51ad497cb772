"""A playlist as a file: what each format says of a song, and that nothing of a song can break it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from api.playlist import asked, export
from api.playlist.asked import Unusable
from api.playlist.export import CSV_COLUMNS, Line, file_name, one_line
from data_access.fields import FIELD_BY_NAME
from data_access.playlist_songs import PlaylistSong, is_id

ID = "7ouMYWpwJ422jRcDASZB7P"


def song(title: str = "Knights", artists: Sequence[str] = ("Muse",), **changed: object) -> PlaylistSong:
    values: dict[str, float | None] = dict.fromkeys(FIELD_BY_NAME)
    values |= {"energy": 0.905, "loudness": -5.46, "tempo": 137.114, "duration_ms": 366213.0, "popularity": 71.0}
    known = {
        "spotify_id": ID, "title": title, "artists": tuple(artists), "album": "Black Holes", "values": values,
        "key": 23, "time_signature": 4, "explicit": False, "released": "2006-07", "genres": ("rock", "alternative"),
        "mood": "Energetic", "mood_colour": 2,
    }  # fmt: skip
    return PlaylistSong(**(known | changed))  # type: ignore[arg-type]


def line(known: PlaylistSong) -> Line:
    return export._line(known.spotify_id, known, {})


GONE = Line("gone1", "A song that went", "Somebody", 61_499.0)


def rows(lines: Sequence[Line]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export.as_csv("any", lines))))


def test_csv_has_exportifys_columns_and_the_songs_values():
    (row,) = rows([line(song())])
    assert list(row) == list(CSV_COLUMNS)
    assert row["Track URI"] == f"spotify:track:{ID}"
    assert (row["Track Name"], row["Album Name"], row["Artist Name(s)"]) == ("Knights", "Black Holes", "Muse")
    assert (row["Duration (ms)"], row["Popularity"], row["Explicit"]) == ("366213", "71", "false")
    assert (row["Energy"], row["Loudness"], row["Tempo"]) == ("0.905", "-5.46", "137.114")
    assert (row["Key"], row["Mode"], row["Time Signature"]) == ("11", "1", "4")
    assert (row["Release Date"], row["Genres"], row["Mood"]) == ("2006-07", "rock;alternative", "Energetic")
    assert row["Danceability"] == ""


def test_csv_parts_artists_so_that_a_comma_may_be_in_a_name():
    (row,) = rows([line(song(artists=("Tyler, The Creator", "Kali Uchis")))])
    assert row["Artist Name(s)"] == "Tyler, The Creator;Kali Uchis"


def test_csv_keeps_songs_of_which_nothing_but_the_browsers_words_are_known():
    first, second = rows([line(song()), GONE])
    assert first["Track Name"] == "Knights"
    assert (second["Track URI"], second["Track Name"], second["Artist Name(s)"], second["Duration (ms)"]) == (
        "spotify:track:gone1", "A song that went", "Somebody", "61499",
    )  # fmt: skip
    assert {second[name] for name in ("Energy", "Key", "Mood", "Album Name")} == {""}


@pytest.mark.parametrize("title", ['=HYPERLINK("http://x")', "+1", "-Minus", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_gives_spreadsheets_no_formula(title: str):
    (row,) = rows([line(song(title, artists=[title], album=title, genres=(title,), mood=title))])
    for name in ("Track Name", "Artist Name(s)", "Album Name", "Genres", "Mood"):
        assert row[name][0] not in "=+-@\t\r", row[name]
    assert row["Loudness"] == "-5.46"  # a number is no formula


@pytest.mark.parametrize("title", ['Say "Yes", please', "two\nlines", "夜に駆ける", "NA"])
def test_csv_brings_any_title_back(title: str):
    (row,) = rows([line(song(title))])
    assert row["Track Name"] == title.replace("\n", " ")


def test_m3u8_says_seconds_artists_and_title_before_each_address():
    text = export.as_m3u8("Evening", [line(song(artists=("Muse", "Guest"))), GONE])
    assert text.splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:Evening",
        "#EXTINF:366,Muse, Guest - Knights",
        f"https://open.spotify.com/track/{ID}",
        "#EXTINF:61,Somebody - A song that went",
        "https://open.spotify.com/track/gone1",
    ]


def test_m3u8_without_a_name_and_without_lengths_or_words():
    text = export.as_m3u8("", [Line("x", "", "", None)])
    assert text == "#EXTM3U\n#EXTINF:-1,\nhttps://open.spotify.com/track/x\n"


def test_m3u8_is_not_led_astray_by_line_breaks():
    text = export.as_m3u8("Evening", [line(song("evil\n#EXTINF:1,other\r\nhttp://x\u2028y"))])
    assert len(text.splitlines()) == 4


def test_jspf_is_json_with_what_is_known():
    found = json.loads(export.as_jspf("Evening", [line(song()), Line("x", "T", "", None)]))["playlist"]
    assert found["title"] == "Evening"
    assert found["track"] == [
        {
            "location": [f"https://open.spotify.com/track/{ID}"],
            "identifier": [f"spotify:track:{ID}"],
            "title": "Knights",
            "creator": "Muse",
            "album": "Black Holes",
            "duration": 366213,
        },
        {"location": ["https://open.spotify.com/track/x"], "identifier": ["spotify:track:x"], "title": "T"},
    ]


def test_uris_are_one_a_line():
    assert export.as_uris("Evening", [line(song()), GONE]) == f"spotify:track:{ID}\nspotify:track:gone1\n"


@pytest.mark.parametrize(
    ("name", "file"),
    [("Evening", "Evening"), ("../../etc/passwd", "etc passwd"), ("", "playlist"), ('a:b*"c"', "a b c"), ("…", "…"),
     ("x" * 99, "x" * 60), ("a\\b|c?", "a b c")],
)  # fmt: skip
def test_a_name_becomes_that_of_a_file(name: str, file: str):
    assert file_name(name) == file


@pytest.mark.parametrize(
    ("name", "header"),
    [("Evening", "attachment; filename=\"Evening.csv\"; filename*=UTF-8''Evening.csv"),
     ("Für 2", "attachment; filename=\"Fur 2.csv\"; filename*=UTF-8''F%C3%BCr%202.csv"),
     ("夜", "attachment; filename=\"playlist.csv\"; filename*=UTF-8''%E5%A4%9C.csv")],
)  # fmt: skip
def test_a_file_may_have_any_name(name: str, header: str):
    assert export.attachment(name, "csv") == header


def test_a_text_is_one_line_and_anything_else_none():
    assert one_line("a\x00b\n\nc ") == "a b c"
    assert one_line("x" * 900) == "x" * 500
    assert one_line("half \ud800") == "half ?"
    assert [one_line(other) for other in (None, 7, ["a"], {"b": 1})] == ["", "", "", ""]


@pytest.mark.parametrize("ms", ["1000", True, -1, 1e12, None, [3], float("nan")])
def test_a_length_that_is_none_is_unknown(ms: object):
    assert export._line("x", None, {"title": "T", "ms": ms}).milliseconds is None


# ---- what is asked ---------------------------------------------------------------------------


def refused(body: object) -> str:
    with pytest.raises(Unusable) as error:
        asked.ids_of(asked.parsed(body if isinstance(body, str) else json.dumps(body)))
    assert error.value.status == 400
    return str(error.value)


def test_ids_are_taken_each_once_in_their_order():
    assert asked.ids_of({"ids": ["b", "a", "b"]}) == ["b", "a"]


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "7", "[]", '"ids"', "null"])
def test_what_is_no_json_object_is_refused_in_a_sentence(body: str):
    assert refused(body).startswith("The request")


@pytest.mark.parametrize("ids", [None, "abc", {"a": 1}, 5])
def test_ids_have_to_be_a_list(ids: object):
    assert "list of song ids" in refused({"ids": ids})


@pytest.mark.parametrize("wrong", ["", " ", "a b", "a\nb", "x" * 101, 5, None, ["a"], "a\x00", "a\u2028b"])
def test_an_id_that_is_none_is_named(wrong: object):
    assert not is_id(wrong)
    assert "is no song id" in refused({"ids": ["fine", wrong]})


def test_more_songs_than_a_playlist_holds_are_refused():
    assert "1,000" in refused({"ids": [f"s{number}" for number in range(1001)]})


@pytest.mark.parametrize(("body", "status"), [(b"x" * 1_000_001, 413), (b"\xff\xfe", 400)])
def test_a_body_that_is_too_long_or_no_text_is_refused(body: bytes, status: int):
    with pytest.raises(Unusable) as error:
        asked.body(Request(EnvironBuilder(method="POST", data=body).get_environ()))
    assert error.value.status == status
