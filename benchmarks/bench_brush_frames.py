"""From a pointer move to the painted frame: Explore's brush, the stock Dash recipe and a Mosaic vgplot page.

One seeded trace of a hand (draw, move, resize; on one chart, then on another with the first brush left in place) is
played to Chromium through the DevTools protocol at a mouse's 125 Hz. Measured is the time from a move's arrival in the
browser until the browser hands the display the first frame in which *all* charts that follow show this move's brush
or a later one. Every number of songs on the way must be right. The stock recipe would only be flooded by that
rate: it gets moves one at a time, each when the one before has been painted.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, ViewportSize, async_playwright
from playwright.async_api import Page as Tab
from websockets.sync.client import ClientConnection

from benchmarks import frames_hand, frames_mosaic, frames_pages
from benchmarks.frames_chrome import CATEGORIES, painted_frames
from benchmarks.frames_mosaic import NotHere
from benchmarks.frames_pages import Page
from benchmarks.frames_reading import Answers, Painted, Ranges, answers
from benchmarks.frames_trace import SEED, Box, Gesture, gestures, move, press, release
from benchmarks.report import Row, at_most, save, times_faster
from benchmarks.serving import CHROMIUM, CHROMIUM_FLAGS, free_port
from data_access import catalogue
from data_access.columns import open_store

ACTIVE = ("tempo", "energy")
WINDOW = ViewportSize(width=1440, height=1200)
CHARTS_ON_SCREEN = 12
MOVES_ONE_BY_ONE = 12
READY_SECONDS = 300
QUIET_SECONDS = 300
MIB = 1024 * 1024
_LOOK_SECONDS = 0.6  # between the pointer's coming and the press


@dataclass
class Figures:
    """What one page did under the trace."""

    name: str
    painted: Answers = field(default_factory=Answers)
    asked: list[str] = field(default_factory=list)
    """Addresses of the requests during moves."""
    transferred: int = 0
    heap: float = 0
    """JavaScript heap and array buffers after the trace, MiB."""
    arrays: float = 0
    """Of these, array buffers."""
    chromium: str = ""


class Traffic:
    """What a tab asks of servers, and the bytes of those requests that were sent while `counting`."""

    def __init__(self, cdp: CDPSession) -> None:
        self.counting = False
        self.asked: list[str] = []
        self.transferred = 0
        self.open: set[str] = set()
        self._counted: set[str] = set()
        cdp.on("Network.requestWillBeSent", self._sent)
        cdp.on("Network.dataReceived", self._received)
        cdp.on("Network.loadingFinished", lambda event: self.open.discard(event["requestId"]))
        cdp.on("Network.loadingFailed", lambda event: self.open.discard(event["requestId"]))

    def _sent(self, event: dict[str, Any]) -> None:
        self.open.add(event["requestId"])
        if self.counting:
            self.asked.append(event["request"]["url"])
            self.transferred += len(event["request"].get("postData", ""))
            self._counted.add(event["requestId"])

    def _received(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._counted:
            self.transferred += event.get("encodedDataLength") or event["dataLength"]


def run() -> list[Row]:
    """Brush all pages one after the other, then report."""
    store = open_store(catalogue.current())
    floors = [
        asyncio.run(_brushed(frames_pages.floor("an empty page with one box", frames_pages.ONE_BOX))),
        asyncio.run(_brushed(frames_pages.floor("13 boxes on a page of words", frames_pages.AS_EXPLORE, words=6000))),
    ]
    mine = asyncio.run(_brushed(frames_pages.ours(store)))
    dash = asyncio.run(_brushed(frames_pages.stock(store), one_by_one=True))
    notes = []
    try:
        mosaic = asyncio.run(_brushed(frames_pages.mosaic(store)))
        if mosaic.painted.behind:
            notes.append(f"Mosaic vgplot: {mosaic.painted.behind} moves that a chart never followed are left out")
    except NotHere as reason:
        mosaic = None
        notes.append(f"Mosaic vgplot could not be run: {reason}")
    rows = _rows(mine, floors, dash, mosaic)
    more = {
        "chromium": f"Chromium {mine.chromium}",
        "trace": f"{len(mine.painted.every)} moves of seed {SEED}",
        "versions": {"dash": importlib.metadata.version("dash"), **frames_mosaic.versions()},
        "notes": notes,
    }
    save("brush_frames", store.n_songs, rows, more=more)
    return rows


def _rows(mine: Figures, floors: Sequence[Figures], dash: Figures, mosaic: Figures | None) -> list[Row]:
    what = "pointer move to painted frame"
    rows = []
    for floor in floors:
        rows += [
            Row(f"{what}, median", mine.painted.quantile(0.5), "ms", floor.name, floor.painted.quantile(0.5)),
            Row(f"{what}, p95", mine.painted.quantile(0.95), "ms", floor.name, floor.painted.quantile(0.95)),
            Row(
                "  frames within 16.7 ms of their pointer move", mine.painted.within_a_frame, "%",
                floor.name, floor.painted.within_a_frame,
            ),
        ]  # fmt: skip
    for peer in (dash, mosaic):
        if peer is None:
            continue
        rows += [
            times_faster(f"{what}, p95", mine.painted.quantile(0.95), peer.name, peer.painted.quantile(0.95), 10),
            Row("  the same, median", mine.painted.quantile(0.5), "ms", peer.name, peer.painted.quantile(0.5)),
            Row(
                "  frames within 16.7 ms of their pointer move", mine.painted.within_a_frame, "%",
                peer.name, peer.painted.within_a_frame,
            ),
            Row("  bytes for each move", _each(mine), "B", peer.name, _each(peer)),
            Row("  JavaScript heap and arrays after the trace", mine.heap, "MiB", peer.name, peer.heap),
        ]  # fmt: skip
    share = mine.painted.within_a_frame
    rows += [
        Row(f"frames within 16.7 ms, {CHARTS_ON_SCREEN} charts", share, "%", bound=">= 95 %", holds=share >= 95),
        at_most("bytes for each move", _each(mine), 0, "B"),
        at_most("requests during all moves", len(mine.asked), 0, ""),
        at_most("JavaScript heap and arrays", mine.heap, 60, "MiB"),
        Row("  of which arrays, tiles among them", mine.arrays, "MiB"),
    ]
    return rows


def _each(figures: Figures) -> float:
    return figures.transferred / max(1, len(figures.painted.every))


async def _brushed(served: AbstractContextManager[Page], *, one_by_one: bool = False) -> Figures:
    """Open a page and play the trace to it."""
    with served as page:
        async with async_playwright() as playwright:
            port = free_port()
            flags = [*CHROMIUM_FLAGS, f"--remote-debugging-port={port}"]
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            tab = await browser.new_page(viewport=WINDOW)
            tab.set_default_timeout(180_000)
            await tab.add_init_script(path=frames_pages.SCRIPTS / "recorder.js")
            cdp = await tab.context.new_cdp_session(tab)
            traffic = Traffic(cdp)
            await cdp.send("Network.enable")
            await tab.goto(page.address)
            await _ready(tab, page.ready)
            await tab.evaluate(page.hooks)
            await _quiet(tab, traffic)
            on_screen = await tab.evaluate(page.on_screen)
            assert on_screen >= CHARTS_ON_SCREEN, f"{page.name} has {on_screen} charts on the screen"
            await browser.start_tracing(page=tab, categories=CATEGORIES)
            with frames_hand.hand(port, page.address) as hand:
                session = _Session(page, tab, cdp, traffic, hand)
                for active in ACTIVE:
                    await (session.step(active) if one_by_one else session.brush(active))
            painted = painted_frames(await browser.stop_tracing())
            figures = session.figures(painted)
            await cdp.send("HeapProfiler.collectGarbage")
            heap = await cdp.send("Runtime.getHeapUsage")
            figures.arrays = heap.get("backingStorageSize", 0) / MIB
            figures.heap = heap["usedSize"] / MIB + figures.arrays
            figures.chromium = browser.version
            await browser.close()
            return figures


class _Session:
    """The trace on one page: every gesture with its own part of the page's log."""

    def __init__(self, page: Page, tab: Tab, cdp: CDPSession, traffic: Traffic, hand: ClientConnection) -> None:
        self._page, self._tab, self._cdp, self._traffic, self._hand = page, tab, cdp, traffic, hand
        self._logs: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self._base: dict[str, Any] = {}

    async def brush(self, active: str) -> None:
        """The three gestures at the mouse's rate."""
        box = await self._box(active)
        for gesture in gestures(SEED + ACTIVE.index(active)):
            await self._come(box, gesture)
            self._traffic.counting = True
            await asyncio.to_thread(frames_hand.play, self._hand, box, gesture)
            self._traffic.counting = False
            await self._keep(active)

    async def step(self, active: str) -> None:
        """Some moves of a handle, each when the one before has been painted."""
        box = await self._box(active)
        *_, pulled = gestures(SEED + ACTIVE.index(active))
        gesture = Gesture("handle", (0.999, *pulled.points[:: len(pulled.points) // MOVES_ONE_BY_ONE]))
        await self._come(box, gesture)
        await press(self._cdp.send, box, gesture.points[0])
        await _quiet(self._tab, self._traffic)  # a press beside the handle moves it
        self._traffic.counting = True
        for fraction in gesture.points[1:]:
            await move(self._cdp.send, box, fraction, pressed=True)
            await _quiet(self._tab, self._traffic)
        self._traffic.counting = False
        await release(self._cdp.send, box, gesture.points[-1])
        await self._keep(active)

    def figures(self, painted: Painted) -> Figures:
        """Join everything; asserts that all numbers on the way were right."""
        found = Figures(self._page.name, asked=self._traffic.asked, transferred=self._traffic.transferred)
        for active, base, log in self._logs:
            known: dict[str, int] = {}

            def count(chart: str, drawn: Ranges, base: Ranges = base, known: dict[str, int] = known) -> int:
                before = {name: range_ for name, range_ in base.items() if name != chart}  # but for its own
                key = repr((before, drawn))
                if key not in known:
                    known[key] = self._page.count(before, drawn)
                return known[key]

            charts = self._page.charts(active)
            found.painted += answers(
                log, painted, count, charts,
                in_frames=self._page.in_frames, click=self._page.click, may_stay_behind=self._page.may_stay_behind,
            )  # fmt: skip
        return found

    async def _box(self, active: str) -> Box:
        expression = self._page.box(active)
        return Box(**await self._tab.evaluate(expression))

    async def _come(self, box: Box, gesture: Gesture) -> None:
        """The pointer comes to where it will press, and waits as people do; then the log begins."""
        for fraction in (gesture.points[0] - 0.02, gesture.points[0]):
            await move(self._cdp.send, box, fraction, pressed=False)
        await asyncio.sleep(_LOOK_SECONDS)
        await _quiet(self._tab, self._traffic)
        await self._tab.evaluate("brushFrames.clear()")

    async def _keep(self, active: str) -> None:
        await _quiet(self._tab, self._traffic)
        log = await self._tab.evaluate("brushFrames")
        self._logs.append((active, dict(self._base), log))
        assert log["brushes"], f"{self._page.name}: the brush on {active} did not move"
        self._base |= log["brushes"][-1]["ranges"]


async def _ready(tab: Tab, condition: str) -> None:
    """Until an expression holds; asked from outside, since our pages forbid what Playwright's own waiting evaluates."""
    for _ in range(READY_SECONDS * 10):
        if await tab.evaluate(f"Boolean({condition})"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{tab.url} was not ready in {READY_SECONDS} s")


async def _quiet(tab: Tab, traffic: Traffic, seconds: float = 0.6) -> None:
    """Until nothing has been asked or drawn for a while."""
    still, before, start = 0.0, -1, time.monotonic()
    while still < seconds:
        assert time.monotonic() - start < QUIET_SECONDS, f"{tab.url} does not come to rest: {traffic.open}"
        drawn = await tab.evaluate("brushFrames.shown.length")
        still = 0.0 if traffic.open or drawn != before else still + 0.1
        before = drawn
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    run()
