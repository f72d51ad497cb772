"""The JSON API suits a program that was written for Spotify: spotipy, unmodified, with its prefix set to ours."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import psycopg2
import psycopg2.extras
import pytest
import spotipy

from data_access import catalogue
from data_access.columns import open_store
from data_access.things import Thing
from ml.recommender import Asked, recommend
from ml.similar_query import Wish
from ml.similar_words import why

FEATURES = (
    "danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness", "instrumentalness", "liveness",
    "valence", "tempo", "duration_ms", "time_signature",
)  # fmt: skip
UNKNOWN = "0000000000000000000000"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # what Spotify has taken away


@pytest.fixture(scope="module")
def music(served: str) -> spotipy.Spotify:
    """The client, straight at gunicorn."""
    return client(served)


def client(site: str) -> spotipy.Spotify:
    """An unmodified client with any token that tries once."""
    found = spotipy.Spotify(auth="any token", retries=0, status_retries=0, requests_timeout=90)
    found.prefix = f"{site}api/v1/"
    return found


@pytest.fixture(scope="module")
def rows(demo_catalogue: catalogue.Catalogue, database: str) -> Iterator[list[dict]]:
    """Some songs as they stand in the database."""
    with psycopg2.connect(database) as connection:
        cursor = connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)
        cursor.execute(f"SET search_path TO catalogue_{demo_catalogue.version}")
        cursor.execute(
            """SELECT s.*, albums.name AS album,
                      (SELECT array_agg(name ORDER BY position) FROM song_artists JOIN artists USING (artist_id)
                       WHERE song_id = s.song_id) AS artists
               FROM songs s LEFT JOIN albums USING (album_id)
               ORDER BY song_id % 577, song_id LIMIT 60"""
        )
        yield [dict(row) for row in cursor.fetchall()]
    connection.close()


def test_audio_features_are_those_of_the_database(music: spotipy.Spotify, rows: list[dict]) -> None:
    asked = [*(row["spotify_id"] for row in rows), UNKNOWN]
    found = music.audio_features(asked)
    assert [each and each["id"] for each in found] == [*asked[:-1], None]
    for each, row in zip(found, rows, strict=False):
        for name in FEATURES:
            if name == "key" and row["key"] is None:
                assert each["key"] == -1
            else:
                assert each[name] == (None if row[name] is None else pytest.approx(row[name], rel=1e-6)), name
        assert each["uri"] == f"spotify:track:{row['spotify_id']}"
    assert music.audio_features(asked[0]) == found[:1]
    assert music.audio_features(f"spotify:track:{asked[1]}") == found[1:2]


def test_one_song_and_several(music: spotipy.Spotify, rows: list[dict]) -> None:
    row = rows[0]
    found = music.track(row["spotify_id"])
    assert found["name"] == row["title"]
    assert [artist["name"] for artist in found["artists"]] == row["artists"]
    assert found["album"]["name"] == row["album"]
    assert found["duration_ms"] == row["duration_ms"]
    assert found["popularity"] == row["popularity"]
    assert found["explicit"] == row["explicit"]
    several = music.tracks([row["spotify_id"] for row in rows[:50]])["tracks"]
    assert [each["name"] for each in several] == [row["title"] for row in rows[:50]]
    assert several[0] == found


def test_what_is_not_there_is_an_error_of_spotipy(music: spotipy.Spotify) -> None:
    with pytest.raises(spotipy.SpotifyException) as caught:
        music.track(UNKNOWN)
    assert caught.value.http_status == 404
    assert "no song with that id" in caught.value.msg


def test_search_finds_and_pages(music: spotipy.Spotify, rows: list[dict]) -> None:
    row = next(row for row in rows if len(row["title"].split()) == 2 and row["title"].isascii())
    found = music.search(f"{row['title']} {row['artists'][0]}", type="track,artist", limit=10)
    assert row["spotify_id"] in [each["id"] for each in found["tracks"]["items"]]
    artists = music.search(row["artists"][0], type="artist")["artists"]["items"]
    assert row["artists"][0] in [artist["name"] for artist in artists]

    first = music.search("love", limit=7)["tracks"]
    assert len(first["items"]) == 7
    assert first["total"] > 20
    assert first["previous"] is None
    seen, page = [each["id"] for each in first["items"]], first
    while page["next"]:
        page = music.next(page)["tracks"]
        seen += [each["id"] for each in page["items"]]
    assert len(seen) == first["total"] == len(set(seen))
    last = music.search("love", limit=7, offset=first["total"] - 1)["tracks"]
    assert [each["id"] for each in last["items"]] == seen[-1:]


def test_a_genre_in_the_search_restricts_it(music: spotipy.Spotify, demo_catalogue: catalogue.Catalogue) -> None:
    everything = music.search("love")["tracks"]["total"]
    by_genre = {
        name: music.search(f"love genre:{name}")["tracks"]["total"] for name in open_store(demo_catalogue).genre_names
    }
    assert all(0 < number < everything for number in by_genre.values())
    assert sum(by_genre.values()) >= everything


def test_recommendations_are_those_of_the_engine(
    music: spotipy.Spotify, rows: list[dict], demo_catalogue: catalogue.Catalogue
) -> None:
    seed = rows[3]["spotify_id"]
    asked = Asked((Thing("song", seed),), {"energy": Wish(target=0.8), "tempo": Wish(low=110, high=140)}, count=15)
    expected = recommend(demo_catalogue, asked)
    found = music.recommendations(
        seed_tracks=[seed], limit=15, target_energy=0.8, min_tempo=110, max_tempo=140, country="SE"
    )
    assert [each["id"] for each in found["tracks"]] == [line.spotify_id for line in expected.lines]
    assert found["seeds"] == [
        {
            "afterFilteringSize": expected.answer.pools.filtered,
            "afterRelinkingSize": expected.answer.pools.filtered,
            "href": f"{music.prefix}tracks/{seed}",
            "id": seed,
            "initialPoolSize": 5849,
            "type": "TRACK",
        }
    ]
    for each in music.audio_features([each["id"] for each in found["tracks"]]):
        assert 110 <= each["tempo"] <= 140


def test_every_tunable_of_spotify_is_heard(music: spotipy.Spotify) -> None:
    ranges = {
        "acousticness": (0.1, 0.9),
        "danceability": (0.4, 0.9),
        "duration_ms": (120_000, 300_000),
        "energy": (0.3, 0.95),
        "instrumentalness": (0, 0.5),
        "key": (0, 9),
        "liveness": (0, 0.5),
        "loudness": (-14, -3),
        "mode": (1, 1),
        "popularity": (1, 90),
        "speechiness": (0, 0.4),
        "tempo": (80, 170),
        "time_signature": (4, 4),
        "valence": (0.2, 0.95),
    }
    limits = {f"{end}_{name}": pair[end == "max"] for name, pair in ranges.items() for end in ("min", "max")}
    found = music.recommendations(seed_genres=["rock"], limit=30, **limits)["tracks"]
    assert len(found) == 30
    for each in music.audio_features([each["id"] for each in found]):
        for name, (low, high) in ranges.items():
            if name != "popularity":
                assert low <= each[name] <= high, name
    assert all(1 <= each["popularity"] <= 90 for each in found)
    quiet = music.recommendations(seed_genres=["rock"], limit=20, target_loudness=-30, target_acousticness=1)["tracks"]
    loud = music.recommendations(seed_genres=["rock"], limit=20, target_loudness=0, target_acousticness=0)["tracks"]
    means = [
        np.mean([each["loudness"] for each in music.audio_features([t["id"] for t in some])]) for some in (quiet, loud)
    ]
    assert means[0] < means[1] - 3


def test_genres_and_artists_are_seeds(music: spotipy.Spotify, rows: list[dict]) -> None:
    genres = music.recommendation_genre_seeds()["genres"]
    assert genres == ["country", "deep-house", "dubstep", "hip-hop", "metal", "rock"]
    name = next(row["artists"][0] for row in rows if row["artists"][0].isalnum() and row["artists"][0].isascii())
    found = music.recommendations(seed_artists=[name], seed_genres=genres[:1], limit=5)
    assert [seed["type"] for seed in found["seeds"]] == ["ARTIST", "GENRE"]
    assert len(found["tracks"]) == 5
    with pytest.raises(spotipy.SpotifyException, match="None of the seeds is in this catalogue: polka"):
        music.recommendations(seed_genres=["polka"])


def test_it_works_behind_nginx(site: str, rows: list[dict]) -> None:
    music = client(site)
    assert music.track(rows[0]["spotify_id"])["name"] == rows[0]["title"]
    page = music.search("love", limit=3)["tracks"]
    # The block forwards the host without its port, which is that of the test's nginx alone.
    following = urlsplit(page["next"])._replace(netloc=urlsplit(site).netloc).geturl()
    assert following.startswith(music.prefix)
    further = music.next({"next": following})["tracks"]["items"]
    assert {each["id"] for each in further}.isdisjoint(each["id"] for each in page["items"])
    assert further
    assert music.recommendations(seed_tracks=[rows[0]["spotify_id"]], limit=3)["tracks"]


def test_explanations_sum_to_the_score(served: str, rows: list[dict], demo_catalogue: catalogue.Catalogue) -> None:
    address = f"{served}api/v1/recommendations?seed_tracks={rows[5]['spotify_id']}&weight_tempo=3&explain=true"
    with urllib.request.urlopen(address, timeout=90) as answer:
        tracks = json.load(answer)["tracks"]
    expected = recommend(demo_catalogue, Asked((Thing("song", rows[5]["spotify_id"]),), {"tempo": Wish(weight=3)}))
    assert len(tracks) == 20
    for place, each in enumerate(tracks):
        assert sum(each["why"]["contributions"].values()) == pytest.approx(each["why"]["score"], abs=1e-6)
        assert each["why"]["sentence"] == why(expected.answer, place)
