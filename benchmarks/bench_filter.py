"""A filter change through gunicorn, request to response, all charts, nothing cached: ours and the stock recipe.

Ours is the very request that Explore makes in a browser, recorded once and asked again with other filters. The
stock recipe (stock_app.py) gets the same brushes on the same songs. The number of songs that both find is compared
for every filter before anything is timed.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bench_counts import Brush, as_filter, random_brushes
from benchmarks.report import Row, save, times_faster
from benchmarks.serving import application_prefix, gunicorn, post, recorded_requests
from data_access import catalogue
from data_access.columns import ColumnStore, open_store

FILTERS = 15
SEED = 20_241_128


def run() -> list[Row]:
    """Start both servers one after the other, ask each all filters, compare counts, report medians."""
    store = open_store(catalogue.current())
    rng = np.random.default_rng(SEED)
    filters = [random_brushes(store, rng) for _ in range(FILTERS)]
    expected = [int(as_filter(brushes).mask(store.column, _no_members, store.n_songs).sum()) for brushes in filters]

    prefix = application_prefix()
    with tempfile.TemporaryDirectory() as cold:
        fresh = {"MUSICGROUP_CACHE_SECONDS": "1", "TMPDIR": cold}
        with gunicorn("app:server", f"{prefix}healthz", environment=fresh) as (url, _, _):
            template = summary_request(recorded_requests(f"{url}{prefix}explore"))
            ours = [post(f"{url}{prefix}_dash-update-component", with_filter(template, b)) for b in filters]
    for (answer, _), number in zip(ours, expected, strict=True):
        assert f'"selected":{number}' in answer.decode().replace(" ", ""), "our answer has another number of songs"

    stock = _ask_stock(store, filters, expected)
    mine, theirs = (statistics.median(t for _, t in answers) for answers in (ours, stock))
    my_bytes, their_bytes = (statistics.median(len(body) for body, _ in answers) for answers in (ours, stock))
    rows = [
        times_faster("filter change, request to response", mine, "stock recipe", theirs, 10),
        times_faster("bytes of the response", my_bytes / 1e3, "stock recipe", their_bytes / 1e3, 200, "kB"),
    ]
    save("filter", store.n_songs, rows)
    return rows


def _no_members(kind: str, values: frozenset[str]) -> np.ndarray:
    raise AssertionError("these filters have no memberships")


def summary_request(bodies: list[dict]) -> dict:
    """The request for all counts among those that Explore makes."""
    for body in bodies:
        if "explore-summary.data" in body["output"]:
            return body
    raise AssertionError("Explore asked for no summary")


def with_filter(template: dict, brushes: list[Brush]) -> dict:
    """The same request for another filter."""
    body = json.loads(json.dumps(template))
    for part in body["inputs"] + body.get("state", []):
        if part["id"] == "explore-filter":
            part["value"] = as_filter(brushes).to_query()
    return body


def _ask_stock(store: ColumnStore, filters: list[list[Brush]], expected: list[int]) -> list[tuple[bytes, float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "songs.parquet"
        pd.DataFrame({field.name: store.values(field.name) for field in store.fields}).to_parquet(path)
        with gunicorn("benchmarks.stock_app:server", "/", environment={"FRAME": str(path)}) as (url, _, _):
            bodies = [_stock_request(store, brushes) for brushes in filters]
            post(f"{url}/_dash-update-component", bodies[0])
            answers = [post(f"{url}/_dash-update-component", body) for body in bodies]
    for (answer, _), number in zip(answers, expected, strict=True):
        found = re.search(rb'"children":\s*"(\d+) songs"', answer)
        assert found, "the stock recipe gave no number"
        assert int(found[1]) == number, "the stock recipe has another number of songs"
    return answers


def _stock_request(store: ColumnStore, brushes: list[Brush]) -> dict:
    ranges = {}
    for name, chosen in as_filter(brushes).ranges:
        beyond = float(np.finfo(np.float32).max)
        ranges[name] = [
            -beyond if chosen.low is None else float(np.float32(chosen.low)),
            beyond if chosen.high is None else float(np.float32(chosen.high)),
        ]
    names = [field.name for field in store.fields]
    outputs = [{"id": "sentence", "property": "children"}, *({"id": f"chart-{n}", "property": "figure"} for n in names)]
    return {
        "output": ".." + "...".join(f"{o['id']}.{o['property']}" for o in outputs) + "..",
        "outputs": outputs,
        "inputs": [{"id": f"range-{n}", "property": "value", "value": ranges.get(n)} for n in names],
        "changedPropIds": [f"range-{names[0]}.value"],
    }


if __name__ == "__main__":
    run()
