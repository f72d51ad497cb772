"""/metrics in Prometheus' text format, for the addresses of MUSICGROUP_METRICS_FROM; for others it is not there.

https://prometheus.io/docs/instrumenting/exposition_formats/; the histogram's bounds are those of ops.traffic, thinned.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, request

from api.traffic import FOLDER
from data_access import catalogue, health
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow
from ops import machine, traffic
from settings import get_settings

blueprint = Blueprint("metrics", __name__)

_EVERY = 8  # bars of the histogram in one bucket: each is twice as wide as the one before
Samples = Iterable[tuple[str, float]]  # labels as they are written, value


@blueprint.get("/metrics")
def metrics() -> Response:
    """Requests, durations, cache, processes, disk, database and catalogue."""
    if not _may_read(request.remote_addr or ""):
        abort(404)
    lines = [line for name, kind, meaning, samples in _all() for line in _written(name, kind, meaning, samples)]
    answer = Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _may_read(address: str) -> bool:
    try:
        asks = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(asks, ipaddress.IPv6Address) and asks.ipv4_mapped:
        asks = asks.ipv4_mapped
    return any(asks in ipaddress.ip_network(each, strict=False) for each in get_settings().metrics_from.split())


def _written(name: str, kind: str, meaning: str, samples: Samples) -> Iterator[str]:
    yield f"# HELP musicgroup_{name} {meaning}"
    yield f"# TYPE musicgroup_{name} {kind}"
    for labels, value in samples:
        yield f"musicgroup_{name}{labels} {value:.10g}"


def _all() -> Iterator[tuple[str, str, str, Samples]]:
    folder = get_settings().data_dir
    names = _labels(release=machine.release(), boot=machine.boot_id())
    yield "info", "gauge", "Release and boot of this process.", [(names, 1)]
    yield from _requests(traffic.for_ever(folder / FOLDER))
    workers = machine.workers()
    yield "workers", "gauge", "Worker processes.", [("", len(workers))]
    resident = sum(worker.resident for worker in workers)
    yield "workers_resident_bytes", "gauge", "Memory of all workers, shared parts counted for each.", [("", resident)]
    own = sum(worker.resident - worker.shared for worker in workers)
    yield "workers_own_bytes", "gauge", "Memory of all workers without mapped files.", [("", own)]
    if above := machine.master():
        yield "up_seconds", "gauge", "Seconds since gunicorn was started.", [("", above.seconds)]
    free, total = machine.disk(folder)
    yield "disk_free_bytes", "gauge", "Free space where the data folder is.", [("", free)]
    yield "disk_bytes", "gauge", "Size of the disk where the data folder is.", [("", total)]
    yield from _database()


def _requests(sums: traffic.Sums) -> Iterator[tuple[str, str, str, Samples]]:
    fine = sums.requests - sums.client_errors - sums.server_errors
    outcomes = {"ok": fine, "client_error": sums.client_errors, "server_error": sums.server_errors}
    yield (
        "requests_total",
        "counter",
        "Requests answered, without health, metrics and files of pages.",
        [(_labels(outcome=name), number) for name, number in outcomes.items()],
    )
    so_far = sums.bars.cumsum()
    places = range(_EVERY - 1, len(so_far), _EVERY)
    buckets = [(f'_bucket{{le="{traffic.UPPER_SECONDS[place]:.6g}"}}', float(so_far[place])) for place in places]
    yield (
        "request_seconds",
        "histogram",
        "How long answers took.",
        [
            *buckets,
            ('_bucket{le="+Inf"}', sums.requests),
            ("_sum", sums.seconds),
            ("_count", sums.requests),
        ],
    )
    yield "cache_hits_total", "counter", "Questions answered from the cache.", [("", sums.cache_hits)]
    yield "cache_misses_total", "counter", "Questions that had to be computed.", [("", sums.cache_misses)]


def _database() -> Iterator[tuple[str, str, str, Samples]]:
    up = "Whether PostgreSQL answers."
    try:
        found = health.database()
    except (DatabaseDown, QueryTooSlow):
        yield "database_up", "gauge", up, [("", 0)]
        return
    yield "database_up", "gauge", up, [("", 1)]
    yield "database_seconds", "gauge", "How long an empty question takes.", [("", found.seconds)]
    yield "database_bytes", "gauge", "Size of the database.", [("", found.size)]
    yield "database_connections", "gauge", "Connections to the database, of everybody.", [("", found.connections)]
    try:
        live = catalogue.current()
    except (NoCatalogue, DatabaseDown, QueryTooSlow):
        return
    yield "catalogue_version", "gauge", "Version of the live catalogue.", [("", live.version)]
    yield "catalogue_songs", "gauge", "Songs of the live catalogue.", [("", live.songs or 0)]


def _labels(**values: str) -> str:
    escaped = {
        name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in values.items()
    }
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}"
