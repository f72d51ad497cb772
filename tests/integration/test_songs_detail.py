"""Single songs, extremes and what is unknown, over the demo catalogue."""

from __future__ import annotations

import numpy as np
import psycopg2
import pytest
from sqlalchemy import func, select, text

from data_access import columns, db, explore, quality, songs, tables
from data_access.fields import FIELD_BY_NAME

SONGS = tables.songs.c
BOHEMIAN_RHAPSODY = "4u7EnebtmKWzUH433cf5Qv"


@pytest.fixture(scope="module", autouse=True)
def store(demo_catalogue):
    return columns.open_store(demo_catalogue)


def test_a_song_is_what_the_table_says(demo_catalogue):
    song = songs.get(BOHEMIAN_RHAPSODY)
    row = db.fetch(demo_catalogue.version, select(tables.songs).where(SONGS.spotify_id == BOHEMIAN_RHAPSODY))[0]
    assert song.title == "Bohemian Rhapsody - Remastered 2011"
    assert [artist.name for artist in song.artists] == ["Queen"]
    assert song.album.name == "A Night At The Opera (2011 Remaster)"
    assert song.key == row["key"] * 2 + row["mode"]
    assert song.genres == ("rock",)
    assert song.values["energy"] == pytest.approx(row["energy"])
    assert song.values["year"] is None  # the demo's file has none
    assert "year" not in song.percentiles


def test_percentiles_are_the_share_of_known_songs_that_are_lower(demo_catalogue):
    for line in songs.random_songs(20, seed=3):
        song = songs.get(line.spotify_id)
        for name, share in song.percentiles.items():
            column = SONGS[name]
            of_song = select(column).where(SONGS.spotify_id == song.spotify_id).scalar_subquery()
            counted = select(func.count().filter(column < of_song), func.count(column)).select_from(tables.songs)
            lower, known = db.fetch(demo_catalogue.version, counted)[0].values()
            assert share == pytest.approx(lower / known), (song.title, name)


def test_versions_are_the_rest_of_the_group_and_know_each_other(demo_catalogue):
    several = select(SONGS.version_group).group_by(SONGS.version_group).having(func.count() > 2)
    group = several.order_by(func.count(), SONGS.version_group).limit(1)
    rows = db.fetch(
        demo_catalogue.version, select(SONGS.spotify_id).where(SONGS.version_group == group.scalar_subquery())
    )
    ids = {row["spotify_id"] for row in rows}
    assert len(ids) > 2
    for spotify_id in ids:
        assert {line.spotify_id for line in songs.get(spotify_id).versions} == ids - {spotify_id}


@pytest.mark.parametrize("spotify_id", ["", "nope", "'; DROP TABLE songs", "a" * 5000, "\0", "🎸"])
def test_an_unknown_id_is_none(spotify_id):
    assert songs.get(spotify_id) is None


def test_random_songs_are_different_and_a_seed_repeats_them():
    assert songs.random_songs(10, seed=1) == songs.random_songs(10, seed=1)
    assert songs.random_songs(10, seed=1) != songs.random_songs(10, seed=2)
    assert len({song.spotify_id for song in songs.random_songs(50)}) == 50


def test_extremes_are_at_the_ends_and_each_song_once(store):
    found = songs.extremes()
    assert len({extreme.song.spotify_id for extreme in found}) == len(found)
    by_words = {extreme.what: extreme for extreme in found}
    assert "Oldest" not in by_words  # the demo has no years
    music = (
        (store.values("danceability") > 0) & (store.values("valence") > 0) & (store.values("speechiness") <= 0.66)
        & (store.values("duration_ms") >= 60_000) & (store.values("duration_ms") <= 900_000)
    )  # fmt: skip
    assert by_words["Fastest"].song.values["tempo"] == pytest.approx(float(np.nanmax(store.values("tempo")[music])))
    assert by_words["Most danceable"].song.values["danceability"] == pytest.approx(
        float(store.values("danceability")[music].max())
    )
    assert by_words["Longest"].song.values["duration_ms"] > by_words["Fastest"].song.values["duration_ms"]


def test_songs_like_one_are_some_and_it_is_among_them(demo_catalogue):
    for line in songs.random_songs(15, seed=5):
        song = songs.get(line.spotify_id)
        like = songs.filter_like(song)
        found = explore.summarise(like).selected
        assert 1 <= found <= demo_catalogue.songs // 10
        here = select(func.count()).where(like.clause(), SONGS.spotify_id == song.spotify_id)
        assert db.fetch(demo_catalogue.version, here)[0]["count_1"] == 1, like.sentence()
        assert {name for name, _ in like.ranges} <= set(FIELD_BY_NAME)


def test_unknowns_are_counted_for_every_column_that_can_be_unknown(demo_catalogue):
    unknown = {found.column: found.unknown for found in quality.unknowns_per_column()}
    assert unknown["year"] == demo_catalogue.songs
    assert unknown["energy"] == 0
    tempo = select(func.count()).select_from(tables.songs).where(SONGS.tempo.is_(None))
    assert unknown["tempo"] == db.fetch(demo_catalogue.version, tempo)[0]["count_1"]
    assert "title" not in unknown


def test_rejected_rows_are_grouped_by_reason_the_commonest_first(demo_catalogue, database):
    schema = db.catalogue_schema(demo_catalogue.version)
    rows = [(line, "tempo is not a number", "tempo", f"row {line}") for line in range(2, 7)]
    rows += [(100, "the id is missing", "track_id", "x" * 2000)]
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {schema}.rejected_rows VALUES (%s, %s, %s, %s)", rows)
    try:
        found = quality.rejected_by_reason(examples=2)
        assert [(r.reason, r.column_name, r.rows) for r in found] == [
            ("tempo is not a number", "tempo", 5), ("the id is missing", "track_id", 1),
        ]  # fmt: skip
        assert found[0].examples == ((2, "row 2"), (3, "row 3"))
        assert len(found[1].examples[0][1]) == 300
    finally:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {schema}.rejected_rows")
        connection.close()
    assert quality.rejected_by_reason() == []


def test_the_dashboard_cannot_write(demo_catalogue):
    with pytest.raises(Exception, match="read-only"), db.reader(demo_catalogue.version) as connection:
        connection.execute(text("DELETE FROM musicgroup.catalogue"))
