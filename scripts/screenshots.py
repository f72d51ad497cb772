"""`make screenshots`: every page, light and dark, 1440 and 390 px wide, into docs/screenshots.

Without arguments the demo catalogue is served from a temporary database. `--site URL` takes what is served there
instead, for example a catalogue of 1.2 million songs; without the ops page and the helper's, which need a password.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from data_access import embedded
from scripts import screenshots_ops
from settings import PROJECT_DIR, get_settings
from tests import servers
from tests.browser.conftest import ARGUMENTS
from tests.conftest import load_demo

FOLDER = PROJECT_DIR / "docs" / "screenshots"
PAGES = {
    "home": "",
    "explore": "explore?energy=0.6..%3C0.9&valence=0.4..&explicit=no",
    "explore-whole": "explore",
    "moods": "moods",
    "map": "map",
    "map-filter": "map?valence=0.6..&explicit=no",
    "compare": "compare?thing=genre%3Arock&thing=genre%3Ahip-hop&thing=genre%3Acountry&feature=energy",
    "compare-empty": "compare",
    "recommend": "recommend?seed=song%3A{song}&target_energy=0.8&mood=Happy&mood=Energetic",
    "recommend-empty": "recommend",
    "playlist": "playlist?name=From%20a%20link&songs={songs}",
    "playlist-empty": "playlist",
    "song": "song/{song}",
    "data": "data",
    "not-found": "no/such/page",
}
WIDTHS = {1440: 900, 390: 844}


def main() -> int:
    """Take all of them; exit code 2 when there is no Chromium."""
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots")
    parser.add_argument("--site", help="address with the prefix of what to picture")
    parser.add_argument("--song", default="", help="Spotify id of the song page; the first suggestion otherwise")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--only", help="one of the pages", choices=[*PAGES, *screenshots_ops.NAMES])
    parsed = parser.parse_args()
    program = servers.find_browser()
    if program is None:
        print("Screenshots need Chromium (apt-get install chromium, or CHROMIUM=/path/to/it).", file=sys.stderr)
        return 2
    os.environ["HOME"] = tempfile.gettempdir()
    parsed.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        site = parsed.site or stack.enter_context(demo_site())
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        songs = some_songs(site, 12)
        song = parsed.song or songs[0]
        for theme in ("light", "dark"):
            for width, height in WIDTHS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
                )
                for name, path in PAGES.items():
                    if parsed.only not in (None, name):
                        continue
                    page = context.new_page()
                    page.goto(site + path.format(song=song, songs=",".join(songs)))
                    settle(page)
                    if not name.startswith(("explore", "map")) or name == "explore-whole":  # as tall as the window
                        make_whole(page)
                    file = parsed.out / f"{name}-{theme}-{width}.png"
                    page.screenshot(path=file)
                    print(file, flush=True)
                    page.close()
                context.close()
        if not parsed.site and parsed.only in (None, *screenshots_ops.NAMES):
            operations(browser, parsed.out)
        browser.close()
    return 0


def operations(browser: Browser, folder: Path) -> None:
    """The ops page and the restart helper's."""
    program = servers.find_program("nginx")
    if program is None:
        print("The ops page and the helper's need nginx (apt-get install nginx-light).", file=sys.stderr)
        return

    def finish(page: Page) -> None:
        settle(page)
        make_whole(page)

    sessions: dict = {}
    with screenshots_ops.sites(program) as addresses:
        for theme in ("light", "dark"):
            for size in WIDTHS.items():
                for name, page in screenshots_ops.take(browser, addresses, size, theme, sessions, finish):
                    file = folder / f"{name}-{theme}-{size[0]}.png"
                    page.screenshot(path=file)
                    print(file, flush=True)


def settle(page: Page) -> None:
    """Until nothing is being asked for and every chart is drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1200)


def make_whole(page: Page) -> None:
    """As tall as the page: a grid outside the window is not painted, so that `full_page` would show a blank."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    settle(page)


def some_songs(site: str, number: int) -> list[str]:
    """Ids of songs of the catalogue that is served."""
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
    connection.request("GET", f"{parts.path}api/v1/search?q=dancing&limit={number}")
    return [song["id"] for song in json.loads(connection.getresponse().read())["tracks"]["items"]]


@contextlib.contextmanager
def demo_site() -> Iterator[str]:
    """The demo catalogue under gunicorn, from a database that is gone afterwards."""
    with servers.open_folder() as folder:
        os.environ.update(MUSICGROUP_DATA_DIR=str(folder), DATABASE_URL="")
        get_settings.cache_clear()
        with embedded.running():
            load_demo()
            with servers.gunicorn(folder / "gunicorn.log") as address:
                yield address


if __name__ == "__main__":
    sys.exit(main())
