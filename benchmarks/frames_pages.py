"""The pages that the frame benchmark brushes, ours and the peers', each with what is needed to read them alike.

A `Page` says how to open it, where the chart of a field lies, which charts follow, and how many songs a brush has by
the page's own rule for ends. All get the same songs, in the same window, for the same trace.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import frames_mosaic
from benchmarks.frames_reading import Ranges
from benchmarks.serving import application_prefix, files, gunicorn
from data_access.columns import ColumnStore
from data_access.filters import Range, SongFilter

SCRIPTS = Path(__file__).parent / "frames_web"
ONE_BOX = ((100, 100, 500, 90),)
AS_EXPLORE = (
    *((303 + 282 * (place % 4), 190 + 226 * (place // 4), 246, 104) for place in range(11)),
    (370, 912, 459, 268),
    (878, 902, 527, 316),
)
"""Canvases where Explore has them, in a window of 1440 x 1200."""


@dataclass(frozen=True)
class Page:
    """One page that can be brushed. `ready`, `on_screen` (how many charts) and `box` are JavaScript expressions."""

    name: str
    address: str
    ready: str
    hooks: str
    on_screen: str
    box: Callable[[str], str]
    charts: Callable[[str], Sequence[str]]
    count: Callable[[Ranges, Ranges], int]
    """Songs of the brush, given those brushes that were there before and the one that is drawn."""
    in_frames: bool = False
    """Whether the brush itself moves with frames, not with each move."""
    click: float = 0
    """Pixels from the press within which a move is still a click."""
    may_stay_behind: bool = False
    """Whether a chart may never follow the last moves: a peer's affair, not ours."""


def fields_of(store: ColumnStore) -> list[str]:
    """The charts of the peers: twelve where the catalogue has eleven numeric fields, as ours has at least."""
    return [*(of.name for of in store.fields), "key"]


@contextmanager
def ours(store: ColumnStore) -> Iterator[Page]:
    """Explore as it is served."""
    prefix = application_prefix()
    with gunicorn("app:server", f"{prefix}healthz", workers=2) as (url, _, _):
        yield Page(
            name="ours",
            address=f"{url}{prefix}explore",
            ready="window.musicgroup?.explore?.committed?.().summary && window.musicgroup.paint?.frame",
            hooks=_script("ours.js"),
            on_screen=_on_screen("#explore-page .mg-brush"),
            box=lambda field: _element(f"document.getElementById('explore-{field}-brush')"),
            charts=lambda _: ["all"],
            count=partial(_ours_count, store),
            in_frames=True,
            click=4,  # DRAWN_FROM in assets/brush.js
        )


@contextmanager
def floor(name: str, canvases: Sequence[tuple[int, int, int, int]], words: int = 0) -> Iterator[Page]:
    """A page that paints one rectangle on each canvas, and does nothing else: what this browser needs on this machine
    however little there is to do. `canvases` are (left, top, width, height), `words` how many lie below them.
    """
    with files(SCRIPTS / "floor") as address:  # by HTTP: only there a page is told when moves arrived
        yield Page(
            name=name,
            address=address,
            ready="document.body",
            hooks=f"{_script('floor.js')}({json.dumps(canvases)}, {json.dumps('words ' * words)})",
            on_screen="Infinity",
            box=lambda _: _element("document.getElementById('floor')"),
            charts=lambda _: ["all"],
            count=lambda _, drawn: int((drawn["floor"] or {})["high"] or 0),
            in_frames=True,
        )


@contextmanager
def stock(store: ColumnStore) -> Iterator[Page]:
    """The stock Dash recipe, whose sliders tell of every step."""
    fields = fields_of(store)
    names = json.dumps(fields)
    drawn = "[...document.querySelectorAll('.js-plotly-plot')].filter((graph) => graph._fullData?.length).length"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "songs.parquet"
        frame = songs_of(store)
        frame.to_parquet(path)
        environment = {"FRAME": str(path), "UPDATE": "drag"}
        with gunicorn("benchmarks.stock_app:server", "/", workers=2, environment=environment) as (url, _, _):
            yield Page(
                name="stock Dash recipe",
                address=url,
                ready=f"{drawn} === {len(fields)}",
                hooks=f"{_script('dash.js')}({names});",
                # Stock graphs are stacked, 450 px each: the browser is spared most of the painting.
                on_screen="document.querySelectorAll('.js-plotly-plot').length",
                box=lambda field: _element(f"document.querySelector('#range-{field} .dash-slider-root')"),
                charts=lambda active: [name for name in fields if name != active],
                count=partial(_stock_count, frame),
            )


@contextmanager
def mosaic(store: ColumnStore) -> Iterator[Page]:
    """A Mosaic vgplot page with Mosaic's DuckDB server. Raises frames_mosaic.NotHere."""
    fields = fields_of(store)
    names = json.dumps(fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "songs.parquet"
        frame = songs_of(store).astype("float64")
        frame.to_parquet(path)
        with frames_mosaic.served(path, fields) as address:
            yield Page(
                name="Mosaic vgplot",
                address=address,
                ready="window.mosaicPeer?.plots.every((plot) => plot.querySelectorAll('rect').length > 5)",
                hooks=f"{_script('mosaic_page.js')}({names});",
                on_screen=_on_screen("#charts .plot"),
                box=lambda field: _element(f"document.querySelector('#plot-{field} g.interval-x .overlay')"),
                charts=lambda active: [name for name in fields if name != active],
                count=partial(_mosaic_count, frame),
                may_stay_behind=True,
            )


def songs_of(store: ColumnStore) -> pd.DataFrame:
    """The songs as the peers get them, float32, NaN for unknown."""
    columns = {of.name: store.values(of.name) for of in store.fields}
    key = store.code_column("key").astype(np.float32)
    return pd.DataFrame({**columns, "key": np.where(key > 23, np.nan, key).astype(np.float32)})


def _script(name: str) -> str:
    return (SCRIPTS / name).read_text().rstrip().rstrip(";")


def _on_screen(selector: str) -> str:
    seen = "({height, top, bottom}) => height > 0 && top < window.innerHeight && bottom > 0"
    return f"[...document.querySelectorAll('{selector}')].map((e) => e.getBoundingClientRect()).filter({seen}).length"


def _element(expression: str) -> str:
    sides = "{left, top, width, height}"
    return f"(() => {{ const {sides} = {expression}.getBoundingClientRect(); return {sides}; }})()"


# ---- how many songs a brush has --------------------------------------------------------------


def _ours_count(store: ColumnStore, before: Ranges, drawn: Ranges) -> int:
    """Half-open at both inner edges; an open end has no limit."""
    chosen = SongFilter()
    for name, found in {**before, **drawn}.items():
        if found:
            chosen = chosen.with_range(name, Range(found["low"], found["high"], open_high=found["high"] is not None))
    return int(chosen.mask(store.column, _no_members, store.n_songs).sum())


def _no_members(kind: str, values: frozenset[str]) -> np.ndarray:
    raise AssertionError("a brush asks for no memberships")


def _stock_count(frame: pd.DataFrame, before: Ranges, drawn: Ranges) -> int:
    """Half-open, as the recipe's masks are."""
    kept = np.ones(len(frame), dtype=bool)
    for name, found in {**before, **drawn}.items():
        if found:
            kept &= frame[name].between(found["low"], found["high"], inclusive="left").to_numpy()
    return int(kept.sum())


def _mosaic_count(frame: pd.DataFrame, before: Ranges, drawn: Ranges) -> int:
    """Closed; Mosaic's index knows whole pixels of the brush that is drawn, `scale` of them a unit, from `start`."""
    kept = np.ones(len(frame), dtype=bool)
    for name, found in before.items():
        if found and name not in drawn:
            kept &= frame[name].between(found["low"], found["high"]).to_numpy()
    for name, found in drawn.items():
        if found:
            low, high = (np.floor(found["scale"] * (found[end] - found["start"])) for end in ("low", "high"))
            values = np.floor(found["scale"] * (frame[name].to_numpy() - found["start"]))
            kept &= (values >= low) & (values <= high)
    return int(kept.sum())
