"""What is loaded and how it went, for people and for programs."""

from __future__ import annotations

import json

from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from data_access.db import catalogue_schema
from etl import database
from etl.database import run

_LOADS = 20


def read() -> dict:
    """The live catalogue and its model (or None), its rejected rows by reason, and the latest loads, newest first."""
    with database.server() as dsn, database.explained():
        connection = database.connect(dsn, "status")
        try:
            if run(connection, "SELECT to_regclass('musicgroup.catalogue')")[0][0] is None:
                return {"live": None, "model": None, "rejected": [], "loads": []}
            with connection.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute("SELECT * FROM musicgroup.catalogue ORDER BY version DESC LIMIT %s", (_LOADS,))
                loads = [dict(row) for row in cursor.fetchall()]
                cursor.execute("SELECT * FROM musicgroup.catalogue WHERE state = 'live'")
                live = cursor.fetchone()
                rejected = []
                if live:
                    table = sql.Identifier(catalogue_schema(live["version"]), "rejected_rows")
                    cursor.execute(
                        sql.SQL(
                            """SELECT reason, column_name AS "column", count(*) AS rows, min(line) AS first_line
                               FROM {} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50"""
                        ).format(table)
                    )
                    rejected = [dict(row) for row in cursor.fetchall()]
                model = _model(cursor, live["version"]) if live else None
            return {"live": dict(live) if live else None, "model": model, "rejected": rejected, "loads": loads}
        finally:
            connection.close()


def _model(cursor: RealDictCursor, version: int) -> dict | None:
    """What serves the moods of a catalogue; None also in a database from before there were moods."""
    cursor.execute("SELECT 1 WHERE to_regclass('musicgroup.model') IS NOT NULL")
    if cursor.fetchone() is None:
        return None
    cursor.execute(
        """SELECT model, features, algorithm, k, scaling, seed, fitted_filter, fitted_songs, libraries, moods,
                  report->'scores' AS scores, seconds, created_at
           FROM musicgroup.model WHERE state = 'live' AND catalogue_version = %s""",
        (version,),
    )
    row = cursor.fetchone()
    return dict(row) if row else None


def as_json() -> str:
    """`read` as JSON; times in ISO 8601."""
    return json.dumps(read(), indent=2, default=lambda value: value.isoformat())


def as_text() -> str:
    """`read` for a person."""
    found = read()
    live = found["live"]
    if live is None:
        lines = ["No catalogue has been loaded yet: run `make demo` or `make load FILE=...`."]
    else:
        years = f", {live['first_year']} to {live['last_year']}" if live["first_year"] else ""
        lines = [
            f"Version {live['version']}: {live['source_name']} ({live['source_format']}), "
            f"loaded {live['finished_at']:%Y-%m-%d %H:%M}",
            f"  {live['songs']:,} songs, {live['artists']:,} artists, {live['albums']:,} albums, "
            f"{live['genres']:,} genres, {live['playlists']:,} playlists{years}",
            f"  {live['file_rows']:,} rows in the file = {live['song_rows']:,} songs + {live['merged_rows']:,} merged"
            f" + {live['rejected_rows']:,} rejected",
        ]
        lines += [
            f"    {row['rows']:,} x {row['reason']} (first on line {row['first_line']})" for row in found["rejected"]
        ]
        lines += _model_lines(found["model"])
    if found["loads"]:
        lines.append("Loads, newest first:")
        lines += [
            f"  {load['version']:>4}  {load['state']:<8}  {load['started_at']:%Y-%m-%d %H:%M}  {load['source_name']}"
            + (f"  {load['error']}" if load["error"] else "")
            for load in found["loads"]
        ]
    return "\n".join(lines)


def _model_lines(model: dict | None) -> list[str]:
    if model is None:
        return ["  no moods yet: run `python -m ml train`"]
    moods = ", ".join(f"{mood['name']} {mood['songs']:,}" for mood in model["moods"])
    return [
        f"  moods of model {model['model']}: {moods}",
        f"    {model['algorithm']}, k = {model['k']}, {model['scaling']} scaling, seed {model['seed']}, on "
        f"{', '.join(model['features'])}; stored {model['created_at']:%Y-%m-%d %H:%M}",
    ]
