"""The peers of live brushing that are databases: PostgreSQL and DuckDB scanning, and DuckDB with pre-aggregated cubes.

All get what helps them most: a narrow table of byte codes with the moods and the values of the line of years beside
them, so that nobody joins or computes a bin from a float. A cube is what Mosaic makes when a chart is first touched
(its `PreAggregator`): a table by view, column of the active field x bin of the view, from which every move then reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from benchmarks.brush_trace import Answer, Drag, View
from data_access.columns import CODE_COLUMNS, ColumnStore
from data_access.explore import BY_YEAR

Rows = Callable[[str], Sequence[tuple]]


def duck(store: ColumnStore, mood: np.ndarray) -> duckdb.DuckDBPyConnection:
    """DuckDB in memory with two threads and the table `codes`: the codes, `mood`, and `<field>_value` by year."""
    connection = duckdb.connect(config={"threads": 2})
    frame = {name: np.ascontiguousarray(store.code_column(name)) for name in CODE_COLUMNS}
    frame |= {f"{name}_value": np.ascontiguousarray(store.values(name)) for name in BY_YEAR}
    frame["mood"] = np.ascontiguousarray(mood)
    connection.register("frame", frame)
    plain = ", ".join((*CODE_COLUMNS, "mood"))
    values = ", ".join(
        f"CASE WHEN isnan({name}_value) THEN NULL ELSE {name}_value END AS {name}_value" for name in BY_YEAR
    )
    connection.execute(f"CREATE TABLE codes AS SELECT {plain}, {values} FROM frame")
    connection.unregister("frame")
    return connection


def postgres_table(cursor, connection: duckdb.DuckDBPyConnection) -> None:
    """The same table in PostgreSQL, for this session only."""
    columns = ", ".join(f"{name} smallint NOT NULL" for name in (*CODE_COLUMNS, "mood"))
    values = ", ".join(f"{name}_value real" for name in BY_YEAR)
    cursor.execute(f"CREATE TEMP TABLE codes ({columns}, {values})")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "codes.csv"
        connection.execute(f"COPY codes TO '{path}' (HEADER false)")
        with path.open("rb") as file:
            cursor.copy_expert("COPY codes FROM STDIN (FORMAT csv)", file)
    cursor.execute("ANALYZE codes")


def duck_rows(connection: duckdb.DuckDBPyConnection) -> Rows:
    """How DuckDB is asked for rows."""
    return lambda query: connection.execute(query).fetchall()


def postgres_rows(cursor) -> Rows:
    """How PostgreSQL is asked for rows."""

    def rows(query: str) -> Sequence[tuple]:
        cursor.execute(query)
        return cursor.fetchall()

    return rows


def scanned(rows: Rows, div: str, asked: list[View], drag: Drag, move: tuple[int, int]) -> Answer:
    """One GROUP BY a view over all songs. `div` is how the engine writes whole division."""
    brushes = [*drag.brushes, (drag.active, *drag.codes(move))]
    return {
        view.name: _filled(view, rows(f"SELECT {_listed(view, div)} FROM codes{_where(view, brushes)} GROUP BY 1"))
        for view in asked
    }


class Cubes:
    """Pre-aggregated tables for one active field under the brushes that stay; made anew for every drag."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, asked: list[View], drag: Drag) -> None:
        self._connection, self._asked, self._drag = connection, asked, drag

    def build(self) -> None:
        """The tables, one CREATE TABLE AS a view."""
        column = f"{self._drag.active} // {self._drag.field.codes_per_column} AS active"
        for view in self._asked:
            self._connection.execute(
                f"CREATE OR REPLACE TABLE cube_{view.name} AS SELECT {column}, {_listed(view, '//')} FROM codes"
                f"{_where(view, self._drag.brushes)} GROUP BY 1, 2"
            )

    def answer(self, move: tuple[int, int]) -> Answer:
        """One query a view, as Mosaic asks them."""
        return {
            view.name: _filled(view, self._connection.execute(self._query(view, move)).fetchall())
            for view in self._asked
        }

    def answer_at_once(self, move: tuple[int, int]) -> Answer:
        """All views in one query: one round through the planner."""
        width = max(len(view.sums) for view in self._asked)
        parts = []
        for number, view in enumerate(self._asked):
            padding = ", NULL, NULL" * (width - len(view.sums))
            parts.append(f"SELECT {number}, part.*{padding} FROM ({self._query(view, move)}) AS part")
        found: list[list[tuple]] = [[] for _ in self._asked]
        for number, *row in self._connection.execute(" UNION ALL ".join(parts)).fetchall():
            found[number].append(tuple(row[: 2 + 2 * len(self._asked[number].sums)]))
        return {view.name: _filled(view, rows) for view, rows in zip(self._asked, found, strict=True)}

    def cells(self, view: View) -> list[tuple]:
        """The rows of one table: column, bin, songs, and for sums the number and the sum."""
        return self._connection.execute(f"SELECT * FROM cube_{view.name}").fetchall()

    def _query(self, view: View, move: tuple[int, int]) -> str:
        sums = "".join(f", sum(known_{name}), sum(sum_{name})" for name in view.sums)
        first, stop = move
        return (
            f"SELECT bin, sum(n){sums} FROM cube_{view.name} WHERE active BETWEEN {first} AND {stop - 1} GROUP BY bin"
        )


def _listed(view: View, div: str) -> str:
    sums = "".join(
        f", count({name}_value) AS known_{name}, sum({name}_value::float8) AS sum_{name}" for name in view.sums
    )
    return f"{view.bin.format(div=div)} AS bin, count(*) AS n{sums}"


def _where(view: View, brushes: Sequence[tuple[str, int, int]]) -> str:
    met = [f"{name} BETWEEN {first} AND {last}" for name, first, last in brushes if name not in view.without]
    met += [view.where] if view.where else []
    return f" WHERE {' AND '.join(met)}" if met else ""


def _filled(view: View, rows: Sequence[tuple]) -> np.ndarray:
    """Rows of (bin, songs, ...) at their places; bins that no song is in are 0."""
    found = np.zeros((view.size + 1, 1 + 2 * len(view.sums)))
    if rows:
        numbers = np.array(rows, dtype=float)  # counts stay exact; a sum of no value is None, which becomes NaN
        bins = numbers[:, 0].astype(np.int64)
        at = np.minimum(bins, view.size - 1) if view.last_is_unknown else np.minimum(bins, view.size)
        found[at] = np.nan_to_num(numbers[:, 1:])
    return found[: view.size] if view.sums else found[: view.size, 0].astype(np.int64)


def tile_of(view: View, cells: Sequence[tuple], columns: int) -> np.ndarray:
    """A cube's rows as the part of a tile: (columns + 1, size[, 1 + 2 * sums]); the last row is the unknown column."""
    found = np.zeros((columns + 1, view.size + 1, 1 + 2 * len(view.sums)))
    if cells:
        numbers = np.nan_to_num(np.array(cells, dtype=float))
        rows, bins = numbers[:, 0].astype(np.int64), numbers[:, 1].astype(np.int64)
        at = np.minimum(bins, view.size - 1) if view.last_is_unknown else np.minimum(bins, view.size)
        found[np.minimum(rows, columns), at] = numbers[:, 2:]
    return found[:, : view.size] if view.sums else found[:, : view.size, 0]
