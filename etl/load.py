"""One load: a file becomes a catalogue beside the live one, is checked, and takes its place.

In this order, so that a kill at any point leaves the live catalogue as it was: the load is entered in the register;
one transaction creates the schema and fills its tables; indexes and constraints follow; then the checks, the
column store, and the swap. What a killed load leaves, the next one clears (etl/database.py).
"""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from data_access.db import catalogue_schema
from etl import database
from etl.assemble import Assembler
from etl.cells import escaped
from etl.copying import copy_numbers, copy_texts, copying
from etl.database import run
from etl.errors import LoadError
from etl.formats import detect
from etl.memberships import most_frequent
from etl.progress import Progress
from etl.source import Source
from etl.values import NULL

_CHUNK_ROWS = 8192
_SQL = Path(__file__).parent


@dataclass(frozen=True)
class Loaded:
    """What a load made."""

    version: int
    seconds: float
    counts: dict[str, object]
    stages: dict[str, float]

    def sentence(self) -> str:
        """The last line of a load."""
        counts = self.counts
        rest = [f"{counts['merged_rows']:,} repeated rows merged"] if counts["merged_rows"] else []
        rest += [f"{counts['rejected_rows']:,} rows rejected (`python -m etl status` says why)"] if counts["rejected_rows"] else []
        return (
            f"Loaded {counts['songs']:,} songs by {counts['artists']:,} artists on {counts['albums']:,} albums "
            f"in {self.seconds:.0f} s (version {self.version})" + "".join(f"; {part}" for part in rest) + "."
        )


def load(path: Path, progress: Progress) -> Loaded:
    """Load a file and make it the live catalogue. Raises LoadError, the live catalogue then being as before."""
    started = time.perf_counter()
    source = Source(path)
    try:
        layout = detect(source.header)
    except LoadError as error:
        raise LoadError(f"{path}: {error}") from None
    with database.server() as dsn, database.explained():
        control = database.connect(dsn, f"load of {source.name}")
        try:
            database.take_lock(control)
            database.prepare(control)
            version = database.begin(control, source.name, layout.name, source.bytes)
            try:
                with database.explained():
                    counts = _build(dsn, version, source, Assembler(layout, source.header), progress)
            except BaseException as error:
                database.fail(control, version, str(error).strip() or type(error).__name__)
                raise
            with progress.stage("Swapping in"):
                database.grant_reading(control, version)
                database.swap_in(control, version, counts)
        finally:
            control.close()
    return Loaded(version, time.perf_counter() - started, counts, progress.seconds)


def _build(dsn: str, version: int, source: Source, assembler: Assembler, progress: Progress) -> dict[str, object]:
    """Everything between the register's 'building' and its 'live'; the counts for the register."""
    digest: list[str] = []
    hashing = threading.Thread(target=lambda: digest.append(source.sha256()))
    hashing.start()
    _fill(dsn, version, source, assembler, progress)
    with progress.stage("Indexing"):
        _index(dsn, version)
    with progress.stage("Checking"):
        counts = _check(dsn, version, assembler)
    with progress.stage("Building the column store"):
        from data_access import columns  # imports numba and Arrow: not before it is needed

        columns.build(version)
    hashing.join()
    return {"source_sha256": digest[0], **counts}


def _fill(dsn: str, version: int, source: Source, assembler: Assembler, progress: Progress) -> None:
    """Schema, tables and rows in one transaction: nobody sees half of it, and with wal_level = minimal
    rows that go into a table of the same transaction need no log."""
    work = _connection(dsn, version)
    work.autocommit = False
    gc_was_on = gc.isenabled()
    gc.disable()  # a million live objects, none of them in a cycle: collecting them costs seconds
    try:
        run(work, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(catalogue_schema(version))))
        run(work, (_SQL / "schema.sql").read_text(encoding="utf-8"))
        with (
            progress.stage("Reading songs", total=source.bytes),
            copying(work, "songs", assembler.columns) as put,
        ):
            for chunk in source.chunks(_CHUNK_ROWS):
                put(assembler.add(chunk))
                progress.at(source.position, assembler.rows)
        if assembler.songs == 0:
            raise LoadError(
                f"{source.path}: has no row that could become a song"
                + (f"; line {assembler.rejected[0][0]}: {assembler.rejected[0][1]}." if assembler.rejected else ".")
            )
        with progress.stage("Storing artists, albums, genres and words"):
            _fill_the_rest(work, assembler)
            work.commit()
    finally:
        work.close()
        if gc_was_on:
            gc.enable()


def _fill_the_rest(work: Connection, made: Assembler) -> None:
    lengths = np.frombuffer(made.credit_lengths, dtype=np.int32)
    credited = np.frombuffer(made.credit_numbers, dtype=np.int32)
    song_ids = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = (np.arange(len(credited)) - starts).astype(np.int16)
    copy_numbers(work, "song_artists", {"song_id": song_ids, "position": positions, "artist_id": credited})
    songs_of = map(str, np.bincount(credited, minlength=len(made.artists.rows)).tolist())
    copy_texts(work, "artists", ("spotify_id", "name", "sort_name", "artist_id", "songs"),
               zip(*_named(made.artists.rows), songs_of, strict=True))  # fmt: skip
    copy_texts(work, "albums", ("spotify_id", "name", "sort_name", "album_id"), zip(*_named(made.albums.rows), strict=True))

    genres = sorted(made.memberships.genres.items())
    copy_texts(work, "genres", ("genre_id", "name", "songs"),
               ((str(i), *escaped([name]), str(len(songs))) for i, (name, songs) in enumerate(genres)))  # fmt: skip
    copy_numbers(work, "song_genres", _pairs("genre_id", [songs for _, songs in genres]))
    playlists = list(made.memberships.playlists.values())
    copy_texts(work, "playlists", ("playlist_id", "spotify_id", "name", "genre", "subgenre", "songs"),
               ((str(i), *map(_cell, (p.spotify_id, p.name, most_frequent(p.genres), most_frequent(p.subgenres))),
                 str(len(p.songs))) for i, p in enumerate(playlists)))  # fmt: skip
    copy_numbers(work, "song_playlists", _pairs("playlist_id", [p.songs for p in playlists]))

    words = made.words.counts()
    copy_texts(work, "words", ("word", "songs"),
               zip(escaped([word for word, _ in words]), (str(songs) for _, songs in words), strict=True))  # fmt: skip
    copy_texts(work, "rejected_rows", ("line", "reason", "column_name", "row_text"),
               ((str(line), *map(_cell, (reason, column, text))) for line, reason, column, text in made.rejected))  # fmt: skip


def _named(things: list[tuple[str | None, str, str]]) -> list:
    """Columns spotify_id, name, sort_name and number of artists or albums, as COPY text."""
    if not things:
        return [[], [], [], []]
    ids, names, folded = zip(*things, strict=True)
    return [map(_cell, ids), escaped(names), escaped(folded), map(str, range(len(things)))]


def _cell(text: str | None) -> str:
    return NULL if text is None else escaped([text])[0]


def _pairs(name: str, members: list[dict[int, None]]) -> dict[str, np.ndarray]:
    """Rows (song_id, number of the group) in order of both."""
    numbers = np.repeat(np.arange(len(members), dtype=np.int32), [len(songs) for songs in members])
    song_ids = np.fromiter((song for songs in members for song in songs), dtype=np.int32, count=len(numbers))
    order = np.lexsort((numbers, song_ids))
    return {"song_id": song_ids[order], name: numbers[order]}


# ---- after the rows ----------------------------------------------------------------------------


def _connection(dsn: str, version: int) -> Connection:
    work = database.connect(dsn, f"version {version}")
    run(work, sql.SQL("SET search_path TO {}").format(sql.Identifier(catalogue_schema(version))))
    return work


def _index(dsn: str, version: int) -> None:
    """Indexes over two connections, then constraints, which need the table to themselves."""
    _, indexes, constraints = (_SQL / "indexes.sql").read_text(encoding="utf-8").split("-- part: ")
    waiting = [s.strip() for s in indexes.partition("\n")[2].split(";") if s.strip()]

    def work_off() -> None:
        connection = _connection(dsn, version)
        try:
            while waiting:
                try:
                    statement = waiting.pop(0)
                except IndexError:
                    return
                run(connection, statement)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(work_off) for _ in range(2)]:
            done.result()
    connection = _connection(dsn, version)
    try:
        for statement in constraints.partition("\n")[2].split(";"):
            if statement.strip():
                run(connection, statement)
        for table in ("songs", "song_artists", "artists", "albums", "genres", "song_genres", "playlists",
                      "song_playlists", "words", "rejected_rows"):  # fmt: skip
            run(connection, sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    finally:
        connection.close()


def _check(dsn: str, version: int, made: Assembler) -> dict[str, object]:
    """Counts of the finished tables. Raises LoadError when they do not add up."""
    connection = _connection(dsn, version)
    try:
        songs, lowest, highest, first_year, last_year, without_artist = run(
            connection,
            """SELECT count(*), min(song_id), max(song_id), min(year), max(year),
                      count(*) - (SELECT count(*) FROM song_artists WHERE position = 0)
               FROM songs""",
        )[0]
        tables = ("artists", "albums", "genres", "playlists", "rejected_rows")
        counted = {
            table: run(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0][0]
            for table in tables
        }
    finally:
        connection.close()
    if (lowest, highest) != (0, songs - 1):
        raise LoadError(f"Check failed: {songs:,} songs are numbered {lowest} to {highest}, not 0 to {songs - 1}.")
    if without_artist:
        raise LoadError(f"Check failed: {without_artist:,} songs have no primary artist.")
    if made.rows != songs + made.merged + counted["rejected_rows"]:
        raise LoadError(
            f"Check failed: {made.rows:,} rows in the file, but {songs:,} songs, {made.merged:,} merged and "
            f"{counted['rejected_rows']:,} rejected rows in the catalogue."
        )
    return {
        "file_rows": made.rows, "song_rows": songs, "merged_rows": made.merged, "songs": songs,
        "first_year": first_year, "last_year": last_year, **counted,
    }  # fmt: skip
