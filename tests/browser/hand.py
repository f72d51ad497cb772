"""A pointer, or a finger, over one brush of Explore."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.waiting import quiet, until

BRUSH = "#explore-energy-brush"


class Hand:
    """A pointer over one brush; places are parts (0..1) of its width and height."""

    def __init__(self, page: Page, site: str, query: str = "", brush: str = BRUSH) -> None:
        self.page, self.selector = page, brush
        page.goto(f"{site}explore{'?' + query if query else ''}")
        expect(page.locator("#explore-sentence strong")).to_be_visible()
        page.locator(brush).evaluate("host => host.scrollIntoView({block: 'center', behavior: 'instant'})")
        quiet(page)
        until(page, "musicgroup.explore.isDrawn()")

    def at(self, across: float, up: float = 0.5) -> tuple[float, float]:
        box = self.page.locator(self.selector).bounding_box()
        assert box
        return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]

    def drag(self, start: float, end: float, *, let_go: bool = True) -> None:
        self.page.mouse.move(*self.at(start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(end), steps=6)
        if let_go:
            self.page.mouse.up()

    def let_go(self) -> None:
        self.page.mouse.up()

    def says(self, words: str) -> None:
        expect(self.page.locator(self.selector)).to_have_attribute("aria-valuetext", words)

    def chosen(self, field: str = "energy") -> str | None:
        return parse_qs(urlsplit(self.page.url).query).get(field, [None])[0]


def finger(hand: Hand) -> Callable[..., None]:
    """A function that swipes over places (parts of the brush's width and height); `lift` is whether it ends there."""
    page = hand.page
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def swipe(*places: tuple[float, float], lift: bool = True) -> None:
        points = [dict(zip("xy", hand.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
            page.wait_for_timeout(16)
        if lift:
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    return swipe
