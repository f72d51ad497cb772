"""First touch: alone against the same tiles as DuckDB tables, of the whole catalogue, and twenty people at once.

"Touch" and what it asks for are brush_http.py's. Every touch has a filter that nobody asked for before, so that no
answer was kept.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np
import psutil

from benchmarks import brush_peers, brush_untouched
from benchmarks.brush_grow import Songs
from benchmarks.brush_http import Ask, Got, asking, decoded, together, touch
from benchmarks.brush_trace import SEED, Drag, random_base, views
from benchmarks.report import Row, at_most, milliseconds, p95, times_faster
from benchmarks.serving import application_prefix, gunicorn
from data_access import catalogue
from data_access.explore import version_of
from data_access.filters import SongFilter

TOUCHES = 40
COMPARED = 8
WARMING = 24
PEOPLE = 20
TOUCHES_OF_ONE = 8
PAUSE_SECONDS = 1.0
ALONE_MS = 40
TOGETHER_MS = 300
_COLD = {"MUSICGROUP_CACHE_SECONDS": "1"}


def rows(songs: Songs) -> list[Row]:
    """Compare the tiles of some touches with DuckDB's, then time the server's."""
    touches = _touches(songs)
    alone = [next(touches) for _ in range(TOUCHES)]
    warming = [next(touches) for _ in range(WARMING)]
    people = [[next(touches) for _ in range(TOUCHES_OF_ONE)] for _ in range(2 * PEOPLE)]
    of = version_of(catalogue.current(), songs.moods.model)
    prefix = application_prefix()
    with gunicorn("app:server", f"{prefix}healthz", workers=2, environment=_COLD) as (url, _, _):
        ask = asking(f"{url}{prefix}", of)
        together(ask, [_asked(warming[n::4]) for n in range(4)], 0)  # so that both workers get some
        untouched = brush_untouched.touched(f"{url}{prefix}explore")
        whole = [touch(ask, field.name, SongFilter()) for field in songs.store.fields]
        found = [touch(ask, drag.active, drag.base) for drag in alone]
        paced, failed = together(ask, [_asked(person) for person in people[:PEOPLE]], PAUSE_SECONDS)
        at_once, failed_at_once = together(ask, [_asked(person) for person in people[PEOPLE:]], 0)
    ctas = _duck_ms(songs, alone, [got for got, _ in found])
    both = [took for _, took in found]
    bars = [got["bars"].took for got, _ in found]
    sent = [_sent_kb(got) for got, _ in found]
    return [
        times_faster("first touch under two filters, tiles of all charts", statistics.median(both), "DuckDB CTAS",
                     ctas, 5),
        at_most("  the same, median", statistics.median(both), ALONE_MS),
        Row("  the same, p95", p95(both), "ms"),
        Row("  the tile of the bars alone, median", statistics.median(bars), "ms"),
        Row("  bytes of a first touch, median", statistics.median(sent), "kB"),
        at_most(f"first touch of {len(untouched.waits)} charts without a filter: requests", untouched.requests, 0, ""),
        Row("  the longest wait for a tile that was fetched before", max(untouched.waits), "ms"),
        Row("  the same, median", statistics.median(untouched.waits), "ms"),
        Row("  fetched before, while nothing happened", untouched.ahead_kb, "kB"),
        Row("  a touch before that: median", statistics.median(took for _, took in whole), "ms"),
        Row("  its bytes, median", statistics.median(_sent_kb(got) for got, _ in whole), "kB"),
        at_most(f"first touch while {PEOPLE} people brush, p95 of {len(paced)}", p95(paced), TOGETHER_MS),
        at_most("  errors", failed + failed_at_once, 0, "errors"),
        Row(f"  all {PEOPLE} touching without a pause, p95 of {len(at_once)}", p95(at_once), "ms"),
        _worker_memory(warming, of),
    ]  # fmt: skip


def _touches(songs: Songs) -> Iterator[Drag]:
    """Touches without end: charts in turn, each under two brushes of its own."""
    rng = np.random.default_rng([SEED, 1])
    while True:
        for field in songs.store.fields:
            yield Drag(field.name, random_base(songs.store, field.name, rng), ())


def _asked(touches: list[Drag]) -> list[tuple[str, SongFilter]]:
    return [(drag.active, drag.base) for drag in touches]


def _sent_kb(got: dict[str, Got]) -> float:
    return sum(len(each.packed) for each in got.values()) / 1e3


def _duck_ms(songs: Songs, touches: list[Drag], found: list[dict[str, Got]]) -> float:
    """Median milliseconds of the same tiles as tables in DuckDB, after every cell was compared."""
    duck = brush_peers.duck(songs.store, songs.moods.mood)
    times = []
    for drag, got in zip(touches[:COMPARED], found, strict=False):
        asked = views(songs.store, drag.active, len(songs.moods.names()))
        if drag.active in next(view.without for view in asked if view.name == "density"):
            asked = [view for view in asked if view.name != "density"]  # it does not follow a brush on its own axis
        cubes = brush_peers.Cubes(duck, asked, drag)
        times += milliseconds(cubes.build, 1)
        tiles = {part: decoded(each.body) for part, each in got.items()}
        for view in asked:
            tile = tiles["wide" if view.name in ("density", "years") else "bars"]
            wanted = brush_peers.tile_of(view, cubes.cells(view), drag.field.columns)
            mine = tile.view(view.name)
            assert mine.shape == wanted.shape, f"{view.name} over {drag.active}: {mine.shape}, {wanted.shape}"
            right = np.allclose(mine, wanted, rtol=1e-6) if view.sums else np.array_equal(mine, wanted)
            assert right, f"the tile of {drag.active} differs from DuckDB's in {view.name}"
    duck.close()
    return statistics.median(times)


def _worker_memory(touches: list[Drag], of: str) -> Row:
    """What one worker holds more after it answered first touches: compiled code, connections and mapped columns."""
    prefix = application_prefix()
    with gunicorn("app:server", f"{prefix}healthz", environment=_COLD) as (url, process, _):
        (worker,) = psutil.Process(process.pid).children()
        before = worker.memory_info().rss
        ask: Ask = asking(f"{url}{prefix}", of)
        for drag in touches:
            touch(ask, drag.active, drag.base)
        time.sleep(0.5)
        grown = worker.memory_info().rss - before
    return Row("  what a worker holds more after first touches of all charts", grown / 1024**2, "MiB")
