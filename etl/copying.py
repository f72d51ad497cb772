"""Rows into tables by COPY."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

_PIECE = 1 << 18
_WAITING = 32  # pieces of text between the reader of the file and PostgreSQL
_BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_TRAILER = b"\xff\xff"


class _Pipe:
    """A file for psycopg2 to read, filled from another thread."""

    def __init__(self) -> None:
        self._pieces: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._rest = memoryview(b"")

    def put(self, piece: bytes | None) -> None:
        self._pieces.put(piece)

    def read(self, size: int = -1) -> bytes:
        if not self._rest:
            piece = self._pieces.get()
            if piece is None:
                self._pieces.put(None)
                return b""
            self._rest = memoryview(piece)
        given, self._rest = self._rest[:size], self._rest[size:]
        return given.tobytes()

    def drain(self) -> None:
        while self._pieces.get() is not None:
            pass


@contextmanager
def copying(connection: Connection, table: str, columns: Sequence[str]) -> Iterator:
    """A function that takes COPY text for a table while PostgreSQL stores it, in a thread of its own."""
    pipe, failures = _Pipe(), []

    def feed() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.copy_expert(_statement(connection, table, columns, "text, FREEZE"), pipe, _PIECE)  # type: ignore[arg-type]
        except BaseException as error:
            failures.append(error)
            pipe.drain()

    def put(text: bytes) -> None:
        if failures:
            raise failures[0]
        if text:
            pipe.put(text)

    thread = threading.Thread(target=feed, name=f"copy {table}")
    thread.start()
    try:
        yield put
    except BaseException:
        connection.cancel()  # the rows so far are not wanted
        raise
    finally:
        pipe.put(None)
        thread.join()
    if failures:
        raise failures[0]


def copy_texts(connection: Connection, table: str, columns: Sequence[str], cells: Iterable[Iterable[str]]) -> None:
    """Rows of COPY text cells into a table."""
    with copying(connection, table, columns) as put:
        put("".join(["\t".join(row) + "\n" for row in cells]).encode())


def copy_numbers(connection: Connection, table: str, columns: dict[str, np.ndarray]) -> None:
    """Integer columns (name -> (rows,) int16 or int32, as in the table) into a table, in binary."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, values in columns.items():
        fields += [(f"{name} length", ">i4"), (name, f">i{values.dtype.itemsize}")]
    rows = np.empty(len(next(iter(columns.values()))), dtype=fields)
    rows["count"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"] = values.dtype.itemsize
        rows[name] = values
    pipe = _Pipe()
    for piece in (_BINARY_HEADER, rows.tobytes(), _BINARY_TRAILER, None):
        pipe.put(piece)
    with connection.cursor() as cursor:
        cursor.copy_expert(_statement(connection, table, tuple(columns), "binary, FREEZE"), pipe, _PIECE)  # type: ignore[arg-type]


def _statement(connection: Connection, table: str, columns: Sequence[str], form: str) -> str:
    return (
        sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})")
        .format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(form))
        .as_string(connection)
    )
