"""What a catalogue lacks: rows that were rejected, and values that are unknown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from data_access import catalogue, tables
from data_access.cache import cached
from data_access.db import fetch
from data_access.tables import rejected_rows, songs

_LONGEST_EXAMPLE = 300


@dataclass(frozen=True)
class Rejection:
    """Rows that were rejected for one reason; `examples` are the first few, as (line of the file, row)."""

    reason: str
    column_name: str | None
    rows: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Unknown:
    """How many songs have no known value in one column; `column` is its name in the table `songs`."""

    column: str
    unknown: int
    songs: int


def rejected_by_reason(examples: int = 3) -> list[Rejection]:
    """Why rows of the live catalogue's file were rejected, the commonest reason first.

    Raises what `catalogue.current` and `db.fetch` raise.
    """
    place = func.row_number().over(
        partition_by=(rejected_rows.c.reason, rejected_rows.c.column_name), order_by=rejected_rows.c.line
    )
    of_reason = func.count().over(partition_by=(rejected_rows.c.reason, rejected_rows.c.column_name))
    numbered = select(rejected_rows, place.label("place"), of_reason.label("rows")).subquery()
    statement = (
        select(numbered)
        .where(numbered.c.place <= max(1, examples))
        .order_by(numbered.c.rows.desc(), numbered.c.reason, numbered.c.column_name, numbered.c.place)
    )
    found: dict[tuple[str, str | None], list] = {}
    for row in fetch(catalogue.current().version, statement):
        found.setdefault((row["reason"], row["column_name"]), []).append(row)
    return [
        Rejection(
            reason,
            column_name,
            rows[0]["rows"],
            tuple((row["line"], row["row_text"][:_LONGEST_EXAMPLE]) for row in rows[:examples]),
        )
        for (reason, column_name), rows in found.items()
    ]


def unknowns_per_column() -> list[Unknown]:
    """For every column of songs that can be unknown, how many are, in the order of the table.

    Columns that the file does not have are unknown for every song.
    """
    version = catalogue.current().version
    columns = [column for column in tables.songs.columns if column.nullable and column is not songs.c.search]

    def count() -> list[int]:
        statement = select(func.count(), *(func.count(column) for column in columns)).select_from(songs)
        return [int(number) for number in fetch(version, statement)[0].values()]

    total, *known = cached("unknowns", (version,), count)
    return [Unknown(column.name, total - number, total) for column, number in zip(columns, known, strict=True)]
