"""docs/data-dictionary.md, generated from the comments that the tables themselves carry."""

from __future__ import annotations

import sys
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from data_access import writing
from etl import database
from etl.database import run
from etl.errors import LoadError
from settings import PROJECT_DIR

PATH = PROJECT_DIR / "docs" / "data-dictionary.md"
_SCHEMA = "data_dictionary_draft"
_HEAD = """# Data dictionary

Made by `python -m etl dictionary` from the comments in `etl/meta.sql`, `etl/schema.sql` and `data_access/moods.sql`;
change it there. `musicgroup.catalogue` has one row a load, `musicgroup.model` one a model; all other tables are those
of one loaded catalogue, in the schema `catalogue_<version>`. The keys and indexes are in `etl/indexes.sql`.
"""


def generate() -> str:
    """The dictionary as Markdown. The tables are created in a transaction that is then rolled back.

    Raises LoadError when a table or column has no comment.
    """
    with database.server() as dsn, database.explained():
        connection = database.connect(dsn, "dictionary")
        connection.autocommit = False
        try:
            run(connection, database.META.read_text(encoding="utf-8"))
            run(connection, writing.ddl("register"))
            run(connection, sql.SQL("CREATE SCHEMA {0}; SET LOCAL search_path TO {0}").format(sql.Identifier(_SCHEMA)))
            run(connection, (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
            run(connection, writing.ddl("catalogue"))
            run(connection, writing.ddl("model"))
            return _HEAD + "".join(_sections(connection))
        finally:
            connection.rollback()
            connection.close()


def write() -> int:
    """Write the file; the exit code."""
    PATH.write_text(generate(), encoding="utf-8")
    print(f"Wrote {PATH.relative_to(PROJECT_DIR)}.")
    return 0


def check() -> int:
    """0 when the file is what `generate` gives, else 1 and a word about it."""
    if PATH.exists() and PATH.read_text(encoding="utf-8") == generate():
        return 0
    print("docs/data-dictionary.md is stale; run `python -m etl dictionary`.", file=sys.stderr)
    return 1


def _sections(connection: Connection) -> list[str]:
    tables = run(
        connection,
        """SELECT pg_class.oid, nspname, relname, obj_description(pg_class.oid, 'pg_class')
           FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE relkind IN ('r', 'v') AND nspname IN ('musicgroup', %s)
           ORDER BY nspname <> 'musicgroup', pg_class.oid""",
        (_SCHEMA,),
    )
    return [_section(connection, oid, schema, name, comment) for oid, schema, name, comment in tables]


def _section(connection: Connection, oid: int, schema: str, name: str, comment: str | None) -> str:
    shown = f"musicgroup.{name}" if schema == "musicgroup" else name
    heading = f"`{shown}`" if "<" in shown else shown  # else Markdown takes it for HTML
    columns = run(
        connection,
        """SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)
           FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
        (oid,),
    )
    silent = [f"{shown}.{column}" for column, _, _, meaning in columns if not meaning]
    if not comment or silent:
        raise LoadError(f"{', '.join(silent) or shown} has no COMMENT; write one in its .sql file.")
    rows = [
        f"| `{column}` | {kind} | {'' if required else 'may be NULL'} | {meaning} |\n"
        for column, kind, required, meaning in columns
    ]
    return f"\n## {heading}\n\n{comment}\n\n| column | type | | meaning |\n|---|---|---|---|\n{''.join(rows)}"
