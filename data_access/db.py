"""Connections to PostgreSQL and the errors that come of them. No other file opens one.

The dashboard reads through `reader()`: read-only sessions with a time limit. The loader writes through
`loader_dsn()` with psycopg2, because COPY wants the driver itself.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import psycopg2
from sqlalchemy import Connection, Engine, Executable, RowMapping, Select, create_engine
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from data_access import embedded
from settings import SettingError, get_settings

_QUERY_CANCELED = "57014"
_DIALECT = PGDialect_psycopg2()
_BINARY_ROW = np.dtype([("fields", ">i2"), ("length", ">i4"), ("value", ">i4")])


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
    return embedded.dsn()


def loader_dsn() -> str:
    """The libpq URL to load through; the reader's unless MUSICGROUP_LOADER_DATABASE_URL is set."""
    return get_settings().loader_database_url or reader_dsn()


@contextmanager
def serving() -> Iterator[None]:
    """A database to read and to write for as long as the block lasts: the embedded one is started if need be.

    For commands; the dashboard has its supervisor for that. Raises DatabaseDown, for a bad setting too.
    """
    try:
        settings = get_settings()
        if settings.database_url or settings.loader_database_url:
            yield
        else:
            with embedded.running():
                yield
    except (embedded.EmbeddedPostgresError, SettingError) as error:
        raise DatabaseDown(str(error)) from error


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
            schemas = {None: catalogue_schema(version)} if version is not None else None
            yield connection.execution_options(schema_translate_map=schemas)
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


def fetch_ids(version: int, statement: Select) -> np.ndarray:
    """The one integer column of a SELECT over a catalogue's tables, (rows,) int32, any number of rows.

    Read as binary COPY, which hands a million ids over in a tenth of the time that fetching rows takes.
    Raises what `reader` raises.
    """
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    with reader() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        binary = io.BytesIO()
        try:
            with driver.cursor() as cursor:
                query = cursor.mogrify(str(compiled), compiled.params).decode()
                cursor.execute(f"SET LOCAL search_path TO {catalogue_schema(version)}")
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", binary)
        except psycopg2.Error as error:
            raise _named(error) from error
    # https://www.postgresql.org/docs/current/sql-copy.html: 19 bytes of header, then for each row the number
    # of fields (2 bytes), the length (4) and the integer (4); 2 bytes of trailer.
    rows = np.frombuffer(binary.getbuffer()[19:-2], dtype=_BINARY_ROW)
    return rows["value"].astype(np.int32)


def _named(error: psycopg2.Error) -> Exception:
    if error.pgcode == _QUERY_CANCELED:
        return QueryTooSlow("The database took too long over this; narrow the filter.")
    return DatabaseDown(f"PostgreSQL went away: {str(error).strip().splitlines()[0]}")


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
