"""`python -m scripts.brush_strip`: a brush while it is drawn, picture under picture, into docs/screenshots.

One gesture on Explore with real pointer events, its button held down in every picture but the last: what moves with
the pointer is seen moving. Without arguments the demo catalogue is served from a temporary database;
`--site URL` takes what is served there instead.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import html
import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from scripts.screenshots import FOLDER, demo_site, settle
from tests import servers
from tests.browser.conftest import ARGUMENTS

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTH, HEIGHT = 1440, 900
SHOWN = 960  # px of each picture in the strip
FROM, TO = 0.52, (0.57, 0.66, 0.78, 0.95)  # of the chart's width
STEPS = 12  # moves between two pictures

_STRIP = """<!doctype html><html lang="en"><meta charset="utf-8"><style>
body {{ margin: 0; padding: 12px; background: {back}; color: {ink}; width: {width}px; font: 14px system-ui }}
figure {{ margin: 0 0 12px }} figure:last-child {{ margin: 0 }} figcaption {{ margin-bottom: 4px }}
figure div {{ position: relative }} img {{ width: 100%; display: block; border-radius: 6px }}
.pointer {{ position: absolute; width: 22px; height: 22px; margin: -11px; border-radius: 50%; box-sizing: border-box;
            border: 2px solid {ink}; background: {ink}22 }}
.held {{ background: {ink}77 }}
</style>{figures}</html>"""


def main() -> int:
    """One strip a theme; exit code 2 when there is no Chromium."""
    parser = argparse.ArgumentParser(prog="python -m scripts.brush_strip")
    parser.add_argument("--site", help="address with the prefix of what to picture")
    parser.add_argument("--field", default="energy", help="the chart to brush, one of the first row")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parsed = parser.parse_args()
    program = servers.find_browser()
    if program is None:
        print("The strip needs Chromium (apt-get install chromium, or CHROMIUM=/path/to/it).", file=sys.stderr)
        return 2
    os.environ["HOME"] = tempfile.gettempdir()
    parsed.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        site = parsed.site or stack.enter_context(demo_site())
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        for theme in THEMES:
            file = parsed.out / f"brush-strip-{theme}.png"
            file.write_bytes(strip(browser, f"{site}explore", parsed.field, theme))
            print(file, flush=True)
        browser.close()
    return 0


def strip(browser: Browser, address: str, field: str, theme: Theme) -> bytes:
    """The strip as a PNG: before, while the button is down, and after it was let go."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    settle(page)
    plot = page.locator(f"#explore-{field}-brush").bounding_box()
    assert plot, f"{field} has no chart on this page"
    y = plot["y"] + plot["height"] * 0.6
    clip = _clip(page, field)

    def at(fraction: float) -> float:
        return plot["x"] + fraction * plot["width"]

    figures = []

    def picture(words: str, pointer: str = "", fraction: float = 0) -> None:
        page.wait_for_timeout(150)  # whatever follows has its time
        shot = page.screenshot(clip=clip)
        figures.append(_figure(shot, words, pointer, (at(fraction) - clip["x"], y - clip["y"]), clip))

    picture("Before")
    page.mouse.move(at(FROM), y)
    page.wait_for_timeout(800)  # somebody looks where to begin
    page.mouse.down()
    here = FROM
    for number, fraction in enumerate(TO, start=1):
        for step in range(1, STEPS + 1):
            page.mouse.move(at(here + (fraction - here) * step / STEPS), y)
        here = fraction
        picture(f"While it is drawn, {number}", "pointer held", here)
    page.mouse.up()
    settle(page)
    picture("Let go", "pointer", here)
    context.close()
    return _composed(browser, figures, theme)


def _clip(page: Page, field: str) -> FloatRect:
    """From the sentence down to the end of the row of the brushed chart, as wide as the page."""
    top = page.locator(".mg-bar").bounding_box()
    card = page.locator(f"#explore-{field}").bounding_box()
    assert top, "Explore has no bar"
    assert card, f"{field} has no card"
    return {"x": 0, "y": top["y"], "width": WIDTH, "height": card["y"] + card["height"] + 8 - top["y"]}


def _figure(shot: bytes, words: str, pointer: str, at: tuple[float, float], clip: FloatRect) -> str:
    """A picture with its words, and a mark where the pointer is, which screenshots do not show."""
    left, top = (100 * place / size for place, size in zip(at, (clip["width"], clip["height"]), strict=True))
    mark = f'<span class="{pointer}" style="left:{left:.2f}%;top:{top:.2f}%"></span>' if pointer else ""
    data = base64.b64encode(shot).decode()
    image = f'<img src="data:image/png;base64,{data}" alt="">'
    return f"<figure><figcaption>{html.escape(words)}</figcaption><div>{image}{mark}</div></figure>"


def _composed(browser: Browser, figures: list[str], theme: Theme) -> bytes:
    back, ink = ("#ffffff", "#222222") if theme == "light" else ("#101314", "#dddddd")
    page = browser.new_page(viewport={"width": SHOWN + 24, "height": 400})
    page.set_content(_STRIP.format(back=back, ink=ink, width=SHOWN, figures="".join(figures)))
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    shot = page.screenshot(full_page=True)
    page.close()
    return shot


if __name__ == "__main__":
    sys.exit(main())
