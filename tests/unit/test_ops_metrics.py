"""/metrics: Prometheus' format, the numbers of the requests before, and only for those who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from data_access import db, health
from ops import machine
from settings import SettingError, Settings
from tests.conftest import using

SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|\+Inf|NaN)')


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    import app  # noqa: PLC0415 (builds the application, in the settings of the tests)
    from api import traffic  # noqa: PLC0415

    def down() -> None:
        raise db.DatabaseDown("nobody there")

    monkeypatch.setattr(health, "database", down)
    with using({"MUSICGROUP_DATA_DIR": str(tmp_path)}):
        traffic._recorder.cache_clear()
        yield app.server.test_client()
        traffic._recorder.cache_clear()


def samples(text: str) -> dict[str, float]:
    """Every sample by its name and labels; fails where the text breaks the format."""
    assert text.endswith("\n")
    found, kinds, helped = {}, {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split()[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name in helped
            assert name not in kinds
            kinds[name] = kind
        else:
            parsed = SAMPLE.fullmatch(line)
            assert parsed, line
            family = re.sub("_(bucket|sum|count)$", "", parsed[1]) if parsed[1] not in kinds else parsed[1]
            assert family in kinds
            assert parsed[1].endswith("_total") == (kinds[family] == "counter")
            key = parsed[1] + (parsed[2] or "")
            assert key not in found
            found[key] = float(parsed[3])
    return found


def test_requests_are_counted_by_outcome_and_duration(client: Client) -> None:
    for path in ("/", "/explore", "/nowhere", "/explore.csv?energy=loud"):
        client.get(path)
    found = samples(client.get("/metrics").text)
    assert found['musicgroup_requests_total{outcome="ok"}'] == 2
    assert found['musicgroup_requests_total{outcome="client_error"}'] == 2
    assert found['musicgroup_requests_total{outcome="server_error"}'] == 0
    buckets = [value for name, value in found.items() if "_bucket" in name]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found["musicgroup_request_seconds_count"] == 4
    assert found["musicgroup_request_seconds_sum"] > 0


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/assets/theme.js", "/ops", "/MusicGroup/healthz"])
def test_what_is_no_visit_is_not_counted(client: Client, path: str) -> None:
    client.get(path)
    assert samples(client.get("/metrics").text)["musicgroup_request_seconds_count"] == 0


def test_without_a_database_there_are_metrics_that_say_so(client: Client) -> None:
    answer = client.get("/MusicGroup/metrics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = samples(answer.text)
    assert found["musicgroup_database_up"] == 0
    assert found["musicgroup_workers"] == 1
    assert found["musicgroup_workers_resident_bytes"] > found["musicgroup_workers_own_bytes"] > 10e6
    assert found["musicgroup_disk_bytes"] > found["musicgroup_disk_free_bytes"] > 0


def test_a_release_with_quotes_breaks_no_line(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "release", lambda: 'the "first\\one"\nof many')
    name = next(name for name in samples(client.get("/metrics").text) if name.startswith("musicgroup_info"))
    assert r"the \"first\\one\"\nof many" in name


@pytest.mark.parametrize(
    ("asks", "may"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("127.0.0.2", False), ("203.0.113.9", False)],
)
def test_only_loopback_may_read(client: Client, asks: str, may: bool) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": asks}).status_code == (200 if may else 404)


def test_a_proxy_does_not_lend_its_address(client: Client) -> None:
    """nginx adds the visitor's address as the last one, whatever the visitor claims before it."""
    answer = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.9"})
    assert answer.status_code == 404
    assert "musicgroup_" not in answer.text


def test_others_may_be_let_in_by_network(tmp_path: Path, client: Client) -> None:
    with using({"MUSICGROUP_METRICS_FROM": "10.1.0.0/16 2001:db8::/32"}):
        read = {
            asks: client.get("/metrics", environ_base={"REMOTE_ADDR": asks}).status_code
            for asks in ("10.1.2.3", "2001:db8::7", "10.2.0.1", "127.0.0.1", "")
        }
    assert read == {"10.1.2.3": 200, "2001:db8::7": 200, "10.2.0.1": 404, "127.0.0.1": 404, "": 404}


def test_what_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(SettingError, match=r"MUSICGROUP_METRICS_FROM has 'localhost' in it"):
        Settings.from_environment({"MUSICGROUP_METRICS_FROM": "127.0.0.1 localhost"})
