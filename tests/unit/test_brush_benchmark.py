"""What the benchmark of live brushing compares is the same for all: its peers' answers, and what it writes of them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import brush_browser, brush_peers, brush_trace, performance, run
from benchmarks.brush_grow import Songs, drawn
from benchmarks.brush_http import PARTS, decoded
from benchmarks.brush_trace import Drag
from benchmarks.report import Row, at_most, save
from data_access.fields import FIELD_BY_NAME
from data_access.moods import NO_MOOD, MoodStore
from tests.made_store import made_store

N_SONGS = 4000
MOODS = ("Happy", "Sad", "Calm")


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Songs:
    """Songs with values on edges of bins, beyond the domains, and unknown ones, in every field that drags use."""
    rng = np.random.default_rng(6)
    values = {}
    for name in (
        "danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness", "loudness",
        "tempo", "duration_ms", "year",
    ):  # fmt: skip
        of = FIELD_BY_NAME[name]
        low, high = (1950, 2020) if name == "year" else (of.low - 1, of.high + 1)
        column = rng.uniform(low, high, N_SONGS).astype(np.float32)
        column[:1000] = rng.choice(of.edges[50:121] if name == "year" else of.edges, 1000)
        column[rng.random(N_SONGS) < 0.03] = np.nan
        values[name] = np.floor(column) if name == "year" else column
    store = made_store(tmp_path_factory.mktemp("songs"), values)
    mood = rng.choice([0, 1, 2, NO_MOOD], N_SONGS).astype(np.uint8)
    model = SimpleNamespace(moods=[SimpleNamespace(name=name) for name in MOODS])
    return Songs(store, MoodStore(model, mood, np.zeros((2, N_SONGS), np.float32)))  # type: ignore[arg-type]


def test_drags_are_the_same_every_time_and_stay_on_their_chart(songs: Songs):
    first, again = (list(brush_trace.drags(songs.store)) for _ in range(2))

    assert first == again
    assert len(first) == 4
    for drag in first:
        assert len(drag.moves) == brush_trace.MOVES
        assert all(0 <= a < b <= drag.field.columns for a, b in drag.moves)
        assert len({b - a for a, b in drag.moves}) > 5, "it gets wider"
        assert drag.active not in dict(drag.base.ranges)
        assert set(dict(drag.filter(drag.moves[30]).ranges)) == {drag.active, *dict(drag.base.ranges)}


def test_scans_and_cubes_answer_as_the_application_does(songs: Songs):
    duck = brush_peers.duck(songs.store, songs.moods.mood)
    rows = brush_peers.duck_rows(duck)
    for drag in brush_trace.drags(songs.store):
        asked = brush_trace.views(songs.store, drag.active, len(MOODS))
        cubes = brush_peers.Cubes(duck, asked, drag)
        cubes.build()
        for move in drag.moves[::15]:
            wanted = brush_trace.expected(songs.store, songs.moods.mood, len(MOODS), drag, move)
            assert wanted.keys() == {view.name for view in asked}
            for answer in (brush_peers.scanned(rows, "//", asked, drag, move), cubes.answer(move),
                           cubes.answer_at_once(move)):  # fmt: skip
                assert answer.keys() == wanted.keys()
                assert brush_trace.differences(answer, wanted) == []


def test_a_wrong_number_is_a_difference(songs: Songs):
    drag = next(brush_trace.drags(songs.store))
    right = brush_trace.expected(songs.store, songs.moods.mood, len(MOODS), drag, drag.moves[40])
    for name in ("energy", "density", "years"):
        wrong = {**right, name: right[name].copy()}
        wrong[name][np.nonzero(right[name])[0][0]] += 1
        assert brush_trace.differences(wrong, right) == [name]


@pytest.mark.parametrize("active", ["tempo", "energy", "year", "duration_ms"])
def test_tiles_have_the_cells_of_the_cubes(songs: Songs, active: str):
    drag = Drag(active, brush_trace.random_base(songs.store, active, np.random.default_rng(2)), ())
    asked = [view for view in brush_trace.views(songs.store, active, len(MOODS)) if active not in view.without]
    cubes = brush_peers.Cubes(brush_peers.duck(songs.store, songs.moods.mood), asked, drag)
    cubes.build()
    tiles = {part: decoded(songs.body(active, part, drag.base)) for part in PARTS}

    for view in asked:
        found = tiles["wide" if view.name in brush_trace.WIDE else "bars"].view(view.name)
        wanted = brush_peers.tile_of(view, cubes.cells(view), drag.field.columns)
        assert wanted.any()
        assert np.allclose(found, wanted, rtol=1e-6, atol=0), view.name


def test_drawn_songs_are_songs_of_the_catalogue(songs: Songs, tmp_path: Path):
    more = drawn(songs, 3 * N_SONGS, tmp_path / "more")

    assert more.store.n_songs == 3 * N_SONGS
    assert more.store.fields == songs.store.fields
    assert len(more.moods.mood) == 3 * N_SONGS
    known = {song.tobytes() for song in songs.store.all_values.T}
    assert {song.tobytes() for song in more.store.all_values.T[::97]} <= known
    assert (more.store.columns == more.store.codes.T).all()
    assert len(decoded(more.body("tempo", "bars", next(brush_trace.drags(more.store)).base)).counts) == 201


def test_the_document_says_what_was_measured_and_what_was_missed(tmp_path: Path, capsys: pytest.CaptureFixture):
    rows = [Row("one move", 0.0712, "ms", "DuckDB scan", 71.2, ">= 100x", True), at_most("first touch", 52, 40)]
    save("brush", 1_204_025, rows, tmp_path, more={"versions": {"DuckDB": "2.0.1"}})

    performance.write(tmp_path, tmp_path / "performance.md")

    text = (tmp_path / "performance.md").read_text()
    assert "| one move | 0.0712 ms | DuckDB scan: 71.2 ms | 1,000.0x | >= 100x |" in text
    assert "| first touch | 52 ms |  |  | <= 40 ms, missed |" in text
    assert "1,204,025 songs" in text
    assert "DuckDB 2.0.1" in text
    assert f"{json.loads((tmp_path / 'brush.json').read_text())['cores']} cores" in text
    assert "`make bench-brush`" in text
    assert "What a person sees" not in text, "of a benchmark without results nothing is said"
    assert "one move" in capsys.readouterr().out


def test_a_benchmark_that_is_not_there_is_named_and_nothing_is_run(capsys: pytest.CaptureFixture):
    assert run.main(["brush", "brushes"]) == 2
    assert "no benchmark brushes; there are: load, " in capsys.readouterr().out


def test_a_machine_without_npm_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(brush_browser.NotHere, match="npm is not installed"):
        brush_browser.packages(tmp_path)
