"""All linked counts for a random filter with three brushes: the fused pass against PostgreSQL and DuckDB.

Every engine gives the histograms of all fields and facets, each without its own brush. PostgreSQL is
given its best of two ways (GROUP BY over `songs`, and over a narrow table of the codes), DuckDB the byte codes in
memory with two threads.
"""

from __future__ import annotations

import io
import statistics

import duckdb
import numpy as np
import psycopg2

from benchmarks.report import Row, milliseconds, save, times_faster
from data_access import catalogue, counts
from data_access.columns import CODE_COLUMNS, ColumnStore, open_store
from data_access.db import catalogue_schema, reader_dsn
from data_access.fields import FIELD_BY_NAME, UNKNOWN_CODE
from data_access.filters import Range, SongFilter

FILTERS = 12
SEED = 20_241_127

Brush = tuple[str, int, int]  # field, first code, last code


def random_brushes(store: ColumnStore, rng: np.random.Generator) -> list[Brush]:
    """Three brushes on three fields, each over 20 to 80 % of the field's songs, snapped to bins."""
    chosen = []
    for name in rng.choice([field.name for field in store.fields], 3, replace=False):
        values = store.values(name)
        known = values[~np.isnan(values)]
        start = rng.uniform(0, 0.6)
        ends = np.quantile(known[:: max(1, len(known) // 20_000)], [start, start + rng.uniform(0.2, 0.4)])
        first, last = FIELD_BY_NAME[name].code(ends.astype(np.float32)).tolist()
        chosen.append((str(name), first, last))
    return chosen


def as_filter(brushes: list[Brush]) -> SongFilter:
    """The filter that a person gets by drawing the brushes."""
    song_filter = SongFilter()
    for name, first, last in brushes:
        field = FIELD_BY_NAME[name]
        low = None if first == 0 else float(field.edges[first])
        high = None if last == field.bins - 1 else float(field.edges[last + 1])
        song_filter = song_filter.with_range(name, Range(low, high, open_high=True))
    return song_filter


def run() -> list[Row]:
    """Assert equal counts for every filter, then time every engine on every filter."""
    live = catalogue.current()
    store = open_store(live)
    rng = np.random.default_rng(SEED)
    filters = [random_brushes(store, rng) for _ in range(FILTERS)]

    postgres = psycopg2.connect(reader_dsn())
    cursor = postgres.cursor()
    cursor.execute(f"SET search_path TO {catalogue_schema(live.version)}, pg_temp")
    _make_code_table(cursor, store)
    duck = duckdb.connect(config={"threads": 2})
    frame = {name: np.ascontiguousarray(store.code_column(name)) for name in CODE_COLUMNS}
    duck.register("frame", frame)
    duck.execute("CREATE TABLE codes AS SELECT * FROM frame")

    def ours(brushes: list[Brush]) -> np.ndarray:
        asked = counts.conditions(as_filter(brushes), {}, store.n_songs)
        return counts.linked_counts(store, asked).codes[: len(CODE_COLUMNS)]

    engines = {
        "PostgreSQL GROUP BY, songs": lambda brushes: _by_songs(cursor, brushes),
        "PostgreSQL GROUP BY, codes": lambda brushes: _by_codes(_postgres_rows(cursor), brushes),
        "DuckDB, byte codes": lambda brushes: _by_codes(lambda sql: duck.execute(sql).fetchall(), brushes),
    }
    for brushes in filters:
        expected = ours(brushes)
        for name, answer in engines.items():
            assert (answer(brushes) == expected).all(), f"{name} differs from ours under {brushes}"

    medians = {
        name: statistics.median(t for brushes in filters for t in milliseconds(lambda a=answer, b=brushes: a(b), 1))
        for name, answer in engines.items()
    }
    mine = statistics.median(t for brushes in filters for t in milliseconds(lambda b=brushes: ours(b), 5))
    postgres_best = min((m, name) for name, m in medians.items() if name.startswith("PostgreSQL"))
    rows = [
        times_faster("all linked counts, 3 brushes", mine, postgres_best[1], postgres_best[0], 40),
        times_faster("all linked counts, 3 brushes", mine, "DuckDB, byte codes", medians["DuckDB, byte codes"], 4),
    ]
    rows += [Row(f"  {name}", m, "ms") for name, m in medians.items()]
    postgres.rollback()
    postgres.close()
    save("counts", store.n_songs, rows)
    return rows


def _make_code_table(cursor, store: ColumnStore) -> None:
    """A narrow temporary table of the codes: the most that PostgreSQL can be helped."""
    columns = ", ".join(f"{name} smallint NOT NULL" for name in CODE_COLUMNS)
    cursor.execute(f"CREATE TEMP TABLE codes ({columns})")
    text = io.StringIO()
    np.savetxt(text, store.codes[:, : len(CODE_COLUMNS)], fmt="%d", delimiter="\t")
    text.seek(0)
    cursor.copy_expert("COPY codes FROM STDIN", text)
    cursor.execute("ANALYZE codes")


def _postgres_rows(cursor):
    def rows(sql: str) -> list[tuple]:
        cursor.execute(sql)
        return cursor.fetchall()

    return rows


def _by_codes(rows, brushes: list[Brush]) -> np.ndarray:
    """One GROUP BY a chart over a table of codes."""
    found = np.zeros((len(CODE_COLUMNS), 256), dtype=np.int64)
    for column, chart in enumerate(CODE_COLUMNS):
        others = [f"{name} BETWEEN {first} AND {last}" for name, first, last in brushes if name != chart]
        where = " AND ".join(others) or "true"
        for code, number in rows(f"SELECT {chart}, count(*) FROM codes WHERE {where} GROUP BY {chart}"):
            found[column, code] = number
    return found


def _by_songs(cursor, brushes: list[Brush]) -> np.ndarray:
    """One GROUP BY a chart over `songs`, as a dashboard without a column store would ask."""
    found = np.zeros((len(CODE_COLUMNS), 256), dtype=np.int64)
    facets = {
        "key": ("key * 2 + mode", 24),
        "time_signature": ("time_signature", 0),
        "explicit": ("explicit::int", 255),
    }
    for column, chart in enumerate(CODE_COLUMNS):
        others = as_filter([brush for brush in brushes if brush[0] != chart])
        where, parameters = ["true"], []
        for name, chosen in others.ranges:
            low, high = chosen.bounds()
            where.append(f"{name}::real BETWEEN %s::real AND %s::real")
            parameters += [str(low), str(high)]
        if chart in FIELD_BY_NAME:
            expression, unknown = f"width_bucket({chart}::real, %s::real[])", UNKNOWN_CODE
            parameters.insert(0, [float(edge) for edge in FIELD_BY_NAME[chart].edges[1:-1]])
        else:
            expression, unknown = facets[chart]
        cursor.execute(f"SELECT {expression}, count(*) FROM songs WHERE {' AND '.join(where)} GROUP BY 1", parameters)
        for code, number in cursor.fetchall():
            found[column, unknown if code is None else code] = number
    return found


if __name__ == "__main__":
    run()
