"""What the ops page shows: numbers of the server, the database and the last hour, as components."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import data_parts, ops_parts, parts
from data_access import catalogue, health, models
from data_access.catalogue import NoCatalogue
from data_access.db import DatabaseDown, QueryTooSlow
from ops import machine, session, traffic, training
from ops.client import Helper, HelperError
from ops.helper import audit
from settings import get_settings

_ENTRIES = 20


def helper() -> Helper | None:
    """The restart helper, when one is set up."""
    settings = get_settings()
    return Helper(settings.helper_url, settings.helper_token_file) if settings.helper_url else None


# ---- numbers at the top ----------------------------------------------------------------------


def headline(sums: traffic.Sums) -> Component:
    """The hour in a few large numbers."""
    above = machine.master()
    asked = sums.cache_hits + sums.cache_misses
    return parts.stats(
        [
            (_long(above.seconds) if above else "unknown", "since the start"),
            (f"{sums.requests:,}", "requests in the last hour"),
            (_ms(sums.quantile(0.95)), "95 % are faster"),
            (f"{sums.server_errors:,}", f"failed, {parts.percent(sums.server_errors / max(sums.requests, 1))}"),
            (parts.percent(sums.cache_hits / asked) if asked else "–", "answered from the cache"),
        ]
    )


# ---- server and database ---------------------------------------------------------------------


def server() -> Component:
    """Release, processes, memory and disk."""
    settings = get_settings()
    above, workers = machine.master(), machine.workers()
    resident, own = sum(w.resident for w in workers), sum(w.resident - w.shared for w in workers)
    started = datetime.now(UTC) - timedelta(seconds=above.seconds) if above else None
    return data_parts.definitions(
        [
            ("Release", machine.release()),
            ("Boot", html.Code(machine.boot_id(), className="mg-hash", id="ops-boot")),
            ("Started", f"{data_parts.moment(started)}" if started else "not by gunicorn"),
            ("Workers", _workers(workers)),
            ("Their memory", f"{data_parts.size(resident)}, {data_parts.size(own)} of it not shared with files"),
            ("Memory", _share(*machine.memory())),
            ("Disk", _share(*machine.disk(settings.data_dir))),
        ]
    )


def _workers(workers: Sequence[machine.Process]) -> Component:
    said = [f"{w.pid} ({_long(w.seconds)}, {data_parts.size(w.resident)})" for w in workers]
    return html.Span(f"{len(workers)}: {', '.join(said)}", id="ops-workers")


def _share(free: int, total: int) -> str | None:
    if not total:
        return None
    return f"{data_parts.size(free)} of {data_parts.size(total)} free, {parts.percent(free / total)}"


def database() -> Component:
    """PostgreSQL, the catalogue and the model; or that it cannot be reached."""
    try:
        found = health.database()
    except (DatabaseDown, QueryTooSlow) as error:
        return data_parts.definitions([("PostgreSQL", html.Strong(str(error), className="mg-ops-bad"))])
    return data_parts.definitions(
        [
            ("PostgreSQL", f"{found.version}, reachable as {found.role}"),
            ("Answers in", f"{found.seconds * 1000:.1f} ms"),
            ("Size", data_parts.size(found.size)),
            ("Connections", f"{found.connections} of {found.allowed}"),
            *_catalogue(),
        ]
    )


def _catalogue() -> list[tuple[str, Any]]:
    try:
        live = catalogue.current()
        model = models.current(live)
    except (NoCatalogue, DatabaseDown, QueryTooSlow) as error:
        return [("Catalogue", str(error))]
    loaded = f", loaded {data_parts.moment(live.finished_at)}" if live.finished_at else ""
    return [
        ("Catalogue", f"version {live.version}: {live.songs or 0:,} songs of {live.source_name}{loaded}"),
        ("Moods", f"model {model.model}, {data_parts.moment(model.created_at)}" if model else "none yet"),
    ]


# ---- the last hour ---------------------------------------------------------------------------


def durations(minutes: Sequence[traffic.Minute]) -> dict[str, list[float | None]]:
    """Milliseconds by minute for each percentile."""
    return {
        name: [round(found * 1000, 1) if (found := getattr(minute, name)) is not None else None for minute in minutes]
        for name in ops_parts.PERCENTILES
    }


def says(minutes: Sequence[traffic.Minute], sums: traffic.Sums) -> tuple[str, str]:
    """The two charts in words."""
    if not sums.requests:
        return "No request in the last hour.", "Nothing to time yet."
    busiest = max(minutes, key=lambda minute: minute.requests)
    failed = f"{sums.server_errors:,} failed, {sums.client_errors:,} were refused (4xx)"
    times = ", ".join(
        f"{words} in {_ms(sums.quantile(share))}" for share, words in ((0.5, "half"), (0.95, "95 %"), (0.99, "99 %"))
    )
    return f"At most {busiest.requests:,} a minute; {failed}.", f"Answered {times}."


def numbers(minutes: Sequence[traffic.Minute]) -> tuple[Component, Component]:
    """The two charts as tables, newest first, minutes without a request left out."""
    some = [minute for minute in reversed(minutes) if minute.requests]
    first = parts.table(
        ("Minutes ago", "Requests", "Refused (4xx)", "Failed (5xx)"),
        [(minute.ago, f"{minute.requests:,}", minute.client_errors, minute.server_errors) for minute in some],
        caption="Requests by minute",
        numeric=range(4),
    )
    second = parts.table(
        ("Minutes ago", "Half", "95 %", "99 %"),
        [(minute.ago, _ms(minute.p50), _ms(minute.p95), _ms(minute.p99)) for minute in some],
        caption="Times within which requests were answered, by minute",
        numeric=range(4),
    )
    return first, second


# ---- service, training, audit ----------------------------------------------------------------


def service(found: Helper | None) -> Component:
    """systemd's view of the application; or how to set up a helper; or why it does not answer."""
    if found is None:
        return ops_parts.helper_missing()
    try:
        unit = found.unit()
    except HelperError as error:
        return html.P(str(error), className="mg-ops-state mg-ops-bad")
    kind = "mg-ops-state" if unit.active == "active" else "mg-ops-state mg-ops-bad"
    return html.P(["The service is ", unit.words, "."], className=kind)


def latest_training() -> Component | None:
    """How the latest training is, and its log."""
    latest = training.latest(session.folder())
    if latest is None:
        return None
    found, log = latest
    began = data_parts.moment(datetime.fromtimestamp(found.began, UTC))
    said = html.P([html.Strong(began), f" {found.words}"], className="mg-note")
    return html.Div(
        [said, ops_parts.log_text(log) if log else None],
        className="mg-ops-training",
    )


def audit_log(found: Helper | None) -> list[Component]:
    """Who did what here and at the helper, newest first; and why the helper's part is missing, if it is."""
    entries, missing = audit.latest(session.folder() / "audit.jsonl", _ENTRIES), ""
    if found is not None:
        try:
            entries = [*entries, *({**entry, "actor": _by(entry)} for entry in found.audit())]
        except HelperError as error:
            missing = f"Without what the helper has written: {error}"
    newest = sorted(entries, key=lambda entry: str(entry.get("time", "")), reverse=True)[:_ENTRIES]
    rows = [
        (
            str(entry.get("time", ""))[:19].replace("T", " "),
            str(entry.get("actor", "")),
            str(entry.get("address", "")),
            str(entry.get("action", "")),
            str(entry.get("outcome", "")),
        )
        for entry in newest
    ]
    return [ops_parts.audit_table(rows), *([html.P(missing, className="mg-note")] if missing else [])]


def _by(entry: dict[str, str]) -> str:
    return {"token": "helper, by its token", "person": "helper, by password"}.get(entry.get("actor", ""), "helper")


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "none"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _long(seconds: float) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days:.0f} d {hours % 24:.0f} h"
    if hours:
        return f"{hours:.0f} h {minutes % 60:.0f} min"
    return f"{minutes:.0f} min {seconds % 60:.0f} s" if minutes else f"{seconds:.0f} s"
