"""Single flight: equal questions asked at once cost one computation, in threads and in processes.

Held for both places where answers are kept: files, and a real Redis.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from flask import Flask

from data_access import cache
from settings import PROJECT_DIR, get_settings
from tests import servers


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = servers.find_program("redis-server")
    if program is None:
        pytest.skip("needs Redis (apt-get install redis-server)")
    port, log = servers.free_port(), tmp_path_factory.mktemp("redis") / "log"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(log.parent)]
    with servers.process(command, log):
        client = redis.Redis(port=port)
        for _ in range(900):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["files", "redis"])
def data_dir(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    if url:
        redis.Redis.from_url(url).flushall()
    monkeypatch.setenv("MUSICGROUP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setattr(cache, "_REDIS_SECONDS", 30)  # on a busy machine Redis, too, may be slow
    get_settings.cache_clear()
    yield tmp_path
    if url:
        excused = "broken" in request.node.name or "cannot_begin" in request.node.name
        assert redis.Redis.from_url(url).dbsize() or excused, "nothing was kept in Redis"
    get_settings.cache_clear()


def _server() -> Flask:
    return Flask("test")


def _ask(server: Flask, log: Path, question: int = 1) -> int:
    def compute() -> int:
        with log.open("a") as lines:
            lines.write("computed\n")
        time.sleep(0.2)
        return 40 + question

    with server.app_context():
        return cache.cached("answer", (7, question), compute)


def _ask_from_a_process(log: Path) -> list[int]:
    cache._REDIS_SECONDS = 30  # as in `data_dir`, for a process that was started anew
    server = _server()
    with ThreadPoolExecutor(25) as threads:
        return list(threads.map(lambda _: _ask(server, log), range(25)))


def test_a_hundred_cold_requests_cost_one_computation(data_dir: Path) -> None:
    log = data_dir / "log"
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        answers = processes.map(_ask_from_a_process, [log] * 4)
    assert answers == [[41] * 25] * 4
    assert log.read_text() == "computed\n"


def test_different_questions_have_different_answers(data_dir: Path) -> None:
    server = _server()
    assert [_ask(server, data_dir / "log", question) for question in (1, 2, 1)] == [41, 42, 41]


def test_a_broken_cache_still_answers(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = _server()

    def broken(*_: object) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(cache._cache, "get", broken)
    monkeypatch.setattr(cache._cache, "set", broken)
    assert _ask(server, data_dir / "log") == 41


def test_a_cache_that_cannot_begin_still_answers(data_dir: Path) -> None:
    (data_dir / "cache").write_text("a file where the folder should be")
    if not get_settings().redis_url:
        assert [_ask(_server(), data_dir / "log") for _ in range(2)] == [41, 41]
        assert (data_dir / "log").read_text() == "computed\n" * 2


def test_keys_are_the_same_in_every_process_and_others_in_another_release(monkeypatch: pytest.MonkeyPatch) -> None:
    question = ("summary", (1, "energy=0.5..0.9", ("a", "b")))
    here = cache.key_of(*question)
    there = subprocess.run(
        [sys.executable, "-c", f"from data_access import cache; print(cache.key_of(*{question!r}))"],
        cwd=PROJECT_DIR, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.strip() == here
    monkeypatch.setattr(cache, "_release", lambda: "another")
    assert cache.key_of(*question) != here


def test_the_application_keeps_its_answers(served: str) -> None:
    folder = get_settings().data_dir / "cache"
    before = len(list(folder.glob("*")))
    view = f"{served}map/view?view=-99,99,-99,99&grid=32x32"
    first = servers.get(view)
    kept = len(list(folder.glob("*")))
    assert first.status == 200
    assert kept > before
    assert servers.get(view).body == first.body
    assert len(list(folder.glob("*"))) == kept
