"""What the dashboard's role is let read when it is another role than the loader's."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import parse_dsn

from data_access.db import catalogue_schema, reader_dsn


def grant_reading(connection: Connection, version: int) -> None:
    """Let the dashboard's role read a catalogue and the registers; nothing to do when it is our own role."""
    reader = parse_dsn(reader_dsn()).get("user")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (ourselves,) = cursor.fetchone() or ("",)
        if not reader or reader == ourselves:
            return
        for schema in ("musicgroup", catalogue_schema(version)):
            names = {"schema": sql.Identifier(schema), "reader": sql.Identifier(reader)}
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {reader}").format(**names))
            cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader}").format(**names))
