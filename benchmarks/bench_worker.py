"""A worker from start to first answer, and the memory it holds beyond its imports after real work."""

from __future__ import annotations

import statistics
import subprocess
import sys
import urllib.parse
import urllib.request

import numpy as np
import psutil

from benchmarks.bench_counts import as_filter, random_brushes
from benchmarks.bench_filter import summary_request, with_filter
from benchmarks.report import Row, at_most, save
from benchmarks.serving import application_prefix, gunicorn, post, recorded_requests
from data_access import catalogue
from data_access.columns import open_store

STARTS = 3
CHANGES = 40
MIB = 1024 * 1024


def run() -> list[Row]:
    """Start one worker several times; then make the last one count, search and page, and weigh it."""
    store = open_store(catalogue.current())
    prefix = application_prefix()
    seconds, weights = [], []
    for _ in range(STARTS):
        with gunicorn("app:server", f"{prefix}explore.csv?energy=0.99..&valence=0.99..") as (url, process, took):
            seconds.append(took)
            _work(url + prefix, store)
            (worker,) = psutil.Process(process.pid).children()
            weights.append(worker.memory_info().rss / MIB)
    imports = _rss_of_imports()
    rows = [
        at_most("worker start to first answer, column store built", statistics.median(seconds), 3, "s"),
        at_most("resident memory of a worker beyond the imports", statistics.median(weights) - imports, 250, "MiB"),
        Row("  resident memory of the imports alone", imports, "MiB"),
    ]
    save("worker", store.n_songs, rows)
    return rows


def _work(base: str, store) -> None:
    rng = np.random.default_rng(1)
    template = summary_request(recorded_requests(f"{base}explore"))
    for number in range(CHANGES):
        brushes = random_brushes(store, rng)
        post(f"{base}_dash-update-component", with_filter(template, brushes))  # all charts
        query = as_filter(brushes).to_query()
        with urllib.request.urlopen(f"{base}explore.csv?{query}", timeout=120) as response:
            response.read(100_000)  # the selection is made, sorted and its first rows fetched
        letters = urllib.parse.quote("love dance night"[: 1 + number % 12])
        urllib.request.urlopen(f"{base}suggest?q={letters}", timeout=60).read()


def _rss_of_imports() -> float:
    code = "import app, psutil; print(psutil.Process().memory_info().rss)"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) / MIB


if __name__ == "__main__":
    run()
