"""Small files of songs for the loader's tests, and the loader's commands."""

from __future__ import annotations

import csv
import io
import signal
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import psycopg2

from data_access import embedded
from etl.__main__ import main
from settings import PROJECT_DIR
from tests.conftest import using

SHARED = PROJECT_DIR.parent / "shared" / "data"
FEATURES = {
    "danceability": "0.638", "energy": "0.644", "key": "11", "loudness": "-10.569", "mode": "1",
    "speechiness": "0.835", "acousticness": "0.889", "instrumentalness": "0.0", "liveness": "0.294",
    "valence": "0.5", "tempo": "129.506", "duration_ms": "87707",
}  # fmt: skip
BIG = {
    "id": "", "name": "A title", "album": "An album", "album_id": "al1", "artists": "['Somebody']",
    "artist_ids": "['ar1']", "track_number": "7", "disc_number": "1", "explicit": "False", **FEATURES,
    "time_signature": "4.0", "year": "2000", "release_date": "2000",
}  # fmt: skip
BY_GENRE = {
    "track_id": "", "artists": "Somebody", "album_name": "An album", "track_name": "A title", "popularity": "50",
    "explicit": "False", **FEATURES, "time_signature": "4", "track_genre": "rock",
}  # fmt: skip
BY_PLAYLIST = {
    "track_id": "", "track_name": "A title", "track_artist": "Somebody", "track_popularity": "50",
    "track_album_id": "al1", "track_album_name": "An album", "track_album_release_date": "2019-05-31",
    "playlist_name": "Pop", "playlist_id": "p1", "playlist_genre": "pop", "playlist_subgenre": "dance pop", **FEATURES,
}  # fmt: skip
NO_ALBUM = {
    "id": "", "name": "A title", "popularity": "50", "explicit": "1", "artists": "['Somebody']",
    "id_artists": "['ar1']", "release_date": "1999-02", **FEATURES, "time_signature": "3",
}  # fmt: skip
SPELLED = {
    "genre": "Jazz", "artist_name": "Somebody", "track_name": "A title", "track_id": "", "popularity": "50",
    **FEATURES, "key": "C#", "mode": "Minor", "time_signature": "4/4",
}  # fmt: skip


def file_of(path: Path, like: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> Path:
    """A CSV file with the columns of `like`; each row is `like` with some values of its own.

    Rows without an id get s0, s1, ...
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, like, lineterminator="\n")
    writer.writeheader()
    id_column = "id" if "id" in like else "track_id"
    for number, row in enumerate(rows):
        writer.writerow({**like, id_column: f"s{number}", **row})
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def etl(*arguments: object) -> CompletedProcess[str]:
    """What `python -m etl` does in the database of the current settings; `load` without moods, which need many songs.

    In this process, which has imported everything: a new one needs longer for that than for the small files here.
    Those that are killed, and some others, are real processes.
    """
    words = [*map(str, arguments), *(["--no-moods"] if arguments[0] == "load" else [])]
    out, errors, before = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGTERM)
    with using({}), redirect_stdout(out), redirect_stderr(errors):
        try:
            code = main(words)
        finally:
            signal.signal(signal.SIGTERM, before)
    return CompletedProcess(words, code, out.getvalue(), errors.getvalue())


def query(statement: str, *parameters: object) -> list[tuple]:
    """Rows from the live catalogue's schema (or from `musicgroup`)."""
    connection = psycopg2.connect(embedded.dsn())
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version FROM musicgroup.catalogue WHERE state = 'live'")
            live = cursor.fetchone()
            if live:
                cursor.execute(f"SET search_path TO catalogue_{live[0]}, musicgroup")
            cursor.execute(statement, parameters or None)
            return cursor.fetchall()
    finally:
        connection.close()


def loaded(path: Path) -> str:
    """Load a file that is expected to load; what it printed."""
    done = etl("load", "--quiet", path)
    assert done.returncode == 0, done.stderr
    return done.stdout
