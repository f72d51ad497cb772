"""The supervisor behind `make demo` and `make run`: database, catalogue, gunicorn; and all of it down again.

The children run in sessions of their own, so that Ctrl-C reaches only this process, which stops them in order:
first gunicorn, which answers what it has begun, then the database. A child dies with this process
(PR_SET_PDEATHSIG), also when that is killed with -9; what PostgreSQL leaves behind then is cleaned up by its
next start. Exit codes: 0 stopped as asked, 1 gunicorn ended by itself, 2 could not start.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from data_access import embedded
from settings import PROJECT_DIR, SettingError, Settings, get_settings

_READY_SECONDS = 60  # for its database; the address is told then, with what is missing
_ANSWER_SECONDS = 180  # for its first answer; a busy machine needs long to import everything
_GRACE_SECONDS = 15
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class StartError(RuntimeError):
    """MusicGroup cannot be served; the message says why in one sentence."""


class ServerEnded(RuntimeError):
    """gunicorn ended although nobody had asked it to."""


class Stopped(Exception):
    """Somebody asked us to stop before we were ready."""


class Supervisor:
    """Runs the children one after the other and stops them when a signal asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signals = 0

    def serve(self, *, demo: bool) -> int:
        """Everything from the port check to the last child's end; gives the exit code.

        Raises StartError, ServerEnded and what the database's start raises.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._remember)
        _check_port(self._settings.host, self._settings.port)
        try:
            with self._database():
                if demo:
                    self._load_demo()
                return self._serve_until_told()
        except Stopped:
            return 0

    def _remember(self, number: int, _frame: object) -> None:
        # Only counted: an exception raised here could end up in the middle of starting or stopping PostgreSQL.
        self._signals += 1

    @contextmanager
    def _database(self) -> Iterator[None]:
        if self._settings.database_url:
            yield
            return
        with embedded.running():
            yield
            _say("Stopping the database ...")

    def _load_demo(self) -> None:
        loader = _child("-m", "etl", "demo")
        while (code := _ended(loader)) is None:
            if self._signals:
                loader.send_signal(signal.SIGINT)
                _wait_or_kill(loader, _GRACE_SECONDS)
                raise Stopped
        if code not in (0, 1):  # 1: it is loaded, but without moods, and has said why
            raise StartError("The demo catalogue could not be loaded.")

    def _serve_until_told(self) -> int:
        if self._signals:
            raise Stopped
        server = _child("-m", "gunicorn", "--config", "ops/deploy/gunicorn.conf.py", "app:server")
        try:
            self._announce_when_ready(server)
            while not self._signals:
                if (code := _ended(server)) is not None:
                    raise ServerEnded(f"gunicorn ended by itself with exit code {code}; its reasons are above.")
            return 0
        finally:
            self._stop(server)

    def _announce_when_ready(self, server: subprocess.Popen) -> None:
        address = f"http://{_reachable(self._settings.host)}:{self._settings.port}{self._settings.url_prefix}"
        began = time.monotonic()
        while not self._signals:
            status, answer = self._ask("readyz")
            if status == 200:
                _say(f"MusicGroup is at {address}")
                return
            if status is not None and answer.get("database") == "ok":  # only a catalogue is missing
                _say(f"MusicGroup is at {address}  ({answer.get('reason', 'not ready')})")
                return
            if (code := _ended(server)) is not None:
                raise StartError(f"gunicorn did not start (exit code {code}); its reasons are above.")
            waited = time.monotonic() - began
            if status is None and waited > _ANSWER_SECONDS:
                raise StartError(f"gunicorn gave no answer within {_ANSWER_SECONDS} s.")
            if status is not None and waited > _READY_SECONDS:
                _say(f"MusicGroup is at {address}  ({answer.get('reason', 'not ready')})")
                return

    def _ask(self, route: str) -> tuple[int | None, dict]:
        connection = http.client.HTTPConnection(_reachable(self._settings.host), self._settings.port, timeout=10)
        try:
            connection.request("GET", self._settings.url_prefix + route)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None, {}
        finally:
            connection.close()

    def _stop(self, server: subprocess.Popen) -> None:
        if server.poll() is None:
            _say("Stopping ...")
        asked, deadline = self._signals, time.monotonic() + _GRACE_SECONDS
        while server.poll() is None:
            # gunicorn: SIGTERM finishes what has begun, SIGQUIT does not. The whole session gets it, and again and
            # again, because a worker that is still starting misses the first.
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGQUIT if self._signals > asked else signal.SIGTERM)
            if self._signals > asked:
                asked, deadline = self._signals, min(deadline, time.monotonic() + 2)
            if time.monotonic() > deadline:
                _wait_or_kill(server, 0)
            _ended(server, 0.5)


def _child(*arguments: str) -> subprocess.Popen:
    parent = os.getpid()

    def die_with_parent() -> None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_DIR,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  # this process has no threads
    )


def _ended(child: subprocess.Popen, seconds: float = 0.1) -> int | None:
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _wait_or_kill(child: subprocess.Popen, seconds: float) -> None:
    if _ended(child, seconds) is None:
        os.killpg(child.pid, signal.SIGKILL)  # its session, so its workers too
        child.wait()


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is already in use; choose another one with PORT=."
        else:
            reason = f"Cannot listen on {host} port {port}: {error.strerror or error}."
        raise StartError(reason) from error
    except OverflowError as error:
        raise StartError(f"PORT is {port}; it must be below 65536.") from error


def _reachable(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _say(line: str) -> None:
    print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m ops.serve", description="Serve MusicGroup until told to stop.")
    parser.add_argument("--demo", action="store_true", help="load the demo catalogue first, unless it is loaded")
    parser.add_argument("--follow-parent", action="store_true", help="stop when the process that started this dies")
    parsed = parser.parse_args(arguments)
    if parsed.follow_parent:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    try:
        return Supervisor(get_settings()).serve(demo=parsed.demo)
    except (StartError, ServerEnded, SettingError, embedded.EmbeddedPostgresError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1 if isinstance(error, ServerEnded) else 2


if __name__ == "__main__":
    sys.exit(main())
