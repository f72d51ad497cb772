"""The register of models (`musicgroup.model`): which one serves, which served before, how a new one is stored.

A model is stored in one transaction: its row, the moods of all songs, and the view that the rest reads. A
training that fails or is killed before the end of it leaves the model before it serving.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection as Reader
from sqlalchemy import select

from data_access import mood_files, tables
from data_access.catalogue import Catalogue
from data_access.db import DatabaseDown, catalogue_schema, loader_dsn, reader
from data_access.grants import grant_reading
from data_access.writing import MayNotWrite, ModelError, ddl, one, search_in, writing

KEPT = 4
"""Models of a catalogue whose moods stay in the database: the live one and those before it."""

_LOOK_AGAIN_SECONDS = 1.0


class NoModel(RuntimeError):
    """The live catalogue has no live model (yet), or none to go back to."""


@dataclass(frozen=True)
class Mood:
    """One mood of a model; `colour` n is --mg-cat-n of the style sheets."""

    number: int
    name: str
    colour: int
    songs: int


@dataclass(frozen=True)
class NewModel:
    """A fitted model, as it is handed in to be stored.

    parameters: all that is needed to give a song its mood. projection: "kind", "x" and "y" (words for the
    axes), "extent" [x0, x1, y0, y1], and what it takes to place a song. moods: by number, 0..k-1. report: what
    the Moods page shows. fitted_filter: canonical query of a SongFilter, "" for the whole catalogue.
    """

    catalogue_version: int
    features: tuple[str, ...]
    algorithm: str
    k: int
    scaling: str
    seed: int
    fitted_filter: str
    fitted_songs: int
    libraries: dict[str, str]
    parameters: dict
    projection: dict
    moods: tuple[Mood, ...]
    report: dict
    seconds: float


@dataclass(frozen=True)
class Model(NewModel):
    """One row of `musicgroup.model`; state is "live" or "retired"."""

    model: int
    state: str
    created_at: datetime


# ---- reading ---------------------------------------------------------------------------------

_COLUMNS = [tables.model.c[field.name] for field in fields(Model)]
_last_look: dict[tuple[int, datetime], tuple[float, Model | None]] = {}  # by catalogue


def current(catalogue: Catalogue) -> Model | None:
    """The live model of a catalogue, or None; the answer may be a second old.

    Raises DatabaseDown when PostgreSQL cannot be reached.
    """
    key = (catalogue.version, catalogue.started_at)
    looked_at, before = _last_look.get(key, (-_LOOK_AGAIN_SECONDS, None))
    now = time.monotonic()
    if now - looked_at < _LOOK_AGAIN_SECONDS:
        return before
    found = _look(catalogue.version, before)
    if len(_last_look) >= KEPT:
        _last_look.clear()
    _last_look[key] = (now, found)
    return found


def _look(version: int, before: Model | None) -> Model | None:
    """The live model; the one of the last look is not read again when it still is it: reports are long."""
    c = tables.model.c
    live = (c.state == "live") & (c.catalogue_version == version)
    with reader() as connection:
        if not _has_register(connection):
            return None
        row = connection.execute(select(c.model, c.created_at).where(live)).first()
        if row is None:
            return None
        if before is not None and (before.model, before.created_at) == tuple(row):
            return before
        return _from_row(connection.execute(select(*_COLUMNS).where(c.model == row.model)).mappings().one())


def require(catalogue: Catalogue, number: int | None = None) -> Model:
    """The live model of a catalogue; looked up anew when it is not the `number` that another worker has told of.

    Raises NoModel, which says what to run, and DatabaseDown.
    """
    if number is not None and ((known := current(catalogue)) is None or known.model != number):
        forget()
    if (found := current(catalogue)) is None:
        raise NoModel("This catalogue has no moods yet: run `python -m ml train`.")
    return found


def history(limit: int = 50) -> list[Model]:
    """The latest models of all catalogues, newest first."""
    newest = select(*_COLUMNS).order_by(tables.model.c.model.desc()).limit(limit)
    with reader() as connection:
        if not _has_register(connection):
            return []
        return [_from_row(row) for row in connection.execute(newest).mappings()]


def forget() -> None:
    """Look at the database again at the next `current()`, however recent the last look was."""
    _last_look.clear()


def _has_register(connection: Reader) -> bool:
    return connection.dialect.has_table(connection, "model", schema="musicgroup")


def _from_row(row: Mapping[Any, Any]) -> Model:
    values = dict(row)
    values["features"] = tuple(values["features"])
    values["moods"] = tuple(Mood(**mood) for mood in values["moods"])
    return Model(**values)


# ---- storing ---------------------------------------------------------------------------------


def store(new: NewModel, mood: np.ndarray, xy: np.ndarray) -> Model:
    """Store a model and the moods of all songs, and make it its catalogue's live one.

    `mood` is (songs,) uint8 with 255 for none, `xy` (2, songs) float32 with NaN for none. The catalogue need not
    be live yet. Raises ValueError when the arrays do not fit the model, MayNotWrite, ModelError, DatabaseDown.
    """
    _check(new, mood, xy)
    version = new.catalogue_version
    with writing(version) as cursor:
        cursor.execute(ddl("register"))
        cursor.execute(ddl("catalogue"))
        cursor.execute("SELECT max(song_id) + 1 FROM songs")
        (songs,) = one(cursor)
        if songs != len(mood):
            raise ModelError(f"Catalogue {version} has {songs:,} songs, but moods came for {len(mood):,}.")
        number, created_at = _register(cursor, new)
        cursor.execute(ddl("model").replace("<model>", str(number)))
        mood_files.copy_in(cursor, f"song_moods_{number}", mood, xy)
        cursor.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (song_id)").format(_table(number)))
        cursor.execute(sql.SQL("ANALYZE {}").format(_table(number)))
        for told in new.moods:
            row = (number, told.number, told.name, told.colour, told.songs)
            cursor.execute("INSERT INTO moods (model, mood, name, colour, songs) VALUES (%s, %s, %s, %s, %s)", row)
        cursor.execute(
            "UPDATE musicgroup.model SET state = 'retired' WHERE state = 'live' AND catalogue_version = %s", (version,)
        )
        _go_live(cursor, number)
        grant_reading(cursor.connection, version)
    stored = Model(**_fields_of(new), model=number, state="live", created_at=created_at)
    _tidy(stored)
    forget()
    return stored


def roll_back() -> Model:
    """Retire the live catalogue's model and make the one before it live again; gives that one.

    One that was gone back from does not come back. Raises NoModel when there is none before, MayNotWrite,
    ModelError, DatabaseDown.
    """
    with writing(None) as cursor:
        cursor.execute(
            """SELECT model, catalogue_version FROM musicgroup.model JOIN musicgroup.catalogue
               ON version = catalogue_version WHERE catalogue.state = 'live' AND model.state = 'live'"""
        )
        if (live := cursor.fetchone()) is None:
            raise NoModel("This catalogue has no moods yet: run `python -m ml train`.")
        cursor.execute(
            """SELECT max(model) FROM musicgroup.model WHERE catalogue_version = %s AND model < %s AND NOT rolled_back
               AND to_regclass(%s || model) IS NOT NULL""",
            (live[1], live[0], f"{catalogue_schema(live[1])}.song_moods_"),
        )
        (number,) = one(cursor)
        if number is None:
            raise NoModel(f"There is no model before model {live[0]} to go back to.")
        cursor.execute("UPDATE musicgroup.model SET state = 'retired', rolled_back = true WHERE model = %s", (live[0],))
        search_in(cursor, live[1])
        _go_live(cursor, number)
    forget()
    with reader() as connection:
        return _from_row(connection.execute(select(*_COLUMNS).where(tables.model.c.model == number)).mappings().one())


def _check(new: NewModel, mood: np.ndarray, xy: np.ndarray) -> None:
    if mood.dtype != np.uint8 or mood.ndim != 1 or xy.dtype != np.float32 or xy.shape != (2, len(mood)):
        raise ValueError(f"moods are (songs,) uint8 and places (2, songs) float32, not {mood.shape} and {xy.shape}")
    counted = np.bincount(mood, minlength=256)
    if [(told.number, told.songs) for told in new.moods] != list(enumerate(counted[: len(new.moods)].tolist())):
        raise ValueError("the model's moods are not those of the songs")
    if counted[len(new.moods) : mood_files.NO_MOOD].any():
        raise ValueError("a song has a mood that the model does not have")


def _register(cursor: Cursor, new: NewModel) -> tuple[int, datetime]:
    """Enter a model into the register, not live yet; its number, and when."""
    row = {**_fields_of(new), "features": list(new.features), "moods": [asdict(mood) for mood in new.moods]}
    for name in ("libraries", "parameters", "projection", "moods", "report"):
        row[name] = json.dumps(row[name], allow_nan=False, default=_plain)
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(map(sql.Placeholder, row))
    insert = "INSERT INTO musicgroup.model (state, {}) VALUES ('retired', {}) RETURNING model, created_at"
    cursor.execute(sql.SQL(insert).format(columns, places), row)
    return one(cursor)


def _go_live(cursor: Cursor, number: int) -> None:
    cursor.execute("UPDATE musicgroup.model SET state = 'live' WHERE model = %s", (number,))
    cursor.execute(ddl("live view").replace("<model>", str(number)))


def _tidy(stored: Model) -> None:
    """Make the files of a stored model and let go of those nobody goes back to; what fails here, the next one does."""
    version = stored.catalogue_version
    with suppress(Exception):
        folder = mood_files.folder_of(stored.model, stored.created_at)
        mood_files.build_once(version, stored.model, folder, loader_dsn())
    with suppress(ModelError, DatabaseDown), writing(version) as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(
            """SELECT model FROM musicgroup.model WHERE catalogue_version = %s AND NOT rolled_back
               ORDER BY model DESC LIMIT %s""",
            (version, KEPT),
        )
        kept = {number for (number,) in cursor.fetchall()}
        cursor.execute("SELECT DISTINCT model FROM moods")
        for number in {number for (number,) in cursor.fetchall()} - kept:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_table(number)))
            cursor.execute("DELETE FROM moods WHERE model = %s", (number,))
        cursor.execute(
            """SELECT model, created_at FROM musicgroup.model
               WHERE to_regclass('catalogue_' || catalogue_version || '.song_moods_' || model) IS NOT NULL"""
        )
        mood_files.keep_only({mood_files.folder_of(*row) for row in cursor.fetchall()})


def _fields_of(new: NewModel) -> dict[str, Any]:
    return {field.name: getattr(new, field.name) for field in fields(NewModel)}


def _table(number: int) -> sql.Identifier:
    return sql.Identifier(f"song_moods_{number}")


def _plain(value: object) -> object:
    """A numpy number or array as JSON knows it."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be kept in a model")


__all__ = [
    "KEPT",
    "MayNotWrite",
    "Model",
    "ModelError",
    "Mood",
    "NewModel",
    "NoModel",
    "current",
    "forget",
    "history",
    "require",
    "roll_back",
    "store",
]
