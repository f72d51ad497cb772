"""A column store without a database: the real songs of the demo and of the real file, or any numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from data_access.columns import CODE_COLUMN, CODE_WIDTH, ColumnStore
from data_access.fields import AUDIO_FEATURES, FIELDS
from etl.demo import packaged_file

REAL_FILE = "spotify_songs_dev.csv.gz"


def made_store(
    folder: Path,
    values: dict[str, np.ndarray],
    genres: list[list[int]] | None = None,
    facets: dict[str, np.ndarray] | None = None,
) -> ColumnStore:
    """A store of songs with these fields, each (songs,), NaN unknown; genres are lists of song ids by genre.

    facets: codes (songs,) of "key", "time_signature", "explicit", 0 where not given.
    """
    n_songs = len(next(iter(values.values())))
    rows = np.full((len(FIELDS), n_songs), np.nan, dtype=np.float32)
    codes = np.zeros((n_songs, CODE_WIDTH), dtype=np.uint8)
    for row, field in enumerate(FIELDS):
        if field.name in values:
            rows[row] = values[field.name]
        codes[:, row] = field.code(rows[row])
    for name, column in (facets or {}).items():
        codes[:, CODE_COLUMN[name]] = column
    pairs = [(song, genre) for genre, songs in enumerate(genres or []) for song in songs]
    np.save(folder / "values.npy", rows)
    np.save(folder / "codes.npy", codes)
    np.save(folder / "columns.npy", np.ascontiguousarray(codes.T))
    np.save(folder / "genres.npy", np.array(pairs, dtype=np.int32).reshape(-1, 2).T)
    about = {
        "songs": n_songs,
        "fields": [name for name in values if not np.isnan(values[name]).all()],
        "genres": [f"genre {number}" for number in range(len(genres or []))],
    }
    (folder / "about.json").write_text(json.dumps(about))
    return ColumnStore(folder)


def demo_store(folder: Path) -> ColumnStore:
    """The demo's songs, each once."""
    return made_store(folder, _features(pyarrow.parquet.read_table(packaged_file())))


def real_store(folder: Path, shared_data: Path) -> ColumnStore:
    """The songs of the real file of playlists, each once."""
    return made_store(folder, _features(pa.csv.read_csv(shared_data / REAL_FILE)))


def _features(table: pa.Table) -> dict[str, np.ndarray]:
    _, first = np.unique(table["track_id"].to_numpy(zero_copy_only=False), return_index=True)
    found = {name: table[name].to_numpy()[np.sort(first)].astype(np.float32) for name in AUDIO_FEATURES}
    found["tempo"][found["tempo"] == 0] = np.nan  # as the loader does
    return found
