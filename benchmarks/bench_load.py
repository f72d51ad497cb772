"""A whole load, from the CSV file to the swapped-in catalogue, against pandas and against a bare COPY.

Ours parses, checks, normalises, indexes, checks again, builds the column store and swaps. The peers put the same file
into one bare table: `pandas.to_sql(method="multi")`, timed on the first 100,000 rows and scaled, and PostgreSQL's COPY
into an unlogged table without an index. Row counts are compared before anything is reported.

Run: python -m benchmarks.bench_load [FILE]    (without a file, BENCH_SONGS songs are synthesised: 1,204,025)
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pandas as pd
import psycopg2
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from benchmarks.report import RESULTS, Row, save, times_faster
from etl import database
from etl.load import load
from etl.progress import Progress
from etl.synthesise import synthesise
from settings import get_settings

SONGS = 1_204_025
TO_SQL_ROWS = 100_000
_SCHEMA = "bench_load"
_TYPES = {
    **dict.fromkeys(("id", "name", "album", "album_id", "artists", "artist_ids", "release_date"), "text"),
    **dict.fromkeys(("track_number", "disc_number", "key", "mode", "duration_ms", "year"), "integer"),
    "explicit": "boolean",
}


def run(csv_path: Path | None = None, out_dir: Path = RESULTS) -> list[Row]:
    """Load a file three ways in the database of the settings; rows of the report, also in out_dir/load.json.

    Without a file: BENCH_SONGS synthesised songs, kept under the data folder.
    """
    csv_path = csv_path or _synthesised()
    with database.server() as dsn:
        loaded = load(csv_path, Progress(quiet=True))
        rows = loaded.counts["file_rows"]
        assert isinstance(rows, int)
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        try:
            database.run(connection, f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE; CREATE SCHEMA {_SCHEMA}")
            copied = _copy(connection, csv_path, rows)
            inserted = _to_sql(connection, dsn, csv_path) * rows / min(TO_SQL_ROWS, rows)
        finally:
            database.run(connection, f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
            connection.close()
    found = [
        times_faster("whole load, CSV to live catalogue", loaded.seconds, "pandas.to_sql, scaled", inserted, 12, "s"),
        Row("whole load, CSV to live catalogue", loaded.seconds, "s", "bare COPY", copied),
        *(Row(f"  {stage}", seconds, "s") for stage, seconds in loaded.stages.items()),
    ]
    songs = loaded.counts["songs"]
    assert isinstance(songs, int)
    save("load", songs, found, out_dir)
    return found


def _synthesised() -> Path:
    songs = int(os.environ.get("BENCH_SONGS", SONGS))
    path = get_settings().data_dir / f"songs-{songs}.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        synthesise(songs, path)
    return path


def _copy(connection, csv_path: Path, rows: int) -> float:
    """Seconds of a bare COPY of the file."""
    with csv_path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    columns = ", ".join(f'"{name}" {_TYPES.get(name, "real")}' for name in header)
    database.run(connection, f"CREATE UNLOGGED TABLE {_SCHEMA}.copied ({columns})")
    started = time.perf_counter()
    with csv_path.open("rb") as file, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {_SCHEMA}.copied FROM STDIN (FORMAT csv, HEADER)", file, 1 << 18)
    seconds = time.perf_counter() - started
    counted = database.run(connection, f"SELECT count(*) FROM {_SCHEMA}.copied")[0][0]
    assert counted == rows, f"COPY stored {counted} rows, the load accounts for {rows}"
    return seconds


def _to_sql(connection, dsn: str, csv_path: Path) -> float:
    """Seconds of pandas.to_sql for the first rows; reading the file is not counted."""
    frame = pd.read_csv(csv_path, nrows=TO_SQL_ROWS, keep_default_na=False)
    engine = create_engine(make_url(dsn).set(drivername="postgresql+psycopg2"))
    started = time.perf_counter()
    frame.to_sql("inserted", engine, schema=_SCHEMA, index=False, method="multi", chunksize=1000)
    seconds = time.perf_counter() - started
    engine.dispose()
    counted = database.run(connection, f"SELECT count(*) FROM {_SCHEMA}.inserted")[0][0]
    assert counted == len(frame), f"to_sql stored {counted} rows of {len(frame)}"
    return seconds


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
