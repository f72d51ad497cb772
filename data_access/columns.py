"""The column store: a catalogue's numbers as memory-mapped arrays, one folder for each catalogue version.

Song number i is row i of every array. PostgreSQL stays the truth; these files are made from it once
(by the loader before it swaps a catalogue in, or by the first worker that misses them) and
are mapped read-only, so that all workers share one copy in the page cache.

    values.npy   (fields, songs) float32   NaN is unknown; rows in the order of FIELDS
    codes.npy    (songs, 16) uint8         bin codes: FIELDS, then key, time_signature, explicit; one row
                                           is one song, to tally all of a song's codes in one go
    columns.npy  (16, songs) uint8         the same codes turned round, to test a condition on many songs at once
    order-*.npy  (songs,) int32            song ids in ascending order of a column, unknown last
    genres.npy   (2, pairs) int32          song id and genre number of every song_genres row
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_postgresql import dbapi

from data_access import search_index
from data_access.catalogue import Catalogue
from data_access.db import catalogue_schema, loader_dsn, reader_dsn
from data_access.fields import FIELDS, UNKNOWN_CODE, UNKNOWN_KEY, Field
from settings import get_settings

CODE_COLUMNS = (*(field.name for field in FIELDS), "key", "time_signature", "explicit")
_LAYOUT = "v2"  # raise it when the arrays change: stores of the old layout are then built anew
CODE_WIDTH = 16  # a power of two, so that a row never straddles a cache line
TEXT_ORDERS = ("title", "artists", "album")
SORTABLE = frozenset({*CODE_COLUMNS, *TEXT_ORDERS})

VALUE_ROW = {field.name: row for row, field in enumerate(FIELDS)}
CODE_COLUMN = {name: column for column, name in enumerate(CODE_COLUMNS)}


@dataclass(frozen=True)
class ColumnStore:
    """The arrays of one catalogue version, mapped read-only."""

    folder: Path

    @cached_property
    def _about(self) -> dict:
        return json.loads((self.folder / "about.json").read_text())

    @property
    def n_songs(self) -> int:
        """Number of songs, the length of every column."""
        return self._about["songs"]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of which at least one song has a known value."""
        return tuple(field for field in FIELDS if field.name in self._about["fields"])

    @cached_property
    def genre_names(self) -> tuple[str, ...]:
        """Names of the genres by number; empty for a catalogue without genres."""
        return tuple(self._about["genres"])

    @cached_property
    def all_values(self) -> np.ndarray:
        """(fields, songs) float32."""
        return self._map("values")

    @cached_property
    def codes(self) -> np.ndarray:
        """(songs, 16) uint8; see CODE_COLUMNS."""
        return self._map("codes")

    @cached_property
    def columns(self) -> np.ndarray:
        """(16, songs) uint8; the codes, one row a column."""
        return self._map("columns")

    @cached_property
    def genre_pairs(self) -> np.ndarray:
        """(2, pairs) int32: song ids, genre numbers."""
        return self._map("genres")

    def values(self, name: str) -> np.ndarray:
        """One field, (songs,) float32, NaN where unknown."""
        return self.all_values[VALUE_ROW[name]]

    def code_column(self, name: str) -> np.ndarray:
        """One column of codes, (songs,) uint8."""
        return self.columns[CODE_COLUMN[name]]

    def column(self, name: str) -> np.ndarray:
        """What `SongFilter.mask` asks for: a field's values, a facet's codes."""
        return self.values(name) if name in VALUE_ROW else self.code_column(name)

    def order(self, column: str) -> tuple[np.ndarray, int]:
        """Song ids ascending by one of SORTABLE, (songs,) int32, and how many have a known value.

        The ids after those are the unknown ones, by id.
        """
        if column not in SORTABLE:
            raise KeyError(f"{column} is not a column that the table sorts by.")
        return self._map(f"order-{column}"), self._about["known"][column]

    def _map(self, name: str) -> np.ndarray:
        # A plain array over the mapping: numba knows no np.memmap.
        return np.load(self.folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)


def open_store(catalogue: Catalogue) -> ColumnStore:
    """The column store of a catalogue, built first when its folder is missing, which takes seconds."""
    folder = _folder(catalogue.version, catalogue.started_at)
    return _open(folder) if folder.exists() else _open(_build_once(catalogue.version, folder, reader_dsn()))


@lru_cache(maxsize=2)
def _open(folder: Path) -> ColumnStore:
    return ColumnStore(folder)


def build(version: int) -> Path:
    """Write the column store of a catalogue whose tables are committed but not live yet; gives its folder.

    Stores of catalogues that are neither this one nor the live one are deleted.
    """
    with dbapi.connect(loader_dsn()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, started_at FROM musicgroup.catalogue WHERE version = $1 OR state = 'live'", (version,)
        )
        folders = {number: _folder(number, started_at) for number, started_at in cursor.fetchall()}
    folder = _build_once(version, folders[version], loader_dsn())
    for old in folder.parent.iterdir():
        if old.is_dir() and old not in folders.values():
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _folder(version: int, started_at: datetime) -> Path:
    # Versions begin at 1 again in a new database; the time tells two databases apart.
    return get_settings().data_dir / "columns" / f"catalogue-{version}-{started_at.timestamp():.6f}-{_LAYOUT}"


def _build_once(version: int, folder: Path, dsn: str) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / f"{folder.name}.lock"):
        if not folder.exists():
            unfinished = folder.parent / f"{folder.name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _write(version, unfinished, dsn)
            unfinished.rename(folder)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---- making the arrays -----------------------------------------------------------------------


def _write(version: int, folder: Path, dsn: str) -> None:
    with dbapi.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {catalogue_schema(version)}")
        songs = _read(
            cursor,
            f"""SELECT {", ".join(field.name for field in FIELDS)},
                       (key * 2 + mode)::smallint AS key, time_signature, explicit::int::smallint AS explicit
                FROM songs ORDER BY song_id""",
        )
        names = _read(
            cursor,
            """SELECT songs.sort_title, albums.sort_name AS album, artists.sort_name AS artist
               FROM songs
               LEFT JOIN albums USING (album_id)
               LEFT JOIN song_artists ON song_artists.song_id = songs.song_id AND position = 0
               LEFT JOIN artists USING (artist_id)
               ORDER BY songs.song_id""",
        )
        genres = _read(cursor, "SELECT song_id, genre_id FROM song_genres ORDER BY song_id, genre_id")
        genre_names = _read(cursor, "SELECT name FROM genres ORDER BY genre_id")["name"].to_pylist()

    values = np.vstack([_floats(songs[field.name]) for field in FIELDS])
    codes = np.zeros((songs.num_rows, CODE_WIDTH), dtype=np.uint8)
    for column, field in enumerate(FIELDS):
        codes[:, column] = field.code(values[column])
    for name, unknown in (("key", UNKNOWN_KEY), ("time_signature", 0), ("explicit", UNKNOWN_CODE)):
        codes[:, CODE_COLUMN[name]] = songs[name].fill_null(unknown).to_numpy()
    np.save(folder / "values.npy", values)
    np.save(folder / "codes.npy", codes)
    np.save(folder / "columns.npy", np.ascontiguousarray(codes.T))
    np.save(folder / "genres.npy", np.vstack([genres["song_id"], genres["genre_id"]]).astype(np.int32))

    known = _write_orders(folder, values, codes, names)
    search_index.build_search_arrays(folder, version, dsn)
    about = {
        "songs": songs.num_rows,
        "fields": [field.name for field in FIELDS if known[field.name]],
        "genres": genre_names,
        "known": known,
    }
    (folder / "about.json").write_text(json.dumps(about))


def _read(cursor: dbapi.Cursor, query: str) -> pa.Table:
    cursor.execute(query)
    return cursor.fetch_arrow_table()


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return column.cast(pa.float32(), safe=False).fill_null(float("nan")).to_numpy()


def _write_orders(folder: Path, values: np.ndarray, codes: np.ndarray, names: pa.Table) -> dict[str, int]:
    """Write order-<column>.npy for every sortable column; gives how many songs are known in each."""

    def write(column: str) -> tuple[str, int]:
        if column in VALUE_ROW:
            keys = values[VALUE_ROW[column]]
            known = int(np.count_nonzero(~np.isnan(keys)))  # NaN sorts last
        elif column in CODE_COLUMN:
            keys = codes[:, CODE_COLUMN[column]].copy()
            unknown = {"key": UNKNOWN_KEY, "time_signature": 0, "explicit": UNKNOWN_CODE}[column]
            keys[keys == unknown] = UNKNOWN_CODE
            known = int(np.count_nonzero(keys != UNKNOWN_CODE))
        else:
            source = {"title": "sort_title", "artists": "artist", "album": "album"}[column]
            keys = _ranks(names[source])
            known = len(keys) - names[source].null_count
        np.save(folder / f"order-{column}.npy", np.argsort(keys, kind="stable").astype(np.int32))
        return column, known

    with ThreadPoolExecutor(2) as threads:  # sorting lets go of the interpreter lock
        return dict(threads.map(write, sorted(SORTABLE)))


def _ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """Rank of each text among the distinct ones in byte order, (songs,) int32; NULL after all others."""
    encoded = texts.combine_chunks().dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    positions = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.where(positions < 0, np.int32(len(order)), np.append(rank, np.int32(0))[positions])
