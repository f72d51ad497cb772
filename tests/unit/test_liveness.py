"""Requests that hang are told from those that wait for their client; the watchdog is fed for real answers only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from ops import liveness
from settings import PROJECT_DIR


@contextmanager
def in_thread(work) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(60)


def until(done: Callable[[], Any]) -> Any:
    """What it gives at last."""
    deadline = time.monotonic() + 60
    while not (found := done()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
    return found


def test_a_request_that_computes_for_too_long_hangs_and_others_do_not():
    requests, stop = liveness.Requests(), threading.Event()

    def loop():
        requests.begin("/slow")
        while not stop.is_set():
            pass
        requests.end()

    with in_thread(loop) as thread:
        until(lambda: len(requests) == 1)
        assert requests.hung(600) is None
        found = until(lambda: requests.hung(0.2))
        assert found[:2] == (thread.ident, "/slow")
        stop.set()
    assert requests.hung(0) is None
    assert len(requests) == 0


def test_a_request_that_waits_for_its_client_does_not_hang(tmp_path):
    # What gunicorn runs while it sends: the innermost Python frame is its own.
    source = tmp_path / "gunicorn" / "util.py"
    source.parent.mkdir()
    source.write_text("")
    send = {}
    exec(compile("def write(socket):\n    socket.recv(1)\n", str(source), "exec"), send)
    requests = liveness.Requests()
    ours, theirs = socket.socketpair()

    def stream():
        requests.begin("/explore.csv")
        send["write"](ours)
        requests.end()

    with in_thread(stream) as thread:
        until(lambda: sys._current_frames()[thread.ident].f_code.co_name == "write")
        time.sleep(0.3)  # for longer than it may compute
        assert len(requests) == 1
        assert requests.hung(0.1) is None
        theirs.sendall(b".")
    ours.close()
    theirs.close()


def test_a_worker_with_a_request_that_hangs_is_ended_after_the_others(monkeypatch, caplog):
    requests, ended, stop = liveness.Requests(), threading.Event(), threading.Event()
    monkeypatch.setattr(liveness, "requests", requests)
    monkeypatch.setattr(liveness, "_LOOK_SECONDS", 0.05)
    worker = SimpleNamespace(alive=True, cfg=SimpleNamespace(timeout=0.3, graceful_timeout=60))

    began, other_began, done = threading.Event(), threading.Event(), []

    def hang():
        requests.begin("/loop")
        began.set()
        while not stop.is_set():
            pass

    def other():
        requests.begin("/other")
        other_began.set()
        while worker.alive:
            time.sleep(0.01)
        time.sleep(0.3)
        done.append("other")
        requests.end()

    with in_thread(hang):
        assert began.wait(60)
        with in_thread(other):
            assert other_began.wait(60)
            liveness.watch_requests(worker, end=lambda code: (done.append("worker"), ended.set()))
            assert ended.wait(60)
            stop.set()
    assert done == ["other", "worker"]
    assert "A request for /loop has hung" in caplog.text


def test_no_timeout_no_watch():
    assert liveness.watch_requests(SimpleNamespace(cfg=SimpleNamespace(timeout=0))) is None


@contextmanager
def one_answer(answer: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        with in_thread(serve):
            yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "well"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 503 No\r\n\r\n", False), (b"", False)],
)
def test_only_200_is_an_answer(answer, well):
    with one_answer(answer) as port:
        assert liveness.answers(socket.AF_INET, ("127.0.0.1", port), "/healthz", 30) is well


def test_silence_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert liveness.answers(socket.AF_INET, server.getsockname(), "/healthz", 0.3) is False


def test_the_watchdog_is_fed_after_an_answer(tmp_path):
    # In a process of its own, since the thread ends only with its process.
    address = str(tmp_path / "notify")
    environment = {**os.environ, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"}
    environment.pop("WATCHDOG_PID", None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, one_answer(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        systemd.bind(address)
        systemd.settimeout(60)
        code = f"from ops import liveness; liveness.feed_watchdog('127.0.0.1', {port}, '/healthz').join()"
        master = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment)
        try:
            assert systemd.recv(100) == b"WATCHDOG=1"
        finally:
            master.kill()
            master.wait()


def test_the_thread_that_probes_imports_nothing():
    # In a new process, before anything has loaded the codec that looking up a name needs.
    code = (
        "import builtins, socket, threading, time\n"
        "from ops import liveness\n"
        "real, seen = builtins.__import__, []\n"
        "def watched(name, *rest, **named):\n"
        "    if threading.current_thread().name == 'watchdog': seen.append(name)\n"
        "    return real(name, *rest, **named)\n"
        "builtins.__import__ = watched\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "liveness.feed_watchdog('127.0.0.1', server.getsockname()[1], '/healthz')\n"
        "connection, _ = server.accept(); connection.recv(1000); connection.sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\n')\n"
        "time.sleep(0.5)\n"
        "print(seen)\n"
    )
    environment = {**os.environ, "NOTIFY_SOCKET": "@nobody-listens-here", "WATCHDOG_USEC": "60000000"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_systemd_nothing_is_fed(monkeypatch):
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert liveness.feed_watchdog("127.0.0.1", 1, "/healthz") is None
