"""What a catalogue's tables get after their rows: indexes, keys, foreign keys; and the checks of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from data_access.db import catalogue_schema
from etl import database
from etl.database import run
from etl.errors import LoadError

_CONNECTIONS = 2
_COUNTED = ("artists", "albums", "genres", "playlists", "rejected_rows")


def connect(dsn: str, version: int) -> Connection:
    """A connection whose unqualified tables are those of a catalogue."""
    work = database.connect(dsn, f"version {version}")
    run(work, sql.SQL("SET search_path TO {}").format(sql.Identifier(catalogue_schema(version))))
    return work


def add_indexes(dsn: str, version: int) -> None:
    """Indexes, over two connections at once, and then primary and unique keys from them."""
    waiting = _statements("indexes")
    with ThreadPoolExecutor(_CONNECTIONS) as threads:
        for done in [threads.submit(_work_off, dsn, version, waiting) for _ in range(_CONNECTIONS)]:
            done.result()
    _work_off(dsn, version, _statements("keys"))


def add_foreign_keys(dsn: str, version: int) -> None:
    """Statistics and foreign keys, each checked against all rows."""
    _work_off(dsn, version, _statements("foreign keys"))


def _work_off(dsn: str, version: int, waiting: list[str]) -> None:
    connection = connect(dsn, version)
    try:
        while waiting:
            try:
                statement = waiting.pop(0)
            except IndexError:
                return  # the other connection took the last one
            run(connection, statement)
    finally:
        connection.close()


def _statements(part: str) -> list[str]:
    """The statements of one part of indexes.sql."""
    text = (Path(__file__).parent / "indexes.sql").read_text(encoding="utf-8")
    body = next(found for found in text.split("-- part: ") if found.startswith(part))
    return [statement.strip() for statement in body.partition("\n")[2].split(";") if statement.strip()]


def checked_counts(dsn: str, version: int, rows: int, merged: int) -> dict[str, object]:
    """Counts of the finished tables, for the register. Raises LoadError when they do not add up to the file's rows."""
    connection = connect(dsn, version)
    try:
        songs, lowest, highest, first_year, last_year, without_artist = run(
            connection,
            """SELECT count(*), min(song_id), max(song_id), min(year), max(year),
                      count(*) - (SELECT count(*) FROM song_artists WHERE position = 0)
               FROM songs""",
        )[0]
        counted = {
            table: run(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0][0]
            for table in _COUNTED
        }
    finally:
        connection.close()
    if (lowest, highest) != (0, songs - 1):
        raise LoadError(f"Check failed: {songs:,} songs are numbered {lowest} to {highest}, not 0 to {songs - 1}.")
    if without_artist:
        raise LoadError(f"Check failed: {without_artist:,} songs have no primary artist.")
    if rows != songs + merged + counted["rejected_rows"]:
        raise LoadError(
            f"Check failed: {rows:,} rows in the file, but {songs:,} songs, {merged:,} merged and "
            f"{counted['rejected_rows']:,} rejected rows in the catalogue."
        )
    return {
        "file_rows": rows, "song_rows": songs, "merged_rows": merged, "songs": songs,
        "first_year": first_year, "last_year": last_year, **counted,
    }  # fmt: skip
