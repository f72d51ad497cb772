"""A view of the map, for windows that a person would look at: ours against datashader, and against sending all points.

Ours is asked over HTTP, request to response, nothing cached, as the browser asks it. Datashader counts the same
songs by category on the same windows and grid (`Canvas.points` with `count_cat`); every cell of every window is
compared before anything is timed, and then the two counts are timed beside each other in one process, without HTTP. The
plain way, a scattergl of all points, is measured by what it has to send.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import urllib.request
from urllib.parse import urlencode

import brotli
import datashader
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from benchmarks.report import Row, at_most, milliseconds, p95, save, times_faster
from benchmarks.serving import application_prefix, gunicorn
from data_access import catalogue, explore
from data_access.filters import Range, SongFilter
from data_access.map_grid import Grid, Window, cells_of, tally
from data_access.map_index import index_of
from data_access.moods import MoodStore, open_moods

WINDOWS = 60
SEED = 20_241_129
GRID = Grid(715, 445)  # what a browser asks for at 1440 x 900, nearly the most there may be
MILLISECONDS_AT_MOST = 150
KILOBYTES_AT_MOST = 300


def trace(store: MoodStore, rng: np.random.Generator) -> list[Window]:
    """Windows of a walk: the whole map, then always closer to a random song, and back at the whole map."""
    x0, x1, y0, y1 = store.model.projection["extent"]
    side = max(x1 - x0, (y1 - y0) * GRID.width / GRID.height) * 1.06
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    placed = np.flatnonzero(~np.isnan(store.xy[0]))
    found, depth, towards = [], 1.0, middle
    for _ in range(WINDOWS):
        share = 1 - 1 / depth  # the closer, the nearer is the window's middle to the song
        x, y = (m + share * (t - m) for m, t in zip(middle, towards, strict=True))
        across, up = side / depth, side / depth * GRID.height / GRID.width
        found.append(Window(x - across / 2, x + across / 2, y - up / 2, y + up / 2))
        depth *= rng.uniform(1.3, 3.5)
        if depth > 400:
            depth, song = 1.0, int(rng.choice(placed))
            towards = (float(store.xy[0, song]), float(store.xy[1, song]))
    return found


def filters(store: MoodStore) -> list[SongFilter]:
    """No filter for every second window; a range, moods, and an area for the others."""
    x0, x1, y0, y1 = store.model.projection["extent"]
    triangle = ((x0, y0), (x1, y0), ((x0 + x1) / 2, y1))
    some = [
        SongFilter().with_range("energy", Range(0.35, 0.8, True)),
        SongFilter(moods=frozenset(store.names()[:2])),
        SongFilter(area=(store.model.model, triangle)),
    ]
    return [some[i // 2 % len(some)] if i % 2 else SongFilter() for i in range(WINDOWS)]


def run() -> list[Row]:
    """Compare every cell with datashader's, then time and weigh all ways."""
    live = catalogue.current()
    store = open_moods(live)
    assert store is not None, "the catalogue has no model: python -m ml train"
    windows = trace(store, np.random.default_rng(SEED))
    index, frame = index_of(store), _frame(store)

    def shaded(window: Window) -> np.ndarray:
        canvas = datashader.Canvas(GRID.width, GRID.height, (window.x0, window.x1), (window.y0, window.y1))
        return canvas.points(frame, "x", "y", datashader.count_cat("mood")).to_numpy()[::-1]  # the upper row first

    def counted(window: Window) -> np.ndarray:
        return tally(index, window, GRID)[0]

    for window in windows:
        expected = shaded(window).reshape(GRID.width * GRID.height, -1)
        assert (counted(window)[:, : expected.shape[1]] == expected).all(), f"datashader counts otherwise in {window}"
    ours = [t for window in windows for t in milliseconds(lambda w=window: cells_of(counted(w)), 3)]
    theirs = [t for window in windows for t in milliseconds(lambda w=window: shaded(w), 1)]

    asked = list(zip(windows, filters(store), strict=True))
    answers = _ask(asked)
    sizes = [len(body) / 1e3 for body, _ in answers]
    songs = [int(explore.selection(live, song_filter).sum()) for _, song_filter in asked[:6]]
    assert len(set(songs)) > 2, "the filters are to be different ones"
    times = [took for _, took in answers]
    sent, packed, drawing = _scattergl(store)
    rows = [
        at_most(f"a view of the map, request to response, p95 of {WINDOWS}", p95(times), MILLISECONDS_AT_MOST),
        Row("  the same, median", statistics.median(times), "ms"),
        times_faster(
            "its counts by mood, median", statistics.median(ours), "datashader", statistics.median(theirs), 1.5
        ),
        Row("  the same, p95", p95(ours), "ms", "datashader", p95(theirs)),
        at_most("bytes of the largest view of the map", max(sizes), KILOBYTES_AT_MOST, "kB"),
        times_faster(
            "bytes of the largest view", max(sizes), "scattergl of all songs, compressed", packed / 1e3, 20, "kB"
        ),
        Row("  the same before compression", _largest(answers), "kB", "scattergl of all songs", sent / 1e3),
        Row("  building the scattergl's JSON", drawing, "ms"),
    ]
    save("map", store.xy.shape[1], rows)
    return rows


def _frame(store: MoodStore) -> pd.DataFrame:
    """The songs with a place, as datashader wants them; in float64, which is what ours computes in."""
    placed = ~np.isnan(store.xy[0])
    mood = pd.Categorical(store.mood[placed], categories=range(len(store.model.moods)))
    return pd.DataFrame({"x": store.xy[0, placed].astype(float), "y": store.xy[1, placed].astype(float), "mood": mood})


def _ask(asked: list[tuple[Window, SongFilter]]) -> list[tuple[bytes, float]]:
    """Every view over HTTP; bytes as they were sent, and milliseconds. The first answers warm the worker up."""
    prefix = application_prefix()
    with tempfile.TemporaryDirectory() as cold:
        fresh = {"MUSICGROUP_CACHE_SECONDS": "1", "TMPDIR": cold}
        with gunicorn("app:server", f"{prefix}healthz", environment=fresh) as (url, _, _):
            for window, song_filter in asked[:8]:
                _get(f"{url}{prefix}map/view", window, song_filter)
            time.sleep(1.5)  # for what was kept to be too old
            return [_get(f"{url}{prefix}map/view", window, song_filter) for window, song_filter in asked]


def _get(address: str, window: Window, song_filter: SongFilter) -> tuple[bytes, float]:
    query = urlencode({"view": str(window), "grid": f"{GRID.width}x{GRID.height}"})
    request = urllib.request.Request(f"{address}?{query}&{song_filter.to_query()}", headers={"Accept-Encoding": "br"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as response:
        body = response.read()
    return body, (time.perf_counter() - start) * 1000


def _largest(answers: list[tuple[bytes, float]]) -> float:
    return max(len(brotli.decompress(body)) for body, _ in answers) / 1e3


def _scattergl(store: MoodStore) -> tuple[int, int, float]:
    """A figure of all points by mood: bytes of its JSON, compressed as our pages compress; milliseconds."""
    start = time.perf_counter()
    marker = {"color": store.mood, "size": 2, "opacity": 0.3}
    figure = go.Figure(go.Scattergl(x=store.xy[0], y=store.xy[1], mode="markers", marker=marker))
    text = figure.to_json().encode()
    took = (time.perf_counter() - start) * 1000
    return len(text), len(brotli.compress(text, quality=4)), took


if __name__ == "__main__":
    run()
