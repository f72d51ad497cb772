"""Servers for benchmarks: gunicorn with the real application, asked the way a browser asks it."""

from __future__ import annotations

import functools
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from settings import PROJECT_DIR, get_settings

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    """A TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """The files of a folder on a free port; gives its URL, which ends with a slash."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def gunicorn(
    application: str, ready_path: str, workers: int = 1, environment: dict[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen, float]]:
    """gunicorn with one application on a free port; gives its URL, process and seconds until it answered."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        "--worker-class", "gthread", "--threads", "4", "--timeout", "120", application,
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=PROJECT_DIR, env={**os.environ, **(environment or {})}, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                with urllib.request.urlopen(url + ready_path, timeout=60):
                    break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > 120:
                    raise RuntimeError(f"{application} did not start") from None
                time.sleep(0.02)
        yield url, process, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(30)


def post(url: str, body: dict) -> tuple[bytes, float]:
    """POST JSON the way Dash does; gives the uncompressed answer and its milliseconds."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as response:
        answer = response.read()
    return answer, (time.perf_counter() - start) * 1000


def recorded_requests(url: str) -> list[dict]:
    """The callback requests that a browser makes when it opens a page, as bodies to be asked again."""
    bodies: list[dict] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.on(
            "request",
            lambda request: bodies.append(request.post_data_json) if "_dash-update" in request.url else None,
        )
        page.goto(url)
        page.wait_for_load_state("networkidle")
        browser.close()
    return bodies


def application_prefix() -> str:
    """The path that the application is served under."""
    return get_settings().url_prefix
