"""Which catalogue is live, and what is known about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select

from data_access import tables
from data_access.db import DatabaseDown, fetch, reader

_LOOK_AGAIN_SECONDS = 1.0


class NoCatalogue(RuntimeError):
    """The database is there, but nothing has been loaded yet."""


@dataclass(frozen=True)
class Catalogue:
    """One row of `musicgroup.catalogue`: a load that became live, or tried to."""

    version: int
    state: str
    source_name: str
    source_format: str
    source_sha256: str | None
    source_bytes: int | None
    file_rows: int | None
    song_rows: int | None
    merged_rows: int | None
    rejected_rows: int | None
    songs: int | None
    artists: int | None
    albums: int | None
    genres: int | None
    playlists: int | None
    first_year: int | None
    last_year: int | None
    started_at: datetime
    finished_at: datetime | None
    error: str | None


_COLUMNS = [tables.catalogue.c[field.name] for field in fields(Catalogue)]
_last_look: list[tuple[float, Catalogue]] = []  # none or one


def current() -> Catalogue:
    """The live catalogue; the answer may be a second old, so that a page asks once, not per chart.

    Raises NoCatalogue before the first load, DatabaseDown when PostgreSQL cannot be reached.
    """
    for looked_at, found in _last_look[:]:
        if time.monotonic() - looked_at < _LOOK_AGAIN_SECONDS:
            return found
    with reader() as connection:
        if not connection.dialect.has_table(connection, "catalogue", schema="musicgroup"):
            raise NoCatalogue("No catalogue has been loaded yet: run `make demo` or `make load`.")
        row = connection.execute(select(*_COLUMNS).where(tables.catalogue.c.state == "live")).mappings().first()
    if row is None:
        raise NoCatalogue("No catalogue has been loaded yet: run `make demo` or `make load`.")
    found = Catalogue(**row)
    _last_look[:] = [(time.monotonic(), found)]
    return found


def forget() -> None:
    """Look at the database again at the next `current()`, however recent the last look was."""
    _last_look.clear()


def history(limit: int = 50) -> list[Catalogue]:
    """The latest loads, newest first, failed ones too."""
    newest = select(*_COLUMNS).order_by(tables.catalogue.c.version.desc()).limit(limit)
    return [Catalogue(**row) for row in fetch(None, newest)]


__all__ = ["Catalogue", "DatabaseDown", "NoCatalogue", "current", "forget", "history"]
