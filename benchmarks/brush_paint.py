"""Which way of painting follows a brush best: `python -m benchmarks.brush_paint`.

Explore's histograms, all on the screen of a real page, get other heights in every frame by each of: a canvas over
each plot (assets/live_paint.js, which is what the page does), an SVG with one path for each of the two sets of bars,
Plotly's own SVG with the path of each bar rewritten, `Plotly.restyle` and `Plotly.animate(redraw: false)`. The numbers
are the same for all. Measured by turns, several times: milliseconds of script in a frame, milliseconds between frames
while nothing else is asked of the browser, and milliseconds of processor time of all of the browser's processes for a
frame, which has the rasterising in it.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.report import Row, p95, save, times_faster
from benchmarks.serving import CHROMIUM, CHROMIUM_FLAGS, application_prefix, gunicorn
from data_access import catalogue, embedded
from data_access.columns import open_store
from tests.browser.pixels import displaced, picture

SCRIPT = Path(__file__).with_suffix(".js")
CHOSEN = "canvas"
COMPARED = "#explore-danceability .mg-plot"
FRAMES = 60
ROUNDS = 5


@dataclass
class Way:
    """What one way of painting took: `script` and `gaps` in ms by frame, `processor` in ms a frame by round."""

    script: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def run() -> list[Row]:
    """All ways by turns on one page; keeps benchmarks/results/brush_paint.json."""
    with embedded.running():
        songs = open_store(catalogue.current()).n_songs
        with gunicorn("app:server", application_prefix() + "healthz") as (url, _, _):
            charts, version, ways = measure(url + application_prefix() + "explore")
    rows = rows_of(charts, ways)
    save("brush_paint", songs, rows, more={"browser": version, "frames": FRAMES * ROUNDS})
    return rows


def measure(url: str) -> tuple[int, str, dict[str, Way]]:
    """Number of charts, the browser's version, and name of a way -> what it took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1400})
        page.set_default_timeout(120_000)
        page.goto(url)
        page.wait_for_selector("#explore-sentence strong")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2000)
        page.evaluate(
            "document.querySelector('#explore-danceability').scrollIntoView({block: 'start', behavior: 'instant'})"
        )
        page.evaluate(SCRIPT.read_text())
        names = page.evaluate("brushPaint.methods")
        _same_pictures(page, names)
        ways = {name: Way() for name in names}
        for turn in range(-1, ROUNDS):  # the first one only warms up
            for name in names:
                _round(page, name, ways[name] if turn >= 0 else Way(), turn * FRAMES)
        charts = len(page.evaluate("brushPaint.names"))
        version = browser.version
        browser.close()
    return charts, version, ways


def _same_pictures(page: Page, names: Sequence[str]) -> None:
    """All ways must show the same: no pixel of a chart farther than its neighbours from what the canvas shows."""
    shown: dict[str, np.ndarray] = {}
    for name in names:
        page.evaluate("(name) => brushPaint.begin(name)", name)
        page.evaluate("(name) => brushPaint.run(name, 3, 0)", name)
        page.wait_for_timeout(1000)
        shown[name] = picture(page, COMPARED)
        page.evaluate("(name) => brushPaint.end(name)", name)
    for name, seen in shown.items():
        strange = float(displaced(seen, shown[CHOSEN]).mean())
        if strange > 0.002:
            raise AssertionError(f"{name} shows something else than the canvas on {strange:.1%} of a chart")


def _round(page: Page, name: str, way: Way, first: int) -> None:
    page.evaluate("(name) => brushPaint.begin(name)", name)
    page.wait_for_timeout(200)
    before = _processor_seconds()
    found = page.evaluate("([name, frames, first]) => brushPaint.run(name, frames, first)", [name, FRAMES, first])
    way.processor.append((_processor_seconds() - before) / FRAMES * 1000)
    way.script += found["script"]
    way.gaps += found["gaps"]
    page.evaluate("(name) => brushPaint.end(name)", name)


def _processor_seconds() -> float:
    """User and system time so far of the browser's processes, children of ours."""
    family = psutil.Process().children(recursive=True)
    times = [process.cpu_times() for process in family if "chrom" in process.name()]
    return sum(time.user + time.system for time in times)


def rows_of(charts: int, ways: dict[str, Way]) -> list[Row]:
    """Ours against each of the others, in each measure."""
    measures: Sequence[tuple[str, dict[str, float]]] = [
        (f"script a frame, {charts} charts, p50", {name: statistics.median(way.script) for name, way in ways.items()}),
        (f"script a frame, {charts} charts, p95", {name: p95(way.script) for name, way in ways.items()}),
        (f"between frames, {charts} charts, p50", {name: statistics.median(way.gaps) for name, way in ways.items()}),
        (f"between frames, {charts} charts, p95", {name: p95(way.gaps) for name, way in ways.items()}),
        ("processor time a frame", {name: statistics.median(way.processor) for name, way in ways.items()}),
    ]
    return [
        times_faster(measure, found[CHOSEN], name, found[name], 1)
        for measure, found in measures
        for name in ways
        if name != CHOSEN
    ]


if __name__ == "__main__":
    run()
