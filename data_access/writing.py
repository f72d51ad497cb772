"""Transactions that store models: one at a time, with errors that say what to do. The DDL is in moods.sql."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor

from data_access.db import DatabaseDown, catalogue_schema, loader_dsn

DDL = Path(__file__).parent / "moods.sql"
_LOCK = 5_417_260_138  # any number, as long as nobody else's
# A backend must notice that a killed training is gone, also in the middle of an index build: it holds the lock.
_OPTIONS = "-c client_connection_check_interval=500 -c statement_timeout=0 -c lock_timeout=60s"


class ModelError(RuntimeError):
    """A model cannot be stored or taken back; the message is one sentence."""


class MayNotWrite(ModelError):
    """The database role that we connect as may not store a model."""


def ddl(part: str) -> str:
    """One part of moods.sql: "register", "catalogue", "model" or "live view"."""
    return next(
        found for found in DDL.read_text(encoding="utf-8").split("-- part: ") if found.startswith(part)
    ).partition("\n")[2]


@contextmanager
def writing(version: int | None) -> Iterator[Cursor]:
    """A transaction that stores; with a version, unqualified tables are that catalogue's. One at a time."""
    try:
        connection = psycopg2.connect(
            loader_dsn(), application_name="musicgroup model", options=_OPTIONS, connect_timeout=10
        )
    except psycopg2.OperationalError as error:
        raise DatabaseDown(f"PostgreSQL cannot be reached: {_first_line(error)}") from error
    try:
        with connection, connection.cursor() as cursor:  # commits, or rolls back on an error
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if version is not None:
                search_in(cursor, version)
            yield cursor
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
        raise MayNotWrite(f"The database role may not store models ({_first_line(error)}).") from error
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.UndefinedObject) as error:
        raise ModelError(f"The catalogue is not there any more ({_first_line(error)}).") from error
    except (errors.DiskFull, errors.OutOfMemory) as error:
        raise ModelError(f"PostgreSQL has no space left ({_first_line(error)}).") from error
    except psycopg2.Error as error:
        if connection.closed:
            raise DatabaseDown(f"PostgreSQL went away: {_first_line(error)}") from error
        raise ModelError(f"PostgreSQL did not store the model: {_first_line(error)}") from error
    finally:
        connection.close()


def search_in(cursor: Cursor, version: int) -> None:
    """Unqualified tables are a catalogue's until the transaction ends."""
    cursor.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(catalogue_schema(version))))


def one(cursor: Cursor) -> tuple:
    """The next row, which must be there."""
    row = cursor.fetchone()
    assert row is not None
    return row


def _first_line(error: psycopg2.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
