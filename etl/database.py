"""Connections of the loader, its lock, and the register of catalogues (`musicgroup.catalogue`)."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection

from data_access import writing
from data_access.db import DatabaseDown, catalogue_schema, loader_dsn, serving
from etl.errors import LoadError
from settings import get_settings

_LOCK = 5_417_260_137  # any number, as long as nobody else's
_OLDEST_SERVER = 150_000
META = Path(__file__).parent / "meta.sql"
# A backend must notice that a killed loader is gone, also in the middle of an index build: it holds the lock.
_OPTIONS = "-c client_connection_check_interval=500 -c statement_timeout=0 -c lock_timeout=60s"


@contextmanager
def server() -> Iterator[str]:
    """URL to load through; starts the embedded PostgreSQL for as long as the block lasts when it is needed."""
    try:
        with serving():
            yield loader_dsn()
    except DatabaseDown as error:
        raise LoadError(str(error)) from error


def connect(dsn: str, purpose: str) -> Connection:
    """A connection that commits every statement until told otherwise. Raises LoadError when there is none."""
    try:
        connection = psycopg2.connect(
            dsn, application_name=f"musicgroup etl {purpose}"[:63], options=_OPTIONS, connect_timeout=10
        )
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise LoadError(
            f"PostgreSQL cannot be reached: {reason}; check DATABASE_URL and that the server runs."
        ) from error
    connection.autocommit = True
    if connection.server_version < _OLDEST_SERVER:
        raise LoadError(f"PostgreSQL {connection.server_version // 10_000} is too old; MusicGroup needs 15 or newer.")
    connection.set_client_encoding("UTF8")
    return connection


def run(connection: Connection, statement: str | sql.Composable, parameters: object = None) -> list[tuple]:
    """Execute one statement; its rows, or [] when it has none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def take_lock(connection: Connection) -> None:
    """Hold the loader's lock for as long as the connection lives. Raises LoadError naming who has it."""
    if run(connection, "SELECT pg_try_advisory_lock(%s)", (_LOCK,))[0][0]:
        return
    holder = run(
        connection,
        """SELECT activity.application_name, activity.pid, to_char(activity.backend_start, 'YYYY-MM-DD HH24:MI:SS')
           FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
           WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = %s""",
        (_LOCK,),
    )
    building = (
        run(connection, "SELECT version, source_name FROM musicgroup.catalogue WHERE state = 'building'")
        if run(connection, "SELECT to_regclass('musicgroup.catalogue')")[0][0]
        else []
    )
    what = f"version {building[0][0]} of {building[0][1]}" if building else "a catalogue"
    who = f" ({holder[0][0]}, server process {holder[0][1]}, since {holder[0][2]})" if holder else ""
    raise LoadError(f"Another load is building {what}{who}; wait for it to end, then try again.")


def prepare(connection: Connection) -> None:
    """Create the registers, and clear what killed loads left. The lock must be held."""
    run(connection, META.read_text(encoding="utf-8"))
    run(connection, writing.ddl("register"))
    run(
        connection,
        """UPDATE musicgroup.catalogue SET state = 'failed', finished_at = clock_timestamp(),
                  error = 'The load was killed before it ended.' WHERE state = 'building'""",
    )
    drop_unused(connection)


def begin(connection: Connection, source_name: str, source_format: str, source_bytes: int) -> int:
    """Enter a new load into the register; its version."""
    return run(
        connection,
        """INSERT INTO musicgroup.catalogue (state, source_name, source_format, source_bytes)
           VALUES ('building', %s, %s, %s) RETURNING version""",
        (source_name, source_format, source_bytes),
    )[0][0]


def fail(connection: Connection, version: int, error: str) -> None:
    """Note that a load failed, and drop its tables; when the server is gone, the next load does both."""
    with suppress(psycopg2.Error):
        run(
            connection,
            """UPDATE musicgroup.catalogue SET state = 'failed', finished_at = clock_timestamp(), error = %s
               WHERE version = %s AND state = 'building'""",
            (error, version),
        )
        drop_unused(connection)


def swap_in(connection: Connection, version: int, counts: Mapping[str, object]) -> None:
    """Make a catalogue the live one, in one transaction, and drop those that nobody reads any more."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in counts
    )
    going_live = sql.SQL(
        "UPDATE musicgroup.catalogue SET state = 'live', finished_at = clock_timestamp(), {} WHERE version = {}"
    ).format(assignments, sql.Literal(version))
    connection.autocommit = False
    try:
        with connection:  # commits, or rolls back on an error
            run(connection, "UPDATE musicgroup.catalogue SET state = 'retired' WHERE state = 'live'")
            run(connection, going_live, counts)
    finally:
        connection.autocommit = True
    drop_unused(connection)


def drop_unused(connection: Connection) -> None:
    """Drop every catalogue's schema but the live one's and that of the one before, which requests may still read."""
    kept = {
        catalogue_schema(version)
        for (version,) in run(
            connection,
            """(SELECT version FROM musicgroup.catalogue WHERE state = 'retired' ORDER BY version DESC LIMIT 1)
               UNION ALL SELECT version FROM musicgroup.catalogue WHERE state = 'live'""",
        )
    }
    for (schema,) in run(connection, r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^catalogue_\d+$'"):
        if schema not in kept:
            try:
                run(connection, "SET lock_timeout = '5s'")
                run(connection, sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            except (errors.LockNotAvailable, errors.QueryCanceled):
                pass  # somebody still reads it; the next load drops it
            finally:
                run(connection, "SET lock_timeout = '60s'")


@contextmanager
def explained() -> Iterator[None]:
    """Turns errors of PostgreSQL into LoadErrors that say what to do."""
    try:
        yield
    except (errors.DiskFull, errors.OutOfMemory) as error:
        raise LoadError(f"PostgreSQL has no space left ({_first_line(error)}); free some and load again.") from error
    except errors.InsufficientPrivilege as error:
        raise LoadError(
            f"PostgreSQL refuses ({_first_line(error)}); set MUSICGROUP_LOADER_DATABASE_URL to a role "
            "that may create schemas."
        ) from error
    except psycopg2.Error as error:
        raise LoadError(f"PostgreSQL stopped the load: {_first_line(error)}") from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise LoadError(f"{get_settings().data_dir}: no space left on the disk; free some and load again.") from error


def _first_line(error: psycopg2.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
