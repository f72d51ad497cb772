"""How the database is: reachable, how fast it answers, how large it is, how many are connected."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from data_access.db import reader

_LOOK = text(
    "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size, "
    "current_setting('max_connections')::int AS allowed, current_user AS role, "
    "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections"
)


@dataclass(frozen=True)
class Database:
    """PostgreSQL as the dashboard sees it. seconds: for one empty question and its answer. size: bytes."""

    version: str
    role: str
    seconds: float
    size: int
    connections: int
    allowed: int


def database() -> Database:
    """Ask it. Raises DatabaseDown, QueryTooSlow."""
    with reader() as connection:
        connection.execute(text("SELECT 1"))  # the connection itself may be new
        began = time.perf_counter()
        connection.execute(text("SELECT 1"))
        seconds = time.perf_counter() - began
        row = connection.execute(_LOOK).mappings().one()
    return Database(seconds=seconds, **row)
