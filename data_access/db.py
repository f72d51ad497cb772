"""Connections to PostgreSQL and the errors that come of them. No other file opens one.

The dashboard reads through `reader()`: read-only sessions with a time limit. The loader writes through
`loader_dsn()` with psycopg2, because COPY wants the driver itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Engine, Executable, RowMapping, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from settings import get_settings

_QUERY_CANCELED = "57014"


class DatabaseDown(RuntimeError):
    """PostgreSQL cannot be reached. Pages say so and try again by themselves."""


class QueryTooSlow(RuntimeError):
    """PostgreSQL stopped a read at the time limit (MUSICGROUP_STATEMENT_TIMEOUT_MS)."""


class TooManyRows(RuntimeError):
    """A read would have returned more rows than its cap (MUSICGROUP_ROW_CAP)."""


def catalogue_schema(version: int) -> str:
    """Name of the schema that holds a catalogue's tables."""
    return f"catalogue_{version}"


def reader_dsn() -> str:
    """The libpq URL to read from: DATABASE_URL, or the embedded server's when that is empty.

    Raises DatabaseDown when neither is there.
    """
    if url := get_settings().database_url:
        return url
    from data_access import embedded  # only where it is needed: it is the one optional server

    return embedded.dsn()


def loader_dsn() -> str:
    """The libpq URL to load through; the reader's unless MUSICGROUP_LOADER_DATABASE_URL is set."""
    return get_settings().loader_database_url or reader_dsn()


@cache
def _engine(pid: int) -> Engine:  # one for each process: sockets do not survive a fork
    settings = get_settings()
    url = make_url(reader_dsn()).set(drivername="postgresql+psycopg2")
    options = (
        "-c default_transaction_read_only=on "
        f"-c statement_timeout={settings.statement_timeout_ms} "
        "-c application_name=musicgroup"
    )
    return create_engine(
        url,
        pool_size=settings.threads,
        max_overflow=settings.threads,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": options},
    )


@contextmanager
def reader(version: int | None = None) -> Iterator[Connection]:
    """A read-only connection; with a version, unqualified tables are that catalogue's.

    Raises DatabaseDown when PostgreSQL cannot be reached, QueryTooSlow when it stops a statement.
    """
    try:
        with _engine(os.getpid()).connect() as connection:
            if version is not None:
                connection = connection.execution_options(
                    schema_translate_map={None: catalogue_schema(version)}
                )
            yield connection
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) == _QUERY_CANCELED:
            raise QueryTooSlow("The database took too long over this; narrow the filter.") from error
        raise DatabaseDown(f"PostgreSQL cannot be reached: {_first_line(error)}") from error
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) == _QUERY_CANCELED:
            raise QueryTooSlow("The database took too long over this; narrow the filter.") from error
        if error.connection_invalidated:
            raise DatabaseDown(f"PostgreSQL went away: {_first_line(error)}") from error
        raise


def fetch(version: int | None, statement: Executable, cap: int | None = None) -> list[RowMapping]:
    """Rows of one read, at most `cap` (MUSICGROUP_ROW_CAP unless given).

    Raises TooManyRows beyond the cap, and what `reader` raises.
    """
    cap = get_settings().row_cap if cap is None else cap
    with reader(version) as connection:
        rows = list(connection.execute(statement).mappings().fetchmany(cap + 1))
    if len(rows) > cap:
        raise TooManyRows(f"More than {cap:,} rows would have to be shown; narrow the filter.")
    return rows


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
