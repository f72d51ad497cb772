"""A small catalogue made to be awkward: values on bin edges, beyond every domain, and unknown."""

from __future__ import annotations

import numpy as np
import psycopg2
from psycopg2.extras import execute_values

from data_access import models
from data_access.columns import build
from data_access.fields import FIELDS
from data_access.models import Mood, NewModel
from data_access.text import words
from settings import PROJECT_DIR

GENRES = ("ambient", "hip-hop", "rock 'n' roll")
TITLES = ("Love Song", "Lovely Day", "NA", "It's Time", "Déjà Vu", "= SUM(1)", "夜に駆ける", "Love Is All")
MOODS = ("Happy", "Sad", "loud, fast, electronic", "No one's", "50 % & more")
GRID = 0.0625
"""Places on the map are multiples of it, so that they and the corners of areas are exact in float32 and in a URL."""
WHOLE_NUMBERS = ("duration_ms", "year", "popularity")


def values_of(field, rng: np.random.Generator, n_songs: int) -> list[float | None]:
    """Float32 values of a field: inside bins, exactly on edges, a float32 step beside edges, outside, unknown."""
    edges = field.edges
    inside = rng.uniform(field.low, field.high, n_songs).astype(np.float32)
    on_edge = rng.choice(edges, n_songs)
    beside = np.nextafter(on_edge, np.float32(rng.choice([-np.inf, np.inf])))
    span = field.high - field.low
    beyond = rng.choice([field.low - span, field.high + span], n_songs).astype(np.float32)
    kind = rng.choice(5, n_songs, p=[0.5, 0.2, 0.15, 0.05, 0.1])
    chosen = np.select([kind == 0, kind == 1, kind == 2, kind == 3], [inside, on_edge, beside, beyond], np.nan)
    if field.name in WHOLE_NUMBERS:
        chosen = np.clip(np.round(chosen), 0, 3000 if field.name != "duration_ms" else 20_000_000)
    return [None if value != value else float(value) for value in chosen]


def make(dsn: str, n_songs: int = 3000, seed: int = 0) -> int:
    """Create the catalogue in the database and make it live; gives its version."""
    rng = np.random.default_rng(seed)
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute((PROJECT_DIR / "etl" / "meta.sql").read_text())
        cursor.execute("UPDATE musicgroup.catalogue SET state = 'retired' WHERE state = 'live'")
        cursor.execute(
            """INSERT INTO musicgroup.catalogue
                   (state, source_name, source_format, file_rows, song_rows, merged_rows, rejected_rows,
                    songs, artists, albums, genres, playlists)
               VALUES ('live', 'random', 'random', %s, %s, 0, 0, %s, 20, 10, %s, 0) RETURNING version""",
            (n_songs, n_songs, n_songs, len(GENRES)),
        )
        version = cursor.fetchone()[0]
        cursor.execute(f"CREATE SCHEMA catalogue_{version}; SET LOCAL search_path TO catalogue_{version}")
        cursor.execute((PROJECT_DIR / "etl" / "schema.sql").read_text())
        execute_values(
            cursor,
            "INSERT INTO artists VALUES %s",
            [(i, f"artist{i}" if i % 2 else None, f"Artist {i}", f"artist {i}", 1) for i in range(20)],
        )
        execute_values(
            cursor, "INSERT INTO albums VALUES %s", [(i, f"album{i}", f"Album {i}", f"album {i}") for i in range(10)]
        )
        execute_values(cursor, "INSERT INTO genres VALUES %s", [(i, name, 1) for i, name in enumerate(GENRES)])
        columns = {field.name: values_of(field, rng, n_songs) for field in FIELDS}
        keys = [None if key == 12 else int(key) for key in rng.integers(0, 13, n_songs)]
        rows = []
        for song in range(n_songs):
            title = TITLES[song % len(TITLES)] + ("" if song < 100 else f" {song}")
            album = int(rng.integers(0, 11))
            rows.append(
                (
                    song, f"song{song:018d}", title, " ".join(words(title)), None if album == 10 else album,
                    [None, True, False][rng.integers(0, 3)], *(columns[field.name][song] for field in FIELDS),
                    keys[song], None if keys[song] is None else int(rng.integers(0, 2)),
                    [None, 3, 4, 5][rng.integers(0, 4)], song, " ".join(words(f"{title} Artist {song % 20}")),
                )
            )  # fmt: skip
        execute_values(
            cursor,
            f"""INSERT INTO songs (song_id, spotify_id, title, sort_title, album_id, explicit,
                    {", ".join(field.name for field in FIELDS)}, key, mode, time_signature, version_group, search)
                VALUES %s""",
            rows,
            template="(" + ", ".join(["%s"] * (len(FIELDS) + 10)) + ", array_to_tsvector(string_to_array(%s, ' ')))",
        )
        execute_values(
            cursor,
            "INSERT INTO song_artists VALUES %s",
            [(song, position, (song + position) % 20) for song in range(n_songs) for position in range(song % 3 + 1)],
        )
        execute_values(
            cursor,
            "INSERT INTO song_genres VALUES %s",
            [(song, genre) for song in range(n_songs) for genre in range(3) if rng.random() < 0.3],
        )
    connection.close()
    build(version)
    store_model(version, n_songs, seed)
    return version


def store_model(version: int, n_songs: int = 3000, seed: int = 0) -> models.Model:
    """Store a random model of the catalogue: one mood without songs, songs without a mood, songs in one place."""
    rng = np.random.default_rng(seed)
    mood = rng.choice([0, 1, 2, 4, 255], n_songs, p=[0.3, 0.3, 0.1, 0.1, 0.2]).astype(np.uint8)
    xy = (rng.integers(-16, 17, (2, n_songs)) * GRID).astype(np.float32)
    off_grid = rng.random(n_songs) < 0.5
    xy[:, off_grid] += rng.normal(0, 0.3, (2, int(off_grid.sum()))).astype(np.float32)
    xy[:, mood == 255] = np.nan
    new = NewModel(
        catalogue_version=version,
        features=("energy", "valence"),
        algorithm="kmeans",
        k=len(MOODS),
        scaling="standard",
        seed=seed,
        fitted_filter="",
        fitted_songs=int((mood != 255).sum()),
        libraries={"numpy": np.__version__},
        parameters={},
        projection={"kind": "pca", "x": "left to right", "y": "down to up", "extent": [-2.0, 2.0, -2.0, 2.0]},
        moods=tuple(Mood(i, name, i + 1, int((mood == i).sum())) for i, name in enumerate(MOODS)),
        report={"songs": n_songs},
        seconds=0.5,
    )
    return models.store(new, mood, xy)
