"""Ours, the way it runs for a person: tiles in Chromium, read by the modules of assets/, one summary for each move."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from playwright.sync_api import Page

from benchmarks.brush_browser import ASSETS, WEB
from benchmarks.brush_trace import Answer, Drag, View
from data_access.columns import CODE_COLUMN, ColumnStore
from data_access.explore import BY_YEAR, DENSITY
from data_access.fields import FIELD_BY_NAME

SCRIPTS = [ASSETS / "live_tile.js", ASSETS / "live_numbers.js", WEB / "tile_page.js"]


def committed(store: ColumnStore, moods: Sequence[str]) -> dict:
    """A summary like the one that Dash holds while a brush moves: its names and shapes; its numbers do not matter."""
    return {
        "filter": "",
        "songs": store.n_songs,
        "selected": store.n_songs,
        "histograms": {of.name: [0] * of.bars for of in store.fields},
        "unknown": {},
        "facets": {"key": [0] * 25, "time_signature": [0] * 8, "explicit": [0] * 3},
        "genres": dict.fromkeys(store.genre_names, 0),
        "moods": dict.fromkeys(moods, 0),
        "density": {"x": {"field": DENSITY[0]}, "y": {"field": DENSITY[1]}, "counts": []},
        "years": [],
        "year_songs": [],
        "by_year": {name: [] for name in BY_YEAR},
    }


def drag_in(page: Page, drag: Drag, summary: dict, passes: int, answers: Sequence[int] = (), folder: str = "") -> dict:
    """A drag over the tiles "<active>-bars" and "<active>-wide" of a folder; see tile_page.js."""
    asked = {
        "bars": f"{folder}{drag.active}-bars", "wide": f"{folder}{drag.active}-wide", "committed": summary,
        "moves": drag.moves, "passes": passes, "answers": list(answers),
    }  # fmt: skip
    return page.evaluate("asked => window.bench.drag(asked)", json.loads(json.dumps(asked)))


def differences(shown: dict, wanted: Answer, asked: Sequence[View]) -> list[str]:
    """Names of the views in which a summary shows other numbers than `wanted`.

    Means are compared as they are shown, with four digits; a last digit may differ when the mean is half way.
    """
    found = []
    for view in asked:
        numbers = wanted[view.name]
        right = _means_agree(shown, numbers) if view.name == "years" else _counts_agree(shown, view, numbers)
        found += [] if right else [view.name]
    selected = int(wanted["explicit"].sum())  # a facet without a condition of its own counts all that are selected
    return found if shown["selected"] == selected else [*found, "selected"]


def _counts_agree(shown: dict, view: View, wanted: np.ndarray) -> bool:
    if view.name in FIELD_BY_NAME:
        numbers = [*shown["histograms"][view.name], shown["unknown"].get(view.name, 0)]
    elif view.name in CODE_COLUMN:
        numbers = shown["facets"][view.name]
    elif view.name == "moods":
        numbers = list(shown["moods"].values())
    else:
        numbers = np.array(shown["density"]["counts"]).ravel().tolist()
    return np.array_equal(np.asarray(numbers), wanted)


def _means_agree(shown: dict, wanted: np.ndarray) -> bool:
    year = FIELD_BY_NAME["year"]
    known = np.flatnonzero(wanted[:, 0])
    if not len(known):
        return shown["years"] == []
    span = slice(known[0], known[-1] + 1)
    years = (int(year.low) + np.arange(span.start, span.stop)).tolist()
    if shown["years"] != years or shown["year_songs"] != wanted[span, 0].astype(int).tolist():
        return False
    return all(_close(shown["by_year"], name, wanted[span], row) for row, name in enumerate(BY_YEAR))


def _close(by_year: Mapping[str, Sequence[float | None]], name: str, wanted: np.ndarray, row: int) -> bool:
    known, sums = wanted[:, 1 + 2 * row], wanted[:, 2 + 2 * row]
    means = np.array([np.nan if mean is None else mean for mean in by_year[name]])
    if not np.array_equal(np.isnan(means), known == 0):
        return False
    has = known > 0
    return np.allclose(means[has], sums[has] / known[has], rtol=5.01e-4, atol=0)


def crossfilter_setup(store: ColumnStore, n_moods: int) -> dict:
    """What crossfilter_page.js is told of the catalogue."""
    return {
        "songs": store.n_songs,
        "columns": dict(CODE_COLUMN),
        "bars": {of.name: {"size": of.bars + 1, "per": of.codes_per_bar} for of in store.fields},
        "facets": {"key": 25, "time_signature": 8, "explicit": 3},
        "moods": n_moods,
        "density": {"x": DENSITY[0], "y": DENSITY[1]},
        "line": list(BY_YEAR),
    }


def crossfilter_files(store: ColumnStore, mood: np.ndarray) -> dict[str, bytes]:
    """The columns that crossfilter_page.js fetches."""
    return {
        "columns.bin": np.ascontiguousarray(store.columns).tobytes(),
        "mood.bin": np.ascontiguousarray(mood).tobytes(),
        **{f"{name}.bin": np.ascontiguousarray(store.values(name)).tobytes() for name in BY_YEAR},
    }


def crossfilter_drag(page: Page, drag: Drag, answers: Sequence[int] = ()) -> dict:
    """A drag in crossfilter; see crossfilter_page.js."""
    asked = {
        "active": drag.active,
        "brushes": [list(brush) for brush in drag.brushes],
        "moves": [list(drag.codes(move)) for move in drag.moves],
        "answers": list(answers),
    }
    return page.evaluate("asked => window.bench.drag(asked)", asked)


def crossfilter_answer(numbers: Mapping[str, Sequence[float]], asked: Sequence[View]) -> Answer:
    """Its answer in the trace's shape; the active field's own histogram, which it has too, is left out."""
    found: Answer = {}
    for view in asked:
        row = np.array(numbers[view.name], dtype=float)
        found[view.name] = row.reshape(view.size, -1) if view.sums else row.astype(np.int64)
    return found
