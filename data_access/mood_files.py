"""Moods of all songs on their way: arrays into PostgreSQL as binary COPY, and back into files that workers map.

mood.npy  (songs,) uint8      number of the song's mood; 255 is none
xy.npy    (2, songs) float32  its place on the map; NaN is none
"""

from __future__ import annotations

import fcntl
import io
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
from adbc_driver_postgresql import dbapi
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from data_access.db import catalogue_schema
from settings import get_settings

NO_MOOD = 255
_LAYOUT = "v1"  # raise it when the arrays change
_BLOCK = 262_144  # rows of binary made at a time
# https://www.postgresql.org/docs/current/sql-copy.html: signature, flags, length of an extension.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = -1
_ID = [("fields", ">i2"), ("id_length", ">i4"), ("song_id", ">i4")]
_MOOD = {True: [("mood_length", ">i4"), ("mood", ">i2")], False: [("mood_length", ">i4")]}
_PLACE = {
    True: [("x_length", ">i4"), ("x", ">f4"), ("y_length", ">i4"), ("y", ">f4")],
    False: [("x_length", ">i4"), ("y_length", ">i4")],
}


def copy_in(cursor: Cursor, table: str, mood: np.ndarray, xy: np.ndarray) -> None:
    """Fill `table` (song_id, mood, x, y) of the search path; 255 and NaN become NULL."""
    statement = sql.SQL("COPY {} (song_id, mood, x, y) FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
    cursor.copy_expert(statement, _Binary(mood, xy))


class _Binary(io.RawIOBase):
    """The rows as PostgreSQL reads them, made block by block."""

    def __init__(self, mood: np.ndarray, xy: np.ndarray) -> None:
        self._mood, self._xy = mood, xy
        self._next, self._rest = 0, memoryview(_HEADER)

    def read(self, size: int = -1) -> bytes:
        if not self._rest and self._next <= len(self._mood):
            start, self._next = self._next, self._next + _BLOCK
            made = _rows(start, self._mood[start : self._next], self._xy[:, start : self._next])
            self._rest = memoryview(made if self._next <= len(self._mood) else made + _TRAILER)
        block, self._rest = self._rest[:size], self._rest[size:]
        return bytes(block)


def _rows(start: int, mood: np.ndarray, xy: np.ndarray) -> bytes:
    """Rows of consecutive songs; a NULL has a length and no value, so songs of one shape are made together."""
    ids = np.arange(start, start + len(mood))
    has_mood, has_place = mood != NO_MOOD, np.isfinite(xy).all(axis=0)
    blocks = []
    for with_mood in (True, False):
        for with_place in (True, False):
            chosen = (has_mood == with_mood) & (has_place == with_place)
            if not chosen.any():
                continue
            rows = np.empty(int(chosen.sum()), np.dtype(_ID + _MOOD[with_mood] + _PLACE[with_place]))
            rows["fields"], rows["id_length"], rows["song_id"] = 4, 4, ids[chosen]
            rows["mood_length"] = 2 if with_mood else _NULL
            rows["x_length"] = rows["y_length"] = 4 if with_place else _NULL
            if with_mood:
                rows["mood"] = mood[chosen]
            if with_place:
                rows["x"], rows["y"] = xy[:, chosen]
            blocks.append(rows.tobytes())
    return b"".join(blocks)


# ---- files -----------------------------------------------------------------------------------


def folder_of(model: int, created_at: datetime) -> Path:
    """Where a model's arrays are. Numbers begin at 1 again in a new database; the time tells two apart."""
    return get_settings().data_dir / "moods" / f"model-{model}-{created_at.timestamp():.6f}-{_LAYOUT}"


def build_once(version: int, model: int, folder: Path, dsn: str) -> None:
    """Write a model's arrays from PostgreSQL unless they are there, one process at a time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return
        unfinished = folder.parent / f"{folder.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        _write(version, model, unfinished, dsn)
        unfinished.rename(folder)


def keep_only(folders: set[Path]) -> None:
    """Delete the arrays of all other models; whoever has them mapped keeps them."""
    parent = get_settings().data_dir / "moods"
    for old in parent.iterdir() if parent.exists() else ():
        if old.is_dir() and old not in folders and old.with_suffix("") not in folders:
            shutil.rmtree(old, ignore_errors=True)


def _write(version: int, model: int, folder: Path, dsn: str) -> None:
    with dbapi.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {catalogue_schema(version)}")
        cursor.execute(f"SELECT song_id, mood, x, y FROM song_moods_{model:d}")
        rows = cursor.fetch_arrow_table()
    ids = rows["song_id"].to_numpy()
    mood = np.full(len(ids), NO_MOOD, dtype=np.uint8)
    xy = np.full((2, len(ids)), np.nan, dtype=np.float32)
    mood[ids] = rows["mood"].fill_null(NO_MOOD).to_numpy()
    for axis, name in enumerate(("x", "y")):
        xy[axis, ids] = rows[name].fill_null(np.nan).to_numpy()
    np.save(folder / "mood.npy", mood)
    np.save(folder / "xy.npy", xy)
