"""What keeps the served application alive beneath gunicorn: systemd's watchdog, and requests that hang.

gunicorn's gthread worker is taken for alive as long as its main thread is, whatever becomes of the requests in its
other threads. Here each worker watches its own: one whose request has computed for longer than gunicorn's timeout
finishes the others and ends, and gunicorn starts a new one.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_LOOK_SECONDS = 1.0
_PROBE_SECONDS = 10
_log = logging.getLogger("gunicorn.error")


# ---- the watchdog, in gunicorn's master ----------------------------------------------------------


def watchdog_seconds() -> float:
    """After how many seconds of silence systemd ends this process; 0 when it does not watch it."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0
    return int(os.environ.get("WATCHDOG_USEC") or 0) / 1e6


def feed_watchdog(host: str, port: int, path: str) -> threading.Thread | None:
    """Tell systemd in a thread that all is well, after each real answer to GET `path`; None without systemd."""
    seconds = watchdog_seconds()
    if not seconds or not os.environ.get("NOTIFY_SOCKET"):
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    pause = min(_PROBE_SECONDS, seconds / 3)
    # gunicorn forks its workers beside the thread: it must never be in the middle of an import then, or the worker
    # waits for that module for ever. So names are resolved here (which imports encodings.idna), and not in there.
    family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]

    def feed() -> None:
        while True:
            if answers(family, where, path, seconds / 3):
                notify("WATCHDOG=1")
            else:
                _log.warning(
                    "GET %s had no good answer within %.0f s: systemd's watchdog is not fed.", path, seconds / 3
                )
            time.sleep(pause)

    thread = threading.Thread(target=feed, name="watchdog", daemon=True)
    thread.start()
    return thread


def answers(family: int, where: tuple, path: str, seconds: float) -> bool:
    """Whether GET `path` of a numeric address is answered with 200 in time."""
    request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as connection:
            connection.settimeout(seconds)
            connection.connect(where)
            connection.sendall(request)
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def notify(state: str) -> None:
    """sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.connect("\0" + address[1:] if address.startswith("@") else address)
            to.sendall(state.encode())
    except OSError:
        _log.warning("systemd could not be told %s.", state)  # without a traceback, which imports


# ---- requests that hang, in each worker ----------------------------------------------------------


class Requests:
    """The requests that the threads of this worker are at, and since when."""

    def __init__(self) -> None:
        self._began: dict[int, tuple[float, str]] = {}  # thread -> monotonic seconds, path

    def begin(self, path: str) -> None:
        """The calling thread begins with a request."""
        self._began[threading.get_ident()] = (time.monotonic(), path)

    def end(self) -> None:
        """The calling thread is done with it."""
        self._began.pop(threading.get_ident(), None)

    def hung(self, seconds: float) -> tuple[int, str, float] | None:
        """(thread, path, for how long) of a request that has computed for longer; None when there is none.

        One that waits for its client, to send or to take more, does not hang.
        """
        now, frames = time.monotonic(), sys._current_frames()
        for thread, (began, path) in list(self._began.items()):
            if now - began > seconds and thread in frames and not _waits_for_client(frames[thread]):
                return thread, path, now - began
        return None

    def __len__(self) -> int:
        return len(self._began)


def _waits_for_client(frame: FrameType) -> bool:
    return "gunicorn" in Path(frame.f_code.co_filename).parts


requests = Requests()


def watch_requests(worker: Any, end: Callable[[int], None] = os._exit) -> threading.Thread | None:
    """Watch the requests of a gunicorn worker in a thread; None when its timeout is 0, which means none."""
    seconds = worker.cfg.timeout
    if not seconds:
        return None

    def watch() -> None:
        while (found := requests.hung(seconds)) is None:
            time.sleep(_LOOK_SECONDS)
        thread, path, lasted = found
        frame = sys._current_frames().get(thread)
        where = "".join(traceback.format_stack(frame)[-8:]) if frame else ""
        _log.critical("A request for %s has hung for %.0f s; this worker is replaced.\n%s", path, lasted, where)
        worker.alive = False  # takes no more; the others have gunicorn's grace
        last = time.monotonic() + worker.cfg.graceful_timeout
        while len(requests) > 1 and time.monotonic() < last:
            time.sleep(0.1)
        end(1)

    thread = threading.Thread(target=watch, name="hung-requests", daemon=True)
    thread.start()
    return thread
