"""Live brushing and its peer in Chromium: a page served from memory, the scripts it runs, and how its heap is read.

The page is cross-origin isolated, which gives its clock a resolution of 5 microseconds instead of 100.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import CHROMIUM, CHROMIUM_FLAGS
from settings import PROJECT_DIR

WEB = Path(__file__).parent / "brush_web"
ASSETS = PROJECT_DIR / "assets"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}


class NotHere(RuntimeError):
    """A peer cannot be run on this machine; the message says why."""


def packages(folder: Path) -> Path:
    """node_modules with what brush_web/package-lock.json pins, installed below a folder; no scripts are run.

    Raises NotHere without npm, or when it cannot install.
    """
    if shutil.which("npm") is None:
        raise NotHere("npm is not installed")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WEB / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"npm could not install it: {done.stderr.strip()[-200:]}")
    return folder / "node_modules"


def pinned(name: str) -> str:
    """The version of a package that is installed."""
    return json.loads((WEB / "package.json").read_text())["dependencies"][name]


@contextmanager
def page_with(scripts: list[Path], files: Mapping[str, bytes]) -> Iterator[Page]:
    """A page that has loaded some scripts, in order, and can fetch `files` by name; errors in it are raised here."""
    served = {f"/{place}.js": script.read_bytes() for place, script in enumerate(scripts)}
    tags = "".join(f'<script src="{place}.js"></script>' for place in range(len(scripts)))
    served["/index.html"] = f"<!doctype html><meta charset=utf-8><body>{tags}</body>".encode()
    served |= {f"/{name}": content for name, content in files.items()}
    errors: list[str] = []
    with _http(served) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, "--js-flags=--expose-gc"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{url}/index.html")
        assert page.evaluate("crossOriginIsolated"), "the page's clock is coarse"
        yield page
        browser.close()
    assert not errors, errors


def heap_megabytes(page: Page) -> float:
    """What the page holds after a collection: objects, and the memory behind typed arrays."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(3):  # what one collection frees another may find unused
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return (used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6


def chromium_version() -> str:
    """The browser's version: "130.0.6723.91"."""
    done = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=False)
    return next((word for word in done.stdout.split() if word[0].isdigit()), "of an unknown version")


@contextmanager
def _http(files: Mapping[str, bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", _TYPES.get(Path(self.path).suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(content or b"")))
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def temporary_packages() -> Iterator[Path]:
    """`packages` in a folder that goes away."""
    with TemporaryDirectory() as folder:
        yield packages(Path(folder))
