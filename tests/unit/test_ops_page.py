"""The ops page's pieces: charts of the last hour, words, and what stands where something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from components import ops_parts
from ops import machine, traffic
from ops.traffic import Recorder


@pytest.mark.parametrize(("highest", "top"), [(0, 4), (4, 4), (5, 10), (11, 20), (21, 40), (166, 200), (3999, 4000)])
def test_an_axis_ends_at_a_round_number(highest: float, top: float) -> None:
    assert ops_parts._round_up(highest) == top
    figure = ops_parts.requests_chart([int(highest)] * 60, [0] * 60)
    assert figure.layout.yaxis.range == (0, top)


def test_the_last_minute_is_at_the_right_and_failures_lie_in_front() -> None:
    figure = ops_parts.requests_chart([*[0] * 59, 7], [*[0] * 59, 2])
    whole, failed = figure.data
    assert (whole.x[-1], whole.y[-1], failed.y[-1]) == (-0.5, 7, 2)
    assert (whole.uid, failed.uid) == ("whole", "failed")


def test_a_minute_without_requests_is_a_gap_in_the_lines() -> None:
    values = [*[None] * 58, 1200.0, None]
    figure = ops_parts.durations_chart(dict.fromkeys(ops_parts.PERCENTILES, values))
    assert [trace.uid for trace in figure.data] == ["p50", "p95", "p99"]
    assert not any(trace.connectgaps for trace in figure.data)
    assert figure.layout.yaxis.ticktext == ("1 s", "2 s")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "3 s"), (64, "1 min 4 s"), (3700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    import app  # noqa: F401, PLC0415
    from pages import _ops_looks as looks  # noqa: PLC0415

    assert looks._long(seconds) == words


def test_the_hour_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import app  # noqa: F401, PLC0415
    from pages import _ops_looks as looks  # noqa: PLC0415

    monkeypatch.setattr(traffic.time, "time", lambda: 1_790_000_000.0)  # all four in one minute

    assert looks.says(*traffic.last_hour(tmp_path)) == ("No request in the last hour.", "Nothing to time yet.")
    recorder = Recorder(tmp_path)
    for status in (200, 200, 404, 500):
        recorder.add(0.1, status)
    requests, durations = looks.says(*traffic.last_hour(tmp_path))
    assert requests == "At most 4 a minute; 1 failed, 1 were refused (4xx)."
    assert durations.startswith("Answered half in ")


def test_without_a_helper_the_page_says_how_to_set_one_up() -> None:
    import app  # noqa: F401, PLC0415
    from pages import _ops_looks as looks  # noqa: PLC0415

    assert looks.helper() is None
    words = str(looks.service(None))
    assert "MUSICGROUP_HELPER_URL" in words
    assert "MUSICGROUP_HELPER_TOKEN_FILE" in words
    card = str(ops_parts.restart_card(has_helper=False, state=looks.service(None)))
    assert "disabled=True" in card


def test_the_machine_tells_of_this_process() -> None:
    (own,) = machine.workers()
    assert machine.master() is None
    assert own.resident > own.shared > 0
    assert 0 < own.seconds < 86_400
    available, total = machine.memory()
    assert 0 < available < total
    assert machine.boot_id() == machine.boot_id()


def test_a_release_file_comes_before_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PROJECT", tmp_path)
    machine.release.cache_clear()
    assert machine.release() == "unknown"
    folder = tmp_path / "releases" / "20261126-160000"
    folder.mkdir(parents=True)
    monkeypatch.setattr(machine, "PROJECT", folder)
    machine.release.cache_clear()
    assert machine.release() == "release 20261126-160000"
    (folder / "RELEASE").write_text("version=1.4.0-3-gabc\ncommit=0123456789abcdef\ntime=2026-11-26\n")
    machine.release.cache_clear()
    assert machine.release() == "1.4.0-3-gabc, commit 0123456789"
    machine.release.cache_clear()
