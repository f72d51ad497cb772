"""Live brushing without the drawing: one move, first touch, growth, memory, and twenty people; ours against its peers.

A move is answered for all charts that follow (brush_trace.py), under two brushes that stay. Ours is the browser's
subtraction in Chromium; PostgreSQL and DuckDB count again, DuckDB also reads cubes as Mosaic does, and crossfilter2
updates its groups in Chromium. A part of the moves is compared, every number of every view, before anything counts.
Pointer to painted frame is another benchmark: bench_brush_frames.py.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psycopg2

from benchmarks import brush_browser, brush_ours, brush_peers, brush_touch
from benchmarks.brush_browser import heap_megabytes, page_with
from benchmarks.brush_grow import SIZES, Songs, build_ms, drawn, weigh
from benchmarks.brush_http import PARTS
from benchmarks.brush_trace import Answer, Drag, differences, drags, expected, views
from benchmarks.report import Row, at_most, milliseconds, p95, save, times_faster
from data_access import catalogue
from data_access.columns import open_store
from data_access.db import catalogue_schema, reader_dsn
from data_access.moods import open_moods

PASSES = 30
COMPARED = (0, 20, 40, 59)
"""Moves of each drag of which all answers are compared."""

_SCANS = 5  # moves of a drag that DuckDB scans for: all of the compared ones, and the 30th
_POSTGRES_SCANS = 2
_CUBE_MOVES = 20
BYTES_A_SONG = 60
HEAP_MEGABYTES = 60


@dataclass(frozen=True)
class Bench:
    """What all parts measure on: songs, and the drags over them with the right answers of some moves."""

    songs: Songs
    version: int
    drags: list[Drag]
    answers: list[dict[int, Answer]]


def run() -> list[Row]:
    """Every part, in the order of the table; equal answers are asserted within each."""
    live = catalogue.current()
    moods = open_moods(live)
    assert moods is not None, "the catalogue has no model: python -m ml train"
    bench = prepared(Songs(open_store(live), moods), live.version)
    moves, versions, notes = _one_move(bench)
    rows = [*moves, *brush_touch.rows(bench.songs), *_growth(bench)]
    versions |= {"DuckDB": version("duckdb"), "Chromium": brush_browser.chromium_version()}
    save("brush", bench.songs.store.n_songs, rows, more={"versions": versions, "notes": notes})
    return rows


def prepared(songs: Songs, catalogue_version: int) -> Bench:
    """The drags, and what the application's own counts say after some of their moves."""
    found = list(drags(songs.store))
    n_moods = len(songs.moods.names())
    answers = [
        {n: expected(songs.store, songs.moods.mood, n_moods, drag, drag.moves[n]) for n in COMPARED} for drag in found
    ]
    return Bench(songs, catalogue_version, found, answers)


# ---- one move --------------------------------------------------------------------------------


def _one_move(bench: Bench) -> tuple[list[Row], dict[str, str], list[str]]:
    """Milliseconds of one move in every engine; the engines' versions; and why one is missing."""
    mine, decoding, heap = ours(bench)
    postgres, scan, cubes, versions = _databases(bench)
    move = "one move of a brush, all views"
    rows = [
        times_faster(move, mine[0], "PostgreSQL GROUP BY", postgres, 1000),
        times_faster(move, mine[0], "DuckDB scan", scan, 100),
        times_faster(move, mine[0], "DuckDB, pre-aggregated as Mosaic does", cubes, 20),
        Row("  the same, p95", mine[1], "ms"),
        Row("  before the first move: two tiles decoded", decoding, "ms"),
        at_most("memory of the browser with the tiles of all charts", heap, HEAP_MEGABYTES, "MB"),
    ]
    try:
        theirs, building, their_heap = crossfilter(bench)
    except brush_browser.NotHere as reason:
        return rows, versions, [f"crossfilter2 could not be run: {reason}"]
    peer = "crossfilter2 in Chromium"
    rows += [
        times_faster(move, mine[0], peer, theirs[0], 10),
        Row("  the same, p95", mine[1], "ms", peer, theirs[1]),
        Row("  before the first move", decoding, "ms", f"{peer}, dimensions and groups", building),
        Row("  memory of the browser with all charts", heap, "MB", peer, their_heap),
    ]
    return rows, versions | {"crossfilter2": brush_browser.pinned("crossfilter2")}, []


def ours(bench: Bench) -> tuple[tuple[float, float], float, float]:
    """(median, p95) of a move, milliseconds to decode both tiles, and MB of a page that keeps all charts' tiles."""
    store, times, decoding = bench.songs.store, [], []
    summary = brush_ours.committed(store, bench.songs.moods.names())
    parts = PARTS
    for drag, answers in zip(bench.drags, bench.answers, strict=True):
        files = {f"{drag.active}-{part}": bench.songs.body(drag.active, part, drag.base) for part in parts}
        with page_with(brush_ours.SCRIPTS, files) as page:
            found = brush_ours.drag_in(page, drag, summary, PASSES, COMPARED)
        asked = views(store, drag.active, len(bench.songs.moods.names()))
        for move, answer in answers.items():
            wrong = brush_ours.differences(found["answers"][str(move)], answer, asked)
            assert not wrong, f"ours differs in {wrong} at move {move} over {drag.active}"
        times += found["times"]
        decoding.append(found["decoding"])
    first = bench.drags[0].base
    files = {f"{of.name}-{part}": bench.songs.body(of.name, part, first) for of in store.fields for part in parts}
    with page_with(brush_ours.SCRIPTS, files) as page:
        page.evaluate("names => window.bench.keep(names)", list(files))
        heap = heap_megabytes(page)
    return (statistics.median(times), p95(times)), statistics.median(decoding), heap


def crossfilter(bench: Bench) -> tuple[tuple[float, float], float, float]:
    """(median, p95) of a move in crossfilter2, milliseconds to build its dimensions and groups, and its MB."""
    store, mood = bench.songs.store, bench.songs.moods.mood
    n_moods, times = len(bench.songs.moods.names()), []
    with brush_browser.temporary_packages() as modules:
        scripts = [modules / "crossfilter2" / "crossfilter.min.js", brush_browser.WEB / "crossfilter_page.js"]
        with page_with(scripts, brush_ours.crossfilter_files(store, mood)) as page:
            setup = brush_ours.crossfilter_setup(store, n_moods)
            building = page.evaluate("setup => window.bench.load(setup)", setup)
            heap = heap_megabytes(page)
            for drag, answers in zip(bench.drags, bench.answers, strict=True):
                found = brush_ours.crossfilter_drag(page, drag, COMPARED)
                asked = views(store, drag.active, n_moods)
                for move, answer in answers.items():
                    given = brush_ours.crossfilter_answer(found["answers"][str(move)], asked)
                    _same("crossfilter2", given, answer, drag, move)
                times += found["times"]
    return (statistics.median(times), p95(times)), building, heap


def _databases(bench: Bench) -> tuple[float, float, float, dict[str, str]]:
    """Median milliseconds of a move: PostgreSQL, DuckDB scanning, and DuckDB with the better way to read cubes."""
    store, mood = bench.songs.store, bench.songs.moods.mood
    n_moods = len(bench.songs.moods.names())
    duck = brush_peers.duck(store, mood)
    postgres = psycopg2.connect(reader_dsn())
    cursor = postgres.cursor()
    cursor.execute(f"SET search_path TO {catalogue_schema(bench.version)}, pg_temp")
    brush_peers.postgres_table(cursor, duck)
    duck_rows, postgres_rows = brush_peers.duck_rows(duck), brush_peers.postgres_rows(cursor)
    times: dict[str, list[float]] = {name: [] for name in ("postgres", "scan", "cubes", "cubes at once")}
    for drag, answers in zip(bench.drags, bench.answers, strict=True):
        asked = views(store, drag.active, n_moods)
        cubes = brush_peers.Cubes(duck, asked, drag)
        cubes.build()
        ways = {
            "postgres": lambda m, a=asked, d=drag: brush_peers.scanned(postgres_rows, "/", a, d, m),
            "scan": lambda m, a=asked, d=drag: brush_peers.scanned(duck_rows, "//", a, d, m),
            "cubes": cubes.answer,
            "cubes at once": cubes.answer_at_once,
        }
        for name, way in ways.items():
            for number in list(answers)[: _POSTGRES_SCANS if name == "postgres" else None]:
                _same(name, way(drag.moves[number]), answers[number], drag, number)
            moves = {"postgres": _POSTGRES_SCANS, "scan": _SCANS}.get(name, _CUBE_MOVES)
            some = np.linspace(1, len(drag.moves) - 1, moves).astype(int)
            times[name] += [milliseconds(lambda m=drag.moves[n], w=way: w(m), 1)[0] for n in some]
    cursor.execute("SHOW server_version")
    versions = {"PostgreSQL": cursor.fetchone()[0]}
    postgres.rollback()
    postgres.close()
    duck.close()
    medians = {name: statistics.median(found) for name, found in times.items()}
    return medians["postgres"], medians["scan"], min(medians["cubes"], medians["cubes at once"]), versions


def _same(name: str, found: Answer, wanted: Answer, drag: Drag, move: int) -> None:
    wrong = differences(found, wanted)
    assert not wrong, f"{name} differs in {wrong} at move {move} over {drag.active}"
    assert found.keys() == wanted.keys()


# ---- growth ----------------------------------------------------------------------------------


def _growth(bench: Bench) -> list[Row]:
    """Moves, tiles and a DuckDB scan over ever more songs, and the memory of a process that builds every tile."""
    with tempfile.TemporaryDirectory() as folder:
        grown = {size: drawn(bench.songs, size, Path(folder) / str(size)) for size in SIZES}
        builds = {size: build_ms(songs) for size, songs in grown.items()}
        scans = {size: _scan_ms(songs) for size, songs in grown.items()}
        moves = _move_ms(grown)
        weights = {size: weigh(songs.store.folder) for size, songs in grown.items() if size >= SIZES[1]}
    return _growth_rows(moves, builds, scans, weights)


def _growth_rows(moves: dict, builds: dict, scans: dict, weights: dict) -> list[Row]:
    small, middle, large = SIZES
    rows = [
        Row(f"one move over {size / 1e6:g} million songs", moves[size], "ms", "DuckDB scan", scans[size])
        for size in SIZES
    ]
    spread = (max(moves.values()) / min(moves.values()) - 1) * 100
    rows.append(at_most(f"a move's time, {small / 1e6:g} to {large / 1e6:g} million songs: spread", spread, 10, "%"))
    rows += [Row(f"both tiles of a chart over {size / 1e6:g} million songs", builds[size], "ms") for size in SIZES]
    tenfold = builds[large] / builds[middle]
    rows.append(at_most("a tile's time over ten times the songs: times as long", tenfold, 12, "x"))
    peak = max(weight["peak"] for weight in weights.values())
    rows.append(at_most("memory to build every tile, at its peak, a song", peak, BYTES_A_SONG, "B"))
    rows.append(Row("  the same, afterwards", max(weight["rest"] for weight in weights.values()), "B"))
    return rows


def _move_ms(grown: dict[int, Songs]) -> dict[int, float]:
    """Milliseconds of a move by size: the mean of a pass, the fastest of many, since the rest measure what else ran.

    Sizes take turns, so that a busy minute is no size's own; all have the same columns to go through.
    """
    times: dict[int, list[float]] = {size: [] for size in grown}
    plans = {size: list(drags(songs.store)) for size, songs in grown.items()}
    middle = grown[SIZES[1]]
    summary = brush_ours.committed(middle.store, middle.moods.names())
    for number, shared in enumerate(plans[SIZES[1]]):
        files = {
            f"{size}/{shared.active}-{part}": songs.body(shared.active, part, plans[size][number].base)
            for size, songs in grown.items()
            for part in PARTS
        }
        passes: dict[int, list[float]] = {size: [] for size in grown}
        with page_with(brush_ours.SCRIPTS, files) as page:
            for _ in range(5):
                for size in grown:
                    passes[size] += brush_ours.drag_in(page, shared, summary, PASSES, folder=f"{size}/")["whole"]
        for size, found in passes.items():
            times[size].append(min(found))
    return {size: statistics.mean(found) for size, found in times.items()}


def _scan_ms(songs: Songs) -> float:
    duck = brush_peers.duck(songs.store, songs.moods.mood)
    rows = brush_peers.duck_rows(duck)
    times = []
    for drag in drags(songs.store):
        asked = views(songs.store, drag.active, len(songs.moods.names()))
        for move in (drag.moves[10], drag.moves[30]):
            times += milliseconds(lambda a=asked, d=drag, m=move: brush_peers.scanned(rows, "//", a, d, m), 1)
    duck.close()
    return statistics.median(times)


if __name__ == "__main__":
    run()
