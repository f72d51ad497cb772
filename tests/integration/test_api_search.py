"""Search of the JSON API within a filter, song by song; and artists as a program written for Spotify reads them."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, literal, select

from api import v1
from data_access import api_songs, tables
from data_access.catalogue import Catalogue
from data_access.columns import open_store
from data_access.db import fetch
from data_access.filters import Range, SongFilter

S = tables.songs.c


@pytest.fixture(scope="module")
def api(demo_catalogue: Catalogue) -> FlaskClient:
    """The API without a server around it."""
    server = Flask(__name__)
    server.register_blueprint(v1.blueprint)
    return server.test_client()


@pytest.fixture(scope="module")
def songs(demo_catalogue: Catalogue) -> list[tuple[int, set[str], set[str], int]]:
    """Version group, folded words of title and artists, genres and popularity of every song."""
    links, artists, song_genres, genres = (
        tables.song_artists.c, tables.artists.c, tables.song_genres.c, tables.genres.c,
    )  # fmt: skip
    names = (
        select(func.string_agg(artists.sort_name, literal(" ")))
        .where(links.artist_id == artists.artist_id, links.song_id == S.song_id)
        .scalar_subquery()
    )
    of_song = (
        select(func.array_agg(genres.name))
        .where(song_genres.genre_id == genres.genre_id, song_genres.song_id == S.song_id)
        .scalar_subquery()
    )
    statement = select(S.version_group, S.sort_title, S.popularity, names.label("names"), of_song.label("genres"))
    return [
        (
            row["version_group"],
            set(f"{row['sort_title']} {row['names']}".split()),
            set(row["genres"]),
            row["popularity"],
        )
        for row in fetch(demo_catalogue.version, statement.order_by(S.song_id), cap=9000)
    ]


@pytest.mark.parametrize("text", ["love", "the", "remix", ""])
def test_within_a_filter_every_recording_is_found_once(text: str, demo_catalogue: Catalogue, songs: list) -> None:
    for genre in open_store(demo_catalogue).genre_names:
        within = SongFilter(genres=frozenset({genre})).with_range("popularity", Range(None, 20))
        expected = {
            group
            for group, words, genres, popularity in songs
            if genre in genres and popularity <= 20 and all(any(w.startswith(p) for w in words) for p in text.split())
        }
        numbers, total = api_songs.search_songs(demo_catalogue, text, within, 0, 2000)
        assert sorted(songs[number][0] for number in numbers) == sorted(expected)
        assert total == len(numbers)


def test_of_a_recording_the_version_within_the_filter_is_found(demo_catalogue: Catalogue, songs: list) -> None:
    """The heaviest version of some lies without; what is found is another one of it."""
    most = {group: max(p for g, _, _, p in songs if g == group) for group in {group for group, *_ in songs}}
    low = next((group, words, p) for group, words, _, p in songs if p <= 40 < most[group])
    numbers, _ = api_songs.search_songs(
        demo_catalogue, " ".join(low[1]), SongFilter().with_range("popularity", Range(None, 40)), 0, 50
    )
    assert low[0] in [songs[number][0] for number in numbers]
    assert all(songs[number][3] <= 40 for number in numbers)


def test_the_words_of_an_album_restrict(api: FlaskClient, demo_catalogue: Catalogue) -> None:
    found = _json(api, '/search?q=eminem album:"marshall mathers lp"&limit=50')["tracks"]
    assert found["total"] > 0
    for each in found["items"]:
        assert "Marshall Mathers LP" in each["album"]["name"]
    assert found["total"] < _json(api, "/search?q=eminem")["tracks"]["total"]


def test_genres_are_found_however_they_are_capitalised(api: FlaskClient) -> None:
    usual, loud = (_json(api, f"/search?q=love genre:{name}")["tracks"] for name in ("deep-house", "Deep-HOUSE"))
    assert usual["total"] == loud["total"] > 0
    assert usual["items"] == loud["items"]
    assert _json(api, "/search?q=love genre:polka")["tracks"]["total"] == 0


def test_the_words_are_corrected_only_where_they_find_nothing_anywhere(api: FlaskClient) -> None:
    assert _json(api, "/search?q=lovve genre:rock")["tracks"]["items"]
    assert _json(api, "/search?q=love year:1802")["tracks"]["total"] == 0


@pytest.mark.parametrize("text", ["artist:", 'track:"" album:', "genre:"])
def test_parts_without_words_are_no_search(text: str, api: FlaskClient) -> None:
    answer = api.get("/api/v1/search", query_string={"q": text})
    assert answer.status_code == 400
    assert "no words" in answer.text


def test_artists_have_what_programs_read(api: FlaskClient, demo_catalogue: Catalogue) -> None:
    found = _json(api, "/search?q=skrillex&type=artist")["artists"]["items"][0]
    assert found["name"] == "Skrillex"
    links, genres = tables.song_genres, tables.genres
    statement = (
        select(genres.c.name)
        .distinct()
        .join(links, links.c.genre_id == genres.c.genre_id)
        .join(tables.song_artists, tables.song_artists.c.song_id == links.c.song_id)
        .join(tables.artists, tables.artists.c.artist_id == tables.song_artists.c.artist_id)
        .where(tables.artists.c.name == "Skrillex")
    )
    assert found["genres"] == sorted(row["name"] for row in fetch(demo_catalogue.version, statement))
    assert found["genres"]
    assert found["images"] == []
    assert found["followers"]["total"] is None


def _json(api: FlaskClient, path: str) -> dict:
    answer = api.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)
