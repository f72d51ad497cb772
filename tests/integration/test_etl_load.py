"""Files become catalogues: every row accounted for, every text exact, every relation right."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import date

import pytest

from data_access.text import words
from tests.integration.etl_files import (
    BIG,
    BY_GENRE,
    BY_PLAYLIST,
    NO_ALBUM,
    SHARED,
    SPELLED,
    etl,
    file_of,
    loaded,
    query,
)

pytestmark = pytest.mark.usefixtures("database")
NAMES = [
    "Tyler, The Creator", "Guns N' Roses", "John O'Gallagher", 'Christone "Kingfish" Ingram', "it's \"both\"",
    "AC\\DC", "[re:jazz]", "坂本龍一", "أم كلثوم", "Мумий Тролль", "🎷 Sax 🎷", "!!!", "tab\there", "line\nbreak",
]  # fmt: skip


def test_artists_come_out_exactly(tmp_path):
    rows = [{"artists": repr([name, "Second"]), "artist_ids": f"['id{i}', 'second']"} for i, name in enumerate(NAMES)]
    loaded(file_of(tmp_path / "names.csv", BIG, rows))
    found = query("""SELECT song_id, position, name FROM song_artists JOIN artists USING (artist_id) ORDER BY 1, 2""")
    assert found == [row for i, name in enumerate(NAMES) for row in ((i, 0, name), (i, 1, "Second"))]
    assert query("SELECT songs FROM artists WHERE spotify_id = 'second'") == [(len(NAMES),)]


def test_titles_stay_strings_and_search_has_every_word(tmp_path):
    titles = ["NA", "null", "None", "nan", "\\N", "\\.", "=1+1", "¡Qué?", "':(", "x" * 3000]
    loaded(file_of(tmp_path / "titles.csv", BIG, [{"name": title} for title in titles]))
    assert [title for (title,) in query("SELECT title FROM songs ORDER BY song_id")] == titles
    for title, lexemes in query("SELECT title, tsvector_to_array(search) FROM songs"):
        expected = {word[:400] for word in words(f"{title}")} | {"somebody", "an", "album"}
        assert set(lexemes) == expected


def test_unknowns_become_null_and_dates_keep_their_precision(tmp_path):
    loaded(
        file_of(
            tmp_path / "unknown.csv",
            BIG,
            [
                {"tempo": "0", "key": "-1", "year": "0", "release_date": "0000", "time_signature": "0.0"},
                {"energy": "", "explicit": "", "album": "", "album_id": ""},
                {"release_date": "1971-05", "year": "1971"},
                {"release_date": "1971-05-09", "year": "1971", "energy": "0"},
            ],
        )
    )
    found = query(
        """SELECT tempo, key, year, release_date, release_precision, time_signature, energy, explicit, album_id
           FROM songs ORDER BY song_id"""
    )
    assert found[0] == (None, None, None, None, None, None, pytest.approx(0.644), False, 0)
    assert found[1][6:] == (None, None, None)
    assert found[2][2:5] == (1971, date(1971, 5, 1), "month")
    assert found[3][2:7] == (1971, date(1971, 5, 9), "day", 4, 0.0)


def test_rows_that_cannot_be_used_are_kept_with_line_column_and_reason(tmp_path):
    path = file_of(
        tmp_path / "bad.csv",
        BIG,
        [
            {"name": "two\nlines"},
            {"name": " "},
            {"id": ""},
            {"energy": "1.5"},
            {"tempo": "fast"},
            {"artists": "['A'"},
            {"artists": "['A', 'B']"},
            {"release_date": "1999-02-30"},
            {"name": "good"},
        ],
    )
    with path.open("a") as file:
        file.write("only,three,fields\n")
    loaded(path)
    assert query("SELECT line, column_name, reason FROM rejected_rows ORDER BY line") == [
        (4, "name", "title is empty"),
        (5, "id", "id is empty"),
        (6, "energy", "energy '1.5' is not within 0 to 1"),
        (7, "tempo", "tempo 'fast' is not a number"),
        (8, "artists", "list of artists \"['A'\" is not a list of names such as ['A', 'B']"),
        (9, "artists", "list of artists has 2 names for 1 artist ids"),
        (10, "release_date", "release_date '1999-02-30' is not a date such as 1999, 1999-05 or 1999-05-31"),
        (12, None, "the row has 3 fields, the header 24"),
    ]
    assert query("SELECT row_text FROM rejected_rows WHERE line = 12") == [("only,three,fields",)]
    counts = "SELECT file_rows, song_rows, merged_rows, rejected_rows FROM musicgroup.catalogue WHERE state = 'live'"
    assert query(counts) == [(10, 2, 0, 8)]
    # An artist of rejected rows only is nobody's artist.
    assert query("SELECT count(*) FROM artists") == [(1,)]
    status = json.loads(etl("status", "--json").stdout)
    assert {row["column"]: row["rows"] for row in status["rejected"]}["artists"] == 1
    assert sum(row["rows"] for row in status["rejected"]) == 8
    assert "title is empty (first on line 4)" in etl("status").stdout


def test_genres_of_repeated_songs_are_united(tmp_path):
    rows = [
        {"track_id": "a", "track_genre": "rock"},
        {"track_id": "b", "track_genre": "pop", "artists": "A;B"},
        {"track_id": "a", "track_genre": "metal", "track_name": "another title"},
        {"track_id": "a", "track_genre": "rock"},
    ]
    loaded(file_of(tmp_path / "genres.csv", BY_GENRE, rows))
    assert query("SELECT spotify_id, title FROM songs ORDER BY song_id") == [("a", "A title"), ("b", "A title")]
    assert query("SELECT song_id, name FROM song_genres JOIN genres USING (genre_id) ORDER BY 1, 2") == [
        (0, "metal"), (0, "rock"), (1, "pop"),
    ]  # fmt: skip
    assert query("SELECT name, songs FROM genres ORDER BY genre_id") == [("metal", 1), ("pop", 1), ("rock", 1)]
    assert query("SELECT merged_rows FROM catalogue WHERE state = 'live'") == [(2,)]
    # No album ids: one album for each name and primary artist.
    assert query("SELECT count(*), count(spotify_id) FROM albums") == [(2, 0)]
    assert query("SELECT count(*), count(spotify_id) FROM artists") == [(3, 0)]


def test_playlists_of_repeated_songs_are_united(tmp_path):
    rows = [
        {"track_id": "a"},
        {"track_id": "a", "playlist_id": "p2", "playlist_name": "Rock", "playlist_genre": "rock"},
        {"track_id": "b", "playlist_subgenre": "electropop"},
        {"track_id": "c", "playlist_subgenre": "electropop"},
    ]
    loaded(file_of(tmp_path / "playlists.csv", BY_PLAYLIST, rows))
    assert query("SELECT spotify_id, name, genre, subgenre, songs FROM playlists ORDER BY playlist_id") == [
        ("p1", "Pop", "pop", "electropop", 3), ("p2", "Rock", "rock", "dance pop", 1),
    ]  # fmt: skip
    assert query("SELECT song_id, playlist_id FROM song_playlists ORDER BY 1, 2") == [(0, 0), (0, 1), (1, 0), (2, 0)]
    assert query("SELECT year, popularity FROM songs WHERE song_id = 0") == [(2019, 50)]


def test_formats_without_albums(tmp_path):
    loaded(file_of(tmp_path / "600k.csv", NO_ALBUM, [{}, {"name": ""}]))
    assert query("SELECT album_id, explicit, year, release_precision, time_signature FROM songs") == [
        (None, True, 1999, "month", 3)
    ]
    loaded(file_of(tmp_path / "232k.csv", SPELLED, [{}]))
    assert query("SELECT album_id, key, mode, time_signature, explicit FROM songs") == [(None, 1, 0, 4, None)]


def test_versions_of_a_recording_share_a_group(tmp_path):
    titles = ["Heroes", "Other", "Heroes - 2017 Remaster", "Heroes (feat. X) [Live]", "- Live"]
    rows = [{"name": title} for title in titles] + [{"name": "Heroes", "artists": "['B']", "artist_ids": "['b']"}]
    loaded(file_of(tmp_path / "versions.csv", BIG, rows))
    assert [group for (group,) in query("SELECT version_group FROM songs ORDER BY song_id")] == [0, 1, 0, 0, 4, 5]


def test_constraints_are_real(tmp_path):
    loaded(file_of(tmp_path / "one.csv", BIG, [{}]))
    found = query(
        """SELECT conrelid::regclass::text, contype::text, convalidated FROM pg_constraint
           WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'f', 'u') ORDER BY 1, 2"""
    )
    assert all(validated for _, _, validated in found)
    kinds = [(table, kind) for table, kind, _ in found]
    assert kinds.count(("song_artists", "f")) == 2
    assert kinds.count(("songs", "f")) == 2
    assert {table for table, kind in kinds if kind == "p"} == {
        "songs", "artists", "albums", "genres", "playlists", "song_artists", "song_genres", "song_playlists",
        "rejected_rows", "moods",
    }  # fmt: skip
    persistence = "SELECT DISTINCT relpersistence FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    assert query(persistence) == [("p",)]  # none is unlogged


def test_compressed_files_load_and_the_catalogue_before_is_kept(tmp_path):
    plain = file_of(tmp_path / "songs.csv", BIG, [{}, {}])
    packed = tmp_path / "songs.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for _ in range(3):
        loaded(packed)
    states = query("SELECT state FROM musicgroup.catalogue ORDER BY version DESC LIMIT 3")
    assert states == [("live",), ("retired",), ("retired",)]
    schemas = query(r"SELECT count(*) FROM pg_namespace WHERE nspname ~ '^catalogue_\d+$'")
    assert schemas == [(2,)]


def test_the_demo_loads_once():
    assert etl("demo", "--quiet", "--no-moods").returncode == 0
    assert query("SELECT file_rows, song_rows, merged_rows, genres FROM catalogue WHERE state = 'live'") == [
        (6000, 5849, 151, 6)
    ]
    assert "already loaded" in etl("demo", "--no-moods").stdout


def test_synthesised_songs_load_completely_and_the_same_each_time(tmp_path):
    for name in ("one.csv", "two.csv"):
        assert etl("synthesise", "--songs", 20_000, tmp_path / name).returncode == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    loaded(tmp_path / "one.csv")
    assert query("SELECT songs, rejected_rows, merged_rows FROM catalogue WHERE state = 'live'") == [(20_000, 0, 4)]
    assert query("SELECT count(*) > 500 FROM songs WHERE version_group <> song_id") == [(True,)]
    assert query("SELECT count(DISTINCT release_precision), count(*) > count(tempo) FROM songs") == [(3, True)]


def test_the_data_dictionary_is_up_to_date():
    done = etl("dictionary", "--check")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize(
    ("name", "rows", "songs", "playlists"),
    [("tracks_features_sample_1k.csv", 1000, 1000, 0), ("spotify_songs_dev.csv.gz", 19_631, 17_762, 282)],
)
def test_real_files_load_completely(name, rows, songs, playlists):
    loaded(SHARED / name)
    found = query(
        """SELECT file_rows, song_rows, playlists, file_rows - song_rows - merged_rows - rejected_rows, rejected_rows
           FROM catalogue WHERE state = 'live'"""
    )
    assert found == [(rows, songs, playlists, 0, 0)]
    assert query("SELECT count(*), min(song_id), max(song_id) FROM songs") == [(songs, 0, songs - 1)]


def test_status_may_be_read_in_part(tmp_path):
    loaded(file_of(tmp_path / "one.csv", BIG, [{}]))
    command = f"{sys.executable} -m etl status | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
