"""What recommendations know of each song besides its numbers: its artist, its versions, its playlists.

`kept` holds arrays made from a catalogue as files under the data folder, as the column store is held: made once, under
a lock, by whoever misses them first, and mapped read-only by all workers.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from data_access.catalogue import Catalogue
from data_access.db import DatabaseDown, catalogue_schema, reader_dsn
from settings import get_settings

_LAYOUT = "v1"  # raise it when the arrays change
NO_ARTIST = -1


@dataclass(frozen=True, eq=False)
class Links:
    """Where each song belongs, each (songs,) int32.

    group: the smallest song id among the versions of the same recording. artist: number of the primary artist, and
    album: of the album; -1 for none.
    """

    group: np.ndarray
    artist: np.ndarray
    album: np.ndarray


@dataclass(frozen=True, eq=False)
class Labels:
    """What people said of songs that belong together, to judge recommendations by.

    playlists, genres, credits: (2, pairs) int32, song ids and numbers of playlists, genres, credited artists.
    subgenre: (playlists,) int32, number of each playlist's subgenre, -1 for none; subgenres are their names.
    """

    playlists: np.ndarray
    subgenre: np.ndarray
    subgenres: tuple[str, ...]
    genres: np.ndarray
    credits: np.ndarray


def links(catalogue: Catalogue) -> Links:
    """A catalogue's links; read from PostgreSQL once. Raises DatabaseDown when it cannot be reached."""
    return Links(**kept(catalogue, "links", lambda: _links(catalogue.version)))


def labels(catalogue: Catalogue) -> Labels:
    """A catalogue's labels, read anew: only `python -m ml evaluate` asks. Raises DatabaseDown."""
    playlists, subgenres, genres, credits = _read(
        catalogue.version,
        "SELECT song_id, playlist_id FROM song_playlists ORDER BY song_id, playlist_id",
        "SELECT subgenre FROM playlists ORDER BY playlist_id",
        "SELECT song_id, genre_id FROM song_genres ORDER BY song_id, genre_id",
        "SELECT song_id, artist_id FROM song_artists ORDER BY song_id, position",
    )
    names = subgenres["subgenre"].to_pylist()
    known = sorted({name for name in names if name is not None})
    numbers = np.array([-1 if name is None else known.index(name) for name in names], dtype=np.int32)
    pairs = (np.vstack([_whole(table, name) for name in table.column_names]) for table in (playlists, genres, credits))
    return Labels(next(pairs), numbers, tuple(known), next(pairs), next(pairs))


def _links(version: int) -> dict[str, np.ndarray]:
    (rows,) = _read(
        version,
        f"""SELECT version_group AS "group", coalesce(artist_id, {NO_ARTIST}) AS artist, coalesce(album_id, -1) AS album
            FROM songs LEFT JOIN song_artists ON song_artists.song_id = songs.song_id AND position = 0
            ORDER BY songs.song_id""",
    )
    return {name: _whole(rows, name) for name in ("group", "artist", "album")}


def _read(version: int, *queries: str) -> list[pa.Table]:
    found = []
    try:
        with dbapi.connect(reader_dsn()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {catalogue_schema(version)}")
            for query in queries:
                cursor.execute(query)
                found.append(cursor.fetch_arrow_table())
    except dbapi.Error as error:
        raise DatabaseDown(f"PostgreSQL cannot be read: {str(error).strip().splitlines()[0]}") from error
    return found


def _whole(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy().astype(np.int32)


# ---- files -----------------------------------------------------------------------------------


def kept(catalogue: Catalogue, name: str, make: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The arrays that `make` gives for a catalogue, mapped read-only; it is called when no file has them yet.

    `name` has its version in it, so that arrays of another release are not taken for these.
    """
    folder = _folder(catalogue) / name
    if not folder.exists():
        _make_once(folder, make)
    return dict(_open(folder))


@lru_cache(maxsize=8)
def _open(folder: Path) -> dict[str, np.ndarray]:
    # Plain arrays over the mapping: numba knows no np.memmap.
    return {path.stem: np.load(path, mmap_mode="r").view(np.ndarray) for path in sorted(folder.glob("*.npy"))}


def _make_once(folder: Path, make: Callable[[], Mapping[str, np.ndarray]]) -> None:
    of_catalogue = folder.parent
    of_catalogue.mkdir(parents=True, exist_ok=True)
    # The lock lies outside of what is cleared away, so that everybody waits for the same one.
    lock_path = of_catalogue.parent / f"{of_catalogue.name}-{folder.name}.lock"
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return
        unfinished = of_catalogue / f"{folder.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name, array in make().items():
            np.save(unfinished / f"{name}.npy", array)
        unfinished.rename(folder)
        for old in of_catalogue.parent.iterdir():  # whoever has them mapped keeps them
            if old.is_dir() and old.name < of_catalogue.name:
                shutil.rmtree(old, ignore_errors=True)


def _folder(catalogue: Catalogue) -> Path:
    # Versions begin at 1 again in a new database; the time, written first, tells two apart and orders them.
    started = f"{catalogue.started_at.timestamp():.6f}"
    return get_settings().data_dir / "recommend" / f"{started}-catalogue-{catalogue.version}-{_LAYOUT}"
