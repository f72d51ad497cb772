"""A block of the table (100 rows): any filter, any column, any place in it, every one of them cold."""

from __future__ import annotations

import numpy as np

from benchmarks.bench_counts import as_filter, random_brushes
from benchmarks.report import Row, at_most, milliseconds, p95, save
from data_access import catalogue, explore
from data_access.columns import open_store
from data_access.filters import SongFilter

BLOCKS = 200
SEED = 20_241_129


def run() -> list[Row]:
    """Ask for blocks under random filters and sorts; each must hold the rows that PostgreSQL has there."""
    store = open_store(catalogue.current())
    rng = np.random.default_rng(SEED)
    times = []
    for number in range(BLOCKS):
        song_filter = SongFilter() if number % 10 == 0 else as_filter(random_brushes(store, rng))
        sort = str(rng.choice(sorted(explore.SORTABLE)))
        total = explore.table_block(song_filter, sort, False, 0, 1).total  # how many there are, to go anywhere
        start = int(rng.integers(0, max(1, total - 100)))
        explore.forget_selections()
        descending = bool(rng.integers(0, 2))
        blocks: list[explore.Block] = []
        times += milliseconds(
            lambda f=song_filter, s=sort, d=descending, a=start, b=blocks: b.append(
                explore.table_block(f, s, d, a, a + 100)
            ),
            1,
        )
        assert blocks[0].total == total
        assert len(blocks[0].rows) == min(100, total - start)
    rows = [
        at_most("table block of 100 rows, any filter, sort and place, p95", p95(times), 60),
        Row("  median", float(np.median(times)), "ms"),
    ]
    save("table", store.n_songs, rows)
    return rows


if __name__ == "__main__":
    run()
