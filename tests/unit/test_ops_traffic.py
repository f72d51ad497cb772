"""Requests are counted by minute and by process, cheaply, and nothing that was counted is lost."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ops import traffic
from ops.traffic import Recorder

NOW = 1_790_000_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [NOW]
    monkeypatch.setattr(traffic.time, "time", lambda: now[0])
    return now


def test_nothing_was_asked_yet(tmp_path: Path) -> None:
    minutes, sums = traffic.last_hour(tmp_path / "nowhere")
    assert (len(minutes), sums.requests, sums.quantile(0.5)) == (60, 0, None)
    assert {minute.p95 for minute in minutes} == {None}


def test_requests_and_errors_stand_in_their_minutes(tmp_path: Path, clock: list[float]) -> None:
    recorder = Recorder(tmp_path)
    recorder.add(0.010, 200)
    clock[0] += 120
    for status in (200, 304, 404, 500, 503):
        recorder.add(0.010, status)
    minutes, sums = traffic.last_hour(tmp_path)
    assert [(m.ago, m.requests, m.client_errors, m.server_errors) for m in minutes if m.requests] == [
        (2, 1, 0, 0),
        (0, 5, 1, 2),
    ]
    assert (sums.requests, sums.client_errors, sums.server_errors) == (6, 1, 2)
    assert sums.seconds == pytest.approx(0.06)


@pytest.mark.parametrize("seconds", [0.0001, 0.003, 0.25, 4.0, 90.0])
def test_a_duration_is_told_to_five_percent(tmp_path: Path, seconds: float) -> None:
    recorder = Recorder(tmp_path)
    for _ in range(10):
        recorder.add(seconds, 200)
    assert traffic.last_hour(tmp_path)[1].quantile(0.95) == pytest.approx(seconds, rel=0.05)


def test_the_slow_ones_are_the_high_percentiles(tmp_path: Path, clock: list[float]) -> None:
    recorder = Recorder(tmp_path)
    for _ in range(94):
        recorder.add(0.01, 200)
    for _ in range(6):
        recorder.add(1.0, 200)
    minute = traffic.last_hour(tmp_path)[0][-1]
    assert minute.p50 == pytest.approx(0.01, rel=0.05)
    assert minute.p95 == minute.p99 == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e9])
def test_no_duration_is_too_odd(tmp_path: Path, seconds: float) -> None:
    Recorder(tmp_path).add(seconds, 200)
    assert traffic.last_hour(tmp_path)[1].requests == 1


def test_the_ring_forgets_after_an_hour_and_the_sums_do_not(tmp_path: Path, clock: list[float]) -> None:
    recorder = Recorder(tmp_path)
    for _ in range(200):
        recorder.add(0.01, 200)
        clock[0] += 60
    assert traffic.last_hour(tmp_path)[1].requests == 59  # the minute that goes on has none yet
    assert traffic.for_ever(tmp_path).requests == 200


def test_hits_and_misses_are_counted_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for cache in ((3, 1), (3, 1), (5, 2)):
        recorder.add(0.01, 200, cache)
    sums = traffic.last_hour(tmp_path)[1]
    assert (sums.cache_hits, sums.cache_misses) == (5, 2)


def _ask(folder: Path, times: int) -> None:
    recorder = Recorder(folder)
    for _ in range(times):
        recorder.add(0.01, 200)


def test_processes_do_not_lose_each_others_requests(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_ask, args=(tmp_path, 5000)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert traffic.last_hour(tmp_path)[1].requests == 15_000


def test_a_recorder_that_was_forked_counts_into_a_file_of_its_own(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.add(0.01, 200)
    child = multiprocessing.get_context("fork").Process(target=recorder.add, args=(0.01, 200))
    child.start()
    child.join()
    assert len(list(tmp_path.glob("*.ring"))) == 2
    assert traffic.for_ever(tmp_path).requests == 2


def test_files_of_ended_workers_go_and_their_sums_stay(tmp_path: Path, clock: list[float]) -> None:
    for requests in (7, 8):  # two generations: past.ring is made, then added to
        child = multiprocessing.get_context("fork").Process(target=_ask, args=(tmp_path, requests))
        child.start()
        child.join()
        clock[0] += 2 * 3600
        living = Recorder(tmp_path)
        living.add(0.01, 200)
        assert (tmp_path / "past.ring").exists()
    assert traffic.for_ever(tmp_path).requests == 7 + 8 + 2
    del living


def test_the_file_of_a_worker_that_lives_stays_however_quiet(tmp_path: Path, clock: list[float]) -> None:
    quiet = Recorder(tmp_path)
    quiet.add(0.01, 200)
    clock[0] += 3 * 3600
    Recorder(tmp_path).add(0.01, 200)
    quiet.add(0.01, 200)
    assert traffic.last_hour(tmp_path)[1].requests == 2
    assert traffic.for_ever(tmp_path).requests == 3


def test_a_file_that_was_cut_off_hurts_nobody(tmp_path: Path) -> None:
    (tmp_path / "1-1.ring").write_bytes(b"cut")
    assert traffic.last_hour(tmp_path)[1].requests == 0
    Recorder(tmp_path).add(0.01, 200)
    assert traffic.last_hour(tmp_path)[1].requests == 1


def test_a_folder_that_cannot_be_made_stops_no_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Recorder(tmp_path / "file" / "traffic").add(0.01, 200)


def test_counting_costs_a_dozen_small_calls_and_no_file(tmp_path: Path, clock: list[float]) -> None:
    # What it may call, once its file is there, rather than how long that takes: a machine may be busy.
    recorder = Recorder(tmp_path)
    recorder.add(0.01, 200)
    called: list[str] = []

    def note(frame: FrameType, event: str, what: Any) -> None:
        if event in ("call", "c_call"):
            called.append(what.__name__ if event == "c_call" else frame.f_code.co_name)

    sys.setprofile(note)
    try:
        recorder.add(0.0123, 200, (1, 1))
    finally:
        sys.setprofile(None)
    called.remove("setprofile")
    assert set(called) <= {"add", "__enter__", "__exit__", "getpid", "<lambda>", "log", "min", "max"}, called
    assert len(called) <= 12, called
