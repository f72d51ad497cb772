"""First touch without a filter, in the browser: what every chart's first touch waits for, and what the server is asked.

The page is opened and left alone until it has fetched nothing for a while. Then the pointer goes into each chart in
turn: measured is the time from its coming in until both tiles can be read. It then drags, and Escape takes the brush
back. A tile that the page fetched and let go of again comes from the browser's own cache: no request of the server's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import CDPSession, Locator, Page, expect, sync_playwright

from benchmarks.serving import CHROMIUM, CHROMIUM_FLAGS

QUIET_MS = 3000
START_SECONDS = 60
LOOK_MS = 300  # between coming into a chart and pressing, in which people look
_TILE = "/explore/tile?"
_WAITED = """(active) => new Promise((resolve) => {
    const { peek } = window.musicgroup.tiles;
    const look = () => peek(active, "bars") && peek(active, "wide")
        ? resolve(performance.now() - window.brushEntered) : requestAnimationFrame(look);
    look();
})"""
_ENTERED = """
document.addEventListener("pointerover", (event) => {
    if (event.target.closest?.(".mg-brush")) window.brushEntered = performance.now();
}, true);
"""


@dataclass
class Asked:
    """Requests for tiles by identity, which of them the browser's cache answered, and bytes over the network."""

    requests: list[str] = field(default_factory=list)
    cached: set[str] = field(default_factory=set)
    sent: float = 0

    def listen(self, cdp: CDPSession) -> None:
        """Follow a page's requests."""
        cdp.on("Network.requestWillBeSent", self._request)
        cdp.on("Network.requestServedFromCache", lambda event: self.cached.add(event["requestId"]))
        cdp.on("Network.responseReceived", self._response)
        cdp.on("Network.loadingFinished", self._finished)
        cdp.send("Network.enable")

    def of_server(self) -> int:
        """Requests that went to the server."""
        return len(set(self.requests) - self.cached)

    def _request(self, event: dict) -> None:
        if _TILE in event["request"]["url"]:
            self.requests.append(event["requestId"])

    def _response(self, event: dict) -> None:
        if event["response"].get("fromDiskCache"):
            self.cached.add(event["requestId"])

    def _finished(self, event: dict) -> None:
        if event["requestId"] in self.requests and event["requestId"] not in self.cached:
            self.sent += event["encodedDataLength"]


@dataclass(frozen=True)
class Touched:
    """Milliseconds that each chart's first touch waited, kB fetched before, and requests of the server after that."""

    waits: Sequence[float]
    ahead_kb: float
    requests: int


def touched(explore: str) -> Touched:
    """Open Explore without a filter, wait, and touch every chart that can be brushed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1200})
        asked = Asked()
        asked.listen(page.context.new_cdp_session(page))
        page.add_init_script(_ENTERED)
        page.goto(explore)
        expect(page.locator("#explore-sentence strong")).to_be_visible(timeout=60_000)
        _until_quiet(page, asked)
        before, ahead = asked.of_server(), asked.sent
        hosts = [host for host in page.locator("#explore-page .mg-brush").all() if host.is_visible()]
        waits = [_touch(page, host) for host in hosts]
        page.wait_for_timeout(QUIET_MS)
        requests = asked.of_server() - before
        browser.close()
    return Touched(waits, ahead / 1e3, requests)


def _until_quiet(page: Page, asked: Asked) -> None:
    deadline, seen = time.monotonic() + START_SECONDS, 0
    while not asked.requests:
        assert time.monotonic() < deadline, "the page fetches no tiles ahead"
        page.wait_for_timeout(100)
    while len(asked.requests) > seen:
        seen = len(asked.requests)
        page.wait_for_timeout(QUIET_MS)


def _touch(page: Page, host: Locator) -> float:
    """Milliseconds from the pointer's coming in until both tiles could be read."""
    page.mouse.move(1, 1)
    host.evaluate("host => host.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = host.bounding_box()
    assert box
    active = host.evaluate("host => window.musicgroup.brush.axesOf(host).map((axis) => axis.field).join(',')")
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])
    waited = page.evaluate(_WAITED, active)
    page.wait_for_timeout(LOOK_MS)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"], steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    return waited
